"""Tilesets of real models against the published schemas, the Khronos validator, our own check, and trimesh."""

import io
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from jsonschema import Draft202012Validator

from indoor3d.models.building import Building
from indoor3d.sources.base import read
from indoor3d.tiles.check import check_tileset
from indoor3d.tiles.columns import drawable
from indoor3d.tiles.cut import cut
from indoor3d.tiles.foreign import write_b3dm
from indoor3d.tiles.read import Content, read_glb
from indoor3d.tiles.tileset import TileFile, write_tilesets
from tests.buildings import two_floors
from tests.schemas import tileset_schema
from tests.unit.tiles.shapes import reader, same_triangles
from tests.web_tools import validate_gltf

MODELS = (
    "bim-whale/LargeBuilding.ifc",
    "bim-whale/TallBuilding.ifc",
    "georeference-ifc/Duplex_A_20110907_georeferenced.ifc",
    "ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc",
    "two_floors",
    "web-ifc/AC20-FZK-Haus.ifc",
    "xbim/SampleHouse4.ifc",
)
Files = Mapping[str, TileFile]


@cache
def _made(shared: Path, model: str) -> tuple[Building, Files, Files]:
    """A building, its tilesets, and its tilesets again cut into many small tiles."""
    building = two_floors() if model == "two_floors" else read(shared / "data/ifc" / model)[0]
    small = cut(building, leaf_triangles=4000, coarse_triangles=1000)
    return building, write_tilesets(building), write_tilesets(building, tree=small)


@pytest.fixture(params=MODELS)
def made(request: pytest.FixtureRequest, shared: Path) -> tuple[Building, Files, Files]:
    return _made(shared, request.param)


def _walk(tile: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield tile
    for child in tile.get("children", ()):
        yield from _walk(child)


@pytest.fixture(scope="module")
def schema(shared: Path) -> Draft202012Validator:
    return tileset_schema(shared)


def test_a_tileset_keeps_the_published_schema(
    made: tuple[Building, Files, Files], schema: Draft202012Validator
) -> None:
    building, *profiles = made
    for files in [*profiles, write_b3dm(building)]:
        for path, file in files.items():
            if path.endswith("tileset.json"):
                assert [error.message for error in schema.iter_errors(json.loads(file.data))] == []


def test_the_schema_is_really_looked_at(schema: Draft202012Validator) -> None:
    document = json.loads(write_tilesets(two_floors())["plain/tileset.json"].data)
    document["root"]["children"][0]["boundingVolume"]["region"].pop()
    document["schema"]["classes"]["level"]["properties"]["ordinal"]["type"] = 5
    assert len(list(schema.iter_errors(document))) >= 2


def test_metadata_entities_keep_their_classes(made: tuple[Building, Files, Files]) -> None:
    """What the schemas cannot say: every property of an entity is of its class, and the required ones are there."""
    kinds: dict[str, tuple[type, ...]] = {"STRING": (str,), "BOOLEAN": (bool,), "SCALAR": (int, float)}
    document = json.loads(made[1]["plain/tileset.json"].data)
    for entity in [document["metadata"], *document["groups"]]:
        properties = document["schema"]["classes"][entity["class"]]["properties"]
        assert set(entity["properties"]) == {name for name, p in properties.items() if p["required"]}
        for name, value in entity["properties"].items():
            assert isinstance(value, kinds[properties[name]["type"]])
    for tile in _walk(document["root"]):
        assert 0 <= tile.get("content", {}).get("group", 0) < len(document["groups"])


def test_what_is_read_back_is_sound(made: tuple[Building, Files, Files]) -> None:
    building, *profiles = made
    for files in profiles:
        for root in ("meshopt/tileset.json", "plain/tileset.json"):
            assert check_tileset(reader(files), root, expect=building) == ()


def _corners(content: Content, step_m: float) -> Any:
    ids = np.unique(content.table["id"], return_inverse=True)[1]
    snapped = np.rint(content.positions / step_m)
    return np.column_stack([snapped, ids[content.feature]])[content.triangles]


def test_both_profiles_draw_the_same_triangles_within_half_a_step(made: tuple[Building, Files, Files]) -> None:
    for files in made[1:]:
        for path in files:
            if path.startswith("plain/levels"):
                plain = read_glb(files[path].data)
                packed = read_glb(files[path.replace("plain", "meshopt")].data)
                step_m = packed.step_m or 2**-10
                assert step_m <= 0.005
                assert same_triangles(_corners(plain, step_m), _corners(packed, step_m))
                assert packed.table == plain.table


def test_trimesh_sees_the_building(made: tuple[Building, Files, Files]) -> None:
    """An independent reader counts the same triangles, the same area and the same bounds in the plain profile."""
    building, files, _ = made
    count, area, low, high = 0, 0.0, [], []
    for path, file in files.items():
        if path.startswith("plain/levels"):
            scene = trimesh.load_scene(io.BytesIO(file.data), file_type="glb", process=False)
            for node in scene.graph.nodes_geometry:
                matrix, name = scene.graph[node]
                mesh = scene.geometry[name].copy()
                mesh.apply_transform(matrix)
                count += len(mesh.faces)
                area += mesh.area
                low.append(mesh.bounds[0])
                high.append(mesh.bounds[1])
    kept = building.mesh.triangles[drawable(building.mesh)]
    corners = building.mesh.positions[kept]
    assert count == len(kept)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert area == pytest.approx(np.linalg.norm(cross, axis=1).sum() / 2, rel=1e-5)
    x0, y0, z0 = corners.min(axis=(0, 1))
    x1, y1, z1 = corners.max(axis=(0, 1))
    np.testing.assert_allclose(np.min(low, axis=0), (x0, z0, -y1), atol=1e-5)
    np.testing.assert_allclose(np.max(high, axis=0), (x1, z1, -y0), atol=1e-5)


def test_the_khronos_validator_has_nothing_to_say(shared: Path, tmp_path: Path) -> None:
    """No error, no warning, no hint in any GLB of any model; it informs that it does not know the extensions."""
    paths: list[Path] = []
    for number, model in enumerate(MODELS):
        _, files, small = _made(shared, model)
        for folder, tileset in ((f"{number}-large", files), (f"{number}-small", small)):
            for path, file in tileset.items():
                if path.endswith(".glb"):
                    target = tmp_path / folder / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(file.data)
                    paths.append(target)
    broken = tmp_path / "broken.glb"
    broken.write_bytes(paths[0].read_bytes()[:-4])
    results = validate_gltf([broken, *paths])
    assert results.pop(str(broken))["errors"] > 0
    assert len(results) == len(paths)
    told = {(r["errors"], r["warnings"], r["hints"]) for r in results.values()}
    assert told == {(0, 0, 0)}, [r["codes"] for r in results.values() if r["errors"] or r["warnings"]][:3]
    codes = {code.split()[1] for result in results.values() for code in result["codes"]}
    assert codes <= {"UNSUPPORTED_EXTENSION", "UNUSED_OBJECT"}
