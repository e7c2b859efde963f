"""A whole evacuation in the viewer: planned as a job of the server, summed up, and played; by mouse, keyboard and ear."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Opener, Visit

pytestmark = pytest.mark.xdist_group("browser")

SCENARIO = {
    "id": "full-house",
    "name": {"ko": "만석", "en": "Full house"},
    "venues": ["two-floors"],
    "occupants": [{"spaces": ["hall", "gallery"], "persons": 160, "source": "counted"}],
    "premovement": {"kind": "fixed", "value_s": 0},
    "mobility": [{"profile": "walk", "share": 1}],
    "detection_s": 0,
    "alarm_s": 0,
}


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(SCENARIO), "utf-8")
    return path


def _open(visit: Visit, tab: str = "Evacuation") -> Locator:
    visit.wait("lists", "ready")
    visit.page.get_by_role("tab", name=tab).click()
    planner = visit.page.locator(".planner")
    planner.get_by_role("heading").first.wait_for()
    return planner


def _plan(visit: Visit, scenario: Path, *, button: str = "Make the plan", tab: str = "Evacuation") -> Locator:
    planner = _open(visit, tab)
    planner.locator("input[type=file]").set_input_files(scenario)
    planner.get_by_role("button", name=button).click()
    visit.wait("plan", "plan")
    return planner


def _dots(page: Page) -> int:
    found: int = page.evaluate("indoor3d.stage.overlay.dots.length")
    return found


def _tints(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("Object.fromEntries(indoor3d.store.get().tints)")
    return found


def test_a_plan_is_made_summed_up_and_played(opened: Opener, scenario: Path) -> None:
    visit = opened()
    planner = _plan(visit, scenario)
    rows = planner.locator("table").filter(has_text="Full house").locator("tr")
    told = dict(line.split("\t") for line in rows.all_inner_texts())
    assert told["Persons"] == "160"
    assert told["Out"] == "160"
    assert "verified and not validated" in told["Movement"]
    slider = planner.get_by_role("slider", name="Time")
    assert slider.get_attribute("aria-valuetext") == "0:00"
    full = _tints(visit.page)
    assert {"hall", "gallery"} <= set(full)
    slider.focus()
    for _ in range(12):
        visit.page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "0:12"
    assert _dots(visit.page) > 0
    visit.shot("plan-desktop-en")
    visit.page.keyboard.press("End")
    assert _dots(visit.page) == 0
    assert _tints(visit.page) == {}
    planner.get_by_role("button", name="Play").click()
    visit.page.wait_for_function("indoor3d.stage.overlay.dots.length > 0")
    planner.get_by_role("button", name="Pause").click()
    stopped = slider.get_attribute("aria-valuetext")
    visit.page.wait_for_timeout(400)
    assert slider.get_attribute("aria-valuetext") == stopped
    assert visit.errors == []


def test_the_legend_names_its_source_and_counts(opened: Opener, scenario: Path) -> None:
    visit = opened()
    planner = _plan(visit, scenario)
    legend = planner.locator("table").filter(has_text="Persons per m²")
    assert "Fruin" in planner.inner_text()
    letters = legend.locator("th").all_inner_texts()
    assert letters == ["A", "B", "C", "D", "E", "F"]
    counts = [int(row.locator("td").nth(1).inner_text()) for row in legend.locator("tr").all()]
    assert sum(counts) == len(_tints(visit.page))


def test_in_korean_on_a_phone_and_accessible(opened: Opener, scenario: Path) -> None:
    visit = opened(lang="ko", phone=True)
    planner = _plan(visit, scenario, button="계획 만들기", tab="대피")
    assert "만석" in planner.inner_text()
    assert "실증되지는 않았습니다" in planner.inner_text()
    assert visit.violations() == []
    visit.shot("plan-phone-ko")


def test_the_report_opens_on_its_own(opened: Opener, scenario: Path) -> None:
    visit = opened()
    planner = _plan(visit, scenario)
    href = planner.get_by_role("link", name="Report to print").get_attribute("href")
    answer = visit.page.request.get(href or "")
    assert answer.status == 200
    assert "Full house" in answer.text()


def test_what_is_wrong_with_a_scenario_is_said(opened: Opener, tmp_path: Path) -> None:
    visit = opened()
    planner = _open(visit)
    path = tmp_path / "wrong.toml"
    path.write_text('id = "x"\nvenues = ["two-floors"]\npeople = 3\n')
    planner.locator("input[type=file]").set_input_files(path)
    planner.get_by_role("button", name="Make the plan").click()
    alert = planner.get_by_role("alert")
    alert.wait_for()
    assert "people: unknown key" in alert.inner_text()
    refused = [error for error in visit.errors if "status of 400" in error]
    assert len(refused) == 1
    visit.errors.remove(refused[0])  # the browser reports an honest refusal as an error of its own


def test_a_plan_can_be_cancelled(opened: Opener, scenario: Path) -> None:
    visit = opened()
    planner = _open(visit)
    deleted: list[str] = []
    visit.page.on("request", lambda r: deleted.append(r.url) if r.method == "DELETE" else None)
    planner.locator("input[type=file]").set_input_files(scenario)
    planner.get_by_role("button", name="Make the plan").click()
    planner.get_by_role("progressbar").wait_for()
    planner.get_by_role("button", name="Cancel").click()
    visit.wait("plan", "none")
    visit.page.wait_for_timeout(300)
    assert [re.search(r"/v1/jobs/[0-9a-f]{32}$", url) is not None for url in deleted] == [True]


def test_escape_routes_take_the_place_of_a_plan(opened: Opener, scenario: Path) -> None:
    visit = opened()
    _plan(visit, scenario)
    visit.page.get_by_role("button", name="Show escape routes").click()
    visit.wait("evacuation", "drawn")
    visit.wait("plan", "none")
    assert _dots(visit.page) == 0
    assert _tints(visit.page)
