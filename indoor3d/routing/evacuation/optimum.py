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
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork

Rounding = Literal["nearest", "up", "down"]
"""``nearest``: transit times to the nearest step but no less than one; ``up``: to the next step, never too quick; ``down``: to the
step before with capacities rounded up, never too slow."""
Units = NDArray[np.int64]
Steps = NDArray[np.int64]

NEVER = 1 << 30
"""A step that does not come."""
_MOST_STEPS = 200_000
"""More steps than this are a mistake in ``step_s`` or in a capacity."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Timed:
    """A network and its people in whole steps and whole units.

    Parameters
    ----------
    step_s : float
    scale : int
        Units a person.
    rounding : str
        See :data:`Rounding`.
    tail, head : (M,) int64
    transit : (M,) int64
        Steps.
    capacity : (M,) int64
        Units that may enter in a step; :data:`NEVER` where nothing limits.
    group : (M,) int64
        Arcs of one number share ``most``; -1 where nothing limits.
    most : (G,) int64
        Largest capacity among the arcs of a group.
    first, last : (M,) int64
        Steps at which it can be entered; ``last`` is -1 for arcs that cannot be used at all.
    room : (N,) int64
        Units that can stay at a node.
    sink : (N,) bool
    node, release, units : (K,) int64
        Where and from which step on how much begins.
    """

    step_s: float
    scale: int
    rounding: Rounding
    tail: Steps
    head: Steps
    transit: Steps
    capacity: Units
    group: Steps
    most: Units
    first: Steps
    last: Steps
    room: Units
    sink: NDArray[np.bool_]
    node: Steps
    release: Steps
    units: Units

    @property
    def total(self) -> int:
        """Units of all people."""
        return int(self.units.sum())

    @cached_property
    def leaving(self) -> tuple[Steps, Steps]:
        """Arcs by their tail: starts and order."""
        return _by_node(self.tail, len(self.room))

    @cached_property
    def coming(self) -> tuple[Steps, Steps]:
        """Arcs by their head: starts and order."""
        return _by_node(self.head, len(self.room))

    def earliest(self) -> Steps:
        """First step at which anybody can be at each node; :data:`NEVER` where nobody comes."""
        from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

        some = self.units > 0
        start, order = self.leaving
        found: Steps = kernels.earliest(
            start, order, self.head, self.transit, self.first, self.last, self.node[some], self.release[some], len(self.room)
        )  # fmt: skip
        return found

    def latest(self, horizon: int, *, also: Steps | None = None, always_open: bool = False) -> Steps:
        """Last step at which one can be at each node and still be out by ``horizon``; -1 where one cannot.

        ``also`` are more nodes that count as out, with the step until which; ``always_open`` leaves closings out of account.
        """
        from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

        by = np.where(self.sink, horizon, -1).astype(np.int64)
        if also is not None:
            by = np.maximum(by, also)
        first, last = self.first, self.last
        if always_open:
            first, last = np.zeros_like(first), np.where(last >= 0, NEVER, -1)
        start, order = self.coming
        found: Steps = kernels.latest(start, order, self.tail, self.transit, first, last, by)
        return found


def _by_node(node: Steps, nodes: int) -> tuple[Steps, Steps]:
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(node, minlength=nodes), out=start[1:])
    return start, np.argsort(node, kind="stable").astype(np.int64)


def begin(occupants: NDArray[np.integer], nodes: int) -> tuple[Steps, Steps, Units]:
    """Where, from which step on, and how many persons: from persons a node (N,), or from rows (node, step, persons) (K, 3).

    Raises
    ------
    InvalidInput
        The shape is neither, a count or a step is negative, or a node does not exist.
    """
    rows = np.asarray(occupants)
    if rows.ndim == 1 and len(rows) == nodes:
        node = np.flatnonzero(rows)
        rows = np.column_stack([node, np.zeros_like(node), rows[node]])
    if rows.ndim != 2 or rows.shape[1] != 3 or not np.issubdtype(rows.dtype, np.integer):
        raise InvalidInput(
            "occupants must be whole persons of each node, or rows of node, step and persons",
            ko="재실자는 노드마다의 사람 수(정수)이거나 (노드, 단계, 사람 수) 행이어야 합니다",
        )
    if len(rows) and (rows.min() < 0 or rows[:, 0].max() >= nodes or rows[:, 1].max() >= _MOST_STEPS):
        raise InvalidInput(
            "occupants name a node that does not exist, or a count or step that cannot be",
            ko="재실자에 없는 노드나 있을 수 없는 수·단계가 있습니다",
        )
    rows = rows[rows[:, 2] > 0].astype(np.int64)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    return rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy()


def timed(
    network: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    scale: int = 100,
    rounding: Rounding = "nearest",
    usable: NDArray[np.bool_] | None = None,
) -> Timed:
    """Put a network into whole steps.

    ``usable`` (M,) are the arcs that these people can use; all by default.

    Raises
    ------
    InvalidInput
        The length of a step or the scale is not positive, or ``occupants`` is malformed.
    """
    if not (np.isfinite(step_s) and step_s > 0 and scale >= 1):
        raise InvalidInput(
            f"a step of {step_s} s with {scale} units a person cannot be planned with",
            ko=f"{step_s}초 단계와 1인당 {scale}단위로는 계획할 수 없습니다",
        )
    node, release, persons = begin(occupants, network.nodes)
    up = {"nearest": np.rint, "up": lambda x: np.ceil(x - 1e-9), "down": lambda x: np.floor(x + 1e-9)}[rounding]
    transit = up(network.time_s / step_s).astype(np.int64)
    if rounding == "nearest":
        transit = np.where(network.time_s > 0, np.maximum(transit, 1), transit)
    capacity = _units(network.capacity_per_s * step_s * scale, up=rounding == "down")
    sink = np.zeros(network.nodes, np.bool_)
    sink[network.sinks] = True
    first, last = _open(network, transit, step_s=step_s, exactly=rounding != "down")
    shut = (capacity == 0) | sink[network.arc_from] | (first > last) | (network.arc_from == network.arc_to)
    last[shut if usable is None else shut | ~usable] = -1
    group, most = _groups(network.passage, capacity)
    begins = np.bincount(node, weights=persons, minlength=network.nodes).astype(np.int64) * scale
    return Timed(
        step_s=step_s,
        scale=scale,
        rounding=rounding,
        tail=network.arc_from.astype(np.int64),
        head=network.arc_to.astype(np.int64),
        transit=transit,
        capacity=capacity,
        group=group,
        most=most,
        first=first,
        last=last,
        room=np.maximum(_units(network.storage * scale, up=rounding == "down"), begins),
        sink=sink,
        node=node,
        release=release,
        units=persons * scale,
    )


def _units(amount: NDArray[np.float64], *, up: bool) -> Units:
    rounded = np.ceil(amount - 1e-9) if up else np.floor(amount + 1e-9)
    return np.minimum(rounded, NEVER).astype(np.int64)


def _open(network: DynamicNetwork, transit: Steps, *, step_s: float, exactly: bool) -> tuple[Steps, Steps]:
    """Steps at which arcs can be entered; a passage has to end by the closing."""
    takes = np.maximum(network.time_s, transit * step_s) if exactly else np.minimum(network.time_s, transit * step_s)
    first = np.minimum(np.maximum(np.ceil(network.open_from_s / step_s - 1e-9), 0), NEVER).astype(np.int64)
    last = np.floor((network.closed_from_s - takes) / step_s + 1e-9)
    return first, np.clip(last, -1, NEVER).astype(np.int64)


def _groups(passage: NDArray[np.int32], capacity: Units) -> tuple[Steps, Units]:
    """Number the arcs that share: by passage where there is one, each alone where it has a limit of its own."""
    limited = capacity < NEVER
    shared = limited & (passage >= 0)
    group = np.full(len(capacity), -1, np.int64)
    _, group[shared] = np.unique(passage[shared], return_inverse=True)
    count = int(group.max(initial=-1)) + 1
    alone = limited & ~shared
    group[alone] = count + np.arange(int(alone.sum()))
    most = np.zeros(int(group.max(initial=-1)) + 1, np.int64)
    np.maximum.at(most, group[limited], capacity[limited])
    return group, most


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

    Those who have no way out are left out of account.

    Raises
    ------
    InvalidInput
        As :func:`timed`.
    """
    return least_steps(timed(network, occupants, step_s=step_s, scale=scale)) * step_s


# --- the time-expanded network ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Expansion:
    """The part of the time-expanded network that can matter: what somebody can reach, and what can still reach an exit by the horizon.

    Its arcs are, in this order: ``move_at[a]`` … entering arc ``a`` at ``move_low[a]``, one later, …; ``stay_at[v]`` … staying at node
    ``v`` from ``stay_low[v]`` on; then those from the super source.
    """

    horizon: int
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
    """Expand a network up to a horizon. Nodes with ``refuge`` >= 0 count as out up to that step."""
    low, high = net.earliest(), net.latest(horizon, also=refuge)
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
        out = np.flatnonzero((refuge >= 0) & ~net.sink & (low <= high))
        ends.append(base[out] + high[out] - low[out])
        into.append(np.full(len(out), target))
        size.append(np.full(len(out), free))
    return Expansion(
        horizon=horizon,
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
        A flow one step shorter was solved and does not get everybody out, or there is nothing shorter.
    infeasible_at : int
        The step of that flow; -1 if there is nothing shorter.
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


def savable(net: Timed) -> int:
    """Units that can get out at all, however long it takes."""
    ends = net.latest(NEVER)
    reach = net.units[ends[net.node] >= net.release]
    lasting = net.latest(NEVER, also=None)
    if not len(reach):
        return 0
    closing = net.last[(net.last >= 0) & (net.last < NEVER)]
    if not len(closing):
        return int(reach.sum())
    whole = Timed(**{**vars_of(net), "last": np.where(net.last < NEVER, -1, net.last)})
    lasting = whole.latest(NEVER) >= NEVER >> 1
    if lasting[net.node[ends[net.node] >= net.release]].all():
        return int(reach.sum())
    until = int(closing.max() + net.transit.max(initial=0) + 1)
    until = max(until, int(net.release.max(initial=0)), int(net.first[net.last >= 0].max(initial=0)))
    stays = expand(net, until, refuge=np.where(lasting, until, -1).astype(np.int64))
    return flow_over(stays.tails, stays.heads, stays.capacity, source=stays.source, target=stays.target)[0]


def vars_of(net: Timed) -> dict[str, Any]:
    """The columns of a timed network by name."""
    return {name: getattr(net, name) for name in Timed.__dataclass_fields__}


def solve(net: Timed, *, start_from: int | None = None) -> Optimum:
    """Find the quickest flow of a timed network; see :func:`quickest`."""
    goal = savable(net)
    known: dict[int, int] = {}
    proof: Cut | None = None
    low = max(least_steps(net) - 1, -1) if goal == net.total or goal > 0 else -1
    bound = low
    good = start_from
    at = low + 1 if good is None else max(good - 1, 0)
    if good == 0 or goal == 0:
        good = 0
    while good is None or good > 0:
        if good is not None and good - 1 in known:
            break
        at = min(max(at, bound), good - 1) if good is not None else max(at, 0)
        if at > _MOST_STEPS:
            raise InvalidInput(
                f"clearing takes more than {_MOST_STEPS} steps of {net.step_s} s",
                ko=f"{_MOST_STEPS}단계 안에 비울 수 없습니다",
            )
        whole = expand(net, at)
        known[at], solver, _ = flow_over(
            whole.tails, whole.heads, whole.capacity, source=whole.source, target=whole.target
        )
        if known[at] >= goal:
            good = at
        else:
            low, proof = max(low, at), _cut(net, whole, solver, known[at])
        at = _next(known, goal, low, good, rate=_rate(net))
    return Optimum(
        horizon_steps=good,
        clearance_s=good * net.step_s,
        certified=good == 0 or good - 1 in known,
        infeasible_at=good - 1,
        persons=goal / net.scale,
        left=(net.total - goal) / net.scale,
        cut=proof if good > 0 else None,
        solved=tuple((step, known[step] / net.scale) for step in sorted(known)),
    )


def _rate(net: Timed) -> int:
    """Units that can come to the exits in a step."""
    last = (net.last >= 0) & net.sink[net.head]
    return int(min(net.capacity[last].sum(), max(net.total, 1)))


def _next(known: dict[int, int], goal: int, low: int, good: int | None, *, rate: int) -> int:
    """Next horizon to try: from below by the secant, which cannot pass the optimum where the flow is concave in the horizon."""
    short = sorted(step for step in known if known[step] < goal)
    if not short:
        return (good - 1 if good is not None else low + 1) if low < 0 else low
    last = short[-1]
    slope = float(max(rate, 1))
    if len(short) > 1 and known[last] > known[short[-2]]:
        slope = (known[last] - known[short[-2]]) / (last - short[-2])
    at = max(last + 1, last + int(np.ceil((goal - known[last]) / slope - 1e-9)))
    if good is not None and at >= good:
        at = good - 1 if good - 1 not in known else good
    return at


def _cut(net: Timed, whole: Expansion, solver: Any, persons: int) -> Cut:
    """Read the minimum cut of a solved flow as arcs and nodes with their times."""
    near = np.zeros(int(max(whole.source, whole.target)) + 1, np.bool_)
    near[np.asarray(solver.get_source_side_min_cut(), np.int64)] = True
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
        units = np.bincount(index, weights=whole.capacity[rows + shift], minlength=len(which))
        found.append((which, first * net.step_s, last * net.step_s, units / net.scale))
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
        persons=persons / net.scale,
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
