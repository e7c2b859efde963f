"""The shape of an opening as something one passes through: its direction, its width, and what it opens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

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
_NOTHING = Polygon()


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
    rectangular : bool
        Whether the footprint fills its smallest enclosing rectangle.
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
    rectangular: bool
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

    def for_body(self, radius_m: float) -> "Passage":
        """The same passage for a body of another radius: only the band through it differs."""
        strip: BaseGeometry = _NOTHING
        if self.rectangular and _LEAST_WIDTH_M <= 2 * self.half_width_m < 2 * (radius_m + _STRIP_HALF_M):
            far = self.reach_m + radius_m + _STRIP_REACH_M
            strip = _rectangle(self.centre, self.axis, (-far, far), _STRIP_HALF_M)
        narrowest = min(radius_m, self.half_width_m - 2 * _STRIP_HALF_M)
        return replace(self, strip=strip, strip_radius_m=max(_STRIP_HALF_M, narrowest), radius_m=radius_m)

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
    row = np.arange(len(openings))
    best = np.where(scores[:, 1] > scores[:, 0] + 0.1, 1, 0)  # the shorter axis, unless the longer tells more
    axis = axes[row, best] * senses[row, best][:, None]
    half_length, half_width = halves[row, best], halves[row, 1 - best]
    areas = shapely.area([opening.footprint for opening in openings])
    rectangular = areas >= _RECTANGULAR * 4 * half_length * half_width
    reach = half_length + GROW_M
    zones = _rectangle(centres, axis, (-reach, reach), half_width)
    found = (
        Passage(
            opening=opening,
            zone=zones[i] if rectangular[i] else opening.footprint,
            strip=_NOTHING,
            strip_radius_m=_STRIP_HALF_M,
            centre=centres[i],
            axis=axis[i],
            half_length_m=float(half_length[i]),
            half_width_m=float(half_width[i]),
            width_m=2 * float(half_width[i]) if opening.clear_width_m is None else opening.clear_width_m,
            rectangular=bool(rectangular[i]),
            radius_m=radius_m,
        )
        for i, opening in enumerate(openings)
    )
    return [one.for_body(radius_m) for one in found]


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


def _rectangle(centre: Floats, axis: Floats, along: tuple[Any, Any], half_width: Any) -> Any:
    """The rectangle, or an array of rectangles (K,), around places (…, 2) on axes (…, 2); lengths are numbers or (K,)."""
    across = np.stack([-axis[..., 1], axis[..., 0]], axis=-1) * np.expand_dims(half_width, -1)
    start, end = (centre + np.expand_dims(far, -1) * axis for far in along)
    return shapely.polygons(np.stack([start - across, end - across, end + across, start + across], axis=-2))


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
