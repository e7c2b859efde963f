"""Compiled sight against the same in numpy over GEOS' triangles: equal to the last bit."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indoor3d.routing._expansion import Mesh, triangulate
from indoor3d.routing._lattice import snap
from indoor3d.routing.visibility import FreeSpace
from tests.oracle.plain_sight import PlainSpace
from tests.polygons import Area, mall, plans, points_in, whole_plans


def _around(plan: Area, *, count: int, seed: int) -> NDArray[np.float64]:
    """Positions inside, on walls and vertices, and up to 3 m outside."""
    west, south, east, north = plan.bounds
    spread = np.random.default_rng(seed).uniform((west - 3, south - 3), (east + 3, north + 3), (count, 2))
    return np.vstack([points_in(plan, count=count, seed=seed), spread])


def _compare(plan: Area, points: NDArray[np.float64]) -> None:
    fast, plain = FreeSpace(plan), PlainSpace(plan)
    assert fast.free.equals_exact(plain.free, 0.0)
    assert fast.corners.tobytes() == plain.corners.tobytes()
    assert fast.contains(points).tolist() == plain.contains(points).tolist()
    near = fast.nearest(points)
    np.testing.assert_allclose(near, plain.nearest(points), rtol=0, atol=1e-6 + 2 * fast.tolerance_m)
    assert fast.visible_corners_many(near).tolist() == plain.visible_corners_many(near).tolist()
    one, other = np.triu_indices(len(near), 1)
    assert fast.sees_many(near[one], near[other]).tolist() == plain.sees_many(near[one], near[other]).tolist()


@settings(max_examples=100, deadline=None)
@given(plan=plans(), seed=st.integers(0, 1000))
def test_the_same_as_numpy_on_plans_that_touch_and_line_up(plan: Area, seed: int) -> None:
    _compare(plan, _around(plan, count=12, seed=seed))


@settings(max_examples=100, deadline=None)
@given(plan=whole_plans())
def test_taut_edges_join_what_those_of_numpy_join(plan: Area) -> None:
    """The edges are equal but for those past two touching corners, which are there hop by hop as well."""
    fast, plain = FreeSpace(plan), PlainSpace(plan)
    one, other = (set(map(tuple, edges.tolist())) for edges in (fast.taut_edges(), plain.taut_edges()))
    corners = fast.corners
    for i, j in one ^ other:
        on_way = corners[i] + np.linspace(0, 1, 2001)[:, None] * (corners[j] - corners[i])
        met = shapely.distance(shapely.multipoints(corners), shapely.points(on_way)) < 1e-9
        assert met.sum() > 2, (i, j)


def test_the_same_as_numpy_in_a_mall() -> None:
    plan = mall(40)
    _compare(plan, _around(plan, count=60, seed=4))
    assert FreeSpace(plan).taut_edges().tolist() == PlainSpace(plan).taut_edges().tolist()


def _area(mesh: Mesh) -> NDArray[np.int64]:
    """Twice the area of every triangle, in cells."""
    x, y = mesh.xy[:, mesh.start].reshape(2, -1, 3)
    return (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (y[:, 1] - y[:, 0]) * (x[:, 2] - x[:, 0])


@settings(max_examples=200, deadline=None)
@given(plan=plans())
def test_triangles_cover_the_polygon_edge_to_edge(plan: Area) -> None:
    _, polygon = snap(plan)
    mesh = triangulate(polygon)
    doubled = _area(mesh)
    assert (doubled > 0).all()
    assert sum(doubled.tolist()) / 2 == pytest.approx(polygon.area, rel=1e-12)
    inner = np.flatnonzero(mesh.twin >= 0)
    assert np.array_equal(mesh.twin[mesh.twin[inner]], inner)
    assert np.array_equal(mesh.start[mesh.twin[inner]], mesh.end[inner])


@settings(max_examples=50, deadline=None)
@given(plan=plans(), seed=st.integers(0, 1000))
def test_an_outlook_sees_its_places(plan: Area, seed: int) -> None:
    """Places are seen as `sees` tells, but for lines that walls touch from both sides; corners as without places."""
    space = FreeSpace(plan)
    points, places = points_in(plan, count=10, seed=seed), points_in(plan, count=9, seed=seed + 1)
    row, found = space.outlook(places).visible(points)
    own = found < len(space.corners)
    assert np.stack([row[own], found[own]], axis=1).tolist() == space.visible_corners_many(points).tolist()
    seen = set(zip(row[~own].tolist(), (found[~own] - len(space.corners)).tolist(), strict=True))
    one, other = (grid.ravel() for grid in np.indices((len(points), len(places))))
    sees = space.sees_many(points[one], places[other])
    wanted = set(zip(one[sees].tolist(), other[sees].tolist(), strict=True))
    assert seen <= wanted
    for i, j in wanted - seen:
        way = shapely.LineString([points[i], places[j]])
        assert (shapely.distance(shapely.points(space.corners), way) < 1e-6).any()


@settings(max_examples=50, deadline=None)
@given(plan=plans(), seed=st.integers(0, 1000))
def test_columns_restore_the_same_space(plan: Area, seed: int) -> None:
    space = FreeSpace(plan)
    again = FreeSpace.from_columns(space.to_columns())
    points = _around(plan, count=10, seed=seed)
    assert again.corners.tobytes() == space.corners.tobytes()
    assert again.nearest(points).tobytes() == space.nearest(points).tobytes()
    assert again.visible_corners_many(points).tobytes() == space.visible_corners_many(points).tobytes()
    assert again.taut_edges().tobytes() == space.taut_edges().tobytes()
