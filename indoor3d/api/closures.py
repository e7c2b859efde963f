"""Between conditions and their JSON: what an operator sent becomes one, and everybody reads it without who reported it."""

import hashlib
from datetime import datetime
from typing import Any

import numpy as np
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.links import Link, Links
from indoor3d.api.outputs_closures import AreaBody, ClosureRequest, Words
from indoor3d.api.respond import JSON
from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building, Exit, Text
from indoor3d.models.state import STATE_LABELS, Area, Condition, Effects, check
from indoor3d.routing.hours import Calendar, understood
from indoor3d.store.state import Kept

_NO_TEXT = Text()


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def condition_of(
    body: ClosureRequest, building: Building, *, ident: str, by: str, moment: datetime, calendar: Calendar
) -> Condition:
    """What an operator sent, as a condition that the building can have.

    Raises
    ------
    UnknownElement, UnknownLevel
        It names what is not there.
    InvalidInput
        Its parts do not fit one another, or nobody understands its hours.
    InvalidPosition
        A corner of its area is no place near the site.
    """
    if not body.cause.ko.strip() and not body.cause.en.strip():
        raise InvalidInput("cause needs a text in Korean or English.", ko="cause에 한국어나 영어 설명이 필요합니다.")
    if body.hours and not understood(body.hours, calendar=calendar):
        raise InvalidInput(
            f"hours are not opening hours that can be evaluated: {body.hours[:64]!r}.",
            ko=f"hours를 해석할 수 없습니다: {body.hours[:64]!r}.",
        )
    condition = Condition(
        id=ident,
        effect=body.effect,
        elements=tuple(body.elements),
        area=None if body.area is None else _area(body.area, building),
        direction=body.direction,
        status=body.status,
        factor=body.factor,
        start=body.start,
        end=body.end,
        hours=body.hours,
        cause=_words(body.cause),
        source=body.source,
        reporter=body.reporter or by,
        reported_at=body.reported_at or moment,
        interval_s=body.interval_s,
        automatic=body.automatic,
        remedy=body.remedy,
        remedy_text=_words(body.remedy_text),
    )
    check(condition, building)
    return condition


def check_end(condition: Condition, moment: datetime) -> None:
    """Refuse what is over before it is said.

    Raises
    ------
    InvalidInput
    """
    if condition.end is not None and condition.end <= moment:
        raise InvalidInput("end lies in the past.", ko="end가 이미 지난 시각입니다.")


def _area(body: AreaBody, building: Building) -> Area:
    level = building.level(body.level)
    rings = []
    for ring in body.coordinates:
        rows = np.column_stack([np.array(ring), np.zeros(len(ring))])
        if (np.abs(rows[:, 0]) > 180).any() or (np.abs(rows[:, 1]) > 90).any():
            raise InvalidInput("area: longitude comes first.", ko="area: 경도가 먼저입니다.")
        rings.append(building.frame.from_lonlat(rows)[:, :2].tolist())
    return Area(level=level.id, polygon=Polygon(rings[0], rings[1:]))


def _words(words: Words) -> Text:
    return Text(default=words.ko or words.en, ko=words.ko, en=words.en)


def new_id(*, by: str, key: str | None, random: str) -> str:
    """Id of a new condition: from the operator and the Idempotency-Key where there is one, so that the same request makes it once."""
    if key is None:
        return f"cl-{random}"
    return "cl-" + hashlib.sha256(f"{by}\0{key}".encode()).hexdigest()[:24]


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def closure(kept: Kept, data: VenueData, links: Links) -> dict[str, Any]:
    """One condition, as everybody may read it: nothing in it depends on the moment."""
    condition = kept.condition
    return {
        "id": condition.id,
        "venue": kept.venue,
        "revision": kept.revision,
        "effect": condition.effect,
        "effect_label": _label(condition.effect),
        "elements": [_element(ident, data) for ident in condition.elements],
        "area": None if condition.area is None else _area_out(condition.area, data.building),
        "direction": condition.direction,
        "status": condition.status,
        "factor": condition.factor,
        "start": _time(condition.start),
        "end": _time(condition.end),
        "hours": condition.hours,
        "cause": geojson.text(condition.cause),
        "source": condition.source,
        "reported_at": _time(condition.reported_at),
        "interval_s": condition.interval_s,
        "automatic": condition.automatic,
        "remedy": condition.remedy,
        "remedy_text": geojson.text(condition.remedy_text),
        "ended": kept.ended,
        "links": _links(kept, links),
    }


def listed(kept: Kept, data: VenueData, effects: Effects, *, moment: datetime, links: Links) -> dict[str, Any]:
    """One condition in a list: with whether it is in force and whether it is stale."""
    stale_from = kept.condition.stale_from()
    return closure(kept, data, links) | {
        "in_force": kept.condition.id in effects.in_force,
        "stale": stale_from is not None and stale_from <= moment,
    }


def revision(kept: Kept, data: VenueData, links: Links) -> dict[str, Any]:
    """One change, for operators."""
    return {
        "revision": kept.revision,
        "ended": kept.ended,
        "by": kept.by,
        "at": kept.at.isoformat(),
        "reporter": kept.condition.reporter,
        "closure": closure(kept, data, links),
    }


def _links(kept: Kept, links: Links) -> list[Link]:
    return [
        {"rel": "self", "href": links.to("closures", kept.condition.id), "type": JSON},
        {"rel": "collection", "href": links.to("closures", venue=kept.venue), "type": JSON},
    ]


def _element(ident: str, data: VenueData) -> dict[str, Any]:
    found = data.elements.get(ident)
    level = None
    if found is not None:
        key = found.level if not hasattr(found, "stops") else found.stops[0].level
        level = geojson.level_ref(data.building.level(key))
    name = data.building.names.get(ident, _NO_TEXT)
    if isinstance(found, Exit) and name == _NO_TEXT and found.number:
        name = Text(default=found.number, ko=f"{found.number}번 출구", en=f"Exit {found.number}")
    return {"id": ident, "name": geojson.text(name), "level": level, "known": found is not None}


def _area_out(area: Area, building: Building) -> dict[str, Any]:
    elevation = next((v.elevation_m for v in building.levels if v.id == area.level), 0.0)
    polygons = getattr(area.polygon, "geoms", [area.polygon])
    return {"level": area.level, "polygons": [_rings(polygon, building, elevation) for polygon in polygons]}


def _rings(polygon: BaseGeometry, building: Building, elevation_m: float) -> list[geojson.Coordinates]:
    return [
        geojson.positions(building.frame, [(x, y, elevation_m) for x, y in ring.coords])
        for ring in (polygon.exterior, *polygon.interiors)
    ]


def _label(term: str) -> dict[str, str]:
    korean, english = STATE_LABELS[term]
    return {"ko": korean, "en": english}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
