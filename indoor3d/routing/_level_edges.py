"""Edges across one surface: its roadmap, and the places that are put into it."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any, Self, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.routing._closures import Closures
from indoor3d.routing._columns import Columns, Links
from indoor3d.routing._ways_columns import Facts, facts_from, facts_of, to_columns
from indoor3d.routing.visibility import FreeSpace
from indoor3d.routing.walkable import Walkable

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Lines: TypeAlias = Floats | NDArray[np.object_]
"""Straight ways: x and y of both ends, (K, 4) metres, or LineStrings (K,)."""


def as_ends(lines: Lines) -> Floats:
    """(K, 4) float64, metres: x and y of both ends of straight ways."""
    if lines.dtype != object:
        return lines  # type: ignore[return-value]
    ends: Floats = shapely.get_coordinates(lines).reshape(-1, 4)
    return ends


class Ways:
    """Answers, for straight ways on one surface, what they need open and how wide they are.

    Parameters
    ----------
    surface : Walkable
    """

    def __init__(self, surface: Walkable) -> None:
        self._facts = facts_of(surface)
        self._find: Callable[[], Walkable] = lambda: surface

    @classmethod
    def from_columns(cls, columns: Mapping[str, NDArray[Any]], *, surface: Callable[[], Walkable]) -> Self:
        """Restore what `to_columns` gave.

        Parameters
        ----------
        columns : mapping
        surface : callable
            Gives the surface, for the few questions that need more of it than is stored; it takes long.
        """
        restored = cls.__new__(cls)
        restored._facts, restored._find = facts_from(columns), surface  # noqa: SLF001 - its own
        return restored

    def to_columns(self) -> dict[str, NDArray[Any]]:
        """Everything that questions need, as plain columns; see :mod:`indoor3d.routing._ways_columns`."""
        return to_columns(self._facts)

    @cached_property
    def surface(self) -> Walkable:
        """The surface itself."""
        return self._find()

    @property
    def openings(self) -> tuple[str, ...]:
        """Ids of the passages of the surface."""
        return self._facts.openings

    @property
    def spaces(self) -> tuple[str, ...]:
        """Ids of the spaces of the surface, sorted."""
        return self._facts.spaces

    @property
    def attachments(self) -> Mapping[tuple[str, int], tuple[float, float]]:
        """``(connector id, index of the stop)`` → (x, y) where the stop meets the surface."""
        return self._facts.attachments

    @property
    def closures(self) -> Closures:
        """What every passage of the surface opens."""
        return self._facts.closures

    @property
    def facts(self) -> Facts:
        """All of it as columns."""
        return self._facts

    def needed(self, lines: Lines) -> tuple[Indices, Indices]:
        """Pairs of a way and a passage it cannot do without, in order along the ways."""
        ends = as_ends(lines)
        line, which = self.closures.areas.met(ends)
        way, start = (ends[:, 2:] - ends[:, :2])[line], ends[line, :2]
        along = np.einsum("ij,ij->i", self._facts.centres[which] - start, way)
        order = np.lexsort((which, along, line))
        return line[order], which[order]

    def needs(self, lines: Lines) -> list[list[tuple[int, ...]]]:
        """What each way needs: alternatives, each a tuple of passages that must all be open, in order along it."""
        needed: list[list[int]] = [[] for _ in lines]
        for line, which in zip(*(a.tolist() for a in self.needed(lines)), strict=True):
            needed[line].append(which)
        options = [[tuple(group)] for group in needed]
        for line, members in self._shared(lines):
            options[line] = _either(options[line], members)
        return options

    def alternatives(self, lines: Lines, needed: tuple[Indices, Indices]) -> dict[int, list[tuple[int, ...]]]:
        """The alternatives of the few ways that have any, or need a group of passages; by row."""
        found: dict[int, list[tuple[int, ...]]] = {}
        for line, members in self._shared(lines):
            if line not in found:
                first, last = np.searchsorted(needed[0], [line, line + 1])
                found[line] = [tuple(needed[1][first:last].tolist())]
            found[line] = _either(found[line], members)
        return found

    def blocked(self, lines: Lines, shut: Collection[str]) -> NDArray[np.bool_]:
        """(K,) bool: ways that cannot be gone while some openings are shut."""
        closed = sorted(self._facts.row[name] for name in shut if name in self._facts.row)
        ends = as_ends(lines)
        blocked = self.closures.areas.any_met(closed, ends)
        joint = [row for row, (members, _) in enumerate(self.closures.joint) if not set(closed).isdisjoint(members)]
        doubtful = np.flatnonzero(~blocked & self.closures.joint_areas.any_met(joint, ends)) if joint else ()
        if len(doubtful):
            for line, option in zip(doubtful, self.needs(ends[doubtful]), strict=True):
                blocked[line] = all(not set(closed).isdisjoint(group) for group in option)
        return blocked

    def widths(self, lines: Lines, *, below: float = np.inf) -> Floats:
        """(K,) float64: clear width of each way, infinite where nothing limits it to less than ``below``."""
        ends, facts = as_ends(lines), self._facts
        gap = facts.gaps.least(facts.gap_width_m, ends, below=below)
        return np.minimum(gap, facts.thresholds.least(facts.width_m, ends, below=below))

    def crossed(self, lines: Lines) -> list[list[str]]:
        """Ids of the openings whose thresholds each way crosses, in order along it."""
        ends, facts = as_ends(lines), self._facts
        found: list[list[tuple[float, str]]] = [[] for _ in ends]
        for line, which in zip(*(a.tolist() for a in facts.thresholds.met(ends)), strict=True):
            along = float((facts.centres[which] - ends[line, :2]) @ (ends[line, 2:] - ends[line, :2]))
            found[line].append((along, facts.openings[which]))
        return [[ident for _, ident in sorted(group)] for group in found]

    def through(self, lines: Lines, value: Floats) -> Floats:
        """(K,) float64: the sum of a value of each passage over the thresholds that each way crosses."""
        ends = as_ends(lines)
        line, which = self._facts.thresholds.met(ends)
        found: Floats = np.bincount(line, value[which], len(ends)).astype(np.float64)
        return found

    def _shared(self, lines: Lines) -> list[tuple[int, tuple[int, ...]]]:
        """Ways that need one passage of a group: (way, members), pairs first."""
        joint = self.closures.joint
        met = self.closures.joint_areas.met(as_ends(lines)) if joint else ((), ())
        return [(int(line), joint[int(area)][0]) for line, area in zip(*met, strict=True)]


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
    surface, space = ways.surface, ways.surface.space
    corner_nodes = columns.add_nodes(_at_floor(space.corners, surface.floor_m), index)
    conditional = ways.closures.corners
    extra = np.vstack([conditional[:, :2], places])
    columns.add_nodes(_at_floor(extra, surface.floor_m), index)
    everything = np.vstack([space.corners, extra])
    pairs = np.vstack([space.taut_edges().astype(np.intp), _extra_pairs(space, extra, conditional)])
    _add_ways(columns, pairs, ways, at=everything, first=corner_nodes, elements=elements)
    nodes = np.arange(len(space.corners) + len(conditional), len(everything), dtype=np.int32)
    return nodes + np.int32(corner_nodes)


def _extra_pairs(space: FreeSpace, extra: Floats, conditional: Floats) -> Indices:
    """(M, 2): which extra places, numbered after all corners, see which corners and one another.

    Ways to a conditional corner are of use only where they are tangent to it.
    """
    if not len(extra):
        return np.empty((0, 2), np.intp)
    corners = len(space.corners)
    row, found = space.outlook(extra).visible(extra)
    kept = (found < corners) | (found - corners > row)
    one, other = row[kept], found[kept]
    at = np.vstack([space.corners, extra])
    good = np.ones(len(one), np.bool_)
    for end, far in ((one + corners, other), (other, one + corners)):
        mine = np.flatnonzero((end >= corners) & (end < corners + len(conditional)))
        good[mine] &= _tangent(conditional[end[mine] - corners], at[far[mine]])
    return np.column_stack([one + corners, other])[good]


def _tangent(corners: Floats, others: Floats) -> NDArray[np.bool_]:
    """Whether ways from ``others`` (K, 2) to conditional corners (K, 6) are tangent there: shortest ways bend around."""
    at = corners[:, :2]
    way, one, two = at - others, corners[:, 2:4] - at, corners[:, 4:] - at
    before, after = ((way[:, 0] * side[:, 1] - way[:, 1] * side[:, 0]) for side in (one, two))
    kept: NDArray[np.bool_] = before * after >= -1e-9
    return kept


def _add_ways(
    columns: Columns, pairs: Indices, ways: Ways, *, at: Floats, first: int, elements: dict[str, int]
) -> None:
    if not len(pairs):
        return
    pairs = np.sort(pairs, axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    ends = np.hstack([at[pairs[:, 0]], at[pairs[:, 1]]])
    line, which = needed = ways.needed(ends)
    special = ways.alternatives(ends, needed)
    number = np.bincount(line, minlength=len(ends))
    repeats = np.ones(len(ends), np.intp)
    for row, options in special.items():
        repeats[row] = len(options)
    rows = np.repeat(np.arange(len(ends)), repeats)
    edge = np.cumsum(repeats) - repeats  # the first edge of each way
    count = number[rows]
    for row, options in special.items():
        count[edge[row] : edge[row] + len(options)] = [len(option) for option in options]
    start = np.concatenate([[0], np.cumsum(count)])
    element = np.empty(start[-1], np.intp)
    plain = np.ones(len(ends), np.bool_)
    plain[list(special)] = False
    ordinary = plain[line]
    rank = np.arange(len(line)) - (np.cumsum(number) - number)[line]
    element[(start[edge[line]] + rank)[ordinary]] = which[ordinary]
    for row, options in special.items():
        element[start[edge[row]] : start[edge[row] + len(options)]] = [p for option in options for p in option]
    index = np.array([elements[name] for name in ways.openings], np.intp)
    columns.add_links(
        Links(
            source=pairs[rows, 0] + first,
            target=pairs[rows, 1] + first,
            length_m=np.hypot(*(ends[:, 2:] - ends[:, :2]).T)[rows],
            clear_width_m=ways.widths(ends)[rows],
            element_start=start,
            element=index[element] if len(index) else element,
        )
    )


def _at_floor(points: Floats, floor_m: float) -> Floats:
    return np.column_stack([points, np.full(len(points), floor_m)])
