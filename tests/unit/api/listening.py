"""A client of server-sent events: stays on the line until it has heard what it waits for, and can do things meanwhile."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

from tests.unit.api.client import Answer, _scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event."""

    id: str
    name: str
    data: Any


@dataclass(slots=True, kw_only=True)
class Heard:
    """Everything that came."""

    status: int
    headers: dict[str, str]
    text: str
    ended: bool

    @property
    def events(self) -> list[Event]:
        found = []
        for block in self.text.split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if "event" in fields:
                found.append(Event(id=fields["id"], name=fields["event"], data=json.loads(fields["data"])))
        return found


def listen(
    app: ASGIApp,
    target: str,
    *,
    steps: Sequence[Callable[[], Any]] = (),
    until: Callable[[list[Event]], bool] = lambda _events: False,
    within_s: float = 20.0,
    **headers: str,
) -> Heard:
    """Listen until the stream ends or ``until`` holds; each of ``steps`` is taken after one more event has come."""
    return asyncio.run(_listen(app, target, list(steps), until, within_s, headers))


async def _listen(
    app: ASGIApp,
    target: str,
    steps: list[Callable[[], Any]],
    until: Callable[[list[Event]], bool],
    within_s: float,
    headers: dict[str, str],
) -> Heard:
    hung_up, heard, taken = asyncio.Event(), Heard(status=0, headers={}, text="", ended=False), 0
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal taken
        if message["type"] == "http.response.start":
            heard.status = message["status"]
            heard.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        heard.text += message.get("body", b"").decode()
        heard.ended = not message.get("more_body", False)
        while steps and len(heard.events) > taken:
            taken += 1
            await asyncio.to_thread(steps.pop(0))
        if not steps and until(heard.events):
            hung_up.set()

    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    async with asyncio.timeout(within_s):
        await app(_scope("GET", target.encode(), fields), receive, send)
    return heard


def answer_of(heard: Heard) -> Answer:
    """The same as an answer, where there was no stream."""
    return Answer(status=heard.status, headers=heard.headers, body=heard.text.encode())
