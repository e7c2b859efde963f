"""Buildings that touch, as one: shared doors become doors inside, streets that meet become one street.

Two venues are joined where each has an exit into the other (``Exit.adjoins``) at the same place, and where outdoor spaces
of theirs touch at the same height. What comes out is an ordinary building, so routes and evacuation cross without
knowing that there were several.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.errors import InvalidInput
from indoor3d.models.building import (
    Building,
    Connector,
    Exit,
    Facility,
    Level,
    Obstacle,
    Opening,
    Position,
    Space,
    Stop,
    Text,
    Venue,
)
from indoor3d.models.frame import SiteFrame
from indoor3d.models.mesh import Mesh
from indoor3d.models.vocabulary import DoorKind, OpeningCategory, SpaceCategory

SHARED_DOOR_M = 0.5
"""Two exits into one another lie at most so far apart: two outer walls of 0.3 m stand between their middles at most."""
SAME_FLOOR_M = 0.05
"""Floors that meet, as the reader takes one storey's floors for one."""
_TOUCH_M = 0.05
_REACH_M = 0.15
_SHORTEST_M = 0.5
_HARDNESS = (DoorKind.OPEN, DoorKind.SLIDING, DoorKind.FOLDING, DoorKind.HINGED, DoorKind.REVOLVING)
"""From the door that is easiest to pass to the one that wheels cannot pass."""

_Part = TypeVar("_Part", Space, Opening, Connector, Exit, Facility, Obstacle)


def join(buildings: Sequence[Building], *, venue: Venue) -> Building:
    """Join buildings into one in the frame of the first.

    Parameters
    ----------
    buildings : sequence of Building
        Two or more, georeferenced in one CRS; their meshes are joined, too.
    venue : Venue
        What the whole is; its ``members`` and ``lines`` are filled in from the buildings.

    Returns
    -------
    Building
        Levels of one ordinal are one level. A pair of exits into one another is one opening and no exit any more.

    Raises
    ------
    InvalidInput
        There are fewer than two buildings, their CRS differ, an id occurs in two of them, or one touches no other.
    """
    if len(buildings) < 2 or len({b.frame.crs for b in buildings}) > 1:
        raise InvalidInput(
            "Joining needs two or more buildings in one coordinate reference system.",
            ko="합치려면 좌표계가 같은 건물이 둘 이상 필요합니다.",
        )
    levels, level_of = _levels(buildings)
    moved = [_moved(b, buildings[0].frame, names) for b, names in zip(buildings, level_of, strict=True)]
    _refuse_repeats(moved)
    doors, gone = _shared_doors(moved)
    streets = _streets(moved)
    _refuse_apart(moved, [*doors, *streets])
    return Building(
        venue=replace(
            venue,
            members=tuple(b.venue.id for b in buildings),
            lines=tuple(line for b in buildings for line in b.venue.lines),
            transfers=tuple(transfer for b in buildings for transfer in b.venue.transfers),
        ),
        frame=buildings[0].frame,
        levels=levels,
        spaces=_sorted(part for b in moved for part in b.spaces),
        openings=_sorted([*(part for b in moved for part in b.openings if part.id not in gone), *doors, *streets]),
        connectors=_sorted(part for b in moved for part in b.connectors),
        exits=_sorted(part for b in moved for part in b.exits if part.opening not in gone),
        facilities=_sorted(part for b in moved for part in b.facilities),
        refuges=tuple(sorted((part for b in moved for part in b.refuges), key=lambda part: part.id)),
        obstacles=_sorted(part for b in moved for part in b.obstacles),
        mesh=_meshes([b.mesh for b in moved]),
    )


def _sorted(parts: Iterator[_Part] | Sequence[_Part]) -> tuple[_Part, ...]:
    return tuple(sorted(parts, key=lambda part: part.id))


def _refuse_repeats(buildings: Sequence[Building]) -> None:
    for first, second in combinations(buildings, 2):
        twice = sorted(first.names.keys() & second.names.keys())
        if twice:
            raise InvalidInput(
                f"Venues {first.venue.id} and {second.venue.id} both have an element {twice[0]}.",
                ko=f"장소 {first.venue.id}, {second.venue.id}에 같은 요소 {twice[0]}가 있습니다.",
                element=twice[0],
            )


def _refuse_apart(buildings: Sequence[Building], joints: Sequence[Opening]) -> None:
    home = {space.id: b.venue.id for b in buildings for space in b.spaces}
    pairs = [{home[s] for s in joint.spaces} for joint in joints]
    reached = {buildings[0].venue.id}
    while more := {v for pair in pairs if pair & reached for v in pair} - reached:
        reached |= more
    apart = [b.venue.id for b in buildings if b.venue.id not in reached]
    if apart:
        raise InvalidInput(
            f"Venue {apart[0]} shares no door and no street with the others.",
            ko=f"장소 {apart[0]}는 다른 장소와 문도 거리도 함께 쓰지 않습니다.",
            venue=apart[0],
        )


def _levels(buildings: Sequence[Building]) -> tuple[tuple[Level, ...], list[Mapping[str, str]]]:
    """Levels of the whole, and the new id of every level of each building."""
    found: dict[int, Level] = {}
    names: list[Mapping[str, str]] = []
    rest: list[Level] = []
    for building in buildings:
        own: dict[str, str] = {}
        seen: set[int] = set()
        for level in building.levels:
            known = found.get(level.ordinal)
            if level.ordinal in seen:  # two levels of one ordinal in one building stay two
                rest.append(level)
            elif known is None:
                found[level.ordinal] = level
            else:
                same = known.name == level.name
                found[level.ordinal] = replace(
                    known,
                    elevation_m=min(known.elevation_m, level.elevation_m),
                    name=known.name if same else Text(default=known.short_name),
                )
            own[level.id] = level.id if level.ordinal in seen else found[level.ordinal].id
            seen.add(level.ordinal)
        names.append(own)
    levels = sorted((*found.values(), *rest), key=lambda v: (v.ordinal, v.elevation_m, v.id))
    return tuple(levels), names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """From the site metres of one frame to those of another in the same CRS."""

    source: SiteFrame
    target: SiteFrame

    def rows(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.source == self.target or not len(positions):
            return positions
        return self.target.from_projected(self.source.to_projected(positions))

    def position(self, at: Position) -> Position:
        x, y, z = self.rows(np.array([at]))[0].tolist()
        return (x, y, z)

    def height(self, z: float) -> float:
        return z + self.source.height_m - self.target.height_m if self.source != self.target else z

    def shape(self, shape: BaseGeometry) -> BaseGeometry:
        if self.source == self.target:
            return shape
        moved: BaseGeometry = shapely.transform(
            shape, lambda xy: self.rows(np.column_stack([xy, np.zeros(len(xy))]))[:, :2]
        )
        return moved


def _moved(building: Building, frame: SiteFrame, names: Mapping[str, str]) -> Building:
    """The building in another frame, its levels under new ids."""
    move = _Move(source=building.frame, target=frame)
    mesh = building.mesh
    return replace(
        building,
        frame=frame,
        spaces=tuple(
            replace(
                s,
                level=names[s.level],
                footprint=move.shape(s.footprint),
                floor_m=move.height(s.floor_m),
                ceiling_m=move.height(s.ceiling_m),
            )
            for s in building.spaces
        ),
        openings=tuple(_floored(o, move, names) for o in building.openings),
        obstacles=tuple(_floored(o, move, names) for o in building.obstacles),
        connectors=tuple(_moved_connector(c, move, names) for c in building.connectors),
        exits=tuple(replace(e, level=names[e.level], position=move.position(e.position)) for e in building.exits),
        facilities=tuple(
            replace(f, level=names[f.level], position=move.position(f.position)) for f in building.facilities
        ),
        mesh=replace(
            mesh,
            positions=move.rows(mesh.positions),
            features=tuple(replace(f, level=names.get(f.level, f.level)) for f in mesh.features),
        ),
    )


_Floored = TypeVar("_Floored", Opening, Obstacle)


def _floored(part: _Floored, move: _Move, names: Mapping[str, str]) -> _Floored:
    return replace(
        part, level=names[part.level], footprint=move.shape(part.footprint), floor_m=move.height(part.floor_m)
    )


def _moved_connector(connector: Connector, move: _Move, names: Mapping[str, str]) -> Connector:
    return replace(
        connector,
        stops=tuple(Stop(level=names[s.level], position=move.position(s.position)) for s in connector.stops),
        path=tuple(move.position(at) for at in connector.path),
        footprint=move.shape(connector.footprint),
    )


def _shared_doors(buildings: Sequence[Building]) -> tuple[list[Opening], set[str]]:
    """One opening for every pair of exits into one another, and the ids of the openings it takes the place of."""
    doors: list[Opening] = []
    gone: set[str] = set()
    for first, second in combinations(buildings, 2):
        for near, far in _pairs(first, second):
            one, other = (_opening(b, e) for b, e in ((first, near), (second, far)))
            if one is None or other is None or other.id in gone or one.id in gone:
                continue
            hull = shapely.union(one.footprint, other.footprint).convex_hull
            doors.append(
                replace(
                    one,
                    footprint=hull if isinstance(hull, Polygon) else one.footprint,
                    spaces=(*one.spaces[:1], *other.spaces[:1]),
                    category=OpeningCategory.PASSAGE,
                    exterior=False,
                    clear_width_m=_least(one.clear_width_m, other.clear_width_m),
                    clear_height_m=_least(one.clear_height_m, other.clear_height_m),
                    kind=_hardest(one.kind, other.kind),
                    automatic=_worst(one.automatic, other.automatic, bad=False),
                    threshold_m=_most(one.threshold_m, other.threshold_m),
                    intercom=_worst(one.intercom, other.intercom, bad=True),
                    hours=one.hours or other.hours,
                )
            )
            gone |= {one.id, other.id}
    return doors, gone


def _least(one: float | None, other: float | None) -> float | None:
    return min((v for v in (one, other) if v is not None), default=None)


def _most(one: float | None, other: float | None) -> float | None:
    return max((v for v in (one, other) if v is not None), default=None)


def _worst(*said: bool | None, bad: bool) -> bool | None:
    """``bad`` when one says so, else unknown when one says nothing."""
    return bad if bad in said else None if None in said else not bad


def _hardest(one: DoorKind | None, other: DoorKind | None) -> DoorKind | None:
    """Of two leaves one behind the other the one that is harder to pass; unknown when one is and the other is easy."""
    if DoorKind.REVOLVING in {one, other}:
        return DoorKind.REVOLVING
    if one is None or other is None:
        return None
    return max(one, other, key=_HARDNESS.index)


def _pairs(first: Building, second: Building) -> Iterator[tuple[Exit, Exit]]:
    """Exits of the first into the second with the nearest of the second's into the first."""
    for near in first.exits:
        if near.outside or near.adjoins != second.venue.id:
            continue
        others = [e for e in second.exits if not e.outside and e.adjoins == first.venue.id and e.level == near.level]
        apart = {e.id: float(np.hypot(*np.subtract(e.position[:2], near.position[:2]))) for e in others}
        best = min(others, key=lambda e: (apart[e.id], e.id), default=None)
        if (
            best is not None
            and apart[best.id] <= SHARED_DOOR_M
            and abs(best.position[2] - near.position[2]) <= SAME_FLOOR_M
        ):
            yield near, best


def _opening(building: Building, way_out: Exit) -> Opening | None:
    return next((o for o in building.openings if o.id == way_out.opening), None)


def _streets(buildings: Sequence[Building]) -> list[Opening]:
    """Open boundaries where outdoor spaces of two buildings touch."""
    found: list[Opening] = []
    outdoors = [[s for s in b.spaces if s.walkable and s.category is SpaceCategory.OUTDOOR] for b in buildings]
    for one, other in combinations(outdoors, 2):
        for near in one:
            for far in other:
                if near.level == far.level and abs(near.floor_m - far.floor_m) <= SAME_FLOOR_M:
                    found += _boundaries(near, far)
    return found


def _boundaries(near: Space, far: Space) -> Iterator[Opening]:
    edge = shapely.intersection(near.footprint.boundary, shapely.buffer(far.footprint, _TOUCH_M, quad_segs=1))
    lines = shapely.get_parts(
        shapely.line_merge(shapely.union_all([p for p in shapely.get_parts(edge) if p.length > 0]))
    )
    straight = [piece for line in lines for piece in _pieces(line) if piece.length >= _SHORTEST_M]
    for index, line in enumerate(straight):
        footprint = line.buffer(_REACH_M, cap_style="flat")
        if isinstance(footprint, Polygon):
            yield Opening(
                id=f"open-{near.id}-{far.id}-{index}",
                level=near.level,
                footprint=footprint,
                floor_m=min(near.floor_m, far.floor_m),
                spaces=(near.id, far.id),
                category=OpeningCategory.VIRTUAL,
                clear_width_m=round(float(line.length), 3),
                kind=DoorKind.OPEN,
            )


def _pieces(line: BaseGeometry) -> Iterator[LineString]:
    """The straight pieces of a line."""
    corners = shapely.get_coordinates(shapely.simplify(line, 0.001))
    for start, end in pairwise(corners):
        yield LineString([start, end])


def _meshes(meshes: Sequence[Mesh]) -> Mesh:
    vertices = np.cumsum([0, *(len(m.positions) for m in meshes[:-1])])
    features = np.cumsum([0, *(len(m.features) for m in meshes[:-1])])
    return Mesh(
        positions=np.concatenate([m.positions for m in meshes]),
        triangles=np.concatenate([m.triangles + np.uint32(v) for m, v in zip(meshes, vertices, strict=True)]).astype(
            np.uint32
        ),
        feature=np.concatenate([m.feature + np.uint32(f) for m, f in zip(meshes, features, strict=True)]).astype(
            np.uint32
        ),
        colour=np.concatenate([m.colour for m in meshes]),
        features=tuple(f for m in meshes for f in m.features),
    )
