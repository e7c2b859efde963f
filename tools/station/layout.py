"""What follows from a plan: shared edges, walls with their openings, free floor of every space, gate and door places."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as ShapelyPoint
from shapely.ops import unary_union

from tools.station import geometry as geo
from tools.station.model import Claim
from tools.station.network import outdoor_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from tools.station.model import Flightway, Lift, Opening, Plan, Platform, Point, Ring, Space

_TOUCH_M = 1e-4
OUTER_WALL_M = 0.3
INNER_WALL_M = 0.2
_MIN_WALL_HEIGHT_M = 0.3
_STEP_M = 1.5
"""A floor up to this far above the ground stands on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A straight stretch of the outline of ``space``; ``other`` is the space on its far side, if one touches."""

    space: Space
    other: Space | None
    start: Point
    end: Point
    claim: Claim | None

    @property
    def length(self) -> float:
        """Length, metres."""
        return math.dist(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """A straight wall: axis on plan, bottom and top height, footprint, and the spaces it bounds."""

    key: str
    level: str
    start: Point
    end: Point
    low: float
    high: float
    footprint: Ring
    spaces: tuple[str, ...]
    glass: bool

    @property
    def thickness(self) -> float:
        """Thickness, metres."""
        return INNER_WALL_M if len(self.spaces) == 2 else OUTER_WALL_M


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """An opening in its wall, ``offset`` metres from the wall's start to the middle of the opening."""

    opening: Opening
    wall: Wall
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane of a gate row: middle on the shared edge, clear width, and whether a wheelchair fits."""

    at: Point
    width: float
    wide: bool


class Layout:
    """Everything derived from one plan, computed when first asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._space = {space.id: space for space in plan.spaces}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Outline stretches of all spaces, split where a neighbour or a claim begins or ends."""
        claims = [*self.plan.claims, *self._way_claims(), *self._platform_claims()]
        found: list[Edge] = []
        for space in self.plan.spaces:
            others = [
                other
                for other in self.plan.spaces
                if other.level == space.level and other.id != space.id and other.outdoor == space.outdoor
            ]
            mine = [claim for claim in claims if claim.level == space.level]
            for start, end in _sides(space.ring):
                found.extend(_split(space, start, end, others, mine))
        return tuple(found)

    def shared(self, first: str, second: str) -> list[Edge]:
        """Return the stretches where two spaces touch, as seen from the first."""
        return [
            edge for edge in self.edges if edge.space.id == first and edge.other is not None and edge.other.id == second
        ]

    @cached_property
    def walls(self) -> tuple[Wall, ...]:
        """All walls around spaces; none on open edges, gate rows, platform edges and the heads of ways."""
        free = {frozenset(pair) for pair in self.plan.joined()}
        rings = {space.id: Polygon(space.ring) for space in self.plan.spaces if not space.outdoor}
        found: list[Wall] = []
        for edge in self.edges:
            if edge.other is not None and (
                edge.other.id < edge.space.id or frozenset({edge.space.id, edge.other.id}) in free
            ):
                continue
            wall = self._wall(edge, len(found), rings)
            if wall is not None:
                found.append(wall)
        return tuple(found)

    def _wall(self, edge: Edge, index: int, rings: dict[str, Polygon]) -> Wall | None:
        if edge.space.outdoor:
            return None
        sides = [edge.space] if edge.other is None else [edge.space, edge.other]
        low = min(space.floor for space in sides)
        high = max(space.floor + space.clear if space.wall_top is None else space.wall_top for space in sides)
        if edge.claim is not None:
            if edge.claim.top is None:
                return None
            high = min(high, edge.claim.top)
        if high - low < _MIN_WALL_HEIGHT_M or edge.length < 0.02:
            return None
        along = geo.unit(edge.start, edge.end)
        if edge.other is None:
            grow = OUTER_WALL_M
            box = Polygon(geo.rectangle(geo.moved(edge.start, along, -grow), along, edge.length + 2 * grow, 0.0, grow))
            near = [
                ring
                for key, ring in rings.items()
                if self._space[key].level == edge.space.level and ring.intersects(box)
            ]
            pieces = geo.polygons(box.difference(unary_union(near)))
            if not pieces:
                return None
            footprint = geo.counter_clockwise(geo.point(x, y) for x, y in pieces[0].exterior.coords)
        else:
            half = INNER_WALL_M / 2
            footprint = geo.rectangle(geo.moved(edge.start, along, -half), along, edge.length + 2 * half, half, half)
        return Wall(
            key=f"wall/{edge.space.level}/{index:03d}",
            level=edge.space.level,
            start=edge.start,
            end=edge.end,
            low=low,
            high=high,
            footprint=footprint,
            spaces=tuple(space.id for space in sides),
            glass=all(space.glass for space in sides),
        )

    def _way_claims(self) -> Iterator[Claim]:
        """No wall across the head of a way; below it, only what retains the upper floor."""
        for way in self.plan.flightways:
            left, right = geo.head_line(way)
            lower, upper = self._space[way.lower], self._space[way.upper]
            top = way.high - 0.3
            if lower.level != upper.level:
                yield Claim(level=upper.level, start=left, end=right, top=None)
            yield Claim(level=lower.level, start=left, end=right, top=top)

    def _platform_claims(self) -> Iterator[Claim]:
        for platform in self.plan.platforms:
            start, end = self.platform_edge(platform)
            yield Claim(level=self._space[platform.space].level, start=start, end=end, top=None)

    def platform_edge(self, platform: Platform) -> tuple[Point, Point]:
        """Return the whole side of the platform on which the screen doors stand, counter-clockwise.

        Raises
        ------
        PlanError
            If the doors do not stand on one straight side of the space.
        """
        for start, end in _sides(self._space[platform.space].ring):
            line = LineString([start, end])
            if all(line.distance(ShapelyPoint(at)) < _TOUCH_M for at in (platform.front, platform.end)):
                return start, end
        raise platform.where.error(
            f"the doors of platform {platform.id!r} do not stand on one side of its space.",
            "Move front and end onto the outline.",
        )

    @cached_property
    def hosted(self) -> tuple[Hosted, ...]:
        """Doors, passages and entrances in their walls.

        Raises
        ------
        PlanError
            If an opening is not on a wall between its spaces, or does not fit.
        """
        return tuple(self._host(opening) for opening in self.plan.openings)

    def _host(self, opening: Opening) -> Hosted:
        for wall in self.walls:
            line = LineString([wall.start, wall.end])
            if set(wall.spaces) != set(opening.between) or line.distance(ShapelyPoint(opening.at)) > _TOUCH_M:
                continue
            offset = math.dist(wall.start, opening.at)
            if offset - opening.width / 2 < 0.05 or offset + opening.width / 2 > line.length - 0.05:
                raise opening.where.error(
                    f"{opening.id!r} is {opening.width} m wide and does not fit in its wall.",
                    "Move it from the corner or make it narrower.",
                )
            if opening.sill + opening.height > wall.high - wall.low:
                raise opening.where.error(
                    f"{opening.id!r} is higher than its wall.", f"Write height = {wall.high - wall.low:.2f} or less."
                )
            return Hosted(opening=opening, wall=wall, offset=offset)
        raise opening.where.error(
            f"{opening.id!r} at {opening.at} (site metres) is not on a wall of {' and '.join(opening.between)}.",
            "Put `at` on the edge the spaces share (or on an outer edge, for an entrance).",
        )

    @cached_property
    def voids(self) -> dict[str, BaseGeometry]:
        """Holes in the floor of each space: stair and escalator wells reaching it from below, and lift shafts."""
        holes: dict[str, list[Polygon]] = {}
        for way in self.plan.flightways:
            if self._space[way.lower].level != self._space[way.upper].level:
                holes.setdefault(way.upper, []).append(Polygon(geo.well_footprint(way)))
        for lift in self.plan.lifts:
            for stop in lift.stops:
                holes.setdefault(stop.space, []).append(Polygon(geo.shaft_footprint(lift)))
        return {key: unary_union(parts).intersection(Polygon(self._space[key].ring)) for key, parts in holes.items()}

    def floor_of(self, space: Space) -> list[Polygon]:
        """Return the floor of a space, less its holes; the ground outdoors also less what stands on it."""
        return self._floors[space.id]

    @cached_property
    def _floors(self) -> dict[str, list[Polygon]]:
        return {
            space.id: geo.polygons(
                Polygon(space.ring).difference(
                    unary_union([self.voids.get(space.id, Polygon()), *self._built_on(space)])
                )
            )
            for space in self.plan.spaces
        }

    def _built_on(self, ground: Space) -> list[BaseGeometry]:
        """Return what takes ground outdoors: indoor spaces with their walls, and lower or higher ground within it."""
        if not ground.outdoor:
            return []
        outline, found = Polygon(ground.ring), []
        for space in self.plan.spaces:
            if space.outdoor:
                inside = space.id != ground.id and space.level == ground.level and within(space, ground)
                if inside:
                    found.append(Polygon(space.ring))
            elif space.floor < ground.floor + space.clear and space.floor + space.clear > ground.floor + 0.05:
                shape = Polygon(space.ring)
                if space.floor <= ground.floor + _STEP_M and shape.intersects(outline):
                    found.append(shape.buffer(OUTER_WALL_M, join_style="mitre"))
        return found

    def outside_of(self, opening: Opening) -> Space | None:
        """Return the ground outdoors that an entrance leads to, if the plan draws it."""
        return outdoor_at(self.plan, opening)

    def body_of(self, space: Space) -> list[Polygon]:
        """Return the free plan of a space: its floor less the inner walls that stand on its outline."""
        walls = [Polygon(wall.footprint) for wall in self.walls if len(wall.spaces) == 2 and wall.level == space.level]
        if space.outdoor:
            return [
                Polygon(p.exterior.simplify(1e-7), [r.simplify(1e-7) for r in p.interiors])
                for p in self.floor_of(space)
            ]
        shape = unary_union(self.floor_of(space)).difference(unary_union(walls))
        return geo.polygons(shape.simplify(1e-7), 0.05)

    def lanes(self, index: int) -> tuple[Lane, ...]:
        """Return the lanes of a gate row, in order along the shared edge."""
        row = self.plan.gate_rows[index]
        edge = self.shared(*row.between)[0]
        along = geo.unit(edge.start, edge.end)
        widths = [GATE_CLEAR_M] * row.standard + [GATE_WIDE_M] * row.wide
        at = -(sum(widths) + GATE_CABINET_M * (len(widths) + 1)) / 2
        lanes = []
        for width in widths:
            at += GATE_CABINET_M + width / 2
            lanes.append(Lane(at=geo.moved(row.centre, along, at), width=width, wide=width >= GATE_WIDE_M))
            at += width / 2
        return tuple(lanes)


def within(inner: Space, outer: Space) -> bool:
    """Return whether ground lies inside other ground of another height."""
    first, second = Polygon(inner.ring), Polygon(outer.ring)
    return abs(inner.floor - outer.floor) > 0.02 and first.area < second.area and second.buffer(0.01).covers(first)


GATE_CLEAR_M = 0.6
GATE_WIDE_M = 0.95
GATE_CABINET_M = 0.25


def door_places(platform: Platform) -> Iterator[tuple[str, Point]]:
    """Yield the name and middle of every screen door: door *c-d* lies (c − 1) × 20 + (d − 0.5) × 5 m from the front.

    Source: 20 m cars with four doors a side.
    """
    along = geo.unit(platform.front, platform.end)
    car_m = math.dist(platform.front, platform.end) / platform.cars
    for car in range(1, platform.cars + 1):
        for door in range(1, platform.doors + 1):
            yield (
                f"{car}-{door}",
                geo.moved(platform.front, along, (car - 1) * car_m + (door - 0.5) * car_m / platform.doors),
            )


def stop_threshold(lift: Lift, side: Point) -> Point:
    """Return the middle of the lift door on this side of the shaft."""
    return geo.moved(lift.centre, side, lift.size / 2)


def free_area(way: Flightway, *, at_head: bool, depth: float = 1.2) -> Ring:
    """Return the floor that must stay free before the foot or behind the head of a way."""
    half = geo.outer_width(way.kind, way.width) / 2 - 0.05
    back = (-way.heading[0], -way.heading[1])
    if at_head:
        return geo.rectangle(geo.moved(geo.head_of(way), way.heading, 0.01), way.heading, depth, half, half)
    return geo.rectangle(geo.moved(way.foot, back, 0.01), back, depth, half, half)


def _sides(ring: Ring) -> Iterator[tuple[Point, Point]]:
    yield from zip(ring, ring[1:] + ring[:1], strict=True)


def _overlap(start: Point, end: Point, first: Point, last: Point) -> tuple[float, float] | None:
    """Return where (first, last) covers the line start→end, as distances from the start; ``None`` if not collinear."""
    along = geo.unit(start, end)
    side = geo.left_of(along)
    distances = []
    for at in (first, last):
        dx, dy = at[0] - start[0], at[1] - start[1]
        if abs(dx * side[0] + dy * side[1]) > _TOUCH_M:
            return None
        distances.append(dx * along[0] + dy * along[1])
    low, high = max(min(distances), 0.0), min(max(distances), math.dist(start, end))
    return (low, high) if high - low > 0.01 else None


def _split(space: Space, start: Point, end: Point, others: list[Space], claims: list[Claim]) -> Iterator[Edge]:
    """Yield the stretches of one side of a space."""
    touching = [
        (span, other)
        for other in others
        for side in _sides(other.ring)
        if (span := _overlap(start, end, *side)) is not None
    ]
    claimed = [(span, claim) for claim in claims if (span := _overlap(start, end, claim.start, claim.end)) is not None]
    length = math.dist(start, end)
    along = geo.unit(start, end)
    pieces: list[tuple[float, float, Space | None, Claim | None]] = []
    for low, high in pairwise(_cuts(length, [span for span, _ in (*touching, *claimed)])):
        middle = (low + high) / 2
        neighbour = next((other for span, other in touching if span[0] < middle < span[1]), None)
        strongest = min(
            (claim for span, claim in claimed if span[0] < middle < span[1]), key=_claim_order, default=None
        )
        if pieces and pieces[-1][2:] == (neighbour, strongest):
            pieces[-1] = (pieces[-1][0], high, neighbour, strongest)
        else:
            pieces.append((low, high, neighbour, strongest))
    for low, high, neighbour, strongest in pieces:
        yield Edge(
            space=space,
            other=neighbour,
            start=start if low == 0.0 else geo.moved(start, along, low),
            end=end if abs(high - length) < 1e-5 else geo.moved(start, along, high),
            claim=strongest,
        )


def _cuts(length: float, spans: list[tuple[float, float]]) -> list[float]:
    """Return where a side must be cut, in order, without cuts closer than 0.01 mm."""
    cuts = sorted({0.0, length, *(round(cut, geo.DIGITS) for span in spans for cut in span)})
    return [cut for index, cut in enumerate(cuts) if index == 0 or cut - cuts[index - 1] > 1e-5]


def _claim_order(claim: Claim) -> float:
    """Order claims so that the one leaving the least wall wins."""
    return -math.inf if claim.top is None else claim.top
