"""networkx, answered by our columns.

``nx.shortest_path(graph, a, b, weight="wheelchair")`` on a :class:`~indoor3d.routing.graph.NavGraph` comes here by networkx's
dispatch, and so do our own routes and escapes. Functions that are not ours run in plain networkx on a copy. Weights that
columns cannot hold (functions, fractions, numbers below zero) are left to networkx, too.
"""

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import cached_property, wraps
from typing import Any, Protocol, TypeVar

import networkx as nx
import numpy as np
from networkx.utils import backends as dispatch
from numpy.typing import NDArray

from indoor3d.routing.path import Arcs, Tree, Way, arcs, shortest, tree

Node = Any
Floats = NDArray[np.float64]
Ends = tuple[list[int] | NDArray[np.integer[Any]], Floats | None]
Value = TypeVar("Value")

_EXACT = 2**53
"""Whole numbers beyond this are not exact as float64."""


class Columns(Protocol):
    """A graph that this backend can run on."""

    __networkx_backend__: str

    def nx_arcs(self, weight: Any) -> Arcs | None:
        """The graph weighing an edge attribute (None: 1 an edge); None where columns cannot hold that weight."""

    def nx_index(self, node: Node) -> int:
        """Index of a node; raises KeyError."""

    def nx_label(self, index: int) -> Node:
        """The node of an index."""

    def nx_ends(self, node: Node, weight: Any) -> Ends:
        """Indices at which ways from and to a node begin and end, and what that costs; raises KeyError."""

    def nx_straight(self, source: Node, target: Node, weight: Any) -> float:
        """What a way costs that passes none of the indices; infinite where there is none."""

    def nx_copy(self, named: Collection[str]) -> nx.Graph:
        """The same graph in plain networkx; ``named`` holds the names of attributes that may be asked for."""


class Graph:
    """A networkx graph as columns.

    Parameters
    ----------
    origin : networkx.Graph
        Of any kind.
    """

    __networkx_backend__ = "indoor3d"

    def __init__(self, origin: nx.Graph) -> None:
        self.origin = origin
        self.graph = origin.graph
        self._labels: list[Node] = list(origin)
        self._numbers = {node: i for i, node in enumerate(self._labels)}
        self._by_weight: dict[Any, Arcs | None] = {}

    @cached_property
    def _edges(self) -> tuple[list[int], list[int], list[Mapping[Any, Any]]]:
        number = self._numbers
        found = [(number[a], number[b], data) for a, b, data in self.origin.edges(data=True)]
        if not self.origin.is_directed():
            found += [(b, a, data) for a, b, data in found if a != b]
        columns = list(zip(*found, strict=True)) or [(), (), ()]
        return list(columns[0]), list(columns[1]), list(columns[2])

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self._labels)

    def __iter__(self) -> Iterator[Node]:
        """Give the nodes."""
        return iter(self._labels)

    def __contains__(self, node: Hashable) -> bool:
        """Whether a node is there."""
        return node in self._numbers

    def is_directed(self) -> bool:
        """As networkx's."""
        return bool(self.origin.is_directed())

    def is_multigraph(self) -> bool:
        """As networkx's."""
        return bool(self.origin.is_multigraph())

    def nx_arcs(self, weight: Any) -> Arcs | None:
        """See :class:`Columns`."""
        if weight not in self._by_weight:
            self._by_weight[weight] = self._weighed(weight)
        return self._by_weight[weight]

    def _weighed(self, weight: Any) -> Arcs | None:
        tail, head, data = self._edges
        values = [1] * len(tail) if weight is None else [d.get(weight, 1) for d in data]
        if not all(type(v) in {int, float, np.float64, np.int64} and 0 <= v < _EXACT for v in values):
            return None
        return arcs(len(self), tail, head, weight=np.array(values, np.float64), label=np.arange(len(tail)))

    def nx_index(self, node: Node) -> int:
        """See :class:`Columns`."""
        return self._numbers[node]

    def nx_label(self, index: int) -> Node:
        """See :class:`Columns`."""
        return self._labels[index]

    def nx_ends(self, node: Node, weight: Any) -> Ends:  # noqa: ARG002 - nodes weigh nothing
        """See :class:`Columns`."""
        return [self._numbers[node]], None

    def nx_straight(self, source: Node, target: Node, weight: Any) -> float:  # noqa: ARG002
        """See :class:`Columns`."""
        return 0.0 if source == target else math.inf

    def nx_copy(self, _named: Collection[str]) -> nx.Graph:
        """The graph it was made from."""
        return self.origin


class NodePath(list[Node]):
    """Nodes of a way in order, with the :class:`~indoor3d.routing.path.Way` itself in ``way`` (None: straight)."""

    way: Way | None = None


class _Reached(Mapping[Node, Value]):
    """Nodes that a tree reaches, nearest first; the :class:`~indoor3d.routing.path.Tree` itself in ``tree``."""

    def __init__(self, graph: Columns, found: Tree) -> None:
        self.tree = found
        self._graph = graph

    @cached_property
    def _order(self) -> list[int]:
        reached = np.flatnonzero(np.isfinite(self.tree.cost))
        order: list[int] = reached[np.argsort(self.tree.cost[reached], kind="stable")].tolist()
        return order

    def _at(self, node: Node) -> int:
        index = self._graph.nx_index(node)
        if not np.isfinite(self.tree.cost[index]):
            raise KeyError(node)
        return index

    def __len__(self) -> int:
        """Number of nodes that are reached."""
        return len(self._order)

    def __iter__(self) -> Iterator[Node]:
        """Give the nodes that are reached."""
        return map(self._graph.nx_label, self._order)


class Lengths(_Reached[float]):
    """What each node costs."""

    def __getitem__(self, node: Node) -> float:
        """What a node costs."""
        return float(self.tree.cost[self._at(node)])


class Paths(_Reached[list[Node]]):
    """The way to each node that is reached, put together when it is asked for.

    networkx turns such paths round in place, so one can be put in the place of another.
    """

    def __init__(self, graph: Columns, found: Tree) -> None:
        super().__init__(graph, found)
        self._put: dict[Node, list[Node]] = {}

    def __setitem__(self, node: Node, path: list[Node]) -> None:
        """Put another path in the place of one."""
        self._put[node] = path

    def __getitem__(self, node: Node) -> list[Node]:
        """Nodes of the way from its source."""
        if node in self._put:
            return self._put[node]
        found, rows = self.tree, self.tree.graph.rows
        index = self._at(node)
        path = found.path(index)
        return [self._graph.nx_label(int(rows.tail[arc])) for arc in path] + [node]


def _own(function: Callable[..., Value]) -> Callable[..., Value]:
    """Run on columns where they can hold the weight, else in networkx."""
    name = function.__name__

    @wraps(function)
    def run(self: "Backend", graph: Columns, *args: Any, **kwargs: Any) -> Value:
        weight = kwargs.get("weight", _WEIGHT.get(name))
        position = _POSITION.get(name)
        if position is not None and len(args) > position:
            weight = args[position]
        general = name.startswith("shortest_path")
        method = kwargs.get("method", args[_METHOD] if general and len(args) > _METHOD else "dijkstra")
        if method != "dijkstra" or callable(weight) or graph.nx_arcs(weight) is None:
            found: Value = self.plain(name)(graph, *args, **kwargs)
            return found
        return function(self, graph, *args, **kwargs)

    return run


_METHOD = 3
"""Where the method is among the arguments of the general functions."""
_POSITION = {
    "all_pairs_dijkstra": 1,
    "all_pairs_dijkstra_path": 1,
    "all_pairs_dijkstra_path_length": 1,
    "bidirectional_dijkstra": 2,
    "dijkstra_path": 2,
    "dijkstra_path_length": 2,
    "dijkstra_predecessor_and_distance": 2,
    "multi_source_dijkstra": 3,
    "multi_source_dijkstra_path": 2,
    "multi_source_dijkstra_path_length": 2,
    "shortest_path": 2,
    "shortest_path_length": 2,
    "single_source_dijkstra": 3,
    "single_source_dijkstra_path": 2,
    "single_source_dijkstra_path_length": 2,
}
"""Where the weight is among the arguments after the graph."""
_WEIGHT = {name: "weight" for name in _POSITION if not name.startswith("shortest_path")}
"""What it is when it is not given: nothing for the general functions."""


class Backend:
    """What networkx's dispatch calls; see networkx's documentation of each function."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Functions that are not ours, run in networkx on a copy."""
        known = dispatch._registered_algorithms.get(name)  # noqa: SLF001 - networkx has no public list of its functions
        if known is None or known.mutates_input:
            raise AttributeError(name)
        return self.plain(name)

    def plain(self, name: str) -> Callable[..., Any]:
        """A function of networkx that takes our graphs, too."""
        function = dispatch._registered_algorithms[name].orig_func  # noqa: SLF001

        def run(*args: Any, **kwargs: Any) -> Any:
            named = [value for value in (*args, *kwargs.values()) if isinstance(value, str)]
            plain = [_copied(value, named) for value in args]
            return function(*plain, **{key: _copied(value, named) for key, value in kwargs.items()})

        return run

    @staticmethod
    def convert_from_nx(graph: nx.Graph, **_wanted: Any) -> Graph:
        """Take a graph of networkx."""
        return Graph(graph)

    @staticmethod
    def convert_to_nx(result: Any, **_wanted: Any) -> Any:
        """Give back what networkx can use."""
        return _copied(result, [])

    @_own
    def bidirectional_dijkstra(
        self, graph: Columns, source: Node, target: Node, weight: Any = "weight"
    ) -> tuple[float, list[Node]]:
        """As networkx has it."""
        _known(graph, source, target)
        return _between(graph, source, target, weight)

    @_own
    def dijkstra_path(self, graph: Columns, source: Node, target: Node, weight: Any = "weight") -> list[Node]:
        """As networkx has it."""
        _one_way(graph, source, target)
        return _between(graph, source, target, weight)[1]

    @_own
    def dijkstra_path_length(self, graph: Columns, source: Node, target: Node, weight: Any = "weight") -> float:
        """As networkx has it."""
        _one_way(graph, source, target)
        return _between(graph, source, target, weight)[0]

    @_own
    def has_path(self, graph: Columns, source: Node, target: Node) -> bool:
        """As networkx has it."""
        try:
            _known(graph, source, target)
            _between(graph, source, target, None)
        except nx.NetworkXNoPath:
            return False
        return True

    @_own
    def shortest_path(
        self, graph: Columns, source: Node = None, target: Node = None, weight: Any = None, method: str = "dijkstra"
    ) -> Any:
        """As networkx has it."""
        if source is None or target is None:
            return self.plain("shortest_path")(graph, source, target, weight, method)
        _known(graph, source, target)
        return _between(graph, source, target, weight)[1]

    @_own
    def shortest_path_length(
        self, graph: Columns, source: Node = None, target: Node = None, weight: Any = None, method: str = "dijkstra"
    ) -> Any:
        """As networkx has it."""
        if source is None or target is None:
            return self.plain("shortest_path_length")(graph, source, target, weight, method)
        _known(graph, source, target)
        return _between(graph, source, target, weight)[0]

    @_own
    def multi_source_dijkstra(
        self, graph: Columns, sources: Iterable[Node], target: Node = None, cutoff: float | None = None,
        weight: Any = "weight",
    ) -> Any:  # fmt: skip
        """As networkx has it."""
        found = _grown(graph, sources, weight, cutoff)
        if target is None:
            return Lengths(graph, found), Paths(graph, found)
        lengths = Lengths(graph, found)
        if target not in lengths:
            raise nx.NetworkXNoPath(f"No path to {target}.")
        return lengths[target], Paths(graph, found)[target]

    @_own
    def multi_source_dijkstra_path(
        self, graph: Columns, sources: Iterable[Node], cutoff: float | None = None, weight: Any = "weight"
    ) -> Mapping[Node, list[Node]]:
        """As networkx has it."""
        return Paths(graph, _grown(graph, sources, weight, cutoff))

    @_own
    def multi_source_dijkstra_path_length(
        self, graph: Columns, sources: Iterable[Node], cutoff: float | None = None, weight: Any = "weight"
    ) -> Mapping[Node, float]:
        """As networkx has it."""
        return Lengths(graph, _grown(graph, sources, weight, cutoff))

    @_own
    def single_source_dijkstra(
        self, graph: Columns, source: Node, target: Node = None, cutoff: float | None = None, weight: Any = "weight"
    ) -> Any:
        """As networkx has it."""
        return self.multi_source_dijkstra(graph, {source}, target=target, cutoff=cutoff, weight=weight)

    @_own
    def single_source_dijkstra_path(
        self, graph: Columns, source: Node, cutoff: float | None = None, weight: Any = "weight"
    ) -> Mapping[Node, list[Node]]:
        """As networkx has it."""
        return Paths(graph, _grown(graph, {source}, weight, cutoff))

    @_own
    def single_source_dijkstra_path_length(
        self, graph: Columns, source: Node, cutoff: float | None = None, weight: Any = "weight"
    ) -> Mapping[Node, float]:
        """As networkx has it."""
        return Lengths(graph, _grown(graph, {source}, weight, cutoff))

    @_own
    def dijkstra_predecessor_and_distance(
        self, graph: Columns, source: Node, cutoff: float | None = None, weight: Any = "weight"
    ) -> tuple[dict[Node, list[Node]], Mapping[Node, float]]:
        """As networkx has it."""
        found = _grown(graph, [source], weight, cutoff)
        return _predecessors(graph, found, cutoff), Lengths(graph, found)

    @_own
    def all_pairs_dijkstra(
        self, graph: Columns, cutoff: float | None = None, weight: Any = "weight"
    ) -> Iterator[tuple[Node, tuple[Mapping[Node, float], Mapping[Node, list[Node]]]]]:
        """As networkx has it."""
        for node in _nodes(graph):
            found = _grown(graph, {node}, weight, cutoff)
            yield node, (Lengths(graph, found), Paths(graph, found))

    @_own
    def all_pairs_dijkstra_path(
        self, graph: Columns, cutoff: float | None = None, weight: Any = "weight"
    ) -> Iterator[tuple[Node, Mapping[Node, list[Node]]]]:
        """As networkx has it."""
        for node in _nodes(graph):
            yield node, Paths(graph, _grown(graph, {node}, weight, cutoff))

    @_own
    def all_pairs_dijkstra_path_length(
        self, graph: Columns, cutoff: float | None = None, weight: Any = "weight"
    ) -> Iterator[tuple[Node, Mapping[Node, float]]]:
        """As networkx has it."""
        for node in _nodes(graph):
            yield node, Lengths(graph, _grown(graph, {node}, weight, cutoff))


def _copied(value: Any, named: Collection[str]) -> Any:
    """Plain networkx for a graph of ours; ``named`` holds what may be the weight that a function was asked to use."""
    return value.nx_copy(named) if getattr(value, "__networkx_backend__", None) == "indoor3d" else value


def _nodes(graph: Columns) -> Iterator[Node]:
    return map(graph.nx_label, range(_arcs(graph, None).count))


def _arcs(graph: Columns, weight: Any) -> Arcs:
    found = graph.nx_arcs(weight)
    if found is None:
        raise nx.NetworkXError(f"Columns cannot hold the weight {weight!r}.")
    return found


def _known(graph: Columns, *nodes: Node) -> tuple[Node, ...]:
    for node in nodes:
        try:
            graph.nx_ends(node, None)
        except (KeyError, TypeError):
            raise nx.NodeNotFound(f"Node {node} is not in the graph") from None
    return nodes


def _one_way(graph: Columns, source: Node, target: Node) -> None:
    """Dijkstra's search from one end does not know that a target is missing: networkx says that there is no path."""
    _known(graph, source)
    try:
        graph.nx_ends(target, None)
    except (KeyError, TypeError):
        raise nx.NetworkXNoPath(f"No path to {target}.") from None


def _between(graph: Columns, source: Node, target: Node, weight: Any) -> tuple[float, NodePath]:
    straight = graph.nx_straight(source, target, weight)
    (first, offsets), (last, endings) = graph.nx_ends(source, weight), graph.nx_ends(target, weight)
    way = None
    if straight > 0:
        way = shortest(_arcs(graph, weight), first, last, offsets=offsets, endings=endings, bound=straight)
    if way is None:
        if not math.isfinite(straight):
            raise nx.NetworkXNoPath(f"No path between {source} and {target}.")
        return straight, NodePath([source] if source == target else [source, target])
    rows = _arcs(graph, weight).rows
    inner = [way.enters, *rows.head[way.arcs].tolist()]
    path = NodePath(map(graph.nx_label, inner))
    path.way = way
    if offsets is not None:
        path.insert(0, source)
    if endings is not None:
        path.append(target)
    return way.cost, path


def _grown(graph: Columns, sources: Iterable[Node], weight: Any, cutoff: float | None) -> Tree:
    starts = list(sources)
    if not starts:
        raise ValueError("sources must not be empty")
    ends = [graph.nx_ends(node, weight) for node in _known(graph, *starts)]
    nodes = np.concatenate([np.asarray(first, np.int32) for first, _ in ends])
    offsets = np.concatenate([np.zeros(len(first)) if spent is None else spent for first, spent in ends])
    return tree(_arcs(graph, weight), nodes, offsets, limit=math.inf if cutoff is None else cutoff)


def _predecessors(graph: Columns, found: Tree, cutoff: float | None) -> dict[Node, list[Node]]:
    """Every node through which a cheapest way comes, for each that is reached."""
    rows, weight, cost = found.graph.rows, found.graph.weight, found.cost
    limit = math.inf if cutoff is None else cutoff
    with np.errstate(invalid="ignore"):
        tight = (cost[rows.tail] + weight == cost[rows.head]) & (cost[rows.head] <= limit) & np.isfinite(weight)
    before: dict[int, list[int]] = {}
    for arc in np.flatnonzero(tight & (found.before[rows.head] != -2)).tolist():
        tails = before.setdefault(int(rows.head[arc]), [])
        if int(rows.tail[arc]) not in tails:
            tails.append(int(rows.tail[arc]))
    order = np.flatnonzero(np.isfinite(cost))
    return {
        graph.nx_label(node): [graph.nx_label(tail) for tail in before.get(node, [])]
        for node in order[np.argsort(cost[order], kind="stable")].tolist()
    }


backend = Backend()
