"""A city in one store, measured through HTTP: 300 stations, one process, one connection.

A table for the page of benchmarks: how long the service takes to start, what the first question to each station takes
with and without getting stations ready in the background, what later ones take, and the memory of the process.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from indoor3d.models.issue import Report  # noqa: E402 - the checkout's own
from indoor3d.routing.build import build_navigation  # noqa: E402
from indoor3d.store.base import Release, open_store  # noqa: E402
from tests.bench.city import STATIONS, stations  # noqa: E402

ENDS = {
    "walk": ("exit-1", "exit-2", "exit-3", "exit-4", "platform-1", "platform-2", "found-0", "found-2"),
    "wheelchair": ("exit-1", "platform-1", "platform-2", "found-0", "found-2"),
}
"""What ways are asked between; at the street there is one lift, at exit 1."""
LATER = 1_000
CITY_WORDS = (
    (
        "300 generated stations, each different, in one store; one process, one connection. Memory is that of the whole process "
        "after every station was asked, on foot and by wheelchair."
    ),
)
_SERVE = """
import sys
from pathlib import Path
from indoor3d.api.server import serve
from indoor3d.api.settings import Settings
from indoor3d.store.base import open_store
with open_store(Path(sys.argv[1]), read_only=True) as store:
    serve(Settings(viewer=None, preload=sys.argv[3] == "preload"), store, port=int(sys.argv[2]))
"""


def build(folder: Path, *, count: int = STATIONS) -> tuple[float, list[int]]:
    """Build the city into a store: seconds, and how many nodes each network has."""
    started, nodes = time.perf_counter(), []
    with open_store(folder) as store:
        for building in stations(count):
            graph = build_navigation(building)
            nodes.append(len(graph.network.node_position))
            report = Report(issues=graph.issues)
            store.publish(Release(building=building, network=graph.network, report=report, assets={}))
    return time.perf_counter() - started, nodes


@contextmanager
def served(folder: Path, *, preload: bool) -> Iterator[tuple[int, http.client.HTTPConnection, float]]:
    """Serve a store in a process of its own: its number, a connection to it, and seconds from its start to ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", _SERVE, str(folder), str(port), "preload" if preload else "lazy"]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        while not _is_ready(port):
            if process.poll() is not None:
                raise RuntimeError("the service ended")
            time.sleep(0.02)
        spent = time.perf_counter() - started
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        yield process.pid, connection, spent
        connection.close()
    finally:
        process.terminate()
        process.wait()


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def ask(connection: http.client.HTTPConnection, station: int, rng: np.random.Generator, *, profile: str) -> float:
    """Ask for one route; milliseconds."""
    waypoints = [{"ref": ENDS[profile][end]} for end in rng.choice(len(ENDS[profile]), 2, replace=False).tolist()]
    body = json.dumps({"venue": f"station-{station:03}", "waypoints": waypoints, "profile": profile})
    started = time.perf_counter()
    connection.request("POST", "/v1/routes", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    spent = 1000 * (time.perf_counter() - started)
    if answer.status != 200:
        raise RuntimeError(content[:400].decode())
    return spent


def memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def city_rows(count: int = STATIONS, *, folder: Path | None = None) -> list[str]:
    """Give the table.

    Parameters
    ----------
    count : int
        Stations.
    folder : Path, optional
        A store that has them already; without it one is built.
    """
    with tempfile.TemporaryDirectory() as made:
        rows = ["| what | median | p95 | most |", "|---|---|---|---|"]
        if folder is None:
            folder = Path(made)
            spent, nodes = build(folder, count=count)
            rows.append(f"| build {count} stations, s | {spent:.0f} | | |")
            rows.append(f"| nodes of a station | {statistics.median(nodes):.0f} | {_p95(nodes):.0f} | {max(nodes)} |")
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        rows.append(f"| size of the store, MiB | {size / 2**20:.0f} | | |")
        return [*rows, *_lazy(folder, count), *_preloaded(folder, count)]


def _lazy(folder: Path, count: int) -> Iterator[str]:
    """Nothing is got ready: the first question to a station makes everything."""
    rng = np.random.default_rng(1)
    with served(folder, preload=False) as (pid, connection, spent):
        yield f"| start of the process to ready, s (bar 5) | {spent:.2f} | | |"
        bare = memory_mib(pid)
        first = [ask(connection, n, rng, profile="walk") for n in range(count)]
        yield _row("first question to a station, nothing got ready, ms", first)
        first = [ask(connection, n, rng, profile="wheelchair") for n in range(count)]
        yield _row("first question for a wheelchair after that, ms", first)
        yield _row("later questions, any station, ms (bar 5)", _later(connection, count, rng))
        full = memory_mib(pid)
        yield f"| memory of the process before, MiB | {bare:.0f} | | |"
        yield f"| memory, all stations touched, MiB (bar 1,024) | {full:.0f} | | |"
        yield f"| memory for a station, MiB | {(full - bare) / count:.2f} | | |"


def _preloaded(folder: Path, count: int) -> Iterator[str]:
    """Stations are got ready in the background; questions come meanwhile, one after the other without a rest, and then."""
    rng = np.random.default_rng(2)
    with served(folder, preload=True) as (pid, connection, _):
        started, during = time.perf_counter(), []
        while time.perf_counter() - started < 2:
            during.append(ask(connection, int(rng.integers(count)), rng, profile="walk"))
        yield _row("questions while stations are got ready, ms", during)
        connection.close()  # the service would, after 5 s; it opens again by itself
        quiet = _settle(pid)
        yield f"| until all are ready, s | {time.perf_counter() - started - quiet:.1f} | | |"
        first = [ask(connection, n, rng, profile="walk") for n in range(count)]
        yield _row("first question to a station that was got ready, ms (bar 5)", first)
        first = [ask(connection, n, rng, profile="wheelchair") for n in range(count)]
        yield _row("first question for a wheelchair after that, ms (bar 5)", first)
        yield _row("later questions, any station, ms (bar 5)", _later(connection, count, rng))
        yield f"| memory, all got ready and touched, MiB (bar 1,024) | {memory_mib(pid):.0f} | | |"


def _settle(pid: int) -> float:
    """Wait until a process does nothing for a while; give the while."""
    idle, last = 0, -1
    while idle < 5:
        time.sleep(0.2)
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent = int(fields[11]) + int(fields[12])
        idle, last = (idle + 1 if spent - last <= 1 else 0), spent
    return 1.0


def _later(connection: http.client.HTTPConnection, count: int, rng: np.random.Generator) -> list[float]:
    who = ("walk", "wheelchair")
    return [ask(connection, int(rng.integers(count)), rng, profile=who[n % 2]) for n in range(LATER)]


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95))


def _row(what: str, values: Sequence[float]) -> str:
    return f"| {what} | **{statistics.median(values):.2f}** | **{_p95(values):.2f}** | {max(values):.1f} |"


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print("\n".join(city_rows(folder=given)))  # noqa: T201 - a benchmark prints
