"""The documentation builds strictly, and its examples run."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from indoor3d.api.server import configuration
from indoor3d.api.settings import Settings
from indoor3d.store.base import open_store
from tools.station.checks import check
from tools.station.plan import read_plan

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.ko.md", *sorted((ROOT / "docs").rglob("*.md"))]
BIN = Path(sys.executable).parent

pytestmark = [pytest.mark.xdist_group("docs"), pytest.mark.timeout(300)]

MORNING = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
"""Ten in the morning in Seoul: at night houses are shut, and what the docs show would not come out."""
ENVIRONMENT = {**os.environ, "INDOOR3D_NOW": MORNING.isoformat()}


def _blocks(language: str) -> list[tuple[str, str]]:
    block = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [(str(page.relative_to(ROOT)), body) for page in PAGES for body in block.findall(page.read_text("utf-8"))]


def _commands() -> list[tuple[str, str]]:
    lines = []
    for page, body in _blocks("console"):
        if page == "docs/guides/station.md":  # builds its own station step by step: test_station_guide.py
            continue
        joined = body.replace("\\\n", " ")
        lines += [(page, line[2:].strip()) for line in joined.splitlines() if line.startswith("$ ")]
    return lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader of the docs has it: the pilot venues in the default store, and the model of one."""
    here = tmp_path_factory.mktemp("docs")
    for name in ("assets", "docs", "tools"):
        (here / name).symlink_to(ROOT / name)
    for example in (ROOT / "docs" / "examples").iterdir():
        (here / example.name).symlink_to(example)
    made = ROOT / "indoor3d" / "_demo"
    if not (made / "city-hall.ifc").is_file():
        pytest.skip("the pilot venues are not made: python tools/build_hook.py")
    for model in made.glob("*.ifc"):
        shutil.copy(model, here)
    _run(here, "indoor3d demo --no-serve")
    for example in (ROOT / "docs" / "examples").iterdir():  # so that no command needs the one before it
        _run(here, f"python tools/make_station.py {example.name} -o {example.name}.ifc")
        _run(here, f"indoor3d build {example.name}.ifc --id {example.name}")
    return here


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    store = open_store(folder / "indoor3d-store")
    server = uvicorn.Server(
        configuration(Settings(public_url="http://127.0.0.1", clock=lambda: MORNING), store, host="127.0.0.1", port=0)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    store.close()


def _run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(line)
    program = {"indoor3d": str(BIN / "indoor3d"), "python": sys.executable}.get(words[0], words[0])
    done = subprocess.run(
        [program, *words[1:]], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return done


def test_the_documentation_builds_strictly(tmp_path: Path) -> None:
    done = subprocess.run(
        [BIN / "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "opening.blocked" in (tmp_path / "site/reference/issues/index.html").read_text()
    assert "/v1/routes" in (tmp_path / "site/reference/api/index.html").read_text()


def test_the_steps_of_the_building_guide_are_the_example_and_each_is_without_findings(tmp_path: Path) -> None:
    folder, seen = tmp_path / "corner-library", 0
    folder.mkdir()
    for page, body in _blocks("toml"):
        head = re.match(r"# corner-library/([a-z.]+)(, go on at the end)?\n", body)
        if page.endswith("guides/building.md") and head:
            path = folder / head[1]
            before = path.read_text("utf-8") + "\n" if head[2] else ""
            path.write_text(before + body[head.end() :], "utf-8")
            if head[1] == "plan.toml":
                assert [str(finding) for finding in check(read_plan(folder))] == []
                seen += 1
    assert seen >= 3
    for file in folder.iterdir():
        assert file.read_text("utf-8") == (ROOT / "docs/examples/corner-library" / file.name).read_text("utf-8")


SERVED = [command for command in _commands() if command[1].startswith("curl")]
LOCAL = [
    command for command in _commands() if command[1].startswith(("indoor3d", "python")) and " serve" not in command[1]
]


def test_there_are_examples() -> None:
    assert len(LOCAL) >= 10
    assert len(SERVED) >= 4


@pytest.mark.parametrize(("page", "line"), LOCAL)
def test_a_command_of_the_docs_runs(folder: Path, page: str, line: str) -> None:
    assert page
    _run(folder, line)


@pytest.mark.parametrize(("page", "line"), SERVED)
def test_a_request_of_the_docs_is_answered(folder: Path, url: str, page: str, line: str) -> None:
    assert page
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = _run(folder, line.replace("http://127.0.0.1:8000", url).replace("curl -s", "curl -sS --fail-with-body"))
    assert done.stdout or "-o" in line


def _answers() -> list[tuple[str, str]]:
    """Requests of the reference with the answer that is shown below: the last request of a block, and its JSON."""
    text = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    found = re.findall(r"```console\n([^`]*)```\n\n```json\n([^`]*)```", text)
    return [(commands.strip().splitlines()[-1].removeprefix("$ "), shown) for commands, shown in found]


def _missing(shown: Any, real: Any, where: str = "") -> list[str]:
    """Members that are shown and not there; of a list it is enough that something in it looks like what is shown."""
    if isinstance(shown, dict):
        if not isinstance(real, dict):
            return [where]
        return [
            name
            for key, value in shown.items()
            for name in (_missing(value, real[key], f"{where}/{key}") if key in real else [f"{where}/{key}"])
        ]
    if isinstance(shown, list):
        if not isinstance(real, list):
            return [where]
        wanted = [item for item in shown if item != "…"]
        return [
            name
            for item in wanted
            for name in min((_missing(item, one, where) for one in real), key=len, default=[where])
        ]
    return []


def test_answers_are_shown() -> None:
    assert len(_answers()) >= 6
    assert _missing({"a": [{"b": 1, "c": 2}, "…"]}, {"a": [{"x": 0}, {"b": 5}]}) == ["/a/c"]


@pytest.mark.parametrize(("line", "shown"), _answers())
def test_an_answer_of_the_reference_has_the_members_that_are_shown(
    folder: Path, url: str, line: str, shown: str
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = _run(folder, line.replace("http://127.0.0.1:8000", url).replace("curl -s", "curl -sS --fail-with-body"))
    assert _missing(json.loads(shown), json.loads(done.stdout)) == []


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    left = {page for page in pages if not page.startswith("examples/") and f": {page}\n" not in navigation}
    assert left == set()


def test_both_readmes_show_the_same_commands() -> None:
    pages = [(ROOT / name).read_text("utf-8") for name in ("README.md", "README.ko.md")]
    commands = [re.findall(r"^\$ (indoor3d [a-z-]+)", page, re.MULTILINE) for page in pages]
    assert commands[0] == commands[1]


@pytest.mark.parametrize(("page", "body"), _blocks("python"))
def test_python_of_the_docs_runs(folder: Path, page: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    exec(compile(body, page, "exec"), {})  # noqa: S102 - our own page
