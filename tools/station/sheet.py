"""A sheet of SVG: metres to pixels, shapes, words and badges. The same calls give the same bytes."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry import Polygon

    from tools.station.model import Point

FONT = "'Noto Sans CJK KR','Noto Sans KR','Malgun Gothic','Apple SD Gothic Neo',sans-serif"
INK, PALE = "#2b2f33", "#9aa0a6"
EXIT_YELLOW = "#ffcf1a"


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Shapes in the order in which they are painted.

    Attributes
    ----------
    scale : pixels a metre
    left, top : site coordinates of the pixel (0, 0), metres; y is up on the site and down on the sheet
    """

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    parts: list[str] = field(default_factory=list)

    def px(self, at: Point) -> Point:
        """Return the pixel of a place."""
        return ((at[0] - self.left) * self.scale, (self.top - at[1]) * self.scale)

    def path(self, rings: Iterable[Iterable[Point]], style: str, *, closed: bool = True) -> None:
        """Paint rings or lines given in site metres."""
        self.pixels(([self.px(at) for at in ring] for ring in rings), style, closed=closed)

    def pixels(self, rings: Iterable[Iterable[Point]], style: str, *, closed: bool = True) -> None:
        """Paint rings or lines given in pixels."""
        end = "Z" if closed else ""
        found = "".join("M" + "L".join(f"{_n(x)},{_n(y)}" for x, y in ring) + end for ring in rings)
        if found:
            self.parts.append(f'<path d="{found}" {style}/>')

    def polygons(self, shapes: Iterable[Polygon], style: str) -> None:
        """Paint polygons with their holes."""
        rings = [ring.coords[:-1] for shape in shapes for ring in (shape.exterior, *shape.interiors)]
        self.path(rings, f'fill-rule="evenodd" {style}')

    def words(  # noqa: PLR0913 - how words are set
        self, x: float, y: float, text: str, size: float, *, fill: str = INK, bold: bool = False, anchor: str = "middle", turn: float = 0.0, halo: bool = False
    ) -> None:  # fmt: skip
        """Set a line of words on the base line ``y``, in pixels; ``turn`` is clockwise, degrees."""
        style = f'font-size="{_n(size)}" fill="{fill}" text-anchor="{anchor}"'
        style += ' font-weight="700"' if bold else ""
        style += ' stroke="#fff" stroke-width="2.5" stroke-linejoin="round" paint-order="stroke"' if halo else ""
        style += f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
        self.parts.append(f'<text x="{_n(x)}" y="{_n(y)}" {style}>{html.escape(text)}</text>')

    def badge(self, x: float, y: float, text: str, size: float, *, fill: str, ink: str = "#fff", round_: bool = False) -> None:  # fmt: skip
        """Paint a square (or round) badge with a short text around a pixel."""
        wide = max(size, width_of(text, size * 0.66) + size * 0.34)
        corner = size / 2 if round_ else size * 0.2
        self.parts.append(
            f'<rect x="{_n(x - wide / 2)}" y="{_n(y - size / 2)}" width="{_n(wide)}" height="{_n(size)}" rx="{_n(corner)}" '
            f'fill="{fill}" stroke="#fff" stroke-width="{_n(max(0.6, size * 0.06))}"/>'
        )
        self.words(x, y + size * 0.245, text, size * 0.66, fill=ink, bold=True)

    def dot(self, x: float, y: float, radius: float, style: str) -> None:
        """Paint a disc around a pixel."""
        self.parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" {style}/>')

    def svg(self, width: float, height: float) -> str:
        """Return the document."""
        size = f'width="{_n(width)}" height="{_n(height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" {size} font-family="{FONT}">'
        return "\n".join([head, f'<rect {size} fill="#fff"/>', *self.parts, "</svg>", ""])


def width_of(text: str, size: float) -> float:
    """Return about how wide words are, in pixels: a Korean sign is a square, a Latin one about half of it."""
    return size * sum(0.95 if ord(sign) > 0x2E80 else 0.33 if sign in " .,'il|" else 0.58 for sign in text)


def _n(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}"
