"""Plans and what follows from them, told as an :class:`~indoor3d.models.outcome.Outcome`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Building, Text
from indoor3d.models.flow import FlowNetwork
from indoor3d.models.outcome import Assumption, Bottleneck, Cleared, CutOff, Margin, Outcome
from indoor3d.models.scenario_keys import ROOT
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.evacuation.ccrp import Plan
from indoor3d.routing.evacuation.refuges import Fetched
from indoor3d.routing.evacuation.trace import Trace

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.plan import Case

Flags = NDArray[np.bool_]

_WAITING = frozenset({"no-lift"})
MOST_BOTTLENECKS = 20


def outcome(
    case: "Case", *, plans: Sequence[Plan], trace: Trace | None, fetched: Sequence[Fetched], version: str, digest: str
) -> Outcome:
    """Tell plans without comparing them."""
    left = [*_left(case, plans), *(cut for one in fetched for cut in one.left)]
    walked = sum(int(plan.cohort_persons.sum()) for plan in plans)
    helped = sum(a.persons for one in fetched for a in one.arrivals)
    disabled = [one.last_s for one in fetched if one.last_s is not None]
    ended = [plan.clearance_steps * plan.step_s for plan in plans if len(plan.cohort_persons)]
    return Outcome(
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
        clearance_s=max([*ended, *disabled], default=None),
        planned_s=None,
        optimum_s=None,
        bound_s=0.0,
        nearest_s=None,
        certified=False,
        gap=None,
        disabled_s=max(disabled, default=None),
        initial=tuple(sorted(case.load.persons.items())),
        arc_persons=trace.arc_persons if trace else np.zeros(len(case.flow.arc_from), np.int64),
        exits=_exits(case, trace, fetched),
        platforms=_platforms(case, trace, left),
        levels=_levels(case, trace, left),
        bottlenecks=_bottlenecks(case, trace),
        cut_off=tuple(sorted(left, key=lambda c: (c.level, c.space, c.mobility, c.code))),
        trips=tuple(trip for one in fetched for trip in one.trips),
        margins=_margins(case, trace),
        assumptions=_assumptions(case, fetched),
        motion=trace.motion() if trace else None,
    )


# ── who does not get out ─────────────────────────────────────────────────────────────────────────────────────────────


def _left(case: "Case", plans: Sequence[Plan]) -> list[CutOff]:
    """People of plans who have no way that is open long enough, by space."""
    flow = case.flow
    closing = np.zeros(len(flow.node_id), np.bool_)
    shut = case.hazards.closed_arc
    by_space: dict[str, set[str]] = {}
    for arc in shut.tolist():
        closing[flow.arc_from[arc]] = True
        passage = int(flow.arc_passage[arc])
        if passage >= 0:
            by_space.setdefault(flow.node_space[int(flow.arc_from[arc])], set()).add(flow.passage_element[passage])
    found: dict[str, int] = {}
    for plan in plans:
        for node in np.flatnonzero(plan.left).tolist():
            space = flow.node_space[node]
            found[space] = found.get(space, 0) + int(plan.left[node])
    level = dict(zip(flow.node_space, flow.node_level, strict=True))
    told = []
    for space, persons in sorted(found.items()):
        hazard = len(shut) > 0
        told.append(
            CutOff(
                space=space,
                level=level[space],
                mobility="walk",
                persons=persons,
                code="closed-in-time" if hazard else "no-way",
                reason=Text(
                    ko="지나가기 전에 모든 길이 닫힙니다." if hazard else "열린 출구로 가는 길이 없습니다.",
                    en="Every way closes before they are through." if hazard else "No way leads to an open exit.",
                ),
                blocked_by=tuple(sorted(by_space.get(space, ()))),
            )
        )
    return told


# ── when what is clear ───────────────────────────────────────────────────────────────────────────────────────────────


def _exits(case: "Case", trace: Trace | None, fetched: Sequence[Fetched]) -> tuple[Cleared, ...]:
    names = case.building.names
    helped: dict[str, tuple[int, float]] = {}
    for one in fetched:
        for arrival in one.arrivals:
            if arrival.exit:
                so_far, latest = helped.get(arrival.exit, (0, 0.0))
                helped[arrival.exit] = (so_far + arrival.persons, max(latest, arrival.at_s))
    found = []
    for node in case.flow.exit_node.tolist():
        ident = case.flow.node_id[node]
        persons, first, last = trace.out_of(node) if trace else (0.0, None, None)
        more, until = helped.get(ident, (0, 0.0))
        last = max(last or 0.0, until) if more else last
        found.append(
            Cleared(
                id=ident,
                kind="exit",
                name=names.get(ident, Text(default=ident)),
                persons=round(persons) + more,
                first_s=first if first is not None or not more else until,
                last_s=last,
            )
        )
    return tuple(sorted(found, key=lambda c: (-c.persons, c.id)))


def _left_in(left: Sequence[CutOff], *, spaces: frozenset[str] = frozenset(), level: str = "") -> int:
    return sum(cut.persons for cut in left if cut.space in spaces or (level and cut.level == level))


def _platforms(case: "Case", trace: Trace | None, left: Sequence[CutOff]) -> tuple[Cleared, ...]:
    found = []
    for space in case.building.spaces:
        if space.category is SpaceCategory.PLATFORM and trace is not None:
            inside = np.array([s == space.id for s in case.flow.node_space])
            persons, first, last = trace.left(inside, stepping_on=True)
            behind = _left_in(left, spaces=frozenset({space.id}))
            if persons or behind or last is not None:
                found.append(
                    Cleared(
                        id=space.id,
                        kind="platform",
                        name=space.name,
                        persons=round(persons) + behind,
                        first_s=first,
                        last_s=last,
                        left=behind,
                    )
                )
    return tuple(found)


def _levels(case: "Case", trace: Trace | None, left: Sequence[CutOff]) -> tuple[Cleared, ...]:
    if trace is None:
        return ()
    outside = np.zeros(len(case.flow.node_id), np.bool_)
    outside[case.flow.exit_node] = True
    found = []
    for level in case.building.levels:
        inside = np.array([lv == level.id for lv in case.flow.node_level]) & ~outside
        persons, first, last = trace.left(inside, stepping_on=False)
        behind = _left_in(left, level=level.id)
        if persons or behind or last is not None:
            found.append(
                Cleared(
                    id=level.id,
                    kind="level",
                    name=level.name,
                    persons=round(persons) + behind,
                    first_s=first,
                    last_s=last,
                    left=behind,
                )
            )
    return tuple(found)


def _bottlenecks(case: "Case", trace: Trace | None) -> tuple[Bottleneck, ...]:
    if trace is None or not trace.queues.size:
        return ()
    flow, queues, passed = case.flow, trace.queues, trace.passed
    capacity = np.full(len(flow.passage_element), np.inf)
    limited = flow.arc_passage >= 0
    np.minimum.at(capacity, flow.arc_passage[limited], case.network.capacity_per_s[limited])
    found = []
    for passage in np.argsort(-queues.max(axis=0), kind="stable").tolist()[:MOST_BOTTLENECKS]:
        column = queues[:, passage]
        most = round(float(column.max()))
        if most < 1:
            break
        some = np.flatnonzero(column >= 0.5)
        ident = flow.passage_element[passage]
        found.append(
            Bottleneck(
                element=ident,
                name=case.building.names.get(ident, Text(default=ident)),
                persons=round(float(passed[passage])),
                capacity_per_s=float(capacity[passage]),
                queue_most=most,
                queue_most_s=float(np.argmax(column)) * trace.step_s,
                queue_from_s=float(some[0]) * trace.step_s,
                queue_to_s=float(some[-1] + 1) * trace.step_s,
            )
        )
    return tuple(found)


def _margins(case: "Case", trace: Trace | None) -> tuple[Margin, ...]:
    """ASET against RSET for every space that hazards make untenable: required is when the last person has left it."""
    found = []
    for space, aset in sorted(case.hazards.aset.items()):
        inside = np.array([s == space for s in case.flow.node_space])
        rset = trace.left(inside, stepping_on=False)[2] if trace is not None else None
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
