"""What a scenario's evacuation hangs on: with its delays, its hazards and the ways of each mobility."""

from dataclasses import replace

import numpy as np
import pytest

from indoor3d.errors import UnknownElement
from indoor3d.models.building import Building, Refuge
from indoor3d.models.scenario import Delay, EvacuationLift, Hazard, HazardKind, Scenario
from indoor3d.models.scenario_form import read
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.ccrp import ccrp
from indoor3d.routing.evacuation.criticality import cut_off_at
from indoor3d.routing.evacuation.plan import plan_evacuation, prepare
from indoor3d.routing.evacuation.weakest import STEP_S, resolved, setting_out, weakest
from indoor3d.routing.graph import NavGraph
from tests.buildings import two_floors


def scenario(**more: object) -> Scenario:
    form = {
        "id": "upstairs",
        "venues": ["two-floors"],
        "occupants": [{"spaces": ["office"], "persons": 30, "source": "counted"}],
        "mobility": [{"profile": "walk", "share": 1.0}],
        **more,
    }
    return replace(read(form), premovement=Delay(kind="fixed", value_s=0.0, source="a test"))


def graph_of(building: Building) -> NavGraph:
    return build_navigation(building)


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return graph_of(two_floors())


def test_the_only_stair_and_the_door_before_it_are_worst(graph: NavGraph) -> None:
    found = weakest(graph.building, graph, scenario())
    assert found.persons == 30
    assert found.step_s == STEP_S
    assert {row.element for row in found.ranking if row.lost} == {"stairs-1", "door-office"}
    assert all(row.cut_off == 30 and row.stranded[0].space == "office" for row in found.ranking if row.lost)
    assert (found.closing, found.still) == (None, None)


def test_nobody_is_out_before_the_alarm(graph: NavGraph) -> None:
    calm, alarmed = scenario(), scenario(alarm_s=300)
    soon = weakest(graph.building, graph, calm, closes={"Stairs 1": 290}, ranking=False)
    late = weakest(graph.building, graph, alarmed, closes={"Stairs 1": 290}, ranking=False)
    assert soon.closing is not None
    assert (soon.closing.out, soon.closing.cut_off) == (30, 0)
    assert late.closing is not None
    assert late.still is not None
    assert (late.closing.out, late.closing.cut_off, late.still.cut_off) == (0, 30, 30)
    assert not soon.ranking


def test_a_failure_comes_on_top_of_what_the_scenario_closes(graph: NavGraph) -> None:
    shut = (Hazard(id="x", kind=HazardKind.CLOSED, elements=("exit-1",), at_s=250.0),)
    # those who start at once are out by exit 1; those who wait for the alarm hang on exit 2
    soon = weakest(graph.building, graph, replace(scenario(), hazards=shut))
    late = weakest(graph.building, graph, replace(scenario(alarm_s=240), hazards=shut))
    lost = [{row.element: row.lost for row in found.ranking} for found in (soon, late)]
    assert (lost[0]["exit-2"], lost[1]["exit-2"]) == (0, 30)


def test_setting_out_later_is_a_longer_way(graph: NavGraph) -> None:
    case = prepare(graph.building, graph, replace(scenario(alarm_s=60), step_s=STEP_S))
    rows = case.walkers["walk"].rows
    flow, network, people = setting_out(case.flow, case.network, rows, step_s=STEP_S)
    assert people.sum() == 30
    assert not people[: case.network.nodes].any()
    assert len(flow.node_id) == len(flow.node_space) == network.nodes == len(people)
    assert len(set(flow.node_id)) == len(flow.node_id)
    assert {flow.node_space[node] for node in np.flatnonzero(people)} == {"office"}
    direct = ccrp(case.network, rows, step_s=STEP_S)
    longer = ccrp(network, people, step_s=STEP_S)
    assert abs(longer.clearance_steps - direct.clearance_steps) <= 1
    at_once = np.column_stack([rows[:, 0], np.zeros(len(rows), np.int64), rows[:, 2]])
    same, numbers, whole = setting_out(case.flow, case.network, at_once, step_s=STEP_S)
    assert (same.node_id, numbers.nodes) == (case.flow.node_id, case.network.nodes)
    assert whole.sum() == 30


def test_a_closing_as_much_later_as_all_set_out_is_the_same(graph: NavGraph) -> None:
    case = prepare(graph.building, graph, replace(scenario(), step_s=1.0))
    rows = case.walkers["walk"].rows * np.array([1, 0, 1])
    people = np.zeros(case.network.nodes, np.int64)
    np.add.at(people, rows[:, 0], rows[:, 2])
    later = rows + np.array([0, 40, 0])
    for at_s in (5.0, 15.0, 25.0):
        begun = cut_off_at(case.flow, case.network, people, {"stairs-1": at_s}, step_s=1.0)
        by_rows = cut_off_at(case.flow, case.network, rows, {"stairs-1": at_s}, step_s=1.0)
        shifted = cut_off_at(case.flow, case.network, later, {"stairs-1": at_s + 40}, step_s=1.0)
        assert begun == by_rows
        assert (shifted.out, shifted.cut_off, shifted.closings[0].caught) == (
            begun.out,
            begun.cut_off,
            begun.closings[0].caught,
        )
        assert shifted.persons == 30


def test_who_cannot_use_all_ways_is_cut_off_by_their_own(graph: NavGraph) -> None:
    building = two_floors()
    narrow = tuple(replace(one, clear_width_m=0.7) if one.id == "door-hall-shop" else one for one in building.openings)
    tight = graph_of(replace(building, openings=narrow))
    mixed = scenario(
        mobility=[{"profile": "walk", "share": 0.5}, {"profile": "luggage", "share": 0.5}],
        occupants=[{"spaces": ["hall"], "persons": 20, "source": "counted"}],
    )
    case = prepare(tight.building, tight, replace(mixed, step_s=STEP_S))
    assert (case.ways["walk"] != case.ways["luggage"]).any()
    found = {row.element: row for row in weakest(tight.building, tight, mixed).ranking}
    assert found["exit-1"].cut_off == 10
    assert found["exit-2"].cut_off == 0
    everybody = {row.element: row for row in weakest(graph.building, graph, mixed).ranking}
    assert everybody["exit-1"].cut_off == 0


def test_a_declared_lift_is_ranked_by_whom_it_fetches() -> None:
    refuge = Refuge(id="refuge-1", space="gallery", capacity=4)
    here = graph_of(replace(two_floors(), refuges=(refuge,)))
    chairs = scenario(mobility=[{"profile": "walk", "share": 0.9}, {"profile": "wheelchair_manual", "share": 0.1}])
    without = weakest(here.building, here, chairs)
    assert without.persons == 27
    assert not [row for row in without.ranking if row.kind == "lift"]
    declared = replace(chairs, evacuation_lifts=(EvacuationLift(lift="lift-1", source="a test"),))
    found = weakest(here.building, here, declared)
    (lift,) = [row for row in found.ranking if row.kind == "lift"]
    assert (lift.element, lift.cut_off, lift.stranded[0].space) == ("lift-1", 3, "office")
    planned = [plan_evacuation(here.building, here, one, details=False).out for one in (declared, chairs)]
    assert planned[0] - planned[1] == lift.cut_off
    (access,) = [row for row in found.access if row.refuge]
    assert (access.space, access.exits, access.exit) == ("gallery", 2, "exit-1")
    assert [row.lost for row in found.ranking] == sorted((row.lost for row in found.ranking), reverse=True)


def test_names_of_what_closes(graph: NavGraph) -> None:
    assert resolved(graph.building, {"계단 1": 9.0, "stairs-1": 4.0, "exit 2": 3.0}) == {"stairs-1": 4.0, "exit-2": 3.0}
    for name in ("nowhere", "1,2,g"):
        with pytest.raises(UnknownElement):
            resolved(graph.building, {name: 1.0})
