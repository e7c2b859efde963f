"""The two doors to storage: Catalog (what is published) and Blobs (immutable bytes).

A store is a Catalog that has Blobs. Publishing writes blobs first, then flips one row: a reader sees the old version
whole or the new one whole, whatever dies in between.

Rules for every store, kept by one suite of contract tests:

- **Threads.** A catalog and its blobs may be used from any number of threads at once, each call on its own. A call may
  block for a disk; an event loop makes it in a worker thread.
- **Processes.** Other processes may publish and collect while this one reads. A call sees one moment; two calls may see
  two. Who needs a whole takes the record first and asks for the rest with its ``version``.
- **Waiting.** A call waits for another process for a bounded time, then raises ``StoreUnavailable``.
- **Versions.** A version that was replaced stays, readable by its id, until :meth:`Catalog.collect_garbage` drops it.
- **Values** that come out are to be shared and not changed; their arrays are read-only.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import parse_qs, urlsplit
from urllib.request import url2pathname

from indoor3d.errors import StoreUnavailable
from indoor3d.models.building import Building, Facility, Space, Venue
from indoor3d.models.issue import Report
from indoor3d.models.network import Network, Networks
from indoor3d.models.state import Condition
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.store.state import Kept

Bounds = tuple[float, float, float, float]
"""(west, south, east, north) in degrees, WGS 84; west is greater than east across the 180° meridian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of a release: what a client fetches by path.

    Parameters
    ----------
    media_type : str
    data : bytes
        As it is, uncompressed.
    encoded : mapping
        The same bytes precompressed, by HTTP content coding (``br``, ``gzip``); only where it pays.
    """

    media_type: str
    data: bytes
    encoded: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetEntry:
    """Where the bytes of a published asset are.

    Parameters
    ----------
    digest : str
        SHA-256 of the uncompressed bytes, hexadecimal: the ETag.
    size : int
        Bytes, uncompressed.
    encoded : mapping
        Digest of the precompressed bytes by content coding.
    """

    media_type: str
    digest: str
    size: int
    encoded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """Everything about one venue that is published together.

    ``building`` is stored without its mesh; ``assets`` are keyed by path (``meshopt/tileset.json``).
    """

    building: Building
    network: Network
    report: Report
    assets: Mapping[str, Asset]


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueRecord:
    """A published venue: who it is, where, and which version is current.

    ``version`` is derived from content: two equal releases have the same version. ``bounds`` hold the spaces; where the
    building's frame has the origin ``UNKNOWN`` they mean nothing.
    """

    venue: Venue
    version: str
    bounds: Bounds


class Blobs(Protocol):
    """Immutable bytes under their SHA-256.

    A digest is a name and never a path: whatever is asked for, nothing but what was put comes back. Bytes that no
    published version refers to are garbage.
    """

    def put(self, data: bytes) -> str:
        """Store bytes durably and return their digest; storing the same bytes again repairs them if they are damaged.

        Raises
        ------
        StoreFull, StoreUnavailable
        """

    def get(self, digest: str) -> bytes:
        """Return the bytes.

        Raises
        ------
        UnknownElement
            Nothing is stored under the digest.
        CorruptBlob
            What is stored does not match it.
        StoreUnavailable
        """

    def __contains__(self, digest: object) -> bool:
        """Whether bytes are stored under the digest."""

    def __iter__(self) -> Iterator[str]:
        """Every digest, in any order."""

    def delete(self, digest: str) -> None:
        """Forget the bytes; nothing happens when there are none."""


class Catalog(Protocol):
    """What is published. Every method may raise ``StoreUnavailable``; those that read content also ``CorruptBlob``."""

    @property
    def blobs(self) -> Blobs:
        """The bytes behind the catalog."""

    def __enter__(self) -> Self:
        """Use the catalog for a block and close it after."""

    def __exit__(self, *_: object) -> None:
        """Close the catalog."""

    def publish(self, release: Release) -> VenueRecord:
        """Make a release the current version of its venue, atomically.

        A release that equals a kept version makes that one current again; one that equals the current changes nothing.

        Raises
        ------
        StoreFull, StoreUnavailable
            Nothing changed.
        InvalidInput
            A path of an asset is not a plain relative one, or a value cannot be stored. Nothing changed.
        InvalidPosition
            The venue lies outside the area of its projection. Nothing changed.
        """

    def rollback(self, venue: str, version: str) -> VenueRecord:
        """Make a kept version the current one.

        Raises
        ------
        UnknownVenue
        UnknownElement
            The version is not kept.
        """

    def withdraw(self, venue: str) -> None:
        """Take a venue and all its versions out of the catalog; the bytes go when garbage is collected.

        Raises
        ------
        UnknownVenue
        """

    def revision(self) -> int:
        """A number that grows with every change of what is current: the cheap question whether anything is new."""

    def venues(self, bounds: Bounds | None = None) -> tuple[VenueRecord, ...]:
        """All current venues by id; with ``bounds`` those that meet them.

        Raises
        ------
        InvalidPosition
            The bounds are not finite, or south is greater than north.
        """

    def record(self, venue: str) -> VenueRecord:
        """The current record of a venue.

        Raises
        ------
        UnknownVenue
        """

    def versions(self, venue: str) -> tuple[VenueRecord, ...]:
        """Every kept version of a venue, the current one first, then back in time.

        Raises
        ------
        UnknownVenue
        """

    def building(self, venue: str, *, version: str | None = None) -> Building:
        """The building, with an empty mesh: the current one, or that of a kept version.

        Raises
        ------
        UnknownVenue
        UnknownElement
            The version is not kept.
        """

    def network(self, venue: str, *, version: str | None = None) -> Networks:
        """The navigation network: the current one, or that of a kept version.

        Raises
        ------
        UnknownVenue
        UnknownElement
            The version is not kept.
        """

    def report(self, venue: str, *, version: str | None = None) -> Report:
        """The data-quality report: the current one, or that of a kept version.

        Raises
        ------
        UnknownVenue
        UnknownElement
            The version is not kept.
        """

    def asset(self, venue: str, version: str, path: str) -> AssetEntry:
        """Find an asset of a kept version in its manifest; the path is compared, never joined or decoded.

        Raises
        ------
        UnknownVenue
        UnknownElement
            The version is not kept, or has no such asset.
        """

    def spaces_at(
        self, venue: str, x_m: float, y_m: float, *, level: str | None = None, z_m: float | None = None
    ) -> tuple[Space, ...]:
        """Spaces of the current version that a point of the site frame is in, by level then id.

        A point on the edge of a footprint is in it; with ``z_m`` it also lies from the floor to the top.

        Parameters
        ----------
        level : str, optional
            Id of the level.

        Raises
        ------
        UnknownVenue, UnknownLevel
        InvalidPosition
            A coordinate is not finite.
        """

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
        """Facilities of the current version within a straight distance in plan, nearest first, then by id.

        Parameters
        ----------
        level : str, optional
            Id of the level.
        categories : collection of FacilityCategory, optional
            Only these.

        Raises
        ------
        UnknownVenue, UnknownLevel
        InvalidPosition
            A coordinate is not finite.
        InvalidInput
            The radius is negative or not a number.
        """

    def state_revision(self) -> int:
        """A number that grows with every change of any condition, by whatever process; cheap enough to ask before every answer."""

    def conditions(self, venue: str, *, ended: bool = False) -> tuple[Kept, ...]:
        """The newest revision of every condition of a venue, by id.

        Conditions belong to the venue, not to one of its versions: they outlast a new build, and a withdrawal.

        Parameters
        ----------
        ended : bool
            Those that were taken back too.

        Raises
        ------
        UnknownVenue
        """

    def condition(self, ident: str) -> Kept:
        """The newest revision of a condition, ended or not.

        Raises
        ------
        UnknownElement
            No condition has this id.
        """

    def condition_history(self, ident: str) -> tuple[Kept, ...]:
        """Every revision of a condition, the oldest first.

        Raises
        ------
        UnknownElement
            No condition has this id.
        """

    def put_condition(
        self, venue: str, condition: Condition, *, by: str, at: datetime, expected: int | None = None
    ) -> Kept:
        """Keep a condition, or a new revision of one, durably.

        Parameters
        ----------
        by : str
            Who makes the change.
        at : datetime
            When, with its zone.
        expected : int or None
            The revision the change was made for; None for a condition that is new.

        Raises
        ------
        UnknownVenue
        UnknownElement
            There is nothing to change, or it is another venue's.
        StaleRevision
            Somebody else changed it, ended it, or took its id. Nothing changed.
        StoreFull, StoreUnavailable
            Nothing changed.
        """

    def end_condition(self, ident: str, *, by: str, at: datetime, expected: int) -> Kept:
        """Take a condition back; it stays in the history.

        Raises
        ------
        UnknownElement, StaleRevision, StoreFull, StoreUnavailable
            Nothing changed.
        """

    def collect_garbage(self, *, keep: int = 1) -> int:
        """Drop all but the newest ``keep`` versions of each venue and the blobs nobody refers to; returns how many blobs.

        The current version is the newest, also after a rollback. Never at the cost of a release that is being
        published: the two wait for each other. Clients may be in the middle of the version before: a server keeps 2.

        Raises
        ------
        InvalidInput
            ``keep`` is less than 1.
        StoreUnavailable
            Publishing did not end in time.
        """

    def close(self) -> None:
        """Release files and connections; every later call raises ``StoreUnavailable``."""


def open_store(url: str | os.PathLike[str], *, read_only: bool = False) -> Catalog:
    """Open the store at an address.

    Parameters
    ----------
    url : str or path
        A folder: a path, ``file:///path`` or ``sqlite:///path``, made when it is not there; with ``?immutable=1`` for
        a folder on media that nothing writes to. ``memory:`` is a new, empty store in memory.
    read_only : bool
        Refuse every change: for servers.

    Raises
    ------
    StoreUnavailable
        There is no such kind of store, or it cannot be opened.
    StoreFull
        There is no room to make one.

    Examples
    --------
    >>> with open_store("memory:") as store:
    ...     store.venues()
    ()
    """
    text = os.fspath(url)
    try:
        scheme, location, path, query, fragment = urlsplit(text) if isinstance(url, str) else ("", "", "", "", "")
    except ValueError as error:
        raise _unknown_address(text) from error
    if text == "memory:":
        from indoor3d.store.memory import MemoryCatalog  # noqa: PLC0415 - one kind of store does not load the others

        return MemoryCatalog(read_only=read_only)
    if len(scheme) < 2:  # none, or the drive letter of a Windows path
        folder, options = text, {}
    elif scheme in {"file", "sqlite"} and location in {"", "localhost"} and not fragment:
        folder, options = url2pathname(path), parse_qs(query, keep_blank_values=True)
    else:
        raise _unknown_address(text)
    if not folder.strip() or "\0" in folder or options not in ({}, {"immutable": ["1"]}):
        raise _unknown_address(text)
    from indoor3d.store.sqlite import SqliteCatalog  # noqa: PLC0415 - it imports this module

    return SqliteCatalog(Path(folder), read_only=read_only, immutable=bool(options))


def _unknown_address(text: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"Not the address of a store: {text[:200]!r}. Give a folder, file:///path, sqlite:///path or memory:.",
        ko=f"저장소 주소가 아닙니다: {text[:200]!r}. 폴더, file:///경로, sqlite:///경로 또는 memory:를 주세요.",
    )
