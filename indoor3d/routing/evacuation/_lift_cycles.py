"""What an evacuation lift does: how many it takes, how long a trip is, and who rides in which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Connector
from indoor3d.models.flow import Basis
from indoor3d.models.scenario import EvacuationLift
from indoor3d.routing.profile.values import LIFT_DOOR_S, LIFT_HOLD_S, LIFT_MPS, LIFT_STOP_S

WHEELCHAIR_WIDTH_M, WHEELCHAIR_DEPTH_M = 0.9, 1.4
"""Room of one wheelchair in a refuge and in a car: VERIFICATION.md C10 (general knowledge, not read in a standard)."""
_WHOLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What a lift does.

    Parameters
    ----------
    lift : str
    capacity : int
        Wheelchair users in one trip.
    one_way_s : float
        From when the doors begin to close over the ride to when the last of them has left the car.
    cycle_s : float
        From one departure to the next: there and back.
    capacity_basis, cycle_basis : Basis
    """

    lift: str
    capacity: int
    one_way_s: float
    cycle_s: float
    capacity_basis: Basis
    cycle_basis: Basis


def wheelchairs_in(width_m: float | None, depth_m: float | None) -> int:
    """How many fit a car, side by side and one behind another, none turned; 1 where its size is unknown or small."""
    if width_m is None or depth_m is None:
        return 1
    along = int(width_m / WHEELCHAIR_WIDTH_M + _WHOLE) * int(depth_m / WHEELCHAIR_DEPTH_M + _WHOLE)
    across = int(width_m / WHEELCHAIR_DEPTH_M + _WHOLE) * int(depth_m / WHEELCHAIR_WIDTH_M + _WHOLE)
    return max(1, along, across)


def lift_cycle(connector: Connector, rise_m: float, declared: EvacuationLift | None = None) -> Cycle:
    """The cycle of a lift over a rise.

    One way: doors close, ride, stop, doors open, people leave. The cycle is two ways with doors and loading at both ends.
    Speed as surveyed, else 0.75 m/s; doors 3 s, loading 10 s, a stop 3 s (ACCESSIBILITY.md §1.3). A declared cycle holds
    for any rise; half of it, at least, is one way.

    Examples
    --------
    >>> from tests.buildings import two_floors
    >>> lift = next(c for c in two_floors().connectors if c.id == "lift-1")
    >>> round(lift_cycle(lift, 3.5).cycle_s, 1)
    47.3
    """
    speed = connector.speed_mps or LIFT_MPS
    ride = abs(rise_m) / speed + LIFT_STOP_S
    one_way = 2 * LIFT_DOOR_S + ride + LIFT_HOLD_S
    cycle, basis = 2 * one_way, Basis.DEFAULT
    if declared is not None and declared.cycle_s is not None:
        cycle, basis = declared.cycle_s, Basis.DECLARED
        one_way = max(cycle / 2, min(one_way, cycle))
    if declared is not None and declared.capacity is not None:
        capacity, known = declared.capacity, Basis.DECLARED
    else:
        capacity = wheelchairs_in(connector.car_width_m, connector.car_depth_m)
        known = Basis.DEFAULT if connector.car_width_m is None or connector.car_depth_m is None else Basis.SURVEYED
    return Cycle(
        lift=connector.id,
        capacity=capacity,
        one_way_s=one_way,
        cycle_s=cycle,
        capacity_basis=known,
        cycle_basis=basis,
    )


def batches(
    ready_s: Sequence[float], cycle: Cycle, *, free_s: float = 0.0
) -> tuple[list[tuple[int, float, float]], float]:
    """Trips of one car for people in the order in which they are there.

    A trip waits until it is full or nobody is left, so there are ceil(n / capacity) of them (C9).

    Parameters
    ----------
    ready_s : sequence of float
        When each is at the lift.
    cycle : Cycle
    free_s : float
        When the car can first leave.

    Returns
    -------
    list of (persons, start_s, end_s), float
        Trips in order, and when the car is free again.

    Raises
    ------
    InvalidInput
        The car holds nobody.

    Examples
    --------
    >>> car = Cycle(lift="l", capacity=10, one_way_s=30, cycle_s=60, capacity_basis=Basis.DECLARED, cycle_basis=Basis.DECLARED)
    >>> batches([0.0] * 30, car)[0]
    [(10, 0.0, 30.0), (10, 60.0, 90.0), (10, 120.0, 150.0)]
    """
    if cycle.capacity < 1 or not 0 < cycle.cycle_s < np.inf:
        raise InvalidInput(
            f"Lift {cycle.lift} carries {cycle.capacity} people in {cycle.cycle_s} s.",
            ko=f"엘리베이터 {cycle.lift}: {cycle.cycle_s}초에 {cycle.capacity}명은 있을 수 없습니다.",
            element=cycle.lift,
        )
    order = sorted(ready_s)
    found: list[tuple[int, float, float]] = []
    for first in range(0, len(order), cycle.capacity):
        some = order[first : first + cycle.capacity]
        start = max(free_s, some[-1])
        found.append((len(some), start, start + cycle.one_way_s))
        free_s = start + cycle.cycle_s
    return found, free_s
