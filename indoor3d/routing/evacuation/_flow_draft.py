"""A flow network while it is put together: nodes, arcs and passages as lists."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.errors import NoOpenExit
from indoor3d.models.building import Connector, Exit, Space
from indoor3d.models.flow import Basis, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Access, ConnectorCategory, Mode, OpeningCategory
from indoor3d.routing.evacuation._flow_floor import Inside, Point, cells_of, net_floor_m2, shares, space_of
from indoor3d.routing.evacuation._flow_passages import (
    USUAL_DOOR_M,
    Door,
    Steps,
    Width,
    connector_steps,
    connector_width,
    door_width,
    doors,
)
from indoor3d.routing.evacuation.escape import Field, exit_field, street

if TYPE_CHECKING:
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]

CELL_M2 = 50.0
"""About how large a cell is: 7 m across, 6 s of walking."""
LANE_M = 4.0
"""An opening wider than this is passed in several places, so that nobody walks to its middle; its width counts once."""
DETOUR = 1.005
"""An arc is left out where the way over another mouth of the space is at most this much longer."""
_CORNERS = 12
_TIE_M = 1e-6
_MOVED = frozenset({ConnectorCategory.LIFT, ConnectorCategory.WHEELCHAIR_LIFT})


@dataclass(slots=True, kw_only=True)
class Node:
    """One node; ``group`` is the space that ways from it are in, and differs from its own where that has no floor."""

    id: str
    kind: NodeKind
    space: str
    level: str
    point: Point
    group: str = ""
    seed: tuple[float, float] = (0.0, 0.0)
    area_m2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One passage."""

    element: str
    width: Width
    steps: Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """A way from one mouth to another, or out, through an element."""

    source: int
    target: int
    passage: int
    mode: Mode
    length_m: float
    climb_m: float


class Draft:
    """The flow network of one roadmap.

    Parameters
    ----------
    graph : NavGraph
        Of the body that moves.
    conditions : Conditions
        Of an emergency.
    safe : frozenset of str
        Spaces and exits that are declared safe.
    stopped : frozenset of str
        Escalators and moving walks that stand.
    gates : {"open", "shut"}
    cell_m2 : float
    """

    def __init__(
        self,
        graph: "NavGraph",
        conditions: "Conditions",
        *,
        safe: frozenset[str],
        stopped: frozenset[str],
        gates: Literal["open", "shut"],
        cell_m2: float,
    ) -> None:
        self.graph, self.conditions, self.building = graph, conditions, graph.building
        self.inside = Inside(graph)
        self.safe, self.stopped, self.gates, self.cell_m2 = safe, stopped, gates, cell_m2
        self.street = street(self.building)
        self.spaces = {s.id: s for s in self.building.spaces if s.walkable}
        self.closed = conditions.closed.elements
        self.nodes: list[Node] = []
        self.passages: list[Limit] = []
        self.ways: list[Through] = []
        self.arcs: list[tuple[int, int, int, int, float, float]] = []
        self._pieces: dict[str, list[BaseGeometry]] = {}
        self._field = self._exit_field()

    def build(self) -> None:
        """Make nodes, then arcs, then areas."""
        self._add_cells()
        self._add_refuges()
        self._add_sinks()
        self._add_connectors()
        self._add_doors()
        self._add_arcs()
        self._share_areas()

    def _exit_field(self) -> Field | None:
        try:
            return exit_field(self.graph, self.conditions)
        except NoOpenExit:
            if self.safe - self.conditions.closed.exits:
                return None
            raise

    def _add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    # --- where people stand

    def _add_cells(self) -> None:
        cells = [(space, cell) for space in self._indoor() for cell in self._cells(space)]
        points = self._worst([(space.id, cell) for space, cell in cells if isinstance(cell, shapely.Geometry)])
        number: dict[str, int] = defaultdict(int)
        for space, cell in cells:
            ident = f"{space.id}#{number[space.id]}"
            number[space.id] += 1
            if isinstance(cell, shapely.Geometry):
                middle = shapely.centroid(cell)
                node = Node(
                    id=ident,
                    kind=NodeKind.CELL,
                    space=space.id,
                    level=space.level,
                    point=points.pop(0),
                    group=space.id,
                    seed=(middle.x, middle.y),
                )
            else:
                point, group = cell
                seed = (point.x_m, point.y_m)
                node = Node(
                    id=ident, kind=NodeKind.CELL, space=space.id, level=space.level, point=point, group=group, seed=seed
                )
            self._add(node)

    def _indoor(self) -> list[Space]:
        return sorted((s for s in self.spaces.values() if s.id not in self.street), key=lambda s: s.id)

    def _cells(self, space: Space) -> "list[BaseGeometry | tuple[Point, str]]":
        """Pieces of free floor; of a space that has none, where its stairs are stepped onto; else where nobody can stand."""
        pieces = self.inside.parts.get(space.id, [])
        if not pieces and space.id in self.inside.home:
            part = self.graph.floors.floor(self.inside.home[space.id]).part(space, self.closed)
            pieces = [p for p in shapely.get_parts(part) if p.geom_type == "Polygon" and p.area > 0]
        if pieces:
            self._pieces[space.id] = pieces
            return list(cells_of(pieces, cell_m2=self.cell_m2))
        found: list[BaseGeometry | tuple[Point, str]] = []
        for spot in self.graph.floors.landings(space):
            floor = self.graph.network.surfaces[spot.surface].floor_m
            beside = space_of(self.graph, spot.surface, spot.x_m, spot.y_m)
            point = Point(surface=spot.surface, x_m=spot.x_m, y_m=spot.y_m, z_m=floor)
            found.append((point, space.id if beside is None else beside.id))
        if found:
            return found
        at = shapely.point_on_surface(space.footprint)
        return [(Point(surface=-1, x_m=at.x, y_m=at.y, z_m=space.floor_m), space.id)]

    def _worst(self, cells: Sequence[tuple[str, BaseGeometry]]) -> list[Point]:
        """The corner of every cell from which the way out is longest."""
        corners: dict[int, list[tuple[int, Point]]] = defaultdict(list)
        for row, (space, cell) in enumerate(cells):
            at = np.unique(np.round(shapely.get_coordinates(cell), 9), axis=0)
            if len(at) > _CORNERS:  # the outermost say most
                outer = shapely.get_coordinates(shapely.convex_hull(cell))[:-1]
                outer = outer[np.unique(np.linspace(0, len(outer) - 1, min(len(outer), _CORNERS)).astype(int))]
                at = np.vstack([outer, at[np.linspace(0, len(at) - 1, _CORNERS).astype(int)]])
            for point in self.inside.place(space, at):
                corners[point.surface].append((row, point))
        best: dict[int, tuple[float, Point]] = {}
        for surface, offers in corners.items():
            points = np.array([[p.x_m, p.y_m] for _, p in offers])
            seconds = np.zeros(len(offers))
            if self._field is not None:
                seconds = np.full(len(offers), np.inf)
                rows, link = self.graph.links_many(surface, points, self.conditions)
                np.minimum.at(seconds, rows, self._field.reached.cost[link.nodes] + link.cost)
            seconds[np.isinf(seconds)] = -1.0  # a corner that is shut off, unless all are
            for (row, point), value in zip(offers, seconds.tolist(), strict=True):
                if row not in best or value > best[row][0] + 1e-9:
                    best[row] = (value, point)
        return [best[row][1] for row in range(len(cells))]

    def _add_refuges(self) -> None:
        for refuge in sorted(self.building.refuges, key=lambda r: r.id):
            space = self.spaces.get(refuge.space)
            pieces = self.inside.parts.get(refuge.space, [])
            if space is None or not pieces or space.id in self.street:
                continue
            at = shapely.point_on_surface(pieces[0])
            (point,) = self.inside.place(space.id, np.array([[at.x, at.y]]))
            self._add(
                Node(
                    id=refuge.id,
                    kind=NodeKind.REFUGE,
                    space=space.id,
                    level=space.level,
                    point=point,
                    group=space.id,
                    seed=(at.x, at.y),
                )
            )

    def _add_sinks(self) -> None:
        self.sinks: dict[str, int] = {}
        network = self.graph.network
        for exit_, node in zip(network.exit_id, network.exit_node.tolist(), strict=True):
            one = next(e for e in self.building.exits if e.id == exit_)
            if one.id in self.conditions.closed.exits or not (one.outside or one.id in self.safe):
                continue
            x, y, z = network.node_position[node].tolist()
            point = Point(surface=int(network.node_surface[node]), x_m=x, y_m=y, z_m=z, node=node)
            self.sinks[one.id] = self._sink(
                one.id, one.level, point, kind=NodeKind.EXIT if one.outside else NodeKind.SAFE
            )
        for space in sorted({*self.safe, *self.street} & self.spaces.keys()):
            own = self.spaces[space]
            at = shapely.point_on_surface(own.footprint)
            point = Point(surface=-1, x_m=at.x, y_m=at.y, z_m=own.floor_m)
            self.sinks[space] = self._sink(f"{space}#safe", own.level, point, kind=NodeKind.SAFE, space=space)

    def _sink(self, ident: str, level: str, point: Point, *, kind: NodeKind, space: str = "") -> int:
        return self._add(Node(id=ident, kind=kind, space=space, level=level, point=point, area_m2=np.inf))

    # --- what they pass

    def _mouth(self, ident: str, group: str, point: Point) -> int:
        level = self.spaces[group].level
        seed = (point.x_m, point.y_m)
        return self._add(
            Node(id=ident, kind=NodeKind.MOUTH, space=group, level=level, point=point, group=group, seed=seed)
        )

    def _add_connectors(self) -> None:
        network = self.graph.network
        known = {c.id: c for c in self.building.connectors if c.category not in _MOVED and c.id not in self.closed}
        wanted = {i: known[name] for i, name in enumerate(network.elements) if name in known}
        moved = np.isin(network.edge_mode, [MODES.index(Mode(c.category)) for c in wanted.values()])
        edges = [
            (wanted[element], edge)
            for edge in np.flatnonzero(moved & (np.diff(network.edge_element_start) == 1)).tolist()
            if (element := int(network.edge_element[network.edge_element_start[edge]])) in wanted
        ]
        mouths: dict[tuple[str, int], int | None] = {}
        for connector, edge in sorted(edges, key=lambda pair: (pair[0].id, pair[1])):
            ends = [
                self._stop_mouth(connector, int(column[edge]), mouths)
                for column in (network.edge_from, network.edge_to)
            ]
            if ends[0] is None or ends[1] is None:
                continue
            passage = self._limit(connector.id, connector_width(connector), connector_steps(connector))
            length, climb = float(network.edge_length_m[edge]), float(network.edge_climb_m[edge])
            mode = MODES[network.edge_mode[edge]]
            both = not network.edge_oneway[edge] or connector.id in self.stopped
            for source, target, sign in ((ends[0], ends[1], 1.0), (ends[1], ends[0], -1.0))[: 1 + both]:
                self.ways.append(
                    Through(
                        source=source, target=target, passage=passage, mode=mode, length_m=length, climb_m=sign * climb
                    )
                )

    def _stop_mouth(self, connector: Connector, node: int, mouths: dict[tuple[str, int], int | None]) -> int | None:
        """The node where a connector's stop is stepped onto."""
        network = self.graph.network
        at = network.node_position[node]
        stop = int(np.argmin([np.linalg.norm(at - np.array(s.position)) for s in connector.stops]))
        if (connector.id, node) not in mouths:
            surface = int(network.node_surface[node])
            x, y = self.graph.floors.ways[surface].attachments.get((connector.id, stop), (float(at[0]), float(at[1])))
            space = space_of(self.graph, surface, x, y)
            if space is None:
                mouths[connector.id, node] = None
            else:
                point = Point(surface=surface, x_m=float(at[0]), y_m=float(at[1]), z_m=float(at[2]), node=node)
                mouths[connector.id, node] = self._mouth(f"{connector.id}#{stop}@{space.id}", space.id, point)
        return mouths[connector.id, node]

    def _limit(self, element: str, width: Width, steps: Steps) -> int:
        self.passages.append(Limit(element=element, width=width, steps=steps))
        return len(self.passages) - 1

    def _add_doors(self) -> None:
        exits = {e.opening: e for e in self.building.exits if e.id in self.sinks}
        leading: dict[frozenset[str], set[str]] = defaultdict(set)
        found = [
            door
            for door in doors(self.building, radius_m=self.graph.network.radius_m)
            if door.id not in self.closed
            and not (self.gates == "shut" and door.passage.opening.category is OpeningCategory.GATE)
        ]
        for door in found:
            leading[frozenset(s.id for s in door.spaces)].add(door.id)
        for door in found:
            beside = leading[frozenset(s.id for s in door.spaces)]
            self._add_door(door, exits.get(door.id), beside)
        self._add_bare_exits()

    def _add_door(self, door: Door, way_out: Exit | None, beside: Collection[str]) -> None:
        """Mouths before and behind an opening, and the ways through it."""
        lanes = door.lanes(LANE_M)
        indoors = [side for side, space in enumerate(door.spaces) if space.id not in self.street]
        through: list[tuple[int, int, float, float]] = []
        least = np.inf
        for number, lane in enumerate(lanes):
            suffix = f"~{number}" if len(lanes) > 1 else ""
            points = {side: self._before(door, side, lane[side]) for side in indoors}
            ready = {side: point for side, point in points.items() if point is not None}
            offers = list(self._through(door, ready, way_out, beside))
            if not offers:
                continue
            mouths = {
                side: self._mouth(f"{door.id}@{door.spaces[side].id}{suffix}", door.spaces[side].id, point)
                for side, point in ready.items()
            }
            for source, target, length, climb, width in offers:
                goal = mouths[target] if isinstance(target, int) else self.sinks[target]
                through.append((mouths[source], goal, length, climb))
                least = min(least, width)
        if through:
            passage = self._limit(door.id, door_width(door, least), Steps())
            mode = self._mode(door)
            for source, target, length, climb in through:
                self.ways.append(
                    Through(
                        source=source,
                        target=target,
                        passage=passage,
                        mode=mode(self.nodes[source].space, self.nodes[target].space),
                        length_m=length,
                        climb_m=climb,
                    )
                )

    def _before(self, door: Door, side: int, at: Floats) -> Point | None:
        space = door.spaces[side]
        if space.id not in self.inside.home:
            return None
        x, y = at.tolist()
        found = self.inside.nearest(space.id, x, y)
        if found is None:
            (found,) = self.inside.place(space.id, np.array([[x, y]]))
        return found

    def _through(
        self, door: Door, points: "dict[int, Point]", way_out: Exit | None, beside: Collection[str]
    ) -> "Iterator[tuple[int, int | str, float, float, float]]":
        """Ways through an opening: from a side, to a side or a sink; metres along and up, and the width on the way."""
        if len(points) == 2:
            length, width = self._length(points[0], points[1], door, beside)
            climb = points[1].z_m - points[0].z_m
            if np.isfinite(length):
                yield 0, 1, length, climb, width
                yield 1, 0, length, -climb, width
        if way_out is not None:
            goal = self.nodes[self.sinks[way_out.id]].point
            for side, point in points.items():
                length, width = self._length(point, goal, door, beside)
                if np.isfinite(length):
                    yield side, way_out.id, length, goal.z_m - point.z_m, width
        else:
            outside = [s for s in range(len(door.spaces)) if door.spaces[s].id in self.street]
            for side, point in points.items():
                for out in outside:
                    length = self._over_street(door, point, out, beside)
                    if np.isfinite(length):
                        yield side, door.spaces[out].id, length, 0.0, np.inf

    def _length(self, one: Point, other: Point, door: Door, beside: Collection[str]) -> tuple[float, float]:
        """Metres between places before and behind an opening, straight where they see each other; the width on the way."""
        if one.surface == other.surface and one.surface >= 0:
            line = np.array([[one.x_m, one.y_m, other.x_m, other.y_m]])
            ways, free = self.graph.floors.ways[one.surface], self.graph.floors.free(one.surface)
            if free.sees_many(line[:, :2], line[:, 2:])[0]:
                needs = [{ways.openings[row] for row in option} for option in ways.needs(line)[0]]
                if any(option <= {door.id} for option in needs):
                    return float(np.hypot(*(line[0, 2:] - line[0, :2]))), float(ways.widths(line)[0])
        for passing in ({door.id}, set(beside)):
            length = float(self.inside.between([0], [one, other], passing=passing)[0, 1])
            if np.isfinite(length):
                return length, np.inf
        return float("inf"), np.inf

    def _over_street(self, door: Door, point: Point, out: int, beside: Collection[str]) -> float:
        """Metres through an opening into the street and on to where an exit leads out."""
        outside = self._before(door, out, door.lanes(np.inf)[0][out])
        return (
            float("inf") if outside is None else self._length(point, outside, door, beside)[0] + self._to_exit(outside)
        )

    def _to_exit(self, point: Point) -> float:
        """Metres of level walking that a way from a place in the street to where an exit leads out is worth."""
        if self._field is None:
            return float("inf")
        if point.node >= 0:
            seconds = float(self._field.reached.cost[point.node])
        else:
            _, link = self.graph.links_many(point.surface, np.array([[point.x_m, point.y_m]]), self.conditions)
            seconds = float((self._field.reached.cost[link.nodes] + link.cost).min(initial=np.inf))
        return seconds * self.conditions.profile.level_mps

    def _mode(self, door: Door) -> "_Modes":
        return _Modes(gate=door.passage.opening.category is OpeningCategory.GATE, spaces=self.spaces)

    def _add_bare_exits(self) -> None:
        """Exits that the model draws no opening for: everybody in their space goes there, as if through a narrow door."""
        self.bare: dict[int, int] = {}
        for exit_ in self.building.exits:
            node = self.sinks.get(exit_.id)
            if node is None or exit_.opening:
                continue
            point = self.nodes[node].point
            space = space_of(self.graph, point.surface, point.x_m, point.y_m)
            if space is not None and space.id not in self.street:
                self.nodes[node].group = space.id
                self.bare[node] = self._limit(exit_.id, Width(width_m=USUAL_DOOR_M, basis=Basis.DEFAULT), Steps())

    # --- arcs

    def _add_arcs(self) -> None:
        useless = self._dead_ends()
        walk = MODES.index(Mode.WALK)
        kept = [w for w in self.ways if (w.passage, self.nodes[w.target].group) not in useless]
        for way in kept:
            self.arcs.append((way.source, way.target, way.passage, MODES.index(way.mode), way.length_m, way.climb_m))
        leading = {way.source for way in kept}
        by_surface: dict[int, list[int]] = defaultdict(list)
        for index, node in enumerate(self.nodes):
            if node.group and node.group not in self.street and node.point.surface >= 0:
                by_surface[node.point.surface].append(index)
        for members in by_surface.values():
            self._add_floor(members, leading)
        for index, node in enumerate(self.nodes):
            if (
                node.group in self.street
                and node.kind is NodeKind.MOUTH
                and np.isfinite(far := self._to_exit(node.point))
            ):
                self.arcs.append((index, self.sinks[node.group], -1, walk, far, 0.0))
        for space in sorted((self.safe - self.street) & self.sinks.keys() & self.spaces.keys()):
            for index, node in enumerate(self.nodes):
                if node.group == space and node.kind in {NodeKind.CELL, NodeKind.MOUTH}:
                    self.arcs.append((index, self.sinks[space], -1, walk, 0.0, 0.0))

    def _dead_ends(self) -> set[tuple[int, str]]:
        """Passages and the spaces that nobody has reason to enter by them: nothing leads on from there."""
        protected = {n.group for n in self.nodes if n.kind is NodeKind.REFUGE}
        protected |= {n.group for n in self.nodes if n.group and n.kind in {NodeKind.EXIT, NodeKind.SAFE}}
        protected |= (self.safe | self.street) & self.spaces.keys()
        joins: dict[str, set[int]] = defaultdict(set)
        ends: dict[int, set[str]] = defaultdict(set)
        for way in self.ways:
            one, other = self.nodes[way.source].group, self.nodes[way.target].group
            if not other or self.nodes[way.target].kind in {NodeKind.EXIT, NodeKind.SAFE}:
                protected.add(one)
            elif one != other:
                for space in (one, other):
                    joins[space].add(way.passage)
                    ends[way.passage].add(space)
        useless: set[tuple[int, str]] = set()
        waiting = sorted(space for space in joins if len(joins[space]) <= 1 and space not in protected)
        while waiting:
            space = waiting.pop()
            for passage in joins.pop(space, set()):
                useless.add((passage, space))
                for other in ends[passage] - {space}:
                    if other in joins:
                        joins[other].discard(passage)
                        if len(joins[other]) <= 1 and other not in protected:
                            waiting.append(other)
        return useless

    def _add_floor(self, members: Sequence[int], leading: Collection[int]) -> None:
        """Arcs on the free floor of the spaces of one surface."""
        goals = [i for i in members if self._is_goal(i, leading)]
        if not goals:
            return
        number = {index: row for row, index in enumerate(members)}
        points, groups = [self.nodes[i].point for i in members], [self.nodes[i].group for i in members]
        far = self.inside.between([number[i] for i in goals], points, spaces=groups)
        by_space: dict[str, list[int]] = defaultdict(list)
        for row, group in enumerate(groups):
            by_space[group].append(row)
        for group, rows in by_space.items():
            mine = [k for k, goal in enumerate(goals) if groups[number[goal]] == group]
            if mine:
                own = [goals[k] for k in mine]
                metres = self._opened(group, own, [members[row] for row in rows], far[np.ix_(mine, rows)])
                self._keep(own, [members[row] for row in rows], metres)

    def _is_goal(self, index: int, leading: Collection[int]) -> bool:
        return index in leading or index in self.bare or self.nodes[index].kind is NodeKind.REFUGE

    def _opened(self, space: str, goals: Sequence[int], members: Sequence[int], metres: Floats) -> Floats:
        """Ways that need an opening of the space open, for what has none without: floor that belongs to the opening."""
        lost = np.isinf(metres).any()
        if not lost:
            return metres
        passing = {o.id for o in self.building.openings if space in o.spaces} - self.closed
        rows = [list(members).index(goal) for goal in goals]
        points = [self.nodes[index].point for index in members]
        return np.where(np.isinf(metres), self.inside.between(rows, points, passing=passing), metres)

    def _keep(self, goals: Sequence[int], members: Sequence[int], metres: Floats) -> None:
        """Arcs from members to goals (``metres``: goals by members), less those that lead over another goal anyway."""
        walk = MODES.index(Mode.WALK)
        column = [list(members).index(goal) for goal in goals]
        among = metres[:, column]
        over = np.array([self.nodes[g].kind is NodeKind.MOUTH for g in goals], np.bool_)
        for row, goal in enumerate(goals):
            via = metres + among[:, row : row + 1]  # over another goal, to this one
            nearer = (metres < metres[row] - _TIE_M) & (among[:, row : row + 1] < metres[row] - _TIE_M) & over[:, None]
            nearer[row] = False
            pruned = (nearer & (via <= DETOUR * metres[row])).any(axis=0) & (self.nodes[goal].kind is NodeKind.MOUTH)
            for member, length, gone in zip(members, metres[row].tolist(), pruned.tolist(), strict=True):
                source = self.nodes[member]
                if member == goal or gone or not np.isfinite(length) or member in self.bare:
                    continue
                climb = self.nodes[goal].point.z_m - source.point.z_m
                self.arcs.append((member, goal, self.bare.get(goal, -1), walk, length, climb))

    # --- areas

    def _share_areas(self) -> None:
        """Give the floor of every space to its nodes, each what is nearest to it."""
        floor = net_floor_m2(self.graph)
        by_space: dict[str, list[int]] = defaultdict(list)
        for index, node in enumerate(self.nodes):
            if node.space and node.kind in {NodeKind.CELL, NodeKind.MOUTH, NodeKind.REFUGE}:
                by_space[node.space].append(index)
        for space, members in by_space.items():
            seeds = np.array([self.nodes[i].seed for i in members])
            for index, share in zip(members, shares(self._pieces.get(space, []), seeds).tolist(), strict=True):
                self.nodes[index].area_m2 = share * floor[space]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Modes:
    """How one passes an opening from one space to another."""

    gate: bool
    spaces: "dict[str, Space]"

    def __call__(self, source: str, target: str) -> Mode:
        if not self.gate:
            return Mode.WALK
        paid = [name in self.spaces and self.spaces[name].access is Access.PAID for name in (source, target)]
        return Mode.EXIT_GATE if paid[0] and not paid[1] else Mode.FARE_GATE
