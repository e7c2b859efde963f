"""The same evacuation with one thing changed: what a bottleneck costs, what a change saves, and what a code says of it.

What is compared is the least time in which everybody can be out, proven for each change, and not plans: plans are a few per cent from it, which is
more than most changes make. Of such times no wider building, no fewer people and no quicker start are ever slower. They are worked
out in steps that may be longer than the plan's; how far off a difference may be stands beside it. Where some people cannot use all ways the
least time lets them all the same, with the change as without.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Text
from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.models.network import MODES
from indoor3d.models.outcome import Bottleneck, Outcome, Relief, Sensitivity
from indoor3d.models.scenario import Scenario
from indoor3d.models.vocabulary import Mode, OpeningCategory
from indoor3d.routing.evacuation.dynamic import dynamic
from indoor3d.routing.evacuation.optimum import Optimum, most_out, quickest
from indoor3d.routing.evacuation.packs import find_pack
from indoor3d.routing.evacuation.people import Crowd, crowds
from indoor3d.routing.evacuation.sheet import platform_sheet
from indoor3d.routing.evacuation.station import platforms
from indoor3d.routing.evacuation.timed import timed

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.plan import Case

Effect = Literal["helps", "harms", ""]
"""Whether a change can only help, can only harm, or may do either."""

ARC_STEPS = 4_000_000
"""Arcs times steps up to which one change is worked out: about a second each. Longer steps are taken for that."""
COARSEST_S = 10.0
"""The longest step. In a station of 11,731 arcs (City Hall) an escalator less is 8 s in steps of 1 and of 2 s, 10 s in steps of 5 s, 0 s in steps of 10 s."""
OFF, RETIMED_OFF = 2.0, 3.0
"""How many steps a difference may be off: seen, not proven. Against steps of 1 s no difference was farther off at 2, 4 and 10 s (City Hall, SeMA, the Library)
than 1 step where capacities or the number of people change, and 3 where times do: delays, calibrations."""
MOST_ARC_STEPS = 40_000_000
"""Where even the longest step makes more of them, nobody can tell in reasonable time."""
MOST_RELIEFS = 4
"""Bottlenecks that are tried again with one thing more."""
LOADS = (0.8, 1.2)
"""More and fewer people, as shares (the issue, and part 2 of the planners' needs: load ± 20 %)."""
DELAYS = (0.5, 1.5)
"""How long people take to start, as shares of the scenario's delays after the alarm. Ours: planners ask for pre-movement to be varied (W9 of their needs)
and nobody says by how much."""
_ESCALATORS = tuple(MODES.index(mode) for mode in (Mode.ESCALATOR, Mode.MOVING_WALK))


def with_cut(outcome: Outcome, case: "Case", optimum: Optimum | None) -> Outcome:
    """Mark the bottlenecks that the proof of the optimum names."""
    if optimum is None or optimum.cut is None:
        return outcome
    passages = case.flow.arc_passage[optimum.cut.arc]
    named = {case.flow.passage_element[p] for p in passages.tolist() if p >= 0}
    marked = tuple(replace(b, critical=b.element in named) for b in outcome.bottlenecks)
    return replace(outcome, bottlenecks=tuple(sorted(marked, key=lambda b: (-b.queue_most, not b.critical))))


# ── times to compare ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Least:
    """The least time in which everybody is out who can be, and how many cannot."""

    steps: int
    step_s: float
    left: int

    @property
    def clearance_s(self) -> float:
        """The time."""
        return self.steps * self.step_s


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """One change.

    Parameters
    ----------
    key : str
        Of its row.
    text : Text
    name : str
        The same for changes that are the same.
    case : Case
        The case with it.
    effect : str
    people : bool
        It is of the number of people: then other people may be without a way out, and that by itself is no harm.
    retimed : bool
        It changes how long things take, which steps round each by itself.
    """

    key: str
    text: Text
    name: str
    case: "Case"
    effect: Effect
    people: bool = False
    retimed: bool = False


def step_of(case: "Case", *, clearance_s: float) -> float | None:
    """A whole number of the case's steps in which a change can be worked out; None where that takes too long."""
    arcs = len(case.flow.arc_from)
    wanted = math.ceil(arcs * clearance_s / ARC_STEPS / case.step_s - 1e-9)
    most = max(1, math.floor(COARSEST_S / case.step_s + 1e-9))
    step_s = max(1, min(wanted, most)) * case.step_s
    return step_s if arcs * clearance_s / step_s <= MOST_ARC_STEPS else None


def least(case: "Case", *, step_s: float, base: Least | None = None, effect: Effect = "") -> Least:
    """The least time for a case. What is known of the case without its change saves work, and keeps the two in order.

    Rows of the crowd are put off to the next whole step.
    """
    rows = np.concatenate([crowd.rows for crowd in case.walkers.values()])
    later = np.ceil(rows[:, 1] * case.step_s / step_s - 1e-9).astype(np.int64)
    rows = np.column_stack([rows[:, 0], later, rows[:, 2]])
    usable = np.logical_or.reduce([case.ways[profile] for profile in case.walkers])
    known = base if base is not None and not base.left else None  # with some left, others may be than before
    if known is not None and effect == "harms":
        net = timed(case.network, rows, step_s=step_s, usable=usable)
        if most_out(net, known.steps) == net.total:
            return known
    start = known.steps if known is not None and effect == "helps" else None
    best = quickest(case.network, rows, step_s=step_s, usable=usable, start_from=start)
    return Least(steps=best.horizon_steps, step_s=step_s, left=round(best.left))


def effect_of(network: DynamicNetwork, base: DynamicNetwork) -> Effect:
    """Whether a network is nowhere narrower, slower or shut longer than another, or nowhere wider, quicker or longer open."""

    def covers(wide: DynamicNetwork, narrow: DynamicNetwork) -> bool:
        return bool(
            (wide.capacity_per_s >= narrow.capacity_per_s).all()
            and (wide.time_s <= narrow.time_s).all()
            and (wide.storage >= narrow.storage).all()
            and (wide.open_from_s <= narrow.open_from_s).all()
            and (wide.closed_from_s >= narrow.closed_from_s).all()
        )

    return "helps" if covers(network, base) else "harms" if covers(base, network) else ""


def row(change: Change, found: Least, base: Least) -> Sensitivity:
    """Tell one change against the case without it. Times of fewer or more people who get out are not compared."""
    more = found.left - base.left
    harmed = more > 0 and (not change.people or found.clearance_s < base.clearance_s)
    alike = not harmed and (more == 0 or change.people)
    return Sensitivity(
        key=change.key,
        change=_with_left(change.text, found.left if change.people else more, people=change.people),
        clearance_s=None if harmed else found.clearance_s,
        difference_s=found.clearance_s - base.clearance_s if alike else None,
        tolerance_s=(RETIMED_OFF if change.retimed else OFF) * found.step_s if alike else None,
        left=found.left,
    )


def _with_left(change: Text, count: int, *, people: bool) -> Text:
    """The change, and for how many it opens or takes the only way out; of other people, how many have none."""
    if not count:
        return change
    if people:
        ko, en = f"{count}명은 나갈 길이 없음", f"{count} have no way out"
    elif count > 0:
        ko, en = f"{count}명이 더 나오지 못함", f"{count} more have no way out"
    else:
        ko, en = f"{-count}명이 더 나옴", f"{-count} more have a way out"
    return Text(ko=f"{change.ko} – {ko}", en=f"{change.en} – {en}")


# ── what is changed ──────────────────────────────────────────────────────────────────────────────────────────────────


def with_whatifs(outcome: Outcome, case: "Case", *, progress: Callable[[float, str], None]) -> Outcome:
    """What one more metre, gate or escalator at the worst bottlenecks would save, and what comes of other changes.

    One escalator and one gate less and more, more and fewer people, quicker and slower to start, other calibrations.
    """
    if not case.walkers:
        return outcome
    step_s = step_of(case, clearance_s=outcome.planned_s or case.scenario.horizon_s)
    if step_s is None:
        return replace(outcome, sensitivity=(_too_large(),))
    progress(0.65, "reliefs")
    base = least(case, step_s=step_s)
    found: dict[str, Least] = {}
    reliefs = _reliefs(outcome, case)
    for element, (kind, network) in reliefs.items():
        found[f"{kind} {element}"] = least(case.with_network(network), step_s=step_s, base=base, effect="helps")
    progress(0.8, "sensitivity")
    changes = [*_machines(outcome, case), *_people(case), *_calibrations(case)]
    for change in changes:
        if change.name not in found:
            found[change.name] = least(change.case, step_s=step_s, base=base, effect=change.effect)
    unchanged = Change(key="base", text=_base_text(step_s), name="base", case=case, effect="")
    return replace(
        outcome,
        bottlenecks=tuple(_relieved(b, reliefs, found, base) for b in outcome.bottlenecks),
        sensitivity=tuple(row(c, found.get(c.name, base), base) for c in (unchanged, *changes)),
    )


def _base_text(step_s: float) -> Text:
    return Text(
        ko=f"그대로: 가능한 가장 짧은 시간. 아래 줄도 같은 방식이고 {step_s:g}초 단위",
        en=f"As it is: the least time possible, in steps of {step_s:g} s, like the rows below",
    )


def _too_large() -> Sensitivity:
    text = Text(
        ko="판단할 수 없음: 너무 커서 조건을 바꾸어 계산하지 못함",
        en="CANNOT TELL: too large to work out any change",
    )
    return Sensitivity(key="base", change=text, clearance_s=None, difference_s=None)


def _reliefs(outcome: Outcome, case: "Case") -> dict[str, tuple[str, DynamicNetwork]]:
    """The worst bottlenecks with one thing more."""
    tried = [b for b in outcome.bottlenecks if b.critical] + [b for b in outcome.bottlenecks if not b.critical]
    return {item.element: _one_more(case, item.element) for item in tried[:MOST_RELIEFS]}


def _relieved(
    item: Bottleneck, reliefs: Mapping[str, tuple[str, DynamicNetwork]], found: Mapping[str, Least], base: Least
) -> Bottleneck:
    if item.element not in reliefs:
        return item
    change = reliefs[item.element][0]
    after = found[f"{change} {item.element}"]
    relief = Relief(
        change=change,
        element=item.element,
        clearance_s=after.clearance_s,
        saved_s=max(base.clearance_s - after.clearance_s, 0.0),
        tolerance_s=OFF * after.step_s,
    )
    return replace(item, relief=(relief,))


def _arcs(case: "Case", element: str) -> NDArray[np.intp]:
    """Arcs through an opening or connector; one with several flights is several passages."""
    same = np.array([*(name == element for name in case.flow.passage_element), False])
    return np.flatnonzero(same[case.flow.arc_passage])


def _one_more(case: "Case", element: str) -> tuple[str, DynamicNetwork]:
    """What is put beside a passage, and the network with it: another of the same, or a metre where it is no machine."""
    flow, calibration = case.flow, case.calibration
    arcs = _arcs(case, element)
    mode = MODES[flow.arc_mode[arcs[0]]]
    capacity = case.network.capacity_per_s.copy()
    gate = element in _gates(case) or mode in {Mode.FARE_GATE, Mode.EXIT_GATE}
    if gate or flow.arc_mode[arcs[0]] in _ESCALATORS:
        capacity[arcs] *= 2
        return "gate" if gate else "escalator", replace(case.network, capacity_per_s=capacity)
    for arc in arcs[capacity[arcs] > 0].tolist():
        passage = int(flow.arc_passage[arc])
        width, riser, tread = (
            float(column[passage]) for column in (flow.passage_width_m, flow.passage_riser_m, flow.passage_tread_m)
        )
        wide, now = (
            calibration.passage_capacity(MODES[flow.arc_mode[arc]], w, riser_m=riser, tread_m=tread)
            for w in (width + 1.0, width)
        )
        capacity[arc] += wide - now if np.isfinite(now) else 0.0
    return "metre", replace(case.network, capacity_per_s=capacity)


def _gates(case: "Case") -> set[str]:
    return {o.id for o in case.building.openings if o.category is OpeningCategory.GATE}


def _machines(outcome: Outcome, case: "Case") -> list[Change]:
    """The escalator and the gate that most people use out of service, and another one beside each."""
    flow = case.flow
    used = np.zeros(len(flow.passage_element), np.int64)
    open_ = np.zeros(len(flow.passage_element), np.bool_)
    limited = flow.arc_passage >= 0
    np.add.at(used, flow.arc_passage[limited], outcome.arc_persons[limited])
    np.logical_or.at(open_, flow.arc_passage[limited], case.network.capacity_per_s[limited] > 0)
    gates = _gates(case)
    moving = np.zeros(len(open_), np.bool_)
    moving[flow.arc_passage[limited & np.isin(flow.arc_mode, _ESCALATORS)]] = True
    gated = np.array([element in gates for element in flow.passage_element], np.bool_)
    found = []
    for kind, ko, unit, en, some in (
        ("escalator", "에스컬레이터", "대", "escalator", np.flatnonzero(open_ & moving)),
        ("gate", "개찰구", "개", "gate", np.flatnonzero(open_ & gated)),
    ):
        if not len(some):
            continue
        element = flow.passage_element[max(some.tolist(), key=lambda p: (used[p], -p))]
        name = case.building.titles.get(element, Text(default=element))
        closed = case.network.closed_from_s.copy()
        closed[_arcs(case, element)] = 0.0
        less = Text(
            ko=f"{ko} 1{unit} 적게 ({name.best('ko') or element})",
            en=f"One {en} less ({name.best('en') or element})",
        )
        more = Text(
            ko=f"{ko} 1{unit} 많게 ({name.best('ko') or element} 옆)",
            en=f"One {en} more (beside {name.best('en') or element})",
        )
        without = case.with_network(replace(case.network, closed_from_s=closed))
        beside = case.with_network(_one_more(case, element)[1])
        found += [
            Change(key=f"{kind}-1", text=less, name=f"{kind}-1", case=without, effect="harms"),
            Change(key=f"{kind}+1", text=more, name=f"{kind} {element}", case=beside, effect="helps"),
        ]
    return found


def _people(case: "Case") -> list[Change]:
    """More and fewer people; people who take longer, and less long, to start."""
    found = []
    for share in LOADS:
        percent = round(100 * share) - 100
        walkers = {p: replace(crowd, rows=scaled(crowd.rows, share)) for p, crowd in case.walkers.items()}
        found.append(
            Change(
                key=f"load{percent:+d}",
                text=Text(ko=f"인원 {percent:+d} %", en=f"Load {percent:+d} %"),
                name=f"load{percent:+d}",
                case=replace(case, walkers=walkers),
                effect="helps" if share < 1 else "harms",
                people=True,
            )
        )
    for share in DELAYS:
        percent = round(100 * share) - 100
        walkers = _delayed(case, share)
        if all(np.array_equal(walkers[p].rows, crowd.rows) for p, crowd in case.walkers.items()):
            continue  # nobody takes any time to start
        found.append(
            Change(
                key=f"premovement{percent:+d}",
                text=Text(ko=f"경보 뒤 움직이기까지 {percent:+d} %", en=f"Pre-movement {percent:+d} %"),
                name=f"premovement{percent:+d}",
                case=replace(case, walkers=walkers),
                effect="helps" if share < 1 else "harms",
                retimed=True,
            )
        )
    return found


def scaled(rows: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """The same people times a share, whole, rounded up in total: of every row no more than before if it is fewer, no fewer if more."""
    upto = np.ceil(np.cumsum(rows[:, 2]) * share - 1e-9).astype(np.int64)
    return np.column_stack([rows[:, :2], np.diff(upto, prepend=0)])


def slower(scenario: Scenario, share: float) -> Scenario:
    """The same with every delay after the alarm times a share."""
    return replace(
        scenario,
        premovement=scenario.premovement.scaled(share),
        premovement_of=tuple(replace(d, delay=d.delay.scaled(share)) for d in scenario.premovement_of),
    )


def _delayed(case: "Case", share: float) -> dict[str, Crowd]:
    made = crowds(case.flow, slower(case.scenario, share), case.load, step_s=case.step_s)
    return {profile: made[profile] for profile in case.walkers}


def _calibrations(case: "Case") -> list[Change]:
    """Other published numbers of movement."""
    found = []
    for ident, calibration in CALIBRATIONS.items():
        if ident != case.calibration.id:
            network = case.hazards.applied(dynamic(case.flow, calibration))
            found.append(
                Change(
                    key=f"calibration-{ident}",
                    text=Text(ko=f"이동 계수 {ident}", en=f"Calibration {ident}"),
                    name=f"calibration-{ident}",
                    case=case.with_network(network),
                    effect=effect_of(network, case.network),
                    retimed=True,
                )
            )
    return found


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
