"""What the sheet of a station code needs to know of a platform, measured in the flow network of its venue.

Ways off a platform are the narrowest set of passages between it and the far ends of the connectors, gates and exits around it: the minimum cut
with the code's own flows. So a wide opening in front of a narrow stair counts as the stair, and nobody has to say which stairs belong to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.max_flow import SimpleMaxFlow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, dijkstra

from indoor3d.models.building import Building, Text
from indoor3d.models.flow import BASES, NODE_KINDS, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.quantity import Quantity
from indoor3d.models.rules import Known, Row, RulePack
from indoor3d.models.vocabulary import Access, Mode, OpeningCategory, SpaceCategory
from indoor3d.routing.evacuation.sheet import Element, Leg, Platform

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KINDS: Mapping[Mode, str] = {
    Mode.STAIRS: "stairs",
    Mode.RAMP: "passage",
    Mode.ESCALATOR: "escalator",
    Mode.MOVING_WALK: "escalator",
}
_OPENINGS: Mapping[OpeningCategory, str] = {
    OpeningCategory.DOOR: "door",
    OpeningCategory.ENTRANCE: "door",
    OpeningCategory.SCREEN_DOOR: "door",
    OpeningCategory.GATE: "gate",
    OpeningCategory.PASSAGE: "passage",
    OpeningCategory.VIRTUAL: "passage",
}
_UNLIMITED = 10**12
_MILLI = 1000
"""Flows are counted in thousandths of a person a minute."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Coded:
    """A flow network with the numbers of a code.

    Parameters
    ----------
    flow : FlowNetwork
    kind : tuple of str
        Of every passage, as elements of a sheet have it.
    per_min : (M,) float64
        Persons a minute on every arc; infinite on open floor.
    minutes : (M,) float64
        Of walking, or of climbing.
    usable : (M,) bool
        Ways that count: no lifts.
    barrier : (M,) bool
        Out of the paid area: fare gates, and doors beside them.
    """

    flow: FlowNetwork
    kind: tuple[str, ...]
    per_min: Floats
    minutes: Floats
    usable: Flags
    barrier: Flags


def coded(building: Building, flow: FlowNetwork, pack: RulePack) -> Coded:
    """Put the numbers of a code on a flow network.

    Raises
    ------
    UnitMismatch
        A flow of the pack is neither by width nor by the piece.
    """
    category = {o.id: o.category for o in building.openings}
    mode = [MODES[m] for m in flow.arc_mode.tolist()]
    kind = ["passage"] * len(flow.passage_element)
    for arc, passage in enumerate(flow.arc_passage.tolist()):
        if passage >= 0:
            found = _KINDS.get(mode[arc]) or _OPENINGS.get(
                category.get(flow.passage_element[passage], OpeningCategory.VIRTUAL)
            )
            kind[passage] = found or "passage"
    rate = np.array([_rate(pack, kind[p], width) for p, width in enumerate(flow.passage_width_m.tolist())])
    per_min = np.append(rate, np.inf)[flow.arc_passage]
    on_connector = np.array([m in _KINDS and m is not Mode.RAMP for m in mode])
    vertical = pack.constants["speed_vertical"].quantity.in_unit("m/min")
    pace = {key: pack.constants[key].quantity.in_unit("m/min") for key in ("speed_platform", "speed_concourse")}
    platforms = {s.id for s in building.spaces if s.category is SpaceCategory.PLATFORM}
    on_platform = np.array([flow.node_space[node] in platforms for node in flow.arc_from.tolist()])
    level = flow.arc_length_m / np.where(on_platform, pace["speed_platform"], pace["speed_concourse"])
    minutes = np.where(on_connector, np.abs(flow.arc_climb_m) / vertical, level)
    paid = {s.id for s in building.spaces if s.access is Access.PAID}
    inside = np.array([space in paid for space in flow.node_space])
    return Coded(
        flow=flow,
        barrier=inside[flow.arc_from] & ~inside[flow.arc_to] & (flow.arc_passage >= 0),
        kind=tuple(kind),
        per_min=per_min,
        minutes=minutes,
        usable=np.array([m not in {Mode.LIFT, Mode.WHEELCHAIR_LIFT} for m in mode]),
    )


def _rate(pack: RulePack, kind: str, width_m: float) -> float:
    constant = pack.constants[f"flow_{kind}"]
    if constant.quantity.powers == (1, 0, -1):
        return constant.quantity.in_unit("p/min")
    return constant.quantity.in_unit("p/m/min") * width_m


def platforms(
    building: Building,
    flow: FlowNetwork,
    pack: RulePack,
    *,
    loads: Mapping[str, Known],
    load_rows: Mapping[str, tuple[Row, ...]],
    unsettled: Iterable[str] = (),
) -> tuple[Platform, ...]:
    """Measure every platform that anybody is on.

    Parameters
    ----------
    loads : mapping of str to Known
        Persons on each platform, by id of the space.
    load_rows : mapping of str to tuple of Row
        How each load comes about.
    unsettled : iterable of str
        Spaces that are called points of safety without an analysis on file: how far it is to safety is then not known.

    Raises
    ------
    UnitMismatch
    """
    code = coded(building, flow, pack)
    named = [s.id for s in building.spaces if s.category is SpaceCategory.PLATFORM and s.id in loads]
    parts = {space: _parts(code, space) for space in named}
    return tuple(
        _platform(
            building,
            code,
            parts[space],
            load=loads[space],
            rows=load_rows.get(space, ()),
            others=[loads[other] for other in named if other != space and parts[space].meets(parts[other])],
            unknown=bool(set(unsettled)),
        )
        for space in named
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """What lies between a platform and the street, as passages.

    ``emergency`` are those of ``exits`` whose quickest way on leads through no gate.
    """

    space: str
    here: Flags
    exits: tuple[int, ...]
    emergency: frozenset[int]
    gates: tuple[int, ...]
    street: tuple[int, ...]

    def meets(self, other: "_Parts") -> bool:
        """Whether people of two platforms come to the same gates, or without gates to the same exits."""
        mine, theirs = (part.gates or part.street for part in (self, other))
        return not set(mine).isdisjoint(theirs)


def _parts(code: Coded, space: str) -> _Parts:
    flow = code.flow
    here = np.array([s == space for s in flow.node_space])
    beyond = _beyond(code, here)
    exits = _cut(code, here, beyond, near_source=True)
    onward = code.usable & ~here[flow.arc_from] & ~here[flow.arc_to]
    minutes, following = _minutes_out(code, onward)
    barriers = {passage: _barrier(code, passage, minutes, following, onward) for passage in exits}
    lines = {_line(code, gate) for gate in barriers.values() if gate >= 0}
    gates = tuple(p for p in _barriers(code) if _line(code, p) in lines)
    behind = _heads(code, gates) if gates else beyond
    safe = np.zeros(len(here), bool)
    safe[flow.exit_node] = True
    return _Parts(
        space=space,
        here=here,
        exits=exits,
        emergency=frozenset(p for p, gate in barriers.items() if gate < 0 and lines),
        gates=gates,
        street=_cut(code, behind, safe, near_source=False),
    )


def _platform(
    building: Building,
    code: Coded,
    parts: _Parts,
    *,
    load: Known,
    rows: tuple[Row, ...],
    others: Sequence[Known],
    unknown: bool,
) -> Platform:
    exits = [_element(building, code, p, emergency=p in parts.emergency) for p in parts.exits]
    legs, walk = {}, {}
    for out in ["", *(e.id for e in exits if e.kind == "escalator")]:
        legs[out], walk[out] = _legs(
            code, parts.here, out, ways_out=set(parts.exits), gates=set(parts.gates), unknown=unknown
        )
    return Platform(
        id=parts.space,
        name=building.names[parts.space],
        load=load,
        load_rows=rows,
        other_load=_total(others),
        exits=tuple(exits),
        gates=tuple(_element(building, code, p) for p in parts.gates),
        street=tuple(_element(building, code, p) for p in parts.street),
        legs=legs,
        walk_m=walk,
        routes=len(exits),
    )


# ── what is narrowest ────────────────────────────────────────────────────────────────────────────────────────────────


def _beyond(code: Coded, here: Flags) -> Flags:
    """Where a platform has been left: the far ends of connectors and gates around it from which an exit is reached without it."""
    flow = code.flow
    limits = np.array([_is_connector(m) for m in flow.arc_mode.tolist()]) | code.barrier
    limits |= np.isin(flow.arc_to, flow.exit_node)
    near = _reached(code, here, code.usable & ~limits)
    onward = code.usable & ~here[flow.arc_from] & ~here[flow.arc_to]
    leads_out = _reaching(code, onward)
    beyond = np.zeros(len(here), bool)
    leaving = code.usable & limits & near[flow.arc_from]
    beyond[flow.arc_to[leaving]] = True
    return beyond & leads_out & ~near


def _cut(code: Coded, sources: Flags, sinks: Flags, *, near_source: bool) -> tuple[int, ...]:
    """Passages of a minimum cut: the one nearest to the sources, or nearest to the sinks. None where nothing limits."""
    flow, nodes = code.flow, len(sources)
    if not (sources & ~sinks).any() or not sinks.any():
        return ()
    arcs = np.flatnonzero(code.usable & ~sinks[flow.arc_from] & ~sources[flow.arc_to])
    limit = np.minimum(np.nan_to_num(code.per_min[arcs], posinf=_UNLIMITED / _MILLI) * _MILLI, _UNLIMITED)
    ends = [np.flatnonzero(sources & ~sinks), np.flatnonzero(sinks)]
    tails = np.concatenate([flow.arc_from[arcs], np.full(len(ends[0]), nodes), ends[1]]).astype(np.int32)
    heads = np.concatenate([flow.arc_to[arcs], ends[0], np.full(len(ends[1]), nodes + 1)]).astype(np.int32)
    most = np.concatenate([limit, np.full(len(tails) - len(arcs), _UNLIMITED)]).astype(np.int64)
    solver = SimpleMaxFlow()
    solver.add_arcs_with_capacity(tails, heads, most)
    if solver.solve(nodes, nodes + 1) != SimpleMaxFlow.OPTIMAL or solver.optimal_flow() >= _UNLIMITED:
        return ()
    inside = np.zeros(nodes + 2, bool)
    if near_source:
        inside[solver.get_source_side_min_cut()] = True
    else:
        inside[:] = True
        inside[solver.get_sink_side_min_cut()] = False
    crossing = arcs[inside[flow.arc_from[arcs]] & ~inside[flow.arc_to[arcs]]]
    return tuple(sorted(set(flow.arc_passage[crossing].tolist()) - {-1}, key=lambda p: flow.passage_element[p]))


def _barriers(code: Coded) -> list[int]:
    """All passages out of the paid area, by id."""
    flow = code.flow
    found = set(flow.arc_passage[code.barrier & code.usable].tolist())
    return sorted(found, key=lambda p: flow.passage_element[p])


def _line(code: Coded, passage: int) -> tuple[str, str]:
    """The two spaces that a passage of the barrier joins: gates side by side join the same two."""
    flow = code.flow
    arc = int(np.flatnonzero(code.barrier & (flow.arc_passage == passage))[0])
    return flow.node_space[int(flow.arc_from[arc])], flow.node_space[int(flow.arc_to[arc])]


def _barrier(code: Coded, passage: int, minutes: Floats, following: NDArray[np.int32], usable: Flags) -> int:
    """The passage through which the quickest way out behind another one leaves the paid area; -1 where it does not."""
    flow = code.flow
    far = np.unique(flow.arc_to[flow.arc_passage == passage])
    start = int(far[np.argmin(minutes[far])])
    if not np.isfinite(minutes[start]):
        return -1
    for tail, head in pairwise(_followed(start, following)):
        arc = _arc(code, usable, tail, head)
        if code.barrier[arc]:
            return int(flow.arc_passage[arc])
    return -1


def _heads(code: Coded, passages: Sequence[int]) -> Flags:
    """Nodes just behind passages of the barrier."""
    found = np.zeros(len(code.flow.node_id), bool)
    found[code.flow.arc_to[code.barrier & np.isin(code.flow.arc_passage, passages)]] = True
    return found


def _arc(code: Coded, usable: Flags, tail: int, head: int) -> int:
    """The quickest arc between two nodes."""
    arcs = np.flatnonzero(usable & (code.flow.arc_from == tail) & (code.flow.arc_to == head))
    return int(arcs[np.argmin(code.minutes[arcs])])


def _is_connector(mode: int) -> bool:
    return MODES[mode] in _KINDS


def _reached(code: Coded, sources: Flags, open_arcs: Flags) -> Flags:
    """Nodes reached from any source."""
    flow, nodes = code.flow, len(sources)
    tails = np.concatenate([flow.arc_from[open_arcs], np.full(int(sources.sum()), nodes)])
    heads = np.concatenate([flow.arc_to[open_arcs], np.flatnonzero(sources)])
    graph = csr_array((np.ones(len(tails), np.int8), (tails, heads)), shape=(nodes + 1, nodes + 1))
    found = np.zeros(nodes + 1, bool)
    found[breadth_first_order(graph, nodes, return_predecessors=False)] = True
    return found[:nodes]


def _reaching(code: Coded, open_arcs: Flags) -> Flags:
    """Nodes from which an exit is reached."""
    return np.isfinite(_minutes_out(code, open_arcs)[0])


def _minutes_out(code: Coded, open_arcs: Flags) -> tuple[Floats, NDArray[np.int32]]:
    """(N,) minutes of the code to the nearest exit, and the node that comes next on the way there (negative at an exit)."""
    flow, nodes = code.flow, len(code.flow.node_id)
    best: dict[tuple[int, int], float] = {}
    for tail, head, time in zip(
        flow.arc_to[open_arcs].tolist(),
        flow.arc_from[open_arcs].tolist(),
        code.minutes[open_arcs].tolist(),
        strict=True,
    ):
        # a weight of 0 is no arc to scipy, and it adds up arcs between the same two nodes
        best[tail, head] = min(max(time, 1e-12), best.get((tail, head), np.inf))
    keys = np.array(list(best), np.int32).reshape(-1, 2)
    graph = csr_array((np.array(list(best.values())), (keys[:, 0], keys[:, 1])), shape=(nodes, nodes))
    minutes, following, _ = dijkstra(graph, indices=flow.exit_node, min_only=True, return_predecessors=True)
    return minutes, following


# ── the longest way ──────────────────────────────────────────────────────────────────────────────────────────────────


def _legs(
    code: Coded, here: Flags, out: str, *, ways_out: set[int], gates: set[int], unknown: bool
) -> tuple[tuple[Leg, ...], float]:
    """The way that takes longest from anywhere on a platform to its nearest exit, and its length on the platform."""
    flow = code.flow
    closed = np.array([*(element == out for element in flow.passage_element), False])[flow.arc_passage]
    usable = code.usable & ~closed
    minutes, following = _minutes_out(code, usable)
    cells = np.flatnonzero(here & (flow.node_kind == NODE_KINDS.index(NodeKind.CELL)))
    cells = cells if len(cells) else np.flatnonzero(here)
    start = int(cells[np.argmax(minutes[cells])])
    metres: dict[str, float | None] = {"T1": 0.0, "T2": 0.0, "T3": 0.0, "T4": 0.0}
    if not np.isfinite(minutes[start]):
        metres = dict.fromkeys(metres)
    else:
        _measure(code, _followed(start, following), usable, metres=metres, ways_out=ways_out, gates=gates)
    if unknown:
        metres["T4"] = None
    return _as_legs(metres), metres["T1"] if metres["T1"] is not None else float("inf")


def _followed(node: int, following: NDArray[np.int32]) -> list[int]:
    path = [node]
    while following[path[-1]] >= 0:
        path.append(int(following[path[-1]]))
    return path


def _measure(
    code: Coded, path: list[int], usable: Flags, *, metres: dict[str, float | None], ways_out: set[int], gates: set[int]
) -> None:
    """Add up a way by its parts: on the platform, up and down, to the barrier, and on to safety."""
    flow = code.flow
    part = "T1"
    for tail, head in pairwise(path):
        arc = _arc(code, usable, tail, head)
        passage = int(flow.arc_passage[arc])
        connector = _is_connector(int(flow.arc_mode[arc])) and MODES[flow.arc_mode[arc]] is not Mode.RAMP
        if part == "T1" and (passage in ways_out or connector):
            part = "T3" if gates else "T4"
        if passage in gates:
            part = "T4"
        key = "T2" if connector else part
        length = abs(flow.arc_climb_m[arc]) if connector else flow.arc_length_m[arc]
        metres[key] = (metres[key] or 0.0) + float(length)


def _as_legs(metres: Mapping[str, float | None]) -> tuple[Leg, ...]:
    names = {
        "T1": (Text(ko="승강장에서 걷기", en="On the platform"), "speed_platform"),
        "T2": (Text(ko="오르내리기 (높이)", en="Up and down (height)"), "speed_vertical"),
        "T3": (Text(ko="개찰구까지 걷기", en="To the fare barrier"), "speed_concourse"),
        "T4": (Text(ko="안전 지점까지 걷기", en="On to a point of safety"), "speed_concourse"),
    }
    return tuple(Leg(key=key, name=names[key][0], distance_m=metres[key], pace=names[key][1]) for key in names)


def _element(building: Building, code: Coded, passage: int, *, emergency: bool = False) -> Element:
    flow, ident = code.flow, code.flow.passage_element[passage]
    kind = code.kind[passage]
    width = float(flow.passage_width_m[passage])
    return Element(
        id=ident,
        name=building.names.get(ident, Text(default=ident)),
        kind=kind,
        width_mm=None if kind in {"gate", "turnstile"} else round(1000 * width, 1),
        emergency=emergency,
        basis=str(BASES[flow.passage_width_basis[passage]]),
    )


def _total(loads: Sequence[Known]) -> Known:
    persons = sum((load.quantity.in_unit("p") for load in loads if load.quantity is not None), 0.0)
    unknown = any(load.quantity is None for load in loads)
    return Known(quantity=None if unknown else Quantity.of(persons, "p"), basis="declared" if loads else "surveyed")
