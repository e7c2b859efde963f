"""What the HTTP API says about a venue as a whole, in shape and in substance."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from indoor3d.models.building import Building
from indoor3d.models.issue import Issue, Report
from indoor3d.routing.build import build_navigation
from indoor3d.store.base import Asset, Release
from indoor3d.store.memory import MemoryCatalog
from tests.buildings import street_station, two_floors
from tests.unit.api import service
from tests.unit.api.client import Client

VENUE = "/v1/venues/street-station"
PAGES = ("facts", "quality", "downloads", "accessibility")
ISSUES = (
    Issue(code="opening.narrow", element="door-1", level="g", values={"width_m": 0.35, "needed_m": 0.4}),
    Issue(code="opening.narrow", element="door-2", level="g", values={"width_m": 0.35, "needed_m": 0.4}),
    Issue(code="exit.none"),
    Issue(code="level.empty", element="b", level="b", values={"name": "B1"}),
)


def release(building: Building, *issues: Issue) -> Release:
    root = Asset(media_type="application/json", data=b'{"asset":{"version":"1.1"}}')
    return Release(
        building=building,
        network=build_navigation(building).network,
        report=Report.of(issues, facts={"schema": "IFC4"}),
        assets={"meshopt/tileset.json": root},
    )


@pytest.fixture(scope="module")
def client() -> Client:
    catalog = MemoryCatalog()
    catalog.publish(release(street_station(), *ISSUES))
    catalog.publish(release(two_floors()))
    return service.client(catalog)


def one(client: Client, page: str = "", *, venue: str = VENUE, **headers: str) -> Any:
    answer = client.get(f"{venue}/{page}".rstrip("/"), **headers)
    assert answer.status == 200, answer.body
    return answer.json


# ── what all have in common ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("page", PAGES)
def test_answers_keep_their_documented_shape_and_can_be_kept(client: Client, page: str) -> None:
    document = json.loads(client.get("/v1/openapi.json").body)
    content = document["paths"][f"/v1/venues/{{venue}}/{page}"]["get"]["responses"]["200"]["content"]
    schema = {"$ref": content["application/json"]["schema"]["$ref"], "components": document["components"]}
    for venue in (VENUE, "/v1/venues/two-floors"):
        answer = client.get(f"{venue}/{page}")
        jsonschema.Draft202012Validator(schema).validate(answer.json)
        assert answer.headers["cache-control"] == "public, no-cache"
        again = client.get(f"{venue}/{page}", if_none_match=answer.headers["etag"])
        assert (again.status, again.body) == (304, b"")
    shown = content["application/json"]["example"]
    assert shown.keys() <= answer.json.keys()


@pytest.mark.parametrize("page", PAGES)
def test_a_venue_that_is_none_and_a_parameter_that_is_none(client: Client, page: str) -> None:
    lost = client.get(f"/v1/venues/nowhere/{page}", accept_language="ko")
    assert (lost.status, lost.json["code"]) == (404, "unknown-venue")
    assert "장소" in lost.json["detail"]
    assert client.get(f"{VENUE}/{page}?level=1").json["code"] == "unknown-parameter"
    assert client.get(f"{VENUE}/{page}?f=xml").status in {400, 406}
    assert client.request("POST", f"{VENUE}/{page}").status == 405


@pytest.mark.parametrize("page", ["quality", "accessibility"])
def test_a_page_in_a_language_says_which(client: Client, page: str) -> None:
    for lang in ("ko", "en"):
        answer = client.get(f"{VENUE}/{page}", accept_language=lang)
        assert answer.headers["content-language"] == lang
        assert "Accept-Language" in answer.headers["vary"]


# ── the venue and the list ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_list_is_enough_for_a_page_of_venues(client: Client) -> None:
    for _ in range(2):  # counted, and remembered
        rows = {row["id"]: row for row in client.get("/v1/venues").json["venues"]}
        stop = rows["street-station"]
        assert stop["counts"] == {
            "levels": 2, "spaces": 4, "openings": 5, "connectors": 2, "exits": 3, "facilities": 1, "refuges": 1,
        }  # fmt: skip
        assert stop["lines"] == [
            {"id": "line-1", "short_name": "1", "name": {"default": "", "ko": "1호선", "en": "Line 1"}, "colour": "#0052a4"}
        ]  # fmt: skip
        assert (stop["text"]["ko"], stop["notice"]["en"], stop["view_bearing_deg"]) == (
            "작은 역입니다.", "Not a survey.", 30.0,
        )  # fmt: skip
        assert (stop["category"], stop["schematic"], stop["members"]) == ("station", True, [])
        west, south, east, north = stop["bounds"]
        assert west < stop["center"][0] < east
        assert south < stop["center"][1] < north
        assert rows["two-floors"]["lines"] == []
        assert rows["two-floors"]["view_bearing_deg"] is None


def test_the_list_counts_anew_after_a_new_version() -> None:
    catalog = MemoryCatalog()
    catalog.publish(release(street_station()))
    client = service.client(catalog)
    assert client.get("/v1/venues").json["venues"][0]["counts"]["refuges"] == 1
    catalog.publish(release(replace(street_station(), refuges=())))
    assert client.get("/v1/venues").json["venues"][0]["counts"]["refuges"] == 0


def test_a_venue_tells_its_platforms_refuges_and_neighbours(client: Client) -> None:
    venue = one(client)
    (line,) = venue["lines"]
    assert [(p["id"], p["level"]["short_name"]) for p in line["platforms"]] == [("platform", "B1")]
    (refuge,) = venue["refuges"]
    assert (refuge["space"], refuge["capacity"], refuge["level"]["id"]) == ("west", 6, "g")
    assert len(refuge["position"]) == 3
    assert {e["id"]: e["adjoins"] for e in venue["exits"]} == {
        "exit-door-1": None, "exit-door-2": None, "exit-door-3": "two-floors",
    }  # fmt: skip
    assert {link["rel"] for link in venue["links"]} >= set(PAGES)


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_facts_come_with_their_sources_and_certainty(client: Client) -> None:
    body = one(client, "facts")
    assert (body["venue"], body["schematic"], body["notice"]["ko"]) == ("street-station", True, "실측이 아닙니다.")
    assert body["sources"] == [{"id": "B", "title": "Register of stations", "licence": "KOGL type 1"}]
    floor, name = body["facts"]
    assert floor == {
        "key": "line1.floor", "value": "-4.00", "unit": "m", "sources": ["B", "J"], "certainty": "D",
        "certainty_label": {"ko": "자료에서 계산", "en": "Derived"}, "note": "둥근 값",
    }  # fmt: skip
    assert (name["value"], name["sources"], name["certainty_label"]) == ("거리", [], None)
    assert one(client, "facts", venue="/v1/venues/two-floors")["facts"] == []


# ── quality ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_findings_are_grouped_worst_first_with_names_and_places(client: Client) -> None:
    body = one(client, "quality", accept_language="ko")
    assert not body["ok"]
    assert body["counts"] == {"error": 1, "warning": 2, "info": 1}
    assert [(g["severity"], g["severity_label"], g["code"], g["count"]) for g in body["groups"]] == [
        ("error", "오류", "exit.none", 1),
        ("warning", "경고", "opening.narrow", 2),
        ("info", "참고", "level.empty", 1),
    ]
    narrow = body["groups"][1]["issues"][0]
    assert narrow["message"] == "유효 폭이 0.35 m입니다. 사람이 지나려면 약 0.40 m가 필요합니다."
    assert (narrow["element"], narrow["level"]["short_name"], len(narrow["coordinates"])) == ("door-1", "1F", 3)
    nowhere = body["groups"][0]["issues"][0]
    assert (nowhere["element"], nowhere["level"], nowhere["coordinates"]) == (None, None, None)
    assert one(client, "quality", accept_language="en")["groups"][0]["severity_label"] == "Error"
    assert one(client, "quality", venue="/v1/venues/two-floors")["ok"]


# ── downloads ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_everything_to_fetch_is_there(client: Client) -> None:
    body = one(client, "downloads")
    kinds = [(d["kind"], d["profile"]) for d in body["downloads"]]
    assert kinds == [
        ("3d-tiles", "meshopt"), ("plan", None), ("plan", None),
        ("facts", None), ("report", None), ("quality", None), ("accessibility", None),
    ]  # fmt: skip
    assert body["licence"] == "Apache-2.0"
    for item in body["downloads"]:
        answer = client.get(item["href"].removeprefix(service.URL))
        assert answer.status == 200, item
        assert answer.media_type == item["type"]
        assert item["size"] in {None, len(answer.body)}
        assert item["name"]["ko"]
        assert item["name"]["en"]
    assert [d["level"]["short_name"] for d in body["downloads"] if d["kind"] == "plan"] == ["B1", "1F"]
    plain = one(client, "downloads", venue="/v1/venues/two-floors")
    assert "facts" not in {d["kind"] for d in plain["downloads"]}


# ── accessibility ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_station_is_tabulated_from_its_platforms(client: Client) -> None:
    body = one(client, "accessibility")
    assert (body["kind"], body["mode"], body["levels"]) == ("station", "wheelchair", [])
    assert body["summary"] == {"rows": 1, "step_free": 1, "exits": 2, "exits_step_free": 1}
    (row,) = body["platforms"]
    assert (row["space"], row["line"]["short_name"], row["step_free"], row["problem"]) == ("platform", "1", True, None)
    out, blocked = row["exits"]
    assert (out["number"], out["reachable"], out["length_m"]) == ("1", True, 20.6)
    assert out["lifts"] == [{"id": "lift", "name": {"default": "lift", "ko": "1호기", "en": "Lift 1"}, "lines": ["1"]}]
    assert (blocked["number"], blocked["reachable"], blocked["length_m"], blocked["lifts"]) == ("2", False, None, [])
    (change,) = body["transfers"]
    assert (change["from"]["name"]["en"], change["to"]["line"]["id"]) == ("Screen door 1-1", "line-1")
    assert (change["official_s"], change["length_m"], change["walk_s"], change["sources"]) == (12.0, 14.1, 11.8, ["J"])
    assert change["difference"] == pytest.approx(-0.018, abs=1e-9)
    assert change["step_free"]["reachable"]


def test_a_platform_without_a_way_says_why_in_both_languages() -> None:
    catalog = MemoryCatalog()
    building = street_station()
    catalog.publish(release(replace(building, connectors=building.connectors[1:])))
    client = service.client(catalog)
    problems = {
        lang: one(client, "accessibility", accept_language=lang)["platforms"][0]["problem"] for lang in ("ko", "en")
    }
    assert problems["ko"]["blocked_by"][0]["name"] == "계단"
    assert problems["en"]["blocked_by"][0]["name"] == "Stairs"
    assert problems["ko"]["code"] == "no-route"
    assert "휠체어" in problems["ko"]["detail"]
    assert one(client, "accessibility")["summary"]["step_free"] == 0


def test_another_building_is_tabulated_from_its_entrances(client: Client) -> None:
    body = one(client, "accessibility", venue="/v1/venues/two-floors")
    assert (body["kind"], body["platforms"], body["transfers"]) == ("building", [], [])
    assert body["summary"] == {"rows": 2, "step_free": 2, "exits": 2, "exits_step_free": 2}
    ground, upper = body["levels"]
    assert (ground["level"]["short_name"], upper["level"]["short_name"]) == ("1F", "2F")
    first = upper["entrances"][0]
    assert (first["exit"], first["spaces_reached"], first["lifts"][0]["id"]) == ("exit-1", 2, "lift-1")


# ── elements ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_elements_say_what_they_are_and_when_they_are_open(client: Client) -> None:
    plan = one(client, "levels/1F/plan.geojson")
    shown = {feature["id"]: feature["properties"] for feature in plan["features"]}
    assert shown["wall"]["text"] == {"default": "", "ko": "옛 성벽의 한 조각.", "en": "A piece of the old wall."}
    assert (shown["wall"]["hours"], shown["wall"]["accessible"]) == ("Mo-Fr 09:00-18:00", True)
    assert shown["wall"]["category_label"] == {"ko": "문화 볼거리", "en": "Cultural point of interest"}
    assert shown["west"]["text"]["en"] == "The hall with the lift."
    assert shown["exit-door-3"]["adjoins"] == "two-floors"
    assert one(client, "elements/wall")["properties"]["hours"] == "Mo-Fr 09:00-18:00"


def test_what_is_near_includes_refuges_and_cultural_points(client: Client) -> None:
    near = "venue=street-station&lon=126.9771&lat=37.5657&level=1F"
    found = client.get(f"/v1/nearby?{near}&category=refuge").json["features"]
    assert [(f["id"], f["properties"]["category"], f["properties"]["refuge"]["capacity"]) for f in found] == [
        ("west", "refuge", 6)
    ]
    assert found[0]["properties"]["category_label"] == {"ko": "피난 대기 공간", "en": "Refuge"}
    (wall,) = client.get(f"/v1/nearby?{near}&category=cultural&accessible=true&mode=wheelchair").json["features"]
    assert wall["properties"]["hours"] == "Mo-Fr 09:00-18:00"
    kinds = {f["properties"]["category"] for f in client.get(f"/v1/nearby?{near}").json["features"]}
    assert kinds == {"cultural", "refuge", "exit", "lift"}
