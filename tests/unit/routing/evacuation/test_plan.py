"""Plans of people who can use different ways."""

from dataclasses import replace

import pytest

from indoor3d.routing.evacuation.plan import Case, clearance_s, planned, unguided
from tests.unit.routing.evacuation.conftest import TwoClasses

PEOPLE = 200


@pytest.fixture(scope="module")
def case(two_classes: TwoClasses) -> Case:
    return two_classes(office=PEOPLE)


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
