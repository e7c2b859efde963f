"""Columns for the simulation: what the kernels start from, what changes in time, and what is made of their answer."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import CALIBRATIONS, FATIGUE_FROM_M, FATIGUE_LEAST, FATIGUE_PER_M, Calibration
from indoor3d.routing.evacuation import _fluid_kernels as fluids
from indoor3d.routing.evacuation import _simulate_kernels as kernels
from indoor3d.routing.evacuation.simulate import (
    CREEP,
    OUT,
    STREAM_PER_M2,
    Crowd,
    Kind,
    Queues,
    Run,
    Samples,
    Splits,
    Ties,
    World,
)

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.ccrp import Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]
Flags = NDArray[np.bool_]

_DENSITY_STEP, _DENSITY_MOST = 0.01, 10.0
_TIE_S = 1e-9
_NONE = np.zeros(0, np.int32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """Everything of one run."""

    network: DynamicNetwork
    world: World
    net: kernels.Net
    people: kernels.People
    lists: kernels.Lists
    books: kernels.Books
    steps: int

    @classmethod
    def of(
        cls,
        network: DynamicNetwork,
        crowd: Crowd,
        *,
        calibration: Calibration,
        step_s: float,
        plan: "Plan | None",
        world: World,
        limit_s: float,
        record: tuple[float, bool],
    ) -> "Stage":
        """Lay out the columns."""
        steps = int(np.ceil(limit_s / step_s - _TIE_S))
        net = _net(network, crowd, world, calibration=calibration, step_s=step_s, whole_steps=plan is not None)
        people = _people(crowd, plan)
        lists = _lists(net, steps)
        np.add.at(lists.present, crowd.node, 1)
        zone = net.node_zone[crowd.node]
        np.add.at(lists.in_zone, zone[zone >= 0], 1)
        books = _books(net, steps, every=round(record[0] / step_s) if record[0] else 0, entries=record[1])
        already = net.goal[people.kind, people.node] == 1
        people.state[already], people.done_s[already] = OUT, 0.0
        books.out_by_step[0] += int(already.sum())
        np.subtract.at(lists.present, people.node[already], 1)
        _begin(people, lists, step_s)
        return cls(network=network, world=world, net=net, people=people, lists=lists, books=books, steps=steps)


def _begin(people: kernels.People, lists: kernels.Lists, step_s: float) -> None:
    """Everybody who is not out yet into the calendar, first come first."""
    waiting = np.flatnonzero(people.state != OUT)
    order = waiting[np.argsort(people.ready_s[waiting], kind="stable")]
    bucket = np.floor(people.ready_s[order] / step_s + _TIE_S).astype(np.int64)
    inside = bucket < len(lists.due_first)
    order, bucket = order[inside], bucket[inside]
    if not len(order):
        return
    new = np.r_[True, bucket[1:] != bucket[:-1]]
    people.after[order[:-1]] = np.where(new[1:], -1, order[1:])
    lists.due_first[bucket[new]] = order[new]
    lists.due_last[bucket[np.r_[new[1:], True]]] = order[np.r_[new[1:], True]]
    lists.pending[0] = len(order)


def groups(network: DynamicNetwork, zone: Ints) -> tuple[Ints, Bytes]:
    """Row of the server of each arc, and its side (1 or 2) of a passage; arcs without a passage are their own.

    A wide boundary is crossed at several places: whoever comes from the other zone (N,) comes from the other side, wherever they cross.
    """
    count = len(network.arc_from)
    key = np.where(network.passage >= 0, network.passage, -1 - np.arange(count))
    _, server = np.unique(key, return_inverse=True)
    side = np.ones(count, np.int8)
    first: dict[int, int] = {}
    for arc in np.flatnonzero(network.passage >= 0):
        lead = first.setdefault(int(server[arc]), int(arc))
        one, other = (network.arc_from[lead], network.arc_to[lead]), (network.arc_to[arc], network.arc_from[arc])
        zones = (zone[one[0]], zone[one[1]])
        opposite = one == other or (zones[0] != zones[1] and zones == (zone[other[0]], zone[other[1]]))
        side[arc] = 2 if opposite else 1
    return server.astype(np.int32), side


def _rows(row: NDArray[np.integer], count: int) -> tuple[Ints, Ints]:
    """Members by row: starts and order; negative rows are left out."""
    order = np.argsort(row, kind="stable")
    order = order[row[order] >= 0]
    start = np.zeros(count + 1, np.int64)
    np.add.at(start, row[order] + 1, 1)
    return np.cumsum(start).astype(np.int32), order.astype(np.int32)


def _net(
    network: DynamicNetwork, crowd: Crowd, world: World, *, calibration: Calibration, step_s: float, whole_steps: bool
) -> kernels.Net:
    count, ground = len(network.arc_from), world.ground
    if ground is None:
        node_zone = np.arange(network.nodes, dtype=np.int32)
        arc_zone, room, area = np.full(count, -1, np.int32), network.storage.copy(), np.full(network.nodes, np.inf)
    else:
        node_zone, arc_zone, room, area = ground.node_zone, ground.arc_zone, ground.room.copy(), ground.area_m2
    server, side = groups(network, node_zone)
    zone = node_zone[crowd.node]
    room = np.maximum(room, np.bincount(zone[zone >= 0], minlength=len(room)))  # who is there fits
    head_zone = node_zone[network.arc_to]
    end_start, end_arc = _rows(np.where(head_zone != arc_zone, head_zone, -1), len(room))
    server_start, server_arc = _rows(server, int(server.max(initial=-1)) + 1)
    out_start, out_arc = _rows(network.arc_from, network.nodes)
    with np.errstate(divide="ignore"):
        headway = np.where(network.capacity_per_s > 0, 1 / network.capacity_per_s, kernels.NEVER)
    time = np.array([np.where(np.isfinite(k.time_s), k.time_s, kernels.NEVER) for k in world.kinds])
    finite = np.isfinite(network.capacity_per_s)
    lasts = np.where(np.isfinite(network.time_s), network.time_s, 0.0) + step_s
    own_room = room[arc_zone]  # the last zone for -1, not looked at
    hold = np.where(
        arc_zone >= 0,
        own_room,
        np.where(finite, np.ceil(np.where(finite, network.capacity_per_s, 0) * lasts) + 1, np.inf),
    )
    capacity = np.where(finite & (network.capacity_per_s > 0), network.capacity_per_s, 1.0)
    density = np.arange(0, _DENSITY_MOST, _DENSITY_STEP)
    free = calibration.hindrance(0.0)
    return kernels.Net(
        tail=network.arc_from.astype(np.int32),
        head=network.arc_to.astype(np.int32),
        time_s=time,
        headway_s=headway,
        server=server,
        server_start=server_start,
        server_arc=server_arc,
        side=side,
        counterflow=calibration.counterflow,
        weight=np.asarray(capacity if world.weight is None else world.weight, np.float64),
        opens_s=network.open_from_s.astype(np.float64),
        closes_s=np.minimum(network.closed_from_s, kernels.NEVER),
        hold=hold,
        arc_zone=arc_zone,
        node_zone=node_zone,
        zone_room=np.minimum(room, kernels.NEVER),
        zone_area_m2=np.minimum(area, kernels.NEVER),
        end_start=end_start,
        end_arc=end_arc,
        out_start=out_start,
        out_arc=out_arc,
        climb_m=np.zeros(count) if ground is None else ground.climb_m,
        goal=_goals(network, world),
        hindrance=np.array([max(CREEP, calibration.hindrance(min(float(d), STREAM_PER_M2)) / free) for d in density]),
        density_step=_DENSITY_STEP,
        step_s=float(step_s),
        whole_steps=whole_steps,
        fatigue=(FATIGUE_PER_M if world.fatigue else 0.0, FATIGUE_FROM_M, FATIGUE_LEAST),
    )


def _goals(network: DynamicNetwork, world: World) -> Bytes:
    goal = np.zeros((len(world.kinds), network.nodes), np.int8)
    for row, kind in enumerate(world.kinds):
        if kind.to_refuge:
            goal[row, world.refuges] = 2
    goal[:, network.sinks] = 1
    return goal


def _people(crowd: Crowd, plan: "Plan | None") -> kernels.People:
    count = len(crowd.node)
    pos = end = np.zeros(count, np.int32)
    path = _NONE
    if plan is not None:
        on = crowd.route >= 0
        route = np.where(on, crowd.route, 0)
        path = plan.path_arc.astype(np.int32)
        if on.any():
            pos = np.where(on, plan.path_start[route], 0).astype(np.int32)
            end = np.where(on, plan.path_start[route + 1], 0).astype(np.int32)
    return kernels.People(
        state=np.zeros(count, np.int8),
        node=crowd.node.astype(np.int32),
        arc=np.full(count, -1, np.int32),
        ready_s=crowd.premovement_s.astype(np.float64),
        pos=pos.copy(),
        end=end.copy(),
        path=path,
        kind=crowd.mobility.astype(np.int8),
        factor=crowd.speed_factor.astype(np.float64),
        climbed_m=np.zeros(count),
        dose=np.zeros(count),
        after=np.full(count, -1, np.int32),
        turned=np.zeros(count, np.int32),
        blocked=np.full(count, -1, np.int32),
        done_s=np.full(count, np.nan),
    )


def _lists(net: kernels.Net, steps: int) -> kernels.Lists:
    arcs, servers, nodes, zones = len(net.tail), len(net.server_start) - 1, len(net.node_zone), len(net.zone_room)
    return kernels.Lists(
        first=np.full(arcs, -1, np.int32),
        last=np.full(arcs, -1, np.int32),
        length=np.zeros(arcs, np.int32),
        end_first=np.full(arcs, -1, np.int32),
        end_last=np.full(arcs, -1, np.int32),
        end_length=np.zeros(arcs, np.int32),
        due_first=np.full(steps, -1, np.int32),
        due_last=np.full(steps, -1, np.int32),
        pending=np.zeros(2, np.int64),
        present=np.zeros(nodes, np.int64),
        on_arc=np.zeros(arcs, np.int64),
        in_zone=np.zeros(zones, np.int64),
        free_s=np.zeros(servers),
        pass_arc=np.zeros(arcs),
        pass_server=np.zeros(servers),
        pass_end=np.zeros(arcs),
        pass_zone=np.zeros(zones),
        owed=np.zeros((len(net.goal), arcs)),
        waiting=np.zeros(servers, np.int64),
        active=np.zeros(servers, np.int32),
        is_active=np.zeros(servers, np.int8),
        tally=np.zeros(2, np.int64),
    )


def _books(net: kernels.Net, steps: int, *, every: int, entries: bool) -> kernels.Books:
    servers, arcs, nodes = len(net.server_start) - 1, len(net.tail), len(net.node_zone)
    rows = steps // every + 1 if every else 0
    room = 2_000_000 if entries else 0
    return kernels.Books(
        most=np.zeros(servers, np.int64),
        most_s=np.full(servers, np.nan),
        from_s=np.full(servers, -1.0),
        to_s=np.full(servers, np.nan),
        passed=np.zeros(arcs, np.int64),
        out_by_step=np.zeros(steps + 1, np.int64),
        refuge_by_step=np.zeros(steps + 1, np.int64),
        down_by_step=np.zeros(steps + 1, np.int64),
        sample_every=every,
        sample_present=np.zeros((rows, nodes), np.int64),
        sample_on_arc=np.zeros((rows, arcs), np.int64),
        sample_passed=np.zeros((rows, arcs), np.int64),
        entry_arc=np.zeros(room, np.int32),
        entry_agent=np.zeros(room, np.int32),
        entry_s=np.zeros(room),
    )


def open_at(network: DynamicNetwork, time_s: Floats, now: float) -> Flags:
    """Arcs that somebody who sets out now can pass before they close."""
    found: Flags = (
        np.isfinite(time_s)
        & (network.capacity_per_s > 0)
        & (network.open_from_s <= now + _TIE_S)
        & (network.closed_from_s >= now + np.where(np.isfinite(time_s), time_s, 0.0) - _TIE_S)
        & (network.closed_from_s > now + _TIE_S)
    )
    return found


def ways(network: DynamicNetwork, time_s: Floats, usable: Flags, goal: Bytes) -> tuple[Floats, NDArray[np.int64]]:
    """Seconds to the nearest goal, and in which order nodes were settled."""
    start, order = _rows(network.arc_to, network.nodes)
    clean = np.where(np.isfinite(time_s), time_s, 0.0)
    found, rank = fluids.ways_out(
        start, order, network.arc_from.astype(np.int32), clean, usable.astype(np.int8), (goal > 0).astype(np.int8)
    )
    return found, rank


def nearest_shares(network: DynamicNetwork, time_s: Floats, usable: Flags, goal: Bytes, *, ties: Ties) -> Floats:
    """Which share of those at a node takes each arc to get to the nearest goal; equally short ways share, or the first has all."""
    left, rank = ways(network, time_s, usable, goal)
    tail, head = network.arc_from, network.arc_to
    reach = usable & np.isfinite(left[head]) & (goal[tail] == 0) & (rank[head] < rank[tail])
    share = np.zeros(len(tail))
    share[reach] = np.where(left[head[reach]] + time_s[reach] <= left[tail[reach]] + _TIE_S, 1.0, 0.0)
    if ties == "first":
        best = np.full(network.nodes, len(tail))
        some = np.flatnonzero(share)
        np.minimum.at(best, tail[some], some)
        share[some] = best[tail[some]] == some
    return _normalised(share, tail, network.nodes)


def _normalised(share: Floats, tail: NDArray[np.integer], nodes: int) -> Floats:
    total = np.bincount(tail, share, nodes)[tail]
    found: Floats = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
    return found


def _shares(stage: Stage, splits: Splits | None, now: float, slow: Floats) -> Floats:
    """Guidance of this moment for every class; where it says nothing, or only what is closed, the nearest way out."""
    network, world = stage.network, stage.world
    found = np.zeros((len(world.kinds), len(network.arc_from)))
    for row, kind in enumerate(world.kinds):
        usable = open_at(network, kind.time_s, now)
        time = np.where(np.isfinite(kind.time_s), kind.time_s, 0.0) / slow
        goal = stage.net.goal[row]
        out = np.where(goal == 1, goal, 0).astype(np.int8)
        share = nearest_shares(network, time, usable, out, ties=world.ties)
        if kind.to_refuge:
            away = np.isinf(ways(network, time, usable, out)[0])[network.arc_from]
            share = np.where(away, nearest_shares(network, time, usable, goal, ties=world.ties), share)
        if splits is not None and (not splits.follows or splits.follows[row]):
            window = max(0, int(np.searchsorted(splits.from_s, now + _TIE_S, side="right")) - 1)
            told = _normalised(np.where(usable, splits.share[window], 0.0), network.arc_from, network.nodes)
            says = np.bincount(network.arc_from, told, network.nodes)[network.arc_from] > 0
            share = np.where(says, told, share)
        found[row] = share
    return found


def play(stage: Stage, *, splits: Splits | None) -> Run:
    """Run from change to change of the world."""
    network, world, step_s = stage.network, stage.world, stage.net.step_s
    phases = world.phases
    moments = [network.open_from_s, network.closed_from_s]
    moments += [] if phases is None else [phases.from_s]
    moments += [] if splits is None else [splits.from_s]
    when = np.concatenate(moments)
    when = when[(when > 0) & np.isfinite(when)]
    marks = np.unique(np.minimum(np.ceil(when / step_s - _TIE_S), stage.steps).astype(np.int64))
    marks = np.unique(np.r_[0, marks, stage.steps])
    arcs, nodes = len(network.arc_from), network.nodes
    dosed = phases is not None and bool((phases.node_dose_per_s > 0).any() or (phases.arc_dose_per_s > 0).any())
    ended = 0
    for first, last in pairwise(marks):
        now = float(first * step_s)
        slow, node_rate, arc_rate = np.ones(arcs), np.zeros(nodes), np.zeros(arcs)
        row = -1 if phases is None else int(np.searchsorted(phases.from_s, now + _TIE_S, side="right")) - 1
        if phases is not None and row >= 0:
            slow, node_rate, arc_rate = phases.factor[row], phases.node_dose_per_s[row], phases.arc_dose_per_s[row]
        slow = np.maximum(slow, 1e-6)
        share = _shares(stage, splits, now, slow)
        ended = kernels.run(
            stage.net,
            stage.people,
            stage.lists,
            stage.books,
            share,
            slow,
            node_rate,
            arc_rate,
            dosed,
            int(first),
            int(last),
            stage.steps,
        )
    return _answer(stage, ended)


def _answer(stage: Stage, ended: int) -> Run:
    people, books, step_s = stage.people, stage.books, stage.net.step_s
    never = books.from_s < 0
    samples = None
    if books.sample_every:
        rows = (ended - 1) // books.sample_every + 1
        samples = Samples(
            at_s=(np.arange(rows) * books.sample_every * step_s).astype(np.float64),
            present=books.sample_present[:rows],
            on_arc=books.sample_on_arc[:rows],
            passed=books.sample_passed[:rows],
        )
    written = min(int(stage.lists.tally[1]), len(books.entry_arc))
    out = people.state == OUT
    return Run(
        step_s=step_s,
        exit_time_s=np.where(out, people.done_s, np.inf),
        state=people.state,
        node=people.node,
        done_s=people.done_s,
        turned=people.turned,
        blocked=people.blocked,
        dose=people.dose,
        exited_by_step=np.cumsum(books.out_by_step[: ended + 1]).astype(np.float64),
        entered=books.passed.astype(np.float64),
        queues=Queues(
            server=stage.net.server,
            most=books.most.astype(np.float64),
            most_s=books.most_s,
            from_s=np.where(never, np.nan, books.from_s),
            to_s=books.to_s,
        ),
        samples=samples,
        entries=np.column_stack(
            [books.entry_arc[:written], books.entry_agent[:written], books.entry_s[:written]]
        ).astype(np.float64),
    )


def flow(
    network: DynamicNetwork, occupants: Floats, splits: Splits | None, *, step_s: float, limit_s: float, ties: Ties
) -> Run:
    """See :func:`indoor3d.routing.evacuation.simulate.flow`."""
    steps = int(np.ceil(limit_s / step_s - _TIE_S))
    world = World(kinds=(Kind(time_s=network.time_s),), ties=ties)
    nobody = Crowd.at(np.zeros(0, np.int64))
    net = _net(network, nobody, world, calibration=CALIBRATIONS["sfpe"], step_s=step_s, whole_steps=True)
    usable = open_at(network, network.time_s, 0.0) & np.isinf(network.closed_from_s)
    share = nearest_shares(network, network.time_s, usable, net.goal[0], ties=ties)
    if splits is not None:
        told = _normalised(np.where(usable, splits.share[0], 0.0), network.arc_from, network.nodes)
        says = np.bincount(network.arc_from, told, network.nodes)[network.arc_from] > 0
        share = np.where(says, told, share)
    net = net._replace(zone_room=np.maximum(net.zone_room, occupants))
    transit = np.maximum(1, np.rint(np.where(np.isfinite(network.time_s), network.time_s, 0.0) / step_s)).astype(
        np.int64
    )
    out, passed, most = np.zeros(steps), np.zeros(len(share)), np.zeros(len(net.server_start) - 1)
    begin = occupants.copy()
    ended, _, _ = fluids.fluid(net, begin, share, net.weight, transit, steps, out, passed, most)
    none = np.full(len(most), np.nan)
    empty = np.zeros(0)
    return Run(
        step_s=step_s,
        exit_time_s=empty,
        state=np.zeros(0, np.int8),
        node=_NONE,
        done_s=empty,
        turned=_NONE,
        blocked=_NONE,
        dose=empty,
        exited_by_step=out[: min(ended + 1, steps)],
        entered=passed,
        queues=Queues(server=net.server, most=most, most_s=none, from_s=none, to_s=none),
    )
