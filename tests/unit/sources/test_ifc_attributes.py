"""Who can use a door or a way, as models say it: in their own set, in the sets of the standard, in how they are drawn."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import shapely

from indoor3d.models.building import Connector, Opening, Space, Text
from indoor3d.models.vocabulary import Access, ConnectorCategory, DoorKind, FacilityCategory
from indoor3d.sources._ifc_attributes import kind_of, slope_of
from indoor3d.sources._ifc_extract import Extract
from indoor3d.sources._ifc_model import Model, Product
from tests.ifc_models import METRE_M, MILLIMETRE_M, Builder, box, flight, halls, steps
from tests.unit.sources.test_ifc_venue import Stop, left_out, made


def opening(found: tuple[Opening, ...], door: Any) -> Opening:
    return next(o for o in found if o.id == door.GlobalId)


# ── doors ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4", "IFC4X3"])
def test_a_door_says_everything_in_the_models_own_set(tmp_path: Path, schema: str) -> None:
    stop = Stop(schema=schema)
    stop.builder.say(
        stop.front, DoorKind="revolving", Automatic=False, Threshold=0.02, Intercom=True, OpeningHours="Mo-Fr 09:00-18:00",
    )  # fmt: skip
    stop.builder.say(stop.screens[0], Number=" 7-4 ", Gap=0.11, GapStep=-0.03)
    building, report = made(stop.builder, tmp_path)
    front, screen = opening(building.openings, stop.front), opening(building.openings, stop.screens[0])
    assert (front.kind, front.automatic, front.threshold_m, front.intercom, front.hours) == (
        DoorKind.REVOLVING, False, 0.02, True, "Mo-Fr 09:00-18:00",
    )  # fmt: skip
    assert (screen.number, screen.gap_m, screen.gap_step_m) == ("7-4", 0.11, -0.03)
    silent = opening(building.openings, stop.screens[1])
    assert (silent.number, silent.kind, silent.automatic, silent.threshold_m) == ("", None, None, None)
    assert (silent.intercom, silent.gap_m, silent.gap_step_m, silent.hours) == (None, None, None, "")
    (way_out,) = building.exits
    assert way_out.hours == "Mo-Fr 09:00-18:00"
    assert left_out(report) == []


def test_what_is_none_of_these_is_left_out(tmp_path: Path) -> None:
    stop = Stop()
    stop.builder.say(
        stop.front, DoorKind="portcullis", Automatic="yes", Threshold="low", Intercom=1, OpeningHours="Mo\n" * 9,
    )  # fmt: skip
    building, report = made(stop.builder, tmp_path)
    front = opening(building.openings, stop.front)
    assert (front.kind, front.automatic, front.threshold_m, front.intercom, front.hours) == (None, None, None, None, "")
    assert left_out(report) == ["Indoor3D_Common: OpeningHours cannot be used (no opening hours) and was left out."]


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("SINGLE_SWING_RIGHT", "hinged"), ("DOUBLE_DOOR_DOUBLE_SWING", "hinged"), ("SWING_FIXED_LEFT", "hinged"),
        ("SLIDING_TO_RIGHT", "sliding"), ("DOUBLE_DOOR_SLIDING", "sliding"), ("DOUBLE_PANEL_SLIDING", "sliding"),
        ("FOLDING_TO_LEFT", "folding"), ("DOUBLE_DOOR_FOLDING", "folding"), ("REVOLVING", "revolving"),
        ("REVOLVING_VERTICAL", "revolving"), ("ROLLINGUP", None), ("USERDEFINED", None), ("", None),
    ],
)  # fmt: skip
def test_the_words_of_the_standard_for_how_a_door_opens(operation: str, kind: str | None) -> None:
    assert kind_of(operation) == kind


def test_how_a_door_opens_is_on_the_door_or_on_its_type(tmp_path: Path) -> None:
    stop = Stop()
    b = stop.builder
    stop.front.OperationType = "REVOLVING"
    stop.screens[0].OperationType = "NOTDEFINED"
    kind = b.make("IfcDoorType", Name="t", PredefinedType="DOOR", OperationType="DOUBLE_DOOR_SLIDING")
    b.make("IfcRelDefinesByType", RelatingType=kind, RelatedObjects=(stop.front, *stop.screens))
    b.say(stop.screens[0], "Pset_DoorCommon", HasDrive=True)
    building, _ = made(b, tmp_path)
    found = {o.id: (o.kind, o.automatic) for o in building.openings}
    assert found[stop.front.GlobalId] == (DoorKind.REVOLVING, None)
    assert found[stop.screens[0].GlobalId] == (DoorKind.SLIDING, True)
    assert found[stop.screens[1].GlobalId] == (DoorKind.SLIDING, None)


def test_how_a_door_of_the_old_schema_opens_is_on_its_style(tmp_path: Path) -> None:
    stop = Stop(schema="IFC2X3")
    b = stop.builder
    style = b.make(
        "IfcDoorStyle", Name="s", OperationType="REVOLVING", ConstructionType="STEEL", ParameterTakesPrecedence=False,
        Sizeable=False,
    )  # fmt: skip
    b.make("IfcRelDefinesByType", RelatingType=style, RelatedObjects=(stop.front,))
    building, _ = made(b, tmp_path)
    assert opening(building.openings, stop.front).kind is DoorKind.REVOLVING


def test_a_hole_and_an_open_boundary_have_no_leaf(tmp_path: Path) -> None:
    builder = Builder()
    storey = builder.storey("G", 0.0, elevation=0.0)
    walls = builder.shell(storey, 0.0)
    builder.door_in(storey, walls["south"], (1.0, 0.0, 2.0, 0.3), 0.0)
    wall = builder.wall(storey, box(4.9, 0.3, 5.1, 7.7), 0.0, 2.8)
    hole = builder.hole(wall, box(4.9, 3.0, 5.1, 4.5), 0.0, 2.1)
    for name, outline in (
        ("a", box(0.3, 0.3, 4.9, 7.7)),
        ("b", box(5.1, 0.3, 7.0, 7.7)),
        ("c", box(7.0, 0.3, 9.7, 7.7)),
    ):
        builder.space(storey, outline, 0.0, 2.8, Name=name)
    building, _ = made(builder, tmp_path)
    kinds = {str(o.category): o.kind for o in building.openings if o.category in {"passage", "virtual"}}
    assert kinds == {"passage": DoorKind.OPEN, "virtual": DoorKind.OPEN}
    assert opening(building.openings, hole).kind is DoorKind.OPEN


def test_a_space_says_when_it_is_open_and_whether_tactile_paving_leads_through(tmp_path: Path) -> None:
    stop = Stop()
    stop.builder.say(stop.platform, Tactile=True, OpeningHours="05:00-24:00", Access="paid")
    building, _ = made(stop.builder, tmp_path)

    def said(space: Space) -> tuple[bool | None, str, Access]:
        return space.tactile, space.hours, space.access

    found = {s.id: said(s) for s in building.spaces}
    assert found[stop.platform.GlobalId] == (True, "05:00-24:00", Access.PAID)
    assert found[stop.hall.GlobalId] == (None, "", Access.PUBLIC)


# ── stairs and ramps ──────────────────────────────────────────────────────────────────────────────────────────────────
def stairs_in(builder: Builder, *parts: Any) -> Any:
    """A straight stair from 0 to 3 m with other parts."""
    storey = halls(builder, (0.0, 3.0))[0]
    whole = builder.element("IfcStair", storey, Name="stair")
    run = builder.element("IfcStairFlight", None, *steps(builder, flight((1.0, 1.5, 0.0), (0.0, 1.0), 15)))
    builder.aggregate(whole, run, *parts)
    return whole


def only(found: tuple[Connector, ...]) -> Connector:
    (connector,) = found
    return connector


@pytest.mark.parametrize(
    ("rail", "said", "handrail"),
    [
        ("HANDRAIL", None, True),
        ("HANDRAIL", False, False),
        ("GUARDRAIL", None, None),
        (None, None, None),
        (None, True, True),
    ],
)
def test_a_handrail_is_what_the_model_says_or_draws(
    tmp_path: Path, *, rail: str | None, said: bool | None, handrail: bool | None
) -> None:
    builder = Builder()
    body = builder.prism(box(1.52, 1.5, 1.56, 5.0), 0.2, 3.0)
    parts = [] if rail is None else [builder.element("IfcRailing", None, body, PredefinedType=rail)]
    whole = stairs_in(builder, *parts)
    if said is not None:
        builder.say(whole, Handrail=said)
    building, _ = made(builder, tmp_path)
    assert only(building.connectors).handrail is handrail


def test_stairs_say_who_can_use_them(tmp_path: Path) -> None:
    builder = Builder()
    whole = stairs_in(builder)
    builder.say(whole, Tactile=True, SignKo="나가는 곳", SignEn="Way out", OpeningHours="05:00-24:00")
    builder.say(whole, "Pset_StairCommon", HandicapAccessible=False)
    building, _ = made(builder, tmp_path)
    found = only(building.connectors)
    assert (found.tactile, found.accessible, found.sign) == (True, False, Text(ko="나가는 곳", en="Way out"))
    assert (found.hours, found.needs_staff, found.speed_mps, found.max_slope) == ("05:00-24:00", None, None, None)


def ramp_in(builder: Builder, rise_m: float) -> Any:
    """A ramp of 6 m with a level piece in the middle, up to a hall ``rise_m`` higher."""
    storey = halls(builder, (0.0, rise_m))[0]
    points = [(1.0, 0.0), (3.0, rise_m / 2), (4.5, rise_m / 2), (6.5, rise_m)]
    x = (1.0, 2.5)
    top = [[(v, y, z) for v in x] for y, z in points]
    low = [[(v, y, z - 0.2) for v in x] for y, z in points]
    faces: list[Any] = [(low[0][0], low[0][1], top[0][1], top[0][0]), (low[-1][0], top[-1][0], top[-1][1], low[-1][1])]
    for i in range(len(points) - 1):
        faces.append((top[i][0], top[i][1], top[i + 1][1], top[i + 1][0]))
        faces.append((low[i][0], low[i + 1][0], low[i + 1][1], low[i][1]))
        faces += [(low[i][s], top[i][s], top[i + 1][s], low[i + 1][s]) for s in (0, 1)]
    return builder.element("IfcRamp", storey, builder.faces(faces))


def test_the_slope_of_a_ramp_is_that_of_its_steepest_part(tmp_path: Path) -> None:
    builder = Builder()
    ramp = ramp_in(builder, 3.0)
    builder.say(ramp, "Pset_RampCommon", RequiredSlope=0.05, HandicapAccessible=True)
    building, _ = made(builder, tmp_path)
    found = only(building.connectors)
    assert found.category is ConnectorCategory.RAMP
    assert found.max_slope == pytest.approx(1.5 / 2.0, abs=0.01)
    assert found.accessible is True


def test_a_model_may_say_its_slope_itself(tmp_path: Path) -> None:
    builder = Builder()
    builder.say(ramp_in(builder, 3.0), MaxSlope=0.7, Accessible=False)
    building, _ = made(builder, tmp_path)
    assert (only(building.connectors).max_slope, only(building.connectors).accessible) == (0.7, False)


@pytest.mark.parametrize(
    ("required", "unit_rad", "slope"),
    [(math.atan(1 / 12), 1.0, 1 / 12), (4.764, math.pi / 180, 1 / 12), (0.0, 1.0, None), (85.0, math.pi / 180, None), (True, 1.0, None)],
)  # fmt: skip
def test_where_geometry_gives_no_slope_the_required_one_counts(
    required: float, unit_rad: float, slope: float | None
) -> None:
    """In the unit of plane angle of the file."""
    model = cast("Model", SimpleNamespace(made=SimpleNamespace(document={"angle_rad": unit_rad})))
    product = Product(
        key=1,
        id="r",
        ifc_class="IfcRamp",
        family="IfcRamp",
        properties={"Pset_RampCommon": {"RequiredSlope": required}},
    )
    path = [(0.0, 0.0, 0.0), (0.1, 0.0, 0.1)]
    found = slope_of(model, product, category=ConnectorCategory.RAMP, path=path)
    assert found == (None if slope is None else pytest.approx(slope, abs=1e-3))
    assert slope_of(model, product, category=ConnectorCategory.STAIRS, path=path) is None


def test_the_unit_of_angles_is_read() -> None:
    builder = Builder()
    assert Extract(builder.file).all()["angle_rad"] == pytest.approx(1.0)
    radian = builder.file.createIfcSIUnit(None, "PLANEANGLEUNIT", None, "RADIAN")
    measure = builder.file.createIfcMeasureWithUnit(builder.file.createIfcPlaneAngleMeasure(math.pi / 180), radian)
    size = builder.file.createIfcDimensionalExponents(0, 0, 0, 0, 0, 0, 0)
    degree = builder.file.createIfcConversionBasedUnit(size, "PLANEANGLEUNIT", "DEGREE", measure)
    (units,) = builder.file.by_type("IfcUnitAssignment")
    units.Units = (*units.Units, degree)
    assert Extract(builder.file).all()["angle_rad"] == pytest.approx(math.pi / 180)


# ── lifts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def lift_in(builder: Builder, *sides: str) -> Any:
    """A lift through two halls with a door in a wall of its shaft at every floor: south or north."""
    storeys = halls(builder, (0.0, 3.0))
    walls = {"south": (4.0, 3.0, 6.0, 3.2), "north": (4.0, 5.0, 6.0, 5.2)}
    for storey, side, z in zip(storeys, sides, (0.0, 3.0), strict=False):
        for name, (x0, y0, x1, y1) in walls.items():
            wall = builder.wall(storey, box(x0, y0, x1, y1), z, z + 2.8)
            if name == side:
                builder.door_in(storey, wall, (4.5, y0, 5.5, y1), z)
    body = builder.prism(box(4.1, 3.25, 5.9, 4.95), 0.0, 5.5)
    return builder.element("IfcTransportElement", storeys[0], body, PredefinedType="ELEVATOR", Name="lift")


@pytest.mark.parametrize(
    ("sides", "said", "through"),
    [
        (("south", "north"), None, True), (("south", "south"), None, False), (("south", "north"), False, False),
        ((), None, None), ((), True, True),
    ],
)  # fmt: skip
def test_a_car_has_doors_on_two_sides_where_its_shaft_has(
    tmp_path: Path, *, sides: tuple[str, ...], said: bool | None, through: bool | None
) -> None:
    builder = Builder()
    lift = lift_in(builder, *sides)
    if said is not None:
        builder.say(lift, Through=said)
    building, _ = made(builder, tmp_path)
    found = only(building.connectors)
    assert found.category is ConnectorCategory.LIFT
    assert found.through is through


@pytest.mark.parametrize("unit_m", [METRE_M, MILLIMETRE_M])
def test_the_size_of_a_car_is_in_the_unit_of_the_file(tmp_path: Path, unit_m: float) -> None:
    builder = Builder(unit_m=unit_m)
    lift = lift_in(builder, "south", "south")
    builder.say(
        lift, "Pset_TransportElementElevator", ClearWidth=builder.length(1.1), ClearDepth=builder.length(1.4),
    )  # fmt: skip
    builder.say(lift, Speed=0.75, NeedsStaff=False, Accessible=True)
    building, _ = made(builder, tmp_path)
    found = only(building.connectors)
    assert (found.car_width_m, found.car_depth_m) == pytest.approx((1.1, 1.4))
    assert (found.speed_mps, found.needs_staff, found.accessible) == (0.75, False, True)


def test_a_car_without_size_has_none_and_the_models_own_word_comes_first(tmp_path: Path) -> None:
    builder = Builder()
    lift = lift_in(builder, "south", "south")
    builder.say(lift, "Pset_TransportElementElevator", ClearWidth=0.0, ClearDepth=1.0)
    builder.say(lift, CarDepth=1.35, Speed=-1.0)
    building, _ = made(builder, tmp_path)
    found = only(building.connectors)
    assert (found.car_width_m, found.car_depth_m, found.speed_mps) == (None, 1.35, None)


# ── wheelchair lifts ──────────────────────────────────────────────────────────────────────────────────────────────────
def platform_on(builder: Builder, **said: Any) -> Any:
    """A folded platform at the side of the stair that :func:`stairs_in` makes."""
    (storey, _) = builder.file.by_type("IfcBuildingStorey")
    body = builder.prism(box(1.2, 1.6, 1.5, 5.0), 0.5, 3.6)
    ride = builder.element("IfcBuildingElementProxy", storey, body, Name="휠체어리프트 Wheelchair lift")
    builder.say(ride, Category="stair_lift", **said)
    return ride


def test_a_platform_on_stairs_is_a_way_and_something_to_find(tmp_path: Path) -> None:
    builder = Builder()
    whole = stairs_in(builder)
    ride = platform_on(builder, CarWidth=0.76, CarDepth=1.05)
    building, report = made(builder, tmp_path)
    found = {str(c.category): c for c in building.connectors}
    lift, stairs = found["wheelchair_lift"], found["stairs"]
    assert (lift.id, stairs.id) == (f"{ride.GlobalId}~lift", whole.GlobalId)
    assert (lift.stops, lift.path) == (stairs.stops, stairs.path)
    assert (lift.needs_staff, lift.step_count, lift.direction) == (True, None, "both")
    assert (lift.car_width_m, lift.car_depth_m, lift.clear_width_m) == (0.76, 1.05, 0.76)
    assert shapely.area(lift.footprint.difference(stairs.footprint)) == pytest.approx(0.0, abs=1e-3)
    assert [(f.id, f.category) for f in building.facilities] == [(ride.GlobalId, FacilityCategory.STAIR_LIFT)]
    assert [i.code for i in report.issues if i.code.startswith("connector")] == []


def test_the_stairs_of_a_platform_may_be_named_and_staff_may_not_be_needed(tmp_path: Path) -> None:
    builder = Builder()
    whole = stairs_in(builder)
    (storey, _) = builder.file.by_type("IfcBuildingStorey")
    away = builder.element("IfcBuildingElementProxy", storey, builder.prism(box(7.0, 6.0, 7.9, 6.9), 0.0, 0.2))
    builder.say(away, Category="stair_lift", Stairs=whole.GlobalId, NeedsStaff=False)
    building, _ = made(builder, tmp_path)
    (lift,) = [c for c in building.connectors if c.category is ConnectorCategory.WHEELCHAIR_LIFT]
    (stairs,) = [c for c in building.connectors if c.category is ConnectorCategory.STAIRS]
    assert (lift.needs_staff, lift.clear_width_m) == (False, None)
    assert lift.footprint == stairs.footprint


def test_a_platform_that_is_called_a_way_needs_stairs(tmp_path: Path) -> None:
    builder = Builder()
    stairs_in(builder)
    (storey, _) = builder.file.by_type("IfcBuildingStorey")
    on, away = (
        builder.element("IfcTransportElement", storey, builder.prism(outline, 0.5, 3.6), Name="platform")
        for outline in (box(1.2, 1.6, 1.5, 5.0), box(7.0, 6.0, 7.9, 6.9))
    )
    for ride in (on, away):
        builder.say(ride, Category="wheelchair_lift")
    building, report = made(builder, tmp_path)
    lifts = [c.id for c in building.connectors if c.category is ConnectorCategory.WHEELCHAIR_LIFT]
    assert lifts == [f"{on.GlobalId}~lift"]
    assert [i.element for i in report.issues if i.code == "connector.unattached"] == [away.GlobalId]
    assert building.facilities == ()
