import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from py3dtiles.tileset.content.b3dm import B3dm

from indoor3d.errors import TilesetInvalid
from indoor3d.tiles.columns import drawable
from indoor3d.tiles.foreign import ForeignMesh, merge_foreign, read_foreign, write_b3dm
from indoor3d.tiles.tileset import TileFile, write_tilesets
from tests.buildings import two_floors
from tests.unit.tiles.shapes import same_triangles


def _write(files: Mapping[str, TileFile], folder: Path) -> Path:
    for path, file in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.data)
    return folder


def _corners(meshes: tuple[ForeignMesh, ...]) -> NDArray[np.float64]:
    """Corners with the element's place among all ids, rounded to the millimetre."""
    ids = [feature.id for feature in two_floors().mesh.features]
    rows = []
    for mesh in meshes:
        number = np.array([ids.index(mesh.attributes["id"][batch]) for batch in mesh.batch])
        rows.append(np.column_stack([np.round(mesh.positions, 3) + 0.0, number])[mesh.triangles])
    return np.concatenate(rows)


def test_what_old_clients_get_is_the_same_building(tmp_path: Path) -> None:
    building = two_floors()
    root = _write(write_b3dm(building), tmp_path) / "b3dm/tileset.json"
    mesh = building.mesh
    transform = building.frame.ecef_transform()
    ecef = np.round(mesh.positions @ transform[:3, :3].T + transform[:3, 3], 3)
    kept = drawable(mesh)
    expected = np.concatenate(
        [ecef[mesh.triangles[kept]], np.repeat(mesh.feature[kept].astype(float)[:, None, None], 3, axis=1)], axis=2
    )
    assert same_triangles(_corners(read_foreign(root)), expected)


def test_b3dm_keeps_the_rules_of_3d_tiles_1_0() -> None:
    files = write_b3dm(two_floors())
    document = json.loads(files["b3dm/tileset.json"].data)
    assert document["asset"]["version"] == "1.0"
    assert {"schema", "groups", "metadata"}.isdisjoint(document)
    assert "group" not in json.dumps(document["root"])
    for path in ("b3dm/levels/1f-0.b3dm", "b3dm/levels/2f-0.b3dm"):
        data = files[path].data
        _, size, feature_json, _, batch_json, _ = np.frombuffer(data, "<u4", 7)[1:]
        assert size == len(data)
        assert len(data) % 8 == (28 + feature_json) % 8 == batch_json % 8 == 0
        content = B3dm.from_bytes(data)
        assert content.body.feature_table.get_batch_length() == len(content.body.batch_table.header.data["id"])
    assert write_b3dm(two_floors()) == files


def test_tilesets_of_both_versions_merge_into_one_that_reads(tmp_path: Path) -> None:
    building = two_floors()
    folder = _write({**write_b3dm(building), **write_tilesets(building)}, tmp_path)
    target = folder / "all.json"
    merge_foreign([folder / "b3dm/tileset.json", folder / "plain/tileset.json"], target)
    first = target.read_bytes()
    merge_foreign([folder / "b3dm/tileset.json", folder / "plain/tileset.json"], target)
    assert target.read_bytes() == first
    meshes = read_foreign(target)
    alone = read_foreign(folder / "b3dm/tileset.json")
    assert sum(len(mesh.triangles) for mesh in meshes) == 120
    assert max(np.abs(a.positions - b.positions).max() for a, b in zip(meshes, alone, strict=False)) < 1e-6


def test_boxes_of_a_merged_tileset_hold_what_is_in_them(tmp_path: Path) -> None:
    folder = _write(write_tilesets(two_floors()), tmp_path)
    merge_foreign([folder / "plain/tileset.json"], folder / "all.json")
    root = json.loads((folder / "all.json").read_bytes())["root"]
    positions = np.vstack([mesh.positions for mesh in read_foreign(folder / "plain/tileset.json")])

    def inside(tile: Mapping[str, Any], above: NDArray[np.float64]) -> None:
        transform = above @ np.array(tile.get("transform", np.eye(4).T.ravel())).reshape(4, 4).T
        box = np.array(tile["boundingVolume"]["box"]).reshape(4, 3)
        local = (positions - transform[:3, 3]) @ np.linalg.inv(transform[:3, :3]).T - box[0]
        half = np.linalg.norm(box[1:], axis=1)
        assert (np.abs(local @ (box[1:] / half[:, None]).T) <= half + 1e-6).all()
        assert half.max() < 40
        for child in tile.get("children", ()):
            inside(child, transform)

    inside(root, np.eye(4))


def _tileset(**content: Any) -> bytes:
    tile = {"boundingVolume": {"sphere": [0, 0, 0, 9]}, "geometricError": 0, "refine": "ADD", **content}
    return json.dumps({"asset": {"version": "1.0"}, "geometricError": 9, "root": tile}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        _tileset(boundingVolume={}),
        _tileset(content={"uri": "missing.b3dm"}),
        _tileset(content={"uri": "broken.b3dm"}),
        _tileset(content={"uri": "../outside.b3dm"}),
        _tileset(content={"uri": "points.pnts"}),
        _tileset(content={"uri": "tileset.json"}),
    ],
)
def test_what_cannot_be_read_is_one_kind_of_error(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "outside.b3dm").write_bytes(write_b3dm(two_floors())["b3dm/levels/1f-0.b3dm"].data)
    (tmp_path / "in/broken.b3dm").write_bytes(write_b3dm(two_floors())["b3dm/levels/1f-0.b3dm"].data[:-9])
    (tmp_path / "in/points.pnts").write_bytes(b"pnts" + bytes(60))
    path = tmp_path / "in/tileset.json"
    path.write_bytes(data)
    with pytest.raises(TilesetInvalid) as caught:
        read_foreign(path)
    assert caught.value.detail["ko"] != caught.value.detail["en"]


def test_packed_tiles_are_not_for_foreign_readers(tmp_path: Path) -> None:
    folder = _write(write_tilesets(two_floors()), tmp_path)
    with pytest.raises(TilesetInvalid):
        read_foreign(folder / "meshopt/tileset.json")


def test_nothing_cannot_be_merged(tmp_path: Path) -> None:
    with pytest.raises(TilesetInvalid):
        merge_foreign([], tmp_path / "all.json")
    with pytest.raises(TilesetInvalid):
        merge_foreign([tmp_path / "missing.json"], tmp_path / "all.json")
