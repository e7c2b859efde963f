"""From a plan to the optimum: those who come too late take the augmenting paths of a maximum flow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.routing.evacuation.optimum import Expansion, expand, flow_over
from indoor3d.routing.evacuation.timed import NEVER, Timed

Integers = NDArray[np.int64]


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

    def arrivals(self, transit: Integers) -> Integers:
        """Step at which each slot arrives, arcs taking ``transit`` (M,) steps."""
        some = np.diff(self.run_start) > 0
        final = self.run_start[1:][some] - 1
        arrive = self.release[self.run_source].copy()
        arrive[some] = self.run_enter[final] + transit[self.run_arc[final]]
        found: Integers = arrive[self.slot_run] + self.slot_shift
        return found


def augment(net: Timed, flow: Flow, horizon: int) -> Flow | None:
    """Lead those who come after a horizon that suffices to it as well, along augmenting paths.

    Opposite flows through one passage are let grow as if it were two: where they meet, as many of both turn round (:func:`_turn_round`), and
    what is left fits. Those who wait instead need room; where there is none, the flows share the passage from the beginning.

    None where shared passages forbid: then what comes by the horizon is fewer people than the flow has, and nobody is dropped for a shorter time.
    """
    whole = expand(net, horizon)
    used = np.concatenate(_on_time(net, flow, whole))
    for apart in (_both_ways(net), np.zeros(len(net.group), np.bool_)):
        better = _augmented(net, whole, used.copy(), apart, least=int(flow.slot_units.sum()))
        if better is not None or not apart.any():
            return better
    return None


def _augmented(net: Timed, whole: Expansion, used: Integers, apart: NDArray[np.bool_], *, least: int) -> Flow | None:
    waits, capacity = whole.waits, whole.capacity
    spare = capacity - used
    _, arc = _owners(whole.move_at)
    step = whole.move_low[arc] + np.arange(len(arc)) - whole.move_at[arc]
    shared = np.where(apart[arc], NEVER, _spare_of_groups(net, used[: whole.moves], arc, step))
    spare[: whole.moves] = np.minimum(spare[: whole.moves], shared)
    back = np.flatnonzero(used[:waits] > 0)
    tails = np.concatenate([whole.tails, whole.heads[back]])
    heads = np.concatenate([whole.heads, whole.tails[back]])
    _, solver, arcs = flow_over(
        tails, heads, np.concatenate([np.maximum(spare, 0), used[back]]), source=whole.source, target=whole.target
    )
    change = np.asarray(solver.flows(arcs), np.int64)
    used += change[: len(used)]
    if used[waits:].sum() < least:
        return None
    used[back] -= change[len(used) :]
    moved, held = used[: whole.moves], used[whole.moves : waits]
    _turn_round(net, whole, moved, held, arc=arc, step=step)
    if (_spare_of_groups(net, moved, arc, step) < 0).any() or (held > capacity[whole.moves : waits]).any():
        return None
    return _apart(net, whole, moved, held, used[waits:])


def _both_ways(net: Timed) -> NDArray[np.bool_]:
    """(M,) whether an arc shares its group with nothing but its own opposite, as quick and as wide."""
    two = np.flatnonzero(
        (net.group >= 0) & (np.bincount(net.group[net.group >= 0], minlength=len(net.most))[net.group] == 2)
    )
    pair = two[np.argsort(net.group[two], kind="stable")].reshape(-1, 2)
    one, other = pair.T
    alike = (net.transit[one] == net.transit[other]) & (net.capacity[one] == net.capacity[other])
    found = np.zeros(len(net.group), np.bool_)
    found[pair[(net.tail[one] == net.head[other]) & (net.head[one] == net.tail[other]) & alike]] = True
    return found


def _owners(at: Integers) -> tuple[Integers, Integers]:
    count = np.diff(at)
    return count, np.repeat(np.arange(len(count)), count)


def _on_time(net: Timed, flow: Flow, whole: Expansion) -> tuple[Integers, Integers, Integers]:
    """What of a flow arrives by the horizon, on the arcs of the expansion: moving, staying, sent by each source in it."""
    on_time = np.flatnonzero(flow.arrivals(net.transit) <= whole.horizon)
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
