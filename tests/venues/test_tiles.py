"""The tiles of the pilot venues: valid to every validator, whole, and small."""

import gzip
import json
from functools import cache
from pathlib import Path

import pytest

from indoor3d.tiles.check import check_tileset
from indoor3d.tiles.read import read_glb
from indoor3d.tiles.tileset import TileFile, write_tilesets
from tests.schemas import tileset_schema
from tests.unit.tiles.shapes import reader
from tests.venues.made import VENUES, made
from tests.web_tools import validate_gltf

pytestmark = pytest.mark.parametrize("venue", [pytest.param(v, marks=pytest.mark.xdist_group(v)) for v in VENUES])

MOST_BYTES_A_TRIANGLE = 8.0


@cache
def tiles(venue: str) -> dict[str, TileFile]:
    return dict(write_tilesets(made(venue).building))


def test_both_profiles_are_sound_and_hold_every_level(venue: str) -> None:
    building, files = made(venue).building, tiles(venue)
    for profile in ("meshopt", "plain"):
        assert check_tileset(reader(files), f"{profile}/tileset.json", expect=building) == ()
        document = json.loads(files[f"{profile}/tileset.json"].data)
        groups = [group["properties"]["id"] for group in document["groups"]]
        assert groups == [level.id for level in building.levels]
        drawn = [groups[tile["content"]["group"]] for tile in document["root"]["children"]]
        assert drawn == groups


def test_tilesets_keep_the_published_schema(venue: str, shared: Path) -> None:
    schema = tileset_schema(shared)
    documents = [json.loads(f.data) for path, f in tiles(venue).items() if path.endswith("tileset.json")]
    assert len(documents) >= 2
    assert [error.message for document in documents for error in schema.iter_errors(document)] == []


def test_the_khronos_validator_finds_no_error_and_no_warning(venue: str, tmp_path: Path) -> None:
    paths = []
    for number, (path, file) in enumerate(sorted(tiles(venue).items())):
        if path.endswith(".glb"):
            paths.append(tmp_path / f"{number}.glb")
            paths[-1].write_bytes(file.data)
    results = validate_gltf(paths)
    assert len(results) == len(paths) > 0
    assert {(r["errors"], r["warnings"]) for r in results.values()} == {(0, 0)}


def test_a_floor_takes_at_most_eight_kilobytes_a_thousand_triangles(venue: str) -> None:
    """Compressed once more by gzip, as it is served; normals and the table of features are in it."""
    floors = {
        path: file.data for path, file in tiles(venue).items() if path.startswith("meshopt/") and path.endswith(".glb")
    }
    assert floors
    for path, data in floors.items():
        content = read_glb(data)
        assert content.table["id"]
        assert b'"NORMAL"' in data
        assert len(gzip.compress(data, 6)) / len(content.triangles) <= MOST_BYTES_A_TRIANGLE, path
