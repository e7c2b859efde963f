"""A data-quality report as text for people, JSON for programs and GeoJSON for maps."""

from typing import Any

import orjson

from indoor3d.models.building import Building, Exit, Facility, Opening, Position, Space
from indoor3d.models.issue import Report, Severity

_HEADINGS = {
    "en": {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "For information"},
    "ko": {Severity.ERROR: "오류", Severity.WARNING: "경고", Severity.INFO: "참고"},
}
_WORDS = {
    "en": {"title": "Data quality of {venue}", "none": "Nothing to report.", "hint": "What to do: ", "facts": "Facts"},
    "ko": {"title": "{venue} 데이터 품질", "none": "알릴 것이 없습니다.", "hint": "할 일: ", "facts": "기본 사항"},
}


def to_json(report: Report, *, lang: str = "en") -> bytes:
    """Give ``{"ok", "issues", "facts"}``; issues as :meth:`~indoor3d.models.issue.Issue.as_dict` gives them."""
    body = {"ok": report.ok, "issues": [issue.as_dict(lang) for issue in report.issues], "facts": dict(report.facts)}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def to_text(report: Report, building: Building, *, lang: str = "en") -> bytes:
    """Give a page to read: the worst first, every finding with its element, level and what to do about it."""
    words = _WORDS[lang]
    title = words["title"].format(venue=building.venue.name.best(lang) or building.venue.id)
    lines = [title, "=" * len(title), ""]
    levels = {level.id: level.short_name for level in building.levels}
    for severity, heading in _HEADINGS[lang].items():
        issues = [issue for issue in report.issues if issue.severity is severity]
        if not issues:
            continue
        lines += [f"{heading} ({len(issues)})", "-" * (len(heading) + len(str(len(issues))) + 3)]
        for issue in issues:
            name = building.names[issue.element].best(lang) if issue.element in building.names else ""
            where = ", ".join(filter(None, [levels.get(issue.level, issue.level), name, issue.element]))
            lines.append(f"[{issue.code}] {where + ': ' if where else ''}{issue.message(lang)}")
            lines.append(f"    {words['hint']}{issue.hint(lang)}")
        lines.append("")
    if not report.issues:
        lines += [words["none"], ""]
    lines += [words["facts"], "-" * len(words["facts"])]
    lines += [f"{key}: {value}" for key, value in sorted(report.facts.items())]
    return ("\n".join(lines) + "\n").encode()


def to_geojson(report: Report, building: Building, *, lang: str = "en") -> bytes:
    """Give the findings that have a place as a GeoJSON FeatureCollection (RFC 7946; longitude, latitude, height)."""
    found = places(building)
    features: list[dict[str, Any]] = []
    for issue in report.issues:
        place = issue.position or found.get(issue.element)
        if place is None:
            continue
        lon, lat, height = building.frame.to_lonlat([place])[0]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [round(lon, 8), round(lat, 8), round(height, 3)]},
                "properties": issue.as_dict(lang),
            }
        )
    return orjson.dumps({"type": "FeatureCollection", "features": features}, option=orjson.OPT_INDENT_2)


def places(building: Building) -> dict[str, Position]:
    """Give a point for every element that has one."""
    places: dict[str, Position] = {}
    areas: tuple[Space | Opening, ...] = (*building.spaces, *building.openings)
    for area in areas:
        point = area.footprint.representative_point()
        places[area.id] = (point.x, point.y, area.floor_m)
    for connector in building.connectors:
        places[connector.id] = connector.path[0]
    spots: tuple[Exit | Facility, ...] = (*building.exits, *building.facilities)
    for spot in spots:
        places[spot.id] = spot.position
    return places
