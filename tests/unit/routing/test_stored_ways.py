"""A graph from a store answers as the one that was built, and derives nothing from the building again."""

from typing import Any

import numpy as np
import pytest

from indoor3d.errors import NoRoute
from indoor3d.models.network import Networks
from indoor3d.routing import _floors
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.store.codec import decode, encode
from tests.bench.city import station
from tests.venues.made import made


def _never(*_: Any, **__: Any) -> Any:
    raise AssertionError("the surfaces were derived from the building again")


@pytest.fixture(scope="module", params=["city-hall", "station"])
def graphs(request: pytest.FixtureRequest) -> tuple[NavGraph, NavGraph]:
    """The same venue as it was built, and as it comes from a store."""
    building = made("city-hall").building if request.param == "city-hall" else station(1)
    built = build_navigation(building)
    return built, NavGraph(building, decode(encode(built.network), Networks))


@pytest.fixture(autouse=True)
def _without_the_builder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_floors, "walkable", _never)


def test_ways_paths_and_closures(graphs: tuple[NavGraph, NavGraph]) -> None:
    built, stored = graphs
    exits = [e.id for e in built.building.exits][:3]
    connectors = sorted(built.connectors)
    for profile in ("walk", "wheelchair"):
        for closed in ((), connectors[:1], [built.building.openings[0].id]):
            for goal in exits:
                answers = [_told(graph, built.building.facilities[0].id, goal, profile, closed) for graph in graphs]
                assert answers[0] == answers[1]
    assert stored.floors.ways[0].openings == built.floors.ways[0].openings


def _told(graph: NavGraph, start: str, goal: str, profile: str, closed: Any) -> Any:
    try:
        route = graph.route(start, goal, profile=profile, closed=closed)
    except NoRoute as problem:
        return str(problem), problem.context["blocked_by"]
    drawn = graph.for_body(graph.conditions(profile, ()).profile).naturaliser.path(route)
    return route.length_m, route.openings, np.round(route.positions, 9).tolist(), np.round(drawn, 6).tolist()


def test_everybody_gets_out(graphs: tuple[NavGraph, NavGraph]) -> None:
    one, other = (
        [(escape.space, escape.route and round(escape.route.length_m, 9)) for escape in graph.evacuate().escapes]
        for graph in graphs
    )
    assert one == other
    assert len(one) > 5


def test_a_space_is_closed(graphs: tuple[NavGraph, NavGraph]) -> None:
    space = next(s.id for s in graphs[0].building.spaces if s.walkable)
    one, other = (graph.conditions("walk", [space]).closed for graph in graphs)
    assert one == other
    assert one.elements
