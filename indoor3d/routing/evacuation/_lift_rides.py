"""Rides of evacuation lifts that lead out: by one lift, or by one after the other where no lift goes all the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Connector
from indoor3d.models.scenario import EvacuationLift
from indoor3d.routing.evacuation._lift_cycles import Cycle, lift_cycle

_MOST_RIDES = 3
"""Nobody changes lifts more than twice: platform, concourse, street."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """One way to ride a lift: from where it is boarded to where one can walk out on the level, or to the next lift.

    ``out_s`` is that walk, ``then`` the next ride.
    """

    connector: Connector
    board: int
    leave: int
    rise_m: float
    out_s: float
    declared: EvacuationLift
    then: "Ride | None" = None

    @property
    def cycle(self) -> Cycle:
        """What the lift does on this rise."""
        return lift_cycle(self.connector, self.rise_m, self.declared)

    @property
    def seconds(self) -> float:
        """From boarding to the exit, where nobody waits for a car."""
        return self.cycle.one_way_s + self.out_s + (self.then.seconds if self.then is not None else 0.0)


def leading_out(rides: Sequence[Ride], *, towards: Callable[[int], NDArray[np.float64]]) -> list[Ride]:
    """Find the rides that lead out: for each lift and place of boarding the quickest.

    Parameters
    ----------
    rides : sequence of Ride
        Every one of the lifts, alone; ``out_s`` is infinite where its end has no exit on the level.
    towards : callable
        Seconds that the walk to a node takes from every node, (N,); infinite where there is none.
    """
    best: dict[tuple[str, int], Ride] = {}
    for ride in rides:
        if np.isfinite(ride.out_s):
            _keep(best, ride)
    walks: dict[int, NDArray[np.float64]] = {}
    for _ in range(_MOST_RIDES - 1):
        known = list(best.values())
        for board in {ride.board for ride in known} - walks.keys():
            walks[board] = towards(board)
        for ride in rides:
            for following in known:
                walk = float(walks[following.board][ride.leave])
                if np.isfinite(walk) and following.connector.id != ride.connector.id:
                    _keep(best, replace(ride, out_s=walk, then=following))
    return [best[key] for key in sorted(best)]


def _keep(best: dict[tuple[str, int], Ride], ride: Ride) -> None:
    key = (ride.connector.id, ride.board)
    if key not in best or ride.seconds < best[key].seconds:
        best[key] = ride
