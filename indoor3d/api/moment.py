"""What holds in a venue at a moment: its conditions, and its opening hours."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from indoor3d.api.cache import VenueData
from indoor3d.api.live import LiveState, calendar_of
from indoor3d.models.state import Effects
from indoor3d.routing.hours import OutOfHours, out_of_hours

_VENUES = 256
_ALWAYS = timedelta(days=1)
"""Hours that nobody says will change are asked again after a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One venue at one moment.

    Parameters
    ----------
    at : datetime
        With its zone.
    effects : Effects
        Conditions, and what opening hours have shut: in ``closed`` and, for facilities, in ``unavailable``.
    hours : OutOfHours
        What is shut by opening hours alone.
    """

    at: datetime
    effects: Effects
    hours: OutOfHours


class Moments:
    """Makes moments; what opening hours say is kept until they change.

    Parameters
    ----------
    live : LiveState
    """

    def __init__(self, live: LiveState) -> None:
        self._live = live
        self._kept: OrderedDict[str, tuple[str, datetime, datetime, OutOfHours]] = OrderedDict()
        self._last: OrderedDict[str, tuple[Effects, OutOfHours, Effects]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, data: VenueData, at: datetime) -> Moment:
        """The state of a venue at a moment.

        Raises
        ------
        UnknownVenue, StoreUnavailable
        """
        effects, hours = self._live.effects(data, at), self._hours(data, at)
        venue = data.record.venue.id
        with self._lock:
            last = self._last.get(venue)
        if last is not None and last[0] is effects and last[1] is hours:
            return Moment(at=at, effects=last[2], hours=hours)
        both = effects
        if hours.closed:
            passable = {i for i in hours.closed if i not in data.facilities}
            both = replace(
                effects,
                closed=effects.closed | passable,
                unavailable=effects.unavailable | (hours.closed.keys() - passable),
            )
        with self._lock:
            self._last[venue] = (effects, hours, both)
            if len(self._last) > _VENUES:
                self._last.popitem(last=False)
        return Moment(at=at, effects=both, hours=hours)

    def _hours(self, data: VenueData, at: datetime) -> OutOfHours:
        venue, version = data.record.venue.id, data.record.version
        with self._lock:
            kept = self._kept.get(venue)
        if kept is not None and kept[0] == version and kept[1] <= at < kept[2]:
            return kept[3]
        found = out_of_hours(data.building, at, calendar=calendar_of(data))
        until = found.next_change or at + _ALWAYS
        with self._lock:
            self._kept[venue] = (version, at, until, found)
            if len(self._kept) > _VENUES:
                self._kept.popitem(last=False)
        return found
