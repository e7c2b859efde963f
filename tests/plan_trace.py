"""What a plan means over time: where people are, and what they pass.

A plan says, in whole steps, when each of its people enters each arc of their way. All here is sums over that, so nobody is lost on the way. Outcomes are told
from simulations; this is what tests hold a plan itself against another simulator with.
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
    origin : (K,) int64
        Node where they began.
    """

    arc: Integers
    here: Integers
    enter: Integers
    leave: Integers
    persons: Floats
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
        parts = [_moves(plan) for plan in plans]
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


def _moves(plan: Plan) -> Moves:
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
        origin=flow.node[flow.run_source[flow.slot_run[slot]]],
    )


def _transit(plan: Plan) -> Integers:
    """Steps that each arc takes, as the plan rounds them."""
    nobody = np.zeros(plan.network.nodes, np.int64)
    return timed(plan.network, nobody, step_s=plan.step_s, scale=plan.scale, rounding=plan.rounding).transit
