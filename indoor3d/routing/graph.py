"""NavGraph: questions about a network, answered for a profile and a set of closures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Building
from indoor3d.models.issue import Issue
from indoor3d.models.network import Network
from indoor3d.routing import _blocked, _compose, evacuation
from indoor3d.routing._closed import Closed, expand
from indoor3d.routing._floors import Floors, Spot
from indoor3d.routing._level_edges import Ways
from indoor3d.routing.cost import durations_s, passes
from indoor3d.routing.path import Arcs, Tree, arcs, extended, tree
from indoor3d.routing.place import Place, find_place
from indoor3d.routing.profile import Profile, find_profile
from indoor3d.routing.route import Distances, Evacuation, Route

if TYPE_CHECKING:
    import networkx as nx

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

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


class NavGraph:
    """The navigation graph of one building.

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
        self._lock = Lock()
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
        metres = reached.sums(self._arc_metres(reached.graph, first))
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

    def to_networkx(self, *, profile: str | None = None, closed: Collection[str] = ()) -> "nx.MultiDiGraph":
        """Give the same graph to networkx; with a profile, edges carry its seconds and what it cannot pass is left out.

        Raises
        ------
        UnknownElement, UnknownProfile
        """
        from indoor3d.routing.interop import to_networkx  # noqa: PLC0415 - networkx loads for those who ask for it

        chosen = None if profile is None else find_profile(profile)
        return to_networkx(self.network, profile=chosen, shut=expand(self, closed).elements)

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
        reached = self.reached(first, conditions)
        ending = self.ending(reached, first, last, conditions)
        if ending is None:
            return None
        return _compose.route(self, first, last, thread=self._thread(reached, ending), conditions=conditions)

    def arcs(self, conditions: Conditions) -> Arcs:
        """The graph that a profile and closures leave; an arc's label is twice its edge, plus one when backwards."""
        key = (conditions.profile.id, conditions.closed.elements, conditions.emergency)
        found = self._arcs.get(key)
        if found is None:
            found = self._filtered(conditions)
            with self._lock:  # a server asks from several threads
                while len(self._arcs) >= _KEPT:
                    self._arcs.pop(next(iter(self._arcs)))
                self._arcs[key] = found
        return found

    def seconds(self, conditions: Conditions) -> tuple[Floats, Floats]:
        """Seconds along every edge under a profile, forwards and backwards; closures do not count."""
        key = (conditions.profile.id, conditions.emergency)
        if key not in self._seconds:
            self._seconds[key] = durations_s(self.network, conditions.profile, emergency=conditions.emergency)
        return self._seconds[key]

    def reached(self, first: Spot, conditions: Conditions) -> Tree:
        """Quickest ways from a spot to every node; its own node is the last of the graph."""
        nodes, length = self.links(first, conditions)
        label = np.full(len(nodes), -1, np.intp)
        weight = length * (1 / conditions.profile.level_mps + _TIE_S_PER_M)
        graph = extended(self.arcs(conditions), [(nodes, weight, label)])
        return tree(graph, graph.count - 1)

    def links(self, spot: Spot, conditions: Conditions) -> tuple[Indices, Floats]:
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

    def _filtered(self, conditions: Conditions) -> Arcs:
        network = self.network
        forward, backward = self.seconds(conditions)
        tie = network.edge_length_m * _TIE_S_PER_M
        shut = passes(network, conditions.closed.elements)
        weight = np.concatenate([np.where(shut, np.inf, forward + tie), np.where(shut, np.inf, backward + tie)])
        edge = np.arange(len(network.edge_from), dtype=np.intp)
        return arcs(
            len(network.node_position),
            np.concatenate([network.edge_from, network.edge_to]).astype(np.intp),
            np.concatenate([network.edge_to, network.edge_from]).astype(np.intp),
            weight=weight,
            label=np.concatenate([2 * edge, 2 * edge + 1]),
        )

    def _thread(self, reached: Tree, ending: tuple[float, float, int]) -> _compose.Thread:
        if ending[2] < 0:
            return _compose.Thread()
        path = reached.path(ending[2])
        labels = tuple(int(label) for arc in path if (label := reached.graph.label[arc]) >= 0)
        return _compose.Thread(enters=int(reached.graph.head[path[0]]), leaves=ending[2], labels=labels)

    def _arc_metres(self, graph: Arcs, first: Spot) -> Floats:
        """Metres of every arc: of its edge, or straight from the first spot."""
        straight: Floats = np.hypot(*(self.network.node_position[graph.head, :2] - (first.x_m, first.y_m)).T)
        if not len(self.network.edge_length_m):
            return straight
        return np.where(graph.label < 0, straight, self.network.edge_length_m[np.maximum(graph.label, 0) // 2])

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
