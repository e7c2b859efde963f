"""What is near, what is called so, and who can move: at the command line."""

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from indoor3d.cli import cli
from indoor3d.models.issue import Report
from indoor3d.models.network import Networks
from indoor3d.routing.build import build_navigation
from indoor3d.routing.profile import PROFILES
from indoor3d.store.base import Release, open_store
from tests.buildings import two_floors


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("store")
    building = two_floors()
    network = build_navigation(building).network
    assert isinstance(network, Networks)
    with open_store(str(folder)) as catalog:
        catalog.publish(Release(building=building, network=network, report=Report(), assets={}))
    return str(folder)


def _run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, list(arguments), env={"LANG": "C"}, prog_name="indoor3d")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def _json(*arguments: str) -> dict[str, Any]:
    done = _run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def test_what_is_near_comes_by_the_way_walked(store: str) -> None:
    found = _json("nearby", "two-floors", "hall", "--store", store)["found"]
    away = [one["distance_m"] for one in found]
    assert away == sorted(away)
    assert {"aed-1", "info-1", "exit-1", "exit-2", "lift-1"} <= {one["id"] for one in found}
    route = _json("route", "two-floors", "hall", "aed-1", "--store", store)
    aed = next(one for one in found if one["id"] == "aed-1")
    assert aed["distance_m"] == pytest.approx(route["length_m"], abs=0.06)


@pytest.mark.parametrize("kind", ["aed", "AED", "자동심장충격기"])
def test_a_category_is_asked_for_by_code_or_in_words(store: str, kind: str) -> None:
    found = _json("nearby", "two-floors", "hall", "--category", kind, "--store", store)["found"]
    assert [one["id"] for one in found] == ["aed-1"]
    assert found[0]["opening"] == {"text": "", "status": "unknown"}


def test_what_is_near_is_said_in_both_languages(store: str) -> None:
    english, korean = (
        _run("nearby", "two-floors", "hall", "--category", "exit", "--store", store, "--lang", lang).output
        for lang in ("en", "ko")
    )
    assert "Exit 1 (Exit)  step-free" in english
    assert "1번 출구" in korean
    assert "계단 없음" in korean
    assert "nothing found" in _run("nearby", "two-floors", "hall", "--category", "locker", "--store", store).output
    wrong = _run("nearby", "two-floors", "hall", "--category", "dragon", "--store", store)
    assert wrong.exit_code == 2
    assert "--category" in wrong.stderr


def test_only_what_is_known_to_be_accessible(store: str) -> None:
    every = _json("nearby", "two-floors", "hall", "--store", store)["found"]
    some = _json("nearby", "two-floors", "hall", "--accessible", "--store", store)["found"]
    assert {one["id"] for one in some} < {one["id"] for one in every}
    assert all(one["step_free"] for one in some)
    assert {"exit-1", "lift-1"} <= {one["id"] for one in some}


@pytest.mark.parametrize(("text", "ident"), [("ㅅㅁㅅ", "office"), ("1번출구", "exit-1"), ("offi", "office")])
def test_a_name_is_found_as_people_type_it(store: str, text: str, ident: str) -> None:
    matches = _json("search", "two-floors", text, "--store", store)["matches"]
    assert matches[0]["id"] == ident
    assert ident in _run("search", "two-floors", text, "--store", store).output.splitlines()[0]


def test_a_question_over_all_venues_names_the_venue(store: str) -> None:
    matches = _json("search", "-", "이층집 사무실", "--store", store)["matches"]
    assert (matches[0]["venue"], matches[0]["id"], matches[0]["level"]) == ("two-floors", "office", "2F")
    venues = _json("search", "-", "이층집", "--store", store)["matches"]
    assert ("venue", "two-floors") in {(one["kind"], one["id"]) for one in venues}
    assert "찾은 것이 없습니다" in _run("search", "two-floors", "쿪쿪", "--store", store, "--lang", "ko").output
    assert _run("search", "nowhere", "x", "--store", store).exit_code == 3


def test_every_profile_is_listed_once_with_its_sources() -> None:
    listed = _json("profiles")["profiles"]
    assert sorted(one["id"] for one in listed) == sorted(p.id for p in PROFILES.values() if not p.alias_of)
    chair = next(one for one in listed if one["id"] == "wheelchair_manual")
    assert chair["min_clear_width_m"] == pytest.approx(chair["width_m"] + chair["margin_m"])
    assert chair["sources"]
    korean = _run("profiles", "--lang", "ko").output
    assert "계단 불가" in next(line for line in korean.splitlines() if line.startswith("wheelchair_manual"))


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_has_help_that_names_its_arguments(command: str) -> None:
    done = _run(command, "--help")
    assert done.exit_code == 0
    assert f"Usage: indoor3d {command}" in done.output
    options = [option for option in cli.commands[command].params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []
