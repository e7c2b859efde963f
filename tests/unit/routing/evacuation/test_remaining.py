"""Where people still are at a moment, as rescuers ask."""

from dataclasses import replace

import pytest

from indoor3d.models.scenario import Occupants, Scenario, Share
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.plan import plan_evacuation
from indoor3d.routing.evacuation.rescue import remaining
from tests.buildings import two_floors


def test_everybody_is_where_they_began_and_then_fewer_and_fewer_are_left() -> None:
    building = two_floors()
    people = Occupants(spaces=("office",), persons_each=30, source="test")
    scenario = Scenario(
        id="s", venues=("two-floors",), occupants=(people,), mobility=(Share(profile="walk", share=1.0),)
    )
    outcome = plan_evacuation(building, build_navigation(building), scenario, details=False)
    assert outcome.clearance_s is not None
    (first,) = remaining(building, outcome, 0.0)
    assert (first.space, first.level, first.persons) == ("office", "u", 30)
    left = [
        sum(r.persons for r in remaining(building, outcome, outcome.clearance_s * share / 10)) for share in range(13)
    ]
    assert left == sorted(left, reverse=True)
    assert left[-1] < 1
    with pytest.raises(ValueError, match="motion"):
        remaining(building, replace(outcome, motion=None), 0.0)
