"""What lies on one storey, painted on a sheet: floors, ways, walls, doors, gates, equipment, exits and names."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from shapely import LineString, Point, Polygon, box, union_all
from shapely.affinity import affine_transform

from tools.station import geometry as geo
from tools.station import labels
from tools.station import palette as paint
from tools.station.layout import GATE_CABINET_M, door_places, stop_threshold
from tools.station.parts import SCREEN_DOOR_M
from tools.station.sheet import EXIT_YELLOW, INK, PALE, Sheet
from tools.station.solids import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from tools.station import model as m
    from tools.station.layout import Hosted, Layout

_TRACK_M = 3.2
_GRID_M = 1e-3
"""Walls are joined on a grid: their corners come from sums."""
_GATE_M = 1.5
_PX_TREAD = 3.2
_CLASSES = {"platform": 0, "concourse": 1, "outdoor": 3, "stairwell": 4}


def sure(item: m.Item) -> bool:
    """Whether something comes from a source; everything else is drawn lighter or dashed."""
    return item.certainty != "assumed"


class FloorMap:
    """Paints one storey; ``seen`` collects what the legend has to explain."""

    def __init__(self, layout: Layout, level: str, sheet: Sheet) -> None:
        self.layout, self.plan, self.level, self.sheet = layout, layout.plan, level, sheet
        self.spaces = {space.id: space for space in self.plan.spaces if space.level == level}
        self.seen: set[str] = set()
        self.taken: list[BaseGeometry] = []

    def paint(self) -> None:
        """Paint everything, from the floor upwards."""
        self._floors()
        self._platforms()
        self._strips()
        self._ways()
        self._walls()
        self._gates()
        self._lifts()
        self._things()
        self._exits()
        self._names()

    # ── floor ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _floors(self) -> None:
        for space in sorted(self.spaces.values(), key=lambda space: not space.outdoor):
            fill = paint.fill_of(space)
            self.seen.add(fill.en)
            edge = f'stroke="{PALE}" stroke-width="0.8" stroke-dasharray="4 3"' if space.outdoor else ""
            self.sheet.polygons(self.layout.floor_of(space), f'fill="{fill.colour}" {edge}')
            if space.refuge:
                self.seen.add("refuge")
                self.sheet.path([space.ring], 'fill="none" stroke="#1e8e4e" stroke-width="2.4" stroke-dasharray="7 4"')

    def _platforms(self) -> None:
        """Track, screen doors in the colour of the line, numbers of the first doors, and where trains go."""
        sheet = self.sheet
        for platform in self.plan.platforms:
            if platform.space not in self.spaces:
                continue
            start, end = self.layout.platform_edge(platform)
            along, length = geo.unit(start, end), math.dist(start, end)
            colour = self.plan.venue.lines[platform.line].colour
            sheet.path([geo.rectangle(start, along, length, -0.15, _TRACK_M)], 'fill="#eceef0"')
            for shift in (0.9, 2.3):
                rail = [geo.moved(at, geo.left_of(along), -shift) for at in (start, end)]
                sheet.path([rail], 'fill="none" stroke="#b4b9be" stroke-width="0.9"', closed=False)
            sheet.path([geo.rectangle(start, along, length, 0.0, 0.25)], f'fill="{colour}"')
            strip = [geo.moved(at, geo.left_of(along), 0.6) for at in (start, end)]
            sheet.path([strip], f'fill="none" stroke="{paint.STRIP}" stroke-width="1.3"', closed=False)
            for name, at in door_places(platform):
                half = SCREEN_DOOR_M[0] / 2
                sheet.path([geo.rectangle(geo.moved(at, along, -half), along, 2 * half, 0.12, 0.4)], 'fill="#fff"')
                if name.endswith("-1"):
                    x, y = sheet.px(geo.moved(at, geo.left_of(along), 1.3))
                    sheet.words(x, y + 2, name, 6.5, fill="#5f6b76")
            self._towards(platform, start, end)

    def _towards(self, platform: m.Platform, start: m.Point, end: m.Point) -> None:
        ko, en = platform.towards_ko, platform.towards_en
        towards = " · ".join([f"{ko} 방면"] * bool(ko) + [f"to {en}"] * bool(en))
        if not towards:
            return
        along = geo.unit(start, end)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        x, y = self.sheet.px(geo.moved(middle, geo.left_of(along), -_TRACK_M / 2))
        turn = (math.degrees(math.atan2(-along[1], along[0])) + 90.0) % 180.0 - 90.0
        shift = math.radians(turn)
        at = (x - 3.5 * math.sin(shift), y + 3.5 * math.cos(shift))
        self.sheet.words(*at, towards, 11, bold=True, turn=turn, halo=True)

    def _strips(self) -> None:
        width = max(1.3, 0.3 * self.sheet.scale)
        paths = [path.points for path in self.plan.tactile_paths if path.space in self.spaces]
        if paths:
            self.seen.add("strip")
        style = f'fill="none" stroke="{paint.STRIP}" stroke-width="{width:.1f}" stroke-linejoin="round"'
        self.sheet.path(paths, style, closed=False)

    # ── ways ──────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _ways(self) -> None:
        for way in self.plan.flightways:
            here = way.lower in self.spaces
            if here or way.upper in self.spaces:
                self._way(way, here=here)
        for walk in self.plan.moving_walks:
            if walk.space in self.spaces:
                self.seen.add("walk")
                ring = geo.walk_footprint(walk)
                self._band(ring, walk, "#e6def0", paint.WALK)
                end = geo.moved(walk.foot, walk.heading, walk.length)
                self._chevrons(walk.foot, end, paint.WALK, both=walk.direction == "both")

    def _band(self, ring: m.Ring, item: m.Item, fill: str, line: str) -> None:
        dash = "" if sure(item) else ' stroke-dasharray="3 2"'
        self.sheet.path([ring], f'fill="{fill}" stroke="{line}" stroke-width="1"{dash}')
        self._take(Polygon(ring))

    def _way(self, way: m.Flightway, *, here: bool) -> None:
        """Paint a way where it stands; where it arrives, paint it through its well, pale."""
        self.seen.add(way.kind)
        sheet, head = self.sheet, geo.head_of(way)
        line = {"stairs": paint.STAIRS, "ramp": paint.RAMP, "escalator": paint.ESCALATOR}[way.kind]
        if not here:
            sheet.parts.append('<g opacity="0.45">')
        self._band(geo.way_footprint(way), way, "#efe8f6" if way.kind == "escalator" else "#fff", line)
        if way.kind == "stairs":
            sheet.path(self._treads(way), f'fill="none" stroke="{line}" stroke-width="0.7"', closed=False)
        if way.kind == "escalator":
            start, end = (head, way.foot) if way.direction == "down" else (way.foot, head)
            self._chevrons(start, end, line, both=way.direction == "both")
        else:
            self._arrow(geo.moved(way.foot, way.heading, 0.4), geo.moved(head, way.heading, -0.3), line)
        if not here:
            sheet.parts.append("</g>")

    def _treads(self, way: m.Flightway) -> Iterator[tuple[m.Point, m.Point]]:
        step = max(geo.TREAD_M, _PX_TREAD / self.sheet.scale)
        for run in runs(way):
            for index in range(0 if run.level else int(run.length / step) + 1):
                at = geo.moved(way.foot, way.heading, run.start + index * step)
                side = geo.left_of(way.heading)
                yield geo.moved(at, side, way.width / 2), geo.moved(at, side, -way.width / 2)

    def _arrow(self, start: m.Point, end: m.Point, colour: str) -> None:
        """Paint an arrow that points up the way."""
        (x0, y0), (x1, y1) = self.sheet.px(start), self.sheet.px(end)
        length = math.dist((x0, y0), (x1, y1))
        if length < 8:
            return
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        neck = (x1 - ux * 7, y1 - uy * 7)
        style = f'fill="none" stroke="{colour}" stroke-width="1.6"'
        self.sheet.pixels([[(x0, y0), neck]], style, closed=False)
        barbs = [(neck[0] - uy * s, neck[1] + ux * s) for s in (3.6, -3.6)]
        self.sheet.pixels([[(x1, y1), *barbs]], f'fill="{colour}"')

    def _chevrons(self, start: m.Point, end: m.Point, colour: str, *, both: bool) -> None:
        """Paint the direction of travel."""
        (x0, y0), (x1, y1) = self.sheet.px(start), self.sheet.px(end)
        length = math.dist((x0, y0), (x1, y1))
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        count = max(1, int(length / 11))
        found = []
        for index in range(count):
            sign = -1 if both and index < count / 2 else 1
            at = (index + 0.5) * length / count
            tip = (x0 + ux * (at + 2 * sign), y0 + uy * (at + 2 * sign))
            back = (tip[0] - ux * 3.4 * sign, tip[1] - uy * 3.4 * sign)
            found.append([(back[0] - uy * 3, back[1] + ux * 3), tip, (back[0] + uy * 3, back[1] - ux * 3)])
        self.sheet.pixels(found, f'fill="none" stroke="{colour}" stroke-width="1.5"', closed=False)

    # ── walls and what is in them ─────────────────────────────────────────────────────────────────────────────────────
    def _walls(self) -> None:
        hosted = [part for part in self.layout.hosted if part.wall.level == self.level]
        holes = union_all(
            [Polygon(_hole(part, 0.4)) for part in hosted if part.opening.kind != "window"], grid_size=_GRID_M
        )
        groups: dict[str, list[Polygon]] = {"#8fc7d2": [], INK: [], PALE: []}
        for wall in self.layout.walls:
            if wall.level == self.level:
                known = any(sure(self.spaces[name]) for name in wall.spaces)
                groups["#8fc7d2" if wall.glass else INK if known else PALE].append(Polygon(wall.footprint))
        for colour, shapes in groups.items():
            self.sheet.polygons(
                geo.polygons(
                    union_all([shape.buffer(0.0) for shape in shapes], grid_size=_GRID_M).difference(holes), 0.001
                ),
                f'fill="{colour}"',
            )
        columns = [column for column in self.plan.columns if column.space in self.spaces]
        squares = [
            geo.rectangle(geo.moved(c.at, c.axis, -c.size / 2), c.axis, c.size, c.size / 2, c.size / 2) for c in columns
        ]
        self.sheet.path(squares, f'fill="{PALE}"')
        for part in hosted:
            self._opening(part)

    def _opening(self, part: Hosted) -> None:
        opening, along = part.opening, geo.unit(part.wall.start, part.wall.end)
        half = opening.width / 2
        left, right = geo.moved(opening.at, along, -half), geo.moved(opening.at, along, half)
        if opening.kind == "window":
            self.sheet.path([_hole(part, 0.08)], 'fill="#d9f0f5" stroke="#6fb3c0" stroke-width="0.6"')
        elif opening.kind == "passage":
            self.sheet.path([(left, right)], f'stroke="{PALE}" stroke-width="0.8" stroke-dasharray="2 2"', closed=False)
        else:
            self._leaves(part, left, right)

    def _leaves(self, part: Hosted, left: m.Point, right: m.Point) -> None:
        """Paint one leaf, or two from 1.4 m, with their swing; the way out in green."""
        along, width = geo.unit(left, right), part.opening.width
        side = geo.left_of(along)
        colour = "#1e8e4e" if len(part.opening.between) == 1 else "#7b5a3a"
        double = width >= 1.4
        leaf = width / 2 if double else width
        hinges = [(left, along)] + ([(right, (-along[0], -along[1]))] if double else [])
        for hinge, inwards in hinges:
            turns = [math.pi / 2 * step / 6 for step in range(7)]
            arc = [
                geo.moved(geo.moved(hinge, inwards, leaf * math.cos(a)), side, leaf * math.sin(a))
                for a in turns
            ]  # fmt: skip
            self.sheet.path([arc], f'fill="none" stroke="{colour}" stroke-width="0.6"', closed=False)
            self.sheet.path([(hinge, arc[-1])], f'stroke="{colour}" stroke-width="1.4"', closed=False)
        self.seen.add("door")

    def _gates(self) -> None:
        for index, row in enumerate(self.plan.gate_rows):
            if row.between[0] not in self.spaces:
                continue
            self.seen.add("gate")
            edge = self.layout.shared(*row.between)[0]
            along = geo.unit(edge.start, edge.end)
            side = geo.left_of(along)
            for lane in self.layout.lanes(index):
                for sign in (-1, 1):
                    middle = geo.moved(lane.at, along, sign * (lane.width + GATE_CABINET_M) / 2)
                    ring = geo.rectangle(geo.moved(middle, side, -_GATE_M / 2), side, _GATE_M, 0.1, 0.1)
                    self.sheet.path([ring], f'fill="{INK if sure(row) else "#6f767d"}"')
                if lane.wide:
                    x, y = self.sheet.px(lane.at)
                    self.sheet.dot(x, y, max(2.4, 0.4 * self.sheet.scale), 'fill="#1f5fa8"')
                self._take(Point(lane.at).buffer(0.8))

    # ── lifts, equipment, exits ───────────────────────────────────────────────────────────────────────────────────────
    def _lifts(self) -> None:
        for lift in self.plan.lifts:
            stops = [stop for stop in lift.stops if stop.space in self.spaces]
            if not stops:
                continue
            self.seen.add("lift")
            ring = geo.shaft_footprint(lift)
            self._band(ring, lift, "#d2ecef", paint.LIFT)
            x, y = self.sheet.px(lift.centre)
            size = min(5.5, 0.8 * self.sheet.scale)
            for sign in (-1, 1):
                tip = [(x - size * 0.7, y + sign * 1), (x + size * 0.7, y + sign * 1), (x, y + sign * (size + 1))]
                self.sheet.pixels([tip], f'fill="{paint.LIFT}"')
            for stop in stops:
                door, across = stop_threshold(lift, stop.side), geo.left_of(stop.side)
                ends = (geo.moved(door, across, -0.5), geo.moved(door, across, 0.5))
                self.sheet.path([ends], 'stroke="#fff" stroke-width="2.4"', closed=False)

    def _things(self) -> None:
        """Paint equipment: letters for what people look for, dots for what is everywhere."""
        marks = [*paint.MARKS]
        size = 11.0
        for thing in sorted(self.plan.facilities, key=lambda thing: -marks.index(thing.category)):
            if thing.space not in self.spaces:
                continue
            self.seen.add(f"facility/{thing.category}")
            mark, (x, y) = paint.MARKS[thing.category], self.sheet.px(thing.at)
            if mark.letter:
                self.sheet.badge(x, y, mark.letter, size, fill=mark.colour)
                self.taken.append(box(x - size / 2, y - size / 2, x + size / 2, y + size / 2))
            else:
                self.sheet.dot(x, y, 2.2, f'fill="{mark.colour}" stroke="#fff" stroke-width="0.5"')
        for space in self.spaces.values():
            if space.category in paint.ROOMS:
                mark = paint.MARKS[space.category]
                self.seen.add(f"facility/{space.category}")
                spot = self._pixels(Polygon(space.ring)).representative_point()
                self.sheet.badge(spot.x, spot.y, mark.letter, 13, fill=mark.colour)
                self.taken.append(spot.buffer(8))
        for lift in self.plan.stair_lifts:
            way = next(way for way in self.plan.flightways if way.id == lift.on)
            if way.lower in self.spaces:
                self.seen.add("stair_lift")
                x, y = self.sheet.px(geo.moved(geo.moved(way.foot, way.heading, 1.0), geo.left_of(way.heading), -0.6))
                self.sheet.badge(x, y, "WL", size, fill=paint.LIFT)

    def _exits(self) -> None:
        """Paint exit numbers at the street, and smaller ones where their stairs begin."""
        for opening in self.plan.openings:
            if not opening.exit_number:
                continue
            if opening.between[0] in self.spaces:
                self._exit(opening.at, opening.exit_number, 24)
                continue
            key = opening.id.replace("-shutter", "-stairwell")
            if key in self.spaces and (way := next((w for w in self.plan.flightways if w.lower == key), None)):
                self._exit(geo.moved(way.foot, way.heading, -2.0), opening.exit_number, 17)

    def _exit(self, at: m.Point, number: str, size: float) -> None:
        self.seen.add("exit")
        x, y = self.sheet.px(at)
        self.sheet.badge(x, y, number, size, fill=EXIT_YELLOW, ink="#111")
        self.taken.append(box(x - size / 2, y - size / 2, x + size / 2, y + size / 2))

    # ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _names(self) -> None:
        """Set names, platforms and halls first; a name that does not fit is left out."""
        shown = Counter[str]()
        by_line = {platform.space: platform.line for platform in self.plan.platforms}
        order = sorted(self.spaces.values(), key=lambda s: (_CLASSES.get(s.category, 2), -Polygon(s.ring).area, s.id))
        for space in order:
            if space.id.endswith(("-stairwell", "-head", "-apron")) or not (space.ko or space.en):
                continue
            shapes = [self._pixels(part) for part in self.layout.floor_of(space)]
            label = labels.place(shapes[0], space.ko, space.en, self.taken) if shapes else None
            if label is None:
                continue
            shown[space.category] += 1
            quiet = space.access == "restricted" or space.outdoor
            for x, y, text, size, first in label.placed():
                self.sheet.words(x, y, text, size, fill="#6b7177" if quiet else INK, bold=first and not quiet, turn=label.turn, halo=True)  # fmt: skip
            if space.id in by_line:
                line = self.plan.venue.lines[by_line[space.id]]
                angle, away = math.radians(label.turn), labels.block_of(label.lines, label.size)[0] / 2 + 16
                x, y = label.x - away * math.cos(angle), label.y - away * math.sin(angle)
                self.sheet.badge(x, y, line.id, 20, fill=line.colour, round_=True)

    def _pixels(self, shape: Polygon) -> Polygon:
        scale = self.sheet.scale
        moved: Polygon = affine_transform(
            shape, [scale, 0, 0, -scale, -self.sheet.left * scale, self.sheet.top * scale]
        )
        return moved

    def _take(self, shape: Polygon) -> None:
        self.taken.append(self._pixels(shape))


def _hole(part: Hosted, half_m: float) -> m.Ring:
    """Return the rectangle of an opening in its wall."""
    along = geo.unit(part.wall.start, part.wall.end)
    middle = LineString(part.wall.footprint).centroid
    across = geo.left_of(along)
    shift = (middle.x - part.wall.start[0]) * across[0] + (middle.y - part.wall.start[1]) * across[1]
    start = geo.moved(geo.moved(part.opening.at, along, -part.opening.width / 2), across, shift)
    return geo.rectangle(start, along, part.opening.width, half_m, half_m)
