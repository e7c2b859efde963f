# mypy: allow-untyped-decorators, no-warn-return-any
"""One surface as the kernels of natural paths see it: walls, gaps and openings in a grid, corners with their discs."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]

TOUCH_M = 5e-7
"""An end of a line may lie so far outside: less than the 1 µm that :class:`~indoor3d.routing.visibility.FreeSpace` takes."""
GRAZE_M = 1e-9
"""A line may pass a wall's end so far on the wrong side: noise of float64 at a kilometre."""
_WIDER_RAD = np.radians(5.0)  # walls drawn square to one another are so but for noise; a lane's posts face each other


class Field(NamedTuple):
    """What one surface is to the kernels.

    ``lines`` are walls (``tag`` -1), borders of what an opening opens and gaps (``tag`` 0 and up, ``width`` infinite but
    for gaps); ``first`` and ``items`` are the grid over them, ``corner_first`` and ``corner_items`` that over corners.
    """

    lines: Floats  # (E, 4)
    tag: Ints  # (E,)
    tag_opens: Bytes  # (T,): 1 where a tag is what an opening opens, 0 where it is a gap
    width: Floats  # (E,)
    origin: Floats  # (4,): x, y of the grid, the side of a cell, the greatest radius of a corner
    shape: Ints  # (2,): columns and rows
    first: Ints
    items: Ints
    corners: Floats  # (K, 7): place, radius of the disc, unit normals of the side after and of the side before it
    corner_first: Ints
    corner_items: Ints
    gates: Floats  # (G, 7): middle, unit vector across, half of what is free, half of the whole, 1 where it has posts


@njit(cache=True, nogil=True)
def clip(value: float, low: int, high: int) -> int:
    return min(max(int(np.floor(value)), low), high)


@njit(cache=True, nogil=True)
def _meets(a: Floats, b: Floats, line: Floats, ends: float, corners: float) -> bool:
    """Whether a segment crosses a line: its ends lie further than ``ends`` on either side, the line's than ``corners``."""
    ux, uy = b[0] - a[0], b[1] - a[1]
    vx, vy = line[2] - line[0], line[3] - line[1]
    size, other = np.hypot(ux, uy), np.hypot(vx, vy)
    if size < 1e-12 or other < 1e-12:
        return False
    one = (ux * (line[1] - a[1]) - uy * (line[0] - a[0])) / size
    two = (ux * (line[3] - a[1]) - uy * (line[2] - a[0])) / size
    if not ((one > corners and two < -corners) or (one < -corners and two > corners)):
        return False
    one = (vx * (a[1] - line[1]) - vy * (a[0] - line[0])) / other
    two = (vx * (b[1] - line[1]) - vy * (b[0] - line[0])) / other
    return (one > ends and two < -ends) or (one < -ends and two > ends)


@njit(cache=True, nogil=True)
def row_span(field: Field, a: Floats, b: Floats, row: int, reach: float) -> tuple[int, int]:
    """Columns of the grid that come within ``reach`` of a segment, in a row."""
    cell = field.origin[2]
    low, high = field.origin[1] + row * cell - reach, field.origin[1] + (row + 1) * cell + reach
    start, end = 0.0, 1.0
    dy = b[1] - a[1]
    if abs(dy) > 1e-12:
        one, two = (low - a[1]) / dy, (high - a[1]) / dy
        start, end = max(0.0, min(one, two)), min(1.0, max(one, two))
    one, two = a[0] + start * (b[0] - a[0]), a[0] + end * (b[0] - a[0])
    left = clip((min(one, two) - reach - field.origin[0]) / cell, 0, field.shape[0] - 1)
    right = clip((max(one, two) + reach - field.origin[0]) / cell, 0, field.shape[0] - 1)
    return left, right


@njit(cache=True, nogil=True)
def survey(field: Field, a: Floats, b: Floats, seen: Bytes) -> tuple[bool, float]:
    """Go along a segment: whether a wall is in its way, and the least width of the gaps it crosses.

    ``seen[tag]`` becomes 1 for every tagged line that is met.
    """
    cell = field.origin[2]
    bottom = clip((min(a[1], b[1]) - 1e-6 - field.origin[1]) / cell, 0, field.shape[1] - 1)
    top = clip((max(a[1], b[1]) + 1e-6 - field.origin[1]) / cell, 0, field.shape[1] - 1)
    free, width = True, np.inf
    for row in range(bottom, top + 1):
        left, right = row_span(field, a, b, row, 1e-6)
        for at in range(row * field.shape[0] + left, row * field.shape[0] + right + 1):
            for i in range(field.first[at], field.first[at + 1]):
                line = field.items[i]
                tag = field.tag[line]
                if tag < 0:
                    free = free and not _meets(a, b, field.lines[line], TOUCH_M, GRAZE_M)
                elif (not seen[tag] or field.width[line] < width) and _meets(
                    a, b, field.lines[line], -TOUCH_M, -TOUCH_M
                ):
                    seen[tag] = 1
                    width = min(width, field.width[line])
    return free, width


@njit(cache=True, nogil=True)
def contains(field: Field, x: float, y: float) -> bool:
    """Whether a point is inside the walls, by the parity of those to its right."""
    inside = False
    for i in range(len(field.lines)):
        if field.tag[i] >= 0:
            continue
        x0, y0, x1, y1 = field.lines[i]
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


@njit(cache=True, nogil=True)
def rooms(field: Field, limit: float) -> Floats:
    """(K,): distance from each corner to what lies opposite, at most ``limit``.

    Opposite is where the corner itself is the nearest place of its own walls: between the normals of its two sides, and
    a little beyond, because what stands square to a wall's end is opposite too.
    """
    cell = field.origin[2]
    found = np.full(len(field.corners), limit)
    for k in range(len(field.corners)):
        x, y = field.corners[k, 0], field.corners[k, 1]
        low_x = clip((x - limit - field.origin[0]) / cell, 0, field.shape[0] - 1)
        high_x = clip((x + limit - field.origin[0]) / cell, 0, field.shape[0] - 1)
        low_y = clip((y - limit - field.origin[1]) / cell, 0, field.shape[1] - 1)
        high_y = clip((y + limit - field.origin[1]) / cell, 0, field.shape[1] - 1)
        for row in range(low_y, high_y + 1):
            for at in range(row * field.shape[0] + low_x, row * field.shape[0] + high_x + 1):
                for i in range(field.first[at], field.first[at + 1]):
                    if field.tag[field.items[i]] < 0:
                        found[k] = min(found[k], _opposite(field.corners[k], field.lines[field.items[i]]))
    return found


@njit(cache=True, nogil=True)
def _opposite(corner: Floats, line: Floats) -> float:
    """Distance from a corner to the part of a wall in the wedge between its normals; infinite where none is there."""
    ax, ay, dx, dy = line[0] - corner[0], line[1] - corner[1], line[2] - line[0], line[3] - line[1]
    low, high = 0.0, 1.0
    wide = _WIDER_RAD if corner[3] * corner[5] + corner[4] * corner[6] > -0.9 else 0.0
    for side in range(2):
        # Inside: the cross product of one normal with the place, and of the place with the other, is not negative.
        sign = 1.0 - 2.0 * side
        nx = corner[3 + 2 * side] * np.cos(wide) + sign * corner[4 + 2 * side] * np.sin(wide)
        ny = corner[4 + 2 * side] * np.cos(wide) - sign * corner[3 + 2 * side] * np.sin(wide)
        at, slope = sign * (nx * ay - ny * ax), sign * (nx * dy - ny * dx)
        if abs(slope) < 1e-12:
            if at < -1e-9:
                return np.inf
        elif slope > 0:
            low = max(low, -at / slope)
        else:
            high = min(high, -at / slope)
    if low > high:
        return np.inf
    size = dx * dx + dy * dy
    t = min(max(-(ax * dx + ay * dy) / size if size > 0 else 0.0, low), high)
    away = np.hypot(ax + t * dx, ay + t * dy)
    return away if away > 1e-6 else np.inf


@njit(cache=True, nogil=True)
def first_hit(field: Field, x: float, y: float, dx: float, dy: float) -> float:
    """How far a ray with unit direction goes before a wall; infinite where none is hit."""
    best = np.inf
    for i in range(len(field.lines)):
        if field.tag[i] >= 0:
            continue
        x0, y0, x1, y1 = field.lines[i]
        vx, vy = x1 - x0, y1 - y0
        cross = dx * vy - dy * vx
        if abs(cross) < 1e-12:
            continue
        t = ((x0 - x) * vy - (y0 - y) * vx) / cross
        s = ((x0 - x) * dy - (y0 - y) * dx) / cross
        if t > 0 and -1e-9 <= s <= 1 + 1e-9:
            best = min(best, t)
    return best


@njit(cache=True, nogil=True)
def corner_at(field: Field, x: float, y: float) -> int:
    """The corner at a place, or -1."""
    cell = field.origin[2]
    column, row = (
        clip((x - field.origin[0]) / cell, 0, field.shape[0] - 1),
        clip((y - field.origin[1]) / cell, 0, field.shape[1] - 1),
    )
    for near_row in range(max(row - 1, 0), min(row + 1, field.shape[1] - 1) + 1):
        for near in range(max(column - 1, 0), min(column + 1, field.shape[0] - 1) + 1):
            at = near_row * field.shape[0] + near
            for i in range(field.corner_first[at], field.corner_first[at + 1]):
                k = field.corner_items[i]
                if abs(field.corners[k, 0] - x) < 1e-6 and abs(field.corners[k, 1] - y) < 1e-6:
                    return int(k)
    return -1
