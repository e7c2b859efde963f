"""Where people still are at a moment, as rescuers ask."""

from dataclasses import replace
from itertools import groupby

import pytest

from indoor3d.models.outcome import Outcome
from indoor3d.models.scenario import Occupants, Scenario, Share
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.plan import plan_evacuation
from indoor3d.routing.evacuation.remaining import moments, remaining
from tests.buildings import two_floors


def _made(wheelchairs: float = 0.0, persons: int = 30) -> Outcome:
    building = two_floors()
    people = Occupants(spaces=("office",), persons_each=persons, source="test")
    shares: tuple[Share, ...] = (Share(profile="walk", share=1.0 - wheelchairs),)
    shares += (Share(profile="wheelchair", share=wheelchairs),) if wheelchairs else ()
    scenario = Scenario(id="s", venues=("two-floors",), occupants=(people,), mobility=shares)
    return plan_evacuation(building, build_navigation(building), scenario, details=False)


def _totals(outcome: Outcome) -> dict[float, int]:
    return {at_s: sum(row.persons for row in rows) for at_s, rows in groupby(outcome.remaining, key=lambda r: r.at_s)}


def test_everybody_is_where_they_began_and_then_fewer_and_fewer_are_left() -> None:
    outcome = _made()
    assert outcome.clearance_s is not None
    (first,) = [row for row in outcome.remaining if row.at_s == 0]
    assert (first.space, first.level, first.persons, first.waiting) == ("office", "u", 30, 0)
    left = [sum(row.persons for row in remaining(outcome, (), outcome.clearance_s * share / 10)) for share in range(13)]
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


def test_who_is_not_out_remains_to_the_last_moment() -> None:
    outcome = _made(wheelchairs=0.2)
    lost = sum(cut.persons for cut in outcome.cut_off)
    assert lost == 6, "no lift is declared for them"
    totals = _totals(outcome)
    assert totals[0.0] == 30
    assert list(totals.values()) == sorted(totals.values(), reverse=True)
    last = [row for row in outcome.remaining if row.at_s == max(totals)]
    assert [(row.space, row.persons, row.waiting) for row in last] == [("office", lost, lost)]
    assert outcome.persons - outcome.out == lost


def test_without_its_motion_nothing_is_told() -> None:
    assert remaining(replace(_made(), motion=None), (), 0.0) == ()


@pytest.mark.parametrize("last_s", [0.0, 59.0, 60.0, 601.0, 5e4])
def test_moments_reach_beyond_the_last_who_is_out_and_are_few(last_s: float) -> None:
    found = moments(last_s)
    assert found[0] == 0
    assert len(found) <= 40
    assert found[-1] >= min(last_s, 9_300)
    assert {240.0, 360.0} <= set(found) or last_s < 360
