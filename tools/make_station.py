"""Turn an editable station plan into an IFC4 file: ``python tools/make_station.py assets/stations/city-hall -o city-hall.ifc``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.station.checks import check
from tools.station.ifc import write_ifc
from tools.station.model import PlanError
from tools.station.plan import read_plan
from tools.station.preview import write_previews
from tools.station.schema import write_schemas
from tools.station.summary import summarise


def main(arguments: list[str] | None = None) -> int:
    """Read, check and write one station.

    Parameters
    ----------
    arguments : list of str, optional
        Command line without the program name; ``None`` takes it from the system.

    Returns
    -------
    int
        0 when the plan is good, 1 when it has findings (printed one a line).
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="station folder with venue.toml and plan.toml")
    parser.add_argument("-o", "--output", type=Path, help="IFC file to write")
    parser.add_argument("--check", action="store_true", help="only read and check the plan")
    parser.add_argument("--svg", type=Path, metavar="DIR", help="also draw one SVG a storey into DIR")
    parser.add_argument("--summary", type=Path, metavar="FILE", help="also write counts of the model as JSON")
    parser.add_argument("--schema", type=Path, metavar="DIR", help="write the JSON Schema of the format into DIR")
    options = parser.parse_args(arguments)
    if options.schema:
        write_schemas(options.schema)
    if options.folder is None:
        return 0 if options.schema else parser.error("name a station folder")
    try:
        plan = read_plan(options.folder)
        findings = check(plan)
    except PlanError as error:
        findings = [error]
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    if findings:
        return 1
    if options.svg:
        write_previews(plan, options.svg)
    if not options.check:
        output = options.output or Path(f"{plan.venue.id}.ifc")
        output.parent.mkdir(parents=True, exist_ok=True)
        text = write_ifc(plan)
        output.write_text(text, encoding="utf-8")
        if options.summary:
            options.summary.write_text(summarise(text), encoding="utf-8")
        sys.stdout.write(f"{output}: {output.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
