"""Cheapest ways on compressed rows, compiled: one to all, drawn to a goal by landmarks, and from both ends at once.

A node's arcs are ``start[node]:start[node + 1]``; an arc that cannot be taken weighs infinity and parallel arcs may stay.

Trees and searches by landmarks keep what is open in a ring of buckets (Dial, "Algorithm 360: shortest-path forest with
topological ordering", 1969), each as wide as a share of the greatest weight and not sorted inside: a node that is improved
after it was settled is settled again (Denardo and Fox, "Shortest-route methods: 1. Reaching, pruning, and buckets", 1979).
So costs are exact whatever the width is; a poor width costs time only. On the bench graphs and the venues this takes an
eighth to a third of the time of a heap. A bucket is emptied in rounds, first come, first served, which bounds the work.

The search from both ends has heaps of four children a node that hold every node at most once (Johnson, "Priority queues
with update and finding minimum spanning trees", 1975); equal keys are ordered by node. It stops when the two smallest keys
add up to the best way found (Nicholson, "Finding the shortest route between two points in a network", 1966), which needs
no potential and stays exact for any weights above zero.

Scratch columns are the caller's: a node is fresh until its ``stamp`` is the number of this search, so that a short search
in a large graph touches little memory.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Pool = tuple[Ints, Ints, Floats]
"""Entries of buckets: their node, the next of the same bucket (or of those that are free), and what the way to it costs."""

RING = 128
"""Buckets; with 64 to 1,024, trees on the bench graphs and the venues take the same time within a tenth."""
_SPAN = RING - 2
"""So many buckets ahead an arc may lead at most."""


@njit(cache=True, nogil=True, inline="always")
def _before(key: Floats, one: int, other: int) -> bool:
    return key[one] < key[other] or (key[one] == key[other] and one < other)


@njit(cache=True, nogil=True)
def _rise(heap: Ints, place: Ints, key: Floats, index: int) -> None:
    node = heap[index]
    while index > 0:
        parent = (index - 1) >> 2
        if not _before(key, node, heap[parent]):
            break
        heap[index] = heap[parent]
        place[heap[index]] = index
        index = parent
    heap[index] = node
    place[node] = index


@njit(cache=True, nogil=True)
def _pop(heap: Ints, place: Ints, key: Floats, size: int) -> int:
    """Take the least node off a heap of ``size``; it is then marked as settled."""
    least = heap[0]
    place[least] = -1
    node = heap[size - 1]
    size -= 1
    index = 0
    while True:
        child = 4 * index + 1
        if child >= size:
            break
        best = child
        for other in range(child + 1, min(child + 4, size)):
            if _before(key, heap[other], heap[best]):
                best = other
        if not _before(key, heap[best], node):
            break
        heap[index] = heap[best]
        place[heap[index]] = index
        index = best
    if size > 0:
        heap[index] = node
        place[node] = index
    return least


@njit(cache=True, nogil=True)
def longest(weight: Floats) -> float:
    """Greatest finite weight; 1 where there is none above zero."""
    most = 0.0
    for value in weight:
        if most < value < np.inf:
            most = value
    return most if most > 0.0 else 1.0


@njit(cache=True, nogil=True)
def _pool(count: int) -> Pool:
    return np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.float64)


@njit(cache=True, nogil=True)
def grow(
    start: Ints,
    head: Ints,
    weight: Floats,
    most: float,
    sources: Ints,
    offsets: Floats,
    limit: float,
    cost: Floats,
    before: Ints,
) -> None:
    """Grow the tree of cheapest ways from sources that begin at ``offsets``, up to a cost.

    Parameters
    ----------
    start, head, weight
        The graph; ``start`` has one more entry than there are nodes.
    most : float
        About the greatest finite weight.
    sources, offsets : (S,)
    limit : float
        Nodes that cost more are left out.
    cost, before : (N,)
        Written: infinity and -1 where no way leads; ``before`` is the last arc of the way, -2 at a source. Of ways that
        cost the same, the one whose last arc comes first.
    """
    room = len(cost) + len(sources)
    while not _grown(start, head, weight, most, sources, offsets, limit, cost, before, _pool(room)):
        room *= 2


@njit(cache=True, nogil=True)
def _grown(
    start: Ints,
    head: Ints,
    weight: Floats,
    most: float,
    sources: Ints,
    offsets: Floats,
    limit: float,
    cost: Floats,
    before: Ints,
    pool: Pool,
) -> bool:
    """See :func:`grow`; False where the pool is too small."""
    cost[:] = np.inf
    before[:] = -1
    node_of, after, key = pool
    first = np.full(RING, -1, np.int32)
    # Unsigned numbers need no look whether they count from the end.
    at, last, one = np.uint64(0), np.uint64(RING - 1), np.uint64(1)
    least, share = np.inf if len(offsets) == 0 else offsets.min(), _SPAN / most
    size = open_ = 0
    free = -1
    for i in range(len(sources)):
        if offsets[i] < cost[sources[i]] and offsets[i] <= limit:
            cost[sources[i]] = offsets[i]
            before[sources[i]] = -2
            bucket = np.uint64((offsets[i] - least) * share) & last
            node_of[size], key[size], after[size] = sources[i], offsets[i], first[bucket]
            first[bucket] = size
            size += 1
            open_ += 1
    while open_ > 0:
        entry = first[at]
        if entry < 0:
            at = (at + one) & last
            continue
        first[at] = -1
        while entry >= 0:
            here, node, slot = key[entry], np.uint32(node_of[entry]), np.uint32(entry)
            after[slot], free, entry = free, entry, after[slot]
            open_ -= 1
            if here > cost[node]:
                continue
            for arc in range(np.uint32(start[node]), np.uint32(start[node + 1])):
                new, target = here + weight[arc], np.uint32(head[arc])
                if new < cost[target] and new <= limit:
                    cost[target] = new
                    before[target] = arc
                    if free >= 0:
                        slot = np.uint32(free)
                        free = after[slot]
                    elif size < len(key):
                        slot = np.uint32(size)
                        size += 1
                    else:
                        return False
                    bucket = np.uint64((new - least) * share) & last
                    node_of[slot], key[slot], after[slot] = target, new, first[bucket]
                    first[bucket] = slot
                    open_ += 1
                elif new == cost[target] and here < new and arc < before[target]:
                    before[target] = arc
    return True


@njit(cache=True, nogil=True)
def _seed(
    nodes: Ints,
    offsets: Floats,
    now: int,
    stamp: Ints,
    cost: Floats,
    before: Ints,
    heap: Ints,
    place: Ints,
) -> int:
    size = 0
    for i in range(len(nodes)):
        node = nodes[i]
        if not np.isfinite(offsets[i]) or (stamp[node] == now and cost[node] <= offsets[i]):
            continue
        if stamp[node] != now:
            stamp[node] = now
            heap[size] = node
            place[node] = size
            size += 1
        cost[node] = offsets[i]
        before[node] = -2
        _rise(heap, place, cost, place[node])
    return size


@njit(cache=True, nogil=True)
def _traced(before: Ints, tail: Ints, meeting: int, path: Ints) -> int:
    """Write the arcs from a source to a node in order, and the node itself at the end of ``path``; gives their number."""
    path[len(path) - 1] = meeting
    length, node = 0, meeting
    while before[node] >= 0:
        path[length] = before[node]
        node = tail[before[node]]
        length += 1
    path[:length] = path[:length][::-1].copy()
    return length


@njit(cache=True, nogil=True)
def _advance(
    rows: tuple[Ints, Ints, Ints],
    weight: Floats,
    now: int,
    own: tuple[Ints, Floats, Ints, Ints, Ints],
    size: int,
    other: tuple[Ints, Floats],
    best: float,
    meeting: int,
) -> tuple[int, float, int]:
    """Settle one node of one side, and look where its arcs meet the other side."""
    start, end, arcs = rows
    stamp, cost, before, heap, place = own
    met_stamp, met_cost = other
    node = _pop(heap, place, cost, size)
    size -= 1
    here = cost[node]
    for row in range(start[node], start[node + 1]):
        arc = arcs[row]
        new = here + weight[arc]
        target = end[row]
        if new >= best or (stamp[target] == now and new >= cost[target]):
            continue
        if stamp[target] != now:
            stamp[target] = now
            heap[size] = target
            place[target] = size
            size += 1
        elif place[target] < 0:
            continue
        cost[target] = new
        before[target] = arc
        _rise(heap, place, cost, place[target])
        if met_stamp[target] == now and new + met_cost[target] < best:
            best = new + met_cost[target]
            meeting = target
    return size, best, meeting


@njit(cache=True, nogil=True)
def meet(
    start: Ints,
    head: Ints,
    tail: Ints,
    same: Ints,
    back_start: Ints,
    back_tail: Ints,
    back_arc: Ints,
    weight: Floats,
    sources: Ints,
    offsets: Floats,
    goals: Ints,
    endings: Floats,
    now: int,
    stamp: Ints,
    cost: Floats,
    before: Ints,
    heap: Ints,
    place: Ints,
    path: Ints,
    bound: float,
) -> tuple[float, int]:
    """Find the cheapest way from any source to any goal, by searches from both ends.

    Parameters
    ----------
    start, head, tail, same
        Arcs by tail; ``same`` is 0, 1, 2, ….
    back_start, back_tail, back_arc
        The same arcs by head, with the arc that each row is.
    sources, offsets, goals, endings
        Where ways begin and end, and what it costs before and after.
    now : int
        Number of this search, above that of every search before it with the same scratch.
    stamp, cost, before, heap, place : (2, N)
        Scratch of the two sides.
    path : (N + 1,)
        Written: the arcs of the way in order, and at N a node of the way.
    bound : float
        A way that costs as much is not of interest.

    Returns
    -------
    cost, length : float, int
        Infinity and 0 where there is no way below ``bound``.
    """
    size_a = _seed(sources, offsets, now, stamp[0], cost[0], before[0], heap[0], place[0])
    size_b = _seed(goals, endings, now, stamp[1], cost[1], before[1], heap[1], place[1])
    a, b = ((stamp[0], cost[0], before[0], heap[0], place[0]), (stamp[1], cost[1], before[1], heap[1], place[1]))
    best, meeting = bound, -1
    for node in goals:
        if stamp[0, node] == now and stamp[1, node] == now and cost[0, node] + cost[1, node] < best:
            best, meeting = cost[0, node] + cost[1, node], node
    ahead, back = (start, head, same), (back_start, back_tail, back_arc)
    while size_a > 0 and size_b > 0:
        key_a, key_b = cost[0, heap[0, 0]], cost[1, heap[1, 0]]
        if key_a + key_b >= best:
            break
        if key_a <= key_b:
            size_a, best, meeting = _advance(ahead, weight, now, a, size_a, (b[0], b[1]), best, meeting)
        else:
            size_b, best, meeting = _advance(back, weight, now, b, size_b, (a[0], a[1]), best, meeting)
    if meeting < 0:
        return np.inf, 0
    length = _traced(before[0], tail, meeting, path)
    node = meeting
    while before[1, node] >= 0:
        path[length] = before[1, node]
        node = head[before[1, node]]
        length += 1
    return best, length


@njit(cache=True, nogil=True)
def _hope(node: int, bounds: Floats, chosen: Ints, edge: Floats) -> float:
    """Least that it can cost from a node to the goals, by the triangle inequality at the chosen landmarks."""
    most = 0.0
    for i in range(len(chosen)):
        bound = bounds[chosen[i], node] - edge[i]
        if bound > most:  # noqa: PLR1730 - where both are infinite the difference is NaN, which is not more
            most = bound
    return most


@njit(cache=True, nogil=True)
def seek(
    start: Ints,
    head: Ints,
    tail: Ints,
    weight: Floats,
    most: float,
    bounds: Floats,
    sources: Ints,
    offsets: Floats,
    goals: Ints,
    endings: Floats,
    now: int,
    stamp: Ints,
    cost: Floats,
    before: Ints,
    heap: Ints,
    place: Ints,
    key: Floats,
    hope: Floats,
    path: Ints,
    bound: float,
) -> tuple[float, int]:
    """Find the cheapest way from any source to any goal, drawn to the goals by landmarks.

    A* with the lower bounds of ALT (Goldberg and Harrelson, "Computing the shortest path: A* search meets graph theory",
    2005): what it costs from a landmark, and to it, differs between two nodes by no more than the way between them.
    Bounds for weights no greater than these stay bounds, so closures need no new landmarks.

    Parameters
    ----------
    most : float
        About the greatest finite weight.
    bounds : (2 L, N)
        Less cost from every landmark to every node, and cost from every node to every landmark.
    stamp, cost, before, heap, place : (2, N)
        Scratch; the second rows of ``stamp`` and ``cost`` mark the goals and what is added there.
    key, hope : (N,)
        Scratch.

    Returns
    -------
    cost, length : float, int
        As :func:`meet`.
    """
    edge = _at_goals(bounds, goals, endings, now, stamp[1], cost[1])
    chosen = _best_marks(bounds, sources, edge)
    reached, met = (stamp[0], cost[0], before[0], hope), (stamp[1], cost[1])
    pool = (heap[0], place[0], key)
    graph, drawn = (start, head, weight, most), (bounds, chosen, edge[chosen])
    while True:
        best, meeting = _sought(graph, drawn, sources, offsets, now, reached, met, pool, bound)
        if meeting != _FULL:
            break
        pool = _pool(2 * len(pool[0]) + len(sources))
        stamp[0, :] = 0
    if meeting < 0:
        return np.inf, 0
    return best, _traced(before[0], tail, meeting, path)


_FULL = -2


@njit(cache=True, nogil=True)
def _sought(
    graph: tuple[Ints, Ints, Floats, float],
    drawn: tuple[Floats, Ints, Floats],
    sources: Ints,
    offsets: Floats,
    now: int,
    reached: tuple[Ints, Floats, Ints, Floats],
    met: tuple[Ints, Floats],
    pool: Pool,
    best: float,
) -> tuple[float, int]:
    """What the way costs, and the goal it leads to (-1: there is none, :data:`_FULL`: the pool is too small)."""
    start, head, weight, most = graph
    bounds, chosen, edge = drawn
    stamp, cost, before, hope = reached
    met_stamp, met_cost = met
    node_of, after, key = pool
    first = np.full(RING, -1, np.int32)
    at, last, one = np.uint64(0), np.uint64(RING - 1), np.uint64(1)
    # An arc that leads away from the goal adds its weight to what is spent and about as much to what is hoped for.
    width = 2 * most / _SPAN
    share = 1 / width
    size = open_ = 0
    free = meeting = -1
    least = np.inf
    for i in range(len(sources)):
        least = min(least, offsets[i] + _hope(sources[i], bounds, chosen, edge))
    for i in range(len(sources)):
        source = sources[i]
        hope[source] = _hope(source, bounds, chosen, edge)
        if offsets[i] + hope[source] >= best or (stamp[source] == now and cost[source] <= offsets[i]):
            continue
        if size == len(key):
            return np.inf, _FULL
        stamp[source], cost[source], before[source] = now, offsets[i], -2
        bucket = np.uint64((offsets[i] + hope[source] - least) * share) & last
        node_of[size], key[size], after[size] = source, offsets[i], first[bucket]
        first[bucket] = size
        size += 1
        open_ += 1
    while open_ > 0:
        entry = first[at & last]
        if entry < 0:
            at += one
            if least + at * width >= best:
                break
            continue
        first[at & last] = -1
        while entry >= 0:
            here, node, slot = key[entry], np.uint32(node_of[entry]), np.uint32(entry)
            after[slot], free, entry = free, entry, after[slot]
            open_ -= 1
            if here > cost[node] or here + hope[node] >= best:
                continue
            if met_stamp[node] == now and here + met_cost[node] < best:
                best, meeting = here + met_cost[node], int(node)
            for arc in range(np.uint32(start[node]), np.uint32(start[node + 1])):
                new, target = here + weight[arc], np.uint32(head[arc])
                if new >= best or (stamp[target] == now and new >= cost[target]):
                    continue
                if stamp[target] != now:
                    hope[target] = _hope(target, bounds, chosen, edge)
                whole = new + hope[target]
                if whole >= best:
                    continue
                if free >= 0:
                    slot = np.uint32(free)
                    free = after[slot]
                elif size < len(key):
                    slot = np.uint32(size)
                    size += 1
                else:
                    return np.inf, _FULL
                stamp[target], cost[target], before[target] = now, new, arc
                # bounds are rounded: what seems to lie behind belongs to this bucket
                bucket = max(np.uint64(max(whole - least, 0.0) * share), at) & last
                node_of[slot], key[slot], after[slot] = target, new, first[bucket]
                first[bucket] = slot
                open_ += 1
    return best, meeting


@njit(cache=True, nogil=True)
def _at_goals(bounds: Floats, goals: Ints, endings: Floats, now: int, stamp: Ints, cost: Floats) -> Floats:
    """Mark the goals; what is least hopeful there by each bound."""
    edge = np.full(len(bounds), -np.inf)
    for i in range(len(goals)):
        node, ending = goals[i], endings[i]
        if not np.isfinite(ending):
            continue
        if stamp[node] != now or ending < cost[node]:
            stamp[node] = now
            cost[node] = ending
        for mark in range(len(bounds)):
            edge[mark] = max(edge[mark], bounds[mark, node] - ending)
    return edge


_USED = 6
"""Bounds that a search looks at: the best few bound as well as all and cost less (measured on the bench graphs)."""


@njit(cache=True, nogil=True)
def _best_marks(bounds: Floats, sources: Ints, edge: Floats) -> Ints:
    """The bounds that promise most for the first of the sources."""
    worth = np.zeros(len(bounds))
    for mark in range(len(bounds)):
        bound = bounds[mark, sources[0]] - edge[mark]
        if bound > 0.0:
            worth[mark] = bound
    return np.argsort(-worth)[:_USED].astype(np.int32)


@njit(cache=True, nogil=True)
def all_pairs(start: Ints, head: Ints, weight: Floats, most: float, cost: NDArray[np.float32], before: Ints) -> None:
    """Fill the table of cheapest ways between all nodes: (N, N) costs, and the last arc of each way."""
    count = len(start) - 1
    row_cost = np.empty(count, np.float64)
    source, zero = np.empty(1, np.int32), np.zeros(1, np.float64)
    for node in range(count):
        source[0] = node
        grow(start, head, weight, most, source, zero, np.inf, row_cost, before[node])
        cost[node] = row_cost


@njit(cache=True, nogil=True)
def read(before: Ints, tail: Ints, goal: int, path: Ints) -> int:
    """Write the arcs of the way to a node into ``path``, last first; gives their number."""
    length = 0
    arc = before[goal]
    while arc >= 0:
        path[length] = arc
        length += 1
        arc = before[tail[arc]]
    return length
