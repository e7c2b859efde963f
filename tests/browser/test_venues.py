"""The pilot venues in a real browser: every level drawn, a route across levels, facilities to find."""

import pytest

from tests.browser.conftest import Opener
from tests.venues.made import VENUES, plan_of
from tools.pictures import WAYS

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def served() -> str:
    return "pilot"


def test_the_landing_page_shows_them_all(opened: Opener) -> None:
    visit = opened(query="", expected="landing")
    names = visit.page.locator(".landing").inner_text()
    for venue in VENUES:
        assert plan_of(venue).venue.en in names
    assert "City Hall district" in names
    assert "schematic" in names.casefold()
    visit.shot("landing")


@pytest.mark.parametrize("venue", sorted(WAYS))
def test_every_level_is_drawn(opened: Opener, venue: str) -> None:
    visit = opened(query=f"?venue={venue}")
    assert visit.colours() > 20
    levels = visit.page.evaluate("[...document.querySelectorAll('.level[data-level]')].map((b) => b.dataset.level)")
    levels = [level for level in levels if level != "all"]
    drawn = set(visit.page.evaluate("indoor3d.stage.features.all().map((drawn) => drawn.level)"))
    assert set(levels) <= drawn
    if venue in VENUES:
        assert len(levels) == len(plan_of(venue).storeys)
    background = visit.pixels()[0]
    seen = set()
    for level in levels:
        visit.page.locator(f'.level[data-level="{level}"]').click()
        visit.wait("level", level)
        visit.settle()
        pixels = visit.pixels()
        assert sum(pixel != background for pixel in pixels) > 100, level
        seen.add(tuple(pixels))
    assert len(seen) == len(levels), "no two levels look the same"
    visit.shot(f"venue-{venue}")


@pytest.mark.parametrize("venue", sorted(WAYS))
def test_a_route_crosses_levels(opened: Opener, venue: str) -> None:
    visit = opened(query=f"?venue={venue}")
    visit.route(*WAYS[venue])
    visit.wait("route", "drawn")
    visit.settle()
    heights = visit.page.evaluate("indoor3d.stage.lines.shown.flatMap((path) => path.points.map((p) => p[2]))")
    assert max(heights) - min(heights) > 4.0
    assert visit.page.locator(".steps li").count() >= 3
    visit.shot(f"route-{venue}")


@pytest.mark.parametrize("venue", sorted(WAYS))
def test_facilities_are_listed_and_found(opened: Opener, venue: str) -> None:
    visit = opened(query=f"?venue={venue}", phone=True)
    visit.page.get_by_role("button", name="Lifts").first.click()
    rows = visit.page.locator("[data-id]")
    rows.first.wait_for()
    assert rows.count() >= 2
    rows.first.click()
    visit.page.locator(".card").wait_for()
    visit.settle()
    visit.shot(f"lift-{venue}")
