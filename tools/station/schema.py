"""The format as JSON Schema (draft 2020-12), for editors that complete and check TOML while it is written."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from tools.station.tables import PLAN
from tools.station.venue_tables import VENUE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tools.station.keys import Key, TableKind

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_FILES = {
    "plan.schema.json": ("plan.toml, and the TOML files that it names", PLAN),
    "venue.schema.json": ("venue.toml", VENUE),
}


def schemas() -> dict[str, str]:
    """Return the JSON Schema documents by file name.

    Returns
    -------
    dict of str to str
        JSON, indented, ending in a newline; the same for the same tables.
    """
    return {
        name: json.dumps(_document(title, kinds), indent=2, ensure_ascii=False) + "\n"
        for name, (title, kinds) in _FILES.items()
    }


def write_schemas(folder: Path) -> None:
    """Write the documents into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


def _document(title: str, kinds: Mapping[str, TableKind]) -> dict[str, Any]:
    named = {name: kind for name, kind in kinds.items() if name}
    head = {key.name: _property(key) for key in kinds[""].keys}
    tables = {name: _reference(kind) for name, kind in named.items()}
    both = {name: {"oneOf": [head[name], tables[name]]} for name in head.keys() & tables.keys()}
    return {
        "$schema": _DRAFT,
        "title": title,
        "description": "Lengths in metres; heights above the street datum; coordinates in a drawing frame.",
        "type": "object",
        "properties": head | tables | both,
        "additionalProperties": False,
        "$defs": {name: _table(kind) for name, kind in named.items()},
    }


def _reference(kind: TableKind) -> dict[str, Any]:
    reference = {"$ref": f"#/$defs/{kind.name}"}
    return {"type": "array", "items": reference} if kind.many else reference


def _table(kind: TableKind) -> dict[str, Any]:
    example = tomllib.loads(kind.example)[kind.name]
    found: dict[str, Any] = {
        "title": kind.header,
        "description": kind.what,
        "type": "object",
        "properties": {key.name: _property(key) for key in kind.keys},
        "required": [key.name for key in kind.keys if key.required],
        "additionalProperties": False,
        "examples": [example[0] if kind.many else example],
    }
    return found | ({"oneOf": [{"required": [name]} for name in kind.either]} if kind.either else {})


def _property(key: Key) -> dict[str, Any]:
    unit = f" ({key.kind.unit})" if key.kind.unit else ""
    found: dict[str, Any] = {"description": key.what + unit, **key.kind.schema}
    if not key.required and key.default is not None:
        found["default"] = list(key.default) if isinstance(key.default, tuple) else key.default
    return found
