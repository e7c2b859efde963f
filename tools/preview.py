"""Draw a plan: one map a storey, and all storeys apart in one picture: ``python tools/preview.py assets/stations/city-hall -o DIR``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.station.model import PlanError
from tools.station.plan import read_plan
from tools.station.preview import write_previews

_PNG_PX = 2000


def picture(svg: str, file: Path, width_px: int) -> bool:
    """Write SVG as PNG; ``False`` where resvg-py is not installed.

    Parameters
    ----------
    svg : str
        The drawing.
    file : Path
        Where the PNG goes.
    width_px : int
        Its width in pixels.

    Returns
    -------
    bool
        Whether it was written.
    """
    try:
        import resvg_py  # noqa: PLC0415 - drawings do without
    except ImportError:
        return False
    file.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width_px, languages=["ko", "en"])))
    return True


def main(arguments: list[str] | None = None) -> int:
    """Draw one plan; a plan with findings is drawn as well, as long as it can be read.

    Parameters
    ----------
    arguments : list of str, optional
        Command line without the program name; ``None`` takes it from the system.

    Returns
    -------
    int
        0, or 1 when the plan cannot be read or drawn.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="station folder with venue.toml and plan.toml")
    parser.add_argument("-o", "--output", type=Path, default=Path("drawings"), help="folder of the drawings")
    parser.add_argument("--png", action="store_true", help="write the maps of the storeys as PNG, too")
    options = parser.parse_args(arguments)
    try:
        plan = read_plan(options.folder)
        files = write_previews(plan, options.output)
    except PlanError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file in list(files) if options.png else files[-1:]:
        target = file.with_suffix(".png")
        if picture(file.read_text(encoding="utf-8"), target, _PNG_PX):
            files.append(target)
        else:
            sys.stderr.write(f"{target.name} is not drawn: it needs resvg-py (pip install resvg-py).\n")
    sys.stdout.write("".join(f"{file}\n" for file in files))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
