"""Building a roadmap by triangular expansion, beside the simple way: every pair of corners, tested by shapely."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from indoor3d.routing.visibility import FreeSpace
from tests.polygons import Area, mall

ROOMS = [40, 120, 250, 960]


def _every_pair(plan: Area) -> int:
    """How many taut edges: reflex corners of all rings, pairs that are tangent, segments that shapely finds covered."""
    rows = []
    for ring in shapely.get_rings(shapely.get_parts(shapely.orient_polygons(plan))):
        at = shapely.get_coordinates(ring)[:-1]
        before, after = np.roll(at, 1, axis=0) - at, np.roll(at, -1, axis=0) - at
        rows.append(np.hstack([at, before, after])[_cross(after, before) < 0])
    table = np.vstack(rows)
    one, other = np.triu_indices(len(table), 1)
    way = table[other, :2] - table[one, :2]
    for end in (one, other):
        kept = _cross(way, table[end, 2:4]) * _cross(way, table[end, 4:]) >= -1e-12
        way[~kept] = np.nan  # not tangent at this end; no comparison with it holds any more
    one, other = one[~np.isnan(way[:, 0])], other[~np.isnan(way[:, 0])]
    loose = plan.buffer(1e-6, join_style="mitre")
    shapely.prepare(loose)
    lines = shapely.linestrings(np.stack([table[one, :2], table[other, :2]], axis=1))
    return int(np.count_nonzero(shapely.covers(loose, lines)))


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


@pytest.mark.parametrize("rooms", [40, 120])
def test_every_pair(benchmark: BenchmarkFixture, rooms: int) -> None:
    benchmark.group = f"roadmap of {rooms} rooms"
    plan = mall(rooms)
    edges = benchmark.pedantic(_every_pair, (plan,), rounds=2)  # type: ignore[no-untyped-call]
    assert edges >= len(FreeSpace(plan).taut_edges()), "it has the long sights past touching obstacles as well"


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
