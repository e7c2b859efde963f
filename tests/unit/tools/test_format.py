"""The format has one description: the reader obeys it, and the JSON Schema says the same."""

import json
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools import small
from tools import make_station
from tools.station import model as m
from tools.station.checks import check
from tools.station.keys import Kind, TableKind, fits
from tools.station.located import Table, read_tables
from tools.station.plan import read_plan
from tools.station.schema import schemas
from tools.station.tables import PLAN
from tools.station.venue_tables import VENUE

ROOT = Path(__file__).parents[3]
STATION = ROOT / "tools" / "station"
FILES = sorted((ROOT / "assets" / "stations").glob("*/*.toml"))
SCHEMAS = {name: json.loads(text) for name, text in schemas().items()}
KINDS = {key.kind.problem + key.kind.words: key.kind for t in (*PLAN.values(), *VENUE.values()) for key in t.keys}
TABLES = [kind for kind in (*PLAN.values(), *VENUE.values()) if kind.name]


def schema_of(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMAS["venue.schema.json" if file.name == "venue.toml" else "plan.schema.json"]
    return found


def test_the_committed_schemas_are_what_the_tool_writes(tmp_path: Path) -> None:
    assert make_station.main(["--schema", str(tmp_path)]) == 0
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    committed = {path.name: path.read_text("utf-8") for path in STATION.glob("*.schema.json")}
    assert written == committed, "write them again: python tools/make_station.py --schema tools/station"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_plan_of_ours_meets_the_schema(file: Path) -> None:
    jsonschema.validate(tomllib.loads(file.read_text("utf-8")), schema_of(file))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, -0.0, "up", "+x", "a-1", "S", "#0052A4", ""]),
    lambda part: st.lists(part, max_size=5),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(value=VALUES)
def test_the_reader_takes_what_the_schema_takes(kind: Kind, value: Any) -> None:
    assert fits(value, kind.schema) == jsonschema.Draft202012Validator(kind.schema).is_valid(value)


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.header)
def test_a_key_that_must_be_there_is_missed_by_both(kind: TableKind, tmp_path: Path) -> None:
    for key in kind.keys:
        values = tomllib.loads(kind.example)[kind.name]
        values = dict(values[0] if kind.many else values)
        values.pop(key.name, None)
        table = Table(name=kind.name, file=str(tmp_path), line=1, values=values, lines={}, single=not kind.many)
        document = SCHEMAS["plan.schema.json" if kind.name in PLAN else "venue.schema.json"]
        schema = document["$defs"][kind.name]
        valid = jsonschema.Draft202012Validator(schema).is_valid(values)
        try:
            kind.accept(table)
        except m.PlanError:
            assert not valid, key
        else:
            assert valid, key


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.header)
def test_every_key_is_described(kind: TableKind) -> None:
    assert kind.what.endswith(".")
    for key in kind.keys:
        assert key.what
        assert key.required or key.default is None or fits(listed(key.default), key.kind.schema), key


def listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


# ── the examples are a station ────────────────────────────────────────────────────────────────────────────────────────
def test_the_examples_together_are_a_station(tmp_path: Path) -> None:
    plan = read_plan(small.write(tmp_path))
    assert [str(finding) for finding in check(plan)] == []


def test_every_key_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the description lists and nobody reads would be a promise that is not kept."""
    seen: dict[str, set[str]] = defaultdict(set)

    class Seen(dict[str, Any]):
        name = ""

        def __getitem__(self, key: str) -> Any:
            seen[self.name].add(key)
            return super().__getitem__(key)

    plain = TableKind.accept

    def watched(kind: TableKind, table: Table) -> Table:
        accepted = plain(kind, table)
        values = Seen(accepted.values)
        values.name = table.name
        object.__setattr__(accepted, "values", values)
        return accepted

    monkeypatch.setattr(TableKind, "accept", watched)
    read_plan(small.write(tmp_path))
    unread = {"note", "licence_note", "category", "schematic"}
    for kind in TABLES:
        words = {key.name for key in kind.keys} - seen[kind.name]
        geometry = any("point" in key.kind.words or key.kind.words in {"direction", "outline"} for key in kind.keys)
        allowed = unread | (set() if geometry else {"frame"})
        assert words - allowed == set(), kind.header


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('[[door]]\nid = "d"\nbetween = ["a", "b"]\nat = [0, 0]', 1, "'width' of [[door]] is missing or not a number"),
        ('[[door]]\nid = "d"\nbetween = ["a", "b"]\nat = [0, 0]\nwidth = 0', 5, "not a number above 0"),
        ('[[door]]\nid = "d"\nbetween = ["a", "b", "c"]\nat = [0, 0]\nwidth = 1', 3, "must be a list of 1 or 2 names"),
        ('[[column]]\nid = "c"\nspace = "a"\nat = [1, 2]', 4, "must be a list of points"),
        ('[[sign]]\nid = "s"\nspace = "a"\nat = [[1, 2]]', 1, "[[sign]] needs line or colour"),
        ('[[sign]]\nid = "s"\nspace = "a"\nat = [[1, 2]]\nline = "1"\ncolour = "#000000"', 6, "and not both"),
        ('[[sign]]\nid = "s"\nspace = "a"\nat = [[1, 2]]\ncolour = "red"', 5, "'red' is not a colour"),
        ('[[storey]]\nid = "B1"\nordinal = inf\nko = "가"\nen = "B"', 3, "not a whole number"),
        ('[door]\nid = "d"', 1, "this table is written [[door]]. Two brackets"),
        ('[[doors]]\nid = "d"', 1, "unknown table [[doors]]. Use one of: frame, storey, space"),
        ('[[space]]\nname = "d"', 2, "unknown key 'name' in [[space]]. Use one of: access, box"),
        ('[[open]]\nid = "x"\nbetween = ["a", "b"]', 2, "unknown key 'id'"),
        ('[[storey]]\nid = "B1"\nordinal = 1.5\nko = "가"\nen = "B"', 3, "not a whole number"),
        ('[[entrance]]\nid = "e"\nbetween = ["a"]\nat = [0, 0]\nwidth = 1\nexit_kind = "emergancy"', 6, "unknown exit_kind"),
        ('[[lift]]\nid = "l"\nat = [0, 0]\nstops = [["a", "north"], ["b", "+x"]]', 4, "a stop must be a space and a side"),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_to_do(tmp_path: Path, text: str, line: int, problem: str) -> None:
    folder = small.write(tmp_path)
    (folder / "b.toml").write_text(text, encoding="utf-8")
    with pytest.raises(m.PlanError, match=r"^b\.toml:\d+: ") as caught:
        read_plan(folder)
    message = str(caught.value)
    assert message.startswith(f"b.toml:{line}: ")
    assert problem in message
    assert "inf" in text or not jsonschema.Draft202012Validator(SCHEMAS["plan.schema.json"]).is_valid(
        tomllib.loads(text)
    )


def test_venue_has_its_tables_checked_too(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    venue = (folder / "venue.toml").read_text("utf-8")
    for old, new, problem in (
        ("schematic = true", "schematic = false", "a station made here is schematic"),
        ("[[line]]", "[[lines]]", "unknown table [[lines]]"),
        ('colour = "#0052A4"', 'colour = "blue"', "'blue' is not a colour"),
        ("value = -10.0", "", "'value' of [[fact]] is missing"),
    ):
        (folder / "venue.toml").write_text(venue.replace(old, new), encoding="utf-8")
        with pytest.raises(m.PlanError, match=r"^venue\.toml:") as caught:
            read_plan(folder)
        assert problem in str(caught.value)


def test_the_command_line_needs_a_folder_or_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make_station.main([])
    assert "name a station folder" in capsys.readouterr().err


def test_tables_keep_their_lines(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    found = {table.values.get("id"): table for table in read_tables(folder / "b.toml")}
    lines = (folder / "b.toml").read_text("utf-8").splitlines()
    assert lines[found["aed"].line - 1] == "[[facility]]"
    assert lines[found["aed"].lines["category"] - 1] == 'category = "aed"'
