"""Journeys, and failures that users of other routers reported: each is a test by its number in the list of the design."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from indoor3d.errors import InvalidPosition, NoRoute, OffNetwork, UnknownElement
from indoor3d.models.building import Building, Connector, Stop
from indoor3d.models.state import Condition, Effect, Effects, State, Status
from indoor3d.models.vocabulary import ConnectorCategory, Mode
from indoor3d.routing import journey as journeys
from indoor3d.routing.accessibility import accessibility
from indoor3d.routing.build import build_navigation
from indoor3d.routing.explain import explain
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.journey import Note, in_service, journey
from indoor3d.routing.place import Place, find_place
from indoor3d.routing.profile import PROFILES, Options, find_profile
from indoor3d.routing.route import Route
from indoor3d.routing.stops import plausible
from tests.buildings import station, street_station, two_floors
from tests.venues.made import VENUES, made

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
STATIONS = [venue for venue in VENUES if venue in {"city-hall", "express-bus-terminal", "jongno-3-ga"}]


def changed(building: Building, ident: str, **values: Any) -> Building:
    """The building with attributes of one opening or connector said."""
    return replace(
        building,
        openings=tuple(replace(o, **values) if o.id == ident else o for o in building.openings),
        connectors=tuple(replace(c, **values) if c.id == ident else c for c in building.connectors),
    )


def places(graph: NavGraph, *names: str) -> list[Place]:
    return [find_place(graph.building, name) for name in names]


def taken(route: Route) -> set[str]:
    return {name for leg in route.legs for name in leg.elements}


@pytest.fixture(scope="module")
def floors() -> NavGraph:
    return build_navigation(two_floors())


def test_failure_01_what_nobody_has_said_is_refused_burdened_or_taken_and_always_told(floors: NavGraph) -> None:
    stops = places(floors, "hall", "office")
    with pytest.raises(NoRoute):
        journey(floors, stops, profile="wheelchair", options=Options(unknown="strict"))
    warned = journey(floors, stops, profile="wheelchair", options=Options(unknown="warn"))
    unknown = {note.element: note.values for note in warned.notes if note.code == "unknown"}
    assert set(unknown) == {"lift-1", "door-office"}
    assert "threshold" in unknown["door-office"]
    ignored = journey(floors, stops, profile="wheelchair", options=Options(unknown="ignore"))
    assert not [note for note in ignored.notes if note.code == "unknown"]
    assert ignored.routes[0].duration_s <= warned.routes[0].duration_s + 1e-9
    said = changed(floors.building, "lift-1", car_width_m=1.6, car_depth_m=1.4, clear_width_m=0.9, needs_staff=False)
    said = changed(said, "door-office", threshold_m=0.0, automatic=True, intercom=False, kind=None)
    known = journey(build_navigation(said), stops, profile="wheelchair", options=Options(unknown="warn"))
    left = {value for note in known.notes if note.code == "unknown" for value in note.values}
    assert left <= {"kind"}


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_failure_02_a_lift_that_is_out_of_order_is_used_by_nobody(floors: NavGraph, profile: str) -> None:
    report = Condition(
        id="out",
        effect=Effect.STATUS,
        elements=("lift-1",),
        status=Status.NOT_AVAILABLE,
        reported_at=NOON,
        interval_s=3600.0,
    )
    effects = State(conditions=(report,)).at(NOON, building=floors.building)
    stops = places(floors, "hall", "office")
    assert effects.closed == {"lift-1"}
    for start, goal in (stops, stops[::-1]):
        told = explain(
            floors, [journeys.Stop(places=(start,)), journeys.Stop(places=(goal,))], profile=profile, effects=effects
        )
        if told.found is None:
            assert told.problem is not None
            assert "lift-1" in {entry["element"] for entry in told.problem.context["blocked_by"]}
            assert told.would_help == ("lift-1",)
        else:
            assert "lift-1" not in taken(told.found.routes[0])


def test_failure_03_a_limit_is_never_let_go_silently() -> None:
    building = two_floors()
    ramp = next(c for c in building.connectors if c.id == "stairs-1")
    steep = replace(ramp, category=ConnectorCategory.RAMP, max_slope=0.5, step_count=None)
    others = tuple(c for c in building.connectors if c.id != "lift-1")
    graph = build_navigation(replace(building, connectors=tuple(steep if c.id == "stairs-1" else c for c in others)))
    stops = places(graph, "hall", "office")
    with pytest.raises(NoRoute) as caught:
        journey(graph, stops, profile="wheelchair")
    assert ("stairs-1", "too-steep") in {(e["element"], e["reason"]) for e in caught.value.context["blocked_by"]}
    told = explain(graph, [journeys.Stop(places=(one,)) for one in stops], profile="wheelchair")
    assert told.found is None
    assert told.problem is not None
    assert told.relaxed is not None
    assert told.lifted == ("profile",)
    assert "stairs-1" in taken(told.relaxed.routes[0])


def continuous(route: Route) -> None:
    """Every leg begins where the one before ended, and a level is left by a connector only."""
    for before, leg in zip(route.legs, route.legs[1:], strict=False):
        assert np.linalg.norm(leg.positions[0] - before.positions[-1]) < 0.3
        assert leg.level_from == before.level_to
    for leg in route.legs:
        if leg.mode is Mode.WALK:
            assert leg.level_from == leg.level_to
            assert np.ptp(leg.positions[:, 2]) < 0.3
        elif leg.mode is not Mode.LIFT:
            assert len(leg.elements) == 1


@pytest.mark.parametrize("venue", VENUES)
def test_failure_04_a_path_never_leaps(venue: str) -> None:
    graph = made(venue).graph
    rng, found = np.random.default_rng(4), 0
    spaces = sorted(s.id for s in graph.building.spaces if s.walkable)
    for _ in range(8):
        start, goal = rng.choice(spaces, 2, replace=False).tolist()
        for profile in ("walk", "wheelchair"):
            try:
                continuous(graph.route(start, goal, profile=profile))
            except NoRoute:
                continue
            found += 1
    assert found > 3


def test_failure_05_a_lift_that_moves_sideways_takes_a_wheelchair() -> None:
    building = two_floors()
    lift = next(c for c in building.connectors if c.id == "lift-1")
    low, high = lift.stops[0], lift.stops[-1]
    x, y, z = high.position
    moved = replace(
        lift,
        stops=(low, Stop(level=high.level, position=(x + 1.0, y, z))),
        path=(low.position, (x + 1.0, y, z)),
        car_width_m=1.6,
        car_depth_m=1.4,
    )
    straight = build_navigation(building).route("hall", "office", profile="wheelchair")
    graph = build_navigation(
        replace(building, connectors=tuple(moved if c.id == "lift-1" else c for c in building.connectors))
    )
    route = graph.route("hall", "office", profile="wheelchair")
    ride = next(leg for leg in route.legs if leg.mode is Mode.LIFT)
    assert ride.length_m > next(leg for leg in straight.legs if leg.mode is Mode.LIFT).length_m
    assert ride.positions[0][:2] != pytest.approx(ride.positions[-1][:2], abs=0.5)


def test_failure_06_a_station_is_reached_from_the_street_and_a_platform_without_a_lift_says_so() -> None:
    building = street_station()
    without = replace(
        building, connectors=tuple(c for c in building.connectors if c.category is not ConnectorCategory.LIFT)
    )
    reached, cut = (accessibility(build_navigation(one)) for one in (building, without))
    assert [row.problem for row in reached.platforms] == [None]
    assert [row.problem is not None for row in cut.platforms] == [True]


def test_failure_07_one_closure_holds_for_all(floors: NavGraph) -> None:
    stops = places(floors, "hall", "office")
    for profile in PROFILES:
        with pytest.raises(NoRoute) as caught:
            journey(floors, stops, profile=profile, closed=["door-office"])
        assert "door-office" in {entry["element"] for entry in caught.value.context["blocked_by"]}


def sloped(venue: str) -> list[Connector]:
    return [c for c in made(venue).building.connectors if c.category is ConnectorCategory.RAMP]


def test_failure_08_a_chair_pushed_up_a_ramp_takes_half_as_long_again() -> None:
    chair = find_profile("wheelchair_manual")
    assert chair.level_mps / chair.ramp_up_mps >= 1.5
    seen = 0
    for venue in ("city-hall", "express-bus-terminal", "jongno-3-ga"):
        graph = made(venue).graph
        conditions = graph.conditions("wheelchair_manual", (), options=Options(unknown="ignore"))
        nav = graph.for_body(conditions.profile)
        costs, network = nav.weights.costs(conditions), nav.network
        ramps = {i for i, name in enumerate(network.elements) if name in {c.id for c in sloped(venue)}}
        for edge in range(len(network.edge_from)):
            low, high = network.edge_element_start[edge : edge + 2]
            climb = network.edge_climb_m[edge]
            if not ramps.intersection(network.edge_element[low:high].tolist()) or abs(climb) < 0.1:
                continue
            up = costs.forward_s[edge] if climb > 0 else costs.backward_s[edge]
            level = network.edge_length_m[edge] / chair.level_mps
            assert up >= 1.5 * level
            seen += np.isfinite(up)
    assert seen > 0


@pytest.mark.parametrize("venue", STATIONS)
def test_changing_lines_takes_a_wheelchair_longer_than_on_foot(venue: str) -> None:
    graph, compared = made(venue).graph, 0
    for transfer in accessibility(graph).transfers:
        if transfer.step_free is not None and transfer.walk_s is not None:
            compared += 1
            assert transfer.step_free.duration_s >= 1.5 * transfer.walk_s, transfer.transfer
    assert compared > 0


def test_failure_11_a_wheelchair_lift_is_offered_only_to_who_asks_and_named_with_its_staff() -> None:
    building = two_floors()
    stairs = next(c for c in building.connectors if c.id == "stairs-1")
    platform = replace(
        stairs,
        id="stairs-1~lift",
        category=ConnectorCategory.WHEELCHAIR_LIFT,
        needs_staff=True,
        car_width_m=0.9,
        car_depth_m=1.25,
        step_count=None,
    )
    others = tuple(c for c in building.connectors if c.id != "lift-1")
    graph = build_navigation(replace(building, connectors=(*others, platform)))
    stops = places(graph, "hall", "office")
    with pytest.raises(NoRoute) as caught:
        journey(graph, stops, profile="wheelchair")
    assert ("stairs-1", "stairs") in {(e["element"], e["reason"]) for e in caught.value.context["blocked_by"]}
    offered = journey(graph, stops, profile="wheelchair", options=Options(staff_lifts=True))
    assert [leg.mode for leg in offered.routes[0].legs if leg.mode is not Mode.WALK] == [Mode.WHEELCHAIR_LIFT]
    assert Note(code="staff", element="stairs-1~lift") in offered.notes
    assert sum(r.duration_s for r in offered.routes) > 20 * 60
    with pytest.raises(NoRoute):
        journey(graph, stops, profile="wheelchair", options=Options(staff_lifts=True, no_staff_help=True))


def test_failure_13_the_status_of_each_lift_has_an_age_and_an_old_one_is_unknown(floors: NavGraph) -> None:
    report = Condition(
        id="ok", effect=Effect.STATUS, elements=("lift-1",), status=Status.AVAILABLE, reported_at=NOON, interval_s=600.0
    )
    stops, state = places(floors, "hall", "office"), State(conditions=(report,))
    for minutes, expected in ((5, Status.AVAILABLE), (11, Status.UNKNOWN)):
        moment = NOON + timedelta(minutes=minutes)
        found = journey(floors, stops, profile="wheelchair", effects=state.at(moment, building=floors.building))
        ((name, reported),) = found.equipment
        assert name == "lift-1"
        assert in_service(reported) is expected
        assert reported is not None
        assert reported.age_s(moment) == 60 * minutes
    silent = journey(floors, stops, profile="wheelchair")
    assert silent.equipment == (("lift-1", None),)
    assert in_service(None) is Status.UNKNOWN


def test_failure_17_a_closure_names_what_is_closed_or_is_an_error(floors: NavGraph) -> None:
    stops = places(floors, "hall", "office")
    for asked in ({"closed": ["lift-9"]}, {"effects": Effects(closed=frozenset(["lift-9"]))}):
        with pytest.raises(UnknownElement) as caught:
            journey(floors, stops, **asked)
        assert caught.value.context["element"] == "lift-9"


def test_failure_18_a_place_is_on_the_level_it_names_or_says_that_it_cannot_be() -> None:
    graph = build_navigation(station())
    for level, z in (("b", -4.0), ("g", 0.0)):
        route = graph.route(Place(x_m=5.0, y_m=4.0, level=level), Place(x_m=15.0, y_m=4.0, level=level))
        assert route.levels == (level,)
        assert route.positions[:, 2] == pytest.approx(z)
    with pytest.raises(InvalidPosition):
        graph.route(Place(x_m=5.0, y_m=4.0), Place(x_m=15.0, y_m=4.0))
    asked = Place(x_m=5.0, y_m=4.0, level="b")
    moved = journeys.Stop(
        places=(Place(x_m=5.0, y_m=4.0, level="g"),), asked=asked, accuracy_m=4.0, other_levels=("b",)
    )
    notes = journey(graph, [moved, Place(x_m=15.0, y_m=4.0, level="g")]).notes
    assert Note(code="other-level", values=("b", "g")) in notes
    assert Note(code="which-level", values=("g", "b")) in notes
    assert Note(code="uncertain", values=("4", "0.0")) in notes


# Journeys


def test_of_several_places_the_one_that_is_reached_first_is_taken() -> None:
    graph = build_navigation(station())
    near, far = Place(x_m=6.0, y_m=4.0, level="g"), Place(x_m=18.0, y_m=4.0, level="g")
    start = Place(x_m=4.0, y_m=3.5, level="g")
    for goals in ((near, far), (far, near)):
        found = journey(graph, [start, journeys.Stop(places=goals)])
        assert found.places == (start, near)
    back = journey(graph, [journeys.Stop(places=(far, near)), start])
    assert back.places == (near, start)


def test_a_journey_through_stops_is_the_routes_between_them(floors: NavGraph) -> None:
    stops = places(floors, "hall", "office", "shop")
    found = journey(floors, stops)
    assert [round(r.length_m, 6) for r in found.routes] == [
        round(floors.route(a, b).length_m, 6) for a, b in (("hall", "office"), ("office", "shop"))
    ]


def test_a_way_that_does_not_exist_says_which_one_it_is(floors: NavGraph) -> None:
    with pytest.raises(NoRoute) as caught:
        journey(floors, places(floors, "hall", "gallery", "office"), closed=["door-office"])
    assert caught.value.context["leg"] == 1


def test_what_a_journey_goes_around_is_told(floors: NavGraph) -> None:
    found = journey(floors, places(floors, "hall", "office"), closed=["stairs-1"])
    assert [(one.element, one.reason) for one in found.avoided] == [("stairs-1", "closed")]
    assert journey(floors, places(floors, "hall", "office")).avoided == ()
    crowded = journey(floors, places(floors, "hall", "office"), effects=Effects(factor={"stairs-1": 100.0}))
    assert crowded.routes[0].duration_s > 0
    assert "stairs-1" not in taken(crowded.routes[0]) or Note(code="crowded", element="stairs-1") in crowded.notes


def test_a_position_off_the_network_names_where_one_could_stand() -> None:
    graph = build_navigation(two_floors())
    with pytest.raises(OffNetwork) as error:
        plausible(graph, Place(x_m=500.0, y_m=3.0, z_m=0.0), 10.0)
    nearby = error.value.context["nearby"]
    assert 0 < len(nearby) <= 3
    assert nearby == sorted(nearby, key=lambda one: one["distance_m"])
    lon, lat = nearby[0]["lon"], nearby[0]["lat"]
    x, y, _ = graph.building.frame.from_lonlat([[lon, lat, 0.0]])[0]
    assert np.hypot(x - 500.0, y - 3.0) == pytest.approx(nearby[0]["distance_m"], abs=0.1)


@pytest.mark.parametrize("venue", STATIONS)
@pytest.mark.parametrize("profile", ["walk", "wheelchair"])
def test_a_journey_around_closures_is_the_best_way_around_them_and_says_what_it_would_have_passed(
    venue: str, profile: str
) -> None:
    """Against a search that knows of nothing but what is closed, and one that knows of nothing closed; doors of both are closed."""
    graph, random = made(venue).graph, np.random.default_rng(7)
    spaces = sorted(space.id for space in graph.building.spaces if space.walkable)
    detours = 0
    for _ in range(40):
        start, goal = random.choice(spaces, 2, replace=False).tolist()
        stops = places(graph, start, goal)
        try:
            free = graph.route(start, goal, profile=profile)
        except NoRoute:
            continue
        names = sorted(taken(free))
        doors = sorted(opening.id for opening in graph.building.openings)
        closed = {*random.choice(names, min(1, len(names))).tolist(), *random.choice(doors, 3).tolist()}
        if random.random() < 0.5:
            closed -= set(names)
        try:
            best = graph.route(start, goal, profile=profile, closed=sorted(closed))
        except NoRoute:
            with pytest.raises(NoRoute):
                journey(graph, stops, profile=profile, closed=sorted(closed))
            continue
        found = journey(graph, stops, profile=profile, closed=sorted(closed))
        assert found.routes[0].duration_s == pytest.approx(best.duration_s, rel=1e-9)
        assert found.routes[0].length_m == pytest.approx(best.length_m, rel=1e-9)
        assert not taken(found.routes[0]) & closed
        avoided = {one.element for one in found.avoided}
        assert avoided == {name for name in names if name in closed} - taken(best)
        detours += bool(avoided)
    assert detours > 3
