"""How wide the way is: every place where the ground narrows, exactly.

A disc of diameter w can follow a path iff w is at most the length of every *gap* that the path must cross. A gap is a
straight line inside the ground from a reflex corner to another reflex corner, or square to another side. These are all
the bottlenecks there are: the clearance along the medial axis has its minima only where one of the two nearest boundary
features is a reflex corner (or all along two parallel sides, and then at a corner where they end). So the clear width of
an edge is the shortest gap it crosses, with no ladder of trial widths: a morphological opening by discs, by contrast,
bridges a short neck, because the discs on either side of it reach through.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.routing._crossing import Segments
from indoor3d.routing._rings import corners, is_reflex

Floats = NDArray[np.float64]

WIDEST_M = 1.5
"""Gaps wider than any profile's need (1.2 m passage width, ACCESSIBILITY.md §2.1, and margin) are not recorded."""


_END_M = 1e-6


class Gaps:
    """The gaps of one ground as LineStrings and their lengths."""

    def __init__(self, ground: BaseGeometry) -> None:
        ends = gaps(ground)
        self.lines: NDArray[np.object_] = shapely.linestrings(ends.reshape(-1, 2, 2))
        self.width_m: Floats = shapely.length(self.lines)


def gaps(ground: BaseGeometry) -> Floats:
    """Find every gap of a ground.

    Returns
    -------
    (G, 4) float64, metres, site frame
        x and y of both ends: a reflex corner first. None is longer than :data:`WIDEST_M`.
    """
    rows = corners(ground)
    if not len(rows):
        return np.empty((0, 4))
    reflex = is_reflex(rows)
    starts, ends = rows[:, :2], rows[:, 4:]
    sides = shapely.linestrings(np.stack([starts, ends], axis=1))
    source = np.flatnonzero(reflex)
    found, side = shapely.STRtree(sides).query(shapely.points(starts[source]), predicate="dwithin", distance=WIDEST_M)
    at = starts[source[found]]
    along = ends[side] - starts[side]
    square = np.einsum("ij,ij->i", at - starts[side], along) / np.maximum(np.einsum("ij,ij->i", along, along), 1e-18)
    # The foot lies inside the side, or the side starts at another reflex corner.
    inside = (square > 1e-9) & (square < 1 - 1e-9)
    feet = np.vstack([(starts[side] + square[:, None] * along)[inside], starts[side][reflex[side]]])
    tips = np.vstack([at[inside], at[reflex[side]]])
    length = np.hypot(*(feet - tips).T)
    keep = (length > 4 * _END_M) & (length <= WIDEST_M)
    return _within(np.hstack([tips[keep], feet[keep]]), np.hstack([starts, ends]), ground)


def _within(lines: Floats, sides: Floats, ground: BaseGeometry) -> Floats:
    """Lines (K, 4) whose inside is inside the ground with these sides: they meet none but at their ends."""
    way = (lines[:, 2:] - lines[:, :2]) * (_END_M / np.hypot(*(lines[:, 2:] - lines[:, :2]).T))[:, None]
    inner = lines + np.hstack([way, -way])
    free = np.ones(len(lines), np.bool_)
    free[Segments(sides).met(inner)[0]] = False
    lines = lines[free]
    shapely.prepare(ground)
    middle = (lines[:, :2] + lines[:, 2:]) / 2
    kept: Floats = lines[shapely.contains_properly(ground, shapely.points(middle))]
    return kept
