"""The surfaces of a building: the same for a body whether or not others were asked for before."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import Polygon

from indoor3d.models.building import Building
from indoor3d.routing._passage import passage
from indoor3d.routing._shapes import clip
from indoor3d.routing.walkable import Grounds, Walkable, walkable
from tests.bench.mall import mall_building
from tests.buildings import open_plan, station, two_floors

RADII = [0.2, 0.35]


def _same(one: Walkable, other: Walkable) -> bool:
    shapes = [(s.base.shape, *s.zones, *(p.strip for p in s.passages), s.ground, s.free) for s in (one, other)]
    told = [(s.level, s.floor_m, s.spaces, s.attachments, s.radius_m, [p.id for p in s.passages]) for s in (one, other)]
    return told[0] == told[1] and [shapely.to_wkb(s) for s in shapes[0]] == [shapely.to_wkb(s) for s in shapes[1]]


@pytest.mark.parametrize("building", [two_floors(), open_plan(), station(), mall_building(40)])
@pytest.mark.parametrize("radii", [RADII, RADII[::-1]])
def test_grounds_give_every_body_what_it_would_get_alone(building: Building, radii: list[float]) -> None:
    grounds = Grounds(building)
    for radius in radii:
        shared, alone = grounds.walkable(radius), walkable(building, radius_m=radius)
        assert len(shared) == len(alone) > 0
        assert all(_same(one, other) for one, other in zip(shared, alone, strict=True))


def test_bodies_of_every_size_share_the_shut_ground() -> None:
    grounds = Grounds(mall_building(40))
    one, other = (grounds.walkable(radius)[0] for radius in RADII)
    assert one.base is other.base
    assert one.free.area > other.free.area


@pytest.mark.parametrize("width_m", [0.04, 0.3, 0.41, 0.43, 0.6, 0.9])
def test_a_passage_for_a_body_is_the_one_made_for_it(width_m: float) -> None:
    building = two_floors()
    door = building.openings[0]
    x0, y0, x1, y1 = door.footprint.bounds
    wide = x1 - x0 >= y1 - y0
    rect = shapely.box(x0, y0, x0 + width_m, y1) if wide else shapely.box(x0, y0, x1, y0 + width_m)
    slot = replace(door, footprint=rect)
    spaces = [s for name in door.spaces for s in building.spaces if s.id == name]
    for radius in RADII:
        made = passage(slot, spaces, radius_m=radius)
        again = passage(slot, spaces, radius_m=1.0).for_body(radius)
        assert (again.strip_radius_m, again.radius_m) == (made.strip_radius_m, radius)
        assert again.strip.equals(made.strip)
        assert again.zone.equals(made.zone)
        assert made.strip.is_empty == (not 0.05 <= 2 * made.half_width_m < 2 * radius + 0.02)


def test_a_coordinate_next_to_nothing_raises_no_flag() -> None:
    """Rounding while walls are turned leaves such places; GEOS overflows there, and the answer is right all the same."""
    tiny = 1.1125369292536007e-308
    hall = [(8, tiny), (4.03, 0), (4.03, 8), (8, 8), (8, 4.03), (4.3, 4.03), (4.3, 3.97), (8, 3.97), (8, tiny)]
    window = (3.14, 2.58, 5.16, 5.42)
    plain = Polygon([*hall[1:-1], (8, 0)])
    assert np.isclose(clip(Polygon(hall), window).area, shapely.intersection(plain, shapely.box(*window)).area)
