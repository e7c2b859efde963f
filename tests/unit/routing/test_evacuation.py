"""Ways out: only open exits, no lifts, never stairs for a wheelchair."""

from dataclasses import replace

import pytest
from shapely import MultiPolygon, Polygon, box

from indoor3d.errors import NoOpenExit, NoRoute, OffNetwork
from indoor3d.models.building import Obstacle
from indoor3d.models.vocabulary import Access, Mode
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.reach import unreachable_spaces
from tests.buildings import open_plan, station, two_floors


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return build_navigation(two_floors())


def test_every_space_gets_the_exit_that_is_quickest(graph: NavGraph) -> None:
    plan = graph.evacuate()
    assert plan.open_exits == ("exit-1", "exit-2")
    assert {e.space: e.exit for e in plan.escapes} == {
        "gallery": "exit-1",
        "hall": "exit-1",
        "office": "exit-1",
        "shop": "exit-2",
        "store": "exit-2",
    }
    assert all(e.problem is None and e.route is not None for e in plan.escapes)


def test_the_hall_starts_from_its_worst_corner(graph: NavGraph) -> None:
    escape = next(e for e in graph.evacuate().escapes if e.space == "hall")
    other = [graph.evacuate([f"{x},{y},1F"]).escapes[0] for x, y in ((0.3, 0.3), (6, 1), (11.7, 9.7), (11.7, 2))]
    assert escape.route is not None
    for one in other:
        assert one.route is not None
        assert one.route.duration_s <= escape.route.duration_s + 1e-9


def test_an_escape_is_as_quick_as_the_route_to_its_exit(graph: NavGraph) -> None:
    for escape in graph.evacuate().escapes:
        assert escape.route is not None
        assert escape.exit is not None
        route = graph.route(escape.start, escape.exit, closed=["lift-1"])
        assert escape.route.duration_s == pytest.approx(route.duration_s, abs=1e-6)
        assert escape.route.openings[-1] == {"exit-1": "door-exit-1", "exit-2": "door-exit-2"}[escape.exit]


@pytest.mark.parametrize("shut", ["exit-2", "door-exit-2"])
def test_a_closed_exit_is_never_used(graph: NavGraph, shut: str) -> None:
    plan = graph.evacuate(closed=[shut])
    assert plan.open_exits == ("exit-1",)
    assert {e.exit for e in plan.escapes} == {"exit-1"}


def test_no_open_exit_is_an_error_and_not_an_empty_plan(graph: NavGraph) -> None:
    with pytest.raises(NoOpenExit) as caught:
        graph.evacuate(closed=["exit-1", "door-exit-2"])
    assert caught.value.context["exits"] == ["exit-1", "exit-2"]
    with pytest.raises(NoOpenExit):
        build_navigation(replace(two_floors(), exits=())).evacuate()


def test_a_balcony_door_is_no_exit(graph: NavGraph) -> None:
    escape = next(e for e in graph.evacuate(closed=["door-office"]).escapes if e.space == "office")
    assert escape.route is None
    assert isinstance(escape.problem, NoRoute)
    assert {e["element"] for e in escape.problem.context["blocked_by"]} == {"door-office"}


def test_a_wheelchair_upstairs_has_a_problem_and_not_a_staircase(graph: NavGraph) -> None:
    plan = graph.evacuate(profile="wheelchair")
    stuck = {e.space for e in plan.escapes if e.problem is not None}
    assert stuck == {"gallery", "office"}
    for escape in plan.escapes:
        assert (escape.route is None) == (escape.problem is not None)
        if escape.route is not None:
            assert all(leg.mode is Mode.WALK for leg in escape.route.legs)
        else:
            assert isinstance(escape.problem, NoRoute)
            reasons = {(e["element"], e["reason"]) for e in escape.problem.context["blocked_by"]}
            assert ("stairs-1", "stairs") in reasons


def test_lifts_are_not_used_and_escalators_only_the_way_they_run() -> None:
    graph = build_navigation(station())
    escape = next(e for e in graph.evacuate().escapes if e.space == "platform")
    assert escape.route is not None
    ride = next(leg for leg in escape.route.legs if leg.mode is Mode.ESCALATOR)
    assert ride.elements == ("escalator-up",)
    assert ride.duration_s == pytest.approx(ride.length_m / (0.8 * 0.50))  # stopped: stairs with uneven, higher steps
    closed = next(e for e in graph.evacuate(closed=["escalator-up"]).escapes if e.space == "platform")
    assert isinstance(closed.problem, NoRoute)


def test_staff_spaces_are_evacuated_too() -> None:
    building = two_floors()
    staff = tuple(replace(s, access=Access.RESTRICTED) for s in building.spaces)
    plan = build_navigation(replace(building, spaces=staff)).evacuate()
    assert len(plan.escapes) == 5


def test_starts_off_the_network_carry_the_problem(graph: NavGraph) -> None:
    plan = graph.evacuate(["hall", "100,100,1F"])
    assert plan.escapes[0].route is not None
    assert isinstance(plan.escapes[1].problem, OffNetwork)


def test_a_cut_off_part_of_a_room_is_a_problem_and_a_gap_behind_furniture_is_not() -> None:
    building = two_floors()

    def with_wall(footprint: Polygon | MultiPolygon) -> NavGraph:
        wall = Obstacle(id="wall", level="g", footprint=footprint, floor_m=0.0)
        return build_navigation(replace(building, obstacles=(*building.obstacles, wall)))

    half = with_wall(box(0, 2, 12, 2.1)).evacuate()
    assert [e.space for e in half.escapes if e.problem] == ["hall"]
    behind = with_wall(box(0, 0.9, 1.2, 1.0).union(box(1.1, 0, 1.2, 1.0))).evacuate()
    assert not [e for e in behind.escapes if e.problem]


def test_every_space_of_the_plan_that_is_open_reaches_an_exit() -> None:
    graph = build_navigation(open_plan())
    assert all(e.route is not None for e in graph.evacuate().escapes)
    assert unreachable_spaces(graph) == ()


def test_nobody_is_evacuated_into_a_neighbouring_building() -> None:
    building = two_floors()
    exits = tuple(replace(exit_, outside=exit_.id != "exit-1") for exit_ in building.exits)
    graph = build_navigation(replace(building, exits=exits))
    assert graph.route("hall", "exit-1").length_m > 0
    plan = graph.evacuate()
    assert plan.open_exits == ("exit-2",)
    assert {escape.exit for escape in plan.escapes} == {"exit-2"}
    with pytest.raises(NoOpenExit):
        graph.evacuate(closed=["exit-2"])
