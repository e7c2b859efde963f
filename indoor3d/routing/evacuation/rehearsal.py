"""Guidance tried out on the crowd before anybody is told it, and made better by what happens.

A plan has people wait where they are until it is their turn. People who are shown a way go at once and queue, so they come to a sign sooner than
planned, and what the sign shows then was meant for others. Two things help:

- Signs that never change are chosen for that: a forest, improved sign by sign by a bound that knows queues, not by the plan's hours, and by what
  rehearsals tell of passages that are held up by what is ahead.
- What a sign shows in a window is what the plan has for those who do come in it: of the people who pass a place, the tenth to the twentieth are led
  where the plan leads its tenth to twentieth, whenever that is. When they come is read from a rehearsal, and it changes with the guidance, so this
  is done a few times.

Of all that were tried, the one with the shortest rehearsal is taken, so no rehearsal makes guidance worse.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indoor3d.routing.evacuation.ccrp import Plan, nearest_arcs
from indoor3d.routing.evacuation.guidance import Guidance, guidance, opposite, steps_of, told
from indoor3d.routing.evacuation.simulate import OUT, REFUGE, Crowd, Run, Splits

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Play = Callable[[Splits], Run]
"""A simulation of the crowd under guidance, with every entry of an arc written down."""
Follow = Literal["shares", "signs"]

_PART = 0.05
"""Weight of the mean over people beside the last of them where signs are chosen: what keeps a search going that cannot better the last one at once
(ours; 0.01 to 0.2 gave the same medians)."""
_NEAR = 0.8
"""Signs are turned that hold somebody up for this share of the bound."""
_WORK = 100_000_000
"""Nodes looked at in one search for signs: about half a second of it."""
_LONGER = 1.25
"""Windows are made for a rehearsal that takes so many times as long as the plan; after that the last one stays."""
_ROUNDS = 4
"""Rehearsals after the first (ours; more never bettered the best in 48 generated buildings, and by less than 1 % in two stations)."""
_TRUST = 0.5
"""How much of what a rehearsal tells of a passage is taken over into the next search: all of it, and signs would swing to and fro (ours)."""
_SOME = 20
"""Persons of a queue from which on its speed says something."""
_NOBODY = 1e-6
_NEVER_S = 1e9


@dataclass(frozen=True, kw_only=True, eq=False)
class Rehearsed:
    """Guidance with what became of the crowd under it.

    Parameters
    ----------
    guidance : Guidance
    run : Run
    tried : tuple of float
        Clearances of all rehearsals, in order.
    """

    guidance: Guidance
    run: Run
    tried: tuple[float, ...]


def fixed_signs(plan: Plan, play: Play, *, usable: NDArray[np.bool_] | None = None) -> Rehearsed:
    """One direction for each sign, for all time.

    From the signs that most people of the plan follow, and from those to the nearest exit, a search for better ones, a rehearsal, a search that knows
    which passages were slower than they could be because of what is ahead of them, and so on: the best of all rehearsals.

    A stair that joins others at an exit gets its share of it, not all it could use, and is emptied last and alone: 1.2 x the optimum and
    more where only one search is made, 1.05 x at most after some.

    Parameters
    ----------
    usable : (M,) bool, optional
        Arcs that a sign may point along where the plan sends nobody.

    Raises
    ------
    InvalidInput
        As :func:`~indoor3d.routing.evacuation.guidance.guidance`.
    """
    most = guidance(plan, window_s=np.inf, min_dwell_s=0.0, usable=usable)
    nearest = nearest_arcs(plan.network, usable=usable)
    found = _Best(follow="signs", play=play)
    for first in (most.sign[0], nearest):
        search, sign, looks = _Search.of(plan, usable), first, 1
        for _ in range(_ROUNDS + 1):
            through = search.better(sign.astype(np.int64), looks=looks)
            guide = told(plan.network, through, nearest, window_s=most.window_s, min_dwell_s=0.0)
            run = found.rehearse(guide)
            search, sign, looks = search.slowed(run), guide.sign[0], search.looks
    return found.answer()


def timed_guidance(
    plan: Plan,
    crowd: Crowd,
    play: Play,
    *,
    window_s: float,
    min_dwell_s: float,
    follow: Follow = "shares",
    first: Sequence[Guidance] = (),
    usable: NDArray[np.bool_] | None = None,
) -> Rehearsed:
    """Guidance that changes in time: by shares, as where staff lead people, or by signs that show one direction at a time.

    Signs gain little by changing (1.04 x the optimum in the median where fixed ones come to 1.01): who stands in a room is all shown the same, and
    most are past their second sign before a first dwell is over. Shares gain all there is.

    Parameters
    ----------
    crowd : Crowd
        The people of ``play``.
    window_s, min_dwell_s : float
        As of :func:`~indoor3d.routing.evacuation.guidance.guidance`.
    follow : str
        ``shares``: people part by the shares of a window; ``signs``: all go where the sign points.
    first : sequence of Guidance
        Is tried as well, so that the answer is no worse: the fixed signs, say.

    Raises
    ------
    InvalidInput
        As :func:`~indoor3d.routing.evacuation.guidance.guidance`.
    """
    steps = steps_of(plan, window_s)
    windows = int(np.ceil(_LONGER * plan.clearance_steps / steps)) + 1
    nearest = nearest_arcs(plan.network, usable=usable)
    order = _Order.of(plan)
    found = _Best(follow=follow, play=play)
    for guide in first:
        found.rehearse(guide)
    run = found.rehearse(guidance(plan, window_s=np.inf, min_dwell_s=0.0, usable=usable))
    for _ in range(_ROUNDS):
        through = order.through(_came(plan, crowd, run, window_s=window_s, windows=windows))
        run = found.rehearse(told(plan.network, through, nearest, window_s=window_s, min_dwell_s=min_dwell_s))
    return found.answer()


class _Best:
    """The best of what is rehearsed: as many out as possible, then as soon as possible, then what was tried first."""

    def __init__(self, *, follow: Follow, play: Play) -> None:
        self.follow, self.play = follow, play
        self.best: tuple[Guidance, Run] | None = None
        self.tried: list[float] = []

    def rehearse(self, guide: Guidance) -> Run:
        run = self.play(guide.splits() if self.follow == "shares" else guide.pointed())
        self.tried.append(run.clearance_s)
        if self.best is None or _merit(run) < _merit(self.best[1]):
            self.best = guide, run
        return run

    def answer(self) -> Rehearsed:
        if self.best is None:
            raise AssertionError("nothing was rehearsed")
        return Rehearsed(guidance=self.best[0], run=self.best[1], tried=tuple(self.tried))


def _merit(run: Run) -> tuple[int, float]:
    return int((~np.isin(run.state, (OUT, REFUGE))).sum()), run.clearance_s


# --- signs that never change ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """Columns of the search for a forest of signs."""

    head: Integers
    server: Integers
    time_s: Floats
    headway_s: Floats
    nominal_s: Floats
    people: Floats
    sink: NDArray[np.int8]
    start: Integers
    out: Integers
    allowed: NDArray[np.int8]

    @classmethod
    def of(cls, plan: Plan, usable: NDArray[np.bool_] | None) -> "_Search":
        network = plan.network
        arcs = len(network.arc_from)
        taken = np.zeros(arcs, np.bool_)
        taken[plan.path_arc] = True
        lasting = np.isinf(network.closed_from_s) & (network.open_from_s <= 0) & (network.capacity_per_s > 0)
        may = taken | (lasting if usable is None else lasting & usable)
        people = np.bincount(
            plan.route_node[plan.cohort_route], weights=plan.cohort_persons, minlength=network.nodes
        ).astype(np.float64)
        sink = np.zeros(network.nodes, np.int8)
        sink[network.sinks] = 1
        with np.errstate(divide="ignore"):
            headway = np.where(network.capacity_per_s > 0, 1.0 / network.capacity_per_s, _NEVER_S)
        key = np.where(network.passage >= 0, network.passage, -1 - np.arange(arcs))
        _, server = np.unique(key, return_inverse=True)
        order = np.argsort(network.arc_from, kind="stable").astype(np.int64)
        return cls(
            head=network.arc_to.astype(np.int64),
            server=server.astype(np.int64),
            time_s=np.where(np.isfinite(network.time_s), network.time_s, _NEVER_S),
            headway_s=headway.astype(np.float64),
            nominal_s=headway.astype(np.float64),
            people=people,
            sink=sink,
            start=np.searchsorted(network.arc_from[order], np.arange(network.nodes + 1)).astype(np.int64),
            out=order,
            allowed=may.astype(np.int8),
        )

    @property
    def looks(self) -> int:
        """How many forests can be looked at."""
        return max(2, _WORK // max(1, len(self.sink)))

    def slowed(self, run: Run) -> "_Search":
        """The same with passages as slow as they were in a rehearsal while people queued for them, if what is ahead held them up."""
        queues = run.queues
        arc = run.entries[:, 0].astype(np.int64)
        row = queues.server[arc]
        busy = (run.entries[:, 2] >= queues.from_s[row]) & (run.entries[:, 2] <= queues.to_s[row])
        count = np.bincount(row[busy], minlength=len(queues.most))
        long = count > _SOME
        taken = np.where(long, (queues.to_s - queues.from_s) / np.maximum(count, 1), 0.0)[queues.server]
        held = np.maximum(self.nominal_s, taken)
        return replace(self, headway_s=(1 - _TRUST) * self.headway_s + _TRUST * held)

    def better(self, sign: Integers, *, looks: int) -> Floats:
        """Persons through each arc (1, M) in the forest that a search from ``sign`` ends with; of ``sign`` itself with one look."""
        from indoor3d.routing.evacuation import _rehearsal_kernels as kernels  # noqa: PLC0415 - compiles

        found = sign.copy()
        load = kernels.descend(
            found, self.head, self.server, self.time_s, self.headway_s, self.people, self.sink, self.start, self.out,
            self.allowed, int(self.server.max(initial=-1)) + 1, _PART, _NEAR, looks,
        )  # fmt: skip
        through = np.zeros((1, len(self.head)))
        some = found >= 0
        through[0, found[some]] = load[some]
        return through


# --- what changes in time -------------------------------------------------------------------------------------------------------------


def _came(plan: Plan, crowd: Crowd, run: Run, *, window_s: float, windows: int) -> Floats:
    """How many came to each node by the beginning of each window and the end of the last (W + 1, N); only those who went on are counted.

    People choose when they come, not when it is their turn, so that is when somebody is through the arc before; or set off.
    """
    network = plan.network
    entries = run.entries[np.lexsort((run.entries[:, 2], run.entries[:, 1]))]
    arc, who = entries[:, 0].astype(np.int64), entries[:, 1].astype(np.int64)
    first = np.ones(len(arc), np.bool_)
    first[1:] = who[1:] != who[:-1]
    came = np.empty(len(arc))
    came[first] = crowd.premovement_s[who[first]]
    before = np.flatnonzero(~first) - 1
    came[before + 1] = entries[before, 2] + network.time_s[arc[before]]
    window = np.minimum((came / window_s).astype(np.int64), windows - 1)
    count = np.bincount(window * network.nodes + network.arc_from[arc], minlength=windows * network.nodes)
    found = np.zeros((windows + 1, network.nodes))
    np.cumsum(count.reshape(windows, network.nodes), axis=0, out=found[1:])
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Order:
    """In which order a plan has people leave each node, by which arc.

    Rows are sorted by node, then time; ``start`` (N + 1,) are where those of a node begin.
    """

    arcs: int
    start: Integers
    arc: Integers
    persons: Floats

    @classmethod
    def of(cls, plan: Plan) -> "_Order":
        network = plan.network
        arc, step, units = plan.flow.entries()
        net = np.bincount(arc, weights=units, minlength=len(network.arc_from))
        twin = opposite(network)
        ahead = net > np.where(twin >= 0, net[twin], 0)  # who goes to and fro need not
        some = (units > 0) & ahead[arc]
        arc, step, units = arc[some].astype(np.int64), step[some], units[some]
        order = np.lexsort((arc, step, network.arc_from[arc]))
        start = np.searchsorted(network.arc_from[arc[order]], np.arange(network.nodes + 1))
        return cls(
            arcs=len(network.arc_from),
            start=start.astype(np.int64),
            arc=arc[order],
            persons=units[order] / plan.scale,
        )

    def through(self, came: Floats) -> Floats:
        """Persons through each arc in each window (W, M), where those who come by ``came`` (W + 1, N) are led in this order."""
        found = np.zeros((len(came) - 1, self.arcs))
        for node in range(len(self.start) - 1):
            rows = slice(self.start[node], self.start[node + 1])
            if rows.start == rows.stop:
                continue
            arc, persons = self.arc[rows], self.persons[rows]
            ends = np.concatenate([[0.0], np.cumsum(persons)])
            by = came[:, node] * (ends[-1] / came[-1, node]) if came[-1, node] else np.linspace(0, ends[-1], len(came))
            for way in np.unique(arc).tolist():
                through = np.concatenate([[0.0], np.cumsum(np.where(arc == way, persons, 0.0))])
                found[:, way] = np.diff(np.interp(by, ends, through))
        return np.where(found > _NOBODY, found, 0.0)
