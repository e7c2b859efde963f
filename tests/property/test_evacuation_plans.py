"""What holds for every plan on every network: nobody lost, nothing used twice, nothing passed when it is closed."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import Plan, ccrp, nearest_exit, optimal
from indoor3d.routing.evacuation.guidance import guidance
from indoor3d.routing.evacuation.optimum import lower_bound, quickest
from indoor3d.routing.evacuation.timed import timed

Case = tuple[DynamicNetwork, np.ndarray[Any, np.dtype[np.int64]]]


@st.composite
def cases(draw: st.DrawFn, *, closings: bool = True, room: bool = True) -> Case:
    """Networks of doors both ways, some of no length, some closing, some with little room; people with and without a way."""
    nodes = draw(st.integers(3, 9))
    pairs = draw(st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), min_size=2, max_size=16))
    pairs = [(a, b) for a, b in pairs if a != b] or [(0, nodes - 1)]
    ends = [pair for a, b in pairs for pair in ((a, b), (b, a))]
    count = len(ends)
    time_s = np.repeat(
        draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.5, 7.0]), min_size=len(pairs), max_size=len(pairs))), 2
    )
    rate = np.repeat(
        draw(st.lists(st.sampled_from([0.3, 0.78, 1.0, 2.4]), min_size=len(pairs), max_size=len(pairs))), 2
    )
    closed = draw(st.lists(st.sampled_from([np.inf, np.inf, np.inf, 5.0, 12.0]), min_size=count, max_size=count))
    shared = draw(st.booleans())
    stores = draw(st.lists(st.sampled_from([1.0, 3.0, 40.0, np.inf]), min_size=nodes, max_size=nodes))
    sinks = sorted(draw(st.sets(st.integers(0, nodes - 1), min_size=1, max_size=2)))
    network = DynamicNetwork.of(
        np.array([a for a, _ in ends]),
        np.array([b for _, b in ends]),
        time_s=time_s.astype(np.float64),
        capacity_per_s=rate.astype(np.float64),
        storage=np.array(stores) if room else np.full(nodes, np.inf),
        sinks=np.array(sinks),
        passage=np.repeat(np.arange(len(pairs)), 2) if shared else None,
    )
    if closings:
        network = replace(network, closed_from_s=np.array(closed))
    people = draw(st.lists(st.integers(0, 12), min_size=nodes, max_size=nodes))
    return network, np.array(people, np.int64)


def _held(plan: Plan, people: np.ndarray[Any, np.dtype[np.int64]], *, earlier: tuple[Plan, ...] = ()) -> None:
    """Replay the flow unit by unit on counters of its own."""
    network = plan.network
    net = timed(network, people, step_s=plan.step_s)
    steps = plan.clearance_steps + max([0, *(p.clearance_steps for p in earlier)]) + 60
    used: dict[tuple[int, int], float] = {}
    stays = np.zeros((steps, network.nodes), np.int64)
    for flow in (plan.flow, *(p.flow for p in earlier)):
        for slot in range(len(flow.slot_run)):
            run, shift, units = int(flow.slot_run[slot]), int(flow.slot_shift[slot]), int(flow.slot_units[slot])
            here, at = int(flow.node[flow.run_source[run]]), int(flow.release[flow.run_source[run]])
            for k in range(int(flow.run_start[run]), int(flow.run_start[run + 1])):
                arc, enter = int(flow.run_arc[k]), int(flow.run_enter[k]) + shift
                assert network.arc_from[arc] == here
                assert enter >= at
                assert enter * plan.step_s >= network.open_from_s[arc]
                assert enter * plan.step_s + network.time_s[arc] <= network.closed_from_s[arc] + 1e-9
                stays[at:enter, here] += units
                key = int(network.passage[arc]), enter
                key = key if key[0] >= 0 else (-1 - arc, enter)
                used[key] = used.get(key, 0.0) + units / (network.capacity_per_s[arc] * plan.step_s * plan.scale)
                here, at = int(network.arc_to[arc]), enter + int(net.transit[arc])
            assert net.sink[here]
    assert max(used.values(), default=0.0) <= 1.0 + 1e-9
    begins = people * plan.scale
    for other in earlier:
        np.add.at(begins, other.flow.node[other.flow.run_source[other.flow.slot_run]], other.flow.slot_units)
    room = np.maximum(np.minimum(network.storage, 1e6) * plan.scale, begins)
    if earlier:  # who was planned first may wait among those who begin there, and did not know of them
        room += people * plan.scale
    assert (stays <= room + 1e-6).all()


def _everybody(plan: Plan, people: np.ndarray[Any, np.dtype[np.int64]]) -> None:
    out = np.zeros(plan.network.nodes, np.int64)
    np.add.at(out, plan.route_node[plan.cohort_route], plan.cohort_persons)
    assert (out + plan.left == people).all()
    assert (plan.cohort_arrive >= plan.cohort_depart).all()
    assert np.isin(plan.exit_of_route(), plan.network.sinks).all()
    assert plan.out_by_step()[-1] == plan.cohort_persons.sum()


@given(cases())
@settings(deadline=None, max_examples=150)
def test_nobody_is_lost_and_every_limit_holds(case: Case) -> None:
    network, people = case
    for plan in (ccrp(network, people, step_s=1.0), ccrp(network, people, step_s=1.0, batch=5)):
        _everybody(plan, people)
        _held(plan, people)
    nearest = nearest_exit(network, people, step_s=1.0)
    _everybody(nearest, people)
    _held(nearest, people)


@given(cases())
@settings(deadline=None, max_examples=150)
def test_bound_optimum_plan(case: Case) -> None:
    network, people = case
    proven = optimal(network, people, step_s=1.0)
    _everybody(proven.plan, people)
    _held(proven.plan, people)
    best = proven.optimum
    assert best.certified
    assert proven.plan.cohort_persons.sum() <= best.persons + 1e-9
    if best.left == 0:
        assert lower_bound(network, people, step_s=1.0) <= best.clearance_s
    if proven.plan.left.sum() == best.left:
        assert best.clearance_s <= proven.plan.clearance_s


@given(cases(room=False))
@settings(deadline=None, max_examples=150)
def test_where_there_is_room_the_plan_reaches_the_optimum(case: Case) -> None:
    proven = optimal(*case, step_s=1.0)
    assert proven.reached
    lost = (
        proven.plan.left.sum() - proven.optimum.left
    )  # who gets only a part of themselves through a closing door stays
    assert -1e-9 <= lost < max(len(proven.plan.flow.node), 1)


@given(cases(closings=False), st.data())
@settings(deadline=None, max_examples=80)
def test_more_is_never_worse_and_less_never_better(case: Case, data: st.DataObject) -> None:
    network, people = case
    at = quickest(network, people, step_s=1.0)
    arc = data.draw(st.integers(0, len(network.arc_from) - 1))
    wider = network.capacity_per_s.copy()
    wider[arc] *= 2
    better = quickest(replace(network, capacity_per_s=wider), people, step_s=1.0)
    assert (better.left, better.horizon_steps) <= (at.left, at.horizon_steps)
    node = data.draw(st.integers(0, network.nodes - 1))
    exits = np.unique(np.append(network.sinks, node)).astype(np.int32)
    more = quickest(replace(network, sinks=exits), people, step_s=1.0)
    assert more.left <= at.left
    if more.left == at.left:
        assert more.horizon_steps <= at.horizon_steps
    closed = replace(network, closed_from_s=np.where(np.arange(len(wider)) == arc, 4.0, np.inf))
    worse = quickest(closed, people, step_s=1.0)
    assert worse.left > at.left or worse.horizon_steps >= at.horizon_steps


@given(cases(), st.data())
@settings(deadline=None, max_examples=80)
def test_who_goes_later_takes_what_the_first_have_left(case: Case, data: st.DataObject) -> None:
    network, people = case
    first = ccrp(network, people // 2, step_s=1.0)
    usable = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(network.arc_from), max_size=len(network.arc_from)))
    )
    rest = people - people // 2
    then = ccrp(network, rest, step_s=1.0, usable=usable, after=[first])
    _everybody(then, rest)
    _held(then, rest, earlier=(first,))
    assert usable[then.path_arc].all()


@given(cases(), st.data())
@settings(deadline=None, max_examples=80)
def test_nobody_goes_before_they_are_released(case: Case, data: st.DataObject) -> None:
    network, people = case
    node = np.flatnonzero(people)
    late = np.array(data.draw(st.lists(st.integers(0, 15), min_size=len(node), max_size=len(node))), np.int64)
    rows = np.column_stack([node, late, people[node]]) if len(node) else np.zeros((0, 3), np.int64)
    plan = ccrp(network, rows, step_s=1.0)
    _everybody(plan, people)
    _held(plan, people)
    released = np.zeros(network.nodes, np.int64)
    released[node] = late
    assert (plan.cohort_depart >= released[plan.route_node[plan.cohort_route]]).all()
    best = quickest(network, rows, step_s=1.0)
    assert best.persons >= plan.cohort_persons.sum()


@given(cases())
@settings(deadline=None, max_examples=40)
def test_the_same_question_has_the_same_answer(case: Case) -> None:
    one, two = (optimal(*case, step_s=1.0).plan for _ in range(2))
    for name in ("path_arc", "cohort_route", "cohort_depart", "cohort_arrive", "cohort_persons"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


@given(cases(closings=False), st.sampled_from([1.0, 3.0]), st.sampled_from([0.0, 5.0, 30.0]))
@settings(deadline=None, max_examples=80)
def test_signs_point_somewhere_and_do_not_flap(case: Case, window_s: float, dwell_s: float) -> None:
    network, people = case
    plan = ccrp(network, people, step_s=1.0)
    signs = guidance(plan, window_s=window_s, min_dwell_s=dwell_s)
    pointed = signs.sign >= 0
    assert (network.arc_from[signs.sign[pointed]] == np.nonzero(pointed)[1]).all()
    dwell = max(1, int(np.ceil(dwell_s / window_s)))
    for node in range(network.nodes):
        changes = np.flatnonzero(np.diff(signs.sign[:, node]))
        edges = [-1, *changes.tolist(), signs.windows - 1]
        if len(edges) > 2:
            assert min(np.diff(edges)) >= dwell
    sums = np.zeros((signs.windows, network.nodes))
    for window in range(signs.windows):
        np.add.at(sums[window], network.arc_from, signs.fraction[window])
    assert np.allclose(sums[pointed], 1.0, atol=1e-5)
    assert np.allclose(sums[~pointed], 0.0)
    goes = np.zeros(network.nodes, np.bool_)
    goes[plan.route_node[plan.cohort_route[plan.cohort_persons > 0]]] = True
    goes[network.sinks] = False
    assert pointed[:, goes].all()
