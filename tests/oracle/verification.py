"""What the verification tests share: small networks, and a line for each check that ``tools/verification.py`` makes its table of."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.flow import NODE_KINDS, DynamicNetwork, FlowNetwork, NodeKind
from indoor3d.models.movement import CALIBRATIONS, Calibration
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.evacuation.simulate import Crowd, Run, World, simulate

SFPE = CALIBRATIONS["sfpe"]
INF = np.inf
Node = tuple[str, NodeKind, float]
Arc = tuple[int, int, Mode, float, float, int]
"""From, to, mode, length m, climb m, passage."""


def held(ident: str, *, source: str, setup: str, expected: str, got: str, tolerance: str, ok: bool) -> None:
    """Write the line down where asked to, and fail where it does not hold."""
    path = os.environ.get("INDOOR3D_VERIFICATION")
    if path:
        line = {"id": ident, "from": source, "setup": setup, "expected": expected, "got": got, "tolerance": tolerance}
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | {"ok": bool(ok)}, ensure_ascii=False) + "\n")
    assert ok, f"{ident}: expected {expected} ({tolerance}), got {got}"


def network(
    arcs: Sequence[tuple[int, int, float, float]],
    *,
    nodes: int,
    sinks: Sequence[int],
    storage: Sequence[float] | None = None,
    passage: Sequence[int] | None = None,
) -> DynamicNetwork:
    """From arcs of (from, to, seconds, persons a second)."""
    table = np.array(arcs, np.float64)
    return DynamicNetwork.of(
        table[:, 0].astype(np.int32),
        table[:, 1].astype(np.int32),
        time_s=table[:, 2],
        capacity_per_s=table[:, 3],
        storage=np.full(nodes, INF) if storage is None else np.array(storage, np.float64),
        sinks=np.array(sinks),
        passage=None if passage is None else np.array(passage),
    )


def floor(
    nodes: Sequence[Node], arcs: Sequence[Arc], passages: Sequence[tuple[float, float, float]] = ()
) -> FlowNetwork:
    """A flow network by hand; each node is a space of its own; passages are (clear width, riser, tread)."""
    kinds = [k for _, k, _ in nodes]
    made = np.array(passages, np.float64).reshape(-1, 3)
    none = np.zeros(len(passages), np.uint8)
    return FlowNetwork(
        venue="test",
        node_id=tuple(n for n, _, _ in nodes),
        node_kind=np.array([NODE_KINDS.index(k) for k in kinds], np.uint8),
        node_space=tuple("" if k in {NodeKind.EXIT, NodeKind.SAFE} else n for n, k, _ in nodes),
        node_level=("1F",) * len(nodes),
        node_position=np.zeros((len(nodes), 3)),
        node_area_m2=np.array([a for _, _, a in nodes], np.float64),
        arc_from=np.array([a[0] for a in arcs], np.int32),
        arc_to=np.array([a[1] for a in arcs], np.int32),
        arc_mode=np.array([MODES.index(a[2]) for a in arcs], np.uint8),
        arc_length_m=np.array([a[3] for a in arcs], np.float64),
        arc_climb_m=np.array([a[4] for a in arcs], np.float64),
        arc_passage=np.array([a[5] for a in arcs], np.int32),
        passage_element=tuple(f"passage-{n}" for n in range(len(passages))),
        passage_width_m=made[:, 0],
        passage_width_basis=none,
        passage_riser_m=made[:, 1],
        passage_tread_m=made[:, 2],
        passage_steps_basis=none,
        exit_node=np.array([i for i, k in enumerate(kinds) if k in {NodeKind.EXIT, NodeKind.SAFE}], np.int32),
        refuge_node=np.array([i for i, k in enumerate(kinds) if k is NodeKind.REFUGE], np.int32),
    )


def go(
    net: DynamicNetwork,
    crowd: Crowd | Sequence[int] | NDArray[np.int64],
    *,
    step_s: float = 0.5,
    calibration: Calibration = SFPE,
    world: World | None = None,
    limit_s: float = 7200.0,
    record: tuple[float, bool] = (0.0, False),
) -> Run:
    """Run a crowd, or so many at each node, to the nearest exit."""
    people = crowd if isinstance(crowd, Crowd) else Crowd.of(np.asarray(crowd))
    return simulate(net, people, calibration=calibration, step_s=step_s, world=world, limit_s=limit_s, record=record)


def door(width_m: float, *, flow: float = 1.33, boundary_m: float = 0.15) -> float:
    """Persons a second through a door, by hand."""
    return flow * (width_m - 2 * boundary_m)
