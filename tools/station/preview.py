"""One SVG drawing a storey, for plan authors: what is where, and what is in the way."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from tools.station import geometry as geo
from tools.station.layout import Layout, door_places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.station.model import Plan, Point, Ring

_FILL = {
    "platform": "#dfe6ee",
    "concourse": "#f4efe2",
    "corridor": "#f4efe2",
    "passage": "#eee6d2",
    "lobby": "#e5f0e4",
    "stairwell": "#e8e8e8",
    "restroom": "#d7ecf2",
    "restroom_accessible": "#b9dff0",
    "nursing_room": "#f6dbe6",
    "shop": "#f7e3c8",
}
_WAY = {"stairs": "#c47f2c", "escalator": "#7a4fb0", "ramp": "#4f9a54"}
_MARK = {"aed": "#e5322d", "fire_hydrant": "#d0021b", "fire_extinguisher": "#ff6f61"}
_MARGIN_M = 8.0


def _path(ring: Ring) -> str:
    return "M" + "L".join(f"{x:.2f},{-y:.2f}" for x, y in ring) + "Z"


def _text(at: Point, words: str, size: float, colour: str = "#222") -> str:
    return (
        f'<text x="{at[0]:.2f}" y="{-at[1]:.2f}" font-size="{size}" fill="{colour}" text-anchor="middle" '
        f'font-family="sans-serif">{html.escape(words)}</text>'
    )


def _spaces(layout: Layout, level: str) -> Iterator[str]:
    for space in layout.plan.spaces:
        if space.level != level:
            continue
        fill = (
            "#cfe3f5"
            if space.access == "paid" and space.category == "concourse"
            else _FILL.get(space.category, "#dddddd")
        )
        if space.access == "restricted":
            fill = "#c9c2c2"
        for part in layout.body_of(space):
            path = " ".join(
                _path(tuple((x, y) for x, y in ring.coords[:-1])) for ring in (part.exterior, *part.interiors)
            )
            yield f'<path d="{path}" fill="{fill}" fill-rule="evenodd"/>'


def _labels(layout: Layout, level: str) -> Iterator[str]:
    for space in layout.plan.spaces:
        parts = layout.body_of(space) if space.level == level else []
        if parts:
            at = parts[0].representative_point()
            if space.category == "stairwell":
                yield _text((at.x, at.y), space.id.removeprefix("exit-").removesuffix("-stairwell"), 3.0, "#e0208a")
                continue
            yield _text(
                (at.x, at.y),
                f"{space.en or space.id} {space.floor:g}",
                min(2.2, max(0.9, parts[0].area ** 0.5 / 8)),
                "#555",
            )


def _ways(plan: Plan, level: str) -> Iterator[str]:
    for way in plan.flightways:
        here, above = plan.space(way.lower).level == level, plan.space(way.upper).level == level
        if not here and not above:
            continue
        colour = _WAY[way.kind]
        dash = "" if here else ' stroke-dasharray="0.5 0.4"'
        opacity = 0.75 if here else 0.15
        yield f'<path d="{_path(geo.way_footprint(way))}" fill="{colour}" fill-opacity="{opacity}" stroke="{colour}" stroke-width="0.12"{dash}/>'
        tip = geo.moved(geo.head_of(way), way.heading, -0.6)
        tail = geo.moved(way.foot, way.heading, 0.6)
        yield f'<path d="M{tail[0]:.2f},{-tail[1]:.2f}L{tip[0]:.2f},{-tip[1]:.2f}" stroke="#000" stroke-width="0.18" marker-end="url(#up)"/>'


def _lifts(plan: Plan, level: str) -> Iterator[str]:
    for lift in plan.lifts:
        for stop in lift.stops:
            if plan.space(stop.space).level == level:
                yield f'<path d="{_path(geo.shaft_footprint(lift))}" fill="#0a7d8c"/>'
                door = geo.moved(lift.centre, stop.side, lift.size / 2)
                yield f'<circle cx="{door[0]:.2f}" cy="{-door[1]:.2f}" r="0.5" fill="#fff" stroke="#0a7d8c" stroke-width="0.2"/>'


def _openings(layout: Layout, level: str) -> Iterator[str]:
    for hosted in layout.hosted:
        if hosted.wall.level == level:
            along = geo.unit(hosted.wall.start, hosted.wall.end)
            ring = geo.rectangle(
                geo.moved(hosted.opening.at, along, -hosted.opening.width / 2), along, hosted.opening.width, 0.25, 0.25
            )
            yield f'<path d="{_path(ring)}" fill="{"#e0208a" if hosted.opening.exit_number else "#ffd400"}"/>'
            if hosted.opening.exit_number:
                yield _text(geo.moved(hosted.opening.at, (1.0, 0.0), 1.5), hosted.opening.exit_number, 3.0, "#e0208a")


def _gates(layout: Layout, level: str) -> Iterator[str]:
    plan = layout.plan
    for index, row in enumerate(plan.gate_rows):
        if plan.space(row.between[0]).level == level:
            for lane in layout.lanes(index):
                colour = "#00a060" if lane.wide else "#d35400"
                yield f'<circle cx="{lane.at[0]:.2f}" cy="{-lane.at[1]:.2f}" r="{lane.width / 2:.2f}" fill="{colour}"/>'
    for platform in plan.platforms:
        if plan.space(platform.space).level == level:
            for name, at in door_places(platform):
                yield f'<circle cx="{at[0]:.2f}" cy="{-at[1]:.2f}" r="0.5" fill="{plan.venue.lines[platform.line].colour}"/>'
                if name.endswith("-1"):
                    yield _text(at, name, 1.0)


def _things(layout: Layout, level: str) -> Iterator[str]:
    plan = layout.plan
    for wall in layout.walls:
        if wall.level == level:
            yield f'<path d="{_path(wall.footprint)}" fill="{"#8fc3c9" if wall.glass else "#444"}"/>'
    for column in plan.columns:
        if plan.space(column.space).level == level:
            yield f'<rect x="{column.at[0] - 0.35:.2f}" y="{-column.at[1] - 0.35:.2f}" width="0.7" height="0.7" fill="#777"/>'
    for thing in plan.facilities:
        if plan.space(thing.space).level == level:
            colour = _MARK.get(thing.category, "#1b6ac9")
            yield f'<circle cx="{thing.at[0]:.2f}" cy="{-thing.at[1]:.2f}" r="0.4" fill="{colour}"><title>{html.escape(thing.en)}</title></circle>'


def draw(plan: Plan, level: str) -> str:
    """Return the drawing of one storey as SVG text.

    Parameters
    ----------
    plan : Plan
        A checked plan.
    level : str
        Storey id, such as ``B1``.

    Returns
    -------
    str
        SVG with north of the site frame up; 1 unit = 1 m.
    """
    layout = Layout(plan)
    xs = [x for space in plan.spaces for x, _ in space.ring]
    ys = [y for space in plan.spaces for _, y in space.ring]
    left, top = min(xs) - _MARGIN_M, -max(ys) - _MARGIN_M
    width, height = max(xs) - min(xs) + 2 * _MARGIN_M, max(ys) - min(ys) + 2 * _MARGIN_M
    parts = [
        *_spaces(layout, level),
        *_things(layout, level),
        *_ways(plan, level),
        *_lifts(plan, level),
        *_openings(layout, level),
        *_gates(layout, level),
        *_labels(layout, level),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}">'
        '<defs><marker id="up" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="5" markerHeight="5" orient="auto">'
        '<path d="M0,0L6,3L0,6Z"/></marker></defs>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="#fff"/>'
    )
    title = _text((left + 30, -(top + 10)), f"{plan.venue.en} {level}", 6)
    return "\n".join([head, *parts, title, "</svg>", ""])


def write_previews(plan: Plan, folder: Path) -> list[Path]:
    """Write one SVG a storey into a folder and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for storey in plan.storeys:
        file = folder / f"{plan.venue.id}-{storey.id}.svg"
        file.write_text(draw(plan, storey.id), encoding="utf-8")
        files.append(file)
    return files
