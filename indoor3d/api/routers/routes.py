"""Routes through a venue."""

from itertools import pairwise
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import rem
from indoor3d.api.body import read
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import LanguageDep, ServicesDep
from indoor3d.api.explained import explaining
from indoor3d.api.openapi import gives, takes
from indoor3d.api.outputs import Route
from indoor3d.api.respond import GEOJSON, PRIVATE, Document, answer, ready
from indoor3d.api.schemas import RouteRequest
from indoor3d.api.waypoints import located, resolve
from indoor3d.errors import NoRoute
from indoor3d.routing.place import Place

router = APIRouter(prefix="/v1/routes", tags=["Routes"])

_EXAMPLES = {
    "by name": {
        "summary": "From a shop to exit 5, without steps",
        "value": {"venue": "city-hall", "waypoints": [{"ref": "매점"}, {"ref": "5"}], "mode": "wheelchair"},
    },
    "by position": {
        "summary": "Between two positions, with a lift out of order",
        "value": {
            "venue": "city-hall",
            "waypoints": [
                {"lon": 126.97713, "lat": 37.56575, "level": "B1"},
                {"lon": 126.97722, "lat": 37.5658, "level": 0},
            ],
            "closed": ["lift-1"],
        },
    },
}


@router.post(
    "",
    summary="A route · 길찾기",
    description="The quickest way through the waypoints for who moves, around what is closed; OGC Route Exchange Model. "
    "422 `no-route` lists in `blocked_by` what is in the way: no other route is substituted. "
    "경유지를 차례로 잇는 가장 빠른 길입니다. 길이 없으면 막는 요소와 함께 422로 답합니다.",
    responses=gives(Route, "The route.", media_type=GEOJSON, problems=[404, 408, 413, 415, 422]),
    openapi_extra=takes(RouteRequest, _EXAMPLES),
)
async def route(request: Request, services: ServicesDep, lang: LanguageDep) -> Response:
    """Find a route."""
    body = read(await request.body(), RouteRequest)
    spoken = request.state.lang = body.lang or lang
    data = await services.venue(body.venue)

    def work() -> Document:
        return ready(_answer(data, body, spoken), request, language=spoken)

    return answer(request, await services.quick.run(work), cache=PRIVATE)


def _answer(data: VenueData, body: RouteRequest, lang: str) -> dict[str, Any]:
    places = resolve(data.building, body.waypoints, member="waypoints")
    closed = tuple(dict.fromkeys(body.closed))
    routes = []
    for leg, (start, goal) in enumerate(pairwise(places)):
        try:
            with explaining(data, places, lang=lang, member="waypoints"):
                routes.append(data.graph.route(start, goal, profile=body.mode, closed=closed))
        except NoRoute as error:
            raise located(error, f"/waypoints/{leg}") from None
    return rem.collection(data, routes, names=(_name(data, places[0], lang), _name(data, places[-1], lang)))


def _name(data: VenueData, place: Place, lang: str) -> str:
    """Name of an element, else of its level, else of the venue."""
    named = data.building.names.get(place.element)
    if named is not None and named.best(lang):
        return named.best(lang)
    if place.level is not None:
        return data.building.level(place.level).name.best(lang) or data.building.level(place.level).short_name
    return data.record.venue.name.best(lang)
