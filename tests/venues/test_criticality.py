"""Which single failure of a pilot station is worst, and who is cut off when it closes: question 5 of planners."""

from functools import cache

import numpy as np
import pytest

from indoor3d.models.building import Building
from indoor3d.models.criticality import Critical
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.models.movement import CALIBRATIONS, DEFAULT
from indoor3d.models.scenario_form import read_text
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.evacuation.ccrp import Plan, ccrp, nearest_exit
from indoor3d.routing.evacuation.criticality import closed_arcs, criticality, cut_off_at, failures, lift_failures
from indoor3d.routing.evacuation.dynamic import dynamic
from indoor3d.routing.evacuation.escape import street
from indoor3d.routing.evacuation.flownet import flow_network, populate
from indoor3d.routing.evacuation.plan import prepare
from indoor3d.routing.evacuation.rescuers import approach
from indoor3d.routing.evacuation.timed import timed
from indoor3d.routing.evacuation.weakest import _access
from indoor3d.routing.place import find_place
from tests.venues.made import STATIONS as FOLDER
from tests.venues.made import made

STATIONS = ["city-hall", "jongno-3-ga"]
STEP_S = 5.0
ON_A_PLATFORM = 750
ELSEWHERE = 3


@cache
def network_of(venue: str) -> tuple[FlowNetwork, DynamicNetwork]:
    network = flow_network(made(venue).building, made(venue).graph)
    return network, dynamic(network, CALIBRATIONS[DEFAULT])


def _people(building: Building) -> dict[str, int]:
    """Full platforms, and a few people in every other room."""
    outside = street(building)
    return {
        s.id: ON_A_PLATFORM if s.category is SpaceCategory.PLATFORM else ELSEWHERE
        for s in building.spaces
        if s.walkable and s.id not in outside
    }


@cache
def asked(venue: str) -> tuple[np.ndarray, Plan, tuple[Critical, ...]]:
    network, numbers = network_of(venue)
    building = made(venue).building
    occupants = populate(network, _people(building))
    rows = criticality(network, numbers, occupants, step_s=STEP_S, names=building.names)
    return occupants, ccrp(numbers, occupants, step_s=STEP_S), rows


@pytest.mark.parametrize("venue", STATIONS)
def test_every_element_is_ranked_once(venue: str) -> None:
    network, _ = network_of(venue)
    _, _, rows = asked(venue)
    assert sorted((r.kind, r.element) for r in rows) == sorted((f.kind, f.element) for f in failures(network))
    assert {"opening", "gate", "connector", "exit"} <= {row.kind for row in rows}
    order = [(-row.lost, -(row.later_s or 0.0)) for row in rows]
    assert order == sorted(order)
    assert all(row.known != "bound" for row in rows[:10])


@pytest.mark.parametrize("venue", STATIONS)
def test_the_worst_are_confirmed_by_a_run_without_them(venue: str) -> None:
    network, numbers = network_of(venue)
    occupants, plan, rows = asked(venue)
    slowest = max((row for row in rows if not row.lost), key=lambda row: row.later_s or 0.0)
    for row in (rows[0], slowest):
        again = ccrp(numbers, occupants, step_s=STEP_S, usable=~closed_arcs(network, [row.element]))
        assert again.left.sum() - plan.left.sum() == row.lost
        assert row.bound_s is not None
        assert row.clearance_s is not None
        assert row.bound_s <= row.clearance_s <= again.clearance_s
        assert again.clearance_s <= 1.1 * row.clearance_s
    assert rows[0].lost > 0
    assert slowest.known in {"planned", "bound"}


@pytest.mark.parametrize("venue", STATIONS)
def test_who_is_cut_off_has_no_way_in_the_building_either(venue: str) -> None:
    graph = made(venue).graph
    _, _, rows = asked(venue)
    before = {e.space for e in graph.evacuate().escapes if e.route is None}
    cut = [row for row in rows if row.cut_off]
    whole = _people(graph.building)
    for row in [*cut[:8], *[row for row in rows if not row.cut_off and row.persons][:8]]:
        without = {e.space for e in graph.evacuate(closed=[row.element]).escapes if e.route is None} - before
        assert {s.space for s in row.stranded} == without & set(whole)
        assert all(s.persons == whole[s.space] for s in row.stranded)


@pytest.mark.parametrize("venue", STATIONS)
def test_what_the_plan_does_not_use_leaves_it_as_it_is(venue: str) -> None:
    network, _ = network_of(venue)
    _, plan, rows = asked(venue)
    used = np.zeros(len(network.arc_from), np.bool_)
    used[plan.flow.entries()[0]] = True
    unused = [row for row in rows if not row.persons]
    assert len(unused) > 10
    for row in unused:
        assert not (used & closed_arcs(network, [row.element])).any()
        assert (row.lost, row.later_s, row.known) == (0, 0.0, "stands")
        assert row.clearance_s == plan.clearance_s
    for row in rows:
        if row.persons and not (used & closed_arcs(network, [row.element])).any():
            pytest.fail(f"{row.element} is said to be used")


def test_the_nearest_exit_is_that_of_the_plan_of_it_but_for_room() -> None:
    network, numbers = network_of("city-hall")
    occupants, _, rows = asked("city-hall")
    for row in rows[:1] + tuple(row for row in rows if row.nearest_later_s)[:2]:
        plan = nearest_exit(numbers, occupants, step_s=STEP_S, usable=~closed_arcs(network, [row.element]))
        assert row.nearest_s == pytest.approx(plan.clearance_s, rel=0.02)


@pytest.mark.parametrize("venue", STATIONS)
def test_a_stair_that_closes_at_minute_three_turns_those_back_who_have_not_passed(venue: str) -> None:
    network, numbers = network_of(venue)
    occupants, plan, rows = asked(venue)
    stair = max((r for r in rows if r.kind == "connector" and not r.lost), key=lambda r: (r.later_s or 0.0, r.element))
    found = cut_off_at(network, numbers, occupants, {stair.element: 180.0}, step_s=STEP_S)
    assert found.persons == occupants.sum() == found.out + found.other_way + found.cut_off + found.no_way
    assert found.out == plan.out_by_step()[36]
    assert stair.persons > 0
    # who is behind a one-way escalator that led only to it may be cut off; nobody else is
    assert found.cut_off <= found.closings[0].caught
    assert found.clearance_s is not None
    assert found.clearance_s > plan.clearance_s


@pytest.mark.parametrize("venue", STATIONS)
def test_all_exits_closing_at_minute_three_leave_inside_whom_the_plan_has_inside(venue: str) -> None:
    network, numbers = network_of(venue)
    occupants, plan, _ = asked(venue)
    exits = [f.element for f in failures(network) if f.kind in {"exit", "safe"}]
    found = cut_off_at(network, numbers, occupants, dict.fromkeys(exits, 180.0), step_s=STEP_S)
    assert found.other_way == 0
    assert found.out == plan.out_by_step()[36]
    assert found.cut_off == occupants.sum() - found.out - found.no_way
    assert found.clearance_s is not None
    assert found.clearance_s <= 180.0
    levels = {s.id: s.level for s in made(venue).building.spaces}
    assert all(row.level == levels[row.space] for row in found.stranded if row.space)


def test_lifts_of_a_station_are_ranked_for_those_who_need_them() -> None:
    graph = made("city-hall").graph
    network, numbers = network_of("city-hall")
    people = dict.fromkeys((s.id for s in graph.building.spaces if s.category is SpaceCategory.PLATFORM), 2)
    lifts = lift_failures(graph, people)
    names = {c.id for c in graph.building.connectors}
    assert lifts
    assert set(lifts) <= names
    occupants, _, rows = asked("city-hall")
    with_lifts = criticality(network, numbers, populate(network, people), step_s=STEP_S, lifts=lifts)
    found = {row.element: row.cut_off for row in with_lifts if row.kind == "lift"}
    assert found == {lift: sum(spaces.values()) for lift, spaces in lifts.items()}
    assert max(found.values()) > 0
    assert timed(numbers, occupants, step_s=STEP_S).total > 0
    assert not [row for row in rows if row.kind == "lift"]


def test_the_ways_in_to_platforms_are_as_rescuers_are_told() -> None:
    here = made("city-hall")
    scenario = read_text((FOLDER.parent / "scenarios" / "city-hall.toml").read_bytes())
    found = _access(prepare(here.building, here.graph, scenario))
    platforms = {s.id for s in here.building.spaces if s.category is SpaceCategory.PLATFORM and s.walkable}
    assert platforms <= {row.space for row in found}
    for row in found[:2] + found[-2:]:
        told = approach(here.graph, find_place(here.building, row.space))
        first = told.ways[0]
        assert first.route is not None
        assert (row.exit, row.length_m, row.duration_s) == (first.exit, first.route.length_m, first.route.duration_s)
        assert row.hose == told.hose
        assert row.hose is not None
        assert row.exits == sum(way.route is not None for way in told.ways)
