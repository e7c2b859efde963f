"""The table of step-free ways as a JSON object; the command line prints the same one."""

from collections.abc import Mapping, Sequence
from typing import Any

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.errors import describe
from indoor3d.api.explained import explained
from indoor3d.api.respond import finite
from indoor3d.errors import Indoor3dError
from indoor3d.models.building import Exit, Line, Text
from indoor3d.routing import accessibility as routing
from indoor3d.routing.indoors import StepFree


def content(data: VenueData, *, lang: str) -> dict[str, Any]:
    """Compute the table of a venue.

    Parameters
    ----------
    data : VenueData
    lang : str
        Language of the problems; names come in both.
    """
    return _Table(data, lang).content()


_WORDS = {
    "ko": {
        "station": "승강장 {rows}곳 가운데 {step_free}곳에서 계단 없이 나갈 수 있습니다. 계단 없이 닿는 출구: {exits}곳 가운데 {exits_step_free}곳",
        "building": "{rows}개 층 가운데 {step_free}개 층에 거리에서 계단 없이 갈 수 있습니다.",
        "exit": "출구",
        "none": "계단 없는 길 없음",
        "spaces": "공간 {all}곳 가운데 {some}곳",
        "transfer": "{name}: 공식 {official:.0f}초, 모델에서는 1.2 m/s로 {walked}",
        "walked": "{seconds:.0f}초({metres:.0f} m)",
        "no way": "길이 없음",
    },
    "en": {
        "station": "{step_free} of {rows} platforms lead out without steps; {exits_step_free} of {exits} exits are reached so",
        "building": "{step_free} of {rows} levels are reached from the street without steps",
        "exit": "exit",
        "none": "no way without steps",
        "spaces": "{some} of {all} spaces",
        "transfer": "{name}: official {official:.0f} s, in the model at 1.2 m/s {walked}",
        "walked": "{seconds:.0f} s ({metres:.0f} m)",
        "no way": "no way",
    },
}


def to_text(table: Mapping[str, Any], *, lang: str) -> str:
    """Give what :func:`content` computed as a page to read; exits that are not reached are only counted."""
    words = _WORDS[lang]
    lines = [words[table["kind"]].format(**table["summary"])]
    for row in (*table["platforms"], *table["levels"]):
        lines += ["", f"{row['level']['short_name']:>4}  {row['name'][lang] or row['name']['default']}"]
        ways = row.get("exits", row.get("entrances", ()))
        for way in ways:
            if way["reachable"]:
                lines.append("      " + _said(way, row, lang))
        if not row["step_free"]:
            detail = (row["problem"] or {}).get("detail", "")
            lines.append(f"      {words['none']}{': ' if detail else ''}{detail}")
    for row in table["transfers"]:
        name = row["name"][lang] or row["id"]
        walked = words["no way"]
        if row["length_m"] is not None:
            walked = words["walked"].format(seconds=row["walk_s"], metres=row["length_m"])
        lines += ["", words["transfer"].format(name=name, official=row["official_s"], walked=walked)]
    return "\n".join(lines) + "\n"


def _said(way: Mapping[str, Any], row: Mapping[str, Any], lang: str) -> str:
    words = _WORDS[lang]
    name = way["name"][lang] or way["name"]["default"] or f"{words['exit']} {way['number'] or way['exit']}"
    lifts = ", ".join(lift["name"][lang] or lift["id"] for lift in way["lifts"])
    minutes, seconds = divmod(round(way["duration_s"]), 60)
    parts = [f"{way['length_m']:7.1f} m {minutes:3d}:{seconds:02d}  {name}"]
    if "spaces_reached" in way:
        parts.append(words["spaces"].format(all=row["spaces"], some=way["spaces_reached"]))
    return " · ".join([*parts, lifts] if lifts else parts)


class _Table:
    """One answer in the making: what is looked up again and again."""

    def __init__(self, data: VenueData, lang: str) -> None:
        self.data, self.lang = data, lang
        building = data.building
        self.exits = {one.id: one for one in building.exits}
        self.lines = {space: line for line in building.venue.lines for space in line.spaces}
        self.lifts = routing.lines_of_lifts(building)

    def content(self) -> dict[str, Any]:
        found = routing.accessibility(self.data.graph)
        station = bool(found.platforms)
        rows = [self._platform(row) for row in found.platforms] or [self._level(row) for row in found.levels]
        ways = [(way["exit"], row, way) for row in rows for way in row["exits" if station else "entrances"]]
        street = {one.level for one in self.data.building.exits if one.outside}
        served = {
            ident for ident, row, way in ways if way["reachable"] and (station or row["level"]["id"] not in street)
        }
        record = self.data.record
        return {
            "venue": record.venue.id,
            "version": record.version,
            "mode": routing.PROFILE,
            "schematic": record.venue.schematic,
            "kind": "station" if station else "building",
            "summary": {
                "rows": len(rows),
                "step_free": sum(row["step_free"] for row in rows),
                "exits": len({ident for ident, _, _ in ways}),
                "exits_step_free": len(served),
            },
            "platforms": rows if station else [],
            "levels": [] if station else rows,
            "transfers": [self._transfer(row) for row in found.transfers],
        }

    def _platform(self, row: routing.PlatformAccess) -> dict[str, Any]:
        building = self.data.building
        space = next(s for s in building.spaces if s.id == row.space)
        return {
            "space": row.space,
            "name": geojson.text(space.name),
            "level": geojson.level_ref(building.level(space.level)),
            "line": _line(self.lines.get(row.space)),
            "step_free": any(way for _, way in row.ways),
            "exits": [self._exit(ident) | self._way(way) for ident, way in row.ways],
            "problem": self._problem(row.problem),
        }

    def _level(self, row: routing.LevelAccess) -> dict[str, Any]:
        level = self.data.building.level(row.level)
        return {
            "level": geojson.level_ref(level),
            "name": geojson.text(level.name),
            "step_free": any(one.way for one in row.ways),
            "spaces": row.spaces,
            "entrances": [
                self._exit(one.exit) | self._way(one.way) | {"spaces_reached": one.spaces} for one in row.ways
            ],
            "problem": self._problem(row.problem),
        }

    def _transfer(self, row: routing.TransferAccess) -> dict[str, Any]:
        known = row.transfer
        return {
            "id": known.id,
            "name": geojson.text(known.name),
            "from": self._door(known.origin),
            "to": self._door(known.destination),
            "official_s": known.official_s,
            "sources": known.source.split(),
            "length_m": None if row.length_m is None else finite(row.length_m),
            "walk_s": None if row.walk_s is None else finite(row.walk_s),
            "difference": None if row.walk_s is None else finite(row.walk_s / known.official_s - 1, 3),
            "step_free": self._way(row.step_free),
        }

    def _door(self, ident: str) -> dict[str, Any]:
        opening = next((o for o in self.data.building.openings if o.id == ident), None)
        if opening is None:
            return {"opening": ident, "name": geojson.text(Text()), "level": None, "line": None}
        return {
            "opening": ident,
            "name": geojson.text(opening.name),
            "level": geojson.level_ref(self.data.building.level(opening.level)),
            "line": _line(routing.line_at(self.data.building, opening.spaces)),
        }

    def _exit(self, ident: str) -> dict[str, Any]:
        one: Exit = self.exits[ident]
        return {
            "exit": ident,
            "number": one.number,
            "name": geojson.text(one.name),
            "level": geojson.level_ref(self.data.building.level(one.level)),
        }

    def _way(self, way: StepFree | None) -> dict[str, Any]:
        if way is None:
            return {"reachable": False, "length_m": None, "duration_s": None, "lifts": []}
        return {
            "reachable": True,
            "length_m": finite(way.length_m),
            "duration_s": finite(way.duration_s),
            "lifts": self._lifts(way.lifts),
        }

    def _lifts(self, idents: Sequence[str]) -> list[dict[str, Any]]:
        names: Mapping[str, Text] = self.data.building.names
        return [
            {
                "id": ident,
                "name": geojson.text(names.get(ident, Text())),
                "lines": [line.short_name or line.id for line in self.lifts.get(ident, ())],
            }
            for ident in idents
        ]

    def _problem(self, problem: Indoor3dError | None) -> dict[str, Any] | None:
        if problem is None:
            return None
        return describe(explained(problem, self.data, lang=self.lang), lang=self.lang)


def _line(line: Line | None) -> dict[str, Any] | None:
    return None if line is None else geojson.line_ref(line)
