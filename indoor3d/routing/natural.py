"""The path people are shown: as short as comfort allows, through the middle of doors, without kinks.

The exact shortest path brushes corners and door posts. Nobody walks like that, and a line that does looks wrong on a
map. A :class:`Naturaliser` keeps the exact path's way around everything and moves it to a comfortable distance where
there is room. Lengths and times stay those of the exact path.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.models.vocabulary import Mode, OpeningCategory
from indoor3d.routing._level_edges import Ways
from indoor3d.routing._rings import corners, is_reflex
from indoor3d.routing.kept import Shared
from indoor3d.routing.route import Leg, Route

if TYPE_CHECKING:
    from indoor3d.routing._floors import Floors
    from indoor3d.routing._natural_field_kernels import Field

Floats = NDArray[np.float64]

COMFORT_M = 0.46
"""Distance that people like to keep between their body and a wall: the 18 inches "suggested by most researchers" (abstract
of "Effective width of pedestrian corridors", J. Transp. Eng. 110(1), ASCE 1984; crowds come nearer, 0.14-0.22 m there)."""
LONGER = 0.03
"""How much longer than the exact path the shown one may be: the bar of our own specification."""
WIDEST_DOOR_M = 2.45
"""Up to this width an opening is passed in its middle, beyond it only at a comfortable distance from its sides: two
wings of 1.2 m, the widest door of the pilot venues. Decided."""
_GATES = frozenset(set(OpeningCategory) - {OpeningCategory.VIRTUAL})
_CELLS = 200_000
_CELL_M = 3.0


class Naturaliser:
    """Makes natural paths of exact ones, on the surfaces of one network.

    Parameters
    ----------
    floors : Floors
        Of the graph that made the routes. Each surface is prepared when it is first walked on.

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> graph = build_navigation(two_floors())
    >>> route = graph.route("hall", "office")
    >>> shown = Naturaliser(graph.floors).path(route)
    >>> bool((shown[0] == route.positions[0]).all() and (shown[-1] == route.positions[-1]).all())
    True
    """

    def __init__(self, floors: "Floors") -> None:
        self._floors = floors
        self._fields: dict[int, Field] = {}
        self._drawn = Shared()
        self._doors = {opening.id: opening.category for opening in floors.building.openings}
        self._surface = {
            (surface.level, round(surface.floor_m, 6)): index for index, surface in enumerate(floors.network.surfaces)
        }

    def path(self, route: Route) -> Floats:
        """Draw the path people are shown.

        Parameters
        ----------
        route : Route
            Of the same graph.

        Returns
        -------
        (N, 3) float64, metres, site frame
            From the start to the end of ``route.positions``. Where a piece cannot be made natural the exact one stays.
        """
        positions = np.concatenate([self.leg(leg) for leg in route.legs])
        moved = np.ones(len(positions), np.bool_)
        moved[1:] = (np.abs(positions[1:] - positions[:-1]) > 1e-9).any(axis=1)
        kept: Floats = positions[moved]
        return kept if len(kept) > 1 else np.vstack([kept, kept])

    def leg(self, leg: Leg) -> Floats:
        """Draw one leg; those on connectors stay as they are.

        Returns
        -------
        (N, 3) float64, metres, site frame
        """
        if leg.mode is not Mode.WALK:
            return leg.positions
        key = (leg.level_from, leg.level_to, leg.positions.tobytes())
        found: Floats | None = self._drawn.get(key)
        if found is None:
            found = self._draw(leg)
            found.setflags(write=False)
            self._drawn.keep(key, found, size=500 + found.nbytes + leg.positions.nbytes)
        return found

    def _draw(self, leg: Leg) -> Floats:
        parts, at = [], 0
        for start, end, surface in self._runs(leg):
            parts += [leg.positions[at:start], self._run(leg.positions, start, end, surface)]
            at = end + 1
        return np.vstack([*parts, leg.positions[at:]])

    def field(self, surface: int) -> "Field":
        """What the kernels know of a surface, prepared when first asked for."""
        if surface not in self._fields:
            self._fields[surface] = _field(self._floors.ways[surface], self._floors.free(surface).free, self._doors)
        return self._fields[surface]

    def _run(self, positions: Floats, start: int, end: int, surface: int) -> Floats:
        from indoor3d.routing._natural_kernels import natural  # noqa: PLC0415 - compiled code loads when first needed

        aims = np.zeros(4)
        if start > 0:
            aims[:2] = positions[start, :2] - positions[start - 1, :2]
        if end + 1 < len(positions):
            aims[2:] = positions[end + 1, :2] - positions[end, :2]
        way = np.ascontiguousarray(positions[start : end + 1, :2])
        found, _ = natural(self.field(surface), way, aims, 1 + LONGER)
        shown = np.column_stack([found, np.full(len(found), positions[start, 2])])
        shown[[0, -1]] = positions[[start, end]]
        return shown

    def _runs(self, leg: Leg) -> list[tuple[int, int, int]]:
        """Stretches of a leg in the free space of one surface: first vertex, last vertex, surface."""
        from indoor3d.routing._natural_field_kernels import contains  # noqa: PLC0415

        on = [
            self._surface.get((leg.level_from, z), self._surface.get((leg.level_to, z), -1))
            for z in np.round(leg.positions[:, 2], 6).tolist()
        ]
        found, start, last = [], 0, len(on) - 1
        for i in range(1, len(on) + 1):
            if i <= last and on[i] == on[start]:
                continue
            first, final = start, i - 1
            start = i
            if on[first] < 0:
                continue
            field, at = self.field(on[first]), leg.positions[:, :2]
            # The step from a landing on to the connector leaves the free space: at either end of a leg.
            if first == 0 and final > 0 and not contains(field, *((at[0] + at[1]) / 2)):
                first += 1
            if final == last and final > first and not contains(field, *((at[last] + at[last - 1]) / 2)):
                final -= 1
            if final > first:
                found.append((first, final, on[first]))
        return found


def _field(ways: Ways, free: BaseGeometry, doors: Mapping[str, OpeningCategory]) -> "Field":
    """Prepare a surface for the kernels."""
    from indoor3d.routing._natural_field_kernels import Field, rooms  # noqa: PLC0415

    rows = corners(free)
    walls = np.hstack([rows[:, :2], rows[:, 4:]])
    closures = ways.closures
    areas = [*closures.opened, *(area for _, area in closures.joint)]
    borders = [_sides(area) for area in areas]
    facts = ways.facts
    narrow = np.vstack([facts.gaps.ends, facts.threshold])
    lines = np.ascontiguousarray(np.vstack([walls, *borders, narrow]))
    tags = [np.full(len(walls), -1), *(np.full(len(b), i) for i, b in enumerate(borders))]
    tag = np.concatenate([*tags, len(areas) + np.arange(len(narrow))]).astype(np.int32)
    width = np.full(len(lines), np.inf)
    width[len(lines) - len(narrow) :] = np.concatenate([facts.gap_width_m, facts.width_m])
    opens = np.concatenate([np.ones(len(areas)), np.zeros(len(narrow))]).astype(np.uint8)
    origin, shape = _grid(walls)
    first, items = _cells(lines, origin, shape)
    bends = _bends(rows)
    corner_first, corner_items = _cells(np.hstack([bends[:, :2], bends[:, :2]]), origin, shape)
    field = Field(
        lines=lines,
        tag=tag,
        tag_opens=opens,
        width=width,
        origin=origin,
        shape=shape,
        first=first,
        items=items,
        corners=bends,
        corner_first=corner_first,
        corner_items=corner_items,
        gates=np.empty((0, 7)),
    )
    bends[:, 2] = np.minimum(COMFORT_M, _HALF * rooms(field, 2 * COMFORT_M))
    return field._replace(gates=_gates(field, ways, doors))


_HALF = 0.495
"""Two discs on either side of a gap leave a hundredth of it between them."""


def _sides(area: BaseGeometry) -> Floats:
    """(N, 4): the sides of every ring of an area."""
    rows = corners(area)
    return np.hstack([rows[:, :2], rows[:, 4:]])


def _bends(rows: Floats) -> Floats:
    """(K, 7): reflex corners, room for a radius, and the normals of the side after and the side before, into the free space."""
    rows = rows[is_reflex(rows)]
    sides = [rows[:, 4:] - rows[:, :2], rows[:, :2] - rows[:, 2:4]]
    normals = [
        np.column_stack([-side[:, 1], side[:, 0]]) / np.maximum(np.hypot(*side.T), 1e-12)[:, None] for side in sides
    ]
    return np.ascontiguousarray(np.hstack([rows[:, :2], np.zeros((len(rows), 1)), *normals]))


def _gates(field: "Field", ways: Ways, doors: Mapping[str, OpeningCategory]) -> Floats:
    """(G, 7): the passages of a surface, see :class:`Field`; half of what is free is measured to the walls."""
    from indoor3d.routing._natural_field_kernels import contains, first_hit  # noqa: PLC0415

    facts, rows = ways.facts, []
    columns = (ways.openings, facts.centres.tolist(), facts.axes.tolist(), facts.half_width_m.tolist())
    for name, (x, y), (east, north), half_width in zip(*columns, strict=True):
        across = (-north, east)
        half = 0.0
        if doors.get(name) in _GATES and 2 * half_width <= WIDEST_DOOR_M and contains(field, x, y):
            half = min(first_hit(field, x, y, sign * across[0], sign * across[1]) for sign in (1.0, -1.0))
        good = 0.02 < half <= half_width
        rows.append([x, y, *across, half, half_width + 0.01, float(good)])
    return np.array(rows).reshape(-1, 7)


def _grid(walls: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """Origin, side and size of a grid over walls, and the greatest radius."""
    low = np.minimum(walls[:, :2].min(axis=0), walls[:, 2:].min(axis=0)) - 1.0
    size = np.maximum(walls[:, :2].max(axis=0), walls[:, 2:].max(axis=0)) + 1.0 - low
    cell = max(_CELL_M, float(np.sqrt(size.prod() / _CELLS)))
    return np.array([*low, cell, COMFORT_M]), (np.floor(size / cell) + 1).astype(np.int32)


def _cells(lines: Floats, origin: Floats, shape: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For every cell of a grid the lines whose bounds meet it, as compressed rows."""
    low = np.floor((np.minimum(lines[:, :2], lines[:, 2:]) - 1e-6 - origin[:2]) / origin[2]).astype(np.intp)
    high = np.floor((np.maximum(lines[:, :2], lines[:, 2:]) + 1e-6 - origin[:2]) / origin[2]).astype(np.intp)
    low, high = np.clip(low, 0, shape - 1), np.clip(high, 0, shape - 1)
    spans = high - low + 1
    count = spans.prod(axis=1)
    line = np.repeat(np.arange(len(lines)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(within, spans[line, 0])
    cell = (low[line, 1] + row) * shape[0] + low[line, 0] + column
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], np.arange(int(shape.prod()) + 1))
    return first.astype(np.int32), line[order].astype(np.int32)
