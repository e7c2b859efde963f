"""Stands in for the planner in tests of jobs: what it does is the id of the scenario. Takes its folder and version as the real one does."""

import json
import os
import sys
import time
from pathlib import Path

from indoor3d.api import job_process


def tell(progress: int, stage: str) -> None:
    sys.stdout.write(json.dumps({"progress": progress, "stage": stage}) + "\n")
    sys.stdout.flush()


def write(folder: Path, scenario: dict[str, object]) -> None:
    (folder / job_process.OUTCOME).write_text(json.dumps({"scenario": scenario["id"], "persons": 3}) + "\n")
    (folder / job_process.SUMMARY).write_text('{"ko":[],"en":[]}')
    (folder / job_process.REPORT).write_text("<!doctype html><title>보고서</title>")
    (folder / job_process.CURVES).write_text("curve,time_s,persons_out\r\nplanned,1,3\r\n")
    (folder / job_process.FLOWS).write_text('{"type":"FeatureCollection","features":[]}')


def rank(folder: Path, scenario: dict[str, object], options: dict[str, object]) -> None:
    ranking = {"scenario": scenario["id"], "closes": options["closes"]}
    (folder / job_process.RANKING).write_text(json.dumps(ranking) + "\n")
    (folder / job_process.STRANDED).write_text("element,persons\r\nstairs-1,3\r\n")


def main() -> int:
    folder = Path(sys.argv[1])
    job_process.end_with_server(folder)
    scenario = json.loads((folder / job_process.SCENARIO).read_text("utf-8"))
    kind = scenario["id"]
    assert (folder / job_process.VENUE).stat().st_size
    assert (folder / job_process.NETWORK).stat().st_size
    tell(10, "plan")
    sys.stdout.write("not JSON\n[]\n")
    if kind == "waits":
        (folder / "pid").write_text(str(os.getpid()))
        time.sleep(60)
    if kind == "eats":
        try:
            bytearray(1 << 31)
        except MemoryError:
            return job_process.OUT_OF_MEMORY
    if kind == "dies":
        sys.stderr.write("what the planner said\n")
        sys.stderr.flush()
        os.abort()
    if kind == "refuses":
        problem = {
            "code": "invalid-scenario",
            "detail": {"en": "trains[0].track: no.", "ko": "trains[0].track: 아니요."},
            "context": {"path": "trains[0].track"},
        }
        (folder / job_process.PROBLEM).write_text(json.dumps(problem, ensure_ascii=False), "utf-8")
        return job_process.REFUSED
    tell(90, "writing")
    options = json.loads((folder / job_process.OPTIONS).read_text("utf-8"))
    if options.get("process", job_process.PLAN) == job_process.PLAN:
        write(folder, scenario)
    else:
        rank(folder, scenario, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
