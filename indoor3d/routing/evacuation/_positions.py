"""Where the people of a plan are at a moment, and from when on they can go another way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import Plan
from indoor3d.routing.evacuation.timed import Timed

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Positions:
    """Rows of people, as many persons each.

    Parameters
    ----------
    node : (K,) int64
        Where they are next, or were last where they turn back.
    release : (K,) int64
        Step from which on they can go from there.
    persons : (K,) int64
    on : (K,) int64
        Arc that they are on until then; -1 where they stand, or turn back.
    entered : (K,) float64
        Step at which they stepped on it.
    """

    node: Integers
    release: Integers
    persons: Integers
    on: Integers
    entered: Floats

    @classmethod
    def joined(cls, columns: "list[Integers | Floats]") -> "Positions":
        """Rows that are alike put together, in the order in which plans take them."""
        node, release, persons, on, entered = columns
        keys = np.column_stack([node, release, on, entered])[persons > 0]
        rows, index = np.unique(keys, axis=0, return_inverse=True)
        count = np.bincount(index.ravel(), weights=persons[persons > 0], minlength=len(rows))
        return cls(
            node=rows[:, 0].astype(np.int64),
            release=rows[:, 1].astype(np.int64),
            persons=np.rint(count).astype(np.int64),
            on=rows[:, 2].astype(np.int64),
            entered=rows[:, 3].astype(np.float64),
        )

    @property
    def occupants(self) -> Integers:
        """(K, 3) node, step, persons, as plans take them."""
        return np.column_stack([self.node, self.release, self.persons])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """People of a plan at a moment.

    Parameters
    ----------
    inside : Positions
        Those who are not out yet; who is on the last arc of their way is at its end, from when they get there.
    out : int
        Persons who are out by then.
    last_out : int
        Step at which the last of these is; -1 where there is nobody.
    caught : int
        Persons who were on what closes and turn back.
    """

    inside: Positions
    out: int
    last_out: int
    caught: int


def positions(plan: Plan, net: Timed, begun: Positions, *, at_s: float, shut: Flags) -> Found:
    """Find the people of a plan at a moment at which arcs shut.

    Who is on such an arc and not at its end turns back, and needs as long back as they have come. Everybody else who is between two places goes on to the next.

    Parameters
    ----------
    net : Timed
        What the plan was made on, with all its arcs.
    begun : Positions
        What the plan was made for.
    """
    flow = plan.flow
    now = at_s / plan.step_s
    size = np.diff(flow.run_start)[flow.slot_run]
    slot = np.repeat(np.arange(len(size)), size)
    begins = np.cumsum(size) - size
    row = flow.run_start[flow.slot_run][slot] + np.arange(len(slot)) - begins[slot]
    arc, enter = flow.run_arc[row], flow.run_enter[row] + flow.slot_shift[slot]
    leave = enter + net.transit[arc]
    moving = enter < now - 1e-9
    late = moving & shut[arc] & (enter > _last_entry(plan.network, net, arc, at_s=at_s))
    persons = slot_persons(plan, net)
    source = flow.run_source[flow.slot_run]
    # the first arc that somebody is caught on, else the last that they have stepped on
    count = len(size)
    caught = np.full(count, len(arc), np.int64)
    np.minimum.at(caught, slot[late], np.flatnonzero(late))
    last = np.full(count, -1, np.int64)
    np.maximum.at(last, slot[moving], np.flatnonzero(moving))
    back = caught < len(arc)
    here = np.where(back, caught, last)
    some = here >= 0
    at = np.where(some, here, 0)
    node, release = begun.node[source].copy(), np.maximum(begun.release[source], _step(now))
    on, entered = np.full(count, -1, np.int64), np.zeros(count)
    still = begun.release[source] > now
    on[still], entered[still] = begun.on[source[still]], begun.entered[source[still]]
    if len(arc):
        going = some & ~back & (leave[at] > now + 1e-9)
        node = np.where(some, np.where(back, net.tail[arc[at]], net.head[arc[at]]), node)
        release = np.where(some, np.maximum(leave[at], _step(now)), release)
        release = np.where(back, np.ceil(2 * now - enter[at] - 1e-9), release).astype(np.int64)
        on = np.where(some, np.where(going, arc[at], -1), on)
        entered = np.where(some, np.where(going, enter[at], 0.0), entered)
    # who has not yet come to where this plan took them up may be on an arc of the plan before
    before = ~some & (on >= 0)
    before[before] = shut[on[before]] & (entered[before] > _last_entry(plan.network, net, on[before], at_s=at_s))
    node = np.where(before, net.tail[on], node)
    release = np.where(before, np.ceil(2 * now - entered - 1e-9), release).astype(np.int64)
    on, entered = np.where(before, -1, on), np.where(before, 0.0, entered)
    arrive = flow.arrivals(net.transit)
    gone = net.sink[node] & (arrive <= now + 1e-9) & ~before & ~back
    return Found(
        inside=Positions.joined([node, release, np.where(gone, 0, persons), on, entered]),
        out=int(persons[gone].sum()),
        last_out=int(arrive[gone & (persons > 0)].max(initial=-1)),
        caught=int(persons[back | before].sum()),
    )


def waiting(plan: Plan, net: Timed, begun: Positions, *, at_s: float) -> Found:
    """Take it that all people of a plan are still where they began."""
    persons = slot_persons(plan, net)
    source = plan.flow.run_source[plan.flow.slot_run]
    node = begun.node[source]
    release = np.maximum(begun.release[source], _step(at_s / plan.step_s))
    gone = net.sink[node]
    columns = [node, release, np.where(gone, 0, persons), np.full(len(node), -1), np.zeros(len(node))]
    out = int(persons[gone].sum())
    return Found(inside=Positions.joined(columns), out=out, last_out=0 if out else -1, caught=0)


def _last_entry(network: DynamicNetwork, net: Timed, arc: Integers, *, at_s: float) -> Floats:
    """Last step at which one can step on arcs and be over them when they close, as plans have it."""
    takes = np.maximum(network.time_s[arc], net.transit[arc] * net.step_s)
    found: Floats = np.floor((at_s - takes) / net.step_s + 1e-9)
    return found


def _step(now: float) -> int:
    return int(np.ceil(now - 1e-9))


def slot_persons(plan: Plan, net: Timed) -> Integers:
    """Whole persons of each slot (S,): a person goes with the last of their units, as in the plan's cohorts."""
    flow = plan.flow
    arrive = flow.arrivals(net.transit)
    source = flow.run_source[flow.slot_run]
    order = np.lexsort((np.arange(len(source)), arrive, source))
    units = flow.slot_units[order]
    by_source = np.bincount(source, weights=flow.slot_units, minlength=len(flow.node)).astype(np.int64)
    before = np.cumsum(units) - units - (np.cumsum(by_source) - by_source)[source[order]]
    persons = np.empty(len(source), np.int64)
    persons[order] = (before + units) // plan.scale - before // plan.scale
    return persons


__all__ = ["Found", "Positions", "positions", "slot_persons", "waiting"]
