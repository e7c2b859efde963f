"""NavGraph: questions about a network, answered for a profile and what is closed, slowed or turned round just now."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.building import Building, Position, Space
from indoor3d.models.issue import Issue
from indoor3d.models.network import Network, Networks
from indoor3d.models.state import Effects
from indoor3d.routing import _blocked, _compose
from indoor3d.routing._closed import Closed, expand
from indoor3d.routing._floors import Floors, Spot
from indoor3d.routing._level_edges import Ways
from indoor3d.routing.backend import NodePath
from indoor3d.routing.conditions import TIE_S_PER_M, Conditions, Weights, standing_still
from indoor3d.routing.cost import Options
from indoor3d.routing.evacuation.escape import evacuate
from indoor3d.routing.interop import to_networkx
from indoor3d.routing.kept import Kept, Shared
from indoor3d.routing.natural import Naturaliser
from indoor3d.routing.path import Arcs, Tree, Way, tree
from indoor3d.routing.place import Place, find_place
from indoor3d.routing.profile import PROFILES, Profile, find_profile
from indoor3d.routing.route import Distances, Evacuation, Route
from indoor3d.routing.view import GOAL, NO_WAY, START, Link, NetworkxGraph, View

Floats = NDArray[np.float64]
Nodes = NDArray[np.intp]

_HINDERED = 6
"""As many columns of arcs are kept, 1 MB each in a large station: three explain why there is no way."""
_ASKED = Options()
_CALM = Effects()


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
    wider : sequence of NavGraph, optional
        The same building for wider bodies; made from ``network`` when first needed otherwise.
    """

    def __init__(
        self,
        building: Building,
        network: Network,
        *,
        ways: Sequence[Ways] | None = None,
        issues: tuple[Issue, ...] = (),
        wider: "Sequence[NavGraph] | None" = None,
    ) -> None:
        self.building, self.network, self.issues = building, network, issues
        self.floors = Floors(building, network, ways)
        self.weights = Weights(network, building)
        self.connectors = frozenset(c.id for c in building.connectors)
        self.slim: NavGraph = self
        """The same building for a person on foot, who fits everywhere somebody fits."""
        if wider is not None:
            self.wider = self._adopted(wider)

    def __getstate__(self) -> dict[str, Any]:
        """The graph without what it works out when asked: caches hold locks, and trees that GEOS keeps for itself."""
        kept = ("building", "network", "issues", "connectors", "slim", "wider")
        return {name: value for name, value in self.__dict__.items() if name in kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The graph as it was when it was new."""
        self.__dict__.update(state)
        self.floors = Floors(self.building, self.network, None)
        self.weights = Weights(self.network, self.building)

    @cached_property
    def wider(self) -> "tuple[NavGraph, ...]":
        """The same building for wider bodies, by radius."""
        networks = self.network.wider if isinstance(self.network, Networks) else ()
        return self._adopted([NavGraph(self.building, network) for network in networks])

    def _adopted(self, wider: "Sequence[NavGraph]") -> "tuple[NavGraph, ...]":
        for graph in wider:
            graph.slim = self
        return tuple(sorted(wider, key=lambda graph: graph.network.radius_m))

    def for_body(self, profile: Profile) -> "NavGraph":
        """The graph of the widest roadmap that a profile's body still fills; what is narrower is told by clear widths."""
        fitting = [graph for graph in self.wider if graph.network.radius_m <= profile.radius_m + 1e-9]
        return fitting[-1] if fitting else self

    def route(
        self,
        start: Place | str,
        goal: Place | str,
        *,
        profile: str = "walk",
        closed: Collection[str] = (),
        options: Options = _ASKED,
        effects: Effects = _CALM,
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
        options : Options
            What this person asks for on top of the profile.
        effects : Effects
            The state of the venue at the moment.

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
        visited = {place.element for place in places}
        conditions = self.conditions(profile, closed, visited=visited, options=options, effects=effects)
        return self.for_body(conditions.profile).routed(places[0], places[1], conditions)

    def routed(self, start: Place, goal: Place, conditions: Conditions) -> Route:
        """Find the quickest way on this very graph.

        Raises
        ------
        OffNetwork, InvalidPosition, NoRoute
        """
        first, last = (self.spot(place, conditions) for place in (start, goal))
        found = self.between(first, last, conditions)
        if found is None or (last.place.element in conditions.closed.exits):
            raise _blocked.no_route(self, first, last, conditions)
        return found

    def distances(
        self,
        start: Place | str,
        goals: Sequence[Place | str],
        *,
        profile: str = "walk",
        closed: Collection[str] = (),
        options: Options = _ASKED,
        effects: Effects = _CALM,
    ) -> Distances:
        """Measure the best way from one place to many; infinite where there is none, or a goal is off the network.

        Raises
        ------
        OffNetwork
            The start is too far from any free space.
        UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition
        """
        conditions = self.conditions(profile, closed, options=options, effects=effects)
        return self.for_body(conditions.profile).measured(
            self._place(start), [self._place(goal) for goal in goals], conditions
        )

    def measured(self, start: Place, goals: Sequence[Place], conditions: Conditions) -> Distances:
        """Measure the best ways from one place to many on this very graph.

        Raises
        ------
        OffNetwork, InvalidPosition
        """
        first = self.spot(start, conditions)
        reached = self.reached(first, conditions)
        lasts = [self.floors.try_spot(goal, shut=conditions.closed.elements) for goal in goals]
        return self.endings(reached, first, lasts, conditions)

    def evacuate(
        self,
        starts: Sequence[Place | str] | None = None,
        *,
        profile: str = "walk",
        closed: Collection[str] = (),
        options: Options = _ASKED,
        effects: Effects = _CALM,
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
        conditions = self.conditions(profile, closed, emergency=True, options=options, effects=effects)
        places = None if starts is None else [self._place(start) for start in starts]
        return evacuate(self.for_body(conditions.profile), places, conditions)

    def to_networkx(self, *, profile: str | None = None, closed: Collection[str] = ()) -> nx.MultiDiGraph:
        """Give the same graph to networkx; with a profile, edges carry its seconds and what it cannot pass is left out.

        Raises
        ------
        UnknownElement, UnknownProfile
        """
        if profile is None:
            return to_networkx(self.network, shut=expand(self, closed).elements)
        return self.view(profile=profile, closed=closed).nx_copy(())

    def view(
        self,
        start: Place | str | None = None,
        goal: Place | str | None = None,
        *,
        profile: str = "walk",
        closed: Collection[str] = (),
        options: Options = _ASKED,
        effects: Effects = _CALM,
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
        >>> round(nx.shortest_path_length(view, "start", "goal", weight="length_m"))
        26
        """
        conditions = self.conditions(profile, closed, options=options, effects=effects)
        graph = self.for_body(conditions.profile)
        places = (None if place is None else self._place(place) for place in (start, goal))
        first, last = (None if place is None else graph.spot(place, conditions) for place in places)
        return graph.asked(first, last, conditions)

    def asked(self, first: Spot | None, last: Spot | None, conditions: Conditions) -> View:
        """The graph with two spots in it, under conditions."""
        straight = NO_WAY
        if first is not None and last is not None and first.surface == last.surface:
            straight = self.straight(first, np.array([[last.x_m, last.y_m]]), conditions)
        return View(
            graph=self,
            conditions=conditions,
            start=None if first is None else self.link(first, conditions),
            goal=None if last is None else self.link(last, conditions),
            straight=straight,
        )

    def conditions(
        self,
        profile: str,
        closed: Collection[str],
        *,
        emergency: bool = False,
        visited: Collection[str] = (),
        options: Options = _ASKED,
        effects: Effects = _CALM,
    ) -> Conditions:
        """Look up what a question names; on an ordinary day emergency exits are shut but those that are ``visited``.

        Raises
        ------
        UnknownElement, UnknownProfile
        """
        found = self.slim.closed(closed, beside=effects.closed)
        alarmed = {e.opening for e in self.building.exits if not e.everyday and e.id not in visited}
        if alarmed and not emergency:
            found = found.with_elements(alarmed.intersection(self.network.elements))
        return Conditions(
            profile=options.applied(find_profile(profile)),
            closed=found,
            options=options,
            effects=effects,
            emergency=emergency,
            stopped=standing_still(self.building, effects),
        )

    def closed(self, asked: Collection[str], *, beside: frozenset[str] = frozenset()) -> Closed:
        """What some ids close; what is closed ``beside`` is the same in many questions, and looked up once.

        Raises
        ------
        UnknownElement
        """
        key = (frozenset((asked,) if isinstance(asked, str) else asked), beside)
        kept: Closed | None = self._closed.get(key)
        if kept is None:
            kept = expand(self, asked, beside=beside)
            self._closed.keep(key, kept)
        return kept

    @cached_property
    def _closed(self) -> Kept:
        return Kept()

    def between(self, first: Spot, last: Spot, conditions: Conditions) -> Route | None:
        """The best way between two spots, or None."""
        thread = self._threaded(first, last, conditions)
        return None if thread is None else _compose.route(self, first, last, thread=thread, conditions=conditions)

    def path(self, first: Spot, last: Spot, conditions: Conditions) -> NodePath | None:
        """The best way between two spots as nodes, or None."""
        try:
            _, path = nx.bidirectional_dijkstra(self.asked(first, last, conditions), START, GOAL, weight="cost")
        except nx.NetworkXNoPath:
            return None
        found: NodePath = path
        return found

    def _threaded(self, first: Spot, last: Spot, conditions: Conditions) -> _compose.Thread | None:
        path = self.path(first, last, conditions)
        return None if path is None else self.thread(path.way)

    def thread(self, way: Way | None) -> _compose.Thread:
        """What a way passes, or nothing where the spots see each other."""
        if way is None:
            return _compose.Thread()
        labels = tuple(self.rows.rows.label[way.arcs].tolist())
        return _compose.Thread(enters=way.enters, leaves=way.leaves, labels=labels)

    @property
    def rows(self) -> Arcs:
        """Every way an edge can be gone, weighing its length; an arc's label is twice its edge, plus one when backwards."""
        return self.weights.rows

    def arcs(self, conditions: Conditions) -> Arcs:
        """The graph that conditions leave; labels as in :attr:`rows`."""
        return self.weights.arcs(conditions)

    def reached(self, first: Spot, conditions: Conditions, *, limit: float = np.inf) -> Tree:
        """Best ways from a spot to every node, as far as they cost no more than a limit."""
        link = self.link(first, conditions)
        return tree(self.arcs(conditions), link.nodes, link.cost, limit=limit)

    def links(self, spot: Spot, conditions: Conditions) -> tuple[Nodes, Floats]:
        """Nodes that a spot can go straight to, and how far they are in metres."""
        link = self.link(spot, conditions)
        return link.nodes, link.length_m

    def endings(self, reached: Tree, first: Spot, lasts: Sequence[Spot | None], conditions: Conditions) -> Distances:
        """How a tree from a spot ends at others; at closed exits and at None it does not."""
        seconds, metres = self.along(reached, first, conditions)
        length, duration = np.full(len(lasts), np.inf), np.full(len(lasts), np.inf)
        for surface in sorted({spot.surface for spot in lasts if spot is not None}):
            some = [
                (number, spot)
                for number, spot in enumerate(lasts)
                if spot is not None and spot.surface == surface and spot.place.element not in conditions.closed.exits
            ]
            numbers = np.array([number for number, _ in some], np.intp)
            points = np.array([[spot.x_m, spot.y_m] for _, spot in some]).reshape(-1, 2)
            row, link = self.links_many(surface, points, conditions)
            cost = reached.cost[link.nodes] + link.cost
            best = np.lexsort((cost, row))
            best = best[np.append(True, row[best][1:] != row[best][:-1])] if len(best) else best
            here, best_cost = numbers[row[best]], np.full(len(points), np.inf)
            best_cost[row[best]] = cost[best]
            length[here] = metres[link.nodes[best]] + link.length_m[best]
            duration[here] = seconds[link.nodes[best]] + link.seconds[best]
            if surface == first.surface:
                straight = self.straight(first, points, conditions)
                nearer = straight.cost <= best_cost + 1e-9
                length[numbers[nearer]] = straight.length_m[nearer]
                duration[numbers[nearer]] = straight.seconds[nearer]
        return Distances(length_m=length, duration_s=duration)

    def along(self, reached: Tree, first: Spot, conditions: Conditions) -> tuple[Floats, Floats]:
        """Seconds and metres of the ways that a tree from a spot has to every node; infinite where there is none."""
        link = self.link(first, conditions)
        begun_s, begun_m = np.zeros(self.rows.count), np.zeros(self.rows.count)
        begun_s[link.nodes], begun_m[link.nodes] = link.seconds, link.length_m
        return (
            reached.sums(self.weights.seconds(conditions), at_sources=begun_s),
            reached.sums(self.rows.weight, at_sources=begun_m),
        )

    def spot(self, place: Place | str, conditions: Conditions) -> Spot:
        """Put a place on this graph.

        Raises
        ------
        OffNetwork, InvalidPosition, UnknownElement, UnknownLevel
        """
        found = self._place(place)
        if not found.element:
            return self.floors.spot(found, shut=conditions.closed.elements)
        key = (found, conditions.closed.elements)
        kept: Spot | None = self._spots.get(key)
        if kept is None:
            kept = self.floors.spot(found, shut=conditions.closed.elements)
            self._spots.keep(key, kept, size=700)
        return kept

    @cached_property
    def _spots(self) -> Shared:
        """Where the places are that were asked for last by name."""
        return Shared()

    @cached_property
    def _links(self) -> Shared:
        """Their straight ways to nodes."""
        return Shared()

    @cached_property
    def pieces(self) -> Shared:
        """Edges as they are gone, by label: those of the ways that were asked for last."""
        return Shared()

    @cached_property
    def hindered(self) -> Kept:
        """What arcs cost to those who look for what is in the way, of the conditions that were asked for last."""
        return Kept(_HINDERED)

    @cached_property
    def crossed(self) -> Shared:
        """What the straight ways at the ends of routes cross."""
        return Shared()

    @cached_property
    def parts(self) -> Shared:
        """Legs from node to node, of the ways that were asked for last."""
        return Shared()

    def link(self, spot: Spot, conditions: Conditions) -> Link:
        """The straight ways from a spot to nodes."""
        key = (spot, conditions.key)
        kept: Link | None = self._links.get(key) if spot.place.element else None
        if kept is None:
            kept = self._linked(spot, conditions)
            if spot.place.element:
                self._links.keep(key, kept, size=1_000 + 4 * kept.cost.nbytes)
        return kept

    def _linked(self, spot: Spot, conditions: Conditions) -> Link:
        _, found = self.links_many(spot.surface, np.array([[spot.x_m, spot.y_m]]), conditions)
        return found

    def links_many(self, surface: int, points: Floats, conditions: Conditions) -> tuple[Nodes, Link]:
        """Straight ways from points of a surface to nodes: rows of the points, and the ways."""
        row, node, length = self.floors.links_many(
            surface,
            points,
            shut=self.weights.refused(conditions),
            least_width_m=conditions.profile.min_clear_width_m,
        )
        ends = self.network.node_position[node, :2]
        return row, self._walked(surface, points[row], ends, length, nodes=node, conditions=conditions)

    def straight(self, first: Spot, points: Floats, conditions: Conditions) -> Link:
        """The straight ways from a spot to points of its surface, infinite where there is none; they end at no nodes."""
        length = self.floors.direct_many(
            first,
            points,
            shut=self.weights.refused(conditions),
            least_width_m=conditions.profile.min_clear_width_m,
        )
        starts = np.broadcast_to(np.array([first.x_m, first.y_m]), points.shape)
        none = np.full(len(points), -1, np.intp)
        return self._walked(first.surface, starts, points, length, nodes=none, conditions=conditions)

    def slowed_s(self, surface: int, rows: Floats, conditions: Conditions) -> float:
        """Seconds more that a straight way between two positions (2, 2 or 3) takes for crowds and smoke."""
        ways = self.floors.ways[surface]
        slowing = self.weights.slowing(conditions, surface, ways.openings)
        if slowing is None:
            return 0.0
        starts, ends = rows[:1, :2], rows[1:, :2]
        through = ways.through(np.concatenate([starts, ends], axis=1), slowing.opening_s)
        return float(slowing.seconds(starts, ends)[0] + through[0])

    def _walked(
        self, surface: int, starts: Floats, ends: Floats, length: Floats, *, nodes: Nodes, conditions: Conditions
    ) -> Link:
        """What straight ways take and cost: their length, the openings they go through, crowds they lead through."""
        seconds, burden = length / conditions.profile.level_mps, np.zeros(len(ends))
        if len(ends):
            ways = self.floors.ways[surface]
            value = self.weights.burdens_of(conditions, surface, ways.openings)
            slowing = self.weights.slowing(conditions, surface, ways.openings)
            if value is not None:
                burden = ways.through(np.concatenate([starts, ends], axis=1), value)
            if slowing is not None:
                more = slowing.seconds(starts, ends)
                if slowing.opening_s.any():
                    more += ways.through(np.concatenate([starts, ends], axis=1), slowing.opening_s)
                seconds, burden = seconds + more, burden + slowing.burden * more
        return Link(nodes=nodes, length_m=length, seconds=seconds, cost=seconds + length * TIE_S_PER_M + burden)

    def _place(self, place: Place | str) -> Place:
        return find_place(self.building, place) if isinstance(place, str) else place

    def space_at(self, level: str, position: Position) -> Space | None:
        """The walkable space that a position on a level lies in; the one whose floor is nearest where several do."""
        tree_, spaces = self._spaces.get(level, (None, []))
        if tree_ is None:
            return None
        found = [spaces[i] for i in tree_.query(shapely.Point(position[:2]), predicate="intersects").tolist()]
        return min(found, key=lambda s: (round(abs(s.floor_m - position[2]), 3), s.id), default=None)

    @cached_property
    def _spaces(self) -> dict[str, tuple[shapely.STRtree, list[Space]]]:
        by_level: dict[str, list[Space]] = {}
        for space in self.building.spaces:
            if space.walkable:
                by_level.setdefault(space.level, []).append(space)
        return {level: (shapely.STRtree([s.footprint for s in found]), found) for level, found in by_level.items()}

    @cached_property
    def naturaliser(self) -> Naturaliser:
        """Draws the paths that people are shown."""
        return Naturaliser(self.floors)

    def nx_arcs(self, weight: Any) -> Arcs:
        """See :class:`indoor3d.routing.backend.Columns`: metres, a profile's cost, or 1 a way."""
        if isinstance(weight, str) and weight in PROFILES:
            return self.arcs(self.conditions(weight, ()))
        label = self.rows.rows.label
        against = (label & 1).astype(np.bool_) & self.network.edge_oneway[label >> 1]
        column = self.rows.weight if weight == "length_m" else np.ones(len(against))
        return Arcs(rows=self.rows.rows, weight=np.where(against, np.inf, column))

    def nx_copy(self, named: Collection[str]) -> nx.MultiDiGraph:
        """See :class:`indoor3d.routing.backend.Columns`: plain networkx, with the cost of a profile that is named."""
        profile = next((name for name in named if name in PROFILES), None)
        if profile is None:
            return self.to_networkx()
        copy = View(graph=self, conditions=self.conditions(profile, ())).nx_copy(())
        nx.set_edge_attributes(copy, nx.get_edge_attributes(copy, "cost"), profile)
        return copy
