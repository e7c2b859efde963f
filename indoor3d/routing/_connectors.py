"""Edges along stairs, ramps, escalators, lifts and moving walks."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.building import Building, Connector
from indoor3d.models.vocabulary import ConnectorCategory, Direction, Mode
from indoor3d.routing._columns import Columns, Link
from indoor3d.routing.walkable import SAME_FLOOR_M

Floats = NDArray[np.float64]

USUAL_RISER_M = 0.18
"""Riser where the number of steps is unknown: the greatest of Korean law (ACCESSIBILITY.md §2.1)."""
LIFT_DOOR_M = 0.8
"""Clear width of a lift whose doors are unknown, at most: the least that Korean law allows (ACCESSIBILITY.md §2.1)."""
_SAME_M = 1e-6
_SILL_M = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Where a stop meets a surface: the node, and its place."""

    node: int
    surface: int
    floor_m: float
    at: tuple[float, float]


def add_connectors(
    columns: Columns, building: Building, landings: Mapping[tuple[str, int], Landing], *, elements: Mapping[str, int]
) -> None:
    """Add every connector between the stops that meet a surface.

    Stairs and their like become one edge from each stop to the next. A lift becomes one edge between every two
    stops, so that the wait for the car counts once however far one rides.
    """
    for connector in sorted(building.connectors, key=lambda c: c.id):
        stops = {
            number: _stop_node(columns, connector, number, landing)
            for number in range(len(connector.stops))
            if (landing := landings.get((connector.id, number)))
        }
        lift = connector.category is ConnectorCategory.LIFT
        for low, high in combinations(stops, 2) if lift else pairwise(stops):
            ends = (stops[low], stops[high])
            columns.links.append(_ride(connector, (low, high), ends, element=elements[connector.id]))


def _stop_node(columns: Columns, connector: Connector, number: int, landing: Landing) -> tuple[int, Floats, float]:
    """The node to step on from, its place, and how far the model's stop lies from the floor."""
    x, y, z = connector.stops[number].position
    near = (
        abs(z - landing.floor_m) <= SAME_FLOOR_M + 1e-9
    )  # one surface holds floors so far apart, yet climbs are exact
    at = np.array([x, y, z if near else landing.floor_m])
    length = float(np.hypot(x - landing.at[0], y - landing.at[1]))
    sill = abs(z - landing.floor_m)
    if length <= _SAME_M:
        return landing.node, at, sill
    node = columns.add_nodes(at[None, :], landing.surface)
    columns.links.append(Link(source=landing.node, target=node, mode=Mode.WALK, length_m=length))
    return node, at, sill


def _ride(
    connector: Connector,
    stops: tuple[int, int],
    ends: tuple[tuple[int, Floats, float], tuple[int, Floats, float]],
    *,
    element: int,
) -> Link:
    (source, start, sill_a), (target, end, sill_b) = ends
    lift = connector.category is ConnectorCategory.LIFT
    inner = np.empty((0, 3)) if lift else _between(connector, *stops)
    way = np.vstack([start, inner, end])
    climb = float(end[2] - start[2])
    down = connector.direction is Direction.DOWN
    return Link(
        source=target if down else source,
        target=source if down else target,
        mode=Mode(connector.category),
        length_m=float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum()),
        climb_m=-climb if down else climb,
        step_m=_step(connector, climb, max(sill_a, sill_b)),
        clear_width_m=_width(connector),
        oneway=connector.direction is not Direction.BOTH,
        elements=(element,),
        path=inner[::-1] if down else inner,
    )


def _between(connector: Connector, low: int, high: int) -> Floats:
    """Vertices of the connector's way strictly between two of its stops."""
    path = np.array(connector.path, dtype=np.float64).reshape(-1, 3)
    if len(path) < 3:
        return np.empty((0, 3))
    last = len(connector.stops) - 1

    def vertex(number: int) -> int:
        if number in {0, last}:
            return 0 if number == 0 else len(path) - 1
        return int(np.argmin(np.linalg.norm(path - connector.stops[number].position, axis=1)))

    return path[vertex(low) + 1 : vertex(high)]


def _step(connector: Connector, climb: float, sill: float) -> float:
    """Highest single step: the riser on stairs; on ramps and moving walks what their ends lie off the floor."""
    if connector.category in {ConnectorCategory.STAIRS, ConnectorCategory.ESCALATOR}:
        if not connector.step_count:
            return USUAL_RISER_M
        whole = abs(connector.stops[-1].position[2] - connector.stops[0].position[2]) or abs(climb)
        return whole / connector.step_count
    return sill if sill > _SILL_M and connector.category is not ConnectorCategory.LIFT else 0.0


def _width(connector: Connector) -> float:
    """Clear width: as declared, else the shorter side of the footprint, the most it can be; a lift's doors are narrower."""
    if connector.clear_width_m is not None:
        return connector.clear_width_m
    if connector.category is ConnectorCategory.WHEELCHAIR_LIFT:  # drawn folded
        return connector.car_width_m or LIFT_DOOR_M
    if connector.footprint.is_empty:
        return 0.0
    ring = shapely.get_coordinates(shapely.oriented_envelope(connector.footprint))
    side = float(np.linalg.norm(np.diff(ring, axis=0), axis=1).min()) if len(ring) > 2 else 0.0
    return min(side, LIFT_DOOR_M) if connector.category is ConnectorCategory.LIFT else side
