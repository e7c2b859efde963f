import numpy as np
import pytest

from indoor3d.tiles.columns import drawable, make_columns
from indoor3d.tiles.compress import pack, step_for
from tests.unit.tiles.shapes import block, cuboid, mesh_of, same_triangles, tube, wall


@pytest.mark.parametrize(
    ("across_m", "step_mm"),
    [(1, 0.9765625), (63, 0.9765625), (100, 1.953125), (127, 1.953125), (250, 3.90625), (900, 0.9765625)],
)
def test_a_step_is_two_millimetres_up_to_a_hundred_metres_and_never_five(across_m: float, step_mm: float) -> None:
    assert step_for(across_m / 2) * 1000 == step_mm


@pytest.mark.parametrize("across_m", [3.0, 100.0, 200.0, 253.0, 700.0])
def test_positions_are_half_a_step_off_at_most(across_m: float) -> None:
    mesh = mesh_of([cuboid((0.1234, 7.77, 1.1), (across_m + 0.1234, 9.001, 2.2)), tube(40)], [wall("a"), wall("b")])
    columns = make_columns(mesh, drawable(mesh))
    packed = pack(columns)
    assert packed.grid.dtype == (np.int16 if across_m < 256 else np.float32)
    error_m = np.abs(packed.grid * packed.step_m - packed.columns.positions).max()
    assert error_m <= step_for(float(np.abs(columns.positions).max())) / 2


def test_a_corner_shared_by_two_tiles_is_in_one_place() -> None:
    corner = np.array([10.0007, 20.0003, 3.0009])
    places = []
    for low in ((3.3, 5.5, 0.1), (-22.0, 8.8, 1.7)):
        mesh = mesh_of([cuboid(low, corner)], [wall("a")])
        columns = make_columns(mesh, drawable(mesh))
        packed = pack(columns)
        gltf = packed.grid * packed.step_m
        site = np.column_stack([gltf[:, 0], -gltf[:, 2], gltf[:, 1]]) + columns.centre
        places.append(site[np.argmin(np.linalg.norm(site - corner, axis=1))].tolist())
    assert places[0] == places[1]


def test_packing_moves_vertices_and_triangles_and_changes_none() -> None:
    mesh = block(5, 4).mesh
    columns = make_columns(mesh, drawable(mesh))
    packed = pack(columns).columns
    assert packed.parts == columns.parts

    one, other = (
        np.concatenate([c.positions, c.normals, c.feature[:, None]], axis=1)[c.triangles] for c in (packed, columns)
    )
    assert same_triangles(one, other)
    assert not same_triangles(one, other[:, ::-1])
