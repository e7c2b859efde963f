"""Doors, passages and open boundaries: what joins spaces, found from geometry and checked against what the file says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Opening, Space
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import OpeningCategory, SpaceCategory
from indoor3d.sources._ifc_attributes import leaf_of
from indoor3d.sources._ifc_geometry import Shape
from indoor3d.sources._ifc_levels import Storey, storey_for
from indoor3d.sources._ifc_model import Model, Product
from indoor3d.sources._ifc_obstacles import Solids

PROBE_M = 0.35
"""How far a side of a door is looked at (design measurement: 280 of 291 doors as the space boundaries have them)."""
OVERLAP_M = 0.06
_FAR_PROBE_M = 0.8
_FLOOR_TOLERANCE_M = 0.6
_MIN_PASSAGE_WIDTH_M, _MIN_PASSAGE_HEIGHT_M, _MAX_SILL_M = 0.5, 1.8, 0.2
_OUTSIDE_M = 0.5
_SKEW, _AT_M, _LEVEL = 0.09, 0.05, 0.9
_WIDTH_OFF_M, _DOOR_HEIGHT_M, _LEAF_M = 0.2, 2.0, 0.05
_MIN_LEAF_M = 0.5  # leaves of fare gates are knee-high
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A rectangle in plan through which one may pass.

    ``along`` is the unit vector across the passage (the width runs along it), ``u`` and ``v`` the extents along and
    through, measured from the world's origin; ``z`` and ``top`` its heights.
    """

    along: tuple[float, float]
    u: tuple[float, float]
    v: tuple[float, float]
    z: float
    top: float

    def rectangle(self, v: tuple[float, float], margin: float = 0.0) -> Polygon:
        """Plan rectangle over the width, less ``margin`` at either side, from ``v[0]`` to ``v[1]`` through."""
        (ax, ay), (u0, u1) = self.along, (self.u[0] + margin, self.u[1] - margin)
        corners = [(u0, v[0]), (u1, v[0]), (u1, v[1]), (u0, v[1])]
        return Polygon([(ax * u - ay * w, ay * u + ax * w) for u, w in corners])

    def through(self, geometry: BaseGeometry) -> tuple[float, float] | None:
        """Extent of a geometry through the passage."""
        points = shapely.get_coordinates(geometry)
        if not len(points):
            return None
        w = points @ np.array([-self.along[1], self.along[0]])
        return float(w.min()), float(w.max())

    @property
    def width_m(self) -> float:
        """Length along."""
        return self.u[1] - self.u[0]

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the rectangle."""
        point = self.rectangle(self.v).centroid
        return point.x, point.y


def _gap(points: Floats, along: Floats) -> Gap:
    """Bounding rectangle of points ``(N, 3)`` with its width along ``along``."""
    across = np.array([-along[1], along[0]])
    u, v = points[:, :2] @ along, points[:, :2] @ across
    return Gap(
        along=(float(along[0]), float(along[1])),
        u=(float(u.min()), float(u.max())),
        v=(float(v.min()), float(v.max())),
        z=float(points[:, 2].min()),
        top=float(points[:, 2].max()),
    )


def _level_axis(matrix: Floats) -> Floats | None:
    """Plan direction of a door's x axis (IfcDoor: the width runs along it), if it lies level."""
    axis = matrix[:2, 0]
    length = float(np.hypot(*axis))
    return axis / length if length > _LEVEL else None


def _long_axis(points: Floats) -> Floats:
    """Plan direction of the longer side of the points' smallest rectangle."""
    rectangle = shapely.multipoints(points[:, :2]).minimum_rotated_rectangle
    ring = shapely.get_coordinates(rectangle)
    if len(ring) < 4:
        ring = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    sides = np.diff(ring[:3], axis=0)
    side = sides[int(np.hypot(*sides[1]) > np.hypot(*sides[0]) + 1e-9)]
    side = side / np.hypot(*side)
    return np.asarray(side if (side[0], side[1]) > (0.0, 0.0) else -side)


def _turned(axis: Floats) -> Floats:
    return np.array([-axis[1], axis[0]])


def _square(points: Floats, axis: Floats) -> bool:
    """Whether a plan direction is a side of the points' smallest rectangle, to 5 degrees."""
    side = _long_axis(points)
    return min(abs(float(side @ axis)), abs(float(side @ _turned(axis)))) < _SKEW


def _extent_at(plan: BaseGeometry, middle: Floats, axis: Floats) -> float:
    """Length of a plan along a direction, in the part that holds a point."""
    line = shapely.linestrings([middle - 5.0 * axis, middle + 5.0 * axis])
    parts = shapely.get_parts(plan.intersection(line))
    return max((float(p.length) for p in parts if p.distance(shapely.Point(middle)) < _AT_M), default=0.0)


def _door_axis(points: Floats, axis: Floats | None, width_m: float | None) -> Floats:
    """Along which plan direction a door's width runs.

    By the standard the x axis of its placement; some tools place everything at the origin, which its measures tell.
    """
    if axis is None or not _square(points, axis):
        return _long_axis(points)
    along, across = (float(np.ptp(points[:, :2] @ direction)) for direction in (axis, _turned(axis)))
    if width_m is None:
        return axis if along >= 0.5 * across else _turned(axis)
    wrong = abs(along - width_m) > _WIDTH_OFF_M and abs(across - width_m) <= _WIDTH_OFF_M
    return _turned(axis) if wrong else axis


def _bare_gap(product: Product) -> Gap | None:
    """Where a door is that has neither body nor hole: from its placement, x along the width from the jamb (IfcDoor)."""
    length = math.hypot(*product.along) if product.along is not None else 0.0
    if product.origin is None or product.along is None or not product.width_m or length < _LEVEL:
        return None
    axis = np.array(product.along) / length
    foot = np.array(product.origin)
    size = np.array([*(axis * product.width_m), product.height_m or _DOOR_HEIGHT_M])
    ends = np.stack([foot, foot + size])
    gap = _gap(ends, axis)
    return Gap(along=gap.along, u=gap.u, v=(gap.v[0] - _LEAF_M, gap.v[1] + _LEAF_M), z=gap.z, top=gap.top)


class Doors:
    """Finds the openings of a model."""

    def __init__(self, model: Model, solids: Solids, spaces: Sequence[Space], storeys: list[Storey]) -> None:
        self.model, self.solids, self.storeys = model, solids, storeys
        self.spaces = [s for s in spaces if is_indoors(s)]
        self.tree = shapely.STRtree([s.footprint for s in self.spaces])
        self.grounds = [s for s in spaces if s.walkable and not is_indoors(s)]
        self.ground_tree = shapely.STRtree([s.footprint for s in self.grounds])
        self._outlines: dict[int, BaseGeometry] = {}

    def doors(self) -> list[Opening]:
        """Every IfcDoor that has a place."""
        found = [self._door(product) for product in self.model.family("IfcDoor")]
        return [opening for opening in found if opening is not None]

    def passages(self) -> list[Opening]:
        """Holes in walls that nothing fills and people can walk through."""
        found = []
        for product in self.model.family("IfcOpeningElement"):
            host = self.model.products.get(self.model.host_of.get(product.key, 0))
            shape = self.model.shape(product)
            if product.key in self.model.filling or shape is None or host is None or host.family != "IfcWall":
                continue
            if product.predefined == "RECESS":
                continue
            gap = self._in_wall(_gap(shape.vertices, self._wall_axis(host, shape)), host)
            if gap is None or gap.width_m < _MIN_PASSAGE_WIDTH_M or gap.top - gap.z < _MIN_PASSAGE_HEIGHT_M:
                continue
            opening = self._opening(product, gap, OpeningCategory.PASSAGE)
            floors = [s.floor_m for s in self.spaces if s.id in opening.spaces]
            if floors and gap.z <= max(floors) + _MAX_SILL_M and len(set(opening.spaces)) == len(opening.spaces):
                found.append(opening)
        return found

    def _wall_axis(self, host: Product, shape: Shape) -> Floats:
        """Direction in which a wall runs at a hole: of the hole's two plan axes the one with more wall along it.

        By convention it is the x axis of the wall's placement, but only walls of some tools keep to that.
        """
        axis = _level_axis(shape.matrix)
        wall = self.model.shape(host)
        if axis is None or (wall is not None and not _square(shape.vertices, axis)):
            axis = _level_axis(wall.matrix) if wall is not None else None
        if axis is None or not _square(shape.vertices, axis):
            axis = _long_axis(shape.vertices)
        middle = (shape.vertices[:, :2].min(axis=0) + shape.vertices[:, :2].max(axis=0)) / 2
        plan = self.solids.plan(host)
        lengths = [_extent_at(plan, middle, direction) for direction in (axis, _turned(axis))]
        return axis if lengths[0] >= lengths[1] else _turned(axis)

    def _in_wall(self, gap: Gap, host: Product | None) -> Gap | None:
        """Cut the depth of a hole to the wall it goes through; None for a niche that does not go through."""
        if host is None:
            return gap
        plan = self.solids.plan(host)
        deep = (gap.v[0] - 1.0, gap.v[1] + 1.0)
        middle = gap.rectangle(deep, margin=0.4 * gap.width_m)
        at = sum(gap.v) / 2
        best = None
        for part in shapely.get_parts(plan.intersection(middle)):
            extent = gap.through(part)
            if extent is not None and extent[0] - 0.05 <= at <= extent[1] + 0.05:
                best = extent
        if best is None:
            return gap
        if gap.v[1] - gap.v[0] < 0.9 * (best[1] - best[0]) - 0.01:
            return None
        return Gap(along=gap.along, u=gap.u, v=best, z=gap.z, top=gap.top)

    def _door(self, product: Product) -> Opening | None:
        gap = self.door_gap(product)
        if gap is None:
            values = {"category": str(OpeningCategory.DOOR)}
            self.model.issues.append(Issue(code="opening.no-space", element=product.id, values=values))
            return None
        turnstile = product.predefined == "TURNSTILE"
        category = product.own_term("Category", OpeningCategory) or (
            OpeningCategory.GATE if turnstile else OpeningCategory.DOOR
        )
        opening = self._opening(product, gap, category)
        if not opening.spaces:
            self._report("opening.no-space", opening, category=str(category))
        elif len(opening.spaces) == 2 and opening.spaces[0] == opening.spaces[1]:
            self._report("opening.same-space", opening, category=str(category))
        return opening

    def door_gap(self, product: Product) -> Gap | None:
        """Where a door leads through: its hole in the wall, else its own body, else its place and width."""
        shape = self.model.shape(product)
        hole_key = self.model.hole_of.get(product.key, 0)
        hole = self.model.made.shapes.get(hole_key)
        hole = hole if hole is not None and len(hole.triangles) else None
        axis = _level_axis(shape.matrix) if shape is not None else None
        if hole is not None:
            gap = _gap(hole.vertices, _door_axis(hole.vertices, axis, product.width_m))
            host = self.model.products.get(self.model.host_of.get(hole_key, 0))
            return self._in_wall(gap, host) or gap
        if shape is not None:
            gap = _gap(shape.vertices, _door_axis(shape.vertices, axis, product.width_m))
            return _trimmed(gap, product.width_m)
        return _bare_gap(product)

    def _opening(self, product: Product, gap: Gap, category: OpeningCategory) -> Opening:
        clear = product.own_number("ClearWidth") or product.width_m
        clear = clear if clear is not None and 0.3 <= clear <= gap.width_m + 0.3 else gap.width_m
        gap = _trimmed(gap, clear)
        indoors = self._sides(gap)
        sides = self._with_ground(gap, indoors)
        spaces = [s for s in sides if s is not None]
        floors = [s.floor_m for s in spaces if abs(s.floor_m - gap.z) <= _FLOOR_TOLERANCE_M]
        floor_m = max(floors) if floors else gap.z
        storey = self._storey(product, spaces, floor_m)
        exterior = (
            sum(s is not None for s in indoors) == 1
            and category is not OpeningCategory.SCREEN_DOOR
            and self._is_outside(gap, -1 if indoors[0] is None else 1, floor_m)
        )
        return Opening(
            id=product.id,
            level=storey,
            footprint=self._footprint(gap, sides),
            floor_m=floor_m,
            spaces=tuple(s.id for s in spaces),
            category=category,
            exterior=exterior,
            clear_width_m=round(min(clear, gap.width_m), 4),
            clear_height_m=round(product.own_number("ClearHeight") or product.height_m or gap.top - gap.z, 4),
            name=product.text,
            **leaf_of(self.model, product, storey),
        )

    def _storey(self, product: Product, spaces: Sequence[Space], floor_m: float) -> str:
        levels = {s.level for s in spaces if s.walkable} or {s.level for s in spaces}
        if len(levels) == 1:
            return levels.pop()
        own, _ = storey_for(self.storeys, self.model.storey_of(product), floor_m)
        return own.id if not levels or own.id in levels else min(levels)

    def _sides(self, gap: Gap) -> list[Space | None]:
        """The spaces at both sides.

        A space that is met on one side only within the wall is drawn to the wall's outer face: it is not at that side.
        """
        (left, sure_left), (right, sure_right) = (self._side(gap, sign) for sign in (-1, 1))
        if left is right and sure_left != sure_right:
            return [left if sure_left else None, right if sure_right else None]
        return [left, right]

    def _with_ground(self, gap: Gap, sides: Sequence[Space | None]) -> list[Space | None]:
        """The same with the outdoor space that people walk on where nothing indoors is."""
        if not self.grounds:
            return list(sides)
        return [side or self._side(gap, sign, outdoors=True)[0] for side, sign in zip(sides, (-1, 1), strict=True)]

    def _side(self, gap: Gap, sign: int, *, outdoors: bool = False) -> tuple[Space | None, bool]:
        """The space on one side of a gap, and whether it is there beyond the gap."""
        edge = gap.v[0] if sign < 0 else gap.v[1]
        middle = sum(gap.v) / 2
        for start, reach in ((edge, PROBE_M), (middle, PROBE_M + abs(edge - middle)), (edge, _FAR_PROBE_M)):
            v = (start, start + sign * reach)
            probe = gap.rectangle((min(v), max(v)), margin=min(0.05, 0.1 * gap.width_m))
            found = self._best(probe, gap.z, gap.top, outdoors=outdoors)
            if found is not None:
                return found, start == edge
        return None, False

    def _best(self, probe: Polygon, z: float, top: float, *, outdoors: bool = False) -> Space | None:
        best, most = None, 0.02 * probe.area
        tree, spaces = (self.ground_tree, self.grounds) if outdoors else (self.tree, self.spaces)
        for index in sorted(tree.query(probe, predicate="intersects").tolist()):
            space = spaces[index]
            at_floor = space.floor_m - _FLOOR_TOLERANCE_M <= z <= max(space.ceiling_m - 1.0, space.floor_m + 0.1)
            if not (at_floor and top > space.floor_m + _MIN_LEAF_M):
                continue
            area = space.footprint.intersection(probe).area * (1.0 if space.walkable else 0.25)
            if area > most:
                best, most = space, area
        return best

    def _footprint(self, gap: Gap, sides: Sequence[Space | None]) -> Polygon:
        """The rectangle, made longer until it reaches into the spaces at both sides.

        It reaches out of a space that is drawn to the outer face of the wall, too.
        """
        v = list(gap.v)
        inner = [s.footprint for s in sides if s is not None]
        if len(inner) == 1:
            extent = gap.through(gap.rectangle(gap.v, 0.1 * gap.width_m).intersection(inner[0]))
            if extent is not None and sides[0] is None and extent[0] < gap.v[0] + 0.01:
                v[0] -= OVERLAP_M
            elif extent is not None and sides[1] is None and extent[1] > gap.v[1] - 0.01:
                v[1] += OVERLAP_M
        for index, space in enumerate(sides):
            if space is None:
                continue
            sign = 1 if index else -1
            reach = (sum(gap.v) / 2, gap.v[index] + sign * (_FAR_PROBE_M + OVERLAP_M))
            extent = gap.through(
                gap.rectangle((min(reach), max(reach)), 0.1 * gap.width_m).intersection(space.footprint)
            )
            if extent is None:
                continue
            if index:
                v[1] = max(v[1], extent[0] + OVERLAP_M)
            else:
                v[0] = min(v[0], extent[1] - OVERLAP_M)
        return gap.rectangle((v[0], v[1]))

    def _is_outside(self, gap: Gap, sign: int, floor_m: float) -> bool:
        """Whether the side of a gap without a space lies outside the outline of the floor there."""
        edge = gap.v[0] if sign < 0 else gap.v[1]
        v = (edge + sign * 0.1, edge + sign * (PROBE_M + 0.3))
        probe = gap.rectangle((min(v), max(v)), 0.1 * gap.width_m)
        return bool(self.outline(floor_m).intersection(probe).area < 0.5 * probe.area)

    def outline(self, floor_m: float) -> BaseGeometry:
        """Everything within the outer walls of the spaces near a height, courtyards included."""
        key = round(floor_m / 0.5)
        if key not in self._outlines:
            near = [s.footprint for s in self.spaces if s.floor_m - 1.0 <= floor_m <= s.ceiling_m - 0.5]
            joined = (
                shapely.union_all(near).buffer(_OUTSIDE_M, join_style="mitre").buffer(-_OUTSIDE_M, join_style="mitre")
            )
            self._outlines[key] = shapely.union_all(
                [Polygon(p.exterior) for p in shapely.get_parts(joined) if isinstance(p, Polygon)]
            )
        return self._outlines[key]

    def _report(self, code: str, opening: Opening, **values: object) -> None:
        centre = opening.footprint.centroid
        position = (float(centre.x), float(centre.y), opening.floor_m)
        self.model.issues.append(
            Issue(code=code, element=opening.id, level=opening.level, position=position, values=values)
        )


def is_indoors(space: Space) -> bool:
    """Whether a space is part of the building's inside; a terrace or a roof counts as outside."""
    return space.category not in {SpaceCategory.OUTDOOR, SpaceCategory.ROOF}


def _trimmed(gap: Gap, width_m: float | None) -> Gap:
    """Narrow a gap to a width about its middle."""
    if width_m is None or not 0.3 <= width_m < gap.width_m:
        return gap
    middle = sum(gap.u) / 2
    return Gap(along=gap.along, u=(middle - width_m / 2, middle + width_m / 2), v=gap.v, z=gap.z, top=gap.top)
