"""Corners of polygons as columns."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

_FLAT = 1e-9


def corners(ground: BaseGeometry) -> Floats:
    """Every corner of every ring, with the ground on the left of its way round.

    Returns
    -------
    (K, 6) float64
        The corner, the one before it and the one after it: x, y each.
    """
    rows = [np.empty((0, 6))]
    parts = shapely.get_parts(ground)
    for part in shapely.orient_polygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]):
        for ring in (part.exterior, *part.interiors):
            at = shapely.get_coordinates(ring)[:-1]
            rows.append(np.hstack([at, np.roll(at, 1, axis=0), np.roll(at, -1, axis=0)]))
    return np.vstack(rows)


def is_reflex(rows: Floats) -> NDArray[np.bool_]:
    """(K,) bool: whether the ground turns by more than 180 degrees around a corner of :func:`corners`."""
    into, out = rows[:, :2] - rows[:, 2:4], rows[:, 4:] - rows[:, :2]
    turn = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
    sizes = np.hypot(*into.T) * np.hypot(*out.T)
    reflex: NDArray[np.bool_] = turn < -_FLAT * np.maximum(sizes, 1e-12)
    return reflex


def reflex_keys(ground: BaseGeometry) -> tuple[Floats, list[tuple[float, ...]]]:
    """Reflex corners with a key each: equal for corners of one place and shape, to a micrometre.

    Returns
    -------
    rows : (K, 6) float64
    keys : list of tuple
        The corner and the directions of its two sides, rounded.
    """
    rows = corners(ground)
    rows = rows[is_reflex(rows)]
    if not len(rows):
        return rows, []
    sides = [rows[:, 2:4] - rows[:, :2], rows[:, 4:] - rows[:, :2]]
    units = [side / np.hypot(side[:, 0], side[:, 1])[:, None] for side in sides]
    rounded = np.hstack([np.round(rows[:, :2], 6), np.round(np.hstack(units), 4)]) + 0.0
    return rows, [tuple(row) for row in rounded.tolist()]
