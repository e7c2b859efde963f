"""What must hold on any plan, however walls touch, overlap and line up."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.routing.visibility import FreeSpace
from tests.polygons import Area, plans, points_in, whole_plans

SEEDS = st.integers(0, 1000)


@settings(max_examples=100, deadline=None)
@given(plan=plans(), seed=SEEDS)
def test_sight_is_mutual_and_stays_inside(plan: Area, seed: int) -> None:
    space = FreeSpace(plan)
    points = points_in(space.free, count=12, seed=seed)
    one, other = np.triu_indices(len(points), 1)
    sees = space.sees_many(points[one], points[other])
    assert sees.tolist() == space.sees_many(points[other], points[one]).tolist()
    lines = shapely.linestrings(np.stack([points[one], points[other]], axis=1))
    # points along slanted walls are moved by up to a cell: what a line only grazes may then be hit, or cleared
    assert shapely.covers(space.free.buffer(1e-6, join_style="mitre"), lines[sees]).all()
    assert not shapely.covers(space.free.buffer(-1e-6, join_style="mitre"), lines[~sees]).any()


@settings(max_examples=100, deadline=None)
@given(plan=plans(), seed=SEEDS)
def test_edges_and_links_are_seen(plan: Area, seed: int) -> None:
    """Triangular expansion never reports what the polygon does not cover; edges come sorted, once, low end first."""
    space = FreeSpace(plan)
    edges = space.taut_edges()
    assert np.unique(edges, axis=0).tolist() == edges.tolist()
    assert (edges[:, 0] < edges[:, 1]).all()
    assert space.sees_many(*space.corners[edges.T]).all()
    points = points_in(space.free, count=12, seed=seed)
    row, corner = space.visible_corners_many(points).T
    assert space.sees_many(points[row], space.corners[corner]).all()


@settings(max_examples=100, deadline=None)
@given(plan=plans())
def test_corners_look_back_along_taut_edges(plan: Area) -> None:
    """What a corner sees from its own place is consistent with the edges that were found for all corners at once."""
    space = FreeSpace(plan)
    seen = {tuple(pair) for pair in space.visible_corners_many(space.corners).tolist()}
    assert {(i, i) for i in range(len(space.corners))} <= seen
    assert {pair for i, j in space.taut_edges().tolist() for pair in [(i, j), (j, i)]} <= seen


@settings(max_examples=100, deadline=None)
@given(
    plan=whole_plans(),
    stretch=st.tuples(*[st.integers(2**23, 2**25)] * 2),
    shear=st.tuples(*[st.integers(-(2**21), 2**21)] * 2),
)
def test_whole_linear_maps_change_nothing(plan: Area, stretch: tuple[int, int], shear: tuple[int, int]) -> None:
    """Sight survives every linear map; with whole numbers it does so exactly, up to the largest of the lattice."""
    linear = np.diag(stretch) + np.diag(shear)[::-1]
    here, there = FreeSpace(plan), FreeSpace(shapely.transform(plan, lambda at: at @ linear.T))
    vertices = np.unique(shapely.get_coordinates(plan), axis=0)
    one, other = np.triu_indices(len(vertices), 1)
    mapped = vertices @ linear.T
    assert (
        here.sees_many(vertices[one], vertices[other]).tolist() == there.sees_many(mapped[one], mapped[other]).tolist()
    )
    edges = {frozenset(map(tuple, ends)) for ends in (here.corners @ linear.T)[here.taut_edges()].tolist()}
    assert edges == {frozenset(map(tuple, ends)) for ends in there.corners[there.taut_edges()].tolist()}


@settings(max_examples=100, deadline=None)
@given(plan=plans(), seed=SEEDS)
def test_any_position_finds_a_place_inside(plan: Area, seed: int) -> None:
    space = FreeSpace(plan)
    low, high = np.array(space.free.bounds).reshape(2, 2)
    points = np.random.default_rng(seed).uniform(low - 3, high + 3, (30, 2))
    moved = space.nearest(points)
    assert space.contains(moved).all()
    assert np.array_equal(space.nearest(moved), moved)
    distance = shapely.distance(space.free, shapely.points(points))
    assert (np.hypot(*(moved - points).T) <= distance + 1e-6).all()


@settings(max_examples=100, deadline=None)
@given(plan=plans())
def test_the_same_polygon_gives_the_same_bytes(plan: Area) -> None:
    one, other = FreeSpace(plan), FreeSpace(shapely.reverse(plan))
    assert one.corners.tobytes() == other.corners.tobytes()
    assert one.taut_edges().tobytes() == other.taut_edges().tobytes()
    again = FreeSpace(one.free)
    assert again.corners.tobytes() == one.corners.tobytes(), "a polygon on the lattice stays where it is"
