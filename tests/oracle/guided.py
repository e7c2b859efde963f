"""Generated buildings, and crowds in them who follow one guidance or another."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.routing.evacuation.ccrp import Plan, first_come
from indoor3d.routing.evacuation.optimum import lower_bound, quickest
from indoor3d.routing.evacuation.rehearsal import Rehearsed, fixed_signs, timed_guidance
from indoor3d.routing.evacuation.simulate import Crowd, Run, Splits, simulate

PERSONS_M2 = 3.0
"""Room, as in the generator."""
WINDOW_S, DWELL_S = 30.0, 60.0

Case = tuple[DynamicNetwork, NDArray[np.int64]]


def generated(shared: Path, *size: int, seed: int = 3, jitter: float = 0.0) -> Case:
    """A building of the bench generator (nodes, floors, stairs, persons, exits) and its people; lengths jittered by a share."""
    spec = importlib.util.spec_from_file_location("evacgraph", shared / "bench" / "evacgraph.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(shared / "bench" / "evacgraph.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    graph = module.building(*size, seed=seed)
    time_s = graph["tt"] * np.random.default_rng(seed).uniform(1 - jitter, 1 + jitter, len(graph["tt"]))
    room = np.maximum(graph["area"] * PERSONS_M2, graph["occ"]).astype(np.float64)
    network = DynamicNetwork.of(
        graph["u"], graph["v"], time_s=time_s, capacity_per_s=graph["cap"], storage=room, sinks=graph["exits"]
    )
    return network, graph["occ"].astype(np.int64)


def buildings(shared: Path) -> Iterator[Case]:
    """The 24 buildings that plans are held to the optimum on."""
    for seed in range(24):
        rng = np.random.default_rng(seed)
        size = [int(rng.integers(*limits)) for limits in ((100, 400), (2, 8), (2, 4), (200, 2000), (1, 4))]
        yield generated(shared, *size, seed=seed, jitter=0.15)


def play(network: DynamicNetwork, crowd: Crowd, routes: Plan | Splits | None) -> Run:
    """Simulate a crowd in steps of a second."""
    noted = crowd.route.max(initial=-1) < 0
    return simulate(network, crowd, calibration=CALIBRATIONS["sfpe"], step_s=1.0, routes=routes, record=(0.0, noted))


@dataclass(frozen=True, kw_only=True)
class Told:
    """One building, and what became of its people: by the plan, to the nearest exit, by signs that stay, by shares and signs that change."""

    network: DynamicNetwork
    people: NDArray[np.int64]
    bound_s: float
    optimum_s: float
    plan: Plan
    planned: Run
    nearest: Run
    fixed: Rehearsed
    shares: Rehearsed
    signs: Rehearsed

    @classmethod
    def of(cls, network: DynamicNetwork, people: NDArray[np.int64]) -> "Told":
        """Plan, prove, rehearse."""
        plan = first_come(network, people, step_s=1.0)
        crowd = Crowd.of(people)
        run = partial(play, network, crowd)
        fixed = fixed_signs(plan, run)
        timed = partial(
            timed_guidance, plan, crowd, run, window_s=WINDOW_S, min_dwell_s=DWELL_S, first=[fixed.guidance]
        )
        return cls(
            network=network,
            people=people,
            bound_s=lower_bound(network, people, step_s=1.0),
            optimum_s=quickest(network, people, step_s=1.0, start_from=plan.clearance_steps).clearance_s,
            plan=plan,
            planned=play(network, Crowd.following(plan), plan),
            nearest=play(network, crowd, None),
            fixed=fixed,
            shares=timed(follow="shares"),
            signs=timed(follow="signs"),
        )

    def ratio(self, what: str) -> float:
        """Clearance of one of them, times the optimum."""
        found = getattr(self, what)
        run = found.run if isinstance(found, Rehearsed) else found
        return float(run.clearance_s / self.optimum_s)
