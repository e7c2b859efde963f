"""Where one gets without steps: from every platform to every exit, or from every entrance to every level.

Answers hold for the wheelchair profile, lifts in use, nothing closed. A way stays inside from its one end to the other:
where pavements are modelled, whoever leaves by the lift could go on to any other exit in the street, and that is not what
a table of step-free exits is asked for. Beside them stand the official times for changing lines and the ways of this model
between the same doors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from indoor3d.errors import Indoor3dError, InvalidPosition, OffNetwork, UnknownElement
from indoor3d.models.building import Building, Exit, Level, Line, Space, Transfer
from indoor3d.models.vocabulary import Access, Mode, SpaceCategory
from indoor3d.routing import _blocked
from indoor3d.routing.indoors import Indoors, StepFree, indoors, is_floor_of, way_to
from indoor3d.routing.path import Tree
from indoor3d.routing.place import Place, find_place
from indoor3d.routing.route import Route

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]

PROFILE = "wheelchair"
TRANSFER_MPS = 1.2
"""The walking speed of adults behind the official transfer times of Seoul's metro (moneys.co.kr, 2015-12-21)."""
_BESIDE_M, _AT_FLOOR_M = 1.0, 0.5
"""A lift stops on a platform when its stop is this near the platform's outline and floor."""
_POCKET_M2 = 1.0
"""A free part of a space smaller than this is a gap behind furniture, not where people are (as in evacuation)."""
_NOT_A_GOAL = frozenset({SpaceCategory.STAIRWELL, SpaceCategory.OUTDOOR})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlatformAccess:
    """From the middle of one platform to every exit to the outside; emergency exits only where there are no others.

    Parameters
    ----------
    space : str
        Id of the platform.
    ways : tuple of (exit id, StepFree or None)
        By number of the exit.
    problem : Indoor3dError or None
        Why no exit is reached; None when one is.
    """

    space: str
    ways: tuple[tuple[str, StepFree | None], ...]
    problem: Indoor3dError | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FromEntrance:
    """From one entrance to one level: to the public space of it that is reached first, and how many are reached."""

    exit: str
    way: StepFree | None
    spaces: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelAccess:
    """From every main entrance to one level.

    Parameters
    ----------
    level : str
    spaces : int
        Public spaces of the level, stairwells left out.
    ways : tuple of FromEntrance
    problem : Indoor3dError or None
        Why no entrance leads there; None when one does.
    """

    level: str
    spaces: int
    ways: tuple[FromEntrance, ...]
    problem: Indoor3dError | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransferAccess:
    """A change of lines as this model has it.

    Parameters
    ----------
    transfer : Transfer
    length_m : float or None
        Of the quickest way on foot, from the floor before the one door to the floor before the other, along the slope;
        None when there is none.
    walk_s : float or None
        The same at :data:`TRANSFER_MPS`.
    step_free : StepFree or None
    """

    transfer: Transfer
    length_m: float | None
    walk_s: float | None
    step_free: StepFree | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accessibility:
    """The whole table. ``platforms`` is empty where there are none, ``levels`` where there are platforms."""

    platforms: tuple[PlatformAccess, ...]
    levels: tuple[LevelAccess, ...]
    transfers: tuple[TransferAccess, ...]


def accessibility(graph: "NavGraph") -> Accessibility:
    """Find the step-free ways of a building.

    Parameters
    ----------
    graph : NavGraph

    Returns
    -------
    Accessibility
        Places that cannot be stood in are not reached; they raise nothing.

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> table = accessibility(build_navigation(two_floors()))
    >>> [(row.level, [way.way.lifts for way in row.ways]) for row in table.levels]
    [('g', [(), ()]), ('u', [('lift-1',), ('lift-1',)])]
    """
    building = graph.building
    conditions = graph.conditions(PROFILE, ())
    graph = graph.for_body(conditions.profile)
    platforms = [s for s in building.spaces if s.category is SpaceCategory.PLATFORM and s.walkable]
    lines = {space: line for line in building.venue.lines for space in line.spaces}
    platforms.sort(key=lambda s: (_order(lines.get(s.id)), s.floor_m, s.id))
    inside = indoors(graph, conditions)
    outside = [one for one in ordered_exits(building) if one.outside]
    exits = [one for one in outside if one.everyday] or outside
    return Accessibility(
        platforms=tuple(_from_platform(inside, platform, exits) for platform in platforms),
        levels=() if platforms else tuple(_to_levels(inside, main_entrances(building))),
        transfers=tuple(_transfer(graph, one, conditions) for one in building.venue.transfers),
    )


def ordered_exits(building: Building) -> list[Exit]:
    """Every exit, by number as people read it, then by id."""
    return sorted(building.exits, key=lambda e: (not e.number, [_figure(p) for p in e.number.split("-")], e.id))


def main_entrances(building: Building) -> list[Exit]:
    """The exits to the outside that the public comes in by, by number: every day, and not into restricted spaces."""
    shut = {space.id for space in building.spaces if space.access is Access.RESTRICTED}
    behind = {opening.id: set(opening.spaces) for opening in building.openings}
    return [e for e in ordered_exits(building) if e.outside and e.everyday and not behind.get(e.opening, set()) & shut]


def lines_of_lifts(building: Building) -> dict[str, tuple[Line, ...]]:
    """The lines whose platforms a connector stops on, by its id; connectors that stop on none are left out."""
    found: dict[str, tuple[Line, ...]] = {}
    spaces = {space.id: space for space in building.spaces}
    for connector in building.connectors:
        lines = tuple(
            line
            for line in building.venue.lines
            if any(
                stop.level == space.level and _on(space, stop.position)
                for stop in connector.stops
                for space in (spaces[s] for s in line.spaces if s in spaces)
            )
        )
        if lines:
            found[connector.id] = lines
    return found


def line_at(building: Building, space_ids: Sequence[str]) -> Line | None:
    """The line that some spaces are platforms of, or None."""
    return next((line for line in building.venue.lines if set(line.spaces) & set(space_ids)), None)


def _on(space: Space, position: tuple[float, float, float]) -> bool:
    near = abs(space.floor_m - position[2]) <= _AT_FLOOR_M
    return near and shapely.distance(space.footprint, shapely.Point(position[:2])) <= _BESIDE_M


def _figure(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isascii() and part.isdigit() and len(part) < 9 else (10**9, part)


def _order(line: Line | None) -> tuple[bool, tuple[int, str], str]:
    return (True, (0, ""), "") if line is None else (False, _figure(line.short_name), line.id)


# ── one place to many ────────────────────────────────────────────────────────────────────────────────────────────────


def _spot(graph: "NavGraph", ident: str) -> "Spot | None":
    """Where an element is on the network; None where it is nowhere."""
    try:
        return graph.floors.spot(find_place(graph.building, ident))
    except (OffNetwork, InvalidPosition, UnknownElement):
        return None


def _in_space(graph: "NavGraph", space: Space) -> "Spot | None":
    """The middle of a space; where something stands there, the free place nearest to it that is more than a pocket."""
    found = _spot(graph, space.id)
    if found is not None:
        return found
    middle = shapely.centroid(space.footprint)
    for surface in graph.network.surfaces:
        if is_floor_of(surface, space):
            parts = shapely.get_parts(shapely.intersection(surface.free, space.footprint))
            roomy = [part for part in parts if part.area >= _POCKET_M2]
            if roomy:
                x, y = shapely.get_coordinates(shapely.shortest_line(MultiPolygon(roomy), middle))[0].tolist()
                place = Place(x_m=x, y_m=y, z_m=space.floor_m, level=space.level, element=space.id)
                return graph.floors.try_spot(place)
    return None


def _nobody_stands(graph: "NavGraph", space: Space) -> Indoor3dError | None:
    try:
        graph.floors.spot(find_place(graph.building, space.id))
    except Indoor3dError as problem:
        return problem
    return None


def _from_platform(inside: Indoors, platform: Space, exits: Sequence[Exit]) -> PlatformAccess:
    graph = inside.graph
    first = _in_space(graph, platform)
    if first is None:
        return PlatformAccess(
            space=platform.id, ways=tuple((one.id, None) for one in exits), problem=_nobody_stands(graph, platform)
        )
    reached = inside.reached(first)
    ways = tuple((one.id, inside.to_exit(reached, first, one.id)) for one in exits)
    problem = None
    if not any(way for _, way in ways):
        problem = _blocked.no_way_out(graph, first, [one.id for one in exits], inside.conditions)
    return PlatformAccess(space=platform.id, ways=ways, problem=problem)


# ── entrances to levels ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Goals:
    """Many places, and the straight ways that end at them: rows of ``spots``, nodes, metres and cost."""

    spots: "tuple[Spot, ...]"
    row: NDArray[np.intp]
    node: NDArray[np.intp]
    length_m: Floats
    cost: Floats

    def best(self, graph: "NavGraph", reached: Tree, first: "Spot", conditions: "Conditions") -> list[
        tuple[float, float, int]
    ]:  # fmt: skip
        """How a tree ends at each: cost in all (infinite when it does not), last metres, node (-1: straight)."""
        cost = reached.cost[self.node] + self.cost
        ends = [(float("inf"), 0.0, -1)] * len(self.spots)
        for index in np.argsort(-cost, kind="stable").tolist():  # the best comes last
            ends[self.row[index]] = (float(cost[index]), float(self.length_m[index]), int(self.node[index]))
        same = [i for i, spot in enumerate(self.spots) if spot.surface == first.surface]
        if same:
            points = np.array([[self.spots[i].x_m, self.spots[i].y_m] for i in same])
            straight = graph.straight(first, points, conditions)
            for i, metres, much in zip(same, straight.length_m.tolist(), straight.cost.tolist(), strict=True):
                ends[i] = min(ends[i], (much, metres, -1))
        return ends


def _goals(graph: "NavGraph", spaces: Sequence[Space], conditions: "Conditions") -> _Goals:
    spots = [spot for space in spaces if (spot := _in_space(graph, space)) is not None]
    spots.sort(key=lambda s: s.surface)
    rows, nodes, lengths, costs = [], [], [], []
    for surface, same in groupby(enumerate(spots), key=lambda pair: pair[1].surface):
        numbers, members = zip(*same, strict=True)
        points = np.array([[spot.x_m, spot.y_m] for spot in members])
        row, link = graph.links_many(surface, points, conditions)
        rows.append(np.array(numbers, np.intp)[row])
        nodes.append(link.nodes)
        lengths.append(link.length_m)
        costs.append(link.cost)
    empty = np.zeros(0, np.intp)
    return _Goals(
        spots=tuple(spots),
        row=np.concatenate([empty, *rows]),
        node=np.concatenate([empty, *nodes]),
        length_m=np.concatenate([np.zeros(0), *lengths]),
        cost=np.concatenate([np.zeros(0), *costs]),
    )


def _to_levels(inside: Indoors, entrances: Sequence[Exit]) -> Iterator[LevelAccess]:
    graph, conditions = inside.graph, inside.conditions
    public = [
        space
        for space in graph.building.spaces
        if space.walkable and space.access is not Access.RESTRICTED and space.category not in _NOT_A_GOAL
    ]
    goals = _goals(graph, public, conditions)
    starts = [(one.id, _spot(graph, one.id)) for one in entrances]
    trees = {ident: (spot, inside.reached(spot)) for ident, spot in starts if spot is not None}
    ends = {ident: goals.best(graph, reached, spot, conditions) for ident, (spot, reached) in trees.items()}
    for level in graph.building.levels:
        spaces = sum(space.level == level.id for space in public)
        if not spaces:
            continue
        here = [i for i, spot in enumerate(goals.spots) if spot.place.level == level.id]
        ways = []
        for ident, _ in starts:
            found = [ends[ident][i] for i in here if np.isfinite(ends[ident][i][0])] if ident in ends else []
            way = way_to(graph, trees[ident][1], trees[ident][0], min(found), conditions) if found else None
            ways.append(FromEntrance(exit=ident, way=way, spaces=len(found)))
        problem = None
        if trees and not any(one.way for one in ways):
            problem = _why_not(graph, next(iter(trees.values()))[0], goals, here, conditions=conditions, level=level)
        yield LevelAccess(level=level.id, spaces=spaces, ways=tuple(ways), problem=problem)


def _why_not(
    graph: "NavGraph", first: "Spot", goals: _Goals, here: Sequence[int], *, conditions: "Conditions", level: Level
) -> Indoor3dError | None:
    """Why the first entrance does not lead to a level."""
    if not here:
        return _nobody_stands(graph, next(s for s in graph.building.spaces if s.level == level.id and s.walkable))
    return _blocked.no_route(graph, first, goals.spots[here[0]], conditions)


# ── changing lines ───────────────────────────────────────────────────────────────────────────────────────────────────


def _transfer(graph: "NavGraph", transfer: Transfer, conditions: "Conditions") -> TransferAccess:
    slim = graph.slim
    (first, last), (start, end) = (
        (_spot(body, transfer.origin), _spot(body, transfer.destination)) for body in (slim, graph)
    )
    walked = slim.between(first, last, slim.conditions("walk", ())) if first and last else None
    rolled = graph.between(start, end, conditions) if start and end else None
    return TransferAccess(
        transfer=transfer,
        length_m=None if walked is None else walked.length_m,
        walk_s=None if walked is None else walked.length_m / TRANSFER_MPS,
        step_free=None if rolled is None else _of_route(rolled),
    )


def _of_route(route: Route) -> StepFree:
    lifts = [name for leg in route.legs if leg.mode is Mode.LIFT for name in leg.elements]
    return StepFree(length_m=route.length_m, duration_s=route.duration_s, lifts=tuple(lifts))
