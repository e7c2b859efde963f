"""Catalogues of directions: one file a language and style, whose sentences are taken apart once."""

import string
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from indoor3d.errors import InvalidInput
from indoor3d.models.korean import sentence

FOLDER = Path(__file__).parent / "phrases"
STYLES = ("plain", "spoken")
Values = Mapping[str, str]
_Part = tuple[str, str, str]

_particles: dict[tuple[str, str], str] = {}
"""Words with their particles: the same few names are said again and again."""
_KEPT = 20_000


def filled(word: str, particle: str) -> str:
    """A word with the particle that a template asks for."""
    key = (word, particle)
    found = _particles.get(key)
    if found is None:
        if len(_particles) >= _KEPT:
            _particles.clear()
        found = _particles[key] = sentence(f"{{w:{particle}}}", {"w": word})
    return found


class Template:
    """One phrase, taken apart: literal text, then a field and how it is formatted.

    Examples
    --------
    >>> Template("{thing:을} 지나").fill({"thing": "3번 출구"})
    '3번 출구를 지나'
    """

    __slots__ = ("_parts", "fields", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._parts: tuple[_Part, ...] = tuple(
            (literal, name or "", spec or "") for literal, name, spec, _ in string.Formatter().parse(source)
        )
        self.fields = frozenset(name for _, name, _ in self._parts if name)

    def fill(self, values: Values) -> str:
        """Put values in."""
        said = ""
        for literal, name, spec in self._parts:
            if not name:
                said += literal
            elif spec:
                said += literal + filled(values[name], spec)
            else:
                said += literal + values[name]
        return said


ROLES = ("start", "first", "alone", "then", "last")
"""Where in a sentence an act stands: it opens the route; opens a sentence that goes on; is all of it; comes second in one
that goes on; comes second and last. Of ways: ``lead`` (before an act), ``between`` (two acts), ``alone``, ``last``."""
WAYS = ("lead", "between", "alone", "last")


class Catalogue:
    """The phrases of one language in one style.

    Parameters
    ----------
    lang, style : str
    table : mapping
        As read from the file.
    """

    def __init__(self, lang: str, style: str, table: Mapping[str, Any]) -> None:
        self.lang, self.style = lang, style
        self.reader: str = table.get("reader", "digits")
        self.nouns: dict[str, str] = table["nouns"]
        self.counts: list[str] = table.get("counts", [])
        self.ordinals: list[str] = table.get("ordinals", [])
        self.phrases: dict[str, Template] = {}
        for section in ("forms", "act", "way", "sentence", "ride", "arrive", "mark", "face", "more"):
            self._take(section, table[section])

    def _take(self, path: str, value: Any) -> None:
        """File phrases under their dotted paths; one with roles is filed under each, ``any`` for those not given."""
        if isinstance(value, str):
            self.phrases[path] = Template(value)
            return
        roles = ROLES if path.startswith("act.") else WAYS
        if "any" in value:
            for role in roles:
                self.phrases[f"{path}.{role}"] = Template(value.get(role, value["any"]))
            return
        for key, inner in value.items():
            self._take(f"{path}.{key}", inner)

    def __getitem__(self, key: str) -> Template:
        """The phrase of a key.

        Raises
        ------
        KeyError
            The catalogue lacks it.
        """
        return self.phrases[key]

    def get(self, *keys: str) -> Template:
        """The first of some phrases that there is.

        Raises
        ------
        KeyError
            The catalogue lacks them all.
        """
        for key in keys:
            found = self.phrases.get(key)
            if found is not None:
                return found
        raise KeyError(keys[-1])


def catalogue(lang: str, style: str, *, folders: Iterable[Path] = ()) -> Catalogue:
    """Read the catalogue of a language: ``<lang>.<style>.toml``, or ``<lang>.plain.toml`` where a style has none.

    Parameters
    ----------
    lang, style : str
    folders : iterable of Path
        Looked into before ours.

    Raises
    ------
    InvalidInput
        There is no such style, or no catalogue of the language.
    """
    if style not in STYLES:
        raise InvalidInput(
            f"No style {style[:32]!r}; there are: {', '.join(STYLES)}.",
            ko=f"{style[:32]!r} 방식은 없습니다. 쓸 수 있는 방식: {', '.join(STYLES)}.",
            styles=list(STYLES),
        )
    looked = (*folders, FOLDER)
    if lang.isalnum():
        for name in (f"{lang}.{style}.toml", f"{lang}.plain.toml"):
            for folder in looked:
                if (folder / name).is_file():
                    return _read(folder / name, lang, style)
    known = sorted({path.name.split(".")[0] for folder in looked for path in folder.glob("*.plain.toml")})
    raise InvalidInput(
        f"No directions in language {lang[:32]!r}; there are: {', '.join(known)}.",
        ko=f"{lang[:32]!r} 언어의 길 안내는 없습니다. 쓸 수 있는 언어: {', '.join(known)}.",
        languages=known,
    )


@cache
def _read(path: Path, lang: str, style: str) -> Catalogue:
    return Catalogue(lang, style, tomllib.loads(path.read_text(encoding="utf-8")))


Reader = Callable[[int], str]
