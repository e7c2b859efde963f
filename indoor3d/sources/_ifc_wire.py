"""Frames between the reader and its worker: a JSON head and plain columns behind it. No pickles: the worker is not trusted.

The worker's side does without numpy, which takes as long to load as a small model takes to read.
"""

import json
import math
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_HEAD = struct.Struct("<I")
_MAX_HEAD_BYTES = 1 << 30
_DTYPES = {"d": "f8", "l": "i8", "q": "i8", "i": "i4", "B": "u1"}
"""Names of the columns' types by the format of a buffer (module struct)."""
_ITEM_BYTES = {name: int(name[1]) for name in _DTYPES.values()}


class BrokenFrameError(Exception):
    """The stream ended in the middle of a frame, or does not hold frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message: what it is, its plain values, and its columns: buffers where it is written, arrays where it is read."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[Any] = ()


def packed(frame: Frame) -> bytes:
    """Give the bytes of a frame."""
    columns = [memoryview(column) for column in frame.columns]
    shapes = [[_DTYPES[column.format], list(column.shape or ())] for column in columns]
    head = json.dumps([frame.kind, frame.values, shapes], ensure_ascii=True).encode("ascii")
    return b"".join([_HEAD.pack(len(head)), head, *(column.tobytes() for column in columns)])


def write(stream: int, frame: Frame) -> None:
    """Write one frame to a file descriptor at once, so that what was done before a crash is kept whole."""
    left = memoryview(packed(frame))
    while left:
        left = left[os.write(stream, left) :]


class Buffer:
    """Bytes as they come in; gives whole frames out."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._head: tuple[str, dict[str, Any], list[tuple[str, list[int]]], int] | None = None

    def feed(self, data: bytes) -> None:
        """Take in bytes read from the worker."""
        self._bytes += data

    @property
    def pending(self) -> bool:
        """Whether part of a frame is left."""
        return bool(self._bytes) or self._head is not None

    def pop(self) -> Frame | None:
        """Give the next whole frame, or None when more bytes are needed.

        Raises
        ------
        BrokenFrameError
            The bytes are not frames.
        """
        if self._head is None and not self._read_head():
            return None
        assert self._head is not None  # noqa: S101 - narrowed for the type checker
        kind, values, shapes, size = self._head
        if len(self._bytes) < size:
            return None
        import numpy as np  # noqa: PLC0415 - the side that writes does without it

        columns, at = [], 0
        for dtype, shape in shapes:
            column = np.frombuffer(self._bytes, dtype, math.prod(shape), at).reshape(shape).copy()
            at += column.nbytes
            columns.append(column)
        del self._bytes[:size]
        self._head = None
        return Frame(kind=kind, values=values, columns=columns)

    def _read_head(self) -> bool:
        if len(self._bytes) < _HEAD.size:
            return False
        (length,) = _HEAD.unpack_from(self._bytes)
        if length > _MAX_HEAD_BYTES:
            raise BrokenFrameError("The worker sent something else than frames.")
        if len(self._bytes) < _HEAD.size + length:
            return False
        try:
            kind, values, shapes = json.loads(self._bytes[_HEAD.size : _HEAD.size + length])
            size = sum(math.prod(shape) * _ITEM_BYTES[dtype] for dtype, shape in shapes)
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenFrameError("The worker sent something else than frames.") from error
        del self._bytes[: _HEAD.size + length]
        self._head = (kind, values, shapes, size)
        return True
