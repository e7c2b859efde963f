"""Where the outside begins: before every exit of the venues, and which way one faces there."""

import math

import pytest
import shapely

from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.handover import OUTSIDE_M, handover
from tests.buildings import street_station, two_floors
from tests.venues.made import VENUES, made


def test_who_comes_out_of_a_door_to_the_south_faces_south() -> None:
    building = street_station()
    one = next(e for e in building.exits if e.opening == "door-1")
    found = handover(building, one.id)
    assert found is not None
    assert found.exit == one.id
    assert found.position[0] == pytest.approx(4.0, abs=1e-6)
    assert found.position[1] < -0.26, "south of the door"
    south = building.frame.bearing_deg((0.0, 0.0, 0.0), (0.0, -1.0))
    assert abs((found.bearing_deg - south + 180) % 360 - 180) < 1e-3


def test_an_exit_is_found_by_its_door_and_nothing_else_has_an_outside() -> None:
    building = two_floors()
    for one in building.exits:
        by_id, by_door = handover(building, one.id), handover(building, one.opening)
        assert by_id == by_door
    assert handover(building, "door-office") is None
    assert handover(building, "hall") is None
    assert handover(building, "") is None


@pytest.mark.parametrize("venue", VENUES)
def test_outside_of_every_exit_is_a_step_from_its_door_and_in_no_room(venue: str) -> None:
    building = made(venue).building
    openings = {o.id: o for o in building.openings}
    rooms = {
        level.id: shapely.union_all(
            [s.footprint for s in building.spaces if s.level == level.id and s.category is not SpaceCategory.OUTDOOR]
        )
        for level in building.levels
    }
    found = 0
    for one in building.exits:
        out = handover(building, one.id)
        if out is None:
            assert not one.outside or one.opening not in openings
            continue
        found += 1
        at, door = shapely.Point(out.position[:2]), openings[one.opening]
        assert door.footprint.distance(at) <= OUTSIDE_M + 0.5
        assert not rooms[door.level].contains(at), one.id
        assert 0 <= out.bearing_deg < 360
        assert math.isfinite(out.position[2])
    assert found > 0
