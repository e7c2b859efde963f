"""Natural paths on real models: comfortable, through the middle of doors, never longer or wider than allowed."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely import box

from indoor3d.errors import RoutingError
from indoor3d.models.building import Building, Obstacle, Opening, Space, Text, Venue
from indoor3d.models.vocabulary import Mode, OpeningCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.natural import COMFORT_M, LONGER, WIDEST_DOOR_M, Naturaliser
from indoor3d.routing.place import Place
from indoor3d.routing.route import Leg, Route
from tests.buildings import FRAME, _level
from tests.venues.made import VENUES, made

Floats = NDArray[np.float64]
NEAR_END_M = 1.0
OFF_MIDDLE_M = 0.1


@cache
def routes(venue: str) -> tuple[NavGraph, Naturaliser, tuple[Route, ...]]:
    """Forty routes between places anywhere in a venue."""
    graph, rng = made(venue).graph, np.random.default_rng(1)
    spaces = [s for s in graph.building.spaces if s.walkable]
    found: list[Route] = []
    while len(found) < 40:
        places: list[Place] = []
        while len(places) < 2:
            space = spaces[int(rng.integers(len(spaces)))]
            x0, y0, x1, y1 = space.footprint.bounds
            x, y = float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1))
            if shapely.contains_xy(space.footprint, x, y):
                places.append(Place(x_m=x, y_m=y, z_m=space.floor_m, level=space.level))
        try:
            found.append(graph.route(*places))
        except RoutingError:
            continue
    return graph, Naturaliser(graph.floors), tuple(found)


def walked(routes: tuple[Route, ...]) -> list[Leg]:
    return [leg for route in routes for leg in route.legs if leg.mode is Mode.WALK]


def runs(natural: Naturaliser, leg: Leg) -> list[tuple[int, Floats, Floats]]:
    """Surface, exact and natural path of every stretch that may be changed."""
    return [
        (surface, leg.positions[start : end + 1], natural._run(leg.positions, start, end, surface))
        for start, end, surface in natural._runs(leg)
    ]


def metres(path: Floats) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def lines(path: Floats) -> NDArray[np.object_]:
    found: NDArray[np.object_] = shapely.linestrings(np.stack([path[:-1, :2], path[1:, :2]], axis=1))
    return found


def turns_deg(path: Floats) -> Floats:
    steps = np.diff(path[:, :2], axis=0)
    steps = steps[np.hypot(*steps.T) > 1e-6]
    heading = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    found: Floats = np.abs((np.diff(heading) + 180) % 360 - 180)
    return np.append(found, 0.0)


def doors(graph: NavGraph, surface: int, exact: Floats, shown: Floats) -> list[float]:
    """How far from their middles a path crosses the doors that are not where it starts or ends."""
    found: list[float] = []
    if not graph.floors.free(surface).sees_many(exact[:-1, :2], exact[1:, :2]).all():
        return found  # on to a connector beside the floor: the exact piece stays
    for p in graph.floors.ways[surface].surface.passages:
        crossing = shapely.intersection(shapely.linestrings(shown[:, :2]), p.threshold)
        if (
            p.opening.category is not OpeningCategory.VIRTUAL
            and 2 * graph.network.radius_m <= 2 * p.half_width_m <= WIDEST_DOOR_M
            and crossing.geom_type == "Point"
            and not crossing.is_empty
            and np.hypot(*(exact[[0, -1], :2] - p.centre).T).min() > NEAR_END_M
        ):
            found.append(float(np.hypot(crossing.x - p.centre[0], crossing.y - p.centre[1])))
    return found


@pytest.mark.parametrize("venue", VENUES)
def test_it_stays_in_the_free_space_and_needs_nothing_more(venue: str) -> None:
    graph, natural, some = routes(venue)
    inside = 0
    for leg in walked(some):
        for surface, exact, shown in runs(natural, leg):
            free = graph.floors.free(surface)
            if not free.sees_many(exact[:-1, :2], exact[1:, :2]).all():  # on to a connector beside the floor
                continue
            inside += 1
            assert free.sees_many(shown[:-1, :2], shown[1:, :2]).all()
            ways = graph.floors.ways[surface]
            needed, needs = (
                {p for options in ways.needs(lines(path)) for option in options for p in option}
                for path in (exact, shown)
            )
            assert needs <= needed
            assert ways.widths(lines(shown)).min() >= ways.widths(lines(exact)).min() - 1e-6
            assert (shown[[0, -1]] == exact[[0, -1]]).all()
            assert (shown[:, 2] == exact[0, 2]).all()
    assert inside > 0.8 * len(walked(some))


@pytest.mark.parametrize("venue", VENUES)
def test_it_is_at_most_three_percent_longer_but_for_doors(venue: str) -> None:
    graph, natural, some = routes(venue)
    plain = 0
    for leg in walked(some):
        for surface, exact, shown in runs(natural, leg):
            line = shapely.linestrings(shown[:, :2])
            middle = [
                p
                for p in graph.floors.ways[surface].surface.passages
                if 2 * p.half_width_m <= WIDEST_DOOR_M and shapely.intersects(p.threshold, line)
            ]
            if not middle:
                plain += 1
                assert metres(shown) <= (1 + LONGER) * metres(exact) + 0.02
    assert plain > 10
    share = [metres(natural.path(r)) / r.length_m - 1 for r in some if r.length_m > 20]
    assert float(np.median(share)) <= LONGER
    assert max(share) < 0.12


@pytest.mark.parametrize("venue", VENUES)
def test_it_goes_through_the_middle_of_doors(venue: str) -> None:
    graph, natural, some = routes(venue)
    off = [
        distance
        for leg in walked(some)
        for surface, exact, shown in runs(natural, leg)
        if len(shown) > 1
        for distance in doors(graph, surface, exact, shown)
    ]
    assert len(off) > 20
    assert np.mean(np.array(off) <= OFF_MIDDLE_M) >= 0.98


@pytest.mark.parametrize("venue", VENUES)
def test_it_keeps_more_distance_from_walls_and_has_fewer_kinks(venue: str) -> None:
    graph, natural, some = routes(venue)
    near = {"exact": 0, "shown": 0}
    sharper = legs = 0
    for leg in walked(some):
        for surface, exact, shown in runs(natural, leg):
            border = graph.network.surfaces[surface].free.boundary
            for name, path in (("exact", exact), ("shown", shown)):
                line = shapely.LineString(path[:, :2])
                points = shapely.line_interpolate_point(line, np.arange(0.0, line.length, 0.2))
                near[name] += int((shapely.distance(border, points) < 0.3).sum())
        legs += 1
        sharper += bool(turns_deg(natural.leg(leg)).max() > max(20.0, turns_deg(leg.positions).max()) + 2)
    assert near["shown"] < 0.75 * near["exact"]
    assert sharper <= 0.05 * legs


@pytest.mark.parametrize("venue", VENUES)
def test_the_whole_path_joins_and_leaves_connectors_alone(venue: str) -> None:
    _, natural, some = routes(venue)
    for route in some:
        path = natural.path(route)
        assert (path[[0, -1]] == route.positions[[0, -1]]).all()
        assert (np.abs(np.diff(path, axis=0)).max(axis=1) > 1e-9).all()
        vertices = {tuple(p) for p in path.tolist()}
        for leg in route.legs:
            assert np.array_equal(natural.leg(leg), leg.positions) or leg.mode is Mode.WALK
            if leg.mode is not Mode.WALK:
                assert {tuple(p) for p in leg.positions.tolist()} <= vertices


def rooms(*openings: Opening, obstacles: tuple[Obstacle, ...] = ()) -> Building:
    """Two rooms of 10 m by 8 m, a wall of 0.2 m between them."""
    spaces = [("a", box(0, 0, 10, 8)), ("b", box(10.2, 0, 20.2, 8))]
    return Building(
        venue=Venue(id="two", name=Text(default="Two")),
        frame=FRAME,
        levels=(_level("g", 0, 0.0, "1F"),),
        spaces=tuple(Space(id=i, level="g", footprint=f, floor_m=0.0, ceiling_m=3.0) for i, f in spaces),
        openings=openings,
        obstacles=obstacles,
    )


def opening(ident: str, low: float, high: float) -> Opening:
    return Opening(id=ident, level="g", footprint=box(9.9, low, 10.3, high), floor_m=0.0, spaces=("a", "b"))


def at(x: float, y: float) -> Place:
    return Place(x_m=x, y_m=y, z_m=0.0, level="g")


def test_a_door_is_crossed_square_and_in_its_middle() -> None:
    graph = build_navigation(rooms(opening("door", 3.0, 4.2)))
    route = graph.route(at(2.0, 7.0), at(18.0, 7.0))
    path = Naturaliser(graph.floors).path(route)
    crossing = np.flatnonzero((path[:-1, 0] < 10.1) & (path[1:, 0] >= 10.1))
    assert len(crossing) == 1
    a, b = path[crossing[0]], path[crossing[0] + 1]
    y = a[1] + (10.1 - a[0]) / (b[0] - a[0]) * (b[1] - a[1])
    assert y == pytest.approx(3.6, abs=0.02)
    assert abs(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0]))) < 15
    assert route.positions[:, 1].min() > 3.9  # the exact one brushes the post
    assert turns_deg(path).max() <= 20


def test_a_column_is_passed_at_a_comfortable_distance() -> None:
    column = Obstacle(id="c", level="g", footprint=box(4.5, 3.0, 5.5, 5.0), floor_m=0.0)
    graph = build_navigation(rooms(obstacles=(column,)))
    route = graph.route(at(0.5, 4.2), at(9.5, 4.2))
    path = Naturaliser(graph.floors).path(route)
    away = shapely.LineString(path[:, :2]).distance(column.footprint)
    assert shapely.LineString(route.positions[:, :2]).distance(column.footprint) == pytest.approx(0.2, abs=1e-6)
    assert away > 0.35
    assert metres(path) <= (1 + LONGER) * route.length_m
    assert turns_deg(path).max() <= 20
    assert away <= 0.2 + COMFORT_M + 1e-6


def test_a_closed_door_beside_the_way_is_not_entered() -> None:
    graph = build_navigation(rooms(opening("one", 1.0, 2.2), opening("two", 2.2, 3.4)))
    natural = Naturaliser(graph.floors)
    for shut, low, high in (("one", 2.2, 3.4), ("two", 1.0, 2.2)):
        route = graph.route(at(2.0, 7.0), at(18.0, 7.0), closed=[shut])
        path = natural.path(route)
        ways = graph.floors.ways[0]
        assert not ways.blocked(lines(path), {shut}).any()
        inside = path[(path[:, 0] > 9.9) & (path[:, 0] < 10.3), 1]
        assert ((inside > low) & (inside < high)).all()


def test_a_straight_way_stays_straight() -> None:
    graph = build_navigation(rooms())
    route = graph.route(at(1.0, 4.0), at(9.0, 4.5))
    assert np.array_equal(Naturaliser(graph.floors).path(route), route.positions)


def test_a_route_that_goes_nowhere_has_two_vertices() -> None:
    graph = build_navigation(rooms())
    path = Naturaliser(graph.floors).path(graph.route(at(1.0, 4.0), at(1.0, 4.0)))
    assert path.shape == (2, 3)


def test_a_leg_of_no_known_surface_stays_exact() -> None:
    graph = build_navigation(rooms(opening("door", 3.0, 4.2)))
    leg = graph.route(at(2.0, 7.0), at(18.0, 7.0)).legs[0]
    lifted = replace(leg, positions=np.add(leg.positions, (0.0, 0.0, 7.0)))
    assert np.array_equal(Naturaliser(graph.floors).leg(lifted), lifted.positions)


def test_the_same_route_gives_the_same_path_and_its_way_back_is_as_long() -> None:
    graph = build_navigation(rooms(opening("door", 3.0, 4.2)))
    there, back = graph.route(at(2.0, 7.0), at(18.0, 6.0)), graph.route(at(18.0, 6.0), at(2.0, 7.0))
    one, two = Naturaliser(graph.floors), Naturaliser(graph.floors)
    assert np.array_equal(one.path(there), two.path(there))
    assert metres(one.path(there)) == pytest.approx(metres(one.path(back)), abs=0.05)
