from dataclasses import replace

import numpy as np
import pytest

from indoor3d.models.mesh import Mesh
from indoor3d.models.vocabulary import MeshCategory
from indoor3d.tiles.columns import Columns, drawable, make_columns, to_gltf_axes, to_site_axes
from tests.buildings import two_floors
from tests.unit.tiles.shapes import cuboid, mesh_of, tube, wall


def _columns(mesh: Mesh) -> Columns:
    return make_columns(mesh, drawable(mesh))


def test_a_box_keeps_its_edges() -> None:
    columns = _columns(mesh_of([cuboid((0, 0, 0), (2, 3, 4))], [wall("a")]))
    assert len(columns.positions) == 24
    assert len(columns.triangles) == 12
    assert sorted(map(tuple, np.unique(columns.normals, axis=0).tolist())) == sorted(
        [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    )


def test_normals_point_the_way_triangles_face() -> None:
    columns = _columns(two_floors().mesh)
    corners = columns.positions[columns.triangles].astype(float)
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    facing /= np.linalg.norm(facing, axis=1, keepdims=True)
    for k in range(3):
        assert (np.einsum("ij,ij->i", facing, columns.normals[columns.triangles[:, k]]) > 0.999).all()


@pytest.mark.parametrize(("sides", "vertices"), [(24, 2 * 24), (13, 2 * 13), (8, 4 * 8), (4, 4 * 4)])
def test_a_column_is_round_when_its_sides_meet_at_less_than_thirty_degrees(sides: int, vertices: int) -> None:
    columns = _columns(mesh_of([tube(sides)], [wall("a")]))
    assert len(columns.positions) <= vertices + 8  # one seam at most, where the first round leads
    if sides >= 13:
        outward = to_site_axes(columns.positions.astype(float))[:, :2]
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        normals = to_site_axes(columns.normals.astype(float))[:, :2]
        assert (np.einsum("ij,ij->i", outward, normals) > np.cos(np.radians(30))).all()
    else:
        assert len(columns.positions) == vertices


def test_two_materials_and_two_features_never_share_a_vertex() -> None:
    positions, triangles = cuboid((0, 0, 0), (1, 1, 1))
    mesh = mesh_of([(positions, triangles), (positions + 5, triangles)], [wall("a"), wall("b")], {1: (10, 20, 30, 255)})
    half_red = mesh.colour.copy()
    half_red[:6] = (200, 0, 0, 255)
    columns = _columns(replace(mesh, colour=half_red))
    assert [part.colour for part in columns.parts] == sorted(
        [(200, 0, 0, 255), (10, 20, 30, 255), (217, 214, 207, 255)], key=lambda c: int.from_bytes(bytes(c), "little")
    )
    assert columns.parts[0].vertices[0] == columns.parts[0].triangles[0] == 0
    for before, after in zip(columns.parts, columns.parts[1:], strict=False):
        assert before.vertices[1] == after.vertices[0]
        assert before.triangles[1] == after.triangles[0]
    for part in columns.parts:
        used = columns.triangles[slice(*part.triangles)]
        assert used.min() == part.vertices[0]
        assert used.max() == part.vertices[1] - 1
    feature = columns.feature[columns.triangles]
    assert (feature == feature[:, :1]).all()


def test_only_features_with_triangles_here_are_listed_in_the_order_of_the_mesh() -> None:
    mesh = mesh_of([cuboid((i, 0, 0), (i + 0.5, 1, 1)) for i in range(4)], [wall(x) for x in "dcba"])
    chosen = np.flatnonzero((mesh.feature == 3) | (mesh.feature == 1))
    columns = make_columns(mesh, chosen)
    assert [feature.id for feature in columns.features] == ["c", "a"]
    assert set(columns.feature.tolist()) == {0, 1}


def test_positions_stay_exact_hundreds_of_kilometres_from_the_origin() -> None:
    mesh = mesh_of([cuboid((0.1, 0.2, 0.3), (20.7, 30.9, 3.3))], [wall("a")])
    far = replace(mesh, positions=mesh.positions + np.array([350_000.125, -420_000.375, 12.0]))
    columns = _columns(far)
    nearest = [np.linalg.norm(columns.site_positions - p, axis=1).min() for p in far.positions]
    assert max(nearest) < 2e-6
    assert (columns.centre == np.round(columns.centre)).all()


def test_what_cannot_be_seen_is_left_out() -> None:
    positions, triangles = cuboid((0, 0, 0), (1, 1, 1))
    broken = positions.copy()
    broken[6] = (np.nan, 0, 0)
    line = np.array([(0, 0, 0), (1, 1, 1), (2, 2, 2)], float), np.array([[0, 1, 2], [0, 0, 1]], np.uint32)
    huge = np.array([(0, 0, 0), (1e300, 0, 0), (0, 1e300, 0)], float), np.array([[0, 1, 2]], np.uint32)
    mesh = mesh_of([(positions, triangles), line, (broken, triangles), huge], [wall(x) for x in "abcd"])
    kept = drawable(mesh)
    assert (np.bincount(mesh.feature[kept], minlength=4)[[0, 1, 3]] == [12, 0, 0]).all()
    touching = (triangles == 6).any(axis=1).sum()
    assert np.count_nonzero(mesh.feature[kept] == 2) == 12 - touching


def test_axes_turn_and_turn_back() -> None:
    site = np.array([[1.0, 2.0, 3.0]])
    assert to_gltf_axes(site).tolist() == [[1.0, 3.0, -2.0]]
    assert to_site_axes(to_gltf_axes(site)).tolist() == site.tolist()


def test_an_opaque_space_is_drawn_translucent_all_the_same() -> None:
    mesh = mesh_of([cuboid((0, 0, 0), (1, 1, 1))], [wall("s", category=MeshCategory.SPACE)], {0: (1, 2, 3, 255)})
    (part,) = _columns(mesh).parts
    assert part.colour[3] < 128
