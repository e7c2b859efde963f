"""What people look for around them, whatever it is in the model: a facility, an exit, a lift, a restroom, a refuge."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely

from indoor3d.models.building import Building, Connector, Exit, Facility, Space
from indoor3d.models.vocabulary import ConnectorCategory, FacilityCategory, SpaceCategory
from indoor3d.routing.place import Place

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
