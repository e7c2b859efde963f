"""Conditions → SIRI-FM 2.1: one ``FacilityCondition`` for every element of every condition.

What the standard has words for is in its words: the status, the period, the remedy, how it is monitored. What it lacks
(one-way, crowds, smoke, recurring hours) is in ``Extensions`` of our own namespace, so that nothing is lost between two of us and
others read the rest. The name of who reported is never written.

Source: SIRI-CEN/SIRI, ``siri_facilityMonitoring_service.xsd`` and ``siri_facility.xsd`` version 2.1. Codes there are NMTOKENs; an id that
is none (IFC's have ``$``) is written with ``_xHHHH_`` for each character that does not fit (ISO/IEC 9075-14, 9.1).
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

import shapely

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building, Connector, Facility, Opening, Text
from indoor3d.models.state import Condition, Effect, Remedy, Status
from indoor3d.models.vocabulary import ConnectorCategory, OpeningCategory

SIRI = "http://www.siri.org.uk/siri"
EXTENSION = "urn:indoor3d:condition:1"
"""Namespace of our extension."""

_STATUS = {
    Status.UNKNOWN: "unknown",
    Status.AVAILABLE: "available",
    Status.NOT_AVAILABLE: "notAvailable",
    Status.PARTIALLY_AVAILABLE: "partiallyAvailable",
}
_REMEDY = {
    Remedy.UNKNOWN: "unknown",
    Remedy.REPLACE: "replace",
    Remedy.REPAIR: "repair",
    Remedy.REMOVE: "remove",
    Remedy.OTHER_ROUTE: "otherRoute",
    Remedy.OTHER_LOCATION: "otherLocation",
}
_ACCESS = {
    ConnectorCategory.LIFT: "lift",
    ConnectorCategory.WHEELCHAIR_LIFT: "lift",
    ConnectorCategory.ESCALATOR: "escalator",
    ConnectorCategory.MOVING_WALK: "travelator",
    ConnectorCategory.RAMP: "ramp",
    ConnectorCategory.STAIRS: "stairs",
    OpeningCategory.GATE: "validator",
}
"""``AccessFacilityEnumeration``."""

_NO_TOKEN = re.compile(r"[^A-Za-z0-9.:\-_가-힣]|_(?=x[0-9A-F]{4,6}_)")
_FOREVER = datetime(1970, 1, 1, tzinfo=UTC)
"""``ValidityPeriod`` must have a start; this one is written where nobody has said when it began."""


def to_siri_fm(
    conditions: Iterable[Condition], building: Building, *, moment: datetime, producer: str = "indoor3d"
) -> bytes:
    """Write conditions as a SIRI-FM delivery.

    Parameters
    ----------
    conditions : iterable of Condition
        Whether they are in force at the moment or not: their period says when.
    building : Building
        For names and kinds of what they name.
    moment : datetime
        When the delivery is made; with its zone.
    producer : str
        Who makes it.

    Returns
    -------
    bytes
        UTF-8 XML; equal input gives equal bytes.

    Raises
    ------
    InvalidInput
        The moment has no zone.
    """
    if moment.tzinfo is None:
        raise InvalidInput("The moment needs its time zone.", ko="시각에 시간대가 필요합니다.")
    elements = {e.id: e for group in (building.openings, building.connectors, building.facilities) for e in group}
    now = _time(moment)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Siri xmlns="{SIRI}" xmlns:i="{EXTENSION}" version="2.1">',
        "<ServiceDelivery>",
        f"<ResponseTimestamp>{now}</ResponseTimestamp>",
        f"<ProducerRef>{escape(token(producer))}</ProducerRef>",
        '<FacilityMonitoringDelivery version="2.1">',
        f"<ResponseTimestamp>{now}</ResponseTimestamp>",
    ]
    for condition in sorted(conditions, key=lambda c: c.id):
        for ident in condition.elements or ("",):
            lines += _condition(condition, ident, building=building, element=elements.get(ident))
    lines += ["</FacilityMonitoringDelivery>", "</ServiceDelivery>", "</Siri>", ""]
    return "\n".join(lines).encode()


def token(text: str) -> str:
    """Text as an NMTOKEN that can be read back.

    Examples
    --------
    >>> token("lift-1"), token("3h$k/1")
    ('lift-1', '3h_x0024_k_x002F_1')
    """
    return _NO_TOKEN.sub(lambda m: f"_x{ord(m[0]):04X}_", text)


def _condition(
    condition: Condition, ident: str, *, building: Building, element: Opening | Connector | Facility | None
) -> list[str]:
    name = building.names.get(ident)
    return [
        "<FacilityCondition>",
        "<Facility>",
        f"<FacilityCode>{token(ident or condition.id)}</FacilityCode>",
        *_texts("Description", name or Text()),
        f"<FacilityClass>{'fixedEquipment' if element is not None else 'siteComponent'}</FacilityClass>",
        *_features(element),
        "<FacilityLocation>",
        f"<StopPlaceRef>{token(building.venue.id)}</StopPlaceRef>",
        *([f"<StopPlaceComponentId>{token(ident)}</StopPlaceComponentId>"] if ident else []),
        "</FacilityLocation>",
        "</Facility>",
        "<FacilityStatus>",
        f"<Status>{_status(condition)}</Status>",
        *_texts("Description", condition.cause),
        "</FacilityStatus>",
        *_remedy(condition),
        *_monitoring(condition),
        *_period(condition),
        "<Extensions>",
        *_extension(condition),
        "</Extensions>",
        "</FacilityCondition>",
    ]


def _status(condition: Condition) -> str:
    if condition.status is not None:
        return _STATUS[condition.status]
    shut = condition.effect is Effect.CLOSED or (condition.effect is Effect.SMOKE and condition.factor is None)
    return "notAvailable" if shut else "partiallyAvailable"


def _features(element: Opening | Connector | Facility | None) -> list[str]:
    kind = None if element is None else _ACCESS.get(element.category)
    if kind is None:
        return []
    return ["<Features>", f"<Feature><AccessFacility>{kind}</AccessFacility></Feature>", "</Features>"]


def _remedy(condition: Condition) -> list[str]:
    texts = _texts("Description", condition.remedy_text)
    if condition.remedy is Remedy.UNKNOWN and not texts:
        return []
    return ["<Remedy>", f"<RemedyType>{_REMEDY[condition.remedy]}</RemedyType>", *texts, "</Remedy>"]


def _monitoring(condition: Condition) -> list[str]:
    lines = []
    if condition.interval_s is not None:
        lines.append(f"<MonitoringInterval>PT{_number(condition.interval_s)}S</MonitoringInterval>")
    if condition.automatic is not None:
        lines.append(f"<MonitoringType>{'automatic' if condition.automatic else 'manual'}</MonitoringType>")
    return ["<MonitoringInfo>", *lines, "</MonitoringInfo>"] if lines else []


def _period(condition: Condition) -> list[str]:
    if condition.start is None and condition.end is None:
        return []
    end = [] if condition.end is None else [f"<EndTime>{_time(condition.end)}</EndTime>"]
    return [
        "<ValidityPeriod>",
        f"<StartTime>{_time(condition.start or _FOREVER)}</StartTime>",
        *end,
        "</ValidityPeriod>",
    ]


def _extension(condition: Condition) -> list[str]:
    area = condition.area
    known = {
        "id": condition.id,
        "effect": str(condition.effect),
        "direction": None if condition.direction is None else str(condition.direction),
        "factor": None if condition.factor is None else repr(float(condition.factor)),
        "hours": condition.hours or None,
        "source": condition.source or None,
        "reportedAt": None if condition.reported_at is None else condition.reported_at.isoformat(),
        "level": None if area is None else area.level,
        "area": None if area is None else shapely.to_wkb(area.polygon, hex=True),
        "causeDefault": condition.cause.default or None,
        "remedyDefault": condition.remedy_text.default or None,
    }
    members = " ".join(f"{name}={_attribute(value)}" for name, value in known.items() if value is not None)
    return [f"<i:Condition {members}/>"]


def _texts(name: str, text: Text) -> list[str]:
    """Both languages; as the source has it only where neither is known: a language-less text means the reader's own."""
    known = [("ko", text.ko), ("en", text.en)]
    lines = [f'<{name} xml:lang="{lang}">{_content(value)}</{name}>' for lang, value in known if value]
    return lines or ([f"<{name}>{_content(text.default)}</{name}>"] if text.default else [])


def _content(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(text)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
