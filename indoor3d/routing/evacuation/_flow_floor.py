"""The floor of a flow network: cells to stand in, where openings are stood before, and exact ways inside one space.

A space is seen with all its openings shut: then its free floor is its own, and a way that is found on the roadmap stays
in it. Every length is that of a way that can be walked, so that nothing made of them is shorter than the truth.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Space
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.path import Arcs, tree

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

POCKET_M2 = 1.0
"""A smaller piece of free floor is a gap behind something, where nobody stands."""
SMALL = 1.5
"""A part of a space up to so many cells large is one cell."""
SLIVER = 0.25
"""A piece of the grid below this share of a cell belongs to the piece beside it."""
_TOUCH_M = 1e-3
_SAMPLES = 600
_ON_FOOT = tuple(MODES.index(mode) for mode in (Mode.WALK, Mode.FARE_GATE, Mode.EXIT_GATE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a node of the flow network is.

    Parameters
    ----------
    surface : int
        Of the roadmap; -1 where nobody can stand.
    x_m, y_m, z_m : float
    node : int
        The roadmap's node that it is; -1 for a place on free floor.
    """

    surface: int
    x_m: float
    y_m: float
    z_m: float
    node: int = -1


class Inside:
    """One roadmap with its openings shut, and ways in what is left.

    Parameters
    ----------
    graph : NavGraph
    least_width_m : float
        Ways narrower than this are none.
    """

    def __init__(self, graph: "NavGraph", *, least_width_m: float = 0.0) -> None:
        self.graph, self.floors, self.network = graph, graph.floors, graph.network
        self._least = least_width_m
        self._spaces = {s.id: s for s in graph.building.spaces}
        self._number = {name: i for i, name in enumerate(self.network.elements)}

    @cached_property
    def home(self) -> Mapping[str, int]:
        """The surface of each space that has one."""
        return {space: index for index, ways in enumerate(self.floors.ways) for space in ways.spaces}

    @cached_property
    def parts(self) -> Mapping[str, list[BaseGeometry]]:
        """Connected pieces of free floor of each space while every opening is shut, largest first."""
        found: dict[str, list[BaseGeometry]] = defaultdict(list)
        for index, ways in enumerate(self.floors.ways):
            pieces = shapely.get_parts(self.floors.open_part(index, ways.openings))
            names = [name for name in ways.spaces if name in self._spaces]
            if not len(pieces) or not names:
                continue
            outlines = np.array([self._spaces[name].footprint for name in names], dtype=object)
            which, met = shapely.STRtree(pieces).query(outlines, predicate="intersects")
            for row, piece in zip(which.tolist(), met.tolist(), strict=True):
                own = pieces[piece]
                if not shapely.covers(outlines[row], own):
                    own = shapely.intersection(own, outlines[row])
                found[names[row]] += [
                    p for p in shapely.get_parts(own) if p.geom_type == "Polygon" and p.area > _TOUCH_M
                ]
        return {name: sorted(pieces, key=lambda p: (-p.area, p.bounds)) for name, pieces in found.items()}

    def opened(self, passing: Collection[str]) -> Arcs:
        """The roadmap on foot on one floor with these openings open, and all others shut; it weighs metres."""
        network = self.network
        wanted = np.zeros(len(network.elements) + 1, np.bool_)
        wanted[[self._number[name] for name in passing if name in self._number]] = True
        shut = np.concatenate([[0], np.cumsum(~wanted[network.edge_element])])
        good = shut[network.edge_element_start[1:]] == shut[network.edge_element_start[:-1]]
        good &= np.isin(network.edge_mode, _ON_FOOT) & (network.edge_clear_width_m >= self._least - 1e-6)
        rows = self.graph.rows
        return Arcs(rows=rows.rows, weight=np.where(good[rows.rows.label >> 1], rows.weight, np.inf))

    @cached_property
    def _walled(self) -> Arcs:
        return self.opened(())

    def links(self, points: Sequence[Point], passing: Collection[str] = ()) -> tuple[Indices, Indices, Floats]:
        """The roadmap's nodes that points go straight to: rows of the points, sorted, nodes, metres."""
        rows: list[Indices] = []
        nodes: list[Indices] = []
        metres: list[Floats] = []
        free: dict[int, list[int]] = defaultdict(list)
        for row, point in enumerate(points):
            if point.node >= 0:
                rows.append(np.array([row], np.intp))
                nodes.append(np.array([point.node], np.intp))
                metres.append(np.zeros(1))
            elif point.surface >= 0:
                free[point.surface].append(row)
        for surface, some in free.items():
            at = np.array([[points[row].x_m, points[row].y_m] for row in some])
            shut = set(self.floors.ways[surface].openings).difference(passing)
            seen, node, length = self.floors.links_many(surface, at, shut=shut, least_width_m=self._least)
            rows.append(np.array(some, np.intp)[seen])
            nodes.append(node)
            metres.append(length)
        if not rows:
            return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
        joined = np.concatenate(rows)
        order = np.argsort(joined, kind="stable")
        return joined[order], np.concatenate(nodes)[order], np.concatenate(metres)[order]

    def between(
        self,
        sources: Sequence[int],
        points: Sequence[Point],
        *,
        passing: Collection[str] = (),
        spaces: Sequence[str] | None = None,
    ) -> Floats:
        """How far points are apart on free floor.

        Parameters
        ----------
        sources : sequence of int
            Rows of the points to measure from.
        points : sequence of Point
        passing : collection of str
            Openings that may be passed.
        spaces : sequence of str, optional
            The space of each point: those of different ones are not asked about.

        Returns
        -------
        (len(sources), len(points)) float64, metres
            Infinite where there is no way.
        """
        graph = self.opened(passing) if passing else self._walled
        row, node, metres = self.links(points, passing)
        start = np.searchsorted(row, np.arange(len(points) + 1))
        some = np.flatnonzero(np.diff(start))
        found = np.full((len(sources), len(points)), np.inf)
        for number, source in enumerate(sources):
            mine = slice(start[source], start[source + 1])
            if start[source] < start[source + 1]:
                cost = tree(graph, node[mine], metres[mine]).cost[node] + metres
                found[number, some] = np.minimum.reduceat(cost, start[some])
            found[number, source] = 0.0
        same = np.ones(found.shape, np.bool_)
        if spaces is not None:
            names = np.unique(np.array(spaces, dtype=str), return_inverse=True)[1]
            same = names[list(sources)][:, None] == names
        self._straighten(found, sources, points, passing=passing, same=same)
        return np.where(same, found, np.inf)

    def _straighten(
        self,
        found: Floats,
        sources: Sequence[int],
        points: Sequence[Point],
        *,
        passing: Collection[str],
        same: NDArray[np.bool_],
    ) -> None:
        """Shorten ways between places that see each other."""
        surface = np.array([p.surface if p.node < 0 else -1 for p in points])
        at = np.array([[p.x_m, p.y_m] for p in points]).reshape(-1, 2)
        for number in sorted(set(surface[list(sources)].tolist()) - {-1}):
            rows = np.array([i for i, s in enumerate(sources) if surface[s] == number], np.intp)
            here = np.flatnonzero(surface == number)
            one, other = (a.ravel() for a in np.meshgrid(rows, here, indexing="ij"))
            source = np.array(sources, np.intp)[one]
            straight = np.hypot(*(at[source] - at[other]).T)
            doubt = (straight < found[one, other] - 1e-9) & same[one, other]
            one, other, source, straight = one[doubt], other[doubt], source[doubt], straight[doubt]
            if not len(one):
                continue
            good = self.floors.free(number).sees_many(at[source], at[other])
            lines = np.hstack([at[source], at[other]])[good]
            shut = set(self.floors.ways[number].openings).difference(passing)
            good[good] = self.floors.floor(number).usable(lines, shut=shut, least_width_m=self._least)
            found[one[good], other[good]] = straight[good]

    def nearest(self, space: str, x: float, y: float) -> Point | None:
        """The place in a space, while its openings are shut, that is nearest to a position; in a pocket only if need be."""
        pieces = self.parts.get(space, [])
        near = [p for p in pieces if p.area >= POCKET_M2] or pieces
        if not near:
            return None
        spot = shapely.Point(x, y)
        distance = shapely.distance(np.array(near, dtype=object), spot)
        line = shapely.shortest_line(near[int(np.argmin(np.round(distance, 9)))], spot)
        return self.place(space, shapely.get_coordinates(line)[:1])[0]

    def place(self, space: str, at: Floats) -> list[Point]:
        """Positions (K, 2) as places on the free floor of a space's surface."""
        surface, floor_m = self.home[space], self._spaces[space].floor_m
        moved = self.floors.free(surface).nearest(at).tolist()
        return [Point(surface=surface, x_m=x, y_m=y, z_m=floor_m) for x, y in moved]


def cells_of(pieces: Sequence[BaseGeometry], *, cell_m2: float) -> list[BaseGeometry]:
    """Cut free floor into pieces of about one size: a grid from the corner of the floor, slivers joined to what is beside."""
    large = [p for p in pieces if p.area >= POCKET_M2] or list(pieces)[:1]
    found: list[BaseGeometry] = []
    for piece in large:
        found += [piece] if piece.area <= SMALL * cell_m2 else _gridded(piece, cell_m2)
    return found


def _gridded(piece: BaseGeometry, cell_m2: float) -> list[BaseGeometry]:
    x0, y0, x1, y1 = piece.bounds
    side = cell_m2**0.5
    # A strip narrower than a cell gets longer cells, so that they stay of one size.
    across, along = min(x1 - x0, side), min(y1 - y0, side)
    wide, deep = cell_m2 / along if along < side else side, cell_m2 / across if across < side else side
    nx, ny = max(1, round((x1 - x0) / wide)), max(1, round((y1 - y0) / deep))
    xs, ys = np.linspace(x0, x1, nx + 1), np.linspace(y0, y1, ny + 1)
    west, south = (a.ravel() for a in np.meshgrid(xs[:-1], ys[:-1], indexing="ij"))
    east, north = (a.ravel() for a in np.meshgrid(xs[1:], ys[1:], indexing="ij"))
    shapely.prepare(piece)
    parts = shapely.get_parts(shapely.intersection(shapely.box(west, south, east, north), piece))
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)]
    return _joined(parts, SLIVER * cell_m2)


def _joined(parts: NDArray[np.object_], least_m2: float) -> list[BaseGeometry]:
    """Pieces with those below a size given to the largest piece that they touch, smallest first."""
    area = shapely.area(parts)
    owner = np.arange(len(parts))
    one, other = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=_TOUCH_M)
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a != b:
            beside[a].append(b)
    total = area.copy()
    for row in np.argsort(area, kind="stable").tolist():
        if area[row] >= least_m2:
            break
        offers = {int(owner[b]) for b in beside[row]} - {int(owner[row])}
        if offers and total[owner[row]] < least_m2:
            goal = max(sorted(offers), key=lambda b: round(float(total[b]), 6))
            mine = owner == owner[row]
            total[goal] += total[owner[row]]
            owner[mine] = goal
    return [shapely.union_all(parts[owner == one]) for one in np.unique(owner)]


def shares(pieces: Sequence[BaseGeometry], seeds: Floats) -> Floats:
    """What share of some floor lies nearest to each of some places (S, 2); they add up to 1."""
    if len(seeds) == 1 or not pieces:
        return np.full(len(seeds), 1 / len(seeds))
    whole = shapely.multipolygons(list(pieces))
    x0, y0, x1, y1 = whole.bounds
    step = float(np.clip((whole.area / _SAMPLES) ** 0.5, 0.15, 1.0))
    xs, ys = (
        a.ravel()
        for a in np.meshgrid(np.arange(x0 + step / 2, x1, step), np.arange(y0 + step / 2, y1, step), indexing="ij")
    )
    shapely.prepare(whole)
    inside = shapely.intersects_xy(whole, xs, ys)
    at = np.column_stack([xs, ys])[inside]
    if not len(at):
        return np.full(len(seeds), 1 / len(seeds))
    own = np.argmin((at[:, :1] - seeds[:, 0]) ** 2 + (at[:, 1:] - seeds[:, 1]) ** 2, axis=1)
    return np.bincount(own, minlength=len(seeds)) / len(at)


def net_floor_m2(graph: "NavGraph") -> dict[str, float]:
    """Floor of every walkable space that nothing stands on: no obstacle, and no connector that begins or ends there.

    A space that connectors fill keeps what they cover: people in it stand on them.
    """
    building = graph.building
    spaces = [s for s in building.spaces if s.walkable]
    covers = [(o.level, o.floor_m, o.footprint) for o in building.obstacles]
    covers += [(stop.level, stop.position[2], c.footprint) for c in building.connectors for stop in c.stops]
    outlines = np.array([shapely.make_valid(shape) for _, _, shape in covers], dtype=object)
    taken: dict[int, list[BaseGeometry]] = defaultdict(list)
    if len(outlines) and spaces:
        footprints = np.array([s.footprint for s in spaces], dtype=object)
        for row, cover in zip(
            *(a.tolist() for a in shapely.STRtree(outlines).query(footprints, "intersects")), strict=True
        ):
            level, floor_m, _ = covers[cover]
            if level == spaces[row].level and abs(floor_m - spaces[row].floor_m) <= 1.0:
                taken[row].append(outlines[cover])
    found = {}
    for row, space in enumerate(spaces):
        area = float(space.footprint.area)
        if taken[row]:
            area = float(shapely.difference(space.footprint, shapely.union_all(taken[row])).area)
        found[space.id] = area if area >= POCKET_M2 else float(space.footprint.area)
    return found


def space_of(graph: "NavGraph", surface: int, x: float, y: float) -> Space | None:
    """The space of a surface that a place lies in, or that is nearest to it within a metre."""
    names = set(graph.floors.ways[surface].spaces)
    spaces = [s for s in graph.building.spaces if s.id in names]
    if not spaces:
        return None
    far = shapely.distance(np.array([s.footprint for s in spaces], dtype=object), shapely.Point(x, y))
    best = min(range(len(spaces)), key=lambda i: (round(float(far[i]), 3), spaces[i].footprint.area, spaces[i].id))
    return spaces[best] if far[best] <= 1.0 else None
