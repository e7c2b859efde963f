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

CELL_M = 1.0
"""Longest side of a triangle that a border runs through. A border is off by less; by 4 cm where the front is 3 m wide or more
(the sagitta of a chord of 1 m)."""
_FARTHEST = 1 / np.sqrt(3)
"""No point of a triangle is farther from all its vertices than this share of its longest side."""
_CLEAR = 0.01
"""Nearer to a vertex than this share of a side no border is drawn: a ring keeps distinct vertices."""
_STRAIGHT_M = 1e-6
_FLAT_M2 = 1e-9
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
    return tuple(Isochrone(time_s=time, areas=tuple(found)) for time, found in zip(times.tolist(), areas, strict=True))


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

    def known(self, surface: int, points: Floats) -> Floats:
        """Seconds to those points (K, 2) that are corners that can be reached; not a number for the others."""
        corners = self.graph.floors.free(surface).corners  # sorted by x, then y, as complex numbers are
        if not len(corners):
            return np.full(len(points), np.nan)
        wanted = points[:, 0] + 1j * points[:, 1]
        place = np.minimum(np.searchsorted(corners[:, 0] + 1j * corners[:, 1], wanted), len(corners) - 1)
        seconds = self.node_s[self.graph.floors.nodes(surface)[place]]
        return np.where((corners[place] == points).all(axis=1) & np.isfinite(seconds), seconds, np.nan)

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
        best: Floats = np.full(len(points), np.inf)
        at: Ints = begin[:-1].copy()
        asking: Ints = np.flatnonzero(at < begin[1:])
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
        extra: Floats = np.zeros(len(lines))
        if each.any():
            line, which = facts.thresholds.met(lines)
            extra = np.bincount(line, weights=each[which], minlength=len(lines)).astype(np.float64)
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
        whole = self.triangles[count == 3]
        sides, borders = [whole[:, [k, (k + 1) % 3]] for k in range(3)], [np.empty((0, 2), np.int64)]
        for number in (1, 2):
            # turned so that the odd vertex out comes first; a border point on a side is, for now, minus its number less one
            rows = np.flatnonzero(count == number)
            odd = np.argmax(inside[rows] == (number == 1), axis=1)
            a, b, c = (self.triangles[rows, (odd + k) % 3] for k in range(3))
            met = sum(map(len, borders))
            one, other = -1 - met - np.arange(len(a)), -1 - met - len(a) - np.arange(len(a))
            borders += [np.stack([a, b], axis=1), np.stack([a, c], axis=1)]
            ring = [a, one, other] if number == 1 else [one, b, c, other]
            sides += [np.stack([ring[k], ring[(k + 1) % len(ring)]], axis=1) for k in range(len(ring))]
        crossed, which = np.unique(np.sort(np.concatenate(borders), axis=1), axis=0, return_inverse=True)
        points = np.vstack([self.at, self._border(crossed[:, 0], crossed[:, 1], time_s, speed_mps)])
        ends = np.concatenate(sides)
        ends[ends < 0] = len(self.at) + which.reshape(-1)[-1 - ends[ends < 0]]
        return _outlined(points, ends)

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
        border: Floats = start + (end - start) * np.clip(share, _CLEAR, 1 - _CLEAR)[:, None]
        return border


def _outlined(points: Floats, sides: Ints) -> MultiPolygon:
    """The area of faces whose sides these are, (K, 2) rows of points: sides that two faces share go."""
    low, high = sides.min(axis=1), sides.max(axis=1)
    key, count = np.unique(low * len(points) + high, return_counts=True)
    outer = key[count == 1]
    if not len(outer):
        return MultiPolygon()
    lines = shapely.linestrings(np.stack([points[outer // len(points)], points[outer % len(points)]], axis=1))
    built = shapely.build_area(shapely.multilinestrings(lines))
    tidy = shapely.simplify(built, _STRAIGHT_M)  # points on straight walls
    return shapely.orient_polygons(as_multipolygon(tidy if tidy.is_valid else shapely.make_valid(built)))


def _refined(clock: Clock, surface: int, times: Floats, cell_m: float) -> _Mesh:
    """The triangles of a surface, small where one of the times runs through."""
    at, triangles = _triangles(clock.open_floor(surface))
    seconds = clock.known(surface, at)
    asked = np.isnan(seconds)
    seconds[asked] = clock.seconds(surface, at[asked])
    while True:
        corners = at[triangles]
        side = np.hypot(*np.moveaxis(corners[:, [1, 2, 0]] - corners, 2, 0))
        value = seconds[triangles]
        low, high = _bounds(value, corners, side, clock.speed_mps)
        # in the last round a border that only grazes a triangle is let go: it is off by less than the cell there, too
        last = side.max(axis=1) <= 2 * cell_m
        low, high = np.where(last, value.min(axis=1), low), np.where(last, value.max(axis=1), high)
        crossed = np.any((low[:, None] <= times) & (times <= high[:, None]), axis=1, keepdims=True)
        wanted = crossed & (side > cell_m)
        wanted &= ~_flat(corners)[:, None]
        if not wanted.any():
            return _Mesh(at=at, seconds=seconds, triangles=triangles)
        ends = np.sort(np.stack([triangles, triangles[:, [1, 2, 0]]], axis=2), axis=2)
        key = ends[:, :, 0] * len(at) + ends[:, :, 1]
        split = np.unique(key[wanted])
        middle = (at[split // len(at)] + at[split % len(at)]) / 2
        place = np.minimum(np.searchsorted(split, key), len(split) - 1)
        triangles = _split(triangles, np.where(split[place] == key, place + len(at), -1))
        at, seconds = np.vstack([at, middle]), np.append(seconds, clock.seconds(surface, middle))


def _flat(corners: Floats) -> NDArray[np.bool_]:
    """Triangles without an area: they hold no floor, and halving them has no end."""
    (ax, ay), (bx, by) = (np.moveaxis(corners[:, i] - corners[:, 0], 1, 0) for i in (1, 2))
    flat: NDArray[np.bool_] = np.abs(ax * by - ay * bx) <= _FLAT_M2
    return flat


def _bounds(value: Floats, corners: Floats, side: Floats, speed_mps: float) -> tuple[Floats, Floats]:
    """Between which seconds all of each triangle lies, where nothing in it is impassable.

    Parameters
    ----------
    value : (T, 3) float64
        Seconds at its vertices.
    corners : (T, 3, 2), side : (T, 3) float64
        Metres; side i leads from vertex i to the next.
    """
    row, longest = np.arange(len(side)), side.argmax(axis=1)
    length = side[row, longest]
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    height = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / np.maximum(length, 1e-12)
    # on the longest side neither end can be farther than the side allows; all else is no farther from it than the height
    middle = (value[row, longest] + value[row, (longest + 1) % 3]) / 2
    off = (length / 2 + height) / speed_mps
    near = length * (_FARTHEST / speed_mps)
    low = np.maximum(np.nan_to_num(middle - off, nan=-np.inf, posinf=-np.inf), value.min(axis=1) - near)
    high = np.minimum(middle + off, value.max(axis=1) + near)
    return np.where(np.isfinite(value.min(axis=1)), low, np.inf), high


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
