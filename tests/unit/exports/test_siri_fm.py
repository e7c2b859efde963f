"""SIRI-FM as the standard orders it.

The sequences are those of SIRI-CEN/SIRI 2.1: ``siri_model/siri_facility.xsd``, ``siri_facilityMonitoring_service.xsd`` and
``siri/siri_requests.xsd``, with the parts that are not written here left out.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from shapely import box

from indoor3d.exports.siri_fm import SIRI, to_siri_fm
from indoor3d.models.building import Text
from indoor3d.models.state import Area, Condition, Effect, Remedy, Status
from indoor3d.models.vocabulary import ConnectorCategory, Direction
from tests.buildings import two_floors

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 27, 20, tzinfo=UTC)
BOTH = Text(default="고장", ko="고장", en="Out of order")

SEQUENCES = {
    "Siri": ("ServiceDelivery!",),
    "ServiceDelivery": ("ResponseTimestamp!", "ProducerRef", "FacilityMonitoringDelivery*"),
    "FacilityMonitoringDelivery": ("ResponseTimestamp!", "FacilityCondition*"),
    "FacilityCondition": ("Facility!", "FacilityStatus!", "Remedy", "MonitoringInfo", "ValidityPeriod", "Extensions"),
    "Facility": ("FacilityCode", "Description*", "FacilityClass*", "Features", "FacilityLocation"),
    "Features": ("Feature!*",),
    "Feature": ("AccessFacility!",),
    "FacilityLocation": ("StopPlaceRef", "StopPlaceComponentId"),
    "FacilityStatus": ("Status!", "Description*"),
    "Remedy": ("RemedyType", "Description*"),
    "MonitoringInfo": ("MonitoringInterval", "MonitoringType"),
    "ValidityPeriod": ("StartTime!", "EndTime"),
}
"""Children in their order: ``!`` is required, ``*`` may be repeated."""

NMTOKEN = re.compile(r"[\w.:\-]+")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
VALUES = {
    "FacilityCode": NMTOKEN,
    "StopPlaceRef": NMTOKEN,
    "StopPlaceComponentId": NMTOKEN,
    "ProducerRef": NMTOKEN,
    "ResponseTimestamp": INSTANT,
    "StartTime": INSTANT,
    "EndTime": INSTANT,
    "MonitoringInterval": re.compile(r"PT\d+(\.\d+)?S"),
    "MonitoringType": re.compile("unknown|manual|automatic"),
    "Status": re.compile("unknown|available|notAvailable|partiallyAvailable|added|removed"),
    "RemedyType": re.compile("unknown|replace|repair|remove|otherRoute|otherLocation"),
    "FacilityClass": re.compile("fixedEquipment|siteComponent"),
    "AccessFacility": re.compile("lift|escalator|travelator|ramp|stairs|barrier|validator"),
}
FULL = (
    Condition(
        id="lift",
        effect=Effect.STATUS,
        elements=("lift-1", "3h$k/가"),
        status=Status.NOT_AVAILABLE,
        start=NOW,
        end=LATER,
        cause=BOTH,
        source="LIFTS",
        reported_at=NOW,
        interval_s=0.5,
        automatic=True,
        remedy=Remedy.REPAIR,
        remedy_text=BOTH,
    ),
    Condition(id="wording", effect=Effect.CLOSED, elements=("exit-1",), end=LATER, cause=Text(default="<&>\"'")),
    Condition(
        id="turned", effect=Effect.ONE_WAY, elements=("stairs-1",), direction=Direction.UP, hours="Mo-Fr 08:00-10:00"
    ),
    Condition(id="smoke", effect=Effect.SMOKE, area=Area(level="g", polygon=box(0, 0, 2, 2)), automatic=False),
    Condition(id="a b", effect=Effect.CROWDED, elements=("hall",), factor=2.0, remedy=Remedy.OTHER_LOCATION),
)


def _name(node: ET.Element) -> str:
    assert node.tag.startswith(f"{{{SIRI}}}"), node.tag
    return node.tag.removeprefix(f"{{{SIRI}}}")


def _check(node: ET.Element) -> None:
    name = _name(node)
    if name == "Extensions":
        return
    if name not in SEQUENCES:
        assert len(node) == 0, name
        assert VALUES.get(name, re.compile(r"(?s).+")).fullmatch(node.text or ""), (name, node.text)
        return
    allowed = {entry.rstrip("!*"): entry for entry in SEQUENCES[name]}
    found = [_name(child) for child in node]
    order = list(allowed)
    assert found == sorted(found, key=order.index), name
    assert all(found.count(child) == 1 or entry.endswith("*") for child, entry in allowed.items() if child in found)
    assert all(child in found for child, entry in allowed.items() if "!" in entry), name
    for child in node:
        _check(child)


def test_elements_come_in_the_order_of_the_schema_with_all_that_it_requires() -> None:
    building = two_floors()
    kinds = tuple(
        replace(c, category=ConnectorCategory.WHEELCHAIR_LIFT) if c.id == "lift-1" else c for c in building.connectors
    )
    for one in (building, replace(building, connectors=kinds)):
        root = ET.fromstring(to_siri_fm(FULL, one, moment=NOW, producer="시청 역무실"))  # noqa: S314 - written above
        assert root.attrib == {"version": "2.1"}
        _check(root)
        codes = [node.text for node in root.iter(f"{{{SIRI}}}FacilityCode")]
        assert len(codes) == sum(max(1, len(c.elements)) for c in FULL)


def test_a_delivery_of_nothing_is_one_too() -> None:
    root = ET.fromstring(to_siri_fm((), two_floors(), moment=NOW))  # noqa: S314 - written above
    _check(root)
    assert next(root.iter(f"{{{SIRI}}}FacilityCondition"), None) is None
