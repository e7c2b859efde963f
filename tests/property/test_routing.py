"""Properties of routes in made-up buildings: closing is rebuilding without, never shorter, never through a wall."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity, box

from indoor3d.errors import NoRoute, RoutingError
from indoor3d.models.building import Building, Exit, Obstacle, Opening, Space, Text, Venue
from indoor3d.models.vocabulary import OpeningCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.place import Place
from tests.buildings import FRAME, _level, open_plan, station, two_floors

ROOM_M = 4.0
LENGTH_M = 1e-6
SLOW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def plans(draw: st.DrawFn) -> Building:
    """Rooms on a grid, walls of any thickness or none, openings of any width anywhere, columns, all turned."""
    columns, rows = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    wall = draw(st.sampled_from([0.0, 0.1, 0.3]))
    angle = draw(st.sampled_from([0.0, 17.0, 45.0]))
    pitch = ROOM_M + wall

    def turned(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
        return affinity.rotate(box(x0, y0, x1, y1), angle, origin=(0, 0))

    spaces = [
        Space(
            id=f"r{i}{j}",
            level="g",
            footprint=turned(i * pitch, j * pitch, i * pitch + ROOM_M, j * pitch + ROOM_M),
            floor_m=0.0,
            ceiling_m=3.0,
        )
        for i in range(columns)
        for j in range(rows)
    ]
    openings: list[Opening] = []

    def add(x: float, y: float, *, across: bool, names: tuple[str, ...], outside: bool = False) -> None:
        width = draw(st.sampled_from([0.3, 0.5, 0.8, 1.2, 3.0]))
        start = draw(st.floats(0.0, ROOM_M - width).map(lambda v: round(v, 2)))
        deep = wall / 2 + draw(st.sampled_from([0.06, 0.2]))
        rect = (
            turned(x - deep, y + start, x + deep, y + start + width)
            if across
            else turned(x + start, y - deep, x + start + width, y + deep)
        )
        openings.append(
            Opening(
                id=f"o{len(openings)}",
                level="g",
                footprint=rect,
                floor_m=0.0,
                spaces=names,
                exterior=outside,
                category=OpeningCategory.ENTRANCE if outside else OpeningCategory.DOOR,
            )
        )

    for i in range(columns):
        for j in range(rows):
            for _ in range(draw(st.integers(0, 2)) if i + 1 < columns else 0):
                add((i + 1) * pitch - wall / 2, j * pitch, across=True, names=(f"r{i}{j}", f"r{i + 1}{j}"))
            for _ in range(draw(st.integers(0, 2)) if j + 1 < rows else 0):
                add(i * pitch, (j + 1) * pitch - wall / 2, across=False, names=(f"r{i}{j + 1}", f"r{i}{j}"))
    add(-wall / 2, 0.0, across=True, names=("r00",), outside=True)
    blocks = draw(
        st.lists(
            st.tuples(st.floats(0, columns * pitch), st.floats(0, rows * pitch), st.sampled_from([0.2, 0.6])),
            max_size=3,
        )
    )
    obstacles = tuple(
        Obstacle(id=f"c{n}", level="g", footprint=turned(x, y, x + size, y + size), floor_m=0.0)
        for n, (x, y, size) in enumerate(blocks)
    )
    last = openings[-1]
    out = Exit(
        id="exit",
        opening=last.id,
        level="g",
        position=(*last.footprint.centroid.coords[0], 0.0),
        name=Text(default="Exit"),
    )
    return Building(
        venue=Venue(id="made-up", name=Text(default="Made up")),
        frame=FRAME,
        levels=(_level("g", 0, 0.0, "1F"),),
        spaces=tuple(spaces),
        openings=tuple(openings),
        exits=(out,),
        obstacles=obstacles,
    )


def without(building: Building, ident: str) -> Building:
    return replace(
        building,
        openings=tuple(o for o in building.openings if o.id != ident),
        exits=tuple(e for e in building.exits if e.opening != ident),
    )


def places(building: Building, rng: np.random.Generator, *, near: Opening, count: int) -> list[Place]:
    """Places in walkable spaces: half of them around an opening, where a closure matters."""
    found: list[Place] = []
    centre = near.footprint.centroid
    spaces = [s for s in building.spaces if s.walkable]
    while len(found) < count:
        if len(found) % 2:
            space = spaces[int(rng.integers(len(spaces)))]
            x0, y0, x1, y1 = space.footprint.bounds
            x, y = rng.uniform(x0, x1), rng.uniform(y0, y1)
        else:
            space = next((s for s in spaces if s.id in near.spaces), spaces[0])
            x, y = centre.x + rng.normal(), centre.y + rng.normal()
        if shapely.contains_xy(space.footprint, x, y):
            found.append(Place(x_m=float(x), y_m=float(y), z_m=space.floor_m, level=space.level))
        elif len(found) % 2 == 0:
            found.append(Place(x_m=float(x), y_m=float(y), z_m=near.floor_m, level=near.level))
    return found


def length_m(graph: NavGraph, start: Place, goal: Place, **conditions: object) -> float:
    """Metres; infinite without a way, -1 where a place is off the network."""
    try:
        return graph.route(start, goal, **conditions).length_m  # type: ignore[arg-type]
    except NoRoute:
        return float("inf")
    except RoutingError:
        return -1.0


def assert_closing_is_rebuilding(building: Building, *, pairs: int, profile: str = "walk") -> int:
    """Closing every opening in turn gives the lengths of a rebuild without it; returns how many pairs it changed."""
    graph, rng, changed = build_navigation(building), np.random.default_rng(7), 0
    for opening in building.openings:
        rebuilt = build_navigation(without(building, opening.id))
        some = places(building, rng, near=opening, count=2 * pairs)
        for start, goal in zip(some[::2], some[1::2], strict=True):
            before = length_m(graph, start, goal, profile=profile)
            closed = length_m(graph, start, goal, profile=profile, closed=[opening.id])
            assert closed == pytest.approx(length_m(rebuilt, start, goal, profile=profile), abs=LENGTH_M)
            changed += closed != pytest.approx(before, abs=LENGTH_M)
    return changed


@pytest.mark.parametrize("profile", ["walk", "wheelchair"])
@pytest.mark.parametrize("make", [two_floors, station, open_plan])
def test_closing_an_opening_equals_rebuilding_without_it(make: Callable[[], Building], profile: str) -> None:
    assert assert_closing_is_rebuilding(make(), pairs=8, profile=profile) > 0


@given(plans())
@SLOW
def test_closing_an_opening_of_any_plan_equals_rebuilding_without_it(building: Building) -> None:
    assert_closing_is_rebuilding(building, pairs=3)


@given(plans(), st.data())
@SLOW
def test_closing_more_never_shortens_and_never_passes_what_is_closed(building: Building, data: st.DataObject) -> None:
    graph = build_navigation(building)
    some = places(building, np.random.default_rng(3), near=building.openings[0], count=6)
    ids = [o.id for o in building.openings]
    few = data.draw(st.sets(st.sampled_from(ids)))
    more = few | data.draw(st.sets(st.sampled_from(ids)))
    for start, goal in zip(some[::2], some[1::2], strict=True):
        open_m, few_m, more_m = (length_m(graph, start, goal, closed=sorted(shut)) for shut in (set(), few, more))
        if min(open_m, few_m, more_m) >= 0:  # a place in a doorway is moved when its door is closed
            moved = any(
                o.footprint.distance(shapely.Point(p.x_m, p.y_m)) < 1.0
                for o in building.openings
                if o.id in more
                for p in (start, goal)
            )
            assert moved or open_m <= few_m + LENGTH_M
            assert moved or few_m <= more_m + LENGTH_M
        if np.isfinite(more_m) and more_m >= 0:
            assert not set(graph.route(start, goal, closed=sorted(more)).openings) & more


@given(plans())
@SLOW
def test_closing_all_openings_leaves_every_room_to_itself(building: Building) -> None:
    graph = build_navigation(building)
    every = [o.id for o in building.openings]
    for start in building.spaces:
        for goal in building.spaces:
            if start.id != goal.id:
                with pytest.raises(RoutingError):
                    graph.route(start.id, goal.id, closed=every)


@given(plans(), st.data())
@SLOW
def test_closing_several_is_never_better_than_rebuilding_without_them(building: Building, data: st.DataObject) -> None:
    shut = data.draw(
        st.sets(st.sampled_from([o.id for o in building.openings]), min_size=2 if len(building.openings) > 1 else 1)
    )
    graph, rebuilt = build_navigation(building), building
    for ident in shut:
        rebuilt = without(rebuilt, ident)
    other = build_navigation(rebuilt)
    some = places(building, np.random.default_rng(9), near=building.openings[0], count=8)
    for start, goal in zip(some[::2], some[1::2], strict=True):
        closed, expected = length_m(graph, start, goal, closed=sorted(shut)), length_m(other, start, goal)
        assert expected < 0 or closed < 0 or closed >= expected - LENGTH_M


def test_a_narrow_opening_inside_a_wide_one_does_not_stay_open_when_both_are_closed() -> None:
    # The band through the narrow one runs along the border of what the two open together.
    def turned(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
        return affinity.rotate(box(x0, y0, x1, y1), 17.0, origin=(0, 0))

    def opening(ident: str, start: float, width: float) -> Opening:
        rect = turned(start, ROOM_M - 0.06, start + width, ROOM_M + 0.06)
        return Opening(id=ident, level="g", footprint=rect, floor_m=0.0, spaces=("r01", "r00"))

    rooms = [(f"r{i}{j}", turned(i * 4, j * 4, i * 4 + 4, j * 4 + 4)) for i in range(2) for j in range(2)]
    building = Building(
        venue=Venue(id="turned", name=Text(default="Turned")),
        frame=FRAME,
        levels=(_level("g", 0, 0.0, "1F"),),
        spaces=tuple(Space(id=i, level="g", footprint=f, floor_m=0.0, ceiling_m=3.0) for i, f in rooms),
        openings=(opening("narrow", 3.1, 0.3), opening("wide", 3.0, 0.5)),
    )
    graph = build_navigation(building)
    for shut in (["narrow"], ["wide"]):
        assert graph.route("r00", "r01", closed=shut).length_m > 0
    with pytest.raises(NoRoute):
        graph.route("r00", "r01", closed=["narrow", "wide"])


@given(plans())
@SLOW
def test_routes_are_the_same_both_ways_and_keep_their_distance_from_walls(building: Building) -> None:
    graph = build_navigation(building)
    free = shapely.union_all([s.free for s in graph.network.surfaces]).buffer(2e-6)
    some = places(building, np.random.default_rng(5), near=building.openings[-1], count=6)
    for start, goal in zip(some[::2], some[1::2], strict=True):
        there, back = length_m(graph, start, goal), length_m(graph, goal, start)
        assert there == pytest.approx(back, abs=LENGTH_M)
        if np.isfinite(there) and there >= 0:
            route = graph.route(start, goal)
            assert free.covers(shapely.linestrings(route.positions[:, :2]))
            steps = np.linalg.norm(np.diff(route.positions, axis=0), axis=1)
            assert route.length_m == pytest.approx(steps.sum(), abs=LENGTH_M)


@given(plans())
@SLOW
def test_every_escape_ends_at_the_exit_or_has_a_problem(building: Building) -> None:
    graph = build_navigation(building)
    if not graph.network.exit_id:
        return
    node = graph.network.node_position[graph.network.exit_node[0]]
    for escape in graph.evacuate().escapes:
        assert (escape.route is None) != (escape.problem is None)
        if escape.route is not None:
            assert escape.route.positions[-1] == pytest.approx(node)
            assert building.exits[0].opening in escape.route.openings
