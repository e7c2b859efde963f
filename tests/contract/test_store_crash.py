"""A publisher that is killed at any moment leaves the old version served whole, and publishing again works."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from indoor3d.store.base import Catalog, open_store
from tests.contract.stores import assert_served_whole, release

pytestmark = pytest.mark.timeout(240)
ROOT = Path(__file__).parents[2]
VENUE = "two-floors"


class Publisher:
    """The other process; see ``publisher.py``."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.contract.publisher"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, folder: Path, editions: Iterable[int], *, files: int = 3, moment: int = 0) -> int:
        """Begin to publish; returns the id of the process that does."""
        assert self._process.stdin
        order = {"folder": str(folder), "editions": list(editions), "files": files, "moment": moment}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._answer("started"))

    def end(self) -> int:
        """Wait for the end of what was started; returns its exit code, minus the signal when it was killed."""
        return int(self._answer("ended"))

    def _answer(self, word: str) -> str:
        assert self._process.stdout
        said, value = self._process.stdout.readline().split()
        assert said == word
        return value

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    """Another process that publishes."""
    process = Publisher()
    yield process
    process.close()


def _back_to(store: Catalog, version: str) -> None:
    """As it was before the publisher came: one version, and no bytes of another."""
    store.rollback(VENUE, version)
    store.collect_garbage(keep=1)


def test_killed_before_any_call_into_the_system(tmp_path: Path, publisher: Publisher) -> None:
    old, new = release(edition=1, files=2), release(edition=2, files=1)
    with open_store(tmp_path / "store") as store:
        version = store.publish(old).version
        pristine = sorted(store.blobs)
    outcomes = []
    for moment in range(1, 1000):
        publisher.start(tmp_path / "store", [2], files=1, moment=moment)
        status = publisher.end()
        assert status in {0, -signal.SIGKILL}
        with open_store(tmp_path / "store") as store:
            outcomes.append(store.record(VENUE).version != version)
            assert_served_whole(store, new if outcomes[-1] else old)
            assert_served_whole(store, old, version)
            store.publish(new)
            assert_served_whole(store, new)
            _back_to(store, version)
            assert sorted(store.blobs) == pristine
            assert not list((tmp_path / "store" / "blobs" / "partial").iterdir())
        if status == 0:
            break
    assert status == 0
    assert outcomes.count(False) > 50
    assert not any(outcomes[:50]), "what is not there whole yet is not published"
    assert outcomes[-1]


def test_killed_while_the_store_is_made(tmp_path: Path, publisher: Publisher) -> None:
    moment, status = 0, -signal.SIGKILL
    while status:
        moment += 1
        folder = tmp_path / str(moment)
        publisher.start(folder, [], moment=moment)
        status = publisher.end()
        with open_store(folder) as store:
            assert store.venues() == ()
            store.publish(release())
            assert_served_whole(store, release())
    assert moment > 20


def test_killed_at_random_times(tmp_path: Path, publisher: Publisher) -> None:
    chance = random.Random(20)
    editions = {n: release(edition=n) for n in range(1, 9)}
    with open_store(tmp_path) as store:
        versions = {store.publish(editions[n]).version: n for n in editions}
        for _ in range(60):
            child = publisher.start(tmp_path, [chance.randint(1, 8) for _ in range(40)])
            time.sleep(chance.uniform(0, 0.08))
            os.kill(child, signal.SIGKILL)
            assert publisher.end() == -signal.SIGKILL
            version = store.record(VENUE).version
            assert_served_whole(store, editions[versions[version]], version)
            if chance.random() < 0.3:
                store.collect_garbage(keep=chance.randint(1, 3))
    with open_store(tmp_path) as store:
        for edition in editions.values():
            store.publish(edition)
            assert_served_whole(store, edition)


def test_readers_in_another_process_never_see_a_mixture(tmp_path: Path, publisher: Publisher) -> None:
    editions = {n: release(edition=n) for n in (1, 2, 3)}
    order = [n % 3 + 1 for n in range(150)]
    with open_store(tmp_path) as writable:
        versions = {writable.publish(editions[n]).version: n for n in (2, 3, 1)}
    ended = threading.Event()
    with open_store(tmp_path, read_only=True) as store:
        publisher.start(tmp_path, order)

        def wait() -> None:
            publisher.end()
            ended.set()

        waiter = threading.Thread(target=wait)
        waiter.start()
        seen, reads = set(), 0
        while not ended.is_set():
            version = store.record(VENUE).version
            assert_served_whole(store, editions[versions[version]], version)
            seen.add(version)
            reads += 1
        waiter.join()
        assert store.record(VENUE).version == next(v for v, n in versions.items() if n == order[-1])
    assert reads > 10
    assert len(seen) == 3


def test_two_processes_publish_while_a_third_collects(tmp_path: Path, publisher: Publisher) -> None:
    with open_store(tmp_path) as store:
        store.publish(release(edition=100))
        publisher.start(tmp_path, range(40))
        for turn in range(40):
            expected = release("other", edition=turn)
            record = store.publish(expected)
            if turn % 2:
                store.collect_garbage(keep=1)
            assert_served_whole(store, expected, record.version)
        assert publisher.end() == 0
        store.collect_garbage(keep=1)
        assert_served_whole(store, release(edition=39))
        assert_served_whole(store, release("other", edition=39))
        assert len(store.versions(VENUE)) == len(store.versions("other")) == 1


def test_a_killed_collector_harms_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for edition in range(5):
            store.publish(release(edition=edition))
    code = (
        "import os, signal, sys, itertools\n"
        "from pathlib import Path\n"
        "from indoor3d.store.base import open_store\n"
        "calls = itertools.count(1)\n"
        "def watch(frame, event, function):\n"
        "    if event == 'c_call' and function.__name__ == 'unlink' and next(calls) == 4:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "store = open_store(Path(sys.argv[1]))\n"
        "sys.setprofile(watch)\n"
        "store.collect_garbage(keep=1)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    with open_store(tmp_path) as store:
        assert_served_whole(store, release(edition=4))
        assert len(store.versions(VENUE)) == 1
        assert store.collect_garbage(keep=1) > 0
        assert_served_whole(store, release(edition=4))
