"""NavGraph: questions about a network, answered for a profile and a set of closures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Building
from indoor3d.models.issue import Issue
from indoor3d.models.network import Network
from indoor3d.routing import _blocked, _compose, evacuation
from indoor3d.routing._closed import Closed, expand
from indoor3d.routing._floors import Floors, Spot
from indoor3d.routing._level_edges import Ways
from indoor3d.routing.cost import durations_s
from indoor3d.routing.interop import to_networkx
from indoor3d.routing.path import Arcs, Tree, Way, arcs, tree
from indoor3d.routing.place import Place, find_place
from indoor3d.routing.profile import PROFILES, Profile, find_profile
from indoor3d.routing.route import Distances, Evacuation, Route
from indoor3d.routing.view import GOAL, START, Link, NetworkxGraph, View

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Nodes = NDArray[np.intp]

_TIE_S_PER_M = 1e-9
_KEPT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Under which a question is asked.

    Parameters
    ----------
    profile : Profile
    closed : Closed
    emergency : bool
        No lifts, escalators walked as stairs.
    """

    profile: Profile
    closed: Closed
    emergency: bool = False


class NavGraph(NetworkxGraph):
    """The navigation graph of one building.

    It is a networkx graph, too (:mod:`indoor3d.routing.backend`): nodes are indices, weights are ``length_m`` or the id of a
    profile, as in ``nx.shortest_path(graph, 3, 17, weight="wheelchair")``. Conditions and places that are no nodes come with
    :meth:`view`.

    Parameters
    ----------
    building : Building
        Its mesh is not needed.
    network : Network
        Made from this building by :func:`~indoor3d.routing.build.build_navigation`, or the same stored and read back.
    ways : sequence of Ways, optional
        What the builder has at hand; prepared from the building when first needed otherwise.
    issues : tuple of Issue
        What was found while building.
    """

    def __init__(
        self,
        building: Building,
        network: Network,
        *,
        ways: Sequence[Ways] | None = None,
        issues: tuple[Issue, ...] = (),
    ) -> None:
        self.building, self.network, self.issues = building, network, issues
        self.floors = Floors(building, network, ways)
        self.connectors = frozenset(c.id for c in building.connectors)
        self._lock = Lock()
        self._rows: Arcs | None = None
        self._passing: tuple[dict[str, int], Indices, Indices] | None = None
        self._open: dict[tuple[str, bool], Arcs] = {}
        self._arcs: dict[tuple[str, frozenset[str], bool], Arcs] = {}
        self._seconds: dict[tuple[str, bool], tuple[Floats, Floats]] = {}

    def route(
        self, start: Place | str, goal: Place | str, *, profile: str = "walk", closed: Collection[str] = ()
    ) -> Route:
        """Find the quickest way; among equally quick ones the shortest.

        On one level a profile's time is its distance over one speed, so the way is the geometrically shortest.

        Parameters
        ----------
        start, goal : Place or str
            A string is understood as :func:`~indoor3d.routing.place.find_place` does.
        profile : str
        closed : collection of str
            Ids of openings, connectors, exits or spaces that cannot be passed.

        Raises
        ------
        OffNetwork
            A place is too far from any free space.
        NoRoute
            There is no way; ``context['blocked_by']`` says what is in it.
        UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition

        Examples
        --------
        >>> from indoor3d.routing.build import build_navigation
        >>> from tests.buildings import two_floors
        >>> graph = build_navigation(two_floors())
        >>> [str(leg.mode) for leg in graph.route("hall", "office").legs]
        ['walk', 'stairs', 'walk']
        >>> [str(leg.mode) for leg in graph.route("hall", "office", profile="wheelchair").legs]
        ['walk', 'lift', 'walk']
        """
        places = (self._place(start), self._place(goal))
        conditions = self.conditions(profile, closed, visited={place.element for place in places})
        first, last = (self._spot(place, conditions) for place in places)
        found = self.between(first, last, conditions)
        if found is None or (last.place.element in conditions.closed.exits):
            raise _blocked.no_route(self, first, last, conditions)
        return found

    def distances(
        self, start: Place | str, goals: Sequence[Place | str], *, profile: str = "walk", closed: Collection[str] = ()
    ) -> Distances:
        """Measure the quickest way from one place to many; infinite where there is none, or a goal is off the network.

        Raises
        ------
        OffNetwork
            The start is too far from any free space.
        UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition
        """
        conditions = self.conditions(profile, closed)
        first = self._spot(start, conditions)
        reached = self.reached(first, conditions)
        straight: Floats = np.hypot(*(self.network.node_position[:, :2] - (first.x_m, first.y_m)).T)
        metres = reached.sums(self.network.edge_length_m[reached.graph.rows.label >> 1], at_sources=straight)
        lasts = [self.floors.try_spot(self._place(goal), shut=conditions.closed.elements) for goal in goals]
        length, duration = np.full(len(goals), np.inf), np.full(len(goals), np.inf)
        for surface in sorted({spot.surface for spot in lasts if spot is not None}):
            some = [
                (number, spot)
                for number, spot in enumerate(lasts)
                if spot is not None and spot.surface == surface and spot.place.element not in conditions.closed.exits
            ]
            numbers = np.array([number for number, _ in some], np.intp)
            points = np.array([[spot.x_m, spot.y_m] for _, spot in some]).reshape(-1, 2)
            length[numbers], duration[numbers] = self._endings(reached, metres, surface, points, first, conditions)
        return Distances(length_m=length, duration_s=duration)

    def evacuate(
        self,
        starts: Sequence[Place | str] | None = None,
        *,
        profile: str = "walk",
        closed: Collection[str] = (),
    ) -> Evacuation:
        """Find the quickest way out from each place, without lifts.

        Parameters
        ----------
        starts : sequence of Place or str, optional
            Without them every walkable space of the venue but the street, from where it is worst to be in it.
        profile : str
        closed : collection of str
            Ids that cannot be passed; a closed exit is never used.

        Returns
        -------
        Evacuation
            One escape for each start; one that has no way out carries a NoRoute, never a worse way.

        Raises
        ------
        NoOpenExit
            Every exit is closed, or none can be stood in.
        UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition
        """
        conditions = self.conditions(profile, closed, emergency=True)
        places = None if starts is None else [self._place(start) for start in starts]
        return evacuation.evacuate(self, places, conditions)

    def to_networkx(self, *, profile: str | None = None, closed: Collection[str] = ()) -> nx.MultiDiGraph:
        """Give the same graph to networkx; with a profile, edges carry its seconds and what it cannot pass is left out.

        Raises
        ------
        UnknownElement, UnknownProfile
        """
        chosen = None if profile is None else find_profile(profile)
        return to_networkx(self.network, profile=chosen, shut=expand(self, closed).elements)

    def view(
        self,
        start: Place | str | None = None,
        goal: Place | str | None = None,
        *,
        profile: str = "walk",
        closed: Collection[str] = (),
    ) -> View:
        """Give what a profile and closures leave, and two places, to networkx as a graph that our columns answer for.

        Raises
        ------
        OffNetwork, UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition

        Examples
        --------
        >>> import networkx as nx
        >>> from indoor3d.routing.build import build_navigation
        >>> from tests.buildings import two_floors
        >>> view = build_navigation(two_floors()).view("hall", "office", profile="wheelchair")
        >>> round(nx.shortest_path_length(view, "start", "goal", weight="cost"))
        52
        """
        conditions = self.conditions(profile, closed)
        first, last = (None if place is None else self._spot(place, conditions) for place in (start, goal))
        return self.asked(first, last, conditions)

    def asked(self, first: Spot | None, last: Spot | None, conditions: Conditions) -> View:
        """The graph with two spots in it, under conditions."""
        straight = np.inf
        if first is not None and last is not None:
            straight = self.per_m(conditions) * self.floors.direct(
                first, last, shut=conditions.closed.elements, least_width_m=conditions.profile.min_clear_width_m
            )
        return View(
            graph=self,
            conditions=conditions,
            start=self._link(first, conditions),
            goal=self._link(last, conditions),
            straight=straight,
        )

    def _link(self, spot: Spot | None, conditions: Conditions) -> Link | None:
        if spot is None:
            return None
        nodes, length = self.links(spot, conditions)
        return Link(nodes=nodes, cost=length * self.per_m(conditions))

    def conditions(
        self, profile: str, closed: Collection[str], *, emergency: bool = False, visited: Collection[str] = ()
    ) -> Conditions:
        """Look up what a question names; on an ordinary day emergency exits are shut but those that are ``visited``.

        Raises
        ------
        UnknownElement, UnknownProfile
        """
        found = expand(self, closed)
        alarmed = {e.opening for e in self.building.exits if not e.everyday and e.id not in visited}
        if alarmed and not emergency:
            known = alarmed.intersection(self.network.elements)
            found = replace(found, elements=found.elements | known)
        return Conditions(profile=find_profile(profile), closed=found, emergency=emergency)

    def between(self, first: Spot, last: Spot, conditions: Conditions) -> Route | None:
        """The quickest way between two spots, or None."""
        try:
            _, path = nx.bidirectional_dijkstra(self.asked(first, last, conditions), START, GOAL, weight="cost")
        except nx.NetworkXNoPath:
            return None
        return _compose.route(self, first, last, thread=self.thread(path.way), conditions=conditions)

    def thread(self, way: Way | None) -> _compose.Thread:
        """What a way passes, or nothing where the spots see each other."""
        if way is None:
            return _compose.Thread()
        labels = tuple(self.rows.rows.label[way.arcs].tolist())
        return _compose.Thread(enters=way.enters, leaves=way.leaves, labels=labels)

    @property
    def rows(self) -> Arcs:
        """Every way an edge can be gone, weighing its length; an arc's label is twice its edge, plus one when backwards."""
        if self._rows is None:
            network = self.network
            edge = np.arange(len(network.edge_from), dtype=np.int32)
            self._rows = arcs(
                len(network.node_position),
                np.concatenate([network.edge_from, network.edge_to]),
                np.concatenate([network.edge_to, network.edge_from]),
                weight=np.concatenate([network.edge_length_m, network.edge_length_m]),
                label=np.concatenate([2 * edge, 2 * edge + 1]),
            )
        return self._rows

    def arcs(self, conditions: Conditions) -> Arcs:
        """The graph that a profile and closures leave; labels as in :attr:`rows`."""
        key = (conditions.profile.id, conditions.closed.elements, conditions.emergency)
        found = self._arcs.get(key)
        if found is None:
            found = self._shut(self._opened(conditions), conditions.closed.elements)
            with self._lock:  # a server asks from several threads
                while len(self._arcs) >= _KEPT:
                    self._arcs.pop(next(iter(self._arcs)))
                self._arcs[key] = found
        return found

    def _opened(self, conditions: Conditions) -> Arcs:
        """The graph of a profile with nothing closed."""
        key = (conditions.profile.id, conditions.emergency)
        if key not in self._open:
            rows = self.rows.rows
            seconds = self.arc_seconds(conditions)
            tie = self.rows.weight * _TIE_S_PER_M
            self._open[key] = Arcs(rows=rows, weight=seconds + tie)
        return self._open[key]

    def _shut(self, opened: Arcs, elements: Collection[str]) -> Arcs:
        """The same graph without the arcs that pass some elements."""
        closed = self.arcs_through(elements)
        if not len(closed):
            return opened
        weight = opened.weight.copy()
        weight[closed] = np.inf
        return opened.raised(weight)

    def arcs_through(self, elements: Collection[str]) -> Indices:
        """Arcs that pass any of some elements."""
        if not elements:
            return np.empty(0, np.int32)
        if self._passing is None:
            self._passing = self._by_element()
        number, start, arc = self._passing
        rows = [number[name] for name in elements if name in number]
        return np.concatenate([np.empty(0, np.int32), *(arc[start[row] : start[row + 1]] for row in rows)])

    def _by_element(self) -> tuple[dict[str, int], Indices, Indices]:
        """Number of every element by id, and the arcs that pass each: start, arc."""
        network = self.network
        edge = np.repeat(np.arange(len(network.edge_from)), np.diff(network.edge_element_start))
        element = np.concatenate([network.edge_element, network.edge_element])
        arc_of = np.empty(2 * len(network.edge_from), np.int32)
        arc_of[self.rows.rows.label] = self.rows.rows.same
        labels = np.concatenate([2 * edge, 2 * edge + 1])
        order = np.argsort(element, kind="stable")
        start = np.searchsorted(element[order], np.arange(len(network.elements) + 1)).astype(np.int32)
        return {name: i for i, name in enumerate(network.elements)}, start, arc_of[labels[order]]

    def per_m(self, conditions: Conditions) -> float:
        """What a metre of level floor costs."""
        return 1 / conditions.profile.level_mps + _TIE_S_PER_M

    def arc_seconds(self, conditions: Conditions) -> Floats:
        """Seconds along every arc of :attr:`rows` under a profile; closures do not count."""
        forward, backward = self.seconds(conditions)
        label = self.rows.rows.label
        return np.where(label & 1, backward[label >> 1], forward[label >> 1])

    def seconds(self, conditions: Conditions) -> tuple[Floats, Floats]:
        """Seconds along every edge under a profile, forwards and backwards; closures do not count."""
        key = (conditions.profile.id, conditions.emergency)
        if key not in self._seconds:
            self._seconds[key] = durations_s(self.network, conditions.profile, emergency=conditions.emergency)
        return self._seconds[key]

    def reached(self, first: Spot, conditions: Conditions) -> Tree:
        """Quickest ways from a spot to every node."""
        nodes, length = self.links(first, conditions)
        return tree(self.arcs(conditions), nodes, length * self.per_m(conditions))

    def links(self, spot: Spot, conditions: Conditions) -> tuple[Nodes, Floats]:
        """Nodes that a spot can go straight to, and how far they are in metres."""
        return self.floors.links(
            spot, shut=conditions.closed.elements, least_width_m=conditions.profile.min_clear_width_m
        )

    def ending(self, reached: Tree, first: Spot, last: Spot, conditions: Conditions) -> tuple[float, float, int] | None:
        """How a tree ends at a spot: seconds in all, metres of the last straight way, node it starts at (-1: the start)."""
        speed, closed = conditions.profile.level_mps, conditions.closed.elements
        straight = self.floors.direct(first, last, shut=closed, least_width_m=conditions.profile.min_clear_width_m)
        best = (straight / speed, straight, -1)
        nodes, length = self.links(last, conditions)
        if len(nodes):
            seconds = reached.cost[nodes] + length / speed
            quickest = int(np.argmin(seconds))
            if seconds[quickest] < best[0] - 1e-9:
                best = (float(seconds[quickest]), float(length[quickest]), int(nodes[quickest]))
        return best if np.isfinite(best[0]) else None

    def _endings(
        self, reached: Tree, metres: Floats, surface: int, points: Floats, first: Spot, conditions: Conditions
    ) -> tuple[Floats, Floats]:
        """Metres and seconds of the quickest way to each point of a surface; infinite where there is none."""
        shut, width = conditions.closed.elements, conditions.profile.min_clear_width_m
        speed = conditions.profile.level_mps
        row, node, ahead = self.floors.links_many(surface, points, shut=shut, least_width_m=width)
        seconds = reached.cost[node] + ahead / speed
        length, duration = np.full(len(points), np.inf), np.full(len(points), np.inf)
        best = np.lexsort((seconds, row))
        best = best[np.append(True, row[best][1:] != row[best][:-1])] if len(best) else best
        length[row[best]], duration[row[best]] = metres[node[best]] + ahead[best], seconds[best]
        if surface == first.surface:
            straight = self.floors.direct_many(first, points, shut=shut, least_width_m=width)
            nearer = straight / speed <= duration + 1e-9
            length, duration = np.where(nearer, straight, length), np.where(nearer, straight / speed, duration)
        return length, duration

    def _spot(self, place: Place | str, conditions: Conditions) -> Spot:
        return self.floors.spot(self._place(place), shut=conditions.closed.elements)

    def _place(self, place: Place | str) -> Place:
        return find_place(self.building, place) if isinstance(place, str) else place

    def nx_arcs(self, weight: Any) -> Arcs:
        """See :class:`indoor3d.routing.backend.Columns`: metres, a profile's cost, or 1 a way."""
        if weight in PROFILES:
            return self.arcs(self.conditions(weight, ()))
        backwards = (self.rows.rows.label & 1).astype(np.bool_)
        against = backwards & self.network.edge_oneway[self.rows.rows.label >> 1]
        column = self.rows.weight if weight == "length_m" else np.ones(len(against))
        return Arcs(rows=self.rows.rows, weight=np.where(against, np.inf, column))

    def nx_copy(self, named: Collection[str]) -> nx.MultiDiGraph:
        """See :class:`indoor3d.routing.backend.Columns`: plain networkx, with the cost of a profile that is named."""
        profile = next((name for name in named if name in PROFILES), None)
        if profile is None:
            return self.to_networkx()
        copy = self.view(profile=profile).nx_copy(named)
        nx.set_edge_attributes(copy, nx.get_edge_attributes(copy, "cost"), profile)
        return copy
