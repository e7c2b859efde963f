"""Plans let loose: everybody goes when they are ready, by the way of the plan, as fast as they are and as the crowd lets them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Text
from indoor3d.models.outcome import Bottleneck, Curve, CutOff, Motion, Outcome
from indoor3d.routing.evacuation._doses import Doses, doses, exposures
from indoor3d.routing.evacuation.ccrp import Plan
from indoor3d.routing.evacuation.dynamic import dynamic, ground
from indoor3d.routing.evacuation.people import delay_in, distribution
from indoor3d.routing.evacuation.simulate import (
    DOWN,
    OUT,
    REFUGE,
    STATES,
    STRANDED,
    Crowd,
    Kind,
    Run,
    World,
    runs,
    simulate,
)

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.plan import Case

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FRAMES = 240
"""About as many moments as a motion has."""
_MOST = 20
_SHOWN = 1
WAITING, HELD = STATES.index("waiting"), STATES.index("held")
_WHY_NOT_OUT = {
    DOWN: Text(ko="연기에 쓰러졌습니다.", en="Overcome by smoke on the way."),
    STRANDED: Text(
        ko="모의 실행에서 나오지 못했습니다. 길이 닫혔고 다른 길이 없습니다.",
        en="Not out in the simulation: their way closed, and there is no other.",
    ),
    WAITING: Text(
        ko="모의 실행에서 제때 나오지 못했습니다. 시간이 다 되었을 때 줄에 서 있었습니다.",
        en="Not out in the simulation: they stood in a queue when the time was over.",
    ),
    HELD: Text(
        ko="모의 실행에서 제때 나오지 못했습니다. 시간이 다 되었을 때 앞에 자리가 없었습니다.",
        en="Not out in the simulation: there was no room ahead of them when the time was over.",
    ),
}
"""By :attr:`Run.state`."""
_STILL_ON_THE_WAY = Text(
    ko="모의 실행에서 제때 나오지 못했습니다. 시간이 다 되었을 때 걷고 있었습니다.",
    en="Not out in the simulation: they were on their way when the time was over.",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Played:
    """A simulation of plans, and of what differs by chance.

    Parameters
    ----------
    run : Run
        Everybody with the delays that the plan takes.
    crowd : Crowd
    quantiles : tuple of (float, float or None)
        Of the clearance over many runs; empty where one run was asked for.
    untold : (A,) bool
        Who comes into smoke whose gases nobody declares.
    """

    run: Run
    crowd: Crowd
    untold: NDArray[np.bool_]
    quantiles: tuple[tuple[float, float | None], ...] = ()


def merged(plans: Sequence[Plan]) -> Plan:
    """Plans on one network as one, as far as routes and cohorts go."""
    first = plans[0]
    if len(plans) == 1:
        return first
    routes = np.cumsum([0, *(len(p.route_node) for p in plans)])
    paths = np.cumsum([0, *(len(p.path_arc) for p in plans)])
    starts = [p.path_start[:-1] + offset for p, offset in zip(plans, paths, strict=False)]
    return replace(
        first,
        route_node=np.concatenate([p.route_node for p in plans]),
        path_start=np.concatenate([*starts, paths[-1:]]).astype(np.int32),
        path_arc=np.concatenate([p.path_arc for p in plans]),
        cohort_route=np.concatenate([p.cohort_route + r for p, r in zip(plans, routes, strict=False)]).astype(np.int32),
        cohort_depart=np.concatenate([p.cohort_depart for p in plans]),
        cohort_arrive=np.concatenate([p.cohort_arrive for p in plans]),
        cohort_persons=np.concatenate([p.cohort_persons for p in plans]),
        left=np.sum([p.left for p in plans], axis=0),
        clearance_s=max(p.clearance_s for p in plans),
    )


def play(case: "Case", plans: Sequence[Plan]) -> Played | None:
    """Simulate plans; None where nobody walks."""
    if not plans:
        return None
    plan = merged(plans)
    air = doses(case.flow, case.hazards, step_s=case.step_s)
    world, profiles = _world(case)
    crowd = _crowd(case, plans, profiles)
    every = max(case.step_s, plan.clearance_s * 1.2 / FRAMES)
    untold = _untold(case, plan, crowd, world, air)
    if air is not None and air.told:
        world = replace(world, phases=air.phases())
    run = _simulated(case, plan, crowd, world, record=every)
    scenario = case.scenario
    if scenario.runs <= 1:
        return Played(run=run, crowd=crowd, untold=untold)

    def draw(rng: np.random.Generator) -> Run:
        return _simulated(case, plan, _drawn(case, crowd, rng), world, record=0.0)

    many = runs(draw, scenario.runs, seed=scenario.seed, quantiles=scenario.quantiles)
    return Played(run=run, crowd=crowd, untold=untold, quantiles=many.quantiles)


def _untold(case: "Case", plan: Plan, crowd: Crowd, world: World, air: Doses | None) -> NDArray[np.bool_]:
    """Who comes into smoke whose gases nobody declares: nobody falls in this run, so at least all who do in the other."""
    if air is None or not air.untold:
        return np.zeros(len(crowd.node), np.bool_)
    run = _simulated(case, plan, crowd, replace(world, phases=air.marks()), record=0.0)
    return run.dose > 0


def _simulated(case: "Case", plan: Plan, crowd: Crowd, world: World, *, record: float) -> Run:
    return simulate(
        case.network,
        crowd,
        calibration=case.calibration,
        step_s=case.step_s,
        routes=plan,
        world=world,
        limit_s=case.scenario.horizon_s,
        record=(record, False),
    )


def _world(case: "Case") -> tuple[World, list[str]]:
    """Floors, and one class for each profile: the profiles in order.

    In smoke all are as slow from the beginning as they ever get, as the plan takes it: so nobody is slowed twice.
    """
    profiles = sorted(case.walkers)
    kinds = []
    for profile in profiles:
        made = dynamic(case.flow, case.calibration, mobility=profile)
        usable = case.ways[profile] & (made.capacity_per_s > 0)
        kinds.append(Kind(time_s=np.where(usable, made.time_s / case.hazards.least_factor, np.inf)))
    world = World(ground=ground(case.flow, case.calibration), kinds=tuple(kinds), fatigue=case.scenario.fatigue)
    return world, profiles


def _crowd(case: "Case", plans: Sequence[Plan], profiles: Sequence[str]) -> Crowd:
    """Everybody of the plans, one for each of :attr:`Case.classes`, with a route that was planned for people who can use the same ways.

    At each node, who is planned to go first of a class is ready first.
    """
    some = [_of_class(case, plan, members, profiles) for plan, (_, members) in zip(plans, case.classes, strict=True)]
    before = np.cumsum([0, *(len(plan.route_node) for plan in plans)])
    routes = [np.where(c.route >= 0, c.route + first, -1) for c, first in zip(some, before, strict=False)]
    return Crowd(
        node=np.concatenate([c.node for c in some]),
        premovement_s=np.concatenate([c.premovement_s for c in some]),
        speed_factor=np.concatenate([c.speed_factor for c in some]),
        mobility=np.concatenate([c.mobility for c in some]),
        route=np.concatenate(routes).astype(np.int32),
    )


def _of_class(case: "Case", plan: Plan, members: Sequence[str], profiles: Sequence[str]) -> Crowd:
    """The people of some profiles, who share a plan; ``mobility`` counts in ``profiles``."""
    whole = np.repeat(np.arange(len(plan.cohort_persons)), plan.cohort_persons)
    route = plan.cohort_route[whole]
    left = np.repeat(np.arange(len(plan.left)), plan.left)
    node = np.concatenate([plan.route_node[route], left]).astype(np.int32)
    depart = np.concatenate([plan.cohort_depart[whole], np.full(len(left), np.iinfo(np.int32).max)])
    order = np.lexsort((np.arange(len(node)), depart, node))
    each = [(case.walkers[profile].rows, profiles.index(profile)) for profile in members]
    rows = np.concatenate([np.column_stack([rows, np.full(len(rows), kind)]) for rows, kind in each])
    rows = rows[np.lexsort((rows[:, 3], rows[:, 1], rows[:, 0]))]
    ready = np.repeat(rows[:, 1], rows[:, 2]) * case.step_s
    kind = np.repeat(rows[:, 3], rows[:, 2])
    routes = np.concatenate([route, np.full(len(left), -1)])
    return Crowd(
        node=node[order],
        premovement_s=ready.astype(np.float64),
        speed_factor=np.ones(len(node)),
        mobility=kind.astype(np.uint8),
        route=routes[order].astype(np.int32),
    )


def _drawn(case: "Case", crowd: Crowd, rng: np.random.Generator) -> Crowd:
    """The same people with delays and speeds drawn anew.

    Speeds differ by a normal distribution of 10 % about the profile's, cut at 25 % (ours: no spread of a speed within one profile was
    read); delays are those of the scenario.
    """
    begin = case.scenario.detection_s + case.scenario.alarm_s
    delay = np.empty(len(crowd.node))
    space = np.array(case.flow.node_space, dtype=object)[crowd.node]
    for name in sorted(set(space.tolist())):
        here = np.flatnonzero(space == name)
        drawn = distribution(delay_in(case.scenario, name)).sample(rng, len(here))
        # who is on a later train is not ready before it
        earliest = np.array([a.at_s for a in case.load.later if a.space == name])
        delay[here] = (
            np.maximum(begin, earliest.min() if len(earliest) and not case.load.persons.get(name) else 0.0) + drawn
        )
    speed = np.clip(rng.normal(1.0, 0.1, len(crowd.node)), 0.75, 1.25)
    return replace(crowd, premovement_s=delay, speed_factor=speed)


# ── told ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def with_run(outcome: Outcome, case: "Case", played: Played | None) -> Outcome:
    """Put a simulation into an outcome: its times, its queues, where people are, what they breathe, who is not out."""
    outcome = replace(outcome, exposures=exposures(case, played))
    if played is None:
        return outcome
    run = played.run
    lost = _not_out(case, played)
    helped = [out for out in (outcome.disabled_s,) if out is not None]
    done = [run.clearance_s] if (run.state == OUT).any() else []
    steps = np.arange(len(run.exited_by_step)) * run.step_s
    last = int(np.searchsorted(run.exited_by_step, run.exited_by_step.max())) + 1
    curve = Curve(key="simulated", points=np.column_stack([steps, run.exited_by_step])[: last + 1].astype(np.float64))
    return replace(
        outcome,
        out=outcome.out - sum(cut.persons for cut in lost),
        clearance_s=max([*done, *helped], default=None),
        quantiles=played.quantiles,
        curves=(curve, *outcome.curves),
        arc_persons=np.rint(run.entered).astype(np.int64),
        bottlenecks=_bottlenecks(case, run),
        motion=_motion(case, run),
        cut_off=(*outcome.cut_off, *lost),
    )


def _not_out(case: "Case", played: Played) -> list[CutOff]:
    """People whom the plan had out, and the simulation has not: by where they are then, and why."""
    run, crowd = played.run, played.crowd
    missing = np.flatnonzero((crowd.route >= 0) & ~np.isin(run.state, (OUT, REFUGE)))
    profiles = sorted(case.walkers)
    found: dict[tuple[str, str, int], int] = {}
    for person in missing.tolist():
        state, profile = int(run.state[person]), profiles[int(crowd.mobility[person])]
        key = (case.flow.node_space[int(run.node[person])], profile, state if state in _WHY_NOT_OUT else -1)
        found[key] = found.get(key, 0) + 1
    level = dict(zip(case.flow.node_space, case.flow.node_level, strict=True))
    return [
        CutOff(
            space=space,
            level=level[space],
            mobility=profile,
            persons=persons,
            code="incapacitated" if state == DOWN else "not-out-in-time",
            reason=_WHY_NOT_OUT.get(state, _STILL_ON_THE_WAY),
        )
        for (space, profile, state), persons in sorted(found.items())
    ]


def _bottlenecks(case: "Case", run: Run) -> tuple[Bottleneck, ...]:
    flow, queues = case.flow, run.queues
    passages: dict[int, int] = {}
    for arc, server in enumerate(queues.server.tolist()):
        if flow.arc_passage[arc] >= 0:
            passages.setdefault(server, int(flow.arc_passage[arc]))
    through = np.zeros(len(flow.passage_element))
    capacity = np.full(len(flow.passage_element), np.inf)
    limited = flow.arc_passage >= 0
    np.add.at(through, flow.arc_passage[limited], run.entered[limited])
    np.minimum.at(capacity, flow.arc_passage[limited], case.network.capacity_per_s[limited])
    order = sorted((s for s in passages if queues.most[s] > _SHOWN), key=lambda s: (-int(queues.most[s]), s))
    found = []
    for server in order[:_MOST]:
        passage = passages[server]
        ident = flow.passage_element[passage]
        found.append(
            Bottleneck(
                element=ident,
                name=case.building.titles.get(ident, Text(default=ident)),
                persons=round(float(through[passage])),
                capacity_per_s=float(capacity[passage]),
                queue_most=int(queues.most[server]),
                queue_most_s=float(queues.most_s[server]),
                queue_from_s=float(queues.from_s[server]),
                queue_to_s=float(queues.to_s[server]),
            )
        )
    return tuple(found)


def _motion(case: "Case", run: Run) -> Motion | None:
    samples = run.samples
    if samples is None:
        return None
    last = int(np.searchsorted(samples.at_s, run.clearance_s, side="right")) + 1
    passage = case.flow.arc_passage
    through = np.zeros((len(samples.at_s[:last]), len(case.flow.passage_element)))
    limited = np.flatnonzero(passage >= 0)
    np.add.at(through.T, passage[limited], samples.passed[:last, limited].T)
    return Motion(
        at_s=samples.at_s[:last],
        waiting=samples.present[:last].astype(np.float32),
        moving=samples.on_arc[:last].astype(np.float32),
        passed=np.diff(through, axis=0, prepend=0.0).astype(np.float32),
    )
