"""The whole of an evacuation: who is there, where each should go, how long it takes, how far that is from the best, who is not saved.

People who can walk stairs share the ways of the flow network by capacity-constrained routes; the proof that nobody could do it sooner is a maximum flow. People who cannot
walk stairs go out on the level, to refuges, by lifts or carriers that the scenario declares; no one else is assumed to help them. The plan is then simulated, person by
person, with the speeds and delays of each. Nothing here reads a clock; the same scenario on the same data gives the same outcome.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidScenario
from indoor3d.models.building import Building
from indoor3d.models.demand import Load, load
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.models.movement import Calibration, find_calibration
from indoor3d.models.outcome import Curve, Outcome
from indoor3d.models.scenario import HazardKind, Scenario
from indoor3d.models.scenario_check import check
from indoor3d.models.scenario_form import digest, validated
from indoor3d.routing.evacuation import _whatif
from indoor3d.routing.evacuation._played import play
from indoor3d.routing.evacuation._signs import with_pointers
from indoor3d.routing.evacuation._told import outcome as told
from indoor3d.routing.evacuation.ccrp import SHARE, Plan, ccrp, first_come, led, nearest_exit
from indoor3d.routing.evacuation.dynamic import dynamic
from indoor3d.routing.evacuation.flownet import flow_network, usable
from indoor3d.routing.evacuation.hazards import TimedHazards, timed_hazards
from indoor3d.routing.evacuation.optimum import Optimum, lower_bound, quickest
from indoor3d.routing.evacuation.people import Crowd, crowds
from indoor3d.routing.evacuation.refuges import Fetched, Group, fetch
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.profile import PROFILES, find_profile

Progress = Callable[[float, str], None]

PROVEN_ARC_STEPS = 40_000_000
"""Arcs times steps up to which the optimum is looked for: a proof takes about a minute then."""


def _silent(_share: float, _stage: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """What an evacuation is planned on.

    Parameters
    ----------
    building : Building
    graph : NavGraph
    scenario : Scenario
        With ids.
    load : Load
    flow : FlowNetwork
    hazards : TimedHazards
    calibration : Calibration
    network : DynamicNetwork
        With what closes when.
    walkers : mapping of str to Crowd
        People who can walk stairs, by profile.
    others : mapping of str to Crowd
        Those who cannot.
    ways : mapping of str to (M,) bool
        Arcs that each profile of the walkers can use.
    """

    building: Building
    graph: NavGraph
    scenario: Scenario
    load: Load
    flow: FlowNetwork
    hazards: TimedHazards
    calibration: Calibration
    network: DynamicNetwork
    walkers: Mapping[str, Crowd]
    others: Mapping[str, Crowd]
    ways: Mapping[str, NDArray[np.bool_]]

    @property
    def step_s(self) -> float:
        """Length of a step."""
        return self.scenario.step_s

    @property
    def classes(self) -> list[tuple[NDArray[np.bool_], tuple[str, ...]]]:
        """Walkers who can use the same arcs, together: mask (M,) and profiles; those with the fewest arcs first, as plans have them."""
        grouped: dict[bytes, list[str]] = {}
        for profile in sorted(self.walkers):
            grouped.setdefault(self.ways[profile].tobytes(), []).append(profile)
        made = [(self.ways[profiles[0]], tuple(profiles)) for profiles in grouped.values()]
        return sorted(made, key=lambda c: (int(c[0].sum()), c[0].tobytes()))

    def with_network(self, network: DynamicNetwork) -> "Case":
        """The same with other numbers."""
        return replace(self, network=network)


def prepare(
    building: Building, graph: NavGraph, scenario: Scenario, *, files: Mapping[str, bytes] = MappingProxyType({})
) -> Case:
    """Put a scenario onto a building.

    Raises
    ------
    InvalidScenario
        The scenario is wrong in itself, or names what is not there.
    NoOpenExit
        No exit is open.
    UnknownElement
        People are where nobody can stand.
    """
    asked = check(building, validated(scenario), profiles=tuple(PROFILES))
    people = load(building, asked, files=files)
    if not people.total:
        raise InvalidScenario(
            "Nobody is in this scenario.", ko="시나리오에 사람이 없습니다.", path="occupants", scenario=asked.id
        )
    shut = () if asked.exits is None else tuple(sorted({e.id for e in building.exits} - set(asked.exits)))
    moving = {e for h in asked.hazards if h.kind in {HazardKind.STOPPED, HazardKind.REVERSED} for e in h.elements}
    flow = flow_network(
        building,
        graph,
        closed=shut,
        safe=[p.space for p in asked.points_of_safety if p.analysis is not None],
        stopped=sorted(moving),
        gates="open" if asked.gates == "open" else "shut",
    )
    calibration = find_calibration(asked.movement)
    hazards = timed_hazards(flow, building, asked.hazards)
    network = hazards.applied(dynamic(flow, calibration))
    everybody = crowds(flow, asked, people, step_s=asked.step_s)
    walkers = {p: c for p, c in everybody.items() if find_profile(p).stairs_up_mps is not None}
    return Case(
        building=building,
        graph=graph,
        scenario=asked,
        load=people,
        flow=flow,
        hazards=hazards,
        calibration=calibration,
        network=network,
        walkers=walkers,
        others={p: c for p, c in everybody.items() if p not in walkers},
        ways={p: usable(flow, building, p, graph=graph) for p in walkers},
    )


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _classes(case: Case) -> list[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Mask and rows of each of :attr:`Case.classes`."""
    return [
        (mask, _summed(np.concatenate([case.walkers[p].rows for p in profiles]))) for mask, profiles in case.classes
    ]


def _summed(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """One row for a node and a step."""
    places, which = np.unique(rows[:, :2], axis=0, return_inverse=True)
    return np.column_stack([places, np.bincount(which, weights=rows[:, 2]).astype(np.int64)])


def planned(case: Case, *, batch: int | None = None, shortest: bool = True) -> list[Plan]:
    """Plan the walkers, those with the fewest ways first.

    Parameters
    ----------
    batch : int, optional
        Steps that a way found serves, for a rougher and quicker plan.
    shortest : bool
        Those with the shortest way go first, or those who come first (:func:`~indoor3d.routing.evacuation.ccrp.first_come`).

    Raises
    ------
    InvalidInput
    """
    plans: list[Plan] = []
    for mask, rows in _classes(case):
        plan = ccrp if shortest else first_come
        plans.append(plan(case.network, rows, step_s=case.step_s, usable=mask, batch=batch, after=tuple(plans)))
    return plans


def clearance_s(plans: Sequence[Plan]) -> float | None:
    """When the last of those who get out is out; None where nobody does."""
    steps = [plan.clearance_steps * plan.step_s for plan in plans if len(plan.cohort_persons)]
    return max(steps, default=None)


def _best(case: Case) -> tuple[list[Plan], Optimum | None]:
    """Plans, and the optimum of the walkers, where its proof is within reach.

    Of two plans the one that is sooner done when it is simulated: of those who go as soon as they can, or one nearer to the optimum, which trusts
    more to people waiting until it is their turn; this one is brought to the optimum, if it then is as soon done.
    """
    classes = _classes(case)
    if not classes:
        return [], None
    others = planned(case, shortest=False)
    batch = max(1, round(SHARE * max(plan.clearance_steps for plan in others)))
    nearest = planned(case, batch=batch)
    horizon = max(plan.clearance_steps for plan in nearest)
    best: Optimum | None = None
    if horizon * len(case.flow.arc_from) <= PROVEN_ARC_STEPS:
        everybody = _summed(np.concatenate([rows for _, rows in classes]))
        anything = np.logical_or.reduce([mask for mask, _ in classes])
        reached = None if any(plan.left.any() for plan in nearest) else horizon
        best = quickest(case.network, everybody, step_s=case.step_s, usable=anything, start_from=reached)
    soon = _done(case, nearest)
    if _done(case, others) < soon:
        return others, best
    if best is not None and len(classes) == 1 and horizon > best.horizon_steps + 1:
        exact = led(nearest[0], classes[0][1], horizon=best.horizon_steps, usable=classes[0][0])
        if exact is not None and _done(case, [exact]) <= soon:
            return [exact], best
    return nearest, best


def _done(case: Case, plans: Sequence[Plan]) -> tuple[int, float]:
    """How many are not out when plans are simulated, and when the last is out who gets out."""
    once = replace(case, scenario=replace(case.scenario, runs=1))
    played = play(once, plans)
    return (0, 0.0) if played is None else (-int(played.run.exited_by_step[-1]), played.run.clearance_s)


def unguided(case: Case) -> list[Plan]:
    """Everybody by the quickest free way. Those who can use more ways come after the others in what both use: a door serves each of them once."""
    plans: list[Plan] = []
    for mask, rows in _classes(case):
        alone = nearest_exit(case.network, rows, step_s=case.step_s, usable=mask)
        if plans:
            ways = np.zeros(len(mask), np.bool_)
            ways[alone.path_arc] = True
            alone = ccrp(case.network, rows, step_s=case.step_s, usable=ways, after=tuple(plans))
        plans.append(alone)
    return plans


def _fetched(case: Case) -> list[Fetched]:
    """What becomes of those who cannot walk stairs."""
    shut = np.isfinite(case.hazards.closed_from_s)
    passages = np.unique(case.flow.arc_passage[shut & (case.flow.arc_passage >= 0)])
    both = [p for p in passages.tolist() if shut[case.flow.arc_passage == p].all()]
    asked = case.scenario.exits
    closed = {case.flow.passage_element[p] for p in both}
    closed |= set() if asked is None else {e.id for e in case.building.exits} - set(asked)
    found = []
    for profile, crowd in case.others.items():
        groups = [Group(space=s, persons=n, ready_s=crowd.ready_s[s]) for s, n in sorted(crowd.space.items())]
        found.append(
            fetch(
                case.building,
                case.graph,
                groups,
                profile=profile,
                lifts=case.scenario.evacuation_lifts,
                assistance=case.scenario.assistance,
                closed=closed,
            )
        )
    return found


def plan_evacuation(
    building: Building,
    graph: NavGraph,
    scenario: Scenario,
    *,
    version: str = "",
    files: Mapping[str, bytes] = MappingProxyType({}),
    progress: Progress = _silent,
    details: bool = True,
) -> Outcome:
    """Plan an evacuation, whole.

    Parameters
    ----------
    version : str
        Of the venue's data, for the record.
    files : mapping of str to bytes
        Tables that the scenario names by file.
    progress : callable
        Is told the share that is done and the stage.
    details : bool
        With reliefs, sensitivity and rule sheets, which prove the least time of some fifteen changes.

    Raises
    ------
    InvalidScenario, NoOpenExit, UnknownElement, InvalidInput
    """
    progress(0.02, "preparing")
    case = prepare(building, graph, scenario, files=files)
    progress(0.15, "planning")
    plans, optimum = _best(case)
    progress(0.45, "comparing")
    by_nearest = unguided(case)
    fetched = _fetched(case)
    progress(0.55, "simulating")
    played = play(case, plans)
    outcome = told(case, plans=plans, played=played, fetched=fetched, version=version, digest=digest(scenario))
    planned_s, nearest_s = clearance_s(plans), clearance_s(by_nearest)
    bound = _bound(case)
    proof = None if optimum is None else optimum.clearance_s
    compared = [
        Curve(key=key, points=_out(some)) for key, some in (("planned", plans), ("nearest", by_nearest)) if some
    ]
    outcome = replace(
        outcome,
        planned_s=planned_s,
        optimum_s=proof,
        certified=optimum is not None and optimum.certified,
        bound_s=max(bound, proof or 0.0),
        nearest_s=nearest_s,
        gap=None if planned_s is None or not (proof or bound) else planned_s / (proof or bound) - 1.0,
        curves=(*outcome.curves, *compared),
    )
    outcome = with_pointers(outcome, case, plans, fixed=details)
    if not details:
        return outcome
    outcome = _whatif.with_cut(outcome, case, optimum)
    outcome = _whatif.with_whatifs(outcome, case, progress=progress)
    progress(0.9, "rules")
    return _whatif.with_sheets(outcome, case)


def _out(plans: Sequence[Plan]) -> NDArray[np.float64]:
    """(K, 2) seconds, persons of all plans who are out."""
    each = [plan.out_by_step() for plan in plans]
    steps = max(len(one) for one in each)
    persons = sum(np.pad(one, (0, steps - len(one)), mode="edge") for one in each)
    return np.column_stack([np.arange(steps) * plans[0].step_s, persons]).astype(np.float64)


def _bound(case: Case) -> float:
    classes = _classes(case)
    if not classes:
        return 0.0
    everybody = np.concatenate([rows for _, rows in classes])
    return lower_bound(case.network, everybody, step_s=case.step_s)
