"""Plans of several classes let loose: everybody on a way that was planned for them."""

from dataclasses import replace

import numpy as np
import pytest

from indoor3d.models.scenario import Delay, Occupants, Scenario, Share
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation._played import play
from indoor3d.routing.evacuation.plan import Case, clearance_s, planned, prepare
from tests.buildings import two_floors


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
        occupants=(
            Occupants(spaces=("office",), persons=200, source="test"),
            Occupants(spaces=("hall",), persons=100, source="test"),
        ),
    )
    made = prepare(building, build_navigation(building), scenario)
    shop = np.zeros(len(made.flow.arc_from), np.bool_)
    shop[made.flow.arc_passage == made.flow.passage_element.index("door-exit-2")] = True
    return replace(made, ways={**made.ways, "elderly": made.ways["elderly"] & ~shop})


def test_nobody_is_sent_where_only_others_can_go(case: Case) -> None:
    plans = planned(case)
    played = play(case, plans)
    assert played is not None
    run, crowd = played.run, played.crowd
    assert (run.turned == 0).all()
    assert run.count("out") == len(crowd.node) == 300
    profiles = sorted(case.walkers)
    first = 0
    for plan, (mask, members) in zip(plans, case.classes, strict=True):
        mine = np.flatnonzero(np.isin(crowd.mobility, [profiles.index(p) for p in members]))
        route = crowd.route[mine] - first
        assert ((route >= 0) & (route < len(plan.route_node))).all()
        assert (crowd.node[mine] == plan.route_node[route]).all()
        assert mask[plan.path_arc].all()
        first += len(plan.route_node)
    last = clearance_s(plans)
    assert last is not None
    assert last - case.step_s <= run.clearance_s <= 1.2 * last
    for profile, some in case.walkers.items():
        mine = np.flatnonzero(crowd.mobility == profiles.index(profile))
        due = np.repeat(some.rows[:, 1], some.rows[:, 2]) * case.step_s
        assert sorted(crowd.premovement_s[mine].tolist()) == sorted(due.tolist())
