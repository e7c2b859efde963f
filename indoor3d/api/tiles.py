"""Tiles of published releases: raw ASGI, because this is most of the traffic.

A path is looked up in the manifest of its release and never joined to a folder. Bytes are found by their digest, so an
answer is the same for ever, and a new version cannot tear an answer that is on its way.
"""

import asyncio
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from indoor3d.api import negotiation
from indoor3d.api.errors import Refused
from indoor3d.api.limits import preflight, raw_path
from indoor3d.api.respond import etag, matches
from indoor3d.api.settings import Limits
from indoor3d.store.base import AssetEntry, Catalog

_PATH = re.compile(r"/v1/venues/([^/]+)/tiles/([^/]+)/(.+)")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_CHUNK_BYTES = 256 << 10
_IMMUTABLE = "public, max-age=31536000, immutable"
_CODINGS = ("br", "gzip")
_ALLOW = "GET, HEAD, OPTIONS"
_LARGEST_SHARE = 8


class Tiles:
    """Serve tiles; everything else goes to the application inside.

    Parameters
    ----------
    app : ASGIApp
    store : Catalog
    limits : Limits
    """

    def __init__(self, app: ASGIApp, store: Catalog, limits: Limits) -> None:
        self._app = app
        self._store = store
        self._blobs = _HotBlobs(limits.blob_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises
        ------
        UnknownVenue, UnknownElement, StoreError, Refused
        """
        wanted = _PATH.fullmatch(raw_path(scope).decode()) if scope["type"] == "http" else None
        if wanted is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await preflight(_ALLOW)(scope, receive, send)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            detail = (f"This address takes {_ALLOW}.", f"이 주소는 {_ALLOW}만 받습니다.")
            raise Refused("method-not-allowed", *detail, headers={"Allow": _ALLOW})
        venue, version, path = map(unquote, wanted.groups())
        entry = self._store.asset(venue, version, path)
        await self._serve(entry, Headers(scope=scope), send)

    async def _serve(self, entry: AssetEntry, headers: Headers, send: Send) -> None:
        coding = _coding(entry, headers)
        tag = etag(entry.digest, coding)
        fields = {
            "content-type": entry.media_type,
            "etag": tag,
            "cache-control": _IMMUTABLE,
            "vary": "Accept-Encoding",
            "accept-ranges": "bytes",
        }
        if coding:
            fields["content-encoding"] = coding
        if matches(headers.get("if-none-match", ""), tag):
            await _start(send, 304, {name: fields[name] for name in ("etag", "cache-control", "vary")})
            await send({"type": "http.response.body", "body": b""})
            return
        part = _range(headers, entry.size, tag)
        data = await self._bytes(entry.encoded[coding] if coding else entry.digest)
        if part is not None:
            fields["content-range"] = f"bytes {part.start}-{part.stop - 1}/{entry.size}"
            data = data[part.start : part.stop]
        await _start(send, 206 if part else 200, fields | {"content-length": str(len(data))})
        for chunk, more in _chunks(data):
            await send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def _bytes(self, digest: str) -> bytes:
        data = self._blobs.get(digest)
        if data is None:
            # Reading and verifying a large blob takes milliseconds: not on the event loop.
            data = await asyncio.to_thread(self._store.blobs.get, digest)
            self._blobs.put(digest, data)
        return data


def _coding(entry: AssetEntry, headers: Headers) -> str | None:
    """Choose a stored coding; a range is always one of the bytes as they are."""
    if "range" in headers:
        return None
    available = [name for name in _CODINGS if name in entry.encoded]
    return negotiation.coding(headers.get("accept-encoding", ""), available)


def _range(headers: Headers, size: int, tag: str) -> range | None:
    """Read a Range header: one range of bytes; None when all is to be sent (RFC 9110, 14.2).

    Raises
    ------
    Refused
        ``range-not-satisfiable``.
    """
    found = _RANGE.fullmatch(headers.get("range", "").strip())
    if found is None or found.groups() == ("", "") or headers.get("if-range", tag) != tag:
        return None
    first, last = found.groups()
    if first == "":
        begin, end = max(size - int(last), 0), size
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
    if last and first and int(last) < int(first):
        return None
    if begin >= end:
        detail = (f"The file has {size} bytes.", f"파일은 {size}바이트입니다.")
        raise Refused("range-not-satisfiable", *detail, headers={"Content-Range": f"bytes */{size}"})
    return range(begin, end)


async def _start(send: Send, status: int, fields: dict[str, str]) -> None:
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _chunks(data: bytes) -> Iterator[tuple[bytes | memoryview, bool]]:
    """Cut into pieces, so that a slow client holds one piece in the socket's buffer and not the whole file."""
    if len(data) <= _CHUNK_BYTES:
        yield data, False
        return
    for begin in range(0, len(data), _CHUNK_BYTES):
        yield data[begin : begin + _CHUNK_BYTES], begin + _CHUNK_BYTES < len(data)


class _HotBlobs:
    """Blobs asked for last, up to a number of bytes.

    Parameters
    ----------
    capacity : int
        Bytes in all; a blob of more than an eighth of it is not kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._blobs: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str) -> bytes | None:
        with self._lock:
            data = self._blobs.get(digest)
            if data is not None:
                self._blobs.move_to_end(digest)
            return data

    def put(self, digest: str, data: bytes) -> None:
        if len(data) > self._capacity // _LARGEST_SHARE:
            return
        with self._lock:
            if digest in self._blobs:
                return
            self._blobs[digest] = data
            self._size += len(data)
            while self._size > self._capacity:
                _, dropped = self._blobs.popitem(last=False)
                self._size -= len(dropped)
