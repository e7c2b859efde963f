"""What people should know about a journey, said in both languages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.respond import finite
from indoor3d.models.korean import sentence
from indoor3d.models.state import STATE_LABELS, Reported, Status
from indoor3d.routing.explain import Explanation, Part
from indoor3d.routing.handover import handover
from indoor3d.routing.journey import Avoided, Journey, Note

_NOTES: Mapping[str, tuple[str, str]] = {
    "unknown": ("{name}: 알려지지 않음 ({what}).", "{name}: nobody has said ({what})."),
    "staff": ("{name:은} 직원을 불러야 합니다.", "{name} needs a member of staff."),
    "paid-area": (
        "{name:을} 지나 개찰구 안을 거칩니다. 요금이 들 수 있습니다.",
        "The way leads through the paid area by {name}: a fare may be due.",
    ),
    "re-entry": (
        "{name:으로} 나갔다가 다시 들어옵니다. 15분 안에 같은 노선으로 다시 타면 추가 요금이 없습니다(교통카드).",
        "The way leaves the paid area by {name} and comes back: free with a card within 15 minutes on the same line.",
    ),
    "crowded": ("{name:이} 붐빕니다.", "{name} is crowded."),
    "uncertain": (
        "위치가 ±{first} m로 불확실하여 {second} m 옮겨 찾았습니다.",
        "The position is uncertain (± {first} m) and was moved by {second} m.",
    ),
    "other-level": (
        "위치가 {first:이} 아니라 {second:으로} 보입니다.",
        "The position seems to be on {second}, not on {first}.",
    ),
    "which-level": (
        "{first:으로} 보았습니다. 다음 층일 수도 있습니다: {rest}.",
        "Taken to be on {first}; it may be on {rest} as well.",
    ),
}
_ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "threshold": ("문턱 높이", "height of the threshold"),
    "kind": ("문의 종류", "kind of door"),
    "intercom": ("인터폰 필요 여부", "whether an intercom is needed"),
    "automatic": ("자동문 여부", "whether it is automatic"),
    "gap": ("승강장 간격", "gap to the train"),
    "car_width": ("칸 너비", "width of the car"),
    "car_depth": ("칸 깊이", "depth of the car"),
    "door_width": ("문 너비", "width of the door"),
    "needs_staff": ("직원 필요 여부", "whether staff are needed"),
    "direction": ("운행 방향", "direction"),
    "max_slope": ("경사", "slope"),
}
_PAIR = ("ko", "en")


def told(data: VenueData, found: Journey, *, now: datetime) -> dict[str, Any]:
    """Properties of a journey beside its geometry: notes, equipment, what was avoided, where to go on outside."""
    return {
        "notes": [_note(data, note) for note in found.notes],
        "equipment": [_equipment(data, name, reported, now) for name, reported in found.equipment],
        "avoided": [_avoided(data, one, found) for one in found.avoided],
        "unknowns": sum(note.code == "unknown" for note in found.notes),
        "handover": {
            "start": _handover(data, found, first=True),
            "end": _handover(data, found, first=False),
        },
    }


_LIFTED: Mapping[str, tuple[str, str]] = {
    "closures": ("닫힌 곳이 모두 열려 있다면", "if nothing were closed"),
    "unknown": ("알려지지 않은 것을 지날 수 있다면", "if what nobody has said could be passed"),
    "profile": ("걸어갈 수 있다면", "for somebody on foot"),
}


_NOTHING_TOLD: Mapping[str, Any] = {
    "notes": [],
    "equipment": [],
    "avoided": [],
    "unknowns": 0,
    "handover": {"start": None, "end": None},
}


def explanation(data: VenueData, found: Explanation, *, lang: str, now: datetime) -> dict[str, Any]:
    """Say why this way, or why none."""
    relaxed = None
    if found.relaxed is not None:
        relaxed = {
            "possible": False,
            "lifted": list(found.lifted),
            "text": {one: ", ".join(_LIFTED[what][i] for what in found.lifted) for i, one in enumerate(_PAIR)},
            "length_m": finite(sum(route.length_m for route in found.relaxed.routes)),
            "duration_s": finite(sum(route.duration_s for route in found.relaxed.routes)),
            "elements": [n for route in found.relaxed.routes for leg in route.legs for n in leg.elements],
            "geometry": geojson.line(
                data.building.frame, np.concatenate([route.positions for route in found.relaxed.routes])
            ),
        }
    problem = found.problem
    blocked = [] if problem is None else problem.context.get("blocked_by", [])
    return {
        "venue": data.record.venue.id,
        "version": data.record.version,
        "possible": found.found is not None,
        "text": {one: "" if problem is None else problem.detail[one] for one in _PAIR},
        "blocked_by": [{**entry, "name": name_of(data, entry["element"], lang)} for entry in blocked],
        "would_help": [
            {"element": name, "name": {one: name_of(data, name, one) for one in _PAIR}} for name in found.would_help
        ],
        "relaxed": relaxed,
        "parts": [_part(data, part) for part in found.parts],
        **(told(data, found.found, now=now) if found.found is not None else _NOTHING_TOLD),
    }


def _part(data: VenueData, part: Part) -> dict[str, Any]:
    leg = part.leg
    return {
        "mode": str(leg.mode),
        "level_from": geojson.level_ref(data.building.level(leg.level_from)),
        "level_to": geojson.level_ref(data.building.level(leg.level_to)),
        "length_m": finite(leg.length_m),
        "duration_s": finite(leg.duration_s),
        "burden_s": finite(part.burden_s),
        "elements": list(leg.elements),
    }


def name_of(data: VenueData, ident: str, lang: str) -> str:
    """Name of an element, else its kind."""
    named = data.building.names.get(ident)
    if named is not None and named.best(lang):
        return named.best(lang)
    element = data.elements.get(ident)
    category = str(getattr(element, "category", "exit")) if element is not None else ident
    return geojson.label(category)[lang]


def _note(data: VenueData, note: Note) -> dict[str, Any]:
    texts = {}
    for index, lang in enumerate(_PAIR):
        if note.code == "unknown":
            words = [_ATTRIBUTES.get(value, (value, value))[index] for value in note.values]
            values = {"name": name_of(data, note.element, lang), "what": ", ".join(words)}
        else:
            said = [_level(data, value, lang) for value in note.values] if "level" in note.code else list(note.values)
            values = {
                "name": name_of(data, note.element, lang) if note.element else "",
                "first": said[0] if said else "",
                "second": said[1] if len(said) > 1 else "",
                "rest": ", ".join(said[1:]),
            }
        template = _NOTES[note.code][index]
        texts[lang] = sentence(template, values) if lang == "ko" else template.format(**values)
    return {"code": note.code, "element": note.element or None, "values": list(note.values), "text": texts}


def _level(data: VenueData, ident: str, lang: str) -> str:
    level = data.building.level(ident)
    return level.name.best(lang) or level.short_name


def _equipment(data: VenueData, ident: str, reported: Reported | None, now: datetime) -> dict[str, Any]:
    status = Status.UNKNOWN if reported is None else reported.status
    as_of = None if reported is None else reported.as_of
    korean, english = STATE_LABELS[status]
    return {
        "id": ident,
        "name": {lang: name_of(data, ident, lang) for lang in _PAIR},
        "status": str(status),
        "status_label": {"ko": korean, "en": english},
        "as_of": None if as_of is None else as_of.isoformat(),
        "age_s": None if as_of is None else max(0, round((now - as_of).total_seconds())),
        "stale": reported is not None and reported.stale,
    }


def _avoided(data: VenueData, one: Avoided, found: Journey) -> dict[str, Any]:
    causes = [
        found.conditions.effects.in_force[i].cause for i in one.conditions if i in found.conditions.effects.in_force
    ]
    return {
        "element": one.element,
        "name": {lang: name_of(data, one.element, lang) for lang in _PAIR},
        "reason": one.reason,
        "conditions": list(one.conditions),
        "cause": geojson.text(causes[0]) if causes else None,
    }


def _handover(data: VenueData, found: Journey, *, first: bool) -> dict[str, Any] | None:
    """Where an outdoor router takes over: a place outside, and which way it faces; None where a journey ends inside."""
    place = found.places[0 if first else -1]
    outside = handover(data.building, place.element)
    if outside is None:
        return None
    lon, lat, height = geojson.positions(data.building.frame, [outside.position])[0]
    return {
        "exit": outside.exit,
        "lon": lon,
        "lat": lat,
        "height": height,
        "bearing_deg": round(outside.bearing_deg, 1),
    }
