"""What is around somebody: facilities, exits, lifts, restrooms, by the way one walks."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import (
    By,
    Categories,
    Flag,
    LanguageDep,
    Lat,
    LevelKey,
    Limit,
    Lon,
    ModeName,
    Offset,
    RadiusM,
    ServicesDep,
    VenueKey,
)
from indoor3d.api.explained import explaining
from indoor3d.api.links import Links
from indoor3d.api.moment import Moment
from indoor3d.api.openapi import gives
from indoor3d.api.outputs import Nearby
from indoor3d.api.respond import GEOJSON, PRIVATE, Document, answer, finite, ready
from indoor3d.api.routers.locate import venue_at
from indoor3d.routing.around import Candidate, Found, Wish, around, on_wheels
from indoor3d.routing.place import Place, place_at

router = APIRouter(prefix="/v1/nearby", tags=["Around me"])


class Question(BaseModel):
    """What is asked for: the query parameters."""

    lon: Lon
    lat: Lat
    level: LevelKey = None
    venue: VenueKey = None
    category: Categories = None
    accessible: Flag = "false"
    by: By = "walk"
    mode: ModeName = "walk"
    radius: RadiusM = 500.0
    limit: Limit = 20
    offset: Offset = 0

    @property
    def by_walk(self) -> bool:
        """Whether the way walked counts, not the straight line."""
        return self.by == "walk"

    @property
    def categories(self) -> frozenset[str]:
        """Categories wanted; none means all."""
        return frozenset(self.category.split(",")) if self.category else frozenset()

    def asked(self, moment: Moment) -> Wish:
        """As routing takes it."""
        return Wish(
            categories=self.categories,
            radius_m=self.radius,
            profile=self.mode,
            by_walk=self.by_walk,
            accessible=self.accessible == "true",
            effects=moment.effects,
        )


@router.get(
    "",
    summary="What is near · 주변 시설",
    description="Facilities, exits, lifts, escalators and restrooms around a position, nearest first. `by=walk` measures "
    "the way through the building, over all levels; what cannot be reached comes last with `distance_m` null. `by=line` "
    "measures straight in plan, on the level of the position.",
    responses=gives(Nearby, "What is near.", media_type=GEOJSON, problems=[404, 422]),
)
async def nearby(
    request: Request, services: ServicesDep, lang: LanguageDep, wish: Annotated[Question, Query()]
) -> Response:
    """Find what is around."""
    if wish.venue is not None:
        data = await services.venue(wish.venue)
    else:
        data = await venue_at(services, wish.lon, wish.lat)
    level = None if wish.level is None else data.building.level(wish.level).id
    start = place_at(data.building, wish.lon, wish.lat, level=level)
    query = dict(request.query_params)
    moment = services.moments.of(data, services.settings.clock())

    def work() -> Document:
        with explaining(data, (start,), lang=lang):
            return ready(_answer(data, start, wish, services.links, query, moment), request)

    document = await services.quick.run(work) if wish.by_walk else work()
    return answer(request, document, cache=PRIVATE)


def _answer(
    data: VenueData, start: Place, wish: Question, links: Links, query: dict[str, str], moment: Moment
) -> dict[str, Any]:
    found = around(data.graph, start, wish.asked(moment))
    shown = found[wish.offset : wish.offset + wish.limit]
    if wish.by_walk:
        shown = on_wheels(data.graph, start, shown, effects=moment.effects)
    made = [{"rel": "self", "href": links.to("nearby", **query), "type": GEOJSON}]
    following = wish.offset + wish.limit
    if following < len(found):
        href = links.to("nearby", **{**query, "limit": wish.limit, "offset": following})
        made.append({"rel": "next", "href": href, "type": GEOJSON})
    return {
        "type": "FeatureCollection",
        "venue": data.record.venue.id,
        "version": data.record.version,
        "numberMatched": len(found),
        "numberReturned": len(shown),
        "features": [_feature(data, item, wish, links, moment) for item in shown],
        "links": made,
    }


def _opening(candidate: Candidate, moment: Moment) -> dict[str, Any]:
    """Opening hours, and whether they hold at this moment: open, closed, or unknown, which is not open."""
    text = getattr(candidate.element, "hours", "")
    ident = candidate.element.id
    status = "unknown"
    if text and ident not in moment.hours.unknown:
        status = "closed" if ident in moment.hours.closed else "open"
    return {"text": text, "status": status}


def _feature(data: VenueData, found: Found, wish: Question, links: Links, moment: Moment) -> geojson.Feature:
    candidate = found.candidate
    made = geojson.feature(data, candidate.element, on=candidate.place.level)
    made["geometry"] = geojson.point(
        data.building.frame, (candidate.place.x_m, candidate.place.y_m, candidate.place.z_m or 0.0)
    )
    made["properties"] |= {
        "category": candidate.category,
        "category_label": geojson.label(candidate.category),
        "accessible": candidate.accessible,
        "distance_m": finite(found.walk_m if wish.by_walk else found.line_m),
        "line_m": finite(found.line_m),
        "walk_s": finite(found.walk_s, 0),
        "step_free": found.step_free,
        "inside_gates": found.inside_gates,
        "opening": _opening(candidate, moment),
        "in_service": candidate.element.id not in moment.effects.unavailable | moment.effects.closed,
    }
    made["links"] = links.element(data.record.venue.id, candidate.element.id)
    return made
