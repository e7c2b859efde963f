"""Edges across one surface: its roadmap, and the places that are put into it."""

from collections.abc import Collection
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.vocabulary import Mode
from indoor3d.routing._closures import Closures, closures
from indoor3d.routing._columns import Columns, Link
from indoor3d.routing._widths import Gaps
from indoor3d.routing.visibility import FreeSpace
from indoor3d.routing.walkable import Walkable

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Ways:
    """Answers, for straight ways on one surface, what they need open and how wide they are."""

    def __init__(self, surface: Walkable) -> None:
        self.surface = surface
        self._thresholds = np.array([p.threshold for p in surface.passages], dtype=object)
        self._widths = np.array([p.width_m for p in surface.passages])
        self._centres = np.array([p.centre for p in surface.passages]).reshape(-1, 2)

    @cached_property
    def closures(self) -> Closures:
        """What every passage of the surface opens."""
        return closures(self.surface)

    @cached_property
    def _gaps(self) -> Gaps:
        return Gaps(self.surface.ground)

    def needs(self, lines: NDArray[np.object_]) -> list[list[tuple[int, ...]]]:
        """What each way needs: alternatives, each a tuple of passages that must all be open, in order along it."""
        needed: list[list[int]] = [[] for _ in lines]
        for line, which in zip(*(a.tolist() for a in self.closures.needs(lines)), strict=True):
            needed[line].append(which)
        ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
        for line, group in enumerate(needed):
            if len(group) > 1:
                along = (self._centres[group] - ends[line, 0]) @ (ends[line, 1] - ends[line, 0])
                needed[line] = [group[i] for i in np.lexsort((group, along))]
        options = [[tuple(group)] for group in needed]
        for line, members in self.closures.shared(lines):
            options[line] = _either(options[line], members)
        return options

    def blocked(self, lines: NDArray[np.object_], shut: Collection[str]) -> NDArray[np.bool_]:
        """(K,) bool: ways that cannot be gone while some openings are shut."""
        blocked = np.zeros(len(lines), np.bool_)
        closed = {i for i, p in enumerate(self.surface.passages) if p.id in shut}
        if closed:
            for line, option in enumerate(self.needs(lines)):
                blocked[line] = all(closed & set(group) for group in option)
        return blocked

    def widths(self, lines: NDArray[np.object_]) -> Floats:
        """(K,) float64: clear width of each way, infinite where nothing limits it."""
        width = self._gaps.narrowest(lines)
        if len(self._thresholds) and len(lines):
            line, which = shapely.STRtree(self._thresholds).query(lines, predicate="intersects")
            np.minimum.at(width, line, self._widths[which])
        return width

    def crossed(self, lines: NDArray[np.object_]) -> list[list[str]]:
        """Ids of the openings whose thresholds each way crosses, in order along it."""
        found: list[list[tuple[float, str]]] = [[] for _ in lines]
        if len(self._thresholds) and len(lines):
            ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
            for line, which in shapely.STRtree(self._thresholds).query(lines, predicate="intersects").T.tolist():
                way = ends[line, 1] - ends[line, 0]
                along = float((self._centres[which] - ends[line, 0]) @ way)
                found[line].append((along, self.surface.passages[which].id))
        return [[ident for _, ident in sorted(group)] for group in found]


def _either(options: list[tuple[int, ...]], members: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Require one of two passages; of more, require all: never open more than is certain.

    An alternative that already needs one of them stays as it is.
    """
    found: list[tuple[int, ...]] = []
    for group in options:
        if set(group) & set(members):
            found.append(group)
        elif len(members) == 2:
            found += [(*group, one) for one in members]
        else:
            found.append((*group, *members))
    return list(dict.fromkeys(found))


def add_surface(
    columns: Columns, index: int, ways: Ways, *, places: Floats, elements: dict[str, int]
) -> NDArray[np.int32]:
    """Add the roadmap of one surface and the places that belong into it.

    Parameters
    ----------
    columns : Columns
        What is added to.
    index : int
        Index of the surface.
    ways : Ways
    places : (K, 2) float64
        Places in the free space to join to it.
    elements : dict
        Index of every element by id.

    Returns
    -------
    (K,) int32
        Nodes of the places.
    """
    surface = ways.surface
    space = FreeSpace(surface.free)
    corner_nodes = columns.add_nodes(_at_floor(space.corners, surface.floor_m), index)
    conditional = ways.closures.corners
    extra = np.vstack([conditional[:, :2], places])
    extra_nodes = columns.add_nodes(_at_floor(extra, surface.floor_m), index)
    pairs = [space.taut_edges().astype(np.intp) + corner_nodes]
    for number, point in enumerate(extra):
        seen = space.visible_corners(point).astype(np.intp)
        if number < len(conditional):
            seen = seen[_tangent(conditional[number], space.corners[seen])]
        pairs.append(np.column_stack([np.full(len(seen), extra_nodes + number), seen + corner_nodes]))
    one, other = np.triu_indices(len(extra), 1)
    sees = space.sees_many(extra[one], extra[other]) if len(one) else np.empty(0, np.bool_)
    pairs.append(np.column_stack([one[sees], other[sees]]) + extra_nodes)
    everything = np.vstack([space.corners, extra])
    _add_ways(columns, np.vstack(pairs), ways, at=everything, offset=corner_nodes, elements=elements)
    return np.arange(extra_nodes + len(conditional), extra_nodes + len(extra), dtype=np.int32)


def _tangent(corner: Floats, others: Floats) -> NDArray[np.bool_]:
    """Whether ways from ``others`` to a conditional corner are tangent there: a shortest way bends around it."""
    at, before, after = corner[:2], corner[2:4], corner[4:]
    way = at - others
    one, two = ((way[:, 0] * side[1] - way[:, 1] * side[0]) for side in (before - at, after - at))
    kept: NDArray[np.bool_] = one * two >= -1e-9
    return kept


def _add_ways(
    columns: Columns, pairs: Indices, ways: Ways, *, at: Floats, offset: int, elements: dict[str, int]
) -> None:
    if not len(pairs):
        return
    pairs = np.sort(pairs, axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    ends = np.stack([at[pairs[:, 0] - offset], at[pairs[:, 1] - offset]], axis=1)
    lines = shapely.linestrings(ends)
    lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T).tolist()
    widths, options = ways.widths(lines).tolist(), ways.needs(lines)
    index = [elements[p.id] for p in ways.surface.passages]
    for (source, target), length, width, option in zip(pairs.tolist(), lengths, widths, options, strict=True):
        for needed in option:
            columns.links.append(
                Link(
                    source=source,
                    target=target,
                    mode=Mode.WALK,
                    length_m=length,
                    clear_width_m=width,
                    elements=tuple(index[p] for p in needed),
                )
            )


def _at_floor(points: Floats, floor_m: float) -> Floats:
    return np.column_stack([points, np.full(len(points), floor_m)])
