"""What can be seen from where, and which space a point is in: tables made once, then no geometry library is called."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.building import Building, Space
from indoor3d.models.vocabulary import OpeningCategory
from indoor3d.routing.kept import Shared

Floats = NDArray[np.float64]

_CELL_M = 8.0
"""Side of the cells that things are filed in: about as far as one looks for a landmark."""
SIGHT_M = 12.0
"""Farthest look: a landmark that is faced at the start."""
_BULKY_M = 2.0
"""Obstacles at least this long hide what is behind them; columns do not."""
_NEAR_WALL_M = 0.6
"""Things hang on walls and stand in niches: the last part of a line of sight is not tested."""
SAME_FLOOR_M = 1.0
"""Heights that differ by less belong to one floor of a level."""
_UNKNOWN = object()
_SEE_THROUGH = {
    OpeningCategory.GATE,
    OpeningCategory.PASSAGE,
    OpeningCategory.VIRTUAL,
}


class Walls:
    """What hides things on one level."""

    def __init__(self, segments: Floats) -> None:
        """Hold ``segments``, (N, 4) float64: x1, y1, x2, y2 in metres, site frame."""
        self._segments = segments
        self._cells: dict[tuple[int, int], Floats] = {}

    def visible(self, x_m: float, y_m: float, targets: Sequence[tuple[float, float]]) -> list[bool]:
        """Which targets, none farther than :data:`SIGHT_M`, are seen from a point.

        Parameters
        ----------
        x_m, y_m : float
        targets : sequence of (x, y), metres, site frame
        """
        walls = self._near(x_m, y_m)
        goals = np.array(targets, np.float64)
        ways = goals - (x_m, y_m)
        length = np.hypot(ways[:, 0], ways[:, 1])
        ways = ways * (np.maximum(length - _NEAR_WALL_M, 0.0) / np.maximum(length, 1e-9))[:, None]
        if not len(walls):
            return [True] * len(targets)
        ax, ay = walls[:, 0] - x_m, walls[:, 1] - y_m
        bx, by = walls[:, 2] - walls[:, 0], walls[:, 3] - walls[:, 1]
        wx, wy = ways[:, :1], ways[:, 1:]
        across = wx * by - wy * bx
        with np.errstate(divide="ignore", invalid="ignore"):
            along = (ax * by - ay * bx) / across
            on_wall = (ax * wy - ay * wx) / across
        hit = (along > 1e-6) & (along < 1 - 1e-6) & (on_wall >= 0) & (on_wall <= 1)
        seen: list[bool] = (~hit.any(axis=1)).tolist()
        return seen

    def _near(self, x_m: float, y_m: float) -> Floats:
        key = (int(x_m // _CELL_M), int(y_m // _CELL_M))
        found = self._cells.get(key)
        if found is None:
            low = (np.array(key) * _CELL_M) - SIGHT_M
            high = low + _CELL_M + 2 * SIGHT_M
            xs, ys = self._segments[:, 0::2], self._segments[:, 1::2]
            inside = (xs.max(1) >= low[0]) & (xs.min(1) <= high[0]) & (ys.max(1) >= low[1]) & (ys.min(1) <= high[1])
            found = self._cells[key] = self._segments[inside]
        return found


def walls(building: Building) -> dict[str, Walls]:
    """What hides things, by level: the edges of all floor that one looks across, and bulky obstacles."""
    floor: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for space in building.spaces:
        if space.walkable:
            floor[space.level].append(space.footprint)
    for opening in building.openings:
        if opening.category in _SEE_THROUGH:
            floor[opening.level].append(opening.footprint)
    bulky: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for obstacle in building.obstacles:
        x0, y0, x1, y1 = obstacle.footprint.bounds
        if max(x1 - x0, y1 - y0) >= _BULKY_M:
            bulky[obstacle.level].append(obstacle.footprint)
    return {
        level: Walls(_segments([shapely.union_all(floor.get(level, [])), *bulky.get(level, [])]))
        for level in {*floor, *bulky}
    }


def _segments(shapes: Iterable[shapely.Geometry]) -> Floats:
    pieces = [np.hstack([ring[:-1], ring[1:]]) for ring in _rings(shapes)]
    return np.concatenate([np.empty((0, 4)), *pieces])


def _rings(shapes: Iterable[shapely.Geometry]) -> list[Floats]:
    parts = shapely.get_parts(list(shapes)) if shapes else []
    return [np.asarray(shapely.get_coordinates(ring)) for part in parts for ring in shapely.get_rings(part)]


class _Filed(NamedTuple):
    """A space in one cell, with the edges that a ray to the right from a point of the cell can cross."""

    space: Space
    edges: tuple[tuple[float, float, float, float], ...]


class Floor:
    """Spaces by where they are."""

    def __init__(self, spaces: Iterable[Space]) -> None:
        self._cells: dict[tuple[str, int, int], list[_Filed]] = defaultdict(list)
        self._found = Shared()
        for space in spaces:
            x0, y0, x1, y1 = space.footprint.bounds
            edges = _segments([space.footprint])
            sides = [(a, b, c, d) for a, b, c, d in edges.tolist()]
            for row in range(math.floor(y0 / _CELL_M), math.floor(y1 / _CELL_M) + 1):
                low, high = row * _CELL_M, (row + 1) * _CELL_M
                beside = np.flatnonzero((edges[:, 1::2].max(1) >= low) & (edges[:, 1::2].min(1) <= high))
                for column in range(math.floor(x0 / _CELL_M), math.floor(x1 / _CELL_M) + 1):
                    ahead = beside[edges[beside, 0::2].max(1) >= column * _CELL_M]
                    rows = tuple(sides[i] for i in ahead.tolist())  # cells share what is in several of them
                    self._cells[space.level, column, row].append(_Filed(space, rows))

    def at(self, level: str, x_m: float, y_m: float, z_m: float) -> Space | None:
        """The space a point is in: of several the one whose floor is nearest in height."""
        key = (level, x_m, y_m, z_m)
        known = self._found.get(key, _UNKNOWN)
        if known is _UNKNOWN:
            known = self._at(level, x_m, y_m, z_m)
            self._found.keep(key, known, size=300)
        found: Space | None = known
        return found

    def _at(self, level: str, x_m: float, y_m: float, z_m: float) -> Space | None:
        best, best_away = None, SAME_FLOOR_M
        for space, edges in self._cells.get((level, math.floor(x_m / _CELL_M), math.floor(y_m / _CELL_M)), ()):
            away = abs(space.floor_m - z_m)
            if away < best_away and _inside(edges, x_m, y_m):
                best, best_away = space, away
        return best


def _inside(edges: Sequence[tuple[float, float, float, float]], x_m: float, y_m: float) -> bool:
    """Whether a point is inside rings that do not cross: it is when a ray crosses them an odd number of times."""
    odd = False
    for x0, y0, x1, y1 in edges:
        if (y0 > y_m) != (y1 > y_m) and x_m < (x1 - x0) * (y_m - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd
