"""A service with one small building, for tests."""

import gzip
import json
from dataclasses import replace
from functools import cache
from typing import Any

import brotli

from indoor3d.api.app import create_app
from indoor3d.api.settings import Limits, Settings
from indoor3d.models.issue import Issue, Report
from indoor3d.routing.build import build_navigation
from indoor3d.store.base import Asset, Catalog, Release
from indoor3d.store.memory import MemoryCatalog
from tests.buildings import two_floors
from tests.unit.api.client import Client

URL = "https://example.org/indoor"
TILESET = json.dumps({"asset": {"version": "1.1"}, "geometricError": 16, "pad": "x" * 3_000}).encode()
GLB = bytes(range(256)) * 4_096
HALL = "lon=126.97715&lat=37.56573"
"""In the hall on the ground, and in the gallery above it."""


@cache
def release() -> Release:
    """The building of :func:`tests.buildings.two_floors` with its network and two tiles."""
    building = two_floors()
    return Release(
        building=building,
        network=build_navigation(building).network,
        report=Report.of([Issue(code="exit.assumed", values={"count": 2})], facts={"schema": "IFC4"}),
        assets={
            "meshopt/tileset.json": Asset(
                media_type="application/json",
                data=TILESET,
                encoded={"br": brotli.compress(TILESET), "gzip": gzip.compress(TILESET, mtime=0)},
            ),
            "meshopt/levels/1F-0.glb": Asset(media_type="model/gltf-binary", data=GLB),
        },
    )


def changed(**changes: Any) -> Release:
    """The same release with another building."""
    return replace(release(), building=replace(release().building, **changes))


def store() -> Catalog:
    """A store in memory with the release published."""
    made = MemoryCatalog()
    made.publish(release())
    return made


def client(catalog: Catalog | None = None, **settings: Any) -> Client:
    """A client of a new service; no viewer unless asked for."""
    chosen = {"public_url": URL, "viewer": None, "limits": Limits(), **settings}
    return Client(create_app(Settings(**chosen), catalog if catalog is not None else store()))
