"""All storeys of a plan in one picture, one above the other and pulled apart, with what joins them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tools.station import geometry as geo
from tools.station import palette as paint
from tools.station.floor_map import sure
from tools.station.layout import Layout
from tools.station.sheet import EXIT_YELLOW, INK, PALE, Sheet, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.station import model as m

_TURN = math.radians(30.0)
_TILT = 0.5
"""Depth on the sheet for a metre of depth on the ground."""
_UP = 0.85
"""Height on the sheet for a metre of height."""
_WIDTH_PX = 1500.0
_MARGIN_PX = 60.0
_LABEL_PX = 250.0
_HEAD_PX = 120.0
_FOOT_PX = 70.0
_WALL_M = 1.6
_MAX_SCALE = 12.0
_APART = (0.36, 0.62)
"""Least and greatest distance between storeys, as a share of their depth on the sheet."""
_TALLEST = 1.9
"""Height of the picture over its width, where the least distance allows."""


class _Placed(NamedTuple):
    """A storey, and how far its datum is lifted on the sheet, in metres of the sheet."""

    storey: m.Storey
    datum: float
    lift: float


def draw_apart(plan: m.Plan, layout: Layout | None = None) -> str:
    """Return the picture of all storeys as SVG text.

    Parameters
    ----------
    plan : Plan
        A checked plan.
    layout : Layout, optional
        What follows from the plan, when it is there already.

    Returns
    -------
    str
        SVG; seen from the south-west of the site frame, the lowest storey at the bottom.
    """
    picture = _Picture(plan, layout or Layout(plan))
    return picture.draw()


def _flat(at: m.Point) -> m.Point:
    """Return a site point turned and tilted: right and up on the sheet, in metres."""
    c, s = math.cos(_TURN), math.sin(_TURN)
    return at[0] * c - at[1] * s, (at[0] * s + at[1] * c) * _TILT


class _Picture:
    def __init__(self, plan: m.Plan, layout: Layout) -> None:
        self.plan, self.layout = plan, layout
        self.level_of = {space.id: space.level for space in plan.spaces}
        indoors = [_flat(at) for space in plan.spaces if not space.outdoor for at in space.ring]
        depth = max(y for _, y in indoors) - min(y for _, y in indoors)
        width = max(x for x, _ in indoors) - min(x for x, _ in indoors)
        share = (_TALLEST * width - depth) / max(1, len(plan.storeys) - 1)
        apart = max(_APART[0] * depth, min(_APART[1] * depth, share))
        self.placed = {
            storey.id: _Placed(storey, plan.elevation(storey.id), index * apart)
            for index, storey in enumerate(plan.storeys)
        }
        points = [self._at(at, space.level, space.floor) for space in plan.spaces for at in space.ring]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self.scale = min((_WIDTH_PX - 2 * _MARGIN_PX - _LABEL_PX) / (max(xs) - min(xs)), _MAX_SCALE)
        room = _WIDTH_PX - 2 * _MARGIN_PX - _LABEL_PX - (max(xs) - min(xs)) * self.scale
        left = min(xs) - (_MARGIN_PX + _LABEL_PX + room / 2) / self.scale
        top = max(ys) + _HEAD_PX / self.scale
        self.height = _HEAD_PX + (max(ys) - min(ys)) * self.scale + _FOOT_PX
        self.sheet = Sheet(scale=self.scale, left=left, top=top)

    def _at(self, at: m.Point, level: str, z: float) -> m.Point:
        """Return a point of a storey on the sheet, in metres of the sheet."""
        x, y = _flat(at)
        placed = self.placed[level]
        return x, y + placed.lift + (z - placed.datum) * _UP

    def _ring(self, ring: Iterable[m.Point], level: str, z: float) -> list[m.Point]:
        return [self._at(at, level, z) for at in ring]

    def draw(self) -> str:
        """Return the document: storeys from the lowest up, what joins them once below and once through each."""
        for storey in self.plan.storeys:
            self._joints(storey.id, 'stroke-width="1.6" stroke-opacity="0.75"')
            self._floors(storey.id)
            self._standing(storey.id)
            self._joints(storey.id, 'stroke-width="1" stroke-opacity="0.3" stroke-dasharray="3 3"')
        for storey in self.plan.storeys:
            self._exits(storey.id)
            self._label(storey)
        self._head()
        return self.sheet.svg(_WIDTH_PX, self.height)

    def _floors(self, level: str) -> None:
        spaces = [space for space in self.plan.spaces if space.level == level]
        for space in sorted(spaces, key=lambda space: (not space.outdoor, space.floor)):
            rings = [
                self._ring(ring.coords[:-1], level, space.floor)
                for part in self.layout.floor_of(space)
                for ring in (part.exterior, *part.interiors)
            ]
            edge = f'stroke="{PALE}" stroke-width="0.5"'
            fill = paint.fill_of(space).colour
            self.sheet.path(rings, f'fill="{fill}" fill-rule="evenodd" fill-opacity="0.94" {edge}')
        for platform in self.plan.platforms:
            if self.level_of[platform.space] == level:
                edge_line = self.layout.platform_edge(platform)
                line = self.plan.venue.lines[platform.line].colour
                drawn = self._ring(edge_line, level, self.plan.space(platform.space).floor)
                self.sheet.path([drawn], f'fill="none" stroke="{line}" stroke-width="3"', closed=False)

    def _standing(self, level: str) -> None:
        """Paint low walls, and stairs, escalators and ramps at their true slope, the farthest first."""
        things: list[tuple[float, int, m.Flightway | m.Ring, float, str]] = []
        for wall in self.layout.walls:
            if wall.level == level:
                known = any(sure(self.plan.space(name)) for name in wall.spaces)
                colour = "#a9d3db" if wall.glass else "#a3a8ad" if known else "#cfd2d5"
                depth = max(_flat(at)[1] for at in wall.footprint)
                things.append((-depth, len(things), wall.footprint, wall.low, colour))
        for way in self.plan.flightways:
            if self.level_of[way.lower] == level:
                depth = max(_flat(at)[1] for at in geo.way_footprint(way))
                things.append((-depth, len(things), way, way.low, _COLOURS[way.kind]))
        for _, _, thing, low, colour in sorted(things, key=lambda thing: thing[:2]):
            if isinstance(thing, tuple):
                self._wall(thing, level, low, colour)
            else:
                self._way(thing, level, colour)

    def _wall(self, footprint: m.Ring, level: str, low: float, colour: str) -> None:
        self.sheet.path(self._sides(footprint, level, low), f'fill="{colour}" fill-opacity="0.8"')
        self.sheet.path([self._ring(footprint, level, low + _WALL_M)], f'fill="{INK}" fill-opacity="0.55"')

    def _sides(self, ring: m.Ring, level: str, low: float) -> Iterator[list[m.Point]]:
        """Yield the sides of a wall that are seen from the front."""
        for start, end in zip(ring, ring[1:] + ring[:1], strict=True):
            if _flat(end)[0] > _flat(start)[0]:
                yield [*self._ring((start, end), level, low), *self._ring((end, start), level, low + _WALL_M)]

    def _way(self, way: m.Flightway, level: str, colour: str) -> None:
        ring = geo.way_footprint(way)
        foot, head = (ring[3], ring[0]), (ring[1], ring[2])
        shape = [*self._ring(foot, level, way.low), *self._ring(head, level, way.high)]
        dash = "" if sure(way) else ' stroke-dasharray="2.5 1.5"'
        fill = "#e9def5" if way.kind == "escalator" else "#fff4dd" if way.kind == "stairs" else "#e2f2e6"
        self.sheet.path([shape], f'fill="{fill}" stroke="{colour}" stroke-width="0.9"{dash}')
        steps = []
        for index in range(1, 8):
            part, z = geo.length_of(way) * index / 8, way.low + (way.high - way.low) * index / 8
            at, side = geo.moved(way.foot, way.heading, part), geo.left_of(way.heading)
            ends = (geo.moved(at, side, way.width / 2), geo.moved(at, side, -way.width / 2))
            steps.append(self._ring(ends, level, z))
        self.sheet.path(steps, f'fill="none" stroke="{colour}" stroke-width="0.5"', closed=False)

    def _joints(self, level: str, style: str) -> None:
        """Paint what arrives on a storey from the one below it: heads of ways, and lift shafts."""
        for way in self.plan.flightways:
            lower = self.level_of[way.lower]
            if self.level_of[way.upper] == level and lower != level:
                head = geo.head_of(way)
                ends = [self._at(head, lower, way.high), self._at(head, level, way.high)]
                self.sheet.path([ends], f'fill="none" stroke="{_COLOURS[way.kind]}" {style}', closed=False)
        for lift in self.plan.lifts:
            for below, above in zip(lift.stops, lift.stops[1:], strict=False):
                if self.level_of[above.space] == level:
                    low, high = (
                        [self._at(at, self.level_of[stop.space], stop.floor) for at in geo.shaft_footprint(lift)]
                        for stop in (below, above)
                    )
                    left, right = (pick(range(4), key=lambda corner: low[corner][0]) for pick in (min, max))
                    band = [low[left], low[right], high[right], high[left]]
                    self.sheet.path([band], f'fill="{paint.LIFT}" fill-opacity="0.22" stroke="{paint.LIFT}" {style}')

    def _exits(self, level: str) -> None:
        for opening in self.plan.openings:
            if opening.exit_number and self.level_of[opening.between[0]] == level:
                floor = self.plan.space(opening.between[0]).floor
                x, y = self.sheet.px(self._at(opening.at, level, floor))
                self.sheet.pixels([[(x, y), (x, y - 22)]], f'stroke="{INK}" stroke-width="1.2"', closed=False)
                self.sheet.badge(x, y - 28, opening.exit_number, 18, fill=EXIT_YELLOW, ink="#111")
        shown = set()
        for platform in self.plan.platforms:
            if self.level_of[platform.space] == level and platform.space not in shown:
                shown.add(platform.space)
                space, line = self.plan.space(platform.space), self.plan.venue.lines[platform.line]
                spot = self.layout.floor_of(space)[0].centroid
                x, y = self.sheet.px(self._at((spot.x, spot.y), level, space.floor))
                self.sheet.badge(x, y, line.id, 22, fill=line.colour, round_=True)

    def _label(self, storey: m.Storey) -> None:
        rings = [
            self._ring(space.ring, storey.id, space.floor)
            for space in self.plan.spaces
            if space.level == storey.id and not space.outdoor
        ]
        left = min((at for ring in rings for at in ring), default=(0.0, 0.0))
        x, y = self.sheet.px(left)
        self.sheet.pixels([[(_LABEL_PX + 10, y), (x - 4, y)]], f'stroke="{PALE}" stroke-dasharray="2 3"', closed=False)
        self.sheet.badge(54, y, storey.id, 34, fill=INK)
        at = 54 + max(34.0, width_of(storey.id, 22) + 12) / 2 + 10
        self.sheet.words(at, y - 1, storey.ko, 15, bold=True, anchor="start", halo=True)
        self.sheet.words(at, y + 15, storey.en, 10.5, anchor="start", fill="#5f666d", halo=True)

    def _head(self) -> None:
        venue = self.plan.venue
        self.sheet.words(36, 52, venue.ko, 30, bold=True, anchor="start")
        self.sheet.words(36, 78, venue.en, 18, anchor="start", fill="#5f666d")
        at = _WIDTH_PX - 52
        for line in reversed(list(venue.lines.values())):
            self.sheet.badge(at, 44, line.id, 32, fill=line.colour, round_=True)
            at -= 40
        self.sheet.words(_WIDTH_PX - 36, 84, paint.NOTICE, 14, bold=True, anchor="end", fill="#b3261e")
        y, x = self.height - 30, 36.0
        for kind, words in (
            ("stairs", "계단 Stairs"),
            ("escalator", "에스컬레이터 Escalator"),
            ("ramp", "경사로 Ramp"),
        ):
            self.sheet.pixels([[(x, y - 4), (x + 22, y - 4)]], f'stroke="{_COLOURS[kind]}" stroke-width="3"', closed=False)  # fmt: skip
            self.sheet.words(x + 28, y, words, 11, anchor="start")
            x += 46 + width_of(words, 11)
        self.sheet.pixels([[(x, y - 9), (x + 14, y - 9), (x + 14, y + 1), (x, y + 1)]], f'fill="{paint.LIFT}" fill-opacity="0.4"')  # fmt: skip
        self.sheet.words(x + 20, y, "엘리베이터 Lift", 11, anchor="start")
        self.sheet.words(_WIDTH_PX - 36, y, venue.notice_en, 10, anchor="end", fill="#5f666d")


_COLOURS = {"stairs": paint.STAIRS, "escalator": paint.ESCALATOR, "ramp": paint.RAMP}
