"""What every reader is: bytes in, an honest building and a report out. Sniffing by content, and limits."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indoor3d.errors import InvalidPosition, MalformedSource, SourceNotFound, SourceTooLarge, UnsupportedFormat
from indoor3d.models.building import Building
from indoor3d.models.frame import SiteFrame
from indoor3d.models.issue import Report
from indoor3d.models.korean import with_particle

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1, never less than before."""

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a source may cost.

    Parameters
    ----------
    source_bytes : int
        Largest file that is read.
    memory_bytes : int
        Address space of the process that parses it; 0 for no limit.
    time_s : float
        Wall-clock time of one parsing process.
    stall_s : float
        How long that process may work on one product.
    """

    source_bytes: int = 2 * 1024**3
    memory_bytes: int = 8 * 1024**3
    time_s: float = 3600.0
    stall_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to read.

    Parameters
    ----------
    at : SiteFrame or None
        The place on Earth, stronger than what the source says.
    mesh : bool
        Whether to make the picture too; without it only what navigation needs is read.
    limits : Limits
    progress : callable or None
    """

    at: SiteFrame | None = None
    mesh: bool = True
    limits: Limits = Limits()
    progress: Progress | None = None


class Source(Protocol):
    """One source file of a format."""

    path: Path

    @staticmethod
    def accepts(head: bytes) -> bool:
        """Whether the first bytes of a file are of this format."""
        ...

    def read(self, options: Options) -> tuple[Building, Report]:
        """Read everything.

        Raises
        ------
        SourceError
            Nothing can be built.
        """
        ...


def _check_file(path: Path, limits: Limits) -> int:
    """Give the size in bytes of a file that can be read."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise SourceNotFound(
            f"There is no file {path.name!r}.", ko=f"파일 {with_particle(repr(path.name), '이')} 없습니다."
        ) from error
    if not path.is_file():
        raise SourceNotFound(
            f"{path.name!r} is not a file.", ko=f"{with_particle(repr(path.name), '은')} 파일이 아닙니다."
        )
    if not os.access(path, os.R_OK):
        raise SourceNotFound(
            f"{path.name!r} may not be read.", ko=f"{with_particle(repr(path.name), '을')} 읽을 권한이 없습니다."
        )
    if size > limits.source_bytes:
        raise SourceTooLarge(
            f"{path.name!r} has {size} bytes, the limit is {limits.source_bytes}.",
            ko=f"{with_particle(repr(path.name), '은')} {size}바이트로 한도 {limits.source_bytes}바이트를 넘습니다.",
            size_bytes=size,
            limit_bytes=limits.source_bytes,
        )
    if size == 0:
        raise MalformedSource(f"{path.name!r} is empty.", ko=f"{with_particle(repr(path.name), '은')} 빈 파일입니다.")
    return size


def open_source(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Source:
    """Find the reader for a file by what is in it; the name does not matter.

    Raises
    ------
    SourceNotFound
        It does not exist, is a folder, or may not be read.
    SourceTooLarge
        It is larger than ``limits.source_bytes``.
    MalformedSource
        It is empty.
    UnsupportedFormat
        No reader knows it.
    """
    from indoor3d.sources.ifc import IfcSource  # noqa: PLC0415 - the formats build on this module

    path = Path(path)
    _check_file(path, limits or Limits())
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if IfcSource.accepts(head):
        return IfcSource(path)
    raise UnsupportedFormat(
        f"{path.name!r} is of no format that can be read; it begins with {head[:16]!r}.",
        ko=f"{with_particle(repr(path.name), '은')} 읽을 수 있는 형식이 아닙니다.",
    )


def _frame_at(at: Sequence[float]) -> SiteFrame:
    if not 2 <= len(at) <= 4:
        raise InvalidPosition(
            "A place is LON,LAT[,HEIGHT[,HEADING]].", ko="위치는 경도,위도[,높이[,방위]]입니다.", count=len(at)
        )
    height_m, heading_deg = (*at[2:], *(0.0, 0.0)[len(at) - 2 :])
    return SiteFrame.at(at[0], at[1], height_m, heading_deg=heading_deg)


def read(
    path: str | os.PathLike[str],
    *,
    at: SiteFrame | Sequence[float] | None = None,
    mesh: bool = True,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> tuple[Building, Report]:
    """Read a building from a file of any supported format.

    Parameters
    ----------
    path : path
        The file; it is only read.
    at : SiteFrame or (lon, lat[, height[, heading]]), optional
        The place on Earth of the model's origin: degrees, degrees, metres above the ellipsoid, compass direction of the
        y axis in degrees. It wins over what the file says.
    mesh : bool
        Whether to make the picture (``Building.mesh``) too. Without it only what navigation needs is read.
    limits : Limits, optional
    progress : callable, optional
        Called with the share that is done, 0 to 1.

    Returns
    -------
    (Building, Report)
        The building, and everything that is wrong, doubtful or worth knowing about the source.

    Raises
    ------
    SourceError
        One of its kinds, when nothing can be built.
    InvalidPosition
        ``at`` is no place on Earth.
    """
    limits = limits or Limits()
    frame = at if at is None or isinstance(at, SiteFrame) else _frame_at(at)
    return open_source(path, limits=limits).read(Options(at=frame, mesh=mesh, limits=limits, progress=progress))
