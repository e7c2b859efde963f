"""What every store keeps to: one suite, run on each kind in ``stores.STORES``."""

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from indoor3d.errors import (
    CorruptBlob,
    InvalidInput,
    InvalidPosition,
    StoreUnavailable,
    UnknownElement,
    UnknownLevel,
    UnknownVenue,
)
from indoor3d.models.building import Building, Facility, Space
from indoor3d.models.frame import SiteFrame
from indoor3d.models.issue import Report
from indoor3d.models.mesh import Mesh
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.pipeline import build
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.store.base import Asset, Catalog, Release
from indoor3d.store.codec import decode, encode
from tests.contract.stores import STORES, assert_served_whole, building, fields, network, release

FIXTURE_IS_SHARED = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    """An empty store of each kind."""
    with STORES[request.param](tmp_path) as opened:
        yield opened


# ── publishing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_store_is_empty(store: Catalog) -> None:
    assert store.venues() == ()
    assert store.venues((-180, -90, 180, 90)) == ()
    assert store.revision() == 0
    assert store.collect_garbage() == 0


def test_what_is_published_is_served_whole(store: Catalog) -> None:
    record = store.publish(release())
    assert record == store.record("two-floors")
    assert store.venues() == (record,)
    assert len(record.version) == 16
    assert int(record.version, 16) >= 0
    assert_served_whole(store, release(), record.version)


def test_the_mesh_is_not_kept(store: Catalog) -> None:
    assert len(release().building.mesh.triangles)
    store.publish(release())
    assert store.building("two-floors").mesh.positions.shape == (0, 3)


def test_an_equal_release_changes_nothing(store: Catalog) -> None:
    record = store.publish(release())
    before = store.revision(), sorted(store.blobs), store.versions("two-floors")
    assert store.publish(release()) == record
    assert (store.revision(), sorted(store.blobs), store.versions("two-floors")) == before


@pytest.mark.parametrize("part", ["building", "network", "report", "asset", "media type", "path", "encoded"])
def test_a_change_of_any_part_is_another_version(store: Catalog, part: str) -> None:
    first, other = release(), release(edition=2)
    root = first.assets["meshopt/tileset.json"]
    changed = {
        "building": replace(first, building=other.building),
        "network": replace(first, network=other.network),
        "report": replace(first, report=other.report),
        "asset": replace(first, assets={**first.assets, "meshopt/tileset.json": replace(root, data=b"{}")}),
        "media type": replace(first, assets={**first.assets, "meshopt/tileset.json": replace(root, media_type="a/b")}),
        "path": replace(first, assets={**first.assets, "more.json": root}),
        "encoded": replace(first, assets={**first.assets, "meshopt/tileset.json": replace(root, encoded={"br": b"x"})}),
    }[part]
    old, new = store.publish(first), store.publish(changed)
    assert old.version != new.version
    assert store.record("two-floors") == new
    assert_served_whole(store, changed)
    assert_served_whole(store, first, old.version)


def test_the_order_of_assets_does_not_matter(store: Catalog) -> None:
    first = release()
    backwards = replace(first, assets=dict(reversed(list(first.assets.items()))))
    assert store.publish(first) == store.publish(backwards)


def test_versions_are_listed_newest_first_and_can_be_rolled_back(store: Catalog) -> None:
    records = [store.publish(release(edition=n)) for n in (1, 2, 3)]
    assert store.versions("two-floors") == tuple(reversed(records))
    revision = store.revision()
    assert store.rollback("two-floors", records[0].version) == records[0]
    assert store.record("two-floors") == records[0]
    assert store.versions("two-floors") == (records[0], records[2], records[1])
    assert store.revision() > revision
    assert_served_whole(store, release(edition=1))
    assert store.collect_garbage(keep=1) > 0
    assert store.versions("two-floors") == (records[0],)


def test_rolling_back_to_the_current_version_changes_nothing(store: Catalog) -> None:
    record = store.publish(release())
    revision = store.revision()
    assert store.rollback("two-floors", record.version) == record
    assert store.revision() == revision


def test_publishing_an_older_release_again_makes_it_current(store: Catalog) -> None:
    first = store.publish(release(edition=1))
    store.publish(release(edition=2))
    assert store.publish(release(edition=1)) == first
    assert_served_whole(store, release(edition=1))
    assert len(store.versions("two-floors")) == 2


def test_a_version_that_is_not_kept_cannot_be_rolled_back_to(store: Catalog) -> None:
    with pytest.raises(UnknownVenue):
        store.rollback("two-floors", "0" * 16)
    store.publish(release())
    with pytest.raises(UnknownElement):
        store.rollback("two-floors", "0" * 16)


def test_a_withdrawn_venue_is_gone_at_once_and_can_come_back(store: Catalog) -> None:
    record = store.publish(release())
    other = store.publish(release("other"))
    revision = store.revision()
    store.withdraw("two-floors")
    assert store.venues() == (other,)
    assert store.revision() > revision
    for ask in (
        lambda: store.record("two-floors"),
        lambda: store.asset("two-floors", record.version, "meshopt/tileset.json"),
        lambda: store.building("two-floors", version=record.version),
        lambda: store.spaces_at("two-floors", 1, 1),
        lambda: store.withdraw("two-floors"),
    ):
        with pytest.raises(UnknownVenue):
            ask()
    assert store.publish(release()) == record
    assert_served_whole(store, release())


@pytest.mark.parametrize(
    "path", ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "a\0b", "a\nb", "%2e%2e/a", "C:a", "a?b", "x" * 600, "\ud800"]
)  # fmt: skip
def test_a_path_that_could_mean_another_is_refused_and_nothing_changes(store: Catalog, path: str) -> None:
    record = store.publish(release())
    before = store.revision(), sorted(store.blobs)
    bad = replace(release(edition=2), assets={path: Asset(media_type="a/b", data=b"")})
    with pytest.raises(InvalidInput):
        store.publish(bad)
    assert (store.revision(), sorted(store.blobs)) == before
    assert store.record("two-floors") == record


@pytest.mark.parametrize("asset", [Asset(media_type="", data=b""), Asset(media_type="a/b\r\nX: y", data=b""), Asset(media_type="a/b", data=b"", encoded={"b\nr": b""})])  # fmt: skip
def test_what_would_break_a_header_is_refused(store: Catalog, asset: Asset) -> None:
    with pytest.raises(InvalidInput):
        store.publish(replace(release(), assets={"a": asset}))
    assert store.venues() == ()


def test_a_value_that_cannot_be_stored_is_refused_and_nothing_changes(store: Catalog) -> None:
    record = store.publish(release())
    bad = replace(release(edition=2), report=replace(release().report, facts={"when": object()}))
    with pytest.raises(InvalidInput):
        store.publish(bad)
    assert store.record("two-floors") == record


def test_a_venue_outside_its_projection_is_refused(store: Catalog) -> None:
    nowhere = building(frame=replace(SiteFrame.at(127, 37), easting_m=1e12))
    with pytest.raises(InvalidPosition):
        store.publish(replace(release(), building=nowhere))
    assert store.venues() == ()


def test_arrays_that_come_out_cannot_be_changed(store: Catalog) -> None:
    store.publish(release())
    with pytest.raises(ValueError, match="read-only"):
        store.network("two-floors").edge_length_m[0] = 0.0


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_venue_is_an_error_everywhere(store: Catalog) -> None:
    store.publish(release())
    for venue in ("", "Two-Floors", "two-floors ", "two-floors'--", "\0", "\ud800", "x" * 100_000):
        for ask in (
            store.record, store.building, store.network, store.report, store.versions, store.withdraw,
            lambda v: store.building(v, version="0" * 16),
            lambda v: store.asset(v, "0" * 16, "a"),
            lambda v: store.spaces_at(v, 0, 0),
            lambda v: store.facilities_near(v, 0, 0, radius_m=1),
        ):  # fmt: skip
            with pytest.raises(UnknownVenue):
                ask(venue)


def test_an_unknown_version_is_an_error(store: Catalog) -> None:
    record = store.publish(release())
    for version in ("", "0" * 16, record.version.upper() + "x", "current", "\ud800"):
        for ask in (store.building, store.network, store.report):
            with pytest.raises(UnknownElement):
                ask("two-floors", version=version)
        with pytest.raises(UnknownElement):
            store.asset("two-floors", version, "meshopt/tileset.json")


def test_versions_of_another_venue_are_not_reachable(store: Catalog) -> None:
    store.publish(release("a"))
    other = store.publish(release("b"))
    with pytest.raises(UnknownElement):
        store.asset("a", other.version, "meshopt/tileset.json")


PATHS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["..", ".", "%2e", "/", "%2F", "\\", "%5c", "\0", "meshopt", "tileset.json", "tiles", "0.glb", " ", "*", "%", "_"]),
        max_size=10,
    ).map("".join),
    st.sampled_from(["/etc/passwd", "meshopt/../meshopt/tileset.json", "meshopt/tileset.json\0", "meshopt//tileset.json", "MESHOPT/tileset.json", "meshopt/tileset.jso_", "meshopt/%"]),
)  # fmt: skip


@FIXTURE_IS_SHARED
@given(path=PATHS)
def test_only_paths_of_the_manifest_are_found(store: Catalog, path: str) -> None:
    record = store.publish(release())
    if path in release().assets:
        assert store.asset("two-floors", record.version, path).size == len(release().assets[path].data)
    else:
        with pytest.raises(UnknownElement):
            store.asset("two-floors", record.version, path)


def test_lost_or_damaged_bytes_are_reported_never_served(store: Catalog) -> None:
    record = store.publish(release())
    for digest in list(store.blobs):
        store.blobs.delete(digest)
    for ask in (store.building, store.network, store.report):
        with pytest.raises(CorruptBlob):
            ask("two-floors")
    store.publish(release())
    assert_served_whole(store, release(), record.version)


def test_two_venues_do_not_mix(store: Catalog) -> None:
    moved = building("moved", spaces=(replace(building().spaces[0], id="elsewhere", footprint=box(0, 0, 1, 1)),))
    store.publish(release("here"))
    store.publish(replace(release("moved"), building=moved))
    assert [s.id for s in store.spaces_at("here", 0.5, 0.5)] == ["hall", "gallery"]
    assert [s.id for s in store.spaces_at("moved", 0.5, 0.5)] == ["elsewhere"]
    store.publish(release("here", edition=2))
    assert [s.id for s in store.spaces_at("here", 0.5, 0.5)] == ["hall", "gallery"]


# ── where ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("x", "y", "level", "z", "expected"),
    [
        (1, 1, None, None, ["hall", "gallery"]),
        (1, 1, "g", None, ["hall"]),
        (1, 1, "u", None, ["gallery"]),
        (1, 1, None, 1.5, ["hall"]),
        (1, 1, None, 3.2, ["hall"]),
        (1, 1, None, 3.3, []),
        (1, 1, None, 3.5, ["gallery"]),
        (1, 1, "u", 1.5, []),
        (12, 10, None, None, ["hall", "gallery"]),
        (12.1, 5, None, None, []),
        (12.2, 0, None, None, ["store", "office"]),
        (12.1999999, 0, None, None, []),
        (-1, -1, None, None, []),
        (1e300, 1, None, None, []),
    ],
)
def test_spaces_at_a_point(
    store: Catalog, x: float, y: float, level: str | None, z: float | None, expected: list[str]
) -> None:
    store.publish(release())
    found = store.spaces_at("two-floors", x, y, level=level, z_m=z)
    assert [space.id for space in found] == expected
    by_id = {space.id: space for space in release().building.spaces}
    assert list(found) == [by_id[ident] for ident in expected]


def test_holes_and_parts_of_a_footprint_are_respected(store: Catalog) -> None:
    ring = Polygon(box(0, 0, 10, 10).exterior, [box(4, 4, 6, 6).exterior])
    parts = MultiPolygon([box(20, 0, 21, 1), box(30, 0, 31, 1)])
    spaces = tuple(replace(building().spaces[1], id=i, footprint=f) for i, f in (("parts", parts), ("ring", ring)))
    store.publish(replace(release(), building=building(spaces=spaces)))
    at = {
        point: [s.id for s in store.spaces_at("two-floors", *point)]
        for point in ((5, 5), (1, 5), (4, 5), (25, 0.5), (30.5, 0.5))
    }
    assert at == {(5, 5): [], (1, 5): ["ring"], (4, 5): ["ring"], (25, 0.5): [], (30.5, 0.5): ["parts"]}


def test_a_space_without_an_outline_or_a_level_harms_nothing(store: Catalog) -> None:
    hall = building().spaces[1]
    spaces = (replace(hall, id="a-empty", footprint=Polygon()), replace(hall, id="b-lost", level="nowhere"), hall)
    store.publish(replace(release(), building=building(spaces=spaces)))
    assert [s.id for s in store.spaces_at("two-floors", 1, 1)] == ["hall", "b-lost"]
    assert [s.id for s in store.spaces_at("two-floors", 1, 1, level="g")] == ["hall"]
    with pytest.raises(UnknownLevel):
        store.spaces_at("two-floors", 1, 1, level="nowhere")


COORDINATE = st.one_of(
    st.sampled_from([0.0, 1e-17, 0.005, 0.01, 0.015, 1.0, 12.0, 12.2, 19.995, 20.0, -0.001, 1e7, -3e7]),
    st.floats(-25, 25, allow_subnormal=False),
)


@FIXTURE_IS_SHARED
@given(
    rectangles=st.lists(st.tuples(COORDINATE, COORDINATE, COORDINATE, COORDINATE, st.sampled_from("gu")), max_size=8),
    points=st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=8),
    level=st.sampled_from([None, "g", "u"]),
)
def test_spaces_at_equals_a_look_at_every_space(
    store: Catalog,
    rectangles: list[tuple[float, float, float, float, str]],
    points: list[tuple[float, float]],
    level: str | None,
) -> None:
    template = building().spaces[1]
    spaces = tuple(
        replace(template, id=f"s{n}", level=on, footprint=box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        for n, (x0, y0, x1, y1, on) in enumerate(rectangles)
        if x0 != x1 and y0 != y1
    )
    here = replace(SiteFrame.at(0, 0), easting_m=0.0)
    try:
        store.publish(replace(release(), building=building(spaces=spaces, frame=here)))
    except InvalidPosition:
        return  # a space 30,000 km away has no place on Earth
    corners = [(x, y) for s in spaces for x, y in s.footprint.exterior.coords]
    for x, y in points + corners:
        expected = [
            s.id
            for on in "gu"
            for s in spaces
            if s.level == on and level in {None, on} and s.footprint.covers(Point(x, y))
        ]
        assert [s.id for s in store.spaces_at("two-floors", x, y, level=level)] == expected


def test_facilities_are_found_nearest_first(store: Catalog) -> None:
    store.publish(release())

    def near(x: float, y: float, radius_m: float, level: str | None = None) -> list[str]:
        return [f.id for f in store.facilities_near("two-floors", x, y, radius_m=radius_m, level=level)]

    assert near(1, 1, 100) == ["info-1", "aed-1"]
    assert near(11, 9, 100) == ["aed-1", "info-1"]
    assert near(1, 1, 100, "g") == ["aed-1"]
    assert near(1, 1, 0) == ["info-1"]
    assert near(4, 5, 5) == ["info-1"]
    assert near(4, 5, 4.999) == []
    assert near(0, 0, math.inf) == ["info-1", "aed-1"]
    assert store.facilities_near("two-floors", 1, 1, radius_m=0) == (release().building.facilities[1],)


def test_facilities_can_be_chosen_by_category(store: Catalog) -> None:
    store.publish(release())
    for categories, expected in (({FacilityCategory.AED}, ["aed-1"]), ([FacilityCategory.WIFI], []), ([], [])):
        found = store.facilities_near("two-floors", 1, 1, radius_m=99, categories=categories)
        assert [f.id for f in found] == expected


def test_equally_far_facilities_come_by_id(store: Catalog) -> None:
    spots = {"c": (1, 0), "a": (-1, 0), "d": (0, 1), "b": (0, -1)}
    facilities = tuple(
        Facility(id=i, category=FacilityCategory.AED, level="g", position=(x, y, 0.0))
        for i, (x, y) in sorted(spots.items())
    )
    store.publish(replace(release(), building=building(facilities=facilities)))
    assert [f.id for f in store.facilities_near("two-floors", 0, 0, radius_m=1)] == ["a", "b", "c", "d"]


@FIXTURE_IS_SHARED
@given(
    spots=st.lists(st.tuples(COORDINATE, COORDINATE), max_size=8), x=COORDINATE, y=COORDINATE, radius_m=st.floats(0, 60)
)
def test_facilities_near_equals_a_look_at_every_facility(
    store: Catalog, spots: list[tuple[float, float]], x: float, y: float, radius_m: float
) -> None:
    facilities = tuple(
        Facility(id=f"f{n}", category=FacilityCategory.AED, level="g", position=(a, b, 0.0))
        for n, (a, b) in enumerate(spots)
    )
    store.publish(replace(release(), building=building(facilities=facilities)))
    distance = {f.id: math.hypot(f.position[0] - x, f.position[1] - y) for f in facilities}
    expected = sorted((i for i, d in distance.items() if d <= radius_m), key=lambda i: (distance[i], i))
    assert [f.id for f in store.facilities_near("two-floors", x, y, radius_m=radius_m)] == expected


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_place_that_is_nowhere_is_an_error(store: Catalog, bad: float) -> None:
    store.publish(release())
    for ask in (
        lambda: store.spaces_at("two-floors", bad, 0),
        lambda: store.spaces_at("two-floors", 0, bad),
        lambda: store.spaces_at("two-floors", 0, 0, z_m=bad),
        lambda: store.facilities_near("two-floors", bad, 0, radius_m=1),
        lambda: store.venues((bad, 0, 1, 1)),
        lambda: store.venues((0, 1, 1, 0)),
    ):
        with pytest.raises(InvalidPosition):
            ask()


@pytest.mark.parametrize("bad", [-1, -math.inf, math.nan])
def test_a_distance_that_is_none_is_an_error(store: Catalog, bad: float) -> None:
    store.publish(release())
    with pytest.raises(InvalidInput):
        store.facilities_near("two-floors", 0, 0, radius_m=bad)


def test_an_unknown_level_is_an_error_not_an_empty_answer(store: Catalog) -> None:
    store.publish(release())
    for level in ("", "G", "1F", "x'; DROP TABLE level", "\ud800"):
        with pytest.raises(UnknownLevel):
            store.spaces_at("two-floors", 1, 1, level=level)
        with pytest.raises(UnknownLevel):
            store.facilities_near("two-floors", 1, 1, radius_m=9, level=level)


# ── bounds on Earth ──────────────────────────────────────────────────────────────────────────────────────────────────


def _at(store: Catalog, venue: str, lon: float, lat: float, **changes: object) -> tuple[float, float, float, float]:
    placed = building(venue, frame=SiteFrame.at(lon, lat), **changes)
    return store.publish(replace(release(venue), building=placed)).bounds


def test_bounds_hold_exactly_the_spaces(store: Catalog) -> None:
    record = store.publish(release())
    frame, spaces = release().building.frame, release().building.spaces
    corners = [(x, y, 0.0) for s in spaces for x, y in s.footprint.exterior.coords]
    lonlat = frame.to_lonlat(corners)
    assert record.bounds == (lonlat[:, 0].min(), lonlat[:, 1].min(), lonlat[:, 0].max(), lonlat[:, 1].max())


def test_bounds_come_from_the_mesh_or_the_origin_where_there_is_no_space(store: Catalog) -> None:
    whole = _at(store, "whole", 127, 37)
    meshed = _at(store, "meshed", 127, 37, spaces=())
    bare = _at(store, "bare", 127, 37, spaces=(), mesh=Mesh.empty())
    assert meshed == pytest.approx(whole, abs=1e-12)
    assert bare == pytest.approx((127, 37, 127, 37), abs=1e-12)


def test_venues_are_found_by_bounds(store: Catalog) -> None:
    for venue, lon, lat in (
        ("busan", 129.07, 35.17),
        ("seoul", 126.97, 37.56),
        ("fiji", 179.9999, -17.0),
        ("quito", 0.0, 0.0),
    ):
        _at(store, venue, lon, lat)

    def found(*bounds: float) -> list[str]:
        return [r.venue.id for r in store.venues(bounds)]  # type: ignore[arg-type]

    assert found(-180, -90, 180, 90) == ["busan", "fiji", "quito", "seoul"]
    assert found(126, 37, 128, 38) == ["seoul"]
    assert found(126, 35, 130, 38) == ["busan", "seoul"]
    assert found(10, 10, 20, 20) == []
    assert found(-179.99999, -18, -179, -16) == ["fiji"]  # the part of it east of the 180° meridian
    assert found(179.9, -18, -179, -16) == ["fiji"]
    assert found(128, -90, 1, 90) == ["busan", "fiji", "quito"]
    west, south, east, north = store.record("seoul").bounds
    assert found(east, north, east, north) == ["seoul"]
    assert found(np.nextafter(east, 180), south, 127, north) == []
    assert found(west, south - 1e-9, west, np.nextafter(south, -90)) == []


def test_bounds_across_the_180_meridian_have_west_greater_than_east(store: Catalog) -> None:
    west, south, east, north = _at(store, "fiji", 179.9999, -17.0)
    assert 179.9 < west <= 180
    assert -180 <= east < -179.9
    assert south < north


def test_bounds_follow_the_current_version(store: Catalog) -> None:
    _at(store, "moving", 127, 37)
    first = store.record("moving").version
    _at(store, "moving", 10, 50)
    assert [r.version for r in store.venues((126, 36, 128, 38))] == []
    assert [r.venue.id for r in store.venues((9, 49, 11, 51))] == ["moving"]
    store.rollback("moving", first)
    assert [r.version for r in store.venues((126, 36, 128, 38))] == [first]


# ── garbage ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_old_versions_are_served_until_they_are_collected(store: Catalog) -> None:
    old, kept, new = (store.publish(release(edition=n)) for n in (1, 2, 3))
    assert_served_whole(store, release(edition=1), old.version)
    removed = store.collect_garbage(keep=2)
    # a version has of its own: building, network, report, root, and 2 tiles of 3 codings
    assert removed == 3 + 1 + 2 * 3
    with pytest.raises(UnknownElement):
        store.asset("two-floors", old.version, "meshopt/tileset.json")
    assert_served_whole(store, release(edition=2), kept.version)
    assert_served_whole(store, release(edition=3), new.version)
    assert store.collect_garbage(keep=2) == 0


def test_bytes_that_two_versions_share_stay(store: Catalog) -> None:
    first = release()
    second = replace(first, report=release(edition=2).report)
    store.publish(first)
    store.publish(second)
    assert store.collect_garbage(keep=1) == 1
    assert_served_whole(store, second)


def test_bytes_of_other_venues_stay(store: Catalog) -> None:
    store.publish(release("a"))
    store.publish(release("b"))
    store.withdraw("a")
    assert store.collect_garbage() > 0
    assert_served_whole(store, release("b"))


def test_bytes_that_nobody_published_are_garbage(store: Catalog) -> None:
    store.publish(release())
    digest = store.blobs.put(b"orphan")
    assert store.collect_garbage() == 1
    assert digest not in store.blobs


@pytest.mark.parametrize("keep", [0, -1])
def test_the_current_version_cannot_be_collected(store: Catalog, keep: int) -> None:
    store.publish(release())
    with pytest.raises(InvalidInput):
        store.collect_garbage(keep=keep)
    assert_served_whole(store, release())


# ── at once ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_readers_never_see_a_mixture_while_others_publish_and_collect(store: Catalog) -> None:
    editions = {n: release(edition=n) for n in range(1, 5)}
    versions = {store.publish(editions[n]).version: n for n in editions}
    done, failures, seen = threading.Event(), [], set()

    def read() -> None:
        while not done.is_set():
            version = store.record("two-floors").version
            try:
                assert_served_whole(store, editions[versions[version]], version)
                seen.add(version)
            except (UnknownElement, AssertionError) as error:
                failures.append(error)
            assert store.spaces_at("two-floors", 1, 1, level="g")[0].id == "hall"
            assert store.building("two-floors").venue.name.default.startswith("edition")

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            for turn in range(200):  # on a busy machine readers come late
                if turn >= 15 and len(seen) > 1:
                    break
                store.publish(editions[turn % 4 + 1])
                if turn % 3 == 0:
                    store.collect_garbage(keep=4)
        finally:
            done.set()
        for reader in readers:
            reader.result()
    assert failures == []
    assert len(seen) > 1


def test_current_content_can_be_read_while_everything_older_is_collected(store: Catalog) -> None:
    store.publish(release(edition=0))
    done = threading.Event()

    def read() -> int:
        count = 0
        while not done.is_set():
            assert store.network("two-floors").elements == ("door-exit-1",)
            assert store.report("two-floors").facts["edition"] >= 0
            count += 1
        return count

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for edition in range(1, 12):
                store.publish(release(edition=edition))
                store.collect_garbage(keep=1)
        finally:
            done.set()
        assert all(reader.result() for reader in readers)


def test_many_threads_publish_at_once(store: Catalog) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: store.publish(release(f"venue-{n % 4}", edition=n % 3)), range(16)))
        list(pool.map(lambda n: store.publish(release(f"venue-{n}", edition=9)), range(4)))
    assert [r.venue.id for r in store.venues()] == [f"venue-{n}" for n in range(4)]
    for n in range(4):
        assert_served_whole(store, release(f"venue-{n}", edition=9))


def test_what_is_being_published_is_never_collected(store: Catalog) -> None:
    done = threading.Event()

    def collect() -> None:
        while not done.wait(0.02):
            store.collect_garbage(keep=1)

    with ThreadPoolExecutor(1) as pool:
        collector = pool.submit(collect)
        try:
            for edition in range(8):
                record = store.publish(release(edition=edition))
                assert_served_whole(store, release(edition=edition), record.version)
        finally:
            done.set()
        collector.result()


# ── opening and closing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_store_says_so(store: Catalog) -> None:
    store.publish(release())
    store.close()
    store.close()
    for ask in (
        store.venues,
        store.revision,
        store.collect_garbage,
        lambda: store.record("two-floors"),
        lambda: store.building("two-floors"),
        lambda: store.spaces_at("two-floors", 1, 1),
        lambda: store.publish(release()),
        lambda: store.withdraw("two-floors"),
    ):
        with pytest.raises(StoreUnavailable):
            ask()


def test_the_network_and_building_come_back_as_they_were(store: Catalog) -> None:
    store.publish(release())
    assert fields(store.network("two-floors")) == fields(network(length_m=1.0))
    assert isinstance(store.building("two-floors").spaces[0], Space)


def test_every_space_of_a_real_model_is_found_where_it_is(store: Catalog, shared: Path) -> None:
    source = shared / "data" / "ifc" / "bim-whale" / "LargeBuilding.ifc"
    record = build(source, store, venue="real").record
    whole = store.building("real", version=record.version)
    assert encode(decode(encode(whole), Building)) == encode(whole)
    assert len(whole.spaces) == 8
    for space in whole.spaces:
        inside = space.footprint.representative_point()
        assert space in store.spaces_at("real", inside.x, inside.y)
        assert space in store.spaces_at("real", inside.x, inside.y, level=space.level, z_m=space.floor_m)
    assert store.network("real").exit_id == tuple(e.id for e in whole.exits)


def test_a_network_that_comes_back_answers_as_before(store: Catalog) -> None:
    whole = building()
    graph = build_navigation(whole)
    store.publish(Release(building=whole, network=graph.network, report=Report(), assets={}))
    again = NavGraph(store.building("two-floors"), store.network("two-floors"))
    for target in ("office", "shop", "exit-2"):
        assert repr(again.route("gallery", target)) == repr(graph.route("gallery", target))
