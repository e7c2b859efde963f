"""The table of conditions in the SQLite store, and every statement on it. Values go in as bound parameters only.

Nothing is ever changed in it: a change is one more row, so who did what and when stays known. The newest row of an id is
what holds. One counter grows with every row; it is what a server asks before every answer.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from indoor3d.store.state import Kept, dump, load

SCHEMA = (
    """CREATE TABLE condition (
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        venue TEXT NOT NULL,
        ended INTEGER NOT NULL,
        body BLOB NOT NULL,
        by TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id, revision)) WITHOUT ROWID""",
    "CREATE INDEX condition_venue ON condition (venue, id, revision)",
    "INSERT INTO counter VALUES ('state', 0)",
)
"""What version 2 of the schema has more than version 1."""

_COLUMNS = "venue, body, revision, ended, by, at"
_NEWEST = "revision = (SELECT max(revision) FROM condition AS newer WHERE newer.id = condition.id)"
_OF_VENUE = f"SELECT {_COLUMNS} FROM condition WHERE venue = ? AND ended <= ? AND {_NEWEST} ORDER BY id"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM condition WHERE id = ? ORDER BY revision DESC LIMIT 1"  # noqa: S608
_HISTORY = f"SELECT {_COLUMNS} FROM condition WHERE id = ? ORDER BY revision"  # noqa: S608
_INSERT = "INSERT INTO condition VALUES (?, ?, ?, ?, ?, ?, ?)"
REVISION = "SELECT value FROM counter WHERE name = 'state'"


def of_venue(connection: sqlite3.Connection, venue: str, *, ended: bool) -> list[Kept]:
    """The newest revision of every condition of a venue, by id; with those that have ended."""
    return [_kept(row) for row in connection.execute(_OF_VENUE, (venue, int(ended))).fetchall()]


def one(connection: sqlite3.Connection, ident: str) -> Kept | None:
    """The newest revision of a condition."""
    row = connection.execute(_ONE, (ident,)).fetchone()
    return None if row is None else _kept(row)


def history(connection: sqlite3.Connection, ident: str) -> list[Kept]:
    """Every revision of a condition, the oldest first."""
    return [_kept(row) for row in connection.execute(_HISTORY, (ident,)).fetchall()]


def insert(connection: sqlite3.Connection, kept: Kept) -> None:
    """Write one revision down."""
    body = dump(kept.condition)
    row = (kept.condition.id, kept.revision, kept.venue, int(kept.ended), body, kept.by, kept.at.isoformat())
    connection.execute(_INSERT, row)
    connection.execute("UPDATE counter SET value = value + 1 WHERE name = 'state'")


def exists(connection: sqlite3.Connection) -> bool:
    """Whether a store has the table at all: one made before there were conditions has not, until it is opened for writing."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'condition'").fetchone()
    return found is not None


def _kept(row: Sequence[Any]) -> Kept:
    venue, body, revision, ended, by, at = row
    return Kept(
        venue=venue,
        condition=load(body),
        revision=revision,
        ended=bool(ended),
        by=by,
        at=datetime.fromisoformat(at),
    )
