"""The search behind :mod:`indoor3d.routing.evacuation.earliest`, compiled."""

from heapq import heappop, heappush
from typing import Any

import numpy as np
from numba import njit

_ROUNDING_S = 1e-9


@njit(cache=True, nogil=True)
def earliest(
    start: Any,
    head: Any,
    seconds: Any,
    opens: Any,
    closes: Any,
    sources: Any,
    begun: Any,
    bound: Any,
    until: Any,
    arrival: Any,
    before: Any,
) -> int:  # pragma: no cover - compiled
    """Find the exit that is reached first while arcs close, and open, on the way.

    Who comes to an arc before it opens waits; who would still be on it when it closes does not go. So whoever is somewhere sooner
    is nowhere later for it, and each node is settled once. The search is drawn to the exits by ``bound``, what each node is from them
    with nothing closing.

    Parameters
    ----------
    start : (N + 1,) int32
    head : (A,) int32
    seconds, opens, closes : (A,) float64
    sources : (S,) int32
    begun : (S,) float64
        When each is reached; infinite where it is not.
    bound : (N,) float64
    until : (N,) float64
        Until when a node is an exit; minus infinity where it is none.
    arrival : (N,) float64
        Written.
    before : (N,) int32
        Written: the last arc, -1 where nobody comes, -2 at sources.

    Returns
    -------
    int
        The exit; -1 where none is reached.
    """
    arrival[:] = np.inf
    before[:] = -1
    settled = np.zeros(len(arrival), np.bool_)
    queue = [(np.inf, np.int64(-1))]
    for i in range(len(sources)):
        node = sources[i]
        if begun[i] < arrival[node] and bound[node] < np.inf:
            arrival[node] = begun[i]
            before[node] = -2
            heappush(queue, (begun[i] + bound[node], np.int64(node)))
    while queue:
        _, node = heappop(queue)
        if node < 0:
            break
        if settled[node]:
            continue
        settled[node] = True
        now = arrival[node]
        if now <= until[node]:
            return int(node)
        for arc in range(start[node], start[node + 1]):
            target = head[arc]
            if bound[target] == np.inf:
                continue
            then = max(now, opens[arc]) + seconds[arc]
            if then > closes[arc] + _ROUNDING_S or then >= arrival[target]:
                continue
            arrival[target] = then
            before[target] = arc
            settled[target] = False
            heappush(queue, (then + bound[target], np.int64(target)))
    return -1
