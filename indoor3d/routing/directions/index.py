"""What directions need to know of a building, looked up once: doors and their senses, connectors, landmarks."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely

from indoor3d.models.building import Building, Connector, Opening, Position, Space
from indoor3d.models.vocabulary import (
    Access,
    ConnectorCategory,
    FacilityCategory,
    OpeningCategory,
    SpaceCategory,
)
from indoor3d.routing.directions.sight import SAME_FLOOR_M, Floor, Walls, walls
from indoor3d.routing.kept import Shared

STREET = "street"
_AROUND = np.linspace(0.0, 2 * math.pi, 16, endpoint=False)
_BESIDE_M = 0.3
"""How far beyond an opening's corners one looks for what is on its sides."""
_ABREAST_M = 2.5
"""Escalators whose ends are no farther apart than this stand side by side: two steps of 1.2 m and a balustrade."""
_LANDING_M = 0.8
"""A level part of stairs at least this long is a landing: one tread is at most 0.36 m (ACCESSIBILITY.md §2.1)."""
CELL_M = 8.0
"""Side of the cells that landmarks and doors are filed in."""
DOOR_M = 2.5
"""One who starts this near to a door knows it: a platform's edge is where one stands after getting off."""
AT_M = 1.0
"""A route that ends this near to something leads to it."""
THRESHOLD_M = 0.02
"""The highest step that a wheelchair takes and a foot does not find by itself (ACCESSIBILITY.md §2.1)."""
TURNING_M = 1.5
"""A wheelchair turns about in 1.5 m × 1.5 m (ACCESSIBILITY.md §2.3: ISO 21542, Korean law)."""

_RANK: dict[str, int] = {
    category: rank
    for rank, category in enumerate(
        (
            SpaceCategory.RESTROOM,
            ConnectorCategory.LIFT,
            ConnectorCategory.ESCALATOR,
            ConnectorCategory.STAIRS,
            FacilityCategory.TICKET_MACHINE,
            FacilityCategory.INFORMATION,
            FacilityCategory.RECEPTION,
            SpaceCategory.NURSING_ROOM,
            FacilityCategory.SERVICE_OFFICE,
            FacilityCategory.LOCKER,
            FacilityCategory.CERTIFICATE_KIOSK,
            SpaceCategory.CAFE,
            SpaceCategory.SHOP,
            SpaceCategory.AUDITORIUM,
            SpaceCategory.EXHIBITION,
            SpaceCategory.READING_ROOM,
            FacilityCategory.DRINKING_WATER,
            FacilityCategory.LOST_PROPERTY,
            FacilityCategory.AED,
        )
    )
}
"""Landmarks by how much they strike the eye: DIRECTIONS.md §2 names the first; all are permanent and can be seen."""
UNSTRIKING = len(_RANK)
"""Rank of everything else."""
_ALIKE: dict[str, str] = {
    SpaceCategory.RESTROOM_ACCESSIBLE: SpaceCategory.RESTROOM,
    SpaceCategory.RESTROOM_FAMILY: SpaceCategory.RESTROOM,
    FacilityCategory.RESTROOM: SpaceCategory.RESTROOM,
    FacilityCategory.RESTROOM_ACCESSIBLE: SpaceCategory.RESTROOM,
    FacilityCategory.RESTROOM_FAMILY: SpaceCategory.RESTROOM,
    FacilityCategory.NURSING_ROOM: SpaceCategory.NURSING_ROOM,
}
_DOORS = {OpeningCategory.DOOR, OpeningCategory.ENTRANCE, OpeningCategory.SCREEN_DOOR}
_NO_CHOICE = {SpaceCategory.CORRIDOR, SpaceCategory.PASSAGE}
_LED_TO = {SpaceCategory.PLATFORM, SpaceCategory.CONCOURSE}


class Mark(NamedTuple):
    """Something that is seen from afar; ``rank`` is lower for what strikes the eye more.

    A space is seen at an opening into it, whose id is ``via``.
    """

    x_m: float
    y_m: float
    z_m: float
    id: str
    category: str
    rank: int
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An opening as a passer-by knows it.

    Parameters
    ----------
    id, level : str
    centre : (x, y, z), metres, site frame
    reach_m : float
        From the centre to its farthest corner.
    category : str
        ``door``, ``gate`` or ``exit``; empty for what nobody notices.
    outward : (x, y)
        Unit vector out of the building, the paid area or the platform; (0, 0) when there is none.
    seen_as : str
        The same, and ``platform_door`` for a door to the train.
    kind : str
    automatic : bool or None
    warnings : tuple of str
    """

    id: str
    level: str
    centre: Position
    reach_m: float
    category: str
    outward: tuple[float, float]
    seen_as: str
    kind: str
    automatic: bool | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A connector as its rider knows it.

    Parameters
    ----------
    connector : Connector
    centre : (x, y), metres, site frame
    leads_to : dict
        What each level's stop leads to: the id of a platform or concourse, or :data:`STREET` in a station.
    beside : tuple of (x, y)
        Middles of those that stand side by side with it, its own included; empty for one alone.
    flights : int
    turns : bool or None
        Whether a wheelchair can turn in the car; None when nobody has said how large it is.
    staff : bool
    """

    connector: Connector
    centre: tuple[float, float]
    leads_to: dict[str, str]
    beside: tuple[tuple[float, float], ...]
    flights: int
    turns: bool | None
    staff: bool


class Index:
    """Tables of one building."""

    def __init__(self, building: Building) -> None:
        spaces = {space.id: space for space in building.spaces}
        self.doors_of = {one.id: one.opening for one in building.exits}
        self.exits = {one.opening: one for one in building.exits}
        self.floor = Floor(space for space in building.spaces if space.walkable)
        self.walls: dict[str, Walls] = walls(building)
        self.tactile = any(space.tactile is not None for space in building.spaces)
        self.gaps = {opening.id: _gap(opening, spaces, exit_=opening.id in self.exits) for opening in building.openings}
        self.carriers = self._carriers(building)
        self.marks: dict[tuple[str, int, int], list[Mark]] = defaultdict(list)
        self.alike: dict[tuple[str, str], list[Mark]] = defaultdict(list)
        for level, mark in _marks(building, spaces):
            self.marks[level, math.floor(mark.x_m / CELL_M), math.floor(mark.y_m / CELL_M)].append(mark)
            self.alike[level, mark.category].append(mark)
        self.targets: dict[tuple[str, int, int], list[Mark]] = defaultdict(list)
        self.wanted: dict[str, Mark] = {}
        for facility in building.facilities:
            x, y, z = facility.position
            rank = _RANK.get(_ALIKE.get(facility.category, facility.category), UNSTRIKING)
            mark = Mark(x, y, z, facility.id, str(facility.category), rank)
            self.wanted[facility.id] = mark
            for column in {math.floor((x + d) / CELL_M) for d in (-AT_M, AT_M)}:
                for row in {math.floor((y + d) / CELL_M) for d in (-AT_M, AT_M)}:
                    self.targets[facility.level, column, row].append(mark)
        self.entries: dict[tuple[str, int, int], list[Gap]] = defaultdict(list)
        for gap in self.gaps.values():
            for column in {math.floor((gap.centre[0] + d) / CELL_M) for d in (-DOOR_M, DOOR_M)} if gap.category else ():
                for row in {math.floor((gap.centre[1] + d) / CELL_M) for d in (-DOOR_M, DOOR_M)}:
                    self.entries[gap.level, column, row].append(gap)
        self.choices = _choices(building, self.floor)
        self.walks, self.landmarks = Shared(), Shared()

    def _carriers(self, building: Building) -> dict[str, Carrier]:
        streets = {level.id for level in building.levels if level.ordinal == 0 and building.venue.lines}
        abreast = _abreast(building.connectors)
        found = {}
        for connector in building.connectors:
            middle = connector.footprint.centroid
            leads_to = {}
            for stop in connector.stops:
                space = self._landing(stop.level, stop.position, (middle.x, middle.y))
                if space is not None and space.category in _LED_TO:
                    leads_to[stop.level] = space.id
                elif stop.level in streets and (space is None or space.access is not Access.PAID):
                    leads_to[stop.level] = STREET
            found[connector.id] = Carrier(
                connector=connector,
                centre=(middle.x, middle.y),
                leads_to=leads_to,
                beside=abreast.get(connector.id, ()),
                flights=_flights(connector),
                turns=_turns(connector),
                staff=bool(connector.needs_staff) or str(connector.category) == "wheelchair_lift",
            )
        return found

    def _landing(self, level: str, at: Position, middle: tuple[float, float]) -> Space | None:
        """The space in front of a stop: half a metre away from the connector, or right there."""
        x, y = at[0] - middle[0], at[1] - middle[1]
        away = math.hypot(x, y) or 1.0
        ahead = self.floor.at(level, at[0] + 0.5 * x / away, at[1] + 0.5 * y / away, at[2])
        return ahead or self.floor.at(level, at[0], at[1], at[2])

    def near(self, level: str, position: Position, within_m: float) -> list[Mark]:
        """Landmarks of the same floor no farther than ``within_m``."""
        x, y, z = position
        low_x, high_x = math.floor((x - within_m) / CELL_M), math.floor((x + within_m) / CELL_M)
        low_y, high_y = math.floor((y - within_m) / CELL_M), math.floor((y + within_m) / CELL_M)
        return [
            mark
            for column in range(low_x, high_x + 1)
            for row in range(low_y, high_y + 1)
            for mark in self.marks.get((level, column, row), ())
            if (mark.x_m - x) ** 2 + (mark.y_m - y) ** 2 <= within_m * within_m and abs(mark.z_m - z) < SAME_FLOOR_M
        ]

    def bends(self, level: str, position: Position) -> bool:
        """Whether a turn here is no choice: the passage has two ends and bends."""
        space = self.floor.at(level, *position)
        return space is not None and space.category in _NO_CHOICE and self.choices.get(space.id, 0) <= 2


def _gap(opening: Opening, spaces: dict[str, Space], *, exit_: bool) -> Gap:
    centre = opening.footprint.centroid
    x0, y0, x1, y1 = opening.footprint.bounds
    category = "gate" if opening.category is OpeningCategory.GATE else "door" if opening.category in _DOORS else ""
    beside = [spaces[ident] for ident in opening.spaces if ident in spaces]
    inner = [space for space in beside if space.category is not SpaceCategory.OUTDOOR]
    if category == "gate" and not exit_:
        inner = [space for space in beside if space.access is Access.PAID]
        inner = inner if len(inner) < len(beside) else []
    one_sided = exit_ or category == "gate" or opening.category is OpeningCategory.SCREEN_DOOR
    return Gap(
        id=opening.id,
        level=opening.level,
        centre=(centre.x, centre.y, opening.floor_m),
        reach_m=math.hypot(x1 - x0, y1 - y0) / 2,
        category="exit" if exit_ else category,
        outward=_outward(opening, inner) if one_sided else (0.0, 0.0),
        seen_as="exit" if exit_ else "platform_door" if opening.category is OpeningCategory.SCREEN_DOOR else category,
        kind="" if opening.kind is None else str(opening.kind),
        automatic=opening.automatic,
        warnings=_warnings(opening),
    )


def _warnings(opening: Opening) -> tuple[str, ...]:
    said = {
        "threshold": (opening.threshold_m or 0.0) >= THRESHOLD_M,
        "gap": bool(opening.gap_m),
        "intercom": bool(opening.intercom),
    }
    return tuple(code for code, is_so in said.items() if is_so)


def _outward(opening: Opening, inner: Sequence[Space]) -> tuple[float, float]:
    """Away from what is inside: the building's own spaces for an exit, the paid area for a gate, the platform."""
    if not inner:
        return 0.0, 0.0
    x0, y0, x1, y1 = opening.footprint.bounds
    middle = opening.footprint.centroid
    x, y = 0.0, 0.0
    for radius in (math.hypot(x1 - x0, y1 - y0) / 2 + _BESIDE_M, math.hypot(x1 - x0, y1 - y0) + 1.0):
        xs, ys = middle.x + radius * np.cos(_AROUND), middle.y + radius * np.sin(_AROUND)
        inside = np.zeros(len(_AROUND), np.bool_)
        for space in inner:
            inside |= shapely.contains_xy(space.footprint, xs, ys)
        x, y = float(np.cos(_AROUND[inside]).sum()), float(np.sin(_AROUND[inside]).sum())
        if math.hypot(x, y) > 0.5:
            break
    length = math.hypot(x, y)
    return (-x / length, -y / length) if length > 1e-6 else (0.0, 0.0)


def _flights(connector: Connector) -> int:
    """Runs of stairs between landings; 0 when the path does not tell."""
    if connector.category is not ConnectorCategory.STAIRS or len(connector.path) < 2:
        return 0
    flights, level_m, rising = 0, 0.0, False
    for a, b in pairwise(connector.path):
        if abs(b[2] - a[2]) > 0.01:
            if not rising and (flights == 0 or level_m >= _LANDING_M):
                flights += 1
            rising, level_m = True, 0.0
        else:
            level_m += math.dist(a[:2], b[:2])
            rising = rising and level_m < _LANDING_M
    return flights


def _turns(connector: Connector) -> bool | None:
    width, depth = connector.car_width_m, connector.car_depth_m
    if connector.category is not ConnectorCategory.LIFT or width is None or depth is None:
        return None
    return bool(min(width, depth) >= TURNING_M)


def _abreast(connectors: Iterable[Connector]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Escalators and moving walks that stand side by side: ends within :data:`_ABREAST_M`, the lower and the upper."""
    moving = [c for c in connectors if c.category in {ConnectorCategory.ESCALATOR, ConnectorCategory.MOVING_WALK}]

    def ends(one: Connector) -> tuple[Position, Position]:
        return one.stops[0].position, one.stops[-1].position

    def beside(one: Connector, other: Connector) -> bool:
        if one.category is not other.category:
            return False
        (a, b), (c, d) = ends(one), ends(other)
        straight = math.dist(a, c) <= _ABREAST_M and math.dist(b, d) <= _ABREAST_M
        return straight or (math.dist(a, d) <= _ABREAST_M and math.dist(b, c) <= _ABREAST_M)

    found = {}
    for one in moving:
        group = [other for other in moving if other is one or beside(one, other)]
        if len(group) > 1:
            middles = (((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in map(ends, group))
            found[one.id] = tuple(middles)
    return found


def _marks(building: Building, spaces: dict[str, Space]) -> Iterator[tuple[str, Mark]]:
    """Everything that a manoeuvre can be told by, with its level."""
    for facility in building.facilities:
        kind = _ALIKE.get(facility.category, str(facility.category))
        if kind in _RANK:
            yield facility.level, Mark(*facility.position, facility.id, kind, _RANK[kind])
    for opening in building.openings:
        beside = [spaces[ident] for ident in opening.spaces if ident in spaces]
        kinds = {_ALIKE.get(space.category, str(space.category)) for space in beside}
        for space in beside:
            kind = _ALIKE.get(space.category, str(space.category))
            if kind in _RANK and len(kinds) > 1 and space.access is not Access.RESTRICTED:
                middle = opening.footprint.centroid
                yield opening.level, Mark(middle.x, middle.y, opening.floor_m, space.id, kind, _RANK[kind], opening.id)
    for connector in building.connectors:
        kind = str(connector.category)
        if kind in _RANK:
            for stop in connector.stops:
                yield stop.level, Mark(*stop.position, connector.id, kind, _RANK[kind])


def _choices(building: Building, floor: Floor) -> dict[str, int]:
    """In how many ways each space can be left."""
    found: dict[str, int] = defaultdict(int)
    for opening in building.openings:
        for ident in set(opening.spaces):
            found[ident] += 1
    for connector in building.connectors:
        for stop in connector.stops:
            space = floor.at(stop.level, *stop.position)
            if space is not None:
                found[space.id] += 1
    return found
