"""What is the case now and not for good: closures, changed directions, the status of equipment, crowds and smoke.

A :class:`Condition` is one report: what, where, from when to when, why, and who says so. A :class:`State` is all of a
venue's. :meth:`State.at` says what they mean at one moment. Nothing here reads a clock: the moment is an argument, and the same
conditions at the same moment always mean the same.

Three rules that lives may hang on:

- What is closed is closed for everybody. Equipment that is not available is closed, whoever asks.
- A status that is older than its interval is unknown. It is never available.
- A condition that names what the building has not got is an error that names it, and never quietly nothing.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from shapely import MultiPolygon, Polygon

from indoor3d.errors import InvalidInput, UnknownElement, UnknownLevel
from indoor3d.models.building import Building, Connector, Text
from indoor3d.models.vocabulary import Direction

Clock = Callable[[str, datetime], tuple[bool | None, datetime | None]]
"""Whether opening hours hold at a moment (None: nobody can tell), and when that changes."""

_LONGEST_ID = 128
_LONGEST_TEXT = 500
_MOST_ELEMENTS = 1_000
_MOST_FACTOR = 100
_LONGEST_INTERVAL_S = 366 * 86_400
_TOUCH_M2 = 1e-3
"""Less than this an area and a space share only a border, seen from two roundings."""
_SHOWN = 10


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
            object.__setattr__(self, name, _utc(getattr(self, name), name))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The status of one piece of equipment at a moment.

    Parameters
    ----------
    status : Status
        UNKNOWN when the report is stale, whatever it said.
    said : Status
        What the report said.
    condition : str
        Id of the report.
    as_of : datetime or None
        When it was seen to be so.
    stale : bool
    source : str
    """

    status: Status
    said: Status
    condition: str
    as_of: datetime | None
    stale: bool
    source: str = ""

    def age_s(self, moment: datetime) -> float | None:
        """How old the report is at a moment, seconds; None where nobody said when it was made."""
        return None if self.as_of is None else (moment - self.as_of).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An area in force: ``factor`` is infinite where nobody goes through."""

    condition: str
    area: Area
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What the conditions of a venue mean at one moment.

    Parameters
    ----------
    closed : frozenset of str
        Ids of openings, connectors, exits and spaces that nobody can pass.
    oneway : mapping of str to Direction
        Connectors that carry one way, or both ways again, against what the model says.
    factor : mapping of str to float
        How many times as long a way through an element or space takes; always more than 1 and finite.
    status : mapping of str to Reported
        What is known of equipment, facilities too.
    unavailable : frozenset of str
        Facilities that cannot be used.
    zones : tuple of Zone
        The areas in force, for those who can cut a way at a polygon. ``closed`` and ``factor`` hold whole spaces already.
    reasons : mapping of str to tuple of str
        Ids of the conditions that an element is closed, directed, slowed or unavailable by.
    in_force : mapping of str to Condition
        The conditions behind all this, by id.
    lost : mapping of str to tuple of str
        What conditions in force name and the building has not got, by condition.
    until : datetime or None
        The first moment at which any of this may differ; None is never, unless a condition comes or goes.
    """

    closed: frozenset[str] = frozenset()
    oneway: Mapping[str, Direction] = field(default_factory=dict)
    factor: Mapping[str, float] = field(default_factory=dict)
    status: Mapping[str, Reported] = field(default_factory=dict)
    unavailable: frozenset[str] = frozenset()
    zones: tuple[Zone, ...] = ()
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    in_force: Mapping[str, Condition] = field(default_factory=dict)
    lost: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class State:
    """All conditions of one venue.

    Parameters
    ----------
    conditions : tuple of Condition
        In any order; each id once.
    """

    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", tuple(sorted(self.conditions, key=lambda c: c.id)))
        ids = [c.id for c in self.conditions]
        twice = sorted({i for i in ids if ids.count(i) > 1}) if len(set(ids)) < len(ids) else []
        if twice:
            raise InvalidInput(f"Conditions with one id: {twice[:_SHOWN]}.", ko=f"id가 겹치는 상황: {twice[:_SHOWN]}.")

    def at(self, moment: datetime, building: Building, *, clock: Clock | None = None, strict: bool = True) -> Effects:
        """What the conditions mean at a moment.

        Parameters
        ----------
        moment : datetime
            With its zone.
        building : Building
        clock : callable, optional
            Says whether recurring hours hold. Without one, and where it cannot tell, a condition with hours is in force the
            whole time: somebody closed something, and a closed way too many does less harm than one too few.
        strict : bool
            Raise for conditions that name what the building has not got; else list them in ``lost``.

        Raises
        ------
        InvalidInput
            The moment has no zone, or a condition does not fit what it names.
        UnknownElement, UnknownLevel
            A condition in force names what the building has not got.
        """
        now = _utc(moment, "moment") or moment
        place = _Place.of(building)
        changes: set[datetime] = set()
        found = _Collector(place=place, moment=now)
        for condition in self.conditions:
            changes |= {
                t for t in (condition.start, condition.end, condition.stale_from()) if t is not None and t > now
            }
            if not condition.in_window(now):
                continue
            holds, change = (True, None) if not condition.hours or clock is None else clock(condition.hours, now)
            if change is not None and change > now:
                changes.add(change)
            if holds is not False:
                missing = place.missing(condition)
                if missing and strict:
                    raise_unknown(condition, missing)
                found.add(condition, missing)
        return found.effects(until=min(changes, default=None))


def check(condition: Condition, building: Building) -> None:
    """Refuse a condition that a building cannot have.

    Raises
    ------
    UnknownElement, UnknownLevel
        It names what is not there.
    InvalidInput
        What it names cannot be closed, directed or slowed.
    """
    place = _Place.of(building)
    missing = place.missing(condition)
    if missing:
        raise_unknown(condition, missing)
    if condition.effect is not Effect.STATUS:
        wrong = [i for i in condition.elements if i in place.facilities]
        if wrong:
            raise InvalidInput(
                f"Nobody passes through {', '.join(wrong[:_SHOWN])}: give a facility a status.",
                ko=f"{', '.join(wrong[:_SHOWN])}: 지나다니는 곳이 아닙니다. 편의시설에는 상태를 주세요.",
                elements=wrong[:_SHOWN],
            )
    if condition.effect is Effect.ONE_WAY:
        wrong = [i for i in condition.elements if i not in place.connectors]
        if wrong:
            raise InvalidInput(
                f"Only connectors carry one way, not {', '.join(wrong[:_SHOWN])}.",
                ko=f"일방통행은 계단, 에스컬레이터 같은 연결 시설에만 있습니다: {', '.join(wrong[:_SHOWN])}.",
                elements=wrong[:_SHOWN],
            )


def raise_unknown(condition: Condition, missing: Iterable[str]) -> None:
    """Say what a condition names and the building has not got.

    Raises
    ------
    UnknownLevel
        It is the level of its area.
    UnknownElement
        It is anything else.
    """
    ids = [ident[:64] for ident in missing]
    shown = ", ".join(ids[:_SHOWN]) + (" …" if len(ids) > _SHOWN else "")
    if not condition.elements:
        raise UnknownLevel(f"No level {shown}.", ko=f"없는 층입니다: {shown}.", condition=condition.id, level=shown)
    raise UnknownElement(
        f"Condition {condition.id} names what the venue has not got: {shown}.",
        ko=f"상황 {condition.id}에 적힌 요소가 장소에 없습니다: {shown}.",
        condition=condition.id,
        elements=ids[:_SHOWN],
    )


# ── parts that fit one another ───────────────────────────────────────────────────────────────────────────────────────


def _utc(moment: datetime | None, name: str) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise InvalidInput(f"{name} needs its time zone.", ko=f"{name}에 시간대가 필요합니다.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(f"{name} is no moment.", ko=f"{name}은(는) 나타낼 수 없는 시각입니다.") from error


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


# ── from conditions to effects ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    """What of a building conditions can name."""

    building: Building
    connectors: Mapping[str, Connector]
    passable: frozenset[str]
    facilities: frozenset[str]

    @classmethod
    def of(cls, building: Building) -> "_Place":
        groups = (building.openings, building.connectors, building.exits, building.spaces)
        return cls(
            building=building,
            connectors={c.id: c for c in building.connectors},
            passable=frozenset(element.id for group in groups for element in group),
            facilities=frozenset(f.id for f in building.facilities),
        )

    @cached_property
    def levels(self) -> frozenset[str]:
        return frozenset(level.id for level in self.building.levels)

    def missing(self, condition: Condition) -> tuple[str, ...]:
        gone = [i for i in condition.elements if i not in self.passable and i not in self.facilities]
        if condition.area is not None and condition.area.level not in self.levels:
            gone.append(condition.area.level)
        return tuple(gone)

    def spaces_in(self, area: Area) -> list[str]:
        """Spaces that an area reaches into: whole, because half a room full of smoke is no way through it."""
        return [
            s.id
            for s in self.building.spaces
            if s.level == area.level and s.footprint.intersection(area.polygon).area > _TOUCH_M2
        ]

    def passages_in(self, area: Area) -> list[str]:
        """Openings of a level, and connectors that stop on it, that an area touches."""
        openings = [
            o.id for o in self.building.openings if o.level == area.level and o.footprint.intersects(area.polygon)
        ]
        connectors = [
            c.id
            for c in self.building.connectors
            if any(stop.level == area.level for stop in c.stops) and c.footprint.intersects(area.polygon)
        ]
        return openings + connectors


class _Collector:
    """Adds conditions up; in order of their ids, and with rules that do not depend on it."""

    def __init__(self, *, place: _Place, moment: datetime) -> None:
        self._place = place
        self._moment = moment
        self._closed: set[str] = set()
        self._oneway: dict[str, Condition] = {}
        self._factor: dict[str, float] = {}
        self._status: dict[str, Condition] = {}
        self._zones: list[Zone] = []
        self._reasons: dict[str, list[str]] = {}
        self._in_force: dict[str, Condition] = {}
        self._lost: dict[str, tuple[str, ...]] = {}

    def add(self, condition: Condition, missing: tuple[str, ...]) -> None:
        """Take in one condition that is in force."""
        self._in_force[condition.id] = condition
        if missing:
            self._lost[condition.id] = missing
        here = [ident for ident in condition.elements if ident not in missing]
        if condition.effect is Effect.STATUS:
            for ident in here:
                self._status[ident] = _later(self._status.get(ident), condition)
        elif condition.effect is Effect.ONE_WAY:
            for ident in here:
                if ident in self._place.connectors:
                    self._oneway[ident] = _later(self._oneway.get(ident), condition)
        elif condition.effect is Effect.CLOSED:
            self._close(here, condition)
        else:
            self._slow(here, condition, missing)

    def _close(self, elements: Iterable[str], condition: Condition) -> None:
        for ident in elements:
            if ident in self._place.passable:
                self._closed.add(ident)
                self._reasons.setdefault(ident, []).append(condition.id)

    def _slow(self, elements: list[str], condition: Condition, missing: tuple[str, ...]) -> None:
        area = condition.area if condition.area is not None and condition.area.level not in missing else None
        factor = math.inf if condition.factor is None else condition.factor
        if area is not None:
            self._zones.append(Zone(condition=condition.id, area=area, factor=factor))
            elements = [*elements, *self._place.spaces_in(area), *self._place.passages_in(area)]
        if math.isinf(factor):
            self._close(elements, condition)
            return
        for ident in elements:
            if factor > 1:
                self._factor[ident] = max(factor, self._factor.get(ident, 1.0))
                self._reasons.setdefault(ident, []).append(condition.id)

    def effects(self, *, until: datetime | None) -> Effects:
        """Add up."""
        status, unavailable = {}, set()
        for ident, condition in sorted(self._status.items()):
            stale_from = condition.stale_from()
            stale = stale_from is not None and stale_from <= self._moment
            said = condition.status or Status.UNKNOWN
            status[ident] = Reported(
                status=Status.UNKNOWN if stale else said,
                said=said,
                condition=condition.id,
                as_of=condition.reported_at,
                stale=stale,
                source=condition.source,
            )
            if status[ident].status is Status.NOT_AVAILABLE:
                if ident in self._place.passable:
                    self._close([ident], condition)
                else:
                    unavailable.add(ident)
                    self._reasons.setdefault(ident, []).append(condition.id)
        for ident, condition in self._oneway.items():
            self._reasons.setdefault(ident, []).append(condition.id)
        return Effects(
            closed=frozenset(self._closed),
            oneway={i: c.direction or Direction.BOTH for i, c in sorted(self._oneway.items())},
            factor=dict(sorted(self._factor.items())),
            status=status,
            unavailable=frozenset(unavailable),
            zones=tuple(self._zones),
            reasons={i: tuple(sorted(set(ids))) for i, ids in sorted(self._reasons.items())},
            in_force=self._in_force,
            lost=self._lost,
            until=until,
        )


_NEVER = datetime.min.replace(tzinfo=UTC)


def _later(one: Condition | None, other: Condition) -> Condition:
    """The report that was made last; of two made at once the worse, then the first by id."""
    if one is None:
        return other
    return max(one, other, key=_rank)


_WORSE = (Status.AVAILABLE, Status.PARTIALLY_AVAILABLE, Status.UNKNOWN, Status.NOT_AVAILABLE)


def _rank(condition: Condition) -> tuple[datetime, int, list[int]]:
    worse = _WORSE.index(condition.status) if condition.status is not None else 0
    first_by_id = [-ord(letter) for letter in condition.id]
    return condition.reported_at or condition.start or _NEVER, worse, first_by_id
