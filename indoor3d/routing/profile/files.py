"""Profiles from TOML files: strict, with the path of the key and what is expected in every error."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Text
from indoor3d.routing.profile.keys import BY_PATH, KEYS, TABLES, Key
from indoor3d.routing.profile.values import Profile

_MOST_BYTES = 1 << 20
_FORMS = {
    "speed": '{ mean = 1.0, p15 = 0.8, source = "…" }',
    "number": 'a number, or { value = 1.0, source = "…" }',
    "slope": 'a number or "1/12", or { value = "1/12", source = "…" }',
    "count": 'a whole number, or { value = 20, source = "…" }',
    "flag": "true or false",
    "word": "one of the words",
    "text": "text in quotes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What one file says: values of members, and their sources."""

    path: Path
    extends: str
    values: Mapping[str, Any]
    names: Mapping[str, str]
    sources: Mapping[str, str]


def shipped(kind: str) -> Path:
    """The folder of data that ships with the package: in it, or beside it in the repository.

    Raises
    ------
    InvalidInput
        There is none: the package was installed without its data.
    """
    package = Path(__file__).resolve().parents[2]
    repository = (package.parent / "pyproject.toml").is_file()
    for folder in (package.parent / "assets" / kind if repository else package, package / "_data" / kind):
        if any(folder.glob("*.toml")):
            return folder
    raise wrong(package / "_data" / kind, "", "a folder of TOML files", "TOML 파일이 있는 폴더")


def read_profiles(folders: Iterable[Path]) -> Mapping[str, Profile]:
    """Read every file of some folders, in order.

    Raises
    ------
    InvalidInput
    """
    found: dict[str, Profile] = {}
    for folder in folders:
        if not folder.is_dir():
            raise wrong(folder, "", "a folder of TOML files", "TOML 파일이 있는 폴더")
        found |= _resolved([_read(path) for path in sorted(folder.glob("*.toml"))], found)
    for name, profile in found.items():
        if profile.alias_of:  # an alias follows when a site's file takes the place of what it names
            own = {member: getattr(profile, member) for member in ("id", "name", "siri", "alias_of", "order")}
            found[name] = replace(found[profile.alias_of], **own)
    ordered = sorted(found.values(), key=lambda p: (p.order, p.id))
    return MappingProxyType({profile.id: profile for profile in ordered})


def _resolved(files: Sequence[_File], known: Mapping[str, Profile]) -> dict[str, Profile]:
    """Make the profiles of one folder, those that are extended first."""
    found: dict[str, Profile] = {}
    waiting = {file.values["id"]: file for file in files}
    if len(waiting) < len(files):
        twice = next(f for f in files if waiting[f.values["id"]] is not f)
        raise wrong(twice.path, "id", "an id that no other file of the folder has", "폴더 안에서 하나뿐인 id")
    while waiting:
        ready = [
            f for f in waiting.values() if f.extends in found or f.extends not in waiting or f.extends == f.values["id"]
        ]
        if not ready:
            first = next(iter(waiting.values()))
            raise wrong(first.path, "extends", "a chain of files without a circle", "순환하지 않는 확장")
        for file in ready:
            found[file.values["id"]] = _made(file, {**known, **found})
            del waiting[file.values["id"]]
    return found


def _made(file: _File, known: Mapping[str, Profile]) -> Profile:
    base: dict[str, Any] = {}
    names, sources = {"ko": "", "en": ""}, dict[str, str]()
    if file.extends:
        if file.extends not in known:
            expected = ", ".join(known)
            raise wrong(file.path, "extends", f"one of {expected}", expected)
        other = known[file.extends]
        base = {name: getattr(other, name) for name in Profile.__dataclass_fields__}
        names, sources = {"ko": other.name.ko, "en": other.name.en}, dict(other.sources)
        if file.extends != file.values["id"]:
            base |= {"siri": "", "alias_of": "", "order": 100}
    else:
        for key in KEYS:
            present = key.name in file.names if key.table == "name" else key.member in file.values
            if key.required and not present:
                raise wrong(file.path, key.path, _expected(key), _expected(key))
    names |= file.names
    for member in file.values:
        sources.pop(member, None)
    values = base | dict(file.values)
    values["name"] = Text(default=names["en"], ko=names["ko"], en=names["en"])
    values["sources"] = MappingProxyType(sources | dict(file.sources))
    return _sound(file.path, Profile(**values), known)


def _sound(path: Path, profile: Profile, known: Mapping[str, Profile]) -> Profile:
    """Refuse values that contradict each other."""
    short = profile.max_slope_short
    if profile.alias_of and profile.alias_of not in known:
        raise wrong(path, "alias_of", f"one of {', '.join(known)}", ", ".join(known))
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", profile.id) or profile.id != path.stem:
        raise wrong(path, "id", "the file's name without .toml: a-z, 0-9 and _", "파일 이름(.toml 제외): a-z, 0-9, _")
    if profile.turn_margin_m < profile.margin_m:
        raise wrong(path, "body.turn_margin_m", "at least margin_m", "margin_m 이상")
    if short is not None and (profile.max_slope is None or short < profile.max_slope):
        raise wrong(path, "limits.max_slope_short", "at least max_slope", "max_slope 이상")
    if (profile.stairs_up_mps is None) != (profile.stairs_down_mps is None):
        raise wrong(
            path, "speed.stair_down_slope_mps", "a speed on stairs both up and down, or never", "계단 위아래 모두"
        )
    if profile.carry_up_to_steps and profile.stairs_up_mps is None and profile.carry_mps is None:
        raise wrong(path, "speed.carry_slope_mps", "a speed, to carry the device", "들고 갈 때의 속도")
    return profile


def _read(path: Path) -> _File:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise wrong(path, "", "a file of at most 1 MiB", "1 MiB 이하의 파일")
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(path, "", f"a readable text file ({error})", "읽을 수 있는 UTF-8 파일") from error
    except tomllib.TOMLDecodeError as error:
        raise wrong(path, "", f"TOML ({error})", f"TOML ({error})") from error
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    sources: dict[str, str] = {}
    for key, value in _flat(path, document):
        if key.table == "name":
            names[key.name] = _text(path, key, value)
        else:
            values |= _value(path, key, value, sources)
    if "id" not in values:
        raise wrong(path, "id", _expected(BY_PATH["id"]), _expected(BY_PATH["id"]))
    return _File(path=path, extends=values.pop("", ""), values=values, names=names, sources=sources)


def _flat(path: Path, document: Mapping[str, Any]) -> list[tuple[Key, Any]]:
    found = []
    for name, value in document.items():
        if name not in TABLES:
            found.append((_key(path, name), value))
        elif isinstance(value, dict):
            found += [(_key(path, f"{name}.{inner}"), one) for inner, one in value.items()]
        else:
            raise wrong(path, name, f"a table [{name}]", f"표 [{name}]")
    return found


def _key(path: Path, name: str) -> Key:
    if name in BY_PATH:
        return BY_PATH[name]
    near = difflib.get_close_matches(name, BY_PATH, n=1, cutoff=0.5)
    hint = f"a known key{f'; did you mean {near[0]} ({_expected(BY_PATH[near[0]])})?' if near else ''}"
    raise wrong(path, name, hint, f"알려진 키{f'. {near[0]}?' if near else ''}")


def _value(path: Path, key: Key, value: Any, sources: dict[str, str]) -> dict[str, Any]:
    """Values of the members that a key fills; its source is put down."""
    if key.kind == "text":
        return {key.member: _text(path, key, value)}
    if isinstance(value, dict):
        allowed = {"mean", "p15", "source"} if key.kind == "speed" else {"value", "source"}
        if set(value) - allowed or not (allowed - {"source"}) <= set(value):
            raise wrong(path, key.path, _expected(key), _expected(key))
        sources[key.member] = _text(path, replace(key, required=False), value.get("source", ""))
        if key.kind == "speed":
            mean, p15 = _number(path, key, value["mean"]), _number(path, key, value["p15"])
            if p15 > mean:
                raise wrong(path, f"{key.path}.p15", f"at most the mean, {mean:g} m/s", f"평균 {mean:g} m/s 이하")
            return {key.member: mean, key.member.replace("_mps", "_p15_mps"): p15}
        value = value["value"]
    if key.kind == "speed":
        if key.never and value == "never":
            return {key.member: None, key.member.replace("_mps", "_p15_mps"): None}
        raise wrong(path, key.path, _expected(key), _expected(key))
    return {key.member: _plain(path, key, value)}


def _plain(path: Path, key: Key, value: Any) -> Any:
    if key.never and value == "never":
        return None
    if key.kind == "flag" and isinstance(value, bool):
        return value
    if key.kind == "word" and value in key.words:
        return value
    if key.kind in {"number", "slope", "count"}:
        return _number(path, key, value)
    raise wrong(path, key.path, _expected(key), _expected(key))


def _number(path: Path, key: Key, value: Any) -> float:
    if key.kind == "slope" and isinstance(value, str):
        try:
            value = float(Fraction(value))
        except (ValueError, ZeroDivisionError):
            value = None
    sound = isinstance(value, int) or (isinstance(value, float) and key.kind != "count")
    if isinstance(value, bool) or not sound or not key.least <= value <= key.most:
        raise wrong(path, key.path, _expected(key), _expected(key))
    return value if key.kind == "count" else float(value)


def _text(path: Path, key: Key, value: Any) -> str:
    if isinstance(value, str) and len(value) <= 1000 and (value or not key.required):
        return value
    raise wrong(path, key.path, _expected(key), _expected(key))


def _expected(key: Key) -> str:
    """What a key accepts, in one line."""
    form = ", ".join(f'"{word}"' for word in key.words) if key.words else _FORMS[key.kind]
    limits = f"; {key.least:g} to {key.most:g}{f' {key.unit}' if key.unit else ''}" if key.most else ""
    return f"{form}{limits}" + (', or "never"' if key.never else "")


def wrong(path: Path, key: str, expected: str, korean: str) -> InvalidInput:
    """Say what a file of profiles or fares has wrong, and where."""
    return InvalidInput(
        f"{path.name}{f', {key}' if key else ''}: expected {expected}.",
        ko=f"{path.name}{f', {key}' if key else ''}: 필요한 값은 {korean}.",
        file=path.name,
        key=key,
        expected=expected,
    )
