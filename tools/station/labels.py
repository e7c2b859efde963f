"""Where the names of spaces go: inside their space, clear of one another and of what is drawn there; else nowhere."""

from __future__ import annotations

import math
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from shapely import Point, STRtree, box
from shapely.affinity import rotate, translate
from shapely.ops import polylabel

from tools.station.sheet import width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry import Polygon
    from shapely.geometry.base import BaseGeometry

_SIZES = (24.0, 19.0, 15.5, 12.5, 10.5, 9.0, 7.5)
_SMALLER = 0.78
_READABLE = 10.0
_GRID = (9, 5)
_LONG = 2.2


class Label(NamedTuple):
    """A name in one or more lines, the first in Korean; its middle and sizes in pixels, its turn clockwise in degrees."""

    lines: tuple[str, ...]
    x: float
    y: float
    size: float
    turn: float

    def placed(self) -> Iterator[tuple[float, float, str, float, bool]]:
        """Yield x, y, text, size and whether it is the first of every line."""
        height = block_of(self.lines, self.size)[1]
        down = -height / 2
        for index, line in enumerate(self.lines):
            size = self.size if index == 0 else self.size * _SMALLER
            base = down + size * 0.88
            angle = math.radians(self.turn)
            yield self.x - base * math.sin(angle), self.y + base * math.cos(angle), line, size, index == 0
            down += size * 1.12


def block_of(lines: Sequence[str], size: float) -> tuple[float, float]:
    """Return width and height of the lines, in pixels."""
    sizes = [size, *[size * _SMALLER] * (len(lines) - 1)]
    width = max(width_of(line, own) for line, own in zip(lines, sizes, strict=True))
    return width, sum(sizes) * 1.12


def place(shape: Polygon, ko: str, en: str, taken: list[BaseGeometry]) -> Label | None:
    """Return where a name goes in a space, and add its box to what is taken; ``None`` if it goes nowhere.

    Parameters
    ----------
    shape : Polygon
        Outline of the space, pixels.
    ko, en : str
        Its names.
    taken : list of geometry
        What is drawn already, pixels.
    """
    near = [taken[index] for index in STRtree(taken).query(shape)] if taken else []
    obstacles = STRtree(near)
    free = shape.buffer(-1.5)
    spots = list(_spots(shape))
    for size, lines in _tries(ko, en):
        width, height = block_of(lines, size)
        if width * height > shape.area:
            continue
        for turn, (x, y) in product(_turns(shape), spots):
            frame = translate(rotate(box(-width / 2, -height / 2, width / 2, height / 2), turn, origin=(0, 0)), x, y)
            if free.covers(frame) and not obstacles.query(frame, predicate="intersects").size:
                taken.append(frame)
                return Label(lines, x, y, size, turn)
    return None


def _tries(ko: str, en: str) -> Iterator[tuple[float, tuple[str, ...]]]:
    """Yield sizes and lines, the best first: both languages, English in two lines; small, Korean alone is as good."""
    words = en.split(" ")
    both: list[tuple[str, ...]] = [(ko, en)] if ko and en else [(ko or en,)]
    if ko and len(words) > 1:
        cut = min(range(1, len(words)), key=lambda n: abs(len(" ".join(words[:n])) - len(en) / 2))
        both.append((ko, " ".join(words[:cut]), " ".join(words[cut:])))
    yield from ((size, lines) for size, lines in product(_SIZES, both) if size >= _READABLE)
    if ko and en:
        yield from ((size, (ko,)) for size in _SIZES)
    yield from ((size, lines) for size, lines in product(_SIZES, both) if size < _READABLE)


def _angle(shape: Polygon) -> float:
    """Return the direction of the longest side, degrees, readable from below."""
    sides = pairwise(shape.exterior.coords)
    (x0, y0), (x1, y1) = max(sides, key=lambda side: round(math.dist(*side), 3))
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
    return round((angle + 90.0) % 180.0 - 90.0, 1)


def _turns(shape: Polygon) -> tuple[float, ...]:
    """Return the turns to try: along the space first when it is long, level first when it is not."""
    angle = _angle(shape)
    if abs(angle) < 5:
        return (0.0,)
    left, low, right, high = rotate(shape, -angle, origin=(0, 0)).bounds
    return (angle, 0.0) if right - left > _LONG * (high - low) else (0.0, angle)


def _spots(shape: Polygon) -> Iterator[tuple[float, float]]:
    """Yield places to try: a grid along the space from its middle outwards, then the middle of its widest part."""
    angle = _angle(shape)
    left, low, right, high = rotate(shape, -angle, origin=(0, 0)).bounds
    steps = [[(index + 0.5) / count for index in range(count)] for count in _GRID]
    grid = [Point(left + (right - left) * a, low + (high - low) * b) for a, b in product(*steps)]
    middle = shape.centroid
    for spot in sorted((rotate(at, angle, origin=(0, 0)) for at in grid), key=lambda at: round(at.distance(middle), 2)):
        yield round(spot.x, 1), round(spot.y, 1)
    pole = polylabel(shape, tolerance=2.0)
    yield round(pole.x, 1), round(pole.y, 1)
