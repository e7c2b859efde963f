"""A server, a browser with software graphics, and pages that remember everything that went wrong."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

import indoor3d

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
PHONE = {"width": 412, "height": 800}
DESKTOP = {"width": 1280, "height": 800}
READY_MS = 60_000
SMALL = "?venue=two-floors"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
"""Deque's accessibility checker; every rule that it runs by itself, and the size of targets (WCAG 2.2, 2.5.8)."""
_RUN_AXE = """axe.run(document, { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`)))"""

FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-default-browser-check",
]


@dataclass
class Visit:
    """A page, and what the browser complained about or asked for while it was open."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def shot(self, name: str) -> bytes:
        SCREENSHOTS.mkdir(exist_ok=True)
        return self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def violations(self) -> list[str]:
        """What axe-core finds against accessibility on the page as it is now."""
        if not AXE.is_file():
            pytest.skip("no axe-core; run npm ci in web/")
        self.page.evaluate(AXE.read_text())
        found: list[str] = self.page.evaluate(_RUN_AXE)
        return found

    def wait(self, flag: str, value: str) -> None:
        """Wait until the page says that something has happened."""
        self.page.wait_for_selector(f'html[data-{flag}="{value}"]', state="attached", timeout=READY_MS)

    def settle(self) -> None:
        """Wait until nothing more is drawn: rendering is on request, so the count of frames stands still."""
        self.page.wait_for_function(
            """() => new Promise((done) => {
                const before = indoor3d.stage.frames;
                setTimeout(() => done(before > 0 && indoor3d.stage.frames === before), 400);
            })""",
            timeout=READY_MS,
        )

    def colours(self) -> int:
        """How many different colours the 3D canvas shows, as the user sees it."""
        return len(set(self.pixels()))

    def pixels(self) -> list[str]:
        """A grid of pixels of the 3D canvas, drawn anew: a WebGL buffer is gone once it was shown."""
        values: list[str] = self.page.evaluate(
            """() => new Promise((done) => {
                const picture = document.querySelector('canvas.picture');
                const copy = document.createElement('canvas');
                [copy.width, copy.height] = [96, 96];
                indoor3d.stage.requestRender();
                requestAnimationFrame(() => {
                    const context = copy.getContext('2d');
                    context.drawImage(picture, 0, 0, 96, 96);
                    const { data } = context.getImageData(0, 0, 96, 96);
                    done(Array.from({ length: 96 * 96 }, (_, i) => data.slice(4 * i, 4 * i + 3).join()));
                });
            })"""
        )
        return values

    def choose(self, label: str, name: str) -> None:
        """Choose an end of a route by typing its name."""
        field = self.page.get_by_role("combobox", name=label, exact=True)
        field.fill(name)
        self.page.get_by_role("option", name=re.compile(rf"^{re.escape(name)}")).first.click()

    def route(self, start: str, goal: str) -> None:
        """Ask for a route by the names of its ends, as a person types them."""
        self.page.get_by_role("tab", name="Route").click()
        self.choose("From", start)
        self.choose("To", goal)

    def tap(self, position: tuple[float, float, float]) -> None:
        """Tap a place of the picture, given in site metres."""
        x, y = self.page.evaluate(
            """(position) => {
                const frame = document.querySelector('.stage').getBoundingClientRect();
                const at = indoor3d.stage.project(position);
                return [frame.x + at.x, frame.y + at.y];
            }""",
            list(position),
        )
        self.page.mouse.click(x, y)


@pytest.fixture(scope="module")
def served() -> str:
    """What the server of a module serves: ``small``, or ``pilot`` where a module says so."""
    return "small"


@pytest.fixture(scope="module")
def address(served: str) -> Iterator[str]:
    """Where the viewer is served; it has to be built before (``python tools/build_hook.py``)."""
    if not (Path(indoor3d.__file__).parent / "_web" / "index.html").is_file():
        pytest.skip("the viewer is not built")
    command = [sys.executable, "-m", "tests.browser.server", served]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        first = server.stdout.readline().strip()
        assert first, "the server did not start"
        yield first
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("INDOOR3D_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(chromium).is_file():
        pytest.skip("no chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


Opener = Callable[..., Visit]


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opener]:
    """Open the viewer; at the end nothing may have gone wrong and nothing may have left the server."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_page(*, phone: bool = False, lang: str = "en", query: str = SMALL, expected: str = "tiles") -> Visit:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            locale={"ko": "ko-KR", "en": "en-GB"}[lang],
            reduced_motion="reduce",
        )
        contexts.append(context)
        visit = Visit(page=context.new_page())
        visits.append(visit)
        _listen(visit)
        visit.page.goto(f"{address}/{query}")
        visit.wait("ready", expected)
        visit.wait("lists", "ready")
        if expected == "tiles":
            visit.settle()
        return visit

    yield open_page
    for context in contexts:
        context.close()
    for visit in visits:
        assert visit.errors == []
        assert {urlsplit(url).netloc for url in visit.asked} == {urlsplit(address).netloc}


def _listen(visit: Visit) -> None:
    def console(message: ConsoleMessage) -> None:
        # An honest "no route" is an HTTP 422, which the browser reports as an error of its own.
        if message.type == "error" and "status of 422" not in message.text:
            visit.errors.append(message.text)

    def request(made: Request) -> None:
        if not made.url.startswith(("data:", "blob:")):
            visit.asked.append(made.url)

    visit.page.on("console", console)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on("request", request)
