"""The written form of a scenario as JSON Schema (draft 2020-12), from the table of keys."""

from enum import StrEnum
from typing import Any

from indoor3d.models.scenario_form import LONGEST, MOST_BYTES, write_value
from indoor3d.models.scenario_keys import REQUIRED, ROOT, Key, Table

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The whole form. What parts ask of one another beyond it is in the reference and in the errors."""
    return {"$schema": _DRAFT, "title": "Scenario of an evacuation / 피난 시나리오", **_table(ROOT)}


def _table(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "description": f"{table.en} / {table.ko}",
        "properties": {key.name: _property(table, key) for key in table.keys},
        "required": [key.name for key in table.keys if table.default(key.name) is REQUIRED],
        "additionalProperties": False,
    }
    choices: list[dict[str, Any]] = [{"oneOf": [{"required": [n]} for n in names]} for names in table.one_of]
    choices += [{"anyOf": [{"required": [n]} for n in names]} for names in table.some_of]
    return found | ({"allOf": choices} if choices else {})


def _property(table: Table, key: Key) -> dict[str, Any]:
    unit = f" [{key.unit}]" if key.unit else ""
    found: dict[str, Any] = {"description": f"{key.en}{unit} / {key.ko}", **_kind(key)}
    default = table.default(key.name)
    if default is not REQUIRED and default is not None:
        plain = write_value(key, default)
        if plain not in ("", [], {}):
            found["default"] = plain
    return found


def _kind(key: Key) -> dict[str, Any]:
    if key.table is not None:
        inner = _table(key.table)
        return inner if key.kind == "table" else {"type": "array", "items": inner, "maxItems": key.items}
    each = {"ids": "id", "words": "word", "numbers": "number"}.get(key.kind)
    if each is not None:
        least = {"minItems": 1} if key.name in {"venues", "exits"} else {}
        items = _single(each, key)
        return {"type": "array", "items": items, "maxItems": key.items, "uniqueItems": True, **least}
    return _single(key.kind, key)


def _single(kind: str, key: Key) -> dict[str, Any]:
    if kind in {"number", "integer"}:
        least = "exclusiveMinimum" if key.above else "minimum"
        return {"type": kind, least: key.least, "maximum": key.most}
    if kind == "flag":
        return {"type": "boolean"}
    if kind == "word":
        return {"type": "string", "enum": [str(w) if isinstance(w, StrEnum) else w for w in key.words]}
    most = {"csv": MOST_BYTES} | LONGEST
    return {"type": "string", "maxLength": most[kind]} | ({"minLength": 1} if kind == "id" else {})
