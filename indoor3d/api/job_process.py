"""One evacuation in a process of its own: ``python -m indoor3d.api.job_process FOLDER VERSION``.

The folder holds the venue, the scenario, and what is asked of them; results are put into it. Progress goes to standard output, a JSON object a line. Whatever happens here, the server is
another process: it can end this one at any moment, and when it is gone, standard input closes and this one ends too.
"""

import json
import os
import shutil
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from indoor3d.errors import Indoor3dError

if TYPE_CHECKING:
    from indoor3d.models.building import Building
    from indoor3d.models.criticality import Criticality
    from indoor3d.models.outcome import Outcome
    from indoor3d.models.scenario import Scenario
    from indoor3d.routing.graph import NavGraph

VENUE, NETWORK, SCENARIO, OPTIONS = "building.bin", "network.bin", "scenario.json", "options.json"
OUTCOME, REPORT, CURVES, FLOWS, PROBLEM = "outcome.json", "report.html", "curves.csv", "flows.geojson", "problem.json"
SUMMARY, RANKING, STRANDED = "summary.json", "ranking.json", "stranded.csv"
LOG = "log.txt"
COMMAND = (sys.executable, "-m", "indoor3d.api.job_process")
REFUSED, OUT_OF_MEMORY = 3, 4
"""Exit codes: the scenario cannot be planned and ``problem.json`` says why; there was not enough memory."""
PLAN = "evacuation-plan"
_SHARE = 0.75
"""Of a job that also ranks failures, so much of the time is planning."""
_NICE = 10
"""Plans give way to the server: people wait for its answers."""

Progress = Callable[[float, str], None]


def run(folder: Path, *, version: str, progress: Progress) -> None:
    """Do what a folder asks for, and put the results into it.

    Its options are ``process``, by default the plan; ``criticality``, whether the plan says what it hangs on; ``closes``, seconds by id of what closes.

    Raises
    ------
    Indoor3dError
        The scenario cannot be planned for this venue.
    """
    from indoor3d.models.building import Building  # noqa: PLC0415 - the server imports this module for its names only
    from indoor3d.models.network import Networks  # noqa: PLC0415
    from indoor3d.models.scenario_form import read  # noqa: PLC0415
    from indoor3d.routing.evacuation.weakest import weakest  # noqa: PLC0415
    from indoor3d.routing.graph import NavGraph  # noqa: PLC0415
    from indoor3d.store.codec import decode  # noqa: PLC0415

    progress(0.0, "reading")
    building = decode((folder / VENUE).read_bytes(), Building)
    network = decode((folder / NETWORK).read_bytes(), Networks)
    scenario = read(json.loads((folder / SCENARIO).read_bytes()))
    options = json.loads((folder / OPTIONS).read_bytes())
    graph = NavGraph(building, network)
    closes = options.get("closes", {})
    if options.get("process", PLAN) != PLAN:
        _rank(folder, building, weakest(building, graph, scenario, closes=closes, progress=progress), scenario, version)
    else:
        wanted = bool(options.get("criticality"))
        share = _SHARE if wanted else 1.0

        def planning(done: float, stage: str) -> None:
            progress(share * done, stage)

        outcome = _outcome(building, graph, scenario, version, planning)
        if wanted:

            def ranking(done: float, stage: str) -> None:
                progress(share + (0.97 - share) * done, stage)

            found = weakest(building, graph, scenario, closes=closes, progress=ranking)
            outcome = replace(outcome, criticality=found)
        progress(0.97, "writing")
        _write(folder, building, outcome)
    progress(1.0, "done")


def _outcome(
    building: "Building", graph: "NavGraph", scenario: "Scenario", version: str, progress: Progress
) -> "Outcome":
    from indoor3d.routing.evacuation.plan import plan_evacuation  # noqa: PLC0415

    return plan_evacuation(building, graph, scenario, version=version, progress=progress)


def _write(folder: Path, building: "Building", outcome: "Outcome") -> None:
    """All outputs of a plan."""
    from indoor3d.exports.evacuation_report import report  # noqa: PLC0415
    from indoor3d.exports.evacuation_summary import summary  # noqa: PLC0415
    from indoor3d.exports.evacuation_tables import curves_csv, flows_geojson, to_json  # noqa: PLC0415

    (folder / OUTCOME).write_bytes(to_json(building, outcome))
    told = {
        lang: [{"title": s.title, "rows": s.rows} for s in summary(building, outcome, lang)] for lang in ("ko", "en")
    }
    (folder / SUMMARY).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    (folder / REPORT).write_bytes(report(building, outcome))
    (folder / CURVES).write_bytes(curves_csv(outcome))
    (folder / FLOWS).write_bytes(flows_geojson(building, outcome))


def _rank(folder: Path, building: "Building", found: "Criticality", scenario: "Scenario", version: str) -> None:
    """All outputs of a ranking."""
    from indoor3d.exports.criticality_tables import ranking_json, stranded_csv  # noqa: PLC0415
    from indoor3d.models.scenario_form import digest  # noqa: PLC0415

    about = {"scenario": scenario.id, "digest": digest(scenario), "version": version}
    (folder / RANKING).write_bytes(ranking_json(building, found, about=about))
    (folder / STRANDED).write_bytes(stranded_csv(building, found))


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
