"""Rows C of the verification suite: the sheets of station codes, against sums done by hand."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from indoor3d.errors import InvalidScenario, UnitMismatch
from indoor3d.models.building import Text
from indoor3d.models.quantity import Quantity
from indoor3d.models.rules import Known, Rule, RulePack, Verdict, fill, read_pack
from indoor3d.routing.evacuation.sheet import Element, Leg, Platform, platform_sheet

RULES = Path(__file__).resolve().parents[2] / "assets" / "rules"


def pack(ident: str = "nfpa130") -> RulePack:
    return read_pack(tomllib.loads((RULES / f"{ident}.toml").read_text()))


def name(text: str) -> Text:
    return Text(ko=text, en=text)


def legs(platform_m: float, rise_m: float, concourse_m: float, *, concourse: float | None = None) -> tuple[Leg, ...]:
    return (
        Leg(key="T1", name=name("platform"), distance_m=platform_m, pace="speed_platform"),
        Leg(key="T2", name=name("up"), distance_m=rise_m, pace="speed_vertical"),
        Leg(key="T3", name=name("barrier"), distance_m=0.0, pace="speed_concourse"),
        Leg(key="T4", name=name("out"), distance_m=concourse_m, pace="speed_concourse", speed_m_per_min=concourse),
    )


def stairs(count: int, width_mm: float = 1800) -> tuple[Element, ...]:
    return tuple(Element(id=f"stair-{n}", name=name(f"{n}"), kind="stairs", width_mm=width_mm) for n in range(count))


def platform(load: float, exits: Sequence[Element], ways: tuple[Leg, ...], **more: object) -> Platform:
    values: dict[str, object] = {
        "id": "p1",
        "name": name("Line 1"),
        "load": Known(quantity=Quantity.of(load, "p"), basis="declared"),
        "exits": tuple(exits),
        "legs": {"": ways},
        "walk_m": {"": ways[0].distance_m or 0.0},
        "routes": len(exits),
    }
    return Platform(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("load", "expected", "verdict"), [(1598, 3.999, Verdict.PASS), (1600, 4.004, Verdict.FAIL)], ids=["C1", "C2"]
)
def test_a_platform_at_its_four_minutes(load: float, expected: float, verdict: Verdict) -> None:
    sheet = platform_sheet(platform(load, stairs(4), legs(60, 9.1, 60)), pack())
    assert sheet.row("platform_capacity").value == pytest.approx(399.6, abs=1e-9)
    row = sheet.row("platform_time")
    assert row.value == pytest.approx(expected, abs=5e-4)
    assert row.verdict is verdict


@pytest.mark.parametrize(
    ("rise", "climb", "total", "verdict"),
    [(9.1, 0.622, 5.209, Verdict.PASS), (30, 2.051, 6.64, Verdict.FAIL)],
    ids=["C3", "C4"],
)
def test_six_minutes_to_a_point_of_safety(rise: float, climb: float, total: float, verdict: Verdict) -> None:
    sheet = platform_sheet(platform(1440, stairs(4), legs(60, rise, 60, concourse=61)), pack())
    assert sheet.row("platform_time").value == pytest.approx(3.604, abs=5e-4)
    assert sheet.row("T1").value == pytest.approx(1.587, abs=5e-4)
    assert sheet.row("T2").value == pytest.approx(climb, abs=5e-4)
    assert sheet.row("platform_wait").value == pytest.approx(2.016, abs=6e-4)
    assert sheet.row("total_time").value == pytest.approx(total, abs=5e-3)
    assert sheet.row("total_time").verdict is verdict


def test_c5_one_escalator_is_out_and_they_are_at_most_one_half() -> None:
    escalators = tuple(Element(id=f"esc-{n}", name=name(f"{n}"), kind="escalator", width_mm=1000) for n in range(2))
    sheet = platform_sheet(platform(1000, (*stairs(2), *escalators), legs(60, 9.1, 60)), pack())
    assert sheet.row("platform_capacity").value == pytest.approx(255.3, abs=1e-9)
    assert sheet.row("escalator_share").value == pytest.approx(55.5 / 255.3)
    assert {row.key for row in sheet.worst} == {"worst_platform_time", "worst_total_time", "worst_travel_distance"}
    many = tuple(Element(id=f"esc-{n}", name=name(f"{n}"), kind="escalator", width_mm=1000) for n in range(6))
    capped = platform_sheet(platform(1000, (*stairs(1), *many), legs(60, 9.1, 60)), pack())
    assert capped.row("platform_capacity").value == pytest.approx(2 * 1800 * 0.0555)
    assert capped.row("escalator_share").value == 0.5


def test_c6_a_long_walk_is_said_even_where_the_times_pass() -> None:
    sheet = platform_sheet(platform(500, stairs(4), legs(101, 5, 20)), pack())
    assert sheet.row("total_time").verdict is Verdict.PASS
    assert sheet.row("travel_distance").verdict is Verdict.FAIL
    assert sheet.verdict is Verdict.FAIL


def test_c8_the_korean_guideline_holds_the_same_limits() -> None:
    ours, korean = (
        platform_sheet(platform(1600, stairs(4), legs(60, 9.1, 60)), pack(i)) for i in ("nfpa130", "kr-molit")
    )
    assert korean.pack == "kr-molit"
    assert [(r.key, r.value, r.limit, r.verdict) for r in ours.rows] == [
        (r.key, r.value, r.limit, r.verdict) for r in korean.rows
    ]
    assert not korean.read
    assert not korean.row("platform_time").read


def c11() -> Platform:
    def leg(key: str, distance: float, pace: str, speed: float) -> Leg:
        return Leg(key=key, name=name(key), distance_m=distance, pace=pace, speed_m_per_min=speed)

    exits = (
        Element(id="stair-1", name=name("1"), kind="stairs", width_mm=2800, count=2),
        Element(id="esc-1", name=name("1"), kind="escalator", width_mm=1000),
        Element(id="esc-2", name=name("2"), kind="escalator", width_mm=1000),
        Element(id="fire-stair", name=name("fire"), kind="stairs", width_mm=2800, emergency=True),
    )
    ways = (
        leg("T1", 24, "speed_platform", 37.7),
        leg("T2", 6.64, "speed_vertical", 14.6),
        leg("T3", 3, "speed_concourse", 37.7),
        leg("T4", 63, "speed_concourse", 37.7),
    )
    gates = (
        Element(id="gates", name=name("gates"), kind="gate", count=18),
        Element(id="service", name=name("service"), kind="passage", width_mm=1000, count=2),
    )
    return platform(1994.6, exits, ways, gates=gates, other_load=Known(quantity=Quantity.of(117.2, "p")))


def test_c11_the_sheet_of_a_metro_station_with_its_units_right() -> None:
    sheet = platform_sheet(c11(), pack())
    assert sheet.out_of_service in {"esc-1", "esc-2"}
    assert sheet.row("platform_capacity").value == pytest.approx(521.7, abs=0.05)
    assert sheet.row("platform_time").value == pytest.approx(3.823, abs=5e-4)
    assert sheet.row("platform_time").verdict is Verdict.PASS
    assert sheet.row("platform_wait").value == pytest.approx(3.187, abs=6e-4)
    assert sheet.row("walking").value == pytest.approx(2.842, abs=5e-4)
    assert sheet.row("concourse_load").value == pytest.approx(1517.7, abs=0.1)
    assert sheet.row("gate_wait").value == 0
    assert sheet.row("total_time").value == pytest.approx(6.03, abs=5e-3)
    assert sheet.row("total_time").verdict is Verdict.FAIL


def test_c11_what_the_published_sheet_did_is_refused() -> None:
    rule = Rule(row="E1", key="col", name=name("COL"), formula="load + other - rate", unit="p")
    known = {
        "load": Known(quantity=Quantity.of(1994.6, "p")),
        "other": Known(quantity=Quantity.of(117.2, "p")),
        "rate": Known(quantity=Quantity.of(155.4, "p/min")),
    }
    with pytest.raises(UnitMismatch, match="p and p/min"):
        fill((rule,), known)


def test_c12_gates_that_are_the_narrowest() -> None:
    gates = (Element(id="g", name=name("g"), kind="gate", count=4),)
    sheet = platform_sheet(replace(c11(), gates=gates), pack())
    gate_time = sheet.row("concourse_load").value / 200  # type: ignore[operator]
    assert sheet.row("gate_time").value == pytest.approx(gate_time)
    wait = gate_time - sheet.row("platform_time").value  # type: ignore[operator]
    assert sheet.row("gate_wait").value == pytest.approx(wait)
    assert wait > 3
    assert sheet.row("street_wait").value == 0


def test_c13_street_exits_that_are_the_narrowest() -> None:
    street = (Element(id="s", name=name("s"), kind="stairs", width_mm=2000),)
    sheet = platform_sheet(replace(c11(), street=street), pack())
    street_time = sheet.row("concourse_load").value / 111  # type: ignore[operator]
    assert sheet.row("street_time").value == pytest.approx(street_time)
    bound = max(sheet.row("gate_time").value, sheet.row("platform_time").value)  # type: ignore[type-var]
    assert sheet.row("street_wait").value == pytest.approx(street_time - bound)  # type: ignore[operator]
    assert sheet.row("total_time").verdict is Verdict.FAIL


def test_what_is_not_known_cannot_be_told() -> None:
    ways = (*legs(24, 6.64, 60)[:3], Leg(key="T4", name=name("out"), distance_m=None, pace="speed_concourse"))
    sheet = platform_sheet(platform(500, stairs(4), ways), pack())
    assert sheet.row("platform_time").verdict is Verdict.PASS
    assert sheet.row("total_time").value is None
    assert sheet.row("total_time").verdict is Verdict.CANNOT_TELL
    assert sheet.verdict is Verdict.CANNOT_TELL
    assert "T4" in sheet.row("walking").note.en
    unknown = replace(stairs(1)[0], width_mm=None)
    sheet = platform_sheet(platform(500, (unknown, *stairs(2)[1:]), legs(24, 6, 60)), pack())
    assert sheet.row("platform_time").verdict is Verdict.CANNOT_TELL


def test_the_worst_escalator_differs_by_what_is_asked() -> None:
    wide = Element(id="wide", name=name("wide"), kind="escalator", width_mm=1200)
    near = Element(id="near", name=name("near"), kind="escalator", width_mm=800)
    case = platform(
        800,
        (*stairs(2), wide, near),
        legs(40, 9, 50),
        legs={"": legs(40, 9, 50), "wide": legs(40, 9, 50), "near": legs(95, 9, 50)},
        walk_m={"": 40.0, "wide": 40.0, "near": 116.0},
    )
    worst = {row.key: row for row in platform_sheet(case, pack()).worst}
    assert worst["worst_platform_time"].filled.startswith("wide")
    assert worst["worst_travel_distance"].filled.startswith("near")
    assert worst["worst_travel_distance"].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"colour": 1}, "colour"),
        ({"rules": []}, "rules"),
        ({"read": "yes"}, "read"),
        ({"constants": {"x": {"value": "1"}}}, "constants.x.value"),
        ({"name": {"ko": "가"}}, "name.en"),
    ],
)
def test_a_pack_that_is_wrong_says_where(change: dict[str, object], path: str) -> None:
    raw = tomllib.loads((RULES / "nfpa130.toml").read_text())
    with pytest.raises(InvalidScenario) as error:
        read_pack(raw | change)
    assert error.value.context["path"] == path


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "a.b",
        "a[0]",
        "a if a else a",
        "lambda: 1",
        "a **  2",
        "f(a)",
        "a +",
        "(" * 300,
        "min()",
        "max(a, k=1)",
    ],
)
def test_formulas_do_sums_and_nothing_else(formula: str) -> None:
    rule = Rule(row="x", key="x", name=name("x"), formula=formula, unit="p")
    with pytest.raises(InvalidScenario):
        fill((rule,), {"a": Known(quantity=Quantity.of(1, "p"))})
