"""The two doors to storage: Catalog (what is published) and Blobs (immutable bytes).

A store is a Catalog that has Blobs. Publishing writes blobs first, then flips one row: a reader sees the old version
whole or the new one whole, whatever dies in between.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from indoor3d.models.building import Building, Facility, Space, Venue
from indoor3d.models.issue import Report
from indoor3d.models.network import Network

Bounds = tuple[float, float, float, float]
"""(west, south, east, north) in degrees, WGS 84."""


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

    ``version`` is derived from content: two equal releases have the same version.
    """

    venue: Venue
    version: str
    bounds: Bounds


class Blobs(Protocol):
    """Immutable bytes under their SHA-256."""

    def put(self, data: bytes) -> str:
        """Store bytes durably and return their digest; storing the same bytes again changes nothing.

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
        """

    def __contains__(self, digest: str) -> bool:
        """Whether bytes are stored under the digest."""

    def __iter__(self) -> Iterator[str]:
        """Every digest, in any order."""

    def delete(self, digest: str) -> None:
        """Forget the bytes; nothing happens when there are none."""


class Catalog(Protocol):
    """What is published."""

    @property
    def blobs(self) -> Blobs:
        """The bytes behind the catalog."""

    def publish(self, release: Release) -> VenueRecord:
        """Make a release the current version of its venue, atomically.

        Raises
        ------
        StoreFull, StoreUnavailable
            Nothing changed.
        """

    def withdraw(self, venue: str) -> None:
        """Take a venue out of the catalog.

        Raises
        ------
        UnknownVenue
        """

    def venues(self, bounds: Bounds | None = None) -> tuple[VenueRecord, ...]:
        """All current venues by id; with ``bounds`` those that meet them."""

    def record(self, venue: str) -> VenueRecord:
        """The current record of a venue.

        Raises
        ------
        UnknownVenue
        """

    def building(self, venue: str) -> Building:
        """The current building, with an empty mesh.

        Raises
        ------
        UnknownVenue
        """

    def network(self, venue: str) -> Network:
        """The current navigation network.

        Raises
        ------
        UnknownVenue
        """

    def report(self, venue: str) -> Report:
        """The current data-quality report.

        Raises
        ------
        UnknownVenue
        """

    def asset(self, venue: str, version: str, path: str) -> AssetEntry:
        """Find an asset of a current or kept version by manifest look-up.

        Raises
        ------
        UnknownVenue, UnknownElement
        """

    def spaces_at(self, venue: str, x_m: float, y_m: float, *, level: str | None = None) -> tuple[Space, ...]:
        """Spaces whose footprint covers a point of the site frame, by level then id.

        Raises
        ------
        UnknownVenue
        """

    def facilities_near(
        self, venue: str, x_m: float, y_m: float, *, radius_m: float, level: str | None = None
    ) -> tuple[Facility, ...]:
        """Facilities within a straight distance in plan, nearest first, then by id.

        Raises
        ------
        UnknownVenue
        """

    def collect_garbage(self, *, keep: int = 1) -> int:
        """Drop all but the newest ``keep`` versions of each venue and the blobs nobody refers to; returns how many blobs."""

    def close(self) -> None:
        """Release files and connections."""
