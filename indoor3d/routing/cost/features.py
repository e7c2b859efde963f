"""What costs are worked out from: the attributes of every element as columns, and which edge passes what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.building import Building, Connector, Opening, Space
from indoor3d.models.network import MODES, Network
from indoor3d.models.vocabulary import Access, ConnectorCategory, Direction, DoorKind, Mode, OpeningCategory

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]
States = NDArray[np.int8]
Numbers = NDArray[np.int32]

UNKNOWN, NO, YES = -1, 0, 1
"""Values of a state."""
_BEYOND_M = 0.02
"""How far beside a threshold's end a way may cross it: rounding of the roadmap's corners."""
_ON_M = 1e-6
"""How near to a threshold a node lies on it."""
WALKED = (Mode.WALK, Mode.FARE_GATE, Mode.EXIT_GATE)
"""Modes of level ground."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Features:
    """Columns of one network in one building. Lengths in metres, NaN where nobody has said.

    Parameters
    ----------
    elements : tuple of str
        Ids, as in the network.
    rows : mapping of Mode to (R,) intp
        Edges of every mode but those of level ground.
    pair_edge, pair_element : (K,) int32
        Which edge needs which element.
    cross_edge, cross_element : (C,) int32
        Which edge goes through which opening from one side to the other: once on a way through it.
    door, gate, screen, virtual, paid_border : (E,) bool
        Kinds of openings; ``paid_border`` has the paid area on one side only.
    open_frame, revolving : (E,) int8
        States: a doorway without a leaf, a revolving door.
    automatic, intercom, accessible, needs_staff, known_direction : (E,) int8
        States.
    threshold, gap, gap_step, width, run_up : (E,) float64
        Of openings; ``run_up`` is infinite where it is not known.
    car_width, car_depth, car_door, slope, speed, whole : (E,) float64
        Of connectors; ``speed`` in metres per second, ``whole`` is the length of a lift's shaft.
    edge_connector : (M,) int32
        Element that an edge of another mode than level ground belongs to; -1 elsewhere.
    edge_slope : (M,) float64
        Steepest part of a ramp's way as it is modelled; 0 elsewhere.
    node_position, edge_from, edge_to : as in the network
    edge_surface : (M,) int32
        Surface of ``edge_from``.
    """

    elements: tuple[str, ...]
    rows: dict[Mode, Indices]
    pair_edge: Numbers
    pair_element: Numbers
    cross_edge: Numbers
    cross_element: Numbers
    door: Mask
    gate: Mask
    screen: Mask
    virtual: Mask
    paid_border: Mask
    open_frame: States
    revolving: States
    automatic: States
    intercom: States
    accessible: States
    needs_staff: States
    known_direction: States
    threshold: Floats
    gap: Floats
    gap_step: Floats
    width: Floats
    run_up: Floats
    car_width: Floats
    car_depth: Floats
    car_door: Floats
    slope: Floats
    speed: Floats
    whole: Floats
    edge_connector: Numbers
    edge_slope: Floats
    node_position: Floats
    edge_from: Numbers
    edge_to: Numbers
    edge_surface: Numbers
    spaces: dict[str, Space]
    surface_floor: tuple[tuple[str, float], ...]
    index: dict[str, int]
    _shares: dict[str, tuple[Indices, Floats]] = field(default_factory=dict)

    def share(self, space: str) -> tuple[Indices, Floats]:
        """Edges on level ground that lead through a space, and the share of each that lies in it."""
        if space not in self._shares:
            self._shares[space] = self._share(self.spaces[space])
        return self._shares[space]

    def _share(self, space: Space) -> tuple[Indices, Floats]:
        here = [i for i, (level, _) in enumerate(self.surface_floor) if level == space.level]
        rows = np.flatnonzero(np.isin(self.edge_surface, here) & (self.edge_connector < 0))
        west, south, east, north = space.footprint.bounds
        ends = _ends(self.node_position, self.edge_from[rows], self.edge_to[rows])
        low, high = ends.min(axis=1), ends.max(axis=1)
        near = (low[:, 0] <= east) & (high[:, 0] >= west) & (low[:, 1] <= north) & (high[:, 1] >= south)
        rows, lines = rows[near], shapely.linestrings(ends[near])
        shapely.prepare(space.footprint)
        touches = shapely.intersects(space.footprint, lines)
        rows, lines = rows[touches], lines[touches]
        inside = shapely.length(shapely.intersection(lines, space.footprint))
        return rows, np.minimum(1.0, inside / np.maximum(shapely.length(lines), 1e-12))


_KEPT: "WeakKeyDictionary[Network, tuple[ref[Building], Features]]" = WeakKeyDictionary()
_LOCK = Lock()


def features(network: Network, building: Building) -> Features:
    """The columns of a network in a building; made once, and kept as long as the network is."""
    found = _KEPT.get(network)
    if found is None or found[0]() is not building:
        found = (ref(building), _made(network, building))
        with _LOCK:
            _KEPT[network] = found
    return found[1]


def _made(network: Network, building: Building) -> Features:
    spaces = {space.id: space for space in building.spaces}
    openings = {opening.id: opening for opening in building.openings}
    connectors = {connector.id: connector for connector in building.connectors}
    doors = [openings.get(name) for name in network.elements]
    counts = np.diff(network.edge_element_start)
    pair_edge = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    pair_element = network.edge_element
    level = np.isin(network.edge_mode, [MODES.index(mode) for mode in WALKED])
    connector = np.full(len(counts), -1, np.int32)
    own = ~level & (counts > 0)
    connector[own] = pair_element[network.edge_element_start[:-1][own]]
    ends = _ends(network.node_position, network.edge_from, network.edge_to)
    cross_edge, cross_element, across = _crossed(network, ends, _boxes(doors))
    return Features(
        elements=network.elements,
        rows={
            mode: np.flatnonzero(network.edge_mode == number) for number, mode in enumerate(MODES) if mode not in WALKED
        },
        pair_edge=pair_edge,
        pair_element=pair_element,
        cross_edge=cross_edge.astype(np.int32),
        cross_element=cross_element.astype(np.int32),
        edge_connector=connector,
        edge_slope=_slopes(network),
        node_position=network.node_position,
        edge_from=network.edge_from,
        edge_to=network.edge_to,
        edge_surface=network.node_surface[network.edge_from],
        spaces=spaces,
        surface_floor=tuple((surface.level, surface.floor_m) for surface in network.surfaces),
        index={name: number for number, name in enumerate(network.elements)},
        run_up=network.element_run_up_m,
        width=_widths(doors, across),
        **_of_openings(doors, spaces),
        **_of_connectors([connectors.get(name) for name in network.elements]),
    )


def _ends(position: Floats, edge_from: Numbers, edge_to: Numbers) -> Floats:
    """Plan positions of both ends of edges, (K, 2, 2)."""
    found: Floats = position[np.column_stack([edge_from, edge_to]), :2]
    return found


def _joined(opening: Opening, spaces: dict[str, Space]) -> list[Space]:
    return [spaces[name] for name in opening.spaces if name in spaces]


def _of_openings(doors: Sequence[Opening | None], spaces: dict[str, Space]) -> dict[str, Any]:
    def which(*categories: OpeningCategory) -> Mask:
        return np.array([o is not None and o.category in categories for o in doors], np.bool_)

    kind = [None if o is None else o.kind for o in doors]
    paid = [[s.access is Access.PAID for s in _joined(o, spaces)] if o else [] for o in doors]
    border = [
        len(set(sides)) == 2 or (len(sides) == 1 and sides[0] and o is not None and o.category is OpeningCategory.GATE)
        for o, sides in zip(doors, paid, strict=True)
    ]
    return {
        "door": which(OpeningCategory.DOOR, OpeningCategory.ENTRANCE),
        "gate": which(OpeningCategory.GATE),
        "screen": which(OpeningCategory.SCREEN_DOOR),
        "virtual": which(OpeningCategory.VIRTUAL),
        "paid_border": np.array(border, np.bool_),
        "open_frame": _states([None if k is None else k is DoorKind.OPEN for k in kind]),
        "revolving": _states([None if k is None else k is DoorKind.REVOLVING for k in kind]),
        "automatic": _states([None if o is None else o.automatic for o in doors]),
        "intercom": _states([None if o is None else o.intercom for o in doors]),
        "threshold": _floats([None if o is None else o.threshold_m for o in doors]),
        "gap": _floats([None if o is None else o.gap_m for o in doors]),
        "gap_step": _floats([None if o is None else o.gap_step_m for o in doors]),
    }


def _of_connectors(ways: Sequence[Connector | None]) -> dict[str, Any]:
    lift = [c is not None and c.category is ConnectorCategory.LIFT for c in ways]
    return {
        "accessible": _states([None if c is None else c.accessible for c in ways]),
        "needs_staff": _states([None if c is None else c.needs_staff for c in ways]),
        "known_direction": _states([None if c is None or c.direction is Direction.BOTH else True for c in ways]),
        "car_width": _floats([None if c is None else c.car_width_m for c in ways]),
        "car_depth": _floats([None if c is None else c.car_depth_m for c in ways]),
        "car_door": _floats([c.clear_width_m if c and own else None for c, own in zip(ways, lift, strict=True)]),
        "slope": _floats([None if c is None else c.max_slope for c in ways]),
        "speed": _floats([None if c is None else c.speed_mps for c in ways]),
        "whole": _floats([0.0 if c is None else shaft_m(c) for c in ways]),
    }


def shaft_m(connector: Connector) -> float:
    """Metres a car travels from the lowest to the highest stop."""
    stops = np.array([stop.position for stop in connector.stops], np.float64).reshape(-1, 3)
    return float(np.linalg.norm(np.diff(stops, axis=0), axis=1).sum())


def _states(values: Sequence[bool | None]) -> States:
    return np.array([UNKNOWN if value is None else int(value) for value in values], np.int8)


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _widths(doors: Sequence[Opening | None], across: Floats) -> Floats:
    """Clear width of every opening: as declared, else of its footprint across the way; infinite for connectors."""
    said = _floats([np.inf if o is None else o.clear_width_m for o in doors])
    return np.where(np.isnan(said), across, said)


def _boxes(doors: Sequence[Opening | None]) -> tuple[Floats, Floats, Floats]:
    """Centre (E, 2), unit axes (E, 2, 2), shorter first, and half extents (E, 2) of the footprints; NaN for connectors."""
    centre, axes, halves = np.full((len(doors), 2), np.nan), np.zeros((len(doors), 2, 2)), np.zeros((len(doors), 2))
    which = np.array([i for i, o in enumerate(doors) if o is not None], np.intp)
    if not len(which):
        return centre, axes, halves
    rings, owner = shapely.get_coordinates(
        shapely.oriented_envelope(np.array([doors[i].footprint for i in which], dtype=object)),
        return_index=True,
    )
    whole = np.bincount(owner, minlength=len(which)) == 5
    corners = rings[whole[owner]].reshape(-1, 5, 2)
    sides = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]], axis=1)
    lengths = np.linalg.norm(sides, axis=2)
    order = np.argsort(lengths, axis=1, kind="stable")
    lengths = np.take_along_axis(lengths, order, axis=1)
    sides = np.take_along_axis(sides, order[:, :, None], axis=1)
    rows = which[whole]
    centre[rows] = corners[:, :4].mean(axis=1)
    axes[rows], halves[rows] = sides / np.maximum(lengths, 1e-12)[:, :, None], lengths / 2
    return centre, axes, halves


def _crossed(network: Network, ends: Floats, boxes: tuple[Floats, Floats, Floats]) -> tuple[Indices, Indices, Floats]:
    """Edges and the openings they go through, and how wide the openings are across the way.

    The network says which edges meet which thresholds; of the two ways through a footprint the one is meant that they
    all take. The threshold itself counts as the far side, so that of two edges that meet on it one goes through.
    """
    centre, axes, halves = boxes
    edge = np.repeat(np.arange(len(ends), dtype=np.intp), np.diff(network.edge_crossing_start))
    element = network.edge_crossing.astype(np.intp)
    offset = ends[edge] - centre[element][:, None, :]
    along = np.einsum("cij,ckj->cki", offset, axes[element])  # pair, axis, end
    along[np.abs(along) < _ON_M] = 0.0
    meets, passes = np.zeros((2, len(element), 2), np.bool_)
    for axis in (0, 1):
        near, far = along[:, axis, 0], along[:, axis, 1]
        side, other = along[:, 1 - axis, 0], along[:, 1 - axis, 1]
        share = near / np.where(near == far, 1.0, near - far)
        between = np.abs(side + share * (other - side)) <= halves[element, 1 - axis] + _BEYOND_M
        meets[:, axis] = (near * far <= 0) & between
        passes[:, axis] = ((near < 0) != (far < 0)) & between
    count = np.stack([np.bincount(element, meets[:, axis], len(centre)) for axis in (0, 1)], axis=1)
    best = np.where(count[:, 1] > count[:, 0], 1, 0)
    kept = np.take_along_axis(passes, best[element][:, None], axis=1)[:, 0]
    across = 2 * np.take_along_axis(halves, 1 - best[:, None], axis=1)[:, 0]
    return edge[kept], element[kept], across


def _slopes(network: Network) -> Floats:
    """Steepest part of every ramp, from its modelled way; landings on it do not make it gentler."""
    slope = np.zeros(len(network.edge_from))
    for row in np.flatnonzero(network.edge_mode == MODES.index(Mode.RAMP)):
        inner = network.path[network.path_start[row] : network.path_start[row + 1]]
        nodes = network.node_position[[network.edge_from[row], network.edge_to[row]]]
        steps = np.diff(np.vstack([nodes[:1], inner, nodes[1:]]), axis=0)
        flat = np.hypot(steps[:, 0], steps[:, 1])
        real = flat > _BEYOND_M
        if real.any():
            slope[row] = float(np.max(np.abs(steps[real, 2]) / flat[real]))
    return slope
