"""Stairs, ramps, escalators and lifts as authoring tools differ about them, on small files made on purpose."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indoor3d.models.building import Building, Connector
from indoor3d.models.vocabulary import ConnectorCategory
from indoor3d.routing.build import build_navigation
from indoor3d.sources._ifc_words import category_of
from tests.ifc_models import GOING_M, RISER_M, Builder, Outline, Point, box, flight, halls, spiral, steps
from tests.unit.sources.test_ifc_variants import SCHEMAS, codes_of, made, unreached

SLOPE_M = math.hypot(RISER_M, GOING_M)


# ── stairs, ramps, escalators ─────────────────────────────────────────────────────────────────────────────────────────
def _two_flights(z: float = 0.0, x: float = 2.2) -> tuple[list[tuple[Outline, float]], list[tuple[Outline, float]]]:
    """Up along y at x = 1, and back at ``x`` from the landing at y = 3.46 on."""
    middle = z + 8 * RISER_M
    return flight((1.0, 1.5, z), (0.0, 1.0), 7), flight((x, 3.46, middle), (0.0, -1.0), 7)


def _landing(z: float = 0.0) -> list[tuple[Outline, float]]:
    return [(box(0.5, 3.46, 2.7, 4.46), z + 8 * RISER_M)]


def _straight(b: Builder, storey: Any) -> None:
    b.element("IfcStair", storey, *steps(b, flight((1.0, 1.5, 0.0), (0.0, 1.0), 15)))


def _flight_only(b: Builder, storey: Any) -> None:
    b.element("IfcStairFlight", storey, *steps(b, flight((1.0, 1.5, 0.0), (0.0, 1.0), 15)))


def _l_shaped(b: Builder, storey: Any) -> None:
    turn = [(box(0.5, 3.46, 1.5, 4.46), 8 * RISER_M)]
    on = flight((1.5, 3.96, 8 * RISER_M), (1.0, 0.0), 7)
    b.element("IfcStair", storey, *steps(b, _two_flights()[0] + turn + on))


def _u_of_parts(b: Builder, storey: Any) -> None:
    up, back = _two_flights()
    parts = [b.element("IfcStairFlight", None, *steps(b, treads)) for treads in (up, back)]
    slab = b.element("IfcSlab", None, *steps(b, _landing()), PredefinedType="LANDING")
    rail = b.element("IfcRailing", None, b.prism(box(1.52, 1.5, 1.56, 3.4), 0.2, 2.4))
    b.aggregate(b.element("IfcStair", storey), *parts, slab, rail)


def _u_landing_apart(b: Builder, storey: Any) -> None:
    parts = [b.element("IfcStairFlight", None, *steps(b, treads)) for treads in _two_flights()]
    b.element("IfcSlab", storey, *steps(b, _landing()), PredefinedType="LANDING")
    b.aggregate(b.element("IfcStair", storey), *parts)


def _u_of_loose_flights(b: Builder, storey: Any) -> None:
    for treads in _two_flights():
        b.element("IfcStairFlight", storey, *steps(b, treads))


def _spiral(b: Builder, storey: Any) -> None:
    b.element("IfcStair", storey, *steps(b, spiral((3.0, 4.0), (0.15, 1.15), 15, turn_deg=22.5)))


_WALK_M = 2 / 3 * (1.15**3 - 0.15**3) / (1.15**2 - 0.15**2) * math.cos(math.radians(22.5 / 2))  # centroid of a tread
STAIRS: dict[
    Callable[[Builder, Any], None], float
] = {  # analytic length from the middle of the first tread to that of the last
    _straight: 14 * SLOPE_M,
    _flight_only: 14 * SLOPE_M,
    _l_shaped: 12 * SLOPE_M + 2 * math.hypot(0.64, RISER_M),
    _u_of_parts: 12 * SLOPE_M + 2 * math.hypot(math.hypot(0.64, 0.6), RISER_M),
    _u_landing_apart: 12 * SLOPE_M + math.hypot(1.2, 2 * RISER_M),
    _u_of_loose_flights: 12 * SLOPE_M + math.hypot(1.2, 2 * RISER_M),
    _spiral: 14 * math.hypot(RISER_M, 2 * _WALK_M * math.sin(math.radians(22.5 / 2))),
}


def _length_m(points: Any) -> float:
    return float(np.linalg.norm(np.diff(np.array(points), axis=0), axis=1).sum())


@pytest.mark.parametrize("add", STAIRS, ids=lambda add: str(add.__name__))
def test_stairs_of_every_shape(add: Callable[[Builder, Any], None], tmp_path: Path) -> None:
    builder = Builder()
    add(builder, halls(builder, (0.0, 3.0))[0])
    building, report = made(builder, tmp_path)
    (stairs,) = building.connectors
    assert (stairs.category, stairs.step_count) == (ConnectorCategory.STAIRS, 16)
    assert stairs.clear_width_m == pytest.approx(1.0, rel=0.05)
    assert _length_m(stairs.path[1:-1]) == pytest.approx(STAIRS[add], rel=0.05)
    assert stairs.path[-1][2] - stairs.path[0][2] == pytest.approx(3.0, abs=0.01)
    assert max(math.dist(stairs.path[i][:2], stairs.path[j][:2]) for i, j in ((0, 1), (-2, -1))) < 1.3
    assert codes_of(report) == {}
    assert unreached(building) == []


def _one_body(b: Builder, storey: Any) -> None:
    treads = []
    for z in (0.0, 3.0):
        up, back = _two_flights(z)
        treads += [*up, *_landing(z), *back, (box(0.5, 0.5, 2.7, 1.5), z + 3.0)]
    b.element("IfcStair", storey, *steps(b, treads))


def _one_above_the_other(b: Builder, storey: Any) -> None:
    flights = [steps(b, flight((1.0, 1.5, z), (0.0, 1.0), 15)) for z in (0.0, 3.0)]
    b.aggregate(b.element("IfcStair", storey), *(b.element("IfcStairFlight", None, *f) for f in flights))


def _floor_is_the_landing(b: Builder, storey: Any) -> None:
    parts = [t for z in (0.0, 3.0) for t in (_two_flights(z)[0], _landing(z), _two_flights(z, 2.1)[1])]
    b.aggregate(b.element("IfcStair", storey), *(b.element("IfcStairFlight", None, *steps(b, t)) for t in parts))


@pytest.mark.parametrize(("add", "count"), [(_one_body, 1), (_one_above_the_other, 2), (_floor_is_the_landing, 1)])
def test_a_stair_through_three_storeys_meets_each(
    add: Callable[[Builder, Any], None], count: int, tmp_path: Path
) -> None:
    builder = Builder()
    add(builder, halls(builder, (0.0, 3.0, 6.0))[0])
    building, report = made(builder, tmp_path)
    assert len(building.connectors) == count
    assert {round(s.position[2], 2) for c in building.connectors for s in c.stops} == {0.0, 3.0, 6.0}
    assert sum(c.step_count or 0 for c in building.connectors) == 32
    assert codes_of(report) == {}
    assert unreached(building) == []


def test_a_stair_attaches_to_the_hall_it_is_in_not_through_the_wall(tmp_path: Path) -> None:
    builder = Builder()
    lower = builder.storey("G", 0.0, elevation=0.0)
    upper = builder.storey("U", 3.0, elevation=3.0)
    walls = builder.shell(lower, 0.0)
    builder.door_in(lower, walls["south"], (5.0, 0.0, 6.0, 0.3), 0.0, Name="front")
    builder.space(lower, box(0.3, 0.3, 9.7, 7.7), 0.0, 2.8, Name="Hall")
    builder.shell(upper, 3.0)
    builder.wall(upper, box(0.3, 5.75, 9.7, 5.95), 3.0, 5.8)
    builder.space(upper, box(0.3, 0.3, 9.7, 5.75), 3.0, 5.8, Name="Landing")
    builder.space(upper, box(0.3, 5.95, 9.7, 7.7), 3.0, 5.8, Name="Behind")
    _straight(builder, lower)
    building, _ = made(builder, tmp_path)
    assert building.connectors[0].stops[1].position[1] < 5.75
    assert unreached(building) == ["Behind"]


def test_stairs_that_lead_nowhere_say_so(tmp_path: Path) -> None:
    builder = Builder()
    storey = halls(builder, (0.0,))[0]
    builder.element("IfcStair", storey, Name="bare")
    _straight(builder, storey)
    building, report = made(builder, tmp_path)
    assert building.connectors == ()
    found = [i.values["end"] for i in report.issues if i.code == "connector.unattached"]
    assert sorted(found) == ["two ends", "upper end"]


def _slab_along(b: Builder, x: Point, points: list[Point], thick: float = 0.2) -> Any:
    """A sloping body between x[0] and x[1] over (y, z) points."""
    top = [[(v, y, z) for v in x] for y, z in points]
    low = [[(v, y, z - thick) for v in x] for y, z in points]
    faces: list[Any] = [(low[0][0], low[0][1], top[0][1], top[0][0]), (low[-1][0], top[-1][0], top[-1][1], low[-1][1])]
    for i in range(len(points) - 1):
        faces.append((top[i][0], top[i][1], top[i + 1][1], top[i + 1][0]))
        faces.append((low[i][0], low[i + 1][0], low[i + 1][1], low[i][1]))
        faces += [(low[i][s], top[i][s], top[i + 1][s], low[i + 1][s]) for s in (0, 1)]
    return b.faces(faces)


def test_a_ramp_of_two_flights_and_a_landing(tmp_path: Path) -> None:
    builder = Builder()
    storey = halls(builder, (0.0, 3.0))[0]
    slopes = [_slab_along(builder, (0.5, 2.0), [(1.0, 0.0), (5.5, 1.5)]), _slab_along(builder, (3.7, 2.2), [(5.5, 1.5), (1.0, 3.0)])]  # fmt: skip
    parts = [builder.element("IfcRampFlight", None, body) for body in slopes]
    parts.append(builder.element("IfcSlab", None, builder.prism(box(0.5, 5.5, 3.7, 7.0), 1.3, 1.5)))
    builder.aggregate(builder.element("IfcRamp", storey), *parts)
    building, report = made(builder, tmp_path)
    (ramp,) = building.connectors
    assert (ramp.category, ramp.step_count, ramp.clear_width_m) == (ConnectorCategory.RAMP, None, 1.5)
    assert _length_m(ramp.path[1:-1]) == pytest.approx(2 * math.hypot(4.5, 1.5) + 1.7, rel=0.05)
    assert [s.position[2] for s in ramp.stops] == [0.0, 3.0]
    assert (codes_of(report), unreached(building)) == ({}, [])


def _transport(b: Builder, storey: Any, body: Any, kind: str | None, **more: Any) -> Any:
    key = "OperationType" if b.file.schema == "IFC2X3" else "PredefinedType"
    return b.element("IfcTransportElement", storey, body, **({key: kind} if kind else {}), **more)


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("kind", ["ESCALATOR", "MOVINGWALKWAY"])
def test_escalators_and_moving_walks(tmp_path: Path, schema: str, kind: str) -> None:
    builder = Builder(schema=schema)
    storey = halls(builder, (0.0, 3.0))[0]
    body = _slab_along(builder, (1.0, 2.0), [(0.8, 0.0), (1.5, 0.0), (6.0, 3.0), (6.7, 3.0)], 0.3)
    _transport(builder, storey, body, kind)
    building, _ = made(builder, tmp_path)
    (found,) = building.connectors
    assert found.category == {"ESCALATOR": "escalator", "MOVINGWALKWAY": "moving_walk"}[kind]
    assert [s.position[2] for s in found.stops] == [0.0, 3.0]
    assert _length_m(found.path[1:-1]) == pytest.approx(math.hypot(4.5, 3.0), rel=0.05)
    assert unreached(building) == []


# ── lifts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _lift(building: Building) -> Connector:
    (lift,) = building.connectors
    assert lift.category is ConnectorCategory.LIFT
    return lift


@pytest.mark.parametrize(
    ("schema", "kind", "name"),
    [("IFC2X3", "ELEVATOR", "x"), ("IFC4", "ELEVATOR", "x"), ("IFC4X3", "ELEVATOR", "x"),
     ("IFC4", "NOTDEFINED", "승객용 엘리베이터"), ("IFC4", None, "Elevator-Passenger 1")],
)  # fmt: skip
def test_lifts_without_doors_are_no_wider_than_the_least_door(
    tmp_path: Path, schema: str, kind: str | None, name: str
) -> None:
    builder = Builder(schema=schema)
    storey = halls(builder, (0.0, 3.0))[0]
    _transport(builder, storey, builder.prism(box(1.0, 1.0, 3.0, 3.0), 0.0, 5.5), kind, Name=name)
    building, _ = made(builder, tmp_path)
    assert [s.position[2] for s in _lift(building).stops] == [0.0, 3.0]
    assert _lift(building).clear_width_m is None
    network = build_navigation(building).network
    widths = network.edge_clear_width_m[np.abs(network.edge_climb_m) > 1.0]
    assert widths.tolist() == pytest.approx([0.8] * len(widths))
    assert len(widths) > 0


def test_a_lift_that_only_its_type_names_and_things_that_are_none(tmp_path: Path) -> None:
    builder = Builder()
    storey = halls(builder, (0.0, 3.0))[0]
    named, gear, unknown = (
        _transport(builder, storey, builder.prism(box(x, 1.0, x + 2.0, 3.0), 0.0, 5.5), kind)
        for x, kind in ((1.0, None), (4.0, "LIFTINGGEAR"), (7.0, "NOTDEFINED"))
    )
    kind = builder.make("IfcTransportElementType", PredefinedType="ELEVATOR")
    builder.make("IfcRelDefinesByType", RelatingType=kind, RelatedObjects=(named,))
    building, report = made(builder, tmp_path)
    assert _lift(building).id == named.GlobalId
    assert gear.GlobalId not in {i.element for i in report.issues}
    assert [i.element for i in report.issues if i.code == "connector.unattached"] == [unknown.GlobalId]


def _shaft(name: str, *, doors: bool = True, whole: bool = False) -> Builder:
    builder = Builder()
    storeys = [builder.storey(f"S{i}", 3.0 * i, elevation=3.0 * i) for i in range(3)]
    for i, storey in enumerate(storeys):
        z = 3.0 * i
        walls = builder.shell(storey, z)
        hall = ((0.3, 0.3), (9.7, 0.3), (9.7, 7.7), (3.2, 7.7), (3.2, 5.0), (0.3, 5.0))
        builder.space(storey, hall, z, z + 2.8, Name=f"H{i}")
        side = builder.wall(storey, box(3.0, 5.2, 3.2, 7.7), z, z + 2.8)
        builder.wall(storey, box(0.3, 5.0, 3.2, 5.2), z, z + 2.8)
        if doors:
            builder.door_in(storey, side, (3.0, 6.0, 3.2, 6.9 + 0.1 * i), z, Name=f"D{i}")
        if not i:
            builder.door_in(storey, walls["south"], (5.0, 0.0, 6.0, 0.3), z, Name="front")
        if not whole:
            builder.space(storey, box(0.3, 5.2, 3.0, 7.7), z, z + 2.8, Name=name)
    if whole:
        builder.space(storeys[0], box(0.3, 5.2, 3.0, 7.7), 0.0, 8.8, Name=name)
    return builder


@pytest.mark.parametrize(("name", "whole"), [("Elevator", False), ("Aufzug", True), ("승강기", False), ("EV-1", True)])
def test_a_lift_known_from_its_shaft_alone(tmp_path: Path, name: str, whole: bool) -> None:  # noqa: FBT001
    building, _ = made(_shaft(name, whole=whole), tmp_path)
    assert [s.position[2] for s in _lift(building).stops] == [0.0, 3.0, 6.0]
    assert _lift(building).clear_width_m == pytest.approx(0.9)  # the narrowest of its doors
    assert unreached(building) == []


def test_a_shaft_without_doors_says_so(tmp_path: Path) -> None:
    building, report = made(_shaft("Lift", doors=False), tmp_path)
    assert building.connectors == ()
    assert codes_of(report)["connector.unattached"] == 1
    assert unreached(building) == ["H1", "H2"]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Elevator Lobby", "lobby"), ("EV홀", "corridor"), ("엘리베이터 홀", "lobby"), ("Elevator Machine Room", "technical"),
        ("승강기 기계실", "technical"), ("승강장", "platform"), ("ELEV. 2", "lift_shaft"), ("EV charging", "unspecified"),
        ("Level 3", "unspecified"), ("Wintergarten", "unspecified"), ("Kindergarten", "unspecified"),
        ("Bahnhof", "unspecified"), ("Innenhof", "outdoor"), ("Roof Plant Room", "technical"), ("Garten", "outdoor"),
    ],
)  # fmt: skip
def test_what_spaces_are_called(name: str, category: str) -> None:
    assert category_of(name) == category
