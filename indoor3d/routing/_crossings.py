"""Which openings every edge crosses, in order: found once while building, so that a route need not look."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.walkable import Walkable

Columns = Mapping[str, NDArray[Any]]
Ints = NDArray[np.int32]


def crossings(columns: Columns, surfaces: Sequence[Walkable], elements: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Find the openings whose thresholds each edge crosses.

    Parameters
    ----------
    columns : mapping
        Of a :class:`~indoor3d.models.network.Network`, by name.
    surfaces : sequence of Walkable
        In the order that ``node_surface`` counts.
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
    for index, surface in enumerate(surfaces):
        rows = np.flatnonzero(level & (home[source] == index))
        if not len(rows) or not surface.passages:
            continue
        a, b = ends[source[rows]], ends[target[rows]]
        lines = shapely.linestrings(np.stack([a, b], axis=1))
        thresholds = np.array([p.threshold for p in surface.passages], dtype=object)
        threshold, row = shapely.STRtree(lines).query(thresholds, predicate="intersects")
        centres = np.array([p.centre for p in surface.passages])
        edges.append(rows[row])
        names.append(np.array([elements[p.id] for p in surface.passages])[threshold])
        along.append(np.einsum("ij,ij->i", centres[threshold] - a[row], (b - a)[row]))
    edge, name = np.concatenate(edges), np.concatenate([np.empty(0, np.int32), *names])
    order = np.lexsort((name, np.concatenate(along), edge))
    start = np.searchsorted(edge[order], np.arange(len(source) + 1)).astype(np.int32)
    return start, name[order].astype(np.int32)
