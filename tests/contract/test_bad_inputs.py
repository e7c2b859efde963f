"""Hostile and wrong requests, by the rows of the design's table of bad inputs (sections A to D)."""

import json
from typing import Any

import pytest

from tests.unit.api import service
from tests.unit.api.client import Answer, Client
from tests.unit.api.service import HALL

NEAR = f"/v1/nearby?{HALL}&level=0"
LOCATE = "/v1/locate"
ELEMENT = "/v1/venues/two-floors/elements/"
TILE = "/v1/venues/two-floors/tiles/v/"
LONG = "9" * 5_000


@pytest.fixture(scope="module")
def client() -> Client:
    return service.client()


def check_problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """A problem as it must be, whatever it is about."""
    assert answer.status == status, answer.body[:300]
    assert answer.media_type == "application/problem+json"
    problem: dict[str, Any] = answer.json
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"{service.URL}/v1/problems/{code}"
    assert problem["request_id"] in problem["instance"]
    assert answer.headers["x-request-id"] == problem["request_id"]
    assert answer.headers["content-language"] in {"ko", "en"}
    assert "Accept-Language" in answer.headers["vary"]
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.body) < 4_000, "the input was echoed"
    for flaw in problem.get("errors", []):
        assert flaw["message"]
        assert ("parameter" in flaw) or ("pointer" in flaw)
    return problem


QUERIES = [
    ("1-nan", f"{LOCATE}?lon=nan&lat=37.5", 400, "invalid-parameter"),
    ("2-infinite", f"{LOCATE}?lon=1e999&lat=37.5", 400, "invalid-parameter"),
    ("2-infinity", f"{LOCATE}?lon=Infinity&lat=37.5", 400, "invalid-parameter"),
    ("3-lon-out-of-range", f"{LOCATE}?lon=999&lat=37.5", 400, "invalid-parameter"),
    ("3-lat-out-of-range", f"{LOCATE}?lon=126&lat=-91", 400, "invalid-parameter"),
    ("4-swapped", f"{LOCATE}?lon=37.55&lat=126.97", 400, "invalid-parameter"),
    ("5-radius-negative", f"{NEAR}&radius=-5", 400, "invalid-parameter"),
    ("5-radius-huge", f"{NEAR}&radius=1e9", 400, "invalid-parameter"),
    ("5-radius-zero", f"{NEAR}&radius=0", 400, "invalid-parameter"),
    ("6-limit-0", f"{NEAR}&limit=0", 400, "invalid-parameter"),
    ("6-limit-negative", f"{NEAR}&limit=-1", 400, "invalid-parameter"),
    ("6-limit-text", f"{NEAR}&limit=abc", 400, "invalid-parameter"),
    ("6-limit-fraction", f"{NEAR}&limit=1.5", 400, "invalid-parameter"),
    ("6-limit-empty", f"{NEAR}&limit=", 400, "invalid-parameter"),
    ("6-limit-underscore", f"{NEAR}&limit=1_0", 400, "invalid-parameter"),
    ("6-limit-wide-digits", f"{NEAR}&limit=%EF%BC%91", 400, "invalid-parameter"),
    ("8-limit-30-digits", f"{NEAR}&limit={'9' * 30}", 400, "invalid-parameter"),
    ("9-limit-5000-digits", f"{NEAR}&limit={LONG}", 400, "invalid-parameter"),
    ("10-unknown", f"{NEAR}&limt=5", 400, "unknown-parameter"),
    ("10-unknown-where-none-is-taken", "/livez?x=1", 400, "unknown-parameter"),
    ("11-repeated", f"{NEAR}&limit=1&limit=2", 400, "repeated-parameter"),
    ("12-bbox-3", "/v1/venues?bbox=1,2,3", 400, "invalid-parameter"),
    ("12-bbox-5", "/v1/venues?bbox=1,2,3,4,5", 400, "invalid-parameter"),
    ("12-bbox-7", "/v1/venues?bbox=1,2,3,4,5,6,7", 400, "invalid-parameter"),
    ("12-bbox-empty", "/v1/venues?bbox=", 400, "invalid-parameter"),
    ("12-bbox-text", "/v1/venues?bbox=a,b,c,d", 400, "invalid-parameter"),
    ("12-bbox-nan", "/v1/venues?bbox=nan,nan,nan,nan", 400, "invalid-parameter"),
    ("13-bbox-low-above-high", "/v1/venues?bbox=126,37,50,127,38,10", 400, "invalid-parameter"),
    ("13-bbox-south-above-north", "/v1/venues?bbox=126,38,127,37", 400, "invalid-parameter"),
    ("17-filter-is-no-parameter", "/v1/venues?filter=" + "(" * 1_600 + "a=1" + ")" * 1_600, 400, "unknown-parameter"),
    ("17-url-70kB", "/v1/venues?bbox=" + "1" * 70_000, 414, "url-too-long"),
    ("24-format", "/v1/venues?f=exe", 406, "not-acceptable"),
    ("25-level-true", f"/v1/nearby?{HALL}&level=true", 400, "invalid-parameter"),
    ("25-level-fraction", f"/v1/nearby?{HALL}&level=1.5&venue=two-floors", 404, "unknown-level"),
    ("25-level-empty", f"/v1/nearby?{HALL}&level=", 400, "invalid-parameter"),
    ("category-unknown", f"{NEAR}&category=aed,helipad", 400, "invalid-parameter"),
    ("by-unknown", f"{NEAR}&by=crow", 400, "invalid-parameter"),
    ("accessible-1", f"{NEAR}&accessible=1", 400, "invalid-parameter"),
    ("missing", "/v1/locate?lon=1", 400, "invalid-parameter"),
    ("51-mode", f"{NEAR}&mode=teleport", 400, "invalid-parameter"),
    ("query-not-utf8", "/v1/venues?bbox=%ff", 400, "invalid-url"),
    ("query-nul", "/v1/venues?bbox=%00", 400, "invalid-url"),
    ("query-broken-escape", "/v1/venues?bbox=%zz", 400, "invalid-url"),
    ("query-surrogate", "/v1/venues?bbox=%ED%A0%80", 400, "invalid-url"),
    ("query-100-fields", "/v1/venues?" + "&".join(f"a{i}=1" for i in range(100)), 400, "invalid-url"),
    ("nowhere", f"{LOCATE}?lon=0&lat=0", 404, "not-found"),
    ("venue-unknown", f"{LOCATE}?{HALL}&venue=nope", 404, "unknown-venue"),
]


@pytest.mark.parametrize(("target", "status", "code"), [row[1:] for row in QUERIES], ids=[row[0] for row in QUERIES])
def test_query(client: Client, target: str, status: int, code: str) -> None:
    problem = check_problem(client.get(target), status, code)
    assert "9" * 100 not in json.dumps(problem)


def test_row_4_swapped_is_hinted(client: Client) -> None:
    problem = client.get(f"{LOCATE}?lon=37.55&lat=126.97", accept_language="ko").json
    assert problem["errors"][0]["parameter"] == "lat"
    assert "바뀌었나요" in problem["detail"]


def test_row_7_large_limit_is_clamped_with_next(client: Client) -> None:
    answer = client.get(f"{NEAR}&limit=999999999")
    assert answer.status == 200
    first = client.get(f"{NEAR}&limit=1").json
    assert first["numberReturned"] == 1 < first["numberMatched"] == answer.json["numberMatched"]
    (following,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    second = client.get(following.removeprefix(service.URL)).json
    assert second["features"][0]["id"] == answer.json["features"][1]["id"]


def test_row_10_did_you_mean(client: Client) -> None:
    problem = client.get(f"{NEAR}&limt=5").json
    assert "limit" in problem["detail"]
    assert problem["errors"] == [{"parameter": "limt", "code": "unknown", "message": problem["detail"]}]


@pytest.mark.parametrize(
    ("bbox", "count"),
    [
        ("126,37,128,38", 1),
        ("126,37,29,128,38,31", 1),
        ("126,37,100,128,38,200", 0),
        ("179,-1,-179,1", 0),
        ("100,-80,-100,80", 1),
    ],
    ids=["13-plan", "13-height", "13-too-high", "14-antimeridian", "14-antimeridian-with-venue"],
)
def test_bbox(client: Client, bbox: str, count: int) -> None:
    answer = client.get(f"/v1/venues?bbox={bbox}")
    assert answer.status == 200
    assert len(answer.json["venues"]) == count


def test_row_24_accept(client: Client) -> None:
    problem = check_problem(client.get("/v1/venues", accept="application/xml"), 406, "not-acceptable")
    assert "application/json" in problem["available"]


@pytest.mark.parametrize("level", ["0", "g", "1F", "1f"], ids="25-{}".format)
def test_row_25_level_grammar(client: Client, level: str) -> None:
    answer = client.get(f"{LOCATE}?{HALL}&level={level}")
    assert answer.json["level"]["id"] == "g"


PATHS = [
    ("26-nul", f"{ELEMENT}a%00b".encode(), 400, "invalid-url"),
    ("27-not-utf8", f"{ELEMENT}%ff".encode(), 400, "invalid-url"),
    ("27-not-utf8-raw", ELEMENT.encode() + b"\xff", 400, "invalid-url"),
    ("28-encoded-dots", f"{ELEMENT}..%2F..%2Fetc%2Fpasswd".encode(), 404, "unknown-element"),
    ("28-tile-backslash", f"{TILE}..%5c..%5csecret.glb".encode(), 404, "unknown-element"),
    ("28-tile-encoded-dots", f"{TILE}%2e%2e/%2e%2e/etc/passwd".encode(), 404, "unknown-element"),
    ("28-tile-dots", f"{TILE}../../../../etc/passwd".encode(), 404, "unknown-element"),
    ("28-viewer-dots", b"/..%2f..%2fetc/passwd", 404, "not-found"),
    ("29-id-10kB", (ELEMENT + "x" * 10_000).encode(), 414, "url-too-long"),
    ("29-id-5kB", (ELEMENT + "x" * 5_000).encode(), 404, "unknown-element"),
    ("29-venue-5kB", ("/v1/venues/" + "x" * 5_000).encode(), 404, "unknown-venue"),
    ("29-crlf", f"{ELEMENT}a%0d%0aX-Evil:1".encode(), 400, "invalid-url"),
    ("29-dot", b"/v1/venues/st.1", 404, "unknown-venue"),
    ("29-unknown-path", b"/v1/none", 404, "not-found"),
    ("29-unknown-level", b"/v1/venues/two-floors/levels/B9/plan.geojson", 404, "unknown-level"),
    ("25-level-true-in-path", b"/v1/venues/two-floors/levels/true/plan.geojson", 400, "invalid-parameter"),
    ("29-unknown-problem", b"/v1/problems/nope", 404, "not-found"),
]


@pytest.mark.parametrize(("target", "status", "code"), [row[1:] for row in PATHS], ids=[row[0] for row in PATHS])
def test_path(client: Client, target: bytes, status: int, code: str) -> None:
    check_problem(client.request("GET", target), status, code)


@pytest.mark.parametrize(
    ("method", "target", "allow"),
    [
        ("DELETE", "/v1/routes", "OPTIONS, POST"),
        ("GET", "/v1/routes", "OPTIONS, POST"),
        ("POST", "/v1/venues", "GET, HEAD, OPTIONS"),
        ("TRACE", "/v1/venues", "GET, HEAD, OPTIONS"),
        ("PUT", f"{TILE}x", "GET, HEAD, OPTIONS"),
        ("POST", "/", "GET, HEAD"),
    ],
    ids="30-{}".format,
)
def test_row_30_wrong_method(client: Client, method: str, target: str, allow: str) -> None:
    answer = client.request(method, target)
    check_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize("target", ["/v1", "/v1/venues", NEAR, "/v1/docs", "/livez"], ids="31-{}".format)
def test_row_31_head_is_get_without_body(client: Client, target: str) -> None:
    head, get = client.request("HEAD", target), client.get(target)
    assert head.status == get.status == 200
    assert head.body == b""
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers.get("etag") == get.headers.get("etag")


@pytest.mark.parametrize("target", ["/v1/routes", "/v1/venues/x/tiles/v/a/b.glb"], ids="31-{}".format)
def test_row_31_preflight(client: Client, target: str) -> None:
    headers = {"origin": "https://a.example", "access-control-request-method": "POST"}
    answer = client.request("OPTIONS", target, headers=headers)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["allow"] == answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]


def test_row_32_trailing_slash(client: Client) -> None:
    answer = client.get("/v1/venues/?bbox=1,2,3,4&key=a%2Fb")
    assert answer.status == 308
    assert answer.headers["location"] == f"{service.URL}/v1/venues?bbox=1,2,3,4&key=a%2Fb"
    assert client.get("//evil.example/").status == 404


ROUTE = {"venue": "two-floors", "waypoints": [{"ref": "hall"}, {"ref": "exit-1"}]}


def _route(**changes: Any) -> bytes:
    return json.dumps(ROUTE | changes).encode()


BODIES = [
    ("33-nan", b'{"venue":"two-floors","waypoints":[{"lon":NaN,"lat":1},{"ref":"x"}]}', 400, "invalid-body"),
    ("33-infinite", b'{"venue":"two-floors","waypoints":[{"lon":1e999,"lat":1},{"ref":"x"}]}', 400, "invalid-body"),
    ("33-minus-infinity", b'{"venue":-Infinity}', 400, "invalid-body"),
    ("34-surrogate", b'{"venue":"\\ud800","waypoints":[]}', 400, "invalid-body"),
    ("34-surrogate-in-name", b'{"\\udfff":1}', 400, "invalid-body"),
    ("35-duplicate", b'{"venue":"a","venue":"b"}', 400, "invalid-body"),
    ("36-deep", b"[" * 100_000 + b"]" * 100_000, 400, "invalid-body"),
    ("36-900-deep", b'{"a":' * 900 + b"1" + b"}" * 900, 400, "invalid-body"),
    ("36-brackets-in-text", _route(venue="[" * 100), 404, "unknown-venue"),
    ("37-20MB", b'{"venue":"' + b"x" * 20_000_000 + b'"}', 413, "body-too-large"),
    ("37-long-string", _route(venue="x" * 900_000), 400, "invalid-parameter"),
    ("37-quotes", b'"' + b'\\"' * 500_000 + b"\\", 400, "invalid-body"),
    ("38-not-utf8", b'{"venue":"\xff"}', 400, "invalid-body"),
    ("38-utf16", json.dumps(ROUTE).encode("utf-16"), 400, "invalid-body"),
    ("38-bom", b"\xef\xbb\xbf" + _route(), 400, "invalid-body"),
    ("empty", b" ", 400, "invalid-body"),
    ("array", b"[]", 400, "invalid-body"),
    ("null", b"null", 400, "invalid-body"),
    ("truncated", _route()[:-3], 400, "invalid-body"),
    ("two-values", b"{}{}", 400, "invalid-body"),
    (
        "8-huge-integer",
        _route(waypoints=[{"x": 1, "y": 1, "level": 1}, {"ref": "hall"}]).replace(b'"x": 1', b'"x": ' + b"9" * 30),
        400,
        "invalid-body",
    ),
    ("41-unknown-member", _route(status="approved"), 400, "unknown-property"),
    (
        "41-unknown-member-below",
        _route(waypoints=[{"ref": "hall", "owner": "me"}, {"ref": "exit-1"}]),
        400,
        "unknown-property",
    ),
    ("47-no-waypoint", _route(waypoints=[]), 400, "invalid-parameter"),
    ("47-one-waypoint", _route(waypoints=[{"ref": "hall"}]), 400, "invalid-parameter"),
    ("47-26-waypoints", _route(waypoints=[{"ref": "hall"}] * 26), 400, "invalid-parameter"),
    ("51-mode", _route(mode="teleport"), 400, "invalid-parameter"),
    ("51-preference", _route(preference="teleport"), 400, "unknown-property"),
    ("52-closures-over-limit", _route(closed=["x"] * 10_000), 400, "invalid-parameter"),
    ("52-unknown-closure", _route(closed=["nope"]), 404, "unknown-element"),
    ("25-level-true", _route(waypoints=[{"x": 1, "y": 1, "level": True}, {"ref": "hall"}]), 400, "invalid-parameter"),
    (
        "25-level-fraction",
        _route(waypoints=[{"x": 1, "y": 1, "level": 1.5}, {"ref": "hall"}]),
        400,
        "invalid-parameter",
    ),
    ("3-lat", _route(waypoints=[{"lon": 37.5, "lat": 126.9}, {"ref": "hall"}]), 400, "invalid-parameter"),
    ("number-as-text", _route(waypoints=[{"lon": "126.9", "lat": 37.5}, {"ref": "hall"}]), 400, "invalid-parameter"),
    ("waypoint-of-no-kind", _route(waypoints=[{"name": "hall"}, 7]), 400, "invalid-parameter"),
    ("waypoint-on-two-levels", _route(waypoints=[{"x": 1, "y": 1}, {"ref": "hall"}]), 400, "level-needed"),
    ("unknown-venue", _route(venue="nope"), 404, "unknown-venue"),
    ("unknown-name", _route(waypoints=[{"ref": "hall"}, {"ref": "없는 곳"}]), 404, "unknown-element"),
    (
        "48-off-network",
        _route(waypoints=[{"x": 300, "y": 300, "level": 0}, {"ref": "hall"}]),
        422,
        "waypoint-off-network",
    ),
    ("49-closed", _route(waypoints=[{"ref": "store"}, {"ref": "hall"}], closed=["door-shop-store"]), 422, "no-route"),
    (
        "49-no-steps",
        _route(waypoints=[{"ref": "gallery"}, {"ref": "hall"}], mode="wheelchair", closed=["lift-1"]),
        422,
        "no-route",
    ),
    (
        "50-level-and-height",
        _route(waypoints=[{"lon": 126.97715, "lat": 37.56573, "level": 0, "height": 34.0}, {"ref": "hall"}]),
        422,
        "level-mismatch",
    ),
]


@pytest.mark.parametrize(("body", "status", "code"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_body(client: Client, body: bytes, status: int, code: str) -> None:
    problem = check_problem(client.post("/v1/routes", body), status, code)
    assert "xxxxxxxxxx" * 10 not in json.dumps(problem)


def test_row_37_body_is_refused_before_it_is_read(client: Client) -> None:
    pieces = [b"x" * 65_536] * 400
    headers = {"content-type": "application/json", "transfer-encoding": "chunked", "content-length": "10"}
    answer = client.request("POST", "/v1/routes", headers=headers, body=pieces)
    check_problem(answer, 413, "body-too-large")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": ""},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=["39-text", "39-missing", "38-utf-16", "40-gzip"],
)
@pytest.mark.parametrize("target", ["/v1/routes", "/v1/evacuations"])
def test_media_type(client: Client, target: str, headers: dict[str, str]) -> None:
    answer = client.request("POST", target, headers=headers, body=_route())
    check_problem(answer, 415, "unsupported-media-type")
    assert answer.headers["accept-post"] == "application/json"


def test_row_48_names_the_waypoint_and_the_nearest_place(client: Client) -> None:
    body = _route(waypoints=[{"ref": "hall"}, {"x": -20, "y": 5, "level": 0}])
    problem = check_problem(client.post("/v1/routes", body), 422, "waypoint-off-network")
    assert problem["pointer"] == "/waypoints/1"
    candidate = problem["candidate"] | {"level": problem["level"]}
    again = client.post("/v1/routes", _route(waypoints=[{"ref": "hall"}, candidate]))
    assert again.status == 200, again.body


def test_row_49_names_what_blocks_and_substitutes_nothing(client: Client) -> None:
    body = _route(waypoints=[{"ref": "gallery"}, {"ref": "hall"}], mode="wheelchair", closed=["lift-1"])
    problem = check_problem(client.post("/v1/routes", body, accept_language="ko"), 422, "no-route")
    assert "lift-1" in {item["element"] for item in problem["blocked_by"]}
    assert problem["title"] == "이동 가능한 경로가 없습니다"


def test_row_55_no_open_exit(client: Client) -> None:
    body = {"venue": "two-floors", "closed": ["exit-1", "exit-2"]}
    check_problem(client.post("/v1/evacuations", body), 422, "no-open-exit")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"venue": "two-floors", "starts": []}, "invalid-parameter"),
        ({"venue": "two-floors", "starts": [{"ref": "hall"}] * 1_001}, "invalid-parameter"),
        ({"venue": "two-floors", "occupants": -1}, "unknown-property"),
    ],
    ids=["55-no-starts", "55-too-many-starts", "55-occupants"],
)
def test_row_55_starts(client: Client, body: dict[str, Any], code: str) -> None:
    check_problem(client.post("/v1/evacuations", body), 400, code)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en;q=0.5, ko;q=0.6", "ko"),
        ("fr, en;q=0.1", "en"),
        ("ja", "en"),
        ("ko;q=0", "en"),
        ("ko;q=x, , ;;", "en"),
        ("a," * 5_000 + "ko", "en"),
    ],
)
def test_language_of_problems(client: Client, header: str, language: str) -> None:
    answer = client.get("/v1/nope", accept_language=header)
    assert answer.headers["content-language"] == language
    assert answer.json["title"] == {"en": "Not found", "ko": "찾을 수 없습니다"}[language]


def test_forged_request_ids_do_not_reach_the_log(client: Client) -> None:
    good = "6f6b1b8e-3b0a-4a57-9d0c-2f5a3f3f9f11"
    assert client.get("/livez", x_request_id=good).headers["x-request-id"] == good
    assert "evil" not in client.get("/livez", x_request_id="evil\tline").headers["x-request-id"]


def test_row_63_host_is_not_trusted(client: Client) -> None:
    answer = client.get("/v1/venues", host="evil.example", x_forwarded_host="evil.example")
    assert b"evil" not in answer.body
