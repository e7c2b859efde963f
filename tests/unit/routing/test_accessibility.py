"""Step-free ways, on buildings whose numbers can be checked on paper."""

from dataclasses import replace

import numpy as np
import pytest
from shapely import box

from indoor3d.errors import NoRoute, OffNetwork
from indoor3d.models.building import Building, Line, Obstacle, Text, Transfer
from indoor3d.models.vocabulary import Access, SpaceCategory
from indoor3d.routing.accessibility import (
    Accessibility,
    PlatformAccess,
    accessibility,
    lines_of_lifts,
    main_entrances,
    ordered_exits,
)
from indoor3d.routing.build import build_navigation
from tests.buildings import station, street_station, two_floors


def table(building: Building) -> Accessibility:
    return accessibility(build_navigation(building))


def only(building: Building) -> PlatformAccess:
    (row,) = table(building).platforms
    return row


def test_a_way_out_is_as_long_as_routing_has_it_and_names_its_lift() -> None:
    graph = build_navigation(street_station())
    (row,) = accessibility(graph).platforms
    ways = dict(row.ways)
    way = ways["exit-door-1"]
    assert way is not None
    routed = graph.route("platform", "exit-door-1", profile="wheelchair")
    assert (way.length_m, way.duration_s) == pytest.approx((routed.length_m, routed.duration_s), abs=1e-6)
    assert way.lifts == ("lift",)
    assert row.problem is None


def test_an_exit_that_only_the_street_joins_is_not_step_free_itself() -> None:
    graph = build_navigation(street_station())
    around = graph.distances("platform", ["exit-door-2"], profile="wheelchair")
    assert np.isfinite(around.length_m).all()  # out by the lift, and along the pavement
    assert dict(accessibility(graph).platforms[0].ways)["exit-door-2"] is None


def test_only_exits_to_the_outside_count_and_come_in_the_order_of_their_numbers() -> None:
    building = street_station()
    assert [ident for ident, _ in only(building).ways] == ["exit-door-1", "exit-door-2"]
    exits = (*(replace(building.exits[0], id=f"e{n}", number=n) for n in ("10", "9-1", "9", "", "A")),)
    assert [e.number for e in ordered_exits(replace(building, exits=exits))] == ["9", "9-1", "10", "A", ""]


def test_emergency_exits_count_only_where_there_are_no_others() -> None:
    building = street_station()
    exits = tuple(replace(e, everyday=e.number != "2") for e in building.exits)
    assert [ident for ident, _ in only(replace(building, exits=exits)).ways] == ["exit-door-1"]
    none = tuple(replace(e, everyday=False) for e in building.exits)
    assert len(only(replace(building, exits=none)).ways) == 2
    house = two_floors()
    doors = tuple(replace(e, everyday=e.number == "2") for e in house.exits)
    assert [e.number for e in main_entrances(replace(house, exits=doors))] == ["2"]


def test_a_platform_without_a_way_says_what_is_in_it() -> None:
    building = street_station()
    row = only(replace(building, connectors=building.connectors[1:]))
    assert [way for _, way in row.ways] == [None, None]
    assert isinstance(row.problem, NoRoute)
    assert [(b["element"], b["reason"]) for b in row.problem.context["blocked_by"]] == [("stairs", "stairs")]


def test_a_platform_nobody_can_stand_on_is_no_crash() -> None:
    building = street_station()
    full = Obstacle(id="full", level="b", footprint=box(0.8, -1, 21, 9), floor_m=-4.0)
    doors = building.openings[:2]
    row = only(replace(building, obstacles=(full,), connectors=(), openings=doors))
    assert (type(row.problem), {way for _, way in row.ways}) == (NoRoute, {None})
    narrow = replace(full, footprint=box(0.3, -1, 21, 9))
    row = only(replace(building, obstacles=(narrow,), connectors=(), openings=doors))
    assert (type(row.problem), {way for _, way in row.ways}) == (OffNetwork, {None})


def test_what_stands_in_the_middle_of_a_platform_does_not_make_it_unreached() -> None:
    building = street_station()
    kiosk = Obstacle(id="kiosk", level="b", footprint=box(7, 1, 13, 7), floor_m=-4.0)
    row = only(replace(building, obstacles=(kiosk,)))
    way = dict(row.ways)["exit-door-1"]
    assert way is not None
    assert way.lifts == ("lift",)


def test_a_venue_without_exits_is_no_crash() -> None:
    row = only(replace(street_station(), exits=()))
    assert (row.ways, type(row.problem)) == ((), NoRoute)


def test_lifts_are_told_by_the_platforms_they_stop_on() -> None:
    building = street_station()
    assert {k: [line.short_name for line in v] for k, v in lines_of_lifts(building).items()} == {
        "lift": ["1"],
        "stairs": ["1"],
    }
    elsewhere = Line(id="x", name=Text(), short_name="2", spaces=("east", "nowhere"))
    both = replace(building, venue=replace(building.venue, lines=(*building.venue.lines, elsewhere)))
    assert [line.short_name for line in lines_of_lifts(both)["lift"]] == ["1"]
    assert [line.short_name for line in lines_of_lifts(both)["stairs"]] == ["1", "2"]


def test_a_change_of_lines_is_measured_at_the_speed_of_the_official_times() -> None:
    (row,) = table(street_station()).transfers
    assert row.length_m is not None
    assert row.length_m == pytest.approx(14.0, abs=0.2)
    assert row.walk_s == pytest.approx(row.length_m / 1.2)
    assert row.step_free is not None
    assert row.length_m <= row.step_free.length_m < 1.01 * row.length_m  # a wider body keeps farther from corners
    assert row.step_free.lifts == ()


def test_a_change_of_lines_that_is_none_is_no_crash() -> None:
    building = street_station()
    gone = Transfer(id="gone", name=Text(), origin="screen-1", destination="screen-3", official_s=5.0)
    row = table(replace(building, venue=replace(building.venue, transfers=(gone,)))).transfers[0]
    assert (row.length_m, row.walk_s, row.step_free) == (None, None, None)


def test_without_platforms_every_level_is_tried_from_every_entrance() -> None:
    found = table(two_floors())
    assert found.platforms == ()
    rows = {row.level: row for row in found.levels}
    assert {level: row.spaces for level, row in rows.items()} == {"g": 3, "u": 2}
    up = {one.exit: one for one in rows["u"].ways}
    assert {ident: one.spaces for ident, one in up.items()} == {"exit-1": 2, "exit-2": 2}
    graph = build_navigation(two_floors())
    for ident, one in up.items():
        assert one.way is not None
        routes = [graph.route(ident, space, profile="wheelchair") for space in ("gallery", "office")]
        nearest = min(routes, key=lambda r: r.duration_s)
        assert (one.way.length_m, one.way.duration_s) == pytest.approx((nearest.length_m, nearest.duration_s), abs=1e-6)
        assert one.way.lifts == ("lift-1",)
    assert all(one.way is not None and one.way.lifts == () for one in rows["g"].ways)


def test_a_level_that_only_stairs_reach_says_so() -> None:
    building = two_floors()
    rows = {row.level: row for row in table(replace(building, connectors=building.connectors[1:])).levels}
    assert [(one.way, one.spaces) for one in rows["u"].ways] == [(None, 0), (None, 0)]
    assert isinstance(rows["u"].problem, NoRoute)
    assert ("stairs-1", "stairs") in {(b["element"], b["reason"]) for b in rows["u"].problem.context["blocked_by"]}
    assert rows["g"].problem is None


def test_a_level_nobody_can_stand_on_is_no_crash() -> None:
    building = two_floors()
    full = Obstacle(id="full", level="u", footprint=box(-1, -1, 21, 11), floor_m=3.5)
    rows = {row.level: row for row in table(replace(building, obstacles=(full,))).levels}
    assert isinstance(rows["u"].problem, OffNetwork)


def test_restricted_places_are_neither_entrances_nor_goals() -> None:
    building = two_floors()
    private = {"shop", "office"}
    spaces = tuple(replace(s, access=Access.RESTRICTED) if s.id in private else s for s in building.spaces)
    closed = replace(building, spaces=spaces)
    assert [e.id for e in main_entrances(closed)] == ["exit-1"]
    assert {row.level: row.spaces for row in table(closed).levels} == {"g": 2, "u": 1}
    upstairs = tuple(replace(s, access=Access.RESTRICTED) if s.level == "u" else s for s in building.spaces)
    assert [row.level for row in table(replace(building, spaces=upstairs)).levels] == ["g"]


def test_a_station_of_several_platforms_is_in_the_order_of_its_lines() -> None:
    building = station()
    as_platforms = ("office", "platform", "stage")
    spaces = tuple(replace(s, category=SpaceCategory.PLATFORM) if s.id in as_platforms else s for s in building.spaces)
    lines = (
        Line(id="a", name=Text(), short_name="10", spaces=("platform",)),
        Line(id="b", name=Text(), short_name="2", spaces=("office",)),
    )
    rows = table(replace(building, spaces=spaces, venue=replace(building.venue, lines=lines))).platforms
    assert [row.space for row in rows] == ["office", "platform", "stage"]
    step_free = {row.space: dict(row.ways)["exit-front"] for row in rows}
    assert step_free["stage"] is None  # a step of 15 cm
    assert step_free["platform"] is not None
