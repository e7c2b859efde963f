"""Boardings and alightings by the hour from the CSVs that cities publish.

Three shapes are read, in UTF-8 or CP949:

- wide, a month in a row (data.seoul.go.kr OA-12252): ``사용월, 호선명, 지하철역`` or ``역명``, ``04시-05시 승차인원, 04시-05시 하차인원, …``;
- a day and a direction in a row (Seoul Metro): ``수송일자, 호선, 역번호, 역명, 승하차구분, 06시이전, 06-07시간대, …, 24시이후``, with or without ``승객유형``;
- long, an hour in a row: ``station, line, date, 승하차구분, 시간대, 인원`` or the same in English.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from indoor3d.errors import InvalidScenario

MOST_ROWS = 1_000_000
MOST_BYTES = 64 << 20

_COLUMNS: Mapping[str, frozenset[str]] = {
    "date": frozenset({"사용월", "사용년월", "수송일자", "날짜", "일자", "사용일자", "date", "month"}),
    "line": frozenset({"호선", "호선명", "노선", "노선명", "line"}),
    "station": frozenset({"역명", "지하철역", "역", "station"}),
    "side": frozenset({"승하차구분", "구분", "승하차", "direction"}),
    "hour": frozenset({"시간대", "시간", "hour", "time"}),
    "persons": frozenset({"인원", "인원수", "승객수", "이용객수", "persons", "count", "passengers"}),
}
_BOARD = frozenset({"승차", "board", "boarding", "on", "in"})
_ALIGHT = frozenset({"하차", "alight", "alighting", "off", "out"})
_HOUR = re.compile(r"^(\d{1,2})\s*(?:시|:00(?::00)?)?\s*[-~]\s*(\d{1,2})\s*(?:시|:00|:59(?::59)?)?\s*(?:시간대)?$")
_EDGE = re.compile(r"^(\d{1,2})\s*시?\s*(이전|이후|before|after)$")
_SINGLE = re.compile(r"^(\d{1,2})\s*(?:시|:00)?$")
_CELL = re.compile(r"^\d{1,9}(?:\.0+)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hourly:
    """Boardings and alightings of one line at a station on one day, by the hour at which they begin; of a month, its totals.

    ``monthly`` says that ``date`` is a month, ``2024-10``.
    """

    station: str
    line: str
    date: str
    monthly: bool
    boarding: Mapping[int, float]
    alighting: Mapping[int, float]


def decode(data: bytes, path: str) -> str:
    """The text of a CSV: UTF-8 with or without its mark, or CP949.

    Raises
    ------
    InvalidScenario
    """
    if len(data) > MOST_BYTES:
        raise wrong(path, f"the table has more than {MOST_BYTES >> 20} MiB", f"표가 {MOST_BYTES >> 20} MiB보다 큽니다")
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise wrong(path, "the table is neither UTF-8 nor CP949", "표가 UTF-8도 CP949도 아닙니다")


def read_counts(text: str, *, path: str = "csv", station: str = "") -> tuple[Hourly, ...]:
    """Read a table.

    Parameters
    ----------
    path : str
        Where the table stands, for errors.
    station : str
        Only this station; ``시청`` finds ``시청역`` and ``시청(1)``.

    Raises
    ------
    InvalidScenario
        It is none of the known shapes, a number is none, or the station is not in it.
    """
    rows = _rows(text.removeprefix("\ufeff"), path)
    head = next(rows, (1, []))[1]
    columns = _columns(head, path)
    hours = {n: hour for n, name in enumerate(head) if (hour := _wide(name)) is not None}
    long = "hour" in columns and "persons" in columns
    if not long and not hours:
        raise wrong(
            path, "no column is an hour, such as '08시-09시 승차인원'", "'08시-09시 승차인원' 같은 시간대 열이 없습니다"
        )
    if (long or any(side == "" for _, side in hours.values())) and "side" not in columns:
        raise wrong(path, "there is no column 승하차구분", "승하차구분 열이 없습니다")
    found: dict[tuple[str, str, str], dict[str, dict[int, float]]] = defaultdict(lambda: {"board": {}, "alight": {}})
    others: set[str] = set()
    for number, row in rows:
        name = _cell(row, columns["station"])
        if station and not same_station(name, station):
            others.add(name)
            continue
        key = (
            name,
            _cell(row, columns["line"]) if "line" in columns else "",
            day_of(_cell(row, columns["date"]), path),
        )
        for slot, side, persons in _persons(row, columns, hours, path=f"{path} line {number}"):
            values = found[key][side]
            values[slot] = values.get(slot, 0.0) + persons
    if not found:
        some = ", ".join(sorted(others)[:20]) or "–"
        raise wrong(
            path,
            f"the table has no station {station!r}; it has {some}",
            f"{station!r}: 표에 없는 역입니다. 있는 역: {some}",
        )
    return tuple(
        Hourly(
            station=name,
            line=line,
            date=day,
            monthly=len(day) == len("2024-10"),
            boarding=v["board"],
            alighting=v["alight"],
        )
        for (name, line, day), v in sorted(found.items())
    )


def _rows(text: str, path: str) -> Iterator[tuple[int, list[str]]]:
    if "\0" in text:
        raise wrong(path, "the table holds a NUL", "표에 NUL 문자가 있습니다")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            if reader.line_num > MOST_ROWS:
                raise wrong(path, f"the table has more than {MOST_ROWS} lines", f"표가 {MOST_ROWS}줄보다 깁니다")
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise wrong(path, f"it is no CSV: {error}", f"CSV 형식이 아닙니다: {error}") from error


def _columns(head: Sequence[str], path: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for n, name in enumerate(head):
        for column, called in _COLUMNS.items():
            if name.strip().casefold() in called:
                found.setdefault(column, n)
    for column in ("station", "date"):
        if column not in found:
            names = ", ".join(sorted(_COLUMNS[column]))
            raise wrong(path, f"no column is called one of {names}", f"{names} 가운데 하나인 열이 없습니다")
    return found


def _wide(name: str) -> tuple[int, str] | None:
    """Hour and side of a column's name; the side is empty where a column of its own says it."""
    text = name.strip()
    side = ""
    for word, mark in (("승차", "board"), ("하차", "alight")):
        if word in text:
            side, text = mark, text.split(word)[0].strip()
    hour = _hour(text)
    return None if hour is None or text.isdigit() else (hour, side)


def _hour(text: str) -> int | None:
    """The hour at which a time slot begins. What is before or after an hour counts as one hour: never fewer people."""
    text = text.strip()
    if match := _EDGE.match(text):
        return int(match[1]) - (match[2] in {"이전", "before"})
    match = _HOUR.match(text) or _SINGLE.match(text)
    return int(match[1]) if match and int(match[1]) <= 28 else None


def _persons(
    row: Sequence[str], columns: Mapping[str, int], hours: Mapping[int, tuple[int, str]], *, path: str
) -> Iterator[tuple[int, str, float]]:
    own = _side(_cell(row, columns["side"]), path) if "side" in columns else ""
    if "hour" in columns and "persons" in columns:
        hour = _hour(_cell(row, columns["hour"]))
        if hour is None:
            raise wrong(path, f"{_cell(row, columns['hour'])[:40]!r} is no hour", "시간대가 아닙니다")
        pairs = [(hour, own, columns["persons"])]
    else:
        pairs = [(hour, side or own, n) for n, (hour, side) in hours.items()]
    for hour, side, n in pairs:
        text = _cell(row, n).replace(",", "")
        if text in {"", "-"}:
            continue
        if not _CELL.match(text):
            raise wrong(path, f"{text[:40]!r} is no number of people", f"{text[:40]!r}: 사람 수가 아닙니다")
        yield hour, side, float(text)


def _side(text: str, path: str) -> str:
    word = text.casefold()
    if word in _BOARD or word in _ALIGHT:
        return "board" if word in _BOARD else "alight"
    raise wrong(path, f"{text[:40]!r} is neither 승차 nor 하차", f"{text[:40]!r}: 승차도 하차도 아닙니다")


def _cell(row: Sequence[str], n: int) -> str:
    return row[n].strip() if n < len(row) else ""


def day_of(text: str, path: str) -> str:
    """A day or a month, however its numbers are parted: ``2024-10-01``, ``2024-10``.

    Raises
    ------
    InvalidScenario
    """
    digits = re.sub(r"[^0-9]", "", text[:10])
    try:
        if len(digits) == 6:
            return f"{date(int(digits[:4]), int(digits[4:]), 1):%Y-%m}"
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
    except ValueError as error:
        raise wrong(
            path, f"{text[:40]!r} is neither a day nor a month", f"{text[:40]!r}: 날짜도 달도 아닙니다"
        ) from error


def same_station(one: str, other: str) -> bool:
    """Whether two names are of one station, whatever stands in brackets or with 역 after it."""
    a, b = (re.sub(r"[(\[].*$", "", name).strip() for name in (one, other))
    return bool(a) and a.removesuffix("역") == b.removesuffix("역")


def same_line(one: str, other: str) -> bool:
    """Whether two names are of one line: ``2`` is ``2호선``."""
    a, b = (re.sub(r"\s|호선", "", name).casefold() for name in (one, other))
    return a == b


def working_days(month: str) -> int:
    """How many days of a month are a Monday to Friday."""
    day = date.fromisoformat(f"{month}-01")
    count = 0
    while f"{day:%Y-%m}" == month:
        count += day.weekday() < 5
        day += timedelta(days=1)
    return count


def wrong(path: str, en: str, ko: str) -> InvalidScenario:
    """What is wrong with a table."""
    return InvalidScenario(f"{path}: {en}.", ko=f"{path}: {ko}.", path=path)
