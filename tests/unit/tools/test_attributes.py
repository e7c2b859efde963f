"""Every key that says who can use a door or a way, set to what no venue of ours says: all of it comes back from the file."""

import re
from pathlib import Path

import pytest

from indoor3d.models.building import Building, Connector, Opening, Text
from indoor3d.models.vocabulary import ConnectorCategory, DoorKind, OpeningCategory
from indoor3d.sources.base import read
from tests.unit.tools import small
from tools.station.checks import check
from tools.station.ifc import write_ifc
from tools.station.model import PlanError
from tools.station.plan import read_plan

SERVED = 'tactile = true\naccessible = false\nsign_ko = "나가는 곳"\nsign_en = "Way out"\nhours = "05:00-24:00"'
SAID = {
    "platform-stairs": f"{SERVED}\nhandrail = false",
    "gallery-ramp": f"{SERVED}\nhandrail = true",
    "platform-escalator": f"{SERVED}\nspeed = 0.5",
    "platform-escalators": f"{SERVED}\nspeed = 0.65",
    "walk-1": f"{SERVED}\nspeed = 0.75",
    "lift": f"{SERVED}\ncar_width = 1.6\ncar_depth = 1.35\nspeed = 0.75\nneeds_staff = true",
    "stair-lift": f"{SERVED}\ncar_width = 0.76\ncar_depth = 1.05\nspeed = 0.1\nneeds_staff = false",
    "office-door": 'leaf = "folding"\nautomatic = false\nthreshold = 0.02\nintercom = true\nhours = "Mo-Fr 09:00-18:00"',
    "street-door": 'leaf = "revolving"\nautomatic = true\nthreshold = 0\nintercom = false\nhours = "Mo-Sa 08:00-20:00"',
    "doors-south": "gap = 0.11\ngap_step = -0.03",
    "shop": 'hours = "Mo-Sa 10:00-22:00"\ntactile = false',
}


def written(folder: Path, said: dict[str, str]) -> Path:
    """The small station with more keys in some of its tables, by id."""
    small.write(folder)
    path = folder / "b.toml"
    text = path.read_text("utf-8")
    for ident, keys in said.items():
        text, count = re.subn(rf'(?m)^id = "{ident}"$', lambda _, i=ident, k=keys: f'id = "{i}"\n{k}', text)  # type: ignore[misc]
        assert count == 1, ident
    path.write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Building:
    folder = written(tmp_path_factory.mktemp("small"), SAID)
    path = folder / "small.ifc"
    path.write_text(write_ifc(read_plan(folder)), encoding="utf-8")
    found, report = read(path, mesh=False)
    assert [i.code for i in report.issues if i.code.startswith(("connector", "property"))] == []
    return found


def way(building: Building, name: str) -> Connector:
    return next(c for c in building.connectors if c.name.en == name)


def door(building: Building, name: str) -> Opening:
    return next(o for o in building.openings if o.name.en == name)


@pytest.mark.parametrize(
    ("name", "handrail", "speed"),
    [
        ("Platform stairs", False, None), ("Ramp", True, None), ("Escalator", None, 0.5), ("Escalators (up)", None, 0.65),
        ("Escalators (down)", None, 0.65), ("Moving walk", None, 0.75), ("Lift", None, 0.75), ("Stair lift", None, 0.1),
    ],
)  # fmt: skip
def test_ways(building: Building, name: str, *, handrail: bool | None, speed: float | None) -> None:
    found = way(building, name)
    assert (found.tactile, found.accessible, found.hours) == (True, False, "05:00-24:00")
    assert found.sign == Text(ko="나가는 곳", en="Way out")
    assert (found.handrail, found.speed_mps) == (handrail, speed)


def test_cars(building: Building) -> None:
    lift, platform = way(building, "Lift"), way(building, "Stair lift")
    assert (lift.car_width_m, lift.car_depth_m, lift.needs_staff, lift.through) == (1.6, 1.35, True, False)
    assert platform.category is ConnectorCategory.WHEELCHAIR_LIFT
    assert (platform.car_width_m, platform.car_depth_m, platform.needs_staff) == (0.76, 1.05, False)
    assert way(building, "Platform stairs").car_width_m is None


def test_leaves(building: Building) -> None:
    inner, outer = door(building, "Door of"), door(building, "Street door")
    assert (inner.kind, inner.automatic, inner.threshold_m, inner.intercom, inner.hours) == (
        DoorKind.FOLDING, False, 0.02, True, "Mo-Fr 09:00-18:00",
    )  # fmt: skip
    assert (outer.kind, outer.automatic, outer.threshold_m, outer.intercom) == (DoorKind.REVOLVING, True, 0.0, False)
    assert {e.hours for e in building.exits if e.opening == outer.id} == {"Mo-Sa 08:00-20:00"}
    screens = [o for o in building.openings if o.category is OpeningCategory.SCREEN_DOOR]
    assert {(o.gap_m, o.gap_step_m) for o in screens} == {(0.11, -0.03)}
    assert {o.number for o in screens} == {f"{car}-{n}" for car in range(1, 5) for n in range(1, 5)}


def test_spaces(building: Building) -> None:
    found = {s.name.default.split()[0]: (s.hours, s.tactile) for s in building.spaces}
    assert found["shop"] == ("Mo-Sa 10:00-22:00", False)
    assert found["hall"] == ("", True)  # a guide strip is drawn in it
    assert found["platform"] == ("", True)  # its edge has one
    assert found["gallery"] == ("", None)


@pytest.mark.parametrize(
    ("ident", "keys", "problem"),
    [
        ("office-door", 'leaf = "barn"', "unknown leaf 'barn'"),
        ("office-door", "threshold = -0.1", "missing or not a number of 0 or more"),
        ("office-door", 'automatic = "yes"', "must be true or false"),
        ("lift", "car_width = 0", "not a number above 0"),
        ("platform-escalator", "speed = -1", "not a number above 0"),
        ("stair-lift", "through = true", "unknown key 'through'"),
        ("shop", 'hours = "from nine to five"', "are no opening hours"),
        ("street-door", 'hours = "9-18"', "are no opening hours"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, ident: str, keys: str, problem: str) -> None:
    try:
        said = [str(finding) for finding in check(read_plan(written(tmp_path, {ident: keys})))]
    except PlanError as error:
        said = [str(error)]
    assert [problem in line for line in said] == [True]
    assert said[0].startswith("b.toml:")
