"""Tables and keys as data: the one description of the format, used to read a plan, to write its JSON Schema and its reference."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.station.located import Table
    from tools.station.model import PlanError

REQUIRED: Any = object()
"""The default of a key that has none."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int, float),
    "boolean": (bool,),
    "array": (list,),
}


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Return whether a value meets a JSON Schema made of the few words that kinds of keys use.

    Parameters
    ----------
    value : Any
        A TOML or JSON value.
    schema : mapping
        With ``type``, ``enum``, ``pattern``, ``minimum``, ``exclusiveMinimum``, ``minItems``, ``maxItems``, ``items``,
        ``prefixItems`` or none of them.

    Examples
    --------
    >>> fits([1.0, 2.0], {"type": "array", "items": {"type": "number"}, "maxItems": 2})
    True
    """
    kind = schema.get("type")
    if kind is None:
        return True
    right = isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind == "boolean")
    if not right or value not in schema.get("enum", (value,)):
        return False
    if kind == "string":
        return re.search(schema.get("pattern", ""), value) is not None
    if kind == "array":
        each = [*schema.get("prefixItems", ()), *[schema.get("items", {})] * len(value)]
        length = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return length and all(fits(part, rule) for part, rule in zip(value, each, strict=False))
    return kind == "boolean" or _in_range(value, kind, schema)


def _in_range(value: float, kind: str, schema: Mapping[str, Any]) -> bool:
    if not math.isfinite(value) or (kind == "integer" and value != int(value)):
        return False
    return bool(schema.get("minimum", value) <= value and value > schema.get("exclusiveMinimum", value - 1))


@dataclass(frozen=True, slots=True)
class Kind:
    """What the value of a key may be.

    Attributes
    ----------
    words : the kind in a word or two, for people
    schema : the same as JSON Schema, in the words that :func:`fits` knows
    problem, remedy : what an error says; ``{key}``, and in the problem ``{table}`` and ``{value}``, are filled in
    unit : unit of the numbers
    """

    words: str
    schema: Mapping[str, Any]
    problem: str
    remedy: str
    unit: str = ""


def one_of(words: Collection[str]) -> Kind:
    """Return the kind of a word from a closed list."""
    listed = sorted(words)
    return Kind(
        "one word",
        {"type": "string", "enum": listed},
        "unknown {key} {value!r}.",
        f"Use one of: {', '.join(listed)}.",
    )


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: its kind, what it means, and its default; ``None`` means that nothing is said."""

    name: str
    kind: Kind
    what: str
    default: Any = REQUIRED

    @property
    def required(self) -> bool:
        """Whether a table must have it."""
        return self.default is REQUIRED

    def error(self, table: Table, header: str) -> PlanError:
        """Return the error of a table in which this key is missing or of another kind."""
        value = table.values.get(self.name)
        there = self.name in table.values or "missing" in self.kind.problem
        problem = self.kind.problem if there else "{key!r} of {table} is missing."
        remedy = self.kind.remedy.format(key=self.name)
        return table.where(self.name).error(problem.format(key=self.name, table=header, value=value), remedy)


@dataclass(frozen=True, slots=True)
class TableKind:
    """One kind of table.

    Attributes
    ----------
    name : as in its header; "" is the head of a file
    what : a sentence or two, for people
    keys : in the order in which they are best written
    example : TOML, header included
    either : keys of which exactly one is given
    many : whether a file may have several, so that its header has two brackets
    """

    name: str
    what: str
    keys: tuple[Key, ...]
    example: str
    either: tuple[str, ...] = ()
    many: bool = True

    @property
    def header(self) -> str:
        """The header as it is written in a file."""
        return f"[[{self.name}]]" if self.many else f"[{self.name}]"

    def accept(self, table: Table) -> Table:
        """Return a table with every key of its kind in it, defaults filled in.

        Raises
        ------
        PlanError
            For the first key that is unknown, missing or of another kind.
        """
        if self.name and table.single == self.many:
            remedy = "Two brackets: there may be several." if self.many else "One pair of brackets: there is only one."
            raise table.where().error(f"this table is written {self.header}.", remedy)
        known = {key.name: key for key in self.keys}
        for name in table.values:
            if name not in known:
                allowed = ", ".join(sorted(known))
                raise table.where(name).error(f"unknown key {name!r} in {self.header}.", f"Use one of: {allowed}.")
        for key in self.keys:
            missing = key.name not in table.values
            if key.required if missing else not fits(table.values[key.name], key.kind.schema):
                raise key.error(table, self.header)
        given = [name for name in self.either if name in table.values]
        if self.either and len(given) != 1:
            choice = " or ".join(self.either)
            raise table.where(given[-1] if given else "").error(
                f"{self.header} needs {choice}, and not both.", f"Write {choice}."
            )
        return replace(table, values={key.name: key.default for key in self.keys} | table.values)


def accept(table: Table, kinds: Mapping[str, TableKind]) -> Table:
    """Return a table of a known kind with its defaults filled in.

    Raises
    ------
    PlanError
        If the table or one of its keys is unknown, or a value is of another kind.
    """
    if table.name not in kinds:
        allowed = ", ".join(name for name in kinds if name)
        raise table.where().error(f"unknown table [[{table.name}]].", f"Use one of: {allowed}.")
    return kinds[table.name].accept(table)
