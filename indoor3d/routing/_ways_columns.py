"""What is known about straight ways on one surface, as values and as the columns that are stored.

The columns are:

- ``names`` (B,) uint8: JSON with the ids of ``openings`` and ``spaces``, and ``attachments`` as (connector id, stop);
- ``attachment`` (A, 2) float64: where these meet the surface;
- ``threshold`` (P, 4), ``centre`` and ``axis`` (P, 2), ``width_m`` and ``half_width_m`` (P,) float64: of each passage;
- ``gap`` (G, 4), ``gap_width_m`` (G,) float64: where the ground narrows;
- ``zone`` and ``opened`` (B,) uint8, ``zone_start`` and ``opened_start`` (P + 1,) int64: WKB of the ground and of the
  free space that each passage opens alone;
- ``joint`` and ``joint_start``: the same of what groups of passages open together, ``joint_member`` (K,) int64 and
  ``joint_member_start`` their members;
- ``corner`` (C, 6) float64: conditional corners;
- ``space.…``: those of :meth:`~indoor3d.routing.visibility.FreeSpace.to_columns`.

Lengths and coordinates are metres in the site frame.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.routing._closures import Closures, closures
from indoor3d.routing._crossing import Segments
from indoor3d.routing._widths import gaps
from indoor3d.routing.visibility import FreeSpace
from indoor3d.routing.walkable import Walkable

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Starts = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What questions about straight ways need. Gaps and closures take long, and are found when first asked for."""

    openings: tuple[str, ...]
    spaces: tuple[str, ...]
    attachments: Mapping[tuple[str, int], tuple[float, float]]
    threshold: Floats
    centres: Floats
    axes: Floats
    width_m: Floats
    half_width_m: Floats
    find_zones: Callable[[], Sequence[BaseGeometry]]
    find_gaps: Callable[[], Floats]
    find_closures: Callable[[], Closures]
    find_space: Callable[[], FreeSpace]

    @cached_property
    def row(self) -> dict[str, int]:
        """Number of each passage by id."""
        return {name: row for row, name in enumerate(self.openings)}

    @cached_property
    def thresholds(self) -> Segments:
        """The lines across the middles of passages."""
        return Segments(self.threshold)

    @cached_property
    def gaps(self) -> Segments:
        """Where the ground narrows."""
        return Segments(self.find_gaps())

    @cached_property
    def gap_width_m(self) -> Floats:
        """(G,) float64: how long each gap is."""
        ends = self.gaps.ends
        width: Floats = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
        return width

    @cached_property
    def closures(self) -> Closures:
        """What every passage opens."""
        return self.find_closures()

    @cached_property
    def zones(self) -> Sequence[BaseGeometry]:
        """The ground that each passage opens."""
        return self.find_zones()

    @cached_property
    def space(self) -> FreeSpace:
        """The free space."""
        return self.find_space()


def facts_of(surface: Walkable) -> Facts:
    """Gather the facts of a surface."""
    passages = surface.passages
    return Facts(
        openings=tuple(p.id for p in passages),
        spaces=tuple(s.id for s in surface.spaces),
        attachments=surface.attachments,
        threshold=np.array([p.threshold_ends for p in passages]).reshape(-1, 4),
        centres=np.array([p.centre for p in passages]).reshape(-1, 2),
        axes=np.array([p.axis for p in passages]).reshape(-1, 2),
        width_m=np.array([p.width_m for p in passages]),
        half_width_m=np.array([p.half_width_m for p in passages]),
        find_zones=lambda: surface.zones,
        find_gaps=lambda: gaps(surface.ground),
        find_closures=lambda: closures(surface),
        find_space=lambda: surface.space,
    )


def to_columns(facts: Facts) -> dict[str, NDArray[Any]]:
    """The facts as plain columns."""
    keys = sorted(facts.attachments)
    names = {"openings": facts.openings, "spaces": facts.spaces, "attachments": keys}
    zone, zone_start = _packed(facts.zones)
    opened, opened_start = _packed(facts.closures.opened)
    joint, joint_start = _packed([area for _, area in facts.closures.joint])
    members = [members for members, _ in facts.closures.joint]
    return {
        "names": np.frombuffer(json.dumps(names, ensure_ascii=False).encode(), np.uint8),
        "attachment": np.array([facts.attachments[key] for key in keys]).reshape(-1, 2),
        "threshold": facts.threshold,
        "centre": facts.centres,
        "axis": facts.axes,
        "width_m": facts.width_m,
        "half_width_m": facts.half_width_m,
        "zone": zone,
        "zone_start": zone_start,
        "gap": facts.gaps.ends,
        "gap_width_m": facts.gap_width_m,
        "opened": opened,
        "opened_start": opened_start,
        "joint": joint,
        "joint_start": joint_start,
        "joint_member": np.array([m for group in members for m in group], np.int64),
        "joint_member_start": np.cumsum([0, *(len(group) for group in members)]).astype(np.int64),
        "corner": facts.closures.corners,
        **{f"space.{name}": column for name, column in facts.space.to_columns().items()},
    }


def facts_from(columns: Mapping[str, NDArray[Any]]) -> Facts:
    """Restore facts from the columns of `to_columns`; shapes are read when first asked for."""
    names = json.loads(columns["names"].tobytes())
    keys = [(connector, int(stop)) for connector, stop in names["attachments"]]
    places = [(x, y) for x, y in columns["attachment"].tolist()]
    return Facts(
        openings=tuple(names["openings"]),
        spaces=tuple(names["spaces"]),
        attachments=dict(zip(keys, places, strict=True)),
        threshold=columns["threshold"],
        centres=columns["centre"],
        axes=columns["axis"],
        width_m=columns["width_m"],
        half_width_m=columns["half_width_m"],
        find_zones=lambda: tuple(_unpacked(columns["zone"], columns["zone_start"])),
        find_gaps=lambda: columns["gap"],
        find_closures=lambda: _closures_from(columns),
        find_space=lambda: _space_from(columns),
    )


def _closures_from(columns: Mapping[str, NDArray[Any]]) -> Closures:
    start, member = columns["joint_member_start"].tolist(), columns["joint_member"].tolist()
    groups = [tuple(member[a:b]) for a, b in pairwise(start)]
    areas = _unpacked(columns["joint"], columns["joint_start"])
    return Closures(
        opened=_unpacked(columns["opened"], columns["opened_start"]),
        joint=tuple(zip(groups, areas, strict=True)),
        corners=columns["corner"],
    )


def _space_from(columns: Mapping[str, NDArray[Any]]) -> FreeSpace:
    own = {name.removeprefix("space."): column for name, column in columns.items() if name.startswith("space.")}
    return FreeSpace.from_columns(own)


def _packed(shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> tuple[Bytes, Starts]:
    """WKB of shapes, one after the other, and where each begins."""
    found = shapely.to_wkb(np.array(shapes, dtype=object)).tolist()
    start = np.cumsum([0, *(len(one) for one in found)]).astype(np.int64)
    return np.frombuffer(b"".join(found), np.uint8), start


def _unpacked(packed: Bytes, start: Starts) -> NDArray[np.object_]:
    everything, cuts = packed.tobytes(), start.tolist()
    shapes = np.empty(len(cuts) - 1, dtype=object)
    shapes[:] = [shapely.from_wkb(everything[a:b]) for a, b in pairwise(cuts)]
    return shapes
