"""What every store says when something is not there."""

from indoor3d.errors import CorruptBlob, UnknownElement, UnknownLevel, UnknownVenue
from indoor3d.models.korean import with_particle

_SHOWN = 64


def no_venue(venue: str) -> UnknownVenue:
    """No venue of this id is published."""
    return UnknownVenue(
        f"No venue {venue[:_SHOWN]!r}.",
        ko=f"장소 {with_particle(repr(venue[:_SHOWN]), '이')} 없습니다.",
        venue=venue[:_SHOWN],
    )


def no_version(venue: str, version: str) -> UnknownElement:
    """The venue is published, but this version is not kept."""
    return UnknownElement(
        f"Venue {venue} has no version {version[:_SHOWN]!r}.",
        ko=f"장소 {venue}에 버전 {with_particle(repr(version[:_SHOWN]), '이')} 없습니다.",
        venue=venue,
        version=version[:_SHOWN],
    )


def no_asset(venue: str, version: str, path: str) -> UnknownElement:
    """The version is kept, but has no asset of this path."""
    return UnknownElement(
        f"Version {version} of venue {venue} has no file {path[:_SHOWN]!r}.",
        ko=f"장소 {venue}의 버전 {version}에 파일 {with_particle(repr(path[:_SHOWN]), '이')} 없습니다.",
        venue=venue,
        version=version,
        path=path[:_SHOWN],
    )


def no_level(venue: str, level: str) -> UnknownLevel:
    """The venue has no level of this id."""
    return UnknownLevel(
        f"Venue {venue} has no level {level[:_SHOWN]!r}.",
        ko=f"장소 {venue}에 {level[:_SHOWN]!r} 층이 없습니다.",
        venue=venue,
        level=level[:_SHOWN],
    )


def lost_blob(venue: str, digest: str) -> CorruptBlob:
    """A version refers to bytes that are gone."""
    return CorruptBlob(
        f"Bytes of venue {venue} are missing: {digest}.",
        ko=f"장소 {venue}의 데이터가 없습니다: {digest}.",
        digest=digest,
    )
