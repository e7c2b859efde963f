"""Ways across venues that touch: through the doors they share.

Every venue keeps its own graph. Above them lies a small one of the doors alone (portals): what it takes from portal to
portal inside a venue is measured when it is first asked for and kept, so that a city of venues answers as fast as the few that
a way leads through.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from indoor3d.errors import Indoor3dError, NoRoute
from indoor3d.models.korean import with_particle
from indoor3d.models.state import Effects
from indoor3d.routing.cost import Options
from indoor3d.routing.journey import Journey, Stop, journey
from indoor3d.routing.place import Place, find_place

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

NEAR_M = 5.0
"""Two venues draw the door they share within this of one another: about the error of their places on Earth (D)."""
_MOST_VENUES = 50
"""Venues that are looked through for one way."""
_KEPT = 512

Portal = tuple[str, str]
"""Venue and exit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A door that two venues share, seen from each."""

    one: Portal
    other: Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who moves, and what is closed; the state of a venue is asked for by its id."""

    profile: str = "walk"
    closed: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    effects: Callable[[str], Effects] = lambda _venue: Effects()

    def of(self, graph: "NavGraph") -> dict[str, Any]:
        """What of this concerns one venue."""
        here = tuple(name for name in self.closed if name in graph.building.by_id)
        return {
            "profile": self.profile,
            "closed": here,
            "options": self.options,
            "effects": self.effects(graph.building.venue.id),
        }


class City:
    """Venues that touch.

    Parameters
    ----------
    load : callable
        Gives the graph of a venue by its id, None where there is no such venue; it keeps what it loads.
    """

    def __init__(self, load: "Callable[[str], NavGraph | None]") -> None:
        self._load = load
        self._between: dict[Any, tuple[tuple[Portal, Portal, float], ...]] = {}
        self._lock = Lock()

    def journey(self, start: tuple[str, Stop], goal: tuple[str, Stop], asked: Asked) -> tuple[Journey, ...]:
        """Find the best way from a stop in one venue to a stop in another, or in the same.

        Returns
        -------
        tuple of Journey
            One for every venue that is passed, in order.

        Raises
        ------
        NoRoute
            Nothing leads from the one venue to the other.
        OffNetwork, UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition
        """
        (first, origin), (last, target) = start, goal
        graphs = self._graphs(first)
        if first == last:
            return (journey(graphs[first], (origin, target), **asked.of(graphs[first])),)
        if last not in graphs:
            raise _apart(first, last)
        overlay = self._overlay(graphs, asked)
        for venue, stop, outward in ((first, origin, True), (last, target, False)):
            graph = graphs[venue]
            for portal, seconds in self._ends(graph, stop, asked, outward=outward):
                ends = (_HERE, portal) if outward else (portal, _THERE)
                overlay.add_edge(*ends, seconds=seconds)
        try:
            path = nx.dijkstra_path(overlay, _HERE, _THERE, weight="seconds")[1:-1]
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            raise _apart(first, last) from None
        return tuple(self._parts(graphs, path, origin, target, asked))

    def _parts(
        self, graphs: "dict[str, NavGraph]", path: Sequence[Portal], origin: Stop, target: Stop, asked: Asked
    ) -> Iterator[Journey]:
        """The ways inside each venue: where the next portal is another venue's, this venue is left by the one before."""
        here = origin
        for (venue, out), (following, into) in pairwise(path):
            if venue != following:
                graph = graphs[venue]
                there = Stop(places=(find_place(graph.building, out),))
                yield journey(graph, (here, there), **asked.of(graph))
                here = Stop(places=(find_place(graphs[following].building, into),))
        graph = graphs[path[-1][0]]
        yield journey(graph, (here, target), **asked.of(graph))

    def _graphs(self, first: str) -> "dict[str, NavGraph]":
        """The venues that can be reached through shared doors, nearest first."""
        found: dict[str, NavGraph] = {}
        waiting = [first]
        while waiting and len(found) < _MOST_VENUES:
            venue = waiting.pop(0)
            graph = None if venue in found else self._load(venue)
            if graph is not None:
                found[venue] = graph
                waiting += sorted({e.adjoins for e in graph.building.exits if e.adjoins} - found.keys())
        return found

    def _overlay(self, graphs: "dict[str, NavGraph]", asked: Asked) -> nx.DiGraph:
        """The portals: across every door, and from each to each inside a venue."""
        overlay = nx.DiGraph()
        used: dict[str, set[str]] = {}
        for door in shared_doors(graphs):
            for one, other in ((door.one, door.other), (door.other, door.one)):
                overlay.add_edge(one, other, seconds=0.0)
                used.setdefault(one[0], set()).add(one[1])
        for venue, exits in used.items():
            for one, other, seconds in self._inside(graphs[venue], sorted(exits), asked):
                overlay.add_edge(one, other, seconds=seconds)
        return overlay

    def _inside(
        self, graph: "NavGraph", exits: Sequence[str], asked: Asked
    ) -> tuple[tuple[Portal, Portal, float], ...]:
        """What it takes from every portal of a venue to every other; kept as long as nothing changes there."""
        here = asked.of(graph)
        conditions = graph.conditions(
            here["profile"], here["closed"], visited=exits, options=here["options"], effects=here["effects"]
        )
        key = (graph.building.venue.id, id(graph), conditions.key, tuple(exits))
        with self._lock:
            kept = self._between.get(key)
        if kept is not None:
            return kept
        nav, venue = graph.for_body(conditions.profile), graph.building.venue.id
        places = [find_place(graph.building, name) for name in exits]
        found = []
        for name, place in zip(exits, places, strict=True):
            try:
                seconds = nav.measured(place, places, conditions).duration_s.tolist()
            except Indoor3dError:
                continue
            found += [
                ((venue, name), (venue, other), value)
                for other, value in zip(exits, seconds, strict=True)
                if other != name and math.isfinite(value)
            ]
        made = tuple(found)
        with self._lock:
            while len(self._between) >= _KEPT:
                self._between.pop(next(iter(self._between)))
            self._between[key] = made
        return made

    def _ends(self, graph: "NavGraph", stop: Stop, asked: Asked, *, outward: bool) -> Iterator[tuple[Any, float]]:
        """What it takes from a stop to the portals of its venue, or back."""
        here, venue = asked.of(graph), graph.building.venue.id
        exits = [e.id for e in graph.building.exits if e.adjoins]
        conditions = graph.conditions(
            here["profile"],
            here["closed"],
            visited={*exits, *(place.element for place in stop.places)},
            options=here["options"],
            effects=here["effects"],
        )
        nav = graph.for_body(conditions.profile)
        portals = [find_place(graph.building, name) for name in exits]
        best: dict[str, float] = {}
        starts, goals = (stop.places, portals) if outward else (portals, stop.places)
        for start in starts:
            for goal, seconds in zip(goals, self._measured(nav, start, goals, conditions), strict=True):
                name = goal.element if outward else start.element
                best[name] = min(best.get(name, math.inf), seconds)
        for name, seconds in best.items():
            if math.isfinite(seconds):
                yield (venue, name), seconds

    @staticmethod
    def _measured(nav: "NavGraph", start: Place, goals: Sequence[Place], conditions: Any) -> list[float]:
        try:
            seconds: list[float] = nav.measured(start, goals, conditions).duration_s.tolist()
        except Indoor3dError:
            return [math.inf] * len(goals)
        return seconds


_HERE, _THERE = "here", "there"


def shared_doors(graphs: "dict[str, NavGraph]") -> tuple[Door, ...]:
    """The doors that two venues share: an exit of each that says it adjoins the other, near one another on Earth."""
    exits = {
        (venue, one.id): (one.adjoins, graph.building.frame.to_ecef([one.position])[0])
        for venue, graph in graphs.items()
        for one in graph.building.exits
        if one.adjoins in graphs
    }
    found = []
    for one, (adjoins, at) in sorted(exits.items()):
        across = [
            (float(np.linalg.norm(there - at)), other)
            for other, (back, there) in exits.items()
            if other[0] == adjoins and back == one[0]
        ]
        distance, other = min(across, default=(math.inf, one))
        if distance <= NEAR_M and one < other:
            found.append(Door(one=one, other=other))
    return tuple(found)


def _apart(first: str, last: str) -> NoRoute:
    return NoRoute(
        f"No way leads inside from venue {first} to venue {last}.",
        ko=f"장소 {first}에서 {with_particle(last, '으로')} 이어진 실내 길이 없습니다.",
        blocked_by=[],
        venues=[first, last],
    )
