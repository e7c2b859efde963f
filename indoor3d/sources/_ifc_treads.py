"""The way along a stair or an incline, found from its triangles."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from indoor3d.models.building import Position
from indoor3d.sources._ifc_geometry import Shape
from indoor3d.sources._ifc_plan import normals, polygonal, section, union_of_triangles

GAP_M, MIN_TREAD_M2, MAX_RISER_M = 0.05, 0.1, 0.45
"""Treads: faces within 5 cm of height, at least 0.1 m², at most 0.45 m apart; handrails fail the last two."""
_UP, _LEVEL = 0.6, 0.98
_NEAR_M = 0.3
_ALIGNED = 0.9
_LANDING_M = 2.5
_SAME_Z_M = 0.1
_BEYOND_M = 0.45
_SLICE_M, _MOST_SLICES = 0.1, 40
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way along a connector, from low to high; metres, world frame.

    ``foot`` and ``head`` are places on the floor a little before the first and after the last point of ``path``;
    ``steps`` counts the risers between the first and the last tread; ``plans`` are the treads, as many as ``path``, none
    on a slope.
    """

    path: tuple[Position, ...]
    foot: Position
    head: Position
    first_z: float
    last_z: float
    width_m: float
    steps: int = 0
    riser_m: float = 0.0
    plans: tuple[Polygon, ...] = ()

    def at(self, z: float) -> Position | None:
        """Where the way is level with a floor: on a tread or landing there, or where one is missing; else None."""
        near = [p for p in self.path if abs(p[2] - z) <= GAP_M]
        if near:
            return (near[0][0], near[0][1], z)
        for a, b in pairwise(self.path):
            if a[2] < z < b[2] and (not self.riser_m or b[2] - a[2] > 1.5 * self.riser_m):
                return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, z)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tread:
    z: float
    plan: Polygon

    @property
    def position(self) -> Position:
        centre = self.plan.centroid
        return (float(centre.x), float(centre.y), self.z)

    @property
    def width_m(self) -> float:
        ring = shapely.get_coordinates(self.plan.minimum_rotated_rectangle)
        sides = np.hypot(*np.diff(ring, axis=0).T)
        return float(sides.max()) if len(sides) else 0.0


def treads(shape: Shape) -> list[Way]:
    """Every way up a stair, the lowest first; none when it has no steps that can be told apart.

    Flights that follow one another, also over a landing that is not drawn, are one way; flights that a floor lies between
    (one above the other in several storeys) are several.
    """
    return [_climb(chain) for chain in _joined(_chains(_level_faces(shape)))]


def _climb(chain: list[_Tread]) -> Way:
    points = [tread.position for tread in chain]
    rises = np.diff([tread.z for tread in chain])
    riser = float(np.median(rises))
    return Way(
        path=tuple(points),
        foot=_beyond(points[1], points[0], chain[0].plan),
        head=_beyond(points[-2], points[-1], chain[-1].plan),
        first_z=chain[0].z,
        last_z=chain[-1].z,
        width_m=float(np.median([tread.width_m for tread in chain])),
        steps=sum(risers(float(rise), riser) for rise in rises),
        riser_m=riser,
        plans=tuple(tread.plan for tread in chain),
    )


def risers(rise_m: float, riser_m: float) -> int:
    """How many risers a rise takes: two where a tread or a landing between is missing; none on a slope."""
    return max(1, round(rise_m / riser_m)) if riser_m else 0


def joined(lower: Way, upper: Way) -> Way | None:
    """Two ways as one when the upper begins a step above the end of the lower, across a landing at most; else None."""
    rise = upper.first_z - lower.last_z
    if not -GAP_M < rise <= MAX_RISER_M or math.dist(lower.path[-1][:2], upper.path[0][:2]) > _LANDING_M + 1.0:
        return None
    return Way(
        path=lower.path + upper.path,
        foot=lower.foot,
        head=upper.head,
        first_z=lower.first_z,
        last_z=upper.last_z,
        width_m=min(lower.width_m, upper.width_m),
        steps=lower.steps + upper.steps + risers(rise, lower.riser_m),
        riser_m=max(lower.riser_m, upper.riser_m),
        plans=lower.plans + upper.plans,
    )


def _chains(steps: list[_Tread]) -> list[list[_Tread]]:
    """Chains of at least three treads that do not share heights, the longest climbs first, given from the lowest up."""
    chains: list[list[_Tread]] = []
    left = steps
    while len(chain := _longest_chain(left)) >= 3:
        low, high = chain[0].z - _SAME_Z_M, chain[-1].z + _SAME_Z_M
        chains.append(chain)
        left = [tread for tread in left if not low < tread.z < high]
    return sorted(chains, key=lambda chain: chain[0].z)


def _joined(chains: list[list[_Tread]]) -> list[list[_Tread]]:
    """Chains with those put together that only an undrawn landing parts."""
    whole: list[list[_Tread]] = []
    for chain in chains:
        last = whole[-1][-1] if whole else None
        if (
            last is not None
            and 0.02 < chain[0].z - last.z <= MAX_RISER_M
            and chain[0].plan.distance(last.plan) <= _LANDING_M
        ):
            whole[-1] = whole[-1] + chain
        else:
            whole.append(chain)
    return whole


def _level_faces(shape: Shape) -> list[_Tread]:
    """Upward faces grouped by height, each group divided into its connected parts."""
    normal, _ = normals(shape)
    corners = shape.vertices[shape.triangles][normal[:, 2] > _LEVEL]
    corners = corners[np.ptp(corners[:, :, 2], axis=1) < GAP_M / 2]  # the flank of a handrail or a string is no tread
    if not len(corners):
        return []
    z = corners[:, :, 2].mean(axis=1)
    order = np.argsort(z, kind="stable")
    breaks = np.flatnonzero(np.diff(z[order]) > GAP_M) + 1
    found = []
    for group in np.split(order, breaks):
        plan = union_of_triangles(corners[group][:, :, :2])
        top = float(z[group].max())
        found += [_Tread(z=top, plan=part) for part in shapely.get_parts(plan) if part.area >= MIN_TREAD_M2]
    return found


def _longest_chain(steps: list[_Tread]) -> list[_Tread]:
    """The sequence of neighbouring treads that climbs highest, each at most a riser above the last."""
    best: list[tuple[float, int]] = []
    for i, upper in enumerate(steps):
        choice = (0.0, -1)
        for j, lower in enumerate(steps[:i]):
            rise = upper.z - lower.z
            if 0.02 < rise <= MAX_RISER_M and upper.plan.distance(lower.plan) <= _NEAR_M:
                choice = max(choice, (best[j][0] + rise - 0.001 * abs(rise - 0.17), j))
        best.append(choice)
    if not best:
        return []
    at = max(range(len(best)), key=lambda i: (best[i][0], -i))
    chain = []
    while at >= 0:
        chain.append(steps[at])
        at = best[at][1]
    return chain[::-1]


def _beyond(inner: Position, outer: Position, plan: Polygon) -> Position:
    """A point on the far side of the last tread, going from ``inner`` to ``outer``."""
    dx, dy = outer[0] - inner[0], outer[1] - inner[1]
    length = math.hypot(dx, dy) or 1.0
    ray = shapely.linestrings([outer[:2], (outer[0] + 5.0 * dx / length, outer[1] + 5.0 * dy / length)])
    inside = ray.intersection(plan)
    reach = (inside.length if not inside.is_empty else 0.0) + _BEYOND_M
    return (outer[0] + reach * dx / length, outer[1] + reach * dy / length, outer[2])


def incline(shape: Shape) -> Way | None:
    """The way up a slope: the middles of level lines across the broadest upward surface."""
    normal, area = normals(shape)
    up = (normal[:, 2] > _UP) & (area > 0)
    if not up.any():
        return None
    surface = Shape(
        vertices=shape.vertices, triangles=shape.triangles[up], colour=shape.colour[up], matrix=shape.matrix
    )
    z = shape.vertices[surface.triangles].reshape(-1, 3)[:, 2]
    low, high = float(z.min()), float(z.max())
    return _sloped(surface, low, high) if high - low > GAP_M else None


def belt(shape: Shape) -> Way | None:
    """The way along a level moving walk: its longest stretch in plan, in the sense of its own x axis."""
    if not len(shape.vertices):
        return None
    plan = np.asarray(shape.vertices[:, :2], dtype=np.float64)
    own = np.asarray(shape.matrix[:2, 0], dtype=np.float64)
    _, _, axes = np.linalg.svd(plan - plan.mean(axis=0), full_matrices=False)
    along = own / norm if (norm := float(np.hypot(*own))) > 0.0 and abs(own @ axes[0]) > _ALIGNED * norm else axes[0]
    side = np.array([-along[1], along[0]])
    far, wide = plan @ along, plan @ side
    length, width = float(np.ptp(far)), float(np.ptp(wide))
    if length <= width:
        return None
    z = float(shape.vertices[:, 2].min())
    points = [
        np.append(along * (far.min() + shift) + side * (wide.min() + width / 2), z)
        for shift in (-_BEYOND_M, _NEAR_M, length - _NEAR_M, length + _BEYOND_M)
    ]
    foot, first, last, head = ((float(x), float(y), float(h)) for x, y, h in points)
    return Way(path=(first, last), foot=foot, head=head, first_z=z, last_z=z, width_m=width)


def _sloped(surface: Shape, low: float, high: float) -> Way | None:
    heights = np.linspace(low + 0.01, high - 0.01, min(_MOST_SLICES, max(3, int((high - low) / _SLICE_M))))
    points: list[Position] = []
    widths: list[float] = []
    for z in heights:
        lines = shapely.line_merge(shapely.union_all(shapely.linestrings(section(surface, float(z)))))
        parts = [p for p in shapely.get_parts(lines) if p.length > _NEAR_M]
        if parts:
            line = max(parts, key=lambda p: p.length)
            middle = line.interpolate(0.5, normalized=True)
            points.append((float(middle.x), float(middle.y), float(z)))
            widths.append(float(line.length))
    if len(points) < 2:
        return None
    plan = polygonal(union_of_triangles(surface.vertices[surface.triangles][:, :, :2]))
    return Way(
        path=tuple(points),
        foot=_beyond(points[1], points[0], plan),
        head=_beyond(points[-2], points[-1], plan),
        first_z=low,
        last_z=high,
        width_m=float(np.median(widths)),
    )
