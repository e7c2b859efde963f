"""Who is cut off, on networks and in buildings where the answer is known by hand."""

from dataclasses import replace

import numpy as np
import pytest

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.building import Building, Text
from indoor3d.models.criticality import Critical, Stranded
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.models.movement import CALIBRATIONS, DEFAULT
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.ccrp import ccrp, nearest_exit
from indoor3d.routing.evacuation.criticality import closed_arcs, criticality, cut_off_at, failures, lift_failures
from indoor3d.routing.evacuation.dynamic import dynamic
from indoor3d.routing.evacuation.flownet import flow_network, populate
from tests.buildings import station, two_floors
from tests.flow_networks import both_ways, named

ROOM, HALL, NEAR, FAR = range(4)
PEOPLE = np.array([10, 0, 0, 0])


def two_ways(*, far: bool = True) -> tuple[FlowNetwork, DynamicNetwork]:
    """Ten people in a room: a door (5 s, 1 person/s) to a hall, stairs (20 s, 0.5/s) to the near exit, a long way (60 s, 1/s) to the far one.

    Person k of ten is at the stairs' foot at 5 + k; the last unit of person k steps on the stairs at 6 + 2k, and is out at 26 + 2k: the
    last at 44 s.
    """
    passages = [(ROOM, HALL, 5.0, 1.0), (HALL, NEAR, 20.0, 0.5), (HALL, FAR, 60.0, 1.0)]
    names = ["door", "stairs", "long"]
    if not far:
        passages, names = passages[:2], names[:2]
    made = both_ways(passages, nodes=4, sinks=[NEAR, FAR] if far else [NEAR])
    return named(made, names, modes={"stairs": Mode.STAIRS}), made


def by_element(rows: tuple[Critical, ...]) -> dict[str, Critical]:
    return {row.element: row for row in rows}


def peopled(building: Building, people: dict[str, int]) -> tuple[FlowNetwork, DynamicNetwork, np.ndarray]:
    network = flow_network(building, build_navigation(building))
    return network, dynamic(network, CALIBRATIONS[DEFAULT]), populate(network, people)


# --- every single failure


def test_the_ranking_of_two_ways_out_is_as_on_paper() -> None:
    network, made = two_ways()
    rows = criticality(network, made, PEOPLE, step_s=1.0)
    assert [row.element for row in rows] == ["door", "exit-2", "stairs", "exit-3", "long"]
    found = by_element(rows)
    door, stairs, exit_ = found["door"], found["stairs"], found["exit-2"]
    assert (door.cut_off, door.stranded, door.persons) == (10, (Stranded(space="space-0", level="g", persons=10),), 10)
    assert (door.clearance_s, door.later_s, door.bound_s, door.nearest_s) == (None, None, None, None)
    assert (stairs.kind, exit_.kind, door.kind) == ("connector", "exit", "opening")
    for row in (stairs, exit_):
        assert (row.cut_off, row.clearance_s, row.later_s, row.known) == (0, 74.0, 30.0, "planned")
        assert (row.bound_s, row.nearest_s, row.nearest_later_s) == (74.0, 74.0, 30.0)
    for row in (found["long"], found["exit-3"]):
        assert (row.persons, row.clearance_s, row.later_s, row.known) == (0, 44.0, 0.0, "stands")


def test_what_fails_is_named_by_kind_and_what_leads_nowhere_is_left_out() -> None:
    network, made = two_ways()
    network = replace(network, arc_to=np.where(network.arc_to == FAR, HALL, network.arc_to).astype(np.int32))
    found = {failure.element: failure.kind for failure in failures(network)}
    assert found == {"door": "opening", "long": "opening", "stairs": "connector", "exit-2": "exit"}
    gates = failures(named(made, ["door", "stairs", "long"], modes={"door": Mode.FARE_GATE, "long": Mode.EXIT_GATE}))
    assert [f.kind for f in gates if f.element in {"door", "long"}] == ["gate", "gate"]


def test_people_without_any_way_are_cut_off_by_nothing_more() -> None:
    network, made = two_ways()
    lonely = replace(
        made, arc_to=np.where(made.arc_to == ROOM, HALL, np.where(made.arc_from == ROOM, ROOM, made.arc_to)).astype(np.int32)
    )  # fmt: skip
    rows = criticality(network, lonely, np.array([3, 4, 0, 0]), step_s=1.0)
    assert all(row.cut_off == 0 for row in rows)


def test_who_cannot_use_the_long_way_is_cut_off_by_the_stairs() -> None:
    network, made = two_ways()
    usable = ~closed_arcs(network, ["long"])
    rows = criticality(network, made, PEOPLE, step_s=1.0, usable=usable)
    assert {row.element for row in rows if row.cut_off == 10} == {"door", "stairs", "exit-2"}


def test_queues_for_what_closes_in_time_count_apart_from_those_without_a_way() -> None:
    network, made = two_ways()
    # the long way is open until 68 s: who is in the hall by 8 s makes it, the door lets the first four through by then
    made = replace(made, closed_from_s=np.where(closed_arcs(network, ["long"]), 68.0, np.inf))
    stairs = by_element(criticality(network, made, PEOPLE, step_s=1.0))["stairs"]
    assert (stairs.cut_off, stairs.late, stairs.lost) == (0, 6, 6)


@pytest.mark.parametrize(
    ("closed", "cut_off"),
    [
        ("stairs-1", {"gallery": 7, "office": 5}),
        ("door-office", {"office": 5}),
        ("door-shop-store", {"store": 2}),
        ("door-exit-1", {}),
        ("exit-1", {}),
        ("exit-2", {}),
        ("door-hall-shop", {}),
    ],
)
def test_two_floors_lose_what_hangs_on_one_element(closed: str, cut_off: dict[str, int]) -> None:
    people = {"gallery": 7, "office": 5, "hall": 20, "shop": 4, "store": 2}
    network, made, occupants = peopled(two_floors(), people)
    rows = by_element(criticality(network, made, occupants, step_s=1.0))
    assert {row.space: row.persons for row in rows[closed].stranded} == cut_off
    assert rows[closed].cut_off == sum(cut_off.values())
    assert next(iter(rows)) == "stairs-1"


def test_a_station_with_one_way_out_loses_everybody_by_it() -> None:
    network, made, occupants = peopled(station(), {"platform": 30, "hall": 5, "office": 4, "stage": 3})
    rows = by_element(criticality(network, made, occupants, step_s=1.0))
    assert rows["front"].cut_off == rows["exit-front"].cut_off == 42
    assert {row.space: row.persons for row in rows["escalator-up"].stranded} == {"platform": 30}
    assert {row.space: row.persons for row in rows["stairs-office"].stranded} == {"office": 4}
    assert {row.space: row.persons for row in rows["step"].stranded} == {"stage": 3}
    assert {row.element for row in rows.values() if row.cut_off} == {
        "front",
        "exit-front",
        "escalator-up",
        "stairs-office",
        "step",
    }


def test_lifts_strand_wheelchair_users_and_rank_among_the_others() -> None:
    building = two_floors()
    people = {"gallery": 2, "office": 1, "hall": 3}
    lifts = lift_failures(build_navigation(building), people)
    assert lifts == {"lift-1": {"gallery": 2, "office": 1}}
    network, made, occupants = peopled(building, {"hall": 20})
    rows = criticality(network, made, occupants, step_s=1.0, lifts=lifts, names=building.names)
    assert (rows[0].element, rows[0].kind, rows[0].cut_off, rows[0].known) == ("lift-1", "lift", 3, "not-planned")
    assert {(row.space, row.level) for row in rows[0].stranded} == {("gallery", "u"), ("office", "u")}
    assert "3명" in rows[0].text.ko
    assert "1호기" in rows[0].text.ko
    assert rows[0].text.en == "Lift 1: without it, 3 people do not get out."
    with pytest.raises(UnknownElement):
        lift_failures(build_navigation(building), {"nowhere": 1})


def test_a_sentence_says_at_most_where_the_number_is_a_bound() -> None:
    network, made = two_ways()
    row = by_element(criticality(network, made, PEOPLE, step_s=1.0, names={"stairs": Text(ko="계단", en="Stairs")}))
    assert row["stairs"].text.en == "Stairs: without it, nobody more is cut off, and the last is out 30 s later."
    bound = replace(row["stairs"], known="bound").text
    assert "at most 30 s" in bound.en
    assert "최대 30초" in bound.ko
    assert "no later" in row["long"].text.en
    assert "1 person does" in replace(row["door"], cut_off=1).text.en


@pytest.mark.parametrize("occupants", [np.array([1.0, 0, 0, 0]), np.array([1, 0]), np.array([-1, 0, 0, 0])])
def test_people_are_whole_and_at_nodes(occupants: np.ndarray) -> None:
    network, made = two_ways()
    with pytest.raises(InvalidInput):
        criticality(network, made, occupants, step_s=1.0)
    with pytest.raises(InvalidInput):
        cut_off_at(network, made, occupants, {"stairs": 30.0}, step_s=1.0)


def test_at_least_one_place_is_settled() -> None:
    network, made = two_ways()
    with pytest.raises(InvalidInput):
        criticality(network, made, PEOPLE, step_s=1.0, settled=0)


# --- when something closes


def test_who_has_passed_the_stairs_is_out_and_the_others_are_cut_off() -> None:
    network, made = two_ways(far=False)
    found = cut_off_at(network, made, PEOPLE, {"stairs": 30.0}, step_s=1.0)
    # out at 26, 28 and 30 s; the seven others have stepped on the stairs by 24 s and turn back
    assert (found.persons, found.out, found.other_way, found.cut_off, found.no_way) == (10, 3, 0, 7, 0)
    assert found.stranded == (Stranded(space="space-1", level="g", persons=7),)
    assert found.clearance_s == 30.0
    assert [(c.at_s, c.elements, c.out, c.caught, c.cut_off) for c in found.closings] == [(30.0, ("stairs",), 3, 7, 7)]


def test_who_turns_back_takes_the_other_way_as_late_as_they_come_back() -> None:
    network, made = two_ways()
    found = cut_off_at(network, made, PEOPLE, {"stairs": 30.0}, step_s=1.0)
    # person 4 stepped on at 12 s, is back at 48 s, and out 60 s later
    assert (found.out, found.other_way, found.cut_off, found.clearance_s) == (3, 7, 0, 108.0)


def test_people_in_the_room_are_where_they_were_when_the_door_closes() -> None:
    network, made = two_ways()
    plan = ccrp(made, PEOPLE, step_s=1.0)
    found = cut_off_at(network, made, PEOPLE, {"door": 7.0}, step_s=1.0)
    # over the door by 7 s is who has set out by 2 s; the plan lets people wait in the room until the stairs are free for them
    over = int(plan.cohort_persons[plan.cohort_depart <= 2].sum())
    assert 0 < over < 10
    assert (found.out, found.other_way, found.cut_off) == (0, over, 10 - over)
    assert {row.space: row.persons for row in found.stranded} == {"space-0": 10 - over}


def test_a_second_closing_cuts_off_those_who_turned_to_the_other_way() -> None:
    network, made = two_ways()
    found = cut_off_at(network, made, PEOPLE, {"stairs": 30.0, "exit-3": 100.0}, step_s=1.0)
    # back at 48, 46 … 36 s and 60 s away: those of 36, 38 and 40 s are out by 100 s
    assert [(c.out, c.cut_off) for c in found.closings] == [(3, 0), (6, 4)]
    assert (found.out, found.other_way, found.cut_off, found.clearance_s) == (6, 0, 4, 100.0)


def test_who_steps_off_the_way_of_an_earlier_plan_turns_back_when_it_closes_under_them() -> None:
    network, made = two_ways()
    # at 8 s the long way closes, which changes nothing, but all are planned anew while some are on the stairs
    found = cut_off_at(network, made, PEOPLE, {"long": 8.0, "stairs": 20.0}, step_s=1.0)
    assert (found.out, found.cut_off, found.other_way) == (0, 10, 0)


def test_who_has_not_moved_is_cut_off_as_by_a_failure() -> None:
    network, made = two_ways(far=False)
    found = cut_off_at(network, made, PEOPLE, {"stairs": 40.0}, step_s=1.0, moving=False)
    assert (found.out, found.cut_off) == (0, 10)
    assert {row.space for row in found.stranded} == {"space-0"}
    both = cut_off_at(network, made, PEOPLE, {"stairs": 40.0, "door": 10.0}, step_s=1.0, moving=False)
    assert [c.elements for c in both.closings] == [("door", "stairs")]


def test_a_plan_of_ones_own_is_followed_and_one_of_others_is_refused() -> None:
    network, made = two_ways()
    plan = nearest_exit(made, PEOPLE, step_s=1.0)
    found = cut_off_at(network, made, PEOPLE, {"stairs": 30.0}, step_s=1.0, plan=plan)
    assert (found.out, found.other_way + found.cut_off) == (3, 7)
    for other, step in ((ccrp(made, PEOPLE + 1, step_s=1.0), 1.0), (plan, 2.0)):
        with pytest.raises(InvalidInput):
            cut_off_at(network, made, PEOPLE, {"stairs": 30.0}, step_s=step, plan=other)


def test_people_without_a_way_from_the_beginning_are_told_apart() -> None:
    network, made = two_ways(far=False)
    found = cut_off_at(network, made, np.array([10, 0, 0, 2]), {"stairs": 30.0}, step_s=1.0)
    assert (found.persons, found.no_way, found.out, found.cut_off) == (12, 2, 3, 7)


@pytest.mark.parametrize("closes", [{}, {"stairs": -1.0}, {"stairs": float("nan")}, {"stairs": float("inf")}])
def test_closings_have_times(closes: dict[str, float]) -> None:
    network, made = two_ways()
    with pytest.raises(InvalidInput):
        cut_off_at(network, made, PEOPLE, closes, step_s=1.0)


def test_what_closes_is_known() -> None:
    network, made = two_ways()
    with pytest.raises(UnknownElement) as caught:
        cut_off_at(network, made, PEOPLE, {"nothing": 1.0}, step_s=1.0)
    assert "'nothing'" in str(caught.value)
