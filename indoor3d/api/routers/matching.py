"""Map matching: where somebody most likely is whose positions are measured."""

import math
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.body import read
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import LanguageDep, ServicesDep
from indoor3d.api.openapi import gives, takes
from indoor3d.api.outputs_isochrones import Matches
from indoor3d.api.respond import JSON, PRIVATE, Document, answer, ready
from indoor3d.api.schemas_isochrones import MAX_STATE_STATES, MatchRequest
from indoor3d.errors import InvalidInput
from indoor3d.routing.matching import Fix, OnlineMatcher, smooth
from indoor3d.routing.matching_floors import level_ids, matching_graph

router = APIRouter(prefix="/v1", tags=["Routes"])

_RADIUS_PER_SIGMA = 1.51
"""Radius that holds 68 of 100 positions, over the deviation along one axis: sqrt(-2 ln 0.32), of the Rayleigh distribution."""
_EXAMPLES = {
    "a track": {
        "summary": "Three fixes, a second apart",
        "value": {
            "venue": "city-hall",
            "fixes": [
                {"time": 0.0, "lon": 126.97713, "lat": 37.56575, "level": "B1", "accuracy": 4.5},
                {"time": 1.0, "lon": 126.97714, "lat": 37.56576, "level": "B1", "accuracy": 4.5},
                {"time": 2.0, "lon": 126.97716, "lat": 37.56576, "level": "B1", "accuracy": 4.5},
            ],
        },
    }
}


@router.post(
    "/matches",
    summary="Where a measured track was · 위치 보정",
    description="The likeliest place for every fix of a track. `whole` judges each in the light of all; `online` only of those "
    "before it, and gives a `state` to be sent with the next fixes: nothing is kept here. "
    "측위 궤적의 점마다 가장 그럴듯한 위치와 층을 답하며, 서버에는 아무것도 남기지 않습니다.",
    responses=gives(Matches, "One match for every fix.", problems=[404, 408, 413, 415, 422]),
    openapi_extra=takes(MatchRequest, _EXAMPLES),
)
async def matches(request: Request, services: ServicesDep, lang: LanguageDep) -> Response:
    """Match a track."""
    body = read(await request.body(), MatchRequest)
    spoken = request.state.lang = body.lang or lang
    data = await services.venue(body.venue)

    def work() -> Document:
        return ready(_answer(data, body), request, media_type=JSON, language=spoken)

    return answer(request, await services.quick.run(work), cache=PRIVATE)


def _answer(data: VenueData, body: MatchRequest) -> dict[str, Any]:
    graph, ids = matching_graph(data.graph), level_ids(data.graph)
    rank = {ident: number for number, ident in enumerate(ids)}
    frame, building = data.building.frame, data.building
    height = building.levels[0].elevation_m if building.levels else 0.0
    fixes = []
    for fix in body.fixes:
        x, y, _ = frame.from_lonlat([[fix.lon, fix.lat, height]])[0].tolist()
        fixes.append(
            Fix(
                time_s=fix.time,
                x_m=x,
                y_m=y,
                level=None if fix.level is None else rank[building.level(fix.level).id],
                sigma_m=fix.accuracy / _RADIUS_PER_SIGMA,
                level_sure=fix.level_confidence,
            )
        )
    state = None
    if body.manner == "online":
        matcher = OnlineMatcher(graph, _known(data, body.state))
        found = [matcher.update(fix) for fix in fixes]
        state = {"version": data.record.version, **matcher.state()}
    else:
        found = smooth(graph, fixes)
    rows = geojson.positions(frame, [match.position for match in found])
    return {
        "venue": data.record.venue.id,
        "version": data.record.version,
        "matches": [
            {
                "time": fix.time_s,
                "lon": row[0],
                "lat": row[1],
                "height": row[2],
                "level": geojson.level_ref(building.level(ids[match.level])),
                "near": round(match.near, 3),
                "moved_m": round(math.hypot(match.position[0] - fix.x_m, match.position[1] - fix.y_m), 2),
            }
            for fix, match, row in zip(fixes, found, rows, strict=True)
        ],
        "state": state,
    }


def _known(data: VenueData, state: dict[str, Any] | None) -> dict[str, Any] | None:
    """A state that came back.

    Raises
    ------
    InvalidInput
        It is of another version of the venue, or too long.
    """
    if not state:
        return None
    beliefs = state.get("beliefs")
    sizes = (
        [len(one.get("states", ())) for one in beliefs if isinstance(one, dict)] if isinstance(beliefs, list) else []
    )
    if state.get("version") != data.record.version or not sizes or max(sizes) > MAX_STATE_STATES:
        raise InvalidInput(
            "The state is of another version of the venue, or not one of ours. Begin a new track.",
            ko="장소의 다른 버전이거나 올바르지 않은 상태입니다. 새 궤적으로 시작하세요.",
            pointer="/state",
        )
    return {"last": state.get("last"), "beliefs": beliefs}
