import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from indoor3d.api.cache import VenueCache
from indoor3d.api.respond import Document
from indoor3d.errors import StoreUnavailable, UnknownElement, UnknownVenue
from indoor3d.models.network import Networks
from indoor3d.store.base import Catalog
from indoor3d.store.memory import MemoryCatalog
from tests.unit.api import service


def test_many_threads_get_one_value() -> None:
    cache = VenueCache(service.store(), capacity=2)
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: cache.load("two-floors"), range(32)))
    assert len({id(data) for data in loaded}) == 1
    assert cache.current("two-floors") is loaded[0]


def test_a_new_version_replaces_the_old() -> None:
    store = service.store()
    cache = VenueCache(store, capacity=2)
    old = cache.load("two-floors")
    store.publish(service.changed(facilities=()))
    assert cache.current("two-floors") is None
    assert cache.load("two-floors").record.version != old.record.version


def test_the_venue_asked_for_longest_ago_goes() -> None:
    store = service.store()
    for name in ("a", "b"):
        store.publish(service.changed(venue=replace(service.release().building.venue, id=name)))
    cache = VenueCache(store, capacity=2)
    for name in ("a", "b", "a", "two-floors"):
        cache.load(name)
    assert cache.current("b") is None
    assert cache.current("a") is not None


def _named(*names: str) -> Catalog:
    store = service.store()
    for name in names:
        store.publish(service.changed(venue=replace(service.release().building.venue, id=name)))
    return store


def test_venues_weigh_no_more_than_allowed() -> None:
    store = _named("a", "b", "c")
    one = VenueCache(store, capacity=8).load("a").weight_bytes
    cache = VenueCache(store, capacity=8, most_bytes=2 * one + one // 2)
    for name in ("a", "b", "a", "c"):
        cache.load(name)
    assert [name for name in ("a", "b", "c") if cache.current(name)] == ["a", "c"]


def test_one_venue_is_kept_whatever_it_weighs() -> None:
    cache = VenueCache(_named("a"), capacity=8, most_bytes=1)
    for name in ("a", "two-floors"):
        loaded = cache.load(name)
        assert cache.current(name) is loaded
    assert cache.current("a") is None


def test_a_new_version_takes_the_weight_of_the_old() -> None:
    store = _named("a")
    weight = VenueCache(store, capacity=8).load("a").weight_bytes
    cache = VenueCache(store, capacity=8, most_bytes=2 * weight + weight // 2)
    cache.load("a")
    for count in range(4):
        store.publish(service.changed(facilities=service.release().building.facilities[: count % 2]))
        cache.load("two-floors")
    assert cache.current("a") is not None


def test_what_is_got_ready_is_what_a_question_gets() -> None:
    cache = VenueCache(service.store(), capacity=2)
    assert cache.preload("two-floors")
    ready = cache.current("two-floors")
    assert ready is not None
    assert cache.preload("two-floors")
    assert cache.load("two-floors") is ready


def test_unknown_venue() -> None:
    with pytest.raises(UnknownVenue):
        VenueCache(service.store(), capacity=1).load("nope")


def test_a_version_swept_away_while_it_is_read_is_read_again() -> None:
    class Busy(MemoryCatalog):
        left = 2

        def network(self, venue: str, *, version: str | None = None) -> Networks:
            if self.left:
                self.left -= 1
                raise UnknownElement("swept away")
            return super().network(venue, version=version)

    store = Busy()
    store.publish(service.release())
    assert VenueCache(store, capacity=1).load("two-floors").building.venue.id == "two-floors"
    store.left = 1_000
    with pytest.raises(StoreUnavailable):
        VenueCache(store, capacity=1).load("two-floors")


def test_documents_are_made_once() -> None:
    data = VenueCache(service.store(), capacity=1).load("two-floors")
    made = []

    def make() -> Document:
        made.append(threading.get_ident())
        return Document({})

    assert data.document("key", make) is data.document("key", make)
    assert len(made) == 1
