"""What conditions do to routes: limits hold whatever is closed, nothing unknown is taken for known, turning is rebuilding."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Literal

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.errors import NoRoute, OffNetwork
from indoor3d.models.building import Building
from indoor3d.models.state import Effects, Reported, Status
from indoor3d.models.vocabulary import ConnectorCategory, Direction, Mode
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.place import Place
from indoor3d.routing.profile import PROFILES, Options, find_profile
from indoor3d.routing.route import Route
from indoor3d.routing.view import View
from tests.buildings import station, two_floors
from tests.venues.made import VENUES, made

WHEELED = ("wheelchair_manual", "wheelchair_assisted", "wheelchair_powered", "scooter")
CONNECTING = (Mode.STAIRS, Mode.ESCALATOR)
TOLERANCE_M = 1e-6


def pairs(graph: NavGraph, count: int, seed: int) -> list[tuple[str, str]]:
    """Two spaces on different levels where it can be."""
    rng = np.random.default_rng(seed)
    spaces = sorted((s for s in graph.building.spaces if s.walkable), key=lambda s: s.id)
    found: list[tuple[str, str]] = []
    while len(found) < count:
        one, other = (spaces[i] for i in rng.choice(len(spaces), 2, replace=False).tolist())
        if one.level != other.level or len(graph.building.levels) == 1:
            found.append((one.id, other.id))
    return found


def ways(graph: NavGraph, some: list[tuple[str, str]], **conditions: object) -> Iterator[Route]:
    """The routes that there are."""
    for start, goal in some:
        try:
            yield graph.route(start, goal, **conditions)  # type: ignore[arg-type]
        except (NoRoute, OffNetwork):
            continue


def narrowest_m(building: Building, ident: str) -> float:
    """How wide something is, from the building alone: as said, else what its footprint allows at most."""
    opening = next((o for o in building.openings if o.id == ident), None)
    if opening is None:
        return float("inf")
    if opening.clear_width_m is not None:
        return opening.clear_width_m
    ring = np.array(opening.footprint.minimum_rotated_rectangle.exterior.coords)
    return float(np.linalg.norm(np.diff(ring, axis=0), axis=1).max())


@pytest.mark.parametrize("profile", WHEELED)
@pytest.mark.parametrize("venue", VENUES)
def test_a_wheelchair_never_takes_a_step_or_a_narrow_opening(venue: str, profile: str) -> None:
    graph, own = made(venue).graph, find_profile(profile)
    kinds = {c.id: c.category for c in graph.building.connectors}
    found = 0
    for route in ways(graph, pairs(graph, 12, seed=5), profile=profile):
        found += 1
        passed = {name for leg in route.legs for name in leg.elements}
        assert not any(leg.mode in CONNECTING for leg in route.legs)
        assert not {kinds.get(name) for name in passed} & {ConnectorCategory.STAIRS, ConnectorCategory.ESCALATOR}
        for name in passed:
            assert narrowest_m(graph.building, name) >= own.width_m + own.margin_m - TOLERANCE_M
    assert found > 0


@pytest.mark.parametrize("venue", VENUES)
def test_strict_never_uses_what_nobody_has_said_and_ignoring_never_costs_more(venue: str) -> None:
    graph = made(venue).graph
    some, compared = pairs(graph, 6, seed=9), 0
    for profile in ("wheelchair_manual", "blind_cane", "walk"):
        missing = set(graph.for_body(find_profile(profile)).weights.elements(graph.conditions(profile, ())).unknown)
        for route in ways(graph, some, profile=profile, options=Options(unknown="strict")):
            assert not taken(route) & missing
        for start, goal in some:
            policies: tuple[Literal["strict", "warn", "ignore"], ...] = ("ignore", "warn", "strict")
            try:
                views = [
                    graph.view(start, goal, profile=profile, options=Options(unknown=policy)) for policy in policies
                ]
            except OffNetwork:
                continue
            ignore, warn, strict = (cost(view) for view in views)
            assert ignore <= warn + 1e-6 <= strict + 2e-6
            compared += warn < float("inf")
    assert compared > 0


@pytest.mark.parametrize("venue", VENUES)
def test_a_closed_lift_is_avoided_by_every_profile(venue: str) -> None:
    graph, through = made(venue).graph, 0
    lifts = [c for c in graph.building.connectors if c.category is ConnectorCategory.LIFT]
    for profile, lift in zip(sorted(PROFILES), itertools.cycle(lifts)):
        stops = [
            Place(x_m=s.position[0], y_m=s.position[1], z_m=s.position[2], level=s.level)
            for s in (lift.stops[0], lift.stops[-1])
        ]
        try:
            through += lift.id in taken(graph.route(*stops, profile=profile))
        except (NoRoute, OffNetwork):
            continue
        for shut in ({"closed": [lift.id]}, {"effects": Effects(closed=frozenset([lift.id]))}):
            try:
                route = graph.route(*stops, profile=profile, **shut)
            except (NoRoute, OffNetwork):
                continue
            assert lift.id not in taken(route)
    assert through > 0


def taken(route: Route) -> set[str]:
    return {name for leg in route.legs for name in leg.elements}


@pytest.mark.parametrize("venue", VENUES)
def test_closing_never_makes_a_choice_cheaper(venue: str) -> None:
    graph = made(venue).graph
    for profile in ("walk", "wheelchair_manual"):
        for start, goal in pairs(graph, 5, seed=3):
            try:
                opened = graph.view(start, goal, profile=profile)
                nav, conditions = opened.graph, opened.conditions
                route = nav.between(nav.spot(start, conditions), nav.spot(goal, conditions), conditions)
                if route is None or not taken(route):
                    continue
                shut = sorted(taken(route))[:1]
                closed = graph.view(start, goal, profile=profile, closed=shut)
            except OffNetwork:
                continue
            assert cost(closed) >= cost(opened) - 1e-6


def cost(view: View) -> float:
    """What the best way costs; infinite without one."""
    try:
        found: float = nx.dijkstra_path_length(view, "start", "goal", weight="cost")
    except nx.NetworkXNoPath:
        return float("inf")
    return found


# Directions


def turned(building: Building, ident: str, direction: Direction) -> Building:
    return replace(
        building,
        connectors=tuple(replace(c, direction=direction) if c.id == ident else c for c in building.connectors),
    )


@cache
def graph_of(name: str, ident: str = "", direction: Direction = Direction.BOTH) -> NavGraph:
    building = {"station": station, "two_floors": two_floors}[name]()
    return build_navigation(turned(building, ident, direction) if ident else building)


TURNABLE = {
    "station": ("escalator-down", "escalator-up", "stairs-mezzanine", "stairs-office"),
    "two_floors": ("stairs-1",),
}


def length_m(graph: NavGraph, start: str, goal: str, **conditions: object) -> float:
    try:
        return graph.route(start, goal, **conditions).length_m  # type: ignore[arg-type]
    except NoRoute:
        return float("inf")


@pytest.mark.parametrize(
    "direction",
    [pytest.param(Direction.UP), pytest.param(Direction.DOWN), Direction.BOTH],
)
@pytest.mark.parametrize(("name", "ident"), [(name, ident) for name, some in TURNABLE.items() for ident in some])
@pytest.mark.parametrize("profile", ["walk", "luggage"])
def test_turning_a_connector_equals_rebuilding_it_turned(
    name: str, ident: str, direction: Direction, profile: str
) -> None:
    graph, rebuilt = graph_of(name), graph_of(name, ident, direction)
    effects = Effects(oneway={ident: direction})
    spaces = [s.id for s in graph.building.spaces if s.walkable]
    for start, goal in itertools.permutations(spaces, 2):
        live = length_m(graph, start, goal, profile=profile, effects=effects)
        assert live == pytest.approx(length_m(rebuilt, start, goal, profile=profile), abs=1e-6)


def test_a_turned_escalator_carries_the_other_way_and_a_stopped_one_is_walked() -> None:
    graph = graph_of("station")
    lift = ["lift"]
    down = graph.route("hall", "platform", closed=lift)
    assert taken(down) >= {"escalator-down"}
    with pytest.raises(NoRoute):
        graph.route("hall", "platform", closed=lift, effects=Effects(oneway={"escalator-down": Direction.UP}))
    still = Reported(
        status=Status.PARTIALLY_AVAILABLE, said=Status.PARTIALLY_AVAILABLE, condition="c", as_of=None, stale=False
    )
    walked = graph.route("hall", "platform", closed=lift, effects=Effects(status={"escalator-down": still}))
    assert walked.duration_s != pytest.approx(down.duration_s)
    assert walked.length_m == pytest.approx(down.length_m)


# Crowds and smoke


@settings(max_examples=30, deadline=None)
@given(
    factor=st.dictionaries(
        st.sampled_from(["hall", "office", "gallery", "stairs-1", "lift-1", "door-office"]),
        st.floats(1, 50),
        max_size=4,
    ),
    closed=st.sets(st.sampled_from(["stairs-1", "lift-1", "door-office"]), max_size=2),
    profile=st.sampled_from(["walk", "wheelchair_manual", "elderly"]),
)
def test_crowds_never_make_a_way_cheaper_nor_lead_where_it_is_closed(
    factor: dict[str, float], closed: set[str], profile: str
) -> None:
    graph = graph_of("two_floors")
    asked = {"profile": profile, "closed": sorted(closed)}
    calm, slow = (
        graph.view("hall", "office", effects=effects, **asked)  # type: ignore[arg-type]
        for effects in (Effects(), Effects(factor=factor))
    )
    assert cost(slow) >= cost(calm) - 1e-9
    if cost(slow) < float("inf"):
        route = graph.route("hall", "office", effects=Effects(factor=factor), **asked)  # type: ignore[arg-type]
        assert not taken(route) & closed


def test_a_crowd_in_a_room_slows_whoever_crosses_it_straight() -> None:
    graph = graph_of("two_floors")
    start, goal = "1,1,1F", "11,9,1F"
    calm = graph.route(start, goal)
    slow = graph.route(start, goal, effects=Effects(factor={"hall": 3.0}))
    assert slow.duration_s == pytest.approx(3 * calm.duration_s)
