"""Reusable parts that bound a space: a platform edge with screen doors, a row of fare gates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tools.station import geometry as geo
from tools.station import solids as body
from tools.station.build import COMMON, Spot, common_values, metres
from tools.station.layout import GATE_CABINET_M, door_places

if TYPE_CHECKING:
    from tools.station.build import Build
    from tools.station.layout import Lane
    from tools.station.model import GateRow, Platform, Point
    from tools.station.solids import Extrusion
    from tools.station.writer import Value

SCREEN_DOOR_M = (2.0, 2.1)
_SCREEN_HEIGHT_M = 2.6
_RAIL_BELOW_PLATFORM_M = 1.1
_TRACK_M = 4.2
_GATE_HEIGHT_M = 1.15


# ── platform edge ─────────────────────────────────────────────────────────────────────────────────────────────────────
def write_platform(build: Build, platform: Platform) -> None:
    """Write screen doors, the fixed panels between them, the beam in the line colour, tactile strip and track."""
    space = build.plan.space(platform.space)
    start, end = build.layout.platform_edge(platform)
    along = geo.unit(start, end)
    doors = sorted((math.dist(start, at), name, at) for name, at in door_places(platform))
    width, height = SCREEN_DOOR_M
    for _, name, at in doors:
        door = build.product(
            "IfcDoor",
            f"{platform.id}/{name}",
            Spot(level=space.level, at=at, z=space.floor, along=along),
            name=name,
            solids=body.leaves(width, height, "glass"),
            shared=True,
        )
        door.OverallWidth, door.OverallHeight = width, height
        door.PredefinedType, door.OperationType = "DOOR", "DOUBLE_DOOR_SLIDING"
        values = common_values(platform) | {"NameKo": f"{platform.ko} {name}", "NameEn": f"{platform.en} {name}"}
        build.writer.properties(
            door,
            COMMON,
            values
            | {"Category": "screen_door", "Access": "restricted", "Line": platform.line}
            | {"Number": name, "Automatic": True, "Gap": metres(platform.gap), "GapStep": metres(platform.gap_step)}
            | {"TowardsKo": platform.towards_ko, "TowardsEn": platform.towards_en},
        )
        build.writer.properties(door, "Pset_DoorCommon", {"IsExternal": False, "FireExit": False, "HasDrive": True})
        build.bound(space.id, door, f"screen/{platform.id}/{name}")
        build.doors[f"{platform.id}/{name}"] = door
    _write_panels(build, platform, [distance for distance, _, _ in doors])
    _write_edge_fittings(build, platform, start, end)


def _write_panels(build: Build, platform: Platform, doors: list[float]) -> None:
    """Write the fixed glass between screen doors."""
    space = build.plan.space(platform.space)
    start, end = build.layout.platform_edge(platform)
    along = geo.unit(start, end)
    half = SCREEN_DOOR_M[0] / 2
    cuts = [0.0, *(at + shift for at in doors for shift in (-half, half)), math.dist(start, end)]
    for index, (low, high) in enumerate(zip(cuts[::2], cuts[1::2], strict=True)):
        if high - low < 0.05:
            continue
        panel = body.box((0.0, round(high - low, 4)), (-0.04, 0.04), (0.0, SCREEN_DOOR_M[1]), "glass")
        plate = build.product(
            "IfcPlate",
            f"{platform.id}/panel-{index}",
            Spot(level=space.level, at=geo.moved(start, along, low), z=space.floor, along=along),
            name=f"{platform.id} panel {index}",
            solids=[panel],
            shared=True,
        )
        plate.PredefinedType = "CURTAIN_PANEL"


def _write_edge_fittings(build: Build, platform: Platform, start: Point, end: Point) -> None:
    """Write the beam above the doors in the line colour, the tactile strip and the track beside the platform."""
    space = build.plan.space(platform.space)
    along, length = geo.unit(start, end), math.dist(start, end)
    colour = build.plan.venue.lines[platform.line].colour
    beam = body.box((0.0, length), (-0.1, 0.1), (SCREEN_DOOR_M[1], _SCREEN_HEIGHT_M), colour)
    strip = body.box((0.0, length), (0.5, 0.8), (0.0, 0.01), "tactile")
    low = -_RAIL_BELOW_PLATFORM_M
    bed = body.box((0.0, length), (-_TRACK_M, 0.0), (low - 0.5, low - 0.15), "track")
    rails = [
        body.box(
            (0.0, length), (-_TRACK_M / 2 + side - 0.035, -_TRACK_M / 2 + side + 0.035), (low - 0.15, low), "metal"
        )
        for side in (-0.7175, 0.7175)
    ]
    kerb = body.box((0.0, length), (-0.05, 0.25), (low - 0.15, -0.3), "track")
    wholes: tuple[tuple[str, str, tuple[Extrusion, ...], str], ...] = (
        ("IfcBeam", "beam", (beam,), "Screen door beam with line colour"),
        ("IfcCovering", "tactile", (strip,), "Tactile strip"),
        ("IfcBuildingElementProxy", "track", (bed, kerb, *rails), "Track"),
    )
    for kind, key, solids, name in wholes:
        entity = build.product(
            kind,
            f"{platform.id}/{key}",
            Spot(level=space.level, at=start, z=space.floor, along=along),
            name=f"{name}, line {platform.line}",
            solids=solids,
        )
        if kind != "IfcBuildingElementProxy":
            entity.PredefinedType = "BEAM" if kind == "IfcBeam" else "FLOORING"


# ── gate row ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def write_gate_row(build: Build, row: GateRow, index: int) -> None:
    """Write the lanes of a gate row, the cabinets between them, and barriers on the rest of the shared edge."""
    level, floor = build.plan.space(row.between[0]).level, build.plan.space(row.between[0]).floor
    edge = build.layout.shared(*row.between)[0]
    along = geo.unit(edge.start, edge.end)
    lanes = build.layout.lanes(index)
    for number, lane in enumerate(lanes, start=1):
        _write_lane(build, row, lane, number, level=level, floor=floor, along=along)
    cabinet = (body.box((-GATE_CABINET_M / 2, GATE_CABINET_M / 2), (-0.8, 0.8), (0.0, _GATE_HEIGHT_M), "cabinet"),)
    ends = [geo.moved(lane.at, along, -(lane.width + GATE_CABINET_M) / 2) for lane in lanes]
    ends.append(geo.moved(lanes[-1].at, along, (lanes[-1].width + GATE_CABINET_M) / 2))
    for number, at in enumerate(ends):
        build.product(
            "IfcBuildingElementProxy",
            f"{row.id}/cabinet-{number}",
            Spot(level=level, at=at, z=floor, along=along),
            name="Fare gate cabinet",
            solids=cabinet,
            shared=True,
        )
    spans = ((0.0, math.dist(edge.start, ends[0])), (math.dist(edge.start, ends[-1]), edge.length))
    for number, (low, high) in enumerate(spans):
        if high - low > 0.1:
            panel = body.box((0.0, high - low), (-0.03, 0.03), (0.0, 1.4), "glass")
            railing = build.product(
                "IfcRailing",
                f"{row.id}/barrier-{number}",
                Spot(level=level, at=geo.moved(edge.start, along, low), z=floor, along=along),
                name="Barrier beside the fare gates",
                solids=[panel],
            )
            railing.PredefinedType = "BALUSTRADE"


def _write_lane(build: Build, row: GateRow, lane: Lane, number: int, *, level: str, floor: float, along: Point) -> None:
    door = build.product(
        "IfcDoor",
        f"{row.id}/lane-{number}",
        Spot(level=level, at=lane.at, z=floor, along=along),
        name=f"{row.en} {number}",
        solids=body.leaves(lane.width, _GATE_HEIGHT_M - 0.05, "gate", depth=0.04),
        shared=True,
    )
    door.OverallWidth, door.OverallHeight = lane.width, _GATE_HEIGHT_M
    door.PredefinedType, door.OperationType = "GATE", "DOUBLE_SWING_LEFT"
    values = common_values(row) | {"NameKo": f"{row.ko} {number}", "NameEn": f"{row.en} {number}"}
    clear: Value = ("IfcPositiveLengthMeasure", lane.width)
    build.writer.properties(door, COMMON, values | {"Category": "gate", "Access": "paid", "ClearWidth": clear})
    build.writer.properties(
        door, "Pset_DoorCommon", {"IsExternal": False, "FireExit": False, "HandicapAccessible": lane.wide}
    )
    for name in row.between:
        build.bound(name, door, f"gate/{row.id}/{number}")
