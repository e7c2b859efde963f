"""Plans: who takes which way, and when they set out.

Capacity-constrained route planning (Lu, George and Shekhar 2005): again and again, the earliest arrival at an exit for anybody still
inside, over the capacity in time that those before have left; what the way takes is theirs. :func:`optimal` goes on to the proven optimum:
who came too late is led, along the augmenting paths of a maximum flow, to where the others have left or can make room.

Conventions of time, units and rounding are those of :mod:`indoor3d.routing.evacuation.optimum`. Within a plan both directions of a passage
share its capacity at every step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation._augment import Flow, augment
from indoor3d.routing.evacuation.optimum import Optimum, least_steps, most_out, quiet, reachable, solve
from indoor3d.routing.evacuation.timed import NEVER, Rounding, Timed, timed

Integers = NDArray[np.int64]

SHARE = 0.02
"""A way found serves so many steps in a row, as a share of the lower bound: 1.01 x the optimum in the median."""
EXACT_SHARE = 0.004
"""The same where what is too late is brought to the optimum afterwards, and for a second, finer try."""
_NEAR = 1.05
"""A quick plan that may be farther from the optimum than this is made better."""
_LEAST_S = 1e-3
"""What an arc without a length takes where ways are compared: more than their tolerance, or two nodes would each be on the other's way."""
_MARGIN = 1.3
"""First guess of the horizon, times the lower bound."""


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
        saved = int(self.plan.flow.slot_units.sum()) >= round(self.optimum.persons * self.plan.scale)
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
    """Plan capacity-constrained routes. Of those who can arrive at the same time, those with the shortest way go first: they take least from others.

    Parameters
    ----------
    occupants : (N,) or (K, 3) int
        Persons at each node; or rows of node, step from which on they can go, persons.
    batch : int, optional
        Steps in a row that a way found serves: 1 is best and slowest. By default 2 % of the lower bound.
    usable : (M,) bool, optional
        Arcs that these people can use.
    after : sequence of Plan
        Earlier plans on the same network, as of people who go first: what they take is taken. They did not know
        of those who are planned now, so where they wait among them there may be more than the room of the node.

    Raises
    ------
    InvalidInput
        Malformed occupants, or an earlier plan with another step, scale or network.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale, rounding=rounding, usable=usable)
    earlier = _taken(net, network, after)
    flow = _fill(net, batch=batch, after=earlier)
    if batch is None and not earlier:
        flow = _near(net, flow)
    return _plan(network, net, flow)


def first_come(
    network: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    batch: int | None = None,
    usable: NDArray[np.bool_] | None = None,
    after: Sequence[Plan] = (),
) -> Plan:
    """As :func:`ccrp`, but of those who can arrive at the same time, those go first who would be there first if nobody were in the way.

    The plan is a little farther from the optimum, and nearer to what a crowd does that goes as soon as it can: simulated, less is lost.

    Raises
    ------
    InvalidInput
        As :func:`ccrp`.
    """
    net = timed(network, occupants, step_s=step_s, usable=usable)
    return _plan(network, net, _fill(net, batch=batch, shortest=False, after=_taken(net, network, after)))


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

    Who is nearer is served first, and nothing is lost by a jam, so the clearance is the least that such a crowd needs. All
    ``cohort_depart`` are when people could first go; ``flow`` has them wait where there is room.

    Raises
    ------
    InvalidInput
        As :func:`ccrp`.
    """
    net = timed(network, occupants, step_s=step_s, scale=scale, rounding=rounding, usable=usable)
    tree = np.zeros(len(net.tail), np.bool_)
    arc = nearest_arcs(network, usable=net.last >= 0)
    tree[arc[arc >= 0]] = True
    net = net.only(tree)
    return _plan(network, net, _fill(net, batch=None), at_once=True)


def nearest_arcs(network: DynamicNetwork, *, usable: NDArray[np.bool_] | None = None) -> Integers:
    """Arc by which the quickest free way out of each node begins (N,); -1 at exits and where there is no way.

    Of arcs that are as quick, the first.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - loads a library
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    live = np.flatnonzero(
        (np.ones(len(network.arc_from), np.bool_) if usable is None else usable) & (network.capacity_per_s > 0)
    )
    tail, head, time_s = network.arc_from[live], network.arc_to[live], np.maximum(network.time_s[live], _LEAST_S)
    order = np.lexsort((live, time_s, tail, head))
    keep = np.ones(len(order), np.bool_)
    keep[1:] = (np.diff(head[order]) != 0) | (np.diff(tail[order]) != 0)
    chosen = order[keep]
    back = csr_matrix((time_s[chosen], (head[chosen], tail[chosen])), shape=(network.nodes, network.nodes))
    found = np.full(network.nodes, -1, np.int64)
    if not len(network.sinks):
        return found
    togo = dijkstra(back, indices=network.sinks, min_only=True)
    chosen = chosen[np.isfinite(togo[head[chosen]])]
    slack = time_s[chosen] + togo[head[chosen]] - togo[tail[chosen]]
    tight = chosen[slack <= 1e-9 * togo[tail[chosen]]]
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
    flow = _fill(net, batch=None, share=EXACT_SHARE)
    plan = _plan(network, net, flow)
    complete = not plan.left.any()
    best = solve(net, start_from=plan.clearance_steps if complete else None)
    proven = Proven(plan=plan, optimum=best)
    if not proven.reached:
        better = augment(net, flow, best.horizon_steps)
        if better is not None:
            proven = Proven(plan=_plan(network, net, better), optimum=best)
    return proven


def led(
    plan: Plan, occupants: NDArray[np.integer], *, horizon: int, usable: NDArray[np.bool_] | None = None
) -> Plan | None:
    """Lead those of a plan who come after a step that suffices for everybody to where they are out by then.

    ``occupants`` and ``usable`` are those of the plan. None where no such way was found, see :attr:`Proven.reached`.

    Raises
    ------
    InvalidInput
        As :func:`ccrp`.
    """
    net = timed(plan.network, occupants, step_s=plan.step_s, scale=plan.scale, rounding=plan.rounding, usable=usable)
    better = augment(net, plan.flow, horizon)
    return None if better is None else _plan(plan.network, net, better)


def _near(net: Timed, flow: Flow) -> Flow:
    """The flow, if it is near the lower bound; else what a finer one, and then the optimum, make of it."""
    if _last(net, flow) <= _NEAR * least_steps(net):
        return flow
    finer = _fill(net, batch=None, share=EXACT_SHARE)
    if int(finer.slot_units.sum()) >= int(flow.slot_units.sum()) and _last(net, finer) < _last(net, flow):
        flow = finer
    if _last(net, flow) <= _NEAR * least_steps(net):
        return flow
    saved = reachable(net)
    complete = int(flow.slot_units.sum()) == saved
    far = int(np.ceil(_last(net, flow) / _NEAR)) - 1
    if complete and most_out(net, far) < saved:  # so the optimum is later than that, whatever it is
        return flow
    best = solve(net, start_from=far if complete else None)
    better = augment(net, flow, best.horizon_steps) if _last(net, flow) > _NEAR * best.horizon_steps else None
    return flow if better is None else better


def _last(net: Timed, flow: Flow) -> int:
    return int(flow.arrivals(net.transit).max(initial=0))


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
        self.behind = np.zeros((len(self.most), 1), np.int32)
        self.room = np.empty((len(net.room), 0), np.int32)
        self.grow(horizon)

    def grow(self, horizon: int) -> None:
        """Add steps at which nothing is taken."""
        had = self.residual.shape[1]
        more = horizon - had
        self.residual = np.hstack([self.residual, np.repeat(self.most[:, None].astype(np.int32), more, axis=1)])
        steps = np.arange(had + 1, horizon + 1, dtype=np.int32)
        self.behind = np.hstack([self.behind, np.broadcast_to(steps, (len(self.most), more))])
        room = np.where(self.bounded, self.net.room, NEVER).astype(np.int32)
        self.room = np.hstack([self.room, np.repeat(room[:, None], more, axis=1)])

    def busy(self) -> int:
        """Last step at which something is taken."""
        room = np.where(self.bounded, self.net.room, NEVER)
        taken = (self.residual != self.most[:, None]).any(axis=0) | (self.room != room[:, None]).any(axis=0)
        return int(np.flatnonzero(taken).max(initial=0))


def _without_dead_ends(net: Timed) -> Integers:
    """Last steps at which arcs can be entered, without those that lead to nodes from which one can only come back."""
    nodes = len(net.room)
    pair = net.tail * nodes + net.head
    live = np.unique(pair[net.last >= 0])
    changed = True
    while changed:
        tail, head = np.divmod(live, nodes)
        ways = np.bincount(tail, minlength=nodes)
        only = np.full(nodes, -1, np.int64)
        only[tail] = head
        dead = ~net.sink[head] & ((ways[head] == 0) | ((ways[head] == 1) & (only[head] == tail)))
        live = live[~dead]
        changed = bool(dead.any())
    at = np.minimum(np.searchsorted(live, pair), max(len(live) - 1, 0))
    kept = live[at] == pair if len(live) else np.zeros(len(pair), np.bool_)
    return np.where(kept, net.last, -1)


def _fill(
    net: Timed, *, batch: int | None, share: float = SHARE, shortest: bool = True, after: Sequence[Flow] = ()
) -> Flow:
    """Plan all that can go: first those whom closings could cut off, then the rest."""
    from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

    total = net.total + sum(int(flow.slot_units.sum()) for flow in after)
    least = least_steps(net)
    batch = max(1, round(share * least)) if batch is None else max(1, batch)
    horizon = int(_MARGIN * least) + int(net.transit.max(initial=0)) + int(net.release.max(initial=0)) + 16
    for flow in after:
        net = _with_room(net, flow)
        horizon = max(horizon, int((flow.arrivals(net.transit)).max(initial=0)) + 2)
    state = _Residual(net, horizon, total=total + 1)
    for flow in after:
        kernels.occupy(
            net.tail, net.transit, net.group, net.capacity, state.most, state.residual, state.behind, state.room, state.low,
            flow.node, flow.release, flow.run_source, flow.run_start, flow.run_arc, flow.run_enter,
            flow.slot_run, flow.slot_shift, flow.slot_units,
        )  # fmt: skip
    rest = np.where(net.latest(NEVER)[net.node] >= net.release, net.units, 0)
    rest[net.sink[net.node]] = 0
    lasting = net.only(net.last == NEVER).latest(NEVER)[net.node] > NEVER >> 1
    runs = _Runs(net)
    idle = np.zeros(len(net.room), np.int64)
    np.add.at(idle, net.node, net.units)
    last = _without_dead_ends(net)
    for mask in (~lasting, lasting):
        some = np.where(mask, rest, 0)
        _fill_some(net, state, runs, some, last=last, idle=idle, batch=batch, shortest=shortest)
    at_exit = np.flatnonzero(net.sink[net.node])
    return runs.flow(at_exit)


def _with_room(net: Timed, flow: Flow) -> Timed:
    """The same network with room for those of an earlier plan where they begin."""
    begins = np.zeros(len(net.room), np.int64)
    np.add.at(begins, flow.node[flow.run_source[flow.slot_run]], flow.slot_units)
    own = np.zeros(len(net.room), np.int64)
    np.add.at(own, net.node, net.units)
    room = np.where(begins > 0, np.maximum(net.room, begins + own), net.room)
    return replace(net, room=room)


class _Runs:
    """Buffers that runs are written to."""

    def __init__(self, net: Timed) -> None:
        self.net = net
        nodes = len(net.room)
        self.used = np.zeros(5, np.int64)
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
        _, runs, arcs, slots, _ = (int(n) for n in self.used)
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
    batch: int,
    shortest: bool,
) -> None:
    from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

    if not rest.any():
        return
    still = sum(quiet(net))
    togo = NEVER - net.latest(NEVER, always_open=True)[net.node]
    runs.used[4] = (net.release + togo)[rest > 0].min()
    sinks = np.flatnonzero(net.sink)
    while True:
        ended = kernels.fill(
            *net.leaving, *net.coming, net.tail, net.head, net.transit, net.first, last, net.group, net.capacity, state.most,
            state.residual, state.behind, state.room, state.low, idle, sinks, net.node, net.release, rest,
            batch, shortest, runs.used,
            runs.source, runs.start, runs.arc, runs.enter, runs.slot_run, runs.slot_shift, runs.slot_units,
        )  # fmt: skip
        if ended == kernels.LONGER:
            if state.residual.shape[1] > state.busy() + still:
                return  # nothing moves any more and nothing is still to open: what is not found by now is not there
            state.grow(int(1.3 * state.residual.shape[1]) + 16)
        elif ended == kernels.FULL:
            runs.grow(state.residual.shape[1])
        elif ended == kernels.CONTRADICTION:
            raise AssertionError("a way was found that takes nobody")
        else:
            return


# --- whole persons --------------------------------------------------------------------------------------------------------------------


def _plan(network: DynamicNetwork, net: Timed, flow: Flow, *, at_once: bool = False) -> Plan:
    """Make persons of units: each arrives, and goes, with the last of their units, so no sooner than the flow."""
    arrive = flow.arrivals(net.transit)
    size = np.diff(flow.run_start)
    depart = flow.release[flow.run_source].copy()
    shift = np.zeros_like(flow.slot_shift) if at_once else flow.slot_shift
    if not at_once:
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
        [route_of_run[flow.slot_run[order]], depart[flow.slot_run[order]] + shift[order], arrive[order]]
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
