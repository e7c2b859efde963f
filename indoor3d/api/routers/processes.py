"""Evacuation plans as jobs: OGC API – Processes, Part 1 (18-062r2), asynchronous only."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from indoor3d.api import process_about as about
from indoor3d.api import processes as content
from indoor3d.api.body import read
from indoor3d.api.deps import LanguageDep, Services, ServicesDep, VenuePath
from indoor3d.api.errors import Refused, cut
from indoor3d.api.events import EventStream, event
from indoor3d.api.jobs import Job
from indoor3d.api.openapi import gives, takes
from indoor3d.api.operator import authorise
from indoor3d.api.outputs_evacuations import Job as JobShape
from indoor3d.api.outputs_evacuations import JobList, Process, Processes, Results, Scenarios
from indoor3d.api.respond import JSON, PRIVATE, Document, answer, dumps, ready
from indoor3d.api.schemas_evacuations import PlanRequest

router = APIRouter(prefix="/v1", tags=["Evacuation plans"])

_PLAIN = r"^[^\x00-\x1f\x7f]+$"
_OPERATORS: dict[str, Any] = {"security": [{"operator": []}]}
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
_EXAMPLES = {
    "escalators stop": {
        "summary": "400 people on a platform, and the escalators stop after a minute",
        "value": {
            "inputs": {
                "venue": "city-hall",
                "scenario": {
                    "id": "escalators-stop",
                    "venues": ["city-hall"],
                    "occupants": [{"spaces": ["2호선 승강장"], "persons": 400, "source": "counted"}],
                    "hazards": [
                        {
                            "id": "stop",
                            "kind": "stopped",
                            "elements": ["2호선 에스컬레이터 3·4호 상행"],
                            "at_s": 60,
                        }
                    ],
                },
            }
        },
    },
    "an exit closes at minute three": {
        "summary": "400 people on a platform: what everything hangs on, and who is cut off when exit 5 closes (`criticality`)",
        "value": {
            "inputs": {
                "venue": "city-hall",
                "scenario": {
                    "id": "full-platform",
                    "venues": ["city-hall"],
                    "occupants": [{"spaces": ["2호선 승강장"], "persons": 400, "source": "counted"}],
                },
                "closes": {"exit 5": 180},
            }
        },
    },
}

ProcessId = Annotated[str, Path(pattern=_PLAIN, description="Id of the process.", examples=[about.PLAN])]
JobId = Annotated[
    str, Path(pattern=_PLAIN, description="Id of the job.", examples=["0123456789abcdef0123456789abcdef"])
]
Output = Annotated[
    Literal["plan.json", "summary.json", "report.html", "curves.csv", "flows.geojson", "ranking.json", "stranded.csv"],
    Path(description="Which output of the job's process."),
]
Prefer = Annotated[
    str | None, Header(alias="Prefer", description="respond-async; plans are always made asynchronously.")
]
LastEvent = Annotated[
    str | None, Header(alias="Last-Event-ID", description="Sent by clients that come back: what they saw last.")
]


@router.get(
    "/processes",
    summary="Processes · 처리 과정",
    description="What can be asked for as a job.",
    responses=gives(Processes, "The processes."),
)
async def processes(request: Request, services: ServicesDep, lang: LanguageDep) -> Response:
    """List the processes."""
    body = {
        "processes": [about.summary(one, services.links, lang) for one in about.PROCESSES.values()],
        "links": [{"rel": "self", "href": services.links.to("processes"), "type": JSON}],
    }
    return answer(request, Document(body, language=lang))


@router.get(
    "/processes/{process}",
    summary="A process · 처리 과정 하나",
    description="Its inputs and outputs as JSON Schema; the form of a scenario is in there.",
    responses=gives(Process, "The process.", problems=[404]),
)
async def process(request: Request, services: ServicesDep, lang: LanguageDep, process: ProcessId) -> Response:
    """Describe a process."""
    told = about.description(_known(process), services.links, lang)
    return answer(request, Document(told, language=lang))


@router.post(
    "/processes/{process}/execution",
    status_code=201,
    summary="Plan an evacuation · 피난 계획 만들기",
    description="`evacuation-plan` plans it whole; `criticality` ranks what it hangs on, and says who is cut off by what `closes`. Starts a job and says where it is: `Location`. A scenario that cannot be understood is refused at once, with the `path` of "
    "what is wrong. Few jobs run at once and few wait: one more gets 429. "
    "작업을 시작하고 그 위치를 Location으로 알립니다. 잘못된 시나리오는 path와 함께 바로 거절합니다.",
    responses={
        **{k: v for k, v in gives(JobShape, "", problems=[404, 408, 413, 415, 429]).items() if k != 200},
        201: gives(JobShape, "The job is accepted.")[200],
    },
    openapi_extra=takes(PlanRequest, _EXAMPLES),
)
async def execute(
    request: Request, services: ServicesDep, lang: LanguageDep, process: ProcessId, prefer: Prefer = None
) -> Response:
    """Start a job."""
    kind = _known(process).id
    body = read(await request.body(), PlanRequest)
    data = await services.venue(body.inputs.venue)

    def work() -> Job:
        scenario = content.understood(data, body.inputs.scenario)
        asked = content.options(data, kind, body.inputs)
        return services.jobs.submit(data, content.written(scenario), name=scenario.id, kind=kind, options=asked)

    job = await services.quick.run(work)
    headers = {"Location": services.links.to("jobs", job.id), "Cache-Control": PRIVATE, "Content-Language": lang}
    if prefer and "respond-async" in prefer.lower():
        headers["Preference-Applied"] = "respond-async"
    told = dumps(content.status(job, services.links, lang))
    return Response(told, status_code=201, media_type=JSON, headers=headers)


@router.get(
    "/jobs",
    summary="Jobs · 작업 목록",
    description="All jobs that are remembered, for operators: whoever knows the id of a job may read and dismiss it.",
    responses=gives(JobList, "The jobs.", problems=[401, 403]),
    openapi_extra=_OPERATORS,
)
async def jobs(request: Request, services: ServicesDep, lang: LanguageDep) -> Response:
    """List the jobs."""
    authorise(request, services.settings.operator_keys)
    body = {
        "jobs": [content.status(job, services.links, lang) for job in services.jobs.all()],
        "links": [{"rel": "self", "href": services.links.to("jobs"), "type": JSON}],
    }
    return answer(request, Document(body, language=lang), cache=PRIVATE)


@router.get(
    "/jobs/{job}",
    summary="A job · 작업 하나",
    description="How far it is; when it failed, why.",
    responses=gives(JobShape, "The job.", problems=[404]),
)
async def one(request: Request, services: ServicesDep, lang: LanguageDep, job: JobId) -> Response:
    """Give the state of a job."""
    return _status(request, services, services.jobs.get(job), lang)


@router.delete(
    "/jobs/{job}",
    summary="Dismiss a job · 작업 취소",
    description="Stops it, or drops its results when it has ended.",
    responses=gives(JobShape, "The job, dismissed.", problems=[404]),
)
async def dismiss(request: Request, services: ServicesDep, lang: LanguageDep, job: JobId) -> Response:
    """Stop a job."""
    return _status(request, services, await services.quick.run(services.jobs.dismiss, job), lang)


@router.get(
    "/jobs/{job}/results",
    summary="Results of a job · 작업 결과",
    description="The plan or the ranking in place, all else as links. 404 `result-not-ready` until the job is successful; when it "
    "failed, the problem that it failed with.",
    responses=gives(Results, "The results.", problems=[404, 422, 500]),
)
async def results(request: Request, services: ServicesDep, job: JobId) -> Response:
    """Give all results."""
    found = services.jobs.get(job)

    def work() -> Document:
        return ready(content.results(found, services.links), request, media_type=JSON)

    return answer(request, await services.quick.run(work), cache=PRIVATE)


@router.get(
    "/jobs/{job}/results/{output}",
    summary="One result of a job · 결과 하나",
    description="`plan.json`: everything. `summary.json`: what to know first, as titles and rows. `report.html`: one page in Korean and English, to print. `curves.csv`: persons out over time. "
    "`flows.geojson`: flows, queues and exits with their times. `ranking.json`, `stranded.csv`: of `criticality`. What the job's process does not "
    "make is 404 `not-found`.",
    responses=gives(None, "The result.", problems=[404, 422, 500]),
)
async def result(request: Request, services: ServicesDep, job: JobId, output: Output) -> Response:
    """Give one result."""
    found = services.jobs.get(job)
    ident, kind = _output(found, output)

    def work() -> Document:
        return ready(content.result(found, ident), request, media_type=kind)

    headers = {"Content-Security-Policy": _REPORT_POLICY} if kind == about.HTML else {}
    return answer(request, await services.quick.run(work), cache=PRIVATE, headers=headers)


@router.get(
    "/jobs/{job}/events",
    summary="Events of a job · 작업 진행 알림",
    description="Server-sent events: `status` with the job whenever it changed, until it has ended.",
    responses=gives(None, "The events.", media_type=about.EVENTS, problems=[404, 429]),
)
async def events(services: ServicesDep, lang: LanguageDep, job: JobId, last: LastEvent = None) -> Response:
    """Stream how a job goes on."""
    found = services.jobs.get(job)
    told: list[tuple[Any, ...]] = []

    async def poll() -> tuple[bytes, bool]:
        now = (found.status, found.progress, found.stage)
        if told and told[-1] == now:
            return b"", found.ended
        told[:] = [now]
        ident = f"{found.status}-{found.progress}"
        # The state is whole each time: who comes back with a Last-Event-ID needs nothing that came between.
        return event("status", content.status(found, services.links, lang), ident=ident), found.ended

    del last
    return EventStream(poll, services.listeners, stall_s=services.settings.limits.stall_s)


@router.get(
    "/venues/{venue}/scenarios",
    summary="Worked scenarios · 예시 시나리오",
    description="Scenarios that ship with this venue, in the form that a job takes. Their numbers are assumptions that each names: "
    "replace them by your own.",
    responses=gives(Scenarios, "The scenarios.", problems=[404]),
)
async def scenarios(request: Request, services: ServicesDep, venue: VenuePath) -> Response:
    """List the worked scenarios of a venue."""
    data = await services.venue(venue)
    return answer(request, await services.quick.run(lambda: Document(content.scenarios(data, services.links))))


def _status(request: Request, services: Services, job: Job, lang: str) -> Response:
    return answer(request, Document(content.status(job, services.links, lang), language=lang), cache=PRIVATE)


def _known(process: str) -> about.Process:
    if process not in about.PROCESSES:
        known = ", ".join(about.PROCESSES)
        raise Refused(
            "not-found",
            f"There is no process {cut(process)!r}; there are: {known}.",
            f"{cut(process)!r} 처리 과정은 없습니다. 있는 것: {known}.",
        )
    return about.PROCESSES[process]


def _output(job: Job, name: str) -> tuple[str, str]:
    """Id and media type of an output by its name in addresses."""
    made = content.outputs(job)
    found = next(((ident, kind) for ident, (_, known, kind) in made.items() if known == name), None)
    if found is None:
        known = ", ".join(known for _, known, _ in made.values())
        raise Refused(
            "not-found",
            f"A job of {job.kind} has no {name}; it has: {known}.",
            f"{job.kind} 작업에는 {name}이(가) 없습니다. 있는 것: {known}.",
        )
    return found
