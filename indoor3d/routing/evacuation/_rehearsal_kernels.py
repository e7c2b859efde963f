"""Which single direction each sign should have, searched for, compiled.

Signs that never change make a forest: everybody who comes to a node goes on by the one arc. How long such a forest takes is bounded by each of its
arcs: the first can be there so soon, all who come there take so long to get through, and then there is the rest of the way.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Bytes = NDArray[np.int8]


@njit(cache=True, nogil=True)
def bound(
    sign: Longs,
    head: Longs,
    server: Longs,
    time_s: Floats,
    headway_s: Floats,
    people: Floats,
    sink: Bytes,
    order: Longs,
    load: Floats,
    first_s: Floats,
    busy: Floats,
    worst_s: Floats,
    togo_s: Floats,
) -> tuple[float, float]:  # pragma: no cover - compiled
    """Seconds that a forest of signs takes at least, and the same summed over all people; infinite where it leads somebody nowhere.

    Written are, for each node, ``order`` from far to near, ``load`` of those who come through, ``first_s`` when the first of them can, ``worst_s``
    the bound of all arcs on the way from there, ``togo_s`` the way; and ``busy``, who goes through each passage.
    """
    nodes = len(sign)
    for v in range(nodes):
        load[v] = people[v]
        first_s[v] = 0.0 if people[v] > 0 else np.inf
        worst_s[v] = 0.0
    for v in range(nodes):  # worst_s counts arcs that come in, until it is wanted
        if sign[v] >= 0:
            worst_s[head[sign[v]]] += 1
            busy[server[sign[v]]] = 0.0
    found = 0
    for v in range(nodes):
        if worst_s[v] == 0:
            order[found] = v
            found += 1
    at = 0
    while at < found:
        v = order[at]
        at += 1
        arc = sign[v]
        if arc < 0:
            continue
        ahead = head[arc]
        load[ahead] += load[v]
        busy[server[arc]] += load[v]
        first_s[ahead] = min(first_s[ahead], first_s[v] + time_s[arc])
        worst_s[ahead] -= 1
        if worst_s[ahead] == 0:
            order[found] = ahead
            found += 1
    if found < nodes:
        return np.inf, np.inf
    most, total = 0.0, 0.0
    for i in range(nodes - 1, -1, -1):
        v = order[i]
        arc = sign[v]
        if arc < 0:
            worst_s[v] = togo_s[v] = 0.0
            if load[v] > 0 and not sink[v]:
                return np.inf, np.inf
            continue
        ahead = head[arc]
        worst_s[v], togo_s[v] = worst_s[ahead], time_s[arc] + togo_s[ahead]
        if load[v] > 0:
            held = first_s[v] + max(busy[server[arc]] - 1.0, 0.0) * headway_s[arc]
            worst_s[v] = max(worst_s[v], held + togo_s[v])
            if people[v] > 0:
                most = max(most, worst_s[v])
                total += people[v] * worst_s[v]
    return most, total


@njit(cache=True, nogil=True)
def descend(
    sign: Longs,
    head: Longs,
    server: Longs,
    time_s: Floats,
    headway_s: Floats,
    people: Floats,
    sink: Bytes,
    start: Longs,
    out: Longs,
    allowed: Bytes,
    servers: int,
    part: float,
    near: float,
    looks: int,
) -> Floats:  # pragma: no cover - compiled
    """Turn one sign after another, the one that helps most, until none helps or ``looks`` forests were looked at; who comes through each node then.

    What is made small is the bound and ``part`` of its mean over people. Only signs are turned that hold up somebody for ``near`` of the bound.
    ``out`` are the arcs of each node from ``start``; ``allowed`` says which a sign may show.
    """
    nodes = len(sign)
    order, load, first_s = np.zeros(nodes, np.int64), np.zeros(nodes), np.zeros(nodes)
    busy, worst_s, togo_s = np.zeros(servers), np.zeros(nodes), np.zeros(nodes)
    everybody = max(1.0, people.sum())
    looked = 1
    most, total = bound(
        sign, head, server, time_s, headway_s, people, sink, order, load, first_s, busy, worst_s, togo_s
    )
    cost = most + part * total / everybody
    while cost < np.inf:
        some = np.zeros(nodes, np.bool_)
        for v in range(nodes):
            some[v] = sign[v] >= 0 and load[v] > 0 and worst_s[v] >= near * most
        turned, arc_then, least = -1, -1, cost - 1e-6
        for v in range(nodes):
            if not some[v]:
                continue
            was = sign[v]
            for k in range(start[v], start[v + 1]):
                arc = out[k]
                if arc == was or not allowed[arc]:
                    continue
                if looked >= looks:
                    break
                sign[v] = arc
                looked += 1
                one, all_of_them = bound(
                    sign, head, server, time_s, headway_s, people, sink, order, load, first_s, busy, worst_s, togo_s
                )
                if one + part * all_of_them / everybody < least:
                    turned, arc_then, least = v, arc, one + part * all_of_them / everybody
            sign[v] = was
        if turned < 0:
            break
        sign[turned] = arc_then
        cost = least
        most, total = bound(
            sign, head, server, time_s, headway_s, people, sink, order, load, first_s, busy, worst_s, togo_s
        )
        looked += 1
    bound(sign, head, server, time_s, headway_s, people, sink, order, load, first_s, busy, worst_s, togo_s)
    return load
