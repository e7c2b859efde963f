"""Matching on the bench graph of 2,000 nodes: how often it is the true edge or one beside it, and how long it takes."""

import importlib.util
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from indoor3d.routing.matching import Fix, MatchingGraph, OnlineMatcher, smooth

Track = tuple[list[int], list[Fix]]
SIGMA_M, WRONG = 3.0, 0.1
_FLOOR_M = 4.0


def _graph(shared: Path, spacing: float) -> MatchingGraph:
    spec = importlib.util.spec_from_file_location("indoorgraph", shared / "bench" / "indoorgraph.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: dict[str, Any] = module.make(2000, spacing=spacing)
    return MatchingGraph(
        position=made["xyz"].astype(np.float64),
        level=np.rint(made["xyz"][:, 2] / _FLOOR_M).astype(np.int32),
        edge_from=made["u"].astype(np.int32),
        edge_to=made["v"].astype(np.int32),
        length_m=made["w"],
    )


def _tracks(graph: MatchingGraph, count: int, *, lasting: bool) -> list[Track]:
    rng = np.random.default_rng(17)
    net = nx.Graph()
    for row, (a, b) in enumerate(zip(graph.edge_from.tolist(), graph.edge_to.tolist(), strict=True)):
        net.add_edge(a, b, row=row, length=float(graph.length_m[row]))
    found: list[Track] = []
    while len(found) < count:
        a, b = rng.integers(len(graph.position), size=2).tolist()
        path = nx.dijkstra_path(net, a, b, weight="length")
        if 60 <= nx.path_weight(net, path, "length") <= 300:
            found.append(_track(graph, net, path, rng, lasting=lasting))
    return found


def _track(graph: MatchingGraph, net: Any, path: list[int], rng: np.random.Generator, *, lasting: bool) -> Track:
    along = np.cumsum([0.0] + [net[a][b]["length"] for a, b in pairwise(path)])
    rows = np.array([net[a][b]["row"] for a, b in pairwise(path)])
    at_s = np.arange(0.0, along[-1], rng.uniform(1.0, 1.5))
    leg = np.searchsorted(along, at_s, side="right") - 1
    xyz = np.column_stack([np.interp(at_s, along, graph.position[path, k]) for k in range(3)])
    error = rng.normal(0, SIGMA_M, (len(at_s), 2))
    off = rng.choice([-1, 1], len(at_s)) * (rng.random(len(at_s)) < WRONG)
    if lasting:
        for k in range(1, len(at_s)):
            error[k] = 0.9 * error[k - 1] + math.sqrt(0.19) * error[k]
            off[k] = off[k - 1] if rng.random() < 0.9 else off[k]
    level = np.clip(np.rint(xyz[:, 2] / _FLOOR_M).astype(int) + off, 0, graph.level.max())
    fixes = [
        Fix(time_s=float(k), x_m=x, y_m=y, level=int(level[k]), sigma_m=SIGMA_M)
        for k, (x, y) in enumerate((xyz[:, :2] + error).tolist())
    ]
    return rows[leg].tolist(), fixes


def _right(graph: MatchingGraph, edges: list[int], true: list[int]) -> float:
    start, rows = graph.neighbours
    return float(np.mean([e == t or t in rows[start[e] : start[e + 1]] for e, t in zip(edges, true, strict=True)]))


def _nearest(graph: MatchingGraph, fixes: list[tuple[float, float]], levels: list[int]) -> NDArray[np.int64]:
    """The edge nearest to each fix (K, 2) among those of its measured level: what matching is compared with."""
    at, level = np.asarray(fixes, np.float64), np.asarray(levels)
    a, b = graph.position[graph.edge_from, :2], graph.position[graph.edge_to, :2]
    way = b - a
    along = np.einsum("kej,ej->ke", at[:, None] - a, way) / np.maximum(np.einsum("ej,ej->e", way, way), 1e-12)
    away = np.hypot(*np.moveaxis(at[:, None] - (a + way * np.clip(along, 0, 1)[..., None]), 2, 0))
    here = (graph.level[graph.edge_from] == level[:, None]) | (graph.level[graph.edge_to] == level[:, None])
    found: NDArray[np.int64] = np.argmin(np.where(here, away, away + 1e6), axis=1)
    return found


@pytest.mark.parametrize(
    ("spacing", "lasting", "offline", "online"),
    [(4.0, False, 0.95, 0.88), (8.0, False, 0.98, 0.95), (8.0, True, 0.95, 0.85)],
)
def test_share_of_right_edges(
    benchmark: BenchmarkFixture, shared: Path, spacing: float, *, lasting: bool, offline: float, online: float
) -> None:
    graph = _graph(shared, spacing)
    tracks = _tracks(graph, 25, lasting=lasting)
    smooth(graph, tracks[0][1][:3])
    true = [edge for edges, _ in tracks for edge in edges]
    whole = benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: [m.edge for _, fixes in tracks for m in smooth(graph, fixes)], rounds=1
    )
    followed = [m.edge for _, fixes in tracks for matcher in [OnlineMatcher(graph)] for m in map(matcher.update, fixes)]
    every = [fix for _, fixes in tracks for fix in fixes]
    nearest = _nearest(graph, [(f.x_m, f.y_m) for f in every], [f.level or 0 for f in every]).tolist()
    shares = {"nearest": nearest, "online": followed, "offline": whole}
    found = {name: _right(graph, edges, true) for name, edges in shares.items()}
    benchmark.extra_info |= {**found, "fixes": len(every)}
    assert found["offline"] >= offline
    assert found["online"] >= online
    assert found["offline"] > found["nearest"]
