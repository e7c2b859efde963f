"""Guidance told as pointers: which way the sign of each place points, from when to when."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from indoor3d.models.outcome import Outcome, Pointer
from indoor3d.routing.evacuation._played import _crowd, _world
from indoor3d.routing.evacuation.ccrp import SHARE, Plan, ccrp
from indoor3d.routing.evacuation.guidance import Guidance
from indoor3d.routing.evacuation.rehearsal import Rehearsed, fixed_signs, timed_guidance
from indoor3d.routing.evacuation.simulate import Run, Splits, simulate

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.plan import Case

WINDOW_S = 30.0
"""Signs are decided for so many seconds at a time (ours)."""
DWELL_S = 60.0
"""A sign shows the same for so long at least: one that changes more often is not believed (ours; no number was read)."""


def with_pointers(outcome: Outcome, case: "Case", plans: Sequence[Plan], *, fixed: bool = True) -> Outcome:
    """Put the directions of signs into an outcome, and what comes of everybody following them.

    Guidance is that of :func:`rehearsed`.

    Parameters
    ----------
    fixed : bool
        Also say what comes of signs that never change: as much work again.

    Raises
    ------
    InvalidInput
        The plan is too long for signs in windows of :data:`WINDOW_S`.
    """
    if not plans:
        return outcome
    found = rehearsed(case, plans)
    return replace(
        outcome,
        pointers=tuple(_pointers(case, found.guidance)),
        guided_s=_clearance(found.run, plans),
        signs_s=_clearance(rehearsed(case, plans, fixed=True).run, plans) if fixed else None,
    )


def _clearance(run: Run, plans: Sequence[Plan]) -> float | None:
    """When the last is out; None where fewer get out than by the plan: the times of different people are not compared."""
    return run.clearance_s if run.count("out") >= sum(int(p.cohort_persons.sum()) for p in plans) else None


def rehearsed(case: "Case", plans: Sequence[Plan], *, fixed: bool = False) -> Rehearsed:
    """Guidance for a case, and what becomes of everybody under it.

    Two guides are tried, and the one that gets more people out is taken, then the one that has them out sooner: one made for most people, where who cannot
    use all of it goes to the nearest exit instead of being led to what they cannot use; and one along ways that everybody can use, which all
    follow.

    Parameters
    ----------
    fixed : bool
        Signs that show one direction for all time; by default shares in windows, whose signs show where most go.

    Raises
    ------
    InvalidInput
        The plan is too long for signs in windows of :data:`WINDOW_S`.
    """
    tried = [max(plans, key=lambda p: int(p.cohort_persons.sum()))]
    if len(plans) > 1:
        tried.append(_shared(case, plans))
    found = [_rehearsed(case, plan, plans, fixed=fixed) for plan in tried]
    return min(found, key=lambda r: (-r.run.count("out"), r.run.clearance_s))


def _shared(case: "Case", plans: Sequence[Plan]) -> Plan:
    """Everybody by ways that all can use."""
    rows = np.concatenate([crowd.rows for crowd in case.walkers.values()])
    usable = np.logical_and.reduce([mask for mask, _ in case.classes])
    batch = max(1, round(SHARE * max(plan.clearance_steps for plan in plans)))
    return ccrp(case.network, rows, step_s=case.step_s, usable=usable, batch=batch)


def _rehearsed(case: "Case", plan: Plan, plans: Sequence[Plan], *, fixed: bool) -> Rehearsed:
    """Guidance made of one plan, tried by the people of all."""
    world, profiles = _world(case)
    crowd = _crowd(case, plans, profiles)
    crowd = replace(crowd, route=np.full(len(crowd.node), -1, np.int32))
    ways = [case.ways[profile] for profile in profiles]
    used = np.unique(plan.path_arc)
    follows = tuple(bool(some[used].all()) for some in ways)
    usable = np.logical_and.reduce([some for some, does in zip(ways, follows, strict=True) if does])
    usable &= np.isinf(case.network.closed_from_s) & (case.network.open_from_s <= 0)

    def run(splits: Splits) -> Run:
        return simulate(
            case.network,
            crowd,
            calibration=case.calibration,
            step_s=case.step_s,
            routes=replace(splits, follows=follows),
            world=world,
            limit_s=case.scenario.horizon_s,
            record=(0.0, True),
        )

    if fixed:
        return fixed_signs(plan, run, usable=usable)
    window_s = max(1, round(WINDOW_S / case.step_s)) * case.step_s
    return timed_guidance(plan, crowd, run, window_s=window_s, min_dwell_s=DWELL_S, usable=usable)


def _pointers(case: "Case", signs: Guidance) -> list[Pointer]:
    found = []
    for node in np.flatnonzero(signs.planned.any(axis=0) & (signs.sign >= 0).any(axis=0)).tolist():
        shown = signs.sign[:, node]
        begin = 0
        for window in range(1, signs.windows + 1):
            if window < signs.windows and shown[window] == shown[begin]:
                continue
            arc = int(shown[begin])
            if arc >= 0:
                found.append(_pointer(case, signs, node, arc, begin=begin, end=window))
            begin = window
    return sorted(found, key=lambda p: (p.level, p.space, p.place, p.from_s))


def _pointer(case: "Case", signs: Guidance, node: int, arc: int, *, begin: int, end: int) -> Pointer:
    flow = case.flow
    head, passage = int(flow.arc_to[arc]), int(flow.arc_passage[arc])
    here, there = flow.node_position[node], flow.node_position[head]
    bearing = case.building.frame.bearing_deg(here, (there - here)[:2]) if np.hypot(*(there - here)[:2]) > 0 else 0.0
    share = float(np.mean(signs.fraction[begin:end, arc]))
    return Pointer(
        place=flow.node_id[node],
        space=flow.node_space[node],
        level=flow.node_level[node],
        position=(float(here[0]), float(here[1]), float(here[2])),
        from_s=begin * signs.window_s,
        to_s=end * signs.window_s,
        towards=flow.node_space[head] or flow.node_id[head],
        through=flow.passage_element[passage] if passage >= 0 else _next_door(flow.node_id[head]),
        bearing_deg=round(math.fmod(bearing + 360, 360), 1),
        share=round(share, 3),
    )


def _next_door(node: str) -> str:
    """The opening or connector that a mouth lies in front of."""
    return node.partition("@")[0].partition("#")[0] if "@" in node else ""
