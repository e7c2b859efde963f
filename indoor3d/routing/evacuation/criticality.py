"""Which single failure is worst, and who is cut off when something closes.

Who is cut off is exact: whether a way out is left is asked anew for every failure. How much later the others are out is exact where it matters. Most failures
touch no way of the plan: what nobody uses can fail and the plan stands. For every other, only those who used it are planned anew,
after all others, which is a plan, so at most that; and :func:`~indoor3d.routing.evacuation.optimum.least_steps` says at least how long. Then everybody is planned anew
without it for the worst, until the head of the ranking is settled. What is told of these is at most a twentieth above what a flow on the time-expanded network
proves to be the least, or no sooner plan was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.building import Text
from indoor3d.models.criticality import Critical, Known
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.models.vocabulary import ConnectorCategory
from indoor3d.routing.evacuation._augment import Flow
from indoor3d.routing.evacuation._failures import (
    Failure,
    closed_arcs,
    failures,
    live_arcs,
    ranked,
    simple_arcs,
    stranded_at,
    whole,
)
from indoor3d.routing.evacuation._nearest_queues import Nearest
from indoor3d.routing.evacuation.ccrp import EXACT_SHARE, SHARE, Plan, ccrp
from indoor3d.routing.evacuation.cut_off import cut_off_at
from indoor3d.routing.evacuation.optimum import least_steps, most_out, reachable
from indoor3d.routing.evacuation.timed import NEVER, Timed, timed

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SETTLED = 10
"""As many places at the head of a ranking are planned anew."""
_MOST = 0.5
"""Where more than this share of all people used an element, everybody is planned anew at once: it takes as long (ours)."""

_FEW = 0.02
"""Where no more than this share of all people used an element, they are planned anew themselves: that is quick, and no looser than what is known of an element
that is alike (ours)."""
_NEAR = 1.05
"""A plan without an element that may be farther from the optimum than this is made better, as in :mod:`indoor3d.routing.evacuation.ccrp`; what is known of
those who used it, after all others, counts as a plan."""
_LIFTS = {ConnectorCategory.LIFT, ConnectorCategory.WHEELCHAIR_LIFT}


def criticality(
    network: FlowNetwork,
    dynamic: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    usable: Flags | None = None,
    settled: int = SETTLED,
    names: Mapping[str, Text] | None = None,
    lifts: Mapping[str, Mapping[str, int]] | None = None,
) -> tuple[Critical, ...]:
    """Rank every single failure, worst first: by people who then do not get out, then by how much later the others do.

    Parameters
    ----------
    dynamic : DynamicNetwork
        The same network as numbers.
    occupants : (N,) int
        Persons at each node when it begins.
    usable : (M,) bool, optional
        Arcs that these people can use; all by default.
    settled : int
        As many places at the head, and at the head of those that cut off nobody, are planned anew with everybody; behind them a clearance
        may be a bound, and says so.
    names : mapping of str to Text, optional
        Names of elements, as ``Building.names``.
    lifts : mapping of str to mapping of str to int, optional
        For each lift, how many people of each space have no way out without it: see :func:`lift_failures`.

    Raises
    ------
    InvalidInput
        Malformed occupants, step or number.
    """
    if settled < 1:
        raise InvalidInput(
            f"settled is {settled!r} and must be at least 1.", ko=f"settled {settled!r}: 1 이상이어야 합니다."
        )
    people = whole(occupants, dynamic.nodes)
    net = timed(dynamic, people, step_s=step_s, usable=usable)
    live = live_arcs(net)
    ranking = _Ranking(network=network, dynamic=_only(dynamic, live), occupants=people, step_s=step_s)
    found = [
        replace(ranking.first(failure.element, failure.arcs[live]), kind=failure.kind, name=(names or {}).get(failure.element, Text()))
        for failure in failures(network)
    ]  # fmt: skip
    for lift, spaces in sorted((lifts or {}).items()):
        found.append(replace(ranking.of_lift(lift, spaces), name=(names or {}).get(lift, Text())))
    return ranking.settle(found, places=settled)


def _only(dynamic: DynamicNetwork, arcs: Flags) -> DynamicNetwork:
    """Leave out arcs that nobody can use on a way out: whatever fails, they never come back."""
    columns = ("arc_from", "arc_to", "time_s", "capacity_per_s", "passage", "open_from_s", "closed_from_s")
    return replace(dynamic, **{name: getattr(dynamic, name)[arcs] for name in columns})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Failed:
    """One failure: its arcs, what tells which others are alike, and the arcs that the plan without it uses."""

    arcs: Flags
    alike: bytes
    used: Flags


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Again:
    """A plan without some arcs: step of its last arrival (-1 where nobody is out), how many it leaves, and the arcs that it uses."""

    last: int
    left: int
    used: Flags


@dataclass(kw_only=True, eq=False)
class _Ranking:
    """The plan as it is, and what each failure makes of it.

    Failures that leave the same simple ways have the same plan, as a stair and the door behind it: it is made once.
    """

    network: FlowNetwork
    dynamic: DynamicNetwork
    occupants: Integers
    step_s: float

    def __post_init__(self) -> None:
        self.failed: dict[str, _Failed] = {}
        self.known: dict[bytes, str] = {}
        self.net = timed(self.dynamic, self.occupants, step_s=self.step_s)
        self.plan = ccrp(self.dynamic, self.occupants, step_s=self.step_s)
        self.nearest = Nearest.of(self.dynamic, self.net)
        self.arrive = self.plan.flow.arrivals(self.net.transit)
        self.saved = _has_way(self.net)
        self.as_it_is = Critical(
            element="",
            kind="opening",
            name=Text(),
            persons=0,
            cut_off=0,
            late=0,
            stranded=(),
            clearance_s=float(self.arrive.max()) * self.step_s if len(self.arrive) else None,
            later_s=0.0,
            known="stands",
            bound_s=self._bound(self.net),
            nearest_s=self.nearest.clearance_s,
            nearest_later_s=None if self.nearest.clearance_s is None else 0.0,
        )
        self.rows: dict[str, Critical] = {}

    def first(self, element: str, arcs: Flags) -> Critical:
        """What is known without planning everybody anew."""
        using = _using(self.plan.flow, arcs)
        units = int(self.plan.flow.slot_units[using].sum())
        row = replace(self.as_it_is, element=element, persons=-(-units // self.plan.scale))
        if not arcs.any():
            return row
        net = self._without(arcs)
        row = self._with_nearest(self._with_lost(row, net), net, arcs)
        if not using.any():
            return row
        many = units > _FEW * self.plan.flow.slot_units.sum()
        alike = simple_arcs(net).tobytes() if many else element.encode()
        twin = self.known.get(alike)
        if twin is not None and not (self.failed[twin].used & arcs).any():
            self.failed[element] = replace(self.failed[twin], arcs=arcs)
            found = replace(self.rows[twin], element=element, persons=row.persons)
        else:
            row = replace(row, bound_s=self._bound(net))
            if units > _MOST * self.plan.flow.slot_units.sum():
                found, used = self._planned(row, net, arcs)
            else:
                found, used = self._detour(row, net, arcs, using=using)
            self.failed[element] = _Failed(arcs=arcs, alike=alike, used=used)
            self.known.setdefault(alike, element)
        self.rows[element] = found
        return found

    def of_lift(self, lift: str, spaces: Mapping[str, int]) -> Critical:
        """What is known of a lift, whose people are in no plan."""
        level = dict(zip(self.network.node_space, self.network.node_level, strict=True))
        stranded = ranked({(space, level.get(space, "")): count for space, count in spaces.items() if count})
        lost = sum(row.persons for row in stranded)
        return replace(
            self.as_it_is,
            element=lift,
            kind="lift",
            persons=lost,
            cut_off=lost,
            stranded=stranded,
            known="not-planned",
        )

    def settle(self, found: list[Critical], *, places: int) -> tuple[Critical, ...]:
        """Plan anew what is at the head of the ranking until nothing there is a bound."""
        rows = {(row.kind, row.element): row for row in found}
        while True:
            order = sorted(rows.values(), key=_worst_first)
            slower = [row for row in order if not row.lost]
            head = [row for row in (*order[:places], *slower[:places]) if row.known == "bound"]
            if not head:
                break
            # The worst bound first: planned anew it may fall, and others move up.
            failed = self.failed[head[0].element]
            best, used = self._planned(head[0], self._without(failed.arcs), failed.arcs)
            for key, row in rows.items():
                twin = self.failed.get(row.element)
                if row is head[0]:
                    rows[key] = best
                elif twin and twin.alike == failed.alike and row.known == "bound" and not (used & twin.arcs).any():
                    rows[key] = replace(best, element=row.element, kind=row.kind, name=row.name, persons=row.persons)
        return tuple(order)

    # --- one failure

    def _without(self, arcs: Flags) -> Timed:
        return self.net.only(~arcs)

    def _bound(self, net: Timed) -> float | None:
        some = bool((_has_way(net) & (self.occupants > 0)).any())
        return least_steps(net) * self.step_s if some else None

    def _with_lost(self, row: Critical, net: Timed) -> Critical:
        lost = self.saved & ~_has_way(net)
        stranded = stranded_at(self.network, np.where(lost, self.occupants - self.plan.left, 0))
        return replace(row, stranded=stranded, cut_off=sum(s.persons for s in stranded))

    def _planned(self, row: Critical, net: Timed, arcs: Flags) -> tuple[Critical, Flags]:
        """Plan everybody anew; what was known is kept where it is no worse."""
        plan = self._anew(row, net, arcs)
        last = plan.clearance_steps if plan.cohort_persons.sum() else -1
        again = _Again(last=last, left=int(plan.left.sum()), used=_used(arcs, plan.flow))
        found = self._with_clearance(row, net, again, known="planned")
        if row.known == "bound" and (row.late, row.later_s or 0.0) < (found.late, found.later_s or 0.0):
            return replace(row, known="planned"), self.failed[row.element].used
        return found, again.used

    def _anew(self, row: Critical, net: Timed, arcs: Flags) -> Plan:
        """A quick plan, or a finer one where that is not near the least; what the optimum makes of it only where all that is known may be far."""
        without, least = ~arcs, least_steps(net)
        best: Plan | None = None
        for share in (SHARE, EXACT_SHARE):
            batch = max(1, round(share * least))
            plan = ccrp(self.dynamic, self.occupants, step_s=self.step_s, usable=without, batch=batch)
            if best is None or (plan.left.sum(), plan.clearance_s) < (best.left.sum(), best.clearance_s):
                best = plan
            if best.clearance_steps <= _NEAR * least:
                break
        if best is not None and not best.left[_has_way(net)].any():
            bound = row.known == "bound" and not row.late and row.clearance_s is not None
            known = round((row.clearance_s or 0.0) / self.step_s) if bound else NEVER
            if not self._far(net, min(best.clearance_steps, known)):
                return best
        return ccrp(self.dynamic, self.occupants, step_s=self.step_s, usable=without)

    def _far(self, net: Timed, last: int) -> bool:
        """Whether all who have a way could be out so much sooner than at a step that more is to be done: one flow tells."""
        sooner = int(np.ceil((last - 0.5) / _NEAR)) - 1  # steps are whole: half of one is rounding
        return sooner >= least_steps(net) and most_out(net, sooner) >= reachable(net)

    def _detour(self, row: Critical, net: Timed, arcs: Flags, *, using: Flags) -> tuple[Critical, Flags]:
        """Plan anew those who used it, after all others."""
        others, again = _apart(self.plan, self.occupants, using)
        last = int(others.arrivals(self.net.transit).max(initial=-1))
        left = int(self.plan.left[again == 0].sum())
        used = _used(arcs, others)
        rescued = _has_way(net)
        left += int(again[~rescued].sum())
        again = np.where(rescued, again, 0)
        if again.any():
            rest = replace(self.plan, flow=others)
            plan = ccrp(self.dynamic, again, step_s=self.step_s, usable=~arcs, after=[rest])
            left += int(plan.left.sum())
            if plan.cohort_persons.sum():
                last = max(last, plan.clearance_steps)
            used |= _used(arcs, plan.flow)
        found = _Again(last=last, left=left, used=used)
        return self._with_clearance(row, net, found, known="bound"), used

    def _with_clearance(self, row: Critical, net: Timed, again: "_Again", *, known: Known) -> Critical:
        clearance = again.last * self.step_s if again.last >= 0 else None
        late = max(0, again.left - int(self.plan.left.sum()) - row.cut_off)
        source = self.plan.flow.run_source[self.plan.flow.slot_run]
        same = _has_way(net)[self.plan.flow.node[source]]
        before = int(self.arrive[same].max(initial=0)) * self.step_s
        later = None if clearance is None else max(0.0, clearance - before)
        if known == "bound" and not later and not late:
            known = "stands"
        return replace(row, clearance_s=clearance, later_s=later, late=late, known=known)

    # --- everybody to the nearest exit

    def _with_nearest(self, row: Critical, net: Timed, arcs: Flags) -> Critical:
        if not self.nearest.uses(arcs):
            return row
        clearance, before = Nearest.of(self.dynamic, net).clearance_s, self.nearest.clearance_s
        later = None if clearance is None or before is None else clearance - before
        return replace(row, nearest_s=clearance, nearest_later_s=later)


def _worst_first(row: Critical) -> tuple[object, ...]:
    return (-row.lost, -(row.later_s or 0.0), -(row.nearest_later_s or 0.0), -row.persons, row.element, row.kind)


def _has_way(net: Timed) -> Flags:
    """(N,) whether somebody who is at a node from the beginning, and meets nobody, gets out."""
    found: Flags = (net.latest(NEVER) >= 0) | net.sink
    return found


# --- flows of plans -----------------------------------------------------------------------------------------------------------------


def _slots_and_arcs(flow: Flow) -> tuple[Integers, Integers]:
    size = np.diff(flow.run_start)[flow.slot_run]
    slot = np.repeat(np.arange(len(size)), size)
    at = flow.run_start[flow.slot_run][slot] + np.arange(len(slot)) - (np.cumsum(size) - size)[slot]
    return slot, flow.run_arc[at]


def _using(flow: Flow, arcs: Flags) -> Flags:
    """Slots of a flow that pass any of these arcs."""
    slot, arc = _slots_and_arcs(flow)
    found = np.zeros(len(flow.slot_run), np.bool_)
    found[slot[arcs[arc]]] = True
    return found


def _used(arcs: Flags, flow: Flow) -> Flags:
    """(M,) arcs that a flow passes, of as many as these are."""
    found = np.zeros(len(arcs), np.bool_)
    found[_slots_and_arcs(flow)[1]] = True
    return found


def _apart(plan: Plan, occupants: Integers, using: Flags) -> tuple[Flow, Integers]:
    """Take slots out of a plan: what is left of its flow, and whole persons of each node (N,) who are to be planned anew.

    Persons are whole: of those who share a person with the slots, the last to arrive go, too.
    """
    flow, scale = plan.flow, plan.scale
    node = flow.node[flow.run_source[flow.slot_run]]
    sent = np.bincount(node, weights=flow.slot_units, minlength=len(occupants)).astype(np.int64)
    taken = np.bincount(node[using], weights=flow.slot_units[using], minlength=len(occupants)).astype(np.int64)
    # Of a node that not everybody leaves, all are planned anew.
    odd = (taken > 0) & (sent != occupants * scale)
    again = np.where(odd, occupants, -(-taken // scale))
    over = np.where(odd, sent, again * scale) - taken
    kept = np.where(using, 0, flow.slot_units)
    for slot in np.flatnonzero(~using & (over[node] > 0))[::-1].tolist():
        cut = min(int(kept[slot]), int(over[node[slot]]))
        kept[slot] -= cut
        over[node[slot]] -= cut
    some = kept > 0
    rest = replace(flow, slot_run=flow.slot_run[some], slot_shift=flow.slot_shift[some], slot_units=kept[some])
    return rest, again


# --- lifts ----------------------------------------------------------------------------------------------------------------------------


def lift_failures(
    graph: "NavGraph", people: Mapping[str, int], *, profile: str = "wheelchair", closed: Sequence[str] = ()
) -> dict[str, dict[str, int]]:
    """For each lift, how many of the people of each space can reach an open exit with it and cannot without it.

    Lifts run here, as where staff or the fire service work them for people who cannot use stairs. A space counts as soon as one of its corners
    loses its way.

    Parameters
    ----------
    people : mapping of str to int
        Persons of this mobility in each space, by id.

    Raises
    ------
    UnknownProfile, UnknownElement
    NoOpenExit
        No exit is open even while all lifts run.
    """
    spaces = {space.id for space in graph.building.spaces}
    for space in sorted(people):
        if space not in spaces:
            raise UnknownElement(
                f"Venue {graph.building.venue.id} has no space {space[:64]!r}.",
                ko=f"장소 {graph.building.venue.id}에 공간 {space[:64]!r}이(가) 없습니다.",
                element=space[:64],
            )
    with_all = _corners_out(graph, profile, closed)
    found = {}
    for connector in sorted(graph.building.connectors, key=lambda c: c.id):
        if connector.category in _LIFTS and connector.id not in closed:
            without = _corners_out(graph, profile, (*closed, connector.id))
            lost = {space for space, reached in with_all.items() if (reached & ~without[space]).any()}
            found[connector.id] = {space: people[space] for space in sorted(lost) if people.get(space, 0) > 0}
    return found


def _corners_out(graph: "NavGraph", profile: str, closed: Sequence[str]) -> dict[str, Flags]:
    """For the corners of every space, whether an exit is reached."""
    from indoor3d.routing.evacuation.escape import at_corners, exit_field  # noqa: PLC0415 - loads a library

    conditions = graph.conditions(profile, closed, emergency=False)
    body = graph.for_body(conditions.profile)
    field = exit_field(body, conditions)
    found: dict[str, list[bool]] = {}
    for space, _, cost in at_corners(body, field.reached.cost, conditions):
        found.setdefault(space, []).append(bool(np.isfinite(cost)))
    return {space: np.array(flags, np.bool_) for space, flags in found.items()}


__all__ = ["SETTLED", "Failure", "closed_arcs", "criticality", "cut_off_at", "failures", "lift_failures"]
