"""Anchors of optimality: D1–D9 and E4 of the verification suite; closed forms, other solvers, brute force."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation._augment import augment
from indoor3d.routing.evacuation.ccrp import _fill, _plan, ccrp, nearest_exit, optimal
from indoor3d.routing.evacuation.optimum import arrivals, expand, lower_bound, most_out, quickest
from indoor3d.routing.evacuation.timed import timed

Case = tuple[DynamicNetwork, np.ndarray[Any, np.dtype[np.int64]]]
Make = Callable[..., Case]
_PERSONS_M2 = 3.0


@pytest.fixture(scope="module")
def make(shared: Path) -> Make:
    """Buildings of the bench generator, with 3 persons/m² of room as there."""
    spec = importlib.util.spec_from_file_location("evacgraph", shared / "bench" / "evacgraph.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def made(*size: int, seed: int = 3, jitter: float = 0.0) -> Case:
        graph = module.building(*size, seed=seed)
        time_s = graph["tt"] * np.random.default_rng(seed).uniform(1 - jitter, 1 + jitter, len(graph["tt"]))
        room = np.maximum(graph["area"] * _PERSONS_M2, graph["occ"]).astype(np.float64)
        network = DynamicNetwork.of(
            graph["u"], graph["v"], time_s=time_s, capacity_per_s=graph["cap"], storage=room, sinks=graph["exits"]
        )
        return network, graph["occ"].astype(np.int64)

    return made


def _two_ways() -> Case:
    """100 persons; 10 s at 1 person/s, or 20 s at 2 persons/s."""
    network = DynamicNetwork.of(
        np.array([0, 0]),
        np.array([1, 2]),
        time_s=np.array([10.0, 20.0]),
        capacity_per_s=np.array([1.0, 2.0]),
        storage=np.array([100.0, np.inf, np.inf]),
        sinks=np.array([1, 2]),
    )
    return network, np.array([100, 0, 0])


def test_d1_two_paths_clear_as_the_continuous_formula_says() -> None:
    network, people = _two_ways()
    formula = (100 + 1 * 10 + 2 * 20) / 3  # flow over time that repeats both paths: N = 1 (T - 10) + 2 (T - 20)
    for step_s in (0.1, 0.05):
        found = quickest(network, people, step_s=step_s, scale=1000).clearance_s
        assert formula - step_s <= found <= formula + step_s


def test_d2_unit_steps() -> None:
    network, people = _two_ways()
    best = quickest(network, people, step_s=1.0)
    assert (best.horizon_steps, best.certified, best.infeasible_at) == (49, True, 48)
    assert best.cut is not None
    assert best.cut.persons == (48 - 9) + 2 * (48 - 19)
    assert sorted(best.cut.arc.tolist()) == [0, 1]
    plan = optimal(network, people, step_s=1.0).plan
    assert plan.clearance_s == 49
    assert plan.cohort_persons.sum() == 100


def test_d3_one_door() -> None:
    capacity = 1.33 * 0.7
    network = DynamicNetwork.of(
        np.array([0]),
        np.array([1]),
        time_s=np.array([0.0]),
        capacity_per_s=np.array([capacity]),
        storage=np.array([100.0, np.inf]),
        sinks=np.array([1]),
    )
    people = np.array([100, 0])
    for step_s in (1.0, 0.5, 0.1):
        found = optimal(network, people, step_s=step_s, scale=1000)
        assert 99 / capacity - step_s <= found.optimum.clearance_s <= 100 / capacity + step_s
        assert found.plan.clearance_s == found.optimum.clearance_s


@pytest.mark.parametrize(("step_s", "clearance_s"), [(5.0, 605.0), (2.0, 600.0), (1.0, 600.0)])
def test_d4_the_known_optimum(make: Make, step_s: float, clearance_s: float) -> None:
    network, people = make(1000, 10, 4, 3000, 4)
    best = quickest(network, people, step_s=step_s)
    assert best.clearance_s == clearance_s
    assert best.certified
    if step_s == 5.0:
        assert ccrp(network, people, step_s=step_s, batch=1).clearance_s == clearance_s


def test_d4_another_solver_finds_the_same_flows(make: Make) -> None:
    network, people = make(150, 3, 2, 400, 2)
    net = timed(network, people, step_s=5.0)
    last = quickest(network, people, step_s=5.0).horizon_steps
    for horizon in np.linspace(last // 4, last + 1, 8).astype(int).tolist():
        assert most_out(net, horizon) == _scipy_flow(network, people, 5.0, horizon)


def _scipy_flow(network: DynamicNetwork, people: Any, step_s: float, horizon: int, scale: int = 100) -> int:
    """The whole time-expanded network, nothing pruned, by scipy."""
    nodes = network.nodes
    transit = np.maximum(1, np.rint(network.time_s / step_s)).astype(int)
    edges: dict[tuple[int, int], int] = {}

    def add(a: int, b: int, most: float) -> None:
        edges[a, b] = edges.get((a, b), 0) + int(min(most, 1 << 30))

    source, target = nodes * (horizon + 1), nodes * (horizon + 1) + 1
    sinks = set(network.sinks.tolist())
    capacity = np.floor(network.capacity_per_s * step_s * scale + 1e-9)
    for arc, (u, v) in enumerate(zip(network.arc_from.tolist(), network.arc_to.tolist(), strict=True)):
        for step in range(horizon + 1 - transit[arc]):
            add(step * nodes + u, (step + transit[arc]) * nodes + v, capacity[arc])
    for v in range(nodes):
        for step in range(horizon + 1):
            if v in sinks:
                add(step * nodes + v, target, 1 << 30)
            elif step < horizon:
                add(step * nodes + v, (step + 1) * nodes + v, np.floor(network.storage[v] * scale))
        if people[v]:
            add(source, v, int(people[v]) * scale)
    ends, most = np.array(list(edges)), np.array(list(edges.values()), np.int32)
    graph = csr_matrix((most, (ends[:, 0], ends[:, 1])), shape=(target + 1, target + 1))
    return int(maximum_flow(graph, source, target).flow_value)


@pytest.mark.parametrize("seed", range(24))
def test_d5_bound_optimum_plan(make: Make, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = (int(rng.integers(100, 400)), int(rng.integers(2, 8)), int(rng.integers(2, 4)), int(rng.integers(200, 2000)))
    network, people = make(*size, int(rng.integers(1, 4)), seed=seed, jitter=0.15)
    proven = optimal(network, people, step_s=5.0)
    best, plan = proven.optimum, proven.plan
    assert best.certified
    assert proven.reached
    assert lower_bound(network, people, step_s=5.0) <= best.clearance_s <= plan.clearance_s <= best.clearance_s + 5.0
    net = timed(network, people, step_s=5.0)
    assert most_out(net, best.infeasible_at) < net.total <= most_out(net, best.horizon_steps)
    assert best.cut is not None
    assert best.cut.persons < people.sum()
    assert best.clearance_s <= ccrp(network, people, step_s=5.0).clearance_s <= 1.05 * best.clearance_s
    assert best.clearance_s <= nearest_exit(network, people, step_s=5.0).clearance_s


def test_d5_the_quick_plan_is_near_the_optimum_in_the_median(make: Make) -> None:
    ratios = []
    for seed in range(24):
        rng = np.random.default_rng(100 + seed)
        size = (
            int(rng.integers(150, 900)),
            int(rng.integers(2, 11)),
            int(rng.integers(2, 5)),
            int(rng.integers(300, 3000)),
        )
        network, people = make(*size, int(rng.integers(2, 5)), seed=seed, jitter=0.15)
        plan = ccrp(network, people, step_s=5.0)
        ratios.append(
            plan.clearance_s / quickest(network, people, step_s=5.0, start_from=plan.clearance_steps).clearance_s
        )
    assert np.median(ratios) <= 1.03
    assert max(ratios) <= 1.05
    assert min(ratios) >= 1.0


def test_d5_the_cut_is_a_cut(make: Make) -> None:
    network, people = make(1000, 10, 4, 3000, 4)
    cut = quickest(network, people, step_s=5.0).cut
    assert cut is not None
    begun_beyond = cut.persons - cut.arc_persons.sum() - cut.node_persons.sum()
    assert -1e-6 <= begun_beyond < people.sum()
    wider = np.array(network.capacity_per_s)
    wider[cut.arc] *= 2
    more = DynamicNetwork.of(
        network.arc_from,
        network.arc_to,
        time_s=network.time_s,
        capacity_per_s=wider,
        storage=network.storage,
        sinks=network.sinks,
    )
    assert quickest(more, people, step_s=5.0).clearance_s < 605


def test_d6_no_plan_is_ever_ahead_of_the_earliest_arrivals(make: Make) -> None:
    network, people = make(1000, 10, 4, 3000, 4)
    plan = ccrp(network, people, step_s=5.0, batch=1)
    out = plan.out_by_step()
    steps = [30, 61, 91, 121]
    most = arrivals(network, people, step_s=5.0, at_steps=steps)
    assert (out[steps] <= most + 1e-9).all()
    assert (out[steps] >= 0.97 * most).all()


def test_d7_more_is_never_worse(make: Make) -> None:
    network, people = make(200, 4, 2, 800, 2)
    at = quickest(network, people, step_s=5.0).horizon_steps
    for arc in range(0, len(network.arc_from), 41):
        wider = network.capacity_per_s.copy()
        wider[arc] *= 1.5
        closed = np.ones(len(wider), np.bool_)
        closed[arc] = False
        better = DynamicNetwork.of(
            network.arc_from,
            network.arc_to,
            time_s=network.time_s,
            capacity_per_s=wider,
            storage=network.storage,
            sinks=network.sinks,
        )
        assert quickest(better, people, step_s=5.0).horizon_steps <= at
        worse = quickest(network, people, step_s=5.0, usable=closed)
        assert worse.left > 0 or worse.horizon_steps >= at
    more = people.copy()
    more[np.flatnonzero(people)[0]] += 1
    assert quickest(network, more, step_s=5.0).horizon_steps >= at


def test_d8_steps_bound_the_truth_from_both_sides(make: Make) -> None:
    network, people = make(1000, 10, 4, 3000, 4)
    low = quickest(network, people, step_s=5.0, rounding="down").clearance_s
    fine = quickest(network, people, step_s=1.0).clearance_s
    high = quickest(network, people, step_s=5.0, rounding="up").clearance_s
    assert low <= fine <= high + 5.0
    assert high - low <= 0.05 * high


def test_d9_tenths_of_persons_lose_capacity(make: Make) -> None:
    network, people = make(1000, 10, 8, 10000, 8)
    assert network.nodes == 1008
    found = {scale: quickest(network, people, step_s=5.0, scale=scale).clearance_s for scale in (10, 100, 1000)}
    assert found[10] > found[100]
    assert abs(found[1000] - found[100]) < 0.01 * found[100]
    assert quickest(network, people, step_s=1.0, scale=10).clearance_s > 1.04 * found[100]


def test_who_comes_too_late_is_led_to_the_optimum(make: Make) -> None:
    network, people = make(200, 4, 2, 1200, 3)
    net = timed(network, people, step_s=5.0)
    rough = _fill(net, batch=40)
    best = quickest(network, people, step_s=5.0)
    assert _plan(network, net, rough).clearance_steps > best.horizon_steps
    better = augment(net, rough, best.horizon_steps)
    assert better is not None
    plan = _plan(network, net, better)
    assert plan.clearance_steps == best.horizon_steps
    assert plan.cohort_persons.sum() == people.sum()


def test_e4_earliest_arrival_with_closings_is_that_of_brute_force() -> None:
    rng = np.random.default_rng(4)
    for _ in range(60):
        nodes, arcs, horizon = 12, 30, 40
        tail, head = rng.integers(nodes, size=(2, arcs))
        network = DynamicNetwork(
            arc_from=tail.astype(np.int32),
            arc_to=head.astype(np.int32),
            time_s=rng.integers(0, 6, arcs).astype(np.float64),
            capacity_per_s=np.full(arcs, np.inf),
            passage=np.full(arcs, -1, np.int32),
            storage=np.full(nodes, np.inf),
            sinks=np.array([nodes - 1], np.int32),
            open_from_s=rng.integers(0, 8, arcs).astype(np.float64),
            closed_from_s=np.where(rng.random(arcs) < 0.5, np.inf, rng.integers(1, 25, arcs)).astype(np.float64),
        )
        people = np.zeros(nodes, np.int64)
        people[0] = 1
        at = np.zeros((horizon, nodes), np.bool_)
        at[0, 0] = True
        for step in range(horizon):
            for _again in range(nodes):
                for arc in range(arcs):
                    until = step + int(network.time_s[arc])
                    inside = network.open_from_s[arc] <= step and until <= network.closed_from_s[arc]
                    if at[step, tail[arc]] and inside and tail[arc] != nodes - 1 and until < horizon:
                        at[until, head[arc]] = True
            if step + 1 < horizon:
                at[step + 1] |= at[step]
        reached = at[:, -1]
        plan = ccrp(network, people, step_s=1.0)
        best = quickest(network, people, step_s=1.0)
        if reached.any():
            assert plan.clearance_steps == int(reached.argmax()) == best.horizon_steps
            assert best.left == 0
        else:
            assert plan.left[0] == 1
            assert best.left == 1


def test_people_whom_a_door_shuts_out_are_counted() -> None:
    """30 persons, a door of 1 person/s that is passed in 2 s and closes at 20 s: entries at 0 … 18 s are 19 persons."""
    network = DynamicNetwork(
        arc_from=np.array([0], np.int32),
        arc_to=np.array([1], np.int32),
        time_s=np.array([2.0]),
        capacity_per_s=np.array([1.0]),
        passage=np.array([-1], np.int32),
        storage=np.array([30.0, np.inf]),
        sinks=np.array([1], np.int32),
        open_from_s=np.zeros(1),
        closed_from_s=np.array([20.0]),
    )
    proven = optimal(network, np.array([30, 0]), step_s=1.0)
    assert (proven.optimum.persons, proven.optimum.left, proven.optimum.clearance_s) == (19, 11, 20)
    assert proven.plan.left.tolist() == [11, 0]
    assert proven.plan.cohort_persons.sum() == 19


def test_malformed_questions_are_refused() -> None:
    network, people = _two_ways()
    wrongs: list[Any] = [people[:2], people.astype(float) / 2, -people, np.array([[7, 0, 1]])]
    for wrong in wrongs:
        with pytest.raises(InvalidInput):
            quickest(network, wrong, step_s=1.0)
    with pytest.raises(InvalidInput):
        ccrp(network, people, step_s=0.0)
    first = ccrp(network, people, step_s=1.0)
    with pytest.raises(InvalidInput):
        ccrp(network, people, step_s=2.0, after=[first])


def test_the_expansion_leaves_out_what_cannot_matter(make: Make) -> None:
    network, people = make(200, 4, 2, 800, 2)
    net = timed(network, people, step_s=5.0)
    whole = expand(net, 60)
    assert whole.waits < 60 * (len(network.arc_from) + network.nodes)


def test_nobody_is_dropped_for_a_shorter_time() -> None:
    """The optimum has two people pass in one passage at once, which no plan can: the plan takes longer, and takes both."""
    arcs = [(0, 1), (1, 0)] * 2 + [(0, 2), (2, 0), (0, 3), (3, 0), (2, 3), (3, 2)]
    tail, head = np.array(arcs).T
    network = DynamicNetwork.of(
        tail,
        head,
        time_s=np.zeros(len(arcs)),
        capacity_per_s=np.array([0.3] * 8 + [0.78] * 2),
        storage=np.ones(4),
        sinks=np.array([2]),
        passage=np.repeat(np.arange(len(arcs) // 2), 2),
    )
    people = np.array([0, 1, 0, 1])
    for plan in (ccrp(network, people, step_s=1.0), optimal(network, people, step_s=1.0).plan):
        assert plan.left.sum() == 0
        assert plan.cohort_persons.sum() == 2
