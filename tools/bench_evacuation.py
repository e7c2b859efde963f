"""Evacuation: how long plans, proofs, simulations and questions take, and how far crowds that are guided come from the optimum.

A table for the page of benchmarks. Seconds are of the processor: nothing here has a second thread, and the machine does other things, too.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from indoor3d.models.movement import CALIBRATIONS  # noqa: E402 - the checkout's own
from indoor3d.models.scenario_form import read_text  # noqa: E402
from indoor3d.routing.evacuation.ccrp import ccrp, nearest_exit, optimal  # noqa: E402
from indoor3d.routing.evacuation.earliest import escape_in_time  # noqa: E402
from indoor3d.routing.evacuation.optimum import quickest  # noqa: E402
from indoor3d.routing.evacuation.simulate import Crowd, simulate  # noqa: E402
from indoor3d.routing.evacuation.weakest import weakest  # noqa: E402
from indoor3d.routing.place import find_place  # noqa: E402
from tests.oracle.guided import Told, buildings, generated  # noqa: E402
from tools.bench_engine import clock  # noqa: E402

SHARED = Path(os.environ.get("INDOOR3D_SHARED", ROOT.parent / "shared"))
SCENARIOS = ROOT / "assets" / "scenarios"
STATIONS = ("city-hall", "jongno-3-ga", "express-bus-terminal")
STEP_S = 5.0
ROUNDS = 3
ESCAPES = 40
EVACUATION_WORDS = (
    "Generated buildings (floors of rooms on corridors, stairs, exits) in steps of 5 s, and the pilot stations with their worked scenarios. Seconds",
    "are of the processor; what is compiled or loaded once is so before. The proof is a minimum cut at one step less than the optimum. Guided crowds are",
    "simulated person by person in steps of a second over 24 buildings, against the optimum in the same steps: to the nearest exit, as nobody",
    "guided does; by the plan's routes; by signs that always show one direction; by shares, and by signs, in windows of 30 s, signs lasting 60 s at least.",
)


def _row(what: str, seconds: float, bar_s: float, told: str) -> str:
    verdict = "held" if seconds <= bar_s else "missed"
    shown = f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.2f} ms"
    limit = f"{bar_s:g} s" if bar_s >= 0.1 else f"{1000 * bar_s:g} ms"
    line = f"| {what} | **{shown}** | ≤ {limit} | {verdict} | {told} |"
    print(line, flush=True)  # noqa: T201 - whoever runs a benchmark watches it
    return line


def _timed(function: Callable[[], Any], *, rounds: int = ROUNDS) -> tuple[float, Any]:
    """Median seconds, and the last answer."""
    kept: list[Any] = []
    spent = [clock(lambda: kept.append(function())) for _ in range(rounds)]
    return statistics.median(spent), kept[-1]


def _warm() -> None:
    """Load the compiled parts: on a small building, everything that is measured."""
    network, people = generated(SHARED, 100, 2, 2, 200, 2)
    plan = optimal(network, people, step_s=STEP_S).plan
    nearest_exit(network, people, step_s=STEP_S)
    simulate(network, Crowd.following(plan), calibration=CALIBRATIONS["sfpe"], step_s=STEP_S, routes=plan)
    simulate(network, Crowd.of(people), calibration=CALIBRATIONS["sfpe"], step_s=0.5)


def _proven() -> str:
    network, people = generated(SHARED, 1000, 10, 4, 3000, 4)
    spent, proven = _timed(lambda: optimal(network, people, step_s=STEP_S))
    best = proven.optimum.clearance_s
    nearest = nearest_exit(network, people, step_s=STEP_S).clearance_s
    if not (proven.optimum.certified and proven.reached):
        raise AssertionError(proven)
    told = f"plan {proven.plan.clearance_s:g} s, optimum {best:g} s, to the nearest exit {nearest / best:.2f} ×"
    return _row(f"plan and proof, {network.nodes:,} nodes, 3,000 people", spent, 2.0, told)


def _large() -> str:
    network, people = generated(SHARED, 10_000, 20, 8, 20_000, 8)

    def both() -> tuple[float, float]:
        plan = ccrp(network, people, step_s=STEP_S)
        best = quickest(network, people, step_s=STEP_S, start_from=plan.clearance_steps)
        if not best.certified:
            raise AssertionError(best)
        return plan.clearance_s, best.clearance_s

    spent, (planned, best) = _timed(both, rounds=1)
    told = f"plan {planned:g} s, optimum {best:g} s: {planned / best:.3f} ×"
    return _row(f"plan and proof, {network.nodes:,} nodes, 20,000 people", spent, 60.0, told)


def _crowd() -> str:
    network, people = generated(SHARED, 2000, 10, 8, 50_000, 8)

    def both() -> tuple[float, float]:
        plan = ccrp(network, people, step_s=STEP_S)
        run = simulate(network, Crowd.following(plan), calibration=CALIBRATIONS["sfpe"], step_s=STEP_S, routes=plan)
        if not run.complete:
            raise AssertionError(run.count("stranded"))
        return plan.clearance_s, run.clearance_s

    spent, (planned, simulated) = _timed(both)
    told = f"plan {planned:g} s, simulated {simulated:.0f} s"
    return _row(f"quick plan and simulation, {network.nodes:,} nodes, 50,000 people", spent, 2.0, told)


def _peer() -> str:
    """The same building by jupedsim-network: the ratio of seconds, and of clearances."""
    try:
        from tests.oracle.test_verification_peers import theirs  # noqa: PLC0415 - only where it is installed
    except BaseException as problem:  # noqa: BLE001 - a test that skips itself raises more than an Exception
        return f"| simulation / jupedsim-network | – | ≤ 1.0 | not measured | {type(problem).__name__} |"
    network, people = generated(SHARED, 1000, 10, 4, 3000, 4)
    network.storage[:] = np.inf
    other, their_s = theirs(network, people, step_s=0.5)
    spent, run = _timed(lambda: simulate(network, Crowd.of(people), calibration=CALIBRATIONS["sfpe"], step_s=0.5))
    told = f"theirs {their_s:.2f} s; clearance {run.clearance_s:.0f} s, theirs {other:.0f} s"
    verdict = "held" if spent <= their_s else "missed"
    line = f"| simulation / jupedsim-network, {network.nodes:,} nodes, 3,000 people | **{spent / their_s:.3f} ×** | ≤ 1.0 × | {verdict} | {told} |"
    print(line, flush=True)  # noqa: T201
    return line


def _stations(venues: tuple[str, ...]) -> list[str]:
    """Ways out of single persons while things close, and the ranking of all failures."""
    from tests.venues.made import made  # noqa: PLC0415

    rows = []
    for venue in venues:
        here = made(venue)
        rng = np.random.default_rng(3)
        spaces = [space.id for space in here.building.spaces if space.walkable and space.category != "outdoor"]
        elements = [opening.id for opening in here.building.openings]
        conditions = here.graph.conditions("walk", (), emergency=True)
        spent = []
        for number, space in enumerate(rng.choice(spaces, ESCAPES + 1).tolist()):
            closes = {name: float(rng.uniform(30, 300)) for name in rng.choice(elements, 20, replace=False).tolist()}
            place = find_place(here.building, space)
            took = clock(partial(escape_in_time, here.graph, place, conditions, closes=closes))
            spent += [took] if number else []  # the first loads what is made once
        told = f"20 doors close; the slowest of {ESCAPES} {1000 * max(spent):.1f} ms"
        rows.append(_row(f"one person's way out, {venue}", statistics.median(spent), 0.005, told))
    for venue in venues:
        here = made(venue)
        scenario = read_text((SCENARIOS / f"{venue}.toml").read_bytes())
        spent_s, found = _timed(partial(weakest, here.building, here.graph, scenario), rounds=1)
        rows.append(_row(f"every single failure ranked, {venue}", spent_s, 30.0, f"{len(found.ranking):,} rows told"))
    return rows


def _guided(count: int) -> list[str]:
    rows = ["| clearance / optimum, 24 buildings | median | largest | bar |", "|---|---|---|---|"]
    told = [Told.of(*case) for case, _ in zip(buildings(SHARED), range(count), strict=False)]
    for what, title, bar in (
        ("nearest", "to the nearest exit", ""),
        ("planned", "by the routes and hours of the plan", ""),
        ("fixed", "by signs that never change", "≤ 1.20"),
        ("shares", "by shares in windows of 30 s", "≤ 1.10"),
        ("signs", "by signs that change, 60 s at least", "≤ 1.10"),
    ):
        ratios = [one.ratio(what) for one in told]
        rows.append(f"| {title} | **{statistics.median(ratios):.3f}** | {max(ratios):.2f} | {bar} |")
        print(rows[-1], flush=True)  # noqa: T201
    return rows


def evacuation_rows(*, small: bool = False) -> list[str]:
    """Give the section; ``small`` leaves out what takes long."""
    _warm()
    rows = ["| what | seconds | bar | | |", "|---|---|---|---|---|", _proven()]
    rows += [] if small else [_large()]
    rows += [_crowd(), _peer(), *_stations(STATIONS[:1] if small else STATIONS)]
    return [*rows, "", *_guided(2 if small else 24)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure evacuation.")
    parser.add_argument("--small", action="store_true", help="leave out what takes long")
    print("\n".join(evacuation_rows(small=parser.parse_args().small)))  # noqa: T201 - a benchmark prints
