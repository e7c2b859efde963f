import asyncio
import threading

import pytest

from indoor3d.api.errors import Refused
from indoor3d.api.work import WorkPool
from indoor3d.errors import NoRoute


def test_results_and_errors_come_through() -> None:
    pool = WorkPool(workers=1, waiting=1, deadline_s=60)

    def fail() -> None:
        raise NoRoute("no")

    assert asyncio.run(pool.run(divmod, 7, 2)) == (3, 1)
    with pytest.raises(NoRoute):
        asyncio.run(pool.run(fail))
    pool.close()


def test_more_than_the_queue_holds_is_refused_at_once_and_places_come_back() -> None:
    pool = WorkPool(workers=1, waiting=1, deadline_s=60)
    gate = threading.Event()

    async def crowd() -> list[object]:
        calls = [asyncio.create_task(pool.run(gate.wait)) for _ in range(4)]
        await asyncio.sleep(0)
        done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 2
        gate.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(crowd())
    assert results[:2] == [True, True]
    assert [error.code for error in results[2:] if isinstance(error, Refused)] == ["overloaded", "overloaded"]
    assert asyncio.run(pool.run(int)) == 0
    pool.close()


def test_late_work_is_answered_in_time_and_keeps_its_place_until_it_ends() -> None:
    pool = WorkPool(workers=1, waiting=0, deadline_s=0.05)
    gate, ended = threading.Event(), threading.Event()

    def slow() -> None:
        gate.wait()
        ended.set()

    with pytest.raises(Refused, match="within") as late:
        asyncio.run(pool.run(slow))
    assert late.value.code == "deadline-exceeded"
    with pytest.raises(Refused) as full:
        asyncio.run(pool.run(int))
    assert full.value.code == "overloaded"
    gate.set()
    assert ended.wait(60)
    pool.close()


def test_a_timeout_of_the_work_itself_is_not_ours() -> None:
    pool = WorkPool(workers=1, waiting=0, deadline_s=60)

    def fail() -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        asyncio.run(pool.run(fail))
    pool.close()
