"""Which lines cross which segments and areas, compiled.

Segments lie in a grid of square cells; a line asks those of the cells it runs through. The test of orientation is
filtered float64, in double-double arithmetic where that does not tell, as in GEOS (``CGAlgorithmsDD::orientationIndex``):
the answers are those of shapely's ``intersects``.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Line = tuple[float, float, float, float]

_FILTER = 1e-15
"""``DP_SAFE_EPSILON`` of GEOS: below this share of the two products their difference may have the wrong sign."""
_SPLIT = 134217729.0
"""2**27 + 1, which splits a float64 in two halves (Dekker, "A floating-point technique for extending the available
precision", 1971)."""


class Grid(NamedTuple):
    """Segments in a grid.

    ``ends`` holds x and y of both ends, (S, 4); ``frame`` the west and south end and the side of a cell, metres;
    ``shape`` the number of columns and rows; ``cell_start`` where the segments of a cell begin in ``cell_item``.
    """

    ends: Floats
    frame: tuple[float, float, float]
    shape: tuple[int, int]
    cell_start: Ints
    cell_item: Ints


@njit(cache=True, nogil=True)
def _two_sum(a: float, b: float) -> tuple[float, float]:
    s = a + b
    v = s - a
    return s, (a - (s - v)) + (b - v)


@njit(cache=True, nogil=True)
def _two_product(a: float, b: float) -> tuple[float, float]:
    p = a * b
    c = _SPLIT * a
    ah = c - (c - a)
    al = a - ah
    c = _SPLIT * b
    bh = c - (c - b)
    bl = b - bh
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


@njit(cache=True, nogil=True)
def _times(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    p, e = _two_product(ah, bh)
    return _two_sum(p, e + (ah * bl + al * bh))


@njit(cache=True, nogil=True)
def _turn(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    """1 where c is to the left of a → b, -1 to the right, 0 on it."""
    left, right = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    difference = left - right
    if (left > 0) != (right > 0) or left == 0 or right == 0 or abs(difference) >= _FILTER * (abs(left) + abs(right)):
        return int(difference > 0) - int(difference < 0)
    ux, ux_ = _two_sum(bx, -ax)
    uy, uy_ = _two_sum(by, -ay)
    vx, vx_ = _two_sum(cx, -bx)
    vy, vy_ = _two_sum(cy, -by)
    p, p_ = _times(ux, ux_, vy, vy_)
    q, q_ = _times(uy, uy_, vx, vx_)
    high, low = _two_sum(p, -q)
    exact = high + (low + (p_ - q_))
    return int(exact > 0) - int(exact < 0)


@njit(cache=True, nogil=True)
def _cross(ax: float, ay: float, bx: float, by: float, of: Floats, row: int) -> bool:
    """Whether the closed segment a → b and that of a row (x0, y0, x1, y1) meet. Plain numbers: views of rows cost more."""
    cx, cy, dx, dy = of[row, 0], of[row, 1], of[row, 2], of[row, 3]
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    if _turn(ax, ay, bx, by, cx, cy) * _turn(ax, ay, bx, by, dx, dy) > 0:
        return False
    return _turn(cx, cy, dx, dy, ax, ay) * _turn(cx, cy, dx, dy, bx, by) <= 0


@njit(cache=True, nogil=True)
def _span(low: float, high: float, origin: float, side: float, count: int) -> tuple[int, int]:
    """First and last cell between two coordinates, with a little room for rounding."""
    first = int(np.floor((low - origin) / side - 1e-9))
    last = int(np.floor((high - origin) / side + 1e-9))
    return max(first, 0), min(last, count - 1)


@njit(cache=True, nogil=True)
def _rows(grid: Grid, line: Line, column: int) -> tuple[int, int]:
    """First and last row of a column that a line, from west to east, runs through."""
    west, south, side = grid.frame
    x0, y0, x1, y1 = line
    if x1 - x0 > 1e-12:
        left, right = max(x0, west + column * side), min(x1, west + (column + 1) * side)
        slope = (y1 - y0) / (x1 - x0)
        y0, y1 = y0 + slope * (left - x0), y0 + slope * (right - x0)
    return _span(min(y0, y1) - 1e-6, max(y0, y1) + 1e-6, south, side, grid.shape[1])


@njit(cache=True, nogil=True)
def _eastward(lines: Floats, row: int) -> Line:
    """A line of many, from west to east."""
    x0, y0, x1, y1 = lines[row, 0], lines[row, 1], lines[row, 2], lines[row, 3]
    return (x1, y1, x0, y0) if x0 > x1 else (x0, y0, x1, y1)


@njit(cache=True, nogil=True)
def fill(grid: Grid) -> tuple[Ints, Ints]:
    """The segments that run through each cell: where a cell's begin, and their numbers."""
    columns, rows = grid.shape
    number = np.zeros(columns * rows, np.int64)
    for segment in range(len(grid.ends)):
        line = _eastward(grid.ends, segment)
        c0, c1 = _span(line[0], line[2], grid.frame[0], grid.frame[2], columns)
        for column in range(c0, c1 + 1):
            r0, r1 = _rows(grid, line, column)
            for row in range(r0, r1 + 1):
                number[row * columns + column] += 1
    start = np.zeros(columns * rows + 1, np.int64)
    start[1:] = np.cumsum(number)
    item, place = np.empty(start[-1], np.int64), start.copy()
    for segment in range(len(grid.ends)):
        line = _eastward(grid.ends, segment)
        c0, c1 = _span(line[0], line[2], grid.frame[0], grid.frame[2], columns)
        for column in range(c0, c1 + 1):
            r0, r1 = _rows(grid, line, column)
            for row in range(r0, r1 + 1):
                cell = row * columns + column
                item[place[cell]] = segment
                place[cell] += 1
    return start, item


@njit(cache=True, nogil=True)
def fill_boxes(grid: Grid) -> tuple[Ints, Ints]:
    """The same where ``ends`` are boxes (west, south, east, north) and fill all the cells they meet."""
    columns, rows = grid.shape
    number = np.zeros(columns * rows, np.int64)
    for turn in range(2):
        start = np.zeros(columns * rows + 1, np.int64)
        start[1:] = np.cumsum(number)
        item, place = np.empty(start[-1], np.int64), start.copy()
        for box in range(len(grid.ends)):
            x0, y0, x1, y1 = grid.ends[box]
            c0, c1 = _span(x0, x1, grid.frame[0], grid.frame[2], columns)
            r0, r1 = _span(y0, y1, grid.frame[1], grid.frame[2], rows)
            for column in range(c0, c1 + 1):
                for row in range(r0, r1 + 1):
                    cell = row * columns + column
                    if turn == 0:
                        number[cell] += 1
                    else:
                        item[place[cell]] = box
                        place[cell] += 1
    return start, item


@njit(cache=True, nogil=True)
def least(grid: Grid, value: Floats, lines: Floats, enough: float) -> Floats:
    """(K,): the least value of the segments that each line (x0, y0, x1, y1) crosses; infinite where it crosses none.

    Values of ``enough`` and more are passed over.
    """
    found = np.full(len(lines), np.inf)
    columns = grid.shape[0]
    for number in range(len(lines)):
        line = _eastward(lines, number)
        lowest = enough
        c0, c1 = _span(line[0], line[2], grid.frame[0], grid.frame[2], columns)
        for column in range(c0, c1 + 1):
            r0, r1 = _rows(grid, line, column)
            for row in range(r0, r1 + 1):
                cell = row * columns + column
                for item in range(grid.cell_start[cell], grid.cell_start[cell + 1]):
                    segment = grid.cell_item[item]
                    if value[segment] < lowest and _cross(line[0], line[1], line[2], line[3], grid.ends, segment):
                        lowest = value[segment]
                        found[number] = lowest
    return found


@njit(cache=True, nogil=True)
def _within(edges: Floats, first: int, last: int, x: float, y: float) -> bool:
    """Whether a place that is on no edge of an area is inside it."""
    odd = False
    for edge in range(first, last):
        x0, y0, x1, y1 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
        if (y0 > y) != (y1 > y):
            side = _turn(x0, y0, x1, y1, x, y)
            if (side > 0) == (y1 > y0):
                odd = not odd
    return odd


@njit(cache=True, nogil=True)
def area_met(edges: Floats, start: Ints, area: int, line: Line) -> bool:
    """Whether a line meets a closed area, whose border is ``edges[start[area]:start[area + 1]]``."""
    for edge in range(start[area], start[area + 1]):
        if _cross(line[0], line[1], line[2], line[3], edges, edge):
            return True
    return _within(edges, start[area], start[area + 1], line[0], line[1])


@njit(cache=True, nogil=True)
def _meets(grid: Grid, edges: Floats, start: Ints, what: int, line: Line) -> bool:
    if len(start) > 0:
        return area_met(edges, start, what, line)
    return _cross(line[0], line[1], line[2], line[3], grid.ends, what)


@njit(cache=True, nogil=True)
def pairs(grid: Grid, edges: Floats, start: Ints, lines: Floats) -> tuple[Ints, Ints]:
    """Lines and what they meet, sorted: segments of the grid or, where it holds boxes, the areas in these.

    ``start`` is empty for segments; for areas ``edges[start[a]:start[a + 1]]`` is the border of area a.
    """
    one, other = np.empty(1024, np.int64), np.empty(1024, np.int64)
    total = 0
    seen = np.full(len(grid.ends), -1)
    columns = grid.shape[0]
    for number in range(len(lines)):
        line = _eastward(lines, number)
        first = total
        c0, c1 = _span(line[0], line[2], grid.frame[0], grid.frame[2], columns)
        for column in range(c0, c1 + 1):
            r0, r1 = _rows(grid, line, column)
            for row in range(r0, r1 + 1):
                cell = row * columns + column
                for item in range(grid.cell_start[cell], grid.cell_start[cell + 1]):
                    what = grid.cell_item[item]
                    if seen[what] == number:
                        continue
                    seen[what] = number
                    if _meets(grid, edges, start, what, line):
                        if total == len(one):
                            one = np.append(one, np.empty(total, np.int64))
                            other = np.append(other, np.empty(total, np.int64))
                        one[total], other[total] = number, what
                        total += 1
        if total > first:
            other[first:total].sort()
    return one[:total], other[:total]


@njit(cache=True, nogil=True)
def meets(edges: Floats, start: Ints, boxes: Floats, chosen: Ints, lines: Floats) -> NDArray[np.bool_]:
    """(K,): whether lines meet any of some chosen areas, whose borders are ``edges[start[a]:start[a + 1]]``."""
    found = np.zeros(len(lines), np.bool_)
    for number in range(len(lines)):
        line = _eastward(lines, number)
        x0, x1 = min(line[0], line[2]), max(line[0], line[2])
        y0, y1 = min(line[1], line[3]), max(line[1], line[3])
        for area in chosen:
            if boxes[area, 0] > x1 or boxes[area, 2] < x0 or boxes[area, 1] > y1 or boxes[area, 3] < y0:
                continue
            if area_met(edges, start, area, line):
                found[number] = True
                break
    return found
