"""What can be asked for as a job: processes as OGC API – Processes describes them (Part 1, 18-062r2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from indoor3d.api import job_process
from indoor3d.api.links import Links
from indoor3d.api.respond import GEOJSON, JSON
from indoor3d.api.settings import MAX_CLOSED, MAX_CLOSES_S
from indoor3d.models.scenario_schema import schema

PLAN, CRITICALITY = "evacuation-plan", "criticality"
VERSION = "1.1.0"
HTML, CSV, EVENTS = "text/html", "text/csv", "text/event-stream"

Output = tuple[str, str, str]
"""The file of the job, its name in the address, its media type."""
_Both = tuple[str, str]
"""English and Korean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process: the first of its outputs is given in place."""

    id: str
    title: _Both
    description: _Both
    inputs: tuple[str, ...]
    outputs: Mapping[str, Output]


PROCESSES: Mapping[str, Process] = MappingProxyType(
    {
        PLAN: Process(
            id=PLAN,
            title=("Evacuation plan", "피난 계획"),
            description=(
                (
                    "Where everybody goes and how long it takes, how far that is from the proven optimum, where queues form, who does not "
                    "get out and why, held against the safety codes; for one venue and one scenario. The model is verified and not validated."
                ),
                (
                    "한 장소와 한 시나리오에서 모두가 어디로 가며 얼마나 걸리는지, 증명된 최적과 얼마나 다른지, 어디에 줄이 생기는지, 누가 왜 "
                    "나가지 못하는지를 안전 기준과 견줍니다. 모형은 검증(verification)되었고 실증(validation)되지는 않았습니다."
                ),
            ),
            inputs=("venue", "scenario", "criticality", "closes"),
            outputs=MappingProxyType(
                {
                    "plan": (job_process.OUTCOME, "plan.json", JSON),
                    "summary": (job_process.SUMMARY, "summary.json", JSON),
                    "report": (job_process.REPORT, "report.html", HTML),
                    "curves": (job_process.CURVES, "curves.csv", CSV),
                    "flows": (job_process.FLOWS, "flows.geojson", GEOJSON),
                }
            ),
        ),
        CRITICALITY: Process(
            id=CRITICALITY,
            title=("What an evacuation hangs on", "피난이 무엇에 달려 있는지"),
            description=(
                (
                    "Every single failure of an opening, gate, connector, exit or declared lift, ranked by who then does not get out and by "
                    "how much later the others do; and who is cut off when something closes while people are on their way. On top of the "
                    "hazards of the scenario. The model is verified and not validated."
                ),
                (
                    "출입구·개찰구·연결 통로·출구·선언된 엘리베이터를 하나씩 쓸 수 없을 때 누가 나가지 못하고 얼마나 늦어지는지 순위를 매기고, "
                    "대피 중에 닫히면 누가 갇히는지 알립니다. 시나리오의 재난에 더해 따집니다. 모형은 검증(verification)되었고 "
                    "실증(validation)되지는 않았습니다."
                ),
            ),
            inputs=("venue", "scenario", "closes"),
            outputs=MappingProxyType(
                {
                    "ranking": (job_process.RANKING, "ranking.json", JSON),
                    "stranded": (job_process.STRANDED, "stranded.csv", CSV),
                }
            ),
        ),
    }
)

NAMES: tuple[str, ...] = tuple(name for process in PROCESSES.values() for _, name, _ in process.outputs.values())
"""Names of outputs in addresses."""

_OUTPUT_TEXT: Mapping[str, _Both] = MappingProxyType(
    {
        "plan": ("Everything, for programs", "모든 결과 (프로그램용)"),
        "summary": ("What a planner wants to know first, Korean and English", "먼저 알아야 할 것 (한국어·영어)"),
        "report": ("The report, Korean and English, to print", "보고서 (한국어·영어, 인쇄용)"),
        "curves": ("Persons who are out over time", "시간에 따라 나간 사람 수"),
        "flows": ("Flows, queues and exits with their times", "흐름·줄·출구와 시각"),
        "ranking": (
            "The ranking, worst first, and who is cut off by what closes",
            "나쁜 순서의 순위와 닫힐 때 갇히는 사람",
        ),
        "stranded": ("Who is cut off without what, space by space", "무엇이 없으면 어느 공간에서 몇 명이 갇히는지"),
    }
)


def _inputs(pick: int) -> dict[str, dict[str, Any]]:
    """Every input there is."""
    seconds = {"type": "number", "minimum": 0, "maximum": MAX_CLOSES_S}
    return {
        "venue": {
            "title": ("Venue", "장소")[pick],
            "description": ("Id of a venue of this service.", "이 서비스에 있는 장소의 id입니다.")[pick],
            "minOccurs": 1,
            "maxOccurs": 1,
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        },
        "scenario": {
            "title": ("Scenario", "시나리오")[pick],
            "description": ("Who is there, what happens, what counts as safe.", "사람, 재난, 안전한 곳입니다.")[pick],
            "minOccurs": 1,
            "maxOccurs": 1,
            "schema": {"oneOf": [schema(), {"type": "string", "contentMediaType": "application/toml"}]},
        },
        "criticality": {
            "title": ("With what everything hangs on", "무엇에 달려 있는지도")[pick],
            "description": (
                "Also rank every single failure, in the plan and in the report.",
                "하나씩 쓸 수 없을 때의 순위도 계획과 보고서에 넣습니다.",
            )[pick],
            "minOccurs": 0,
            "maxOccurs": 1,
            "schema": {"type": "boolean", "default": False},
        },
        "closes": {
            "title": ("What closes while people are on their way", "대피 중에 닫히는 것")[pick],
            "description": (
                "Openings, connectors and exits by id, exact name or number of an exit, with seconds from the beginning of the incident.",
                "출입구·연결 통로·출구의 id나 정확한 이름, 출구 번호와 사고가 시작된 뒤의 초입니다.",
            )[pick],
            "minOccurs": 0,
            "maxOccurs": 1,
            "schema": {"type": "object", "additionalProperties": seconds, "maxProperties": MAX_CLOSED},
        },
    }


def summary(process: Process, links: Links, lang: str) -> dict[str, Any]:
    """A process in a list."""
    pick = 0 if lang == "en" else 1
    return {
        "id": process.id,
        "title": process.title[pick],
        "description": process.description[pick],
        "version": VERSION,
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [
            {"rel": "self", "href": links.to("processes", process.id), "type": JSON},
            {
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/execute",
                "href": links.to("processes", process.id, "execution"),
                "type": JSON,
            },
        ],
    }


def description(process: Process, links: Links, lang: str) -> dict[str, Any]:
    """A process with its inputs and outputs."""
    pick = 0 if lang == "en" else 1
    inputs = _inputs(pick)
    return summary(process, links, lang) | {
        "inputs": {name: inputs[name] for name in process.inputs},
        "outputs": {
            ident: {"title": _OUTPUT_TEXT[ident][pick], "schema": _output_schema(kind)}
            for ident, (_, _, kind) in process.outputs.items()
        },
    }


def _output_schema(kind: str) -> dict[str, Any]:
    if kind == JSON:
        return {"type": "object", "contentMediaType": kind}
    return {"type": "string", "contentMediaType": kind}
