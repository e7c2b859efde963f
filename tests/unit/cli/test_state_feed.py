"""Feeds of other systems into the live state of a store, and out of it."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from indoor3d.cli import cli
from indoor3d.models.state import Status
from indoor3d.sources.imdf_state import read_imdf_archive
from indoor3d.sources.siri_fm import read_siri_fm
from indoor3d.store.base import open_store
from tests.buildings import two_floors
from tests.contract.stores import release
from tests.unit.sources.test_state_feeds import FEED

LATER = {"17:29:00": "17:59:00"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_store(tmp_path / "s") as store:
        store.publish(release())
    return tmp_path / "s"


def run(folder: Path, *args: str | Path, moment: str = "2026-11-27T08:40+00:00") -> Result:
    return CliRunner().invoke(
        cli, [*map(str, args), "--store", str(folder)], env={"INDOOR3D_NOW": moment, "USER": "kim"}
    )


def took(folder: Path, *args: str | Path, moment: str = "2026-11-27T08:40+00:00") -> Any:
    result = run(folder, "state", "import", "two-floors", *args, "--json", moment=moment)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def closures(folder: Path) -> Any:
    return json.loads(run(folder, "closures", "two-floors", "--json").stdout)["closures"]


def written(folder: Path, *, changes: Mapping[str, str] | None = None) -> Path:
    text = FEED
    for before, after in (changes or {}).items():
        assert before in text
        text = text.replace(before, after)
    path = folder.parent / "feed.xml"
    path.write_text(text, "utf-8")
    return path


def archive(*out: str, created: str | None = "2026-11-27T08:30:00Z") -> dict[str, str]:
    features = [{"id": i, "properties": {"access_control": ["outofservice"]}} for i in out]
    manifest = {} if created is None else {"created": created}
    return {
        "manifest.json": json.dumps({"version": "1.0.0"} | manifest),
        "opening.geojson": json.dumps({"type": "FeatureCollection", "features": features}),
        "unit.geojson": json.dumps(
            {"type": "FeatureCollection", "features": [{"id": "store", "properties": {"restriction": "employeesonly"}}]}
        ),
    }


def zipped(path: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(name, text)
    return path


# ── SIRI-FM ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_delivery_says_holds_in_the_next_answer_and_again_changes_nothing(folder: Path) -> None:
    feed = written(folder)
    first = took(folder, feed)
    assert (first["format"], first["source"], len(first["added"])) == ("siri-fm", "LIFTS", 1)
    assert [n["element"] for n in first["not_matched"]] == ["ESC-9", "stairs-1"]
    assert first["not_matched"][0]["reason"] == {"ko": "장소에 없는 요소입니다", "en": "no such element"}
    (kept,) = closures(folder)
    assert (kept["elements"], kept["status"], kept["by"], kept["revision"]) == (["lift-1"], "not_available", "kim", 1)
    refused = run(folder, "route", "two-floors", "hall", "office", "--profile", "wheelchair")
    assert refused.exit_code == 4, refused.output
    again = took(folder, feed)
    assert (again["added"], again["changed"], again["same"]) == ([], [], first["added"])
    assert closures(folder) == [kept]


def test_a_newer_report_changes_what_is_kept_and_an_older_does_not(folder: Path) -> None:
    (ident,) = took(folder, written(folder, changes=LATER))["added"]
    older = took(folder, written(folder), "--alias", "ESC-9=stairs-1")
    assert older["changed"] == []
    assert {"lift-1", "stairs-1"} == {n["element"] for n in older["not_matched"]}
    assert any("newer" in n["reason"]["en"] for n in older["not_matched"])
    newest = took(folder, written(folder, changes={"17:29:00": "18:29:00", "notAvailable": "available"}))
    assert newest["changed"] == [ident]
    (kept,) = (k for k in closures(folder) if k["id"] == ident)
    assert (kept["status"], kept["revision"]) == ("available", 2)


def test_a_dry_run_says_the_same_and_keeps_nothing(folder: Path) -> None:
    dry = took(folder, written(folder), "--dry-run")
    assert closures(folder) == []
    real = took(folder, written(folder))
    assert dry | {"dry_run": False} == real


def test_what_an_operator_ended_comes_again_only_when_it_was_seen_later(folder: Path) -> None:
    (ident,) = took(folder, written(folder))["added"]
    assert run(folder, "reopen", ident).exit_code == 0  # at 08:40, after the report of 08:29
    refused = run(folder, "state", "import", "two-floors", written(folder))
    assert refused.exit_code == 3
    assert "ended at 2026-11-27T08:40" in refused.stdout
    assert closures(folder) == []
    assert took(folder, written(folder, changes=LATER))["added"] == [f"{ident}-2"]
    assert [k["id"] for k in closures(folder)] == [f"{ident}-2"]


def test_what_a_source_no_longer_says_ends_when_asked_for(folder: Path) -> None:
    assert run(folder, "close", "two-floors", "stairs-1", "--cause", "x").exit_code == 0
    (ident,) = took(folder, written(folder))["added"]
    silent = written(folder, changes={"lift-1": "gone", "EV-3": "gone"})
    shown = run(folder, "state", "import", "two-floors", silent)
    assert shown.exit_code == 3
    assert len(closures(folder)) == 2
    ended = run(folder, "state", "import", "two-floors", silent, "--replace", "--json")
    assert json.loads(ended.stdout)["ended"] == [ident]
    assert [k["elements"] for k in closures(folder)] == [["stairs-1"]]


def test_people_read_what_was_taken_in_their_language(folder: Path) -> None:
    korean = run(folder, "state", "import", "two-floors", written(folder), "--lang", "ko", "--dry-run").stdout
    assert "추가\tsiri-" in korean
    assert "설비 상태: 이용 불가" in korean
    assert "고장 & 점검" in korean
    assert "맞지 않음\tESC-9\t장소에 없는 요소입니다" in korean
    assert "LIFTS: 추가 1, 변경 0, 그대로 0, 종료 0, 맞지 않음 2 (시험 실행: 저장하지 않음)" in korean
    english = run(folder, "state", "import", "two-floors", written(folder), "--lang", "en").stdout
    assert "Equipment status: Not available" in english
    assert "LIFTS: added 1, changed 0, as before 0, ended 0, not matched 2\n" in english


# ── IMDF ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shape", ["folder", "zip", "zip with a folder", "one file"])
def test_an_archive_of_any_shape_is_read(folder: Path, tmp_path: Path, shape: str) -> None:
    files = archive("door-exit-1", "door-9")
    path = tmp_path / "venue.imdf"
    if shape == "folder":
        path.mkdir()
        for name, text in files.items():
            (path / name).write_text(text, "utf-8")
    elif shape == "one file":
        path.write_text(files["opening.geojson"], "utf-8-sig")
    else:
        inside = "venue/" if "folder" in shape else ""
        zipped(path, {inside + name: text for name, text in files.items()} | {"__MACOSX/opening.geojson": "junk"})
    taken = took(folder, path)
    assert (taken["format"], len(taken["added"])) == ("imdf", 1)
    assert [n["element"] for n in taken["not_matched"]] == ["door-9"]
    (kept,) = closures(folder)
    assert (kept["elements"], kept["status"]) == (["door-exit-1"], "not_available")
    assert kept["reported_at"] == (None if shape == "one file" else "2026-11-27T08:30:00+00:00")
    assert len(took(folder, path, "--restrictions")["added"]) == (0 if shape == "one file" else 1)


def test_a_newer_archive_ends_what_works_again(folder: Path, tmp_path: Path) -> None:
    first = took(folder, zipped(tmp_path / "a.zip", archive("door-exit-1", "lift-1")))
    newer = archive("lift-1", created="2026-11-27T08:35:00Z")
    second = took(folder, zipped(tmp_path / "b.zip", newer), "--replace")
    assert (len(second["changed"]), len(second["ended"])) == (1, 1)
    assert set(second["changed"] + second["ended"]) == set(first["added"])
    assert [k["elements"] for k in closures(folder)] == [["lift-1"]]


@pytest.mark.parametrize("created", [None, "yesterday", "2026-11-27T08:30:00", 3])
def test_an_archive_that_does_not_say_when_it_was_made_has_no_age(tmp_path: Path, created: Any) -> None:
    path = zipped(tmp_path / "a.zip", archive("lift-1", created=created))
    (condition,) = read_imdf_archive(path, known=two_floors().names).conditions
    assert (condition.reported_at, condition.status) == (None, Status.NOT_AVAILABLE)


def test_a_zip_is_not_unpacked_beyond_the_limit(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indoor3d.sources.imdf_state.MOST_BYTES", 10_000)
    path = zipped(tmp_path / "a.zip", archive("lift-1") | {"amenity.geojson": " " * 1_000_000})
    assert path.stat().st_size < 5_000
    refused = run(folder, "state", "import", "two-floors", path)
    assert refused.exit_code == 2
    assert "10000" in refused.stderr


# ── what cannot be read ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "XML"),
        (b"hello", "XML"),
        (b"<Siri/>", "FacilityMonitoringDelivery"),
        (b"{}", "feature collection"),
        (b"PK\x03\x04junk", "JSON"),
        (b'\xef\xbb\xbf {"features": 1}', "feature collection"),
    ],
)
def test_a_file_of_another_kind_is_refused(folder: Path, tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    refused = run(folder, "state", "import", "two-floors", path)
    assert refused.exit_code == 2, refused.output
    assert word in refused.stderr
    assert closures(folder) == []


def test_broken_archives_are_refused(folder: Path, tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", archive("lift-1"))
    data = bytearray(whole.read_bytes())
    at = data.index(b"opening.geojson") + 20
    data[at : at + 8] = b"\xff" * 8
    whole.write_bytes(data)
    assert run(folder, "state", "import", "two-floors", whole).exit_code == 2
    empty = zipped(tmp_path / "b.zip", {"manifest.json": "{}"})
    assert ".geojson" in run(folder, "state", "import", "two-floors", empty).stderr
    (tmp_path / "nothing").mkdir()
    assert run(folder, "state", "import", "two-floors", tmp_path / "nothing").exit_code == 2


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (("two-floors", "nowhere.xml"), 2, "nowhere.xml"),
        (("nowhere", None), 3, "nowhere"),
        (("two-floors", None, "--alias", "ESC-9"), 2, "THEIRS=OURS"),
        (("two-floors", None, "--alias", "ESC-9=escalator-7"), 3, "escalator-7"),
    ],
)
def test_what_cannot_be_done_says_why(folder: Path, args: tuple[Any, ...], code: int, word: str) -> None:
    feed = written(folder)
    result = run(folder, "state", "import", *(feed if a is None else a for a in args))
    assert result.exit_code == code, result.output
    assert word in result.stderr


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_exported_is_the_state_again_in_another_store(folder: Path, tmp_path: Path) -> None:
    took(folder, written(folder))
    window = ("--hours", "Mo-Su 01:00-04:00", "--until", "2026-12-01T00:00")
    assert run(folder, "close", "two-floors", "stairs-1", "--cause", "점검", *window).exit_code == 0
    over = ("--from", "2026-11-01T00:00", "--until", "2026-11-02T00:00")
    assert run(folder, "close", "two-floors", "로비", "--cause", "x", *over).exit_code == 0
    path = tmp_path / "out.xml"
    assert run(folder, "state", "export", "two-floors", "-o", path).exit_code == 0
    assert run(folder, "state", "export", "two-floors").stdout_bytes == path.read_bytes()
    feed = read_siri_fm(path.read_bytes(), known=two_floors().names)
    assert {c.elements for c in feed.conditions} == {("lift-1",), ("stairs-1",)}
    with open_store(tmp_path / "other") as store:
        store.publish(release())
    assert len(took(tmp_path / "other", path)["added"]) == 2
    assert took(folder, path)["changed"] == []
    mine = {k["id"]: {**k, "reporter": ""} for k in closures(folder)}
    assert {k["id"]: {**k, "reporter": ""} for k in closures(tmp_path / "other")}.items() <= mine.items()
