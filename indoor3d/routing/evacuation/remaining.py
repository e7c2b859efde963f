"""Where people still are at a moment: what rescuers ask first."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from indoor3d.models.flow import FlowNetwork
from indoor3d.models.outcome import Motion, Outcome
from indoor3d.models.rescue import Remaining
from indoor3d.routing.evacuation.refuges import Fetched

_FINE_S, _COARSE_S, _FINE_TO_S, _MOST = 60.0, 300.0, 600.0, 40
"""Every minute at first, as the codes count in minutes (4 and 6), then every five; never more moments than that (ours)."""


def moments(last_s: float) -> tuple[float, ...]:
    """When to look, until the first time that nobody comes out after.

    Examples
    --------
    >>> moments(150.0)
    (0.0, 60.0, 120.0, 180.0)
    """
    fine = np.arange(0.0, _FINE_TO_S, _FINE_S)
    coarse = np.arange(_FINE_TO_S, _FINE_TO_S + _COARSE_S * _MOST, _COARSE_S)
    grid = np.concatenate([fine, coarse])[:_MOST]
    return tuple(grid[: int(np.searchsorted(grid, last_s)) + 1].tolist())


def remaining(outcome: Outcome, fetched: Sequence[Fetched], at_s: float) -> tuple[Remaining, ...]:
    """Where people are at a moment, most first; nothing where the outcome has no motion.

    Parameters
    ----------
    outcome : Outcome
    fetched : sequence of Fetched
        Those who cannot walk out.
    at_s : float
    """
    if outcome.motion is None:
        return ()
    helpless = [cut for one in fetched for cut in one.left]
    level = dict(zip(outcome.network.node_space, outcome.network.node_level, strict=True))
    persons, waiting = Counter[str](), Counter[str]()
    if at_s > outcome.motion.at_s[-1]:  # nobody moves any more: who walks and is not out by now never is
        for cut in (cut for cut in outcome.cut_off if cut not in helpless):
            persons[cut.space] += cut.persons
    else:
        persons.update(_walking(outcome.motion, outcome.network, at_s))
    for cut in helpless:
        waiting[cut.space] += cut.persons
    for arrival in (arrival for one in fetched for arrival in one.arrivals if arrival.at_s > at_s):
        waiting[arrival.space] += arrival.persons
    found = [
        Remaining(
            at_s=at_s,
            space=space,
            level=level.get(space, ""),
            persons=persons[space] + waiting[space],
            waiting=waiting[space],
        )
        for space in sorted({*persons, *waiting})
    ]
    return tuple(sorted((r for r in found if r.persons), key=lambda r: (-r.persons, r.space)))


def _walking(motion: Motion, network: FlowNetwork, at_s: float) -> dict[str, int]:
    """Who walks, by space."""
    row = max(int(np.searchsorted(motion.at_s, at_s, side="right")) - 1, 0)
    walking = motion.waiting[row].astype(np.float64)
    np.add.at(walking, network.arc_to, motion.moving[row])
    held: dict[str, float] = {}
    for space, value in zip(network.node_space, walking.tolist(), strict=True):
        if space:
            held[space] = held.get(space, 0.0) + value
    return {space: round(value) for space, value in held.items()}


__all__ = ["moments", "remaining"]
