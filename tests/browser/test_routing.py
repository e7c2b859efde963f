"""Routing for everybody in a real browser: profiles, wishes, steps, speech, what is around, closures; by touch, keyboard and ear."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser.conftest import Opener, Visit
from tests.browser.server import KEY

pytestmark = pytest.mark.xdist_group("browser")

VOICES = """
    const said = (window.said = []);
    const voices = LANGS.map((lang) => ({ lang, localService: true, name: lang }));
    const synthesis = {
        getVoices: () => voices, addEventListener() {}, removeEventListener() {},
        cancel() { said.push('(stop)'); },
        speak(u) { said.push([u.lang, u.text]); window.current = u; },
    };
    Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
"""A voice that says nothing and remembers everything; ``window.current.onend()`` ends what it says."""


def _bodies(page: Page, path: str) -> list[dict[str, Any]]:
    """Bodies of the questions that will be asked at a path."""
    bodies: list[dict[str, Any]] = []

    def keep(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(path):
            bodies.append(json.loads(request.post_data or "{}"))

    page.on("request", keep)
    return bodies


def _changed(page: Page, path: str, change: Callable[[Any], None]) -> None:
    """Change the server's answers at a path before the page reads them, so that it shows what this building has not got."""

    def handle(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        if response.ok:
            change(body)
        route.fulfill(response=response, json=body)

    page.route(re.compile(rf"{path}(\?|$)"), handle)


def _heard(visit: Visit) -> str:
    return visit.page.locator('main [role="status"].visually-hidden').inner_text()


def _operator(visit: Visit, key: str = KEY) -> None:
    """Enter the operator's key, as a person does."""
    visit.page.get_by_role("tab", name="About").click()
    visit.page.get_by_role("button", name="Enter the operator key").click()
    visit.page.get_by_label("Operator key", exact=True).fill(key)
    visit.page.keyboard.press("Enter")
    visit.page.locator("dialog").wait_for(state="detached")


def _pick(visit: Visit, element: str) -> None:
    visit.page.evaluate(
        """(id) => {
            const { catalogue } = indoor3d.context;
            indoor3d.store.set({ picked: catalogue.place(catalogue.get(id)) });
        }""",
        element,
    )
    visit.wait("picked", element)


def _report(visit: Visit, element: str) -> None:
    _pick(visit, element)
    visit.page.get_by_role("button", name="Report as closed").click()
    visit.page.get_by_role("dialog").get_by_role("button", name="Report", exact=True).click()
    visit.page.locator("dialog").wait_for(state="detached")


def _reopen_all(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="Route").click()
    button = visit.page.locator(".live").get_by_role("button", name=re.compile("Open .* again"))
    while button.count() > 0:
        before = button.count()
        button.first.click()
        visit.page.wait_for_function("(n) => document.querySelectorAll('.live li').length < n", arg=before)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_nothing_is_inaccessible(opened: Opener, *, phone: bool, lang: str) -> None:
    landing = opened(phone=phone, lang=lang, query="", expected="landing")
    assert landing.violations() == []
    for name in ("overview", "levels", "facilities", "accessibility", "quality", "data"):
        about = opened(phone=phone, lang=lang, query=f"?venue=two-floors&page={name}", expected="page")
        assert about.violations() == [], name
    visit = opened(phone=phone, lang=lang)
    page = visit.page
    assert visit.violations() == []
    page.locator("#tab-route").click()
    for index, place in enumerate(("hall", "office")):
        page.get_by_role("combobox").nth(index).fill(place)
        page.locator(f'.options [data-id="{place}"]').first.click()
    visit.wait("route", "drawn")
    page.locator(".preferences summary").click()
    assert visit.violations() == []
    page.locator(".why-slot .button").click()
    page.locator(".why").wait_for()
    assert visit.violations() == []
    visit.shot(f"routing-{'phone' if phone else 'desktop'}-{lang}")
    page.locator("#tab-around").click()
    visit.wait("around", "some")
    page.locator(".reach .button").click()
    visit.wait("reach", "some")
    assert visit.violations() == []
    visit.shot(f"around-{'phone' if phone else 'desktop'}-{lang}")
    page.locator("#tab-evacuation").click()
    page.locator(".button.primary").first.click()
    visit.wait("evacuation", "drawn")
    assert visit.violations() == []
    page.locator("#tab-about").click()
    page.locator(".operators .button").click()
    assert visit.violations() == []
    page.locator("dialog input").fill(KEY)
    page.keyboard.press("Enter")
    page.locator("dialog").wait_for(state="detached")
    _pick(visit, "lift-1")
    assert visit.violations() == []
    page.locator(".card .warn").first.click()
    page.locator("dialog").wait_for()
    assert visit.violations() == []
    visit.shot(f"closure-{'phone' if phone else 'desktop'}-{lang}")


def test_who_moves_is_chosen_without_opening_a_menu(opened: Opener) -> None:
    visit = opened(phone=True)
    page = visit.page
    bodies = _bodies(page, "/v1/routes")
    page.get_by_role("tab", name="Route").click()
    for name in ("On foot", "Wheelchair", "Stroller", "Luggage", "Older person", "White cane"):
        radio = page.get_by_role("radio", name=name)
        label = page.locator(".profiles label").filter(has=radio)
        box = label.bounding_box()
        assert name in label.inner_text()
        assert box is not None
        assert box["y"] + box["height"] <= page.viewport_size["height"] - 50, "seen without scrolling"  # type: ignore[index]
    page.evaluate("indoor3d.store.set({ profile: 'stroller' })")
    assert page.get_by_role("radio", name="Stroller").is_checked()
    page.get_by_label("Others…").filter(visible=True).select_option("rollator")
    visit.choose("From", "Hall")
    visit.choose("To", "Gallery")
    visit.wait("route", "drawn")
    assert bodies[-1]["profile"] == "rollator"
    assert page.locator(".profiles input:checked:visible").count() == 0


def test_suggestions_understand_initial_consonants(opened: Opener) -> None:
    visit = opened(lang="ko")
    page = visit.page
    page.get_by_role("tab", name="길찾기").click()
    field = page.get_by_role("combobox", name="출발", exact=True)
    field.press_sequentially("ㄹㅂ")
    page.locator('.options [data-id="hall"]').wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant")
    field.press("Enter")
    assert field.input_value() == "로비"
    assert page.evaluate("indoor3d.store.get().from.id") == "hall"
    field.fill("없는 곳")
    page.locator(".options").get_by_text("찾는 장소가 없습니다.").filter(visible=True).wait_for()


def test_wishes_are_asked_for(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    bodies = _bodies(page, "/v1/routes")
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    assert "options" not in bodies[-1]
    assert "depart_at" not in bodies[-1]
    page.locator(".preferences summary").click()
    page.get_by_role("checkbox", name="Lifts").check()
    page.get_by_role("checkbox", name="What needs staff").check()
    page.get_by_label("Where nobody has said").select_option("strict")
    page.get_by_role("radio", name="At a time").check()
    page.get_by_label("Time of setting out").fill("2026-12-01T08:30")
    page.get_by_label("Time of setting out").press("Tab")
    page.wait_for_function("() => indoor3d.store.get().departAt === '2026-12-01T08:30'")
    # Whether there is such a way is not what is tested here.
    page.wait_for_selector('html[data-route="drawn"], html[data-route="problem"]', state="attached")
    assert bodies[-1]["options"] == {"averse_to_lifts": True, "no_staff_help": True, "unknown": "strict"}
    assert re.fullmatch(r"2026-1[12]-\d\dT\d\d:30:00.000Z", bodies[-1]["depart_at"])
    assert page.locator(".preferences summary").inner_text().count("4") == 1


def test_other_routes_can_be_chosen(opened: Opener) -> None:
    visit = opened()
    page = visit.page

    def add(body: Any) -> None:
        other = copy.deepcopy(body)
        other.pop("alternatives", None)
        other["features"][0]["geometry"]["coordinates"].pop()
        other["features"][0]["properties"]["duration_s"] += 21
        for feature in other["features"]:
            if feature["properties"].get("maneuver") == "stairs":
                feature["properties"] |= {"maneuver": "lift", "type": "lift"}
        body["alternatives"] = [other]

    _changed(page, "/v1/routes", add)
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    radios = page.locator(".alternative")
    assert radios.count() == 2
    assert "by stairs" in radios.nth(0).inner_text()
    assert re.search(r"by lift.*21 s more", radios.nth(1).inner_text())
    before = page.evaluate("indoor3d.stage.lines.shown.flatMap((path) => path.points).length")
    first = page.locator(".summary strong").inner_text()
    page.get_by_role("radio", name=re.compile("by stairs")).focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("(text) => document.querySelector('.summary strong').innerText !== text", arg=first)
    assert page.get_by_role("radio", name=re.compile("by lift")).is_checked()
    assert page.evaluate("document.activeElement.name") == "alternative", "the keyboard stays where it was"
    assert page.evaluate("indoor3d.stage.lines.shown.flatMap((path) => path.points).length") != before
    assert page.locator(".summary strong").inner_text() in _heard(visit)


def test_a_route_is_whole_on_its_level_and_faint_elsewhere(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    shown = (
        "indoor3d.stage.lines.shown.map(({ points, opacity = 1 }) => [Math.max(...points.map((p) => p[2])), opacity])"
    )
    assert all(opacity == 1 for _, opacity in page.evaluate(shown))
    page.locator('[data-level="u"]').click()
    visit.settle()
    pieces = page.evaluate(shown)
    assert {opacity for height, opacity in pieces if height < 3} == {0.4}
    assert {opacity for height, opacity in pieces if height > 3} == {1}
    visit.shot("route-on-one-level")


def test_steps_are_walked_through_and_the_picture_follows(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    count = page.locator(".steps li").count()
    following = page.get_by_role("button", name="Next step")
    following.focus()
    levels, seen = [], []
    for index in range(count):
        page.keyboard.press("Enter")
        visit.settle()
        assert page.locator('.steps [aria-current="step"]').count() == 1
        assert page.locator(".steps button").nth(index).get_attribute("aria-current") == "step"
        assert f"Step {index + 1}." in _heard(visit)
        assert page.locator(".guide-bar .where").inner_text() == f"Step {index + 1} of {count}"
        pins = page.evaluate(
            "indoor3d.stage.overlay.markers.filter(({ id }) => id === 'route-now').map(({ text }) => text)"
        )
        assert pins == [str(index + 1)]
        levels.append(page.evaluate("indoor3d.store.get().level"))
        seen.append(tuple(page.evaluate("indoor3d.stage.view.controls.target.toArray()")))
    assert levels[0] == "g"
    assert levels[-1] == "u"
    assert len(set(seen)) > 1
    assert following.is_disabled()
    page.get_by_role("button", name="Step before").click()
    assert page.locator(".steps button").nth(count - 2).get_attribute("aria-current") == "step"


def test_steps_are_read_aloud_and_followed(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    page.add_init_script(VOICES.replace("LANGS", "['en-GB', 'ko-KR']"))

    def speak(body: Any) -> None:
        for feature in body["features"]:
            if "text" in feature["properties"]:
                feature["properties"]["spoken"] = {k: f"Spoken: {v}" for k, v in feature["properties"]["text"].items()}

    _changed(page, "/v1/routes", speak)
    page.reload()
    visit.wait("lists", "ready")
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    page.get_by_role("button", name="Read aloud").click()
    page.wait_for_function("() => said.some((entry) => Array.isArray(entry))")
    texts = page.locator(".steps .name").all_inner_texts()
    for index, text in enumerate(texts):
        assert page.evaluate("said.filter(Array.isArray).at(-1)") == ["en-GB", f"Spoken: {text}"]
        assert page.locator(".steps button").nth(index).get_attribute("aria-current") == "step"
        if index < len(texts) - 1:
            page.evaluate("current.onend()")
    assert page.get_by_role("button", name="Stop reading").get_attribute("aria-pressed") == "true"
    page.evaluate("current.onend()")
    page.get_by_role("button", name="Read aloud").click()
    page.get_by_role("button", name="Stop reading").click()
    assert page.evaluate("said.at(-1)") == "(stop)"
    page.get_by_role("button", name="한국어").click()
    page.get_by_role("button", name="소리로 듣기").click()
    page.wait_for_function("() => said.filter(Array.isArray).at(-1)[0] === 'ko-KR'")


@pytest.mark.parametrize(("voices", "said"), [("['de-DE']", "no English voice"), ("[]", "no English voice")])
def test_no_voice_is_said(opened: Opener, voices: str, said: str) -> None:
    visit = opened()
    visit.page.add_init_script(VOICES.replace("LANGS", voices))
    visit.page.reload()
    visit.wait("lists", "ready")
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    visit.page.get_by_role("button", name="Read aloud").click()
    visit.page.get_by_text(said).wait_for()
    assert visit.page.evaluate("said.filter(Array.isArray).length") == 0
    assert visit.page.get_by_role("button", name="Read aloud").get_attribute("aria-pressed") == "false"


def test_notes_say_what_is_unknown_and_how_old_a_lifts_status_is(opened: Opener) -> None:
    visit = opened()

    def tell(body: Any) -> None:
        text = {"ko": "폭이 알려지지 않았습니다.", "en": "Nobody has said how wide this door is."}
        body["features"][0]["properties"] |= {
            "notes": [{"code": "unknown", "element": "door-office", "values": [], "text": text}],
            "equipment": [{"id": "lift-1", "status": "available", "age_s": 240}],
        }

    _changed(visit.page, "/v1/routes", tell)
    visit.page.get_by_role("tab", name="Route").click()
    visit.page.get_by_role("radio", name="Wheelchair").check()
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    notes = visit.page.locator(".directions > .notes")
    assert "Nobody has said how wide this door is." in notes.inner_text()
    assert "Lift 1: working, reported 4 min ago" in notes.inner_text()
    before = visit.page.evaluate("indoor3d.stage.view.controls.target.toArray()")
    notes.get_by_role("button", name="Show on map: Lift 1").click()
    visit.settle()
    assert visit.page.evaluate("indoor3d.stage.view.controls.target.toArray()") != before


def test_an_operator_reports_a_closure_and_the_route_is_asked_again(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    _operator(visit)
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    stairs = page.locator(".summary strong").inner_text()
    bodies, reports = _bodies(page, "/v1/routes"), _bodies(page, "/v1/closures")
    _report(visit, "stairs-1")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Route").click()
    page.wait_for_function("(text) => document.querySelector('.summary strong')?.innerText !== text", arg=stairs)
    assert len(bodies) == 1, "asked again once, at once"
    assert reports[0]["elements"] == ["stairs-1"]
    assert reports[0]["cause"] == {"ko": "점검", "en": "Maintenance"}
    assert reports[0]["end"]
    page.locator('.level[data-level="all"]').click()
    visit.settle()
    marks = page.evaluate(
        "indoor3d.stage.overlay.placed.filter((p) => p.marker.kind === 'closure').map((p) => [p.marker.id, p.marker.text])"
    )
    assert marks == [["stairs-1", "Closed, just now"]]
    live = page.locator(".live")
    assert "Stairs 1" in live.inner_text()
    assert "Maintenance" in live.inner_text()
    assert "Avoided: Stairs 1 (closed, Maintenance)" in page.locator(".directions > .notes").inner_text()
    visit.shot("closure-reported")
    assert page.evaluate("JSON.stringify(localStorage)").count(KEY) == 0
    assert page.evaluate("JSON.stringify(sessionStorage)").count(KEY) == 1
    assert KEY not in page.url
    other = opened()
    other.wait("live", "known")
    assert other.page.evaluate("indoor3d.store.get().live.length") == 1, "everybody sees it"
    _pick(other, "stairs-1")
    assert "Closed, just now" in other.page.locator(".card").inner_text()
    assert other.page.get_by_role("button", name="Report as closed").count() == 0, "only operators report"
    _reopen_all(visit)
    page.wait_for_function("(text) => document.querySelector('.summary strong')?.innerText === text", arg=stairs)


def test_a_wrong_key_is_refused_and_forgotten(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    _operator(visit, "wrong")
    _pick(visit, "lift-1")
    page.get_by_role("button", name="Report as closed").click()
    page.get_by_role("dialog").get_by_role("button", name="Report", exact=True).click()
    page.get_by_role("alert").get_by_text("The key was refused").wait_for()
    assert page.evaluate("sessionStorage.length") == 0
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate("indoor3d.store.get().picked.id") == "lift-1", "Escape closes the dialog only"
    assert page.get_by_role("button", name="Report as closed").count() == 0
    visit.errors[:] = [error for error in visit.errors if "status of 401" not in error]


def test_why_is_answered_with_what_is_in_the_way(opened: Opener) -> None:
    visit = opened()
    page = visit.page

    def draw(body: Any) -> None:
        if body["relaxed"]:
            line = [[126.97718317, 37.56572384, 30.0], [126.9772906, 37.56569272, 33.5]]
            body["relaxed"]["geometry"] = {"type": "LineString", "coordinates": line}

    _changed(page, "/v1/routes/explain", draw)
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    page.get_by_role("button", name="Why this way?").click()
    page.locator(".why h3").wait_for()
    assert page.evaluate("document.activeElement.innerText") == "Why this way"
    page.evaluate("indoor3d.store.toggleClosed('lift-1')")
    page.get_by_role("radio", name="Wheelchair").check()
    visit.wait("route", "problem")
    why = page.locator(".why")
    why.get_by_text("Why there is no route").wait_for()
    assert "Lift 1 · closed" in why.inner_text()
    assert "What would help" in why.inner_text()
    why.get_by_role("button", name="Show on map: Lift 1").first.click()
    visit.settle()
    page.get_by_role("button", name="Show that way, broken").click()
    assert page.evaluate("indoor3d.stage.lines.shown.map(({ dashed }) => dashed)") == [True]
    assert "It cannot be gone now." in why.inner_text()
    visit.settle()
    visit.shot("why-no-route")


def test_what_is_around_is_listed_by_the_way_one_walks(opened: Opener) -> None:
    visit = opened()
    page = visit.page

    def know(body: Any) -> None:
        for feature in body["features"]:
            hours = {"text": "05:30-24:00", "status": "open"}
            feature["properties"] |= {"inside_gates": False, "opening": hours}

    _changed(page, "/v1/nearby", know)
    page.get_by_role("tab", name="Around").click()
    page.get_by_text("Say where you are").wait_for()
    visit.choose("Here", "Hall")
    visit.wait("around", "some")
    rows = page.locator("[data-near]")
    metres = [float(re.search(r"([\d.]+) m", text)[1]) for text in page.locator(".near .way").all_inner_texts()]  # type: ignore[index]
    assert rows.count() >= 3
    assert metres == sorted(metres)
    first = rows.first.inner_text()
    assert "Outside the gates" in first
    assert "Open now 05:30-24:00" in first
    page.get_by_role("button", name="AED", exact=True).last.click()
    page.wait_for_function("() => document.querySelectorAll('[data-near]').length === 1")
    assert page.get_by_role("button", name="AED", exact=True).last.get_attribute("aria-pressed") == "true"
    page.locator("select[name=gates]").select_option("inside")
    page.get_by_text("Nothing of this kind is near.").wait_for()
    page.locator("select[name=gates]").select_option("any")
    page.get_by_role("button", name=re.compile("^Route to")).click()
    visit.wait("route", "drawn")
    assert page.evaluate("document.getElementById('tab-route').ariaSelected") == "true"


def test_what_is_reached_in_some_minutes_is_drawn(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    page.get_by_role("tab", name="Around").click()
    visit.choose("Here", "Hall")
    visit.wait("around", "some")
    before = visit.pixels()
    page.get_by_role("button", name="Within 3, 5, 10 minutes").click()
    visit.wait("reach", "some")
    visit.settle()
    assert sum(a != b for a, b in zip(before, visit.pixels(), strict=True)) > 300
    assert {area["level"] for area in page.evaluate("indoor3d.stage.areas.areas.map(({ level }) => ({ level }))")} == {
        "g",
        "u",
    }
    words = page.evaluate(
        "indoor3d.stage.overlay.placed.filter((p) => p.marker.id.startsWith('reach-')).map((p) => p.marker.text)"
    )
    assert words, "colours alone tell nobody"
    assert page.locator(".reach .legend li").count() == 3
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    assert page.evaluate("indoor3d.stage.areas.areas.length") == 0, "one answer at a time"


def test_the_keyboard_does_it_all(opened: Opener) -> None:
    visit = opened()
    page = visit.page
    page.locator("#tab-places").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-route"
    page.get_by_role("combobox", name="From", exact=True).focus()
    page.keyboard.type("Hall")
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "To"
    page.keyboard.type("Office")
    page.keyboard.press("Enter")
    visit.wait("route", "drawn")
    reached: set[str] = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => {
                const e = document.activeElement;
                const shown = e.matches('.profiles input') ? e.nextElementSibling : e;
                const { outlineStyle, outlineWidth } = getComputedStyle(shown);
                return [e.ariaLabel || e.name || e.innerText || e.tagName, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2];
            }"""
        )
        reached.add(name.split("\\n")[0])
        assert outline or name == "BODY", f"the focus is seen on {name}"
        if "Why this way" in name:
            break
    assert {
        "Swap start and goal",
        "route-profile",
        "Next step",
        "Read aloud",
        "Why this way?",
    } <= reached
    assert any("Preferences" in name for name in reached)


def test_nothing_moves_by_itself_where_people_ask_for_that(opened: Opener) -> None:
    visit = opened()
    visit.route("Hall", "Office")
    visit.wait("route", "drawn")
    assert visit.page.evaluate("document.getAnimations().length") == 0
    assert visit.page.evaluate("indoor3d.stage.view.flight === undefined")
