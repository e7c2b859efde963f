"""The plan of City Hall station, the errors a plan author meets, and the IFC file made from it."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.element
import ifcopenshell.validate
import pytest
from shapely.geometry import Polygon

from tools import make_station
from tools.station import geometry as geo
from tools.station.checks import check
from tools.station.ifc import write_ifc
from tools.station.layout import Layout, door_places
from tools.station.model import PlanError
from tools.station.network import OUTSIDE, reachable
from tools.station.plan import read_plan
from tools.station.preview import draw
from tools.station.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.station.model import Plan

IFC: Any = ifcopenshell  # its functions carry no types
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assets" / "stations" / "city-hall"
GOLDEN = ROOT / "tests" / "golden" / "station-city-hall.json"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(FOLDER)


@pytest.fixture(scope="module")
def text(plan: Plan) -> str:
    return write_ifc(plan)


@pytest.fixture(scope="module")
def model(text: str) -> Any:
    return ifcopenshell.file.from_string(text)


def common(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = ifcopenshell.util.element.get_psets(element).get("Indoor3D_Common", {})
    return found


# ── the plan ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_lifts_stand_at_the_screen_doors_that_the_facts_name(plan: Plan) -> None:
    """Source D, F: Line 1 at 3-2 and 8-3, Line 2 at 5-3 and 6-2; measured along the platform."""
    named = {
        ("l1-lift-inner-1", "l1-doors-west"): "3-2",
        ("l1-lift-inner-2", "l1-doors-east"): "8-3",
        ("l2-lift-inner-1", "l2-doors-inner"): "5-3",
        ("l2-lift-inner-1", "l2-doors-outer"): "6-2",
    }
    for (lift_id, platform_id), door in named.items():
        lift = next(lift for lift in plan.lifts if lift.id == lift_id)
        platform = next(platform for platform in plan.platforms if platform.id == platform_id)
        nearest = min(door_places(platform), key=lambda place: math.dist(place[1], lift.centre))
        assert nearest[0] == door


def test_screen_doors_follow_the_formula(plan: Plan) -> None:
    platform = next(platform for platform in plan.platforms if platform.id == "l1-doors-west")
    places = dict(door_places(platform))
    assert len(places) == 40
    assert math.dist(places["7-4"], platform.front) == pytest.approx((7 - 1) * 20 + (4 - 0.5) * 5)


def test_nursing_room_has_its_published_area(plan: Plan) -> None:
    """Source H: 24.5 m²."""
    assert Polygon(plan.space("l2-b2-nursing").ring).area == pytest.approx(24.5)


def test_everyone_reaches_every_public_space_without_going_outside(plan: Plan) -> None:
    public = {space.id for space in plan.spaces if space.access != "restricted"}
    for start in ("l1-b1-south", "l2-b3-platform", "exit-8-head"):
        assert public <= reachable(plan, start, without=frozenset({OUTSIDE}))


def test_line_1_platforms_are_joined_only_through_b1(plan: Plan) -> None:
    """Without B1 and without Line 2 there is no way from one side platform to the other."""
    barred = {space.id for space in plan.spaces if space.level in {"B1", "1F"} or space.id.startswith("l2-")} | {
        OUTSIDE
    }
    assert "l1-b2-east" not in reachable(plan, "l1-b2-west", without=frozenset(barred))


def test_lifts_carry_the_step_free_route(plan: Plan) -> None:
    """Without its lift the Line 2 platform is not step-free: the route does not lean on something else by mistake."""
    keep = tuple(lift for lift in plan.lifts if lift.id != "l2-lift-inner-1")
    assert "l2-b3-platform" not in reachable(replace(plan, lifts=keep), OUTSIDE, step_free=True)


def test_preview_names_the_spaces(plan: Plan) -> None:
    drawing = draw(plan, "B1")
    assert drawing.startswith("<svg")
    assert "Line 1 south concourse" in drawing


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], list[str]]:
    """Replace a text in one file of a copy of the plan, and return the messages."""

    def edit(file: str, old: str, new: str) -> list[str]:
        folder = tmp_path / "station"
        shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
        before = (folder / file).read_text(encoding="utf-8")
        assert before.count(old) >= 1
        (folder / file).write_text(before.replace(old, new, 1), encoding="utf-8")
        try:
            return [str(finding) for finding in check(read_plan(folder))]
        except PlanError as error:
            return [str(error)]

    return edit


def line_of(file: str, words: str) -> int:
    return (FOLDER / file).read_text(encoding="utf-8").split(words, 1)[0].count("\n") + 1


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("line1.toml", "box = [17, 12, 25, 20]", "box = [17, 12, 25]", "box must be four numbers"),
        ("transfer.toml", "[11, -150], [4.5, -150]]", "[4.5, -150], [11, -150]]", "crosses itself"),
        ("line1.toml", 'category = "shop"', 'category = "kiosk"', "unknown category 'kiosk'"),
        ("line1.toml", 'access = "restricted"', 'access = "private"', "unknown access 'private'"),
        ("line1.toml", "floor = -5.5", 'floor = "deep"', "missing or not a number"),
        ("line2.toml", 'heading = "-x"', 'heading = "north"', "unknown direction 'north'"),
        ("line2.toml", 'lower = "l2-b2-hall"', 'lower = "l2-b2-hal"', "no space has the id 'l2-b2-hal'"),
        ("line1.toml", "standard = 8", "standards = 8", "unknown key 'standards'"),
        ("facilities.toml", 'category = "aed"', 'category = "AED"', "unknown category 'AED'"),
        ("line2.toml", 'up_side = "right"', 'up_side = "north"', "unknown up_side 'north'"),
        ("line1.toml", "wide = 1", "wide = 0", "a gate row needs a wide gate"),
        ("line1.toml", 'id = "l1-b1-shop"', 'id = "l1-b1-office"', "is used twice"),
        ("line1.toml", 'id = "l1-b1-shop"', 'id = "L1 shop"', "has other signs than"),
        ("line1.toml", 'line = "1"', 'line = "9"', "unknown line '9'"),
        ("plan.toml", "x_axis = [0.8, 0.6]", "x_axis = [0.8, 0.5]", "is not a unit vector"),
        ("exits.toml", 'stops = [["l1-outer-lift-lobby", "+x"]', 'stops = [["l1-outer-lift-lobby"]', "a stop must be"),
    ],
)
def test_reading_errors_name_file_and_line(
    edited: Callable[[str, str, str], list[str]], file: str, old: str, new: str, problem: str
) -> None:
    (message,) = edited(file, old, new)
    assert message.startswith(f"{file}:{line_of(file, old)}: ")
    assert problem in message


@pytest.mark.parametrize(
    ("file", "old", "new", "table", "problem"),
    [
        ("line1.toml", "foot = [-9.5, -57]", "foot = [-9.5, -101]", "foot = [-9.5, -57]", "does not meet"),
        ("line2.toml", "rise = 6.1", "rise = 6.3", "rise = 6.1", "states a rise of 6.3 m"),
        ("line1.toml", "box = [17, 20, 25, 24]", "box = [17, 19, 25, 24]", "", "overlaps"),
        ("line1.toml", "at = [17, 22]", "at = [18, 22]", "", "is not on a wall"),
        ("line1.toml", "at = [-9.7, 52.5]", "at = [-9.7, 30]", "", "stand in one another"),
        ("line1.toml", "at = [[-5.5, 75]", "at = [[-16.5, 73]", "", "stands in the way"),
        ("line2.toml", "floor = -11.2\nclear = 3.0", "floor = -11.2\nclear = 6.5", "", "reaches into"),
        ("facilities.toml", "at = [[-16.7, 80]]", "at = [[-30, 80]]", "", "does not stand on free floor"),
        ("exits.toml", 'id = "l1-lift-outer-1"', 'id = "l1-lift-outer-1"\nsize = 5.5', "", "leaves"),
    ],
)
def test_findings_of_the_whole_plan_name_file_and_remedy(
    edited: Callable[[str, str, str], list[str]], file: str, old: str, new: str, table: str, problem: str
) -> None:
    messages = edited(file, old, new)
    matching = [message for message in messages if problem in message]
    assert matching, messages
    assert matching[0].split(":")[1].isdigit()
    if table:
        header = (FOLDER / file).read_text(encoding="utf-8").split(table, 1)[0].rfind("[[")
        assert matching[0].startswith(
            f"{file}:{(FOLDER / file).read_text(encoding='utf-8')[:header].count(chr(10)) + 1}: "
        )


def test_unknown_tables_and_frames_are_refused(edited: Callable[[str, str, str], list[str]]) -> None:
    (message,) = edited("transfer.toml", "[[ramp]]", "[[slide]]")
    assert message.startswith(f"transfer.toml:{line_of('transfer.toml', '[[ramp]]')}: unknown table [[slide]].")


def test_a_turning_exit_needs_a_deep_neck(edited: Callable[[str, str, str], list[str]]) -> None:
    (message,) = edited("exits.toml", "neck = 5.0", "neck = 2.0")
    assert "is too shallow" in message
    assert "neck = 3.9" in message


def test_a_missing_file_is_named(edited: Callable[[str, str, str], list[str]]) -> None:
    (message,) = edited("plan.toml", '"line1.toml"', '"line9.toml"')
    assert message.startswith("line9.toml:1: cannot be read")


def test_a_platform_without_its_lift_is_found(edited: Callable[[str, str, str], list[str]]) -> None:
    messages = edited("line1.toml", '[["l1-b2-west", "+x"], ["l1-b1-paid", "+x"]]', '[["l1-b2-west", "+x"]]')
    assert any("needs two or more stops" in message for message in messages)


def test_a_storey_without_spaces_is_found(edited: Callable[[str, str, str], list[str]]) -> None:
    attic = '[[storey]]\nid = "5F"\nordinal = 5\nko = "5층"\nen = "Attic"\n\n'
    messages = edited("plan.toml", "[[storey]]", f"{attic}[[storey]]")
    assert [message for message in messages if "'5F' has no spaces" in message]


def test_a_lift_that_opens_onto_the_pavement_is_found(edited: Callable[[str, str, str], list[str]]) -> None:
    messages = edited("exits.toml", '["l1-outer-lift-head", "+x"]', '["street-west", "+x"]')
    assert any("a lift is no exit" in message for message in messages), messages


def test_gates_beside_their_edge_are_found(edited: Callable[[str, str, str], list[str]]) -> None:
    messages = edited("line1.toml", "at = [0, -60]", "at = [0, -58]")
    assert any("does not stand on the edge between" in message for message in messages), messages


def test_an_unlisted_source_is_refused(edited: Callable[[str, str, str], list[str]]) -> None:
    (message,) = edited("venue.toml", 'source = "E F H M"', 'source = "Z"')
    assert "source 'Z' is not listed" in message


def test_broken_toml_is_reported_with_its_line(edited: Callable[[str, str, str], list[str]]) -> None:
    (message,) = edited("line1.toml", 'frame = "l1"', 'frame = "l1')
    assert message.startswith(f"line1.toml:{line_of('line1.toml', 'frame =')}: not valid TOML")


def test_command_line_checks_and_writes(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_station.main([str(FOLDER), "--check"]) == 0
    assert make_station.main([str(FOLDER), "-o", str(tmp_path / "out.ifc")]) == 0
    assert (tmp_path / "out.ifc").read_text(encoding="utf-8") == text
    assert make_station.main([str(tmp_path)]) == 1
    assert "venue.toml" in capsys.readouterr().err


# ── the file ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_file_stays_small(text: str) -> None:
    assert len(text.encode()) < 8_000_000


def test_contents_match_the_golden_file(text: str) -> None:
    """Regenerate with ``make_station.py assets/stations/city-hall --summary tests/golden/station-city-hall.json``."""
    assert json.loads(summarise(text)) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_body_becomes_triangles(model: Any) -> None:
    settings = IFC.geom.settings()
    iterator = IFC.geom.iterator(settings, model, 1, geometry_library="hybrid-cgal-simple-opencascade")
    seen, triangles = set(), 0
    assert iterator.initialize()
    while True:
        shape = iterator.get()
        seen.add(shape.guid)
        triangles += len(shape.geometry.faces) // 3
        if not iterator.next():
            break
    wanted = {
        part.GlobalId
        for part in model.by_type("IfcProduct")
        if part.Representation and not part.is_a("IfcOpeningElement")
    }
    assert wanted <= seen
    assert triangles < 300_000


def test_spaces_carry_what_readers_look_for(model: Any, plan: Plan) -> None:
    spaces = {space.Name: space for space in model.by_type("IfcSpace")}
    assert set(spaces) == {space.id for space in plan.spaces}
    for space in plan.spaces:
        values = common(spaces[space.id])
        assert (values["Category"], values["Access"]) == (space.category, space.access)
        assert values["NameKo"]
        assert values["NameEn"]


def test_storeys_lie_at_their_lowest_floor(model: Any) -> None:
    found = {
        storey.Name: (round(storey.Elevation, 2), common(storey)["Ordinal"])
        for storey in model.by_type("IfcBuildingStorey")
    }
    assert found == {"B3": (-19.89, -3), "B2": (-13.6, -2), "B1": (-5.5, -1), "1F": (-0.95, 0)}


def test_exit_doors_are_external_and_numbered(model: Any) -> None:
    numbered = {}
    for door in model.by_type("IfcDoor"):
        psets = ifcopenshell.util.element.get_psets(door)
        if number := psets.get("Indoor3D_Common", {}).get("ExitNumber"):
            numbered[number] = psets
    assert sorted(map(int, numbered)) == list(range(1, 13))
    assert all(psets["Pset_DoorCommon"]["IsExternal"] is True for psets in numbered.values())
    assert numbered["4"]["Indoor3D_Common"]["ExitKind"] == "adjoining"


def test_every_gate_row_has_a_wide_gate_and_joins_unpaid_to_paid(model: Any) -> None:
    rows: dict[str, list[float]] = {}
    for door in model.by_type("IfcDoor"):
        if common(door).get("Category") == "gate":
            rows.setdefault(door.Tag.split("/")[0], []).append(door.OverallWidth)
            access = {common(bound.RelatingSpace)["Access"] for bound in door.ProvidesBoundaries}
            assert access == {"public", "paid"}
    assert len(rows) == 5
    assert all(max(widths) >= 0.9 for widths in rows.values())


def test_stairs_end_level_with_the_floors_they_join(model: Any, plan: Plan) -> None:
    """Risers add up to the rise, and each flight keeps to the limits for risers and treads."""
    ways = {way.id: way for way in plan.flightways if way.kind == "stairs"}
    stairs = {stair.Tag: stair for stair in model.by_type("IfcStair")}
    assert set(stairs) == set(ways)
    for key, stair in stairs.items():
        flights = [part for part in stair.IsDecomposedBy[0].RelatedObjects if part.is_a("IfcStairFlight")]
        rise = sum(flight.NumberOfRisers * flight.RiserHeight for flight in flights)
        assert rise == pytest.approx(ways[key].high - ways[key].low, abs=1e-4)
        assert all(flight.RiserHeight <= 0.18 and flight.TreadLength >= 0.28 for flight in flights)


def test_every_lift_stop_has_a_door(model: Any, plan: Plan) -> None:
    doors = {door.Tag for door in model.by_type("IfcDoor")}
    for lift in plan.lifts:
        for stop in lift.stops:
            assert f"{lift.id}/{plan.space(stop.space).level}" in doors


def test_open_edges_are_virtual_on_both_sides(model: Any) -> None:
    elements = model.by_type("IfcVirtualElement")
    assert elements
    for element in elements:
        bounds = element.ProvidesBoundaries
        assert {bound.PhysicalOrVirtualBoundary for bound in bounds} == {"VIRTUAL"}
        assert len({bound.RelatingSpace.Name for bound in bounds}) == 2


def test_file_is_placed_on_the_map(model: Any, plan: Plan) -> None:
    """The station point of Line 1 (source A) lies 6 m beside the modelled axis of Line 1."""
    (conversion,) = model.by_type("IfcMapConversion")
    assert conversion.TargetCRS.Name == "EPSG:5186"
    x, y = 46.5, 132.0
    easting = conversion.Eastings + x * conversion.XAxisAbscissa - y * conversion.XAxisOrdinate
    northing = conversion.Northings + x * conversion.XAxisOrdinate + y * conversion.XAxisAbscissa
    assert math.dist((easting, northing), (197975.8, 551797.9)) == pytest.approx(6.0, abs=0.5)
    assert "chematic" in model.by_type("IfcProject")[0].Description
    assert plan.venue.georeference.crs == "EPSG:5186"


def test_floors_have_holes_where_stairs_come_up(plan: Plan) -> None:
    layout = Layout(plan)
    hall = plan.space("l1-b1-paid")
    whole = Polygon(hall.ring).area
    wells = 8 * 2.8 * geo.run_length("stairs", 4.55) + 2 * 2.4**2
    assert sum(part.area for part in layout.floor_of(hall)) == pytest.approx(whole - wells, abs=0.01)
