"""By what one knows a place: the landmark of a turn, what one faces at the start, and what one has come to at the end."""

import math
from collections.abc import Collection

from indoor3d.models.building import Position
from indoor3d.routing.directions.index import AT_M, CELL_M, DOOR_M, UNSTRIKING, Index, Mark
from indoor3d.routing.directions.sight import SAME_FLOOR_M, SIGHT_M
from indoor3d.routing.directions.values import Goal, Landmark
from indoor3d.routing.directions.walk import Draft, angle

NEAR_M = 6.0
"""A landmark of a turn is no farther from it than this: where features are announced (DIRECTIONS.md §3.1)."""
_PAST_M, _BEHIND_M = 1.0, 4.0
"""A thing this far behind a turn has been passed; farther back than the second it no longer tells the place."""
_CONE_DEG = 35.0
"""What one faces, or has at one's back, is within this of straight ahead or behind."""
_SMALL_M = 0.3
"""A route leads to a small thing, a lamp or a seat, only when it ends this near."""
_HERE_M = 0.3
_COUNTED = {"stairs", "escalator", "lift", "ticket_machine", "locker", "drinking_water"}
"""What is told by its number along the way: whole things that one sees one after another."""
_ONE_HEAP_M = 2.5
"""Things of one kind that stand no farther apart than this are seen as one: a row of machines."""


def landmark(index: Index, draft: Draft, before: Draft | None, *, without: Collection[str]) -> Landmark | None:
    """The landmark of a turn: seen from it, near it, the most striking one.

    Parameters
    ----------
    index : Index
    draft : Draft
        The turn.
    before : Draft or None
        The step that leads there.
    without : set of str
        Ids and categories that are spoken of anyway.
    """
    x, y, _ = draft.position
    here = index.floor.at(draft.level_from, *draft.position)
    inside = here.id if here is not None else ""
    near = index.near(draft.level_from, draft.position, NEAR_M)
    told = []
    for mark in near:
        forward, left = _in_frame(draft.heading, mark.x_m - x, mark.y_m - y)
        if mark.id in without or mark.category in without or mark.via in without or mark.id == inside:
            continue
        if forward >= -_BEHIND_M and math.hypot(forward, left) >= 0.2:
            told.append((mark.rank, math.hypot(forward, left), mark, forward, left))
    if not told:
        return None
    told.sort(key=lambda row: row[:2])
    walls = index.walls.get(draft.level_from)
    told = told[:4]
    seen = walls.visible(x, y, [(row[2].x_m, row[2].y_m) for row in told]) if walls else [True] * len(told)
    for (_, _, mark, forward, left), visible in zip(told, seen, strict=True):
        if visible:
            relation = "past" if forward < -_PAST_M else "at" if forward <= _PAST_M else "before"
            side = _side(forward, left)
            counted = relation != "before" and side in {"left", "right"} and mark.category in _COUNTED
            order = _order(index, mark, draft, before, left=left) if counted else 0
            return Landmark(id=mark.id, category=mark.category, side=side, relation=relation, order=order)
    return None


def _order(index: Index, mark: Mark, draft: Draft, before: Draft | None, *, left: float) -> int:
    """Which of its kind it is on its side since the last manoeuvre; 0 when it is the first and only one."""
    if before is None or before.ride is not None or not before.points:
        return 0
    x0, y0, z0 = before.position
    dx, dy = draft.position[0] - x0, draft.position[1] - y0
    length = math.hypot(dx, dy)
    if length < 1.0:
        return 0
    along = []
    for other in index.alike[draft.level_from, mark.category]:
        ahead, aside = _in_frame((dx, dy), other.x_m - x0, other.y_m - y0)
        if 0 < ahead <= length + NEAR_M and abs(aside) <= NEAR_M and (aside > 0) == (left > 0) \
                and abs(other.z_m - z0) < SAME_FLOOR_M:  # fmt: skip
            along.append((ahead, other.id))
    along.sort()
    heaps: list[float] = []
    for ahead, ident in along:
        if not heaps or ahead - heaps[-1] > _ONE_HEAP_M:
            heaps.append(ahead)
        if ident == mark.id:
            return len(heaps) if len(heaps) > 1 else 0
    return 0


def facing(index: Index, draft: Draft, *, without: Collection[str]) -> Landmark | None:
    """What one faces at the start, or has at one's back; nothing that is right where one stands."""
    x, y, _ = draft.position
    best: list[tuple[int, float, Mark, str]] = []
    here = index.floor.at(draft.level_from, *draft.position)
    inside = here.id if here is not None else ""
    for mark in index.near(draft.level_from, draft.position, SIGHT_M):
        away = math.hypot(mark.x_m - x, mark.y_m - y)
        turned = abs(angle(draft.heading, (mark.x_m - x, mark.y_m - y)))
        if mark.id in without or mark.via in without or mark.id == inside or away < 1.0:
            continue
        if turned <= _CONE_DEG:
            best.append((mark.rank, away, mark, "ahead"))
        elif turned >= 180 - _CONE_DEG and away <= NEAR_M:
            best.append((mark.rank + 100, away, mark, "behind"))
    best = sorted(best, key=lambda row: row[:2])[:4]
    walls = index.walls.get(draft.level_from)
    if not best or walls is None:
        return _at_door(index, draft, without=without)
    for (_, _, mark, side), seen in zip(best, walls.visible(x, y, [(b[2].x_m, b[2].y_m) for b in best]), strict=True):
        if seen:
            return Landmark(id=mark.id, category=mark.category, side=side, relation=side)
    return _at_door(index, draft, without=without)


def _at_door(index: Index, draft: Draft, *, without: Collection[str]) -> Landmark | None:
    """The door, gate or exit where one starts: at one's back, or beside one who goes along a platform."""
    x, y, _ = draft.position
    best, best_away = None, DOOR_M
    for gap in index.entries.get((draft.level_from, math.floor(x / CELL_M), math.floor(y / CELL_M)), ()):
        away = math.hypot(gap.centre[0] - x, gap.centre[1] - y)
        if away < best_away and gap.id not in without and abs(gap.centre[2] - draft.position[2]) < SAME_FLOOR_M:
            best, best_away = gap, away
    if best is None:
        return None
    towards = (best.centre[0] - x, best.centre[1] - y) if best_away > _HERE_M else best.outward
    if towards == (0.0, 0.0):
        return None
    forward, left = _in_frame(draft.heading, *towards)
    side = _side(forward, left)
    if side == "ahead":
        return None
    return Landmark(id=best.id, category=best.seen_as, side=side, relation=side)


def arrival(index: Index, draft: Draft | None, level: str, end: Position, *, wanted: str) -> Goal | None:
    """What one has come to, and on which side it is: what was asked for, else what is right there, else the space."""
    heading = _last_way(draft)
    said = draft.goal if draft is not None else None
    if said is not None and said.sense in {"leave", "to"}:
        return Goal(id=said.id, category=said.category, sense=said.sense)
    if wanted in index.wanted:
        mark = index.wanted[wanted]
        return _at(wanted, mark.category, (mark.x_m, mark.y_m, mark.z_m), end, heading)
    opening = index.doors_of.get(wanted, wanted)
    if opening in index.gaps:
        gap = index.gaps[opening]
        return _at(opening, gap.category or "door", gap.centre, end, heading)
    cell = (level, math.floor(end[0] / CELL_M), math.floor(end[1] / CELL_M))
    found = [(math.hypot(m.x_m - end[0], m.y_m - end[1]), m.rank, m) for m in index.targets.get(cell, ())
             if abs(m.z_m - end[2]) < 2 * SAME_FLOOR_M]  # fmt: skip
    found = sorted(row for row in found if row[0] <= (AT_M if row[1] < UNSTRIKING else _SMALL_M))
    if found and not wanted:
        mark = found[0][2]
        return _at(mark.id, mark.category, (mark.x_m, mark.y_m, mark.z_m), end, heading)
    for gap in index.entries.get(cell, ()) if not wanted else ():
        if math.dist(gap.centre, end) <= _SMALL_M:
            return _at(gap.id, gap.category, gap.centre, end, heading)
    space = index.floor.at(level, *end)
    return None if space is None else Goal(id=space.id, category=str(space.category), side="here")


def _at(ident: str, category: str, at: Position, end: Position, heading: tuple[float, float]) -> Goal:
    dx, dy = at[0] - end[0], at[1] - end[1]
    if math.hypot(dx, dy) < _HERE_M or heading == (0.0, 0.0):
        return Goal(id=ident, category=category, side="here")
    return Goal(id=ident, category=category, side=_side(*_in_frame(heading, dx, dy)))


def _last_way(draft: Draft | None) -> tuple[float, float]:
    if draft is not None and draft.ends is not None:
        return draft.ends
    points = draft.points if draft is not None else []
    for a, b in zip(points[-2::-1], points[:0:-1], strict=True):
        if math.hypot(b[0] - a[0], b[1] - a[1]) > 0.05:
            return b[0] - a[0], b[1] - a[1]
    return 0.0, 0.0


def _in_frame(heading: tuple[float, float], x: float, y: float) -> tuple[float, float]:
    """A vector as forward and left of a heading."""
    size = math.hypot(*heading) or 1.0
    return (x * heading[0] + y * heading[1]) / size, (heading[0] * y - heading[1] * x) / size


def _side(forward: float, left: float) -> str:
    if abs(left) <= 0.6 * abs(forward):
        return "ahead" if forward > 0 else "behind"
    return "left" if left > 0 else "right"
