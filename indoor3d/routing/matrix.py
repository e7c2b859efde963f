"""Many ways at once: time and length of the best way from every place to every other."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from indoor3d.models.state import Effects
from indoor3d.routing.journey import Stop
from indoor3d.routing.profile import Options
from indoor3d.routing.route import Distances

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph


def matrix(
    graph: "NavGraph",
    origins: Sequence[Stop],
    goals: Sequence[Stop],
    *,
    profile: str = "walk",
    closed: Collection[str] = (),
    options: Options | None = None,
    effects: Effects | None = None,
) -> Distances:
    """Measure the best ways from some stops to others.

    Of a goal with several places the one counts that is reached first; of an origin with several, the best to leave from.

    Parameters
    ----------
    graph : NavGraph
    origins, goals : sequence of Stop
    profile : str
    closed : collection of str
    options : Options, optional
    effects : Effects, optional
        The state of the venue at the moment of departure.

    Returns
    -------
    Distances
        (R, C): a row for every origin, a column for every goal; infinite where there is no way, or a goal is off the network.

    Raises
    ------
    OffNetwork
        An origin is too far from any free space.
    UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from indoor3d.routing.stops import typed
    >>> from tests.buildings import two_floors
    >>> graph = build_navigation(two_floors())
    >>> hall, office, exits = (typed(graph.building, text) for text in ("hall", "office", "exit"))
    >>> matrix(graph, [hall, office], [exits, office], profile="wheelchair").length_m.round().tolist()
    [[6.0, 17.0], [23.0, 0.0]]
    """
    conditions = graph.conditions(
        profile,
        closed,
        visited={place.element for stop in (*origins, *goals) for place in stop.places},
        options=options or Options(),
        effects=effects or Effects(),
    )
    nav = graph.for_body(conditions.profile)
    every = [place for stop in goals for place in stop.places]
    first = np.cumsum([0, *(len(stop.places) for stop in goals)])
    seconds, metres = np.full((2, len(origins), len(goals)), np.inf)
    for row, origin in enumerate(origins):
        for place in origin.places:
            found = nav.measured(place, every, conditions)
            for column in range(len(goals)):
                at = first[column] + int(np.argmin(found.duration_s[first[column] : first[column + 1]]))
                if found.duration_s[at] < seconds[row, column]:
                    seconds[row, column], metres[row, column] = found.duration_s[at], found.length_m[at]
    return Distances(length_m=metres, duration_s=seconds)
