"""The catalogue of directions: one class a language, the same few sentences in each (DIRECTIONS.md §4.2)."""

import math
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from indoor3d.models.building import Building, Connector, Opening
from indoor3d.models.korean import with_particle
from indoor3d.models.vocabulary import LABELS, Mode, OpeningCategory

if TYPE_CHECKING:
    from indoor3d.routing.directions import Step

_ORDERED = 2
_AT_THE_DOOR_M = 2.0
"""A walk that starts no farther than this from an exit, and leads away from it, comes in by it."""


class Sense(Enum):
    """How a way passes a door."""

    THROUGH = auto()
    OUT = auto()
    IN = auto()
    TO = auto()
    """It ends at the door, coming from the street."""


class Door(NamedTuple):
    """A door on the way, and how it is passed; a door that is no exit is passed through."""

    opening: Opening
    sense: Sense = Sense.THROUGH


class Phrases(Protocol):
    """What every language can say."""

    def walk(self, steps: "Sequence[Step]", doors: Sequence[Sequence[Door]]) -> str:
        """Turn where a step says so and go on, through its doors; two steps make one sentence."""

    def ride(self, step: "Step") -> str:
        """Take a connector."""

    def arrive(self) -> str:
        """Be there."""


def phrases(building: Building, lang: str) -> Phrases:
    """Choose the catalogue of a language."""
    return _Korean(building) if lang == "ko" else _English(building)


def rounded_m(length_m: float) -> int:
    """Metres as they are said: to 1 m below 10 m, to 5 m below 100 m, else to 10 m; never 0 (DIRECTIONS.md §2)."""
    for limit, unit in ((9.5, 1), (97.5, 5)):
        if length_m < limit:
            return max(1, unit * math.floor(length_m / unit + 0.5))
    return 10 * math.floor(length_m / 10 + 0.5)


class _Catalogue:
    def __init__(self, building: Building, lang: str) -> None:
        self._lang = lang
        self._names = building.names
        self._levels = {level.id: level for level in building.levels}
        self._connectors: dict[str, Connector] = {c.id: c for c in building.connectors}
        self._exits = {e.opening: e for e in building.exits}

    def _label(self, term: str) -> str:
        korean, english = LABELS.get(term, ("", ""))
        return korean if self._lang == "ko" else english.casefold()

    def _level(self, ident: str) -> str:
        level = self._levels[ident]
        return level.name.best(self._lang) or level.short_name

    def _exit(self, doors: Sequence[Door]) -> tuple[str, Sense]:
        """Name of the exit that the last of some doors is, and how it is passed; or the empty string."""
        one = self._exits.get(doors[-1].opening.id) if doors else None
        if one is None:
            return "", Sense.THROUGH
        sense = doors[-1].sense
        return one.name.best(self._lang), Sense.OUT if sense is Sense.THROUGH else sense

    def _entry(self, step: "Step", doors: Sequence[Door]) -> tuple[str, Sense]:
        """Name of the exit that a walk starts at, and whether it comes in or goes out there; or the empty string."""
        one = self._exits.get(doors[0].opening.id) if doors and step.maneuver == "start" else None
        if one is None:
            return "", Sense.THROUGH
        away_m = math.hypot(one.position[0] - step.position[0], one.position[1] - step.position[1])
        name = one.name.best(self._lang) if away_m < min(step.length_m / 2, _AT_THE_DOOR_M) else ""
        return name, Sense.OUT if doors[0].sense is Sense.OUT else Sense.IN

    def _upward(self, step: "Step") -> bool:
        order = list(self._levels)
        connector = self._connectors.get(step.elements[0]) if step.elements else None
        if step.level_from != step.level_to:
            return order.index(step.level_to) > order.index(step.level_from)
        return bool(
            connector
            and abs(step.position[2] - connector.stops[0].position[2])
            < abs(step.position[2] - connector.stops[-1].position[2])
        )


class _Korean(_Catalogue):
    _TURNS: ClassVar[Mapping[str, str]] = {
        "left": "왼쪽으로 돌아",
        "right": "오른쪽으로 돌아",
        "slight-left": "약간 왼쪽으로 돌아",
        "slight-right": "약간 오른쪽으로 돌아",
        "sharp-left": "왼쪽으로 크게 돌아",
        "sharp-right": "오른쪽으로 크게 돌아",
        "turn-back": "뒤로 돌아",
    }
    _COUNTS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")

    def __init__(self, building: Building) -> None:
        super().__init__(building, "ko")

    def walk(self, steps: "Sequence[Step]", doors: Sequence[Sequence[Door]]) -> str:
        parts = []
        for number, (step, passed) in enumerate(zip(steps, doors, strict=True)):
            last = number == len(steps) - 1
            turn = f"{self._TURNS[step.maneuver]} " if step.maneuver in self._TURNS else ""
            entry, sense = self._entry(step, passed)
            into = f"{with_particle(entry, '으로')} {'나가' if sense is Sense.OUT else '들어가'} " if entry else ""
            way = self._way(step.length_m, passed[1:] if entry else passed, last=last)
            parts.append(("바로 " if number else "") + into + turn + way)
        return " ".join(parts)

    def _way(self, length_m: float, doors: Sequence[Door], *, last: bool) -> str:
        distance = f"{rounded_m(length_m)}미터"
        out, sense = self._exit(doors)
        if out and sense is Sense.TO:
            return f"{self._through(doors[:-1])}{distance} 가서 {out} 앞으로 " + ("이동하세요." if last else "가서")
        if out:
            inner = f"{self._through(doors[:-1])}{distance} 가서 {with_particle(out, '으로')}"
            verb = "들어가" if sense is Sense.IN else "나가"
            return f"{inner} {verb}세요." if last else f"{inner} {verb}"
        return f"{self._through(doors)}{distance} " + ("이동하세요." if last else "가서")

    def ride(self, step: "Step") -> str:
        name = self._names[step.elements[0]].best("ko") if step.elements and step.elements[0] in self._names else ""
        label = self._label(step.maneuver)
        thing = name if label in name or not name else f"{name} {label}"
        verb = "올라가세요" if self._upward(step) else "내려가세요"
        if step.level_from == step.level_to and step.maneuver in {str(Mode.MOVING_WALK), str(Mode.RAMP)}:
            verb = "이동하세요"
        goal = f"{with_particle(self._level(step.level_to), '으로')} " if step.level_from != step.level_to else ""
        if step.maneuver in {str(Mode.STAIRS), str(Mode.RAMP)}:
            return f"{with_particle(thing or label, '으로')} {goal}{verb}."
        return f"{with_particle(thing or label, '을')} 타고 {goal}{verb}."

    def arrive(self) -> str:
        return "목적지에 도착했습니다."

    def _through(self, doors: Sequence[Door]) -> str:
        if not doors:
            return ""
        names = [d.opening.name.best("ko") for d in doors]
        kind = self._label(doors[-1].opening.category)
        if len(doors) >= _ORDERED:
            count = self._COUNTS[len(doors)] if len(doors) < len(self._COUNTS) else str(len(doors))
            return f"문 {count} 개를 지나 "
        return f"{with_particle(names[-1] if _hangul_end(names[-1]) else kind, '을')} 지나 "


class _English(_Catalogue):
    _TURNS: ClassVar[Mapping[str, str]] = {
        "left": "Turn left",
        "right": "Turn right",
        "slight-left": "Turn slightly left",
        "slight-right": "Turn slightly right",
        "sharp-left": "Turn sharp left",
        "sharp-right": "Turn sharp right",
        "turn-back": "Turn around",
    }

    def __init__(self, building: Building) -> None:
        super().__init__(building, "en")

    def walk(self, steps: "Sequence[Step]", doors: Sequence[Sequence[Door]]) -> str:
        parts = []
        for step, passed in zip(steps, doors, strict=True):
            turn = f"{self._TURNS[step.maneuver]} and " if step.maneuver in self._TURNS else ""
            entry, sense = self._entry(step, passed)
            into = f"{'Leave' if sense is Sense.OUT else 'Enter'} by {entry} and " if entry else ""
            parts.append(f"{into}{turn}go {rounded_m(step.length_m)} m{self._through(passed[1:] if entry else passed)}")
        text = ", then at once ".join(part[0].lower() + part[1:] for part in parts)
        return f"{text[0].upper()}{text[1:]}."

    def ride(self, step: "Step") -> str:
        name = self._names[step.elements[0]].best("en") if step.elements and step.elements[0] in self._names else ""
        label = self._label(step.maneuver)
        thing = name or f"the {label}"
        goal = f" to {self._level(step.level_to)}" if step.level_from != step.level_to else ""
        flat = step.level_from == step.level_to and step.maneuver in {str(Mode.MOVING_WALK), str(Mode.RAMP)}
        way = "along" if flat else "up" if self._upward(step) else "down"
        return f"Take {thing} {way}{goal}."

    def arrive(self) -> str:
        return "You have arrived."

    def _through(self, doors: Sequence[Door]) -> str:
        if not doors:
            return ""
        out, sense = self._exit(doors)
        if out:
            verb = {Sense.TO: " to", Sense.IN: " and enter by"}.get(sense, " and leave by")
            return f"{self._through(doors[:-1])}{verb} {out}"
        if len(doors) >= _ORDERED:
            kinds = {d.opening.category for d in doors}
            return f" through {len(doors)} {'gates' if kinds == {OpeningCategory.GATE} else 'doors'}"
        last = doors[-1].opening
        return f" through {last.name.best('en') or 'the ' + self._label(last.category)}"


def _hangul_end(text: str) -> bool:
    return "가" <= text[-1:] <= "힣"
