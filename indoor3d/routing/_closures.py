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
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.routing._crossing import Areas
from indoor3d.routing._rings import corners, corners_of_each, is_reflex, reflex_keys
from indoor3d.routing._shapes import Windows, offset
from indoor3d.routing.walkable import Walkable, erode, free_space

Floats = NDArray[np.float64]

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

    @cached_property
    def areas(self) -> Areas:
        """What each passage opens, to be asked about lines."""
        return Areas.of(self.opened)

    @cached_property
    def joint_areas(self) -> Areas:
        """What passages open together, to be asked about lines."""
        return Areas.of([area for _, area in self.joint])


def closures(surface: Walkable) -> Closures:
    """Compute what every passage of a surface opens."""
    alone = [(index,) for index in range(len(surface.passages))]
    windows = _windows(surface, alone)
    left = _without(surface, alone, windows)
    rows, owner = corners_of_each(left)
    kept = is_reflex(rows)
    rows, owner = rows[kept], owner[kept]
    known_rows = corners(surface.free)
    known = set(reflex_keys(known_rows[is_reflex(known_rows)]))
    inner = _inside(rows, windows[owner]).tolist()
    extra = rows[[inside and key not in known for inside, key in zip(inner, reflex_keys(rows), strict=True)]]
    groups = _groups(surface)
    group_windows = _windows(surface, groups)
    gone = _gone(surface.windows, _without(surface, groups, group_windows), group_windows)
    return Closures(
        opened=_gone(surface.windows, left, windows),
        joint=tuple((members, area) for members, area in zip(groups, gone, strict=True) if not area.is_empty),
        corners=_distinct(extra),
    )


def _windows(surface: Walkable, groups: Sequence[tuple[int, ...]]) -> Floats:
    """(G, 4): the boxes outside of which shutting these passages changes nothing."""
    shapes = [np.array(list(found), dtype=object) for found in (surface.zones, (p.strip for p in surface.passages))]
    bounds = np.stack([shapely.bounds(found).reshape(-1, 4) for found in shapes])
    reach = 2 * surface.radius_m + 0.05
    windows = np.empty((len(groups), 4))
    for row, members in enumerate(groups):
        own = bounds[:, list(members)].reshape(-1, 4)
        windows[row, :2], windows[row, 2:] = np.nanmin(own[:, :2], axis=0), np.nanmax(own[:, 2:], axis=0)
    windows += np.array([-reach, -reach, reach, reach])
    return windows


def _without(surface: Walkable, groups: Sequence[tuple[int, ...]], windows: Floats) -> NDArray[np.object_]:
    """(G,): the free space within windows when the passages of a group are shut."""
    wide = windows + np.array([-_MARGIN_M, -_MARGIN_M, _MARGIN_M, _MARGIN_M])
    zones = np.array(surface.zones, dtype=object)
    near: list[list[int]] = [[] for _ in groups]
    if len(zones) and len(groups):
        for group, zone in shapely.STRtree(zones).query(shapely.box(*wide.T), predicate="intersects").T.tolist():
            if zone not in groups[group]:
                near[group].append(zone)
    grounds = np.full((len(groups), 1 + max(map(len, near), default=0)), None, dtype=object)
    for row, (box, others) in enumerate(zip(wide.tolist(), near, strict=True)):
        grounds[row, 0] = surface.base.cut(box)
        grounds[row, 1 : 1 + len(others)] = zones[sorted(others)]
    opened = shapely.union_all(grounds, axis=1)
    free = erode(opened, surface.radius_m)
    for row, others in enumerate(near):
        if any(not surface.passages[i].strip.is_empty for i in others):
            free[row] = free_space(opened[row], [surface.passages[i] for i in sorted(others)], surface.radius_m)
    cut = [shapely.clip_by_rect(one, *box) for one, box in zip(free, windows.tolist(), strict=True)]
    return _array(cut)


def _gone(free: Windows, left: NDArray[np.object_], windows: Floats) -> NDArray[np.object_]:
    """(G,): the free space within windows that is gone when only ``left`` is left.

    It holds the border it shares with walls and not the border it shares with what is left: a way along the side of a
    door's passage needs the door, a way past its mouth does not.
    """
    if not len(left):
        return _array([])
    here = _array([free.cut(box) for box in windows.tolist()])
    grown = offset(shapely.difference(here, left), _INSIDE_M)
    return np.atleast_1d(shapely.difference(grown, offset(left, 2 * _INSIDE_M)))


def _array(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def _inside(rows: Floats, windows: Floats) -> NDArray[np.bool_]:
    """Whether corners lie properly inside their windows: those on an edge are cuts, not corners."""
    near = 1e-6
    above, below = rows[:, :2] > windows[:, :2] + near, rows[:, :2] < windows[:, 2:] - near
    kept: NDArray[np.bool_] = np.logical_and.reduce(np.hstack([above, below]), axis=1)
    return kept


def _groups(surface: Walkable) -> list[tuple[int, ...]]:
    """Passages whose zones overlap: pairs, and what pairs join to, as sorted tuples."""
    zones = np.array(surface.zones, dtype=object)
    if len(zones) < 2:
        return []
    one, other = shapely.STRtree(zones).query(zones, predicate="intersects")
    pairs = [(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True) if a < b]
    areas = [shapely.area(shapely.intersection(zones[a], zones[b])) for a, b in pairs]
    pairs = [pair for pair, area in zip(pairs, areas, strict=True) if area > _INSIDE_M]
    group: dict[int, list[int]] = {i: [i] for pair in pairs for i in pair}
    for a, b in pairs:
        if group[a] is not group[b]:
            group[a] += group[b]
            group |= dict.fromkeys(group[b], group[a])
    members = {tuple(sorted(found)) for found in group.values()}
    return sorted({*pairs, *members}, key=lambda m: (len(m), m))


def _distinct(rows: Floats) -> Floats:
    """Corners that differ, each once, in the order they were found."""
    _, first = np.unique(np.round(rows, 6), axis=0, return_index=True)
    return rows[np.sort(first)]
