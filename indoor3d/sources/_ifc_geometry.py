"""Supervise the processes that open an IFC file and make its shapes: crashes, hangs and memory stay over there."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import GeometryFailed, MalformedSource, SourceError, UnsupportedFormat
from indoor3d.sources._ifc_wire import BrokenFrame, Buffer, Frame
from indoor3d.sources.base import Limits, Options

FAST_KERNEL = "hybrid-cgal-simple-opencascade"
SLOW_KERNEL = "opencascade"
WORKER: tuple[str, ...] = (sys.executable, "-m", "indoor3d.sources._ifc_worker")
_MAX_RESTARTS = 16
_READ_BYTES = 1 << 20


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
    """What came out of the workers; grows frame by frame."""

    document: dict[str, Any] = field(default_factory=dict)
    wanted: list[int] = field(default_factory=list)
    holes: list[int] = field(default_factory=list)
    shapes: dict[int, Shape] = field(default_factory=dict)
    stopped: str = ""
    by_slow_kernel: list[int] = field(default_factory=list)

    @property
    def missing(self) -> list[int]:
        """Step ids of the products that should have a shape and have none."""
        return [ident for ident in (*self.holes, *self.wanted) if ident not in self.shapes]


class Stopped(Exception):
    """A worker ended before its work did; the text says why."""


def make(path: Path, options: Options, *, worker: Sequence[str] = WORKER) -> Made:
    """Open a file and make its shapes, with a second kernel where the first one fails.

    Raises
    ------
    MalformedSource, UnsupportedFormat
        The file cannot be opened.
    GeometryFailed
        The file has shapes, but no kernel could make any.
    """
    made = Made()
    request = {"path": str(path), "mesh": options.mesh, "kernel": FAST_KERNEL, "only": None}
    try:
        for frame in _frames(request, worker, options.limits):
            _take(frame, made, options)
    except Stopped as error:
        if not made.document:
            raise MalformedSource(
                f"The parser stopped on this file ({error}).", ko=f"이 파일을 읽다가 멈췄습니다({error})."
            ) from error
        made.stopped = str(error)
    if made.missing:
        _make_missing(path, made, options, worker)
    if made.wanted and not made.shapes:
        raise GeometryFailed("No kernel could make any shape of the model.", ko="모델의 형상을 하나도 만들 수 없습니다.")
    return made


def _make_missing(path: Path, made: Made, options: Options, worker: Sequence[str]) -> None:
    """Make what is missing one by one with the slow kernel; leave out a product that kills it."""
    left = made.missing
    for _ in range(_MAX_RESTARTS):
        request = {"path": str(path), "mesh": options.mesh, "kernel": SLOW_KERNEL, "only": left, "uncut": made.holes}
        at = None
        try:
            for frame in _frames(request, worker, options.limits):
                if frame.kind == "begin":
                    at = frame.values["id"]
                elif frame.kind == "shape":
                    made.by_slow_kernel.append(frame.values["id"])
                _take(frame, made, options)
        except Stopped:
            if at is None:
                return
            left = left[left.index(at) + 1 :]
            if left:
                continue
        return


def _take(frame: Frame, made: Made, options: Options) -> None:
    if frame.kind == "refused":
        raise _refusal(frame.values)
    if frame.kind == "document":
        made.document = frame.values["document"]
        made.wanted = frame.values["wanted"]
        made.holes = frame.values["holes"]
    elif frame.kind == "shape":
        made.shapes[frame.values["id"]] = _shape(frame)
        if options.progress is not None:
            options.progress("geometry", len(made.shapes), len(made.wanted) + len(made.holes))


def _refusal(values: Any) -> SourceError:
    kind = UnsupportedFormat if values["code"] == "unsupported" else MalformedSource
    return kind(values["detail"], ko=values["ko"])


def _shape(frame: Frame) -> Shape:
    matrix, vertices, triangles, styles, colours = frame.columns
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


def _frames(request: dict[str, Any], worker: Sequence[str], limits: Limits) -> Iterator[Frame]:
    """Run one worker and give its frames as they come.

    Raises
    ------
    Stopped
        It crashed, hung, ran over a limit, or spoke nonsense.
    """
    request = {**request, "parent": os.getpid(), "memory_bytes": limits.memory_bytes}
    process = subprocess.Popen(worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - narrowed for the type checker
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        yield from _read(process.stdout.fileno(), limits)
    except BrokenPipeError as error:
        raise Stopped("it did not start") from error
    except BrokenFrame as error:
        raise Stopped(_why(process) or str(error)) from error
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass


def _why(process: "subprocess.Popen[bytes]") -> str:
    try:
        code = process.wait(timeout=5.0)
    except subprocess.TimeoutExpired:
        return ""
    return f"signal {-code}" if code < 0 else f"status {code}"


def _read(stream: int, limits: Limits) -> Iterator[Frame]:
    buffer = Buffer()
    deadline = time.monotonic() + limits.time_s
    while True:
        while (frame := buffer.pop()) is not None:
            if frame.kind == "end":
                return
            yield frame
        wait_s = min(limits.stall_s, deadline - time.monotonic())
        if wait_s <= 0 or not select.select([stream], [], [], wait_s)[0]:
            raise Stopped("over the time limit")
        data = os.read(stream, _READ_BYTES)
        if not data:
            raise BrokenFrame("it ended early")
        buffer.feed(data)
