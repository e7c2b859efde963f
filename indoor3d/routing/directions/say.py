"""From steps to text by a catalogue: which phrase, in which form, with which values (DIRECTIONS.md §2 to §4)."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from indoor3d.routing.directions.catalogue import Catalogue
from indoor3d.routing.directions.index import STREET
from indoor3d.routing.directions.korean import native, sino
from indoor3d.routing.directions.names import Names
from indoor3d.routing.directions.values import Goal, Ride, Step

Turns = Literal["sides", "clock", "degrees"]
Unit = Literal["m", "steps"]

COUNTED_STEPS = 12
"""Only flights of up to so many steps are counted aloud (Wayfindr Open Standard; DIRECTIONS.md §3.2)."""
_LEAST_M = 1.5
"""A shorter way between two acts is not said, nor behind an act when it leads to nothing."""
_NAMED = {"shop", "cafe", "auditorium", "exhibition", "reading_room", "exit"}
"""Landmarks that are told by their names; others by what they are."""
_CAPITAL = re.compile(r"(?:(?<=\. )|^)([a-zé])")


def rounded_m(length_m: float) -> int:
    """Metres as they are said: to 1 m below 10 m, to 5 m below 100 m, else to 10 m; never 0 (DIRECTIONS.md §2).

    Examples
    --------
    >>> rounded_m(0.2), rounded_m(13.0), rounded_m(123.0)
    (1, 15, 120)
    """
    for limit, unit in ((9.5, 1), (97.5, 5)):
        if length_m < limit:
            return max(1, unit * math.floor(length_m / unit + 0.5))
    return 10 * math.floor(length_m / 10 + 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How somebody wants to be told.

    Parameters
    ----------
    turns : {"sides", "clock", "degrees"}
    unit : {"m", "steps"}
        Metres, or the listener's own paces.
    pace_m : float
        Length of one of them.
    """

    turns: Turns = "sides"
    unit: Unit = "m"
    pace_m: float = 0.6


class Speaker:
    """Says steps in one language and style.

    Parameters
    ----------
    catalogue : Catalogue
    names : Names
    """

    def __init__(self, catalogue: Catalogue, names: Names) -> None:
        self._c, self._names = catalogue, names
        self._spoken = catalogue.style == "spoken"
        self._numbers: dict[tuple[str, int], str] = {}

    def say(self, step: Step, manner: Manner) -> str:
        """The text of one step."""
        if step.type == "arrive":
            return self._sentence(self._arrived(step))
        if step.ride is not None:
            return self._sentence(self._ride(step))
        return self._sentence(self._walked(step, manner))

    def reassure(self, step: Step, at_m: float, manner: Manner) -> str:
        """What is said on the way of a step, so far from where it began."""
        return self._sentence(self._c["more.reassure"].fill({"left": self._distance(step.length_m - at_m, manner)}))

    def overview(self, length_m: float, duration_s: float, levels: Sequence[str], manner: Manner) -> str:
        """How long it is, how long it takes, and to which level it leads."""
        values = {"dist": self._distance(length_m, manner), "time": self._time(duration_s)}
        said = self._c["more.overview"].fill(values)
        if len(levels) > 1:
            said += " " + self._c["more.overview_levels"].fill({"levels": self._names.level(levels[-1])})
        return self._sentence(said)

    def _walked(self, step: Step, manner: Manner) -> str:
        second = step.then
        length = step.length_m - (second.length_m if second is not None else 0.0)
        way_after = second if second is not None else step
        last_m = way_after.length_m
        wanted = way_after.goal is not None or last_m >= _LEAST_M
        opens = step.type == "start" and step.passing is not None
        acts = self._acts(step)
        state = acts and step.type == "pass" and not opens
        ends = wanted or not (acts or second is not None) or (bool(state) and second is None)
        between = second is not None and (length >= _LEAST_M or not acts)
        shape = "_".join(
            part
            for part, there in (("act", acts), ("way", between), ("act", second is not None), ("way", ends))
            if there
        )
        values = {}
        if acts:
            role = "start" if opens else "first" if shape != "act" else "alone"
            values["act"] = self._act(step, role, manner)
        if between:
            values["between"] = self._way(step, length, "between" if acts else "lead", manner)
        if second is not None:
            values["then"] = self._act(second, "then" if ends else "last", manner)
        if ends:
            values["way"] = self._way(way_after, last_m, "alone" if shape == "way" else "last", manner)
        usual = f"sentence.{shape}"
        pattern = self._c.get("sentence.state" + shape[3:], usual) if state else self._c[usual]
        return pattern.fill(values) + self._about_doors(step)

    @staticmethod
    def _acts(step: Step) -> bool:
        if step.passing is not None or step.type in {"turn", "wait"}:
            return True
        return step.type == "start" and step.landmark is not None

    def _act(self, step: Step, role: str, manner: Manner) -> str:
        catalogue, names = self._c, self._names
        passing = step.passing
        if passing is not None:
            if step.count.doors > 1:
                return catalogue[f"act.doors.{role}"].fill({"count": self._count(step.count.doors)})
            key = "act.door" if passing.category == "door" else f"act.{passing.category}.{passing.sense}"
            return catalogue[f"{key}.{role}"].fill({"thing": names.thing(passing.id, passing.category)})
        if step.type == "wait":
            return catalogue[f"act.wait.{role}"].fill({})
        mark = step.landmark
        if step.type == "start":
            if mark is None:
                return ""
            face = catalogue[f"face.{mark.relation}"].fill({"thing": self._mark_name(step)})
            return catalogue[f"act.face.{role}"].fill({"face": face})
        values = {"mark": self._mark(step)}
        if manner.turns == "clock":
            hour = round(-step.angle_deg / 30) % 12 or 12
            values["hour"] = self._number("hour", hour)
        elif manner.turns == "degrees":
            values["side"] = catalogue["forms.left" if step.angle_deg > 0 else "forms.right"].source
            values["degrees"] = self._number("degrees", max(10, 10 * round(abs(step.angle_deg) / 10)))
        key = step.maneuver if manner.turns == "sides" else manner.turns
        return catalogue[f"act.turn.{key}.{role}"].fill(values)

    def _mark_name(self, step: Step) -> str:
        mark = step.landmark
        if mark is None:
            return ""
        return self._names.thing(mark.id, mark.category) if mark.category in _NAMED else self._names.noun(mark.category)

    def _mark(self, step: Step) -> str:
        mark = step.landmark
        if mark is None:
            return ""
        if mark.order:
            values = {"thing": self._names.noun(mark.category), "nth": self._ordinal(mark.order),
                      "side": self._side(mark.side)}  # fmt: skip
            return self._c[f"mark.{mark.relation}_nth"].fill(values)
        return self._c[f"mark.{mark.relation}"].fill({"thing": self._mark_name(step)})

    def _side(self, side: str) -> str:
        return self._c[f"forms.{side if side in {'left', 'right'} else 'middle'}"].source

    def _way(self, step: Step, length_m: float, role: str, manner: Manner) -> str:
        distance = self._distance(length_m, manner)
        goal = step.goal
        if goal is None or role in {"lead", "between"}:
            return self._c[f"way.{'follow' if step.follow else 'plain'}.{role}"].fill({"dist": distance})
        if goal.category == "exit":
            name = self._names.thing(goal.id, "exit")
            return self._c[f"way.exit.{goal.sense or 'through'}.{role}"].fill({"dist": distance, "goal": name})
        values = {"dist": distance, "goal": self._names.noun(goal.category)}
        sign = step.sign_text.best(self._c.lang)
        if sign:
            return self._c[f"way.sign.{role}"].fill(values | {"sign": self._names.text(step.sign_text)})
        return self._c[f"way.{'follow_to' if step.follow else 'to'}.{role}"].fill(values)

    def _ride(self, step: Step) -> str:
        ride, catalogue, names = step.ride, self._c, self._names
        if ride is None:
            return ""
        to = onto = ""
        if step.level_from != step.level_to:
            to = catalogue["forms.level"].fill({"level": names.level(step.level_to)})
            onto = catalogue["forms.onto"].fill({"level": names.level(step.level_to)})
        which = ""
        if ride.place:
            values = {"count": self._count(ride.abreast), "side": catalogue[f"forms.{ride.place}"].source}
            which = catalogue["forms.which"].fill(values)
        leads = ""
        if ride.leads_to and ride.category == "lift":
            place = names.noun("street") if ride.leads_to == STREET else names.thing(ride.leads_to, "platform")
            leads = "" if place in names.level(step.level_to) else catalogue["forms.leads"].fill({"place": place})
        values = {"thing": names.thing(ride.id, ride.category), "to": to, "onto": onto, "which": which, "leads": leads}
        said = [catalogue[f"ride.{ride.category}.{ride.way}"].fill(values), *self._about_ride(step, ride)]
        return " ".join(part for part in said if part)

    def _about_ride(self, step: Step, ride: Ride) -> Iterator[str]:
        """What one needs to know on a ride: how many steps, which button, which door."""
        catalogue = self._c
        if ride.category == "stairs" and step.count.steps:
            if not self._spoken or step.count.steps <= COUNTED_STEPS:
                yield catalogue["more.steps"].fill({"steps": self._number("stairs", step.count.steps)})
            else:
                yield catalogue["more.long_stairs"].source
        if ride.flights > 1:
            yield catalogue["more.flights"].source
        if ride.button:
            yield catalogue["more.button"].fill({"button": self._names.button(ride.button)})
        if ride.door:
            yield catalogue[f"more.lift_{ride.door}"].source
        if ride.reverses:
            yield catalogue["more.reverses"].source
        if ride.staff and ride.category != "wheelchair_lift":
            yield catalogue["more.staff"].source

    def _about_doors(self, step: Step) -> str:
        passing = step.passing
        said: list[str] = []
        if passing is None or passing.category == "gate" or step.count.doors > 1:
            pass
        elif passing.automatic:
            said.append("automatic")
        elif passing.kind in {"hinged", "sliding", "revolving", "folding"}:
            said.append(passing.kind)
        said += [code for code in step.warnings if code != "intercom"]
        texts = [self._c[f"more.{code}"].source for code in said]
        return "".join(f" {text}" for text in texts if text)

    def _arrived(self, step: Step) -> str:
        goal = step.goal
        if goal is None or not goal.side:
            said = self._c["arrive.bare"].source
        else:
            said = self._c[f"arrive.{goal.side}"].fill({"thing": self._goal_name(goal)})
        for code in sorted({code for code, _ in step.avoided}):
            names = [self._names.thing(ident, "unspecified") for other, ident in step.avoided if other == code]
            key = f"more.avoided_{code}"
            phrase = self._c.get(key, "more.avoided_other")
            said += " " + phrase.fill({"names": self._listed(list(dict.fromkeys(names)))})
        return said

    def _goal_name(self, goal: Goal) -> str:
        return self._names.thing(goal.id, goal.category)

    def _listed(self, names: list[str]) -> str:
        if len(names) == 1:
            return names[0]
        if len(names) == 2:
            return self._c["forms.names"].fill({"first": names[0], "second": names[1]})
        rest = len(names) - 1
        return self._c["forms.more"].fill({"first": names[0]} | self._read(rest))

    def _sentence(self, text: str) -> str:
        """Every sentence with a capital letter, where the script has them."""
        return text if self._c.lang == "ko" else _CAPITAL.sub(lambda m: m[1].upper(), text)

    def _distance(self, length_m: float, manner: Manner) -> str:
        if manner.unit == "m":
            said = rounded_m(length_m)
            return self._number("metre" if said == 1 else "metres", said)
        said = rounded_m(length_m / manner.pace_m)
        return self._number("pace" if said == 1 else "paces", said)

    def _time(self, duration_s: float) -> str:
        """Below a minute to 10 s, else whole minutes rounded up (DIRECTIONS.md §2)."""
        if duration_s < 60:
            return self._number("seconds", max(10, 10 * round(duration_s / 10)))
        minutes = math.ceil(duration_s / 60)
        return self._number("minute" if minutes == 1 else "minutes", minutes)

    def _number(self, form: str, number: int) -> str:
        key = (form, number)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = self._c[f"forms.{form}"].fill(self._read(number))
        return found

    def _read(self, number: int) -> dict[str, str]:
        if self._c.reader == "korean":
            return {"n": str(number), "sino": sino(number), "native": native(number)}
        return {"n": str(number), "sino": str(number), "native": str(number)}

    def _count(self, number: int) -> str:
        counts = self._c.counts
        return counts[number] if number < len(counts) else str(number)

    def _ordinal(self, number: int) -> str:
        ordinals = self._c.ordinals
        return ordinals[number] if number < len(ordinals) else self._number("ordinal", number)
