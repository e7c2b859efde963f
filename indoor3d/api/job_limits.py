"""What evacuation plans may use of a server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLimits:
    """What jobs may use.

    Parameters
    ----------
    running, waiting : int
        At once, and in the queue; one more is refused.
    kept, kept_bytes : int
        Ended jobs whose results stay: how many, and how much together; the oldest go first.
    deadline_s : float
        For one job, from its start.
    memory_bytes : int
        Address space of its process.
    """

    running: int = 1
    waiting: int = 8
    kept: int = 32
    kept_bytes: int = 2 << 30
    deadline_s: float = 600.0
    memory_bytes: int = 8 << 30
