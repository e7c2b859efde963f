"""A navigation graph under conditions, as networkx sees it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from indoor3d.routing.interop import to_networkx
from indoor3d.routing.path import Arcs

if TYPE_CHECKING:
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]
Ends = tuple[Any, Floats | None]

START: Final = "start"
GOAL: Final = "goal"
"""The two places that a view may hold beside the nodes."""
_COST = frozenset({"cost", "weight"})


class NetworkxGraph(ABC):
    """What makes a navigation graph a graph of networkx: nodes are indices, arcs are directed, some parallel."""

    __networkx_backend__ = "indoor3d"

    @property
    @abstractmethod
    def rows(self) -> Arcs:
        """Every arc, weighing its length."""

    def __len__(self) -> int:
        """Number of nodes."""
        return self.rows.count

    def __iter__(self) -> Iterator[Any]:
        """Give the nodes."""
        yield from range(self.rows.count)

    def __contains__(self, node: object) -> bool:
        """Whether a node is there."""
        try:
            self.nx_ends(node, None)
        except (KeyError, TypeError):
            return False
        return True

    def is_directed(self) -> bool:
        """It is."""
        return True

    def is_multigraph(self) -> bool:
        """Two ways may join the same nodes."""
        return True

    def nx_index(self, node: Any) -> int:
        """See :class:`indoor3d.routing.backend.Columns`."""
        if isinstance(node, bool) or not isinstance(node, int | np.integer) or not 0 <= node < self.rows.count:
            raise KeyError(node)
        return int(node)

    def nx_label(self, index: int) -> Any:
        """See :class:`indoor3d.routing.backend.Columns`."""
        return index

    def nx_ends(self, node: Any, weight: Any) -> Ends:  # noqa: ARG002 - nodes weigh nothing
        """See :class:`indoor3d.routing.backend.Columns`."""
        return [self.nx_index(node)], None

    def nx_straight(self, source: Any, target: Any, weight: Any) -> float:  # noqa: ARG002
        """See :class:`indoor3d.routing.backend.Columns`."""
        return 0.0 if source == target else math.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """Straight ways: the nodes they end at (-1: none), metres, seconds, and what each costs."""

    nodes: NDArray[np.intp]
    length_m: Floats
    seconds: Floats
    cost: Floats

    def weighing(self, weight: Any) -> Floats:
        """The column of an attribute of edges; 1 each where it is none of theirs."""
        if weight in _COST:
            return self.cost
        columns = {"length_m": self.length_m, "duration_s": self.seconds}
        return np.where(np.isfinite(self.cost), columns.get(weight, np.ones(len(self.cost))), np.inf)


_NONE = np.array([np.inf])
NO_WAY: Final = Link(nodes=np.array([-1], np.intp), length_m=_NONE, seconds=_NONE, cost=_NONE)
"""There is no straight way."""


@dataclass(frozen=True, kw_only=True, eq=False)
class View(NetworkxGraph):
    """A networkx backend graph: what a profile, closures and the like leave of a navigation graph.

    Nodes are indices, and ``"start"`` and ``"goal"`` where those are given. The weight ``"cost"`` is what routes are chosen
    by; ``"duration_s"`` and ``"length_m"`` are seconds and metres.

    Parameters
    ----------
    graph : NavGraph
    conditions : Conditions
    start, goal : Link, optional
    straight : Link
        The straight way from start to goal.
    turned : bool
        Every way the other way round.

    Examples
    --------
    >>> import networkx as nx
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> view = build_navigation(two_floors()).view(profile="wheelchair")
    >>> nx.has_path(view, 0, 1)
    True
    """

    graph: "NavGraph"
    conditions: "Conditions"
    start: Link | None = None
    goal: Link | None = None
    straight: Link = NO_WAY
    turned: bool = False

    @property
    def rows(self) -> Arcs:
        """The rows of the navigation graph."""
        return self.graph.rows

    def __len__(self) -> int:
        """Number of nodes, start and goal counted."""
        return self.rows.count + (self.start is not None) + (self.goal is not None)

    def __iter__(self) -> Iterator[Any]:
        """Give the nodes."""
        yield from super().__iter__()
        yield from (name for name, link in ((START, self.start), (GOAL, self.goal)) if link is not None)

    def nx_arcs(self, weight: Any) -> Arcs | None:
        """See :class:`indoor3d.routing.backend.Columns`."""
        chosen = self.graph.arcs(self.conditions)
        if weight not in _COST:
            chosen = self._weighing(chosen, weight)
        return chosen.turned() if self.turned else chosen

    def _weighing(self, chosen: Arcs, weight: Any) -> Arcs:
        """The same arcs weighing something else: 1 each where it is no attribute of theirs, as networkx has it."""
        column = np.ones(len(chosen.weight))
        if weight == "length_m":
            column = self.graph.rows.weight
        elif weight == "duration_s":
            column = self.graph.weights.seconds(self.conditions)
        return Arcs(rows=chosen.rows, weight=np.where(np.isfinite(chosen.weight), column, np.inf))

    def nx_ends(self, node: Any, weight: Any) -> Ends:
        """See :class:`indoor3d.routing.backend.Columns`."""
        link = {START: self.start, GOAL: self.goal}.get(node) if isinstance(node, str) else None
        return ([self.nx_index(node)], None) if link is None else (link.nodes, link.weighing(weight))

    def nx_straight(self, source: Any, target: Any, weight: Any) -> float:
        """See :class:`indoor3d.routing.backend.Columns`."""
        if source == target:
            return 0.0
        return float(self.straight.weighing(weight)[0]) if {source, target} == {START, GOAL} else math.inf

    def nx_copy(self, _named: Collection[str]) -> nx.MultiDiGraph:
        """The same in plain networkx, with every weight on its edges."""
        chosen, rows = self.graph.arcs(self.conditions), self.graph.rows.rows
        passable = np.isfinite(chosen.weight)
        copy = to_networkx(self.graph.network, keep=rows.label[passable])
        seconds = self.graph.weights.seconds(self.conditions)
        for arc in np.flatnonzero(passable).tolist():
            edge = copy.edges[int(rows.tail[arc]), int(rows.head[arc]), int(rows.label[arc]) >> 1]
            edge["duration_s"], edge["cost"] = float(seconds[arc]), float(chosen.weight[arc])
            edge["weight"] = edge["cost"]
        for name, link in ((START, self.start), (GOAL, self.goal)):
            for number, node in enumerate([] if link is None else link.nodes.tolist()):
                _join(copy, name, node, link, number)
        if math.isfinite(self.straight.cost[0]) and self.start is not None and self.goal is not None:
            _join(copy, START, GOAL, self.straight, 0)
        return copy.reverse() if self.turned else copy


def _join(copy: nx.MultiDiGraph, one: Any, other: Any, link: Link | None, number: int) -> None:
    """Add a straight way, there and back."""
    if link is not None:
        cost = float(link.cost[number])
        members = {"length_m": float(link.length_m[number]), "duration_s": float(link.seconds[number])}
        for ends in ((one, other), (other, one)):
            copy.add_edge(*ends, cost=cost, weight=cost, **members)
