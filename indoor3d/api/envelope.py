"""The outermost layer, raw ASGI: request id, common header fields, HEAD, one place where every failure becomes an answer."""

import asyncio
import logging
import time
import uuid
from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indoor3d.api import negotiation
from indoor3d.api.errors import Refused, problem, status_of
from indoor3d.api.invalid import refuse_query
from indoor3d.api.settings import Settings
from indoor3d.errors import Indoor3dError

_log = logging.getLogger("indoor3d.api")

_EXPOSED = (
    "ETag, Content-Language, Link, Location, Retry-After, Server-Timing, X-Request-ID, Content-Range, Accept-Ranges"
)
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
_INTERNAL = (
    "An unexpected error; it was logged under the request_id.",
    "예기치 않은 오류입니다. request_id로 기록했습니다.",
)
_TOO_LATE = ("No answer could be given in time.", "제시간에 답하지 못했습니다.")


def language_of(scope: Scope, default: str) -> str:
    """Language of the answers to a request."""
    return negotiation.language(Headers(scope=scope).get("accept-language", ""), default)


class Envelope:
    """Wrap an application so that whatever happens inside, the client gets a proper HTTP answer.

    Parameters
    ----------
    app : ASGIApp
    settings : Settings
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        common = {**_SECURITY, "Access-Control-Expose-Headers": _EXPOSED}
        if urlsplit(settings.public_url).scheme == "https":
            common["Strict-Transport-Security"] = "max-age=31536000"
        self._common = tuple(_field(name, value) for name, value in common.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        state = scope.setdefault("state", {})
        state["request_id"], state["head"] = request_id, scope["method"] == "HEAD"
        reply = _Reply(
            send, self._fields(headers, request_id), self._settings.limits.stall_s, head=scope["method"] == "HEAD"
        )
        try:
            async with asyncio.timeout(self._settings.limits.request_s) as deadline:
                reply.deadline = deadline
                await self._app(scope, receive, reply.send)
        except Exception as error:  # noqa: BLE001  # the one place where whatever happens becomes an answer
            await self._fail(error, scope, receive, reply)

    async def _fail(self, error: Exception, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        known = _known(error)
        request_id = scope["state"]["request_id"]
        if status_of(known) >= 500:
            _log.error("request %s: %s", request_id, type(error).__name__, exc_info=error)
        if reply.started:
            # Half an answer is out: only breaking the connection tells the client that it is not whole.
            raise error
        reply.deadline = None
        lang = scope["state"].get("lang") or language_of(scope, self._settings.language)
        answer = problem(known, lang=lang, public_url=self._settings.public_url, request_id=request_id)
        await answer(scope, receive, reply.send)

    def _fields(self, headers: Headers, request_id: str) -> list[tuple[bytes, bytes]]:
        fields = [*self._common, _field("X-Request-ID", request_id)]
        origins, origin = self._settings.cors, headers.get("origin", "")
        if "*" in origins:
            fields.append(_field("Access-Control-Allow-Origin", "*"))
        elif origin in origins:
            fields.append(_field("Access-Control-Allow-Origin", origin))
        return fields


class _Reply:
    """Sending side of one answer: adds header fields, drops the body for HEAD, gives up on clients that do not read."""

    def __init__(self, send: Send, fields: Sequence[tuple[bytes, bytes]], stall_s: float, *, head: bool) -> None:
        self._send = send
        self._fields = fields
        self._stall_s = stall_s
        self._head = head
        self._begin = time.perf_counter()
        self.started = False
        self.deadline: asyncio.Timeout | None = None

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.started = True
            self._complete(message.setdefault("headers", []))
        elif self._head:
            if message.get("more_body", False):
                return
            message = {**message, "body": b""}
        if self.deadline is not None:
            # From here on the pace of the client counts, not the time of the computation.
            self.deadline.reschedule(asyncio.get_running_loop().time() + self._stall_s)
        await self._send(message)

    def _complete(self, raw: list[tuple[bytes, bytes]]) -> None:
        """Add fields; those that the answer has stay."""
        present = {name.lower() for name, _ in raw}
        raw += [field for field in self._fields if field[0] not in present]
        headers = MutableHeaders(raw=raw)
        if headers.get("access-control-allow-origin", "*") != "*":
            headers.add_vary_header("Origin")
        headers["Server-Timing"] = f"app;dur={(time.perf_counter() - self._begin) * 1000:.1f}"


def _field(name: str, value: str) -> tuple[bytes, bytes]:
    """A header field as ASGI has it."""
    return name.lower().encode("latin-1"), value.encode("latin-1")


def _known(error: Exception) -> Indoor3dError:
    if isinstance(error, Indoor3dError):
        return error
    if isinstance(error, RequestValidationError):
        return refuse_query(error.errors())
    if isinstance(error, TimeoutError):
        return Refused("deadline-exceeded", *_TOO_LATE)
    return Refused("internal-error", *_INTERNAL)


def _request_id(headers: Headers) -> str:
    """Keep the id a proxy gave, when it is a UUID; anything else could be an attempt to write into our log."""
    given = headers.get("x-request-id", "")
    try:
        return str(uuid.UUID(given)) if len(given) <= 36 else str(uuid.uuid4())
    except ValueError:
        return str(uuid.uuid4())
