"""One evacuation plan in a process of its own: ``python -m indoor3d.api.job_process FOLDER VERSION``.

The folder holds the venue and the scenario; results are put into it. Progress goes to standard output, a JSON object a line. Whatever happens here, the server is
another process: it can end this one at any moment, and when it is gone, standard input closes and this one ends too.
"""

import json
import os
import shutil
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from indoor3d.errors import Indoor3dError

VENUE, NETWORK, SCENARIO = "building.bin", "network.bin", "scenario.json"
OUTCOME, REPORT, CURVES, FLOWS, PROBLEM = "outcome.json", "report.html", "curves.csv", "flows.geojson", "problem.json"
SUMMARY = "summary.json"
LOG = "log.txt"
COMMAND = (sys.executable, "-m", "indoor3d.api.job_process")
REFUSED, OUT_OF_MEMORY = 3, 4
"""Exit codes: the scenario cannot be planned and ``problem.json`` says why; there was not enough memory."""
_NICE = 10
"""Plans give way to the server: people wait for its answers."""

Progress = Callable[[float, str], None]


def run(folder: Path, *, version: str, progress: Progress) -> None:
    """Plan what a folder asks for, and put the results into it.

    Raises
    ------
    Indoor3dError
        The scenario cannot be planned for this venue.
    """
    from indoor3d.exports.evacuation_report import report  # noqa: PLC0415 - the server imports this module for its names only
    from indoor3d.exports.evacuation_summary import summary  # noqa: PLC0415
    from indoor3d.exports.evacuation_tables import curves_csv, flows_geojson, to_json  # noqa: PLC0415
    from indoor3d.models.building import Building  # noqa: PLC0415
    from indoor3d.models.network import Networks  # noqa: PLC0415
    from indoor3d.models.scenario_form import read  # noqa: PLC0415
    from indoor3d.routing.evacuation.plan import plan_evacuation  # noqa: PLC0415
    from indoor3d.routing.graph import NavGraph  # noqa: PLC0415
    from indoor3d.store.codec import decode  # noqa: PLC0415

    progress(0.0, "reading")
    building = decode((folder / VENUE).read_bytes(), Building)
    network = decode((folder / NETWORK).read_bytes(), Networks)
    scenario = read(json.loads((folder / SCENARIO).read_bytes()))
    graph = NavGraph(building, network)
    outcome = plan_evacuation(building, graph, scenario, version=version, progress=progress)
    progress(0.97, "writing")
    (folder / OUTCOME).write_bytes(to_json(building, outcome))
    told = {
        lang: [{"title": s.title, "rows": s.rows} for s in summary(building, outcome, lang)] for lang in ("ko", "en")
    }
    (folder / SUMMARY).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    (folder / REPORT).write_bytes(report(building, outcome))
    (folder / CURVES).write_bytes(curves_csv(outcome))
    (folder / FLOWS).write_bytes(flows_geojson(building, outcome))
    progress(1.0, "done")


def main(arguments: list[str]) -> int:
    """Run, and tell by the exit code how it went."""
    folder, version = Path(arguments[0]), arguments[1]

    def told(share: float, stage: str) -> None:
        sys.stdout.write(json.dumps({"progress": round(100 * share), "stage": stage}) + "\n")
        sys.stdout.flush()

    try:
        run(folder, version=version, progress=told)
    except Indoor3dError as error:
        problem = {
            "code": error.code,
            "detail": dict(error.detail),
            "context": dict(error.context),
        }
        (folder / PROBLEM).write_text(json.dumps(problem, ensure_ascii=False, default=str), "utf-8")
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception:  # noqa: BLE001 - the last line of defence: the server tells that it failed, the log why
        traceback.print_exc()
        return 1
    return 0


def end_with_server(folder: Path) -> None:
    """End this process, and drop its folder, as soon as the server is gone."""

    def watch() -> None:
        while os.read(0, 1024):  # not sys.stdin: its lock, held here, would abort the interpreter at its end
            pass
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(_NICE)
    end_with_server(Path(sys.argv[1]))
    sys.exit(main(sys.argv[1:]))
