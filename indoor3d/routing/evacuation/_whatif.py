"""The same evacuation with one thing changed: what a bottleneck costs, what a change saves, and what a code says of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Text
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.models.network import MODES
from indoor3d.models.outcome import Outcome, Relief, Sensitivity
from indoor3d.models.vocabulary import Mode, OpeningCategory
from indoor3d.routing.evacuation.ccrp import Plan
from indoor3d.routing.evacuation.dynamic import dynamic
from indoor3d.routing.evacuation.optimum import Optimum
from indoor3d.routing.evacuation.packs import find_pack
from indoor3d.routing.evacuation.sheet import platform_sheet
from indoor3d.routing.evacuation.station import platforms

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.plan import Case

Planner = Callable[..., list[Plan]]

MOST_RELIEFS = 4
"""Bottlenecks that are tried again with one thing more."""
_ESCALATORS = tuple(MODES.index(mode) for mode in (Mode.ESCALATOR, Mode.MOVING_WALK))


def with_cut(outcome: Outcome, case: "Case", optimum: Optimum | None) -> Outcome:
    """Mark the bottlenecks that the proof of the optimum names."""
    if optimum is None or optimum.cut is None:
        return outcome
    passages = case.flow.arc_passage[optimum.cut.arc]
    named = {case.flow.passage_element[p] for p in passages.tolist() if p >= 0}
    marked = tuple(replace(b, critical=b.element in named) for b in outcome.bottlenecks)
    return replace(outcome, bottlenecks=tuple(sorted(marked, key=lambda b: (-b.queue_most, not b.critical))))


def _clearance(plans: Sequence[Plan]) -> float:
    """When all are out; infinite where somebody who had a way has none."""
    return max((plan.clearance_steps * plan.step_s for plan in plans), default=0.0)


def _left(plans: Sequence[Plan]) -> int:
    return int(sum(plan.left.sum() for plan in plans))


def with_reliefs(outcome: Outcome, case: "Case", *, planned: Planner) -> Outcome:
    """What one more metre, gate or escalator at the worst bottlenecks would save: each is planned again with it."""
    base = _clearance(planned(case))
    gates = {o.id for o in case.building.openings if o.category is OpeningCategory.GATE}
    tried = [b for b in outcome.bottlenecks if b.critical] + [b for b in outcome.bottlenecks if not b.critical]
    reliefs: dict[str, Relief] = {}
    for item in tried[:MOST_RELIEFS]:
        arcs = _arcs(case, item.element)
        passage = int(case.flow.arc_passage[arcs[0]])
        change, more = _one_more(case, passage, arcs, is_gate=item.element in gates)
        capacity = case.network.capacity_per_s.copy()
        capacity[arcs] += np.where(capacity[arcs] > 0, more, 0.0)
        after = _clearance(planned(case, replace(case.network, capacity_per_s=capacity)))
        reliefs[item.element] = Relief(
            change=change, element=item.element, clearance_s=after, saved_s=max(base - after, 0.0)
        )
    return replace(
        outcome,
        bottlenecks=tuple(
            replace(b, relief=(reliefs[b.element],)) if b.element in reliefs else b for b in outcome.bottlenecks
        ),
    )


def _arcs(case: "Case", element: str) -> NDArray[np.intp]:
    """Arcs through an opening or connector; one with several flights is several passages."""
    same = np.array([*(name == element for name in case.flow.passage_element), False])
    return np.flatnonzero(same[case.flow.arc_passage])


def _one_more(case: "Case", passage: int, arcs: NDArray[np.intp], *, is_gate: bool) -> tuple[str, float]:
    """What is added to a passage, and how many persons a second more that is."""
    flow, calibration = case.flow, case.calibration
    mode = MODES[flow.arc_mode[arcs[0]]]
    if is_gate or mode in {Mode.FARE_GATE, Mode.EXIT_GATE}:
        return "gate", float(case.network.capacity_per_s[arcs].max(initial=0.0))
    width = float(flow.passage_width_m[passage])
    riser, tread = float(flow.passage_riser_m[passage]), float(flow.passage_tread_m[passage])

    def through(clear_m: float) -> float:
        return calibration.passage_capacity(mode, clear_m, riser_m=riser, tread_m=tread)

    if flow.arc_mode[arcs[0]] in _ESCALATORS:
        return "escalator", through(width)
    return "metre", through(width + 1.0) - through(width)


def with_sensitivity(outcome: Outcome, case: "Case", *, planned: Planner) -> Outcome:
    """Plan again with one escalator or gate less, with more and fewer people, and with other calibrations."""
    plans = planned(case)
    base, lost = _clearance(plans), _left(plans)
    found = []

    def told(key: str, change: Text, made: Sequence[Plan]) -> None:
        after = _clearance(made)
        worse = _left(made) > lost and key[:4] != "load"
        found.append(
            Sensitivity(
                key=key,
                change=change,
                clearance_s=None if worse else after,
                difference_s=None if worse else after - base,
            )
        )

    for key, element, change in _failures(outcome, case):
        closed = case.network.closed_from_s.copy()
        closed[_arcs(case, element)] = 0.0
        told(key, change, planned(case, replace(case.network, closed_from_s=closed)))
    for share, percent in ((0.8, -20), (1.2, 20)):
        change = Text(ko=f"인원 {percent:+d} %", en=f"Load {percent:+d} %")
        told(f"load{percent:+d}", change, planned(case, share=share))
    for ident, calibration in CALIBRATIONS.items():
        if ident != case.calibration.id:
            other = case.hazards.applied(dynamic(case.flow, calibration))
            change = Text(ko=f"이동 계수 {ident}", en=f"Calibration {ident}")
            told(f"calibration-{ident}", change, planned(case, other))
    return replace(outcome, sensitivity=tuple(found))


def _failures(outcome: Outcome, case: "Case") -> list[tuple[str, str, Text]]:
    """The escalator and the gate that most people of the plan use."""
    persons: dict[int, int] = {}
    for arc in np.flatnonzero((outcome.arc_persons > 0) & (case.flow.arc_passage >= 0)).tolist():
        passage = int(case.flow.arc_passage[arc])
        persons[passage] = persons.get(passage, 0) + int(outcome.arc_persons[arc])
    gates = {o.id for o in case.building.openings if o.category is OpeningCategory.GATE}
    moving = {int(p) for p in case.flow.arc_passage[np.isin(case.flow.arc_mode, _ESCALATORS)] if p >= 0}
    found = []
    for key, ko, en, some in (
        ("escalator-1", "에스컬레이터 1대 적게", "One escalator less", [p for p in persons if p in moving]),
        ("gate-1", "개찰구 1개 적게", "One gate less", [p for p in persons if case.flow.passage_element[p] in gates]),
    ):
        if some:
            passage = max(some, key=lambda p: (persons[p], -p))
            ident = case.flow.passage_element[passage]
            name = case.building.names.get(ident, Text(default=ident))
            change = Text(ko=f"{ko} ({name.best('ko') or ident})", en=f"{en} ({name.best('en') or ident})")
            found.append((key, ident, change))
    return found


def with_sheets(outcome: Outcome, case: "Case") -> Outcome:
    """Fill the rule packs of the scenario for every platform with a load.

    Raises
    ------
    InvalidScenario
        There is no such pack.
    """
    unsettled = [p.space for p in case.scenario.points_of_safety if p.analysis is None]
    sheets = []
    for ident in case.scenario.rules:
        pack = find_pack(ident)
        measured = platforms(
            case.building,
            case.flow,
            pack,
            loads=case.load.platforms,
            load_rows=case.load.lines,
            unsettled=unsettled,
        )
        sheets += [platform_sheet(platform, pack) for platform in measured]
    return replace(outcome, sheets=tuple(sheets))
