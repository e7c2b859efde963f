"""Columns of a network while it is being put together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One edge between two nodes; see :class:`~indoor3d.models.network.Network` for the members."""

    source: int
    target: int
    mode: Mode
    length_m: float
    climb_m: float = 0.0
    step_m: float = 0.0
    clear_width_m: float = np.inf
    oneway: bool = False
    elements: tuple[int, ...] = ()
    path: Floats = field(default_factory=lambda: np.empty((0, 3)))


@dataclass(slots=True)
class Columns:
    """Nodes and edges in the order they were added."""

    positions: list[Floats] = field(default_factory=list)
    surfaces: list[NDArray[np.int32]] = field(default_factory=list)
    nodes: int = 0
    links: list[Link] = field(default_factory=list)

    def add_nodes(self, positions: Floats, surface: int) -> int:
        """Add nodes (K, 3) of a surface; returns the index of the first."""
        first = self.nodes
        self.positions.append(positions)
        self.surfaces.append(np.full(len(positions), surface, np.int32))
        self.nodes += len(positions)
        return first

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The columns of nodes and edges, by the names that the network gives them."""
        links = self.links
        elements = [link.elements for link in links]
        paths = [link.path for link in links]
        return {
            "node_position": np.vstack(self.positions) if self.positions else np.empty((0, 3)),
            "node_surface": np.concatenate(self.surfaces) if self.surfaces else np.empty(0, np.int32),
            "edge_from": np.array([link.source for link in links], np.int32),
            "edge_to": np.array([link.target for link in links], np.int32),
            "edge_mode": np.array([MODES.index(link.mode) for link in links], np.uint8),
            "edge_length_m": np.array([link.length_m for link in links], np.float64),
            "edge_climb_m": np.array([link.climb_m for link in links], np.float64),
            "edge_step_m": np.array([link.step_m for link in links], np.float64),
            "edge_clear_width_m": np.array([link.clear_width_m for link in links], np.float64),
            "edge_oneway": np.array([link.oneway for link in links], np.bool_),
            "edge_element_start": _starts(elements),
            "edge_element": np.array([e for group in elements for e in group], np.int32),
            "path_start": _starts(paths),
            "path": np.vstack([np.empty((0, 3)), *paths]),
        }


def _starts(groups: Sequence[Sequence[int] | Floats]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int32)
