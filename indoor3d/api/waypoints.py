"""From the waypoints of a request to the stops of a journey."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indoor3d.api.cache import VenueData
from indoor3d.api.schemas import CategoryWaypoint, RefWaypoint, SiteWaypoint, Waypoint
from indoor3d.errors import Indoor3dError, OffNetwork, UnknownElement
from indoor3d.models.building import Building
from indoor3d.models.search import best_places
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.journey import Stop
from indoor3d.routing.place import Place, find_place, place_at

WITHIN = 2.0
"""A place may lie so many times its accuracy from where it was measured: 95 of 100 do."""
_MOST = 200
"""Places of one stop."""


def resolve(data: VenueData, waypoints: Sequence[Waypoint], *, member: str) -> tuple[Stop, ...]:
    """Find the stops; an error says which of the waypoints it is about (``pointer``).

    Raises
    ------
    UnknownElement, UnknownLevel, InvalidPosition, LevelMismatch, OffNetwork
    """
    stops = []
    for index, waypoint in enumerate(waypoints):
        try:
            stops.append(_stop(data, waypoint))
        except Indoor3dError as error:
            raise located(error, f"/{member}/{index}") from None
    return tuple(stops)


def places(data: VenueData, waypoints: Sequence[Waypoint], *, member: str) -> tuple[Place, ...]:
    """The same where each has to be one place: the first of several.

    Raises
    ------
    UnknownElement, UnknownLevel, InvalidPosition, LevelMismatch, OffNetwork
    """
    return tuple(stop.places[0] for stop in resolve(data, waypoints, member=member))


def located(error: Indoor3dError, pointer: str) -> Indoor3dError:
    """Give the same error, with the place in the body that it is about."""
    context = {"pointer": pointer, **error.context}
    return type(error)(error.detail["en"], ko=error.detail["ko"], **context)


def _stop(data: VenueData, waypoint: Waypoint) -> Stop:
    building = data.building
    if isinstance(waypoint, RefWaypoint):
        return _named(building, waypoint.ref)
    if isinstance(waypoint, CategoryWaypoint):
        return Stop(places=of_category(building, waypoint.category), name=waypoint.category)
    level = None if waypoint.level is None else building.level(waypoint.level).id
    if isinstance(waypoint, SiteWaypoint):
        place = Place(x_m=waypoint.x, y_m=waypoint.y, z_m=waypoint.z, level=level)
    else:
        place = place_at(building, waypoint.lon, waypoint.lat, level=level, height_m=waypoint.height)
    if waypoint.accuracy is None:
        return Stop(places=(place,))
    return plausible(data.graph, place, waypoint.accuracy)


def _named(building: Building, text: str) -> Stop:
    """By id, exact name or number; else by search, where the best match is the only one as good, or several of one kind."""
    if text == building.venue.id or building.venue.name.matches(text):
        return Stop(places=entrances(building), name=text)
    try:
        return Stop(places=(find_place(building, text),))
    except UnknownElement as unknown:
        found = [match for match in best_places(building, text) if match.position is not None]
        best = [match for match in found if match.score >= found[0].score - 1e-9]
        same = len({(match.kind, match.category, match.name.default) for match in best}) == 1
        if not best or not same or best[0].score < _SURE:
            if not found or "candidates" in unknown.context:
                raise
            context = {**unknown.context, "candidates": [match.id for match in found[:20]]}
            raise UnknownElement(unknown.detail["en"], ko=unknown.detail["ko"], **context) from None
        return Stop(places=tuple(find_place(building, match.id) for match in best[:_MOST]), name=text)


_SURE = 0.9
"""What fits less well is offered, and not taken."""


def entrances(building: Building) -> tuple[Place, ...]:
    """Everyday ways in from the street: what "from the station" means.

    Raises
    ------
    UnknownElement
        There is none.
    """
    found = [one for one in building.exits if one.outside and one.everyday] or [e for e in building.exits if e.outside]
    if not found:
        raise UnknownElement(
            f"Venue {building.venue.id} has no entrance.",
            ko=f"장소 {building.venue.id}에 출입구가 없습니다.",
            element=building.venue.id,
        )
    return tuple(find_place(building, one.id) for one in found)


def of_category(building: Building, category: str) -> tuple[Place, ...]:
    """Everything of a category that people go to: facilities, spaces, connectors and exits.

    Raises
    ------
    UnknownElement
        There is nothing of it.
    """
    wanted = category.strip().casefold()
    ids = [one.id for one in building.facilities if one.category == wanted]
    ids += [one.id for one in building.connectors if one.category == wanted]
    ids += [one.id for one in building.exits if wanted in {"exit", "entrance"} and one.everyday]
    housed = {one.space for one in building.facilities if one.category == wanted}
    ids += [
        one.id
        for one in building.spaces
        if one.category == wanted and one.walkable and one.category is not SpaceCategory.TRACK and one.id not in housed
    ]
    if not ids:
        raise UnknownElement(
            f"Venue {building.venue.id} has nothing of the category {category[:64]!r}.",
            ko=f"장소 {building.venue.id}에 {category[:64]!r} 종류의 시설이 없습니다.",
            element=category[:64],
        )
    return tuple(find_place(building, ident) for ident in ids[:_MOST])


def plausible(graph: NavGraph, place: Place, accuracy_m: float) -> Stop:
    """Where somebody is most likely whose position is uncertain, and on which other levels they may be.

    The level that was given counts before any other, then the height, then the distance in plan.

    Raises
    ------
    OffNetwork
        No floor of any level is within twice the accuracy.
    """
    found = []
    for index, surface in enumerate(graph.network.surfaces):
        at = graph.floors.free(index).nearest([[place.x_m, place.y_m]])[0]
        away = float(np.hypot(at[0] - place.x_m, at[1] - place.y_m))
        if away <= WITHIN * accuracy_m:
            height = 0.0 if place.z_m is None else abs(surface.floor_m - place.z_m)
            other = place.level is not None and surface.level != place.level
            moved = replace(place, x_m=float(at[0]), y_m=float(at[1]), z_m=surface.floor_m, level=surface.level)
            found.append((other, round(height, 1), round(away, 2), index, moved))
    if not found:
        raise OffNetwork(
            f"No walkable floor is within {WITHIN * accuracy_m:g} m of the position.",
            ko=f"위치에서 {WITHIN * accuracy_m:g} m 안에 걸을 수 있는 바닥이 없습니다.",
            position=[place.x_m, place.y_m],
            level=place.level,
        )
    found.sort(key=lambda one: one[:4])
    chosen = found[0][4]
    levels = dict.fromkeys(one[4].level or "" for one in found if one[4].level != chosen.level)
    sure = place.level == chosen.level or place.z_m is not None
    return Stop(places=(chosen,), accuracy_m=accuracy_m, asked=place, other_levels=() if sure else tuple(levels))
