"""Where tiles are on Earth: the root transform and bounding regions."""

import math
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray

from indoor3d.models.frame import SiteFrame

Floats = NDArray[np.float64]
Region = tuple[float, float, float, float, float, float]
"""West, south, east, north in radians, least and greatest height in metres (3D Tiles 1.1, 7.3.2.3); west is greater than
east where the region crosses the antimeridian."""

FLAT_M = 250.0
"""How far from the site origin its tangent plane is good for: d²/2R is 5 mm (see :meth:`SiteFrame.ecef_transform`)."""

MEAN_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth, R1 (Moritz, Geodetic Reference System 1980, J. Geod. 74, 2000)."""


@lru_cache(maxsize=1)
def _to_geodetic() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)


def touching_point(centre: Floats) -> Floats:
    """Where the plane of the tiles touches the Earth: the site origin, or the building when it stands far from it.

    Parameters
    ----------
    centre : (3,) float64, metres, site frame
        Of the building.
    """
    return np.zeros(3) if math.hypot(centre[0], centre[1]) <= FLAT_M else centre


def root_transform(frame: SiteFrame, centre: Floats) -> Floats:
    """Give the ``(4, 4)`` affine that takes site metres to ECEF metres.

    It is the frame's own tangent plane where the building stands near the site origin. A building further away than
    :data:`FLAT_M` gets a tangent plane of its own: at 100 km the other one is 800 m above the ground.

    Parameters
    ----------
    frame : SiteFrame
    centre : (3,) float64, metres, site frame
        Of the building.
    """
    touching = touching_point(centre)
    if not touching.any():
        return frame.ecef_transform()
    local = frame.shifted(touching).ecef_transform()
    local[:3, 3] -= local[:3, :3] @ touching
    return local


def apply(transform: Floats, positions: Floats) -> Floats:
    """Apply a ``(4, 4)`` affine to ``(N, 3)`` positions."""
    return positions @ transform[:3, :3].T + transform[:3, 3]


def to_geodetic(ecef: Floats) -> Floats:
    """ECEF metres to longitude, latitude in radians and height in metres, ``(N, 3)``."""
    # pyproj takes a column of one row for a scalar, by a conversion that numpy deprecates: give it lists
    given = ecef.T.tolist() if len(ecef) == 1 else list(ecef.T)
    lon, lat, height = _to_geodetic().transform(*given)
    return np.column_stack([np.radians(lon), np.radians(lat), height])


def region_of(ecef: Floats, *, margin_m: float = 0.0) -> Region:
    """Give the least region that holds some positions, the straight lines between any two of them, and a margin.

    A chord of length d sinks below its ends by d²/8R, and bends off the parallel of its ends by tan(latitude) times that.

    Parameters
    ----------
    ecef : (N, 3) float64, metres
        One position at least.
    margin_m : float
        Added on every side.
    """
    places = to_geodetic(ecef)
    lon, lat, height = places.T
    if np.ptp(lon) > math.pi:
        lon = np.where(lon < 0, lon + 2 * math.pi, lon)
    span_m = float(np.linalg.norm(np.ptp(ecef, axis=0)))
    sag_m = span_m**2 / (8 * MEAN_RADIUS_M)
    steepest = min(float(np.abs(lat).max()), math.radians(89.9))
    pad = (margin_m + sag_m * math.tan(steepest)) / (MEAN_RADIUS_M * 0.99)
    pad_lon = pad / math.cos(steepest)
    return (
        _wrap(float(lon.min()) - pad_lon),
        max(float(lat.min()) - pad, -math.pi / 2),
        _wrap(float(lon.max()) + pad_lon),
        min(float(lat.max()) + pad, math.pi / 2),
        float(height.min()) - margin_m - sag_m,
        float(height.max()) + margin_m,
    )


def join_regions(regions: Iterable[Region]) -> Region:
    """Give the least region that holds all of some regions of one venue (none spans half the Earth)."""
    rows = np.array(list(regions))
    first = rows[0, 0]
    west = first + _signed(rows[:, 0] - first)
    east = west + np.mod(rows[:, 2] - rows[:, 0], 2 * math.pi)
    low, high = rows.min(axis=0), rows.max(axis=0)
    westmost, eastmost = int(np.argmin(west)), int(np.argmax(east))
    return (
        float(rows[westmost, 0]), float(low[1]), float(rows[eastmost, 2]), float(high[3]), float(low[4]), float(high[5]),
    )  # fmt: skip


def excess_m(region: Region, places: Floats) -> float:
    """How far the furthest of some places lies outside a region, in metres; zero or less when all are inside.

    Parameters
    ----------
    region : Region
    places : (N, 3) float64
        Longitude, latitude in radians, height in metres.
    """
    west, south, east, north, low, high = region
    lon, lat, height = places.T
    middle = west + np.mod(east - west, 2 * math.pi) / 2
    half = np.mod(east - west, 2 * math.pi) / 2
    beyond_lon = (np.abs(_signed(lon - middle)) - half) * np.cos(lat) * MEAN_RADIUS_M
    beyond_lat = np.maximum(south - lat, lat - north) * MEAN_RADIUS_M
    beyond_height = np.maximum(low - height, height - high)
    return float(np.max([beyond_lon.max(), beyond_lat.max(), beyond_height.max()]))


def corners_of(region: Region) -> Floats:
    """The eight corners of a region as places."""
    west, south, east, north, low, high = region
    return np.array([(lon, lat, h) for lon in (west, east) for lat in (south, north) for h in (low, high)])


def _signed(angle: Floats) -> Floats:
    """An angle in [-π, π)."""
    return np.asarray(np.mod(angle + math.pi, 2 * math.pi) - math.pi)


def _wrap(lon: float) -> float:
    """A longitude in [-π, π]; the two ends stay what they are."""
    return lon if -math.pi <= lon <= math.pi else math.remainder(lon, 2 * math.pi)
