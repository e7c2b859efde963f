"""Takes the pictures of the README and the documentation from the pilot venues, as a visitor sees them: ``make pictures``.

It builds the venues where they are not built, serves them on a free port, and drives Chromium through them.
"""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
DESKTOP, TALL, PHONE = (1280, 800), (1280, 1100), (412, 800)
STEADY_MS = 2_500
WAYS = {
    "city-hall": ("Line 2 platform", "Exit 5, Seoul Plaza and Library"),
    "city-hall-district": ("Line 2 platform", "General reading room 1"),
    "express-bus-terminal": ("Line 9 platform towards Sapyeong", "Exit 3, Honam lines and Central City"),
    "jongno-3-ga": ("Line 5 platform", "Exit 1"),
    "sema-seosomun": ("Middle arch", "Sky garden"),
    "seoul-city-hall": ("Main entrance", "Sky Plaza"),
    "seoul-library": ("Main entrance", "General reading room 2"),
}
"""Where the pictured route of each venue begins and ends."""
ON_WHEELS = ("city-hall", "Line 2 platform", "Exit 5, Seoul Plaza and Library")
"""The route of a wheelchair: two lifts, three levels, and another way to choose."""
A_STEP = 1
"""The step of it that is shown: the first lift."""


@contextmanager
def _served() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "indoor3d", "demo", "--store", str(ROOT / "var" / "store"), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - our own program
        try:
            while not _is_ready(url):
                if server.poll() is not None:
                    sys.exit("the server did not start")
                time.sleep(0.5)
            yield url
        finally:
            server.terminate()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait(page: Page, flag: str, value: str) -> None:
    page.wait_for_selector(f'html[data-{flag}="{value}"]', state="attached", timeout=90_000)
    page.wait_for_timeout(STEADY_MS)


def _open(browser: Browser, address: str, size: tuple[int, int], ready: str = "tiles") -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.goto(address)
    _wait(page, "ready", ready)
    return page


def _route(page: Page, start: str, goal: str, *, profile: str = "walk") -> None:
    page.get_by_role("tab", name="Route").click()
    chosen = page.locator(f'input[name="route-profile"][value="{profile}"]')
    page.locator("label", has=chosen).click()
    for label, name in (("From", start), ("To", goal)):
        page.get_by_role("combobox", name=label, exact=True).fill(name)
        page.get_by_role("option", name=name).first.click()
    page.evaluate("document.activeElement.blur()")
    _wait(page, "route", "drawn")


def _of_the_site(browser: Browser, url: str) -> None:
    """The landing page, the viewer, escape routes, a wheelchair's route, a phone, and a page about a venue."""
    page = _open(browser, f"{url}/?lang=en", DESKTOP, "landing")
    page.screenshot(path=IMAGES / "landing.png")
    page.close()
    page = _open(browser, f"{url}/?venue=city-hall&lang=en", DESKTOP)
    page.screenshot(path=IMAGES / "viewer.png")
    page.get_by_role("tab", name="Evacuation").click()
    page.get_by_role("button", name="Show escape routes").click()
    _wait(page, "evacuation", "drawn")
    page.screenshot(path=IMAGES / "evacuation.png")
    page.close()
    venue, start, goal = ON_WHEELS
    page = _open(browser, f"{url}/?venue={venue}&lang=en", TALL)
    _route(page, start, goal, profile="wheelchair")
    page.screenshot(path=IMAGES / "route.png")
    page.locator(".steps li").nth(A_STEP).locator("button").first.click()
    page.locator(".steps").evaluate("(list) => list.scrollIntoView({ block: 'start' })")
    page.wait_for_timeout(STEADY_MS)
    page.screenshot(path=IMAGES / "steps.png")
    page.close()
    phone = _open(browser, f"{url}/?venue=city-hall&lang=ko", PHONE)
    phone.get_by_role("button", name="B1").first.click()
    phone.wait_for_timeout(STEADY_MS)
    phone.screenshot(path=IMAGES / "phone.png")
    phone.close()
    page = _open(browser, f"{url}/?venue=jongno-3-ga&page=accessibility&lang=en", DESKTOP, "page")
    page.screenshot(path=IMAGES / "accessibility.png")
    page.close()


def _of_a_venue(browser: Browser, url: str, venue: str) -> None:
    """All levels of a venue, and a route across them."""
    page = _open(browser, f"{url}/?venue={venue}&lang=en", DESKTOP)
    page.screenshot(path=IMAGES / "venues" / f"{venue}.png")
    _route(page, *WAYS[venue])
    page.screenshot(path=IMAGES / "venues" / f"{venue}-route.png")
    page.close()


def main() -> None:
    """Take them all."""
    (IMAGES / "venues").mkdir(parents=True, exist_ok=True)
    with _served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *QUIET])
        _of_the_site(browser, url)
        for venue in WAYS:
            _of_a_venue(browser, url, venue)
        browser.close()


if __name__ == "__main__":
    main()
