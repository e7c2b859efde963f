"""Shortest paths on columns: exact, deterministic, a few milliseconds.

To a reader this is networkx's ``dijkstra_path`` on :meth:`NavGraph.to_networkx`; the oracle tests prove the lengths
equal. Two traps of scipy's sparse graphs are dealt with here: its constructors *add* parallel edges, so the cheapest is
picked first; and an edge of weight zero is no edge, so weights are kept above zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_LEAST_S = 1e-9
_NONE = -9999
"""What scipy writes where a node has no predecessor."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arcs:
    """A directed graph without parallel arcs, sorted by (tail, head).

    Parameters
    ----------
    count : int
        Number of nodes.
    tail, head : (A,) int64
    weight : (A,) float64
        Positive, finite.
    label : (A,) int64
        What the arc stands for; given by whoever made it.
    start : (count + 1,) int64
        The arcs of node i are ``start[i]:start[i + 1]``.
    """

    count: int
    tail: Indices
    head: Indices
    weight: Floats
    label: Indices
    start: Indices

    def matrix(self) -> csr_array:
        """The arcs as scipy takes them."""
        return csr_array((self.weight, self.head, self.start), shape=(self.count, self.count))

    def between(self, tail: int, head: int) -> int:
        """Index of the arc from one node to another; there is one."""
        low, high = self.start[tail], self.start[tail + 1]
        return int(low + np.searchsorted(self.head[low:high], head))


def arcs(count: int, tail: Indices, head: Indices, *, weight: Floats, label: Indices) -> Arcs:
    """Keep the cheapest of parallel arcs, drop loops and those of infinite weight.

    Parameters
    ----------
    count : int
    tail, head, weight, label
        Columns of equal length, in any order.
    """
    keep = np.isfinite(weight) & (tail != head)
    tail, head, weight, label = tail[keep], head[keep], weight[keep], label[keep]
    order = np.lexsort((label, weight, head, tail))
    tail, head, weight, label = tail[order], head[order], weight[order], label[order]
    first = np.ones(len(tail), np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    tail, head, weight, label = tail[first], head[first], weight[first], label[first]
    start = np.searchsorted(tail, np.arange(count + 1)).astype(np.intp)
    return Arcs(count=count, tail=tail, head=head, weight=np.maximum(weight, _LEAST_S), label=label, start=start)


def extended(graph: Arcs, rows: list[tuple[Indices, Floats, Indices]]) -> Arcs:
    """Add nodes that only lead into the graph: one for every (head, weight, label) given."""
    heads, weights, labels, starts = [graph.head], [graph.weight], [graph.label], [graph.start]
    tails, total = [graph.tail], len(graph.head)
    for number, (head, weight, label) in enumerate(rows):
        order = np.lexsort((label, weight, head))
        order = order[np.isfinite(weight[order])]
        first = np.ones(len(order), np.bool_)
        first[1:] = head[order][1:] != head[order][:-1]
        order = order[first]
        heads.append(head[order])
        weights.append(np.maximum(weight[order], _LEAST_S))
        labels.append(label[order])
        tails.append(np.full(len(order), graph.count + number, np.intp))
        total += len(order)
        starts.append(np.array([total], np.intp))
    return Arcs(
        count=graph.count + len(rows),
        tail=np.concatenate(tails),
        head=np.concatenate(heads),
        weight=np.concatenate(weights),
        label=np.concatenate(labels),
        start=np.concatenate(starts),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """Shortest paths from one node to all.

    Parameters
    ----------
    graph : Arcs
    root : int
    cost : (N,) float64
        Infinite where no path leads.
    before : (N,) int32
        The node before each on its path.
    """

    graph: Arcs
    root: int
    cost: Floats
    before: NDArray[np.int32]

    def path(self, node: int) -> list[int]:
        """Arcs from the root to a node, in order; empty for the root itself."""
        found = []
        while node != self.root:
            previous = int(self.before[node])
            found.append(self.graph.between(previous, node))
            node = previous
        return found[::-1]

    def sums(self, weight: Floats) -> Floats:
        """Add up a weight along the path to every node.

        Parameters
        ----------
        weight : (A,) float64
            One for every arc of the graph.

        Returns
        -------
        (N,) float64
            Zero at the root, infinite where no path leads.
        """
        nodes = np.flatnonzero(np.isfinite(self.cost) & (np.arange(len(self.cost)) != self.root))
        count = self.graph.count
        arc = np.searchsorted(
            self.graph.tail * count + self.graph.head, self.before[nodes].astype(np.intp) * count + nodes
        )
        total, parent = np.zeros(len(self.cost)), np.full(len(self.cost), self.root)
        total[nodes], parent[nodes] = weight[arc], self.before[nodes]
        while (parent != self.root).any():  # each round doubles how far up the tree a sum reaches
            total, parent = total + total[parent], parent[parent]
        return np.where(np.isfinite(self.cost), total, np.inf)


def tree(graph: Arcs, root: int) -> Tree:
    """Find shortest paths from a node to every node."""
    cost, before = dijkstra(graph.matrix(), indices=root, return_predecessors=True)
    return Tree(graph=graph, root=root, cost=cost, before=before)
