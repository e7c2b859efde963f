"""The way out of one person while doors close: never through what will be shut when they get there.

Exact on the same graph as all routes, with the same geometry. Closings are known beforehand (a fire door that falls at minute 2, smoke that is at a stair at
minute 3): a passage has to end before them. What is closed now is a condition, not a closing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidScenario, NoOpenExit, NoRoute
from indoor3d.models.building import Connector, Opening
from indoor3d.routing import _compose
from indoor3d.routing._closed import expand
from indoor3d.routing._floors import Spot
from indoor3d.routing.evacuation.escape import evacuate
from indoor3d.routing.path import Arcs, tree
from indoor3d.routing.place import Place
from indoor3d.routing.route import Escape, Route

if TYPE_CHECKING:
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Something on a way that closes later: it is behind the person at ``passed_s``, and closes ``margin_s`` after that."""

    element: str
    passed_s: float
    closes_s: float
    margin_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimedEscape:
    """The way out of one person under closings.

    Parameters
    ----------
    escape : Escape
        Its route, or why there is none.
    arrive_s : float or None
        When they are out, from the start of the incident.
    passed : tuple of Passed
        What closes on their way, in order; the least margin is how long they may hesitate.
    """

    escape: Escape
    arrive_s: float | None
    passed: tuple[Passed, ...] = ()

    @property
    def spare_s(self) -> float | None:
        """How much later they could leave by this way; None where nothing on it closes."""
        return min((p.margin_s for p in self.passed), default=None)


def escape_in_time(
    graph: "NavGraph",
    place: Place,
    conditions: "Conditions",
    *,
    closes: Mapping[str, float],
    opens: Mapping[str, float] | None = None,
    depart_s: float = 0.0,
) -> TimedEscape:
    """Find the exit that somebody reaches first.

    Parameters
    ----------
    graph : NavGraph
        For the body of the profile.
    place : Place
    conditions : Conditions
        Of an emergency.
    closes : mapping of str to float
        When openings, connectors, exits and spaces close, seconds from the start of the incident. From a space that closes, people who are in it still leave.
    opens : mapping of str to float, optional
        Before when nobody passes.
    depart_s : float
        When the person sets out.

    Raises
    ------
    NoOpenExit
        No exit is open even now.
    UnknownElement
    InvalidScenario
        A time is not a number.
    """
    alone = evacuate(graph, [place], conditions).escapes[0]
    if not closes and not opens:
        arrive = None if alone.route is None else depart_s + alone.route.duration_s
        return TimedEscape(escape=alone, arrive_s=arrive)
    if alone.route is None:
        return TimedEscape(escape=alone, arrive_s=None)
    shut = _Times.of(graph, conditions, closes, within=alone.space)
    locked = _Times.of(graph, conditions, opens or {}, within="", latest=True)
    spot = graph.floors.spot(place, shut=conditions.closed.elements)
    search = _Search.of(graph, conditions, shut=shut, locked=locked)
    found = search.run(spot, depart_s)
    if found is None:
        problem = _cut_off(alone.route, shut, depart_s=depart_s)
        return TimedEscape(escape=replace(alone, exit=None, route=None, problem=problem), arrive_s=None)
    return search.told(spot, alone, found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Times:
    """A moment for elements and for exits."""

    element: Mapping[str, float]
    exit: Mapping[str, float]

    @classmethod
    def of(
        cls, graph: "NavGraph", conditions: "Conditions", at: Mapping[str, float], *, within: str, latest: bool = False
    ) -> "_Times":
        """Spread moments over what ids mean: of several for one element the first holds, or the last."""
        element: dict[str, float] = {}
        exits: dict[str, float] = {}
        choose = max if latest else min
        for ident, moment in at.items():
            if not isinstance(moment, int | float) or not np.isfinite(moment):
                raise InvalidScenario(
                    f"{ident}: {moment!r} is no time.", ko=f"{ident}: {moment!r} 값은 시각이 아닙니다.", element=ident
                )
            if ident == within:
                continue
            names, doors = _meant(graph, ident)
            for found, some in ((element, names - conditions.closed.elements), (exits, doors)):
                for name in some:
                    found[name] = choose(moment, found.get(name, moment))
        return cls(element=element, exit=exits)


def _meant(graph: "NavGraph", ident: str) -> tuple[frozenset[str], frozenset[str]]:
    """Elements and exits that close with an id; most are openings and connectors, which need no looking around."""
    named = graph.building.by_id.get(ident)
    if isinstance(named, Opening | Connector):
        return frozenset([ident]), frozenset(e.id for e in graph.building.exits if e.opening == ident)
    meant = expand(graph.slim, [ident])
    return meant.elements, meant.exits


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """A graph with its arcs' moments."""

    graph: "NavGraph"
    conditions: "Conditions"
    shut: _Times
    locked: _Times
    arcs: Arcs
    opens: Floats
    closes: Floats
    bound: Floats
    until: Floats

    @classmethod
    def of(cls, graph: "NavGraph", conditions: "Conditions", *, shut: _Times, locked: _Times) -> "_Search":
        costs = graph.arcs(conditions)
        seconds = np.where(np.isfinite(costs.weight), graph.weights.seconds(conditions), np.inf)
        arcs = Arcs(rows=costs.rows, weight=seconds)
        opens, closes = np.zeros(len(seconds)), np.full(len(seconds), np.inf)
        for name, moment in shut.element.items():
            through = graph.weights.arcs_through([name])
            closes[through] = np.minimum(closes[through], moment)
        for name, moment in locked.element.items():
            through = graph.weights.arcs_through([name])
            opens[through] = np.maximum(opens[through], moment)
        until = np.full(graph.rows.count, -np.inf)
        unsafe = {e.id for e in graph.building.exits if not e.outside}
        for ident, node in zip(graph.network.exit_id, graph.network.exit_node.tolist(), strict=True):
            if ident not in conditions.closed.exits | unsafe:
                until[node] = max(until[node], shut.exit.get(ident, np.inf))
        goals = np.flatnonzero(until > -np.inf)
        if not len(goals):
            raise NoOpenExit(
                "No exit is open.", ko="열린 출구가 없습니다.", exits=[], closed=list(conditions.closed.asked)
            )
        bound = tree(arcs.turned(), goals).cost
        return cls(
            graph=graph,
            conditions=conditions,
            shut=shut,
            locked=locked,
            arcs=arcs,
            opens=opens,
            closes=closes,
            bound=bound,
            until=until,
        )

    def run(self, spot: Spot, depart_s: float) -> "tuple[int, Floats, NDArray[np.int32]] | None":
        """The exit's node, when nodes are reached, and by which arc."""
        from indoor3d.routing.evacuation._earliest_kernels import earliest  # noqa: PLC0415 - numba loads when it is needed

        link = self.graph.link(spot, self.conditions)
        begun = self._linked(spot, link.nodes, depart_s, np.asarray(link.seconds, np.float64))
        rows = self.arcs.rows
        arrival, before = np.empty(rows.count), np.empty(rows.count, np.int32)
        nodes = np.asarray(link.nodes, np.int32)
        goal = earliest(
            rows.start,
            rows.head,
            self.arcs.weight,
            self.opens,
            self.closes,
            nodes,
            begun,
            self.bound,
            self.until,
            arrival,
            before,
        )
        return None if goal < 0 else (int(goal), arrival, before)

    def _linked(self, spot: Spot, nodes: NDArray[np.intp], depart_s: float, seconds: Floats) -> Floats:
        """When the nodes that a spot sees are reached; a straight way through an opening that shuts before that is none."""
        at = self.graph.network.node_position[nodes, :2]
        lines = np.concatenate([np.broadcast_to([spot.x_m, spot.y_m], at.shape), at], axis=1)
        reached = np.empty(len(nodes))
        for number, crossed in enumerate(self.graph.floors.ways[spot.surface].crossed(lines)):
            wait = max((self.locked.element.get(name, 0.0) for name in crossed), default=0.0)
            then = max(depart_s, wait) + seconds[number]
            shut = min((self.shut.element.get(name, np.inf) for name in crossed), default=np.inf)
            reached[number] = then if then <= shut else np.inf
        return reached

    def told(self, spot: Spot, alone: Escape, found: "tuple[int, Floats, NDArray[np.int32]]") -> TimedEscape:
        """Put the way together, and what closes on it."""
        goal, arrival, before = found
        rows, network = self.arcs.rows, self.graph.network
        path: list[int] = []
        while before[goal if not path else rows.tail[path[-1]]] >= 0:
            path.append(int(before[goal if not path else rows.tail[path[-1]]]))
        path.reverse()
        enters = int(rows.tail[path[0]]) if path else goal
        thread = _compose.Thread(enters=enters, leaves=goal, labels=tuple(rows.label[path].tolist()))
        x, y, z = network.node_position[goal].tolist()
        surface = int(network.node_surface[goal])
        ident = self._exit_at(goal)
        place = Place(x_m=x, y_m=y, z_m=z, level=network.surfaces[surface].level, element=ident)
        last = Spot(place=place, surface=surface, x_m=x, y_m=y)
        route = _compose.route(self.graph, spot, last, thread=thread, conditions=self.conditions)
        passed = self._passed(spot, enters, path, arrival)
        if ident in self.shut.exit:
            passed.append(_behind(ident, float(arrival[goal]), self.shut.exit[ident]))
        return TimedEscape(
            escape=replace(alone, exit=ident, route=route, problem=None),
            arrive_s=float(arrival[goal]),
            passed=tuple(passed),
        )

    def _exit_at(self, node: int) -> str:
        at_node = [
            i
            for i, n in zip(self.graph.network.exit_id, self.graph.network.exit_node.tolist(), strict=True)
            if n == node
        ]
        return max(at_node, key=lambda ident: (self.shut.exit.get(ident, np.inf), ident))

    def _passed(self, spot: Spot, enters: int, path: list[int], arrival: Floats) -> list[Passed]:
        network, rows = self.graph.network, self.arcs.rows
        line = np.array([[spot.x_m, spot.y_m, *network.node_position[enters, :2]]])
        behind = [(name, float(arrival[enters])) for name in self.graph.floors.ways[spot.surface].crossed(line)[0]]
        for arc in path:
            edge = int(rows.label[arc]) >> 1
            low, high = network.edge_element_start[edge : edge + 2]
            behind += [
                (network.elements[i], float(arrival[rows.head[arc]])) for i in network.edge_element[low:high].tolist()
            ]
        return [_behind(name, moment, self.shut.element[name]) for name, moment in behind if name in self.shut.element]


def _behind(element: str, passed_s: float, closes_s: float) -> Passed:
    return Passed(element=element, passed_s=passed_s, closes_s=closes_s, margin_s=closes_s - passed_s)


def _cut_off(route: Route, shut: _Times, *, depart_s: float) -> NoRoute:
    """Who is in the way: what closes on the way that there would be."""
    moments = {**shut.element, **shut.exit}
    named = [name for leg in route.legs for name in leg.elements if name in moments] or sorted(moments)[:10]
    blocked = [
        {"element": name, "closes_s": moments[name], "reason": "closes-in-time"} for name in dict.fromkeys(named)
    ]
    first = blocked[0]["element"] if blocked else ""
    return NoRoute(
        f"Every way out closes before somebody who leaves at {depart_s:g} s is through; the quickest takes {route.duration_s:.0f} s.",
        ko=f"{depart_s:g}초에 출발하면 지나가기 전에 모든 대피로가 닫힙니다. 가장 빠른 길은 {route.duration_s:.0f}초 걸립니다.",
        element=first,
        blocked_by=blocked,
    )


__all__ = ["Passed", "TimedEscape", "escape_in_time"]
