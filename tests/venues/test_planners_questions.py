"""Questions 5, 6 and 7 of planners, and the one of rescuers, asked of a pilot station through the API."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from indoor3d.api.app import create_app
from indoor3d.api.job_limits import JobLimits
from indoor3d.api.jobs import Jobs
from indoor3d.api.settings import Settings
from indoor3d.models.issue import Report
from indoor3d.models.vocabulary import ConnectorCategory
from indoor3d.store.base import Release
from indoor3d.store.memory import MemoryCatalog
from tests.unit.api.client import Client
from tests.venues.made import made

URL = "https://example.org"
VENUE, PLATFORM, STAIR = "city-hall", "2호선 승강장", "승강장 계단 1"
PERSONS, CHAIRS = 400, 10

pytestmark = pytest.mark.timeout(600)


def stair() -> str:
    """A stair up from the platform, by its Korean name."""
    names = [c.name.best("ko") for c in made(VENUE).building.connectors if c.name.best("en") == "Platform stairs 1"]
    assert len(names) == 1
    return names[0]


def scenario(**more: Any) -> dict[str, Any]:
    """A full platform; ten of its people use a wheelchair. They set out a minute after it begins."""
    return {
        "id": "full-platform",
        "venues": [VENUE],
        "occupants": [
            {
                "spaces": [PLATFORM],
                "persons": PERSONS,
                "source": "counted",
                "mobility": [{"profile": "walk", "share": 1}],
            },
            {
                "spaces": [PLATFORM],
                "persons": CHAIRS,
                "source": "counted",
                "mobility": [{"profile": "wheelchair_manual", "share": 1}],
            },
        ],
        "detection_s": 0,
        "alarm_s": 60,
        "premovement": {"kind": "fixed", "value_s": 0, "source": "a test"},
        "step_s": 5,
        **more,
    }


def lifts() -> list[dict[str, str]]:
    connectors = made(VENUE).building.connectors
    return [{"lift": c.id, "source": "a test"} for c in connectors if c.category is ConnectorCategory.LIFT]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    here = made(VENUE)
    store = MemoryCatalog()
    store.publish(Release(building=here.building, network=here.graph.network, report=Report(), assets={}))
    jobs = Jobs(JobLimits(), clock=lambda: datetime.now(UTC))
    yield Client(create_app(Settings(public_url=URL, viewer=None), store, jobs=jobs))
    jobs.close()


def job(client: Client, process: str, **inputs: Any) -> Any:
    """What a process answers, in place."""
    made_job = client.post(f"/v1/processes/{process}/execution", {"inputs": {"venue": VENUE, **inputs}})
    assert made_job.status == 201, made_job.body
    address = made_job.headers["location"].removeprefix(URL)
    until = time.monotonic() + 500
    while (state := client.get(address).json)["status"] in {"accepted", "running"}:
        assert time.monotonic() < until, state
        time.sleep(0.2)
    assert state["status"] == "successful", state
    results = client.get(f"{address}/results").json
    return results[next(iter(results))]["value"]


@pytest.fixture(scope="module")
def ranking(client: Client) -> Any:
    return job(client, "criticality", scenario=scenario(evacuation_lifts=lifts()), closes={stair(): 120})


@pytest.fixture(scope="module")
def plan(client: Client) -> Any:
    return job(client, "evacuation-plan", scenario=scenario(evacuation_lifts=lifts()))


def test_5_who_is_cut_off_at_minute_two_and_which_single_failure_is_worst(client: Client, ranking: Any) -> None:
    closing = ranking["closing"]
    parts = (closing["out"], closing["other_way"], closing["cut_off"], closing["no_way"])
    assert sum(parts) == closing["persons"] == PERSONS
    assert closing["closings"][0]["caught"] > 0  # a minute after the alarm people are on the stair
    assert ranking["still"]["out"] == 0
    assert ranking["still"]["cut_off"] >= closing["cut_off"]
    rows = [row for row in ranking["ranking"] if row["kind"] != "lift"]
    order = [(-row["lost"], -(row["later_s"] or 0)) for row in rows]
    assert order == sorted(order)
    assert all(row["text"]["ko"] and row["text"]["en"] for row in rows)
    # the worst of all is confirmed by asking again without it
    worst, *_ = rows
    body = {"venue": VENUE, "starts": [{"ref": PLATFORM}], "closed": [worst["element"]]}
    way = client.post("/v1/evacuations", body).json
    assert way["complete"] == (worst["cut_off"] == 0)
    slower = max(rows, key=lambda row: row["later_s"] or 0)
    assert slower["later_s"] > 0
    shut = [{"id": "out", "kind": "closed", "elements": [slower["element"]], "at_s": 0}]
    again = job(client, "criticality", scenario=scenario(hazards=shut), closes={"exit 5": 86_000})
    assert again["closing"]["clearance_s"] == pytest.approx(slower["clearance_s"], rel=0.1)


def test_6_who_waits_for_which_lift_and_what_if_it_is_out(plan: Any, ranking: Any) -> None:
    fetched = sum(trip["persons"] for trip in plan["trips"])
    waiting = sum(cut["persons"] for cut in plan["cut_off"] if cut["mobility"] == "wheelchair_manual")
    assert waiting + fetched >= CHAIRS
    assert plan["persons"] == PERSONS + CHAIRS == plan["out"] + sum(cut["persons"] for cut in plan["cut_off"])
    assert all(trip["start_s"] < trip["end_s"] and trip["refuge"] for trip in plan["trips"])
    # the plan and the ranking fetch in the same way: without the lift, nobody is out who was not before
    used = {trip["lift"] for trip in plan["trips"]}
    rows = {row["element"]: row for row in ranking["ranking"] if row["kind"] == "lift"}
    assert set(rows) == {lift["lift"] for lift in lifts()}
    assert {ident for ident, row in rows.items() if row["lost"]} <= used <= set(rows)
    saved = PERSONS + CHAIRS - waiting
    assert all(row["lost"] <= CHAIRS - waiting and row["persons"] <= saved for row in rows.values())


def test_7_which_way_a_sign_points(plan: Any) -> None:
    shown = [p for p in plan["pointers"] if p["from_s"] < 120 and p["to_s"] > 30]
    assert shown
    places: dict[str, list[Any]] = {}
    for pointer in shown:
        assert 0 <= pointer["bearing_deg"] < 360
        assert pointer["to_s"] - pointer["from_s"] >= 60 or pointer["from_s"] == 0  # no sign flaps
        if pointer["from_s"] <= 60 < pointer["to_s"]:
            places.setdefault(pointer["place"], []).append(pointer)
    assert places
    # one sign points one way at a time, the way of most who pass there
    assert all(len(some) == 1 and 0 < some[0]["share"] <= 1 for some in places.values())
    through = {pointer["through"] for pointer in shown} - {""}
    assert through
    assert through <= {*made(VENUE).building.by_id}


def test_the_ways_in_against_those_who_come_out(client: Client) -> None:
    body = {"venue": VENUE, "target": {"ref": PLATFORM}}
    calm = client.post("/v1/rescue", body).json
    against = client.post("/v1/rescue", body | {"scenario": scenario()}).json
    exits = [exit_ for exit_ in made(VENUE).building.exits if exit_.outside]
    assert calm["ways_in"] == len(exits) == len(against["staging"])
    assert against["persons"] == PERSONS + CHAIRS
    assert sum(one["persons"] for one in against["staging"]) == PERSONS + CHAIRS
    assert against["staging"][0]["persons"] == 0  # somewhere nobody comes out
    seconds = {way["properties"]["exit"]: way["properties"]["duration_s"] for way in calm["features"]}
    for feature in against["features"]:
        way = feature["properties"]
        assert way["duration_s"] >= seconds[way["exit"]] - 0.2
        assert bool(way["against"]) == (way["against_share"] > 0)
    assert any(feature["properties"]["against"] for feature in against["features"])
    assert calm["hose"]["source"]
    assert calm["hose"]["length_m"] > 0


def test_the_ways_in_to_a_refuge_and_to_a_burning_platform(client: Client) -> None:
    refuge = made(VENUE).building.refuges[0]
    found = client.post("/v1/rescue", {"venue": VENUE, "target": {"ref": refuge.id}}).json
    assert found["target"]["space"] == refuge.space
    burning = client.post("/v1/rescue", {"venue": VENUE, "target": {"ref": PLATFORM}, "closed": ["2호선"]})
    assert burning.json["code"] == "unknown-element"
    ident = next(s.id for s in made(VENUE).building.spaces if s.name.best("ko") == PLATFORM)
    into = client.post("/v1/rescue", {"venue": VENUE, "target": {"ref": PLATFORM}, "closed": [ident]}).json
    assert (into["enters_closed"], into["ways_in"]) == (ident, len(into["features"]))
