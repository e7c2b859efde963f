"""Isochrones: the floor that somebody reaches within some times, as polygons of every surface.

The time to a point of open floor is exact: that of the best way there, as :meth:`NavGraph.distances` gives it. It is asked
for at the vertices of a triangulation of the free space, which is refined where one of the times may run through a triangle:
a metre of floor changes the time by no more than the walking time of a metre, so that triangles away from it are known to be
wholly inside or outside. In the smallest triangles the border is drawn straight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from indoor3d.errors import InvalidInput
from indoor3d.routing.place import Place
from indoor3d.routing.visibility import FreeSpace
from indoor3d.routing.walkable import as_multipolygon

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph
    from indoor3d.routing.path import Tree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL_M = 0.5
"""Longest side of a triangle that a border runs through. A border is off by less: half of it round a corner close by,
1 cm where the front is 3 m wide or more (the sagitta of a chord of 0.5 m)."""
_FARTHEST = 1 / np.sqrt(3)
"""No point of a triangle is farther from all its vertices than this share of its longest side."""
_CLEAR = 0.01
"""Nearer to a vertex than this share of a side no border is drawn: a ring keeps distinct vertices."""
_STRAIGHT_M = 1e-6
_SLACK_S = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The part of one surface that is reached.

    Parameters
    ----------
    level : str
        Id of the level.
    floor_m : float
        z, site frame.
    polygon : MultiPolygon, metres, site frame
        Where the middle of the body can be, outer rings counter-clockwise. Valid, not empty.
    """

    level: str
    floor_m: float
    polygon: MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Isochrone:
    """All floor that is reached within a time; stairs and lifts on the way are no floor.

    Parameters
    ----------
    time_s : float
    areas : tuple of Area
        In the order of the surfaces of the network.
    """

    time_s: float
    areas: tuple[Area, ...]

    @property
    def area_m2(self) -> float:
        """Of all its parts."""
        return float(sum(area.polygon.area for area in self.areas))


def isochrones(
    graph: "NavGraph", start: Place, times_s: Sequence[float], conditions: "Conditions", *, cell_m: float = CELL_M
) -> tuple[Isochrone, ...]:
    """Find the floor that is reached from a place.

    Parameters
    ----------
    graph : NavGraph
        Of the body: ``graph.for_body(conditions.profile)``.
    start : Place
    times_s : sequence of float
        Seconds, more than zero.
    conditions : Conditions
    cell_m : float
        See :data:`CELL_M`.

    Returns
    -------
    tuple of Isochrone
        In the order of ``times_s``. A shorter time's polygons are inside those of a longer one.

    Raises
    ------
    OffNetwork, InvalidPosition
    InvalidInput
        No times, or one that is not a positive number.

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from indoor3d.routing.place import find_place
    >>> from tests.buildings import two_floors
    >>> graph = build_navigation(two_floors())
    >>> found = isochrones(graph, find_place(graph.building, "hall"), [3.0, 300.0], graph.conditions("walk", ()))
    >>> [[area.level for area in one.areas] for one in found]
    [['g'], ['g', 'u']]
    """
    times = np.asarray(times_s, np.float64)
    if not len(times) or not np.all(np.isfinite(times)) or times.min() <= 0:
        raise InvalidInput("Times are seconds, more than zero.", ko="시간은 0보다 큰 초 단위 수여야 합니다.")
    clock = Clock(graph, graph.spot(start, conditions), conditions)
    areas: list[list[Area]] = [[] for _ in times]
    for index, surface in enumerate(graph.network.surfaces):
        earliest = clock.earliest_s(index)
        if earliest > times.max():
            continue
        mesh = _refined(clock, index, times[times >= earliest], cell_m)
        for number, time in enumerate(times.tolist()):
            polygon = mesh.within(time, clock.speed_mps)
            if not polygon.is_empty:
                areas[number].append(Area(level=surface.level, floor_m=surface.floor_m, polygon=polygon))
    return tuple(
        Isochrone(time_s=time, areas=tuple(found)) for time, found in zip(times.tolist(), areas, strict=True)
    )


class Clock:
    """How long the best way from one spot to any point of open floor takes.

    Parameters
    ----------
    graph : NavGraph
    first : Spot
    conditions : Conditions
    """

    def __init__(self, graph: "NavGraph", first: "Spot", conditions: "Conditions") -> None:
        self.graph, self.first, self.conditions = graph, first, conditions
        self.speed_mps = conditions.profile.level_mps
        self.reached: Tree = graph.reached(first, conditions)
        self.node_s, _ = graph.along(self.reached, first, conditions)
        self.refused = graph.weights.refused(conditions)

    def earliest_s(self, surface: int) -> float:
        """When the first point of a surface is reached; infinite where none is."""
        if surface == self.first.surface:
            return 0.0
        return float(self.node_s[self.graph.floors.nodes(surface)].min(initial=np.inf))

    def open_floor(self, surface: int) -> FreeSpace:
        """The free space of a surface without what is refused."""
        floors = self.graph.floors
        if self.refused.isdisjoint(floors.ways[surface].openings):
            return floors.free(surface)
        return FreeSpace(as_multipolygon(floors.open_part(surface, self.refused)))

    def seconds(self, surface: int, points: Floats) -> Floats:
        """Seconds to points (K, 2) of a surface along the ways that cost least; infinite where no way leads.

        The same as ``NavGraph.endings``, for many points: what a straight way crosses is looked at only for those that may
        be the best.
        """
        found = np.full(len(points), np.inf)
        if not len(points):
            return found
        row, ends, cost, spent = self._offers(surface, points)
        order = np.lexsort((cost, row))
        row, ends, cost, spent = row[order], ends[order], cost[order], spent[order]
        begin = np.searchsorted(row, np.arange(len(points) + 1))
        best, at = np.full(len(points), np.inf), begin[:-1].copy()
        asking = np.flatnonzero(at < begin[1:])
        while len(asking):  # each point asks its next offer, until that could not be the best any more
            offer = at[asking]
            lines = np.hstack([ends[offer], points[asking]])
            total = cost[offer] + self._surcharge(surface, lines)
            better = total < best[asking]
            best[asking[better]], found[asking[better]] = total[better], spent[offer[better]]
            at[asking] += 1
            asking = asking[at[asking] < begin[asking + 1]]
            asking = asking[cost[at[asking]] < best[asking]]
        return found

    def _offers(self, surface: int, points: Floats) -> tuple[Ints, Floats, Floats, Floats]:
        """Straight ways that a point is reached by last: its row, where they begin, least cost in all, and seconds."""
        floors, first = self.graph.floors, self.first
        floor = floors.floor(surface)
        row, seen = floor.outlook.visible(points)
        kept = np.isfinite(self.reached.cost[floor.nodes[seen]])
        row, seen = row[kept], seen[kept]
        node, ends = floor.nodes[seen], floor.at[seen]
        ahead = np.hypot(*(points[row] - ends).T)
        cost, spent = self.reached.cost[node], self.node_s[node]
        if surface == first.surface:
            here = np.array([[first.x_m, first.y_m]])
            direct = np.flatnonzero(floors.free(surface).sees_many(np.broadcast_to(here, points.shape), points))
            row, ends = np.append(row, direct), np.vstack([ends, np.broadcast_to(here, (len(direct), 2))])
            ahead = np.append(ahead, np.hypot(*(points[direct] - here).T))
            nothing = np.zeros(len(direct))
            cost, spent = np.append(cost, nothing), np.append(spent, nothing)
        return row, ends, cost + ahead * self.conditions.per_m, spent + ahead / self.speed_mps

    def _surcharge(self, surface: int, lines: Floats) -> Floats:
        """What straight ways (K, 4) cost on top of their length; infinite where they cannot be gone."""
        floor = self.graph.floors.floor(surface)
        narrow = self.conditions.profile.min_clear_width_m
        good = floor.usable(lines, shut=self.refused, least_width_m=narrow)
        facts = floor.ways.facts
        burdens = self.graph.weights.burdens_s(self.conditions)
        each = np.array([burdens.get(name, 0.0) for name in facts.openings])
        extra = np.zeros(len(lines))
        if each.any():
            line, which = facts.thresholds.met(lines)
            extra = np.bincount(line, weights=each[which], minlength=len(lines))
        return np.where(good, extra, np.inf)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Mesh:
    """Triangles of a free space: vertices (V, 2) metres, the seconds to each, and (T, 3) rows of them, counter-clockwise."""

    at: Floats
    seconds: Floats
    triangles: Ints

    def within(self, time_s: float, speed_mps: float) -> MultiPolygon:
        """The part that is reached within a time."""
        inside = self.seconds[self.triangles] <= time_s
        count = inside.sum(axis=1)
        pieces = [shapely.polygons(self.at[self.triangles[count == 3]])]
        for number in (1, 2):
            # turned so that the odd vertex out comes first
            rows = np.flatnonzero(count == number)
            odd = np.argmax(inside[rows] == (number == 1), axis=1)
            a, b, c = (self.triangles[rows, (odd + k) % 3] for k in range(3))
            one, other = (self._border(a, v, time_s, speed_mps) for v in (b, c))
            ring = [self.at[a], one, other] if number == 1 else [one, self.at[b], self.at[c], other]
            pieces.append(shapely.polygons(np.stack(ring, axis=1)))
        whole = shapely.coverage_union_all(np.concatenate(pieces))
        tidy = shapely.simplify(whole, _STRAIGHT_M)  # points on straight walls
        polygon = as_multipolygon(tidy if tidy.is_valid else shapely.make_valid(whole))
        return shapely.orient_polygons(polygon)

    def _border(self, a: Ints, b: Ints, time_s: float, speed_mps: float) -> Floats:
        """Where a time runs through sides; the same point whichever way round a side is given."""
        flipped = self.seconds[a] > self.seconds[b]
        low, high = np.where(flipped, b, a), np.where(flipped, a, b)
        start, end = self.at[low], self.at[high]
        side_s = np.hypot(*(end - start).T) / speed_mps
        rise, left = self.seconds[high] - self.seconds[low], time_s - self.seconds[low]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = left / rise
            # a rise that floor alone does not make: something in between cannot be passed, and lies anywhere on the side
            share = np.where(rise > side_s + _SLACK_S, np.minimum(left / side_s, 0.5), share)
        return start + (end - start) * np.clip(share, _CLEAR, 1 - _CLEAR)[:, None]


def _refined(clock: Clock, surface: int, times: Floats, cell_m: float) -> _Mesh:
    """The triangles of a surface, small where one of the times runs through."""
    at, triangles = _triangles(clock.open_floor(surface))
    seconds = clock.seconds(surface, at)
    while True:
        corners = at[triangles]
        side = np.hypot(*np.moveaxis(corners[:, [1, 2, 0]] - corners, 2, 0))
        margin = side.max(axis=1) * (_FARTHEST / clock.speed_mps)
        value = seconds[triangles]
        low, high = value.min(axis=1) - margin, value.max(axis=1) + margin
        crossed = (low[:, None] <= times) & (times <= high[:, None])
        wanted = crossed.any(axis=1)[:, None] & (side > cell_m)
        if not wanted.any():
            return _Mesh(at=at, seconds=seconds, triangles=triangles)
        ends = np.sort(np.stack([triangles, triangles[:, [1, 2, 0]]], axis=2), axis=2)
        key = ends[:, :, 0] * len(at) + ends[:, :, 1]
        split = np.unique(key[wanted])
        middle = (at[split // len(at)] + at[split % len(at)]) / 2
        place = np.minimum(np.searchsorted(split, key), len(split) - 1)
        triangles = _split(triangles, np.where(split[place] == key, place + len(at), -1))
        at, seconds = np.vstack([at, middle]), np.append(seconds, clock.seconds(surface, middle))


def _split(triangles: Ints, middle: Ints) -> Ints:
    """Split triangles at the middles of their sides (T, 3), -1 where a side stays: neighbours still share whole sides."""
    count = (middle >= 0).sum(axis=1)
    parts = [triangles[count == 0]]
    for number in (1, 2, 3):
        rows = np.flatnonzero(count == number)
        # turned so that the side that is unlike the two others comes first
        turn = np.argmax((middle[rows] >= 0) == (number == 1), axis=1) if number < 3 else np.zeros(len(rows), np.intp)
        a, b, c = (triangles[rows, (turn + k) % 3] for k in range(3))
        ab, bc, ca = (middle[rows, (turn + k) % 3] for k in range(3))
        if number == 1:
            made = [(a, ab, c), (ab, b, c)]
        elif number == 2:
            made = [(a, b, bc), (a, bc, ca), (ca, bc, c)]
        else:
            made = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        parts += [np.stack(one, axis=1) for one in made]
    return np.concatenate(parts)


def _triangles(space: FreeSpace) -> tuple[Floats, Ints]:
    """Vertices (V, 2) metres and triangles (T, 3) of a free space."""
    columns = space.to_columns()
    at = columns["xy"].T * columns["cell_m"] + columns["origin"]
    return at, columns["start"].astype(np.int64).reshape(-1, 3)
