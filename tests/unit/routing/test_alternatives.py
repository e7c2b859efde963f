"""Alternatives on real models: they differ, cost little more, and have no shortcut."""

from functools import cache

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely import box

from indoor3d.errors import RoutingError
from indoor3d.models.building import Building, Opening, Space, Text, Venue
from indoor3d.models.vocabulary import Mode
from indoor3d.routing import alternatives as module
from indoor3d.routing._floors import Spot
from indoor3d.routing.alternatives import APART_M, LOCAL, SHARE, STRETCH, alternatives
from indoor3d.routing.build import build_navigation
from indoor3d.routing.conditions import Conditions
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.place import Place
from indoor3d.routing.route import Route
from tests.buildings import FRAME, _level
from tests.venues.made import VENUES, made

Floats = NDArray[np.float64]


@cache
def asked(venue: str, profile: str = "walk") -> tuple[NavGraph, Conditions, tuple[tuple[Spot, Spot], ...]]:
    """Twelve pairs of places in a venue that a way joins."""
    graph, rng = made(venue).graph, np.random.default_rng(2)
    conditions = graph.conditions(profile, ())
    spaces = [s for s in graph.building.spaces if s.walkable]
    pairs: list[tuple[Spot, Spot]] = []
    while len(pairs) < 12:
        chosen = [spaces[int(i)] for i in rng.integers(len(spaces), size=2)]
        middles = [space.footprint.representative_point() for space in chosen]
        try:
            first, last = (
                graph.spot(Place(x_m=p.x, y_m=p.y, z_m=s.floor_m, level=s.level), conditions)
                for s, p in zip(chosen, middles, strict=True)
            )
        except RoutingError:
            continue
        if graph.between(first, last, conditions) is not None:
            pairs.append((first, last))
    return graph, conditions, tuple(pairs)


def cost(graph: NavGraph, first: Spot, last: Spot, conditions: Conditions) -> float:
    return module._trees(graph, first, last, conditions).best


def near_share(one: Route, other: Route) -> float:
    """Metres of a route on connectors of another, or within reach of it in plain sight on its floor; over its length."""
    shared = 0.0
    for leg in one.legs:
        if leg.mode is not Mode.WALK:
            shared += leg.length_m if any(leg.elements == o.elements for o in other.legs) else 0.0
            continue
        for a, b in zip(leg.positions[:-1], leg.positions[1:], strict=True):
            count = max(1, round(float(np.linalg.norm(b - a)) / 0.5))
            middle = a + (b - a) * ((np.arange(count) + 0.5) / count)[:, None]
            close = np.zeros(count, np.bool_)
            for o in other.legs:
                if o.mode is Mode.WALK:
                    line = shapely.LineString(o.positions[:, :2])
                    same = abs(o.positions[0, 2] - a[2]) < 0.5
                    close |= same & (shapely.distance(line, shapely.points(middle[:, :2])) < APART_M / 2)
            shared += float(np.linalg.norm(b - a)) * close.mean()
    return shared / max(one.length_m, 1e-9)


@pytest.mark.parametrize("venue", VENUES)
def test_the_best_way_is_first_and_the_others_cost_little_more(venue: str) -> None:
    graph, conditions, pairs = asked(venue)
    found = 0
    for first, last in pairs:
        ways = alternatives(graph, first, last, conditions, k=4)
        best = graph.between(first, last, conditions)
        assert best is not None
        assert ways[0].duration_s == pytest.approx(best.duration_s, rel=1e-6)
        assert np.allclose(ways[0].positions[[0, -1]], best.positions[[0, -1]])
        nearest = cost(graph, first, last, conditions)
        assert nearest >= best.duration_s - 1e-6
        for way in ways:
            assert np.allclose(way.positions[[0, -1]], best.positions[[0, -1]])
            assert way.duration_s <= nearest + (STRETCH - 1) * best.duration_s + 1e-6
        found += len(ways) - 1
    assert found >= 6


@pytest.mark.parametrize("venue", VENUES)
def test_they_really_differ(venue: str) -> None:
    graph, conditions, pairs = asked(venue)
    for first, last in pairs:
        ways = alternatives(graph, first, last, conditions, k=4)
        for i, one in enumerate(ways):
            for other in ways[i + 1 :]:
                traces = [module._trace(graph, way) for way in (one, other)]
                assert module._shared(*traces) <= SHARE
                assert module._shared(*traces[::-1]) <= SHARE
                assert near_share(other, one) <= SHARE + 0.1  # measured otherwise: closer, but through walls


@pytest.mark.parametrize("venue", ["jongno-3-ga", "seoul-library"])
def test_no_part_of_an_alternative_has_a_shortcut(venue: str) -> None:
    from indoor3d.routing.path import tree  # noqa: PLC0415

    graph, conditions, pairs = asked(venue)
    arcs = graph.arcs(conditions)
    checked = 0
    for first, last in pairs[:6]:
        trees = module._trees(graph, first, last, conditions)
        for plateau in module._plateaus(trees, dearest=STRETCH * trees.best)[:3]:
            thread = module._thread(trees, plateau)
            if thread is None:
                continue
            rows = trees.start.graph.rows
            path = [*trees.start.path(plateau), *trees.goal.graph.rows.label[trees.goal.path(plateau)[::-1]].tolist()]
            spent = np.concatenate([[0.0], np.cumsum(arcs.weight[path])])
            nodes = [int(rows.tail[path[0]]), *rows.head[path].tolist()]
            for i in range(0, len(nodes), 3):
                window = np.flatnonzero(spent - spent[i] <= LOCAL * trees.best)
                j = int(window[-1])
                if j > i:
                    shortest = tree(arcs, [nodes[i]]).cost[nodes[j]]
                    assert spent[j] - spent[i] == pytest.approx(shortest, rel=1e-9, abs=1e-9)
                    checked += 1
    assert checked > 20


@pytest.mark.parametrize("venue", ["city-hall", "sema-seosomun"])
def test_no_place_is_passed_twice_and_the_answer_is_always_the_same(venue: str) -> None:
    graph, conditions, pairs = asked(venue)
    for first, last in pairs[:6]:
        ways = alternatives(graph, first, last, conditions)
        again = alternatives(graph, first, last, conditions)
        assert [w.openings for w in ways] == [w.openings for w in again]
        for way, same in zip(ways, again, strict=True):
            assert np.array_equal(way.positions, same.positions)
            bends = [tuple(p) for p in np.round(way.positions, 6).tolist()]
            assert len(set(bends)) == len(bends)


@pytest.mark.parametrize("venue", ["city-hall", "seoul-library"])
def test_a_wheelchair_is_not_led_over_stairs(venue: str) -> None:
    graph, conditions, pairs = asked(venue, "wheelchair")
    for first, last in pairs:
        for way in alternatives(graph, first, last, conditions):
            assert not {leg.mode for leg in way.legs} & {Mode.STAIRS, Mode.ESCALATOR}


def ring() -> Building:
    """A room to the west and one to the east, joined by a hall in the north and a hall in the south."""
    rooms = {"w": box(0, 0, 4, 20), "n": box(4, 16, 30, 20), "s": box(4, 0, 30, 4), "e": box(30, 0, 34, 20)}
    doors = {"wn": (4, 18, "w", "n"), "ne": (30, 18, "n", "e"), "ws": (4, 2, "w", "s"), "se": (30, 2, "s", "e")}
    return Building(
        venue=Venue(id="ring", name=Text(default="Ring")),
        frame=FRAME,
        levels=(_level("g", 0, 0.0, "1F"),),
        spaces=tuple(Space(id=i, level="g", footprint=f, floor_m=0.0, ceiling_m=3.0) for i, f in rooms.items()),
        openings=tuple(
            Opening(id=i, level="g", footprint=box(x - 0.1, y - 0.6, x + 0.1, y + 0.6), floor_m=0.0, spaces=(a, b))
            for i, (x, y, a, b) in doors.items()
        ),
    )


def ends(
    graph: NavGraph, conditions: Conditions, start: tuple[float, float], goal: tuple[float, float]
) -> tuple[Spot, Spot]:
    first, last = (graph.spot(Place(x_m=x, y_m=y, z_m=0.0, level="g"), conditions) for x, y in (start, goal))
    return first, last


def test_around_a_ring_there_are_two_ways() -> None:
    graph = build_navigation(ring())
    conditions = graph.conditions("walk", ())
    ways = alternatives(graph, *ends(graph, conditions, (2, 11), (32, 11)), conditions, k=5)
    assert [way.openings for way in ways] == [("wn", "ne"), ("ws", "se")]


def test_a_closed_door_leaves_one_way_and_all_closed_none() -> None:
    graph = build_navigation(ring())
    conditions = graph.conditions("walk", ["wn"])
    ways = alternatives(graph, *ends(graph, conditions, (2, 11), (32, 11)), conditions)
    assert [way.openings for way in ways] == [("ws", "se")]
    conditions = graph.conditions("walk", ["wn", "ws"])
    assert alternatives(graph, *ends(graph, conditions, (2, 11), (32, 11)), conditions) == []


def test_in_plain_sight_there_is_one_way() -> None:
    graph = build_navigation(ring())
    conditions = graph.conditions("walk", ())
    ways = alternatives(graph, *ends(graph, conditions, (1, 9), (3, 11)), conditions, k=3)
    assert [way.openings for way in ways] == [()]


def test_one_way_is_asked_for_and_one_given() -> None:
    graph = build_navigation(ring())
    conditions = graph.conditions("walk", ())
    first, last = ends(graph, conditions, (2, 11), (32, 11))
    assert len(alternatives(graph, first, last, conditions, k=1)) == 1
    assert alternatives(graph, first, last, conditions, k=0) == []
    assert cost(graph, first, last, conditions) < np.inf
