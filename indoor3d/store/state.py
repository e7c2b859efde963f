"""Conditions as a store keeps them: the values, their bytes, and what is said when somebody else was quicker."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import shapely

from indoor3d.errors import CorruptBlob, Indoor3dError, InvalidInput, StaleRevision, UnknownElement
from indoor3d.models.building import Text
from indoor3d.models.korean import with_particle
from indoor3d.models.state import Area, Condition, Effect, Remedy, Status
from indoor3d.models.vocabulary import Direction

__all__ = ["Kept", "StaleRevision", "dump", "load", "no_condition", "revised", "utc"]

_SHOWN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One revision of a condition of a venue.

    Parameters
    ----------
    venue : str
        Id of the venue. Conditions belong to it, not to one of its versions: a new build does not open what is closed.
    condition : Condition
    revision : int
        1 when it was made, one more with every change.
    ended : bool
        It was taken back; only history knows it.
    by : str
        Who made this revision. Never shown to the public.
    at : datetime
        When, UTC.
    """

    venue: str
    condition: Condition
    revision: int
    ended: bool
    by: str
    at: datetime


def revised(
    current: Kept | None, *, venue: str | None, what: Condition | str, by: str, at: datetime, expected: int | None
) -> Kept:
    """The new revision of a condition, when what is there is what the writer expects.

    Parameters
    ----------
    current : Kept or None
        The newest revision in the store.
    venue : str or None
        Where the condition is; None for one that ends.
    what : Condition or str
        What it is now; the id of one that ends.
    expected : int or None
        The revision that the writer saw; None for a condition that is new.

    Raises
    ------
    StaleRevision
        What is there is something else.
    UnknownElement
        There is nothing to change, or it is another venue's.
    """
    ident = what if isinstance(what, str) else what.id
    if current is None and expected is not None:
        raise no_condition(ident)
    if current is not None and (current.ended or current.revision != expected):
        raise _stale(current, expected)
    if current is not None and venue not in {None, current.venue}:
        raise no_condition(ident)
    if isinstance(what, Condition):
        condition = what
    elif current is not None:
        condition = current.condition
    else:
        raise no_condition(ident)
    return Kept(
        venue=current.venue if current is not None else venue or "",
        condition=condition,
        revision=(expected or 0) + 1,
        ended=isinstance(what, str),
        by=by,
        at=at,
    )


def _stale(current: Kept, expected: int | None) -> StaleRevision:
    ident, found = current.condition.id[:_SHOWN], current.revision
    ended_en, ended_ko = (", and has ended", " (종료됨)") if current.ended else ("", "")
    return StaleRevision(
        f"Condition {ident} has revision {found}{ended_en}; the change was made for {expected or 'a new condition'}.",
        ko=f"상황 {ident}: 판 번호가 {found}입니다{ended_ko}. 보낸 변경은 {expected or '새 상황'} 기준입니다.",
        condition=ident,
        revision=found,
    )


def no_condition(ident: str) -> UnknownElement:
    """No condition of this id was ever kept."""
    return UnknownElement(
        f"There is no condition {ident[:_SHOWN]!r}.",
        ko=f"상황 {with_particle(repr(ident[:_SHOWN]), '이')} 없습니다.",
        condition=ident[:_SHOWN],
    )


def utc(moment: datetime) -> datetime:
    """A moment in UTC.

    Raises
    ------
    InvalidInput
        It has no zone.
    """
    if moment.tzinfo is None:
        raise InvalidInput("The moment of a change needs its time zone.", ko="변경 시각에 시간대가 필요합니다.")
    return moment.astimezone(UTC)


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def dump(condition: Condition) -> bytes:
    """Bytes of a condition: JSON; equal conditions give equal bytes.

    Raises
    ------
    InvalidInput
        A text is not Unicode.
    """
    area = condition.area
    value = {
        "id": condition.id,
        "effect": condition.effect,
        "elements": list(condition.elements),
        "area": None if area is None else {"level": area.level, "wkb": shapely.to_wkb(area.polygon, hex=True)},
        "direction": condition.direction,
        "status": condition.status,
        "factor": condition.factor,
        "start": _when(condition.start),
        "end": _when(condition.end),
        "hours": condition.hours,
        "cause": _text(condition.cause),
        "source": condition.source,
        "reporter": condition.reporter,
        "reported_at": _when(condition.reported_at),
        "interval_s": condition.interval_s,
        "automatic": condition.automatic,
        "remedy": condition.remedy,
        "remedy_text": _text(condition.remedy_text),
    }
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise InvalidInput(
            f"The condition cannot be stored: {error}", ko=f"저장할 수 없는 상황입니다: {error}"
        ) from error


def load(data: bytes) -> Condition:
    """Read what :func:`dump` wrote.

    Raises
    ------
    CorruptBlob
        The bytes are something else.
    """
    try:
        value: dict[str, Any] = orjson.loads(data)
        area = value["area"]
        return Condition(
            id=value["id"],
            effect=Effect(value["effect"]),
            elements=tuple(value["elements"]),
            area=None if area is None else Area(level=area["level"], polygon=shapely.from_wkb(area["wkb"])),
            direction=None if value["direction"] is None else Direction(value["direction"]),
            status=None if value["status"] is None else Status(value["status"]),
            factor=value["factor"],
            start=_moment(value["start"]),
            end=_moment(value["end"]),
            hours=value["hours"],
            cause=Text(**value["cause"]),
            source=value["source"],
            reporter=value["reporter"],
            reported_at=_moment(value["reported_at"]),
            interval_s=value["interval_s"],
            automatic=value["automatic"],
            remedy=Remedy(value["remedy"]),
            remedy_text=Text(**value["remedy_text"]),
        )
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError, Indoor3dError) as error:
        raise CorruptBlob(
            f"A stored condition cannot be read: {error}", ko="저장된 상황을 읽을 수 없습니다."
        ) from error


def _when(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(text: Text) -> dict[str, str]:
    return {"default": text.default, "ko": text.ko, "en": text.en}
