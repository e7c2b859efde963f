"""Evacuation plans as jobs: each in a process that can be killed, few at once, with a deadline and a limit of memory.

A job past its limits ends as failed with a clear reason and takes nothing else with it. Results are kept for the last few jobs.
A process whose server is gone ends by itself: it sees its standard input close.
"""

import json
import logging
import queue
import shutil
import subprocess
import tempfile
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from indoor3d.api import job_process
from indoor3d.api.cache import VenueData
from indoor3d.api.errors import Refused
from indoor3d.api.job_limits import JobLimits
from indoor3d.errors import UnknownJob
from indoor3d.models.network import Networks
from indoor3d.store.codec import encode

try:
    import fcntl
    import resource
except ImportError:  # not Unix
    fcntl = resource = None  # type: ignore[assignment]

_log = logging.getLogger("indoor3d.api")


_RETRY_S = 30
_PREFIX, _LOCK, _FRESH_S = "indoor3d-jobs-", "lock", 60.0
_END_S = 10.0
_LOGGED_BYTES = 4_000
_LONGEST_STAGE = 40


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
    """One run of a process; changes as it goes on."""

    id: str
    kind: str
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
    updated: datetime | None = None
    problem: dict[str, Any] | None = None
    bytes: int = 0
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    @property
    def ended(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.status in ENDED


class Jobs:
    """All jobs of one server.

    Parameters
    ----------
    limits : JobLimits
    clock : callable
    command : callable, optional
        Gives the program that plans what a folder asks for: with the folder and the version of the venue as its last arguments it does what
        :mod:`indoor3d.api.job_process` does.
    """

    def __init__(
        self, limits: JobLimits, *, clock: Callable[[], datetime], command: Sequence[str] = job_process.COMMAND
    ) -> None:
        self._limits, self._clock, self._command = limits, clock, tuple(command)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        # Daemons: a process that ends does not wait for plans, and they end with it.
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._workers: list[threading.Thread] = []
        self._root: Path | None = None
        self._lock_file: IO[str] | None = None

    def submit(
        self,
        data: VenueData,
        scenario: dict[str, Any],
        *,
        name: str,
        kind: str = "evacuation-plan",
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> Job:
        """Start a job, or put it into the queue; writes the venue for its process, so call it in a worker thread.

        Parameters
        ----------
        name : str
            Id of the scenario.
        kind : str
            Id of the process.
        options : mapping
            What is asked beside the scenario, as :func:`indoor3d.api.job_process.run` reads it.

        Raises
        ------
        Refused
            ``too-many-jobs``: the queue is full.
        """
        job = self._enter(data, name, kind)
        try:
            job.folder.mkdir()
            (job.folder / job_process.VENUE).write_bytes(encode(data.building))
            (job.folder / job_process.NETWORK).write_bytes(encode(Networks.of(data.graph.network)))
            (job.folder / job_process.SCENARIO).write_text(json.dumps(scenario, ensure_ascii=False), "utf-8")
            (job.folder / job_process.OPTIONS).write_text(json.dumps(dict(options), ensure_ascii=False), "utf-8")
            self._queue.put(job)
            self._ensure_workers()
        except BaseException:
            with self._lock:
                self._jobs.pop(job.id, None)
            shutil.rmtree(job.folder, ignore_errors=True)
            raise
        return job

    def _ensure_workers(self) -> None:
        with self._lock:
            while len(self._workers) < self._limits.running:
                self._workers.append(threading.Thread(target=self._work, name="indoor3d-job", daemon=True))
                self._workers[-1].start()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            self._supervise(job)

    def _enter(self, data: VenueData, name: str, kind: str) -> Job:
        """Take a place in the queue."""
        limits, record = self._limits, data.record
        with self._lock:
            busy = sum(not job.ended for job in self._jobs.values())
            if busy >= limits.running + limits.waiting:
                raise Refused(
                    "too-many-jobs",
                    f"{busy} plans are running or waiting.",
                    f"이미 {busy}개의 계획이 실행 중이거나 기다리고 있습니다.",
                    headers={"Retry-After": str(_RETRY_S)},
                )
            if self._root is None:
                self._root, self._lock_file = _make_root()
            ident, moment = uuid.uuid4().hex, self._clock()
            job = Job(
                id=ident,
                kind=kind,
                venue=record.venue.id,
                version=record.version,
                scenario=name,
                folder=self._root / ident,
                created=moment,
                updated=moment,
            )
            self._jobs[ident] = job
            self._drop_old()
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
            ended, process = job.ended, job.process
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
            running = [job for job in self._jobs.values() if not job.ended]
            for job in running:
                self._end(job, Status.DISMISSED)
        for job in running:
            if job.process is not None:
                job.process.kill()
        for _ in self._workers:
            self._queue.put(None)
        for worker in self._workers:
            worker.join(_END_S)
        self._workers.clear()
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
        if self._lock_file is not None:
            self._lock_file.close()

    def _supervise(self, job: Job) -> None:
        """Run a job to its end, whatever happens."""
        try:
            code, late = self._run(job)
            self._finish(job, code, late=late)
        except Exception:  # noqa: BLE001 - a job that nobody ends would stay for ever
            _log.exception("job %s", job.id)
            if job.process is not None:
                job.process.kill()
            self._finish(job, -1, late=False)

    def _run(self, job: Job) -> tuple[int, bool]:
        """Start the process of a job and wait for it: its exit code, and whether it ran too long."""
        with self._lock:
            if job.ended:
                return 0, False
            with (job.folder / job_process.LOG).open("w", encoding="utf-8") as log:
                process = subprocess.Popen(  # noqa: S603 - our own program
                    [*self._command, str(job.folder), job.version],
                    stdout=subprocess.PIPE,
                    stderr=log,
                    stdin=subprocess.PIPE,  # never written to: it closes when this server is gone
                    text=True,
                    encoding="utf-8",
                )
            job.process = process
            job.status, job.stage = Status.RUNNING, "starting"
            job.started = job.updated = self._clock()
        limit_memory(process.pid, self._limits.memory_bytes)
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limits.deadline_s, stop)
        timer.daemon = True
        timer.start()
        try:
            self._follow(job, process)
            return process.wait(), late.is_set()
        finally:
            timer.cancel()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _follow(self, job: Job, process: "subprocess.Popen[str]") -> None:
        """Take in what the process tells until it ends."""
        for line in process.stdout or ():
            try:
                told = json.loads(line)
                share, stage = int(told["progress"]), str(told["stage"])
            except (ValueError, KeyError, TypeError):
                continue
            with self._lock:
                if not job.ended:
                    job.progress, job.stage = max(job.progress, min(share, 100)), stage[:_LONGEST_STAGE]
                    job.updated = self._clock()

    def _finish(self, job: Job, code: int, *, late: bool) -> None:
        problem = self._problem(job, code, late=late)
        if problem is not None and code != job_process.REFUSED:
            said = _tail(job.folder / job_process.LOG)
            _log.warning("job %s of %s ended with %s: %s\n%s", job.id, job.venue, code, problem["code"], said)
        size = sum(path.stat().st_size for path in job.folder.glob("*")) if job.folder.is_dir() else 0
        with self._lock:
            if job.ended:  # it was dismissed: nobody asks for what it left
                shutil.rmtree(job.folder, ignore_errors=True)
                return
            job.problem, job.bytes = problem, size
            self._end(job, Status.SUCCESSFUL if problem is None else Status.FAILED)
            job.progress = 100 if problem is None else job.progress
            self._drop_old()

    def _problem(self, job: Job, code: int, *, late: bool) -> dict[str, Any] | None:
        """Why a job failed; None when it did not."""
        if late:
            seconds = self._limits.deadline_s
            return _problem(
                "plan-too-long",
                f"The plan was not ready within {seconds:g} s.",
                f"{seconds:g}초 안에 계획을 마치지 못했습니다.",
            )
        if code == job_process.REFUSED:
            found: dict[str, Any] = json.loads((job.folder / job_process.PROBLEM).read_text("utf-8"))
            return found
        if code == job_process.OUT_OF_MEMORY:
            gib = self._limits.memory_bytes / (1 << 30)
            return _problem(
                "plan-too-large",
                f"The plan needed more than {gib:.3g} GiB of memory.",
                f"계획에 {gib:.3g} GiB보다 많은 메모리가 필요합니다.",
            )
        if code != 0:
            return _problem(
                "plan-failed",
                "The process of the plan failed; the log of the server says more.",
                "계획을 만드는 과정이 실패했습니다. 서버 기록에 자세한 내용이 있습니다.",
            )
        return None

    def _end(self, job: Job, status: Status) -> None:
        job.status, job.stage = status, str(status)
        job.finished = job.updated = self._clock()

    def _drop_old(self) -> None:
        """Let go of the oldest results that are too many, or together too large; never of what ended last."""
        ended = [job for job in self._jobs.values() if job.ended]
        room = self._limits.kept_bytes
        for number, job in enumerate(sorted(ended, key=lambda job: job.finished or job.created, reverse=True)):
            room -= job.bytes
            if number and (number >= self._limits.kept or room < 0):
                del self._jobs[job.id]
                shutil.rmtree(job.folder, ignore_errors=True)


def _tail(log: Path) -> str:
    """The end of what a process said on its standard error."""
    try:
        return log.read_bytes()[-_LOGGED_BYTES:].decode("utf-8", "replace")
    except OSError:
        return ""


def _make_root() -> tuple[Path, IO[str] | None]:
    """A folder for the jobs of this server, and the lock that says it is alive; what dead ones left goes."""
    if fcntl is None:
        return Path(tempfile.mkdtemp(prefix=_PREFIX)), None
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            if time.time() - lock.stat().st_mtime < _FRESH_S:  # it may not be locked yet
                continue
            with lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # alive, or gone, or somebody else's
            continue
    root = Path(tempfile.mkdtemp(prefix=_PREFIX))
    held = (root / _LOCK).open("w", encoding="utf-8")
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return root, held


def limit_memory(pid: int, most_bytes: int) -> None:
    """Bound what a process may allocate, where the system can do that to another process (Linux)."""
    if hasattr(resource, "prlimit"):
        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (most_bytes, most_bytes))
        except (ProcessLookupError, PermissionError, ValueError):
            return


def _problem(code: str, en: str, ko: str) -> dict[str, Any]:
    return {"code": code, "detail": {"en": en, "ko": ko}, "context": {}}
