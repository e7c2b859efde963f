"""Rescuers' ways in through the API: from every exit, into what is closed, against those who come out, and why there is none."""

from dataclasses import replace
from typing import Any

import pytest

from indoor3d.models.building import Facility, Refuge, Text
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.routing.evacuation.rescue import AGAINST_FLOW
from tests.buildings import two_floors
from tests.contract.test_closures import Operator
from tests.unit.api import service
from tests.unit.api.client import Answer, Client

OFFICE = {
    "id": "busy",
    "venues": ["two-floors"],
    "occupants": [{"spaces": ["office"], "persons": 30, "source": "counted"}],
}


@pytest.fixture(scope="module")
def client() -> Client:
    hydrant = Facility(
        id="hydrant-1",
        category=FacilityCategory.FIRE_HYDRANT,
        level="u",
        position=(11.5, 9.0, 3.5),
        name=Text(default="Hydrant", ko="소화전", en="Hydrant"),
        space="gallery",
    )
    catalog = service.store()
    changed = service.changed(
        facilities=(*two_floors().facilities, hydrant),
        refuges=(Refuge(id="refuge-gallery", space="gallery", capacity=4),),
    )
    catalog.publish(changed)
    return service.client(catalog)


def ask(client: Client, target: Any, **more: Any) -> Answer:
    waypoint = {"ref": target} if isinstance(target, str) else target
    return client.post("/v1/rescue", {"venue": "two-floors", "target": waypoint, **more})


def ways(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.body
    return [feature["properties"] for feature in answer.json["features"]]


def test_a_way_leads_in_from_every_exit_the_quickest_first(client: Client) -> None:
    answer = ask(client, "office")
    found = ways(answer)
    assert sorted(way["exit"] for way in found) == ["exit-1", "exit-2"]
    assert found[0]["duration_s"] <= found[1]["duration_s"]
    body = answer.json
    assert (body["mode"], body["ways_in"], body["enters_closed"], body["persons"]) == ("rescuer", 2, None, None)
    assert body["target"]["space"] == "office"
    assert body["target"]["level"]["short_name"] == "2F"
    assert {one["persons"] for one in body["staging"]} == {None}
    for feature in body["features"]:
        assert feature["geometry"]["type"] == "LineString"
        assert feature["geometry"]["coordinates"][-1][2] == pytest.approx(33.5, abs=0.01)
        assert feature["properties"]["levels"] == ["1F", "2F"]
        assert feature["properties"]["step_free"] is False
        assert feature["properties"]["against_share"] is None


def test_a_hose_reaches_as_far_as_it_is_long(client: Client) -> None:
    short, long = (ask(client, "office", hose_m=length).json["hose"] for length in (5, 100))
    assert short["source"] == long["source"] == "hydrant-1"
    assert short["length_m"] == long["length_m"] > 8  # to the far corners of the office
    assert (short["within"], long["within"], long["limit_m"]) == (False, True, 100)


def test_rescuers_go_into_what_is_closed_and_through_nothing_else_that_is(client: Client) -> None:
    into = ask(client, "office", closed=["office"])
    assert into.json["enters_closed"] == "office"
    assert into.json["closures_applied"] == []
    assert ways(into)[0]["featureType"] == "way-in"
    through = ask(client, "office", closed=["office", "gallery"])
    assert (through.status, through.json["code"]) == (422, "no-route")
    assert "gallery" in {entry["element"] for entry in through.json["blocked_by"]} | {"gallery"}


def test_without_any_way_in_the_answer_is_a_problem(client: Client) -> None:
    stairs = ask(client, "office", closed=["stairs-1"], lang="ko")
    assert (stairs.status, stairs.json["code"]) == (422, "no-route")
    assert "들어갈 길이 없습니다" in stairs.json["detail"]
    assert [entry["name"] for entry in stairs.json["blocked_by"] if entry["element"] == "stairs-1"] == ["계단 1"]
    exits = ask(client, "office", closed=["exit-1", "exit-2"])
    assert (exits.status, exits.json["code"]) == (422, "no-open-exit")
    partly = ask(client, "store", closed=["door-hall-shop"])
    assert [way["featureType"] for way in ways(partly)] == ["way-in", "no-way-in"]
    shut = ways(partly)[1]
    assert (shut["exit"], shut["problem"]["code"]) == ("exit-1", "no-route")


def test_people_who_come_out_slow_rescuers_where_they_meet(client: Client) -> None:
    free, against = ask(client, "office"), ask(client, "office", scenario=OFFICE)
    assert against.json["persons"] == 30
    calm = {way["exit"]: way for way in ways(free)}
    for way in ways(against):
        met = {one["element"]: one["persons"] for one in way["against"]}
        assert met["stairs-1"] == met["door-office"] == 30
        assert 0 < way["against_share"] <= 1
        assert calm[way["exit"]]["duration_s"] < way["duration_s"]
        assert way["duration_s"] <= AGAINST_FLOW * calm[way["exit"]]["duration_s"] + 1
    staging = against.json["staging"]
    assert [one["persons"] for one in staging] == [0, 30]
    below = ask(client, "store", scenario=OFFICE)
    assert {way["exit"]: way["against"] for way in ways(below)}["exit-2"] == []
    assert ask(client, "office", scenario=OFFICE | {"occupant": []}).json["path"] == "occupant"


def test_any_place_is_a_target(client: Client) -> None:
    assert ask(client, "refuge-gallery").json["target"]["space"] == "gallery"
    assert ask(client, {"category": "aed"}).json["target"]["element"] == "aed-1"
    assert ask(client, "소화전").json["target"]["element"] == "hydrant-1"
    at = {"x": 15.0, "y": 2.0, "level": "2F"}
    assert ask(client, at).json["target"]["space"] == "office"
    both = ask(client, {"x": 5.0, "y": 2.0})
    assert (both.status, both.json["code"], both.json["errors"][0]["pointer"]) == (400, "level-needed", "/target/level")
    assert ask(client, "nowhere").json["code"] == "unknown-element"
    assert ask(client, {"x": 500.0, "y": 2.0, "level": "2F"}).json["code"] == "waypoint-off-network"
    assert ask(client, "office", hose_m=0).json["code"] == "invalid-parameter"


def test_of_a_category_what_is_reached_first(client: Client) -> None:
    rooms = ask(client, {"category": "technical"}, closed=["exit-2"])
    assert rooms.json["target"]["space"] == "store"
    near = Facility(id="aed-2", category=FacilityCategory.AED, level="u", position=(1.0, 9.0, 3.5), space="gallery")
    for_away = replace(two_floors().facilities[0], id="aed-9")
    catalog = service.store()
    catalog.publish(service.changed(facilities=(near, for_away)))
    assert ask(service.client(catalog), {"category": "aed"}).json["target"]["element"] == "aed-9"


def test_an_incident_changes_the_next_way_in() -> None:
    operator = Operator(service.store())
    fire = {"name": {"ko": "화재", "en": "Fire"}, "hazards": [{"kind": "closed", "elements": ["exit-1"]}]}
    assert operator.send("POST", "/v1/venues/two-floors/incidents", fire).status == 201
    answer = ask(operator.client, "office")
    assert [way["exit"] for way in ways(answer)] == ["exit-2"]
    assert answer.json["closures_applied"] == ["exit-1"]
    assert answer.headers["cache-control"] == "no-store"
