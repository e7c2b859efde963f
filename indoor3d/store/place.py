"""Where things are: bounds on Earth, and what lies at or near a point of a site. Every store answers with these."""

import math
from collections.abc import Collection, Iterable

import numpy as np
import shapely

from indoor3d.errors import InvalidInput, InvalidPosition
from indoor3d.models.building import Building, Facility, Space
from indoor3d.models.korean import with_particle
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.store.base import Bounds


def bounds_of(building: Building) -> Bounds:
    """Bounds of the spaces' footprints; of the mesh where there is no space; else the site origin.

    West is greater than east where the venue crosses the 180° meridian (RFC 7946, 5.2).

    Raises
    ------
    InvalidPosition
        The geometry lies outside the area of the site's projection, or is not finite.
    """
    outlines = shapely.get_coordinates([s.footprint for s in building.spaces])
    if len(outlines):
        corners = np.column_stack([outlines, np.zeros(len(outlines))])
    else:
        corners = building.mesh.positions if len(building.mesh.positions) else np.zeros((1, 3))
    lonlat = building.frame.to_lonlat(corners)[:, :2]
    if not np.isfinite(lonlat).all():
        raise InvalidPosition(
            f"Venue {building.venue.id} lies outside the area of its projection.",
            ko=f"장소 {with_particle(building.venue.id, '이')} 투영 좌표계의 범위를 벗어났습니다.",
        )
    lon, lat = lonlat.T
    west, east = float(lon.min()), float(lon.max())
    if east - west > 180:
        west, east = float(lon[lon > 0].min()), float(lon[lon <= 0].max())
    return west, float(lat.min()), east, float(lat.max())


def boxes(bounds: Bounds) -> tuple[Bounds, ...]:
    """The bounds as boxes with west ≤ east: two where they cross the 180° meridian.

    Raises
    ------
    InvalidPosition
        A number is not finite, or south is greater than north.
    """
    west, south, east, north = bounds
    if not all(map(math.isfinite, bounds)) or south > north:
        raise InvalidPosition(
            f"Not bounds: {bounds}. They are west, south, east, north.",
            ko=f"서, 남, 동, 북 순서의 범위가 아닙니다: {bounds}.",
        )
    if west <= east:
        return (bounds,)
    return (west, south, 180.0, north), (-180.0, south, east, north)


def meets(one: Bounds, other: Bounds) -> bool:
    """Whether two bounds share a point; touching counts."""
    return any(
        a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3] for a in boxes(one) for b in boxes(other)
    )


def check_point(x_m: float, y_m: float, z_m: float | None = None) -> None:
    """Refuse a place that is nowhere.

    Raises
    ------
    InvalidPosition
        A coordinate is not finite.
    """
    if not all(math.isfinite(v) for v in (x_m, y_m, z_m or 0.0)):
        raise InvalidPosition(f"Not a position: {x_m}, {y_m}, {z_m}.", ko=f"위치가 아닙니다: {x_m}, {y_m}, {z_m}.")


def check_radius(radius_m: float) -> None:
    """Refuse a distance that is none.

    Raises
    ------
    InvalidInput
        It is negative or not a number.
    """
    if not radius_m >= 0:
        raise InvalidInput(f"Not a distance: {radius_m} m.", ko=f"거리가 아닙니다: {radius_m} m.")


def covers(space: Space, x_m: float, y_m: float, *, z_m: float | None = None) -> bool:
    """Whether a point lies in a space or on its edge; at any height, or between its floor and its top."""
    if z_m is not None and not space.floor_m <= z_m <= space.ceiling_m:
        return False
    return bool(shapely.intersects_xy(space.footprint, x_m, y_m))


def nearest_first(
    facilities: Iterable[Facility],
    x_m: float,
    y_m: float,
    *,
    radius_m: float,
    categories: Collection[FacilityCategory] | None = None,
) -> tuple[Facility, ...]:
    """Facilities of some categories within a straight distance in plan, nearest first, then by id."""
    found = [
        (math.hypot(f.position[0] - x_m, f.position[1] - y_m), f.id, f)
        for f in facilities
        if categories is None or f.category in categories
    ]
    found.sort(key=lambda item: item[:2])
    return tuple(facility for distance_m, _, facility in found if distance_m <= radius_m)
