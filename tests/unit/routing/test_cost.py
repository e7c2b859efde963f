"""What edges cost whom: limits, what nobody has said, lifts, stopped escalators, gates, crowds, and each option."""

import gc
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import box

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building, Connector, Stop, Text, Venue
from indoor3d.models.network import MODES, Network
from indoor3d.models.vocabulary import Access, ConnectorCategory, Direction, DoorKind, Mode, OpeningCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.cost import REASONS, Costs, costs, element_costs, features, lift_times, refusals
from indoor3d.routing.profile import PROFILES, Options, Profile
from tests.buildings import FRAME, _gap, _level, _space, open_plan, station, two_floors

NAMES = tuple(REASONS)
CHAIR = PROFILES["wheelchair_manual"]
HELPLESS = replace(CHAIR, id="helpless", manual_door=False)
GOOD: dict[str, Any] = {"kind": DoorKind.SLIDING, "automatic": True, "threshold_m": 0.0, "intercom": False}
GOOD_WAY: dict[str, Any] = {
    "car_width_m": 1.6,
    "car_depth_m": 1.7,
    "needs_staff": False,
    "accessible": True,
    "max_slope": 0.05,
}


def said(building: Building, changes: Mapping[str, Mapping[str, Any]] | None = None) -> Building:
    """The building with everything known and good, but for some elements."""
    own = changes or {}
    return replace(
        building,
        openings=tuple(replace(o, **(GOOD | dict(own.get(o.id, {})))) for o in building.openings),
        connectors=tuple(replace(c, **(GOOD_WAY | dict(own.get(c.id, {})))) for c in building.connectors),
    )


@cache
def two_floors_network() -> Network:
    return build_navigation(two_floors()).network


@cache
def station_network() -> Network:
    return build_navigation(station()).network


def gates() -> Building:
    """A hall before and a hall behind a row of gates, an office beside each; a ramp, a moving walk and a stair lift.

    ::

        [ office 4 x 4 ]door[ outside 10 x 10 ] gate-narrow 0.6, gate-wide 0.95 [ inside 10 x 10 ]door[ shop 4 x 4 ]
    """
    spaces = (
        _space("inside", "g", box(10.2, 0, 20, 10), access=Access.PAID),
        _space("office", "g", box(-4.2, 0, -0.2, 4)),
        _space("outside", "g", box(0, 0, 10, 10)),
        _space("shop", "g", box(20.2, 0, 24.2, 4), access=Access.PAID),
        _space("upper", "u", box(0, 0, 20, 10), 1.0),
    )
    gate = OpeningCategory.GATE
    openings = (
        _gap("door-office", "g", box(-0.26, 1, 0.06, 2), ("office", "outside")),
        _gap("door-shop", "g", box(19.94, 1, 20.26, 2), ("inside", "shop")),
        _gap("gate-narrow", "g", box(9.94, 2, 10.26, 2.6), ("outside", "inside"), category=gate, clear_width_m=0.6),
        _gap("gate-wide", "g", box(9.94, 6, 10.26, 6.95), ("outside", "inside"), category=gate, clear_width_m=0.95),
    )

    def way(ident: str, category: ConnectorCategory, start: float, end: float, y: float, **extra: Any) -> Connector:
        ends = ((start, y, 0.0), (end, y, 1.0))
        return Connector(
            id=ident,
            category=category,
            stops=(Stop(level="g", position=ends[0]), Stop(level="u", position=ends[1])),
            path=ends,
            footprint=box(start, y - 0.5, end, y + 0.5),
            clear_width_m=1.0,
            name=Text(default=ident),
            **extra,
        )

    connectors = (
        way("ramp", ConnectorCategory.RAMP, 1, 9, 9),  # 1:8
        way("stair-lift", ConnectorCategory.WHEELCHAIR_LIFT, 1, 3, 4.0),
        way("steps", ConnectorCategory.STAIRS, 1, 3, 6.0, step_count=6),
        way("walk", ConnectorCategory.MOVING_WALK, 11, 19, 9, direction=Direction.UP),
    )
    return Building(
        venue=Venue(id="gates", name=Text(default="Gates")),
        frame=FRAME,
        levels=(_level("g", 0, 0.0, "1F"), _level("u", 1, 1.0, "2F")),
        spaces=spaces,
        openings=openings,
        connectors=connectors,
    )


@cache
def gates_network() -> Network:
    return build_navigation(gates()).network


def needing(network: Network, element: str) -> NDArray[np.intp]:
    """Edges that need an element."""
    number = network.elements.index(element)
    owner = np.repeat(np.arange(len(network.edge_from)), np.diff(network.edge_element_start))
    return np.unique(owner[network.edge_element == number])


def why(network: Network, building: Building, profile: Profile, element: str, **how: Any) -> set[str]:
    """Reasons on the edges that need an element."""
    return {NAMES[code] for code in refusals(network, building, profile, **how)[needing(network, element)]}


def burdens(found: Costs) -> NDArray[np.float64]:
    """Cost beside the time, forwards; 0 where one cannot pass."""
    open_ = np.isfinite(found.forward_s)
    return np.where(open_, np.where(open_, found.forward_cost, 0) - np.where(open_, found.forward_s, 0), 0.0)


def _walks(
    network: Network, found: Costs, start: int, *, extra: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least time to every node on level ground, and what the way there bears on top."""
    extra = burdens(found) if extra is None else extra
    level = (network.edge_mode == MODES.index(Mode.WALK)) & np.isfinite(found.forward_s)
    rows = np.flatnonzero(level)
    best: dict[tuple[int, int], int] = {}
    for row in rows.tolist():
        key = (int(network.edge_from[row]), int(network.edge_to[row]))
        if key not in best or found.forward_cost[row] < found.forward_cost[best[key]]:
            best[key] = row
    ends = np.array(list(best))
    picked = np.array(list(best.values()))
    count = len(network.node_position)
    weight = np.maximum(found.forward_s[picked], 1e-9)
    graph = csr_array((weight, (ends[:, 0], ends[:, 1])), shape=(count, count))
    seconds, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    borne = np.full(count, np.nan)
    for node in np.argsort(seconds).tolist():
        if np.isfinite(seconds[node]):
            back = int(before[node])
            row = best.get((back, node), best.get((node, back), -1))
            borne[node] = 0.0 if node == start else borne[back] + extra[row]
    return seconds, borne


def _in(network: Network, building: Building, space: str) -> NDArray[np.intp]:
    """Nodes in the open part of a space."""
    area = next(s for s in building.spaces if s.id == space)
    level = np.array([surface.level == area.level for surface in network.surfaces])[network.node_surface]
    inside = shapely.contains_xy(area.footprint.buffer(-0.15), *network.node_position[:, :2].T)
    return np.flatnonzero(level & inside)


@pytest.mark.parametrize("profile", list(PROFILES))
@pytest.mark.parametrize("make", [two_floors, open_plan, station, gates])
def test_on_open_floor_the_cost_is_the_length_times_a_constant(make: Any, profile: str) -> None:
    building = make()
    network = build_navigation(building).network
    found = costs(network, building, PROFILES[profile])
    plain = (network.edge_mode == MODES.index(Mode.WALK)) & (np.diff(network.edge_crossing_start) == 0)
    rows = plain & (network.edge_length_m > 0) & np.isfinite(found.forward_cost)
    assert rows.any()
    ratio = found.forward_cost[rows] / network.edge_length_m[rows]
    np.testing.assert_allclose(ratio, 1 / PROFILES[profile].level_mps, rtol=1e-12)
    np.testing.assert_array_equal(found.forward_cost[rows], found.backward_cost[rows])


def test_a_door_is_borne_once_however_many_edges_lead_through_it() -> None:
    building, network = two_floors(), two_floors_network()
    found = costs(network, building, PROFILES["cognitive"])
    each = PROFILES["cognitive"].opening_s
    assert each > 0
    for start in _in(network, building, "store")[:4].tolist():
        _, borne = _walks(network, found, start)
        for room, doors in (("store", 0), ("shop", 1), ("hall", 2)):
            nodes = _in(network, building, room)
            assert len(nodes)
            np.testing.assert_allclose(borne[nodes], doors * each)
    building = open_plan()
    network = build_navigation(building).network
    found = costs(network, building, PROFILES["cognitive"])
    for start in _in(network, building, "closet")[:4].tolist():
        _, again = _walks(network, found, start)
        counted = np.concatenate([again[_in(network, building, room)] for room in ("west", "east")]) / each
        assert set(np.round(counted, 9)) <= {1.0, 2.0}, "one narrow door, or two openings on one gap; seams are none"


@pytest.mark.parametrize(("width", "run_up", "passes"), [(0.80, 9.0, True), (0.79, 9.0, False), (0.90, 1.0, True), (0.89, 1.0, False)])  # fmt: skip
def test_a_door_is_wide_enough_for_the_device_and_its_margin(width: float, run_up: float, passes: bool) -> None:  # noqa: FBT001
    building = said(two_floors(), {"door-office": {"clear_width_m": width}})
    network = build_navigation(building).network
    number = network.elements.index("door-office")
    run_ups = np.where(np.arange(len(network.elements)) == number, run_up, np.inf)
    network = replace(network, element_run_up_m=run_ups)
    crossing = np.repeat(np.arange(len(network.edge_from)), np.diff(network.edge_crossing_start))
    rows = np.unique(crossing[network.edge_crossing == number])
    code = refusals(network, building, CHAIR)[rows]
    assert len(rows)
    assert {NAMES[c] for c in code} == ({""} if passes else {"too-narrow"})
    assert np.isfinite(costs(network, building, CHAIR).forward_s[rows]).all() == passes


CASES: list[tuple[str, str, str, Any, Any, Profile, str, str, dict[str, Any]]] = [
    ("two", "door-office", "threshold_m", 0.0, 0.03, CHAIR, "threshold", "threshold", {}),
    ("two", "door-office", "kind", DoorKind.HINGED, DoorKind.REVOLVING, PROFILES["guide_dog"], "kind", "revolving", {}),
    ("two", "door-office", "kind", DoorKind.OPEN, DoorKind.REVOLVING, CHAIR, "kind", "revolving", {}),
    ("two", "door-office", "intercom", False, True, PROFILES["deaf"], "intercom", "intercom", {}),
    ("two", "door-office", "intercom", False, True, PROFILES["walk"], "intercom", "intercom", {"no_staff_help": True}),
    ("two", "door-office", "automatic", True, False, HELPLESS, "automatic", "manual-door", {}),
    ("two", "lift-1", "car_width_m", 0.9, 0.89, CHAIR, "car_width", "lift-too-small", {}),
    ("two", "lift-1", "car_depth_m", 1.25, 1.2, CHAIR, "car_depth", "lift-too-small", {}),
    ("two", "lift-1", "clear_width_m", 0.8, 0.75, CHAIR, "door_width", "lift-door", {}),
    ("two", "lift-1", "needs_staff", False, True, PROFILES["walk"], "needs_staff", "staff", {"no_staff_help": True}),
    ("gates", "gate-wide", "intercom", False, True, PROFILES["deaf"], "intercom", "intercom", {}),
    ("gates", "ramp", "max_slope", 0.1, 0.2, PROFILES["scooter"], "max_slope", "too-steep", {}),
    ("gates", "stair-lift", "car_width_m", 0.8, 0.6, CHAIR, "car_width", "lift-too-small", {"staff_lifts": True}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}-{case[2]}-{case[5].id}")
def test_yes_no_and_unknown_are_three_answers(case: tuple[Any, ...]) -> None:
    make, element, attribute, good, bad, profile, name, reason, options = case
    network = two_floors_network() if make == "two" else gates_network()
    base = two_floors() if make == "two" else gates()

    other: dict[str, Any] = {} if element.startswith(("door", "gate")) else {"accessible": None}

    def with_(value: Any) -> Building:
        return said(base, {element: {attribute: value} | other})

    rows = needing(network, element)
    for policy in ("strict", "warn", "ignore"):
        how = Options(unknown=policy, **options)
        assert why(network, with_(good), profile, element, options=how) == {""}
        assert why(network, with_(bad), profile, element, options=how) == {reason}
        assert not costs(network, with_(good), profile, options=how).unknown.any()
        assert not costs(network, with_(bad), profile, options=how).unknown.any(), (
            "a refusal that is known is no unknown"
        )
    strict, warn, ignore = (Options(unknown=policy, **options) for policy in ("strict", "warn", "ignore"))
    blank = with_(None)
    assert why(network, blank, profile, element, options=strict) == {"unknown"}
    assert np.isinf(costs(network, blank, profile, options=strict).forward_s[rows]).all()
    taken, plain = (costs(network, blank, profile, options=o) for o in (warn, ignore))
    assert np.isfinite(taken.forward_s[rows]).all()
    assert taken.unknown[rows].all()
    assert taken.unknown.sum() == len(rows)
    assert not plain.unknown.any()
    more = (burdens(taken) - burdens(plain))[rows]
    assert more.max() >= profile.unknown_s - 1e-9 > 0
    np.testing.assert_array_equal(taken.forward_s[rows], plain.forward_s[rows])
    assert element_costs(network, blank, profile, options=warn).unknown == {element: (name,)}
    assert not element_costs(network, blank, profile, options=ignore).unknown


def test_who_is_told_that_a_lift_is_accessible_takes_it_without_its_measures() -> None:
    network = two_floors_network()
    blank = {"car_width_m": None, "car_depth_m": None, "clear_width_m": None}
    strict = Options(unknown="strict")
    for accessible, reason in ((True, ""), (None, "unknown"), (False, "not-accessible")):
        building = said(two_floors(), {"lift-1": blank | {"accessible": accessible}})
        assert why(network, building, CHAIR, "lift-1", options=strict) == {reason}
        assert why(network, building, PROFILES["walk"], "lift-1", options=strict) == {""}
    small = said(two_floors(), {"lift-1": {"accessible": True, "car_depth_m": 1.0}})
    assert why(network, small, CHAIR, "lift-1") == {"lift-too-small"}, "what is measured holds against what is said"


def test_doors_that_move_by_hand_are_a_burden_to_those_who_cannot_well() -> None:
    network = two_floors_network()
    crossing = np.repeat(np.arange(len(network.edge_from)), np.diff(network.edge_crossing_start))
    rows = np.unique(crossing[network.edge_crossing == network.elements.index("door-office")])

    def burden(policy: Any = "warn", **changes: Any) -> float:
        building = said(two_floors(), {"door-office": changes})
        return float(burdens(costs(network, building, CHAIR, options=Options(unknown=policy)))[rows].max())

    assert burden(automatic=True) == 0.0
    assert burden(automatic=False) == burden(automatic=None) == pytest.approx(CHAIR.manual_door_s)
    assert burden("ignore", automatic=None) == 0.0
    assert burden(automatic=False, kind=DoorKind.OPEN) == 0.0


@pytest.mark.parametrize(
    ("climb", "speed", "options", "wait", "ride"),
    [
        (8.0, None, Options(), 13.33, 29.67),  # ACCESSIBILITY.md §1.3, its example
        (8.0, None, Options(busy=True), 26.67, 29.67),
        (8.0, None, Options(queue_cycles=1.0), 66.67, 29.67),
        (-8.0, 1.0, Options(), 12.0, 27.0),
        (4.0, None, Options(), 13.33, 24.33),  # half the way, the whole shaft's cycle
    ],
)
def test_the_wait_and_the_ride_of_a_lift(climb: float, speed: float | None, options: Options, wait: float, ride: float) -> None:  # fmt: skip
    lift = Connector(
        id="l",
        category=ConnectorCategory.LIFT,
        stops=tuple(Stop(level=str(z), position=(0.0, 0.0, z)) for z in (0.0, 4.0, 8.0)),
        path=(),
        footprint=box(0, 0, 1, 1),
        speed_mps=speed,
    )
    np.testing.assert_allclose(lift_times(lift, climb, options), (wait, ride), atol=0.01)


def test_a_lift_costs_its_wait_and_its_ride_or_what_is_said_live() -> None:
    building, network = said(station()), station_network()
    lift = next(c for c in building.connectors if c.id == "lift")
    rows = needing(network, "lift")
    found = costs(network, building, CHAIR)
    expected = [sum(lift_times(lift, float(climb))) for climb in network.edge_climb_m[rows]]
    np.testing.assert_allclose(found.forward_s[rows], expected)
    np.testing.assert_allclose(found.backward_s[rows], expected)
    live = costs(network, building, CHAIR, waits_s={"lift": 240.0, "another": 5.0})
    np.testing.assert_allclose(live.forward_s[rows], [240 + lift_times(lift, float(c))[1] for c in network.edge_climb_m[rows]])  # fmt: skip
    staffed = costs(network, said(station(), {"lift": {"needs_staff": True}}), CHAIR)
    np.testing.assert_allclose(staffed.forward_s[rows] - found.forward_s[rows], 300.0)


def test_a_lift_that_moves_sideways_takes_people() -> None:
    """Horizontal and inclined lifts were ignored by another router (failure 5)."""
    stops = (Stop(level="g", position=(11.0, 1.9, 0.0)), Stop(level="u", position=(2.0, 1.9, 3.5)))
    base = two_floors()
    lift = replace(
        base.connectors[0], stops=stops, path=tuple(s.position for s in stops), footprint=box(10.2, 0.1, 11.8, 1.7)
    )
    building = said(replace(base, connectors=(lift, *base.connectors[1:])))
    network = build_navigation(building).network
    (row,) = needing(network, "lift-1")
    length = float(np.hypot(9.0, 3.5))
    assert network.edge_length_m[row] == pytest.approx(length)
    assert costs(network, building, CHAIR).forward_s[row] == pytest.approx(sum(lift_times(lift, length)))


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_lift_out_of_order_is_one_for_everybody(name: str) -> None:
    """Other routers kept sending walkers there (failure 2)."""
    building, network = said(station()), station_network()
    rows = needing(network, "lift")
    for how in ({"stopped": {"lift"}}, {"emergency": True}):
        assert why(network, building, PROFILES[name], "lift", **how) == {"lift"}
        assert np.isinf(costs(network, building, PROFILES[name], **how).forward_s[rows]).all()
    usual = why(network, building, PROFILES[name], "lift")
    assert usual == {""}


def test_a_stopped_escalator_is_a_bad_stair() -> None:
    building, network = said(station()), station_network()
    (row,) = needing(network, "escalator-up")
    walk = PROFILES["walk"]
    length = network.edge_length_m[row]
    assert walk.stairs_up_mps is not None
    moving, still = (costs(network, building, walk, stopped=s).forward_s[row] for s in ((), {"escalator-up"}))
    assert moving == pytest.approx(length / 0.5)
    assert still == pytest.approx(length / (0.8 * walk.stairs_up_mps))
    assert costs(network, building, walk, emergency=True).forward_s[row] == still
    own = said(station(), {"escalator-up": {"speed_mps": 0.65}})
    assert costs(network, own, walk).forward_s[row] == pytest.approx(length / 0.65)
    for name in ("cane", "crutches", "guide_dog", "rollator", "wheelchair_manual", "stroller", "cart"):
        assert why(network, building, PROFILES[name], "escalator-up", stopped={"escalator-up"}) <= {
            "escalator",
            "stopped-escalator",
        }
    assert why(network, building, PROFILES["cane"], "escalator-up") == {""}
    assert np.isinf(costs(network, building, walk, stopped={"escalator-up"}).backward_s[row]), "the way it ran in"


def test_a_blind_traveller_takes_an_escalator_whose_direction_is_known() -> None:
    building, network = said(station()), station_network()
    either = replace(building, connectors=tuple(replace(c, direction=Direction.BOTH) for c in building.connectors))
    strict = Options(unknown="strict")
    assert why(network, building, PROFILES["blind_cane"], "escalator-up", options=strict) == {""}
    assert why(network, either, PROFILES["blind_cane"], "escalator-up", options=strict) == {"unknown"}
    assert why(network, either, PROFILES["walk"], "escalator-up", options=strict) == {""}


def test_people_walk_on_a_moving_walk_and_so_gain_by_it() -> None:
    building, network = said(gates()), gates_network()
    (row,) = needing(network, "walk")
    length = network.edge_length_m[row]
    walk, old = PROFILES["walk"], PROFILES["elderly"]
    assert costs(network, building, walk).forward_s[row] == pytest.approx(length / (1.3 + 0.25))
    assert costs(network, building, walk).forward_s[row] < length / 1.3
    assert costs(network, building, old).forward_s[row] == pytest.approx(length / 0.5)
    assert costs(network, building, walk, stopped={"walk"}).forward_s[row] == pytest.approx(length / 1.3)
    assert why(network, building, CHAIR, "walk") == {"moving-walk"}


def test_a_wheelchair_stair_lift_is_offered_only_to_who_asks() -> None:
    """Twenty minutes and two members of staff (failure 11)."""
    building, network = said(gates()), gates_network()
    (row,) = needing(network, "stair-lift")
    asked = Options(staff_lifts=True)
    for name, profile in PROFILES.items():
        assert why(network, building, profile, "stair-lift") == {"wheelchair-lift"}
        takes = name.startswith("wheelchair")
        assert (why(network, building, profile, "stair-lift", options=asked) == {""}) == takes
    assert costs(network, building, CHAIR, options=asked).forward_s[row] == 1200.0
    for how in (
        {"options": Options(staff_lifts=True, no_staff_help=True)},
        {"options": asked, "emergency": True},
        {"options": asked, "stopped": {"stair-lift"}},
    ):
        assert why(network, building, CHAIR, "stair-lift", **how) == {"wheelchair-lift"}


def test_a_pushchair_is_carried_over_as_many_steps_as_one_says() -> None:
    building, network = said(gates()), gates_network()
    pushchair = PROFILES["stroller"]
    (row,) = needing(network, "steps")
    assert why(network, building, pushchair, "steps") == {"stairs"}
    assert why(network, building, pushchair, "steps", options=Options(carry_up_to_steps=5)) == {"stairs"}
    carried = Options(carry_up_to_steps=6)
    assert why(network, building, pushchair, "steps", options=carried) == {""}
    assert costs(network, building, pushchair, options=carried).forward_s[row] == pytest.approx(
        network.edge_length_m[row] / 0.35
    )


def test_a_ramp_has_one_limit_for_a_short_rise_and_another_for_a_long_one() -> None:
    building, network = said(gates(), {"ramp": {"max_slope": None}}), gates_network()
    (row,) = needing(network, "ramp")
    assert why(network, building, CHAIR, "ramp") == {"too-steep"}, "1:8, as it is modelled"
    assert why(network, building, PROFILES["wheelchair_powered"], "ramp") == {""}, "up to 1 m of rise"
    assert why(network, building, PROFILES["cart"], "ramp") == {"too-steep"}
    assert why(network, building, PROFILES["wheelchair_powered"], "ramp", options=Options(max_slope=0.1)) == {
        "too-steep"
    }
    assert why(network, building, PROFILES["walk"], "ramp", options=Options(unknown="strict")) == {""}
    rollator = PROFILES["rollator"]
    found = costs(network, building, rollator, options=Options(unknown="ignore"))
    assert burdens(found)[row] == pytest.approx(rollator.steep_factor * found.forward_s[row])
    assert found.forward_s[row] == pytest.approx(network.edge_length_m[row] / rollator.ramp_up_mps)


def test_long_stairs_are_a_burden_to_the_old_and_no_wall() -> None:
    building, network = said(station()), station_network()
    old, stairs = PROFILES["elderly"], {}
    for element in ("stairs-mezzanine", "stairs-office"):  # 13 and 23 risers
        (row,) = needing(network, element)
        rise = abs(network.edge_climb_m[row])
        stairs[element] = burdens(costs(network, building, old))[row] - old.stairs_s - old.stairs_s_per_m * rise
    assert stairs == {"stairs-mezzanine": pytest.approx(0.0), "stairs-office": pytest.approx(old.long_flight_s)}
    assert old.long_flight_s >= 60


def test_through_the_gates_and_back_costs_and_inside_or_outside_does_not() -> None:
    """Wheelchair users have to leave by the gates and come back at some interchanges (failure 9)."""
    building, network = said(gates()), gates_network()
    found = costs(network, building, CHAIR)
    start = int(_in(network, building, "office")[0])
    _, borne = _walks(network, found, start)
    assert np.allclose(borne[_in(network, building, "outside")], 0.0)
    assert np.allclose(borne[_in(network, building, "inside")], 240.0)
    assert np.allclose(borne[_in(network, building, "shop")], 240.0)
    _, borne = _walks(network, found, int(_in(network, building, "shop")[0]))
    assert np.allclose(borne[_in(network, building, "inside")], 0.0)
    assert np.allclose(borne[_in(network, building, "outside")], 240.0)
    avoiding = costs(network, building, CHAIR, options=Options(avoid_gates=True))
    _, borne = _walks(network, avoiding, start)
    assert np.allclose(borne[_in(network, building, "inside")], 1800.0)
    hurried = costs(network, building, PROFILES["walk"], emergency=True)
    assert not burdens(hurried).any()


def test_large_luggage_takes_the_wide_gate_and_a_wheelchair_has_to() -> None:
    building, network = said(gates()), gates_network()
    crossing = np.repeat(np.arange(len(network.edge_from)), np.diff(network.edge_crossing_start))
    rows = {n: crossing[network.edge_crossing == network.elements.index(n)] for n in ("gate-narrow", "gate-wide")}
    for name in ("wheelchair_manual", "luggage", "stroller", "guide_dog"):
        code = refusals(network, building, PROFILES[name])
        assert {NAMES[c] for c in code[rows["gate-narrow"]]} == {"too-narrow"}
        assert {NAMES[c] for c in code[rows["gate-wide"]]} == {""}
    small_case = replace(PROFILES["luggage"], width_m=0.45)
    extra = burdens(costs(network, building, small_case))
    assert extra[rows["gate-narrow"]].max() - extra[rows["gate-wide"]].max() == small_case.narrow_gate_s > 0


def test_what_people_are_averse_to_is_a_burden_and_no_wall() -> None:
    building, network = said(station()), station_network()
    walk = PROFILES["walk"]
    plain = burdens(costs(network, building, walk))
    lift, escalator = needing(network, "lift"), needing(network, "escalator-up")
    for option, rows, least in (
        (Options(averse_to_lifts=True), lift, 600.0),
        (Options(averse_to_escalators=True), escalator, 600.0),
        (Options(averse_to_confined_spaces=True), lift, 300.0),
        (Options(averse_to_confined_spaces=True), escalator, 15.0),
    ):
        found = costs(network, building, walk, options=option)
        assert np.isfinite(found.forward_cost[rows]).all()
        np.testing.assert_allclose((burdens(found) - plain)[rows], least)


def test_decisions_weigh_more_than_metres_on_an_easy_way() -> None:
    building, network = said(station()), station_network()
    easy = PROFILES["cognitive"]
    assert burdens(costs(network, building, easy))[needing(network, "stairs-office")] == pytest.approx(
        easy.level_change_s
    )
    assert easy.level_change_s > 0


def test_a_crowd_makes_its_space_longer_and_nothing_else() -> None:
    building, network = said(two_floors()), two_floors_network()
    walk = PROFILES["walk"]
    plain = costs(network, building, walk)
    full = costs(network, building, walk, factor={"shop": 3.0, "another-building": 9.0})
    shop = next(s for s in building.spaces if s.id == "shop").footprint
    ends = network.node_position[np.column_stack([network.edge_from, network.edge_to])]
    level = np.array([surface.level == "g" for surface in network.surfaces])[network.node_surface[network.edge_from]]
    walked = network.edge_mode == MODES.index(Mode.WALK)
    inside = np.array([shapely.LineString(pair[:, :2]).intersection(shop).length for pair in ends])
    expected = np.where(level & walked, inside, 0.0) * 2.0 / walk.level_mps
    assert (expected > 0).sum() > 3
    np.testing.assert_allclose(full.forward_s - plain.forward_s, expected, atol=1e-9)
    np.testing.assert_allclose(full.backward_s - plain.backward_s, expected, atol=1e-9)
    averse = costs(network, building, walk, factor={"shop": 3.0}, options=Options(averse_to_crowds=True))
    np.testing.assert_array_equal(averse.forward_s, full.forward_s)
    np.testing.assert_allclose(averse.forward_cost - full.forward_cost, 3.0 * expected, atol=1e-9)


def test_a_crowd_at_a_door_or_on_stairs() -> None:
    building, network = said(two_floors()), two_floors_network()
    walk = PROFILES["walk"]
    plain = costs(network, building, walk)
    full = costs(network, building, walk, factor={"door-office": 2.0, "stairs-1": 1.5})
    (stairs,) = needing(network, "stairs-1")
    assert full.forward_s[stairs] == pytest.approx(1.5 * plain.forward_s[stairs])
    start = int(_in(network, building, "office")[0])
    _, longer = _walks(network, plain, start, extra=full.forward_s - plain.forward_s)
    np.testing.assert_allclose(longer[_in(network, building, "gallery")], 2.0 / walk.level_mps)
    np.testing.assert_allclose(longer[_in(network, building, "office")], 0.0)


@pytest.mark.parametrize(
    "how",
    [
        {"factor": {"shop": 0.5}},
        {"factor": {"shop": np.nan}},
        {"factor": {"shop": np.inf}},
        {"waits_s": {"lift-1": -1.0}},
        {"waits_s": {"lift-1": np.inf}},
        {"options": Options(fare="nowhere")},
    ],
)
def test_what_no_state_can_be(how: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        costs(two_floors_network(), two_floors(), PROFILES["walk"], **how)
    assert any("가" <= letter <= "힣" for letter in caught.value.detail["ko"])


def test_a_limit_is_never_relaxed_for_want_of_a_way() -> None:
    """Another router dropped its slope limit when it found no path (failure 3)."""
    building, network = said(gates()), gates_network()
    upper = _in(network, building, "upper")
    found = costs(network, building, CHAIR)
    into = np.isin(network.edge_to, upper) & ~np.isin(network.edge_from, upper)
    assert np.isinf(found.forward_cost[into & (network.edge_mode != MODES.index(Mode.WALK))]).all()


def test_the_same_question_has_the_same_answer_and_another_building_another() -> None:
    network = two_floors_network()
    first, second = (costs(network, two_floors(), CHAIR) for _ in range(2))
    for member in ("forward_s", "backward_s", "forward_cost", "backward_cost", "unknown"):
        assert getattr(first, member).tobytes() == getattr(second, member).tobytes()
    assert costs(network, said(two_floors()), CHAIR).unknown.sum() < first.unknown.sum()


def test_what_is_kept_goes_with_its_network() -> None:
    building = two_floors()
    network = build_navigation(building).network
    costs(network, building, CHAIR)
    gc.collect()
    kept = len(features._KEPT)
    del network
    gc.collect()
    assert len(features._KEPT) == kept - 1


def test_the_first_reason_counts_and_all_are_in_two_languages() -> None:
    building = said(two_floors(), {"door-office": {"threshold_m": 0.1, "kind": DoorKind.REVOLVING, "intercom": None}})
    assert why(two_floors_network(), building, CHAIR, "door-office") == {"threshold"}
    assert element_costs(two_floors_network(), building, CHAIR).reason.count("threshold") == 1
    assert all(
        english and any("가" <= letter <= "힣" for letter in korean) for english, korean in list(REASONS.values())[1:]
    )
    assert len(REASONS) < 255
