"""Segments and small areas of one surface, ready to be asked which straight lines cross them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from indoor3d.routing._crossing_kernels import Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CELL_M = 2.0
_MOST_CELLS = 1 << 22
_NO_EDGES: Floats = np.zeros((0, 4))
_NO_STARTS: Ints = np.zeros(0, np.int64)


class Segments:
    """Closed segments.

    Parameters
    ----------
    ends : (S, 4) float64, metres, site frame
        x and y of both ends.
    """

    def __init__(self, ends: Floats) -> None:
        self.ends = np.ascontiguousarray(ends, dtype=np.float64).reshape(-1, 4)
        self._grid = _grid(self.ends, self.ends, boxes=False) if len(self.ends) else None

    def met(self, lines: Floats) -> tuple[Ints, Ints]:
        """Pairs of a line (K, 4) and a segment that meet, sorted."""
        if self._grid is None or not len(lines):
            return _NO_STARTS, _NO_STARTS
        return _kernels().pairs(self._grid, _NO_EDGES, _NO_STARTS, np.ascontiguousarray(lines))  # type: ignore[no-any-return]

    def least(self, value: Floats, lines: Floats, *, below: float = np.inf) -> Floats:
        """(K,): the least value (S,) of the segments that each line meets, if it is less than ``below``; else infinite."""
        if self._grid is None or not len(lines):
            return np.full(len(lines), np.inf)
        return _kernels().least(self._grid, value, np.ascontiguousarray(lines), below)  # type: ignore[no-any-return]


class Areas:
    """Closed areas, small against the surface.

    Parameters
    ----------
    edges : (E, 4) float64, metres, site frame
        The borders of all areas, one after the other; holes are borders too.
    start : (A + 1,) int64
        Where the edges of each area begin.
    """

    def __init__(self, edges: Floats, start: Ints) -> None:
        self.edges, self.start = np.ascontiguousarray(edges), np.ascontiguousarray(start, dtype=np.int64)
        count = len(start) - 1
        self.boxes: Floats = np.full((count, 4), np.nan)
        filled = np.flatnonzero(np.diff(self.start))
        if len(filled):
            low, high = np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])
            self.boxes[filled, :2] = np.minimum.reduceat(low, self.start[filled])
            self.boxes[filled, 2:] = np.maximum.reduceat(high, self.start[filled])
        self._filled = filled
        self._edges_of_filled = np.append(self.start[filled], self.start[-1])
        self._grid = _grid(self.boxes[filled], self.boxes[filled], boxes=True) if len(filled) else None

    @classmethod
    def of(cls, shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> "Areas":
        """Areas of Polygons and MultiPolygons; other parts of collections are left out."""
        parts, owner = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
        deeper, part = shapely.get_parts(parts, return_index=True)
        rings, which = shapely.get_rings(deeper, return_index=True)
        at, ring = shapely.get_coordinates(rings, return_index=True)
        same = ring[1:] == ring[:-1]
        edges = np.hstack([at[:-1], at[1:]])[same]
        of = owner[part[which[ring[:-1][same]]]]
        return cls(edges, np.searchsorted(of, np.arange(len(shapes) + 1)))

    def met(self, lines: Floats) -> tuple[Ints, Ints]:
        """Pairs of a line (K, 4) and an area that meet, sorted."""
        if self._grid is None or not len(lines):
            return _NO_STARTS, _NO_STARTS
        line, area = _kernels().pairs(self._grid, self.edges, self._edges_of_filled, np.ascontiguousarray(lines))
        return line, self._filled[area]

    def any_met(self, chosen: Sequence[int] | Ints, lines: Floats) -> NDArray[np.bool_]:
        """(K,): whether lines meet any of some areas."""
        which = np.asarray(chosen, dtype=np.int64)
        if not len(which) or not len(lines):
            return np.zeros(len(lines), np.bool_)
        found: NDArray[np.bool_] = _kernels().meets(
            self.edges, self.start, self.boxes, which, np.ascontiguousarray(lines)
        )
        return found


def _kernels() -> Any:
    from indoor3d.routing import _crossing_kernels  # noqa: PLC0415 - compiled code loads for those who ask for it

    return _crossing_kernels


def _grid(ends: Floats, extent: Floats, *, boxes: bool) -> "Grid":
    kernels = _kernels()
    west, south = extent[:, [0, 2]].min(), extent[:, [1, 3]].min()
    east, north = extent[:, [0, 2]].max(), extent[:, [1, 3]].max()
    side = max(_CELL_M, ((east - west + 1) * (north - south + 1) / _MOST_CELLS) ** 0.5)
    shape = (int((east - west) / side) + 1, int((north - south) / side) + 1)
    bare = kernels.Grid(
        ends=np.ascontiguousarray(ends),
        frame=(float(west), float(south), float(side)),
        shape=shape,
        cell_start=_NO_STARTS,
        cell_item=_NO_STARTS,
    )
    fill: Callable[[Any], tuple[Ints, Ints]] = kernels.fill_boxes if boxes else kernels.fill
    cell_start, cell_item = fill(bare)
    found: Grid = bare._replace(cell_start=cell_start, cell_item=cell_item)
    return found
