"""The demo station: whatever the plan says must come back from the IFC file that is made of it."""

import math
from collections import Counter
from pathlib import Path

import ifcopenshell
import pytest

from indoor3d.models.building import Building
from indoor3d.models.issue import Report
from indoor3d.sources.base import read
from tools.station import geometry as geo
from tools.station.ifc import write_ifc
from tools.station.model import Plan
from tools.station.plan import read_plan

Case = tuple[Plan, Building, Report, dict[str, str]]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    plan = read_plan(Path(__file__).parents[2] / "assets/stations/city-hall")
    path = tmp_path_factory.mktemp("station") / "city-hall.ifc"
    path.write_text(write_ifc(plan), encoding="utf-8")
    file = ifcopenshell.open(str(path))
    keys = {
        e.GlobalId: getattr(e, "Tag", None) or e.Name
        for kind in ("IfcElement", "IfcSpace", "IfcBuildingStorey")
        for e in file.by_type(kind)
    }
    return (plan, *read(path), keys)


def test_nothing_is_doubtful(case: Case) -> None:
    _, _, report, _ = case
    assert report.issues == ()
    assert report.facts["boundaries_agreed"] == report.facts["boundaries_checked"] > 200


def test_levels(case: Case) -> None:
    plan, building, _, _ = case
    expected = {s.id: (s.ordinal, s.ko, s.en, round(plan.elevation(s.id), 6)) for s in plan.storeys}
    assert {
        v.short_name: (v.ordinal, v.name.ko, v.name.en, round(v.elevation_m, 6)) for v in building.levels
    } == expected


def test_spaces(case: Case) -> None:
    plan, building, _, keys = case
    found = {
        keys[s.id]: (str(s.category), str(s.access), s.name.ko, s.name.en, round(s.floor_m, 4), keys[s.level])
        for s in building.spaces
    }
    assert found == {s.id: (s.category, s.access, s.ko, s.en, round(s.floor, 4), s.level) for s in plan.spaces}


def test_ways(case: Case) -> None:
    plan, building, _, keys = case
    found = {keys[c.id]: c for c in building.connectors}
    assert set(found) == {w.id for w in plan.flightways} | {v.id for v in plan.lifts}
    for way in plan.flightways:
        connector = found[way.id]
        low, high = connector.stops[0].position, connector.stops[-1].position
        assert (str(connector.category), str(connector.direction)) == (way.kind, way.direction)
        assert connector.clear_width_m == pytest.approx(way.width)
        assert (low[2], high[2]) == pytest.approx((way.low, way.high), abs=1e-4)
        assert math.dist(low[:2], way.foot) < 1.2
        assert math.dist(high[:2], geo.head_of(way)) < 1.2
        if way.kind == "stairs":
            assert connector.step_count == sum(geo.flights(way.high - way.low))
    for lift in plan.lifts:
        assert [s.position[2] for s in found[lift.id].stops] == pytest.approx([s.floor for s in lift.stops])
        assert [keys[s.level] for s in found[lift.id].stops] == [plan.space(s.space).level for s in lift.stops]


def test_openings(case: Case) -> None:
    plan, building, _, keys = case
    counts = Counter(str(o.category) for o in building.openings)
    assert counts["gate"] == sum(row.standard + row.wide for row in plan.gate_rows)
    assert all(len(set(o.spaces)) == 2 for o in building.openings if o.category == "gate")
    assert counts["screen_door"] == sum(p.cars * p.doors for p in plan.platforms)
    joined = {frozenset(keys[x] for x in o.spaces) for o in building.openings if o.category == "virtual"}
    assert joined == {frozenset(o.between) for o in plan.opens}


def test_exits_and_facilities(case: Case) -> None:
    plan, building, _, _ = case
    outside = [o for o in plan.openings if len(o.between) == 1]
    assert Counter((e.number, e.name.ko) for e in building.exits) == Counter((o.exit_number, o.ko) for o in outside)
    assert all(e.certain for e in building.exits)
    assert Counter((str(f.category), f.name.ko) for f in building.facilities) == Counter(
        (f.category, f.ko) for f in plan.facilities
    )


def test_place(case: Case) -> None:
    plan, building, _, _ = case
    place = plan.venue.georeference
    frame = building.frame
    assert frame.crs == place.crs
    assert (frame.easting_m, frame.northing_m, frame.height_m) == (place.easting_m, place.northing_m, place.height_m)
    assert frame.rotation_deg == pytest.approx(-place.bearing_deg, abs=1e-6)
