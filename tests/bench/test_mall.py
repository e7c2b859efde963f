"""A mall on one level, from 40 to 3,000 spaces: making its roadmap, and putting a place into it."""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from indoor3d.models.building import Building
from indoor3d.routing._floors import Floors, Spot
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.place import Place
from tests.bench.mall import mall_building

SPACES = [40, 250, 960, 3000]


def _built(building: Building) -> NavGraph:
    return build_navigation(building)


@pytest.mark.parametrize("spaces", SPACES)
def test_build(benchmark: BenchmarkFixture, spaces: int) -> None:
    benchmark.group = "roadmap of a mall"
    building = mall_building(spaces)
    graph = benchmark.pedantic(_built, (building,), rounds=1, warmup_rounds=1)  # type: ignore[no-untyped-call]
    benchmark.extra_info |= {
        "spaces": len(building.spaces),
        "openings": len(building.openings),
        "nodes": len(graph.network.node_position),
        "edges": len(graph.network.edge_from),
    }
    assert graph.issues == ()


def _spots(floors: Floors, count: int) -> list[Spot]:
    free = floors.free(0)
    west, south, east, north = free.free.bounds
    at = free.nearest(np.random.default_rng(0).uniform((west, south), (east, north), (count, 2)))
    places = [Place(x_m=x, y_m=y, z_m=0.0, level="g") for x, y in at.tolist()]
    return [floors.spot(place) for place in places]


@pytest.mark.parametrize("spaces", SPACES[:3])
def test_put_100_places_in(benchmark: BenchmarkFixture, spaces: int) -> None:
    """With the street doors shut and for a body that needs 0.85 m."""
    benchmark.group = "put 100 places into a mall"
    floors = build_navigation(mall_building(spaces)).floors
    spots = _spots(floors, 100)
    shut = [name for name in floors.ways[0].openings if name.startswith("street")]
    found = benchmark(lambda: [floors.links(spot, shut=shut, least_width_m=0.85) for spot in spots])
    assert any(len(nodes) for nodes, _ in found)
