"""A polygon with whole coordinates as triangles, and the columns that compiled questions about sight are asked of."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from indoor3d.errors import InvalidInput
from indoor3d.routing._lattice import Ints

_MOST_CELLS = 1 << 22
Halves = NDArray[np.int32]
_NO_ONES: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """A triangulated polygon.

    Half-edge ``3 t + k`` runs from corner k of triangle t to the next one, anticlockwise; a view that enters the
    triangle by it sees its start on the left and its end on the right.

    Attributes
    ----------
    xy : (2, V) int64
        Vertices in cells, sorted by x, then y.
    start : (3 T,) int32
        The vertex a half-edge runs from.
    twin : (3 T,) int32
        The same edge in the triangle on the other side; -1 at a wall.
    """

    xy: Ints
    start: Halves
    twin: Halves

    @property
    def end(self) -> Halves:
        """(3 T,) int32: the vertex a half-edge runs to."""
        return _turned(self.start, 1)

    @property
    def apex(self) -> Halves:
        """(3 T,) int32: the vertex across the triangle."""
        return _turned(self.start, 2)


class Sight(NamedTuple):
    """What compiled questions are asked of: a mesh, its corners, a grid over its triangles, and places to be seen.

    ``right`` and ``left`` tell where a view that entered by a half-edge goes on: the twin of the triangle's right or
    left edge. ``grid`` holds the side of a cell, its west and south ends, and the number of columns and rows.
    ``corner_of`` numbers the vertices that are corners, others are -1; ``back`` and ``ahead`` are the walls of corners,
    (2, C), zero where a corner is a pinch. ``place_start`` tells where the places in a triangle begin.
    """

    x: Ints
    y: Ints
    start: Halves
    end: Halves
    apex: Halves
    twin: Halves
    right: Halves
    left: Halves
    grid: tuple[int, int, int, int, int]
    cell_start: Ints
    cell_item: Ints
    vertex: Ints
    corner_of: Ints
    pinch: NDArray[np.bool_]
    back: Ints
    ahead: Ints
    place_x: Ints
    place_y: Ints
    place_start: Ints
    place_item: Ints


def triangulate(free: MultiPolygon) -> Mesh:
    """Triangulate a polygon with whole coordinates (constrained Delaunay).

    Raises
    ------
    InvalidInput
        The triangles do not cover the polygon edge to edge (not seen on any polygon from `snap`).
    """
    from indoor3d.routing import _mesh_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

    rings = shapely.get_rings(shapely.get_parts(free))
    at, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = at.astype(np.int64).T
    key, vertex = np.unique((x << 32) + y, return_inverse=True)
    xy = _split(key)
    same = ring[1:] == ring[:-1]
    walls = np.ascontiguousarray(np.stack([vertex[:-1][same], vertex[1:][same]]))
    good, start, twin = _mesh_kernels.triangulate(xy, _morton(xy), walls)
    if not good or np.count_nonzero(twin < 0) != walls.shape[1]:
        raise InvalidInput("the polygon cannot be triangulated", ko="다각형을 삼각형으로 나눌 수 없습니다")
    return Mesh(xy=xy, start=start.astype(np.int32), twin=twin.astype(np.int32))


def sight_of(mesh: Mesh) -> Sight:
    """Prepare the columns of a mesh, with no places yet."""
    from indoor3d.routing import _visibility_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

    start, end, twin, count = mesh.start, mesh.end, mesh.twin, mesh.xy.shape[1]
    wall = np.flatnonzero(twin < 0)
    before, after = np.full((2, count), -1)
    before[end[wall]], after[start[wall]] = start[wall], end[wall]
    pinch = np.bincount(start[wall], minlength=count) > 1
    back, ahead = mesh.xy[:, before] - mesh.xy, mesh.xy[:, after] - mesh.xy
    vertex = np.flatnonzero(pinch | (cross(*ahead, *back) < 0))
    pinch = pinch[vertex]
    back, ahead = (np.ascontiguousarray(np.where(pinch, 0, ray[:, vertex])) for ray in (back, ahead))
    corner_of = np.full(count, -1)
    corner_of[vertex] = np.arange(len(vertex))
    bare = Sight(
        x=np.ascontiguousarray(mesh.xy[0]),
        y=np.ascontiguousarray(mesh.xy[1]),
        start=start,
        end=end,
        apex=mesh.apex,
        twin=twin,
        right=_turned(twin, 1),
        left=_turned(twin, 2),
        grid=_grid(mesh),
        cell_start=_NO_ONES,
        cell_item=_NO_ONES,
        vertex=vertex,
        corner_of=corner_of,
        pinch=pinch,
        back=back,
        ahead=ahead,
        place_x=_NO_ONES,
        place_y=_NO_ONES,
        place_start=np.zeros(len(start) // 3 + 1, np.int64),
        place_item=_NO_ONES,
    )
    cell_start, cell_item = _visibility_kernels.fill_grid(bare)
    return bare._replace(cell_start=cell_start, cell_item=cell_item)


def with_places(sight: Sight, at: Ints) -> Sight:
    """The same with places (2, P), in cells, to be seen besides corners."""
    from indoor3d.routing import _visibility_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

    begins, triangle = _visibility_kernels.holding(sight, at)
    place = np.repeat(np.arange(at.shape[1]), np.diff(begins))
    order = np.argsort(triangle, kind="stable")
    count = np.bincount(triangle, minlength=len(sight.start) // 3)
    return sight._replace(
        place_x=np.ascontiguousarray(at[0]),
        place_y=np.ascontiguousarray(at[1]),
        place_start=np.concatenate([[0], np.cumsum(count)]),
        place_item=place[order],
    )


def taut_keys(sight: Sight) -> Ints:
    """Every taut edge once, sorted, as ``i * C + j`` with i < j."""
    from indoor3d.routing import _visibility_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

    corner = sight.corner_of[sight.start]
    half = np.flatnonzero(corner >= 0)
    half = half[np.argsort(corner[half], kind="stable")]
    begins = np.searchsorted(corner[half], np.arange(len(sight.vertex) + 1))
    keys: Ints = np.unique(_visibility_kernels.taut(sight, begins, half))
    return keys


def cross(ax: Ints, ay: Ints, bx: Ints, by: Ints) -> Ints:
    """Positive where b is to the left of a; exact for components up to 2**30."""
    return ax * by - ay * bx


def _turned(column: Halves, step: int) -> Halves:
    """For each half-edge, the entry of the one a step further round its triangle."""
    return np.roll(column.reshape(-1, 3), -step, axis=1).ravel()


def _split(key: Ints) -> Ints:
    """(2, V): undo ``(x << 32) + y`` for |y| < 2**31."""
    y = (key << 32) >> 32
    return np.stack([(key - y) >> 32, y])


def _morton(xy: Ints) -> Ints:
    """(V,): the order of vertices along a Morton curve of 2**16 by 2**16 squares: neighbours come soon after one another."""
    spread = (xy + (1 << 30)) >> 15
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        spread = (spread | (spread << shift)) & mask
    return np.argsort(spread[0] | (spread[1] << 1), kind="stable")


def _grid(mesh: Mesh) -> tuple[int, int, int, int, int]:
    """A grid of about as many square cells as there are triangles."""
    west, south = mesh.xy.min(axis=1).tolist()
    east, north = mesh.xy.max(axis=1).tolist()
    count = min(_MOST_CELLS, len(mesh.start) // 3)
    side = max(1, int(((east - west + 1) * (north - south + 1) / count) ** 0.5), (east - west + north - south) // count)
    return side, west, south, (east - west) // side + 1, (north - south) // side + 1
