"""What an installation of the API can be told. Built by the command line and passed; never read from the environment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from indoor3d.api.job_limits import JobLimits
from indoor3d.api.operator import OperatorKey
from indoor3d.errors import InvalidInput

# Part of the published API, not of an installation: every server answers the same to the same question.
MAX_WAYPOINTS = 25
MAX_STARTS = 1_000
MAX_CLOSED = 1_000
MAX_CLOSES_S = 86_400.0
MAX_RADIUS_M = 1_000.0
MAX_ACCURACY_M = 100.0
MAX_ALTERNATIVES = 3
MAX_MATRIX = 50
MAX_RESULTS = 100
MAX_OFFSET = 10_000
MAX_JSON_DEPTH = 32


def now() -> datetime:
    """Look at the clock: the one place where the service does."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request, one client and one process may use.

    Parameters
    ----------
    url_bytes : int
        Path and query together, still percent-encoded.
    header_bytes : int
        All header fields together.
    query_fields : int
        Fields of a query string.
    body_bytes : int
        Body of a request; counted while it arrives, whatever it claims.
    header_s, body_s : float
        Time for all header lines, and for the whole body, to arrive.
    request_s : float
        Time until an answer must have begun.
    stall_s : float
        Time a client may take to accept one piece (up to 256 KiB) of an answer.
    quick_workers, heavy_workers : int
        Threads for routes and loading, and for evacuations, which must not starve the former.
    waiting : int
        Requests that may wait for each kind of worker; one more is refused.
    quick_s, heavy_s : float
        Time for the computation, waiting included.
    venues, venue_bytes : int
        Venues kept ready in memory: how many, and how much they may weigh together. A station of 500 nodes weighs about
        2.8 MB; the one used last is kept whatever it weighs.
    blob_bytes : int
        Tiles kept in memory.
    connections : int
        Open connections and running requests; beyond it new requests are refused.
    listeners : int
        Connections among them that listen to events.
    jobs : JobLimits
        What evacuation plans may use.
    """

    url_bytes: int = 8_192
    header_bytes: int = 16 << 10
    query_fields: int = 32
    body_bytes: int = 1 << 20
    header_s: float = 5.0
    body_s: float = 10.0
    request_s: float = 60.0
    stall_s: float = 30.0
    quick_workers: int = 2
    heavy_workers: int = 1
    waiting: int = 16
    quick_s: float = 10.0
    heavy_s: float = 30.0
    venues: int = 1_024
    venue_bytes: int = 896 << 20
    blob_bytes: int = 64 << 20
    connections: int = 1_000
    listeners: int = 200
    jobs: JobLimits = field(default_factory=JobLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation.

    Parameters
    ----------
    public_url : str
        Where clients reach this server; every link in an answer begins with it. ``Host`` headers are not trusted.
    language : str
        ``en`` or ``ko``: for those who do not say. Browsers always say, so it decides for programs: English.
    cors : tuple of str
        Origins whose pages may read answers; ``*`` means all. Nothing here needs a cookie, so all is the default.
    viewer : Path or None
        Folder with the built viewer; None or a missing folder: no viewer.
    limits : Limits
    operator_keys : tuple of OperatorKey
        Who may change the state of venues; nobody without.
    clock : callable
        Gives the moment that answers are about, with its zone.
    preload : bool
        Get venues ready in the background after the start, in the order of their ids, as long as the limits of what is
        kept allow; questions go first. Without it the first question to a venue waits for some 20 ms, more where it is large.
    """

    public_url: str = "http://127.0.0.1:8000"
    language: str = "en"
    cors: tuple[str, ...] = ("*",)
    viewer: Path | None = Path(__file__).parents[1] / "_web"
    limits: Limits = field(default_factory=Limits)
    operator_keys: tuple[OperatorKey, ...] = ()
    clock: Callable[[], datetime] = now
    preload: bool = True

    def __post_init__(self) -> None:
        """Refuse an address that no link could begin with.

        Raises
        ------
        InvalidInput
            The address is not absolute http(s) without query, or ends with a slash; the language is unknown.
        """
        parts = urlsplit(self.public_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or self.public_url.endswith("/"):
            raise InvalidInput(
                f"The public address must look like https://example.org or https://example.org/path: {self.public_url[:64]}",
                ko=f"공개 주소는 https://example.org 또는 https://example.org/path 꼴이어야 합니다: {self.public_url[:64]}",
            )
        if self.language not in {"en", "ko"}:
            raise InvalidInput(f"Unknown language: {self.language[:64]}", ko=f"모르는 언어입니다: {self.language[:64]}")
