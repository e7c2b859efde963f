"""Rules of the live state that hold for any conditions."""

from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.state import Condition, Effect, State, Status, check
from indoor3d.routing.hours import clock
from tests.buildings import two_floors
from tests.conditions import MOMENTS, conditions, many

BUILDING = two_floors()
ASK = clock()


@settings(deadline=None)
@given(some=many(), moment=MOMENTS, order=st.randoms(use_true_random=False))
def test_the_order_of_reports_means_nothing(some: tuple[Condition, ...], moment: datetime, order: Random) -> None:
    mixed = list(some)
    order.shuffle(mixed)
    one = State(conditions=some).at(moment, BUILDING, clock=ASK)
    assert State(conditions=tuple(mixed)).at(moment, BUILDING, clock=ASK) == one


@settings(deadline=None)
@given(some=many(), moment=MOMENTS, share=st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_it_says_so(some: tuple[Condition, ...], moment: datetime, share: float) -> None:
    state = State(conditions=some)
    effects = state.at(moment, BUILDING, clock=ASK)
    until = effects.until if effects.until is not None else moment + timedelta(days=300)
    later = moment + (until - moment) * share
    if later < until:
        after = state.at(later, BUILDING, clock=ASK)
        assert (after.closed, after.oneway, after.factor, after.status) == (
            effects.closed,
            effects.oneway,
            effects.factor,
            effects.status,
        )


@settings(deadline=None)
@given(some=many(), more=conditions("z", effects=(Effect.CLOSED,)), moment=MOMENTS)
def test_one_closure_more_opens_nothing(some: tuple[Condition, ...], more: Condition, moment: datetime) -> None:
    before = State(conditions=some).at(moment, BUILDING, clock=ASK)
    after = State(conditions=(*some, more)).at(moment, BUILDING, clock=ASK)
    assert before.closed <= after.closed
    if "z" in after.in_force:
        assert set(more.elements) <= after.closed


@settings(deadline=None)
@given(some=many(effects=(Effect.STATUS,)), moment=MOMENTS)
def test_available_is_only_what_a_fresh_report_says(some: tuple[Condition, ...], moment: datetime) -> None:
    effects = State(conditions=some).at(moment, BUILDING, clock=ASK)
    for ident, reported in effects.status.items():
        report = next(c for c in some if c.id == reported.condition)
        stale_from = report.stale_from()
        if reported.status is Status.AVAILABLE:
            assert report.status is Status.AVAILABLE
            assert stale_from is None or moment < stale_from
        if reported.status is Status.NOT_AVAILABLE:
            assert ident in effects.closed | effects.unavailable


@settings(deadline=None)
@given(some=many(), moment=MOMENTS)
def test_everything_that_changed_has_its_reasons(some: tuple[Condition, ...], moment: datetime) -> None:
    for condition in some:
        check(condition, BUILDING)
    effects = State(conditions=some).at(moment, BUILDING, clock=ASK)
    for ident in effects.closed | effects.unavailable | set(effects.factor) | set(effects.oneway):
        assert set(effects.reasons[ident]) <= set(effects.in_force)
        assert effects.reasons[ident]
    assert all(1 < factor <= 100 for factor in effects.factor.values())
