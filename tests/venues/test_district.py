"""The venues that touch, as one: routes and evacuation cross from building to building."""

import tomllib
from functools import cache

import numpy as np
import pytest

from indoor3d.models.building import Building, Text, Venue
from indoor3d.models.joined import join
from indoor3d.models.vocabulary import OpeningCategory, SpaceCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.escape import street
from indoor3d.routing.graph import NavGraph
from tests.venues.made import STATIONS, VENUES, made

pytestmark = pytest.mark.xdist_group("city-hall")

DISTRICT = tomllib.loads((STATIONS / "districts.toml").read_text(encoding="utf-8"))["district"][0]


@cache
def district() -> tuple[Building, NavGraph]:
    venue = Venue(id=DISTRICT["id"], name=Text(default=DISTRICT["name_ko"]))
    building = join([made(member).building for member in DISTRICT["members"]], venue=venue)
    return building, build_navigation(building)


@cache
def homes() -> dict[str, str]:
    """Venue of every space."""
    return {space.id: member for member in DISTRICT["members"] for space in made(member).building.spaces}


def ident(member: str, key: str) -> str:
    return next(i for i, k in made(member).keys.items() if k == key)


def joints(category: OpeningCategory) -> set[frozenset[str]]:
    building, _ = district()
    pairs = [frozenset(homes()[s] for s in o.spaces) for o in building.openings if o.category is category]
    return {pair for pair in pairs if len(pair) > 1}


def test_a_district_names_venues_that_there_are() -> None:
    assert set(DISTRICT["members"]) <= set(VENUES)
    assert district()[0].venue.members == tuple(DISTRICT["members"])


def test_shared_doors_are_doors_inside_and_streets_are_one() -> None:
    building, _ = district()
    assert [e.id for e in building.exits if not e.outside] == []
    assert joints(OpeningCategory.PASSAGE) == {
        frozenset({"city-hall", "seoul-city-hall"}),
        frozenset({"seoul-city-hall", "seoul-library"}),
    }
    assert joints(OpeningCategory.VIRTUAL) == {
        frozenset({"city-hall", "seoul-city-hall"}),
        frozenset({"city-hall", "seoul-library"}),
        frozenset({"seoul-city-hall", "seoul-library"}),
    }


def test_levels_of_one_ordinal_are_one() -> None:
    building, graph = district()
    ordinals = [level.ordinal for level in building.levels]
    assert len(ordinals) == len(set(ordinals))
    assert {s.level for s in building.spaces} == {level.id for level in building.levels}
    assert graph.issues == ()


@pytest.mark.parametrize("profile", ["walk", "wheelchair"])
def test_a_way_leads_from_a_platform_into_the_library(profile: str) -> None:
    """Underground by exit 4, or over the street; over the street when exit 4 is shut."""
    building, graph = district()
    rooms = [s.id for s in building.spaces if s.category is SpaceCategory.READING_ROOM]
    assert len(rooms) >= 5
    start, shut, safe = ident("city-hall", "l2-b3-platform"), ident("city-hall", "exit-4-door"), street(building)
    sides = {o.id: set(o.spaces) for o in building.openings}
    for room in rooms:
        way = graph.route(start, room, profile=profile)
        assert 300 < way.length_m < 700
        assert shut in way.openings or any(sides[o] & safe for o in way.openings)
    around = graph.route(start, rooms[0], profile=profile, closed=[shut])
    assert shut not in around.openings
    assert any(sides[o] <= safe for o in around.openings)


def test_people_walk_outdoors_from_each_venue_to_each_other_and_out_of_every_court() -> None:
    building, graph = district()
    safe = street(building)
    indoors = [s.id for s in building.spaces if s.walkable and s.id not in safe]
    outdoors = sorted(safe)
    assert {homes()[s] for s in outdoors} == set(DISTRICT["members"])
    assert {ident("seoul-library", "court-e"), ident("seoul-library", "court-w")} <= safe
    ways = graph.distances(ident("city-hall", "street-plaza"), outdoors, closed=indoors).length_m
    assert [s for s, way in zip(outdoors, ways, strict=True) if not np.isfinite(way)] == []


def test_no_id_is_in_two_places() -> None:
    building, _ = district()
    kinds = (building.levels, building.spaces, building.openings, building.connectors, building.exits)
    for parts in (*kinds, building.facilities, building.refuges, building.obstacles, building.mesh.features):
        ids = [part.id for part in parts]
        assert len(ids) == len(set(ids))


def test_the_shared_door_is_the_way_underground() -> None:
    _, graph = district()
    way = graph.route(ident("city-hall", "l1-b1-north"), ident("seoul-city-hall", "b1-hall"))
    assert ident("city-hall", "exit-4-door") in way.openings


def test_everybody_gets_out_also_through_the_neighbour() -> None:
    building, graph = district()
    found = graph.evacuate().escapes
    assert [e.space for e in found if e.problem is not None] == []
    assert len(found) == sum(s.walkable and s.id not in street(building) for s in building.spaces)


def test_with_all_its_exits_shut_a_station_empties_through_city_hall() -> None:
    """Only the heads of two street lifts are caught: they stand in the street and have one door and the lift."""
    _, graph = district()
    station = [e.id for e in made("city-hall").building.exits if e.outside]
    found = [e for e in graph.evacuate(closed=station).escapes if homes()[e.space] == "city-hall"]
    caught = {made("city-hall").keys[e.space] for e in found if e.route is None}
    assert caught == {"l1-outer-lift-head", "l2-outer-lift-head"}
    city_hall = {e.id for e in made("seoul-city-hall").building.exits}
    door = ident("city-hall", "exit-4-door")
    assert len(found) > 150
    assert all(e.exit in city_hall and door in e.route.openings for e in found if e.route)
