"""What every store of bytes keeps to."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indoor3d.errors import UnknownElement
from indoor3d.store.base import Blobs
from tests.contract.stores import BLOBS

ABSENT = hashlib.sha256(b"never put").hexdigest()


@pytest.fixture(params=sorted(BLOBS))
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty store of each kind, beside a file that nobody may reach through it."""
    (tmp_path / "secret").write_bytes(b"secret")
    return BLOBS[request.param](tmp_path)


@pytest.mark.parametrize("data", [b"", b"\x00", b"stairs", bytes(range(256)) * 5000])
def test_what_was_put_comes_back_under_its_sha256(blobs: Blobs, data: bytes) -> None:
    digest = blobs.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.get(digest) == data
    assert digest in blobs


def test_the_same_bytes_are_kept_once(blobs: Blobs) -> None:
    assert blobs.put(b"lift") == blobs.put(b"lift")
    assert list(blobs) == [hashlib.sha256(b"lift").hexdigest()]


def test_absent_bytes_are_an_error_and_not_in_it(blobs: Blobs) -> None:
    blobs.put(b"here")
    with pytest.raises(UnknownElement) as caught:
        blobs.get(ABSENT)
    assert caught.value.context["digest"] == ABSENT
    assert ABSENT not in blobs
    assert 7 not in blobs


def test_deleted_bytes_are_gone_and_deleting_twice_is_nothing(blobs: Blobs) -> None:
    digest, other = blobs.put(b"one"), blobs.put(b"two")
    blobs.delete(digest)
    blobs.delete(digest)
    assert list(blobs) == [other]
    assert digest not in blobs


def test_all_digests_are_listed(blobs: Blobs) -> None:
    put = {blobs.put(str(n).encode()) for n in range(60)}
    assert set(blobs) == put


def test_digests_can_be_deleted_while_they_are_listed(blobs: Blobs) -> None:
    for n in range(20):
        blobs.put(str(n).encode())
    for digest in blobs:
        blobs.delete(digest)
    assert list(blobs) == []


def test_threads_put_and_get_the_same_bytes_at_once(blobs: Blobs) -> None:
    def work(n: int) -> bytes:
        return blobs.get(blobs.put(str(n % 5).encode() * 1000))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(200))) == [str(n % 5).encode() * 1000 for n in range(200)]
    assert len(list(blobs)) == 5


NASTY = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"[0-9a-fA-F]{62,66}", fullmatch=True),
    st.lists(
        st.sampled_from(["..", "%2e%2e", "/", "\\", "%2f", "secret", "\0", "blobs", "~", "C:", "."]), max_size=12
    ).map("".join),
    st.sampled_from(
        ["../secret", "../../secret", "/etc/passwd", "..%2Fsecret", "partial", "file:///etc/passwd", "\ud800"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=NASTY)
def test_no_name_reaches_anything_that_was_not_put(blobs: Blobs, name: str) -> None:
    kept = blobs.put(b"kept")
    assert name == kept or name not in blobs
    with pytest.raises(UnknownElement):
        blobs.get(name if name != kept else ABSENT)
    if name != kept:
        blobs.delete(name)
    assert blobs.get(kept) == b"kept"
