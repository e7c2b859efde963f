"""Constrained Delaunay triangulation of whole coordinates, compiled.

Points go in one by one, near their neighbours in the order of a Morton curve; edges that are not Delaunay are flipped
(Lawson, "Software for C1 surface interpolation", 1977). Walls are then made edges by flipping what crosses them (Sloan,
"A fast algorithm for generating constrained Delaunay triangulations", 1993), and what lies to their right is left out.

Every test of orientation is exact, so that the result is a triangulation whatever lines up. The test of the circle is
rounded and flips only where it is certain: a flip then always lowers the lifted surface, which ends, and triangles whose
corners are nearly on one circle stay as they are.

Half-edge ``3 t + k`` runs from corner k of triangle t to the next one, anticlockwise; ``twin`` is the same edge from the
other side. The first four vertices are a square around everything, 2**30 cells from the middle.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.int8]

CORNER = 1 << 30
"""Cells: places are within 2**29 of the middle, so that no cross product of differences is 2**63 or more."""
_CIRCLE_ERROR = (10.0 + 96.0 * 2.0**-53) * 2.0**-53
"""Relative error of the rounded test of the circle: ``iccerrboundA`` in Shewchuk, "Adaptive Precision Floating-Point
Arithmetic and Fast Robust Geometric Predicates", 1997."""


@njit(cache=True, nogil=True)
def _turn(x: Ints, y: Ints, a: int, b: int, c: int) -> int:
    """Positive where c is to the left of a → b."""
    return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a])


@njit(cache=True, nogil=True)
def _onward(half: int) -> int:
    return half + 1 if half % 3 < 2 else half - 2


@njit(cache=True, nogil=True)
def _back(half: int) -> int:
    return half - 1 if half % 3 > 0 else half + 2


@njit(cache=True, nogil=True)
def _in_circle(x: Ints, y: Ints, a: int, b: int, c: int, d: int) -> bool:
    """Whether d is certainly inside the circle through a, b and c, which turn left."""
    ax, ay = float(x[a] - x[d]), float(y[a] - y[d])
    bx, by = float(x[b] - x[d]), float(y[b] - y[d])
    cx, cy = float(x[c] - x[d]), float(y[c] - y[d])
    a2, b2, c2 = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    bc, cb, ca, ac, ab, ba = bx * cy, cx * by, cx * ay, ax * cy, ax * by, bx * ay
    size = (abs(bc) + abs(cb)) * a2 + (abs(ca) + abs(ac)) * b2 + (abs(ab) + abs(ba)) * c2
    return a2 * (bc - cb) + b2 * (ca - ac) + c2 * (ab - ba) > _CIRCLE_ERROR * size


@njit(cache=True, nogil=True)
def _set(vertex: Ints, twin: Ints, fixed: Flags, of: Ints, half: int, start: int, other: int, kind: int) -> None:
    """Let a half-edge start at a vertex, face another half-edge and be of a kind."""
    vertex[half], twin[half], fixed[half] = start, other, kind
    of[start] = half
    if other >= 0:
        twin[other] = half


@njit(cache=True, nogil=True)
def _flip(vertex: Ints, twin: Ints, fixed: Flags, of: Ints, half: int) -> int:
    """Turn the edge between two triangles to the other diagonal; returns one of its halves.

    From (u, v, c) and (v, u, d) to (c, u, d) and (d, v, c), in the same places.
    """
    other = twin[half]
    h1, h2, g1, g2 = _onward(half), _back(half), _onward(other), _back(other)
    u, v, c, d = vertex[half], vertex[other], vertex[h2], vertex[g2]
    t1, t2, s1, s2 = twin[h1], twin[h2], twin[g1], twin[g2]
    f1, f2, e1, e2 = fixed[h1], fixed[h2], fixed[g1], fixed[g2]
    one, two = 3 * (half // 3), 3 * (other // 3)
    _set(vertex, twin, fixed, of, one, c, t2, f2)
    _set(vertex, twin, fixed, of, one + 1, u, s1, e1)
    _set(vertex, twin, fixed, of, two, d, s2, e2)
    _set(vertex, twin, fixed, of, two + 1, v, t1, f1)
    _set(vertex, twin, fixed, of, one + 2, d, two + 2, 0)
    _set(vertex, twin, fixed, of, two + 2, c, one + 2, 0)
    return one + 2


@njit(cache=True, nogil=True)
def _legalise(x: Ints, y: Ints, vertex: Ints, twin: Ints, fixed: Flags, of: Ints, stack: Ints, size: int) -> None:
    """Flip what is not Delaunay, from half-edges on a stack onwards."""
    while size > 0:
        size -= 1
        half = stack[size]
        other = twin[half]
        if other < 0 or fixed[half] != 0:
            continue
        u, v, c, d = vertex[half], vertex[other], vertex[_back(half)], vertex[_back(other)]
        if _turn(x, y, c, u, d) <= 0 or _turn(x, y, d, v, c) <= 0 or not _in_circle(x, y, u, v, c, d):
            continue
        one, two = 3 * (half // 3), 3 * (other // 3)
        _flip(vertex, twin, fixed, of, half)
        if size + 4 <= len(stack):
            stack[size], stack[size + 1], stack[size + 2], stack[size + 3] = one, one + 1, two, two + 1
            size += 4


@njit(cache=True, nogil=True)
def _locate(x: Ints, y: Ints, vertex: Ints, twin: Ints, point: int, triangle: int, count: int) -> int:
    """A closed triangle that holds a point, by walking towards it; by trying all where the walk goes round."""
    for step in range(count):
        moved = False
        for k in range(3):
            half = 3 * triangle + (step + k) % 3
            if _turn(x, y, vertex[half], vertex[_onward(half)], point) < 0:
                triangle = twin[half] // 3
                moved = True
                break
        if not moved:
            return triangle
    for other in range(count):
        a, b, c = vertex[3 * other], vertex[3 * other + 1], vertex[3 * other + 2]
        if _turn(x, y, a, b, point) >= 0 and _turn(x, y, b, c, point) >= 0 and _turn(x, y, c, a, point) >= 0:
            return other
    return triangle


@njit(cache=True, nogil=True)
def _insert(
    x: Ints, y: Ints, vertex: Ints, twin: Ints, fixed: Flags, of: Ints, stack: Ints, place: tuple[int, int, int]
) -> None:
    """Split a triangle in three around a point in it; a point on an edge splits that too."""
    point, triangle, count = place
    h0, h1, h2 = 3 * triangle, 3 * triangle + 1, 3 * triangle + 2
    a, b, c = vertex[h0], vertex[h1], vertex[h2]
    t0, t1, t2 = twin[h0], twin[h1], twin[h2]
    n, m = 3 * count, 3 * count + 3
    on_edge = -1
    if _turn(x, y, a, b, point) == 0:
        on_edge = h0
    elif _turn(x, y, b, c, point) == 0:
        on_edge = n
    elif _turn(x, y, c, a, point) == 0:
        on_edge = m
    _set(vertex, twin, fixed, of, h0, a, t0, 0)
    _set(vertex, twin, fixed, of, n, b, t1, 0)
    _set(vertex, twin, fixed, of, m, c, t2, 0)
    _set(vertex, twin, fixed, of, h1, b, n + 2, 0)
    _set(vertex, twin, fixed, of, n + 1, c, m + 2, 0)
    _set(vertex, twin, fixed, of, m + 1, a, h2, 0)
    _set(vertex, twin, fixed, of, h2, point, m + 1, 0)
    _set(vertex, twin, fixed, of, n + 2, point, h1, 0)
    _set(vertex, twin, fixed, of, m + 2, point, n + 1, 0)
    stack[0], stack[1], stack[2] = h0, n, m
    size = 3
    if on_edge >= 0:
        other = 3 * (twin[on_edge] // 3)
        _flip(vertex, twin, fixed, of, on_edge)
        stack[3], stack[4], size = on_edge + 1, other, 5
    _legalise(x, y, vertex, twin, fixed, of, stack, size)


@njit(cache=True, nogil=True)
def _edge(vertex: Ints, twin: Ints, of: Ints, start: int, end: int) -> int:
    """The half-edge between two vertices, or -1."""
    half = of[start]
    while True:
        if vertex[_onward(half)] == end:
            return half
        half = twin[_back(half)]
        if half < 0 or half == of[start]:
            return -1


@njit(cache=True, nogil=True)
def _ahead(x: Ints, y: Ints, vertex: Ints, twin: Ints, of: Ints, a: int, b: int) -> tuple[int, bool]:
    """From a towards b: the half-edge that lies on the way and True, or the one that crosses it and False."""
    half = of[a]
    while True:
        p, q = vertex[_onward(half)], vertex[_back(half)]
        side = _turn(x, y, a, b, p)
        if p == b or (side == 0 and (x[p] - x[a]) * (x[b] - x[a]) + (y[p] - y[a]) * (y[b] - y[a]) > 0):
            return half, True
        if side < 0 and _turn(x, y, a, b, q) > 0:
            return _onward(half), False
        half = twin[_back(half)]
        if half < 0 or half == of[a]:
            return -1, False


@njit(cache=True, nogil=True)
def _crossed(x: Ints, y: Ints, vertex: Ints, twin: Ints, queue: Ints, way: tuple[int, int, int]) -> tuple[int, int]:
    """Note the edges that cross the way from a to b, from a first one; returns their number and where they end."""
    a, b, half = way
    count = 0
    while count < queue.shape[1]:
        queue[0, count], queue[1, count] = vertex[half], vertex[_onward(half)]
        count += 1
        other = twin[half]
        tip = vertex[_back(other)]
        side = _turn(x, y, a, b, tip)
        if tip == b or side == 0:
            return count, tip
        half = _onward(other) if side > 0 else _back(other)
    return 0, -1


@njit(cache=True, nogil=True)
def _clear(
    x: Ints, y: Ints, vertex: Ints, twin: Ints, fixed: Flags, of: Ints, queue: Ints, way: tuple[int, int, int]
) -> bool:
    """Flip the noted edges until none crosses the way from a to its end."""
    a, end, count = way
    room, first = queue.shape[1], 0
    for _ in range(64 * (count + 8) * (count + 8)):
        if count == 0:
            return True
        u, v = queue[0, first], queue[1, first]
        first, count = (first + 1) % room, count - 1
        if u < 4:
            u, v = v, u  # all the way round a vertex there are triangles, but not around the corners of the square
        half = _edge(vertex, twin, of, u, v)
        if half < 0 or fixed[half] != 0:
            return False
        c, d = vertex[_back(half)], vertex[_back(twin[half])]
        if _turn(x, y, c, u, d) > 0 and _turn(x, y, d, v, c) > 0:
            _flip(vertex, twin, fixed, of, half)
            u, v = c, d
            one, other = _turn(x, y, a, end, c), _turn(x, y, a, end, d)
            if not ((one > 0 and other < 0) or (one < 0 and other > 0)):
                continue
        last = (first + count) % room
        queue[0, last], queue[1, last] = u, v
        count += 1
    return False


@njit(cache=True, nogil=True)
def _build_wall(
    x: Ints, y: Ints, vertex: Ints, twin: Ints, fixed: Flags, of: Ints, queue: Ints, ends: tuple[int, int]
) -> bool:
    """Make a wall an edge, or several where it runs over vertices; inside is on its left."""
    a, b = ends
    while a != b:
        half, on_way = _ahead(x, y, vertex, twin, of, a, b)
        if half < 0:
            return False
        if not on_way:
            count, end = _crossed(x, y, vertex, twin, queue, (a, b, half))
            if end < 0 or not _clear(x, y, vertex, twin, fixed, of, queue, (a, end, count)):
                return False
            half = _edge(vertex, twin, of, a, end)
            if half < 0:
                return False
        fixed[half], fixed[twin[half]] = 1, -1
        a = vertex[_onward(half)]
    return True


@njit(cache=True, nogil=True)
def _inside(twin: Ints, fixed: Flags, count: int) -> tuple[bool, Ints]:
    """Number the triangles to the left of walls, and all that is joined to them; -1 for the others."""
    side = np.zeros(count, np.int8)
    stack = np.empty(count, np.int64)
    size = 0
    for half in range(3 * count):
        if fixed[half] != 0 and side[half // 3] == 0:
            side[half // 3] = fixed[half]
            stack[size] = half // 3
            size += 1
            while size > 0:
                size -= 1
                triangle = stack[size]
                for edge in range(3 * triangle, 3 * triangle + 3):
                    if fixed[edge] != 0:
                        if fixed[edge] != side[triangle]:
                            return False, stack
                    elif twin[edge] >= 0 and side[twin[edge] // 3] == 0:
                        side[twin[edge] // 3] = side[triangle]
                        stack[size] = twin[edge] // 3
                        size += 1
    number = np.full(count, -1)
    found = 0
    for triangle in range(count):
        if side[triangle] > 0:
            number[triangle] = found
            found += 1
    return True, number


@njit(cache=True, nogil=True)
def triangulate(at: Ints, order: Ints, walls: Ints) -> tuple[bool, Ints, Ints]:
    """Triangulate what lies to the left of walls.

    Parameters
    ----------
    at : (2, V) int64
        Vertices, each once, within 2**29 cells of the middle.
    order : (V,) int64
        In which they are put in.
    walls : (2, W) int64
        Vertices that a wall runs from and to; inside is on its left. Walls meet in vertices only.

    Returns
    -------
    tuple[bool, (3 T,) int64, (3 T,) int64]
        Whether the walls bound an area; where each half-edge starts; its other side, -1 at a wall.
    """
    count, total = 2, 2 * (at.shape[1] + 1)
    x, y = np.empty(at.shape[1] + 4, np.int64), np.empty(at.shape[1] + 4, np.int64)
    x[4:], y[4:] = at[0], at[1]
    x[0], x[1], x[2], x[3] = -CORNER, CORNER, CORNER, -CORNER
    y[0], y[1], y[2], y[3] = -CORNER, -CORNER, CORNER, CORNER
    vertex, twin = np.full(3 * total, -1), np.full(3 * total, -1)
    fixed, of = np.zeros(3 * total, np.int8), np.zeros(len(x), np.int64)
    for half, corner in enumerate((0, 1, 2, 0, 2, 3)):
        _set(vertex, twin, fixed, of, half, corner, -1, 0)
    twin[2], twin[3] = 3, 2
    stack, queue = np.empty(4096, np.int64), np.empty((2, 3 * total), np.int64)
    triangle = 0
    for point in order:
        triangle = _locate(x, y, vertex, twin, point + 4, triangle, count)
        _insert(x, y, vertex, twin, fixed, of, stack, (point + 4, triangle, count))
        count += 2
        triangle = of[point + 4] // 3
    for wall in range(walls.shape[1]):
        ends = (walls[0, wall] + 4, walls[1, wall] + 4)
        if not _build_wall(x, y, vertex, twin, fixed, of, queue, ends):
            return False, vertex, twin
    for half in range(3 * count):
        stack[0] = half
        _legalise(x, y, vertex, twin, fixed, of, stack, 1)
    good, number = _inside(twin, fixed, count)
    if not good:
        return False, vertex, twin
    size = np.count_nonzero(number >= 0)
    start, across = np.empty(3 * size, np.int64), np.full(3 * size, -1)
    for old in range(count):
        for k in range(3):
            half, other = 3 * old + k, twin[3 * old + k]
            if number[old] >= 0:
                start[3 * number[old] + k] = vertex[half] - 4
                if fixed[half] == 0 and other >= 0 and number[other // 3] >= 0:
                    across[3 * number[old] + k] = 3 * number[other // 3] + other % 3
    return True, start, across
