"""The viewer in a real browser, on the building of two floors, through the real API and real tiles."""

import re

import pytest

from tests.browser.conftest import PHONE, Opener

pytestmark = pytest.mark.xdist_group("browser")

HALL = (6.0, 4.5, 0.0)
SHOP = (15.0, 8.5, 0.0)
OFFICE = (15.0, 2.5, 3.5)


def test_tiles_appear_as_a_picture_of_many_colours(opened: Opener) -> None:
    visit = opened()
    visit.shot("desktop-en")
    assert visit.colours() > 8
    drawn = visit.page.evaluate("indoor3d.stage.features.all().map((drawn) => drawn.id).sort()")
    assert drawn == ["gallery", "hall", "office", "shop", "store"]


def test_levels_switch_what_is_seen(opened: Opener) -> None:
    visit = opened()
    everything = visit.pixels()
    visit.page.get_by_role("button", name="1F Ground floor").click()
    visit.wait("level", "g")
    visit.settle()
    visit.shot("level-ground")
    ground = visit.pixels()
    visit.page.get_by_role("button", name="2F Upper floor").click()
    visit.wait("level", "u")
    visit.settle()
    upper = visit.pixels()
    background = everything[0]
    assert sum(a != b for a, b in zip(everything, ground, strict=True)) > 200
    assert sum(a != b for a, b in zip(ground, upper, strict=True)) > 200
    assert ground.count(background) > 1_000
    assert ground.count(background) < len(ground) - 1_000


@pytest.mark.parametrize(
    ("level", "position", "element"), [("g", HALL, "hall"), ("g", SHOP, "shop"), ("u", OFFICE, "office")]
)
def test_a_pick_answers_with_the_element_under_it(
    opened: Opener, level: str, position: tuple[float, float, float], element: str
) -> None:
    visit = opened()
    visit.page.locator(f'[data-level="{level}"]').click()
    visit.wait("level", level)
    visit.settle()
    before = visit.pixels()
    visit.tap(position)
    visit.wait("picked", element)
    visit.settle()
    assert sum(a != b for a, b in zip(before, visit.pixels(), strict=True)) > 50, "what is picked is highlighted"
    card = visit.page.locator(".card")
    assert card.get_by_role("heading", name=element.capitalize()).is_visible()
    assert element in card.inner_text()
    visit.shot(f"pick-{element}")
    picked = visit.page.evaluate("indoor3d.store.get().picked.waypoint")
    assert picked["level"] == level
    assert picked["x"] == pytest.approx(position[0], abs=0.3)
    assert picked["y"] == pytest.approx(position[1], abs=0.3)


def test_a_route_goes_from_the_picked_place_to_the_picked_place(opened: Opener) -> None:
    visit = opened()
    visit.page.locator('[data-level="g"]').click()
    visit.settle()
    visit.tap(HALL)
    visit.wait("picked", "hall")
    visit.page.get_by_role("button", name="Route from here").click()
    visit.tap(SHOP)
    visit.wait("picked", "shop")
    visit.page.get_by_role("button", name="Route to here").click()
    visit.wait("route", "drawn")
    summary = visit.page.locator(".summary strong").inner_text()
    length = re.match(r"([\d.]+) m", summary)
    assert length is not None
    assert 9.0 < float(length[1]) < 14.0, "straight 9.8 m, through a door at (12.1, 7)"


def test_a_route_is_drawn_and_told(opened: Opener) -> None:
    visit = opened()
    before = visit.pixels()
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    visit.settle()
    visit.shot("route")
    blue = [pixel for pixel in visit.pixels() if _is_route_blue(pixel)]
    assert len(blue) > 10
    assert not any(_is_route_blue(pixel) for pixel in before)
    assert visit.page.locator(".steps li").count() >= 2
    assert "Walking time without queues" in visit.page.locator(".directions").inner_text()


def _is_route_blue(pixel: str) -> bool:
    red, green, blue = (int(part) for part in pixel.split(","))
    return blue > 150 and blue - red > 110 and blue - green > 70


def test_a_wheelchair_route_takes_the_lift_and_says_no_when_it_is_closed(opened: Opener) -> None:
    visit = opened()
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    visit.page.get_by_role("radio", name="Wheelchair").check()
    visit.wait("route", "drawn")
    visit.page.get_by_text("Step-free", exact=True).wait_for()
    visit.page.get_by_role("tab", name="Places").click()
    visit.page.locator('[data-id="lift-1"]').click()
    visit.wait("picked", "lift-1")
    visit.page.get_by_role("button", name="Treat as closed").click()
    visit.page.get_by_role("tab", name="Route").click()
    visit.wait("route", "problem")
    card = visit.page.locator('.problem[data-code="no-route"]')
    text = card.inner_text()
    assert "No route" in text
    assert "Lift 1" in text
    assert "no other route was substituted" in text
    visit.settle()
    visit.shot("no-route")
    red = visit.page.evaluate(
        "indoor3d.stage.overlay.placed.filter(({ marker }) => marker.colour === '#c4262e').map(({ marker }) => marker.id).sort()"
    )
    assert red == ["lift-1", "stairs-1"]
    visit.page.get_by_role("button", name="Open Lift 1 again").click()
    visit.wait("route", "drawn")


def test_escape_routes_are_drawn_by_exit_and_the_lost_come_first(opened: Opener) -> None:
    visit = opened()
    before = visit.pixels()
    visit.page.get_by_role("tab", name="Evacuation").click()
    visit.page.get_by_role("button", name="Show escape routes").click()
    visit.wait("evacuation", "drawn")
    visit.settle()
    visit.shot("evacuation")
    assert sum(a != b for a, b in zip(before, visit.pixels(), strict=True)) > 300
    panel = visit.page.locator(".evacuation")
    assert "Every walkable space has a way out" in panel.inner_text()
    rows = panel.locator("tbody tr")
    assert rows.count() == 2
    assert sum(int(rows.nth(index).locator("td").first.inner_text()) for index in range(2)) == 5
    visit.page.evaluate("indoor3d.store.toggleClosed('door-shop-store')")
    panel.get_by_text("Spaces without a way out: 1").wait_for()
    visit.settle()
    visit.shot("evacuation-without-way")
    first = panel.locator(":scope > *").first
    assert "Store" in first.inner_text()
    assert panel.get_by_text("Every walkable space has a way out").count() == 0
    assert "no queues" in panel.inner_text()


def test_a_route_and_escape_routes_never_stand_side_by_side(opened: Opener) -> None:
    visit = opened()
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    visit.page.get_by_role("tab", name="Evacuation").click()
    visit.page.get_by_role("button", name="Show escape routes").click()
    visit.wait("evacuation", "drawn")
    visit.wait("route", "none")
    visit.settle()
    pins = "indoor3d.stage.overlay.placed.filter(({ marker }) => marker.kind === 'pin').length"
    assert visit.page.evaluate(pins) == 0
    visit.page.evaluate("indoor3d.store.toggleClosed('stairs-1')")
    visit.page.get_by_role("tab", name="Route").click()
    visit.wait("route", "drawn")
    visit.wait("evacuation", "none")
    visit.settle()
    assert visit.page.evaluate(pins) == 2
    assert visit.page.evaluate("indoor3d.store.get().tints.size") == 0
    assert "Closures taken into account: 1" in visit.page.locator(".directions").inner_text()


def test_no_open_exit_is_said_and_nothing_stays_drawn(opened: Opener) -> None:
    visit = opened()
    visit.page.get_by_role("tab", name="Evacuation").click()
    visit.page.get_by_role("button", name="Show escape routes").click()
    visit.wait("evacuation", "drawn")
    visit.page.evaluate("['exit-1', 'exit-2'].forEach((id) => indoor3d.store.toggleClosed(id))")
    visit.wait("evacuation", "problem")
    assert "No open exit" in visit.page.locator(".problem").inner_text()
    assert visit.page.locator(".evacuation").count() == 0


def test_korean_and_english(opened: Opener) -> None:
    visit = opened(lang="ko", phone=True)
    page = visit.page
    assert page.evaluate("document.documentElement.lang") == "ko"
    assert page.get_by_role("heading", name="이층집").is_visible()
    assert page.get_by_role("button", name="엘리베이터").is_visible()
    visit.shot("phone-ko")
    page.get_by_role("button", name="English").click()
    visit.wait("lang", "en")
    assert page.get_by_role("heading", name="Two floors").is_visible()
    visit.shot("phone-en")
    page.reload()
    visit.wait("ready", "tiles")
    assert page.evaluate("document.documentElement.lang") == "en", "the choice is remembered"
    hangul = page.evaluate("[...document.body.innerText.matchAll(/[가-힣]+/g)].map(([word]) => word)")
    assert set(hangul) <= {"한국어"}


def test_a_phone_shows_picture_and_panel_and_scrolls_nowhere_sideways(opened: Opener) -> None:
    visit = opened(lang="ko", phone=True)
    page = visit.page
    for tab in ("장소", "길찾기", "대피로", "정보"):
        page.get_by_role("tab", name=tab).click()
        visit.settle()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.evaluate("document.body.scrollWidth") <= PHONE["width"]
        panel = page.locator(".panel").bounding_box()
        assert panel is not None
        assert panel["y"] > PHONE["height"] * 0.45, "half of the screen stays the picture's"
        wide = page.evaluate("[...document.querySelectorAll('.panel *')].filter((e) => e.scrollWidth > 413).length")
        assert wide == 0
    assert visit.page.evaluate("document.elementFromPoint(150, 250).closest('.stage') !== null"), (
        "nothing lies over the middle of the picture"
    )
    visit.shot("phone-panel")


def test_a_stranger_finds_the_lift_on_a_phone(opened: Opener) -> None:
    visit = opened(lang="ko", phone=True)
    visit.page.get_by_role("button", name="엘리베이터").click()
    item = visit.page.locator('.place-list [data-id="lift-1"]')
    item.wait_for()
    visit.settle()
    shown = visit.page.evaluate("indoor3d.stage.overlay.placed.map(({ marker }) => marker.id)")
    assert "lift-1" in shown
    item.click()
    visit.wait("picked", "lift-1")
    visit.settle()
    visit.shot("phone-lift")
    assert visit.page.get_by_role("button", name="여기로 도착").is_visible()


def test_touch_targets_and_controls_have_names(opened: Opener) -> None:
    visit = opened(phone=True)
    nameless = visit.page.evaluate(
        "[...document.querySelectorAll('button')].filter((b) => !(b.getAttribute('aria-label') || b.innerText.trim())).length"
    )
    assert nameless == 0
    small = visit.page.evaluate(
        """[...document.querySelectorAll('button')].filter((b) => b.offsetParent && b.className !== 'handle')
            .map((b) => [b.innerText || b.ariaLabel, b.getBoundingClientRect()])
            .filter(([, r]) => r.height < 36 || r.width < 36).map(([name]) => name)"""
    )
    assert small == []


def test_the_keyboard_reaches_everything(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".stage").focus()
    before = visit.pixels()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    visit.settle()
    assert visit.pixels() != before
    page.get_by_role("tab", name="Places").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-route"
    page.get_by_role("combobox", name="From", exact=True).focus()
    page.keyboard.type("Gall")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.get_by_role("combobox", name="From", exact=True).input_value() == "Gallery"
    assert page.evaluate("document.activeElement.role") == "combobox", "drawing the panel anew keeps the focus"
    page.get_by_role("radio", name="On foot").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") == "wheelchair"


def test_sliders_take_the_building_apart_and_the_address_remembers_it(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    page.get_by_role("button", name="Take the building apart").click()
    apart = page.get_by_role("slider", name="Levels apart")
    before = page.evaluate("indoor3d.stage.stack.gapM")
    apart.focus()
    page.keyboard.press("End")
    visit.settle()
    assert page.evaluate("indoor3d.stage.stack.gapM") > before
    page.keyboard.press("Home")
    visit.settle()
    assert page.evaluate("indoor3d.stage.stack.gapM") == 0
    assert apart.get_attribute("aria-valuetext") == "True heights"
    closed = visit.pixels()
    page.get_by_role("slider", name="Open the front").focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    visit.settle()
    assert sum(a != b for a, b in zip(closed, visit.pixels(), strict=True)) > 200
    page.wait_for_url(re.compile(r"[?&]apart=0&front=30"))
    page.reload()
    visit.wait("ready", "tiles")
    assert page.evaluate("indoor3d.stage.stack.gapM") == 0
    page.get_by_role("button", name="Take the building apart").click()
    page.get_by_role("button", name="As usual").click()
    page.wait_for_url(re.compile(r"^(?!.*(apart|front)=)"))


def test_a_double_click_goes_nearer(opened: Opener) -> None:
    visit = opened()
    far = visit.page.evaluate("indoor3d.stage.view.controls.getDistance()")
    x, y = visit.page.evaluate(
        """(position) => {
            const frame = document.querySelector('.stage').getBoundingClientRect();
            const at = indoor3d.stage.project(position);
            return [frame.x + at.x, frame.y + at.y];
        }""",
        list(OFFICE),
    )
    visit.page.mouse.dblclick(x, y)
    visit.settle()
    assert visit.page.evaluate("indoor3d.stage.view.controls.getDistance()") < far
    assert visit.page.evaluate("indoor3d.store.get().picked") is None


def test_nothing_is_drawn_while_nothing_changes(opened: Opener) -> None:
    visit = opened()
    stood_still = []
    for _ in range(4):  # a late answer may draw once more; a picture that is drawn over and over never stands still
        before = visit.page.evaluate("indoor3d.stage.frames")
        visit.page.wait_for_timeout(700)
        stood_still.append(visit.page.evaluate("indoor3d.stage.frames") == before)
    assert stood_still[-1] or stood_still[-2]


def test_without_webgl_lists_and_routes_still_work(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return String(kind).startsWith('webgl') ? null : get.call(this, kind, ...rest); };"
    )
    page.reload()
    visit.wait("ready", "text")
    visit.wait("lists", "ready")
    assert "cannot draw 3D" in page.locator(".notice").inner_text()
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    assert page.locator(".steps li").count() >= 2


def test_an_unknown_venue_is_said(opened: Opener) -> None:
    visit = opened()
    visit.page.goto(f"{visit.page.url.split('?')[0]}?venue=nowhere")
    visit.wait("ready", "problem")
    assert "Unknown venue" in visit.page.locator(".problem").inner_text()
    visit.errors[:] = [error for error in visit.errors if "status of 404" not in error]


def test_a_server_that_goes_away_is_said(opened: Opener) -> None:
    visit = opened()
    visit.page.context.set_offline(True)
    visit.route("Hall", "Office")
    visit.wait("route", "problem")
    assert "cannot be reached" in visit.page.locator(".problem").inner_text()
    visit.page.context.set_offline(False)
    visit.page.get_by_role("button", name="Try again").click()
    visit.wait("route", "drawn")
    visit.errors[:] = [error for error in visit.errors if "ERR_INTERNET_DISCONNECTED" not in error]
