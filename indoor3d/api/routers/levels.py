"""Levels of a venue, and everything on one of them as GeoJSON."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.cache import Element, VenueData
from indoor3d.api.deps import LevelPath, ServicesDep, VenueDep
from indoor3d.api.errors import Refused, cut
from indoor3d.api.links import Links
from indoor3d.api.openapi import gives
from indoor3d.api.outputs import FeatureCollection, Levels
from indoor3d.api.respond import GEOJSON, Document, answer
from indoor3d.models.building import Level
from indoor3d.models.korean import with_particle

router = APIRouter(prefix="/v1/venues/{venue}/levels", tags=["Levels"])


@router.get(
    "",
    summary="Levels of a venue · 층 목록",
    description="Lowest first.",
    responses=gives(Levels, "The levels.", problems=[404]),
)
async def levels(request: Request, data: VenueDep, services: ServicesDep) -> Response:
    """List the levels."""

    def make() -> Document:
        venue, links = data.record.venue.id, services.links
        found = [{**geojson.level(level), "links": links.level(venue, level.id)} for level in data.building.levels]
        return Document({"levels": found})

    return answer(request, data.document("levels", make))


@router.get(
    "/{level:path}/plan.geojson",
    summary="One level as GeoJSON · 한 층의 평면",
    description="Every space, opening, connector, exit and facility of a level. `level` is an id, a short name (B1) or an "
    "ordinal (-1).",
    responses=gives(FeatureCollection, "The level.", media_type=GEOJSON, problems=[404]),
)
async def plan(level: LevelPath, request: Request, data: VenueDep, services: ServicesDep) -> Response:
    """Draw a level."""
    if level.strip().lower() in {"true", "false"}:
        raise Refused(
            "invalid-parameter",
            f"{cut(level)!r} is no level.",
            f"{with_particle(repr(cut(level)), '은')} 층이 아닙니다.",
        )
    found = data.building.level(level)
    key = ("plan", found.id)
    document = await services.quick.run(data.document, key, lambda: _plan(data, found, services.links))
    return answer(request, document)


def _plan(data: VenueData, level: Level, links: Links) -> Document:
    here = [element for element in data.elements.values() if level.id in _levels(element)]
    content: dict[str, Any] = {
        "type": "FeatureCollection",
        "venue": data.record.venue.id,
        "version": data.record.version,
        "schematic": data.record.venue.schematic,
        "level": geojson.level(level),
        "features": [geojson.feature(data, element, on=level.id) for element in here],
        "links": links.level(data.record.venue.id, level.id),
    }
    return Document(content, media_type=GEOJSON)


def _levels(element: Element) -> tuple[str, ...]:
    stops = getattr(element, "stops", None)
    return tuple(stop.level for stop in stops) if stops is not None else (element.level,)  # type: ignore[union-attr]
