"""What is said, in the eight groups of DIRECTIONS.md §6, on the pilot venues first and on small buildings then."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from indoor3d.errors import Indoor3dError, InvalidInput
from indoor3d.models.building import Building
from indoor3d.models.vocabulary import Access, OpeningCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.directions import Guide, Step, Style, directions, guide
from indoor3d.routing.directions.catalogue import FOLDER, catalogue
from indoor3d.routing.directions.names import Facts, Names
from indoor3d.routing.directions.say import rounded_m
from indoor3d.routing.directions.values import maneuver
from indoor3d.routing.route import Route
from tests.buildings import two_floors
from tests.venues.made import VENUES, made

LANGS = ("ko", "en")
STYLES: tuple[Style, ...] = ("plain", "spoken")
BAD = re.compile(r"[(](?:으|이|을|를|가|은|는|과|와)[)]|[{}]|\s\s|\s\.|\.\.")
ACTIONS_EN = re.compile(
    r"(?:^|\. |, )(?:At .*?, |After .*?, |Before .*?, )?"
    r"(?:Go|Turn|Take|Leave|Enter|Pass|Follow|Face|Stand|Call|go|turn|take|leave|enter|follow|call) "
)


@cache
def told(venue: str) -> tuple[Building, Guide, tuple[Route, ...]]:
    """A venue with two dozen routes between places of all kinds, on foot and in a wheelchair, the same every time."""
    one, random = made(venue), Random(venue)
    building = one.building
    kinds = [
        [space.id for space in building.spaces if space.walkable and space.access is not Access.RESTRICTED],
        [exit_.id for exit_ in building.exits if exit_.everyday],
        [facility.id for facility in building.facilities],
        [door.id for door in building.openings if door.category is OpeningCategory.SCREEN_DOOR],
    ]
    kinds = [kind for kind in kinds if kind]
    routes = []
    for _ in range(24):
        start, goal = (random.choice(random.choice(kinds)) for _ in range(2))
        try:
            routes.append(one.graph.route(start, goal, profile=random.choice(["walk", "wheelchair"])))
        except Indoor3dError:
            continue
    assert len(routes) > 12
    return building, guide(building), tuple(routes)


def _acts(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        if step.then is not None:
            yield step.then


# 1. Sides, heights, names, numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("venue", VENUES)
def test_1_side_of_each_turn_is_the_sign_of_its_angle(venue: str) -> None:
    _, teller, routes = told(venue)
    turns = 0
    for route in routes:
        steps = teller.steps(route)
        for step, ko, en in zip(steps, teller.say(steps), teller.say(steps, lang="en"), strict=True):
            if step.type == "turn" and step.then is None and step.maneuver != "turn-back":
                turns += 1
                left = step.angle_deg > 0
                assert ("왼쪽으로" in ko, "오른쪽으로" in ko) == (left, not left)
                assert bool(re.search(r"turn (?:slightly |sharp )?left", en, re.IGNORECASE)) == left
                assert step.maneuver == maneuver(step.angle_deg)
    assert turns > 5


def test_1_turns_are_those_of_the_geometry() -> None:
    """The way before and the way behind a turn make its angle, measured on the steps' own geometry."""
    seen = 0
    for teller, route in ((teller, route) for _, teller, routes in map(told, VENUES) for route in routes):
        for before, step in pairwise(teller.steps(route)):
            if step.type == "turn" and before.ride is None and len(before.geometry) == 2 and len(step.geometry) == 2:
                a, b = before.geometry[1] - before.geometry[0], step.geometry[1] - step.geometry[0]
                angle = np.degrees(np.arctan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]))
                assert np.sign(step.angle_deg) == np.sign(angle)
                assert step.angle_deg == pytest.approx(angle, abs=20.0), "bends within a body's reach are smoothed"
                seen += 1
    assert seen > 5


@pytest.mark.parametrize("venue", VENUES)
def test_1_up_and_down_are_the_sign_of_the_climb_and_each_level_is_said_once(venue: str) -> None:
    _, teller, routes = told(venue)
    for route in routes:
        steps = teller.steps(route)
        legs = [leg for leg in route.legs if leg.mode != "walk"]
        rides = [step for step in steps if step.ride is not None]
        assert [step.elements for step in rides] == [leg.elements for leg in legs]
        for style in STYLES:
            said = teller.say(steps, style=style)
            texts = {id(step): text for step, text in zip(steps, said, strict=True)}
            for step, leg in zip(rides, legs, strict=True):
                text = texts[id(step)]
                up, down = bool(re.search("올라가|올라갑", text)), bool(re.search("내려가|내려갑", text))
                assert (up, down) == (leg.climb_m > 0.02, leg.climb_m < -0.02)
                if leg.level_from != leg.level_to:
                    level = teller._speaker("ko", style)._names.level(leg.level_to)
                    assert text.split("버튼")[0].count(f"{level}으로") + text.count(f"{level}로 ") == 1


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("style", STYLES)
def test_1_each_gate_lift_and_exit_is_named_once(venue: str, lang: str, style: Style) -> None:
    _, teller, routes = told(venue)
    names = teller._speaker(lang, style)._names
    for route in routes:
        steps = teller.steps(route)
        text = " ".join(teller.say(steps, lang=lang, style=style)[:-1]).casefold()
        for step in _acts(steps):
            passing = step.passing
            if passing is not None and passing.category == "exit":
                name = names.thing(passing.id, "exit").casefold()
                others = [names.thing(ident, "exit").casefold() for ident in teller._index.exits if ident != passing.id]
                if not any(name in other for other in others) and not _in_other_names(name, steps, names):
                    assert text.count(name) == 1, (name, text)
            if step.type == "lift" and step.ride is not None:
                name = names.thing(step.ride.id, "lift").casefold()
                rides = sum(other.ride is not None and other.ride.id == step.ride.id for other in steps)
                if not _in_other_names(name, steps, names):
                    assert text.count(name) == rides


def _in_other_names(name: str, steps: tuple[Step, ...], names: Names) -> bool:
    """Whether a name is a part of another that is spoken of: "Exit 1 stairs" names exit 1."""
    others = []
    for step in _acts(steps):
        if step.ride is not None:
            others += [names.thing(step.ride.id, step.ride.category), names.thing(step.ride.leads_to, "platform")]
        if step.passing is not None:
            others.append(names.thing(step.passing.id, step.passing.category))
        if step.landmark is not None:
            others.append(names.thing(step.landmark.id, step.landmark.category))
    return any(name in other.casefold() and name != other.casefold() for other in others)


@pytest.mark.parametrize("venue", VENUES)
def test_1_numbers_are_those_of_the_route(venue: str) -> None:
    building, teller, routes = told(venue)
    stairs = {connector.id: connector.step_count for connector in building.connectors}
    for route in routes:
        steps = teller.steps(route)
        assert sum(step.length_m for step in steps) == pytest.approx(route.length_m, abs=1e-6)
        assert sum(step.duration_s for step in steps) == pytest.approx(route.duration_s, abs=1e-6)
        assert [e for step in steps for e in step.elements if e in route.openings] == list(route.openings)
        for step, text in zip(steps, teller.say(steps), strict=True):
            if step.ride is None and step.then is None:
                said = [int(n) for n in re.findall(r"(\d+)미터", text)]
                assert said in ([], [rounded_m(step.length_m)])
            if step.type == "stairs" and step.count.steps:
                assert step.count.steps == stairs[step.elements[0]]
                assert f"{step.count.steps}단" in text


@pytest.mark.parametrize("venue", VENUES)
def test_1_what_was_told_before_changes_nothing(venue: str) -> None:
    """Walks, landmarks and texts are kept from route to route: a guide who has told all of them tells each as a new one does."""
    building, teller, routes = told(venue)
    for route in routes:
        teller.tell(teller.steps(route), langs=LANGS)
    for route in routes[::-1][:8]:
        fresh = Guide(building)
        new = fresh.steps(route)
        again = teller.steps(route)
        assert again == new
        assert [step.points for step in again] == [step.points for step in new]
        for style in STYLES:
            texts = fresh.tell(new, langs=LANGS, style=style)
            assert teller.tell(again, langs=LANGS, style=style) == texts
            assert tuple(zip(*(teller.say(again, lang=lang, style=style) for lang in LANGS), strict=True)) == texts
        hours = fresh.tell(new, langs=LANGS, turns="clock", heading_known=True)
        assert teller.tell(again, langs=LANGS, turns="clock", heading_known=True) == hours


@pytest.mark.parametrize("venue", VENUES)
def test_1_who_goes_the_same_way_slower_is_told_so(venue: str) -> None:
    """The same walk twice in one guide, the second time half as fast."""
    _, teller, routes = told(venue)
    for route in routes[:6]:
        slow = replace(
            route,
            duration_s=2 * route.duration_s,
            legs=tuple(replace(leg, duration_s=2 * leg.duration_s) for leg in route.legs),
        )
        ours, theirs = teller.steps(route), teller.steps(slow)
        assert [s.duration_s for s in theirs] == pytest.approx([2 * s.duration_s for s in ours])
        assert sum(s.duration_s for s in ours) == pytest.approx(route.duration_s)


@pytest.mark.parametrize(
    ("metres", "said"),
    [(0.0, 1), (0.4, 1), (9.4, 9), (9.6, 10), (12.0, 10), (13.0, 15), (96.0, 95), (98.0, 100), (123.0, 120)],
)
def test_1_lengths_are_rounded_and_never_zero(metres: float, said: int) -> None:
    assert rounded_m(metres) == said


# 2. Every text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("style", STYLES)
def test_2_every_text_is_a_clean_sentence(venue: str, lang: str, style: Style) -> None:
    _, teller, routes = told(venue)
    for route in routes:
        steps = teller.steps(route)
        for text in (*teller.say(steps, lang=lang, style=style), teller.overview(route, lang=lang, style=style)):
            _clean(text, lang, style)


def _clean(text: str, lang: str, style: str) -> None:
    assert text.endswith("."), text
    assert text == unicodedata.normalize("NFC", text)
    assert not BAD.search(text), text
    assert not re.search(r"(?<!\d)0\s?(?:미터|m\b|metre)", text), text
    if style == "spoken":
        assert not re.search(r"[→·/&%()\[\]<>“”‘’–~]", text), text
        assert not re.search(r"\bB\d|\b\d+F\b|\bm\b", text), text
    if (lang, style) == ("ko", "spoken"):
        assert not re.search(r"[0-9]|[A-Z]{1,}(?![a-z])", text), text


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("style", STYLES)
def test_2_every_name_fits_every_phrase(venue: str, lang: str, style: Style) -> None:
    """Every name of a venue in every phrase that takes a thing: no slot is left open and every particle is chosen."""
    building = made(venue).building
    chosen = catalogue(lang, style)
    names = Names(Facts(building), lang=lang, nouns=chosen.nouns, spoken=style == "spoken")
    groups = (
        [(opening.id, "door") for opening in building.openings],
        [(opening.id, "gate") for opening in building.openings if opening.category is OpeningCategory.GATE],
        [(one.opening, "exit") for one in building.exits],
        [(connector.id, str(connector.category)) for connector in building.connectors],
        [(facility.id, str(facility.category)) for facility in building.facilities],
        [(space.id, str(space.category)) for space in building.spaces],
    )
    said = {names.thing(ident, category) for group in groups for ident, category in group}
    said |= {names.level(level.id) for level in building.levels}
    phrases = [phrase for phrase in chosen.phrases.values() if phrase.fields == {"thing"}]
    assert len(phrases) > 10
    for name in said:
        for phrase in phrases:
            text = phrase.fill({"thing": name}).strip(", ")
            _clean(text if text.endswith(".") else f"{text}.", lang, style)
        if lang == "ko":
            assert re.search(r"[가-힣)]$|[가-힣] \d+$", name), name


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("lang", LANGS)
def test_2_spoken_texts_hold_one_action(venue: str, lang: str) -> None:
    _, teller, routes = told(venue)
    for route in routes:
        for text in teller.say(teller.steps(route), lang=lang, style="spoken"):
            found = re.findall(r"세요", text) if lang == "ko" else ACTIONS_EN.findall(text)
            assert len(found) <= 1, text


@pytest.mark.parametrize("venue", VENUES)
def test_2_spoken_sentences_are_short(venue: str) -> None:
    """At most 25 syllables besides names (DIRECTIONS.md §3): every name counts as its length."""
    _, teller, routes = told(venue)
    names = teller._speaker("ko", "spoken")._names
    for route in routes:
        steps = teller.steps(route)
        for step, text in zip(steps, teller.say(steps, style="spoken"), strict=True):
            spoken_of = {names.level(step.level_to)}
            for one in _acts((step,)):
                spoken_of |= {
                    names.thing(x.id, x.category) for x in (one.passing, one.ride, one.goal, one.landmark) if x
                }
                spoken_of |= {names.thing(one.ride.leads_to, "platform")} if one.ride else set()
            for name in sorted(spoken_of, key=len, reverse=True):
                text = text.replace(name, "")  # noqa: PLW2901
            for sentence in text.split(". "):
                assert len(re.findall("[가-힣]", sentence)) <= 25, text


def test_2_nobody_is_told_to_walk() -> None:
    for lang in LANGS:
        for style in STYLES:
            for phrase in catalogue(lang, style).phrases.values():
                assert not re.search(r"\bwalk\b(?! to its end)|걸어", phrase.source.replace("moving walk", ""))


# 3. Stairs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "plain", "spoken"), [(9, "9단", "아홉 단"), (12, "12단", "열두 단"), (13, "13단", "")]
)
def test_3_short_flights_are_counted_aloud_long_ones_are_not(steps: int, plain: str, spoken: str) -> None:
    building = two_floors()
    lift, stairs = building.connectors
    building = replace(building, connectors=(lift, replace(stairs, step_count=steps)))
    teller = Guide(building)
    made_ = teller.steps(build_navigation(building).route("hall", "gallery"))
    index = [step.type for step in made_].index("stairs")
    assert plain in teller.say(made_)[index]
    heard = teller.say(made_, style="spoken")[index]
    english = teller.say(made_, lang="en", style="spoken")[index]
    if spoken:
        assert spoken in heard
        assert f"{steps} steps" in english
    else:
        assert "긴 계단" in heard
        assert not re.search("[가-힣] 단입니다", heard)
        assert not re.search(r"\d", english.replace("Stairs 1", "").replace("stairs 1", "").replace("Floor 2", ""))


def test_3_a_landing_is_spoken_of() -> None:
    building = two_floors()
    lift, stairs = building.connectors
    path = ((3.0, 8.0, 0.0), (5.0, 8.0, 1.75), (6.0, 8.0, 1.75), (8.0, 8.0, 3.5))
    building = replace(building, connectors=(lift, replace(stairs, path=path)))
    teller = Guide(building)
    steps = teller.steps(build_navigation(building).route("hall", "gallery"))
    ride = next(step.ride for step in steps if step.ride is not None)
    assert ride.flights == 2
    assert any("계단참" in text for text in teller.say(steps, style="spoken"))


# 4. Close manoeuvres -----------------------------------------------------------------------------------------------------


def test_4_two_turns_three_metres_apart_are_one_sentence() -> None:
    building = two_floors()
    graph = build_navigation(building)
    # From the store through its door in the north, then west through the door of the shop: two turns 2.7 m apart.
    steps = directions(building, graph.route("18,2,1F", "8,7,1F"), lang="en")
    fused = [step for step in steps if step.then is not None]
    assert fused
    assert all(text.text.count(".") == 1 for text in fused)
    assert any("then immediately" in step.text for step in fused)


@pytest.mark.parametrize("venue", VENUES)
def test_4_no_two_acts_within_five_metres_are_two_steps_unless_three_would_be_one(venue: str) -> None:
    _, teller, routes = told(venue)
    for route in routes:
        steps = teller.steps(route)
        for before, step in pairwise(steps):
            acts = step.ride is None and step.type not in {"walk", "arrive", "wait"}
            if acts and before.ride is None and before.then is None and before.type != "wait":
                assert before.length_m >= 5.0, (before, step)


# 5. Reassurance and announcement -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("venue", VENUES)
def test_5_long_ways_are_reassured_every_ten_metres_and_things_announced_six_before(venue: str) -> None:
    _, teller, routes = told(venue)
    for route in routes:
        steps = teller.steps(route)
        texts = teller.reassure(steps)
        assert len(texts) == len(steps)
        for before, step, said in zip((None, *steps), steps, texts, strict=False):
            if step.ride is None and step.length_m > 15:
                assert step.reassure_at_m[0] == 10.0
                assert set(np.diff(step.reassure_at_m)) <= {10.0}
                assert 0 < step.length_m - step.reassure_at_m[-1] <= 10.0
            else:
                assert step.reassure_at_m == ()
            assert [at for at, _ in said] == list(step.reassure_at_m)
            for _, text in said:
                _clean(text, "ko", "spoken")
            if before is not None and (before.then or before).length_m >= 6:
                assert step.announce_at_m == 6.0
            assert step.announce_at_m <= 6.0


# 6. Clock and degrees ----------------------------------------------------------------------------------------------------


def test_6_clock_changes_every_turn_and_ninety_degrees_right_is_three() -> None:
    building = two_floors()
    teller = guide(building)
    start = teller.steps(build_navigation(building).route("16,9,2F", "16,1,2F"))[0]
    right = replace(start, type="turn", maneuver="right", angle_deg=-90.0, landmark=None)
    left = replace(right, maneuver="left", angle_deg=90.0)
    back = replace(right, maneuver="turn-back", angle_deg=180.0)

    def say(step: Step, **how: object) -> str:
        return teller.say([step], heading_known=True, **how)[0]  # type: ignore[arg-type]

    assert "3시 방향" in say(right, turns="clock")
    assert "세 시 방향" in say(right, turns="clock", style="spoken")
    assert "9시 방향" in say(left, turns="clock")
    assert "6시 방향" in say(back, turns="clock")
    assert "turn to 3 o'clock" in say(right, turns="clock", lang="en").lower()
    assert "오른쪽으로 90도" in say(right, turns="degrees")
    assert "구십 도" in say(right, turns="degrees", style="spoken")


@pytest.mark.parametrize("venue", VENUES)
def test_6_clock_leaves_no_left_and_right_in_turns(venue: str) -> None:
    _, teller, routes = told(venue)
    for route in routes:
        steps = [s for s in teller.steps(route) if s.type == "turn" and s.then is None]
        for text in teller.say(steps, lang="en", turns="clock", heading_known=True):
            assert "o'clock" in text
            assert not re.search(r"turn (slightly |sharp )?(left|right)", text, re.IGNORECASE)


@pytest.mark.parametrize("turns", ["clock", "degrees"])
def test_6_without_a_heading_it_is_refused(turns: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        guide(two_floors()).say([], turns=turns)  # type: ignore[arg-type]
    assert caught.value.context["turns"] == turns


def test_6_lengths_in_the_listeners_own_paces() -> None:
    building = two_floors()
    teller = guide(building)
    steps = teller.steps(build_navigation(building).route("16,9,2F", "16,1,2F"))
    assert "13걸음" in teller.say(steps, unit="steps")[0] or "15걸음" in teller.say(steps, unit="steps")[0]
    assert "걸음" in teller.say(steps, unit="steps", style="spoken")[0]
    assert "paces" in teller.say(steps, unit="steps", lang="en")[0]
    halved = teller.say(steps, unit="steps", lang="en", step_length_m=0.3)[0]
    assert int(re.findall(r"(\d+) paces", halved)[0]) == 25
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(InvalidInput):
            teller.say(steps, unit="steps", step_length_m=bad)


# 7. A third language -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("venue", VENUES[:2])
def test_7_a_third_language_is_one_new_file(venue: str, tmp_path: Path) -> None:
    text = (FOLDER / "en.plain.toml").read_text(encoding="utf-8")
    text = text.replace("turn left", "tournez à gauche").replace('door = "the door"', 'door = "la porte"')
    (tmp_path / "fr.plain.toml").write_text(text, encoding="utf-8")
    building, teller, routes = told(venue)
    french = Guide(building, catalogues=[tmp_path])
    said = set()
    for route in routes:
        steps = french.steps(route)
        for style in STYLES:
            said |= set(french.say(steps, lang="fr", style=style))
    assert any("ournez à gauche" in text for text in said)
    with pytest.raises(InvalidInput) as caught:
        teller.say([], lang="fr")
    assert caught.value.context["languages"] == ["en", "ko"]


def test_7_all_catalogues_have_the_same_keys_and_fields() -> None:
    first = catalogue("ko", "plain")
    for lang in LANGS:
        for style in STYLES:
            other = catalogue(lang, style)
            keys = {key for key in other.phrases if not key.startswith("sentence.state")}
            assert keys == set(first.phrases)
            assert set(other.nouns) == set(first.nouns)


@pytest.mark.parametrize(("lang", "style"), [("xx", "plain"), ("../ko", "plain"), ("ko", "loud")])
def test_7_what_has_no_catalogue_is_refused_by_name(lang: str, style: str) -> None:
    with pytest.raises(InvalidInput):
        guide(two_floors()).say([], lang=lang, style=style)  # type: ignore[arg-type]


def test_7_another_language_is_english_where_text_is_all_one_asks_for() -> None:
    building = two_floors()
    route = build_navigation(building).route("hall", "office")
    assert directions(building, route, lang="fr") == directions(building, route, lang="en")
