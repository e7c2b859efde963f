"""Stairs, ramps, escalators, moving walks and lifts: the way through them, and where they meet the floors."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Connector, Obstacle, Position, Space, Stop
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import ConnectorCategory, Direction
from indoor3d.sources._ifc_geometry import Shape
from indoor3d.sources._ifc_model import Model, Product
from indoor3d.sources._ifc_plan import Plan, clean, shadow
from indoor3d.sources._ifc_treads import Way, incline, treads

_CATEGORIES = {
    "ELEVATOR": ConnectorCategory.LIFT,
    "LIFTINGGEAR": ConnectorCategory.LIFT,
    "ESCALATOR": ConnectorCategory.ESCALATOR,
    "MOVINGWALKWAY": ConnectorCategory.MOVING_WALK,
}
ATTACH_M, ATTACH_Z_M = 1.5, 0.6
"""How far from its ends a connector looks for a floor (design measurement: 25 of 26 stairs attach)."""
_CLEAR_M = 0.25
_MIN_RISE_M = 0.1


class Floors:
    """Where people can stand: the walkable spaces, less what stands in them."""

    def __init__(self, spaces: Sequence[Space], obstacles: Sequence[Obstacle]) -> None:
        self.spaces = [s for s in spaces if s.walkable]
        self.tree = shapely.STRtree([s.footprint for s in self.spaces])
        self.obstacles = obstacles
        self._obstacle_tree = shapely.STRtree([o.footprint for o in obstacles])

    def nearest(
        self,
        ideal: Position,
        taken: BaseGeometry,
        *,
        start: Position | None = None,
        reach_m: float = ATTACH_M,
        dz_m: float = ATTACH_Z_M,
    ) -> tuple[Space, Position] | None:
        """The free place on a floor nearest to a point, outside ``taken``, and the space it is in.

        With ``start`` the straight way from there must cross no wall or other obstacle.
        """
        here = Point(ideal[:2])
        window = here.buffer(reach_m)
        best: tuple[float, str, Space, Position] | None = None
        for index in sorted(self.tree.query(window, predicate="intersects").tolist()):
            space = self.spaces[index]
            if abs(space.floor_m - ideal[2]) > dz_m:
                continue
            blocked = self._blocked(space, window)
            free = space.footprint.intersection(window).difference(blocked).difference(taken)
            for part in shapely.get_parts(free):
                at = _standing(part, here)
                if at is None or (start is not None and _crossing_m(start, at, blocked) > _GRAZE_M):
                    continue
                cost = round(math.dist(at, ideal[:2]) + 2.0 * abs(space.floor_m - ideal[2]), 3)
                if best is None or (cost, space.id) < best[:2]:
                    best = (cost, space.id, space, (at[0], at[1], space.floor_m))
        return None if best is None else (best[2], best[3])

    def between(self, low_m: float, high_m: float) -> list[float]:
        """Heights of floors strictly between two heights."""
        return sorted({round(s.floor_m, 3) for s in self.spaces if low_m < s.floor_m < high_m})

    def _blocked(self, space: Space, window: BaseGeometry) -> BaseGeometry:
        hits = sorted(self._obstacle_tree.query(window, predicate="intersects").tolist())
        near = [self.obstacles[i].footprint for i in hits if abs(self.obstacles[i].floor_m - space.floor_m) < 0.3]
        return shapely.union_all(near)


def _standing(free: BaseGeometry, here: Point) -> tuple[float, float] | None:
    """The place nearest to a point where a person can stand, if there is one."""
    roomy = free.buffer(-_CLEAR_M)
    place = roomy if not roomy.is_empty else free.buffer(-0.05)
    if place.is_empty:
        return None
    x, y = shapely.shortest_line(place, here).coords[0]
    return float(x), float(y)


def _crossing_m(start: Position, end: tuple[float, float], blocked: BaseGeometry) -> float:
    return float(LineString([start[:2], end]).intersection(blocked).length)


class Connectors:
    """Finds the connectors of a model."""

    def __init__(self, model: Model, floors: Floors) -> None:
        self.model, self.floors = model, floors

    def all(self) -> list[Connector]:
        """Stairs, ramps, escalators and moving walks."""
        found = [self._inclined(product, category) for product, category in self._candidates()]
        return [c for c in found if c is not None]

    def _candidates(self) -> list[tuple[Product, ConnectorCategory]]:
        rows = []
        for product in self.model.family(
            "IfcStair", "IfcStairFlight", "IfcRamp", "IfcRampFlight", "IfcTransportElement"
        ):
            category = self.category(product)
            whole = self.model.products.get(self.model.whole.get(product.key, 0))
            part = whole is not None and whole.family in {"IfcStair", "IfcRamp", "IfcTransportElement"}
            if category not in {None, ConnectorCategory.LIFT} and not part:
                rows.append((product, category))
        return rows  # type: ignore[return-value]

    @staticmethod
    def category(product: Product) -> ConnectorCategory | None:
        """What a stair, ramp or transport element is; None for a crane and the like."""
        own = product.own_term("Category", ConnectorCategory)
        if own is not None:
            return own
        if product.family in {"IfcStair", "IfcStairFlight"}:
            return ConnectorCategory.STAIRS
        if product.family in {"IfcRamp", "IfcRampFlight"}:
            return ConnectorCategory.RAMP
        return _CATEGORIES.get(product.predefined.upper())

    def _inclined(self, product: Product, category: ConnectorCategory) -> Connector | None:
        shape = self.body(product)
        if shape is None:
            return None
        way = treads(shape) if category is ConnectorCategory.STAIRS else None
        way = way or incline(shape)
        footprint = clean(shadow(shape), 0.005)
        if way is None or footprint.is_empty:
            self._unattached(product, category, "both")
            return None
        return self._attached(product, category, way, footprint)

    def body(self, product: Product) -> Shape | None:
        """Triangles of a connector and its parts, without railings and beams."""
        parts = [
            p
            for p in self.model.descendants(product.key)
            if p.family not in {"IfcRailing", "IfcMember", "IfcBeam", "IfcCovering", "IfcSpace"}
        ]
        shapes = [s for p in (product, *parts) if (s := self.model.shape(p)) is not None]
        if not shapes:
            return None
        offsets = np.cumsum([0, *(len(s.vertices) for s in shapes[:-1])])
        return Shape(
            vertices=np.concatenate([s.vertices for s in shapes]),
            triangles=np.concatenate([s.triangles + offset for s, offset in zip(shapes, offsets, strict=True)]),
            colour=np.concatenate([s.colour for s in shapes]),
            matrix=shapes[0].matrix,
        )

    def _attached(self, product: Product, category: ConnectorCategory, way: Way, footprint: Plan) -> Connector | None:
        rise = 0.45 if category is ConnectorCategory.STAIRS else 0.0
        ends = []
        for end, ideal, dz in (("lower", way.foot, -rise / 2), ("upper", way.head, rise / 2)):
            aim = (ideal[0], ideal[1], ideal[2] + dz)
            found = self.floors.nearest(aim, footprint, dz_m=ATTACH_Z_M + rise / 2) or self.floors.nearest(
                aim, Polygon(), dz_m=ATTACH_Z_M + rise / 2
            )
            if found is None:
                self._unattached(product, category, end)
                return None
            ends.append(found)
        (low_space, low), (high_space, high) = ends
        if high[2] - low[2] < _MIN_RISE_M and category is not ConnectorCategory.MOVING_WALK:
            self.model.issues.append(
                Issue(code="connector.single-level", element=product.id, values={"category": str(category)})
            )
            return None
        if way.riser_m > 0.25:
            self.model.issues.append(Issue(code="connector.steep", element=product.id, values={"riser_m": way.riser_m}))
        steps = None
        if way.steps:
            steps = way.steps + (way.first_z - low[2] > 0.05) + (high[2] - way.last_z > 0.05)
        return Connector(
            id=product.id,
            category=category,
            stops=(Stop(level=low_space.level, position=low), Stop(level=high_space.level, position=high)),
            path=(low, *way.path, high),
            footprint=footprint,
            direction=product.own_term("Direction", Direction) or Direction.BOTH,
            clear_width_m=product.own_number("ClearWidth") or round(way.width_m, 3),
            step_count=steps,
            name=product.text,
        )

    def _unattached(self, product: Product, category: ConnectorCategory, end: str) -> None:
        values = {"category": str(category), "end": end}
        self.model.issues.append(Issue(code="connector.unattached", element=product.id, values=values))
