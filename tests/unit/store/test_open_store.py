"""Addresses, and files that are not what they should be."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indoor3d.errors import StoreFull, StoreUnavailable
from indoor3d.store.base import open_store
from indoor3d.store.connections import Connections, Gate
from indoor3d.store.memory import MemoryCatalog
from indoor3d.store.sqlite import SqliteCatalog
from indoor3d.store.tables import SCHEMA_VERSION
from tests.contract.stores import assert_served_whole, release

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store that has one venue."""
    with open_store(tmp_path / "store") as store:
        store.publish(release())
    return tmp_path / "store"


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["{}", "file://{}", "sqlite://{}", "file://localhost{}"])
def test_every_form_of_address_opens_the_same_folder(folder: Path, form: str) -> None:
    with open_store(form.format(folder)) as store:
        assert_served_whole(store, release())


def test_a_path_is_an_address(folder: Path) -> None:
    with open_store(folder) as store:
        assert_served_whole(store, release())


@pytest.mark.parametrize("name", ["지하철 역", "a?b", "a#b", "a%20b", "x:y/z", "memory:"])
def test_a_path_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    with open_store(tmp_path / name) as store:
        store.publish(release())
    assert (tmp_path / name / "indoor3d.db").is_file()
    with open_store(tmp_path / name, read_only=True) as store:
        assert_served_whole(store, release())


def test_an_address_may_be_percent_encoded(tmp_path: Path) -> None:
    with open_store((tmp_path / "지하철 역").as_uri()):
        assert (tmp_path / "지하철 역" / "indoor3d.db").is_file()


def test_memory_is_new_each_time() -> None:
    with open_store("memory:") as one, open_store("memory:") as other:
        assert isinstance(one, MemoryCatalog)
        one.publish(release())
        assert other.venues() == ()


@pytest.mark.parametrize(
    "address",
    ["", " ", "postgresql://host/db", "s3://bucket/key", "http://x/y", "memory:x", "memory://", "file://", "sqlite://host/path", "file:///a\0b", "sqlite:///x?mode=memory", "file:///x#y", "http://[", "a\0b"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(address)


# ── reading only ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_read_only_needs_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no store"):
        open_store(tmp_path / "absent", read_only=True)
    assert not (tmp_path / "absent").exists()
    (tmp_path / "indoor3d.db").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path, read_only=True)


@pytest.mark.parametrize("kind", ["memory", "read_only", "immutable"])
def test_read_only_refuses_every_change(folder: Path, kind: str) -> None:
    store = {
        "memory": lambda: open_store("memory:", read_only=True),
        "read_only": lambda: open_store(folder, read_only=True),
        "immutable": lambda: open_store(f"sqlite://{folder}?immutable=1"),
    }[kind]()
    with store:
        for change in (
            lambda: store.publish(release(edition=2)),
            lambda: store.withdraw("two-floors"),
            lambda: store.rollback("two-floors", "0" * 16),
            store.collect_garbage,
        ):
            with pytest.raises(StoreUnavailable, match="reading only"):
                change()
        if kind != "memory":
            assert_served_whole(store, release())


def test_a_reader_sees_what_is_published_after_it_opened(folder: Path) -> None:
    with open_store(folder, read_only=True) as reader, open_store(folder) as writer:
        before = reader.revision()
        record = writer.publish(release(edition=2))
        assert reader.revision() > before
        assert reader.record("two-floors") == record
        assert_served_whole(reader, release(edition=2))


def test_immutable_media_can_be_read_by_who_may_not_write(folder: Path) -> None:
    script = (
        "import os, sys\n"
        "import indoor3d.store.sqlite\n"
        "from indoor3d.errors import StoreUnavailable\n"
        "from indoor3d.store.base import open_store\n"
        "from tests.contract.stores import assert_served_whole, release\n"
        "release().building.frame\n"
        "if os.getuid() == 0: os.setgroups([]), os.setgid(65534), os.setuid(65534)\n"
        "with open_store('sqlite://' + sys.argv[1] + '?immutable=1') as store:\n"
        "    assert_served_whole(store, release())\n"
        "try:\n    open_store(sys.argv[1], read_only=True)\n"
        "except StoreUnavailable as error:\n    assert 'immutable=1' in str(error)\n"
        "else:\n    raise AssertionError\n"
    )
    for parent in [*folder.parents][:-1]:
        if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & stat.S_IXOTH:
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        ended = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, capture_output=True, check=False)
        assert ended.returncode == 0, ended.stderr.decode()
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_immutable_refuses_a_store_with_changes_that_are_not_merged(folder: Path) -> None:
    with open_store(folder) as store:
        store.publish(release(edition=2))
        assert (folder / "indoor3d.db-wal").stat().st_size
        with pytest.raises(StoreUnavailable, match="not merged"):
            open_store(f"sqlite://{folder}?immutable=1")


# ── files that are not what they should be ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 4096, b"\0" * 8192, b"S"])
def test_garbage_is_unavailable_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "indoor3d.db").write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(StoreUnavailable) as caught:
            open_store(tmp_path, read_only=read_only)
        assert "indoor3d.db" in caught.value.detail["en"]
    assert (tmp_path / "indoor3d.db").read_bytes() == content


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "indoor3d.db")) as connection:
        connection.execute("CREATE TABLE precious (x)")
        connection.commit()
    with pytest.raises(StoreUnavailable, match="not a store"):
        open_store(tmp_path)
    with closing(sqlite3.connect(tmp_path / "indoor3d.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 99])
def test_a_newer_schema_is_refused_with_a_hint(folder: Path, version: int) -> None:
    with closing(sqlite3.connect(folder / "indoor3d.db")) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(StoreUnavailable, match=f"version {version}.*newer release"):
        open_store(folder)


def test_damage_inside_is_unavailable_never_a_crash(folder: Path) -> None:
    path = folder / "indoor3d.db"
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 2048] = b"\xa5" * 2048
    path.write_bytes(content)

    def look() -> None:
        with open_store(folder) as store:
            store.record("two-floors")

    with pytest.raises(StoreUnavailable):
        look()


def test_a_file_in_place_of_the_folder_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path / "file")


def test_a_folder_in_place_of_the_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "indoor3d.db").mkdir()
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path)


def test_lost_blobs_folder_is_reported_and_building_again_repairs_it(folder: Path) -> None:
    shutil.rmtree(folder / "blobs")
    with open_store(folder) as store:
        with pytest.raises(Exception, match="missing"):
            store.building("two-floors")
        store.publish(release())
        assert_served_whole(store, release())


# ── full, busy ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_full_database_changes_nothing(folder: Path) -> None:
    hall = release().building.spaces[1]
    many = tuple(replace(hall, id=f"{n:05}") for n in range(2000))
    large = replace(release(edition=2), building=replace(release().building, spaces=many))
    with SqliteCatalog(folder) as store:
        with store._connections.reading() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        before = store.record("two-floors"), store.revision()
        with pytest.raises(StoreFull):
            store.publish(large)
        assert (store.record("two-floors"), store.revision()) == before
        assert_served_whole(store, release())
        connection.execute("PRAGMA max_page_count = 1000000")
        record = store.publish(large)
        assert store.record("two-floors") == record
        assert len(store.spaces_at("two-floors", 1, 1)) == 2000


def test_a_busy_store_says_so_in_time(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "indoor3d.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with SqliteCatalog(folder, busy_s=0.05) as store:
            assert_served_whole(store, release())
            with pytest.raises(StoreUnavailable, match="in use"):
                store.publish(release(edition=2))
            assert_served_whole(store, release())
        other.execute("ROLLBACK")
    with SqliteCatalog(folder) as store:
        store.publish(release(edition=2))


def test_collecting_waits_for_publishers_and_publishers_for_it(folder: Path) -> None:
    gate = Gate(folder / "indoor3d.lock", busy_s=0.05)
    with SqliteCatalog(folder, busy_s=0.05) as store:
        with gate.shared(), gate.shared():
            store.publish(release(edition=2))
            with pytest.raises(StoreUnavailable, match="in use"):
                store.collect_garbage()
            assert len(store.versions("two-floors")) == 2
        with gate.alone():
            with pytest.raises(StoreUnavailable, match="in use"):
                store.publish(release(edition=3))
            assert_served_whole(store, release(edition=2))
        assert store.collect_garbage() > 0


def test_a_gate_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable), Gate(tmp_path / "absent" / "lock", busy_s=0.05).shared():
        pass


def test_a_failed_transaction_is_undone_and_the_connection_works_on(tmp_path: Path) -> None:
    pool = Connections(tmp_path / "x.db", read_only=False, immutable=False, busy_s=1)
    with pool.writing() as connection:
        connection.execute("CREATE TABLE t (x)")

    def fail() -> None:
        with pool.writing() as connection:
            connection.execute("INSERT INTO t VALUES (1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pool.reading() as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    pool.close()


def test_a_forked_child_opens_its_own_connections(folder: Path) -> None:
    code = (
        "import os, sys\n"
        "from indoor3d.store.base import open_store\n"
        "from tests.contract.stores import assert_served_whole, release\n"
        "store = open_store(sys.argv[1])\n"
        "store.record('two-floors')\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    store.publish(release(edition=2))\n"
        "    assert_served_whole(store, release(edition=2))\n"
        "    os._exit(0)\n"
        "_, status = os.waitpid(child, 0)\n"
        "assert status == 0\n"
        "assert_served_whole(store, release(edition=2))\n"
        "store.publish(release(edition=3))\n"
        "store.close()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True)
    with open_store(folder) as store:
        assert_served_whole(store, release(edition=3))


def test_connections_are_reused(folder: Path) -> None:
    with SqliteCatalog(folder) as store:
        for _ in range(5):
            store.record("two-floors")
        assert len(store._connections._idle) == 1


def test_what_is_acknowledged_is_synced(folder: Path) -> None:
    with SqliteCatalog(folder) as store, store._connections.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
