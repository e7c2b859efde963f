"""networkx as the oracle: the same graph, the same weights, the same answers."""

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

from indoor3d.errors import NoRoute, OffNetwork
from indoor3d.models.building import Building
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.escape import exit_field
from indoor3d.routing.path import arcs, shortest, tree
from indoor3d.routing.view import GOAL, START, View
from tests.buildings import open_plan, station, two_floors


@pytest.mark.parametrize("profile", ["walk", "wheelchair", "stroller", "elderly"])
@pytest.mark.parametrize("make", [two_floors, station, open_plan])
def test_every_route_costs_what_dijkstra_says(make: Callable[[], Building], profile: str) -> None:
    building = make()
    graph = build_navigation(building)
    closures: list[list[str]] = [[], [building.openings[0].id], [c.id for c in building.connectors][:1]]
    for closed in closures:
        for start in building.spaces:
            for goal in building.spaces:
                try:
                    view = graph.view(start.id, goal.id, profile=profile, closed=closed)
                except OffNetwork:
                    continue
                oracle = view.nx_copy(())
                try:
                    route = graph.route(start.id, goal.id, profile=profile, closed=closed)
                except NoRoute:
                    assert start.id != goal.id
                    assert not nx.has_path(oracle, START, GOAL)
                    continue
                expected = nx.dijkstra_path_length(oracle, START, GOAL, weight="cost")
                assert nx.shortest_path_length(view, START, GOAL, weight="cost") == pytest.approx(expected, rel=1e-9)
                burdens = view.graph.weights.burdens_s(view.conditions)
                spent = sum(burdens.get(name, 0.0) for leg in route.legs for name in leg.elements)
                assert route.duration_s <= expected + 1e-6
                if profile == "wheelchair" and not closed and all(leg.mode is Mode.WALK for leg in route.legs):
                    assert route.duration_s + spent == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("make", [two_floors, station, open_plan])
def test_the_exit_of_every_node_is_that_of_multi_source_dijkstra(make: Callable[[], Building]) -> None:
    graph = build_navigation(make())
    conditions = graph.conditions("walk", [], emergency=True)
    oracle = View(graph=graph, conditions=conditions).nx_copy(())
    assert not any(data["mode"] == "lift" for *_, data in oracle.edges(data=True))
    exits = [node for node, ids in oracle.nodes(data="exits") if ids]
    expected = nx.multi_source_dijkstra_path_length(oracle.reverse(), set(exits), weight="cost")
    cost = exit_field(graph, conditions).reached.cost
    for node in oracle.nodes:
        assert cost[node] == pytest.approx(expected.get(node, np.inf), abs=1e-6)
    for *_, data in oracle.edges(data=True):  # walked as stairs in an emergency, and uneven ones
        if data["mode"] == "escalator":
            speed = 0.8 * (0.50 if data["climb_m"] > 0 else 0.65)
            assert data["duration_s"] == pytest.approx(data["length_m"] / speed)


def test_parallel_edges_are_not_added_up() -> None:
    # scipy's sparse constructors would make stairs of 10 s and an escalator of 4 s into a way of 14 s.
    graph = arcs(2, np.array([0, 0]), np.array([1, 1]), weight=np.array([10.0, 4.0]), label=np.array([7, 8]))
    found = tree(graph, 0)
    assert found.cost[1] == 4.0
    assert list(found.labels(1)) == [8]


def test_edges_of_no_length_are_edges() -> None:
    graph = arcs(3, np.array([0, 1]), np.array([1, 2]), weight=np.array([0.0, 0.0]), label=np.array([0, 1]))
    found = tree(graph, 0)
    assert found.cost == pytest.approx([0, 0, 0], abs=1e-6)
    assert list(found.labels(2)) == [0, 1]


def test_random_multigraphs_agree_with_networkx() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        count, many = int(rng.integers(2, 12)), int(rng.integers(1, 60))
        tail, head = rng.integers(0, count, (2, many))
        weight = np.where(rng.random(many) < 0.1, np.inf, rng.integers(0, 9, many).astype(float))
        oracle = nx.MultiDiGraph()
        oracle.add_nodes_from(range(count))
        usable = np.isfinite(weight)
        oracle.add_weighted_edges_from(
            zip(tail[usable].tolist(), head[usable].tolist(), weight[usable].tolist(), strict=True)
        )
        graph = arcs(count, tail, head, weight=weight, label=np.arange(many))
        expected = nx.single_source_dijkstra_path_length(oracle, 0)
        plain, later = tree(graph, [0]), tree(graph, [0, 0], [5.0, 2.0])
        for node in range(count):
            assert plain.cost[node] == pytest.approx(expected.get(node, np.inf), abs=1e-6)
            assert later.cost[node] == pytest.approx(expected.get(node, np.inf) + 2.0, abs=1e-6)
            for _ in range(3):  # from both ends first, drawn by landmarks later
                way = shortest(graph, [0], [node])
                assert (np.inf if way is None else way.cost) == pytest.approx(expected.get(node, np.inf), abs=1e-9)
                assert way is None or graph.weight[way.arcs].sum() == pytest.approx(way.cost, abs=1e-9)
            if np.isfinite(plain.cost[node]):
                path = plain.path(node)
                assert graph.weight[path].sum() == pytest.approx(plain.cost[node], abs=1e-6)


def test_networkx_gets_every_edge_with_its_members() -> None:
    graph = build_navigation(station())
    oracle = graph.to_networkx()
    network = graph.network
    twice = int((~network.edge_oneway).sum())
    assert oracle.number_of_edges() == len(network.edge_from) + twice
    assert oracle.number_of_nodes() == len(network.node_position)
    rides = {(d["mode"], d["elements"]) for *_, d in oracle.edges(data=True) if d["mode"] != "walk"}
    assert ("escalator", ("escalator-up",)) in rides
    assert len([m for m in network.edge_mode if MODES[m] is Mode.LIFT]) == 3
