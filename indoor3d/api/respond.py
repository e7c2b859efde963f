"""Answers: JSON once dumped, its compressed forms, its ETag, and what a conditional request gets."""

import gzip
import hashlib
import math
from collections.abc import Mapping
from typing import Any

import brotli
import orjson
from starlette.requests import Request
from starlette.responses import Response

from indoor3d.api import negotiation

JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"

_WORTH_COMPRESSING_BYTES = 1_000
_BROTLI_QUALITY = 4
_GZIP_LEVEL = 5

REVALIDATE = "public, no-cache"
"""May be kept, must be asked about: a new version shows at once, an old one costs a 304."""
PRIVATE = "no-store"
"""Depends on where somebody is: nobody keeps it."""


class Document:
    """The bytes of an answer and, once somebody asked, their compressed forms.

    Parameters
    ----------
    content : Any
        What orjson can dump, or bytes as they are.
    media_type : str
    language : str
        Content-Language, or empty when the answer is in both languages.
    """

    __slots__ = ("_digest", "_encoded", "body", "language", "media_type")

    def __init__(self, content: Any, *, media_type: str = JSON, language: str = "") -> None:
        self.body: bytes = content if isinstance(content, bytes) else dumps(content)
        self.media_type = media_type
        self.language = language
        self._digest = ""
        self._encoded: dict[str, bytes] = {}

    @property
    def digest(self) -> str:
        """What the bytes are told by; worked out when somebody asks."""
        if not self._digest:
            self._digest = hashlib.sha256(self.body).hexdigest()[:32]
        return self._digest

    def encoded(self, coding: str | None) -> bytes:
        """Bytes in a content coding; compressed at most once."""
        if coding is None:
            return self.body
        if coding not in self._encoded:
            self._encoded[coding] = compress(self.body, coding)
        return self._encoded[coding]


def dumps(content: Any) -> bytes:
    """JSON bytes; numpy scalars and arrays as numbers and lists, infinities as null."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def compress(body: bytes, coding: str) -> bytes:
    """Compress for an answer made on the fly.

    Measured on 3.5 MB GeoJSON: brotli 4 gives 137 kB in 85 ms, gzip 6 gives 235 kB in 54 ms.
    """
    if coding == "br":
        return bytes(brotli.compress(body, quality=_BROTLI_QUALITY))
    return gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)


def ready(content: Any, request: Request, *, media_type: str = GEOJSON, language: str = "") -> Document:
    """Dump and compress for a request; for calling in a worker thread, so that the event loop does neither."""
    document = Document(content, media_type=media_type, language=language)
    document.encoded(_coding(document, request))
    return document


def _coding(document: Document, request: Request) -> str | None:
    if len(document.body) <= _WORTH_COMPRESSING_BYTES:
        return None
    return negotiation.coding(request.headers.get("accept-encoding", ""), ("br", "gzip"))


def answer(
    request: Request, document: Document, *, cache: str = REVALIDATE, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a document in the coding the client likes best, or with 304 when the client has it.

    Every coding is a representation with its own strong ETag (RFC 9110, 8.8.3).
    """
    coding = _coding(document, request)
    fields = {"Cache-Control": cache, "Vary": "Accept-Encoding", **(headers or {})}
    if document.language:
        fields |= {"Content-Language": document.language, "Vary": "Accept-Encoding, Accept-Language"}
    if cache != PRIVATE:
        fields["ETag"] = etag(document.digest, coding)
        if matches(request.headers.get("if-none-match", ""), fields["ETag"]):
            return Response(status_code=304, headers=fields)
    if coding:
        fields["Content-Encoding"] = coding
    return Response(document.encoded(coding), media_type=document.media_type, headers=fields)


def etag(digest: str, coding: str | None) -> str:
    """Strong entity tag of a representation."""
    return f'"{digest}-{coding}"' if coding else f'"{digest}"'


def matches(header: str, tag: str) -> bool:
    """Whether an If-None-Match header names the tag (weak comparison, RFC 9110, 13.1.2)."""
    if header.strip() == "*":
        return True
    return tag in {candidate.strip().removeprefix("W/") for candidate in header.split(",")}


def finite(number: float, digits: int = 1) -> float | None:
    """Round for JSON; None for what has no value."""
    return round(float(number), digits) if math.isfinite(number) else None
