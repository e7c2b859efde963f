"""Ways as they are printed: for people in their language, and as objects for programs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import numpy as np

from indoor3d.api import geojson, remarks
from indoor3d.api.cache import VenueData
from indoor3d.cli.common import duration
from indoor3d.models.building import Building
from indoor3d.routing.directions import Step, guide
from indoor3d.routing.explain import Explanation
from indoor3d.routing.isochrone import Isochrone
from indoor3d.routing.journey import Journey
from indoor3d.routing.route import Route

_WORDS = {
    "en": {
        "notes": "To know",
        "equipment": "Lifts and escalators on the way",
        "avoided": "Goes around",
        "outside": "Outside",
        "other": "Another way",
        "why": "What it costs",
        "helps": "Would help if it were open",
        "relaxed": "NOT POSSIBLE NOW",
        "by": "by",
        "closed": "closed",
        "crowded": "crowded",
        "no report": "no report",
        "stale": "out of date",
        "facing": "facing",
        "burden": "counts as",
        "more": "more",
    },
    "ko": {
        "notes": "알아 둘 것",
        "equipment": "지나는 엘리베이터·에스컬레이터",
        "avoided": "피한 곳",
        "outside": "바깥",
        "other": "다른 길",
        "why": "걸리는 시간",
        "helps": "열리면 갈 수 있는 곳",
        "relaxed": "지금은 갈 수 없음",
        "by": "경유",
        "closed": "폐쇄",
        "crowded": "혼잡",
        "no report": "보고 없음",
        "stale": "오래된 정보",
        "facing": "방위",
        "burden": "부담",
        "more": "더",
    },
}
_AGES = ((86_400, "d", "일"), (3_600, "h", "시간"), (60, "min", "분"))


def shape_of(building: Building, routes: Sequence[Route]) -> dict[str, Any]:
    """One object of ways that follow one another: lengths, levels, the exact line."""
    short = {level.id: level.short_name for level in building.levels}
    levels = [short[level] for route in routes for level in route.levels]
    line = np.concatenate([routes[0].positions, *(route.positions[1:] for route in routes[1:])])
    return {
        "profile": routes[0].profile,
        "closed": sorted(routes[0].closed),
        "length_m": round(sum(route.length_m for route in routes), 6),
        "duration_s": round(sum(route.duration_s for route in routes), 3),
        "climb_m": round(sum(route.climb_m for route in routes), 3),
        "levels": [level for i, level in enumerate(levels) if i == 0 or level != levels[i - 1]],
        "coordinates": geojson.positions(building.frame, line),
        "site_coordinates": [[round(c, 6) for c in position] for position in line.tolist()],
        "openings": [name for route in routes for name in route.openings],
    }


def journey_object(data: VenueData, found: Journey, *, how: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A journey for programs.

    Parameters
    ----------
    data : VenueData
    found : Journey
    how : mapping
        How steps are said: ``lang``, ``style``, ``turns``, ``unit``, ``step_length_m``, ``heading_known``.
    at : datetime
        The age of a status counts to here.
    """
    draw = found.graph.naturaliser.path
    shown = np.concatenate([draw(route) for route in found.routes])
    repeated = np.all(shown[1:] == shown[:-1], axis=1)
    return {
        "venue": data.record.venue.id,
        **shape_of(data.building, found.routes),
        "shown_coordinates": geojson.positions(data.building.frame, shown[[True, *(~repeated).tolist()]]),
        "steps": [_step(step, text, leg) for leg, step, text in _steps(data, found, how)],
        **remarks.told(data, found, now=at),
    }


def total(found: Sequence[Journey]) -> str:
    """Metres and time of all of it."""
    routes = [route for journey in found for route in journey.routes]
    return f"{sum(r.length_m for r in routes):.0f} m, {duration(sum(r.duration_s for r in routes))}"


def echo_journey(data: VenueData, found: Journey, *, how: Mapping[str, Any], at: datetime, first: int = 1) -> int:
    """Print steps and what there is to know; gives the number of the step that would follow."""
    number = first
    for _, _, text in _steps(data, found, how):
        click.echo(f"{number:3d}. {text}")
        number += 1
    lang, words = how["lang"], _WORDS[how["lang"]]
    told = remarks.told(data, found, now=at)
    _echo_list(words["notes"], [note["text"][lang] for note in told["notes"]])
    _echo_list(words["equipment"], [_status(one, lang) for one in told["equipment"]])
    _echo_list(words["avoided"], [_avoided(one, lang) for one in told["avoided"]])
    ends = [told["handover"][end] for end in ("start", "end") if told["handover"][end] is not None]
    _echo_list(words["outside"], [_outside(data, one, lang) for one in ends])
    return number


def echo_other(data: VenueData, found: Journey, *, number: int, how: Mapping[str, Any]) -> None:
    """Print another way: its length and its steps."""
    click.echo(f"{_WORDS[how['lang']]['other']} {number}: {total([found])}")
    for at, (_, _, text) in enumerate(_steps(data, found, how), 1):
        click.echo(f"{at:3d}. {text}")


def echo_parts(data: VenueData, why: Explanation, *, lang: str) -> None:
    """Print what each part of a way takes, and what is counted beside the time."""
    words, lines = _WORDS[lang], []
    for part in why.parts:
        leg = part.leg
        levels = [data.building.level(level).short_name for level in dict.fromkeys((leg.level_from, leg.level_to))]
        names = ", ".join(_named(data, leg.elements, lang))
        burden = f"{words['burden']} {duration(part.burden_s)} {words['more']}" if part.burden_s >= 0.5 else ""
        row = (
            geojson.label(str(leg.mode))[lang],
            " → ".join(levels),
            f"{leg.length_m:.0f} m",
            duration(leg.duration_s),
        )
        lines.append("  ".join(filter(None, [*row, names, burden])))
    _echo_list(words["why"], lines)


def parts_object(data: VenueData, why: Explanation) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "mode": str(part.leg.mode),
            "level_from": data.building.level(part.leg.level_from).short_name,
            "level_to": data.building.level(part.leg.level_to).short_name,
            "length_m": round(part.leg.length_m, 3),
            "duration_s": round(part.leg.duration_s, 3),
            "burden_s": round(part.burden_s, 3),
            "elements": list(part.leg.elements),
        }
        for part in why.parts
    ]


def areas_object(data: VenueData, found: Sequence[Isochrone]) -> dict[str, Any]:
    """Areas reached, as GeoJSON: one feature for every time and surface."""
    features = [
        {
            "type": "Feature",
            "geometry": geojson.area(data.building.frame, area.polygon, area.floor_m),
            "properties": {
                "time_s": one.time_s,
                "level": geojson.level_ref(data.building.level(area.level)),
                "area_m2": round(area.polygon.area, 1),
            },
        }
        for one in found
        for area in one.areas
    ]
    return {"type": "FeatureCollection", "venue": data.record.venue.id, "features": features}


def echo_areas(data: VenueData, found: Sequence[Isochrone], *, lang: str) -> None:
    """Print how much floor is reached, in all and by level."""
    minutes = "분" if lang == "ko" else "min"
    for one in found:
        by_level: dict[str, float] = {}
        for area in one.areas:
            name = data.building.level(area.level).short_name
            by_level[name] = by_level.get(name, 0.0) + area.polygon.area
        levels = ", ".join(f"{name} {size:.0f}" for name, size in by_level.items())
        click.echo(f"{one.time_s / 60:g} {minutes}: {one.area_m2:.0f} m²" + (f" ({levels})" if levels else ""))


def blocked_object(data: VenueData, why: Explanation, *, lang: str, at: datetime) -> dict[str, Any]:
    """What would help where there is no way, and the best way if limits were lifted, marked as not possible."""
    made = remarks.explanation(data, why, lang=lang, now=at)
    return {"blocked_by": made["blocked_by"], "would_help": made["would_help"], "relaxed": made["relaxed"]}


def echo_blocked(data: VenueData, why: Explanation, *, lang: str, at: datetime) -> None:
    """Print the same, on stderr, below the error."""
    words, made = _WORDS[lang], blocked_object(data, why, lang=lang, at=at)
    if made["would_help"]:
        click.echo(f"{words['helps']}: {', '.join(one['name'][lang] for one in made['would_help'])}", err=True)
    relaxed = made["relaxed"]
    if relaxed is not None:
        names = _named(data, relaxed["elements"], lang)
        text = f"{words['relaxed']}, {relaxed['text'][lang]}: {relaxed['length_m']:.0f} m, {duration(relaxed['duration_s'])}"
        click.echo(text + (f" ({words['by']} {', '.join(names)})" if names else ""), err=True)


def _steps(data: VenueData, found: Journey, how: Mapping[str, Any]) -> Iterator[tuple[int, Step, str]]:
    teller = guide(data.building)
    for leg, route in enumerate(found.routes):
        steps = teller.steps(route, goal=found.places[leg + 1].element)
        for step, text in zip(steps, teller.say(steps, **how), strict=True):
            yield leg, step, text


def _step(step: Step, text: str, leg: int) -> dict[str, Any]:
    return {
        "type": step.type,
        "maneuver": step.maneuver,
        "text": text,
        "length_m": round(step.length_m, 3),
        "duration_s": round(step.duration_s, 3),
        "level_from": step.level_from,
        "level_to": step.level_to,
        "elements": list(step.elements),
        "leg": leg,
    }


def _named(data: VenueData, elements: Sequence[str], lang: str) -> list[str]:
    """Names of what has one, each once: an open boundary says nothing to anybody."""
    names = data.building.names
    return [name for one in dict.fromkeys(elements) if one in names and (name := names[one].best(lang))]


def _echo_list(title: str, lines: Sequence[str]) -> None:
    if lines:
        click.echo(f"{title}:")
    for line in lines:
        click.echo(f"  - {line}")


def _status(one: Mapping[str, Any], lang: str) -> str:
    """A lift, its status, and how old that news is."""
    words = _WORDS[lang]
    if one["as_of"] is None:
        return f"{one['name'][lang]}: {words['no report']}"
    stale = f", {words['stale']}" if one["stale"] else ""
    return f"{one['name'][lang]}: {one['status_label'][lang]} ({_age(one['age_s'], lang)}{stale})"


def _age(seconds: int, lang: str) -> str:
    """How long ago, in the largest unit that fits.

    Examples
    --------
    >>> _age(20, "en"), _age(180, "ko"), _age(7300, "en")
    ('just now', '3분 전', '2 h ago')
    """
    for size, english, korean in _AGES:
        if seconds >= size:
            return f"{seconds // size}{korean} 전" if lang == "ko" else f"{seconds // size} {english} ago"
    return "방금" if lang == "ko" else "just now"


def _avoided(one: Mapping[str, Any], lang: str) -> str:
    cause = one["cause"][lang] if one["cause"] is not None else ""
    return f"{one['name'][lang]} ({', '.join(filter(None, [_WORDS[lang][one['reason']], cause]))})"


def _outside(data: VenueData, one: Mapping[str, Any], lang: str) -> str:
    name = remarks.name_of(data, one["exit"], lang)
    return f"{name}: {one['lon']:.6f}, {one['lat']:.6f}, {_WORDS[lang]['facing']} {one['bearing_deg']:.0f}°"
