"""``make run`` on a clean clone, with an environment of its own, as a stranger would do it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import IN_CI

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(not IN_CI, reason="installs everything anew: minutes; set CI=true"),
    pytest.mark.timeout(900),
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(url: str, body: dict[str, Any] | None = None) -> tuple[int, str, bytes]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"} if data else {})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        return answer.status, answer.headers["Content-Type"], answer.read()


def _start(clone: Path, port: int, env: dict[str, str]) -> subprocess.Popen[str]:
    with (clone / "make.log").open("w") as log:
        command = ["make", "run", f"PORT={port}"]
        return subprocess.Popen(command, cwd=clone, env=env, stdout=log, stderr=log, text=True, start_new_session=True)


def _wait_until_ready(clone: Path, process: subprocess.Popen[str], url: str, limit_s: float) -> float:
    started = time.monotonic()
    while time.monotonic() - started < limit_s:
        assert process.poll() is None, (clone / "make.log").read_text()[-4000:]
        try:
            if _get(f"{url}/readyz")[0] == 200:
                return time.monotonic() - started
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"not ready within {limit_s} s:\n{(clone / 'make.log').read_text()[-4000:]}")


def _stop(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    target = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target)], check=True)  # noqa: S607
    yield target
    shutil.rmtree(target, ignore_errors=True)


def test_a_clean_clone_serves_a_tile_a_route_and_the_page(clone: Path) -> None:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    foreign = ("VIRTUAL_ENV", "PYTHON", "INDOOR3D", "PYTEST", "MAKE", "MFLAGS", "COVERAGE", "NODE_PATH")
    env = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    own = str(ROOT / ".venv")
    env["PATH"] = os.pathsep.join(part for part in env["PATH"].split(os.pathsep) if not part.startswith(own))
    env["HOME"] = str(clone.parent)

    process = _start(clone, port, env)
    try:
        _wait_until_ready(clone, process, url, limit_s=780)
        _status, kind, page = _get(f"{url}/")
        assert kind.startswith("text/html")
        assert b"<script" in page
        venue = json.loads(_get(f"{url}/v1/venues")[2])["venues"][0]
        tileset_url = next(link["href"] for link in venue["links"] if link["rel"] == "3d-tiles")
        tileset = json.loads(_get(tileset_url)[2])
        tile = tileset["root"]["children"][0]
        while "content" not in tile:
            tile = tile["children"][0]
        assert _get(f"{tileset_url.rsplit('/', 1)[0]}/{tile['content']['uri']}")[2][:4] == b"glTF"
        exits = json.loads(_get(f"{url}/v1/venues/{venue['id']}")[2])["exits"]
        ways = {"venue": venue["id"], "waypoints": [{"ref": exits[0]["id"]}, {"ref": exits[-1]["id"]}], "mode": "walk"}
        route = json.loads(_get(f"{url}/v1/routes", ways)[2])
        assert route["features"][0]["properties"]["length_m"] > 1
    finally:
        _stop(process)

    process = _start(clone, port, env)
    try:
        again_s = _wait_until_ready(clone, process, url, limit_s=60)
        log = (clone / "make.log").read_text()
        assert "installing" not in log
        assert "building the" not in log
        assert again_s < 10, "the second start makes nothing anew"
    finally:
        _stop(process)
