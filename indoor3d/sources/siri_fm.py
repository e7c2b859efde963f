"""SIRI-FM → conditions: what feeds say about lifts, escalators, gates and anything else with an id.

Each ``FacilityCondition`` names an element by ``StopPlaceComponentId``, ``FacilityRef`` or ``FacilityCode``. What names nothing, or what the
building has not got, is listed as skipped with its reason and never guessed. Source: as in :mod:`indoor3d.exports.siri_fm`.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely

from indoor3d.errors import Indoor3dError, InvalidInput, MalformedSource, UnknownElement
from indoor3d.models.building import Text
from indoor3d.models.state import Area, Condition, Effect, Remedy, Status
from indoor3d.models.vocabulary import Direction
from indoor3d.sources._xml import Node, parse

MOST_BYTES = 16 << 20
_LONGEST_TEXT = 500
_LONGEST_SHOWN = 64
_LONGEST_REASON = 200
_STATUS = {
    "unknown": Status.UNKNOWN,
    "available": Status.AVAILABLE,
    "added": Status.AVAILABLE,
    "notAvailable": Status.NOT_AVAILABLE,
    "removed": Status.NOT_AVAILABLE,
    "partiallyAvailable": Status.PARTIALLY_AVAILABLE,
}
_REMEDY = {
    "replace": Remedy.REPLACE,
    "repair": Remedy.REPAIR,
    "remove": Remedy.REMOVE,
    "otherRoute": Remedy.OTHER_ROUTE,
    "otherLocation": Remedy.OTHER_LOCATION,
}
_EXTENSION = "urn:indoor3d:condition:1"
_FOREVER = datetime(1970, 1, 1, tzinfo=UTC)
_ESCAPED = re.compile(r"_x([0-9A-F]{4,6})_")
_DURATION = re.compile(r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A part of a feed that became no condition, and why.

    Parameters
    ----------
    element : str
        What the feed names, as it names it; at most 64 characters.
    reason, ko : str
        Why, in English and in Korean.
    """

    element: str
    reason: str
    ko: str

    @classmethod
    def because(cls, element: str, error: Exception) -> "Skipped":
        """What is said of an element that an error kept out."""
        ko = error.detail["ko"] if isinstance(error, Indoor3dError) else f"읽을 수 없는 값입니다: {error}"
        return cls(element=element[:_LONGEST_SHOWN], reason=str(error)[:_LONGEST_REASON], ko=ko[:_LONGEST_REASON])


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says.

    Parameters
    ----------
    conditions : tuple of Condition
        By id.
    skipped : tuple of Skipped
        In the order of the feed.
    source : str
        Who says it.
    """

    conditions: tuple[Condition, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    source: str = ""


def no_such_element() -> UnknownElement:
    """A feed names what the building has not got."""
    return UnknownElement("no such element", ko="장소에 없는 요소입니다")


def read_siri_fm(
    data: bytes, *, known: Collection[str] | None = None, aliases: Mapping[str, str] | None = None, source: str = ""
) -> Feed:
    """Read a SIRI-FM delivery.

    Parameters
    ----------
    data : bytes
        XML, at most 16 MiB.
    known : collection of str, optional
        Ids of the building; what names none of them is skipped. Without it every id is taken.
    aliases : mapping, optional
        Our id by the feed's.
    source : str
        Who the reports come from; the feed's producer when it is empty.

    Raises
    ------
    SourceTooLarge
    MalformedSource
        It is no XML, or no SIRI-FM.
    """
    root = parse(data, limit_bytes=MOST_BYTES)
    deliveries = (
        [root] if root.name == "FacilityMonitoringDelivery" else list(root.descendants("FacilityMonitoringDelivery"))
    )
    if not deliveries:
        raise MalformedSource(
            "There is no FacilityMonitoringDelivery in it.", ko="FacilityMonitoringDelivery가 없습니다."
        )
    producer = source or root.value("ServiceDelivery", "ProducerRef")
    ids = _Ids(known=None if known is None else frozenset(known), aliases=dict(aliases or {}))
    made: dict[str, Condition] = {}
    skipped: list[Skipped] = []
    for delivery in deliveries:
        seen = _time(delivery.value("ResponseTimestamp")) or _time(root.value("ServiceDelivery", "ResponseTimestamp"))
        for node in delivery.all("FacilityCondition"):
            named = _named(node)
            try:
                condition = _condition(node, ids, seen=seen, source=producer)
            except (Indoor3dError, ValueError, OverflowError, shapely.errors.ShapelyError) as error:
                skipped.append(Skipped.because(named, error))
                continue
            other = made.get(condition.id)
            if other is not None:
                elements = {*other.elements, *condition.elements}
                condition = replace(condition, elements=tuple(elements))
            made[condition.id] = condition
    return Feed(
        conditions=tuple(made[i] for i in sorted(made)), skipped=tuple(skipped), source=producer[:_LONGEST_TEXT]
    )


def untoken(text: str) -> str:
    """Read what :func:`indoor3d.exports.siri_fm.token` wrote."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if int(m[1], 16) < 0x110000 else m[0], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    known: frozenset[str] | None
    aliases: dict[str, str]

    def ours(self, named: str) -> str:
        for candidate in (self.aliases.get(named), named, untoken(named)):
            if candidate is not None and self.known is not None and candidate in self.known:
                return candidate
        if self.known is None:
            return self.aliases.get(named) or untoken(named)
        raise no_such_element()


def _named(node: Node) -> str:
    return (
        node.value("Facility", "FacilityLocation", "StopPlaceComponentId")
        or node.value("FacilityRef")
        or node.value("Facility", "FacilityCode")
    )


def _condition(node: Node, ids: _Ids, *, seen: datetime | None, source: str) -> Condition:
    own = next((n for n in node.descendants("Condition") if n.namespace == _EXTENSION), None)
    said = _STATUS.get(node.value("FacilityStatus", "Status"))
    if said is None:
        raise InvalidInput("no status that the standard knows", ko="표준에 없는 상태 값입니다")
    start = _time(node.value("ValidityPeriod", "StartTime"))
    common: dict[str, Any] = {
        "start": None if start == _FOREVER else start,
        "end": _time(node.value("ValidityPeriod", "EndTime")),
        "cause": _text(node.first("FacilityStatus")),
        "automatic": {"automatic": True, "manual": False}.get(node.value("MonitoringInfo", "MonitoringType")),
        "interval_s": _seconds(node.value("MonitoringInfo", "MonitoringInterval")),
        "remedy": _REMEDY.get(node.value("Remedy", "RemedyType"), Remedy.UNKNOWN),
        "remedy_text": _text(node.first("Remedy")),
    }
    if own is not None:
        return _ours(node, own.attributes, common, ids=ids, said=said)
    element = ids.ours(_named(node))
    key = "\0".join([source, element, node.value("ValidityPeriod", "StartTime")])
    return Condition(
        id="siri-" + hashlib.sha256(key.encode()).hexdigest()[:16],
        effect=Effect.STATUS,
        elements=(element,),
        status=said,
        source=source[:_LONGEST_TEXT],
        reported_at=seen,
        **common if seen is not None else {**common, "interval_s": None},
    )


def _ours(node: Node, own: dict[str, str], common: dict[str, Any], *, ids: _Ids, said: Status) -> Condition:
    """A condition that one of us wrote: whole again."""
    effect = Effect(own.get("effect", ""))
    in_place = node.first("Facility", "FacilityLocation", "StopPlaceComponentId") is not None
    area = None
    if "area" in own:
        area = Area(level=own.get("level", ""), polygon=shapely.from_wkb(own["area"]))
    common["cause"] = replace(common["cause"], default=own.get("causeDefault", ""))
    common["remedy_text"] = replace(common["remedy_text"], default=own.get("remedyDefault", ""))
    return Condition(
        id=own.get("id", ""),
        effect=effect,
        elements=(ids.ours(_named(node)),) if in_place else (),
        area=area,
        direction=Direction(own["direction"]) if "direction" in own else None,
        status=said if effect is Effect.STATUS else None,
        factor=float(own["factor"]) if "factor" in own else None,
        hours=own.get("hours", ""),
        source=own.get("source", ""),
        reported_at=datetime.fromisoformat(own["reportedAt"]) if "reportedAt" in own else None,
        **common,
    )


def _text(parent: Node | None) -> Text:
    found = {"default": "", "ko": "", "en": ""}
    for node in parent.all("Description") if parent is not None else ():
        lang = node.attributes.get("lang", "")[:2].lower()
        found[lang if lang in {"ko", "en"} else "default"] = node.text[:_LONGEST_TEXT]
    return Text(**found)


def _time(text: str) -> datetime | None:
    """A moment; one without a zone is UTC (SIRI leaves it to the parties; no guess is made about whose clock it was)."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _seconds(text: str) -> float | None:
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    total = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    return total or None
