"""POST /v1/isochrones and /v1/matches."""

import json
from typing import Any

import pytest
import shapely

from indoor3d.api import app
from indoor3d.api.routers import isochrones, matching
from tests.unit.api import service
from tests.unit.api.client import Client

HALL = {"lon": 126.97715, "lat": 37.56573, "level": 0}


@pytest.fixture(scope="module")
def client() -> Client:
    others = app._OTHERS
    wanted = tuple(router for router in (isochrones.router, matching.router) if router not in others)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "_OTHERS", (*others, *wanted))
        return service.client()


def test_isochrones_by_level(client: Client) -> None:
    body = {"venue": "two-floors", "origin": HALL, "times_s": [3, 300], "mode": "wheelchair"}
    body["venue"] = _venue(client)
    found = client.post("/v1/isochrones", body)
    assert found.status == 200, found.body
    features = found.json["features"]
    assert {f["properties"]["level"]["ordinal"] for f in features if f["properties"]["time_s"] == 300} == {0, 1}
    short, long = (shapely.from_geojson(json.dumps(f["geometry"])) for f in features[:2])
    assert short.is_valid
    assert long.buffer(1e-7).covers(short)


@pytest.mark.parametrize("change", [{"times_s": []}, {"times_s": [0]}, {"times_s": [1] * 7}, {"origin": {"ref": "?"}}])
def test_isochrones_that_are_refused(client: Client, change: dict[str, Any]) -> None:
    body = {"venue": _venue(client), "origin": HALL, "times_s": [60]} | change
    assert client.post("/v1/isochrones", body).status in {400, 404}


def _fixes() -> list[dict[str, Any]]:
    return [{"time": float(k), "accuracy": 3.0, **HALL} for k in range(4)]


def test_matches_of_a_track_and_fix_by_fix(client: Client) -> None:
    venue = _venue(client)
    whole = client.post("/v1/matches", {"venue": venue, "fixes": _fixes()})
    assert whole.status == 200, whole.body
    assert [match["level"]["ordinal"] for match in whole.json["matches"]] == [0] * 4
    assert whole.json["state"] is None
    state = None
    for fix in _fixes():
        body = {"venue": venue, "fixes": [fix], "manner": "online", "state": state}
        answer = client.post("/v1/matches", body)
        assert answer.status == 200, answer.body
        state = answer.json["state"]
    assert answer.json["matches"][0]["moved_m"] < 3


@pytest.mark.parametrize(
    "change", [{"fixes": []}, {"manner": "online", "state": {"version": "0", "beliefs": []}}, {"fixes": _fixes()[::-1]}]
)
def test_matches_that_are_refused(client: Client, change: dict[str, Any]) -> None:
    answer = client.post("/v1/matches", {"venue": _venue(client), "fixes": _fixes()} | change)
    assert answer.status == 400


def _venue(client: Client) -> str:
    return str(client.get("/v1/venues").json["venues"][0]["id"])
