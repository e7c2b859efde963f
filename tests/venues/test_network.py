"""The pilot venues as networks: everybody gets everywhere, step-free where lifts are, and out."""

from itertools import combinations

import numpy as np
import pytest

from indoor3d.errors import Indoor3dError
from indoor3d.models.building import Space
from indoor3d.models.vocabulary import Access, SpaceCategory
from indoor3d.routing.evacuation import street
from indoor3d.routing.place import Place
from tests.venues.made import KOREAN_NAME, VENUES, Made, made
from tools.station import geometry as geo
from tools.station.layout import door_places

pytestmark = pytest.mark.parametrize("venue", [pytest.param(v, marks=pytest.mark.xdist_group(v)) for v in VENUES])

WALKING_MPS = 1.2
"""Walking speed behind the official transfer times (facts sheet, section 1)."""
BEFORE_DOOR_M = 0.6


def public(case: Made) -> list[Space]:
    return [s for s in case.building.spaces if s.walkable and s.access is not Access.RESTRICTED]


def test_every_public_space_reaches_every_other(venue: str) -> None:
    """From one of them to all, and from all to that one."""
    case = made(venue)
    spaces = public(case)
    hub = max(spaces, key=lambda s: s.footprint.area)
    names = [s.id for s in spaces]
    there = case.graph.distances(hub.id, names).duration_s
    assert [case.keys[n] for n, seconds in zip(names, there, strict=True) if not np.isfinite(seconds)] == []
    back = [float(case.graph.distances(name, [hub.id]).duration_s[0]) for name in names]
    assert [case.keys[n] for n, seconds in zip(names, back, strict=True) if not np.isfinite(seconds)] == []


def test_platforms_and_public_rooms_are_step_free_from_the_street(venue: str) -> None:
    case = made(venue)
    outside = [e.id for e in case.building.exits if e.outside and e.everyday]
    platforms = [s for s in public(case) if s.category is SpaceCategory.PLATFORM]
    assert bool(platforms) == (venue in KOREAN_NAME)
    safe = street(case.building)
    for space in platforms or public(case):
        if space.id in safe:
            continue
        seconds = case.graph.distances(space.id, outside, profile="wheelchair").duration_s
        assert np.isfinite(seconds).any(), case.keys[space.id]


def test_every_exit_is_a_node_and_people_walk_outside_from_one_to_another(venue: str) -> None:
    case = made(venue)
    building = case.building
    assert set(case.graph.network.exit_id) == {e.id for e in building.exits}
    numbered = [e for e in building.exits if e.number and e.outside]
    indoors = [s.id for s in building.spaces if s.category is SpaceCategory.STAIRWELL and s.id not in street(building)]
    stairwells = [i for i in indoors if case.keys[i].startswith("exit-")]
    for first, second in combinations(numbered, 2):
        way = case.graph.route(first.id, second.id, closed=stairwells)
        assert way.length_m < 1_500, (first.number, second.number)


def test_edges_along_ways_climb_as_the_plan_says(venue: str) -> None:
    case = made(venue)
    network = case.graph.network
    index = {name: number for number, name in enumerate(network.elements)}
    ids = {case.keys[c.id]: c.id for c in case.building.connectors}
    climbs: dict[int, float] = {}
    for edge in range(len(network.edge_from)):
        if abs(network.edge_climb_m[edge]) > 1e-6:
            low, high = network.edge_element_start[edge : edge + 2]
            for element in network.edge_element[low:high].tolist():
                climbs[element] = max(climbs.get(element, 0.0), abs(float(network.edge_climb_m[edge])))
    for way in case.plan.flightways:
        assert climbs[index[ids[way.id]]] == pytest.approx(way.high - way.low, abs=0.01), way.id
    for lift in case.plan.lifts:
        rise = lift.stops[-1].floor - lift.stops[0].floor
        assert climbs[index[ids[lift.id]]] == pytest.approx(rise, abs=0.01), lift.id


def _before_door(case: Made, name: str) -> Place:
    """The floor before a screen door, on its platform."""
    ident, _, door = name.partition("/")
    platform = next(p for p in case.plan.platforms if p.id == ident)
    space = case.plan.space(platform.space)
    at = dict(door_places(platform))[door]
    side = geo.left_of(geo.unit(platform.front, platform.end))
    inside = max(
        (geo.moved(at, (side[0] * sign, side[1] * sign), BEFORE_DOOR_M) for sign in (1.0, -1.0)),
        key=lambda p: _within(space.ring, p),
    )
    back = next(s for s in case.building.spaces if case.keys[s.id] == space.id)
    return Place(x_m=inside[0], y_m=inside[1], z_m=space.floor, level=back.level, element="")


def _within(ring: tuple[tuple[float, float], ...], at: tuple[float, float]) -> bool:
    from shapely.geometry import Point, Polygon  # noqa: PLC0415 - only here

    return bool(Polygon(ring).contains(Point(at)))


def test_official_transfer_times_are_met(venue: str) -> None:
    case = made(venue)
    for transfer in case.plan.transfers:
        way = case.graph.route(_before_door(case, transfer.origin), _before_door(case, transfer.destination))
        assert way.length_m / WALKING_MPS == pytest.approx(transfer.seconds, rel=0.15), transfer.id


def test_everybody_gets_out(venue: str) -> None:
    case = made(venue)
    found = case.graph.evacuate().escapes
    safe = street(case.building)
    assert {e.space for e in found} == {s.id for s in case.building.spaces if s.walkable and s.id not in safe}
    assert [case.keys[e.space] for e in found if e.problem is not None] == []
    outside = {e.id for e in case.building.exits if e.outside}
    assert {e.exit for e in found} <= outside


def test_a_closed_exit_is_never_used(venue: str) -> None:
    case = made(venue)
    outside = sorted(e.id for e in case.building.exits if e.outside)
    for shut in outside[:: max(1, len(outside) // 3)]:
        try:
            found = case.graph.evacuate(closed=[shut]).escapes
        except Indoor3dError as problem:
            pytest.fail(str(problem))
        assert shut not in {e.exit for e in found}
