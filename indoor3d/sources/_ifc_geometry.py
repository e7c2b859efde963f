"""Supervise the processes that open an IFC file and make its shapes: crashes, hangs and memory stay over there."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import GeometryFailed, MalformedSource, SourceError, UnsupportedFormat
from indoor3d.sources._ifc_wire import BrokenFrameError, Buffer, Frame
from indoor3d.sources.base import Limits, Options

FAST_KERNEL = "hybrid-cgal-simple-opencascade"
SLOW_KERNEL = "opencascade"
WORKER: tuple[str, ...] = (sys.executable, "-m", "indoor3d.sources._ifc_start")
_MAX_RESTARTS = 16
_READ_BYTES = 1 << 22
_POLL_S = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Triangles of one product.

    Parameters
    ----------
    vertices : (V, 3) float64, metres, the model's world frame
    triangles : (T, 3) int64
    colour : (T, 4) uint8
        sRGB and opacity; zeros where the file gives none.
    matrix : (4, 4) float64
        From the product's own frame to the world.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    colour: NDArray[np.uint8]
    matrix: NDArray[np.float64]

    def shifted(self, offset: tuple[float, float, float]) -> "Shape":
        """The same shape with ``offset`` taken off its coordinates."""
        matrix = self.matrix.copy()
        matrix[:3, 3] -= offset
        return Shape(vertices=self.vertices - offset, triangles=self.triangles, colour=self.colour, matrix=matrix)


@dataclass(kw_only=True)
class Made:
    """What came out of the workers; grows frame by frame.

    ``shapes`` are what navigation needs, walls whole as if they had no holes; ``cut`` is what the picture shows
    instead or besides. ``shapes`` is the same whether a picture is made or not.
    """

    document: dict[str, Any] = field(default_factory=dict)
    wanted: list[int] = field(default_factory=list)
    picture: list[int] = field(default_factory=list)
    shapes: dict[int, Shape] = field(default_factory=dict)
    cut: dict[int, Shape] = field(default_factory=dict)
    stopped: str = ""
    by_slow_kernel: list[int] = field(default_factory=list)
    tried: set[tuple[int, bool]] = field(default_factory=set)

    @property
    def missing(self) -> list[int]:
        """Step ids of the products that should have a shape and have none."""
        bare = {ident for ident in self.wanted if ident not in self.shapes}
        return sorted(bare | {ident for ident in self.picture if ident not in self.cut and ident not in self.shapes})

    def take(self, frame: Frame) -> None:
        """Keep what a frame brings."""
        if frame.kind == "document":
            self.document = frame.values["document"]
            self.wanted = frame.values["wanted"]
            self.picture = frame.values["picture"]
        elif frame.kind == "shape":
            (self.cut if frame.values["cut"] else self.shapes)[frame.values["id"]] = _shape(frame)
            if frame.values["slow"]:
                self.by_slow_kernel.append(frame.values["id"])
        elif frame.kind == "begin":
            self.tried.add((frame.values["id"], frame.values["cut"]))
        elif frame.kind == "crashed":
            self.stopped = self.stopped or frame.values["reason"]


class StoppedError(Exception):
    """A worker ended before its work did; the text says why."""


class Workshop:
    """Opens one file in a worker and collects shapes, with a second kernel where the first one fails.

    The worker goes on with the picture while the caller builds the navigation from what it has.

    Examples
    --------
    >>> with Workshop(path, Options()) as shop:                         # doctest: +SKIP
    ...     shop.document()
    ...     shop.navigation()
    ...     shop.finish()
    """

    def __init__(self, path: Path, options: Options, *, worker: Sequence[str] = WORKER) -> None:
        self.path, self.options, self.worker = path, options, worker
        self.made = Made()
        self._ended = False
        self._run = _Run(self._request(), worker, options.limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._run.close()

    def document(self) -> Made:
        """Wait for what the file says in words and numbers.

        Raises
        ------
        MalformedSource, UnsupportedFormat
            The file cannot be opened.
        """
        made = self.made
        self._collect(until="document")
        if not made.document:
            raise MalformedSource(
                f"The parser stopped on this file ({made.stopped}).", ko=f"이 파일을 읽다가 멈췄습니다({made.stopped})."
            )
        return made

    def navigation(self) -> Made:
        """Wait for all shapes that navigation needs.

        Raises
        ------
        GeometryFailed
            The file has shapes, but no kernel could make any.
        """
        made = self.made
        self._collect(until="navigation")
        self._slowly([ident for ident in made.wanted if ident not in made.shapes], cut=False)
        if made.wanted and not made.shapes:
            raise GeometryFailed(
                "No kernel could make any shape of the model.", ko="모델의 형상을 하나도 만들 수 없습니다."
            )
        return made

    def finish(self) -> Made:
        """Wait for the shapes of the picture too."""
        self._collect(until="end")
        self._slowly([ident for ident in self.made.picture if ident not in self.made.cut], cut=True)
        return self.made

    def _request(self, **more: Any) -> dict[str, Any]:
        kernels = {"kernel": FAST_KERNEL, "fallback": SLOW_KERNEL}
        return {"path": str(self.path), "mesh": self.options.mesh, "only": None, **kernels, **more}

    def _collect(self, *, until: str) -> None:
        made = self.made
        if self._ended:
            return
        try:
            for frame in self._run.frames(until):
                if frame.kind == "refused":
                    raise _refusal(frame.values)
                made.take(frame)
                self._progress()
        except StoppedError as error:
            made.stopped, self._ended = str(error), True

    def _progress(self) -> None:
        if self.options.progress is not None:
            made = self.made
            total = len(made.wanted) + len(made.picture) + 1
            self.options.progress((len(made.shapes) + len(made.cut)) / total)

    def _slowly(self, left: list[int], *, cut: bool) -> None:
        """Make shapes with the slow kernel in a worker of its own; leave out a product that kills it."""
        for _ in range(_MAX_RESTARTS):
            untried = [ident for ident in left if (ident, cut) not in self.made.tried]
            if not untried:
                return
            self._once_slowly(untried, cut=cut)
            if (untried[0], cut) not in self.made.tried:
                return  # it ended before its first product: so would the next one

    def _once_slowly(self, left: list[int], *, cut: bool) -> None:
        run = _Run(self._request(only=left, cut=cut), self.worker, self.options.limits)
        try:
            for frame in run.frames("end"):
                self.made.take(frame)
        except StoppedError:
            pass  # what is still to be tried is tried by the next worker
        finally:
            run.close()


def _refusal(values: Any) -> SourceError:
    kind = UnsupportedFormat if values["code"] == "unsupported" else MalformedSource
    return kind(values["detail"], ko=values["ko"])


def _shape(frame: Frame) -> Shape:
    matrix, vertices, triangles, styles, colours = frame.columns
    matrix = np.ascontiguousarray(matrix.reshape(4, 4).T)
    vertices, colours = vertices.reshape(-1, 3), colours.reshape(-1, 4)
    triangles = triangles.reshape(-1, 3).astype(np.int64)
    palette = np.vstack([np.round(255 * np.nan_to_num(colours).clip(0, 1)), np.zeros((1, 4))]).astype(np.uint8)
    known = (styles >= 0) & (styles < len(palette) - 1)
    world = vertices @ matrix[:3, :3].T + matrix[:3, 3]
    sound = np.isfinite(world).all(axis=1)
    keep = sound[triangles].all(axis=1)
    return Shape(
        vertices=world if sound.all() else np.nan_to_num(world),
        triangles=triangles[keep],
        colour=palette[np.where(known, styles, len(palette) - 1)][keep],
        matrix=matrix,
    )


class _Run:
    """One worker process. It writes to an unnamed file, so it never waits for the reader, and nothing is lost in a crash."""

    def __init__(self, request: dict[str, Any], worker: Sequence[str], limits: Limits) -> None:
        self.limits = limits
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the run
        self._offset = 0
        self._buffer = Buffer()
        self._deadline = time.monotonic() + limits.time_s
        self._process = subprocess.Popen(  # noqa: S603 - in a group of its own: it has makers to be ended with it
            worker, stdin=subprocess.PIPE, stdout=self._spool, stderr=subprocess.DEVNULL, process_group=0
        )
        request = {**request, "parent": os.getpid(), "memory_bytes": limits.memory_bytes}
        try:
            self._stdin.write(json.dumps(request).encode() + b"\n")
            self._stdin.flush()
        except BrokenPipeError:
            pass  # it ended at once: frames() says so

    @property
    def _stdin(self) -> BinaryIO:
        stream = self._process.stdin
        if stream is None:
            raise StoppedError("it has no input")
        return cast("BinaryIO", stream)

    def frames(self, until: str) -> Iterator[Frame]:
        """Frames as they come, up to the one of the kind ``until``.

        Raises
        ------
        StoppedError
            The worker crashed, hung, ran over a limit, or spoke nonsense.
        """
        heard = time.monotonic()
        while True:
            try:
                frame = self._buffer.pop()
            except BrokenFrameError as error:
                raise StoppedError(str(error)) from error
            if frame is None:
                heard = self._listen(heard)
            else:
                yield frame
                if frame.kind == until:
                    return

    def _listen(self, heard: float) -> float:
        """Take in new bytes, or wait for some; give the time of the last ones."""
        ended = self._process.poll()
        data = os.pread(self._spool.fileno(), _READ_BYTES, self._offset)
        now = time.monotonic()
        if data:
            self._offset += len(data)
            self._buffer.feed(data)
            return now
        if ended is not None:
            raise StoppedError(f"signal {-ended}" if ended < 0 else f"status {ended}")
        if now > self._deadline or now - heard > self.limits.stall_s:
            raise StoppedError("over the time limit")
        time.sleep(_POLL_S)
        return heard

    def close(self) -> None:
        """End the worker, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._spool.close()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
