"""What each opening opens: the part of the free space that is gone when it is shut.

Closing an opening must give exactly what rebuilding without it gives. For a passage X, let F be the free space and F_X
the free space without X. An edge may be used while X is shut iff it stays in F_X, so it is labelled with X iff it meets
``F − F_X``. Shortest ways in F_X may also bend at corners that F has not got: those are kept as nodes
of their own ("conditional corners"). Erosion acts locally, so both are computed in a window around X.

Two passages that cover one gap need more: shutting either leaves the other, shutting both leaves nothing. What a
pair opens together is kept as ``joint``: a way there needs one of the two, and becomes two parallel edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.routing._rings import reflex_keys
from indoor3d.routing._shapes import offset
from indoor3d.routing.walkable import Walkable, free_space

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_INSIDE_M = 1e-6
_MARGIN_M = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Closures:
    """What the passages of one surface open.

    Parameters
    ----------
    opened : (P,) object array of Polygon or MultiPolygon
        The free space that each passage opens alone: with its border to walls, without that to what stays open.
    joint : tuple of (members, Polygon or MultiPolygon)
        The free space that passages open together: two whose zones overlap, and groups that such pairs form.
    corners : (C, 6) float64
        Conditional corners with their neighbours, as :func:`~indoor3d.routing._rings.corners` gives them.
    """

    opened: NDArray[np.object_]
    joint: tuple[tuple[tuple[int, ...], BaseGeometry], ...]
    corners: Floats

    def needs(self, lines: NDArray[np.object_]) -> tuple[Indices, Indices]:
        """Find which passages must be open for straight ways: pairs (line, passage), sorted."""
        if not len(lines) or not len(self.opened):
            return np.empty(0, np.intp), np.empty(0, np.intp)
        line, which = shapely.STRtree(self.opened).query(lines, predicate="intersects")
        order = np.lexsort((which, line))
        return line[order], which[order]

    def shared(self, lines: NDArray[np.object_]) -> list[tuple[int, tuple[int, ...]]]:
        """Ways that need one passage of a group: (line, members), pairs first."""
        return [
            (line, members)
            for members, area in self.joint
            for line in np.flatnonzero(shapely.intersects(area, lines)).tolist()
        ]


def closures(surface: Walkable) -> Closures:
    """Compute what every passage of a surface opens."""
    opened, extra = [], [np.empty((0, 6))]
    _, known_keys = reflex_keys(surface.free)
    known = set(known_keys)
    shut: dict[int, BaseGeometry] = {}
    for index in range(len(surface.passages)):
        window = _window(surface, (index,))
        shut[index] = _without(surface, (index,), window)
        opened.append(_gone(surface, shut[index], window))
        rows, keys = reflex_keys(shut[index])
        inner = _inside(rows, window)
        extra.append(rows[[bool(i) and key not in known for i, key in zip(inner, keys, strict=True)]])
    areas = np.array(opened, dtype=object)
    return Closures(opened=areas, joint=_joint(surface), corners=_distinct(np.vstack(extra)))


def _window(surface: Walkable, members: Sequence[int]) -> tuple[float, float, float, float]:
    """The box outside of which shutting these passages changes nothing."""
    shapes = [surface.zones[i] for i in members] + [surface.passages[i].strip for i in members]
    x0, y0, x1, y1 = shapely.total_bounds(np.array(shapes, dtype=object))
    reach = 2 * surface.radius_m + 0.05
    return x0 - reach, y0 - reach, x1 + reach, y1 + reach


def _without(surface: Walkable, members: Sequence[int], window: tuple[float, float, float, float]) -> BaseGeometry:
    """The free space within a window when some passages are shut."""
    x0, y0, x1, y1 = window
    wide = (x0 - _MARGIN_M, y0 - _MARGIN_M, x1 + _MARGIN_M, y1 + _MARGIN_M)
    area = shapely.box(*wide)
    zones = np.array(surface.zones, dtype=object)
    others = [i for i in np.flatnonzero(shapely.intersects(zones, area)).tolist() if i not in members]
    ground = shapely.union_all([shapely.clip_by_rect(surface.base, *wide), *zones[others]])
    free = free_space(ground, [surface.passages[i] for i in others], surface.radius_m)
    return shapely.clip_by_rect(free, *window)


def _gone(surface: Walkable, left: BaseGeometry, window: tuple[float, float, float, float]) -> BaseGeometry:
    """The free space within a window that is gone when only ``left`` is left.

    It holds the border it shares with walls and not the border it shares with what is left: a way along the side of a
    door's passage needs the door, a way past its mouth does not.
    """
    gone = shapely.difference(shapely.clip_by_rect(surface.free, *window), left)
    grown = offset(gone, _INSIDE_M)
    return shapely.difference(grown, offset(left, 2 * _INSIDE_M))


def _inside(rows: Floats, window: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Whether corners lie properly inside a window: those on its edge are cuts, not corners."""
    x0, y0, x1, y1 = window
    near = 1e-6
    kept: NDArray[np.bool_] = (
        (rows[:, 0] > x0 + near) & (rows[:, 0] < x1 - near) & (rows[:, 1] > y0 + near) & (rows[:, 1] < y1 - near)
    )
    return kept


def _joint(surface: Walkable) -> tuple[tuple[tuple[int, ...], BaseGeometry], ...]:
    """What passages that cover one gap open together: every two that overlap, and every larger group of such."""
    joint = []
    for members in _groups(surface):
        window = _window(surface, members)
        gone = _gone(surface, _without(surface, members, window), window)
        if not gone.is_empty:
            joint.append((members, gone))
    return tuple(joint)


def _groups(surface: Walkable) -> list[tuple[int, ...]]:
    """Passages whose zones overlap: pairs, and what pairs join to, as sorted tuples."""
    zones = np.array(surface.zones, dtype=object)
    if len(zones) < 2:
        return []
    one, other = shapely.STRtree(zones).query(zones, predicate="intersects")
    pairs = [(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True) if a < b]
    pairs = [(a, b) for a, b in pairs if shapely.area(shapely.intersection(zones[a], zones[b])) > _INSIDE_M]
    group = list(range(len(zones)))
    for a, b in sorted(pairs):
        low, high = sorted((group[a], group[b]))
        group = [low if g == high else g for g in group]
    members = {g: tuple(i for i, of in enumerate(group) if of == g) for g in set(group)}
    return sorted({*pairs, *(m for m in members.values() if len(m) > 1)}, key=lambda m: (len(m), m))


def _distinct(rows: Floats) -> Floats:
    """Corners that differ, each once, in the order they were found."""
    _, first = np.unique(np.round(rows, 6), axis=0, return_index=True)
    return rows[np.sort(first)]
