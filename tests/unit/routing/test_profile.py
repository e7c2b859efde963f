"""Profiles as data: what ships, what a site's own files may say, and what each mistake in them is answered with."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indoor3d.errors import InvalidInput, UnknownProfile
from indoor3d.routing.cost.fares import find_fare, read_fare
from indoor3d.routing.profile import ENVIRONMENT, PROFILES, Options, files, find_profile, load_profiles
from indoor3d.routing.profile.keys import KEYS
from tools.profile_tables import PAGE, page

ROOT = Path(__file__).parents[3]
IDS = [
    "walk",
    "elderly",
    "cane",
    "crutches",
    "rollator",
    "wheelchair_manual",
    "wheelchair",
    "wheelchair_assisted",
    "wheelchair_powered",
    "scooter",
    "blind_cane",
    "guide_dog",
    "low_vision",
    "deaf",
    "stroller",
    "luggage",
    "cart",
    "cognitive",
    "rescuer",
]
SIRI = {
    "wheelchair": "wheelchair",
    "assistedWheelchair": "wheelchair_assisted",
    "motorizedWheelchair": "wheelchair_powered",
    "walkingFrame": "rollator",
    "restrictedMobility": "elderly",
    "visualImpairment": "blind_cane",
    "guideDog": "guide_dog",
    "auditoryImpairment": "deaf",
    "cognitiveInputImpairment": "cognitive",
    "pushchair": "stroller",
    "luggageEncumbered": "luggage",
    "baggageTrolley": "cart",
}
SMALL = """
id = "{id}"
[name]
ko = "우리"
en = "Ours"
[speed]
level_mps = {{ mean = 1.0, p15 = 0.8, source = "counted" }}
stair_up_slope_mps = "never"
stair_down_slope_mps = "never"
ramp_up_slope_mps = {{ mean = 0.5, p15 = 0.4 }}
ramp_down_slope_mps = {{ mean = 0.6, p15 = 0.5 }}
"""


def _folder(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def _refused(tmp_path: Path, text: str, *, name: str = "ours") -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        load_profiles(_folder(tmp_path / "own", **{name: text}))
    assert caught.value.detail["en"] != caught.value.detail["ko"]
    assert any("가" <= letter <= "힣" for letter in caught.value.detail["ko"]) or caught.value.context["key"]
    return caught.value


def test_the_profiles_in_order() -> None:
    assert list(PROFILES) == IDS
    assert all(PROFILES[ident].id == ident for ident in IDS)
    assert all(profile.name.ko and profile.name.en for profile in PROFILES.values())
    assert len({profile.name.ko for profile in PROFILES.values()}) == len(PROFILES)


def test_every_number_that_ships_has_its_source() -> None:
    kinds = {"speed", "number", "slope", "count"}
    members = {key.member: key for key in KEYS if key.kind in kinds and key.member != "order"}
    for profile in PROFILES.values():
        plain = load_profiles()["walk"].__class__.__dataclass_fields__
        for member, key in members.items():
            value = getattr(profile, member)
            if value is not None and value != plain[member].default:
                assert profile.sources.get(member), (profile.id, key.path)


@pytest.mark.parametrize("name", list(SIRI))
def test_the_names_that_siri_has_for_needs(name: str) -> None:
    assert find_profile(name).id == SIRI[name]
    assert find_profile(name.upper()).id == SIRI[name]
    assert find_profile(f" {name.lower()} ").id == SIRI[name]


@pytest.mark.parametrize("name", ["", " ", "flying", "walk ing", "Walk\x00", "가" * 500])
def test_what_is_no_profile_is_said_with_what_there_is(name: str) -> None:
    with pytest.raises(UnknownProfile) as caught:
        find_profile(name)
    assert caught.value.context["profiles"] == IDS
    assert len(caught.value.context["profile"]) <= 64


def test_a_wheelchair_is_a_manual_one_under_its_old_name() -> None:
    old, new = PROFILES["wheelchair"], PROFILES["wheelchair_manual"]
    assert (old.alias_of, new.alias_of) == ("wheelchair_manual", "")
    assert old.min_clear_width_m == new.min_clear_width_m == 0.8
    assert (old.level_mps, old.max_step_m, old.escalator) == (new.level_mps, 0.02, "never")


def test_the_slow_are_slower_and_the_wide_are_wider() -> None:
    for profile in PROFILES.values():
        slow = profile.paced("p15")
        for member in ("level_mps", "stairs_up_mps", "stairs_down_mps", "ramp_up_mps", "ramp_down_mps", "carry_mps"):
            mean, p15 = getattr(profile, member), getattr(slow, member)
            assert (mean is None) == (p15 is None)
            assert mean is None or 0 < p15 <= mean <= 1.3, (profile.id, member)
        assert profile.paced("mean") is profile
        assert profile.turn_margin_m >= profile.margin_m >= 0
    assert PROFILES["walk"].min_clear_width_m == 0.3
    wheels = [p for p in PROFILES.values() if p.wheeled]
    assert all(p.stairs_up_mps is None and p.escalator == "never" and not p.revolving and p.careful for p in wheels)
    assert all(p.min_clear_width_m > 0.7 and p.lift_depth_m >= p.length_m for p in wheels)
    assert not any(p.careful for p in PROFILES.values() if not p.wheeled)


def test_a_manual_chair_takes_half_as_long_again_up_a_ramp() -> None:
    """Half a mile uphill in eleven minutes was a real answer of another router (failure 8)."""
    chair = PROFILES["wheelchair_manual"]
    assert chair.level_mps / chair.ramp_up_mps >= 1.5
    assert chair.level_p15_mps / chair.ramp_up_p15_mps >= 1.5


def test_a_site_has_profiles_of_its_own(tmp_path: Path) -> None:
    found = load_profiles(_folder(tmp_path / "own", ours=SMALL.format(id="ours")))
    assert sorted(found) == sorted([*IDS, "ours"])
    ours = found["ours"]
    assert (ours.level_mps, ours.level_p15_mps, ours.stairs_up_mps, ours.ramp_up_p15_mps) == (1.0, 0.8, None, 0.4)
    assert (ours.name.ko, ours.name.en, ours.sources["level_mps"], ours.sources["ramp_up_mps"]) == (
        "우리",
        "Ours",
        "counted",
        "",
    )


def test_a_profile_starts_from_another(tmp_path: Path) -> None:
    text = 'id = "narrow"\nextends = "wheelchair_manual"\n[name]\nko = "좁은 휠체어"\n[body]\nwidth_m = 0.58\n[limits]\nmax_slope = "1/14"\n'
    second = 'id = "slower"\nextends = "narrow"\n[speed]\nlevel_mps = { mean = 0.5, p15 = 0.3 }\n'
    found = load_profiles(_folder(tmp_path / "own", narrow=text, slower=second))
    base, narrow, slower = (found[name] for name in ("wheelchair_manual", "narrow", "slower"))
    assert (narrow.name.ko, narrow.name.en, narrow.siri) == ("좁은 휠체어", base.name.en, "")
    assert narrow.min_clear_width_m == 0.68
    assert narrow.max_slope == pytest.approx(1 / 14)
    assert (narrow.ramp_up_mps, narrow.escalator) == (base.ramp_up_mps, "never")
    assert narrow.sources["ramp_up_mps"] == base.sources["ramp_up_mps"]
    assert "width_m" not in narrow.sources
    assert (slower.width_m, slower.level_mps, slower.level_p15_mps) == (0.58, 0.5, 0.3)


def test_a_later_folder_takes_the_place_of_a_profile_and_its_other_name_follows(tmp_path: Path) -> None:
    text = 'id = "wheelchair_manual"\nextends = "wheelchair_manual"\n[body]\nwidth_m = 0.6\n'
    found = load_profiles(_folder(tmp_path / "own", wheelchair_manual=text))
    assert found["wheelchair"].min_clear_width_m == found["wheelchair_manual"].min_clear_width_m == 0.7
    assert found["wheelchair"].name == PROFILES["wheelchair"].name
    assert (found["wheelchair_manual"].siri, list(found)) == ("wheelchair", IDS)


def test_folders_come_from_the_environment_too(tmp_path: Path) -> None:
    own = _folder(tmp_path / "own", ours=SMALL.format(id="ours"))
    code = "from indoor3d.routing.profile import PROFILES, find_profile; print(len(PROFILES), find_profile('OURS').id)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={ENVIRONMENT: str(own), "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(len(IDS) + 1), "ours"]


@pytest.mark.parametrize(
    ("find", "put", "key", "expected"),
    [
        ("ramp_up_slope_mps", "ramp_up_slope_kmh", "speed.ramp_up_slope_kmh", "did you mean speed.ramp_up_slope_mps"),
        ("[name]", "speed_mps = 1\n[name]", "speed_mps", "a known key"),
        ("[name]", "[colour]\nred = 1\n[name]", "colour", "a known key"),
        ("[name]", "body = 3\n[name]", "body", "a table [body]"),
        ("mean = 1.0, p15 = 0.8", "mean = 1.0", "speed.level_mps", "p15 = 0.8"),
        ("mean = 1.0, p15 = 0.8", "mean = 0.7, p15 = 0.8", "speed.level_mps.p15", "at most the mean, 0.7 m/s"),
        ("mean = 1.0, p15 = 0.8", "mean = 100.0, p15 = 80.0", "speed.level_mps", "0.05 to 4 m/s"),
        ("mean = 1.0, p15 = 0.8", "mean = nan, p15 = 0.8", "speed.level_mps", "0.05 to 4 m/s"),
        ("mean = 1.0, p15 = 0.8", "mean = true, p15 = 0.8", "speed.level_mps", "0.05 to 4 m/s"),
        ("mean = 1.0, p15 = 0.8", "mean = 1.0, p15 = 0.8, unit = 'm/s'", "speed.level_mps", "source"),
        ('stair_up_slope_mps = "never"', 'stair_up_slope_mps = "slow"', "speed.stair_up_slope_mps", 'or "never"'),
        ('stair_up_slope_mps = "never"', "", "speed.stair_up_slope_mps", "mean = 1.0"),
        ('stair_up_slope_mps = "never"', "stair_up_slope_mps = { mean = 0.3, p15 = 0.2 }", "speed.stair_down_slope_mps", "both"),
        ('en = "Ours"', "", "name.en", "text in quotes"),
        ('en = "Ours"', 'en = ""', "name.en", "text in quotes"),
        ('id = "ours"', "", "id", "text in quotes"),
        ('id = "ours"', 'id = "theirs"', "id", "the file's name"),
        ('id = "ours"', 'id = "ours"\nextends = "nobody"', "extends", "wheelchair_manual"),
        ('id = "ours"', 'id = "ours"\nextends = "ours"', "extends", "wheelchair_manual"),
        ('id = "ours"', 'id = "ours"\nalias_of = "nobody"', "alias_of", "wheelchair_manual"),
        ('id = "ours"', 'id = "ours"\nwheeled = 1', "wheeled", "true or false"),
        ('id = "ours"', 'id = "ours"\nbody.width_m = 70', "body.width_m", "0 to 2 m"),
        ('id = "ours"', 'id = "ours"\nbody.width_m = "0.7"', "body.width_m", "a number"),
        ('id = "ours"', 'id = "ours"\nbody.width_m = { value = 0.7, m = 1 }', "body.width_m", "value = 1.0"),
        ('id = "ours"', 'id = "ours"\nbody.margin_m = 0.3', "body.turn_margin_m", "at least margin_m"),
        ('id = "ours"', 'id = "ours"\nlimits.max_slope = "1/0"', "limits.max_slope", '"1/12"'),
        ('id = "ours"', 'id = "ours"\nlimits.max_slope = "steep"', "limits.max_slope", '"1/12"'),
        ('id = "ours"', 'id = "ours"\nlimits.max_slope = 8.3', "limits.max_slope", "0 to 1"),
        ('id = "ours"', 'id = "ours"\nlimits.max_slope = "1/8"\nlimits.max_slope_short = "1/12"', "limits.max_slope_short", "at least"),
        ('id = "ours"', 'id = "ours"\nlimits.long_flight_steps = 12.5', "limits.long_flight_steps", "a whole number"),
        ('id = "ours"', 'id = "ours"\nlimits.carry_up_to_steps = 3', "speed.carry_slope_mps", "carry"),
        ('id = "ours"', 'id = "ours"\nways.escalator = "sometimes"', "ways.escalator", '"stand", "penalty", "never"'),
        ('id = "ours"', 'id = "ours', "", "TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_key_and_what_is_expected(
    tmp_path: Path, find: str, put: str, key: str, expected: str
) -> None:
    text = SMALL.format(id="ours")
    assert find in text
    error = _refused(tmp_path, text.replace(find, put, 1))
    assert error.context["file"] == "ours.toml"
    assert error.context["key"] == key
    assert expected in error.context["expected"]
    assert error.detail["en"].startswith(f"ours.toml{f', {key}' if key else ''}: expected ")
    json.dumps(error.context)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    own = _folder(tmp_path / "own")
    (own / "ours.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(InvalidInput, match="readable text"):
        load_profiles(own)
    (own / "ours.toml").write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(InvalidInput, match="1 MiB"):
        load_profiles(own)
    with pytest.raises(InvalidInput, match="a folder of TOML files"):
        load_profiles(tmp_path / "nowhere")


def test_files_that_extend_each_other_in_a_circle(tmp_path: Path) -> None:
    own = _folder(tmp_path / "own", a='id = "a"\nextends = "b"\n', b='id = "b"\nextends = "a"\n')
    with pytest.raises(InvalidInput, match="without a circle"):
        load_profiles(own)


def test_two_files_with_one_id(tmp_path: Path) -> None:
    own = _folder(tmp_path / "own", ours=SMALL.format(id="ours"), theirs=SMALL.format(id="ours"))
    with pytest.raises(InvalidInput, match="no other file"):
        load_profiles(own)


def test_the_data_is_found_in_an_installed_package_too(tmp_path: Path) -> None:
    """Without the repository around it, the package reads what the build put into it."""
    package = tmp_path / "indoor3d"
    shutil.copytree(ROOT / "indoor3d", package, ignore=shutil.ignore_patterns("_web", "_demo", "_data", "__pycache__"))
    code = "from indoor3d.routing.profile import PROFILES; print(len(PROFILES))"
    command = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {[str(tmp_path), *sys.path]!r}; {code}"]
    bare = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "a folder of TOML files" in bare.stderr
    for kind in ("profiles", "fares"):
        shutil.copytree(ROOT / "assets" / kind, package / "_data" / kind)
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip() == str(
        len(IDS)
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"width_m": 0.1}, "width_m"),
        ({"width_m": float("nan")}, "width_m"),
        ({"length_m": 9.0}, "length_m"),
        ({"max_slope": -0.1}, "max_slope"),
        ({"max_step_m": 1.0}, "max_step_m"),
        ({"level_mps": 0.0}, "level_mps"),
        ({"queue_cycles": -1.0}, "queue_cycles"),
        ({"queue_cycles": float("inf")}, "queue_cycles"),
        ({"carry_up_to_steps": 101}, "carry_up_to_steps"),
        ({"unknown": "maybe"}, "unknown"),
        ({"pace": "fast"}, "pace"),
    ],
)
def test_options_that_nobody_can_have(values: dict[str, object], name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Options(**values)  # type: ignore[arg-type]
    assert caught.value.context["parameter"] == name


def test_options_make_the_profile_one_persons() -> None:
    chair = PROFILES["wheelchair_powered"]
    assert Options().applied(chair) is chair
    own = Options(width_m=0.6, length_m=1.0, max_slope=0.1, max_step_m=0.05, level_mps=0.45).applied(chair)
    assert own.min_clear_width_m == 0.7
    assert (own.lift_width_m, own.lift_door_m, own.lift_depth_m) == (1.0, 0.7, 1.1)
    assert (own.max_slope, own.max_slope_short, own.max_step_m) == (0.1, 0.1, 0.05)
    assert (own.level_mps, own.ramp_up_mps, own.stairs_up_mps) == (0.45, 0.4, None)
    slow = Options(pace="p15").applied(chair)
    assert (slow.level_mps, slow.width_m) == (chair.level_p15_mps, chair.width_m)
    assert Options(width_m=0.5).applied(PROFILES["walk"]).lift_door_m == 0.0
    assert hash(Options(width_m=0.6)) == hash(Options(width_m=0.6))


def test_the_rule_of_seoul() -> None:
    fare = find_fare("kr-seoul")
    assert (fare.reentry_s, fare.same_station, fare.same_line, fare.cards_only) == (900.0, True, True, True)
    assert 0 < fare.gate_s < fare.avoided_gate_s
    with pytest.raises(InvalidInput) as caught:
        find_fare("xx")
    assert caught.value.context["fares"] == ["kr-seoul"]


@pytest.mark.parametrize(
    ("find", "put", "key"),
    [
        ("gate_s = {", "gate_h = {", "burdens.gate_h"),
        ("value = 900", "value = -1", "reentry.within_s"),
        ("value = true", 'value = "yes"', "reentry.same_station"),
        ('en = "Seoul subway"', "", "name"),
        ('id = "kr-seoul"', 'id = "kr-busan"', "id"),
        ("[name]", "[name", ""),
    ],
)
def test_mistakes_in_a_fare_rule(tmp_path: Path, find: str, put: str, key: str) -> None:
    text = (files.shipped("fares") / "kr-seoul.toml").read_text(encoding="utf-8")
    path = tmp_path / "kr-seoul.toml"
    path.write_text(text.replace(find, put, 1), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_fare(path)
    assert caught.value.context["key"] == key


def test_the_reference_says_what_the_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python tools/profile_tables.py"
