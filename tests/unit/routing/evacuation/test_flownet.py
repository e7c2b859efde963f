"""The flow network of small buildings that can be checked on paper."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from indoor3d.errors import InvalidInput, NoOpenExit, UnknownElement
from indoor3d.models.building import Building, Obstacle, Refuge
from indoor3d.models.flow import BASES, NODE_KINDS, Basis, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Access, ConnectorCategory, Mode, OpeningCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation._flow_floor import cells_of, shares
from indoor3d.routing.evacuation._flow_passages import connector_steps, connector_width
from indoor3d.routing.evacuation.flownet import flow_network, populate, usable, walking_s
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.path import arcs, tree
from indoor3d.routing.place import Place
from tests.buildings import open_plan, station, two_floors


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return build_navigation(two_floors())


@pytest.fixture(scope="module")
def network(graph: NavGraph) -> FlowNetwork:
    return flow_network(graph.building, graph)


def seconds_out(network: FlowNetwork, profile: str = "walk", good: np.ndarray | None = None) -> np.ndarray:
    weight = walking_s(network, profile)
    weight = weight if good is None else np.where(good, weight, np.inf)
    count = len(network.node_id)
    turned = arcs(count, network.arc_to, network.arc_from, weight=weight, label=np.arange(len(weight)))
    return tree(turned, network.exit_node).cost


def of_space(network: FlowNetwork, space: str, kind: NodeKind = NodeKind.CELL) -> list[int]:
    wanted = NODE_KINDS.index(kind)
    return [i for i, s in enumerate(network.node_space) if s == space and network.node_kind[i] == wanted]


def passage(network: FlowNetwork, element: str) -> int:
    return network.passage_element.index(element)


def compared(graph: NavGraph, network: FlowNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Seconds from every cell: on the network, and in the building."""
    cells = [i for i in range(len(network.node_id)) if network.node_kind[i] == NODE_KINDS.index(NodeKind.CELL)]
    places = [
        Place(x_m=x, y_m=y, z_m=z, level=network.node_level[i])
        for i, (x, y, z) in zip(cells, network.node_position[cells].tolist(), strict=True)
    ]
    found = [e.route.duration_s if e.route else np.inf for e in graph.evacuate(places).escapes]
    return seconds_out(network)[cells], np.array(found)


@pytest.mark.parametrize("make", [two_floors, open_plan, station])
def test_nobody_is_out_sooner_than_in_the_building_and_hardly_later(make: object) -> None:
    graph = build_navigation(make())  # type: ignore[operator]
    network = flow_network(graph.building, graph)
    here, there = compared(graph, network)
    assert np.array_equal(np.isfinite(here), np.isfinite(there))
    some = np.isfinite(there)
    assert (here[some] >= 0.9999 * there[some]).all()
    assert (here[some] <= 1.10 * there[some] + 1.0).all()


def test_cells_stand_in_the_worst_corner(graph: NavGraph, network: FlowNetwork) -> None:
    seconds = seconds_out(network)
    for escape in graph.evacuate().escapes:
        assert escape.route is not None
        worst = max(seconds[i] for i in of_space(network, escape.space))
        assert worst == pytest.approx(escape.route.duration_s, rel=0.05, abs=0.5)


def test_areas_of_a_space_add_up_to_its_free_floor(network: FlowNetwork) -> None:
    def area(space: str) -> float:
        return sum(float(network.node_area_m2[i]) for i, s in enumerate(network.node_space) if s == space)

    assert area("shop") == pytest.approx(7.8 * 4.9)
    # The hall less its column, the stairs that begin in it and the lift.
    assert area("hall") == pytest.approx(120 - 0.25 - 7.5 - 1.6 * 1.6)
    assert np.isinf(network.node_area_m2[network.exit_node]).all()
    assert (network.node_area_m2 > 0).all()


def test_widths_steps_and_who_says_so(network: FlowNetwork) -> None:
    door, stairs = passage(network, "door-exit-1"), passage(network, "stairs-1")
    assert network.passage_width_m[door] == pytest.approx(0.9)
    assert BASES[network.passage_width_basis[door]] is Basis.SURVEYED
    assert network.passage_riser_m[stairs] == pytest.approx(3.5 / 20)
    assert network.passage_tread_m[stairs] == pytest.approx(5.0 / 20)
    assert BASES[network.passage_steps_basis[stairs]] is Basis.SURVEYED
    assert network.passage_riser_m[door] == network.passage_tread_m[door] == 0


def test_stairs_go_both_ways_along_the_slope_and_share_one_passage(network: FlowNetwork) -> None:
    rows = np.flatnonzero(network.arc_passage == passage(network, "stairs-1"))
    assert sorted(network.arc_climb_m[rows].tolist()) == [-3.5]  # nobody has reason to go up: upstairs is a dead end
    assert network.arc_length_m[rows] == pytest.approx(np.hypot(5.0, 3.5))
    assert {MODES[m] for m in network.arc_mode[rows]} == {Mode.STAIRS}


def test_what_nobody_says_is_a_careful_default() -> None:
    stairs = next(c for c in two_floors().connectors if c.id == "stairs-1")
    bare = replace(stairs, step_count=None, clear_width_m=None)
    steps = connector_steps(bare)
    assert (steps.riser_m, steps.basis) == (0.18, Basis.DEFAULT)
    assert steps.tread_m == pytest.approx(0.25)
    assert connector_width(bare).basis is Basis.DEFAULT
    assert connector_width(bare).width_m == pytest.approx(1.5)
    # Two flights beside one another: half of what they cover.
    folded = replace(bare, path=((3.0, 7.6, 0.0), (8.0, 7.6, 1.75), (8.0, 8.4, 1.75), (3.0, 8.4, 3.5)))
    assert connector_width(folded).width_m == pytest.approx(7.5 / 10.8)
    # A landing in the run is no tread.
    long = replace(stairs, path=((3.0, 8.0, 0.0), (5.0, 8.0, 1.75), (20.0, 8.0, 1.75), (22.0, 8.0, 3.5)))
    assert connector_steps(long).tread_m == pytest.approx(4.0 / 20)
    escalator = replace(bare, category=ConnectorCategory.ESCALATOR)
    assert connector_steps(escalator).riser_m == 0.24


def test_lifts_and_screen_doors_are_no_way(network: FlowNetwork) -> None:
    assert "lift-1" not in network.passage_element
    shut = two_floors()
    doors = tuple(
        replace(o, category=OpeningCategory.SCREEN_DOOR) if o.id == "door-office" else o for o in shut.openings
    )
    building = replace(shut, openings=doors)
    found = flow_network(building, build_navigation(building))
    assert "door-office" not in found.passage_element
    assert all(np.isinf(seconds_out(found)[i]) for i in of_space(found, "office"))


def test_everybody_of_a_space_that_is_shut_off_stays_counted(graph: NavGraph) -> None:
    network = flow_network(graph.building, graph, closed=["door-office"])
    people = populate(network, {"office": 7})
    assert people.sum() == 7
    assert np.isinf(seconds_out(network)[people > 0]).all()


@pytest.mark.parametrize("shut", ["exit-2", "door-exit-2"])
def test_a_closed_exit_is_no_sink(graph: NavGraph, shut: str) -> None:
    network = flow_network(graph.building, graph, closed=[shut])
    assert [network.node_id[i] for i in network.exit_node] == ["exit-1"]


def test_no_open_exit_is_an_error_unless_a_place_is_declared_safe(graph: NavGraph) -> None:
    with pytest.raises(NoOpenExit):
        flow_network(graph.building, graph, closed=["exit-1", "exit-2"])
    network = flow_network(graph.building, graph, closed=["exit-1", "exit-2"], safe=["hall"])
    (sink,) = network.exit_node
    assert NODE_KINDS[network.node_kind[sink]] is NodeKind.SAFE
    assert np.isfinite(seconds_out(network)).all()


def test_an_exit_into_a_neighbour_is_safe_only_if_declared() -> None:
    building = two_floors()
    exits = tuple(replace(e, outside=e.id != "exit-1") for e in building.exits)
    building = replace(building, exits=exits)
    graph = build_navigation(building)
    assert [n for n in flow_network(building, graph).node_id if n.startswith("exit")] == ["exit-2"]
    declared = flow_network(building, graph, safe=["exit-1"])
    assert declared.node_kind[declared.node_id.index("exit-1")] == NODE_KINDS.index(NodeKind.SAFE)


def test_gates_are_open_both_ways_each_with_its_width_or_shut() -> None:
    building = two_floors()
    gate = "door-hall-shop"
    openings = tuple(replace(o, category=OpeningCategory.GATE) if o.id == gate else o for o in building.openings)
    spaces = tuple(replace(s, access=Access.PAID) if s.id == "hall" else s for s in building.spaces)
    building = replace(building, openings=openings, spaces=spaces)
    graph = build_navigation(building)
    network = flow_network(building, graph)
    rows = np.flatnonzero(network.arc_passage == passage(network, gate))
    modes = {network.node_space[network.arc_from[r]]: MODES[network.arc_mode[r]] for r in rows}
    assert modes == {"hall": Mode.EXIT_GATE, "shop": Mode.FARE_GATE}
    assert gate not in flow_network(building, graph, gates="shut").passage_element


def test_an_escalator_is_walked_the_way_it_runs_and_both_ways_when_it_stands() -> None:
    building = station()
    graph = build_navigation(building)
    names = sorted(c.id for c in building.connectors if c.category is ConnectorCategory.ESCALATOR)
    assert names == ["escalator-down", "escalator-up"]

    def climbs(network: FlowNetwork, ident: str) -> list[float]:
        return sorted(np.sign(network.arc_climb_m[network.arc_passage == passage(network, ident)]).tolist())

    running = flow_network(building, graph)
    assert [climbs(running, name) for name in names] == [[-1.0], [1.0]]
    standing = flow_network(building, graph, stopped=["escalator-down"])
    assert [climbs(standing, name) for name in names] == [[-1.0, 1.0], [1.0]]


def test_an_obstacle_before_a_door_narrows_it() -> None:
    building = two_floors()
    post = Obstacle(id="post", level="g", footprint=box(11.85, 6.6, 12.0, 6.9), floor_m=0.0)
    building = replace(building, obstacles=(*building.obstacles, post))
    network = flow_network(building, build_navigation(building))
    assert network.passage_width_m[passage(network, "door-hall-shop")] <= 0.9


def test_refuges_are_reached_and_left(graph: NavGraph) -> None:
    building = replace(graph.building, refuges=(Refuge(id="refuge-1", space="gallery", capacity=2),))
    network = flow_network(building, build_navigation(building))
    (node,) = network.refuge_node
    assert network.node_id[node] == "refuge-1"
    assert (network.arc_to == node).any()
    assert (network.arc_from == node).any()


def test_a_wheelchair_has_no_stairs_and_no_narrow_door(graph: NavGraph, network: FlowNetwork) -> None:
    good = usable(network, graph.building, "wheelchair_manual", graph=graph)
    stepped = np.isin(network.arc_mode, [MODES.index(Mode.STAIRS), MODES.index(Mode.ESCALATOR)])
    assert not (good & stepped).any()
    seconds = seconds_out(network, "wheelchair_manual", good)
    out = {s for s in graph.building.by_id if (c := of_space(network, s)) and np.isfinite(seconds[c]).all()}
    assert out == {"hall", "shop", "store"}
    assert usable(network, graph.building, "walk", graph=graph).all()


def test_a_wheelchair_does_not_pass_where_the_floor_is_too_narrow() -> None:
    building = two_floors()
    walls = (box(8, 0, 8.2, 4.6), box(8, 5.2, 8.2, 10))  # a gap of 0.6 m across the hall, which no opening tells of
    obstacles = tuple(Obstacle(id=f"wall-{i}", level="g", footprint=wall, floor_m=0.0) for i, wall in enumerate(walls))
    building = replace(building, obstacles=(*building.obstacles, *obstacles))
    building = replace(building, connectors=tuple(c for c in building.connectors if c.id != "stairs-1"))
    building = replace(building, exits=tuple(e for e in building.exits if e.id == "exit-1"))
    graph = build_navigation(building)
    network = flow_network(building, graph)
    shop = of_space(network, "shop")
    assert np.isfinite(seconds_out(network)[shop]).all()
    good = usable(network, building, "wheelchair_manual", graph=graph)
    assert np.isinf(seconds_out(network, "wheelchair_manual", good)[shop]).all()


@given(count=st.integers(0, 100_000))
@settings(max_examples=30, deadline=None)
def test_people_are_spread_exactly(count: int) -> None:
    network = _network()
    people = populate(network, {"hall": count, "office": 3})
    assert people.sum() == count + 3
    assert (people >= 0).all()
    hall = of_space(network, "hall")
    assert people[hall].sum() == count
    area = network.node_area_m2[hall]
    assert np.abs(people[hall] - count * area / area.sum()).max() < 1 + 1e-6


_MADE: list[FlowNetwork] = []


def _network() -> FlowNetwork:
    if not _MADE:
        graph = build_navigation(two_floors())
        _MADE.append(flow_network(graph.building, graph, cell_m2=10.0))
    return _MADE[0]


@pytest.mark.parametrize(
    ("people", "error"), [({"nowhere": 1}, UnknownElement), ({"hall": -1}, InvalidInput), ({"hall": 1.5}, InvalidInput)]
)
def test_people_who_cannot_be(network: FlowNetwork, people: dict[str, int], error: type[Exception]) -> None:
    with pytest.raises(error):
        populate(network, people)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"safe": ["nowhere"]}, UnknownElement),
        ({"stopped": ["hall"]}, UnknownElement),
        ({"closed": ["nowhere"]}, UnknownElement),
        ({"gates": "ajar"}, InvalidInput),
        ({"cell_m2": float("nan")}, InvalidInput),
    ],
)
def test_what_means_nothing_is_refused(graph: NavGraph, more: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        flow_network(graph.building, graph, **more)  # type: ignore[arg-type]


def test_the_same_building_gives_the_same_network(graph: NavGraph, network: FlowNetwork) -> None:
    turned = graph.building
    other: Building = replace(turned, openings=turned.openings[::-1], spaces=turned.spaces[::-1])
    again = flow_network(other, build_navigation(other))
    for name in ("node_id", "passage_element"):
        assert getattr(again, name) == getattr(network, name)
    for name in ("arc_from", "arc_to", "arc_passage", "arc_length_m", "node_area_m2", "node_position"):
        assert np.array_equal(getattr(again, name), getattr(network, name)), name


def test_cells_are_of_one_size_and_lose_no_floor() -> None:
    hall = box(0, 0, 60, 25).difference(box(20, 5, 40, 20))
    cells = cells_of([hall], cell_m2=50.0)
    assert sum(c.area for c in cells) == pytest.approx(hall.area)
    assert min(c.area for c in cells) >= 0.25 * 50
    assert max(c.area for c in cells) <= 2 * 50
    strip = cells_of([box(0, 0, 100, 2)], cell_m2=50.0)
    assert len(strip) == 4
    assert len(cells_of([box(0, 0, 8, 8)], cell_m2=50.0)) == 1


def test_floor_goes_to_what_is_nearest() -> None:
    share = shares([box(0, 0, 10, 1)], np.array([[0.0, 0.5], [10.0, 0.5]]))
    assert share == pytest.approx([0.5, 0.5], abs=0.01)  # counted in steps
    assert shares([], np.array([[0.0, 0.0], [1.0, 1.0]])).sum() == pytest.approx(1.0)
