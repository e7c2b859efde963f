"""What conditions mean at a moment."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from shapely import Polygon, box

from indoor3d.errors import InvalidInput, UnknownElement, UnknownLevel
from indoor3d.models.state import (
    STATE_LABELS,
    Area,
    Condition,
    Effect,
    Effects,
    Remedy,
    State,
    Status,
    check,
)
from indoor3d.models.vocabulary import Direction
from indoor3d.routing.hours import clock
from tests.buildings import two_floors
from tests.venues.made import VENUES, made

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
BUILDING = two_floors()
MINUTE = timedelta(minutes=1)


def closed(ident: str = "c", *elements: str, **more: Any) -> Condition:
    return Condition(id=ident, effect=Effect.CLOSED, elements=elements or ("lift-1",), **more)


def lift(status: Status, ident: str = "s", **more: Any) -> Condition:
    reported = {"reported_at": NOW, **more}
    return Condition(id=ident, effect=Effect.STATUS, elements=("lift-1",), status=status, **reported)


def at(*conditions: Condition, minutes: float = 0, **more: Any) -> Effects:
    return State(conditions=conditions).at(NOW + minutes * MINUTE, BUILDING, **more)


def test_nothing_reported_is_nothing_changed() -> None:
    assert at() == Effects()


def test_a_window_holds_from_its_start_until_just_before_its_end() -> None:
    window = closed(start=NOW + MINUTE, end=NOW + 2 * MINUTE)
    second = 1 / 60
    assert [bool(at(window, minutes=m).closed) for m in (0, 1 - second, 1, 2 - second, 2, 9)] == [0, 0, 1, 1, 0, 0]
    assert [at(window, minutes=m).until for m in (0, 1, 2)] == [NOW + MINUTE, NOW + 2 * MINUTE, None]


def test_windows_are_moments_wherever_their_clocks_stand() -> None:
    seoul = closed(end=datetime(2026, 11, 27, 17, 31, tzinfo=ZoneInfo("Asia/Seoul")))
    assert seoul.end == NOW + MINUTE
    assert at(seoul).closed == {"lift-1"}
    assert at(seoul, minutes=1).closed == frozenset()


def test_equipment_that_is_not_available_is_closed_and_says_why() -> None:
    effects = at(lift(Status.NOT_AVAILABLE))
    assert effects.closed == {"lift-1"}
    assert effects.reasons == {"lift-1": ("s",)}
    assert effects.status["lift-1"].status is Status.NOT_AVAILABLE


@pytest.mark.parametrize("status", list(Status))
def test_a_status_older_than_its_interval_is_unknown_and_never_available(status: Status) -> None:
    report = lift(status, interval_s=300.0)
    fresh, last, stale = (at(report, minutes=m).status["lift-1"] for m in (0, 4.99, 5))
    assert (fresh.status, last.status, stale.status) == (status, status, Status.UNKNOWN)
    assert (fresh.stale, stale.stale, stale.said) == (False, True, status)
    assert at(report, minutes=5).closed == frozenset()
    assert at(report).until == NOW + 5 * MINUTE
    assert stale.age_s(NOW + 5 * MINUTE) == 300.0


def test_a_status_without_an_interval_holds_until_its_end() -> None:
    report = lift(Status.NOT_AVAILABLE, end=NOW + 60 * MINUTE)
    assert at(report, minutes=59).closed == {"lift-1"}
    assert at(report, minutes=60) == Effects()


def test_the_last_report_counts_whatever_its_id() -> None:
    broken = lift(Status.NOT_AVAILABLE, "a", reported_at=NOW - 10 * MINUTE)
    mended = lift(Status.AVAILABLE, "b", reported_at=NOW - MINUTE)
    for pair in ((broken, mended), (replace(broken, id="z"), mended)):
        effects = at(*pair)
        assert (effects.closed, effects.status["lift-1"].status) == (frozenset(), Status.AVAILABLE)
    worse = lift(Status.NOT_AVAILABLE, "c", reported_at=NOW - MINUTE)
    assert at(mended, worse).closed == {"lift-1"}


def test_a_closure_holds_against_any_status() -> None:
    assert at(closed(), lift(Status.AVAILABLE)).closed == {"lift-1"}


def test_a_facility_has_a_status_and_is_no_wall() -> None:
    report = Condition(id="a", effect=Effect.STATUS, elements=("aed-1",), status=Status.NOT_AVAILABLE)
    effects = at(report)
    assert effects.closed == set()
    assert effects.unavailable == {"aed-1"}
    assert effects.reasons == {"aed-1": ("a",)}
    with pytest.raises(InvalidInput, match="aed-1"):
        check(closed("c", "aed-1"), BUILDING)


def test_a_turned_escalator_carries_the_other_way() -> None:
    up = Condition(id="a", effect=Effect.ONE_WAY, elements=("stairs-1",), direction=Direction.UP, reported_at=NOW)
    down = replace(up, id="b", direction=Direction.DOWN, reported_at=NOW + MINUTE)
    assert at(up).oneway == {"stairs-1": Direction.UP}
    assert at(up, down).oneway == {"stairs-1": Direction.DOWN}
    with pytest.raises(InvalidInput, match="hall"):
        check(replace(up, elements=("hall",)), BUILDING)


def test_crowds_add_up_to_the_worst_of_them() -> None:
    crowd = Condition(id="a", effect=Effect.CROWDED, elements=("hall",), factor=2.0)
    effects = at(crowd, replace(crowd, id="b", factor=3.0), replace(crowd, id="c", factor=1.0))
    assert effects.factor == {"hall": 3.0}
    assert effects.reasons == {"hall": ("a", "b")}


def test_smoke_closes_every_space_and_way_it_reaches() -> None:
    corner = Area(level="g", polygon=box(11.0, 6.0, 14.0, 8.0))
    smoke = Condition(id="a", effect=Effect.SMOKE, area=corner)
    effects = at(smoke)
    assert {"hall", "shop"} <= effects.closed
    assert effects.closed.isdisjoint({"store", "gallery", "office", "door-exit-1", "lift-1", "stairs-1"})
    (zone,) = effects.zones
    assert (zone.area, zone.factor) == (corner, math.inf)
    thin = at(replace(smoke, factor=4.0))
    assert thin.closed == frozenset()
    assert set(thin.factor) == set(effects.closed)
    assert set(thin.factor.values()) == {4.0}


def test_smoke_over_the_foot_of_the_stairs_closes_the_stairs_on_both_levels() -> None:
    stairs = next(c for c in BUILDING.connectors if c.id == "stairs-1")
    x, y, _ = stairs.stops[0].position
    for level in ("g", "u"):
        smoke = Condition(id="a", effect=Effect.SMOKE, area=Area(level=level, polygon=box(x, y - 1, x + 2, y + 1)))
        assert "stairs-1" in at(smoke).closed


def test_an_area_that_only_shares_a_border_reaches_nothing() -> None:
    beside = Condition(id="a", effect=Effect.SMOKE, area=Area(level="g", polygon=box(0, 10, 12, 12)))
    assert at(beside).closed == frozenset()


def test_windows_that_recur_follow_the_clock_of_the_place() -> None:
    night = closed(hours="Mo-Fr 01:00-04:30")
    kst = ZoneInfo("Asia/Seoul")
    state, ask = State(conditions=(night,)), clock()
    inside, outside = datetime(2026, 11, 27, 2, tzinfo=kst), datetime(2026, 11, 27, 12, tzinfo=kst)
    assert state.at(inside, BUILDING, clock=ask).closed == {"lift-1"}
    assert state.at(inside, BUILDING, clock=ask).until == datetime(2026, 11, 27, 4, 30, tzinfo=kst)
    assert state.at(outside, BUILDING, clock=ask).closed == frozenset()
    assert state.at(outside, BUILDING, clock=ask).until == datetime(2026, 11, 30, 1, tzinfo=kst)


def test_where_nobody_can_tell_whether_hours_hold_the_closure_does() -> None:
    assert at(closed(hours="Mo-Fr 01:00-04:30")).closed == {"lift-1"}
    assert at(closed(hours="sometimes"), clock=clock()).closed == {"lift-1"}


# ── what the building has not got ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_there_is_an_error_that_names_it() -> None:
    unknown = closed("c", "lift-1", "lift-9", "x" * 100)
    with pytest.raises(UnknownElement) as raised:
        check(unknown, BUILDING)
    assert raised.value.context["elements"] == ["lift-9", "x" * 64]
    with pytest.raises(UnknownElement):
        at(unknown)
    smoke = Condition(id="a", effect=Effect.SMOKE, area=Area(level="B9", polygon=box(0, 0, 1, 1)))
    with pytest.raises(UnknownLevel):
        at(smoke)
    effects = at(unknown, smoke, strict=False)
    assert effects.closed == {"lift-1"}
    assert effects.lost == {"a": ("B9",), "c": ("lift-9", "x" * 100)}


def test_what_is_not_in_force_names_nothing_yet() -> None:
    assert at(closed("c", "lift-9", start=NOW + MINUTE)).closed == frozenset()


# ── what cannot be said ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "parts",
    [
        {"effect": Effect.CLOSED},
        {"effect": Effect.CLOSED, "elements": ("",)},
        {"effect": Effect.CLOSED, "elements": ("x" * 129,)},
        {"effect": Effect.CLOSED, "elements": tuple(map(str, range(1_001)))},
        {"effect": Effect.CLOSED, "elements": ("a",), "direction": Direction.UP},
        {"effect": Effect.CLOSED, "elements": ("a",), "status": Status.AVAILABLE},
        {"effect": Effect.CLOSED, "elements": ("a",), "factor": 2.0},
        {"effect": Effect.CLOSED, "area": Area(level="g", polygon=box(0, 0, 1, 1))},
        {"effect": Effect.CLOSED, "elements": ("a",), "start": NOW, "end": NOW},
        {"effect": Effect.CLOSED, "elements": ("a",), "start": NOW.replace(tzinfo=None)},
        {"effect": Effect.CLOSED, "elements": ("a",), "end": datetime.min.replace(tzinfo=ZoneInfo("Asia/Seoul"))},
        {"effect": Effect.CLOSED, "elements": ("a",), "interval_s": 60.0, "reported_at": NOW},
        {"effect": Effect.CLOSED, "elements": ("a",), "source": "a\u202eb"},
        {"effect": Effect.CLOSED, "elements": ("a",), "hours": "h" * 501},
        {"effect": Effect.ONE_WAY, "elements": ("a",)},
        {"effect": Effect.STATUS, "elements": ("a",)},
        {"effect": Effect.STATUS, "elements": ("a",), "status": Status.AVAILABLE, "interval_s": 60.0},
        *(
            {
                "effect": Effect.STATUS,
                "elements": ("a",),
                "status": Status.AVAILABLE,
                "reported_at": NOW,
                "interval_s": s,
            }
            for s in (0.0, -1.0, math.nan, math.inf, 1e9)
        ),
        {"effect": Effect.CROWDED, "elements": ("a",)},
        *({"effect": Effect.CROWDED, "elements": ("a",), "factor": f} for f in (0.5, math.nan, math.inf, -1.0, 101.0)),
        {"effect": Effect.SMOKE, "area": Area(level="g", polygon=Polygon())},
        {"effect": Effect.SMOKE, "area": Area(level="g", polygon=Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))},
    ],
)
def test_parts_that_do_not_fit_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Condition(id="c", **parts)


def test_two_conditions_have_two_ids() -> None:
    with pytest.raises(InvalidInput, match="c"):
        State(conditions=(closed("c"), closed("c", "stairs-1")))
    with pytest.raises(InvalidInput):
        State().at(NOW.replace(tzinfo=None), BUILDING)


def test_elements_are_a_set_in_order() -> None:
    assert closed("c", "b", "a", "b") == closed("c", "a", "b")


def test_every_term_has_both_languages() -> None:
    for term in (*Effect, *Status, *Remedy):
        assert all(STATE_LABELS[term])


# ── on real models ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("venue", VENUES)
def test_every_element_of_a_venue_can_be_closed_and_areas_reach_what_lies_in_them(venue: str) -> None:
    building = made(venue).building
    groups = (building.openings, building.connectors, building.exits, building.spaces)
    everything = [e.id for group in groups for e in group]
    each = tuple(closed(f"c{n}", ident) for n, ident in enumerate(everything))
    for condition in each:
        check(condition, building)
    assert State(conditions=each).at(NOW, building).closed == set(everything)
    for level in building.levels:
        whole = Area(level=level.id, polygon=box(-1e4, -1e4, 1e4, 1e4))
        smoke = Condition(id="s", effect=Effect.SMOKE, area=whole)
        reached = State(conditions=(smoke,)).at(NOW, building).closed
        assert {s.id for s in building.spaces if s.level == level.id} <= reached
        assert {o.id for o in building.openings if o.level == level.id} <= reached
        assert {s.id for s in building.spaces if s.level != level.id}.isdisjoint(reached)
