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

DONE, LONGER, FULL, STUCK, CONTRADICTION = 0, 1, 2, 3, 4
"""How :func:`fill` ended: everybody has a way; the horizon is too short; the buffers are full; nobody left has a way; a bug."""


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
def _free(ahead: Any, group: int, step: Any) -> Any:  # pragma: no cover - compiled
    """First step from ``step`` on at which a group has capacity left; the number of steps if there is none."""
    root = step
    while ahead[group, root] != root:
        root = ahead[group, root]
    while ahead[group, step] != root:
        after = ahead[group, step]
        ahead[group, step] = root
        step = after
    return root


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
    residual: Any, ahead: Any, group: Any, capacity: Any, most: Any, arc: int, step: int, units: int
) -> None:  # fmt: skip  # pragma: no cover - compiled
    row = group[arc]
    if row < 0:
        return
    used = units if capacity[arc] == most[row] else -((-units * most[row]) // capacity[arc])
    residual[row, step] -= used
    if residual[row, step] <= 0:
        residual[row, step] = max(residual[row, step], 0)
        if ahead[row, step] == step:
            ahead[row, step] = step + 1


@njit(cache=True, nogil=True)
def _enter(
    residual: Any, ahead: Any, group: Any, capacity: Any, most: Any, arc: int, step: Any, horizon: int
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """First step from ``step`` on at which something may enter an arc."""
    if group[arc] < 0:
        return step
    while step < horizon:
        step = _free(ahead, group[arc], step)
        if step >= horizon or _left(residual, group, capacity, most, arc, step) > 0:
            return step
        step += 1
    return horizon


@njit(cache=True, nogil=True)
def _stays(room: Any, low: Any, idle: Any, v: int, since: int) -> int:  # pragma: no cover - compiled
    """Last step at which one who comes to a node at ``since`` can still be there."""
    if low[v] - idle[v] > 0:
        return NEVER
    for step in range(since, room.shape[1]):
        if room[v, step] - idle[v] <= 0:
            return step
    return NEVER


@njit(cache=True, nogil=True)
def _search(
    start: Any, order: Any, head: Any, transit: Any, first: Any, last: Any, group: Any, capacity: Any, most: Any,
    residual: Any, ahead: Any, room: Any, low: Any, idle: Any, sink: Any,
    node: Any, release: Any, rest: Any, until: Any, soon: Any, bucket: Any, label: Any,
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """Earliest arrival at a sink from any source with people left: the label of it or -1, beyond the horizon, and the labels.

    A label is an arrival at a node and holds for as long as one can stay there; a later arrival is a label of its own only if one
    cannot wait for it (safe intervals). Columns: node, the label it comes from or -2 less the source, arc, step entered, next in its bucket.
    """
    horizon = residual.shape[1]
    until[:] = -1
    soon[:] = NEVER
    count, furthest, at = 0, -1, horizon
    for source in range(len(node)):
        step = release[source]
        if rest[source] > 0:
            label[count, 0], label[count, 1], label[count, 4] = node[source], -2 - source, bucket[step]
            bucket[step] = count
            count += 1
            furthest, at, soon[node[source]] = max(furthest, step), min(at, step), min(step, soon[node[source]])
    found, beyond = -1, False
    while at <= furthest:
        entry = bucket[at]
        if entry < 0:
            at += 1
            continue
        bucket[at] = label[entry, 4]
        u = label[entry, 0]
        if at <= until[u]:
            continue
        if sink[u]:
            found = entry
            break
        stays = NEVER if label[entry, 1] < 0 else _stays(room, low, idle, u, at)
        until[u] = stays
        for slot in range(start[u], start[u + 1]):
            arc = order[slot]
            v = head[arc]
            final = min(stays, last[arc], soon[v] - 1 - transit[arc])
            step = max(at, first[arc], until[v] + 1 - transit[arc])
            while step <= final:
                if step < horizon:
                    step = _enter(residual, ahead, group, capacity, most, arc, step, horizon)
                if step > final:
                    break
                arrive = step + transit[arc]
                if arrive >= horizon:
                    beyond = True
                    break
                if count == len(label):
                    longer = np.empty((2 * count, 5), np.int64)
                    longer[:count] = label
                    label = longer
                label[count, 0], label[count, 1], label[count, 2], label[count, 3] = v, entry, arc, step
                label[count, 4] = bucket[arrive]
                bucket[arrive] = count
                count += 1
                furthest = max(furthest, arrive)
                then = NEVER if sink[v] else _stays(room, low, idle, v, arrive)
                if then >= horizon:
                    soon[v] = arrive
                    break
                step = then + 1 - transit[arc]
    for step in range(at, furthest + 1):
        bucket[step] = -1
    return found, beyond, label


@njit(cache=True, nogil=True)
def _hold(room: Any, low: Any, v: int, since: int, until: int, units: int) -> None:  # pragma: no cover - compiled
    if low[v] >= NEVER:
        return
    for step in range(since, until):
        room[v, step] -= units
        low[v] = min(low[v], room[v, step])


@njit(cache=True, nogil=True)
def _send(
    tail: Any, transit: Any, last: Any, group: Any, capacity: Any, most: Any, residual: Any, ahead: Any,
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
            _take(residual, ahead, group, capacity, most, arc, step, units)
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
def _reverse(run_arc: Any, run_enter: Any, at: int, size: int) -> None:  # pragma: no cover - compiled
    for k in range(size // 2):
        other = size - 1 - k
        run_arc[at + k], run_arc[at + other] = run_arc[at + other], run_arc[at + k]
        run_enter[at + k], run_enter[at + other] = run_enter[at + other], run_enter[at + k]


@njit(cache=True, nogil=True)
def _delay(
    transit: Any, last: Any, group: Any, capacity: Any, most: Any, residual: Any, at: int, size: int, run_arc: Any, run_enter: Any
) -> None:  # fmt: skip  # pragma: no cover - compiled
    """Enter every arc of a way as late as still arrives at the same step."""
    for k in range(size - 2, -1, -1):
        arc = run_arc[at + k]
        step = min(run_enter[at + k + 1] - transit[arc], last[arc])
        while step > run_enter[at + k] and _left(residual, group, capacity, most, arc, step) <= 0:
            step -= 1
        run_enter[at + k] = step


@njit(cache=True, nogil=True)
def fill(
    start: Any, order: Any, tail: Any, head: Any, transit: Any, first: Any, last: Any, group: Any, capacity: Any, most: Any,
    residual: Any, ahead: Any, room: Any, low: Any, idle: Any, sink: Any, node: Any, release: Any, rest: Any,
    batch: int, used: Any,
    run_source: Any, run_start: Any, run_arc: Any, run_enter: Any, slot_run: Any, slot_shift: Any, slot_units: Any,
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """Give everybody a way, the earliest arrival first, each over what those before have left.

    A way found serves ``batch`` steps in a row; people set out as late as still arrives at the
    same time. ``used`` (searches, runs, arcs of runs, slots) goes on where it was. Returns how it ended.
    """
    nodes, horizon = len(start) - 1, residual.shape[1]
    until, soon, bucket = np.empty(nodes, np.int64), np.empty(nodes, np.int64), np.full(horizon + 1, -1, np.int64)
    label = np.empty((2 * len(head) + len(node) + 16, 5), np.int64)
    many = np.zeros(len(most) + 1, np.int64)
    reserve = 0
    for source in range(len(node)):
        reserve += rest[source]
    while reserve > 0:
        if used[1] >= len(run_source):
            return FULL
        end, beyond, label = _search(
            start, order, head, transit, first, last, group, capacity, most, residual, ahead, room, low, idle, sink,
            node, release, rest, until, soon, bucket, label,
        )  # fmt: skip
        used[0] += 1
        if end < 0:
            return LONGER if beyond else STUCK
        at, size = used[2], 0
        while label[end, 1] >= 0:
            if at + 2 * size + 2 >= len(run_arc):
                return FULL
            run_arc[at + size], run_enter[at + size] = label[end, 2], label[end, 3]
            size += 1
            end = label[end, 1]
        source = -2 - label[end, 1]
        _reverse(run_arc, run_enter, at, size)
        if used[3] + batch >= len(slot_run):
            return FULL
        for k in range(size):
            run_enter[at + size + k] = run_enter[at + k]
            many[group[run_arc[at + k]]] += 1
        sent = 0
        for attempt in range(2):
            if attempt == 0:
                _delay(transit, last, group, capacity, most, residual, at, size, run_arc, run_enter)
            else:
                for k in range(size):
                    run_enter[at + k] = run_enter[at + size + k]
            sent = _send(
                tail, transit, last, group, capacity, most, residual, ahead, room, low, idle, node, release, rest, many, source,
                at, size, batch, used, run_arc, run_enter, slot_run, slot_shift, slot_units,
            )  # fmt: skip
            if sent > 0:
                break
        if (
            sent == 0
        ):  # a group that the way passes twice has one unit left: it is given up, so that the search goes elsewhere
            given = False
            for k in range(size):
                row, step = group[run_arc[at + k]], run_enter[at + k]
                if row >= 0 and many[row] > 1 and ahead[row, step] == step:
                    residual[row, step], ahead[row, step] = 0, step + 1
                    given = True
            if not given:
                return CONTRADICTION
        for k in range(size):
            many[group[run_arc[at + k]]] = 0
        reserve -= sent
        if sent:
            run_source[used[1]] = source
            used[1] += 1
            used[2] += size
            run_start[used[1]] = used[2]
    return DONE


@njit(cache=True, nogil=True)
def occupy(
    tail: Any, transit: Any, group: Any, capacity: Any, most: Any, residual: Any, ahead: Any, room: Any, low: Any,
    node: Any, release: Any, run_source: Any, run_start: Any, run_arc: Any, run_enter: Any,
    slot_run: Any, slot_shift: Any, slot_units: Any,
) -> None:  # fmt: skip  # pragma: no cover - compiled
    """Take what runs use from the residual capacity and room."""
    for slot in range(len(slot_run)):
        run, shift, units = slot_run[slot], slot_shift[slot], slot_units[slot]
        here, since = node[run_source[run]], release[run_source[run]]
        for k in range(run_start[run], run_start[run + 1]):
            arc, step = run_arc[k], run_enter[k] + shift
            _take(residual, ahead, group, capacity, most, arc, step, units)
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
