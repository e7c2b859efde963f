"""What every store keeps to about conditions: revisions, history, who was first, and that all this outlasts what it should."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from shapely import box

from indoor3d.errors import CorruptBlob, InvalidInput, StoreUnavailable, UnknownElement, UnknownVenue
from indoor3d.models.building import Text
from indoor3d.models.state import Area, Condition, Effect, Remedy, Status
from indoor3d.models.vocabulary import Direction
from indoor3d.store.base import Catalog, open_store
from indoor3d.store.state import StaleRevision, dump, load
from tests.conditions import conditions
from tests.contract.stores import STORES, release

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
VENUE = "two-floors"


def closure(ident: str = "c1", *elements: str, **more: object) -> Condition:
    return Condition(id=ident, effect=Effect.CLOSED, elements=elements or ("lift-1",), **more)  # type: ignore[arg-type]


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    with STORES[request.param](tmp_path) as opened:
        opened.publish(release())
        yield opened


def test_what_is_kept_comes_back(store: Catalog) -> None:
    whole = Condition(
        id="연기-1",
        effect=Effect.SMOKE,
        elements=("hall", "door-exit-1"),
        area=Area(level="g", polygon=box(0, 0, 1 / 3, 2)),
        factor=1.1,
        start=NOW,
        end=NOW + timedelta(hours=2, microseconds=1),
        hours="Mo-Fr 01:00-04:30",
        cause=Text(default="smoke", ko="연기", en="Smoke"),
        source="방재실",
        reporter="홍길동",
        reported_at=NOW,
        automatic=True,
        remedy=Remedy.OTHER_ROUTE,
        remedy_text=Text(ko="3번 출구로"),
    )
    kept = store.put_condition(VENUE, whole, by="op-1", at=NOW.astimezone(ZoneInfo("Asia/Seoul")))
    assert (kept.condition, kept.revision, kept.ended, kept.by, kept.at) == (whole, 1, False, "op-1", NOW)
    assert store.condition("연기-1") == kept
    assert store.conditions(VENUE) == (kept,)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=conditions())
def test_every_condition_survives_its_bytes(condition: Condition) -> None:
    assert load(dump(condition)) == condition
    assert dump(load(dump(condition))) == dump(condition)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"id": 1}', dump(closure()).replace(b'"closed"', b'"shut"')])
def test_bytes_that_are_no_condition_are_said_to_be_damaged(data: bytes) -> None:
    with pytest.raises(CorruptBlob):
        load(data)


def test_a_change_is_a_new_revision_and_history_keeps_the_old(store: Catalog) -> None:
    first = store.put_condition(VENUE, closure(), by="a", at=NOW)
    second = store.put_condition(VENUE, closure("c1", "stairs-1"), by="b", at=NOW + timedelta(minutes=1), expected=1)
    assert (second.revision, second.condition.elements) == (2, ("stairs-1",))
    ended = store.end_condition("c1", by="c", at=NOW + timedelta(minutes=2), expected=2)
    assert (ended.revision, ended.ended, ended.condition) == (3, True, second.condition)
    assert store.condition_history("c1") == (first, second, ended)
    assert [(k.by, k.at) for k in store.condition_history("c1")] == [
        ("a", NOW),
        ("b", NOW + timedelta(minutes=1)),
        ("c", NOW + timedelta(minutes=2)),
    ]
    assert store.conditions(VENUE) == ()
    assert store.conditions(VENUE, ended=True) == (ended,)
    assert store.condition("c1") == ended


@pytest.mark.parametrize("expected", [None, 0, 2, -1])
def test_who_saw_something_else_changes_nothing(store: Catalog, expected: int | None) -> None:
    kept = store.put_condition(VENUE, closure(), by="a", at=NOW)
    before = store.state_revision()
    with pytest.raises(StaleRevision) as raised:
        store.put_condition(VENUE, closure("c1", "stairs-1"), by="b", at=NOW, expected=expected)
    assert raised.value.context["revision"] == 1
    if expected is not None:
        with pytest.raises(StaleRevision):
            store.end_condition("c1", by="b", at=NOW, expected=expected)
    assert store.conditions(VENUE) == (kept,)
    assert store.state_revision() == before


def test_what_has_ended_does_not_come_back(store: Catalog) -> None:
    store.put_condition(VENUE, closure(), by="a", at=NOW)
    store.end_condition("c1", by="a", at=NOW, expected=1)
    for expected in (None, 1, 2):
        with pytest.raises(StaleRevision):
            store.put_condition(VENUE, closure(), by="a", at=NOW, expected=expected)
    with pytest.raises(StaleRevision):
        store.end_condition("c1", by="a", at=NOW, expected=2)


def test_what_is_not_there_is_an_error(store: Catalog) -> None:
    for ask in (
        lambda: store.condition("nothing"),
        lambda: store.condition("\ud800"),
        lambda: store.condition_history("nothing"),
        lambda: store.end_condition("nothing", by="a", at=NOW, expected=1),
        lambda: store.put_condition(VENUE, closure("nothing"), by="a", at=NOW, expected=1),
    ):
        with pytest.raises(UnknownElement):
            ask()
    with pytest.raises(UnknownVenue):
        store.conditions("nowhere")
    with pytest.raises(UnknownVenue):
        store.put_condition("nowhere", closure(), by="a", at=NOW)
    with pytest.raises(InvalidInput):
        store.put_condition(VENUE, closure(), by="a", at=NOW.replace(tzinfo=None))
    assert store.state_revision() == 0


def test_a_condition_stays_with_its_venue(store: Catalog) -> None:
    store.publish(release("other"))
    store.put_condition(VENUE, closure(), by="a", at=NOW)
    assert store.conditions("other") == ()
    with pytest.raises(UnknownElement):
        store.put_condition("other", closure(), by="a", at=NOW, expected=1)
    with pytest.raises(StaleRevision):
        store.put_condition("other", closure(), by="a", at=NOW)


def test_a_new_build_does_not_open_what_is_closed(store: Catalog) -> None:
    kept = store.put_condition(VENUE, closure(), by="a", at=NOW)
    store.publish(release(edition=2))
    store.collect_garbage(keep=1)
    assert store.conditions(VENUE) == (kept,)
    store.withdraw(VENUE)
    with pytest.raises(UnknownVenue):
        store.conditions(VENUE)
    assert store.condition("c1") == kept
    store.publish(release(edition=3))
    assert store.conditions(VENUE) == (kept,)


def test_the_revision_of_the_state_grows_with_every_change_and_with_nothing_else(store: Catalog) -> None:
    seen = [store.state_revision()]
    for expected in (None, 1):
        store.put_condition(VENUE, closure(), by="a", at=NOW, expected=expected)
        seen.append(store.state_revision())
    store.end_condition("c1", by="a", at=NOW, expected=2)
    seen.append(store.state_revision())
    assert seen == sorted(set(seen))
    store.publish(release(edition=2))
    store.conditions(VENUE)
    assert store.state_revision() == seen[-1]


def test_of_many_who_write_at_once_one_wins(store: Catalog) -> None:
    store.put_condition(VENUE, closure(), by="a", at=NOW)
    barrier = threading.Barrier(6)

    def write(number: int) -> bool:
        barrier.wait()
        try:
            store.put_condition(VENUE, closure("c1", f"d{number}"), by=f"op-{number}", at=NOW, expected=1)
        except StaleRevision:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(write, range(6)))
    assert sum(won) == 1
    assert store.condition("c1").by == f"op-{won.index(True)}"
    assert len(store.condition_history("c1")) == 2


def test_a_closed_store_answers_no_question_about_its_state(store: Catalog) -> None:
    store.close()
    for ask in (
        store.state_revision,
        lambda: store.conditions(VENUE),
        lambda: store.condition("c1"),
        lambda: store.put_condition(VENUE, closure(), by="a", at=NOW),
        lambda: store.end_condition("c1", by="a", at=NOW, expected=1),
    ):
        with pytest.raises(StoreUnavailable):
            ask()


# ── on disk ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_conditions_survive_a_restart_and_others_see_them_at_once(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as writer, open_store(tmp_path / "s") as other:
        writer.publish(release())
        assert other.state_revision() == 0
        kept = writer.put_condition(VENUE, closure(status=None), by="a", at=NOW)
        assert other.state_revision() == writer.state_revision() > 0
        assert other.conditions(VENUE) == (kept,)
    with open_store(tmp_path / "s", read_only=True) as again:
        assert again.conditions(VENUE) == (kept,)
        with pytest.raises(StoreUnavailable):
            again.end_condition("c1", by="a", at=NOW, expected=1)


def _as_it_was_before_there_were_conditions(folder: Path) -> None:
    with open_store(folder) as store:
        store.publish(release())
    with sqlite3.connect(folder / "indoor3d.db") as connection:
        connection.execute("DROP TABLE condition")
        connection.execute("DELETE FROM counter WHERE name = 'state'")
        connection.execute("PRAGMA user_version = 1")
    connection.close()


def test_an_older_store_is_read_as_one_without_conditions_and_upgraded_by_a_writer(tmp_path: Path) -> None:
    _as_it_was_before_there_were_conditions(tmp_path / "s")
    with open_store(tmp_path / "s", read_only=True) as reader:
        assert (reader.conditions(VENUE), reader.state_revision()) == ((), 0)
        with pytest.raises(UnknownElement):
            reader.condition("c1")
        with open_store(tmp_path / "s") as writer:
            kept = writer.put_condition(VENUE, closure(), by="a", at=NOW)
        assert reader.state_revision() == 1
        assert reader.conditions(VENUE) == (kept,)
        assert reader.record(VENUE).venue.id == VENUE


def test_a_store_from_the_future_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        store.publish(release())
    with sqlite3.connect(tmp_path / "s" / "indoor3d.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnavailable, match="99"):
        open_store(tmp_path / "s")


def test_a_status_keeps_its_age(store: Catalog) -> None:
    lift = Condition(
        id="s1",
        effect=Effect.STATUS,
        elements=("lift-1",),
        status=Status.AVAILABLE,
        reported_at=NOW,
        interval_s=300.0,
    )
    assert store.put_condition(VENUE, lift, by="feed", at=NOW).condition.stale_from() == NOW + timedelta(minutes=5)
    turned = Condition(id="e1", effect=Effect.ONE_WAY, elements=("stairs-1",), direction=Direction.DOWN)
    assert store.put_condition(VENUE, turned, by="a", at=NOW).condition.direction is Direction.DOWN
    assert [k.condition.id for k in store.conditions(VENUE)] == ["e1", "s1"]
    assert replace(lift, id="s2") != lift
