"""Processes and jobs as OGC API – Processes has them (Part 1, 18-062r2), and the worked scenarios that ship with venues."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from indoor3d.api.cache import VenueData
from indoor3d.api.errors import Flaw, Refused, cut, table
from indoor3d.api.jobs import Job, Status
from indoor3d.api.links import Link, Links
from indoor3d.api.process_about import EVENTS, PLAN, PROCESSES, Output
from indoor3d.api.respond import JSON
from indoor3d.api.schemas_evacuations import PlanInputs
from indoor3d.errors import UnknownElement, UnknownJob
from indoor3d.models.scenario import Scenario
from indoor3d.models.scenario_check import check
from indoor3d.models.scenario_form import read, read_text, write
from indoor3d.models.vocabulary import ConnectorCategory
from indoor3d.routing.profile import PROFILES
from indoor3d.routing.profile.files import shipped

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
        "ranking": ("Ranking what everything hangs on", "무엇에 달려 있는지 순위를 매기는 중"),
        "closing": ("Asking who is cut off", "누가 갇히는지 따지는 중"),
    }
)
_LIFTS = {ConnectorCategory.LIFT, ConnectorCategory.WHEELCHAIR_LIFT}
_OTHER_STAGE = ("Planning: {stage}", "계획하는 중: {stage}")


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


def options(data: VenueData, process: str, inputs: PlanInputs) -> dict[str, Any]:
    """What a job is asked beside its scenario, with ids in the place of names.

    Raises
    ------
    UnknownElement
        What closes is none of the venue's.
    Refused
        Something closes and nobody asks for criticality.
    """
    from indoor3d.routing.evacuation.weakest import resolved  # noqa: PLC0415 - loads all that plans

    wanted = inputs.criticality or process != PLAN
    if inputs.closes and not wanted:
        en, ko = "closes goes with criticality.", "closes에는 criticality가 필요합니다."
        flaw = Flaw(code="not-alone", message={"en": en, "ko": ko}, pointer="/inputs/closes")
        raise Refused("invalid-parameter", en, ko, flaws=[flaw])
    closes = resolved(data.building, inputs.closes)
    for ident in closes:
        if ident not in _closable(data):
            raise UnknownElement(
                f"{cut(ident)!r} is no opening, stair, ramp, escalator or exit.",
                ko=f"{cut(ident)!r}은(는) 출입구·계단·경사로·에스컬레이터·출구가 아닙니다.",
                element=cut(ident),
                pointer="/inputs/closes",
            )
    return {"process": process, "criticality": wanted, "closes": closes}


def _closable(data: VenueData) -> set[str]:
    """What people could pass; by lifts nobody goes who walks."""
    building = data.building
    ways = [one for one in building.connectors if one.category not in _LIFTS]
    return {one.id for some in (building.openings, ways, building.exits) for one in some}


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
            {"rel": "process", "href": links.to("processes", PLAN), "type": JSON},
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
        "processID": job.kind,
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
        found += [
            {"rel": "alternate", "href": f"{results}/{name}", "type": kind} for _, name, kind in outputs(job).values()
        ]
    return found


def outputs(job: Job) -> Mapping[str, Output]:
    """What a job makes."""
    return PROCESSES[job.kind].outputs


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
        return (job.folder / outputs(job)[output][0]).read_bytes()
    except FileNotFoundError:
        raise UnknownJob(
            f"The results of job {job.id} were dropped.", ko=f"{job.id} 작업의 결과를 지웠습니다.", job=job.id
        ) from None


def results(job: Job, links: Links) -> bytes:
    """All outputs of a job: the first in place, the others as links.

    Raises
    ------
    Refused, UnknownJob
        As :func:`result`.
    """
    first, *others = outputs(job).items()
    value = result(job, first[0]).strip()
    base = links.to("jobs", job.id, "results")
    told = "".join(
        f',"{ident}":{{"rel":"{ident}","href":"{base}/{name}","type":"{kind}"}}' for ident, (_, name, kind) in others
    )
    return f'{{"{first[0]}":{{"mediaType":"{first[1][2]}","value":'.encode() + value + b"}" + told.encode() + b"}"
