"""Walls, what is cut into them, and the open edges between spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Polygon

from tools.station import geometry as geo
from tools.station import solids as body
from tools.station.build import COMMON, Spot, common_values, metres
from tools.station.network import MIN_STEP_FREE_M

if TYPE_CHECKING:
    from tools.station.build import Build
    from tools.station.layout import Edge, Hosted, Wall
    from tools.station.model import Opening, Point, Space
    from tools.station.writer import Entity, Value

_MIN_WELL_M2 = 0.5
_ONE_LEAF_M = 1.2
_OPERATIONS = {
    "hinged": ("SINGLE_SWING_LEFT", "DOUBLE_DOOR_SINGLE_SWING"),
    "sliding": ("SLIDING_TO_LEFT", "DOUBLE_DOOR_SLIDING"),
    "folding": ("FOLDING_TO_LEFT", "DOUBLE_DOOR_FOLDING"),
    "revolving": ("REVOLVING", "REVOLVING"),
}
"""``IfcDoorTypeOperationEnum`` of a door of one leaf and of two."""


def write_walls(build: Build) -> None:
    """Write every wall with the openings and doors it hosts, then railings, then open edges."""
    hosted: dict[str, list[Hosted]] = {}
    for part in build.layout.hosted:
        hosted.setdefault(part.wall.key, []).append(part)
    for wall in build.layout.walls:
        along = geo.unit(wall.start, wall.end)
        ring = tuple(_local(corner, wall.start, along) for corner in wall.footprint)
        solid = body.upright(ring, 0.0, wall.high - wall.low, "glass" if wall.glass else "wall")
        entity = build.product(
            "IfcWall",
            wall.key,
            Spot(level=wall.level, at=wall.start, z=wall.low, along=along),
            name=wall.key,
            solids=[solid],
        )
        entity.PredefinedType = "PARTITIONING" if len(wall.spaces) == 2 else "SOLIDWALL"
        build.writer.properties(entity, "Pset_WallCommon", {"IsExternal": len(wall.spaces) == 1})
        for part in hosted.get(wall.key, ()):
            _write_opening(build, part, entity)
    for joint in build.plan.opens:
        for index, edge in enumerate(build.layout.shared(*joint.between)):
            _write_open_edge(build, edge, f"{joint.id}/{index}")


def _local(corner: Point, start: Point, along: Point) -> Point:
    dx, dy = corner[0] - start[0], corner[1] - start[1]
    return geo.point(dx * along[0] + dy * along[1], dy * along[0] - dx * along[1])


def cut(build: Build, host: Entity, key: str, spot: Spot, *, size: tuple[float, float]) -> Entity:
    """Cut a rectangular hole of (width, height) metres through a host wall and return the opening."""
    width, height = size
    hole = body.box((-width / 2, width / 2), (-0.5, 0.5), (0.0, height), "wall")
    opening = build.product("IfcOpeningElement", key, spot, name=key, solids=[hole], contained=False)
    opening.PredefinedType = "OPENING"
    build.writer.rooted("IfcRelVoidsElement", key, RelatingBuildingElement=host, RelatedOpeningElement=opening)
    return opening


def _centre(opening: Opening, wall: Wall, along: Point) -> Point:
    """Return the middle of the wall's thickness at the opening."""
    shift = 0.0 if len(wall.spaces) == 2 else -wall.thickness / 2
    return geo.moved(opening.at, geo.left_of(along), shift)


def _write_opening(build: Build, part: Hosted, wall: Entity) -> None:
    opening, level = part.opening, part.wall.level
    along = geo.unit(part.wall.start, part.wall.end)
    at = _centre(opening, part.wall, along)
    floor = max(build.plan.space(name).floor for name in opening.between) + opening.sill
    hole = cut(
        build,
        wall,
        f"hole/{opening.id}",
        Spot(level=level, at=at, z=floor, along=along),
        size=(opening.width, opening.height),
    )
    element = hole
    if opening.kind == "window":
        _write_window(build, opening, hole, Spot(level=level, at=at, z=floor, along=along))
        return
    if opening.kind != "passage":
        element = _write_door(build, opening, level, at=at, z=floor, along=along)
        build.writer.rooted(
            "IfcRelFillsElement", opening.id, RelatingOpeningElement=hole, RelatedBuildingElement=element
        )
    external = len(opening.between) == 1
    values = common_values(opening) | {
        "Category": opening.kind,
        "ClearWidth": ("IfcPositiveLengthMeasure", opening.width),
    }
    values |= _leaf_values(opening)
    if external:
        values |= {"ExitNumber": opening.exit_number, "ExitKind": opening.exit_kind or "street", "Access": "public"}
        values |= {"Adjoins": opening.adjoins}
    build.writer.properties(element, COMMON, values)
    for name in opening.between:
        build.bound(name, element, f"opening/{opening.id}", external=external)
    ground = build.layout.outside_of(opening)
    if ground is not None:
        build.bound(ground.id, element, f"opening/{opening.id}", external=True)


def _leaf_values(opening: Opening) -> dict[str, Value | None]:
    """Return what is known of the leaf of a door; how it opens is in its ``OperationType``, but for one rolled up."""
    return {
        "DoorKind": "open" if opening.kind != "passage" and opening.leaf == "open" else None,
        "Automatic": opening.automatic,
        "Threshold": metres(opening.threshold),
        "Intercom": opening.intercom,
        "OpeningHours": opening.hours,
    }


def _write_window(build: Build, opening: Opening, hole: Entity, spot: Spot) -> None:
    """Write the glass and frame that fill an opening above the floor."""
    window = build.product(
        "IfcWindow",
        opening.id,
        spot,
        name=opening.en or opening.id,
        solids=body.window_bodies(opening.width, opening.height),
        shared=True,
    )
    window.OverallWidth, window.OverallHeight, window.PredefinedType = opening.width, opening.height, "WINDOW"
    build.writer.rooted("IfcRelFillsElement", opening.id, RelatingOpeningElement=hole, RelatedBuildingElement=window)
    external = len(opening.between) == 1
    build.writer.properties(window, "Pset_WindowCommon", {"IsExternal": external})
    for name in opening.between:
        build.bound(name, window, f"opening/{opening.id}", external=external)


def _write_door(build: Build, opening: Opening, level: str, *, at: Point, z: float, along: Point) -> Entity:
    """Write the door that fills an opening: leaves by how it opens, a rolling shutter where an entrance does not say."""
    double = opening.width > _ONE_LEAF_M
    if opening.leaf is None or opening.leaf == "open":
        operation, solids = "ROLLINGUP", body.shutter_bodies(opening.width, opening.height)
    elif double:
        operation, solids = _OPERATIONS[opening.leaf][1], body.leaves(opening.width, opening.height, "door")
    else:
        half = opening.width / 2
        operation = _OPERATIONS[opening.leaf][0]
        solids = (body.box((-half, half), (-0.025, 0.025), (0.02, opening.height), "door"),)
    door = build.product(
        "IfcDoor",
        opening.id,
        Spot(level=level, at=at, z=z, along=along),
        name=opening.en or opening.id,
        solids=solids,
        shared=True,
    )
    door.OverallWidth, door.OverallHeight = opening.width, opening.height
    door.PredefinedType, door.OperationType = "DOOR", operation
    external = len(opening.between) == 1
    door_values: dict[str, Value | None] = {
        "IsExternal": external,
        "FireExit": opening.fire_exit,
        "HandicapAccessible": opening.width >= MIN_STEP_FREE_M
        and any(name in build.step_free for name in opening.between),
        "HasDrive": opening.automatic,
    }
    build.writer.properties(door, "Pset_DoorCommon", door_values)
    build.writer.quantities(
        door, "Qto_DoorBaseQuantities", ("Length", "Width", opening.width), ("Length", "Height", opening.height)
    )
    return door


def _write_open_edge(build: Build, edge: Edge, key: str) -> None:
    """Write the virtual element on an open edge, and its boundary surface as seen from both spaces."""
    if edge.other is None:
        return
    level = edge.space.level
    element = build.product(
        "IfcVirtualElement",
        key,
        Spot(level=level, at=edge.start, z=edge.space.floor, along=geo.unit(edge.start, edge.end)),
        name=key,
    )
    build.writer.properties(
        element, COMMON, {"Category": "virtual", "ClearWidth": ("IfcPositiveLengthMeasure", round(edge.length, 4))}
    )
    for space in (edge.space, edge.other):
        build.bound(space.id, element, f"virtual/{key}", virtual=True, surface=_surface(build, edge, space))


def _surface(build: Build, edge: Edge, space: Space) -> Entity:
    """Return the upright rectangle of an open edge in the coordinates of a space."""
    writer = build.writer
    height = min(space.clear, edge.other.clear) if edge.other is not None else space.clear
    curve = writer.make(
        "IfcArbitraryOpenProfileDef", "CURVE", None, writer.polyline((edge.start, edge.end), closed=False)
    )
    surface = writer.make(
        "IfcSurfaceOfLinearExtrusion",
        curve,
        writer.axes((0.0, 0.0, 0.0)),
        writer.direction(0.0, 0.0, 1.0),
        round(height, 4),
    )
    return writer.make("IfcConnectionSurfaceGeometry", surface)


def write_well_railings(build: Build) -> None:
    """Write a guard railing on the three sides of every well in an upper floor (not across the head)."""
    for way in build.plan.flightways:
        lower, upper = build.plan.space(way.lower), build.plan.space(way.upper)
        well = Polygon(geo.well_footprint(way)).intersection(Polygon(upper.ring))
        if upper.level == lower.level or well.area < _MIN_WELL_M2:
            continue
        outer = geo.outer_width(way.kind, way.width) / 2
        length = geo.length_of(way) if way.well_m is None else way.well_m
        panels = (
            body.box((0.0, length), (outer - 0.04, outer), (0.0, 1.1), "rail"),
            body.box((0.0, length), (-outer, -outer + 0.04), (0.0, 1.1), "rail"),
            body.box((0.0, 0.04), (-outer, outer), (0.0, 1.1), "rail"),
        )
        railing = build.product(
            "IfcRailing",
            f"guard/{way.id}",
            Spot(
                level=upper.level,
                at=geo.moved(geo.head_of(way), way.heading, -length),
                z=way.high,
                along=way.heading,
            ),
            name=f"Guard of {way.id}",
            solids=panels,
        )
        railing.PredefinedType = "GUARDRAIL"
