"""A process that publishes on command, in children that can be killed at a chosen moment.

Reads one JSON object a line: ``{"folder", "editions", "files", "moment"}``. For each it forks a child that opens the store and
publishes the editions in order, and writes ``started PID`` and, when the child has ended, ``ended STATUS``. With a
moment of N > 0 the child kills itself just before its Nth call into the operating system or SQLite.
"""

import itertools
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from indoor3d.store.base import open_store
from tests.contract.stores import release

MOMENTS = frozenset(
    {"close", "connect", "execute", "executemany", "fsync", "mkdir", "open", "replace", "unlink", "write"}
)


def _die_before(moment: int) -> None:
    calls = itertools.count(1)

    def watch(_frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ in MOMENTS and next(calls) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)


def _publish(folder: Path, editions: Iterable[int], *, files: int, moment: int) -> None:
    if moment:
        _die_before(moment)
    with open_store(folder) as store:
        for edition in editions:
            store.publish(release(edition=edition, files=files))
    sys.setprofile(None)


def main() -> None:
    """Serve commands until the input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            status = 1
            try:
                _publish(Path(order["folder"]), order["editions"], files=order["files"], moment=order["moment"])
                status = 0
            finally:
                os._exit(status)
        sys.stdout.write(f"started {child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"ended {os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
