"""From the walk of a leg to drafts of steps: one at its start, one at every turn, one at every door, gate and exit."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Position
from indoor3d.routing.directions.index import Gap, Index
from indoor3d.routing.directions.values import SLIGHT_DEG, STRAIGHT_DEG, Goal, Landmark, Passing, Ride, maneuver
from indoor3d.routing.route import Leg

Floats = NDArray[np.float64]
Point = tuple[float, float]

WIGGLE_M = 0.6
"""A bend shorter than this, about a body, is part of passing a door and not a piece of way of its own."""
_JOG_M = 0.75
"""A slight bend that leads aside by less than this, about a body and its margin, is no manoeuvre."""
AT_GOAL_M = 1.5
"""A way that ends within this of the middle of a door ends at the door."""
_AT_START_M = 2.0
"""A walk that starts no farther than this from an exit, and leads away from it, comes in by it."""
_ASIDE_M = 1.0
"""Which way a door is passed is measured between the points this far before and behind it."""


@dataclass(slots=True)
class Draft:
    """A step in the making; the fields are those of :class:`~indoor3d.routing.directions.values.Step`.

    Fields are given new values; lists in them are shared and never changed in place.

    ``heading`` is the way one comes (at a start: the way one goes), ``ends`` the way one faces at its end where that is not
    the way of its last piece.
    """

    type: str
    maneuver: str
    length_m: float
    duration_s: float
    level_from: str
    level_to: str
    position: Position
    points: list[Position]
    angle_deg: float = 0.0
    heading: Point = (0.0, 0.0)
    ends: Point | None = None
    elements: list[str] = field(default_factory=list)
    passing: Passing | None = None
    ride: Ride | None = None
    goal: Goal | None = None
    landmark: Landmark | None = None
    doors: int = 0
    stairs: int = 0
    follow: bool = False
    tactile: bool | None = None
    warnings: tuple[str, ...] = ()
    then: "Draft | None" = None

    def taking(self, seconds: float) -> "Draft":
        """A copy of what nothing follows yet, which lasts so many times as long."""
        return Draft(
            self.type,
            self.maneuver,
            self.length_m,
            self.duration_s * seconds,
            self.level_from,
            self.level_to,
            self.position,
            self.points,
            self.angle_deg,
            self.heading,
            self.ends,
            self.elements,
            self.passing,
            self.ride,
            self.goal,
            self.landmark,
            self.doors,
            self.stairs,
            self.follow,
            self.tactile,
            self.warnings,
        )


@dataclass(slots=True)
class _Event:
    at_m: float
    gap: Gap | None = None
    angle_deg: float = 0.0
    heading: Point = (0.0, 0.0)
    piece: Point = (0.0, 0.0)


class Walk:
    """One walk as a line: its points, how far along each is, and where one turns."""

    def __init__(self, leg: Leg) -> None:
        self.points: list[Position] = [(x, y, z) for x, y, z in leg.positions.tolist()]
        self.at_m = [0.0]
        for (x0, y0, _), (x1, y1, _) in pairwise(self.points):
            self.at_m.append(self.at_m[-1] + math.hypot(x1 - x0, y1 - y0))
        self.corners = _corners(self.points)

    def point(self, at_m: float) -> Position:
        """The point so far along."""
        return self._between(self._index(at_m), at_m)

    def between(self, low_m: float, high_m: float) -> list[Position]:
        """The line from one distance to another."""
        low, high = self._index(low_m), self._index(high_m)
        inner = [p for p, at in zip(self.points[low + 1 : high + 1], self.at_m[low + 1 : high + 1], strict=True)
                 if low_m + 1e-9 < at < high_m - 1e-9]  # fmt: skip
        return [self._between(low, low_m), *inner, self._between(high, high_m)]

    def _index(self, at_m: float) -> int:
        """The piece of the line that a distance is on."""
        return max(min(bisect_left(self.at_m, at_m) - 1, len(self.at_m) - 2), 0)

    def _between(self, index: int, at_m: float) -> Position:
        (x0, y0, z0), (x1, y1, z1) = self.points[index], self.points[index + 1]
        length = self.at_m[index + 1] - self.at_m[index]
        share = min(max((at_m - self.at_m[index]) / length, 0.0), 1.0) if length > 0 else 0.0
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0), z0 + share * (z1 - z0)

    def gaps(self, index: Index, elements: Sequence[str]) -> list[tuple[float, Gap]]:
        """Where along the line each opening is passed, in order."""
        found, piece, reached_m = [], 0, 0.0
        for ident in elements:
            gap = index.gaps.get(ident)
            if gap is None:
                continue
            best, best_away = piece, math.inf
            for number in range(piece, len(self.points) - 1):
                away, at_m = self._nearest(number, gap.centre)
                if away < best_away - 1e-3 and at_m >= reached_m - 1e-9:
                    best, best_away, best_at = number, away, at_m
                if best_away <= gap.reach_m < away:
                    break
            if math.isfinite(best_away):
                piece, reached_m = best, best_at
            found.append((reached_m, gap))
        return found

    def _nearest(self, number: int, to: Position) -> tuple[float, float]:
        (x0, y0, _), (x1, y1, _) = self.points[number], self.points[number + 1]
        dx, dy = x1 - x0, y1 - y0
        square = dx * dx + dy * dy
        share = min(max(((to[0] - x0) * dx + (to[1] - y0) * dy) / square, 0.0), 1.0) if square > 0 else 0.0
        away = math.hypot(x0 + share * dx - to[0], y0 + share * dy - to[1])
        return away, self.at_m[number] + share * (self.at_m[number + 1] - self.at_m[number])


def walk(index: Index, leg: Leg, *, heading: Point | None, last: bool) -> list[Draft]:
    """Drafts of a walk.

    Parameters
    ----------
    index : Index
    leg : Leg
    heading : (x, y) or None
        The way one faces when it begins; None at the very start of a route.
    last : bool
        The route ends with it.
    """
    key = (leg.level_from, leg.level_to, leg.length_m, leg.elements, leg.positions.tobytes(), heading, last)
    found: list[Draft] | None = index.walks.get(key)
    if found is None:
        found = _walked(index, leg, heading=heading, last=last)
        index.walks.keep(key, found, size=1_000 + 4 * leg.positions.nbytes + 700 * len(found))
    return [draft.taking(leg.duration_s) for draft in found]


def _walked(index: Index, leg: Leg, *, heading: Point | None, last: bool) -> list[Draft]:
    """The same, each with its share of the walk's duration: that depends on who goes, all else does not."""
    line = Walk(leg)
    total = line.at_m[-1]
    corners = [line.points[i] for i in line.corners]
    ways = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners)]
    events = [_Event(at_m=0.0, piece=ways[0], heading=heading or ways[0])]
    events[0].angle_deg = 0.0 if heading is None else angle(heading, ways[0])
    for number, before, after in zip(line.corners[1:], ways, ways[1:], strict=False):
        turned = angle(before, after)
        events.append(_Event(at_m=line.at_m[number], angle_deg=turned, heading=before, piece=after))
    unsaid: list[tuple[float, str]] = []
    goal: Goal | None = None
    for at_m, gap in line.gaps(index, leg.elements):
        sense = _sense(line, gap, at_m) if gap.category in {"exit", "gate"} else "through"
        if gap.category == "exit" and last and total - at_m < AT_GOAL_M and total > 2 * AT_GOAL_M:
            goal = Goal(id=gap.id, category="exit", sense="to" if sense == "in" else "leave")
            unsaid.append((at_m, gap.id))
        elif gap.category:
            events.append(_passed(events, gap, at_m, ways))
        else:
            unsaid.append((at_m, gap.id))
    events.sort(key=lambda event: event.at_m)
    drafts = _drafted(line, leg, events, index, starts=heading is None)
    for at_m, ident in unsaid:
        holder = max((n for n, event in enumerate(events) if event.at_m <= at_m + 1e-9), default=0)
        _filed(drafts[holder], ident, first=at_m <= events[holder].at_m + 1e-9 and events[holder].gap is None)
    drafts = _started(drafts)
    order = {ident: number for number, ident in enumerate(leg.elements)}
    for draft in drafts if len(order) == len(leg.elements) else ():
        draft.elements = sorted(draft.elements, key=order.__getitem__)
    drafts[-1].goal = goal
    drafts[-1].level_to = leg.level_to
    return drafts


def _filed(draft: Draft, ident: str, *, first: bool) -> None:
    draft.elements = [ident, *draft.elements] if first else [*draft.elements, ident]


def _passed(events: Sequence[_Event], gap: Gap, at_m: float, ways: Sequence[Point]) -> _Event:
    piece = ways[0]
    for event in events:
        if event.gap is None and event.at_m <= at_m:
            piece = event.piece
    return _Event(at_m=at_m, gap=gap, heading=piece, piece=piece)


def _drafted(line: Walk, leg: Leg, events: Sequence[_Event], index: Index, *, starts: bool) -> list[Draft]:
    total = line.at_m[-1]
    drafts = []
    for number, event in enumerate(events):
        end_m = events[number + 1].at_m if number + 1 < len(events) else total
        share = (end_m - event.at_m) / total if total > 0 else 1.0 / len(events)
        position = line.point(event.at_m)
        kind, turn = "turn", maneuver(event.angle_deg)
        if event.gap is not None:
            kind = {"exit": "pass"}.get(event.gap.category, event.gap.category)
        elif turn == "straight":
            kind = "walk"
        draft = Draft(
            type=kind,
            maneuver=turn,
            length_m=leg.length_m * share,
            duration_s=share,
            level_from=leg.level_from,
            level_to=leg.level_from,
            position=position,
            points=line.between(event.at_m, end_m),
            angle_deg=event.angle_deg if kind == "turn" else 0.0,
            heading=event.heading,
        )
        if starts and number == 0:
            draft.type = draft.maneuver = "start"
            draft.heading = event.piece
        if event.gap is not None:
            gap = event.gap
            draft.elements = [gap.id]
            draft.doors = int(gap.category == "door")
            draft.warnings = gap.warnings
            sense = _sense(line, gap, event.at_m) if gap.category != "door" else "through"
            draft.passing = Passing(
                id=gap.id, category=gap.category, sense=sense, kind=gap.kind, automatic=gap.automatic
            )
        elif kind == "turn" and number and index.bends(leg.level_from, position):
            draft.follow = True
        drafts.append(draft)
    return drafts


def _started(drafts: list[Draft]) -> list[Draft]:
    """A route that begins at a door begins by passing it; a bend without a choice belongs to the way before it."""
    kept: list[Draft] = []
    for draft in drafts:
        before = kept[-1] if kept else None
        at_door = draft.passing is not None and before is not None and before.type == "start"
        if before and at_door and before.length_m < _AT_START_M and not before.passing:
            draft.type = draft.maneuver = "start"
            draft.position = before.position
            _absorb(before, draft, into=draft)
            kept[-1] = draft
        elif before is not None and draft.follow and draft.passing is None and before.ride is None:
            before.follow = True
            _absorb(before, draft, into=before)
        else:
            kept.append(draft)
    return kept


def _absorb(first: Draft, second: Draft, *, into: Draft) -> None:
    into.length_m = first.length_m + second.length_m
    into.duration_s = first.duration_s + second.duration_s
    into.points = [*first.points, *second.points[1:]]
    into.elements = [*first.elements, *second.elements]
    into.level_to = second.level_to


def absorb(first: Draft, second: Draft) -> None:
    """Make the way of ``second`` a part of that of ``first``."""
    _absorb(first, second, into=first)


def _sense(line: Walk, gap: Gap, at_m: float) -> str:
    """Out or in, by the way from a little before an opening to a little behind it."""
    if gap.outward == (0.0, 0.0):
        return "through"
    a, b = line.point(max(at_m - _ASIDE_M, 0.0)), line.point(min(at_m + _ASIDE_M, line.at_m[-1]))
    along = (b[0] - a[0]) * gap.outward[0] + (b[1] - a[1]) * gap.outward[1]
    return "out" if along >= 0 else "in"


def _corners(points: Sequence[Position]) -> list[int]:
    """Indices of where one turns: no bends below 20 degrees, none within a body's reach, no jogs."""
    kept = [0]
    end = len(points) - 1
    for index in range(1, end):
        if _apart(points[index], points[kept[-1]]) >= WIGGLE_M:
            kept.append(index)
    if len(kept) > 1 and _apart(points[end], points[kept[-1]]) < WIGGLE_M:
        kept.pop()
    kept.append(end)
    index = 1
    while index < len(kept) - 1:
        a, b, c = points[kept[index - 1]], points[kept[index]], points[kept[index + 1]]
        before, after = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
        size = abs(angle(before, after))
        if size <= STRAIGHT_DEG or (size <= SLIGHT_DEG and _aside(a, b, c) < _JOG_M):
            del kept[index]
            index = max(index - 1, 1)
        else:
            index += 1
    return kept


def _apart(a: Position, b: Position) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])


def _aside(a: Position, b: Position, c: Position) -> float:
    """How far ``b`` is from the straight line through its neighbours."""
    dx, dy = c[0] - a[0], c[1] - a[1]
    length = math.hypot(dx, dy)
    return abs(dx * (b[1] - a[1]) - dy * (b[0] - a[0])) / length if length > 0 else 0.0


def angle(before: Point, after: Point) -> float:
    """Signed angle between two ways in plan, degrees, to the left positive.

    Examples
    --------
    >>> angle((1.0, 0.0), (0.0, 1.0))
    90.0
    """
    cross = before[0] * after[1] - before[1] * after[0]
    return math.degrees(math.atan2(cross, before[0] * after[0] + before[1] * after[1]))
