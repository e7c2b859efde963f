"""Ways across venues that touch: the station, City Hall and the Library, each with its own graph."""

from itertools import pairwise

import pytest

from indoor3d.errors import NoRoute
from indoor3d.routing.city import Asked, City, shared_doors
from indoor3d.routing.journey import Stop
from indoor3d.routing.place import find_place
from tests.venues.made import VENUES, made


def city() -> City:
    return City(lambda venue: made(venue).graph if venue in VENUES else None)


def stop(venue: str, text: str) -> tuple[str, Stop]:
    return venue, Stop(places=(find_place(made(venue).building, text),))


def platform_of(venue: str) -> tuple[str, Stop]:
    space = next(s for s in made(venue).building.spaces if s.category == "platform" and s.walkable)
    return stop(venue, space.id)


def room_of(venue: str, category: str) -> tuple[str, Stop]:
    space = next(s for s in made(venue).building.spaces if s.category == category and s.walkable)
    return stop(venue, space.id)


def test_the_doors_of_the_district_are_found() -> None:
    graphs = {venue: made(venue).graph for venue in ("city-hall", "seoul-city-hall", "seoul-library")}
    pairs = {tuple(sorted((door.one[0], door.other[0]))) for door in shared_doors(graphs)}
    assert pairs == {("city-hall", "seoul-city-hall"), ("seoul-city-hall", "seoul-library")}


def test_a_way_from_the_platform_to_a_reading_room_passes_three_venues() -> None:
    parts = city().journey(platform_of("city-hall"), room_of("seoul-library", "reading_room"), Asked())
    assert [part.graph.building.venue.id for part in parts] == ["city-hall", "seoul-city-hall", "seoul-library"]
    for part in parts:
        assert len(part.routes) == 1
    for before, after in pairwise(parts):
        end, start = before.routes[0].positions[-1], after.routes[0].positions[0]
        a = before.graph.building.frame.to_ecef([end])[0]
        b = after.graph.building.frame.to_ecef([start])[0]
        assert sum((a - b) ** 2) ** 0.5 < 6.0


def test_there_and_back_agree_with_the_parts() -> None:
    there = city().journey(platform_of("city-hall"), room_of("seoul-library", "reading_room"), Asked())
    with pytest.raises(NoRoute):
        city().journey(platform_of("city-hall"), room_of("sema-seosomun", "exhibition"), Asked())
    assert sum(r.duration_s for part in there for r in part.routes) > 0


def test_a_closed_door_between_two_venues_is_not_passed() -> None:
    door = next(e.id for e in made("city-hall").building.exits if e.adjoins == "seoul-city-hall")
    with pytest.raises(NoRoute):
        city().journey(platform_of("city-hall"), room_of("seoul-city-hall", "lobby"), Asked(closed=(door,)))


def test_inside_one_venue_nothing_changes() -> None:
    (part,) = city().journey(platform_of("city-hall"), stop("city-hall", "5"), Asked())
    direct = made("city-hall").graph.route(part.places[0], part.places[1])
    assert part.routes[0].length_m == pytest.approx(direct.length_m)
