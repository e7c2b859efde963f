"""A shopping mall on one level, of any number of spaces: what building and routing at scale are measured on.

Rows of shops on both sides of corridors, stores behind every third shop, a concourse along one side, an atrium with a
well in its middle, columns and counters. Walls bend with a smooth warp, so that few of them line up and none is along
an axis; without it corridors are straight from end to end, which is the hardest case for sight.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from indoor3d.models.building import Building, Exit, Level, Obstacle, Opening, Space, Text, Venue
from indoor3d.models.frame import SiteFrame
from indoor3d.models.vocabulary import OpeningCategory, SpaceCategory

Floats = NDArray[np.float64]
Rect = tuple[float, float, float, float]

FRAME = SiteFrame.at(127.0590, 37.5110, 30.0)
CORRIDOR_M, CONCOURSE_M, SHOP_DEPTH_M, STORE_DEPTH_M, WALL_M = 6.0, 10.0, 12.0, 4.0, 0.2
_PITCH_M = CORRIDOR_M + 2 * (SHOP_DEPTH_M + WALL_M + STORE_DEPTH_M) + 4 * WALL_M
_SHOP_M = 8.0
_ATRIUM_SHOPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the mall is made of, before it is warped."""

    spaces: list[tuple[str, Rect, SpaceCategory]]
    doors: list[tuple[str, Rect, tuple[str, ...], OpeningCategory]]
    obstacles: list[Rect]


def mall_building(spaces: int, *, seed: int = 1, warp_m: float = 4.0) -> Building:
    """Make a mall of about as many spaces, and some 1.15 openings for each.

    Parameters
    ----------
    spaces : int
    seed : int
        Of the widths of shops and the places of doors and columns.
    warp_m : float, metres
        How far walls are bent sideways; 0 for straight corridors along the axes.
    """
    plan = _plan(spaces, np.random.default_rng(seed))
    level = Level(id="g", ordinal=0, elevation_m=0.0, name=Text(default="Ground"), short_name="1F")
    return Building(
        venue=Venue(id="mall", name=Text(default="Mall")),
        frame=FRAME,
        levels=(level,),
        spaces=tuple(
            Space(
                id=ident,
                level="g",
                footprint=_warped(rect, warp_m),
                floor_m=0.0,
                ceiling_m=4.0,
                category=category,
                name=Text(default=ident),
            )
            for ident, rect, category in plan.spaces
        ),
        openings=tuple(
            Opening(
                id=ident,
                level="g",
                footprint=_warped(rect, warp_m),
                floor_m=0.0,
                spaces=joined,
                category=category,
                exterior=len(joined) == 1,
            )
            for ident, rect, joined, category in plan.doors
        ),
        obstacles=tuple(
            Obstacle(id=f"column-{i}", level="g", footprint=_warped(rect, warp_m), floor_m=0.0)
            for i, rect in enumerate(plan.obstacles)
        ),
        exits=tuple(
            Exit(id=f"exit-{ident}", opening=ident, level="g", position=(*_middle(rect, warp_m), 0.0))
            for ident, rect, joined, _ in plan.doors
            if len(joined) == 1
        ),
    )


def shops_of(building: Building) -> list[str]:
    """Ids of the spaces one would ask a way between."""
    return [s.id for s in building.spaces if s.category in {SpaceCategory.SHOP, SpaceCategory.TECHNICAL}]


def _warp(at: Floats, warp_m: float) -> Floats:
    x, y = at.T
    bent = np.stack([x + warp_m * np.sin(y / 45 + 0.4), y + warp_m * np.sin(x / 35 + y / 200)], axis=1)
    return np.round(bent, 4)


def _warped(rect: Rect, warp_m: float) -> Polygon:
    """A rectangle bent; long sides follow the warp by a vertex every 16 m."""
    x0, y0, x1, y1 = rect
    ring = []
    for a, b in [((x0, y0), (x1, y0)), ((x1, y0), (x1, y1)), ((x1, y1), (x0, y1)), ((x0, y1), (x0, y0))]:
        length = abs(b[0] - a[0]) + abs(b[1] - a[1])
        steps = max(1, round(length / 16)) if warp_m else 1
        ring.append(np.linspace(a, b, steps, endpoint=False))
    return Polygon(_warp(np.vstack(ring), warp_m))


def _middle(rect: Rect, warp_m: float) -> tuple[float, float]:
    x0, y0, x1, y1 = rect
    x, y = _warp(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]), warp_m)[0].tolist()
    return x, y


def _plan(wanted: int, rng: np.random.Generator) -> _Plan:
    """Rows as many and as long as make the mall about square."""
    along = max(3, round((wanted * _PITCH_M / (2 * 4 / 3 * _SHOP_M)) ** 0.5))
    rows = max(1, round((wanted - 1) / (2 * 4 / 3 * along + 1)))
    plan = _Plan(spaces=[], doors=[], obstacles=[])
    plan.spaces.append(("concourse", (-CONCOURSE_M - WALL_M, -2.0, -WALL_M, rows * _PITCH_M), SpaceCategory.LOBBY))
    for row in range(rows):
        atrium = rows > 1 and row == rows // 2
        _add_row(plan, row, along, rng=rng, atrium=atrium)
    return plan


def _add_row(plan: _Plan, row: int, along: int, *, rng: np.random.Generator, atrium: bool) -> None:
    y = row * _PITCH_M + STORE_DEPTH_M + SHOP_DEPTH_M + 3 * WALL_M
    corridor, end = f"corridor-{row}", along * _SHOP_M
    plan.spaces.append((corridor, (0.0, y, end, y + CORRIDOR_M), SpaceCategory.CORRIDOR))
    mouth = (-WALL_M - 0.1, y + 0.5, 0.1, y + CORRIDOR_M - 0.5)
    plan.doors.append((f"mouth-{row}", mouth, ("concourse", corridor), OpeningCategory.VIRTUAL))
    outer = (-CONCOURSE_M - 2 * WALL_M - 0.1, y + 2, -CONCOURSE_M - WALL_M + 0.1, y + 4)
    plan.doors.append((f"street-{row}", outer, ("concourse",), OpeningCategory.DOOR))
    if row % 2 == 0:
        back = (end - 0.1, y + 2, end + WALL_M + 0.1, y + 4)
        plan.doors.append((f"rear-{row}", back, (corridor,), OpeningCategory.DOOR))
    for x in np.arange(6.0, end - 6, 10.0).tolist():
        at = x + float(rng.uniform(-1, 1))
        plan.obstacles.append((at, y + 2.7, at + 0.6, y + 3.3))
    for side in (0, 1):
        taken = (along // 2 - _ATRIUM_SHOPS // 2, along // 2 + _ATRIUM_SHOPS // 2) if atrium and side else (0, 0)
        if taken[1]:
            _add_atrium(plan, corridor, (taken[0] * _SHOP_M, taken[1] * _SHOP_M), y + CORRIDOR_M)
        for number, (x0, x1) in enumerate(_widths(along, taken, rng)):
            _add_shop(plan, f"{row}-{side}-{number}", corridor, (x0, x1), y=y, side=side, rng=rng)


def _widths(along: int, taken: tuple[int, int], rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Shops side by side, of differing widths."""
    edges = np.arange(along + 1) * _SHOP_M
    edges[1:-1] += rng.uniform(-1.5, 1.5, along - 1)
    for edge in taken:
        edges[edge] = edge * _SHOP_M
    for i in range(along):
        if not taken[0] <= i < taken[1]:
            yield float(edges[i]) + WALL_M / 2, float(edges[i + 1]) - WALL_M / 2


def _add_atrium(plan: _Plan, corridor: str, between: tuple[float, float], y: float) -> None:
    x0, x1 = between[0] + WALL_M, between[1] - WALL_M
    hall = (x0, y + WALL_M, x1, y + WALL_M + SHOP_DEPTH_M + STORE_DEPTH_M)
    plan.spaces.append(("atrium", hall, SpaceCategory.LOBBY))
    plan.doors.append(
        ("atrium-front", (x0 + 1, y - 0.1, x1 - 1, y + WALL_M + 0.1), (corridor, "atrium"), OpeningCategory.VIRTUAL)
    )
    middle = (x0 + x1) / 2
    plan.obstacles.append((middle - 6, y + 5, middle + 6, y + 12))


def _add_shop(
    plan: _Plan,
    key: str,
    corridor: str,
    between: tuple[float, float],
    *,
    y: float,
    side: int,
    rng: np.random.Generator,
) -> None:
    """A shop, its front door, a counter, and for two of three shops a store behind or a second door."""
    x0, x1 = between
    sign, front = (-1, y) if side == 0 else (1, y + CORRIDOR_M)
    kind = int(rng.integers(0, 3))

    def strip(near: float, far: float, left: float, right: float) -> Rect:
        low, high = sorted((front + sign * near, front + sign * far))
        return left, low, right, high

    deep = WALL_M + SHOP_DEPTH_M
    shop, store = f"shop-{key}", f"store-{key}"
    plan.spaces.append((shop, strip(WALL_M, deep, x0, x1), SpaceCategory.SHOP))
    at = float(rng.uniform(x0 + 0.5, x0 + 1.5))
    door = strip(-0.1, WALL_M + 0.1, at, at + float(rng.uniform(0.8, 1.8)))
    plan.doors.append((f"door-{key}", door, (corridor, shop), OpeningCategory.DOOR))
    if kind == 0:
        plan.spaces.append(
            (store, strip(deep + WALL_M, deep + WALL_M + STORE_DEPTH_M, x0, x1), SpaceCategory.TECHNICAL)
        )
        back = strip(deep - 0.1, deep + WALL_M + 0.1, x1 - 2, x1 - 1.1)
        plan.doors.append((f"back-{key}", back, (shop, store), OpeningCategory.DOOR))
    elif kind == 1:
        plan.doors.append(
            (f"second-{key}", strip(-0.1, WALL_M + 0.1, x1 - 1.8, x1 - 0.5), (corridor, shop), OpeningCategory.DOOR)
        )
    counter = float(rng.uniform(4, 6))
    plan.obstacles.append(strip(counter, counter + 0.8, x0 + 2.2, x1 - 2.2))
