"""Getting venues ready in the background after the start, so that nobody is the first to ask."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Self

from indoor3d.api.cache import VenueCache
from indoor3d.errors import Indoor3dError
from indoor3d.store.base import Catalog

_log = logging.getLogger("indoor3d.api")
_QUIET_S = 0.02
"""How long nothing may have been asked before the next venue is taken."""
_LONGEST_S = 0.25
"""How long a busy service is waited for before a venue is taken all the same."""


class Preload:
    """One thread that loads venues, in the order of their ids, as long as there is room in the cache.

    It gives way: between two venues it rests as long as the last one took, and waits until nothing is asked. It never
    pushes a venue out, ends when the cache is full or all are loaded, and stops when it is told to.

    Parameters
    ----------
    store : Catalog
    venues : VenueCache
    is_busy : callable
        Whether somebody is waiting for an answer just now.

    Examples
    --------
    >>> from indoor3d.store.base import open_store
    >>> with open_store("memory:") as store, Preload(store, VenueCache(store, capacity=8)) as preload:
    ...     preload.join()
    ...     preload.loaded
    0
    """

    def __init__(self, store: Catalog, venues: VenueCache, *, is_busy: Callable[[], bool] = lambda: False) -> None:
        self._store, self._venues, self._is_busy = store, venues, is_busy
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="indoor3d-preload", daemon=True)
        self.loaded = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the venue that is being loaded, and wait for that."""
        self._stopped.set()
        self.join()

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stopped.is_set()

    def join(self) -> None:
        """Wait for the end."""
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            venues = [record.venue.id for record in self._store.venues()]
        except Indoor3dError as problem:
            _log.warning("preload: %s", problem)
            return
        self._rest(0.0)
        for venue in venues:
            started = time.perf_counter()
            try:
                if self._stopped.is_set() or not self._venues.preload(venue):
                    return
                self.loaded += 1
            except Indoor3dError as problem:  # whoever asks for it is told; the others are none the worse
                _log.warning("preload: %s: %s", venue, problem)
            self._rest(time.perf_counter() - started)

    def _rest(self, spent_s: float) -> None:
        """Rest as long as the last venue took, then until nobody waits, but not for ever."""
        until = time.perf_counter() + _LONGEST_S
        self._stopped.wait(spent_s)
        while self._is_busy() and time.perf_counter() < until and not self._stopped.is_set():
            self._stopped.wait(_QUIET_S)
