"""What hangs on what, who is caught, and rescuers' ways in, at the command line."""

import json
from pathlib import Path

import pytest

from tests.buildings import two_floors
from tests.unit.cli.conftest import run

SCENARIO = """
id = "office-hour"
venues = ["two-floors"]
[[occupants]]
spaces = ["office"]
persons = 30
source = "counted"
[[mobility]]
profile = "walk"
share = 1.0
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "s.toml"
    path.write_text(SCENARIO, "utf-8")
    return path


def test_the_only_stair_is_what_all_hangs_on(store: str, scenario: Path) -> None:
    done = run(store, "critical", "two-floors", "--scenario", scenario, "--json")
    assert done.exit_code == 0, done.output
    body = json.loads(done.output)
    assert body["persons"] == 30
    first = body["ranking"][0]
    assert first["cut_off"] == 30
    assert first["stranded"][0]["space"] == "office"
    said = run(store, "critical", "two-floors", "--scenario", scenario, "--top", "1", "--lang", "ko")
    assert "30명이 나가지 못합니다" in said.output


def test_who_is_caught_when_it_closes(store: str, scenario: Path) -> None:
    ranking = json.loads(run(store, "critical", "two-floors", "--scenario", scenario, "--json").output)["ranking"]
    element = ranking[0]["element"]
    at_once = json.loads(
        run(store, "critical", "two-floors", "--scenario", scenario, "--closes", f"{element}=0", "--json").output
    )
    assert at_once["cut_off"] == 30
    late = json.loads(
        run(store, "critical", "two-floors", "--scenario", scenario, "--closes", f"{element}=9000", "--json").output
    )
    assert late["cut_off"] == 0
    assert late["out"] == 30
    told = run(store, "critical", "two-floors", "--scenario", scenario, "--closes", f"{element}=0")
    assert "30" in told.output
    assert run(store, "critical", "two-floors", "--scenario", scenario, "--closes", "nonsense").exit_code == 2


def test_ways_in_for_rescuers(store: str) -> None:
    done = run(store, "rescue", "two-floors", "office", "--json")
    assert done.exit_code == 0, done.output
    ways = json.loads(done.output)["ways"]
    assert ways
    assert ways[0]["duration_s"] > 0
    assert [w["duration_s"] for w in ways] == sorted(w["duration_s"] for w in ways)
    said = run(store, "rescue", "two-floors", "office", "--lang", "ko")
    assert " m " in said.output
    assert "소화전" in said.output or "호스" in said.output


def test_no_way_in_is_said(store: str) -> None:
    building = two_floors()
    closed = [part for stair in building.connectors for part in ("--close", stair.id)]
    done = run(store, "rescue", "two-floors", "office", *closed)
    assert done.exit_code == 4
    assert "NO WAY IN" in done.output
