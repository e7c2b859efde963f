"""Map matching: where on a graph somebody is whose measured positions are off by metres, and sometimes by a level.

A hidden Markov model (as Newson and Krumm, 2009, but on cells of about a metre and not on whole edges, because an indoor fix
is less certain than edges are long). Three things are new to it:

- Errors of real devices last: a fix that is 4 m off is followed by others 4 m off to the same side. The error is an AR(1)
  process, and its likelihood is exact here: given the cell before, the last error is known, and the next fix is that error's
  continuation. Displacements then tell much more than positions do.
- How long errors last is not asked for. The track is explained by errors that are independent, that last some seconds, and
  that last about ten, and each explanation counts by its evidence.
- Readings of the level are wrong now and then, and stay wrong for the same while.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

CELL_M = 1.0
"""Length of a cell: what somebody walks in a second is one or two (ACCESSIBILITY.md §4)."""
LASTING_S = (0.0, 4.0, 9.5)
"""After how many seconds errors have shrunk to 1/e, one explanation each; 9.5 s is AR(1) with 0.9 a second."""
_STAY, _ONE, _TWO, _FLIP = 0.18, 0.44, 0.36, 0.02
"""Chances of a walker in a second: the same cell, one and two cells on, and turning round (ACCESSIBILITY.md §4)."""
_STOP, _GO = 0.02, 0.1
"""Chances in a second that who walks stands still for a while, and that who stands sets off."""
_STEP_S = 1.25
_STRAIGHT, _TURN, _LEVEL_CHANGE, _BACK = 1.0, 0.5, 0.4, 0.05
"""How readily somebody goes straight on, turns by a right angle, takes stairs or a lift, and goes back."""
_LEAST = 1e-6
_LOST = 1e-10
"""Density a square metre under which a fix belongs to no way from where somebody was."""
_LINKED_S = 1.6
"""Fixes farther apart are weighed as if their errors had nothing in common, but count less."""
_UNKNOWN = -10_000_000.0
SURE = 0.9
"""How often a level is right that comes without saying so (ACCESSIBILITY.md §4)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MatchingGraph:
    """A graph of ways somebody may be on, as columns.

    Parameters
    ----------
    position : (N, 3) float64, metres
    level : (N,) int
        Index of the level of each node: consecutive levels have consecutive numbers.
    edge_from, edge_to : (M,) int
        Undirected, but for ``oneway``.
    length_m : (M,) float64
    oneway : (M,) bool, optional
    doubt_m2 : float
        Variance of how far people are off the middle of a cell, along each axis. 1/12 at either end of a step is that of
        cells of a metre, for people who keep to the edges.
    """

    position: Floats
    level: Ints
    edge_from: Ints
    edge_to: Ints
    length_m: Floats
    oneway: NDArray[np.bool_] | None = None
    doubt_m2: float = 2 / 12

    @cached_property
    def cells(self) -> "Cells":
        """The edges cut up."""
        return _cells(self)

    @cached_property
    def neighbours(self) -> tuple[Ints, Ints]:
        """Edges that share a node with each edge, itself left out, as rows: start (M + 1,), edge."""
        import scipy.sparse as sp  # noqa: PLC0415 - loads when it is needed

        count = len(self.edge_from)
        edge = np.tile(np.arange(count), 2)
        incidence = sp.csr_matrix(
            (np.ones(2 * count), (edge, np.concatenate([self.edge_from, self.edge_to]))), (count, len(self.position))
        )
        rows = (incidence @ incidence.T).tocsr()
        rows.setdiag(0)
        rows.eliminate_zeros()
        return rows.indptr.astype(np.int32), rows.indices.astype(np.int32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Directed cells of all edges, and which follow which.

    Parameters
    ----------
    edge : (C,) int32
    along : (C,) float64
        Share of the edge, from its first node, at the middle of the cell.
    at : (C, 3) float64, metres
    low, high : (C,) int32
        Between which levels the cell lies.
    reverse : (C,) int32
        The same cell the other way; -1 where there is none.
    start, head, share : (C + 1,), (K,), (K,)
        The cells that follow each, and the chance of each.
    """

    edge: Ints
    along: Floats
    at: Floats
    low: Ints
    high: Ints
    reverse: Ints
    start: Ints
    head: Ints
    share: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A measured position.

    Parameters
    ----------
    time_s : float
        Of any clock; later fixes have later times.
    x_m, y_m : float
    level : int or None
        Index of the level that was measured.
    sigma_m : float
        Standard deviation along each axis.
    level_sure : float
        How often such a level is right.
    """

    time_s: float
    x_m: float
    y_m: float
    level: int | None = None
    sigma_m: float = 3.0
    level_sure: float = SURE

    def __post_init__(self) -> None:
        """Refuse what is no measurement.

        Raises
        ------
        InvalidInput
        """
        numbers = (self.time_s, self.x_m, self.y_m, self.sigma_m, self.level_sure)
        if not all(map(math.isfinite, numbers)) or self.sigma_m <= 0 or not 0 < self.level_sure < 1:
            raise InvalidInput(
                "A fix is not finite numbers with a positive deviation.", ko="측위 값이 올바르지 않습니다."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where somebody most likely was at a fix.

    Parameters
    ----------
    edge : int
        Row of the graph's edges.
    along : float
        Share of the edge, from its first node.
    position : (x, y, z), metres
        On the edge.
    level : int
        Index of the level that is nearest.
    probability : float
        That it is this edge.
    near : float
        That it is this edge or one that shares a node with it.
    """

    edge: int
    along: float
    position: tuple[float, float, float]
    level: int
    probability: float
    near: float


@dataclass(frozen=True, slots=True, eq=False)
class _Belief:
    """One explanation: what it makes of the track so far."""

    states: Ints
    mass: Floats
    evidence: float


class OnlineMatcher:
    """Follows somebody fix by fix.

    Parameters
    ----------
    graph : MatchingGraph
    state : mapping, optional
        What :meth:`state` of another matcher on the same graph gave: it goes on where that one stood.
    """

    def __init__(self, graph: MatchingGraph, state: Mapping[str, Any] | None = None) -> None:
        self.graph = graph
        self._last: Fix | None = None
        self._beliefs: list[_Belief] = []
        self._scratch = np.zeros(2 * len(graph.cells.edge))
        if state:
            self._restore(state)

    def update(self, fix: Fix) -> Match:
        """Take in the next fix.

        Raises
        ------
        InvalidInput
            It is no later than the last one.
        """
        last = self._last
        steps = [_Step.between(self.graph, last, fix, lasting) for lasting in LASTING_S]
        if last is None:
            self._beliefs = [_first(self.graph, fix)] * len(LASTING_S)
        else:
            self._beliefs = [
                step.ahead(belief, self._scratch) for step, belief in zip(steps, self._beliefs, strict=True)
            ]
        self._last = fix
        most = max(belief.evidence for belief in self._beliefs)
        self._beliefs = [_Belief(b.states, b.mass, max(b.evidence - most, -_SURELY)) for b in self._beliefs]
        return _decide(self.graph, [(b.states, b.mass * math.exp(b.evidence)) for b in self._beliefs])

    def state(self, *, most: int = 400) -> dict[str, Any]:
        """Everything that the next update needs, as plain values.

        Parameters
        ----------
        most : int
            States of each explanation that are kept, the likeliest first.
        """
        if self._last is None:
            return {}
        last, beliefs = self._last, []
        for belief in self._beliefs:
            kept = np.sort(np.argsort(-belief.mass, kind="stable")[:most])
            mass = belief.mass[kept] / belief.mass[kept].sum()
            beliefs.append(
                {
                    "states": belief.states[kept].tolist(),
                    "mass": [float(f"{m:.4g}") for m in mass.tolist()],
                    "evidence": belief.evidence,
                }
            )
        names = ("time_s", "x_m", "y_m", "level", "sigma_m", "level_sure")
        return {"last": {name: getattr(last, name) for name in names}, "beliefs": beliefs}

    def _restore(self, state: Mapping[str, Any]) -> None:
        try:
            self._last = Fix(**state["last"])
            for one in state["beliefs"]:
                states, mass = np.asarray(one["states"], np.int32), np.asarray(one["mass"], np.float64)
                good = len(states) == len(mass) > 0 and np.all(np.isfinite(mass)) and mass.min() >= 0 and mass.sum() > 0
                if not good or states.min() < 0 or states.max() >= len(self._scratch) or np.any(np.diff(states) <= 0):
                    raise ValueError  # noqa: TRY301 - one answer for all that is wrong with it
                self._beliefs.append(_Belief(states, mass / mass.sum(), min(float(one["evidence"]), 0.0)))
            if len(self._beliefs) != len(LASTING_S):
                raise ValueError  # noqa: TRY301
        except (KeyError, TypeError, ValueError, OverflowError):
            raise InvalidInput(
                "The state is not one that a matcher of this graph gave.", ko="이 그래프의 매칭 상태가 아닙니다."
            ) from None


_SURELY = 14.0
"""No explanation is given up altogether (logarithm): devices change."""


def smooth(graph: MatchingGraph, fixes: Sequence[Fix]) -> list[Match]:
    """Match a whole track, each fix in the light of those before and after it.

    Parameters
    ----------
    graph : MatchingGraph
    fixes : sequence of Fix
        In the order of their times.

    Raises
    ------
    InvalidInput
        A fix is no later than the one before.
    """
    if not fixes:
        return []
    scratch = np.zeros(2 * len(graph.cells.edge))
    tracks = [_forward(graph, fixes, lasting, scratch) for lasting in LASTING_S]
    evidence = np.array([track[-1].evidence for track, _ in tracks])
    weights = np.exp(evidence - evidence.max())
    weights /= weights.sum()
    found: list[list[tuple[Ints, Floats]]] = [[] for _ in fixes]
    for weight, (beliefs, steps) in zip(weights.tolist(), tracks, strict=True):
        if weight > _COUNTS:
            for row, posterior in enumerate(_backward(beliefs, steps, scratch)):
                found[row].append((beliefs[row].states, posterior * weight))
    return [_decide(graph, one) for one in found]


_COUNTS = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    """From one fix to the next under one explanation."""

    graph: MatchingGraph
    fix: Fix
    values: Floats
    last: Floats
    keep: float
    keep_level: float
    parts: int
    chances: Floats

    @classmethod
    def between(cls, graph: MatchingGraph, last: Fix | None, fix: Fix, lasting_s: float) -> Self:
        span = 1.0 if last is None else fix.time_s - last.time_s
        if span <= 0:
            raise InvalidInput("Fixes are not in the order of their times.", ko="측위 시각이 순서대로가 아닙니다.")
        keep = math.exp(-span / lasting_s) if lasting_s else 0.0
        values = _values(fix, graph)
        if (
            span > _LINKED_S
        ):  # the cell before is not known when the gap is long: the same information, said as more doubt
            values[3] *= math.sqrt((1 + keep) / (1 - keep))
            keep = 0.0
        parts = min(max(1, math.ceil(span / _STEP_S)), _MOST_PARTS)
        return cls(
            graph=graph,
            fix=fix,
            values=values,
            last=_values(last or fix, graph),
            keep=keep,
            keep_level=keep,
            parts=parts,
            chances=_chances(min(span / parts, _STEP_S)),
        )

    def moves(self, states: Ints, *, final: bool) -> tuple[Ints, Ints, Floats]:
        from indoor3d.routing import _matching_kernels as kernels  # noqa: PLC0415 - numba loads when it is needed

        cells = self.graph.cells
        found: tuple[Ints, Ints, Floats] = kernels.moves(
            cells.at, cells.low, cells.high, cells.reverse, cells.start, cells.head, cells.share,
            states, self.chances, self.values, self.last, final, self.keep, self.keep_level,
        )  # fmt: skip
        return found

    def stages(self, belief: _Belief, scratch: Floats) -> list[tuple[Ints, Floats, float]]:
        """States, mass and what is left of it, after each part of the step."""
        from indoor3d.routing import _matching_kernels as kernels  # noqa: PLC0415 - numba loads when it is needed

        found: list[tuple[Ints, Floats, float]] = []
        states, mass = belief.states, belief.mass
        for part in range(self.parts):
            source, target, weight = self.moves(states, final=part == self.parts - 1)
            states, mass, total = kernels.gather(mass, source, target, weight, scratch, _LEAST)
            if total <= 0:
                return []
            mass = mass / mass.sum()
            found.append((states, mass, total))
        return found

    def ahead(self, belief: _Belief, scratch: Floats) -> _Belief:
        stages = self.stages(belief, scratch)
        if not stages or stages[-1][2] < _LOST:
            first = _first(self.graph, self.fix)  # somewhere else: begin again
            return _Belief(first.states, first.mass, belief.evidence + math.log(_LOST))
        states, mass, total = stages[-1]
        return _Belief(states, mass, belief.evidence + math.log(total))


_MOST_PARTS = 60
"""After a gap of more than a minute somebody may be far off; they are looked for anew where their way does not lead there."""


def _forward(
    graph: MatchingGraph, fixes: Sequence[Fix], lasting_s: float, scratch: Floats
) -> tuple[list[_Belief], list[_Step]]:
    beliefs, steps = [_first(graph, fixes[0])], []
    for last, fix in pairwise(fixes):
        step = _Step.between(graph, last, fix, lasting_s)
        beliefs.append(step.ahead(beliefs[-1], scratch))
        steps.append(step)
    return beliefs, steps


def _backward(beliefs: Sequence[_Belief], steps: Sequence[_Step], scratch: Floats) -> list[Floats]:
    """Mass of the states at every fix, from all fixes; each sums to one."""
    from indoor3d.routing import _matching_kernels as kernels  # noqa: PLC0415 - numba loads when it is needed

    later = np.ones(len(beliefs[-1].states))
    found = [beliefs[-1].mass]
    for row in range(len(steps) - 1, -1, -1):
        step, before = steps[row], beliefs[row]
        inner = [before.states]
        if step.parts > 1:
            inner += [states for states, _, _ in step.stages(before, scratch)[:-1]]
        after = beliefs[row + 1].states
        for part in range(len(inner) - 1, -1, -1):
            source, target, weight = step.moves(inner[part], final=part == step.parts - 1)
            later = kernels.back(source, target, weight, later, after, len(inner[part]), scratch)
            later = later / max(float(later.max(initial=0.0)), 1e-300)
            after = inner[part]
        posterior = before.mass * later
        if posterior.sum() <= 0 or len(inner) != step.parts:  # somebody was lost here: what comes later says nothing
            later, posterior = np.ones(len(before.states)), before.mass
        found.append(posterior / posterior.sum())
    return found[::-1]


def _first(graph: MatchingGraph, fix: Fix) -> _Belief:
    from indoor3d.routing import _matching_kernels as kernels  # noqa: PLC0415 - numba loads when it is needed

    cells = graph.cells
    density = kernels.begin(cells.at, cells.low, cells.high, _values(fix, graph))
    kept = np.flatnonzero(density > _LEAST * density.max())
    mass = np.repeat(density[kept], 2) * np.tile([_GO / (_GO + _STOP), _STOP / (_GO + _STOP)], len(kept))
    states = np.stack([2 * kept, 2 * kept + 1], axis=1).reshape(-1).astype(np.int32)
    return _Belief(states, mass / mass.sum(), math.log(density.mean()))


def _values(fix: Fix, graph: MatchingGraph) -> Floats:
    level = _UNKNOWN if fix.level is None else float(fix.level)
    return np.array([fix.x_m, fix.y_m, level, fix.sigma_m, fix.level_sure, graph.doubt_m2])


def _chances(span_s: float) -> Floats:
    """Of staying, one cell, two cells, turning round, stopping and setting off in so many seconds."""
    two = min(_TWO * span_s**2, 0.7)
    one = max((_ONE + 2 * _TWO) * span_s - 2 * two, 0.0)
    flip = _FLIP * span_s
    stay = max(1.0 - one - two - flip, 0.02)
    whole = one + two + flip + stay
    return np.array([stay / whole, one / whole, two / whole, flip / whole, _STOP * span_s, _GO * span_s])


def _decide(graph: MatchingGraph, posteriors: Sequence[tuple[Ints, Floats]]) -> Match:
    """The edge that is likeliest together with those around it: an error to the next edge is a small one."""
    cells = graph.cells
    cell = np.concatenate([states >> 1 for states, _ in posteriors])
    mass = np.concatenate([mass for _, mass in posteriors])
    mass = mass / mass.sum()
    edges, inverse = np.unique(cells.edge[cell], return_inverse=True)
    own = np.bincount(inverse, weights=mass)
    start, rows = graph.neighbours
    near = own.copy()
    count = start[edges + 1] - start[edges]
    begins = np.cumsum(count) - count
    other = rows[np.repeat(start[edges] - begins, count) + np.arange(count.sum())]
    place = np.minimum(np.searchsorted(edges, other), len(edges) - 1)
    found = edges[place] == other
    near += np.bincount(np.repeat(np.arange(len(edges)), count)[found], weights=own[place[found]], minlength=len(edges))
    best = int(np.argmax(near + own))
    mine = np.flatnonzero(inverse == best)
    along = float(np.average(cells.along[cell[mine]], weights=mass[mine]))
    a, b = int(graph.edge_from[edges[best]]), int(graph.edge_to[edges[best]])
    x, y, z = (graph.position[a] + (graph.position[b] - graph.position[a]) * along).tolist()
    return Match(
        edge=int(edges[best]),
        along=along,
        position=(x, y, z),
        level=int(graph.level[a if along < 0.5 else b]),
        probability=min(float(own[best]), 1.0),
        near=min(float(near[best]), 1.0),
    )


def _cells(graph: MatchingGraph) -> Cells:
    count = np.maximum(1, np.rint(graph.length_m / CELL_M)).astype(np.int64)
    total, edges = int(count.sum()), len(count)
    begin = np.cumsum(count) - count
    edge = np.repeat(np.arange(edges), count)
    number = np.arange(total) - begin[edge]
    along = (number + 0.5) / count[edge]
    ends = graph.position[graph.edge_from], graph.position[graph.edge_to]
    at = ends[0][edge] + (ends[1] - ends[0])[edge] * along[:, None]
    levels = np.sort(np.stack([graph.level[graph.edge_from], graph.level[graph.edge_to]]), axis=0)[:, edge]
    oneway = np.zeros(edges, np.bool_) if graph.oneway is None else np.asarray(graph.oneway)
    two_way = ~oneway[edge]
    # the same cells again, against the edges: cell i is then total + i, if it may be gone at all
    inner, back = np.flatnonzero(number < count[edge] - 1), np.flatnonzero((number > 0) & two_way)
    enter, leave, chance = _crossings(graph, begin=begin, count=count, oneway=oneway)
    tail = np.concatenate([inner, back + total, enter])
    head = np.concatenate([inner + 1, back - 1 + total, leave])
    share = np.concatenate([np.ones(len(inner) + len(back)), chance])
    order = np.lexsort((head, tail))
    reverse = np.where(two_way, np.arange(total) + total, -1)
    return Cells(
        edge=np.tile(edge, 2).astype(np.int32),
        along=np.tile(along, 2),
        at=np.ascontiguousarray(np.tile(at, (2, 1))),
        low=np.tile(levels[0], 2).astype(np.int32),
        high=np.tile(levels[1], 2).astype(np.int32),
        reverse=np.concatenate([reverse, np.arange(total)]).astype(np.int32),
        start=np.searchsorted(tail[order], np.arange(2 * total + 1)).astype(np.int32),
        head=head[order].astype(np.int32),
        share=share[order],
    )


def _crossings(
    graph: MatchingGraph, *, begin: NDArray[np.int64], count: NDArray[np.int64], oneway: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Which last cells lead into which first cells at nodes, and the chances."""
    total, edges = int(count.sum()), np.arange(len(count))
    two = edges[~oneway]
    way = graph.position[graph.edge_to] - graph.position[graph.edge_from]
    climbs = graph.level[graph.edge_from] != graph.level[graph.edge_to]
    # arrivals and departures: node, cell, edge, direction
    arrive = _ends([graph.edge_to, graph.edge_from[two]], [begin + count - 1, begin[two] + total], [edges, two])
    depart = _ends([graph.edge_from, graph.edge_to[two]], [begin, (begin + count - 1)[two] + total], [edges, two])
    order = np.argsort(depart[0], kind="stable")
    first = np.searchsorted(depart[0][order], np.arange(len(graph.position) + 1))
    number = first[arrive[0] + 1] - first[arrive[0]]
    row = np.repeat(np.arange(len(arrive[0])), number)
    which = order[np.arange(number.sum()) - np.repeat(np.cumsum(number) - number - first[arrive[0]], number)]
    ins, outs = (way[end[2]] * end[3][:, None] for end in (arrive, depart))
    u, v = ins[row, :2], outs[which, :2]
    length = np.maximum(np.hypot(*u.T) * np.hypot(*v.T), 1e-9)
    straight = np.clip(np.einsum("ij,ij->i", u, v) / length, 0.0, 1.0)
    weight = _TURN + (_STRAIGHT - _TURN) * straight
    weight[climbs[depart[2][which]]] = _LEVEL_CHANGE
    weight[climbs[arrive[2][row]] & ~climbs[depart[2][which]]] = _TURN
    weight[arrive[2][row] == depart[2][which]] = _BACK
    whole = np.bincount(row, weights=weight, minlength=len(arrive[0]))
    return arrive[1][row], depart[1][which], weight / whole[row]


def _ends(nodes: list[Any], cells: list[Any], edges: list[Any]) -> tuple[Any, Any, Any, Floats]:
    sign = np.concatenate([np.ones(len(nodes[0])), -np.ones(len(nodes[1]))])
    return np.concatenate(nodes), np.concatenate(cells), np.concatenate(edges), sign
