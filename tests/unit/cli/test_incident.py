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


def test_rescuers_against_those_who_come_out(store: str, scenario: Path) -> None:
    done = run(store, "rescue", "two-floors", "office", "--scenario", scenario, "--json")
    body = json.loads(done.output)
    assert body["persons"] == 30
    assert all(0 < way["against_share"] <= 1 for way in body["ways"])
    calm = json.loads(run(store, "rescue", "two-floors", "office", "--json").output)
    slower = {way["exit"]: way["duration_s"] for way in body["ways"]}
    assert all(way["duration_s"] < slower[way["exit"]] for way in calm["ways"])
    said = run(store, "rescue", "two-floors", "office", "--scenario", scenario)
    assert "up to 30" in said.output
    into = run(store, "rescue", "two-floors", "office", "--close", "office")
    assert into.exit_code == 0
    assert "closed to others" in into.output


def test_nobody_is_out_before_the_alarm(store: str, scenario: Path) -> None:
    with scenario.open("a", encoding="utf-8") as more:
        more.write('[premovement]\nkind = "fixed"\nvalue_s = 600\nsource = "a test"\n')
    done = run(store, "critical", "two-floors", "--scenario", scenario, "--closes", "stairs-1=590", "--json")
    body = json.loads(done.output)
    assert (body["out"], body["cut_off"], body["still"]["cut_off"]) == (0, 30, 30)


def test_no_way_in_is_said(store: str) -> None:
    building = two_floors()
    closed = [part for stair in building.connectors for part in ("--close", stair.id)]
    done = run(store, "rescue", "two-floors", "office", *closed)
    assert done.exit_code == 4
    assert "No way leads in from any of 2 open exits" in done.output
    assert "Stairs 1 (closed)" in done.output
