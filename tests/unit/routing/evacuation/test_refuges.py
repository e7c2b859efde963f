"""People who cannot walk stairs: refuges, lifts in cycles, carriers, and who is told that nobody comes."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.building import Building, Refuge
from indoor3d.models.flow import Basis
from indoor3d.models.scenario import Assistance, EvacuationLift
from indoor3d.models.vocabulary import ConnectorCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.refuges import (
    Cycle,
    Fetched,
    Group,
    batches,
    fetch,
    lift_cycle,
    refuge_capacity,
    rooms,
    wheelchairs_in,
)
from indoor3d.routing.graph import NavGraph
from tests.buildings import two_floors
from tests.venues.made import made

LIFT = EvacuationLift(lift="lift-1", source="the test")


def car(capacity: int = 10, cycle_s: float = 60.0, one_way_s: float = 30.0) -> Cycle:
    return Cycle(
        lift="lift-1",
        capacity=capacity,
        one_way_s=one_way_s,
        cycle_s=cycle_s,
        capacity_basis=Basis.DECLARED,
        cycle_basis=Basis.DECLARED,
    )


def carriers(direction: str, **more: object) -> Assistance:
    known = {"carriers": 4, "teams": 1, "speed_mps": 0.6, "width_m": 1.0, "source": "the test"} | more
    return Assistance(direction=direction, **known)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def building() -> Building:
    return replace(two_floors(), refuges=(Refuge(id="refuge-1", space="gallery", capacity=4),))


@pytest.fixture(scope="module")
def graph(building: Building) -> NavGraph:
    return build_navigation(building)


def everybody(found: Fetched) -> int:
    return sum(a.persons for a in found.arrivals) + sum(c.persons for c in found.left)


def test_c9_thirty_people_in_cycles_of_ten() -> None:
    """VERIFICATION.md C9: ceil(30 / 10) = 3 cycles of 60 s, the last arrival is 2 · 60 s and one way."""
    trips, _ = batches([0.0] * 30, car())
    assert len(trips) == 3
    assert trips[-1][2] == 2 * 60 + 30


def test_c10_ten_square_metres_hold_seven(building: Building) -> None:
    """VERIFICATION.md C10: floor(10 / 1.26) = 7; the eighth goes elsewhere, or is told that it is full."""
    assert refuge_capacity(10.0) == 7
    assert refuge_capacity(1.26) == 1
    assert refuge_capacity(1.25) == 0
    full = replace(building, refuges=(Refuge(id="a", space="gallery", capacity=7),))
    found = fetch(full, build_navigation(full), [Group(space="office", persons=8)])
    assert sorted((c.code, c.persons, c.waiting) for c in found.left) == [
        ("no-lift", 7, True),
        ("refuge-full", 1, False),
    ]
    two = replace(
        building, refuges=(Refuge(id="a", space="gallery", capacity=7), Refuge(id="b", space="office", capacity=1))
    )
    found = fetch(two, build_navigation(two), [Group(space="office", persons=8)])
    assert {s.refuge: s.persons for s in found.sheltered} == {"a": 7, "b": 1}


@given(
    ready=st.lists(st.floats(0, 1e4), max_size=40),
    capacity=st.integers(1, 12),
    cycle_s=st.floats(1, 300),
    free_s=st.floats(0, 1e4),
)
@settings(max_examples=100, deadline=None)
def test_trips_take_everybody_and_none_too_many(
    ready: list[float], capacity: int, cycle_s: float, free_s: float
) -> None:
    trips, _ = batches(ready, car(capacity, cycle_s, cycle_s / 2), free_s=free_s)
    assert sum(persons for persons, _, _ in trips) == len(ready)
    assert len(trips) == -(-len(ready) // capacity)
    assert all(persons <= capacity and start >= free_s for persons, start, _ in trips)
    assert all(b[1] - a[1] >= cycle_s - 1e-6 for a, b in pairwise(trips))
    served = 0
    for persons, start, _ in trips:
        served += persons
        assert start >= sorted(ready)[served - 1]


def test_a_car_that_carries_nobody_is_refused() -> None:
    with pytest.raises(InvalidInput):
        batches([0.0], car(capacity=0))


def test_the_cycle_follows_from_rise_speed_and_doors(building: Building) -> None:
    lift = next(c for c in building.connectors if c.id == "lift-1")
    cycle = lift_cycle(replace(lift, speed_mps=1.0), 30.0)
    assert cycle.one_way_s == 3 + 30 + 3 + 3 + 10
    assert cycle.cycle_s == 2 * cycle.one_way_s
    assert (cycle.capacity, cycle.capacity_basis) == (1, Basis.DEFAULT)
    sized = lift_cycle(replace(lift, car_width_m=2.0, car_depth_m=3.0), 30.0)
    assert (sized.capacity, sized.capacity_basis) == (4, Basis.SURVEYED)
    declared = lift_cycle(lift, 30.0, EvacuationLift(lift="lift-1", source="x", capacity=6, cycle_s=90.0))
    assert (declared.capacity, declared.cycle_s, declared.capacity_basis) == (6, 90.0, Basis.DECLARED)
    assert 45.0 <= declared.one_way_s <= 90.0


@pytest.mark.parametrize(
    ("size", "fits"), [((None, 2.0), 1), ((0.8, 1.0), 1), ((1.4, 1.8), 2), ((1.8, 1.4), 2), ((1.8, 2.8), 4)]
)
def test_how_many_fit_a_car(size: tuple[float | None, float | None], fits: int) -> None:
    assert wheelchairs_in(*size) == fits


def test_no_lift_that_nobody_declared(graph: NavGraph, building: Building) -> None:
    found = fetch(building, graph, [Group(space="office", persons=2), Group(space="hall", persons=3)])
    assert everybody(found) == 5
    assert found.trips == ()
    assert {(a.space, a.how) for a in found.arrivals} == {("hall", "walk")}
    (left,) = found.left
    assert (left.space, left.persons, left.code, left.waiting) == ("office", 2, "no-lift", True)
    assert "구조" in left.reason.ko
    assert "Waiting for rescuers" in left.reason.en


def test_lift_trips_take_people_from_the_refuge_to_the_street(graph: NavGraph, building: Building) -> None:
    found = fetch(building, graph, [Group(space="office", persons=3, ready_s=100.0)], lifts=[LIFT])
    assert everybody(found) == 3
    assert found.left == ()
    assert [t.persons for t in found.trips] == [1, 1, 1]
    (stay,) = found.sheltered
    walk_m = 24.0  # the hall is 12 m long: from the worst corner of the office no more than that twice over
    assert 100 < stay.last_s < 100 + walk_m / 0.5
    assert found.trips[0].start_s >= stay.last_s
    assert found.last_s is not None
    assert found.last_s > found.trips[-1].end_s
    gaps = [b.start_s - a.start_s for a, b in pairwise(found.trips)]
    assert gaps == pytest.approx([lift_cycle(building.connectors[0], 3.5).cycle_s] * 2)


def test_a_lift_is_not_used_before_it_may_be_or_when_it_is_shut(graph: NavGraph, building: Building) -> None:
    late = replace(LIFT, available_from_s=900.0)
    found = fetch(building, graph, [Group(space="office", persons=1)], lifts=[late])
    assert found.trips[0].start_s == 900.0
    shut = fetch(building, graph, [Group(space="office", persons=1)], lifts=[LIFT], closed=["lift-1"])
    assert [(c.code, c.waiting) for c in shut.left] == [("no-lift", True)]


def test_descent_is_no_ascent(graph: NavGraph, building: Building) -> None:
    """Upstairs, carriers for ascent help nobody; underground it is the other way round."""
    up = fetch(building, graph, [Group(space="office", persons=1)], assistance=[carriers("ascent")])
    assert [(c.code, c.waiting) for c in up.left] == [("no-lift", True)]
    down = fetch(building, graph, [Group(space="office", persons=1)], assistance=[carriers("descent")])
    assert [(a.how, a.by) for a in down.arrivals] == [("carried", "refuge-1")]

    exits = tuple(replace(e, opening="door-balcony", level="u", position=(16.0, 10.2, 3.5)) for e in building.exits[:1])
    sunk = replace(building, exits=exits, refuges=(Refuge(id="refuge-1", space="hall", capacity=4),))
    below = build_navigation(sunk)
    none = fetch(sunk, below, [Group(space="hall", persons=1)], assistance=[carriers("descent")])
    assert [(c.code, c.waiting) for c in none.left] == [("no-lift", True)]
    some = fetch(sunk, below, [Group(space="hall", persons=1)], assistance=[carriers("ascent")])
    assert [a.how for a in some.arrivals] == ["carried"]


def test_carriers_carry_as_often_as_they_can_and_wait_for_their_way_back(graph: NavGraph, building: Building) -> None:
    found = fetch(
        building, graph, [Group(space="office", persons=4)], assistance=[carriers("descent", teams=1, carries=2)]
    )
    times = [a.at_s for a in found.arrivals]
    assert len(times) == 2
    assert times[1] - times[0] > 10.0
    assert sum(c.persons for c in found.left) == 2
    other = fetch(
        building, graph, [Group(space="office", persons=1)], assistance=[carriers("descent", connectors=("stairs-9",))]
    )
    assert other.arrivals == ()


def test_a_wheelchair_is_not_even_carried_over_a_few_steps_by_itself(graph: NavGraph, building: Building) -> None:
    for profile in ("wheelchair_manual", "wheelchair_assisted", "wheelchair_powered", "scooter"):
        found = fetch(building, graph, [Group(space="office", persons=1)], profile=profile)
        assert found.arrivals == ()


def test_without_a_refuge_people_are_cut_off_and_told_so() -> None:
    bare = two_floors()
    found = fetch(bare, build_navigation(bare), [Group(space="office", persons=2)], lifts=[LIFT])
    assert [(c.code, c.persons, c.waiting) for c in found.left] == [("no-way", 2, False)]


def test_a_refuge_of_unknown_size_holds_what_fits_its_floor(building: Building) -> None:
    unknown = replace(building, refuges=(Refuge(id="r", space="office"),))
    (room,) = rooms(unknown, build_navigation(unknown))
    assert (room.capacity, room.basis) == (int(78 / 1.26), Basis.DEFAULT)


@pytest.mark.parametrize(
    ("groups", "lifts", "error"),
    [
        ([Group(space="nowhere", persons=1)], [], UnknownElement),
        ([Group(space="hall", persons=-1)], [], InvalidInput),
        ([Group(space="hall", persons=1, ready_s=float("nan"))], [], InvalidInput),
        ([], [EvacuationLift(lift="stairs-1", source="x")], UnknownElement),
    ],
)
def test_what_cannot_be_is_refused(
    graph: NavGraph, building: Building, groups: list[Group], lifts: list[EvacuationLift], error: type[Exception]
) -> None:
    with pytest.raises(error):
        fetch(building, graph, groups, lifts=lifts)


@given(
    persons=st.lists(st.integers(0, 6), min_size=5, max_size=5),
    lifts=st.sampled_from([(), (LIFT,)]),
    help_=st.sampled_from(["", "ascent", "descent"]),
)
@settings(max_examples=25, deadline=None)
def test_nobody_is_lost(
    graph: NavGraph, building: Building, persons: list[int], lifts: tuple[EvacuationLift, ...], help_: str
) -> None:
    groups = [Group(space=s.id, persons=n) for s, n in zip(building.spaces, persons, strict=True)]
    found = fetch(building, graph, groups, lifts=lifts, assistance=[carriers(help_)] if help_ else [])
    assert everybody(found) == sum(persons)
    assert sum(s.persons for s in found.sheltered) <= 4


def test_from_a_deep_platform_one_changes_lifts() -> None:
    """No lift of City Hall station goes from the platforms of line 2 to the street: one leads to the concourse, another up from there."""
    station = made("city-hall")
    lifts = [c for c in station.building.connectors if c.category is ConnectorCategory.LIFT]
    platform = next(s for s in station.building.spaces if s.name.en == "Line 2 platform")
    declared = [EvacuationLift(lift=lift.id, source="the test") for lift in lifts]
    group = [Group(space=platform.id, persons=5)]
    found = fetch(station.building, station.graph, group, lifts=declared)
    assert everybody(found) == 5
    assert not found.left
    used = {trip.lift for trip in found.trips}
    assert len(used) == 2
    by_lift = {lift: [t for t in found.trips if t.lift == lift] for lift in used}
    assert all(sum(t.persons for t in trips) == 5 for trips in by_lift.values())
    inner, outer = sorted(used, key=lambda lift: by_lift[lift][0].start_s)
    firsts, seconds = ([t.end_s for t in by_lift[inner]], [t.start_s for t in by_lift[outer]])
    assert all(start > end for end, start in zip(firsts, seconds, strict=True))
    assert found.last_s is not None
    assert found.last_s > max(t.end_s for t in found.trips)
    for without in used:
        alone = fetch(station.building, station.graph, group, lifts=[one for one in declared if one.lift != without])
        assert everybody(alone) == 5
        assert sum(c.persons for c in alone.left) == 5 or (alone.last_s or 0.0) >= found.last_s
