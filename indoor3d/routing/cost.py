"""What an edge costs: seconds by profile, and which edges a profile and closures forbid."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.network import MODES, Network
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.profile import (
    ESCALATOR_MPS,
    LIFT_DOOR_S,
    LIFT_HOLD_S,
    LIFT_MPS,
    LIFT_STOP_S,
    LIFT_WAIT_CYCLES,
    LONG_CLIMB_FACTOR,
    LONG_CLIMB_M,
    Profile,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_WIDTH_TOLERANCE_M = 1e-6


def durations_s(network: Network, profile: Profile, *, emergency: bool = False) -> tuple[Floats, Floats]:
    """Seconds along every edge, forwards and backwards; infinite where the profile cannot go.

    Speeds are the profile's (ACCESSIBILITY.md §1.2), lifts follow its §1.3.

    Parameters
    ----------
    network : Network
    profile : Profile
    emergency : bool
        Nobody waits for a lift, and escalators are walked like stairs.

    Returns
    -------
    forward, backward : (M,) float64, seconds
    """
    forward = np.full(len(network.edge_from), np.inf)
    backward = np.full(len(network.edge_from), np.inf)
    for mode in MODES:
        rows = np.flatnonzero(network.edge_mode == MODES.index(mode))
        if len(rows):
            length, climb = network.edge_length_m[rows], network.edge_climb_m[rows]
            forward[rows] = _seconds(mode, length, climb, profile=profile, emergency=emergency)
            backward[rows] = _seconds(mode, length, -climb, profile=profile, emergency=emergency)
    forbidden = ~fits(network, profile)
    forward[forbidden] = backward[forbidden] = np.inf
    backward[network.edge_oneway] = np.inf
    return forward, backward


def fits(network: Network, profile: Profile) -> Mask:
    """(M,) bool: edges wide enough, and without a step too high, for a profile."""
    stairs = np.isin(network.edge_mode, [MODES.index(Mode.STAIRS), MODES.index(Mode.ESCALATOR)])
    low = (network.edge_step_m <= profile.max_step_m + _WIDTH_TOLERANCE_M) | stairs
    kept: Mask = low & (network.edge_clear_width_m >= profile.min_clear_width_m - _WIDTH_TOLERANCE_M)
    return kept


def passes(network: Network, elements: Collection[str]) -> Mask:
    """(M,) bool: edges that pass any of the elements."""
    index = {name: number for number, name in enumerate(network.elements)}
    wanted = np.zeros(len(network.elements) + 1, np.bool_)
    wanted[[index[name] for name in elements if name in index]] = True
    hit = np.concatenate([[0], np.cumsum(wanted[network.edge_element])])
    found: Mask = hit[network.edge_element_start[1:]] > hit[network.edge_element_start[:-1]]
    return found


def _seconds(mode: Mode, length: Floats, climb: Floats, *, profile: Profile, emergency: bool) -> Floats:
    never = np.full(len(length), np.inf)
    if mode in {Mode.WALK, Mode.FARE_GATE}:
        return length / profile.level_mps
    if mode is Mode.STAIRS:
        return _stairs(length, climb, profile)
    if mode is Mode.RAMP:
        return _over(length, np.where(climb > 0, profile.ramp_up_mps, profile.ramp_down_mps))
    if mode is Mode.LIFT:
        return _lift(climb) if profile.lifts and not emergency else never
    if profile.escalator == "never":
        return never
    return _stairs(length, climb, profile) if emergency and mode is Mode.ESCALATOR else length / ESCALATOR_MPS


def _over(length: Floats, speed_mps: Floats) -> Floats:
    seconds: Floats = length / speed_mps
    return seconds


def _stairs(length: Floats, climb: Floats, profile: Profile) -> Floats:
    """Along the slope; slower where one flight climbs, or falls, more than :data:`LONG_CLIMB_M`."""
    if profile.stairs_up_mps is None or profile.stairs_down_mps is None:
        return np.full(len(length), np.inf)
    speed = np.where(climb > 0, profile.stairs_up_mps, profile.stairs_down_mps)
    rise = np.maximum(np.abs(climb), 1e-9)
    beyond = np.maximum(0.0, rise - LONG_CLIMB_M) / rise
    seconds: Floats = length / speed * (1 - beyond + beyond / LONG_CLIMB_FACTOR)
    return seconds


def _lift(climb: Floats) -> Floats:
    """Wait and ride: ``2·door + hold + H/v + stop`` and ``½·u`` of the car's cycle (ACCESSIBILITY.md §1.3)."""
    travel = np.abs(climb) / LIFT_MPS
    ride = 2 * LIFT_DOOR_S + LIFT_HOLD_S + travel + LIFT_STOP_S
    cycle = 2 * travel + 2 * (LIFT_HOLD_S + 2 * LIFT_DOOR_S)
    seconds: Floats = ride + LIFT_WAIT_CYCLES * cycle
    return seconds
