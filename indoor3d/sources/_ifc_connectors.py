"""Stairs, ramps, escalators, moving walks and lifts: the way through them, and where they meet the floors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Connector, Obstacle, Position, Space, Stop
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import ConnectorCategory, Direction, FacilityCategory
from indoor3d.sources._ifc_attributes import slope_of, use_of
from indoor3d.sources._ifc_geometry import Shape
from indoor3d.sources._ifc_model import Model, Product
from indoor3d.sources._ifc_obstacles import HEAD_M
from indoor3d.sources._ifc_plan import Plan, clean, shadow
from indoor3d.sources._ifc_treads import MAX_RISER_M, Way, belt, incline, joined, risers, treads
from indoor3d.sources._ifc_words import transport_of

_CATEGORIES = {
    "ELEVATOR": ConnectorCategory.LIFT,
    "ESCALATOR": ConnectorCategory.ESCALATOR,
    "MOVINGWALKWAY": ConnectorCategory.MOVING_WALK,
}
ATTACH_M, ATTACH_Z_M = 1.5, 0.6
"""How far from its ends a connector looks for a floor (design measurement: 25 of 26 stairs attach)."""
_CLEAR_M = 0.25
_MIN_RISE_M = 0.1
_GRAZE_M = 0.1
_FLOOR_SHARE = 0.5
_SILL_M, _SILL_SHARE = 0.05, 0.02
_STOREY_M, _SAME_Z_M, _LANDING_REACH_M = 1.0, 0.05, 3.0


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
        best: tuple[tuple[bool, float, str], Space, Position] | None = None
        for index in sorted(self.tree.query(window, predicate="intersects").tolist()):
            space = self.spaces[index]
            if abs(space.floor_m - ideal[2]) > dz_m:
                continue
            blocked = self._blocked(space, window)
            free = space.footprint.intersection(window).difference(blocked).difference(taken)
            for part in shapely.get_parts(free):
                at, tight = _standing(part, here)
                if at is None or (start is not None and _crossing_m(start, at, blocked) > _GRAZE_M):
                    continue
                cost = math.dist(at, ideal[:2]) + 2.0 * abs(space.floor_m - ideal[2])
                key = (tight, round(cost, 3), space.id)
                if best is None or key < best[0]:
                    best = (key, space, (at[0], at[1], space.floor_m))
        return None if best is None else best[1:]

    def between(self, low_m: float, high_m: float) -> list[float]:
        """Heights of floors strictly between two heights."""
        return sorted({round(s.floor_m, 3) for s in self.spaces if low_m < s.floor_m < high_m})

    def cover(self, plan: Plan, floor_m: float, *, dz_m: float = ATTACH_Z_M) -> float:
        """Share of a plan that walkable floors near a height cover."""
        hits = [self.spaces[i] for i in self.tree.query(plan, predicate="intersects").tolist()]
        area = sum(s.footprint.intersection(plan).area for s in hits if abs(s.floor_m - floor_m) <= dz_m)
        return float(area / plan.area)

    def _blocked(self, space: Space, window: BaseGeometry) -> BaseGeometry:
        hits = sorted(self._obstacle_tree.query(window, predicate="intersects").tolist())
        near = [self.obstacles[i].footprint for i in hits if abs(self.obstacles[i].floor_m - space.floor_m) < 0.3]
        return shapely.union_all(near)


def _standing(free: BaseGeometry, here: Point) -> tuple[tuple[float, float] | None, bool]:
    """The place nearest to a point where a person can stand, if there is one, and whether it is a tight one."""
    roomy = free.buffer(-_CLEAR_M)
    place = roomy if not roomy.is_empty else free.buffer(-0.05)
    if place.is_empty:
        return None, True
    x, y = shapely.shortest_line(place, here).coords[0]
    return (float(x), float(y)), roomy.is_empty


def _crossing_m(start: Position, end: tuple[float, float], blocked: BaseGeometry) -> float:
    return float(LineString([start[:2], end]).intersection(blocked).length)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One way through a product that is a connector, or that will be one together with others."""

    id: str
    product: Product
    category: ConnectorCategory
    way: Way
    footprint: Plan


def is_stair_lift(product: Product) -> bool:
    """Whether an element is a wheelchair platform along a stair: something to find, and a way beside the steps."""
    return product.own_text("Category").lower() in {FacilityCategory.STAIR_LIFT, ConnectorCategory.WHEELCHAIR_LIFT}


class Connectors:
    """Finds the connectors of a model."""

    def __init__(self, model: Model, floors: Floors) -> None:
        self.model, self.floors = model, floors

    def all(self) -> list[Connector]:
        """Stairs, ramps, escalators and moving walks."""
        found, loose = [], []
        for product, category in self._candidates():
            for part in self._parts(product, category):
                ends = self._ends(part)
                if len(ends) == 2:
                    found.append(self._connector(part, *ends.values()))
                else:
                    loose.append(part)
        found += self._of_flights(loose)
        return [c for c in found if c is not None]

    def _candidates(self) -> list[tuple[Product, ConnectorCategory]]:
        rows: list[tuple[Product, ConnectorCategory]] = []
        for product in self.model.family(
            "IfcStair", "IfcStairFlight", "IfcRamp", "IfcRampFlight", "IfcTransportElement"
        ):
            category = self.category(product)
            if is_stair_lift(product):
                continue
            whole = self.model.products.get(self.model.whole.get(product.key, 0))
            part = whole is not None and whole.family in {"IfcStair", "IfcRamp", "IfcTransportElement"}
            if part or category is ConnectorCategory.LIFT:
                continue
            if category is not None:
                rows.append((product, category))
            elif product.predefined.upper() in {"", "NOTDEFINED", "USERDEFINED"}:
                self._unattached(product, "transport element", "two ends")
        return rows

    @staticmethod
    def category(product: Product) -> ConnectorCategory | None:
        """What a stair, ramp or transport element is; None for a crane and the like."""
        own = product.own_term("Category", ConnectorCategory)
        if own is not None or is_stair_lift(product):
            return own
        if product.family in {"IfcStair", "IfcStairFlight"}:
            return ConnectorCategory.STAIRS
        if product.family in {"IfcRamp", "IfcRampFlight"}:
            return ConnectorCategory.RAMP
        kind = product.predefined.upper()
        if kind in {"", "NOTDEFINED", "USERDEFINED"}:
            return transport_of(product.object_type, product.name)
        return _CATEGORIES.get(kind)

    def _parts(self, product: Product, category: ConnectorCategory) -> list[_Part]:
        """The ways through a product; a stair through several storeys may have several."""
        shape = self.body(product)
        if shape is None:
            self._unattached(product, category, "two ends")
            return []
        ways = treads(shape) if category is ConnectorCategory.STAIRS else []
        slope = incline(shape) if not ways else None
        if not ways and slope is None and category is ConnectorCategory.MOVING_WALK:
            slope = belt(shape)
        ways = ways or ([slope] if slope is not None else [])
        parts = []
        for number, way in enumerate(ways, start=1):
            own = shape if len(ways) == 1 else _within(shape, way.first_z - MAX_RISER_M, way.last_z)
            footprint = clean(shadow(own).difference(self._level_with_floors(way)), 0.005)
            ident = product.id if number == 1 else f"{product.id}~{number}"
            if not footprint.is_empty:
                parts.append(_Part(id=ident, product=product, category=category, way=way, footprint=footprint))
        if not parts:
            self._unattached(product, category, "two ends")
        return parts

    def _level_with_floors(self, way: Way) -> BaseGeometry:
        """Landings at the height of a walkable floor there, high enough to walk below: they are floor, not stairs."""
        landings: list[BaseGeometry] = []
        others: list[BaseGeometry] = []
        for at, plan in zip(way.path, way.plans, strict=False):
            high = at[2] - way.first_z > HEAD_M
            floor = high and self.floors.cover(plan, at[2], dz_m=_SAME_Z_M) > _FLOOR_SHARE
            (landings if floor else others).append(plan)
        return shapely.union_all(landings).difference(shapely.union_all(others))

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

    def _ends(self, part: _Part) -> dict[str, tuple[Space, Position]]:
        """The floors that a way meets at its lower and upper end."""
        rise = 0.45 if part.category is ConnectorCategory.STAIRS else 0.0
        way, found = part.way, {}
        for end, start, ideal, dz in (
            ("lower", way.path[0], way.foot, -rise / 2),
            ("upper", way.path[-1], way.head, rise / 2),
        ):
            aim, reach = (ideal[0], ideal[1], ideal[2] + dz), ATTACH_Z_M + rise / 2
            place = (
                self.floors.nearest(aim, part.footprint, start=start, dz_m=reach)
                or self.floors.nearest(aim, Polygon(), start=start, dz_m=reach)
                or self.floors.nearest(aim, part.footprint, dz_m=reach)
                or self.floors.nearest(aim, Polygon(), dz_m=reach)
            )
            if place is not None:
                found[end] = place
        return found

    def _of_flights(self, loose: list[_Part]) -> list[Connector | None]:
        """Connectors of flights that only together lead from floor to floor; the others are reported."""
        found: list[Connector | None] = []
        left = sorted(loose, key=lambda p: (p.way.first_z, p.id))
        while left:
            members = [left.pop(0)]
            run = members[0]
            ends = self._ends(run)
            while "upper" not in ends and (step := _next(run, left)) is not None:
                run, used = step
                members.append(used)
                left.remove(used)
                ends = self._ends(run)
            if len(ends) == 2:
                found.append(self._connector(run, *ends.values()))
                continue
            for part in members:
                missing = {"lower", "upper"} - set(self._ends(part))
                self._unattached(
                    part.product, part.category, f"{missing.pop()} end" if len(missing) == 1 else "two ends"
                )
        return found

    def _connector(self, part: _Part, lower: tuple[Space, Position], upper: tuple[Space, Position]) -> Connector | None:
        product, category, way = part.product, part.category, part.way
        (low_space, low), (high_space, high) = lower, upper
        sill_m = min(_SILL_M, _SILL_SHARE * LineString(way.path).length)
        low = _at_edge(way.path[0], low, part.footprint, sill_m)
        high = _at_edge(way.path[-1], high, part.footprint, sill_m)
        if high[2] - low[2] < _MIN_RISE_M and category is not ConnectorCategory.MOVING_WALK:
            self.model.issues.append(
                Issue(code="connector.single-level", element=product.id, values={"category": str(category)})
            )
            return None
        if way.riser_m > 0.25:
            self.model.issues.append(Issue(code="connector.steep", element=product.id, values={"riser_m": way.riser_m}))
        steps = None
        if way.steps:
            outer = (way.first_z - low[2], high[2] - way.last_z)
            steps = way.steps + sum(risers(rise, way.riser_m) for rise in outer if rise > 0.05)
        stops = (
            Stop(level=low_space.level, position=low),
            *self._landings(part, low[2], high[2]),
            Stop(level=high_space.level, position=high),
        )
        return Connector(
            id=part.id,
            category=category,
            stops=stops,
            path=(low, *way.path, high),
            footprint=part.footprint,
            direction=product.own_term("Direction", Direction) or Direction.BOTH,
            clear_width_m=product.own_number("ClearWidth") or round(way.width_m, 3),
            step_count=steps,
            name=product.text,
            max_slope=slope_of(self.model, product, category=category, path=way.path),
            **use_of(self.model, product, low_space.level),
        )

    def _landings(self, part: _Part, low_m: float, high_m: float) -> list[Stop]:
        """Where a way through several storeys meets the floors between its ends."""
        if part.category not in {ConnectorCategory.STAIRS, ConnectorCategory.RAMP}:
            return []
        stops: list[Stop] = []
        for floor_m in self.floors.between(low_m + _STOREY_M, high_m - _STOREY_M):
            at = part.way.at(floor_m)
            if at is None or any(abs(floor_m - stop.position[2]) < _STOREY_M for stop in stops):
                continue
            for taken in (part.footprint, Polygon()):
                found = self.floors.nearest(at, taken, start=at, reach_m=_LANDING_REACH_M, dz_m=_SAME_Z_M)
                if found is not None and _touches(found, at, part.footprint):
                    stops.append(Stop(level=found[0].level, position=found[1]))
                    break
        return stops

    def _unattached(self, product: Product, category: str, end: str) -> None:
        values = {"category": str(category), "end": end}
        self.model.issues.append(Issue(code="connector.unattached", element=product.id, values=values))


def _at_edge(end: Position, place: Position, footprint: Plan, sill_m: float) -> Position:
    """The point between the end of a way and a free place on the floor where one steps onto the connector.

    Without it half a metre of floor at either end would count as stairs. ``sill_m`` of floor before the edge remain, so
    that the point lies beside the connector and not on it.
    """
    beyond = LineString([end[:2], place[:2]]).difference(footprint)
    if beyond.is_empty or beyond.length <= sill_m:
        return place
    last = shapely.get_parts(beyond)[-1]
    x, y = last.interpolate(sill_m).coords[0]
    return (float(x), float(y), place[2])


def _next(run: _Part, left: Sequence[_Part]) -> tuple[_Part, _Part] | None:
    """A run of flights with the flight that goes on where it ends, and that flight."""
    for part in left:
        way = joined(run.way, part.way) if part.category is run.category else None
        if way is not None:
            footprint = clean(shapely.union_all([run.footprint, part.footprint]))
            return replace(run, way=way, footprint=footprint), part
    return None


def _within(shape: Shape, low_m: float, high_m: float) -> Shape:
    """The triangles of a shape that reach between two heights."""
    z = shape.vertices[shape.triangles][:, :, 2]
    kept = (z.max(axis=1) > low_m) & (z.min(axis=1) < high_m + 0.01)
    return Shape(
        vertices=shape.vertices, triangles=shape.triangles[kept], colour=shape.colour[kept], matrix=shape.matrix
    )


def _touches(found: tuple[Space, Position], start: Position, footprint: Plan) -> bool:
    """Whether one gets from a landing to a place on a floor without stepping over a void."""
    space, at = found
    way = LineString([start[:2], at[:2]])
    return bool(way.difference(footprint).difference(space.footprint).length <= _GRAZE_M)
