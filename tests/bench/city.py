"""A city of schematic stations, each another by its seed: what a store of hundreds of venues is measured on.

A station has a concourse with gates across it and a row of rooms along it, platforms below, and in two of three halls at
the street above; stairs, escalators and lifts, columns, benches, exits and things to find. Its network for people on foot has
about 500 nodes (300 seeds: 380 to 650).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from shapely import Polygon, box

from indoor3d.models.building import (
    Building,
    Connector,
    Exit,
    Facility,
    Level,
    Obstacle,
    Opening,
    Space,
    Stop,
    Text,
    Venue,
)
from indoor3d.models.frame import SiteFrame
from indoor3d.models.vocabulary import (
    Access,
    ConnectorCategory,
    Direction,
    FacilityCategory,
    OpeningCategory,
    SpaceCategory,
)

STATIONS = 300
_ACROSS = 20
_APART_DEG = 0.01
_FLOOR_M, _WALL_M, _RUN_M, _RISERS = 4.5, 0.2, 8.0, 28
_ROOMS = (
    (SpaceCategory.RESTROOM, "화장실", "Restroom"),
    (SpaceCategory.RESTROOM_ACCESSIBLE, "장애인 화장실", "Accessible restroom"),
    (SpaceCategory.OFFICE, "역무실", "Station office"),
    (SpaceCategory.SHOP, "편의점", "Shop"),
    (SpaceCategory.NURSING_ROOM, "수유실", "Nursing room"),
    (SpaceCategory.TECHNICAL, "기계실", "Technical room"),
)
_FOUND = (FacilityCategory.AED, FacilityCategory.TICKET_MACHINE, FacilityCategory.LOCKER, FacilityCategory.FIRE_HYDRANT)
_SYLLABLES = (
    "서울시청종로강남신도림구역동대문광장산천부인수원안양성중앙회현삼사오평촌정왕십리을지입충무길음미아암의공덕홍합당상"
)


@dataclass(kw_only=True)
class _Plan:
    """A station while it is drawn: along the x axis, to be turned at the end."""

    rng: np.random.Generator
    turn_rad: float
    spaces: list[Space] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    connectors: list[Connector] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    facilities: list[Facility] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)

    def place(self, x: float, y: float) -> tuple[float, float]:
        cos, sin = math.cos(self.turn_rad), math.sin(self.turn_rad)
        return round(x * cos - y * sin, 4), round(x * sin + y * cos, 4)

    def area(self, x0: float, y0: float, x1: float, y1: float) -> Polygon:
        return Polygon([self.place(x, y) for x, y in box(x0, y0, x1, y1).exterior.coords[:-1]])

    def any(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def space(self, ident: str, level: str, rect: tuple[float, float, float, float], name: Text, **more: Any) -> None:
        floor = _floor(level)
        self.spaces.append(
            Space(
                id=ident,
                level=level,
                footprint=self.area(*rect),
                floor_m=floor,
                ceiling_m=floor + 3,
                name=name,
                **more,
            )
        )

    def opening(self, ident: str, level: str, rect: tuple[float, float, float, float], *to: str, **more: Any) -> None:
        footprint, floor = self.area(*rect), _floor(level)
        self.openings.append(
            Opening(id=ident, level=level, footprint=footprint, floor_m=floor, spaces=to, exterior=len(to) == 1, **more)
        )

    def obstacle(self, level: str, rect: tuple[float, float, float, float]) -> None:
        ident = f"obstacle-{len(self.obstacles):03}"
        self.obstacles.append(Obstacle(id=ident, level=level, footprint=self.area(*rect), floor_m=_floor(level)))


def stations(count: int = STATIONS) -> Iterator[Building]:
    """Make some stations of the city; the same number makes the same station."""
    return map(station, range(count))


def station(seed: int) -> Building:
    """Make one station."""
    rng = np.random.default_rng(seed)
    plan = _Plan(rng=rng, turn_rad=float(rng.uniform(0, math.pi)))
    length, width = plan.any(84, 100), plan.any(14, 17)
    _concourse(plan, length, width)
    _rooms(plan, length, width)
    _platforms(plan, length, width)
    _ways_out(plan, length, width, street=seed % 3 != 0)
    name = "".join(rng.choice(list(_SYLLABLES), rng.integers(2, 4)))
    used = {space.level for space in plan.spaces}
    return Building(
        venue=Venue(
            id=f"station-{seed:03}",
            name=Text(default=f"{name}역", ko=f"{name}역", en=f"Station {seed}"),
            schematic=True,
        ),
        frame=SiteFrame.at(126.8 + _APART_DEG * (seed % _ACROSS), 37.45 + _APART_DEG * (seed // _ACROSS), 20.0),
        levels=tuple(level for level in _LEVELS if level.id in used),
        spaces=tuple(sorted(plan.spaces, key=lambda s: s.id)),
        openings=tuple(sorted(plan.openings, key=lambda o: o.id)),
        connectors=tuple(sorted(plan.connectors, key=lambda c: c.id)),
        exits=tuple(sorted(plan.exits, key=lambda e: e.id)),
        facilities=tuple(sorted(plan.facilities, key=lambda f: f.id)),
        obstacles=tuple(plan.obstacles),
    )


def _level(ident: str, ordinal: int, short: str) -> Level:
    return Level(
        id=ident,
        ordinal=ordinal,
        elevation_m=_FLOOR_M * ordinal,
        name=Text(default=short, ko=short, en=short),
        short_name=short,
    )


_LEVELS = (_level("b2", -2, "B2"), _level("b1", -1, "B1"), _level("g", 0, "1F"))


def _floor(level: str) -> float:
    return next(known.elevation_m for known in _LEVELS if known.id == level)


def _concourse(plan: _Plan, length: float, width: float) -> None:
    """Free ground at both ends, the paid area between, gates across; columns in two rows."""
    west, east = round(0.3 * length, 2), round(0.7 * length, 2)
    named = Text(default="대합실", ko="대합실", en="Concourse")
    kind = SpaceCategory.CONCOURSE
    plan.space("free-w", "b1", (0, 0, west - 0.1, width), named, category=kind)
    plan.space("paid", "b1", (west + 0.1, 0, east - 0.1, width), named, category=kind, access=Access.PAID)
    plan.space("free-e", "b1", (east + 0.1, 0, length, width), named, category=kind)
    for side, x in (("w", west), ("e", east)):
        for number in range(4):
            wide = 0.9 if number == 0 else 0.6
            y = 2.0 + 1.4 * number + plan.any(0, 0.2)
            plan.opening(
                f"gate-{side}-{number}",
                "b1",
                (x - 0.2, y, x + 0.2, y + wide),
                f"free-{side}",
                "paid",
                category=OpeningCategory.GATE,
                clear_width_m=wide,
            )
    for x in np.arange(5.0, length - 3, 5.5).tolist():
        for y in (0.3 * width, 0.7 * width):
            if min(abs(x - west), abs(x - east)) > 2:
                half = plan.any(0.3, 0.5)
                at = x + plan.any(-0.5, 0.5)
                plan.obstacle("b1", (at - half, y - half, at + half, y + half))
    for number, category in enumerate(_FOUND):
        x, y = plan.place(3.0 + 3 * number, 1.0)
        plan.facilities.append(
            Facility(id=f"found-{number}", category=category, level="b1", position=(x, y, _floor("b1")), space="free-w")
        )


def _rooms(plan: _Plan, length: float, width: float) -> None:
    """Rooms along the north side, each with a door to the part of the concourse before it."""
    x, number = 1.0, 0
    while x < length - 9:
        wide, deep = plan.any(5, 8), plan.any(4, 6)
        category, ko, en = _ROOMS[number % len(_ROOMS)]
        before = "free-w" if x + wide < 0.3 * length else "free-e" if x > 0.7 * length else "paid"
        if before != "paid" or (x > 0.3 * length + 0.5 and x + wide < 0.7 * length - 0.5):
            ident, low = f"room-{number:02}", width + _WALL_M
            plan.space(ident, "b1", (x, low, x + wide, low + deep), Text(default=ko, ko=ko, en=en), category=category)
            door = x + plan.any(0.5, wide - 1.6)
            plan.opening(
                f"door-{number:02}", "b1", (door, width - 0.1, door + plan.any(0.8, 1.1), low + 0.1), before, ident
            )
            plan.obstacle("b1", (x + 1.2, low + 2, x + wide - 1.4, low + 2.6))
            number += 1
        x += wide + _WALL_M


def _platforms(plan: _Plan, length: float, width: float) -> None:
    """Two platforms with columns and benches, each with stairs, an escalator and a lift up to the paid area."""
    middle, paid = length / 2, (0.3 * length + 1, 0.7 * length - 1)
    for number, (y0, y1) in enumerate(((0.0, 0.42 * width), (0.58 * width, width))):
        ident = f"platform-{number + 1}"
        name = Text(default=f"{number + 1}번 승강장", ko=f"{number + 1}번 승강장", en=f"Platform {number + 1}")
        more = {"category": SpaceCategory.PLATFORM, "access": Access.PAID}
        plan.space(ident, "b2", (2, y0, length - 2, y1), name, **more)
        low = y0 + 0.35 * (y1 - y0)
        _stairs(plan, f"stairs-{ident}", ("b2", "b1"), at=(paid[0] + plan.any(1, 3), low), wide=1.8)
        _stairs(plan, f"escalator-{ident}", ("b2", "b1"), at=(middle + plan.any(0, 2), low), wide=1.0, moving=True)
        _lift(plan, f"lift-{ident}", ("b2", "b1"), at=(paid[1] - 2.4, low))
        for x in np.arange(7.0, length - 6, 7.0).tolist():
            if not paid[0] - 1 < x < paid[1] + 1:
                plan.obstacle("b2", (x, low, x + plan.any(0.6, 1.0), low + 0.8))
                plan.obstacle("b2", (x + 4, y1 - 1.0, x + 4 + plan.any(1.2, 2.0), y1 - 0.5))


def _ways_out(plan: _Plan, length: float, width: float, *, street: bool) -> None:
    """Four numbered exits: from the concourse, or from halls at the street that stairs lead to, one of them with a lift."""
    for number, (end, y) in enumerate(((0, 0.25), (0, 0.75), (1, 0.25), (1, 0.75)), start=1):
        side, at = "we"[end], y * width
        sign, edge = (-1, 0.0) if end == 0 else (1, length)
        level, door = "b1", f"way-out-{number}"
        x = edge
        if street:
            level, hall = "g", f"hall-{number}"
            near = sorted((edge - sign * 14, edge))
            rect = (near[0], at - 2, near[1], at + 2)
            plan.space(
                hall, level, rect, Text(default=f"출입구 {number}", ko=f"출입구 {number}", en=f"Entrance {number}")
            )
            foot = edge - sign * 4.5 - (_RUN_M if sign > 0 else 0)
            _stairs(plan, f"stairs-{number}", ("b1", "g"), at=(foot, at - 0.8), wide=1.6)
            if number == 1:
                _lift(plan, "lift-street", ("b1", "g"), at=(0.8, at + 0.3))
        beyond = sorted((x - sign * 0.1, x + sign * 0.3))
        plan.opening(
            door,
            level,
            (beyond[0], at - 1, beyond[1], at + 1),
            f"hall-{number}" if street else f"free-{side}",
            category=OpeningCategory.ENTRANCE,
        )
        px, py = plan.place(x + sign * 0.1, at)
        plan.exits.append(
            Exit(
                id=f"exit-{number}",
                opening=door,
                level=level,
                position=(px, py, _floor(level)),
                number=str(number),
                name=Text(default=f"{number}번 출구", ko=f"{number}번 출구", en=f"Exit {number}"),
            )
        )


def _stairs(
    plan: _Plan,
    ident: str,
    levels: tuple[str, str],
    *,
    at: tuple[float, float],
    wide: float,
    moving: bool = False,
) -> None:
    x, y = at
    ends = [
        (*plan.place(x + along, y + wide / 2), _floor(level)) for along, level in zip((0, _RUN_M), levels, strict=True)
    ]
    word = ("에스컬레이터", "Escalator") if moving else ("계단", "Stairs")
    plan.connectors.append(
        Connector(
            id=ident,
            category=ConnectorCategory.ESCALATOR if moving else ConnectorCategory.STAIRS,
            stops=_stops(levels, ends),
            path=tuple(ends),
            footprint=plan.area(x, y, x + _RUN_M, y + wide),
            direction=Direction.UP if moving else Direction.BOTH,
            clear_width_m=wide,
            step_count=_RISERS,
            name=Text(default=word[0], ko=word[0], en=word[1]),
        )
    )


def _lift(plan: _Plan, ident: str, levels: tuple[str, str], *, at: tuple[float, float]) -> None:
    x, y = at
    ends = [(*plan.place(x + 1.8, y + 0.8), _floor(level)) for level in levels]
    plan.connectors.append(
        Connector(
            id=ident,
            category=ConnectorCategory.LIFT,
            stops=_stops(levels, ends),
            path=tuple(ends),
            footprint=plan.area(x, y, x + 1.8, y + 1.6),
            clear_width_m=0.9,
            car_width_m=1.4,
            car_depth_m=1.5,
            name=Text(default="엘리베이터", ko="엘리베이터", en="Lift"),
        )
    )


def _stops(levels: tuple[str, str], ends: Sequence[tuple[float, float, float]]) -> tuple[Stop, ...]:
    return tuple(Stop(level=level, position=end) for level, end in zip(levels, ends, strict=True))
