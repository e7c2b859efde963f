"""What the API promises about plans as jobs: OGC API – Processes, and what a client sees of a job from its start to its results."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from indoor3d.api.app import create_app
from indoor3d.api.job_limits import JobLimits
from indoor3d.api.jobs import Jobs
from indoor3d.api.operator import new_key, read_keys
from indoor3d.api.settings import Settings
from tests.unit.api import service
from tests.unit.api.client import Answer, Client
from tests.unit.api.listening import listen
from tests.unit.api.test_jobs import PLANNER

KEY, LINE = new_key("control-room")
EXECUTION = "/v1/processes/evacuation-plan/execution"
SCENARIO: dict[str, Any] = {
    "id": "plans",
    "venues": ["two-floors"],
    "occupants": [{"spaces": ["hall"], "persons": 30, "source": "counted"}],
}


@pytest.fixture
def client() -> Iterator[Client]:
    jobs = Jobs(JobLimits(waiting=1, deadline_s=30), clock=lambda: datetime.now(UTC), command=PLANNER)
    settings = Settings(public_url=service.URL, viewer=None, operator_keys=read_keys(LINE))
    yield Client(create_app(settings, service.store(), jobs=jobs))
    jobs.close()


def execute(client: Client, *, headers: dict[str, str] | None = None, **changes: Any) -> Answer:
    inputs = {"venue": "two-floors", "scenario": SCENARIO | changes}
    return client.post(EXECUTION, {"inputs": inputs}, **(headers or {}))


def path_of(address: str) -> str:
    assert address.startswith(service.URL)
    return address.removeprefix(service.URL)


def ended(client: Client, made: Answer, *, within_s: float = 20) -> dict[str, Any]:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        job: dict[str, Any] = client.get(path_of(made.headers["location"])).json
        if job["status"] not in {"accepted", "running"}:
            return job
        time.sleep(0.05)
    raise AssertionError("the job never ended")


def test_the_process_says_what_goes_in_and_what_comes_out(client: Client) -> None:
    listed, ranking = client.get("/v1/processes").json["processes"]
    assert ranking["id"] == "criticality"
    (own,) = (link["href"] for link in listed["links"] if link["rel"] == "self")
    process = client.get(path_of(own)).json
    assert process["jobControlOptions"] == ["async-execute", "dismiss"]
    schema = process["inputs"]["scenario"]["schema"]["oneOf"][0]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(SCENARIO)
    assert set(process["outputs"]) == {"plan", "summary", "report", "curves", "flows"}
    assert set(process["inputs"]) == {"venue", "scenario", "criticality", "closes"}
    korean = client.get(path_of(own), accept_language="ko")
    assert korean.json["title"] == "피난 계획"
    assert korean.headers["content-language"] == "ko"
    assert client.get("/v1/processes/other").json["code"] == "not-found"
    assert client.post("/v1/processes/other/execution", {"inputs": {}}).status == 404


def test_a_job_from_its_start_to_its_results(client: Client) -> None:
    made = execute(client, headers={"prefer": "respond-async"})
    assert made.status == 201, made.body
    assert made.headers["preference-applied"] == "respond-async"
    assert made.json["status"] in {"accepted", "running"}
    assert (made.json["type"], made.json["processID"]) == ("process", "evacuation-plan")
    assert path_of(made.headers["location"]) == f"/v1/jobs/{made.json['jobID']}"
    job = ended(client, made)
    assert (job["status"], job["progress"], job["problem"]) == ("successful", 100, None)
    links = {link["rel"]: link["href"] for link in job["links"]}
    results = client.get(path_of(links["http://www.opengis.net/def/rel/ogc/1.0/results"]))
    assert results.media_type == "application/json"
    assert results.json["plan"] == {"mediaType": "application/json", "value": {"scenario": "plans", "persons": 3}}
    for output, kind in (
        ("summary", "application/json"),
        ("report", "text/html"),
        ("curves", "text/csv"),
        ("flows", "application/geo+json"),
    ):
        link = results.json[output]
        assert link["type"] == kind
        answer = client.get(path_of(link["href"]), accept=kind)
        assert (answer.status, answer.media_type) == (200, kind)
        assert answer.headers["cache-control"] == "no-store"
    page = client.get(path_of(results.json["report"]["href"]))
    assert "보고서" in page.body.decode()
    assert "script" not in page.headers["content-security-policy"]
    assert client.get(f"{path_of(made.headers['location'])}/results/plan.json").json == {
        "scenario": "plans",
        "persons": 3,
    }


def rank(client: Client, *, process: str = "criticality", scenario: Any = SCENARIO, **inputs: Any) -> Answer:
    body = {"inputs": {"venue": "two-floors", "scenario": scenario, **inputs}}
    return client.post(f"/v1/processes/{process}/execution", body)


def test_a_ranking_is_a_job_of_its_own_process(client: Client) -> None:
    process = client.get("/v1/processes/criticality").json
    assert (set(process["inputs"]), set(process["outputs"])) == (
        {"venue", "scenario", "closes"},
        {"ranking", "stranded"},
    )
    assert client.get("/v1/processes/criticality", accept_language="ko").json["title"] == "피난이 무엇에 달려 있는지"
    made = rank(client, closes={"계단 1": 180, "exit 1": 60, "exit-1": 90})
    assert made.status == 201, made.body
    job = ended(client, made)
    assert (job["status"], job["processID"]) == ("successful", "criticality")
    address = f"{path_of(made.headers['location'])}/results"
    results = client.get(address).json
    assert results["ranking"]["value"] == {"scenario": "plans", "closes": {"exit-1": 60, "stairs-1": 180}}
    table = client.get(path_of(results["stranded"]["href"]), accept="text/csv")
    assert (table.status, table.media_type, results["stranded"]["type"]) == (200, "text/csv", "text/csv")
    assert {link["href"] for link in job["links"] if link["rel"] == "alternate"} == {
        f"{service.URL}{address}/ranking.json",
        f"{service.URL}{address}/stranded.csv",
    }
    other = client.get(f"{address}/plan.json")
    assert (other.status, other.json["code"]) == (404, "not-found")
    assert "ranking.json" in other.json["detail"]


@pytest.mark.parametrize(
    ("process", "inputs", "status", "code"),
    [
        ("criticality", {"closes": {"nowhere": 1}}, 404, "unknown-element"),
        ("criticality", {"closes": {"hall": 1}}, 404, "unknown-element"),
        ("criticality", {"closes": {"1,1,g": 1}}, 404, "unknown-element"),
        ("criticality", {"closes": {"lift-1": 1}}, 404, "unknown-element"),
        ("criticality", {"closes": {"exit-1": -1}}, 400, "invalid-parameter"),
        ("criticality", {"closes": {"exit-1": "1"}}, 400, "invalid-parameter"),
        ("evacuation-plan", {"closes": {"exit-1": 1}}, 400, "invalid-parameter"),
        ("evacuation-plan", {"criticality": "maybe"}, 400, "invalid-parameter"),
    ],
)
def test_what_cannot_close_is_refused_at_once(
    client: Client, process: str, inputs: Any, status: int, code: str
) -> None:
    answer = rank(client, process=process, **inputs)
    assert (answer.status, answer.json["code"]) == (status, code), answer.body
    assert client.get("/v1/jobs", authorization=f"Bearer {KEY}").json["jobs"] == []


def test_messages_come_in_the_language_of_the_client(client: Client) -> None:
    job = ended(client, execute(client))
    address = f"/v1/jobs/{job['jobID']}"
    assert client.get(address, accept_language="ko").json["message"] == "계획이 준비되었습니다"
    assert client.get(address, accept_language="en").json["message"] == "The plan is ready"


def test_the_text_of_a_file_is_a_scenario_too(client: Client) -> None:
    toml = 'id = "plans"\nvenues = ["two-floors"]\n[[occupants]]\nspaces = ["hall"]\npersons = 3\nsource = "counted"\n'
    for text in (toml, json.dumps(SCENARIO)):
        made = client.post(EXECUTION, {"inputs": {"venue": "two-floors", "scenario": text}})
        assert made.status == 201, made.body
        assert ended(client, made)["status"] == "successful"
    wrong = client.post(EXECUTION, {"inputs": {"venue": "two-floors", "scenario": toml.replace("persons", "people")}})
    assert (wrong.status, wrong.json["path"]) == (400, "occupants[0].people")
    broken = client.post(EXECUTION, {"inputs": {"venue": "two-floors", "scenario": "id = "}})
    assert (broken.status, broken.json["code"]) == (400, "invalid-scenario")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"occupant": []}, "occupant"),
        ({"occupants": [{"spaces": ["hall"], "persons": -1, "source": "x"}]}, "occupants[0].persons"),
        ({"occupants": [{"spaces": ["nowhere"], "persons": 1, "source": "x"}]}, "occupants[0].spaces[0]"),
        ({"hazards": [{"id": "f", "kind": "closed", "elements": ["gone"]}]}, "hazards[0].elements[0]"),
        ({"mobility": [{"profile": "bird", "share": 1}]}, "mobility[0].profile"),
        ({"venues": ["elsewhere"]}, "venues"),
        ({"movement": "fast"}, "movement"),
    ],
    ids=["key", "number", "space", "element", "profile", "venue", "calibration"],
)
def test_a_wrong_scenario_is_refused_at_once_with_its_path(client: Client, change: Any, path: str) -> None:
    answer = execute(client, **change)
    assert (answer.status, answer.json["code"], answer.json["path"]) == (400, "invalid-scenario", path)
    assert client.get("/v1/jobs", authorization=f"Bearer {KEY}").json["jobs"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid-parameter"),
        ({"inputs": {"venue": "two-floors"}}, 400, "invalid-parameter"),
        ({"inputs": {"venue": "two-floors", "scenario": []}}, 400, "invalid-parameter"),
        ({"inputs": {"venue": "two-floors", "scenario": SCENARIO, "extra": 1}}, 400, "unknown-property"),
        ({"inputs": {"venue": "two-floors", "scenario": SCENARIO}, "subscriber": {}}, 400, "unknown-property"),
        ({"inputs": {"venue": "gone", "scenario": SCENARIO}}, 404, "unknown-venue"),
        (b"{", 400, "invalid-body"),
    ],
)
def test_wrong_bodies_are_refused(client: Client, body: Any, status: int, code: str) -> None:
    answer = client.post(EXECUTION, body)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_results_are_there_when_they_are_there(client: Client) -> None:
    made = execute(client, id="waits")
    address = path_of(made.headers["location"])
    for target in (f"{address}/results", f"{address}/results/report.html"):
        answer = client.get(target)
        assert (answer.status, answer.json["code"], answer.json["job"]) == (404, "result-not-ready", made.json["jobID"])
    assert client.get("/v1/jobs/unknown/results").json["code"] == "unknown-job"
    assert client.get(f"{address}/results/secret.txt").status == 400


def test_a_job_that_fails_says_why_and_its_results_do_too(client: Client) -> None:
    refused = ended(client, execute(client, id="refuses"))
    assert (refused["status"], refused["problem"]["path"]) == ("failed", "trains[0].track")
    results = client.get(f"/v1/jobs/{refused['jobID']}/results")
    assert (results.status, results.json["code"], results.json["path"]) == (400, "invalid-scenario", "trains[0].track")
    dead = ended(client, execute(client, id="dies"))
    results = client.get(f"/v1/jobs/{dead['jobID']}/results", accept_language="ko")
    assert (results.status, results.json["code"]) == (500, "plan-failed")
    assert "서버 기록" in results.json["detail"]
    assert execute(client).status == 201


def test_a_job_can_be_dismissed(client: Client) -> None:
    made = execute(client, id="waits")
    address = path_of(made.headers["location"])
    gone_job = client.request("DELETE", address)
    assert (gone_job.status, gone_job.json["status"]) == (200, "dismissed")
    assert client.get(address).json["status"] == "dismissed"
    assert client.get(f"{address}/results").json["code"] == "result-not-ready"
    assert client.request("DELETE", address).status == 200  # what is left of it
    assert client.get(address).status == 404
    assert client.request("DELETE", address).json["code"] == "unknown-job"


def test_one_job_too_many_waits_outside(client: Client) -> None:
    several = [execute(client, id="waits") for _ in range(2)]
    full = execute(client)
    assert (full.status, full.json["code"]) == (429, "too-many-jobs")
    assert int(full.headers["retry-after"]) > 0
    client.request("DELETE", path_of(several[1].headers["location"]))
    assert execute(client).status == 201


def test_only_operators_see_what_others_ask(client: Client) -> None:
    made = execute(client)
    answer = client.get("/v1/jobs")
    assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    assert made.json["jobID"] not in answer.body.decode()
    listed = client.get("/v1/jobs", authorization=f"Bearer {KEY}").json["jobs"]
    assert [job["jobID"] for job in listed] == [made.json["jobID"]]


def test_the_events_of_a_job_end_with_it(client: Client) -> None:
    made = execute(client)
    heard = listen(client.app, f"{path_of(made.headers['location'])}/events", accept="text/event-stream")
    assert (heard.status, heard.headers["content-type"], heard.ended) == (200, "text/event-stream; charset=utf-8", True)
    assert {event.name for event in heard.events} == {"status"}
    told = [event.data for event in heard.events]
    assert told[-1]["status"] == "successful"
    assert [job["progress"] for job in told] == sorted(job["progress"] for job in told)
    assert len({(job["status"], job["progress"], job["stage"]) for job in told}) == len(told)


def test_worked_scenarios_of_a_venue_are_what_a_job_takes(client: Client) -> None:
    body = client.get("/v1/venues/two-floors/scenarios").json
    assert (body["venue"], body["scenarios"]) == ("two-floors", [])


def test_a_head_of_events_ends_at_once(client: Client) -> None:
    made = execute(client, id="waits")
    answer = client.request("HEAD", f"{path_of(made.headers['location'])}/events")
    assert (answer.status, answer.body) == (200, b"")


def test_what_all_hangs_on_comes_from_the_real_planner_and_is_in_its_report() -> None:
    """Thirty people upstairs, one stair: asked as its own process, and with a plan."""
    jobs = Jobs(JobLimits(), clock=lambda: datetime.now(UTC))
    upstairs = SCENARIO | {
        "id": "upstairs",
        "occupants": [{"spaces": ["office"], "persons": 30, "source": "counted"}],
        "mobility": [{"profile": "walk", "share": 1.0}],
        "alarm_s": 100,
    }
    try:
        client = Client(create_app(Settings(public_url=service.URL, viewer=None), service.store(), jobs=jobs))
        made = rank(client, scenario=upstairs, closes={"stairs-1": 90})
        job = ended(client, made, within_s=240)
        assert (job["status"], job["problem"]) == ("successful", None)
        found = client.get(f"/v1/jobs/{job['jobID']}/results").json["ranking"]["value"]
        worst = found["ranking"][0]
        assert (found["persons"], worst["lost"], worst["stranded"][0]["name"]["ko"]) == (30, 30, "사무실")
        assert {row["element"] for row in found["ranking"] if row["lost"] == 30} == {"door-office", "stairs-1"}
        # the alarm comes after the stair has closed: nobody is down by then
        assert (found["closing"]["out"], found["closing"]["cut_off"], found["still"]["cut_off"]) == (0, 30, 30)
        table = client.get(f"/v1/jobs/{job['jobID']}/results/stranded.csv").body.decode()
        assert "stairs-1,connector,계단 1,Stairs 1,office,사무실,Office,2F,30" in table
        both = ended(client, rank(client, process="evacuation-plan", scenario=upstairs, criticality=True), within_s=240)
        assert both["status"] == "successful", both
        page = client.get(f"/v1/jobs/{both['jobID']}/results/report.html").body.decode()
        assert page.count('data-part="hangs"') == 2
        plan = client.get(f"/v1/jobs/{both['jobID']}/results/plan.json").json
        assert plan["criticality"]["ranking"][0]["cut_off"] == 30
    finally:
        jobs.close()


def test_the_real_planner_plans_in_its_own_process() -> None:
    """No stand-in: the program that the server runs, from the scenario to the page."""
    jobs = Jobs(JobLimits(), clock=lambda: datetime.now(UTC))
    try:
        client = Client(create_app(Settings(public_url=service.URL, viewer=None), service.store(), jobs=jobs))
        made = execute(client, id="real")
        job = ended(client, made, within_s=120)
        assert (job["status"], job["problem"]) == ("successful", None)
        results = client.get(f"/v1/jobs/{job['jobID']}/results").json
        plan = results["plan"]["value"]
        assert (plan["venue"], plan["scenario"], plan["persons"]) == ("two-floors", "real", 30)
        assert plan["bound_s"] <= plan["planned_s"]
        assert "validated" in plan["verified"]
        report = client.get(path_of(results["report"]["href"]))
        assert report.body.startswith(b"<!doctype html>")
        summary = client.get(path_of(results["summary"]["href"])).json
        assert [s["title"] for s in summary["ko"]] != [s["title"] for s in summary["en"]]
        wrong = execute(client, id="late", counts=[{"id": "c", "file": "missing.csv", "station": "x"}])
        assert wrong.status in {201, 400}
        if wrong.status == 201:
            late = ended(client, wrong, within_s=60)
            assert (late["status"], late["problem"]["code"]) == ("failed", "invalid-scenario")
    finally:
        jobs.close()
