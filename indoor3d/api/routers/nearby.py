"""What is around somebody: facilities, exits, lifts, restrooms, by the way one walks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.around import Candidate, candidates
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
from indoor3d.errors import OffNetwork
from indoor3d.models.vocabulary import Access
from indoor3d.routing.place import Place, place_at

router = APIRouter(prefix="/v1/nearby", tags=["Around me"])


class Wish(BaseModel):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One candidate with its distances; ``walk_m`` is infinite when there is no way, NaN when nobody looked.

    ``inside_gates`` is None where nobody can tell.
    """

    candidate: Candidate
    line_m: float
    walk_m: float
    walk_s: float
    step_free: bool | None
    inside_gates: bool | None = None


_OTHER_SIDE_M = 150.0
"""What lies beyond the gates counts so much farther: a fare, and the way back (ACCESSIBILITY.md §6, no. 10; D)."""


@router.get(
    "",
    summary="What is near · 주변 시설",
    description="Facilities, exits, lifts, escalators and restrooms around a position, nearest first. `by=walk` measures "
    "the way through the building, over all levels; what cannot be reached comes last with `distance_m` null. `by=line` "
    "measures straight in plan, on the level of the position.",
    responses=gives(Nearby, "What is near.", media_type=GEOJSON, problems=[404, 422]),
)
async def nearby(
    request: Request, services: ServicesDep, lang: LanguageDep, wish: Annotated[Wish, Query()]
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
    data: VenueData, start: Place, wish: Wish, links: Links, query: dict[str, str], moment: Moment
) -> dict[str, Any]:
    found = _search(data, start, wish, moment)
    shown = found[wish.offset : wish.offset + wish.limit]
    if wish.by_walk:
        shown = _on_wheels(data, start, shown, moment)
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


def _search(data: VenueData, start: Place, wish: Wish, moment: Moment) -> list[Found]:
    wanted = candidates(data.building, near=start, categories=wish.categories)
    lines = [float(np.hypot(c.place.x_m - start.x_m, c.place.y_m - start.y_m)) for c in wanted]
    # No way is shorter than the straight line: what is farther need not be walked to.
    near = [(c, line) for c, line in zip(wanted, lines, strict=True) if line <= wish.radius]
    if wish.by_walk:
        walked = _walked(data, start, near, wish.mode, moment)
        found = [f for f in walked if f.walk_m <= wish.radius or np.isinf(f.walk_m)]
    else:
        found = [
            Found(candidate=c, line_m=line, walk_m=np.nan, walk_s=np.nan, step_free=None)
            for c, line in near
            if start.level in {None, c.place.level}
        ]
    found = [replace(f, inside_gates=_inside_gates(data, f.candidate.place)) for f in found]
    if wish.accessible == "true":
        reached = _on_wheels(data, start, found, moment) if wish.by_walk else found
        found = [f for f in reached if _accessible(f, wish)]
    here = _inside_gates(data, start)

    def order(f: Found) -> tuple[float, float, str]:
        away = f.walk_m if wish.by_walk else f.line_m
        crosses = None not in {here, f.inside_gates} and here != f.inside_gates
        return away + _OTHER_SIDE_M * crosses, f.line_m, f.candidate.element.id

    return sorted(found, key=order)


def _inside_gates(data: VenueData, place: Place) -> bool | None:
    """Whether a place lies in the paid area; None where it lies in no space."""
    if place.level is None:
        return None
    space = data.graph.space_at(place.level, (place.x_m, place.y_m, place.z_m or 0.0))
    return None if space is None else space.access is Access.PAID


def _accessible(found: Found, wish: Wish) -> bool:
    """Accept only what is known: reached without steps, and either said to be accessible or a mere way out."""
    if wish.by_walk and not found.step_free:
        return False
    if found.candidate.accessible is None:
        return wish.by_walk and found.candidate.category == "exit"
    return found.candidate.accessible


def _walked(
    data: VenueData, start: Place, near: Sequence[tuple[Candidate, float]], mode: str, moment: Moment
) -> list[Found]:
    goals = [candidate.place for candidate, _ in near]
    ways = data.graph.distances(start, goals, profile=mode, effects=moment.effects)
    return [
        Found(candidate=candidate, line_m=line, walk_m=float(length), walk_s=float(seconds), step_free=None)
        for (candidate, line), length, seconds in zip(near, ways.length_m, ways.duration_s, strict=True)
    ]


def _on_wheels(data: VenueData, start: Place, found: Sequence[Found], moment: Moment) -> list[Found]:
    """Find out what a wheelchair reaches; nothing from where it cannot stand."""
    goals = [f.candidate.place for f in found]
    try:
        ways = data.graph.distances(start, goals, profile="wheelchair", effects=moment.effects).length_m
    except OffNetwork:
        ways = np.full(len(goals), np.inf)
    return [replace(f, step_free=bool(np.isfinite(way))) for f, way in zip(found, ways, strict=True)]


def _opening(candidate: Candidate, moment: Moment) -> dict[str, Any]:
    """Opening hours, and whether they hold at this moment: open, closed, or unknown, which is not open."""
    text = getattr(candidate.element, "hours", "")
    ident = candidate.element.id
    status = "unknown"
    if text and ident not in moment.hours.unknown:
        status = "closed" if ident in moment.hours.closed else "open"
    return {"text": text, "status": status}


def _feature(data: VenueData, found: Found, wish: Wish, links: Links, moment: Moment) -> geojson.Feature:
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
