"""One map a storey as SVG, to be read like the guide map of a station: what is where, what it is called, what is assumed."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tools.station import palette as paint
from tools.station.floor_map import FloorMap
from tools.station.isometric import draw_apart
from tools.station.layout import Layout
from tools.station.sheet import EXIT_YELLOW, INK, PALE, Sheet, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tools.station.model import Plan

_MARGIN_PX = 46.0
_HEADER_PX = 96.0
_MAX_PX = 2300.0
_MAX_SCALE = 15.0
_MIN_WIDTH_PX = 980.0
_ROW_PX = 20.0
_QUIET = "#5f666d"


def write_previews(plan: Plan, folder: Path) -> list[Path]:
    """Write one SVG a storey, and one of all storeys apart, into a folder and return the files; the last is that one."""
    folder.mkdir(parents=True, exist_ok=True)
    layout = Layout(plan)
    files = []
    for storey in plan.storeys:
        file = folder / f"{plan.venue.id}-{storey.id}.svg"
        file.write_text(draw(plan, storey.id, layout), encoding="utf-8")
        files.append(file)
    file = folder / f"{plan.venue.id}-apart.svg"
    file.write_text(draw_apart(plan, layout), encoding="utf-8")
    return [*files, file]


def draw(plan: Plan, level: str, layout: Layout | None = None) -> str:
    """Return the map of one storey as SVG text.

    Parameters
    ----------
    plan : Plan
        A checked plan.
    level : str
        Storey id, such as ``B1``.
    layout : Layout, optional
        What follows from the plan, when it is there already.

    Returns
    -------
    str
        SVG with the y axis of the site frame up.
    """
    rings = [space.ring for space in plan.spaces if space.level == level]
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(_MAX_PX / wide, _MAX_PX / high, _MAX_SCALE)
    width = max(wide * scale + 2 * _MARGIN_PX, _MIN_WIDTH_PX)
    left = (min(xs) + max(xs)) / 2 - width / 2 / scale
    sheet = Sheet(scale=scale, left=left, top=max(ys) + (_HEADER_PX + _MARGIN_PX) / scale)
    floor = FloorMap(layout or Layout(plan), level, sheet)
    floor.paint()
    below = _HEADER_PX + high * scale + 2 * _MARGIN_PX
    _header(sheet, plan, level, width)
    height = _legend(sheet, floor.seen, below, width)
    _footer(sheet, plan, height)
    return sheet.svg(width, height + 78)


def _header(sheet: Sheet, plan: Plan, level: str, width: float) -> None:
    """Storey, names of the venue and of the storey, and lines."""
    storey = next(storey for storey in plan.storeys if storey.id == level)
    sheet.badge(58, 50, level, 52, fill=INK)
    x = 58 + max(52.0, width_of(level, 34) + 18) / 2 + 18
    sheet.words(x, 46, plan.venue.ko, 27, bold=True, anchor="start")
    names = x + width_of(plan.venue.ko, 27) + 14
    sheet.words(names, 46, plan.venue.en, 19, anchor="start", fill=_QUIET)
    sheet.words(x, 74, f"{storey.ko} · {storey.en}", 15, anchor="start", fill=_QUIET)
    at = width - 40
    for line in reversed(list(plan.venue.lines.values())):
        sheet.badge(at, 40, line.id, 30, fill=line.colour, round_=True)
        at -= 38
    sheet.words(width - 24, 76, paint.NOTICE, 14, bold=True, anchor="end", fill="#b3261e")


def _legend(sheet: Sheet, seen: set[str], top: float, width: float) -> float:
    """Explain what the map shows, in columns; return where the legend ends."""
    entries = list(_entries(seen))
    columns = max(1, int((width - 60) // 232))
    rows = -(-len(entries) // columns)
    sheet.pixels([[(30, top), (width - 30, top)]], f'stroke="{PALE}" stroke-width="1"', closed=False)
    for index, (symbol, ko, en) in enumerate(entries):
        x, y = 40 + (index // rows) * 232, top + 24 + (index % rows) * _ROW_PX
        symbol(sheet, x + 10, y)
        sheet.words(x + 28, y + 4, ko, 11, anchor="start")
        sheet.words(x + 34 + width_of(ko, 11), y + 4, en, 10, anchor="start", fill=_QUIET)
    return top + 24 + rows * _ROW_PX


Symbol = tuple["Callable[[Sheet, float, float], None]", str, str]


def _entries(seen: set[str]) -> Iterator[Symbol]:
    """Yield symbol, Korean and English for everything that was painted."""
    fills = {space_fill for space_fill in vars(paint).values() if isinstance(space_fill, paint.Fill)}
    for fill in sorted((fill for fill in fills if fill.en in seen), key=lambda fill: fill.en):
        yield (_swatch(fill.colour), fill.ko, fill.en)
    for key, symbol, ko, en in (
        ("exit", _badge("1", EXIT_YELLOW, "#111"), "출구 번호", "Exit"),
        ("stairs", _bars(paint.STAIRS), "계단 (화살표: 위로)", "Stairs (arrow: up)"),
        ("escalator", _chevron(paint.ESCALATOR), "에스컬레이터", "Escalator"),
        ("ramp", _outline(paint.RAMP), "경사로", "Ramp"),
        ("walk", _chevron(paint.WALK), "무빙워크", "Moving walk"),
        ("lift", _outline(paint.LIFT, "#d2ecef"), "엘리베이터", "Lift"),
        ("stair_lift", _badge("WL", paint.LIFT), "휠체어리프트", "Stair lift"),
        ("gate", _dot("#1f5fa8"), "개찰구 (파랑: 넓음)", "Gates (blue: wide)"),
        ("strip", _swatch(paint.STRIP, 3), "점자블록", "Guide strip"),
        ("refuge", _dashed("#1e8e4e"), "대피 대기 공간", "Refuge"),
    ):
        if key in seen:
            yield (symbol, ko, en)
    for category, mark in paint.MARKS.items():
        if f"facility/{category}" in seen:
            symbol = _badge(mark.letter, mark.colour) if mark.letter else _dot(mark.colour)
            yield (symbol, mark.ko, mark.en)
    yield (_swatch(INK, 4), "진한 선: 자료 있음", "Dark: from a source")
    yield (_dashed(PALE), "옅은 선·점선: 추정", "Pale, dashed: assumed")


def _swatch(colour: str, high: float = 12) -> Callable[[Sheet, float, float], None]:
    return lambda sheet, x, y: sheet.pixels(
        [[(x - 9, y - high / 2), (x + 9, y - high / 2), (x + 9, y + high / 2), (x - 9, y + high / 2)]],
        f'fill="{colour}" stroke="#c4c8cc" stroke-width="0.5"',
    )


def _badge(text: str, colour: str, ink: str = "#fff") -> Callable[[Sheet, float, float], None]:
    return lambda sheet, x, y: sheet.badge(x, y, text, 14, fill=colour, ink=ink)


def _dot(colour: str) -> Callable[[Sheet, float, float], None]:
    return lambda sheet, x, y: sheet.dot(x, y, 3.4, f'fill="{colour}"')


def _outline(colour: str, fill: str = "#fff") -> Callable[[Sheet, float, float], None]:
    return lambda sheet, x, y: sheet.pixels(
        [[(x - 8, y - 6), (x + 8, y - 6), (x + 8, y + 6), (x - 8, y + 6)]], f'fill="{fill}" stroke="{colour}"'
    )


def _dashed(colour: str) -> Callable[[Sheet, float, float], None]:
    style = f'stroke="{colour}" stroke-width="2.4" stroke-dasharray="4 2.5"'
    return lambda sheet, x, y: sheet.pixels([[(x - 9, y), (x + 9, y)]], style, closed=False)


def _bars(colour: str) -> Callable[[Sheet, float, float], None]:
    bars = [(step, step) for step in range(-8, 9, 4)]
    return lambda sheet, x, y: sheet.pixels(
        [[(x + a, y - 6), (x + b, y + 6)] for a, b in bars], f'stroke="{colour}" stroke-width="1.2"', closed=False
    )


def _chevron(colour: str) -> Callable[[Sheet, float, float], None]:
    tips = [-5, 1, 7]
    return lambda sheet, x, y: sheet.pixels(
        [[(x + t - 3, y - 4), (x + t, y), (x + t - 3, y + 4)] for t in tips],
        f'fill="none" stroke="{colour}" stroke-width="1.6"',
        closed=False,
    )


def _footer(sheet: Sheet, plan: Plan, top: float) -> None:
    """Scale bar, north arrow, notice and attribution."""
    length = next(step for step in _nice() if step * sheet.scale >= 90)
    x, y = 40.0, top + 30
    for index in range(4):
        part = length * sheet.scale / 4
        style = f'fill="{INK if index % 2 == 0 else "#fff"}" stroke="{INK}" stroke-width="0.8"'
        a, b = x + index * part, x + (index + 1) * part
        sheet.pixels([[(a, y), (b, y), (b, y + 6), (a, y + 6)]], style)
    sheet.words(x, y - 5, "0", 10)
    sheet.words(x + length * sheet.scale, y - 5, f"{length:g} m", 10)
    north = x + length * sheet.scale + 54
    turn = -plan.venue.georeference.bearing_deg
    sheet.parts.append(f'<g transform="translate({north:.1f} {y:.1f}) rotate({turn:g})">')
    sheet.pixels([[(0, -20), (7, 12), (0, 6), (-7, 12)]], f'fill="{INK}"')
    sheet.words(0, -23, "N", 11, bold=True)
    sheet.parts.append("</g>")
    words = north + 44
    sheet.words(words, y - 4, f"{plan.venue.notice_ko}", 11, anchor="start", fill=_QUIET)
    sheet.words(words, y + 11, f"{plan.venue.notice_en}", 10, anchor="start", fill=_QUIET)
    sheet.words(words, y + 26, f"{plan.venue.attribution_ko} · {plan.venue.licence}", 10, anchor="start", fill=PALE)


def _nice() -> Iterator[float]:
    for power in count(0):
        yield from (10.0**power * step for step in (1, 2, 5))
