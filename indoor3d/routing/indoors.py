"""Ways without steps that stay inside, over a graph cut at its exits."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import shapely

from indoor3d.models.building import Space
from indoor3d.models.network import MODES, Surface
from indoor3d.models.vocabulary import Mode, SpaceCategory
from indoor3d.routing.path import Arcs, Tree, tree
from indoor3d.routing.walkable import SAME_FLOOR_M

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFree:
    """A way without steps.

    Parameters
    ----------
    length_m, duration_s : float
    lifts : tuple of str
        Ids of the lifts taken, in order.
    """

    length_m: float
    duration_s: float
    lifts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indoors:
    """The graph without ways that lead on from outside.

    Parameters
    ----------
    arcs : Arcs
        Of the profile, less those that begin outside and those through two exits at once.
    exit_node : dict
        Node of every exit by id.
    """

    graph: "NavGraph"
    conditions: "Conditions"
    arcs: Arcs
    exit_node: dict[str, int]

    def reached(self, first: "Spot") -> Tree:
        """Quickest ways from a spot to every node."""
        link = self.graph.link(first, self.conditions)
        return tree(self.arcs, link.nodes, link.cost)

    def to_exit(self, reached: Tree, first: "Spot", ident: str) -> StepFree | None:
        """The way that a tree has to an exit."""
        node = self.exit_node.get(ident, -1)
        seconds = float(reached.cost[node]) if node >= 0 else float("inf")
        return (
            way_to(self.graph, reached, first, (seconds, 0.0, node), self.conditions) if np.isfinite(seconds) else None
        )


def indoors(graph: "NavGraph", conditions: "Conditions") -> Indoors:
    """Cut a graph where it leads on from outside."""
    network, building = graph.network, graph.building
    exit_node = dict(zip(network.exit_id, network.exit_node.tolist(), strict=True))
    outside = np.zeros(len(network.node_position), np.bool_)
    outside[[exit_node[one.id] for one in building.exits if one.id in exit_node]] = True
    for space in building.spaces:
        if space.category is SpaceCategory.OUTDOOR and space.walkable:
            here = [i for i, s in enumerate(network.surfaces) if is_floor_of(s, space)]
            nodes = np.flatnonzero(np.isin(network.node_surface, here))
            x, y, _ = network.node_position[nodes].T
            outside[nodes] |= shapely.intersects_xy(space.footprint, x, y)
    doors = {one.opening for one in building.exits}
    passed = np.array([name in doors for name in network.elements], np.int64)
    sums = np.concatenate([[0], np.cumsum(passed[network.edge_element])])
    across = sums[network.edge_element_start[1:]] - sums[network.edge_element_start[:-1]] > 1
    all_arcs = graph.arcs(conditions)
    rows = all_arcs.rows
    weight = np.where(outside[rows.tail] | across[rows.label >> 1], np.inf, all_arcs.weight)
    kept = all_arcs.raised(weight)
    return Indoors(graph=graph, conditions=conditions, arcs=kept, exit_node=exit_node)


def is_floor_of(surface: Surface, space: Space) -> bool:
    """Whether a surface is the floor of a space, or was made of spaces as high as it."""
    return surface.level == space.level and abs(surface.floor_m - space.floor_m) <= 2 * SAME_FLOOR_M


def way_to(
    graph: "NavGraph", reached: Tree, first: "Spot", ending: tuple[float, float, int], conditions: "Conditions"
) -> StepFree:
    """What a tree says about one of its ends: cost in all, metres of the last straight way, node it starts at."""
    _, metres, node = ending
    network, lifts, seconds = graph.network, [], 0.0
    if node >= 0:
        enters = network.node_position[reached.source(node), :2]
        metres += float(np.hypot(*(enters - (first.x_m, first.y_m))))
        seconds = metres / conditions.profile.level_mps + float(
            graph.weights.seconds(conditions)[reached.path(node)].sum()
        )
        edges = [label // 2 for label in reached.labels(node)]
        metres += float(network.edge_length_m[edges].sum())
        lifts = [name for edge in edges if MODES[network.edge_mode[edge]] is Mode.LIFT for name in _names(graph, edge)]
    else:
        seconds = metres / conditions.profile.level_mps
    return StepFree(length_m=metres, duration_s=seconds, lifts=tuple(name for name, _ in groupby(lifts)))


def _names(graph: "NavGraph", edge: int) -> list[str]:
    network = graph.network
    low, high = network.edge_element_start[edge : edge + 2]
    return [network.elements[i] for i in network.edge_element[low:high]]
