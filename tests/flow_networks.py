"""Small flow networks by their passages: exact numbers that can be checked on paper."""

from collections.abc import Sequence

import numpy as np

from indoor3d.models.flow import BASES, NODE_KINDS, Basis, DynamicNetwork, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode


def named(dynamic: DynamicNetwork, elements: Sequence[str], *, modes: dict[str, Mode] | None = None) -> FlowNetwork:
    """Give arcs 2k and 2k + 1 of a network the name ``elements[k]``; nodes are ``n0``, ``n1`` … in spaces of their own, but for exits."""
    nodes, count, passages = dynamic.nodes, len(dynamic.arc_from), len(elements)
    sinks = set(dynamic.sinks.tolist())
    default = np.full(passages, BASES.index(Basis.DEFAULT), np.uint8)
    mode = [(modes or {}).get(element, Mode.WALK) for element in elements for _ in range(2)]
    return FlowNetwork(
        venue="paper",
        node_id=tuple(f"exit-{n}" if n in sinks else f"n{n}" for n in range(nodes)),
        node_kind=np.array(
            [NODE_KINDS.index(NodeKind.EXIT if n in sinks else NodeKind.CELL) for n in range(nodes)], np.uint8
        ),
        node_space=tuple("" if n in sinks else f"space-{n}" for n in range(nodes)),
        node_level=("g",) * nodes,
        node_position=np.zeros((nodes, 3)),
        node_area_m2=np.array([np.inf if n in sinks else 10.0 for n in range(nodes)]),
        arc_from=dynamic.arc_from,
        arc_to=dynamic.arc_to,
        arc_mode=np.array([MODES.index(m) for m in mode], np.uint8),
        arc_length_m=np.ones(count),
        arc_climb_m=np.zeros(count),
        arc_passage=np.repeat(np.arange(passages), 2).astype(np.int32),
        passage_element=tuple(elements),
        passage_width_m=np.ones(passages),
        passage_width_basis=default,
        passage_riser_m=np.zeros(passages),
        passage_tread_m=np.zeros(passages),
        passage_steps_basis=default,
        exit_node=dynamic.sinks,
        refuge_node=np.zeros(0, np.int32),
    )


def both_ways(
    passages: Sequence[tuple[int, int, float, float]], *, nodes: int, sinks: Sequence[int], storage: float = np.inf
) -> DynamicNetwork:
    """A network of passages (from, to, seconds, persons a second), each for both directions together."""
    return DynamicNetwork.of(
        np.array([end for a, b, _, _ in passages for end in (a, b)]),
        np.array([end for a, b, _, _ in passages for end in (b, a)]),
        time_s=np.repeat([time for _, _, time, _ in passages], 2),
        capacity_per_s=np.repeat([rate for *_, rate in passages], 2),
        storage=np.full(nodes, storage),
        sinks=np.array(sinks),
        passage=np.repeat(np.arange(len(passages)), 2),
    )
