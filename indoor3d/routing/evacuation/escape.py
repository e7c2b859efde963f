"""Ways out: from every place to the exit that is quickest to reach.

One shortest-path tree from all open exits, over the graph turned round, answers for every place at once. Times are
those of one person who meets nobody: no queues, no smoke (EVACUATION.md: capacity needs the flow model). Lifts are not
used; escalators are walked, in their running direction, at the speed of stairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.errors import Indoor3dError, NoOpenExit, OffNetwork
from indoor3d.models.building import Building, Space
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing import _blocked, _compose
from indoor3d.routing._floors import Spot
from indoor3d.routing.path import Tree
from indoor3d.routing.place import Place
from indoor3d.routing.route import Escape, Evacuation
from indoor3d.routing.view import View

if TYPE_CHECKING:
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph

_POCKET_M2 = 1.0
"""A part of a space's free area smaller than this, cut off from the rest, is not where people are: a gap behind furniture."""
_CORNERS = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """How far every node is from the open exits.

    Parameters
    ----------
    reached : Tree
        Shortest paths from all open exits over the graph turned round.
    exits : tuple of str
        Ids of the open exits.
    nodes : (X,) intp
        Where they are.
    """

    reached: Tree
    exits: tuple[str, ...]
    nodes: NDArray[np.intp]


def evacuate(graph: "NavGraph", places: Sequence[Place] | None, conditions: "Conditions") -> Evacuation:
    """Find the way out from places, or from every walkable space; who is in the street is out.

    A whole space starts from its worst place: of the corners of its free area, the one with the longest time to an
    exit. The time to an exit has no maximum inside a free area but at its corners or where two ways are equally
    long, so this is at most a little below the true worst.

    Raises
    ------
    NoOpenExit
        No exit is open, or none can be stood in.
    """
    field = exit_field(graph, conditions)
    if places is None:
        safe = street(graph.building)
        spaces = sorted((s for s in graph.building.spaces if s.walkable and s.id not in safe), key=lambda s: s.id)
        worst = _worst_spots(graph, field, conditions)
        escapes = [
            _escape(graph, worst[space.id], space.id, field, conditions) if space.id in worst else _crowded(space)
            for space in spaces
        ]
    else:
        escapes = [_from_place(graph, place, field, conditions) for place in places]
    return Evacuation(
        profile=conditions.profile.id,
        closed=conditions.closed.asked,
        escapes=tuple(escapes),
        open_exits=field.exits,
    )


def exit_field(graph: "NavGraph", conditions: "Conditions") -> Field:
    """Find the way from every node to the exit that is quickest to reach.

    Raises
    ------
    NoOpenExit
    """
    network = graph.network
    pairs = zip(network.exit_id, network.exit_node.tolist(), strict=True)
    unsafe = {e.id for e in graph.building.exits if not e.outside} if conditions.emergency else set()
    opened = [(ident, node) for ident, node in pairs if ident not in conditions.closed.exits | unsafe]
    if not opened:
        raise _no_exit(graph, conditions)
    nodes = np.array([node for _, node in opened], np.intp)
    view = View(graph=graph, conditions=conditions, turned=True)
    reached = nx.multi_source_dijkstra(view, nodes.tolist(), weight="cost")[0].tree
    return Field(reached=reached, exits=tuple(ident for ident, _ in opened), nodes=nodes)


def street(building: Building) -> frozenset[str]:
    """Ids of the outdoor spaces where people are out: an exit leads to them, or one of them goes on into them.

    A court that no exit leads to is outdoors and no place of safety.
    """
    outdoor = {s.id for s in building.spaces if s.walkable and s.category is SpaceCategory.OUTDOOR}
    spaces_of = {o.id: outdoor.intersection(o.spaces) for o in building.openings}
    reached = {s for e in building.exits if e.outside for s in spaces_of.get(e.opening, ())}
    joints = [pair for pair in spaces_of.values() if len(pair) > 1]
    while more := {s for pair in joints if pair & reached for s in pair} - reached:
        reached |= more
    return frozenset(reached)


def _no_exit(graph: "NavGraph", conditions: "Conditions") -> NoOpenExit:
    exits = [e.id for e in graph.building.exits if e.outside]
    if not exits:
        return NoOpenExit(
            "The venue has no exit to the outside.",
            ko="이 장소에는 밖으로 나가는 출구가 없습니다.",
            exits=[],
            closed=[],
        )
    return NoOpenExit(
        f"None of the {len(exits)} exits is open and can be reached.",
        ko=f"출구 {len(exits)}개 가운데 열려 있고 갈 수 있는 출구가 없습니다.",
        exits=exits,
        closed=list(conditions.closed.asked),
    )


def _from_place(graph: "NavGraph", place: Place, field: Field, conditions: "Conditions") -> Escape:
    space = _space_of(graph, place)
    try:
        spot = graph.floors.spot(place, shut=conditions.closed.elements)
    except Indoor3dError as problem:
        return Escape(start=place, space=space, problem=problem)
    return _escape(graph, spot, space, field, conditions)


def at_corners(
    graph: "NavGraph", reached: NDArray[np.float64], conditions: "Conditions", *, measure: str = "cost"
) -> list[tuple[str, Spot, float]]:
    """How far every corner of the free area of every space is from what ``reached`` counts from: (id of the space, spot, value).

    A space that stairs or the like fill has no free area: people in it stand on the connector, so its landings count.

    Parameters
    ----------
    reached : (N,) float64
        How far every node is.
    measure : str
        What straight ways to nodes add: ``cost``, ``seconds`` or ``length_m``.
    """
    found: list[tuple[str, Spot, float]] = []
    spaces = {space.id: space for space in graph.building.spaces}
    for index, ways in enumerate(graph.floors.ways):
        free = graph.floors.open_part(index, conditions.closed.elements)
        spots = [spot for name in ways.spaces for spot in _corners(graph, spaces[name], index, free)]
        if not spots:
            continue
        points = np.array([[spot.x_m, spot.y_m] for spot in spots])
        rows, link = graph.links_many(index, points, conditions)
        seconds = np.full(len(spots), np.inf)
        np.minimum.at(seconds, rows, reached[link.nodes] + getattr(link, measure))
        found += [(spot.place.element, spot, value) for spot, value in zip(spots, seconds.tolist(), strict=True)]
    standing = {space for space, _, _ in found}
    for space in graph.building.spaces:
        if space.walkable and space.id not in standing:
            for spot in graph.floors.landings(space):
                link = graph.link(spot, conditions)
                value = np.min(reached[link.nodes] + getattr(link, measure), initial=np.inf)
                found.append((space.id, spot, float(value)))
    return found


def _worst_spots(graph: "NavGraph", field: Field, conditions: "Conditions") -> dict[str, Spot]:
    """The spot with the longest time to an exit, by id of the space."""
    worst: dict[str, tuple[float, Spot]] = {}
    for space, spot, seconds in at_corners(graph, field.reached.cost, conditions):
        if space not in worst or seconds > worst[space][0] + 1e-9:
            worst[space] = (seconds, spot)
    return {space: spot for space, (_, spot) in worst.items()}


def _corners(graph: "NavGraph", space: Space, surface: int, free: BaseGeometry) -> list[Spot]:
    """Corners of the free area of a space, those of small cut-off pockets left out unless there is nothing else."""
    parts = [p for p in shapely.get_parts(shapely.intersection(free, space.footprint)) if p.area > 0]
    large = [p for p in parts if p.area >= _POCKET_M2] or sorted(parts, key=lambda p: -p.area)[:1]
    found: list[Spot] = []
    for part in large:
        corners = np.unique(np.round(shapely.get_coordinates(part.exterior), 9), axis=0)
        if len(corners) > _CORNERS:
            corners = corners[np.linspace(0, len(corners) - 1, _CORNERS).astype(int)]
        for x, y in graph.floors.free(surface).nearest(corners).tolist():
            place = Place(x_m=x, y_m=y, z_m=space.floor_m, level=space.level, element=space.id)
            found.append(Spot(place=place, surface=surface, x_m=x, y_m=y))
    return found


def _crowded(space: Space) -> Escape:
    point = shapely.point_on_surface(space.footprint)
    place = Place(x_m=point.x, y_m=point.y, z_m=space.floor_m, level=space.level, element=space.id)
    problem = OffNetwork(
        f"Nobody can stand in space {space.id}: it is too narrow or full of obstacles.",
        ko=f"공간 {space.id}에는 설 곳이 없습니다. 너무 좁거나 장애물로 차 있습니다.",
        element=space.id,
        level=space.level,
    )
    return Escape(start=place, space=space.id, problem=problem)


def _best(graph: "NavGraph", spot: Spot, field: Field, conditions: "Conditions") -> tuple[float, int]:
    """Seconds to the best exit, and the node at which the way enters the graph (-1: there is none)."""
    link = graph.link(spot, conditions)
    if not len(link.nodes):
        return float("inf"), -1
    seconds = field.reached.cost[link.nodes] + link.cost
    quickest = int(np.argmin(seconds))
    return float(seconds[quickest]), int(link.nodes[quickest])


def _escape(graph: "NavGraph", spot: Spot, space: str, field: Field, conditions: "Conditions") -> Escape:
    seconds, node = _best(graph, spot, field, conditions)
    if not np.isfinite(seconds):
        problem = _blocked.no_way_out(graph, spot, field.exits, conditions)
        return Escape(start=spot.place, space=space, problem=problem)
    reached = field.reached
    path = reached.path(node)[::-1]
    turned = reached.graph.rows
    labels = tuple(graph.rows.rows.label[turned.label[path]].tolist())
    out = int(turned.tail[path[-1]]) if path else node
    thread = _compose.Thread(enters=node, leaves=out, labels=labels)
    chosen = field.exits[int(np.flatnonzero(field.nodes == out)[0])]
    x, y, z = graph.network.node_position[out].tolist()
    level = graph.network.surfaces[graph.network.node_surface[out]].level
    goal = Spot(
        place=Place(x_m=x, y_m=y, z_m=z, level=level, element=chosen),
        surface=int(graph.network.node_surface[out]),
        x_m=x,
        y_m=y,
    )
    route = _compose.route(graph, spot, goal, thread=thread, conditions=conditions)
    return Escape(start=spot.place, space=space, exit=chosen, route=route)


def _space_of(graph: "NavGraph", place: Place) -> str:
    """Id of the walkable space a place lies in, or the empty string."""
    for space in sorted(graph.building.spaces, key=lambda s: s.id):
        if space.id == place.element:
            return space.id
    for space in sorted(graph.building.spaces, key=lambda s: s.id):
        if (
            space.walkable
            and space.level == place.level
            and shapely.intersects_xy(space.footprint, place.x_m, place.y_m)
        ):
            return space.id
    return ""
