"""What is kept of answers: never more than there is room for, and never something wrong."""

import gc
import threading

import numpy as np

from indoor3d.routing.kept import Kept, Pool, Shared


def test_the_oldest_goes_first_whoever_keeps_it() -> None:
    pool = Pool(10_000)
    ours = [Shared(pool) for _ in range(5)]
    for number in range(1_000):
        ours[number % 5].keep(number, number, size=100)
    assert {key for one in ours for key in one} == set(range(900, 1_000))


def test_what_is_larger_than_the_room_is_kept_alone() -> None:
    pool = Pool(1_000)
    one = Shared(pool)
    one.keep("small", 1, size=10)
    one.keep("large", 2, size=5_000)
    assert dict(one) == {"large": 2}


def test_who_is_gone_is_not_kept_alive_and_makes_room() -> None:
    pool = Pool(1_000)
    gone, here = Shared(pool), Shared(pool)
    gone.keep("a", np.zeros(3), size=900)
    del gone
    gc.collect()
    here.keep("b", 1, size=900)
    here.keep("c", 2, size=50)
    assert dict(here) == {"b": 1, "c": 2}


def test_many_threads_never_get_another_answer() -> None:
    pool = Pool(2_000)
    ours, wrong = [Shared(pool) for _ in range(3)], []

    def ask(seed: int) -> None:
        chance = np.random.default_rng(seed)
        for key in chance.integers(0, 60, 5_000).tolist():
            one = ours[key % 3]
            found = one.get(key)
            if found is None:
                one.keep(key, key + 1, size=100)
            elif found != key + 1:
                wrong.append(key)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sum(map(len, ours)) <= 20


def test_the_last_few_are_kept() -> None:
    kept = Kept(3)
    for number in range(5):
        kept.keep(number, number)
    assert list(kept) == [2, 3, 4]
