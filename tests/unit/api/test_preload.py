"""Getting venues ready in the background: all of them, none twice, no more than there is room for, and no longer than asked."""

import threading
from dataclasses import replace

from indoor3d.api.cache import VenueCache
from indoor3d.api.preload import Preload
from indoor3d.errors import CorruptBlob
from indoor3d.models.building import Building
from indoor3d.store.memory import MemoryCatalog
from tests.unit.api import service

NAMES = ("a", "b", "c", "two-floors")


def _store(store: MemoryCatalog | None = None) -> MemoryCatalog:
    store = store or MemoryCatalog()
    for name in NAMES:
        store.publish(service.changed(venue=replace(service.release().building.venue, id=name)))
    return store


def test_every_venue_is_ready() -> None:
    store = _store()
    venues = VenueCache(store, capacity=8)
    with Preload(store, venues) as preload:
        preload.join()
    assert preload.loaded == len(NAMES)
    assert all(venues.current(name) is not None for name in NAMES)


def test_no_venue_goes_for_it() -> None:
    store = _store()
    venues = VenueCache(store, capacity=2)
    asked = venues.load("two-floors")
    with Preload(store, venues) as preload:
        preload.join()
    assert venues.current("two-floors") is asked
    assert [name for name in NAMES if venues.current(name)] == ["a", "two-floors"]


def test_a_damaged_venue_is_passed_over() -> None:
    class Damaged(MemoryCatalog):
        def building(self, venue: str, *, version: str | None = None) -> Building:
            if venue == "b":
                raise CorruptBlob("damaged")
            return super().building(venue, version=version)

    store = _store(Damaged())
    venues = VenueCache(store, capacity=8)
    with Preload(store, venues) as preload:
        preload.join()
    assert preload.loaded == len(NAMES) - 1
    assert venues.current("c") is not None


def test_it_stops_when_it_is_told() -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(MemoryCatalog):
        def building(self, venue: str, *, version: str | None = None) -> Building:
            begun.set()
            go_on.wait(30)
            return super().building(venue, version=version)

    store = _store(Slow())
    preload = Preload(store, VenueCache(store, capacity=8))
    preload.start()
    assert begun.wait(30)
    stopping = threading.Thread(target=preload.stop)
    stopping.start()
    while not preload.is_stopping:
        pass
    go_on.set()
    stopping.join(30)
    assert preload.loaded == 1


def test_questions_go_first() -> None:
    store = _store()
    asked: list[bool] = []

    def is_busy() -> bool:
        asked.append(True)
        return len(asked) < 4

    with Preload(store, VenueCache(store, capacity=8), is_busy=is_busy) as preload:
        preload.join()
    assert len(asked) == 4 + len(NAMES)
    assert preload.loaded == len(NAMES)
