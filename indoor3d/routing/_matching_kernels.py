"""Compiled inner loops of map matching; see :mod:`indoor3d.routing.matching` for what they mean."""

import math
from typing import Any

import numpy as np
from numba import njit

_UNKNOWN = -1_000_000
_TAIL = 1e-12
"""Share of fixes that are anywhere at all: one wild fix does not end a track."""


@njit(cache=True, nogil=True)
def error_of(level: int, low: int, high: int) -> int:  # pragma: no cover - compiled
    """How many levels a reading is off in a cell that spans some."""
    if level < low:
        return level - low
    return max(level - high, 0)


@njit(cache=True, nogil=True)
def usual(error: int, sure: float) -> float:  # pragma: no cover - compiled
    """How often a reading is off by so many levels."""
    if error == 0:
        return sure
    if abs(error) == 1:
        return (1.0 - sure) * 0.48
    return (1.0 - sure) * 0.02 * 0.1 ** (abs(error) - 2)


@njit(cache=True, nogil=True)
def likelihood(
    at: Any, low: Any, high: Any, cell: int, before: int, fix: Any, last: Any, keep: float, keep_level: float
) -> float:  # pragma: no cover - compiled
    """Density of a fix (x, y, level, sigma, sure, doubt) in a cell, given the fix before and the cell it was in (or none)."""
    x, y = at[cell, 0], at[cell, 1]
    sigma = fix[3]
    if before >= 0 and keep > 0.0:
        scale = keep * sigma / last[3]
        x += scale * (last[0] - at[before, 0])
        y += scale * (last[1] - at[before, 1])
    variance = sigma * sigma * (1.0 - keep * keep) + fix[5]
    away = ((fix[0] - x) ** 2 + (fix[1] - y) ** 2) / (2.0 * variance)
    density = (math.exp(-away) + _TAIL) / (2.0 * math.pi * variance)
    if fix[2] > _UNKNOWN:
        error = error_of(int(fix[2]), low[cell], high[cell])
        share = usual(error, fix[4])
        if before >= 0 and keep_level > 0.0 and last[2] > _UNKNOWN:
            same = error_of(int(last[2]), low[before], high[before]) == error
            share = (1.0 - keep_level) * share + (keep_level if same else 0.0)
        density *= share
    return density


@njit(cache=True, nogil=True)
def begin(at: Any, low: Any, high: Any, fix: Any) -> Any:  # pragma: no cover - compiled
    """Density of a first fix in every cell."""
    found = np.empty(len(at))
    for cell in range(len(at)):
        found[cell] = likelihood(at, low, high, cell, -1, fix, fix, 0.0, 0.0)
    return found


@njit(cache=True, nogil=True)
def moves(
    at: Any, low: Any, high: Any, reverse: Any, start: Any, head: Any, share: Any,
    active: Any, chances: Any, fix: Any, last: Any, seen: Any, keep: float, keep_level: float,
) -> Any:  # fmt: skip  # pragma: no cover - compiled
    """Where each active state (twice its cell, plus one when standing) may go in one step, and the weight of it.

    ``chances`` are those of staying, one cell, two cells and turning round for who moves, of stopping and of setting off.
    Without ``seen`` the step ends between fixes, and nothing is weighed.
    """
    size = 64 * len(active) + 64
    source, target, weight = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size)
    count = 0
    for row in range(len(active)):
        cell, standing = active[row] >> 1, active[row] & 1
        moving = chances[5] if standing else 1.0 - chances[4]
        if count + 512 > size:
            size *= 2
            source, target, weight = _grown(source, size), _grown(target, size), _grown_weights(weight, size)
        source[count], target[count], weight[count] = row, 2 * cell + 1, 1.0 - moving
        source[count + 1], target[count + 1], weight[count + 1] = row, 2 * cell, moving * chances[0]
        count += 2
        if reverse[cell] >= 0:
            source[count], target[count], weight[count] = row, 2 * reverse[cell], moving * chances[3]
            count += 1
        for one in range(start[cell], start[cell + 1]):
            source[count], target[count], weight[count] = row, 2 * head[one], moving * chances[1] * share[one]
            count += 1
            for two in range(start[head[one]], start[head[one] + 1]):
                if count < size:
                    source[count], target[count] = row, 2 * head[two]
                    weight[count] = moving * chances[2] * share[one] * share[two]
                    count += 1
    if seen:
        for k in range(count):
            before = active[source[k]] >> 1
            weight[k] *= likelihood(at, low, high, target[k] >> 1, before, fix, last, keep, keep_level)
    return source[:count], target[:count], weight[:count]


@njit(cache=True, nogil=True)
def _grown(column: Any, size: int) -> Any:  # pragma: no cover - compiled
    larger = np.empty(size, np.int32)
    larger[: len(column)] = column
    return larger


@njit(cache=True, nogil=True)
def _grown_weights(column: Any, size: int) -> Any:  # pragma: no cover - compiled
    larger = np.empty(size)
    larger[: len(column)] = column
    return larger


@njit(cache=True, nogil=True)
def gather(mass: Any, source: Any, target: Any, weight: Any, scratch: Any, least: float) -> Any:  # pragma: no cover
    """Move mass: the states that have any afterwards, sorted, and how much; little ones (a share of the most) go."""
    touched = np.empty(len(target), np.int32)
    count = 0
    for k in range(len(target)):
        if weight[k] > 0.0:
            if scratch[target[k]] == 0.0:
                touched[count] = target[k]
                count += 1
            scratch[target[k]] += mass[source[k]] * weight[k]
    most = 0.0
    total = 0.0
    for k in range(count):
        most = max(most, scratch[touched[k]])
        total += scratch[touched[k]]
    kept = np.empty(count, np.int32)
    amount = np.empty(count)
    number = 0
    touched = np.unique(touched[:count])
    for state in touched:
        if scratch[state] > least * most:
            kept[number], amount[number] = state, scratch[state]
            number += 1
        scratch[state] = 0.0
    return kept[:number], amount[:number], total


@njit(cache=True, nogil=True)
def back(
    source: Any, target: Any, weight: Any, later: Any, states: Any, count: int, scratch: Any
) -> Any:  # pragma: no cover
    """What each state before a step makes of what comes after it."""
    for k in range(len(states)):
        scratch[states[k]] = later[k]
    found = np.zeros(count)
    for k in range(len(target)):
        found[source[k]] += weight[k] * scratch[target[k]]
    for k in range(len(states)):
        scratch[states[k]] = 0.0
    return found
