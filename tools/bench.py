"""Benchmarks as ratios in one run, each pair measured in turn, written to docs/benchmarks.md.

``make bench`` runs it; ``python tools/bench.py --only engine`` measures one section and leaves the others as they are. Ingest is held against bare iteration of the same file by ifcopenshell, in fresh processes, A B A B;
the rest are the pytest-benchmarks of tests/bench. Each process is timed twice: inside, from after its imports to its end, and
whole, from its start to its exit, which is what somebody waits for who reads one file. Inside, ours also pays for the start of
its supervised worker and the worker's import of ifcopenshell, which the bare iteration has behind it when its clock starts;
whole, ours also pays for loading what routes and tiles need, which the bare iteration does not load at all.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.bench_city import CITY_WORDS, city_rows
from tools.bench_engine import engine_rows
from tools.bench_evacuation import EVACUATION_WORDS, evacuation_rows
from tools.bench_http import HTTP_WORDS, http_rows
from tools.bench_page import page_rows

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("INDOOR3D_SHARED", ROOT.parent / "shared"))
MODELS = (
    "ifc/georeference-ifc/Duplex_A_20110907_georeferenced.ifc",
    "ifc/web-ifc/AC20-FZK-Haus.ifc",
    "ifc/ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc",
    "ifc/bim-whale/LargeBuilding.ifc",
)
ROUNDS = 3

BARE = """
import sys, time
import ifcopenshell, ifcopenshell.geom as geom
started = time.perf_counter()
model = ifcopenshell.open(sys.argv[1])
settings = geom.settings()
settings.set("use-world-coords", True)
iterator = geom.iterator(settings, model, 1, exclude=["IfcOpeningElement"], geometry_library="{kernel}")
count = 0
if iterator.initialize():
    while True:
        iterator.get()
        count += 1
        if not iterator.next():
            break
print(time.perf_counter() - started)
"""
NAVIGATION = """
import sys, time
from pathlib import Path
from indoor3d.routing.build import build_navigation
from indoor3d.sources.base import read
started = time.perf_counter()
building, report = read(Path(sys.argv[1]), mesh=False)
build_navigation(building)
print(time.perf_counter() - started)
"""
WHOLE = """
import sys, time
from pathlib import Path
from indoor3d.routing.build import build_navigation
from indoor3d.sources.base import read
from indoor3d.tiles.tileset import write_tilesets
started = time.perf_counter()
building, report = read(Path(sys.argv[1]))
build_navigation(building)
write_tilesets(building)
print(time.perf_counter() - started)
"""


def _seconds(code: str, model: Path) -> tuple[float, float]:
    """Seconds inside the process after its imports, and from its start to its exit."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, str(model)], check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout.split()[-1]), time.perf_counter() - started


def _ingest_rows() -> list[str]:
    """Give a table row per model: medians, and the median of the paired ratios."""
    pairs = {
        "navigation / bare opencascade (≤ 0.5)": (NAVIGATION, BARE.format(kernel="opencascade")),
        "tiles + navigation / bare hybrid (≤ 1.3)": (WHOLE, BARE.format(kernel="hybrid-cgal-simple-opencascade")),
    }
    rows = [
        "| model | pair | clock | ours s | bare s | ratio median | ratios |",
        "|---|---|---|---|---|---|---|",
    ]
    for path in MODELS:
        model = SHARED / "data" / path
        for title, (ours, bare) in pairs.items():
            runs = [(_seconds(ours, model), _seconds(bare, model)) for _ in range(ROUNDS)]
            for clock, watch in enumerate(("inside", "whole")):
                times = [(our[clock], bare[clock]) for our, bare in runs]
                ratios = sorted(a / b for a, b in times)
                a_s, b_s = (statistics.median(column) for column in zip(*times, strict=True))
                shown = f"**{statistics.median(ratios):.2f}** | {', '.join(f'{ratio:.2f}' for ratio in ratios)}"
                rows.append(f"| {model.stem} | {title} | {watch} | {a_s:.2f} | {b_s:.2f} | {shown} |")
                print(rows[-1], flush=True)  # noqa: T201 - whoever runs a benchmark watches it
    return rows


def _benchmark_rows() -> list[str]:
    """Run tests/bench and give a table of medians and ratios within each group."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bench.json"
        command = [sys.executable, "-m", "pytest", "tests/bench", "-q", "--benchmark-only", f"--benchmark-json={out}"]
        subprocess.run([*command, "-o", "addopts=", "-p", "no:xdist"], cwd=ROOT, check=True)  # noqa: S603
        results = json.loads(out.read_text())["benchmarks"]
    rows = ["| group | what | median ms | × the fastest of its group |", "|---|---|---|---|"]
    for group in sorted({_group(result) for result in results}):
        members = [result for result in results if _group(result) == group]
        best = min(result["stats"]["median"] for result in members)
        for result in sorted(members, key=lambda r: r["stats"]["median"]):
            median = result["stats"]["median"]
            rows.append(f"| {group} | {result['name']} | {1000 * median:.2f} | {median / best:.1f} |")
    return rows


def _group(result: dict[str, Any]) -> str:
    return str(result["group"] or Path(result["fullname"].split("::")[0]).stem.removeprefix("test_"))


INGEST_WORDS = (
    "Against bare single-threaded iteration of the same file by ifcopenshell, in fresh processes. The clock *inside* starts",
    "after the imports of both, so ours has the start of its worker process in it; *whole* is from start to exit of the process,",
    "imports included, so ours has the loading of its routing and tiling libraries in it. Ours uses two processes for shapes.",
)
ENGINE_WORDS = (
    "The search behind routes, on indoor-like graphs of 2,000 to 200,000 nodes, beside the same question to networkx, to igraph",
    "and to a plain Dijkstra in C++. One contestant follows the other on the same pairs; the ratio is the median of the rounds.",
    "Ours is first asked often enough to have its landmarks, which are made once for each set of weights. igraph reads the weights",
    "anew for every question, as its users have it. Seconds are of the processor, not of the wall: this ran on a busy",
    "machine, so read the ratios, not the microseconds.",
)
SECTIONS: dict[str, tuple[str, tuple[str, ...], Callable[[], list[str]]]] = {
    "ingest": ("Reading a model", INGEST_WORDS, _ingest_rows),
    "engine": ("Shortest paths", ENGINE_WORDS, engine_rows),
    "evacuation": ("Evacuation", EVACUATION_WORDS, evacuation_rows),
    "http": ("Routes through HTTP", HTTP_WORDS, http_rows),
    "city": ("A city in one store", CITY_WORDS, city_rows),
    "page": (
        "The page",
        (
            "From navigation to the first tile drawn: the demo station on loopback, headless Chromium with software graphics.",
        ),
        page_rows,
    ),
    "parts": ("Parts", (), _benchmark_rows),
}


def _section(name: str) -> list[str]:
    title, words, rows = SECTIONS[name]
    return [f"## {title}", "", *words, *([""] if words else []), *rows(), ""]


def _replaced(page: str, name: str) -> str:
    """The page with one section measured anew, in its place."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    titles = [title for title, _, _ in SECTIONS.values()]
    own = SECTIONS[name][0]
    fresh = "\n".join(_section(name)) + "\n"
    kept = [part for part in parts if not part.startswith(f"## {own}\n")]
    before = titles[: titles.index(own)]
    where = max(
        (i for i, part in enumerate(kept) if any(part.startswith(f"## {title}\n") for title in before)), default=0
    )
    return "".join([*kept[: where + 1], fresh, *kept[where + 1 :]]).rstrip("\n") + "\n"


def main() -> None:
    """Measure and write the page, or one section of it."""
    parser = argparse.ArgumentParser(description="Measure, and write docs/benchmarks.md.")
    parser.add_argument("--only", choices=sorted(SECTIONS), help="measure one section and leave the others as they are")
    only = parser.parse_args().only
    out = ROOT / "docs" / "benchmarks.md"
    if only:
        out.write_text(_replaced(out.read_text(encoding="utf-8"), only), encoding="utf-8")
        return
    page = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}. Read the ratios:",
        "each pair was measured in turn in one run. Seconds depend on the machine.",
        "",
        *(line for name in SECTIONS for line in _section(name)),
    ]
    out.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
