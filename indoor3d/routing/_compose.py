"""From the arcs of a path to a Route: positions, legs, openings crossed."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.route import Leg, Route

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.graph import Conditions, NavGraph

Floats = NDArray[np.float64]

_SAME_M = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Piece:
    """One straight way, or one ride on a connector."""

    mode: Mode
    surfaces: tuple[int, int]
    positions: Floats
    length_m: float
    duration_s: float
    climb_m: float = 0.0
    elements: tuple[str, ...] = field(default=())


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
    pieces = _pieces(graph, first, last, thread, conditions)
    legs = tuple(_leg(graph, group) for group in _grouped(pieces))
    levels = [graph.network.surfaces[s].level for piece in pieces for s in piece.surfaces]
    connectors = {c.id for c in graph.building.connectors}
    return Route(
        profile=conditions.profile.id,
        closed=conditions.closed.asked,
        length_m=float(sum(piece.length_m for piece in pieces)),
        duration_s=float(sum(piece.duration_s for piece in pieces)),
        climb_m=float(sum(piece.climb_m for piece in pieces)),
        levels=_without_repeats(levels),
        positions=_joined(pieces),
        openings=tuple(e for leg in legs for e in leg.elements if e not in connectors),
        legs=legs,
    )


def _pieces(graph: "NavGraph", first: "Spot", last: "Spot", thread: Thread, conditions: "Conditions") -> list[_Piece]:
    network, speed = graph.network, conditions.profile.level_mps
    start, end = (np.array([s.x_m, s.y_m, network.surfaces[s.surface].floor_m]) for s in (first, last))
    if thread.enters < 0:
        return _with_openings(graph, [_straight(start, end, first.surface, speed)])
    seconds = graph.seconds(conditions)
    into = _straight(start, network.node_position[thread.enters], first.surface, speed)
    out = _straight(network.node_position[thread.leaves], end, last.surface, speed)
    return _with_openings(graph, [into, *(_edge(graph, label, seconds) for label in thread.labels), out])


def _straight(a: Floats, b: Floats, surface: int, speed_mps: float) -> _Piece:
    length = float(np.hypot(*(b - a)[:2]))
    return _Piece(
        mode=Mode.WALK,
        surfaces=(surface, surface),
        positions=np.array([a, b]),
        length_m=length,
        duration_s=length / speed_mps,
    )


def _edge(graph: "NavGraph", label: int, seconds: tuple[Floats, Floats]) -> _Piece:
    network, edge, backwards = graph.network, label // 2, bool(label % 2)
    ends = [int(network.edge_from[edge]), int(network.edge_to[edge])]
    low, high = network.path_start[edge : edge + 2]
    positions = np.vstack([network.node_position[ends[0]], network.path[low:high], network.node_position[ends[1]]])
    mode, climb = MODES[network.edge_mode[edge]], float(network.edge_climb_m[edge])
    surfaces = (int(network.node_surface[ends[0]]), int(network.node_surface[ends[1]]))
    low, high = network.edge_element_start[edge : edge + 2]
    named = mode is not Mode.WALK or surfaces[0] != surfaces[1]
    return _Piece(
        mode=mode,
        surfaces=surfaces[::-1] if backwards else surfaces,
        positions=positions[::-1] if backwards else positions,
        length_m=float(network.edge_length_m[edge]),
        duration_s=float(seconds[backwards][edge]),
        climb_m=-climb if backwards else climb,
        elements=tuple(network.elements[i] for i in network.edge_element[low:high]) if named else (),
    )


def _with_openings(graph: "NavGraph", pieces: list[_Piece]) -> list[_Piece]:
    """Name the openings whose thresholds each straight way crosses."""
    found = list(pieces)
    for surface in sorted({p.surfaces[0] for p in pieces}):
        rows = [i for i, p in enumerate(pieces) if p.mode is Mode.WALK and p.surfaces == (surface, surface)]
        if not rows:
            continue
        lines = shapely.linestrings([pieces[i].positions[:, :2] for i in rows])
        for row, crossed in zip(rows, graph.floors.ways[surface].crossed(lines), strict=True):
            piece = pieces[row]
            found[row] = _Piece(
                mode=piece.mode,
                surfaces=piece.surfaces,
                positions=piece.positions,
                length_m=piece.length_m,
                duration_s=piece.duration_s,
                elements=tuple(crossed),
            )
    return found


def _grouped(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Walks joined to one leg, and the flights of one connector to another."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if groups and _continues(groups[-1][-1], piece):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    walked = [g for g in groups if g[0].mode is not Mode.WALK or sum(p.length_m for p in g) > _SAME_M]
    return walked or groups[:1]


def _continues(before: _Piece, piece: _Piece) -> bool:
    if piece.mode is not before.mode:
        return False
    return piece.mode is Mode.WALK or piece.elements == before.elements


def _leg(graph: "NavGraph", pieces: list[_Piece]) -> Leg:
    surfaces = graph.network.surfaces
    return Leg(
        mode=pieces[0].mode,
        level_from=surfaces[pieces[0].surfaces[0]].level,
        level_to=surfaces[pieces[-1].surfaces[1]].level,
        length_m=float(sum(p.length_m for p in pieces)),
        duration_s=float(sum(p.duration_s for p in pieces)),
        climb_m=float(sum(p.climb_m for p in pieces)),
        elements=_without_repeats([e for p in pieces for e in p.elements]),
        positions=_joined(pieces),
    )


def _without_repeats(names: list[str]) -> tuple[str, ...]:
    return tuple(name for i, name in enumerate(names) if i == 0 or name != names[i - 1])


def _joined(pieces: list[_Piece]) -> Floats:
    """The positions of pieces end to end, each place once; two of them at least, for a line."""
    positions = np.vstack([piece.positions for piece in pieces])
    moved = np.ones(len(positions), np.bool_)
    moved[1:] = np.abs(np.diff(positions, axis=0)).max(axis=1) > _SAME_M
    kept: Floats = positions[moved]
    return kept if len(kept) > 1 else np.vstack([kept, kept])
