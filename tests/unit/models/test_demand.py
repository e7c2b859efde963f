"""Who is there: by hand, and as a published sheet has it."""

import math
from dataclasses import replace
from typing import Any

import pytest

from indoor3d.errors import InvalidScenario
from indoor3d.models import scenario as s
from indoor3d.models.building import Building
from indoor3d.models.demand import largest_remainder, load, mixed
from indoor3d.models.ridership import decode, read_counts, same_line, same_station, working_days
from indoor3d.models.vocabulary import SpaceCategory
from tests.buildings import station

WALK = (s.Share(profile="walk", share=1.0),)


def building() -> Building:
    found = station()
    kinds = {"platform": SpaceCategory.PLATFORM, "office": SpaceCategory.OFFICE}
    return replace(
        found, spaces=tuple(replace(space, category=kinds.get(space.id, space.category)) for space in found.spaces)
    )


def asked(**more: Any) -> s.Scenario:
    return s.Scenario(id="s", venues=("station",), **({"mobility": WALK} | more))


def track(**more: Any) -> s.Track:
    base: dict[str, Any] = {"id": "t", "platform": "platform", "boarding_per_h": 446.0, "source": "sheet"}
    return s.Track(**(base | more))


def lines(scenario: s.Scenario, space: str = "platform", **more: Any) -> dict[str, float | None]:
    return {row.row: row.value for row in load(building(), scenario, **more).lines[space]}


def test_c11_the_published_sheet_of_a_metro_station() -> None:
    """Rows A1 to A6: boarding 446, Sf 1.2, headway 1.75 min, Sd 5 min, crush load 1950."""
    scenario = asked(
        tracks=(track(alighting_per_h=423.0, headway_s=105.0),),
        trains=(s.Train(id="train", track="t", capacity=1950, source="sheet"),),
    )
    found = lines(scenario)
    assert found["A4"] == pytest.approx(44.6)
    assert found["A6"] == pytest.approx(1994.6)
    assert found["A2b"] == pytest.approx(1.75)
    result = load(building(), scenario)
    known = result.platforms["platform"].quantity
    assert known is not None
    assert known.in_unit("p") == pytest.approx(1994.6)
    assert result.persons == {"platform": 45 + 1950}


def test_headway_doubled_takes_two_headways_and_needs_one() -> None:
    doubled = track(method=s.Method.HEADWAY_DOUBLED, headway_s=300.0)
    assert lines(asked(tracks=(doubled,)))["A4"] == pytest.approx(446 * 1.2 * 10 / 60)
    with pytest.raises(InvalidScenario, match="headway_s"):
        load(building(), asked(tracks=(replace(doubled, headway_s=None),)))


def test_nobody_waits_shorter_than_for_the_next_train() -> None:
    assert lines(asked(tracks=(track(headway_s=600.0),)))["A4"] == pytest.approx(446 * 1.2 * 10 / 60)


def test_defaults_are_shown_as_defaults_with_their_source_and_declared_numbers_are_not() -> None:
    rows = {row.row: row for row in load(building(), asked(tracks=(track(),))).lines["platform"]}
    assert (rows["A2"].basis, rows["A2"].read) == ("default", False)
    assert "not read in a code's own text" in rows["A2"].source
    assert rows["A1"].basis == "declared"
    assert rows["A6"].basis == "default"
    rows = {
        row.row: row
        for row in load(building(), asked(tracks=(track(surge_factor=1.5, disruption_min=6.0),))).lines["platform"]
    }
    assert rows["A6"].basis == "declared"
    assert rows["A4"].filled == "(7.433 p/min × 1.5) × 6 min"


def test_a_train_of_cars_and_one_that_comes_later() -> None:
    train = s.Train(id="late", track="t", cars=8, at_s=90.0)
    result = load(building(), asked(tracks=(track(),), trains=(train,)))
    assert result.persons == {"platform": 45}
    (arrival,) = result.later
    assert (arrival.space, arrival.at_s, arrival.persons, arrival.mobility) == ("platform", 90.0, 2560, {"walk": 2560})
    assert result.total == 45 + 2560
    known = result.platforms["platform"].quantity
    assert known is not None
    assert known.value == pytest.approx(44.6 + 2560)


@pytest.mark.parametrize(
    ("entry", "persons"),
    [
        ({"spaces": ("hall",), "persons": 7}, {"hall": 7}),
        ({"spaces": ("hall", "office"), "persons": 7}, {"hall": 4, "office": 3}),
        ({"spaces": ("hall", "office"), "persons_each": 7}, {"hall": 7, "office": 7}),
        ({"spaces": ("hall",), "density_per_m2": 0.501}, {"hall": 81}),  # 160 m² → 80.16, rounded up
        ({"spaces": ("hall",), "area_per_person_m2": 3.0}, {"hall": 54}),
        ({"categories": (SpaceCategory.OFFICE,), "use": "office"}, {"office": 18}),  # 160 / 9.29 = 17.2
        ({"levels": ("1F",), "without": ("mezzanine", "stage"), "persons": 5}, {"hall": 5}),
        ({"spaces": ("hall",), "persons": 10, "presence": 0.25}, {"hall": 3}),
        ({"spaces": ("hall",), "persons": 0}, {}),
    ],
)
def test_occupants_of_spaces(entry: dict[str, Any], persons: dict[str, int]) -> None:
    result = load(building(), asked(occupants=(s.Occupants(source="x", **entry),)))
    assert result.persons == persons
    assert {space: sum(mix.values()) for space, mix in result.mobility.items()} == persons


def test_entries_add_up_and_an_entry_that_means_nothing_is_refused() -> None:
    entry = s.Occupants(spaces=("hall",), persons=7, source="x")
    assert load(building(), asked(occupants=(entry, entry))).persons == {"hall": 14}
    nothing = s.Occupants(categories=(SpaceCategory.CAFE,), persons=7, source="x")
    with pytest.raises(InvalidScenario) as caught:
        load(building(), asked(occupants=(nothing,)))
    assert caught.value.context["path"] == "occupants[0]"


def test_more_people_than_can_be_dealt_with_are_refused() -> None:
    entry = s.Occupants(spaces=("hall",), persons=1_000_000, source="x")
    with pytest.raises(InvalidScenario):
        load(building(), asked(occupants=(entry,)))


def test_one_wheelchair_user_in_a_thousand_is_not_lost_among_rooms() -> None:
    shares = (s.Share(profile="walk", share=0.999), s.Share(profile="wheelchair_manual", share=0.001))
    persons = {f"room-{n:02d}": 20 for n in range(50)}
    found = mixed(persons, shares)
    assert sum(mix.get("wheelchair_manual", 0) for mix in found.values()) == 1
    assert {space: sum(mix.values()) for space, mix in found.items()} == persons
    assert mixed({"a": 1}, shares) == {"a": {"wheelchair_manual": 1}}


def test_largest_remainder_by_hand() -> None:
    assert largest_remainder(10, [41.0, 29.0, 17.0, 13.0]) == [4, 3, 2, 1]
    assert largest_remainder(5, [0.0, 0.0]) == [0, 0]
    assert largest_remainder(0, [1.0]) == [0]


# ── tables of boardings ──────────────────────────────────────────────────────────────────────────────────────────────

WIDE = (
    "사용월,호선명,지하철역,07시-08시 승차인원,07시-08시 하차인원,08시-09시 승차인원,08시-09시 하차인원,작업일자\r\n"
    '202410,2호선,시청,"2,300",11500,4600,"23,000",20241103\r\n'
    "202410,1호선,서울역,100,50,10,5,20241103\r\n"
)
DAILY = (
    "연번,수송일자,호선,역번호,역명,승하차구분,승객유형,06시이전,06-07시간대,18-19시간대,24시이후,합계\n"
    "1,2024-10-01,2호선,201,시청,승차,일반,10,20,900,5,935\n"
    "2,2024-10-01,2호선,201,시청,승차,우대권,1,2,100,,103\n"
    "3,2024-10-01,2호선,201,시청,하차,일반,30,40,200,-,270\n"
    "4,2024-10-02,2호선,201,시청,승차,일반,10,20,1200,5,1235\n"
)
LONG = (
    "station,line,date,승하차구분,시간대,인원\n시청,2,20241001,승차,08시-09시,500\n시청,2,20241001,하차,08시-09시,700\n"
)


def counted(csv: str, **more: Any) -> s.Scenario:
    base: dict[str, Any] = {"station": "시청"} | more.pop("counts", {})
    return asked(
        counts=(s.Counts(id="c", csv=csv, **base),),
        tracks=(s.Track(id="t", platform="platform", line="2", counts="c", **more),),
    )


def boardings(scenario: s.Scenario) -> tuple[float | None, float | None]:
    rows = {row.key: row.value for row in load(building(), scenario).lines["platform"]}
    return rows["boarding"], rows["alighting"]


def test_a_month_is_divided_by_its_working_days_or_by_those_declared() -> None:
    assert working_days("2024-10") == 23
    assert boardings(counted(WIDE)) == pytest.approx((4600 / 23, 23000 / 23))  # the busier hour
    assert boardings(counted(WIDE, hour=7)) == pytest.approx((100, 500))
    assert boardings(counted(WIDE, hour=7, counts={"days": 20})) == pytest.approx((115, 575))
    assert boardings(counted(WIDE, hour=7, share=0.5)) == pytest.approx((50, 250))


def test_days_of_two_kinds_of_passengers_are_added_and_the_busiest_is_taken() -> None:
    assert boardings(counted(DAILY)) == pytest.approx((1000, 200))  # 1200 both on 1 October, 1200 on the 2nd: the first
    assert boardings(counted(DAILY, counts={"date": "20241002"})) == pytest.approx((1200, 0))
    (first, _) = read_counts(DAILY)
    assert first.boarding == {5: 11, 6: 22, 18: 1000, 24: 5}
    assert first.alighting == {5: 30, 6: 40, 18: 200}


def test_an_hour_in_a_row() -> None:
    assert boardings(counted(LONG)) == pytest.approx((500, 700))


def test_a_file_in_cp949_beside_the_scenario() -> None:
    scenario = asked(
        counts=(s.Counts(id="c", file="a.csv", station="시청역"),),
        tracks=(s.Track(id="t", platform="platform", line="2호선", counts="c"),),
    )
    for encoding in ("cp949", "utf-8", "utf-8-sig"):
        rows = load(building(), scenario, files={"a.csv": WIDE.encode(encoding)}).lines["platform"]
        assert rows[0].value == pytest.approx(200)
    with pytest.raises(InvalidScenario) as caught:
        load(building(), scenario)
    assert caught.value.context["path"] == "counts[0].file"


@pytest.mark.parametrize(
    ("csv", "says"),
    [
        ("a,b\n1,2\n", "no column"),
        ("사용월,호선명,지하철역\n202410,2호선,시청\n", "no column is an hour"),
        (WIDE.replace("4600", "many"), "no number of people"),
        (WIDE.replace("4600", "-4600"), "no number of people"),
        (WIDE.replace("202410,2", "20241340,2"), "neither a day nor a month"),
        (WIDE.replace("시청", "강남"), "no station"),
        (WIDE.replace("2호선", "9호선"), "no line"),
        (DAILY.replace(",승차,일반,10,20,1200", ",타기,일반,10,20,1200"), "neither 승차 nor 하차"),
        (LONG.replace("08시-09시,500", "morning,500"), "no hour"),
        (WIDE + "\0", "character"),
    ],
)
def test_a_table_that_cannot_be_understood_is_refused_with_its_line(csv: str, says: str) -> None:
    with pytest.raises(InvalidScenario) as caught:
        load(building(), counted(csv))
    assert says in str(caught.value)
    assert caught.value.context["path"].startswith(("counts[0].csv", "tracks[0].line"))


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidScenario):
        decode(b"\xff\xff\xff", "counts[0].file")


def test_names_of_stations_and_lines() -> None:
    assert same_station("시청(1)", "시청역")
    assert not same_station("신촌", "이촌")
    assert same_line("2 호선", "2")
    assert not same_line("12호선", "2호선")


def test_uses_are_positive_and_say_whether_they_were_read() -> None:
    assert all(0 < use.area_per_person_m2 < 30 and use.source and use.name.ko for use in s.USES.values())
    assert not all(use.read for use in s.USES.values())
    assert math.isclose(s.USES["office"].area_per_person_m2, 9.29)
