"""Fare rules of cities: what going through the gates costs, as data (``assets/fares/*.toml``)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Text
from indoor3d.routing.profile.files import shipped, wrong

_KEYS: dict[str, tuple[str, type, str]] = {
    "reentry.within_s": ("reentry_s", float, "seconds"),
    "reentry.same_station": ("same_station", bool, "true or false"),
    "reentry.same_line": ("same_line", bool, "true or false"),
    "reentry.cards_only": ("cards_only", bool, "true or false"),
    "burdens.gate_s": ("gate_s", float, "seconds"),
    "burdens.avoided_gate_s": ("avoided_gate_s", float, "seconds"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fare:
    """The rule of one city.

    Parameters
    ----------
    id : str
    name : Text
    gate_s, avoided_gate_s : float
        Burden of each way into or out of the paid area, as seconds: for everybody, and for those who avoid gates.
    reentry_s : float
        How long one may be outside the gates and come back without paying again; 0 where one may not.
    same_station, same_line, cards_only : bool
        Where, and with what, that holds.
    """

    id: str
    name: Text
    gate_s: float
    avoided_gate_s: float
    reentry_s: float
    same_station: bool
    same_line: bool
    cards_only: bool


@cache
def find_fare(ident: str) -> Fare:
    """Look a fare rule up.

    Raises
    ------
    InvalidInput
        There is none of that id, or its file does not say what it must.

    Examples
    --------
    >>> find_fare("kr-seoul").reentry_s
    900.0
    """
    folder = shipped("fares")
    known = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    if ident not in known:
        raise InvalidInput(
            f"No fare rule {ident[:64]!r}; there are: {', '.join(known)}.",
            ko=f"{ident[:64]!r} 요금 규칙은 없습니다. 쓸 수 있는 규칙: {', '.join(known)}.",
            fare=ident[:64],
            fares=list(known),
        )
    return read_fare(known[ident])


def read_fare(path: Path) -> Fare:
    """Read one file.

    Raises
    ------
    InvalidInput
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise wrong(path, "", f"TOML ({error})", f"TOML ({error})") from error
    name = document.pop("name", {})
    flat = {
        f"{table}.{key}": one for table, keys in document.items() if isinstance(keys, dict) for key, one in keys.items()
    }
    for key in [*flat, *(k for k, v in document.items() if not isinstance(v, dict))]:
        if key not in _KEYS and key != "id":
            raise wrong(path, key, f"one of {', '.join(_KEYS)}", ", ".join(_KEYS))
    if document.get("id") != path.stem:
        raise wrong(path, "id", "the file's name without .toml", "파일 이름(.toml 제외)")
    if not isinstance(name, dict) or not all(isinstance(name.get(lang), str) for lang in ("ko", "en")):
        raise wrong(path, "name", "ko and en", "ko와 en")
    values = {member: _value(path, key, flat.get(key)) for key, (member, _, _) in _KEYS.items()}
    return Fare(id=path.stem, name=Text(default=name["en"], ko=name["ko"], en=name["en"]), **values)


def _value(path: Path, key: str, said: Any) -> Any:
    _, kind, words = _KEYS[key]
    value = said.get("value") if isinstance(said, dict) and set(said) <= {"value", "source"} else said
    if kind is bool and isinstance(value, bool):
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86400:
        return float(value)
    raise wrong(path, key, f"{words}, or {{ value = …, source = … }}", f"{words}, {{ value = …, source = … }}")
