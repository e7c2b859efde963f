"""The closed stair over many storeys as one reusable part: rooms, dog-leg flights and fire doors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tools.station import geometry as geo
from tools.station.model import Flightway, Item, Opening, Point, Space

LANDING_M = 1.6
_GAP_M = 0.2
"""Between the two lanes, and between a lane and the wall."""
_DOOR_M = (0.95, 2.1)
_DOOR_FROM_FLIGHT_M = 1.05
"""Nothing stands within 0.9 m of a door, and the wall ends 1.6 m from the flight."""
_SLAB_M = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSpec(Item):
    """A stair core as the plan states it.

    Attributes
    ----------
    at : middle of its rectangle, site metres
    heading : unit vector of its long axis
    width : clear width of a flight, metres
    length : length between the landings, metres; ``None`` takes the longest flight
    hosts : the space beside it on every storey, lowest first
    door_side : ``left`` or ``right`` of the heading
    """

    at: Point
    heading: Point
    width: float
    length: float | None
    hosts: tuple[Space, ...]
    door_side: str
    access: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreParts:
    """What one core becomes."""

    spaces: tuple[Space, ...]
    openings: tuple[Opening, ...]
    flightways: tuple[Flightway, ...]


def expand(spec: CoreSpec) -> CoreParts:
    """Return rooms, doors and flights of a stair core.

    On the lowest storey, and on every second one above it, the room ends with a landing at the far end (along the
    heading); on the others at the near end. A flight leads from landing to landing, in the left lane on the way up
    from a far landing, in the right lane from a near one.

    Raises
    ------
    PlanError
        If there are fewer than two storeys, a storey is not above the one before, or a flight is longer than the core.
    """
    if len(spec.hosts) < 2:
        raise spec.where.error(f"{spec.id!r} needs spaces on two or more storeys.", "List them, lowest first.")
    rises = [upper.floor - lower.floor for lower, upper in pairwise(spec.hosts)]
    if min(rises) < 1.0:
        raise spec.where.error(f"the spaces of {spec.id!r} do not rise one after another.", "List them, lowest first.")
    runs = [geo.run_length("stairs", rise) for rise in rises]
    length = max(runs) if spec.length is None else spec.length
    if max(runs) > length + 1e-9:
        raise spec.where.error(
            f"a flight of {spec.id!r} needs {max(runs):.2f} m.",
            f"Write length = {max(runs):.1f} or more, or leave it out.",
        )
    rooms = [_room(spec, index, length, rises) for index in range(len(spec.hosts))]
    return CoreParts(
        spaces=tuple(rooms),
        openings=tuple(_door(spec, index, length, room) for index, room in enumerate(rooms)),
        flightways=tuple(_flight(spec, index, length, run, rooms[index : index + 2]) for index, run in enumerate(runs)),
    )


def _room(spec: CoreSpec, index: int, length: float, rises: list[float]) -> Space:
    host = spec.hosts[index]
    half = spec.width + 1.5 * _GAP_M
    start = -length / 2 if index % 2 == 0 else -length / 2 - LANDING_M
    ring = geo.rectangle(geo.moved(spec.at, spec.heading, start), spec.heading, length + LANDING_M, half, half)
    above = rises[index] - _SLAB_M if index < len(rises) else host.clear
    return Space(
        id=f"{spec.id}-{host.level.lower()}",
        ko=f"{spec.ko} {host.level}",
        en=f"{spec.en} {host.level}",
        source=spec.source,
        certainty=spec.certainty,
        where=spec.where,
        level=host.level,
        ring=geo.counter_clockwise(ring),
        floor=host.floor,
        clear=round(above, 4),
        category="stairwell",
        access=spec.access,
    )


def _door(spec: CoreSpec, index: int, length: float, room: Space) -> Opening:
    along = (length / 2 + _DOOR_FROM_FLIGHT_M) * (1 if index % 2 == 0 else -1)
    side = spec.width + 1.5 * _GAP_M
    shift = side if spec.door_side == "left" else -side
    return Opening(
        id=f"{room.id}-door",
        ko=f"{room.ko} 방화문",
        en=f"{room.en} fire door",
        source=spec.source,
        certainty=spec.certainty,
        where=spec.where,
        kind="door",
        between=(spec.hosts[index].id, room.id),
        at=geo.moved(geo.moved(spec.at, spec.heading, along), geo.left_of(spec.heading), shift),
        width=_DOOR_M[0],
        height=_DOOR_M[1],
        leaf="hinged",
    )


def _flight(spec: CoreSpec, index: int, length: float, run: float, rooms: list[Space]) -> Flightway:
    """Return the flight that leaves storey ``index``; its head lies on the landing of the storey above.

    Its well takes the whole lane there: floor behind a flight shorter than the core would be cut off from everything.
    """
    lower, upper = rooms
    far = index % 2 == 0
    sign = -1.0 if far else 1.0
    heading = (spec.heading[0] * sign + 0.0, spec.heading[1] * sign + 0.0)
    lane = (spec.width + _GAP_M) / 2 * (1.0 if far else -1.0)
    head = geo.moved(spec.at, spec.heading, sign * length / 2)
    foot = geo.moved(geo.moved(head, heading, -run), geo.left_of(spec.heading), lane)
    return Flightway(
        id=f"{lower.id}-flight",
        ko=f"{spec.ko} {lower.level}–{upper.level}",
        en=f"{spec.en}, {lower.level} to {upper.level}",
        source=spec.source,
        certainty=spec.certainty,
        where=spec.where,
        kind="stairs",
        lower=lower.id,
        upper=upper.id,
        foot=foot,
        heading=heading,
        width=spec.width,
        low=lower.floor,
        handrail=True,
        high=upper.floor,
        well_m=length,
    )
