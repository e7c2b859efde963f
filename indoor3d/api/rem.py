"""Routes in the shape of the OGC Route Exchange Model (OGC API - Routes - Part 1, draft), with levels as our extension."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.api import geojson, remarks
from indoor3d.api.cache import VenueData
from indoor3d.api.geojson import Coordinates, Feature
from indoor3d.api.respond import finite
from indoor3d.models.building import Building
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.directions import Guide, Step, Style, guide
from indoor3d.routing.journey import Journey
from indoor3d.routing.profile import PROFILES
from indoor3d.routing.route import Route

Floats = NDArray[np.float64]
LANGUAGES = ("ko", "en")

_STEPPED = frozenset({Mode.STAIRS, Mode.ESCALATOR})


def collection(
    data: VenueData,
    found: Journey,
    *,
    names: Sequence[str],
    now: datetime,
    manner: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Give one journey as a FeatureCollection.

    Parameters
    ----------
    data : VenueData
    found : Journey
    names : sequence of str
        Names of the first and the last waypoint.
    now : datetime
        The age of a status counts to here.
    manner : mapping
        How :meth:`~indoor3d.routing.directions.Guide.say` tells turns and lengths.
    """
    building, routes = data.building, found.routes
    draw = found.graph.naturaliser.path
    shown = _joined([draw(route) for route in routes])
    exact = _joined([route.positions for route in routes])
    told = [(leg, *row) for leg, route in enumerate(routes) for row in _steps(building, route, manner)]
    spots = np.array([step.position for _, step, _, _ in told])
    lonlat = geojson.positions(building.frame, np.concatenate([shown, exact, spots]))
    line, exact_line = lonlat[: len(shown)], lonlat[len(shown) : len(shown) + len(exact)]
    points = lonlat[len(shown) + len(exact) :]
    overview = _overview(data, found, exact, exact_line, now)
    overview["geometry"] = {"type": "LineString", "coordinates": line if len(line) > 1 else line * 2}
    features = [
        overview,
        _waypoint("start", line[0], building, routes[0].levels[0]),
        *(
            _segment(building, step, text, spoken, leg=leg, at=at)
            for (leg, step, text, spoken), at in zip(told, points, strict=True)
        ),
        _waypoint("end", line[-1], building, routes[-1].levels[-1]),
    ]
    for number, feature in enumerate(features, start=1):
        feature["id"] = number
    return {
        "type": "FeatureCollection",
        "name": " → ".join(names),
        "bbox": geojson.bbox(line),
        "venue": data.record.venue.id,
        "version": data.record.version,
        "schematic": data.record.venue.schematic,
        "features": features,
    }


def across(parts: Sequence[dict[str, Any]], *, names: Sequence[str]) -> dict[str, Any]:
    """One journey through several venues as one FeatureCollection.

    Parameters
    ----------
    parts : sequence of dict
        What :func:`collection` gave for each venue, in order.
    names : sequence of str
        Names of the first and the last waypoint.
    """
    overviews = [part["features"][0] for part in parts]
    told = [overview["properties"] for overview in overviews]
    line = [place for overview in overviews for place in overview["geometry"]["coordinates"]]
    verdicts = [one["step_free"] for one in told]
    added = {key: round(sum(one[key] for one in told), 2) for key in ("length_m", "duration_s", "climb_m", "unknowns")}
    listed = {
        key: [item for one in told for item in one[key]]
        for key in ("levels", "level_ids", "openings", "closures_applied", "notes", "equipment", "avoided")
    }
    properties = {
        **told[0],
        **added,
        **listed,
        "step_free": False if False in verdicts else None if None in verdicts else True,
        "exact": {"type": "LineString", "coordinates": [p for one in told for p in one["exact"]["coordinates"]]},
        "site_coordinates": None,
        "venues": [part["venue"] for part in parts],
        "handover": {"start": told[0]["handover"]["start"], "end": told[-1]["handover"]["end"]},
    }
    features = [
        {**overviews[0], "geometry": {"type": "LineString", "coordinates": line}, "properties": properties},
        parts[0]["features"][1],
    ]
    for number, part in enumerate(parts):
        segments = part["features"][2:-1]
        if number < len(parts) - 1 and len(segments) > 1:
            segments = segments[:-1]  # one arrives at the end only
        features += [
            {**one, "properties": {**one["properties"], "venue": part["venue"], "part": number}} for one in segments
        ]
    features.append(parts[-1]["features"][-1])
    return {
        **parts[0],
        "name": " → ".join(names),
        "bbox": geojson.bbox(line),
        "schematic": any(part["schematic"] for part in parts),
        "features": [{**feature, "id": number} for number, feature in enumerate(features, start=1)],
    }


def step_free(route: Route) -> bool | None:
    """Whether a route has no steps: True when it was made for wheels, False with stairs or escalators, else unknown.

    A walker's route may cross a threshold that nobody measured; calling it step-free would be a guess.
    """
    if any(leg.mode in _STEPPED for leg in route.legs):
        return False
    return True if PROFILES[route.profile].stairs_up_mps is None else None


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


def _joined(parts: Sequence[Floats]) -> Floats:
    """Positions of all routes in one line; a joint appears once."""
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _overview(data: VenueData, found: Journey, site: Floats, exact: Coordinates, now: datetime) -> Feature:
    routes = found.routes
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
        "exact": {"type": "LineString", "coordinates": exact},
        "site_coordinates": site.round(3).tolist(),
        **remarks.told(data, found, now=now),
    }
    return {"type": "Feature", "id": 0, "geometry": None, "properties": properties}


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


def _steps(
    building: Building, route: Route, manner: Mapping[str, Any]
) -> Iterator[tuple[Step, dict[str, str], dict[str, Any] | None]]:
    """Every step with what is read and, where it is asked for, what is heard."""
    teller = guide(building)
    steps = teller.steps(route)
    how = {key: value for key, value in manner.items() if key != "spoken"}
    texts = _said(teller, steps, "plain", how)
    heard: Sequence[dict[str, Any] | None] = [None] * len(steps)
    if manner.get("spoken"):
        heard = _said(teller, steps, "spoken", how)
        pace = {key: how[key] for key in ("unit", "step_length_m") if key in how}
        again = [teller.reassure(steps, lang=lang, **pace) for lang in LANGUAGES]
        for said, ko, en in zip(heard, *again, strict=True):
            said["reassure"] = [
                {"at_m": at, "text": {"ko": one, "en": other}} for (at, one), (_, other) in zip(ko, en, strict=True)
            ]
    yield from zip(steps, texts, heard, strict=True)


def _said(teller: Guide, steps: Sequence[Step], style: Style, how: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = teller.tell(steps, langs=LANGUAGES, style=style, **how)
    return [dict(zip(LANGUAGES, texts, strict=True)) for texts in told]


def _segment(
    building: Building, step: Step, text: dict[str, str], spoken: dict[str, Any] | None, *, leg: int, at: Coordinates
) -> Feature:
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
    if spoken is not None:
        properties |= {"spoken": spoken, "announce_at_m": step.announce_at_m}
    return {"type": "Feature", "id": 0, "geometry": {"type": "Point", "coordinates": at}, "properties": properties}


def _turn(maneuver: str) -> str:
    """The standard knows three: continue, left, right."""
    return next((side for side in ("left", "right") if side in maneuver), "continue")
