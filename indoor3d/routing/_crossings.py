"""Which openings every edge crosses, in order: found once while building, so that a route need not look."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing._level_edges import Ways

Columns = Mapping[str, NDArray[Any]]
Ints = NDArray[np.int32]


def crossings(columns: Columns, ways: Sequence[Ways], elements: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Find the openings whose thresholds each edge crosses.

    Parameters
    ----------
    columns : mapping
        Of a :class:`~indoor3d.models.network.Network`, by name.
    ways : sequence of Ways
        Of the surfaces, in the order that ``node_surface`` counts.
    elements : mapping
        Number of every element by id.

    Returns
    -------
    start, crossing : (M + 1,), (C,) int32
        Numbers of the openings that edge i crosses, from its first node to its last, are
        ``crossing[start[i]:start[i + 1]]``. An edge over a step crosses the openings it needs.
    """
    source, target = columns["edge_from"], columns["edge_to"]
    home = columns["node_surface"]
    walked = columns["edge_mode"] == MODES.index(Mode.WALK)
    level = walked & (home[source] == home[target])
    steps = np.flatnonzero(walked & ~level)
    first = columns["edge_element_start"]
    edges = [np.repeat(steps, first[steps + 1] - first[steps])]
    names = (
        [columns["edge_element"][np.concatenate([np.arange(first[e], first[e + 1]) for e in steps])]]
        if len(steps)
        else []
    )
    along = [np.zeros(len(edges[0]))]
    ends = columns["node_position"][:, :2]
    for index, way in enumerate(ways):
        rows = np.flatnonzero(level & (home[source] == index))
        a, b = ends[source[rows]], ends[target[rows]]
        row, threshold = way.facts.thresholds.met(np.hstack([a, b]))
        edges.append(rows[row])
        names.append(np.array([elements[name] for name in way.openings], np.int32)[threshold])
        along.append(np.einsum("ij,ij->i", way.facts.centres[threshold] - a[row], (b - a)[row]))
    edge, name = np.concatenate(edges), np.concatenate([np.empty(0, np.int32), *names])
    order = np.lexsort((name, np.concatenate(along), edge))
    start = np.searchsorted(edge[order], np.arange(len(source) + 1)).astype(np.int32)
    return start, name[order].astype(np.int32)
