"""Whole evacuations at the command line: what is written, what is said, and with which exit code it ends."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indoor3d.cli.evacuate import NOT_FINISHED, exit_code, tables_beside
from indoor3d.models.building import Text
from indoor3d.models.outcome import CutOff, Outcome
from indoor3d.models.scenario_form import read
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.plan import plan_evacuation
from indoor3d.routing.graph import NavGraph
from tests.buildings import two_floors
from tests.unit.cli.conftest import run

SCENARIO = """
id = "office-hour"
venues = ["two-floors"]
[name]
ko = "근무 시간"
en = "Office hour"
[[occupants]]
spaces = ["hall"]
persons = 40
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


def test_everybody_out_is_told_and_written(store: str, scenario: Path, tmp_path: Path) -> None:
    outputs = {name: tmp_path / f"out.{name}" for name in ("html", "plan", "csv", "geojson")}
    flags = [part for name, path in outputs.items() for part in (f"--{name}", str(path))]
    done = run(store, "evacuate", "two-floors", "--scenario", scenario, *flags)
    assert done.exit_code == 0, done.output
    assert "Office hour" in done.stdout
    assert "Persons: 40\n  Out: 40\n" in done.stdout
    assert "verified and not validated" in done.stdout
    page = outputs["html"].read_text("utf-8")
    assert "근무 시간" in page
    assert "Office hour" in page
    plan = json.loads(outputs["plan"].read_bytes())
    assert (plan["persons"], plan["out"], plan["scenario"]) == (40, 40, "office-hour")
    assert outputs["csv"].read_bytes().startswith(b"curve,time_s,persons_out\r\n")
    assert json.loads(outputs["geojson"].read_bytes())["type"] == "FeatureCollection"


def test_json_is_the_same_plan_without_the_pictures(store: str, scenario: Path) -> None:
    done = run(store, "evacuate", "two-floors", "--scenario", scenario, "--json")
    body = json.loads(done.stdout)
    assert (done.exit_code, body["persons"], body["out"]) == (0, 40, 40)
    assert "motion" not in body
    assert run(store, "evacuate", "two-floors", "--scenario", scenario, "--json").stdout == done.stdout


def test_what_all_hangs_on_is_in_the_plan_and_its_report_when_asked_for(
    store: str, scenario: Path, tmp_path: Path
) -> None:
    page, plan = tmp_path / "r.html", tmp_path / "p.json"
    asked = ("evacuate", "two-floors", "--scenario", scenario, "--html", str(page), "--plan", str(plan))
    assert run(store, *asked).exit_code == 0
    assert 'data-part="hangs"' not in page.read_text("utf-8")
    assert json.loads(plan.read_bytes())["criticality"] is None
    assert run(store, *asked, "--critical").exit_code == 0
    text = page.read_text("utf-8")
    assert text.count('data-part="hangs"') == 2
    assert "무엇에 달려 있는가" in text
    assert "What everything hangs on" in text
    found = json.loads(plan.read_bytes())["criticality"]
    rows = {row["element"]: row for row in found["ranking"]}
    assert rows["exit-1"]["later_s"] > 0  # forty people are quicker by two exits
    assert found["persons"] == 40
    alone = run(store, "evacuate", "two-floors", "--critical")
    assert alone.exit_code == 2
    assert "--critical goes with --scenario" in alone.output


def test_korean(store: str, scenario: Path) -> None:
    out = run(store, "evacuate", "two-floors", "--scenario", scenario, "--lang", "ko").stdout
    assert "근무 시간" in out
    assert "사람: 40\n  나간 사람: 40\n" in out


def test_no_way_out_is_exit_code_4_and_names_who(store: str, scenario: Path) -> None:
    shut = '[[hazards]]\nid = "{0}"\nkind = "closed"\nelements = ["{0}"]\n'
    with scenario.open("a", encoding="utf-8") as more:
        more.writelines(shut.format(exit_.id) for exit_ in two_floors().exits)
    done = run(store, "evacuate", "two-floors", "--scenario", scenario)
    assert done.exit_code == 4, done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--close", "exit-1"), "do not go with --scenario"),
        (("--profile", "wheelchair"), "do not go with --scenario"),
    ],
)
def test_what_a_scenario_says_itself_is_not_said_beside_it(
    store: str, scenario: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = run(store, "evacuate", "two-floors", "--scenario", scenario, *arguments)
    assert done.exit_code == 2
    assert message in done.output


def test_outputs_of_a_plan_need_a_scenario(store: str, tmp_path: Path) -> None:
    done = run(store, "evacuate", "two-floors", "--html", tmp_path / "x.html")
    assert done.exit_code == 2
    assert "goes with --scenario" in done.output


@pytest.mark.parametrize(("old", "new", "path"), [("persons = 40", "people = 40", "occupants[0].people")])
def test_a_wrong_key_is_named_by_its_path(store: str, scenario: Path, old: str, new: str, path: str) -> None:
    scenario.write_text(SCENARIO.replace(old, new), "utf-8")
    for command in (("evacuate", "two-floors", "--scenario"), ("scenario", "check")):
        done = run(store, *command, scenario, "--json")
        assert done.exit_code == 2
        problem = json.loads(done.stderr)
        assert (problem["code"], problem["path"]) == ("invalid-scenario", path)


def test_a_scenario_is_checked_alone_and_against_a_venue(store: str, scenario: Path) -> None:
    alone = json.loads(run(store, "scenario", "check", scenario, "--json").stdout)
    assert (alone["id"], alone["scenario"]["venues"]) == ("office-hour", ["two-floors"])
    held = json.loads(run(store, "scenario", "check", scenario, "--venue", "two-floors", "--json").stdout)
    assert (held["persons"], held["digest"]) == (40, alone["digest"])
    assert next(row["source"] for rows in held["load"].values() for row in rows) == "counted"
    out = run(store, "scenario", "check", scenario, "--venue", "two-floors", "--lang", "ko").stdout
    assert "40  모두" in out
    scenario.write_text(SCENARIO.replace('"hall"', '"nowhere"'), "utf-8")
    done = run(store, "scenario", "check", scenario, "--venue", "two-floors")
    assert (done.exit_code, "occupants[0].spaces[0]" in done.stderr) == (2, True)
    assert run(store, "scenario", "check", scenario).exit_code == 0  # alone it is well-formed


def test_tables_beside_a_scenario_are_read_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    (tmp_path / "inside" / "own.csv").write_text("own")
    counts = [{"id": n, "file": f, "station": "x"} for n, f in (("a", "own.csv"), ("b", "../secret.csv"), ("c", "no"))]
    found = read({"id": "x", "venues": ["v"], "counts": counts})
    assert tables_beside(tmp_path / "inside" / "s.toml", found) == {"own.csv": b"own"}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    building = two_floors()
    document: dict[str, Any] = {
        "id": "x",
        "venues": ["two-floors"],
        "occupants": [{"spaces": ["hall"], "persons": 10, "source": "counted"}],
    }
    graph = NavGraph(building, build_navigation(building).network)
    return plan_evacuation(building, graph, read(document), details=False)


@pytest.mark.parametrize(
    ("cut", "code"),
    [
        ([], 0),
        ([("not-out-in-time", 3)], NOT_FINISHED),
        ([("no-way", 3)], 4),
        ([("not-out-in-time", 1), ("refuge-full", 2)], 4),
    ],
)
def test_exit_codes(outcome: Outcome, cut: list[tuple[str, int]], code: int) -> None:
    some = tuple(
        CutOff(space="hall", level="g", mobility="walk", persons=persons, code=kind, reason=Text(default="x"))
        for kind, persons in cut
    )
    missing = sum(persons for _, persons in cut)
    assert exit_code(replace(outcome, persons=10, out=10 - missing, cut_off=some)) == code
