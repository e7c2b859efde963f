"""Plans of several classes let loose: everybody on a way that was planned for them."""

import numpy as np
import pytest

from indoor3d.routing.evacuation._played import play
from indoor3d.routing.evacuation.plan import Case, clearance_s, planned
from tests.unit.routing.evacuation.conftest import TwoClasses


@pytest.fixture(scope="module")
def case(two_classes: TwoClasses) -> Case:
    return two_classes(office=200, hall=100)


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
