"""Rescuers' ways in, now."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api.body import read
from indoor3d.api.deps import LanguageDep, ServicesDep
from indoor3d.api.explained import explained
from indoor3d.api.openapi import gives, takes
from indoor3d.api.outputs_rescue import Rescue
from indoor3d.api.rescue import Call, respond
from indoor3d.api.respond import GEOJSON, PRIVATE, Document, answer, ready
from indoor3d.api.schemas_evacuations import RescueRequest
from indoor3d.api.waypoints import candidates
from indoor3d.errors import Indoor3dError

router = APIRouter(prefix="/v1/rescue", tags=["Routes"])

_EXAMPLES = {
    "to a platform": {
        "summary": "To the platform, one exit closed",
        "value": {"venue": "city-hall", "target": {"ref": "2호선 승강장"}, "closed": ["exit-5"]},
    },
    "against people": {
        "summary": "To the nearest AED, while 400 people come out",
        "value": {
            "venue": "city-hall",
            "target": {"category": "aed"},
            "scenario": {
                "id": "full-platform",
                "venues": ["city-hall"],
                "occupants": [{"spaces": ["2호선 승강장"], "persons": 400, "source": "counted"}],
            },
        },
    },
}


@router.post(
    "",
    summary="Ways in for rescuers · 구조대 진입로",
    description="From every open exit the way in to the target, quickest first: one line each. Rescuers walk; no lift is counted on. What is "
    "reported closed now is not used, but the target itself may be what is closed (`enters_closed`). With a scenario its people come out by "
    "the quickest way of each space: where rescuers meet them they take `against_flow_factor` times as long, and `staging` lists the exits "
    "by how few come out there. `hose` is the length from the nearest hydrant to the farthest corner of the target's space. Without any way "
    "in the answer is a problem: 422 `no-route` or `no-open-exit`. "
    "열린 출구마다 목적지까지의 진입로를 빠른 순서로 알립니다. 엘리베이터는 쓰지 않습니다. 시나리오를 주면 나오는 사람과 마주치는 곳을 알립니다. "
    "들어갈 길이 없으면 오류로 답합니다.",
    responses=gives(Rescue, "The ways in.", media_type=GEOJSON, problems=[404, 408, 413, 415, 422]),
    openapi_extra=takes(RescueRequest, _EXAMPLES),
)
async def rescue(request: Request, services: ServicesDep, lang: LanguageDep) -> Response:
    """Find the ways in."""
    body = read(await request.body(), RescueRequest)
    spoken = request.state.lang = body.lang or lang
    data = await services.venue(body.venue)
    effects = services.moments.of(data, services.settings.clock()).effects

    def work() -> Document:
        places = candidates(data, body.target, member="target")
        call = Call(
            places=places,
            closed=tuple(dict.fromkeys(body.closed)),
            effects=effects,
            scenario=body.scenario,
            hose_m=body.hose_m,
        )
        try:
            content = respond(data, call, spoken)
        except Indoor3dError as error:
            about = "/target" if {"position", "levels"} & error.context.keys() else ""
            raise explained(error, data, lang=spoken, pointer=about) from None
        return ready(content, request, language=spoken)

    return answer(request, await services.heavy.run(work), cache=PRIVATE)
