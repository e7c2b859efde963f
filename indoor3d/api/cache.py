"""Venues ready for questions: building, graph and finished answers, by venue and version."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property

import numpy as np

from indoor3d.api.respond import Document
from indoor3d.api.settings import Limits
from indoor3d.errors import CorruptBlob, StoreUnavailable, UnknownElement, UnknownVenue
from indoor3d.models.building import Building, Connector, Exit, Facility, Opening, Space
from indoor3d.models.issue import Report
from indoor3d.models.korean import with_particle
from indoor3d.models.network import Network, Networks
from indoor3d.routing.directions import guide
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.handover import handover
from indoor3d.store.base import Catalog, VenueRecord

Element = Space | Opening | Connector | Exit | Facility

_ATTEMPTS = 5
_STRIPES = 16
_DOCUMENTS = 64
_LONGEST_ID = 128
_COUNTED_AT_ONCE = 64
_FIRST = ("walk", "wheelchair")
"""Who is got ready for; what others need is made at their first question."""
_MOST_BYTES = 896 << 20
_PER_COLUMN_BYTE, _ELEMENT_BYTES = 4.5, 10_000.0
"""Memory for a byte of the stored columns, and for an element (tools/bench_city.py measures both together)."""
_MADE_AFTER = 8
"""Questions after which landmarks are made and every table was needed once."""
_SMALL_NODES, _SMALL_AFTER = 2_000, 2
"""In a small venue what is left to make after two answers, landmarks, takes a millisecond or two as well."""
_LIGHT_NODES = 10_000
"""In a network of so many nodes a route takes about 2 ms (docs/benchmarks.md)."""
_KEYS = 64
_VERSIONS = 10_000

Counts = Mapping[str, int]
"""How many levels, spaces, openings, connectors, exits, facilities and refuges there are."""


def counts(building: Building) -> Counts:
    """Count what a building has."""
    groups = ("levels", "spaces", "openings", "connectors", "exits", "facilities", "refuges")
    return {name: len(getattr(building, name)) for name in groups}


def weight_bytes(building: Building, network: Networks) -> int:
    """Memory that a venue takes with all that questions make of it, roughly: 300 stations were measured."""
    columns = sum(_columns_bytes(one) for one in (network, *network.wider))
    elements = sum(counts(building).values()) + len(building.obstacles)
    return round(_PER_COLUMN_BYTE * columns + _ELEMENT_BYTES * elements)


def _columns_bytes(network: Network) -> int:
    own = (value.nbytes for value in vars(network).values() if isinstance(value, np.ndarray))
    return sum(own) + sum(column.nbytes for surface in network.surfaces for column in surface.ways.values())


class VenueData:
    """One version of one venue; never changes, so what is derived from it is kept."""

    def __init__(self, *, record: VenueRecord, building: Building, network: Networks, report: Report) -> None:
        self.record = record
        self.building = building
        self.report = report
        self.graph = NavGraph(building, network)
        self.weight_bytes = weight_bytes(building, network)
        self._documents: OrderedDict[Hashable, Document] = OrderedDict()
        self._asked: dict[Hashable, int] = {}
        self._lock = threading.Lock()

    def is_light(self, key: Hashable) -> bool:
        """Whether what ``key`` stands for was asked so often that everything for it is made, and the venue is small.

        A route's key is the profile and its options, None where nothing is asked on top of the profile: for some of these a venue is got ready.
        """
        nodes = self.graph.rows.count
        needed = _SMALL_AFTER if nodes <= _SMALL_NODES else _MADE_AFTER
        return nodes <= _LIGHT_NODES and self._asked.get(key, 0) >= needed

    def lighten(self, key: Hashable) -> None:
        """Count a question that was answered."""
        with self._lock:
            if len(self._asked) < _KEYS or key in self._asked:
                self._asked[key] = self._asked.get(key, 0) + 1

    def prepare(self) -> None:
        """Make what the first questions would make: the graphs of somebody on foot and in a wheelchair, what is outside the exits, what steps are told by."""
        for profile in _FIRST:
            conditions = self.graph.conditions(profile, ())
            graph = self.graph.for_body(conditions.profile)
            graph.arcs(conditions).landmarks()
            for surface in range(len(graph.network.surfaces)):
                node = graph.floors.nodes(surface)[:1]
                graph.links_many(surface, graph.network.node_position[node, :2], conditions)
                graph.naturaliser.field(surface)
        for exit_ in self.building.exits:
            handover(self.building, exit_.id)
        guide(self.building)
        for profile in _FIRST:
            self._asked.setdefault((profile, None), _SMALL_AFTER)
        self.building.frame.to_lonlat([[0.0, 0.0, 0.0]])  # the first time it looks up a projection: 2 to 8 ms

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
    most_bytes : int, optional
        How much they may weigh together (:func:`weight_bytes`); the one used last is kept whatever it weighs.
    """

    def __init__(self, store: Catalog, *, capacity: int, most_bytes: int = _MOST_BYTES) -> None:
        self._store = store
        self._capacity, self._most_bytes = capacity, most_bytes
        self._ready: OrderedDict[str, VenueData] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[str, Counts]] = {}
        self._versions: tuple[int, dict[str, str]] = (-1, {})
        self._loading = tuple(threading.Lock() for _ in range(_STRIPES))

    @classmethod
    def limited(cls, store: Catalog, limits: Limits) -> "VenueCache":
        """A cache as large as an installation allows."""
        return cls(store, capacity=limits.venues, most_bytes=limits.venue_bytes)

    def current(self, venue: str) -> VenueData | None:
        """Give the venue if its current version is ready; costs one look-up in the store.

        Raises
        ------
        UnknownVenue
        """
        version = self._version(venue[:_LONGEST_ID])
        with self._lock:
            data = self._ready.get(venue)
            if data is None or data.record.version != version:
                return None
            self._ready.move_to_end(venue)
            return data

    def _version(self, venue: str) -> str:
        """The current version of a venue, read again when anything was published: one number is a third of a record's time."""
        revision = self._store.revision()
        seen, versions = self._versions
        if seen != revision:
            versions = {}
            self._versions = (revision, versions)
        found = versions.get(venue)
        if found is None:
            found = self._store.record(venue).version
            if len(versions) < _VERSIONS:
                versions[venue] = found
        return found

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
                self._keep(venue, data)
            return data

    def preload(self, venue: str) -> bool:
        """Load a venue ahead of any question, unless something would have to go for it; blocks.

        Returns
        -------
        bool
            Whether there was room; a venue that is there already needs none.

        Raises
        ------
        UnknownVenue, CorruptBlob, StoreUnavailable
        """
        with self._loading[hash(venue) % _STRIPES]:
            there = self.current(venue)
            if there is not None:  # somebody asked for it already, and for one profile
                there.prepare()
                return True
            data = self._read(venue)
            data.prepare()
            return self._keep(venue, data, pushing=False)

    def _keep(self, venue: str, data: VenueData, *, pushing: bool = True) -> bool:
        """Keep a venue; the one used longest ago goes for it, unless it is not ``pushing``."""
        with self._lock:
            old = self._ready.pop(venue, None)
            self._weight -= old.weight_bytes if old else 0
            if not pushing and self._is_full(data):
                return False
            while self._ready and self._is_full(data):
                self._weight -= self._ready.popitem(last=False)[1].weight_bytes
            self._ready[venue] = data
            self._weight += data.weight_bytes
        return True

    def _is_full(self, data: VenueData) -> bool:
        return self._weight + data.weight_bytes > self._most_bytes or len(self._ready) >= self._capacity

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
