"""Putting places into a network: which surface, where exactly, and the straight ways from there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.errors import InvalidPosition, OffNetwork
from indoor3d.models.building import Building, Space
from indoor3d.models.network import Network
from indoor3d.routing._level_edges import Ways
from indoor3d.routing._shapes import Box, Windows, offset
from indoor3d.routing.place import Place, on_floor
from indoor3d.routing.visibility import FreeSpace, Outlook
from indoor3d.routing.walkable import Walkable, as_multipolygon, walkable

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

SNAP_M = 1.5
"""How far a place may be moved to where a body fits (INGESTION.md §4)."""
_INSIDE_M = 1e-6
_REACH_M = 1.6
"""How far around a place free floor is looked for: a little more than :data:`SNAP_M`."""
_KEPT = 8
_POCKET_M2 = 1.0
"""A smaller piece of free floor in a space is a gap behind something, where nobody stands."""
_FILLED = 0.3
"""A connector that covers this share of a space is what people in it stand on, where there is no other floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in the free space of a surface."""

    place: Place
    surface: int
    x_m: float
    y_m: float


class Floors:
    """The surfaces of a network, prepared when they are first asked about.

    Parameters
    ----------
    building : Building
    network : Network
    ways : sequence of Ways, optional
        By surface; without them those stored with the surfaces, and without these rebuilt from the building, which takes long.
    """

    def __init__(self, building: Building, network: Network, ways: Sequence[Ways] | None) -> None:
        self.building, self.network = building, network
        self._given = ways
        self._floors: dict[int, _Floor] = {}

    @cached_property
    def ways(self) -> Sequence[Ways]:
        """What is known about straight ways, by surface; rebuilt from the building when it was not stored."""
        if self._given is not None:
            return self._given
        stored = [surface.ways for surface in self.network.surfaces]
        if all(stored):
            return tuple(Ways.from_columns(columns, surface=partial(self._made, i)) for i, columns in enumerate(stored))
        return tuple(Ways(surface) for surface in self._surfaces)

    @cached_property
    def _surfaces(self) -> tuple[Walkable, ...]:
        return walkable(self.building, radius_m=self.network.radius_m)

    def _made(self, index: int) -> Walkable:
        return self._surfaces[index]

    @cached_property
    def _spaces(self) -> dict[str, Space]:
        return {space.id: space for space in self.building.spaces}

    @cached_property
    def _home(self) -> dict[str, int]:
        """The surface of each walkable space."""
        return {space: index for index, ways in enumerate(self.ways) for space in ways.spaces}

    def floor(self, surface: int) -> "_Floor":
        """One surface."""
        found = self._floors.get(surface)
        if found is None:
            nodes = np.flatnonzero(self.network.node_surface == surface)
            spaces = [self._spaces[space] for space in self.ways[surface].spaces]
            found = _Floor(self.ways[surface], nodes, at=self.network.node_position[nodes, :2], spaces=spaces)
            found = self._floors.setdefault(surface, found)
        return found

    def free(self, surface: int) -> FreeSpace:
        """The free space of a surface, prepared."""
        return self.ways[surface].facts.space

    def nodes(self, surface: int) -> Indices:
        """Nodes of a surface: its corners first."""
        return self.floor(surface).nodes

    def spot(self, place: Place, *, shut: Collection[str] = ()) -> Spot:
        """Put a place on the network.

        Raises
        ------
        OffNetwork
            No free space is within :data:`SNAP_M` on its level or at its height.
        InvalidPosition
            Neither level nor height is given, and floors of several levels are there.
        """
        if place.element in self.network.exit_id:
            node = int(self.network.exit_node[self.network.exit_id.index(place.element)])
            x, y, _ = self.network.node_position[node].tolist()
            return Spot(place=place, surface=int(self.network.node_surface[node]), x_m=x, y_m=y)
        inside = self._inside(place, shut)
        if inside is not None:
            return inside
        offers = []
        for index in self._candidates(place):
            at = self.floor(index).nearest(place, shut)
            if at is not None:
                distance = float(np.hypot(at[0] - place.x_m, at[1] - place.y_m))
                offers.append((round(distance, 6), index, at[0], at[1]))
        near = [offer for offer in offers if offer[0] <= SNAP_M]
        if not near:
            landings = self.landings(self._spaces[place.element]) if place.element in self._spaces else []
            if landings:
                return landings[0]
            raise self._off(place, shut)
        self._refuse_ambiguous(place, near)
        _, surface, x, y = self._choose(place, near)
        return Spot(place=place, surface=surface, x_m=x, y_m=y)

    def _inside(self, place: Place, shut: Collection[str]) -> Spot | None:
        """The place in a space meant as a whole that is nearest to its middle; None where a place is meant by itself.

        The middle may lie under stairs or in a shaft: what is nearest to it may then be another room.
        """
        space = self._spaces.get(place.element)
        index = self._home.get(place.element)
        if space is None or index is None:
            return None
        floor, middle = self.floor(index), shapely.Point(place.x_m, place.y_m)
        if floor.stands(place.x_m, place.y_m, shut) and space.footprint.covers(middle):
            return None
        part = floor.part(space, shut)
        if part.is_empty or part.distance(middle) == 0.0:
            return None
        large = [p for p in shapely.get_parts(part) if p.area >= _POCKET_M2]
        part = shapely.union_all(large) if large else part
        x, y = shapely.get_coordinates(shapely.shortest_line(part, middle))[0]
        x, y = self.free(index).nearest([(x, y)])[0].tolist()
        return Spot(place=replace(place, x_m=x, y_m=y), surface=index, x_m=x, y_m=y)

    def landings(self, space: Space) -> list[Spot]:
        """Where the connectors that fill a space meet the floors they join: what people in it step onto."""
        own = [
            c.id
            for c in self.building.connectors
            if c.footprint.intersection(space.footprint).area > _FILLED * space.footprint.area
        ]
        found = []
        for index, ways in enumerate(self.ways):
            for (connector, _), (x, y) in sorted(ways.attachments.items()):
                if connector in own:
                    floor = self.network.surfaces[index]
                    place = Place(x_m=x, y_m=y, z_m=floor.floor_m, level=floor.level, element=space.id)
                    found.append(Spot(place=place, surface=index, x_m=x, y_m=y))
        return found

    def try_spot(self, place: Place, *, shut: Collection[str] = ()) -> Spot | None:
        """Put a place on the network, or give None where that cannot be."""
        try:
            return self.spot(place, shut=shut)
        except (OffNetwork, InvalidPosition):
            return None

    def links(self, spot: Spot, *, shut: Collection[str] = (), least_width_m: float = 0.0) -> tuple[Indices, Floats]:
        """Nodes that a spot sees over ways that are open and wide enough, and their distances in metres."""
        at = np.array([[spot.x_m, spot.y_m]])
        _, nodes, length = self.links_many(spot.surface, at, shut=shut, least_width_m=least_width_m)
        return nodes, length

    def links_many(
        self, surface: int, points: Floats, *, shut: Collection[str] = (), least_width_m: float = 0.0
    ) -> tuple[Indices, Indices, Floats]:
        """The same for many points of one surface: rows of ``points``, nodes, metres."""
        floor = self.floor(surface)
        rows, found = floor.outlook.visible(points)
        lines = np.hstack([points[rows], floor.at[found]])
        length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
        if shut or least_width_m > 0:
            good = floor.usable(lines, shut=shut, least_width_m=least_width_m)
            rows, found, length = rows[good], found[good], length[good]
        return rows, floor.nodes[found], length

    def direct(self, a: Spot, b: Spot, *, shut: Collection[str] = (), least_width_m: float = 0.0) -> float:
        """Straight distance between two spots that see each other over an open way, else infinite."""
        if a.surface != b.surface:
            return float("inf")
        points = np.array([[b.x_m, b.y_m]])
        return float(self.direct_many(a, points, shut=shut, least_width_m=least_width_m)[0])

    def direct_many(self, a: Spot, points: Floats, *, shut: Collection[str] = (), least_width_m: float = 0.0) -> Floats:
        """The same from a spot to many points of its surface."""
        starts = np.broadcast_to(np.array([a.x_m, a.y_m]), points.shape)
        good = self.free(a.surface).sees_many(starts, points)
        lines = np.hstack([starts, points])
        good &= self.floor(a.surface).usable(lines, shut=shut, least_width_m=least_width_m)
        return np.where(good, np.hypot(*(points - starts).T), np.inf)

    def open_part(self, surface: int, shut: Collection[str]) -> BaseGeometry:
        """The free space of a surface that is left when some openings are shut."""
        return self.floor(surface).open_part(shut)

    def _candidates(self, place: Place) -> list[int]:
        surfaces = self.network.surfaces
        if place.level is not None:
            here = [i for i, s in enumerate(surfaces) if s.level == place.level]
            close = [i for i in here if place.z_m is not None and on_floor(surfaces[i].floor_m, place.z_m)]
            return close or here
        return [i for i, s in enumerate(surfaces) if place.z_m is None or on_floor(s.floor_m, place.z_m)]

    def _choose(self, place: Place, near: list[tuple[float, int, float, float]]) -> tuple[float, int, float, float]:
        """Of several surfaces, the floor next below a height; without one, the nearest in plan."""
        surfaces = self.network.surfaces
        if place.z_m is not None:
            return min(near, key=lambda o: (abs(surfaces[o[1]].floor_m - place.z_m), o))  # type: ignore[operator]
        return min(near)

    def _refuse_ambiguous(self, place: Place, near: list[tuple[float, int, float, float]]) -> None:
        levels = sorted({self.network.surfaces[offer[1]].level for offer in near})
        if place.level is None and place.z_m is None and len(levels) > 1:
            raise InvalidPosition(
                "Floors of several levels are there; give the level.",
                ko="여러 층이 겹치는 위치입니다. 층을 함께 주세요.",
                levels=levels,
            )

    def _off(self, place: Place, shut: Collection[str]) -> OffNetwork:
        context: dict[str, Any] = {"position": [place.x_m, place.y_m], "level": place.level, "element": place.element}
        offers = []
        for index in self._candidates(place):
            at = self.floor(index).nearest(place, shut, far=True)
            if at is not None:
                offers.append((round(float(np.hypot(at[0] - place.x_m, at[1] - place.y_m)), 6), index, *at))
        if not offers:
            return OffNetwork(
                "There is no walkable floor at this level or height.",
                ko="이 층이나 높이에는 걸을 수 있는 바닥이 없습니다.",
                **context,
            )
        distance, surface, x, y = min(offers)
        floor = self.network.surfaces[surface]
        return OffNetwork(
            f"The nearest walkable place is {distance:.1f} m away, more than {SNAP_M} m.",
            ko=f"가장 가까운 걸을 수 있는 곳이 {distance:.1f} m 떨어져 있습니다(한도 {SNAP_M} m).",
            **context | {"nearest": [x, y, floor.floor_m], "distance_m": distance, "level": floor.level},
        )


class _Floor:
    """One surface: what is asked about again and again is kept."""

    def __init__(self, ways: Ways, nodes: Indices, *, at: Floats, spaces: Sequence[Space]) -> None:
        self.ways, self.nodes, self.at = ways, nodes, at
        self.space = ways.facts.space
        self._spaces = spaces
        self._lock = Lock()
        self._parts: dict[frozenset[int], BaseGeometry] = {}

    @cached_property
    def outlook(self) -> Outlook:
        """The free space with the nodes of the surface that are not its corners."""
        return self.space.outlook(self.at[len(self.space.corners) :])

    @cached_property
    def _windows(self) -> Windows:
        return Windows(self.space.free)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        tree = shapely.STRtree([space.footprint for space in self._spaces])
        tree.query(shapely.Point(0, 0))  # GEOS builds it at the first question, and threads must not do so at once
        return tree

    @cached_property
    def _gone(self) -> tuple[Floats, NDArray[np.object_], list[frozenset[int]]]:
        """What is gone when passages are shut: boxes, areas, and all the passages that must be shut for it."""
        closures = self.ways.closures
        members = [frozenset({row}) for row in range(len(closures.opened))]
        members += [frozenset(group) for group, _ in closures.joint]
        areas = np.empty(len(members), dtype=object)
        areas[:] = [*closures.opened, *(area for _, area in closures.joint)]
        areas = np.atleast_1d(offset(areas, 2 * _INSIDE_M)) if len(areas) else areas
        return shapely.bounds(areas).reshape(-1, 4), areas, members

    def _shut(self, shut: Collection[str]) -> frozenset[int]:
        row = self.ways.facts.row
        return frozenset(row[name] for name in shut if name in row)

    def _gone_near(self, closed: frozenset[int], box: Box | None = None) -> list[BaseGeometry]:
        """Areas that are gone when passages are shut, of those that meet a box."""
        if not closed:
            return []
        boxes, areas, members = self._gone
        rows = [row for row in closed if row < len(boxes)]
        rows += [row for row in range(len(self.ways.openings), len(members)) if members[row] <= closed]
        if box is None:
            return list(areas[rows])
        own = boxes[rows]
        met = (own[:, 0] <= box[2]) & (own[:, 2] >= box[0]) & (own[:, 1] <= box[3]) & (own[:, 3] >= box[1])
        return list(areas[np.array(rows, np.intp)[met]])

    def stands(self, x: float, y: float, shut: Collection[str]) -> bool:
        """Whether a body can stand in a place while some openings are shut."""
        if not self.space.contains((x, y))[0]:
            return False
        gone = self._gone_near(self._shut(shut), (x, y, x, y)) if shut else []
        return not any(shapely.intersects_xy(area, x, y) for area in gone)

    def open_part(self, shut: Collection[str]) -> BaseGeometry:
        """The free space that is left when some openings are shut."""
        closed = self._shut(shut)
        if not closed:
            return self.space.free
        found = self._parts.get(closed)
        if found is None:
            found = as_multipolygon(shapely.difference(self.space.free, shapely.union_all(self._gone_near(closed))))
            with self._lock:
                while len(self._parts) >= _KEPT:
                    self._parts.pop(next(iter(self._parts)))
                self._parts[closed] = found
        return found

    def part(self, space: Space, shut: Collection[str]) -> BaseGeometry:
        """The free space in a space that is left when some openings are shut."""
        return shapely.intersection(self._around(space.footprint.bounds, shut), space.footprint)

    def nearest(self, place: Place, shut: Collection[str], *, far: bool = False) -> tuple[float, float] | None:
        """The nearest free place, in the space that the place lies in where that has one near.

        Without ``far`` only what lies within :data:`SNAP_M` is certain to be found.
        """
        x, y = place.x_m, place.y_m
        if self.stands(x, y, shut):
            return x, y
        box = (x - _REACH_M, y - _REACH_M, x + _REACH_M, y + _REACH_M)
        part = self.open_part(shut) if far else self._around(box, shut)
        if part.is_empty:
            return None
        point = shapely.Point(x, y)
        rows = sorted(self._tree.query(point, predicate="intersects").tolist())
        for space in [s for s in self._spaces if s.id == place.element] + [self._spaces[row] for row in rows]:
            own = shapely.intersection(part, space.footprint)
            if not own.is_empty and shapely.distance(own, point) <= SNAP_M:
                return _nearest_in(own, point)
        return _nearest_in(part, point)

    def usable(self, lines: Floats, *, shut: Collection[str], least_width_m: float) -> NDArray[np.bool_]:
        """(K,): whether straight ways (K, 4) are open and wide enough."""
        good = np.ones(len(lines), np.bool_)
        if len(lines) and shut:
            good &= ~self.ways.blocked(lines, shut)
        if len(lines) and least_width_m > 0:
            good &= np.isinf(self.ways.widths(lines, below=least_width_m - _INSIDE_M))
        return good

    def _around(self, box: Box, shut: Collection[str]) -> BaseGeometry:
        """What is left in a box."""
        gone = self._gone_near(self._shut(shut), box) if shut else []
        here = self._windows.cut(box)
        return as_multipolygon(shapely.difference(here, shapely.union_all(gone)) if gone else here)


def _nearest_in(area: BaseGeometry, point: shapely.Point) -> tuple[float, float]:
    x, y = shapely.get_coordinates(shapely.shortest_line(area, point))[0].tolist()
    return x, y
