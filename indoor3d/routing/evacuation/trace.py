"""What a plan means over time: where people wait, what they pass, when exits, platforms and levels are clear.

A plan says, in whole steps, when each of its people enters each arc of their way. All here is sums over that, so nobody is lost on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.flow import FlowNetwork
from indoor3d.models.outcome import Motion
from indoor3d.routing.evacuation.ccrp import Plan
from indoor3d.routing.evacuation.timed import timed

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FRAMES = 240
"""As many moments as a motion has at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Moves:
    """Every entry of an arc in some plans, as rows.

    Parameters
    ----------
    arc : (K,) int64
    here : (K,) int64
        Step at which these people come to its tail, or may set out.
    enter, leave : (K,) int64
        Steps at which they step on it, and are at its head.
    persons : (K,) float64
    waits_for : (K,) int64
        The passage they wait for before ``enter``: of this arc or, where it has none, the next one on their way; -1 where there is none.
    origin : (K,) int64
        Node where they began.
    """

    arc: Integers
    here: Integers
    enter: Integers
    leave: Integers
    persons: Floats
    waits_for: Integers
    origin: Integers


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """The moves of plans on one flow network.

    Parameters
    ----------
    network : FlowNetwork
    step_s : float
    moves : Moves
    begun : (N,) float64
        Persons who are at each node when it begins, and have a way.
    """

    network: FlowNetwork
    step_s: float
    moves: Moves
    begun: Floats

    @classmethod
    def of(cls, network: FlowNetwork, plans: Sequence[Plan]) -> "Trace":
        """Read plans whose times are the same steps."""
        parts = [_moves(network, plan) for plan in plans]
        names = list(Moves.__dataclass_fields__)
        joined = Moves(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})
        begun = np.zeros(len(network.node_id))
        for plan in plans:
            np.add.at(
                begun, plan.flow.node[plan.flow.run_source[plan.flow.slot_run]], plan.flow.slot_units / plan.scale
            )
        return cls(network=network, step_s=plans[0].step_s, moves=joined, begun=begun)

    @cached_property
    def steps(self) -> int:
        """One more than the step of the last arrival."""
        return int(self.moves.leave.max(initial=0)) + 1

    @cached_property
    def arc_persons(self) -> NDArray[np.int64]:
        """(M,) how many go along each arc."""
        found = np.bincount(self.moves.arc, weights=self.moves.persons, minlength=len(self.network.arc_from))
        return np.rint(found).astype(np.int64)

    @cached_property
    def queues(self) -> Floats:
        """(T, P) persons who wait for each passage during each step."""
        moves = self.moves
        waiting = (moves.waits_for >= 0) & (moves.enter > moves.here)
        count = np.zeros((self.steps + 1, len(self.network.passage_element)))
        np.add.at(count, (moves.here[waiting], moves.waits_for[waiting]), moves.persons[waiting])
        np.add.at(count, (moves.enter[waiting], moves.waits_for[waiting]), -moves.persons[waiting])
        return np.cumsum(count, axis=0)[: self.steps]

    @cached_property
    def passed(self) -> Floats:
        """(P,) persons who go through each passage."""
        passage = self.network.arc_passage[self.moves.arc]
        some = passage >= 0
        found = np.zeros(len(self.network.passage_element))
        np.add.at(found, passage[some], self.moves.persons[some])
        return found

    def out_of(self, node: int) -> tuple[float, float | None, float | None]:
        """Persons who come to a node, and when the first and the last of them do, seconds."""
        here = np.flatnonzero((self.network.arc_to[self.moves.arc] == node) & (self.moves.persons > 0))
        if not len(here):
            return float(self.begun[node]), None, None
        leave = self.moves.leave[here]
        persons = float(self.moves.persons[here].sum() + self.begun[node])
        return persons, float(leave.min() * self.step_s), float(leave.max() * self.step_s)

    def left(self, inside: NDArray[np.bool_], *, stepping_on: bool) -> tuple[float, float | None, float | None]:
        """Persons who begin at some nodes, and when the first and the last people leave them, seconds.

        ``stepping_on`` counts somebody as gone who steps on the way out, not only at its end.
        """
        tail, head = self.network.arc_from[self.moves.arc], self.network.arc_to[self.moves.arc]
        over = np.flatnonzero(inside[tail] & ~inside[head] & (self.moves.persons > 0))
        persons = float(self.begun[inside].sum())
        if not len(over):
            return persons, None, None
        at = (self.moves.enter if stepping_on else self.moves.leave)[over]
        return persons, float(at.min() * self.step_s), float(at.max() * self.step_s)

    def curve(self) -> Floats:
        """(K, 2) seconds, persons who are out."""
        sink = np.zeros(len(self.network.node_id), np.bool_)
        sink[self.network.exit_node] = True
        over = np.flatnonzero(sink[self.network.arc_to[self.moves.arc]])
        arrived = np.bincount(self.moves.leave[over], weights=self.moves.persons[over], minlength=self.steps)
        out = np.cumsum(arrived) + self.begun[sink].sum()
        return np.column_stack([np.arange(len(out)) * self.step_s, out])

    def motion(self, *, frames: int = FRAMES) -> Motion:
        """Where people are at evenly spread moments."""
        moves, network = self.moves, self.network
        at = np.unique(np.linspace(0, self.steps - 1, min(frames, self.steps)).astype(np.int64))

        # a change at step s shows from the first moment that is not before s
        def frame(step: Integers) -> Integers:
            return np.searchsorted(at, step, side="left").astype(np.int64)

        waiting = np.zeros((len(at) + 1, len(network.node_id)))
        moving = np.zeros((len(at) + 1, len(network.arc_from)))
        passed = np.zeros((len(at) + 1, len(network.passage_element)))
        tail, head = network.arc_from[moves.arc], network.arc_to[moves.arc]
        sink = np.zeros(len(network.node_id), np.bool_)
        sink[network.exit_node] = True
        waiting[0] += self.begun
        np.add.at(waiting, (frame(moves.enter), tail), -moves.persons)
        kept = ~sink[head]
        np.add.at(waiting, (frame(moves.leave[kept]), head[kept]), moves.persons[kept])
        np.add.at(moving, (frame(moves.enter), moves.arc), moves.persons)
        np.add.at(moving, (frame(moves.leave), moves.arc), -moves.persons)
        through = network.arc_passage[moves.arc]
        some = through >= 0
        np.add.at(passed, (frame(moves.enter[some]), through[some]), moves.persons[some])
        return Motion(
            at_s=np.asarray(at * self.step_s, np.float64),
            waiting=np.maximum(np.cumsum(waiting, axis=0)[:-1], 0).astype(np.float32),
            moving=np.maximum(np.cumsum(moving, axis=0)[:-1], 0).astype(np.float32),
            passed=passed[:-1].astype(np.float32),
        )


def _moves(network: FlowNetwork, plan: Plan) -> Moves:
    flow = plan.flow
    transit = _transit(plan)
    size = np.diff(flow.run_start)
    run = np.repeat(np.arange(len(size)), size)
    first = np.zeros(len(run), np.bool_)
    first[flow.run_start[:-1][size > 0]] = True
    leave = flow.run_enter + transit[flow.run_arc]
    here = np.empty(len(run), np.int64)
    here[~first] = leave[np.flatnonzero(~first) - 1]
    release = flow.release[flow.run_source]
    waits_for = network.arc_passage[flow.run_arc].astype(np.int64)
    for row in range(len(run) - 2, -1, -1):
        if waits_for[row] < 0 and not first[row + 1]:
            waits_for[row] = waits_for[row + 1]
    # one row for every slot and every arc of its run
    many = size[flow.slot_run]
    slot = np.repeat(np.arange(len(many)), many)
    at = flow.run_start[flow.slot_run][slot] + np.arange(len(slot)) - (np.cumsum(many) - many)[slot]
    shift = flow.slot_shift[slot]
    began = np.where(first[at], release[flow.slot_run[slot]], here[at] + shift)
    return Moves(
        arc=flow.run_arc[at],
        here=began,
        enter=flow.run_enter[at] + shift,
        leave=leave[at] + shift,
        persons=flow.slot_units[slot] / plan.scale,
        waits_for=waits_for[at],
        origin=flow.node[flow.run_source[flow.slot_run[slot]]],
    )


def _transit(plan: Plan) -> Integers:
    """Steps that each arc takes, as the plan rounds them."""
    nobody = np.zeros(plan.network.nodes, np.int64)
    return timed(plan.network, nobody, step_s=plan.step_s, scale=plan.scale, rounding=plan.rounding).transit
