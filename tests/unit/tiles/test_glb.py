from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from indoor3d.models.vocabulary import MeshCategory
from indoor3d.tiles.columns import Columns, drawable, make_columns
from indoor3d.tiles.glb import write_glb
from indoor3d.tiles.read import read_glb
from tests.buildings import two_floors
from tests.unit.tiles.shapes import block, cuboid, glb_binary, glb_json, mesh_of, same_triangles, wall


@pytest.fixture
def columns() -> Columns:
    mesh = two_floors().mesh
    return make_columns(mesh, drawable(mesh))


@pytest.mark.parametrize("packed", [True, False])
def test_a_tile_is_one_mesh_and_a_primitive_a_material(columns: Columns, *, packed: bool) -> None:
    document = glb_json(write_glb(columns, name="지하 1층", credit="서울", packed=packed))
    assert len(document["meshes"]) == len(document["nodes"]) == 1
    assert len(document["meshes"][0]["primitives"]) == len(document["materials"]) == len(columns.parts)
    assert document["nodes"][0]["name"] == "지하 1층"
    assert document["asset"]["copyright"] == "서울"
    assert all(material["alphaMode"] == "BLEND" and "doubleSided" not in material for material in document["materials"])


@pytest.mark.parametrize("packed", [True, False])
def test_feature_ids_are_16_bit_with_a_stride_of_four(columns: Columns, *, packed: bool) -> None:
    document = glb_json(write_glb(columns, packed=packed))
    for primitive in document["meshes"][0]["primitives"]:
        accessor = document["accessors"][primitive["attributes"]["_FEATURE_ID_0"]]
        assert (accessor["componentType"], accessor["type"]) == (5123, "SCALAR")
        assert document["bufferViews"][accessor["bufferView"]]["byteStride"] == 4
        (feature_ids,) = primitive["extensions"]["EXT_mesh_features"]["featureIds"]
        assert feature_ids["propertyTable"] == feature_ids["attribute"] == 0
    counts = [
        p["extensions"]["EXT_mesh_features"]["featureIds"][0]["featureCount"]
        for p in document["meshes"][0]["primitives"]
    ]
    assert sum(counts) == 5


def test_more_features_than_16_bits_hold_are_floats() -> None:
    count = 65_600
    triangle = np.array([(0.0, 0, 0), (1, 0, 0), (0, 1, 0)])
    mesh = mesh_of([(triangle, np.array([[0, 1, 2]], np.uint32))], [wall("x")])
    shifts = np.arange(count) % 300
    mesh = replace(
        mesh,
        positions=(triangle[None] + np.column_stack([shifts, np.arange(count) // 300, shifts * 0])[:, None]).reshape(
            -1, 3
        ),
        triangles=np.arange(3 * count, dtype=np.uint32).reshape(-1, 3),
        feature=np.arange(count, dtype=np.uint32),
        colour=np.zeros((count, 4), np.uint8),
        features=tuple(wall(str(i)) for i in range(count)),
    )
    for packed in (True, False):
        content = read_glb(write_glb(make_columns(mesh, drawable(mesh)), packed=packed))
        assert content.rows == count
        assert sorted(content.feature[content.triangles[:, 0]].tolist()) == list(range(count))


@pytest.mark.parametrize("packed", [True, False])
def test_the_binary_data_is_aligned_to_eight_bytes(columns: Columns, *, packed: bool) -> None:
    data = write_glb(columns, packed=packed)
    document = glb_json(data)
    assert len(data) % 8 == 0
    assert (len(data) - len(glb_binary(data))) % 8 == 0
    assert document["buffers"][0]["byteLength"] == len(glb_binary(data))
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 8 == 0
        packed_view = view.get("extensions", {}).get("EXT_meshopt_compression", view)
        assert packed_view["byteOffset"] % 8 == 0
        assert packed_view["byteOffset"] + packed_view["byteLength"] <= len(glb_binary(data))


def test_extensions_are_declared_where_they_are_used(columns: Columns) -> None:
    features = ["EXT_mesh_features", "EXT_structural_metadata"]
    packed = ["KHR_mesh_quantization", "EXT_meshopt_compression"]
    plain = glb_json(write_glb(columns))
    small = glb_json(write_glb(columns, packed=True))
    old = glb_json(write_glb(columns, batched=True))
    assert (plain["extensionsUsed"], plain.get("extensionsRequired")) == (features, None)
    assert (small["extensionsUsed"], small["extensionsRequired"]) == (features + packed, packed)
    assert {"extensionsUsed", "extensionsRequired", "extensions"}.isdisjoint(old)
    assert all("_BATCHID" in primitive["attributes"] for primitive in old["meshes"][0]["primitives"])


@pytest.mark.parametrize("packed", [True, False])
def test_the_table_says_who_is_who(*, packed: bool) -> None:
    features = [
        replace(wall("벽-1", "g", name="동쪽 벽 'A\" 😀"), kind=""),
        replace(wall("s", "", MeshCategory.SPACE, name=""), kind="corridor"),
        replace(wall("lone", "g"), name="\ud800"),
    ]
    mesh = mesh_of([cuboid((2 * i, 0, 0), (2 * i + 1, 1, 1)) for i in range(3)], features)
    table = read_glb(write_glb(make_columns(mesh, drawable(mesh)), packed=packed)).table
    assert table == {
        "id": ("벽-1", "s", "lone"),
        "name": ("동쪽 벽 'A\" 😀", "", "?"),
        "category": ("wall", "space", "wall"),
        "kind": ("", "corridor", ""),
        "level": ("g", "", "g"),
    }


def test_a_column_without_a_single_letter_is_left_out_and_reads_as_empty(columns: Columns) -> None:
    mesh = block(2, 2).mesh
    data = write_glb(make_columns(mesh, drawable(mesh)))
    (table,) = glb_json(data)["extensions"]["EXT_structural_metadata"]["propertyTables"]
    assert "kind" not in table["properties"]
    assert read_glb(data).table["kind"] == ("", "", "", "")
    assert (
        "kind"
        in glb_json(write_glb(columns))["extensions"]["EXT_structural_metadata"]["propertyTables"][0]["properties"]
    )


def test_large_parts_have_32_bit_indices_and_no_part_uses_the_restart_index() -> None:
    for count, wide in ((2730, False), (2731, True)):  # 24 vertices a box: 65,520 and 65,544
        solids = [
            cuboid((2 * (i % 60), 2 * (i // 60), 0), (2 * (i % 60) + 1, 2 * (i // 60) + 1, 1)) for i in range(count)
        ]
        mesh = mesh_of(solids, [wall(str(i)) for i in range(count)])
        made = make_columns(mesh, drawable(mesh))
        for packed in (True, False):
            data = write_glb(made, packed=packed)
            document = glb_json(data)
            assert (document["accessors"][0]["componentType"] == 5125) is wide
            content = read_glb(data)
            assert len(content.triangles) == 12 * count


def test_both_profiles_hold_the_same_triangles_within_half_a_step(columns: Columns) -> None:
    plain, small = (read_glb(write_glb(columns, packed=packed)) for packed in (False, True))
    assert small.step_m == 2**-10
    snapped = np.rint(plain.positions / small.step_m) * small.step_m
    one, other = (
        np.concatenate([positions, content.feature[:, None]], axis=1)[content.triangles]
        for positions, content in ((snapped, plain), (small.positions, small))
    )
    assert same_triangles(one, other)
    assert Counter(map(bytes, plain.colours)) == Counter(map(bytes, small.colours))
    assert np.abs(small.normals).max() <= 1.0


def test_the_same_columns_make_the_same_bytes(columns: Columns) -> None:
    for packed in (True, False):
        assert write_glb(columns, packed=packed) == write_glb(columns, packed=packed)
