"""Places: somewhere in a building, from what people type or from longitude and latitude."""

import math
import re
from dataclasses import dataclass

import shapely

from indoor3d.errors import InvalidPosition, LevelMismatch, UnknownElement
from indoor3d.models.building import Building, Connector, Level, Opening, Space

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_XY = re.compile(rf"^\s*({_NUMBER})\s*,\s*({_NUMBER})\s*(?:,\s*(\S.*?)\s*)?$")
_DOOR = re.compile(r"^(\d{1,2})\s*-\s*(\d{1,2})\s*(?:승강장|번\s*승강장)?$")
_EXIT = re.compile(r"^(?:exit\s*)?(\d+(?:-\d+)?)\s*(?:번\s*출구)?$", re.IGNORECASE)

BELOW_M, ABOVE_M = 0.3, 2.5
"""A height belongs to a floor at most 0.3 m above it (noise) or 2.5 m below it (a device held, or a pick on a wall)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere in the site frame.

    Parameters
    ----------
    x_m, y_m : float
    z_m : float or None
    level : str or None
        Id of the level.
    element : str
        Id of the space, facility, connector, opening or exit that was meant, if one was.
    """

    x_m: float
    y_m: float
    z_m: float | None = None
    level: str | None = None
    element: str = ""


def find_place(building: Building, text: str) -> Place:
    """Understand what a person typed.

    Parameters
    ----------
    building : Building
    text : str
        An element's id; its exact name in any language; an exit's number (``5``, ``exit 5``, ``5번 출구``); the number
        of a platform door (``7-4``);
        ``x,y,level`` or ``x,y`` in site metres, the level by id, short name, name or ordinal.

    Raises
    ------
    UnknownElement
        Nothing has this id or name, or several things have.
    UnknownLevel
        There is no such level.
    InvalidPosition
        A coordinate is not finite.

    Examples
    --------
    >>> from tests.buildings import two_floors
    >>> find_place(two_floors(), "1번 출구").element
    'exit-1'
    """
    match = _XY.match(text)
    found = _by_id(building, text.strip()) or _by_name(building, text)
    if found is not None:
        return found
    if match:
        x, y = float(match[1]), float(match[2])
        if not (math.isfinite(x) and math.isfinite(y)):
            raise InvalidPosition("A coordinate is not a finite number.", ko="좌표가 유한한 수가 아닙니다.")
        return Place(x_m=x, y_m=y, level=building.level(match[3]).id if match[3] else None)
    raise UnknownElement(
        f"Venue {building.venue.id} has no element {text[:64]!r}.",
        ko=f"장소 {building.venue.id}에 {text[:64]!r} 요소가 없습니다.",
        element=text[:64],
    )


def place_at(
    building: Building, lon_deg: float, lat_deg: float, *, level: str | None = None, height_m: float | None = None
) -> Place:
    """Turn a position on Earth into a place.

    Parameters
    ----------
    building : Building
    lon_deg, lat_deg : float
        WGS 84, degrees.
    level : str, optional
        Id, short name, name or ordinal.
    height_m : float, optional
        Above the ellipsoid.

    Raises
    ------
    InvalidPosition
        Not a position on Earth, or too far from the site.
    UnknownLevel
    LevelMismatch
        No floor of the level is near the height.
    """
    if not (-180 <= lon_deg <= 180 and -90 <= lat_deg <= 90) or not math.isfinite(height_m or 0.0):
        raise InvalidPosition(
            f"No such place: longitude {lon_deg}, latitude {lat_deg}.",
            ko=f"경도 {lon_deg}, 위도 {lat_deg}인 곳은 없습니다.",
        )
    height = building.frame.height_m if height_m is None else height_m
    x, y, z = (float(v) for v in building.frame.from_lonlat([[lon_deg, lat_deg, height]])[0])
    found = None if level is None else building.level(level)
    if found is not None and height_m is not None and not _at_height(building, found, z):
        raise LevelMismatch(
            f"Height {height_m:.1f} m is not on level {found.short_name}.",
            ko=f"높이 {height_m:.1f} m는 {found.short_name} 층이 아닙니다.",
            level=found.id,
            height_m=height_m,
        )
    return Place(x_m=x, y_m=y, z_m=None if height_m is None else z, level=None if found is None else found.id)


def on_floor(floor_m: float, z_m: float) -> bool:
    """Whether a height belongs to a floor."""
    return floor_m - BELOW_M <= z_m <= floor_m + ABOVE_M


def _at_height(building: Building, level: Level, z_m: float) -> bool:
    floors = [s.floor_m for s in building.spaces if s.level == level.id] or [level.elevation_m]
    return any(on_floor(floor_m, z_m) for floor_m in floors)


def _by_id(building: Building, ident: str) -> Place | None:
    element = building.by_id.get(ident)
    if element is None:
        return None
    if isinstance(element, Space):
        return _in_space(element)
    if isinstance(element, Opening):
        centre = element.footprint.centroid
        return Place(x_m=centre.x, y_m=centre.y, z_m=element.floor_m, level=element.level, element=ident)
    if isinstance(element, Connector):
        stop = element.stops[0]
        x, y, z = stop.position
        return Place(x_m=x, y_m=y, z_m=z, level=stop.level, element=ident)
    x, y, z = element.position
    return Place(x_m=x, y_m=y, z_m=z, level=element.level, element=ident)


def _in_space(space: Space) -> Place:
    point = shapely.point_on_surface(space.footprint)
    return Place(x_m=point.x, y_m=point.y, z_m=space.floor_m, level=space.level, element=space.id)


def _by_name(building: Building, text: str) -> Place | None:
    """By name, or by the number of an exit; several of one name are refused, because any one may be the wrong one."""
    number = _EXIT.match(text.strip())
    ids = [one.id for one in building.exits if number and one.number == number[1]]
    ids = ids or sorted(ident for ident, name in building.names.items() if name.matches(text))
    door = _DOOR.match(text.strip())
    if door and not ids:
        wanted = f"{int(door[1])}-{int(door[2])}"
        ids = sorted(one.id for one in building.openings if one.number == wanted)
    doors = {
        one.opening for one in building.exits if one.id in ids
    }  # an exit and its door bear one name and are one place
    ids = [ident for ident in ids if ident not in doors]
    if len(ids) > 1:
        raise UnknownElement(
            f"{len(ids)} elements are named {text[:64]!r}; give an id.",
            ko=f"{text[:64]!r} 이름이 {len(ids)}개입니다. id를 주세요.",
            element=text[:64],
            candidates=ids[:20],
        )
    return _by_id(building, ids[0]) if ids else None
