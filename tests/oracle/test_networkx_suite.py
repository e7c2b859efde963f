"""networkx's own tests, run on our columns in place of its graphs; and its functions on navigation graphs."""

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from indoor3d.routing.backend import Backend
from indoor3d.routing.backend_info import IMPLEMENTED, backend_info
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.path import shortest
from indoor3d.routing.profile import PROFILES
from indoor3d.routing.view import GOAL, START, View
from tests.buildings import station, two_floors

SUITE = "networkx.algorithms.shortest_paths.tests"
MODULES = ("test_weighted", "test_generic", "test_unweighted", "test_astar", "test_dense")
COUNTED = """
import atexit, json, sys
from indoor3d.routing import backend, backend_info

calls = {}
def counted(name, function):
    def run(self, *args, **kwargs):
        calls[name] = calls.get(name, 0) + 1
        return function(self, *args, **kwargs)
    return run
for name in backend_info.IMPLEMENTED:
    setattr(backend.Backend, name, counted(name, getattr(backend.Backend, name)))
shortest, tree = backend.shortest, backend.tree
def searched(function, name):
    def run(*args, **kwargs):
        calls[name] = calls.get(name, 0) + 1
        return function(*args, **kwargs)
    return run
backend.shortest, backend.tree = searched(shortest, "columns:shortest"), searched(tree, "columns:tree")

def pytest_sessionfinish():
    sys.__stdout__.write("\\ncalls " + json.dumps(calls) + "\\n")
    sys.__stdout__.flush()
"""
"""A plugin for the other process: it counts what is really called, the functions of the backend and the searches behind."""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says about networkx's tests with our backend in the place of its graphs."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "counted_calls.py").write_text(COUNTED)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "counted_calls", "-p", "no:cacheprovider", "-p", "no:randomly",
         "-c", os.devnull, "--rootdir", str(folder), "-W", "ignore", "--pyargs", *(f"{SUITE}.{name}" for name in MODULES)],
        cwd=folder,
        env=os.environ | {
            "NETWORKX_TEST_BACKEND": "indoor3d",
            "NETWORKX_FALLBACK_TO_NX": "True",
            "PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[2])]),
            "PYTEST_ADDOPTS": "",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


def test_all_of_the_tests_of_networkx_pass_on_our_columns(suite: str) -> None:
    passed = re.search(r"(\d+) passed", suite)
    assert passed is not None, suite[-2000:]
    assert int(passed[1]) >= 100
    assert not re.search(r"\d+ (failed|error|skipped)", suite)


def test_they_really_ran_in_the_backend(suite: str) -> None:
    import json  # noqa: PLC0415

    line = next(line for line in suite.splitlines() if line.startswith("calls "))
    calls = json.loads(line.removeprefix("calls "))
    never = set(IMPLEMENTED) - set(calls)
    assert never == set(), f"the tests of networkx never came to {never}"
    assert calls["columns:shortest"] >= 20
    assert calls["columns:tree"] >= 20


# On navigation graphs


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return build_navigation(station())


def plain(graph: NavGraph, profile: str) -> nx.MultiDiGraph:
    """Plain networkx of this very roadmap; ``to_networkx`` gives that of the widest roadmap that the profile's body fills."""
    return View(graph=graph, conditions=graph.conditions(profile, ())).nx_copy(())


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_profile_is_a_weight(graph: NavGraph, profile: str) -> None:
    copied = plain(graph, profile)
    for source in range(0, len(graph), 5):
        expected = nx.single_source_dijkstra_path_length(copied, source, weight="cost")
        found = nx.single_source_dijkstra_path_length(graph, source, weight=profile)
        assert dict(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        for target in range(0, len(graph), 7):
            if target not in expected:
                with pytest.raises(nx.NetworkXNoPath):
                    nx.shortest_path(graph, source, target, weight=profile)
                continue
            path = nx.shortest_path(graph, source, target, weight=profile)
            assert (path[0], path[-1]) == (source, target)
            assert nx.path_weight(_cheapest(copied), path, "cost") == pytest.approx(
                expected[target], rel=1e-9, abs=1e-9
            )


def _cheapest(graph: nx.MultiDiGraph) -> nx.DiGraph:
    """Of parallel ways the cheapest."""
    found = nx.DiGraph()
    for a, b, data in graph.edges(data=True):
        if not found.has_edge(a, b) or data["cost"] < found[a][b]["cost"]:
            found.add_edge(a, b, cost=data["cost"])
    return found


def test_length_is_a_weight_and_no_weight_counts_ways(graph: NavGraph) -> None:
    copied = graph.to_networkx()
    for weight in ("length_m", None):
        expected = dict(nx.single_source_dijkstra_path_length(copied, 3, weight=weight or (lambda *_: 1)))
        for target, length in expected.items():
            assert nx.shortest_path_length(graph, 3, target, weight=weight) == pytest.approx(length, rel=1e-9)


def test_functions_that_are_not_ours_run_in_networkx(graph: NavGraph) -> None:
    copied = plain(graph, "wheelchair")
    assert nx.betweenness_centrality(graph, k=5, seed=1) == nx.betweenness_centrality(graph.to_networkx(), k=5, seed=1)
    assert nx.number_strongly_connected_components(
        View(graph=graph, conditions=graph.conditions("wheelchair", ()))
    ) == (nx.number_strongly_connected_components(copied))
    ranked = nx.closeness_centrality(graph, u=3, distance="wheelchair")
    assert ranked == pytest.approx(nx.closeness_centrality(copied, u=3, distance="cost"))


def test_what_would_change_a_graph_is_refused(graph: NavGraph) -> None:
    before = len(graph)
    refused = (NotImplementedError, TypeError, AttributeError, nx.NetworkXError)
    with pytest.raises(refused):
        nx.set_node_attributes(graph, 1, "mine")
    with pytest.raises(refused):
        nx.relabel_nodes(graph, {0: "zero"}, copy=False)
    assert len(graph) == before


def test_a_way_the_long_way_round_by_name_or_position_is_the_same(graph: NavGraph) -> None:
    named = nx.shortest_path_length(graph, source=0, target=9, weight="walk")
    assert nx.shortest_path_length(graph, 0, 9, "walk") == named
    assert nx.shortest_path_length(graph, 0, 9, "walk", "bellman-ford") == pytest.approx(named)
    assert nx.dijkstra_path_length(graph, 0, 9, "walk") == named
    assert nx.bidirectional_dijkstra(graph, 0, 9, "walk")[0] == named
    assert nx.single_source_dijkstra(graph, 0, 9, None, "walk")[0] == pytest.approx(named)
    assert nx.multi_source_dijkstra(graph, {0}, 9, None, "walk")[0] == pytest.approx(named)


def test_a_method_that_does_not_exist_is_an_error_as_in_networkx(graph: NavGraph) -> None:
    for function in (nx.shortest_path, nx.shortest_path_length):
        with pytest.raises(ValueError, match="method"):
            function(graph, 0, 9, weight="walk", method="magic")
        with pytest.raises(ValueError, match="method"):
            function(graph, 0, 9, "walk", "magic")


def test_nodes_that_are_not_there_are_said_as_networkx_says_it(graph: NavGraph) -> None:
    copied = graph.to_networkx()
    for missing in (-1, len(graph), "platform", 1.5):
        for one in (graph, copied):
            with pytest.raises(nx.NodeNotFound):
                nx.shortest_path(one, missing, 0)
            with pytest.raises(nx.NodeNotFound):
                nx.bidirectional_dijkstra(one, missing, 0, weight="length_m")
            with pytest.raises(nx.NodeNotFound):
                nx.multi_source_dijkstra(one, {missing}, weight="length_m")


@pytest.mark.parametrize("weight", ["cost", "weight", "duration_s", "length_m"])
def test_a_view_weighs_as_its_copy(graph: NavGraph, weight: str) -> None:
    view = graph.view(profile="wheelchair", closed=["step"])
    copied = view.nx_copy(())
    expected = nx.single_source_dijkstra_path_length(copied, 2, weight=weight)
    assert dict(nx.single_source_dijkstra_path_length(view, 2, weight=weight)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("weight", ["cost", "weight"])
def test_a_view_with_places_weighs_as_its_copy(graph: NavGraph, weight: str) -> None:
    view = graph.view("platform", "office", profile="elderly")
    expected = nx.dijkstra_path_length(view.nx_copy(()), START, GOAL, weight=weight)
    assert nx.dijkstra_path_length(view, START, GOAL, weight=weight) == pytest.approx(expected, rel=1e-9)
    back = nx.dijkstra_path_length(view.nx_copy(()), GOAL, START, weight=weight)
    assert nx.dijkstra_path_length(view, GOAL, START, weight=weight) == pytest.approx(back, rel=1e-9)


@pytest.mark.parametrize("weight", ["duration_s", "length_m"])
def test_metres_and_seconds_from_place_to_place_are_metres_and_seconds(weight: str) -> None:
    graph = build_navigation(two_floors())
    for start, goal in (("hall", "office"), ("1,1,1F", "11,9,1F"), ("4,3.1,1F", "8,3.1,1F")):
        view, route = graph.view(start, goal), graph.route(start, goal)
        length = nx.shortest_path_length(view, START, GOAL, weight=weight)
        assert length <= getattr(route, weight) + 1e-6
        assert length == pytest.approx(nx.dijkstra_path_length(view.nx_copy(()), START, GOAL, weight=weight), rel=1e-9)
        if weight == "duration_s":
            assert length == pytest.approx(route.duration_s, rel=1e-6)


def test_columns_can_be_pickled_and_answer_the_same(graph: NavGraph) -> None:
    expected = nx.shortest_path_length(graph, 0, 9, weight="wheelchair")
    again = NavGraph(graph.building, pickle.loads(pickle.dumps(graph.network)))  # noqa: S301 - our own bytes
    assert nx.shortest_path_length(again, 0, 9, weight="wheelchair") == expected
    rows = pickle.loads(pickle.dumps(graph.nx_arcs("wheelchair")))  # noqa: S301
    way = shortest(rows, [0], [9])
    assert way is not None
    assert way.cost == expected


def test_columns_of_a_network_that_cannot_be_written_are_enough() -> None:
    graph = build_navigation(two_floors())
    for name in ("node_position", "edge_from", "edge_to", "edge_length_m", "edge_oneway", "edge_element", "edge_mode"):
        getattr(graph.network, name).setflags(write=False)
    fresh = NavGraph(graph.building, graph.network)
    assert fresh.route("hall", "office").length_m == pytest.approx(graph.route("hall", "office").length_m)
    assert not np.isinf(nx.shortest_path_length(fresh, 0, 1, weight="walk"))


def test_what_is_promised_to_networkx_is_there() -> None:
    promised = backend_info()["functions"]
    assert set(promised) == set(IMPLEMENTED)
    for name in promised:
        assert callable(getattr(Backend, name))
        assert "indoor3d" in getattr(nx, name).backends
