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
from datetime import UTC, datetime
from functools import cached_property

from indoor3d.errors import InvalidInput, UnknownElement, UnknownLevel
from indoor3d.models.building import Building, Connector
from indoor3d.models.condition import STATE_LABELS, Area, Condition, Effect, Remedy, Status, utc
from indoor3d.models.vocabulary import Direction

__all__ = [
    "STATE_LABELS",
    "Area",
    "Clock",
    "Condition",
    "Effect",
    "Effects",
    "Remedy",
    "Reported",
    "State",
    "Status",
    "Zone",
    "check",
    "raise_unknown",
]

Clock = Callable[[str, datetime], tuple[bool | None, datetime | None]]
"""Whether opening hours hold at a moment (None: nobody can tell), and when that changes."""

_TOUCH_M2 = 1e-3
"""Less than this an area and a space share only a border, seen from two roundings."""
_SHOWN = 10


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
        now = utc(moment, "moment") or moment
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
