"""Feeds of others about what works: SIRI-FM and IMDF, well made and not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from indoor3d.errors import MalformedSource, SourceTooLarge
from indoor3d.exports.siri_fm import to_siri_fm
from indoor3d.models.building import Text
from indoor3d.models.state import Condition, Effect, Remedy, Status
from indoor3d.sources import siri_fm
from indoor3d.sources.imdf_state import read_imdf_state
from indoor3d.sources.siri_fm import Skipped, read_siri_fm
from tests.buildings import two_floors

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<siri:Siri xmlns:siri="http://www.siri.org.uk/siri" version="2.0">
  <siri:ServiceDelivery>
    <siri:ResponseTimestamp>2026-11-27T17:30:00+09:00</siri:ResponseTimestamp>
    <siri:ProducerRef>LIFTS</siri:ProducerRef>
    <siri:FacilityMonitoringDelivery version="2.0">
      <siri:ResponseTimestamp>2026-11-27T17:29:00+09:00</siri:ResponseTimestamp>
      <siri:FacilityCondition>
        <siri:Facility>
          <siri:FacilityCode>EV-3</siri:FacilityCode>
          <siri:FacilityLocation>
            <siri:StopPlaceRef>two-floors</siri:StopPlaceRef>
            <siri:StopPlaceComponentId>lift-1</siri:StopPlaceComponentId>
          </siri:FacilityLocation>
        </siri:Facility>
        <siri:FacilityStatus>
          <siri:Status>notAvailable</siri:Status>
          <siri:Description xml:lang="ko-KR">고장 &amp; 점검</siri:Description>
          <siri:Description xml:lang="en">Out of order</siri:Description>
        </siri:FacilityStatus>
        <siri:Remedy>
          <siri:RemedyType>otherRoute</siri:RemedyType>
          <siri:Description xml:lang="en">Use the stairs</siri:Description>
        </siri:Remedy>
        <siri:MonitoringInfo>
          <siri:MonitoringInterval>PT5M</siri:MonitoringInterval>
          <siri:MonitoringType>automatic</siri:MonitoringType>
        </siri:MonitoringInfo>
        <siri:ValidityPeriod>
          <siri:StartTime>2026-11-27T17:00:00+09:00</siri:StartTime>
          <siri:EndTime>2026-11-27T20:00:00+09:00</siri:EndTime>
        </siri:ValidityPeriod>
      </siri:FacilityCondition>
      <siri:FacilityCondition>
        <siri:FacilityRef>ESC-9</siri:FacilityRef>
        <siri:FacilityStatus><siri:Status>available</siri:Status></siri:FacilityStatus>
      </siri:FacilityCondition>
      <siri:FacilityCondition>
        <siri:FacilityRef>stairs-1</siri:FacilityRef>
        <siri:FacilityStatus><siri:Status>exploded</siri:Status></siri:FacilityStatus>
      </siri:FacilityCondition>
    </siri:FacilityMonitoringDelivery>
  </siri:ServiceDelivery>
</siri:Siri>
"""
KNOWN = two_floors().names


def test_a_feed_of_somebody_else_becomes_conditions() -> None:
    feed = read_siri_fm(FEED.encode(), known=KNOWN)
    (condition,) = feed.conditions
    assert condition == Condition(
        id=condition.id,
        effect=Effect.STATUS,
        elements=("lift-1",),
        status=Status.NOT_AVAILABLE,
        start=datetime(2026, 11, 27, 8, 0, tzinfo=UTC),
        end=datetime(2026, 11, 27, 11, 0, tzinfo=UTC),
        cause=Text(ko="고장 & 점검", en="Out of order"),
        source="LIFTS",
        reported_at=datetime(2026, 11, 27, 8, 29, tzinfo=UTC),
        interval_s=300.0,
        automatic=True,
        remedy=Remedy.OTHER_ROUTE,
        remedy_text=Text(en="Use the stairs"),
    )
    assert feed.skipped == (
        Skipped(element="ESC-9", reason="no such element", ko="장소에 없는 요소입니다"),
        Skipped(element="stairs-1", reason="no status that the standard knows", ko="표준에 없는 상태 값입니다"),
    )


def test_ids_of_the_feed_can_be_told_apart_from_ours() -> None:
    feed = read_siri_fm(FEED.encode(), known=KNOWN, aliases={"ESC-9": "stairs-1"})
    assert {c.elements: c.status for c in feed.conditions} == {
        ("lift-1",): Status.NOT_AVAILABLE,
        ("stairs-1",): Status.AVAILABLE,
    }
    again = read_siri_fm(FEED.replace("notAvailable", "available").encode(), known=KNOWN)
    assert again.conditions[0].id == read_siri_fm(FEED.encode(), known=KNOWN).conditions[0].id


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("unknown", Status.UNKNOWN),
        ("available", Status.AVAILABLE),
        ("notAvailable", Status.NOT_AVAILABLE),
        ("partiallyAvailable", Status.PARTIALLY_AVAILABLE),
        ("added", Status.AVAILABLE),
        ("removed", Status.NOT_AVAILABLE),
    ],
)
def test_every_status_of_the_standard(written: str, status: Status) -> None:
    feed = read_siri_fm(FEED.replace("notAvailable", written).encode(), known=KNOWN)
    assert feed.conditions[0].status is status


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("PT5M", 300.0),
        ("PT1H30M", 5400.0),
        ("P1D", 86400.0),
        ("PT0.5S", 0.5),
        ("PT0S", None),
        ("5 min", None),
        ("P", None),
    ],
)
def test_intervals(written: str, seconds: float | None) -> None:
    feed = read_siri_fm(FEED.replace("PT5M", written).encode(), known=KNOWN)
    assert feed.conditions[0].interval_s == seconds


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("2026-11-27T20:00:00+09:00", "2026-11-27T10:00:00+09:00", "end"),
        ("2026-11-27T20:00:00+09:00", "tomorrow", "isoformat"),
        (">lift-1<", "><", "no such element"),
    ],
)
def test_what_makes_no_sense_is_skipped_with_its_reason(before: str, after: str, reason: str) -> None:
    text = FEED.replace(before, after)
    if not after.strip("><"):
        text = text.replace("<siri:FacilityCode>EV-3</siri:FacilityCode>", "")
    feed = read_siri_fm(text.encode(), known=KNOWN)
    assert feed.conditions == ()
    assert reason in feed.skipped[0].reason


def test_ids_that_are_no_tokens_are_written_so_that_they_are() -> None:
    ident = "3h$k/가 _x0024_"
    condition = Condition(id="c", effect=Effect.CLOSED, elements=(ident,))
    data = to_siri_fm([condition], two_floors(), moment=NOW)
    assert b">3h_x0024_k_x002F_" in data
    assert read_siri_fm(data).conditions[0].elements == (ident,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<Siri>",
        b"<Siri/>",
        FEED.replace("utf-8", "utf-99").replace("UTF-8", "UTF-99").encode(),
        b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Siri>&b;</Siri>',
        b'<!DOCTYPE s SYSTEM "http://192.0.2.1/x.dtd"><Siri/>',
        b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><Siri>&x;</Siri>',
        b"<a>" * 200_000,
        b"<a>" * 70 + b"</a>" * 70,
    ],
    ids=["empty", "text", "cut", "other", "encoding", "laughs", "dtd", "entity", "deep", "deeper"],
)
def test_hostile_and_broken_xml_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedSource):
        read_siri_fm(data)


def test_feeds_in_korean_encodings_are_read() -> None:
    for name in ("EUC-KR", "cp949"):
        feed = read_siri_fm(FEED.replace("UTF-8", name).encode("cp949"), known=KNOWN)
        assert feed.conditions[0].cause.ko == "고장 & 점검"
    with pytest.raises(MalformedSource, match="Byte"):
        read_siri_fm(FEED.replace("UTF-8", "EUC-KR").encode())


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siri_fm, "MOST_BYTES", 100)
    with pytest.raises(SourceTooLarge):
        read_siri_fm(FEED.encode())


# ── IMDF ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _imdf(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _opening(ident: Any, **properties: Any) -> dict[str, Any]:
    return {"id": ident, "type": "Feature", "feature_type": "opening", "geometry": None, "properties": properties}


def test_what_is_out_of_service_is_closed() -> None:
    data = _imdf(
        _opening("door-exit-1", access_control=["badgereader", "outofservice"]),
        _opening("door-office", access_control=["badgereader"]),
        _opening("door-balcony", access_control=None),
        _opening("door-9", access_control=["outofservice"]),
        _opening(7, access_control=["outofservice"]),
    )
    feed = read_imdf_state(data, seen=NOW, known=KNOWN)
    (condition,) = feed.conditions
    assert (condition.elements, condition.status, condition.reported_at) == (
        ("door-exit-1",),
        Status.NOT_AVAILABLE,
        NOW,
    )
    assert [s.element for s in feed.skipped] == ["door-9", ""]


def test_restrictions_are_closures_only_when_asked_for() -> None:
    data = _imdf(_opening("store", restriction="employeesonly"), _opening("shop", restriction=None))
    assert read_imdf_state(data, seen=NOW, known=KNOWN).conditions == ()
    (condition,) = read_imdf_state(data, seen=NOW, known=KNOWN, restrictions=True).conditions
    assert (condition.effect, condition.elements, condition.cause.ko) == (Effect.CLOSED, ("store",), "관계자만 출입")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"features": 1}', "{}".encode("utf-16"), b"[" * 100_000])
def test_what_is_no_feature_collection_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedSource):
        read_imdf_state(data, seen=NOW)


def test_features_of_any_shape_do_not_stop_the_rest() -> None:
    collection = {
        "features": [None, 1, {}, {"id": "a", "properties": 3}, _opening("lift-1", access_control=["outofservice"])]
    }
    feed = read_imdf_state(json.dumps(collection).encode(), seen=NOW, known=KNOWN)
    assert [c.elements for c in feed.conditions] == [("lift-1",)]
