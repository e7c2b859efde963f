"""A taut string around discs, compiled: the shortest way that keeps its distance from corners.

The nearest places of a straight segment and a straight wall are at an end of one of them. A string between two fixed
ends therefore keeps a distance from every wall iff it keeps it from the reflex corners, its own ends aside. So each
corner gets a disc, and the way is the string pulled taut around the discs in its way: straight lines tangent to them, and
arcs. It is smooth by construction, square in the middle of a gap whose two posts have discs of half its width, and as
short as that distance allows.

A *string* is a column of discs: centre, radius, side (+1: the disc lies left of the way, which turns left around it) and
key (which corner it is; -1 for a place the way is pinned to). Walls lie in a grid of square cells.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from indoor3d.routing._natural_field_kernels import Field, clip, contains, corner_at, row_span, survey

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]

STEP_RAD = np.radians(15.0)
"""Greatest change of heading from one chord of an arc to the next; a quarter turn becomes six."""
MIDDLE_M = 0.09
"""So near to its middle a door is always crossed; nearer where the length allows. Decided: a hand's breadth."""
_BENT_RAD = np.radians(20.0)  # a smaller turn on to a connector is no kink
_SLACK_M = 1e-4  # a corner this little too near is near enough, and rounds end
_NOISE_M = 1e-5  # on which side of a line a corner lies is not to be read off less: far above the lattice of free space
_ROUNDS = 160  # most strings are taut after ten
_MOST = 400  # discs in a string
_CLOSE, _CLOSER = (
    0.6,
    0.9,
)  # a disc's radius is at most so much of its distance to an end: a nearer end would be orbited
_SQUARE = 1e-3  # sine: how far a line may be from tangent to a corner's wall
_NIGH_M = 1.0  # a gate so near to where the way ends need not be passed in its middle
_DEEPEST_M = 2.0  # no step pulls a line further over a corner
_POST = 0.98  # of half a gate: what is left lets the string through between its posts
_LADDER = (0.34, 0.67, 1.0)  # discs grow in steps, so that no line jumps over a corner
_HALVINGS, _TRIES, _LEAST, _GENTLER = 6, 8, 0.05, 5  # of comfort; of discs in the way; least comfort; of turns at ends


class String(NamedTuple):
    """What changes while a string is pulled."""

    disc: Floats  # (MOST, 4): centre, radius, side
    key: Ints  # (MOST,)
    line: Floats  # (MOST, 6): the straight way to the next disc, its two ends and its direction
    used: Bytes  # 1 where a key is in the string
    through: Floats  # (G,): 1 or -1 where the way goes through a gate, along or against its axis
    pull: Floats  # (3,): how much is wanted of corners, of posts, and of the very middle of gates
    factor: Floats  # share of its radius that each key has kept


@njit(cache=True, nogil=True)
def _radius(field: Field, string: String, key: int, at: Floats, ends: Floats) -> float:
    """Radius of a disc: its own, times how much is wanted, and never over an end of the way."""
    pull, factor = string.pull, string.factor
    if key < 0:
        return 0.0
    count = len(field.corners)
    if key < count:
        radius = field.corners[key, 2] * pull[0]
    else:
        half = field.gates[(key - count) // 2, 4]
        radius = pull[1] * (pull[2] * _POST * half + (1 - pull[2]) * max(half - MIDDLE_M, 0.0))
    nearest = min(np.hypot(at[0] - ends[0], at[1] - ends[1]), np.hypot(at[0] - ends[2], at[1] - ends[3]))
    return min(radius * factor[key], (_CLOSE if key < count else _CLOSER) * nearest)


@njit(cache=True, nogil=True)
def _tangents(string: String, n: int) -> int:
    """Write the straight lines between neighbours; the first pair that has none, or -1."""
    disc, line = string.disc, string.line
    for i in range(n - 1):
        dx, dy = disc[i + 1, 0] - disc[i, 0], disc[i + 1, 1] - disc[i, 1]
        size = np.hypot(dx, dy)
        one, two = disc[i, 3] * disc[i, 2], disc[i + 1, 3] * disc[i + 1, 2]
        if size < 1e-9 or abs(two - one) >= size * (1 - 1e-7):
            return i
        sine = (two - one) / size
        cosine = np.sqrt(1 - sine * sine)
        ux, uy = (dx * cosine + dy * sine) / size, (dy * cosine - dx * sine) / size
        line[i, 0], line[i, 1] = disc[i, 0] + one * uy, disc[i, 1] - one * ux
        line[i, 2], line[i, 3] = disc[i + 1, 0] + two * uy, disc[i + 1, 1] - two * ux
        line[i, 4], line[i, 5] = ux, uy
    return -1


@njit(cache=True, nogil=True)
def _drop(string: String, n: int, index: int) -> int:
    disc, key, used = string.disc, string.key, string.used
    if key[index] >= 0:
        used[key[index]] = 0
    for i in range(index, n - 1):
        disc[i], key[i] = disc[i + 1], key[i + 1]
    return n - 1


@njit(cache=True, nogil=True)
def _part(string: String, n: int, i: int) -> int:
    """Make room for a line between neighbours i and i + 1 that lie in or over one another; the number left."""
    disc, key, factor = string.disc, string.key, string.factor
    j = i + 1
    size = np.hypot(disc[j, 0] - disc[i, 0], disc[j, 1] - disc[i, 1])
    small = i if (disc[i, 2] < disc[j, 2] and i > 0) or j == n - 1 else j
    if size < 1e-9 or (disc[i, 3] == disc[j, 3] and key[small] >= 0 and disc[i, 2] > 0 and disc[j, 2] > 0):
        return _drop(string, n, small) if 0 < small < n - 1 else -1
    share = 0.98 * size / (disc[i, 2] + disc[j, 2])
    for one in (i, j):
        if key[one] >= 0:
            factor[key[one]] *= share
    return n


@njit(cache=True, nogil=True)
def _side(corner: Floats, ux: float, uy: float) -> float:
    """On which side of a way in a direction a corner lies that it bends around: 1 left, -1 right, 0 where it cannot."""
    after, before = ux * corner[4] - uy * corner[3], ux * corner[6] - uy * corner[5]
    if after <= _SQUARE and before <= _SQUARE:
        return 1.0
    return -1.0 if after >= -_SQUARE and before >= -_SQUARE else 0.0


@njit(cache=True, nogil=True)
def _wanting(field: Field, string: String, line: Floats, ends: Floats) -> tuple[int, float, float]:
    """The corner that a straight line comes too near to, most of all: key (-1: none), side, by how much."""
    used, pull = string.used, string.pull
    a, b, ux, uy = line[0:2], line[2:4], line[4], line[5]
    length = np.hypot(b[0] - a[0], b[1] - a[1])
    reach = field.origin[3] * pull[0]
    cell = field.origin[2]
    bottom = clip((min(a[1], b[1]) - reach - field.origin[1]) / cell, 0, field.shape[1] - 1)
    top = clip((max(a[1], b[1]) + reach - field.origin[1]) / cell, 0, field.shape[1] - 1)
    best, side, most = -1, 1.0, _SLACK_M
    for row in range(bottom, top + 1):
        left, right = row_span(field, a, b, row, reach)
        for at in range(row * field.shape[0] + left, row * field.shape[0] + right + 1):
            for i in range(field.corner_first[at], field.corner_first[at + 1]):
                k = field.corner_items[i]
                if used[k]:
                    continue
                corner = field.corners[k]
                x, y = corner[0] - a[0], corner[1] - a[1]
                along, off = ux * x + uy * y, ux * y - uy * x
                if along <= 0 or along >= length or abs(off) >= corner[2] * pull[0] - most:
                    continue
                here = _side(corner, ux, uy)
                if here == 0 or here * off < -_NOISE_M:
                    continue
                lacks = _radius(field, string, k, corner, ends) - here * off
                if lacks > most:
                    best, side, most = k, here, lacks
    return best, side, most


@njit(cache=True, nogil=True)
def _wanting_gate(field: Field, string: String, line: Floats, ends: Floats) -> tuple[int, float, float]:
    """The same for posts of the gates that the way goes through (``through`` not 0: along or against their axis)."""
    used, through = string.used, string.through
    best, side, most = -1, 1.0, _SLACK_M
    a, b, ux, uy = line[0:2], line[2:4], line[4], line[5]
    for g in range(len(field.gates)):
        if through[g] == 0 or _crosses(field.gates[g], a, b) == 0:
            continue
        for which in range(2):
            k = len(field.corners) + 2 * g + which
            if used[k]:
                continue
            at = _post(field, k)
            here = through[g] * (1.0 - 2.0 * which)
            off = ux * (at[1] - a[1]) - uy * (at[0] - a[0])
            lacks = _radius(field, string, k, at, ends) - here * off
            if lacks > most:
                best, side, most = k, here, lacks
    return best, side, most


@njit(cache=True, nogil=True)
def _post(field: Field, key: int) -> Floats:
    """Where a post of a gate stands: to the left of its axis, then to the right."""
    gate, which = divmod(key - len(field.corners), 2)
    middle, across, half = field.gates[gate, 0:2], field.gates[gate, 2:4], field.gates[gate, 4]
    return middle + (1.0 - 2.0 * which) * half * across


@njit(cache=True, nogil=True)
def _crosses(gate: Floats, a: Floats, b: Floats) -> float:
    """Whether a segment goes through a gate: 1 along its axis, -1 against it, 0 not at all."""
    axis_x, axis_y = gate[3], -gate[2]
    one = (a[0] - gate[0]) * axis_x + (a[1] - gate[1]) * axis_y
    two = (b[0] - gate[0]) * axis_x + (b[1] - gate[1]) * axis_y
    if one * two > 0 or one == two:
        return 0.0
    t = one / (one - two)
    x, y = a[0] + t * (b[0] - a[0]) - gate[0], a[1] + t * (b[1] - a[1]) - gate[1]
    if abs(x * gate[2] + y * gate[3]) > gate[5]:
        return 0.0
    return 1.0 if two > one else -1.0


@njit(cache=True, nogil=True)
def _insert(field: Field, string: String, n: int, after: int, k: int, side: float) -> int:
    """Put a disc into the string."""
    disc, key = string.disc, string.key
    string.used[k] = 1
    for m in range(n, after + 1, -1):
        disc[m], key[m] = disc[m - 1], key[m - 1]
    disc[after + 1, 0:2] = field.corners[k, 0:2] if k < len(field.corners) else _post(field, k)
    disc[after + 1, 3], key[after + 1] = side, k
    return n + 1


@njit(cache=True, nogil=True)
def _unblocked(field: Field, string: String, n: int) -> tuple[int, int]:
    """Hang lines that a step has pulled over a corner back around it; the number of discs, and of those put in."""
    line = string.line
    seen, added = np.zeros(len(field.tag_opens), np.uint8), 0
    for i in range(n - 2, -1, -1):
        if n < _MOST - 1 and not survey(field, line[i, 0:2], line[i, 2:4], seen)[0]:
            k, side = _passed(field, line[i], string.used)
            if k >= 0:
                n, added = _insert(field, string, n, i, k, side), added + 1
    return n, added


@njit(cache=True, nogil=True)
def _passed(field: Field, line: Floats, used: Bytes) -> tuple[int, float]:
    """The corner on the wrong side of a line through its wall, the least deep: key (-1: none), side it belongs on."""
    a, ux, uy = line[0:2], line[4], line[5]
    length = np.hypot(line[2] - a[0], line[3] - a[1])
    best, side, least = -1, 1.0, _DEEPEST_M
    for k in range(len(field.corners)):
        x, y = field.corners[k, 0] - a[0], field.corners[k, 1] - a[1]
        along, off = ux * x + uy * y, ux * y - uy * x
        if along <= 0 or along >= length or abs(off) >= least or used[k]:
            continue
        here = _side(field.corners[k], ux, uy)
        if here * off < 0 and not contains(field, a[0] + along * ux, a[1] + along * uy):
            best, side, least = k, here, abs(off)
    return best, side


@njit(cache=True, nogil=True)
def _turn(line: Floats, j: int, side: float) -> float:
    """Angle from the line before disc j to the one after it, left positive; more than a half turn on the disc's side."""
    cross = line[j - 1, 4] * line[j, 5] - line[j - 1, 5] * line[j, 4]
    dot = line[j - 1, 4] * line[j, 4] + line[j - 1, 5] * line[j, 5]
    angle = np.arctan2(cross, dot)
    return angle + 2 * np.pi * side if cross * side < 0 and dot < 0 else angle


@njit(cache=True, nogil=True)
def _pull(field: Field, string: String, n: int) -> int:
    """Pull the string taut; the number of its discs, -1 where it cannot be."""
    disc, key, line = string.disc, string.key, string.line
    ends = np.array([disc[0, 0], disc[0, 1], disc[n - 1, 0], disc[n - 1, 1]])
    for _ in range(_ROUNDS):
        for i in range(n):
            disc[i, 2] = _radius(field, string, key[i], disc[i], ends)
        tight = _tangents(string, n)
        if tight >= 0:
            n = _part(string, n, tight)
            if n < 2:
                return -1
            continue
        loose = -1
        for j in range(1, n - 1):
            if _turn(line, j, disc[j, 3]) * disc[j, 3] < -1e-9:
                if key[j] < 0:
                    disc[j, 3] = -disc[j, 3]
                else:
                    loose = j
                    break
        if loose >= 0:
            n = _drop(string, n, loose)
            continue
        added = 0
        for i in range(n - 2, -1, -1):
            k, side, lacks = _wanting(field, string, line[i], ends)
            g, other, more = _wanting_gate(field, string, line[i], ends)
            if g >= 0 and more > lacks:
                k, side = g, other
            if k >= 0 and n < _MOST - 1:
                n, added = _insert(field, string, n, i, k, side), added + 1
        if not added:
            n, added = _unblocked(field, string, n)
        if not added:
            break
    for i in range(n):
        disc[i, 2] = _radius(field, string, key[i], disc[i], ends)
    return n if _tangents(string, n) < 0 else -1


@njit(cache=True, nogil=True)
def _length(string: String, n: int) -> float:
    """Length of a string: its straight lines and its arcs."""
    disc, line, total = string.disc, string.line, 0.0
    for i in range(n - 1):
        total += np.hypot(line[i, 2] - line[i, 0], line[i, 3] - line[i, 1])
        if i:
            total += disc[i, 2] * abs(_turn(line, i, disc[i, 3]))
    return total


@njit(cache=True, nogil=True)
def _drawn(string: String, n: int) -> tuple[Floats, Ints]:
    """Vertices of a string, arcs in chords of :data:`STEP_RAD` at most, and the disc each was drawn for."""
    disc, line = string.disc, string.line
    counts = np.ones(n, np.int32)
    for j in range(1, n - 1):
        counts[j] = 1 + (int(np.ceil(abs(_turn(line, j, disc[j, 3])) / STEP_RAD)) if disc[j, 2] > 1e-3 else 0)
    points, owner = np.empty((counts.sum(), 2)), np.empty(counts.sum(), np.int32)
    at = 0
    for j in range(n):
        turn = _turn(line, j, disc[j, 3]) if 0 < j < n - 1 else 0.0
        towards = line[min(j, n - 2), 4:6] if j == 0 else line[j - 1, 4:6]
        for part in range(counts[j]):
            angle = turn * (part / (counts[j] - 1) if counts[j] > 1 else 0.5)
            ux = towards[0] * np.cos(angle) - towards[1] * np.sin(angle)
            uy = towards[0] * np.sin(angle) + towards[1] * np.cos(angle)
            reach = disc[j, 3] * disc[j, 2]
            points[at, 0], points[at, 1] = disc[j, 0] + reach * uy, disc[j, 1] - reach * ux
            owner[at] = j
            at += 1
    return points, owner


@njit(cache=True, nogil=True)
def _strung(field: Field, way: Floats, string: String) -> int:
    """Write the string of an exact way: its bends, each at its corner, or pinned where none is known."""
    disc, key, used = string.disc, string.key, string.used
    n = 0
    for i in range(len(way)):
        side = 1.0
        if 0 < i < len(way) - 1:
            ax, ay = way[i, 0] - disc[n - 1, 0], way[i, 1] - disc[n - 1, 1]
            bx, by = way[i + 1, 0] - way[i, 0], way[i + 1, 1] - way[i, 1]
            cross = ax * by - ay * bx
            size = np.hypot(ax, ay) * np.hypot(bx, by)
            k = corner_at(field, way[i, 0], way[i, 1])
            if abs(cross) <= _NOISE_M * size and (k < 0 or used[k]):
                continue
            side = 1.0 if cross >= 0 else -1.0
            if abs(cross) <= _NOISE_M * size:  # straight on along a wall: its corner says which side it is on
                size = np.hypot(bx, by)
                side = _side(field.corners[k], bx / size, by / size)
                if side == 0:
                    continue
        disc[n, 0], disc[n, 1], disc[n, 2], disc[n, 3] = way[i, 0], way[i, 1], 0.0, side
        key[n] = corner_at(field, way[i, 0], way[i, 1]) if 0 < i < len(way) - 1 else -1
        if key[n] >= 0 and used[key[n]]:
            key[n] = -1
        if key[n] >= 0:
            used[key[n]] = 1
        n += 1
    return n


@njit(cache=True, nogil=True)
def _faulty(field: Field, points: Floats, seen: Bytes, width: float) -> int:
    """The first segment that meets a wall, an opening the exact way does not need, or a narrower gap; or -1."""
    fresh = np.empty_like(seen)
    for i in range(len(points) - 1):
        fresh[:] = 0
        free, least = survey(field, points[i], points[i + 1], fresh)
        if not free or least < width - 1e-9:
            return i
        for tag in range(len(seen)):
            if fresh[tag] and not seen[tag] and field.tag_opens[tag]:
                return i
    return -1


@njit(cache=True, nogil=True)
def _read(field: Field, way: Floats, seen: Bytes, through: Floats) -> tuple[float, float]:
    """Length and clear width of the exact way; what it needs open, and the gates it goes through, are written."""
    width, length = np.inf, 0.0
    for i in range(len(way) - 1):
        _, least = survey(field, way[i], way[i + 1], seen)
        width, length = min(width, least), length + np.hypot(way[i + 1, 0] - way[i, 0], way[i + 1, 1] - way[i, 1])
        for g in range(len(field.gates)):
            if field.gates[g, 6] > 0:
                went = _crosses(field.gates[g], way[i], way[i + 1])
                through[g] = went if went != 0 else through[g]
    return length, width


@njit(cache=True, nogil=True)
def _fit(field: Field, string: String, n: int, longest: float) -> int:
    """Grow the discs as far as the length allows; posts of gates always, corners by what is left."""
    pull = string.pull
    for strength in _LADDER:
        pull[:] = strength, strength, 1.0
        n = _pull(field, string, n)
        if n < 0:
            return -1
    if _length(string, n) <= longest:
        return n
    pull[2] = 0.0
    n = _pull(field, string, n)
    if n < 0 or _length(string, n) <= longest:
        return n
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        pull[0] = max((low + high) / 2, _LEAST)
        n = _pull(field, string, n)
        if n < 0:
            return -1
        if _length(string, n) <= longest:
            low = pull[0]
        else:
            high = pull[0]
    pull[0] = max(low, _LEAST)
    return _pull(field, string, n)


@njit(cache=True, nogil=True)
def _angle(ux: float, uy: float, vx: float, vy: float) -> float:
    return abs(np.arctan2(ux * vy - uy * vx, ux * vx + uy * vy)) if ux or uy else 0.0


@njit(cache=True, nogil=True)
def _bends(way: Floats, points: Floats, aims: Floats) -> tuple[bool, bool]:
    """Whether the new way turns more than the exact one where it joins what comes before it, and what comes after."""
    a, b = way[1] - way[0], way[-1] - way[-2]
    c, d = points[1] - points[0], points[-1] - points[-2]
    start = _angle(aims[0], aims[1], c[0], c[1]) > max(_angle(aims[0], aims[1], a[0], a[1]), _BENT_RAD) + 1e-6
    end = _angle(aims[2], aims[3], d[0], d[1]) > max(_angle(aims[2], aims[3], b[0], b[1]), _BENT_RAD) + 1e-6
    return start, end


@njit(cache=True, nogil=True)
def natural(field: Field, way: Floats, aims: Floats, limit: float) -> tuple[Floats, int]:
    """The way that people are shown, for an exact way on one surface.

    Parameters
    ----------
    field : Field
    way : (N, 2) float64
    aims : (4,) float64
        Directions of what comes before the way and after it; zeros where nothing does.
    limit : float
        Greatest length over the exact one.

    Returns
    -------
    (M, 2) float64
        From the same start to the same end; the exact way itself where nothing better was found.
    int
        How many times discs had to shrink because a line met something; -1 where the exact way stayed.
    """
    if len(way) > _MOST // 2:
        return way, -1
    seen, through = np.zeros(len(field.tag_opens), np.uint8), np.zeros(len(field.gates))
    exact, width = _read(field, way, seen, through)
    keys = len(field.corners) + 2 * len(field.gates)
    disc, key, factor = np.zeros((_MOST, 4)), np.full(_MOST, -1, np.int32), np.ones(keys)
    string = String(disc, key, np.zeros((_MOST, 6)), np.zeros(keys, np.uint8), through, np.zeros(3), factor)
    n = _strung(field, way, string)
    n = _fit(field, string, n, exact * limit)
    tries = gentler = 0
    while n > 0 and tries < _TRIES:
        points, owner = _drawn(string, n)
        bad = _faulty(field, points, seen, width)
        if bad >= 0:
            tries += 1
            for j in range(max(owner[bad] - 1, 0), min(owner[bad + 1] + 1, n - 1) + 1):
                if key[j] >= 0:
                    factor[key[j]] *= 0.5
        else:
            start, end = _bends(way, points, aims)
            if gentler == _GENTLER or not (start or end):
                return points, tries
            gentler += 1
            share = 0.5 if gentler < _GENTLER else 0.0
            for j, at, late in ((1, 0, start), (n - 2, n - 1, end)):
                near = np.hypot(disc[j, 0] - disc[at, 0], disc[j, 1] - disc[at, 1]) < _NIGH_M
                if late and 0 < j < n - 1 and key[j] >= 0 and (near or key[j] < len(field.corners)):
                    factor[key[j]] *= share
        n = _pull(field, string, n)
    return way, -1
