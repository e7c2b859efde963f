"""The server on a real socket: what only shows there."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from indoor3d.api.events import Listeners
from indoor3d.api.job_limits import JobLimits
from indoor3d.api.jobs import Jobs
from indoor3d.api.server import Server, configuration
from indoor3d.api.settings import Limits, Settings
from tests.unit.api import service
from tests.unit.api.test_jobs import PLANNER, gone, running, start


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


def test_a_header_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    async def run() -> None:
        async with _server(Limits(header_s=20)) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Endless: ")
            answered = asyncio.create_task(reader.read(12))
            sent = 0
            while sent < 200_000 and not answered.done():
                writer.write(b"x" * 1_000)
                sent += 1_000
                await asyncio.sleep(0.001)
            answer = await answered
            writer.close()
            assert answer == b"HTTP/1.1 400"
            assert sent < 200_000

    asyncio.run(run())


def test_a_request_behind_a_long_body_is_not_taken_for_a_long_header() -> None:
    async def run() -> None:
        async with _server(Limits()) as port:
            body = b'{"venue": "' + b"x" * 60_000 + b'"}'
            first = (
                b"POST /v1/routes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % len(body)
            )
            second = b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(first + body + second)
            await asyncio.sleep(0.1)
            writer.write(b"\r\n")
            answer = await reader.read()
            writer.close()
            assert answer.count(b"HTTP/1.1 ") == 2
            assert b"HTTP/1.1 200 OK" in answer

    asyncio.run(run())


def test_who_listens_is_sent_home_and_plans_stop_when_the_server_ends() -> None:
    """A stream goes on for ever: a server that waited for it would be killed in the middle of other answers."""

    async def run() -> float:
        settings, listeners = Settings(viewer=None, limits=Limits()), Listeners(5)
        jobs = Jobs(JobLimits(), clock=settings.clock, command=PLANNER)
        job = start(jobs, "waits")
        pid = running(job)
        config = configuration(settings, service.store(), host="127.0.0.1", port=0, listeners=listeners, jobs=jobs)
        server = Server(config, listeners, jobs)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /v1/venues/two-floors/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n")
        assert b"event: state" in await reader.readuntil(b"event: state")
        assert listeners.count == 1
        begun = time.monotonic()
        await server.shutdown()
        rest = await reader.read()
        writer.close()
        assert rest.endswith(b"0\r\n\r\n")
        assert listeners.count == 0
        assert gone(pid)
        assert not job.folder.parent.exists()
        return time.monotonic() - begun

    assert asyncio.run(run()) < 5


def test_a_client_that_hangs_up_leaves_its_place() -> None:
    async def run() -> None:
        settings, listeners = Settings(viewer=None, limits=Limits()), Listeners(1)
        config = configuration(settings, service.store(), host="127.0.0.1", port=0, listeners=listeners)
        server = Server(config, listeners, Jobs(JobLimits(), clock=settings.clock))
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        port = server.servers[0].sockets[0].getsockname()[1]
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /v1/venues/two-floors/events HTTP/1.1\r\nHost: a\r\n\r\n")
            await reader.readuntil(b"event: state")
            writer.close()
            async with asyncio.timeout(5):
                while listeners.count:  # noqa: ASYNC110 - what is tested tells nobody
                    await asyncio.sleep(0.05)
        await server.shutdown()

    asyncio.run(run())
