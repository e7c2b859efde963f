"""Read a tileset back and verify what validators do not see.

The reference validators check structure. They pass geometry outside its bounding volume, a tile in the wrong country, a
child that sticks out of its parent and an element that is in no tile; here each of these is a finding.
"""

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import orjson
from numpy.typing import NDArray

from indoor3d.errors import Indoor3dError, TilesetInvalid
from indoor3d.models.building import Building
from indoor3d.tiles.columns import boxes_of, drawable
from indoor3d.tiles.earth import MEAN_RADIUS_M, Floats, Region, apply, corners_of, excess_m, to_geodetic, touching_point
from indoor3d.tiles.findings import Finding
from indoor3d.tiles.read import Content, read_glb

TOLERANCE_M = 1e-6
"""What the round trip through longitude and latitude costs; everything else is exact."""
_PLACE_M = 0.01
"""Half a step on three axes (3.4 mm) and the float32 of a plain tile, rounded up."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Seen:
    """What the leaves draw: element ids, their triangle counts, and the corners of their boxes on Earth."""

    path: str
    ids: tuple[str, ...]
    count: NDArray[np.int64]
    middle: Floats
    table: Mapping[str, tuple[str, ...]]


def check_tileset(
    read: Callable[[str], bytes], root: str = "meshopt/tileset.json", *, expect: Building | None = None
) -> tuple[Finding, ...]:
    """Check a tileset as this package writes them.

    Parameters
    ----------
    read : callable
        Path to bytes; raises ``KeyError``, ``OSError`` or an :class:`Indoor3dError` where there is no such file.
    root : str
        Path of the tileset JSON; contents are looked up beside it.
    expect : Building, optional
        What must be drawn, and where on Earth. A building that comes from a store has no mesh; then only its spaces and
        levels are compared.

    Returns
    -------
    tuple of Finding
        In the order of the tiles; none when all is well.
    """
    try:
        document = orjson.loads(read(root))
        return tuple(_Checker(read=read, root=root, document=document).run(expect))
    except (KeyError, OSError, ValueError, TypeError, IndexError, AttributeError, Indoor3dError) as error:
        reason = f"{type(error).__name__}: {error}"
        return (Finding(code="tileset.unreadable", path=root, values={"reason": reason}),)


@dataclass(slots=True, kw_only=True)
class _Checker:
    """One pass over the tiles of one tileset."""

    read: Callable[[str], bytes]
    root: str
    document: Mapping[str, Any]
    seen: list[_Seen] = field(default_factory=list)

    def run(self, expect: Building | None) -> Iterator[Finding]:
        """All findings, tiles first."""
        root = self.document["root"]
        yield from self._error_order(root, float(self.document["geometricError"]) + TOLERANCE_M)
        stack: list[tuple[Mapping[str, Any], Floats]] = [(root, np.eye(4))]
        while stack:
            tile, above = stack.pop()
            transform = above
            if "transform" in tile:
                transform = above @ np.array(tile["transform"], np.float64).reshape(4, 4).T
            yield from self._content(tile, transform)
            for child in tile.get("children", ()):
                yield from self._child(tile, child)
            stack += [(child, transform) for child in reversed(tile.get("children", ()))]
        yield from self._duplicates()
        if expect is not None and expect.mesh.features:
            yield from _compare(self.seen, expect, self.root)
        elif expect is not None:
            yield from _compare_spaces(self.seen, expect)

    def _child(self, tile: Mapping[str, Any], child: Mapping[str, Any]) -> Iterator[Finding]:
        yield from self._error_order(child, float(tile["geometricError"]))
        excess = excess_m(_region(tile), corners_of(_region(child)))
        if excess > TOLERANCE_M:
            yield self._found("tile.outside-parent", child, excess_m=excess)

    def _error_order(self, tile: Mapping[str, Any], parent_m: float) -> Iterator[Finding]:
        error_m = float(tile["geometricError"])
        if not 0 <= error_m < parent_m:
            yield self._found("tile.error-order", tile, error_m=error_m, parent_m=parent_m)

    def _content(self, tile: Mapping[str, Any], transform: Floats) -> Iterator[Finding]:
        """Check what a tile draws."""
        if "content" not in tile:
            return
        try:
            data = self.read(self._path(tile))
        except (KeyError, OSError, Indoor3dError):
            yield self._found("content.missing", tile)
            return
        try:
            content = read_glb(data)
        except TilesetInvalid as error:
            yield self._found(error.context["finding"], tile, reason=error.context["reason"])
            return
        ecef = apply(transform, content.positions)
        places = to_geodetic(ecef)
        if content.bounds_error_m > TOLERANCE_M:
            yield self._found("content.bounds", tile, excess_m=content.bounds_error_m)
        excess = excess_m(_region(tile), places)
        if excess > TOLERANCE_M:
            yield self._found("content.outside-tile", tile, excess_m=excess)
        if "boundingVolume" in tile["content"]:
            excess = excess_m(_region(tile["content"]), places)
            if excess > TOLERANCE_M:
                yield self._found("content.outside-volume", tile, excess_m=excess)
        outside = content.feature[(content.feature < 0) | (content.feature >= content.rows)]
        if len(outside):
            yield self._found("feature.row", tile, row=int(outside[0]), rows=content.rows)
            return
        yield from self._groups(tile, content)
        if not tile.get("children"):
            self.seen.append(_seen(self._path(tile), content, ecef))

    def _groups(self, tile: Mapping[str, Any], content: Content) -> Iterator[Finding]:
        """A tile is of one level, and so is all that it draws."""
        groups = self.document.get("groups", [])
        levels = [group["properties"]["id"] for group in groups]
        group = tile["content"].get("group")
        if group is not None and not 0 <= group < len(groups):
            yield self._found("tile.group", tile, group=group)
            return
        own = "" if group is None else levels[group]
        for element, level in zip(content.table["id"], content.table["level"], strict=True):
            if (level in levels or group is not None) and level != own:
                yield self._found("feature.level", tile, element=element, level=level, group=own)

    def _duplicates(self) -> Iterator[Finding]:
        """An element is whole in one leaf, and has one row there."""
        count = Counter(element for seen in self.seen for element in seen.ids)
        for seen in self.seen:
            for element in dict.fromkeys(seen.ids):
                if count[element] > 1:
                    yield Finding(code="feature.duplicate", path=seen.path, values={"element": element})

    def _path(self, tile: Mapping[str, Any]) -> str:
        """Where the content is; a reference to somewhere else is no file of this tileset."""
        uri = tile["content"]["uri"]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.root), unquote(urlsplit(uri).path)))
        if urlsplit(uri).scheme or path.startswith(("/", "..")):
            raise KeyError(uri)
        return path

    def _found(self, code: str, tile: Mapping[str, Any], **values: Any) -> Finding:
        uri = tile.get("content", {}).get("uri")
        path = posixpath.join(posixpath.dirname(self.root), uri) if uri else self.root  # as written, for people
        return Finding(code=code, path=path, values=values)


def _region(holder: Mapping[str, Any]) -> Region:
    west, south, east, north, low, high = (float(v) for v in holder["boundingVolume"]["region"])
    return west, south, east, north, low, high


def _seen(path: str, content: Content, ecef: Floats) -> _Seen:
    feature = content.feature[content.triangles[:, 0]]
    order = np.argsort(feature, kind="stable")
    present, start, count = np.unique(feature[order], return_index=True, return_counts=True)
    columns = {name: tuple(column[row] for row in present) for name, column in content.table.items()}
    middle = _middles(ecef[content.triangles[order]], start)
    return _Seen(path=path, ids=columns["id"], count=count, middle=middle, table=columns)


def _middles(corners: Floats, start: NDArray[np.intp]) -> Floats:
    """Middle of the box around every run of triangles; it does not depend on how they are ordered or shared."""
    low, high = boxes_of(corners, start)
    return np.asarray((low + high) / 2)


def _compare(seen: Sequence[_Seen], building: Building, root: str) -> Iterator[Finding]:
    """What is drawn against what the building has."""
    mesh = building.mesh
    triangles = drawable(mesh)
    drawn = {element: (leaf, row) for leaf in seen for row, element in enumerate(leaf.ids)}
    known = {feature.id for feature in mesh.features}
    for element, (leaf, _) in drawn.items():
        if element not in known:
            yield Finding(code="feature.unknown", path=leaf.path, values={"element": element})
    if not len(triangles):
        return
    present, start, count = np.unique(mesh.feature[triangles], return_index=True, return_counts=True)
    corners = mesh.triangles[triangles]
    middle = _middles(_on_earth(building)[corners], start)
    slack = _slack_m(mesh.positions[corners], start)
    for k, feature in enumerate(mesh.features[i] for i in present):
        if feature.id not in drawn:
            yield Finding(code="feature.missing", path=root, values={"element": feature.id})
            continue
        leaf, row = drawn[feature.id]
        told = {"name": feature.name, "kind": feature.kind, "category": str(feature.category), "level": feature.level}
        for member, value in told.items():
            if leaf.table[member][row] != value:
                yield Finding(code="feature.differs", path=leaf.path, values={"element": feature.id, "member": member})
        if leaf.count[row] != count[k]:
            values = {"element": feature.id, "drawn": int(leaf.count[row]), "expected": int(count[k])}
            yield Finding(code="feature.triangles", path=leaf.path, values=values)
        distance_m = float(np.linalg.norm(leaf.middle[row] - middle[k]))
        if distance_m > slack[k]:
            values = {"element": feature.id, "distance_m": distance_m}
            yield Finding(code="feature.place", path=leaf.path, values=values)


def _compare_spaces(seen: Sequence[_Seen], building: Building) -> Iterator[Finding]:
    """What is drawn against spaces and levels: the middle of a space as drawn is in the ball around the space."""
    levels = {"", *(level.id for level in building.levels)}
    spaces = {space.id: space for space in building.spaces}
    for leaf in seen:
        for row, element in enumerate(leaf.ids):
            if leaf.table["level"][row] not in levels:
                yield Finding(code="feature.differs", path=leaf.path, values={"element": element, "member": "level"})
            if element not in spaces:
                continue
            west, south, east, north = spaces[element].footprint.bounds
            ends = np.array([[west, south, spaces[element].floor_m], [east, north, spaces[element].ceiling_m]])
            middle = building.frame.to_ecef([ends.mean(axis=0)])[0]
            distance_m = float(np.linalg.norm(leaf.middle[row] - middle))
            if distance_m > np.linalg.norm(ends[1] - ends[0]) / 2 + _PLACE_M:
                yield Finding(
                    code="feature.place", path=leaf.path, values={"element": element, "distance_m": distance_m}
                )


def _on_earth(building: Building) -> Floats:
    """ECEF positions of all vertices; those that are not numbers belong to no drawable triangle."""
    positions = building.mesh.positions
    ecef = np.full_like(positions, np.nan)
    finite = np.isfinite(positions).all(axis=1)
    ecef[finite] = building.frame.to_ecef(positions[finite])
    return ecef


def _slack_m(corners: Floats, start: NDArray[np.intp]) -> NDArray[np.float64]:
    """How far every feature may be drawn from its place: what the tangent plane is off at its furthest corner.

    It leaves the Earth by d²/2R, and a fifth more is for the projection.
    """
    low, high = boxes_of(corners, start)
    touching = touching_point((low.min(axis=0) + high.max(axis=0)) / 2)
    furthest = np.maximum(np.abs(low - touching), np.abs(high - touching))[:, :2]
    return np.asarray(_PLACE_M + 1.2 * np.einsum("ij,ij->i", furthest, furthest) / (2 * MEAN_RADIUS_M))
