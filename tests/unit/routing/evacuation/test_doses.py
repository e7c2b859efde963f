"""What people breathe on their way, on a small building: doses by hand, who is down, and for whom nobody can tell."""

import json
from typing import Any

import numpy as np
import pytest

from indoor3d.errors import InvalidScenario
from indoor3d.exports.evacuation_report import report
from indoor3d.exports.evacuation_tables import to_json
from indoor3d.models.outcome import Exposure, Outcome
from indoor3d.models.scenario import Delay, Hazard, HazardKind, Occupants, Scenario, Share
from indoor3d.models.scenario_form import validated
from indoor3d.models.smoke import fed_rate
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation._doses import doses, rate
from indoor3d.routing.evacuation.flownet import flow_network
from indoor3d.routing.evacuation.hazards import Air, timed_hazards
from indoor3d.routing.evacuation.plan import plan_evacuation
from indoor3d.routing.graph import NavGraph
from tests.buildings import two_floors


@pytest.fixture(scope="module")
def graph() -> NavGraph:
    return build_navigation(two_floors())


def smoke(ident: str = "smoke", *, spaces: tuple[str, ...] = ("store",), kind: str = "smoke", **more: Any) -> Hazard:
    return Hazard(id=ident, kind=HazardKind(kind), spaces=spaces, **more)


def scenario(
    *hazards: Hazard, people: dict[str, int], delay_s: float = 100.0, profile: str = "walk", **more: Any
) -> Scenario:
    return Scenario(
        id="s",
        venues=(two_floors().venue.id,),
        rules=(),
        detection_s=0.0,
        alarm_s=0.0,
        premovement=Delay(kind="fixed", value_s=delay_s),
        mobility=(Share(profile=profile, share=1.0),),
        occupants=tuple(Occupants(spaces=(s,), persons=n, source="test") for s, n in people.items()),
        hazards=hazards,
        **more,
    )


def planned(graph: NavGraph, asked: Scenario) -> Outcome:
    return plan_evacuation(graph.building, graph, asked, details=False)


def of(outcome: Outcome, space: str) -> Exposure:
    return next(e for e in outcome.exposures if e.space == space)


def told(outcome: Outcome) -> dict[str, str]:
    return {a.key: a.value for a in outcome.assumptions if a.key.startswith("fed.")}


# ── rates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_several_airs_the_worst_of_each_gas_counts() -> None:
    one = Air(from_s=0.0, hazard="a", co_ppm=800.0, co2_pct=3.0)
    two = Air(from_s=0.0, hazard="b", co_ppm=2000.0, o2_pct=16.0)
    assert rate([one, two]) == pytest.approx(fed_rate(2000.0, co2_pct=3.0, o2_pct=16.0))
    assert rate([one, two]) >= max(rate([one]), rate([two]))
    assert rate([one, Air(from_s=0.0, hazard="c", fed_per_s=0.5)]) == 0.5
    assert rate([Air(from_s=0.0, hazard="d")]) == 0.0
    assert [a.told for a in (one, Air(from_s=0.0, hazard="e", o2_pct=12.0))] == [True, False]


def test_rates_are_where_and_when_the_smoke_is(graph: NavGraph) -> None:
    flow = flow_network(graph.building, graph)
    acting = timed_hazards(
        flow,
        graph.building,
        [
            smoke(at_s=61.0, co_ppm=1000.0),
            smoke("more", at_s=120.0, co_ppm=3000.0),
            smoke("silent", spaces=("shop",), at_s=40.0),
        ],
    )
    found = doses(flow, acting, step_s=2.0)
    assert found is not None
    assert found.from_s.tolist() == [0.0, 40.0, 60.0, 120.0]  # a step that has begun counts whole
    name = np.array(flow.node_space)
    for space, rates in (("store", [0, 0, fed_rate(1000.0), fed_rate(3000.0)]), ("shop", [0] * 4), ("hall", [0] * 4)):
        assert found.node_per_s[:, name == space] == pytest.approx(
            np.array(rates)[:, None] * np.ones((name == space).sum())
        )
    assert found.node_untold.any(axis=0).tolist() == (name == "shop").tolist()
    assert found.node_untold[:, name == "shop"].all(axis=1).tolist() == [False, True, True, True]
    either = (name[flow.arc_from] == "store") | (name[flow.arc_to] == "store")
    assert ((found.arc_per_s[-1] > 0) == either).all()
    assert doses(flow, timed_hazards(flow, graph.building, []), step_s=1.0) is None


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dose_is_the_rate_times_the_time_in_it(graph: NavGraph) -> None:
    """They wait 100 s in the store at 0.001 a second, and are out of it within half a minute."""
    outcome = planned(graph, scenario(smoke(fed_per_min=0.06), people={"store": 3, "gallery": 4}))
    found = of(outcome, "store")
    assert (found.persons, found.warned, found.down, found.unknown) == (3, 0, 0, 0)
    assert found.most is not None
    assert 0.100 <= found.most <= 0.130
    assert [e.space for e in outcome.exposures] == ["store"]
    assert told(outcome) == {"fed.law": f"{found.most:.2f}", "fed.warned": "0", "fed.down": "0"}


def test_a_dose_begins_with_the_smoke(graph: NavGraph) -> None:
    late = of(planned(graph, scenario(smoke(fed_per_min=0.06, at_s=80.0), people={"store": 3})), "store")
    assert late.most is not None
    assert 0.020 <= late.most <= 0.050


def test_gases_slow_nobody_and_smoke_slows_nobody_twice(graph: NavGraph) -> None:
    thick = scenario(smoke(extinction_per_m=2.0), people={"store": 10})
    both = scenario(smoke(extinction_per_m=2.0, co_ppm=300.0), people={"store": 10})
    assert planned(graph, thick).clearance_s == planned(graph, both).clearance_s


@pytest.mark.parametrize(("per_min", "warned", "down"), [(0.2, 5, 0), (0.6, 5, 5), (0.05, 0, 0)])
def test_who_reaches_three_tenths_and_who_is_down(graph: NavGraph, per_min: float, warned: int, down: int) -> None:
    outcome = planned(graph, scenario(smoke(fed_per_min=per_min), people={"store": 5, "hall": 2}))
    found = of(outcome, "store")
    assert (found.warned, found.down) == (warned, down)
    assert told(outcome)["fed.warned"] == str(warned)
    assert told(outcome)["fed.down"] == str(down)
    assert sum(cut.persons for cut in outcome.cut_off if cut.code == "incapacitated") == down
    assert outcome.out == 7 - down
    assert outcome.persons == outcome.out + sum(cut.persons for cut in outcome.cut_off)


def test_runs_that_differ_by_chance_breathe_too(graph: NavGraph) -> None:
    deadly = scenario(smoke(fed_per_min=2.0), people={"store": 5, "hall": 2}, runs=4, quantiles=(0.5,))
    assert planned(graph, deadly).quantiles == ((0.5, None),)  # in no run is everybody out


# ── nobody can tell ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hazard", [smoke(extinction_per_m=1.0), smoke(kind="fire"), smoke(o2_pct=19.0)])
def test_smoke_without_monoxide_is_no_clean_air(graph: NavGraph, hazard: Hazard) -> None:
    outcome = planned(graph, scenario(hazard, people={"store": 3, "gallery": 4}))
    found = of(outcome, "store")
    assert found.unknown == found.persons == 3
    assert told(outcome)["fed.unknown"] == "3"
    line = next(a for a in outcome.assumptions if a.key == "fed.unknown")
    assert "CANNOT TELL" in line.text.en
    assert "판단할 수 없음" in line.text.ko
    if hazard.o2_pct is None:
        assert (found.warned, found.down, found.most) == (None, None, None)
        assert "fed.down" not in told(outcome)


def test_smoke_that_nobody_comes_through_is_not_told_of(graph: NavGraph) -> None:
    outcome = planned(graph, scenario(smoke(extinction_per_m=1.0), people={"gallery": 4}))
    assert not outcome.exposures
    assert not told(outcome)


def test_one_who_says_nothing_beside_one_who_does(graph: NavGraph) -> None:
    hazards = (smoke(fed_per_min=0.2), smoke("dark", extinction_per_m=1.0, at_s=50.0))
    found = of(planned(graph, scenario(*hazards, people={"store": 5})), "store")
    assert (found.persons, found.warned, found.unknown) == (5, 5, 5)


def test_gases_that_are_left_out_are_said(graph: NavGraph) -> None:
    outcome = planned(graph, scenario(smoke(co_ppm=300.0, o2_pct=20.0), people={"store": 5}))
    assert told(outcome)["fed.co2_pct"] == "smoke"
    assert "fed.o2_pct" not in told(outcome)


def test_those_who_are_fetched_are_not_clean_either(graph: NavGraph) -> None:
    asked = scenario(smoke(fed_per_min=0.01), people={"office": 2}, profile="wheelchair_manual")
    outcome = planned(graph, asked)
    found = of(outcome, "office")
    assert (found.persons, found.unknown, found.most) == (2, 2, None)
    assert told(outcome)["fed.unknown"] == "2"


def test_it_stands_in_the_report_and_in_the_json(graph: NavGraph) -> None:
    hazards = (smoke(fed_per_min=0.6), smoke("dark", spaces=("hall",), extinction_per_m=1.0))
    outcome = planned(graph, scenario(*hazards, people={"store": 5, "hall": 2}))
    page = report(graph.building, outcome).decode()
    for words in ("CANNOT TELL: people whose dose", "판단할 수 없음: 마신 양", "dose (FED) of 1", "(FED)이 1에"):
        assert words in page
    body = json.loads(to_json(graph.building, outcome))
    told = {e["space"]: (e["warned"], e["down"], e["unknown"]) for e in body["exposures"]}
    assert told["store"][:2] == (5, 5)
    assert told["hall"] == (None, None, 2)


def test_a_rate_does_not_go_with_concentrations() -> None:
    with pytest.raises(InvalidScenario, match="fed_per_min"):
        validated(scenario(smoke(fed_per_min=0.1, co_ppm=10.0), people={"store": 1}))
    with pytest.raises(InvalidScenario, match="fed_per_min"):
        validated(
            scenario(Hazard(id="c", kind=HazardKind.CLOSED, elements=("x",), fed_per_min=0.1), people={"store": 1})
        )
