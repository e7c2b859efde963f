"""The pilot venues as flow networks: as quick as the building, no quicker, nobody forgotten, nobody on a way that is none."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import shapely

from indoor3d.models.flow import BASES, NODE_KINDS, Basis, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.scenario import EvacuationLift, Hazard, HazardKind
from indoor3d.models.vocabulary import ConnectorCategory, Mode, OpeningCategory, SpaceCategory
from indoor3d.routing.evacuation.escape import street
from indoor3d.routing.evacuation.flownet import flow_network, populate, usable, walking_s
from indoor3d.routing.evacuation.hazards import timed_hazards
from indoor3d.routing.evacuation.refuges import Group, fetch
from indoor3d.routing.path import arcs, tree
from indoor3d.routing.place import Place
from tests.venues.made import KOREAN_NAME, VENUES, made

pytestmark = pytest.mark.parametrize("venue", [pytest.param(v, marks=pytest.mark.xdist_group(v)) for v in VENUES])

WHEELCHAIR = "wheelchair_manual"


@cache
def network_of(venue: str) -> FlowNetwork:
    case = made(venue)
    return flow_network(case.building, case.graph)


def seconds_out(network: FlowNetwork, weight: np.ndarray) -> np.ndarray:
    """Seconds from every node to the sink that is nearest."""
    turned = arcs(len(network.node_id), network.arc_to, network.arc_from, weight=weight, label=np.arange(len(weight)))
    return tree(turned, network.exit_node).cost


def cells_of(network: FlowNetwork) -> np.ndarray:
    return np.flatnonzero(network.node_kind == NODE_KINDS.index(NodeKind.CELL))


def longest(network: FlowNetwork, seconds: np.ndarray) -> dict[str, float]:
    """The longest time from any cell of each space."""
    found: dict[str, float] = {}
    for cell in cells_of(network).tolist():
        space = network.node_space[cell]
        found[space] = max(found.get(space, 0.0), float(seconds[cell]))
    return found


def test_ways_from_every_cell_are_as_long_as_in_the_building(venue: str) -> None:
    """Never shorter; in the middle 2 % longer, because people pass openings at given places; at most 20 % and 6 s."""
    case, network = made(venue), network_of(venue)
    cells = cells_of(network)
    here = seconds_out(network, walking_s(network))[cells]
    places = [
        Place(x_m=x, y_m=y, z_m=z, level=network.node_level[cell])
        for cell, (x, y, z) in zip(cells.tolist(), network.node_position[cells].tolist(), strict=True)
    ]
    there = np.array([e.route.duration_s if e.route else np.inf for e in case.graph.evacuate(places).escapes])
    assert np.array_equal(np.isfinite(here), np.isfinite(there))
    ratio = here / there
    assert ratio.min() >= 0.9999
    assert np.median(ratio) <= 1.02
    assert np.quantile(ratio, 0.95) <= 1.06
    assert ratio.max() <= 1.20
    assert (here - there).max() <= 6.0


def test_whole_spaces_take_as_long_as_their_worst_place(venue: str) -> None:
    case, network = made(venue), network_of(venue)
    here = longest(network, seconds_out(network, walking_s(network)))
    for escape in case.graph.evacuate().escapes:
        assert escape.route is not None
        # People do not begin on a threshold, where a space ends: that is up to half a metre beyond the worst cell.
        assert here[escape.space] >= 0.96 * escape.route.duration_s - 0.5, case.keys[escape.space]
        assert here[escape.space] <= 1.20 * escape.route.duration_s + 1.0, case.keys[escape.space]


def test_it_is_small_and_every_node_stands_in_its_space(venue: str) -> None:
    case, network = made(venue), network_of(venue)
    assert len(network.node_id) <= 3000
    assert len(set(network.node_id)) == len(network.node_id)
    spaces = {s.id: s for s in case.building.spaces}
    for node, space in enumerate(network.node_space):
        if NODE_KINDS[network.node_kind[node]] is NodeKind.CELL:
            x, y, _ = network.node_position[node].tolist()
            assert shapely.dwithin(spaces[space].footprint, shapely.Point(x, y), 0.5), case.keys[space]


def test_areas_and_people_add_up(venue: str) -> None:
    case, network = made(venue), network_of(venue)
    area: dict[str, float] = {}
    for node, name in enumerate(network.node_space):
        if np.isfinite(network.node_area_m2[node]):
            area[name] = area.get(name, 0.0) + float(network.node_area_m2[node])
    indoor = [s for s in case.building.spaces if s.walkable and s.id not in street(case.building)]
    assert set(area) - {s.id for s in case.building.spaces} == set()
    for space in indoor:
        assert 0 < area[space.id] <= space.footprint.area + 1e-6, case.keys[space.id]
    walked = [s.id for s in case.building.spaces if s.walkable]
    people = {ident: 7 * n % 1001 for n, ident in enumerate(walked)}
    spread = populate(network, people)
    assert spread.sum() == sum(people.values())
    for space in indoor:
        rows = [node for node, name in enumerate(network.node_space) if name == space.id]
        assert spread[rows].sum() == people[space.id]


def test_every_way_out_has_a_width_and_says_who_says_so(venue: str) -> None:
    case, network = made(venue), network_of(venue)
    by_id = case.building.by_id
    assert (network.passage_width_m > 0.3).all()
    for number, element in enumerate(network.passage_element):
        found = by_id[element]
        known = getattr(found, "clear_width_m", None)
        assert (BASES[network.passage_width_basis[number]] is Basis.SURVEYED) == (known is not None), case.keys[element]
        if known is not None:
            assert network.passage_width_m[number] <= known + 1e-9
        assert getattr(found, "category", None) not in {
            OpeningCategory.SCREEN_DOOR,
            ConnectorCategory.LIFT,
            ConnectorCategory.WHEELCHAIR_LIFT,
        }
    stairs = np.isin(network.arc_mode, [MODES.index(Mode.STAIRS), MODES.index(Mode.ESCALATOR)])
    passages = np.unique(network.arc_passage[stairs])
    assert (network.passage_riser_m[passages] > 0.1).all()
    assert (network.passage_tread_m[passages] >= 0.15).all()
    limits = network.arc_passage[network.arc_climb_m > 1.0]
    assert (limits >= 0).all()  # nobody climbs a storey but on something


def test_a_wheelchair_gets_out_of_the_same_spaces_as_in_the_building(venue: str) -> None:
    case, network = made(venue), network_of(venue)
    good = usable(network, case.building, WHEELCHAIR, graph=case.graph)
    weight = np.where(good, walking_s(network, WHEELCHAIR), np.inf)
    assert not (good & np.isin(network.arc_mode, [MODES.index(Mode.STAIRS), MODES.index(Mode.ESCALATOR)])).any()
    here = {space for space, seconds in longest(network, seconds_out(network, weight)).items() if np.isfinite(seconds)}
    there = {e.space for e in case.graph.evacuate(profile=WHEELCHAIR).escapes if e.route is not None}
    assert here == there


def test_everybody_in_a_wheelchair_is_out_or_waits_or_is_named(venue: str) -> None:
    case = made(venue)
    spaces = [s.id for s in case.building.spaces if s.walkable]
    groups = [Group(space=space, persons=1) for space in spaces]
    lifts = [c.id for c in case.building.connectors if c.category is ConnectorCategory.LIFT]
    declared = [EvacuationLift(lift=lift, source="the test") for lift in lifts]
    alone = fetch(case.building, case.graph, groups, profile=WHEELCHAIR)
    helped = fetch(case.building, case.graph, groups, profile=WHEELCHAIR, lifts=declared)
    for found in (alone, helped):
        out, left = sum(a.persons for a in found.arrivals), sum(c.persons for c in found.left)
        assert out + left == len(spaces)
    assert not alone.trips
    assert {a.how for a in alone.arrivals} == {"walk"}
    lifted = [a for a in helped.arrivals if a.how == "lift"]
    rides, people = sum(t.persons for t in helped.trips), sum(a.persons for a in lifted)
    assert 0 < people <= rides <= 3 * people  # who changes lifts rides more than once
    by_lift = {lift: [t for t in helped.trips if t.lift == lift] for lift in lifts}
    for lift, trips in by_lift.items():
        assert all(b.start_s >= a.end_s for a, b in pairwise(trips))
        assert sum(t.persons for t in trips) >= sum(a.persons for a in lifted if a.by == lift)
    if venue in KOREAN_NAME:
        assert len(helped.left) < len(alone.left)


def test_smoke_from_one_space_reaches_the_others_later(venue: str) -> None:
    case, network = made(venue), network_of(venue)
    seconds = longest(network, seconds_out(network, walking_s(network)))
    outdoors = {s.id for s in case.building.spaces if s.category is SpaceCategory.OUTDOOR}
    seconds = {space: value for space, value in seconds.items() if space not in outdoors}
    deepest = max(sorted(seconds), key=lambda space: seconds[space])
    fire = Hazard(id="fire", kind=HazardKind.FIRE, at_s=120.0, spaces=(deepest,), spread=True, extinction_per_m=2.0)
    found = timed_hazards(network, case.building, [fire])
    assert found.aset[deepest].at_s == 120.0
    assert min(a.at_s for space, a in found.aset.items() if space != deepest) > 120.0
    shut = np.isfinite(found.closed_from_s)
    assert {network.node_space[n] for n in network.arc_to[shut].tolist()} <= {deepest}
    assert len(found.aset.keys() & seconds.keys()) > 0.9 * len(seconds)
