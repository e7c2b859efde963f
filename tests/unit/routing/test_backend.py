"""The networkx backend on graphs of networkx: any kind, any nodes, and what columns cannot hold goes back to networkx."""

import math
from fractions import Fraction

import networkx as nx
import pytest

from indoor3d.routing.backend import Backend, Graph, Lengths, Paths


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_every_kind_of_graph_is_answered_as_networkx_does(kind: type[nx.Graph]) -> None:
    plain = kind()
    plain.add_weighted_edges_from(
        [("a", "b", 4), ("b", "c", 1), ("a", "c", 7), ("c", "a", 2), ("b", "b", 0), ("d", "e", 1)]
    )
    if plain.is_multigraph():
        plain.add_edge("a", "b", weight=1)
    ours = Graph(plain)
    assert (len(ours), list(ours), "a" in ours, "z" in ours) == (5, list(plain), True, False)
    assert (ours.is_directed(), ours.is_multigraph()) == (plain.is_directed(), plain.is_multigraph())
    for one in plain:
        assert dict(nx.single_source_dijkstra_path_length(ours, one)) == nx.single_source_dijkstra_path_length(
            plain, one
        )
        for other in plain:
            assert nx.has_path(ours, one, other) == nx.has_path(plain, one, other)
            if nx.has_path(plain, one, other):
                assert nx.dijkstra_path(ours, one, other) == nx.dijkstra_path(plain, one, other)


def test_all_pairs_and_predecessors_are_those_of_networkx() -> None:
    plain = nx.gnp_random_graph(25, 0.15, seed=4, directed=True)
    for number, (_, _, data) in enumerate(plain.edges(data=True)):
        data["weight"] = number % 3
    ours = Graph(plain)
    assert {a: dict(lengths) for a, lengths in nx.all_pairs_dijkstra_path_length(ours)} == dict(
        nx.all_pairs_dijkstra_path_length(plain)
    )
    for a, paths in nx.all_pairs_dijkstra_path(ours):
        for b, path in paths.items():
            assert (path[0], path[-1]) == (a, b)
            assert nx.path_weight(plain, path, "weight") == nx.dijkstra_path_length(plain, a, b)
    for cutoff in (None, 2):
        before, cost = nx.dijkstra_predecessor_and_distance(ours, 0, cutoff=cutoff)
        expected = nx.dijkstra_predecessor_and_distance(plain, 0, cutoff=cutoff)
        assert dict(cost) == expected[1]
        assert set(before) == set(expected[0])


def test_nearest_nodes_come_first_and_paths_can_be_put() -> None:
    plain = nx.path_graph(6)
    lengths, paths = nx.multi_source_dijkstra(Graph(plain), {0, 5})
    assert isinstance(lengths, Lengths)
    assert isinstance(paths, Paths)
    assert list(lengths.values()) == sorted(lengths.values())
    assert len(lengths) == 6
    paths[3] = [3]
    assert (paths[3], paths[2]) == ([3], [0, 1, 2])
    with pytest.raises(KeyError):
        lengths[99]


@pytest.mark.parametrize("weight", [Fraction(1, 3), 2**60, -1, math.inf, math.nan])
def test_a_weight_that_columns_cannot_hold_goes_to_networkx(weight: object) -> None:
    plain = nx.DiGraph()
    plain.add_edge(0, 1, weight=weight)
    plain.add_edge(1, 2, weight=1)
    ours = Graph(plain)
    assert ours.nx_arcs("weight") is None

    def answer(graph: object) -> object:
        try:
            return nx.dijkstra_path_length(graph, 0, 2)
        except (ValueError, nx.NetworkXNoPath) as error:
            return type(error)

    found, expected = answer(ours), answer(plain)
    assert found == expected or (found != found and expected != expected)  # noqa: PLR0124 - NaN
    assert type(found) is type(expected)


def test_a_function_as_weight_and_other_functions_run_in_networkx() -> None:
    plain = nx.cycle_graph(7)
    ours = Graph(plain)
    assert nx.dijkstra_path_length(ours, 0, 3, weight=lambda *_: 2) == 6
    assert nx.shortest_path_length(ours, 0, 3, method="bellman-ford", weight="weight") == 3
    assert nx.betweenness_centrality(ours) == nx.betweenness_centrality(plain)
    assert nx.shortest_path(ours, source=0) == nx.shortest_path(plain, source=0)
    with pytest.raises(AttributeError):
        _ = Backend().no_function_of_networkx
    with pytest.raises(AttributeError):
        _ = Backend().set_edge_attributes


def test_no_sources_and_no_way_are_errors_of_networkx() -> None:
    ours = Graph(nx.empty_graph(3))
    with pytest.raises(ValueError, match="sources"):
        nx.multi_source_dijkstra(ours, set())
    for function in (nx.dijkstra_path, nx.dijkstra_path_length, nx.bidirectional_dijkstra, nx.shortest_path):
        with pytest.raises(nx.NetworkXNoPath):
            function(ours, 0, 1)
    with pytest.raises(nx.NetworkXNoPath):
        nx.single_source_dijkstra(ours, 0, 1)
    assert nx.bidirectional_dijkstra(ours, 2, 2) == (0, [2])
