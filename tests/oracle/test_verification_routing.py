"""Rows E1, E2 and E7 of the verification suite: the way to the nearest exit on a flow network."""

import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from indoor3d.models.flow import DynamicNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.evacuation.dynamic import dynamic
from indoor3d.routing.evacuation.simulate import REFUGE, STRANDED, Kind, World, exit_times
from tests.oracle.verification import INF, SFPE, floor, go, held, network


def building(shared: Path, *args: int, **more: Any) -> tuple[DynamicNetwork, np.ndarray[Any, Any]]:
    """A generated building and the people in it."""
    sys.path.insert(0, str(shared / "bench"))
    try:
        import evacgraph  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - lies outside of the project
    finally:
        sys.path.pop(0)
    made = evacgraph.building(*args, **more)
    storage = np.maximum(made["area"] * 3.0, made["occ"])
    storage[made["exits"]] = INF
    net = DynamicNetwork.of(
        made["u"], made["v"], time_s=made["tt"], capacity_per_s=made["cap"], storage=storage, sinks=made["exits"]
    )
    return net, made["occ"]


@pytest.mark.parametrize(("nodes", "floors"), [(1000, 10), (2000, 20), (10_000, 20)])
def test_e1_the_tree_of_exits(shared: Path, nodes: int, floors: int) -> None:
    net, _ = building(shared, nodes, floors, 4, 3000, 4)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(net.nodes))
    for tail, head, seconds in zip(net.arc_from.tolist(), net.arc_to.tolist(), net.time_s.tolist(), strict=True):
        if not graph.has_edge(head, tail) or graph[head][tail]["weight"] > seconds:
            graph.add_edge(head, tail, weight=seconds)
    reached = nx.multi_source_dijkstra_path_length(graph, set(net.sinks.tolist()))
    oracle = np.array([reached.get(n, INF) for n in range(net.nodes)])
    mine = exit_times(net)
    off = float(np.abs(mine[np.isfinite(oracle)] - oracle[np.isfinite(oracle)]).max())
    same = bool((np.isfinite(mine) == np.isfinite(oracle)).all())
    held(
        "E1", source="networkx", setup=f"generated building of {net.nodes} nodes", expected="multi_source_dijkstra on every node", got=f"off by {off:g} s",
        tolerance="0.0", ok=same and off == 0.0,
    )  # fmt: skip


def test_e2_a_wheelchair_uses_no_stairs() -> None:
    cell, mouth, way_out = NodeKind.CELL, NodeKind.MOUTH, NodeKind.EXIT
    made = floor(
        [
            ("platform", cell, 200),
            ("refuge", NodeKind.REFUGE, 10),
            ("island", cell, 50),
            ("hall", mouth, 100),
            ("out", way_out, INF),
        ],
        [
            (0, 3, Mode.STAIRS, 10, 5.4, 0),
            (0, 3, Mode.ESCALATOR, 10, 5.4, 1),
            (0, 1, Mode.WALK, 15, 0, -1),
            (1, 0, Mode.WALK, 15, 0, -1),
            (2, 3, Mode.STAIRS, 10, 5.4, 2),
            (3, 4, Mode.WALK, 5, 0, -1),
        ],
        [(1.8, 0.18, 0.28), (1.0, 0.2, 0.4), (1.8, 0.18, 0.28)],
    )
    walk, wheels = dynamic(made, SFPE), dynamic(made, SFPE, mobility="wheelchair")
    world = World(kinds=(Kind(time_s=wheels.time_s, to_refuge=True),), refuges=made.refuge_node)
    run = go(walk, [3, 0, 2, 1, 0], world=world, limit_s=600)
    stepped = np.isin(made.arc_mode, [MODES.index(Mode.STAIRS), MODES.index(Mode.ESCALATOR)])
    used = float(run.entered[stepped].sum())
    ok = (
        used == 0
        and (run.state[:3] == REFUGE).all()
        and (run.node[:3] == 1).all()
        and (run.state[3:5] == STRANDED).all()
        and np.isfinite(run.exit_time_s[5])
    )
    held(
        "E2", source="own", setup="wheelchair users below, on an island, and on the level of the exit", expected="no stairs; refuge; cut off; out",
        got=f"{used:.0f} on stairs, {int((run.state == REFUGE).sum())} in the refuge, {int((run.state == STRANDED).sum())} cut off, {run.count('out')} out",
        tolerance="exact", ok=bool(ok),
    )  # fmt: skip


def test_e7_ties_are_a_named_choice(shared: Path) -> None:
    arcs = [(0, 1, 5.0, 1.0), (0, 2, 5.0, 1.0), (1, 3, 5.0, 1.0), (2, 3, 5.0, 1.0)]
    net = network(arcs, nodes=4, sinks=[3])
    shared_ways, first = (go(net, [101, 0, 0, 0], world=World(ties=t)) for t in ("share", "first"))
    again = go(net, [101, 0, 0, 0], world=World(ties="share"))
    large, people = building(shared, 1000, 10, 4, 3000, 4)
    one, two = (go(large, people, world=World(ties=t), step_s=1.0) for t in ("share", "first"))
    ok = (
        shared_ways.entered[:2].tolist() == [51, 50]
        and first.entered[:2].tolist() == [101, 0]
        and again.exit_time_s.tobytes() == shared_ways.exit_time_s.tobytes()
        and one.complete
        and two.complete
    )
    held(
        "E7", source="jupedsim-network alternates ties", setup="two ways as long; generated building of 1,004 nodes, 3,000 persons",
        expected="shared 51/50, or all by the first; same bytes", got=f"{shared_ways.entered[:2]}, {first.entered[:2]}; {one.clearance_s:.0f} s shared, "
        f"{two.clearance_s:.0f} s first", tolerance="exact", ok=bool(ok),
    )  # fmt: skip
