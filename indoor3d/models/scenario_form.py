"""Scenarios as TOML and JSON: strict in, lossless out.

Both are one form. Every error is an :class:`~indoor3d.errors.InvalidScenario` whose ``context`` has the ``path`` of the key (``hazards[0].at_s``) and, for an
unknown key or word, ``allowed``. What :func:`write` gives, :func:`read` makes equal again.
"""

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, NoReturn

from indoor3d.errors import InvalidScenario
from indoor3d.models.scenario import Scenario
from indoor3d.models.scenario_keys import REQUIRED, ROOT, Key, Table
from indoor3d.models.scenario_rules import problem

MOST_BYTES = 8 << 20
LONGEST = {"id": 200, "text": 2000}
"""Characters of a text, by its kind."""
_SHOWN = 60
_BLANKS = frozenset("\n\r\t")


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_text(text: str | bytes, *, form: str = "") -> Scenario:
    """Read a scenario from the text of a file.

    Parameters
    ----------
    text : str or bytes
        UTF-8.
    form : str
        ``toml`` or ``json``; JSON is what begins with ``{`` when empty.

    Raises
    ------
    InvalidScenario
    """
    if len(text) > MOST_BYTES:
        _refuse("", f"a scenario has at most {MOST_BYTES >> 20} MiB", f"시나리오는 {MOST_BYTES >> 20} MiB까지입니다")
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError:
        _refuse("", "it is not UTF-8", "UTF-8이 아닙니다")
    kind = form or ("json" if plain.lstrip().startswith("{") else "toml")
    if kind not in {"json", "toml"}:
        _refuse("", "toml and json are read", "toml과 json만 읽습니다", allowed=["toml", "json"])
    return read(_document(plain, kind))


def _document(plain: str, kind: str) -> Any:
    try:
        if kind == "toml":
            return tomllib.loads(plain)
        return json.loads(plain, object_pairs_hook=_once, parse_constant=_no_number)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        _refuse(
            "", f"it is no {kind.upper()}: {str(error)[:200]}", f"{kind.upper()} 형식이 아닙니다: {str(error)[:200]}"
        )
    except RecursionError:
        _refuse("", "it is nested too deeply", "너무 깊이 겹쳐 있습니다")


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {_shown(name)} is there twice")
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def read(document: Any) -> Scenario:
    """Make a scenario of a document as TOML and JSON parsers give it.

    Raises
    ------
    InvalidScenario
        For the first key that is unknown, missing, of another kind, out of range, or against another one.
    """
    found: Scenario = _made(ROOT, document, "")
    return found


def validated(scenario: Scenario) -> Scenario:
    """A scenario made in Python, held against the same rules as a written one.

    Raises
    ------
    InvalidScenario
    """
    return read(write(scenario))


def _made(table: Table, value: Any, path: str) -> Any:
    if not isinstance(value, Mapping):
        _refuse(path, f"a table is needed, not {_shown(value)}", f"표가 필요합니다. {_shown(value)}: 표가 아닙니다")
    known = table.by_name
    for name in value:
        if name not in known:
            allowed = list(known)
            _refuse(
                _join(path, name),
                f"unknown key; keys here are: {', '.join(allowed)}",
                f"없는 키입니다. 쓸 수 있는 키: {', '.join(allowed)}",
                allowed=allowed,
            )
    _choices(table, value, path)
    for key in table.keys:
        if key.name not in value and table.default(key.name) is REQUIRED:
            _refuse(_join(path, key.name), f"is missing: {key.en}", f"값이 없습니다: {key.ko}")
    made = table.make(**{name: _value(known[name], one, _join(path, name)) for name, one in value.items()})
    wrong = problem(made)
    if wrong is not None:
        _refuse(_join(path, wrong[0]) if wrong[0] else path, wrong[1], wrong[2])
    return made


def _choices(table: Table, value: Mapping[str, Any], path: str) -> None:
    for names in table.one_of:
        given = [name for name in names if name in value]
        if len(given) != 1:
            _refuse(
                _join(path, given[-1]) if given else path,
                f"exactly one of {', '.join(names)} is needed",
                f"{', '.join(names)} 가운데 하나만 있어야 합니다",
                allowed=list(names),
            )
    for names in table.some_of:
        if not any(name in value for name in names):
            _refuse(
                path,
                f"one of {', '.join(names)} is needed",
                f"{', '.join(names)} 가운데 하나가 있어야 합니다",
                allowed=list(names),
            )


def _value(key: Key, value: Any, path: str) -> Any:
    if key.kind == "table" and key.table is not None:
        return _made(key.table, value, path)
    if key.kind in {"number", "integer"}:
        return _number(key, value, path)
    if key.kind == "flag":
        if not isinstance(value, bool):
            _wrong(path, "true or false", "true 또는 false", value)
        return value
    if key.kind == "word":
        return _word(key, value, path)
    if key.kind in {"text", "id", "csv"}:
        return _text(key.kind, value, path)
    return _list(key, value, path)


def _list(key: Key, value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        _wrong(path, "a list", "목록", value)
    if len(value) > key.items:
        _refuse(path, f"a list of at most {key.items} is accepted", f"{key.items}개까지입니다")
    if key.kind == "tables" and key.table is not None:
        return tuple(_made(key.table, one, f"{path}[{n}]") for n, one in enumerate(value))
    each = {"ids": "id", "words": "word", "numbers": "number"}[key.kind]
    single = replace(key, kind=each)  # type: ignore[arg-type]
    found = tuple(_value(single, one, f"{path}[{n}]") for n, one in enumerate(value))
    if not found and key.name in {"venues", "exits"}:
        _wrong(path, "at least one", "하나 이상", value)
    if len(set(found)) < len(found):
        _refuse(path, "the same is there twice", "같은 것이 두 번 있습니다")
    return found


def _number(key: Key, value: Any, path: str) -> float | int:
    whole = key.kind == "integer"
    unit = "" if key.unit == "1" else key.unit
    span = f"{'above' if key.above else 'from'} {key.least:.10g} to {key.most:.10g} {unit}".strip()
    en, ko = f"a {'whole ' if whole else ''}number {span}", f"{'정수' if whole else '수'} ({span})"
    if isinstance(value, bool) or not isinstance(value, int | float):
        _wrong(path, en, ko, value)
    try:
        number = float(value)
    except OverflowError:
        _wrong(path, en, ko, "a huge number")
    right = math.isfinite(number) and key.least <= number <= key.most and not (key.above and number == key.least)
    if not right or (whole and number != int(number)):
        _wrong(path, en, ko, value)
    return int(number) if whole else number


def _word(key: Key, value: Any, path: str) -> str:
    if not isinstance(value, str) or value not in key.words:
        words = ", ".join(key.words)
        _refuse(
            path,
            f"{_shown(value)} is not one of: {words}",
            f"{_shown(value)}: 쓸 수 없는 말입니다. 쓸 수 있는 말: {words}",
            allowed=list(key.words),
        )
    return key.enum(value) if key.enum is not None else str(value)


def _text(kind: str, value: Any, path: str) -> str:
    if not isinstance(value, str):
        _wrong(path, "text", "글", value)
    if kind == "id" and not value.strip():
        _wrong(path, "text that is not blank", "비어 있지 않은 글", value)
    most = LONGEST.get(kind, MOST_BYTES)
    if len(value) > most:
        _refuse(path, f"has at most {most} characters", f"{most}자까지입니다")
    if not all(c.isprintable() or (kind != "id" and c in _BLANKS) or (kind == "csv" and c == "\ufeff") for c in value):
        _refuse(path, "holds a character that cannot be shown", "보이지 않는 문자가 있습니다")
    return str(value)


def _join(path: str, name: Any) -> str:
    text = _shown(name, quoted=False)
    return f"{path}.{text}" if path else text


def _shown(value: Any, *, quoted: bool = True) -> str:
    """A value for a message: short, and printable whatever it is."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "a huge number"
    text = json.dumps(value) if isinstance(value, bool) else repr(value) if quoted else str(value)
    return "".join(c if c.isprintable() else "?" for c in text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")


def _wrong(path: str, en: str, ko: str, value: Any) -> NoReturn:
    _refuse(path, f"{en} is needed, not {_shown(value)}", f"{ko} 값이 필요합니다. 받은 값: {_shown(value)}")


def _refuse(path: str, en: str, ko: str, **context: Any) -> NoReturn:
    raise InvalidScenario(f"{path or 'scenario'}: {en}.", ko=f"{path or '시나리오'}: {ko}.", path=path, **context)


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def write(scenario: Scenario) -> dict[str, Any]:
    """The document of a scenario: what differs from the defaults, in the order of the reference.

    Raises
    ------
    InvalidScenario
        A part of it is of another type.
    """
    return _written(ROOT, scenario)


def _written(table: Table, made: Any) -> dict[str, Any]:
    if not isinstance(made, table.make):  # made in Python, without the type checker
        name = table.make.__name__
        _refuse("", f"a {name} is needed, not {_shown(made)}", f"{name} 값이 필요합니다. 받은 값: {_shown(made)}")
    found = {}
    for key in table.keys:
        value, default = getattr(made, key.name), table.default(key.name)
        if default is REQUIRED or value != default:
            found[key.name] = write_value(key, value)
    return found


def write_value(key: Key, value: Any) -> Any:
    """The value of one key as it is written."""
    if key.table is not None:
        if key.kind == "table":
            return _written(key.table, value)
        if not isinstance(value, tuple):
            _wrong(key.name, "a tuple", "튜플", value)
        return [_written(key.table, one) for one in value]
    if isinstance(value, tuple):
        return [str(one) if isinstance(one, StrEnum) else one for one in value]
    return str(value) if isinstance(value, StrEnum) else value


def to_json(scenario: Scenario) -> str:
    """The scenario as JSON."""
    return json.dumps(write(scenario), ensure_ascii=False, indent=2) + "\n"


def digest(scenario: Scenario) -> str:
    """SHA-256 of the canonical form: the same for equal scenarios, whatever they were read from."""
    canonical = json.dumps(write(scenario), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def to_toml(scenario: Scenario) -> str:
    """The scenario as TOML."""
    return "\n".join(_lines(write(scenario), "")).lstrip("\n") + "\n"


def _lines(document: Mapping[str, Any], path: str) -> list[str]:
    plain = {name: value for name, value in document.items() if not _is_table(value)}
    lines = [f"{name} = {_toml(value)}" for name, value in plain.items()]
    for name, value in document.items():
        if name in plain:
            continue
        inner = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            lines += ["", f"[{inner}]", *_lines(value, inner)]
        else:
            for one in value:
                lines += ["", f"[[{inner}]]", *_lines(one, inner)]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)
