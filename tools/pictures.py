"""Takes the pictures of the README and the documentation from the demo station, as a visitor sees it.

.venv/bin/python tools/pictures.py http://127.0.0.1:8000
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


def _wait(page: Page, flag: str, value: str) -> None:
    page.wait_for_selector(f'html[data-{flag}="{value}"]', state="attached", timeout=90_000)
    page.wait_for_timeout(2_500)


def main(url: str) -> None:
    """Take them."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *QUIET])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{url}/?venue=city-hall&lang=en")
        _wait(page, "ready", "tiles")
        page.screenshot(path=IMAGES / "viewer.png")
        page.get_by_role("tab", name="Evacuation").click()
        page.get_by_role("button", name="Show escape routes").click()
        _wait(page, "evacuation", "drawn")
        page.screenshot(path=IMAGES / "evacuation.png")
        phone = browser.new_page(viewport={"width": 412, "height": 800})
        phone.goto(f"{url}/?venue=city-hall&lang=ko")
        _wait(phone, "ready", "tiles")
        phone.get_by_role("button", name="B1").first.click()
        phone.wait_for_timeout(2_500)
        phone.screenshot(path=IMAGES / "phone.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
