"""The written form of scenarios: strict in, lossless out, one table behind all of it."""

import json
import math
from dataclasses import fields, replace
from typing import Any

import jsonschema
import numpy as np
import pytest

from indoor3d.errors import InvalidScenario
from indoor3d.models import scenario as s
from indoor3d.models.building import Building, Text
from indoor3d.models.scenario_check import check
from indoor3d.models.scenario_form import MOST_BYTES, digest, read, read_text, to_json, to_toml, validated, write
from indoor3d.models.scenario_keys import REQUIRED, ROOT, tables
from indoor3d.models.scenario_schema import schema
from indoor3d.models.vocabulary import Direction, SpaceCategory
from tests.buildings import station, two_floors
from tools.scenario_tables import PAGE, SCHEMA, page, schema_text

LEAST: dict[str, Any] = {"id": "s", "venues": ["v"]}
FULL = s.Scenario(
    id="all",
    venues=("two-floors", "b"),
    name=Text(ko="모두", en='All "of" \\ it'),
    note=Text(ko="줄\n바꿈", en="tab\there"),
    seed=7,
    model="agents",
    movement="sfpe",
    rules=(),
    runs=50,
    quantiles=(0.95,),
    fatigue=True,
    gates=s.Gates.SHUT,
    step_s=0.5,
    horizon_s=600.0,
    detection_s=0.0,
    alarm_s=12.5,
    premovement=s.Delay(kind="lognormal", mu=4.586, sigma=0.967, source="NIST 1.1"),
    premovement_of=(s.DelayOf(spaces=("office",), delay=s.Delay(kind="fixed", value_s=30.0)),),
    mobility=(s.Share(profile="walk", share=1.0),),
    occupants=(
        s.Occupants(
            categories=(SpaceCategory.OFFICE,),
            levels=("u",),
            without=("x",),
            use="office",
            presence=0.5,
            mobility=(s.Share(profile="cane", share=1.0),),
            source="a",
        ),
    ),
    counts=(s.Counts(id="c", csv="a,b\r\n1,2\n", station="시청", date="2024-10", days=20, source="b"),),
    tracks=(
        s.Track(id="t", platform="p", line="2", counts="c", hour=8, share=0.5, headway_s=150.0),
        s.Track(id="t2", platform="p", boarding_per_h=446.0, alighting_per_h=423.0, source="c"),
    ),
    trains=(s.Train(id="r", track="t", capacity=1950, at_s=30.0, space="tube", source="d"),),
    hazards=(
        s.Hazard(id="h", kind=s.HazardKind.FIRE, spaces=("shop",), spread=True, spread_mps=0.3, co_ppm=5000.0),
        s.Hazard(id="r", kind=s.HazardKind.REVERSED, elements=("e",), direction=Direction.UP, by="x", reported_at="y"),
        s.Hazard(id="f", kind=s.HazardKind.FLOODED, level="g", depth_m=0.2, rise_m_per_min=0.05, until_s=9.0),
    ),
    exits=("3",),
    points_of_safety=(
        s.PointOfSafety(space="hall"),
        s.PointOfSafety(space="store", analysis=s.Analysis(document="D-1", by="an engineer", on="2026-02-28")),
    ),
    assistance=(
        s.Assistance(
            direction="ascent", carriers=4, teams=2, speed_mps=0.2, width_m=1.2, source="e", connectors=("k",)
        ),
    ),
    evacuation_lifts=(s.EvacuationLift(lift="lift", capacity=10, cycle_s=60.0, available_from_s=5.0, source="f"),),
)


def wrong(document: Any) -> InvalidScenario:
    with pytest.raises(InvalidScenario) as caught:
        read(document)
    assert caught.value.detail["ko"] != caught.value.detail["en"]
    return caught.value


@pytest.mark.parametrize("form", [to_toml, to_json])
def test_every_part_comes_back_from_its_written_form(form: Any) -> None:
    assert read_text(form(FULL)) == FULL
    assert read_text(form(FULL).encode()) == FULL
    assert form(read_text(form(FULL))) == form(FULL)


def test_the_full_example_leaves_no_key_of_a_table_out() -> None:
    """Otherwise the test above would not see what is lost."""
    assert set(write(FULL)) == set(ROOT.by_name)


def test_what_is_not_given_is_the_default_of_the_value() -> None:
    assert read(LEAST) == s.Scenario(id="s", venues=("v",))
    assert write(read(LEAST)) == LEAST


def test_a_delay_is_a_distribution_in_seconds_that_never_starts_before_the_alarm() -> None:
    assert FULL.premovement.distribution.quantile(0.5) == pytest.approx(math.exp(4.586), rel=1e-6)
    early = s.Delay(kind="normal", mean_s=1.0, sd_s=5.0).distribution
    assert early.sample(np.random.default_rng(1), 1000).min() >= 0
    for kind, names in s.DISTRIBUTIONS.items():
        given = {name: float(n + 1) for n, name in enumerate(names)}
        assert s.Delay(kind=kind, **given).distribution.kind == kind  # type: ignore[arg-type]


def test_equal_scenarios_have_one_digest_whatever_they_were_read_from() -> None:
    assert digest(read_text(to_toml(FULL))) == digest(read_text(to_json(FULL))) == digest(FULL)
    assert digest(replace(FULL, seed=8)) != digest(FULL)


def test_keys_and_members_are_the_same() -> None:
    for path, table in tables(ROOT):
        members = {f.name for f in fields(table.make)} - {"default"}
        assert members == set(table.by_name), path


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"seeds": 1}, "seeds"),
        ({"seed": "1"}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": 10**400}, "seed"),
        ({"step_s": float("nan")}, "step_s"),
        ({"step_s": float("inf")}, "step_s"),
        ({"step_s": "2 min"}, "step_s"),
        ({"alarm": 60}, "alarm"),
        ({"venues": []}, "venues"),
        ({"venues": ["a", "a"]}, "venues"),
        ({"venues": "a"}, "venues"),
        ({"venues": [" "]}, "venues[0]"),
        ({"exits": []}, "exits"),
        ({"id": "a\x07"}, "id"),
        ({"id": "a" * 201}, "id"),
        ({"name": "x"}, "name"),
        ({"name": {"fr": "x"}}, "name.fr"),
        ({"quantiles": [1.0]}, "quantiles"),
        ({"mobility": []}, "mobility"),
        ({"mobility": [{"profile": "walk", "share": 0.9}]}, "mobility"),
        ({"mobility": [{"profile": "walk"}]}, "mobility[0].share"),
        ({"premovement": {"kind": "gamma", "shape": 1}}, "premovement.scale_s"),
        ({"premovement": {"kind": "fixed", "value_s": 1, "mean_s": 1}}, "premovement.mean_s"),
        ({"premovement": {"kind": "uniform", "low_s": 2, "high_s": 1}}, "premovement.high_s"),
        ({"premovement": {"kind": "gaussian"}}, "premovement.kind"),
        ({"occupants": [{"spaces": ["a"], "source": "x"}]}, "occupants[0]"),
        ({"occupants": [{"spaces": ["a"], "persons": 1, "use": "office", "source": "x"}]}, "occupants[0].use"),
        ({"occupants": [{"persons": 1, "source": "x"}]}, "occupants[0]"),
        ({"occupants": [{"spaces": ["a"], "persons": 1}]}, "occupants[0].source"),
        ({"occupants": [{"spaces": ["a"], "levels": ["g"], "persons": 1, "source": "x"}]}, "occupants[0].levels"),
        ({"tracks": [{"id": "t", "platform": "p", "source": "x"}]}, "tracks[0].boarding_per_h"),
        ({"tracks": [{"id": "t", "platform": "p", "counts": "c", "line": "1"}]}, "tracks[0].counts"),
        ({"tracks": [{"id": "t", "platform": "p", "boarding_per_h": 1}]}, "tracks[0].source"),
        ({"trains": [{"id": "r", "track": "t", "cars": 8}]}, "trains[0].track"),
        ({"hazards": [{"id": "h", "kind": "fire"}]}, "hazards[0].spaces"),
        ({"hazards": [{"id": "h", "kind": "fire", "spaces": ["a"], "at": 1}]}, "hazards[0].at"),
        ({"hazards": [{"id": "h", "kind": "fire", "spaces": ["a"], "depth_m": 1}]}, "hazards[0].depth_m"),
        ({"hazards": [{"id": "h", "kind": "fire", "spaces": ["a"], "at_s": 9, "until_s": 9}]}, "hazards[0].until_s"),
        ({"hazards": [{"id": "h", "kind": "flooded", "depth_m": 1}]}, "hazards[0].level"),
        ({"hazards": [{"id": "h", "kind": "reversed", "elements": ["e"]}]}, "hazards[0].direction"),
        ({"hazards": [{"id": "h", "kind": "closed", "elements": ["e"]}] * 2}, "hazards"),
        (
            {"points_of_safety": [{"space": "a", "analysis": {"document": "d", "by": "b", "on": "soon"}}]},
            "points_of_safety[0].analysis.on",
        ),
        (
            {"points_of_safety": [{"space": "a", "analysis": {"document": " ", "by": "b", "on": "2026-01-01"}}]},
            "points_of_safety[0].analysis.document",
        ),
        ({"evacuation_lifts": [{"lift": "a", "source": ""}]}, "evacuation_lifts[0].source"),
    ],
)
def test_a_wrong_key_is_refused_with_its_path(more: dict[str, Any], path: str) -> None:
    assert wrong(LEAST | more).context["path"] == path


def test_an_unknown_key_lists_those_that_are_valid_there() -> None:
    error = wrong(LEAST | {"assistance": [{"carrier": 2}]})
    assert error.context["allowed"] == list(dict(tables(ROOT))["assistance[]"].by_name)


@pytest.mark.parametrize(
    "text", ["", "[", "{", "{}", '{"id":1,"id":2}', '{"id":NaN}', "[" * 100_000, "{" + '"a":{' * 50_000]
)
def test_text_that_is_no_scenario_is_refused(text: str) -> None:
    for form in ("", "toml", "json"):
        with pytest.raises(InvalidScenario):
            read_text(text, form=form)


def test_bytes_that_are_not_utf_8_and_too_many_are_refused() -> None:
    with pytest.raises(InvalidScenario):
        read_text('id = "한"'.encode("cp949"))
    with pytest.raises(InvalidScenario):
        read_text(b" " * (MOST_BYTES + 1))
    with pytest.raises(InvalidScenario):
        read_text("", form="yaml")


def test_a_scenario_made_in_python_is_held_to_the_same_rules() -> None:
    assert validated(FULL) == FULL
    with pytest.raises(InvalidScenario):
        validated(replace(FULL, step_s=-1.0))


@pytest.mark.parametrize(
    "more", [{"occupants": None}, {"hazards": (1,)}, {"name": None}, {"premovement": "x"}, {"seed": None}]
)
def test_parts_of_another_type_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(InvalidScenario):
        validated(replace(FULL, **more))


def test_the_schema_says_the_same_as_the_reader() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    validator.validate(json.loads(to_json(FULL)))
    validator.validate(LEAST)
    wrongs: list[dict[str, Any]] = [
        {"seeds": 1},
        {"step_s": 0},
        {"exits": []},
        {"hazards": [{"id": "h", "kind": "war"}]},
    ]
    for bad in wrongs:
        assert not validator.is_valid(LEAST | bad)
        wrong(LEAST | bad)


def test_the_reference_and_the_schema_are_those_of_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python tools/scenario_tables.py"
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run python tools/scenario_tables.py"


def test_the_example_of_the_reference_is_one() -> None:
    example = read_text(page().split("```toml\n")[1].split("```")[0])
    assert example.trains[0].track == example.tracks[0].id


def test_every_default_that_matters_names_its_source() -> None:
    matters = {"movement", "step_s", "horizon_s", "detection_s", "alarm_s", "premovement", "mobility", "gates"}
    matters |= {"surge_factor", "disruption_min", "method", "share", "hour", "days", "persons_per_car", "crowding"}
    keys = [(table, key) for _, table in tables(ROOT) for key in table.keys]
    assert matters <= {key.name for table, key in keys if key.source and table.default(key.name) is not REQUIRED}


# ── against a building ───────────────────────────────────────────────────────────────────────────────────────────────


def with_platform() -> Building:
    building = station()
    spaces = tuple(
        replace(space, category=SpaceCategory.PLATFORM) if space.id == "platform" else space
        for space in building.spaces
    )
    return replace(building, spaces=spaces)


def asked(**more: Any) -> s.Scenario:
    return s.Scenario(id="s", venues=("station",), **more)


def test_names_and_numbers_become_ids() -> None:
    building = two_floors()
    named = replace(
        asked(exits=("1번 출구",), points_of_safety=(s.PointOfSafety(space="hall"),)), venues=(building.venue.id,)
    )
    settled = check(building, named)
    assert settled.exits == ("exit-1",)
    hall = building.by_id["hall"]
    by_name = replace(named, points_of_safety=(s.PointOfSafety(space=hall.name.ko.upper()),))
    assert check(building, by_name) == settled == check(building, settled)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"exits": ("no such",)}, "exits[0]"),
        ({"occupants": (s.Occupants(spaces=("hal",), persons=1, source="x"),)}, "occupants[0].spaces[0]"),
        ({"occupants": (s.Occupants(levels=("9F",), persons=1, source="x"),)}, "occupants[0].levels[0]"),
        ({"tracks": (s.Track(id="t", platform="hall", boarding_per_h=1.0, source="x"),)}, "tracks[0].platform"),
        (
            {"hazards": (s.Hazard(id="h", kind=s.HazardKind.STOPPED, elements=("stairs-office",)),)},
            "hazards[0].elements[0]",
        ),
        (
            {"hazards": (s.Hazard(id="h", kind=s.HazardKind.REVERSED, elements=("lift",), direction=Direction.UP),)},
            "hazards[0].elements[0]",
        ),
        ({"evacuation_lifts": (s.EvacuationLift(lift="escalator-up", source="x"),)}, "evacuation_lifts[0].lift"),
        ({"mobility": (s.Share(profile="bird", share=1.0),)}, "mobility[0].profile"),
        ({"movement": "magic"}, "movement"),
        ({"venues": ("elsewhere",)}, "venues"),
    ],
)
def test_what_is_not_there_is_named_with_what_is_near(more: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidScenario) as caught:
        check(with_platform(), replace(asked(), **more), profiles=("walk", "elderly", "wheelchair_manual"))
    assert caught.value.context["path"] == path
    if more.get("occupants", (s.Occupants(),))[0].spaces:
        assert "hall" in caught.value.context["nearest"]


def test_a_name_that_two_things_have_is_refused() -> None:
    building = station()
    doubled = replace(building, spaces=tuple(replace(space, name=Text(en="Room")) for space in building.spaces))
    with pytest.raises(InvalidScenario) as caught:
        check(doubled, asked(points_of_safety=(s.PointOfSafety(space="room"),)))
    assert set(caught.value.context["nearest"]) == {space.id for space in building.spaces}
