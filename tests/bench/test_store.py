"""How long look-ups take on a venue of 20 levels of 250 rooms, beside the same in plain memory.

Run with ``pytest tests/bench --benchmark-only``; nothing here asserts a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import STRtree, box, intersects_xy, points

from indoor3d.models.building import Building, Facility, Level, Space, Text
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.store.base import Catalog, Release, open_store
from indoor3d.store.codec import decode, encode
from tests.contract.stores import building, release

Benchmark = Callable[..., Any]
LEVELS, ROOMS = 20, 250


def _large() -> Release:
    rooms, facilities = [], []
    for ordinal in range(LEVELS):
        for n in range(ROOMS):
            x, y = 10.0 * (n % 25), 8.0 * (n // 25)
            level, ident, floor_m = f"L{ordinal:02}", f"{ordinal:02}-{n:03}", 4.0 * ordinal
            rooms.append(
                Space(
                    id=ident, level=level, footprint=box(x, y, x + 9.8, y + 7.8), floor_m=floor_m, ceiling_m=floor_m + 3
                )
            )
            facilities.append(
                Facility(id=f"f{ident}", category=FacilityCategory.AED, level=level, position=(x + 1, y + 1, floor_m))
            )
    levels = [
        Level(id=f"L{n:02}", ordinal=n, elevation_m=4.0 * n, name=Text(), short_name=f"{n + 1}F") for n in range(LEVELS)
    ]
    large = building("large", levels=tuple(levels), spaces=tuple(rooms), facilities=tuple(facilities))
    return replace(release("large", files=200), building=large)


LARGE = _large()
POINTS = np.random.default_rng(1).uniform((0, 0), (250, 80), (500, 2)).tolist()


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A store with the large venue and 40 small ones at the same site coordinates."""
    folder = tmp_path_factory.mktemp("bench")
    with open_store("memory:" if request.param == "memory" else folder) as opened:
        opened.publish(LARGE)
        for n in range(40):
            opened.publish(release(f"small-{n}"))
        yield opened


def _over_points(ask: Callable[[float, float], Any]) -> Callable[[], int]:
    return lambda: sum(len(ask(x, y)) for x, y in POINTS)


def test_bench_spaces_at_level(benchmark: Benchmark, store: Catalog) -> None:
    assert benchmark(_over_points(lambda x, y: store.spaces_at("large", x, y, level="L07"))) > 400


def test_bench_spaces_at_every_level(benchmark: Benchmark, store: Catalog) -> None:
    assert benchmark(_over_points(lambda x, y: store.spaces_at("large", x, y))) > 8000


def test_bench_facilities_near(benchmark: Benchmark, store: Catalog) -> None:
    assert benchmark(_over_points(lambda x, y: store.facilities_near("large", x, y, radius_m=15, level="L07"))) > 1000


def test_bench_scan_of_every_space(benchmark: Benchmark) -> None:
    spaces = [s for s in LARGE.building.spaces if s.level == "L07"]
    assert benchmark(_over_points(lambda x, y: [s for s in spaces if intersects_xy(s.footprint, x, y)])) > 400


def test_bench_strtree(benchmark: Benchmark) -> None:
    tree = STRtree([s.footprint for s in LARGE.building.spaces if s.level == "L07"])
    assert benchmark(_over_points(lambda x, y: tree.query(points(x, y), predicate="intersects"))) > 400


def test_bench_asset(benchmark: Benchmark, store: Catalog) -> None:
    version = store.record("large").version
    assert benchmark(store.asset, "large", version, "meshopt/tiles/100.glb").size


def test_bench_blob(benchmark: Benchmark, store: Catalog) -> None:
    digest = store.asset("large", store.record("large").version, "meshopt/tiles/100.glb").digest
    assert benchmark(store.blobs.get, digest)


def test_bench_record(benchmark: Benchmark, store: Catalog) -> None:
    assert benchmark(store.record, "large").version


def test_bench_publish(benchmark: Benchmark, tmp_path: Path) -> None:
    """Each round a new edition of the large venue: 5,000 spaces, 5,000 facilities, 600 new blobs."""
    with open_store(tmp_path) as opened:
        editions = iter(range(1000))

        def fresh() -> tuple[tuple[Release], dict[str, Any]]:
            return (replace(release("large", edition=next(editions), files=200), building=LARGE.building),), {}

        assert benchmark.pedantic(opened.publish, setup=fresh, rounds=3).version  # type: ignore[attr-defined]


def test_bench_open(benchmark: Benchmark, tmp_path: Path) -> None:
    open_store(tmp_path).close()
    benchmark(lambda: open_store(tmp_path).close())


def test_bench_encode(benchmark: Benchmark) -> None:
    assert benchmark(encode, LARGE.building)


def test_bench_decode(benchmark: Benchmark) -> None:
    assert len(benchmark(decode, encode(LARGE.building), Building).spaces) == LEVELS * ROOMS
