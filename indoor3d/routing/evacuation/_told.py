"""A plan and its simulation, told as an :class:`~indoor3d.models.outcome.Outcome`.

When something is clear is read from the simulation, not from the plan, which is never later. It is sampled, and every time is that of the
sample after it: late by an interval at most, and never early.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Building, Text
from indoor3d.models.flow import FlowNetwork
from indoor3d.models.outcome import Assumption, Cleared, CutOff, Margin, Outcome
from indoor3d.models.scenario_keys import ROOT
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.evacuation._doses import assumptions as assumptions_of_doses
from indoor3d.routing.evacuation._played import Played, with_run
from indoor3d.routing.evacuation.ccrp import Plan
from indoor3d.routing.evacuation.refuges import Fetched
from indoor3d.routing.evacuation.remaining import moments, remaining
from indoor3d.routing.evacuation.simulate import exit_times
from indoor3d.routing.profile import find_profile

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.plan import Case

Flags = NDArray[np.bool_]


def outcome(
    case: "Case",
    *,
    plans: Sequence[Plan],
    played: Played | None,
    fetched: Sequence[Fetched],
    version: str,
    digest: str,
) -> Outcome:
    """Tell what became of everybody, without comparing it to anything."""
    left = [*_left(case, plans), *(cut for one in fetched for cut in one.left)]
    walked = sum(int(plan.cohort_persons.sum()) for plan in plans)
    helped = sum(a.persons for one in fetched for a in one.arrivals)
    disabled = [one.last_s for one in fetched if one.last_s is not None]
    told = Outcome(
        scenario=case.scenario.id,
        name=case.scenario.name,
        digest=digest,
        venue=case.building.venue.id,
        version=version,
        calibration=case.calibration.id,
        step_s=case.step_s,
        network=case.flow,
        persons=case.load.total,
        out=walked + helped,
        waiting=sum(cut.persons for cut in left if cut.waiting),
        clearance_s=max(disabled, default=None),
        planned_s=None,
        optimum_s=None,
        bound_s=0.0,
        nearest_s=None,
        certified=False,
        gap=None,
        disabled_s=max(disabled, default=None),
        initial=tuple(sorted(case.load.persons.items())),
        arc_persons=np.zeros(len(case.flow.arc_from), np.int64),
        cut_off=tuple(left),
        trips=tuple(trip for one in fetched for trip in one.trips),
        assumptions=_assumptions(case, fetched),
    )
    told = with_run(told, case, played)
    still = [row for at_s in moments(told.clearance_s or 0.0) for row in remaining(told, fetched, at_s)]
    return replace(
        told,
        remaining=tuple(still),
        cut_off=tuple(sorted(told.cut_off, key=lambda c: (c.level, c.space, c.mobility, c.code))),
        mobilities=tuple((ident, find_profile(ident).name) for ident in sorted({c.mobility for c in told.cut_off})),
        exits=_exits(case, played, fetched),
        platforms=_platforms(case, played, told.cut_off),
        levels=_levels(case, played, told.cut_off),
        margins=_margins(case, played),
        assumptions=(*told.assumptions, *assumptions_of_doses(case, told.exposures)),
    )


# ── who does not get out ─────────────────────────────────────────────────────────────────────────────────────────────


def _left(case: "Case", plans: Sequence[Plan]) -> list[CutOff]:
    """People of plans who have no way that is open long enough, by space and by why: a way that closes, or none at all."""
    flow = case.flow
    shut = np.isfinite(case.hazards.closed_from_s)
    calm = replace(case.network, closed_from_s=np.where(shut, np.inf, case.network.closed_from_s))
    led = np.isfinite(exit_times(calm))
    found: dict[tuple[str, bool], int] = {}
    for plan in plans:
        for node in np.flatnonzero(plan.left).tolist():
            key = (flow.node_space[node], bool(led[node]))
            found[key] = found.get(key, 0) + int(plan.left[node])
    level = dict(zip(flow.node_space, flow.node_level, strict=True))
    told = []
    for (space, closing), persons in sorted(found.items()):
        own = shut & np.array([flow.node_space[node] == space for node in flow.arc_from.tolist()])
        named = {flow.passage_element[p] for p in flow.arc_passage[own].tolist() if p >= 0} if closing else set()
        told.append(
            CutOff(
                space=space,
                level=level[space],
                mobility="walk",
                persons=persons,
                code="closed-in-time" if closing else "no-way",
                reason=Text(
                    ko="지나가기 전에 모든 길이 닫힙니다." if closing else "열린 출구로 가는 길이 없습니다.",
                    en="Every way closes before they are through." if closing else "No way leads to an open exit.",
                ),
                blocked_by=tuple(sorted(named)),
            )
        )
    return told


# ── when what is clear ───────────────────────────────────────────────────────────────────────────────────────────────


def _over(case: "Case", played: Played, arcs: Flags, *, arriving: bool) -> tuple[int, float | None, float | None]:
    """Persons who go along some arcs, and when the first and the last of them do, or are at their heads."""
    samples = played.run.samples
    if samples is None or not arcs.any():
        return 0, None, None
    count = samples.passed[:, arcs].sum(axis=1)
    if not count[-1]:
        return 0, None, None
    used = arcs & (played.run.entered > 0)
    later = float(case.network.time_s[used].max(initial=0.0)) if arriving else 0.0
    first, last = (float(samples.at_s[int(np.argmax(count >= n))]) for n in (1, count[-1]))
    return int(count[-1]), first + later, last + later


def _exits(case: "Case", played: Played | None, fetched: Sequence[Fetched]) -> tuple[Cleared, ...]:
    names = case.building.titles
    helped: dict[str, tuple[int, float]] = {}
    for one in fetched:
        for arrival in one.arrivals:
            if arrival.exit:
                so_far, latest = helped.get(arrival.exit, (0, 0.0))
                helped[arrival.exit] = (so_far + arrival.persons, max(latest, arrival.at_s))
    found = []
    for node in case.flow.exit_node.tolist():
        ident = case.flow.node_id[node]
        persons, first, last = 0, None, None
        if played is not None:
            persons, first, last = _over(case, played, case.flow.arc_to == node, arriving=True)
            persons += int((played.crowd.node == node).sum())
        more, until = helped.get(ident, (0, 0.0))
        found.append(
            Cleared(
                id=ident,
                kind="exit",
                name=names.get(ident, Text(default=ident)),
                persons=persons + more,
                first_s=first if first is not None or not more else until,
                last_s=max(last or 0.0, until) if more else last,
            )
        )
    return tuple(sorted(found, key=lambda c: (-c.persons, c.id)))


def _emptied(case: "Case", played: Played, inside: Flags, *, arriving: bool) -> tuple[int, float | None, float | None]:
    """Walkers who begin at some nodes, and when the first and the last people leave them."""
    arcs = inside[case.flow.arc_from] & ~inside[case.flow.arc_to]
    _, first, last = _over(case, played, arcs, arriving=arriving)
    return int(inside[played.crowd.node].sum()), first, last


def _cleared(
    case: "Case", played: Played, item: Cleared, inside: Flags, *, left: Sequence[CutOff], arriving: bool
) -> Cleared | None:
    """When a platform or level is empty of those who get away; None where nobody was there."""
    persons, first, last = _emptied(case, played, inside, arriving=arriving)
    spaces = {space for space, here in zip(case.flow.node_space, inside.tolist(), strict=True) if here}
    others = sum(n for crowd in case.others.values() for space, n in crowd.space.items() if space in spaces)
    behind = sum(cut.persons for cut in left if cut.space in spaces)
    if not (persons or others or behind or last is not None):
        return None
    return replace(item, persons=persons + others, first_s=first, last_s=last, left=behind)


def _platforms(case: "Case", played: Played | None, left: Sequence[CutOff]) -> tuple[Cleared, ...]:
    found = []
    for space in case.building.spaces:
        if space.category is SpaceCategory.PLATFORM and played is not None:
            inside = np.array([s == space.id for s in case.flow.node_space])
            item = Cleared(id=space.id, kind="platform", name=space.name, persons=0, first_s=None, last_s=None)
            found.append(_cleared(case, played, item, inside, left=left, arriving=False))
    return tuple(cleared for cleared in found if cleared is not None)


def _levels(case: "Case", played: Played | None, left: Sequence[CutOff]) -> tuple[Cleared, ...]:
    outside = np.zeros(len(case.flow.node_id), np.bool_)
    outside[case.flow.exit_node] = True
    found = []
    for level in case.building.levels:
        if played is not None:
            inside = np.array([lv == level.id for lv in case.flow.node_level]) & ~outside
            item = Cleared(id=level.id, kind="level", name=level.name, persons=0, first_s=None, last_s=None)
            found.append(_cleared(case, played, item, inside, left=left, arriving=True))
    return tuple(cleared for cleared in found if cleared is not None)


def _margins(case: "Case", played: Played | None) -> tuple[Margin, ...]:
    """ASET against RSET for every space that hazards make untenable: required is when the last person has left it."""
    found = []
    for space, aset in sorted(case.hazards.aset.items()):
        inside = np.array([s == space for s in case.flow.node_space])
        rset = None if played is None else _emptied(case, played, inside, arriving=True)[2]
        if rset is None and not case.load.persons.get(space):
            continue
        available = None if np.isinf(aset.at_s) else aset.at_s
        margin = None if rset is None or available is None else available - rset
        found.append(
            Margin(id=space, kind="space", aset_s=available, rset_s=rset, margin_s=margin, criterion=aset.criterion)
        )
    return tuple(found)


# ── what was taken for granted ───────────────────────────────────────────────────────────────────────────────────────


def _assumptions(case: "Case", fetched: Sequence[Fetched]) -> tuple[Assumption, ...]:
    calibration, scenario = case.calibration, case.scenario
    found = [
        Assumption(
            key="calibration",
            value=calibration.id,
            unit="",
            basis="declared",
            text=calibration.name,
            source=calibration.source,
        )
    ]
    found += _of_scenario(scenario)
    found += _of_widths(case.building, case.flow)
    found += case.hazards.assumptions
    seen = {(a.key, a.value) for a in found}
    for one in fetched:
        for assumption in one.assumptions:
            if (assumption.key, assumption.value) not in seen:
                seen.add((assumption.key, assumption.value))
                found.append(assumption)
    return tuple(found)


def _of_scenario(scenario: object) -> list[Assumption]:
    """Numbers of the scenario's own table; what is as the form has it by default is a default, with its source."""
    found = []
    for key in ROOT.keys:
        value = getattr(scenario, key.name)
        if isinstance(value, bool | int | float):
            default = value == ROOT.default(key.name)
            found.append(
                Assumption(
                    key=key.name,
                    value=f"{value:g}" if not isinstance(value, bool) else str(value).lower(),
                    unit=key.unit,
                    basis="default" if default else "declared",
                    text=Text(ko=key.ko, en=key.en),
                    source=key.source if default else "",
                )
            )
    return found


def _of_widths(building: Building, flow: FlowNetwork) -> list[Assumption]:
    """How many widths of passages are surveyed, and how many are not."""
    total = len(flow.passage_element)
    unknown = int((flow.passage_width_basis != 0).sum())
    return [
        Assumption(
            key="widths",
            value=f"{total - unknown} / {total}",
            unit="",
            basis="surveyed",
            text=Text(
                ko=f"모델에 유효 폭이 적힌 통로 ({building.venue.id}); 나머지 {unknown}개는 도면에서 잰 폭입니다.",
                en=f"Passages whose clear width the model of {building.venue.id} has; the other {unknown} are measured on the plan.",
            ),
        )
    ]
