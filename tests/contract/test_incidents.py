"""What the API promises about incidents: in force at once, kept whole, heard by all who listen, ended by operators only."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from indoor3d.api.app import create_app
from indoor3d.api.events import Listeners
from indoor3d.api.settings import Limits, Settings
from indoor3d.models.building import Text
from indoor3d.models.state import Condition, Effect
from tests.contract.test_closures import KEY, NOW, OTHER_KEY, Operator
from tests.unit.api import service
from tests.unit.api.client import Answer, Client
from tests.unit.api.listening import answer_of, listen

INCIDENTS = "/v1/venues/two-floors/incidents"
EVENTS = "/v1/venues/two-floors/events"
FIRE: dict[str, Any] = {
    "name": {"ko": "출구 앞 화재", "en": "Fire at the exit"},
    "hazards": [
        {"kind": "closed", "elements": ["exit-1"], "by": "홍길동"},
        {"kind": "stopped", "elements": ["lift-1"], "at_s": 60},
    ],
    "reporter": "119",
}


@pytest.fixture
def operator() -> Operator:
    return Operator(service.store())


def report(operator: Operator, **changes: Any) -> Answer:
    headers = {name: changes.pop(name) for name in ("idempotency_key",) if name in changes}
    return operator.send("POST", INCIDENTS, FIRE | changes, **headers)


def path_of(answer: Answer) -> str:
    return answer.headers["location"].removeprefix(service.URL)


def way_out(client: Client) -> Any:
    plan = client.post("/v1/evacuations", {"venue": "two-floors", "starts": [{"ref": "office"}]}).json
    return plan["features"][0]["properties"].get("exit")


def test_an_incident_changes_the_next_answer_and_its_end_the_one_after(operator: Operator) -> None:
    assert way_out(operator.client) == "exit-1"
    made = report(operator)
    assert made.status == 201, made.body
    plan = operator.client.post("/v1/evacuations", {"venue": "two-floors", "starts": [{"ref": "office"}]})
    assert "exit-1" in (plan.json.get("closures_applied") or plan.json.get("closed", []))
    ended = operator.send("DELETE", path_of(made), if_match=made.headers["etag"])
    assert (ended.status, ended.json["ended"]) == (200, True)
    assert way_out(operator.client) == "exit-1"


def test_an_incident_is_read_by_everybody_but_not_who_reported_it(operator: Operator) -> None:
    made = report(operator)
    (listed,) = operator.client.get(INCIDENTS).json["incidents"]
    one = operator.client.get(path_of(made))
    assert made.json == listed == one.json
    assert [c["hazard"] for c in listed["conditions"]] == ["closed", "stopped"]
    assert [c["effect"] for c in listed["conditions"]] == ["closed", "status"]
    assert listed["name"] == {"default": "출구 앞 화재", "ko": "출구 앞 화재", "en": "Fire at the exit"}
    starts = [c["start"] for c in listed["conditions"]]
    assert starts == ["2026-11-27T08:30:00+00:00", "2026-11-27T08:31:00+00:00"]
    for public in (made, one, operator.client.get(INCIDENTS), operator.client.get("/v1/closures?venue=two-floors")):
        assert "홍길동" not in public.body.decode()
        assert "119" not in public.body.decode()
        assert "control-room" not in public.body.decode()
    history = operator.send("GET", f"/v1/closures/{listed['conditions'][0]['id']}/history")
    assert history.json["revisions"][0]["reporter"] == "홍길동"
    tag = one.headers["etag"]
    assert operator.client.get(path_of(made), if_none_match=tag).status == 304


@pytest.mark.parametrize(
    ("hazard", "path"),
    [
        ({"kind": "burning", "spaces": ["hall"]}, "hazards[0].kind"),
        ({"kind": "fire"}, "hazards[0].spaces"),
        ({"kind": "fire", "spaces": ["nowhere"]}, "hazards[0].spaces[0]"),
        ({"kind": "fire", "spaces": ["hall"], "spread": True}, "hazards[0].spread"),
        ({"kind": "smoke", "spaces": ["hall"], "extinction_per_m": 1}, "hazards[0].extinction_per_m"),
        ({"kind": "stopped", "elements": ["exit-1"]}, "hazards[0].elements[0]"),
        ({"kind": "fire", "spaces": ["hall"], "reported_at": "soon"}, "hazards[0].reported_at"),
        ({"kind": "fire", "spaces": ["hall"], "colour": "red"}, "hazards[0].colour"),
    ],
)
def test_a_hazard_that_cannot_be_is_refused_and_nothing_is_kept(operator: Operator, hazard: Any, path: str) -> None:
    before = operator.store.state_revision()
    answer = report(operator, hazards=[hazard])
    assert (answer.status, answer.json["code"], answer.json["path"]) == (400, "invalid-scenario", path)
    assert operator.store.state_revision() == before


def test_what_is_over_or_nameless_or_empty_is_refused(operator: Operator) -> None:
    old = {"kind": "closed", "elements": ["exit-1"], "until_s": 10}
    assert report(operator, hazards=[old], started_at="2026-11-26T00:00:00Z").json["code"] == "invalid-parameter"
    assert report(operator, name={"ko": " "}).json["code"] == "invalid-parameter"
    assert report(operator, hazards=[]).status == 400
    assert operator.client.get(INCIDENTS).json["incidents"] == []


def test_only_operators_of_the_venue_report_and_end(operator: Operator) -> None:
    made = report(operator)
    for method, target, body in (("POST", INCIDENTS, FIRE), ("DELETE", path_of(made), None)):
        assert operator.send(method, target, body, key=None).json["code"] == "unauthorized"
        assert operator.send(method, target, body, key=OTHER_KEY).json["code"] == "forbidden"
    assert len(operator.client.get(INCIDENTS).json["incidents"]) == 1


def test_an_incident_is_ended_by_who_has_seen_it_as_it_is(operator: Operator) -> None:
    made = report(operator)
    address = path_of(made)
    assert operator.send("DELETE", address).json["code"] == "revision-needed"
    first = made.json["conditions"][0]["id"]
    assert operator.send("DELETE", f"/v1/closures/{first}", if_match='"1"').status == 200
    stale = operator.send("DELETE", address, if_match=made.headers["etag"])
    assert (stale.status, stale.json["code"]) == (412, "revision-changed")
    again = operator.client.get(address)
    assert again.json["ended"] is False
    assert operator.send("DELETE", address, if_match=again.headers["etag"]).json["ended"] is True
    assert operator.client.get(INCIDENTS).json["incidents"] == []
    assert operator.client.get(address).json["ended"] is True
    assert operator.client.get(f"{INCIDENTS}/in-0000000000000000").json["code"] == "unknown-element"


def test_the_same_report_sent_again_makes_nothing_new(operator: Operator) -> None:
    made = report(operator, idempotency_key="k1")
    revision = operator.store.state_revision()
    assert report(operator, idempotency_key="k1").json == made.json
    assert operator.store.state_revision() == revision
    other = report(operator, idempotency_key="k1", hazards=FIRE["hazards"][:1])
    assert (other.status, other.json["code"]) == (422, "key-reused")


def test_smoke_water_and_turned_stairs_become_what_routes_keep_clear_of(operator: Operator) -> None:
    hazards = [
        {"kind": "smoke", "spaces": ["office"]},
        {"kind": "flooded", "level": "1F", "depth_m": 0.1},
    ]
    made = report(operator, hazards=hazards)
    assert made.status == 201, made.body
    smoke, water = made.json["conditions"]
    assert (smoke["effect"], smoke["factor"]) == ("smoke", None)
    assert water["effect"] == "closed"
    level = {e["level"]["short_name"] for e in water["elements"]}
    assert level == {"1F"}
    assert len(water["elements"]) > 1


# ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_listens_hears_the_whole_state_and_then_every_change(operator: Operator) -> None:
    made: list[Answer] = []
    heard = listen(
        operator.client.app,
        EVENTS,
        steps=[lambda: made.append(report(operator))],
        until=lambda events: events[-1].name == "incident",
        accept="text/event-stream",
    )
    assert (heard.status, heard.headers["cache-control"]) == (200, "no-store")
    assert [event.name for event in heard.events] == ["state", "closure", "closure", "incident"]
    assert heard.events[0].data["closures"] == []
    assert [e.data["closure"]["effect"] for e in heard.events[1:3]] == ["closed", "status"]
    assert heard.events[-1].data == {
        "op": "upsert",
        "venue": "two-floors",
        "id": made[0].json["id"],
        "href": made[0].headers["location"],
    }
    assert "홍길동" not in heard.text
    assert heard.text.startswith("retry: ")


def test_who_comes_back_hears_what_was_missed_and_nothing_twice(operator: Operator) -> None:
    app = operator.client.app
    first = listen(app, EVENTS, until=bool).events[-1]
    made = report(operator)
    missed = listen(app, EVENTS, until=lambda e: bool(e) and e[-1].name == "incident", last_event_id=first.id).events
    assert [e.name for e in missed] == ["closure", "closure", "incident"]
    ended = listen(
        app,
        EVENTS,
        last_event_id=missed[0].id,
        steps=[lambda: operator.send("DELETE", path_of(made), if_match=made.headers["etag"])],
        until=lambda e: e[-1].data.get("op") == "end" and e[-1].name == "incident",
    ).events
    assert [(e.name, e.data["op"]) for e in ended] == [
        ("closure", "upsert"),
        ("incident", "upsert"),
        ("closure", "end"),
        ("closure", "end"),
        ("incident", "end"),
    ]
    numbers = [int(e.id.partition("-")[2]) for e in (*missed, *ended[2:])]
    assert numbers == list(range(numbers[0], numbers[0] + 6))


@pytest.mark.parametrize("last", ["", "gone-7", "x", "-1", "9" * 500, "가"])
def test_who_was_away_too_long_gets_the_whole_state(operator: Operator, last: str) -> None:
    report(operator)
    heard = listen(operator.client.app, EVENTS, until=bool, last_event_id=last.encode().decode("latin-1"))
    assert [e.name for e in heard.events] == ["state"]
    assert len(heard.events[0].data["closures"]) == 2
    assert len(heard.events[0].data["incidents"]) == 1


def test_more_changes_than_are_kept_are_told_as_the_whole_state(operator: Operator) -> None:
    app = operator.client.app
    first = listen(app, EVENTS, until=bool).events[-1]
    for number in range(260):
        condition = Condition(id=f"c{number}", effect=Effect.CLOSED, elements=("exit-1",), cause=Text(default="x"))
        operator.store.put_condition("two-floors", condition, by="somebody", at=NOW)
    heard = listen(app, EVENTS, until=bool, last_event_id=first.id)
    assert heard.events[0].name == "state"
    assert len(heard.events[0].data["closures"]) == 260


def test_what_comes_into_force_by_itself_is_told(operator: Operator) -> None:
    report(operator)

    def a_minute_later() -> None:
        operator.moment = NOW + timedelta(seconds=61)

    heard = listen(
        operator.client.app, EVENTS, steps=[a_minute_later], until=lambda e: any(x.name == "closure" for x in e)
    ).events
    (told,) = [e.data for e in heard if e.name == "closure"]
    assert (told["closure"]["effect"], told["closure"]["in_force"]) == ("status", True)


def test_a_closure_by_another_process_is_told_too(operator: Operator) -> None:
    condition = Condition(id="by-hand", effect=Effect.CLOSED, elements=("exit-1",), cause=Text(default="x"))
    heard = listen(
        operator.client.app,
        EVENTS,
        steps=[lambda: operator.store.put_condition("two-floors", condition, by="console", at=NOW)],
        until=lambda e: e[-1].name == "closure",
    ).events
    assert heard[-1].data["id"] == "by-hand"


def test_a_new_version_of_the_venue_is_told(operator: Operator) -> None:
    heard = listen(
        operator.client.app,
        EVENTS,
        steps=[lambda: operator.store.publish(service.changed(exits=service.release().building.exits[:1]))],
        until=lambda e: e[-1].name == "published",
    ).events
    assert heard[-1].data["version"] != heard[0].data["version"]


def test_listeners_are_bounded_and_sent_home(operator: Operator) -> None:
    listeners = Listeners(1)
    settings = Settings(public_url=service.URL, viewer=None)
    app = create_app(settings, operator.store, listeners=listeners)
    full: list[Answer] = []

    def another() -> None:
        full.append(answer_of(listen(app, EVENTS)))
        listeners.closing = True

    heard = listen(app, EVENTS, steps=[another])
    assert heard.ended
    assert (full[0].status, full[0].json["code"]) == (429, "too-many-listeners")
    assert "retry-after" in full[0].headers
    assert listeners.count == 0


def test_silence_is_broken_so_that_nobody_takes_the_line_for_dead(operator: Operator) -> None:
    settings = Settings(public_url=service.URL, viewer=None, limits=Limits(stall_s=1.0))
    app = create_app(settings, operator.store)
    asked = itertools.count()
    heard = listen(app, EVENTS, until=lambda _events: next(asked) > 4)
    assert heard.text.count(": still here") >= 2
    assert len(heard.events) == 1


def test_events_of_a_venue_that_is_not_there(operator: Operator) -> None:
    assert operator.client.get("/v1/venues/gone/events").json["code"] == "unknown-venue"
    assert operator.send("POST", "/v1/venues/gone/incidents", FIRE, key=KEY).json["code"] == "unknown-venue"
