"""What guidance is worth: crowds that follow signs, against the proven optimum, over generated buildings.

The optimum is at steps of a second; the crowds are simulated person by person, who go at once and queue. Bars of the issue: signs that never change
1.20 x, guidance that changes in time 1.10 x, in the median; what is reached is lower, and held here.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import ccrp, nearest_arcs
from indoor3d.routing.evacuation.guidance import Guidance, guidance
from indoor3d.routing.evacuation.guidance import told as made
from indoor3d.routing.evacuation.simulate import Crowd, Splits
from tests.oracle.guided import DWELL_S, WINDOW_S, Told, buildings, play

_ROUNDING_S = 3.0
"""Steps of a second against continuous time: a step, and the first person at a door of 0.78 persons/s, who costs no time."""


@pytest.fixture(scope="module")
def told(shared: Path) -> list[Told]:
    return [Told.of(*case) for case in buildings(shared)]


def test_signs_that_never_change_come_near_the_optimum(told: list[Told]) -> None:
    ratios = [one.ratio("fixed") for one in told]
    assert np.median(ratios) <= 1.02
    assert max(ratios) <= 1.10
    assert np.median([one.ratio("nearest") for one in told]) >= 1.3


@pytest.mark.parametrize("follow", ["shares", "signs"])
def test_guidance_in_windows_of_time_comes_as_near(told: list[Told], follow: str) -> None:
    ratios = [one.ratio(follow) for one in told]
    assert np.median(ratios) <= 1.02
    assert max(ratios) <= 1.10


def test_bound_optimum_plan_simulation(told: list[Told]) -> None:
    for one in told:
        assert one.bound_s <= one.optimum_s <= one.plan.clearance_s <= one.planned.clearance_s + 1e-9
        for rehearsed in (one.fixed, one.shares, one.signs):
            assert rehearsed.run.complete
            assert rehearsed.run.clearance_s >= one.optimum_s - _ROUNDING_S
            assert rehearsed.run.clearance_s == min(rehearsed.tried)


def test_more_choice_is_never_worse(told: list[Told]) -> None:
    for one in told:
        assert one.shares.run.clearance_s <= one.fixed.run.clearance_s
        assert one.signs.run.clearance_s <= one.fixed.run.clearance_s


def test_signs_lead_everybody_out_and_do_not_flap(told: list[Told]) -> None:
    for one in told:
        assert one.fixed.guidance.windows == 1
        for rehearsed in (one.fixed, one.shares, one.signs):
            guide = rehearsed.guidance
            for sign in guide.sign:
                _leads_out(one.network, sign)
            if guide.windows > 1:
                _lasts(guide, round(DWELL_S / WINDOW_S))


def _leads_out(network: DynamicNetwork, sign: np.ndarray[Any, np.dtype[np.int32]]) -> None:
    here = np.arange(network.nodes)
    for _ in range(network.nodes):
        here = np.where(sign[here] >= 0, network.arc_to[sign[here]], here)
    assert np.isin(here, network.sinks).all()


def _lasts(guide: Guidance, windows: int) -> None:
    for node in range(guide.network.nodes):
        edges = [-1, *np.flatnonzero(np.diff(guide.sign[:, node])).tolist(), guide.windows - 1]
        assert len(edges) == 2 or min(np.diff(edges)) >= windows


def test_who_is_slow_or_late_is_led_well_too(told: list[Told]) -> None:
    """Guidance rehearsed with people who are all alike, followed by others: speeds 10 % about the mean, delays up to 60 s."""
    ratios = []
    for number, one in enumerate(told):
        rng = np.random.default_rng(number)
        crowd = Crowd.of(one.people)
        count = len(crowd.node)
        crowd = replace(
            crowd,
            premovement_s=rng.uniform(0, 60, count),
            speed_factor=np.clip(rng.normal(1.0, 0.1, count), 0.75, 1.25),
        )
        fixed = play(one.network, crowd, one.fixed.guidance.pointed())
        nearest = play(one.network, crowd, None)
        assert fixed.complete
        ratios.append((fixed.clearance_s / one.optimum_s, nearest.clearance_s / one.optimum_s))
    guided, free = np.median(ratios, axis=0)
    assert guided <= 1.20
    assert guided < free - 0.15


def test_a_sign_that_must_choose_chooses_the_door_that_is_through_sooner() -> None:
    """100 persons; 10 s at 1 person/s, or 20 s at 2 persons/s: (109, 69.5) s by one, 49 s by both."""
    network = DynamicNetwork.of(
        np.array([0, 0]),
        np.array([1, 2]),
        time_s=np.array([10.0, 20.0]),
        capacity_per_s=np.array([1.0, 2.0]),
        storage=np.array([100.0, np.inf, np.inf]),
        sinks=np.array([1, 2]),
    )
    people = np.array([100, 0, 0])
    one = Told.of(network, people)
    assert one.fixed.guidance.sign[0].tolist() == [1, -1, -1]
    assert one.fixed.run.clearance_s == pytest.approx(69.5)
    assert one.shares.run.clearance_s <= 50.0
    assert one.optimum_s == 49.0


def test_shares_that_change_do_not_make_up_for_what_was() -> None:
    """One person a second: all to the first door for 50 s, then half to each."""
    network = DynamicNetwork.of(
        np.array([0, 0]),
        np.array([1, 2]),
        time_s=np.ones(2),
        capacity_per_s=np.full(2, np.inf),
        storage=np.array([100.0, np.inf, np.inf]),
        sinks=np.array([1, 2]),
    )
    crowd = Crowd.at(np.zeros(100, np.int64), premovement_s=np.arange(100, dtype=np.float64) + 0.5)
    run = play(network, crowd, Splits(from_s=np.array([0.0, 50.0]), share=np.array([[1.0, 0.0], [0.5, 0.5]])))
    late = run.entries[run.entries[:, 2] >= 50]
    assert run.entered.tolist() == [75.0, 25.0]
    assert (late[:20, 0] == 0).sum() == 10


def test_a_plan_whose_hours_lead_round_in_a_circle_is_told_without() -> None:
    """Two of three rooms in a ring send their people on at different times, the third sends them out; signs of one window must not lead round."""
    tail = np.array([0, 1, 2, 0, 1, 2])
    head = np.array([1, 2, 0, 3, 3, 3])
    network = DynamicNetwork.of(
        tail,
        head,
        time_s=np.array([1.0, 1.0, 1.0, 5.0, 5.0, 5.0]),
        capacity_per_s=np.array([9.0, 9.0, 9.0, 1.0, 1.0, 1.0]),
        storage=np.full(4, np.inf),
        sinks=np.array([3]),
    )
    through = np.zeros((2, 6))
    through[:, :3] = 2.0
    through[:, 3:] = 1.0
    guide = made(network, through, nearest_arcs(network), window_s=10.0, min_dwell_s=0.0)
    for sign in guide.sign:
        _leads_out(network, sign)
    round_and_round = np.zeros((1, 6))
    round_and_round[:, :3] = 1.0
    guide = made(network, round_and_round, nearest_arcs(network), window_s=10.0, min_dwell_s=0.0)
    run = play(network, Crowd.of(np.array([5, 5, 5, 0])), guide.splits())
    assert run.complete


def test_guidance_without_end_is_one_window_of_the_whole_plan() -> None:
    network = DynamicNetwork.of(
        np.array([0]),
        np.array([1]),
        time_s=np.ones(1),
        capacity_per_s=np.ones(1),
        storage=np.array([5.0, np.inf]),
        sinks=np.array([1]),
    )
    plan = ccrp(network, np.array([5, 0]), step_s=1.0)
    guide = guidance(plan, window_s=np.inf, min_dwell_s=0.0)
    assert guide.windows == 1
    assert guide.window_s == plan.clearance_s + 1.0
    assert guide.at(1e6) == 0
