"""Rescuers' ways in as they are asked for through the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indoor3d.api import geojson, rem
from indoor3d.api.cache import VenueData
from indoor3d.api.errors import describe
from indoor3d.api.escapes import Asked, find
from indoor3d.api.explained import explained
from indoor3d.api.processes import understood
from indoor3d.api.respond import finite
from indoor3d.errors import NoOpenExit
from indoor3d.models.demand import load
from indoor3d.models.rescue import HoseReach
from indoor3d.models.state import Effects
from indoor3d.routing.evacuation.rescue import AGAINST_FLOW, PROFILE, WayIn
from indoor3d.routing.evacuation.rescuers import Approach, Stream, approach, quickest, stream_of
from indoor3d.routing.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked.

    Parameters
    ----------
    places : tuple of Place
        What the target may mean.
    closed : tuple of str
    effects : Effects
        The state of the venue.
    scenario : Any
        Who is in the building, in the form of scenarios; None: nobody has said.
    hose_m : float
    """

    places: tuple[Place, ...]
    closed: tuple[str, ...]
    effects: Effects
    scenario: Any
    hose_m: float


def respond(data: VenueData, call: Call, lang: str) -> dict[str, Any]:
    """Answer with the ways in as GeoJSON.

    Raises
    ------
    NoOpenExit, NoRoute, OffNetwork, UnknownElement, InvalidScenario
    """
    people: Mapping[str, int] = {}
    stream = None
    if call.scenario is not None:
        people = load(data.building, understood(data, call.scenario)).persons
        stream = _stream(data, call, people)
    place = quickest(data.graph, call.places, closed=call.closed, effects=call.effects)
    found = approach(data.graph, place, closed=call.closed, effects=call.effects, stream=stream, hose_m=call.hose_m)
    ways = list(zip(found.ways, found.shares, strict=True))
    features = [_feature(data, way, share, stream, lang) for way, share in ways]
    for number, feature in enumerate(features):
        feature["id"] = number
    return {
        "type": "FeatureCollection",
        "venue": data.record.venue.id,
        "version": data.record.version,
        "schematic": data.record.venue.schematic,
        "mode": PROFILE,
        "target": _target(data, found),
        "closures_applied": sorted({*call.closed, *call.effects.closed} - {found.enters}),
        "enters_closed": found.enters or None,
        "persons": sum(people.values()) if stream is not None else None,
        "against_flow_factor": AGAINST_FLOW,
        "hose": _hose(data, found.hose, call.hose_m),
        "staging": _staging(data, found, counted=stream is not None),
        "ways_in": sum(way.route is not None for way in found.ways),
        "features": features,
    }


def _stream(data: VenueData, call: Call, people: Mapping[str, int]) -> Stream:
    """Everybody goes by the way that is quickest for their space; where nobody gets out, nobody is met."""
    asked = Asked(profile="walk", closed=call.closed, effects=call.effects, closes={})
    try:
        _, escapes = find(data, None, asked)
    except NoOpenExit:
        return Stream(passing={}, leaving={})
    return stream_of([one.escape for one in escapes], people)


def _target(data: VenueData, found: Approach) -> dict[str, Any]:
    place, space = found.place, found.space
    element = data.building.by_id.get(place.element)
    level = place.level or (None if space is None else space.level)
    height = place.z_m if place.z_m is not None else 0.0 if space is None else space.floor_m
    return {
        "element": place.element or None,
        "name": None if element is None else geojson.text(element.name),
        "space": None if space is None else space.id,
        "space_name": None if space is None else geojson.text(space.name),
        "level": None if level is None else geojson.level_ref(data.building.level(level)),
        "position": geojson.positions(data.building.frame, [(place.x_m, place.y_m, height)])[0],
    }


def _hose(data: VenueData, hose: HoseReach | None, limit_m: float) -> dict[str, Any] | None:
    if hose is None:
        return None
    source = data.building.by_id.get(hose.source)
    return {
        "space": hose.space,
        "source": hose.source or None,
        "source_name": None if source is None else geojson.text(source.name),
        "length_m": None if hose.length_m is None else finite(hose.length_m),
        "limit_m": limit_m,
        "within": hose.within,
    }


def _staging(data: VenueData, found: Approach, *, counted: bool) -> list[dict[str, Any]]:
    exits = {exit_.id: exit_ for exit_ in data.building.exits}
    return [
        {
            "exit": one.exit,
            "exit_number": exits[one.exit].number,
            "exit_name": geojson.text(one.name),
            "position": geojson.positions(data.building.frame, [exits[one.exit].position])[0],
            "persons": one.persons if counted else None,
            "appliance_access": one.appliance_access,
        }
        for one in found.staging
    ]


def _feature(data: VenueData, way: WayIn, share: float, stream: Stream | None, lang: str) -> geojson.Feature:
    building = data.building
    exit_ = next(item for item in building.exits if item.id == way.exit)
    properties: dict[str, Any] = {
        "featureType": "way-in" if way.route is not None else "no-way-in",
        "exit": exit_.id,
        "exit_number": exit_.number,
        "exit_name": geojson.text(exit_.name),
        "level": geojson.level_ref(building.level(exit_.level)),
    }
    if way.route is None:
        told = None if way.problem is None else describe(explained(way.problem, data, lang=lang), lang=lang)
        geometry = geojson.point(building.frame, exit_.position)
        return {"type": "Feature", "id": 0, "geometry": geometry, "properties": properties | {"problem": told}}
    met: Sequence[str] = way.against
    properties |= {
        **rem.summary(way.route, building),
        "against": [
            {
                "element": name,
                "name": geojson.text(building.titles[name]) if name in building.titles else None,
                "persons": stream.passing[name],
            }
            for name in met
            if stream is not None
        ],
        "against_share": None if stream is None else finite(share, 3),
    }
    geometry = geojson.line(building.frame, way.route.positions)
    return {"type": "Feature", "id": 0, "geometry": geometry, "properties": properties}
