"""Frames, directions, and the plan dimensions of straight parts. Lengths in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely.geometry import Polygon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from tools.station.model import Flightway, Lift, MovingWalk, Point, Ring

DIGITS = 6
"""Coordinates are kept to a micrometre, so that corners given in two frames still meet."""

MAX_RISER_M = 0.18
TREAD_M = 0.30
MAX_RISERS_PER_FLIGHT = 18
LANDING_M = 1.5
RAMP_SLOPE = 12.0
MAX_RAMP_RISE_M = 0.75
ESCALATOR_FLAT_M = 1.2
ESCALATOR_SIDE_M = 0.3
"""Balustrade and truss on each side of the step band."""


def point(x: float, y: float) -> Point:
    """Return a rounded point; ``-0.0`` becomes ``0.0``."""
    return (round(x, DIGITS) + 0.0, round(y, DIGITS) + 0.0)


def moved(at: Point, along: Point, distance: float) -> Point:
    """Return ``at`` moved by ``distance`` metres along a unit vector."""
    return point(at[0] + along[0] * distance, at[1] + along[1] * distance)


def left_of(heading: Point) -> Point:
    """Return the unit vector 90° to the left of a unit vector."""
    return (-heading[1] + 0.0, heading[0] + 0.0)


def unit(start: Point, end: Point) -> Point:
    """Return the unit vector from ``start`` to ``end``."""
    length = math.dist(start, end)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length)


def rectangle(at: Point, along: Point, length: float, left: float, right: float) -> Ring:
    """Return the rectangle that starts at ``at``, runs ``length`` along, and reaches ``left`` and ``right`` of that line."""
    side = left_of(along)
    far = moved(at, along, length)
    return (moved(at, side, -right), moved(far, side, -right), moved(far, side, left), moved(at, side, left))


def counter_clockwise(ring: Iterable[Point]) -> Ring:
    """Return the ring without repeated points, counter-clockwise."""
    corners = list(ring)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1], strict=True))
    return tuple(corners if area > 0 else reversed(corners))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A local drawing frame: its origin in site metres and the site direction of its x axis.

    Examples
    --------
    >>> Frame(origin=(10.0, 0.0), x_axis=(0.8, 0.6)).to_site((5.0, 0.0))
    (14.0, 3.0)
    """

    origin: Point
    x_axis: Point

    def to_site(self, local: Point) -> Point:
        """Return the site coordinates of a point of this frame."""
        ax, ay = self.x_axis
        return point(self.origin[0] + local[0] * ax - local[1] * ay, self.origin[1] + local[0] * ay + local[1] * ax)

    def direction(self, name: str) -> Point:
        """Return the site unit vector of ``+x``, ``-x``, ``+y`` or ``-y``."""
        ax, ay = self.x_axis
        return {"+x": (ax, ay), "-x": (-ax, -ay), "+y": (-ay, ax), "-y": (ay, -ax)}[name]


def flights(rise: float) -> tuple[int, ...]:
    """Return the number of risers of each flight of a stair.

    Chosen for this tool, not quoted from a rule: risers of at most 0.18 m, a landing at least every 18 risers.
    """
    risers = max(1, math.ceil(rise / MAX_RISER_M - 1e-9))
    count = math.ceil(risers / MAX_RISERS_PER_FLIGHT)
    small, extra = divmod(risers, count)
    return tuple(small + (index < extra) for index in range(count))


def ramp_runs(rise: float) -> int:
    """Return the number of sloping runs of a ramp, each rising at most 0.75 m, with landings between."""
    return max(1, math.ceil(rise / MAX_RAMP_RISE_M - 1e-9))


def run_length(kind: str, rise: float) -> float:
    """Return the plan length of a stair, ramp or escalator, from foot line to head line."""
    if kind == "stairs":
        parts = flights(rise)
        return sum(parts) * TREAD_M + (len(parts) - 1) * LANDING_M
    if kind == "ramp":
        return rise * RAMP_SLOPE + (ramp_runs(rise) - 1) * LANDING_M
    return rise / math.tan(math.radians(30.0)) + 2 * ESCALATOR_FLAT_M


def outer_width(kind: str, width: float) -> float:
    """Return the width taken on plan for a clear width (an escalator adds its balustrades)."""
    return width + 2 * ESCALATOR_SIDE_M if kind == "escalator" else width


def length_of(way: Flightway) -> float:
    """Return the plan length of a flightway."""
    return run_length(way.kind, way.high - way.low)


def head_of(way: Flightway) -> Point:
    """Return the middle of the head line of a flightway."""
    return moved(way.foot, way.heading, length_of(way))


def way_footprint(way: Flightway) -> Ring:
    """Return the rectangle a flightway covers."""
    half = outer_width(way.kind, way.width) / 2
    return rectangle(way.foot, way.heading, length_of(way), half, half)


def well_footprint(way: Flightway) -> Ring:
    """Return the rectangle that stays open in the upper floor, so that people have headroom or nothing to step on."""
    half = outer_width(way.kind, way.width) / 2
    length = length_of(way) if way.well_m is None else way.well_m
    return rectangle(moved(head_of(way), way.heading, -length), way.heading, length, half, half)


def head_line(way: Flightway) -> tuple[Point, Point]:
    """Return the head line of a flightway, left end first."""
    ring = way_footprint(way)
    return ring[2], ring[1]


def walk_footprint(walk: MovingWalk) -> Ring:
    """Return the rectangle a moving walk covers, its balustrades included."""
    half = outer_width("escalator", walk.width) / 2
    return rectangle(walk.foot, walk.heading, walk.length, half, half)


def shaft_footprint(lift: Lift) -> Ring:
    """Return the outside of a lift shaft."""
    half = lift.size / 2
    return rectangle(moved(lift.centre, lift.axis, -half), lift.axis, lift.size, half, half)


def polygons(shape: BaseGeometry, minimum_m2: float = 0.02) -> list[Polygon]:
    """Return the polygons of a shapely result that are larger than a speck, biggest first."""
    parts = getattr(shape, "geoms", [shape])
    found = [part for part in parts if isinstance(part, Polygon) and part.area > minimum_m2]
    return sorted(found, key=lambda part: (-part.area, part.bounds))
