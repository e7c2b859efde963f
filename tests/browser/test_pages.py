"""The landing page and the pages about a venue in a real browser, through the real API."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import PHONE, Opener, Visit

pytestmark = pytest.mark.xdist_group("browser")

PAGES = ("overview", "levels", "facilities", "accessibility", "quality", "data")
VENUE = "?venue=two-floors"

LINES = {"1": "#0052A4", "2": "#00A84D", "9": "#BDB092"}
SEOUL: tuple[tuple[str, str, str, str, tuple[float, float], tuple[str, ...], tuple[float, ...]], ...] = (
    ("city-hall", "시청역", "City Hall station", "station", (126.9762, 37.5648), ("1", "2"), (-19.9, -13.6, -5.5, 0.0)),
    (
        "express",
        "고속터미널역",
        "Express Bus Terminal station",
        "station",
        (127.0049, 37.5044),
        ("9",),
        (-20.0, -6.0, 0.0),
    ),
    ("library", "서울도서관", "Seoul Library", "public_building", (126.9781, 37.5663), (), (-5.5, 0.0, 5.0, 9.5)),
    ("joined", "묶음", "Joined", "district", (126.9775, 37.5655), ("1", "2"), (-19.9, 0.0, 9.5)),
)

UNREADABLE = """() => {
    const part = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const parse = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
        return { light: 0.2126 * part(r / 255) + 0.7152 * part(g / 255) + 0.0722 * part(b / 255), a };
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.a > 0.9) return colour.light;
        }
        return 1;
    };
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.visually-hidden, canvas, svg');
    const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    return [...document.querySelectorAll('.landing *, .pages *')].filter((e) => own(e) && seen(e)).flatMap((e) => {
        const [a, b] = [parse(getComputedStyle(e).color).light, behind(e)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        return ratio < 4.5 ? [`${e.className || e.tagName}: ${e.textContent.slice(0, 30)} ${ratio.toFixed(2)}`] : [];
    });
}"""


def _text(ko: str, en: str) -> dict[str, str]:
    return {"default": "", "ko": ko, "en": en}


def _summary(entry: tuple[Any, ...]) -> dict[str, Any]:
    ident, ko, en, category, center, lines, heights = entry
    return {
        "id": ident,
        "name": _text(ko, en),
        "category": category,
        "address": _text("서울특별시", "Seoul"),
        "version": "0123456789abcdef",
        "center": list(center),
        "schematic": True,
        "lines": [
            {"id": f"L{n}", "short_name": n, "name": _text(f"{n}호선", f"Line {n}"), "colour": LINES[n]} for n in lines
        ],
        "counts": {"levels": len(heights), "exits": 12},
        "links": [],
    }


def _seoul(page: Page) -> None:
    """Let the server know four venues of Seoul: places, lines and levels."""
    whole = {entry[0]: entry for entry in SEOUL}

    def one(route: Route) -> None:
        entry = whole[route.request.url.rsplit("/", 1)[1]]
        below = sum(height < -1 for height in entry[6])
        levels = [
            {
                "id": str(i),
                "ordinal": i - below,
                "short_name": f"B{below - i}" if i < below else f"{i - below + 1}F",
                "elevation_m": z,
            }
            for i, z in enumerate(entry[6])
        ]
        _answer(route, {**_summary(entry), "levels": levels, "exits": []})

    page.route(
        re.compile(r"/v1/venues$"), lambda route: _answer(route, {"venues": [_summary(entry) for entry in SEOUL]})
    )
    page.route(re.compile(r"/v1/venues/[a-z-]+$"), one)


def _answer(route: Route, body: object) -> None:
    route.fulfill(content_type="application/json", body=json.dumps(body))


def _landing(opened: Opener, *, phone: bool = False, lang: str = "en") -> Visit:
    visit = opened(query="", expected="landing", phone=phone, lang=lang)
    _seoul(visit.page)
    visit.page.reload()
    visit.wait("ready", "landing")
    visit.wait("map", "ready")
    return visit


def _page(opened: Opener, name: str, **options: Any) -> Visit:
    visit = opened(query=f"{VENUE}&page={name}", expected="page", **options)
    visit.wait("page", name)
    return visit


def _sound(page: Page) -> None:
    """What every page owes its readers: headings, names, captions, scopes, contrast, no sideways scrolling."""
    assert page.locator("h1:visible").count() == 1
    levels = page.evaluate(
        """[...document.querySelectorAll('h1, h2, h3, h4')]
            .filter((e) => e.checkVisibility({ visibilityProperty: true })).map((e) => Number(e.tagName[1]))"""
    )
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.locator("main:visible").count() == 1
    nameless = """[...document.querySelectorAll('a, button')].filter((e) => e.checkVisibility({ visibilityProperty: true }))
        .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim())).length"""
    assert page.evaluate(nameless) == 0
    assert (
        page.evaluate("[...document.querySelectorAll('.pages table')].filter((t) => !t.caption?.textContent).length")
        == 0
    )
    assert page.evaluate("[...document.querySelectorAll('.pages th')].filter((th) => !th.scope).length") == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate(UNREADABLE) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("device", "lang"), [("desktop", "en"), ("phone", "ko")])
def test_the_landing_page_shows_every_venue_on_a_map_and_as_a_card(opened: Opener, device: str, lang: str) -> None:
    visit = _landing(opened, phone=device == "phone", lang=lang)
    page = visit.page
    visit.shot(f"landing-{device}-{lang}")
    assert page.locator(".venue-card").count() == 4
    assert page.locator(".pin").count() == 3, "a joined entry is in the list only"
    first, joined = page.locator(".venue-card").first, page.locator('[data-venue="joined"]')
    assert {"ko": "개략 모델", "en": "Schematic"}[lang] in first.inner_text()
    assert {"ko": "시청 일대", "en": "City Hall district"}[lang] in joined.inner_text()
    station = page.locator('[data-venue="city-hall"]').inner_text()
    assert "B3–1F" in station
    assert "12" in station
    boxes = [box for pin in page.locator(".pin").all() if (box := pin.bounding_box()) is not None]
    for index, a in enumerate(boxes):
        for b in boxes[index + 1 :]:
            apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"], "names never overlap"
    _sound(page)
    small = page.evaluate(
        "[...document.querySelectorAll('button, .venue-links a')].filter((b) => b.getBoundingClientRect().height < 24).length"
    )
    assert small == 0


def test_a_venue_is_chosen_on_the_map_by_keyboard_and_by_tap(opened: Opener) -> None:
    visit = _landing(opened)
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator('.pin[tabindex="0"]').focus()
    before = page.evaluate("document.activeElement.dataset.pin")
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.dataset.pin")
    assert after != before
    page.keyboard.press("Enter")
    visit.wait("chosen", after)
    assert page.locator(".venue-card.chosen").get_attribute("data-venue") == after
    assert page.locator(f'.pin[data-pin="{after}"]').get_attribute("aria-pressed") == "true"
    page.locator('.pin[data-pin="express"]').click()
    visit.wait("chosen", "express")
    callout = page.locator(".callout")
    assert "Express Bus Terminal station" in callout.inner_text()
    assert callout.get_by_role("link", name="Open the 3D map").get_attribute("href") == "?venue=express"


def test_the_landing_page_speaks_both_languages_and_remembers(opened: Opener) -> None:
    visit = _landing(opened, lang="ko")
    page = visit.page
    page.get_by_role("button", name="English").click()
    visit.wait("lang", "en")
    assert page.get_by_role("heading", name="Seoul, from the inside").is_visible()
    assert page.evaluate("document.activeElement.className").split() == ["button", "language"]
    page.reload()
    visit.wait("map", "ready")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_without_webgl_the_list_is_the_landing_page(opened: Opener) -> None:
    visit = opened(query="", expected="landing")
    page = visit.page
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    _seoul(page)
    page.reload()
    visit.wait("map", "none")
    assert page.locator(".venue-card").count() == 4
    assert "cannot draw the 3D map" in page.locator(".city-note").inner_text()
    visit.errors[:] = [error for error in visit.errors if "WebGL" not in error]


def test_a_card_leads_to_the_map_of_its_venue(opened: Opener) -> None:
    visit = opened(query="", expected="landing")
    visit.page.get_by_role("link", name="Two floors", exact=True).click()
    visit.wait("ready", "tiles")
    assert visit.page.url.endswith(VENUE)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("device", "lang"), [("desktop", "en"), ("phone", "ko")])
def test_every_page_is_sound(opened: Opener, name: str, device: str, lang: str) -> None:
    visit = _page(opened, name, phone=device == "phone", lang=lang)
    page = visit.page
    visit.shot(f"page-{name}-{device}-{lang}")
    _sound(page)
    assert page.locator('.pages-nav [aria-current="page"]').count() == 1
    if lang == "en":
        hangul = page.evaluate(
            "[...document.querySelector('.pages').innerText.matchAll(/[가-힣]+/g)].map(([word]) => word)"
        )
        assert set(hangul) <= {"한국어", "이층집"}
    if device == "phone":
        assert page.evaluate("document.body.scrollWidth") <= PHONE["width"]


def test_pages_tell_what_the_venue_has(opened: Opener) -> None:
    visit = _page(opened, "overview")
    page = visit.page
    assert "not a survey" in page.locator(".page .note").inner_text()
    assert "Exit 1" in page.get_by_role("table", name="Exits").inner_text()
    page.get_by_role("link", name="Levels", exact=True).click()
    visit.wait("page", "levels")
    rows = page.get_by_role("table", name="Levels of Two floors").locator("tbody tr")
    assert [text.split()[0] for text in rows.all_inner_texts()] == ["2F", "1F"]
    assert "+3.50 m" in rows.first.inner_text()
    page.get_by_role("link", name="Facilities", exact=True).click()
    visit.wait("page", "facilities")
    assert page.locator("#kind-aed tbody tr").count() == 1
    assert page.locator("#kind-lift tbody tr").count() == 1
    page.get_by_role("link", name="Data quality", exact=True).click()
    visit.wait("page", "quality")
    assert "The checks found nothing" in page.locator(".summary-box").inner_text()


def test_pages_have_addresses_and_the_back_button_works(opened: Opener) -> None:
    visit = opened(query=VENUE)
    page = visit.page
    page.get_by_role("tab", name="About").click()
    page.get_by_role("link", name="Facilities").click()
    visit.wait("page", "facilities")
    assert page.url.endswith(f"{VENUE}&page=facilities")
    assert page.title().startswith("Facilities")
    assert not page.locator(".stage").is_visible()
    page.get_by_role("link", name="Levels", exact=True).click()
    visit.wait("page", "levels")
    assert page.evaluate("document.activeElement.id") == "page", "the keyboard goes on where the new content begins"
    page.go_back()
    visit.wait("page", "facilities")
    page.go_back()
    page.locator(".pages").wait_for(state="detached")
    assert page.locator(".stage").is_visible()
    visit.settle()
    assert visit.colours() > 8


def test_a_page_leads_to_its_place_on_the_map(opened: Opener) -> None:
    visit = _page(opened, "facilities")
    page = visit.page
    assert page.evaluate("window.indoor3d") is None, "the 3D code waits until somebody looks at the map"
    page.locator("#kind-lift").get_by_role("link", name="on the map").click()
    visit.wait("picked", "lift-1")
    assert page.locator(".card").get_by_role("heading").first.is_visible()
    assert page.url.endswith(f"{VENUE}&show=lift-1")
    page.get_by_role("tab", name="About").click()
    page.get_by_role("link", name="Levels").click()
    visit.wait("page", "levels")
    page.get_by_role("link", name="Show on the map: 2F").click()
    visit.wait("level", "u")


def test_a_page_changes_its_language_in_place(opened: Opener) -> None:
    visit = _page(opened, "accessibility", lang="ko")
    page = visit.page
    page.get_by_role("button", name="English").click()
    visit.wait("lang", "en")
    visit.wait("page", "accessibility")
    assert page.locator(".pages-nav [aria-current]").inner_text() == "Accessibility"
    assert page.evaluate("document.activeElement.className").split() == ["button", "language"]


def test_the_accessibility_page_says_by_which_lift_and_why_not(opened: Opener) -> None:
    level = {"id": "g", "ordinal": 0, "short_name": "1F"}
    lift = {"id": "lift-1", "name": _text("1호기", "Lift 1"), "lines": ["1"]}
    way = {"number": "1", "name": _text("1번 출구", "Exit 1"), "level": level}
    row = {"space": "hall", "name": _text("승강장", "Platform A"), "level": level, "line": None}
    blocked = [
        {"element": "stairs-1", "kind": "stairs", "level": "g", "name": _text("계단", "Stairs 1"), "reason": "stairs"}
    ]
    end = {"opening": "d", "name": _text("문", "Door 1-1"), "level": level, "line": None}
    answer = {
        "kind": "station",
        "summary": {"rows": 2, "step_free": 1, "exits": 1, "exits_step_free": 1},
        "platforms": [
            {**row, "step_free": True, "problem": None, "exits": [{**way, "exit": "exit-1", "reachable": True, "length_m": 188.0, "duration_s": 260.0, "lifts": [lift]}]},
            {**row, "step_free": False, "exits": [{**way, "exit": "exit-1", "reachable": False, "length_m": None, "duration_s": None, "lifts": []}],
             "problem": {"title": "No route", "detail": "No way without a step.", "hint": "", "blocked_by": blocked}},
        ],
        "levels": [],
        "transfers": [{"id": "t", "name": _text("갈아타기", "A to B"), "from": end, "to": end, "official_s": 141.0, "walk_s": 140.2, "length_m": 168.0,
                       "difference": -0.006, "sources": ["J"], "step_free": {"reachable": True, "length_m": 301.0, "duration_s": 520.0, "lifts": [lift]}}],
    }  # fmt: skip

    visit = opened(query=f"{VENUE}&page=overview", expected="page")
    page = visit.page
    page.route(re.compile(r"/accessibility$"), lambda route: _answer(route, answer))
    page.get_by_role("link", name="Accessibility", exact=True).click()
    visit.wait("page", "accessibility")
    table = page.get_by_role("table", name="Step-free ways to the street").inner_text()
    for words in ("Exit 1", "Lift 1", "4 min 20 s", "188 m", "No way without a step.", "Stairs 1"):
        assert words in table
    transfers = page.get_by_role("table", name="Transfers").inner_text()
    for words in ("2 min 21 s", "2 min 20 s", "−1%", "8 min 40 s"):
        assert words in transfers
    _sound(page)


def test_an_older_server_is_met_with_what_it_has(opened: Opener) -> None:
    visit = opened(query=f"{VENUE}&page=overview", expected="page")
    page = visit.page

    def older(route: Route) -> None:
        answer = route.fetch().json()
        answer["links"] = [
            link for link in answer["links"] if link["rel"] not in {"facts", "quality", "downloads", "accessibility"}
        ]
        _answer(route, answer)

    page.route(re.compile(r"/v1/venues/two-floors$"), older)
    for name, words in (
        ("accessibility", "not there yet"),
        ("quality", "The checks found nothing"),
        ("data", "3D Tiles, compressed"),
    ):
        page.goto(f"{page.url.split('?')[0]}{VENUE}&page={name}")
        visit.wait("page", name)
        assert words in page.locator(".page").inner_text()


def test_a_page_prints_without_its_controls(opened: Opener) -> None:
    visit = _page(opened, "data")
    page = visit.page
    page.emulate_media(media="print")
    assert not page.locator(".pages-bar").is_visible()
    assert not page.locator(".pages-nav").is_visible()
    assert page.locator("h1:visible").count() == 1
    assert "two-floors" in page.locator(".pages-print").inner_text()
    assert page.pdf()[:5] == b"%PDF-"
