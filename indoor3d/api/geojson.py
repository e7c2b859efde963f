"""Elements of a building as GeoJSON features (RFC 7946): lon, lat, height; ids and labels for people."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely import MultiPolygon, Polygon

from indoor3d.api.cache import Element, VenueData
from indoor3d.models.building import Connector, Exit, Facility, Level, Line, Opening, Space, Text
from indoor3d.models.frame import SiteFrame
from indoor3d.models.vocabulary import LABELS

Feature = dict[str, Any]
Coordinates = list[Any]

_DEGREES = 8
"""Decimals of a degree: 1.1 mm."""
_METRES = 3


def positions(frame: SiteFrame, site: ArrayLike) -> Coordinates:
    """``(N, 3)`` site metres as [lon, lat, height], rounded to a millimetre."""
    lonlat = frame.to_lonlat(site)
    lonlat[:, :2] = lonlat[:, :2].round(_DEGREES)
    lonlat[:, 2] = lonlat[:, 2].round(_METRES)
    rows: Coordinates = lonlat.tolist()
    return rows


def text(value: Text) -> dict[str, str]:
    """Name as the source has it, and in Korean and English."""
    return {"default": value.default, "ko": value.ko or value.best("ko"), "en": value.en or value.best("en")}


def label(term: str) -> dict[str, str]:
    """Name of a term of the vocabulary."""
    korean, english = LABELS.get(term, (term, term))
    return {"ko": korean, "en": english}


def level_ref(level: Level) -> dict[str, Any]:
    """Name a level where something else is described."""
    return {"id": level.id, "ordinal": level.ordinal, "short_name": level.short_name}


def level(value: Level) -> dict[str, Any]:
    """Describe a level."""
    return {**level_ref(value), "name": text(value.name), "elevation_m": round(value.elevation_m, _METRES)}


def line_ref(value: Line) -> dict[str, Any]:
    """Name a line that stops here."""
    return {"id": value.id, "short_name": value.short_name, "name": text(value.name), "colour": value.colour}


def point(frame: SiteFrame, site: Sequence[float]) -> Feature:
    """Point geometry."""
    return {"type": "Point", "coordinates": positions(frame, [site])[0]}


def line(frame: SiteFrame, site: ArrayLike) -> Feature:
    """LineString geometry; a single position is given twice, because a line has two ends (RFC 7946, 3.1.4)."""
    rows = positions(frame, site)
    return {"type": "LineString", "coordinates": rows if len(rows) > 1 else rows * 2}


def area(frame: SiteFrame, footprint: Polygon | MultiPolygon, z_m: float) -> Feature:
    """Polygon or MultiPolygon geometry at one height, outer rings counter-clockwise (RFC 7946, 3.1.6)."""
    parts = shapely.get_parts(shapely.orient_polygons(footprint))
    rings = [[_ring(frame, ring, z_m) for ring in (part.exterior, *part.interiors)] for part in parts]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(frame: SiteFrame, ring: shapely.LinearRing, z_m: float) -> Coordinates:
    flat = shapely.get_coordinates(ring)
    rows = positions(frame, np.column_stack([flat, np.full(len(flat), z_m)]))
    rows[-1] = rows[0]
    return rows


def bbox(coordinates: Sequence[Sequence[float]]) -> list[float]:
    """Bounds of positions: west, south, low, east, north, high."""
    rows = np.asarray(coordinates)
    return [*rows.min(axis=0).tolist(), *rows.max(axis=0).tolist()]


def feature(data: VenueData, element: Element, *, on: str | None = None) -> Feature:
    """One element as a feature; ``on`` is the level a connector is shown on."""
    at = on or _level_of(element)
    return {
        "type": "Feature",
        "id": element.id,
        "geometry": _geometry(data.building.frame, element, at),
        "properties": {**_common(data, element, at), **_special(data, element)},
    }


def _level_of(element: Element) -> str:
    return element.stops[0].level if isinstance(element, Connector) else element.level


def _common(data: VenueData, element: Element, at: str) -> dict[str, Any]:
    category = "exit" if isinstance(element, Exit) else str(element.category)
    return {
        "feature_type": type(element).__name__.lower(),
        "category": category,
        "category_label": label(category),
        "name": text(element.name),
        "venue": data.record.venue.id,
        "level": level_ref(data.building.level(at)),
    }


def _geometry(frame: SiteFrame, element: Element, at: str) -> Feature:
    if isinstance(element, Exit | Facility):
        return point(frame, element.position)
    if isinstance(element, Connector):
        stop = next((s for s in element.stops if s.level == at), element.stops[0])
        return area(frame, element.footprint, stop.position[2])
    return area(frame, element.footprint, element.floor_m)


def _special(data: VenueData, element: Element) -> Mapping[str, Any]:
    """Properties that only this kind of element has."""
    if isinstance(element, Space):
        refuge = next((r for r in data.building.refuges if r.space == element.id), None)
        return {
            "floor_m": round(element.floor_m, _METRES),
            "ceiling_m": round(element.ceiling_m, _METRES),
            "access": str(element.access),
            "access_label": label(element.access),
            "walkable": element.walkable,
            "text": text(element.text),
            "refuge": None if refuge is None else {"id": refuge.id, "capacity": refuge.capacity},
            "tactile": element.tactile,
            "hours": element.hours,
        }
    if isinstance(element, Opening):
        return _of_opening(element)
    if isinstance(element, Connector):
        levels = [level_ref(data.building.level(stop.level)) for stop in element.stops]
        return {"levels": levels, **_of_connector(element)}
    if isinstance(element, Exit):
        return {
            "number": element.number,
            "opening": element.opening,
            "certain": element.certain,
            "outside": element.outside,
            "adjoins": element.adjoins or None,
            "everyday": element.everyday,
            "hours": element.hours,
        }
    return {
        "space": element.space or None,
        "accessible": element.accessible,
        "text": text(element.text),
        "hours": element.hours,
    }


def _of_opening(value: Opening) -> dict[str, Any]:
    """What is known of an opening; null is what nobody has said."""
    return {
        "floor_m": round(value.floor_m, _METRES),
        "spaces": list(value.spaces),
        "exterior": value.exterior,
        "clear_width_m": value.clear_width_m,
        "clear_height_m": value.clear_height_m,
        "number": value.number or None,
        "kind": None if value.kind is None else str(value.kind),
        "kind_label": None if value.kind is None else label(value.kind),
        "automatic": value.automatic,
        "threshold_m": value.threshold_m,
        "intercom": value.intercom,
        "gap_m": value.gap_m,
        "gap_step_m": value.gap_step_m,
        "hours": value.hours,
    }


def _of_connector(value: Connector) -> dict[str, Any]:
    """What is known of a connector; null is what nobody has said."""
    return {
        "direction": str(value.direction),
        "clear_width_m": value.clear_width_m,
        "step_count": value.step_count,
        "car_width_m": value.car_width_m,
        "car_depth_m": value.car_depth_m,
        "through": value.through,
        "speed_mps": value.speed_mps,
        "needs_staff": value.needs_staff,
        "handrail": value.handrail,
        "tactile": value.tactile,
        "accessible": value.accessible,
        "max_slope": value.max_slope,
        "sign": None if value.sign == Text() else text(value.sign),
        "hours": value.hours,
    }
