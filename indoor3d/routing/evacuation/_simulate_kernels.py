"""Crowds on a network, step by step, compiled: people one by one, and people as a fluid.

Between steps time is continuous: who comes first to a free door goes through at once, the next one ``headway`` later. Only what many people decide
together (room, merging, density, closures) is looked at once a step.

Nothing here makes an array or keeps one, so counting of references is off (``_nrt=False``): with it, every look into a column of the tuples costs
two atomic operations, and a run takes 40 times as long.

Everybody is always in exactly one list: a bucket of the calendar (on their way), the queue of an arc (in a node), or the end of an arc
(no room in the node ahead).
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.int8]

WAITING, MOVING, HELD, OUT, REFUGE, STRANDED, DOWN = 0, 1, 2, 3, 4, 5, 6
"""In a queue or before the start; on an arc; at its end; out; in a refuge; without a way; incapacitated."""
NEVER = 1e300
_HAIR = 1e-9
"""Seconds: two moments closer than this are one."""


class Net(NamedTuple):
    """What does not change in a run; U classes of people, N nodes, M arcs, S servers, Z zones.

    ``goal`` (U, N): 1 out, 2 stays in the refuge. ``end_*``: arcs that lead into a zone from elsewhere.
    """

    tail: Ints
    head: Ints
    time_s: Floats
    headway_s: Floats
    server: Ints
    server_start: Ints
    server_arc: Ints
    side: Bytes
    counterflow: float
    weight: Floats
    opens_s: Floats
    closes_s: Floats
    hold: Floats
    arc_zone: Ints
    node_zone: Ints
    zone_room: Floats
    zone_area_m2: Floats
    end_start: Ints
    end_arc: Ints
    out_start: Ints
    out_arc: Ints
    climb_m: Floats
    goal: Bytes
    hindrance: Floats
    density_step: float
    step_s: float
    whole_steps: bool
    fatigue: tuple[float, float, float]


class People(NamedTuple):
    """Everybody, A long; what changes for them."""

    state: Bytes
    node: Ints
    arc: Ints
    ready_s: Floats
    pos: Ints
    end: Ints
    path: Ints
    kind: Bytes
    factor: Floats
    climbed_m: Floats
    dose: Floats
    after: Ints
    turned: Ints
    blocked: Ints
    done_s: Floats


class Lists(NamedTuple):
    """Queues and counts.

    ``owed`` (U, M): persons whom an arc should have been given by the shares so far, and has not; at a node they sum to 0, so that
    shares that change do not make up for what was before.
    """

    first: Ints
    last: Ints
    length: Ints
    end_first: Ints
    end_last: Ints
    end_length: Ints
    due_first: Ints
    due_last: Ints
    pending: Longs
    present: Longs
    on_arc: Longs
    in_zone: Longs
    free_s: Floats
    pass_arc: Floats
    pass_server: Floats
    pass_end: Floats
    pass_zone: Floats
    owed: Floats
    waiting: Longs
    active: Ints
    is_active: Bytes
    tally: Longs


class Books(NamedTuple):
    """What is written down."""

    most: Longs
    most_s: Floats
    from_s: Floats
    to_s: Floats
    passed: Longs
    out_by_step: Longs
    refuge_by_step: Longs
    down_by_step: Longs
    sample_every: int
    sample_present: Longs
    sample_on_arc: Longs
    sample_passed: Longs
    entry_arc: Ints
    entry_agent: Ints
    entry_s: Floats


@njit(cache=True, nogil=True, _nrt=False)
def _append(first: Ints, last: Ints, after: Ints, row: int, who: int) -> None:  # pragma: no cover - compiled
    after[who] = -1
    if last[row] < 0:
        first[row] = who
    else:
        after[last[row]] = who
    last[row] = who


@njit(cache=True, nogil=True, _nrt=False)
def _shift(first: Ints, last: Ints, after: Ints, row: int) -> int:  # pragma: no cover - compiled
    who = first[row]
    first[row] = after[who]
    if first[row] < 0:
        last[row] = -1
    after[who] = -1
    return who


@njit(cache=True, nogil=True, _nrt=False)
def _schedule(net: Net, people: People, lists: Lists, who: int) -> None:  # pragma: no cover - compiled
    """Into the calendar; what comes after the last step never comes."""
    bucket = int(people.ready_s[who] / net.step_s + _HAIR)
    if bucket < len(lists.due_first):
        _append(lists.due_first, lists.due_last, people.after, bucket, who)
        lists.pending[0] += 1


@njit(cache=True, nogil=True, _nrt=False)
def _choose(
    net: Net, people: People, lists: Lists, share: Floats, who: int, node: int, now: float
) -> int:  # pragma: no cover - compiled
    """The arc to take from a node; -1 where there is none."""
    if people.pos[who] < people.end[who]:
        arc = people.path[people.pos[who]]
        if net.closes_s[arc] > now + net.time_s[people.kind[who], arc] - _HAIR:
            return arc
        people.pos[who] = people.end[who]
        people.turned[who] += 1
        people.blocked[who] = arc
    kind = people.kind[who]
    best, worth = -1, -NEVER
    for k in range(net.out_start[node], net.out_start[node + 1]):
        arc = net.out_arc[k]
        if share[kind, arc] <= 0 or net.closes_s[arc] < now + net.time_s[kind, arc] - _HAIR:
            continue
        owed = lists.owed[kind, arc] + share[kind, arc]
        if owed > worth + _HAIR:
            best, worth = arc, owed
    if best >= 0:
        for k in range(net.out_start[node], net.out_start[node + 1]):
            lists.owed[kind, net.out_arc[k]] += share[kind, net.out_arc[k]]
        lists.owed[kind, best] -= 1.0
    return best


@njit(cache=True, nogil=True, _nrt=False)
def _wait(
    net: Net, people: People, lists: Lists, share: Floats, who: int, node: int
) -> None:  # pragma: no cover - compiled
    """Put somebody who is in a node into a queue, or strand them."""
    arc = _choose(net, people, lists, share, who, node, people.ready_s[who])
    people.node[who] = node
    people.arc[who] = arc
    if arc < 0:
        people.state[who] = STRANDED
        return
    people.state[who] = WAITING
    server = net.server[arc]
    if lists.length[arc] == 0:
        lists.pass_arc[arc] = max(lists.pass_arc[arc], lists.pass_server[server])
    _append(lists.first, lists.last, people.after, arc, who)
    lists.length[arc] += 1
    lists.waiting[server] += 1
    if not lists.is_active[server]:
        lists.is_active[server] = 1
        lists.active[lists.tally[0]] = server
        lists.tally[0] += 1


@njit(cache=True, nogil=True, _nrt=False)
def _admit(
    net: Net, people: People, lists: Lists, books: Books, share: Floats, step: int, who: int
) -> None:  # pragma: no cover - compiled
    """Let somebody from an arc into the node at its head; the room has been looked at."""
    arc = people.arc[who]
    node = net.head[arc]
    kind = people.kind[who]
    lists.on_arc[arc] -= 1
    if net.arc_zone[arc] >= 0:
        lists.in_zone[net.arc_zone[arc]] -= 1
    people.node[who], people.arc[who] = node, -1
    if net.goal[kind, node] == 1:
        people.state[who], people.done_s[who] = OUT, people.ready_s[who]
        books.out_by_step[step] += 1
        return
    lists.present[node] += 1
    if net.node_zone[node] >= 0:
        lists.in_zone[net.node_zone[node]] += 1
    if net.goal[kind, node] == 2:
        people.state[who], people.done_s[who] = REFUGE, people.ready_s[who]
        books.refuge_by_step[step] += 1
        return
    _wait(net, people, lists, share, who, node)


@njit(cache=True, nogil=True, _nrt=False)
def _full(net: Net, lists: Lists, zone: int, other: int) -> bool:  # pragma: no cover - compiled
    return zone >= 0 and zone != other and lists.in_zone[zone] + 1 > net.zone_room[zone] + _HAIR


@njit(cache=True, nogil=True, _nrt=False)
def _facing(net: Net, people: People, lists: Lists, server: int, arc: int) -> int:  # pragma: no cover - compiled
    """The arc of a passage at whose end somebody stands face to face with who would go by ``arc``, and neither has room; -1 where none does.

    They change places, as people do: to wait for room would be to wait for ever, since each is what the other waits for.
    """
    here, zone, ahead = net.node_zone[net.tail[arc]], net.arc_zone[arc], net.node_zone[net.head[arc]]
    if here < 0 or not _full(net, lists, here, zone) or not _full(net, lists, ahead if zone < 0 else zone, here):
        return -1
    for k in range(net.server_start[server], net.server_start[server + 1]):
        other = net.server_arc[k]
        if net.arc_zone[other] != zone or net.node_zone[net.head[other]] != here:
            continue
        if zone < 0 and net.node_zone[net.tail[other]] != ahead:
            continue
        _drop_fallen(people, lists, other)
        if lists.end_length[other] > 0:
            return int(other)
    return -1


@njit(cache=True, nogil=True, _nrt=False)
def _drop_fallen(people: People, lists: Lists, arc: int) -> None:  # pragma: no cover - compiled
    """Who has fallen at the end of an arc waits for no room any more."""
    while lists.end_length[arc] > 0 and people.state[lists.end_first[arc]] == DOWN:
        _shift(lists.end_first, lists.end_last, people.after, arc)
        lists.end_length[arc] -= 1
        lists.pending[1] -= 1


@njit(cache=True, nogil=True, _nrt=False)
def _arrive(
    net: Net, people: People, lists: Lists, books: Books, share: Floats, step: int
) -> None:  # pragma: no cover - compiled
    """Everybody who is due in a step."""
    while lists.due_first[step] >= 0:
        who = _shift(lists.due_first, lists.due_last, people.after, step)
        lists.pending[0] -= 1
        if people.state[who] == DOWN:
            continue
        arc = people.arc[who]
        if arc < 0:  # has not started yet
            if net.goal[people.kind[who], people.node[who]] == 2:
                people.state[who], people.done_s[who] = REFUGE, people.ready_s[who]
                books.refuge_by_step[step] += 1
            else:
                _wait(net, people, lists, share, who, people.node[who])
        elif lists.end_length[arc] > 0 or _full(net, lists, net.node_zone[net.head[arc]], net.arc_zone[arc]):
            if lists.end_length[arc] == 0:
                zone = net.node_zone[net.head[arc]]
                lists.pass_end[arc] = max(lists.pass_end[arc], lists.pass_zone[zone])
            people.state[who] = HELD
            _append(lists.end_first, lists.end_last, people.after, arc, who)
            lists.end_length[arc] += 1
            lists.pending[1] += 1
        else:
            _admit(net, people, lists, books, share, step, who)


@njit(cache=True, nogil=True, _nrt=False)
def _merge(
    net: Net, people: People, lists: Lists, books: Books, share: Floats, step: int
) -> bool:  # pragma: no cover - compiled
    """Give the room that zones have to those at the ends of arcs, by the weights of the arcs (stride scheduling)."""
    moved = False
    if lists.pending[1] == 0:
        return moved
    for zone in range(len(net.zone_room)):
        while True:
            best, least = -1, NEVER
            for k in range(net.end_start[zone], net.end_start[zone + 1]):
                arc = net.end_arc[k]
                _drop_fallen(people, lists, arc)
                if lists.end_length[arc] > 0 and lists.pass_end[arc] + 1 / net.weight[arc] < least:
                    best, least = arc, lists.pass_end[arc] + 1 / net.weight[arc]
            if best < 0 or _full(net, lists, zone, net.arc_zone[best]):
                break
            lists.pass_end[best] = lists.pass_zone[zone] = least
            who = _shift(lists.end_first, lists.end_last, people.after, best)
            lists.end_length[best] -= 1
            lists.pending[1] -= 1
            people.ready_s[who] = max(people.ready_s[who], step * net.step_s)
            _admit(net, people, lists, books, share, step, who)
            moved = True
    return moved


@njit(cache=True, nogil=True, _nrt=False)
def _seconds(
    net: Net, people: People, lists: Lists, slow: Floats, who: int, arc: int
) -> float:  # pragma: no cover - compiled
    """How long somebody will be on an arc that they enter now."""
    base = net.time_s[people.kind[who], arc]
    if base <= 0:
        return 0.0
    factor = people.factor[who] * slow[arc]
    zone = net.arc_zone[arc]
    if zone >= 0 and net.zone_area_m2[zone] < NEVER:
        row = int(lists.in_zone[zone] / net.zone_area_m2[zone] / net.density_step + _HAIR)
        factor *= net.hindrance[min(row, len(net.hindrance) - 1)]
    rate, start, least = net.fatigue
    if rate > 0 and net.climb_m[arc] > 0:
        factor *= max(least, 1 - rate * max(0.0, people.climbed_m[who] - start))
    taken = base / factor
    if net.whole_steps:
        return max(1.0, np.rint(taken / net.step_s)) * net.step_s
    return taken


@njit(cache=True, nogil=True, _nrt=False)
def _serve(
    net: Net, people: People, lists: Lists, books: Books, share: Floats, slow: Floats, step: int
) -> bool:  # pragma: no cover - compiled
    """Let people onto arcs as their passages have capacity; whether anybody moved."""
    begin, finish = step * net.step_s, (step + 1) * net.step_s
    moved = False
    index = 0
    while index < lists.tally[0]:
        server = lists.active[index]
        while lists.waiting[server] > 0:
            best, least, sides, met = -1, NEVER, 0, -1
            for k in range(net.server_start[server], net.server_start[server + 1]):
                arc = net.server_arc[k]
                while lists.length[arc] > 0 and people.state[lists.first[arc]] == DOWN:
                    _shift(lists.first, lists.last, people.after, arc)
                    lists.length[arc] -= 1
                    lists.waiting[server] -= 1
                if lists.length[arc] == 0:
                    continue
                sides |= net.side[arc]
                if net.opens_s[arc] >= finish - _HAIR or net.headway_s[arc] >= NEVER:
                    continue
                facing = -1
                if (lists.end_length[arc] > 0 and lists.on_arc[arc] + 1 > net.hold[arc]) or _full(
                    net, lists, net.arc_zone[arc], net.node_zone[net.tail[arc]]
                ):
                    facing = _facing(net, people, lists, server, arc)
                    if facing < 0:
                        continue
                turn = lists.pass_arc[arc] + 1 / net.weight[arc]
                if turn < least:
                    best, least, met = arc, turn, facing
            if best < 0:
                break
            who = lists.first[best]
            start = max(people.ready_s[who], net.opens_s[best], lists.free_s[server], begin)
            if start >= finish - _HAIR:
                break
            slot = start
            if net.whole_steps:
                start = begin
            taken = _seconds(net, people, lists, slow, who, best)
            _shift(lists.first, lists.last, people.after, best)
            lists.length[best] -= 1
            lists.waiting[server] -= 1
            moved = True
            if start + taken > net.closes_s[best] + _HAIR:  # would still be on it when it closes
                people.pos[who] = people.end[who]
                people.turned[who] += 1
                people.blocked[who] = best
                people.state[who], people.arc[who] = STRANDED, -1  # looks round again as soon as something changes
                continue
            lists.pass_arc[best] = lists.pass_server[server] = least
            gap = net.headway_s[best]
            if sides == 3:
                gap /= net.counterflow
            lists.free_s[server] = slot + gap
            node = net.tail[best]
            if people.pos[who] < people.end[who]:
                people.pos[who] += 1
            lists.present[node] -= 1
            if net.node_zone[node] >= 0:
                lists.in_zone[net.node_zone[node]] -= 1
            lists.on_arc[best] += 1
            if net.arc_zone[best] >= 0:
                lists.in_zone[net.arc_zone[best]] += 1
            people.climbed_m[who] += max(0.0, net.climb_m[best])
            people.state[who], people.arc[who], people.ready_s[who] = MOVING, best, start + taken
            row = lists.tally[1]
            if row < len(books.entry_arc):
                books.entry_arc[row], books.entry_agent[row], books.entry_s[row] = best, who, slot
            books.passed[best] += 1
            lists.tally[1] += 1
            _schedule(net, people, lists, who)
            if met >= 0:
                other = _shift(lists.end_first, lists.end_last, people.after, met)
                lists.end_length[met] -= 1
                lists.pending[1] -= 1
                people.ready_s[other] = max(people.ready_s[other], slot)
                _admit(net, people, lists, books, share, step, other)
        if lists.waiting[server] == 0:
            lists.is_active[server] = 0
            lists.tally[0] -= 1
            lists.active[index] = lists.active[lists.tally[0]]
        else:
            index += 1
    return moved


@njit(cache=True, nogil=True, _nrt=False)
def _dose(
    people: People, books: Books, step: int, step_s: float, node_rate: Floats, arc_rate: Floats
) -> None:  # pragma: no cover - compiled
    for who in range(len(people.state)):
        if people.state[who] in (OUT, DOWN):
            continue
        arc, moving = people.arc[who], people.state[who] in (MOVING, HELD)
        people.dose[who] += step_s * (arc_rate[arc] if moving else node_rate[people.node[who]])
        if people.dose[who] >= 1 - _HAIR:
            if people.state[who] == REFUGE:
                books.refuge_by_step[step] -= 1
            people.state[who], people.done_s[who] = DOWN, (step + 1) * step_s
            books.down_by_step[step] += 1


@njit(cache=True, nogil=True, _nrt=False)
def _turn_round(
    net: Net, people: People, lists: Lists, share: Floats, now: float
) -> None:  # pragma: no cover - compiled
    """Who queues for what has closed, or had no way, looks for another one."""
    for who in range(len(people.state)):
        if people.state[who] == STRANDED:
            people.ready_s[who] = max(people.ready_s[who], now)
            _wait(net, people, lists, share, who, people.node[who])
    for arc in range(len(net.tail)):
        if lists.length[arc] == 0 or net.closes_s[arc] > now + _HAIR:
            continue
        who, count = lists.first[arc], lists.length[arc]
        lists.first[arc] = lists.last[arc] = -1
        lists.length[arc] = 0
        lists.waiting[net.server[arc]] -= count
        while who >= 0:
            coming = people.after[who]
            if people.state[who] != DOWN:
                people.ready_s[who] = max(people.ready_s[who], now)
                if people.pos[who] >= people.end[who]:  # otherwise noticed where the route is given up
                    people.turned[who] += 1
                    people.blocked[who] = arc
                _wait(net, people, lists, share, who, net.tail[arc])
            who = coming


@njit(cache=True, nogil=True, _nrt=False)
def run(
    net: Net,
    people: People,
    lists: Lists,
    books: Books,
    share: Floats,
    slow: Floats,
    node_rate: Floats,
    arc_rate: Floats,
    dosed: bool,  # noqa: FBT001 - columns in, columns out
    first: int,
    last: int,
    steps: int,
) -> int:  # pragma: no cover - compiled
    """Steps ``first`` to ``last`` - 1 of ``steps``, between two changes of the world; in the last such time it ends when nothing is left to happen."""
    _turn_round(net, people, lists, share, first * net.step_s)
    for step in range(first, last):
        while True:
            _arrive(net, people, lists, books, share, step)
            moved = _merge(net, people, lists, books, share, step)
            moved = _serve(net, people, lists, books, share, slow, step) or moved
            if lists.due_first[step] < 0:
                moved = _merge(net, people, lists, books, share, step) or moved
                break
        for k in range(lists.tally[0]):
            server = lists.active[k]
            if lists.waiting[server] > books.most[server]:
                books.most[server], books.most_s[server] = lists.waiting[server], step * net.step_s
            if books.from_s[server] < 0:
                books.from_s[server] = step * net.step_s
            books.to_s[server] = (step + 1) * net.step_s
        if dosed:
            _dose(people, books, step, net.step_s, node_rate, arc_rate)
        if books.sample_every > 0 and step % books.sample_every == 0:
            row = step // books.sample_every
            for node in range(len(lists.present)):
                books.sample_present[row, node] = lists.present[node]
            for arc in range(len(lists.on_arc)):
                books.sample_on_arc[row, arc] = lists.on_arc[arc]
                books.sample_passed[row, arc] = books.passed[arc]
        if lists.pending[0] == 0 and lists.pending[1] == 0 and lists.tally[0] == 0 and not dosed and last == steps:
            return step + 1
    return last
