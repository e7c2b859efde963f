"""Routes through small buildings, with numbers that can be checked on paper."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import box

from indoor3d.errors import (
    InvalidPosition,
    NoRoute,
    OffNetwork,
    UnknownElement,
    UnknownProfile,
)
from indoor3d.models.building import Building, Obstacle
from indoor3d.models.mesh import Mesh
from indoor3d.models.network import Network
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.place import Place
from tests.buildings import open_plan, station, two_floors


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return build_navigation(two_floors())


@pytest.fixture(scope="module")
def rail() -> NavGraph:
    return build_navigation(station())


@pytest.fixture(scope="module")
def plan() -> NavGraph:
    return build_navigation(open_plan())


def modes(graph: NavGraph, start: str, goal: str, profile: str = "walk") -> list[str]:
    return [str(leg.mode) for leg in graph.route(start, goal, profile=profile).legs]


def blocked(error: NoRoute) -> set[tuple[str, str]]:
    return {(entry["element"], entry["reason"]) for entry in error.context["blocked_by"]}


def test_a_straight_way_has_its_euclidean_length_and_its_time(graph: NavGraph) -> None:
    route = graph.route("1,1,1F", "11,9,1F")
    assert route.length_m == pytest.approx(math.hypot(10, 8), abs=1e-9)
    assert route.duration_s == pytest.approx(math.hypot(10, 8) / 1.30, abs=1e-9)
    assert route.openings == ()
    assert route.positions.tolist() == [[1, 1, 0], [11, 9, 0]]


def test_a_way_round_a_column_bends_at_the_corner_of_its_clearance(graph: NavGraph) -> None:
    # The column is 0.5 m wide around (6, 3); a body of 0.2 m passes its corner at (5.55, 3.45) and (6.45, 3.45).
    route = graph.route("4,3.1,1F", "8,3.1,1F")
    expected = 2 * math.hypot(1.55, 0.35) + 0.9
    # Corners lie on the roadmap's lattice, a tenth of a micrometre wide.
    assert route.length_m == pytest.approx(expected, abs=1e-6)
    assert route.positions[1:3, :2] == pytest.approx(np.array([[5.55, 3.45], [6.45, 3.45]]), abs=1e-6)


def test_stairs_count_their_slope_and_climb(graph: NavGraph) -> None:
    leg = next(leg for leg in graph.route("hall", "office").legs if leg.mode is Mode.STAIRS)
    assert leg.length_m == pytest.approx(math.hypot(5, 3.5))
    assert leg.climb_m == pytest.approx(3.5)
    assert leg.duration_s == pytest.approx(math.hypot(5, 3.5) / 0.50)
    assert (leg.level_from, leg.level_to, leg.elements) == ("g", "u", ("stairs-1",))


def test_down_is_quicker_than_up(graph: NavGraph) -> None:
    up, down = graph.route("hall", "gallery"), graph.route("gallery", "hall")
    assert down.climb_m == pytest.approx(-3.5)
    assert down.length_m == pytest.approx(up.length_m)
    assert down.duration_s < up.duration_s


def test_a_wheelchair_takes_the_lift_and_never_stairs(graph: NavGraph) -> None:
    route = graph.route("hall", "office", profile="wheelchair")
    assert [leg.mode for leg in route.legs] == [Mode.WALK, Mode.LIFT, Mode.WALK]
    # Wait and ride over 3.5 m: 6 + 10 + 3.5 / 0.75 + 3 and a quarter of the cycle 2 * 3.5 / 0.75 + 32.
    lift_s = 19 + 3.5 / 0.75 + 0.25 * (2 * 3.5 / 0.75 + 32)
    assert route.legs[1].duration_s == pytest.approx(lift_s)


def test_a_wheelchair_without_a_lift_gets_no_route_and_the_reasons(graph: NavGraph) -> None:
    with pytest.raises(NoRoute) as caught:
        graph.route("hall", "office", profile="wheelchair", closed=["lift-1"])
    assert blocked(caught.value) == {("lift-1", "closed"), ("stairs-1", "stairs")}
    assert "계단 1" in caught.value.detail["ko"]
    assert "Stairs 1" in caught.value.detail["en"]


def test_openings_are_crossed_in_order(graph: NavGraph) -> None:
    route = graph.route("store", "exit-1")
    assert route.openings == ("door-shop-store", "door-hall-shop", "door-exit-1")
    assert graph.route("exit-1", "store").openings == route.openings[::-1]


def test_a_way_past_a_door_does_not_cross_it(graph: NavGraph) -> None:
    assert graph.route("11.8,9,1F", "11.8,5.5,1F", closed=["door-hall-shop"]).openings == ()


@pytest.mark.parametrize("shut", ["exit-1", "door-exit-1"])
def test_closing_an_exit_or_its_opening_closes_both(graph: NavGraph, shut: str) -> None:
    with pytest.raises(NoRoute) as caught:
        graph.route("hall", "exit-1", closed=[shut])
    assert ("exit-1", "closed") in blocked(caught.value)


def test_closing_a_space_closes_its_doors_and_stairs(graph: NavGraph) -> None:
    for start, goal, space in (("shop", "hall", "hall"), ("hall", "office", "gallery"), ("store", "exit-2", "shop")):
        with pytest.raises(NoRoute):
            graph.route(start, goal, closed=[space])
    inside = graph.route("1,1,1F", "1,9,1F", closed=["hall"])
    assert inside.length_m == pytest.approx(8.0)


def test_the_doors_of_a_closed_space_are_named(graph: NavGraph) -> None:
    with pytest.raises(NoRoute) as caught:
        graph.route("gallery", "office", closed=["office"])
    assert blocked(caught.value) == {("door-office", "closed")}


def test_a_wall_without_a_door_says_that_nothing_leads_there() -> None:
    building = two_floors()
    walled = replace(building, openings=tuple(o for o in building.openings if o.id != "door-office"))
    with pytest.raises(NoRoute) as caught:
        build_navigation(walled).route("gallery", "office")
    assert blocked(caught.value) == {("office", "no-way")}


def test_unknown_ids_and_profiles_are_refused(graph: NavGraph) -> None:
    with pytest.raises(UnknownElement):
        graph.route("hall", "office", closed=["no-such-door"])
    with pytest.raises(UnknownElement):
        graph.route("hall", "nowhere")
    with pytest.raises(UnknownProfile):
        graph.route("hall", "office", profile="jetpack")


def test_a_place_in_a_column_is_moved_and_one_far_outside_is_refused(graph: NavGraph) -> None:
    moved = graph.route("6,3,1F", "1,3,1F").positions[0]
    assert np.hypot(moved[0] - 6, moved[1] - 3) == pytest.approx(0.45)
    with pytest.raises(OffNetwork) as caught:
        graph.route("-30,3,1F", "1,3,1F")
    assert caught.value.context["level"] == "g"
    assert caught.value.context["distance_m"] == pytest.approx(math.hypot(29.44, 1.75), abs=0.01)


def test_a_place_between_levels_must_say_which(graph: NavGraph) -> None:
    with pytest.raises(InvalidPosition):
        graph.route("3,3", "4,4")


@pytest.mark.parametrize(("height", "level"), [(0.0, "g"), (1.2, "g"), (3.4, "u"), (5.0, "u")])
def test_a_height_belongs_to_the_floor_below(graph: NavGraph, height: float, level: str) -> None:
    place = Place(x_m=3.0, y_m=3.0, z_m=height)
    assert graph.route(place, "hall").levels[0] == level


def test_a_facility_is_reached_from_its_own_space(graph: NavGraph) -> None:
    route = graph.route("exit-1", "aed-1")
    assert route.openings == ("door-exit-1",)


def test_start_and_goal_at_one_place(graph: NavGraph) -> None:
    route = graph.route("1,1,1F", "1,1,1F")
    assert (route.length_m, route.duration_s) == (0.0, 0.0)
    assert route.positions.shape == (2, 3)


def test_escalators_carry_one_way(rail: NavGraph) -> None:
    down, up = rail.route("hall", "platform"), rail.route("platform", "hall")
    assert [leg.elements for leg in down.legs if leg.mode is Mode.ESCALATOR] == [("escalator-down",)]
    assert [leg.elements for leg in up.legs if leg.mode is Mode.ESCALATOR] == [("escalator-up",)]
    assert up.climb_m == pytest.approx(4.0)
    assert down.climb_m == pytest.approx(-4.0)
    # The right one is closed, the lift too: the other way's escalator is no way.
    with pytest.raises(NoRoute) as caught:
        rail.route("hall", "platform", closed=["escalator-down", "lift"])
    assert ("escalator-down", "closed") in blocked(caught.value)


def test_the_wrong_direction_is_named() -> None:
    building = station()
    one = replace(building, connectors=tuple(c for c in building.connectors if c.id == "escalator-up"))
    with pytest.raises(NoRoute) as caught:
        build_navigation(one).route("hall", "platform")
    assert blocked(caught.value) == {("escalator-up", "one-way")}


def test_a_lift_is_waited_for_once_however_far_one_rides(rail: NavGraph) -> None:
    route = rail.route("platform", "office", profile="wheelchair")
    assert [leg.mode for leg in route.legs] == [Mode.WALK, Mode.LIFT, Mode.WALK]
    assert route.levels == ("b", "u")
    assert route.legs[1].duration_s == pytest.approx(19 + 8 / 0.75 + 0.25 * (2 * 8 / 0.75 + 32))


def test_a_step_is_no_way_for_a_wheelchair(rail: NavGraph) -> None:
    route = rail.route("hall", "stage")
    assert route.openings == ("step",)
    assert route.climb_m == pytest.approx(0.15)
    with pytest.raises(NoRoute) as caught:
        rail.route("hall", "stage", profile="wheelchair")
    assert blocked(caught.value) == {("step", "step")}


def test_a_floor_above_another_on_one_level_is_reached_by_its_stairs_only(rail: NavGraph) -> None:
    assert modes(rail, "10,7,1F", "mezzanine") == ["walk", "stairs", "walk"]
    with pytest.raises(NoRoute):
        rail.route("hall", "mezzanine", closed=["stairs-mezzanine"])


def test_a_narrow_opening_is_a_way_with_its_width(plan: NavGraph) -> None:
    shut = ["double-a", "double-b", "tight"]
    assert "narrow" in plan.route("closet", "west", closed=shut).openings
    with pytest.raises(NoRoute) as caught:
        plan.route("closet", "west", closed=shut, profile="wheelchair")
    assert ("narrow", "too-narrow") in blocked(caught.value)


def test_two_openings_of_one_gap_must_both_be_closed(plan: NavGraph) -> None:
    there = plan.route("closet", "middle").length_m
    for one in ("double-a", "double-b"):
        assert plan.route("closet", "middle", closed=[one]).length_m == pytest.approx(there, abs=1e-9)
    round_about = plan.route("closet", "middle", closed=["double-a", "double-b"])
    assert not {"double-a", "double-b"} & set(round_about.openings)
    assert round_about.length_m > there + 1


def test_a_gap_beside_a_column_is_too_narrow_for_a_wheelchair() -> None:
    # Two columns with 0.75 m between them, in a wall to wall row: a morphological opening by 0.8 m would not see it.
    def hall_with(gap_m: float) -> NavGraph:
        building = two_floors()
        row = (
            Obstacle(id="row-a", level="g", footprint=box(0, 4, 5, 4.1), floor_m=0.0),
            Obstacle(id="row-b", level="g", footprint=box(5 + gap_m, 4, 12, 4.1), floor_m=0.0),
        )
        return build_navigation(replace(building, obstacles=row))

    assert hall_with(0.81).route("2,2,1F", "2,6,1F", profile="wheelchair").length_m > 4
    assert hall_with(0.75).route("2,2,1F", "2,6,1F").length_m > 4
    with pytest.raises(NoRoute) as caught:
        hall_with(0.75).route("2,2,1F", "2,6,1F", profile="wheelchair")
    assert blocked(caught.value) == {("hall", "too-narrow")}


@pytest.mark.parametrize("make", [two_floors, station, open_plan])
def test_every_route_stays_in_free_space_or_on_a_connector(make: Callable[[], Building]) -> None:
    building = make()
    graph = build_navigation(building)
    ids = [space.id for space in building.spaces]
    ground = {(w.surface.level, w.surface.floor_m): w.surface.ground.buffer(1e-6) for w in graph.floors.ways}
    for start in ids:
        for goal in ids:
            for leg in graph.route(start, goal).legs:
                if leg.mode is Mode.WALK:
                    for a, b in zip(leg.positions, leg.positions[1:], strict=False):
                        at = [g for (_, z), g in ground.items() if abs(z - a[2]) < 1e-9]
                        line = shapely.linestrings([a[:2], b[:2]])
                        stairs = [c.footprint.buffer(0.01) for c in building.connectors]
                        assert any(shapely.union_all([g, *stairs]).covers(line) for g in at)


def test_distances_are_those_of_routes(graph: NavGraph) -> None:
    goals = ["store", "office", "gallery", "exit-2", "1,1,1F"]
    found = graph.distances("hall", goals, profile="wheelchair", closed=["exit-1"])
    for number, goal in enumerate(goals):
        route = graph.route("hall", goal, profile="wheelchair", closed=["exit-1"])
        assert found.length_m[number] == pytest.approx(route.length_m, abs=1e-6)
        assert found.duration_s[number] == pytest.approx(route.duration_s, abs=1e-6)
    assert np.isinf(graph.distances("hall", ["exit-1"], closed=["exit-1"]).length_m).all()


def test_a_stored_network_answers_as_the_built_one() -> None:
    for make in (two_floors, station, open_plan):
        building = make()
        built = build_navigation(building)
        stored = NavGraph(replace(building, mesh=Mesh.empty()), built.network)
        ids = [space.id for space in building.spaces]
        shut = [building.openings[0].id]
        for goal in ids[1:]:
            for closed in ([], shut):
                answers: list[object] = []
                for one in (built, stored):
                    try:
                        route = one.route(ids[0], goal, closed=closed)
                        answers.append((route.length_m, route.openings, route.positions.tolist()))
                    except NoRoute as problem:
                        answers.append((problem.context["blocked_by"],))
                assert answers[0] == answers[1]


@pytest.mark.parametrize("make", [two_floors, station, open_plan])
def test_the_order_of_the_model_changes_nothing(make: Callable[[], Building]) -> None:
    building = make()
    fields = ("levels", "spaces", "openings", "connectors", "exits", "facilities", "obstacles")
    turned = replace(building, **{name: tuple(reversed(getattr(building, name))) for name in fields})  # type: ignore[arg-type]
    graphs = (build_navigation(building), build_navigation(turned))
    for one, other in zip(*([graph, *graph.wider] for graph in graphs), strict=True):
        for name in Network.__dataclass_fields__:
            a, b = getattr(one.network, name), getattr(other.network, name)
            assert np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b, name
