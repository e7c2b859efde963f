"""Opening hours as people write them → the syntax of OpenStreetMap's ``opening_hours``, without ``PH`` in it.

Two steps, both on text only. :func:`normalised` turns what Korean and careless sources write (``월-금 09:00~18:00``,
``Mo-Fr 9-18``, ``평일 오전 9시 - 오후 6시``) into the syntax. :func:`with_dates` writes public and school holidays out as
dates, because the calendars in evaluators are not those of the place: against the ``holidays`` package one lacked five
Korean holidays of 2025.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date, timedelta

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KOREAN_DAYS = "월화수목금토일"
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_QUOTED = re.compile(r'"[^"]*"')
_DASHES = re.compile(r"\s*[‐‑‒–—―−~∼〜～]\s*")
_SPACED = re.compile(r"(?<=[\w)])\s+-\s+(?=[\w(])")
"""A dash between blanks is one between words or times; ``PH -1 day`` has a blank on one side only."""
_WORDS: tuple[tuple[str, str], ...] = (
    (r"연중\s*무휴\s*24\s*시간|24\s*시간\s*연중\s*무휴|24\s*시간|상시\s*개방|상시", "24/7"),
    (r"연중\s*무휴|매일", "Mo-Su"),
    (r"매주\s*", ""),
    (r"평일", "Mo-Fr"),
    (r"주말", "Sa,Su"),
    (r"법정\s*공휴일|공휴일", "PH"),
    (r"휴무|휴관|휴점|휴업|미운영|운영\s*안\s*함|쉼", "off"),
    (r"익일\s*|다음\s*날\s*", ""),
    (r"부터\s*", "-"),
    (r"까지", ""),
    (r"자정", "24:00"),
    (r"정오", "12:00"),
)
"""Korean words of opening hours. Times of the next day need no word: an end before the beginning lies past midnight."""
_HALF = re.compile(r"(오전|오후|새벽|저녁|밤)\s*(\d{1,2})(?::(\d{2})|시(?:\s*(\d{1,2})분)?)?")
_CLOCK = re.compile(r"(\d{1,2})시(?:\s*(\d{1,2})분)?")
_MONTH_DAY = re.compile(r"(\d{1,2})월\s*(\d{1,2})일")
_MONTH = re.compile(r"(\d{1,2})월")
_KOREAN_DAY = re.compile(rf"(?<![가-힣])([{_KOREAN_DAYS}])(?:요일)?(?![가-힣])")
_ENGLISH_DAY = re.compile(
    r"(?<![A-Za-z])(?:" + "|".join(f"({d[:2]}(?:{d[2:]}|{d[2:4]}|{d[2:3]})?)" for d in _LONG_DAYS) + r")\b\.?",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(?<![\d:/\[+-])(\d{1,2})(:\d{2})?\s*-\s*(\d{1,2})(:\d{2})?(?![\d:/\]])")
_BEFORE_NUMBERS = re.compile(r"(?:" + "|".join(_MONTHS) + r"|week)\s*(?:\d+\s*,\s*)*$", re.IGNORECASE)
"""What a range of numbers belongs to that is none of hours: ``Jan 1-5``, ``week 1-10``."""


def normalised(text: str) -> str:
    """Text in the syntax, as far as a small table can bring it there; what nobody understands stays as it is.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> normalised("월-금 09:00~18:00; 토·일 10시-16시"), normalised("Mo-Fr 9-18"), normalised("평일 오전 9시–오후 6시 30분")
    ('Mo-Fr 09:00-18:00; Sa,Su 10:00-16:00', 'Mo-Fr 09:00-18:00', 'Mo-Fr 09:00-18:30')
    """
    comments: list[str] = []

    def keep(match: re.Match[str]) -> str:
        comments.append(match[0])
        return f'"{len(comments) - 1}"'

    plain = _QUOTED.sub(keep, unicodedata.normalize("NFKC", text))
    plain = _SPACED.sub("-", plain)
    plain = _DASHES.sub("-", plain).replace("·", ",").replace("、", ",").replace("\n", "; ")
    for pattern, word in _WORDS:
        plain = re.sub(pattern, word, plain)
    plain = _HALF.sub(_half_day, plain)
    plain = _CLOCK.sub(lambda m: f"{int(m[1]):02d}:{int(m[2] or 0):02d}", plain)
    plain = _MONTH_DAY.sub(lambda m: f"{_month(m[1])} {int(m[2]):02d}", plain)
    plain = _MONTH.sub(lambda m: _month(m[1]), plain)
    plain = _KOREAN_DAY.sub(lambda m: _DAYS[_KOREAN_DAYS.index(m[1])], plain)
    plain = _ENGLISH_DAY.sub(lambda m: _DAYS[(m.lastindex or 1) - 1], plain)
    plain = _SPAN.sub(_span, plain)
    plain = re.sub(r"((?:Mo|Tu|We|Th|Fr|Sa|Su|PH))(?=\d\d:|off\b)", r"\1 ", plain)
    plain = " ".join(plain.split()).strip(" ;,")
    return re.sub(r'"(\d+)"', lambda m: comments[int(m[1])], plain)


def _month(number: str) -> str:
    return _MONTHS[int(number) - 1] if 1 <= int(number) <= 12 else f"{number}월"


def _half_day(match: re.Match[str]) -> str:
    half, hour, minute = match[1], int(match[2]), int(match[3] or match[4] or 0)
    late = half in {"오후", "저녁", "밤"}
    if hour > 12:
        return f"{hour:02d}:{minute:02d}"
    if half == "밤" and hour == 12:
        hour = 24
    elif late:
        hour = hour % 12 + 12
    else:
        hour %= 12
    return f"{hour:02d}:{minute:02d}"


def _span(match: re.Match[str]) -> str:
    """Two hours of a day, with the minutes that the syntax wants."""
    if _BEFORE_NUMBERS.search(match.string[: match.start()]) and not (match[2] or match[4]):
        return match[0]
    return f"{int(match[1]):02d}{match[2] or ':00'}-{int(match[3]):02d}{match[4] or ':00'}"


# ── holidays ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_SEPARATOR = re.compile(
    r"\s*(;|\|\|)\s*"
    r"|(?:(?<=:\d\d)|(?<=\+)|(?<=off)|(?<=closed)|(?<=open)|(?<=unknown)|(?<=24/7)|(?<=\"))"
    r"\s*(,)\s*(?=Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter|\d{4}\b)"
)
"""Between rules: a comma too, where a rule ends before it and one begins after it (not that of ``Sa,Su`` or of two times)."""
_WEEKDAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:-(?:Mo|Tu|We|Th|Fr|Sa|Su))?(?:\[[^\]]*\])?"
_HOLIDAY = r"(?:PH|SH)(?: [+-]\d{1,2} days?)?"
_SELECTOR = re.compile(rf"((?:{_WEEKDAY}|{_HOLIDAY})(?:\s*,\s*(?:{_WEEKDAY}|{_HOLIDAY}))*)(?=\s|$|:)")
_USES = re.compile(r"\b(PH|SH)\b")
_OFFSET = re.compile(r"(PH|SH)(?: ([+-]\d{1,2}) days?)?")
_PAST_MIDNIGHT = re.compile(r"-(?:24:(?!00)|2[5-9]:|3\d:|4[0-8]:)\d?|\d\+")
_WINDOW = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")
_SHUTTING = re.compile(r"(?:^|\s)(?:off|closed)(?:\s*\"[^\"]*\")?$")


def uses(text: str) -> frozenset[str]:
    """Which calendars a text refers to: ``PH``, ``SH``."""
    return frozenset(_USES.findall(_QUOTED.sub("", text)))


def only_shuts(text: str) -> bool:
    """Whether every rule closes, and some only on some days: nothing is said about the other days."""
    rules = [rule for _, rule in _rules(text)]
    shutting = [bool(_SHUTTING.search(rule)) for rule in rules]
    return all(shutting) and any(_SHUTTING.sub("", rule).strip() not in {"", "24/7"} for rule in rules)


def with_dates(text: str, *, public: Collection[date], school: Collection[date] = ()) -> str | None:
    """Write the holidays of a text out as dates.

    A rule for weekdays and holidays becomes one for the weekdays and one for the dates. The second replaces whole days, and with
    them what the first lets run past midnight into them; so where it does, the days before the dates are added once more.

    Parameters
    ----------
    text : str
        In the syntax.
    public, school : collection of date
        Holidays of the years in question.

    Returns
    -------
    str or None
        None where a rule combines holidays with something this does not know.

    Examples
    --------
    >>> from datetime import date
    >>> with_dates("Mo-Fr 09:00-18:00; PH off", public=[date(2027, 1, 1)])
    'Mo-Fr 09:00-18:00; 2027 Jan 01 off'
    """
    if not uses(text):
        return text
    out = ""
    for separator, rule in _rules(text):
        written = _rule_with_dates(rule, public=public, school=school, separator=separator)
        if written is None:
            return None
        if written:
            joint = {"": "", ",": ", ", "||": " || "}.get(separator, "; ")
            out += (joint if out else "") + written
    return out or "off"


def _rules(text: str) -> list[tuple[str, str]]:
    """Rules with the separator before each; quotes are not looked into."""
    found, start, before = [], 0, ""
    hidden = _QUOTED.sub(lambda m: '"' + "_" * (len(m[0]) - 2) + '"', text)
    for match in _SEPARATOR.finditer(hidden):
        found.append((before, text[start : match.start()].strip()))
        start, before = match.end(), match[1] or match[2]
    found.append((before, text[start:].strip()))
    return [(separator, rule) for separator, rule in found if rule]


def _rule_with_dates(rule: str, *, public: Collection[date], school: Collection[date], separator: str) -> str | None:
    if not uses(rule):
        return rule
    match = _SELECTOR.match(rule)
    if match is None or uses(rule[match.end() :]):
        return None
    rest = rule[match.end() :]
    parts = [part.strip() for part in match[1].split(",")]
    days = [part for part in parts if not uses(part)]
    dates: set[date] = set()
    for part in parts:
        offset = _OFFSET.fullmatch(part)
        if offset is not None:
            shift = timedelta(days=int(offset[2] or 0))
            dates |= {day + shift for day in (public if offset[1] == "PH" else school)}
    if days and re.match(rf"\s*{_WEEKDAY}", rest):
        return None  # "Mo,PH Fr 10:00": nobody writes that and means one thing
    weekly = ",".join(days) + rest if days else ""
    dated = _dates(dates) + rest if dates else ""
    if separator == "," or not (weekly and dated):
        return ", ".join(filter(None, [weekly, dated]))
    eves = _dates(day - timedelta(days=1) for day in dates) if runs_past_midnight(rest) else ""
    return f"{weekly}; {dated}" + (f", {eves} {weekly}" if eves else "")


def runs_past_midnight(rule: str) -> bool:
    """Whether a rule has a time that ends on the next day."""
    backwards = any(_minutes(end) <= _minutes(start) for start, end in _WINDOW.findall(rule))
    return backwards or bool(_PAST_MIDNIGHT.search(rule))


def _minutes(clock_time: str) -> int:
    hour, _, minute = clock_time.partition(":")
    return int(hour) * 60 + int(minute)


def _dates(days: Iterable[date]) -> str:
    return ",".join(f"{d.year} {_MONTHS[d.month - 1]} {d.day:02d}" for d in sorted(days))
