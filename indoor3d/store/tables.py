"""The tables of the SQLite store, and every statement that reads or writes them. Values go in as bound parameters only.

A version is written once: its manifest, and its spaces and facilities in R*Trees of whole centimetres in the site
frame, exact where 32-bit floats are not. The third dimension is the *slot*: each version has its own run of integers,
one for each level and one for what has none, so that one search over all venues finds those of one venue, or of one of
its levels. Which version is current is one row.
"""

import math
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from indoor3d.models.building import Building, Facility, Space, Venue
from indoor3d.store import place, state_tables
from indoor3d.store.absent import no_asset, no_level, no_venue, no_version
from indoor3d.store.base import AssetEntry, Bounds, VenueRecord
from indoor3d.store.codec import decode, encode
from indoor3d.store.manifest import Manifest

APPLICATION_ID = 0x69336462
"""``i3db``: says that a SQLite file is ours."""

SCHEMA_VERSION = 2
"""2 has conditions; a store of version 1 gets them when it is opened for writing, and has none until then."""

UPGRADES = {1: state_tables.SCHEMA}
"""What each version of the schema lacks of the next."""

SCHEMA = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO counter VALUES ('revision', 0), ('slot', 0)",
    """CREATE TABLE version (
        number INTEGER PRIMARY KEY,
        venue TEXT NOT NULL,
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        body BLOB NOT NULL,
        west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL,
        building TEXT NOT NULL, network TEXT NOT NULL, report TEXT NOT NULL,
        first_slot INTEGER NOT NULL, last_slot INTEGER NOT NULL,
        UNIQUE (venue, id))""",
    "CREATE TABLE venue (id TEXT PRIMARY KEY, version INTEGER NOT NULL REFERENCES version (number)) WITHOUT ROWID",
    """CREATE TABLE level (
        version INTEGER NOT NULL REFERENCES version (number) ON DELETE CASCADE,
        id TEXT NOT NULL,
        slot INTEGER NOT NULL,
        PRIMARY KEY (version, id)) WITHOUT ROWID""",
    """CREATE TABLE asset (
        version INTEGER NOT NULL REFERENCES version (number) ON DELETE CASCADE,
        path TEXT NOT NULL,
        media_type TEXT NOT NULL,
        digest TEXT NOT NULL,
        size INTEGER NOT NULL,
        encoded BLOB NOT NULL,
        PRIMARY KEY (version, path)) WITHOUT ROWID""",
    """CREATE TABLE blob_use (
        version INTEGER NOT NULL REFERENCES version (number) ON DELETE CASCADE,
        digest TEXT NOT NULL,
        PRIMARY KEY (version, digest)) WITHOUT ROWID""",
    "CREATE INDEX blob_use_digest ON blob_use (digest)",
    "CREATE VIRTUAL TABLE venue_box USING rtree_i32 (id, west, east, south, north)",
    "CREATE VIRTUAL TABLE space_box USING rtree_i32 (id, x0, x1, y0, y1, slot0, slot1, +body)",
    "CREATE VIRTUAL TABLE facility_box USING rtree_i32 (id, x0, x1, y0, y1, slot0, slot1, +body)",
    *state_tables.SCHEMA,
)

_INT32 = 2**31 - 1
_PER_M = 100
"""Steps of the R*Trees over a site: centimetres."""
_PER_DEG = 10**7
"""Steps of the R*Tree over the Earth: about 1 cm, and 180° still fit 32 bits."""

_INSERT_VERSION = "INSERT INTO version VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_BOX = {
    "space": "INSERT INTO space_box VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
    "facility": "INSERT INTO facility_box VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
}
_SEARCH = {
    "space": """SELECT slot0, body FROM space_box
        WHERE x0 <= ? AND x1 >= ? AND y0 <= ? AND y1 >= ? AND slot0 >= ? AND slot1 <= ?""",
    "facility": """SELECT slot0, body FROM facility_box
        WHERE x0 <= ? AND x1 >= ? AND y0 <= ? AND y1 >= ? AND slot0 >= ? AND slot1 <= ?""",
}
_OLDER = """SELECT number FROM (
        SELECT number, row_number() OVER (PARTITION BY venue ORDER BY revision DESC) AS age FROM version)
    WHERE age > ?"""
_RECORD = """SELECT body, version.id, west, south, east, north FROM venue JOIN version ON number = venue.version
    WHERE venue.id = ?"""
_RECORDS = """SELECT body, version.id, west, south, east, north FROM venue JOIN version ON number = venue.version
    ORDER BY venue.id"""
_RECORDS_MEETING = """SELECT body, version.id, west, south, east, north
    FROM venue JOIN version ON number = venue.version
    WHERE number IN (SELECT id / 2 FROM venue_box WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?)"""
_HISTORY = "SELECT body, id, west, south, east, north FROM version WHERE venue = ? ORDER BY revision DESC"
_CONTENT = """SELECT building, network, report FROM version
    WHERE number = (SELECT version FROM venue WHERE id = ?)"""
_CONTENT_OF = "SELECT building, network, report FROM version WHERE venue = ? AND id = ?"
_ASSET = """SELECT media_type, digest, size, encoded FROM version JOIN asset ON asset.version = number
    WHERE venue = ? AND id = ? AND path = ?"""
_SLOTS = """SELECT number, first_slot, last_slot FROM venue JOIN version ON number = venue.version
    WHERE venue.id = ?"""


class Slots(NamedTuple):
    """A run of slots: one level's, or all of a version's."""

    first: int
    last: int


def number(connection: sqlite3.Connection, statement: str) -> int:
    """The one number a statement gives."""
    return int(connection.execute(statement).fetchone()[0])


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def insert_version(connection: sqlite3.Connection, made: Manifest, building: Building) -> int:
    """Write a version down, not yet current, and return its number."""
    last_slot = _advance(connection, "slot", by=len(building.levels) + 1)
    slots = Slots(last_slot - len(building.levels), last_slot)
    row = (made.venue.id, made.version, 0, encode(made.venue), *made.bounds, made.building, made.network, made.report)
    version = connection.execute(_INSERT_VERSION, (*row, *slots)).lastrowid or 0
    connection.executemany(
        "INSERT INTO asset VALUES (?, ?, ?, ?, ?, ?)",
        [
            (version, path, a.media_type, a.digest, a.size, orjson.dumps(dict(a.encoded)))
            for path, a in made.assets.items()
        ],
    )
    connection.executemany("INSERT INTO blob_use VALUES (?, ?)", [(version, d) for d in sorted(set(made.digests()))])
    for part, (west, south, east, north) in enumerate(place.boxes(made.bounds)):
        steps = (*_steps(west, east, _PER_DEG), *_steps(south, north, _PER_DEG))
        connection.execute("INSERT INTO venue_box VALUES (?, ?, ?, ?, ?)", (2 * version + part, *steps))
    _insert_plan(connection, building, version=version, slots=slots)
    return version


def _insert_plan(connection: sqlite3.Connection, building: Building, *, version: int, slots: Slots) -> None:
    levels = {level.id: slots.first + index for index, level in enumerate(building.levels)}
    connection.executemany(
        "INSERT INTO level VALUES (?, ?, ?)", [(version, level, slot) for level, slot in levels.items()]
    )
    for table, elements in (("space", building.spaces), ("facility", building.facilities)):
        rows = []
        for element in elements:
            x0, y0, x1, y1 = _outline(element)
            if all(map(math.isfinite, (x0, y0, x1, y1))):
                slot = levels.get(element.level, slots.last)
                rows.append((*_steps(x0, x1, _PER_M), *_steps(y0, y1, _PER_M), slot, slot, encode(element)))
        connection.executemany(_INSERT_BOX[table], rows)


def _outline(element: Space | Facility) -> Bounds:
    if isinstance(element, Facility):
        x, y, _ = element.position
        return x, y, x, y
    x0, y0, x1, y1 = element.footprint.bounds
    return x0, y0, x1, y1


def make_current(connection: sqlite3.Connection, venue: str, version: int) -> None:
    """Flip the row that says which version is current; nothing happens when it says so already."""
    row = connection.execute("SELECT version FROM venue WHERE id = ?", (venue,)).fetchone()
    if row == (version,):
        return
    revision = _advance(connection, "revision")
    connection.execute("UPDATE version SET revision = ? WHERE number = ?", (revision, version))
    connection.execute("INSERT OR REPLACE INTO venue VALUES (?, ?)", (venue, version))


def drop_venue(connection: sqlite3.Connection, venue: str) -> None:
    """Delete a venue and all its versions."""
    connection.execute("DELETE FROM venue WHERE id = ?", (venue,))
    for row in connection.execute("SELECT number FROM version WHERE venue = ?", (venue,)).fetchall():
        _drop_version(connection, row[0])
    _advance(connection, "revision")


def drop_older(connection: sqlite3.Connection, *, keep: int) -> None:
    """Delete all but the newest versions of each venue; the current one is always the newest."""
    for row in connection.execute(_OLDER, (keep,)).fetchall():
        _drop_version(connection, row[0])


def _drop_version(connection: sqlite3.Connection, version: int) -> None:
    slots = connection.execute("SELECT first_slot, last_slot FROM version WHERE number = ?", (version,)).fetchone()
    connection.execute("DELETE FROM space_box WHERE slot0 >= ? AND slot1 <= ?", slots)
    connection.execute("DELETE FROM facility_box WHERE slot0 >= ? AND slot1 <= ?", slots)
    connection.execute("DELETE FROM venue_box WHERE id IN (?, ?)", (2 * version, 2 * version + 1))
    connection.execute("DELETE FROM version WHERE number = ?", (version,))


def _advance(connection: sqlite3.Connection, counter: str, *, by: int = 1) -> int:
    connection.execute("UPDATE counter SET value = value + ? WHERE name = ?", (by, counter))
    return int(connection.execute("SELECT value FROM counter WHERE name = ?", (counter,)).fetchone()[0])


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


REVISION = "SELECT value FROM counter WHERE name = 'revision'"
"""How often what is current has changed."""


def record(connection: sqlite3.Connection, venue: str) -> VenueRecord:
    """The current record of a venue.

    Raises
    ------
    UnknownVenue
    """
    row = connection.execute(_RECORD, (bound(venue),)).fetchone()
    if row is None:
        raise no_venue(venue)
    return _to_record(row)


def records(connection: sqlite3.Connection) -> list[VenueRecord]:
    """Every current record by venue."""
    return [_to_record(row) for row in connection.execute(_RECORDS).fetchall()]


def records_meeting(connection: sqlite3.Connection, bounds: Bounds) -> list[VenueRecord]:
    """The current records whose bounds meet some bounds, by venue.

    Raises
    ------
    InvalidPosition
    """
    found = {}
    for west, south, east, north in place.boxes(bounds):
        steps = (_down(east, _PER_DEG), _up(west, _PER_DEG), _down(north, _PER_DEG), _up(south, _PER_DEG))
        for row in connection.execute(_RECORDS_MEETING, steps).fetchall():
            candidate = _to_record(row)
            found[candidate.venue.id] = candidate
    return [found[venue] for venue in sorted(found) if place.meets(found[venue].bounds, bounds)]


def history(connection: sqlite3.Connection, venue: str) -> list[VenueRecord]:
    """Every kept version of a venue, the one that was current last first."""
    return [_to_record(row) for row in connection.execute(_HISTORY, (bound(venue),)).fetchall()]


def version_number(connection: sqlite3.Connection, venue: str, version: str) -> int | None:
    """The number of a kept version, or None."""
    statement = "SELECT number FROM version WHERE venue = ? AND id = ?"
    row = connection.execute(statement, (bound(venue), bound(version))).fetchone()
    return None if row is None else int(row[0])


def content(connection: sqlite3.Connection, venue: str, version: str | None) -> tuple[str, str, str]:
    """Digests of building, network and report of a version, or of the current one.

    Raises
    ------
    UnknownVenue, UnknownElement
    """
    if version is None:
        found = connection.execute(_CONTENT, (bound(venue),))
    else:
        found = connection.execute(_CONTENT_OF, (bound(venue), bound(version)))
    row = found.fetchone()
    if row is None:
        record(connection, venue)
        raise no_version(venue, version or "")
    building, network, report = row
    return building, network, report


def asset(connection: sqlite3.Connection, venue: str, version: str, path: str) -> AssetEntry:
    """Where the bytes of a path of a kept version are.

    Raises
    ------
    UnknownVenue, UnknownElement
    """
    row = connection.execute(_ASSET, (bound(venue), bound(version), bound(path))).fetchone()
    if row is None:
        content(connection, venue, version)
        raise no_asset(venue, version, path)
    media_type, digest, size, encoded = row
    return AssetEntry(media_type=media_type, digest=digest, size=size, encoded=orjson.loads(encoded))


def slots_of(connection: sqlite3.Connection, venue: str, level: str | None) -> Slots:
    """The slots of the current version of a venue: all, or those of one level.

    Raises
    ------
    UnknownVenue, UnknownLevel
    """
    row = connection.execute(_SLOTS, (bound(venue),)).fetchone()
    if row is None:
        raise no_venue(venue)
    version, *run = row
    if level is None:
        return Slots(*run)
    row = connection.execute("SELECT slot FROM level WHERE version = ? AND id = ?", (version, bound(level))).fetchone()
    if row is None:
        raise no_level(venue, level)
    return Slots(row[0], row[0])


def spaces_in(connection: sqlite3.Connection, slots: Slots, box: Bounds) -> list[tuple[int, Space]]:
    """Spaces whose bounding box meets a box of the site (x0, y0, x1, y1 in metres), each with its slot."""
    return [(slot, decode(body, Space)) for slot, body in _search(connection, "space", slots, box)]


def facilities_in(connection: sqlite3.Connection, slots: Slots, box: Bounds) -> list[Facility]:
    """Facilities in a box of the site (x0, y0, x1, y1 in metres)."""
    return [decode(body, Facility) for _, body in _search(connection, "facility", slots, box)]


def _search(connection: sqlite3.Connection, table: str, slots: Slots, box: Bounds) -> list[tuple[int, bytes]]:
    x0, y0, x1, y1 = box
    ends = (_down(x1, _PER_M), _up(x0, _PER_M), _down(y1, _PER_M), _up(y0, _PER_M))
    return connection.execute(_SEARCH[table], (*ends, *slots)).fetchall()


def is_used(connection: sqlite3.Connection, digest: str) -> bool:
    """Whether a version refers to a blob."""
    return connection.execute("SELECT 1 FROM blob_use WHERE digest = ? LIMIT 1", (digest,)).fetchone() is not None


# ── between values and columns ───────────────────────────────────────────────────────────────────────────────────────


def _to_record(row: Sequence[Any]) -> VenueRecord:
    body, version, west, south, east, north = row
    return VenueRecord(venue=_venue(body), version=version, bounds=(west, south, east, north))


@lru_cache(maxsize=1_024)
def _venue(body: bytes) -> Venue:
    """Read who a venue is; asked before every answer, and the same bytes are the same venue."""
    return decode(body, Venue)


def bound(text: str) -> str | None:
    """Text as a parameter; None, which equals nothing, for text that is not Unicode and so cannot be stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return text


def _steps(low: float, high: float, per_unit: int) -> tuple[int, int]:
    """A stored range never gets narrower: rounding keeps the order of numbers, so what it holds is found again."""
    return _down(low, per_unit), _up(high, per_unit)


def _down(value: float, per_unit: int) -> int:
    scaled = min(max(value * per_unit, -_INT32), _INT32)
    return math.floor(scaled)


def _up(value: float, per_unit: int) -> int:
    scaled = min(max(value * per_unit, -_INT32), _INT32)
    return math.ceil(scaled)
