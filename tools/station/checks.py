"""Rules over a whole plan. Each finding is a sentence with file, line and remedy."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from opening_hours import validate
from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as ShapelyPoint
from shapely.ops import unary_union

from tools.station import geometry as geo
from tools.station.layout import Layout, free_area, stop_threshold, within
from tools.station.model import PlanError
from tools.station.network import OUTSIDE, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.station.model import (
        Column,
        Facility,
        Flightway,
        GateRow,
        Item,
        Lift,
        OpenEdge,
        Opening,
        Plan,
        Ride,
        Space,
    )

_MAX_OVERLAP_M2 = 0.01
_RISE_TOLERANCE_M = 0.0101
"""A centimetre, plus the rounding of the sums."""
_HEADROOM_M = 2.0
_ON_EDGE_M = 0.01
_TOUCH_M = 1e-4
"""Nearer than this two edges are one: the wall between them is left out."""
_FREE_AT_DOOR_M = 0.9


def check(plan: Plan) -> list[PlanError]:
    """Return everything that is wrong with a plan, in the order of the rules.

    Parameters
    ----------
    plan : Plan
        A parsed plan.

    Returns
    -------
    list of PlanError
        Empty when the plan can be built.
    """
    layout = Layout(plan)
    found = [*_empty(plan), *_repeats(plan), *_overlaps(plan), *_touching(plan, layout), *_ways(plan), *_lifts(plan)]
    found += _hours(plan)
    if not found:
        found += [*_openings(layout), *_gates(layout), *_clear_floor(plan, layout), *_places(plan, layout)]
        found += [*_clashes(plan, layout), *_stacked(plan, layout), *_reach(plan), *_carried(plan, layout)]
    if not found:
        found += _blocked(plan, layout)
    return found


def _empty(plan: Plan) -> Iterator[PlanError]:
    """A storey has spaces: its height is that of the lowest."""
    used = {space.level for space in plan.spaces}
    for storey in plan.storeys:
        if storey.id not in used:
            yield storey.where.error(f"the storey {storey.id!r} has no spaces.", "Draw one, or remove it.")


def _repeats(plan: Plan) -> Iterator[PlanError]:
    """Every id names one thing; the model's ids are made of them."""
    groups: tuple[tuple[Item, ...], ...] = (
        *(plan.spaces, plan.opens, plan.openings, plan.gate_rows, plan.platforms, plan.flightways, plan.lifts),
        *(plan.moving_walks, plan.stair_lifts, plan.columns, plan.facilities, plan.signs, plan.tactile_paths),
        plan.transfers,
    )
    seen: dict[str, Item] = {}
    for item in (item for group in groups for item in group):
        first = seen.setdefault(item.id, item)
        if first is not item:
            yield item.where.error(
                f"the id {item.id!r} is used twice (first at {first.where}).", "Give one another id."
            )


def _hours(plan: Plan) -> Iterator[PlanError]:
    """Opening hours are such as OpenStreetMap writes: others would be open to nobody knows whom."""
    groups: tuple[tuple[Space | Opening | Ride | Facility, ...], ...] = (
        *(
            plan.spaces,
            plan.openings,
            plan.flightways,
            plan.lifts,
            plan.moving_walks,
            plan.stair_lifts,
            plan.facilities,
        ),
    )
    for item in (item for group in groups for item in group):
        if item.hours and not validate(item.hours):
            yield item.where.error(
                f"{item.hours!r} of {item.id!r} are no opening hours.",
                'Write them as in "Mo-Fr 05:30-25:00, Sa 06:00-24:00".',
            )


def _overlaps(plan: Plan) -> Iterator[PlanError]:
    for first, second in combinations(plan.spaces, 2):
        if first.level == second.level and first.outdoor == second.outdoor:
            if first.outdoor and (within(first, second) or within(second, first)):
                continue
            area = Polygon(first.ring).intersection(Polygon(second.ring)).area
            if area > _MAX_OVERLAP_M2:
                yield second.where.error(f"{second.id!r} overlaps {first.id!r} by {area:.2f} m².", "Move one outline.")


def _touching(plan: Plan, layout: Layout) -> Iterator[PlanError]:
    floors = {space.id: space.floor for space in plan.spaces}
    parts: list[OpenEdge | GateRow] = [*plan.opens, *plan.gate_rows]
    for part in parts:
        first, second = part.between
        if not layout.shared(first, second):
            yield part.where.error(
                f"{first!r} and {second!r} do not touch.",
                "Give them a common edge on one storey, or remove this table.",
            )
        elif abs(floors[first] - floors[second]) > 0.02:
            yield part.where.error(
                f"the floors of {first!r} and {second!r} differ.", "Join them with a [[ramp]] or [[stairs]] instead."
            )


def _ways(plan: Plan) -> Iterator[PlanError]:
    for way in plan.flightways:
        rise = way.high - way.low
        if rise <= 0.05:
            yield way.where.error(
                f"{way.id!r} does not rise: {way.lower!r} is not below {way.upper!r}.", "Swap lower and upper."
            )
            continue
        if way.rise_m is not None and abs(way.rise_m - rise) > _RISE_TOLERANCE_M:
            yield way.where.error(
                f"{way.id!r} states a rise of {way.rise_m} m but its floors are {rise:.3f} m apart.",
                "Correct one of them.",
            )
        lower, upper = Polygon(plan.space(way.lower).ring), Polygon(plan.space(way.upper).ring)
        if not lower.buffer(0.01).covers(Polygon(geo.way_footprint(way))):
            yield way.where.error(
                f"{way.id!r} does not fit in {way.lower!r}: it needs {geo.length_of(way):.2f} m from foot to head.",
                "Move its foot or its heading.",
            )
        if upper.distance(ShapelyPoint(geo.head_of(way))) > _TOUCH_M:
            yield way.where.error(
                f"the head of {way.id!r} does not meet {way.upper!r}.", "Move its foot, or the upper outline."
            )


def _lifts(plan: Plan) -> Iterator[PlanError]:
    for lift in plan.lifts:
        floors = [stop.floor for stop in lift.stops]
        if len(floors) < 2 or floors != sorted(floors):
            yield lift.where.error(f"{lift.id!r} needs two or more stops, lowest first.", "Reorder its stops.")
            continue
        rise = floors[-1] - floors[0]
        if lift.rise_m is not None and abs(lift.rise_m - rise) > _RISE_TOLERANCE_M:
            yield lift.where.error(
                f"{lift.id!r} states a rise of {lift.rise_m} m but travels {rise:.3f} m.", "Correct one of them."
            )
        shaft = Polygon(geo.shaft_footprint(lift))
        for stop in lift.stops:
            if plan.space(stop.space).outdoor:
                yield lift.where.error(
                    f"{lift.id!r} opens straight onto {stop.space!r}, and a lift is no exit.",
                    'Draw a lobby around the shaft with an [[entrance]] of exit_kind = "lift", and stop there.',
                )
            if not Polygon(plan.space(stop.space).ring).buffer(0.01).covers(shaft):
                yield lift.where.error(
                    f"the shaft of {lift.id!r} leaves {stop.space!r}.", "Move the lift, or enlarge the space around it."
                )


def _openings(layout: Layout) -> Iterator[PlanError]:
    try:
        hosted = layout.hosted
    except PlanError as error:
        yield error
        return
    for first, second in combinations(hosted, 2):
        if first.wall.key == second.wall.key:
            gap = abs(first.offset - second.offset) - (first.opening.width + second.opening.width) / 2
            if gap < 0.05:
                yield second.opening.where.error(
                    f"{second.opening.id!r} overlaps {first.opening.id!r}.", "Move one along the wall."
                )


def _gates(layout: Layout) -> Iterator[PlanError]:
    for index, row in enumerate(layout.plan.gate_rows):
        edge = layout.shared(*row.between)[0]
        lanes = layout.lanes(index)
        reach = max(abs(lane.at[0] - row.centre[0]) + abs(lane.at[1] - row.centre[1]) for lane in lanes)
        if LineString([edge.start, edge.end]).distance(ShapelyPoint(row.centre)) > _ON_EDGE_M:
            yield row.where.error(
                f"{row.id!r} does not stand on the edge between {row.between[0]!r} and {row.between[1]!r}.",
                "Put `at` on that edge.",
            )
        if reach > edge.length:
            yield row.where.error(f"{row.id!r} is longer than the edge it stands on.", "Use fewer gates.")


def _clear_floor(plan: Plan, layout: Layout) -> Iterator[PlanError]:
    """Before each foot and behind each head 1.2 m of floor stay free."""
    for way in plan.flightways:
        for name, at_head in ((way.lower, False), (way.upper, True)):
            if not _is_free(plan, layout, way, name, at_head=at_head):
                end = "head" if at_head else "foot"
                yield way.where.error(
                    f"the {end} of {way.id!r} has less than 1.2 m of free floor in {name!r}.",
                    "Move it, or enlarge the space.",
                )


def _is_free(plan: Plan, layout: Layout, way: Flightway, name: str, *, at_head: bool) -> bool:
    space = plan.space(name)
    same_level = [
        other for other in plan.spaces if other.level == space.level and abs(other.floor - space.floor) < 0.02
    ]
    standing = unary_union(
        [Polygon(geo.way_footprint(other)) for other in plan.flightways if other.lower == name and other.id != way.id]
    )
    floor = unary_union([part for other in same_level for part in layout.floor_of(other)]).difference(standing)
    return bool(floor.buffer(0.02).covers(Polygon(free_area(way, at_head=at_head))))


def _places(plan: Plan, layout: Layout) -> Iterator[PlanError]:
    """Columns and equipment stand on free floor of their space."""
    parts: list[Column | Facility] = [*plan.columns, *plan.facilities]
    for part in parts:
        space = plan.space(part.space)
        floor = unary_union(layout.floor_of(space))
        standing = [Polygon(geo.way_footprint(way)) for way in plan.flightways if way.lower == space.id]
        if not floor.difference(unary_union(standing)).covers(ShapelyPoint(part.at)):
            yield part.where.error(f"{part.id!r} does not stand on free floor of {part.space!r}.", "Move it.")


def _volumes(plan: Plan) -> list[tuple[Flightway | Lift, Polygon, float, float, set[str]]]:
    """Return footprint, lowest and highest used height, and end spaces of every way and lift (2 m of headroom)."""
    found: list[tuple[Flightway | Lift, Polygon, float, float, set[str]]] = [
        (way, Polygon(geo.way_footprint(way)), way.low, way.high + _HEADROOM_M, {way.lower, way.upper})
        for way in plan.flightways
    ]
    for lift in plan.lifts:
        floors = [stop.floor for stop in lift.stops]
        ends = {stop.space for stop in lift.stops}
        found.append((lift, Polygon(geo.shaft_footprint(lift)), floors[0], floors[-1] + _HEADROOM_M, ends))
    return found


def _clashes(plan: Plan, layout: Layout) -> Iterator[PlanError]:
    """Ways and shafts neither stand in one another nor pierce the floor of a space they do not serve."""
    volumes = _volumes(plan)
    for (first, shape, low, high, _), (second, other, below, above, _) in combinations(volumes, 2):
        if low < above and below < high and shape.intersection(other).area > _MAX_OVERLAP_M2:
            yield second.where.error(f"{second.id!r} and {first.id!r} stand in one another.", "Move one of them.")
    for part, shape, low, high, ends in volumes:
        for space in plan.spaces:
            inside = low + 0.05 < space.floor < high - _HEADROOM_M + 0.05 and space.id not in ends
            if inside and _area_on(shape, space, layout) > _MAX_OVERLAP_M2:
                yield part.where.error(
                    f"{part.id!r} comes through the floor of {space.id!r}.", "Move it, or make that space an end of it."
                )


def _area_on(shape: Polygon, space: Space, layout: Layout) -> float:
    """Return how much of a footprint lies on a space; ground outdoors gives way to what is built on it."""
    if not space.outdoor:
        return float(shape.intersection(Polygon(space.ring)).area)
    return float(sum(shape.intersection(part).area for part in layout.floor_of(space)))


def _stacked(plan: Plan, layout: Layout) -> Iterator[PlanError]:
    """Spaces of different storeys leave room for the slab between them."""
    for first, second in combinations(plan.spaces, 2):
        lower, upper = sorted((first, second), key=lambda space: space.floor)
        if lower.level == upper.level or lower.floor + lower.clear <= upper.floor - 0.25:
            continue
        if lower.outdoor:
            continue
        area = _area_on(Polygon(lower.ring), upper, layout)
        if area > _MAX_OVERLAP_M2:
            yield lower.where.error(
                f"{lower.id!r} reaches into {upper.id!r} above it.", "Lower its clear height, or move it."
            )


def _blocked(plan: Plan, layout: Layout) -> Iterator[PlanError]:
    """Nothing stands within 0.9 m of a door, a gate lane or a lift door."""
    thresholds = [(part.opening.id, part.opening.at, part.opening.between) for part in layout.hosted]
    for index, row in enumerate(plan.gate_rows):
        thresholds += [(row.id, lane.at, row.between) for lane in layout.lanes(index)]
    for lift in plan.lifts:
        thresholds += [(lift.id, stop_threshold(lift, stop.side), (stop.space,)) for stop in lift.stops]
    parts: list[Column | Facility] = [*plan.columns, *plan.facilities]
    standing = [(part.id, part.where, part.space, ShapelyPoint(part.at)) for part in parts]
    for way in plan.flightways:
        shape = Polygon(geo.way_footprint(way))
        standing.extend((way.id, way.where, name, shape) for name in (way.lower, way.upper))
    for key, at, spaces in thresholds:
        for name, where, space, shape in standing:
            if space in spaces and shape.distance(ShapelyPoint(at)) < _FREE_AT_DOOR_M:
                yield where.error(f"{name!r} stands in the way of {key!r}.", "Move it 0.9 m or more from the door.")


def _carried(plan: Plan, layout: Layout) -> Iterator[PlanError]:
    """Moving walks and guide strips lie on the floor of their space."""
    for walk in plan.moving_walks:
        space = plan.space(walk.space)
        if not unary_union(layout.floor_of(space)).buffer(0.01).covers(Polygon(geo.walk_footprint(walk))):
            yield walk.where.error(
                f"{walk.id!r} does not lie on free floor of {walk.space!r}.", "Move it or shorten it."
            )
    for path in plan.tactile_paths:
        floor = unary_union(layout.floor_of(plan.space(path.space)))
        if not floor.buffer(0.01).covers(LineString(path.points)):
            yield path.where.error(f"{path.id!r} leaves the floor of {path.space!r}.", "Move its points.")


def _reach(plan: Plan) -> Iterator[PlanError]:
    """Indoors, every public or paid space is reachable from every other; platforms are reachable step-free from the street."""
    open_spaces = [space for space in plan.spaces if space.access != "restricted"]
    if not open_spaces:
        return
    inside = reachable(plan, open_spaces[0].id, without=frozenset({OUTSIDE}))
    step_free = reachable(plan, OUTSIDE, step_free=True)
    anywhere = reachable(plan, OUTSIDE)
    for space in plan.spaces:
        if space.id not in anywhere or (space.access != "restricted" and space.id not in inside):
            yield space.where.error(
                f"nobody can reach {space.id!r} on foot.",
                "Add an [[open]], a [[door]], a way, an [[exit]] or an [[entrance]].",
            )
        if space.category == "platform" and space.id not in step_free:
            yield space.where.error(
                f"the platform {space.id!r} cannot be reached without steps.", "Add a lift, a ramp or a wide gate."
            )
