"""Why this way and why none, on buildings that fit on paper."""

from dataclasses import replace

import pytest

from indoor3d.errors import UnknownElement
from indoor3d.models.state import Effects
from indoor3d.routing.build import build_navigation
from indoor3d.routing.explain import explain
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.journey import Stop
from indoor3d.routing.place import find_place
from indoor3d.routing.profile import PROFILES, Options
from tests.buildings import two_floors


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return build_navigation(two_floors())


@pytest.fixture(scope="module")
def stops(graph: NavGraph) -> list[Stop]:
    return [Stop(places=(find_place(graph.building, name),)) for name in ("hall", "office")]


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_time_and_burdens_of_the_legs_are_what_the_way_was_chosen_by(
    graph: NavGraph, stops: list[Stop], profile: str
) -> None:
    told = explain(graph, stops, profile=profile)
    assert told.found is not None
    assert told.problem is None
    route = told.found.routes[0]
    assert [part.leg for part in told.parts] == list(route.legs)
    assert all(part.burden_s >= 0 for part in told.parts)
    nav, conditions = told.found.graph, told.found.conditions
    first, last = (nav.spot(place, conditions) for place in told.found.places)
    reached = nav.reached(first, conditions)
    link = nav.link(last, conditions)
    cost = float((reached.cost[link.nodes] + link.cost).min())
    spent = route.duration_s + sum(part.burden_s for part in told.parts)
    assert spent == pytest.approx(cost, abs=1e-6 * route.length_m + 1e-6)


def test_each_closure_that_would_help_alone_is_named_and_the_others_are_not(graph: NavGraph, stops: list[Stop]) -> None:
    told = explain(graph, stops, closed=["stairs-1", "lift-1"])
    assert told.found is None
    assert "stairs-1" in told.would_help
    assert told.lifted == ("closures",)
    chair = explain(graph, stops, profile="wheelchair", closed=["stairs-1", "lift-1"])
    assert chair.would_help == ("lift-1",), "stairs that are open help no wheelchair"
    both = explain(graph, stops, closed=["door-office", "stairs-1", "lift-1"])
    assert both.would_help == (), "one of them open is not enough"
    assert both.lifted == ("closures",)


def test_every_closure_that_would_help_alone_is_named(graph: NavGraph, stops: list[Stop]) -> None:
    told = explain(graph, stops, closed=["stairs-1", "lift-1"])
    assert set(told.would_help) == {"stairs-1", "lift-1"}


def test_what_is_closed_by_the_state_of_the_venue_is_explained_like_what_was_asked(
    graph: NavGraph, stops: list[Stop]
) -> None:
    told = explain(graph, stops, profile="wheelchair", effects=Effects(closed=frozenset(["lift-1"])))
    assert told.would_help == ("lift-1",)
    assert told.relaxed is not None
    assert "lift-1" in {name for leg in told.relaxed.routes[0].legs for name in leg.elements}


def test_what_nobody_has_said_is_lifted_before_the_profile_is(graph: NavGraph, stops: list[Stop]) -> None:
    told = explain(graph, stops, profile="wheelchair", options=Options(unknown="strict"))
    assert told.found is None
    assert told.lifted == ("unknown",)
    assert told.would_help == ()


def test_no_way_at_all_is_no_way_whatever_is_lifted(stops: list[Stop]) -> None:
    building = two_floors()
    cut = build_navigation(replace(building, connectors=()))
    told = explain(cut, stops)
    assert told.problem is not None
    assert (told.found, told.relaxed, told.lifted, told.would_help) == (None, None, (), ())


def test_an_id_that_does_not_exist_is_no_explanation(graph: NavGraph, stops: list[Stop]) -> None:
    with pytest.raises(UnknownElement):
        explain(graph, stops, closed=["nothing"])
