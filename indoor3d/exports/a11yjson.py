"""A venue's equipment and doors → A11yJSON: what it is like, and whether it works right now.

A GeoJSON feature collection of ``EquipmentInfo`` (lifts, escalators, moving walks, ramps, wheelchair lifts, stairs as what they are to a
building: equipment on a way) and ``EntranceInfo`` (doors, gates, entrances). A member that nobody has said anything about is
left out, which A11yJSON reads as unknown; so is ``isWorking`` when the last report is older than its interval.

Source: sozialhelden/a11yjson, ``EquipmentProperties.ts``, ``Door.ts``, ``Stairs.ts``, ``EntranceProperties.ts`` (version 31, MIT).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from indoor3d.models.building import Building, Connector, Opening, Text
from indoor3d.models.state import STATE_LABELS, Condition, Effects, Status
from indoor3d.models.vocabulary import LABELS, ConnectorCategory, DoorKind, OpeningCategory

_EQUIPMENT = {
    ConnectorCategory.LIFT: "elevator",
    ConnectorCategory.ESCALATOR: "escalator",
    ConnectorCategory.MOVING_WALK: "movingWalkway",
    ConnectorCategory.RAMP: "ramp",
    ConnectorCategory.WHEELCHAIR_LIFT: "stairLift",
}
"""``EquipmentTypes``; stairs have none."""
_CARS = frozenset({ConnectorCategory.LIFT, ConnectorCategory.WHEELCHAIR_LIFT})
_DOORS = frozenset({OpeningCategory.DOOR, OpeningCategory.ENTRANCE, OpeningCategory.GATE, OpeningCategory.SCREEN_DOOR})
_DEGREES = 8


def to_a11yjson(building: Building, effects: Effects, *, moment: datetime) -> bytes:
    """Write the equipment and doors of a building, with what is known of them at a moment.

    Parameters
    ----------
    building : Building
    effects : Effects
        Of its conditions at that moment.
    moment : datetime
        With its zone.

    Returns
    -------
    bytes
        JSON, UTF-8; equal input gives equal bytes.

    Examples
    --------
    >>> from datetime import UTC
    >>> from indoor3d.models.building import Level, Venue
    >>> from indoor3d.models.frame import SiteFrame
    >>> bare = Building(venue=Venue(id="v", name=Text()), frame=SiteFrame.at(127, 37), levels=())
    >>> to_a11yjson(bare, Effects(), moment=datetime(2026, 11, 27, tzinfo=UTC))
    b'{"type":"FeatureCollection","timeStamp":"2026-11-27T00:00:00+00:00","features":[]}'
    """
    features = [
        *(_equipment(c, building, effects) for c in building.connectors if c.category in _EQUIPMENT),
        *(_stairs(c, building, effects) for c in building.connectors if c.category not in _EQUIPMENT),
        *(_entrance(o, building, effects) for o in building.openings if o.category in _DOORS),
    ]
    return orjson.dumps(
        {"type": "FeatureCollection", "timeStamp": moment.isoformat(), "features": [_known(f) for f in features]}
    )


def _equipment(connector: Connector, building: Building, effects: Effects) -> dict[str, Any]:
    car = connector.category in _CARS
    ramp = connector.category is ConnectorCategory.RAMP
    door = {"width": _length(connector.clear_width_m)} if car else {}
    properties = {
        "category": _EQUIPMENT[connector.category],
        **_identity(connector.id, building),
        "description": _localized(connector.name, LABELS[connector.category]),
        "longDescription": _levels(connector, building),
        "cabinWidth": _length(connector.car_width_m) if car else None,
        "cabinLength": _length(connector.car_depth_m) if car else None,
        "hasDoorsInBothDirections": connector.through if car else None,
        "door": door,
        "rampWidth": _length(connector.clear_width_m) if ramp else None,
        "rampSlope": None if connector.max_slope is None or not ramp else f"{100 * connector.max_slope:.6g} %",
        **_working(connector.id, effects),
    }
    return _feature(connector.id, building, connector.stops[0].position, properties)


def _stairs(connector: Connector, building: Building, effects: Effects) -> dict[str, Any]:
    properties = {
        **_identity(connector.id, building),
        "stairs": {
            "count": connector.step_count,
            "name": _localized(connector.name, LABELS[connector.category]),
            "floors": [_short(building, stop.level) for stop in connector.stops],
            "hasHandRail": connector.handrail,
            "hasTactileSafetyStrips": connector.tactile,
        },
        **_working(connector.id, effects),
    }
    return _feature(connector.id, building, connector.stops[0].position, properties)


def _entrance(opening: Opening, building: Building, effects: Effects) -> dict[str, Any]:
    kind = opening.kind
    revolving = None if kind is None else kind is DoorKind.REVOLVING
    properties = {
        **_identity(opening.id, building),
        "name": _localized(opening.name, LABELS[opening.category]),
        "door": {
            "width": _length(opening.clear_width_m),
            "thresholdHeight": _length(opening.threshold_m),
            "isAutomatic": opening.automatic,
            "isAlwaysOpen": None if kind is None else kind is DoorKind.OPEN,
            "isRevolving": revolving,
            "isSliding": None if kind is None else kind is DoorKind.SLIDING,
            "isTurnstile": True if opening.category is OpeningCategory.GATE else None,
            "needsIntercom": opening.intercom,
        },
        **_working(opening.id, effects),
    }
    x, y = opening.footprint.centroid.coords[0]
    return _feature(opening.id, building, (x, y, opening.floor_m), properties)


def _working(ident: str, effects: Effects) -> dict[str, Any]:
    """The live members: a closed lift does not work, whatever its status says; a stale status says nothing."""
    reported = effects.status.get(ident)
    shut = ident in effects.closed
    reasons = [effects.in_force[i] for i in effects.reasons.get(ident, ()) if i in effects.in_force]
    members: dict[str, Any] = {}
    if reported is not None and reported.as_of is not None:
        members["stateLastUpdate"] = reported.as_of.isoformat()
    if shut:
        cause = next((c.cause for c in reasons if c.cause != Text()), Text())
        label = STATE_LABELS[Status.NOT_AVAILABLE]
        members |= {
            "isWorking": False,
            "outOfOrderReason": _localized(cause, label),
            "alternativeRouteInstructions": next(
                (_localized(c.remedy_text) for c in reasons if c.remedy_text != Text()), None
            ),
            "plannedCompletionDate": _planned(reasons),
        }
    elif reported is not None and reported.status in {Status.AVAILABLE, Status.PARTIALLY_AVAILABLE}:
        members["isWorking"] = True
        if reported.status is Status.PARTIALLY_AVAILABLE:
            members["stateExplanation"] = _localized(Text(), STATE_LABELS[Status.PARTIALLY_AVAILABLE])
    return members


def _planned(reasons: Sequence[Condition]) -> str | None:
    """When the last of what shuts it ends; unknown where one of it has no end."""
    ends = [condition.end for condition in reasons]
    known = [end for end in ends if end is not None]
    return max(known).isoformat() if known and len(known) == len(ends) else None


def _identity(ident: str, building: Building) -> dict[str, Any]:
    return {"originalId": ident, "originalPlaceInfoId": building.venue.id}


def _levels(connector: Connector, building: Building) -> dict[str, str] | None:
    names = {level.id: level.name for level in building.levels}
    ends = [names.get(connector.stops[at].level) for at in (0, -1)]
    if ends[0] is None or ends[1] is None:
        return None
    low, high = ends[0], ends[1]
    return {
        "ko": f"{low.best('ko')}에서 {high.best('ko')}까지",
        "en": f"From {low.best('en')} to {high.best('en')}",
    }


def _short(building: Building, level: str) -> str:
    return next((v.short_name for v in building.levels if v.id == level), level)


def _localized(text: Text, label: tuple[str, str] = ("", "")) -> dict[str, str] | None:
    known = {"ko": text.best("ko") or label[0], "en": text.best("en") or label[1]}
    return {lang: value for lang, value in known.items() if value} or None


def _length(metres: float | None) -> str | None:
    return None if metres is None else f"{metres:.6g} m"


def _feature(
    ident: str, building: Building, position: Sequence[float], properties: Mapping[str, Any]
) -> dict[str, Any]:
    lon, lat, _ = building.frame.to_lonlat([list(position)])[0].tolist()
    return {
        "type": "Feature",
        "id": ident,
        "geometry": {"type": "Point", "coordinates": [round(lon, _DEGREES), round(lat, _DEGREES)]},
        "properties": dict(properties),
    }


def _known(value: Mapping[str, Any]) -> dict[str, Any]:
    """Without what nobody has said."""
    plain = {name: _known(v) if isinstance(v, dict) else v for name, v in value.items()}
    return {name: v for name, v in plain.items() if v is not None and v != {}}
