"""A graph to match positions in a building on: a lattice over its open floor, with the ways between floors.

The navigation network is no help there: its edges lead from corner to corner, and people walk anywhere between.
"""

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.matching import MatchingGraph

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPACING_M = 2.0
"""Between lattice points: less than what a fix is off by, and twice the length of a cell."""
_DOUBT_M2 = 1.5
"""Variance of a step as the lattice has it: people are up to a metre beside its points, and go in any direction."""
_REACH = 1.5
"""Doors and the ends of stairs are joined to what they see within so many spacings."""
_HALF = ((1, 0), (0, 1), (1, 1), (1, -1))

_made: "WeakKeyDictionary[NavGraph, MatchingGraph]" = WeakKeyDictionary()


def matching_graph(graph: "NavGraph") -> MatchingGraph:
    """Make the graph, or give the one that was made for the same navigation graph before.

    Returns
    -------
    MatchingGraph
        Levels are numbered from the lowest, in the order of ``level_ids``. What cannot be passed today is in it, too: a
        position says where somebody is, not where they may go.
    """
    found = _made.get(graph)
    if found is None:
        found = _made[graph] = _make(graph, SPACING_M)
    return found


def level_ids(graph: "NavGraph") -> tuple[str, ...]:
    """Ids of the levels by their number in the matching graph."""
    return tuple(level.id for level in sorted(graph.building.levels, key=lambda level: (level.ordinal, level.id)))


def _make(graph: "NavGraph", spacing_m: float) -> MatchingGraph:
    network = graph.network
    rank = {ident: number for number, ident in enumerate(level_ids(graph))}
    home = network.node_surface
    walked = network.edge_mode == MODES.index(Mode.WALK)
    ways = np.flatnonzero(~walked | (home[network.edge_from] != home[network.edge_to]))
    # of parallel ways, as a lift at each of its doors, one is enough
    ends = np.sort(np.stack([network.edge_from[ways], network.edge_to[ways]], axis=1), axis=1)
    ways = ways[np.unique(ends, axis=0, return_index=True)[1]] if len(ways) else ways
    ways = np.concatenate([ways, _landings(graph, ways)])
    joints = np.unique(np.concatenate([network.edge_from[ways], network.edge_to[ways], network.exit_node]))
    positions, levels, pairs, count = [], [], [], 0
    number = np.full(len(network.node_position), -1, np.int64)
    for index, surface in enumerate(network.surfaces):
        here = joints[home[joints] == index]
        points, joined = _lattice(graph, index, network.node_position[here, :2], spacing_m)
        number[here] = count + np.arange(len(here))
        positions.append(np.column_stack([points, np.full(len(points), surface.floor_m)]))
        levels.append(np.full(len(points), rank[surface.level], np.int32))
        pairs.append(joined + count)
        count += len(points)
    position, level, edges = np.vstack(positions), np.concatenate(levels), np.vstack(pairs)
    length = np.hypot(*(position[edges[:, 1], :2] - position[edges[:, 0], :2]).T)
    inner, inner_level, climbs, climbed, turned = _climbs(graph, ways, number, level, count)
    edges = np.vstack([edges, climbs])
    return MatchingGraph(
        position=np.vstack([position, inner]),
        level=np.append(level, inner_level),
        edge_from=edges[:, 0].astype(np.int32),
        edge_to=edges[:, 1].astype(np.int32),
        length_m=np.append(length, climbed),
        oneway=np.append(np.zeros(len(length), np.bool_), turned),
        doubt_m2=_DOUBT_M2,
    )


def _landings(graph: "NavGraph", ways: Ints) -> Ints:
    """The steps from the floor to the ends of connectors that lie beside it: nothing on the floor sees those ends."""
    network = graph.network
    ends = np.unique(np.concatenate([network.edge_from[ways], network.edge_to[ways]]))
    beside = []
    for index in np.unique(network.node_surface[ends]).tolist():
        here = ends[network.node_surface[ends] == index]
        beside.append(here[~graph.floors.free(index).contains(network.node_position[here, :2])])
    loose = np.concatenate([np.empty(0, np.int64), *beside])
    level = network.node_surface[network.edge_from] == network.node_surface[network.edge_to]
    walked = (network.edge_mode == MODES.index(Mode.WALK)) & level
    return np.flatnonzero(walked & (np.isin(network.edge_from, loose) | np.isin(network.edge_to, loose)))


def _climbs(
    graph: "NavGraph", ways: Ints, number: Ints, level: NDArray[np.int32], count: int
) -> tuple[Floats, NDArray[np.int32], Ints, Floats, NDArray[np.bool_]]:
    """Ways between floors along their paths: inner nodes and their levels, edges, lengths, and which are one-way."""
    network = graph.network
    inner, levels, edges, lengths, oneway = [np.empty((0, 3))], [], [np.empty((0, 2), np.int64)], [], []
    for way in ways.tolist():
        ends = network.edge_from[way], network.edge_to[way]
        path = network.path[network.path_start[way] : network.path_start[way + 1]]
        line = np.vstack([network.node_position[ends[0]], path, network.node_position[ends[1]]])
        step = np.linalg.norm(np.diff(line, axis=0), axis=1)
        nodes = np.array([number[ends[0]], *range(count, count + len(path)), number[ends[1]]])
        later = np.cumsum(step)[:-1] > step.sum() / 2
        levels += np.where(later, level[nodes[-1]], level[nodes[0]]).tolist()
        count += len(path)
        inner.append(path)
        edges.append(np.stack([nodes[:-1], nodes[1:]], axis=1))
        whole = step.sum()
        lengths += (step * (network.edge_length_m[way] / whole) if whole > 0 else step).tolist()
        oneway += [bool(network.edge_oneway[way])] * len(step)
    return (
        np.vstack(inner),
        np.array(levels, np.int32),
        np.vstack(edges),
        np.array(lengths, np.float64),
        np.array(oneway, np.bool_),
    )


def _lattice(graph: "NavGraph", surface: int, joints: Floats, spacing_m: float) -> tuple[Floats, Ints]:
    """Points of a surface, joints first, and which of them are joined: (P, 2) metres, (E, 2)."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 - loads when it is needed

    space = graph.floors.free(surface)
    west, south, east, north = space.free.bounds
    x, y = np.meshgrid(np.arange(west, east + spacing_m, spacing_m), np.arange(south, north + spacing_m, spacing_m))
    regular = np.stack([x.ravel(), y.ravel()], axis=1)
    held = np.flatnonzero(space.contains(regular))
    doors = graph.floors.ways[surface].facts.centres
    doors = doors[space.contains(doors)] if len(doors) else doors
    special = np.vstack([joints, doors])
    points = np.vstack([special, regular[held]])
    of_cell = np.full(x.size, -1, np.int64)
    of_cell[held] = len(special) + np.arange(len(held))
    grid, (rows, columns) = of_cell.reshape(x.shape), x.shape
    pairs = []
    for right, up in _HALF:
        one = grid[max(0, -up) : rows - max(0, up), : columns - right]
        other = grid[max(0, up) : rows - max(0, -up), right:]
        both = (one >= 0) & (other >= 0)
        pairs.append(np.stack([one[both], other[both]], axis=1))
    if len(special):
        near = cKDTree(points).query_ball_point(special, _REACH * spacing_m)
        pairs += [np.array([[row, int(o)] for o in found if o != row and (o >= len(special) or o > row)]).reshape(-1, 2)
                  for row, found in enumerate(near)]  # fmt: skip
    joined = np.concatenate(pairs).astype(np.int64)
    apart = np.any(points[joined[:, 0]] != points[joined[:, 1]], axis=1)
    joined = joined[apart & space.sees_many(points[joined[:, 0]], points[joined[:, 1]])]
    return points, joined
