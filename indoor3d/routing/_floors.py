"""Putting places into a network: which surface, where exactly, and the straight ways from there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.errors import InvalidPosition, OffNetwork
from indoor3d.models.building import Building, Space
from indoor3d.models.network import Network
from indoor3d.routing._level_edges import Ways
from indoor3d.routing._shapes import offset
from indoor3d.routing.place import Place, on_floor
from indoor3d.routing.visibility import FreeSpace
from indoor3d.routing.walkable import as_multipolygon, walkable

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

SNAP_M = 1.5
"""How far a place may be moved to where a body fits (INGESTION.md §4)."""
_INSIDE_M = 1e-6
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
    """The surfaces of a network, prepared when they are first asked about."""

    def __init__(self, building: Building, network: Network, ways: Sequence[Ways] | None) -> None:
        self.building, self.network = building, network
        self._given = ways
        self._spaces: dict[int, FreeSpace] = {}
        self._nodes: dict[int, Indices] = {}

    @cached_property
    def ways(self) -> Sequence[Ways]:
        """What is known about straight ways, by surface; rebuilt from the building when the network was stored."""
        if self._given is not None:
            return self._given
        return tuple(Ways(surface) for surface in walkable(self.building, radius_m=self.network.radius_m))

    def free(self, surface: int) -> FreeSpace:
        """The free space of a surface, prepared."""
        if surface not in self._spaces:
            self._spaces[surface] = FreeSpace(self.network.surfaces[surface].free)
        return self._spaces[surface]

    def nodes(self, surface: int) -> Indices:
        """Nodes of a surface: its corners first."""
        if surface not in self._nodes:
            self._nodes[surface] = np.flatnonzero(self.network.node_surface == surface)
        return self._nodes[surface]

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
            at = self._nearest(index, place, shut)
            if at is not None:
                distance = float(np.hypot(at[0] - place.x_m, at[1] - place.y_m))
                offers.append((round(distance, 6), index, float(at[0]), float(at[1])))
        near = [offer for offer in offers if offer[0] <= SNAP_M]
        if not near:
            for space in self.building.spaces:
                landings = self.landings(space) if space.id == place.element else []
                if landings:
                    return landings[0]
            raise self._off(place, min(offers, default=None))
        self._refuse_ambiguous(place, near)
        _, surface, x, y = self._choose(place, near)
        return Spot(place=place, surface=surface, x_m=x, y_m=y)

    def _inside(self, place: Place, shut: Collection[str]) -> Spot | None:
        """The place in a space meant as a whole that is nearest to its middle; None where a place is meant by itself.

        The middle may lie under stairs or in a shaft: what is nearest to it may then be another room.
        """
        space = next((s for s in self.building.spaces if s.id == place.element), None)
        if space is None:
            return None
        middle = shapely.Point(place.x_m, place.y_m)
        for index, ways in enumerate(self.ways):
            if space.id not in {s.id for s in ways.surface.spaces}:
                continue
            part = shapely.intersection(self.open_part(index, shut), space.footprint)
            if part.is_empty or part.distance(middle) == 0.0:
                return None
            large = [p for p in shapely.get_parts(part) if p.area >= _POCKET_M2]
            part = shapely.union_all(large) if large else part
            x, y = shapely.get_coordinates(shapely.shortest_line(part, middle))[0]
            x, y = self.free(index).nearest([(x, y)])[0].tolist()
            return Spot(place=replace(place, x_m=x, y_m=y), surface=index, x_m=x, y_m=y)
        return None

    def landings(self, space: Space) -> list[Spot]:
        """Where the connectors that fill a space meet the floors they join: what people in it step onto."""
        own = [
            c.id
            for c in self.building.connectors
            if c.footprint.intersection(space.footprint).area > _FILLED * space.footprint.area
        ]
        found = []
        for index, ways in enumerate(self.ways):
            for (connector, _), (x, y) in sorted(ways.surface.attachments.items()):
                if connector in own:
                    floor = ways.surface
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
        free, nodes = self.free(surface), self.nodes(surface)
        count = len(free.corners)
        seen = free.visible_corners_many(points).astype(np.intp)
        loose = nodes[count:]
        places = self.network.node_position[loose, :2]
        row, which = (i.ravel() for i in np.indices((len(points), len(loose))))
        sees = free.sees_many(points[row], places[which]) if len(row) else np.zeros(0, np.bool_)
        rows = np.concatenate([seen[:, 0], row[sees]])
        found = np.concatenate([nodes[seen[:, 1]], loose[which[sees]]])
        starts, ends = points[rows], self.network.node_position[found, :2]
        good = self._usable(surface, starts, ends, shut=shut, least_width_m=least_width_m)
        return rows[good], found[good], np.hypot(*(ends - starts)[good].T)

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
        good &= self._usable(a.surface, starts, points, shut=shut, least_width_m=least_width_m)
        return np.where(good, np.hypot(*(points - starts).T), np.inf)

    def open_part(self, surface: int, shut: Collection[str]) -> BaseGeometry:
        """The free space of a surface that is left when some openings are shut."""
        ways = self.ways[surface]
        closed = [i for i, p in enumerate(ways.surface.passages) if p.id in shut]
        free = self.network.surfaces[surface].free
        if not closed:
            return free
        gone = list(offset(ways.closures.opened[closed], 2 * _INSIDE_M))
        gone += [offset(area, 2 * _INSIDE_M) for members, area in ways.closures.joint if set(members) <= set(closed)]
        return as_multipolygon(shapely.difference(free, shapely.union_all(gone)))

    def _usable(
        self, surface: int, starts: Floats, ends: Floats, *, shut: Collection[str], least_width_m: float
    ) -> NDArray[np.bool_]:
        good = np.ones(len(ends), np.bool_)
        if not len(ends) or not (shut or least_width_m > 0):
            return good
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        ways = self.ways[surface]
        if shut:
            good &= ~ways.blocked(lines, shut)
        if least_width_m > 0:
            good &= ways.widths(lines) >= least_width_m - _INSIDE_M
        return good

    def _candidates(self, place: Place) -> list[int]:
        surfaces = self.network.surfaces
        if place.level is not None:
            here = [i for i, s in enumerate(surfaces) if s.level == place.level]
            close = [i for i in here if place.z_m is not None and on_floor(surfaces[i].floor_m, place.z_m)]
            return close or here
        return [i for i, s in enumerate(surfaces) if place.z_m is None or on_floor(s.floor_m, place.z_m)]

    def _nearest(self, surface: int, place: Place, shut: Collection[str]) -> Floats | None:
        """The nearest free place, in the space that the place lies in where that has one near."""
        free, at = self.free(surface), np.array([[place.x_m, place.y_m]])
        part = self.open_part(surface, shut)
        if part.is_empty:
            return None
        if shapely.intersects_xy(part, *at[0]) or (not shut and bool(free.contains(at)[0])):
            inside: Floats = at[0]
            return inside
        point = shapely.Point(at[0])
        for space in self.ways[surface].surface.spaces:
            if space.id == place.element or space.footprint.covers(point):
                own = shapely.intersection(part, space.footprint)
                if not own.is_empty and shapely.distance(own, point) <= SNAP_M:
                    return _nearest_in(own, point)
        return _nearest_in(part, point)

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

    def _off(self, place: Place, nearest: tuple[float, int, float, float] | None) -> OffNetwork:
        context: dict[str, Any] = {"position": [place.x_m, place.y_m], "level": place.level, "element": place.element}
        if nearest is None:
            return OffNetwork(
                "There is no walkable floor at this level or height.",
                ko="이 층이나 높이에는 걸을 수 있는 바닥이 없습니다.",
                **context,
            )
        distance, surface, x, y = nearest
        floor = self.network.surfaces[surface]
        return OffNetwork(
            f"The nearest walkable place is {distance:.1f} m away, more than {SNAP_M} m.",
            ko=f"가장 가까운 걸을 수 있는 곳이 {distance:.1f} m 떨어져 있습니다(한도 {SNAP_M} m).",
            **context | {"nearest": [x, y, floor.floor_m], "distance_m": distance, "level": floor.level},
        )


def _nearest_in(area: BaseGeometry, point: shapely.Point) -> Floats:
    found: Floats = shapely.get_coordinates(shapely.shortest_line(area, point))[0]
    return found
