"""Routes through HTTP: one pilot station, one process on one core, one connection on another."""

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from indoor3d import pipeline  # noqa: E402 - the checkout's own
from indoor3d.store.base import open_store  # noqa: E402

STATION = "city-hall"
WARM, MEASURED = 400, 2_000
HTTP_WORDS = (
    (
        "POST /v1/routes between random spaces and facilities of a pilot station, walking and by wheelchair in turn: path, exact path, "
        "steps in Korean and English, notes. One worker on one core; the client on another."
    ),
)
_SERVE = """
import os, sys
from pathlib import Path
os.sched_setaffinity(0, {0})
from indoor3d.api.server import serve
from indoor3d.api.settings import Settings
from indoor3d.store.base import open_store
with open_store(Path(sys.argv[1]), read_only=True) as store:
    serve(Settings(viewer=None), store, port=int(sys.argv[2]))
"""


def http_rows() -> list[str]:
    """Give the table."""
    with tempfile.TemporaryDirectory() as folder:
        with open_store(Path(folder)) as store:
            pipeline.build(ROOT / "indoor3d" / "_demo" / f"{STATION}.ifc", store, venue=STATION)
            building = store.building(STATION)
        ids = [space.id for space in building.spaces if space.walkable] + [item.id for item in building.facilities]
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = subprocess.Popen([sys.executable, "-c", _SERVE, folder, str(port)])  # noqa: S603 - our own program
        try:
            return _measured(port, ids)
        finally:
            server.terminate()
            server.wait(30)


def _measured(port: int, ids: list[str]) -> list[str]:
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(kept)})
    try:
        connection = _connected(port)
        chance = random.Random(1)  # noqa: S311 - the same questions every time
        for number in range(WARM):
            _ask(connection, chance, ids, number)
        asked = [_ask(connection, chance, ids, number) for number in range(MEASURED)]
    finally:
        os.sched_setaffinity(0, kept)
    spent = sorted(seconds for seconds, _, _ in asked)
    answered = sum(status == http.client.OK for _, status, _ in asked)
    size = statistics.median(size for _, _, size in asked)
    return [
        "| what | value |",
        "|---|---|",
        f"| requests a second (bar 500) | **{MEASURED / sum(spent):.0f}** |",
        f"| median, p95, ms | {spent[len(spent) // 2] * 1e3:.2f}, {spent[int(len(spent) * 0.95)] * 1e3:.2f} |",
        f"| routes found, of {MEASURED} asked | {answered} |",
        f"| bytes of an answer, median | {size:.0f} |",
    ]


def _connected(port: int) -> http.client.HTTPConnection:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            break
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _ask(
    connection: http.client.HTTPConnection, chance: random.Random, ids: list[str], number: int
) -> tuple[float, int, int]:
    start, goal = chance.sample(ids, 2)
    mode = "wheelchair" if number % 2 else "walk"
    body = json.dumps({"venue": STATION, "waypoints": [{"ref": start}, {"ref": goal}], "mode": mode})
    begun = time.perf_counter()
    connection.request("POST", "/v1/routes", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    return time.perf_counter() - begun, answer.status, len(content)
