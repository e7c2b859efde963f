"""From the arguments of a command to a question about ways: venues, places, who moves, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from indoor3d.api.cache import VenueCache, VenueData
from indoor3d.api.live import LiveState, calendar_of
from indoor3d.api.moment import Moment, Moments
from indoor3d.cli.common import closed_ids, now, placed
from indoor3d.errors import UnknownElement, UnknownVenue
from indoor3d.models.building import Building
from indoor3d.routing.city import Asked, City
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.journey import Journey, Stop, journey
from indoor3d.routing.profile import Options
from indoor3d.routing.stops import typed
from indoor3d.store.base import Catalog

_CAPACITY = 64
"""Venues that are kept: more than one way leads through."""

Where = tuple[str, Stop]
"""Id of a venue, and a stop in it."""


class Venues:
    """The venues of a store, each with its state at one moment: what is reported, and what opening hours have shut.

    Parameters
    ----------
    store : Catalog
    at : datetime, optional
        When somebody leaves; without a zone it is the time of the venue, without it now.
    """

    def __init__(self, store: Catalog, *, at: datetime | None = None) -> None:
        self._store, self._at, self.now = store, at, now()
        self._cache = VenueCache(store, capacity=_CAPACITY)
        self._moments = Moments(LiveState(store))
        self._seen: dict[str, VenueData] = {}

    def data(self, venue: str) -> VenueData:
        """One venue.

        Raises
        ------
        UnknownVenue, StoreUnavailable
        """
        data = self._seen[venue] = self._cache.load(venue)
        return data

    def known(self, ident: str) -> bool:
        """Whether any venue that was looked at has an element of this id."""
        return any(ident in data.building.by_id for data in self._seen.values())

    def moment(self, data: VenueData) -> Moment:
        """Its state at the moment of departure.

        Raises
        ------
        StoreUnavailable
        """
        return self._moments.of(data, placed(self._at, calendar_of(data).zone) or self.now)

    def graph(self, venue: str) -> NavGraph | None:
        """Its graph; None where there is no such venue."""
        try:
            return self.data(venue).graph
        except UnknownVenue:
            return None

    def where(self, text: str, home: str) -> Where:
        """Understand a place as it was typed; ``venue:place`` lies in another venue than ``home``.

        Raises
        ------
        UnknownElement, UnknownLevel, InvalidPosition, UnknownVenue
        """
        head, colon, rest = text.partition(":")
        if colon and rest.strip():
            try:
                self._store.record(head.strip())
            except UnknownVenue:
                pass
            else:
                return head.strip(), typed(self.data(head.strip()).building, rest.strip())
        return home, typed(self.data(home).building, text)


def options_of(options: Mapping[str, Any]) -> Options:
    """What this person asks for on top of the profile.

    Raises
    ------
    InvalidInput
    """
    avoid = set(options["avoid"])
    return Options(
        averse_to_lifts="lifts" in avoid,
        averse_to_escalators="escalators" in avoid,
        averse_to_crowds="crowds" in avoid,
        averse_to_confined_spaces="confined" in avoid,
        avoid_gates="gates" in avoid,
        no_staff_help=options["no_staff"],
        staff_lifts=options["staff_lifts"],
        unknown=options["unknown"],
        pace=options["pace"],
        width_m=options["width"],
        max_slope=options["max_slope"],
    )


def question(venues: Venues, data: VenueData, options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that :func:`~indoor3d.routing.journey.journey` and its kin take beside the stops.

    Raises
    ------
    InvalidInput, UnknownElement
    """
    return {
        "profile": options["profile"],
        "closed": tuple(dict.fromkeys(closed_ids(data.building, options["closed"]))),
        "options": options_of(options),
        "effects": venues.moment(data).effects,
    }


def within(venues: Venues, data: VenueData, stops: Sequence[Where], options: Mapping[str, Any]) -> Journey:
    """The best way through stops of one venue.

    Raises
    ------
    NoRoute, OffNetwork, UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition, InvalidInput
    """
    return journey(data.graph, [stop for _, stop in stops], **question(venues, data, options))


def across(venues: Venues, stops: Sequence[Where], options: Mapping[str, Any]) -> list[tuple[VenueData, Journey]]:
    """The best way through stops of several venues that touch: a part for every venue passed, in order.

    Raises
    ------
    NoRoute, OffNetwork, UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition, InvalidInput
    """
    closed = _closed_in(
        [venues.data(venue).building for venue in dict.fromkeys(v for v, _ in stops)], options["closed"]
    )
    asked = Asked(
        profile=options["profile"],
        closed=closed,
        options=options_of(options),
        effects=lambda venue: venues.moment(venues.data(venue)).effects,
    )
    city = City(venues.graph)
    found = [part for start, goal in pairwise(stops) for part in city.journey(start, goal, asked)]
    for name in closed:
        if not venues.known(name):
            raise UnknownElement(
                f"No venue on the way has an element {name[:64]!r}.",
                ko=f"지나는 장소에 {name[:64]!r} 요소가 없습니다.",
                element=name[:64],
            )
    return [(venues.data(part.graph.building.venue.id), part) for part in found]


def _closed_in(buildings: Sequence[Building], names: Sequence[str]) -> tuple[str, ...]:
    """Ids of what is to be closed: what each of some buildings calls so; else as it was given, for a venue in between."""
    found: list[str] = []
    for name in names:
        ids = [ident for building in buildings for ident in closed_ids(building, [name]) if ident in building.by_id]
        found += ids or [name]
    return tuple(dict.fromkeys(found))
