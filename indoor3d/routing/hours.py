"""When something is open: opening hours in the syntax of OpenStreetMap, with the holidays of the place.

What cannot be understood is unknown: never open, never closed, and never a crash. What a rule means is what the syntax says, also
where that surprises: ``Mo-Fr 05:30-25:00; Sa,Su 05:30-24:00`` is closed on Saturday at 00:30, because the second rule
replaces the whole of Saturday, with the last hour of Friday's service in it. The comma form
(``Mo-Fr 05:30-25:00, Sa,Su 05:30-24:00``) keeps it; :func:`joined` writes that one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building
from indoor3d.routing._hours_text import normalised, only_shuts, runs_past_midnight, uses, with_dates

TIMEZONE = "Asia/Seoul"
SERVICE_DAY_ENDS = time(3, 0)
"""Between the last train of a day (about 01:00 in Seoul) and the first of the next (about 05:30); a choice of design."""
_LONGEST_TEXT = 1_000
_COUNTRIES = {
    "Asia/Seoul": "KR",
    "Asia/Tokyo": "JP",
    "Asia/Taipei": "TW",
    "Asia/Singapore": "SG",
    "Europe/Berlin": "DE",
}
"""Time zones that are one country's (IANA ``zone.tab``), of countries that venues were tried in."""


class Phase(StrEnum):
    """Whether something is open."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The holidays of a place.

    Parameters
    ----------
    country : str
        Two letters (ISO 3166-1); empty where only the holidays given are known, and rules that need them are unknown where none is.
    also, never : frozenset of date
        Public holidays of this place that the country's list lacks, and days of that list which are none here.
    school : frozenset of date or None
        School holidays; None when nobody has said, and rules that need them are unknown.
    timezone : str
        IANA name of the zone of the place.
    """

    country: str = "KR"
    also: frozenset[date] = frozenset()
    never: frozenset[date] = frozenset()
    school: frozenset[date] | None = None
    timezone: str = TIMEZONE

    def public(self, years: Iterable[int]) -> frozenset[date]:
        """Public holidays in some years: substitute and temporary ones too, where the country's list knows them.

        Raises
        ------
        InvalidInput
            The country is not known.
        """
        wanted = tuple(years)
        listed = _country(self.country, wanted) if self.country else frozenset()
        return (listed | {day for day in self.also if day.year in wanted}) - self.never

    @property
    def zone(self) -> ZoneInfo:
        """The time zone.

        Raises
        ------
        InvalidInput
            There is no zone of this name.
        """
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidInput(
                f"Unknown time zone: {self.timezone[:64]!r}.", ko=f"모르는 시간대입니다: {self.timezone[:64]!r}."
            ) from error


SEOUL = Calendar()
"""Korean holidays in Korean time."""


@lru_cache(maxsize=1_024)
def calendar_at(lon: float, lat: float) -> Calendar:
    """The calendar of a place on Earth, as far as it follows from the time zone there.

    Zones of one country give that country's holidays; others none.

    Parameters
    ----------
    lon, lat : float
        Degrees, WGS 84.

    Examples
    --------
    >>> calendar_at(126.9771, 37.5657) == SEOUL
    True
    """
    from opening_hours import OpeningHours  # noqa: PLC0415 - as in _rules

    noon = OpeningHours("00:00-12:00", coords=(lat, lon)).next_change()
    zone = getattr(getattr(noon, "tzinfo", None), "key", "") or "UTC"
    return Calendar(country=_COUNTRIES.get(zone, ""), timezone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """What opening hours say about one moment.

    Parameters
    ----------
    phase : Phase
    next_change : datetime or None
        When that ends, in the zone of the place; None when nothing is known to come within two years.
    comment : str
        What the source says about it in words.
    """

    phase: Phase
    next_change: datetime | None = None
    comment: str = ""


def status(text: str, moment: datetime, *, calendar: Calendar = SEOUL) -> Hours:
    """Whether something with these opening hours is open at a moment.

    Parameters
    ----------
    text : str
        In the syntax of OpenStreetMap, or what :func:`indoor3d.routing._hours_text.normalised` makes it of; empty is unknown.
    moment : datetime
        With its zone.
    calendar : Calendar

    Returns
    -------
    Hours
        Unknown for everything that cannot be understood.

    Raises
    ------
    InvalidInput
        The moment has no zone, or the calendar names a country or zone that nobody knows.

    Examples
    --------
    >>> night = datetime(2026, 11, 28, 0, 30, tzinfo=ZoneInfo("Asia/Seoul"))  # a Saturday
    >>> status("Mo-Fr 05:30-25:00, Sa,Su 05:30-24:00", night).phase
    <Phase.OPEN: 'open'>
    >>> status("Mo-Fr 05:30-25:00; Sa,Su 05:30-24:00", night).phase
    <Phase.CLOSED: 'closed'>
    """
    local = _local(moment, calendar)
    rules = _rules(text, calendar, local.year)
    if rules is None:
        return Hours(phase=Phase.UNKNOWN)
    state, comment = rules.state(local)
    change = rules.next_change(local)
    if change is not None and change.year > local.year + 1:
        change = None
    return Hours(phase=Phase(str(state).rpartition(".")[2].lower()), next_change=change, comment=comment)


def understood(text: str, *, calendar: Calendar = SEOUL) -> bool:
    """Whether a text can be evaluated: what is refused at the door is not unknown later."""
    return _rules(text, calendar, date.min.year + 2025) is not None


def clock(calendar: Calendar = SEOUL) -> Callable[[str, datetime], tuple[bool | None, datetime | None]]:
    """The function that :meth:`indoor3d.models.state.State.at` asks about recurring windows."""

    def at(text: str, moment: datetime) -> tuple[bool | None, datetime | None]:
        found = status(text, moment, calendar=calendar)
        return {Phase.OPEN: True, Phase.CLOSED: False}.get(found.phase), found.next_change

    return at


def service_day(moment: datetime, *, calendar: Calendar = SEOUL, ends: time = SERVICE_DAY_ENDS) -> date:
    """The day of service a moment belongs to: 00:20 is still the evening before.

    Raises
    ------
    InvalidInput
        The moment has no zone.

    Examples
    --------
    >>> service_day(datetime(2026, 11, 28, 0, 20, tzinfo=ZoneInfo("Asia/Seoul")))
    datetime.date(2026, 11, 27)
    """
    local = _local(moment, calendar)
    return local.date() - timedelta(days=local.time() < ends)


def joined(rules: Iterable[str]) -> str:
    """One text of several rules that holds what runs past midnight: joined by commas where some rule does.

    Commas add; a semicolon lets the later rule replace days whole. Rules of which none runs past midnight keep the
    semicolon, which is what people expect of exceptions.

    Examples
    --------
    >>> joined(["Mo-Fr 05:30-25:00", "Sa,Su 05:30-24:00"]), joined(["Mo-Sa 09:00-18:00", "We 09:00-12:00"])
    ('Mo-Fr 05:30-25:00, Sa,Su 05:30-24:00', 'Mo-Sa 09:00-18:00; We 09:00-12:00')
    """
    parts = [normalised(rule) for rule in rules]
    return (", " if any(map(runs_past_midnight, parts)) else "; ").join(filter(None, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfHours:
    """What a building has shut at a moment by its opening hours alone.

    Parameters
    ----------
    closed : mapping of str to Hours
        Spaces, openings, connectors, exits and facilities that are closed, by id.
    unknown : frozenset of str
        Those with opening hours that nobody can tell about this moment.
    next_change : datetime or None
        The first moment at which any of this may change.
    """

    closed: dict[str, Hours] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    next_change: datetime | None = None


def out_of_hours(building: Building, moment: datetime, *, calendar: Calendar = SEOUL) -> OutOfHours:
    """Ask the opening hours of everything in a building about one moment.

    Raises
    ------
    InvalidInput
        The moment has no zone.
    """
    local = _local(moment, calendar)
    groups: tuple[tuple[Any, ...], ...] = (
        building.spaces,
        building.openings,
        building.connectors,
        building.exits,
        building.facilities,
    )
    closed, unknown, changes = {}, set(), []
    for element in (element for group in groups for element in group if element.hours):
        found = status(element.hours, local, calendar=calendar)
        if found.next_change is not None:
            changes.append(found.next_change)
        if found.phase is Phase.CLOSED:
            closed[element.id] = found
        elif found.phase is Phase.UNKNOWN:
            unknown.add(element.id)
    return OutOfHours(closed=closed, unknown=frozenset(unknown), next_change=min(changes, default=None))


# ── evaluation ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _local(moment: datetime, calendar: Calendar) -> datetime:
    if moment.tzinfo is None:
        raise InvalidInput(
            f"The moment {moment.isoformat()} needs its time zone.", ko=f"{moment.isoformat()}에 시간대가 필요합니다."
        )
    return moment.astimezone(calendar.zone)


@lru_cache(maxsize=4_096)
def _rules(text: str, calendar: Calendar, year: int) -> Any:
    """Parsed rules for the years around one, or None."""
    from opening_hours import (  # type: ignore[attr-defined]  # noqa: PLC0415 - 13 MB; its stubs lack the error
        OpeningHours,
        ParserError,
    )

    if not text.strip() or len(text) > _LONGEST_TEXT:
        return None
    plain = normalised(text)
    needed = uses(plain)
    if "SH" in needed and calendar.school is None:
        return None
    if "PH" in needed and not calendar.country and not calendar.also:
        return None
    public = calendar.public(range(year - 1, year + 3)) if "PH" in needed else frozenset()
    written = with_dates(plain, public=public, school=calendar.school or ())
    if written is None:
        return None
    if only_shuts(plain):
        written = f"24/7 unknown; {written}"
    try:
        return OpeningHours(written, timezone=calendar.zone, auto_country=False)
    except (ParserError, ValueError, OverflowError):
        return None


@cache
def _years(country: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - every country's rules, and few commands need them

    if country not in holidays.list_supported_countries():
        raise InvalidInput(
            f"No list of holidays for the country {country[:8]!r}.",
            ko=f"{country[:8]!r} 나라의 공휴일 목록이 없습니다.",
        )
    return frozenset(holidays.country_holidays(country, years=year))


def _country(country: str, years: tuple[int, ...]) -> frozenset[date]:
    return frozenset().union(*(_years(country, year) for year in years))
