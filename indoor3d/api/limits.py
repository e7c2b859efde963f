"""What is refused before any work is done, raw ASGI: addresses, methods, queries, bodies."""

import asyncio
import re
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indoor3d.api.errors import Refused
from indoor3d.api.negotiation import media_type
from indoor3d.api.operations import Operation, Operations
from indoor3d.api.respond import GEOJSON, JSON
from indoor3d.api.settings import Limits, Settings

_PLAIN = re.compile(rb"[!-$&-~]*")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_PREFLIGHT_S = "86400"
_OFFERED = (JSON, GEOJSON, "application/problem+json", "text/html")
_MORE = ((".xml", "application/xml"), (".csv", "text/csv"), ("/events", "text/event-stream"))
"""What some addresses can be given as beside that, by their ends."""


class AddressGuard:
    """Refuse addresses that are too long, or not UTF-8, or hold control characters, and large headers.

    Parameters
    ----------
    app : ASGIApp
    limits : Limits
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises
        ------
        Refused
            ``url-too-long``, ``headers-too-large`` or ``invalid-url``.
        """
        if scope["type"] == "http":
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        limits, path, query = self._limits, raw_path(scope), scope["query_string"]
        if len(path) + len(query) > limits.url_bytes:
            most = limits.url_bytes
            raise Refused("url-too-long", f"The address may have {most} bytes.", f"주소는 {most}바이트까지입니다.")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.header_bytes:
            most = limits.header_bytes
            raise Refused("headers-too-large", f"Headers may have {most} bytes.", f"헤더는 {most}바이트까지입니다.")
        _check_text(path, "path", "경로")
        _check_text(query.replace(b"+", b" "), "query", "질의")
        if query.count(b"&") >= limits.query_fields:
            most = limits.query_fields
            raise Refused("invalid-url", f"At most {most} query fields.", f"질의 항목은 {most}개까지입니다.")


def raw_path(scope: Scope) -> bytes:
    """Path as it was sent, still percent-encoded."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return path.partition(b"?")[0]


def _check_text(encoded: bytes, en: str, ko: str) -> None:
    if _PLAIN.fullmatch(encoded):
        return
    decoded = unquote_to_bytes(encoded)
    try:
        decoded.decode()
    except UnicodeDecodeError:
        raise Refused("invalid-url", f"The {en} is not UTF-8.", f"{ko}가 UTF-8이 아닙니다.") from None
    if _CONTROL.search(decoded):
        raise Refused("invalid-url", f"The {en} holds a control character.", f"{ko}에 제어 문자가 있습니다.")
    if _BROKEN_ESCAPE.search(encoded):
        raise Refused(
            "invalid-url",
            f"The {en} has a % without two hexadecimal digits.",
            f"{ko}의 % 뒤에 16진수 두 자리가 없습니다.",
        )


class OperationGuard:
    """Let through only documented paths, methods and query parameters; answer OPTIONS; send stray slashes home.

    Parameters
    ----------
    app : ASGIApp
    operations : Operations
    settings : Settings
    """

    def __init__(self, app: ASGIApp, operations: Operations, settings: Settings) -> None:
        self._app = app
        self._operations = operations
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises
        ------
        Refused
            ``not-found``, ``method-not-allowed``, ``not-acceptable``, ``unknown-parameter`` or ``repeated-parameter``.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, method = raw_path(scope).decode(), scope["method"]
        operation = self._operations.find(path)
        if operation is None:
            shorter = self._without_slash(path, scope["query_string"].decode())
            if shorter is None:
                raise Refused("not-found", "There is nothing at this address.", "이 주소에는 아무것도 없습니다.")
            await shorter(scope, receive, send)
            return
        if method == "OPTIONS":
            await preflight(operation.allow)(scope, receive, send)
            return
        asked = "GET" if method == "HEAD" else method
        _check_method(operation, asked)
        pairs = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        operation.check_query(asked, pairs)
        _check_format(scope, dict(pairs).get("f"))
        await self._app({**scope, "method": asked}, receive, send)

    def _without_slash(self, path: str, query: str) -> Response | None:
        shorter = path.rstrip("/")
        if shorter == path or self._operations.find(shorter) is None:
            return None
        target = f"{self._settings.public_url}{shorter}" + (f"?{query}" if query else "")
        return RedirectResponse(target, status_code=308)


def _check_method(operation: Operation, method: str) -> None:
    if method not in operation.parameters:
        allow = operation.allow
        raise Refused(
            "method-not-allowed",
            f"This address takes {allow}.",
            f"이 주소는 {allow}만 받습니다.",
            headers={"Allow": allow},
        )


def _check_format(scope: Scope, asked: str | None) -> None:
    accept = Headers(scope=scope).get("accept", "")
    offered = (*_OFFERED, *(kind for end, kind in _MORE if str(scope["path"]).endswith(end)))
    if asked not in {None, "json"} or media_type(accept, offered) is None:
        raise Refused(
            "not-acceptable",
            "None of the media types asked for can be given.",
            "요청한 형식으로는 답할 수 없습니다.",
            available=[JSON, GEOJSON],
        )


def preflight(allow: str) -> Response:
    """Answer an OPTIONS request, also the one a browser asks before a request to another origin."""
    headers = {
        "Allow": allow,
        "Access-Control-Allow-Methods": allow,
        "Access-Control-Allow-Headers": "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, "
        "If-None-Match, Last-Event-ID, Prefer, Range, X-Request-ID",
        "Access-Control-Max-Age": _PREFLIGHT_S,
        "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
    }
    return Response(status_code=204, headers=headers)


class BodyGuard:
    """Receive the whole body of a POST or PUT under a limit of size and time, before the application sees the request.

    Parameters
    ----------
    app : ASGIApp
    limits : Limits
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises
        ------
        Refused
            ``unsupported-media-type``, ``body-too-large`` or ``request-timeout``.
        """
        if scope["type"] != "http" or scope["method"] not in {"POST", "PUT"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        _check_media_type(headers)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > self._limits.body_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._limits.body_s):
                body = await self._read(receive)
        except TimeoutError:
            raise Refused(
                "request-timeout",
                f"The body did not arrive within {self._limits.body_s:g} s.",
                f"본문이 {self._limits.body_s:g}초 안에 도착하지 않았습니다.",
                headers={"Connection": "close"},
            ) from None
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """Collect the body; None when the client went away."""
        chunks, total = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunks.append(message.get("body", b""))
            total += len(chunks[-1])
            if total > self._limits.body_bytes:
                raise self._too_large()
            if not message.get("more_body", False):
                return b"".join(chunks)

    def _too_large(self) -> Refused:
        most = self._limits.body_bytes
        return Refused(
            "body-too-large",
            f"The body may have {most} bytes.",
            f"본문은 {most}바이트까지입니다.",
            headers={"Connection": "close"},
        )


def _check_media_type(headers: Headers) -> None:
    kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charset = next((p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if kind != JSON or charset not in {"utf-8", "utf8"}:
        raise Refused(
            "unsupported-media-type",
            "Content-Type must be application/json, in UTF-8.",
            "Content-Type은 UTF-8 application/json이어야 합니다.",
            headers={"Accept-Post": JSON},
        )
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Refused(
            "unsupported-media-type",
            "Bodies must come without Content-Encoding.",
            "본문은 Content-Encoding 없이 보내야 합니다.",
            headers={"Accept-Encoding": "identity", "Accept-Post": JSON},
        )


def _replay(body: bytes, receive: Receive) -> Receive:
    pending = [body]

    async def again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return again
