"""What limits a crowd: the widths, risers and treads of openings and connectors, and how each is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Building, Connector, Opening, Space
from indoor3d.models.flow import BASES, Basis
from indoor3d.models.vocabulary import ConnectorCategory, OpeningCategory
from indoor3d.routing._connectors import USUAL_RISER_M
from indoor3d.routing._connectors import _width as _most_width
from indoor3d.routing._passage import Passage, passages

Floats = NDArray[np.float64]

USUAL_DOOR_M = 0.8
"""Clear width of a way out that the model draws no opening for: the least of Korean law (ACCESSIBILITY.md §2.1)."""
ESCALATOR_RISER_M, ESCALATOR_TREAD_M = 0.24, 0.38
"""Highest and shortest steps of an escalator whose steps nobody counted: the limits of EN 115-1 (general knowledge, not read)."""
TREAD_LIMIT_M = 0.33
"""Longest tread of the stairs that the hydraulic model's constants are for, 6.5 on 13 inch (SFPE Handbook, table 67.2,
as EVACUATION.md section 1 quotes it): where a run says more, there are landings in it, and deeper treads would count as quicker."""
TREAD_LEAST_M = 0.15
"""A run that says less was drawn too short, or its steps were counted wrongly (ours); it is taken as this, and as a default."""
_RECTANGULAR = 0.95
_BORDER_M = 0.1
_STEPPED = frozenset({ConnectorCategory.STAIRS, ConnectorCategory.ESCALATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Riser and tread, metres; 0 where there are none."""

    riser_m: float = 0.0
    tread_m: float = 0.0
    basis: Basis = Basis.SURVEYED


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """Clear width, metres."""

    width_m: float
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An opening that a crowd may pass: its shape, and the walkable spaces at its ends.

    ``border`` is the line that the two spaces share in it, where that is no straight threshold; else empty.
    """

    passage: Passage
    spaces: tuple[Space, ...]
    border: BaseGeometry

    @property
    def id(self) -> str:
        """Id of the opening."""
        return self.passage.id

    @property
    def drawn_m(self) -> float:
        """Its width as drawn."""
        return 2 * self.passage.half_width_m if self.border.is_empty else float(self.border.length)

    def lanes(self, most_m: float) -> list[tuple[Floats, Floats]]:
        """Places to pass it at, before it in the first space and in the second: several if it is wider than ``most_m``."""
        share = (np.arange(max(1, int(np.ceil(self.drawn_m / most_m)))) + 0.5) / max(1, np.ceil(self.drawn_m / most_m))
        if not self.border.is_empty:
            at = [_along(self.border, float(one)) for one in share]
            return [(one, one) for one in at]
        p = self.passage
        across = np.array([-p.axis[1], p.axis[0]])
        aside = [float(one - 0.5) * 2 * p.half_width_m * across for one in share]
        return [(p.at(-p.half_length_m) + lane, p.at(p.half_length_m) + lane) for lane in aside]


def _along(line: BaseGeometry, share: float) -> Floats:
    """The place that a share of a line, which may be in parts, lies before."""
    left = share * line.length
    parts = shapely.get_parts(line)
    for part in parts:
        if left <= part.length or part is parts[-1]:
            return np.array(shapely.get_coordinates(shapely.line_interpolate_point(part, min(left, part.length)))[0])
        left -= part.length
    return np.array(shapely.get_coordinates(line)[0])


def _border(p: Passage, spaces: Sequence[Space]) -> BaseGeometry:
    """The line that two spaces share in an opening whose outline is no rectangle."""
    outline = p.opening.footprint
    if len(spaces) < 2 or outline.area >= _RECTANGULAR * 4 * p.half_length_m * p.half_width_m:
        return LineString()
    one, other = spaces[0].footprint, spaces[1].footprint
    near = shapely.intersection(outline, shapely.buffer(other, _BORDER_M))
    line = shapely.line_merge(shapely.intersection(shapely.boundary(one), near))
    parts = [part for part in shapely.get_parts(line) if part.geom_type == "LineString" and part.length > _BORDER_M]
    return shapely.multilinestrings(parts) if parts else LineString()


def doors(building: Building, *, radius_m: float) -> list[Door]:
    """The openings that lead from one floor to another or out, by id; screen doors lead on to the track and are none."""
    spaces = {s.id: s for s in building.spaces if s.walkable}
    leaving = {e.opening for e in building.exits}
    tree = shapely.STRtree([s.footprint for s in spaces.values()])
    order = list(spaces.values())
    kept: list[Opening] = []
    sides: list[list[Space]] = []
    for opening in sorted(building.openings, key=lambda o: o.id):
        if opening.category is OpeningCategory.SCREEN_DOOR or opening.footprint.area <= 0:
            continue
        named = [spaces[name] for name in opening.spaces if name in spaces]
        if not opening.spaces:
            met = sorted(tree.query(opening.footprint, predicate="intersects").tolist(), key=lambda i: order[i].id)
            named = [
                order[i]
                for i in met
                if order[i].level == opening.level and abs(order[i].floor_m - opening.floor_m) <= 0.5
            ]
        if named and (len(named) > 1 or opening.id in leaving):
            kept.append(opening)
            sides.append(named[:2])
    found = passages(kept, sides, radius_m=radius_m) if kept else []
    return [Door(passage=p, spaces=tuple(s), border=_border(p, s)) for p, s in zip(found, sides, strict=True)]


def door_width(door: Door, found_m: float) -> Width:
    """As declared, else as drawn; never more than what the roadmap found on the way through (``found_m``)."""
    p = door.passage
    if p.opening.clear_width_m is not None:
        return Width(width_m=min(p.opening.clear_width_m, found_m), basis=Basis.SURVEYED)
    return Width(width_m=min(door.drawn_m, found_m), basis=Basis.DEFAULT)


def connector_steps(connector: Connector) -> Steps:
    """Riser and tread of stairs and escalators.

    The riser is the whole climb over the number of steps; the tread is the run of what slopes over the same number, at
    most :data:`TREAD_LIMIT_M`. Where nobody counted: the greatest riser of the law, and the tread that the run leaves.
    """
    if connector.category not in _STEPPED:
        return Steps()
    low, high = connector.stops[0].position, connector.stops[-1].position
    climb = abs(high[2] - low[2])
    if connector.category is ConnectorCategory.ESCALATOR and not connector.step_count:
        return Steps(riser_m=ESCALATOR_RISER_M, tread_m=ESCALATOR_TREAD_M, basis=Basis.DEFAULT)
    count = connector.step_count or max(1, int(np.ceil(climb / USUAL_RISER_M - 1e-9)))
    riser = climb / count if connector.step_count and climb > 0 else USUAL_RISER_M
    run = _run_m(connector) / count
    tread = float(np.clip(run, TREAD_LEAST_M, TREAD_LIMIT_M))
    counted = connector.step_count and run >= TREAD_LEAST_M
    return Steps(riser_m=riser, tread_m=tread, basis=Basis.SURVEYED if counted else Basis.DEFAULT)


def connector_width(connector: Connector) -> Width:
    """As declared, else the shorter side of what it covers, or what it covers over the length of its way in plan, if less.

    Flights beside one another cover twice their width: the way is then twice as long.
    """
    if connector.clear_width_m is not None:
        return Width(width_m=connector.clear_width_m, basis=Basis.SURVEYED)
    path = np.array(connector.path, np.float64).reshape(-1, 3)
    plan = float(np.hypot(*np.diff(path[:, :2], axis=0).T).sum()) if len(path) > 1 else 0.0
    most = _most_width(connector)
    width = min(most, connector.footprint.area / plan) if plan > 0 else most
    return Width(width_m=float(width), basis=Basis.DEFAULT)


def _run_m(connector: Connector) -> float:
    """Horizontal length of what slopes."""
    path = np.array(connector.path, np.float64).reshape(-1, 3)
    steps = np.diff(path, axis=0)
    sloping = np.abs(steps[:, 2]) > 1e-3
    return float(np.hypot(steps[:, 0], steps[:, 1])[sloping].sum())


def basis_index(bases: Sequence[Basis]) -> NDArray[np.uint8]:
    """(P,) uint8: indices into BASES."""
    return np.array([BASES.index(b) for b in bases], np.uint8)
