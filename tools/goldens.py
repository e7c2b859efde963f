"""Writes the golden files of tests/golden again: ``make goldens``. Look at the difference before you commit it.

A golden is readable JSON of what the whole line makes of something; tests/golden/test_golden.py holds today's against it.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from indoor3d.routing.build import build_navigation  # noqa: E402 - the checkout is on the path only now
from indoor3d.routing.directions import directions  # noqa: E402
from indoor3d.routing.reach import unreachable_spaces  # noqa: E402
from indoor3d.sources.base import read  # noqa: E402
from tests.buildings import two_floors  # noqa: E402
from tests.golden.directions import directions as directions_golden  # noqa: E402

SHARED = Path(os.environ.get("INDOOR3D_SHARED", ROOT.parent / "shared"))
FOLDER = ROOT / "tests" / "golden"
MODELS = (
    "georeference-ifc/Duplex_A_20110907_georeferenced.ifc",
    "web-ifc/AC20-FZK-Haus.ifc",
    "ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc",
    "bim-whale/LargeBuilding.ifc",
    "bim-whale/TallBuilding.ifc",
    "xbim/SampleHouse4.ifc",
)


def models() -> Any:
    """What is read from each real model, and how much of it an exit reaches."""
    found = {}
    for name in MODELS:
        building, report = read(SHARED / "data" / "ifc" / name, mesh=False)
        graph = build_navigation(building)
        missed = [i for i in unreachable_spaces(graph) if i.code == "space.unreachable"]
        found[Path(name).stem] = {
            "levels": [level.short_name for level in building.levels],
            "spaces": len(building.spaces),
            "reachable_spaces": sum(space.walkable for space in building.spaces) - len(missed),
            "openings": dict(sorted(Counter(str(o.category) for o in building.openings).items())),
            "connectors": dict(sorted(Counter(str(c.category) for c in building.connectors).items())),
            "exits": len(building.exits),
            "issues": dict(sorted(Counter(i.code for i in (*report.issues, *graph.issues, *missed)).items())),
        }
    return found


def routes() -> Any:
    """Routes through the small building made by hand: lengths that can be checked on paper, and what is said."""
    building = two_floors()
    graph = build_navigation(building)
    found = {}
    for profile in ("walk", "wheelchair"):
        way = graph.route("store", "office", profile=profile)
        found[profile] = {
            "length_m": round(way.length_m, 6),
            "duration_s": round(way.duration_s, 3),
            "levels": list(way.levels),
            "openings": list(way.openings),
            "positions": [[round(c, 3) for c in position] for position in way.positions.tolist()],
            "ko": [step.text for step in directions(building, way, lang="ko")],
            "en": [step.text for step in directions(building, way, lang="en")],
        }
    return found


GOLDENS: dict[str, Callable[[], Any]] = {"models": models, "routes": routes, "directions": directions_golden}


def main() -> None:
    """Write them all."""
    for name, make in GOLDENS.items():
        text = json.dumps(make(), ensure_ascii=False, indent=2) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
