"""Evacuation plans as jobs: each in a process that can be killed, few at once, with a deadline and a limit of memory.

A job past its limits ends as failed with a clear reason and takes nothing else with it. Results are kept for the last few jobs.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from indoor3d.api import job_process
from indoor3d.api.cache import VenueData
from indoor3d.api.errors import Refused
from indoor3d.errors import UnknownJob
from indoor3d.models.network import Networks
from indoor3d.store.codec import encode


class Status(StrEnum):
    """Status codes of OGC API – Processes, Part 1 (OGC 18-062r2), 7.12."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    SUCCESSFUL = "successful"
    FAILED = "failed"
    DISMISSED = "dismissed"


ENDED = frozenset({Status.SUCCESSFUL, Status.FAILED, Status.DISMISSED})


@dataclass(slots=True, kw_only=True)
class Job:
    """One plan that was asked for; changes as it goes on."""

    id: str
    venue: str
    version: str
    scenario: str
    folder: Path
    created: datetime
    status: Status = Status.ACCEPTED
    progress: int = 0
    stage: str = "waiting"
    started: datetime | None = None
    finished: datetime | None = None
    problem: dict[str, Any] | None = None
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLimits:
    """What jobs may use.

    Parameters
    ----------
    running, waiting : int
        At once, and in the queue; one more is refused.
    kept : int
        Ended jobs whose results stay.
    deadline_s : float
        For one job, from its start.
    memory_bytes : int
        Address space of its process.
    """

    running: int = 1
    waiting: int = 8
    kept: int = 32
    deadline_s: float = 600.0
    memory_bytes: int = 8 << 30


class Jobs:
    """All jobs of one server.

    Parameters
    ----------
    limits : JobLimits
    clock : callable
    """

    def __init__(self, limits: JobLimits, *, clock: Callable[[], datetime]) -> None:
        self._limits, self._clock = limits, clock
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(limits.running, thread_name_prefix="indoor3d-job")
        self._root: Path | None = None

    def submit(self, data: VenueData, scenario: dict[str, Any], *, name: str) -> Job:
        """Start a job, or put it into the queue; writes the venue for its process, so call it in a worker thread.

        Raises
        ------
        Refused
            ``overloaded``: the queue is full.
        """
        with self._lock:
            busy = sum(job.status not in ENDED for job in self._jobs.values())
            if busy >= self._limits.running + self._limits.waiting:
                raise Refused(
                    "overloaded",
                    f"{busy} plans are running or waiting.",
                    f"이미 {busy}개의 계획이 실행 중이거나 기다리고 있습니다.",
                )
            if self._root is None:
                self._root = Path(tempfile.mkdtemp(prefix="indoor3d-jobs-"))
            ident = uuid.uuid4().hex
            folder = self._root / ident
            folder.mkdir()
            record = data.record
            job = Job(
                id=ident,
                venue=record.venue.id,
                version=record.version,
                scenario=name,
                folder=folder,
                created=self._clock(),
            )
            self._jobs[ident] = job
            self._drop_old()
        (folder / job_process.VENUE).write_bytes(encode(data.building))
        (folder / job_process.NETWORK).write_bytes(encode(Networks.of(data.graph.network)))
        (folder / job_process.SCENARIO).write_text(json.dumps(scenario, ensure_ascii=False))
        self._threads.submit(self._supervise, job)
        return job

    def get(self, ident: str) -> Job:
        """Find a job.

        Raises
        ------
        UnknownJob
        """
        with self._lock:
            job = self._jobs.get(ident)
        if job is None:
            shown = ident[:64]
            raise UnknownJob(f"There is no job {shown!r}.", ko=f"{shown!r} 작업이 없습니다.", job=shown)
        return job

    def all(self) -> tuple[Job, ...]:
        """Every job that is remembered, newest first."""
        with self._lock:
            return tuple(reversed(self._jobs.values()))

    def dismiss(self, ident: str) -> Job:
        """Stop a job, or drop the results of one that has ended.

        Raises
        ------
        UnknownJob
        """
        job = self.get(ident)
        with self._lock:
            ended, process = job.status in ENDED, job.process
            if not ended:
                self._end(job, Status.DISMISSED)
            elif self._jobs.pop(ident, None) is not None:
                shutil.rmtree(job.folder, ignore_errors=True)
                job.status = Status.DISMISSED
        if not ended and process is not None:
            process.kill()
        return job

    def close(self) -> None:
        """Kill what runs and remove all files."""
        with self._lock:
            running = [job for job in self._jobs.values() if job.status not in ENDED]
            for job in running:
                self._end(job, Status.DISMISSED)
        for job in running:
            if job.process is not None:
                job.process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)

    def _supervise(self, job: Job) -> None:
        command = [sys.executable, "-m", "indoor3d.api.job_process", str(job.folder), job.version]
        with self._lock:
            if job.status in ENDED:
                return
            with (job.folder / "log.txt").open("w") as log:
                job.process = subprocess.Popen(  # noqa: S603 - our own program
                    command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True
                )
            job.status, job.started, job.stage = Status.RUNNING, self._clock(), "starting"
        limit_memory(job.process.pid, self._limits.memory_bytes)
        late = threading.Event()

        def stop() -> None:
            late.set()
            process = job.process
            if process is not None:
                process.kill()

        timer = threading.Timer(self._limits.deadline_s, stop)
        timer.daemon = True
        timer.start()
        try:
            self._follow(job)
            code = job.process.wait()
        finally:
            timer.cancel()
        self._finish(job, code, late=late.is_set())

    def _follow(self, job: Job) -> None:
        """Take in what the process tells until it ends."""
        assert job.process is not None  # noqa: S101 - for mypy
        assert job.process.stdout is not None  # noqa: S101 - for mypy
        for line in job.process.stdout:
            try:
                told = json.loads(line)
                share, stage = int(told["progress"]), str(told["stage"])
            except (ValueError, KeyError, TypeError):
                continue
            with self._lock:
                if job.status not in ENDED:
                    job.progress, job.stage = max(job.progress, min(share, 100)), stage

    def _finish(self, job: Job, code: int, *, late: bool) -> None:
        problem = None
        if late:
            seconds = self._limits.deadline_s
            problem = _problem(
                "deadline-exceeded",
                f"The plan was not ready within {seconds:g} s.",
                f"{seconds:g}초 안에 계획을 마치지 못했습니다.",
            )
        elif code == job_process.REFUSED:
            problem = json.loads((job.folder / job_process.PROBLEM).read_text())
        elif code != 0:
            problem = _problem(
                "plan-failed",
                "The plan needed more memory than it may use, or failed inside; the server's log says more.",
                "계획이 허용된 메모리를 넘었거나 내부에서 실패했습니다. 서버 기록을 확인하세요.",
            )
        with self._lock:
            if job.status in ENDED:
                return
            job.problem = problem
            self._end(job, Status.SUCCESSFUL if problem is None else Status.FAILED)
            job.progress = 100 if problem is None else job.progress

    def _end(self, job: Job, status: Status) -> None:
        job.status, job.finished = status, self._clock()
        job.stage = str(status)

    def _drop_old(self) -> None:
        ended = [job for job in self._jobs.values() if job.status in ENDED]
        for job in ended[: max(0, len(ended) - self._limits.kept)]:
            del self._jobs[job.id]
            shutil.rmtree(job.folder, ignore_errors=True)


def limit_memory(pid: int, most_bytes: int) -> None:
    """Bound what a process may allocate, where the system can do that to another process (Linux)."""
    if hasattr(resource, "prlimit"):
        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (most_bytes, most_bytes))
        except (ProcessLookupError, PermissionError, ValueError):
            return


def _problem(code: str, en: str, ko: str) -> dict[str, Any]:
    return {
        "code": code,
        "title": {"en": "The plan failed", "ko": "계획을 만들지 못했습니다"},
        "detail": {"en": en, "ko": ko},
        "context": {},
    }
