"""Calibrations, distributions and smoke as values."""

import math

import numpy as np
import pytest

from indoor3d.errors import InvalidScenario
from indoor3d.models.distribution import PARAMETERS, Distribution
from indoor3d.models.movement import CALIBRATIONS, DEFAULT, Calibration, fatigue, find_calibration
from indoor3d.models.smoke import fed_rate, speed_factor
from indoor3d.models.vocabulary import Mode

PUBLISHED = [c for c in CALIBRATIONS.values() if c.id != DEFAULT]


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda c: c.id)
def test_the_default_is_nowhere_quicker_than_any_published_one(published: Calibration) -> None:
    mine = find_calibration(DEFAULT)
    for width in np.arange(0.2, 6.0, 0.1).tolist():
        for mode in Mode:
            for kind in ("door", "open", "corridor"):
                one, other = (
                    c.passage_capacity(mode, width, kind=kind, riser_m=0.18, tread_m=0.28) for c in (mine, published)
                )
                assert one <= other
    for density in np.arange(0, 6, 0.25).tolist():
        for slope in (-0.54, -0.08, 0.0, 0.08, 0.54):
            for mode in (Mode.WALK, Mode.STAIRS, Mode.RAMP, Mode.ESCALATOR):
                one, other = (
                    c.speed(mode, slope=slope, density_per_m2=density, riser_m=0.18, tread_m=0.28)
                    for c in (mine, published)
                )
                assert one <= other


def test_no_published_one_is_the_slowest_everywhere() -> None:
    sfpe, nfpa = CALIBRATIONS["sfpe"], CALIBRATIONS["nfpa130"]
    assert sfpe.passage_capacity(Mode.WALK, 1.2) < nfpa.passage_capacity(Mode.WALK, 1.2)
    assert nfpa.speed(Mode.WALK) < sfpe.speed(Mode.WALK)
    assert nfpa.passage_capacity(Mode.STAIRS, 4.0, riser_m=0.18, tread_m=0.28) < sfpe.passage_capacity(
        Mode.STAIRS, 4.0, riser_m=0.18, tread_m=0.28
    )


def test_the_table_in_the_docs_is_what_the_code_says() -> None:
    names = ("sfpe", "nfpa130", "empirical")
    rows = {
        "door of 0.9 m": [CALIBRATIONS[n].passage_capacity(Mode.WALK, 0.9) for n in names],
        "door of 1.2 m": [CALIBRATIONS[n].passage_capacity(Mode.WALK, 1.2) for n in names],
        "stair of 1.2 m": [
            CALIBRATIONS[n].passage_capacity(Mode.STAIRS, 1.2, riser_m=0.18, tread_m=0.28) for n in names
        ],
        "stair of 4.0 m": [
            CALIBRATIONS[n].passage_capacity(Mode.STAIRS, 4.0, riser_m=0.18, tread_m=0.28) for n in names
        ],
        "level, alone": [CALIBRATIONS[n].speed(Mode.WALK) for n in names],
        "stair up, alone": [
            CALIBRATIONS[n].speed(Mode.STAIRS, slope=math.sin(math.atan2(0.18, 0.28)), riser_m=0.18, tread_m=0.28)
            for n in names
        ],
    }
    from indoor3d.models import movement  # noqa: PLC0415 - its text

    for name, values in rows.items():
        line = next(text for text in (movement.__doc__ or "").splitlines() if text.startswith(name))
        assert [float(cell) for cell in line.split()[-3:]] == [round(v, 2) for v in values], name


def test_lifts_carry_no_flow_and_narrow_gaps_none() -> None:
    assert all(c.passage_capacity(Mode.LIFT, 2.0) == 0 for c in CALIBRATIONS.values())
    assert CALIBRATIONS["sfpe"].passage_capacity(Mode.WALK, 0.3) == 0


def test_an_unknown_calibration_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidScenario) as caught:
        find_calibration("fruin")
    assert caught.value.context["known"] == list(CALIBRATIONS)
    assert "이동 모형" in caught.value.detail["ko"]


@pytest.mark.parametrize(
    ("kind", "params"),
    [("fixed", {}), ("normal", {"mean": 1, "sd": -1}), ("other", {}), ("gamma", {"shape": 0, "scale": 1}), ("uniform", {"low": 2, "high": 1}), ("fixed", {"value": math.nan})],
)  # fmt: skip
def test_what_is_no_distribution_is_refused(kind: str, params: dict[str, float]) -> None:
    with pytest.raises(InvalidScenario):
        Distribution(kind=kind, params=params)


def test_bounds_are_kept_or_refused() -> None:
    made = Distribution(kind="normal", params={"mean": 1.2, "sd": 0.2}, lower=1.0, upper=1.3)
    drawn = made.sample(np.random.default_rng(1), 5000)
    assert 1.0 <= drawn.min() <= drawn.max() <= 1.3
    with pytest.raises(InvalidScenario):
        Distribution(kind="fixed", params={"value": 1}, lower=2).sample(np.random.default_rng(1), 1)


def test_every_kind_can_be_drawn_and_asked() -> None:
    values = {
        "value": 3,
        "low": 1,
        "high": 5,
        "mean": 3,
        "sd": 1,
        "mu": 0.5,
        "sigma": 0.5,
        "shape": 2,
        "scale": 1.5,
        "mode": 2,
    }
    for kind, names in PARAMETERS.items():
        made = Distribution(kind=kind, params={n: values[n] for n in names})
        drawn = made.sample(np.random.default_rng(2), 40_000)
        assert drawn.mean() == pytest.approx(made.mean, rel=0.02)
        assert np.quantile(drawn, 0.9) == pytest.approx(made.quantile(0.9), rel=0.03)


def test_smoke_never_makes_quicker_and_has_no_unknown_law() -> None:
    for law in ("lund", "fridolf", "nist"):
        factors = [speed_factor(k, law=law) for k in (0, 0.1, 0.5, 1, 5, 20)]
        assert factors[0] == 1
        assert factors == sorted(factors, reverse=True)
    with pytest.raises(InvalidScenario):
        speed_factor(1, law="none")
    with pytest.raises(InvalidScenario):
        fed_rate(1, law="none")
    assert fed_rate(0) == 0


def test_climbing_tires_up_to_a_half() -> None:
    assert [fatigue(c) for c in (0, 10, 30, 1000)] == [1, 1, pytest.approx(0.8), 0.5]
