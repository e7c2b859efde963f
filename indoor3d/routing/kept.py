"""What is kept of answers, and how much of it at most."""

from collections import OrderedDict, deque
from collections.abc import Hashable
from threading import Lock
from typing import Any
from weakref import ref

_KEPT = 128
_SMALL_BYTES, _LARGE_BYTES = 64 << 20, 192 << 20


class Kept(OrderedDict[Hashable, Any]):
    """The last few answers, for several threads; what is got may be gone a moment later, so get it once."""

    def __init__(self, most: int = _KEPT) -> None:
        super().__init__()
        self._most, self._lock = most, Lock()

    def keep(self, key: Hashable, value: Any) -> None:
        """Keep a value; the oldest goes for it."""
        with self._lock:
            while len(self) >= self._most:
                self.popitem(last=False)
            self[key] = value


class Pool:
    """Room that many share: the oldest of all goes first, whoever keeps it.

    Parameters
    ----------
    most_bytes : int

    Examples
    --------
    >>> pool = Pool(2_000)
    >>> one, other = Shared(pool), Shared(pool)
    >>> one.keep("a", 1, size=1_200)
    >>> other.keep("b", 2, size=1_200)
    >>> dict(one), dict(other)
    ({}, {'b': 2})
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._order: deque[tuple[ref[Shared], Hashable, int]] = deque()
        self._held, self._lock = 0, Lock()

    def note(self, kept: "Shared", key: Hashable, size: int) -> None:
        """Count what somebody keeps from now on."""
        gone = []
        with self._lock:
            self._order.append((ref(kept), key, size))
            self._held += size
            while self._held > self.most_bytes and len(self._order) > 1:
                whose, old, its = self._order.popleft()
                self._held -= its
                gone.append((whose, old))
        for whose, old in gone:
            one = whose()
            if one is not None:
                one.pop(old, None)


SMALL = Pool(_SMALL_BYTES)
"""For the small parts that routes and directions share, some 20 kB a question: what a hundred thousand questions to hundreds of stations leave must not
grow with them. 8,000 random routes through one station leave as much."""


LARGE = Pool(_LARGE_BYTES)
"""For columns of whole networks: what ways cost under each set of closures, 0.1 MB in a small station and 2 MB in a large one. Made anew in milliseconds."""


class Shared(dict[Hashable, Any]):
    """Answers kept in the room of a pool; what is got may be gone a moment later, so get it once.

    Parameters
    ----------
    pool : Pool
    """

    def __init__(self, pool: Pool = SMALL) -> None:
        super().__init__()
        self._pool = pool

    def keep(self, key: Hashable, value: Any, *, size: int) -> None:
        """Keep a value.

        Parameters
        ----------
        size : int
            Bytes that key and value take, about.
        """
        self[key] = value
        self._pool.note(self, key, size)


__all__ = ["LARGE", "SMALL", "Kept", "Pool", "Shared"]
