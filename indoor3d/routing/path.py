"""Shortest paths on columns: exact, deterministic, well under a millisecond.

To a reader this is networkx's Dijkstra on :meth:`NavGraph.to_networkx`; the oracle tests prove the costs equal, and the
networkx backend (:mod:`indoor3d.routing.backend`) leads here. One structure of arcs serves every profile and every
closure: each brings a column of weights, infinite where it cannot pass.
"""

import threading
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

LANDMARKS = 12
"""As many bound a search about as well as twice as many (measured on the bench graphs of 2,000 to 200,000 nodes)."""
_FEW, _SMALL = 2, 1_000
"""Landmarks of a graph with fewer nodes than that: they are made for its first search, in 0.2 ms, and of hundreds of stations in one process they are
memory; less, though, than what a search without them needs."""
_PAYS = 4
"""Searches under one set of weights after which landmarks, which cost as much as two trees each, are worth making."""


_counted = np.arange(1 << 14, dtype=np.int32)


def _numbers(count: int) -> Indices:
    """0, 1, 2, …; all graphs look at the same ones."""
    global _counted  # noqa: PLW0603 - it only grows
    if count > len(_counted):
        _counted = np.arange(2 * count, dtype=np.int32)
    return _counted[:count]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Which arcs there are: directed, parallel ones allowed, sorted by tail.

    Parameters
    ----------
    count : int
        Number of nodes.
    tail, head, label : (A,) int32
        ``label`` is what the arc stands for, given by whoever made it.
    start : (count + 1,) int32
        The arcs of node i are ``start[i]:start[i + 1]``.
    """

    count: int
    tail: Indices
    head: Indices
    label: Indices
    start: Indices

    @cached_property
    def same(self) -> Indices:
        """0, 1, 2, …: the arc that each row is."""
        return _numbers(len(self.head))

    @cached_property
    def by_head(self) -> tuple[Indices, Indices, Indices]:
        """The same arcs sorted by head: start, tail, and the arc that each row is."""
        order = np.argsort(self.head, kind="stable").astype(np.int32)
        start = np.searchsorted(self.head[order], np.arange(self.count + 1)).astype(np.int32)
        return start, self.tail[order], order

    @cached_property
    def turned(self) -> "Rows":
        """The graph with every arc the other way round; ``label`` holds the arcs of this one."""
        start, tail, arc = self.by_head
        return Rows(count=self.count, tail=self.head[arc], head=tail, label=arc, start=start)

    def forget(self) -> None:
        """Let go of what was derived; it is made anew when it is needed."""
        for name in ("by_head", "turned"):
            self.__dict__.pop(name, None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Arcs:
    """A directed graph with what each arc costs.

    Parameters
    ----------
    rows : Rows
    weight : (A,) float64
        Not negative; infinite where an arc cannot be taken.
    lower : Arcs, optional
        The same rows with weights nowhere greater: its landmarks serve here too.
    """

    rows: Rows
    weight: Floats
    lower: "Arcs | None" = None
    _asked: list[int] = field(default_factory=lambda: [0], repr=False)

    @property
    def count(self) -> int:
        """Number of nodes."""
        return self.rows.count

    def raised(self, weight: Floats) -> "Arcs":
        """The same graph with weights that are nowhere below these."""
        return Arcs(rows=self.rows, weight=weight, lower=self.lower or self)

    def turned(self) -> "Arcs":
        """The graph with every arc the other way round; its labels are the arcs of this one."""
        return Arcs(rows=self.rows.turned, weight=self.weight[self.rows.turned.label])

    @cached_property
    def longest(self) -> float:
        """The greatest finite weight."""
        from indoor3d.routing._path_kernels import longest  # noqa: PLC0415 - numba loads when it is needed

        found: float = longest(self.weight)
        return found

    @cached_property
    def _landmarks(self) -> Floats:
        return landmarks(self)

    def landmarks(self) -> Floats | None:
        """Bounds for a search (:func:`landmarks`), once enough searches were made to pay for them."""
        if self.lower is not None:
            return self.lower.landmarks()
        self._asked[0] += 1
        if not self.count or (self.count >= _SMALL and self._asked[0] <= _PAYS):
            return None
        if "_landmarks" not in self.__dict__:
            _ = self._landmarks
            self.rows.forget()  # searches with landmarks need none of it
        return self._landmarks


def arcs(count: int, tail: ArrayLike, head: ArrayLike, *, weight: ArrayLike, label: ArrayLike) -> Arcs:
    """Sort arcs by tail, then head, then label.

    Parameters
    ----------
    count : int
        Number of nodes.
    tail, head, weight, label
        Columns of equal length, in any order.
    """
    tails, heads = np.asarray(tail, np.int32), np.asarray(head, np.int32)
    order = np.lexsort((np.asarray(label), heads, tails))
    tails, heads = tails[order], heads[order]
    rows = Rows(
        count=count,
        tail=tails,
        head=heads,
        label=np.asarray(label, np.int32)[order],
        start=np.searchsorted(tails, np.arange(count + 1)).astype(np.int32),
    )
    return Arcs(rows=rows, weight=np.asarray(weight, np.float64)[order])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """Cheapest ways from the nearest of some sources to all nodes.

    Parameters
    ----------
    graph : Arcs
    cost : (N,) float64
        Infinite where no way leads.
    before : (N,) int32
        The last arc of the way to each node; negative at sources and where no way leads.
    """

    graph: Arcs
    cost: Floats
    before: Indices

    def path(self, node: int) -> list[int]:
        """Arcs from a source to a node, in order; empty for a source."""
        found, tail = [], self.graph.rows.tail
        arc = int(self.before[node])
        while arc >= 0:
            found.append(arc)
            arc = int(self.before[tail[arc]])
        return found[::-1]

    def source(self, node: int) -> int:
        """The source that the way to a node begins at."""
        path = self.path(node)
        return int(self.graph.rows.tail[path[0]]) if path else node

    def labels(self, node: int) -> tuple[int, ...]:
        """Labels of the arcs of :meth:`path`."""
        return tuple(self.graph.rows.label[self.path(node)].tolist())

    def sums(self, weight: Floats, *, at_sources: Floats | None = None) -> Floats:
        """Add up another weight along the way to every node.

        Parameters
        ----------
        weight : (A,) float64
            One for every arc of the graph.
        at_sources : (N,) float64, optional
            What ways begin with.

        Returns
        -------
        (N,) float64
            Infinite where no way leads.
        """
        count = len(self.cost)
        nodes = np.flatnonzero(self.before >= 0)
        total, parent = np.zeros(count), np.arange(count)
        if at_sources is not None:
            total[self.before == _AT_SOURCE] = at_sources[self.before == _AT_SOURCE]
        total[nodes], parent[nodes] = weight[self.before[nodes]], self.graph.rows.tail[self.before[nodes]]
        root = parent == np.arange(count)
        beginning = np.where(root, total, 0.0)
        total[root] = 0.0
        while not root[parent].all():  # each round doubles how far up the tree a sum reaches
            total, parent = total + total[parent], parent[parent]
        return np.where(np.isfinite(self.cost), total + beginning[parent], np.inf)


_AT_SOURCE = -2


def tree(graph: Arcs, sources: ArrayLike, offsets: ArrayLike | None = None, *, limit: float = np.inf) -> Tree:
    """Find cheapest ways from the nearest of some sources to every node.

    Parameters
    ----------
    graph : Arcs
    sources : (S,) int
        Nodes.
    offsets : (S,) float, optional
        What ways that begin there have cost already; zero without.
    limit : float
        What costs more is not looked for.
    """
    from indoor3d.routing._path_kernels import grow  # noqa: PLC0415 - numba loads when it is needed

    nodes = np.atleast_1d(np.asarray(sources, np.int32))
    begun = np.zeros(len(nodes)) if offsets is None else np.atleast_1d(np.asarray(offsets, np.float64))
    cost, before = np.empty(graph.count), np.empty(graph.count, np.int32)
    rows = graph.rows
    grow(rows.start, rows.head, graph.weight, graph.longest, nodes, begun, limit, cost, before)
    return Tree(graph=graph, cost=cost, before=before)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Way:
    """One cheapest way.

    Parameters
    ----------
    cost : float
        With what was spent before its first node and after its last.
    enters, leaves : int
        Its first and its last node.
    arcs : (K,) int32
        In order; empty where they are one node.
    """

    cost: float
    enters: int
    leaves: int
    arcs: Indices


class _Scratch(threading.local):
    """Columns that searches of one thread write into, as long as the largest graph so far."""

    def __init__(self) -> None:
        self.size = -1
        self.now = 0

    def columns(self, count: int) -> "tuple[Indices, Floats, Indices, Indices, Indices, Floats, Floats, Indices]":
        """Stamp, cost, before, heap, place, key, hope, path for a graph of ``count`` nodes; counts the search."""
        if count > self.size or self.now > 2**31 - 3:
            self.size, self.now = max(count, self.size), 0
            pair = (2, self.size)
            self._all = (
                np.zeros(pair, np.int32),
                np.empty(pair),
                np.empty(pair, np.int32),
                np.empty(pair, np.int32),
                np.empty(pair, np.int32),
                np.empty(self.size),
                np.empty(self.size),
                np.empty(self.size + 1, np.int32),
            )
        self.now += 1
        return self._all


_scratch = _Scratch()


def shortest(
    graph: Arcs,
    sources: ArrayLike,
    goals: ArrayLike,
    *,
    offsets: ArrayLike | None = None,
    endings: ArrayLike | None = None,
    bound: float = np.inf,
) -> Way | None:
    """Find the cheapest way from any source to any goal.

    Drawn to the goals by landmarks where they are made, else from both ends at once; both are exact.

    Parameters
    ----------
    graph : Arcs
    sources, goals : sequence of int
        Nodes.
    offsets, endings : sequence of float, optional
        What is spent before each source and after each goal; zero without.
    bound : float
        A way that costs as much, or more, is not of interest.

    Returns
    -------
    Way or None
        None where there is no way.
    """
    from indoor3d.routing import _path_kernels as kernels  # noqa: PLC0415 - numba loads when it is needed

    first, last = np.asarray(sources, np.int32), np.asarray(goals, np.int32)
    begun = np.zeros(len(first)) if offsets is None else np.asarray(offsets, np.float64)
    ended = np.zeros(len(last)) if endings is None else np.asarray(endings, np.float64)
    if not len(first) or not len(last):
        return None
    rows, marks = graph.rows, graph.landmarks()
    stamp, cost, before, heap, place, key, hope, path = _scratch.columns(graph.count)
    now = _scratch.now
    if marks is not None:
        total, length = kernels.seek(
            rows.start, rows.head, rows.tail, graph.weight, graph.longest, marks,
            first, begun, last, ended, now, stamp, cost, before, heap, place, key, hope, path, bound,
        )  # fmt: skip
    else:
        total, length = kernels.meet(
            rows.start, rows.head, rows.tail, rows.same, *rows.by_head, graph.weight,
            first, begun, last, ended, now, stamp, cost, before, heap, place, path, bound,
        )  # fmt: skip
    if not np.isfinite(total):
        return None
    arcs_ = path[:length].copy()
    if length:
        return Way(cost=total, enters=int(rows.tail[arcs_[0]]), leaves=int(rows.head[arcs_[-1]]), arcs=arcs_)
    node = int(path[-1])
    return Way(cost=total, enters=node, leaves=node, arcs=arcs_)


def landmarks(graph: Arcs, *, count: int | None = None) -> Floats:
    """Choose nodes that are far from one another, and measure from and to each.

    Parameters
    ----------
    graph : Arcs
    count : int, optional
        How many; :data:`LANDMARKS` without, fewer where the graph is small.

    Returns
    -------
    (2 L, N) float64
        Less cost from each to every node, then cost to each from every node: between two nodes none of them rises, from
        the second to the first, by more than the cheapest way between them costs.
    """
    if not graph.count:
        return np.empty((0, 0))
    wanted = count if count is not None else LANDMARKS if graph.count >= _SMALL else _FEW
    turned = graph.turned()
    first = tree(graph, [int(np.argmax(np.diff(graph.rows.start)))])
    chosen = _farthest(first.cost)
    nearest = np.full(graph.count, np.inf)
    away, home = [], []
    for _ in range(min(wanted, graph.count)):
        away.append(tree(graph, [chosen]).cost)
        home.append(tree(turned, [chosen]).cost)
        nearest = np.minimum(nearest, np.minimum(away[-1], home[-1]))
        chosen = _farthest(nearest)
    return np.concatenate([-np.array(away), np.array(home)])


def _farthest(cost: Floats) -> int:
    return int(np.argmax(np.where(np.isfinite(cost), cost, -1.0)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Cheapest ways between all nodes, for graphs small enough: 24 MB for 2,000 nodes.

    Parameters
    ----------
    graph : Arcs
    cost : (N, N) float32
        Rounded; what a way costs exactly is the sum of its arcs.
    before : (N, N) int32
        The last arc of each way.
    """

    graph: Arcs
    cost: NDArray[np.float32]
    before: Indices

    def way(self, source: int, goal: int) -> Way | None:
        """Read a way; None where there is none."""
        from indoor3d.routing._path_kernels import read  # noqa: PLC0415 - numba loads when it is needed

        row = self.before[source]
        if row[goal] == -1:
            return None
        path = _scratch.columns(self.graph.count)[-1]
        arcs_ = path[: read(row, self.graph.rows.tail, goal, path)][::-1].copy()
        return Way(cost=float(self.graph.weight[arcs_].sum()), enters=source, leaves=goal, arcs=arcs_)


def table(graph: Arcs) -> Table:
    """Find the cheapest ways between all nodes."""
    from indoor3d.routing._path_kernels import all_pairs  # noqa: PLC0415 - numba loads when it is needed

    cost, before = np.empty((graph.count, graph.count), np.float32), np.empty((graph.count, graph.count), np.int32)
    all_pairs(graph.rows.start, graph.rows.head, graph.weight, graph.longest, cost, before)
    return Table(graph=graph, cost=cost, before=before)
