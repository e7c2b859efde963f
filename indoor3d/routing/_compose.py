"""From the arcs of a path to a Route: positions, legs, openings crossed."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.route import Leg, Route

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.conditions import Conditions, Times
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]

_SAME_M = 1e-9
_WALK = MODES.index(Mode.WALK)


class _Piece(NamedTuple):
    """One straight way, or one ride on a connector; ``rows`` are its places (K, 3), ``label`` that of its edge or -1."""

    label: int
    mode: Mode
    source: int
    target: int
    length_m: float
    duration_s: float  # of a straight way; that of an edge depends on who goes
    climb_m: float
    elements: tuple[str, ...]
    rows: Floats


class _Part(NamedTuple):
    """Pieces gone in one way, joined: a leg, but for how long it takes."""

    mode: Mode
    levels: tuple[str, ...]
    length_m: float
    climb_m: float
    elements: tuple[str, ...]
    positions: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A path through the graph between two spots that lie beside it.

    Parameters
    ----------
    enters, leaves : int
        The first and the last node; -1 where the spots see each other and no node is between them.
    labels : tuple of int
        Twice the edge, plus one when it is gone backwards, in order from ``enters`` to ``leaves``.
    """

    enters: int = -1
    leaves: int = -1
    labels: tuple[int, ...] = ()


def route(graph: "NavGraph", first: "Spot", last: "Spot", *, thread: Thread, conditions: "Conditions") -> Route:
    """Put a route together: the straight way in, the edges, the straight way out."""
    groups = _grouped(_pieces(graph, first, last, thread, conditions))
    parts = [_part(graph, group) for group in groups]
    times = graph.weights.times(conditions)
    legs = tuple([_leg(part, _seconds(group, times)) for part, group in zip(parts, groups, strict=True)])
    return Route(
        profile=conditions.profile.id,
        closed=conditions.closed.asked,
        length_m=sum([leg.length_m for leg in legs]),
        duration_s=sum([leg.duration_s for leg in legs]),
        climb_m=sum([leg.climb_m for leg in legs]),
        levels=_without_repeats([level for part in parts for level in part.levels]),
        positions=_joined([leg.positions for leg in legs]),
        openings=tuple([e for leg in legs for e in leg.elements if e not in graph.connectors]),
        legs=legs,
    )


def passed(
    graph: "NavGraph", first: "Spot", last: "Spot", *, thread: Thread, conditions: "Conditions"
) -> tuple[str, ...]:
    """Ids of what the way leads through, in its order."""
    return tuple(name for piece in _pieces(graph, first, last, thread, conditions) for name in piece.elements)


def _pieces(graph: "NavGraph", first: "Spot", last: "Spot", thread: Thread, conditions: "Conditions") -> list[_Piece]:
    network, surfaces = graph.network, graph.network.surfaces
    start = np.array([first.x_m, first.y_m, surfaces[first.surface].floor_m])
    end = np.array([last.x_m, last.y_m, surfaces[last.surface].floor_m])
    if thread.enters < 0:
        return _open([_straight(graph, start, end, first.surface, conditions)], conditions)
    into = _straight(graph, start, network.node_position[thread.enters], first.surface, conditions)
    out = _straight(graph, network.node_position[thread.leaves], end, last.surface, conditions)
    return _open([into, *_edges(graph, thread), out], conditions)


def _open(pieces: list[_Piece], conditions: "Conditions") -> list[_Piece]:
    """Leave out the names of closed openings: where two cover one gap, the other one is passed there."""
    closed = conditions.closed.elements
    if not closed:
        return pieces
    return [
        piece
        if closed.isdisjoint(piece.elements)
        else piece._replace(elements=tuple(name for name in piece.elements if name not in closed))
        for piece in pieces
    ]


def _straight(graph: "NavGraph", a: Floats, b: Floats, surface: int, conditions: "Conditions") -> _Piece:
    length = math.hypot(b[0] - a[0], b[1] - a[1])
    rows = np.array([a, b])
    crossed: tuple[str, ...] = ()
    seconds = length / conditions.profile.level_mps + graph.slowed_s(surface, rows, conditions)
    if length > _SAME_M:
        line = np.concatenate([a[:2], b[:2]])
        key = (surface, line.tobytes())
        known: tuple[str, ...] | None = graph.crossed.get(key)
        if known is None:
            known = tuple(graph.floors.ways[surface].crossed(line[None])[0])
            graph.crossed.keep(key, known, size=300)
        crossed = known
    else:
        rows = _once(rows)
    return _Piece(-1, Mode.WALK, surface, surface, length, seconds, 0.0, crossed, rows)


def _edges(graph: "NavGraph", thread: Thread) -> list[_Piece]:
    """The edges of a thread, in the direction they are gone."""
    pieces, found = graph.pieces, []
    for label in thread.labels:
        piece: _Piece | None = pieces.get(label)
        if piece is None:
            piece = _edge(graph, label)
            pieces.keep(label, piece, size=500 + piece.rows.nbytes)
        found.append(piece)
    return found


def _edge(graph: "NavGraph", label: int) -> _Piece:
    """An edge as it is gone; how long that takes depends on who goes."""
    network, number, back = graph.network, label >> 1, bool(label & 1)
    mode = int(network.edge_mode[number])
    ends = int(network.edge_from[number]), int(network.edge_to[number])
    source, target = ends[::-1] if back else ends
    start, flat = (
        (network.edge_crossing_start, network.edge_crossing)
        if mode == _WALK
        else (network.edge_element_start, network.edge_element)
    )
    names = tuple(network.elements[i] for i in flat[start[number] : start[number + 1]])
    low, high = network.path_start[number : number + 2]
    inner = network.path[low:high]
    begin, end = network.node_position[source], network.node_position[target]
    rows = _once(np.vstack([begin, inner[::-1] if back else inner, end]))
    rows.setflags(write=False)
    climb = float(network.edge_climb_m[number])
    return _Piece(
        label=label,
        mode=MODES[mode],
        source=int(network.node_surface[source]),
        target=int(network.node_surface[target]),
        length_m=float(network.edge_length_m[number]),
        duration_s=0.0,
        climb_m=-climb if back else climb,
        elements=names[::-1] if back else names,
        rows=rows,
    )


def _grouped(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Walks joined to one leg, and the flights of one connector to another."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if groups and _continues(groups[-1][-1], piece):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    walked = [g for g in groups if g[0].mode is not Mode.WALK or sum([p.length_m for p in g]) > _SAME_M]
    return walked or groups[:1]


def _continues(before: _Piece, piece: _Piece) -> bool:
    if piece.mode is not before.mode:
        return False
    return piece.mode is Mode.WALK or piece.elements == before.elements


def _part(graph: "NavGraph", pieces: list[_Piece]) -> _Part:
    """Pieces joined; those from node to node are kept, as many routes share them."""
    if pieces[0].label < 0 or pieces[-1].label < 0:
        return _made(graph, pieces)
    # What is closed has left the names of pieces, so these belong to the key.
    key = tuple([(piece.label, piece.elements) for piece in pieces])
    found: _Part | None = graph.parts.get(key)
    if found is None:
        found = _made(graph, pieces)
        found.positions.setflags(write=False)
        graph.parts.keep(key, found, size=700 + 80 * len(pieces) + found.positions.nbytes)
    return found


def _made(graph: "NavGraph", pieces: list[_Piece]) -> _Part:
    surfaces = graph.network.surfaces
    return _Part(
        mode=pieces[0].mode,
        levels=_without_repeats([surfaces[s].level for piece in pieces for s in (piece.source, piece.target)]),
        length_m=sum([p.length_m for p in pieces]),
        climb_m=sum([p.climb_m for p in pieces]),
        elements=_without_repeats([e for p in pieces for e in p.elements]),
        positions=_joined([p.rows for p in pieces]),
    )


def _seconds(pieces: list[_Piece], times: "Times") -> float:
    return sum([piece.duration_s if piece.label < 0 else _edge_s(piece.label, times) for piece in pieces])


def _edge_s(label: int, times: "Times") -> float:
    return float((times.backward_s if label & 1 else times.forward_s)[label >> 1])


def _leg(part: _Part, duration_s: float) -> Leg:
    return Leg(
        mode=part.mode,
        level_from=part.levels[0],
        level_to=part.levels[-1],
        length_m=part.length_m,
        duration_s=duration_s,
        climb_m=part.climb_m,
        elements=part.elements,
        positions=part.positions,
    )


def _without_repeats(names: list[str]) -> tuple[str, ...]:
    return tuple(name for i, name in enumerate(names) if i == 0 or name != names[i - 1])


def _joined(rows: list[Floats]) -> Floats:
    """The places of pieces end to end, each once; two of them at least, for a line."""
    positions = np.concatenate([rows[0], *(part[1:] for part in rows[1:])])
    return positions if len(positions) > 1 else np.concatenate([positions, positions])


def _once(rows: Floats) -> Floats:
    """The places of a piece, each once; of one that leads nowhere a single one."""
    moved = np.ones(len(rows), np.bool_)
    moved[1:] = np.abs(rows[1:] - rows[:-1]).max(axis=1) > _SAME_M
    kept: Floats = rows[moved]
    return kept
