"""GeoJSON in place of TOML: every feature is one table of a plan, its geometry one or two of the keys."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tools.station.kinds import LINE, OUTLINE, POINT, POINTS
from tools.station.located import Table
from tools.station.model import PlanError, Where
from tools.station.tables import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.station.keys import TableKind

_FEATURES = re.compile(r'"features"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def shape_of(kind: TableKind) -> tuple[str, tuple[str, ...]]:
    """Return the GeoJSON geometry that a table of this kind has, and the keys that it fills; none for some tables.

    Examples
    --------
    >>> shape_of(PLAN["platform"])
    ('LineString', ('front', 'end'))
    """
    points = tuple(key.name for key in kind.keys if key.kind is POINT)
    if kind.name == "frame" or not kind.name:
        return "", ()
    for wanted, name in ((OUTLINE, "Polygon"), (LINE, "LineString"), (POINTS, "MultiPoint")):
        for key in kind.keys:
            if key.kind is wanted:
                return name, (key.name,)
    return {0: "", 1: "Point", 2: "LineString"}[len(points)], points


def read_features(path: Path) -> list[Table]:
    """Read a FeatureCollection as located tables.

    Coordinates are metres in the drawing frame that the top-level member ``frame`` names (the site frame without it),
    not longitude and latitude. ``properties.table`` names the table, the other properties are its keys; those that are
    null, as drawing programs write empty fields, are not there.

    Parameters
    ----------
    path : Path
        The file, UTF-8.

    Returns
    -------
    list of Table
        The head of the file first, then one table a feature, with the line where the feature begins.

    Raises
    ------
    PlanError
        If the file is missing or is not a FeatureCollection, or a feature names no table or has another geometry than
        its table needs.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
    except OSError as error:
        message = f"{path.name}:1: cannot be read ({error.strerror}). Check the folder given."
        raise PlanError(message) from error
    except json.JSONDecodeError as error:
        message = f"{path.name}:{error.lineno}: not valid JSON ({error.msg}). Correct the syntax."
        raise PlanError(message) from error
    top = Where(file=path.name, line=1)
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        raise top.error("not a FeatureCollection.", 'Write {"type": "FeatureCollection", "features": […]}.')
    head = {"frame": data["frame"]} if "frame" in data else {}
    tables = [Table(name="", file=path.name, line=1, values=head, lines={})]
    return [*tables, *(_table(feature, Where(file=path.name, line=line)) for line, feature in _features(text))]


def _features(text: str) -> Iterator[tuple[int, Any]]:
    """Yield every feature with its line; ``features`` is the first member of that name, as all programs write it."""
    found = _FEATURES.search(text)
    decoder = json.JSONDecoder()
    at = _BETWEEN.match(text, found.end()).end() if found else len(text)  # type: ignore[union-attr]
    while at < len(text) and text[at] != "]":
        value, end = decoder.raw_decode(text, at)
        yield text.count("\n", 0, at) + 1, value
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]


def _table(feature: Any, where: Where) -> Table:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    values = {key: value for key, value in (properties or {}).items() if value is not None}
    name = values.pop("table", None)
    if name not in PLAN or not name:
        allowed = ", ".join(sorted(key for key in PLAN if key))
        raise where.error(f"the feature names no table ({name!r}).", f'Write "table" in its properties: {allowed}.')
    geometry = feature.get("geometry")
    if geometry is not None:
        values |= _keys(PLAN[name], geometry, where)
    return Table(name=name, file=where.file, line=where.line, values=values, lines={})


def _keys(kind: TableKind, geometry: Any, where: Where) -> dict[str, Any]:
    """Return the keys that the geometry of a feature gives."""
    wanted, keys = shape_of(kind)
    found, coordinates = geometry.get("type"), geometry.get("coordinates")
    if found == "Point" and wanted == "MultiPoint":
        found, coordinates = "MultiPoint", [coordinates]
    problem = f"a {kind.header} is drawn as {wanted or 'nothing'}, not as {found}."
    if not wanted or found != wanted or not isinstance(coordinates, list):
        raise where.error(problem, f"Draw a {wanted}." if wanted else 'Write "geometry": null.')
    if wanted == "Polygon":
        if len(coordinates) != 1:
            raise where.error(f"the outline of a {kind.header} has holes.", "Draw one ring; split the space in two.")
        return {keys[0]: [_flat(point) for point in coordinates[0][:-1]]}
    if wanted == "Point":
        return {keys[0]: _flat(coordinates)}
    if len(keys) == 2:
        if len(coordinates) != 2:
            raise where.error(f"the line of a {kind.header} has two points.", f"Draw it from {' to '.join(keys)}.")
        return dict(zip(keys, map(_flat, coordinates), strict=True))
    return {keys[0]: [_flat(point) for point in coordinates]}


def _flat(point: Any) -> Any:
    """Return a position without its height, which floors give."""
    return point[:2] if isinstance(point, list) else point
