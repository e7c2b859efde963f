"""Processes and jobs as OGC API – Processes has them (Part 1, 18-062r2), and the worked scenarios that ship with venues."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from indoor3d.api import job_process
from indoor3d.api.cache import VenueData
from indoor3d.api.errors import Refused, table
from indoor3d.api.jobs import Job, Status
from indoor3d.api.links import Link, Links
from indoor3d.api.respond import GEOJSON, JSON
from indoor3d.errors import UnknownJob
from indoor3d.models.scenario import Scenario
from indoor3d.models.scenario_check import check
from indoor3d.models.scenario_form import read, read_text, write
from indoor3d.models.scenario_schema import schema
from indoor3d.routing.profile import PROFILES
from indoor3d.routing.profile.files import shipped

PROCESS = "evacuation-plan"
VERSION = "1.0.0"
HTML, CSV, EVENTS = "text/html", "text/csv", "text/event-stream"

OUTPUTS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "plan": (job_process.OUTCOME, "plan.json", JSON),
        "summary": (job_process.SUMMARY, "summary.json", JSON),
        "report": (job_process.REPORT, "report.html", HTML),
        "curves": (job_process.CURVES, "curves.csv", CSV),
        "flows": (job_process.FLOWS, "flows.geojson", GEOJSON),
    }
)
"""Outputs: the file of the job, its name in the address, its media type."""

_STAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "waiting": ("Waiting for its turn", "차례를 기다리는 중"),
        "starting": ("Starting", "시작하는 중"),
        "reading": ("Reading the venue", "장소를 읽는 중"),
        "writing": ("Writing the results", "결과를 쓰는 중"),
        "done": ("Done", "끝났습니다"),
        "successful": ("The plan is ready", "계획이 준비되었습니다"),
        "failed": ("The plan failed", "계획을 만들지 못했습니다"),
        "dismissed": ("Dismissed", "취소했습니다"),
        "preparing": ("Making the flow network and placing the people", "흐름 네트워크를 만들고 사람을 배치하는 중"),
        "planning": ("Planning the ways and proving the optimum", "길을 정하고 최적을 증명하는 중"),
        "comparing": ("Comparing with nearest exits", "가장 가까운 출구로 갈 때와 견주는 중"),
        "simulating": ("Simulating the plan", "계획을 모의하는 중"),
        "reliefs": ("Trying wider bottlenecks", "병목을 넓혀 보는 중"),
        "sensitivity": ("Trying changes", "조건을 바꾸어 보는 중"),
        "rules": ("Holding it against the rules", "안전 기준과 견주는 중"),
    }
)
_OTHER_STAGE = ("Planning: {stage}", "계획하는 중: {stage}")

TITLE = {"en": "Evacuation plan", "ko": "피난 계획"}
_DESCRIPTION = {
    "en": "Where everybody goes and how long it takes, how far that is from the proven optimum, where queues form, who does not get out "
    "and why, held against the safety codes; for one venue and one scenario. The model is verified and not validated.",
    "ko": "한 장소와 한 시나리오에서 모두가 어디로 가며 얼마나 걸리는지, 증명된 최적과 얼마나 다른지, 어디에 줄이 생기는지, 누가 왜 나가지 "
    "못하는지를 안전 기준과 견줍니다. 모형은 검증(verification)되었고 실증(validation)되지는 않았습니다.",
}
_OUTPUT_TEXT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "plan": ("Everything, for programs", "모든 결과 (프로그램용)"),
        "summary": ("What a planner wants to know first, Korean and English", "먼저 알아야 할 것 (한국어·영어)"),
        "report": ("The report, Korean and English, to print", "보고서 (한국어·영어, 인쇄용)"),
        "curves": ("Persons who are out over time", "시간에 따라 나간 사람 수"),
        "flows": ("Flows, queues and exits with their times", "흐름·줄·출구와 시각"),
    }
)


# ── what can be asked for ────────────────────────────────────────────────────────────────────────────────────────────


def summary(links: Links, lang: str) -> dict[str, Any]:
    """The process in a list."""
    return {
        "id": PROCESS,
        "title": TITLE[lang],
        "description": _DESCRIPTION[lang],
        "version": VERSION,
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [
            {"rel": "self", "href": links.to("processes", PROCESS), "type": JSON},
            {
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/execute",
                "href": links.to("processes", PROCESS, "execution"),
                "type": JSON,
            },
        ],
    }


def description(links: Links, lang: str) -> dict[str, Any]:
    """The process with its inputs and outputs."""
    pick = 0 if lang == "en" else 1
    return summary(links, lang) | {
        "inputs": {
            "venue": {
                "title": ("Venue", "장소")[pick],
                "description": ("Id of a venue of this service.", "이 서비스에 있는 장소의 id입니다.")[pick],
                "minOccurs": 1,
                "maxOccurs": 1,
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            },
            "scenario": {
                "title": ("Scenario", "시나리오")[pick],
                "description": ("Who is there, what happens, what counts as safe.", "사람, 재난, 안전한 곳입니다.")[
                    pick
                ],
                "minOccurs": 1,
                "maxOccurs": 1,
                "schema": {"oneOf": [schema(), {"type": "string", "contentMediaType": "application/toml"}]},
            },
        },
        "outputs": {
            ident: {"title": _OUTPUT_TEXT[ident][pick], "schema": _output_schema(kind)}
            for ident, (_, _, kind) in OUTPUTS.items()
        },
    }


def _output_schema(kind: str) -> dict[str, Any]:
    if kind == JSON:
        return {"type": "object", "contentMediaType": kind}
    return {"type": "string", "contentMediaType": kind}


def understood(data: VenueData, document: Any) -> Scenario:
    """A scenario that this venue can have, with ids in the place of names; text is that of a file.

    Raises
    ------
    InvalidScenario
    """
    scenario = read_text(document) if isinstance(document, str) else read(document)
    return check(data.building, scenario, profiles=tuple(PROFILES))


written = write
"""The form of a scenario that a job takes."""


# ── worked scenarios ─────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _shipped() -> Sequence[Scenario]:
    return tuple(read_text(path.read_bytes(), form="toml") for path in sorted(shipped("scenarios").glob("*.toml")))


def scenarios(data: VenueData, links: Links) -> dict[str, Any]:
    """The worked scenarios of a venue."""
    venue = data.record.venue.id
    some = [scenario for scenario in _shipped() if venue in scenario.venues]
    return {
        "venue": venue,
        "scenarios": [
            {"id": one.id, "name": _both(one.name), "note": _both(one.note), "scenario": write(one)} for one in some
        ],
        "links": [
            {"rel": "self", "href": links.to("venues", venue, "scenarios"), "type": JSON},
            {"rel": "process", "href": links.to("processes", PROCESS), "type": JSON},
        ],
    }


def _both(text: Any) -> dict[str, str]:
    return {"ko": text.best("ko"), "en": text.best("en")}


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def message(stage: str, lang: str) -> str:
    """What a job does now, for people."""
    texts = _STAGES.get(stage, _OTHER_STAGE)
    return texts[0 if lang == "en" else 1].format(stage=stage)


def status(job: Job, links: Links, lang: str) -> dict[str, Any]:
    """A job as it is now (``statusInfo``)."""
    return {
        "jobID": job.id,
        "processID": PROCESS,
        "type": "process",
        "status": job.status,
        "message": message(job.stage, lang),
        "progress": job.progress,
        "stage": job.stage,
        "venue": job.venue,
        "version": job.version,
        "scenario": job.scenario,
        "created": job.created.isoformat(),
        "started": job.started.isoformat() if job.started else None,
        "finished": job.finished.isoformat() if job.finished else None,
        "updated": job.updated.isoformat() if job.updated else None,
        "problem": None if job.problem is None else _told(job.problem, lang),
        "links": _links(job, links),
    }


def _told(problem: Mapping[str, Any], lang: str) -> dict[str, Any]:
    kind = table().get(problem["code"]) or table()["plan-failed"]
    return dict(problem["context"]) | {
        "code": problem["code"],
        "title": kind.title[lang],
        "detail": problem["detail"][lang],
        "hint": kind.hint[lang],
    }


def _links(job: Job, links: Links) -> list[Link]:
    found: list[Link] = [
        {"rel": "self", "href": links.to("jobs", job.id), "type": JSON},
        {"rel": "monitor", "href": links.to("jobs", job.id, "events"), "type": EVENTS},
        {"rel": "venue", "href": links.to("venues", job.venue), "type": JSON},
    ]
    if job.status is Status.SUCCESSFUL:
        results = links.to("jobs", job.id, "results")
        found.append({"rel": "http://www.opengis.net/def/rel/ogc/1.0/results", "href": results, "type": JSON})
        found += [{"rel": "alternate", "href": f"{results}/{name}", "type": kind} for _, name, kind in OUTPUTS.values()]
    return found


def result(job: Job, output: str) -> bytes:
    """One output of a job.

    Raises
    ------
    Refused
        ``result-not-ready``; or, for a job that failed, why.
    UnknownJob
        Its results were dropped meanwhile.
    """
    if job.status is Status.FAILED and job.problem is not None:
        code = job.problem["code"] if job.problem["code"] in table() else "plan-failed"
        told = job.problem["detail"]
        raise Refused(code, told["en"], told["ko"], **{**job.problem["context"], "job": job.id})
    if job.status is not Status.SUCCESSFUL:
        raise Refused(
            "result-not-ready",
            f"The job is {job.status}: {message(job.stage, 'en')}.",
            f"작업 상태: {message(job.stage, 'ko')}.",
            job=job.id,
        )
    try:
        return (job.folder / OUTPUTS[output][0]).read_bytes()
    except FileNotFoundError:
        raise UnknownJob(
            f"The results of job {job.id} were dropped.", ko=f"{job.id} 작업의 결과를 지웠습니다.", job=job.id
        ) from None


def results(job: Job, links: Links) -> bytes:
    """All outputs of a job: the plan in place, the others as links.

    Raises
    ------
    Refused, UnknownJob
        As :func:`result`.
    """
    plan = result(job, "plan").strip()
    base = links.to("jobs", job.id, "results")
    others = "".join(
        f',"{ident}":{{"rel":"{ident}","href":"{base}/{name}","type":"{kind}"}}'
        for ident, (_, name, kind) in OUTPUTS.items()
        if ident != "plan"
    )
    return b'{"plan":{"mediaType":"application/json","value":' + plan + b"}" + others.encode() + b"}"
