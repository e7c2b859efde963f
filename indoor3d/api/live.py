"""The state of venues at this moment, ready for the next answer.

Before every answer the store is asked for one number (about 10 µs); only when it has grown are conditions read again. What they
mean is worked out again when they changed, when the building did, or when the moment came that they said.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from indoor3d.api.cache import VenueData
from indoor3d.models.state import Effects, State
from indoor3d.routing.hours import Calendar, calendar_at, clock
from indoor3d.store.base import Catalog
from indoor3d.store.state import Kept

_VENUES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was worked out for a venue, and how long that holds."""

    revision: int
    version: str
    kept: tuple[Kept, ...]
    effects: Effects
    since: datetime

    def holds(self, *, revision: int, version: str, moment: datetime) -> bool:
        until = self.effects.until
        fresh = self.since <= moment and (until is None or moment < until)
        return fresh and (self.revision, self.version) == (revision, version)


class LiveState:
    """Conditions and their effects by venue; safe for any number of threads.

    Parameters
    ----------
    store : Catalog
    """

    def __init__(self, store: Catalog) -> None:
        self._store = store
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def effects(self, data: VenueData, moment: datetime) -> Effects:
        """What the conditions of a venue mean at a moment; those that name what the building has not got are listed as lost.

        Parameters
        ----------
        moment : datetime
            With its zone. A moment other than now costs the work each time.

        Raises
        ------
        UnknownVenue, StoreUnavailable
        """
        return self._get(data, moment).effects

    def kept(self, data: VenueData, moment: datetime) -> tuple[Kept, ...]:
        """The conditions of a venue that have not ended and whose window is not over, by id.

        Raises
        ------
        UnknownVenue, StoreUnavailable
        """
        all_kept = self._get(data, moment).kept
        return tuple(kept for kept in all_kept if kept.condition.end is None or kept.condition.end > moment)

    def _get(self, data: VenueData, moment: datetime) -> _Known:
        venue, version = data.record.venue.id, data.record.version
        revision = self._store.state_revision()
        with self._lock:
            known = self._known.get(venue)
            if known is not None and known.holds(revision=revision, version=version, moment=moment):
                self._known.move_to_end(venue)
                return known
        kept = known.kept if known is not None and known.revision == revision else self._store.conditions(venue)
        state = State(conditions=tuple(k.condition for k in kept))
        effects = state.at(moment, data.building, clock=clock(calendar_of(data)), strict=False)
        made = _Known(revision=revision, version=version, kept=kept, effects=effects, since=moment)
        with self._lock:
            self._known[venue] = made
            if len(self._known) > _VENUES:
                self._known.popitem(last=False)
        return made


def calendar_of(data: VenueData) -> Calendar:
    """The calendar of the place where a venue is."""
    lon, lat, _ = data.building.frame.to_lonlat([[0.0, 0.0, 0.0]])[0].tolist()
    return calendar_at(round(lon, 2), round(lat, 2))
