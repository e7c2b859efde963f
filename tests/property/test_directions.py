"""Directions for any walk: lengths add up, sides are those of the angles, and Korean is read without figures."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indoor3d.models.vocabulary import Mode
from indoor3d.routing.directions import guide
from indoor3d.routing.directions.korean import aloud, native, sino
from indoor3d.routing.directions.say import rounded_m
from indoor3d.routing.directions.values import maneuver
from indoor3d.routing.route import Leg, Route
from tests.buildings import two_floors

BUILDING = two_floors()
GUIDE = guide(BUILDING)
POINTS = st.integers(2, 12).flatmap(
    lambda n: arrays(np.float64, (n, 2), elements=st.floats(-50, 50, allow_nan=False, width=32))
)


def _route(plan: np.ndarray) -> Route:
    positions = np.column_stack([plan.astype(np.float64), np.zeros(len(plan))])
    length = float(np.hypot(*np.diff(plan, axis=0).T).sum())
    leg = Leg(
        mode=Mode.WALK,
        level_from="g",
        level_to="g",
        length_m=length,
        duration_s=length / 1.3,
        climb_m=0.0,
        elements=(),
        positions=positions,
    )
    return Route(
        profile="walk",
        closed=(),
        length_m=length,
        duration_s=length / 1.3,
        climb_m=0.0,
        levels=("g",),
        positions=positions,
        openings=(),
        legs=(leg,),
    )


@given(POINTS)
@settings(deadline=None)
def test_any_walk_is_told_whole(plan: np.ndarray) -> None:
    route = _route(plan)
    steps = GUIDE.steps(route)
    assert steps[0].type == "start"
    assert steps[-1].type == "arrive"
    assert sum(step.length_m for step in steps) == pytest.approx(route.length_m, abs=1e-6)
    assert sum(step.duration_s for step in steps) == pytest.approx(route.duration_s, abs=1e-6)
    for step in steps:
        parts = [step] if step.then is None else [step, step.then]
        assert all(part.maneuver == maneuver(part.angle_deg) for part in parts if part.type == "turn")
        assert (step.reassure_at_m != ()) == (step.length_m > 15)
    for lang in ("ko", "en"):
        texts = GUIDE.say(steps, lang=lang, style="spoken")
        assert all(text.endswith(".") and "  " not in text for text in texts)


@given(POINTS)
@settings(deadline=None)
def test_the_mirror_image_turns_the_other_way(plan: np.ndarray) -> None:
    steps = GUIDE.steps(_route(plan))
    mirrored = GUIDE.steps(_route(plan * (1.0, -1.0)))
    other = {"left": "right", "right": "left"}

    def swapped(word: str) -> str:
        return re.sub("left|right", lambda m: other[m[0]], word)

    backs = [step.maneuver for step in steps if "turn-back" in {step.maneuver, step.then.maneuver if step.then else ""}]
    if not backs:
        assert [swapped(step.maneuver) for step in steps] == [step.maneuver for step in mirrored]


@given(st.floats(0, 1e5, allow_nan=False))
def test_lengths_are_rounded_to_their_class_and_never_to_nothing(length_m: float) -> None:
    said = rounded_m(length_m)
    assert said >= 1
    unit = 1 if said < 10 else 5 if said < 100 else 10
    assert said % unit == 0
    assert abs(said - length_m) <= max(unit / 2, 1.0) + 1e-9


@given(st.integers(0, 99_999_999))
def test_numbers_in_words_are_words_and_differ(number: int) -> None:
    assert re.fullmatch("[가-힣]+", sino(number))
    assert re.fullmatch("[가-힣]+", native(number))
    assert number == 0 or sino(number) != sino(number - 1)


@given(st.text("가나층문 번호선AZbz019-–·/()&", max_size=20))
def test_no_figure_and_no_capital_letter_is_read_aloud(text: str) -> None:
    said = aloud(text)
    assert not re.search(r"[0-9/·&()–]", said)
    assert not re.search(r"(?<![A-Za-z])[A-Z]+(?![A-Za-z])", said)
    assert "  " not in said
