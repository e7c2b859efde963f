"""The pilot venues as networks: everybody gets everywhere, step-free where lifts are, and out."""

import numpy as np
import pytest
import shapely

from indoor3d.models.building import Exit, Space
from indoor3d.models.vocabulary import Access, ConnectorCategory, SpaceCategory
from indoor3d.routing.evacuation.escape import street
from indoor3d.routing.place import Place
from tests.venues.made import KOREAN_NAME, VENUES, Made, made
from tools.station import geometry as geo
from tools.station.layout import door_places

pytestmark = pytest.mark.parametrize("venue", [pytest.param(v, marks=pytest.mark.xdist_group(v)) for v in VENUES])

WALKING_MPS = 1.2
"""Walking speed behind the official transfer times (facts sheet, section 1)."""
BEFORE_DOOR_M = 0.6
MAIN_ENTRANCE = {"sema-seosomun": "arch-2", "seoul-city-hall": "f1-main-door", "seoul-library": "main-entrance"}
INTO_A_COURT = {"court-exit-e", "court-exit-w"}
"""Fire exits of the Library into its light courts: those go on into a yard that only the plan of City Hall draws (fact
``outdoors`` of its venue.toml). test_district.py walks from there to the street."""
ONE_WAY_OUT = {"b1-court-west-door": {"b1-court-store", "b1-exit4-passage", "b1-fountain-plant"}}
"""What a single exit serves: City Hall's passage between its court and the station, the other end of which is no exit to
the outside. In the district it is one."""


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


def test_every_public_room_of_a_house_is_step_free_from_its_main_entrance(venue: str) -> None:
    """All of them, and back; stations have no main entrance."""
    case = made(venue)
    if venue not in MAIN_ENTRANCE:
        assert venue in KOREAN_NAME
        return
    (door,) = [e.id for e in case.building.exits if case.keys[e.opening] == MAIN_ENTRANCE[venue]]
    names = [s.id for s in case.building.spaces if s.walkable and s.access is Access.PUBLIC]
    there = case.graph.distances(door, names, profile="wheelchair").duration_s
    assert [case.keys[n] for n, seconds in zip(names, there, strict=True) if not np.isfinite(seconds)] == []
    back = [case.graph.distances(name, [door], profile="wheelchair").duration_s[0] for name in names]
    assert [case.keys[n] for n, seconds in zip(names, back, strict=True) if not np.isfinite(seconds)] == []


def doors_to_the_street(case: Made) -> list[Exit]:
    """Numbered exits of a station; of a house, which has none, every way out."""
    outside = sorted((e for e in case.building.exits if e.outside), key=lambda e: e.id)
    return [e for e in outside if e.number] or outside


def _before_exit(case: Made, way_out: Exit) -> Place:
    """A place on the pavement that the plan draws before an exit, clear of its door."""
    safe = street(case.building)
    opening = next(o for o in case.building.openings if o.id == way_out.opening)
    (ground,) = [s for s in case.building.spaces if s.id in opening.spaces and s.id in safe]
    inner = shapely.buffer(ground.footprint, -BEFORE_DOOR_M)
    x, y = shapely.get_coordinates(shapely.shortest_line(inner, shapely.Point(way_out.position[:2])))[0].tolist()
    return Place(x_m=x, y_m=y, z_m=ground.floor_m, level=ground.level)


def test_every_exit_is_a_node_and_people_walk_outside_from_one_to_another(venue: str) -> None:
    """With every indoor space shut, so that no way leads through the venue, paid or not."""
    case = made(venue)
    assert set(case.graph.network.exit_id) == {e.id for e in case.building.exits}
    safe = street(case.building)
    indoors = [s.id for s in case.building.spaces if s.walkable and s.id not in safe]
    doors = [e for e in doors_to_the_street(case) if case.keys[e.opening] not in INTO_A_COURT]
    assert len(doors) >= (10 if venue in KOREAN_NAME else 3)
    places = [_before_exit(case, door) for door in doors]
    for door, place in zip(doors, places, strict=True):
        ways = case.graph.distances(place, places, closed=indoors).length_m
        assert np.isfinite(ways).all(), case.keys[door.opening]
        assert ways.max() < 1_000


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
    sides = (geo.moved(at, (side[0] * sign, side[1] * sign), BEFORE_DOOR_M) for sign in (1.0, -1.0))
    (inside,) = [p for p in sides if shapely.Polygon(space.ring).contains(shapely.Point(p))]
    back = next(s for s in case.building.spaces if case.keys[s.id] == space.id)
    return Place(x_m=inside[0], y_m=inside[1], z_m=space.floor, level=back.level, element="")


def test_official_transfer_times_are_met(venue: str) -> None:
    """Both ways on foot: a lift would be quicker in places, but its length says nothing of a walk."""
    case = made(venue)
    assert bool(case.plan.transfers) == (venue in KOREAN_NAME)
    lifts = [c.id for c in case.building.connectors if c.category is ConnectorCategory.LIFT]
    for transfer in case.plan.transfers:
        ends = [_before_door(case, name) for name in (transfer.origin, transfer.destination)]
        for start, goal in (ends, ends[::-1]):
            way = case.graph.route(start, goal, closed=lifts)
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
    """Four exits of each venue, shut one at a time: nobody is sent there, nor through it."""
    case = made(venue)
    doors = doors_to_the_street(case)
    for shut in doors[:: max(1, len(doors) // 4)][:4]:
        found = case.graph.evacuate(closed=[shut.id])
        assert shut.id not in found.open_exits
        assert [case.keys[e.space] for e in found.escapes if e.exit == shut.id] == []
        through = [case.keys[e.space] for e in found.escapes if e.route and shut.opening in e.route.openings]
        assert through == []
        caught = {case.keys[e.space] for e in found.escapes if e.problem is not None}
        assert caught == ONE_WAY_OUT.get(case.keys[shut.opening], set())
