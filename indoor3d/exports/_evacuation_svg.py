"""Drawings of an evacuation: the curve, and a plan of each level with flows and queues. Plain SVG, no script."""

import math
from collections.abc import Mapping
from html import escape

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.exports._evacuation_words import say
from indoor3d.models.building import Building
from indoor3d.models.flow import NODE_KINDS, NodeKind
from indoor3d.models.outcome import Curve, Outcome

Floats = NDArray[np.float64]

_WIDE, _HIGH = 760, 300
_LEFT, _BOTTOM = 56, 40
_STROKES: Mapping[str, str] = {
    "simulated": 'stroke="#0b5cad" stroke-width="2.5"',
    "planned": 'stroke="#0b5cad" stroke-width="1.5" stroke-dasharray="6 3"',
    "optimum": 'stroke="#1a7f37" stroke-width="1.5" stroke-dasharray="2 3"',
    "nearest": 'stroke="#b35900" stroke-width="2"',
}
_MOST_POINTS = 240
_PLAN_WIDE = 720
_TOLERANCE_M = 0.1


def curve_svg(curves: tuple[Curve, ...], persons: int, *, lang: str) -> str:
    """Draw how many are out over time."""
    end = max((float(c.points[-1, 0]) for c in curves if len(c.points)), default=60.0)
    step = next(s for s in (30, 60, 120, 300, 600, 1200, 3600, 36000, 1e9) if end / s <= 12)
    span, most = math.ceil(max(end, 1) / step) * step, max(persons, 1)

    def x(seconds: float) -> float:
        return round(_LEFT + (_WIDE - _LEFT - 12) * seconds / span, 1)

    def y(count: float) -> float:
        return round(_HIGH - _BOTTOM - (_HIGH - _BOTTOM - 14) * count / most, 1)

    parts = [f'<svg class="curve" viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{escape(say("curve", lang))}">']
    for tick in range(0, int(span) + 1, int(step)):
        parts.append(f'<line class="grid" x1="{x(tick)}" x2="{x(tick)}" y1="{y(0)}" y2="{y(most)}"/>')
        parts.append(f'<text x="{x(tick)}" y="{_HIGH - 22}" text-anchor="middle">{tick / 60:g}</text>')
    for quarter in range(5):
        count = most * quarter / 4
        parts.append(f'<line class="grid" x1="{x(0)}" x2="{x(span)}" y1="{y(count)}" y2="{y(count)}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(count) + 4}" text-anchor="end">{count:.0f}</text>')
    parts.append(f'<text x="{_WIDE - 12}" y="{_HIGH - 6}" text-anchor="end">{escape(say("minutes", lang))}</text>')
    for curve in curves:
        points = curve.points
        if len(points) > _MOST_POINTS:
            points = points[np.unique(np.linspace(0, len(points) - 1, _MOST_POINTS).astype(int))]
        line = " ".join(f"{x(t)},{y(n)}" for t, n in points.tolist())
        parts.append(f'<polyline fill="none" {_STROKES.get(curve.key, _STROKES["planned"])} points="{line}"/>')
    parts.append("</svg>")
    legend = "".join(
        f'<li><svg viewBox="0 0 36 10" aria-hidden="true"><line x1="0" x2="36" y1="5" y2="5" {_STROKES.get(c.key, "")}/></svg> {escape(say(c.key, lang))}</li>'
        for c in curves
    )
    return "".join(parts) + f'<ul class="legend">{legend}</ul>'


def level_svg(building: Building, outcome: Outcome, level: str, *, lang: str) -> str:
    """Draw one level: spaces, the flows of the plan, queues, exits with how many leave by them. North is up."""
    spaces = [s for s in building.spaces if s.level == level and s.walkable]
    if not spaces:
        return ""
    west, south, east, north = shapely.total_bounds([s.footprint for s in spaces])
    margin = 0.03 * max(east - west, north - south) + 1
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    scale = _PLAN_WIDE / (east - west)
    high = round(scale * (north - south))
    paper = _Paper(west=west, north=north, scale=scale)
    title = f"{say('zones', lang)}: {building.level(level).name.best(lang) or building.level(level).short_name}"
    parts = [f'<svg class="plan" viewBox="0 0 {_PLAN_WIDE} {high}" role="img" aria-label="{escape(title)}">']
    persons = dict(outcome.initial)
    for space in spaces:
        shape = shapely.simplify(space.footprint, _TOLERANCE_M)
        kind = "here" if persons.get(space.id) else "space"
        tip = f"{space.name.best(lang) or space.id}: {persons.get(space.id, 0)}"
        parts.append(f'<path class="{kind}" d="{paper.path(shape)}"><title>{escape(tip)}</title></path>')
    parts += _flows(outcome, level, paper)
    parts += _queues(building, outcome, level, paper, lang=lang)
    parts += _exits(building, outcome, level, paper, lang=lang)
    parts.append(_scale_bar(scale, high))
    parts.append("</svg>")
    return "".join(parts)


class _Paper:
    """Metres of a plan on paper."""

    def __init__(self, *, west: float, north: float, scale: float) -> None:
        self.west, self.north, self.scale = west, north, scale

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        return round((x_m - self.west) * self.scale, 1), round((self.north - y_m) * self.scale, 1)

    def path(self, shape: shapely.Geometry) -> str:
        rings = []
        for part in shapely.get_parts(shape):
            for ring in (part.exterior, *part.interiors):
                points = [self.at(x, y) for x, y in shapely.get_coordinates(ring).tolist()[:-1]]
                rings.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
        return "".join(rings)


def _flows(outcome: Outcome, level: str, paper: _Paper) -> list[str]:
    network, persons = outcome.network, outcome.arc_persons
    if not len(persons) or not persons.max(initial=0):
        return []
    widest = float(persons.max())
    parts = []
    for arc in np.flatnonzero(persons > 0).tolist():
        tail, head = int(network.arc_from[arc]), int(network.arc_to[arc])
        if level not in {network.node_level[tail], network.node_level[head]}:
            continue
        (x1, y1), (x2, y2) = (paper.at(*network.node_position[node, :2].tolist()) for node in (tail, head))
        wide = max(0.6, 7 * math.sqrt(persons[arc] / widest))
        kind = "flow" if network.node_level[tail] == network.node_level[head] else "flow stairs"
        if math.hypot(x2 - x1, y2 - y1) < 1:
            continue
        parts.append(f'<path class="{kind}" stroke-width="{wide:.1f}" d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>')
        parts.append(_arrow(x1, y1, x2, y2, wide))
    return parts


def _arrow(x1: float, y1: float, x2: float, y2: float, wide: float) -> str:
    """A head in the middle of a flow."""
    length = math.hypot(x2 - x1, y2 - y1)
    ux, uy, half = (x2 - x1) / length, (y2 - y1) / length, wide / 2 + 1.6
    mx, my = (x1 + x2) / 2, (y1 + y2) / 2
    tip = (mx + ux * 2 * half, my + uy * 2 * half)
    sides = [(mx - uy * half * s, my + ux * half * s) for s in (1, -1)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, *sides))
    return f'<polygon class="head" points="{points}"/>'


def _queues(building: Building, outcome: Outcome, level: str, paper: _Paper, *, lang: str) -> list[str]:
    network = outcome.network
    where = {name: n for n, name in reversed(list(enumerate(network.passage_element)))}
    parts = []
    for item in outcome.bottlenecks:
        arcs = np.flatnonzero((network.arc_passage == where.get(item.element, -2)) & (outcome.arc_persons > 0))
        nodes = [int(n) for n in network.arc_from[arcs] if network.node_level[int(n)] == level]
        if not nodes or item.queue_most < 1:
            continue
        x, y = paper.at(*network.node_position[nodes[0], :2].tolist())
        size = min(26.0, 6 + 1.2 * math.sqrt(item.queue_most))
        name = building.titles[item.element].best(lang) if item.element in building.titles else item.element
        tip = f"{name}: {item.queue_most}"
        parts.append(
            f'<circle class="queue" cx="{x:g}" cy="{y:g}" r="{size:.1f}"><title>{escape(tip)}</title></circle>'
        )
        parts.append(f'<text class="count" x="{x:g}" y="{y + 4:g}" text-anchor="middle">{item.queue_most}</text>')
    return parts


def _exits(building: Building, outcome: Outcome, level: str, paper: _Paper, *, lang: str) -> list[str]:
    persons = {cleared.id: cleared.persons for cleared in outcome.exits}
    numbers = {e.id: e.number or e.name.best(lang) for e in building.exits}
    network, parts = outcome.network, []
    kinds = {NODE_KINDS.index(NodeKind.EXIT), NODE_KINDS.index(NodeKind.SAFE)}
    for node, ident in enumerate(network.node_id):
        if int(network.node_kind[node]) in kinds and network.node_level[node] == level:
            x, y = paper.at(*network.node_position[node, :2].tolist())
            if not persons.get(ident):
                parts.append(f'<circle class="unused" cx="{x:g}" cy="{y:g}" r="3"/>')
                continue
            label = f"{numbers.get(ident, ident)} · {persons[ident]}"
            parts.append(f'<circle class="exit" cx="{x:g}" cy="{y:g}" r="5"/>')
            parts.append(f'<text class="exit" x="{x + 8:g}" y="{y + 4:g}">{escape(label)}</text>')
    return parts


def _scale_bar(scale: float, high: int) -> str:
    metres = next((m for m in (5, 10, 20, 50, 100, 200, 500) if m * scale > 60), 1000)
    wide = metres * scale
    return (
        f'<path class="bar" d="M12 {high - 10}h{wide:.1f}m0 -4v8m-{wide:.1f} -8v8"/>'
        f'<text x="{16 + wide:.1f}" y="{high - 6}">{metres} m</text>'
        f'<path class="bar" d="M{_PLAN_WIDE - 16} 34v-22l-5 9m5 -9l5 9"/><text x="{_PLAN_WIDE - 20}" y="46">N</text>'
    )
