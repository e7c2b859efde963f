"""Ways that really differ: by other stairs, through another hall, to the other side.

The method is that of plateaus (Cambridge Vehicle Information Technology, "Choice Routing", 2005). The tree of cheapest ways from the
start and the tree of cheapest ways to the goal share chains of edges. Through each such *plateau* leads one way, cheapest
up to the plateau's end and cheapest from its beginning. So no part of it that is shorter than the plateau has a
shortcut: it is locally optimal by construction (Abraham, Delling, Goldberg and Werneck, "Alternative routes in road
networks", ACM JEA 18, 2013, section 3). Of these ways those are kept that cost little more and share little.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.vocabulary import Mode
from indoor3d.routing import _compose
from indoor3d.routing.path import Tree, tree
from indoor3d.routing.route import Route

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

STRETCH = 1.5
"""Greatest cost of an alternative over the best: the bar of our own specification. What the best way costs beyond its time,
as for gates that every way goes through, is no reason for a longer way: only its time is stretched."""
SHARE = 0.7
"""Greatest part of an alternative that may run along another way that is kept: the bar of our own specification."""
LOCAL = 0.1
"""No part of an alternative that costs less than this share of the best way has a shortcut. Decided: Abraham et al. take 0.25
for roads; the middle part of an indoor way, a stair or a hall, is shorter."""
APART_M = 3.0
"""Two ways in one room closer than this are the same to whoever walks there. Decided: a corridor's width."""
_SAMPLE_M = 1.0
_FLOOR_M = 0.5
_TRIED = 48
_TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Trees:
    """Cheapest ways from the start to every node, and from there to the goal.

    ``best`` is what the best way costs, ``total`` (N,) what the best over each node does; ``after`` (N,) is the node that
    follows on the way to the goal, -1 where none does, and ``both`` (N,) whether the way from the start goes there likewise.
    """

    start: Tree
    goal: Tree
    best: float
    total: Floats
    after: Indices
    both: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Trace:
    """Where a route goes: places along its walks, the room of each, and the metres on each connector."""

    room: Indices
    at: Floats
    connectors: dict[str, float]

    @property
    def length_m(self) -> float:
        return len(self.at) * _SAMPLE_M + sum(self.connectors.values())


def alternatives(
    graph: "NavGraph", first: "Spot", last: "Spot", conditions: "Conditions", *, k: int = 3
) -> list[Route]:
    """Find up to ``k`` ways that differ, the best among them, the cheapest first.

    Parameters
    ----------
    graph : NavGraph
    first, last : Spot
    conditions : Conditions
    k : int
        How many ways at most, the best included.

    Returns
    -------
    list of Route
        Empty where there is no way. Each costs at most half of the best way's time more (:data:`STRETCH`), runs for at most :data:`SHARE` of
        its length along any other, and has no shortcut within :data:`LOCAL` of the best way's cost.

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from indoor3d.routing.place import find_place
    >>> from tests.buildings import two_floors
    >>> graph = build_navigation(two_floors())
    >>> conditions = graph.conditions("walk", ())
    >>> ends = [graph.floors.spot(find_place(graph.building, name)) for name in ("hall", "office")]
    >>> [[str(leg.mode) for leg in route.legs] for route in alternatives(graph, *ends, conditions)][0]
    ['walk', 'stairs', 'walk']
    """
    best = graph.between(first, last, conditions)
    if best is None or k < 1:
        return []
    trees = _trees(graph, first, last, conditions)
    kept, traces = [(trees.best, best)], [_trace(graph, best)]
    for node in _plateaus(trees, dearest=trees.best + (STRETCH - 1) * best.duration_s)[: _TRIED if k > 1 else 0]:
        thread = _thread(trees, node)
        if thread is None:
            continue
        found = _compose.route(graph, first, last, thread=thread, conditions=conditions)
        trace = _trace(graph, found)
        if all(_shared(trace, other) <= SHARE and _shared(other, trace) <= SHARE for other in traces):
            kept.append((float(trees.total[node]), found))
            traces.append(trace)
            if len(kept) == k:
                break
    return [route for _, route in sorted(kept, key=lambda pair: (round(pair[0], 6), pair[1].openings))]


def _trees(graph: "NavGraph", first: "Spot", last: "Spot", conditions: "Conditions") -> _Trees:
    """Search from both ends: with :func:`_thread` the only place that knows how the graph searches."""
    arcs, into, out = graph.arcs(conditions), graph.link(first, conditions), graph.link(last, conditions)
    turned = arcs.turned()
    start, goal = tree(arcs, into.nodes, into.cost), tree(turned, out.nodes, out.cost)
    total = start.cost + goal.cost
    follows = goal.before >= 0
    after = np.where(follows, turned.rows.tail[goal.before], -1).astype(np.intp)
    both = follows & (start.before[after] == turned.rows.label[goal.before])
    best = min(float(total.min(initial=np.inf)), float(graph.asked(first, last, conditions).straight.cost[0]))
    return _Trees(start=start, goal=goal, best=best, total=total, after=after, both=both)


def _thread(trees: _Trees, node: int) -> _compose.Thread | None:
    """The cheapest way over a node; None where it comes to a place twice, as into a dead end and back."""
    turned = trees.goal.graph.rows
    arcs = [*trees.start.path(node), *turned.label[trees.goal.path(node)[::-1]].tolist()]
    rows = trees.start.graph.rows
    passed = [trees.start.source(node), *rows.head[arcs].tolist()]
    if len(set(passed)) < len(passed):
        return None
    labels = tuple(rows.label[arcs].tolist())
    return _compose.Thread(enters=passed[0], leaves=passed[-1], labels=labels)


def _plateaus(trees: _Trees, *, dearest: float) -> list[int]:
    """A node of every plateau that is long enough, the cheapest way first; of equally cheap ones the longest plateau."""
    if not np.isfinite(trees.best):
        return []
    joined = np.flatnonzero(trees.both & (trees.total <= dearest + _TIE))
    follows = np.full(len(trees.total), -1, np.intp)
    follows[joined] = trees.after[joined]
    heads = np.setdiff1d(joined, follows[joined])
    tail, moving = heads.copy(), np.ones(len(heads), np.bool_)
    while moving.any():
        step = follows[tail]
        moving = step >= 0
        tail = np.where(moving, step, tail)
    length = trees.start.cost[tail] - trees.start.cost[heads]
    good = length >= LOCAL * trees.best
    heads, length = heads[good], length[good]
    order = np.lexsort((heads, -np.round(length, 6), np.round(trees.total[heads], 6)))
    return [int(node) for node in heads[order]]


def _trace(graph: "NavGraph", route: Route) -> _Trace:
    """Sample a route's walks, and add up its connectors."""
    places, heights, connectors = [np.empty((0, 2))], [np.empty(0)], dict[str, float]()
    for leg in route.legs:
        if leg.mode is not Mode.WALK:
            name = leg.elements[0] if leg.elements else ""
            connectors[name] = connectors.get(name, 0.0) + leg.length_m
            continue
        line = shapely.linestrings(leg.positions)
        points = shapely.line_interpolate_point(line, np.arange(_SAMPLE_M / 2, shapely.length(line), _SAMPLE_M))
        places.append(shapely.get_coordinates(points))
        heights.append(shapely.get_coordinates(points, include_z=True)[:, 2])
    at = np.vstack(places)
    return _Trace(room=_rooms(graph, at, np.concatenate(heights)), at=at, connectors=connectors)


def _rooms(graph: "NavGraph", at: Floats, height_m: Floats) -> Indices:
    """(N,): index of the space that each place is in; -1 in doorways."""
    spaces = graph.building.spaces
    found = np.full(len(at), -1, np.intp)
    if len(at) and spaces:
        footprints = np.array([space.footprint for space in spaces], dtype=object)
        floors = np.array([space.floor_m for space in spaces])
        place, space = shapely.STRtree(footprints).query(shapely.points(at), predicate="intersects")
        same = np.abs(floors[space] - height_m[place]) < _FLOOR_M
        found[place[same]] = space[same]
    return found


def _shared(one: _Trace, other: _Trace) -> float:
    """Share of a route that runs along another: on the same connector, or near it in the same room."""
    metres = sum(min(length, other.connectors.get(name, 0.0)) for name, length in one.connectors.items())
    for room in np.unique(one.room):
        mine, its = one.at[one.room == room], other.at[other.room == room]
        if len(its):
            apart = np.hypot(*(mine[:, None, :] - its[None, :, :]).transpose(2, 0, 1)).min(axis=1)
            metres += float((apart <= APART_M).sum()) * _SAMPLE_M
    return metres / max(one.length_m, _TIE)
