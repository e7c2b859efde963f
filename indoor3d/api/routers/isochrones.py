"""Isochrones: the floor that somebody reaches within some times."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.body import read
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import LanguageDep, Services, ServicesDep
from indoor3d.api.explained import explaining
from indoor3d.api.openapi import gives, takes
from indoor3d.api.outputs_isochrones import Isochrones
from indoor3d.api.respond import GEOJSON, PRIVATE, Document, answer, ready
from indoor3d.api.schemas_isochrones import IsochroneRequest
from indoor3d.api.waypoints import resolve
from indoor3d.routing.isochrone import CELL_M, isochrones

router = APIRouter(prefix="/v1", tags=["Routes"])

_EXAMPLES = {
    "from an exit": {
        "summary": "What a wheelchair reaches from exit 5 in one, two and five minutes",
        "value": {"venue": "city-hall", "origin": {"ref": "5"}, "times_s": [60, 120, 300], "mode": "wheelchair"},
    }
}


@router.post(
    "/isochrones",
    summary="What is reached in time · 도달 범위",
    description="The floor that is reached within each time, as polygons of every surface, for who moves and around what is "
    "closed. 정해진 시간 안에 도달할 수 있는 바닥을 층마다 다각형으로 답합니다.",
    responses=gives(Isochrones, "The areas.", media_type=GEOJSON, problems=[404, 408, 413, 415, 422]),
    openapi_extra=takes(IsochroneRequest, _EXAMPLES),
)
async def reachable(request: Request, services: ServicesDep, lang: LanguageDep) -> Response:
    """Find isochrones."""
    body = read(await request.body(), IsochroneRequest)
    spoken = request.state.lang = body.lang or lang
    data = await services.venue(body.venue)

    def work() -> Document:
        return ready(_answer(services, data, body, spoken), request, language=spoken)

    return answer(request, await services.quick.run(work), cache=PRIVATE)


def _answer(services: Services, data: VenueData, body: IsochroneRequest, lang: str) -> dict[str, Any]:
    start = resolve(data, [body.origin], member="origin")[0].places[0]
    moment = body.depart_at or services.settings.clock()
    conditions = data.graph.conditions(
        body.who,
        tuple(dict.fromkeys(body.closed)),
        visited={start.element},
        options=body.options.asked(),
        effects=services.moments.of(data, moment).effects,
    )
    with explaining(data, (start,), lang=lang, member="origin"):
        found = isochrones(data.graph.for_body(conditions.profile), start, body.times_s, conditions)
    frame = data.building.frame
    return {
        "type": "FeatureCollection",
        "venue": data.record.venue.id,
        "version": data.record.version,
        "mode": body.who,
        "departure": moment.isoformat(),
        "tolerance_m": CELL_M,
        "features": [
            {
                "type": "Feature",
                "geometry": geojson.area(frame, area.polygon, area.floor_m),
                "properties": {
                    "time_s": one.time_s,
                    "level": geojson.level_ref(data.building.level(area.level)),
                    "floor_m": round(area.floor_m, 3),
                    "area_m2": round(area.polygon.area, 2),
                },
            }
            for one in found
            for area in one.areas
        ],
    }
