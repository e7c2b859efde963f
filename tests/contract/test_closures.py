"""What the API promises about the state of venues: who reads it, who may change it, and what a change needs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indoor3d.api.operator import new_key, read_keys
from indoor3d.models.state import Condition, Effect
from indoor3d.sources.siri_fm import read_siri_fm
from indoor3d.store.base import Catalog
from tests.buildings import two_floors
from tests.unit.api import service
from tests.unit.api.client import Answer, Client

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
KEY, LINE = new_key("control-room")
OTHER_KEY, OTHER_LINE = new_key("neighbour", ["elsewhere"])
LIFT = {
    "venue": "two-floors",
    "effect": "status",
    "status": "not_available",
    "elements": ["lift-1"],
    "cause": {"ko": "고장", "en": "Out of order"},
    "reporter": "홍길동",
}


class Operator:
    """A client with a key, and a clock of its own."""

    def __init__(self, store: Catalog) -> None:
        self.store = store
        self.moment = NOW
        self.client: Client = service.client(
            store, operator_keys=read_keys(f"{LINE}\n{OTHER_LINE}"), clock=lambda: self.moment
        )

    def send(self, method: str, target: str, body: Any = None, *, key: str | None = KEY, **headers: str) -> Answer:
        fields = {**headers, **({} if key is None else {"authorization": f"Bearer {key}"})}
        if body is None:
            return self.client.request(method, target, headers=fields)
        data = json.dumps(body).encode()
        return self.client.request(method, target, headers={"content_type": "application/json", **fields}, body=data)

    def report(self, **changes: Any) -> Answer:
        return self.send("POST", "/v1/closures", LIFT | changes)

    def listed(self) -> list[Any]:
        answer = self.client.get("/v1/closures?venue=two-floors")
        assert answer.status == 200, answer.body
        found: list[Any] = answer.json["closures"]
        return found


@pytest.fixture
def operator() -> Operator:
    return Operator(service.store())


def _path(answer: Answer) -> str:
    return answer.headers["location"].removeprefix(service.URL)


def test_what_is_reported_is_read_by_everybody_but_not_who_reported_it(operator: Operator) -> None:
    made = operator.report()
    assert (made.status, made.headers["etag"]) == (201, '"1"')
    (listed,) = operator.listed()
    assert listed["elements"] == [
        {
            "id": "lift-1",
            "name": made.json["elements"][0]["name"],
            "level": {"id": "g", "ordinal": 0, "short_name": "1F"},
            "known": True,
        }
    ]
    assert (listed["in_force"], listed["stale"], listed["status"]) == (True, False, "not_available")
    assert listed["cause"] == {"default": "고장", "ko": "고장", "en": "Out of order"}
    one = operator.client.get(_path(made))
    assert one.json == made.json
    for public in (made, one, operator.client.get("/v1/closures?venue=two-floors"), _siri(operator), _a11y(operator)):
        assert "홍길동" not in public.body.decode()
        assert "control-room" not in public.body.decode()
    history = operator.send("GET", f"{_path(made)}/history")
    assert [(r["by"], r["reporter"]) for r in history.json["revisions"]] == [("control-room", "홍길동")]


def _siri(operator: Operator) -> Answer:
    return operator.client.get("/v1/venues/two-floors/state.siri.xml", accept="application/xml")


def _a11y(operator: Operator) -> Answer:
    return operator.client.get("/v1/venues/two-floors/a11y.json")


@pytest.mark.parametrize(
    "key",
    [None, "", "wrong", KEY + "x", KEY[:-1], KEY.upper(), OTHER_LINE.split()[0], "가" * 9, "x" * 999],
    ids=["none", "empty", "wrong", "longer", "shorter", "upper case", "digest", "Hangul", "long"],
)
def test_without_a_key_that_somebody_has_nothing_changes(operator: Operator, key: str | None) -> None:
    path = _path(operator.report())
    before = operator.store.state_revision()
    sent = None if key is None else key.encode().decode("latin-1")
    for answer in (
        operator.send("POST", "/v1/closures", LIFT, key=sent),
        operator.send("PUT", path, LIFT, key=sent, if_match='"1"'),
        operator.send("DELETE", path, key=sent, if_match='"1"'),
        operator.send("GET", f"{path}/history", key=sent),
    ):
        assert (answer.status, answer.json["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert operator.store.state_revision() == before


def test_other_schemes_are_no_keys(operator: Operator) -> None:
    for value in (f"Basic {KEY}", KEY, f"Bearer  {KEY} {KEY}"):
        answer = operator.send("POST", "/v1/closures", LIFT, key=None, authorization=value)
        assert answer.status == 401


def test_a_key_for_other_venues_does_not_open_this_one(operator: Operator) -> None:
    path = _path(operator.report())
    for answer in (
        operator.send("POST", "/v1/closures", LIFT, key=OTHER_KEY),
        operator.send("PUT", path, LIFT, key=OTHER_KEY, if_match='"1"'),
        operator.send("PUT", path, LIFT | {"venue": "elsewhere"}, key=OTHER_KEY, if_match='"1"'),
        operator.send("DELETE", path, key=OTHER_KEY, if_match='"1"'),
        operator.send("GET", f"{path}/history", key=OTHER_KEY),
    ):
        assert answer.status in {403, 404}
        assert answer.json["code"] in {"forbidden", "unknown-venue"}
    assert [k.revision for k in operator.store.conditions("two-floors")] == [1]


def test_a_service_without_keys_says_that_nobody_can(operator: Operator) -> None:
    client = service.client(operator.store)
    for method, target in (("POST", "/v1/closures"), ("PUT", "/v1/closures/x"), ("DELETE", "/v1/closures/x")):
        answer = client.request(
            method, target, headers={"content_type": "application/json", "authorization": f"Bearer {KEY}"}, body=b"{}"
        )
        assert (answer.status, answer.json["code"]) == (403, "operator-keys-missing")
    assert client.get("/v1/closures?venue=two-floors").status == 200


def test_a_change_needs_the_revision_it_was_made_for(operator: Operator) -> None:
    path = _path(operator.report())
    changed = LIFT | {"status": "available", "cause": {"ko": "수리 완료"}}
    for method, body in (("PUT", changed), ("DELETE", None)):
        missing = operator.send(method, path, body)
        assert (missing.status, missing.json["code"]) == (428, "revision-needed")
        for stale in ('"0"', '"2"', "1", '"x"', "", '"1', '"2", W/"3"'):
            answer = operator.send(method, path, body, if_match=stale)
            assert (answer.status, answer.json["code"], answer.json["revision"]) == (412, "revision-changed", 1)
    second = operator.send("PUT", path, changed, if_match='"1"')
    assert (second.status, second.headers["etag"], second.json["status"]) == (200, '"2"', "available")
    assert operator.send("PUT", path, changed, if_match='"1"').status == 412
    assert operator.send("PUT", path, changed, if_match="*").headers["etag"] == '"3"'
    ended = operator.send("DELETE", path, if_match='"3"')
    assert (ended.status, ended.json["ended"]) == (200, True)
    assert operator.listed() == []
    assert operator.client.get(path).json == ended.json
    assert operator.send("DELETE", path, if_match='"4"').status == 412
    assert len(operator.send("GET", f"{path}/history").json["revisions"]) == 4


def test_who_has_the_revision_gets_304(operator: Operator) -> None:
    path = _path(operator.report())
    assert operator.client.get(path, if_none_match='"1"').status == 304
    assert operator.client.get(path, if_none_match='"2"').status == 200
    listed = operator.client.get("/v1/closures?venue=two-floors")
    again = operator.client.get("/v1/closures?venue=two-floors", if_none_match=listed.headers["etag"])
    assert again.status == 304
    operator.report(elements=["stairs-1"])
    assert operator.client.get("/v1/closures?venue=two-floors", if_none_match=listed.headers["etag"]).status == 200


def test_the_same_request_sent_again_makes_nothing_new(operator: Operator) -> None:
    first = operator.send("POST", "/v1/closures", LIFT, idempotency_key="k-1")
    operator.moment += timedelta(minutes=5)
    again = operator.send("POST", "/v1/closures", LIFT, idempotency_key="k-1")
    assert (again.status, again.body, again.headers["location"]) == (201, first.body, first.headers["location"])
    other = operator.send("POST", "/v1/closures", LIFT | {"elements": ["stairs-1"]}, idempotency_key="k-1")
    assert (other.status, other.json["code"]) == (422, "key-reused")
    operator.send("DELETE", _path(first), if_match='"1"')
    assert operator.send("POST", "/v1/closures", LIFT, idempotency_key="k-1").body == first.body
    assert operator.listed() == []
    assert (
        operator.send("POST", "/v1/closures", LIFT, idempotency_key="k-2").headers["location"]
        != first.headers["location"]
    )
    for bad in ("", "a b", "가".encode().decode("latin-1"), "x" * 129):
        assert operator.send("POST", "/v1/closures", LIFT, idempotency_key=bad).status == 400


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"elements": ["lift-9"]}, 404, "unknown-element"),
        ({"elements": []}, 400, "invalid-parameter"),
        ({"venue": "nowhere"}, 404, "unknown-venue"),
        ({"status": None}, 400, "invalid-parameter"),
        ({"status": "broken"}, 400, "invalid-parameter"),
        ({"effect": "closed"}, 400, "invalid-parameter"),
        ({"effect": "closed", "status": None, "elements": ["aed-1"]}, 400, "invalid-parameter"),
        ({"effect": "one_way", "status": None}, 400, "invalid-parameter"),
        ({"effect": "one_way", "status": None, "direction": "up", "elements": ["hall"]}, 400, "invalid-parameter"),
        ({"effect": "crowded", "status": None, "elements": ["hall"]}, 400, "invalid-parameter"),
        ({"effect": "crowded", "status": None, "elements": ["hall"], "factor": 0.5}, 400, "invalid-parameter"),
        ({"cause": {}}, 400, "invalid-parameter"),
        ({"cause": {"ko": "  "}}, 400, "invalid-parameter"),
        ({"cause": {"ko": "a\u0000b"}}, 400, "invalid-parameter"),
        ({"cause": {"ko": "가\u202e나"}}, 400, "invalid-parameter"),
        ({"hours": "whenever"}, 400, "invalid-parameter"),
        ({"start": "2026-11-27T10:00:00"}, 400, "invalid-parameter"),
        ({"start": "2026-11-28T00:00:00Z", "end": "2026-11-27T23:00:00Z"}, 400, "invalid-parameter"),
        ({"end": "2026-11-27T08:30:00Z"}, 400, "invalid-parameter"),
        ({"interval_s": 0}, 400, "invalid-parameter"),
        ({"interval_s": "60"}, 400, "invalid-parameter"),
        ({"by": "me"}, 400, "unknown-property"),
        ({"revision": 7}, 400, "unknown-property"),
        ({"area": {"level": "1F", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}, 400, "invalid-parameter"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    operator: Operator, changes: Mapping[str, Any], status: int, code: str
) -> None:
    answer = operator.report(**changes)
    assert (answer.status, answer.json["code"]) == (status, code), answer.body
    path = _path(operator.report())
    before = operator.store.state_revision()
    assert operator.send("PUT", path, LIFT | dict(changes), if_match='"1"').status == status
    assert operator.store.state_revision() == before


def test_bodies_are_guarded_whatever_the_method(operator: Operator) -> None:
    path = _path(operator.report())
    for method, target in (("POST", "/v1/closures"), ("PUT", path)):
        headers = {"authorization": f"Bearer {KEY}", "if_match": '"1"', "content_type": "text/plain"}
        assert operator.client.request(method, target, headers=headers, body=b"{}").status == 415
        headers["content_type"] = "application/json"
        assert operator.client.request(method, target, headers=headers, body=b" " * (1 << 21)).status == 413
        assert operator.client.request(method, target, headers=headers, body=b'{"a":1,"a":2}').status == 400


def test_an_area_closes_what_it_reaches(operator: Operator) -> None:
    building = two_floors()
    corners = [(1, 1), (11, 1), (11, 9), (1, 9), (1, 1)]
    ring = [lonlat[:2] for lonlat in building.frame.to_lonlat([(x, y, 0) for x, y in corners]).tolist()]
    smoke = {
        "venue": "two-floors",
        "effect": "smoke",
        "area": {"level": "1F", "coordinates": [ring]},
        "cause": {"ko": "연기"},
    }
    made = operator.send("POST", "/v1/closures", smoke)
    assert made.status == 201, made.body
    shown = made.json["area"]["polygons"][0][0]
    assert [[round(a, 6) for a in p[:2]] for p in shown] == [[round(a, 6) for a in p] for p in ring]
    found = json.loads(_a11y(operator).body)["features"]
    working = {f["id"]: f["properties"].get("isWorking") for f in found}
    assert working["stairs-1"] is False
    assert working["door-office"] is None


def test_siri_fm_is_read_back(operator: Operator) -> None:
    operator.report(interval_s=300, automatic=True, remedy="repair")
    answer = _siri(operator)
    assert (answer.status, answer.media_type) == (200, "application/xml")
    feed = read_siri_fm(answer.body, known=two_floors().names)
    (kept,) = operator.store.conditions("two-floors")
    assert [(c.id, c.elements, c.status, c.interval_s) for c in feed.conditions] == [
        (kept.condition.id, ("lift-1",), kept.condition.status, 300.0)
    ]


def test_a_status_grows_old_and_a_window_opens_and_closes(operator: Operator) -> None:
    operator.report(status="available", interval_s=600)
    operator.report(
        effect="closed", status=None, elements=["stairs-1"], start="2026-11-27T09:00:00Z", end="2026-11-27T10:00:00Z"
    )

    def at(minutes: int) -> tuple[Any, ...]:
        operator.moment = NOW + timedelta(minutes=minutes)
        lift = {f["id"]: f["properties"] for f in _a11y(operator).json["features"]}
        by_effect = {c["effect"]: c for c in operator.listed()}
        closed = by_effect.get("closed")
        return (
            lift["lift-1"].get("isWorking"),
            by_effect["status"]["stale"],
            lift["stairs-1"].get("isWorking"),
            None if closed is None else closed["in_force"],
        )

    assert at(0) == (True, False, None, False)
    assert at(9) == (True, False, None, False)
    assert at(10) == (None, True, None, False)
    assert at(30) == (None, True, False, True)
    assert at(89) == (None, True, False, True)
    assert at(90) == (None, True, None, None)
    assert at(0) == (True, False, None, False)


def test_another_process_that_closes_something_is_heard_at_once(operator: Operator) -> None:
    assert operator.listed() == []
    closed = Condition(id="night", effect=Effect.CLOSED, elements=("exit-1",))
    operator.store.put_condition("two-floors", closed, by="other", at=NOW)
    assert [c["id"] for c in operator.listed()] == ["night"]
    operator.store.end_condition("night", by="other", at=NOW, expected=1)
    assert operator.listed() == []


def test_what_a_new_build_has_not_got_is_listed_as_unknown(operator: Operator) -> None:
    operator.report(effect="closed", status=None, elements=["exit-2", "lift-1"])
    building = two_floors()
    operator.store.publish(service.changed(exits=tuple(e for e in building.exits if e.id != "exit-2")))
    (listed,) = operator.listed()
    assert [(e["id"], e["known"]) for e in listed["elements"]] == [("exit-2", False), ("lift-1", True)]
    assert listed["in_force"] is True


def test_browsers_of_operators_may_send_what_a_change_needs(operator: Operator) -> None:
    answer = operator.client.request("OPTIONS", "/v1/closures/x")
    assert {"GET", "PUT", "DELETE"} <= set(answer.headers["allow"].split(", "))
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"Authorization", "If-Match", "Idempotency-Key"} <= set(allowed)
