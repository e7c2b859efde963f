"""How far one can roll straight up to an opening, on the side where that is less."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.routing._crossing import Segments
from indoor3d.routing._passage import Passage
from indoor3d.routing._rings import corners
from indoor3d.routing.walkable import Walkable

Floats = NDArray[np.float64]

MOST_M = 1.5
"""Metres: longer run-ups are not told apart (1.5 m is the manoeuvring space before a door, ACCESSIBILITY.md §2.1)."""
BODY_M = 0.7
"""Metres: width of the body that rolls, a wheelchair (ACCESSIBILITY.md §2.3)."""
_LANES = 8
_INSIDE_M = 0.01


def run_ups(surfaces: Sequence[Walkable]) -> dict[str, float]:
    """Measure the straight run-up to every opening.

    Parameters
    ----------
    surfaces : sequence of Walkable

    Returns
    -------
    dict
        Metres by opening id, :data:`MOST_M` at most: how far a body :data:`BODY_M` wide can come straight along the
        opening's axis, from where its footprint ends, before it meets a wall, an obstacle or a step; the shorter of two
        sides. A side where nobody can stand, as far as the model knows, does not count; on both sides: 0. Where the
        opening is narrower than the body, the lane is as wide as the opening.
    """
    found: dict[str, list[float]] = {}
    for surface in surfaces:
        rows = corners(surface.ground)
        walls = Segments(np.hstack([rows[:, :2], rows[:, 4:]]))
        ground = surface.ground
        shapely.prepare(ground)
        for p in surface.passages:
            for side in (-1.0, 1.0):
                mouth = p.at(side * (p.half_length_m + _INSIDE_M))
                if shapely.intersects_xy(ground, *mouth):
                    found.setdefault(p.id, []).append(_free_m(p, side, walls))
    names = {p.id for surface in surfaces for p in surface.passages}
    return {name: min(found.get(name, [0.0])) for name in sorted(names)}


def _free_m(p: Passage, side: float, walls: Segments) -> float:
    """How far the lane in front of one side of a passage is free."""
    half = max(0.0, min(BODY_M / 2, p.half_width_m) - _INSIDE_M)
    across = np.array([-p.axis[1], p.axis[0]])
    start = p.at(side * p.half_length_m) + np.linspace(-half, half, _LANES)[:, None] * across
    way = side * p.axis * MOST_M
    _, met = walls.met(np.hstack([start, start + way]))
    reach = MOST_M
    for x0, y0, x1, y1 in walls.ends[np.unique(met)].tolist():
        reach = min(
            reach, _nearest_in_lane(np.array([[x0, y0], [x1, y1]]) - p.at(side * p.half_length_m), side * p.axis, half)
        )
    return max(0.0, reach)


def _nearest_in_lane(wall: Floats, way: Floats, half: float) -> float:
    """How far along a lane a wall begins, relative to the lane's start; infinite where it is beside the lane."""
    along, beside = wall @ way, wall @ np.array([-way[1], way[0]])
    change = beside[1] - beside[0]
    cuts = [0.0, 1.0]
    if abs(change) > 1e-12:
        cuts = sorted(min(1.0, max(0.0, (edge - beside[0]) / change)) for edge in (-half, half))
    elif abs(beside[0]) > half:
        return float("inf")
    ahead = [along[0] + cut * (along[1] - along[0]) for cut in cuts]
    return float(min(ahead))
