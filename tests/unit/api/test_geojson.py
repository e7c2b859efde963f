"""What an element says of itself as a GeoJSON feature: null is what nobody has said."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import orjson
from shapely import box

from indoor3d.api import geojson
from indoor3d.models.building import (
    Building,
    Connector,
    Exit,
    Level,
    Opening,
    Position,
    Space,
    Stop,
    Text,
    Venue,
)
from indoor3d.models.frame import FrameOrigin, SiteFrame
from indoor3d.models.vocabulary import LABELS, ConnectorCategory, DoorKind, Mode

if TYPE_CHECKING:
    from indoor3d.api.cache import VenueData

FRAME = SiteFrame(crs="EPSG:5186", easting_m=200_000.0, northing_m=550_000.0, origin=FrameOrigin.GIVEN)
LEVELS = tuple(
    Level(id=name, ordinal=n, elevation_m=3.0 * n, name=Text(default=name), short_name=name)
    for n, name in enumerate("ab")
)
ENDS: tuple[Position, Position] = ((0.0, 0.0, 0.0), (6.0, 0.0, 3.0))
STOPS = tuple(Stop(level=v.id, position=at) for v, at in zip(LEVELS, ENDS, strict=True))


def properties(element: Space | Opening | Connector | Exit) -> dict[str, Any]:
    venue = Venue(id="v", name=Text(default="V"))
    building = Building(venue=venue, frame=FRAME, levels=LEVELS)
    data = cast("VenueData", SimpleNamespace(building=building, record=SimpleNamespace(venue=venue)))
    made: dict[str, Any] = orjson.loads(orjson.dumps(geojson.feature(data, element)))["properties"]
    return made


def part(made: dict[str, Any], *names: str) -> list[Any]:
    return [made[name] for name in names]


def test_a_lift_that_says_everything() -> None:
    made = properties(
        Connector(
            id="c", category=ConnectorCategory.LIFT, stops=STOPS, path=ENDS, footprint=box(0, 0, 2, 2), clear_width_m=0.9,
            car_width_m=1.6, car_depth_m=1.35, through=True, speed_mps=0.75, needs_staff=False, handrail=True, tactile=True,
            accessible=True, sign=Text(ko="나가는 곳", en="Way out"), hours="05:00-24:00",
        )
    )  # fmt: skip
    assert part(made, "car_width_m", "car_depth_m", "clear_width_m", "speed_mps") == [1.6, 1.35, 0.9, 0.75]
    assert part(made, "through", "needs_staff", "handrail", "tactile", "accessible") == [True, False, True, True, True]
    assert part(made, "sign", "hours", "max_slope") == [
        {"default": "", "ko": "나가는 곳", "en": "Way out"}, "05:00-24:00", None,
    ]  # fmt: skip
    assert [level["id"] for level in made["levels"]] == ["a", "b"]


def test_a_wheelchair_lift_that_says_nothing() -> None:
    category = ConnectorCategory.WHEELCHAIR_LIFT
    made = properties(Connector(id="c", category=category, stops=STOPS, path=ENDS, footprint=box(0, 0, 2, 2)))
    assert made["category_label"] == {"ko": "휠체어리프트", "en": "Wheelchair lift"}
    unsaid = ("car_width_m", "car_depth_m", "through", "speed_mps", "needs_staff", "handrail", "tactile", "accessible")
    assert part(made, *unsaid, "max_slope", "sign", "hours") == [None] * 10 + [""]


def test_doors() -> None:
    said = Opening(
        id="o", level="a", footprint=box(0, 0, 1, 0.3), floor_m=0.0, spaces=("s",), number="7-4", kind=DoorKind.REVOLVING,
        automatic=True, threshold_m=0.02, intercom=False, gap_m=0.11, gap_step_m=-0.03, hours="Mo-Fr 09:00-18:00",
    )  # fmt: skip
    names = ("number", "kind", "kind_label", "automatic", "threshold_m", "intercom", "gap_m", "gap_step_m", "hours")
    assert part(properties(said), *names) == [
        "7-4", "revolving", {"ko": "회전문", "en": "Revolving door"}, True, 0.02, False, 0.11, -0.03, "Mo-Fr 09:00-18:00",
    ]  # fmt: skip
    silent = Opening(id="o", level="a", footprint=box(0, 0, 1, 0.3), floor_m=0.0, spaces=())
    assert part(properties(silent), *names) == [None] * 8 + [""]


def test_spaces_and_exits() -> None:
    space = Space(
        id="s", level="a", footprint=box(0, 0, 4, 4), floor_m=0.0, ceiling_m=3.0, tactile=True, hours="05:00-24:00"
    )
    assert part(properties(space), "tactile", "hours") == [True, "05:00-24:00"]
    way_out = Exit(id="e", opening="o", level="a", position=(0.0, 0.0, 0.0), hours="Mo-Fr 09:00-18:00")
    assert properties(way_out)["hours"] == "Mo-Fr 09:00-18:00"


def test_every_new_term_has_a_name_in_both_languages() -> None:
    for term in (*DoorKind, *ConnectorCategory, *Mode):
        korean, english = LABELS[term]
        assert korean
        assert english
