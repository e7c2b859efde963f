"""The commands of operators."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from indoor3d.api.operator import read_keys
from indoor3d.cli.state import COMMANDS
from indoor3d.store.base import open_store
from tests.contract.stores import release


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_store(tmp_path / "s") as store:
        store.publish(release())
    return tmp_path / "s"


def run(*args: str, folder: Path | None = None) -> Result:
    group = click.Group("indoor3d", commands={command.name or "": command for command in COMMANDS})
    where = [] if folder is None else ["--store", str(folder)]
    return CliRunner().invoke(group, [*args, *where])


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_what_is_closed_is_listed_and_reopened(folder: Path) -> None:
    closed = _json(
        run("close", "two-floors", "lift-1", "로비", "2", "--cause", "점검", "--by", "kim", "--json", folder=folder)
    )
    assert closed["elements"] == ["exit-2", "hall", "lift-1"]
    assert (closed["reporter"], closed["by"], closed["revision"]) == ("kim", "kim", 1)
    listed = _json(run("closures", "two-floors", "--json", folder=folder))
    assert listed["closures"] == [closed]
    text = run("closures", "two-floors", "--lang", "ko", folder=folder).stdout
    assert "폐쇄" in text
    assert "점검" in text
    assert "로비" in text
    ended = run("reopen", closed["id"], "--by", "lee", folder=folder)
    assert ended.exit_code == 0
    assert "ended" in ended.stdout
    assert _json(run("closures", "two-floors", "--json", folder=folder))["closures"] == []
    (kept,) = _json(run("closures", "two-floors", "--ended", "--json", folder=folder))["closures"]
    assert (kept["ended"], kept["by"]) == (True, "lee")
    again = run("reopen", closed["id"], folder=folder)
    assert again.exit_code == 5
    assert "ended" in again.stderr


def test_times_without_a_zone_are_those_of_the_venue(folder: Path) -> None:
    window = ("--from", "2026-11-27T18:00", "--until", "2026-11-27T12:00+00:00", "--hours", "월-금 01:00~04:30")
    closed = _json(run("close", "two-floors", "lift-1", *window, "--cause", "x", "--json", folder=folder))
    assert closed["start"] == "2026-11-27T09:00:00+00:00"
    assert closed["end"] == "2026-11-27T12:00:00+00:00"
    assert closed["hours"] == "월-금 01:00~04:30"
    shown = run("closures", "two-floors", folder=folder).stdout
    assert "2026-11-27T09:00+00:00 – 2026-11-27T12:00+00:00" in shown


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (("close", "two-floors", "lift-9", "--cause", "x"), 3, "lift-9"),
        (("close", "two-floors", "aed-1", "--cause", "x"), 2, "aed-1"),
        (("close", "nowhere", "lift-1", "--cause", "x"), 3, "nowhere"),
        (("close", "two-floors", "lift-1"), 2, "--cause"),
        (("close", "two-floors", "lift-1", "--cause", "x", "--from", "later"), 2, "date and time"),
        (("close", "two-floors", "lift-1", "--cause", "x", "--hours", "sometimes"), 2, "--hours"),
        (("reopen", "cl-none"), 3, "cl-none"),
        (("closures", "nowhere"), 3, "nowhere"),
    ],
)
def test_what_cannot_be_done_says_why(folder: Path, args: tuple[str, ...], code: int, word: str) -> None:
    result = run(*args, folder=folder)
    assert result.exit_code == code, result.output
    assert word in result.stderr
    assert "Traceback" not in result.output
    assert _json(run("closures", "two-floors", "--json", folder=folder))["closures"] == []


def test_errors_as_json(folder: Path) -> None:
    result = run("close", "two-floors", "lift-9", "--cause", "x", "--json", "--lang", "ko", folder=folder)
    assert json.loads(result.stderr)["code"] == "unknown-element"


def test_a_key_is_made_with_the_line_for_the_server() -> None:
    result = run("operator-key", "control-room", "--venue", "city-hall", "--venue", "seoul-library")
    line = result.stdout.split("server:")[1].strip()
    (key,) = read_keys(line)
    assert key.name == "control-room"
    assert key.venues == frozenset({"city-hall", "seoul-library"})
    assert run("operator-key", "two words").exit_code == 2
