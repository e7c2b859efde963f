"""The written form of a scenario as one table of keys: what each means, its kind, unit, range, and where its default comes from.

Reading, writing, errors, the JSON Schema and the reference page follow from :data:`ROOT`. Defaults are those of the values in
:mod:`indoor3d.models.scenario`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any, Literal

from indoor3d.models import scenario as s
from indoor3d.models.building import Text
from indoor3d.models.vocabulary import Direction, SpaceCategory

Kind = Literal["text", "id", "ids", "words", "word", "number", "integer", "numbers", "flag", "csv", "table", "tables"]

REQUIRED: Any = object()
_DAY_S = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key.

    Parameters
    ----------
    name : str
        In the file, and of the value's member.
    kind : str
        ``id`` is a short text without control characters, ``ids`` a list of them.
    ko, en : str
        What it means.
    unit : str
    least, most : float
        Of a number, both included; ``above`` says that the least itself is not accepted.
    words : tuple of str
        What is accepted of a word; ``enum`` is what the word becomes, where it has a type of its own.
    table : Table or None
        Of a table, or of each of a list of tables.
    items : int
        How many a list may have.
    source : str
        Where the default comes from; empty for defaults that change nothing.
    """

    name: str
    kind: Kind
    ko: str
    en: str
    unit: str = ""
    least: float = 0.0
    most: float = 1e6
    above: bool = False
    words: tuple[str, ...] = ()
    enum: type[StrEnum] | None = None
    table: "Table | None" = None
    items: int = 1000
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: the value that it makes, its keys, and which keys exclude or need one another.

    Parameters
    ----------
    make : type
        A dataclass whose members are the keys; a key that is not given has the member's default.
    ko, en : str
        What it is.
    one_of : tuple of tuple of str
        Of each, exactly one is given.
    some_of : tuple of tuple of str
        Of each, at least one is given.
    """

    make: type[Any]
    ko: str
    en: str
    keys: tuple[Key, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    some_of: tuple[tuple[str, ...], ...] = ()

    @property
    def by_name(self) -> Mapping[str, Key]:
        """Keys by name."""
        return {key.name: key for key in self.keys}

    def default(self, name: str) -> Any:
        """Default of a key; :data:`REQUIRED` where there is none."""
        member = next(f for f in fields(self.make) if f.name == name)
        if member.default is not MISSING:
            return member.default
        return member.default_factory() if member.default_factory is not MISSING else REQUIRED


def tables(table: Table, path: str = "") -> Iterator[tuple[str, Table]]:
    """Every table below one, with the path at which it first stands."""
    yield path, table
    for key in table.keys:
        if key.table is not None and not (path and key.table in (_SHARES, _TEXT)):
            name = f"{path}.{key.name}" if path else key.name
            yield from tables(key.table, name + ("[]" if key.kind == "tables" else ""))


def _text(name: str, ko: str, en: str, **more: Any) -> Key:
    return Key(name=name, kind="text", ko=ko, en=en, **more)


def _id(name: str, ko: str, en: str, **more: Any) -> Key:
    return Key(name=name, kind="id", ko=ko, en=en, **more)


def _ids(name: str, ko: str, en: str, **more: Any) -> Key:
    return Key(name=name, kind="ids", ko=ko, en=en, **more)


def _number(name: str, ko: str, en: str, unit: str, most: float, **more: Any) -> Key:
    return Key(name=name, kind="number", ko=ko, en=en, unit=unit, most=most, **more)


def _integer(name: str, ko: str, en: str, unit: str, most: float, **more: Any) -> Key:
    return Key(name=name, kind="integer", ko=ko, en=en, unit=unit, most=most, **more)


def _word(name: str, ko: str, en: str, words: Any, **more: Any) -> Key:
    enum = words if isinstance(words, type) else None
    return Key(name=name, kind="word", ko=ko, en=en, words=tuple(str(w) for w in words), **{"enum": enum} | more)


def _seconds(name: str, ko: str, en: str, **more: Any) -> Key:
    return _number(name, ko, en, "s", _DAY_S, **more)


_SOURCE = _text("source", "이 값의 출처", "who says so")
_SPACES = "공간의 id 또는 이름"
_TEXT = Table(
    make=Text,
    ko="한국어와 영어 글",
    en="a text in Korean and English",
    keys=(_text("ko", "한국어", "in Korean"), _text("en", "영어", "in English")),
)
_SHARES = Table(
    make=s.Share,
    ko="이동 유형 하나의 비율. 비율의 합은 1",
    en="the share of one profile; shares add up to 1",
    keys=(
        _id("profile", "이동 유형의 id", "id of a movement profile"),
        _number("share", "사람 가운데 비율", "of the people", "1", 1),
    ),
)
_DELAY = Table(
    make=s.Delay,
    ko="경보 뒤 움직이기까지 걸리는 시간의 분포",
    en="how long people take to start after the alarm, as a distribution",
    keys=(
        _word("kind", "분포", "the distribution; each has its own parameters", s.DISTRIBUTIONS),
        _seconds("value_s", "fixed: 값", "fixed: the value"),
        _seconds("low_s", "uniform·triangular: 최솟값", "uniform, triangular: the least"),
        _seconds("mode_s", "triangular: 최빈값", "triangular: the most frequent"),
        _seconds("high_s", "uniform·triangular: 최댓값", "uniform, triangular: the most"),
        _seconds("mean_s", "normal: 평균", "normal: mean; nobody starts before 0"),
        _seconds("sd_s", "normal: 표준편차", "normal: standard deviation"),
        _number("mu", "lognormal: 로그의 평균", "lognormal: mean of the logarithm", "1", 11, least=-5),
        _number("sigma", "lognormal: 로그의 표준편차", "lognormal: standard deviation of the logarithm", "1", 5),
        _number("shape", "gamma·weibull: 형상", "gamma, weibull: shape", "1", 1000, above=True),
        _seconds("scale_s", "gamma·weibull: 척도", "gamma, weibull: scale", above=True),
        _SOURCE,
    ),
)
_OCCUPANTS = Table(
    make=s.Occupants,
    ko="공간에 있는 사람. 여러 항목은 더해진다",
    en="people in spaces; entries add up",
    keys=(
        _ids("spaces", _SPACES, "spaces, by id or name"),
        Key(
            name="categories",
            kind="words",
            ko="공간의 종류",
            en="or all of a category",
            words=tuple(SpaceCategory),
            enum=SpaceCategory,
        ),
        _ids("levels", "층의 id 또는 이름", "on these levels only, or all on them"),
        _ids("without", "빼는 공간", "but not these spaces"),
        _integer("persons", "모두 합한 사람 수, 넓이대로 나눔", "people in all of them together, by area", "p", 1e6),
        _integer("persons_each", "공간마다 사람 수", "people in each", "p", 1e5),
        _number("density_per_m2", "밀도", "density", "p/m2", 10),
        _number("area_per_person_m2", "한 사람의 넓이", "area for one person", "m2/p", 1e4, least=0.1),
        _word("use", "쓰임에 따른 밀도", "density by use: see the list of uses", s.USES),
        _number("presence", "있는 사람의 비율", "share of them who are there", "1", 1),
        Key(
            name="mobility",
            kind="tables",
            table=_SHARES,
            items=30,
            ko="이 사람들의 이동 유형",
            en="how these people move, instead of the scenario's",
        ),
        _SOURCE,
    ),
    one_of=(("persons", "persons_each", "density_per_m2", "area_per_person_m2", "use"),),
    some_of=(("spaces", "categories", "levels"),),
)
_COUNTS = Table(
    make=s.Counts,
    ko="도시가 공개하는 시간대별 승하차 인원",
    en="boardings and alightings by the hour as cities publish them",
    keys=(
        _id("id", "tracks가 부르는 이름", "how tracks call it"),
        Key(name="csv", kind="csv", ko="CSV 내용", en="the CSV itself"),
        _text("file", "시나리오와 함께 주는 파일 이름", "name of a file given beside the scenario"),
        _text("station", "표에 적힌 역 이름", "the station, as the table has it"),
        _text("date", "표의 날짜나 달. 없으면 가장 붐빈 날", "date or month in the table; the busiest when not given"),
        _integer(
            "days",
            "달 합계를 나누는 날 수",
            "a month's totals are of so many days",
            "1",
            31,
            least=1,
            source="ours: the Mondays to Fridays of the month, so that a working day is never underestimated",
        ),
        _SOURCE,
    ),
    one_of=(("csv", "file"),),
)
_TRACKS = Table(
    make=s.Track,
    ko="승강장 한쪽 선로의 이용객",
    en="those who use one side of a platform",
    keys=(
        _id("id", "이 선로의 이름", "what this track is called here"),
        _id("platform", "승강장의 id 또는 이름", "the platform, by id or name"),
        _text("line", "표에 적힌 호선", "line, as the table has it"),
        _id("counts", "승하차 표의 id", "id of the counts"),
        _integer(
            "hour",
            "쓰는 시간대(시작 시)",
            "which hour, by its beginning",
            "h",
            28,
            source="ours: the hour in which boardings and alightings together are most",
        ),
        _number(
            "share",
            "호선 이용객 가운데 이 선로의 비율",
            "of the line's passengers those on this track",
            "1",
            1,
            source="ours: all of them, on each of the tracks; a share has to be declared",
        ),
        _number("boarding_per_h", "첨두시간 승차", "boardings in the peak hour", "p/h", 1e6),
        _number("alighting_per_h", "첨두시간 하차", "alightings in the peak hour", "p/h", 1e6),
        _number(
            "surge_factor",
            "할증 계수 Sf",
            "surge factor Sf: the peak within the hour",
            "1",
            10,
            least=1,
            source="a metro station's published egress sheet (scribd.com/document/420434586); not read in a code's own text",
        ),
        _number(
            "disruption_min",
            "운행 지연 시간 Sd",
            "minutes of disrupted service Sd",
            "min",
            120,
            source="a metro station's published egress sheet (scribd.com/document/420434586); not read in a code's own text",
        ),
        _seconds("headway_s", "배차 간격", "headway", above=True),
        _word(
            "method",
            "기다리는 사람의 계산법",
            "how those who wait are worked out",
            s.Method,
            source="a metro station's published egress sheet (scribd.com/document/420434586)",
        ),
        _SOURCE,
    ),
)
_TRAINS = Table(
    make=s.Train,
    ko="승객이 내려야 하는 열차",
    en="a train whose passengers have to get out",
    keys=(
        _id("id", "이 열차의 이름", "what this train is called here"),
        _id("track", "선로의 id", "id of its track"),
        _text("space", "승객이 있는 공간. 없으면 승강장", "the space where they are; the platform when not given"),
        _seconds("at_s", "승객이 내리는 시각", "when they get off"),
        _integer("persons", "탄 사람", "people on it", "p", 20_000),
        _integer("capacity", "만차 인원", "its crush load", "p", 20_000),
        _integer("cars", "칸 수. 만차 인원을 모를 때", "cars, where the crush load is not known", "1", 30, least=1),
        _integer(
            "persons_per_car",
            "칸의 정원",
            "nominal load of a car",
            "p",
            500,
            least=1,
            source="general knowledge: large metro cars of Seoul, 160 a car; not read in a code's own text",
        ),
        _number(
            "crowding",
            "정원에 대한 만차의 배수",
            "crush load over the nominal one",
            "1",
            4,
            least=1,
            source="ours: twice the nominal load",
        ),
        Key(
            name="mobility",
            kind="tables",
            table=_SHARES,
            items=30,
            ko="이 사람들의 이동 유형",
            en="how these people move, instead of the scenario's",
        ),
        _SOURCE,
    ),
    one_of=(("persons", "capacity", "cars"),),
)
_HAZARDS = Table(
    make=s.Hazard,
    ko="언제 어디서 일어나는 일",
    en="something that happens at a time in a place",
    keys=(
        _id("id", "이름", "what it is called"),
        _word("kind", "무엇", "what it is", s.HazardKind),
        _seconds("at_s", "시작", "from when"),
        _seconds("until_s", "끝. 없으면 끝까지", "until when; for good when not given", above=True),
        _ids("spaces", _SPACES, "spaces, by id or name"),
        _ids("elements", "문·계단·승강기·출구", "openings, connectors and exits, by id or name"),
        _text("level", "flooded: 물이 드는 층", "flooded: the level"),
        Key(name="spread", kind="flag", ko="연기가 번지는지", en="fire, smoke: smoke spreads from there"),
        _number("spread_mps", "연기 앞머리의 속도", "how fast its front moves", "m/s", 5, above=True),
        _number("extinction_per_m", "소광계수", "extinction coefficient there", "1/m", 100),
        _number("temperature_c", "온도", "temperature there", "°C", 1500, least=-50),
        _number("co_ppm", "일산화탄소", "carbon monoxide there", "ppm", 1e6),
        _number("co2_pct", "이산화탄소", "carbon dioxide there", "%", 100),
        _number("o2_pct", "산소", "oxygen there", "%", 100),
        _number(
            "fed_per_min",
            "1분에 마시는 유효 복용 분량(FED). 농도 대신",
            "fractional effective dose a minute there, in place of concentrations",
            "1/min",
            1000,
        ),
        _number("depth_m", "flooded: 물 깊이", "flooded: depth of the water at at_s", "m", 50),
        _number("rise_m_per_min", "flooded: 물이 차오르는 속도", "flooded: how fast it rises", "m/min", 10),
        _word("direction", "reversed: 바뀐 방향", "reversed: the direction then", ("up", "down"), enum=Direction),
        _text("by", "알린 사람", "who reported it"),
        _text("reported_at", "알린 때", "when it was reported"),
    ),
)
_SAFE = Table(
    make=s.PointOfSafety,
    ko="안전한 곳으로 치는 공간",
    en="a space that counts as safe",
    keys=(
        _id("space", "공간", "the space"),
        Key(
            name="analysis",
            kind="table",
            ko="공학적 분석. 없으면 안전한 곳으로 치지 않고 '판단할 수 없음'",
            en="the engineering analysis; without one it does not count, and the verdict is CANNOT TELL",
            table=Table(
                make=s.Analysis,
                ko="공학적 분석",
                en="an engineering analysis on file",
                keys=(
                    _text("document", "문서", "the document"),
                    _text("by", "작성자", "who made it"),
                    _text("on", "날짜(YYYY-MM-DD)", "when, YYYY-MM-DD"),
                ),
            ),
        ),
    ),
)
_ASSISTANCE = Table(
    make=s.Assistance,
    ko="계단을 못 쓰는 사람을 옮기는 사람들",
    en="who carries those who cannot use stairs",
    keys=(
        _word("direction", "올라가기·내려가기. 따로 밝힌다", "up and down are declared apart", ("ascent", "descent")),
        _integer("carriers", "한 조의 사람 수", "people in a team", "p", 10, least=1),
        _integer("teams", "조의 수", "how many teams there are", "1", 500, least=1),
        _number("speed_mps", "계단 경사를 따라 속도", "speed along the slope of stairs", "m/s", 2, above=True),
        _number("width_m", "막는 폭", "width of the stairs that it takes up", "m", 3, above=True),
        _integer("carries", "한 번에 옮기는 사람", "how many are carried at once", "p", 2, least=1),
        _ids("connectors", "쓰는 계단. 없으면 모두", "the stairs used; all when not given"),
        _text("source", "이 값의 출처", "who says so: has to be given"),
    ),
)
_LIFTS = Table(
    make=s.EvacuationLift,
    ko="재난 때 써도 되는 승강기",
    en="a lift that may be used in the incident",
    keys=(
        _id("lift", "승강기", "the lift, by id or name"),
        _integer(
            "capacity", "한 번에 타는 사람", "people in one trip; of the car's size when not given", "p", 100, least=1
        ),
        _seconds("cycle_s", "왕복 시간", "time of a round trip; of rise and speed when not given", above=True),
        _seconds("available_from_s", "쓸 수 있는 때", "from when it can be used"),
        _text("source", "이 값의 출처", "who says so: has to be given"),
    ),
)
_PREMOVEMENT_SOURCE = "general knowledge: PD 7974-6, transport terminals, 1.5 min to the first and 4 min more to the last; not read in the text"

ROOT = Table(
    make=s.Scenario,
    ko="시나리오",
    en="A scenario",
    keys=(
        _id("id", "시나리오의 id", "id of the scenario"),
        _ids("venues", "장소의 id", "ids of the venues", items=50),
        Key(name="name", kind="table", table=_TEXT, ko="이름", en="its name"),
        Key(name="note", kind="table", table=_TEXT, ko="설명", en="what it is about"),
        _integer("seed", "난수 씨앗", "seed of all that is random", "1", 2**31 - 1),
        _word("model", "계산 모형", "fluid, or person by person", ("flow", "agents")),
        _id(
            "movement",
            "이동 보정값의 id",
            "id of the calibration of movement",
            source="the slowest of the published calibrations at each place; no published model itself",
        ),
        _ids("rules", "안전 기준의 id", "ids of the rule packs", items=20),
        _integer("runs", "반복 횟수", "how many runs", "1", 10_000, least=1),
        Key(name="quantiles", kind="numbers", ko="보여 줄 분위수", en="quantiles shown", unit="1", most=1, items=20),
        Key(name="fatigue", kind="flag", ko="오를수록 느려지는지", en="people slow down as they climb"),
        _word(
            "gates",
            "개찰구",
            "what fare gates do",
            s.Gates,
            source="gates on ways out open in an emergency, as station codes ask; declare shut where yours do not",
        ),
        _number("step_s", "계산 간격", "step of time", "s", 60, least=0.1, source="ours"),
        _number("horizon_s", "계산하는 시간", "how long is calculated", "s", _DAY_S, least=60, source="ours"),
        _seconds("detection_s", "감지까지", "until it is detected", source="ours: no code; declare your system's"),
        _seconds(
            "alarm_s", "감지에서 경보까지", "from there to the alarm", source="ours: no code; declare your system's"
        ),
        Key(
            name="premovement",
            kind="table",
            table=_DELAY,
            ko="움직이기까지",
            en="how long people take to start after the alarm",
            source=_PREMOVEMENT_SOURCE,
        ),
        Key(
            name="premovement_of",
            kind="tables",
            ko="어떤 공간만 다르게",
            en="the same for some spaces only",
            table=Table(
                make=s.DelayOf,
                ko="어떤 공간에 있는 사람의 분포",
                en="of the people in some spaces",
                keys=(
                    _ids("spaces", _SPACES, "spaces, by id or name"),
                    Key(name="delay", kind="table", table=_DELAY, ko="분포", en="the distribution"),
                ),
            ),
        ),
        Key(
            name="mobility",
            kind="tables",
            table=_SHARES,
            items=30,
            ko="이동 유형의 비율",
            en="how people move",
            source="ours: people of 65 or over are about a fifth of Korea's; one in a hundred in a wheelchair. Declare yours",
        ),
        Key(name="occupants", kind="tables", table=_OCCUPANTS, ko="공간에 있는 사람", en="people in spaces"),
        Key(name="counts", kind="tables", table=_COUNTS, items=20, ko="승하차 표", en="boardings and alightings"),
        Key(name="tracks", kind="tables", table=_TRACKS, items=200, ko="선로", en="tracks at platforms"),
        Key(name="trains", kind="tables", table=_TRAINS, items=200, ko="열차", en="trains"),
        Key(name="hazards", kind="tables", table=_HAZARDS, items=500, ko="재난", en="what happens"),
        _ids("exits", "써도 되는 출구. 없으면 모두", "exits that may be used; all when not given"),
        Key(name="points_of_safety", kind="tables", table=_SAFE, items=200, ko="안전한 곳", en="points of safety"),
        Key(name="assistance", kind="tables", table=_ASSISTANCE, items=20, ko="옮겨 주는 사람", en="who carries"),
        Key(
            name="evacuation_lifts",
            kind="tables",
            table=_LIFTS,
            items=200,
            ko="재난용 승강기",
            en="lifts that may be used",
        ),
    ),
)
"""Every key, in the order of the reference."""
