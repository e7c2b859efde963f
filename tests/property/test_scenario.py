"""Scenarios: whatever is given, either a scenario comes of it that writes and reads the same, or a typed error."""

import json
import math
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.errors import InvalidScenario
from indoor3d.models.demand import largest_remainder, load, mixed
from indoor3d.models.ridership import decode, read_counts
from indoor3d.models.scenario import Share
from indoor3d.models.scenario_form import read, read_text, to_json, to_toml
from indoor3d.models.scenario_keys import ROOT, Table, tables
from tests.buildings import two_floors

Made = TypeVar("Made")


def attempt(make: Callable[[], Made]) -> Made | None:
    """What is made, or None where it is refused as it should be: with a path, in two languages, fit for JSON."""
    refused: InvalidScenario | None = None
    try:
        return make()
    except InvalidScenario as error:
        refused = error
    assert isinstance(refused.context["path"], str)
    assert refused.detail["en"]
    assert refused.detail["ko"]
    json.dumps(dict(refused.context), ensure_ascii=False).encode()
    return None


NAMES = sorted({key.name for _, table in tables(ROOT) for key in table.keys})
WORDS = sorted({word for _, table in tables(ROOT) for key in table.keys for word in key.words})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
    | st.sampled_from(["hall", "1", "lift-1", "two-floors"])
)
ANY = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)


def near(table: Table, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Documents with known keys, and values that are mostly of the right kind."""
    kinds: dict[str, Any] = {}
    for key in table.keys:
        if key.table is not None:
            inner = near(key.table, depth + 1)
            kinds[key.name] = inner if key.kind == "table" else st.lists(inner, max_size=2)
        elif key.kind in {"number", "integer"}:
            kinds[key.name] = st.integers(0, 40) | st.floats(allow_nan=True) | SCALARS
        elif key.kind in {"word", "words"}:
            word = st.sampled_from(key.words)
            kinds[key.name] = word if key.kind == "word" else st.lists(word, max_size=2)
        elif key.kind in {"ids", "numbers"}:
            kinds[key.name] = st.lists(st.sampled_from(["hall", "lift-1", "g"]) | SCALARS, max_size=2)
        else:
            kinds[key.name] = st.sampled_from(["a", "hall", "2026-01-01"]) | SCALARS
    return st.fixed_dictionaries({}, optional=kinds)


DOCUMENTS = ANY | near(ROOT) | near(ROOT).map(lambda d: d | {"id": "s", "venues": [two_floors().venue.id]})


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_any_document_is_a_scenario_or_an_error(document: Any) -> None:
    scenario = attempt(lambda: read(document))
    if scenario is None:
        return
    assert read_text(to_toml(scenario)) == scenario == read_text(to_json(scenario))
    result = attempt(lambda: load(two_floors(), scenario))
    if result is None:
        return
    assert {space: sum(mix.values()) for space, mix in result.mobility.items()} == dict(result.persons)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_a_scenario_or_an_error(text: str | bytes) -> None:
    for form in ("", "toml", "json"):
        attempt(partial(read_text, text, form=form))


CELLS = st.sampled_from(
    [
        "사용월",
        "호선명",
        "지하철역",
        "역명",
        "승하차구분",
        "시간대",
        "인원",
        "08시-09시 승차인원",
        "06시이전",
        "24시이후",
        "202410",
        "2024-10-01",
        "99999999",
        "2호선",
        "시청",
        "승차",
        "하차",
        "12",
        "1,200",
        "-",
        "",
        "07-08시간대",
        '"',
    ]
) | st.text(max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=8), max_size=6), st.sampled_from(["", "시청"]))
def test_any_table_is_counts_or_an_error(rows: list[list[str]], station: str) -> None:
    found = attempt(lambda: read_counts("\n".join(",".join(row) for row in rows), station=station))
    for one in found or ():
        assert all(value >= 0 and math.isfinite(value) for value in (*one.boarding.values(), *one.alighting.values()))


@given(st.binary(max_size=100))
def test_any_bytes_are_text_or_an_error(data: bytes) -> None:
    found = attempt(lambda: decode(data, "x"))
    assert found is None or data.removeprefix(b"\xef\xbb\xbf") in {found.encode(), found.encode("cp949", "replace")}


@given(st.integers(0, 10**6), st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_largest_remainder_is_exact_and_never_off_by_one(total: int, weights: list[float]) -> None:
    found = largest_remainder(total, weights)
    whole = math.fsum(weights)
    if whole > 0:
        assert sum(found) == total
        assert all(abs(n - total * w / whole) < 1 + 1e-6 for n, w in zip(found, weights, strict=True))


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 500), max_size=12),
    st.lists(st.floats(0.001, 1), min_size=1, max_size=5),
)
def test_a_mix_loses_nobody_and_rounds_no_small_share_down(persons: dict[str, int], weights: list[float]) -> None:
    whole = math.fsum(weights)
    shares = [Share(profile=f"p{n}", share=weight / whole) for n, weight in enumerate(weights)]
    found = mixed(persons, shares)
    assert {space: sum(mix.values()) for space, mix in found.items()} == {s: n for s, n in persons.items() if n}
    total = sum(persons.values())
    small = sorted(shares, key=lambda s: (s.share, s.profile))[:-1]
    if total >= len(shares) * 2 + total * math.fsum(s.share for s in small):
        for share in small:
            assert sum(mix.get(share.profile, 0) for mix in found.values()) >= total * share.share - 1e-6


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        found += _paths(one, (*path, name))
    return found


WORKED = sorted((Path(__file__).parents[2] / "assets" / "scenarios").glob("*.toml"))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(WORKED), st.data())
def test_a_worked_scenario_with_one_thing_changed_is_a_scenario_or_an_error(path: Path, data: st.DataObject) -> None:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    at = data.draw(st.sampled_from(_paths(document)))
    holder: Any = document
    for name in at[:-1]:
        holder = holder[name]
    change = data.draw(st.sampled_from(["drop", "rename", "replace"]))
    if change == "replace" or isinstance(holder, list):
        holder[at[-1]] = data.draw(ANY)
    elif change == "drop":
        del holder[at[-1]]
    else:
        holder[data.draw(st.sampled_from(NAMES) | st.text(max_size=5))] = holder.pop(at[-1])
    scenario = attempt(lambda: read(document))
    if scenario is None:
        return
    assert read_text(to_toml(scenario)) == scenario == read_text(to_json(scenario))
