"""One report about what is the case now: what, where, from when to when, why, and who says so.

What conditions mean together is in :mod:`indoor3d.models.state`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shapely import MultiPolygon, Polygon

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Text
from indoor3d.models.vocabulary import Direction

_LONGEST_ID = 128
_LONGEST_TEXT = 500
_MOST_ELEMENTS = 1_000
_MOST_FACTOR = 100
_LONGEST_INTERVAL_S = 366 * 86_400


class Effect(StrEnum):
    """What a condition does."""

    CLOSED = "closed"
    ONE_WAY = "one_way"
    STATUS = "status"
    CROWDED = "crowded"
    SMOKE = "smoke"


class Status(StrEnum):
    """Whether equipment can be used (SIRI-FM ``FacilityStatusEnumeration``, in our words)."""

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    NOT_AVAILABLE = "not_available"
    PARTIALLY_AVAILABLE = "partially_available"


class Remedy(StrEnum):
    """What is being done about it (SIRI-FM ``RemedyTypeEnumeration``, in our words)."""

    UNKNOWN = "unknown"
    REPLACE = "replace"
    REPAIR = "repair"
    REMOVE = "remove"
    OTHER_ROUTE = "other_route"
    OTHER_LOCATION = "other_location"


STATE_LABELS: Mapping[str, tuple[str, str]] = {
    Effect.CLOSED: ("폐쇄", "Closed"),
    Effect.ONE_WAY: ("일방통행", "One way"),
    Effect.STATUS: ("설비 상태", "Equipment status"),
    Effect.CROWDED: ("혼잡", "Crowded"),
    Effect.SMOKE: ("연기", "Smoke"),
    Status.UNKNOWN: ("알 수 없음", "Unknown"),
    Status.AVAILABLE: ("이용 가능", "Available"),
    Status.NOT_AVAILABLE: ("이용 불가", "Not available"),
    Status.PARTIALLY_AVAILABLE: ("일부 이용 가능", "Partially available"),
    Remedy.REPLACE: ("교체", "Replacement"),
    Remedy.REPAIR: ("수리", "Repair"),
    Remedy.REMOVE: ("철거", "Removal"),
    Remedy.OTHER_ROUTE: ("다른 길 이용", "Use another way"),
    Remedy.OTHER_LOCATION: ("다른 곳 이용", "Use another place"),
}
"""``(Korean, English)`` of every term of this module that people see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of a level.

    Parameters
    ----------
    level : str
        Id of the level.
    polygon : Polygon or MultiPolygon, metres, site frame
    """

    level: str
    polygon: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One report about what is not as the building model has it.

    Parameters
    ----------
    id : str
        Unique in a store.
    effect : Effect
    elements : tuple of str
        Ids of openings, connectors, exits, spaces and, for a status, facilities. Sorted, each once.
    area : Area or None
        For crowds and smoke, instead of elements or beside them.
    direction : Direction or None
        Of a one-way change of connectors: UP only carries from the first stop to the last.
    status : Status or None
        Of a status.
    factor : float or None
        How many times as long a way through a crowd takes, 1 or more; for smoke the same, or None: nobody goes through.
    start, end : datetime or None
        In force from ``start`` until just before ``end``; None is open on that side.
    hours : str
        In force only within these opening hours of OpenStreetMap's syntax (``Mo-Fr 01:00-04:30``); empty is always. Where
        nobody can tell whether they hold, the condition is in force.
    cause : Text
    source : str
        Where the report comes from: an operator's name, a feed.
    reporter : str
        Who made it. Never shown to the public.
    reported_at : datetime or None
        When it was seen to be so; the age of a status counts from here.
    interval_s : float or None
        How long a status is good for, seconds; None is until ``end``.
    automatic : bool or None
        Seen by a machine or by a person.
    remedy : Remedy
    remedy_text : Text

    Raises
    ------
    InvalidInput
        The parts do not fit one another: every message names the part.
    """

    id: str
    effect: Effect
    elements: tuple[str, ...] = ()
    area: Area | None = None
    direction: Direction | None = None
    status: Status | None = None
    factor: float | None = None
    start: datetime | None = None
    end: datetime | None = None
    hours: str = ""
    cause: Text = field(default_factory=Text)
    source: str = ""
    reporter: str = ""
    reported_at: datetime | None = None
    interval_s: float | None = None
    automatic: bool | None = None
    remedy: Remedy = Remedy.UNKNOWN
    remedy_text: Text = field(default_factory=Text)

    def __post_init__(self) -> None:
        object.__setattr__(self, "elements", tuple(sorted(set(self.elements))))
        for name in ("start", "end", "reported_at"):
            object.__setattr__(self, name, utc(getattr(self, name), name))
        _check_texts(self)
        _check_parts(self)

    def in_window(self, moment: datetime) -> bool:
        """Whether a moment lies between ``start`` and ``end``; recurring hours are not asked."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)

    def stale_from(self) -> datetime | None:
        """From when on a status is too old to be believed; None is never."""
        if self.effect is not Effect.STATUS or self.interval_s is None or self.reported_at is None:
            return None
        return self.reported_at + timedelta(seconds=self.interval_s)


# ── parts that fit one another ───────────────────────────────────────────────────────────────────────────────────────


def utc(moment: datetime | None, name: str) -> datetime | None:
    """A moment in UTC.

    Raises
    ------
    InvalidInput
        It has no zone, or is none that can be told in UTC.
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise InvalidInput(f"{name} needs its time zone.", ko=f"{name}에 시간대가 필요합니다.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(f"{name} is no moment.", ko=f"{name}: 나타낼 수 없는 시각입니다.") from error


def _refuse(en: str, ko: str) -> InvalidInput:
    return InvalidInput(en, ko=ko)


def _check_texts(condition: Condition) -> None:
    short = {"id": condition.id, **{f"elements/{n}": ident for n, ident in enumerate(condition.elements)}}
    cause, remedy = condition.cause, condition.remedy_text
    long = {
        "hours": condition.hours,
        "source": condition.source,
        "reporter": condition.reporter,
        **{f"cause/{lang}": getattr(cause, lang) for lang in ("default", "ko", "en")},
        **{f"remedy_text/{lang}": getattr(remedy, lang) for lang in ("default", "ko", "en")},
    }
    for name, text in {**short, **long}.items():
        most = _LONGEST_ID if name in short else _LONGEST_TEXT
        if name in short and not text.strip():
            raise _refuse(f"{name} is empty.", f"{name} 값이 비어 있습니다.")
        if len(text) > most:
            raise _refuse(f"{name} may have {most} characters.", f"{name}: {most}자까지입니다.")
        if not all(c.isprintable() or c == "\n" for c in text):
            raise _refuse(f"{name} holds a character that cannot be shown.", f"{name}에 보이지 않는 문자가 있습니다.")
    if len(condition.elements) > _MOST_ELEMENTS:
        most = _MOST_ELEMENTS
        raise _refuse(f"A condition may name {most} elements.", f"상황 하나에 요소는 {most}개까지입니다.")


def _check_parts(condition: Condition) -> None:
    effect = condition.effect
    if not condition.elements and condition.area is None:
        raise _refuse("A condition names elements, or an area.", "상황에는 요소나 구역이 있어야 합니다.")
    if (condition.direction is not None) != (effect is Effect.ONE_WAY):
        raise _refuse(
            "one_way needs a direction; nothing else has one.", "direction은 one_way에만, 그리고 꼭 있어야 합니다."
        )
    if (condition.status is not None) != (effect is Effect.STATUS):
        raise _refuse(
            "status needs a status; nothing else has one.", "status 값은 status에만, 그리고 꼭 있어야 합니다."
        )
    if condition.start is not None and condition.end is not None and condition.end <= condition.start:
        raise _refuse("The end does not come after the start.", "끝나는 시각이 시작보다 뒤가 아닙니다.")
    _check_area(condition.area, effect)
    _check_numbers(condition)


def _check_area(area: Area | None, effect: Effect) -> None:
    if area is None:
        return
    if effect not in {Effect.CROWDED, Effect.SMOKE}:
        raise _refuse(f"{effect} names elements, not an area.", f"{effect}: 구역이 아니라 요소를 적어야 합니다.")
    polygon = area.polygon
    if polygon.is_empty or not polygon.is_valid or not all(map(math.isfinite, polygon.bounds)):
        raise _refuse("The area is not a valid polygon.", "구역이 올바른 다각형이 아닙니다.")


def _check_numbers(condition: Condition) -> None:
    effect, factor, interval = condition.effect, condition.factor, condition.interval_s
    if effect is Effect.CROWDED and factor is None:
        raise _refuse("crowded needs a factor.", "crowded에는 factor가 필요합니다.")
    if factor is not None and (effect not in {Effect.CROWDED, Effect.SMOKE} or not 1 <= factor <= _MOST_FACTOR):
        raise _refuse(
            f"factor is 1 to {_MOST_FACTOR}, of crowds and smoke.",
            f"factor는 혼잡과 연기에만 있고 1에서 {_MOST_FACTOR}까지입니다.",
        )
    if interval is None:
        return
    if not 0 < interval <= _LONGEST_INTERVAL_S:
        raise _refuse(
            "interval_s is more than 0 s and at most a year.", "interval_s는 0초보다 크고 1년 이하여야 합니다."
        )
    if effect is not Effect.STATUS or condition.reported_at is None:
        raise _refuse(
            "interval_s goes with a status and its reported_at.", "interval_s는 reported_at이 있는 status에만 씁니다."
        )
