"""What the evacuation of a scenario hangs on: the ranking of its single failures, and who is cut off when something closes at a time.

People set out when they do in the scenario: after detection, alarm and the delay of each. In the ranking all of one place set out with the last
of them, and steps are coarser than a plan's: both only make it later. Failures come on top of the hazards of the scenario.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import OffNetwork, RoutingError, UnknownElement
from indoor3d.models.building import Building, Text
from indoor3d.models.criticality import Critical, Criticality
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.models.network import MODES
from indoor3d.models.rescue import Access
from indoor3d.models.scenario import EvacuationLift, Scenario
from indoor3d.models.vocabulary import Mode, SpaceCategory
from indoor3d.routing.evacuation._failures import failures, ranked
from indoor3d.routing.evacuation.criticality import criticality, cut_off_at
from indoor3d.routing.evacuation.plan import Case, prepare
from indoor3d.routing.evacuation.refuges import Group, fetch
from indoor3d.routing.evacuation.rescue import hose_reach, ways_in
from indoor3d.routing.evacuation.timed import NEVER, timed
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.place import find_place

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEP_S = 5.0
"""Least step of the ranking (ours): the 363 failures of Express Bus Terminal station with 12,900 people take some 20 s of one processor then."""
_WALK = MODES.index(Mode.WALK)
_Scalar = TypeVar("_Scalar", bound=np.generic)


def weakest(
    building: Building,
    graph: NavGraph,
    scenario: Scenario,
    *,
    closes: Mapping[str, float] = MappingProxyType({}),
    ranking: bool = True,
    files: Mapping[str, bytes] = MappingProxyType({}),
    progress: Callable[[float, str], None] = lambda _share, _stage: None,
) -> Criticality:
    """Say what an evacuation hangs on.

    Parameters
    ----------
    closes : mapping of str to float
        Seconds from the beginning of the incident at which elements close, by id or name: who is cut off then?
    ranking : bool
        False: only what ``closes`` asks.
    files : mapping of str to bytes
        Tables that the scenario names by file.

    Raises
    ------
    InvalidScenario, NoOpenExit, UnknownElement, InvalidInput
    """
    shut = resolved(building, closes)
    progress(0.05, "preparing")
    case = prepare(building, graph, replace(scenario, step_s=max(scenario.step_s, STEP_S)), files=files)
    rows = _rows(case)
    usable = _usable(case)
    found: tuple[Critical, ...] = ()
    if ranking:
        progress(0.2, "ranking")
        found = _ranking(case, rows, usable)
    closing = still = None
    if shut:
        progress(0.85, "closing")
        ask = partial(cut_off_at, case.flow, case.network, rows, shut, step_s=case.step_s, usable=usable)
        closing, still = ask(), ask(moving=False)
    return Criticality(
        persons=int(rows[:, 2].sum()),
        step_s=case.step_s,
        ranking=found,
        closing=closing,
        still=still,
        access=_access(case) if ranking else (),
    )


def resolved(building: Building, closes: Mapping[str, float]) -> dict[str, float]:
    """The same by id, the soonest where two names mean one element.

    Raises
    ------
    UnknownElement
    """
    found: dict[str, float] = {}
    for name, at_s in closes.items():
        element = find_place(building, name).element
        if not element:
            raise UnknownElement(
                f"{name[:64]!r} is a position, and none of what can close.",
                ko=f"{name[:64]!r}은(는) 위치이며 닫힐 수 있는 것이 아닙니다.",
                element=name[:64],
            )
        found[element] = min(at_s, found.get(element, at_s))
    return found


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(case: Case) -> Integers:
    """(K, 3) node, step, persons of everybody who walks stairs."""
    rows = [crowd.rows for crowd in case.walkers.values()]
    return _merged(np.concatenate(rows)) if rows else np.zeros((0, 3), np.int64)


def _merged(rows: Integers) -> Integers:
    places, which = np.unique(rows[:, :2], axis=0, return_inverse=True)
    persons = np.bincount(which.ravel(), weights=rows[:, 2], minlength=len(places)).astype(np.int64)
    return np.column_stack([places, persons])


def _usable(case: Case) -> Flags:
    """Arcs that any of them can use."""
    masks = list(case.ways.values())
    found: Flags = np.logical_or.reduce(masks) if masks else np.ones(len(case.flow.arc_from), np.bool_)
    return found


def setting_out(
    network: FlowNetwork, dynamic: DynamicNetwork, rows: Integers, *, step_s: float
) -> tuple[FlowNetwork, DynamicNetwork, Integers]:
    """The same networks where everybody begins at once, and who sets out later has so much farther to go.

    All people of one node set out with the last of them. Each such node gets another before it, of the same space, and an arc that takes that long; both
    come behind those that are there.

    Returns
    -------
    tuple
        The networks, and (N,) persons at each of their nodes.
    """
    nodes = dynamic.nodes
    persons, last = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    np.add.at(persons, rows[:, 0], rows[:, 2])
    np.maximum.at(last, rows[:, 0], rows[:, 1])
    late = np.flatnonzero((last > 0) & (persons > 0))
    more = len(late)
    own = np.arange(nodes, nodes + more)
    # Who has a place at their node keeps it, however late they set out.
    room = np.maximum(dynamic.storage, persons)
    later = replace(
        dynamic,
        arc_from=_behind(dynamic.arc_from, own),
        arc_to=_behind(dynamic.arc_to, late),
        time_s=_behind(dynamic.time_s, last[late] * step_s),
        capacity_per_s=_behind(dynamic.capacity_per_s, np.full(more, np.inf)),
        passage=_behind(dynamic.passage, np.full(more, -1)),
        open_from_s=_behind(dynamic.open_from_s, np.zeros(more)),
        closed_from_s=_behind(dynamic.closed_from_s, np.full(more, np.inf)),
        storage=_behind(room, persons[late]),
    )
    again = replace(
        network,
        node_id=(*network.node_id, *(f"{network.node_id[node]}~" for node in late.tolist())),
        node_space=(*network.node_space, *(network.node_space[node] for node in late.tolist())),
        node_level=(*network.node_level, *(network.node_level[node] for node in late.tolist())),
        node_kind=_behind(network.node_kind, network.node_kind[late]),
        node_position=np.concatenate([network.node_position, network.node_position[late]]),
        node_area_m2=_behind(network.node_area_m2, network.node_area_m2[late]),
        arc_from=_behind(network.arc_from, own),
        arc_to=_behind(network.arc_to, late),
        arc_mode=_behind(network.arc_mode, np.full(more, _WALK)),
        arc_length_m=_behind(network.arc_length_m, np.zeros(more)),
        arc_climb_m=_behind(network.arc_climb_m, np.zeros(more)),
        arc_passage=_behind(network.arc_passage, np.full(more, -1)),
    )
    begun = np.zeros(nodes + more, np.int64)
    begun[:nodes] = np.where(last > 0, 0, persons)
    begun[own] = persons[late]
    return again, later, begun


def _behind(column: NDArray[_Scalar], more: NDArray[Any]) -> NDArray[_Scalar]:
    return np.concatenate([column, more.astype(column.dtype)])


# ── the ranking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _ranking(case: Case, rows: Integers, usable: Flags) -> tuple[Critical, ...]:
    flow, network, people = setting_out(case.flow, case.network, rows, step_s=case.step_s)
    anyone = np.concatenate([usable, np.ones(len(network.arc_from) - len(usable), np.bool_)])
    found = criticality(
        flow,
        network,
        people,
        step_s=case.step_s,
        usable=anyone,
        names=case.building.titles,
    )
    special = {profile: ways for profile, ways in case.ways.items() if (ways != usable).any()}
    for profile, ways in special.items():
        found = _with_own_ways(case, found, case.walkers[profile].rows, ways, usable)
    return tuple(sorted((*found, *_of_lifts(case)), key=lambda row: (-row.lost, -(row.later_s or 0.0))))


def _with_own_ways(
    case: Case, found: tuple[Critical, ...], rows: Integers, ways: Flags, usable: Flags
) -> tuple[Critical, ...]:
    """Who is cut off of people who cannot use all ways that others can: by their own ways, instead of by those of all."""
    flow, network, people = setting_out(case.flow, case.network, _merged(rows), step_s=case.step_s)
    more = np.ones(len(network.arc_from) - len(ways), np.bool_)
    own, shared = np.concatenate([ways, more]), np.concatenate([usable, more])

    whole = timed(network, people, step_s=case.step_s)

    def out(arcs: Flags) -> Flags:
        reached: Flags = (whole.only(arcs).latest(NEVER) >= 0) | whole.sink
        return reached

    begun = {True: out(own), False: out(shared)}
    arcs = {(failure.kind, failure.element): failure.arcs for failure in failures(flow)}
    changed = []
    for row in found:
        gone = arcs[row.kind, row.element]
        lost = begun[True] & ~out(own & ~gone)
        counted = begun[False] & ~out(shared & ~gone)
        difference = np.where(lost, people, 0) - np.where(counted, people, 0)
        held = {(s.space, s.level): s.persons for s in row.stranded}
        for node in np.flatnonzero(difference).tolist():
            where = (flow.node_space[node], flow.node_level[node])
            held[where] = held.get(where, 0) + int(difference[node])
        stranded = ranked({where: count for where, count in held.items() if count > 0})
        changed.append(replace(row, stranded=stranded, cut_off=sum(s.persons for s in stranded)))
    return tuple(changed)


# ── lifts and rescuers ───────────────────────────────────────────────────────────────────────────────────────────────


def _access(case: Case) -> tuple[Access, ...]:
    """The ways in to refuges, then to platforms."""
    building = case.building
    closed = _closed(case) & {*building.by_id}
    refuges = {refuge.space for refuge in building.refuges}
    wanted = [(space, True) for space in building.spaces if space.id in refuges]
    wanted += [
        (space, False)
        for space in building.spaces
        if space.category is SpaceCategory.PLATFORM and space.walkable and space.id not in refuges
    ]
    # how far hoses reach is one answer for all spaces
    reach = cache(lambda shut: {one.space: one for one in hose_reach(case.graph, closed=sorted(shut))})
    found = []
    for space, refuge in wanted:
        row = Access(
            space=space.id,
            level=space.level,
            refuge=refuge,
            exit="",
            length_m=None,
            duration_s=None,
            exits=0,
            hose=None,
        )
        # who is to get into a space that is closed itself does get in
        shut = frozenset(closed - {space.id})
        try:
            ways = ways_in(case.graph, find_place(building, space.id), closed=sorted(shut))
        except (RoutingError, OffNetwork):  # no way in: that is the answer
            ways = ()
        if ways and ways[0].route is not None:
            row = replace(
                row,
                exit=ways[0].exit,
                length_m=ways[0].route.length_m,
                duration_s=ways[0].route.duration_s,
                exits=sum(one.route is not None for one in ways),
                hose=reach(shut).get(space.id),
            )
        found.append(row)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lifted:
    """Those who cannot walk stairs, with some lifts: who is not out, by space, and when the last is."""

    left: Mapping[str, int]
    last_s: float | None


def _lifted(case: Case, lifts: Sequence[EvacuationLift], closed: Collection[str]) -> _Lifted:
    left: dict[str, int] = {}
    last = []
    for profile, crowd in sorted(case.others.items()):
        groups = [Group(space=s, persons=n, ready_s=crowd.ready_s[s]) for s, n in sorted(crowd.space.items())]
        found = fetch(
            case.building,
            case.graph,
            groups,
            profile=profile,
            lifts=lifts,
            assistance=case.scenario.assistance,
            closed=closed,
        )
        for space, persons in crowd.space.items():
            left[space] = left.get(space, 0) + persons
        for arrival in found.arrivals:
            left[arrival.space] -= arrival.persons
        last += [] if found.last_s is None else [found.last_s]
    return _Lifted(left=left, last_s=max(last, default=None))


def _of_lifts(case: Case) -> tuple[Critical, ...]:
    """What hangs on each lift that the scenario declares: all are fetched again without it, as the plan fetches them."""
    lifts, closed = case.scenario.evacuation_lifts, _closed(case)
    if not lifts or not case.others:
        return ()
    level = {space.id: space.level for space in case.building.spaces}
    begun = _lifted(case, lifts, closed)
    found = []
    for lift in sorted(lifts, key=lambda one: one.lift):
        without = _lifted(case, [one for one in lifts if one is not lift], closed)
        more = {space: count - begun.left[space] for space, count in without.left.items()}
        stranded = ranked({(space, level[space]): count for space, count in more.items() if count > 0})
        both = begun.last_s is not None and without.last_s is not None
        later = max(0.0, (without.last_s or 0.0) - (begun.last_s or 0.0)) if both else None
        lost = sum(row.persons for row in stranded)
        found.append(
            Critical(
                element=lift.lift,
                kind="lift",
                name=case.building.titles.get(lift.lift, Text()),
                persons=lost,
                cut_off=lost,
                late=0,
                stranded=stranded,
                clearance_s=without.last_s,
                later_s=later,
                known="planned",
                bound_s=None,
                nearest_s=None,
                nearest_later_s=None,
            )
        )
    return tuple(found)


def _closed(case: Case) -> set[str]:
    """Exits that are not allowed, and elements that the hazards close at any time in both directions."""
    asked, shut = case.scenario, np.isfinite(case.hazards.closed_from_s)
    passages = np.unique(case.flow.arc_passage[shut & (case.flow.arc_passage >= 0)])
    found = {case.flow.passage_element[p] for p in passages.tolist() if shut[case.flow.arc_passage == p].all()}
    return found | (set() if asked.exits is None else {e.id for e in case.building.exits} - set(asked.exits))


__all__ = ["STEP_S", "resolved", "setting_out", "weakest"]
