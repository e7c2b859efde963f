"""How long edges take, and what they burden: stairs, ramps, escalators, moving walks and lifts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from indoor3d.models.network import Network
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.cost.features import Features, Floats, Indices, Mask
from indoor3d.routing.cost.rules import (
    AVERSE_S,
    CODES,
    CONFINED_LIFT_S,
    CONFINED_M,
    CONFINED_S,
    SLOPE_TOLERANCE,
    TOLERANCE_M,
    Codes,
)
from indoor3d.routing.profile.values import (
    ESCALATOR_MPS,
    LIFT_BUSY_WAIT_CYCLES,
    LIFT_DOOR_S,
    LIFT_HOLD_S,
    LIFT_MPS,
    LIFT_STOP_S,
    LIFT_WAIT_CYCLES,
    LONG_CLIMB_FACTOR,
    LONG_CLIMB_M,
    Options,
    Profile,
)

STOPPED_FACTOR = 0.8
"""A stopped escalator is walked at 0.8 of the speed on stairs, its steps being high and uneven: ACCESSIBILITY.md §1.2."""
BELT_SHARE = 0.5
"""Who walks on a moving walk slows down by half its speed (Srinivasan 2009, quoted at medindia.net): 11 s saved in 100 m."""
STAFF_S = 300.0
"""Until somebody comes who runs a lift that needs staff (D)."""
WHEELCHAIR_LIFT_S = 1200.0
"""A ride on a wheelchair stair lift with the wait for its staff: 20 minutes and more, ACCESSIBILITY.md §6 no. 11."""
SHORT_RISE_M = 1.0
"""Rise up to which the steeper limit of a ramp holds: ACCESSIBILITY.md §2.3."""
LEVEL_CHANGE_M = 1.0
"""Climb from which a way changes the level one is on, and not only a few steps (D)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What edges are costed for.

    Parameters
    ----------
    network : Network
    found : Features
    profile : Profile
        As the options leave it.
    options : Options
    emergency : bool
    stopped : (E,) bool
        Connectors that stand still.
    waits_s : mapping of str to float
        Seconds that lifts are waited for now, by id.
    """

    network: Network
    found: Features
    profile: Profile
    options: Options
    emergency: bool
    stopped: Mask
    waits_s: Mapping[str, float]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Seconds, burdens and refusals of every edge while they are put together."""

    forward_s: Floats
    backward_s: Floats
    burden_s: Floats
    code: Codes


def tally(asked: Asked, code: Codes) -> Tally:
    """Cost every edge; ``code`` (M,) has what its elements refuse, and is written to."""
    network, profile = asked.network, asked.profile
    seconds = network.edge_length_m / profile.level_mps
    made = Tally(forward_s=seconds, backward_s=seconds.copy(), burden_s=np.zeros(len(seconds)), code=code)
    _limits(made, asked)
    for mode, rows in asked.found.rows.items():
        if len(rows):
            _MAKERS[mode](made, rows, asked)
    return made


def _limits(made: Tally, asked: Asked) -> None:
    """Widths and steps: of everything but lifts, whose doors are judged apart, and of stairs, which are steps."""
    network, rows = asked.network, asked.found.rows
    narrow = network.edge_clear_width_m < asked.profile.min_clear_width_m - TOLERANCE_M
    high = network.edge_step_m > asked.profile.max_step_m + TOLERANCE_M
    for mode in (Mode.LIFT, Mode.WHEELCHAIR_LIFT):
        narrow[rows[mode]] = False
    for mode in (Mode.STAIRS, Mode.ESCALATOR):
        high[rows[mode]] = False
    _refuse(made, narrow, "too-narrow")
    _refuse(made, high, "step")


def _refuse(made: Tally, where: Mask | Indices, reason: str) -> None:
    made.code[where] = np.minimum(made.code[where], CODES[reason])


def _of(rows: Indices, values: Mask | Floats, asked: Asked, default: float = 0) -> Floats:
    """A column of elements, for edges."""
    element = asked.found.edge_connector[rows]
    return (
        np.where(element >= 0, values[np.maximum(element, 0)], default) if len(values) else np.full(len(rows), default)
    )


def _stairs(made: Tally, rows: Indices, asked: Asked) -> None:
    profile, climb = asked.profile, asked.network.edge_climb_m[rows]
    risers = steps(asked.network, rows)
    carried = (risers <= profile.carry_up_to_steps) & (profile.stairs_up_mps is None)
    up, down = profile.stairs_up_mps, profile.stairs_down_mps
    if up is None or down is None:
        _refuse(made, rows[~carried], "stairs")
        up = down = profile.carry_mps or profile.level_mps
    _on_foot(made, rows, asked, speeds=(up, down), factor=1.0)
    if not asked.emergency:
        burden = profile.stairs_s + profile.stairs_s_per_m * np.abs(climb)
        if profile.long_flight_steps is not None:
            burden = burden + profile.long_flight_s * (risers > profile.long_flight_steps)
        made.burden_s[rows] += burden
        _changes(made, rows, asked)


def steps(network: Network, rows: Indices) -> Indices:
    """Risers on edges: the climb over one riser."""
    riser = np.maximum(network.edge_step_m[rows], 1e-3)
    risers: Indices = np.rint(np.abs(network.edge_climb_m[rows]) / riser).astype(np.intp)
    return risers


def _on_foot(made: Tally, rows: Indices, asked: Asked, *, speeds: tuple[float, float], factor: float) -> None:
    """Stairs: along the slope, slower where one flight climbs, or falls, more than :data:`LONG_CLIMB_M`."""
    length, climb = asked.network.edge_length_m[rows], asked.network.edge_climb_m[rows]
    rise = np.maximum(np.abs(climb), 1e-9)
    beyond = np.maximum(0.0, rise - LONG_CLIMB_M) / rise
    slower = (1 - beyond + beyond / LONG_CLIMB_FACTOR) / factor
    up, down = (length / speed * slower for speed in speeds)
    made.forward_s[rows] = np.where(climb > 0, up, down)
    made.backward_s[rows] = np.where(climb < 0, up, down)


def _ramp(made: Tally, rows: Indices, asked: Asked) -> None:
    profile, network = asked.profile, asked.network
    length, climb = network.edge_length_m[rows], network.edge_climb_m[rows]
    up, down = length / profile.ramp_up_mps, length / profile.ramp_down_mps
    made.forward_s[rows] = np.where(climb > 0, up, down)
    made.backward_s[rows] = np.where(climb < 0, up, down)
    slope = np.fmax(asked.found.edge_slope[rows], _of(rows, asked.found.slope, asked, np.nan))
    if profile.max_slope is not None:
        short = profile.max_slope if profile.max_slope_short is None else profile.max_slope_short
        limit = np.where(np.abs(climb) <= SHORT_RISE_M, short, profile.max_slope)
        _refuse(made, rows[slope > limit * SLOPE_TOLERANCE], "too-steep")
    if not asked.emergency:
        if profile.preferred_slope is not None:
            steep = slope > profile.preferred_slope * SLOPE_TOLERANCE
            slower = np.maximum(made.forward_s[rows], made.backward_s[rows])
            made.burden_s[rows] += steep * profile.steep_factor * slower
        _changes(made, rows, asked)


def _escalator(made: Tally, rows: Indices, asked: Asked) -> None:
    profile, length = asked.profile, asked.network.edge_length_m[rows]
    speed = _of(rows, asked.found.speed, asked, np.nan)
    riding = length / np.where(np.isnan(speed), ESCALATOR_MPS, speed)
    still = rows[_of(rows, asked.stopped, asked).astype(bool) | asked.emergency]
    made.forward_s[rows] = made.backward_s[rows] = riding
    if len(still):
        if profile.stairs_up_mps is None:
            _refuse(made, still, "stopped-escalator")
        up, down = profile.stairs_up_mps or profile.level_mps, profile.stairs_down_mps or profile.level_mps
        _on_foot(made, still, asked, speeds=(up, down), factor=STOPPED_FACTOR)
    if not asked.emergency:
        burden = profile.escalator_s * (profile.escalator == "penalty") + AVERSE_S * asked.options.averse_to_escalators
        made.burden_s[rows] += burden
        made.burden_s[still] += profile.stairs_s + profile.stairs_s_per_m * np.abs(asked.network.edge_climb_m[still])
        _changes(made, rows, asked)


def _moving_walk(made: Tally, rows: Indices, asked: Asked) -> None:
    profile, length = asked.profile, asked.network.edge_length_m[rows]
    speed = _of(rows, asked.found.speed, asked, np.nan)
    belt = np.where(np.isnan(speed), ESCALATOR_MPS, speed)
    moving = belt if profile.moving_walk == "stand" else profile.level_mps + BELT_SHARE * belt
    still = _of(rows, asked.stopped, asked).astype(bool) | asked.emergency
    made.forward_s[rows] = made.backward_s[rows] = length / np.where(still, profile.level_mps, moving)
    if not asked.emergency:
        made.burden_s[rows] += AVERSE_S * asked.options.averse_to_escalators
        _changes(made, rows, asked)


def _lift(made: Tally, rows: Indices, asked: Asked) -> None:
    options = asked.options
    wait, ride = lift_seconds(
        asked.network.edge_length_m[rows],
        _of(rows, asked.found.whole, asked),
        _of(rows, asked.found.speed, asked, np.nan),
        options=options,
    )
    for name, seconds in asked.waits_s.items():
        wait[asked.found.edge_connector[rows] == asked.found.index.get(name, -2)] = seconds
    staff = STAFF_S * (_of(rows, asked.found.needs_staff == 1, asked) > 0)
    made.forward_s[rows] = made.backward_s[rows] = wait + ride + staff
    if not asked.emergency:
        made.burden_s[rows] += (
            asked.profile.lift_s
            + AVERSE_S * options.averse_to_lifts
            + CONFINED_LIFT_S * options.averse_to_confined_spaces
        )
        _changes(made, rows, asked, every=True)


def lift_seconds(travel_m: Floats, whole_m: Floats, speed_mps: Floats, *, options: Options) -> tuple[Floats, Floats]:
    """Wait and ride of lifts: ``2·door + hold + H/v + stop``, and a share of the car's cycle (ACCESSIBILITY.md §1.3)."""
    speed = np.where(np.isnan(speed_mps), LIFT_MPS, speed_mps)
    ride = 2 * LIFT_DOOR_S + LIFT_HOLD_S + travel_m / speed + LIFT_STOP_S
    cycle = 2 * np.maximum(whole_m, travel_m) / speed + 2 * (LIFT_HOLD_S + 2 * LIFT_DOOR_S)
    cycles = (LIFT_BUSY_WAIT_CYCLES if options.busy else LIFT_WAIT_CYCLES) + options.queue_cycles
    return cycles * cycle, ride


def _wheelchair_lift(made: Tally, rows: Indices, asked: Asked) -> None:
    made.forward_s[rows] = made.backward_s[rows] = WHEELCHAIR_LIFT_S
    if not asked.emergency:
        _changes(made, rows, asked, every=True)


def _changes(made: Tally, rows: Indices, asked: Asked, *, every: bool = False) -> None:
    """What changing the level burdens, and narrow ways between walls."""
    changes = (np.abs(asked.network.edge_climb_m[rows]) > LEVEL_CHANGE_M) | every
    made.burden_s[rows] += asked.profile.level_change_s * changes
    if asked.options.averse_to_confined_spaces and not every:
        made.burden_s[rows] += CONFINED_S * (asked.network.edge_clear_width_m[rows] < CONFINED_M - TOLERANCE_M)


_MAKERS = {
    Mode.STAIRS: _stairs,
    Mode.RAMP: _ramp,
    Mode.ESCALATOR: _escalator,
    Mode.MOVING_WALK: _moving_walk,
    Mode.LIFT: _lift,
    Mode.WHEELCHAIR_LIFT: _wheelchair_lift,
}
