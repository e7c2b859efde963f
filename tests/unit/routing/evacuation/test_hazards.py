"""Hazards in time on a small building: what closes when, where smoke is, until when one can be there."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.models.scenario import Hazard, HazardKind
from indoor3d.models.smoke import speed_factor
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.flownet import flow_network
from indoor3d.routing.evacuation.hazards import LIMITS, TimedHazards, spread, timed_hazards
from indoor3d.routing.graph import NavGraph
from tests.buildings import station, two_floors

Act = Callable[..., TimedHazards]


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return build_navigation(two_floors())


@pytest.fixture(scope="module")
def network(graph: NavGraph) -> FlowNetwork:
    return flow_network(graph.building, graph)


def hazard(kind: str, **more: object) -> Hazard:
    return Hazard(id=str(more.pop("id", kind)), kind=HazardKind(kind), **more)  # type: ignore[arg-type]


def through(network: FlowNetwork, element: str) -> np.ndarray:
    names = (*network.passage_element, "")
    return np.array([names[p] == element for p in network.arc_passage.tolist()], np.bool_)


def in_space(network: FlowNetwork, space: str) -> np.ndarray:
    inside = np.array([name == space for name in network.node_space], np.bool_)
    found: np.ndarray = inside[network.arc_from] | inside[network.arc_to]
    return found


@pytest.fixture(scope="module")
def act(graph: NavGraph, network: FlowNetwork) -> Act:
    def run(*hazards: Hazard) -> TimedHazards:
        return timed_hazards(network, graph.building, hazards)

    return run


def test_without_hazards_nothing_changes(act: Act) -> None:
    found = act()
    assert np.isinf(found.closed_from_s).all()
    assert (found.open_from_s == 0).all()
    assert [p.from_s for p in found.phases] == [0.0]
    assert (found.factor_at(1e9) == 1).all()
    assert not found.aset


def test_nobody_goes_into_a_fire_and_who_is_there_leaves(act: Act, network: FlowNetwork) -> None:
    found = act(hazard("fire", at_s=90.0, spaces=("shop",)))
    inside = np.array(network.node_space) == "shop"
    into = inside[network.arc_to] & ~inside[network.arc_from]
    assert into.any()
    assert (found.closed_from_s[into] == 90).all()
    assert np.isinf(found.closed_from_s[~into]).all()
    assert (found.aset["shop"].at_s, found.aset["shop"].criterion) == (90.0, "fire")
    assert set(found.closed_by) == {"fire"}


@pytest.mark.parametrize("closed", ["exit-2", "door-exit-2"])
def test_a_closed_exit_or_its_door(act: Act, network: FlowNetwork, closed: str) -> None:
    found = act(hazard("closed", at_s=180.0, until_s=200.0, elements=(closed,)))
    shut = through(network, "door-exit-2")
    assert (found.closed_from_s[shut] == 180).all()  # and nobody plans on its opening again
    assert np.isinf(found.closed_from_s[~shut]).all()


def test_the_first_to_close_counts(act: Act, network: FlowNetwork) -> None:
    found = act(
        hazard("closed", id="late", at_s=200.0, elements=("stairs-1",)),
        hazard("closed", id="soon", at_s=100.0, elements=("stairs-1",)),
    )
    assert (found.closed_from_s[through(network, "stairs-1")] == 100).all()
    assert set(found.closed_by) == {"soon"}


def test_smoke_slows_by_the_law_and_ends_by_visibility(act: Act, network: FlowNetwork) -> None:
    found = act(hazard("smoke", at_s=60.0, spaces=("hall",), extinction_per_m=1.0))
    assert found.extinction("hall", 59.9) == 0
    assert found.extinction("hall", 60.0) == 1.0
    assert found.visibility_m("hall", 60.0) == 3.0
    assert found.visibility_m("hall", 0.0) == np.inf
    slow = in_space(network, "hall")
    assert found.factor_at(0.0)[slow] == pytest.approx(1.0)
    assert found.factor_at(60.0)[slow] == pytest.approx(1 - 0.057 / 0.706)
    assert (found.factor_at(60.0)[~slow] == 1).all()
    assert (found.aset["hall"].at_s, found.aset["hall"].criterion) == (60.0, "tenable.visibility")
    assert set(found.aset) == {"hall"}


def test_thin_smoke_is_tenable_and_each_limit_is_named(act: Act) -> None:
    assert not act(hazard("smoke", spaces=("hall",), extinction_per_m=0.2)).aset
    for key, more in {
        "tenable.temperature": {"temperature_c": 60.1},
        "tenable.co": {"co_ppm": 1401.0},
        "tenable.co2": {"co2_pct": 5.1},
        "tenable.o2": {"o2_pct": 14.9},
    }.items():
        assert act(hazard("smoke", at_s=30.0, spaces=("hall",), **more)).aset["hall"].criterion == key
    assert not act(hazard("smoke", spaces=("hall",), temperature_c=60.0, co_ppm=1400.0, co2_pct=5.0, o2_pct=15.0)).aset


def test_smoke_spreads_along_the_ways_quicker_upwards(network: FlowNetwork) -> None:
    when = spread(network, {"hall"}, at_s=10.0, level_mps=1.0, up_mps=5.0)
    assert when["hall"] == 10.0
    # Through the door: 0.72 m between the places before and behind it.
    assert when["shop"] == pytest.approx(10.0 + 0.72, abs=0.2)
    assert when["shop"] < when["store"] < np.inf
    assert when["gallery"] == pytest.approx(10.0 + 3.5 / 5.0)
    assert when["office"] > when["gallery"]
    down = spread(network, {"gallery"}, at_s=0.0, level_mps=1.0, up_mps=5.0)
    assert down["hall"] == pytest.approx(np.hypot(5.0, 3.5))


def test_spreading_smoke_reaches_spaces_in_time(act: Act) -> None:
    slow = act(hazard("smoke", spaces=("store",), spread=True, spread_mps=0.1, extinction_per_m=2.0))
    quick = act(hazard("smoke", spaces=("store",), spread=True, extinction_per_m=2.0))
    assert set(slow.aset) == {"store", "shop", "hall", "gallery", "office"}
    assert slow.aset["store"].at_s == 0
    assert all(quick.aset[s].at_s <= slow.aset[s].at_s for s in slow.aset)
    assert slow.extinction("office", slow.aset["office"].at_s) == 2.0
    declared = {a.key: a.basis for a in slow.assumptions}
    assert declared["smoke.spread"] == "declared"
    assert {a.key: a.basis for a in quick.assumptions}["smoke.spread"] == "default"


@pytest.mark.parametrize(
    ("depth", "shut"), [(0.16, set()), (0.399, set()), (0.40, {"door"}), (0.454, {"door"}), (0.455, {"door", "stairs"})]
)
def test_water_closes_doors_and_stairs_exactly_at_their_depths(
    act: Act, network: FlowNetwork, depth: float, shut: set[str]
) -> None:
    found = act(hazard("flooded", at_s=5.0, level="g", depth_m=depth))
    assert ((found.closed_from_s[through(network, "door-exit-1")] == 5).all()) == ("door" in shut)
    assert ((found.closed_from_s[through(network, "stairs-1")] == 5).all()) == ("stairs" in shut)
    assert np.isinf(found.closed_from_s[through(network, "door-office")]).all()
    slowed = found.factor_at(5.0)[through(network, "stairs-1")]
    assert slowed == pytest.approx(1.0 if depth < 0.17 else 0.5 if depth < 0.35 else 0.25)


def test_rising_water_reaches_each_depth_in_time(act: Act, network: FlowNetwork) -> None:
    found = act(hazard("flooded", at_s=60.0, level="g", depth_m=0.0, rise_m_per_min=0.1))
    assert found.closed_from_s[through(network, "door-exit-1")] == pytest.approx(60 + 240)
    assert found.closed_from_s[through(network, "stairs-1")] == pytest.approx(60 + 273)
    assert found.aset["hall"].at_s == pytest.approx(60 + 273)
    assert [p.from_s for p in found.phases] == pytest.approx([0, 60 + 102, 60 + 210])


def test_escalators_stop_and_turn() -> None:
    building = station()
    graph = build_navigation(building)
    network = flow_network(building, graph, stopped=["escalator-down"])
    arcs = through(network, "escalator-down")
    up, down = arcs & (network.arc_climb_m > 0), arcs & (network.arc_climb_m < 0)
    stopped = timed_hazards(network, building, [hazard("stopped", at_s=30.0, elements=("escalator-down",))])
    assert stopped.open_from_s[up].tolist() == [30.0]
    assert stopped.open_from_s[down].tolist() == [0.0]
    assert np.isinf(stopped.closed_from_s[arcs]).all()
    turned = timed_hazards(network, building, [hazard("reversed", at_s=30.0, elements=("escalator-down",))])
    assert turned.open_from_s[up].tolist() == [30.0]
    assert turned.closed_from_s[down].tolist() == [30.0]


def test_a_network_gets_its_times(act: Act, network: FlowNetwork) -> None:
    found = act(
        hazard("smoke", at_s=60.0, spaces=("hall",), extinction_per_m=3.0),
        hazard("closed", at_s=99.0, elements=("door-exit-1",)),
    )
    count = len(network.arc_from)
    plain = DynamicNetwork.of(
        network.arc_from,
        network.arc_to,
        time_s=np.ones(count),
        capacity_per_s=np.ones(count),
        storage=np.ones(len(network.node_id)),
        sinks=network.exit_node,
    )
    made = found.applied(plain)
    assert made.time_s[in_space(network, "hall")] == pytest.approx(1 / speed_factor(3.0))
    assert (made.closed_from_s[through(network, "door-exit-1")] == 99).all()


@given(st.floats(0, 1e3))
@settings(max_examples=50, deadline=None)
def test_thicker_smoke_is_never_quicker(thick: float) -> None:
    assert 0.1 <= speed_factor(thick + 0.1) <= speed_factor(thick) <= 1


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (hazard("fire"), InvalidInput),
        (hazard("fire", spaces=("nowhere",)), UnknownElement),
        (hazard("closed", elements=("nowhere",)), UnknownElement),
        (hazard("flooded", level="nowhere", depth_m=1.0), UnknownElement),
        (hazard("smoke", spaces=("hall",), at_s=float("nan")), InvalidInput),
        (hazard("smoke", spaces=("hall",), spread=True, spread_mps=0.0), InvalidInput),
        (hazard("flooded", level="g", depth_m=-1.0), InvalidInput),
    ],
)
def test_what_means_nothing_is_refused(act: Act, bad: Hazard, error: type[Exception]) -> None:
    with pytest.raises(error):
        act(bad)


def test_every_limit_has_a_source_and_both_languages() -> None:
    for key, limit in LIMITS.items():
        assert limit.key == key
        assert limit.source
        assert limit.name.ko
        assert limit.name.en
