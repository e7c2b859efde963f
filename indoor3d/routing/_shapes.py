"""Growing and shrinking shapes, with corners kept."""

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]

MITRE_LIMIT = 1.5
"""Just above √2: a right-angled obstacle keeps one corner, a sharper one is cut, still the distance away from it."""
_NOISE_M = 1e-9


def offset(shape: Any, distance_m: float, *, mitre_limit: float = MITRE_LIMIT) -> Any:
    """Grow shapes by a distance, or shrink them by a negative one; corners stay corners.

    Parameters
    ----------
    shape : shapely geometry or array of them
    distance_m : float
    mitre_limit : float
        How far a corner may reach, in distances; beyond it is cut.
    """
    # GEOS computes with infinities where two sides are almost parallel; the flag it leaves behind says nothing of the
    # result, which is checked in the tests.
    with np.errstate(invalid="ignore", divide="ignore"):
        found = shapely.buffer(shape, distance_m, join_style="mitre", mitre_limit=mitre_limit)
        # GEOS 3.14 loses some outlines, or parts of them, with noise in the last digit: a tiny growth gives nothing, and a
        # room is missing from what is shrunk. Without the noise, they stay.
        if np.any(lost := shapely.area(found) < _least_m2(shape, distance_m)):
            clean = shapely.set_precision(shape, _NOISE_M)
            again = shapely.buffer(clean, distance_m, join_style="mitre", mitre_limit=mitre_limit)
            found = np.where(lost, again, found) if isinstance(found, np.ndarray) else again
    return found


def _least_m2(shape: Any, distance_m: float) -> Any:
    """Area that must be there after growing or shrinking: each side takes its length, each corner a square at most."""
    if distance_m > 0:
        return shapely.area(shape)
    corners = MITRE_LIMIT * shapely.get_num_coordinates(shape) * distance_m**2
    return shapely.area(shape) + distance_m * shapely.length(shape) - corners


def clip(shape: BaseGeometry, window: Box) -> BaseGeometry:
    """The part of a shape in a window.

    GEOS' quick clipping fails where a part of the result has no area (a ring of three places); its overlay does not.
    """
    with np.errstate(over="ignore"):  # GEOS leaves the flag behind where a coordinate is next to nothing, as 1e-310
        try:
            return shapely.clip_by_rect(shape, *window)
        except shapely.GEOSException:
            return shapely.intersection(shapely.make_valid(shape), shapely.box(*window))


_FEW_VERTICES = 64
_LAP_M = 8.0


class Windows:
    """A large shape of which many small windows are cut: only what lies around a window is looked at.

    The shape is halved again and again; halves lap over, so that a window up to :data:`_LAP_M` wide lies whole in one.

    Parameters
    ----------
    shape : shapely geometry
    """

    def __init__(self, shape: BaseGeometry) -> None:
        self.shape = shape
        self._small = shapely.get_num_coordinates(shape) <= _FEW_VERTICES
        self._halves: list[tuple[Box, Windows]] | None = None

    def cut(self, window: Box) -> BaseGeometry:
        """The part of the shape in a window (west, south, east, north)."""
        if not self._small:
            if self._halves is None:
                self._halves = self._halved()
            for (x0, y0, x1, y1), half in self._halves:
                if x0 <= window[0] and y0 <= window[1] and window[2] <= x1 and window[3] <= y1:
                    return half.cut(window)
        return clip(self.shape, window)

    def _halved(self) -> "list[tuple[Box, Windows]]":
        x0, y0, x1, y1 = shapely.bounds(self.shape).tolist()
        lap, far = _LAP_M / 2, 2 * _LAP_M
        middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
        if max(x1 - x0, y1 - y0) < 3 * _LAP_M:
            return []
        # Windows may reach beyond the shape itself: the outer sides are further out.
        boxes: list[Box]
        if x1 - x0 >= y1 - y0:
            boxes = [(x0 - far, y0 - far, middle_x + lap, y1 + far), (middle_x - lap, y0 - far, x1 + far, y1 + far)]
        else:
            boxes = [(x0 - far, y0 - far, x1 + far, middle_y + lap), (x0 - far, middle_y - lap, x1 + far, y1 + far)]
        return [(box, Windows(clip(self.shape, box))) for box in boxes]
