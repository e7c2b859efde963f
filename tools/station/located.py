"""TOML tables that remember the file and line of every key, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.station.model import PlanError, Where

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One TOML table with the line of its header and of each key."""

    name: str
    file: str
    line: int
    values: dict[str, Any]
    lines: dict[str, int]

    def where(self, key: str = "") -> Where:
        """Return the place of a key, or of the table when the key is absent."""
        return Where(file=self.file, line=self.lines.get(key, self.line))

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse keys that are not in ``allowed``.

        Raises
        ------
        PlanError
            For the first unknown key.
        """
        known = set(allowed)
        for key in self.values:
            if key not in known:
                raise self.where(key).error(
                    f"unknown key {key!r} in [[{self.name}]].", f"Use one of: {', '.join(sorted(known))}."
                )

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string value.

        Raises
        ------
        PlanError
            If it is missing (and there is no default) or not a string.
        """
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.where(key).error(f"{key!r} of [[{self.name}]] is missing or not text.", f'Write {key} = "…".')
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number as float.

        Raises
        ------
        PlanError
            If it is missing (and there is no default) or not a number.
        """
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.where(key).error(
                f"{key!r} of [[{self.name}]] is missing or not a number.", f"Write {key} = 1.5 (metres)."
            )
        return float(value)

    def flag(self, key: str) -> bool:
        """Return a yes or no; no when it is not there.

        Raises
        ------
        PlanError
            If it is anything else.
        """
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.where(key).error(f"{key!r} of [[{self.name}]] must be true or false.", f"Write {key} = true.")
        return value

    def texts(self, key: str, count: int | None = None) -> tuple[str, ...]:
        """Return a list of strings, of a given length when ``count`` is stated.

        Raises
        ------
        PlanError
            If it is anything else.
        """
        value = self.values.get(key)
        wrong_length = isinstance(value, list) and count is not None and len(value) != count
        if not isinstance(value, list) or wrong_length or not all(isinstance(part, str) for part in value):
            raise self.where(key).error(
                f"{key!r} of [[{self.name}]] must be a list of {count or 'some'} names.", f'Write {key} = ["a", "b"].'
            )
        return tuple(value)

    def pair(self, key: str) -> tuple[float, float]:
        """Return a pair of numbers.

        Raises
        ------
        PlanError
            If it is anything else.
        """
        value: Any = self.values.get(key)
        if not is_pair(value):
            raise self.where(key).error(
                f"{key!r} of [[{self.name}]] must be two numbers.", f"Write {key} = [x, y] in metres."
            )
        return (float(value[0]), float(value[1]))

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """Return a list of pairs of numbers.

        Raises
        ------
        PlanError
            If it is anything else.
        """
        value = self.values.get(key)
        if not isinstance(value, list) or not value or not all(is_pair(part) for part in value):
            raise self.where(key).error(
                f"{key!r} of [[{self.name}]] must be a list of points.", f"Write {key} = [[x, y], …] in metres."
            )
        return tuple((float(part[0]), float(part[1])) for part in value)


def is_pair(value: Any) -> bool:
    """Return whether a TOML value is a list of exactly two numbers."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in value)
    )


def _index(text: str) -> dict[tuple[str, int], tuple[int, dict[str, int]]]:
    """Return, for the n-th header of each name, its line and the lines of its keys; name "" is the file itself."""
    seen: dict[str, int] = {}
    found: dict[tuple[str, int], tuple[int, dict[str, int]]] = {("", 0): (1, {})}
    current = ("", 0)
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = header.group(1)
            current = (name, seen.get(name, 0))
            seen[name] = current[1] + 1
            found[current] = (number, {})
        elif key := _KEY.match(line):
            found[current][1].setdefault(key.group(1), number)
    return found


def read_tables(path: Path) -> list[Table]:
    """Read one TOML file as a flat list of located tables; the first, named "", holds the top-level keys.

    Parameters
    ----------
    path : Path
        The file, UTF-8.

    Returns
    -------
    list of Table
        In no particular order between names; in file order within a name.

    Raises
    ------
    PlanError
        If the file is missing or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        message = f"{path.name}:1: cannot be read ({error.strerror}). Check the folder given."
        raise PlanError(message) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        message = f"{path.name}:{found.group(1) if found else 1}: not valid TOML ({error}). Correct the syntax."
        raise PlanError(message) from error
    places = _index(text)
    scalars = {key: value for key, value in data.items() if not isinstance(value, dict) and not _is_tables(value)}
    tables = [Table(name="", file=path.name, line=1, values=scalars, lines=places[("", 0)][1])]
    _collect(tables, path.name, "", data, places)
    return tables


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(part, dict) for part in value)


def _collect(
    tables: list[Table],
    file: str,
    prefix: str,
    data: dict[str, Any],
    places: dict[tuple[str, int], tuple[int, dict[str, int]]],
) -> None:
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            line, lines = places.get((name, 0), (1, {}))
            tables.append(Table(name=name, file=file, line=line, values=value, lines=lines))
            _collect(tables, file, f"{name}.", value, places)
        elif _is_tables(value) and (name, 0) in places:
            for index, part in enumerate(value):
                line, lines = places[(name, index)]
                tables.append(Table(name=name, file=file, line=line, values=part, lines=lines))
