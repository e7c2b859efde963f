"""Stops: from what people ask for (a name, a kind of thing, a rough position) to the places that may be meant."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from indoor3d.errors import OffNetwork, UnknownElement
from indoor3d.models.building import Building
from indoor3d.models.search import best_places
from indoor3d.models.search_words import named_categories
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.journey import Stop
from indoor3d.routing.place import Place, find_place

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

WITHIN = 2.0
"""A place may lie so many times its accuracy from where it was measured: 95 of 100 do."""
_MOST = 200
"""Places of one stop."""
_NEARBY = 3
"""As many places are offered where a position is off the network."""


def typed(building: Building, text: str) -> Stop:
    """Understand what somebody typed where anything may stand: a place, the venue itself, a kind of thing, a name.

    What has this id, name or number comes first; then a category, by its code or in words (``restroom_accessible``,
    ``nearest accessible restroom``, ``가까운 장애인 화장실``); then what :func:`named` finds by search.

    Parameters
    ----------
    building : Building
    text : str

    Raises
    ------
    UnknownElement
        Nothing is called so, or several unlike things are.
    UnknownLevel, InvalidPosition

    Examples
    --------
    >>> from tests.buildings import two_floors
    >>> [[place.element for place in typed(two_floors(), text).places] for text in ("office", "nearest lift", "나가는 곳")]
    [['office'], ['lift-1'], ['exit-1', 'exit-2']]
    """
    if text == building.venue.id or building.venue.name.matches(text):
        return Stop(places=entrances(building), name=text)
    try:
        return Stop(places=(find_place(building, text),))
    except UnknownElement:
        for category in (text, *named_categories(text)):
            found = tuple(_ids_of(building, category))
            if found:
                return Stop(places=tuple(find_place(building, ident) for ident in found[:_MOST]), name=text)
    return named(building, text)


def named(building: Building, text: str) -> Stop:
    """By id, exact name or number; else by search, where the best match is the only one as good, or several of one kind.

    The id or name of the venue means its :func:`entrances`.

    Parameters
    ----------
    building : Building
    text : str

    Raises
    ------
    UnknownElement
        Nothing is called so, or several unlike things are; ``context['candidates']`` are ids of what may be meant.
    UnknownLevel, InvalidPosition
    """
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
    ids = list(_ids_of(building, category))
    if not ids:
        raise UnknownElement(
            f"Venue {building.venue.id} has nothing of the category {category[:64]!r}.",
            ko=f"장소 {building.venue.id}에 {category[:64]!r} 종류의 시설이 없습니다.",
            element=category[:64],
        )
    return tuple(find_place(building, ident) for ident in ids[:_MOST])


def _ids_of(building: Building, category: str) -> Iterator[str]:
    wanted = category.strip().casefold()
    yield from (one.id for one in building.facilities if one.category == wanted)
    yield from (one.id for one in building.connectors if one.category == wanted)
    yield from (one.id for one in building.exits if wanted in {"exit", "entrance"} and one.everyday)
    housed = {one.space for one in building.facilities if one.category == wanted}
    for one in building.spaces:
        if one.category == wanted and one.walkable and one.category is not SpaceCategory.TRACK and one.id not in housed:
            yield one.id


def plausible(graph: "NavGraph", place: Place, accuracy_m: float) -> Stop:
    """Where somebody is most likely whose position is uncertain, and on which other levels they may be.

    The level that was given counts before any other, then the height, then the distance in plan.

    Raises
    ------
    OffNetwork
        No floor of any level is within twice the accuracy; ``context['nearby']`` are the nearest places that can be stood in.
    """
    found, near = [], []
    for index, surface in enumerate(graph.network.surfaces):
        at = graph.floors.free(index).nearest([[place.x_m, place.y_m]])[0]
        away = float(np.hypot(at[0] - place.x_m, at[1] - place.y_m))
        near.append((away, index, (float(at[0]), float(at[1]), surface.floor_m), surface.level))
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
            nearby=_nearby(graph, sorted(near)[:_NEARBY]),
        )
    found.sort(key=lambda one: one[:4])
    chosen = found[0][4]
    levels = dict.fromkeys(one[4].level or "" for one in found if one[4].level != chosen.level)
    sure = place.level == chosen.level or place.z_m is not None
    return Stop(places=(chosen,), accuracy_m=accuracy_m, asked=place, other_levels=() if sure else tuple(levels))


def _nearby(graph: "NavGraph", near: list[tuple[float, int, tuple[float, float, float], str]]) -> list[dict[str, Any]]:
    """The nearest places that can be stood in, for whoever asks again."""
    if not near:
        return []
    degrees = graph.building.frame.to_lonlat([at for _, _, at, _ in near])
    return [
        {"lon": round(float(lon), 8), "lat": round(float(lat), 8), "level": level, "distance_m": round(away, 1)}
        for (away, _, _, level), (lon, lat, _) in zip(near, degrees, strict=True)
    ]
