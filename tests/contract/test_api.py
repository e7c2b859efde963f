"""What the HTTP API promises, on a building whose numbers can be checked on paper."""

import asyncio
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import jsonschema
import numpy as np
import pytest

from indoor3d.models.building import Text
from indoor3d.models.vocabulary import Access
from indoor3d.routing.build import build_navigation
from tests.buildings import two_floors
from tests.unit.api import service
from tests.unit.api.client import Client
from tests.unit.api.service import GLB, HALL, TILESET

VENUE = "/v1/venues/two-floors"


@pytest.fixture(scope="module")
def client() -> Client:
    return service.client()


def _route(client: Client, *waypoints: dict[str, Any], **more: Any) -> Any:
    answer = client.post("/v1/routes", {"venue": "two-floors", "waypoints": list(waypoints), **more})
    assert answer.status == 200, answer.body
    return answer.json


# ── discovery ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_link_leads_somewhere(client: Client) -> None:
    seen: set[str] = set()
    pending = [f"{service.URL}/v1"]
    while pending:
        href = pending.pop()
        if href in seen:
            continue
        seen.add(href)
        assert href.startswith(service.URL)
        if href.endswith("/events"):  # goes on for ever: tests/contract/test_incidents.py
            continue
        answer = client.get(href.removeprefix(service.URL))
        if href.endswith(("/routes", "/evacuations", "/rescue", "/matrix", "/explain", "/execution")):
            assert answer.status == 405
        elif href.endswith(("/locate", "/nearby", "/closures", "/search")):
            assert answer.status == 400
        elif "/plain/" not in href:
            assert answer.status == 200, href
            if "json" in answer.media_type and not href.endswith("openapi.json"):
                pending += [link["href"] for link in _links(answer.json)]
    assert len(seen) > 10


def _links(value: Any) -> list[dict[str, str]]:
    if isinstance(value, dict):
        own = value.get("links", [])
        return [*own, *(link for member in value.values() for link in _links(member))] if isinstance(own, list) else []
    return [link for item in value for link in _links(item)] if isinstance(value, list) else []


def test_venue(client: Client) -> None:
    venue = client.get(VENUE).json
    building = two_floors()
    assert venue["name"] == {"default": "Two floors", "ko": "이층집", "en": "Two floors"}
    assert [level["short_name"] for level in venue["levels"]] == ["1F", "2F"]
    assert {item["id"]: item["number"] for item in venue["exits"]} == {"exit-1": "1", "exit-2": "2"}
    assert venue["counts"]["spaces"] == 5
    assert {"walk", "wheelchair", "stroller"} <= {profile["id"] for profile in venue["profiles"]}
    assert venue["frame"]["origin"] == [126.9771, 37.5657, 30.0]
    matrix = np.array(venue["frame"]["ecef_transform"]).reshape(4, 4, order="F")
    assert np.allclose(matrix, building.frame.ecef_transform(), atol=0)
    west, south, east, north = venue["bounds"]
    assert west < venue["center"][0] < east
    assert south < venue["center"][1] < north
    assert venue["schematic"] is True


@pytest.mark.parametrize("key", ["u", "2F", "2f", "1", "%32F"])
def test_plan_by_id_name_or_ordinal(client: Client, key: str) -> None:
    plan = client.get(f"{VENUE}/levels/{key}/plan.geojson").json
    found = {feature["id"]: feature["properties"]["feature_type"] for feature in plan["features"]}
    assert found == {
        "gallery": "space",
        "office": "space",
        "door-balcony": "opening",
        "door-office": "opening",
        "lift-1": "connector",
        "stairs-1": "connector",
        "info-1": "facility",
    }


def test_features_are_where_the_building_says(client: Client) -> None:
    building = two_floors()
    hall = client.get(f"{VENUE}/elements/hall").json
    ring = np.array(hall["geometry"]["coordinates"][0])
    site = building.frame.from_lonlat(ring)
    assert np.abs(site[:, 2]).max() < 1e-9
    assert {(round(x), round(y)) for x, y, _ in site} == {(0, 0), (12, 0), (12, 10), (0, 10)}
    assert np.abs(site[:, :2] - site[:, :2].round()).max() < 0.001
    assert (ring[0] == ring[-1]).all()
    area = ((ring[1:, 0] - ring[:-1, 0]) * (ring[1:, 1] + ring[:-1, 1])).sum()
    assert area < 0, "outer rings run counter-clockwise (RFC 7946, 3.1.6)"
    assert hall["properties"]["category_label"] == {"ko": "로비", "en": "Lobby"}


@pytest.mark.parametrize(
    ("element", "kind", "geometry"),
    [
        ("hall", "space", "Polygon"),
        ("door-exit-1", "opening", "Polygon"),
        ("stairs-1", "connector", "Polygon"),
        ("exit-1", "exit", "Point"),
        ("aed-1", "facility", "Point"),
    ],
)
def test_elements(client: Client, element: str, kind: str, geometry: str) -> None:
    feature = client.get(f"{VENUE}/elements/{element}").json
    assert feature["id"] == element
    assert feature["properties"]["feature_type"] == kind
    assert feature["geometry"]["type"] == geometry
    assert feature["properties"]["level"]["id"] == "g"


def test_element_ids_with_slashes_and_hangul() -> None:
    space = replace(two_floors().spaces[0], id="구역/1#a", access=Access.RESTRICTED)
    catalog = service.store()
    catalog.publish(service.changed(spaces=(*two_floors().spaces, space)))
    client = service.client(catalog)
    answer = client.get(f"{VENUE}/elements/%EA%B5%AC%EC%97%AD%2F1%23a")
    assert answer.json["id"] == "구역/1#a"
    (own,) = [link["href"] for link in answer.json["links"] if link["rel"] == "self"]
    assert client.get(own.removeprefix(service.URL)).body == answer.body


def test_report_speaks_both_languages(client: Client) -> None:
    korean, english = (client.get(f"{VENUE}/report", accept_language=lang) for lang in ("ko", "en"))
    assert korean.json["issues"][0]["message"] == "형상으로 출구 2개를 찾았습니다. 문의 한쪽이 지상의 바깥입니다."
    assert english.json["issues"][0]["message"].startswith("2 exits were found")
    assert korean.headers["etag"] != english.headers["etag"]
    assert "Accept-Language" in korean.headers["vary"]
    assert korean.json["facts"] == {"schema": "IFC4"}
    assert korean.json["ok"] is True


def test_problem_types_are_documented(client: Client) -> None:
    listed = client.get("/v1/problems").json["problems"]
    assert len(listed) > 25
    for row in listed:
        assert client.get(f"/v1/problems/{row['code']}").json == row
        assert row["title"]["ko"]
        assert row["title"]["en"]


# ── around me ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "level", "space"),
    [
        (f"{HALL}&level=0", "g", "hall"),
        (f"{HALL}&level=2F", "u", "gallery"),
        (f"{HALL}&height=30.2", "g", "hall"),
        (f"{HALL}&height=33.6", "u", "gallery"),
        (f"{HALL}&height=33.2", "u", "gallery"),
        (f"{HALL}&level=u&height=34&venue=two-floors", "u", "gallery"),
    ],
)
def test_locate(client: Client, query: str, level: str, space: str) -> None:
    place = client.get(f"/v1/locate?{query}").json
    assert place["venue"] == "two-floors"
    assert place["level"]["id"] == level
    assert place["space"]["id"] == space


def test_locate_without_level_gives_no_verdict(client: Client) -> None:
    place = client.get(f"/v1/locate?{HALL}").json
    assert place["level"] is None
    assert place["space"] is None
    assert [candidate["space"]["id"] for candidate in place["candidates"]] == ["hall", "gallery"]


@pytest.mark.parametrize(("query", "status"), [("height=20", 404), ("level=0&height=34", 422), ("level=B7", 404)])
def test_locate_where_nothing_is(client: Client, query: str, status: int) -> None:
    assert client.get(f"/v1/locate?{HALL}&{query}").status == status


def test_nearby_by_walk(client: Client) -> None:
    found = client.get(f"/v1/nearby?{HALL}&level=0").json
    distances = [feature["properties"]["distance_m"] for feature in found["features"]]
    assert {feature["id"] for feature in found["features"]} == {"exit-1", "exit-2", "lift-1", "aed-1", "info-1"}
    assert distances == sorted(distances)
    for feature in found["features"]:
        properties = feature["properties"]
        assert properties["distance_m"] >= properties["line_m"] - 0.3
        assert properties["walk_s"] > 0


def test_nearby_walks_over_levels_and_by_line_does_not(client: Client) -> None:
    walked = client.get(f"/v1/nearby?{HALL}&level=0&category=information").json
    assert walked["features"][0]["properties"]["distance_m"] > walked["features"][0]["properties"]["line_m"] + 3
    straight = client.get(f"/v1/nearby?{HALL}&level=0&category=information&by=line").json
    assert straight["features"] == []


def test_nearby_for_wheels_shows_only_what_is_known_and_reached(client: Client) -> None:
    found = client.get(f"/v1/nearby?{HALL}&level=0&accessible=true&mode=wheelchair").json
    assert all(feature["properties"]["step_free"] for feature in found["features"])
    assert "aed-1" not in {feature["id"] for feature in found["features"]}, "nobody said that it is accessible"
    assert "info-1" in {feature["id"] for feature in found["features"]}


def test_nearby_lists_what_cannot_be_reached_last() -> None:
    catalog = service.store()
    openings = tuple(o for o in two_floors().openings if o.id != "door-hall-shop")
    building = replace(two_floors(), openings=openings, venue=replace(two_floors().venue, name=Text(default="split")))
    catalog.publish(replace(service.release(), building=building, network=build_navigation(building).network))
    found = service.client(catalog).get(f"/v1/nearby?{HALL}&level=0&category=exit").json
    assert [feature["id"] for feature in found["features"]] == ["exit-1", "exit-2"]
    assert found["features"][1]["properties"]["distance_m"] is None
    assert found["features"][1]["properties"]["walk_s"] is None
    assert found["features"][1]["properties"]["step_free"] is False


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_route_keeps_the_route_exchange_model(client: Client, shared: Path) -> None:
    schema = json.loads((shared / "schemas/ogc/routes/rem-json-schema.json").read_text())
    route = _route(client, {"ref": "매점"}, {"ref": "office"})
    jsonschema.Draft201909Validator(schema).validate(route)
    kinds = [feature["properties"]["featureType"] for feature in route["features"]]
    assert kinds[:2] == ["overview", "start"]
    assert kinds[-1] == "end"
    assert set(kinds[2:-1]) == {"segment"}
    assert [feature["id"] for feature in route["features"]] == list(range(1, len(kinds) + 1))


def test_route_along_the_hall(client: Client) -> None:
    route = _route(client, {"x": 1.0, "y": 5.0, "level": "1F"}, {"x": 10.0, "y": 5.0, "level": 0})
    overview = route["features"][0]
    assert overview["properties"]["length_m"] == pytest.approx(9.0, abs=0.05)
    assert overview["properties"]["levels"] == ["1F"]
    line = np.array(overview["geometry"]["coordinates"])
    site = two_floors().frame.from_lonlat(line)
    assert np.allclose(site, overview["properties"]["site_coordinates"], atol=0.002)
    assert route["bbox"][2] == route["bbox"][5] == 30.0


def test_route_by_position_on_earth(client: Client) -> None:
    route = _route(client, {"lon": 126.97715, "lat": 37.56573, "level": "1F"}, {"ref": "2번 출구"}, lang="ko")
    assert route["name"] == "1층 → 2번 출구"
    assert route["features"][0]["properties"]["openings"][-1] == "door-exit-2"


def test_wheelchair_takes_the_lift_and_never_the_stairs(client: Client) -> None:
    wheels = _route(client, {"ref": "gallery"}, {"ref": "exit-1"}, mode="wheelchair")["features"][0]["properties"]
    assert wheels["step_free"] is True
    assert wheels["levels"] == ["2F", "1F"]
    walker = _route(client, {"ref": "gallery"}, {"ref": "exit-1"}, closed=["lift-1"])["features"][0]["properties"]
    assert walker["step_free"] is False
    assert walker["closures_applied"] == ["lift-1"]


def test_several_waypoints_join_their_legs(client: Client) -> None:
    a, b, c = {"ref": "exit-1"}, {"ref": "gallery"}, {"ref": "exit-2"}
    whole = _route(client, a, b, c)
    parts = [_route(client, a, b), _route(client, b, c)]
    lengths = [part["features"][0]["properties"]["length_m"] for part in parts]
    assert whole["features"][0]["properties"]["length_m"] == pytest.approx(sum(lengths), abs=0.1)
    joint = parts[0]["features"][0]["geometry"]["coordinates"] + parts[1]["features"][0]["geometry"]["coordinates"][1:]
    assert whole["features"][0]["geometry"]["coordinates"] == joint
    assert {f["properties"]["leg"] for f in whole["features"] if f["properties"]["featureType"] == "segment"} == {0, 1}


def test_a_leg_without_a_way_is_named(client: Client) -> None:
    body = {
        "venue": "two-floors",
        "waypoints": [{"ref": "hall"}, {"ref": "shop"}, {"ref": "store"}],
        "closed": ["store"],
    }
    answer = client.post("/v1/routes", body)
    assert answer.status == 422
    assert answer.json["pointer"] == "/waypoints/1"


def test_names_of_what_blocks_are_in_the_language_of_the_problem(client: Client) -> None:
    body = {"venue": "two-floors", "waypoints": [{"ref": "office"}, {"ref": "hall"}], "mode": "wheelchair"}
    for lang, name in (("ko", "1호기"), ("en", "Lift 1")):
        blocked = client.post("/v1/routes", body | {"closed": ["lift-1"], "lang": lang}).json["blocked_by"]
        assert blocked[0]["name"] == name


def test_a_position_on_several_levels_asks_for_the_level(client: Client) -> None:
    problem = client.get(f"/v1/nearby?{HALL}").json
    assert problem["code"] == "level-needed"
    assert [level["short_name"] for level in problem["levels"]] == ["1F", "2F"]
    assert problem["errors"][0]["parameter"] == "level"


def test_directions_come_in_both_languages(client: Client) -> None:
    segments = _route(client, {"ref": "store"}, {"ref": "exit-1"})["features"][2:-1]
    assert segments
    for segment in segments:
        assert segment["properties"]["instructions"] in {"continue", "left", "right"}
        assert any("가" <= letter <= "힣" for letter in segment["properties"]["text"]["ko"])
        assert not any("가" <= letter <= "힣" for letter in segment["properties"]["text"]["en"])


def test_route_answers_are_not_kept(client: Client) -> None:
    answer = client.post("/v1/routes", {"venue": "two-floors", "waypoints": [{"ref": "hall"}, {"ref": "exit-1"}]})
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


# ── evacuations ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_gets_out(client: Client) -> None:
    plan = client.post("/v1/evacuations", {"venue": "two-floors"}).json
    ways = {feature["properties"]["space"]: feature["properties"]["exit"] for feature in plan["features"]}
    assert plan["complete"] is True
    assert plan["without_way"] == 0
    assert plan["exits_open"] == ["exit-1", "exit-2"]
    assert ways.keys() == {"gallery", "hall", "office", "shop", "store"}
    assert ways["shop"] == "exit-2"
    assert plan["starts"] == len(plan["features"]) == 5


def test_who_has_no_way_is_never_dropped(client: Client) -> None:
    body = {"venue": "two-floors", "mode": "wheelchair", "closed": ["lift-1"], "lang": "ko"}
    answer = client.post("/v1/evacuations", body)
    plan = answer.json
    stuck = [feature for feature in plan["features"] if feature["geometry"]["type"] == "Point"]
    assert {feature["properties"]["space"] for feature in stuck} == {"gallery", "office"}
    assert plan["without_way"] == 2
    assert plan["complete"] is False
    for feature in stuck:
        problem = feature["properties"]["problem"]
        assert problem["code"] == "no-route"
        assert "stairs-1" in {item["element"] for item in problem["blocked_by"]}
    assert answer.headers["content-language"] == "ko"


def test_given_starts_are_answered_in_their_order(client: Client) -> None:
    starts = [{"ref": "store"}, {"x": 500, "y": 500, "level": 0}, {"ref": "hall"}]
    plan = client.post("/v1/evacuations", {"venue": "two-floors", "starts": starts}).json
    assert [feature["properties"]["start"] for feature in plan["features"]] == [0, 1, 2]
    assert [feature["properties"]["featureType"] for feature in plan["features"]] == ["escape", "no-way", "escape"]
    assert plan["features"][1]["properties"]["problem"]["code"] == "waypoint-off-network"
    assert plan["complete"] is False


def test_a_closed_exit_sends_people_to_the_other(client: Client) -> None:
    plan = client.post("/v1/evacuations", {"venue": "two-floors", "closed": ["exit-2"]}).json
    assert plan["exits_open"] == ["exit-1"]
    assert {feature["properties"]["exit"] for feature in plan["features"]} == {"exit-1"}
    assert plan["closures_applied"] == ["exit-2"]


# ── versions, caching, compression ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "target", ["/v1", "/v1/venues", VENUE, f"{VENUE}/levels", f"{VENUE}/levels/0/plan.geojson", f"{VENUE}/report"]
)
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_conditional_requests(client: Client, target: str, coding: str) -> None:
    first = client.get(target, accept_encoding=coding)
    again = client.get(target, accept_encoding=coding, if_none_match=f'"other", W/{first.headers["etag"]}')
    assert again.status == 304
    assert again.body == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get(target, accept_encoding=coding, if_none_match='"other"').status == 200


def test_json_comes_compressed(client: Client) -> None:
    target = f"{VENUE}/levels/0/plan.geojson"
    plain, packed, small = (client.get(target, accept_encoding=coding) for coding in ("", "gzip", "gzip, br"))
    assert gzip.decompress(packed.body) == brotli.decompress(small.body) == plain.body
    assert (packed.headers["content-encoding"], small.headers["content-encoding"]) == ("gzip", "br")
    assert len({plain.headers["etag"], packed.headers["etag"], small.headers["etag"]}) == 3
    assert "Accept-Encoding" in plain.headers["vary"]


def test_a_new_version_shows_at_once_and_the_old_tiles_stay() -> None:
    catalog = service.store()
    client = service.client(catalog)
    before = client.get(VENUE)
    (old,) = [link["href"] for link in before.json["links"] if link["rel"] == "3d-tiles"]
    catalog.publish(service.changed(facilities=()))
    after = client.get(VENUE, if_none_match=before.headers["etag"])
    assert after.status == 200
    assert after.json["version"] != before.json["version"]
    assert after.json["counts"]["facilities"] == 0
    assert client.get(f"{VENUE}/elements/aed-1").status == 404
    assert client.get(old.removeprefix(service.URL)).body == TILESET
    catalog.withdraw("two-floors")
    assert client.get(VENUE).status == 404
    assert client.get(old.removeprefix(service.URL)).status == 404


def test_requests_at_once_share_one_loading() -> None:
    client = service.client()

    async def at_once() -> set[bytes]:
        asked = (client.send("GET", VENUE, {}, [b""]) for _ in range(10))
        return {answer.body for answer in await asyncio.gather(*asked)}

    assert len(asyncio.run(at_once())) == 1


# ── tiles ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def tile(client: Client) -> str:
    version = client.get(VENUE).json["version"]
    return f"{VENUE}/tiles/{version}/meshopt"


def test_tile_headers(client: Client, tile: str) -> None:
    answer = client.get(f"{tile}/levels/1F-0.glb")
    assert answer.body == GLB
    assert answer.media_type == "model/gltf-binary"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-length"] == str(len(GLB))
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", None),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, br", "br"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("br;q=0", None),
        ("*", "br"),
        ("zstd", None),
    ],
)
def test_tile_codings_have_their_own_tags(client: Client, tile: str, accept: str, coding: str | None) -> None:
    answer = client.get(f"{tile}/tileset.json", accept_encoding=accept)
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert (f"-{coding}" in answer.headers["etag"]) == (coding is not None)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(answer.body) == TILESET
    assert (
        client.get(f"{tile}/tileset.json", accept_encoding=accept, if_none_match=answer.headers["etag"]).status == 304
    )


def test_tile_head(client: Client, tile: str) -> None:
    head = client.request("HEAD", f"{tile}/levels/1F-0.glb")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(GLB))


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, len(GLB)),
        ("bytes=-7", len(GLB) - 7, len(GLB)),
        (f"bytes=5-{len(GLB) * 2}", 5, len(GLB)),
    ],
)
def test_tile_range(client: Client, tile: str, asked: str, begin: int, end: int) -> None:
    answer = client.get(f"{tile}/levels/1F-0.glb", range=asked, accept_encoding="br")
    assert answer.status == 206
    assert answer.body == GLB[begin:end]
    assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{len(GLB)}"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("asked", ["bytes=9-1", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=x-y"])
def test_tile_range_that_is_none_gives_all(client: Client, tile: str, asked: str) -> None:
    assert client.get(f"{tile}/levels/1F-0.glb", range=asked).status == 200


def test_tile_range_beyond_the_end(client: Client, tile: str) -> None:
    answer = client.get(f"{tile}/levels/1F-0.glb", range=f"bytes={len(GLB)}-")
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{len(GLB)}"


def test_tile_range_of_another_version_gives_all(client: Client, tile: str) -> None:
    assert client.get(f"{tile}/levels/1F-0.glb", range="bytes=0-9", if_range='"other"').status == 200


# ── health ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ready_asks_the_store_and_live_does_not() -> None:
    catalog = service.store()
    client = service.client(catalog)
    assert client.get("/readyz").json == {"status": "ok"}
    catalog.close()
    assert client.get("/livez").status == 200
    answer = client.get("/readyz")
    assert answer.status == 503
    assert answer.json["code"] == "store-unavailable"
    assert answer.headers["retry-after"]
    assert client.get(VENUE).status == 503
