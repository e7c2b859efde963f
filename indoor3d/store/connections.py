"""Connections to the SQLite file: opened right, shared between threads, with typed errors; and the publishers' gate."""

import os
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from indoor3d.errors import StoreError, StoreFull, StoreUnavailable
from indoor3d.models.korean import with_particle

_MEDIA = (
    " Also a reader writes beside the file; where nothing may be written, open it with ?immutable=1.",
    " 읽기만 해도 같은 폴더에 파일을 씁니다. 쓸 수 없는 곳이면 ?immutable=1로 여세요.",
)
_ADVICE = {sqlite3.SQLITE_CANTOPEN: _MEDIA, sqlite3.SQLITE_READONLY: _MEDIA}
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def typed_error(error: sqlite3.Error, path: Path) -> StoreError:
    """Say in our words what SQLite says: full, busy, or out of use with the reason."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"No room left for {path}.", ko=f"{path}에 남은 공간이 없습니다.")
    if code in _BUSY:
        return StoreUnavailable(
            f"{path} is in use by another process; try again.",
            ko=f"다른 프로세스가 {with_particle(str(path), '을')} 쓰고 있습니다. 다시 시도하세요.",
        )
    en, ko = _ADVICE.get(code, ("", ""))
    return StoreUnavailable(
        f"{path} cannot be used: {error}.{en}", ko=f"{with_particle(str(path), '을')} 쓸 수 없습니다: {error}.{ko}"
    )


class Connections:
    """A pool of connections to one SQLite file.

    A thread takes a connection for one transaction and gives it back; there are never more of them than threads at
    work at once. After a fork the child opens its own: SQLite forbids the use of the parent's.

    Parameters
    ----------
    path : Path
    read_only : bool
        Refuse every write, also by mistake.
    immutable : bool
        The file is on media that nothing can write to: no locks, no other files beside it.
    busy_s : float
        How long to wait for another process.
    """

    def __init__(self, path: Path, *, read_only: bool, immutable: bool, busy_s: float) -> None:
        self.path = path
        self.read_only = read_only or immutable
        mode = "ro" if self.read_only else "rwc"
        self._address = f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}"
        self._busy_s = busy_s
        self._idle: deque[sqlite3.Connection] = deque()
        self._of_parent: list[sqlite3.Connection] = []
        self._process = os.getpid()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot: everything read within is from the same moment.

        Raises
        ------
        StoreUnavailable
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: durable when the block ends, undone when it raises.

        Raises
        ------
        StoreFull, StoreUnavailable
        """
        self.check_writable()
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def number(self, statement: str) -> int:
        """The one number a statement gives, read on its own: a third of the time of a transaction around it.

        Raises
        ------
        StoreUnavailable
        """
        try:
            connection = self._take()
            try:
                return int(connection.execute(statement).fetchone()[0])
            finally:
                self._give(connection)
        except sqlite3.Error as error:
            raise typed_error(error, self.path) from error

    def check_writable(self) -> None:
        """Refuse to change a store that was opened for reading.

        Raises
        ------
        StoreUnavailable
        """
        if self.read_only:
            raise StoreUnavailable(
                f"The store of {self.path} was opened for reading only.",
                ko=f"{self.path} 저장소를 읽기 전용으로 열었습니다.",
            )

    def switch_to_wal(self) -> None:
        """Let readers and one writer work at once, from now on; only while nobody else uses the file.

        Raises
        ------
        StoreFull, StoreUnavailable
        """
        try:
            with closing(self._open()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            raise typed_error(error, self.path) from error

    def close(self) -> None:
        """Close what is idle; what is in use closes when it is given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._take()
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                raise
            finally:
                self._give(connection)
        except sqlite3.Error as error:
            raise typed_error(error, self.path) from error

    def _take(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreUnavailable(f"The store of {self.path} is closed.", ko=f"{self.path} 저장소가 닫혔습니다.")
        if self._process != os.getpid():
            self._of_parent += self._idle
            self._idle.clear()
            self._process = os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

    def _give(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.close()
        else:
            self._idle.append(connection)
        if self._closed:
            self.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._address, uri=True, timeout=self._busy_s, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection


class Gate:
    """Many publishers or one collector: whoever deletes blobs is alone.

    The locks are SQLite's own on an empty file beside the store: they work on every system, between threads and
    between processes, and end with the process that holds them, however it ends.
    """

    def __init__(self, path: Path, *, busy_s: float) -> None:
        self._path = path
        self._busy_s = busy_s

    @contextmanager
    def shared(self) -> Iterator[None]:
        """While this is held nothing is collected.

        Raises
        ------
        StoreUnavailable
            A collection did not end in time.
        """
        with self._held("BEGIN", "SELECT count(*) FROM sqlite_master"):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this is held nobody publishes.

        Raises
        ------
        StoreUnavailable
            A publisher did not end in time.
        """
        with self._held("BEGIN EXCLUSIVE"):
            yield

    @contextmanager
    def _held(self, *statements: str) -> Iterator[None]:
        try:
            connection = sqlite3.connect(
                self._path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise typed_error(error, self._path) from error
        with closing(connection):
            try:
                for statement in statements:
                    connection.execute(statement).fetchall()
            except sqlite3.Error as error:
                raise typed_error(error, self._path) from error
            yield
