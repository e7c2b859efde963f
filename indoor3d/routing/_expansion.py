"""Triangular expansion: what is seen from where, through a triangulated polygon with whole coordinates.

A view enters a triangle by one edge, as a funnel between two rays. The triangle's apex is seen when it lies in the
funnel, and splits the funnel over the two edges behind it. Source: Bungiu, Hemmer, Hershberger, Huang and Kröller,
Efficient computation of visibility polygons, EuroCG 2014 (arXiv:1403.3905). Whole coordinates make every test exact,
so that rays along walls and through several corners need no tolerance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from indoor3d.errors import InvalidInput
from indoor3d.routing._lattice import Ints

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
