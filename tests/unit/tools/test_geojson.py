"""A file of a plan may be GeoJSON: the same tables, drawn."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import small
from tools.station.geojson import read_features, shape_of
from tools.station.ifc import write_ifc
from tools.station.located import read_tables
from tools.station.model import PlanError
from tools.station.plan import read_plan
from tools.station.tables import PLAN


def drawn(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """A table as a feature, as a drawing program writes it."""
    wanted, keys = shape_of(PLAN[name])
    values = dict(values)
    geometry = None
    if wanted and all(key in values for key in keys):
        parts = [values.pop(key) for key in keys]
        coordinates = parts if len(keys) == 2 else parts[0]
        if wanted == "Polygon":
            coordinates = [[*coordinates, coordinates[0]]]
        geometry = {"type": wanted, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"table": name, "unused": None, **values}, "geometry": geometry}


def collection(features: list[dict[str, Any]], **more: Any) -> str:
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    head = "".join(f'"{key}": {json.dumps(value)},\n' for key, value in more.items())
    return f'{{"type": "FeatureCollection",\n{head}"features": [\n{lines}\n]}}\n'


def as_geojson(folder: Path) -> None:
    """Replace b.toml of the small station by the same in GeoJSON; polygons for boxes of rooms."""
    features = [drawn(table.name, table.values) for table in read_tables(folder / "b.toml") if table.name]
    (folder / "b.toml").unlink()
    (folder / "b.geojson").write_text(collection(features), encoding="utf-8")
    plan = (folder / "plan.toml").read_text("utf-8")
    (folder / "plan.toml").write_text(plan.replace("b.toml", "b.geojson"), encoding="utf-8")


def test_the_same_in_geojson_is_the_same_model(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    before = write_ifc(read_plan(folder))
    as_geojson(folder)
    assert write_ifc(read_plan(folder)) == before


def test_coordinates_are_in_the_frame_that_the_file_names(tmp_path: Path) -> None:
    room = {
        "id": "room",
        "level": "1F",
        "floor": 0,
        "category": "room",
        "access": "public",
        "polygon": [[0, 0], [5, 0], [5, 5], [0, 5]],
    }
    folder = small.write(tmp_path)
    (folder / "frame.toml").write_text('[[frame]]\nid = "turned"\norigin = [100, 50]\nx_axis = [0.8, 0.6]\n', "utf-8")
    (folder / "b.geojson").write_text(collection([drawn("space", room)], frame="turned"), encoding="utf-8")
    storey = '[[storey]]\nid = "1F"\nordinal = 0\nko = "지상"\nen = "Street"\n'
    (folder / "plan.toml").write_text(f'files = ["frame.toml", "b.geojson"]\n{storey}', encoding="utf-8")
    assert read_plan(folder).space("room").ring == ((100, 50), (104, 53), (101, 57), (97, 54))


def test_single_points_and_heights_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    feature = drawn("column", {"id": "c", "space": "hall"}) | {"geometry": {"type": "Point", "coordinates": [1, 2, 30]}}
    file.write_text(collection([feature], name="layer", crs={"type": "name", "properties": {}}), encoding="utf-8")
    head, table = read_features(file)
    assert head.values == {}
    assert table.values == {"id": "c", "space": "hall", "at": [[1, 2]]}


POINT = {"type": "Point", "coordinates": [1, 2]}
LINE = {"type": "LineString", "coordinates": [[1, 2], [3, 4], [5, 6]]}
HOLED = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 1]]]}


@pytest.mark.parametrize(
    ("feature", "problem"),
    [
        ({"properties": {"table": "doors"}, "geometry": None}, "the feature names no table ('doors')"),
        ({"properties": None, "geometry": None}, "the feature names no table (None)"),
        (5, "the feature names no table"),
        ({"properties": {"table": "space", "id": "x"}, "geometry": POINT}, "is drawn as Polygon, not as Point"),
        ({"properties": {"table": "open"}, "geometry": POINT}, "is drawn as nothing, not as Point"),
        ({"properties": {"table": "space", "id": "x"}, "geometry": HOLED}, "has holes"),
        ({"properties": {"table": "platform", "id": "x"}, "geometry": LINE}, "two points. Draw it from front to end."),
        ({"properties": {"table": "door", "id": "x", "hinge": 2}, "geometry": POINT}, "unknown key 'hinge'"),
        ({"properties": {"table": "door", "id": "x", "between": ["a"]}, "geometry": POINT}, "'width' of [[door]]"),
        ({"properties": {"table": "column", "id": "c", "space": "hall"}, "geometry": {"type": "Point", "coordinates": ["a", 1]}}, "list of points"),
    ],
)  # fmt: skip
def test_an_error_names_the_line_of_the_feature(tmp_path: Path, feature: Any, problem: str) -> None:
    folder = small.write(tmp_path)
    good = drawn("open", {"between": ["hall", "hall-west"], "note": 'says "features": [ too'})
    (folder / "b.geojson").write_text(collection([good, feature], frame="site"), encoding="utf-8")
    (folder / "plan.toml").write_text('files = ["b.geojson"]\n', encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan(folder)
    assert str(caught.value).startswith("b.geojson:5: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type": "FeatureCollection",\n"features": [}', "b.geojson:2: not valid JSON"),
        ('{"type": "Feature"}', "b.geojson:1: not a FeatureCollection"),
        ("[]", "b.geojson:1: not a FeatureCollection"),
        (None, "b.geojson:1: cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "b.geojson"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=f"^{message}"):
        read_features(file)


@pytest.mark.parametrize("name", [name for name in PLAN if name])
def test_every_table_can_be_drawn(name: str) -> None:
    shape, keys = shape_of(PLAN[name])
    assert shape in {"", "Point", "MultiPoint", "LineString", "Polygon"}
    assert bool(shape) == bool(keys)
