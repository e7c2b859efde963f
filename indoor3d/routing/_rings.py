"""Corners of polygons as columns."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_FLAT = 1e-9


def corners(ground: BaseGeometry) -> Floats:
    """Every corner of every ring, with the ground on the left of its way round.

    Returns
    -------
    (K, 6) float64
        The corner, the one before it and the one after it: x, y each.
    """
    return corners_of_each([ground])[0]


def corners_of_each(grounds: Sequence[BaseGeometry] | NDArray[np.object_]) -> tuple[Floats, Indices]:
    """`corners` of many grounds, (K, 6), one ground after the other; and which ground each is of, (K,)."""
    parts, owner = shapely.get_parts(np.asarray(grounds, dtype=object), return_index=True)
    kept = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part = shapely.get_rings(shapely.orient_polygons(parts[kept]), return_index=True)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(at):
        return np.empty((0, 6)), np.empty(0, np.intp)
    first, size = np.unique(ring, return_index=True, return_counts=True)[1:]
    row = np.arange(len(at))
    start, last = np.repeat(first, size), np.repeat(first + size - 2, size)  # the last vertex is the first again
    before, after = np.where(row == start, last, row - 1), np.where(row == last, start, row + 1)
    own = row <= last
    return np.hstack([at[own], at[before[own]], at[after[own]]]), owner[kept][part[ring[own]]]


def is_reflex(rows: Floats) -> NDArray[np.bool_]:
    """(K,) bool: whether the ground turns by more than 180 degrees around a corner of :func:`corners`."""
    into, out = rows[:, :2] - rows[:, 2:4], rows[:, 4:] - rows[:, :2]
    turn = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
    sizes = np.hypot(*into.T) * np.hypot(*out.T)
    reflex: NDArray[np.bool_] = turn < -_FLAT * np.maximum(sizes, 1e-12)
    return reflex


def reflex_keys(rows: Floats) -> list[bytes]:
    """A key for each corner (K, 6): equal for corners of one place and shape, to a micrometre.

    It holds the corner and the directions of its two sides, rounded.
    """
    if not len(rows):
        return []
    sides = [rows[:, 2:4] - rows[:, :2], rows[:, 4:] - rows[:, :2]]
    units = [side / np.hypot(side[:, 0], side[:, 1])[:, None] for side in sides]
    rounded = np.hstack([np.round(rows[:, :2], 6), np.round(np.hstack(units), 4)]) + 0.0
    keys: list[bytes] = np.ascontiguousarray(rounded).view(f"V{rounded.itemsize * 6}").ravel().tolist()
    return keys
