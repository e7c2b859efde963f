"""What things are called in a sentence: by their signs, so that Korean names end in a Hangul noun (DIRECTIONS.md §4.1)."""

import re
import unicodedata
from collections.abc import Mapping

from indoor3d.models.building import Building, Level, Opening, Text
from indoor3d.models.vocabulary import OpeningCategory
from indoor3d.routing.directions.korean import aloud

_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_KO_LEVEL = re.compile(r"^(?:지하|지상)?\s*\d+층|^지상|^지하|^옥상")
_EN_LEVEL = re.compile(r"^(?:Basement|Floor|Level)\s+[A-Z]?\d+", re.IGNORECASE)
_SHORT = re.compile(r"^(B?)(\d+)F?$", re.IGNORECASE)
_KO_NUMBERED = re.compile(r"^(.*?)\s*(계단|에스컬레이터|엘리베이터|경사로|개찰구|게이트|문)\s+(\d+)$")
_KO_UNIT = re.compile(r"\d\s*호기?$")
_KO_MACHINE = re.compile("엘리베이터|승강기|리프트|에스컬레이터|무빙워크|수평보행기")
_KO_WAY = re.compile(r"\s*(?:상행|하행)$")
_EN_WAY = re.compile(r",?\s+(?:up|down)$", re.IGNORECASE)
_EN_DOOR = re.compile(r"^(.*?),\s*((?:\w+ )?(?:door|entrance|exit))\s*(\d*)$", re.IGNORECASE)
_EN_WAY_IN = re.compile(r"\b(?:door|entrance|arch|gate)\b|^exit\b", re.IGNORECASE)
_EN_PLACE = re.compile(r",\s*(?:B\d+|\d+F|RF|the roof)(?:\s+to\s+(?:B\d+|\d+F|RF|the roof))?\b")
_KO_LEVELS = re.compile(
    r"\s+(?:(?:지하\s*)?\d+층?|B\d+|\d+F|RF|옥상|지상)\s*[–~]\s*(?:(?:지하\s*)?\d+층|B\d+|\d+F|RF|옥상|지상)$"
)
_LONG = 40
"""Characters of an English name beyond which only what stands before its comma is said."""
_MACHINE = re.compile(r"[/:_{}]|^[a-z0-9-]+$")
_SCREEN = re.compile(r"^\d+-\d+$")
_PROPER = re.compile(r"^(?:Exit|Line|Gate|Hall)\s+[\w-]+$")
_NUMBERED = re.compile(
    r"^(?!.*\b(?:at|near|to|of|before|between|beside|by|towards)\b).*\b(?:lift|stairs|steps|escalators?|gate|door|exit|shop|room|hall|store|stack|arcade|office)"
    r"\s+(?:\d[\w-]*|[A-Z])(?: and \d+)?$",
    re.IGNORECASE,
)
_COMMON = {
    "accessible", "automatic", "education", "foyer", "ground", "group", "lecture", "lounge", "meeting", "office", "pavement",
    "portico", "rear", "roof", "shop", "wide", "bench", "book", "booking", "bottom", "certificate", "citizens'", "civil", "customer",
    "defibrillator", "drinking", "emergency", "family", "general", "indoor", "lockers", "lost", "men's", "nursing", "public",
    "reading", "reception", "refuge", "registered", "restroom", "seats", "staff", "tactile", "top", "tourist",
    "upper", "lower", "ventilation", "wayfinding", "women's", "central", "common", "door", "doors", "east", "entrance", "escalator", "fire", "glass", "goods", "hall",
    "information", "inner", "lift", "lobby", "main", "middle", "moving", "north", "old", "outer", "passage", "platform",
    "ramp", "sculpture", "slope", "south", "stair", "stairs", "steps", "street", "ticket", "transfer", "way", "west", "wooden",
}  # fmt: skip
"""First words of names that are no proper names: written small inside a sentence."""


class Names:
    """Names of everything in a building in one language, in writing or in speech; each is made once.

    Parameters
    ----------
    facts : Facts
    lang : str
    nouns : mapping
        The word for every category.
    spoken : bool
        Without signs and abbreviations.
    """

    def __init__(self, facts: "Facts", *, lang: str, nouns: Mapping[str, str], spoken: bool) -> None:
        self._facts, self._lang, self._nouns, self._spoken = facts, lang, nouns, spoken
        self._made: dict[tuple[str, str], str] = {}

    def noun(self, category: str) -> str:
        """The word for a category; that for a place in general when there is none."""
        return self._nouns.get(category) or self._nouns["place"]

    def thing(self, ident: str, category: str) -> str:
        """Name of an element, or the word for its category when it has none that people say."""
        key = (ident, category)
        made = self._made.get(key)
        if made is None:
            name = self._plain(ident, category)
            made = self._made[key] = unicodedata.normalize("NFC", self._read(name) if self._spoken else name)
        return made

    def level(self, ident: str) -> str:
        """Name of a level as the sign has it."""
        key = (ident, "level")
        made = self._made.get(key)
        if made is None:
            level = self._facts.levels[ident]
            name = _level_ko(level) if self._lang == "ko" else _level_en(level, self._lang)
            name = _PARENTHESES.sub("", name) if self._spoken else name
            made = self._made[key] = unicodedata.normalize("NFC", self._read(name) if self._spoken else name)
        return made

    def button(self, ident: str) -> str:
        """What is printed on the button of a level."""
        if not self._spoken:
            return self._facts.levels[ident].short_name
        return self._read(self._facts.levels[ident].short_name)

    def text(self, text: Text) -> str:
        """What a sign says."""
        name = _clean(text.best(self._lang))
        return self._read(name) if self._spoken else name

    def _read(self, name: str) -> str:
        return aloud(name) if self._lang == "ko" else _aloud_en(name)

    def _plain(self, ident: str, category: str) -> str:
        text = self._facts.names.get(ident, Text())
        number = self._facts.numbers.get(ident, "")
        if number and category == "door":
            return self._nouns["screen_door"].format(
                number=number, car=number.split("-")[0], door=number.split("-")[-1]
            )
        name = _clean({"ko": text.ko, "en": text.en}.get(self._lang, ""))
        name = name or ("" if _MACHINE.search(text.default) else _clean(text.best(self._lang)))
        if self._lang == "ko":
            return self._korean(name, category)
        return self._latin(name, category)

    def _korean(self, name: str, category: str) -> str:
        noun = self.noun(category)
        name = _KO_LEVELS.sub("", _KO_WAY.sub("", name))
        if category == "gate":
            name = re.sub(r"\s*\d+$", "", name)
        numbered = _KO_NUMBERED.match(name)
        if numbered:
            name = f"{numbered[1]} {numbered[3]}번 {numbered[2]}".strip()
        if not name or not re.search("[가-힣]", name):
            return noun if not name else f"{name} {noun}"
        if _KO_UNIT.search(name) and category in {"lift", "escalator", "moving_walk"} and not _KO_MACHINE.search(name):
            return f"{name} {noun}"
        if "가" <= name[-1] <= "힣":
            return name
        words = name.split()
        if len(words) > 1 and words[-1].isdigit() and words[-2].endswith(noun):
            return f"{' '.join([*words[:-2], words[-1]])}번 {noun}" if words[-2] == noun else name
        return f"{name} {noun}"

    def _latin(self, name: str, category: str) -> str:
        noun = self.noun(category)
        name = _EN_WAY.sub("", _EN_PLACE.sub("", name))
        if category == "gate":
            name = re.sub(r"\s*\d+$", "", name)
        head = name.split(",", maxsplit=1)[0]
        door = _EN_DOOR.match(name)
        if category == "exit" and (door is None or _EN_WAY_IN.search(head)):
            name = head
        elif door:
            name = f"{door[2]} {door[3]} of {door[1]}".replace("  ", " ")
        elif len(name) > _LONG or _NUMBERED.search(head):
            name = head
        if not name:
            return noun
        return name if self._lang != "en" else _article(name)


def _article(name: str) -> str:
    """An English name as it stands in a sentence: "the east stairs", "Stairs E", "Exit 5", "Seoul Plaza"."""
    inner = re.match(r"^((?:\w+ )?(?:door|entrance|exit)) (\d+ )?of (.*)$", name, re.IGNORECASE)
    if inner:
        return f"{'' if inner[2] else 'the '}{inner[1].lower()} {inner[2] or ''}of {_article(inner[3])}"
    if _PROPER.match(name) or _NUMBERED.search(name) or name.lower().startswith("the "):
        first = name.split(maxsplit=1)[0].lower()
        return name[0].lower() + name[1:] if first in _COMMON - {"exit"} or first == "the" else name
    head = name.split(",", maxsplit=1)[0].split(" (", maxsplit=1)[0]
    words = re.split(r"\s+(?:at|of|to|near|before|between|in|on|towards|from|beside|with)\s+", head)[0].split()
    common = words[0].lower() in _COMMON or words[0][:1].islower()
    if not common and (
        (words[-1][:1].isupper() and len(words) > 1)
        or re.search(r"[A-Za-z]-[a-z]", words[0])
        or ("," in name and len(words) == 1)
    ):
        return name
    return f"the {name[0].lower()}{name[1:]}" if common else f"the {name}"


def _aloud_en(name: str) -> str:
    said = re.sub(r"\blevel (?=B?\d+F?\b)", "", name).replace("+", " plus ")
    said = re.sub(r"\bB(\d+)F?\b", r"basement \1", said)
    said = re.sub(r"\b(\d+)F\b", r"floor \1", said)
    said = re.sub(r"\bRF\b", "roof", said)
    said = re.sub(r"(\d)\s*[–~]\s*(\d)", r"\1 to \2", said)
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s.,'’é-]", " ", said)).strip()


def _clean(name: str) -> str:
    """Without what stands in parentheses and without double blanks."""
    name = unicodedata.normalize("NFC", name)
    while (shorter := _PARENTHESES.sub("", name)) != name:
        name = shorter
    return re.sub(r"\s+", " ", name).strip().rstrip(".,;:")


def _level_ko(level: Level) -> str:
    """지하 1층(B1), 2층, 지상, 옥상; another name as it is with 층 behind it when it does not end in Hangul."""
    name, short = _clean(level.name.ko or level.name.default), level.short_name
    found = _KO_LEVEL.match(name)
    code = _SHORT.match(short)
    if found:
        name = found[0]
    elif code and not re.search("[가-힣]", name):
        name = f"지하 {int(code[2])}층" if code[1] else f"{int(code[2])}층"
    elif not name or not "가" <= name[-1] <= "힣":
        name = f"{name or short} 층"
    below = code is not None and bool(code[1]) and name != short
    return f"{name}({short})" if below else name


def _level_en(level: Level, lang: str) -> str:
    name, short = _clean({"en": level.name.en}.get(lang, "") or level.name.default or level.name.en), level.short_name
    found = _EN_LEVEL.match(name)
    name = found[0] if found else name.split(",", maxsplit=1)[0]
    if not name or name == short:
        return f"level {short}" if lang == "en" else short
    tells = bool(re.search(r"\d", name)) and level.ordinal >= 0
    if tells or level.ordinal == 0:
        return _article(name) if lang == "en" and not re.search(r"\d", name) else name
    return f"{name if re.search(r'[0-9]', name) or lang != 'en' else _article(name)} ({short})"


class Facts:
    """What names are made of, without the building: its texts, levels and numbers of platform doors."""

    def __init__(self, building: Building) -> None:
        self.names: dict[str, Text] = dict(building.names)
        self.levels = {level.id: level for level in building.levels}
        self.numbers: dict[str, str] = {}
        for opening in building.openings:
            number = _platform_number(opening)
            if number:
                self.numbers[opening.id] = number
        for one in building.exits:
            self.names[one.opening] = one.name
            if not (one.name.ko or one.name.en or one.name.default) and one.number:
                self.names[one.opening] = Text(ko=f"{one.number}번 출구", en=f"Exit {one.number}")


def _platform_number(opening: Opening) -> str:
    if opening.category is not OpeningCategory.SCREEN_DOOR:
        return ""
    texts = (
        opening.number,
        opening.name.default,
        *reversed(opening.name.ko.split()),
        *reversed(opening.name.en.split()),
    )
    return next((text for text in texts if _SCREEN.match(text)), "")
