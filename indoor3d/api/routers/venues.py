"""Venues: which there are, what one has, how good its data is."""

from typing import Any

import shapely
from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData, counts
from indoor3d.api.deps import Bbox, ElementPath, LanguageDep, Services, ServicesDep, VenueDep
from indoor3d.api.links import Links
from indoor3d.api.openapi import gives
from indoor3d.api.outputs import Feature, Report, VenueDetail, Venues
from indoor3d.api.respond import GEOJSON, Document, answer
from indoor3d.models.building import Exit, Line, Refuge, Space, Text
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.routing.profile import PROFILES
from indoor3d.store.base import Bounds, VenueRecord

router = APIRouter(prefix="/v1/venues", tags=["Venues"])
_one = APIRouter(prefix="/{venue}")

_Box = tuple[Bounds, tuple[float, float] | None]


@router.get(
    "",
    summary="All venues · 장소 목록",
    description="By id; with `bbox` those that meet it. Enough of each for a page that lists them; `counts` is null where it is "
    "not counted yet.",
    responses=gives(Venues, "The venues."),
)
async def venues(request: Request, services: ServicesDep, bbox: Bbox = None) -> Response:
    """List the venues."""
    if bbox is None:
        records = services.store.venues()
    else:
        bounds, heights = _box(bbox)
        records = services.store.venues(bounds)
        if heights is not None:
            records = tuple([record for record in records if await _within(services, record, heights)])
    if any(services.venues.counted(record) is None for record in records):
        await services.quick.run(services.venues.count, records)
    listed = [{**_summary(record, services.links), "counts": services.venues.counted(record)} for record in records]
    return answer(request, Document({"venues": listed}))


@_one.get(
    "",
    summary="One venue · 장소",
    description="Names, texts, lines, levels, exits, refuges, counts, who can be routed, where the site is on Earth.",
    responses=gives(VenueDetail, "The venue.", problems=[404]),
)
async def venue(request: Request, data: VenueDep, services: ServicesDep) -> Response:
    """Describe a venue."""
    return answer(request, data.document("venue", lambda: Document(_detail(data, services.links))))


@_one.get(
    "/report",
    summary="Data quality · 자료 품질",
    description="What is wrong or doubtful in the model this venue was built from.",
    responses=gives(Report, "The report.", problems=[404]),
)
async def report(request: Request, data: VenueDep, lang: LanguageDep) -> Response:
    """Report on the data."""

    def make() -> Document:
        issues = [issue.as_dict(lang) for issue in data.report.issues]
        return Document({"ok": data.report.ok, "issues": issues, "facts": dict(data.report.facts)}, language=lang)

    return answer(request, data.document(("report", lang), make))


@_one.get(
    "/elements/{element:path}",
    summary="One element · 요소",
    description="Space, opening, connector, exit or facility by id: what a pick in the picture asks for.",
    responses=gives(Feature, "The element.", media_type=GEOJSON, problems=[404]),
)
async def element(element: ElementPath, request: Request, data: VenueDep, services: ServicesDep) -> Response:
    """Describe an element."""
    found = geojson.feature(data, data.element(element))
    found["links"] = services.links.element(data.record.venue.id, element)
    return answer(request, Document(found, media_type=GEOJSON))


router.include_router(_one)


def _box(bbox: str) -> _Box:
    numbers = [float(part) for part in bbox.split(",")]
    half = len(numbers) // 2
    bounds = (numbers[0], numbers[1], numbers[half], numbers[half + 1])
    return bounds, (numbers[2], numbers[5]) if half == 3 else None


async def _within(services: Services, record: VenueRecord, heights: tuple[float, float]) -> bool:
    """Whether a venue has a space between two heights above the ellipsoid."""
    data = await services.venue(record.venue.id)
    ground = data.building.frame.height_m
    return any(heights[0] <= s.ceiling_m + ground and s.floor_m + ground <= heights[1] for s in data.building.spaces)


def _summary(record: VenueRecord, links: Links) -> dict[str, Any]:
    west, south, east, north = record.bounds
    middle = (west + east) / 2 if west <= east else ((west + east + 360) / 2 + 180) % 360 - 180
    known = record.venue
    return {
        "id": known.id,
        "name": geojson.text(known.name),
        "category": known.category,
        "address": geojson.text(known.address),
        "version": record.version,
        "bounds": [round(value, 8) for value in record.bounds],
        "center": [round(middle, 8), round((south + north) / 2, 8)],
        "schematic": known.schematic,
        "licence": known.licence,
        "attribution": geojson.text(known.attribution),
        "text": geojson.text(known.text),
        "notice": geojson.text(known.notice),
        "view_bearing_deg": known.view_bearing_deg,
        "lines": [geojson.line_ref(line) for line in known.lines],
        "members": list(known.members),
        "links": links.venue(record),
    }


def _detail(data: VenueData, links: Links) -> dict[str, Any]:
    building = data.building
    frame = building.frame
    return {
        **_summary(data.record, links),
        "levels": [geojson.level(level) for level in building.levels],
        "exits": [_exit(data, item) for item in building.exits],
        "refuges": [_refuge(data, item) for item in building.refuges],
        "lines": [{**geojson.line_ref(line), "platforms": _platforms(data, line)} for line in building.venue.lines],
        "counts": counts(building),
        "profiles": [{"id": p.id, "name": geojson.text(p.name)} for p in PROFILES.values()],
        "categories": {str(category): geojson.label(category) for category in FacilityCategory},
        "frame": {
            "origin": geojson.positions(frame, [[0.0, 0.0, 0.0]])[0],
            "origin_known_from": str(frame.origin),
            "ecef_transform": frame.ecef_transform().T.ravel().tolist(),
        },
    }


def _exit(data: VenueData, item: Exit) -> dict[str, Any]:
    return {
        "id": item.id,
        "number": item.number,
        "name": geojson.text(item.name),
        "level": geojson.level_ref(data.building.level(item.level)),
        "position": geojson.positions(data.building.frame, [item.position])[0],
        "certain": item.certain,
        "outside": item.outside,
        "adjoins": item.adjoins or None,
        "everyday": item.everyday,
        "hours": item.hours,
    }


def _refuge(data: VenueData, item: Refuge) -> dict[str, Any]:
    space = data.elements.get(item.space)
    made: dict[str, Any] = {"id": item.id, "space": item.space, "capacity": item.capacity}
    if not isinstance(space, Space):
        return made | {"name": geojson.text(Text()), "level": None, "position": None}
    inside = shapely.point_on_surface(space.footprint)
    return made | {
        "name": geojson.text(space.name),
        "level": geojson.level_ref(data.building.level(space.level)),
        "position": geojson.positions(data.building.frame, [[inside.x, inside.y, space.floor_m]])[0],
    }


def _platforms(data: VenueData, line: Line) -> list[dict[str, Any]]:
    spaces = [space for ident in line.spaces if isinstance(space := data.elements.get(ident), Space)]
    return [
        {"id": s.id, "name": geojson.text(s.name), "level": geojson.level_ref(data.building.level(s.level))}
        for s in spaces
    ]
