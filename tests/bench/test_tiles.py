"""What a million triangles cost: 5,000 round columns with names, in one level."""

from typing import Any

import numpy as np
import pytest

from indoor3d.models.mesh import Mesh
from indoor3d.tiles.columns import Columns, drawable, make_columns
from indoor3d.tiles.glb import write_glb
from indoor3d.tiles.read import read_glb
from tests.unit.tiles.shapes import mesh_of, tube, wall


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    positions, triangles = tube(100)
    solids = [(positions + np.array([3 * (i % 70), 3 * (i // 70), 0]), triangles) for i in range(5000)]
    return mesh_of(solids, [wall(str(i), name=f"기둥 {i}") for i in range(5000)])


@pytest.fixture(scope="module")
def columns(mesh: Mesh) -> Columns:
    return make_columns(mesh, drawable(mesh))


def test_shade_a_million_triangles(mesh: Mesh, benchmark: Any) -> None:
    made = benchmark(lambda: make_columns(mesh, drawable(mesh)))
    assert len(made.triangles) == 1_000_000


def test_write_a_million_triangles_plain(columns: Columns, benchmark: Any) -> None:
    data = benchmark(write_glb, columns)
    benchmark.extra_info["bytes"] = len(data)
    assert len(read_glb(data).triangles) == 1_000_000


def test_write_a_million_triangles_packed(columns: Columns, benchmark: Any) -> None:
    data = benchmark(write_glb, columns, packed=True)
    benchmark.extra_info["bytes"] = len(data)
    assert len(data) < 8_000_000
    assert len(read_glb(data).triangles) == 1_000_000


def test_read_a_million_packed_triangles(columns: Columns, benchmark: Any) -> None:
    data = write_glb(columns, packed=True)
    assert np.isfinite(benchmark(read_glb, data).positions).all()
