"""Escape plans: the way out for everybody, or why somebody has none."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import geojson, rem
from indoor3d.api.body import read
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import LanguageDep, ServicesDep
from indoor3d.api.errors import describe
from indoor3d.api.escapes import Asked, Found, closes_later, find
from indoor3d.api.explained import explained, explaining
from indoor3d.api.openapi import gives, takes
from indoor3d.api.outputs import Evacuation
from indoor3d.api.respond import GEOJSON, PRIVATE, Document, answer, finite, ready
from indoor3d.api.schemas import EvacuationRequest
from indoor3d.api.waypoints import places
from indoor3d.models.building import Text
from indoor3d.routing.evacuation.earliest import TimedEscape
from indoor3d.routing.place import Place
from indoor3d.routing.route import Escape, Route

router = APIRouter(prefix="/v1/evacuations", tags=["Routes"])

_EXAMPLES = {
    "whole venue": {
        "summary": "Everybody out, one exit closed",
        "value": {"venue": "city-hall", "mode": "walk", "closed": ["exit-5"]},
    },
    "while doors close": {
        "summary": "One person, while an exit is about to be shut",
        "value": {"venue": "city-hall", "starts": [{"ref": "매점"}], "closes": {"exit-5": 60}, "depart_s": 10},
    },
    "from one place": {
        "summary": "One wheelchair user",
        "value": {"venue": "city-hall", "starts": [{"ref": "매점"}], "mode": "wheelchair"},
    },
}


@router.post(
    "",
    summary="Escape plan · 대피 경로",
    description="For every start, or every walkable space, the way to the exit it reaches first: one line each. Who has no "
    "way is a point with the problem, is counted in `without_way`, and makes `complete` false. Lifts are not used, and crowding is not "
    "computed: see /v1/processes for that. Who is in a space that is closed leaves it (`leaves_closed`). With `closes`, no way leads through "
    "what will be shut when somebody gets there; `spare_s` is how much later they could set out. "
    "모든 출발점에서 가장 빨리 닿는 출구까지의 길입니다. 길이 없는 곳은 점과 이유로 남기고 "
    "complete를 false로 합니다. 엘리베이터는 쓰지 않으며 혼잡은 계산하지 않습니다.",
    responses=gives(Evacuation, "The plan.", media_type=GEOJSON, problems=[404, 408, 413, 415, 422]),
    openapi_extra=takes(EvacuationRequest, _EXAMPLES),
)
async def evacuation(request: Request, services: ServicesDep, lang: LanguageDep) -> Response:
    """Plan an evacuation."""
    body = read(await request.body(), EvacuationRequest)
    spoken = request.state.lang = body.lang or lang
    data = await services.venue(body.venue)
    moment = services.settings.clock()
    asked = Asked(
        profile=body.mode,
        closed=tuple(dict.fromkeys(body.closed)),
        effects=services.moments.of(data, moment).effects,
        closes=closes_later(services.live.kept(data, moment), moment, data.elements) | body.closes,
        depart_s=body.depart_s,
    )

    def work() -> Document:
        return ready(_answer(data, body, spoken, asked), request, language=spoken)

    def whole_venue() -> Document:
        # Depends on the version and on what is closed or slowed only: all who open the plan of a venue ask the same.
        conditions = data.graph.conditions(asked.profile, asked.closed, emergency=True, effects=asked.effects)
        key = ("evacuation", conditions.key, conditions.closed, asked.closed, asked.effects.closed, spoken)
        return data.document(key, work)

    shared = body.starts is None and not asked.closes and not asked.depart_s
    document = await services.heavy.run(whole_venue if shared else work)
    return answer(request, document, cache=PRIVATE)


def _answer(data: VenueData, body: EvacuationRequest, lang: str, asked: Asked) -> dict[str, Any]:
    starts = None if body.starts is None else places(data, body.starts, member="starts")
    with explaining(data, starts or (), lang=lang, member="starts"):
        plan, found = find(data, starts, asked)
    features = [_feature(data, one, index, lang) for index, one in enumerate(found)]
    without = sum(one.escape.route is None for one in found)
    return {
        "type": "FeatureCollection",
        "venue": data.record.venue.id,
        "version": data.record.version,
        "schematic": data.record.venue.schematic,
        "mode": plan.profile,
        "closures_applied": sorted({*plan.closed, *asked.effects.closed}),
        "closes": {ident: finite(seconds) for ident, seconds in sorted(asked.closes.items())},
        "depart_s": asked.depart_s,
        "exits_open": list(plan.open_exits),
        "starts": len(found),
        "without_way": without,
        "complete": without == 0 and bool(found),
        "features": features,
    }


def _feature(data: VenueData, found: Found, index: int, lang: str) -> geojson.Feature:
    escape = found.escape
    space = escape.space or None
    start: dict[str, Any] = {
        "start": index,
        "space": space,
        "space_name": geojson.text(data.building.names.get(escape.space, Text())) if space else None,
        "level": _level(data, escape.start),
        "leaves_closed": found.leaves or None,
    }
    if found.timed is not None:
        start |= _closing(found.timed)
    geometry, properties = _way(data, escape, escape.route) if escape.route is not None else _no_way(data, escape, lang)
    return {"type": "Feature", "id": index, "geometry": geometry, "properties": start | properties}


def _closing(timed: TimedEscape) -> dict[str, Any]:
    """What closes on the way, and how much later somebody could leave by it."""
    return {
        "arrive_s": None if timed.arrive_s is None else finite(timed.arrive_s),
        "spare_s": None if timed.spare_s is None else finite(timed.spare_s),
        "closing": [
            {
                "element": one.element,
                "passed_s": finite(one.passed_s),
                "closes_s": finite(one.closes_s),
                "margin_s": finite(one.margin_s),
            }
            for one in timed.passed
        ],
    }


_Parts = tuple[geojson.Feature, dict[str, Any]]
"""Geometry and properties."""


def _way(data: VenueData, escape: Escape, route: Route) -> _Parts:
    exit_ = next(item for item in data.building.exits if item.id == escape.exit)
    properties = {
        "featureType": "escape",
        "exit": exit_.id,
        "exit_number": exit_.number,
        "exit_name": geojson.text(exit_.name),
        "exit_certain": exit_.certain,
        **rem.summary(route, data.building),
    }
    return geojson.line(data.building.frame, route.positions), properties


def _no_way(data: VenueData, escape: Escape, lang: str) -> _Parts:
    place = escape.start
    height = place.z_m
    if height is None:
        height = data.building.level(place.level).elevation_m if place.level is not None else 0.0
    properties = {
        "featureType": "no-way",
        "exit": None,
        "problem": None if escape.problem is None else describe(explained(escape.problem, data, lang=lang), lang=lang),
    }
    return geojson.point(data.building.frame, (place.x_m, place.y_m, height)), properties


def _level(data: VenueData, place: Place) -> dict[str, Any] | None:
    return None if place.level is None else geojson.level_ref(data.building.level(place.level))
