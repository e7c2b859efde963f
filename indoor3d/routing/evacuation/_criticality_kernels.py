"""Compiled inner loops of the ranking of failures: what hangs together with the outside, and queues step by step."""

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def parts_outside(tail: Any, head: Any, nodes: int, root: int) -> Any:  # pragma: no cover - compiled
    """Number of the biconnected part with ``root`` that each node is in, -1 where it is in none; edges go both ways (Hopcroft and Tarjan 1973)."""
    start = np.zeros(nodes + 1, np.int64)
    for edge in range(len(tail)):
        start[tail[edge] + 1] += 1
        start[head[edge] + 1] += 1
    start = np.cumsum(start)
    at, near = start[:-1].copy(), np.empty(2 * len(tail), np.int64)
    for edge in range(len(tail)):
        near[at[tail[edge]]] = head[edge]
        at[tail[edge]] += 1
        near[at[head[edge]]] = tail[edge]
        at[head[edge]] += 1
    at = start[:-1].copy()
    part, came = np.full(nodes, -1, np.int64), np.full(nodes, -1, np.int64)
    found, low = np.full(nodes, -1, np.int64), np.zeros(nodes, np.int64)
    way, kept = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    way[0], deep, held, count, parts = root, 1, 0, 1, 0
    found[root] = 0
    while deep:
        v = way[deep - 1]
        if at[v] < start[v + 1]:
            w = near[at[v]]
            at[v] += 1
            if found[w] >= 0:
                low[v] = min(low[v], found[w])
                continue
            found[w], low[w], came[w] = count, count, v
            count += 1
            way[deep], kept[held] = w, w
            deep, held = deep + 1, held + 1
            continue
        deep -= 1
        u = came[v]
        if u < 0:
            continue
        low[u] = min(low[u], low[v])
        if low[v] < found[u]:
            continue
        last = -1  # a part ends here: what was found since, and ``u``
        while last != v:
            held -= 1
            last = kept[held]
            if u == root:
                part[last] = parts
        parts += 1
    return part


@njit(cache=True, nogil=True)
def queues(
    line: Any, place: Any, through: Any, head: Any, transit: Any, group: Any, capacity: Any, most: Any, first: Any, last: Any,
    sink: Any, node: Any, release: Any, units: Any,
) -> int:  # fmt: skip  # pragma: no cover - compiled
    """Step of the last arrival where everybody follows one arc from each node; -1 where nobody is out.

    ``line`` are the nodes in the order in which they are served, ``place`` the number of each in it (-1: who is there has no way), ``through``
    the arc from each node, ``node``, ``release`` and ``units`` who begins where, by release. Who comes too late for an arc does not wait any more.
    """
    longest = 1
    for k in range(len(line)):
        longest = max(longest, transit[through[line[k]]])
    ring = longest + 1
    coming, out_at = np.zeros((ring, len(line)), np.int64), np.zeros(ring, np.int64)
    waiting, left = np.zeros(len(line), np.int64), np.zeros(len(most), np.int64)
    turn = np.full(len(most), -1, np.int64)
    row, step, out, moving, standing = 0, 0, -1, 0, 0
    while row < len(node) or moving or standing:
        now = step % ring
        while row < len(node) and release[row] == step:
            if sink[node[row]]:
                out = step
            elif place[node[row]] >= 0:
                waiting[place[node[row]]] += units[row]
                standing += units[row]
            row += 1
        if out_at[now]:
            out = step
            moving -= out_at[now]
            out_at[now] = 0
        for k in range(len(line)):
            if coming[now, k]:
                waiting[k] += coming[now, k]
                standing += coming[now, k]
                moving -= coming[now, k]
                coming[now, k] = 0
            if not waiting[k]:
                continue
            arc = through[line[k]]
            if step < first[arc]:
                continue
            sent = waiting[k]
            if step > last[arc]:
                standing -= sent
                waiting[k] = 0
                continue
            shared = group[arc]
            if shared >= 0:
                if turn[shared] != step:
                    turn[shared], left[shared] = step, most[shared]
                sent = min(sent, left[shared] * capacity[arc] // most[shared])
                left[shared] += (-sent * most[shared]) // capacity[arc]
            if not sent:
                continue
            waiting[k] -= sent
            standing -= sent
            moving += sent
            # who needs no time comes a step later: never too soon
            then = (step + max(transit[arc], 1)) % ring
            if sink[head[arc]]:
                out_at[then] += sent
            else:
                coming[then, place[head[arc]]] += sent
        step += 1
    return out


__all__ = ["parts_outside", "queues"]
