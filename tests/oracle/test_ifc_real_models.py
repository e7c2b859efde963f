"""Real models of other people: what is in them is known, and has to come out."""

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.element
import numpy as np
import pytest
from shapely import Point

from indoor3d.errors import EmptyModel
from indoor3d.models.building import Building
from indoor3d.models.frame import FrameOrigin
from indoor3d.models.issue import Report
from indoor3d.sources.base import read


class Known(NamedTuple):
    """What a model holds; ``agreed`` of ``checked`` doors join the spaces that its space boundaries name."""

    levels: dict[str, float]
    spaces: int
    walkable: int
    doors: int
    two_sided: int
    exits: int
    stairs: int
    checked: int
    agreed: int
    georeference: str


KNOWN = {
    "bim-whale/LargeBuilding.ifc": Known({"1F": 0.0}, 8, 8, 18, 8, 10, 0, 0, 0, "georef.default-location"),
    "bim-whale/TallBuilding.ifc": Known({"1F": 0.0}, 3, 3, 5, 2, 3, 0, 0, 0, "georef.default-location"),
    "georeference-ifc/Duplex_A_20110907_georeferenced.ifc": Known(
        {"1F": 0.01, "2F": 3.11, "3F": 6.0}, 21, 20, 14, 10, 4, 2, 14, 13, "georef.contradiction"
    ),
    "ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc": Known(
        {"B1": -2.81, "1F": -0.25, "2F": 2.53, "3F": 5.23}, 70, 70, 85, 50, 15, 15, 85, 84, "georef.default-location"
    ),
    "web-ifc/AC20-FZK-Haus.ifc": Known({"1F": 0.0, "2F": 2.7}, 7, 7, 5, 3, 2, 1, 5, 5, "georef.site-location"),
    "xbim/SampleHouse4.ifc": Known({"1F": 0.0, "2F": 2.5}, 4, 3, 3, 2, 1, 0, 0, 0, "georef.default-location"),
}
DOORS = {"door", "entrance"}


@pytest.fixture(scope="module", params=KNOWN)
def case(request: pytest.FixtureRequest, shared: Path) -> tuple[Path, Known, Building, Report]:
    path = shared / "data/ifc" / request.param
    return (path, KNOWN[request.param], *read(path))


Case = tuple[Path, Known, Building, Report]


def test_what_is_known_comes_out(case: Case) -> None:
    _, known, building, report = case
    doors = [o for o in building.openings if o.category in DOORS]
    assert {v.short_name: round(v.elevation_m, 2) for v in building.levels} == known.levels
    assert (len(building.spaces), sum(s.walkable for s in building.spaces)) == (known.spaces, known.walkable)
    assert (len(doors), sum(len(set(o.spaces)) == 2 for o in doors)) == (known.doors, known.two_sided)
    assert all(o.spaces for o in doors)
    assert Counter(str(c.category) for c in building.connectors) == Counter(
        {"stairs": known.stairs} if known.stairs else {}
    )
    assert len(building.exits) == known.exits
    assert not any(e.certain for e in building.exits)
    assert {e.level for e in building.exits} == {next(v.id for v in building.levels if v.ordinal == 0)}
    assert (report.facts["boundaries_checked"], report.facts["boundaries_agreed"]) == (known.checked, known.agreed)
    codes = Counter(i.code for i in report.issues)
    assert codes["opening.boundary-differs"] == known.checked - known.agreed
    assert codes["connector.unattached"] == codes["geometry.failed"] == codes["space.invalid"] == 0
    assert [i.code for i in report.issues if i.code.startswith("georef")] == [known.georeference]


def test_every_walkable_space_is_reached_from_an_exit(case: Case) -> None:
    _, _, building, _ = case
    walkable = {s.id: s for s in building.spaces if s.walkable}
    links: list[tuple[str, ...]] = [tuple(x for x in o.spaces if x in walkable) for o in building.openings]
    links += [tuple(_space_at(building, stop.position) for stop in c.stops) for c in building.connectors]
    openings = {o.id: o for o in building.openings}
    reached = {x for e in building.exits for x in openings[e.opening].spaces}
    for _ in walkable:
        reached |= {x for link in links if reached & set(link) for x in link}
    assert set(walkable) <= reached


def _space_at(building: Building, position: tuple[float, float, float]) -> str:
    here = Point(position[:2])
    found = [
        s.id
        for s in building.spaces
        if s.walkable and abs(s.floor_m - position[2]) < 0.01 and s.footprint.distance(here) < 0.01
    ]
    return found[0]


def test_areas_are_those_that_the_model_states(case: Case) -> None:
    path, _, building, _ = case
    stated: dict[str, float] = {}
    for rel in ifcopenshell.open(str(path)).by_type("IfcRelDefinesByProperties"):
        for quantity in getattr(rel.RelatingPropertyDefinition, "Quantities", None) or ():
            if quantity.is_a("IfcQuantityArea") and quantity.Name in {"NetFloorArea", "GrossFloorArea"}:
                stated |= {o.GlobalId: quantity.AreaValue for o in rel.RelatedObjects if o.is_a("IfcSpace")}
    areas = {s.id: s.footprint.area for s in building.spaces}
    off = {name: (areas[name], area) for name, area in stated.items() if abs(areas[name] / area - 1) > 0.05}
    assert set(off) <= {"2dQFggKBb1fOc1CqZDIDlx"}, off  # an attic: the tool does not count where the roof is low


def test_vertices_are_those_of_the_kernel_in_world_coordinates(case: Case) -> None:
    path, _, building, _ = case
    geom: Any = ifcopenshell.geom
    settings = geom.settings()
    settings.set("use-world-coords", True)
    file = ifcopenshell.open(str(path))
    doors = file.by_type("IfcDoor")
    iterator = geom.iterator(settings, file, 1, include=doors, geometry_library="hybrid-cgal-simple-opencascade")
    index = {feature.id: number for number, feature in enumerate(building.mesh.features)}
    for shape in iterator:
        world = np.array(shape.geometry.verts).reshape(-1, 3)
        used = np.unique(building.mesh.triangles[building.mesh.feature == index[shape.guid]])
        mine = building.mesh.positions[used]
        np.testing.assert_allclose(
            [mine.min(axis=0), mine.max(axis=0)], [world.min(axis=0), world.max(axis=0)], atol=1e-6
        )


def _navigation(building: Building) -> tuple[object, ...]:
    groups = (
        building.levels,
        building.spaces,
        building.openings,
        building.connectors,
        building.exits,
        building.facilities,
        building.obstacles,
    )
    return (building.venue, building.frame, *groups)


def test_navigation_is_the_same_without_the_picture_and_every_time(case: Case) -> None:
    path, _, building, report = case
    bare, bare_report = read(path, mesh=False)
    assert _navigation(bare) == _navigation(building)
    assert bare_report.issues == report.issues
    assert bare.mesh.features == ()


def test_the_order_of_lines_in_the_file_does_not_matter(shared: Path, tmp_path: Path) -> None:
    source = (shared / "data/ifc/bim-whale/LargeBuilding.ifc").read_text(encoding="utf-8")
    head, data = source.split("DATA;", 1)
    body, tail = data.split("ENDSEC;", 1)
    lines = re.findall(r"#\d+\s*=.*?\);\s*?\n", body, re.DOTALL)
    random.Random(7).shuffle(lines)
    plain, shuffled = tmp_path / "a" / "m.ifc", tmp_path / "b" / "m.ifc"
    for path, text in ((plain, source), (shuffled, f"{head}DATA;\n{''.join(lines)}ENDSEC;{tail}")):
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    (first, report), (second, other) = read(plain), read(shuffled)
    assert _navigation(first) == _navigation(second)
    assert report == other
    assert first.mesh.features == second.mesh.features
    np.testing.assert_array_equal(first.mesh.positions, second.mesh.positions)
    np.testing.assert_array_equal(first.mesh.triangles, second.mesh.triangles)
    np.testing.assert_array_equal(first.mesh.colour, second.mesh.colour)


@pytest.mark.parametrize(
    "name", ["Badly_formed_Ifc_file.ifc", "geographic-referencing-utm.ifc", "wall_door_columnt_rgb4x3.ifc"]
)
def test_models_without_rooms_are_empty(shared: Path, name: str) -> None:
    with pytest.raises(EmptyModel):
        read(shared / "data/ifc/xbim" / name)


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc", 1.0),
        ("bim-whale/LargeBuilding.ifc", 1.0),
        ("xbim/SampleHouse4.ifc", 1.0),
    ],
)
def test_rooms_are_rebuilt_from_walls(shared: Path, tmp_path: Path, name: str, share: float) -> None:
    path = shared / "data/ifc" / name
    text = path.read_text(encoding="utf-8", errors="replace")
    bare = re.sub(r"(IFCSPACE\('[^']*',#\d+,(?:'[^']*'|\$),(?:'[^']*'|\$),(?:'[^']*'|\$),#\d+,)#\d+", r"\1$", text)
    (tmp_path / "bare.ifc").write_text(bare, encoding="utf-8")
    drawn, _ = read(path, mesh=False)
    rebuilt, report = read(tmp_path / "bare.ifc", mesh=False)
    assert "model.no-spaces" in {i.code for i in report.issues}
    rooms = [s for s in drawn.spaces if s.walkable]
    found = [
        max((_iou(s.footprint, r.footprint) for r in rebuilt.spaces if abs(r.floor_m - s.floor_m) < 1.0), default=0.0)
        for s in rooms
    ]
    assert sum(iou > 0.9 for iou in found) >= share * len(rooms)
    assert len(rebuilt.exits) == len(drawn.exits)


def _iou(a: object, b: object) -> float:
    return float(a.intersection(b).area / a.union(b).area)  # type: ignore[attr-defined]


def test_places_on_earth(shared: Path) -> None:
    duplex, _ = read(shared / "data/ifc/georeference-ifc/Duplex_A_20110907_georeferenced.ifc", mesh=False)
    assert duplex.frame.origin is FrameOrigin.MAP_CONVERSION
    assert duplex.frame.to_lonlat([[0.0, 0.0, 0.0]])[0, :2].round(2).tolist() == [6.12, 49.63]  # Luxembourg
    house, _ = read(shared / "data/ifc/web-ifc/AC20-FZK-Haus.ifc", mesh=False)
    assert house.frame.to_lonlat([[0.0, 0.0, 0.0]])[0].round(4).tolist() == [8.4365, 49.1004, 110.0]  # Karlsruhe
    assert house.frame.rotation_deg == pytest.approx(50.0, abs=1e-4)


WORDS = {"SWING": "hinged", "SLIDING": "sliding", "REVOLVING": "revolving", "FOLDING": "folding"}


def test_doors_open_as_the_file_says(case: Case) -> None:
    """Read again with the library's own utilities: the type says it where the door does not."""
    path, known, building, _ = case
    file: Any = ifcopenshell.open(str(path))
    said = {}
    for door in file.by_type("IfcDoor"):
        places = (door, ifcopenshell.util.element.get_type(door))
        words = [str(getattr(place, "OperationType", None) or "NOTDEFINED") for place in places]
        word = next((word for word in words if word != "NOTDEFINED"), "")
        said[door.GlobalId] = next((kind for part, kind in WORDS.items() if part in word), None)
    doors = {o.id: o for o in building.openings if o.category in DOORS}
    assert {key: None if o.kind is None else str(o.kind) for key, o in doors.items()} == {k: said[k] for k in doors}
    assert sum(o.kind is not None for o in doors.values()) >= known.doors - 1
    assert all(o.kind == "open" for o in building.openings if o.category not in DOORS)
    assert all(o.number == o.hours == "" and o.automatic is o.threshold_m is None for o in doors.values())


def test_stairs_say_who_can_use_them_where_the_file_does(case: Case) -> None:
    path, _, building, _ = case
    file: Any = ifcopenshell.open(str(path))
    for stairs in building.connectors:
        sets = ifcopenshell.util.element.get_psets(file.by_guid(stairs.id))
        assert stairs.accessible == sets.get("Pset_StairCommon", {}).get("HandicapAccessible")
        assert (stairs.needs_staff, stairs.tactile, stairs.hours, stairs.car_width_m) == (None, None, "", None)
