"""A store in memory: for tests and for trying things out. The same promises, kept as plainly as possible.

What goes in is encoded and decoded as in any other store, so that what works here works there.
"""

import hashlib
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Self, TypeVar

from rtree import index

from indoor3d.errors import CorruptBlob, InvalidInput, StoreUnavailable, UnknownElement
from indoor3d.models.building import Building, Facility, Space
from indoor3d.models.issue import Report
from indoor3d.models.network import Networks
from indoor3d.models.state import Condition
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.store import manifest, place, state
from indoor3d.store.absent import lost_blob, no_asset, no_level, no_venue, no_version
from indoor3d.store.base import AssetEntry, Bounds, Release, VenueRecord
from indoor3d.store.codec import decode
from indoor3d.store.state import Kept

_MARGIN_M = 0.01
"""Boxes are searched a little larger: libspatialindex takes one that is smaller than 2e-16 for its first corner."""

_CONTENT = (Building, Networks, Report)
Content = TypeVar("Content", Building, Networks, Report)


class MemoryBlobs:
    """Blobs in a dictionary."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """Store bytes and return their digest."""
        digest = hashlib.sha256(data).hexdigest()
        self._data[digest] = bytes(data)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes, checked against their digest."""
        data = self._data.get(digest)
        if data is None:
            raise UnknownElement(
                f"Nothing is stored under {digest[:64]!r}.",
                ko=f"{digest[:64]!r}에 저장된 것이 없습니다.",
                digest=digest[:64],
            )
        if hashlib.sha256(data).hexdigest() != digest:
            raise CorruptBlob(f"The bytes stored under {digest} are not those that were put.", digest=digest)
        return data

    def __contains__(self, digest: object) -> bool:
        return digest in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._data))

    def delete(self, digest: str) -> None:
        """Forget the bytes."""
        self._data.pop(digest, None)


@dataclass(frozen=True, slots=True)
class _Version:
    """A release, and its spaces and facilities by (x, y, index of the level)."""

    made: manifest.Manifest
    record: VenueRecord
    building: Building
    spaces: index.Index
    facilities: index.Index

    @classmethod
    def of(cls, made: manifest.Manifest, building: Building) -> "_Version":
        slots = {level.id: slot for slot, level in enumerate(building.levels)}
        none = len(slots)
        outlines = [(slots.get(s.level, none), *s.footprint.bounds) for s in building.spaces]
        places = [
            (slots.get(f.level, none), f.position[0], f.position[1], f.position[0], f.position[1])
            for f in building.facilities
        ]
        return cls(made=made, record=made.record, building=building, spaces=_tree(outlines), facilities=_tree(places))

    def between(self, venue: str, level: str | None) -> tuple[int, int]:
        """First and last slot to search."""
        if level is None:
            return 0, len(self.building.levels)
        for slot, candidate in enumerate(self.building.levels):
            if candidate.id == level:
                return slot, slot
        raise no_level(venue, level)


def _tree(boxes: Sequence[tuple[int, float, float, float, float]]) -> index.Index:
    tree = index.Index(properties=index.Property(dimension=3))
    for number, (slot, x0, y0, x1, y1) in enumerate(boxes):
        if all(map(math.isfinite, (x0, y0, x1, y1))):
            tree.insert(number, (x0 - _MARGIN_M, y0 - _MARGIN_M, slot, x1 + _MARGIN_M, y1 + _MARGIN_M, slot))
    return tree


class MemoryCatalog:
    """A catalog in memory; see :class:`~indoor3d.store.base.Catalog` for what its methods promise.

    Parameters
    ----------
    read_only : bool
        Refuse every change.
    """

    def __init__(self, *, read_only: bool = False) -> None:
        self._lock = RLock()
        self._read_only = read_only
        self._closed = False
        self._blobs = MemoryBlobs()
        self._versions: dict[str, list[_Version]] = {}
        self._revision = 0
        self._conditions: dict[str, list[Kept]] = {}

    @property
    def blobs(self) -> MemoryBlobs:
        """The bytes behind the catalog."""
        return self._blobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Answer no more."""
        self._closed = True

    @contextmanager
    def _held(self, *, change: bool = False) -> Iterator[None]:
        if self._closed or (change and self._read_only):
            state, ko = ("closed", "닫혔습니다") if self._closed else ("for reading only", "읽기 전용입니다")
            raise StoreUnavailable(f"The store in memory is {state}.", ko=f"메모리 저장소가 {ko}.")
        with self._lock:
            yield

    def publish(self, release: Release) -> VenueRecord:
        """Make a release the current version of its venue."""
        with self._held(change=True):
            made = manifest.store(release, put_all=lambda items: [self._blobs.put(item) for item in items])
            kept = self._versions.get(made.venue.id, [])
            same = next((v for v in kept if v.record.version == made.version), None)
            if same is None:
                same = _Version.of(made, decode(self._blobs.get(made.building), Building))
            self._make_current(made.venue.id, same)
            return same.record

    def rollback(self, venue: str, version: str) -> VenueRecord:
        """Make a kept version the current one."""
        with self._held(change=True):
            chosen = self._version(venue, version)
            self._make_current(venue, chosen)
            return chosen.record

    def _make_current(self, venue: str, version: _Version) -> None:
        kept = self._versions.get(venue, [])
        if not kept or kept[0] is not version:
            self._versions[venue] = [version, *(v for v in kept if v is not version)]
            self._revision += 1

    def withdraw(self, venue: str) -> None:
        """Take a venue and all its versions out of the catalog."""
        with self._held(change=True):
            self._version(venue, None)
            del self._versions[venue]
            self._revision += 1

    def collect_garbage(self, *, keep: int = 1) -> int:
        """Drop all but the newest versions of each venue and the blobs nobody refers to."""
        if keep < 1:
            raise InvalidInput(
                f"At least one version is kept, not {keep}.", ko=f"버전은 하나 이상 남아야 합니다: {keep}."
            )
        with self._held(change=True):
            self._versions = {venue: kept[:keep] for venue, kept in self._versions.items()}
            used = {digest for kept in self._versions.values() for v in kept for digest in v.made.digests()}
            unused = [digest for digest in self._blobs if digest not in used]
            for digest in unused:
                self._blobs.delete(digest)
            return len(unused)

    def revision(self) -> int:
        """A number that grows with every change of what is current."""
        with self._held():
            return self._revision

    def venues(self, bounds: Bounds | None = None) -> tuple[VenueRecord, ...]:
        """All current venues by id; with ``bounds`` those that meet them."""
        if bounds is not None:
            place.boxes(bounds)
        with self._held():
            records = [self._versions[venue][0].record for venue in sorted(self._versions)]
        return tuple(r for r in records if bounds is None or place.meets(r.bounds, bounds))

    def record(self, venue: str) -> VenueRecord:
        """The current record of a venue."""
        return self._version(venue, None).record

    def versions(self, venue: str) -> tuple[VenueRecord, ...]:
        """Every kept version of a venue, the current one first."""
        with self._held():
            self._version(venue, None)
            return tuple(v.record for v in self._versions[venue])

    def _version(self, venue: str, version: str | None) -> _Version:
        with self._held():
            if venue not in self._versions:
                raise no_venue(venue)
            for candidate in self._versions[venue]:
                if version in {None, candidate.record.version}:
                    return candidate
        raise no_version(venue, version or "")

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
        with self._held():
            made = self._version(venue, version).made
            digest = (made.building, made.network, made.report)[_CONTENT.index(kind)]
            if digest not in self._blobs:
                raise lost_blob(venue, digest)
            return decode(self._blobs.get(digest), kind)

    def asset(self, venue: str, version: str, path: str) -> AssetEntry:
        """Find an asset of a kept version in its manifest."""
        entry = self._version(venue, version).made.assets.get(path)
        if entry is None:
            raise no_asset(venue, version, path)
        return entry

    def spaces_at(
        self, venue: str, x_m: float, y_m: float, *, level: str | None = None, z_m: float | None = None
    ) -> tuple[Space, ...]:
        """Spaces that a point of the site frame is in, by level then id."""
        place.check_point(x_m, y_m, z_m)
        with self._held():
            version = self._version(venue, None)
            first, last = version.between(venue, level)
            numbers = list(version.spaces.intersection((x_m, y_m, first, x_m, y_m, last)))
        slots = {candidate.id: slot for slot, candidate in enumerate(version.building.levels)}
        near = [version.building.spaces[n] for n in numbers]
        found = [space for space in near if place.covers(space, x_m, y_m, z_m=z_m)]
        return tuple(sorted(found, key=lambda space: (slots.get(space.level, len(slots)), space.id)))

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
        with self._held():
            version = self._version(venue, None)
            first, last = version.between(venue, level)
            box = (x_m - radius_m, y_m - radius_m, first, x_m + radius_m, y_m + radius_m, last)
            numbers = list(version.facilities.intersection(box))
        near = (version.building.facilities[n] for n in numbers)
        return place.nearest_first(near, x_m, y_m, radius_m=radius_m, categories=categories)

    def state_revision(self) -> int:
        """A number that grows with every change of any condition."""
        with self._held():
            return sum(map(len, self._conditions.values()))

    def conditions(self, venue: str, *, ended: bool = False) -> tuple[Kept, ...]:
        """The newest revision of every condition of a venue, by id."""
        with self._held():
            self._version(venue, None)
            newest = [revisions[-1] for _, revisions in sorted(self._conditions.items())]
        return tuple(kept for kept in newest if kept.venue == venue and (ended or not kept.ended))

    def condition(self, ident: str) -> Kept:
        """The newest revision of a condition, ended or not."""
        return self.condition_history(ident)[-1]

    def condition_history(self, ident: str) -> tuple[Kept, ...]:
        """Every revision of a condition, the oldest first."""
        with self._held():
            if ident not in self._conditions:
                raise state.no_condition(ident)
            return tuple(self._conditions[ident])

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
        with self._held(change=True):
            if venue is not None:
                self._version(venue, None)
            current = self._conditions.get(ident, [None])[-1]
            kept = state.revised(current, venue=venue, what=what, by=by, at=moment, expected=expected)
            kept = replace(kept, condition=state.load(state.dump(kept.condition)))
            self._conditions.setdefault(ident, []).append(kept)
            return kept
