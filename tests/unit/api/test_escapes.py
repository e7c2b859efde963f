"""The way out while things close, and from where it already burns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indoor3d.models.building import Text
from indoor3d.models.state import Condition, Effect, Status
from indoor3d.store.base import Catalog
from tests.unit.api import service
from tests.unit.api.client import Client

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)


@pytest.fixture
def store() -> Catalog:
    return service.store()


@pytest.fixture
def client(store: Catalog) -> Client:
    return service.client(store, clock=lambda: NOW)


def escape(client: Client, **asked: Any) -> dict[str, Any]:
    body = {"venue": "two-floors", "starts": [{"ref": "gallery"}]} | asked
    answer = client.post("/v1/evacuations", body)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json["features"][0]["properties"]
    return found


def test_what_closes_too_late_to_matter_is_told_with_its_margin(client: Client) -> None:
    alone = escape(client)
    assert "closing" not in alone
    timed = escape(client, closes={"stairs-1": 500, alone["exit"]: 600})
    assert (timed["exit"], timed["arrive_s"]) == (alone["exit"], alone["duration_s"])
    by_element = {one["element"]: one for one in timed["closing"]}
    assert {"stairs-1", alone["exit"]} <= set(by_element)
    assert timed["spare_s"] == min(one["margin_s"] for one in by_element.values())
    assert by_element["stairs-1"]["margin_s"] == pytest.approx(500 - by_element["stairs-1"]["passed_s"], abs=0.11)


def test_nobody_is_sent_through_what_will_be_shut(client: Client) -> None:
    alone = escape(client)
    other = escape(client, closes={alone["exit"]: 1})
    assert other["exit"] not in {None, alone["exit"]}
    cut_off = escape(client, closes={"stairs-1": 1})
    assert cut_off["exit"] is None
    assert cut_off["problem"]["code"] == "no-route"
    assert cut_off["problem"]["blocked_by"][0]["element"] == "stairs-1"
    edge = alone["duration_s"]
    assert escape(client, closes={"stairs-1": edge + 60}, depart_s=0)["exit"] == alone["exit"]
    assert escape(client, closes={"stairs-1": edge + 60}, depart_s=edge + 60)["exit"] is None


def test_the_whole_venue_in_time_is_not_mixed_up_with_the_venue_as_it_is(client: Client) -> None:
    before = client.post("/v1/evacuations", {"venue": "two-floors"}).json
    timed = client.post("/v1/evacuations", {"venue": "two-floors", "closes": {"stairs-1": 1}}).json
    after = client.post("/v1/evacuations", {"venue": "two-floors"}).json
    assert before == after
    assert before["complete"]
    assert not timed["complete"]
    assert timed["closes"] == {"stairs-1": 1.0}
    upstairs = [f["properties"] for f in timed["features"] if f["properties"]["level"]["short_name"] == "2F"]
    assert upstairs
    assert all(p["exit"] is None for p in upstairs)


@pytest.mark.parametrize(
    ("effect", "more"),
    [(Effect.CLOSED, {}), (Effect.SMOKE, {}), (Effect.STATUS, {"status": Status.NOT_AVAILABLE})],
)
def test_what_is_reported_for_later_closes_in_time(
    store: Catalog, client: Client, effect: Effect, more: dict[str, Any]
) -> None:
    element = "hall" if effect is Effect.SMOKE else "stairs-1"
    condition = Condition(
        id="later",
        effect=effect,
        elements=(element,),
        start=NOW + timedelta(seconds=2),
        cause=Text(default="x"),
        **more,
    )
    store.put_condition("two-floors", condition, by="somebody", at=NOW)
    answer = client.post("/v1/evacuations", {"venue": "two-floors", "starts": [{"ref": "gallery"}]}).json
    assert answer["closes"] == {element: 2.0}
    assert answer["features"][0]["properties"]["exit"] is None


def test_who_is_in_a_space_that_burns_leaves_it_and_nobody_goes_in(store: Catalog, client: Client) -> None:
    alone = escape(client)
    fire = Condition(id="fire", effect=Effect.CLOSED, elements=("gallery",), cause=Text(default="x"))
    store.put_condition("two-floors", fire, by="somebody", at=NOW)
    here = escape(client)
    assert (here["exit"], here["leaves_closed"]) == (alone["exit"], "gallery")
    assert here["duration_s"] == alone["duration_s"]
    whole = client.post("/v1/evacuations", {"venue": "two-floors"}).json
    by_space = {f["properties"]["space"]: f["properties"] for f in whole["features"]}
    assert by_space["gallery"]["leaves_closed"] == "gallery"
    assert by_space["gallery"]["exit"] is not None
    others = [p for space, p in by_space.items() if space != "gallery"]
    assert all(p["leaves_closed"] is None for p in others)


@pytest.mark.parametrize(
    "asked",
    [
        {"closes": {"exit-1": -1}},
        {"closes": {"exit-1": "soon"}},
        {"closes": {"exit-1": 1e9}},
        {"closes": ["exit-1"]},
        {"depart_s": -1},
    ],
)
def test_times_that_are_none_are_refused(client: Client, asked: dict[str, Any]) -> None:
    answer = client.post("/v1/evacuations", {"venue": "two-floors", **asked})
    assert (answer.status, answer.json["code"]) == (400, "invalid-parameter")


def test_closing_what_is_not_there_is_refused(client: Client) -> None:
    answer = client.post("/v1/evacuations", {"venue": "two-floors", "closes": {"gone": 5}})
    assert (answer.status, answer.json["code"]) == (404, "unknown-element")
