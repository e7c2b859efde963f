"""Where an IFC model is on Earth: IfcMapConversion, its IFC2X3 property sets, or the site's latitude and longitude."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyproj

from indoor3d.errors import InvalidPosition
from indoor3d.models.frame import FrameOrigin, SiteFrame
from indoor3d.models.issue import Issue
from indoor3d.sources._ifc_model import Model

FAR_M = 10_000.0
"""A model farther than this from its origin is moved: float32 viewers and projections lose millimetres there."""
_CONTRADICTION_M = 1_000.0
_CITY_DEG = 0.006
_AREA_MARGIN_DEG = 3.0

DEFAULT_CITIES: tuple[tuple[str, float, float], ...] = (
    ("Boston", 42.3584, -71.0597),
    ("London", 51.5002, -0.1262),
    ("Berlin", 52.5167, 13.4),
    ("Berlin", 52.5, 13.4),
)
"""(city, latitude, longitude) that authoring tools write when nobody set a place.

Source: seen in sample models of unrelated projects: Boston (Revit; also 42.3587, -71.0567), London, Berlin (ArchiCAD).
"""


def frame_of(model: Model, at: SiteFrame | None) -> SiteFrame:
    """The frame of a model's world coordinates; doubts become issues of the model.

    ``at`` wins; then IfcMapConversion (or ePSet_MapConversion), then IfcSite.RefLatitude/RefLongitude with TrueNorth.
    """
    if at is not None:
        return at
    said = model.made.document["georeference"]
    mapped = _from_conversion(model, said)
    sited = _from_site(model, said, quiet=mapped is not None)
    if mapped is not None:
        _compare(model, mapped, sited, said)
        return mapped
    if sited is not None:
        return sited
    model.issues.append(Issue(code="georef.missing"))
    return SiteFrame.at(0.0, 0.0, origin=FrameOrigin.UNKNOWN)


def recentred(model: Model, frame: SiteFrame) -> SiteFrame:
    """Move a model that lies far from its origin, and its frame with it, so that places on Earth stay."""
    shapes = model.made.shapes.values()
    centres = [shape.vertices[:, :2].mean(axis=0) for shape in shapes if len(shape.vertices)]
    if not centres:
        return frame
    middle = np.round(np.median(centres, axis=0))
    if float(np.hypot(*middle)) <= FAR_M:
        return frame
    offset = (float(middle[0]), float(middle[1]), 0.0)
    model.shift(offset)
    model.issues.append(Issue(code="frame.recentred", values={"x": offset[0], "y": offset[1], "z": offset[2]}))
    return frame.shifted(offset)


# ── map conversion ────────────────────────────────────────────────────────────────────────────────────────────────────
def _from_conversion(model: Model, said: Mapping[str, Any]) -> SiteFrame | None:
    row = said["conversion"] or _from_property_sets(model)
    if row is None:
        return None
    try:
        return _conversion_frame(row, model.made.document["unit_m"])
    except (InvalidPosition, pyproj.exceptions.ProjError, ValueError) as error:
        model.issues.append(Issue(code="georef.unusable", values={"reason": str(error)}))
        return None


def _from_property_sets(model: Model) -> dict[str, Any] | None:
    """The IFC2X3 stand-ins for IfcMapConversion (buildingSMART user guide for geo-referencing in IFC, 2020)."""
    conversion: dict[str, Any] = {}
    crs: dict[str, Any] = {}
    for _, name, values in model.made.document["properties"]:
        if name == "ePSet_MapConversion":
            conversion = conversion or dict(values)
        elif name == "ePSet_ProjectedCRS":
            crs = crs or dict(values)
    if not conversion or not crs.get("Name"):
        return None
    unit = str(crs.get("MapUnit") or "METRE").upper()
    return {
        **conversion,
        "crs": str(crs["Name"]),
        "map_unit_m": 0.3048 if "FOOT" in unit else 0.001 if "MILLI" in unit else 1.0,
    }


def _conversion_frame(row: Mapping[str, Any], unit_m: float) -> SiteFrame:
    crs = _crs(str(row["crs"]))
    axis_m = float(crs.axis_info[0].unit_conversion_factor or 1.0)
    map_m = float(row.get("map_unit_m") or axis_m)
    easting = _number(row, "Eastings", "FirstCoordinate") * map_m
    northing = _number(row, "Northings", "SecondCoordinate") * map_m
    height = _number(row, "OrthogonalHeight", "Height") * map_m
    rotation = math.degrees(math.atan2(_number(row, "XAxisOrdinate"), _number(row, "XAxisAbscissa", default=1.0)))
    factor = _number(row, "Scale", default=1.0) * _number(row, "FactorX", default=1.0)
    scale = _scale(factor, map_m, unit_m)
    _check_area(crs, easting / axis_m, northing / axis_m)
    if abs(axis_m - 1.0) < 1e-9:
        name = str(row["crs"]) if _is_code(str(row["crs"])) else crs.to_string()
        return SiteFrame(
            crs=_crs_name(name),
            easting_m=easting,
            northing_m=northing,
            height_m=height,
            rotation_deg=rotation,
            scale=scale,
            origin=FrameOrigin.MAP_CONVERSION,
        )
    return _in_metres(crs, axis_m, (easting, northing, height), rotation)


def _number(row: Mapping[str, Any], *names: str, default: float = 0.0) -> float:
    for name in names:
        try:
            value = float(row[name])
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            return value
    return default


def _scale(factor: float, map_m: float, unit_m: float) -> float:
    """Map metres per model metre.

    IfcMapConversion.Scale takes model units to map units, so millimetres to metres is 0.001; many files leave it at 1.
    A true scale factor of a projection is within a per cent of 1, which tells the two apart.
    """
    for scale in (factor * map_m / unit_m, factor):
        if abs(scale - 1.0) < 0.01:
            return scale
    raise ValueError(f"the scale {factor:g} fits neither the units nor a projection")


def _is_code(name: str) -> bool:
    return name.strip().upper().replace(" ", "").startswith("EPSG:")


def _crs_name(name: str) -> str:
    return name.strip().upper().replace(" ", "") if _is_code(name) else name


def _crs(name: str) -> pyproj.CRS:
    text = _crs_name(name.strip())
    if text.isdigit():
        text = f"EPSG:{text}"
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise ValueError(f"unknown coordinate reference system {name[:64]!r}") from error
    if not crs.is_projected:
        raise ValueError(f"{name[:64]!r} is not a projected coordinate reference system")
    return crs.sub_crs_list[0] if crs.is_compound else crs


def _check_area(crs: pyproj.CRS, easting: float, northing: float) -> None:
    lon, lat = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True).transform(easting, northing)
    area = crs.area_of_use
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise ValueError("the map coordinates are outside the projection")
    if area is not None and not (
        area.west - _AREA_MARGIN_DEG <= lon <= area.east + _AREA_MARGIN_DEG
        and area.south - _AREA_MARGIN_DEG <= lat <= area.north + _AREA_MARGIN_DEG
    ):
        raise ValueError(f"the map coordinates lie at {lon:.2f}, {lat:.2f}, outside the area of {crs.name}")


def _in_metres(crs: pyproj.CRS, axis_m: float, origin: tuple[float, float, float], rotation_deg: float) -> SiteFrame:
    """A frame at the same place and heading for a CRS in feet, which :class:`SiteFrame` does not hold."""
    transform = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    east, north = origin[0] / axis_m, origin[1] / axis_m
    lon, lat = transform.transform(east, north)
    ahead = transform.transform(east, north + 100.0 / axis_m)
    convergence = math.degrees(math.atan2((ahead[0] - lon) * math.cos(math.radians(lat)), ahead[1] - lat))
    return SiteFrame.at(lon, lat, origin[2], heading_deg=convergence - rotation_deg, origin=FrameOrigin.MAP_CONVERSION)


# ── latitude and longitude ────────────────────────────────────────────────────────────────────────────────────────────
def degrees(parts: Sequence[float] | float | None) -> float | None:
    """Degrees of an IfcCompoundPlaneAngleMeasure: degrees, minutes, seconds and millionths, all of one sign.

    Examples
    --------
    >>> round(degrees([-71, -3, -24, -263305]), 6)
    -71.05674
    """
    if parts is None or isinstance(parts, (int, float)) or not parts or any(p is None for p in parts):
        return None
    total = sum(abs(float(part)) / scale for part, scale in zip(parts, (1.0, 60.0, 3600.0, 3.6e9), strict=False))
    return -total if any(float(part) < 0 for part in parts) else total


def heading_deg(north: Sequence[float] | None) -> float:
    """Compass direction of the model's y axis from IfcGeometricRepresentationContext.TrueNorth, which need not be of length 1."""
    if north is None or math.hypot(north[0], north[1]) < 1e-9:
        return 0.0
    return math.degrees(math.atan2(north[1], north[0])) - 90.0


def _from_site(model: Model, said: Mapping[str, Any], *, quiet: bool) -> SiteFrame | None:
    lat, lon = degrees(said["latitude"]), degrees(said["longitude"])
    if lat is None or lon is None:
        return None
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0) or (lat == 0.0 and lon == 0.0):
        if not quiet:
            model.issues.append(
                Issue(code="georef.unusable", values={"reason": f"latitude {lat:g}, longitude {lon:g}"})
            )
        return None
    if not quiet:
        city = _default_city(lat, lon)
        values = {"lon": lon, "lat": lat, "city": city}
        model.issues.append(
            Issue(code="georef.default-location", values=values) if city else Issue(code="georef.site-location")
        )
    elevation = said["elevation_m"] or 0.0
    frame = SiteFrame.at(
        lon, lat, elevation, heading_deg=heading_deg(said["true_north"]), origin=FrameOrigin.SITE_LOCATION
    )
    site = model.products.get(said["site"])
    origin = site.origin if site is not None and site.origin is not None else (0.0, 0.0, 0.0)
    return frame.shifted((-origin[0], -origin[1], -origin[2]))


def _default_city(lat: float, lon: float) -> str:
    return next((name for name, y, x in DEFAULT_CITIES if abs(lat - y) <= _CITY_DEG and abs(lon - x) <= _CITY_DEG), "")


def _compare(model: Model, mapped: SiteFrame, sited: SiteFrame | None, said: Mapping[str, Any]) -> None:
    if sited is None or _default_city(degrees(said["latitude"]) or 0.0, degrees(said["longitude"]) or 0.0):
        return
    distance = float(np.linalg.norm(mapped.to_ecef([[0.0, 0.0, 0.0]]) - sited.to_ecef([[0.0, 0.0, 0.0]])))
    if distance > _CONTRADICTION_M:
        values = {"distance_m": distance, "used": "IfcMapConversion"}
        model.issues.append(Issue(code="georef.contradiction", values=values))
