"""Which venue, level and space a position on Earth is in."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import Height, Lat, LevelKey, Lon, Services, ServicesDep, VenueKey
from indoor3d.api.openapi import gives
from indoor3d.api.outputs import Location
from indoor3d.api.respond import PRIVATE, Document, answer
from indoor3d.errors import LevelMismatch, NotFound, UnknownLevel
from indoor3d.models.building import Space

router = APIRouter(prefix="/v1/locate", tags=["Around me"])

_BELOW_FLOOR_M = 0.5
"""How far below a floor a height still counts as on it: what satellite and barometer give is no better."""


class Question(BaseModel):
    """What is asked: the query parameters."""

    lon: Lon
    lat: Lat
    level: LevelKey = None
    height: Height = None
    venue: VenueKey = None


@router.get(
    "",
    summary="Where is this? · 위치 찾기",
    description="Venue, level and space of a position. Give `level` or `height`; without both the candidates of all levels "
    "are listed, and `level` and `space` are null unless there is only one.",
    responses=gives(Location, "Where it is.", problems=[404, 422]),
)
async def locate(request: Request, services: ServicesDep, question: Annotated[Question, Query()]) -> Response:
    """Find where a position is."""
    position = (question.lon, question.lat, question.height)
    for data in await _venues(services, question.lon, question.lat, question.venue):
        found = _candidates(services, data, position, question.level)
        if found:
            return answer(request, Document(_location(data, found, question.height)), cache=PRIVATE)
    raise NotFound("No venue has a space at this position.", ko="이 위치에는 어떤 장소의 공간도 없습니다.")


async def _venues(services: Services, lon: float, lat: float, venue: str | None) -> Sequence[VenueData]:
    if venue is not None:
        return [await services.venue(venue)]
    return [await services.venue(record.venue.id) for record in services.store.venues((lon, lat, lon, lat))]


async def venue_at(services: Services, lon: float, lat: float) -> VenueData:
    """Find the one venue around a position: the one with a space there, else the only one with bounds there.

    Raises
    ------
    NotFound
    """
    around = await _venues(services, lon, lat, None)
    inside = [data for data in around if _candidates(services, data, (lon, lat, None), None)]
    if inside or len(around) == 1:
        return (inside or around)[0]
    raise NotFound("No venue is at this position; give venue.", ko="이 위치에는 장소가 없습니다. venue를 주세요.")


def _candidates(
    services: Services, data: VenueData, position: tuple[float, float, float | None], level: str | None
) -> list[Space]:
    """Spaces a position may be in, the likeliest first.

    Raises
    ------
    LevelMismatch
        The level has a space there, but at another height.
    """
    lon, lat, height = position
    x, y, z = data.building.frame.from_lonlat([[lon, lat, height or 0.0]])[0].tolist()
    try:
        wanted = None if level is None else data.building.level(level).id
    except UnknownLevel:
        return []
    spaces = services.store.spaces_at(data.record.venue.id, x, y, level=wanted)
    if height is None:
        return sorted(spaces, key=lambda s: s.footprint.area)
    fitting = [s for s in spaces if s.floor_m - _BELOW_FLOOR_M <= z < s.ceiling_m]
    if wanted is not None and spaces and not fitting:
        raise LevelMismatch(
            f"The height {height:g} m is not on level {level}.",
            ko=f"높이 {height:g} m는 {level} 층이 아닙니다.",
            level=wanted,
            floor_height_m=[round(s.floor_m + data.building.frame.height_m, 3) for s in spaces],
        )
    return sorted(fitting, key=lambda s: (abs(z - s.floor_m), s.footprint.area))


def _location(data: VenueData, found: list[Space], height: float | None) -> dict[str, Any]:
    certain = height is not None or len({space.level for space in found}) == 1
    candidates = [{"level": _level(data, space), "space": _space(space)} for space in found]
    best = candidates[0] if certain else {"level": None, "space": None}
    return {"venue": data.record.venue.id, **best, "candidates": candidates}


def _level(data: VenueData, space: Space) -> dict[str, Any]:
    return geojson.level_ref(data.building.level(space.level))


def _space(space: Space) -> dict[str, Any]:
    return {
        "id": space.id,
        "name": geojson.text(space.name),
        "category": str(space.category),
        "category_label": geojson.label(space.category),
        "access": str(space.access),
    }
