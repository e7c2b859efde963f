"""Rescuers' ways into the pilot venues."""

import numpy as np
import pytest

from indoor3d.models.vocabulary import FacilityCategory, Mode, SpaceCategory
from indoor3d.routing.evacuation.escape import at_corners
from indoor3d.routing.evacuation.rescue import AGAINST_FLOW, hose_reach, ways_in
from indoor3d.routing.place import Place, find_place
from tests.venues.made import VENUES, made


@pytest.mark.parametrize("venue", VENUES)
def test_ways_in_lead_from_every_exit_without_lifts(venue: str) -> None:
    graph = made(venue).graph
    deepest = min(graph.building.levels, key=lambda level: level.elevation_m).id
    target = next(
        s
        for s in graph.building.spaces
        if s.level == deepest and s.walkable and s.category is not SpaceCategory.OUTDOOR
    )
    ways = ways_in(graph, target.id)
    outside = [e.id for e in graph.building.exits if e.outside]
    assert sorted(way.exit for way in ways) == sorted(outside)
    led = [way for way in ways if way.route is not None]
    assert led
    durations = [way.route.duration_s for way in led if way.route]
    assert durations == sorted(durations)
    modes = {leg.mode for way in led if way.route for leg in way.route.legs}
    assert not modes & {Mode.LIFT, Mode.WHEELCHAIR_LIFT}


def test_streams_slow_a_way_in_and_are_named() -> None:
    graph = made("city-hall").graph
    platform = next(s for s in graph.building.spaces if s.category is SpaceCategory.PLATFORM)
    free = ways_in(graph, platform.id)[0]
    assert free.route is not None
    elements = {name for leg in free.route.legs for name in leg.elements}
    same = next(w for w in ways_in(graph, platform.id, streams=elements) if w.exit == free.exit)
    assert same.route is not None
    assert free.route.duration_s < same.route.duration_s <= AGAINST_FLOW * free.route.duration_s + 60
    assert set(same.against) <= elements
    assert same.against
    closed = ways_in(graph, platform.id, closed=[free.exit])
    assert free.exit not in {way.exit for way in closed}


@pytest.mark.parametrize("venue", ["city-hall", "seoul-city-hall"])
def test_hoses_reach_the_farthest_corner_or_are_said_not_to(venue: str) -> None:
    graph = made(venue).graph
    building = graph.building
    hydrants = {f.id for f in building.facilities if f.category is FacilityCategory.FIRE_HYDRANT}
    reaches = hose_reach(graph)
    assert [r.space for r in reaches] == sorted(s.id for s in building.spaces if s.walkable)
    assert {r.source for r in reaches if r.length_m is not None} <= hydrants
    assert all(r.within == (r.length_m is not None and r.length_m <= 30.0) for r in reaches)
    longer = {r.space for r in hose_reach(graph, limit_m=60) if r.within}
    assert {r.space for r in reaches if r.within} <= longer
    with_exits = {r.space: r.length_m for r in hose_reach(graph, from_exits=True)}
    for reach in reaches:  # more places to start from are never farther
        if reach.length_m is not None:
            nearer = with_exits[reach.space]
            assert nearer is not None
            assert nearer <= reach.length_m + 1e-9


def test_a_hose_is_as_long_as_the_way_to_the_corner_it_has_to_reach() -> None:
    graph = made("city-hall").graph
    building = graph.building
    conditions = graph.conditions("rescuer", (), emergency=True)
    hydrants = [find_place(building, f.id) for f in building.facilities if f.category is FacilityCategory.FIRE_HYDRANT]
    calm = np.full(graph.rows.count, np.inf)
    corners: dict[str, list[Place]] = {}
    for space, spot, _ in at_corners(graph, calm, conditions):
        level = graph.network.surfaces[spot.surface].level
        z = graph.network.surfaces[spot.surface].floor_m
        corners.setdefault(space, []).append(Place(x_m=spot.x_m, y_m=spot.y_m, z_m=z, level=level))
    slim = graph.conditions("walk", (), emergency=True)
    within = [reach for reach in hose_reach(graph) if reach.within]
    assert len(within) > 20
    for reach in within[::5]:
        lengths = [graph.measured(hydrant, corners[reach.space], conditions).length_m for hydrant in hydrants]
        into = [graph.measured(hydrant, corners[reach.space], slim).length_m for hydrant in hydrants]
        # into a niche that a rescuer with gear does not fit in, somebody without it takes the hose
        nearest = np.min(lengths, axis=0)
        nearest = np.where(np.isfinite(nearest), nearest, np.min(into, axis=0))
        assert reach.length_m == pytest.approx(np.max(nearest), rel=0.02)
