"""A client that speaks ASGI directly: every byte of a request is the test's own, nothing is normalised on the way."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class Client:
    """Requests to an application, one event loop each."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def get(self, target: str | bytes, **headers: str) -> Answer:
        return self.request("GET", target, headers=headers)

    def post(self, target: str | bytes, body: Any, **headers: str) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", target, headers={"content_type": "application/json", **headers}, body=data)

    def request(
        self,
        method: str,
        target: str | bytes,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] = b"",
    ) -> Answer:
        chunks = [body] if isinstance(body, bytes) else list(body)
        return asyncio.run(self.send(method, target, headers or {}, chunks))

    async def send(self, method: str, target: str | bytes, headers: Mapping[str, str], chunks: list[bytes]) -> Answer:
        raw = target if isinstance(target, bytes) else target.encode()
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if chunks != [b""]:
            fields.setdefault("content-length", str(sum(map(len, chunks))))
        pending = [
            {"type": "http.request", "body": chunk, "more_body": i + 1 < len(chunks)} for i, chunk in enumerate(chunks)
        ]
        sent: list[Message] = []

        async def receive() -> Message:
            return pending.pop(0) if pending else {"type": "http.disconnect"}

        async def collect(message: Message) -> None:
            sent.append(message)

        await self.app(_scope(method, raw, fields), receive, collect)
        return _answer(sent)


def _scope(method: str, raw: bytes, fields: Mapping[str, str]) -> Scope:
    """Make a scope as uvicorn does: the path decoded without complaint, and as it was sent."""
    path, _, query = raw.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("ascii", "replace")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in fields.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


def _answer(sent: list[Message]) -> Answer:
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert all(message["type"] == "http.response.body" for message in rest)
    assert not rest[-1].get("more_body", False), "the answer never ended"
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert len(headers) == len(start["headers"]), "a header field came twice"
    return Answer(status=start["status"], headers=headers, body=b"".join(bytes(m.get("body", b"")) for m in rest))
