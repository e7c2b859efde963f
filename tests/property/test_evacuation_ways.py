"""The ways that plans find one after another: each the earliest there is, the shortest first or who comes first, and nothing lost by what is left out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import _fill, _last, ccrp, first_come, led
from indoor3d.routing.evacuation.optimum import quickest
from indoor3d.routing.evacuation.timed import NEVER, Timed, timed
from tests.property.test_evacuation_plans import Case, _everybody, _held, cases

Rows = np.ndarray[Any, np.dtype[np.int64]]


def _earliest_out(net: Timed, left: dict[tuple[int, int], int], rest: Rows, until: int) -> int:
    """First step at which anybody left can be at an exit, by trying every step; ``left`` is what remains of arcs in steps."""
    here = np.zeros((until + 1, len(net.room)), np.bool_)
    for source in np.flatnonzero(rest).tolist():
        here[min(int(net.release[source]), until), net.node[source]] = True
    for step in range(until + 1):
        if step:
            here[step] |= here[step - 1]
        changed = True
        while changed:
            changed = False
            for arc in np.flatnonzero(net.last >= step).tolist():
                then = step + int(net.transit[arc])
                free = left.get((arc, step), int(net.capacity[arc])) > 0
                if here[step, net.tail[arc]] and free and then <= until and not here[then, net.head[arc]]:
                    here[then, net.head[arc]] = changed = True
        if here[step, net.sink].any():
            return step
    return NEVER


@given(cases(closings=False, room=False), st.booleans(), st.data())
@settings(deadline=None, max_examples=60)
def test_every_way_found_is_the_earliest_there_is(case: Case, shortest: bool, data: st.DataObject) -> None:  # noqa: FBT001 - drawn
    network, people = case
    network = DynamicNetwork.of(
        network.arc_from,
        network.arc_to,
        time_s=network.time_s,
        capacity_per_s=network.capacity_per_s,
        storage=network.storage,
        sinks=network.sinks,
    )
    node = np.flatnonzero(np.minimum(people, 2))
    late = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(node), max_size=len(node))), np.int64)
    net = timed(network, np.column_stack([node, late, np.minimum(people, 2)[node]]), step_s=1.0)
    flow = _fill(net, batch=1, shortest=shortest)
    arrive = flow.arrivals(net.transit)
    left: dict[tuple[int, int], int] = {}
    rest = np.where(net.sink[net.node], 0, net.units)
    for slot in range(len(arrive)):
        run, units = int(flow.slot_run[slot]), int(flow.slot_units[slot])
        source = int(flow.run_source[run])
        if net.sink[net.node[source]]:
            continue
        assert arrive[slot] == _earliest_out(net, left, rest, int(arrive[slot]))
        rest[source] -= units
        for k in range(int(flow.run_start[run]), int(flow.run_start[run + 1])):
            arc, step = int(flow.run_arc[k]), int(flow.run_enter[k]) + int(flow.slot_shift[slot])
            left[arc, step] = left.get((arc, step), int(net.capacity[arc])) - units
            assert left[arc, step] >= 0
    assert _earliest_out(net, left, rest, int(arrive.max(initial=0)) + 60) == NEVER


@given(cases())
@settings(deadline=None, max_examples=100)
def test_those_who_come_first_are_planned_within_every_limit(case: Case) -> None:
    network, people = case
    plan, again = (first_come(network, people, step_s=1.0) for _ in range(2))
    _everybody(plan, people)
    _held(plan, people)
    assert plan.flow.slot_units.tobytes() == again.flow.slot_units.tobytes()
    assert plan.path_arc.tobytes() == again.path_arc.tobytes()
    best = quickest(network, people, step_s=1.0)
    assert plan.cohort_persons.sum() <= best.persons + 1e-9
    if plan.left.sum() == best.left:
        assert best.clearance_s <= plan.clearance_s
        better = led(plan, people, horizon=best.horizon_steps)
        if better is not None:
            _everybody(better, people)
            _held(better, people)
            assert better.clearance_steps <= best.horizon_steps + 1


def _one_door() -> DynamicNetwork:
    """One who is near a door but late, another who is far but ready at once; the door takes one person a step from step 9 on."""
    network = DynamicNetwork.of(
        np.array([0, 1, 2]),
        np.array([2, 2, 3]),
        time_s=np.array([1.0, 4.0, 1.0]),
        capacity_per_s=np.array([9.0, 9.0, 1.0]),
        storage=np.full(4, np.inf),
        sinks=np.array([3]),
    )
    network.open_from_s[2] = 9.0
    return network


@pytest.mark.parametrize(("plan", "goes"), [(ccrp, 0), (first_come, 1)])
def test_who_goes_first_through_a_door_that_both_wait_for(plan: Any, goes: int) -> None:
    rows = np.array([[0, 6, 1], [1, 0, 1]])
    found = plan(_one_door(), rows, step_s=1.0, batch=1)
    order = np.argsort(found.cohort_arrive)
    assert found.cohort_arrive[order].tolist() == [10, 11]
    assert found.route_node[found.cohort_route[order[0]]] == goes


def test_many_departures_are_planned_as_one_where_the_door_alone_counts() -> None:
    """300 people in 30 places who are ready at ten times, one door of 1 person/s: everybody goes as soon as the door lets them."""
    places = 30
    network = DynamicNetwork.of(
        np.arange(places + 1),
        np.append(np.full(places, places), places + 1),
        time_s=np.append(np.arange(1.0, places + 1), 2.0),
        capacity_per_s=np.append(np.full(places, 5.0), 1.0),
        storage=np.full(places + 2, np.inf),
        sinks=np.array([places + 1]),
    )
    rows = np.array([[place, 7 * time, 1] for place in range(places) for time in range(10)])
    for shortest in (True, False):
        net = timed(network, rows, step_s=1.0)
        assert _last(net, _fill(net, batch=1, shortest=shortest)) == 300 - 1 + 1 + 2


def test_what_is_closed_from_the_beginning_is_never_passed_however_short() -> None:
    network = DynamicNetwork.of(
        np.array([0, 0]),
        np.array([1, 1]),
        time_s=np.array([0.0, 5.0]),
        capacity_per_s=np.array([9.0, 9.0]),
        storage=np.full(2, np.inf),
        sinks=np.array([1]),
    )
    network.closed_from_s[0] = 0.0
    people = np.array([1, 0])
    assert ccrp(network, people, step_s=1.0).path_arc.tolist() == [1]
    assert quickest(network, people, step_s=1.0).clearance_s == 5.0
