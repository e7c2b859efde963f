"""Changes and doses of pilot venues: signs, sums, and plans of the changed case as a second opinion."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from indoor3d.models.outcome import Outcome
from indoor3d.models.scenario import Hazard, HazardKind
from indoor3d.routing.evacuation import _whatif as whatif
from indoor3d.routing.evacuation.plan import Case, plan_evacuation, planned, prepare
from tests.venues.made import made
from tests.venues.test_evacuation_plans import STEP_S, scenario
from tests.venues.test_evacuation_plans import planned as planned_whole

HELPS = {"escalator+1", "gate+1", "load-20", "premovement-50"}
HARMS = {"escalator-1", "gate-1", "load+20", "premovement+50"}


@cache
def told(venue: str) -> tuple[Case, Outcome]:
    here = made(venue)
    asked = scenario(venue)
    whole = planned_whole(venue) if venue == "city-hall" else plan_evacuation(here.building, here.graph, asked)
    return prepare(here.building, here.graph, asked), whole


@pytest.mark.parametrize("venue", ["sema-seosomun", "city-hall"])
def test_no_change_has_the_wrong_sign(venue: str) -> None:
    _, outcome = told(venue)
    rows = {row.key: row for row in outcome.sensitivity}
    assert {"load-20", "load+20", "premovement-50", "premovement+50"} <= rows.keys()
    if venue == "city-hall":
        assert rows.keys() >= HELPS | HARMS
    assert rows["base"].clearance_s == outcome.optimum_s
    for key, row in rows.items():
        assert row.difference_s is not None
        assert row.tolerance_s in {2 * STEP_S, 3 * STEP_S}
        assert key not in HELPS or row.difference_s <= 0
        assert key not in HARMS or row.difference_s >= 0
        assert not key.startswith("calibration") or row.difference_s <= 0  # the default is the slowest of them
    assert all(relief.saved_s >= 0 for b in outcome.bottlenecks for relief in b.relief)


def test_plans_of_the_changed_case_are_a_little_above_the_least_time() -> None:
    case, outcome = told("sema-seosomun")
    rows = {row.key: row for row in outcome.sensitivity}
    for change in [*whatif._machines(outcome, case), *whatif._people(case)]:
        plans = planned(change.case)
        took = max(plan.clearance_steps * STEP_S for plan in plans)
        least = rows[change.key].clearance_s
        assert least is not None
        assert least <= took + 1e-9
        assert took <= 1.06 * least + STEP_S
    for item in outcome.bottlenecks[: whatif.MOST_RELIEFS]:
        network = whatif._one_more(case, item.element)[1]
        took = max(plan.clearance_steps * STEP_S for plan in planned(case.with_network(network)))
        assert item.relief[0].clearance_s <= took + 1e-9


def test_gases_in_a_library_are_breathed_on_the_way() -> None:
    here = made("seoul-library")
    asked = scenario("seoul-library")
    spaces = asked.hazards[0].spaces
    said: dict[str, dict[str, Any]] = {
        "unsaid": {},
        "light": {"co_ppm": 500.0},
        "heavy": {"co_ppm": 2500.0, "co2_pct": 2.0, "o2_pct": 18.0},
    }
    found: dict[str, Outcome] = {}
    for name, gases in said.items():
        hazard = Hazard(id="smoke", kind=HazardKind.SMOKE, at_s=60.0, spaces=spaces, spread=True, **gases)
        found[name] = plan_evacuation(here.building, here.graph, replace(asked, hazards=(hazard,)), details=False)
    for outcome in found.values():
        assert outcome.persons == outcome.out + sum(cut.persons for cut in outcome.cut_off)
        assert sum(e.persons for e in outcome.exposures) <= outcome.persons
    fetched = sum(cut.persons for cut in found["light"].cut_off)
    assert {e.most for e in found["unsaid"].exposures} == {None}
    assert sum(e.unknown for e in found["unsaid"].exposures) > 1000
    light, heavy = (
        [
            sum(n or 0 for n in column)
            for column in zip(*((e.warned, e.down) for e in found[name].exposures), strict=True)
        ]
        for name in ("light", "heavy")
    )
    assert light == [0, 0]
    assert heavy[0] > heavy[1] > 0
    assert sum(c.persons for c in found["heavy"].cut_off if c.code == "incapacitated") == heavy[1]
    assert sum(e.unknown for e in found["light"].exposures) >= fetched > 0


def test_longer_steps_are_no_farther_off_than_is_said() -> None:
    here = made("sema-seosomun")
    case = prepare(here.building, here.graph, replace(scenario("sema-seosomun"), step_s=1.0))
    outcome = told("sema-seosomun")[1]
    fine = whatif.least(case, step_s=1.0)
    for change in [*whatif._machines(outcome, case), *whatif._people(case), *whatif._calibrations(case)]:
        exact = whatif.least(change.case, step_s=1.0, base=fine, effect=change.effect).clearance_s - fine.clearance_s
        for step_s in (2.0, 4.0):
            base = whatif.least(case, step_s=step_s)
            found = whatif.least(change.case, step_s=step_s, base=base, effect=change.effect)
            row = whatif.row(change, found, base)
            assert row.difference_s is not None
            assert row.tolerance_s is not None
            assert abs(row.difference_s - exact) <= row.tolerance_s, (change.key, step_s)
