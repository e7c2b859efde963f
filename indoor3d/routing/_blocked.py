"""Why there is no way: the elements that stand in it, named in Korean and English."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.errors import NoRoute
from indoor3d.models.building import Building
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import LABELS, Mode
from indoor3d.routing.cost import durations_s, passes
from indoor3d.routing.path import Arcs, tree
from indoor3d.routing.profile import PROFILES, Profile

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.graph import Conditions, NavGraph

Entry = dict[str, Any]

_HINDRANCE_S = 1e5
"""Longer than any way: of all ways, the one with the fewest hindrances is explained, then the quickest of those."""

_REASONS = {
    "closed": ("closed", "닫힘"),
    "stairs": ("stairs", "계단"),
    "escalator": ("escalator", "에스컬레이터"),
    "lift": ("lift not for this use", "이 용도로 쓸 수 없는 엘리베이터"),
    "too-narrow": ("too narrow", "폭이 좁음"),
    "step": ("step", "단차"),
    "one-way": ("wrong direction", "반대 방향"),
    "no-way": ("nothing leads there", "이어진 길이 없음"),
}
"""Every reason code, in English and Korean."""


def no_route(graph: "NavGraph", first: "Spot", last: "Spot", conditions: "Conditions") -> NoRoute:
    """Explain why no way leads from one spot to another."""
    return explain(graph, first, graph.floors.links(last)[0], conditions, last=last)


def explain(
    graph: "NavGraph",
    first: "Spot",
    goals: NDArray[np.intp],
    conditions: "Conditions",
    *,
    last: "Spot | None" = None,
) -> NoRoute:
    """Explain why no way leads from a spot to any of some nodes.

    Two ways are looked at: the best one with the closures lifted and the profile kept, and the one that people who
    walk take under the same closures. What stands in the first could be opened; what stands in the second is why the
    way of others cannot be taken. Only when neither exists, the shortest way with everything lifted is looked at.

    Parameters
    ----------
    graph : NavGraph
    first : Spot
    goals : (K,) intp
        Nodes.
    conditions : Conditions
    last : Spot, optional
        What was to be reached from those nodes.
    """
    entries = _closed_target(graph, last, conditions)
    ways = [_relaxed(graph, first, goals, conditions, lifted=what) for what in ("closures", "profile")]
    if not any(ways):
        ways = [_relaxed(graph, first, goals, conditions, lifted="both")]
    for way in ways:
        if way is not None:
            entries += _standing(graph, (first, last), way, conditions)
    entries = [entry for i, entry in enumerate(entries) if entry not in entries[:i]]
    return _error(conditions, entries or _place_entry(graph, last or first, "no-way"), graph.building)


def _closed_target(graph: "NavGraph", target: "Spot | None", conditions: "Conditions") -> list[Entry]:
    if target is None or target.place.element not in conditions.closed.exits:
        return []
    return [_entry(graph.building, target.place.element, "closed")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A way that cannot be taken: the nodes where it enters and leaves the graph, and the labels of its edges."""

    enters: int
    leaves: int
    labels: list[int]


def _relaxed(
    graph: "NavGraph", first: "Spot", goals: NDArray[np.intp], conditions: "Conditions", *, lifted: str
) -> _Way | None:
    """The way with the fewest hindrances when some limits are lifted: closures, the profile, or both and every direction."""
    network = graph.network
    profile = conditions.profile if lifted == "closures" else PROFILES["walk"]
    forward, backward = durations_s(network, profile, emergency=conditions.emergency)
    if lifted == "both":
        forward = backward = network.edge_length_m + 1e-6
    shut = conditions.closed.elements if lifted == "profile" else frozenset()
    never = passes(network, shut)
    lifted_s = _HINDRANCE_S * passes(network, conditions.closed.elements)
    own = graph.seconds(conditions)
    forward, backward = (
        seconds + lifted_s + np.where(np.isfinite(kept), 0.0, _HINDRANCE_S)
        for seconds, kept in zip((forward, backward), own, strict=True)
    )
    label = graph.rows.rows.label
    both = np.where(label & 1, backward[label >> 1], forward[label >> 1])
    base = Arcs(rows=graph.rows.rows, weight=np.where(never[label >> 1], np.inf, both))
    nodes, length = graph.floors.links(first, shut=shut)
    reached = tree(base, nodes, length)
    if not len(goals) or not np.isfinite(reached.cost[goals]).any():
        return None
    leaves = int(goals[np.argmin(reached.cost[goals])])
    return _Way(enters=reached.source(leaves), leaves=leaves, labels=list(reached.labels(leaves)))


def _standing(
    graph: "NavGraph", ends: tuple["Spot", "Spot | None"], way: _Way, conditions: "Conditions"
) -> list[Entry]:
    """What stands in a way, in order."""
    network, closed = graph.network, conditions.closed.elements
    seconds = graph.seconds(conditions)
    shut = passes(network, closed)
    entries = _on_stub(graph, ends[0], way.enters, conditions)
    for label in way.labels:
        edge, backwards = label // 2, bool(label % 2)
        names = _names(graph, edge)
        if shut[edge]:
            entries += [_entry(graph.building, name, "closed") for name in names if name in closed]
        if not np.isfinite(seconds[backwards][edge]):
            reason = _reason(graph, edge, conditions.profile, emergency=conditions.emergency)
            middle = network.node_position[[network.edge_from[edge], network.edge_to[edge]], :2].mean(axis=0)
            place = _place_entry(
                graph, ends[0], reason, at=(int(network.node_surface[network.edge_from[edge]]), middle)
            )
            entries += [_entry(graph.building, name, reason) for name in names] or place
    return entries + (_on_stub(graph, ends[1], way.leaves, conditions) if ends[1] else [])


def _on_stub(graph: "NavGraph", spot: "Spot", node: int, conditions: "Conditions") -> list[Entry]:
    """What stands in the straight way between a spot and the graph."""
    ways = graph.floors.ways[spot.surface]
    ends = np.array([[spot.x_m, spot.y_m], graph.network.node_position[node, :2]])
    line = np.array([shapely.linestrings(ends)], dtype=object)
    needed = {ways.surface.passages[p].id for option in ways.needs(line)[0] for p in option}
    shut = [_entry(graph.building, name, "closed") for name in sorted(needed & conditions.closed.elements)]
    if ways.widths(line)[0] >= conditions.profile.min_clear_width_m - 1e-6:
        return shut
    narrow = [_entry(graph.building, name, "too-narrow") for name in ways.crossed(line)[0]]
    return shut + (narrow or _place_entry(graph, spot, "too-narrow"))


def _reason(graph: "NavGraph", edge: int, profile: Profile, *, emergency: bool) -> str:
    network = graph.network
    mode = MODES[network.edge_mode[edge]]
    if mode is Mode.STAIRS and profile.stairs_up_mps is None:
        return "stairs"
    if mode in {Mode.ESCALATOR, Mode.MOVING_WALK} and profile.escalator == "never":
        return "escalator"
    if mode is Mode.LIFT and (emergency or not profile.lifts):
        return "lift"
    if network.edge_clear_width_m[edge] < profile.min_clear_width_m - 1e-6:
        return "too-narrow"
    if mode not in {Mode.STAIRS, Mode.ESCALATOR} and network.edge_step_m[edge] > profile.max_step_m + 1e-6:
        return "step"
    return "one-way"


def _names(graph: "NavGraph", edge: int) -> list[str]:
    network = graph.network
    low, high = network.edge_element_start[edge : edge + 2]
    return [network.elements[i] for i in network.edge_element[low:high]]


def _entry(building: Building, ident: str, reason: str) -> Entry:
    kind, level = _kind(building, ident)
    name = building.names[ident].default if ident in building.names else ""
    return {"element": ident, "kind": kind, "level": level, "name": name, "reason": reason}


def _kind(building: Building, ident: str) -> tuple[str, str]:
    for opening in building.openings:
        if opening.id == ident:
            return str(opening.category), opening.level
    for connector in building.connectors:
        if connector.id == ident:
            return str(connector.category), connector.stops[0].level
    for one in building.exits:
        if one.id == ident:
            return "exit", one.level
    for space in building.spaces:
        if space.id == ident:
            return str(space.category), space.level
    return "", ""


def _place_entry(
    graph: "NavGraph", spot: "Spot", reason: str, *, at: tuple[int, NDArray[np.float64]] | None = None
) -> list[Entry]:
    """The space that a spot, or a place on a surface, lies in; the level where it lies in none."""
    surface, (x, y) = at or (spot.surface, np.array([spot.x_m, spot.y_m]))
    floor = graph.network.surfaces[surface]
    for space in graph.building.spaces:
        if space.level == floor.level and space.walkable and shapely.intersects_xy(space.footprint, x, y):
            return [_entry(graph.building, space.id, reason)]
    name = graph.building.level(floor.level).name.default
    return [{"element": floor.level, "kind": "level", "level": floor.level, "name": name, "reason": reason}]


def _error(conditions: "Conditions", entries: list[Entry], building: Building) -> NoRoute:
    said_en = "; ".join(f"{_said(building, e, 'en')} ({_REASONS[e['reason']][0]})" for e in entries[:5])
    said_ko = ", ".join(f"{_said(building, e, 'ko')}({_REASONS[e['reason']][1]})" for e in entries[:5])
    name = conditions.profile.name
    return NoRoute(
        f"No way for {name.best('en').casefold()}: {said_en}.",
        ko=f"{name.best('ko')} 이동이 가능한 길이 없습니다: {said_ko}.",
        profile=conditions.profile.id,
        closed=list(conditions.closed.asked),
        blocked_by=entries,
    )


def _said(building: Building, entry: Entry, lang: str) -> str:
    ident = entry["element"]
    text = building.names[ident].best(lang) if ident in building.names else ""
    if text:
        return text
    korean, english = LABELS.get(entry["kind"], ("층", "level") if entry["kind"] == "level" else ("", ""))
    label = korean if lang == "ko" else english.casefold()
    return f"{label} {entry['name'] or ident}".strip()
