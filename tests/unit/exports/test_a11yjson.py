"""Equipment and doors as A11yJSON: what is known, and nothing that is not."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indoor3d.exports.a11yjson import to_a11yjson
from indoor3d.models.building import Building, Text
from indoor3d.models.state import Condition, Effect, Remedy, State, Status
from indoor3d.models.vocabulary import ConnectorCategory, DoorKind
from tests.buildings import two_floors

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
LIFT = Condition(
    id="s", effect=Effect.STATUS, elements=("lift-1",), status=Status.AVAILABLE, reported_at=NOW, interval_s=600.0
)


def features(*conditions: Condition, building: Building | None = None, minutes: int = 0) -> dict[str, Any]:
    moment = NOW + timedelta(minutes=minutes)
    place = building or two_floors()
    effects = State(conditions=conditions).at(moment, place)
    document = json.loads(to_a11yjson(place, effects, moment=moment))
    assert document["type"] == "FeatureCollection"
    return {f["id"]: f for f in document["features"]}


def test_nothing_is_said_that_nobody_said() -> None:
    found = features()
    lift = found["lift-1"]["properties"]
    assert lift["category"] == "elevator"
    assert lift["originalPlaceInfoId"] == "two-floors"
    assert {"isWorking", "stateLastUpdate", "cabinWidth", "hasDoorsInBothDirections", "outOfOrderReason"}.isdisjoint(
        lift
    )
    assert "null" not in json.dumps(found)
    assert lift["longDescription"] == {"ko": "1층에서 2층까지", "en": "From Ground floor to Upper floor"}
    stairs = found["stairs-1"]["properties"]
    assert "category" not in stairs
    assert stairs["stairs"]["floors"] == ["1F", "2F"]


def test_places_are_on_earth_and_longitude_comes_first() -> None:
    building = two_floors()
    lift = next(c for c in building.connectors if c.id == "lift-1")
    lon, lat = features()["lift-1"]["geometry"]["coordinates"]
    expected = building.frame.to_lonlat([lift.stops[0].position])[0]
    assert (lon, lat) == (pytest.approx(expected[0], abs=1e-8), pytest.approx(expected[1], abs=1e-8))


def test_what_is_known_of_a_lift_and_a_door_is_said_in_their_words() -> None:
    base = two_floors()
    building = replace(
        base,
        connectors=tuple(
            replace(c, car_width_m=1.1, car_depth_m=1.4, clear_width_m=0.8, through=True) if c.id == "lift-1" else c
            for c in base.connectors
        ),
        openings=tuple(
            replace(o, kind=DoorKind.SLIDING, automatic=True, threshold_m=0.02, intercom=False)
            if o.id == "door-exit-1"
            else o
            for o in base.openings
        ),
    )
    found = features(building=building)
    lift = found["lift-1"]["properties"]
    assert (lift["cabinWidth"], lift["cabinLength"], lift["door"]) == ("1.1 m", "1.4 m", {"width": "0.8 m"})
    assert lift["hasDoorsInBothDirections"] is True
    assert found["door-exit-1"]["properties"]["door"] == {
        "width": "0.9 m",
        "thresholdHeight": "0.02 m",
        "isAutomatic": True,
        "isAlwaysOpen": False,
        "isRevolving": False,
        "isSliding": True,
        "needsIntercom": False,
    }


def test_a_ramp_has_a_slope_in_per_cent() -> None:
    base = two_floors()
    ramp = replace(base.connectors[1], category=ConnectorCategory.RAMP, max_slope=1 / 12, clear_width_m=1.2)
    found = features(building=replace(base, connectors=(base.connectors[0], ramp)))
    properties = found[ramp.id]["properties"]
    assert (properties["category"], properties["rampSlope"], properties["rampWidth"]) == ("ramp", "8.33333 %", "1.2 m")


def test_a_working_lift_works_until_its_report_is_stale() -> None:
    fresh, stale = (features(LIFT, minutes=m)["lift-1"]["properties"] for m in (0, 10))
    assert fresh["isWorking"] is True
    assert "isWorking" not in stale
    assert fresh["stateLastUpdate"] == stale["stateLastUpdate"] == NOW.isoformat()
    assert "outOfOrderReason" not in fresh


def test_a_lift_that_does_not_work_says_why_and_until_when() -> None:
    end = NOW + timedelta(hours=2)
    broken = replace(
        LIFT,
        status=Status.NOT_AVAILABLE,
        end=end,
        cause=Text(ko="고장", en="Out of order"),
        remedy=Remedy.OTHER_ROUTE,
        remedy_text=Text(ko="계단을 이용하세요"),
    )
    lift = features(broken)["lift-1"]["properties"]
    assert lift["isWorking"] is False
    assert lift["outOfOrderReason"] == {"ko": "고장", "en": "Out of order"}
    assert lift["alternativeRouteInstructions"]["ko"] == "계단을 이용하세요"
    assert lift["plannedCompletionDate"] == end.isoformat()
    for_good = Condition(id="c", effect=Effect.CLOSED, elements=("lift-1",))
    assert "plannedCompletionDate" not in features(broken, for_good)["lift-1"]["properties"]


def test_a_closed_lift_does_not_work_whatever_its_sensor_says() -> None:
    closed = Condition(id="c", effect=Effect.CLOSED, elements=("lift-1",), cause=Text(en="Inspection"))
    lift = features(LIFT, closed)["lift-1"]["properties"]
    assert lift["isWorking"] is False
    assert lift["outOfOrderReason"]["en"] == "Inspection"


def test_what_works_in_part_says_so() -> None:
    lift = features(replace(LIFT, status=Status.PARTIALLY_AVAILABLE))["lift-1"]["properties"]
    assert lift["isWorking"] is True
    assert lift["stateExplanation"]["ko"] == "일부 이용 가능"
