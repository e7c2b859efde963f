"""Worker threads for what takes longer than a look-up, with a bounded queue and a deadline."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from indoor3d.api.errors import Refused

P = ParamSpec("P")
T = TypeVar("T")


class WorkPool:
    """A few threads and a short queue: more work is refused at once, late work is answered in time.

    A thread cannot be stopped: after the deadline the client has its answer, but the thread is busy until it is done,
    and its place counts as taken until then.

    Parameters
    ----------
    workers : int
        Threads.
    waiting : int
        Calls that may wait for a thread.
    deadline_s : float
        From the call to its end.
    """

    def __init__(self, *, workers: int, waiting: int, deadline_s: float) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="indoor3d-work")
        self._most = workers + waiting
        self._deadline_s = deadline_s
        self._in_hand = 0
        self._lock = threading.Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call ``function`` in a worker thread.

        Raises
        ------
        Refused
            ``overloaded`` when the queue is full, ``deadline-exceeded`` when the call is not done in time.
        """
        self._enter()
        future = self._executor.submit(function, *args, **kwargs)
        future.add_done_callback(self._leave)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._deadline_s)
        except TimeoutError:
            if future.done() and not future.cancelled():
                raise
            raise Refused(
                "deadline-exceeded",
                f"No answer within {self._deadline_s:g} s.",
                f"{self._deadline_s:g}초 안에 답하지 못했습니다.",
            ) from None

    def _enter(self) -> None:
        with self._lock:
            if self._in_hand >= self._most:
                raise Refused(
                    "overloaded",
                    f"{self._most} computations are already running or waiting.",
                    f"이미 {self._most}개의 계산이 실행 중이거나 기다리고 있습니다.",
                )
            self._in_hand += 1

    def _leave(self, _future: Future[T]) -> None:
        with self._lock:
            self._in_hand -= 1

    def close(self) -> None:
        """Let running calls end; drop waiting ones."""
        self._executor.shutdown(wait=False, cancel_futures=True)
