"""Sight by triangular expansion in numpy, without compiled code and over another triangulation: the oracle of the kernels."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon, STRtree

from indoor3d.errors import InvalidInput
from indoor3d.routing._lattice import Ints, finite, snap

Flags = NDArray[np.bool_]

_TOUCH_M = 1e-6  # this far outside still counts as inside: above float64 noise in any CRS, below any building's detail
_TOGETHER = 4096  # sources that expand together: enough to pay for a numpy call, few enough to stay in cache
_NEAR = np.stack(np.meshgrid(np.arange(-2, 3), np.arange(-2, 3)), axis=-1).reshape(-1, 2)


_FEW = 32  # funnels that pass one by one sooner than numpy makes its calls (measured: 1 µs each against 50 µs)


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """A triangulated polygon.

    Half-edge ``3 t + k`` runs from corner k of triangle t to the next one, anticlockwise; a view that enters the
    triangle by it sees its start on the left and its end on the right.

    Attributes
    ----------
    xy : (2, V) int64
        Vertices in cells, sorted by x, then y.
    start, end : (3 T,) int64
        The vertices a half-edge runs between.
    apex : (3 T,) int64
        The vertex across the triangle.
    twin : (3 T,) int64
        The same edge in the triangle on the other side; -1 at a wall.
    right, left : (3 T,) int64
        Where a view that entered by this half-edge goes on: the twin of the triangle's right or left edge.
    """

    xy: Ints
    start: Ints
    end: Ints
    apex: Ints
    twin: Ints
    right: Ints
    left: Ints

    @cached_property
    def plain(self) -> tuple[list[int], ...]:
        """x, y, apex, right and left as lists, which are quicker to read one by one."""
        return tuple(column.tolist() for column in (*self.xy, self.apex, self.right, self.left))


def triangulate(free: MultiPolygon) -> Mesh:
    """Triangulate a polygon with whole coordinates (constrained Delaunay).

    Raises
    ------
    InvalidInput
        The triangles do not cover the polygon edge to edge (not seen on any polygon from `snap`).
    """
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(free))
    corner = shapely.get_coordinates(triangles).astype(np.int64).reshape(-1, 4, 2)[:, :3]
    turn = cross(*(corner[:, 1] - corner[:, 0]).T, *(corner[:, 2] - corner[:, 0]).T)
    corner[turn < 0] = corner[turn < 0, ::-1]
    key, start = np.unique((corner[..., 0] << 32) + corner[..., 1], return_inverse=True)
    end, apex = (np.roll(start, -step, axis=1).ravel() for step in (1, 2))
    start = start.ravel()
    twin = _twins(start, end)
    rings = shapely.get_rings(shapely.get_parts(free))
    if not turn.all() or np.count_nonzero(twin < 0) != shapely.get_num_coordinates(free) - len(rings):
        raise InvalidInput("the polygon cannot be triangulated", ko="다각형을 삼각형으로 나눌 수 없습니다")
    onward, back = (np.roll(twin.reshape(-1, 3), -step, axis=1).ravel() for step in (1, 2))
    return Mesh(xy=_split(key), start=start, end=end, apex=apex, twin=twin, right=onward, left=back)


def _split(key: Ints) -> Ints:
    """(2, V): undo ``(x << 32) + y`` for |y| < 2**31."""
    y = (key << 32) >> 32
    return np.stack([(key - y) >> 32, y])


def _twins(start: Ints, end: Ints) -> Ints:
    """For each directed edge, the row of its reverse, or -1."""
    forward, reverse = (start << 32) + end, (end << 32) + start
    order = np.argsort(forward)
    row = order[np.minimum(np.searchsorted(forward, reverse, sorter=order), len(order) - 1)]
    return np.where(forward[row] == reverse, row, -1)


def cross(ax: Ints, ay: Ints, bx: Ints, by: Ints) -> Ints:
    """Positive where b is to the left of a; exact for components up to 2**30."""
    return ax * by - ay * bx


def first_funnels(mesh: Mesh, source: Ints, triangle: Ints, at: Ints) -> tuple[Ints, Ints]:
    """What sources see of the triangles they are in, and the funnels that leave these.

    Parameters
    ----------
    source, triangle : (K,) int64
        Columns of ``at``, and closed triangles that hold them: a source on a vertex has a row for each triangle there.
    at : (2, S) int64
        Sources, in cells.

    Returns
    -------
    tuple[(2, N) int64, (6, M) int64]
        Seen (source, vertex); funnels as `expand` takes them.
    """
    half = (3 * triangle[:, None] + np.arange(3)).ravel()
    source = np.repeat(source, 3)
    right, left = mesh.start[half], mesh.end[half]
    rays = np.vstack([mesh.xy[:, right] - at[:, source], mesh.xy[:, left] - at[:, source]])
    leaves = np.flatnonzero(cross(*rays) > 0)
    return np.stack([source, right]), np.vstack([source, mesh.twin[half], rays])[:, leaves]


def clip(funnels: Ints, right: Ints, left: Ints) -> Ints:
    """Narrow funnels to cones of less than 180°, given by their rays (2, M); those that keep no width are left out."""
    first, last = funnels[2:4], funnels[4:6]
    cone_opens = (cross(*first, *right) >= 0) & (cross(*right, *last) > 0)  # the cone's right ray is in the funnel
    funnel_opens = (cross(*right, *first) >= 0) & (cross(*first, *left) > 0)
    cone_closes = (cross(*first, *left) > 0) & (cross(*left, *last) >= 0)
    narrow = np.vstack([funnels[:2], np.where(cone_opens, right, first), np.where(cone_closes, left, last)])
    return narrow[:, cone_opens | funnel_opens]


def expand(mesh: Mesh, funnels: Ints, at: Ints) -> Iterator[Ints]:
    """Advance funnels through the mesh, one triangle a step, until walls stop all of them.

    Parameters
    ----------
    funnels : (6, M) int64
        Column of ``at``, half-edge entered by (-1 at a wall), right ray x and y, left ray x and y; rays are vectors
        from the source, the left one strictly to the left of the right one.
    at : (2, S) int64
        Sources, in cells.

    Yields
    ------
    (2, N) int64
        Seen (source, vertex), a pair perhaps more than once. A vertex on a funnel's ray is seen. Sight along a line
        that obstacles touch from both sides is reported as far as the second of them, which is then seen from there.
    """
    funnels = funnels[:, funnels[1] >= 0]
    while funnels.shape[1] > _FEW:
        source, entry, rx, ry, lx, ly = funnels
        apex = mesh.apex[entry]
        x, y = mesh.xy[:, apex] - at[:, source]
        of_right, of_left = cross(rx, ry, x, y), cross(x, y, lx, ly)
        past_right, past_left = of_right >= 0, of_left >= 0
        seen = past_right & past_left
        yield np.stack([source[seen], apex[seen]])
        onward = []
        for entries, opens, rays in (
            (mesh.right[entry], of_right > 0, (rx, ry, np.where(past_left, x, lx), np.where(past_left, y, ly))),
            (mesh.left[entry], of_left > 0, (np.where(past_right, x, rx), np.where(past_right, y, ry), lx, ly)),
        ):
            keep = np.flatnonzero(opens & (entries >= 0))
            onward.append(np.stack([source[keep], entries[keep], *(ray[keep] for ray in rays)]))
        funnels = np.concatenate(onward, axis=1)
    yield _expand_few(mesh, funnels, at)


def walk(mesh: Mesh, funnels: Ints, at: Ints, way: Ints) -> tuple[NDArray[np.bool_], Ints]:
    """Follow straight segments through the mesh until they arrive, meet a vertex or run into a wall.

    Parameters
    ----------
    funnels : (6, M) int64
        What leaves the triangles that hold the starts, from `first_funnels`.
    at, way : (2, S) int64
        Starts and the vectors to the ends, in cells.

    Returns
    -------
    tuple[(S,) bool, (2, S) int64]
        Whether a segment arrives; for one that does not, the vector to the first vertex on it, or zero at a wall.
    """
    arrives, met = (way == 0).all(axis=0), np.zeros_like(way)

    def meet(source: Ints, ray: Ints) -> None:
        """Note vertices on the way; rays and way are parallel there, so that their larger components tell the nearer."""
        reached = np.abs(ray).max(axis=0) >= np.abs(way[:, source]).max(axis=0)
        arrives[source[reached]] = True
        met[:, source] = ray

    source, entry = funnels[:2]
    right, left = funnels[2:4], funnels[4:6]
    of_right, of_left = cross(*right, *way[:, source]), cross(*way[:, source], *left)
    meet(source[(of_right == 0) & (of_left > 0)], right[:, (of_right == 0) & (of_left > 0)])
    meet(source[(of_left == 0) & (of_right > 0)], left[:, (of_left == 0) & (of_right > 0)])
    ahead = (of_right > 0) & (of_left > 0)
    source, entry, right, left = source[ahead], entry[ahead], right[:, ahead], left[:, ahead]
    while len(source):
        here = cross(*(left - right), *(way[:, source] - right)) >= 0  # the end is on this side of the edge
        arrives[source[here]] = True
        onward = ~here & (entry >= 0)
        source, entry, right, left = source[onward], entry[onward], right[:, onward], left[:, onward]
        apex = mesh.xy[:, mesh.apex[entry]] - at[:, source]
        side = cross(*way[:, source], *apex)
        meet(source[side == 0], apex[:, side == 0])
        entry = np.where(side > 0, mesh.right[entry], mesh.left[entry])
        right, left = np.where(side > 0, right, apex), np.where(side > 0, apex, left)
        onward = side != 0
        source, entry, right, left = source[onward], entry[onward], right[:, onward], left[:, onward]
    return arrives, met


def _expand_few(mesh: Mesh, funnels: Ints, at: Ints) -> Ints:
    """`expand`, one funnel after the other."""
    vertex_x, vertex_y, apexes, rights, lefts = mesh.plain
    at_x, at_y = at.tolist()
    stack = funnels.T.tolist()
    seen = []
    while stack:
        source, entry, rx, ry, lx, ly = stack.pop()
        apex, right, left = apexes[entry], rights[entry], lefts[entry]
        x, y = vertex_x[apex] - at_x[source], vertex_y[apex] - at_y[source]
        of_right, of_left = rx * y - ry * x, x * ly - y * lx
        if of_right >= 0 and of_left >= 0:
            seen.append((source, apex))
        if of_right > 0 and right >= 0:
            stack.append((source, right, rx, ry, x, y) if of_left >= 0 else (source, right, rx, ry, lx, ly))
        if of_left > 0 and left >= 0:
            stack.append((source, left, x, y, lx, ly) if of_right >= 0 else (source, left, rx, ry, lx, ly))
    return np.array(seen, dtype=np.int64).reshape(-1, 2).T


class PlainSpace:
    """What :class:`indoor3d.routing.visibility.FreeSpace` answers, computed with numpy, and triangles by GEOS."""

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
