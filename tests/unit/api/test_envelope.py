import asyncio
import logging
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from indoor3d.api.envelope import Envelope
from indoor3d.api.limits import BodyGuard
from indoor3d.api.settings import Limits, Settings
from tests.unit.api import service
from tests.unit.api.client import Client


def _client(app: Any, **settings: Any) -> Client:
    return Client(Envelope(app, Settings(viewer=None, **settings)))


async def _broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("secret detail")


async def _fine(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(b"x")(scope, receive, send)


def test_a_bug_becomes_a_problem_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "indoor3d.api"):
        answer = _client(_broken).get("/")
    assert answer.status == 500
    assert answer.json["code"] == "internal-error"
    assert b"secret" not in answer.body
    assert answer.json["request_id"] in caplog.text
    assert "secret detail" in caplog.text


def test_half_an_answer_breaks_the_connection() -> None:
    async def half(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        _client(half).get("/")


def test_no_answer_in_time() -> None:
    async def never(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    answer = _client(never, limits=Limits(request_s=0.01)).get("/")
    assert answer.status == 504
    assert answer.json["code"] == "deadline-exceeded"


def test_a_client_that_does_not_read_is_dropped() -> None:
    app = Envelope(_fine, Settings(viewer=None, limits=Limits(stall_s=0.01)))

    async def stuck() -> None:
        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                await asyncio.Event().wait()

        async def receive() -> Any:
            return {"type": "http.request"}

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await app(scope, receive, send)

    with pytest.raises(TimeoutError):
        asyncio.run(stuck())


def test_a_body_that_does_not_arrive() -> None:
    guard = Envelope(BodyGuard(_fine, Limits(body_s=0.01)), Settings(viewer=None))

    async def waiting() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"content-length", b"5")]
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
        await guard(scope, receive, send)
        return sent

    assert asyncio.run(waiting())[0]["status"] == 408


@pytest.mark.parametrize(
    ("cors", "origin", "allowed"),
    [
        (("*",), "https://a.example", "*"),
        (("https://a.example",), "https://a.example", "https://a.example"),
        (("https://a.example",), "https://b.example", None),
        ((), "https://a.example", None),
    ],
)
def test_cors(cors: tuple[str, ...], origin: str, allowed: str | None) -> None:
    answer = _client(_fine, cors=cors).get("/", origin=origin)
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert ("Origin" in answer.headers.get("vary", "")) == (allowed not in {None, "*"})


def test_security_headers() -> None:
    headers = _client(_fine, public_url="https://a.example").get("/").headers
    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "strict-transport-security" not in _client(_fine).get("/").headers


def test_websockets_are_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Envelope(_fine, Settings(viewer=None))({"type": "websocket"}, None, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_full_pool_answers_503_and_reading_goes_on() -> None:
    client = service.client(limits=Limits(heavy_workers=1, waiting=0, heavy_s=60))
    client.get("/v1/venues/two-floors")
    body = [b'{"venue":"two-floors"}']
    headers = {"content-type": "application/json"}

    async def crowd() -> list[int]:
        calls = (client.send("POST", "/v1/evacuations", headers, body) for _ in range(5))
        answers = await asyncio.gather(*calls, client.send("GET", "/v1/venues", {}, [b""]))
        assert all(answer.headers["retry-after"] for answer in answers if answer.status == 503)
        return [answer.status for answer in answers]

    statuses = asyncio.run(crowd())
    assert statuses[-1] == 200
    assert set(statuses[:-1]) == {200, 503}
