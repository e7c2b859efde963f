"""Plans: who takes which way, and when they set out.

Capacity-constrained route planning (Lu, George and Shekhar 2005): again and again, the earliest arrival at an exit for anybody still
inside, over the capacity in time that those before have left; what the way takes is theirs. :func:`optimal` goes on to the proven optimum:
who came too late is led, along the augmenting paths of a maximum flow, to where the others have left or can make room.

Conventions of time, units and rounding are those of :mod:`indoor3d.routing.evacuation.optimum`. Within a plan both directions of a passage
share its capacity at every step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.optimum import (
    NEVER,
    Expansion,
    Optimum,
    Rounding,
    Timed,
    expand,
    flow_over,
    least_steps,
    solve,
    timed,
    vars_of,
)

Integers = NDArray[np.int64]

_SHARE = 0.02
"""A way found serves so many steps in a row, as a share of the lower bound: 1.01 x the optimum in the median, and no building above 1.05."""
_EXACT_SHARE = 0.004
"""The same where the rest is brought to the optimum afterwards."""
_MARGIN = 1.3
"""First guess of the horizon, times the lower bound."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Flow:
    """A plan as units of persons, of which the network's limits hold exactly.

    A run is one way with the step at which each of its arcs is entered; a slot is units on it, ``shift`` steps later.

    Parameters
    ----------
    node, release : (K,) int64
        Where, and from which step on, those of a source are.
    run_source : (Q,) int64
    run_start : (Q+1,) int64
    run_arc, run_enter : (L,) int64
    slot_run, slot_shift, slot_units : (S,) int64
    """

    node: Integers
    release: Integers
    run_source: Integers
    run_start: Integers
    run_arc: Integers
    run_enter: Integers
    slot_run: Integers
    slot_shift: Integers
    slot_units: Integers

    def entries(self) -> tuple[Integers, Integers, Integers]:
        """Every entry of an arc: arc, step, units."""
        size = np.diff(self.run_start)[self.slot_run]
        slot = np.repeat(np.arange(len(size)), size)
        begins = np.cumsum(size) - size
        at = self.run_start[self.slot_run][slot] + np.arange(len(slot)) - begins[slot]
        return self.run_arc[at], self.run_enter[at] + self.slot_shift[slot], self.slot_units[slot]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Who takes which way, and when.

    Parameters
    ----------
    network : DynamicNetwork
    step_s : float
    scale : int
        Units a person of ``flow``.
    rounding : str
    route_node : (R,) int32
        Where a route begins.
    path_start : (R+1,) int32
    path_arc : (P,) int32
        Routes as lists of arcs; empty for those who begin at an exit.
    cohort_route : (C,) int32
    cohort_depart, cohort_arrive : (C,) int32
        Steps. A person sets out and arrives with the last of their units.
    cohort_persons : (C,) int64
    clearance_s : float
        When the last of those with a way is out.
    left : (N,) int64
        People of each node who have no way out that is open long enough; nobody is dropped silently.
    flow : Flow
    """

    network: DynamicNetwork
    step_s: float
    scale: int
    rounding: Rounding
    route_node: NDArray[np.int32]
    path_start: NDArray[np.int32]
    path_arc: NDArray[np.int32]
    cohort_route: NDArray[np.int32]
    cohort_depart: NDArray[np.int32]
    cohort_arrive: NDArray[np.int32]
    cohort_persons: Integers
    clearance_s: float
    left: Integers
    flow: Flow

    @property
    def clearance_steps(self) -> int:
        """Step of the last arrival."""
        return int(self.cohort_arrive.max(initial=0))

    def out_by_step(self) -> Integers:
        """Persons out by each step, 0 to the last."""
        found = np.zeros(self.clearance_steps + 1, np.int64)
        np.add.at(found, self.cohort_arrive, self.cohort_persons)
        return np.cumsum(found)

    def exit_of_route(self) -> NDArray[np.int32]:
        """Node at which each route ends (R,)."""
        ends = self.route_node.copy()
        some = np.diff(self.path_start) > 0
        ends[some] = self.network.arc_to[self.path_arc[self.path_start[1:][some] - 1]]
        return ends


@dataclass(frozen=True, kw_only=True, eq=False)
class Proven:
    """A plan with the optimum it is measured by.

    ``reached`` : bool
        The plan is within one step of the optimum; else the network asks for more than one flow can show (see the optimum's module), and
        ``gap`` says how much.
    """

    plan: Plan
    optimum: Optimum

    @property
    def reached(self) -> bool:
        """Whether the plan is within one step of the optimum, and leaves nobody whom it saves."""
        saved = self.plan.cohort_persons.sum() >= int(self.optimum.persons)
        return bool(saved and self.plan.clearance_steps <= self.optimum.horizon_steps + 1)

    @property
    def gap(self) -> float:
        """How much longer the plan takes, as a share of the optimum."""
        return self.plan.clearance_s / self.optimum.clearance_s - 1.0 if self.optimum.clearance_s else 0.0


def ccrp(
    network: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    batch: int | None = None,
    rounding: Rounding = "nearest",
    scale: int = 100,
    usable: NDArray[np.bool_] | None = None,
    after: Sequence[Plan] = (),
) -> Plan:
    """Plan capacity-constrained routes.

    Parameters
    ----------
    occupants : (N,) or (K, 3) int
        Persons at each node; or rows of node, step from which on they can go, persons.
    batch : int, optional
        Steps in a row that a way found serves: 1 is best and slowest. By default 2 % of the lower bound.
    usable : (M,) bool, optional
        Arcs that these people can use.
    after : sequence of Plan
        Earlier plans on the same network, as of people who go first: what they take is taken.

    Raises
    ------
    InvalidInput
        Malformed occupants, or an earlier plan with another step, scale or network.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale, rounding=rounding, usable=usable)
    flow = _fill(net, batch=batch, after=_taken(net, network, after))
    return _plan(network, net, flow)


def nearest_exit(
    network: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    rounding: Rounding = "nearest",
    scale: int = 100,
    usable: NDArray[np.bool_] | None = None,
) -> Plan:
    """What people do whom nobody guides: all go at once, each by the quickest free way, and queue where it is full.

    Who is nearer is served first. Where room for a queue is short, they queue one node earlier; nothing else is lost by a jam, so
    the clearance is the least that such a crowd needs.

    Raises
    ------
    InvalidInput
        As :func:`ccrp`.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale, rounding=rounding, usable=usable)
    tree = np.zeros(len(net.tail), np.bool_)
    arc = nearest_arcs(network, usable=net.last >= 0)
    tree[arc[arc >= 0]] = True
    net = Timed(**{**vars_of(net), "last": np.where(tree, net.last, -1)})
    plan = _plan(network, net, _fill(net, batch=None))
    return plan


def nearest_arcs(network: DynamicNetwork, *, usable: NDArray[np.bool_] | None = None) -> Integers:
    """Arc by which the quickest free way out of each node begins (N,); -1 at exits and where there is no way.

    Of arcs that are as quick, the first.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - loads a library
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    live = np.flatnonzero(
        (np.ones(len(network.arc_from), np.bool_) if usable is None else usable) & (network.capacity_per_s > 0)
    )
    tail, head, time_s = network.arc_from[live], network.arc_to[live], np.maximum(network.time_s[live], 1e-9)
    order = np.lexsort((live, time_s, tail, head))
    keep = np.ones(len(order), np.bool_)
    keep[1:] = (np.diff(head[order]) != 0) | (np.diff(tail[order]) != 0)
    chosen = order[keep]
    back = csr_matrix((time_s[chosen], (head[chosen], tail[chosen])), shape=(network.nodes, network.nodes))
    found = np.full(network.nodes, -1, np.int64)
    if not len(network.sinks):
        return found
    togo = dijkstra(back, indices=network.sinks, min_only=True)
    slack = time_s[chosen] + togo[head[chosen]] - togo[tail[chosen]]
    tight = chosen[np.isfinite(slack) & (slack <= 1e-9 * (1.0 + togo[tail[chosen]]))] if len(chosen) else chosen
    tight = tight[np.argsort(live[tight], kind="stable")[::-1]]
    found[tail[tight]] = live[tight]
    found[network.sinks] = -1
    return found


def optimal(
    network: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    rounding: Rounding = "nearest",
    scale: int = 100,
    usable: NDArray[np.bool_] | None = None,
) -> Proven:
    """Plan the optimum, with its proof: the plan needs at most one step more than the quickest flow.

    ``Proven.reached`` is false where opposite flows share a passage, or room is short, in a way that the flow does not see; the gap says what
    is left.

    Raises
    ------
    InvalidInput
        As :func:`ccrp`.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale, rounding=rounding, usable=usable)
    flow = _fill(net, batch=None, share=_EXACT_SHARE)
    plan = _plan(network, net, flow)
    complete = not plan.left.any()
    best = solve(net, start_from=plan.clearance_steps if complete else None)
    proven = Proven(plan=plan, optimum=best)
    if not proven.reached:
        better = _augment(net, flow, best.horizon_steps)
        if better is not None:
            proven = Proven(plan=_plan(network, net, better), optimum=best)
    return proven


# --- filling ------------------------------------------------------------------------------------------------------------------------


def _taken(net: Timed, network: DynamicNetwork, after: Sequence[Plan]) -> list[Flow]:
    for plan in after:
        same = plan.network is network or np.array_equal(plan.network.arc_from, network.arc_from)
        if (plan.step_s, plan.scale, plan.rounding) != (net.step_s, net.scale, net.rounding) or not same:
            raise InvalidInput(
                "an earlier plan has another network, step, scale or rounding",
                ko="먼저 세운 계획의 네트워크나 단계, 단위, 반올림이 다릅니다",
            )
    return [plan.flow for plan in after]


class _Residual:
    """What is left of capacities and room at each step, up to a horizon that can grow."""

    def __init__(self, net: Timed, horizon: int, *, total: int) -> None:
        self.net = net
        self.most = np.minimum(net.most, NEVER >> 1)
        self.bounded = net.room < total
        self.low = np.where(self.bounded, net.room, NEVER).astype(np.int64)
        self.residual = np.empty((len(self.most), 0), np.int32)
        self.ahead = np.empty((len(self.most), 1), np.int32)
        self.room = np.empty((len(net.room), 0), np.int32)
        self.grow(horizon)

    def grow(self, horizon: int) -> None:
        """Add steps at which nothing is taken."""
        had = self.residual.shape[1]
        more = horizon - had
        self.residual = np.hstack([self.residual, np.repeat(self.most[:, None].astype(np.int32), more, axis=1)])
        steps = np.arange(had, horizon + 1, dtype=np.int32)
        self.ahead = np.hstack([self.ahead[:, :had], np.broadcast_to(steps, (len(self.most), more + 1))]).copy()
        room = np.where(self.bounded, self.net.room, NEVER).astype(np.int32)
        self.room = np.hstack([self.room, np.repeat(room[:, None], more, axis=1)])


def _without_dead_ends(net: Timed) -> Integers:
    """Last steps at which arcs can be entered, without those that lead to nodes from which one can only come back."""
    last = net.last.copy()
    changed = True
    while changed:
        live = last >= 0
        ways = np.zeros(len(net.room), np.int64)
        only = np.full(len(net.room), -1, np.int64)
        pair = np.unique(np.column_stack([net.tail[live], net.head[live]]), axis=0)
        np.add.at(ways, pair[:, 0], 1)
        only[pair[:, 0]] = pair[:, 1]
        dead = (
            live
            & ~net.sink[net.head]
            & ((ways[net.head] == 0) | ((ways[net.head] == 1) & (only[net.head] == net.tail)))
        )
        last[dead] = -1
        changed = bool(dead.any())
    return last


def _fill(
    net: Timed, *, batch: int | None, share: float = _SHARE, late: bool = True, after: Sequence[Flow] = ()
) -> Flow:
    """Plan all that can go: first those whom closings could cut off, then the rest."""
    from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

    total = net.total + sum(int(flow.slot_units.sum()) for flow in after)
    least = least_steps(net)
    batch = max(1, round(share * least)) if batch is None else max(1, batch)
    horizon = int(_MARGIN * least) + int(net.transit.max(initial=0)) + int(net.release.max(initial=0)) + 16
    for flow in after:
        net = _with_room(net, flow)
        horizon = max(horizon, int((_arrivals(net, flow)).max(initial=0)) + 2)
    state = _Residual(net, horizon, total=total + 1)
    for flow in after:
        kernels.occupy(
            net.tail, net.transit, net.group, net.capacity, state.most, state.residual, state.ahead, state.room, state.low,
            flow.node, flow.release, flow.run_source, flow.run_start, flow.run_arc, flow.run_enter,
            flow.slot_run, flow.slot_shift, flow.slot_units,
        )  # fmt: skip
    rest = np.where(net.latest(NEVER)[net.node] >= net.release, net.units, 0)
    rest[net.sink[net.node]] = 0
    lasting = (
        Timed(**{**vars_of(net), "last": np.where(net.last < NEVER, -1, net.last)}).latest(NEVER)[net.node] > NEVER >> 1
    )
    runs = _Runs(net)
    idle = np.zeros(len(net.room), np.int64)
    np.add.at(idle, net.node, net.units)
    last = _without_dead_ends(net)
    for mask in (~lasting, lasting):
        some = np.where(mask, rest, 0)
        _fill_some(net, state, runs, some, last=last, idle=idle, batch=batch, late=late)
    at_exit = np.flatnonzero(net.sink[net.node])
    return runs.flow(at_exit)


def _with_room(net: Timed, flow: Flow) -> Timed:
    """The same network with room for those of an earlier plan where they begin."""
    begins = np.zeros(len(net.room), np.int64)
    np.add.at(begins, flow.node[flow.run_source[flow.slot_run]], flow.slot_units)
    own = np.zeros(len(net.room), np.int64)
    np.add.at(own, net.node, net.units)
    room = np.where(begins > 0, np.maximum(net.room, begins + own), net.room)
    return Timed(**{**vars_of(net), "room": room})


class _Runs:
    """Buffers that runs are written to."""

    def __init__(self, net: Timed) -> None:
        self.net = net
        nodes = len(net.room)
        self.used = np.zeros(4, np.int64)
        self.source = np.empty(1024, np.int64)
        self.start = np.zeros(1025, np.int64)
        self.arc, self.enter = np.empty(16 * nodes + 65536, np.int64), np.empty(16 * nodes + 65536, np.int64)
        self.slot_run, self.slot_shift, self.slot_units = (np.empty(8192, np.int64) for _ in range(3))

    def grow(self, horizon: int) -> None:
        self.source, self.start = _longer(self.source), _longer(self.start)
        more = 2 * len(self.net.room) + horizon
        self.arc, self.enter = _longer(self.arc, more), _longer(self.enter, more)
        self.slot_run, self.slot_shift = _longer(self.slot_run, horizon), _longer(self.slot_shift, horizon)
        self.slot_units = _longer(self.slot_units, horizon)

    def flow(self, at_exit: Integers) -> Flow:
        """What was written, and a run without arcs for each source at an exit."""
        _, runs, arcs, slots = (int(n) for n in self.used)
        more = np.arange(len(at_exit))
        return Flow(
            node=self.net.node,
            release=self.net.release,
            run_source=np.concatenate([self.source[:runs], at_exit]),
            run_start=np.concatenate([self.start[: runs + 1], np.full(len(at_exit), arcs)]),
            run_arc=self.arc[:arcs].copy(),
            run_enter=self.enter[:arcs].copy(),
            slot_run=np.concatenate([self.slot_run[:slots], runs + more]),
            slot_shift=np.concatenate([self.slot_shift[:slots], np.zeros(len(at_exit), np.int64)]),
            slot_units=np.concatenate([self.slot_units[:slots], self.net.units[at_exit]]),
        )


def _longer(column: Integers, more: int = 0) -> Integers:
    return np.concatenate([column, np.zeros(len(column) + more, np.int64)])


def _fill_some(
    net: Timed,
    state: _Residual,
    runs: _Runs,
    rest: Integers,
    *,
    last: Integers,
    idle: Integers,
    batch: int | None,
    **how: Any,
) -> None:
    from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

    if not rest.any():
        return
    start, order = net.leaving
    while True:
        ended = kernels.fill(
            start, order, net.tail, net.head, net.transit, net.first, last, net.group, net.capacity, state.most,
            state.residual, state.ahead, state.room, state.low, idle, net.sink, net.node, net.release, rest,
            batch, int(late), runs.used,
            runs.source, runs.start, runs.arc, runs.enter, runs.slot_run, runs.slot_shift, runs.slot_units,
        )  # fmt: skip
        if ended == kernels.LONGER:
            state.grow(int(1.3 * state.residual.shape[1]) + 16)
        elif ended == kernels.FULL:
            runs.grow(state.residual.shape[1])
        elif ended == kernels.CONTRADICTION:
            raise AssertionError("a way was found that takes nobody")
        else:
            return


def _arrivals(net: Timed, flow: Flow) -> Integers:
    """Step at which each slot arrives."""
    size = np.diff(flow.run_start)
    final = np.maximum(flow.run_start[1:] - 1, 0)
    arrive = flow.release[flow.run_source].copy()
    some = size > 0
    arrive[some] = flow.run_enter[final[some]] + net.transit[flow.run_arc[final[some]]]
    found: Integers = arrive[flow.slot_run] + flow.slot_shift
    return found


# --- whole persons --------------------------------------------------------------------------------------------------------------------


def _plan(network: DynamicNetwork, net: Timed, flow: Flow) -> Plan:
    """Make persons of units: each arrives, and goes, with the last of their units, so no sooner than the flow."""
    arrive = _arrivals(net, flow)
    size = np.diff(flow.run_start)
    depart = flow.release[flow.run_source].copy()
    depart[size > 0] = flow.run_enter[flow.run_start[:-1][size > 0]]
    source = flow.run_source[flow.slot_run]
    order = np.lexsort((np.arange(len(source)), arrive, source))
    sent = np.cumsum(flow.slot_units[order])
    begins = np.zeros(len(net.node), np.int64)
    by_source = np.bincount(source, weights=flow.slot_units, minlength=len(net.node)).astype(np.int64)
    begins[1:] = np.cumsum(by_source)[:-1]
    before = sent - flow.slot_units[order] - begins[source[order]]
    persons = (before + flow.slot_units[order]) // net.scale - before // net.scale
    route_of_run, routes = _routes(net, flow)
    rows = np.column_stack(
        [route_of_run[flow.slot_run[order]], depart[flow.slot_run[order]] + flow.slot_shift[order], arrive[order]]
    )[persons > 0]
    cohorts, index = np.unique(rows, axis=0, return_inverse=True)
    count = np.bincount(index.ravel(), weights=persons[persons > 0], minlength=len(cohorts)).astype(np.int64)
    left = np.zeros(network.nodes, np.int64)
    np.add.at(left, net.node, net.units // net.scale - by_source // net.scale)
    return Plan(
        network=network,
        step_s=net.step_s,
        scale=net.scale,
        rounding=net.rounding,
        route_node=np.array([node for node, _ in routes], np.int32),
        path_start=np.cumsum([0] + [len(arcs) for _, arcs in routes]).astype(np.int32),
        path_arc=np.array([arc for _, arcs in routes for arc in arcs], np.int32),
        cohort_route=cohorts[:, 0].astype(np.int32),
        cohort_depart=cohorts[:, 1].astype(np.int32),
        cohort_arrive=cohorts[:, 2].astype(np.int32),
        cohort_persons=count,
        clearance_s=float(cohorts[:, 2].max(initial=0)) * net.step_s,
        left=left,
        flow=flow,
    )


def _routes(net: Timed, flow: Flow) -> tuple[Integers, list[tuple[int, list[int]]]]:
    """Ways that differ, numbered as they first come."""
    number: dict[tuple[int, bytes], int] = {}
    routes: list[tuple[int, list[int]]] = []
    found = np.empty(len(flow.run_source), np.int64)
    start, node = flow.run_start.tolist(), net.node[flow.run_source].tolist()
    for run in range(len(found)):
        arcs = flow.run_arc[start[run] : start[run + 1]]
        key = (node[run], arcs.tobytes())
        if key not in number:
            number[key] = len(routes)
            routes.append((node[run], arcs.tolist()))
        found[run] = number[key]
    return found, routes


# --- to the optimum -------------------------------------------------------------------------------------------------------------------


def _augment(net: Timed, flow: Flow, horizon: int) -> Flow | None:
    """Lead those who come after a horizon that suffices to it as well, along augmenting paths; None where shared passages forbid."""
    whole = expand(net, horizon)
    moved, held, sent = _on_time(net, flow, whole)
    capacity = whole.capacity
    waits = whole.waits
    used = np.concatenate([moved, held, sent])
    spare = capacity - used
    _, arc = _owners(whole.move_at)
    step = whole.move_low[arc] + np.arange(len(arc)) - whole.move_at[arc]
    spare[: whole.moves] = np.minimum(spare[: whole.moves], _spare_of_groups(net, moved, arc, step))
    back = np.flatnonzero(used[:waits] > 0)
    tails = np.concatenate([whole.tails, whole.heads[back]])
    heads = np.concatenate([whole.heads, whole.tails[back]])
    _, solver, arcs = flow_over(
        tails, heads, np.concatenate([np.maximum(spare, 0), used[back]]), source=whole.source, target=whole.target
    )
    change = np.asarray(solver.flows(arcs), np.int64)
    used += change[: len(used)]
    used[back] -= change[len(used) :]
    moved, held = used[: whole.moves], used[whole.moves : waits]
    _turn_round(net, whole, moved, held, arc=arc, step=step)
    if (_spare_of_groups(net, moved, arc, step) < 0).any() or (held > capacity[whole.moves : waits]).any():
        return None
    return _apart(net, whole, moved, held, used[waits:])


def _owners(at: Integers) -> tuple[Integers, Integers]:
    count = np.diff(at)
    return count, np.repeat(np.arange(len(count)), count)


def _on_time(net: Timed, flow: Flow, whole: Expansion) -> tuple[Integers, Integers, Integers]:
    """What of a flow arrives by the horizon, on the arcs of the expansion: moving, staying, sent by each source in it."""
    on_time = np.flatnonzero(_arrivals(net, flow) <= whole.horizon)
    moved, held = np.zeros(whole.moves, np.int64), np.zeros(int(whole.stay_at[-1]), np.int64)
    fits = np.flatnonzero((net.release <= net.latest(whole.horizon)[net.node]) & (net.units > 0))
    row = np.full(len(net.node), -1, np.int64)
    row[fits] = np.arange(len(fits))
    sent = np.zeros(len(fits), np.int64)
    for slot in on_time.tolist():
        run, shift, units = int(flow.slot_run[slot]), int(flow.slot_shift[slot]), int(flow.slot_units[slot])
        source = int(flow.run_source[run])
        sent[row[source]] += units
        here, since = int(flow.node[source]), int(flow.release[source])
        for k in range(int(flow.run_start[run]), int(flow.run_start[run + 1])):
            arc, step = int(flow.run_arc[k]), int(flow.run_enter[k]) + shift
            base = int(whole.stay_at[here] - whole.stay_low[here])
            held[base + since : base + step] += units
            moved[whole.move_at[arc] + step - whole.move_low[arc]] += units
            here, since = int(net.head[arc]), step + int(net.transit[arc])
    return moved, held, sent


def _spare_of_groups(net: Timed, moved: Integers, arc: Integers, step: Integers) -> Integers:
    """Units that may still enter each (arc, step), those of the other arcs of its group taken off."""
    group = net.group[arc]
    steps = int(step.max(initial=0)) + 1
    limited = group >= 0
    share = np.zeros(len(arc), np.int64)
    share[limited] = -((-moved[limited] * net.most[group[limited]]) // net.capacity[arc[limited]])
    taken = np.bincount(
        group[limited] * steps + step[limited], weights=share[limited], minlength=len(net.most) * steps
    ).astype(np.int64)
    spare = np.full(len(arc), NEVER, np.int64)
    spare[limited] = (
        (net.most[group[limited]] - taken[group[limited] * steps + step[limited]])
        * net.capacity[arc[limited]]
        // net.most[group[limited]]
    )
    return spare


def _turn_round(
    net: Timed, whole: Expansion, moved: Integers, held: Integers, *, arc: Integers, step: Integers
) -> None:
    """Where people meet in a shared passage at the same step, let as many of both turn round: they wait where they are."""
    pairs: dict[tuple[int, int, int], int] = {}
    busy = np.flatnonzero((moved > 0) & (net.group[arc] >= 0))
    for row in busy.tolist():
        a, t = int(arc[row]), int(step[row])
        other = pairs.pop((int(net.group[a]), t, int(net.head[a])), None)
        if other is None or net.head[a] != net.tail[arc[other]] or net.transit[a] != net.transit[arc[other]]:
            pairs[int(net.group[a]), t, int(net.tail[a])] = row
            continue
        units = int(min(moved[row], moved[other]))
        moved[row] -= units
        moved[other] -= units
        for node in (int(net.tail[a]), int(net.head[a])):
            base = int(whole.stay_at[node] - whole.stay_low[node])
            held[base + t : base + t + int(net.transit[a])] += units


def _apart(net: Timed, whole: Expansion, moved: Integers, held: Integers, sent: Integers) -> Flow | None:
    from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

    fits = np.flatnonzero((net.release <= net.latest(whole.horizon)[net.node]) & (net.units > 0))
    start, order = net.leaving
    size = 4096
    while True:
        units = np.zeros(len(net.node), np.int64)
        units[fits] = sent[: len(fits)]
        run_source, slot_units = np.empty(size, np.int64), np.empty(size, np.int64)
        run_start, run_arc, run_enter = (
            np.zeros(size + 1, np.int64),
            np.empty(16 * size, np.int64),
            np.empty(16 * size, np.int64),
        )
        runs = kernels.unravel(
            start, order, net.head, net.transit, moved.copy(), whole.move_at, whole.move_low, held.copy(), whole.stay_at, whole.stay_low,
            net.sink, net.node, net.release, units, run_source, run_start, run_arc, run_enter, slot_units,
        )  # fmt: skip
        if runs != -1:
            break
        size *= 2
    if runs < 0:
        return None
    arcs = int(run_start[runs])
    return Flow(
        node=net.node,
        release=net.release,
        run_source=run_source[:runs].copy(),
        run_start=run_start[: runs + 1].copy(),
        run_arc=run_arc[:arcs].copy(),
        run_enter=run_enter[:arcs].copy(),
        slot_run=np.arange(runs),
        slot_shift=np.zeros(runs, np.int64),
        slot_units=slot_units[:runs].copy(),
    )
