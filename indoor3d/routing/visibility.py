"""Exact shortest paths in one polygon: its reflex corners, and the taut edges between those that see each other.

A shortest path in a polygon is straight but for bends at reflex corners, and where it bends it cannot be pulled
shorter: each of its segments is tangent to the polygon at the corners it ends in. The *taut* edges, tangent at both
ends, and the corners seen from start and goal therefore hold every shortest path, and little else. Source: de Berg,
Cheong, van Kreveld and Overmars, Computational Geometry, 3rd edition, 2008, lemma 15.1 and section 15.2.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon, STRtree

from indoor3d.routing._expansion import clip, cross, expand, first_funnels, triangulate, walk
from indoor3d.routing._lattice import HORIZON, Ints, finite, snap

Flags = NDArray[np.bool_]

_TOUCH_M = 1e-6  # this far outside still counts as inside: above float64 noise in any CRS, below any building's detail
_TOGETHER = 4096  # sources that expand together: enough to pay for a numpy call, few enough to stay in cache
_NEAR = np.stack(np.meshgrid(np.arange(-2, 3), np.arange(-2, 3)), axis=-1).reshape(-1, 2)


class FreeSpace:
    """One polygon (or MultiPolygon) prepared for exact shortest paths.

    The polygon is closed: a path may touch walls, run along them, and pass where the free space meets itself in a
    point. On construction it is moved on to a lattice whose cell is at most 2**-29 of its extent (60 nm for 60 m), where
    every test is exact however walls line up. All answers are about the moved polygon, `free`.

    Parameters
    ----------
    free : Polygon | MultiPolygon
        Metres, site frame: where the centre of an agent may be, already shrunk by the agent's radius. Invalid rings
        are repaired; z is ignored.

    Attributes
    ----------
    free : MultiPolygon
        Metres, site frame: the polygon all answers are about. No wall is further than a cell from where it was.
    corners : (C, 2) float64
        Metres, site frame, sorted by x, then y: the vertices of shells and holes of ``free`` whose interior angle is
        more than 180°, and the points where ``free`` meets itself.
    tolerance_m : float
        How far outside a position still counts as inside: 1 µm, or two cells of the lattice where that is more
        (extents of 512 m and over).

    Raises
    ------
    InvalidInput
        The polygon has no area, or a coordinate that is not a number or beyond 1e9 m.

    Examples
    --------
    >>> room = FreeSpace(Polygon([(0, 0), (6, 0), (6, 2), (2, 2), (2, 6), (0, 6)]))
    >>> room.corners.tolist()
    [[2.0, 2.0]]
    >>> room.sees((1, 5), (5, 1)), room.visible_corners((1, 5)).tolist()
    (False, [0])
    """

    free: MultiPolygon
    corners: NDArray[np.float64]
    tolerance_m: float

    def __init__(self, free: Polygon | MultiPolygon) -> None:
        self._lattice, self._polygon = snap(free)
        shapely.prepare(self._polygon)
        self._mesh = mesh = triangulate(self._polygon)
        self._triangles = mesh.xy.T[mesh.start].reshape(-1, 3, 2)
        self._tree = STRtree(shapely.polygons(self._triangles.astype(np.float64)))
        wall = np.flatnonzero(mesh.twin < 0)
        before, after = np.full((2, mesh.xy.shape[1]), -1)
        before[mesh.end[wall]], after[mesh.start[wall]] = mesh.start[wall], mesh.end[wall]
        pinch = np.bincount(mesh.start[wall], minlength=mesh.xy.shape[1]) > 1
        back, ahead = mesh.xy[:, before] - mesh.xy, mesh.xy[:, after] - mesh.xy
        self._vertex = np.flatnonzero(pinch | (cross(*ahead, *back) < 0))
        self._pinch = pinch[self._vertex]
        self._back, self._ahead = (np.where(self._pinch, 0, ray[:, self._vertex]) for ray in (back, ahead))
        self._corner_of = np.full(mesh.xy.shape[1], -1)
        self._corner_of[self._vertex] = np.arange(len(self._vertex))
        self.free = shapely.transform(self._polygon, self._lattice.restore)
        self.corners = self._lattice.restore(mesh.xy[:, self._vertex].T)
        self.tolerance_m = max(_TOUCH_M, 2 * self._lattice.cell_m)
        self._index()

    def taut_edges(self) -> NDArray[np.int32]:
        """Every pair of corners that a shortest path may join by a straight segment.

        Returns
        -------
        (M, 2) int32
            Rows of ``corners``, i < j, sorted: pairs that see each other along a line that is tangent at both ends,
            walls between neighbouring corners among them. Where a line touches further corners in between, there are
            edges from one to the next, and there may be longer ones; lengths are the same.
        """
        start, at = self._mesh.start, self._mesh.xy[:, self._vertex]
        half = np.flatnonzero(self._corner_of[start] >= 0)
        near, funnels = first_funnels(self._mesh, self._corner_of[start[half]], half // 3, at)
        seen = [near, *self._advance(self._taut(funnels), at)]
        keys = np.unique(np.concatenate([self._taut_keys(pairs) for pairs in seen]))
        return self._pairs(keys)

    def visible_corners(self, point: ArrayLike) -> NDArray[np.int32]:
        """The corners a shortest path from a point may go to first.

        Parameters
        ----------
        point : (2,) float
            Metres, site frame; outside the free space its nearest position there is taken (see `nearest`).

        Returns
        -------
        (N,) int32
            Rows of ``corners``, sorted: those seen along a line that is tangent at the corner.

        Raises
        ------
        InvalidPosition
            The point is not two finite numbers.
        """
        return self.visible_corners_many(point)[:, 1].copy()

    def visible_corners_many(self, points: ArrayLike) -> NDArray[np.int32]:
        """`visible_corners` of many points at once.

        Parameters
        ----------
        points : (K, 2) float
            Metres, site frame.

        Returns
        -------
        (N, 2) int32
            Rows of ``points`` and of ``corners``, sorted.

        Raises
        ------
        InvalidPosition
            A point is not two finite numbers.
        """
        at = self._place(finite(points)).T
        near, funnels = first_funnels(self._mesh, *self._holding(at), at)
        source, vertex = np.concatenate([near, *self._advance(funnels, at)], axis=1)
        source, corner = np.stack([source, self._corner_of[vertex]])[:, self._corner_of[vertex] >= 0]
        kept = self._tangent(corner, *(self._mesh.xy[:, self._vertex[corner]] - at[:, source]))
        return self._pairs(np.unique(source[kept] * len(self._vertex) + corner[kept]))

    def sees(self, a: ArrayLike, b: ArrayLike) -> bool:
        """Whether the straight segment between two points stays in the closed free space.

        Raises
        ------
        InvalidPosition
            A point is not two finite numbers.
        """
        return bool(self.sees_many(a, b)[0])

    def sees_many(self, a: ArrayLike, b: ArrayLike) -> NDArray[np.bool_]:
        """`sees` for the rows of two arrays.

        Parameters
        ----------
        a, b : (K, 2) float
            Metres, site frame. Nothing is seen from, or at, a point that the free space does not contain.

        Returns
        -------
        (K,) bool

        Raises
        ------
        InvalidPosition
            A point is not two finite numbers.
        """
        ends = np.stack([finite(a), finite(b)], axis=1)
        seen: Flags = np.logical_and(*self.contains(ends.reshape(-1, 2)).reshape(-1, 2).T)
        a_cells, b_cells = self._place(ends[seen].reshape(-1, 2)).reshape(-1, 2, 2).transpose(1, 2, 0)
        seen[seen] = self._reach(a_cells, b_cells)
        return seen

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Whether points are in the closed free space, or outside by no more than `tolerance_m`.

        Parameters
        ----------
        points : (K, 2) float
            Metres, site frame.

        Returns
        -------
        (K,) bool

        Raises
        ------
        InvalidPosition
            A point is not two finite numbers.
        """
        return self._within(self._lattice.scale(finite(points)), self.tolerance_m / self._lattice.cell_m)

    def nearest(self, points: ArrayLike) -> NDArray[np.float64]:
        """The nearest positions that the free space contains.

        Parameters
        ----------
        points : (K, 2) float
            Metres, site frame.

        Returns
        -------
        (K, 2) float64
            Contained points as they are; for the others the nearest place, at most a few cells further inside where the
            wall itself has no place on the lattice (a vertex of the wall in a cleft narrower than that).

        Raises
        ------
        InvalidPosition
            A point is not two finite numbers.
        """
        found = finite(points).copy()
        outside = ~self.contains(found)
        found[outside] = self._lattice.restore(self._place(found[outside]))
        return found

    def _index(self) -> None:
        """Ask once: GEOS makes its indices at the first question, and threads that ask it at the same time crash.

        Only points are ever asked about. With lines a prepared polygon is not safe between threads at any time.
        """
        beyond = shapely.Point(HORIZON, 0)
        shapely.intersects_xy(self._polygon, *self._triangles[0, 0].astype(np.float64))
        shapely.dwithin(self._polygon, beyond, 1.0)
        self._tree.nearest(beyond)

    def _pairs(self, keys: Ints) -> NDArray[np.int32]:
        """(M, 2): the row and the corner of ``row * C + corner``."""
        return np.stack(np.divmod(keys, max(1, len(self._vertex))), axis=1).astype(np.int32)

    def _advance(self, funnels: Ints, at: Ints) -> Iterator[Ints]:
        """`expand`, so many sources at a time."""
        funnels = funnels[:, np.argsort(funnels[0], kind="stable")]
        batches = np.searchsorted(funnels[0], np.arange(_TOGETHER, at.shape[1], _TOGETHER))
        for batch in np.split(funnels, batches, axis=1):
            yield from expand(self._mesh, batch, at)

    def _reach(self, at: Ints, end: Ints) -> Flags:
        """(K,): whether segments (2, K), in cells, stay in the polygon. They go from one vertex they touch to the next."""
        reached = np.zeros(at.shape[1], dtype=np.bool_)
        row = np.arange(at.shape[1])
        while len(row):
            _, funnels = first_funnels(self._mesh, *self._holding(at), at)
            arrives, met = walk(self._mesh, funnels, at, end[:, row] - at)
            reached[row[arrives]] = True
            onward = ~arrives & met.any(axis=0)
            row, at = row[onward], at[:, onward] + met[:, onward]
        return reached

    def _taut(self, funnels: Ints) -> Ints:
        """The parts of funnels from corners that look along a tangent; all of those from a pinch."""
        corner = funnels[0]
        back, ahead = self._back[:, corner], self._ahead[:, corner]
        cones = clip(funnels, ahead, -back), clip(funnels, -ahead, back)
        return np.concatenate([*cones, funnels[:, self._pinch[corner]]], axis=1)

    def _taut_keys(self, seen: Ints) -> Ints:
        """``i * C + j``, i < j, of the (corner, vertex) columns that are taut edges."""
        pairs = np.stack([seen[0], self._corner_of[seen[1]]])
        low, high = pairs = np.sort(pairs[:, (pairs[1] >= 0) & (pairs[0] != pairs[1])], axis=0)
        x, y = np.diff(self._mesh.xy[:, self._vertex[pairs]], axis=1)[:, 0]
        kept = self._tangent(low, x, y) & self._tangent(high, x, y)
        keys: Ints = low[kept] * len(self._vertex) + high[kept]
        return keys

    def _tangent(self, corner: Ints, x: Ints, y: Ints) -> Flags:
        """Whether lines of direction (x, y) leave both walls of a corner on one side."""
        back, ahead = cross(x, y, *self._back[:, corner]), cross(x, y, *self._ahead[:, corner])
        same_side: Flags = np.sign(back) * np.sign(ahead) >= 0
        return same_side

    def _within(self, cells: NDArray[np.float64], distance: float) -> Flags:
        flags: Flags = shapely.dwithin(self._polygon, shapely.points(cells), distance)
        return flags

    def _holding(self, at: Ints) -> tuple[Ints, Ints]:
        """(point, triangle) rows: every closed triangle that holds a point."""
        point, triangle = self._tree.query(shapely.points(at.T.astype(np.float64)))
        rays = self._triangles[triangle].transpose(2, 1, 0) - at[:, None, point]
        kept = (cross(*rays, *np.roll(rays, -1, axis=1)) >= 0).all(axis=0)
        return point[kept], triangle[kept]

    def _place(self, points: NDArray[np.float64]) -> Ints:
        """(K, 2) int64, in cells: places of the lattice in the closed free space, next to points or nearest to them."""
        wanted = self._lattice.scale(points)
        away = np.flatnonzero(~self._within(wanted, 1.0))
        lines = shapely.shortest_line(self._polygon, shapely.points(wanted[away]))
        wanted[away] = shapely.get_coordinates(lines)[::2]
        placed = np.rint(wanted).astype(np.int64)
        for row in np.flatnonzero(~shapely.intersects_xy(self._polygon, *placed.astype(np.float64).T)):
            placed[row] = self._inside(wanted[row])
        return placed

    def _inside(self, wanted: NDArray[np.float64]) -> Ints:
        """A place of the lattice within the closed polygon, near a point that is on its wall or just outside."""
        near = np.rint(wanted) + _NEAR
        triangle = self._triangles[self._tree.nearest(shapely.Point(wanted))]
        held = near[shapely.intersects_xy(self._polygon, *near.T)]
        places = (
            held if len(held) else triangle
        )  # in a cleft too narrow for the lattice: to the nearest of its vertices
        return np.asarray(places[np.argmin(np.hypot(*(places - wanted).T))], dtype=np.int64)
