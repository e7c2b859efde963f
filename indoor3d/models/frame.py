"""Where a site is on Earth: site metres ↔ projected CRS ↔ WGS 84 ↔ ECEF."""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from indoor3d.errors import InvalidPosition

_WGS84_2D = "OGC:CRS84"
_WGS84_ECEF = "EPSG:4978"
_WGS84_3D = "EPSG:4979"

Floats = NDArray[np.float64]


class FrameOrigin(StrEnum):
    """Where the position of a site was taken from, best first."""

    GIVEN = "given"
    MAP_CONVERSION = "map_conversion"
    SITE_LOCATION = "site_location"
    UNKNOWN = "unknown"


_GEOD = pyproj.Geod(ellps="WGS84")
_BEARING_BASE_M = 10.0
"""Long enough for degrees to tell directions to a thousandth."""


@lru_cache(maxsize=1_024)
def _projection(crs: str) -> pyproj.Proj | None:
    """The projection of a frame made by :meth:`SiteFrame.at`, which lies on WGS 84 itself; None of any other.

    PROJ makes a projection in 0.4 ms for every thread, and a transformation between two systems in 17 ms.
    """
    return pyproj.Proj(crs) if crs.startswith("+proj=tmerc") and "+ellps=WGS84" in crs else None


@lru_cache(maxsize=1_024)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _transform(source: str, target: str, columns: Floats) -> Floats:
    """Transform the columns of an ``(N, 2)`` or ``(N, 3)`` array between two CRS."""
    # pyproj takes a column of one row for a scalar, by a conversion that numpy deprecates: give it lists
    given = [column.tolist() for column in columns.T] if len(columns) == 1 else list(columns.T)
    return np.column_stack(_transformer(source, target).transform(*given))


@dataclass(frozen=True, kw_only=True)
class SiteFrame:
    """A right-handed metric frame (x, y, z up) of one site and its place on Earth.

    ``[E, N] = [easting_m, northing_m] + scale · R(rotation_deg) · [x, y]`` and ``H = height_m + z``, the form of
    IfcMapConversion (ISO 16739-1:2024, 8.18.3.9). Heights are taken as heights above the WGS 84 ellipsoid: a geoid
    is not applied, so an orthometric height in the source is off by the geoid's undulation (about 23 m in Seoul).

    Parameters
    ----------
    crs : str
        A projected CRS in metres that pyproj understands, e.g. ``EPSG:5186`` or a ``+proj=tmerc`` string.
    easting_m, northing_m, height_m : float
        The site origin in that CRS.
    rotation_deg : float
        Counter-clockwise angle from the CRS's east axis to the site's x axis.
    scale : float
        CRS metres per site metre.
    origin : FrameOrigin
        How the position is known. ``UNKNOWN`` means that positions on Earth have no meaning.
    """

    crs: str
    easting_m: float = 0.0
    northing_m: float = 0.0
    height_m: float = 0.0
    rotation_deg: float = 0.0
    scale: float = 1.0
    origin: FrameOrigin = FrameOrigin.UNKNOWN

    def __post_init__(self) -> None:
        """Refuse values that no later step could recover from.

        Raises
        ------
        InvalidPosition
            A parameter is not finite, the scale is not positive, or the CRS is not a projected one.
        """
        numbers = (self.easting_m, self.northing_m, self.height_m, self.rotation_deg, self.scale)
        if not all(math.isfinite(n) for n in numbers) or self.scale <= 0:
            raise InvalidPosition("The site frame has a value that is not finite, or a scale that is not positive.")
        try:
            projected = pyproj.CRS.from_user_input(self.crs).is_projected
        except pyproj.exceptions.CRSError as error:
            raise InvalidPosition(f"Unknown coordinate reference system: {self.crs[:64]}") from error
        if not projected:
            raise InvalidPosition(f"Not a projected coordinate reference system: {self.crs[:64]}")

    @classmethod
    def at(
        cls,
        lon_deg: float,
        lat_deg: float,
        height_m: float = 0.0,
        *,
        heading_deg: float = 0.0,
        origin: FrameOrigin = FrameOrigin.GIVEN,
    ) -> "SiteFrame":
        """Place the site origin at a longitude and latitude.

        The frame is a transverse Mercator projection centred there, so distances near the origin are true.

        Parameters
        ----------
        lon_deg, lat_deg : float
            WGS 84 degrees; longitude in [-180, 180], latitude in [-90, 90].
        height_m : float
            Height of z = 0 above the ellipsoid.
        heading_deg : float
            Compass direction of the site's y axis: clockwise from true north.
        origin : FrameOrigin
            How the position is known.

        Raises
        ------
        InvalidPosition
            The place is not on Earth.

        Examples
        --------
        >>> frame = SiteFrame.at(126.9771, 37.5657)
        >>> frame.to_lonlat([[0.0, 0.0, 0.0]]).round(4).tolist()
        [[126.9771, 37.5657, 0.0]]
        """
        if not (-180 <= lon_deg <= 180 and -90 <= lat_deg <= 90):
            raise InvalidPosition(
                f"No such place: longitude {lon_deg}, latitude {lat_deg}.",
                ko=f"경도 {lon_deg}, 위도 {lat_deg}인 곳은 없습니다.",
            )
        crs = f"+proj=tmerc +lat_0={lat_deg!r} +lon_0={lon_deg!r} +k=1 +ellps=WGS84 +units=m +no_defs"
        return cls(crs=crs, height_m=height_m, rotation_deg=-heading_deg, origin=origin)

    @cached_property
    def _rotation(self) -> Floats:
        angle = math.radians(self.rotation_deg)
        cos, sin = math.cos(angle), math.sin(angle)
        return np.array([[cos, -sin], [sin, cos]])

    def to_projected(self, positions: ArrayLike) -> Floats:
        """Site metres to the projected CRS.

        Parameters
        ----------
        positions : (N, 3) float64, metres, site frame

        Returns
        -------
        (N, 3) float64
            Easting, northing, height in metres.
        """
        site = _rows(positions)
        projected = np.empty_like(site)
        projected[:, :2] = self.scale * (site[:, :2] @ self._rotation.T) + (self.easting_m, self.northing_m)
        projected[:, 2] = site[:, 2] + self.height_m
        return projected

    def from_projected(self, positions: ArrayLike) -> Floats:
        """Invert :meth:`to_projected`; the same shapes and units."""
        projected = _rows(positions)
        site = np.empty_like(projected)
        site[:, :2] = (projected[:, :2] - (self.easting_m, self.northing_m)) @ self._rotation / self.scale
        site[:, 2] = projected[:, 2] - self.height_m
        return site

    def to_lonlat(self, positions: ArrayLike) -> Floats:
        """Site metres to (longitude, latitude, ellipsoidal height): ``(N, 3)`` degrees, degrees, metres."""
        projected = self.to_projected(positions)
        own = _projection(self.crs)
        if own is not None:
            east, north = projected[:, 0].tolist(), projected[:, 1].tolist()  # see _transform for why lists
            return np.column_stack([*own(east, north, inverse=True), projected[:, 2]])
        return np.column_stack([_transform(self.crs, _WGS84_2D, projected[:, :2]), projected[:, 2]])

    def from_lonlat(self, positions: ArrayLike) -> Floats:
        """Longitude, latitude, height to site metres.

        Parameters
        ----------
        positions : (N, 3) float64
            WGS 84 degrees, degrees, metres above the ellipsoid.

        Raises
        ------
        InvalidPosition
            A place is too far from the site for the projection to hold.
        """
        lonlat = _rows(positions)
        projected = np.column_stack([_transform(_WGS84_2D, self.crs, lonlat[:, :2]), lonlat[:, 2]])
        if not np.isfinite(projected).all():
            raise InvalidPosition("A position lies outside the area of the site's projection.")
        return self.from_projected(projected)

    def bearing_deg(self, position: ArrayLike, direction: ArrayLike) -> float:
        """Compass bearing of a direction in plan.

        Parameters
        ----------
        position : (3,) float, metres, site frame
        direction : (2,) float
            In the site frame; not zero.

        Returns
        -------
        float
            Degrees clockwise from true north, in [0, 360).

        Examples
        --------
        >>> round(SiteFrame.at(126.9771, 37.5657, heading_deg=30.0).bearing_deg([0, 0, 0], [0, 1]), 3)
        30.0
        """
        start = np.asarray(position, np.float64)
        way = np.asarray(direction, np.float64)
        end = start + np.append(way / np.hypot(*way) * _BEARING_BASE_M, 0.0)
        (lon, lat, _), (lon_b, lat_b, _) = self.to_lonlat(np.stack([start, end])).tolist()
        azimuth, _, _ = _GEOD.inv(lon, lat, lon_b, lat_b)
        return float(azimuth % 360.0)

    def to_ecef(self, positions: ArrayLike) -> Floats:
        """Site metres to Earth-centred, Earth-fixed metres (EPSG:4978), exactly, ``(N, 3)``."""
        return _transform(_WGS84_3D, _WGS84_ECEF, self.to_lonlat(positions))

    def ecef_transform(self) -> Floats:
        """Give the ``(4, 4)`` affine that takes site metres to ECEF metres near the site origin.

        The tangent plane at the origin: a point 300 m away is 7 mm off, one at 1 km 8 cm. The horizontal scale is the
        projection's own at the origin, so a site in UTM is drawn at its true size.
        """
        origin = self.to_ecef([[0.0, 0.0, 0.0]])[0]
        lon, lat = np.radians(self.to_lonlat([[0.0, 0.0, 0.0]])[0, :2])
        up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
        step_m = 10.0
        ends = self.to_ecef([[step_m, 0.0, 0.0], [-step_m, 0.0, 0.0]])
        x_axis = (ends[0] - ends[1]) / (2 * step_m)
        x_axis -= up * (x_axis @ up)
        matrix = np.eye(4)
        matrix[:3, 0] = x_axis
        matrix[:3, 1] = np.cross(up, x_axis)
        matrix[:3, 2] = up
        matrix[:3, 3] = origin
        return matrix

    def shifted(self, offset: ArrayLike) -> "SiteFrame":
        """Move the site origin to ``offset`` (x, y, z in today's site metres); places on Earth stay where they are."""
        easting, northing, height = self.to_projected(np.asarray(offset, dtype=np.float64)[None, :])[0]
        return SiteFrame(
            crs=self.crs,
            easting_m=float(easting),
            northing_m=float(northing),
            height_m=float(height),
            rotation_deg=self.rotation_deg,
            scale=self.scale,
            origin=self.origin,
        )


def _rows(positions: ArrayLike) -> Floats:
    rows: NDArray[Any] = np.asarray(positions, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise InvalidPosition(f"Positions must have the shape (N, 3), not {rows.shape}.")
    return rows
