"""The same graph for networkx: where users bring their own algorithms, and the oracle in our tests."""

from collections.abc import Collection

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from indoor3d.models.network import MODES, Network
from indoor3d.routing.cost import passes


def to_networkx(
    network: Network, *, shut: Collection[str] = (), keep: NDArray[np.int32] | None = None
) -> nx.MultiDiGraph:
    """Make a networkx graph: one directed edge for each way an edge can be gone.

    Parameters
    ----------
    network : Network
    shut : collection of str
        Ids of openings and connectors whose edges are left out.
    keep : (K,) int32, optional
        Only these ways: twice the edge, plus one when backwards.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are indices, with ``x``, ``y``, ``z`` (metres, site frame), ``level`` and, where one is outside,
        ``exits``. Edges are keyed by their index and carry ``length_m``, ``climb_m``, ``step_m``, ``clear_width_m``,
        ``mode`` and ``elements``.

    Examples
    --------
    >>> import networkx as nx
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> graph = build_navigation(two_floors()).to_networkx(profile="wheelchair")
    >>> nx.number_weakly_connected_components(graph) >= 1
    True
    """
    graph = nx.MultiDiGraph(radius_m=network.radius_m)
    for node, ((x, y, z), surface) in enumerate(
        zip(network.node_position.tolist(), network.node_surface.tolist(), strict=True)
    ):
        graph.add_node(node, x=x, y=y, z=z, level=network.surfaces[surface].level)
    for ident, node in zip(network.exit_id, network.exit_node.tolist(), strict=True):
        graph.nodes[node].setdefault("exits", []).append(ident)
    if keep is not None:
        for label in keep.tolist():
            _add(graph, network, label >> 1, backwards=bool(label & 1))
        return graph
    usable = ~passes(network, shut)
    for edge in np.flatnonzero(usable).tolist():
        for backwards in (False, True):
            if not (backwards and network.edge_oneway[edge]):
                _add(graph, network, edge, backwards=backwards)
    return graph


def _add(graph: nx.MultiDiGraph, network: Network, edge: int, *, backwards: bool) -> None:
    source, target = int(network.edge_from[edge]), int(network.edge_to[edge])
    low, high = network.edge_element_start[edge : edge + 2]
    elements = tuple(network.elements[i] for i in network.edge_element[low:high])
    climb = float(network.edge_climb_m[edge])
    members = {
        "length_m": float(network.edge_length_m[edge]),
        "climb_m": -climb if backwards else climb,
        "step_m": float(network.edge_step_m[edge]),
        "clear_width_m": float(network.edge_clear_width_m[edge]),
        "mode": str(MODES[network.edge_mode[edge]]),
        "elements": elements[::-1] if backwards else elements,
    }
    graph.add_edge(*((target, source) if backwards else (source, target)), key=edge, **members)
