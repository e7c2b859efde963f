"""Triangular expansion, compiled: what is seen from where, through a triangulated polygon with whole coordinates.

A view enters a triangle by one edge, as a funnel between two rays. The triangle's apex is seen when it lies in the
funnel, and splits the funnel over the two edges behind it. Source: Bungiu, Hemmer, Hershberger, Huang and Kröller,
Efficient computation of visibility polygons, EuroCG 2014 (arXiv:1403.3905). Whole coordinates make every test exact,
so that rays along walls and through several corners need no tolerance.

A vertex on a funnel's ray is seen. Sight along a line that obstacles touch from both sides is reported as far as the
second of them, which is then seen from there. The columns that all take are those of
:class:`~indoor3d.routing._expansion.Sight`; nothing is written to them, so that threads may ask at once.
"""

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

if TYPE_CHECKING:
    from indoor3d.routing._expansion import Sight

Ints = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _cross(ax: int, ay: int, bx: int, by: int) -> int:
    """Positive where b is to the left of a; exact for components up to 2**30."""
    return ax * by - ay * bx


@njit(cache=True, nogil=True)
def _holds(of: "Sight", triangle: int, px: int, py: int) -> bool:
    """Whether a closed triangle holds a place."""
    for half in range(3 * triangle, 3 * triangle + 3):
        a, b = of.start[half], of.end[half]
        if _cross(of.x[b] - of.x[a], of.y[b] - of.y[a], px - of.x[a], py - of.y[a]) < 0:
            return False
    return True


@njit(cache=True, nogil=True)
def _box(of: "Sight", triangle: int) -> tuple[int, int, int, int]:
    """First and last column and row of the grid that a triangle's box meets."""
    side, (west, south) = of.grid[0], (of.grid[1], of.grid[2])
    a, b, c = of.start[3 * triangle], of.start[3 * triangle + 1], of.start[3 * triangle + 2]
    x0, x1 = min(of.x[a], of.x[b], of.x[c]), max(of.x[a], of.x[b], of.x[c])
    y0, y1 = min(of.y[a], of.y[b], of.y[c]), max(of.y[a], of.y[b], of.y[c])
    return (x0 - west) // side, (x1 - west) // side, (y0 - south) // side, (y1 - south) // side


@njit(cache=True, nogil=True)
def _meets(of: "Sight", triangle: int, column: int, row: int) -> bool:
    """Whether a triangle reaches into a closed cell of the grid that its box meets."""
    side = of.grid[0]
    x0, y0 = of.grid[1] + column * side, of.grid[2] + row * side
    for half in range(3 * triangle, 3 * triangle + 3):
        a, b = of.start[half], of.end[half]
        dx, dy = of.x[b] - of.x[a], of.y[b] - of.y[a]
        x, y = (x0 if dy > 0 else x0 + side), (y0 + side if dx > 0 else y0)
        if _cross(dx, dy, x - of.x[a], y - of.y[a]) < 0:
            return False
    return True


@njit(cache=True, nogil=True)
def fill_grid(of: "Sight") -> tuple[Ints, Ints]:
    """The triangles that meet each cell of the grid: where a cell's begin, and their numbers."""
    columns, rows = of.grid[3], of.grid[4]
    number = np.zeros(columns * rows, np.int64)
    for triangle in range(len(of.start) // 3):
        c0, c1, r0, r1 = _box(of, triangle)
        for column in range(c0, c1 + 1):
            for row in range(r0, r1 + 1):
                number[row * columns + column] += _meets(of, triangle, column, row)
    start = np.zeros(columns * rows + 1, np.int64)
    start[1:] = np.cumsum(number)
    item, fill = np.empty(start[-1], np.int64), start.copy()
    for triangle in range(len(of.start) // 3):
        c0, c1, r0, r1 = _box(of, triangle)
        for column in range(c0, c1 + 1):
            for row in range(r0, r1 + 1):
                if _meets(of, triangle, column, row):
                    cell = row * columns + column
                    item[fill[cell]] = triangle
                    fill[cell] += 1
    return start, item


@njit(cache=True, nogil=True)
def _cell(of: "Sight", px: int, py: int) -> int:
    """The cell of the grid that a place is in; -1 outside of it."""
    column, row = (px - of.grid[1]) // of.grid[0], (py - of.grid[2]) // of.grid[0]
    if column < 0 or row < 0 or column >= of.grid[3] or row >= of.grid[4]:
        return -1
    return row * of.grid[3] + column


@njit(cache=True, nogil=True)
def inside(of: "Sight", at: Ints) -> NDArray[np.bool_]:
    """(K,): whether places (2, K), in cells, are in the closed polygon."""
    found = np.zeros(at.shape[1], np.bool_)
    for row in range(at.shape[1]):
        cell = _cell(of, at[0, row], at[1, row])
        if cell >= 0:
            for item in range(of.cell_start[cell], of.cell_start[cell + 1]):
                if _holds(of, of.cell_item[item], at[0, row], at[1, row]):
                    found[row] = True
                    break
    return found


@njit(cache=True, nogil=True)
def holding(of: "Sight", at: Ints) -> tuple[Ints, Ints]:
    """Where each place's closed triangles begin, (K + 1,), and which they are."""
    start = np.zeros(at.shape[1] + 1, np.int64)
    found = np.empty(4 * at.shape[1] + 4, np.int64)
    size = 0
    for row in range(at.shape[1]):
        cell = _cell(of, at[0, row], at[1, row])
        if cell >= 0:
            for item in range(of.cell_start[cell], of.cell_start[cell + 1]):
                if _holds(of, of.cell_item[item], at[0, row], at[1, row]):
                    if size == len(found):
                        found = np.append(found, np.empty(size, np.int64))
                    found[size] = of.cell_item[item]
                    size += 1
        start[row + 1] = size
    return start, found[:size]


@njit(cache=True, nogil=True)
def _note(seen: Ints, mark: int, found: Ints, size: int, what: int) -> int:
    """Add what was not yet seen from here."""
    if seen[what] == mark:
        return size
    seen[what] = mark
    found[size] = what
    return size + 1


@njit(cache=True, nogil=True)
def _push(stack: Ints, size: int, entry: int, rays: tuple[int, int, int, int]) -> Ints:
    """Put a funnel on the stack, which grows when it is full."""
    if size == len(stack):
        more = np.empty((2 * size, 5), np.int64)
        more[:size] = stack
        stack = more
    stack[size, 0] = entry
    stack[size, 1], stack[size, 2], stack[size, 3], stack[size, 4] = rays
    return stack


@njit(cache=True, nogil=True)
def _expand(
    of: "Sight",
    source: tuple[int, int],
    stack: Ints,
    count: int,
    seen: Ints,
    mark: int,
    found: Ints,
    size: int,
) -> tuple[Ints, int]:
    """Advance the funnels on the stack until walls stop all of them; notes vertices and, after these, places.

    Returns the stack, which may have grown, and how many were found in all.
    """
    sx, sy = source
    vertices = len(of.x)
    while count > 0:
        count -= 1
        entry, rx, ry = stack[count, 0], stack[count, 1], stack[count, 2]
        lx, ly = stack[count, 3], stack[count, 4]
        apex = of.apex[entry]
        x, y = of.x[apex] - sx, of.y[apex] - sy
        of_right, of_left = _cross(rx, ry, x, y), _cross(x, y, lx, ly)
        if of_right >= 0 and of_left >= 0:
            size = _note(seen, mark, found, size, apex)
        triangle = entry // 3
        for item in range(of.place_start[triangle], of.place_start[triangle + 1]):
            place = of.place_item[item]
            px, py = of.place_x[place] - sx, of.place_y[place] - sy
            if _cross(rx, ry, px, py) >= 0 and _cross(px, py, lx, ly) >= 0:
                size = _note(seen, mark, found, size, vertices + place)
        if of_right > 0 and of.right[entry] >= 0:
            rays = (rx, ry, x, y) if of_left >= 0 else (rx, ry, lx, ly)
            stack = _push(stack, count, of.right[entry], rays)
            count += 1
        if of_left > 0 and of.left[entry] >= 0:
            rays = (x, y, lx, ly) if of_right >= 0 else (rx, ry, lx, ly)
            stack = _push(stack, count, of.left[entry], rays)
            count += 1
    return stack, size


@njit(cache=True, nogil=True)
def _tangent(of: "Sight", corner: int, x: int, y: int) -> bool:
    """Whether a line of direction (x, y) leaves both walls of a corner on one side."""
    back = _cross(x, y, of.back[0, corner], of.back[1, corner])
    ahead = _cross(x, y, of.ahead[0, corner], of.ahead[1, corner])
    return not ((back > 0 and ahead < 0) or (back < 0 and ahead > 0))


@njit(cache=True, nogil=True)
def visible(of: "Sight", at: Ints) -> tuple[Ints, Ints]:
    """What a shortest path from places may go to first.

    Parameters
    ----------
    of : Sight
    at : (2, K) int64
        Places in the closed polygon, in cells.

    Returns
    -------
    tuple[(K + 1,) int64, (N,) int64]
        Where each one's begin; corners, seen along a line that is tangent there, and, numbered after all corners, the
        sight's own places. Sorted for each.
    """
    corners = len(of.vertex)
    start = np.zeros(at.shape[1] + 1, np.int64)
    everything = np.empty(256, np.int64)
    total = 0
    seen = np.zeros(len(of.x) + len(of.place_x), np.int64)
    found = np.empty(len(seen), np.int64)
    stack = np.empty((256, 5), np.int64)
    begins, triangles = holding(of, at)
    for row in range(at.shape[1]):
        sx, sy = at[0, row], at[1, row]
        size, mark = 0, row + 1
        for held in range(begins[row], begins[row + 1]):
            triangle = triangles[held]
            for item in range(of.place_start[triangle], of.place_start[triangle + 1]):
                size = _note(seen, mark, found, size, len(of.x) + of.place_item[item])
            for half in range(3 * triangle, 3 * triangle + 3):
                a, b = of.start[half], of.end[half]
                size = _note(seen, mark, found, size, a)
                rays = (of.x[a] - sx, of.y[a] - sy, of.x[b] - sx, of.y[b] - sy)
                if of.twin[half] >= 0 and _cross(rays[0], rays[1], rays[2], rays[3]) > 0:
                    stack = _push(stack, 0, of.twin[half], rays)
                    stack, size = _expand(of, (sx, sy), stack, 1, seen, mark, found, size)
        first = total
        if total + size > len(everything):
            everything = np.append(everything, np.empty(len(everything) + size, np.int64))
        for one in found[:size]:
            if one >= len(of.x):
                everything[total] = corners + one - len(of.x)
                total += 1
            elif of.corner_of[one] >= 0 and _tangent(of, of.corner_of[one], of.x[one] - sx, of.y[one] - sy):
                everything[total] = of.corner_of[one]
                total += 1
        everything[first:total].sort()
        start[row + 1] = total
    return start, everything[:total]


@njit(cache=True, nogil=True)
def _clip(rays: tuple[int, int, int, int], rx: int, ry: int, lx: int, ly: int) -> tuple[bool, int, int, int, int]:
    """Narrow a funnel to a cone of less than 180°: whether anything is left, and its rays."""
    fx, fy, kx, ky = rays
    cone_opens = _cross(fx, fy, rx, ry) >= 0 and _cross(rx, ry, kx, ky) > 0  # the cone's right ray is in the funnel
    funnel_opens = _cross(rx, ry, fx, fy) >= 0 and _cross(fx, fy, lx, ly) > 0
    if _cross(fx, fy, lx, ly) > 0 and _cross(lx, ly, kx, ky) >= 0:
        kx, ky = lx, ly
    if cone_opens:
        fx, fy = rx, ry
    return cone_opens or funnel_opens, fx, fy, kx, ky


@njit(cache=True, nogil=True)
def _look(of: "Sight", corner: int, half: int, stack: Ints) -> tuple[Ints, int]:
    """Funnels from a corner through the triangle that a half-edge from it is in, along tangents only."""
    vertex = of.vertex[corner]
    opposite = half + 1 if half % 3 < 2 else half - 2
    entry = of.twin[opposite]
    if entry < 0:
        return stack, 0
    a, b, sx, sy = of.start[opposite], of.end[opposite], of.x[vertex], of.y[vertex]
    rays = (of.x[a] - sx, of.y[a] - sy, of.x[b] - sx, of.y[b] - sy)
    if of.pinch[corner]:
        return _push(stack, 0, entry, rays), 1
    count = 0
    back_x, back_y = of.back[0, corner], of.back[1, corner]
    ahead_x, ahead_y = of.ahead[0, corner], of.ahead[1, corner]
    for cone in ((ahead_x, ahead_y, -back_x, -back_y), (-ahead_x, -ahead_y, back_x, back_y)):
        kept, rx, ry, lx, ly = _clip(rays, cone[0], cone[1], cone[2], cone[3])
        if kept:
            stack = _push(stack, count, entry, (rx, ry, lx, ly))
            count += 1
    return stack, count


@njit(cache=True, nogil=True)
def taut(of: "Sight", half_start: Ints, half_item: Ints) -> Ints:
    """Taut edges between corners, as ``i * C + j`` with i < j; some twice, in no order.

    Parameters
    ----------
    of : Sight
    half_start, half_item : (C + 1,) and (N,) int64
        The half-edges that start at each corner.
    """
    corners = len(of.vertex)
    keys = np.empty(1024, np.int64)
    total = 0
    seen = np.zeros(len(of.x) + len(of.place_x), np.int64)
    found = np.empty(len(seen), np.int64)
    stack = np.empty((256, 5), np.int64)
    for corner in range(corners):
        vertex = of.vertex[corner]
        sx, sy = of.x[vertex], of.y[vertex]
        size = 0
        for item in range(half_start[corner], half_start[corner + 1]):
            half = half_item[item]
            for near in range(3 * (half // 3), 3 * (half // 3) + 3):
                size = _note(seen, corner + 1, found, size, of.start[near])
            stack, count = _look(of, corner, half, stack)
            stack, size = _expand(of, (sx, sy), stack, count, seen, corner + 1, found, size)
        if total + size > len(keys):
            keys = np.append(keys, np.empty(len(keys) + size, np.int64))
        for one in found[:size]:
            other = of.corner_of[one] if one < len(of.x) else -1
            if other >= 0 and other != corner:
                x, y = of.x[one] - sx, of.y[one] - sy
                if _tangent(of, corner, x, y) and _tangent(of, other, x, y):
                    keys[total] = min(corner, other) * corners + max(corner, other)
                    total += 1
    return keys[:total]


@njit(cache=True, nogil=True)
def _meet(x: int, y: int, wx: int, wy: int) -> bool:
    """Whether a vertex along a way is at its end or beyond; their larger components tell the nearer."""
    return max(abs(x), abs(y)) >= max(abs(wx), abs(wy))


@njit(cache=True, nogil=True)
def _follow(of: "Sight", half: int, source: tuple[int, int], wx: int, wy: int) -> tuple[bool, int, int]:
    """Follow a way out of a triangle by one of its edges: whether it arrives; else the first vertex on it, or zero."""
    sx, sy = source
    a, b = of.start[half], of.end[half]
    rx, ry, lx, ly = of.x[a] - sx, of.y[a] - sy, of.x[b] - sx, of.y[b] - sy
    if _cross(rx, ry, lx, ly) <= 0:
        return False, 0, 0
    of_right, of_left = _cross(rx, ry, wx, wy), _cross(wx, wy, lx, ly)
    if of_right < 0 or of_left < 0 or (of_right == 0 and of_left == 0):
        return False, 0, 0
    if of_right == 0 or of_left == 0:
        x, y = (rx, ry) if of_right == 0 else (lx, ly)
        return _meet(x, y, wx, wy), x, y
    entry = of.twin[half]
    while _cross(lx - rx, ly - ry, wx - rx, wy - ry) < 0:  # the end is beyond the edge
        if entry < 0:
            return False, 0, 0
        apex = of.apex[entry]
        x, y = of.x[apex] - sx, of.y[apex] - sy
        side = _cross(wx, wy, x, y)
        if side == 0:
            return _meet(x, y, wx, wy), x, y
        if side > 0:
            lx, ly, entry = x, y, of.right[entry]
        else:
            rx, ry, entry = x, y, of.left[entry]
    return True, 0, 0


@njit(cache=True, nogil=True)
def reach(of: "Sight", at: Ints, to: Ints) -> NDArray[np.bool_]:
    """(K,): whether segments between places (2, K), in cells, stay in the polygon, from one vertex they touch to the next."""
    reached = np.zeros(at.shape[1], np.bool_)
    here = np.empty((2, 1), np.int64)
    for row in range(at.shape[1]):
        here[0, 0], here[1, 0] = at[0, row], at[1, row]
        while True:
            sx, sy = here[0, 0], here[1, 0]
            wx, wy = to[0, row] - sx, to[1, row] - sy
            arrives, mx, my = wx == 0 and wy == 0, 0, 0
            _, triangles = holding(of, here)
            for triangle in triangles:
                for half in range(3 * triangle, 3 * triangle + 3):
                    ends, x, y = _follow(of, half, (sx, sy), wx, wy)
                    arrives |= ends
                    if x != 0 or y != 0:
                        mx, my = x, y
            reached[row] = arrives
            if arrives or (mx == 0 and my == 0):
                break
            here[0, 0], here[1, 0] = sx + mx, sy + my
    return reached
