"""Server-sent events (HTML Living Standard, 9.2): streams that end cleanly, and the log of what happens in venues.

Nothing is pushed from where things change: the store may be changed by another process. Each stream looks every quarter of a second, which costs
one number from the store (about 10 µs); what changed is worked out once for all who listen.
"""

import asyncio
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from indoor3d.api import closures, incidents
from indoor3d.api.cache import VenueData
from indoor3d.api.errors import Refused
from indoor3d.api.links import Links
from indoor3d.api.live import LiveState
from indoor3d.api.respond import dumps

_LOOK_S = 0.25
_HEARTBEAT_S = 15.0
_LONGEST_S = 3600.0
_RETRY_MS = 3_000
_KEPT = 256
_VENUES = 256

Poll = Callable[[], Awaitable[tuple[bytes, bool]]]
"""Gives what is new, and whether nothing more will come."""


def event(name: str, data: Any, *, ident: str) -> bytes:
    """One event as it goes over the wire."""
    return b"id: " + ident.encode() + b"\nevent: " + name.encode() + b"\ndata: " + dumps(data) + b"\n\n"


class Listeners:
    """How many connections may listen at once; ``closing`` ends them all.

    Parameters
    ----------
    most : int
    """

    def __init__(self, most: int) -> None:
        self._most, self._now = most, 0
        self._lock = threading.Lock()
        self.closing = False

    @property
    def count(self) -> int:
        """How many listen now."""
        return self._now

    def enter(self) -> None:
        """Take a place.

        Raises
        ------
        Refused
            ``too-many-listeners``.
        """
        with self._lock:
            if self._now >= self._most:
                raise Refused(
                    "too-many-listeners",
                    f"{self._most} connections listen already.",
                    f"이미 {self._most}개의 연결이 듣고 있습니다.",
                    headers={"Retry-After": "30"},
                )
            self._now += 1

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._now -= 1


class EventStream(Response):
    """An answer that goes on until nothing more comes, the client goes or the server does.

    Parameters
    ----------
    poll : callable
    listeners : Listeners
    stall_s : float
        After so long without a word the connection counts as dead: a heartbeat comes well before.
    """

    media_type = "text/event-stream"

    def __init__(self, poll: Poll, listeners: Listeners, *, stall_s: float) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._poll, self._listeners = poll, listeners
        self._heartbeat_s = min(_HEARTBEAT_S, stall_s / 2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end.

        Raises
        ------
        Refused
            ``too-many-listeners``, before anything is sent.
        """
        self._listeners.enter()
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if not scope.get("state", {}).get("head"):
                await self._stream(send, gone)
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self._listeners.leave()

    async def _stream(self, send: Send, gone: "asyncio.Future[None]") -> None:
        begun = said = time.monotonic()
        words = f"retry: {_RETRY_MS}\n\n".encode()
        last = False
        while True:
            if words:
                await send({"type": "http.response.body", "body": words, "more_body": True})
                said = time.monotonic()
            if last or gone.done() or self._listeners.closing or said - begun > _LONGEST_S:
                return
            words, last = await self._poll()
            if not words and not last:
                await asyncio.wait({gone}, timeout=_LOOK_S)
                words = b": still here\n\n" if time.monotonic() - said >= self._heartbeat_s else b""


async def _gone(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


# ── what happens in venues ───────────────────────────────────────────────────────────────────────────────────────────

_Seen = tuple[int, str]
_Snapshot = dict[str, tuple[int, bool]]


@dataclass(slots=True, kw_only=True)
class _Log:
    """What happened in one venue since somebody first listened."""

    seen: _Seen | None = None
    until: datetime | None = None
    snapshot: _Snapshot = field(default_factory=dict)
    version: str = ""
    number: int = 0
    kept: "deque[tuple[int, bytes]]" = field(default_factory=lambda: deque(maxlen=_KEPT))


class VenueEvents:
    """The logs of all venues that somebody listens to; a reader that comes back gets what it missed, or the whole state.

    Parameters
    ----------
    live : LiveState
    links : Links
    """

    def __init__(self, live: LiveState, links: Links) -> None:
        self._live, self._links = live, links
        self._epoch = secrets.token_hex(4)
        self._logs: OrderedDict[str, _Log] = OrderedDict()
        self._lock = threading.Lock()

    def is_new(self, venue: str, *, revision: int, version: str, moment: datetime) -> bool:
        """Whether there may be something to write down; cheap."""
        log = self._logs.get(venue)
        return log is None or log.seen != (revision, version) or (log.until is not None and moment >= log.until)

    def look(self, data: VenueData, *, revision: int, moment: datetime) -> None:
        """Write down what changed since the last time; for a worker thread.

        Raises
        ------
        StoreUnavailable
        """
        venue, version = data.record.venue.id, data.record.version
        with self._lock:
            log = self._logs.get(venue)
            first = log is None
            if log is None:
                log = self._logs[venue] = _Log(version=version)
                if len(self._logs) > _VENUES:
                    self._logs.popitem(last=False)
            effects, kept = self._live.effects(data, moment), self._live.kept(data, moment)
            now: _Snapshot = {k.condition.id: (k.revision, k.condition.id in effects.in_force) for k in kept}
            if not first:
                self._write(log, data, now, moment=moment)
            log.seen, log.until, log.snapshot, log.version = (revision, version), effects.until, now, version

    def _write(self, log: _Log, data: VenueData, now: _Snapshot, *, moment: datetime) -> None:
        venue = data.record.venue.id
        if log.version != data.record.version:
            self._add(log, "published", {"venue": venue, "version": data.record.version})
        effects = self._live.effects(data, moment)
        kept = {k.condition.id: k for k in self._live.kept(data, moment)}
        touched = [ident for ident, state in now.items() if log.snapshot.get(ident) != state]
        for ident in touched:
            told = closures.listed(kept[ident], data, effects, moment=moment, links=self._links)
            self._add(log, "closure", {"op": "upsert", "venue": venue, "id": ident, "closure": told})
        over = [ident for ident in log.snapshot if ident not in now]
        for ident in over:
            self._add(log, "closure", {"op": "end", "venue": venue, "id": ident, "closure": None})
        for incident in sorted({incidents.of(ident) for ident in (*touched, *over)} - {""}):
            goes_on = any(incidents.of(ident) == incident for ident in now)
            body = {"op": "upsert" if goes_on else "end", "venue": venue, "id": incident}
            self._add(log, "incident", body | {"href": self._links.to("venues", venue, "incidents", incident)})

    def _add(self, log: _Log, name: str, data: Any) -> None:
        log.number += 1
        log.kept.append((log.number, event(name, data, ident=f"{self._epoch}-{log.number}")))

    def since(self, venue: str, last: str) -> tuple[str, bytes] | None:
        """What came after the event ``last``, and the id of the newest; None where that is not known any more."""
        with self._lock:
            log = self._logs.get(venue)
            epoch, _, number = last.partition("-")
            if log is None or epoch != self._epoch or not number.isdecimal() or len(number) > 12:
                return None
            after = int(number)
            oldest = log.kept[0][0] if log.kept else log.number + 1
            if not oldest - 1 <= after <= log.number:
                return None
            return f"{self._epoch}-{log.number}", b"".join(words for n, words in log.kept if n > after)

    def newest(self, venue: str) -> str:
        """Id of the newest event."""
        with self._lock:
            log = self._logs.get(venue)
            return f"{self._epoch}-{log.number if log else 0}"
