"""What holds of failures and closings on every network: nobody is lost, nothing is saved by closing, the same again is the same."""

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation._failures import live_arcs, simple_arcs
from indoor3d.routing.evacuation._nearest_queues import _step_by_step, _upstream_first
from indoor3d.routing.evacuation.ccrp import ccrp, nearest_arcs, nearest_exit
from indoor3d.routing.evacuation.criticality import closed_arcs, criticality, cut_off_at
from indoor3d.routing.evacuation.optimum import quickest
from indoor3d.routing.evacuation.timed import Timed, timed
from tests.flow_networks import named
from tests.property.test_evacuation_plans import cases

Case = tuple[DynamicNetwork, np.ndarray[Any, np.dtype[np.int64]]]
SLOW = settings(max_examples=25, deadline=None)


def _elements(network: DynamicNetwork) -> list[str]:
    return [f"door-{k}" for k in range(len(network.arc_from) // 2)]


@SLOW
@given(cases(closings=False), st.integers(1, 4))
def test_every_failure_is_as_a_plan_without_the_element(case: Case, settled: int) -> None:
    network, people = case
    flow = named(network, _elements(network))
    plan = ccrp(network, people, step_s=1.0)
    rows = criticality(flow, network, people, step_s=1.0, settled=settled)
    assert rows == criticality(flow, network, people, step_s=1.0, settled=settled)
    assert [(row.lost, row.later_s or 0.0) for row in rows] == sorted(
        ((row.lost, row.later_s or 0.0) for row in rows), reverse=True
    )
    assert all(row.known != "bound" for row in rows[:settled])
    for row in rows:
        without = ~closed_arcs(flow, [row.element])
        again = ccrp(network, people, step_s=1.0, usable=without)
        assert row.lost == row.cut_off == again.left.sum() - plan.left.sum() >= 0
        assert row.cut_off == sum(s.persons for s in row.stranded)
        if not again.cohort_persons.sum():
            assert row.clearance_s is None
            continue
        assert row.bound_s is not None
        assert row.clearance_s is not None
        assert row.bound_s <= row.clearance_s
        best = quickest(network, people, step_s=1.0, usable=without)
        assert best.clearance_s <= row.clearance_s + 1e-9
        if row.known == "planned":  # near what is proven, or no worse than the best plan that is to be had
            near = 1.05 * best.clearance_s + 0.5
            assert row.clearance_s <= max(again.clearance_s, near) or row.later_s == 0
        if row.known == "stands":
            assert row.clearance_s <= plan.clearance_s


@SLOW
@given(cases(), st.data())
def test_without_some_arcs_it_is_as_if_they_had_never_been_usable(case: Case, data: st.DataObject) -> None:
    network, people = case
    whole = timed(network, people, step_s=1.0)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(whole.tail), max_size=len(whole.tail))))
    if data.draw(st.booleans()):
        assert len(whole.leaving[1]) == len(whole.coming[1]) == len(whole.tail)
    some, made = whole.only(kept), timed(network, people, step_s=1.0, usable=kept)
    assert np.array_equal(some.last, made.last)
    assert np.array_equal(some.earliest(), made.earliest())
    assert np.array_equal(some.latest(50), made.latest(50))


@SLOW
@given(cases())
def test_arcs_on_simple_ways_share_a_biconnected_part_with_the_outside(case: Case) -> None:
    net = timed(*case, step_s=1.0)
    live = live_arcs(net)
    graph: nx.Graph[int] = nx.Graph(list(zip(net.tail[live].tolist(), net.head[live].tolist(), strict=True)))
    graph.add_edges_from((end, -1) for end in {*net.node.tolist(), *np.flatnonzero(net.sink).tolist()})
    parts = [part for part in nx.biconnected_components(graph) if -1 in part]
    ends = zip(net.tail.tolist(), net.head.tolist(), strict=True)
    expected = [any({u, v} <= part for part in parts) for u, v in ends]
    assert simple_arcs(net).tolist() == (np.array(expected) & live).tolist()


def _queues(net: Timed, arc: np.ndarray[Any, np.dtype[np.int64]], line: list[int]) -> int | None:
    """Step of the last arrival, person by person of paper: those nearer to the exit are served first."""
    coming = [(int(r), int(v), int(u)) for v, r, u in zip(net.node, net.release, net.units, strict=True)]
    waiting = dict.fromkeys(line, 0)
    out, step = None, 0
    while coming or any(waiting.values()):
        for _, node, units in [c for c in coming if c[0] == step]:
            if net.sink[node]:
                out = step
            elif node in waiting:
                waiting[node] += units
        coming = [c for c in coming if c[0] > step]
        left = dict(enumerate(net.most.tolist()))
        for node in line:
            a, units = int(arc[node]), waiting[node]
            if step > net.last[a]:
                waiting[node] = 0
            if not units or not net.first[a] <= step <= net.last[a]:
                continue
            if net.group[a] >= 0:
                group, most, capacity = int(net.group[a]), int(net.most[net.group[a]]), int(net.capacity[a])
                units = min(units, left[group] * capacity // most)
                left[group] -= -(-units * most // capacity)
            waiting[node] -= units
            coming += [(step + max(int(net.transit[a]), 1), int(net.head[a]), units)] if units else []
        step += 1
    return out


@SLOW
@given(cases(), st.integers(0, 9))
def test_queues_are_as_served_one_after_another(case: Case, late: int) -> None:
    network, people = case
    nodes = np.arange(len(people))
    # people of one place set out at two times
    rows = np.concatenate([np.column_stack([nodes, 0 * nodes, people]), np.column_stack([nodes, nodes + late, people])])
    net = timed(network, rows, step_s=1.0)
    apart = replace(network, time_s=np.maximum(network.time_s, 0.1))
    arc = nearest_arcs(apart, usable=net.last >= 0)
    order = _upstream_first(net, arc)
    assert _step_by_step(net, arc, order) == _queues(net, arc, order[::-1].tolist())


@SLOW
@given(cases(closings=False, room=False))
def test_the_nearest_exit_without_room_is_the_plan_of_it(case: Case) -> None:
    network, people = case
    network = replace(network, time_s=np.maximum(network.time_s, 1.0))
    flow = named(network, _elements(network))
    for row in criticality(flow, network, people, step_s=1.0):
        plan = nearest_exit(network, people, step_s=1.0, usable=~closed_arcs(flow, [row.element]))
        if row.nearest_s is None:
            assert not plan.cohort_persons.sum()
        else:
            # the plan has people out with the last of their units, (N - 1)/C against N/C: one headway of the slowest way, and a step
            headway = 1.0 / network.capacity_per_s[network.capacity_per_s > 0].min()
            assert row.nearest_s == pytest.approx(plan.clearance_s, abs=headway + 1.0)


@SLOW
@given(cases(closings=False), st.data())
def test_closing_more_never_cuts_off_fewer(case: Case, data: st.DataObject) -> None:
    network, people = case
    elements = _elements(network)
    flow = named(network, elements)
    some = data.draw(st.sets(st.sampled_from(elements), min_size=1))
    more = some | data.draw(st.sets(st.sampled_from(elements)))
    at_s = data.draw(st.sampled_from([0.0, 2.5, 6.0, 20.0]))
    for moving in (False, True):
        few = cut_off_at(flow, network, people, dict.fromkeys(some, at_s), step_s=1.0, moving=moving)
        many = cut_off_at(flow, network, people, dict.fromkeys(more, at_s), step_s=1.0, moving=moving)
        assert few.cut_off <= many.cut_off
        assert few.no_way == many.no_way


@SLOW
@given(cases(), st.data())
def test_nobody_is_lost_when_things_close(case: Case, data: st.DataObject) -> None:
    network, people = case
    elements = _elements(network)
    flow = named(network, elements)
    closes = data.draw(
        st.dictionaries(st.sampled_from(elements), st.sampled_from([0.0, 1.0, 3.5, 7.0, 15.0]), min_size=1, max_size=4)
    )
    for moving in (False, True):
        found = cut_off_at(flow, network, people, closes, step_s=1.0, moving=moving)
        assert found.persons == people.sum() == found.out + found.other_way + found.cut_off + found.no_way
        assert min(found.out, found.other_way, found.cut_off, found.no_way) >= 0
        assert found.cut_off == sum(s.persons for s in found.stranded) == sum(c.cut_off for c in found.closings)
        assert [c.at_s for c in found.closings] == (sorted(set(closes.values())) if moving else [max(closes.values())])
        assert [c.out for c in found.closings] == sorted(c.out for c in found.closings)
        assert found == cut_off_at(flow, network, people, closes, step_s=1.0, moving=moving)
        assert (found.clearance_s is None) == (found.out + found.other_way == 0)


@SLOW
@given(cases(closings=False), st.data())
def test_at_the_beginning_it_is_the_failure_and_at_the_end_it_is_nothing(case: Case, data: st.DataObject) -> None:
    network, people = case
    elements = _elements(network)
    flow = named(network, elements)
    element = data.draw(st.sampled_from(elements))
    row = next(r for r in criticality(flow, network, people, step_s=1.0) if r.element == element)
    first = cut_off_at(flow, network, people, {element: 0.0}, step_s=1.0)
    assert (first.cut_off, first.stranded) == (row.cut_off, row.stranded)
    plan = ccrp(network, people, step_s=1.0)
    late = cut_off_at(flow, network, people, {element: plan.clearance_s + 10.0}, step_s=1.0)
    assert (late.cut_off, late.other_way, late.out) == (0, 0, plan.cohort_persons.sum())
