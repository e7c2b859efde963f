"""The drawings: one map a storey, all storeys apart, and the picture of that."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from shapely import box

from tests.unit.tools import small
from tools import make_station, preview
from tools.station import palette
from tools.station.checks import check
from tools.station.isometric import draw_apart
from tools.station.labels import block_of, place
from tools.station.model import FACILITY_CATEGORIES, SPACE_CATEGORIES, Plan, Space, Where
from tools.station.plan import read_plan
from tools.station.preview import draw

ROOT = Path(__file__).parents[3]
LEVELS = ("B2", "B1", "1F")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    found = read_plan(small.write(tmp_path_factory.mktemp("small")))
    assert check(found) == []
    return found


def words(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return ["".join(part.itertext()) for part in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("level", LEVELS)
def test_a_map_says_where_it_is_and_that_it_is_schematic(plan: Plan, level: str) -> None:
    found = words(draw(plan, level))
    assert level in found
    assert plan.venue.ko in found
    assert palette.NOTICE in found
    assert plan.venue.notice_en in found
    assert "N" in found
    assert any(word.endswith(" m") for word in found)
    assert {"Dark: from a source", "Pale, dashed: assumed"} <= set(found)


@pytest.mark.parametrize("level", LEVELS)
def test_same_plan_same_drawing(plan: Plan, level: str) -> None:
    assert draw(plan, level) == draw(plan, level)


def test_the_apart_picture_is_the_same_again_and_names_every_storey_and_exit(plan: Plan) -> None:
    svg = draw_apart(plan)
    assert svg == draw_apart(plan)
    assert {*LEVELS, "1", palette.NOTICE} <= set(words(svg))


def test_a_map_shows_what_is_there_and_explains_it(plan: Plan) -> None:
    upper, lower = words(draw(plan, "B1")), words(draw(plan, "B2"))
    assert {"대합실", "Concourse"} <= set(upper)
    assert {"Defibrillator", "Guide strip", "Gates (blue: wide)", "Lift", "Exit", "Moving walk"} <= set(upper)
    assert {"Escalator", "Stairs (arrow: up)", "Platform", "Stair lift", "다음역 방면 · to Next station"} <= set(lower)
    assert "Gates (blue: wide)" not in lower
    assert "Ramp" not in lower


def test_exit_badges_are_yellow_with_a_black_number(plan: Plan) -> None:
    svg = draw(plan, "1F")
    assert re.search(r'fill="#ffcf1a"[^>]*/>\n<text [^>]*fill="#111"[^>]*>1</text>', svg)


def test_what_is_assumed_is_dashed_and_what_has_a_source_is_not(plan: Plan) -> None:
    svg = draw(plan, "B1")
    dark, pale = re.findall(r'<path [^>]*fill="#2b2f33"/>', svg), re.findall(r'<path [^>]*fill="#9aa0a6"/>', svg)
    assert dark
    assert pale


def test_names_keep_clear_of_one_another() -> None:
    taken = [box(0, 0, 100, 100)]
    assert place(box(0, 0, 100, 100), "대합실", "Concourse", taken) is None
    label = place(box(0, 0, 400, 100), "대합실", "Concourse", taken)
    assert label is not None
    width, height = block_of(label.lines, label.size)
    frame = box(label.x - width / 2, label.y - height / 2, label.x + width / 2, label.y + height / 2)
    assert not frame.intersects(taken[0])
    assert frame.within(box(0, 0, 400, 100))


def test_a_name_turns_with_a_long_space_and_is_left_out_of_a_small_one() -> None:
    tall = place(box(0, 0, 30, 400), "환승통로", "Passage between the lines", [])
    assert tall is not None
    assert abs(tall.turn) == 90
    assert place(box(0, 0, 6, 6), "창고", "Store", []) is None


@pytest.mark.parametrize("category", sorted(SPACE_CATEGORIES))
def test_every_category_has_a_colour(category: str) -> None:
    where = Where(file="x", line=1)
    space = Space(id="s", where=where, level="1F", ring=(), floor=0, clear=3, category=category, access="public")
    assert re.fullmatch(r"#[0-9a-f]{6}", palette.fill_of(space).colour)


def test_every_facility_has_a_mark() -> None:
    assert set(palette.MARKS) == FACILITY_CATEGORIES


def test_the_tool_writes_maps_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = small.write(tmp_path / "plan")
    assert preview.main([str(folder), "-o", str(tmp_path / "out")]) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["my-station-1F.svg", "my-station-B1.svg", "my-station-B2.svg", "my-station-apart.png", "my-station-apart.svg"]  # fmt: skip
    assert (tmp_path / "out/my-station-apart.png").read_bytes().startswith(b"\x89PNG")
    assert "my-station-B1.svg" in capsys.readouterr().out
    assert make_station.main([str(folder), "--check", "--svg", str(tmp_path / "again")]) == 0
    for file in (tmp_path / "again").iterdir():
        assert file.read_bytes() == (tmp_path / "out" / file.name).read_bytes()


def test_without_resvg_the_maps_are_still_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    assert preview.main([str(small.write(tmp_path / "plan")), "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".svg"] * 4
    assert "needs resvg-py" in capsys.readouterr().err


def test_a_plan_that_cannot_be_read_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preview.main([str(tmp_path), "-o", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.startswith("venue.toml:1: cannot be read")
