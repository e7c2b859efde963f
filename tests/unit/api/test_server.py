"""The server on a real socket: what only shows there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from indoor3d.api.server import configuration
from indoor3d.api.settings import Limits, Settings
from tests.unit.api import service


@asynccontextmanager
async def _server(limits: Limits) -> AsyncIterator[int]:
    settings = Settings(viewer=None, limits=limits)
    server = uvicorn.Server(configuration(settings, service.store(), host="127.0.0.1", port=0))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


async def _talk(port: int, sent: bytes) -> bytes:
    """Send bytes, then read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def test_half_open_connections_are_closed_and_others_served() -> None:
    async def run() -> None:
        async with _server(Limits(header_s=0.2)) as port:
            silent = [_talk(port, b"") for _ in range(10)]
            slow = [_talk(port, b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Slow:") for _ in range(10)]
            whole = _talk(port, b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            *closed, served = await asyncio.gather(*silent, *slow, whole)
            assert set(closed) == {b""}
            assert served.startswith(b"HTTP/1.1 200 OK")

    asyncio.run(run())


def test_a_second_request_must_bring_its_headers_too() -> None:
    async def run() -> None:
        async with _server(Limits(header_s=0.2)) as port:
            first = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
            answer = await _talk(port, first + b"GET /livez HTTP/1.1\r\nX-Slow:")
            assert answer.count(b"HTTP/1.1") == 1
            assert answer.startswith(b"HTTP/1.1 200 OK")

    asyncio.run(run())


def test_headers_of_the_server_do_not_name_it() -> None:
    async def run() -> None:
        async with _server(Limits()) as port:
            answer = await _talk(port, b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert b"server:" not in answer.lower().split(b"\r\n\r\n")[0]

    asyncio.run(run())


def test_headers_over_the_limit_are_refused() -> None:
    async def run() -> None:
        async with _server(Limits()) as port:
            answer = await _talk(port, b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n")
            assert b" 431 " in answer.split(b"\r\n")[0]

    asyncio.run(run())
