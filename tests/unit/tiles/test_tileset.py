import json
from dataclasses import replace
from typing import Any

import numpy as np

from indoor3d.models.building import Text
from indoor3d.tiles.cut import cut
from indoor3d.tiles.tileset import write_tilesets
from tests.buildings import two_floors
from tests.unit.tiles.shapes import block, glb_json


def _tileset(**more: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(write_tilesets(replace(two_floors(), **more))["plain/tileset.json"].data)
    return document


def test_paths_are_those_of_the_contract_and_sorted() -> None:
    files = write_tilesets(two_floors())
    assert list(files) == [
        f"{profile}/{path}"
        for profile in ("meshopt", "plain")
        for path in ("levels/1f-0.glb", "levels/2f-0.glb", "tileset.json")
    ]
    assert {file.media_type for path, file in files.items() if path.endswith(".glb")} == {"model/gltf-binary"}
    assert {file.media_type for path, file in files.items() if path.endswith(".json")} == {"application/json"}


def test_the_same_building_makes_the_same_bytes() -> None:
    assert write_tilesets(two_floors()) == write_tilesets(two_floors())


def test_the_root_is_the_frame_of_the_building_column_by_column() -> None:
    building = two_floors()
    transform = _tileset()["root"]["transform"]
    assert transform == building.frame.ecef_transform().T.reshape(-1).tolist()
    assert transform[3::4] == [0, 0, 0, 1]


def test_every_level_is_a_group() -> None:
    document = _tileset()
    assert [group["class"] for group in document["groups"]] == ["level", "level"]
    assert document["groups"][1]["properties"] == {
        "id": "u", "name": "Upper", "ordinal": 1, "short_name": "2F", "elevation_m": 3.5,
    }  # fmt: skip
    assert [tile["content"]["group"] for tile in document["root"]["children"]] == [0, 1]


def test_who_is_to_be_named_is_in_the_tileset_and_in_every_tile() -> None:
    venue = replace(two_floors().venue, licence="CC-BY-4.0", attribution=Text(default="서울교통공사"))
    building = replace(two_floors(), venue=venue)
    files = write_tilesets(building)
    entity = json.loads(files["plain/tileset.json"].data)["metadata"]
    assert entity["properties"]["schematic"] is True
    assert entity["properties"]["name_ko"] == "이층집"
    assert (entity["properties"]["licence"], entity["properties"]["attribution"]) == ("CC-BY-4.0", "서울교통공사")
    assert glb_json(files["plain/levels/1f-0.glb"].data)["asset"]["copyright"] == "서울교통공사 · CC-BY-4.0"


def test_errors_fall_to_zero_and_parents_hold_their_children() -> None:
    building = block(12, 9, floors=2)
    document = json.loads(
        write_tilesets(building, tree=cut(building, leaf_triangles=200, coarse_triangles=100))[
            "meshopt/tileset.json"
        ].data
    )
    root = document["root"]
    assert document["geometricError"] == root["geometricError"] > root["children"][0]["geometricError"] > 0
    for level in root["children"]:
        assert level["refine"] == "REPLACE"
        assert {leaf["geometricError"] for leaf in level["children"]} == {0.0}
        own, whole = level["content"]["boundingVolume"]["region"], level["boundingVolume"]["region"]
        leaves = np.array([leaf["boundingVolume"]["region"] for leaf in level["children"]])
        assert whole[:2] == leaves[:, :2].min(axis=0).tolist()
        assert whole[2:4] == leaves[:, 2:4].max(axis=0).tolist()
        assert own != whole
