"""Bodies of parts as extrusions, in the local frame of the part: x along, y to the left, z up. Lengths in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tools.station import geometry as geo

if TYPE_CHECKING:
    from tools.station.model import Flightway, MovingWalk, Ring

Vector: TypeAlias = tuple[float, float, float]

UP: Vector = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extrusion:
    """A profile pushed along ``axis``.

    Attributes
    ----------
    outer, inner : outline and holes in the plane of the profile
    origin : where the profile's (0, 0) lies
    axis : direction of the extrusion, a unit vector
    x_axis : direction of the profile's first coordinate, a unit vector
    depth : length of the extrusion
    style : name of a colour in :data:`tools.station.writer.STYLES`
    """

    outer: Ring
    inner: tuple[Ring, ...] = ()
    origin: Vector = (0.0, 0.0, 0.0)
    axis: Vector = UP
    x_axis: Vector = (1.0, 0.0, 0.0)
    depth: float
    style: str


def upright(ring: Ring, low: float, high: float, style: str, holes: tuple[Ring, ...] = ()) -> Extrusion:
    """Return a vertical prism over a ring."""
    return Extrusion(outer=ring, inner=holes, origin=(0.0, 0.0, round(low, 6)), depth=round(high - low, 6), style=style)


def box(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], style: str) -> Extrusion:
    """Return an axis-aligned box."""
    ring = ((x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]))
    return upright(tuple(geo.point(*corner) for corner in ring), z[0], z[1], style)


def across(profile: Ring, low: float, high: float, style: str) -> Extrusion:
    """Return a profile in the x-z plane pushed along y, from ``low`` to ``high``."""
    return Extrusion(
        outer=tuple(geo.point(*corner) for corner in profile),
        origin=(0.0, round(high, 6) + 0.0, 0.0),
        axis=(0.0, -1.0, 0.0),
        x_axis=(1.0, 0.0, 0.0),
        depth=round(high - low, 6),
        style=style,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One flight, landing or sloping run of a way: where it starts, how far it goes, how high it climbs."""

    start: float
    length: float
    low: float
    high: float
    risers: int = 0

    @property
    def level(self) -> bool:
        """Whether this is a landing."""
        return self.high == self.low


def runs(way: Flightway) -> tuple[Run, ...]:
    """Return the flights (or sloping runs) and landings of a stair or ramp, from the foot."""
    rise = way.high - way.low
    if way.kind == "stairs":
        parts = geo.flights(rise)
        climbs = [rise * part / sum(parts) for part in parts]
        lengths = [part * geo.TREAD_M for part in parts]
    else:
        count = geo.ramp_runs(rise)
        parts = (0,) * count
        climbs = [rise / count] * count
        lengths = [rise / count * geo.RAMP_SLOPE] * count
    found: list[Run] = []
    x = z = 0.0
    for index, (part, climb, length) in enumerate(zip(parts, climbs, lengths, strict=True)):
        if index:
            found.append(Run(start=round(x, 6), length=geo.LANDING_M, low=round(z, 6), high=round(z, 6)))
            x += geo.LANDING_M
        found.append(
            Run(start=round(x, 6), length=round(length, 6), low=round(z, 6), high=round(z + climb, 6), risers=part)
        )
        x, z = x + length, z + climb
    return tuple(found)


def flight_body(run: Run, width: float) -> Extrusion:
    """Return a stair flight with real treads: the last going is level with the upper floor."""
    riser = (run.high - run.low) / run.risers
    profile = [(0.0, run.low)]
    for step in range(run.risers):
        z = run.low + riser * (step + 1)
        profile += [(geo.TREAD_M * step, z), (geo.TREAD_M * (step + 1), z)]
    waist = 0.28
    profile += [(run.length, run.high - waist - riser), (geo.TREAD_M, run.low - waist + riser * 0.5)]
    if run.low == 0.0:
        profile[-1] = (geo.TREAD_M + waist, 0.0)
    ring = geo.counter_clockwise(profile)
    return across(ring, -width / 2, width / 2, "stair")


def slope_body(run: Run, width: float) -> Extrusion:
    """Return a sloping run of a ramp (a wedge on the ground, a slab above it)."""
    low = max(0.0, run.low - 0.25)
    profile = ((0.0, run.low), (run.length, run.high), (run.length, max(0.0, run.high - 0.25)), (0.0, low))
    ring = geo.counter_clockwise(_without_repeats(profile))
    return across(ring, -width / 2, width / 2, "ramp")


def landing_body(run: Run, width: float, style: str) -> Extrusion:
    """Return a landing between two flights."""
    return box((0.0, run.length), (-width / 2, width / 2), (max(0.0, run.low - 0.25), run.low), style)


def rail_bodies(way: Flightway) -> tuple[Extrusion, ...]:
    """Return the two handrail panels of a stair or ramp, following its runs."""
    half = way.width / 2
    solids: list[Extrusion] = []
    for run in runs(way):
        end = run.start + run.length
        lift = 0.25 if run.risers else 0.1
        profile = (
            (run.start, run.low + lift),
            (end, run.high + lift),
            (end, run.high + 0.95),
            (run.start, run.low + 0.95),
        )
        solids.extend(across(profile, low, low + 0.04, "rail") for low in (-half + 0.01, half - 0.05))
    return tuple(solids)


def escalator_bodies(way: Flightway) -> tuple[Extrusion, ...]:
    """Return truss, steps and balustrades of an escalator at 30°, with level plates of 1.2 m at both ends."""
    rise = way.high - way.low
    flat = geo.ESCALATOR_FLAT_M
    length = geo.run_length("escalator", rise)
    half, outer = way.width / 2, way.width / 2 + geo.ESCALATOR_SIDE_M
    truss = (
        (0.0, -0.05),
        (0.0, -0.3),
        (flat + 0.6, -0.3),
        (length - flat + 0.3, rise - 0.75),
        (length, rise - 0.75),
        (length, rise - 0.05),
        (length - flat, rise - 0.05),
        (flat, -0.05),
    )
    count = max(2, round(rise / 0.23))
    going = (length - 2 * flat) / count
    steps = [(0.0, 0.0), (flat, 0.0)]
    for index in range(1, count):
        z = rise * index / count
        steps += [(flat + going * (index - 1) + 0.02, z), (flat + going * index, z)]
    steps += [
        (length - flat - going + 0.02, rise),
        (length, rise),
        (length, rise - 0.05),
        (length - flat, rise - 0.05),
        (flat, -0.05),
        (0.0, -0.05),
    ]
    rail = (
        (0.2, 0.0),
        (flat, 0.0),
        (length - flat, rise),
        (length - 0.2, rise),
        (length - 0.2, rise + 0.95),
        (length - flat, rise + 0.95),
        (flat, 0.95),
        (0.2, 0.95),
    )
    return (
        across(geo.counter_clockwise(truss), -outer, outer, "truss"),
        across(geo.counter_clockwise(steps), -half, half, "step"),
        across(geo.counter_clockwise(rail), half, half + 0.08, "glass"),
        across(geo.counter_clockwise(rail), -half - 0.08, -half, "glass"),
    )


def car_bodies(size: float, low: float, high: float) -> tuple[Extrusion, ...]:
    """Return a lift car at the lowest stop and its guide rails up to the highest; z is measured from the lowest stop."""
    half = size / 2 - 0.35
    rails = [box((x, x + 0.08), (-0.04, 0.04), (low - 0.8, high + 2.4), "metal") for x in (-half - 0.12, half + 0.04)]
    posts = [
        box((x, x + 0.06), (y, y + 0.06), (0.0, 2.25), "metal")
        for x in (-half, half - 0.06)
        for y in (-half, half - 0.06)
    ]
    return (
        box((-half, half), (-half, half), (-0.12, 0.0), "lift"),
        box((-half, half), (-half, half), (2.25, 2.35), "lift"),
        *posts,
        *rails,
    )


def leaves(width: float, height: float, style: str, *, depth: float = 0.05) -> tuple[Extrusion, ...]:
    """Return two door leaves that meet in the middle of x = 0."""
    half = width / 2
    return tuple(box(span, (-depth / 2, depth / 2), (0.02, height), style) for span in ((-half, -0.01), (0.01, half)))


def shutter_bodies(width: float, height: float) -> tuple[Extrusion, ...]:
    """Return an open roller shutter: two guides and the box above."""
    half = width / 2
    guides = [box(span, (-0.06, 0.06), (0.0, height), "metal") for span in ((-half, -half + 0.06), (half - 0.06, half))]
    return (*guides, box((-half, half), (-0.12, 0.12), (height - 0.2, height), "metal"))


def window_bodies(width: float, height: float) -> tuple[Extrusion, ...]:
    """Return a pane between two jambs, a sill and a head."""
    half, bar = width / 2, 0.06
    jambs = [box(span, (-0.05, 0.05), (0.0, height), "metal") for span in ((-half, -half + bar), (half - bar, half))]
    rails = [box((-half + bar, half - bar), (-0.05, 0.05), z, "metal") for z in ((0.0, bar), (height - bar, height))]
    return (box((-half + bar, half - bar), (-0.01, 0.01), (bar, height - bar), "glass"), *jambs, *rails)


def walk_bodies(walk: MovingWalk) -> tuple[Extrusion, ...]:
    """Return belt, frame and balustrades of a level moving walk; its local x axis is the way it runs."""
    half, outer = walk.width / 2, walk.width / 2 + geo.ESCALATOR_SIDE_M
    glass = [
        box((0.6, walk.length - 0.6), y, (0.0, 0.95), "glass") for y in ((half, half + 0.08), (-half - 0.08, -half))
    ]
    frame = [box((0.0, walk.length), y, (0.0, 0.05), "truss") for y in ((half, outer), (-outer, -half))]
    return (box((0.0, walk.length), (-half, half), (0.0, 0.02), "step"), *frame, *glass)


def stair_lift_bodies(way: Flightway) -> tuple[Extrusion, ...]:
    """Return the rail along the right side of a stair and the folded platform at its foot."""
    length, rise = geo.length_of(way), way.high - way.low
    side = -way.width / 2
    rail = geo.counter_clockwise(((0.0, 0.5), (length, rise + 0.5), (length, rise + 0.6), (0.0, 0.6)))
    return (
        across(rail, side, side + 0.08, "metal"),
        box((0.05, 0.95), (side + 0.08, side + 0.28), (0.15, 1.1), "lift"),
    )


def strip_body(along_m: float) -> Extrusion:
    """Return a stretch of guide strip, 0.3 m wide (Korean guide blocks are 300 mm square), 10 mm above the floor."""
    return box((-0.15, along_m + 0.15), (-0.15, 0.15), (0.0, 0.01), "tactile")


def regular_ring(count: int, radius: float) -> Ring:
    """Return a regular polygon around the origin."""
    turn = 2 * math.pi / count
    return tuple(geo.point(radius * math.cos(turn * index), radius * math.sin(turn * index)) for index in range(count))


def _without_repeats(ring: Ring) -> Ring:
    return tuple(corner for index, corner in enumerate(ring) if corner != ring[index - 1])
