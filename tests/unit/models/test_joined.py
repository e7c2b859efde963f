"""Buildings that touch, as one: made by hand, so that every number can be checked on paper."""

from dataclasses import replace
from typing import Any

import pytest
from shapely import box
from shapely.affinity import rotate, translate

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building, Exit, Level, Opening, Space, Text, Venue
from indoor3d.models.frame import FrameOrigin, SiteFrame
from indoor3d.models.joined import join
from indoor3d.models.vocabulary import DoorKind, OpeningCategory, SpaceCategory
from indoor3d.routing.build import build_navigation

HERE = SiteFrame(crs="EPSG:5186", easting_m=200_000.0, northing_m=550_000.0, origin=FrameOrigin.GIVEN)
WHOLE = Venue(id="both", name=Text(default="Both"))


def _house(
    name: str, other: str, *, x_m: float, door_x_m: float, frame: SiteFrame = HERE, floor_m: float = 0.0
) -> Building:
    """A room of 10 x 8 m with a yard south of it, and a door of 2 m into the neighbour at (door_x_m, 4)."""
    level = Level(id=f"{name}-g", ordinal=0, elevation_m=floor_m, name=Text(default="Ground"), short_name="1F")
    room = Space(
        id=f"{name}-room", level=level.id, footprint=box(x_m, 0, x_m + 10, 8), floor_m=floor_m, ceiling_m=floor_m + 3
    )
    yard = replace(room, id=f"{name}-yard", footprint=box(x_m, -6, x_m + 10, -0.3), category=SpaceCategory.OUTDOOR)
    gate = Opening(
        id=f"{name}-gate", level=level.id, footprint=box(x_m + 4, -0.36, x_m + 6, 0.06), floor_m=floor_m,
        spaces=(room.id, yard.id), exterior=True, clear_width_m=2.0,
    )  # fmt: skip
    door = Opening(
        id=f"{name}-door", level=level.id, footprint=box(door_x_m - 0.18, 3, door_x_m + 0.18, 5), floor_m=floor_m,
        spaces=(room.id,), exterior=True, clear_width_m=2.0 if name == "a" else 1.6,
    )  # fmt: skip
    return Building(
        venue=Venue(id=name, name=Text(default=name)),
        frame=frame,
        levels=(level,),
        spaces=(room, yard),
        openings=(door, gate),
        exits=(
            Exit(
                id=f"exit-{name}-door",
                opening=door.id,
                level=level.id,
                position=(door_x_m, 4, floor_m),
                outside=False,
                adjoins=other,
            ),
            Exit(id=f"exit-{name}-gate", opening=gate.id, level=level.id, position=(x_m + 5, -0.15, floor_m)),
        ),
    )


def _pair(**changes: float) -> list[Building]:
    return [_house("a", "b", x_m=0, door_x_m=10.12), _house("b", "a", x_m=10, door_x_m=9.88, **changes)]  # type: ignore[arg-type]


def test_a_shared_door_is_one_door_and_no_exit_any_more() -> None:
    whole = join(_pair(), venue=WHOLE)
    (door,) = [o for o in whole.openings if set(o.spaces) == {"a-room", "b-room"}]
    assert (door.category, door.exterior, door.clear_width_m) == (OpeningCategory.PASSAGE, False, 1.6)
    assert door.footprint.bounds == pytest.approx((9.7, 3, 10.3, 5))
    assert {e.id for e in whole.exits} == {"exit-a-gate", "exit-b-gate"}
    assert len(whole.levels) == 1
    assert whole.venue.members == ("a", "b")


def test_streets_that_touch_are_one_street() -> None:
    whole = join(_pair(), venue=WHOLE)
    (edge,) = [o for o in whole.openings if o.category is OpeningCategory.VIRTUAL]
    assert edge.spaces == ("a-yard", "b-yard")
    assert edge.clear_width_m == pytest.approx(5.7)
    graph = build_navigation(whole)
    assert graph.route("a-room", "b-room").length_m == pytest.approx(10.0)
    around = graph.route("a-room", "b-room", closed=["a-door"])
    assert {"a-gate", edge.id, "b-gate"} <= set(around.openings)


def test_frames_that_differ_in_place_and_turn_are_brought_together() -> None:
    near, far = _pair()
    turned = replace(
        HERE, easting_m=HERE.easting_m + 7.0, northing_m=HERE.northing_m - 3.0, height_m=2.0, rotation_deg=30.0
    )
    points = turned.from_projected(HERE.to_projected([e.position for e in far.exits]))

    def shape(polygon: object) -> object:
        return rotate(translate(polygon, -7.0, 3.0), -30.0, origin=(0, 0))

    elsewhere = replace(
        far,
        frame=turned,
        levels=tuple(replace(v, elevation_m=-2.0) for v in far.levels),
        spaces=tuple(replace(s, footprint=shape(s.footprint), floor_m=-2.0, ceiling_m=1.0) for s in far.spaces),
        openings=tuple(replace(o, footprint=shape(o.footprint), floor_m=-2.0) for o in far.openings),
        exits=tuple(replace(e, position=tuple(p)) for e, p in zip(far.exits, points.tolist(), strict=True)),
    )
    whole = join([near, elsewhere], venue=WHOLE)
    there = {s.id: s for s in whole.spaces}
    for space in far.spaces:
        assert there[space.id].footprint.symmetric_difference(space.footprint).area < 1e-6
        assert there[space.id].floor_m == pytest.approx(0.0)
    gates = {e.id: e.position for e in whole.exits}
    assert gates["exit-b-gate"] == pytest.approx((15.0, -0.15, 0.0), abs=1e-6)
    assert len(gates) == 2
    assert build_navigation(whole).route("a-room", "b-room").length_m == pytest.approx(10.0, abs=1e-6)


def test_a_door_without_its_partner_stays_what_it_was() -> None:
    near, far = _pair()
    alone = replace(far, exits=far.exits[1:])
    whole = join([near, alone], venue=WHOLE)
    assert "exit-a-door" in {e.id for e in whole.exits}


def test_doors_at_other_heights_are_two_doors() -> None:
    near, far = _pair()
    deep = replace(far, exits=tuple(replace(e, position=(*e.position[:2], -0.4)) for e in far.exits))
    assert {e.id for e in join([near, deep], venue=WHOLE).exits} >= {"exit-a-door", "exit-b-door"}


@pytest.mark.parametrize(
    ("buildings", "problem"),
    [
        (_pair()[:1], "two or more"),
        ([_pair()[0], _house("b", "a", x_m=10, door_x_m=9.88, frame=replace(HERE, crs="EPSG:5179"))], "one coordinate"),
        ([_pair()[0], _house("b", "a", x_m=40, door_x_m=39.9)], "shares no door"),
        ([_pair()[0], replace(_pair()[0], venue=Venue(id="c", name=Text(default="c")))], "both have an element"),
    ],
)
def test_what_cannot_be_joined_is_refused(buildings: list[Building], problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        join(buildings, venue=WHOLE)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, {}),
        ({"kind": DoorKind.OPEN}, {"kind": DoorKind.HINGED}, {"kind": DoorKind.HINGED}),
        ({"kind": DoorKind.SLIDING}, {}, {}),
        ({"kind": DoorKind.REVOLVING}, {}, {"kind": DoorKind.REVOLVING}),
        ({"automatic": True}, {}, {}),
        ({"automatic": True}, {"automatic": True}, {"automatic": True}),
        ({"automatic": True}, {"automatic": False}, {"automatic": False}),
        ({"intercom": True}, {}, {"intercom": True}),
        ({"intercom": False}, {}, {}),
        ({"intercom": False}, {"intercom": False}, {"intercom": False}),
        ({"threshold_m": 0.02}, {"threshold_m": 0.05}, {"threshold_m": 0.05}),
        ({}, {"hours": "05:00-24:00"}, {"hours": "05:00-24:00"}),
    ],
)
def test_two_leaves_one_behind_the_other_are_as_hard_to_pass_as_the_harder(
    one: dict[str, Any], other: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Whichever comes first; what is unknown of one stays unknown where that matters."""
    near, far = _pair()
    for first, second in ((one, other), (other, one)):
        pair = [
            replace(house, openings=(replace(house.openings[0], **said), *house.openings[1:]))
            for house, said in ((near, first), (far, second))
        ]
        (door,) = [o for o in join(pair, venue=WHOLE).openings if set(o.spaces) == {"a-room", "b-room"}]
        found = {name: getattr(door, name) for name in ("kind", "automatic", "intercom", "threshold_m", "hours")}
        assert {name: value for name, value in found.items() if value not in (None, "")} == expected
