"""Building → the surfaces people walk on.

A surface is one floor of a level: the walkable spaces whose floors lie within 2 cm of each other, the height that every
profile rolls over (ACCESSIBILITY.md §2.1). Nothing on a surface is a step; a greater difference of height at an opening
is an edge between two surfaces. Grouping looks at heights only, never at openings, so that removing an opening never
changes what else is joined, and two spaces that overlap in plan at different heights never merge.

The ground of a surface is the union of its spaces, less a slit along every border that two spaces share, less obstacles
and connectors, plus the openings. So spaces join through openings only. Everything that depends on openings is a union
or an erosion of the ground, both of which act locally: what an opening changes can be computed around it alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Building, Connector, Obstacle, Space, Stop
from indoor3d.models.vocabulary import ConnectorCategory
from indoor3d.routing._passage import GROW_M, Passage, passages
from indoor3d.routing._shapes import Windows, offset
from indoor3d.routing.visibility import FreeSpace

Floats = NDArray[np.float64]

SAME_FLOOR_M = 0.02
"""Floors within this height are one surface: the greatest threshold for a wheelchair (ACCESSIBILITY.md §2.1, §2.3)."""
ATTACH_PLAN_M, ATTACH_Z_M = 1.5, 0.6
"""How far a connector's stop may be from the floor it serves (INGESTION.md §4)."""

_SLIT_HALF_M = 0.03
_OBSTACLE_Z_M = 1.0
_SIMPLIFY_M = 0.01
_TOUCH_M2 = 1e-3
_OPENING_Z_M = 0.5
_PORCH_M = 0.3
_STEP_POCKET_M = 0.1
_CARVE_M = 0.6
_NEAR_STOP_M = 0.1
_LIFT_DOOR_M = 0.3
_NEAR_PASSAGE_M = 1.0
_MANY_RINGS = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Walkable:
    """One surface before it is a network.

    Parameters
    ----------
    level : str
    floor_m : float
        Lowest floor of its spaces.
    spaces : tuple of Space
    base : Windows
        The ground with every opening shut.
    passages : tuple of Passage
        Openings that join something here.
    zones : tuple of Polygon or MultiPolygon
        What each passage opens on this surface.
    attachments : mapping
        ``(connector id, index of the stop)`` → (x, y) where the stop meets the surface.
    radius_m : float
        Radius of the body.
    """

    level: str
    floor_m: float
    spaces: tuple[Space, ...]
    base: Windows
    passages: tuple[Passage, ...]
    zones: tuple[BaseGeometry, ...]
    attachments: Mapping[tuple[str, int], tuple[float, float]]
    radius_m: float

    @cached_property
    def ground(self) -> BaseGeometry:
        """Where people can stand with every opening open."""
        return shapely.union_all([self.base.shape, *self.zones])

    @cached_property
    def free(self) -> MultiPolygon:
        """Where the centre of the body can be: the ground eroded by its radius, with a band through narrow openings."""
        return as_multipolygon(shapely.normalize(free_space(self.ground, self.passages, self.radius_m)))

    @cached_property
    def windows(self) -> Windows:
        """`free`, of which many small windows can be cut."""
        return Windows(self.free)

    @cached_property
    def space(self) -> FreeSpace:
        """`free`, prepared for exact sight."""
        return FreeSpace(self.free)


def as_multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """Keep the polygons of a geometry and nothing else."""
    return MultiPolygon([p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > 0])


def erode(ground: Any, radius_m: float) -> Any:
    """Shrink the ground, or an array of grounds, by a radius; corners stay corners."""
    if isinstance(ground, np.ndarray):
        return offset(ground, -radius_m)
    parts = shapely.get_parts(ground)
    parts = parts[shapely.get_dimensions(parts) == 2]
    if len(shapely.get_rings(parts)) < _MANY_RINGS:
        return as_multipolygon(shapely.multipolygons(shapely.get_parts(offset(parts, -radius_m))))
    # GEOS' buffer takes time that grows with the square of the number of rings; apart from one another, they do not.
    shells = offset(shapely.polygons(shapely.get_exterior_ring(parts)), -radius_m)
    holes = [ring for part in parts for ring in part.interiors]
    grown = offset(shapely.polygons(holes), radius_m) if holes else []
    return shapely.difference(shapely.union_all(shells), shapely.disjoint_subset_union_all(grown))


def free_space(ground: BaseGeometry, passages: Sequence[Passage], radius_m: float) -> BaseGeometry:
    """Erode the ground, and keep narrow passages open by the thin band along their middle."""
    parts, windows = [erode(ground, radius_m)], Windows(ground)
    for one in passages:
        if not one.strip.is_empty:
            around = windows.cut(offset(one.strip, 1.0).bounds)
            parts.append(shapely.intersection(erode(around, one.strip_radius_m), one.strip))
    return shapely.union_all(parts) if len(parts) > 1 else parts[0]


def walkable(building: Building, *, radius_m: float) -> tuple[Walkable, ...]:
    """Make every surface of a building on which somebody can stand, by level, then by height.

    Parameters
    ----------
    building : Building
    radius_m : float
        Radius of the body.
    """
    return Grounds(building).walkable(radius_m)


class Grounds:
    """What the surfaces of a building have in common for bodies of every size: found once, for all of its roadmaps.

    Parameters
    ----------
    building : Building
    """

    def __init__(self, building: Building) -> None:
        groups = [group for level in ordered_levels(building) for group in _by_floor(building, level)]
        self._passages, self._joined = _passages(building, groups)
        self._home = {space.id: index for index, (_, _, spaces) in enumerate(groups) for space in spaces}
        self._leaving = {e.opening for e in building.exits}
        self._floors = [_Floor(building, group) for group in groups]

    def walkable(self, radius_m: float) -> tuple[Walkable, ...]:
        """`walkable` for a body of some radius, metres."""
        everything = [p.for_body(radius_m) for p in self._passages]
        surfaces = [
            self._surface(index, [p for p in everything if index in self._joined[p.id]], radius_m)
            for index in range(len(self._floors))
        ]
        return tuple(surface for surface in surfaces if not surface.free.is_empty)

    def _surface(self, index: int, here: Sequence[Passage], radius_m: float) -> Walkable:
        floor = self._floors[index]
        zones: list[BaseGeometry] = []
        for p in here:
            joined = self._joined[p.id]
            if len(joined) > 1:
                zones.append(_half_zone(p, index, joined, home=self._home, spaces=floor.near(p)))
            elif p.id in self._leaving and one_sided(p, self._home):
                zones.append(_porch_zone(p, floor.near(p)))
            else:
                zones.append(p.zone)
        base, attachments = floor.base(radius_m)
        return Walkable(
            level=floor.level,
            floor_m=floor.floor_m,
            spaces=floor.spaces,
            base=base,
            passages=tuple(here),
            zones=tuple(zones),
            attachments=attachments,
            radius_m=radius_m,
        )


def ordered_levels(building: Building) -> list[str]:
    """Level ids in canonical order, whatever order they came in."""
    return [v.id for v in sorted(building.levels, key=lambda v: (v.ordinal, v.elevation_m, v.id))]


def one_sided(p: Passage, home: Mapping[str, int]) -> bool:
    """Whether nobody can stand on the far side of the passage, as far as the model knows."""
    return sum(space in home for space in p.opening.spaces) < 2


def outside_of(p: Passage) -> Floats:
    """The place just outside a one-sided passage, (2,) metres."""
    return p.at(p.half_length_m + _PORCH_M / 2)


Group = tuple[str, float, tuple[Space, ...]]


def _by_floor(building: Building, level: str) -> list[Group]:
    """The walkable spaces of a level, split where floors differ by more than :data:`SAME_FLOOR_M`."""
    spaces = [s for s in building.spaces if s.level == level and s.walkable and s.footprint.area > 0]
    groups: list[list[Space]] = []
    for space in sorted(spaces, key=lambda s: (s.floor_m, s.id)):
        if not groups or space.floor_m - groups[-1][0].floor_m > SAME_FLOOR_M + 1e-9:
            groups.append([])
        groups[-1].append(space)
    return [(level, g[0].floor_m, tuple(sorted(g, key=lambda s: s.id))) for g in groups]


def _passages(building: Building, groups: Sequence[Group]) -> tuple[list[Passage], dict[str, list[int]]]:
    """Every opening as a passage, of no body yet, and the surfaces it opens: those of the spaces it names, else of those it meets."""
    spaces = [(space, index) for index, (_, _, group) in enumerate(groups) for space in group]
    openings = [o for o in sorted(building.openings, key=lambda o: o.id) if o.footprint.area > 0]
    if not openings or not spaces:
        return [], {}
    footprints = np.array([space.footprint for space, _ in spaces])
    near: list[list[tuple[Space, int]]] = [[] for _ in openings]
    outlines = offset(np.array([o.footprint for o in openings], dtype=object), GROW_M)
    which, met = shapely.STRtree(footprints).query(outlines, predicate="intersects")
    for o, s in sorted(zip(which.tolist(), met.tolist(), strict=True)):
        near[o].append(spaces[s])
    sides: list[list[tuple[Space, int]]] = []
    for opening, candidates in zip(openings, near, strict=True):
        named = [pair for name in opening.spaces for pair in candidates if pair[0].id == name]
        met_here = [
            (s, i)
            for s, i in candidates
            if s.level == opening.level and abs(s.floor_m - opening.floor_m) <= _OPENING_Z_M
        ]
        sides.append(named or met_here)
    found = passages(openings, [[s for s, _ in pairs] for pairs in sides], radius_m=0.0)
    owner = np.repeat(np.arange(len(found)), [len(pairs) for pairs in sides])
    zones = np.array([p.zone for p in found], dtype=object)[owner]
    beside = np.array([s.footprint for pairs in sides for s, _ in pairs], dtype=object)
    opens = (shapely.area(shapely.intersection(zones, beside)) > _TOUCH_M2).tolist() if len(beside) else []
    joined: dict[str, set[int]] = {p.id: set() for p in found}
    surfaces = [index for pairs in sides for _, index in pairs]
    for row, index, touches in zip(owner.tolist(), surfaces, opens, strict=True):
        if touches:
            joined[found[row].id].add(index)
    return found, {ident: sorted(indices) for ident, indices in joined.items()}


def _half_zone(
    p: Passage, index: int, among: Sequence[int], *, home: Mapping[str, int], spaces: Sequence[Space]
) -> BaseGeometry:
    """What a passage with a step in its middle opens on one of its surfaces: its own half, and a pocket to turn in."""
    first = next((home[s] for s in p.opening.spaces if s in home), among[0])
    sign = 1.0 if index == first else -1.0
    pocket = p.radius_m + _STEP_POCKET_M
    own, beyond = sorted((-sign * p.reach_m, sign * pocket)), sorted((0.0, sign * pocket))
    others = _union([s.footprint for s in spaces if s.id not in p.opening.spaces])
    taken = shapely.intersection(p.stretch(*beyond), offset(others, _SLIT_HALF_M))
    return shapely.difference(p.stretch(*own), taken)


def _porch_zone(p: Passage, spaces: Sequence[Space]) -> BaseGeometry:
    """What an exit opens: itself, and a place to stand just outside that touches no other space."""
    porch = p.stretch(p.half_length_m, p.half_length_m + p.radius_m + _PORCH_M)
    solid = offset(_union([s.footprint for s in spaces]), _SLIT_HALF_M)
    return shapely.union(p.zone, shapely.difference(porch, solid))


def _union(geometries: Iterable[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(list(geometries))


def _clean(geometries: Iterable[BaseGeometry]) -> NDArray[np.object_]:
    """Outlines without corners below a centimetre: noise in the source must not become corners of the roadmap."""
    outlines = np.array(list(geometries), dtype=object)
    with np.errstate(invalid="ignore", over="ignore"):  # GEOS leaves flags behind where vertices all but coincide
        cleaned: NDArray[np.object_] = shapely.make_valid(shapely.simplify(outlines, _SIMPLIFY_M))
    return cleaned


class _Floor:
    """The floor of one surface, for bodies of every size."""

    def __init__(self, building: Building, group: Group) -> None:
        self.level, self.floor_m, self.spaces = group
        self._footprints = np.array([space.footprint for space in self.spaces], dtype=object)
        floors = _clean(self._footprints)
        obstacles = [o for o in building.obstacles if _blocks(o, self.level, self.floor_m)]
        walls = _clean(o.footprint for o in sorted(obstacles, key=lambda o: o.id))
        cut = shapely.union_all([*_slits(floors), *walls])
        self._rooms = shapely.difference(shapely.union_all(floors), cut)
        self._stops = _stops(building.connectors, self.level, self.floor_m)
        self._shapes = {c.id: shapely.make_valid(c.footprint) for c, _, _ in self._stops}
        self._base = self._without(self._shapes)

    def base(self, radius_m: float) -> tuple[Windows, dict[tuple[str, int], tuple[float, float]]]:
        """The ground with every opening shut, and where connectors meet it."""
        base, shapes, stops = self._base, self._shapes, self._stops
        found = _attached(stops, base.shape, shapes, radius_m=radius_m)
        missing = [(c, i, stop) for c, i, stop in stops if (c.id, i) not in found]
        if missing:
            # A footprint that fills its stairwell leaves no floor to step on: give back what lies around the stop.
            shapes = dict(shapes)
            for connector, _, stop in missing:
                around = shapely.buffer(shapely.Point(stop.position[:2]), _CARVE_M, quad_segs=2)
                shapes[connector.id] = shapely.difference(shapes[connector.id], around)
            base = self._without(shapes)
            found = _attached(stops, base.shape, shapes, radius_m=radius_m)
        return base, found

    def near(self, p: Passage) -> list[Space]:
        """The spaces that are near enough to bound what a passage opens."""
        around = shapely.box(*p.stretch(-p.reach_m - _NEAR_PASSAGE_M, p.reach_m + _NEAR_PASSAGE_M).bounds)
        return [self.spaces[row] for row in np.flatnonzero(shapely.dwithin(self._footprints, around, _NEAR_PASSAGE_M))]

    def _without(self, shapes: Mapping[str, BaseGeometry]) -> Windows:
        return Windows(_tidy(shapely.difference(self._rooms, _union(shapes.values()))))


def _tidy(ground: BaseGeometry) -> BaseGeometry:
    with np.errstate(invalid="ignore", over="ignore"):  # GEOS leaves flags behind where vertices all but coincide
        return as_multipolygon(shapely.make_valid(shapely.simplify(shapely.normalize(ground), _SIMPLIFY_M)))


def _blocks(obstacle: Obstacle, level: str, floor_m: float) -> bool:
    return obstacle.level == level and abs(obstacle.floor_m - floor_m) <= _OBSTACLE_Z_M


def _slits(floors: NDArray[np.object_]) -> NDArray[np.object_]:
    """Thin cuts along every border that two spaces share, or where one runs inside another."""
    tree = shapely.STRtree(floors)
    one, other = tree.query(floors, predicate="dwithin", distance=2 * _SLIT_HALF_M)
    one, other = one[one != other], other[one != other]
    bands = offset(shapely.boundary(floors), _SLIT_HALF_M)
    grown = offset(floors, _SLIT_HALF_M)
    cuts: NDArray[np.object_] = shapely.intersection(bands[one], grown[other])
    return cuts


Stops = list[tuple[Connector, int, Stop]]


def _stops(connectors: Sequence[Connector], level: str, floor_m: float) -> Stops:
    return [
        (connector, index, stop)
        for connector in sorted(connectors, key=lambda c: c.id)
        for index, stop in enumerate(connector.stops)
        if stop.level == level and abs(stop.position[2] - floor_m) <= ATTACH_Z_M
    ]


def _attached(
    stops: Stops,
    base: BaseGeometry,
    shapes: Mapping[str, BaseGeometry],
    *,
    radius_m: float,
) -> dict[tuple[str, int], tuple[float, float]]:
    """Where each stop meets the free space: the nearest free place that a straight step reaches.

    Free space with every opening shut is used, so that the place does not depend on what is open.
    """
    if not stops or base.is_empty:
        return {}
    free = erode(base, radius_m)
    found = {}
    for connector, index, stop in stops:
        at = shapely.Point(stop.position[:2])
        near = shapely.intersection(free, shapely.buffer(at, ATTACH_PLAN_M))
        if near.is_empty:
            continue
        reach = _LIFT_DOOR_M if connector.category is ConnectorCategory.LIFT else _NEAR_STOP_M
        own = shapely.intersection(shapes[connector.id], shapely.buffer(at, _CARVE_M))
        lane = offset(shapely.union_all([base, own, shapely.buffer(at, reach)]), 1e-6)
        candidates = np.vstack([_nearest(near, at), shapely.get_coordinates(near)])
        lines = shapely.linestrings([[(at.x, at.y), tuple(c)] for c in candidates])
        good = np.flatnonzero(shapely.covers(lane, lines))
        if len(good):
            best = good[np.argmin(np.round(shapely.length(lines[good]), 9))]
            found[connector.id, index] = (float(candidates[best][0]), float(candidates[best][1]))
    return found


def _nearest(free: BaseGeometry, at: shapely.Point) -> Floats:
    """The nearest place of every part of a free space, (K, 2)."""
    parts = [part for part in shapely.get_parts(free) if part.geom_type == "Polygon"]
    lines = [shapely.get_coordinates(shapely.shortest_line(part, at))[0] for part in parts]
    return np.array(lines).reshape(-1, 2)
