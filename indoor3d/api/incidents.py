"""Incidents: hazards that were reported together, kept as conditions of the live state, so that every answer keeps clear of them at once.

The id of a condition says which incident it belongs to and what it is: ``in-0123456789abcdef.01-fire``. A live incident only shuts and turns: smoke that is
reported closes its space whatever its density, water whatever its depth. How hazards spread is worked out in plans.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from indoor3d.api import closures, geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.links import Links
from indoor3d.api.respond import JSON
from indoor3d.api.schemas_evacuations import IncidentRequest
from indoor3d.errors import InvalidInput, InvalidScenario, UnknownElement
from indoor3d.models.building import Building, Text
from indoor3d.models.scenario import Hazard, HazardKind
from indoor3d.models.scenario_check import check as check_names
from indoor3d.models.scenario_form import read
from indoor3d.models.state import Condition, Effect, Status, check
from indoor3d.store.state import Kept

_PART = re.compile(r"(in-[0-9a-f]{16,24})\.\d{2,3}-([a-z]+)")
_HELD = frozenset(
    {"id", "kind", "at_s", "until_s", "spaces", "elements", "level", "depth_m", "direction", "by", "reported_at"}
)


def of(condition: str) -> str:
    """Id of the incident that a condition belongs to; empty for one that stands alone."""
    found = _PART.fullmatch(condition)
    return found[1] if found else ""


def new_id(*, by: str, key: str | None, random: str) -> str:
    """Id of a new incident: from the operator and the Idempotency-Key where there is one."""
    return f"in-{random}" if key is None else "in-" + hashlib.sha256(f"{by}\0{key}".encode()).hexdigest()[:24]


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def conditions_of(
    body: IncidentRequest, building: Building, *, ident: str, by: str, moment: datetime
) -> tuple[Condition, ...]:
    """What an operator sent, as conditions that the building can have.

    Raises
    ------
    InvalidScenario
        A hazard cannot be understood, names what is not there, or has what only plans work out.
    InvalidInput
        There is no name, or it is over already.
    """
    name = Text(default=body.name.ko or body.name.en, ko=body.name.ko, en=body.name.en)
    if not name.default.strip():
        raise InvalidInput("name needs a text in Korean or English.", ko="name에 한국어나 영어 이름이 필요합니다.")
    begun = body.started_at or moment
    made = []
    for number, hazard in enumerate(_hazards(body, building)):
        effect, elements, more = _effect(hazard, building)
        condition = Condition(
            id=f"{ident}.{number:02d}-{hazard.kind}",
            effect=effect,
            elements=elements,
            start=begun + timedelta(seconds=hazard.at_s),
            end=None if hazard.until_s is None else begun + timedelta(seconds=hazard.until_s),
            cause=name,
            source=body.source,
            reporter=hazard.by or body.reporter or by,
            reported_at=_reported(hazard, number) or body.reported_at or moment,
            **more,
        )
        check(condition, building)
        closures.check_end(condition, moment)
        made.append(condition)
    return tuple(made)


def _hazards(body: IncidentRequest, building: Building) -> Sequence[Hazard]:
    for number, given in enumerate(body.hazards):
        others = sorted(set(given) - _HELD)
        if others:
            path = f"hazards[{number}].{others[0][:64]}"
            raise InvalidScenario(
                f"{path}: a live incident has only {', '.join(sorted(_HELD))}.",
                ko=f"{path}: 실시간 사건에는 {', '.join(sorted(_HELD))}만 씁니다.",
                path=path,
                allowed=sorted(_HELD),
            )
    named = [{"id": f"{number}", **given} for number, given in enumerate(body.hazards)]
    scenario = read({"id": "incident", "venues": [building.venue.id], "hazards": named})
    return check_names(building, scenario).hazards


def _effect(hazard: Hazard, building: Building) -> tuple[Effect, tuple[str, ...], Mapping[str, Any]]:
    if hazard.kind is HazardKind.STOPPED:
        return Effect.STATUS, hazard.elements, {"status": Status.NOT_AVAILABLE}
    if hazard.kind is HazardKind.REVERSED:
        return Effect.ONE_WAY, hazard.elements, {"direction": hazard.direction}
    if hazard.kind is HazardKind.SMOKE:
        return Effect.SMOKE, hazard.spaces, {}
    wet = tuple(s.id for s in building.spaces if s.level == hazard.level and s.walkable) if hazard.level else ()
    return Effect.CLOSED, (*hazard.spaces, *hazard.elements, *wet), {}


def _reported(hazard: Hazard, number: int) -> datetime | None:
    if not hazard.reported_at:
        return None
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(hazard.reported_at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        path = f"hazards[{number}].reported_at"
        raise InvalidScenario(
            f"{path}: a date and time with its zone is needed, such as 2026-11-27T18:00:00+09:00.",
            ko=f"{path}: 2026-11-27T18:00:00+09:00처럼 시간대가 있는 시각이 필요합니다.",
            path=path,
        )
    return moment


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def grouped(kept: Sequence[Kept]) -> Mapping[str, tuple[Kept, ...]]:
    """Conditions by their incident, in the order of their ids."""
    found: dict[str, list[Kept]] = {}
    for one in sorted(kept, key=lambda k: k.condition.id):
        incident = of(one.condition.id)
        if incident:
            found.setdefault(incident, []).append(one)
    return {ident: tuple(some) for ident, some in found.items()}


def find(kept: Sequence[Kept], ident: str) -> tuple[Kept, ...]:
    """The conditions of one incident.

    Raises
    ------
    UnknownElement
    """
    found = grouped(kept).get(ident, ())
    if not found:
        shown = ident[:64]
        raise UnknownElement(f"There is no incident {shown!r}.", ko=f"{shown!r} 사건이 없습니다.", incident=shown)
    return found


def tag(parts: Sequence[Kept]) -> str:
    """ETag of an incident: what it is told by changes with every revision of any of its conditions."""
    told = ";".join(f"{k.condition.id} {k.revision} {k.ended}" for k in parts)
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def incident(parts: Sequence[Kept], data: VenueData, links: Links) -> dict[str, Any]:
    """One incident, as everybody may read it."""
    first = parts[0]
    ident = of(first.condition.id)
    starts = [k.condition.start for k in parts if k.condition.start is not None]
    reports = [k.condition.reported_at for k in parts if k.condition.reported_at is not None]
    return {
        "id": ident,
        "venue": first.venue,
        "name": geojson.text(first.condition.cause),
        "source": first.condition.source,
        "started_at": min(starts).isoformat() if starts else None,
        "reported_at": min(reports).isoformat() if reports else None,
        "ended": all(k.ended for k in parts),
        "conditions": [
            {"hazard": _PART.fullmatch(k.condition.id)[2], **closures.closure(k, data, links)}  # type: ignore[index]
            for k in parts
        ],
        "links": [
            {"rel": "self", "href": links.to("venues", first.venue, "incidents", ident), "type": JSON},
            {"rel": "collection", "href": links.to("venues", first.venue, "incidents"), "type": JSON},
            {"rel": "monitor", "href": links.to("venues", first.venue, "events"), "type": "text/event-stream"},
        ],
    }
