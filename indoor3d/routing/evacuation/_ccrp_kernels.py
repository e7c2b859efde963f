"""Compiled inner loops of evacuation plans: arrivals, departures, residual capacity in time.

Quantities are whole units (a unit is a fraction of a person) and whole steps; see :mod:`indoor3d.routing.evacuation.optimum` for what
they mean.
"""

import heapq
from typing import Any

import numpy as np
from numba import njit

NEVER = 1 << 30
"""A step that does not come."""

DONE, LONGER, FULL, CONTRADICTION = 0, 1, 2, 3
"""How :func:`fill` ended: everybody has a way; the horizon is too short; the buffers are full; a bug."""

_OFTEN = 0.95
"""When the share of sources with people is less than this of what it was, where the rest can be is looked up anew."""


@njit(cache=True, nogil=True)
def earliest(
    start: Any, order: Any, head: Any, transit: Any, first: Any, last: Any, node: Any, step: Any, nodes: int
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """First step at which each node can be reached from any (node, step), with waiting allowed and nobody in the way."""
    found = np.full(nodes, NEVER, np.int64)
    heap = [(np.int64(NEVER), np.int64(0))]
    for row in range(len(node)):
        if step[row] < found[node[row]]:
            found[node[row]] = step[row]
            heapq.heappush(heap, (np.int64(step[row]), np.int64(node[row])))
    while heap:
        at, u = heapq.heappop(heap)
        if at >= NEVER:
            break
        if at > found[u]:
            continue
        for slot in range(start[u], start[u + 1]):
            arc = order[slot]
            enter = max(at, first[arc])
            if enter > last[arc]:
                continue
            arrive, v = enter + transit[arc], head[arc]
            if arrive < found[v]:
                found[v] = arrive
                heapq.heappush(heap, (np.int64(arrive), np.int64(v)))
    return found


@njit(cache=True, nogil=True)
def latest(
    start: Any, order: Any, tail: Any, transit: Any, first: Any, last: Any, by: Any
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """Last step at which each node may be left so that a node with ``by`` >= 0 is reached by that step; -1 where it cannot."""
    found = by.copy()
    heap = [(np.int64(1), np.int64(0))]
    for node in range(len(by)):
        if by[node] >= 0:
            heapq.heappush(heap, (np.int64(-by[node]), np.int64(node)))
    while heap:
        key, v = heapq.heappop(heap)
        if key > 0:
            break
        if -key < found[v]:
            continue
        for slot in range(start[v], start[v + 1]):
            arc = order[slot]
            leave = min(last[arc], -key - transit[arc])
            if leave < first[arc] or leave < 0:
                continue
            u = tail[arc]
            if leave > found[u]:
                found[u] = leave
                heapq.heappush(heap, (np.int64(-leave), np.int64(u)))
    return found


@njit(cache=True, nogil=True)
def _free(behind: Any, group: int, step: Any) -> Any:  # pragma: no cover - compiled
    """Last step up to ``step`` at which a group has capacity left; -1 if there is none."""
    here = step + 1
    root = here
    while behind[group, root] != root:
        root = behind[group, root]
    while behind[group, here] != root:
        before = behind[group, here]
        behind[group, here] = root
        here = before
    return root - 1


@njit(cache=True, nogil=True)
def _left(
    residual: Any, group: Any, capacity: Any, most: Any, arc: int, step: int
) -> int:  # pragma: no cover - compiled
    """Units that may still enter an arc in a step; arcs of a group share it in proportion to what each alone could take."""
    row = group[arc]
    if row < 0:
        return NEVER
    if capacity[arc] == most[row]:
        return residual[row, step]
    return residual[row, step] * capacity[arc] // most[row]


@njit(cache=True, nogil=True)
def _take(
    residual: Any, behind: Any, group: Any, capacity: Any, most: Any, arc: int, step: int, units: int
) -> None:  # fmt: skip  # pragma: no cover - compiled
    row = group[arc]
    if row < 0:
        return
    used = units if capacity[arc] == most[row] else -((-units * most[row]) // capacity[arc])
    residual[row, step] -= used
    if residual[row, step] <= 0:
        residual[row, step] = 0
        if behind[row, step + 1] == step + 1:
            behind[row, step + 1] = step


@njit(cache=True, nogil=True)
def _enter(
    residual: Any, behind: Any, group: Any, capacity: Any, most: Any, arc: int, step: Any
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """Last step up to ``step`` at which something may enter an arc; -1 if there is none."""
    if group[arc] < 0:
        return step
    while step >= 0:
        step = _free(behind, group[arc], step)
        if step < 0 or _left(residual, group, capacity, most, arc, step) > 0:
            return step
        step -= 1
    return -1


@njit(cache=True, nogil=True)
def _since(room: Any, low: Any, idle: Any, v: int, until: int, least: int) -> int:  # pragma: no cover - compiled
    """First step, ``least`` at the earliest, from which one can stay at a node up to ``until``."""
    if low[v] - idle[v] > 0:
        return least
    step = until
    while step > least and room[v, step - 1] - idle[v] > 0:
        step -= 1
    return step


@njit(cache=True, nogil=True)
def _search(
    start: Any, order: Any, tail: Any, transit: Any, first: Any, last: Any, group: Any, capacity: Any, most: Any,
    residual: Any, behind: Any, room: Any, low: Any, idle: Any, sinks: Any, free: Any, soonest: Any, begin: Any, release: Any,
    by: int, late: Any, short: Any, turn: int, bucket: Any, label: Any,
) -> int:  # fmt: skip  # pragma: no cover - compiled
    """A way by which somebody is out by a step: its first label; -1 where there is none, -2 where there is no space for more labels.

    Space is made outside: an array that is put in place of another within the loop has its references counted at every step, and that took
    more than half of the time.

    From the exits back in time: a label is a step at which one can be at a node and still be out in time, and holds for as long before
    as one could have waited there; an earlier step is a label of its own only if one could not (safe intervals, marked with ``turn`` in
    ``short``). The labels that come first are the latest, less what the free way from a source takes at least (``free``; A*): so those
    with the shortest way go first, or, where ``free`` counts from their release, those who would have waited longest. Ways are entered as
    late as can be. Nobody can be at a node before ``soonest``: what is before that is left out. Columns: node, the label it leads to or -1, arc, step entered, next in its bucket, step.
    """
    late[:] = -1
    count, found, highest, lowest = 0, -1, -1, len(bucket)
    for row in range(len(sinks)):
        v = sinks[row]
        if soonest[v] > by:
            continue
        key = by - free[v]
        label[count, 0], label[count, 1], label[count, 4], label[count, 5] = v, -1, bucket[key], by
        bucket[key] = count
        late[v] = by - 1
        count += 1
        highest, lowest = max(highest, key), min(lowest, key)
    key = highest
    while key >= lowest:
        entry = bucket[key]
        if entry < 0:
            key -= 1
            continue
        bucket[key] = label[entry, 4]
        v, at = label[entry, 0], label[entry, 5]
        if begin[v] >= 0 and release[begin[v]] <= at:
            found = entry
            break
        since = 0
        if label[entry, 1] >= 0:
            since = _since(room, low, idle, v, at, soonest[v])
            if since > soonest[v]:
                if short[v, at] == turn:
                    continue
                short[v, at] = turn
            elif at < late[v]:
                continue
        for slot in range(start[v], start[v + 1]):
            arc = order[slot]
            u = tail[arc]
            least = max(since - transit[arc], first[arc], late[u] + 1, soonest[u], 0)
            step = min(at - transit[arc], last[arc])
            while step >= least:
                step = _enter(residual, behind, group, capacity, most, arc, step)
                if step < least:
                    break
                if count == len(label):
                    bucket[lowest : highest + 1] = -1
                    return -2
                key = max(key, step - free[u])
                highest = max(highest, key)
                label[count, 0], label[count, 1], label[count, 2], label[count, 3] = u, entry, arc, step
                label[count, 4], label[count, 5] = bucket[step - free[u]], step
                bucket[step - free[u]] = count
                count += 1
                lowest = min(lowest, step - free[u])
                before = _since(room, low, idle, u, step, soonest[u])
                if before <= soonest[u]:
                    late[u] = step
                    break
                step = before - 1
    bucket[lowest : highest + 1] = -1
    return found


@njit(cache=True, nogil=True)
def _hold(room: Any, low: Any, v: int, since: int, until: int, units: int) -> None:  # pragma: no cover - compiled
    if low[v] >= NEVER:
        return
    for step in range(since, until):
        room[v, step] -= units
        low[v] = min(low[v], room[v, step])


@njit(cache=True, nogil=True)
def _send(
    tail: Any, transit: Any, last: Any, group: Any, capacity: Any, most: Any, residual: Any, behind: Any,
    room: Any, low: Any, idle: Any, node: Any, release: Any, rest: Any, many: Any, source: int,
    at: int, size: int, slots: int, used: Any, run_arc: Any, run_enter: Any, slot_run: Any, slot_shift: Any, slot_units: Any,
) -> int:  # fmt: skip  # pragma: no cover - compiled
    """Send people of a source along a way in some steps in a row, as many in each as everything on it takes."""
    horizon, sent = residual.shape[1], 0
    for shift in range(slots):
        units = rest[source]
        for k in range(size):
            arc, step = run_arc[at + k], run_enter[at + k] + shift
            if step > last[arc] or step + transit[arc] >= horizon:
                return sent
            if group[arc] >= 0:
                units = min(units, _left(residual, group, capacity, most, arc, step) // many[group[arc]])
            v = tail[arc]
            if k and low[v] < NEVER:
                for wait in range(run_enter[at + k - 1] + transit[run_arc[at + k - 1]] + shift, step):
                    units = min(units, room[v, wait] - idle[v])
            if units <= 0:
                break
        if units <= 0:
            continue
        for k in range(size):
            arc, step = run_arc[at + k], run_enter[at + k] + shift
            _take(residual, behind, group, capacity, most, arc, step, units)
            if k:
                _hold(room, low, tail[arc], run_enter[at + k - 1] + transit[run_arc[at + k - 1]] + shift, step, units)
        _hold(room, low, node[source], release[source], run_enter[at] + shift, units)
        idle[node[source]] -= units
        rest[source] -= units
        sent += units
        slot_run[used[3]], slot_shift[used[3]], slot_units[used[3]] = used[1], shift, units
        used[3] += 1
        if rest[source] == 0:
            break
    return sent


@njit(cache=True, nogil=True)
def _first(begin: Any, node: Any, rest: Any) -> int:  # pragma: no cover - compiled
    """For each node, put the first of its sources with people left into ``begin``, or -1; and how many have any."""
    begin[:] = -1
    active = 0
    for source in range(len(node) - 1, -1, -1):
        if rest[source] > 0:
            begin[node[source]] = source
            active += 1
    return active


@njit(cache=True, nogil=True)
def fill(
    leave_start: Any, leave: Any, come_start: Any, come: Any, tail: Any, head: Any, transit: Any, first: Any, last: Any,
    group: Any, capacity: Any, most: Any,
    residual: Any, behind: Any, room: Any, low: Any, idle: Any, sinks: Any, node: Any, release: Any, rest: Any,
    batch: int, shortest: Any, used: Any,
    run_source: Any, run_start: Any, run_arc: Any, run_enter: Any, slot_run: Any, slot_shift: Any, slot_units: Any,
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """Give everybody a way, the earliest arrival first, each over what those before have left.

    A way found serves ``batch`` steps in a row; people set out as late as still arrives at the same time. Of those who can arrive at the
    same time those with the ``shortest`` way go first, so that little is taken from others; or else those who would come first if nobody were
    in the way, as a crowd that nobody guides would have it. ``used`` (searches, runs, arcs of runs, slots, step by which nobody else can be out) goes on where it was.
    Sources of a node stand together, in the order of their release. Returns how it ended.
    """
    nodes, horizon = len(come_start) - 1, residual.shape[1]
    late, bucket = np.empty(nodes, np.int64), np.full(horizon + 1, -1, np.int64)
    short = np.full((nodes, horizon), -1, np.int32)
    label = np.empty((2 * len(head) + len(sinks) + 16, 6), np.int64)
    many = np.zeros(len(most) + 1, np.int64)
    begin = np.empty(nodes, np.int64)
    active = _first(begin, node, rest)
    always, ever = np.zeros(len(first), np.int64), np.where(last >= 0, NEVER, -1)
    looked, sooner = -1, np.empty(nodes, np.int64)
    free, soonest = sooner, sooner
    while active > 0:
        if looked < 0 or active < _OFTEN * looked:
            some = rest > 0
            sooner = earliest(leave_start, leave, head, transit, first, last, node[some], release[some], nodes)
            soonest = sooner.copy() if looked < 0 else np.maximum(soonest, sooner)
            free = sooner
            if shortest:
                free = earliest(leave_start, leave, head, transit, always, ever, node[some], 0 * release[some], nodes)
            looked = active
        if used[4] >= horizon:
            return LONGER
        if used[1] >= len(run_source):
            return FULL
        end = _search(
            come_start, come, tail, transit, first, last, group, capacity, most, residual, behind, room, low, idle, sinks,
            free, soonest, begin, release, used[4], late, short, used[0], bucket, label,
        )  # fmt: skip
        used[0] += 1
        if end == -2:
            label = np.empty((2 * len(label), 6), np.int64)
            continue
        if end < 0:
            used[4] += 1
            for v in range(nodes):  # who could be there by then would be out in time
                soonest[v] = max(soonest[v], late[v] + 1)
            continue
        source = begin[label[end, 0]]
        at, size = used[2], 0
        while label[end, 1] >= 0:
            if at + size + 1 >= len(run_arc):
                return FULL
            run_arc[at + size], run_enter[at + size] = label[end, 2], label[end, 3]
            size += 1
            end = label[end, 1]
        if used[3] + batch >= len(slot_run):
            return FULL
        for k in range(size):
            many[group[run_arc[at + k]]] += 1
        here = node[source]
        full = low[here] - idle[here] <= 0
        sent = _send(
            tail, transit, last, group, capacity, most, residual, behind, room, low, idle, node, release, rest, many, source,
            at, size, batch, used, run_arc, run_enter, slot_run, slot_shift, slot_units,
        )  # fmt: skip
        if full and _freed(room, here, idle[here], sent):  # so people may come sooner than was found
            soonest = sooner.copy()
        if sent == 0 and not _given_up(residual, behind, group, many, run_arc, run_enter, at, size):
            return CONTRADICTION
        for k in range(size):
            many[group[run_arc[at + k]]] = 0
        if sent:
            run_source[used[1]] = source
            used[1] += 1
            used[2] += size
            run_start[used[1]] = used[2]
        if rest[source] == 0:
            active -= 1
            while source < len(node) and node[source] == here and rest[source] == 0:
                source += 1
            begin[here] = source if source < len(node) and node[source] == here else -1
    return DONE


@njit(cache=True, nogil=True)
def _freed(room: Any, v: int, idle: int, sent: int) -> bool:  # pragma: no cover - compiled
    """Whether one can stay at a node at a step at which one could not before so many units of it were sent away."""
    for step in range(room.shape[1]):  # noqa: SIM110 - is compiled
        if 0 < room[v, step] - idle <= sent:
            return True
    return False


@njit(cache=True, nogil=True)
def _given_up(
    residual: Any, behind: Any, group: Any, many: Any, run_arc: Any, run_enter: Any, at: int, size: int
) -> bool:  # fmt: skip  # pragma: no cover - compiled
    """Give up the last unit of a group that a way passes twice, so that the search goes elsewhere; whether there is one."""
    given = False
    for k in range(at, at + size):
        row, step = group[run_arc[k]], run_enter[k]
        if row >= 0 and many[row] > 1 and residual[row, step] > 0:
            residual[row, step], behind[row, step + 1] = 0, step
            given = True
    return given


@njit(cache=True, nogil=True)
def occupy(
    tail: Any, transit: Any, group: Any, capacity: Any, most: Any, residual: Any, behind: Any, room: Any, low: Any,
    node: Any, release: Any, run_source: Any, run_start: Any, run_arc: Any, run_enter: Any,
    slot_run: Any, slot_shift: Any, slot_units: Any,
) -> None:  # fmt: skip  # pragma: no cover - compiled
    """Take what runs use from the residual capacity and room."""
    for slot in range(len(slot_run)):
        run, shift, units = slot_run[slot], slot_shift[slot], slot_units[slot]
        here, since = node[run_source[run]], release[run_source[run]]
        for k in range(run_start[run], run_start[run + 1]):
            arc, step = run_arc[k], run_enter[k] + shift
            _take(residual, behind, group, capacity, most, arc, step, units)
            _hold(room, low, here, since, step, units)
            here, since = -1, step + transit[arc]
            if k + 1 < run_start[run + 1]:
                here = tail[run_arc[k + 1]]


@njit(cache=True, nogil=True)
def unravel(
    start: Any, order: Any, head: Any, transit: Any, moved: Any, at: Any, low: Any, held: Any, held_at: Any, held_low: Any, sink: Any,
    node: Any, release: Any, units: Any,
    run_source: Any, run_start: Any, run_arc: Any, run_enter: Any, slot_units: Any,
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """Take a flow on the time-expanded network apart into ways; ``units`` of each source are what it sends. Returns runs, or -1 when full.

    ``moved[at[arc] + step - low[arc]]`` enter an arc in a step, ``held[...]`` stay at a node from a step to the next.
    """
    runs, nodes = 0, len(start) - 1
    seen = np.full(nodes, -1, np.int64)
    stamp = 0
    for source in range(len(node)):
        while units[source] > 0:
            stamp += 1
            size, base = 0, run_start[runs]
            here, step, least = node[source], release[source], units[source]
            seen[here] = stamp
            looped = False
            while not sink[here] and not looped:
                if base + size >= len(run_arc) or runs + 2 >= len(run_start):
                    return -1
                best, most = -1, 0
                for slot in range(start[here], start[here + 1]):
                    arc = order[slot]
                    k = step - low[arc]
                    if k < 0 or at[arc] + k >= at[arc + 1]:
                        continue
                    if moved[at[arc] + k] > most:
                        best, most = arc, moved[at[arc] + k]
                if best < 0:
                    k = step - held_low[here]
                    if k < 0 or held_at[here] + k >= held_at[here + 1] or held[held_at[here] + k] <= 0:
                        return -2
                    least = min(least, held[held_at[here] + k])
                    step += 1
                    stamp += 1
                    seen[here] = stamp
                    continue
                run_arc[base + size], run_enter[base + size] = best, step
                size += 1
                least = min(least, most)
                if transit[best]:
                    step += transit[best]
                    stamp += 1
                here = head[best]
                looped = seen[here] == stamp
                seen[here] = stamp
            if looped:
                # a ring within one step moves nobody: take it out
                k = base + size - 1
                ring = moved[at[run_arc[k]] + step - low[run_arc[k]]]
                tail = k
                while tail > base:
                    ring = min(ring, moved[at[run_arc[tail]] + step - low[run_arc[tail]]])
                    closes = False
                    for slot in range(start[here], start[here + 1]):
                        closes = closes or order[slot] == run_arc[tail]
                    if closes:
                        break
                    tail -= 1
                ring = min(ring, moved[at[run_arc[tail]] + step - low[run_arc[tail]]])
                for j in range(tail, k + 1):
                    moved[at[run_arc[j]] + step - low[run_arc[j]]] -= ring
                continue
            here, step = node[source], release[source]
            for k in range(base, base + size):
                arc = run_arc[k]
                while step < run_enter[k]:
                    held[held_at[here] + step - held_low[here]] -= least
                    step += 1
                moved[at[arc] + step - low[arc]] -= least
                step += transit[arc]
                here = head[arc]
            units[source] -= least
            run_source[runs], slot_units[runs] = source, least
            runs += 1
            run_start[runs] = base + size
    return runs
