"""The compiled search against networkx's Dijkstra: random weights, closures and offsets; every profile on the venues."""

import importlib.util
import itertools
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from indoor3d.errors import OffNetwork
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.path import Arcs, Way, arcs, shortest, table, tree
from indoor3d.routing.profile import PROFILES
from indoor3d.routing.view import GOAL, START, View
from tests.venues.made import VENUES, made

Floats = NDArray[np.float64]
EXACT = 1e-9
NEVER = -(10**9)
"""So many searches are made before landmarks: both searches can be tested apart."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """An indoor-like graph with what its edges are: directed arcs both ways, some ways twice with other lengths."""

    count: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length: Floats
    kind: NDArray[np.int64]
    width: Floats


@cache
def bench_graph(shared: Path, size: int) -> Bench:
    spec = importlib.util.spec_from_file_location("indoorgraph", shared / "bench" / "indoorgraph.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made_ = module.make(size, seed=1)
    rng = np.random.default_rng(size)
    twice = rng.random(len(made_["u"])) < 0.05  # parallel ways
    u, v, w, kind, width = (
        np.concatenate([made_[name], made_[name][twice]]) for name in ("u", "v", "w", "kind", "width")
    )
    w[len(made_["u"]) :] *= rng.uniform(0.5, 1.5, int(twice.sum()))
    return Bench(
        count=made_["n"],
        tail=np.concatenate([u, v]).astype(np.int32),
        head=np.concatenate([v, u]).astype(np.int32),
        length=np.concatenate([w, w]),
        kind=np.concatenate([kind, kind]),
        width=np.concatenate([width, width]),
    )


def weights(graph: Bench, rng: np.random.Generator) -> Floats:
    """What somebody needs for each arc: kinds and widths refused, one-way arcs, arcs for nothing."""
    speed = rng.uniform(0.3, 1.5, 4)
    speed[rng.random(4) < 0.3] = 0.0  # this kind is refused
    speed[0] = rng.uniform(0.5, 1.5)
    with np.errstate(divide="ignore"):
        weight = graph.length / speed[graph.kind]
    weight[graph.width < rng.choice([0.0, 0.0, 1.1, 1.3])] = np.inf
    weight[rng.random(len(weight)) < rng.choice([0.0, 0.05])] = np.inf
    weight[rng.random(len(weight)) < rng.choice([0.0, 0.1])] = 0.0
    return weight


def closed(weight: Floats, rng: np.random.Generator) -> Floats:
    """The same with up to 400 ways shut, both directions."""
    half = len(weight) // 2
    shut = rng.integers(0, half, int(rng.choice([0, 1, 5, 50, 400])))
    weight = weight.copy()
    weight[shut] = weight[shut + half] = np.inf
    return weight


def oracle(graph: Bench, weight: Floats) -> nx.DiGraph:
    """Plain networkx; of parallel arcs the cheapest."""
    order = np.argsort(-weight, kind="stable")
    order = order[np.isfinite(weight[order])]
    found = nx.DiGraph()
    found.add_nodes_from(range(graph.count))
    found.add_weighted_edges_from(
        zip(graph.tail[order].tolist(), graph.head[order].tolist(), weight[order].tolist(), strict=True)
    )
    return found


def from_sources(graph: nx.DiGraph, sources: NDArray[np.int64], offsets: Floats, count: int) -> Floats:
    """Costs by networkx from several sources that begin at offsets, by one node more."""
    for node, offset in zip(sources.tolist(), offsets.tolist(), strict=True):
        graph.add_edge(
            "source", node, weight=min(offset, graph.get_edge_data("source", node, {}).get("weight", offset))
        )
    lengths = nx.single_source_dijkstra_path_length(graph, "source")
    graph.remove_node("source")
    return np.array([lengths.get(node, np.inf) for node in range(count)])


def check_way(graph: Arcs, way: Way | None, expected: float, begun: dict[int, float], ended: dict[int, float]) -> None:
    if way is None:
        assert expected == np.inf
        return
    rows = graph.rows
    assert way.cost == pytest.approx(expected, rel=EXACT, abs=EXACT)
    assert way.enters in begun
    assert way.leaves in ended
    spent = begun[way.enters] + float(graph.weight[way.arcs].sum()) + ended[way.leaves]
    assert spent == pytest.approx(way.cost, rel=EXACT, abs=EXACT)
    nodes = [way.enters, *rows.head[way.arcs].tolist()]
    assert rows.tail[way.arcs].tolist() == nodes[:-1]
    assert nodes[-1] == way.leaves
    assert len(set(nodes)) == len(nodes), "nobody comes by twice"


def some(rng: np.random.Generator, count: int) -> tuple[NDArray[np.int64], Floats, dict[int, float]]:
    """One to four nodes, and what is spent there."""
    nodes = rng.integers(0, count, int(rng.integers(1, 5)))
    spent = np.round(rng.uniform(0, 30, len(nodes)) * rng.integers(0, 2), 3)
    least: dict[int, float] = {}
    for node, cost in zip(nodes.tolist(), spent.tolist(), strict=True):
        least[node] = min(cost, least.get(node, np.inf))
    return nodes, spent, least


@pytest.mark.parametrize(
    ("size", "vectors", "starts", "goals"), [(2_000, 50, 4, 50), (20_000, 3, 2, 90), (200_000, 1, 1, 60)]
)
def test_every_search_costs_what_networkx_says(shared: Path, size: int, vectors: int, starts: int, goals: int) -> None:
    graph, rng = bench_graph(shared, size), np.random.default_rng(7)
    label = np.arange(len(graph.tail))
    unreached = 0
    for _ in range(vectors):
        weight = weights(graph, rng)
        opened = arcs(graph.count, graph.tail, graph.head, weight=weight, label=label)
        for _ in range(6):
            opened.landmarks()
        shut = closed(weight, rng)
        drawn = opened.raised(shut[opened.rows.label])  # landmarks of before the closures
        both = Arcs(rows=opened.rows, weight=drawn.weight, _asked=[NEVER])
        assert drawn.landmarks() is not None
        assert both.landmarks() is None
        plain = oracle(graph, shut)
        for _ in range(starts):
            sources, offsets, begun = some(rng, graph.count)
            expected = from_sources(plain, sources, offsets, graph.count)
            found = tree(both, sources, offsets)
            assert found.cost == pytest.approx(expected, rel=EXACT, abs=EXACT)
            for _ in range(goals):
                targets, endings, ended = some(rng, graph.count)
                least = min(expected[node] + cost for node, cost in ended.items())
                unreached += least == np.inf
                for search in (drawn, both):
                    way = shortest(search, sources, targets, offsets=offsets, endings=endings)
                    check_way(search, way, least, begun, ended)
    if size == 2_000:
        assert unreached > 100, "ways that do not exist are tested, too"


def test_pairs_that_lie_apart_have_no_way_with_landmarks_on_either_side() -> None:
    # Two rings that nothing joins, and a one-way street from the second to a third.
    ring = np.arange(10)
    tail = np.concatenate([ring, ring + 10, ring + 20, [13]])
    head = np.concatenate([(ring + 1) % 10, (ring + 1) % 10 + 10, (ring + 1) % 10 + 20, [25]])
    graph = arcs(30, tail, head, weight=np.ones(31), label=np.arange(31))
    for _ in range(6):
        graph.landmarks()
    apart = Arcs(rows=graph.rows, weight=graph.weight, _asked=[NEVER])
    for search in (graph, apart):
        for one, other in itertools.product(range(30), range(30)):
            leads = one // 10 == other // 10 or (one // 10, other // 10) == (1, 2)
            assert (shortest(search, [one], [other]) is not None) == leads
    assert graph.landmarks() is not None


def test_closing_never_shortens_and_opening_again_gives_the_same_way(shared: Path) -> None:
    graph, rng = bench_graph(shared, 2_000), np.random.default_rng(11)
    weight = weights(graph, rng)
    opened = arcs(graph.count, graph.tail, graph.head, weight=weight, label=np.arange(len(weight)))
    half, longer = len(weight) // 2, 0
    for _ in range(300):
        one, other = rng.integers(0, graph.count, 2).tolist()
        way = shortest(opened, [one], [other])
        if way is None or not len(way.arcs):
            continue
        on_way = int(rng.choice(opened.rows.label[way.arcs])) % half
        raised = weight.copy()
        raised[[on_way, on_way + half]] = np.inf
        around = shortest(opened.raised(raised[opened.rows.label]), [one], [other])
        assert around is None or around.cost >= way.cost - EXACT
        assert around is None or on_way not in opened.rows.label[around.arcs] % half
        longer += around is None or around.cost > way.cost + EXACT
        again = shortest(opened, [one], [other])
        assert again is not None
        assert again.arcs.tolist() == way.arcs.tolist()
    assert longer > 100


def test_a_limit_leaves_out_what_costs_more_and_nothing_else(shared: Path) -> None:
    graph = bench_graph(shared, 2_000)
    found = arcs(graph.count, graph.tail, graph.head, weight=graph.length, label=np.arange(len(graph.tail)))
    whole = tree(found, [3])
    for limit in np.quantile(whole.cost, [0.0, 0.1, 0.5, 0.99]).tolist():
        part = tree(found, [3], limit=limit)
        assert part.cost.tolist() == np.where(whole.cost <= limit, whole.cost, np.inf).tolist()


def test_a_bound_is_not_of_interest_when_it_is_reached(shared: Path) -> None:
    graph = bench_graph(shared, 2_000)
    opened = arcs(graph.count, graph.tail, graph.head, weight=graph.length, label=np.arange(len(graph.tail)))
    for asked in ([NEVER], [10]):
        search = Arcs(rows=opened.rows, weight=opened.weight, _asked=list(asked))
        way = shortest(search, [5], [900])
        assert way is not None
        assert shortest(search, [5], [900], bound=way.cost * (1 - 1e-6)) is None
        again = shortest(search, [5], [900], bound=way.cost * (1 + 1e-6))
        assert again is not None
        assert again.cost == way.cost


def test_the_table_reads_the_ways_that_trees_have(shared: Path) -> None:
    graph, rng = bench_graph(shared, 2_000), np.random.default_rng(13)
    weight = weights(graph, rng)
    search = arcs(graph.count, graph.tail, graph.head, weight=weight, label=np.arange(len(weight)))
    every, plain = table(search), oracle(graph, weight)
    for source in rng.integers(0, graph.count, 12).tolist():
        expected = from_sources(plain, np.array([source]), np.zeros(1), graph.count)
        assert every.cost[source] == pytest.approx(expected, rel=1e-6)
        for goal in rng.integers(0, graph.count, 100).tolist():
            check_way(search, every.way(source, goal), expected[goal], {source: 0.0}, {goal: 0.0})
    assert every.cost.nbytes + every.before.nbytes == 8 * graph.count**2


def test_the_order_in_which_arcs_come_does_not_change_a_way(shared: Path) -> None:
    graph, rng = bench_graph(shared, 2_000), np.random.default_rng(17)
    weight = np.rint(graph.length / 4)  # many ways that cost the same
    label = np.arange(len(weight))
    order = rng.permutation(len(weight))
    one = arcs(graph.count, graph.tail, graph.head, weight=weight, label=label)
    other = arcs(graph.count, graph.tail[order], graph.head[order], weight=weight[order], label=label[order])
    for _ in range(100):
        a, b = rng.integers(0, graph.count, 2).tolist()
        first, second = shortest(one, [a], [b]), shortest(other, [a], [b])
        assert first is not None
        assert second is not None
        assert one.rows.label[first.arcs].tolist() == other.rows.label[second.arcs].tolist()


def test_sums_along_a_tree_are_those_of_its_paths(shared: Path) -> None:
    graph, rng = bench_graph(shared, 2_000), np.random.default_rng(19)
    weight, other = weights(graph, rng), rng.uniform(0, 5, len(graph.tail))
    search = arcs(graph.count, graph.tail, graph.head, weight=weight, label=np.arange(len(weight)))
    begun = rng.uniform(0, 5, graph.count)
    found = tree(search, [1, 500], [4.0, 0.0])
    sums = found.sums(other, at_sources=begun)
    for node in range(0, graph.count, 7):
        if np.isfinite(found.cost[node]):
            path = found.path(node)
            assert sums[node] == pytest.approx(other[path].sum() + begun[found.source(node)], rel=EXACT)
        else:
            assert sums[node] == np.inf


def test_columns_that_cannot_be_written_are_read(shared: Path) -> None:
    graph = bench_graph(shared, 2_000)
    found = arcs(graph.count, graph.tail, graph.head, weight=graph.length, label=np.arange(len(graph.tail)))
    for column in (found.weight, found.rows.start, found.rows.head, found.rows.tail, found.rows.label):
        column.setflags(write=False)
    way, grown = shortest(found, [0], [1000]), tree(found, [0])
    assert way is not None
    assert way.cost == pytest.approx(grown.cost[1000], rel=EXACT)


def asked(graph: NavGraph, rng: np.random.Generator, *, count: int) -> tuple[str, str, list[str]]:
    """Two spaces, and so many doors and connectors to close."""
    spaces = sorted(s.id for s in graph.building.spaces if s.walkable)
    start, goal = rng.choice(spaces, 2, replace=False).tolist()
    return start, goal, sorted(rng.choice(graph.network.elements, count, replace=False).tolist())


def plain_graph(view: View) -> nx.DiGraph:
    """The same in plain networkx, of parallel ways the cheapest, without what else edges are: that takes a second a venue."""
    found, chosen = nx.DiGraph(), view.nx_arcs("cost")
    assert chosen is not None
    assert view.start is not None
    assert view.goal is not None
    order = np.argsort(-chosen.weight, kind="stable")
    order = order[np.isfinite(chosen.weight[order])]
    columns = (chosen.rows.tail[order].tolist(), chosen.rows.head[order].tolist(), chosen.weight[order].tolist())
    found.add_weighted_edges_from(zip(*columns, strict=True))
    found.add_nodes_from([START, GOAL])
    for node, cost in zip(view.start.nodes.tolist(), view.start.cost.tolist(), strict=True):
        found.add_edge(START, node, weight=cost)
    for node, cost in zip(view.goal.nodes.tolist(), view.goal.cost.tolist(), strict=True):
        found.add_edge(node, GOAL, weight=cost)
    if np.isfinite(view.straight.cost[0]):
        found.add_edge(START, GOAL, weight=float(view.straight.cost[0]))
    return found


@pytest.mark.parametrize("venue", VENUES)
def test_every_profile_costs_what_networkx_says_on_a_venue(venue: str) -> None:
    graph, led = made(venue).graph, 0
    for number, profile in enumerate(sorted(PROFILES), start=VENUES.index(venue)):
        start, goal, shut = asked(graph, np.random.default_rng(number), count=6 * (number % 2))
        try:
            view = graph.view(start, goal, profile=profile, closed=shut)
        except OffNetwork:
            continue
        plain = plain_graph(view)
        try:
            expected = nx.dijkstra_path_length(plain, START, GOAL)
        except nx.NetworkXNoPath:
            assert not nx.has_path(view, START, GOAL)
            continue
        cost, path = nx.bidirectional_dijkstra(view, START, GOAL, weight="cost")
        assert cost == pytest.approx(expected, rel=EXACT)
        assert nx.path_weight(plain, list(path), "weight") == pytest.approx(expected, rel=EXACT)
        led += 1
    assert led > 2


@pytest.mark.parametrize("venue", ["sema-seosomun", "city-hall"])
def test_the_copy_of_a_view_weighs_the_same_to_every_node(venue: str) -> None:
    view = made(venue).graph.view(profile="wheelchair_manual")
    expected = nx.single_source_dijkstra_path_length(view.nx_copy(()), 0, weight="cost")
    assert len(expected) > 100
    assert dict(nx.single_source_dijkstra_path_length(view, 0, weight="cost")) == pytest.approx(expected, rel=EXACT)
