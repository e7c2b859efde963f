"""Exchange with jupedsim-network: whatever it reads we read and write again; what it cannot hold is refused by name; what we write, it runs."""

import dataclasses
import json
import warnings
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indoor3d.errors import InvalidInput, InvalidScenario, MalformedSource, SourceTooLarge
from indoor3d.exports.jupedsim_network import LEAVES, Crowd, egress_of, rooms_of, spread_of, to_jupedsim_network, unheld
from indoor3d.models.egress import SECTIONS, EgressScenario, Group, Link, Room, Spread
from indoor3d.models.flow import NODE_KINDS, FlowNetwork, NodeKind
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.models.network import MODES
from indoor3d.models.scenario import (
    Assistance,
    Delay,
    DelayOf,
    EvacuationLift,
    Hazard,
    HazardKind,
    Occupants,
    Scenario,
    Train,
)
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.dynamic import dynamic
from indoor3d.routing.evacuation.flownet import flow_network, populate
from indoor3d.sources.jupedsim_network import MOST_BYTES, flow_of, read_jupedsim_network
from tests.buildings import station, two_floors

peer = pytest.importorskip("jupedsim_network")

SHIPPED = sorted(p.name for p in files("jupedsim_network").joinpath("scenarios").iterdir() if p.name.endswith(".json"))

EVERYTHING: dict[str, Any] = {
    "format_version": 1,
    "software_version": "0.5.0",
    "hydraulic_parameters": {
        "speed_density_slope": 0.266,
        "level_speed_constant": 1.4,
        "door_specific_flow": 1.3,
        "stair_speed_coefficient": 51.8,
        "door_boundary_layer": 0.15,
        "stair_boundary_layer": 0.15,
    },
    "description": "모든 키 · every key",
    "nodes": [
        {"name": "hall", "kind": "room", "length": 12.5, "width": 8},
        {"name": "room", "kind": "room", "area": 40.25},
        {"name": "flight", "kind": "stair", "riser": 0.17, "tread": 0.29, "length": 8.0, "width": 1.4},
        {"name": "out", "kind": "safe"},
        {"name": "refuge", "kind": "safe"},
    ],
    "connections": [
        {"source": "room", "target": "hall", "width": 0.9, "kind": "door", "length": 6.0, "merge_weight": 2.0},
        {"source": "hall", "target": "flight", "width": 1.4, "kind": "stair", "bidirectional": False},
        {"source": "flight", "target": "out", "width": 1.4, "kind": "stair", "length": 8.0, "boundary_layer": 0.1},
        {"source": "hall", "target": "refuge", "width": 2, "kind": "opening", "specific_flow": 1.1, "name": "arch"},
    ],
    "populations": [
        {"node": "room", "count": 12, "area_factor": 1.2, "target": "refuge"},
        {
            "node": "hall",
            "count": {"distribution": "Fixed", "value": 30},
            "speed": {"distribution": "Normal", "mean": 1.1, "std": 0.2, "lower": 0.5, "upper": 1.6},
            "pre_movement": {"distribution": "LogNormal", "mean": 40.0, "std": 20.0, "lower": None},
            "start_distance": {"distribution": "Uniform", "minimum": 0.0, "maximum": 5.0},
        },
        {
            "node": "hall",
            "count": 3,
            "speed": {"distribution": "Triangular", "minimum": 0.4, "mode": 0.6, "maximum": 0.9},
            "pre_movement": {"distribution": "Weibull", "alpha": 60.0, "beta": 1.5},
        },
    ],
    "simulation": {
        "dt": 0.5,
        "t_max": 1800,
        "max_density": 2.75,
        "supply_reduction": True,
        "split_ties": False,
        "counterflow": "estimate",
        "routing_policy": "shortest_free_flow_time",
    },
    "run": {"seed": 7},
    "monte_carlo": {"runs": 20, "seed": 3, "quantiles": [0.5, 0.95]},
}


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


def _shipped(name: str) -> dict[str, Any]:
    return dict(json.loads(files("jupedsim_network").joinpath("scenarios", name).read_text("utf-8")))


def _built(document: dict[str, Any]) -> Any:
    """The peer's own reading of a document; it warns of steps outside a table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return peer.scenario.scenario_from_dict(document)


def _same(one: FlowNetwork, other: FlowNetwork) -> None:
    for field in dataclasses.fields(FlowNetwork):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=field.name)
        else:
            assert a == b, field.name


# ── reading and writing ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("document", [*map(_shipped, SHIPPED), EVERYTHING], ids=[*SHIPPED, "every key"])
def test_what_is_read_is_written_again_key_by_key(document: dict[str, Any]) -> None:
    scenario = read_jupedsim_network(_bytes(document))
    written = to_jupedsim_network(scenario)
    assert json.loads(written) == document
    assert read_jupedsim_network(written) == scenario
    assert _built(json.loads(written)).data == _built(document).data


def test_our_keys_are_the_peers_keys() -> None:
    keys = peer.scenario.keys
    for kind in ("room", "stair", "safe"):
        assert {k.name for k in keys("node", kind)} | {"kind"} == set(SECTIONS[kind]), kind
    assert {k.name for k in keys("connection")} == set(SECTIONS["connections"])
    assert {k.name for k in keys("population")} == set(SECTIONS["populations"])
    assert {k.name for k in keys("simulation")} == set(SECTIONS["simulation"])
    assert {f.name for f in dataclasses.fields(peer.hydraulic.HydraulicParameters)} == set(
        SECTIONS["hydraulic_parameters"]
    )


def _changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The document of every key with one value changed; ``...`` takes it out."""
    document: Any = json.loads(json.dumps(EVERYTHING))
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return dict(document)


BROKEN: list[tuple[tuple[Any, ...], Any, str]] = [
    (("closures",), [], "closures"),
    (("format_version",), 2, "format_version"),
    (("format_version",), True, "format_version"),
    (("nodes",), {}, "nodes"),
    (("nodes", 0, "lift"), True, "nodes[0].lift"),
    (("nodes", 0, "kind"), "corridor", "nodes[0].kind"),
    (("nodes", 0, "kind"), ..., "nodes[0].kind"),
    (("nodes", 0, "riser"), 0.1, "nodes[0].riser"),
    (("nodes", 1, "area"), 0, "nodes[1].area"),
    (("nodes", 1, "area"), "40", "nodes[1].area"),
    (("nodes", 1, "length"), 3.0, "nodes[1]"),
    (("nodes", 1, "name"), "hall", "nodes[1].name"),
    (("nodes", 2, "tread"), ..., "nodes[2].tread"),
    (("connections", 0, "source"), "nowhere", "connections[0].source"),
    (("connections", 0, "width"), ..., "connections[0].width"),
    (("connections", 0, "width"), -1, "connections[0].width"),
    (("connections", 0, "length"), -0.1, "connections[0].length"),
    (("connections", 0, "bidirectional"), 1, "connections[0].bidirectional"),
    (("connections", 0, "kind"), "lift", "connections[0].kind"),
    (("connections", 3, "source"), "out", "connections[3]"),
    (("connections", 0, "open_from"), 30, "connections[0].open_from"),
    (("populations",), [], "populations"),
    (("populations", 0, "node"), "out", "populations[0].node"),
    (("populations", 0, "target"), "hall", "populations[0].target"),
    (("populations", 0, "area_factor"), 0, "populations[0].area_factor"),
    (("populations", 1, "speed", "distribution"), "Gamma", "populations[1].speed.distribution"),
    (("populations", 1, "speed", "std"), ..., "populations[1].speed.std"),
    (("populations", 1, "speed", "std"), -1, "populations[1].speed"),
    (("populations", 1, "speed", "shape"), 1, "populations[1].speed.shape"),
    (("populations", 1, "speed", "upper"), 0.1, "populations[1].speed"),
    (("simulation", "dt"), 0, "simulation.dt"),
    (("simulation", "routing_policy"), "guided", "simulation.routing_policy"),
    (("run", "seed"), 1.5, "run.seed"),
    (("run", "record"), True, "run.record"),
    (("monte_carlo", "runs"), 0, "monte_carlo.runs"),
    (("monte_carlo", "quantiles"), [1.5], "monte_carlo.quantiles"),
]


@pytest.mark.parametrize(("path", "value", "named"), BROKEN, ids=[f"{named}={value!r}" for _, value, named in BROKEN])
def test_what_the_peer_refuses_we_refuse_and_name(path: tuple[Any, ...], value: Any, named: str) -> None:
    document = _changed(path, value)
    with pytest.raises(peer.scenario.ScenarioError):
        _built(document)
    with pytest.raises(InvalidScenario) as caught:
        read_jupedsim_network(_bytes(document))
    assert caught.value.context["path"] == named
    assert caught.value.detail["ko"] != caught.value.detail["en"]


def test_an_unknown_key_is_told_what_there_is() -> None:
    with pytest.raises(InvalidScenario) as caught:
        read_jupedsim_network(_bytes(_changed(("connections", 0, "long"), 3.0)))
    assert caught.value.context["known"] == sorted(SECTIONS["connections"])
    assert "bidirectional" in str(caught.value)


def test_what_is_no_json_or_too_much_of_it() -> None:
    for data in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b"NaN"):
        with pytest.raises((MalformedSource, InvalidScenario)):
            read_jupedsim_network(data)
    with pytest.raises(SourceTooLarge):
        read_jupedsim_network(b" " * (MOST_BYTES + 1))
    twice = _bytes(EVERYTHING).replace(b'"width": 0.9', b'"width": 0.9, "width": 1.9')
    with pytest.raises(InvalidScenario, match=r"connections\[0\]\.width is given twice"):
        read_jupedsim_network(twice)


NUMBER = st.floats(0.01, 100.0)
FLOOR = st.floats(5.0, 100.0)  # holds somebody: the peer wants that
SPREAD = st.one_of(
    NUMBER,
    st.builds(lambda v: Spread(kind="Fixed", parameters={"value": v}), NUMBER),
    st.builds(
        lambda m, s, low: Spread(kind="LogNormal", parameters={"mean": m, "std": s}, bounds={"lower": low}),
        NUMBER,
        NUMBER,
        st.none() | st.floats(0, 0.005),
    ),
    st.builds(
        lambda a, b: Spread(kind="Uniform", parameters={"minimum": min(a, b), "maximum": max(a, b)}), NUMBER, NUMBER
    ),
)


@st.composite
def scenarios(draw: st.DrawFn) -> EgressScenario:
    count = draw(st.integers(1, 5))
    rooms = [
        Room(name=f"r{i}", kind="stair", area_m2=draw(st.floats(20.0, 100.0)), riser_m=0.18, tread_m=0.28)
        if draw(st.booleans())
        else Room(name=f"r{i}", kind="room", length_m=draw(FLOOR), width_m=draw(FLOOR))
        for i in range(count)
    ]
    links = [
        Link(
            source=f"r{i}",
            target=f"r{i + 1}" if i + 1 < count else "out",
            width_m=draw(st.floats(0.5, 4.0)),
            length_m=draw(st.none() | NUMBER),
            specific_flow=draw(st.none() | NUMBER),
            bidirectional=draw(st.none() | st.booleans()),
            kind=draw(st.sampled_from([None, "door", "opening"])),
        )
        for i in range(count)
    ]
    groups = [Group(node=f"r{draw(st.integers(0, count - 1))}", count=draw(st.integers(0, 50)), speed_mps=draw(SPREAD))]
    return EgressScenario(
        nodes=(*rooms, Room(name="out", kind="safe")),
        links=tuple(links),
        groups=tuple(groups),
        run=draw(st.none() | st.just({}) | st.builds(lambda s: {"seed": s}, st.integers(0, 2**70))),
    )


@given(scenarios())
def test_any_scenario_comes_back(scenario: EgressScenario) -> None:
    written = to_jupedsim_network(scenario)
    assert read_jupedsim_network(written) == scenario
    assert to_jupedsim_network(read_jupedsim_network(written)) == written
    _built(json.loads(written))


# ── flow networks ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SHIPPED)
def test_a_network_and_its_people_come_back(name: str) -> None:
    flow = flow_of(read_jupedsim_network(_bytes(_shipped(name))))
    crowd = Crowd(name="walk", persons=flow.occupants, speed_mps=1.2)
    written = egress_of(flow.network, [crowd])
    assert written.left_out == ()
    again = flow_of(read_jupedsim_network(to_jupedsim_network(written.scenario)))
    _same(again.network, flow.network)
    np.testing.assert_array_equal(again.occupants, flow.occupants)


@given(scenarios())
def test_any_network_comes_back(scenario: EgressScenario) -> None:
    try:
        flow = flow_of(scenario)
    except InvalidScenario as error:  # a two-way link between two kinds of stairs
        pytest.fail(str(error))
    written = egress_of(flow.network, [Crowd(name="walk", persons=flow.occupants, speed_mps=1.2)])
    if not flow.occupants.sum():
        return
    again = flow_of(written.scenario)
    _same(again.network, flow.network)
    np.testing.assert_array_equal(again.occupants, flow.occupants)


def test_what_a_document_means_in_a_network() -> None:
    flow = flow_of(read_jupedsim_network(_bytes(EVERYTHING)))
    network = flow.network
    assert network.node_id == ("hall", "room", "flight", "out", "refuge")
    assert [NODE_KINDS[k] for k in network.node_kind[3:]] == [NodeKind.EXIT, NodeKind.EXIT]
    assert network.node_area_m2[:3].tolist() == pytest.approx([100.0, 40.25, 11.2])
    arcs = {
        (network.node_id[a], network.node_id[b]): (MODES[m], float(length), network.passage_element[p])
        for a, b, m, length, p in zip(
            network.arc_from,
            network.arc_to,
            network.arc_mode,
            network.arc_length_m,
            network.arc_passage,
            strict=True,
        )
    }
    assert arcs == {
        ("room", "hall"): (Mode.WALK, 6.0, "room->hall"),
        ("hall", "room"): (Mode.WALK, 6.0, "room->hall"),
        ("hall", "flight"): (Mode.WALK, 0.0, "hall->flight"),
        ("flight", "out"): (Mode.STAIRS, 8.0, "flight->out"),
        ("hall", "refuge"): (Mode.WALK, 0.0, "arch"),
    }
    assert network.passage_riser_m.tolist() == [0.0, 0.0, 0.17, 0.0]
    climb = float(network.arc_climb_m[[MODES[m] is Mode.STAIRS for m in network.arc_mode]][0])
    assert climb == pytest.approx(8.0 * 0.17 / np.hypot(0.17, 0.29))
    assert flow.occupants.tolist() == [33, 12, 0, 0, 0]


def test_counts_that_are_drawn_need_something_to_draw_with() -> None:
    spread = {"distribution": "Uniform", "minimum": 10, "maximum": 20}
    scenario = read_jupedsim_network(_bytes(_changed(("populations", 0, "count"), spread)))
    with pytest.raises(InvalidScenario) as caught:
        flow_of(scenario)
    assert caught.value.context["path"] == "populations[0].count"
    drawn = [int(flow_of(scenario, rng=np.random.default_rng(s)).occupants[1]) for s in range(20)]
    assert 10 <= min(drawn) < max(drawn) <= 20


# ── from a building ──────────────────────────────────────────────────────────────────────────────────────────────────


def _hall(persons: int, *, calibration: str = "empirical") -> Any:
    graph = build_navigation(two_floors())
    network = flow_network(graph.building, graph)
    rooms = rooms_of(network, dynamic(network, CALIBRATIONS[calibration]))
    return rooms, rooms.persons(populate(network, {"gallery": persons}))


def test_a_building_by_rooms_runs_in_the_peer_with_our_capacities() -> None:
    """60 people upstairs: the stairs let 1.39 p/s through, so they take 43 s to pass them, and walk before and after it."""
    rooms, persons = _hall(60)
    crowd = Crowd(name="walk", persons=persons, speed_mps=1.2)
    written = egress_of(rooms.network, [crowd], dynamic=rooms.dynamic, simulation={"dt": 0.1})
    assert written.left_out == ()
    names = {n.name: n for n in written.scenario.nodes}
    assert names["hall"].floor_m2 > 100
    assert names["hall"].kind == "room"
    assert names["exit-1"].kind == "safe"
    flights = [n for n in written.scenario.nodes if n.kind == "stair"]
    assert [f.name for f in flights] == ["stairs-1:gallery>hall"]  # nobody has reason to go up
    length = np.hypot(5.0, 3.5)
    assert flights[0].floor_m2 == pytest.approx(1.5 * length)
    built = _built(json.loads(to_jupedsim_network(written.scenario)))
    result = built.simulation.run(seed=1)
    capacity = CALIBRATIONS["empirical"].passage_capacity(Mode.STAIRS, 1.5)
    through = 60 / capacity
    # the longest way in the gallery, the stairs and the hall, at the slowest that the density of 60 people there allows
    longest = (12.2 + length + 12.2) / 0.6
    assert np.isfinite(result.exit_times).all()
    assert len(result.exit_times) == 60
    assert through <= result.evacuation_time <= through + longest


def test_links_have_our_capacity_or_the_peers() -> None:
    rooms, persons = _hall(5)
    crowd = Crowd(name="walk", persons=persons, speed_mps=1.2)
    ours = egress_of(rooms.network, [crowd], dynamic=rooms.dynamic).scenario
    link = next(one for one in ours.links if one.name == "door-hall-shop")
    assert (link.specific_flow or 0) * link.width_m == pytest.approx(1.9 * 0.9)
    theirs = egress_of(rooms.network, [crowd]).scenario
    link = next(one for one in theirs.links if one.name == "door-hall-shop")
    assert (link.specific_flow, link.boundary_layer_m, link.width_m, link.bidirectional) == (None, None, 0.9, True)


def test_nobody_is_lost_between_nodes_and_rooms() -> None:
    graph = build_navigation(station())
    network = flow_network(graph.building, graph)
    people = populate(network, {"platform": 41, "office": 7, "stage": 3})
    rooms = rooms_of(network)
    assert rooms.persons(people).sum() == 51
    finite = np.isfinite(network.node_area_m2)
    flights = [":" in name for name in rooms.network.node_id]
    whole = rooms.network.node_area_m2[np.isfinite(rooms.network.node_area_m2) & ~np.array(flights)]
    assert whole.sum() == pytest.approx(network.node_area_m2[finite].sum())


# ── what it cannot hold ──────────────────────────────────────────────────────────────────────────────────────────────


def _refused(kinds: set[str], *args: Any, **extra: Any) -> list[str]:
    """Names of a refusal; with their kinds left out it works, and gives the same names back."""
    with pytest.raises(InvalidInput) as caught:
        egress_of(*args, **extra)
    names: list[str] = caught.value.context["cannot_hold"]
    assert {name.split(":", 1)[0] for name in names} == kinds
    assert all(name in str(caught.value) for name in names[:5])
    assert caught.value.context["kinds"] == sorted(kinds)
    if "open-floor" in kinds:
        extra["open_width_m"] = 10.0
    assert sorted(egress_of(*args, **extra, leave_out=kinds).left_out) == sorted(names)
    return names


def test_closures_in_time_are_refused_by_name() -> None:
    rooms, persons = _hall(5)
    closed = rooms.dynamic.closed_from_s.copy()
    closed[[rooms.network.passage_element[p] == "door-hall-shop" for p in rooms.network.arc_passage]] = 120.0
    shut = dataclasses.replace(rooms.dynamic, closed_from_s=closed)
    crowd = Crowd(name="walk", persons=persons, speed_mps=1.2)
    assert _refused({"closed-in-time"}, rooms.network, [crowd], dynamic=shut) == ["closed-in-time:door-hall-shop"]


def test_open_floor_needs_a_width_and_is_never_given_one_silently() -> None:
    graph = build_navigation(two_floors())
    network = flow_network(graph.building, graph)
    grown = dataclasses.replace(network, node_area_m2=np.maximum(network.node_area_m2, 0.5))
    crowd = Crowd(name="walk", persons=populate(network, {"office": 4}), speed_mps=1.2)
    assert _refused({"open-floor"}, grown, [crowd])
    with pytest.raises(InvalidInput):
        egress_of(grown, [crowd], leave_out=["open-floor"])
    asked = egress_of(grown, [crowd], open_width_m=10.0)
    openings = [link for link in asked.scenario.links if link.kind == "opening"]
    assert len(openings) == len(asked.left_out) > 0
    assert {link.width_m for link in openings} == {10.0}


def test_lifts_gates_and_refuges_are_refused_by_name() -> None:
    rooms, persons = _hall(5)
    network = rooms.network
    mode = network.arc_mode.copy()
    doors = [network.passage_element[p] for p in network.arc_passage]
    mode[[d == "door-shop-store" for d in doors]] = MODES.index(Mode.LIFT)
    mode[[d == "door-office" for d in doors]] = MODES.index(Mode.FARE_GATE)
    kind = network.node_kind.copy()
    kind[network.node_id.index("office")] = NODE_KINDS.index(NodeKind.REFUGE)
    strange = dataclasses.replace(network, arc_mode=mode, node_kind=kind)
    crowd = Crowd(name="walk", persons=persons, speed_mps=1.2)
    names = _refused({"lift", "mode", "refuge"}, strange, [crowd])
    assert set(names) == {"lift:door-shop-store", "mode:door-office", "refuge:office"}


def test_people_without_a_way_and_people_who_cannot_take_stairs_are_refused_by_name() -> None:
    rooms, persons = _hall(5)
    network = rooms.network
    shut = dataclasses.replace(rooms.dynamic, capacity_per_s=rooms.dynamic.capacity_per_s.copy())
    shut.capacity_per_s[[network.passage_element[p].startswith("stairs") for p in network.arc_passage]] = 0.0
    crowd = Crowd(name="walk", persons=persons, speed_mps=1.2)
    assert _refused({"cut-off"}, network, [crowd], dynamic=shut) == ["cut-off:gallery"]
    usable = np.array([MODES[m] is not Mode.STAIRS for m in network.arc_mode])
    wheelchair = Crowd(name="wheelchair_manual", persons=persons, speed_mps=0.7, usable=usable)
    assert _refused({"mobility"}, network, [crowd, wheelchair]) == ["mobility:wheelchair_manual"]


def test_lanes_of_one_opening_are_refused_by_name_and_share_it_when_asked() -> None:
    flow = flow_of(read_jupedsim_network(_bytes(_shipped("office_wing.json"))))
    passage = flow.network.arc_passage.copy()
    passage[passage == 1] = 0  # two rooms behind one door
    shared = dataclasses.replace(flow.network, arc_passage=passage)
    crowd = Crowd(name="walk", persons=flow.occupants, speed_mps=1.2)
    assert _refused({"shared"}, shared, [crowd]) == ["shared:G1->GW"]
    links = egress_of(shared, [crowd], leave_out=["shared"]).scenario.links[:2]
    effective = sum(one.width_m - 2 * (one.boundary_layer_m or 0.0) for one in links)
    assert effective == pytest.approx(0.9 - 2 * 0.15)


def test_places_that_hold_too_few_are_refused_by_name() -> None:
    rooms, persons = _hall(5)
    network = rooms.network
    area = network.node_area_m2.copy()
    area[network.node_id.index("gallery")], area[network.node_id.index("hall")] = 1.5, 0.2
    width = network.passage_width_m.copy()
    width[network.passage_element.index("door-exit-2")] = 0.3
    tight = dataclasses.replace(network, node_area_m2=area, passage_width_m=width)
    crowd = Crowd(name="walk", persons=persons, speed_mps=1.2)
    names = _refused({"small", "crowded", "narrow"}, tight, [crowd])
    assert set(names) == {"small:hall", "crowded:gallery", "narrow:door-exit-2"}
    made = egress_of(tight, [crowd], leave_out=["small", "crowded", "narrow"]).scenario
    result = _built(json.loads(to_jupedsim_network(made))).simulation.run(seed=1)
    assert np.isfinite(result.exit_times).all()


def test_what_a_scenario_has_beyond_the_peer_is_refused_by_name() -> None:
    scenario = Scenario(
        id="s",
        venues=("two-floors",),
        occupants=(Occupants(spaces=("hall",), persons=1, source="test"),),
        hazards=(Hazard(id="fire-1", kind=HazardKind.FIRE, spaces=("hall",)),),
        assistance=(Assistance(direction="descent", carriers=2, teams=1, speed_mps=0.6, width_m=1.0, source="test"),),
        evacuation_lifts=(EvacuationLift(lift="lift-1", source="test"),),
        trains=(Train(id="t", track="1", at_s=60.0), Train(id="now", track="2")),
        fatigue=True,
        premovement=Delay(kind="uniform", low_s=0.0, high_s=10.0),
        premovement_of=(DelayOf(spaces=("hall",), delay=Delay(kind="gamma", shape=2.0, scale_s=30.0)),),
    )
    names = {
        "hazard:fire-1",
        "assistance:descent",
        "evacuation-lift:lift-1",
        "train:t",
        "fatigue:fatigue",
        "delay:premovement_of[0]",
    }
    assert set(unheld(scenario)) == names
    rooms, persons = _hall(5)
    crowd = Crowd(name="walk", persons=persons, speed_mps=1.2)
    kinds = {name.split(":")[0] for name in names}
    assert set(_refused(kinds, rooms.network, [crowd], scenario=scenario)) == names
    assert kinds < LEAVES.keys()


def test_an_unknown_kind_to_leave_out_is_refused() -> None:
    rooms, persons = _hall(5)
    with pytest.raises(InvalidInput) as caught:
        egress_of(rooms.network, [Crowd(name="walk", persons=persons, speed_mps=1.2)], leave_out=["everything"])
    assert caught.value.context["known"] == list(LEAVES)


@pytest.mark.parametrize(
    ("delay", "mean"),
    [
        (Delay(kind="fixed", value_s=30.0), 30.0),
        (Delay(kind="uniform", low_s=10.0, high_s=50.0), 30.0),
        (Delay(kind="triangular", low_s=0.0, mode_s=30.0, high_s=60.0), 30.0),
        (Delay(kind="normal", mean_s=30.0, sd_s=5.0), 30.0),
        (Delay(kind="lognormal", mu=3.0, sigma=0.5), np.exp(3.125)),
        (Delay(kind="weibull", shape=1.0, scale_s=30.0), 30.0),
    ],
    ids=lambda v: v.kind if isinstance(v, Delay) else "",
)
def test_delays_mean_the_same_to_the_peer(delay: Delay, mean: float) -> None:
    spread = spread_of(delay)
    assert spread is not None
    theirs = getattr(peer.sampling, spread.kind)(**spread.parameters, **spread.bounds)
    drawn = theirs.sample(np.random.default_rng(1), 20_000)
    assert drawn.mean() == pytest.approx(mean, rel=0.02)


def test_a_delay_begins_with_the_alarm_or_is_not_held() -> None:
    late = spread_of(Delay(kind="normal", mean_s=10.0, sd_s=30.0), after_s=120.0)
    assert late is not None
    drawn = peer.sampling.Normal(**late.parameters, **late.bounds).sample(np.random.default_rng(1), 1000)
    assert drawn.min() >= 120.0
    assert spread_of(Delay(kind="lognormal", mu=3.0, sigma=0.5), after_s=120.0) is None
