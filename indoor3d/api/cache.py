"""Venues ready for questions: building, graph and finished answers, by venue and version."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property

from indoor3d.api.respond import Document
from indoor3d.errors import CorruptBlob, StoreUnavailable, UnknownElement, UnknownVenue
from indoor3d.models.building import Building, Connector, Exit, Facility, Opening, Space
from indoor3d.models.issue import Report
from indoor3d.models.korean import with_particle
from indoor3d.models.network import Networks
from indoor3d.routing.graph import NavGraph
from indoor3d.store.base import Catalog, VenueRecord

Element = Space | Opening | Connector | Exit | Facility

_ATTEMPTS = 5
_STRIPES = 16
_DOCUMENTS = 64
_LONGEST_ID = 128
_COUNTED_AT_ONCE = 64

Counts = Mapping[str, int]
"""How many levels, spaces, openings, connectors, exits, facilities and refuges there are."""


def counts(building: Building) -> Counts:
    """Count what a building has."""
    groups = ("levels", "spaces", "openings", "connectors", "exits", "facilities", "refuges")
    return {name: len(getattr(building, name)) for name in groups}


class VenueData:
    """One version of one venue; never changes, so what is derived from it is kept."""

    def __init__(self, *, record: VenueRecord, building: Building, network: Networks, report: Report) -> None:
        self.record = record
        self.building = building
        self.report = report
        self.graph = NavGraph(building, network)
        self._documents: OrderedDict[Hashable, Document] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def elements(self) -> dict[str, Element]:
        """Everything with an id that people can ask about."""
        b = self.building
        groups: tuple[tuple[Element, ...], ...] = (b.spaces, b.openings, b.connectors, b.exits, b.facilities)
        return {element.id: element for group in groups for element in group}

    @cached_property
    def facilities(self) -> frozenset[str]:
        """Ids of what is no way, but a thing to find."""
        return frozenset(facility.id for facility in self.building.facilities)

    def element(self, ident: str) -> Element:
        """Find an element by id.

        Raises
        ------
        UnknownElement
        """
        found = self.elements.get(ident)
        if found is None:
            shown = ident[:64]
            raise UnknownElement(
                f"Venue {self.record.venue.id} has no element {shown!r}.",
                ko=f"장소 {self.record.venue.id}에 {shown!r} 요소가 없습니다.",
                element=shown,
            )
        return found

    def document(self, key: Hashable, make: Callable[[], Document]) -> Document:
        """Give the finished answer under ``key``; ``make`` it the first time."""
        with self._lock:
            found = self._documents.get(key)
            if found is not None:
                return found
        made = make()
        with self._lock:
            self._documents[key] = made
            if len(self._documents) > _DOCUMENTS:
                self._documents.popitem(last=False)
        return made


class VenueCache:
    """The venues used last, each in its current version; a version published a moment ago is seen at once.

    Parameters
    ----------
    store : Catalog
    capacity : int
        How many venues are kept.
    """

    def __init__(self, store: Catalog, *, capacity: int) -> None:
        self._store = store
        self._capacity = capacity
        self._ready: OrderedDict[str, VenueData] = OrderedDict()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[str, Counts]] = {}
        self._loading = tuple(threading.Lock() for _ in range(_STRIPES))

    def current(self, venue: str) -> VenueData | None:
        """Give the venue if its current version is ready; costs one look-up in the store.

        Raises
        ------
        UnknownVenue
        """
        version = self._store.record(venue[:_LONGEST_ID]).version
        with self._lock:
            data = self._ready.get(venue)
            if data is None or data.record.version != version:
                return None
            self._ready.move_to_end(venue)
            return data

    def counted(self, record: VenueRecord) -> Counts | None:
        """What a version has, if it was counted already."""
        version, found = self._counts.get(record.venue.id, ("", None))
        return found if version == record.version else None

    def count(self, records: Sequence[VenueRecord]) -> None:
        """Count what some versions have; blocks.

        At most 64 buildings are read in one call: a list of a thousand venues is counted over some calls. A version that is
        damaged or gone stays uncounted.
        """
        left = [record for record in records if self.counted(record) is None]
        for record in left[:_COUNTED_AT_ONCE]:
            try:
                building = self._store.building(record.venue.id, version=record.version)
            except (CorruptBlob, UnknownElement, UnknownVenue):
                continue
            self._counts[record.venue.id] = (record.version, counts(building))

    def load(self, venue: str) -> VenueData:
        """Load the current version, once however many ask; blocks.

        Raises
        ------
        UnknownVenue, StoreUnavailable
        """
        with self._loading[hash(venue) % _STRIPES]:
            data = self.current(venue)
            if data is None:
                data = self._read(venue)
                with self._lock:
                    self._ready[venue] = data
                    self._ready.move_to_end(venue)
                    while len(self._ready) > self._capacity:
                        self._ready.popitem(last=False)
            return data

    def graph(self, venue: str) -> NavGraph | None:
        """The graph of a venue, loaded if need be; None where there is no such venue."""
        try:
            return self.load(venue).graph
        except UnknownVenue:
            return None

    def _read(self, venue: str) -> VenueData:
        """Read one version whole; when it is swept away while we read, read the one that came after."""
        for _ in range(_ATTEMPTS):
            record = self._store.record(venue)
            try:
                return VenueData(
                    record=record,
                    building=self._store.building(venue, version=record.version),
                    network=self._store.network(venue, version=record.version),
                    report=self._store.report(venue, version=record.version),
                )
            except UnknownElement:
                continue
        raise StoreUnavailable(
            f"Venue {venue} is being published again and again.",
            ko=f"장소 {with_particle(str(venue), '이')} 계속 다시 발행되고 있습니다.",
        )
