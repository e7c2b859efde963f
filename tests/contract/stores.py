"""Every kind of store that the contract holds for, and releases to publish. A new store is one more factory."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from shapely import MultiPolygon, box

from indoor3d.models.building import Building, Text
from indoor3d.models.issue import Issue, Report
from indoor3d.models.network import MODES, Networks, Surface
from indoor3d.models.vocabulary import Mode
from indoor3d.store.base import Asset, Blobs, Catalog, Release, open_store
from indoor3d.store.files import FileBlobs
from indoor3d.store.memory import MemoryBlobs
from tests.buildings import two_floors

STORES: Mapping[str, Callable[[Path], Catalog]] = {
    "memory": lambda _folder: open_store("memory:"),
    "sqlite": lambda folder: open_store(folder / "store"),
}
"""How to make an empty store, given a folder of its own."""

BLOBS: Mapping[str, Callable[[Path], Blobs]] = {
    "files": lambda folder: FileBlobs(folder / "blobs"),
    "memory": lambda _folder: MemoryBlobs(),
}


def fields(value: Any, *, without: tuple[str, ...] = ("mesh",)) -> dict[str, Any]:
    """The fields of a value that has no equality of its own, arrays as (dtype, nested lists)."""
    plain = {name: getattr(value, name) for name in value.__dataclass_fields__ if name not in without}
    return {k: (str(v.dtype), v.tolist()) if isinstance(v, np.ndarray) else v for k, v in plain.items()}


def network(length_m: float = 5.0) -> Networks:
    """Two nodes in the hall, one outside; one walk, one through exit-1."""
    return Networks(
        radius_m=0.25,
        surfaces=(Surface(level="g", floor_m=0.0, free=MultiPolygon([box(0.25, 0.25, 11.75, 9.75)])),),
        elements=("door-exit-1",),
        node_position=np.array([[6.0, 5.0, 0.0], [1.0, 5.0, 0.0], [-0.1, 5.0, 0.0]]),
        node_surface=np.array([0, 0, 0], np.int32),
        edge_from=np.array([0, 1], np.int32),
        edge_to=np.array([1, 2], np.int32),
        edge_mode=np.array([MODES.index(Mode.WALK)] * 2, np.uint8),
        edge_length_m=np.array([length_m, 1.1]),
        edge_climb_m=np.zeros(2),
        edge_step_m=np.zeros(2),
        edge_clear_width_m=np.array([np.inf, 0.9]),
        edge_oneway=np.array([False, False]),
        edge_element_start=np.array([0, 0, 1], np.int32),
        edge_element=np.array([0], np.int32),
        edge_crossing_start=np.array([0, 0, 1], np.int32),
        edge_crossing=np.array([0], np.int32),
        element_run_up_m=np.array([1.5]),
        path_start=np.zeros(3, np.int32),
        path=np.empty((0, 3)),
        exit_id=("exit-1",),
        exit_node=np.array([2], np.int32),
    )


def building(venue: str = "two-floors", **changes: Any) -> Building:
    """The two-floor building under some id, with some fields changed."""
    base = two_floors()
    return replace(base, venue=replace(base.venue, id=venue), **changes)


def release(venue: str = "two-floors", *, edition: int = 1, files: int = 3) -> Release:
    """A release in which every part names the edition, so that a mixture of two is seen."""
    base = building(venue)
    named = replace(base, venue=replace(base.venue, name=Text(default=f"edition {edition}")))
    tiles = {
        f"meshopt/tiles/{n}.glb": Asset(
            media_type="model/gltf-binary",
            data=f"{venue} edition {edition} tile {n}".encode() * 40,
            encoded={"br": f"br {edition} {n}".encode(), "gzip": f"gz {edition} {n}".encode()},
        )
        for n in range(files - 1)
    }
    root = Asset(media_type="application/json", data=f'{{"edition":{edition}}}'.encode())
    return Release(
        building=named,
        network=network(length_m=float(edition)),
        report=Report.of([Issue(code="exit.assumed", values={"count": 2})], facts={"edition": edition}),
        assets={"meshopt/tileset.json": root, **tiles, "meshopt/공통.json": root},
    )


def assert_served_whole(store: Catalog, expected: Release, version: str | None = None) -> None:
    """Everything of a release can be read, and all of it is of that release."""
    venue = expected.building.venue.id
    if version is None:
        version = store.record(venue).version
    assert fields(store.building(venue, version=version)) == fields(expected.building)
    assert fields(store.network(venue, version=version)) == fields(expected.network)
    assert store.report(venue, version=version) == expected.report
    for path, asset in expected.assets.items():
        entry = store.asset(venue, version, path)
        assert (entry.media_type, entry.size, set(entry.encoded)) == (
            asset.media_type,
            len(asset.data),
            set(asset.encoded),
        )
        assert store.blobs.get(entry.digest) == asset.data
        for coding, data in asset.encoded.items():
            assert store.blobs.get(entry.encoded[coding]) == data
