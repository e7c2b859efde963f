"""The quickest flow: no plan on the same network gets everybody out sooner, and here is the proof.

People are a flow on the network expanded in time: node *v* at step *t* is a node of its own, an arc leads from it to the head as many
steps later as it takes, standing still leads to the same node a step later. Everybody can be out by step *T* if, and only if, the maximum
flow to the exits by *T* is everybody (Ford and Fulkerson 1958). The smallest such *T* is the optimum; that nothing is missed is proved by
the flow at *T* - 1, which is less, and its minimum cut: the doors and stairs, from when to when, that hold back the rest.

Conventions, which :mod:`indoor3d.routing.evacuation.ccrp` shares:

- A step is an instant: who enters an arc at step *t* is at its head at step *t* + transit. The clearance is the step of the last arrival
  times the length of a step, so the first through a door costs no time, (N - 1)/C rather than N/C.
- Quantities are whole units of 1/``scale`` person; what a passage lets through in a step is rounded down to units. A scale below 100 loses
  capacity that is there (995 s become 1054 s in a building of 1,008 nodes at tenths and 1 s).
- The room of a node limits who stays there from one step to the next. It is never less than the people who begin there.
- Both directions of a passage may be full at once in the optimum: people are all alike, so two who meet may as well both turn round. Where
  room for that is short, or where a passage has other arcs than two opposite ones, the optimum is still never above any plan, but
  no plan may reach it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.timed import MOST_STEPS, NEVER, Rounding, Steps, Timed, Units, timed

# --- bounds -------------------------------------------------------------------------------------------------------------------------


def least_steps(net: Timed) -> int:
    """A number of steps in which nobody can clear the network of those who have a way: cheap, never above the optimum.

    The last of them walks freely; and each arc carries no more than it lets through between the step the first can be at it and the
    last step from which an exit can still be reached. By when that suffices for everybody is found by Newton's method on the
    minimum cuts of a flow that knows no time.
    """
    togo = NEVER - net.latest(NEVER, always_open=True)
    here = net.earliest()
    some = (net.units > 0) & (net.latest(NEVER)[net.node] >= net.release) & (togo[net.node] <= NEVER)
    if not some.any():
        return 0
    units, node = net.units[some], net.node[some]
    bound = int((net.release[some] + togo[node]).max())
    live = np.flatnonzero((net.last >= 0) & (here[net.tail] < NEVER) & (togo[net.head] <= NEVER))
    nodes = len(net.room)
    since = np.maximum(here[net.tail[live]], net.first[live]) + net.transit[live] + togo[net.head[live]]
    rate = np.minimum(net.capacity[live], units.sum())
    out = np.flatnonzero(net.sink)
    tails = np.concatenate([net.tail[live], out, np.full(len(node), nodes)]).astype(np.int32)
    heads = np.concatenate([net.head[live], np.full(len(out), nodes + 1), node]).astype(np.int32)
    goal = int(units.sum())
    while True:
        limit = np.minimum(rate * np.maximum(bound + 1 - since, 0), goal)
        capacity = np.concatenate([limit, np.full(len(out), goal), units]).astype(np.int64)
        value, solver, _ = flow_over(tails, heads, capacity, source=nodes, target=nodes + 1)
        if value >= goal or not (tails == nodes).any():
            return bound
        near = np.zeros(nodes + 2, np.bool_)
        near[np.asarray(solver.get_source_side_min_cut(), np.int64)] = True
        cut = near[net.tail[live]] & ~near[net.head[live]]
        needed = _until(rate[cut], since[cut], goal - int(units[~near[node]].sum()))
        if needed <= bound:
            return bound
        bound = needed


def _until(rate: Units, since: Steps, goal: int) -> int:
    """First step by which arcs that let through ``rate`` a step from ``since`` on have let through ``goal``."""
    if not rate.sum():
        return -1
    order = np.argsort(since, kind="stable")
    flow, lost = np.cumsum(rate[order]), np.cumsum(rate[order] * since[order])
    some = flow > 0
    return int((-(-(goal + lost[some]) // flow[some]) - 1).min())


def lower_bound(
    network: DynamicNetwork, occupants: NDArray[np.integer], *, step_s: float = 1.0, scale: int = 100
) -> float:
    """Seconds in which the network cannot be cleared; cheap, and never above the optimum at the same step.

    Those who have no way out are left out of account; it is 0 where closings shut out others of whom some could be saved.

    Raises
    ------
    InvalidInput
        As :func:`timed`.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale)
    return least_steps(net) * step_s if savable(net) == reachable(net) else 0.0


# --- the time-expanded network ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Expansion:
    """The part of the time-expanded network that can matter: what somebody can reach, and what can still reach an exit by the horizon.

    Its arcs are, in this order: ``move_at[a]`` … entering arc ``a`` at ``move_low[a]``, one later, …; ``stay_at[v]`` … staying at node
    ``v`` from ``stay_low[v]`` on; then those from the super source. Its node of ``v`` at step ``t`` is ``base[v] + t - low[v]``, up to
    ``high[v]``.
    """

    horizon: int
    base: Steps
    low: Steps
    high: Steps
    tails: NDArray[np.int32]
    heads: NDArray[np.int32]
    capacity: Units
    move_at: Steps
    move_low: Steps
    stay_at: Steps
    stay_low: Steps
    source: int
    target: int

    @property
    def moves(self) -> int:
        """How many of its arcs are movements."""
        return int(self.move_at[-1])

    @property
    def waits(self) -> int:
        """How many of its arcs are movements or waiting."""
        return self.moves + int(self.stay_at[-1])


def _rows(low: Steps, high: Steps) -> tuple[Steps, Steps, Steps]:
    """Starts, owners and steps of ranges ``low`` … ``high``, put end to end."""
    count = np.maximum(high - low + 1, 0)
    at = np.zeros(len(low) + 1, np.int64)
    np.cumsum(count, out=at[1:])
    owner = np.repeat(np.arange(len(low)), count)
    return at, owner, np.arange(at[-1]) - np.repeat(at[:-1] - low, count)


def expand(net: Timed, horizon: int, *, refuge: Steps | None = None) -> Expansion:
    """Expand a network up to a horizon. Nodes with ``refuge`` >= 0 count as out from that step on."""
    low, high = net.earliest(), net.latest(horizon, also=None if refuge is None else np.where(refuge >= 0, horizon, -1))
    base = np.zeros(len(low) + 1, np.int64)
    np.cumsum(np.where(net.sink, 0, np.maximum(high - low + 1, 0)), out=base[1:])
    target, source = int(base[-1]), int(base[-1]) + 1
    tail, head = net.tail, net.head
    first = np.maximum(low[tail], net.first)
    final = np.minimum(np.minimum(net.last, high[tail]), high[head] - net.transit)
    move_at, arc, step = _rows(first, np.where((net.last < 0) | net.sink[tail], -1, final))
    u, v = tail[arc], head[arc]
    ends = [base[u] + step - low[u]]
    into = [np.where(net.sink[v], target, base[v] + step + net.transit[arc] - low[v])]
    free = max(net.total, 1)
    size = [np.minimum(net.capacity[arc], free)]
    stay_low = low.copy()
    stay_at, v, step = _rows(low, np.where(net.sink, -1, high - 1))
    ends.append(base[v] + step - low[v])
    into.append(ends[-1] + 1)
    size.append(np.minimum(net.room[v], free))
    fits = (net.release <= high[net.node]) & (net.units > 0)
    at = net.node[fits]
    ends.append(np.full(len(at), source))
    into.append(np.where(net.sink[at], target, base[at] + net.release[fits] - low[at]))
    size.append(net.units[fits])
    if refuge is not None:
        saved = (refuge >= 0) & ~net.sink & (low <= high)
        _, out, step = _rows(np.maximum(low, refuge), np.where(saved, high, -1))
        ends.append(base[out] + step - low[out])
        into.append(np.full(len(out), target))
        size.append(np.full(len(out), free))
    return Expansion(
        horizon=horizon,
        base=base,
        low=low,
        high=high,
        tails=np.concatenate(ends).astype(np.int32),
        heads=np.concatenate(into).astype(np.int32),
        capacity=np.concatenate(size).astype(np.int64),
        move_at=move_at,
        move_low=first,
        stay_at=stay_at,
        stay_low=stay_low,
        source=source,
        target=target,
    )


def flow_over(
    tails: NDArray[np.int32], heads: NDArray[np.int32], capacity: Units, *, source: int, target: int
) -> tuple[int, Any, NDArray[np.int32]]:
    """Maximum flow: its value, the solver, and the numbers of the arcs in it."""
    from ortools.graph.python import max_flow  # noqa: PLC0415 - loads a library

    solver = max_flow.SimpleMaxFlow()
    arcs = solver.add_arcs_with_capacity(tails, heads, capacity)
    if not len(tails) or not (tails == source).any() or not (heads == target).any():
        return 0, solver, arcs
    status = solver.solve(source, target)
    if status != solver.OPTIMAL:
        raise InvalidInput(
            f"the flow on the time-expanded network cannot be solved: {status}",
            ko=f"시간 확장 네트워크의 흐름을 풀 수 없습니다: {status}",
        )
    return int(solver.optimal_flow()), solver, arcs


_LEAP = 64
"""A cut is looked at no farther ahead than twice the horizon and so many steps."""

# --- the quickest flow ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """What holds people back: the minimum cut of the horizon that is one step too short.

    Parameters
    ----------
    arc : (A,) int64
        Arcs that are full.
    arc_from_s, arc_until_s : (A,) float64
        From when to when the first and the last enter them.
    arc_persons : (A,) float64
        What they let through in that time.
    node : (B,) int64
        Nodes whose room is full; ``node_from_s``, ``node_until_s``, ``node_persons`` likewise.
    persons : float
        All of it, with those who begin beyond the cut: less than everybody.
    """

    arc: Steps
    arc_from_s: NDArray[np.float64]
    arc_until_s: NDArray[np.float64]
    arc_persons: NDArray[np.float64]
    node: Steps
    node_from_s: NDArray[np.float64]
    node_until_s: NDArray[np.float64]
    node_persons: NDArray[np.float64]
    persons: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """The least time in which everybody who can be saved is out.

    Parameters
    ----------
    horizon_steps : int
    clearance_s : float
    certified : bool
        One step shorter a flow was solved, or the capacity of a cut added up, that does not let everybody out; or there is nothing shorter.
    infeasible_at : int
        That step; -1 if there is nothing shorter.
    persons : float
        How many get out: everybody but ``left``.
    left : float
        How many no plan gets out, since there is no way or it closes too soon.
    cut : Cut or None
        Minimum cut at ``infeasible_at``.
    solved : tuple of (step, persons)
        Every horizon solved, and the most that any plan can have got out by then.
    """

    horizon_steps: int
    clearance_s: float
    certified: bool
    infeasible_at: int
    persons: float
    left: float
    cut: Cut | None
    solved: tuple[tuple[int, float], ...]


def quickest(
    network: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    scale: int = 100,
    rounding: Rounding = "nearest",
    usable: NDArray[np.bool_] | None = None,
    start_from: int | None = None,
) -> Optimum:
    """Find the quickest flow.

    ``start_from`` is a number of steps known to suffice, of a plan; if it is the optimum, one solve proves it.

    Raises
    ------
    InvalidInput
        As :func:`timed`; or the clearance is longer than 200,000 steps.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale, rounding=rounding, usable=usable)
    return solve(net, start_from=start_from)


def most_out(net: Timed, horizon: int) -> int:
    """Units that the best plan for that horizon gets out by it."""
    whole = expand(net, horizon)
    return flow_over(whole.tails, whole.heads, whole.capacity, source=whole.source, target=whole.target)[0]


def reachable(net: Timed) -> int:
    """Units of those who have a way out that is open when they can be there, if they had it to themselves."""
    return int(net.units[net.latest(NEVER)[net.node] >= net.release].sum())


def savable(net: Timed) -> int:
    """Units that can get out at all, however long it takes: fewer than are :func:`reachable` where a way closes before all are through."""
    goal = reachable(net)
    closing = net.last[(net.last >= 0) & (net.last < NEVER)]
    lasting = net.only(net.last == NEVER).latest(NEVER) > NEVER >> 1
    some = net.latest(NEVER)[net.node] >= net.release
    if not goal or not len(closing) or lasting[net.node[some]].all():
        return goal
    shut = (
        int(closing.max()) + 1
    )  # from then on, who is at a node with a lasting way is saved, and who is on the way to one will be
    until = max(shut + int(net.transit.max(initial=0)), int(net.release.max(initial=0)))
    horizon = 3 * least_steps(net) // 2 + 16
    while horizon < until:
        if most_out(net, horizon) >= goal:
            return goal
        horizon *= 2
    stays = expand(net, until, refuge=np.where(lasting, shut, -1).astype(np.int64))
    return flow_over(stays.tails, stays.heads, stays.capacity, source=stays.source, target=stays.target)[0]


def solve(net: Timed, *, start_from: int | None = None) -> Optimum:
    """Find the quickest flow of a timed network; see :func:`quickest`.

    From below, by Newton's method: the minimum cut of a horizon that is too short, kept up for longer, holds back somebody up to some later horizon
    as well, so the one after that is the next to try. Mostly one horizon falls short, the next suffices, and the cut between them is the proof.
    """
    goal = savable(net)
    known: dict[int, int] = {}
    proof: Cut | None = None
    low = max(least_steps(net) - 1, -1) if goal == reachable(net) else -1
    good = 0 if goal == 0 else start_from
    since, span = quiet(net)
    closing = bool(((net.last >= 0) & (net.last < NEVER)).any())
    at = low + 1
    while good is None or good > 0:
        if good is not None:
            if low >= good - 1 and proof is not None:
                break
            at = min(at, good - 1)
        if at > MOST_STEPS:
            raise InvalidInput(
                f"clearing takes more than {MOST_STEPS} steps of {net.step_s} s",
                ko=f"{MOST_STEPS}단계 안에 비울 수 없습니다",
            )
        whole = expand(net, at)
        known[at], solver, _ = flow_over(
            whole.tails, whole.heads, whole.capacity, source=whole.source, target=whole.target
        )
        if known[at] >= goal:
            good = at
            at = _between(low, good)
            continue
        low, proof = _held_back(net, whole, _near(whole, solver), known[at], goal=goal, good=good)
        at = low + 1
        last = max(known)
        if (
            good is None and last > since
        ):  # where room is short, not all whom a way stays open for may come to it in time
            if any(since <= step <= last - span and known[step] == known[last] for step in known):
                goal = known[last]
                good = min(step for step in known if known[step] == goal)
                low = max((step for step in known if known[step] < goal), default=-1)
                at = _between(low, good)
                proof = None
            elif closing:
                at = max(at, last + span)
    return Optimum(
        horizon_steps=good,
        clearance_s=good * net.step_s,
        certified=good == 0 or low == good - 1,
        infeasible_at=good - 1,
        persons=goal / net.scale,
        left=(net.total - goal) / net.scale,
        cut=proof if good > 0 else None,
        solved=tuple((step, known[step] / net.scale) for step in sorted(known)),
    )


def _between(low: int, good: int) -> int:
    """Horizon to try next, where one that suffices was found before one that is a step too short."""
    return max(low + 1, (low + good) // 2) if good - low > 1 else good - 1


def _held_back(
    net: Timed, whole: Expansion, near: NDArray[np.bool_], units: int, *, goal: int, good: int | None
) -> tuple[int, Cut]:
    """Last horizon at which a minimum cut, kept up for longer, still holds somebody back, and the cut there.

    By how much it lets more through in a step is seen at the next horizon; that it is so at the last one is not believed but computed.
    """
    here = whole.horizon
    if good is not None and here + 1 >= good:
        return here, _cut(net, whole, near, units)
    following = expand(net, here + 1)
    late = _late(near, whole, following, net)
    side = _sides(near, whole, following, late)
    most = _units(side, following)
    if most >= goal:
        return here, _cut(net, whole, near, units)
    found = here + 1, following, side, most
    steps = (goal - units - 1) // max(most - units, 1)
    until = min(here + steps, 2 * here + _LEAP, MOST_STEPS, NEVER if good is None else good - 1)
    while until > here + 1:
        further = expand(net, until)
        side = _sides(near, whole, further, late)
        most = _units(side, further)
        if most < goal:
            found = until, further, side, most
            break
        until = (here + until) // 2
    return found[0], _cut(net, *found[1:])


def quiet(net: Timed) -> tuple[int, int]:
    """Step from which on nothing opens, closes or is released, and in how many steps anybody can walk out of an empty network.

    If as many are out at two horizons after that step and that far apart, nobody else ever comes: an augmenting path
    would leave what is used by the earlier one, and then walk out freely.
    """
    live = net.last >= 0
    togo = NEVER - net.latest(NEVER, always_open=True)
    closing = net.last[live & (net.last < NEVER)].max(initial=0)
    opening = net.first[live & (net.first < NEVER)].max(initial=0)
    span = togo[togo <= NEVER].max(initial=0) + net.transit[live].max(initial=0) + 1
    return int(max(closing, opening, net.release.max(initial=0))) + 1, int(span)


def _near(whole: Expansion, solver: Any) -> NDArray[np.bool_]:
    """Nodes of an expansion on the source's side of the minimum cut of a solved flow."""
    near = np.zeros(int(max(whole.source, whole.target)) + 1, np.bool_)
    near[np.asarray(solver.get_source_side_min_cut(), np.int64)] = True
    return near


def _sides(
    near: NDArray[np.bool_], before: Expansion, after: Expansion, late: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """A cut of one expansion in that to a later horizon: nodes on the source's side.

    A node is on its side as long after the beginning as before, or, where it is ``late`` (N,), as long before the end.
    """
    count = np.diff(after.base)
    node = np.repeat(np.arange(len(count)), count)
    step = np.arange(after.base[-1]) - np.repeat(after.base[:-1] - after.low, count)
    if late is not None:
        step = np.maximum(step - np.where(late, after.horizon - before.horizon, 0)[node], before.low[node])
    known = before.high[node] >= before.low[node]
    there = before.base[node] + np.minimum(step, before.high[node]) - before.low[node]
    found = np.zeros(int(max(after.source, after.target)) + 1, np.bool_)
    found[: len(node)] = known & near[np.where(known, there, 0)]
    found[after.source] = True
    return found


def _units(near: NDArray[np.bool_], whole: Expansion) -> int:
    """What crosses a cut. It parts source and target whatever it is, so no plan gets more out by the horizon."""
    return int(whole.capacity[near[whole.tails] & ~near[whole.heads]].sum())


def _late(near: NDArray[np.bool_], before: Expansion, after: Expansion, net: Timed) -> NDArray[np.bool_]:
    """Which nodes are late (N,), see :func:`_sides`, so that the least crosses a cut at a later horizon: a minimum cut of the network without time."""
    nodes = len(net.room)
    early = _sides(near, before, after)
    later = _sides(near, before, after, np.ones(nodes, np.bool_))
    tails, heads = after.tails[: after.moves], after.heads[: after.moves]
    capacity = np.minimum(net.capacity, max(net.total, 1))

    def crossing(here: NDArray[np.bool_], there: NDArray[np.bool_]) -> Units:
        count = np.concatenate([[0], np.cumsum(here[tails] & ~there[heads])])[after.move_at]
        return np.asarray(np.diff(count) * capacity, np.int64)

    neither, tail_late, head_late, both = (
        crossing(early, early),
        crossing(later, early),
        crossing(early, later),
        crossing(later, later),
    )
    gain = np.zeros(nodes, np.int64)  # what more crosses where a node is late, as far as it is its own affair
    np.add.at(gain, net.tail, tail_late - neither)
    np.add.at(gain, net.head, both - tail_late)
    staying = slice(after.moves, after.waits)
    stay_tails, stay_heads, stay_units = after.tails[staying], after.heads[staying], after.capacity[staying]
    owner = np.repeat(np.arange(nodes), np.diff(after.stay_at))
    for side, sign in ((later, 1), (early, -1)):
        np.add.at(gain, owner, sign * stay_units * (side[stay_tails] & ~side[stay_heads]))
    begins = after.heads[after.waits :][after.tails[after.waits :] == after.source]
    some = begins < after.base[-1]
    at = np.searchsorted(after.base, begins[some], side="right") - 1
    sent = after.capacity[after.waits :][after.tails[after.waits :] == after.source][some]
    np.add.at(gain, at, sent * (early[begins[some]].astype(np.int64) - later[begins[some]]))
    apart = np.maximum(head_late + tail_late - neither - both, 0)
    every = np.arange(nodes)
    tail = np.concatenate([net.tail, np.full(nodes, nodes), every]).astype(np.int32)
    head = np.concatenate([net.head, every, np.full(nodes, nodes + 1)]).astype(np.int32)
    units = np.concatenate([apart, np.maximum(gain, 0), np.maximum(-gain, 0)])
    live = units > 0
    _, solver, _ = flow_over(tail[live], head[live], units[live], source=nodes, target=nodes + 1)
    found = np.ones(nodes + 2, np.bool_)
    if (tail[live] == nodes).any() and (head[live] == nodes + 1).any():
        found[np.asarray(solver.get_source_side_min_cut(), np.int64)] = False
    else:
        found[:] = not (tail[live] == nodes).any()
    return found[:nodes]


def _cut(net: Timed, whole: Expansion, near: NDArray[np.bool_], units: int) -> Cut:
    """Read a cut as arcs and nodes with their times; ``near`` are the nodes of the expansion on the source's side."""
    crossing = np.flatnonzero(near[whole.tails[: whole.waits]] & ~near[whole.heads[: whole.waits]])
    moves, waits = crossing[crossing < whole.moves], crossing[crossing >= whole.moves] - whole.moves
    found = []
    for rows, at, low, shift in (
        (moves, whole.move_at, whole.move_low, 0),
        (waits, whole.stay_at, whole.stay_low, whole.moves),
    ):
        owner = np.searchsorted(at, rows, side="right") - 1
        step = low[owner] + rows - at[owner]
        which, index = np.unique(owner, return_inverse=True)
        first, last = np.full(len(which), NEVER), np.full(len(which), -1)
        np.minimum.at(first, index, step)
        np.maximum.at(last, index, step)
        through = np.bincount(index, weights=whole.capacity[rows + shift], minlength=len(which))
        found.append((which, first * net.step_s, last * net.step_s, through / net.scale))
    (arc, arc_from, arc_until, arc_persons), (node, node_from, node_until, node_persons) = found
    return Cut(
        arc=arc,
        arc_from_s=arc_from,
        arc_until_s=arc_until,
        arc_persons=arc_persons,
        node=node,
        node_from_s=node_from,
        node_until_s=node_until,
        node_persons=node_persons,
        persons=units / net.scale,
    )


def arrivals(
    network: DynamicNetwork, occupants: NDArray[np.integer], *, step_s: float, at_steps: Sequence[int], scale: int = 100
) -> NDArray[np.float64]:
    """Most persons that any plan can have got out by each of some steps: the earliest-arrival pattern, one solve each.

    Raises
    ------
    InvalidInput
        As :func:`timed`.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale)
    return np.array([most_out(net, step) / scale for step in at_steps], np.float64)
