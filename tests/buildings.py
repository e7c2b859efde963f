"""Small buildings made by hand, for tests: exact numbers that can be checked on paper."""

from typing import Any

import numpy as np
from shapely import Polygon, box

from indoor3d.models.building import (
    Building,
    Connector,
    Exit,
    Facility,
    Fact,
    Level,
    Line,
    Obstacle,
    Opening,
    Refuge,
    Source,
    Space,
    Stop,
    Text,
    Transfer,
    Venue,
)
from indoor3d.models.frame import SiteFrame
from indoor3d.models.mesh import Feature, Mesh
from indoor3d.models.vocabulary import (
    ConnectorCategory,
    Direction,
    FacilityCategory,
    MeshCategory,
    OpeningCategory,
    SpaceCategory,
)

FRAME = SiteFrame.at(126.9771, 37.5657, 30.0, heading_deg=20.0)


def _door(
    ident: str, level: str, x: float, y: float, *, along: str, spaces: tuple[str, ...], floor: float, **extra: Any
) -> Opening:
    """A door 0.9 m wide centred on (x, y) in a wall 0.2 m thick; ``along`` is the axis one walks through it."""
    half, reach = 0.45, 0.16
    footprint = (
        box(x - reach, y - half, x + reach, y + half) if along == "x" else box(x - half, y - reach, x + half, y + reach)
    )
    return Opening(id=ident, level=level, footprint=footprint, floor_m=floor, spaces=spaces, clear_width_m=0.9, **extra)


def _box_mesh(building_spaces: tuple[Space, ...]) -> Mesh:
    """Every space as a box of twelve triangles."""
    corner_order = np.array(
        [
            [0, 2, 1],
            [0, 3, 2],
            [4, 5, 6],
            [4, 6, 7],
            [0, 1, 5],
            [0, 5, 4],
            [1, 2, 6],
            [1, 6, 5],
            [2, 3, 7],
            [2, 7, 6],
            [3, 0, 4],
            [3, 4, 7],
        ],
        np.uint32,
    )
    positions, triangles, features = [], [], []
    for index, space in enumerate(building_spaces):
        x0, y0, x1, y1 = space.footprint.bounds
        ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        positions += [(x, y, z) for z in (space.floor_m, space.ceiling_m) for x, y in ring]
        triangles.append(corner_order + 8 * index)
        features.append(
            Feature(
                id=space.id,
                name=space.name.default,
                category=MeshCategory.SPACE,
                kind=str(space.category),
                level=space.level,
            )
        )
    count = len(building_spaces)
    return Mesh(
        positions=np.array(positions, float),
        triangles=np.concatenate(triangles).astype(np.uint32),
        feature=np.repeat(np.arange(count, dtype=np.uint32), 12),
        colour=np.zeros((12 * count, 4), np.uint8),
        features=tuple(features),
    )


def two_floors() -> Building:
    """A small public building, 20 m x 10 m, two floors, with stairs and a lift.

    ::

        ground:  [ hall 12 x 10 ][wall 0.2][ shop 7.8 x 4.9 ]     exit-1 west of the hall (x = 0, y = 5)
                                           [ store 7.8 x 4.9 ]    shop-store door; exit-2 east of the shop
        upper:   [ gallery 12 x 10 ][ office 7.8 x 10 ]           balcony door north of the office: not an exit

    The stairs stand in the hall: foot at (3, 8), head at (8, 8), rise 3.5 m; the lift's doors are at (11, 1.9).
    """
    levels = (
        Level(
            id="g",
            ordinal=0,
            elevation_m=0.0,
            name=Text(default="Ground", ko="1층", en="Ground floor"),
            short_name="1F",
        ),
        Level(
            id="u", ordinal=1, elevation_m=3.5, name=Text(default="Upper", ko="2층", en="Upper floor"), short_name="2F"
        ),
    )

    def space(ident: str, level: str, rect: Polygon, floor: float, category: SpaceCategory, ko: str, en: str) -> Space:
        return Space(
            id=ident,
            level=level,
            footprint=rect,
            floor_m=floor,
            ceiling_m=floor + 3.2,
            category=category,
            name=Text(default=en, ko=ko, en=en),
        )

    spaces = (
        space("gallery", "u", box(0, 0, 12, 10), 3.5, SpaceCategory.ROOM, "전시실", "Gallery"),
        space("hall", "g", box(0, 0, 12, 10), 0.0, SpaceCategory.LOBBY, "로비", "Hall"),
        space("office", "u", box(12.2, 0, 20, 10), 3.5, SpaceCategory.OFFICE, "사무실", "Office"),
        space("shop", "g", box(12.2, 5.1, 20, 10), 0.0, SpaceCategory.SHOP, "매점", "Shop"),
        space("store", "g", box(12.2, 0, 20, 4.9), 0.0, SpaceCategory.TECHNICAL, "창고", "Store"),
    )
    openings = (
        _door("door-balcony", "u", 16.0, 10.1, along="y", spaces=("office",), floor=3.5, exterior=True),
        _door(
            "door-exit-1",
            "g",
            -0.1,
            5.0,
            along="x",
            spaces=("hall",),
            floor=0.0,
            exterior=True,
            category=OpeningCategory.ENTRANCE,
        ),
        _door(
            "door-exit-2",
            "g",
            20.1,
            7.0,
            along="x",
            spaces=("shop",),
            floor=0.0,
            exterior=True,
            category=OpeningCategory.ENTRANCE,
        ),
        _door("door-hall-shop", "g", 12.1, 7.0, along="x", spaces=("hall", "shop"), floor=0.0),
        _door("door-office", "u", 12.1, 5.0, along="x", spaces=("gallery", "office"), floor=3.5),
        _door("door-shop-store", "g", 16.0, 5.0, along="y", spaces=("shop", "store"), floor=0.0),
    )
    connectors = (
        Connector(
            id="lift-1",
            category=ConnectorCategory.LIFT,
            stops=(Stop(level="g", position=(11.0, 1.9, 0.0)), Stop(level="u", position=(11.0, 1.9, 3.5))),
            path=((11.0, 1.9, 0.0), (11.0, 1.9, 3.5)),
            footprint=box(10.2, 0.1, 11.8, 1.7),
            clear_width_m=0.9,
            name=Text(default="Lift 1", ko="1호기", en="Lift 1"),
        ),
        Connector(
            id="stairs-1",
            category=ConnectorCategory.STAIRS,
            stops=(Stop(level="g", position=(3.0, 8.0, 0.0)), Stop(level="u", position=(8.0, 8.0, 3.5))),
            path=((3.0, 8.0, 0.0), (8.0, 8.0, 3.5)),
            footprint=box(3.0, 7.25, 8.0, 8.75),
            clear_width_m=1.5,
            step_count=20,
            name=Text(default="Stairs 1", ko="계단 1", en="Stairs 1"),
        ),
    )
    exits = (
        Exit(
            id="exit-1",
            opening="door-exit-1",
            level="g",
            position=(-0.1, 5.0, 0.0),
            number="1",
            name=Text(default="Exit 1", ko="1번 출구", en="Exit 1"),
        ),
        Exit(
            id="exit-2",
            opening="door-exit-2",
            level="g",
            position=(20.1, 7.0, 0.0),
            number="2",
            name=Text(default="Exit 2", ko="2번 출구", en="Exit 2"),
        ),
    )
    facilities = (
        Facility(
            id="aed-1",
            category=FacilityCategory.AED,
            level="g",
            position=(11.5, 9.5, 0.0),
            name=Text(default="AED", ko="자동심장충격기", en="AED"),
            space="hall",
        ),
        Facility(
            id="info-1",
            category=FacilityCategory.INFORMATION,
            level="u",
            position=(1.0, 1.0, 3.5),
            name=Text(default="Desk", ko="안내소", en="Desk"),
            space="gallery",
            accessible=True,
        ),
    )
    obstacles = (Obstacle(id="column-1", level="g", footprint=box(5.75, 2.75, 6.25, 3.25), floor_m=0.0),)
    return Building(
        venue=Venue(id="two-floors", name=Text(default="Two floors", ko="이층집", en="Two floors"), schematic=True),
        frame=FRAME,
        levels=levels,
        spaces=spaces,
        openings=openings,
        connectors=connectors,
        exits=exits,
        facilities=facilities,
        obstacles=obstacles,
        mesh=_box_mesh(spaces),
    )


def _level(ident: str, ordinal: int, elevation: float, short: str) -> Level:
    return Level(
        id=ident, ordinal=ordinal, elevation_m=elevation, name=Text(default=short, ko=short, en=short), short_name=short
    )


def _space(ident: str, level: str, rect: Polygon, floor: float = 0.0, **extra: Any) -> Space:
    name = Text(default=ident)
    return Space(id=ident, level=level, footprint=rect, floor_m=floor, ceiling_m=floor + 2.8, name=name, **extra)


def _gap(ident: str, level: str, rect: Polygon, spaces: tuple[str, ...], floor: float = 0.0, **extra: Any) -> Opening:
    return Opening(id=ident, level=level, footprint=rect, floor_m=floor, spaces=spaces, **extra)


def _way_out(opening: str, x: float, y: float, level: str = "g") -> Exit:
    return Exit(
        id=f"exit-{opening}",
        opening=opening,
        level=level,
        position=(x, y, 0.0),
        number="1",
        name=Text(default=f"Exit {opening}"),
    )


def open_plan() -> Building:
    """One floor, 18 m x 8 m, where openings touch, overlap, are narrow, or stand beside columns.

    ::

        [ west 6 x 8 ]|[ middle 6 x 4 ]|[ east 5.8 x 8 ]      | touching: virtual boundaries, in two pieces each
                       [ closet 6 x 4 ]                       middle-closet: one gap, two openings on it

    ``narrow`` (0.3 m wide) and ``tight`` (0.7 m) lead from closet to west and east; ``out`` leads outside from west,
    ``out-east`` from east; a column stands 0.5 m before ``tight``.
    """
    spaces = (
        _space("closet", "g", box(6.1, 0, 12, 3.9)),
        _space("east", "g", box(12.2, 0, 18, 8)),
        _space("middle", "g", box(6, 4.1, 12.2, 8)),
        _space("west", "g", box(0, 0, 6, 8)),
    )
    openings = (
        _gap("double-a", "g", box(8, 3.84, 9, 4.16), ("closet", "middle")),
        _gap("double-b", "g", box(8, 3.84, 9, 4.16), ("middle", "closet"), category=OpeningCategory.PASSAGE),
        _gap("narrow", "g", box(5.94, 1.0, 6.16, 1.3), ("west", "closet")),
        _gap("out", "g", box(-0.26, 3.5, 0.06, 4.5), ("west",), exterior=True, category=OpeningCategory.ENTRANCE),
        _gap("out-east", "g", box(17.94, 6, 18.26, 7), ("east",), exterior=True, category=OpeningCategory.ENTRANCE),
        _gap("seam-e1", "g", box(12.1, 4.1, 12.3, 6), ("middle", "east"), category=OpeningCategory.VIRTUAL),
        _gap("seam-e2", "g", box(12.1, 6, 12.3, 8), ("middle", "east"), category=OpeningCategory.VIRTUAL),
        _gap("seam-w1", "g", box(5.9, 4.1, 6.1, 6.2), ("west", "middle"), category=OpeningCategory.VIRTUAL),
        _gap("seam-w2", "g", box(5.9, 5.8, 6.1, 8), ("west", "middle"), category=OpeningCategory.VIRTUAL),
        _gap("tight", "g", box(11.94, 1.0, 12.26, 1.7), ("closet", "east"), clear_width_m=0.7),
    )
    return Building(
        venue=Venue(id="open-plan", name=Text(default="Open plan")),
        frame=FRAME,
        levels=(_level("g", 0, 0.0, "1F"),),
        spaces=spaces,
        openings=openings,
        exits=(_way_out("out", -0.1, 4.0), _way_out("out-east", 18.1, 6.5)),
        obstacles=(
            Obstacle(id="column-closet", level="g", footprint=box(11.1, 1.1, 11.44, 1.6), floor_m=0.0),
            Obstacle(id="column-middle", level="g", footprint=box(9.2, 4.4, 9.6, 5.2), floor_m=0.0),
            Obstacle(id="column-seam", level="g", footprint=box(5.7, 5.7, 6.0, 6.0), floor_m=0.0),
        ),
    )


def station() -> Building:
    """Three levels joined by a lift with three stops, an escalator each way and stairs; a stage and a mezzanine on one.

    ::

        B1 (-4 m)  platform 20 x 8                    lift (1, 6.8), escalator up foot (4, 2) head (12, 2) on 1F
        1F (0 m)   hall 20 x 8; stage 4 x 8 at +0.15  escalator down head (4, 5) foot (12, 5) on B1
        2F (4 m)   office 20 x 8                      stairs from 1F (14, 2) to 2F (18, 2)

    ``mezzanine`` is filed under 1F, lies at 2.2 m over the hall, and is reached by stairs within the level.
    ``step`` joins hall and stage: 0.15 m high.
    """
    levels = (_level("b", -1, -4.0, "B1"), _level("g", 0, 0.0, "1F"), _level("u", 1, 4.0, "2F"))
    spaces = (
        _space("hall", "g", box(0, 0, 20, 8)),
        _space("mezzanine", "g", box(8, 6, 12, 8), 2.2),
        _space("office", "u", box(0, 0, 20, 8), 4.0),
        _space("platform", "b", box(0, 0, 20, 8), -4.0),
        _space("stage", "g", box(20.2, 0, 24, 8), 0.15),
    )
    openings = (
        _gap("front", "g", box(-0.26, 3, 0.06, 5), ("hall",), exterior=True, category=OpeningCategory.ENTRANCE),
        _gap("step", "g", box(19.94, 3, 20.26, 5), ("hall", "stage")),
    )

    def ride(
        ident: str,
        category: ConnectorCategory,
        low: tuple[str, float, float, float],
        high: tuple[str, float, float, float],
        **extra: Any,
    ) -> Connector:
        level_a, level_b, a, b = low[0], high[0], low[1:], high[1:]
        ends = (a, b)
        rect = box(min(a[0], b[0]), a[1] - 0.5, max(a[0], b[0]), a[1] + 0.5)
        return Connector(
            id=ident,
            category=category,
            stops=(Stop(level=level_a, position=a), Stop(level=level_b, position=b)),
            path=ends,
            footprint=rect,
            clear_width_m=1.0,
            name=Text(default=ident),
            **extra,
        )

    lift = Connector(
        id="lift",
        category=ConnectorCategory.LIFT,
        stops=tuple(Stop(level=v.id, position=(1.0, 6.3, v.elevation_m)) for v in levels),
        path=tuple((1.0, 6.3, v.elevation_m) for v in levels),
        footprint=box(0.2, 6.4, 1.8, 7.9),
        clear_width_m=0.9,
        name=Text(default="lift"),
    )
    connectors = (
        ride(
            "escalator-down",
            ConnectorCategory.ESCALATOR,
            ("b", 12.0, 5.0, -4.0),
            ("g", 4.0, 5.0, 0.0),
            direction=Direction.DOWN,
            step_count=20,
        ),
        ride(
            "escalator-up",
            ConnectorCategory.ESCALATOR,
            ("b", 4.0, 2.0, -4.0),
            ("g", 12.0, 2.0, 0.0),
            direction=Direction.UP,
            step_count=20,
        ),
        lift,
        ride("stairs-mezzanine", ConnectorCategory.STAIRS, ("g", 14.0, 7.0, 0.0), ("g", 12.0, 7.0, 2.2), step_count=13),
        ride("stairs-office", ConnectorCategory.STAIRS, ("g", 14.0, 2.0, 0.0), ("u", 18.0, 2.0, 4.0), step_count=23),
    )
    return Building(
        venue=Venue(id="station", name=Text(default="Station")),
        frame=FRAME,
        levels=levels,
        spaces=spaces,
        openings=openings,
        connectors=connectors,
        exits=(_way_out("front", -0.1, 4.0),),
    )


def street_station() -> Building:
    """A platform below two halls that a street joins: out by the lift in the one, by stairs in the other.

    ::

        B1 (-4 m)  platform 20 x 8, screen doors at x = 2.65 and x = 16.65 in its north
        1F (0 m)   [ west 8 x 8: lift ][ 4 m of nothing ][ east 8 x 8: stairs (14, 2) to (18, 2) ]
                   exit 1 and exit 2 lead south to the pavement, a door west of the west hall into another venue

    Everything a venue can say of itself is said.
    """
    levels = (_level("b", -1, -4.0, "B1"), _level("g", 0, 0.0, "1F"))
    spaces = (
        _space("east", "g", box(12, 0, 20, 8)),
        _space("pavement", "g", box(-4, -6, 24, -0.2), category=SpaceCategory.OUTDOOR),
        _space("platform", "b", box(0, 0, 20, 8), -4.0, category=SpaceCategory.PLATFORM),
        _space("west", "g", box(0, 0, 8, 8), text=Text(ko="엘리베이터 홀.", en="The hall with the lift.")),
    )
    ways_out = {"door-1": (4.0, "west"), "door-2": (19.25, "east")}
    openings = (
        *(
            _gap(name, "g", box(x - 0.5, -0.26, x + 0.5, 0.06), (hall, "pavement"), exterior=True, clear_width_m=1.0)
            for name, (x, hall) in ways_out.items()
        ),
        _gap("door-3", "g", box(-0.26, 2, 0.06, 3), ("west",), exterior=True, clear_width_m=1.0),
        *(
            _gap(f"screen-{n}", "b", box(x, 7.94, x + 1.3, 8.2), ("platform",), -4.0, category=OpeningCategory.SCREEN_DOOR,
                 name=Text(ko=f"승강장안전문 1-{n}", en=f"Screen door 1-{n}"))
            for n, x in ((1, 2.0), (2, 16.0))
        ),
    )  # fmt: skip
    lift = Connector(
        id="lift",
        category=ConnectorCategory.LIFT,
        stops=tuple(Stop(level=v.id, position=(1.0, 6.3, v.elevation_m)) for v in levels),
        path=tuple((1.0, 6.3, v.elevation_m) for v in levels),
        footprint=box(0.2, 6.4, 1.8, 7.9),
        clear_width_m=0.9,
        name=Text(default="lift", ko="1호기", en="Lift 1"),
    )
    foot, head = (14.0, 2.0, -4.0), (18.0, 2.0, 0.0)
    stairs = Connector(
        id="stairs",
        category=ConnectorCategory.STAIRS,
        stops=(Stop(level="b", position=foot), Stop(level="g", position=head)),
        path=(foot, head),
        footprint=box(14, 1.4, 18, 2.6),
        clear_width_m=1.2,
        step_count=23,
        name=Text(default="stairs", ko="계단", en="Stairs"),
    )
    exits = tuple(
        Exit(id=f"exit-{name}", opening=name, level="g", position=(x, -0.1, 0.0), number=name[-1],
             name=Text(default=f"Exit {name[-1]}", ko=f"{name[-1]}번 출구", en=f"Exit {name[-1]}"))
        for name, (x, _) in ways_out.items()
    )  # fmt: skip
    neighbour = Exit(
        id="exit-door-3", opening="door-3", level="g", position=(-0.1, 2.5, 0.0), outside=False, adjoins="two-floors"
    )
    venue = Venue(
        id="street-station",
        name=Text(default="거리역", ko="거리역", en="Street station"),
        category="station",
        licence="Apache-2.0",
        schematic=True,
        text=Text(ko="작은 역입니다.", en="A small station."),
        notice=Text(ko="실측이 아닙니다.", en="Not a survey."),
        view_bearing_deg=30.0,
        sources=(Source(id="B", title="Register of stations", licence="KOGL type 1"),),
        facts=(
            Fact(key="line1.floor", value="-4.00", unit="m", source="B J", certainty="D", note="둥근 값"),
            Fact(key="name", value="거리"),
        ),
        lines=(
            Line(
                id="line-1", name=Text(ko="1호선", en="Line 1"), short_name="1", colour="#0052a4", spaces=("platform",)
            ),
        ),
        transfers=(
            Transfer(
                id="1-1",
                name=Text(ko="갈아타기", en="Change"),
                origin="screen-1",
                destination="screen-2",
                official_s=12.0,
                source="J",
            ),
        ),
    )
    facility = Facility(
        id="wall",
        category=FacilityCategory.CULTURAL,
        level="g",
        position=(6.0, 6.0, 0.0),
        space="west",
        name=Text(ko="옛 성벽", en="Old wall"),
        text=Text(ko="옛 성벽의 한 조각.", en="A piece of the old wall."),
        hours="Mo-Fr 09:00-18:00",
        accessible=True,
    )
    return Building(
        venue=venue,
        frame=FRAME,
        levels=levels,
        spaces=spaces,
        openings=openings,
        connectors=(lift, stairs),
        exits=(*exits, neighbour),
        facilities=(facility,),
        refuges=(Refuge(id="refuge-west", space="west", capacity=6),),
    )
