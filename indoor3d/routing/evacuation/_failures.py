"""What can fail in a flow network, and what is left of the ways out then."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.criticality import Stranded
from indoor3d.models.flow import NODE_KINDS, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.evacuation.timed import NEVER, Timed

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_GATES = {MODES.index(Mode.FARE_GATE), MODES.index(Mode.EXIT_GATE)}
_FLOOR = {MODES.index(Mode.WALK)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """An element that may fail, and the arcs that go with it."""

    element: str
    kind: str
    arcs: Flags


def failures(network: FlowNetwork) -> tuple[Failure, ...]:
    """Everything in a flow network that can fail alone: openings, gates and connectors, then exits and points of safety, by id.

    An exit that no arc leads to is left out.
    """
    found = []
    modes: dict[str, set[int]] = {element: set() for element in network.passage_element}
    some = network.arc_passage >= 0
    for passage, mode in set(zip(network.arc_passage[some].tolist(), network.arc_mode[some].tolist(), strict=True)):
        modes[network.passage_element[passage]].add(mode)
    for element in sorted(modes):
        kind = "opening"
        if modes[element] & _GATES:
            kind = "gate"
        elif modes[element] - _FLOOR:
            kind = "connector"
        found.append(Failure(element=element, kind=kind, arcs=_arcs_of(network, element)))
    for node in sorted(network.exit_node.tolist(), key=lambda n: network.node_id[n]):
        arcs = network.arc_to == node
        if arcs.any():
            safe = network.node_kind[node] == NODE_KINDS.index(NodeKind.SAFE)
            found.append(Failure(element=network.node_id[node], kind="safe" if safe else "exit", arcs=arcs))
    return tuple(found)


def _arcs_of(network: FlowNetwork, element: str) -> Flags:
    """Arcs through a passage, or into an exit."""
    own = [passage for passage, name in enumerate(network.passage_element) if name == element]
    sinks = [node for node in network.exit_node.tolist() if network.node_id[node] == element]
    return np.isin(network.arc_passage, own) | np.isin(network.arc_to, sinks)


def closed_arcs(network: FlowNetwork, elements: Collection[str]) -> Flags:
    """(M,) arcs that closed openings, connectors and exits take away.

    Raises
    ------
    UnknownElement
        The network has no such passage or exit.
    """
    found = np.zeros(len(network.arc_from), np.bool_)
    known = {*network.passage_element, *(network.node_id[node] for node in network.exit_node.tolist())}
    for element in sorted(elements):
        if element not in known:
            raise UnknownElement(
                f"Venue {network.venue} has no opening, connector or exit {element[:64]!r} that people could pass.",
                ko=f"장소 {network.venue}에 지나갈 수 있는 출입구·연결 통로·출구 {element[:64]!r}이(가) 없습니다.",
                element=element[:64],
            )
        found |= _arcs_of(network, element)
    return found


def whole(occupants: NDArray[np.integer], nodes: int) -> Integers:
    rows = np.asarray(occupants)
    if rows.shape != (nodes,) or not np.issubdtype(rows.dtype, np.integer) or (len(rows) and rows.min() < 0):
        raise InvalidInput(
            "occupants must be whole persons of each node",
            ko="재실자는 노드마다의 사람 수(0 이상의 정수)여야 합니다",
        )
    return rows.astype(np.int64)


def stranded_at(network: FlowNetwork, persons: Integers) -> tuple[Stranded, ...]:
    """Persons at nodes (N,) as persons of spaces, most first."""
    held: dict[tuple[str, str], int] = {}
    for node in np.flatnonzero(persons).tolist():
        where = (network.node_space[node], network.node_level[node])
        held[where] = held.get(where, 0) + int(persons[node])
    return ranked(held)


def ranked(held: Mapping[tuple[str, str], int]) -> tuple[Stranded, ...]:
    found = [Stranded(space=space, level=level, persons=count) for (space, level), count in held.items()]
    return tuple(sorted(found, key=lambda row: (-row.persons, row.space, row.level)))


def live_arcs(net: Timed) -> Flags:
    """(M,) arcs between where somebody can come to and where an exit can be reached from."""
    found: Flags = (net.last >= 0) & (net.earliest()[net.tail] < NEVER) & (net.latest(NEVER)[net.head] >= 0)
    return found


def simple_arcs(net: Timed) -> Flags:
    """(M,) arcs without which no way out is lost that passes no place twice: all of these, and maybe some more.

    An arc on a simple way from a start to an exit is on a cycle with a place joined to all starts and all exits, so it is in a biconnected part
    with that place.
    """
    from indoor3d.routing.evacuation import _criticality_kernels as kernels  # noqa: PLC0415 - compiles

    live = live_arcs(net)
    outside = len(net.room)
    ends = np.unique(np.concatenate([net.node[net.units > 0], np.flatnonzero(net.sink)]))
    tail = np.concatenate([net.tail[live], ends])
    head = np.concatenate([net.head[live], np.full(len(ends), outside, np.int64)])
    part = kernels.parts_outside(tail, head, outside + 1, outside)
    found: Flags = live & (part[net.tail] >= 0) & (part[net.tail] == part[net.head])
    return found
