"""Columns of a network while it is being put together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Links:
    """Many level straight edges of mode WALK, both ways.

    Parameters
    ----------
    source, target : (M,) int
    length_m, clear_width_m : (M,) float64
    element_start : (M + 1,) int
        ``element[element_start[i]:element_start[i + 1]]`` are the elements edge i passes.
    element : (K,) int
    """

    source: Indices
    target: Indices
    length_m: Floats
    clear_width_m: Floats
    element_start: Indices
    element: Indices


@dataclass(slots=True)
class Columns:
    """Nodes and edges in the order they were added."""

    positions: list[Floats] = field(default_factory=list)
    surfaces: list[NDArray[np.int32]] = field(default_factory=list)
    nodes: int = 0
    links: list[Link] = field(default_factory=list)
    blocks: list[tuple[int, Links]] = field(default_factory=list)

    def add_nodes(self, positions: Floats, surface: int) -> int:
        """Add nodes (K, 3) of a surface; returns the index of the first."""
        first = self.nodes
        self.positions.append(positions)
        self.surfaces.append(np.full(len(positions), surface, np.int32))
        self.nodes += len(positions)
        return first

    def add_links(self, links: Links) -> None:
        """Add many edges at once, after the links there are."""
        self.blocks.append((len(self.links), links))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The columns of nodes and edges, by the names that the network gives them."""
        cuts = [0, *(before for before, _ in self.blocks), len(self.links)]
        parts = [_columns_of(self.links[cuts[0] : cuts[1]])]
        for number, (_, block) in enumerate(self.blocks):
            parts += [_level(block), _columns_of(self.links[cuts[number + 1] : cuts[number + 2]])]
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return {
            "node_position": np.vstack(self.positions) if self.positions else np.empty((0, 3)),
            "node_surface": np.concatenate(self.surfaces) if self.surfaces else np.empty(0, np.int32),
            **{
                _STARTS.get(name, name): _starts(column) if name in _STARTS else column
                for name, column in joined.items()
            },
        }


_STARTS = {"elements": "edge_element_start", "points": "path_start"}
"""Columns of numbers of things an edge has, and the columns of where these begin."""


def _columns_of(links: Sequence[Link]) -> dict[str, NDArray[np.generic]]:
    return {
        "edge_from": np.array([link.source for link in links], np.int32),
        "edge_to": np.array([link.target for link in links], np.int32),
        "edge_mode": np.array([MODES.index(link.mode) for link in links], np.uint8),
        "edge_length_m": np.array([link.length_m for link in links], np.float64),
        "edge_climb_m": np.array([link.climb_m for link in links], np.float64),
        "edge_step_m": np.array([link.step_m for link in links], np.float64),
        "edge_clear_width_m": np.array([link.clear_width_m for link in links], np.float64),
        "edge_oneway": np.array([link.oneway for link in links], np.bool_),
        "elements": np.array([len(link.elements) for link in links], np.int64),
        "edge_element": np.array([e for link in links for e in link.elements], np.int32),
        "points": np.array([len(link.path) for link in links], np.int64),
        "path": np.vstack([np.empty((0, 3)), *(link.path for link in links)]),
    }


def _level(links: Links) -> dict[str, NDArray[np.generic]]:
    count = len(links.source)
    return {
        "edge_from": links.source.astype(np.int32),
        "edge_to": links.target.astype(np.int32),
        "edge_mode": np.full(count, MODES.index(Mode.WALK), np.uint8),
        "edge_length_m": links.length_m,
        "edge_climb_m": np.zeros(count),
        "edge_step_m": np.zeros(count),
        "edge_clear_width_m": links.clear_width_m,
        "edge_oneway": np.zeros(count, np.bool_),
        "elements": np.diff(links.element_start),
        "edge_element": links.element.astype(np.int32),
        "points": np.zeros(count, np.int64),
        "path": np.empty((0, 3)),
    }


def _starts(numbers: NDArray[np.generic]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(numbers)]).astype(np.int32)
