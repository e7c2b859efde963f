"""What a planner wants to know first of an evacuation, in a few lines: the same at the command line, in the viewer and for programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from indoor3d.models.building import Building
from indoor3d.models.outcome import Outcome
from indoor3d.models.rules import Sheet, Verdict

_MOST_QUEUES = 5
_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "persons": ("Persons", "사람"),
        "out": ("Out", "나간 사람"),
        "waiting": ("Waiting to be fetched", "구조를 기다리는 사람"),
        "lost": ("Neither out nor waiting in a refuge", "나가지도 대피공간에 있지도 않은 사람"),
        "simulated": ("All who get out are out, simulated", "나가는 사람이 모두 나간 때, 모의"),
        "planned": ("The plan itself", "계획 자체"),
        "proven": ("The optimum, proven", "증명된 최적"),
        "optimum": ("The optimum, not proven", "최적, 증명되지 않음"),
        "bound": ("Nobody can be faster than", "이보다 빠를 수 없음"),
        "guided": ("Following staff and signs that change", "안내 요원과 바뀌는 표지를 따를 때"),
        "nearest": ("Everybody to the nearest exit", "모두 가장 가까운 출구로 갈 때"),
        "disabled": ("People with a disability", "장애가 있는 사람"),
        "model": ("Movement", "이동 모형"),
        "step": ("{calibration}, step {step:g} s", "{calibration}, 간격 {step:g}초"),
        "verified": ("The model is verified and not validated.", "모형은 검증되었고 실증되지는 않았습니다."),
        "left": ("Who does not get out", "나가지 못하는 사람"),
        "cut": ("{persons} not out: {reason}", "{persons}명 나가지 못함: {reason}"),
        "waits": ("{persons} waiting: {reason}", "{persons}명 기다림: {reason}"),
        "rules": ("Safety codes", "안전 기준"),
        "queues": ("Bottlenecks", "병목"),
        "queue": ("queue of {most}, {start} to {end}", "줄 {most}명, {start}부터 {end}까지"),
        "pass": ("PASS", "적합"),
        "fail": ("FAIL", "부적합"),
        "cannot_tell": ("CANNOT TELL", "판단할 수 없음"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A title and rows: what, and its value."""

    title: str
    rows: tuple[tuple[str, str], ...]


def summary(building: Building, outcome: Outcome, lang: str) -> tuple[Section, ...]:
    """Sum an evacuation up.

    Parameters
    ----------
    lang : str
        ``ko`` or ``en``.
    """
    words = _Words(building, lang)
    sections = (
        Section(title=outcome.name.best(lang) or outcome.scenario, rows=_times(outcome, words)),
        Section(title=words.say("left"), rows=_left(outcome, words)),
        Section(title=words.say("rules"), rows=tuple(_sheet(sheet, words) for sheet in outcome.sheets)),
        Section(title=words.say("queues"), rows=_queues(outcome, words)),
    )
    return tuple(section for section in sections if section.rows)


class _Words:
    """Texts and names in one language."""

    def __init__(self, building: Building, lang: str) -> None:
        self._building, self.lang = building, lang

    def say(self, key: str, **values: Any) -> str:
        return _WORDS[key][self.lang == "ko"].format(**values)

    def name(self, ident: str) -> str:
        named = self._building.titles.get(ident)
        return (named.best(self.lang) if named is not None else "") or ident


def _times(outcome: Outcome, words: _Words) -> tuple[tuple[str, str], ...]:
    lost = outcome.persons - outcome.out - outcome.waiting
    rows = [("persons", str(outcome.persons)), ("out", str(outcome.out))]
    rows += [(key, str(count)) for key, count in (("waiting", outcome.waiting), ("lost", lost)) if count]
    times = {
        "simulated": outcome.clearance_s,
        "planned": outcome.planned_s,
        "proven" if outcome.certified else "optimum": outcome.optimum_s,
        "bound": None if outcome.certified else outcome.bound_s,  # the same where it is proven
        "guided": outcome.guided_s,
        "nearest": outcome.nearest_s,
        "disabled": outcome.disabled_s,
    }
    rows += [(key, clock(seconds)) for key, seconds in times.items() if seconds is not None]
    model = words.say("step", calibration=outcome.calibration, step=outcome.step_s)
    told = [(words.say(key), value) for key, value in rows]
    return (*told, (words.say("model"), f"{model}. {words.say('verified')}"))


def _left(outcome: Outcome, words: _Words) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            words.name(cut.space),
            words.say("waits" if cut.waiting else "cut", persons=cut.persons, reason=cut.reason.best(words.lang)),
        )
        for cut in outcome.cut_off
    )


def _sheet(sheet: Sheet, words: _Words) -> tuple[str, str]:
    failed = [row.name.best(words.lang) for row in (*sheet.rows, *sheet.worst) if row.verdict is Verdict.FAIL]
    verdict = words.say(sheet.verdict.lower().replace(" ", "_"))
    listed = f": {'; '.join(dict.fromkeys(failed))}" if failed else ""
    return f"{sheet.name.best(words.lang)}, {sheet.title.best(words.lang)}", f"{verdict}{listed}"


def _queues(outcome: Outcome, words: _Words) -> tuple[tuple[str, str], ...]:
    some = [one for one in outcome.bottlenecks if one.queue_most][:_MOST_QUEUES]
    return tuple(
        (
            one.name.best(words.lang) or words.name(one.element),
            words.say("queue", most=one.queue_most, start=clock(one.queue_from_s), end=clock(one.queue_to_s)),
        )
        for one in some
    )


def clock(seconds: float) -> str:
    """Minutes and seconds: 3:05; what is cut off is never time: 61.2 s are 1:02."""
    whole = int(-(-seconds // 1))
    return f"{whole // 60}:{whole % 60:02d}"
