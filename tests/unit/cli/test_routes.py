"""Routes at the command line: who moves, what is closed, when, and what is said; in Korean and English."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from indoor3d.cli import cli
from indoor3d.models.building import Text
from indoor3d.models.issue import Report
from indoor3d.models.state import Condition, Effect, Status
from indoor3d.routing.build import build_navigation
from indoor3d.store.base import Release, open_store
from tests.buildings import station, two_floors
from tests.venues.made import made

NOW = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
"""The moment of tests/unit/cli/conftest.py."""


def _publish(folder: Path, *venues: Any) -> str:
    with open_store(str(folder)) as catalog:
        for building, network in venues:
            catalog.publish(Release(building=building, network=network, report=Report(), assets={}))
    return str(folder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("store")
    return _publish(folder, *((b, build_navigation(b).network) for b in (two_floors(), station())))


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A store of one test alone."""
    building = two_floors()
    return _publish(tmp_path / "s", (building, build_navigation(building).network))


def _run(store: str, *arguments: str) -> Result:
    done = CliRunner().invoke(cli, [*arguments, "--store", store], env={"LANG": "C"}, prog_name="indoor3d")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def _json(store: str, *arguments: str) -> dict[str, Any]:
    done = _run(store, *arguments, "--json")
    assert done.exit_code == 0, done.output
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def _elements(route: dict[str, Any]) -> list[str]:
    return [name for step in route["steps"] for name in step["elements"]]


def _report(store: str, **parts: Any) -> None:
    with open_store(store) as catalog:
        condition = Condition(id="cl-test", reported_at=NOW, cause=Text(default="inspection", ko="점검"), **parts)
        catalog.put_condition("two-floors", condition, by="test", at=NOW)


def test_a_condition_of_the_store_holds_in_the_next_answer_and_ends_with_it(own: str) -> None:
    ways = ("route", "two-floors", "hall", "office")
    assert "stairs-1" in _elements(_json(own, *ways))
    closed = json.loads(_run(own, "close", "two-floors", "stairs-1", "--cause", "점검", "--json").stdout)
    route = _json(own, *ways)
    assert "stairs-1" not in _elements(route)
    assert "lift-1" in _elements(route)
    assert [(one["element"], one["cause"]["ko"]) for one in route["avoided"]] == [("stairs-1", "점검")]
    assert "Goes around:\n  - Stairs 1 (closed, 점검)" in _run(own, *ways).output
    assert "피한 곳:\n  - 계단 1 (폐쇄, 점검)" in _run(own, *ways, "--lang", "ko").output
    assert _run(own, "reopen", closed["id"]).exit_code == 0
    assert "stairs-1" in _elements(_json(own, *ways))


def test_a_closure_of_the_night_is_asked_for_by_its_hour(own: str) -> None:
    _report(own, effect=Effect.CLOSED, elements=("stairs-1",), hours="Mo-Su 01:00-04:30")
    day, night = (
        _json(own, "route", "two-floors", "hall", "office", "--depart-at", f"2026-11-27T{hour}")
        for hour in ("12:00", "02:00")
    )
    assert "stairs-1" in _elements(day)
    assert "stairs-1" not in _elements(night)
    assert (night["departure"], day["departure"]) == ("2026-11-27T02:00:00+09:00", "2026-11-27T12:00:00+09:00")


def test_no_route_says_what_would_help_and_marks_what_is_not_possible(own: str) -> None:
    _report(own, effect=Effect.CLOSED, elements=("lift-1",))
    ways = ("route", "two-floors", "hall", "office", "--profile", "wheelchair")
    done = _run(own, *ways)
    assert done.exit_code == 4
    assert done.stdout == ""
    assert "Would help if it were open: Lift 1" in done.stderr
    assert "NOT POSSIBLE NOW, if nothing were closed: 17 m" in done.stderr
    assert "지금은 갈 수 없음, 닫힌 곳이 모두 열려 있다면" in _run(own, *ways, "--lang", "ko").stderr
    as_json = _run(own, *ways, "--json")
    problem = json.loads(as_json.stderr)
    assert (as_json.exit_code, as_json.stdout, problem["code"]) == (4, "", "no-route")
    assert [one["element"] for one in problem["would_help"]] == ["lift-1"]
    assert (problem["relaxed"]["possible"], problem["relaxed"]["lifted"]) == (False, ["closures"])
    assert {"lift-1", "stairs-1"} <= {one["element"] for one in problem["blocked_by"]}


def test_the_news_of_a_lift_comes_with_its_age(own: str) -> None:
    _report(
        own,
        effect=Effect.STATUS,
        elements=("lift-1",),
        status=Status.AVAILABLE,
        start=NOW - timedelta(minutes=3),
        interval_s=3_600.0,
    )
    ways = ("route", "two-floors", "hall", "office", "--profile", "wheelchair")
    (known,) = _json(own, *ways)["equipment"]
    assert (known["id"], known["status"]) == ("lift-1", "available")
    assert known["age_s"] is not None
    assert "Lift 1: " in _run(own, *ways).output
    assert "no report" not in _run(own, *ways).output


def test_a_lift_nobody_reports_on_is_not_called_available(store: str) -> None:
    ways = ("route", "two-floors", "hall", "office", "--profile", "wheelchair")
    assert "Lift 1: no report" in _run(store, *ways).output
    assert "1호기: 보고 없음" in _run(store, *ways, "--lang", "ko").output
    assert _json(store, *ways)["equipment"][0]["status"] == "unknown"


def test_evacuation_goes_around_what_is_reported(own: str) -> None:
    assert _run(own, "evacuate", "two-floors").exit_code == 0
    _report(own, effect=Effect.CLOSED, elements=("stairs-1",))
    done = _run(own, "evacuate", "two-floors", "--json")
    assert done.exit_code == 4
    plan = json.loads(done.stdout)
    assert "stairs-1" in plan["closed"]
    assert [one["space"] for one in plan["escapes"] if one["route"] is None] == ["gallery", "office"]
    assert "나갈 길 없음" in _run(own, "evacuate", "two-floors", "--lang", "ko").output


@pytest.mark.parametrize("goal", ["aed", "AED", "nearest AED", "가까운 자동심장충격기"])
def test_a_kind_of_thing_is_the_nearest_of_it(store: str, goal: str) -> None:
    route = _json(store, "route", "two-floors", "hall", goal)
    assert route["site_coordinates"][-1] == _json(store, "route", "two-floors", "hall", "aed-1")["site_coordinates"][-1]


def test_the_venue_itself_is_its_best_entrance(store: str) -> None:
    route = _json(store, "route", "two-floors", "two-floors", "office")
    lengths = [_json(store, "route", "two-floors", door, "office") for door in ("exit-1", "exit-2")]
    assert route["duration_s"] == min(one["duration_s"] for one in lengths)
    assert route["handover"]["start"] is not None


def test_a_way_through_a_place_is_made_of_its_legs(store: str) -> None:
    through = _json(store, "route", "two-floors", "exit-1", "exit-2", "--via", "office")
    legs = [_json(store, "route", "two-floors", *ends) for ends in (("exit-1", "office"), ("office", "exit-2"))]
    assert through["length_m"] == pytest.approx(sum(leg["length_m"] for leg in legs), abs=1e-5)
    assert {step["leg"] for step in through["steps"]} == {0, 1}
    assert through["levels"] == ["1F", "2F", "1F"]
    assert len(through["coordinates"]) == len(through["site_coordinates"])


def test_options_reach_the_question(store: str) -> None:
    ways = ("route", "two-floors", "hall", "office")
    mean, slow = (_json(store, *ways, "--pace", pace)["duration_s"] for pace in ("mean", "p15"))
    assert slow > mean
    wheels = (*ways, "--profile", "wheelchair")
    assert _run(store, *wheels, "--width", "1.4").exit_code == 4
    assert _run(store, *wheels, "--width", "9").exit_code == 2
    assert _run(store, *wheels, "--unknown", "strict").exit_code == 4
    warned = _json(store, *wheels, "--unknown", "warn")
    assert any(note["code"] == "unknown" and note["element"] == "lift-1" for note in warned["notes"])
    assert "To know:\n" in _run(store, *wheels).output
    assert "알아 둘 것:\n" in _run(store, *wheels, "--lang", "ko").output
    assert not [n for n in _json(store, *wheels, "--unknown", "ignore")["notes"] if n["code"] == "unknown"]
    assert "lift-1" not in _elements(_json(store, *ways, "--profile", "walk", "--avoid", "lifts"))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--max-slope", "steep"), "--max-slope"),
        (("--depart-at", "later"), "--depart-at"),
        (("--avoid", "people"), "--avoid"),
        (("--via", "shop", "--alternatives", "2"), "--alternatives"),
    ],
)
def test_what_an_option_cannot_be_is_a_usage_error(store: str, arguments: tuple[str, ...], word: str) -> None:
    done = _run(store, "route", "two-floors", "hall", "office", *arguments)
    assert done.exit_code == 2
    assert word in done.stderr


def test_steps_are_said_to_be_heard_by_the_clock_and_in_paces(store: str) -> None:
    ways = ("route", "two-floors", "hall", "office")
    plain, spoken, clock, paces = (
        [step["text"] for step in _json(store, *ways, *more)["steps"]]
        for more in ((), ("--spoken",), ("--turns", "clock"), ("--paces",))
    )
    assert len({tuple(texts) for texts in (plain, spoken, clock, paces)}) == 4
    assert any("o'clock" in text for text in clock)
    assert any("pace" in text for text in paces)
    assert "계단" in _run(store, *ways, "--spoken", "--lang", "ko").output


def test_the_way_people_are_shown_ends_where_the_exact_one_does(store: str) -> None:
    route = _json(store, "route", "two-floors", "exit-1", "office")
    assert route["shown_coordinates"][0] == route["coordinates"][0]
    assert route["shown_coordinates"][-1] == route["coordinates"][-1]


def test_parts_of_an_explained_way_add_up(store: str) -> None:
    ways = ("route", "two-floors", "hall", "office", "--explain")
    route = _json(store, *ways)
    assert sum(part["duration_s"] for part in route["parts"]) == pytest.approx(route["duration_s"], abs=0.01)
    assert [part["mode"] for part in route["parts"]] == ["walk", "stairs", "walk"]
    assert "What it costs:" in _run(store, *ways).output
    assert "걸리는 시간:" in _run(store, *ways, "--lang", "ko").output


def test_a_matrix_is_what_single_routes_are(store: str) -> None:
    asked = ("--from", "hall", "--from", "shop", "--to", "office", "--to", "exit")
    table = _json(store, "matrix", "two-floors", *asked)
    for row, start in enumerate(("hall", "shop")):
        for column, goal in enumerate(("office", "exit")):
            route = _json(store, "route", "two-floors", start, goal)
            assert table["lengths_m"][row][column] == pytest.approx(route["length_m"], abs=0.06)
            assert table["durations_s"][row][column] == pytest.approx(route["duration_s"], abs=0.06)
    assert "–" in _run(store, "matrix", "two-floors", *asked, "--profile", "wheelchair", "--close", "lift-1").output


def test_the_floor_reached_grows_with_time(store: str, tmp_path: Path) -> None:
    file = tmp_path / "areas.geojson"
    done = _run(store, "reach", "two-floors", "hall", "--minutes", "0.05,10", "-o", str(file))
    assert done.exit_code == 0, done.output
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["0.05 min", "10 min"]
    features = json.loads(file.read_text("utf-8"))["features"]
    sizes = {
        time: sum(f["properties"]["area_m2"] for f in features if f["properties"]["time_s"] == time)
        for time in (3.0, 600.0)
    }
    assert 0 < sizes[3.0] < sizes[600.0]
    assert {f["properties"]["level"]["short_name"] for f in features} == {"1F", "2F"}
    assert _run(store, "reach", "two-floors", "hall", "--minutes", "soon").exit_code == 2


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two real venues that share doors."""
    both = [made(venue) for venue in ("city-hall", "seoul-city-hall")]
    return _publish(tmp_path_factory.mktemp("city"), *((one.building, one.graph.network) for one in both))


def test_a_way_into_the_venue_next_door(city: str) -> None:
    ways = ("route", "city-hall", "1", "seoul-city-hall:lobby")
    found = _json(city, *ways)
    assert found["venues"] == ["city-hall", "seoul-city-hall"]
    assert found["length_m"] == pytest.approx(sum(part["length_m"] for part in found["parts"]), abs=1e-5)
    first, last = (part["coordinates"] for part in found["parts"])
    assert first[-1][:2] == pytest.approx(last[0][:2], abs=1e-4)
    page = _run(city, *ways, "--lang", "ko").output
    assert "시청역 (city-hall):" in page
    assert "서울특별시청 (seoul-city-hall):" in page
    assert _run(city, *ways, "--explain").exit_code == 2
    code = _run(city, *ways, "--close", "no-such-door")
    assert code.exit_code == 3


def test_alternatives_of_a_real_station_differ(city: str) -> None:
    found = _json(city, "route", "city-hall", "1", "5", "--alternatives", "2")
    assert found["alternatives"]
    assert all(_elements(other) != _elements(found) for other in found["alternatives"])
    assert all(other["duration_s"] >= found["duration_s"] - 1e-6 for other in found["alternatives"])
    assert "Another way 1:" in _run(city, "route", "city-hall", "1", "5", "--alternatives", "1").output


def test_a_wheelchair_never_takes_stairs_or_escalators_of_a_real_station(city: str) -> None:
    route = _json(city, "route", "city-hall", "city-hall", "nearest accessible restroom", "--profile", "wheelchair")
    kinds = {c.id: str(c.category) for c in made("city-hall").building.connectors}
    taken = {kinds[name] for name in _elements(route) if name in kinds}
    assert "lift" in taken
    assert not taken & {"stairs", "escalator"}
