"""Everything in a building, or every venue, with the forms of its name that people may type."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import shapely

from indoor3d.models.building import (
    Building,
    Connector,
    Exit,
    Facility,
    Level,
    Opening,
    Position,
    Space,
    Text,
    Venue,
)
from indoor3d.models.hangul import is_syllable, squeeze, words
from indoor3d.models.romanise import letters, romanise
from indoor3d.models.search_words import ALSO, category_words, one_word
from indoor3d.models.vocabulary import Access, FacilityCategory, OpeningCategory, SpaceCategory

_BRACKETS = re.compile(r"\(([^()]*)\)")
_STATION_KO, _STATION_EN = "역", " station"


class Kind(StrEnum):
    """What was found; the order breaks ties."""

    VENUE = "venue"
    EXIT = "exit"
    FACILITY = "facility"
    SPACE = "space"
    CONNECTOR = "connector"
    OPENING = "opening"
    LEVEL = "level"


class By(StrEnum):
    """What of it answers to the words."""

    NAME = "name"
    NUMBER = "number"
    ALIAS = "alias"
    CATEGORY = "category"
    RELATED = "related"
    ROMANISED = "romanised"
    INITIALS = "initials"
    KEYBOARD = "keyboard"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that can be found.

    Parameters
    ----------
    category : str
        Value of its category, empty where it has none.
    levels : tuple of str
        Ids of the levels it is on, the first one first; empty for a venue.
    number : str
        What the sign says: "3", "7-4", "B1".
    accessible : bool or None
        None when nobody has said.
    quiet : bool
        Few people look for it: nobody may walk there, or only staff.
    """

    kind: Kind
    id: str
    venue: str
    name: Text
    category: str = ""
    levels: tuple[str, ...] = ()
    number: str = ""
    accessible: bool | None = None
    quiet: bool = False
    thing: Venue | Space | Opening | Connector | Exit | Facility | Level | None = field(default=None, repr=False)

    def position(self, level: str = "") -> Position | None:
        """Where it is, on ``level`` if it is on several; None for a venue and a level."""
        thing = self.thing
        if isinstance(thing, Exit | Facility):
            return thing.position
        if isinstance(thing, Connector):
            return next((s.position for s in thing.stops if s.level == level), thing.stops[0].position)
        if isinstance(thing, Space):
            point = shapely.point_on_surface(thing.footprint)
            return point.x, point.y, thing.floor_m
        if isinstance(thing, Opening):
            centre = thing.footprint.centroid
            return centre.x, centre.y, thing.floor_m
        return None


class Form(NamedTuple):
    """One way to type a name: as shown, in words, and what it is."""

    shown: str
    words: tuple[str, ...]
    by: By

    @property
    def line(self) -> str:
        """Words squeezed: what a question is compared with."""
        return squeeze(self.words)


def venue_entry(venue: Venue) -> Entry:
    """Entry of a venue."""
    return Entry(kind=Kind.VENUE, id=venue.id, venue=venue.id, name=venue.name, category=venue.category, thing=venue)


def building_entries(building: Building) -> tuple[Entry, ...]:
    """Entries of a building: levels, and every element with a name, a number or a category that people know.

    The door that an exit leads through bears the exit's name and is left out: one place, one entry.
    """
    venue = building.venue.id
    doors = {one.opening for one in building.exits}
    found = [
        *(_level(venue, one) for one in building.levels),
        *(_space(venue, one) for one in building.spaces),
        *(_opening(venue, one) for one in building.openings if one.id not in doors),
        *(_connector(venue, one) for one in building.connectors),
        *(_exit(venue, one) for one in building.exits),
        *(_facility(venue, one) for one in building.facilities),
    ]
    return tuple(entry for entry in found if entry.name.best() or entry.number or entry.category)


def _level(venue: str, one: Level) -> Entry:
    return Entry(kind=Kind.LEVEL, id=one.id, venue=venue, name=one.name, levels=(one.id,), number=one.short_name)


def _space(venue: str, one: Space) -> Entry:
    known = one.category is not SpaceCategory.UNSPECIFIED
    return Entry(
        kind=Kind.SPACE,
        id=one.id,
        venue=venue,
        name=one.name,
        category=str(one.category) if known else "",
        levels=(one.level,),
        accessible=True if one.category is SpaceCategory.RESTROOM_ACCESSIBLE else None,
        quiet=not one.walkable or one.access is Access.RESTRICTED or one.category is SpaceCategory.TECHNICAL,
        thing=one,
    )


def _opening(venue: str, one: Opening) -> Entry:
    # A door without a name is nothing to look for by the word "door"; there are hundreds.
    known = one.category in {OpeningCategory.GATE, OpeningCategory.ENTRANCE}
    number = str(getattr(one, "number", "") or "")
    if not number and one.category is OpeningCategory.SCREEN_DOOR and re.fullmatch(r"\d+-\d+", one.name.default):
        number = one.name.default
    return Entry(
        kind=Kind.OPENING,
        id=one.id,
        venue=venue,
        name=one.name,
        category=str(one.category) if known or one.name.best() or number else "",
        levels=(one.level,),
        number=number,
        thing=one,
    )


def _connector(venue: str, one: Connector) -> Entry:
    return Entry(
        kind=Kind.CONNECTOR,
        id=one.id,
        venue=venue,
        name=one.name,
        category=str(one.category),
        levels=tuple(dict.fromkeys(stop.level for stop in one.stops)),
        thing=one,
    )


def _exit(venue: str, one: Exit) -> Entry:
    return Entry(
        kind=Kind.EXIT,
        id=one.id,
        venue=venue,
        name=one.name,
        category=str(FacilityCategory.EXIT),
        levels=(one.level,),
        number=one.number,
        quiet=not one.everyday,
        thing=one,
    )


def _facility(venue: str, one: Facility) -> Entry:
    known = True if one.category is FacilityCategory.RESTROOM_ACCESSIBLE else one.accessible
    return Entry(
        kind=Kind.FACILITY,
        id=one.id,
        venue=venue,
        name=one.name,
        category=str(one.category),
        levels=(one.level,),
        accessible=known,
        thing=one,
    )


def forms(entry: Entry) -> Iterator[Form]:
    """Forms of one entry's own names and numbers; those of its category are :func:`category_forms`."""
    texts = _texts(entry.name)
    for text in texts:
        yield from _spelled(text, By.NAME)
        short = _BRACKETS.sub(" ", text)
        inner = _BRACKETS.findall(text)
        parts = [part for piece in (short, *inner) for part in piece.split(",")]
        for part in dict.fromkeys((short, *parts) if short != text or len(parts) > 1 else ()):
            if _says_something(part):
                yield from _spelled(part, By.ALIAS)
    if entry.kind is Kind.VENUE:
        yield from _spelled(entry.id, By.ALIAS)
        yield from _stations(texts)
    for text in _numbers(entry):
        yield from _spelled(text, By.NUMBER)


def _says_something(part: str) -> bool:
    """Whether a part of a name stands for it alone: "정동" does, "B1" and "up" do not."""
    return sum(map(str.isalpha, part)) >= (3 if part.isascii() else 2)


def _texts(name: Text) -> list[str]:
    """Names in both languages, and the source's own where it says something else ("city-hall 시청역" does not)."""
    texts = [text for text in dict.fromkeys((name.ko, name.en)) if text.strip()]
    if name.default.strip() and not any(text in name.default for text in texts):
        texts.append(name.default)
    return texts


def _spelled(text: str, by: By) -> Iterator[Form]:
    """A text, with Latin words in one spelling, and romanised."""
    plain = words(text)
    if not plain:
        return
    shown = text.strip()
    yield Form(shown, plain, by)
    common = tuple(map(one_word, plain))
    if common != plain:
        yield Form(shown, common, by)
    if any(is_syllable(c) for c in text) and by is not By.NUMBER:
        for made in dict.fromkeys((tuple(map(romanise, plain)), tuple(map(letters, plain)))):
            yield Form(shown, made, By.ROMANISED)


def _stations(texts: Sequence[str]) -> Iterator[Form]:
    """A station is called without the word: "시청" is "시청역", and "Sicheong station" is too."""
    for text in texts:
        if text.endswith(_STATION_KO) and len(text) > 2:
            name = text.removesuffix(_STATION_KO).strip()
            yield from _spelled(name, By.ALIAS)
            yield Form(text, (*map(romanise, words(name)), _STATION_EN.strip()), By.ROMANISED)
        if text.casefold().endswith(_STATION_EN):
            yield from _spelled(text[: -len(_STATION_EN)], By.ALIAS)


def _numbers(entry: Entry) -> tuple[str, ...]:
    """What people call a numbered thing: signs write it in several ways."""
    number = entry.number
    if not number:
        return ()
    if entry.kind is Kind.EXIT:
        return (
            *(number, f"{number}번", f"{number}번 출구", f"{number} 출구", f"출구 {number}", f"출구 {number}번"),
            *(f"exit {number}", f"ex {number}", f"exit no {number}", f"number {number} exit", f"entrance {number}"),
        )
    if entry.kind is Kind.OPENING:
        return (
            *(
                number,
                f"{number} 승강장",
                f"승강장 {number}",
                f"{number} 안전문",
                f"{number}번 문",
                f"{number} 스크린도어",
            ),
            *(f"door {number}", f"platform {number}", f"screen door {number}", f"car door {number}"),
        )
    return (number, f"level {number}", f"floor {number}", f"{number} 층") if entry.kind is Kind.LEVEL else (number,)


def category_forms(categories: Iterable[str]) -> Iterator[tuple[str, Form]]:
    """(category, form) of every word for some categories; related ones where a category helps those who look for another."""
    wanted = frozenset(categories)
    helps = {main: [other for other in others if other in wanted] for main, others in ALSO.items()}
    for term, text in category_words():
        plain = words(text)
        for form in dict.fromkeys((plain, tuple(map(one_word, plain)))):
            if term in wanted:
                yield term, Form(text, form, By.CATEGORY)
            for other in helps.get(term, ()):
                yield other, Form(text, form, By.RELATED)
        if term in wanted and any(is_syllable(c) for c in text):
            yield term, Form(text, tuple(map(romanise, plain)), By.ROMANISED)
