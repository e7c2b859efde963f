"""The plans of the pilot venues: without findings, and true to the tables of facts."""

import csv
import math
from pathlib import Path

import pytest
from shapely.geometry import Polygon

from tests.venues.made import KOREAN_NAME, VENUES, plan_of
from tools.station.checks import check
from tools.station.layout import Layout, door_places
from tools.station.model import Facility, Flightway, Item, Lift, MovingWalk, Plan, Space, StairLift

CENTIMETRE = 0.0101
DATUM_M = 100.0
"""Of the heights in the depth table (facts sheet, section 0: looks like metres above sea level + 100)."""
_KINDS = {"escalator": "escalator", "lift": "lift", "moving walk": "walk", "wheelchair stair lift": "stair_lift"}
SIX = {"city-hall", "jongno-3-ga", "express-bus-terminal", "seoul-city-hall", "seoul-library", "sema-seosomun"}


def test_the_six_are_there() -> None:
    assert set(VENUES) == SIX


@pytest.mark.parametrize("venue", VENUES)
def test_a_plan_has_no_findings(venue: str) -> None:
    assert [str(finding) for finding in check(plan_of(venue))] == []


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_says_that_it_is_schematic_and_where_facts_come_from(venue: str) -> None:
    head = plan_of(venue).venue
    assert "개략" in head.notice_ko
    assert "chematic" in head.notice_en
    assert "서울" in head.attribution_ko
    assert head.text_ko
    assert head.text_en
    assert len(head.sources) >= 2
    assert all(source.licence for source in head.sources)
    known = [fact for fact in head.facts if fact.certainty in {"S", "D"}]
    assert len(known) >= 10
    assert all(fact.source for fact in known)


@pytest.mark.parametrize("venue", VENUES)
def test_everything_people_read_is_in_both_languages(venue: str) -> None:
    plan = plan_of(venue)
    items: list[Item] = [
        *plan.storeys,
        *plan.spaces,
        *plan.openings,
        *plan.gate_rows,
        *plan.platforms,
        *plan.flightways,
    ]
    items += [*plan.lifts, *plan.moving_walks, *plan.stair_lifts, *plan.facilities, *plan.signs, *plan.transfers]
    quiet = {opening.id for opening in plan.openings if opening.kind in {"window", "passage"}}
    bare = [item.id for item in items if item.id not in quiet and not (item.ko and item.en)]
    assert bare == []
    described: list[Space | Facility] = [*plan.spaces, *plan.facilities]
    texts = [(p.id, p.text_ko, p.text_en) for p in described]
    assert [ident for ident, ko, en in texts if bool(ko) != bool(en)] == []
    assert all(part.text_ko for part in plan.facilities if part.category == "cultural")


@pytest.mark.parametrize("venue", VENUES)
def test_every_source_letter_is_listed(venue: str) -> None:
    plan = plan_of(venue)
    known = {source.id for source in plan.venue.sources}
    items = [*plan.spaces, *plan.openings, *plan.platforms, *plan.flightways, *plan.lifts, *plan.facilities]
    assert {letter for item in items for letter in item.source.split()} <= known


# ── stations against the tables ───────────────────────────────────────────────────────────────────────────────────────
Carrier = Flightway | Lift | MovingWalk | StairLift


def _registered(plan: Plan) -> dict[str, Carrier]:
    parts: list[Carrier] = [*plan.flightways, *plan.lifts, *plan.moving_walks, *plan.stair_lifts]
    return {part.register: part for part in parts if part.register}


def _rows(shared: Path, venue: str) -> list[dict[str, str]]:
    with (shared / "facts/pilot_vertical.csv").open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["station"] == KOREAN_NAME[venue]]


@pytest.mark.parametrize("venue", sorted(KOREAN_NAME))
def test_every_lift_and_escalator_of_the_table_is_drawn_with_its_rise_and_direction(shared: Path, venue: str) -> None:
    plan = plan_of(venue)
    drawn = _registered(plan)
    rows = {f"{row['line']}/{_KINDS[row['kind']]}/{row['unit']}": row for row in _rows(shared, venue)}
    assert set(drawn) == set(rows)
    for key, row in rows.items():
        part = drawn[key]
        if isinstance(part, Flightway):
            assert part.kind == "escalator", key
            assert part.direction == row["direction"], key
            assert part.high - part.low == pytest.approx(float(row["rise_m"]), abs=CENTIMETRE), key
        elif isinstance(part, Lift):
            rise = part.stops[-1].floor - part.stops[0].floor
            assert rise == pytest.approx(float(row["rise_m"]), abs=CENTIMETRE), key


@pytest.mark.parametrize("venue", sorted(KOREAN_NAME))
def test_no_line_of_the_table_has_an_escalator_or_lift_that_the_table_lacks(shared: Path, venue: str) -> None:
    """What is drawn beyond the table says that it is assumed; Line 9 is not in the table."""
    listed = {row["line"] for row in _rows(shared, venue)}
    plan = plan_of(venue)
    others = [w for w in plan.flightways if w.kind == "escalator" and not w.register]
    assert all(part.certainty == "assumed" for part in (*others, *(lift for lift in plan.lifts if not lift.register)))
    assert listed == {line for line in plan.venue.lines if line != "9"}


@pytest.mark.parametrize("venue", sorted(KOREAN_NAME))
def test_platforms_lie_as_deep_as_the_table_says(shared: Path, venue: str) -> None:
    """Below the street of each line (City Hall), or at the absolute height that follows from it (where streets climb)."""
    plan = plan_of(venue)
    with (shared / "facts/seoul_stations.csv").open(encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["station_ko"] == KOREAN_NAME[venue] and r["platform_depth_m"]]
    assert rows
    below_street, absolute = [], []
    for row in rows:
        line = row["line"].removesuffix("호선")
        spaces = {p.space for p in plan.platforms if p.line == line}
        (level,) = {plan.space(name).level for name in spaces}
        storey = next(storey for storey in plan.storeys if storey.id == level)
        # Where lines of one station number their storeys differently, the storey's name says which number a line uses.
        assert level == row["platform_level"] or f"Line {line}: {row['platform_level']}" in storey.en
        depth, ground = float(row["platform_depth_m"]), float(row["ground_elev_datum100_m"]) - DATUM_M
        for name in spaces:
            floor = plan.space(name).floor
            below_street.append(abs(-floor - depth))
            absolute.append(abs(plan.venue.georeference.height_m + floor - (ground - depth)))
        assert len(spaces) == (1 if row["platform_type"] == "island" else 2)
    assert min(max(below_street), max(absolute)) <= CENTIMETRE


@pytest.mark.parametrize("venue", sorted(KOREAN_NAME))
def test_trains_have_as_many_cars_and_doors_as_the_facts_say(venue: str) -> None:
    """Lines 1 to 3: 10 cars, 5 and 7: 8, 9: 6; 20 m and four doors a car (facts sheet, section 1)."""
    cars = {"1": 10, "2": 10, "3": 10, "5": 8, "7": 8, "9": 6}
    for platform in plan_of(venue).platforms:
        assert (platform.cars, platform.doors) == (cars[platform.line], 4)
        assert math.dist(platform.front, platform.end) == pytest.approx(20 * cars[platform.line])
        assert dict(door_places(platform))["1-1"] != dict(door_places(platform))[f"{platform.cars}-4"]


EXITS = {
    "city-hall": {str(n) for n in range(1, 13)},
    "jongno-3-ga": {*(str(n) for n in range(1, 16)), "2-1"},
    "express-bus-terminal": {*(str(n) for n in range(1, 9)), "8-1", "8-2"},
}


@pytest.mark.parametrize("venue", sorted(KOREAN_NAME))
def test_every_exit_number_is_an_exit(venue: str) -> None:
    assert {o.exit_number for o in plan_of(venue).openings if o.exit_number} == EXITS[venue]


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_has_what_people_and_planners_look_for(venue: str) -> None:
    plan = plan_of(venue)
    spaces, things = {space.category for space in plan.spaces}, {f.category for f in plan.facilities}
    assert {"restroom", "restroom_accessible", "technical", "outdoor"} <= spaces
    assert {
        "aed",
        "fire_hydrant",
        "fire_extinguisher",
        "emergency_light",
        "emergency_exit",
        "cultural",
        "wifi",
    } <= things
    assert any(space.refuge for space in plan.spaces)
    assert {"restricted", "public"} <= {space.access for space in plan.spaces}
    assert plan.tactile_paths
    if venue in KOREAN_NAME:
        assert {"nursing_room", "office", "platform"} <= spaces
        assert {"ticket_machine", "locker", "certificate_kiosk", "emergency_phone"} <= things
        assert plan.gate_rows
        assert all(platform.towards_ko and platform.towards_en for platform in plan.platforms)
        assert plan.transfers
        assert {space.access for space in plan.spaces} == {"public", "paid", "restricted"}


@pytest.mark.parametrize("venue", VENUES)
def test_rooms_are_no_slivers(venue: str) -> None:
    layout = Layout(plan_of(venue))
    for space in layout.plan.spaces:
        if not space.outdoor:
            assert Polygon(space.ring).buffer(-0.4).area > 0.2, space.id
