"""Whatever a plan says must come back from the IFC file that is made of it: nothing lost, nothing added, nothing moved."""

import math
from collections import Counter
from itertools import pairwise

import pytest
import shapely

from indoor3d.models.building import Connector
from tests.venues.made import VENUES, Made, analytic_m, made
from tools.station import geometry as geo
from tools.station.model import Ride

pytestmark = pytest.mark.parametrize("venue", [pytest.param(v, marks=pytest.mark.xdist_group(v)) for v in VENUES])

MILLIMETRE = 1e-3


def connectors(case: Made) -> dict[str, Connector]:
    return {case.keys[c.id]: c for c in case.building.connectors}


def test_nothing_is_doubtful(venue: str) -> None:
    case = made(venue)
    found = [
        (i.severity, i.code, case.keys.get(i.element), i.values) for i in (*case.report.issues, *case.graph.issues)
    ]
    assert found == []
    assert case.report.facts["boundaries_agreed"] == case.report.facts["boundaries_checked"] > 20


def test_levels(venue: str) -> None:
    case = made(venue)
    expected = {s.id: (s.ordinal, s.ko, s.en, round(case.plan.elevation(s.id), 6)) for s in case.plan.storeys}
    assert {
        v.short_name: (v.ordinal, v.name.ko, v.name.en, round(v.elevation_m, 6)) for v in case.building.levels
    } == expected


def test_spaces(venue: str) -> None:
    case = made(venue)
    found = {
        case.keys[s.id]: (
            *(str(s.category), str(s.access), s.name.ko, s.name.en, round(s.floor_m, 4), case.keys[s.level]),
            *(s.text.ko, s.text.en, s.hours, s.tactile),
        )
        for s in case.building.spaces
    }
    assert found == {
        s.id: (
            *(s.category, s.access, s.ko, s.en, round(s.floor, 4), s.level, s.text_ko, s.text_en),
            *(s.hours, case.plan.tactile(s)),
        )
        for s in case.plan.spaces
    }
    outlines = {case.keys[s.id]: s.footprint for s in case.building.spaces}
    for space in case.plan.spaces:
        drawn = shapely.union_all(case.layout.body_of(space))
        assert outlines[space.id].symmetric_difference(drawn).area < 0.05, space.id


def test_refuges(venue: str) -> None:
    case = made(venue)
    found = {(case.keys[r.space], r.capacity) for r in case.building.refuges}
    assert found == {(s.id, s.capacity or None) for s in case.plan.spaces if s.refuge}


def test_ways(venue: str) -> None:
    case = made(venue)
    found = connectors(case)
    carried = {w.id for w in case.plan.moving_walks} | {f"{s.id}~lift" for s in case.plan.stair_lifts}
    assert set(found) == {w.id for w in case.plan.flightways} | {v.id for v in case.plan.lifts} | carried
    for way in case.plan.flightways:
        connector = found[way.id]
        low, high = connector.stops[0].position, connector.stops[-1].position
        assert (str(connector.category), str(connector.direction)) == (way.kind, way.direction), way.id
        assert connector.clear_width_m == pytest.approx(way.width)
        assert (low[2], high[2]) == pytest.approx((way.low, way.high), abs=0.01), way.id
        assert math.dist(low[:2], way.foot) < 1.2
        assert math.dist(high[:2], geo.head_of(way)) < 1.2
        if way.kind == "stairs":
            assert connector.step_count == sum(geo.flights(way.high - way.low)), way.id


def test_the_length_of_a_way_is_that_of_its_formula(venue: str) -> None:
    case = made(venue)
    found = connectors(case)
    for way in case.plan.flightways:
        path = found[way.id].path
        length = sum(math.dist(a, b) for a, b in pairwise(path))
        assert length == pytest.approx(analytic_m(way), rel=0.05), way.id


def test_lifts(venue: str) -> None:
    case = made(venue)
    found = connectors(case)
    for lift in case.plan.lifts:
        stops = found[lift.id].stops
        assert [s.position[2] for s in stops] == pytest.approx([s.floor for s in lift.stops], abs=0.01), lift.id
        assert [case.keys[s.level] for s in stops] == [case.plan.space(s.space).level for s in lift.stops], lift.id


def use_of(part: Ride | Connector) -> tuple[object, ...]:
    """Who can use a way, as the plan says it or as it came back."""
    if isinstance(part, Connector):
        speed, sign = part.speed_mps, (part.sign.ko, part.sign.en)
    else:
        speed, sign = part.speed, (part.sign_ko, part.sign_en)
    return (part.handrail, part.tactile, part.needs_staff, speed, *sign, part.hours)


def test_who_can_use_a_way(venue: str) -> None:
    """What the plan says comes back, what it does not say comes back as nothing; slopes come from the geometry."""
    case = made(venue)
    found, plan = connectors(case), case.plan
    lifted = {f"{s.id}~lift": s for s in plan.stair_lifts}
    rides: dict[str, Ride] = {r.id: r for r in (*plan.flightways, *plan.lifts, *plan.moving_walks)} | lifted
    assert {key: use_of(part) for key, part in found.items()} == {key: use_of(part) for key, part in rides.items()}
    for way in plan.flightways:
        said = {"stairs": bool(way.accessible), "ramp": way.accessible is not False}
        assert found[way.id].accessible == said.get(way.kind, way.accessible), way.id
        slope = pytest.approx(1 / geo.RAMP_SLOPE, abs=0.002) if way.kind == "ramp" else None
        assert found[way.id].max_slope == slope, way.id
    for lift in plan.lifts:
        back = found[lift.id]
        assert (back.through, back.car_width_m, back.car_depth_m) == (lift.through, lift.car_width, lift.car_depth)


def test_wheelchair_lifts_run_beside_their_stairs(venue: str) -> None:
    case = made(venue)
    found = connectors(case)
    for lift in case.plan.stair_lifts:
        ride, stairs = found[f"{lift.id}~lift"], found[lift.on]
        assert (str(ride.category), str(ride.direction), ride.needs_staff) == ("wheelchair_lift", "both", True)
        assert ride.stops == (stairs.stops[0], stairs.stops[-1])
        assert ride.path == stairs.path
        assert stairs.footprint.buffer(MILLIMETRE).contains(ride.footprint)
        assert 0 < ride.footprint.area < stairs.footprint.area
        assert (ride.name.ko, ride.name.en) == (lift.ko, lift.en)


def test_moving_walks(venue: str) -> None:
    case = made(venue)
    found = connectors(case)
    for walk in case.plan.moving_walks:
        connector = found[walk.id]
        first, last = connector.stops[0].position, connector.stops[-1].position
        assert math.dist(first, last) == pytest.approx(walk.length, rel=0.05)
        assert math.dist(first[:2], walk.foot) < 0.5
        assert str(connector.direction) == ("up" if walk.direction == "forward" else "both")


def test_openings(venue: str) -> None:
    case = made(venue)
    plan, keys = case.plan, case.keys
    found = {keys[o.id]: o for o in case.building.openings if o.category != "virtual"}
    counts = Counter(str(o.category) for o in case.building.openings)
    assert counts["gate"] == sum(row.standard + row.wide for row in plan.gate_rows)
    assert all(len(set(o.spaces)) == 2 for o in case.building.openings if o.category == "gate")
    assert counts["screen_door"] == sum(p.cars * p.doors for p in plan.platforms)
    joined = {frozenset(keys[x] for x in o.spaces) for o in case.building.openings if o.category == "virtual"}
    assert joined == {frozenset(o.between) for o in plan.opens}
    for opening in plan.openings:
        if opening.kind == "window":
            continue
        key = opening.id if opening.kind != "passage" else f"hole/{opening.id}"
        back = found[key]
        outside = case.layout.outside_of(opening)
        spaces = {*opening.between, *([outside.id] if outside else [])}
        assert {keys[s] for s in back.spaces} == spaces, opening.id
        assert back.clear_width_m == pytest.approx(opening.width, abs=MILLIMETRE)
        at = shapely.Point(opening.at)
        assert back.footprint.distance(at) < MILLIMETRE, opening.id
        assert (back.name.ko, back.name.en) == (opening.ko, opening.en) or opening.kind == "passage"


def test_leaves_of_doors(venue: str) -> None:
    """How each opens, what one has to get over, when it is open; screen doors have the number of their sign."""
    case = made(venue)
    found = {case.keys[o.id]: o for o in case.building.openings if o.category != "virtual"}
    for opening in case.plan.openings:
        if opening.kind != "window":
            back = found[opening.id if opening.kind != "passage" else f"hole/{opening.id}"]
            leaf = (back.kind, back.automatic, back.threshold_m, back.intercom, back.hours)
            said = (opening.leaf, opening.automatic, opening.threshold, opening.intercom, opening.hours)
            assert leaf == said, opening.id
    platforms = {p.id: p for p in case.plan.platforms}
    for key, back in found.items():
        if back.category == "screen_door":
            platform = platforms[key.partition("/")[0]]
            assert (back.number, back.kind, back.automatic) == (key.partition("/")[2], "sliding", True)
            assert (back.gap_m, back.gap_step_m) == (platform.gap, platform.gap_step)
        else:
            assert back.number == ""
    of_lifts = [found[f"{v.id}/{case.plan.space(s.space).level}"] for v in case.plan.lifts for s in v.stops]
    assert {(str(d.kind), d.automatic) for d in of_lifts} <= {("sliding", True)}


def test_exits_and_facilities(venue: str) -> None:
    case = made(venue)
    plan = case.plan
    outside = [o for o in plan.openings if len(o.between) == 1 and o.kind == "entrance"]
    found = {case.keys[e.opening]: (e.number, e.name.ko, e.name.en, e.adjoins, e.hours) for e in case.building.exits}
    assert found == {o.id: (o.exit_number, o.ko, o.en, o.adjoins, o.hours) for o in outside}
    assert all(e.certain for e in case.building.exits)
    assert len(set(case.graph.network.exit_id)) == len(outside)
    things = {
        case.keys[f.id]: (str(f.category), f.name.ko, f.name.en, f.text.ko, f.text.en, f.hours, f.accessible)
        for f in case.building.facilities
    }
    expected = {f.id: (f.category, f.ko, f.en, f.text_ko, f.text_en, f.hours, f.accessible) for f in plan.facilities}
    expected |= {s.id: ("stair_lift", s.ko, s.en, "", "", s.hours, s.accessible) for s in plan.stair_lifts}
    assert things == expected


def test_places_of_facilities(venue: str) -> None:
    case = made(venue)
    found = {case.keys[f.id]: f.position for f in case.building.facilities}
    for thing in case.plan.facilities:
        assert math.dist(found[thing.id][:2], thing.at) < 0.5, thing.id


def test_what_the_venue_says(venue: str) -> None:
    case = made(venue)
    head, back = case.plan.venue, case.building.venue
    assert back.schematic
    assert (back.notice.ko, back.notice.en) == (head.notice_ko, head.notice_en)
    assert (back.text.ko, back.text.en) == (head.text_ko, head.text_en)
    assert (back.attribution.ko, back.attribution.en) == (head.attribution_ko, head.attribution_en)
    assert {(s.id, s.title, s.licence) for s in back.sources} == {(s.id, s.what, s.licence) for s in head.sources}
    assert {(f.key, f.value, f.unit, f.source, f.certainty, f.note) for f in back.facts} == {
        (f.key, f.value, f.unit, f.source, f.certainty, f.note) for f in head.facts
    }
    platforms = {line: {p.space for p in case.plan.platforms if p.line == line} for line in head.lines}
    assert {
        line.short_name: (line.name.ko, line.name.en, line.colour.lower(), {case.keys[s] for s in line.spaces})
        for line in back.lines
    } == {
        line.id: (line.ko, line.en, line.colour.lower(), platforms[line.id])
        for line in head.lines.values()
        if platforms[line.id]
    }
    transfers = {t.id: (case.keys[t.origin], case.keys[t.destination], t.official_s) for t in back.transfers}
    assert transfers == {t.id: (t.origin, t.destination, t.seconds) for t in case.plan.transfers}


def test_place(venue: str) -> None:
    case = made(venue)
    place, frame = case.plan.venue.georeference, case.building.frame
    assert frame.crs == place.crs
    assert (frame.easting_m, frame.northing_m, frame.height_m) == (place.easting_m, place.northing_m, place.height_m)
    assert (frame.rotation_deg + place.bearing_deg + 180) % 360 == pytest.approx(180, abs=1e-6)
