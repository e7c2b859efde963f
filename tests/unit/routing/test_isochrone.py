"""Isochrones: inside is what the exact times say, whoever moves and whatever is closed."""

from typing import Any

import numpy as np
import pytest
import shapely

from indoor3d.errors import InvalidInput
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.isochrone import CELL_M, Isochrone, isochrones
from indoor3d.routing.place import Place, find_place
from tests.buildings import two_floors
from tests.venues.made import made

TIMES = [30.0, 90.0, 200.0]


def _polygon(found: Isochrone, level: str, floor_m: float) -> Any:
    parts = [area.polygon for area in found.areas if area.level == level and area.floor_m == floor_m]
    return shapely.union_all(parts)


def _places(graph: NavGraph, count: int) -> list[Place]:
    rng = np.random.default_rng(3)
    places = []
    for index, surface in enumerate(graph.network.surfaces):
        west, south, east, north = surface.free.bounds
        points = rng.uniform((west, south), (east, north), (4 * count, 2))
        inside = points[graph.floors.free(index).contains(points)][:count]
        places += [Place(x_m=x, y_m=y, z_m=surface.floor_m, level=surface.level) for x, y in inside.tolist()]
    return places


def _check(graph: NavGraph, start: Place, profile: str, closed: tuple[str, ...] = ()) -> float:
    conditions = graph.conditions(profile, closed)
    nav = graph.for_body(conditions.profile)
    found = isochrones(nav, start, TIMES, conditions)
    places = _places(nav, 60)
    exact = nav.measured(start, places, conditions).duration_s
    assert np.isfinite(exact).any()
    slack = CELL_M / conditions.profile.level_mps
    for one in found:
        inside = np.array(
            [_polygon(one, str(p.level), float(p.z_m or 0.0)).covers(shapely.Point(p.x_m, p.y_m)) for p in places]
        )
        # a place in a closed doorway is moved out of it before it is measured
        open_ = np.array([_stands(nav, p, conditions) for p in places])
        assert inside[open_ & (exact <= one.time_s - slack)].all()
        assert not inside[open_ & (exact > one.time_s + slack)].any()
    _nested(nav, found)
    return found[-1].area_m2


def _stands(nav: NavGraph, place: Place, conditions: Any) -> bool:
    spot = nav.floors.try_spot(place, shut=nav.weights.refused(conditions))
    return spot is not None and (spot.x_m, spot.y_m) == (place.x_m, place.y_m)


def _nested(nav: NavGraph, found: tuple[Isochrone, ...]) -> None:
    free = {(s.level, s.floor_m): s.free for s in nav.network.surfaces}
    for number, one in enumerate(found):
        for area in one.areas:
            assert area.polygon.is_valid
            assert all(ring.is_ccw for ring in shapely.get_exterior_ring(area.polygon.geoms))
            larger = _polygon(found[number + 1], area.level, area.floor_m) if number + 1 < len(found) else None
            for around in (free[area.level, area.floor_m], larger):
                if around is not None:
                    assert shapely.difference(area.polygon, shapely.buffer(around, 1e-4)).area < 1e-6


@pytest.mark.parametrize("profile", ["walk", "wheelchair"])
@pytest.mark.parametrize("venue", ["city-hall", "sema-seosomun"])
def test_inside_is_what_is_reached_in_time(venue: str, profile: str) -> None:
    graph = made(venue).graph
    entrance = next(one for one in graph.building.exits if one.everyday and one.outside)
    _check(graph, find_place(graph.building, entrance.id), profile)


def test_a_closed_door_is_not_passed() -> None:
    graph = made("sema-seosomun").graph
    entrance = next(one for one in graph.building.exits if one.everyday and one.outside)
    start = find_place(graph.building, entrance.id)
    doors = tuple(sorted(o.id for o in graph.building.openings if o.id != entrance.opening))
    reached = _check(graph, start, "walk")
    assert _check(graph, start, "walk", doors[::2]) < reached


def test_a_disc_in_an_open_hall() -> None:
    graph = build_navigation(two_floors())
    conditions = graph.conditions("walk", ())
    start = find_place(graph.building, "hall")
    radius = 2.0
    (one,) = isochrones(graph, start, [radius / conditions.profile.level_mps], conditions, cell_m=0.2)
    disc = shapely.intersection(
        shapely.Point(start.x_m, start.y_m).buffer(radius, quad_segs=64), graph.network.surfaces[0].free
    )
    assert one.area_m2 == pytest.approx(disc.area, rel=0.02)


def test_wheelchairs_do_not_take_stairs() -> None:
    graph = build_navigation(two_floors())
    lifts = tuple(c.id for c in graph.building.connectors if c.category == "lift")
    levels = {}
    for profile in ("walk", "wheelchair"):
        conditions = graph.conditions(profile, lifts)
        nav = graph.for_body(conditions.profile)
        (one,) = isochrones(nav, find_place(graph.building, "hall"), [600.0], conditions)
        levels[profile] = {area.level for area in one.areas}
    assert levels == {"walk": {"g", "u"}, "wheelchair": {"g"}}


@pytest.mark.parametrize("times", [[], [0.0], [-5.0], [float("nan")], [float("inf")]])
def test_times_that_are_none(times: list[float]) -> None:
    graph = build_navigation(two_floors())
    with pytest.raises(InvalidInput):
        isochrones(graph, find_place(graph.building, "hall"), times, graph.conditions("walk", ()))
