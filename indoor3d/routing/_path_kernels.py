"""Dijkstra's algorithm on compressed rows, compiled: one to all, and from both ends at once.

A node's arcs are ``start[node]:start[node + 1]``; an arc that cannot be taken weighs infinity and parallel arcs may stay.
Heaps have four children a node and hold every node at most once (Johnson, "Priority queues with update and finding
minimum spanning trees", 1975); equal keys are ordered by node, so that an answer does not depend on the order of arcs.
The search from both ends stops when the two smallest keys add up to the best way found (Nicholson, "Finding the shortest
route between two points in a network", 1966), which needs no potential and stays exact for any weights above zero.

Scratch columns are the caller's: a node is fresh until its ``stamp`` is the number of this search, so that a short search
in a large graph touches little memory.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


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
def _put(key: Floats, heap: Ints, index: int, cost: float, node: int) -> None:
    """Put a node on a heap of ``index`` entries."""
    while index > 0:
        parent = (index - 1) >> 2
        if key[parent] < cost or (key[parent] == cost and heap[parent] <= node):
            break
        key[index], heap[index] = key[parent], heap[parent]
        index = parent
    key[index], heap[index] = cost, node


@njit(cache=True, nogil=True)
def _take(key: Floats, heap: Ints, size: int) -> None:
    """Close the gap that the least leaves in a heap of ``size`` entries and one more."""
    cost, node = key[size], heap[size]
    index = 0
    while True:
        child = 4 * index + 1
        if child >= size:
            break
        best, least = child, key[child]
        for other in range(child + 1, min(child + 4, size)):
            if key[other] < least or (key[other] == least and heap[other] < heap[best]):
                best, least = other, key[other]
        if cost < least or (cost == least and node <= heap[best]):
            break
        key[index], heap[index] = least, heap[best]
        index = best
    key[index], heap[index] = cost, node


@njit(cache=True, nogil=True)
def grow(
    start: Ints,
    head: Ints,
    weight: Floats,
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
    sources, offsets : (S,)
    limit : float
        Nodes that cost more are left out.
    cost, before : (N,)
        Written: infinity and -1 where no way leads; ``before`` is the last arc of the way, -2 at a source.
    """
    cost[:] = np.inf
    before[:] = -1
    # What a node cost when it was put on stays beside it: looking keys up in ``cost`` would miss the cache. A node may
    # be on the heap several times; all but the cheapest are passed over.
    key = np.empty(len(head) + len(sources), np.float64)
    heap = np.empty(len(head) + len(sources), np.int32)
    size = 0
    for i in range(len(sources)):
        if offsets[i] < cost[sources[i]] and offsets[i] <= limit:
            cost[sources[i]] = offsets[i]
            before[sources[i]] = -2
            _put(key, heap, size, offsets[i], sources[i])
            size += 1
    while size > 0:
        here, node = key[0], heap[0]
        size -= 1
        _take(key, heap, size)
        if here > cost[node]:
            continue
        for arc in range(start[node], start[node + 1]):
            new = here + weight[arc]
            target = head[arc]
            if new < cost[target] and new <= limit:
                cost[target] = new
                before[target] = arc
                _put(key, heap, size, new, target)
                size += 1


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
def _hope(node: int, away: Floats, home: Floats, least: Floats, most: Floats, chosen: Ints) -> float:
    """Least that it can cost from a node to the goals, by the triangle inequality at the chosen landmarks."""
    bound = 0.0
    for i in range(len(chosen)):
        mark = chosen[i]
        by_away = least[mark] - away[node, mark]
        if by_away > bound:  # noqa: PLR1730 - where both are infinite the difference is NaN, which is not more
            bound = by_away
        by_home = home[node, mark] - most[mark]
        if by_home > bound:  # noqa: PLR1730
            bound = by_home
    return bound


@njit(cache=True, nogil=True)
def seek(
    start: Ints,
    head: Ints,
    tail: Ints,
    weight: Floats,
    away: Floats,
    home: Floats,
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
    path: Ints,
    bound: float,
) -> tuple[float, int]:
    """Find the cheapest way from any source to any goal, drawn to the goals by landmarks.

    A* with the lower bounds of ALT (Goldberg and Harrelson, "Computing the shortest path: A* search meets graph theory",
    2005): what it costs from a landmark, and to it, differs between two nodes by no more than the way between them.
    Bounds for weights no greater than these stay bounds, so closures need no new landmarks.

    Parameters
    ----------
    away, home : (N, L)
        Cost from every landmark to every node, and from every node to every landmark.
    stamp, cost, before, heap, place : (2, N)
        Scratch; the second rows of ``stamp`` and ``cost`` mark the goals and what is added there.
    key : (N,)
        Scratch: what a way over a node costs at least.

    Returns
    -------
    cost, length : float, int
        As :func:`meet`.
    """
    least, most = _at_goals(away, home, goals, endings, now, stamp[1], cost[1])
    chosen = _best_marks(away, home, sources, least, most)
    spent, last, seen, line, where = cost[0], before[0], stamp[0], heap[0], place[0]
    size, best, meeting = _seed(sources, offsets, now, seen, spent, last, line, where), bound, -1
    for i in range(size):
        key[line[i]] = spent[line[i]] + _hope(line[i], away, home, least, most, chosen)
    for i in range(size):
        _rise(line, where, key, i)
    while size > 0 and key[line[0]] < best:
        node = _pop(line, where, key, size)
        size -= 1
        here = spent[node]
        hoped = key[node] - here
        if stamp[1, node] == now and here + cost[1, node] < best:
            best, meeting = here + cost[1, node], node
        for arc in range(start[node], start[node + 1]):
            new = here + weight[arc]
            target = head[arc]
            if new >= best or (seen[target] == now and new >= spent[target]):
                continue
            if seen[target] == now:
                hope = key[target] - spent[target]
            else:
                # never less than the parent's hope allows: bounds that are rounded stay in order
                hope = max(_hope(target, away, home, least, most, chosen), hoped - weight[arc])
            if new + hope >= best:
                continue
            if seen[target] != now or where[target] < 0:
                seen[target] = now
                line[size] = target
                where[target] = size
                size += 1
            spent[target] = new
            last[target] = arc
            key[target] = new + hope
            _rise(line, where, key, where[target])
    if meeting < 0:
        return np.inf, 0
    return best, _traced(last, tail, meeting, path)


@njit(cache=True, nogil=True)
def _at_goals(
    away: Floats, home: Floats, goals: Ints, endings: Floats, now: int, stamp: Ints, cost: Floats
) -> tuple[Floats, Floats]:
    """Mark the goals; the least that landmarks need to them, and the most that they need to landmarks."""
    marks = away.shape[1]
    least, most = np.full(marks, np.inf), np.full(marks, -np.inf)
    for i in range(len(goals)):
        node, ending = goals[i], endings[i]
        if not np.isfinite(ending):
            continue
        if stamp[node] != now or ending < cost[node]:
            stamp[node] = now
            cost[node] = ending
        for mark in range(marks):
            least[mark] = min(least[mark], away[node, mark] + ending)
            most[mark] = max(most[mark], home[node, mark] - ending)
    return least, most


_USED = 3
"""Landmarks that a search looks at: the best few bound as well as all and cost less (measured on the bench graphs)."""


@njit(cache=True, nogil=True)
def _best_marks(away: Floats, home: Floats, sources: Ints, least: Floats, most: Floats) -> Ints:
    """The landmarks that promise most for the first of the sources."""
    marks = away.shape[1]
    worth = np.zeros(marks)
    if len(sources) > 0:
        for mark in range(marks):
            one, other = least[mark] - away[sources[0], mark], home[sources[0], mark] - most[mark]
            worth[mark] = 0.0 if np.isnan(one) or np.isnan(other) else max(0.0, one, other)
    return np.argsort(-worth)[:_USED].astype(np.int32)


@njit(cache=True, nogil=True)
def all_pairs(start: Ints, head: Ints, weight: Floats, cost: NDArray[np.float32], before: Ints) -> None:
    """Fill the table of cheapest ways between all nodes: (N, N) costs, and the last arc of each way."""
    count = len(start) - 1
    row_cost = np.empty(count, np.float64)
    source, zero = np.empty(1, np.int32), np.zeros(1, np.float64)
    for node in range(count):
        source[0] = node
        grow(start, head, weight, source, zero, np.inf, row_cost, before[node])
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
