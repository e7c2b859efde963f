"""The street exit as one reusable part: stairwell, stair, escalators, head at street level, shutter, board and apron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from shapely.geometry import Point as ShapelyPoint
from shapely.geometry import Polygon
from shapely.ops import unary_union

from tools.station import geometry as geo
from tools.station.model import Claim, Flightway, OpenEdge, Opening, Point, Ring, Sign, Space, Where

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP_M = 0.2
"""Between the parts of one stairwell, and at its walls."""
_HEAD_DEPTH_M = 4.0
_PARAPET_M = 1.1
_APRON_M = 1.6
_SAME_FLOOR_M = 0.02
STREET_LEVEL = "1F"


class _Provenance(TypedDict):
    source: str
    certainty: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSpec:
    """One street exit as the plan states it.

    Attributes
    ----------
    at : middle of the mouth, on the outline of the host space
    out : unit vector out of the host
    turn : ``straight``, ``left`` or ``right``: where the stair goes, seen walking out
    neck : depth of the level part before the stair, metres
    width : clear width of the stair, metres
    street : height of the street there, metres
    escalators : directions of the escalators beside the stair
    registers : the operator's table rows of those escalators, in the same order
    hours : when it is open, in OpenStreetMap's syntax
    """

    number: str
    host: Space
    at: Point
    out: Point
    turn: str
    neck: float
    width: float
    street: float
    escalators: tuple[str, ...]
    registers: tuple[str, ...]
    hours: str
    ko: str
    en: str
    source: str
    certainty: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitParts:
    """What one exit becomes."""

    spaces: tuple[Space, ...] = ()
    opens: tuple[OpenEdge, ...] = ()
    openings: tuple[Opening, ...] = ()
    flightways: tuple[Flightway, ...] = ()
    signs: tuple[Sign, ...] = ()
    claims: tuple[Claim, ...] = ()


def _lanes(spec: ExitSpec) -> tuple[list[tuple[str, str, float, str]], float]:
    """Return (kind, direction, clear width, register) of each lane from left to right, and the width of the stairwell."""
    escalators = zip(spec.escalators, spec.registers, strict=True)
    lanes = [("stairs", "both", spec.width, ""), *(("escalator", way, 1.2, row) for way, row in escalators)]
    total = sum(geo.outer_width(kind, width) for kind, _, width, _ in lanes) + _GAP_M * (len(lanes) + 1)
    return lanes, total


def _run_start(spec: ExitSpec, total: float) -> tuple[Point, Point]:
    """Return the middle of the line where the run begins, and the direction of the run."""
    if spec.turn == "straight":
        return geo.moved(spec.at, spec.out, spec.neck), spec.out
    side = geo.left_of(spec.out)
    heading = side if spec.turn == "left" else (-side[0] + 0.0, -side[1] + 0.0)
    middle = geo.moved(spec.at, spec.out, spec.neck - total / 2)
    return geo.moved(middle, heading, total / 2), heading


def _stairwell_ring(spec: ExitSpec, start: Point, heading: Point, length: float, total: float) -> Ring:
    half = total / 2
    neck = Polygon(geo.rectangle(spec.at, spec.out, spec.neck, half, half))
    run = Polygon(geo.rectangle(start, heading, length, half, half))
    ring = unary_union([neck, run]).simplify(1e-6).exterior.coords
    return geo.counter_clockwise(geo.point(x, y) for x, y in ring)


def _ways(spec: ExitSpec, start: Point, heading: Point, length: float, total: float) -> tuple[Flightway, ...]:
    """Return the stair and escalators side by side, their heads on one line."""
    lanes, _ = _lanes(spec)
    low = spec.host.floor
    side = geo.left_of(heading)
    offset = total / 2
    ways = []
    for kind, direction, width, register in lanes:
        outer = geo.outer_width(kind, width)
        offset -= _GAP_M + outer / 2
        setback = length - geo.run_length(kind, spec.street - low)
        ways.append(
            Flightway(
                id=f"exit-{spec.number}-{kind}" + ("" if direction == "both" else f"-{direction}"),
                ko=f"{spec.number}번 출구 " + ("계단" if kind == "stairs" else "에스컬레이터"),
                en=f"Exit {spec.number} {kind}",
                source=spec.source,
                certainty=spec.certainty,
                where=spec.where,
                kind=kind,
                lower=f"exit-{spec.number}-stairwell",
                upper=f"exit-{spec.number}-head",
                foot=geo.moved(geo.moved(start, side, offset), heading, setback),
                heading=heading,
                width=width,
                low=low,
                high=spec.street,
                direction=direction,
                register=register,
                handrail=True if kind == "stairs" else None,
            )
        )
        offset -= outer / 2
    return tuple(ways)


def _ground(pavements: Sequence[Space], shutter: Opening, heading: Point) -> Space | None:
    """Return the ground outdoors before an exit: the smallest where one lies within another."""
    outside = ShapelyPoint(geo.moved(shutter.at, heading, _APRON_M))
    shapes = [(Polygon(space.ring), space) for space in pavements]
    found = [(shape.area, space.id, space) for shape, space in shapes if shape.contains(outside)]
    return min(found)[2] if found else None


def _apron(spec: ExitSpec, ground: Space | None, shutter: Opening, heading: Point, width: float) -> ExitParts:
    """Return the level place before an exit that lies higher or lower than the pavement, and the ramp that joins them."""
    if ground is None or abs(spec.street - ground.floor) <= _SAME_FLOOR_M:
        return ExitParts()
    rise = abs(spec.street - ground.floor)
    run, half = geo.run_length("ramp", rise), width / 2
    raised = spec.street > ground.floor
    depth = _APRON_M if raised else _APRON_M + run
    key = f"exit-{spec.number}-apron"
    names: _Provenance = {"source": spec.source, "certainty": "assumed", "where": spec.where}
    apron = Space(
        id=key,
        ko=f"{spec.ko} 앞",
        en=f"{spec.en}, forecourt",
        level=ground.level,
        ring=geo.counter_clockwise(geo.rectangle(shutter.at, heading, depth, half, half)),
        floor=spec.street,
        clear=ground.clear,
        category="outdoor",
        access="public",
        **names,
    )
    back = (-heading[0] + 0.0, -heading[1] + 0.0)
    ramp = Flightway(
        id=f"exit-{spec.number}-ramp",
        ko=f"{spec.number}번 출구 앞 경사로",
        en=f"Ramp before exit {spec.number}",
        kind="ramp",
        lower=ground.id if raised else key,
        upper=key if raised else ground.id,
        foot=geo.moved(shutter.at, heading, _APRON_M + run if raised else _APRON_M),
        heading=back if raised else heading,
        width=round(width - 0.4, 3),
        low=min(spec.street, ground.floor),
        high=max(spec.street, ground.floor),
        handrail=True,
        **names,
    )
    return ExitParts(spaces=(apron,), flightways=(ramp,))


def expand(spec: ExitSpec, pavements: Sequence[Space] = ()) -> ExitParts:
    """Return the spaces, ways, openings and signs of one street exit.

    Parameters
    ----------
    spec : ExitSpec
        The exit as the plan states it; ``spec.neck`` must leave room for the turn.
    pavements : sequence of Space
        The outdoor spaces that the plan draws; an exit that lies higher or lower than the one before it gets a ramp.

    Returns
    -------
    ExitParts
        A stairwell on the host's storey, a head on the street storey, and what joins them.

    Raises
    ------
    PlanError
        If a turning exit has a neck shallower than its stairwell is wide.
    """
    lanes, total = _lanes(spec)
    if spec.turn != "straight" and spec.neck < total + 0.5:
        raise spec.where.error(
            f"exit {spec.number} turns but its neck of {spec.neck} m is too shallow.",
            f"Write neck = {total + 0.5:.1f} or more.",
        )
    rise = spec.street - spec.host.floor
    length = max(geo.run_length(kind, rise) for kind, *_ in lanes)
    start, heading = _run_start(spec, total)
    head = geo.moved(start, heading, length)
    half = total / 2
    names: _Provenance = {"source": spec.source, "certainty": spec.certainty, "where": spec.where}
    stairwell = Space(
        id=f"exit-{spec.number}-stairwell",
        ko=f"{spec.number}번 출구 계단실",
        en=f"Exit {spec.number} stairwell",
        level=spec.host.level,
        ring=_stairwell_ring(spec, start, heading, length, total),
        floor=spec.host.floor,
        clear=rise + 2.6,
        category="stairwell",
        access="public",
        wall_top=spec.street + _PARAPET_M,
        **names,
    )
    upper = Space(
        id=f"exit-{spec.number}-head",
        ko=f"{spec.number}번 출구 지상 출입구",
        en=f"Exit {spec.number} entrance at street level",
        level=STREET_LEVEL,
        ring=geo.counter_clockwise(geo.rectangle(head, heading, _HEAD_DEPTH_M, half, half)),
        floor=spec.street,
        clear=2.6,
        category="lobby",
        access="public",
        glass=True,
        **names,
    )
    shutter = Opening(
        id=f"exit-{spec.number}-shutter",
        ko=spec.ko,
        en=spec.en,
        kind="entrance",
        between=(upper.id,),
        at=geo.moved(head, heading, _HEAD_DEPTH_M),
        width=round(total - 1.0, 3),
        height=2.3,
        exit_number=spec.number,
        fire_exit=True,
        leaf="open",
        hours=spec.hours,
        **names,
    )
    left, right = geo.moved(head, geo.left_of(heading), half), geo.moved(head, geo.left_of(heading), -half)
    ground = _ground(pavements, shutter, heading)
    apron = _apron(spec, ground, shutter, heading, total)
    # Below a raised head the wall must not stand up into the pavement around it.
    top = spec.street - 0.3 if ground is None else min(spec.street - 0.3, ground.floor + 0.2)
    mouth = OpenEdge(id=f"exit-{spec.number}-mouth", between=(spec.host.id, stairwell.id), **names)
    return ExitParts(
        spaces=(stairwell, upper, *apron.spaces),
        opens=(mouth,),
        openings=(shutter,),
        flightways=(*_ways(spec, start, heading, length, total), *apron.flightways),
        signs=_boards(spec, start=geo.moved(spec.at, spec.out, 0.4)),
        claims=(
            Claim(level=spec.host.level, start=left, end=right, top=top),
            Claim(level=STREET_LEVEL, start=left, end=right, top=None),
        ),
    )


def _boards(spec: ExitSpec, *, start: Point) -> tuple[Sign, ...]:
    """Return the board with the exit number that hangs in the mouth."""
    board = Sign(
        id=f"exit-{spec.number}-board",
        ko=f"{spec.number}번 출구 안내판",
        en=f"Exit {spec.number} board",
        source=spec.source,
        certainty="assumed",
        where=spec.where,
        space=f"exit-{spec.number}-stairwell",
        at=start,
        facing=(-spec.out[0] + 0.0, -spec.out[1] + 0.0),
        z=spec.host.floor + 2.35,
        width=1.6,
        colour="#F2B600",
        text=spec.number,
    )
    return (board,)
