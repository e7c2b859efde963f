"""What holds for every change of every network: what can only help is never slower, what can only harm never quicker."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation._whatif import effect_of, least, scaled
from indoor3d.routing.evacuation.people import Crowd
from tests.property.test_evacuation_plans import Case, cases


@dataclass
class Small:
    """As much of a case as a change looks at."""

    network: DynamicNetwork
    rows: np.ndarray[Any, np.dtype[np.int64]]
    step_s: float = 1.0

    @property
    def walkers(self) -> dict[str, Crowd]:
        return {"walk": Crowd(rows=self.rows, space={})}

    @property
    def ways(self) -> dict[str, np.ndarray[Any, np.dtype[np.bool_]]]:
        return {"walk": np.ones(len(self.network.arc_from), np.bool_)}


def small(network: DynamicNetwork, people: np.ndarray[Any, np.dtype[np.int64]], *, release: int) -> Any:
    node = np.flatnonzero(people)
    return Small(network, np.column_stack([node, np.full(len(node), release), people[node]]))


@settings(max_examples=60, deadline=None)
@given(made=cases(), data=st.data(), step_s=st.sampled_from([1.0, 3.0]))
def test_no_more_room_is_slower_and_no_closing_quicker(made: Case, data: st.DataObject, step_s: float) -> None:
    network, people = made
    case = small(network, people, release=2)
    base = least(case, step_s=step_s)
    arc = data.draw(st.integers(0, len(network.arc_from) - 1))
    wide, shut = network.capacity_per_s.copy(), network.closed_from_s.copy()
    wide[arc] *= 2
    shut[arc] = 0.0
    for other, effect in (
        (replace(network, capacity_per_s=wide), "helps"),
        (replace(network, closed_from_s=shut), "harms"),
    ):
        assert effect_of(other, network) == effect
        alone = least(small(other, people, release=2), step_s=step_s)
        # what is known of the base saves work, and changes nothing
        assert least(small(other, people, release=2), step_s=step_s, base=base, effect=effect) == alone
        if alone.left == base.left:
            assert (alone.steps <= base.steps) if effect == "helps" else (alone.steps >= base.steps)
        else:
            assert (alone.left < base.left) == (effect == "helps")


@settings(max_examples=60, deadline=None)
@given(made=cases(closings=False, room=False), more=st.integers(1, 9), share=st.sampled_from([0.5, 0.8, 1.2, 2.0]))
def test_fewer_people_and_quicker_starts_are_never_slower(made: Case, more: int, share: float) -> None:
    network, people = made
    case = small(network, people, release=3)
    base = least(case, step_s=1.0)
    late = least(small(network, people, release=3 + more), step_s=1.0)
    assert late.left == base.left
    assert base.steps <= late.steps <= base.steps + more
    other = replace(case, rows=scaled(case.rows, share))
    if not base.left:
        found = least(other, step_s=1.0)
        assert (found.steps <= base.steps) if share < 1 else (found.steps >= base.steps)


@given(
    persons=st.lists(st.integers(0, 50), min_size=1, max_size=20), share=st.floats(0.05, 3.0).filter(lambda s: s != 1)
)
def test_a_share_of_people_is_taken_of_every_row(persons: list[int], share: float) -> None:
    rows = np.array([[n, 0, count] for n, count in enumerate(persons)], np.int64)
    found = scaled(rows, share)
    assert found[:, 2].sum() == np.ceil(rows[:, 2].sum() * share - 1e-9)
    assert (found[:, 2] <= rows[:, 2]).all() if share < 1 else (found[:, 2] >= rows[:, 2]).all()
