"""What a release becomes when it is published: digests, a version derived from them, and where it is on Earth."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Venue
from indoor3d.models.network import Networks
from indoor3d.store.base import Asset, AssetEntry, Bounds, Release, VenueRecord
from indoor3d.store.codec import encode
from indoor3d.store.place import bounds_of

_VERSION_LENGTH = 16
"""Hexadecimal digits: among 100,000 versions of a venue the chance that two collide is 3e-10."""

_LONGEST_PATH = 512
_FORBIDDEN = frozenset('\\:*?"<>|%')


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A release as it is stored: everything in it by the digest of its bytes.

    Parameters
    ----------
    building, network, report : str
        Digests of the encoded values.
    assets : mapping
        By path, sorted.
    """

    venue: Venue
    bounds: Bounds
    building: str
    network: str
    report: str
    assets: Mapping[str, AssetEntry]

    @property
    def version(self) -> str:
        """16 hexadecimal digits of the SHA-256 of all digests, paths and media types."""
        assets = [[path, a.media_type, a.digest, sorted(a.encoded.items())] for path, a in sorted(self.assets.items())]
        text = orjson.dumps([self.building, self.network, self.report, assets])
        return hashlib.sha256(text).hexdigest()[:_VERSION_LENGTH]

    @property
    def record(self) -> VenueRecord:
        """What the catalog says of it."""
        return VenueRecord(venue=self.venue, version=self.version, bounds=self.bounds)

    def digests(self) -> Iterator[str]:
        """Every blob it refers to; one may come more than once."""
        yield from (self.building, self.network, self.report)
        for entry in self.assets.values():
            yield entry.digest
            yield from entry.encoded.values()


def store(release: Release, *, put_all: Callable[[Sequence[bytes]], Sequence[str]]) -> Manifest:
    """Store the bytes of a release and say what they are.

    Parameters
    ----------
    put_all : callable
        Stores many bytes durably and returns their digests in the same order.

    Raises
    ------
    InvalidInput
        A path is not a plain relative one, or a value cannot be encoded.
    InvalidPosition
        The venue has no place on Earth.
    """
    assets = sorted(release.assets.items())
    for path, asset in assets:
        _check(path, asset)
    bounds = bounds_of(release.building)
    content = [encode(release.building), encode(Networks.of(release.network)), encode(release.report)]
    for _, asset in assets:
        content += [asset.data, *(data for _, data in sorted(asset.encoded.items()))]
    digests = iter(put_all(content))
    return Manifest(
        venue=release.building.venue,
        bounds=bounds,
        building=next(digests),
        network=next(digests),
        report=next(digests),
        assets={path: _entry(asset, digests) for path, asset in assets},
    )


def _entry(asset: Asset, digests: Iterator[str]) -> AssetEntry:
    return AssetEntry(
        media_type=asset.media_type,
        size=len(asset.data),
        digest=next(digests),
        encoded={coding: next(digests) for coding in sorted(asset.encoded)},
    )


def _check(path: str, asset: Asset) -> None:
    """Refuse what some client, file system or archive would read as another path."""
    plain = path.isprintable() and not _FORBIDDEN.intersection(path) and len(path) <= _LONGEST_PATH
    if not plain or any(part in {"", ".", ".."} for part in path.split("/")):
        raise InvalidInput(
            f"Not a plain relative path: {path[:64]!r}.",
            ko=f"올바른 상대 경로가 아닙니다: {path[:64]!r}.",
            path=path[:64],
        )
    texts = (asset.media_type, *asset.encoded)
    if not all(text and text.isascii() and text.isprintable() for text in texts):
        raise InvalidInput(f"Asset {path!r} has a media type or content coding that is not plain ASCII.")
