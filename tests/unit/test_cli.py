import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from indoor3d.cli import cli
from indoor3d.models.building import Building
from indoor3d.models.issue import Report
from indoor3d.models.network import Networks
from indoor3d.routing.build import build_navigation
from indoor3d.store.base import Release, open_store
from tests.buildings import street_station, two_floors


def _networks(building: Building) -> Networks:
    network = build_navigation(building).network
    assert isinstance(network, Networks)
    return network


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("store"))
    building = two_floors()
    catalog = open_store(folder)
    catalog.publish(Release(building=building, network=_networks(building), report=Report(), assets={}))
    catalog.close()
    return folder


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), env={"LANG": "C", "INDOOR3D_STORE": ""}, prog_name="indoor3d")


def _json(*arguments: str) -> dict[str, Any]:
    done = _run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def _problem(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = _run(*arguments, "--json")
    assert done.stdout == ""
    return done.exit_code, json.loads(done.stderr)


COMMANDS = ["build", "check", "venues", "show", "route", "evacuate", "accessibility", "serve", "demo"]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(command: str) -> None:
    done = _run(*filter(None, [command]), "--help")
    assert done.exit_code == 0
    assert "Usage: indoor3d" in done.output


def test_venues_and_show(store: str) -> None:
    assert [v["venue"] for v in _json("venues", "--store", store)["venues"]] == ["two-floors"]
    shown = _json("show", "two-floors", "--store", store)
    assert [level["short_name"] for level in shown["levels"]] == ["1F", "2F"]
    assert shown["counts"]["spaces"] == 5
    assert "이층집" in _run("show", "two-floors", "--store", store, "--lang", "ko").output


def test_a_route_by_name_crosses_levels(store: str) -> None:
    route = _json("route", "two-floors", "Exit 1", "Office", "--store", store)
    assert route["levels"] == ["1F", "2F"]
    assert route["openings"] == ["door-exit-1", "door-office"]
    assert len(route["coordinates"]) == len(route["site_coordinates"])
    assert route["site_coordinates"][-1][2] == pytest.approx(3.5)
    assert route["steps"]


def test_a_route_between_places_is_as_long_as_on_paper(store: str) -> None:
    route = _json("route", "two-floors", "1,1,1F", "1,5,g", "--store", store)
    assert route["length_m"] == pytest.approx(4.0, abs=1e-6)


def test_a_wheelchair_takes_the_lift_and_is_refused_the_stairs(store: str) -> None:
    ways = ("route", "two-floors", "Exit 1", "Office", "--profile", "wheelchair", "--store", store)
    assert _json(*ways)["levels"] == ["1F", "2F"]
    code, problem = _problem(*ways, "--close", "lift-1")
    assert code == 4
    assert problem["code"] == "no-route"
    assert {"lift-1", "stairs-1"} <= {blocker["element"] for blocker in problem["blocked_by"]}


def test_evacuation_says_where_nobody_gets_out(store: str) -> None:
    plan = _json("evacuate", "two-floors", "--store", store)
    assert plan["complete"]
    assert {escape["space"] for escape in plan["escapes"]} == {"gallery", "hall", "office", "shop", "store"}
    done = _run("evacuate", "two-floors", "--close", "stairs-1", "--store", store, "--json")
    assert done.exit_code == 4
    stuck = [escape["space"] for escape in json.loads(done.stdout)["escapes"] if escape["route"] is None]
    assert stuck == ["gallery", "office"]
    code, problem = _problem("evacuate", "two-floors", "--close", "exit-1", "--close", "exit-2", "--store", store)
    assert (code, problem["code"]) == (4, "no-open-exit")


def test_step_free_ways_from_the_street_to_every_level(store: str) -> None:
    table = _json("accessibility", "two-floors", "--store", store)
    assert table["summary"] == {"rows": 2, "step_free": 2, "exits": 2, "exits_step_free": 2}
    page = _run("accessibility", "two-floors", "--store", store, "--lang", "ko")
    assert page.exit_code == 0
    assert page.output.splitlines()[0] == "2개 층 가운데 2개 층에 거리에서 계단 없이 갈 수 있습니다."
    assert any("1번 출구 · 공간 2곳 가운데 2곳 · 1호기" in line for line in page.output.splitlines())


def test_step_free_ways_from_the_platforms_of_a_station(tmp_path: Path) -> None:
    whole = street_station()
    stairs_only = replace(whole, connectors=whole.connectors[1:])
    pages = []
    for number, building in enumerate((whole, stairs_only)):
        folder = str(tmp_path / str(number))
        with open_store(folder) as catalog:
            catalog.publish(Release(building=building, network=_networks(building), report=Report(), assets={}))
        pages.append(_run("accessibility", "street-station", "--store", folder, "--lang", "en").output)
    assert [page.splitlines()[0] for page in pages] == [
        "1 of 1 platforms lead out without steps; 1 of 2 exits are reached so",
        "0 of 1 platforms lead out without steps; 0 of 2 exits are reached so",
    ]
    assert ["Exit 1 · Lift 1" in page for page in pages] == [True, False]
    assert "no way without steps: No way for wheelchair: Stairs (stairs)." in pages[1]
    assert all("Change: official 12 s, in the model at 1.2 m/s 12 s (14 m)" in page for page in pages)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (("show", "nowhere"), 3, "unknown-venue"),
        (("accessibility", "nowhere"), 3, "unknown-venue"),
        (("route", "two-floors", "hall", "no such place"), 3, "unknown-element"),
        (("route", "two-floors", "hall", "office", "--close", "nothing"), 3, "unknown-element"),
        (("route", "two-floors", "hall", "office", "--profile", "bird"), 2, "unknown-profile"),
        (("route", "two-floors", "500,500,1F", "office"), 4, "waypoint-off-network"),
        (("build", "no-such-file.ifc"), 2, "source-not-found"),
    ],
)
def test_errors_are_problems_on_stderr_with_their_exit_code(
    store: str, arguments: tuple[str, ...], exit_code: int, code: str
) -> None:
    ended, problem = _problem(*arguments, "--store", store)
    assert (ended, problem["code"]) == (exit_code, code)
    assert problem["detail"]


def test_errors_for_people_come_in_their_language(store: str) -> None:
    done = _run("show", "nowhere", "--store", store, "--lang", "ko")
    assert done.exit_code == 3
    assert "없는 장소" in done.stderr


def test_a_store_that_cannot_be_opened_is_exit_code_5(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    code, problem = _problem("venues", "--store", str(blocked))
    assert (code, problem["code"]) == (5, "store-unavailable")


@pytest.mark.parametrize("at", ["1", "1,2,3,4,5", "a,b", "37.5,126.9", "200,0"])
def test_a_position_that_is_none_is_a_usage_error(at: str) -> None:
    done = _run("build", "x.ifc", "--at", at)
    assert done.exit_code == 2
    assert "--at" in done.stderr
