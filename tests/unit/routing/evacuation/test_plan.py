"""Plans of people who can use different ways."""

from dataclasses import replace

import numpy as np
import pytest

from indoor3d.models.scenario import Delay, Occupants, Scenario, Share
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.plan import Case, clearance_s, planned, prepare, unguided
from tests.buildings import two_floors

PEOPLE = 200


@pytest.fixture(scope="module")
def case() -> Case:
    """An office full of people; a third of them cannot go by the exit of the shop."""
    building = two_floors()
    scenario = Scenario(
        id="s",
        venues=(building.venue.id,),
        detection_s=0.0,
        alarm_s=0.0,
        premovement=Delay(kind="uniform", low_s=0.0, high_s=60.0),
        mobility=(Share(profile="walk", share=0.7), Share(profile="elderly", share=0.3)),
        occupants=(Occupants(spaces=("office",), persons=PEOPLE, source="test"),),
    )
    made = prepare(building, build_navigation(building), scenario)
    shop = np.zeros(len(made.flow.arc_from), np.bool_)
    shop[made.flow.arc_passage == made.flow.passage_element.index("door-exit-2")] = True
    return replace(made, ways={**made.ways, "elderly": made.ways["elderly"] & ~shop})


def test_people_who_can_use_the_same_ways_are_planned_together(case: Case) -> None:
    assert [profiles for _, profiles in case.classes] == [("elderly",), ("walk",)]
    assert [int(mask.sum()) for mask, _ in case.classes] == [int(case.ways[p].sum()) for p in ("elderly", "walk")]
    for plan, (mask, profiles) in zip(planned(case), case.classes, strict=True):
        assert mask[plan.path_arc].all()
        assert plan.cohort_persons.sum() == sum(case.walkers[p].persons for p in profiles)
    alike = replace(case, ways=dict.fromkeys(case.ways, case.ways["walk"]))
    assert [profiles for _, profiles in alike.classes] == [("elderly", "walk")]


def test_a_door_serves_everybody_once_where_nobody_is_guided(case: Case) -> None:
    door = case.flow.arc_passage == case.flow.passage_element.index("door-office")
    least_s = PEOPLE / float(case.network.capacity_per_s[door].max())
    plans = unguided(case)
    assert sum(int(plan.cohort_persons.sum()) for plan in plans) == PEOPLE
    last = clearance_s(plans)
    assert last is not None
    assert least_s <= last <= 1.5 * least_s
    for plan, (mask, _) in zip(plans, case.classes, strict=True):
        assert mask[plan.path_arc].all()
    # whoever could use other ways still goes by the nearest, as if they were alone
    alone = unguided(replace(case, walkers={"walk": case.walkers["walk"]}))
    assert set(plans[1].path_arc.tolist()) == set(alone[0].path_arc.tolist())
