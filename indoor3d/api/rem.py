"""Routes in the shape of the OGC Route Exchange Model (OGC API - Routes - Part 1, draft), with levels as our extension."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.geojson import Feature
from indoor3d.api.respond import finite
from indoor3d.models.building import Building
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.directions import Step, guide
from indoor3d.routing.route import Route

_STEPPED = frozenset({Mode.STAIRS, Mode.ESCALATOR})


def collection(data: VenueData, routes: Sequence[Route], *, names: Sequence[str]) -> dict[str, Any]:
    """Give one route through several waypoints as a FeatureCollection.

    Parameters
    ----------
    data : VenueData
    routes : sequence of Route
        From each waypoint to the next.
    names : sequence of str
        Names of the first and the last waypoint.
    """
    site = _joined(routes)
    overview = _overview(data, routes, site)
    coordinates = overview["geometry"]["coordinates"]
    features = [
        overview,
        _waypoint("start", coordinates[0], data.building, routes[0].levels[0]),
        *_segments(data.building, routes),
        _waypoint("end", coordinates[-1], data.building, routes[-1].levels[-1]),
    ]
    for number, feature in enumerate(features, start=1):
        feature["id"] = number
    return {
        "type": "FeatureCollection",
        "name": " → ".join(names),
        "bbox": geojson.bbox(coordinates),
        "venue": data.record.venue.id,
        "version": data.record.version,
        "schematic": data.record.venue.schematic,
        "features": features,
    }


def step_free(route: Route) -> bool | None:
    """Whether a route has no steps: True when it was made for wheels, False with stairs or escalators, else unknown.

    A walker's route may cross a threshold that nobody measured; calling it step-free would be a guess.
    """
    if any(leg.mode in _STEPPED for leg in route.legs):
        return False
    return True if route.profile == "wheelchair" else None


def summary(route: Route, building: Building) -> dict[str, Any]:
    """Properties that every route has."""
    return {
        "length_m": finite(route.length_m),
        "duration_s": finite(route.duration_s),
        "climb_m": finite(route.climb_m, 2),
        "mode": route.profile,
        "step_free": step_free(route),
        "levels": [building.level(level).short_name for level in route.levels],
        "level_ids": list(route.levels),
        "openings": list(route.openings),
        "closures_applied": list(route.closed),
    }


def _joined(routes: Sequence[Route]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Positions of all routes in one line; a joint appears once."""
    parts = [np.asarray(routes[0].positions)]
    parts += [np.asarray(route.positions)[1:] for route in routes[1:]]
    return np.concatenate(parts)


def _overview(data: VenueData, routes: Sequence[Route], site: np.ndarray[Any, np.dtype[np.float64]]) -> Feature:
    parts = [summary(route, data.building) for route in routes]
    verdicts = [part["step_free"] for part in parts]
    properties = {
        "featureType": "overview",
        "length_m": finite(sum(route.length_m for route in routes)),
        "duration_s": finite(sum(route.duration_s for route in routes)),
        "climb_m": finite(sum(route.climb_m for route in routes), 2),
        "mode": routes[0].profile,
        "step_free": False if False in verdicts else None if None in verdicts else True,
        "levels": _without_repeats(name for part in parts for name in part["levels"]),
        "level_ids": _without_repeats(ident for part in parts for ident in part["level_ids"]),
        "openings": [ident for part in parts for ident in part["openings"]],
        "closures_applied": list(routes[0].closed),
        "site_coordinates": site.round(3).tolist(),
    }
    return {"type": "Feature", "id": 0, "geometry": geojson.line(data.building.frame, site), "properties": properties}


def _without_repeats(values: Iterator[str]) -> list[str]:
    kept: list[str] = []
    for value in values:
        if not kept or kept[-1] != value:
            kept.append(value)
    return kept


def _waypoint(kind: str, coordinates: list[float], building: Building, level: str) -> Feature:
    return {
        "type": "Feature",
        "id": 0,
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": {"featureType": kind, "level": geojson.level_ref(building.level(level))},
    }


def _segments(building: Building, routes: Sequence[Route]) -> Iterator[Feature]:
    teller = guide(building)
    for leg, route in enumerate(routes):
        steps = teller.steps(route)
        texts = zip(teller.say(steps, lang="ko"), teller.say(steps, lang="en"), strict=True)
        for step, (ko, en) in zip(steps, texts, strict=True):
            yield _segment(building, step, {"ko": ko, "en": en}, leg)


def _segment(building: Building, step: Step, text: dict[str, str], leg: int) -> Feature:
    """One step: the point is where it is to be done, as in the examples of the standard."""
    properties = {
        "featureType": "segment",
        "length_m": finite(step.length_m),
        "duration_s": finite(step.duration_s),
        "instructions": _turn(step.maneuver),
        "type": step.type,
        "maneuver": step.maneuver,
        "angle_deg": finite(step.angle_deg, 0),
        "text": text,
        "level_from": geojson.level_ref(building.level(step.level_from)),
        "level_to": geojson.level_ref(building.level(step.level_to)),
        "elements": list(step.elements),
        "leg": leg,
    }
    return {
        "type": "Feature",
        "id": 0,
        "geometry": geojson.point(building.frame, step.position),
        "properties": properties,
    }


def _turn(maneuver: str) -> str:
    """The standard knows three: continue, left, right."""
    return next((side for side in ("left", "right") if side in maneuver), "continue")
