"""The embedded store: a folder with one SQLite file and a folder of blobs. Nothing to install, nothing to run.

::

    store/
      indoor3d.db      what is published (tables.py)
      blobs/           the bytes (files.py)
      indoor3d.lock    always empty: who publishes, who collects (connections.Gate)

Threads and processes may share the folder, which must be on a local disk: SQLite's write-ahead log does not work across
a network. Publishing never holds up readers. To replace a store publish into it; never swap the folder under a server.
"""

import sqlite3
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

from indoor3d.errors import InvalidInput, StoreUnavailable, UnknownElement
from indoor3d.models.building import Building, Facility, Space
from indoor3d.models.issue import Report
from indoor3d.models.korean import with_particle
from indoor3d.models.network import Networks
from indoor3d.models.state import Condition
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.store import manifest, place, state, state_tables, tables
from indoor3d.store.absent import lost_blob, no_version
from indoor3d.store.base import AssetEntry, Bounds, Release, VenueRecord
from indoor3d.store.codec import decode
from indoor3d.store.connections import Connections, Gate
from indoor3d.store.files import FileBlobs, storage_errors, sync_folder
from indoor3d.store.state import Kept

_SQLITE_MAGIC = b"SQLite format 3\0"
_CONTENT = (Building, Networks, Report)
Content = TypeVar("Content", Building, Networks, Report)


class SqliteCatalog:
    """A catalog in a folder; see :class:`~indoor3d.store.base.Catalog` for what its methods promise.

    Parameters
    ----------
    folder : Path
        Made when it is not there, unless the store is read only.
    read_only : bool
        Refuse every change: for servers. What others publish is seen at once.
    immutable : bool
        Read only, on media that nothing writes to; what others publish is *not* seen.
    busy_s : float
        How long to wait for another process that publishes or collects.

    Raises
    ------
    StoreUnavailable
        The folder holds no store, a damaged one, or one of another version of the schema.
    StoreFull
        There is no room to make one.
    """

    def __init__(self, folder: Path, *, read_only: bool = False, immutable: bool = False, busy_s: float = 10.0) -> None:
        self._path = folder / "indoor3d.db"
        self._connections = Connections(self._path, read_only=read_only, immutable=immutable, busy_s=busy_s)
        self._gate = Gate(folder / "indoor3d.lock", busy_s=busy_s)
        try:
            if self._connections.read_only:
                _check_readable(self._path, immutable=immutable)
            else:
                self._create()
            self._check()
        except BaseException:
            self._connections.close()
            raise
        self._blobs = FileBlobs(folder / "blobs", create=not self._connections.read_only)

    def _create(self) -> None:
        with storage_errors(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _check_magic(self._path)
        if not self._is_new():
            self._upgrade()
            return
        with self._gate.alone():
            if not self._is_new():
                return
            self._connections.switch_to_wal()
            with self._connections.writing() as connection:
                for statement in tables.SCHEMA:
                    connection.execute(statement)
        with storage_errors(self._path.parent):
            sync_folder(self._path.parent)
            sync_folder(self._path.parent.parent)

    def _is_new(self) -> bool:
        with self._connections.reading() as connection:
            return not tables.number(connection, "SELECT count(*) FROM sqlite_master")

    def _upgrade(self) -> None:
        """Bring a store of an older schema up to ours, in one transaction; programs that have it open go on as they were."""
        with self._connections.reading() as connection:
            if _schema(connection) not in tables.UPGRADES:
                return
        with self._connections.writing() as connection:
            version = _schema(connection)
            while version in tables.UPGRADES:
                for statement in tables.UPGRADES[version]:
                    connection.execute(statement)
                version += 1
                connection.execute(f"PRAGMA user_version = {version}")

    def _check(self) -> None:
        with self._connections.reading() as connection:
            application = tables.number(connection, "PRAGMA application_id")
            schema = tables.number(connection, "PRAGMA user_version")
            self._has_state = state_tables.exists(connection)
        if application != tables.APPLICATION_ID:
            raise _not_ours(self._path)
        if schema not in {tables.SCHEMA_VERSION, *tables.UPGRADES}:
            raise StoreUnavailable(
                f"{self._path} has version {schema} of the schema and this program knows {tables.SCHEMA_VERSION}:"
                " use a newer release of indoor3d.",
                ko=f"{self._path}의 스키마 버전은 {schema}이고 이 프로그램은 {tables.SCHEMA_VERSION}을 압니다."
                " 더 새로운 indoor3d를 쓰세요.",
            )

    @property
    def blobs(self) -> FileBlobs:
        """The bytes behind the catalog."""
        return self._blobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release files and connections."""
        self._connections.close()

    # ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def publish(self, release: Release) -> VenueRecord:
        """Make a release the current version of its venue, atomically."""
        self._connections.check_writable()
        with self._gate.shared():
            made = manifest.store(release, put_all=self._blobs.put_all)
            with self._connections.writing() as connection:
                number = tables.version_number(connection, made.venue.id, made.version)
                if number is None:
                    number = tables.insert_version(connection, made, release.building)
                tables.make_current(connection, made.venue.id, number)
                return tables.record(connection, made.venue.id)

    def rollback(self, venue: str, version: str) -> VenueRecord:
        """Make a kept version the current one."""
        with self._connections.writing() as connection:
            tables.record(connection, venue)
            number = tables.version_number(connection, venue, version)
            if number is None:
                raise no_version(venue, version)
            tables.make_current(connection, venue, number)
            return tables.record(connection, venue)

    def withdraw(self, venue: str) -> None:
        """Take a venue and all its versions out of the catalog."""
        with self._connections.writing() as connection:
            tables.record(connection, venue)
            tables.drop_venue(connection, venue)

    def collect_garbage(self, *, keep: int = 1) -> int:
        """Drop all but the newest versions of each venue and the blobs nobody refers to."""
        if keep < 1:
            raise InvalidInput(
                f"At least one version is kept, not {keep}.", ko=f"버전은 하나 이상 남아야 합니다: {keep}."
            )
        self._connections.check_writable()
        with self._gate.alone():
            with self._connections.writing() as connection:
                tables.drop_older(connection, keep=keep)
            self._blobs.clear_partial()
            return sum(map(self._delete_unused, self._blobs))

    def _delete_unused(self, digest: str) -> bool:
        with self._connections.reading() as connection:
            if tables.is_used(connection, digest):
                return False
        self._blobs.delete(digest)
        return True

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def revision(self) -> int:
        """A number that grows with every change of what is current."""
        return self._connections.number(tables.REVISION)

    def venues(self, bounds: Bounds | None = None) -> tuple[VenueRecord, ...]:
        """All current venues by id; with ``bounds`` those that meet them."""
        with self._connections.reading() as connection:
            found = tables.records(connection) if bounds is None else tables.records_meeting(connection, bounds)
        return tuple(found)

    def record(self, venue: str) -> VenueRecord:
        """The current record of a venue."""
        with self._connections.reading() as connection:
            return tables.record(connection, venue)

    def versions(self, venue: str) -> tuple[VenueRecord, ...]:
        """Every kept version of a venue, the current one first."""
        with self._connections.reading() as connection:
            tables.record(connection, venue)
            return tuple(tables.history(connection, venue))

    def building(self, venue: str, *, version: str | None = None) -> Building:
        """The building, with an empty mesh."""
        return self._content(Building, venue, version)

    def network(self, venue: str, *, version: str | None = None) -> Networks:
        """The navigation network."""
        return self._content(Networks, venue, version)

    def report(self, venue: str, *, version: str | None = None) -> Report:
        """The data-quality report."""
        return self._content(Report, venue, version)

    def _content(self, kind: type[Content], venue: str, version: str | None) -> Content:
        """Read a part of a release; look again when it was collected between the row and the bytes."""
        missing = ""
        while True:
            with self._connections.reading() as connection:
                digest = tables.content(connection, venue, version)[_CONTENT.index(kind)]
            if digest == missing:
                raise lost_blob(venue, digest)
            try:
                return decode(self._blobs.get(digest), kind)
            except UnknownElement:
                missing = digest

    def asset(self, venue: str, version: str, path: str) -> AssetEntry:
        """Find an asset of a kept version in its manifest."""
        with self._connections.reading() as connection:
            return tables.asset(connection, venue, version, path)

    def spaces_at(
        self, venue: str, x_m: float, y_m: float, *, level: str | None = None, z_m: float | None = None
    ) -> tuple[Space, ...]:
        """Spaces that a point of the site frame is in, by level then id."""
        place.check_point(x_m, y_m, z_m)
        with self._connections.reading() as connection:
            slots = tables.slots_of(connection, venue, level)
            near = tables.spaces_in(connection, slots, (x_m, y_m, x_m, y_m))
        found = [(slot, space.id, space) for slot, space in near if place.covers(space, x_m, y_m, z_m=z_m)]
        return tuple(space for *_, space in sorted(found, key=lambda item: item[:2]))

    def facilities_near(
        self,
        venue: str,
        x_m: float,
        y_m: float,
        *,
        radius_m: float,
        level: str | None = None,
        categories: Collection[FacilityCategory] | None = None,
    ) -> tuple[Facility, ...]:
        """Facilities within a straight distance in plan, nearest first, then by id."""
        place.check_point(x_m, y_m)
        place.check_radius(radius_m)
        with self._connections.reading() as connection:
            slots = tables.slots_of(connection, venue, level)
            box = (x_m - radius_m, y_m - radius_m, x_m + radius_m, y_m + radius_m)
            near = tables.facilities_in(connection, slots, box)
        return place.nearest_first(near, x_m, y_m, radius_m=radius_m, categories=categories)

    # ── live state ───────────────────────────────────────────────────────────────────────────────────────────────────

    def state_revision(self) -> int:
        """A number that grows with every change of any condition."""
        if not self._has_state and not self._state_came():
            return 0
        return self._connections.number(state_tables.REVISION)

    def _state_came(self) -> bool:
        """Whether somebody has given an old store its table of conditions since it was opened."""
        with self._connections.reading() as connection:
            self._has_state = state_tables.exists(connection)
        return self._has_state

    def conditions(self, venue: str, *, ended: bool = False) -> tuple[Kept, ...]:
        """Every condition of a venue that has not ended, by id; with ``ended`` those too."""
        with self._connections.reading() as connection:
            tables.record(connection, venue)
            found = state_tables.of_venue(connection, venue, ended=ended) if state_tables.exists(connection) else []
        return tuple(found)

    def condition(self, ident: str) -> Kept:
        """The newest revision of a condition, ended or not."""
        return self.condition_history(ident)[-1]

    def condition_history(self, ident: str) -> tuple[Kept, ...]:
        """Every revision of a condition, the oldest first."""
        with self._connections.reading() as connection:
            wanted = tables.bound(ident)
            known = wanted is not None and state_tables.exists(connection)
            found = state_tables.history(connection, ident) if known else []
        if not found:
            raise state.no_condition(ident)
        return tuple(found)

    def put_condition(
        self, venue: str, condition: Condition, *, by: str, at: datetime, expected: int | None = None
    ) -> Kept:
        """Keep a condition, or a new revision of one."""
        return self._keep(venue, condition, by=by, at=at, expected=expected)

    def end_condition(self, ident: str, *, by: str, at: datetime, expected: int) -> Kept:
        """Take a condition back."""
        return self._keep(None, ident, by=by, at=at, expected=expected)

    def _keep(self, venue: str | None, what: Condition | str, *, by: str, at: datetime, expected: int | None) -> Kept:
        ident = what if isinstance(what, str) else what.id
        moment = state.utc(at)
        with self._connections.writing() as connection:
            if venue is not None:
                tables.record(connection, venue)
            current = state_tables.one(connection, ident) if tables.bound(ident) is not None else None
            kept = state.revised(current, venue=venue, what=what, by=by, at=moment, expected=expected)
            state_tables.insert(connection, kept)
        return kept


def _schema(connection: sqlite3.Connection) -> int:
    return tables.number(connection, "PRAGMA user_version")


def _check_readable(path: Path, *, immutable: bool) -> None:
    """Say clearly why a store cannot be opened for reading, where SQLite would not."""
    if not path.is_file():
        raise StoreUnavailable(
            f"There is no store in {path.parent}: build a venue into it first.",
            ko=f"{path.parent}에 저장소가 없습니다. 먼저 장소를 만들어 넣으세요.",
        )
    with storage_errors(path):
        _check_magic(path)
    log = path.with_name(f"{path.name}-wal")
    if immutable and log.is_file() and log.stat().st_size:
        raise StoreUnavailable(
            f"{path} has changes that are not merged yet: open it once for writing before it is used as immutable.",
            ko=f"{path}에 아직 합쳐지지 않은 변경이 있습니다. 변경 불가로 쓰기 전에 쓰기로 한 번 여세요.",
        )


def _check_magic(path: Path) -> None:
    """Refuse a short or strange file: SQLite takes one under 512 bytes for an empty database and would write over it."""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(len(_SQLITE_MAGIC))
        if head not in {b"", _SQLITE_MAGIC}:
            raise _not_ours(path)


def _not_ours(path: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"{path} is not a store of indoor3d.", ko=f"{with_particle(str(path), '은')} indoor3d 저장소가 아닙니다."
    )
