"""Frames survive being cut into any pieces, and nothing else is taken for one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indoor3d.sources._ifc_wire import BrokenFrameError, Buffer, Frame, packed


def _bytes(count: int) -> bytes:
    data = b""
    for number in range(count):
        columns = (np.arange(3.0 * number).reshape(-1, 3), np.arange(number), np.zeros((0, 4), np.uint8))
        data += packed(Frame(kind="shape", values={"id": number, "name": "계단"}, columns=columns))
    return data


@given(st.integers(1, 5), st.integers(1, 64))
def test_frames_come_out_as_they_went_in(count: int, step: int) -> None:
    data, buffer, found = _bytes(count), Buffer(), []
    for at in range(0, len(data), step):
        buffer.feed(data[at : at + step])
        while (frame := buffer.pop()) is not None:
            found.append(frame)
    assert [f.values["id"] for f in found] == list(range(count))
    assert found[-1].values["name"] == "계단"
    assert found[-1].columns[0].shape == (count - 1, 3)
    assert found[-1].columns[0].dtype == np.float64
    assert found[-1].columns[2].shape == (0, 4)
    assert not buffer.pending


@pytest.mark.parametrize(
    "data", [b"\xff\xff\xff\xff", b"\x02\x00\x00\x00{}", b"\x04\x00\x00\x00[1,2", b"hello hello hello" * 9]
)
def test_other_bytes_are_refused_or_wait_for_more(data: bytes) -> None:
    buffer = Buffer()
    buffer.feed(data)
    try:
        assert buffer.pop() is None
    except BrokenFrameError:
        return
    assert buffer.pending
