"""From who is in which space to who sets out from which node at which step."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.demand import Load
from indoor3d.models.distribution import Distribution
from indoor3d.models.flow import FlowNetwork
from indoor3d.models.scenario import Delay, Scenario
from indoor3d.routing.evacuation.flownet import populate

Integers = NDArray[np.int64]

PARTS = 5
"""People of one place set out in so many parts of equal size, each at the end of its share of the distribution."""
LAST = 0.99
"""When the last part of a distribution without an end sets out: the quantile taken for it."""
_PLAIN = {
    "value_s": "value",
    "low_s": "low",
    "high_s": "high",
    "mode_s": "mode",
    "mean_s": "mean",
    "sd_s": "sd",
    "scale_s": "scale",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Crowd:
    """People of some profiles.

    Parameters
    ----------
    rows : (K, 3) int64
        Node, step from which on they go, persons.
    space : mapping of str to int
        Persons by id of the space where they are when it begins, or come in.
    ready_s : mapping of str to float
        When the last of a space sets out.
    """

    rows: Integers
    space: Mapping[str, int]
    ready_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def persons(self) -> int:
        """How many there are."""
        return int(self.rows[:, 2].sum())


def distribution(delay: Delay) -> Distribution:
    """The distribution of a delay; nobody sets out before the alarm."""
    params = {_PLAIN.get(name, name): value for name, value in delay.parameters.items()}
    return Distribution(kind=delay.kind, params=params, lower=0.0)


def delay_in(scenario: Scenario, space: str) -> Delay:
    """The delay of the people of a space."""
    return next((d.delay for d in scenario.premovement_of if space in d.spaces), scenario.premovement)


def departures(scenario: Scenario, space: str, persons: int, *, from_s: float = 0.0) -> list[tuple[float, int]]:
    """Seconds and persons: when the parts of the people of a space set out.

    Detection, alarm, and the delay of each. Every part goes when its last member is ready, so nobody goes too soon.
    """
    delay = distribution(delay_in(scenario, space))
    begin = max(scenario.detection_s + scenario.alarm_s, from_s)
    if delay.kind == "fixed":
        return [(begin + max(delay.params["value"], 0.0), persons)] if persons else []
    parts = min(PARTS, persons)
    bounded = {"uniform": "high", "triangular": "high"}.get(delay.kind)
    found = []
    done = 0
    for part in range(1, parts + 1):
        share = part / parts
        last = delay.params[bounded] if bounded else delay.quantile(LAST)
        wait = last if part == parts else delay.quantile(share)
        until = math.floor(persons * share + 1e-9)
        found.append((begin + max(wait, 0.0), until - done))
        done = until
    return [(seconds, count) for seconds, count in found if count]


def crowds(network: FlowNetwork, scenario: Scenario, load: Load, *, step_s: float) -> dict[str, Crowd]:
    """Everybody, by profile.

    Raises
    ------
    UnknownElement
        People are in a space without floor to stand on.
    InvalidInput
    """
    rows: dict[str, list[Integers]] = {}
    spaces: dict[str, dict[str, int]] = {}
    ready: dict[str, dict[str, float]] = {}
    starts = [(space, 0.0, mix) for space, mix in load.mobility.items()]
    starts += [(arrival.space, arrival.at_s, arrival.mobility) for arrival in load.later]
    for space, at_s, mix in starts:
        for profile, persons in sorted(mix.items()):
            if not persons:
                continue
            here = spaces.setdefault(profile, {})
            here[space] = here.get(space, 0) + persons
            for seconds, count in departures(scenario, space, persons, from_s=at_s):
                placed = populate(network, {space: count})
                nodes = np.flatnonzero(placed)
                step = math.ceil(seconds / step_s - 1e-9)
                rows.setdefault(profile, []).append(np.column_stack([nodes, np.full(len(nodes), step), placed[nodes]]))
                last = ready.setdefault(profile, {})
                last[space] = max(last.get(space, 0.0), seconds)
    return {
        profile: Crowd(rows=np.concatenate(found).astype(np.int64), space=spaces[profile], ready_s=ready[profile])
        for profile, found in sorted(rows.items())
    }
