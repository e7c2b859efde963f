"""Blobs in a folder: what can go wrong on a disk."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from indoor3d.errors import CorruptBlob, StoreFull, StoreUnavailable, UnknownElement
from indoor3d.store.files import FileBlobs

ROOT = Path(__file__).parents[3]


def _file(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest


def test_a_blob_is_one_file_under_the_first_two_digits(tmp_path: Path) -> None:
    digest = FileBlobs(tmp_path).put(b"platform")
    assert _file(tmp_path, digest).read_bytes() == b"platform"


def test_damage_is_found_when_read_and_repaired_when_put_again(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = blobs.put(b"platform")
    for damage in (b"platforn", b"", b"platform and more"):
        _file(tmp_path, digest).write_bytes(damage)
        with pytest.raises(CorruptBlob) as caught:
            blobs.get(digest)
        assert caught.value.context["digest"] == digest
        assert blobs.put(b"platform") == digest
        assert blobs.get(digest) == b"platform"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    blobs = FileBlobs(tmp_path)
    kept = blobs.put(b"kept")
    with monkeypatch.context() as patch:
        real = getattr(os, call)

        def full(*arguments: object) -> object:
            if call == "open" and not os.fspath(arguments[0]).startswith(str(tmp_path / "partial")):  # type: ignore[call-overload]
                return real(*arguments)
            raise OSError(code, os.strerror(code))

        patch.setattr(os, call, full)
        with pytest.raises(StoreFull):
            blobs.put(b"too much")
    assert list(blobs) == [kept]
    assert not list((tmp_path / "partial").iterdir())
    assert blobs.get(blobs.put(b"too much")) == b"too much"


def test_a_real_limit_on_file_size_is_full(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from indoor3d.errors import StoreFull\n"
        "from indoor3d.store.files import FileBlobs\n"
        "blobs = FileBlobs(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    blobs.put(bytes(5000))\n"
        "except StoreFull:\n    sys.exit(0 if not list(blobs) and blobs.put(b'small') in blobs else 2)\n"
        "sys.exit(1)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False).returncode == 0


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:7]))
    blobs = FileBlobs(tmp_path)
    assert blobs.get(blobs.put(bytes(range(100)))) == bytes(range(100))


def test_other_failures_say_what_and_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FileBlobs(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreUnavailable, match="Input/output error") as caught:
        blobs.put(b"x")
    assert str(tmp_path) in caught.value.detail["ko"]
    assert list(blobs) == []


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        FileBlobs(tmp_path / "file" / "blobs")


def test_links_folders_and_pipes_are_not_blobs(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    blobs = FileBlobs(tmp_path / "blobs")
    link, folder, pipe = ("ab" + digit * 62 for digit in "123")
    (tmp_path / "blobs" / "ab").mkdir()
    _file(tmp_path / "blobs", link).symlink_to(secret)
    _file(tmp_path / "blobs", folder).mkdir()
    os.mkfifo(_file(tmp_path / "blobs", pipe))
    for digest in (link, folder, pipe):
        with pytest.raises(UnknownElement):
            blobs.get(digest)


def test_a_linked_folder_gives_no_other_bytes_than_the_digest_says(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "blobs")
    (tmp_path / "outside").mkdir()
    named = "cd" + "0" * 62
    (tmp_path / "outside" / named).write_bytes(b"secret")
    (tmp_path / "blobs" / "cd").symlink_to(tmp_path / "outside")
    with pytest.raises(CorruptBlob):
        blobs.get(named)


def test_what_killed_writers_left_is_cleared_and_never_listed(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = blobs.put(b"whole")
    (tmp_path / "partial" / "half").write_bytes(b"ha")
    (tmp_path / digest[:2] / "stranger").write_bytes(b"")
    assert list(blobs) == [digest]
    blobs.clear_partial()
    assert not list((tmp_path / "partial").iterdir())
    assert blobs.get(digest) == b"whole"


def test_without_create_nothing_is_made(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "absent", create=False)
    with pytest.raises(UnknownElement):
        blobs.get("0" * 64)
    assert list(blobs) == []
    assert not (tmp_path / "absent").exists()


def test_bytes_are_on_the_disk_before_their_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    blobs = FileBlobs(tmp_path)
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_sync(descriptor)

    def replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    blobs.put(b"ordered")
    assert steps == ["file", "rename", "folder", "folder"]
