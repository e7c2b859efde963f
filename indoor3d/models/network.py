"""The navigation network as columns: what is stored, sent and computed on.

:class:`Network` is a value. :class:`indoor3d.routing.graph.NavGraph` answers questions about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon

from indoor3d.models.vocabulary import Mode

MODES: tuple[Mode, ...] = tuple(Mode)
"""``edge_mode`` holds indices into this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """One floor people walk on: the free space of a level at one height.

    Parameters
    ----------
    level : str
        Id of the level.
    floor_m : float
        z, site frame.
    free : MultiPolygon, metres, site frame
        Where the centre of a body of the network's radius can be.
    ways : mapping of str to array
        What is known about straight ways on it, as the columns that routing makes of it and reads back; they are none of
        the surface's own, and empty where nobody has made them: then they follow from the building.
    """

    level: str
    floor_m: float
    free: MultiPolygon
    ways: Mapping[str, NDArray[Any]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Nodes and edges of one building for one body radius.

    Edges are undirected unless ``edge_oneway``; an edge of mode WALK is straight, the others follow ``path``.

    Parameters
    ----------
    radius_m : float
        Radius of the body that the free space was made for.
    surfaces : tuple of Surface
    elements : tuple of str
        Ids that edges refer to: openings and connectors, sorted.
    node_position : (N, 3) float64, metres, site frame
    node_surface : (N,) int32
        Index into ``surfaces``.
    edge_from, edge_to : (M,) int32
        Node indices.
    edge_mode : (M,) uint8
        Index into :data:`MODES`.
    edge_length_m : (M,) float64
        Length of the way walked, along the slope.
    edge_climb_m : (M,) float64
        Height gained from ``edge_from`` to ``edge_to``.
    edge_step_m : (M,) float64
        Highest single step on it: 0 on level ground and ramps, the riser on stairs.
    edge_clear_width_m : (M,) float64
        Narrowest width on it; infinite where nothing limits it.
    edge_oneway : (M,) bool
        Only from ``edge_from`` to ``edge_to``.
    edge_element_start : (M + 1,) int32
        ``edge_element[edge_element_start[i]:edge_element_start[i + 1]]`` are the elements edge i passes.
    edge_element : (K,) int32
        Indices into ``elements``.
    edge_crossing_start, edge_crossing : (M + 1,), (C,) int32
        The same for the openings whose thresholds an edge crosses, in order from ``edge_from`` to ``edge_to``: what somebody
        passes there, while ``edge_element`` is what has to be open.
    element_run_up_m : (E,) float64
        The shorter straight way up to an opening on its two sides, as far as 1.5 m; infinite for connectors.
    path_start : (M + 1,) int32
        The same for ``path``: inner vertices between the two nodes.
    path : (P, 3) float64, metres, site frame
    exit_id : tuple of str
    exit_node : (X,) int32
        The node where one is outside.
    """

    radius_m: float
    surfaces: tuple[Surface, ...]
    elements: tuple[str, ...]
    node_position: NDArray[np.float64]
    node_surface: NDArray[np.int32]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_mode: NDArray[np.uint8]
    edge_length_m: NDArray[np.float64]
    edge_climb_m: NDArray[np.float64]
    edge_step_m: NDArray[np.float64]
    edge_clear_width_m: NDArray[np.float64]
    edge_oneway: NDArray[np.bool_]
    edge_element_start: NDArray[np.int32]
    edge_element: NDArray[np.int32]
    edge_crossing_start: NDArray[np.int32]
    edge_crossing: NDArray[np.int32]
    element_run_up_m: NDArray[np.float64]
    path_start: NDArray[np.int32]
    path: NDArray[np.float64]
    exit_id: tuple[str, ...]
    exit_node: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Networks(Network):
    """The network of people on foot, and those of wider bodies.

    Parameters
    ----------
    wider : tuple of Network
        By radius; each has its own surfaces, nodes and edges.
    """

    wider: tuple[Network, ...] = ()

    @classmethod
    def of(cls, network: Network) -> "Networks":
        """The same, with no wider bodies where it has none."""
        if isinstance(network, cls):
            return network
        return cls(**{field.name: getattr(network, field.name) for field in fields(Network)})
