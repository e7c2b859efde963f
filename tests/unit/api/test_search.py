"""GET /v1/search and /v1/categories."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from indoor3d.models.building import Text, Venue
from indoor3d.store.memory import MemoryCatalog
from tests.unit.api import service
from tests.unit.api.client import Answer, Client


@pytest.fixture(scope="module")
def client() -> Client:
    catalog = MemoryCatalog()
    catalog.publish(service.release())
    for ident, ko, en in (("seoul", "서울역", "Seoul station"), ("city-hall", "시청역", "City Hall station")):
        catalog.publish(service.changed(venue=Venue(id=ident, name=Text(default=f"{ident} {ko}", ko=ko, en=en))))
    return service.client(catalog)


def ask(client: Client, q: str, **query: str) -> Answer:
    return client.get(f"/v1/search?{urlencode({'q': q, **query}, quote_via=quote)}")


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [match["id"] for match in answer.json["matches"]]


@pytest.mark.parametrize("q", ["ㅅㅇㅇ", "서울역", "seoul stn", "서울", "tjdnfdur", "seoulyeok"])
def test_venues_are_found_without_reading_a_building(client: Client, q: str) -> None:
    answer = ask(client, q)
    assert ids(answer)[0] == "seoul"
    first = answer.json["matches"][0]
    assert answer.json["searched"] == []
    assert first["kind"] == "venue"
    assert first["level"] is None
    assert len(first["position"]) == 2
    assert first["links"][0]["href"].endswith("/v1/venues/seoul")


def test_no_building_is_read_for_venue_names(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = service.store()

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(catalog, "building", refuse)
    assert ids(ask(service.client(catalog), "two floors")) == ["two-floors"]


@pytest.mark.parametrize("q", ["1번 출구", "1번출구", "exit1", "1ㅂㅊㄱ", "1"])
def test_elements_of_a_venue_are_found(client: Client, q: str) -> None:
    answer = ask(client, q, venue="two-floors")
    assert ids(answer)[0] == "exit-1"
    first = answer.json["matches"][0]
    assert answer.json["searched"] == ["two-floors"]
    assert first["kind"] == "exit"
    assert first["category_label"]["ko"] == "출구"
    assert first["level"] == {"id": "g", "ordinal": 0, "short_name": "1F"}
    assert first["matched"]["by"] in {"name", "number", "initials"}
    lon, lat, height = first["position"]
    assert 126.97 < lon < 126.98
    assert 37.56 < lat < 37.57
    assert height == pytest.approx(30.0, abs=0.5)


@pytest.mark.parametrize("q", ["시청역 사무실", "시청역사무실", "시청 사무실", "city hall office", "사무실 시청역"])
def test_a_venue_in_the_question_is_looked_into(client: Client, q: str) -> None:
    answer = ask(client, q)
    assert answer.json["searched"] == ["city-hall"]
    assert ids(answer)[0] == "office"
    assert answer.json["matches"][0]["venue"]["id"] == "city-hall"


def test_a_level_and_categories_limit_the_answer(client: Client) -> None:
    everything = ask(client, "1", venue="two-floors")
    assert {match["category"] for match in everything.json["matches"]} > {"exit"}
    only = ask(client, "1", venue="two-floors", category="exit,aed")
    assert {match["category"] for match in only.json["matches"]} == {"exit"}
    upper = ask(client, "ㅅㅁㅅ", venue="two-floors", level="2F")
    assert ids(upper) == ["office"]
    assert ids(ask(client, "ㅅㅁㅅ", venue="two-floors", level="1F")) == []
    assert ids(ask(client, "2층 사무실", venue="two-floors")) == ["office"]


def test_what_the_question_asks_for_is_said(client: Client) -> None:
    assert ask(client, "nearest toilet").json["categories"] == ["restroom"]
    assert ask(client, "시청역 엘베").json["categories"] == ["lift"]
    assert ask(client, "시청역").json["categories"] == []


def test_suggestions_while_typing(client: Client) -> None:
    asked = ask(client, "ㅅㅁ", venue="two-floors", suggest="true", lang="ko")
    assert "사무실" in [offer["text"] for offer in asked.json["suggestions"]]
    assert ask(client, "사무", venue="two-floors", suggest="true", lang="en").json["suggestions"][0]["text"] == "Office"
    assert ask(client, "사무", venue="two-floors").json["suggestions"] == []
    whole = ask(client, "시청역 사무", suggest="true", lang="ko").json["suggestions"]
    assert whole[0]["text"] == "시청역 사무실"
    texts = [offer["text"] for offer in ask(client, "1", venue="two-floors", suggest="true").json["suggestions"]]
    assert len(texts) == len(set(texts)) <= 8


def test_suggestions_speak_the_language_of_the_client(client: Client) -> None:
    target = f"/v1/search?q={quote('사무')}&venue=two-floors&suggest=true"
    english, korean = client.get(target, accept_language="en"), client.get(target, accept_language="ko")
    assert english.headers["content-language"] == "en"
    assert korean.headers["content-language"] == "ko"
    assert english.json["suggestions"][0]["text"] == "Office"
    assert korean.json["suggestions"][0]["text"] == "사무실"


def test_what_was_published_a_moment_ago_is_found() -> None:
    catalog = service.store()
    client = service.client(catalog)
    assert ids(ask(client, "나루터")) == []
    catalog.publish(service.changed(venue=replace(service.release().building.venue, id="new", name=Text(ko="나루터"))))
    assert ids(ask(client, "나루터")) == ["new"]
    catalog.withdraw("new")
    assert ids(ask(client, "나루터")) == []


def test_an_answer_is_kept_until_something_changes(client: Client) -> None:
    first = ask(client, "서울역")
    again = client.get(f"/v1/search?q={quote('서울역')}", if_none_match=first.headers["etag"])
    assert again.status == 304


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("q=", 400),
        (f"q={'a' * 201}", 400),
        (f"q={quote('가' * 201)}", 400),
        (f"q={'a' * 10_000}", 414),
        ("q=%00", 400),
        ("q=a%0Ab", 400),
        ("q=%ff", 400),
        ("q=a&category=nonsense", 400),
        ("q=a&lang=fr", 400),
        ("q=a&suggest=yes", 400),
        ("q=a&limit=0", 400),
        ("q=a&nonsense=1", 400),
        ("q=a&venue=nowhere", 404),
        ("q=a&venue=two-floors&level=B9", 404),
    ],
)
def test_what_cannot_be_asked_is_refused(client: Client, query: str, status: int) -> None:
    answer = client.get(f"/v1/search?{query}")
    assert answer.status == status, answer.body
    assert answer.media_type == "application/problem+json"


@pytest.mark.parametrize("q", ["🚻", " ", "ㅏ", "((((", "'; drop", "가" * 200, "1 " * 100, "%", "+", "?"])
def test_odd_questions_are_answered(client: Client, q: str) -> None:
    for query in ({}, {"venue": "two-floors"}):
        assert ask(client, q, **query).status == 200


def test_categories_are_listed_in_both_languages(client: Client) -> None:
    listed = client.get("/v1/categories").json["categories"]
    by_code = {entry["code"]: entry for entry in listed}
    assert [entry["code"] for entry in listed] == sorted(by_code)
    assert by_code["restroom"]["label"] == {"ko": "화장실", "en": "Restroom"}
    assert by_code["restroom"]["kinds"] == ["facility", "space"]
    assert "변소" in by_code["restroom"]["words"]
    assert by_code["gate"]["kinds"] == ["opening"]
    assert all(entry["label"]["ko"] and entry["label"]["en"] and entry["kinds"] for entry in listed)


def test_the_document_describes_it(client: Client) -> None:
    document = client.get("/v1/openapi.json").json
    operation = document["paths"]["/v1/search"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert {"q", "venue", "lang", "level", "category", "limit", "suggest"} <= names
    assert {"SearchAnswer", "SearchMatch", "Categories"} <= set(document["components"]["schemas"])
    shown = operation["responses"]["200"]["content"]["application/json"]["example"]
    real = ask(client, "1번출구", venue="two-floors", suggest="true").json
    assert shown.keys() == real.keys()
    assert shown["matches"][0].keys() == real["matches"][0].keys()
    assert shown["suggestions"][0].keys() == real["suggestions"][0].keys()
