"""Exact shortest-path structure of one polygon: its reflex corners and the taut edges between them."""

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon

_TOUCH_M = 1e-6


class FreeSpace:
    """One polygon (or MultiPolygon) prepared for exact shortest paths."""

    def __init__(self, free: Polygon | MultiPolygon) -> None:
        parts = [part for part in shapely.get_parts(shapely.normalize(free)) if part.area > 0]
        self.free = MultiPolygon(parts)
        self._loose = self.free.buffer(_TOUCH_M)
        shapely.prepare(self._loose)
        self.corners, self._before, self._after = _reflex(self.free)

    def taut_edges(self) -> NDArray[np.int32]:
        """(M, 2) int32, i < j, sorted: corners that see each other along a line tangent at both ends."""
        i, j = np.triu_indices(len(self.corners), 1)
        keep = self._tangent(self.corners[i], j) & self._tangent(self.corners[j], i)
        i, j = i[keep], j[keep]
        keep = self.sees_many(self.corners[i], self.corners[j])
        return np.column_stack([i[keep], j[keep]]).astype(np.int32)

    def visible_corners(self, point: ArrayLike) -> NDArray[np.int32]:
        """(N,) int32, sorted: corners seen from ``point`` along a line tangent at the corner."""
        origin = np.broadcast_to(np.asarray(point, dtype=float), self.corners.shape)
        every = np.arange(len(self.corners))
        keep = self._tangent(origin, every) & self.sees_many(origin, self.corners)
        return np.flatnonzero(keep).astype(np.int32)

    def sees(self, a: ArrayLike, b: ArrayLike) -> bool:
        """Whether the segment from ``a`` to ``b`` stays in the closed polygon."""
        return bool(self.sees_many(np.atleast_2d(a), np.atleast_2d(b))[0])

    def sees_many(self, a: ArrayLike, b: ArrayLike) -> NDArray[np.bool_]:
        """``sees`` for rows of two (K, 2) arrays."""
        lines = shapely.linestrings(np.stack([np.asarray(a, dtype=float), np.asarray(b, dtype=float)], axis=1))
        seen: NDArray[np.bool_] = shapely.covers(self._loose, lines)
        return seen

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """(K,) bool: whether each point is in the closed polygon, or at most a micrometre outside."""
        inside: NDArray[np.bool_] = shapely.covers(self._loose, shapely.points(np.asarray(points, dtype=float)))
        return inside

    def nearest(self, points: ArrayLike) -> NDArray[np.float64]:
        """(K, 2): each contained point as it is; another moved to the nearest place of the free space."""
        found = np.array(points, dtype=float)
        out = np.flatnonzero(~self.contains(found))
        lines = shapely.shortest_line(self.free, shapely.points(found[out]))
        if len(out):
            found[out] = shapely.get_coordinates(lines)[::2]
        return found

    def _tangent(self, origin: NDArray[np.float64], corner: NDArray[np.intp]) -> NDArray[np.bool_]:
        at = self.corners[corner]
        one, two = (_cross(at - origin, side[corner] - at) for side in (self._before, self._after))
        kept: NDArray[np.bool_] = one * two >= -1e-12
        return kept


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    product: NDArray[np.float64] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return product


def _reflex(free: MultiPolygon) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    rows = [np.empty((0, 6))]
    for part in shapely.get_parts(shapely.orient_polygons(free)):
        for ring in (part.exterior, *part.interiors):
            at = shapely.get_coordinates(ring)[:-1]
            before, after = np.roll(at, 1, axis=0), np.roll(at, -1, axis=0)
            rows.append(np.hstack([at, before, after])[_cross(at - before, after - at) < -1e-12])
    table = np.vstack(rows)
    return table[:, :2], table[:, 2:4], table[:, 4:]
