"""Plans in processes of their own: they end when they must, whatever they do, and the server goes on."""

import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from indoor3d.api.cache import VenueCache, VenueData
from indoor3d.api.errors import Refused
from indoor3d.api.job_limits import JobLimits
from indoor3d.api.jobs import Job, Jobs, Status
from indoor3d.errors import UnknownJob
from tests.unit.api import service

PLANNER = (sys.executable, "-m", "tests.unit.api.planner")
LIMITS = JobLimits(running=1, waiting=2, kept=2, deadline_s=30, memory_bytes=1 << 30)


@cache
def venue() -> VenueData:
    return VenueCache(service.store(), capacity=1).load("two-floors")


@pytest.fixture
def jobs() -> Iterator[Callable[..., Jobs]]:
    made: list[Jobs] = []

    def make(**limits: Any) -> Jobs:
        made.append(Jobs(replace(LIMITS, **limits), clock=lambda: datetime.now(UTC), command=PLANNER))
        return made[-1]

    yield make
    for one in made:
        one.close()


def start(jobs: Jobs, name: str = "plans") -> Job:
    return jobs.submit(venue(), {"id": name}, name=name)


def ended(job: Job, within_s: float = 20) -> Job:
    until = time.monotonic() + within_s
    while not job.ended:
        assert time.monotonic() < until, job
        time.sleep(0.02)
    return job


def running(job: Job) -> int:
    """Wait until its process has begun, and give its id."""
    until = time.monotonic() + 20
    while not (path := job.folder / "pid").exists() or not path.read_text():
        assert time.monotonic() < until, job
        time.sleep(0.02)
    return int(path.read_text())


def gone(pid: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_plan_is_made_and_its_results_are_there(jobs: Callable[..., Jobs]) -> None:
    job = ended(start(jobs()))
    assert (job.status, job.progress, job.problem) == (Status.SUCCESSFUL, 100, None)
    assert job.created <= (job.started or job.created) <= (job.finished or job.created)
    assert (job.folder / "report.html").read_text().startswith("<!doctype html>")
    assert job.bytes > 0


@pytest.mark.parametrize(
    ("name", "code"), [("eats", "plan-too-large"), ("dies", "plan-failed"), ("refuses", "invalid-scenario")]
)
def test_a_plan_that_fails_says_why_and_the_next_one_is_made(
    jobs: Callable[..., Jobs], name: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = jobs()
    job = ended(start(made, name))
    assert job.status is Status.FAILED
    assert ("what the planner said" in caplog.text) == (name == "dies")
    assert job.problem is not None
    assert job.problem["code"] == code
    assert set(job.problem["detail"]) == {"en", "ko"}
    assert job.progress == 10
    assert ended(start(made)).status is Status.SUCCESSFUL


def test_a_plan_past_its_deadline_is_killed(jobs: Callable[..., Jobs]) -> None:
    job = start(jobs(deadline_s=3.0), "waits")
    pid = running(job)
    assert ended(job).problem is not None
    assert job.problem["code"] == "plan-too-long"  # type: ignore[index]
    assert gone(pid)


def test_a_dismissed_plan_stops_and_leaves_nothing(jobs: Callable[..., Jobs]) -> None:
    made = jobs()
    job, second, third = start(made, "waits"), start(made), start(made)
    pid = running(job)
    assert made.dismiss(third.id).status is Status.DISMISSED  # one that waits never begins
    assert made.dismiss(job.id).status is Status.DISMISSED
    assert gone(pid)
    assert ended(second).status is Status.SUCCESSFUL
    assert third.started is None
    assert not job.folder.exists()
    made.dismiss(second.id)  # drops the results
    assert not second.folder.exists()
    with pytest.raises(UnknownJob):
        made.get(second.id)


def test_the_queue_is_bounded(jobs: Callable[..., Jobs]) -> None:
    made = jobs()
    several = [start(made, "waits") for _ in range(3)]
    with pytest.raises(Refused) as full:
        start(made)
    assert full.value.code == "too-many-jobs"
    assert int(full.value.headers["Retry-After"]) > 0
    assert [job.id for job in made.all()] == [job.id for job in reversed(several)]


def test_only_the_last_results_are_kept(jobs: Callable[..., Jobs]) -> None:
    made = jobs()
    done = [ended(start(made)) for _ in range(4)]
    with pytest.raises(UnknownJob):
        made.get(done[0].id)
    assert not done[0].folder.exists()
    assert made.get(done[-1].id) is done[-1]
    assert len(made.all()) == 2
    small = jobs(kept_bytes=1)
    two = [ended(start(small)) for _ in range(2)]
    assert [job.id for job in small.all()] == [two[1].id]


def test_a_venue_that_cannot_be_written_takes_no_place(jobs: Callable[..., Jobs]) -> None:
    made = jobs()
    for _ in range(5):
        with pytest.raises(TypeError):
            made.submit(venue(), {"id": object()}, name="broken")
    assert made.all() == ()


def test_closing_stops_everything(jobs: Callable[..., Jobs]) -> None:
    made = jobs()
    job, waits = start(made, "waits"), start(made)
    pid = running(job)
    made.close()
    assert gone(pid)
    assert (job.status, waits.status) == (Status.DISMISSED, Status.DISMISSED)
    assert not job.folder.parent.exists()


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "sys.exit(0)"])
def test_a_plan_ends_with_its_server_however_that_ends(end: str) -> None:
    """A server that is killed cannot clean up: its plan sees that it is alone. One that ends does not wait for it."""
    script = textwrap.dedent("""
        import os, signal, sys
        from tests.unit.api import test_jobs
        from datetime import UTC, datetime
        jobs = test_jobs.Jobs(test_jobs.LIMITS, clock=lambda: datetime.now(UTC), command=test_jobs.PLANNER)
        job = test_jobs.start(jobs, "waits")
        print(test_jobs.running(job), job.folder, flush=True)
    """)
    script += end
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    pid, folder = done.stdout.split()
    assert gone(int(pid))
    until = time.monotonic() + 10
    while Path(folder).exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(folder).exists()


def test_what_a_server_that_died_left_behind_goes_and_what_lives_stays(
    jobs: Callable[..., Jobs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    alive = ended(start(jobs()))
    dead, young, strange = (tmp_path / f"indoor3d-jobs-{name}" for name in ("dead", "young", "strange"))
    for folder in (dead, young, strange):
        folder.mkdir()
        (folder / "kept").write_text("x")
    for folder in (dead, young):
        (folder / "lock").touch()
    for folder in (dead, alive.folder.parent):
        os.utime(folder / "lock", (0, 0))
    start(jobs())
    assert [folder.exists() for folder in (dead, young, strange, alive.folder)] == [False, True, True, True]
