"""kill -9 at any moment of a build leaves the old version served whole; a build that fails changes nothing."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indoor3d.errors import SourceError
from indoor3d.pipeline import build
from indoor3d.store.base import Catalog, VenueRecord, open_store

pytestmark = pytest.mark.timeout(300)


def _assert_served_whole(store: Catalog, expected: VenueRecord, paths: tuple[str, ...]) -> None:
    assert store.record(expected.venue.id) == expected
    assert store.building(expected.venue.id).spaces
    assert store.network(expected.venue.id).surfaces
    for path in paths:
        entry = store.asset(expected.venue.id, expected.version, path)
        assert hashlib.sha256(store.blobs.get(entry.digest)).hexdigest() == entry.digest
        for digest in entry.encoded.values():
            assert store.blobs.get(digest)


def _paths(store: Catalog, record: VenueRecord) -> tuple[str, ...]:
    found = ["meshopt/tileset.json", "plain/tileset.json"]
    for root in list(found):
        tileset = json.loads(store.blobs.get(store.asset(record.venue.id, record.version, root).digest))

        def walk(tile: dict[str, object], folder: str) -> Iterator[str]:
            if isinstance(content := tile.get("content"), dict):
                yield f"{folder}/{content['uri']}"
            for child in tile.get("children", ()):  # type: ignore[attr-defined]
                yield from walk(child, folder)

        found += walk(tileset["root"], root.split("/")[0])
    return tuple(found)


def test_a_killed_build_leaves_the_old_version_whole(shared: Path, tmp_path: Path) -> None:
    old, new = shared / "data/ifc/bim-whale/TallBuilding.ifc", shared / "data/ifc/bim-whale/LargeBuilding.ifc"
    folder = tmp_path / "store"
    with closing(open_store(str(folder))) as store:
        record = build(old, store, venue="venue").record
        paths = _paths(store, record)
    assert any(path.endswith(".glb") for path in paths)

    command = [sys.executable, "-m", "indoor3d", "build", str(new), "--id", "venue", "--store", str(folder)]
    started = time.monotonic()
    subprocess.run([*command[:-1], str(tmp_path / "other")], check=True, capture_output=True)
    whole_s = time.monotonic() - started
    moments = random.Random(7)
    killed = 0
    for number in range(12):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        # most of the danger is at the end, where it publishes
        wait_s = whole_s * (moments.uniform(0.1, 1.0) if number < 6 else moments.uniform(0.85, 1.0))
        try:
            process.wait(timeout=wait_s)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        with closing(open_store(str(folder))) as store:
            current = store.record("venue")
            if current != record:  # it was done before the signal came: the new version is there, whole
                record, paths = current, _paths(store, current)
            _assert_served_whole(store, record, paths)
    assert killed >= 6
    with closing(open_store(str(folder))) as store:
        again = build(new, store, venue="venue").record
        _assert_served_whole(store, again, _paths(store, again))


@pytest.mark.parametrize(
    "make",
    [
        lambda shared: (shared / "data/ifc/xbim/Badly_formed_Ifc_file.ifc").read_bytes(),
        lambda shared: (shared / "data/ifc/bim-whale/LargeBuilding.ifc").read_bytes()[:700_000],
        lambda _: b"",
        lambda _: b"MZ\x90\x00 not a model at all",
        lambda _: (
            b"ISO-10303-21;\nHEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','','');"
            b"FILE_SCHEMA(('IFC4'));ENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"
        ),
    ],
    ids=["badly formed", "truncated", "empty", "not a model", "no products"],
)
def test_a_source_that_is_none_publishes_nothing(make: object, shared: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.ifc"
    source.write_bytes(make(shared))  # type: ignore[operator]
    with closing(open_store(str(tmp_path / "store"))) as store:
        with pytest.raises(SourceError) as caught:
            build(source, store, venue="venue")
        assert caught.value.exit_code == 2
        assert store.venues() == ()


def test_two_builds_of_one_file_are_byte_equal(shared: Path, tmp_path: Path) -> None:
    source = shared / "data/ifc/bim-whale/LargeBuilding.ifc"
    records, contents = [], []
    for name in ("one", "two"):
        with closing(open_store(str(tmp_path / name))) as store:
            records.append(build(source, store, venue="venue").record)
            contents.append(sorted((digest, store.blobs.get(digest)) for digest in store.blobs))
    assert records[0] == records[1]
    assert contents[0] == contents[1]
