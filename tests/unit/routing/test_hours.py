"""Opening hours: what people write, what holds at a moment, and what nobody can tell."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.errors import InvalidInput
from indoor3d.routing._hours_text import normalised, with_dates
from indoor3d.routing.hours import (
    SEOUL,
    Calendar,
    Phase,
    calendar_at,
    clock,
    joined,
    out_of_hours,
    service_day,
    status,
    understood,
)
from tests.buildings import two_floors

KST = ZoneInfo("Asia/Seoul")
OPEN, CLOSED, UNKNOWN = Phase.OPEN, Phase.CLOSED, Phase.UNKNOWN
COMMA = "Mo-Fr 05:30-25:00, Sa,Su 05:30-24:00"
SEMICOLON = "Mo-Fr 05:30-25:00; Sa,Su 05:30-24:00"


def at(text: str, *moment: int, calendar: Calendar = SEOUL) -> Phase:
    return status(text, datetime(*moment, tzinfo=calendar.zone), calendar=calendar).phase  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mo-Fr 9-18", "Mo-Fr 09:00-18:00"),
        ("09:00~18:00", "09:00-18:00"),
        ("월-금 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("월~금 09:00～18:00", "Mo-Fr 09:00-18:00"),
        ("Mo–Fr 09:00—18:00", "Mo-Fr 09:00-18:00"),
        ("월요일-금요일 9시-18시 30분", "Mo-Fr 09:00-18:30"),
        ("평일 오전 9시~오후 6시", "Mo-Fr 09:00-18:00"),
        ("평일 09:00-18:00, 토요일 09:00-13:00, 일요일·공휴일 휴무", "Mo-Fr 09:00-18:00, Sa 09:00-13:00, Su,PH off"),
        ("월·수·금 10-12", "Mo,We,Fr 10:00-12:00"),
        ("매일 05:30~익일 01:00", "Mo-Su 05:30-01:00"),
        ("연중무휴 24시간", "24/7"),
        ("Mon - Fri 9:00 - 18:00", "Mo-Fr 09:00-18:00"),
        ("MONDAY-FRIDAY 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("1월 1일 휴관", "Jan 01 off"),
        ("7월-8월 10:00-20:00", "Jul-Aug 10:00-20:00"),
        ("Jan 1-5 off", "Jan 1-5 off"),
        ("week 1-10 Mo 9-12", "week 1-10 Mo 09:00-12:00"),
        ("０９：００－１８：００", "09:00-18:00"),
        ('Mo-Fr 9-18 "월요일은 9-10, 문의"', 'Mo-Fr 09:00-18:00 "월요일은 9-10, 문의"'),
        ("월요일부터 금요일까지 9-18", "Mo-Fr 09:00-18:00"),
        ("밤 12시", "24:00"),
        ("오전 12시-오후 12시 30분", "00:00-12:30"),
        (COMMA, COMMA),
        (SEMICOLON, SEMICOLON),
    ],
)
def test_what_people_write_is_brought_into_the_syntax(written: str, meant: str) -> None:
    assert normalised(written) == meant
    assert normalised(meant) == meant


def test_the_last_train_of_friday_runs_on_saturday_in_the_comma_form_only() -> None:
    """The trap of last trains: a semicolon replaces the day whole, with what spills into it."""
    assert at(COMMA, 2026, 11, 28, 0, 30) is OPEN
    assert at(SEMICOLON, 2026, 11, 28, 0, 30) is CLOSED
    assert at(COMMA, 2026, 11, 28, 1, 0) is CLOSED
    assert at(COMMA, 2026, 11, 29, 0, 0) is CLOSED
    assert joined(["Mo-Fr 05:30-25:00", "Sa,Su 05:30-24:00"]) == COMMA
    assert joined(["월-금 05:30~01:00", "토 05:30-24:00"]) == "Mo-Fr 05:30-01:00, Sa 05:30-24:00"
    assert joined(["Mo-Sa 09:00-18:00", "We 09:00-12:00"]) == "Mo-Sa 09:00-18:00; We 09:00-12:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "2nd off",
        "영업시간 문의",
        "Mo-Xx 9-18",
        "25:99-30:00",
        "(((",
        "a" * 5_000,
        "월월월",
        "\0",
        '"',
        "SH off",
    ],
)
def test_what_cannot_be_understood_is_unknown(text: str) -> None:
    found = status(text, datetime(2026, 11, 27, 10, tzinfo=KST))
    assert (found.phase, found.next_change) == (UNKNOWN, None)
    assert not understood(text)


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=40) | st.text(alphabet='MoTuFrSaPH0123456789:-,; 월화금토일휴무시~"[]+', max_size=40))
def test_nothing_anybody_writes_is_a_crash(text: str) -> None:
    assert status(text, datetime(2026, 11, 27, 10, tzinfo=KST)).phase in set(Phase)


def test_only_days_off_say_nothing_about_the_others() -> None:
    assert at("매주 월요일 휴관", 2026, 11, 30, 10) is CLOSED
    assert at("매주 월요일 휴관", 2026, 12, 1, 10) is UNKNOWN
    assert at("휴무", 2026, 12, 1, 10) is CLOSED


# ── holidays ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "day",
    [(2025, 1, 27), (2025, 5, 6), (2025, 6, 3), (2025, 10, 6), (2026, 12, 25), (2027, 12, 27)],
    ids=["temporary", "substitute", "election", "Chuseok", "Christmas", "substitute Christmas"],
)
def test_korean_holidays_that_other_lists_lack(day: tuple[int, int, int]) -> None:
    assert date(*day).weekday() < 5
    assert at("Mo-Fr 09:00-18:00; PH off", *day, 10) is CLOSED
    assert at("Mo-Fr 09:00-18:00", *day, 10) is OPEN
    assert at("PH 10:00-12:00", *day, 11) is OPEN
    assert at("평일 09:00-18:00, 토요일 09:00-13:00, 일요일·공휴일 휴무", *day, 10) is CLOSED


def test_a_rule_for_weekdays_and_holidays_replaces_and_spills_as_one() -> None:
    both = "Sa,Su 10:00-12:00; Mo-Fr,PH 13:00-25:00"  # 3 October 2026 is a Saturday and a holiday
    assert at(both, 2026, 10, 3, 11) is CLOSED
    assert at(both, 2026, 10, 3, 14) is OPEN
    assert at(both, 2026, 10, 3, 0, 30) is OPEN  # Friday's service
    assert at(both, 2026, 10, 10, 0, 30) is CLOSED  # an ordinary Saturday: its own rule replaces the day, as without PH
    assert at("Mo-Fr,PH 13:00-25:00", 2026, 10, 4, 0, 30) is OPEN  # the holiday's own service
    assert at("Mo-Fr,PH 13:00-25:00", 2026, 10, 3, 0, 30) is OPEN
    assert at("Mo-Fr,PH 13:00-25:00", 2026, 10, 11, 0, 30) is CLOSED
    assert at(both, 2026, 10, 10, 11) is OPEN
    assert at(both, 2026, 10, 10, 14) is CLOSED


def test_days_after_holidays_and_holidays_on_some_weekdays() -> None:
    assert at("24/7; PH +1 day off", 2026, 12, 26, 10) is CLOSED
    assert at("24/7; PH -1 day off", 2026, 12, 24, 10) is CLOSED
    assert at("off; PH Fr 10:00-12:00", 2026, 12, 25, 11) is OPEN
    assert at("off; PH Mo 10:00-12:00", 2026, 12, 25, 11) is CLOSED
    assert with_dates("Dec PH off", public=[date(2026, 12, 25)]) is None


def test_a_site_has_holidays_of_its_own() -> None:
    site = replace(SEOUL, also=frozenset({date(2026, 12, 1)}), never=frozenset({date(2026, 12, 25)}))
    assert at("Mo-Fr 09:00-18:00; PH off", 2026, 12, 1, 10, calendar=site) is CLOSED
    assert at("Mo-Fr 09:00-18:00; PH off", 2026, 12, 25, 10, calendar=site) is OPEN
    school = replace(SEOUL, school=frozenset({date(2026, 12, 2)}))
    assert at("Mo-Fr 09:00-18:00; SH off", 2026, 12, 2, 10, calendar=school) is CLOSED
    assert at("Mo-Fr 09:00-18:00; SH off", 2026, 12, 3, 10, calendar=school) is OPEN


def test_where_no_holidays_are_known_rules_that_need_them_are_unknown() -> None:
    nowhere = Calendar(country="", timezone="Etc/GMT+2")
    assert at("Mo-Fr 09:00-18:00; PH off", 2026, 12, 1, 10, calendar=nowhere) is UNKNOWN
    assert at("Mo-Fr 09:00-18:00", 2026, 12, 1, 10, calendar=nowhere) is OPEN


def test_the_calendar_of_a_place_on_earth() -> None:
    assert calendar_at(126.98, 37.57) == SEOUL
    assert calendar_at(9.73, 52.38) == Calendar(country="DE", timezone="Europe/Berlin")
    assert calendar_at(-30.0, 0.0).country == ""


@pytest.mark.parametrize(
    "bad", [Calendar(timezone="Asia/Atlantis"), Calendar(timezone="../etc/passwd"), Calendar(country="XX")]
)
def test_a_calendar_that_nobody_knows_is_an_error(bad: Calendar) -> None:
    with pytest.raises(InvalidInput):
        status("PH off", datetime(2026, 1, 1, tzinfo=UTC), calendar=bad)


# ── moments ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_moment_is_one_wherever_its_clock_stands() -> None:
    assert status("09:00-18:00", datetime(2026, 11, 27, 0, 30, tzinfo=UTC)).phase is OPEN
    assert status("09:00-18:00", datetime(2026, 11, 27, 9, 30, tzinfo=UTC)).phase is CLOSED
    with pytest.raises(InvalidInput):
        status("09:00-18:00", datetime(2026, 11, 27, 9, 30))  # noqa: DTZ001 - the point


def test_the_next_change_is_when_it_changes() -> None:
    friday = datetime(2026, 11, 27, 23, 0, tzinfo=KST)
    assert status(COMMA, friday).next_change == datetime(2026, 11, 28, 1, 0, tzinfo=KST)
    assert status("24/7", friday).next_change is None
    assert status("2035 Jan 01 10:00-12:00", friday).next_change is None


@settings(deadline=None, max_examples=60)
@given(
    text=st.sampled_from(
        [COMMA, SEMICOLON, "Mo-Fr,PH 13:00-25:00", "Mo-Fr 09:00-18:00; PH off", "월-금 9-18", "Mo off"]
    ),
    moment=st.datetimes(datetime(2025, 1, 2), datetime(2027, 12, 30)),  # noqa: DTZ001 - given a zone below
)
def test_a_phase_lasts_until_its_next_change(text: str, moment: datetime) -> None:
    now = moment.replace(tzinfo=KST, microsecond=0)
    found = status(text, now)
    assert found.next_change is not None
    for part in range(1, 8):
        between = now + (found.next_change - now) * (part / 8)
        assert status(text, between).phase is found.phase
    assert status(text, found.next_change).phase is not found.phase


def test_the_service_day_ends_after_midnight() -> None:
    assert service_day(datetime(2026, 11, 28, 0, 20, tzinfo=KST)) == date(2026, 11, 27)
    assert service_day(datetime(2026, 11, 27, 15, 20, tzinfo=UTC)) == date(2026, 11, 27)
    assert service_day(datetime(2026, 11, 28, 3, 0, tzinfo=KST)) == date(2026, 11, 28)
    for earlier, later in pairwise(datetime(2026, 1, 1, tzinfo=KST) + timedelta(hours=h) for h in range(96)):
        assert service_day(later) - service_day(earlier) in {timedelta(0), timedelta(1)}


def test_the_clock_for_recurring_windows() -> None:
    ask = clock()
    night = datetime(2026, 11, 27, 2, 0, tzinfo=KST)
    assert ask("Mo-Fr 01:00-04:30", night) == (True, datetime(2026, 11, 27, 4, 30, tzinfo=KST))
    assert ask("Mo-Fr 01:00-04:30", night + timedelta(hours=3))[0] is False
    assert ask("whenever", night) == (None, None)


def test_what_a_building_has_shut_by_its_hours() -> None:
    base = two_floors()
    building = replace(
        base,
        spaces=tuple(replace(s, hours="09:00-18:00") if s.id == "shop" else s for s in base.spaces),
        exits=tuple(replace(e, hours=SEMICOLON) if e.id == "exit-2" else e for e in base.exits),
        facilities=tuple(replace(f, hours="문의") if f.id == "info-1" else f for f in base.facilities),
    )
    night = out_of_hours(building, datetime(2026, 11, 27, 4, tzinfo=KST))
    assert set(night.closed) == {"shop", "exit-2"}
    assert night.unknown == {"info-1"}
    assert night.next_change == datetime(2026, 11, 27, 5, 30, tzinfo=KST)
    assert set(out_of_hours(building, datetime(2026, 11, 27, 10, tzinfo=KST)).closed) == set()
