"""What the API promises about ways: for whom, around what is closed now, how sure, and why."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indoor3d.api.operator import new_key, read_keys
from tests.unit.api import service
from tests.unit.api.client import Answer, Client

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
KEY, LINE = new_key("control-room")
VENUE = "two-floors"


class Asker:
    """A client with a clock, and with a key for closures."""

    def __init__(self) -> None:
        self.moment = NOW
        self.client: Client = service.client(operator_keys=read_keys(LINE), clock=lambda: self.moment)

    def post(self, target: str, body: Any, **headers: str) -> Answer:
        data = json.dumps(body).encode()
        return self.client.request("POST", target, headers={"content_type": "application/json", **headers}, body=data)

    def way(self, *waypoints: dict[str, Any], **members: Any) -> Answer:
        return self.post("/v1/routes", {"venue": VENUE, "waypoints": list(waypoints), **members})

    def overview(self, *waypoints: dict[str, Any], **members: Any) -> dict[str, Any]:
        answer = self.way(*waypoints, **members)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json["features"][0]["properties"]
        return found

    def close(self, **condition: Any) -> str:
        answer = self.post("/v1/closures", {"venue": VENUE, **condition}, authorization=f"Bearer {KEY}")
        assert answer.status == 201, answer.body
        ident: str = answer.json["id"]
        return ident


@pytest.fixture
def asker() -> Asker:
    return Asker()


HALL, OFFICE = {"ref": "hall"}, {"ref": "office"}


def test_every_profile_is_listed_with_what_it_needs(asker: Asker) -> None:
    listed = asker.client.get("/v1/profiles").json["profiles"]
    by_id = {profile["id"]: profile for profile in listed}
    assert listed[0]["id"] == "walk"
    assert by_id["stroller"]["siri"] == "pushchair"
    assert by_id["wheelchair_manual"]["aliases"] == ["wheelchair"]
    assert not by_id["wheelchair_manual"]["stairs"]
    assert by_id["walk"]["stairs"]


@pytest.mark.parametrize("name", ["wheelchair", "wheelchair_powered", "pushchair", "rollator"])
def test_who_rolls_takes_the_lift_by_id_or_by_the_name_of_the_need(asker: Asker, name: str) -> None:
    overview = asker.overview(HALL, OFFICE, profile=name)
    assert [one["id"] for one in overview["equipment"]] == ["lift-1"]
    assert overview["step_free"] is True


def test_nobody_has_said_is_said_refused_or_taken_as_asked(asker: Asker) -> None:
    warned = asker.overview(HALL, OFFICE, profile="wheelchair")
    assert warned["unknowns"] == len([note for note in warned["notes"] if note["code"] == "unknown"]) > 0
    assert all(note["text"]["ko"] and note["text"]["en"] and note["element"] for note in warned["notes"])
    assert asker.overview(HALL, OFFICE, profile="wheelchair", options={"unknown": "ignore"})["unknowns"] == 0
    refused = asker.way(HALL, OFFICE, profile="wheelchair", options={"unknown": "strict"})
    assert (refused.status, refused.json["code"]) == (422, "no-route")
    assert {entry["reason"] for entry in refused.json["blocked_by"]} >= {"unknown"}


def test_a_device_of_its_own_width_is_measured(asker: Asker) -> None:
    refused = asker.way(HALL, OFFICE, profile="wheelchair", options={"width_m": 1.4, "unknown": "ignore"})
    assert refused.json["code"] == "no-route"
    assert {entry["reason"] for entry in refused.json["blocked_by"]} & {"too-narrow", "lift-door", "lift-too-small"}


def test_a_broken_lift_is_a_wall_for_everybody_in_the_very_next_answer(asker: Asker) -> None:
    before = asker.overview(HALL, OFFICE, profile="wheelchair")
    assert before["equipment"][0]["status"] == "unknown"
    ident = asker.close(
        effect="status", status="not_available", elements=["lift-1"], cause={"ko": "고장", "en": "Broken"}
    )
    refused = asker.way(HALL, OFFICE, profile="wheelchair")
    assert {(e["element"], e["reason"]) for e in refused.json["blocked_by"]} >= {("lift-1", "closed")}
    walked = asker.overview(HALL, OFFICE, options={"averse_to_escalators": True})
    assert walked["equipment"] == []
    answer = asker.client.request(
        "DELETE", f"/v1/closures/{ident}", headers={"authorization": f"Bearer {KEY}", "if_match": '"1"'}
    )
    assert answer.status == 200
    assert asker.overview(HALL, OFFICE, profile="wheelchair")["equipment"][0]["id"] == "lift-1"


def test_the_age_of_a_status_is_told_and_an_old_one_is_unknown(asker: Asker) -> None:
    asker.close(
        effect="status",
        status="available",
        elements=["lift-1"],
        reported_at=NOW.isoformat(),
        interval_s=300,
        cause={"ko": "점검", "en": "Check"},
    )
    asker.moment = NOW + timedelta(seconds=40)
    fresh = asker.overview(HALL, OFFICE, profile="wheelchair")["equipment"][0]
    assert (fresh["status"], fresh["age_s"], fresh["stale"]) == ("available", 40, False)
    asker.moment = NOW + timedelta(seconds=301)
    old = asker.overview(HALL, OFFICE, profile="wheelchair")["equipment"][0]
    assert (old["status"], old["stale"]) == ("unknown", True)


def test_a_closure_of_tomorrow_counts_for_those_who_leave_tomorrow(asker: Asker) -> None:
    tomorrow = NOW + timedelta(days=1)
    asker.close(
        elements=["lift-1"],
        start=tomorrow.isoformat(),
        end=(tomorrow + timedelta(hours=2)).isoformat(),
        cause={"ko": "점검", "en": "Maintenance"},
    )
    assert asker.way(HALL, OFFICE, profile="wheelchair").status == 200
    at = (tomorrow + timedelta(hours=1)).isoformat()
    assert asker.way(HALL, OFFICE, profile="wheelchair", depart_at=at).json["code"] == "no-route"
    later = (tomorrow + timedelta(hours=3)).isoformat()
    answer = asker.way(HALL, OFFICE, profile="wheelchair", depart_at=later)
    assert (answer.status, datetime.fromisoformat(answer.json["departure"])) == (200, datetime.fromisoformat(later))


def test_a_moment_without_a_zone_is_refused(asker: Asker) -> None:
    assert asker.way(HALL, OFFICE, depart_at="2026-11-27T09:00:00").status == 400


def test_what_was_avoided_is_listed_with_its_cause(asker: Asker) -> None:
    ident = asker.close(elements=["stairs-1"], cause={"ko": "물청소", "en": "Wet floor"})
    overview = asker.overview(HALL, OFFICE)
    assert "stairs-1" not in overview["openings"]
    (avoided,) = [one for one in overview["avoided"] if one["element"] == "stairs-1"]
    assert (avoided["reason"], avoided["conditions"], avoided["cause"]["en"]) == ("closed", [ident], "Wet floor")


def test_why_there_is_no_way_what_would_help_and_what_cannot_be_taken(asker: Asker) -> None:
    body = {"venue": VENUE, "waypoints": [HALL, OFFICE], "profile": "wheelchair", "closed": ["lift-1"]}
    told = asker.post("/v1/routes/explain", body).json
    assert told["possible"] is False
    assert "lift-1" in {entry["element"] for entry in told["blocked_by"]}
    assert [one["element"] for one in told["would_help"]] == ["lift-1"]
    assert told["relaxed"]["possible"] is False
    assert told["relaxed"]["lifted"] == ["closures"]
    assert told["relaxed"]["geometry"]["type"] == "LineString"
    assert told["text"]["ko"] != told["text"]["en"]


def test_why_this_way_is_told_by_parts(asker: Asker) -> None:
    told = asker.post("/v1/routes/explain", {"venue": VENUE, "waypoints": [HALL, OFFICE], "profile": "wheelchair"}).json
    assert told["possible"] is True
    assert [part["mode"] for part in told["parts"]] == ["walk", "lift", "walk"]
    assert told["blocked_by"] == []
    overview = asker.overview(HALL, OFFICE, profile="wheelchair")
    assert sum(part["duration_s"] for part in told["parts"]) == pytest.approx(overview["duration_s"], abs=0.3)


def test_to_the_nearest_of_a_kind_and_from_the_venue_itself(asker: Asker) -> None:
    answer = asker.way({"ref": VENUE}, {"category": "lift"})
    assert answer.status == 200
    handover = answer.json["features"][0]["properties"]["handover"]
    assert handover["start"]["exit"] in {"exit-1", "exit-2"}
    assert 0 <= handover["start"]["bearing_deg"] < 360
    assert handover["end"] is None
    missing = asker.way(HALL, {"category": "aquarium"})
    assert (missing.status, missing.json["code"], missing.json["pointer"]) == (404, "unknown-element", "/waypoints/1")


def test_an_uncertain_position_is_answered_with_its_uncertainty(asker: Asker) -> None:
    far = {"x": -4.0, "y": 5.0, "level": "1F"}
    assert asker.way(far, OFFICE).json["code"] == "waypoint-off-network"
    notes = asker.overview({**far, "accuracy": 5.0}, OFFICE)["notes"]
    assert notes[0]["code"] == "uncertain"
    assert float(notes[0]["values"][1]) > 3
    assert (
        asker.way({"x": -400.0, "y": 5.0, "level": "1F", "accuracy": 5.0}, OFFICE).json["code"]
        == "waypoint-off-network"
    )


def test_the_wrong_level_is_said_and_never_taken_silently(asker: Asker) -> None:
    outside_upstairs = {"x": 30.0, "y": 5.0, "level": "2F"}
    assert asker.way(outside_upstairs, HALL).json["code"] == "waypoint-off-network"


def test_turns_by_the_clock_need_a_compass(asker: Asker) -> None:
    refused = asker.way(HALL, OFFICE, turns="clock")
    assert refused.status in {400, 422}
    answer = asker.way(HALL, OFFICE, turns="clock", heading_known=True, spoken=True)
    assert answer.status == 200
    segments = [f["properties"] for f in answer.json["features"] if f["properties"]["featureType"] == "segment"]
    assert all(s["spoken"]["ko"] and s["spoken"]["en"] for s in segments)
    plain = asker.way(HALL, OFFICE).json["features"][2]["properties"]
    assert "spoken" not in plain


def test_the_shown_path_and_the_exact_one_begin_and_end_alike(asker: Asker) -> None:
    answer = asker.way(HALL, OFFICE).json
    shown, exact = answer["features"][0]["geometry"]["coordinates"], answer["features"][0]["properties"]["exact"]
    assert exact["type"] == "LineString"
    assert (shown[0], shown[-1]) == (exact["coordinates"][0], exact["coordinates"][-1])


def test_others_that_differ_come_beside_the_best(asker: Asker) -> None:
    answer = asker.way(HALL, OFFICE, alternatives=2).json
    ways = [answer, *answer["alternatives"]]
    taken = [tuple(e for f in way["features"][2:-1] for e in f["properties"]["elements"]) for way in ways]
    assert len(set(taken)) == len(ways) <= 3
    assert "alternatives" not in asker.way(HALL, OFFICE).json
    assert asker.way(HALL, OFFICE, alternatives=99).status == 400


def test_many_at_once_agree_with_one_by_one(asker: Asker) -> None:
    origins, goals = [HALL, {"ref": "1"}], [OFFICE, {"category": "lift"}]
    body = {"venue": VENUE, "origins": origins, "destinations": goals}
    table = asker.post("/v1/routes/matrix", body).json
    for row, origin in enumerate(origins):
        for column, goal in enumerate(goals):
            one = asker.overview(origin, goal)
            assert table["durations_s"][row][column] == pytest.approx(one["duration_s"], abs=0.11)
            assert table["lengths_m"][row][column] == pytest.approx(one["length_m"], abs=0.11)
    shut = asker.post("/v1/routes/matrix", {**body, "mode": "wheelchair", "closed": ["lift-1"]}).json
    assert shut["durations_s"][0][0] is None


def test_crowds_slow_and_are_told(asker: Asker) -> None:
    calm = asker.overview(HALL, OFFICE)
    asker.close(effect="crowded", factor=4.0, elements=["hall"], cause={"ko": "행사", "en": "Event"})
    assert asker.overview(HALL, OFFICE)["duration_s"] > calm["duration_s"]


def test_around_me_tells_the_side_of_the_gates_hours_and_service(asker: Asker) -> None:
    asker.close(effect="status", status="not_available", elements=["lift-1"], cause={"ko": "고장", "en": "Broken"})
    found = asker.client.get(f"/v1/nearby?{service.HALL}&level=0").json["features"]
    by_id = {feature["id"]: feature["properties"] for feature in found}
    assert by_id["lift-1"]["in_service"] is False
    assert {properties["inside_gates"] for properties in by_id.values()} <= {False, None}
    assert False in {properties["inside_gates"] for properties in by_id.values()}
    assert {properties["opening"]["status"] for properties in by_id.values()} <= {"open", "closed", "unknown"}
