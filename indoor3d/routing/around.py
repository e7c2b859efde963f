"""What is around somebody, whatever it is in the model: a facility, an exit, a lift, a restroom, a refuge; by the way walked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from indoor3d.errors import OffNetwork
from indoor3d.models.building import Building, Connector, Exit, Facility, Space
from indoor3d.models.state import Effects
from indoor3d.models.vocabulary import Access, ConnectorCategory, FacilityCategory, SpaceCategory
from indoor3d.routing.place import Place

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

OTHER_SIDE_M = 150.0
"""What lies beyond the gates counts so much farther: a fare, and the way back (ACCESSIBILITY.md §6, no. 10; D)."""
_CALM = Effects()

_CONNECTORS = {ConnectorCategory.LIFT: FacilityCategory.LIFT, ConnectorCategory.ESCALATOR: FacilityCategory.ESCALATOR}
_SPACES = {
    SpaceCategory.RESTROOM: FacilityCategory.RESTROOM,
    SpaceCategory.RESTROOM_ACCESSIBLE: FacilityCategory.RESTROOM_ACCESSIBLE,
    SpaceCategory.RESTROOM_FAMILY: FacilityCategory.RESTROOM_FAMILY,
    SpaceCategory.NURSING_ROOM: FacilityCategory.NURSING_ROOM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something to go to. ``accessible`` is None when nobody has said."""

    element: Facility | Exit | Connector | Space
    category: FacilityCategory
    place: Place
    accessible: bool | None


def candidates(building: Building, *, near: Place, categories: frozenset[str]) -> tuple[Candidate, ...]:
    """Everything of some categories (all when empty), by id; a lift where one gets on nearest to ``near``."""
    found = (
        *_facilities(building),
        *_exits(building),
        *_connectors(building, near),
        *_spaces(building),
        *_refuges(building),
    )
    chosen = [c for c in found if not categories or str(c.category) in categories]
    return tuple(sorted(chosen, key=lambda c: c.element.id))


def _facilities(building: Building) -> Iterator[Candidate]:
    for item in building.facilities:
        yield Candidate(
            element=item,
            category=item.category,
            place=_place(item.position, item.level, item.id),
            accessible=item.accessible,
        )


def _exits(building: Building) -> Iterator[Candidate]:
    for item in building.exits:
        place = _place(item.position, item.level, item.id)
        yield Candidate(element=item, category=FacilityCategory.EXIT, place=place, accessible=None)


def _connectors(building: Building, near: Place) -> Iterator[Candidate]:
    here = None if near.level is None else building.level(near.level)
    for item in building.connectors:
        category = _CONNECTORS.get(item.category)
        if category is None:
            continue
        height = near.z_m if near.z_m is not None else (here.elevation_m if here else 0.0)
        stop = min(item.stops, key=lambda s: (s.level != near.level, abs(s.position[2] - height), s.level))
        place = _place(stop.position, stop.level, item.id)
        yield Candidate(element=item, category=category, place=place, accessible=category is FacilityCategory.LIFT)


def _spaces(building: Building) -> Iterator[Candidate]:
    """Restrooms that are drawn as spaces and have no facility of their own."""
    known = {(facility.space, facility.category) for facility in building.facilities}
    for item in building.spaces:
        category = _SPACES.get(item.category)
        if category is None or (item.id, category) in known:
            continue
        accessible = True if category is FacilityCategory.RESTROOM_ACCESSIBLE else None
        yield Candidate(element=item, category=category, place=_inside(item), accessible=accessible)


def _refuges(building: Building) -> Iterator[Candidate]:
    """Spaces to wait for rescue in; whatever else they are."""
    spaces = {space.id: space for space in building.spaces}
    for refuge in building.refuges:
        if refuge.space in spaces:
            space = spaces[refuge.space]
            yield Candidate(element=space, category=FacilityCategory.REFUGE, place=_inside(space), accessible=None)


def _inside(space: Space) -> Place:
    inside = shapely.point_on_surface(space.footprint)
    return _place((inside.x, inside.y, space.floor_m), space.level, space.id)


def _place(position: tuple[float, float, float], level: str, element: str) -> Place:
    x, y, z = position
    return Place(x_m=x, y_m=y, z_m=z, level=level, element=element)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is looked for.

    Parameters
    ----------
    categories : frozenset of str
        None means all.
    radius_m : float
        Not farther than this, by the way walked or, with ``by_walk`` false, in a straight line.
    profile : str
        Who walks.
    by_walk : bool
        Whether the way walked counts, over all levels; else the straight line, on the level of the start.
    accessible : bool
        Only what is known to be accessible and reached without steps.
    effects : Effects
        The state of the venue at the moment.
    """

    categories: frozenset[str] = frozenset()
    radius_m: float = 500.0
    profile: str = "walk"
    by_walk: bool = True
    accessible: bool = False
    effects: Effects = _CALM


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One candidate with its distances.

    Parameters
    ----------
    candidate : Candidate
    line_m : float
        Straight in plan.
    walk_m, walk_s : float
        Infinite where there is no way, NaN when nobody looked.
    step_free : bool or None
        Whether a wheelchair reaches it; None when nobody looked.
    inside_gates : bool or None
        None where nobody can tell.
    """

    candidate: Candidate
    line_m: float
    walk_m: float
    walk_s: float
    step_free: bool | None = None
    inside_gates: bool | None = None


def around(graph: "NavGraph", start: Place, wish: Wish) -> list[Found]:
    """Find what is near a place, nearest first; what cannot be reached comes last.

    Parameters
    ----------
    graph : NavGraph
    start : Place
    wish : Wish

    Raises
    ------
    OffNetwork
        The start is too far from any free space.
    UnknownProfile, UnknownLevel, InvalidPosition

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from indoor3d.routing.place import find_place
    >>> from tests.buildings import two_floors
    >>> graph = build_navigation(two_floors())
    >>> found = around(graph, find_place(graph.building, "hall"), Wish(categories=frozenset({"exit", "lift"})))
    >>> [one.candidate.element.id for one in found]
    ['lift-1', 'exit-1', 'exit-2']
    """
    wanted = candidates(graph.building, near=start, categories=wish.categories)
    lines = [float(np.hypot(c.place.x_m - start.x_m, c.place.y_m - start.y_m)) for c in wanted]
    # No way is shorter than the straight line: what is farther need not be walked to.
    near = [(c, line) for c, line in zip(wanted, lines, strict=True) if line <= wish.radius_m]
    if wish.by_walk:
        found = [f for f in _walked(graph, start, near, wish) if f.walk_m <= wish.radius_m or np.isinf(f.walk_m)]
    else:
        found = [
            Found(candidate=c, line_m=line, walk_m=np.nan, walk_s=np.nan)
            for c, line in near
            if start.level in {None, c.place.level}
        ]
    found = [replace(f, inside_gates=_inside_gates(graph, f.candidate.place)) for f in found]
    if wish.accessible:
        reached = on_wheels(graph, start, found, effects=wish.effects) if wish.by_walk else found
        found = [f for f in reached if _accessible(f, wish)]
    here = _inside_gates(graph, start)

    def order(f: Found) -> tuple[float, float, str]:
        away = f.walk_m if wish.by_walk else f.line_m
        crosses = None not in {here, f.inside_gates} and here != f.inside_gates
        return away + OTHER_SIDE_M * crosses, f.line_m, f.candidate.element.id

    return sorted(found, key=order)


def on_wheels(graph: "NavGraph", start: Place, found: Collection[Found], *, effects: Effects = _CALM) -> list[Found]:
    """Find out what a wheelchair reaches; nothing from where it cannot stand.

    Raises
    ------
    UnknownLevel, InvalidPosition
    """
    goals = [f.candidate.place for f in found]
    try:
        ways = graph.distances(start, goals, profile="wheelchair", effects=effects).length_m
    except OffNetwork:
        ways = np.full(len(goals), np.inf)
    return [replace(f, step_free=bool(np.isfinite(way))) for f, way in zip(found, ways, strict=True)]


def _inside_gates(graph: "NavGraph", place: Place) -> bool | None:
    """Whether a place lies in the paid area; None where it lies in no space."""
    if place.level is None:
        return None
    space = graph.space_at(place.level, (place.x_m, place.y_m, place.z_m or 0.0))
    return None if space is None else space.access is Access.PAID


def _accessible(found: Found, wish: Wish) -> bool:
    """Accept only what is known: reached without steps, and either said to be accessible or a mere way out."""
    if wish.by_walk and not found.step_free:
        return False
    if found.candidate.accessible is None:
        return wish.by_walk and found.candidate.category is FacilityCategory.EXIT
    return found.candidate.accessible


def _walked(graph: "NavGraph", start: Place, near: Sequence[tuple[Candidate, float]], wish: Wish) -> list[Found]:
    goals = [candidate.place for candidate, _ in near]
    ways = graph.distances(start, goals, profile=wish.profile, effects=wish.effects)
    return [
        Found(candidate=candidate, line_m=line, walk_m=float(length), walk_s=float(seconds))
        for (candidate, line), length, seconds in zip(near, ways.length_m, ways.duration_s, strict=True)
    ]
