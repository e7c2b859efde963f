"""The shape of an opening as something one passes through: its direction, its width, and what it opens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
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
    """Find the direction and the width of an opening; see :func:`passages`."""
    return passages([opening], [spaces], radius_m=radius_m)[0]


def passages(openings: Sequence[Opening], spaces: Sequence[Sequence[Space]], *, radius_m: float) -> list[Passage]:
    """Find the directions and the widths of openings.

    The passing direction is the axis of the smallest enclosing rectangle whose ends lie in the spaces that the
    opening joins; where they do not tell, the shorter axis, because a door is wider than its wall is thick.

    Parameters
    ----------
    openings : sequence of Opening
    spaces : sequence of sequences of Space
        Those that each opening joins, in its order.
    radius_m : float
        Radius of the body.
    """
    centres, axes, halves = _box_axes(np.array([opening.footprint for opening in openings], dtype=object))
    scores, senses = _scores(centres, axes, halves, spaces)
    areas = shapely.area([opening.footprint for opening in openings])
    found = []
    for row, opening in enumerate(openings):
        best, score, sign = 0, -1.0, 1.0
        for index in (0, 1):
            if scores[row, index] > score + 0.1:
                best, score, sign = index, float(scores[row, index]), float(senses[row, index])
        centre, axis = centres[row], axes[row, best] * sign
        half_length, half_width = float(halves[row, best]), float(halves[row, 1 - best])
        rectangular = areas[row] >= _RECTANGULAR * 4 * half_length * half_width
        reach = half_length + GROW_M
        strip: BaseGeometry = Polygon()
        if rectangular and _LEAST_WIDTH_M <= 2 * half_width < 2 * (radius_m + _STRIP_HALF_M):
            far = reach + radius_m + _STRIP_REACH_M
            strip = _rectangle(centre, axis, (-far, far), _STRIP_HALF_M)
        found.append(
            Passage(
                opening=opening,
                zone=_rectangle(centre, axis, (-reach, reach), half_width) if rectangular else opening.footprint,
                strip=strip,
                strip_radius_m=max(_STRIP_HALF_M, min(radius_m, half_width - 2 * _STRIP_HALF_M)),
                centre=centre,
                axis=axis,
                half_length_m=half_length,
                half_width_m=half_width,
                width_m=2 * half_width if opening.clear_width_m is None else opening.clear_width_m,
                radius_m=radius_m,
            )
        )
    return found


def _box_axes(footprints: NDArray[np.object_]) -> tuple[Floats, Floats, Floats]:
    """Of smallest enclosing rectangles: centres (K, 2), the two unit axes (K, 2, 2), shorter first, half extents (K, 2)."""
    at, owner = shapely.get_coordinates(shapely.oriented_envelope(footprints), return_index=True)
    first = np.searchsorted(owner, np.arange(len(footprints)))
    ring = at[first[:, None] + np.arange(4)]
    sides = np.stack([ring[:, 1] - ring[:, 0], ring[:, 2] - ring[:, 1]], axis=1)
    lengths = np.hypot(sides[..., 0], sides[..., 1])
    order = np.argsort(lengths, axis=1, kind="stable")
    lengths = np.take_along_axis(lengths, order, axis=1)
    axes = np.take_along_axis(sides, order[..., None], axis=1) / np.maximum(lengths, 1e-12)[..., None]
    # Either sense of an axis describes the same rectangle: fix it, so that equal footprints give equal passages.
    flip = (axes[..., 0] < -1e-9) | ((np.abs(axes[..., 0]) <= 1e-9) & (axes[..., 1] < 0))
    axes[flip] *= -1
    return ring.mean(axis=1), axes, lengths / 2


def _rectangle(centre: Floats, axis: Floats, along: tuple[float, float], half_width: float) -> BaseGeometry:
    across = np.array([-axis[1], axis[0]]) * half_width
    start, end = centre + along[0] * axis, centre + along[1] * axis
    polygon: BaseGeometry = shapely.polygons([start - across, end - across, end + across, start + across])
    return polygon


def _scores(centres: Floats, axes: Floats, halves: Floats, spaces: Sequence[Sequence[Space]]) -> tuple[Floats, Floats]:
    """How well the ends of openings along each axis lie in their spaces, and which way the axis points; (K, 2) each."""
    scores, senses = np.zeros(halves.shape), np.ones(halves.shape)
    probes = _probes(centres, axes, halves)
    areas = np.maximum(shapely.area(probes), 1e-9)
    for number in (1, 2):
        rows = np.array([i for i, named in enumerate(spaces) if _told(named) == number], np.intp)
        if not len(rows):
            continue
        shapes = np.array([[space.footprint for space in spaces[i][:number]] for i in rows], dtype=object)
        inside = (
            shapely.area(shapely.intersection(probes[rows][..., None], shapes[:, None, None])) / areas[rows][..., None]
        )
        if number == 2:
            forward = np.minimum(inside[..., 0, 0], inside[..., 1, 1])
            backward = np.minimum(inside[..., 1, 0], inside[..., 0, 1])
            scores[rows], senses[rows] = np.maximum(forward, backward), np.where(forward >= backward, 1.0, -1.0)
        else:
            before, after = inside[..., 0, 0], inside[..., 1, 0]
            scores[rows] = np.maximum(np.abs(before - after), np.minimum(before, after))
            senses[rows] = np.where(before >= after, 1.0, -1.0)
    return scores, senses


def _told(spaces: Sequence[Space]) -> int:
    """How many different spaces tell the direction: one, or the first two."""
    return min(len(spaces), 2) if len(spaces) < 2 or spaces[0].id != spaces[1].id else 1


def _probes(centres: Floats, axes: Floats, halves: Floats) -> NDArray[np.object_]:
    """(K, 2, 2): rectangles at the start and at the end of openings along each axis."""
    across = np.stack([-axes[..., 1], axes[..., 0]], axis=-1) * (0.8 * halves[:, ::-1])[..., None]
    rings = []
    for side in (-1.0, 1.0):
        start = centres[:, None] + side * (halves - 0.05)[..., None] * axes
        end = centres[:, None] + side * (halves + _PROBE_M)[..., None] * axes
        rings.append(np.stack([start - across, end - across, end + across, start + across], axis=-2))
    found: NDArray[np.object_] = shapely.polygons(np.stack(rings, axis=2))
    return found
