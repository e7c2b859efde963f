"""Reusable parts that lead up and down: a stair with landings, a ramp, an escalator, a lift in its shaft."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tools.station import geometry as geo
from tools.station import solids as body
from tools.station.build import COMMON, Spot, car_values, common_values, metres, ride_values
from tools.station.layout import stop_threshold
from tools.station.shell import cut

if TYPE_CHECKING:
    from tools.station.build import Build
    from tools.station.model import Flightway, Lift, MovingWalk, Point, StairLift, Stop
    from tools.station.solids import Run
    from tools.station.writer import Entity, Value

_LIFT_DOOR_M = (1.0, 2.1)
_SHAFT_WALL_M = 0.15


def write_way(build: Build, way: Flightway) -> None:
    """Write a stair, ramp or escalator, standing in its lower space."""
    if way.kind == "escalator":
        _write_escalator(build, way)
    else:
        _write_flights(build, way)


def _way_values(way: Flightway) -> dict[str, Value | None]:
    clear: Value = ("IfcPositiveLengthMeasure", way.width)
    values: dict[str, Value | None] = {"Category": way.kind, "Direction": way.direction, "ClearWidth": clear}
    values |= {"Rise": ("IfcPositiveLengthMeasure", round(way.high - way.low, 4)), "Register": way.register}
    return common_values(way) | values | ride_values(way)


def _write_escalator(build: Build, way: Flightway) -> None:
    level = build.plan.space(way.lower).level
    entity = build.product(
        "IfcTransportElement",
        way.id,
        Spot(level=level, at=way.foot, z=way.low, along=way.heading),
        name=way.en or way.id,
        solids=body.escalator_bodies(way),
    )
    entity.PredefinedType = "ESCALATOR"
    build.writer.properties(entity, COMMON, _way_values(way))


def _write_flights(build: Build, way: Flightway) -> None:
    """Write a stair or ramp as a whole made of flights, landings and a pair of railings."""
    level = build.plan.space(way.lower).level
    stairs = way.kind == "stairs"
    found = body.runs(way)
    flights = [run for run in found if not run.level]
    whole = build.product(
        "IfcStair" if stairs else "IfcRamp",
        way.id,
        Spot(level=level, at=way.foot, z=way.low, along=way.heading),
        name=way.en or way.id,
    )
    straight = (
        ("STRAIGHT_RUN_STAIR", "TWO_STRAIGHT_RUN_STAIR") if stairs else ("STRAIGHT_RUN_RAMP", "TWO_STRAIGHT_RUN_RAMP")
    )
    whole.PredefinedType = straight[len(flights) - 1] if len(flights) <= 2 else "USERDEFINED"
    if len(flights) > 2:
        whole.ObjectType = f"straight in {len(flights)} runs"
    build.writer.properties(whole, COMMON, _way_values(way))
    _describe_whole(build, way, whole, flights)
    members = [_write_run(build, way, run, index, level) for index, run in enumerate(found)]
    if stairs:
        build.stairs[way.id] = whole
    if way.handrail is False:
        build.writer.aggregate(f"way/{way.id}", whole, members)
        return
    railing = build.product("IfcRailing", f"rail/{way.id}", Spot(level=level, at=way.foot, z=way.low, along=way.heading), name=f"Handrails of {way.id}", solids=body.rail_bodies(way), contained=False)  # fmt: skip
    railing.PredefinedType = "HANDRAIL"
    build.writer.aggregate(f"way/{way.id}", whole, [*members, railing])


def _describe_whole(build: Build, way: Flightway, whole: Entity, flights: list[Run]) -> None:
    """Fill the standard property set of the stair or ramp."""
    rise = way.high - way.low
    if way.kind == "stairs":
        risers = sum(run.risers for run in flights)
        values: dict[str, Value | None] = {
            "NumberOfRiser": ("IfcCountMeasure", risers),
            "NumberOfTreads": ("IfcCountMeasure", risers),
            "RiserHeight": ("IfcPositiveLengthMeasure", round(rise / risers, 6)),
            "TreadLength": ("IfcPositiveLengthMeasure", geo.TREAD_M),
            "HandicapAccessible": way.accessible or False,
            "IsExternal": False,
        }
        build.writer.properties(whole, "Pset_StairCommon", values)
    else:
        slope: Value = ("IfcPlaneAngleMeasure", round(math.atan(1 / geo.RAMP_SLOPE), 6))
        accessible = way.accessible is not False
        build.writer.properties(
            whole, "Pset_RampCommon", {"RequiredSlope": slope, "HandicapAccessible": accessible, "IsExternal": False}
        )


def _write_run(build: Build, way: Flightway, run: Run, index: int, level: str) -> Entity:
    """Write one flight, sloping run or landing."""
    if run.level:
        kind, solid = "IfcSlab", body.landing_body(run, way.width, "stair" if way.kind == "stairs" else "ramp")
    elif run.risers:
        kind, solid = "IfcStairFlight", body.flight_body(run, way.width)
    else:
        kind, solid = "IfcRampFlight", body.slope_body(run, way.width)
    entity = build.product(
        kind,
        f"{way.id}/{index}",
        Spot(level=level, at=geo.moved(way.foot, way.heading, run.start), z=way.low, along=way.heading),
        name=f"{way.id} {index + 1}",
        solids=[solid],
        contained=False,
    )
    entity.PredefinedType = "LANDING" if run.level else "STRAIGHT"
    if run.risers:
        riser = round((run.high - run.low) / run.risers, 6)
        entity.NumberOfRisers, entity.NumberOfTreads = run.risers, run.risers
        entity.RiserHeight, entity.TreadLength = riser, geo.TREAD_M
        build.writer.properties(
            entity,
            "Pset_StairFlightCommon",
            {
                "NumberOfRiser": ("IfcCountMeasure", run.risers),
                "NumberOfTreads": ("IfcCountMeasure", run.risers),
                "RiserHeight": ("IfcPositiveLengthMeasure", riser),
                "TreadLength": ("IfcPositiveLengthMeasure", geo.TREAD_M),
            },
        )
    return entity


def write_moving_walk(build: Build, walk: MovingWalk) -> None:
    """Write a level moving walk; it runs along the x axis of its placement."""
    space = build.plan.space(walk.space)
    entity = build.product(
        "IfcTransportElement",
        walk.id,
        Spot(level=space.level, at=walk.foot, z=space.floor, along=walk.heading),
        name=walk.en or walk.id,
        solids=body.walk_bodies(walk),
    )
    entity.PredefinedType = "MOVINGWALKWAY"
    values: dict[str, Value | None] = {
        "Category": "moving_walk",
        "Direction": "up" if walk.direction == "forward" else "both",
        "ClearWidth": ("IfcPositiveLengthMeasure", walk.width),
        "Register": walk.register,
    }
    build.writer.properties(entity, COMMON, common_values(walk) | values | ride_values(walk))


def write_stair_lift(build: Build, lift: StairLift) -> None:
    """Write a wheelchair platform on a stair: something people look for, and a way of its own beside the stair's steps."""
    way = next(way for way in build.plan.flightways if way.id == lift.on)
    entity = build.product(
        "IfcBuildingElementProxy",
        lift.id,
        Spot(level=build.plan.space(way.lower).level, at=way.foot, z=way.low, along=way.heading),
        name=lift.en or lift.id,
        solids=body.stair_lift_bodies(way),
    )
    entity.PredefinedType, entity.ObjectType = "USERDEFINED", "stair_lift"
    rise: Value = ("IfcPositiveLengthMeasure", round(way.high - way.low, 4))
    values: dict[str, Value | None] = {"Category": "stair_lift", "Access": "public", "Register": lift.register}
    values |= {"Rise": rise, "Stairs": build.stairs[lift.on].GlobalId}
    build.writer.properties(entity, COMMON, common_values(lift) | values | car_values(lift) | ride_values(lift))


def write_lift(build: Build, lift: Lift) -> None:
    """Write car and rails as one transport element, the shaft as four walls, and a door at every stop."""
    low, high = lift.stops[0].floor, lift.stops[-1].floor
    level = build.plan.space(lift.stops[0].space).level
    car = build.product(
        "IfcTransportElement",
        lift.id,
        Spot(level=level, at=lift.centre, z=low, along=lift.axis),
        name=lift.en or lift.id,
        solids=body.car_bodies(lift.size, 0.0, high - low),
    )
    car.PredefinedType = "ELEVATOR"
    stops = ",".join(build.plan.space(stop.space).level for stop in lift.stops)
    rise: Value = ("IfcPositiveLengthMeasure", round(high - low, 4))
    build.writer.properties(
        car,
        COMMON,
        common_values(lift)
        | {"Category": "lift", "Direction": "both", "Stops": stops, "Rise": rise, "Register": lift.register}
        | {"Through": lift.through}
        | car_values(lift)
        | ride_values(lift),
    )
    build.writer.properties(
        car,
        "Pset_TransportElementElevator",
        {"ClearWidth": metres(lift.car_width), "ClearDepth": metres(lift.car_depth)},
    )
    _write_shaft(build, lift, car)


def _write_shaft(build: Build, lift: Lift, car: Entity) -> None:
    """Write the four shaft walls with a door at each stop."""
    low, high = lift.stops[0].floor - 1.2, lift.stops[-1].floor + 2.6
    level = build.plan.space(lift.stops[0].space).level
    half = lift.size / 2
    for index, side in enumerate(_four(lift.axis)):
        along = (side[1] + 0.0, -side[0] + 0.0)
        start = geo.moved(geo.moved(lift.centre, side, half), along, -half)
        panel = body.box((0.0, lift.size), (-_SHAFT_WALL_M, 0.0), (0.0, high - low), "glass")
        wall = build.product(
            "IfcWall",
            f"{lift.id}/shaft-{index}",
            Spot(level=level, at=start, z=low, along=along),
            name=f"Shaft of {lift.id}",
            solids=[panel],
        )
        wall.PredefinedType = "SOLIDWALL"
        for stop in lift.stops:
            if math.dist(stop.side, side) < 0.01:
                _write_stop(build, lift, stop, wall, car, along)


def _write_stop(build: Build, lift: Lift, stop: Stop, wall: Entity, car: Entity, along: Point) -> None:
    space = build.plan.space(stop.space)
    key = f"{lift.id}/{space.level}"
    width, height = _LIFT_DOOR_M
    at = geo.moved(stop_threshold(lift, stop.side), stop.side, -_SHAFT_WALL_M / 2)
    hole = cut(
        build, wall, f"hole/{key}", Spot(level=space.level, at=at, z=space.floor, along=along), size=(width, height)
    )
    door = build.product(
        "IfcDoor",
        key,
        Spot(level=space.level, at=at, z=space.floor, along=along),
        name=f"{lift.en} {space.level}",
        solids=body.leaves(width, height, "metal"),
        shared=True,
    )
    door.OverallWidth, door.OverallHeight = width, height
    door.PredefinedType, door.OperationType = "DOOR", "DOUBLE_DOOR_SLIDING"
    build.writer.rooted("IfcRelFillsElement", key, RelatingOpeningElement=hole, RelatedBuildingElement=door)
    build.writer.rooted("IfcRelConnectsElements", key, RelatingElement=car, RelatedElement=door)
    values = common_values(lift) | {
        "NameKo": f"{lift.ko} {space.level}",
        "NameEn": f"{lift.en} {space.level}",
        "Category": "door",
        "Automatic": True,
    }
    build.writer.properties(door, COMMON, values | {"Lift": lift.id, "ClearWidth": ("IfcPositiveLengthMeasure", width)})
    build.writer.properties(
        door, "Pset_DoorCommon", {"IsExternal": False, "FireExit": False, "HandicapAccessible": True, "HasDrive": True}
    )
    build.bound(space.id, door, f"lift/{key}")


def _four(axis: Point) -> tuple[Point, ...]:
    side = geo.left_of(axis)
    return (axis, side, (-axis[0] + 0.0, -axis[1] + 0.0), (-side[0] + 0.0, -side[1] + 0.0))
