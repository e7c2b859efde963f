"""What no exit reaches, and why: issues for the people who made the model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.errors import NoOpenExit
from indoor3d.models.building import Space
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import OpeningCategory
from indoor3d.routing._shapes import clip, offset
from indoor3d.routing.evacuation.escape import at_corners, exit_field
from indoor3d.routing.profile import PROFILES

if TYPE_CHECKING:
    from indoor3d.routing._passage import Passage
    from indoor3d.routing.graph import NavGraph
    from indoor3d.routing.walkable import Walkable

Floats = NDArray[np.float64]

_SHARED_M2 = 0.01
_NEAR_M = 1e-6
_AROUND_M = 0.6
"""Around a door, most often this much shows that there is floor behind it: three bodies' radii (INGESTION.md §3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reason:
    """Why a space is not reached, and what to do, in English and Korean."""

    reason: str
    reason_ko: str
    advice: str
    advice_ko: str


_NO_EXIT = _Reason(
    reason="the model has no exit that can be used.",
    reason_ko="모델에 쓸 수 있는 출구가 없습니다.",
    advice="Add an external door on the ground level, or mark one as an exit.",
    advice_ko="지상층에 외부 문을 넣거나 출구로 표시하세요.",
)
_FULL = _Reason(
    reason="obstacles fill it, or it is too narrow to stand in.",
    reason_ko="장애물로 차 있거나 너무 좁아 설 수 없습니다.",
    advice="Check the walls and furniture inside it.",
    advice_ko="공간 안의 벽과 가구를 확인하세요.",
)
_NO_OPENING = _Reason(
    reason="no door, opening or stairs lead into it.",
    reason_ko="들어가는 문이나 개구부, 계단이 없습니다.",
    advice="Add the door or opening that leads there.",
    advice_ko="들어가는 문이나 개구부를 모델에 넣으세요.",
)
_NARROW = _Reason(
    reason="every opening of it is too narrow to pass.",
    reason_ko="모든 개구부가 지나갈 수 없을 만큼 좁습니다.",
    advice="Check the widths of its openings.",
    advice_ko="개구부의 폭을 확인하세요.",
)
_NOT_JUDGED = {OpeningCategory.VIRTUAL, OpeningCategory.SCREEN_DOOR}
"""Boundaries are as wide as they are, and what lies behind a platform screen door is no floor."""

_NOWHERE = _Reason(
    reason="its openings lead to no other walkable space.",
    reason_ko="개구부가 다른 보행 공간으로 이어지지 않습니다.",
    advice="Add the space on the other side, or mark the opening as an exit.",
    advice_ko="반대쪽 공간을 넣거나 개구부를 출구로 표시하세요.",
)
_UNATTACHED = _Reason(
    reason="the only way is a connector whose ends do not meet the floor.",
    reason_ko="유일한 길인 계단·경사로·엘리베이터가 바닥에 닿지 않습니다.",
    advice="Check the ends of the stairs, ramp or lift.",
    advice_ko="계단·경사로·엘리베이터의 양 끝을 확인하세요.",
)
_NO_CONNECTOR = _Reason(
    reason="its level has no exit and no stairs, ramp or lift that meets its floor.",
    reason_ko="이 층에는 출구도, 바닥에 닿는 계단·경사로·엘리베이터도 없습니다.",
    advice="Model the stairs, ramps or lifts that lead to the level.",
    advice_ko="이 층으로 가는 계단·경사로·엘리베이터를 모델에 넣으세요.",
)
_BEYOND = _Reason(
    reason="what it opens to is not reached either.",
    reason_ko="이어진 공간에도 갈 수 없습니다.",
    advice="Check the doors, stairs and exits beyond it.",
    advice_ko="이어진 공간의 문과 계단, 출구를 확인하세요.",
)


def unreachable_spaces(graph: "NavGraph") -> tuple[Issue, ...]:
    """Find every walkable space that no exit reaches on foot, lifts included, with the reason.

    Returns
    -------
    tuple of Issue
        ``space.unreachable`` for each such space, and ``level.disconnected`` for each level that has no other space.
    """
    reached = _reached(graph)
    building = graph.building
    levels = {level.id: level for level in building.levels}
    issues, missed = [], []
    for space in sorted(building.spaces, key=lambda s: s.id):
        if space.walkable and space.id not in (reached or ()):
            missed.append(space)
            why = _NO_EXIT if reached is None else _why(graph, space)
            centre = shapely.point_on_surface(space.footprint)
            values = {
                "reason": why.reason,
                "reason_ko": why.reason_ko,
                "advice": why.advice,
                "advice_ko": why.advice_ko,
            }
            position = (centre.x, centre.y, space.floor_m) if not centre.is_empty else None
            issues.append(
                Issue(code="space.unreachable", element=space.id, level=space.level, position=position, values=values)
            )
    for level in sorted({space.level for space in missed}):
        if all(s.id not in (reached or ()) for s in building.spaces if s.level == level and s.walkable):
            name = levels[level].short_name if level in levels else level
            issues.append(Issue(code="level.disconnected", element=level, level=level, values={"name": name}))
    return tuple(issues)


def build_issues(graph: "NavGraph") -> tuple[Issue, ...]:
    """Collect what was found while building: connectors, openings, exits and levels that do not work."""
    return (*_of_connectors(graph), *_of_openings(graph), *_of_levels(graph))


def _reached(graph: "NavGraph") -> set[str] | None:
    """Ids of the spaces from which some place reaches an exit; None when there is no exit at all."""
    conditions = graph.conditions(PROFILES["walk"].id, (), visited={one.id for one in graph.building.exits})
    try:
        field = exit_field(graph, conditions)
    except NoOpenExit:
        return None
    return {space for space, _, seconds in at_corners(graph, field.reached.cost, conditions) if np.isfinite(seconds)}


def _why(graph: "NavGraph", space: Space) -> _Reason:
    surface = next((w.surface for w in graph.floors.ways if space.id in {s.id for s in w.surface.spaces}), None)
    if surface is None or shapely.area(shapely.intersection(surface.free, space.footprint)) < _SHARED_M2:
        return _FULL
    passages = [
        p
        for p, zone in zip(surface.passages, surface.zones, strict=True)
        if shapely.area(shapely.intersection(zone, space.footprint)) > _SHARED_M2 / 10
    ]
    near = offset(space.footprint, 1.0)
    ends = [
        (c.id, i)
        for c in graph.building.connectors
        for i, stop in enumerate(c.stops)
        if stop.level == space.level and shapely.intersects_xy(near, *stop.position[:2])
    ]
    if not passages and not ends:
        return _NO_OPENING
    if not passages and not any(end in surface.attachments for end in ends):
        return _UNATTACHED
    return _why_beyond(graph, space, passages, joined=bool(ends))


def _why_beyond(graph: "NavGraph", space: Space, passages: "list[Passage]", *, joined: bool) -> _Reason:
    """Why a space that has openings, or connectors (``joined``), is not reached through them."""
    if passages and all(p.width_m < PROFILES["walk"].min_clear_width_m for p in passages):
        return _NARROW
    home = {s.id for w in graph.floors.ways for s in w.surface.spaces}
    if all(len(set(p.opening.spaces) & home) < 2 for p in passages) and not joined:
        return _NOWHERE
    here = [w.surface for w in graph.floors.ways if w.surface.level == space.level]
    exits = {graph.network.surfaces[graph.network.node_surface[n]].level for n in graph.network.exit_node.tolist()}
    if space.level not in exits and not any(w.attachments for w in here):
        return _NO_CONNECTOR
    return _BEYOND


def _of_connectors(graph: "NavGraph") -> Iterator[Issue]:
    met = {key for ways in graph.floors.ways for key in ways.surface.attachments}
    names = {level.id: level.short_name for level in graph.building.levels}
    for connector in sorted(graph.building.connectors, key=lambda c: c.id):
        for number, stop in enumerate(connector.stops):
            if (connector.id, number) not in met:
                ends = {0: "lower end", len(connector.stops) - 1: "upper end"}
                end = ends.get(number, names.get(stop.level, stop.level))
                yield Issue(
                    code="connector.unattached",
                    element=connector.id,
                    level=stop.level,
                    position=stop.position,
                    values={"category": str(connector.category), "end": end},
                )


def _of_openings(graph: "NavGraph") -> Iterator[Issue]:
    needed = 2 * graph.network.radius_m
    for ways in graph.floors.ways:
        surface = ways.surface
        judged = [p for p in surface.passages if p.opening.category not in _NOT_JUDGED]
        for p, shut_off in zip(judged, _shut_off(surface, judged), strict=True):
            position = (float(p.centre[0]), float(p.centre[1]), surface.floor_m)
            width = min(p.width_m, 2 * p.half_width_m)
            if width < needed - 1e-6:
                values = {"width_m": width, "needed_m": needed}
                yield Issue(code="opening.narrow", element=p.id, level=surface.level, position=position, values=values)
            for space in shut_off:
                values_blocked = {"category": str(p.opening.category), "side": space.name.default or space.id}
                yield Issue(
                    code="opening.blocked", element=p.id, level=surface.level, position=position, values=values_blocked
                )


def _shut_off(surface: "Walkable", passages: "list[Passage]") -> list[list[Space]]:
    """Of each passage, the spaces it names that cannot be entered from its end in them."""
    spaces = {space.id: space for space in surface.spaces}
    named = [[spaces[name] for name in sorted({*p.opening.spaces} & spaces.keys())] for p in passages]
    rows = np.repeat(np.arange(len(passages)), [len(some) for some in named])
    footprints = np.array([space.footprint for some in named for space in some], dtype=object)
    found: list[list[Space]] = [[] for _ in passages]
    if len(rows):
        sides = [space for some in named for space in some]
        mouths = _mouths([passages[row] for row in rows.tolist()], footprints)
        for side in np.flatnonzero(_entered_m2(surface, mouths, footprints) < _SHARED_M2).tolist():
            found[rows[side]].append(sides[side])
    return found


def _mouths(passages: "list[Passage]", footprints: NDArray[np.object_]) -> NDArray[np.object_]:
    """(K,) Points: the ends of passages that are nearer to the spaces."""
    ends = shapely.points([[p.at(side * p.half_length_m) for side in (-1.0, 1.0)] for p in passages])
    nearer = np.argmin(np.round(shapely.distance(footprints[:, None], ends), 6), axis=1)
    found: NDArray[np.object_] = ends[np.arange(len(ends)), nearer]
    return found


def _entered_m2(surface: "Walkable", mouths: NDArray[np.object_], footprints: NDArray[np.object_]) -> Floats:
    """(K,): free floor of spaces in the piece that a mouth (K,) of each meets; where it is enough, of what lies around."""
    windows = shapely.bounds(mouths) + np.array([-_AROUND_M, -_AROUND_M, _AROUND_M, _AROUND_M])
    parts, owner = shapely.get_parts([surface.windows.cut(window) for window in windows.tolist()], return_index=True)
    met = shapely.distance(parts, mouths[owner]) <= _NEAR_M
    parts, owner = parts[met], owner[met]
    found = np.zeros(len(mouths))
    # A mouth may meet two pieces: the least is certain.
    least = np.full(len(mouths), np.inf)
    np.minimum.at(least, owner, shapely.area(shapely.intersection(parts, footprints[owner])))
    found[owner] = least[owner]
    pieces = shapely.get_parts(surface.free)
    for row in np.flatnonzero(np.isfinite(least) & (least < _SHARED_M2)).tolist():
        first = np.argmin(np.maximum(shapely.distance(pieces, mouths[row]), _NEAR_M))
        own = clip(pieces[first], shapely.bounds(footprints[row]).tolist())
        found[row] = shapely.area(shapely.intersection(own, footprints[row]))
    return found


def _of_levels(graph: "NavGraph") -> Iterator[Issue]:
    building = graph.building
    free = {w.surface.level for w in graph.floors.ways if not w.surface.free.is_empty}
    for level in building.levels:
        if level.id not in free:
            yield Issue(code="level.empty", element=level.id, level=level.id, values={"name": level.short_name})
    if not free:
        yield Issue(code="walkable.none")
    if not graph.network.exit_id:
        yield Issue(code="exit.none")
