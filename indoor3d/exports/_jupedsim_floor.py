"""The floor of a level as one plan, and the mouths of what leads off it: geometry for :mod:`indoor3d.exports.jupedsim_web`."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Building, Connector, Opening, Space
from indoor3d.models.vocabulary import ConnectorCategory

_SLIT_M = 0.03
"""Half of what keeps two spaces apart that share a border without a wall: they join through openings only."""
_SAME_FLOOR_M = 0.5
"""Floors of one level within this height lie beside each other; what overlaps in plan beyond it lies above."""
_OVERLAP_M2 = 0.5
_REACH_M = 0.3
_STRIP_M = 3.0
_SIDE_M = 0.03
_ROUND_M = 1e-3
_USUAL_WIDTH_M = 1.0
"""Of a connector nobody has measured: narrow, so never too quick."""
_LIFTS = frozenset({ConnectorCategory.LIFT, ConnectorCategory.WHEELCHAIR_LIFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouth:
    """Where something leads off a floor.

    Parameters
    ----------
    element : str
    strip : Polygon
        Floor of it that belongs to the plan.
    gate : Polygon
        Where people leave by it.
    start : Polygon
        Where people who arrive by it appear.
    stepped : bool
        On stairs or on an escalator.
    """

    element: str
    strip: Polygon
    gate: Polygon
    start: Polygon
    stepped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """Stairs, a ramp or an escalator within the level: walked in plan, slower. ``slope`` is height gained a metre along."""

    connector: Connector
    outline: Polygon
    slope: float


@dataclass(frozen=True, kw_only=True)
class Floor:
    """The plan of a level.

    Parameters
    ----------
    parts : tuple of Polygon
        Apart from one another; the largest first.
    spaces : mapping of str to Polygon or MultiPolygon
    flights : tuple of Flight
    above : tuple of str
        Ids of spaces that lie above others on the plan, and are not in it.
    """

    parts: tuple[Polygon, ...]
    spaces: dict[str, BaseGeometry]
    flights: tuple[Flight, ...]
    above: tuple[str, ...]


def mouth_of(building: Building, element: str, level: str) -> Mouth | None:
    """Where an opening or a connector leads off a level; None where it is not there."""
    found = building.by_id.get(element)
    if isinstance(found, Opening):
        return Mouth(element=element, strip=found.footprint, gate=found.footprint, start=found.footprint, stepped=False)
    if not isinstance(found, Connector):
        return None
    numbers = [n for n, stop in enumerate(found.stops) if stop.level == level]
    if not numbers:
        return None
    # the first stop of a level that leads away from it
    number = numbers[0] if numbers[0] > 0 or len(numbers) == len(found.stops) else numbers[-1]
    return _strip(found, number)


def _strip(connector: Connector, number: int) -> Mouth:
    stop = connector.stops[number]
    origin = np.array(stop.position[:2])
    path = np.array([p[:2] for p in connector.path])
    path = path[::-1] if number == len(connector.stops) - 1 else path
    away = path - origin
    far = np.hypot(*away.T)
    ahead = np.flatnonzero(far > _REACH_M)
    if not len(ahead):
        patch = Point(origin).buffer(_USUAL_WIDTH_M / 2)
        return Mouth(element=connector.id, strip=patch, gate=patch, start=patch, stepped=False)
    direction = away[ahead[0]] / far[ahead[0]]
    length = float(min(_STRIP_M, far.max()))
    half = max((connector.clear_width_m or _USUAL_WIDTH_M) / 2 - _SIDE_M, 0.2)
    return Mouth(
        element=connector.id,
        strip=_box(origin, direction, -_REACH_M, length, half),
        gate=_box(origin, direction, _REACH_M, length, half),
        start=_box(origin, direction, 0.0, length, half),
        stepped=connector.category not in {ConnectorCategory.RAMP, ConnectorCategory.MOVING_WALK},
    )


def _box(origin: np.ndarray, along: np.ndarray, start: float, end: float, half: float) -> Polygon:
    across = np.array([-along[1], along[0]])
    corners = [origin + along * a + across * b for a, b in ((start, -half), (end, -half), (end, half), (start, half))]
    return Polygon(corners)


def floor_of(building: Building, level: str, *, mouths: Collection[Mouth], open_elements: Collection[str]) -> Floor:
    """Where people can walk on a level.

    Parameters
    ----------
    building : Building
    level : str
    mouths : collection of Mouth
    open_elements : collection of str
        Openings and connectors that can be passed.
    """
    spaces = {s.id: s for s in building.spaces if s.level == level and s.walkable}
    above = _above(list(spaces.values()))
    used = [s for ident, s in spaces.items() if ident not in above]
    flights = tuple(_flights(building, level, open_elements))
    blocked = [o.footprint for o in building.obstacles if o.level == level]
    blocked += [c.footprint for c in building.connectors if any(stop.level == level for stop in c.stops)]
    blocked += _slits(used)
    ground = shapely.difference(shapely.union_all([s.footprint for s in used]), shapely.union_all(blocked))
    names = {s.id for s in used}
    doors = [
        o.footprint
        for o in building.openings
        if o.id in open_elements and any(name in names for name in o.spaces) and not set(o.spaces) & above
    ]
    ground = shapely.union_all([ground, *doors, *(m.strip for m in mouths), *(f.outline for f in flights)])
    # a plan that can be written down and read back: closed slivers, coordinates to a millimetre
    ground = shapely.set_precision(ground.buffer(_ROUND_M).buffer(-_ROUND_M), _ROUND_M)
    parts = [p for p in shapely.get_parts(ground) if p.geom_type == "Polygon" and p.area > _OVERLAP_M2]
    return Floor(
        parts=tuple(sorted(parts, key=lambda p: (-p.area, p.bounds))),
        spaces={s.id: s.footprint for s in used},
        flights=flights,
        above=tuple(sorted(above)),
    )


def _above(spaces: list[Space]) -> set[str]:
    """Spaces that lie above others of the level: a plan has one of them only, the lower."""
    found: set[str] = set()
    order = sorted(spaces, key=lambda s: (s.floor_m, s.id))
    tree = shapely.STRtree([s.footprint for s in order])
    for row, space in enumerate(order):
        for other in tree.query(space.footprint).tolist():
            lower = order[other]
            over = other < row and lower.id not in found and space.floor_m - lower.floor_m > _SAME_FLOOR_M
            if over and shapely.intersection(space.footprint, lower.footprint).area > _OVERLAP_M2:
                found.add(space.id)
    return found


def _slits(spaces: list[Space]) -> list[BaseGeometry]:
    """Thin walls where two spaces share a border."""
    tree = shapely.STRtree([s.footprint for s in spaces])
    one, other = tree.query([s.footprint for s in spaces], predicate="intersects")
    found = []
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a < b:
            border = shapely.intersection(spaces[a].footprint.boundary, spaces[b].footprint.boundary)
            if not border.is_empty:
                found.append(border.buffer(_SLIT_M, cap_style="flat"))
    return found


def _flights(building: Building, level: str, open_elements: Collection[str]) -> Iterator[Flight]:
    for connector in building.connectors:
        if connector.category in _LIFTS or connector.id not in open_elements:
            continue
        if all(stop.level == level for stop in connector.stops):
            path = np.array(connector.path)
            plan = LineString(path[:, :2])
            along = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
            if plan.length > 0 and along > 0:
                half = max((connector.clear_width_m or _USUAL_WIDTH_M) / 2 - _SIDE_M, 0.2)
                outline = plan.buffer(half, cap_style="flat", join_style="mitre")
                ends = [_end(path[i][:2], path[j][:2], half) for i, j in ((0, 1), (-1, -2))]
                whole = shapely.union_all([outline, *ends])
                climb = abs(float(path[-1][2] - path[0][2]))
                yield Flight(connector=connector, outline=whole, slope=climb / along)


def _end(at: np.ndarray, inner: np.ndarray, half: float) -> Polygon:
    """The patch before an end of a flight that joins it to the floor."""
    away = at - inner
    far = float(np.hypot(*away))
    return Point(at).buffer(half) if far == 0 else _box(at, away / far, -_ROUND_M, _REACH_M, half)


def polygons(geometry: BaseGeometry, *, least_m2: float = 0.0) -> list[Polygon]:
    """The polygons of a geometry, the largest first."""
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > least_m2]
    return sorted(parts, key=lambda p: (-p.area, p.bounds))
