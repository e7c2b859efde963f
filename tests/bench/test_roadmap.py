"""Building a roadmap by triangular expansion, beside the simple way: every pair of corners, tested by shapely."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from indoor3d.routing.visibility import FreeSpace
from tests.polygons import Area, mall

ROOMS = [40, 250, 960]


def _every_pair(plan: Area, corners: NDArray[np.float64]) -> int:
    """How many pairs of corners see each other: O(n²) segments, vectorised, against a prepared polygon."""
    loose = plan.buffer(1e-6, join_style="mitre")
    shapely.prepare(loose)
    one, other = np.triu_indices(len(corners), 1)
    lines = shapely.linestrings(np.stack([corners[one], corners[other]], axis=1))
    return int(np.count_nonzero(shapely.covers(loose, lines)))


@pytest.mark.benchmark(group="roadmap of 40 rooms")
def test_every_pair(benchmark: BenchmarkFixture) -> None:
    plan = mall(40)
    corners = FreeSpace(plan).corners
    assert benchmark(_every_pair, plan, corners) > len(corners)


@pytest.mark.parametrize("rooms", ROOMS)
def test_triangular_expansion(benchmark: BenchmarkFixture, rooms: int) -> None:
    benchmark.group = f"roadmap of {rooms} rooms"
    plan = mall(rooms)
    edges = benchmark(lambda: FreeSpace(plan).taut_edges())
    benchmark.extra_info |= {"corners": len(FreeSpace(plan).corners), "edges": len(edges)}
    assert len(edges) > 10 * rooms


def _places(space: FreeSpace, count: int) -> NDArray[np.float64]:
    west, south, east, north = space.free.bounds
    return space.nearest(np.random.default_rng(0).uniform((west, south), (east, north), (count, 2)))


@pytest.mark.parametrize("rooms", ROOMS)
def test_link_100_points_one_by_one(benchmark: BenchmarkFixture, rooms: int) -> None:
    benchmark.group = "link 100 points"
    space = FreeSpace(mall(rooms))
    points = _places(space, 100)
    assert len(benchmark(lambda: [space.visible_corners(point) for point in points])) == 100


@pytest.mark.parametrize("rooms", ROOMS)
def test_sight_of_1000_pairs(benchmark: BenchmarkFixture, rooms: int) -> None:
    benchmark.group = "sight of 1,000 pairs"
    space = FreeSpace(mall(rooms))
    ends = _places(space, 2000)
    assert len(benchmark(space.sees_many, ends[:1000], ends[1000:])) == 1000
