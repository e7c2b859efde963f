"""What is said: the side of a turn, up or down, each level once, grammar."""

import re
import unicodedata
from collections.abc import Callable

import pytest

from indoor3d.models.building import Building
from indoor3d.models.korean import with_particle
from indoor3d.routing._phrases import rounded_m
from indoor3d.routing.build import build_navigation
from indoor3d.routing.directions import directions
from tests.buildings import open_plan, station, two_floors


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("서울", "으로", "서울로"),
        ("2호선", "을", "2호선을"),
        ("3", "으로", "3으로"),
        ("1", "으로", "1로"),
        ("10", "은", "10은"),
        ("7-4", "이", "7-4가"),
        ("AED", "을", "AED를"),
        ("ATM", "은", "ATM은"),
        ("Hall", "으로", "Hall로"),
        ("엘리베이터(3호기)", "을", "엘리베이터(3호기)를"),
        ("'시청 방향'", "으로", "'시청 방향'으로"),
        (unicodedata.normalize("NFD", "옥상"), "이", unicodedata.normalize("NFD", "옥상") + "이"),
        ("100m", "을", "100m를"),
        ("B1", "으로", "B1로"),
        ("계단", "과", "계단과"),
    ],
)
def test_particles_follow_the_sound(word: str, particle: str, expected: str) -> None:
    assert with_particle(word, particle) == expected


@pytest.mark.parametrize(
    ("metres", "said"),
    [(0.0, 1), (0.4, 1), (9.4, 9), (9.6, 10), (12.0, 10), (13.0, 15), (96.0, 95), (98.0, 100), (123.0, 120)],
)
def test_lengths_are_rounded_and_never_zero(metres: float, said: int) -> None:
    assert rounded_m(metres) == said


@pytest.mark.parametrize("make", [two_floors, station, open_plan])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_route_can_be_said(make: Callable[[], Building], lang: str) -> None:
    building = make()
    graph = build_navigation(building)
    for start in building.spaces:
        for goal in building.spaces:
            route = graph.route(start.id, goal.id)
            steps = directions(building, route, lang=lang)
            assert steps[-1].maneuver == "arrive"
            assert sum(s.length_m for s in steps) == pytest.approx(route.length_m, abs=1e-6)
            assert sum(s.duration_s for s in steps) == pytest.approx(route.duration_s, abs=1e-6)
            rides = [leg.elements for leg in route.legs if leg.mode != "walk"]
            assert [s.elements for s in steps if s.maneuver in {"stairs", "lift", "escalator", "ramp"}] == rides
            passed = [e for s in steps for e in s.elements if e in route.openings]
            assert passed == list(route.openings)
            for step in steps:
                assert step.text.endswith(".")
                assert step.text == unicodedata.normalize("NFC", step.text)
                assert "  " not in step.text
                assert not re.search(r"[(](으|이|을|를|가)[)]|[{}]", step.text)
                assert "0미터 " not in step.text.replace("10미터", "").replace("20미터", "").replace("30미터", "")


def test_up_and_down_are_said_with_the_level() -> None:
    building = two_floors()
    graph = build_navigation(building)
    up = next(s for s in directions(building, graph.route("hall", "gallery"), lang="ko") if s.maneuver == "stairs")
    down = next(s for s in directions(building, graph.route("gallery", "hall"), lang="en") if s.maneuver == "stairs")
    assert up.text == "계단 1로 2층으로 올라가세요."
    assert down.text == "Take Stairs 1 down to Ground floor."


def test_the_side_of_a_turn_is_the_side_of_its_angle() -> None:
    building = two_floors()
    graph = build_navigation(building)
    # From the store north through its door, then west into the hall: all to the left, and all to the right back.
    left = directions(building, graph.route("16,2,1F", "8,7,1F"), lang="en")
    right = directions(building, graph.route("8,7,1F", "16,2,1F"), lang="en")
    assert "left" in left[0].text
    assert "right" not in " ".join(step.text for step in left)
    assert "right" in " ".join(step.text for step in right)
    assert "left" not in " ".join(step.text for step in right)


def test_an_exit_is_named_by_its_sign() -> None:
    building = two_floors()
    route = build_navigation(building).route("hall", "exit-1")
    assert "1번 출구로 나가세요." in directions(building, route, lang="ko")[-2].text
    assert directions(building, route, lang="en")[-2].text.endswith("leave by Exit 1.")


def test_close_turns_are_one_sentence() -> None:
    building = two_floors()
    steps = directions(building, build_navigation(building).route("hall", "office"), lang="en")
    assert steps[0].text == "Go 4 m, then at once turn right and go 1 m."


@pytest.mark.parametrize(
    ("lang", "enter", "leave"), [("en", "Enter by Exit 1", "leave by Exit 1"), ("ko", "들어가", "나가세요")]
)
def test_one_comes_in_by_an_exit_and_goes_out_by_it(lang: str, enter: str, leave: str) -> None:
    building = two_floors()
    graph = build_navigation(building)
    coming = [step.text for step in directions(building, graph.route("exit-1", "office"), lang=lang)]
    going = [step.text for step in directions(building, graph.route("office", "exit-1"), lang=lang)]
    assert enter in coming[0]
    assert not any(leave in text for text in coming)
    assert leave in going[-2]
    assert not any(enter in text for text in going)
