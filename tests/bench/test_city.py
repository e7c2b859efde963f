"""How long a station of a city takes that comes from a store: to load, to get ready, the first way through it and the next.

Run with ``pytest tests/bench/test_city.py --benchmark-only``; nothing here asserts a time. ``tools/bench_city.py`` measures
the whole city through HTTP.
"""

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from indoor3d.api.cache import VenueCache
from indoor3d.models.issue import Report
from indoor3d.routing.build import build_navigation
from indoor3d.store.base import Catalog, Release, open_store
from tests.bench.city import stations

Benchmark = Callable[..., Any]
FEW = 8


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Some stations in a folder."""
    with open_store(Path(tmp_path_factory.mktemp("city"))) as opened:
        for building in stations(FEW):
            graph = build_navigation(building)
            assert 350 < len(graph.network.node_position) < 650
            opened.publish(Release(building=building, network=graph.network, report=Report(), assets={}))
        yield opened


def _names() -> Iterator[str]:
    return cycle(f"station-{n:03}" for n in range(FEW))


def test_load(benchmark: Benchmark, store: Catalog) -> None:
    names = _names()
    assert benchmark(lambda: VenueCache(store, capacity=1).load(next(names))).graph


def test_get_ready(benchmark: Benchmark, store: Catalog) -> None:
    names = _names()
    assert benchmark(lambda: VenueCache(store, capacity=1).preload(next(names)))


@pytest.mark.parametrize("profile", ["walk", "wheelchair"])
def test_first_way(benchmark: Benchmark, store: Catalog, profile: str) -> None:
    names = _names()

    def ask() -> float:
        graph = VenueCache(store, capacity=1).load(next(names)).graph
        return graph.route("exit-1", "platform-2", profile=profile).length_m

    assert benchmark(ask) > 10


def test_next_way(benchmark: Benchmark, store: Catalog) -> None:
    graph = VenueCache(store, capacity=1).load("station-001").graph
    assert benchmark(lambda: graph.route("exit-1", "platform-2").length_m) > 10
