"""What a change costs or saves: on a small building and a small station, and how it is told."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from indoor3d.models.building import Building, Text
from indoor3d.models.outcome import Outcome
from indoor3d.models.scenario import Delay, DelayOf, Occupants, Scenario, Share
from indoor3d.models.vocabulary import OpeningCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation import _whatif as whatif
from indoor3d.routing.evacuation.people import distribution
from indoor3d.routing.evacuation.plan import plan_evacuation, prepare
from tests.buildings import station, two_floors

NO_CASE: Any = None
"""Rows are told without one."""


def scenario(building: Building, persons: int, *, delay_s: float = 30.0, **more: Any) -> Scenario:
    return Scenario(
        id="s",
        venues=(building.venue.id,),
        rules=(),
        detection_s=0.0,
        alarm_s=0.0,
        premovement=Delay(kind="fixed", value_s=delay_s),
        mobility=(Share(profile="walk", share=1.0),),
        occupants=(Occupants(spaces=tuple(s.id for s in building.spaces), persons=persons, source="test"),),
        **more,
    )


def planned(building: Building, persons: int, **more: Any) -> Outcome:
    return plan_evacuation(building, build_navigation(building), scenario(building, persons, **more))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return planned(two_floors(), 300)


def test_every_change_is_told_against_the_case_without_it(outcome: Outcome) -> None:
    rows = {row.key: row for row in outcome.sensitivity}
    assert list(rows) == [
        "base",
        "load-20",
        "load+20",
        "premovement-50",
        "premovement+50",
        *(f"calibration-{ident}" for ident in ("sfpe", "nfpa130", "empirical")),
    ]  # no escalator and no gate in this building
    base = rows["base"]
    assert (base.clearance_s, base.difference_s) == (outcome.optimum_s, 0.0)
    for row in rows.values():
        assert row.change.ko
        assert row.change.en
        assert row.clearance_s is not None
        assert base.clearance_s is not None
        assert row.difference_s == pytest.approx(row.clearance_s - base.clearance_s)
        retimed = row.key.startswith(("premovement", "calibration"))
        assert row.tolerance_s == (3.0 if retimed else 2.0) * outcome.step_s


def test_signs_are_right(outcome: Outcome) -> None:
    difference = {row.key: row.difference_s or 0.0 for row in outcome.sensitivity}
    assert difference["load-20"] < 0 < difference["load+20"]
    assert (difference["premovement-50"], difference["premovement+50"]) == (-15.0, 15.0)  # half of 30 s
    assert all(difference[key] <= 0 for key in difference if key.startswith("calibration-"))  # the default is slowest
    assert all(r.saved_s >= 0 and r.tolerance_s == 2.0 for b in outcome.bottlenecks for r in b.relief)


def test_a_metre_at_the_only_bottleneck_saves_what_it_should(outcome: Outcome) -> None:
    relief = {b.element: b.relief[0] for b in outcome.bottlenecks if b.relief}
    assert max(r.saved_s for r in relief.values()) > 5.0
    for one in relief.values():
        assert one.clearance_s == pytest.approx((outcome.optimum_s or 0.0) - one.saved_s)


def with_a_gate() -> Building:
    building = two_floors()
    doors = [
        replace(door, category=OpeningCategory.GATE) if door.id == "door-exit-1" else door for door in building.openings
    ]
    return replace(building, openings=tuple(doors))


@pytest.mark.parametrize(("kind", "building"), [("escalator", station()), ("gate", with_a_gate())])
def test_one_more_and_one_less_of_the_most_used(kind: str, building: Building) -> None:
    outcome = planned(building, 300)
    rows = {row.key: row for row in outcome.sensitivity}
    less, more = rows[f"{kind}-1"], rows[f"{kind}+1"]
    assert more.difference_s is not None
    assert more.difference_s <= 0
    assert less.difference_s is None or less.difference_s >= 0
    assert "less" in less.change.en
    assert "beside" in more.change.en
    assert "옆" in more.change.ko
    other = "gate" if kind == "escalator" else "escalator"
    assert f"{other}-1" not in rows  # there is none
    if kind == "gate":
        assert less.difference_s is not None
        assert less.difference_s > 30
        assert more.difference_s < -10
    else:  # the only way up from the platform for most of them
        assert (less.clearance_s, less.difference_s) == (None, None)
        assert less.left > 50


def test_the_only_way_out_is_no_number_of_seconds() -> None:
    base = whatif.Least(steps=100, step_s=1.0, left=0)
    change = whatif.Change(
        key="gate-1",
        text=Text(ko="개찰구", en="Gate"),
        name="gate-1",
        case=NO_CASE,
        effect="harms",
    )
    row = whatif.row(change, whatif.Least(steps=40, step_s=1.0, left=12), base)
    assert (row.clearance_s, row.difference_s, row.tolerance_s, row.left) == (None, None, None, 12)
    assert row.change.en == "Gate – 12 more have no way out"
    assert "12명이 더 나오지 못함" in row.change.ko


def test_people_whom_a_change_saves_are_not_compared_in_seconds() -> None:
    base = whatif.Least(steps=100, step_s=2.0, left=12)
    change = whatif.Change(
        key="gate+1",
        text=Text(ko="개찰구", en="Gate"),
        name="gate+1",
        case=NO_CASE,
        effect="helps",
    )
    row = whatif.row(change, whatif.Least(steps=120, step_s=2.0, left=2), base)
    assert (row.clearance_s, row.difference_s, row.left) == (240.0, None, 2)
    assert row.change.en.endswith("10 more have a way out")
    load = replace(change, people=True, key="load+20", effect="harms")
    told = whatif.row(load, whatif.Least(steps=110, step_s=2.0, left=14), base)
    assert (told.clearance_s, told.difference_s, told.left) == (220.0, 20.0, 14)
    assert told.change.en.endswith("14 have no way out")
    # shorter only since more of them are left behind
    assert whatif.row(load, whatif.Least(steps=90, step_s=2.0, left=40), base).difference_s is None


@pytest.mark.parametrize(
    "delay",
    [
        Delay(kind="fixed", value_s=60.0),
        Delay(kind="uniform", low_s=10.0, high_s=90.0),
        Delay(kind="triangular", low_s=10.0, mode_s=20.0, high_s=90.0),
        Delay(kind="normal", mean_s=60.0, sd_s=20.0),
        Delay(kind="lognormal", mu=4.0, sigma=0.5),
        Delay(kind="gamma", shape=2.0, scale_s=30.0),
        Delay(kind="weibull", shape=1.5, scale_s=60.0),
    ],
)
@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_a_scaled_delay_is_every_delay_times_the_factor(delay: Delay, factor: float) -> None:
    once, scaled = distribution(delay), distribution(delay.scaled(factor))
    for share in (0.1, 0.5, 0.99):
        assert scaled.quantile(share) == pytest.approx(factor * once.quantile(share), rel=1e-6)


def test_delays_of_single_spaces_are_scaled_as_well() -> None:
    made = replace(
        scenario(two_floors(), 10),
        premovement_of=(DelayOf(spaces=("shop",), delay=Delay(kind="fixed", value_s=80.0)),),
    )
    assert whatif.slower(made, 1.5).premovement_of[0].delay.value_s == 120.0


def test_people_who_start_at_once_have_no_delay_to_vary() -> None:
    keys = [row.key for row in planned(two_floors(), 20, delay_s=0.0).sensitivity]
    assert not [key for key in keys if key.startswith("premovement")]


def test_steps_get_longer_where_a_case_is_large_and_it_is_said_where_it_is_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    building = two_floors()
    graph = build_navigation(building)
    case = prepare(building, graph, scenario(building, 40))
    arcs = len(case.flow.arc_from)
    assert whatif.step_of(case, clearance_s=100.0) == 1.0
    monkeypatch.setattr(whatif, "ARC_STEPS", arcs * 25)
    assert whatif.step_of(case, clearance_s=100.0) == 4.0
    assert whatif.step_of(case, clearance_s=1e6) == 10.0
    monkeypatch.setattr(whatif, "MOST_ARC_STEPS", arcs * 5)
    assert whatif.step_of(case, clearance_s=100.0) is None
    rows = plan_evacuation(building, graph, case.scenario).sensitivity
    assert [(row.key, row.clearance_s) for row in rows] == [("base", None)]
    assert "CANNOT TELL" in rows[0].change.en
    assert "판단할 수 없음" in rows[0].change.ko


def test_longer_steps_let_nobody_start_sooner() -> None:
    building = two_floors()
    case = prepare(building, build_navigation(building), scenario(building, 40, delay_s=31.0))
    fine, coarse = (whatif.least(case, step_s=step_s) for step_s in (1.0, 5.0))
    assert fine.left == coarse.left == 0
    assert coarse.clearance_s >= 35.0
    assert fine.clearance_s >= 31.0
    assert np.isclose(coarse.clearance_s % 5.0, 0.0)
