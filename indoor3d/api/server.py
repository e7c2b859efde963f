"""Running the API with uvicorn.

What uvicorn leaves open and is closed here: a connection on which no complete request header arrives in time. What stays
for a proxy in front: TLS, limits by client address, compressing nothing twice, and a client that opens many connections.
"""

import asyncio
import gc
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from indoor3d.api.app import create_app
from indoor3d.api.cache import VenueCache
from indoor3d.api.events import Listeners
from indoor3d.api.jobs import Jobs
from indoor3d.api.preload import Preload
from indoor3d.api.settings import Limits, Settings
from indoor3d.api.warm import warm
from indoor3d.store.base import Catalog

if TYPE_CHECKING:
    import socket

_KEEP_ALIVE_S = 5
_GRACE_S = 20
_BACKLOG = 1_024
_GC = (10_000, 10, 50)
"""Objects made before the young ones are looked through, and so on: an answer makes thousands that form no cycles. With
Python's own 700, 10, 10 some 4 % of the time goes there; with 50,000 somebody waits 20 ms now and then instead of 3 (measured)."""


def serve(settings: Settings, store: Catalog, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until SIGINT or SIGTERM; then let running requests end, for at most 20 s, and stop plans that are being made.

    Parameters
    ----------
    settings : Settings
    store : Catalog
        Stays the caller's to close.
    host, port
        Where to listen.
    """
    warm()
    gc.collect()
    gc.freeze()  # what is imported and compiled stays: looking through it again takes 70 ms each time
    gc.set_threshold(*_GC)
    venues = VenueCache.limited(store, settings.limits)
    jobs, listeners = Jobs(settings.limits.jobs, clock=settings.clock), Listeners(settings.limits.listeners)
    server = Server(
        configuration(settings, store, host=host, port=port, venues=venues, jobs=jobs, listeners=listeners),
        listeners,
        jobs,
    )
    preload = Preload(store, venues, is_busy=lambda: not server.started or bool(server.server_state.tasks))
    with preload if settings.preload else nullcontext():
        server.run()


def configuration(
    settings: Settings,
    store: Catalog,
    *,
    host: str,
    port: int,
    venues: VenueCache | None = None,
    jobs: Jobs | None = None,
    listeners: Listeners | None = None,
) -> uvicorn.Config:
    """Give uvicorn's configuration: one process, own header time limit, no trust in forwarded headers."""
    return uvicorn.Config(
        create_app(settings, store, venues=venues, jobs=jobs, listeners=listeners),
        host=host,
        port=port,
        http=_protocol(settings.limits),
        ws="none",
        lifespan="off",
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        limit_concurrency=settings.limits.connections,
        backlog=_BACKLOG,
        proxy_headers=False,
        server_header=False,
        access_log=False,
    )


class Server(uvicorn.Server):
    """uvicorn's server; who listens to events is sent home before it waits for requests to end, and jobs end after that.

    Here and not after it has run: uvicorn sends itself the signal that ended it once more, and nothing comes after that.

    Parameters
    ----------
    config : uvicorn.Config
    listeners : Listeners
    jobs : Jobs
    """

    def __init__(self, config: uvicorn.Config, listeners: Listeners, jobs: Jobs) -> None:
        super().__init__(config)
        self._listeners, self._jobs = listeners, jobs

    async def shutdown(self, sockets: "list[socket.socket] | None" = None) -> None:
        """End every stream of events, then the server, then its jobs."""
        self._listeners.closing = True
        await super().shutdown(sockets)
        await asyncio.to_thread(self._jobs.close)


def _protocol(limits: Limits) -> type[HttpToolsProtocol]:
    """Make the HTTP protocol with its limits for headers; uvicorn takes a class, so they are closed over."""

    class Protocol(_HeaderLimits):
        header_s = limits.header_s
        head_bytes = limits.header_bytes + limits.url_bytes

    return Protocol


class _HeaderLimits(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, plus: a connection must bring each request's headers within a time and a size.

    Measured without it: none of 200 half-open connections was closed within 15 s, and a header without an end is kept for as long as it comes.
    """

    header_s = 5.0
    head_bytes = 24 << 10
    _deadline: asyncio.TimerHandle | None = None
    _brought = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        # An idle connection is uvicorn's to close; ours begins with the first byte of the next request.
        self._watch()

    def on_headers_complete(self) -> None:
        self._unwatch()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        awaited = self._deadline
        super().data_received(data)
        if awaited is not None and awaited is self._deadline and not self.transport.is_closing():
            self._brought += len(data)
            if self._brought > self.head_bytes:
                self.send_400_response("The request's headers are too long.")

    def _watch(self) -> None:
        if self._deadline is None:
            self._brought = 0
            self._deadline = self.loop.call_later(self.header_s, self._give_up)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
