"""A flow network by spaces: one node for every space and every flight, as coarse egress models have it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from indoor3d.models.flow import BASES, NODE_KINDS, Basis, DynamicNetwork, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode

Floats = NDArray[np.float64]

_SINKS = frozenset({NODE_KINDS.index(NodeKind.EXIT), NODE_KINDS.index(NodeKind.SAFE)})
_STEPPED = frozenset({MODES.index(Mode.STAIRS), MODES.index(Mode.ESCALATOR)})
_WALK, _STAIRS = MODES.index(Mode.WALK), MODES.index(Mode.STAIRS)
_LEAST_M = 1e-3
"""A csr matrix takes 0 for no arc: places that coincide are this far apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rooms:
    """A flow network by spaces.

    Parameters
    ----------
    network : FlowNetwork
    node : (N,) int64
        Which of its nodes each node of the finer network is part of.
    dynamic : DynamicNetwork or None
        With the capacities and closings of the finer one, and storage without limit.
    """

    network: FlowNetwork
    node: NDArray[np.int64]
    dynamic: DynamicNetwork | None

    def persons(self, fine: NDArray[np.int64]) -> NDArray[np.int64]:
        """People of the finer network's nodes, (N,), by the nodes of this one."""
        found = np.zeros(len(self.network.node_id), np.int64)
        np.add.at(found, self.node, fine)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A way from one room into another: the arcs through one passage, and how far one walks to it in the room."""

    source: int
    target: int
    passage: int
    walk_m: float
    arc: int


def rooms_of(network: FlowNetwork, dynamic: DynamicNetwork | None = None) -> Rooms:
    """Join the nodes of every space.

    What is walked in a room to a passage is the longest way to it from anywhere in the room, for everybody: never too short. Lanes of one opening become one,
    and both ways through it are as long as the longer.
    Stairs and escalators become rooms of their own, one for each direction, as large as they are wide and long.

    Parameters
    ----------
    network : FlowNetwork
        Nodes without a space, and sinks, stay as they are.
    dynamic : DynamicNetwork, optional
        The same network under a calibration.
    """
    names = [
        name if int(kind) in _SINKS or not space else space
        for name, kind, space in zip(network.node_id, network.node_kind, network.node_space, strict=True)
    ]
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    node = np.array([order[name] for name in names], np.int64)
    ways = _ways(network, node)
    return _built(network, dynamic, list(order), node, ways)


def _ways(network: FlowNetwork, node: NDArray[np.int64]) -> list[_Way]:
    crossing: dict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    for arc in np.flatnonzero(node[network.arc_from] != node[network.arc_to]).tolist():
        one, other = int(node[network.arc_from[arc]]), int(node[network.arc_to[arc]])
        if int(network.node_kind[network.arc_from[arc]]) not in _SINKS:
            crossing[int(network.arc_passage[arc]), one, other, int(network.arc_mode[arc])].append(arc)
    tails = sorted({int(network.arc_from[arc]) for arcs in crossing.values() for arc in arcs})
    row = {tail: number for number, tail in enumerate(tails)}
    far = _distances(network, tails)
    members: dict[int, list[int]] = defaultdict(list)
    for fine, room in enumerate(node.tolist()):
        members[room].append(fine)
    found = []
    for (passage, one, other, mode), arcs in sorted(crossing.items()):
        # stairs are walked on the stairs; what else leads through is part of the way in the room
        beyond = [0.0 if mode in _STEPPED else float(network.arc_length_m[arc]) for arc in arcs]
        each = np.min(
            [far[row[int(network.arc_from[a])], members[one]] + b for a, b in zip(arcs, beyond, strict=True)], axis=0
        )
        found.append(
            _Way(
                source=one,
                target=other,
                passage=passage,
                walk_m=float(each[np.isfinite(each)].max()),
                arc=max(arcs, key=lambda a: float(network.arc_length_m[a])),
            )
        )
    return found


def _distances(network: FlowNetwork, tails: Sequence[int]) -> Floats:
    """(K, N) metres on open floor from every node to the tails."""
    count = len(network.node_id)
    floor = np.flatnonzero(network.arc_passage < 0)
    length = np.maximum(network.arc_length_m[floor], _LEAST_M)
    back = csr_matrix((length, (network.arc_to[floor], network.arc_from[floor])), shape=(count, count))
    return np.asarray(dijkstra(back, indices=list(tails)), np.float64).reshape(len(tails), count)


@dataclass(slots=True)
class _Columns:
    """Nodes, arcs and passages of the coarser network while it is made."""

    names: list[str]
    kind: list[int]
    space: list[str]
    level: list[str]
    position: list[tuple[float, float, float]]
    area: list[float]
    arcs: list[tuple[int, int, int, float, float, int, int]]
    """From, to, mode, metres, climb, passage, and the finer arc."""
    passages: list[tuple[str, float, int, float, float, int]]
    """Element, width, its basis, riser, tread, their basis."""


def _built(
    network: FlowNetwork,
    dynamic: DynamicNetwork | None,
    names: list[str],
    node: NDArray[np.int64],
    ways: Sequence[_Way],
) -> Rooms:
    columns = _nodes(network, names, node)
    numbers: dict[tuple[int, frozenset[int]], int] = {}
    both: dict[tuple[int, frozenset[int]], float] = defaultdict(float)
    for way in ways:  # both ways through one opening share its width: the longer walk counts for both
        key = way.passage, frozenset((way.source, way.target))
        both[key] = max(both[key], round(way.walk_m, 3))
    for way in ways:
        if int(network.arc_mode[way.arc]) in _STEPPED and way.passage >= 0:
            _add_flight(columns, network, way)
            continue
        passage = -1
        key = way.passage, frozenset((way.source, way.target))
        if way.passage >= 0:
            if key not in numbers:
                numbers[key] = len(columns.passages)
                columns.passages.append(_passage(network, way.passage, stepped=False))
            passage = numbers[key]
        climb = float(network.arc_climb_m[way.arc])
        mode = int(network.arc_mode[way.arc])
        columns.arcs.append((way.source, way.target, mode, both[key], climb, passage, way.arc))
    return Rooms(network=_columns(network, columns), node=node, dynamic=_dynamic(dynamic, columns))


def _nodes(network: FlowNetwork, names: list[str], node: NDArray[np.int64]) -> _Columns:
    count = len(names)
    area = np.zeros(count)
    np.add.at(area, node, network.node_area_m2)
    first = [int(np.flatnonzero(node == number)[0]) for number in range(count)]
    size = np.bincount(node, minlength=count)[:, None]
    position = np.zeros((count, 3))
    np.add.at(position, node, network.node_position)
    cell = NODE_KINDS.index(NodeKind.CELL)
    return _Columns(
        names=list(names),
        kind=[int(network.node_kind[f]) if int(network.node_kind[f]) in _SINKS else cell for f in first],
        space=[network.node_space[f] for f in first],
        level=[network.node_level[f] for f in first],
        position=[(float(x), float(y), float(z)) for x, y, z in position / size],
        area=area.tolist(),
        arcs=[],
        passages=[],
    )


def _passage(network: FlowNetwork, passage: int, *, stepped: bool) -> tuple[str, float, int, float, float, int]:
    return (
        network.passage_element[passage],
        float(network.passage_width_m[passage]),
        int(network.passage_width_basis[passage]),
        float(network.passage_riser_m[passage]) if stepped else 0.0,
        float(network.passage_tread_m[passage]) if stepped else 0.0,
        int(network.passage_steps_basis[passage]) if stepped else BASES.index(Basis.DECLARED),
    )


def _add_flight(columns: _Columns, network: FlowNetwork, way: _Way) -> None:
    """A flight from one room to another: a node, the way on to it and the way off it."""
    length, width = float(network.arc_length_m[way.arc]), float(network.passage_width_m[way.passage])
    flight = len(columns.names)
    element = network.passage_element[way.passage]
    columns.names.append(f"{element}:{columns.names[way.source]}>{columns.names[way.target]}")
    columns.kind.append(NODE_KINDS.index(NodeKind.CELL))
    columns.space.append("")
    columns.level.append(columns.level[way.source])
    columns.position.append(columns.position[way.source])
    columns.area.append(width * length)
    on, off = len(columns.passages), len(columns.passages) + 1
    columns.passages += [
        _passage(network, way.passage, stepped=False),
        _passage(network, way.passage, stepped=True),
    ]
    climb = float(network.arc_climb_m[way.arc])
    columns.arcs.append((way.source, flight, _WALK, round(way.walk_m, 3), 0.0, on, way.arc))
    columns.arcs.append((flight, way.target, _STAIRS, length, climb, off, way.arc))


def _columns(network: FlowNetwork, made: _Columns) -> FlowNetwork:
    made.arcs.sort()
    tail, head, mode, length, climb, passage, _ = [list(c) for c in zip(*made.arcs, strict=True)] or [[]] * 7
    element, width, width_basis, riser, tread, steps_basis = [list(c) for c in zip(*made.passages, strict=True)] or [
        []
    ] * 6
    kind = np.array(made.kind, np.uint8)
    return FlowNetwork(
        venue=network.venue,
        node_id=tuple(made.names),
        node_kind=kind,
        node_space=tuple(made.space),
        node_level=tuple(made.level),
        node_position=np.array(made.position).reshape(-1, 3),
        node_area_m2=np.array(made.area, np.float64),
        arc_from=np.array(tail, np.int32),
        arc_to=np.array(head, np.int32),
        arc_mode=np.array(mode, np.uint8),
        arc_length_m=np.array(length, np.float64),
        arc_climb_m=np.array(climb, np.float64),
        arc_passage=np.array(passage, np.int32),
        passage_element=tuple(element),
        passage_width_m=np.array(width, np.float64),
        passage_width_basis=np.array(width_basis, np.uint8),
        passage_riser_m=np.array(riser, np.float64),
        passage_tread_m=np.array(tread, np.float64),
        passage_steps_basis=np.array(steps_basis, np.uint8),
        exit_node=np.flatnonzero(np.isin(kind, list(_SINKS))).astype(np.int32),
        refuge_node=np.zeros(0, np.int32),
    )


def _dynamic(dynamic: DynamicNetwork | None, made: _Columns) -> DynamicNetwork | None:
    """Capacities and closings of the finer network's arcs."""
    if dynamic is None:
        return None
    fine = np.array([arc[6] for arc in made.arcs], np.int64)
    area = np.array(made.area, np.float64)
    return DynamicNetwork(
        arc_from=np.array([arc[0] for arc in made.arcs], np.int32),
        arc_to=np.array([arc[1] for arc in made.arcs], np.int32),
        time_s=dynamic.time_s[fine],
        capacity_per_s=dynamic.capacity_per_s[fine],
        passage=np.array([arc[5] for arc in made.arcs], np.int32),
        storage=np.full(len(area), np.inf),
        sinks=np.flatnonzero(np.isin(made.kind, list(_SINKS))).astype(np.int32),
        open_from_s=dynamic.open_from_s[fine],
        closed_from_s=dynamic.closed_from_s[fine],
    )
