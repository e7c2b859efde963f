"""Exact shortest paths in one polygon: its reflex corners, and the taut edges between those that see each other.

A shortest path in a polygon is straight but for bends at reflex corners, and where it bends it cannot be pulled
shorter: each of its segments is tangent to the polygon at the corners it ends in. The *taut* edges, tangent at both
ends, and the corners seen from start and goal therefore hold every shortest path, and little else. Source: de Berg,
Cheong, van Kreveld and Overmars, Computational Geometry, 3rd edition, 2008, lemma 15.1 and section 15.2.
"""

from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon, STRtree

from indoor3d.routing._expansion import Mesh, Sight, sight_of, taut_keys, triangulate, with_places
from indoor3d.routing._lattice import HORIZON, Ints, Lattice, finite, snap

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

_TOUCH_M = 1e-6  # this far outside still counts as inside: above float64 noise in any CRS, below any building's detail
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

    corners: NDArray[np.float64]
    tolerance_m: float
    _geos: MultiPolygon | None = None
    _triangles: STRtree | None = None

    def __init__(self, free: Polygon | MultiPolygon) -> None:
        lattice, polygon = snap(free)
        self._prepare(lattice, triangulate(polygon), polygon)

    @classmethod
    def from_columns(cls, columns: Mapping[str, NDArray[Any]]) -> Self:
        """Restore what `to_columns` gave; nothing is computed that grows faster than the number of triangles."""
        restored = cls.__new__(cls)
        x, y = columns["origin"].tolist()
        mesh = Mesh(
            xy=columns["xy"].astype(np.int64),
            start=columns["start"].astype(np.int32),
            twin=columns["twin"].astype(np.int32),
        )
        lattice = Lattice(origin=(x, y), cell_m=float(columns["cell_m"][0]))
        restored._prepare(lattice, mesh, columns["polygon"].tobytes())  # noqa: SLF001 - its own
        return restored

    def to_columns(self) -> dict[str, NDArray[Any]]:
        """Everything about it as plain columns, to be stored.

        Returns
        -------
        dict
            ``origin`` (2,) float64 and ``cell_m`` (1,) float64: the lattice; ``xy`` (2, V) int32, ``start`` and
            ``twin`` (3 T,) int32: the triangles; ``polygon`` (B,) uint8: WKB of the polygon, in cells.
        """
        return {
            "origin": np.array(self._lattice.origin),
            "cell_m": np.array([self._lattice.cell_m]),
            "xy": self._mesh.xy.astype(np.int32),
            "start": self._mesh.start,
            "twin": self._mesh.twin,
            "polygon": np.frombuffer(shapely.to_wkb(self._bare), np.uint8),
        }

    def outlook(self, places: ArrayLike) -> "Outlook":
        """The same free space with some places (P, 2), metres, to be seen besides corners; those outside it are not seen.

        Raises
        ------
        InvalidPosition
            A place is not two finite numbers.
        """
        wanted = finite(places)
        at = np.ascontiguousarray(self._place(wanted).T)
        outside = np.flatnonzero(~self.contains(wanted)) + len(self.corners)
        return Outlook(self, with_places(self._sight, at), outside)

    def taut_edges(self) -> NDArray[np.int32]:
        """Every pair of corners that a shortest path may join by a straight segment.

        Returns
        -------
        (M, 2) int32
            Rows of ``corners``, i < j, sorted: pairs that see each other along a line that is tangent at both ends,
            walls between neighbouring corners among them. Where a line touches further corners in between, there are
            edges from one to the next, and there may be longer ones; lengths are the same.
        """
        return self._pairs(taut_keys(self._sight))

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
        row, corner = _visible(self._sight, self._place(finite(points)))
        return np.stack([row, corner], axis=1).astype(np.int32)

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
        at, to = self._place(ends[seen].reshape(-1, 2)).reshape(-1, 2, 2).transpose(1, 2, 0)
        seen[seen] = _reach(self._sight, at, to)
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
        cells = self._lattice.scale(finite(points))
        found = self._holds(
            np.rint(cells).astype(np.int64)
        )  # less than a cell away, and two are always within tolerance
        if not found.all():
            found[~found] = self._within(cells[~found], self.tolerance_m / self._lattice.cell_m)
        return found

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

    def _prepare(self, lattice: Lattice, mesh: Mesh, polygon: MultiPolygon | bytes) -> None:
        self._lattice, self._mesh, self._given = lattice, mesh, polygon
        self._lock = Lock()
        self._sight = sight = sight_of(mesh)
        self.corners = lattice.restore(mesh.xy[:, sight.vertex].T)
        self.tolerance_m = max(_TOUCH_M, 2 * lattice.cell_m)

    @cached_property
    def free(self) -> MultiPolygon:
        """Metres, site frame: the polygon all answers are about. No wall is further than a cell from where it was."""
        return shapely.transform(self._bare, self._lattice.restore)

    @cached_property
    def _bare(self) -> MultiPolygon:
        """The polygon in cells; threads that meet here make it twice, which does no harm."""
        return shapely.from_wkb(self._given) if isinstance(self._given, bytes) else self._given

    @property
    def _indexed(self) -> MultiPolygon:
        """The polygon, for places that are not inside it.

        GEOS makes its indices at the first question, and threads that ask it at the same time crash: they are asked
        before anybody else knows of them. Only points are ever asked about. With lines a prepared polygon is not safe
        between threads at any time.
        """
        with self._lock:
            if self._geos is None:
                polygon = shapely.from_wkb(shapely.to_wkb(self._bare))  # nobody else may prepare this one
                shapely.prepare(polygon)
                shapely.intersects_xy(polygon, *self._mesh.xy[:, self._mesh.start[0]].astype(np.float64))
                shapely.dwithin(polygon, shapely.Point(HORIZON, 0), 1.0)
                self._geos = polygon
        return self._geos

    @property
    def _tree(self) -> STRtree:
        """A tree of the triangles, asked once before anybody else knows of it, as above; hardly anybody needs it."""
        with self._lock:
            if self._triangles is None:
                triangles = self._mesh.xy.T[self._mesh.start].reshape(-1, 3, 2)
                tree = STRtree(shapely.polygons(triangles.astype(np.float64)))
                tree.nearest(shapely.Point(HORIZON, 0))
                self._triangles = tree
        return self._triangles

    def _pairs(self, keys: Ints) -> NDArray[np.int32]:
        """(M, 2): the row and the corner of ``row * C + corner``."""
        return np.stack(np.divmod(keys, max(1, len(self.corners))), axis=1).astype(np.int32)

    def _holds(self, cells: Ints) -> Flags:
        """(K,): whether places of the lattice (K, 2) are in the closed polygon."""
        from indoor3d.routing import _visibility_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

        found: Flags = _visibility_kernels.inside(self._sight, np.ascontiguousarray(cells.T))
        return found

    def _within(self, cells: NDArray[np.float64], distance: float) -> Flags:
        flags: Flags = shapely.dwithin(self._indexed, shapely.points(cells), distance)
        return flags

    def _place(self, points: NDArray[np.float64]) -> Ints:
        """(K, 2) int64, in cells: places of the lattice in the closed free space, next to points or nearest to them."""
        wanted = self._lattice.scale(points)
        placed = np.rint(wanted).astype(np.int64)
        outside = np.flatnonzero(~self._holds(placed))
        if len(outside):
            placed[outside] = self._moved(wanted[outside])
        return placed

    def _moved(self, wanted: NDArray[np.float64]) -> Ints:
        """`_place` of positions, in cells, that have no place of the lattice inside right next to them."""
        polygon = self._indexed
        away = np.flatnonzero(~self._within(wanted, 1.0))
        lines = shapely.shortest_line(polygon, shapely.points(wanted[away]))
        wanted[away] = shapely.get_coordinates(lines)[::2]
        placed = np.rint(wanted).astype(np.int64)
        for row in np.flatnonzero(~self._holds(placed)):
            placed[row] = self._inside(wanted[row])
        return placed

    def _inside(self, wanted: NDArray[np.float64]) -> Ints:
        """A place of the lattice within the closed polygon, near a point that is on its wall or just outside."""
        near = np.rint(wanted).astype(np.int64) + _NEAR
        places = near[self._holds(near)]
        if not len(places):  # in a cleft too narrow for the lattice: to the nearest vertex of the triangle there
            places = self._mesh.xy.T[self._mesh.start.reshape(-1, 3)[self._tree.nearest(shapely.Point(wanted))]]
        return np.asarray(places[np.argmin(np.hypot(*(places - wanted).T))], dtype=np.int64)


class Outlook:
    """A free space with places of its own that are to be seen besides its corners; made by `FreeSpace.outlook`."""

    def __init__(self, space: FreeSpace, sight: Sight, outside: Indices) -> None:
        self.space, self._sight, self._outside = space, sight, outside

    def visible(self, points: ArrayLike) -> tuple[Ints, Ints]:
        """What shortest paths from points may go to first.

        Parameters
        ----------
        points : (K, 2) float
            Metres, site frame; those outside the free space are moved as by `FreeSpace.nearest`.

        Returns
        -------
        tuple[(N,) int64, (N,) int64]
            Rows of ``points``, and what is seen from them: rows of ``space.corners``, along lines that are tangent
            there, and after all corners the outlook's own places. Sorted. Along a line that walls touch from both
            sides, places are seen as far as the second of them, which is then a corner on the way.

        Raises
        ------
        InvalidPosition
            A point is not two finite numbers.
        """
        row, found = _visible(self._sight, self.space._place(finite(points)))  # noqa: SLF001 - of one make with it
        if not len(self._outside):
            return row, found
        kept = ~np.isin(found, self._outside)
        return row[kept], found[kept]


def _visible(sight: Sight, places: Ints) -> tuple[Ints, Ints]:
    from indoor3d.routing import _visibility_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

    begins, found = _visibility_kernels.visible(sight, np.ascontiguousarray(places.T))
    return np.repeat(np.arange(len(places)), np.diff(begins)), found


def _reach(sight: Sight, at: Ints, to: Ints) -> Flags:
    from indoor3d.routing import _visibility_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

    reached: Flags = _visibility_kernels.reach(sight, np.ascontiguousarray(at), np.ascontiguousarray(to))
    return reached
