"""Ground outdoors: who is there is out, exits are passed out to it and in from it, alarmed doors are for escape only."""

from dataclasses import replace

import pytest
from shapely import box

from indoor3d.errors import NoRoute
from indoor3d.models.building import Building, Obstacle
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.directions import directions
from indoor3d.routing.evacuation.escape import street
from tests.buildings import street_station


def _said(building: Building, start: str, goal: str, lang: str = "en") -> list[str]:
    way = build_navigation(building).route(start, goal)
    return [step.text for step in directions(building, way, lang=lang)]


def test_the_pavement_before_an_exit_is_the_street() -> None:
    assert street(street_station()) == {"pavement"}


def test_a_court_that_no_exit_leads_to_is_no_street() -> None:
    building = street_station()
    court = replace(building.spaces[0], id="court", footprint=box(30, 0, 40, 8), category=SpaceCategory.OUTDOOR)
    assert street(replace(building, spaces=(*building.spaces, court))) == {"pavement"}


def test_nobody_in_the_street_is_evacuated() -> None:
    escapes = build_navigation(street_station()).evacuate().escapes
    assert {escape.space for escape in escapes} == {"east", "platform", "west"}
    assert all(escape.problem is None for escape in escapes)


def test_a_way_along_the_street_leaves_by_one_exit_and_goes_up_to_the_other() -> None:
    said = _said(street_station(), "exit-door-1", "exit-door-2")
    assert said[0].startswith("Leave by Exit 1")
    assert said[-2].endswith("to Exit 2.")
    assert "Enter" not in " ".join(said)


def test_a_way_in_from_the_street_enters() -> None:
    said = " ".join(_said(street_station(), "pavement", "east"))
    assert "enter by Exit 2" in said
    korean = " ".join(_said(street_station(), "pavement", "east", "ko"))
    assert "2번 출구로 들어가" in korean


def test_a_way_out_to_the_street_leaves() -> None:
    assert "leave by Exit 2" in " ".join(_said(street_station(), "east", "pavement"))


def test_an_alarmed_door_is_for_escape_only() -> None:
    building = street_station()
    exits = tuple(replace(e, everyday=e.id != "exit-door-2") for e in building.exits)
    graph = build_navigation(replace(building, exits=exits))
    assert graph.route("east", "pavement").length_m > build_navigation(building).route("east", "pavement").length_m
    assert "door-2" not in graph.route("east", "pavement").openings
    assert {e.exit for e in graph.evacuate(["east"]).escapes} == {"exit-door-2"}
    assert graph.route("east", "exit-door-2").length_m < 10.0, "who wants to go to that very door may"


def test_a_venue_whose_only_door_is_alarmed_gives_no_ordinary_way_out() -> None:
    building = street_station()
    graph = build_navigation(replace(building, exits=tuple(replace(e, everyday=False) for e in building.exits)))
    with pytest.raises(NoRoute):
        graph.route("east", "pavement")
    assert all(escape.problem is None for escape in graph.evacuate().escapes)


def test_a_floor_on_which_nobody_can_stand_is_no_floor() -> None:
    building = street_station()
    full = Obstacle(id="full", level="b", footprint=box(-1, -1, 21, 9), floor_m=-4.0)
    bare = tuple(o for o in building.openings if not o.id.startswith("screen"))
    graph = build_navigation(replace(building, obstacles=(full,), openings=bare, connectors=()))
    assert {surface.level for surface in graph.network.surfaces} == {"g"}
    problems = {e.space: e.problem is None for e in graph.evacuate().escapes}
    assert problems == {"east": True, "west": True, "platform": False}
