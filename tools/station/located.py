"""TOML tables that remember the file and line of every key, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.station.model import PlanError, Where

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with the line of its header and of each key.

    What it may hold is said by :mod:`tools.station.tables`; values are read after :func:`tools.station.keys.accept`.
    """

    name: str
    file: str
    line: int
    values: dict[str, Any]
    lines: dict[str, int]
    single: bool = False
    """Whether its header has one pair of brackets."""

    def where(self, key: str = "") -> Where:
        """Return the place of a key, or of the table when the key is absent."""
        return Where(file=self.file, line=self.lines.get(key, self.line))

    def text(self, key: str) -> str:
        """Return a text of an accepted table."""
        return str(self.values[key])

    def number(self, key: str) -> float:
        """Return a number of an accepted table."""
        return float(self.values[key])

    def number_or_none(self, key: str) -> float | None:
        """Return a number of an accepted table, or ``None`` when it says nothing or its kind has no such key."""
        return None if key not in self.values or self.values[key] is None else self.number(key)

    def count(self, key: str) -> int:
        """Return a whole number of an accepted table."""
        return int(self.values[key])

    def flag(self, key: str) -> bool:
        """Return a yes or no of an accepted table."""
        return bool(self.values[key])

    def flag_or_none(self, key: str) -> bool | None:
        """Return a yes or no of an accepted table, or ``None`` when it says nothing or its kind has no such key."""
        return None if key not in self.values or self.values[key] is None else self.flag(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts of an accepted table."""
        return tuple(self.values[key])

    def pair(self, key: str) -> tuple[float, float]:
        """Return a pair of numbers of an accepted table."""
        x, y = self.values[key]
        return (float(x), float(y))

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """Return a list of pairs of numbers of an accepted table."""
        return tuple((float(x), float(y)) for x, y in self.values[key])


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
            tables.append(Table(name=name, file=file, line=line, values=value, lines=lines, single=True))
            _collect(tables, file, f"{name}.", value, places)
        elif _is_tables(value) and (name, 0) in places:
            for index, part in enumerate(value):
                line, lines = places[(name, index)]
                tables.append(Table(name=name, file=file, line=line, values=part, lines=lines))
