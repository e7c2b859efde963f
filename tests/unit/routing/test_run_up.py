"""The straight run-up to openings, on plans that can be checked on paper and on a real model."""

from dataclasses import replace

import pytest
from shapely import box

from indoor3d.models.building import Building, Obstacle
from indoor3d.routing.run_up import MOST_M, run_ups
from indoor3d.routing.walkable import walkable
from tests.bench.mall import mall_building
from tests.buildings import two_floors


def _measured(building: Building) -> dict[str, float]:
    return run_ups(walkable(building, radius_m=0.2))


def test_open_floor_on_both_sides_is_the_most_that_is_told() -> None:
    assert _measured(two_floors())["door-hall-shop"] == MOST_M


@pytest.mark.parametrize(
    ("gap", "aside", "expected"), [(0.9, 0.0, 0.9), (0.4, 0.0, 0.4), (0.9, 0.2, 0.9), (0.9, 1.2, MOST_M)]
)
def test_what_stands_before_a_door_shortens_its_run_up(gap: float, aside: float, expected: float) -> None:
    """A counter ``gap`` from the door's end in the hall; one beside the lane does not count."""
    building = two_floors()
    door = next(o for o in building.openings if o.id == "door-hall-shop")
    x0, y0, _, y1 = door.footprint.bounds
    middle = (y0 + y1) / 2 + aside
    counter = Obstacle(
        id="counter", level="g", footprint=box(x0 - gap - 1, middle - 0.5, x0 - gap, middle + 0.5), floor_m=0.0
    )
    found = _measured(replace(building, obstacles=(*building.obstacles, counter)))
    assert found["door-hall-shop"] == pytest.approx(expected, abs=1e-6)


def test_every_opening_of_a_mall_has_one() -> None:
    building = mall_building(120)
    found = _measured(building)
    assert set(found) == {o.id for o in building.openings}
    assert all(0.0 <= metres <= MOST_M for metres in found.values())
    assert sum(metres == MOST_M for metres in found.values()) > len(found) / 2
