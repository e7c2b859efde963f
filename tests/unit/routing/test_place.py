"""Places from what people type and from positions on Earth."""

import pytest

from indoor3d.errors import InvalidPosition, LevelMismatch, UnknownElement, UnknownLevel
from indoor3d.routing.place import Place, find_place, place_at
from indoor3d.routing.profile import PROFILES
from tests.buildings import two_floors

BUILDING = two_floors()


@pytest.mark.parametrize("text", ["exit-1", "Exit 1", "1번 출구", "1번출구", "1", "exit 1", " 1번 출구 "])
def test_an_exit_by_id_name_or_number(text: str) -> None:
    assert find_place(BUILDING, text).element == "exit-1"


@pytest.mark.parametrize("text", ["office", "Office", "사무실", "OFFICE"])
def test_a_space_by_id_or_name(text: str) -> None:
    place = find_place(BUILDING, text)
    assert (place.element, place.level) == ("office", "u")


@pytest.mark.parametrize(
    ("text", "level"), [("3,4,2F", "u"), ("3, 4 , 1", "u"), ("3,4,u", "u"), ("-3.5,4e0,1층", "g"), ("3,4", None)]
)
def test_coordinates_and_level(text: str, level: str | None) -> None:
    assert find_place(BUILDING, text).level == level


@pytest.mark.parametrize(
    ("text", "error"),
    [("", UnknownElement), ("nowhere", UnknownElement), ("3,4,9F", UnknownLevel), ("1e999,4", InvalidPosition)],
)
def test_what_is_not_a_place(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        find_place(BUILDING, text)


def test_a_position_on_earth_comes_back() -> None:
    lon, lat, height = BUILDING.frame.to_lonlat([[5.0, 6.0, 3.5]])[0].tolist()
    place = place_at(BUILDING, lon, lat, height_m=height)
    assert (place.x_m, place.y_m, place.z_m) == pytest.approx((5.0, 6.0, 3.5), abs=1e-6)
    assert place_at(BUILDING, lon, lat, level="2F").level == "u"


def test_level_and_height_that_contradict_are_refused() -> None:
    lon, lat, height = BUILDING.frame.to_lonlat([[5.0, 6.0, 3.5]])[0].tolist()
    assert place_at(BUILDING, lon, lat, level="2F", height_m=height + 1.5).level == "u"
    with pytest.raises(LevelMismatch):
        place_at(BUILDING, lon, lat, level="1F", height_m=height)
    with pytest.raises(InvalidPosition):
        place_at(BUILDING, 200.0, lat)
    with pytest.raises(InvalidPosition):
        place_at(BUILDING, lon, lat, height_m=float("nan"))


def test_a_place_is_a_value() -> None:
    assert Place(x_m=1.0, y_m=2.0) == Place(x_m=1.0, y_m=2.0)


def test_the_limits_of_a_wheelchair_are_those_of_its_source() -> None:
    wheelchair = PROFILES["wheelchair"]
    assert (wheelchair.max_step_m, wheelchair.min_clear_width_m) == (0.02, 0.80)
    assert wheelchair.stairs_up_mps is None
    assert wheelchair.escalator == "never"
