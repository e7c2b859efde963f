"""Ways out, and people as a fluid, compiled."""

import heapq

import numpy as np
from numba import njit
from numpy.typing import NDArray

from indoor3d.routing.evacuation._simulate_kernels import NEVER, Net

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.int8]


@njit(cache=True, nogil=True)
def ways_out(
    start: Ints, order: Ints, tail: Ints, time_s: Floats, usable: Bytes, goal: Bytes
) -> tuple[Floats, Longs]:  # pragma: no cover - compiled
    """Seconds from every node to the nearest goal, and the order in which nodes were settled; ``order`` sorts arcs by their head."""
    found, rank = np.full(len(goal), np.inf), np.full(len(goal), np.int64(len(goal)))
    heap = [(np.inf, np.int64(0))]
    for node in range(len(goal)):
        if goal[node]:
            found[node] = 0.0
            heapq.heappush(heap, (0.0, np.int64(node)))
    settled = np.int64(0)
    while heap:
        at, v = heapq.heappop(heap)
        if at == np.inf:
            break
        if rank[v] < len(goal):
            continue
        rank[v] = settled
        settled += np.int64(1)
        for k in range(start[v], start[v + 1]):
            arc = order[k]
            if usable[arc] and at + time_s[arc] < found[tail[arc]]:
                found[tail[arc]] = at + time_s[arc]
                heapq.heappush(heap, (found[tail[arc]], np.int64(tail[arc])))
    return found, rank


@njit(cache=True, nogil=True)
def fluid(
    net: Net,
    begin: Floats,
    share: Floats,
    weight: Floats,
    transit: Longs,
    steps: int,
    out: Floats,
    passed: Floats,
    most: Floats,
) -> tuple[int, Floats, Floats]:  # pragma: no cover - compiled
    """People as a fluid: persons out by step, through each arc, longest queue of each server; the step of the end, who is left, who is on arcs.

    Every arc takes a step at least; each node is a zone.
    """
    nodes, arcs = len(begin), len(share)
    waiting, ends, on_arc = begin.copy(), np.zeros(arcs), np.zeros(arcs)
    ring = np.zeros((max(1, transit.max() + 1) if arcs else 1, arcs))
    left, total = begin.sum(), begin.sum()
    done = 0.0
    for step in range(steps):
        row = step % len(ring)
        for arc in range(arcs):
            ends[arc] += ring[row, arc]
            ring[row, arc] = 0.0
        for node in range(nodes):  # room at the heads, by weight
            if net.goal[0, node] == 1:
                for k in range(net.end_start[node], net.end_start[node + 1]):
                    arc = net.end_arc[k]
                    done += ends[arc]
                    on_arc[arc] -= ends[arc]
                    ends[arc] = 0.0
                continue
            room = net.zone_room[node] - waiting[node]
            while room > 1e-12:
                claim = 0.0
                for k in range(net.end_start[node], net.end_start[node + 1]):
                    claim += weight[net.end_arc[k]] if ends[net.end_arc[k]] > 0 else 0.0
                if claim <= 0:
                    break
                given = 0.0
                for k in range(net.end_start[node], net.end_start[node + 1]):
                    arc = net.end_arc[k]
                    if ends[arc] > 0:
                        part = min(ends[arc], room * weight[arc] / claim)
                        ends[arc] -= part
                        if ends[arc] < 1e-12:
                            part += ends[arc]
                            ends[arc] = 0.0
                        on_arc[arc] -= part
                        waiting[node] += part
                        given += part
                room -= given
                if given <= 1e-12:
                    break
        out[step] = done
        left = total - done
        if left <= 1e-9 * max(1.0, total):
            return step, waiting, on_arc
        for server in range(len(net.server_start) - 1):
            wanted, limit = 0.0, 0.0
            for k in range(net.server_start[server], net.server_start[server + 1]):
                arc = net.server_arc[k]
                if ends[arc] > 0 and on_arc[arc] >= net.hold[arc]:
                    continue
                wanted += share[arc] * waiting[net.tail[arc]]
                if net.headway_s[arc] < NEVER:
                    limit = max(limit, NEVER if net.headway_s[arc] <= 0 else net.step_s / net.headway_s[arc])
            part = 1.0 if wanted <= limit else limit / wanted
            if part < 1.0:
                most[server] = max(most[server], wanted - limit)
            for k in range(net.server_start[server], net.server_start[server + 1]):
                arc = net.server_arc[k]
                if ends[arc] > 0 and on_arc[arc] >= net.hold[arc]:
                    continue
                ring[(step + transit[arc]) % len(ring), arc] += part * share[arc] * waiting[net.tail[arc]]
        for arc in range(arcs):  # leave only after all have been looked at: arcs of one node share what waits there
            moved = ring[(step + transit[arc]) % len(ring), arc]
            passed[arc] += moved
            on_arc[arc] += moved
        for arc in range(arcs):
            waiting[net.tail[arc]] -= ring[(step + transit[arc]) % len(ring), arc]
    return steps, waiting, on_arc
