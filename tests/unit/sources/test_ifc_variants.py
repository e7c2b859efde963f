"""One kind of model a test: how authoring tools differ, on small files made on purpose; what comes out is known exactly."""

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indoor3d.errors import MalformedSource
from indoor3d.models.building import Building
from indoor3d.models.frame import FrameOrigin
from indoor3d.models.issue import Report
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.reach import unreachable_spaces
from indoor3d.sources.base import read
from tests.ifc_models import (
    FOOT_M,
    METRE_M,
    MILLIMETRE_M,
    Builder,
    Outline,
    box,
    flight,
    halls,
    house,
    steps,
)  # fmt: skip

Made = tuple[Building, Report]


def made(builder: Builder, folder: Path, **options: Any) -> Made:
    return read(builder.write(folder), mesh=False, **options)


def codes_of(report: Report) -> Counter[str]:
    return Counter(i.code for i in report.issues if i.code not in {"georef.missing", "exit.assumed"})


def _joins(building: Building) -> dict[str, set[str]]:
    """Names of the spaces that each opening joins, by its name or category."""
    names = {s.id: s.name.default for s in building.spaces}
    return {o.name.default or str(o.category): {names[s] for s in o.spaces} for o in building.openings}


def _exits(building: Building) -> list[str]:
    return sorted(e.name.default for e in building.exits)


def unreached(building: Building) -> list[str]:
    names = {s.id: s.name.default for s in building.spaces}
    return sorted(names[i.element] for i in unreachable_spaces(build_navigation(building)) if i.element in names)


# ── the same house ────────────────────────────────────────────────────────────────────────────────────────────────────
SCHEMAS, UNITS = ("IFC2X3", "IFC4", "IFC4X3"), (METRE_M, MILLIMETRE_M, FOOT_M)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(house(Builder()), tmp_path_factory.mktemp("home"))


def test_the_house(home: Made) -> None:
    building, report = home
    assert [(v.short_name, v.elevation_m) for v in building.levels] == [("1F", 0.0), ("2F", 3.0)]
    assert {s.name.default: round(s.footprint.area, 6) for s in building.spaces} == {
        "001 Hall": 41.44, "002 Room": 26.64, "101 Hall": 41.44, "102 Room": 26.64,
    }  # fmt: skip
    assert {s.category for s in building.spaces} == {SpaceCategory.CORRIDOR, SpaceCategory.ROOM}
    assert sorted(tuple(sorted(o.name.default for o in building.openings if o.level == v.id)) for v in building.levels) == [
        ("balcony", "inner"), ("front", "inner"),
    ]  # fmt: skip
    assert [o.clear_width_m for o in building.openings if o.name.default == "inner"] == [0.9, 0.9]
    assert _exits(building) == ["front"]  # a balcony door upstairs is none
    assert codes_of(report) == {}
    assert unreached(building) == []


def _numbers(building: Building) -> list[Any]:
    rows: list[Any] = [(v.id, v.ordinal, v.elevation_m) for v in building.levels]
    rows += [(s.id, s.level, str(s.category), s.footprint.area, s.floor_m, s.ceiling_m, *s.footprint.bounds)
             for s in building.spaces]  # fmt: skip
    rows += [
        (o.id, o.level, o.spaces, str(o.category), o.clear_width_m, *o.footprint.bounds) for o in building.openings
    ]
    rows += [(c.id, c.step_count, c.clear_width_m, *np.ravel(c.path), *c.footprint.bounds) for c in building.connectors]
    rows += [(o.id, o.level, o.footprint.area, *o.footprint.bounds) for o in building.obstacles]
    rows += [(e.id, e.opening, *e.position) for e in building.exits]
    return rows


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("unit_m", UNITS)
def test_schema_and_unit_make_no_difference(home: Made, tmp_path: Path, schema: str, unit_m: float) -> None:
    building, report = made(house(Builder(schema=schema, unit_m=unit_m)), tmp_path)
    for mine, reference in zip(_numbers(building), _numbers(home[0]), strict=True):
        assert [v for v in mine if not isinstance(v, float)] == [v for v in reference if not isinstance(v, float)]
        np.testing.assert_allclose(
            [v for v in mine if isinstance(v, float)], [v for v in reference if isinstance(v, float)], rtol=0, atol=1e-6
        )
    assert report.issues == home[1].issues
    rooms = [s.id for s in building.spaces if "Room" in s.name.default]
    mine, reference = (build_navigation(b).route(*rooms) for b in (building, home[0]))
    assert mine.length_m == pytest.approx(reference.length_m, abs=1e-6)
    assert mine.levels == reference.levels


# ── the place on Earth ────────────────────────────────────────────────────────────────────────────────────────────────
def _codes_of_place(report: Report) -> list[str]:
    return [i.code for i in report.issues if i.code.startswith(("georef", "frame"))]


def test_a_map_conversion_with_rotation_and_scale_from_millimetres(tmp_path: Path) -> None:
    builder = house(Builder(unit_m=MILLIMETRE_M))
    builder.map_conversion("EPSG:5186", 198000.0, 551000.0, OrthogonalHeight=30.0, XAxisAbscissa=0.6,
                           XAxisOrdinate=0.8, Scale=0.001)  # fmt: skip
    building, report = made(builder, tmp_path)
    assert building.frame.origin is FrameOrigin.MAP_CONVERSION
    expected = [[198000.0 + 6.0 - 1.6, 551000.0 + 8.0 + 1.2, 33.0]]
    np.testing.assert_allclose(building.frame.to_projected([[10.0, 2.0, 3.0]]), expected, atol=1e-6)
    assert _codes_of_place(report) == []


def test_a_map_conversion_in_feet(tmp_path: Path) -> None:
    builder = house(Builder(unit_m=FOOT_M))
    unit = builder.file.by_type("IfcConversionBasedUnit")[0]
    builder.map_conversion("EPSG:5186", 198000.0 / FOOT_M, 551000.0 / FOOT_M, map_unit=unit)
    building, _ = made(builder, tmp_path)
    np.testing.assert_allclose(building.frame.to_projected([[1.0, 2.0, 3.0]]), [[198001.0, 551002.0, 3.0]], atol=1e-6)


def test_latitude_south_in_four_parts_longitude_in_three_and_true_north_of_any_length(tmp_path: Path) -> None:
    site = {"RefLatitude": (-33, -51, -30, -500000), "RefLongitude": (151, 12, 30), "RefElevation": 12.0}
    building, report = made(house(Builder(site=site, north=(-3.0, 3.0))), tmp_path)
    origin, ahead = building.frame.to_lonlat([[0.0, 0.0, 0.0], [0.0, 100.0, 0.0]])
    assert origin.tolist() == pytest.approx([151 + 12.5 / 60, -(33 + 51 / 60 + 30.5 / 3600), 12.0], abs=1e-9)
    # true north points along (-1, 1), so the y axis looks to the north-east
    assert (ahead[0] - origin[0]) * math.cos(math.radians(origin[1])) == pytest.approx(ahead[1] - origin[1], rel=0.01)
    assert ahead[1] > origin[1]
    assert _codes_of_place(report) == ["georef.site-location"]


def test_default_city_no_place_and_a_given_place(tmp_path: Path) -> None:
    boston = {"RefLatitude": (42, 21, 31, 181945), "RefLongitude": (-71, -3, -24, -263305)}
    assert _codes_of_place(made(house(Builder(site=boston)), tmp_path)[1]) == ["georef.default-location"]
    building, report = made(house(Builder()), tmp_path)
    assert (_codes_of_place(report), building.frame.origin) == (["georef.missing"], FrameOrigin.UNKNOWN)
    building, report = made(house(Builder(site=boston)), tmp_path, at=(127.0, 37.5))
    assert (_codes_of_place(report), building.frame.origin) == ([], FrameOrigin.GIVEN)


@pytest.mark.parametrize("unit_m", [METRE_M, MILLIMETRE_M])
def test_map_coordinates_in_the_placements_are_moved_to_the_origin(home: Made, tmp_path: Path, unit_m: float) -> None:
    building, report = made(house(Builder(unit_m=unit_m, origin=(200000.0, 550000.0, 38.0))), tmp_path)
    assert _codes_of_place(report) == ["georef.missing", "frame.recentred"]
    offset = next(i.values for i in report.issues if i.code == "frame.recentred")
    moved = np.array([200000.0 - offset["x"], 550000.0 - offset["y"], 38.0])
    assert np.abs(moved[:2]).max() < 20.0
    for mine, reference in zip(building.connectors, home[0].connectors, strict=True):
        np.testing.assert_allclose(np.array(mine.path), np.array(reference.path) + moved, atol=1e-4)
    assert [o.spaces for o in building.openings] == [o.spaces for o in home[0].openings]


# ── doors and passages between two rooms ──────────────────────────────────────────────────────────────────────────────
_HOLE = box(4.9, 2.0, 5.1, 3.0)


class Rooms:
    """Room A with the front door, room B, and a wall between."""

    def __init__(self, *, split: tuple[float, float] = (4.9, 5.1), out: float = 0.0, spaces: bool = True,
                 wall: bool = True, schema: str = "IFC4") -> None:  # fmt: skip
        self.builder = Builder(schema=schema)
        self.storey = self.builder.storey("Ground", 0.0, elevation=0.0)
        self.shell = self.builder.shell(self.storey, 0.0)
        self.builder.door_in(self.storey, self.shell["south"], (2.0, 0.0, 3.0, 0.3), 0.0, Name="front")
        if wall:
            self.inner = self.builder.wall(self.storey, box(4.9, 0.3, 5.1, 7.7), 0.0, 2.8)
        if spaces:
            low, right, top = 0.3 - out, 9.7 + out, 7.7 + out
            self.a = self.builder.space(self.storey, box(low, low, split[0], top), 0.0, 2.8, Name="A")
            self.b = self.builder.space(self.storey, box(split[1], low, right, top), 0.0, 2.8, Name="B")

    def hole(self, outline: Outline = _HOLE, low: float = 0.0, **more: Any) -> Any:
        return self.builder.hole(self.inner, outline, low, low + 2.1, **more)


def _door(rooms: Rooms) -> None:
    rooms.builder.door_in(rooms.storey, rooms.inner, (4.9, 2.0, 5.1, 3.0), 0.0, Name="inner")


@pytest.mark.parametrize(
    "rooms",
    [Rooms(), Rooms(split=(5.0, 5.0), out=0.15), Rooms(split=(5.0, 5.0), out=0.3), Rooms(spaces=False)],
    ids=["wall faces", "centre lines", "outer faces", "no spaces"],
)
def test_however_spaces_are_drawn(rooms: Rooms, tmp_path: Path) -> None:
    _door(rooms)
    building, report = made(rooms.builder, tmp_path)
    names = {s.name.default for s in building.spaces}
    assert _joins(building)["inner"] == names
    assert len(_joins(building)["front"]) == 1
    assert _exits(building) == ["front"]
    assert unreached(building) == []
    assert codes_of(report) == ({} if "A" in names else {"model.no-spaces": 1})


def _plain(rooms: Rooms) -> None:
    _door(rooms)


def _faceted(rooms: Rooms) -> None:
    rooms.builder.door_in(rooms.storey, rooms.inner, (4.9, 2.0, 5.1, 3.0), 0.0, Name="inner", faceted=True)


def _embedded(rooms: Rooms) -> None:
    rooms.builder.door(rooms.storey, (5.0, 2.5), 0.0, along=(0.0, 1.0), width=1.0, Name="inner")


def _bodyless(rooms: Rooms) -> None:
    door = rooms.builder.element("IfcDoor", rooms.storey, Name="inner", OverallWidth=1.0, OverallHeight=2.1)
    rooms.builder.fill(rooms.hole(), door)


def _placement_only(rooms: Rooms) -> None:
    place = rooms.builder._placed(rooms.builder.building, (5.0, 2.0, 0.0), (0.0, 1.0))
    rooms.builder.element("IfcDoor", rooms.storey, at=place, Name="inner", OverallWidth=1.0, OverallHeight=2.1)


def _sliding_beside_the_wall(rooms: Rooms) -> None:
    leaf = rooms.builder.prism(box(4.8, 1.0, 4.88, 3.05), 0.0, 2.1)  # placed at the origin: its x axis is not its width
    door = rooms.builder.element("IfcDoor", rooms.storey, leaf, Name="inner", OverallWidth=1.0, OverallHeight=2.1)
    rooms.builder.fill(rooms.hole(), door)


@pytest.mark.parametrize("add", [_plain, _faceted, _embedded, _bodyless, _placement_only, _sliding_beside_the_wall])
def test_however_a_door_is_made(add: Callable[[Rooms], None], tmp_path: Path) -> None:
    rooms = Rooms()
    add(rooms)
    building, report = made(rooms.builder, tmp_path)
    door = next(o for o in building.openings if o.name.default == "inner")
    assert (_joins(building)["inner"], door.clear_width_m) == ({"A", "B"}, 1.0)
    assert unreached(building) == []
    assert codes_of(report) == {}


def test_a_double_door_and_a_door_without_place(tmp_path: Path) -> None:
    rooms = Rooms()
    rooms.builder.door_in(rooms.storey, rooms.inner, (4.9, 2.0, 5.1, 3.8), 0.0, Name="double")
    rooms.builder.element("IfcDoor", rooms.storey, Name="nowhere")
    building, report = made(rooms.builder, tmp_path)
    assert {o.name.default: o.clear_width_m for o in building.openings} == {"front": 1.0, "double": 1.8}
    assert codes_of(report) == {"opening.no-space": 1}


@pytest.mark.parametrize("faceted", [False, True])
def test_a_hole_to_walk_through_is_a_passage(tmp_path: Path, faceted: bool) -> None:  # noqa: FBT001
    rooms = Rooms()
    rooms.hole(box(4.8, 2.0, 5.2, 3.0), faceted=faceted)
    building, _ = made(rooms.builder, tmp_path)
    assert _joins(building) == {"front": {"A"}, "passage": {"A", "B"}}
    assert unreached(building) == []


def _niche(rooms: Rooms) -> None:
    rooms.hole(box(4.9, 2.0, 5.0, 3.0))


def _recess(rooms: Rooms) -> None:
    rooms.hole().PredefinedType = "RECESS"


def _window(rooms: Rooms) -> None:
    rooms.hole(low=0.9)


@pytest.mark.parametrize("add", [_niche, _recess, _window])
def test_other_holes_are_none(add: Callable[[Rooms], None], tmp_path: Path) -> None:
    rooms = Rooms()
    add(rooms)
    building, _ = made(rooms.builder, tmp_path)
    assert _joins(building) == {"front": {"A"}}
    assert unreached(building) == ["B"]


def test_open_boundaries_declared_and_assumed(tmp_path: Path) -> None:
    declared = Rooms(wall=False)
    line = declared.builder.make("IfcVirtualElement")
    for space in (declared.a, declared.b):
        declared.builder.boundary(space, line, virtual=True)
    building, report = made(declared.builder, tmp_path)
    assert (_joins(building)["virtual"], unreached(building), codes_of(report)) == ({"A", "B"}, [], {})
    building, report = made(Rooms(wall=False, split=(5.0, 5.0)).builder, tmp_path)
    assert (_joins(building)["virtual"], unreached(building)) == ({"A", "B"}, [])
    assert codes_of(report) == {"opening.assumed-open": 1}


def test_a_door_in_a_curtain_wall_without_a_hole(tmp_path: Path) -> None:
    rooms = Rooms(wall=False, split=(4.95, 5.05))
    plain = rooms.builder
    plates = [plain.prism(box(4.98, y, 5.02, y + 1.0), 0.0, 2.8) for y in (0.3, 1.3, 3.3, 4.3, 5.3, 6.3, 6.7)]
    parts = [plain.element("IfcPlate", None, p) for p in (*plates, plain.prism(box(4.98, 2.3, 5.02, 3.3), 2.15, 2.8))]
    posts = [plain.prism(box(4.95, y - 0.03, 5.05, y + 0.03), 0.0, 2.8) for y in (2.3, 3.3)]
    parts += [plain.element("IfcMember", None, p) for p in (*posts, plain.prism(box(4.95, 0.3, 5.05, 7.7), 0.0, 0.05))]
    parts.append(plain.door(None, (5.0, 2.8), 0.0, along=(0.0, 1.0), width=0.94, thick=0.05, Name="glass"))
    plain.aggregate(plain.element("IfcCurtainWall", rooms.storey), *parts)
    building, _ = made(plain, tmp_path)
    assert _joins(building) == {"front": {"A"}, "glass": {"A", "B"}}
    assert unreached(building) == []


@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4"])
def test_a_door_to_a_modelled_outdoor_space_is_an_exit(tmp_path: Path, schema: str) -> None:
    rooms = Rooms(schema=schema)
    _door(rooms)
    kind = {"InteriorOrExteriorSpace" if schema == "IFC2X3" else "PredefinedType": "EXTERNAL"}
    rooms.builder.space(rooms.storey, box(10.0, 0.3, 14.0, 7.7), 0.0, 2.8, Name="X1", **kind)
    rooms.builder.door_in(rooms.storey, rooms.shell["east"], (9.7, 2.0, 10.0, 3.0), 0.0, Name="terrace")
    building, report = made(rooms.builder, tmp_path)
    assert _exits(building) == ["front", "terrace"]
    assert codes_of(report) == {"space.excluded": 1}


# ── storeys ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({}, {}),
        ({"elevations": (None, None, None)}, {}),
        ({"elevations": (102.0, 105.0, 108.0)}, {}),
        ({"at": 0.0}, {}),
        ({"at": 0.0, "elevations": (102.0, 105.0, 108.0)}, {}),
        ({"at": 0.0, "elevations": (None, None, None)}, {}),
        ({"order": (2, 0, 1)}, {}),
        ({"filed": (1, 1, 1)}, {"space.level-differs": 2}),
    ],
)
def test_however_storeys_are_written(tmp_path: Path, options: dict[str, Any], codes: dict[str, int]) -> None:
    builder = Builder()
    halls(builder, (-3.0, 0.0, 3.0), **options)
    building, report = made(builder, tmp_path)
    levels = {v.id: (v.short_name, v.elevation_m) for v in building.levels}
    assert sorted((s.name.default, *levels[s.level]) for s in building.spaces) == [
        ("H0", "B1", -3.0), ("H1", "1F", 0.0), ("H2", "2F", 3.0),
    ]  # fmt: skip
    assert _exits(building) == ["front"]
    assert codes_of(report) == codes


def test_a_house_on_a_slope_has_exits_on_two_levels(tmp_path: Path) -> None:
    builder = Builder()
    lower, upper = halls(builder, (0.0, 3.0))
    walls = builder.file.by_type("IfcWall")[4:]
    builder.door_in(upper, walls[1], (5.0, 7.7, 6.0, 8.0), 3.0, Name="back")
    builder.element("IfcStair", lower, *steps(builder, flight((1.0, 1.5, 0.0), (0.0, 1.0), 15)))
    rings = [[(-5, -5, -0.1), (15, -5, -0.1), (15, 4, -0.1), (-5, 4, -0.1)], [(-5, 4, 2.9), (15, 4, 2.9), (15, 13, 2.9), (-5, 13, 2.9)]]  # fmt: skip
    builder.site.Representation = builder.body(builder.faces(rings))
    building, _ = made(builder, tmp_path)
    assert _exits(building) == ["back", "front"]


# ── odd files ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_korean_names_in_step_encoding(tmp_path: Path) -> None:
    builder = house(Builder())
    for space, name in zip(builder.file.by_type("IfcSpace"), ("복도", "회의실", "복도", "계단실"), strict=True):
        space.Name, space.LongName = name, None
    path = builder.write(tmp_path)
    assert b"\\X2\\BCF5B3C4\\X0\\" in path.read_bytes()
    building, _ = read(path, mesh=False)
    assert Counter(s.name.default for s in building.spaces) == {"복도": 2, "회의실": 1, "계단실": 1}
    assert Counter(str(s.category) for s in building.spaces) == {"corridor": 2, "office": 1, "stairwell": 1}


def test_without_names(home: Made, tmp_path: Path) -> None:
    builder = house(Builder())
    for entity in builder.file.by_type("IfcRoot"):
        entity.Name = None
    for space in builder.file.by_type("IfcSpace"):
        space.LongName = None
    building, _ = made(builder, tmp_path)
    assert [o.spaces for o in building.openings] == [o.spaces for o in home[0].openings]
    assert [e.id for e in building.exits] == [e.id for e in home[0].exits]


def test_ids_that_occur_more_than_once(home: Made, tmp_path: Path) -> None:
    builder = house(Builder())
    spaces = builder.file.by_type("IfcSpace")
    for space in spaces:
        space.GlobalId = spaces[0].GlobalId
    building, report = made(builder, tmp_path)
    assert len({s.id for s in building.spaces}) == 4
    assert codes_of(report) == {"model.duplicate-id": 1}
    assert _joins(building) == _joins(home[0])
    assert unreached(building) == []


def test_very_deep_and_circular_aggregation(home: Made, tmp_path: Path) -> None:
    builder = house(Builder())
    inner = builder.file.by_type("IfcStair")[0]
    for _ in range(500):
        whole = builder.make("IfcElementAssembly")
        builder.aggregate(whole, inner)
        inner = whole
    assert len(made(builder, tmp_path)[0].connectors) == len(home[0].connectors)
    builder.aggregate(builder.file.by_type("IfcStair")[0], inner)
    with pytest.raises(MalformedSource, match="part of itself"):
        made(builder, tmp_path)


def test_without_units_metres_are_assumed(home: Made, tmp_path: Path) -> None:
    builder = house(Builder())
    builder.file.remove(builder.project.UnitsInContext)
    building, report = made(builder, tmp_path)
    assert codes_of(report) == {"units.assumed": 1}
    assert building.spaces == home[0].spaces


def test_slabs_with_holes_change_nothing(home: Made, tmp_path: Path) -> None:
    builder = house(Builder())
    upper = builder.file.by_type("IfcBuildingStorey")[1]
    slab = builder.element("IfcSlab", upper, builder.prism(box(0, 0, 10, 8), 2.8, 3.0, holes=[box(0.5, 1.5, 1.5, 5.7)]))
    builder.hole(slab, box(7.0, 6.0, 8.0, 7.0), 2.7, 3.1)
    building, report = made(builder, tmp_path)
    assert _numbers(building) == _numbers(home[0])
    assert codes_of(report) == {}
