"""What is said on small buildings, where every word can be checked on paper."""

import gc
import re
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from shapely import Polygon, box

from indoor3d.models.building import Building, Connector, Facility, Stop, Text
from indoor3d.models.vocabulary import (
    ConnectorCategory,
    DoorKind,
    FacilityCategory,
    Mode,
    OpeningCategory,
    SpaceCategory,
)
from indoor3d.routing.build import build_navigation
from indoor3d.routing.directions import Guide, Step, Style, directions, guide
from indoor3d.routing.directions.korean import aloud
from indoor3d.routing.route import Leg, Route
from tests.buildings import open_plan, station, street_station, two_floors
from tests.venues.made import made

LANGS = ("ko", "en")
STYLES: tuple[Style, ...] = ("plain", "spoken")
RIDES = {"stairs", "escalator", "lift", "ramp", "travelator"}
BAD = re.compile(r"[(](?:으|이|을|를|가|은|는|과|와)[)]|[{}]|\s\s|\s\.|\.\.")


def _acts(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        if step.then is not None:
            yield step.then


@pytest.mark.parametrize("make", [two_floors, station, open_plan, street_station])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("style", STYLES)
def test_every_route_can_be_said(make: Callable[[], Building], lang: str, style: Style) -> None:
    building = make()
    graph, teller = build_navigation(building), guide(building)
    for start in building.spaces:
        for goal in building.spaces:
            route = graph.route(start.id, goal.id)
            steps = teller.steps(route)
            assert steps[-1].type == "arrive"
            assert sum(s.length_m for s in steps) == pytest.approx(route.length_m, abs=1e-6)
            rides = [leg.elements for leg in route.legs if leg.mode != "walk"]
            assert [s.elements for s in steps if s.type in RIDES] == rides
            passed = [e for s in steps for e in s.elements if e in route.openings]
            assert passed == list(route.openings)
            for text in teller.say(steps, lang=lang, style=style):
                assert not BAD.search(text), text
                assert text.endswith(".")


def test_up_and_down_are_said_with_the_level() -> None:
    building = two_floors()
    graph = build_navigation(building)
    up = next(s for s in directions(building, graph.route("hall", "gallery"), lang="ko") if s.type == "stairs")
    down = next(s for s in directions(building, graph.route("gallery", "hall"), lang="en") if s.type == "stairs")
    assert up.text == "1번 계단을 이용해 2층으로 올라가세요. 계단은 모두 20단입니다."
    assert down.text == "Go down stairs 1 to the ground floor. There are 20 steps."


def test_an_exit_is_named_by_its_sign() -> None:
    building = two_floors()
    route = build_navigation(building).route("hall", "exit-1")
    assert "1번 출구로 나가세요." in directions(building, route, lang="ko")[-2].text
    assert directions(building, route, lang="en")[-2].text.endswith("leave by Exit 1.")


@pytest.mark.parametrize(
    ("lang", "enter", "leave"), [("en", "Enter by Exit 1", "leave by Exit 1"), ("ko", "들어가", "나가세요")]
)
def test_one_comes_in_by_an_exit_and_goes_out_by_it(lang: str, enter: str, leave: str) -> None:
    building = two_floors()
    graph = build_navigation(building)
    coming = [step.text for step in directions(building, graph.route("exit-1", "office"), lang=lang)]
    going = [step.text for step in directions(building, graph.route("office", "exit-1"), lang=lang)]
    assert enter in coming[0]
    assert not any(leave in text for text in coming)
    assert leave in going[-2]
    assert not any(enter in text for text in going)


def test_side_by_side_escalators_are_told_apart() -> None:
    building = station()
    foot, head = (4.0, 2.0, -4.0), (12.0, 2.0, 0.0)
    up = next(c for c in building.connectors if c.id == "escalator-up")
    second = replace(
        up,
        id="escalator-up-2",
        name=Text(default="escalator-up-2"),
        stops=(Stop(level="b", position=(4.0, 3.2, -4.0)), Stop(level="g", position=(12.0, 3.2, 0.0))),
        path=((4.0, 3.2, -4.0), (12.0, 3.2, 0.0)),
        footprint=box(4, 2.7, 12, 3.7),
    )
    assert up.path == (foot, head)
    building = replace(building, connectors=(*building.connectors, second))
    teller, graph = guide(building), build_navigation(building)
    for y, side, korean in ((1.0, "right", "오른쪽"), (4.0, "left", "왼쪽")):
        steps = teller.steps(graph.route(f"2,{y},B1", f"14,{y},1F"))
        ride = next(step for step in steps if step.ride is not None)
        assert ride.ride is not None
        assert (ride.ride.place, ride.ride.abreast) == (side, 2)
        assert f"나란한 두 대 중 {korean}" in teller.say([ride])[0]
        assert f"the {side} of two" in teller.say([ride], lang="en")[0]


def _two_doors(exit_at: tuple[float, float], **car: object) -> tuple[Guide, tuple[Step, ...]]:
    """Up a lift entered from the south at (11, 1.9), whose door upstairs is elsewhere."""
    building = two_floors()
    lift, stairs = building.connectors
    assert lift.footprint.bounds == (10.2, 0.1, 11.8, 1.7)
    stops = (lift.stops[0], Stop(level="u", position=(*exit_at, 3.5)))
    other = replace(lift, stops=stops, path=tuple(s.position for s in stops), **car)  # type: ignore[arg-type]
    building = replace(building, connectors=(other, stairs))
    teller = Guide(building)
    return teller, teller.steps(build_navigation(building).route("hall", "gallery", profile="wheelchair"))


def test_the_door_of_a_lift_is_told_by_its_side_and_the_button_by_its_sign() -> None:
    teller, steps = _two_doors((10.0, 0.9))  # one comes in southwards: the west is on the right
    lift = next(step for step in steps if step.type == "lift")
    assert lift.ride is not None
    assert lift.ride.door == "right"
    assert teller.say([lift])[0].endswith("버튼은 2F입니다. 내리는 문은 들어온 방향에서 오른쪽입니다.")
    assert "버튼은 이 층입니다. 내리는 문은 오른쪽입니다." in teller.say([lift], style="spoken")[0]


@pytest.mark.parametrize(
    ("car", "reverses"),
    [
        ({"car_width_m": 1.1, "car_depth_m": 1.35}, True),
        ({"car_width_m": 1.6, "car_depth_m": 1.6}, False),
        ({"car_width_m": 1.1, "car_depth_m": 1.35, "through": True}, False),
        ({}, False),
    ],
)
def test_a_wheelchair_backs_out_of_a_car_too_small_to_turn_in(car: dict[str, object], *, reverses: bool) -> None:
    teller, steps = _two_doors((11.0, 1.9), **car)
    lift = next(step for step in steps if step.type == "lift")
    assert lift.ride is not None
    assert (lift.ride.door, lift.ride.reverses) == ("same", reverses)
    assert ("뒤로 나옵니다" in teller.say([lift])[0]) == reverses


def _ramp(rise_m: float) -> tuple[Guide, tuple[Step, ...]]:
    building = street_station()
    foot, head = (14.0, 4.0, 0.0), (18.0, 4.0, rise_m)
    ramp = Connector(
        id="ramp",
        category=ConnectorCategory.RAMP,
        stops=(Stop(level="g", position=foot), Stop(level="g", position=head)),
        path=(foot, head),
        footprint=box(14, 0, 18, 8),
        clear_width_m=2.0,
        name=Text(ko="경사로", en="Ramp"),
    )
    east = replace(building.spaces[0], footprint=box(12, 0, 14, 8))
    upper = replace(building.spaces[0], id="east-upper", footprint=box(18, 0, 22, 8), floor_m=rise_m)
    spaces = (east, upper, *building.spaces[1:])
    connectors = tuple(c for c in building.connectors if c.id != "stairs")
    building = replace(building, spaces=spaces, connectors=(*connectors, ramp), openings=(), exits=())
    teller = Guide(building)
    return teller, teller.steps(build_navigation(building).route("13,4,1F", "20,4,1F"))


def test_a_ramp_within_a_level_goes_up_when_it_climbs() -> None:
    teller, steps = _ramp(0.4)
    ride = next(step for step in steps if step.ride is not None)
    assert ride.level_from == ride.level_to
    assert teller.say([ride])[0] == "경사로를 따라 올라가세요."
    assert teller.say([ride], lang="en")[0] == "Go up the ramp."


def test_what_was_closed_is_told_at_the_end() -> None:
    building = two_floors()
    route = build_navigation(building).route("hall", "office", closed=["stairs-1"])
    last = directions(building, route, lang="ko")[-1]
    assert last.avoided == (("closed", "stairs-1"),)
    assert last.text.endswith("1번 계단은 닫혀 있어 제외했습니다.")
    assert directions(building, route, lang="en")[-1].text.endswith("Left out because it is closed: stairs 1.")


def _with_door(**said: object) -> tuple[Guide, tuple[Step, ...]]:
    building = two_floors()
    openings = tuple(
        replace(o, **said) if o.id == "door-office" else o  # type: ignore[arg-type]
        for o in building.openings
    )
    building = replace(building, openings=openings)
    teller = Guide(building)
    return teller, teller.steps(build_navigation(building).route("1,5,2F", "19,5,2F"))


def test_a_door_is_told_by_how_it_opens() -> None:
    teller, steps = _with_door(automatic=True)
    assert any("자동문입니다." in text for text in teller.say(steps))
    teller, steps = _with_door(kind=DoorKind.SLIDING, threshold_m=0.03)
    heard = " ".join(teller.say(steps, style="spoken"))
    assert "미닫이문입니다." in heard
    assert "문턱이 있습니다." in heard
    teller, steps = _with_door(threshold_m=0.01)
    assert "문턱" not in " ".join(teller.say(steps, style="spoken"))


def test_at_a_door_with_an_intercom_one_calls_and_waits() -> None:
    teller, steps = _with_door(intercom=True)
    types = [step.type for step in steps]
    assert types[types.index("wait") + 1] == "door"
    assert "인터폰" in teller.say(steps)[types.index("wait")]
    assert sum(step.length_m for step in steps) == pytest.approx(18.0, abs=1e-6)


def test_tactile_paving_is_told_where_it_begins_and_ends() -> None:
    building = two_floors()
    spaces = tuple(replace(s, tactile={"hall": True, "shop": False}.get(s.id)) for s in building.spaces)
    building = replace(building, spaces=spaces)
    teller = Guide(building)
    steps = teller.steps(build_navigation(building).route("1,7,1F", "19,7,1F"))
    assert "tactile" in steps[0].warnings
    assert any("tactile_ends" in step.warnings for step in steps[1:])
    heard = " ".join(teller.say(steps, style="spoken"))
    assert heard.count("여기부터 점자블록이 있습니다.") == 1
    assert heard.count("여기부터 점자블록이 없습니다.") == 1


def test_what_one_comes_to_is_told_with_its_side() -> None:
    building = two_floors()
    graph, teller = build_navigation(building), guide(building)
    steps = teller.steps(graph.route("11.4,2.5,1F", "11.0,9.5,1F"), goal="aed-1")
    assert teller.say(steps)[-1] == "도착했습니다. 자동심장충격기가 오른쪽에 있습니다."
    steps = teller.steps(graph.route("11.4,2.5,1F", "office"))
    assert teller.say(steps)[-1] == "사무실에 도착했습니다."


def test_a_platform_door_is_told_by_its_car_and_door() -> None:
    building = street_station()
    graph, teller = build_navigation(building), guide(building)
    steps = teller.steps(graph.route("2,2,B1", "screen-2"), goal="screen-2")
    assert "1-2 승강장 (1번째 칸 2번째 문)" in teller.say(steps)[-1]
    assert "일 다시 이 승강장" in teller.say(steps, style="spoken")[-1]
    assert "platform position 1-2 (car 1, door 2)" in teller.say(steps, lang="en")[-1]


def test_gates_tell_out_from_in() -> None:
    building = made("city-hall").building
    teller, graph = guide(building), made("city-hall").graph
    ids = {key: ident for ident, key in made("city-hall").keys.items()}
    inward = teller.steps(graph.route(ids["exit-5-shutter"], ids["l1-doors-west/7-2"]))
    outward = teller.steps(graph.route(ids["l1-doors-west/7-2"], ids["exit-5-shutter"]))
    assert [s.passing.sense for s in _acts(inward) if s.passing and s.passing.category == "gate"] == ["in"]
    assert [s.passing.sense for s in _acts(outward) if s.passing and s.passing.category == "gate"] == ["out"]
    assert any("‘나가는 곳’" in text for text in teller.say(outward))
    assert any("개찰구로 들어가" in text for text in teller.say(inward))


def test_a_guide_does_not_keep_the_building_alive() -> None:
    building = two_floors()
    guide(building)
    watched = weakref.ref(building)
    del building
    gc.collect()
    assert watched() is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3번 출구", "삼 번 출구"),
        ("3-1번 출구", "삼 다시 일 번 출구"),
        ("지하 1층(B1)", "지하 일 층 지하 일 층"),
        ("B1", "지하 일 층"),
        ("12·13번 출구", "십이 십삼 번 출구"),
        ("A 계단", "에이 계단"),
        ("I센터", "아이센터"),
        ("종로3가", "종로삼가"),
        ("AED", "에이이디"),
        ("돈화문로11길", "돈화문로십일길"),
        ("4–6번 출구", "사에서 육 번 출구"),
        ("2001년", "이천일 년"),
        ("제237호", "제이백삼십칠호"),
        ("3개", "세 개"),
        ("1번째 칸", "한 번째 칸"),
    ],
)
def test_korean_is_read_aloud(written: str, read: str) -> None:
    assert aloud(written) == read


def test_an_opening_nobody_notices_is_no_step() -> None:
    building = open_plan()
    steps = guide(building).steps(build_navigation(building).route("west", "east"))
    assert {"seam-w1", "seam-w2"} & {e for step in steps for e in step.elements}
    assert not any(step.type in {"door", "gate", "pass"} for step in steps)


def test_opening_categories_are_all_known() -> None:
    """A new category of opening must be given a word here before it is passed in silence."""
    known = {"door", "gate", "screen_door", "passage", "virtual", "entrance"}
    assert {str(category) for category in OpeningCategory} == known


def _along(*plan: tuple[float, float]) -> Route:
    """A walk on the ground floor along a line."""
    positions = np.array([(x, y, 0.0) for x, y in plan])
    length = float(np.hypot(*np.diff(positions[:, :2], axis=0).T).sum())
    leg = Leg(
        mode=Mode.WALK,
        level_from="g",
        level_to="g",
        length_m=length,
        duration_s=length,
        climb_m=0.0,
        elements=(),
        positions=positions,
    )
    return Route(
        profile="walk",
        closed=(),
        length_m=length,
        duration_s=length,
        climb_m=0.0,
        levels=("g",),
        positions=positions,
        openings=(),
        legs=(leg,),
    )


def _with_lockers(*at: tuple[float, float]) -> Building:
    building = replace(two_floors(), connectors=())
    lockers = tuple(
        Facility(id=f"locker-{n}", category=FacilityCategory.LOCKER, level="g", position=(x, y, 0.0))
        for n, (x, y) in enumerate(at)
    )
    return replace(building, facilities=lockers)


def test_a_landmark_is_told_by_its_number_on_its_side() -> None:
    way = _along((0.5, 5.0), (8.0, 5.0), (8.0, 9.0))
    teller = Guide(_with_lockers((2.0, 6.5), (8.2, 6.2)))
    turn = teller.steps(way)[1]
    assert turn.landmark is not None
    assert (turn.landmark.id, turn.landmark.side, turn.landmark.order) == ("locker-1", "left", 2)
    assert teller.say([turn])[0] == "왼쪽 두 번째 물품보관함 앞에서 왼쪽으로 돌아 4미터 가세요."
    assert teller.say([turn], lang="en")[0] == "At the lockers, the second on the left, turn left and go 4 m."
    alone = Guide(_with_lockers((2.0, 3.5), (8.2, 6.2))).steps(way)[1]
    assert alone.landmark is not None
    assert alone.landmark.order == 0, "the other one is on the right"


def test_a_landmark_behind_a_wall_is_none() -> None:
    way = _along((0.5, 7.0), (10.0, 7.0), (10.0, 9.0))
    seen, hidden = (Guide(_with_lockers((x, 6.0))).steps(way)[1] for x in (11.0, 13.0))
    assert seen.landmark is not None
    assert seen.landmark.id == "locker-0"
    assert hidden.landmark is None or hidden.landmark.id != "locker-0"


def test_a_bend_without_a_choice_is_followed() -> None:
    building = replace(two_floors(), connectors=(), facilities=())
    hall = next(space for space in building.spaces if space.id == "hall")
    bent = Polygon([(-4, 4), (6, 4), (6, 10), (4, 10), (4, 6), (-4, 6)])
    for category, follows in ((SpaceCategory.PASSAGE, True), (SpaceCategory.LOBBY, False)):
        spaces = (replace(hall, footprint=bent, category=category),)
        teller = Guide(replace(building, spaces=spaces, openings=(), exits=()))
        steps = teller.steps(_along((-3.5, 5.0), (5.0, 5.0), (5.0, 9.5)))
        assert [step.type for step in steps] == (["start", "arrive"] if follows else ["start", "turn", "arrive"])
        assert steps[0].follow == follows
        assert ("통로를 따라 15미터" in teller.say(steps)[0]) == follows
