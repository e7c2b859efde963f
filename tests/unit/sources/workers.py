"""Worker commands that go wrong on purpose; each is the real worker with one thing changed."""

import sys

_HEAD = """
import json, os, signal, sys, time
import indoor3d.sources._ifc_worker as worker
from indoor3d.sources._ifc_wire import Frame
iterate, one_by_one = worker._iterate, worker._one_by_one
def die(): os.kill(os.getpid(), signal.SIGSEGV)
"""


def command(body: str) -> tuple[str, ...]:
    """A worker with ``body`` run before it starts."""
    return (sys.executable, "-c", f"{_HEAD}\n{body}\nworker.main()")


CRASH_AT_ONCE = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
NONSENSE = (sys.executable, "-c", "import sys; sys.stdin.readline(); print('hello' * 2000)")
HANG_AT_ONCE = (sys.executable, "-c", "import time; time.sleep(600)")
CRASH_AFTER_FIVE = command(
    """
def dying(*a, **k):
    for n, frame in enumerate(iterate(*a, **k)):
        if n == 5: die()
        yield frame
worker._iterate = dying
"""
)
HANG_AFTER_FIVE = (*CRASH_AFTER_FIVE[:2], CRASH_AFTER_FIVE[2].replace("n == 5: die()", "n == 5: time.sleep(600)"))
LOSES_EVERY_THIRD = command(
    """
def losing(*a, **k):
    for n, frame in enumerate(iterate(*a, **k)):
        if n % 3: yield frame
worker._iterate = losing
"""
)


def poison(product: int) -> tuple[str, ...]:
    """A worker that both kernels kill at one product."""
    return command(
        f"""
def dying(*a, **k):
    for frame in iterate(*a, **k):
        if frame.values["id"] == {product}: die()
        yield frame
def dying_too(*a, **k):
    for frame in one_by_one(*a, **k):
        yield frame
        if frame.kind == "begin" and frame.values["id"] == {product}: die()
worker._iterate, worker._one_by_one = dying, dying_too
"""
    )
