"""The shape of an opening as something one passes through: its direction, its width, and what it opens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Opening, Space

Floats = NDArray[np.float64]

GROW_M = 0.06
"""How far an opening reaches beyond its footprint along its passing direction: more than half a slit (INGESTION §5)."""

_RECTANGULAR = 0.95
_PROBE_M = 0.25
_STRIP_HALF_M = 0.01
_STRIP_REACH_M = 0.1
_LEAST_WIDTH_M = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An opening seen along the way one walks through it.

    Parameters
    ----------
    opening : Opening
    zone : Polygon
        What it opens: the footprint, longer by :data:`GROW_M` at both ends.
    strip : Polygon
        A thin band along its middle for openings narrower than the body; empty for the others.
    strip_radius_m : float
        Radius of the body that the band is for.
    centre, axis : (2,) float64
        Middle of the footprint; unit vector from the first space to the second, or from inside to outside.
    half_length_m : float
        Half the length of the footprint along ``axis``.
    half_width_m : float
        Half its width across ``axis``.
    width_m : float
        Clear width: as declared, else the width of the footprint.
    radius_m : float
        Radius of the body.
    """

    opening: Opening
    zone: BaseGeometry
    strip: BaseGeometry
    strip_radius_m: float
    centre: Floats
    axis: Floats
    half_length_m: float
    half_width_m: float
    width_m: float
    radius_m: float

    @property
    def reach_m(self) -> float:
        """How far the passage opens to either side of its centre."""
        return self.half_length_m + GROW_M

    @property
    def id(self) -> str:
        """Id of the opening."""
        return self.opening.id

    @property
    def threshold(self) -> BaseGeometry:
        """The line across the middle that one crosses by passing through."""
        return shapely.linestrings(self.threshold_ends.reshape(2, 2))

    @property
    def threshold_ends(self) -> Floats:
        """(4,) float64: x and y of both ends of the threshold."""
        across = np.array([-self.axis[1], self.axis[0]]) * (self.half_width_m + 0.01)
        return np.concatenate([self.centre - across, self.centre + across])

    def at(self, along_m: float) -> Floats:
        """Point on the middle line, ``along_m`` from the centre towards the second space or the outside."""
        return self.centre + along_m * self.axis

    def stretch(self, start_m: float, end_m: float) -> BaseGeometry:
        """Part of the passage's full width between two distances along its axis, beyond the footprint too."""
        return _rectangle(self.centre, self.axis, (start_m, end_m), self.half_width_m)


def passage(opening: Opening, spaces: Sequence[Space], *, radius_m: float) -> Passage:
    """Find the direction and the width of an opening.

    The passing direction is the axis of the smallest enclosing rectangle whose ends lie in the spaces that the
    opening joins; where they do not tell, the shorter axis, because a door is wider than its wall is thick.

    Parameters
    ----------
    opening : Opening
    spaces : sequence of Space
        Those it joins, in the opening's order.
    radius_m : float
        Radius of the body.
    """
    centre, axes, halves = _box_axes(opening.footprint)
    best, score, sign = 0, -1.0, 1.0
    for index in (0, 1):
        value, towards = _score(centre, axes[index], (halves[index], halves[1 - index]), spaces)
        if value > score + 0.1:
            best, score, sign = index, value, towards
    axis, half_length, half_width = axes[best] * sign, halves[best], halves[1 - best]
    rectangular = opening.footprint.area >= _RECTANGULAR * 4 * half_length * half_width
    reach = half_length + GROW_M
    zone = _rectangle(centre, axis, (-reach, reach), half_width) if rectangular else opening.footprint
    strip: BaseGeometry = Polygon()
    if rectangular and _LEAST_WIDTH_M <= 2 * half_width < 2 * (radius_m + _STRIP_HALF_M):
        far = reach + radius_m + _STRIP_REACH_M
        strip = _rectangle(centre, axis, (-far, far), _STRIP_HALF_M)
    return Passage(
        opening=opening,
        zone=zone,
        strip=strip,
        strip_radius_m=max(_STRIP_HALF_M, min(radius_m, half_width - 2 * _STRIP_HALF_M)),
        centre=centre,
        axis=axis,
        half_length_m=half_length,
        half_width_m=half_width,
        width_m=2 * half_width if opening.clear_width_m is None else opening.clear_width_m,
        radius_m=radius_m,
    )


def _box_axes(footprint: Polygon | MultiPolygon) -> tuple[Floats, Floats, tuple[float, float]]:
    """Centre, the two unit axes (shorter first) and the half extents of the smallest enclosing rectangle."""
    ring = shapely.get_coordinates(shapely.oriented_envelope(footprint))[:4]
    sides = np.array([ring[1] - ring[0], ring[2] - ring[1]])
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    order = np.argsort(lengths, kind="stable")
    axes = sides[order] / np.maximum(lengths[order], 1e-12)[:, None]
    # Either sense of an axis describes the same rectangle: fix it, so that equal footprints give equal passages.
    flip = (axes[:, 0] < -1e-9) | ((np.abs(axes[:, 0]) <= 1e-9) & (axes[:, 1] < 0))
    axes[flip] *= -1
    halves = lengths[order] / 2
    return ring.mean(axis=0), axes, (float(halves[0]), float(halves[1]))


def _rectangle(centre: Floats, axis: Floats, along: tuple[float, float], half_width: float) -> BaseGeometry:
    across = np.array([-axis[1], axis[0]]) * half_width
    start, end = centre + along[0] * axis, centre + along[1] * axis
    polygon: BaseGeometry = shapely.polygons([start - across, end - across, end + across, start + across])
    return polygon


def _score(centre: Floats, axis: Floats, halves: tuple[float, float], spaces: Sequence[Space]) -> tuple[float, float]:
    """How well the ends of the opening along ``axis`` lie in its spaces, and which way the axis points."""
    if not spaces:
        return 0.0, 1.0
    length, width = halves
    probes = np.array(
        [_rectangle(centre, side * axis, (length - 0.05, length + _PROBE_M), 0.8 * width) for side in (-1.0, 1.0)]
    )
    areas = np.maximum(shapely.area(probes), 1e-9)
    inside = np.array([shapely.area(shapely.intersection(probes, space.footprint)) / areas for space in spaces[:2]])
    if len(inside) == 2 and spaces[0].id != spaces[1].id:
        forward, backward = float(min(inside[0, 0], inside[1, 1])), float(min(inside[0, 1], inside[1, 0]))
        return max(forward, backward), 1.0 if forward >= backward else -1.0
    before, after = inside[0]
    return float(max(abs(before - after), min(before, after))), 1.0 if before >= after else -1.0
