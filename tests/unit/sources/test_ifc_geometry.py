"""The supervised worker: crashes, hangs and lost products are survived, and what cannot be survived is said."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from indoor3d.errors import GeometryFailed, MalformedSource
from indoor3d.sources._ifc_geometry import Made, Workshop
from indoor3d.sources.base import Limits, Options
from indoor3d.sources.ifc import IfcSource
from tests.unit.sources import workers

QUICK = Options(mesh=False, limits=Limits(stall_s=20.0))


@pytest.fixture(scope="module")
def model(shared: Path) -> Path:
    return shared / "data/ifc/bim-whale/TallBuilding.ifc"


def _made(model: Path, worker: tuple[str, ...] | None = None, options: Options = QUICK) -> Made:
    with Workshop(model, options, **({"worker": worker} if worker else {})) as shop:
        shop.document()
        shop.navigation()
        return shop.finish()


@pytest.mark.parametrize("worker", [workers.CRASH_AFTER_FIVE, workers.LOSES_EVERY_THIRD])
def test_the_second_kernel_makes_what_the_first_one_leaves(model: Path, worker: tuple[str, ...]) -> None:
    whole, rescued = _made(model), _made(model, worker)
    assert set(rescued.shapes) == set(whole.shapes)
    assert not rescued.missing
    assert 0 < len(rescued.by_slow_kernel) < len(whole.shapes)
    assert whole.by_slow_kernel == []


def test_a_crash_is_reported_and_the_building_is_the_same(model: Path) -> None:
    plain, _ = IfcSource(model).read(QUICK)
    building, report = IfcSource(model, worker=workers.CRASH_AFTER_FIVE).read(QUICK)
    assert [s.id for s in building.spaces] == [s.id for s in plain.spaces]
    assert [(o.id, o.spaces) for o in building.openings] == [(o.id, o.spaces) for o in plain.openings]
    codes = Counter(i.code for i in report.issues)
    assert codes["geometry.kernel-crashed"] == codes["geometry.fallback"] == 1


def test_a_product_that_kills_both_kernels_is_left_out_and_named(model: Path) -> None:
    victim = next(iter(sorted(_made(model).shapes)))
    rest = _made(model, workers.poison(victim))
    assert rest.missing == [victim]
    _, report = IfcSource(model, worker=workers.poison(victim)).read(QUICK)
    assert Counter(i.code for i in report.issues)["geometry.failed"] == 1


def test_two_makers_that_are_killed_lose_only_what_they_had_in_hand(model: Path) -> None:
    pictured = Options(mesh=True, limits=Limits(stall_s=20.0))
    whole, first, second = (
        _made(model, w, pictured) for w in (None, workers.CRASH_AFTER_FIVE, workers.CRASH_AFTER_FIVE)
    )
    assert first.stopped == "signal 11"
    assert not first.missing
    assert set(first.cut) == set(whole.cut)
    assert set(first.shapes) == set(whole.shapes)
    assert 0 < len(first.by_slow_kernel) < len(whole.shapes) + len(whole.cut)
    assert sorted(first.by_slow_kernel) == sorted(second.by_slow_kernel)


def test_a_shape_is_the_same_whoever_makes_it(model: Path) -> None:
    one, two = (_made(model, None, Options(mesh=True)) for _ in range(2))
    for name in ("shapes", "cut"):
        a, b = getattr(one, name), getattr(two, name)
        assert set(a) == set(b)
        assert all(np.array_equal(a[key].vertices, b[key].vertices) for key in a)
        assert all(np.array_equal(a[key].triangles, b[key].triangles) for key in a)


def test_a_kernel_that_hangs_is_ended(model: Path) -> None:
    made = _made(model, workers.HANG_AFTER_FIVE, Options(mesh=False, limits=Limits(stall_s=8.0)))
    assert made.stopped == "over the time limit"
    assert not made.missing


@pytest.mark.parametrize("worker", [workers.CRASH_AT_ONCE, workers.NONSENSE])
def test_a_parser_that_stops_is_a_malformed_source(model: Path, worker: tuple[str, ...]) -> None:
    with pytest.raises(MalformedSource, match="parser stopped"):
        IfcSource(model, worker=worker).read(QUICK)


def test_a_parser_that_hangs_is_a_malformed_source(model: Path) -> None:
    with pytest.raises(MalformedSource, match="time limit"):
        IfcSource(model, worker=workers.HANG_AT_ONCE).read(Options(mesh=False, limits=Limits(stall_s=0.5)))


def test_no_shape_from_either_kernel_is_a_geometry_failure(model: Path) -> None:
    broken = workers.command(
        "worker._iterate = lambda *a, **k: iter(())\nworker._one_by_one = lambda *a, **k: iter(())"
    )
    with pytest.raises(GeometryFailed):
        IfcSource(model, worker=broken).read(QUICK)


def test_memory_is_limited(model: Path) -> None:
    with pytest.raises(MalformedSource):
        IfcSource(model).read(Options(mesh=False, limits=Limits(memory_bytes=64 * 1024**2)))


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is a call of Linux")
def test_the_worker_dies_with_its_parent(model: Path) -> None:
    slow = workers.command("worker._iterate = lambda *a, **k: time.sleep(600)")
    code = f"""
from pathlib import Path
from indoor3d.sources._ifc_geometry import Workshop
from indoor3d.sources.base import Options
shop = Workshop(Path({str(model)!r}), Options(mesh=False), worker={slow!r})
frames = shop._run.frames("navigation")
next(frames)
print(shop._run._process.pid, flush=True)
next(frames)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = Path("/proc") / parent.stdout.readline().strip()
    assert worker.exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(200):
        if not worker.exists() or "Z" in (worker / "stat").read_text().rpartition(")")[2].split()[0]:
            return
        time.sleep(0.05)
    pytest.fail("the worker lives on")
