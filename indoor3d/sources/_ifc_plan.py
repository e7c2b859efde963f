"""From triangles to plan: footprints, sections and boxes of shapes. Metres, world frame."""

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.sources._ifc_geometry import Shape

GRID_M = 1e-4
"""Plan coordinates are kept to a tenth of a millimetre: finer than any drawing, coarser than a kernel's noise."""
_STEEP = 0.2
_FLOOR_BAND_M = 0.05
_MAX_TRIANGLES, _FEW = 200, 64
Floats = NDArray[np.float64]
Plan: TypeAlias = Polygon | MultiPolygon


def normals(shape: Shape) -> tuple[Floats, Floats]:
    """Unit normals ``(T, 3)`` and areas ``(T,)`` of the triangles; a triangle without area has the normal 0."""
    a, b, c = (shape.vertices[shape.triangles[:, i]] for i in range(3))
    cross = np.cross(b - a, c - a)
    length = np.linalg.norm(cross, axis=1)
    return cross / np.where(length > 0, length, 1.0)[:, None], length / 2


def polygonal(geometry: BaseGeometry) -> Plan:
    """Keep the polygons of a geometry; an empty polygon when there are none."""
    if geometry.is_empty:
        return Polygon()
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry)
    parts = [p for p in shapely.get_parts(geometry) if isinstance(p, (Polygon, MultiPolygon)) and p.area > 0]
    if not parts:
        return Polygon()
    merged = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    return merged if isinstance(merged, (Polygon, MultiPolygon)) else Polygon()


def union_of_triangles(xy: Floats) -> Plan:
    """Union of plan triangles ``(T, 3, 2)``, clean to :data:`GRID_M`."""
    if not len(xy):
        return Polygon()
    d1, d2 = xy[:, 1] - xy[:, 0], xy[:, 2] - xy[:, 0]
    area = np.abs(d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]) / 2
    solid = area > GRID_M * GRID_M
    xy = xy[solid]
    if not len(xy):
        return Polygon()
    if len(xy) <= _FEW:
        around = hull(xy.reshape(-1, 2))
        if abs(around.area - float(area[solid].sum())) < 1e-6 * around.area:  # triangles that tile their hull
            return around
    rings = np.concatenate([xy, xy[:, :1]], axis=1)
    return polygonal(shapely.union_all(shapely.polygons(rings), grid_size=GRID_M))


def floor_of(shape: Shape) -> tuple[Plan, float]:
    """Footprint and height of the underside of a body: its downward faces near the bottom, else its whole shadow."""
    low = float(shape.vertices[shape.triangles].reshape(-1, 3)[:, 2].min())
    normal, _ = normals(shape)
    corners = shape.vertices[shape.triangles]
    down = (normal[:, 2] < -_STEEP) & (corners[:, :, 2].min(axis=1) < low + _FLOOR_BAND_M)
    flat = union_of_triangles(corners[down][:, :, :2])
    whole = shadow(shape)
    return (flat if flat.area > 0.5 * whole.area else whole), low


def shadow(shape: Shape) -> Plan:
    """What the shape covers in plan; faces of either side count, so an open or turned-out surface works too."""
    normal, _ = normals(shape)
    corners = shape.vertices[shape.triangles]
    down = union_of_triangles(corners[normal[:, 2] < -1e-3][:, :, :2])
    if down.area > 0:
        return down
    return union_of_triangles(corners[normal[:, 2] > 1e-3][:, :, :2])


def hull(points: Floats) -> Plan:
    """Convex hull of plan points ``(N, 2)``; empty when it has no area."""
    shape = shapely.multipoints(points).convex_hull
    return shape if isinstance(shape, Polygon) else Polygon()


def heights(shape: Shape) -> tuple[float, float]:
    """Lowest and highest z that a triangle touches."""
    z = shape.vertices[shape.triangles.ravel(), 2]
    return float(z.min()), float(z.max())


def section(shape: Shape, z: float) -> Floats:
    """Plan segments ``(S, 2, 2)`` in which a horizontal plane cuts the triangles."""
    corners = shape.vertices[shape.triangles]
    above = corners[:, :, 2] > z
    crossing = above.any(axis=1) & ~above.all(axis=1)
    cut, above = corners[crossing], above[crossing]
    if not len(cut):
        return np.empty((0, 2, 2))
    lone_above = above.sum(axis=1) == 1
    lone = np.where(lone_above, above.argmax(axis=1), (~above).argmax(axis=1))
    rows = np.arange(len(cut))
    tip = cut[rows, lone]
    ends = [_cross(tip, cut[rows, (lone + side) % 3], z) for side in (1, 2)]
    return np.asarray(np.round(np.stack(ends, axis=1) / GRID_M) * GRID_M)


def _cross(a: Floats, b: Floats, z: float) -> Floats:
    """Where the segments a-b meet height z; the same bits whichever end comes first."""
    swap = (a[:, 2] > b[:, 2])[:, None]
    low, high = np.where(swap, b, a), np.where(swap, a, b)
    share = (z - low[:, 2]) / (high[:, 2] - low[:, 2])
    return np.asarray(low[:, :2] + share[:, None] * (high - low)[:, :2])


def standing(shape: Shape, low_m: float, high_m: float, *, exact: bool = False) -> Plan:
    """What a body covers in plan between two heights.

    Parameters
    ----------
    exact : bool
        Follow the outline however many triangles there are (walls); without it the convex hull stands for a body of more
        than 200 triangles, which bounds the cost of detailed furniture.
    """
    bottom, top = heights(shape)
    if bottom >= high_m or top <= low_m:
        return Polygon()
    corners = shape.vertices[shape.triangles]
    inside = (corners[:, :, 2] > low_m) & (corners[:, :, 2] < high_m)
    within = corners[inside.all(axis=1)]
    upright = not inside.any()  # no corner in the band: between its ends every side face is straight
    middle = [] if upright else [(low_m + high_m) / 2]
    cuts = [section(shape, z) for z in (low_m + 0.01, *middle, high_m - 0.01)]
    if not exact and len(shape.triangles) > _MAX_TRIANGLES:
        return hull(np.concatenate([within[:, :, :2].reshape(-1, 2), *(cut.reshape(-1, 2) for cut in cuts)]))
    parts = [_filled(cut) for cut in cuts if len(cut)]
    parts += [union_of_triangles(within[:, :, :2])] if len(within) else []
    parts = [p for p in parts if not p.is_empty]
    if not parts:
        return Polygon()
    if all(_alike(p, parts[0]) for p in parts[1:]):
        return parts[0]
    if upright:  # it leans: what lies between its ends belongs to it
        parts.append(_filled(section(shape, (low_m + high_m) / 2)))
    return polygonal(shapely.union_all(parts, grid_size=GRID_M))


def _alike(a: Plan, b: Plan) -> bool:
    """Whether two sections of one body are the same outline, as those of an upright prism are."""
    return (
        bool(np.allclose(a.bounds, b.bounds, atol=2 * GRID_M))
        and abs(a.area - b.area) <= 1e-4 * a.area
        and a.hausdorff_distance(b) < 0.001
    )


def _filled(segments: Floats) -> Plan:
    """Area inside closed section lines; their hull when they do not close."""
    around = hull(segments.reshape(-1, 2))
    length = float(np.hypot(*(segments[:, 1] - segments[:, 0]).T).sum())
    if abs(around.length - length) < 1e-3 * length:  # the lines are the hull's own outline
        return around
    lines = shapely.union_all(shapely.linestrings(segments), grid_size=GRID_M)
    area = polygonal(shapely.build_area(lines))
    return area if area.area > 0.02 * around.area else around


def clean(plan: BaseGeometry, tolerance_m: float = 0.0) -> Plan:
    """Repair and simplify a plan; drop parts below a square centimetre."""
    plan = polygonal(plan)
    if tolerance_m:
        plan = polygonal(plan.simplify(tolerance_m))
    parts = [p for p in shapely.get_parts(plan) if p.area > 1e-4]
    if not parts:
        return Polygon()
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
