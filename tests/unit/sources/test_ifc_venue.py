"""What a model says about itself outright: sources, facts, lines, transfers, texts, refuges, pavements, neighbours."""

import json
from pathlib import Path
from typing import Any

import pytest

from indoor3d.models.building import Building, Fact, Source, Text
from indoor3d.models.issue import Report
from indoor3d.models.vocabulary import FacilityCategory, SpaceCategory
from indoor3d.sources._ifc_venue import FACTS, MOST, TRANSFERS
from indoor3d.sources.base import read
from tests.ifc_models import Builder, box

Made = tuple[Building, Report]


def made(builder: Builder, folder: Path) -> Made:
    return read(builder.write(folder), mesh=False)


def left_out(report: Report, lang: str = "en") -> list[str]:
    return sorted(i.message(lang) for i in report.issues if i.code == "property.unreadable")


class Stop:
    """A hall of 10 by 8 m with a front door to a pavement, and a room that is a platform with two screen doors."""

    def __init__(self, *, schema: str = "IFC4") -> None:
        b = self.builder = Builder(schema=schema)
        self.storey = b.storey("Ground", 0.0, elevation=0.0)
        walls = b.shell(self.storey, 0.0)
        inner = b.wall(self.storey, box(4.9, 0.3, 5.1, 7.7), 0.0, 2.8)
        self.hall = b.space(self.storey, box(0.3, 0.3, 4.9, 7.7), 0.0, 2.8, Name="hall")
        self.platform = b.space(self.storey, box(5.1, 0.3, 9.7, 7.7), 0.0, 2.8, Name="platform")
        b.say(self.platform, Category="platform", TextKo="승강장입니다.", TextEn="Where trains stop.")
        b.door_in(self.storey, inner, (4.9, 2.0, 5.1, 3.0), 0.0, Name="inner")
        self.front = b.door_in(self.storey, walls["south"], (2.0, 0.0, 3.0, 0.3), 0.0, Name="front")
        self.screens = [
            b.door_in(self.storey, walls["east"], (9.7, y, 10.0, y + 1.0), 0.0, Name=f"1-{y:g}") for y in (2.0, 5.0)
        ]
        for door in self.screens:
            b.say(door, Category="screen_door", Line="1")

    def pavement(self, **values: Any) -> Any:
        ground = self.builder.space(self.storey, box(-3.0, -4.0, 13.0, 0.0), 0.0, 3.0, Name="pavement")
        self.builder.say(ground, **values)
        return ground

    def facility(self, **values: Any) -> Any:
        solid = self.builder.prism(box(1.0, 6.0, 1.4, 6.4), 0.0, 0.25)
        thing = self.builder.element("IfcBuildingElementProxy", self.storey, solid, Name="thing")
        self.builder.say(thing, **values)
        return thing


@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4", "IFC4X3"])
def test_a_venue_says_everything_about_itself(tmp_path: Path, schema: str) -> None:
    stop = Stop(schema=schema)
    b = stop.builder
    b.say(
        b.building, NameKo="시청역", NameEn="City Hall", Category="station", NoticeKo="실측이 아닙니다.", NoticeEn="No survey.",
        TextKo="두 노선의 역.", TextEn="A station of two lines.", ViewBearing=-30.0, Schematic=True,
    )  # fmt: skip
    b.document("D", "Station register", "KOGL type 1")
    b.document("B", "City plan", "")
    b.document("X", "Of the storey only", "", of=stop.storey)
    b.say(
        b.building, FACTS,
        line1__floor=json.dumps({"value": -7.50, "unit": "m", "source": "B D", "certainty": "D", "note": "둥근 값"}).replace("-7.5", "-7.50"),
        line1__name=json.dumps({"value": "1호선"}),
        open=json.dumps({"value": True}),
    )  # fmt: skip
    b.zone(stop.platform, Category="line", ShortName="1", NameKo="1호선", NameEn="Line 1", Colour="#0052A4")
    b.zone(stop.hall, Access="public")
    ends = {"from": stop.screens[0].GlobalId, "to": stop.screens[1].GlobalId}
    b.say(
        b.building, TRANSFERS,
        t1=json.dumps({"id": "t1", "ko": "환승", "en": "Change", **ends, "seconds": 98, "source": "J"}),
    )  # fmt: skip
    building, report = made(b, tmp_path)
    venue = building.venue
    assert venue.notice == Text(ko="실측이 아닙니다.", en="No survey.")
    assert venue.text.best("ko") == "두 노선의 역."
    assert venue.view_bearing_deg == 330.0
    assert venue.sources == (
        Source(id="B", title="City plan"),
        Source(id="D", title="Station register", licence="KOGL type 1"),
    )
    assert venue.facts == (
        Fact(key="line1.floor", value="-7.50", unit="m", source="B D", certainty="D", note="둥근 값"),
        Fact(key="line1.name", value="1호선"),
        Fact(key="open", value="true"),
    )
    (line,) = venue.lines
    assert (line.short_name, line.colour, line.name.ko, line.spaces) == (
        "1", "#0052a4", "1호선", (stop.platform.GlobalId,),
    )  # fmt: skip
    (change,) = venue.transfers
    assert (change.origin, change.destination, change.official_s, change.source) == (*ends.values(), 98.0, "J")
    assert change.name == Text(ko="환승", en="Change")
    platform = next(s for s in building.spaces if s.id == stop.platform.GlobalId)
    assert platform.text == Text(ko="승강장입니다.", en="Where trains stop.")
    assert left_out(report) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "no JSON object"),
        ("{", "no JSON object"),
        ("[1]", "no JSON object"),
        ('{"value": NaN}', "no JSON object"),
        ("[" * 3_000, "no JSON object"),
        ('{"value": "' + "x" * 5_000 + '"}', "no JSON object"),
        ("7", "no JSON object"),
        (7, "no JSON object"),
        ('{"unit": "m"}', "no value"),
    ],
)
def test_a_fact_that_cannot_be_read_is_left_out_and_said(tmp_path: Path, value: Any, reason: str) -> None:
    stop = Stop()
    stop.builder.say(stop.builder.building, FACTS, depth=value, other='{"value": "\\ud800 ok"}')
    building, report = made(stop.builder, tmp_path)
    assert [(f.key, f.value) for f in building.venue.facts] == [("other", "? ok")]
    assert left_out(report) == [f"Indoor3D_Facts: depth cannot be used ({reason}) and was left out."]


def test_a_number_of_any_length_is_kept_as_it_is_written(tmp_path: Path) -> None:
    stop = Stop()
    stop.builder.say(stop.builder.building, FACTS, a='{"value": 12345678901234567890.500, "unit": null}')
    (fact,) = made(stop.builder, tmp_path)[0].venue.facts
    assert (fact.value, fact.unit) == ("12345678901234567890.500", "")


def test_more_facts_than_anybody_reads_are_cut(tmp_path: Path) -> None:
    stop = Stop()
    count = MOST[FACTS] + 10
    stop.builder.say(stop.builder.building, FACTS, **{f"f{i:05d}": '{"value": 1}' for i in range(count)})
    building, report = made(stop.builder, tmp_path)
    assert len(building.venue.facts) == MOST[FACTS]
    assert left_out(report) == [f"Indoor3D_Facts: {count} cannot be used (too many) and was left out."]


def test_lines_sources_and_transfers_that_make_no_sense(tmp_path: Path) -> None:
    stop = Stop()
    b = stop.builder
    b.zone(stop.platform, Category="line", ShortName="10", Colour="blue")
    b.zone(stop.platform, stop.front, Category="line", ShortName="9")
    b.document("", "No letter", "")
    b.document("A", "First", "")
    b.document("A", "Second", "")
    door = stop.screens[0].GlobalId
    b.say(
        b.building, TRANSFERS,
        a=json.dumps({"from": door, "to": "nowhere", "seconds": 5}),
        b=json.dumps({"from": door, "to": stop.screens[1].GlobalId, "seconds": "soon"}),
        c=json.dumps({"from": door, "to": stop.screens[1].GlobalId, "seconds": -4}),
        d=json.dumps({"from": door, "to": stop.screens[1].GlobalId, "seconds": 1e300}),
        e=json.dumps({"from": [door], "to": None, "seconds": 5}),
        f=json.dumps({"id": "f", "from": door, "to": stop.screens[1].GlobalId, "seconds": 5.5}),
        g=json.dumps({"id": "f", "from": door, "to": stop.screens[1].GlobalId, "seconds": 6}),
    )  # fmt: skip
    building, report = made(b, tmp_path)
    assert [(line.short_name, line.colour, line.spaces) for line in building.venue.lines] == [
        ("9", "", (stop.platform.GlobalId,)),
        ("10", "", (stop.platform.GlobalId,)),
    ]
    assert building.venue.sources == (Source(id="A", title="First"),)
    assert [(t.id, t.official_s) for t in building.venue.transfers] == [("f", 5.5)]
    assert left_out(report, "ko") == sorted(
        [
            "Indoor3D_Common의 Colour를 쓸 수 없어 뺐습니다(색이 아님).",
            "IfcDocumentInformation의 No letter를 쓸 수 없어 뺐습니다(id가 없거나 겹침).",
            "IfcDocumentInformation의 A를 쓸 수 없어 뺐습니다(id가 없거나 겹침).",
            "Indoor3D_Transfers의 a를 쓸 수 없어 뺐습니다(그런 문이 없음).",
            "Indoor3D_Transfers의 b를 쓸 수 없어 뺐습니다(시간이 아님).",
            "Indoor3D_Transfers의 c를 쓸 수 없어 뺐습니다(시간이 아님).",
            "Indoor3D_Transfers의 d를 쓸 수 없어 뺐습니다(시간이 아님).",
            "Indoor3D_Transfers의 e를 쓸 수 없어 뺐습니다(그런 문이 없음).",
            "Indoor3D_Transfers의 g를 쓸 수 없어 뺐습니다(id가 없거나 겹침).",
        ]
    )


def test_a_facility_says_what_it_is_when_it_is_open_and_for_whom(tmp_path: Path) -> None:
    stop = Stop()
    thing = stop.facility(
        Category="cultural", TextKo="옛 성벽.", TextEn="An old wall.", OpeningHours="Mo-Fr 09:00-18:00", Accessible=True
    )
    building, report = made(stop.builder, tmp_path)
    (found,) = building.facilities
    assert (found.id, found.category) == (thing.GlobalId, FacilityCategory.CULTURAL)
    assert (found.text, found.hours, found.accessible) == (
        Text(ko="옛 성벽.", en="An old wall."), "Mo-Fr 09:00-18:00", True,
    )  # fmt: skip
    assert left_out(report) == []


@pytest.mark.parametrize("hours", ["x" * 256, "Mo\nFr"])
def test_hours_that_are_none_are_left_out(tmp_path: Path, hours: str) -> None:
    stop = Stop()
    stop.facility(Category="reception", OpeningHours=hours, Accessible="yes", TextEn="x" * 9_000)
    building, report = made(stop.builder, tmp_path)
    (found,) = building.facilities
    assert (found.hours, found.accessible, len(found.text.en)) == ("", None, 4_000)
    assert left_out(report) == [
        "Indoor3D_Common: OpeningHours cannot be used (no opening hours) and was left out.",
    ]


def test_a_wheelchair_stair_lift_is_something_to_find_and_no_lift(tmp_path: Path) -> None:
    stop = Stop()
    b = stop.builder
    solid = b.prism(box(1.0, 6.0, 1.9, 6.9), 0.0, 0.2)
    ride = b.element("IfcTransportElement", stop.storey, solid, Name="휠체어리프트 Wheelchair stair lift")
    b.say(ride, Category="stair_lift")
    building, report = made(b, tmp_path)
    assert [(f.id, f.category) for f in building.facilities] == [(ride.GlobalId, FacilityCategory.STAIR_LIFT)]
    assert building.connectors == ()
    assert [i.code for i in report.issues if i.code.startswith("connector")] == []


@pytest.mark.parametrize(("said", "capacity", "issues"), [(6, 6, 0), (None, None, 0), (-1, None, 1), (2.5, None, 1)])
def test_places_to_wait_for_rescue(tmp_path: Path, said: Any, capacity: int | None, issues: int) -> None:
    stop = Stop()
    values = {"Refuge": True} | ({} if said is None else {"RefugeCapacity": said})
    stop.builder.say(stop.hall, **values)
    stop.builder.say(stop.platform, Refuge=False)
    building, report = made(stop.builder, tmp_path)
    (refuge,) = building.refuges
    assert (refuge.space, refuge.capacity) == (stop.hall.GlobalId, capacity)
    assert refuge.id == f"refuge-{refuge.space}"
    assert len(left_out(report)) == issues


def test_a_pavement_is_walked_on_and_the_door_to_it_is_still_an_exit(tmp_path: Path) -> None:
    stop = Stop()
    ground = stop.pavement(Category="outdoor")
    stop.builder.say(stop.front, ExitNumber="1")
    stop.builder.boundary(stop.hall, stop.front)
    building, report = made(stop.builder, tmp_path)
    space = next(s for s in building.spaces if s.id == ground.GlobalId)
    assert (space.category, space.walkable) == (SpaceCategory.OUTDOOR, True)
    front = next(o for o in building.openings if o.id == stop.front.GlobalId)
    assert set(front.spaces) == {stop.hall.GlobalId, ground.GlobalId}
    assert front.exterior
    assert [(e.opening, e.number, e.outside) for e in building.exits] == [(front.id, "1", True)]
    assert {i.code for i in report.issues} <= {"georef.missing"}


def test_a_garden_that_only_its_name_tells_stays_outside(tmp_path: Path) -> None:
    stop = Stop()
    stop.builder.space(stop.storey, box(-3.0, -4.0, 13.0, 0.0), 0.0, 3.0, Name="Garden")
    building, _ = made(stop.builder, tmp_path)
    garden = next(s for s in building.spaces if s.name.default == "Garden")
    assert (garden.category, garden.walkable) == (SpaceCategory.OUTDOOR, False)
    assert next(o for o in building.openings if o.id == stop.front.GlobalId).spaces == (stop.hall.GlobalId,)


def test_a_roof_garden_is_a_part_of_the_building(tmp_path: Path) -> None:
    stop = Stop()
    ground = stop.pavement(Category="roof_garden")
    building, _ = made(stop.builder, tmp_path)
    front = next(o for o in building.openings if o.id == stop.front.GlobalId)
    assert set(front.spaces) == {stop.hall.GlobalId, ground.GlobalId}
    assert not front.exterior
    assert next(s for s in building.spaces if s.id == ground.GlobalId).walkable


@pytest.mark.parametrize(("kind", "everyday"), [("main", True), ("Fire", False), ("service", False), ("huh", True)])
def test_a_way_out_for_emergencies_only(tmp_path: Path, kind: str, everyday: bool) -> None:  # noqa: FBT001
    stop = Stop()
    stop.builder.say(stop.front, ExitKind=kind)
    building, _ = made(stop.builder, tmp_path)
    assert [(e.outside, e.everyday) for e in building.exits] == [(True, everyday)]


def test_a_door_into_the_neighbouring_venue(tmp_path: Path) -> None:
    stop = Stop()
    stop.builder.say(stop.front, ExitNumber="4", ExitKind="adjoining", Adjoins="city-hall")
    building, _ = made(stop.builder, tmp_path)
    assert [(e.number, e.outside, e.adjoins) for e in building.exits] == [("4", False, "city-hall")]
