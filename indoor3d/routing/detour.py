"""The best way around what is closed, and what it goes around."""

from typing import TYPE_CHECKING

import numpy as np

from indoor3d.errors import InvalidPosition, OffNetwork
from indoor3d.routing import _compose
from indoor3d.routing._floors import Spot
from indoor3d.routing.conditions import Conditions
from indoor3d.routing.path import Way
from indoor3d.routing.place import Place
from indoor3d.routing.route import Route

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph


def around(
    graph: "NavGraph", start: Place, goal: Place, conditions: Conditions, *, free: Conditions
) -> tuple[Route, tuple[str, ...]]:
    """Find the best way, and the ids of what the best way under ``free`` leads through where that is another one.

    Looked for under ``free`` first: what is open anyway need not be looked for again.

    Parameters
    ----------
    conditions : Conditions
    free : Conditions
        The same with less closed and nothing crowded.

    Raises
    ------
    OffNetwork, InvalidPosition, NoRoute
    """
    first, last = (graph.spot(place, conditions) for place in (start, goal))
    try:
        ends = graph.spot(start, free), graph.spot(goal, free)
    except (OffNetwork, InvalidPosition):
        return graph.routed(start, goal, conditions), ()
    path = graph.path(*ends, free)
    if path is None:
        return graph.routed(start, goal, conditions), ()
    thread = graph.thread(path.way)
    if ends == (first, last) and _is_open(graph, path.way, first, last, conditions):
        return _compose.route(graph, first, last, thread=thread, conditions=conditions), ()
    names = _compose.passed(graph, *ends, thread=thread, conditions=free)
    return graph.routed(start, goal, conditions), names


def _is_open(graph: "NavGraph", way: Way | None, first: Spot, last: Spot, conditions: Conditions) -> bool:
    """Whether the best way while less is closed is the best under conditions: all of it is open, and nothing costs more."""
    if conditions.effects.factor or last.place.element in conditions.closed.exits:
        return False
    if way is None:
        return bool(np.isfinite(graph.straight(first, np.array([[last.x_m, last.y_m]]), conditions).cost[0]))
    ends = ((graph.link(first, conditions), way.enters), (graph.link(last, conditions), way.leaves))
    linked = all(np.isfinite(link.cost[link.nodes == node]).any() for link, node in ends)
    return linked and bool(np.isfinite(graph.arcs(conditions).weight[way.arcs]).all())


__all__ = ["around"]
