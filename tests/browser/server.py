"""A real server in a process of its own: prints its address, then serves until it is stopped.

It serves one small venue, or with ``pilot`` the venues that the package carries.
"""

import hashlib
import socket
import sys
from datetime import UTC, datetime

import uvicorn

from indoor3d.api.operator import OperatorKey
from indoor3d.api.server import configuration
from indoor3d.api.settings import Settings, now
from indoor3d.models.issue import Report
from indoor3d.pipeline import build_demo
from indoor3d.routing.build import build_navigation
from indoor3d.store.base import Asset, Release
from indoor3d.store.memory import MemoryCatalog
from indoor3d.tiles.tileset import write_tilesets
from tests.buildings import two_floors

KEY = "browser-operator-key"
"""What the operator of these tests types."""

HOST = "127.0.0.1"
MORNING = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)


def published() -> MemoryCatalog:
    """A store with the building of two floors."""
    building = two_floors()
    store = MemoryCatalog()
    files = write_tilesets(building)
    store.publish(
        Release(
            building=building,
            network=build_navigation(building).network,
            report=Report.of((), facts={}),
            assets={path: Asset(media_type=file.media_type, data=file.data) for path, file in files.items()},
        )
    )
    return store


def pilot() -> MemoryCatalog:
    """A store with the venues that the package carries."""
    store = MemoryCatalog()
    build_demo(store)
    return store


def main() -> None:
    store = pilot() if sys.argv[1:] == ["pilot"] else published()
    listener = socket.create_server((HOST, 0))
    port = listener.getsockname()[1]
    address = f"http://{HOST}:{port}"
    key = OperatorKey(digest=hashlib.sha256(KEY.encode()).hexdigest(), name="browser-tests")
    # Houses of the pilot are shut at night: there it is always ten on a Friday morning.
    clock = (lambda: MORNING) if sys.argv[1:] == ["pilot"] else now
    settings = Settings(public_url=address, operator_keys=(key,), clock=clock)
    config = configuration(settings, store, host=HOST, port=port)
    config.log_level = "warning"
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
