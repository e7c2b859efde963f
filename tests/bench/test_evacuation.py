"""Plans of generated buildings: how far from the optimum, and how long they take."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import ccrp, nearest_exit, optimal
from indoor3d.routing.evacuation.optimum import quickest

_PERSONS_M2 = 3.0


def generated(shared: Path, *size: int, **more: Any) -> tuple[DynamicNetwork, np.ndarray[Any, np.dtype[np.int64]]]:
    """A building of the bench generator and its people; 3 persons/m² of room."""
    spec = importlib.util.spec_from_file_location("evacgraph", shared / "bench" / "evacgraph.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    graph = module.building(*size, **more)
    room = np.maximum(graph["area"] * _PERSONS_M2, graph["occ"]).astype(np.float64)
    network = DynamicNetwork.of(
        graph["u"], graph["v"], time_s=graph["tt"], capacity_per_s=graph["cap"], storage=room, sinks=graph["exits"]
    )
    return network, graph["occ"].astype(np.int64)


@pytest.mark.benchmark(group="plan and proof, 1k nodes, 3k people")
def test_optimal_plan(benchmark: BenchmarkFixture, shared: Path) -> None:
    network, people = generated(shared, 1000, 10, 4, 3000, 4)
    proven = benchmark.pedantic(lambda: optimal(network, people, step_s=5.0), rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]
    benchmark.extra_info["plan over optimum"] = proven.plan.clearance_s / proven.optimum.clearance_s
    benchmark.extra_info["nearest exit over optimum"] = (
        nearest_exit(network, people, step_s=5.0).clearance_s / proven.optimum.clearance_s
    )
    assert proven.reached
    assert proven.optimum.certified


@pytest.mark.benchmark(group="plan and proof, 10k nodes, 20k people")
def test_plan_with_proof_of_a_large_building(benchmark: BenchmarkFixture, shared: Path) -> None:
    network, people = generated(shared, 10000, 20, 8, 20000, 8)
    ccrp(network, people // 100, step_s=5.0)

    def both() -> float:
        plan = ccrp(network, people, step_s=5.0)
        best = quickest(network, people, step_s=5.0)
        assert best.certified
        return plan.clearance_s / best.clearance_s

    benchmark.extra_info["plan over optimum"] = ratio = benchmark.pedantic(both, rounds=1)  # type: ignore[no-untyped-call]
    assert 1.0 <= ratio <= 1.05


@pytest.mark.benchmark(group="quick plan, 2k nodes, 50k people")
@pytest.mark.parametrize("exits", [4, 8])
def test_quick_plan_of_a_crowd(benchmark: BenchmarkFixture, shared: Path, exits: int) -> None:
    network, people = generated(shared, 2000, 10, exits, 50000, exits)
    plan = benchmark.pedantic(lambda: ccrp(network, people, step_s=5.0), rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]
    assert plan.cohort_persons.sum() == 50000
