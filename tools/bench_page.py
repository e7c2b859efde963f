"""How long a visitor waits for the first tile, and how much script they load: the demo station in headless Chromium."""

import contextlib
import gzip
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
VISITS = 5
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
VIEWS = {"phone": {"width": 412, "height": 800}, "desktop": {"width": 1280, "height": 800}}


@contextlib.contextmanager
def _served() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as store:
        command = [sys.executable, "-m", "indoor3d", "demo", "--store", store, "--port", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            while True:
                with contextlib.suppress(urllib.error.URLError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5)
                    break
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def page_rows() -> list[str]:
    """Give a table: seconds from navigation to the first tile drawn, each visit in a new browser context."""
    rows = ["| view | first tile s, median | visits |", "|---|---|---|"]
    with _served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *QUIET])
        for name, size in VIEWS.items():
            seconds = []
            for _ in range(VISITS):
                context = browser.new_context(viewport={"width": size["width"], "height": size["height"]})
                page = context.new_page()
                page.goto(f"{url}/?venue=city-hall")
                page.wait_for_selector('html[data-ready="tiles"]', state="attached", timeout=60_000)
                seconds.append(page.evaluate("performance.getEntriesByName('indoor3d:tiles')[0].startTime") / 1000)
                context.close()
            shown = ", ".join(f"{value:.2f}" for value in sorted(seconds))
            rows.append(f"| {name} | **{statistics.median(seconds):.2f}** | {shown} |")
        browser.close()
    scripts = (ROOT / "indoor3d" / "_web" / "assets").glob("*.js")
    size_kb = sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts) / 1000
    return [*rows, "", f"JavaScript, all of it, gzip: {size_kb:.0f} kB (limit 300)."]


if __name__ == "__main__":
    print("\n".join(page_rows()))  # noqa: T201 - a benchmark prints
