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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from indoor3d import pipeline  # noqa: E402 - the checkout's own
from indoor3d.store.base import open_store  # noqa: E402

STATION = "city-hall"
WARM, ALONE, MEASURED, CONNECTIONS = 400, 600, 4_000, 4
HTTP_WORDS = (
    (
        "POST /v1/routes between random spaces and facilities of a pilot station, walking and by wheelchair in turn: path, exact path, "
        "steps in Korean and English, notes. One worker on one core; the client, several connections, on another."
    ),
)
_SERVE = """
import os, sys
from datetime import datetime
from pathlib import Path
os.sched_setaffinity(0, {0})
from indoor3d.api.server import serve
from indoor3d.api.settings import Settings
from indoor3d.store.base import open_store
with open_store(Path(sys.argv[1]), read_only=True) as store:
    serve(Settings(viewer=None, clock=lambda: datetime.fromisoformat(sys.argv[3])), store, port=int(sys.argv[2]))
"""
_HOURS = {"by day": "2026-11-27T10:00:00+09:00", "at night, some doors closed": "2026-11-27T02:00:00+09:00"}


def http_rows() -> list[str]:
    """Give the table."""
    rows = ["| what | " + " | ".join(_HOURS) + " |", "|---|" + "---|" * len(_HOURS)]
    with tempfile.TemporaryDirectory() as folder:
        with open_store(Path(folder)) as store:
            pipeline.build(ROOT / "indoor3d" / "_demo" / f"{STATION}.ifc", store, venue=STATION)
            building = store.building(STATION)
        ids = [space.id for space in building.spaces if space.walkable] + [item.id for item in building.facilities]
        found = [_served(folder, ids, moment) for moment in _HOURS.values()]
    return [*rows, *(f"| {name} | " + " | ".join(column[name] for column in found) + " |" for name in found[0])]


def _served(folder: str, ids: list[str], moment: str) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", _SERVE, folder, str(port), moment])  # noqa: S603 - our own program
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(kept)})
    try:
        return _measured(port, ids)
    finally:
        os.sched_setaffinity(0, kept)
        server.terminate()
        server.wait(30)


def _measured(port: int, ids: list[str]) -> dict[str, str]:
    connection = _connected(port)
    chance = random.Random(1)  # noqa: S311 - the same questions every time
    for number in range(WARM):
        _ask(connection, _question(chance, ids, number))
    asked = [_ask(connection, _question(chance, ids, number)) for number in range(ALONE)]
    spent = sorted(seconds for seconds, _, _ in asked)
    questions = [_question(chance, ids, number) for number in range(MEASURED)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        begun = time.perf_counter()
        ends = pool.map(lambda k: _all(_connected(port), questions[k::CONNECTIONS]), range(CONNECTIONS))
        answered = sum(ends)
        wall = time.perf_counter() - begun
    return {
        f"requests a second on {CONNECTIONS} connections (bar 500)": f"**{MEASURED / wall:.0f}**",
        f"routes found, of {MEASURED} asked": f"{answered}",
        "on one connection, median and p95, ms": f"{spent[len(spent) // 2] * 1e3:.2f}, {spent[int(len(spent) * 0.95)] * 1e3:.2f}",
        "bytes of an answer, median": f"{statistics.median(size for _, _, size in asked):.0f}",
    }


def _all(connection: http.client.HTTPConnection, questions: list[str]) -> int:
    return sum(_ask(connection, body)[1] == http.client.OK for body in questions)


def _connected(port: int) -> http.client.HTTPConnection:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            break
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _question(chance: random.Random, ids: list[str], number: int) -> str:
    start, goal = chance.sample(ids, 2)
    mode = "wheelchair" if number % 2 else "walk"
    return json.dumps({"venue": STATION, "waypoints": [{"ref": start}, {"ref": goal}], "mode": mode})


def _ask(connection: http.client.HTTPConnection, body: str) -> tuple[float, int, int]:
    begun = time.perf_counter()
    connection.request("POST", "/v1/routes", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    return time.perf_counter() - begun, answer.status, len(content)
