"""Frames between the reader and its worker: a JSON head and plain columns behind it. No pickles: the worker is not trusted."""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_HEAD = struct.Struct("<I")
_MAX_HEAD_BYTES = 1 << 30
_DTYPES = {"f8": np.float64, "i8": np.int64, "u1": np.uint8}


class BrokenFrameError(Exception):
    """The stream ended in the middle of a frame, or does not hold frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message: what it is, its plain values, and its columns."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[NDArray[Any]] = ()


def write(stream: BinaryIO, frame: Frame) -> None:
    """Write one frame; the stream is flushed so that what was done before a crash is kept."""
    columns = [np.ascontiguousarray(column) for column in frame.columns]
    shapes = [[column.dtype.str[1:], list(column.shape)] for column in columns]
    head = json.dumps([frame.kind, frame.values, shapes], ensure_ascii=True).encode("ascii")
    stream.write(b"".join([_HEAD.pack(len(head)), head, *(column.tobytes() for column in columns)]))
    stream.flush()


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
        columns, at = [], 0
        for dtype, shape in shapes:
            column = np.frombuffer(self._bytes, _DTYPES[dtype], int(np.prod(shape)), at).reshape(shape).copy()
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
            size = sum(int(np.prod(shape)) * np.dtype(_DTYPES[dtype]).itemsize for dtype, shape in shapes)
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenFrameError("The worker sent something else than frames.") from error
        del self._bytes[: _HEAD.size + length]
        self._head = (kind, values, shapes, size)
        return True
