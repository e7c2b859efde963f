"""Rides on connectors as drafts of steps: which one, which way, which door of the lift one leaves by."""

import math

from indoor3d.models.building import Position
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.directions.index import Carrier, Index
from indoor3d.routing.directions.values import Ride
from indoor3d.routing.directions.walk import Draft, Point, angle
from indoor3d.routing.route import Leg

TYPES = {Mode.MOVING_WALK: "travelator"}
"""Step types that are not named as their mode is."""
_LEVEL_M = 0.02
"""Less climb than this is level: a threshold, or rounding."""
_SIDE_DEG, _OPPOSITE_DEG = 45.0, 135.0
"""Doors of a car by the angle between coming in and going out: below the first straight through, beyond the second back."""


def ride(index: Index, leg: Leg, *, wheeled: bool) -> Draft:
    """The draft of one ride."""
    points: list[Position] = [(x, y, z) for x, y, z in leg.positions.tolist()]
    mode = str(leg.mode)
    carrier = index.carriers.get(leg.elements[0]) if leg.elements else None
    up = "up" if leg.climb_m > _LEVEL_M else "down" if leg.climb_m < -_LEVEL_M else "along"
    made = Ride(id=leg.elements[0] if leg.elements else "", category=mode, way=up)
    steps = 0
    if carrier is not None:
        place, abreast = _place(carrier, points)
        door = _door(carrier, points) if leg.mode is Mode.LIFT else ""
        one = carrier.connector
        made = Ride(
            id=one.id,
            category=mode,
            way=up,
            place=place,
            abreast=abreast,
            leads_to=carrier.leads_to.get(leg.level_to, "") if leg.level_to != leg.level_from else "",
            button=leg.level_to if leg.mode is Mode.LIFT else "",
            door=door,
            reverses=wheeled and door == "same" and carrier.turns is False and one.through is not True,
            flights=carrier.flights,
            staff=carrier.staff,
        )
        steps = one.step_count or 0 if leg.mode is Mode.STAIRS else 0
    return Draft(
        type=TYPES.get(leg.mode, mode),
        maneuver=mode,
        length_m=leg.length_m,
        duration_s=leg.duration_s,
        level_from=leg.level_from,
        level_to=leg.level_to,
        position=points[0],
        points=points,
        elements=list(leg.elements),
        ride=made,
        stairs=steps,
    )


def heading_after(index: Index, leg: Leg) -> Point | None:
    """The way one faces when one has left a ride; None when its path does not tell."""
    points = leg.positions.tolist()
    carrier = index.carriers.get(leg.elements[0]) if leg.elements else None
    if leg.mode is Mode.LIFT and carrier is not None:
        return _away(carrier, points[-1])
    for (x0, y0, _), (x1, y1, _) in zip(points[-2::-1], points[:0:-1], strict=True):
        if math.hypot(x1 - x0, y1 - y0) > 0.05:
            return x1 - x0, y1 - y0
    return None


def _away(carrier: Carrier, at: Position) -> Point | None:
    """Out of a car: across the side of it that a stop is nearest to."""
    x0, y0, x1, y1 = carrier.connector.footprint.bounds
    x, y = at[0] - carrier.centre[0], at[1] - carrier.centre[1]
    if math.hypot(x, y) < 0.1 or x1 - x0 <= 0 or y1 - y0 <= 0:
        return None
    return x, y


def _door(carrier: Carrier, points: list[Position]) -> str:
    entry, leave = _away(carrier, points[0]), _away(carrier, points[-1])
    if entry is None or leave is None:
        return ""
    turned = angle((-entry[0], -entry[1]), leave)
    if abs(turned) >= _OPPOSITE_DEG:
        return "same"
    if abs(turned) <= _SIDE_DEG:
        return "opposite"
    return "left" if turned > 0 else "right"


def _place(carrier: Carrier, points: list[Position]) -> tuple[str, int]:
    """Which of those side by side, as one stands before them, and of how many."""
    if not carrier.beside:
        return "", 0
    ends = carrier.connector.stops
    own = ((ends[0].position[0] + ends[-1].position[0]) / 2, (ends[0].position[1] + ends[-1].position[1]) / 2)
    x, y = points[-1][0] - points[0][0], points[-1][1] - points[0][1]
    offsets = sorted(x * (py - own[1]) - y * (px - own[0]) for px, py in carrier.beside)  # to the left positive
    left = sum(offset > 1e-6 for offset in offsets)
    right = sum(offset < -1e-6 for offset in offsets)
    if left + right + 1 != len(offsets):
        return "", 0
    return ("left" if not left else "right" if not right else "middle"), len(offsets)
