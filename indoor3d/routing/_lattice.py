"""Whole-number coordinates: a polygon snapped to a fine lattice, where every orientation test is exact.

Floating-point orientation tests contradict one another where walls are collinear, or nearly so, and one contradiction
is enough to lose a passage or to walk through a wall. Here the polygon is moved once, by less than a cell, to places
with whole coordinates below 2**30: the cross product of two differences then fits 64 bits and is never rounded.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon

from indoor3d.errors import InvalidInput, InvalidPosition

Ints = NDArray[np.int64]

_EXTENT_BITS = 30  # differences stay below 2**30, and so cross products below 2**62
_FINEST_CELL_M = 2.0**-26  # 15 nm: finer than any source; keeps site coordinates up to 10,000 km exact in float64
_WORLD_M = 1e9  # no projected coordinate is as large
HORIZON = 2.0**40  # cells: far outside any polygon, near enough for GEOS to square


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """Square cells laid over a polygon.

    Attributes
    ----------
    origin : tuple[float, float]
        Metres, site frame; a multiple of the cell, so that lattice places are exact in the site frame too.
    cell_m : float
        Side of a cell, a power of two: at most 2**-29 of the polygon's extent, or 15 nm where that is larger.
    """

    origin: tuple[float, float]
    cell_m: float

    def scale(self, points: ArrayLike) -> NDArray[np.float64]:
        """(N, 2) float64, in cells, of positions (N, 2) in metres; those absurdly far away are brought within 2**40."""
        metres = np.asarray(points, dtype=np.float64)
        reach = HORIZON * self.cell_m
        return (np.clip(metres - self.origin, -reach, reach)) / self.cell_m

    def restore(self, cells: Ints | NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 2) float64, metres, site frame: the inverse of `scale`, exact for whole cells."""
        return np.asarray(cells, dtype=np.float64) * self.cell_m + self.origin


def snap(free: Polygon | MultiPolygon) -> tuple[Lattice, MultiPolygon]:
    """Lay a lattice over a polygon and move the polygon on to it.

    Parameters
    ----------
    free : Polygon | MultiPolygon
        Metres, site frame. Invalid rings are repaired (their even-odd interior is taken).

    Returns
    -------
    tuple[Lattice, MultiPolygon]
        The polygon has whole coordinates, in cells; it is valid, oriented (shells anticlockwise) and in canonical
        order. What is thinner than a cell is gone, and rings that touch share a vertex there.

    Raises
    ------
    InvalidInput
        The polygon is empty, has no area, or has a coordinate that is not a number or beyond 1e9 m.

    Notes
    -----
    Snap rounding (Hobby, Practical segment intersection with finite precision output, 1999) as in GEOS' ``OverlayNG``:
    no vertex moves further than half a cell's diagonal and no wall further than a cell.
    """
    if not (np.abs(shapely.get_coordinates(free)) < _WORLD_M).all():
        raise InvalidInput(
            f"the polygon has coordinates that are not numbers below {_WORLD_M:.0e} m",
            ko=f"다각형에 {_WORLD_M:.0e} m 미만의 수가 아닌 좌표가 있습니다",
        )
    lattice = _over(free)
    scaled = shapely.transform(shapely.force_2d(free), lattice.scale)
    if not shapely.is_valid(scaled):
        scaled = _repaired(scaled)
    parts = _areas(shapely.set_precision(MultiPolygon(_areas(scaled)), 1.0))
    if not parts:
        raise InvalidInput("the polygon has no area", ko="다각형에 면적이 없습니다")
    return lattice, shapely.orient_polygons(shapely.normalize(MultiPolygon(parts)))


def _repaired(free: Polygon | MultiPolygon) -> shapely.Geometry:
    """What shells enclose and holes do not, each ring by itself repaired to its even-odd interior.

    A hole that meets its shell along a wall may cross it once coordinates are rounded; repaired together, GEOS then takes
    the hole for ground.
    """
    parts = shapely.get_parts(free)
    shells = shapely.make_valid(shapely.polygons(shapely.get_exterior_ring(parts)))
    holes = [[shapely.make_valid(Polygon(ring)) for ring in part.interiors] for part in parts]
    cut = [shapely.difference(shell, shapely.union_all(own)) for shell, own in zip(shells, holes, strict=True)]
    return shapely.union_all([Polygon(), *(part for one in cut for part in _areas(one))])


def _over(free: Polygon | MultiPolygon) -> Lattice:
    west, south, east, north = shapely.bounds(free)
    extent = max(east - west, north - south)
    if not extent > 0:
        raise InvalidInput("the polygon has no area", ko="다각형에 면적이 없습니다")
    noise = float(np.spacing(max(abs(west), abs(south), abs(east), abs(north))))
    cell = max(math.ldexp(1.0, math.frexp(extent)[1] - _EXTENT_BITS), _FINEST_CELL_M, noise)
    centre = ((west + east) / 2, (south + north) / 2)
    return Lattice(origin=(math.floor(centre[0] / cell) * cell, math.floor(centre[1] / cell) * cell), cell_m=cell)


def _areas(geometry: shapely.Geometry) -> list[Polygon]:
    """The polygons of a geometry, without the points and lines that a repair makes of spikes."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return [part for part in parts if shapely.get_dimensions(part) == 2 and not part.is_empty]


def finite(points: ArrayLike) -> NDArray[np.float64]:
    """(K, 2) float64 of one position or many.

    Raises
    ------
    InvalidPosition
        A coordinate is not a finite number, or the shape is neither (2,) nor (K, 2).
    """
    rows = np.asarray(points, dtype=np.float64)
    rows = rows.reshape(-1, 2) if rows.size == 0 or rows.shape == (2,) else rows
    if rows.ndim != 2 or rows.shape[1] != 2 or not np.isfinite(rows).all():
        raise InvalidPosition("positions must be rows of two finite numbers", ko="위치는 유한한 두 숫자여야 합니다")
    return rows
