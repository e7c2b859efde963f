"""What closing an id closes."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from indoor3d.errors import UnknownElement
from indoor3d.models.building import Space
from indoor3d.routing._shapes import offset

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

_ENTRY_M = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Closures as a question means them.

    Parameters
    ----------
    asked : tuple of str
        The ids as given, sorted.
    elements : frozenset of str
        Openings and connectors that cannot be passed.
    exits : frozenset of str
        Exits that cannot be used.
    """

    asked: tuple[str, ...] = ()
    elements: frozenset[str] = frozenset()
    exits: frozenset[str] = frozenset()

    def with_elements(self, elements: Collection[str]) -> "Closed":
        """The same with more elements that cannot be passed; their exits stay places."""
        return replace(self, elements=self.elements | frozenset(elements))


def expand(graph: "NavGraph", closed: Collection[str], *, beside: Collection[str] = ()) -> Closed:
    """Understand closed ids: an exit closes its opening, an opening its exits, a space every way into and out of it.

    Parameters
    ----------
    closed : collection of str
        What the question closes.
    beside : collection of str
        What is closed besides, and is not said again in the answer.

    Raises
    ------
    UnknownElement
        An id is not that of an opening, connector, exit or space.
    """
    asked = tuple(sorted({closed} if isinstance(closed, str) else set(closed)))
    if not asked and not beside:
        return Closed()
    building = graph.building
    exits = {e.id: e for e in building.exits}
    spaces = {s.id: s for s in building.spaces}
    passable = {o.id for o in building.openings} | {c.id for c in building.connectors}
    elements: set[str] = set()
    shut: set[str] = set()
    for ident in sorted({*asked, *beside}):
        if ident in passable:
            elements.add(ident)
        elif ident in exits:
            shut.add(ident)
            elements |= {exits[ident].opening} & passable
        elif ident in spaces:
            elements |= _ways_into(graph, spaces[ident])
            shut |= _exits_in(graph, spaces[ident])
        else:
            raise UnknownElement(
                f"Nothing that can be closed has the id {ident[:64]!r}.",
                ko=f"닫을 수 있는 요소 가운데 id가 {ident[:64]!r}인 것이 없습니다.",
                element=ident[:64],
            )
    shut |= {e.id for e in building.exits if e.opening in elements}
    return Closed(asked=asked, elements=frozenset(elements), exits=frozenset(shut))


def _ways_into(graph: "NavGraph", space: Space) -> set[str]:
    """Openings that name or touch a space, and connectors that end in it."""
    found = {o.id for o in graph.building.openings if space.id in o.spaces}
    for ways in graph.floors.ways:
        if space.id not in ways.spaces:
            continue
        for name, zone in zip(ways.openings, ways.facts.zones, strict=True):
            if shapely.area(shapely.intersection(zone, space.footprint)) > _ENTRY_M:
                found.add(name)
        near = offset(space.footprint, _ENTRY_M)
        found |= {ident for (ident, _), at in ways.attachments.items() if shapely.intersects_xy(near, *at)}
    return found


def _exits_in(graph: "NavGraph", space: Space) -> set[str]:
    """Exits that lie in the space itself."""
    network = graph.network
    found = set()
    for ident, node in zip(network.exit_id, network.exit_node.tolist(), strict=True):
        x, y, _ = network.node_position[node]
        same = network.surfaces[network.node_surface[node]].level == space.level
        if same and shapely.intersects_xy(space.footprint, x, y):
            found.add(ident)
    return found
