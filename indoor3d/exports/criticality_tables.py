"""What an evacuation hangs on, for programs: the ranking as JSON, who is cut off without what as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from indoor3d.exports.evacuation_tables import plain
from indoor3d.models.building import Building
from indoor3d.models.criticality import Critical, Criticality, CutOffAt, Stranded

FORMAT = "indoor3d-criticality-1"
"""Changes when a key changes its meaning or goes; keys may come."""


def ranking_json(building: Building, found: Criticality, *, about: Mapping[str, str]) -> bytes:
    """Give the whole ranking and what closes: times in seconds, what does not exist is null.

    Parameters
    ----------
    about : mapping of str to str
        More that is said of it, as the id of the scenario.
    """
    body = {"format": FORMAT, "venue": building.venue.id, **about, **as_plain(building, found)}
    body["verified"] = "The model is verified and not validated."
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def as_plain(building: Building, found: Criticality) -> dict[str, Any]:
    """A ranking as JSON has it, with the names of spaces."""
    return {
        "persons": found.persons,
        "step_s": found.step_s,
        "ranking": [_row(building, row) for row in found.ranking],
        "closing": _closing(building, found.closing),
        "still": _closing(building, found.still),
        "access": [plain(row) | {"name": _name(building, row.space)} for row in found.access],
    }


def _row(building: Building, row: Critical) -> dict[str, Any]:
    told: dict[str, Any] = plain(row)
    return told | {
        "lost": row.lost,
        "text": {"ko": row.text.ko, "en": row.text.en},
        "stranded": _stranded(building, row.stranded),
    }


def _closing(building: Building, found: CutOffAt | None) -> dict[str, Any] | None:
    if found is None:
        return None
    told: dict[str, Any] = plain(found)
    closings = [
        one | {"stranded": _stranded(building, closing.stranded)}
        for one, closing in zip(told["closings"], found.closings, strict=True)
    ]
    return told | {"closings": closings, "stranded": _stranded(building, found.stranded)}


def _stranded(building: Building, rows: Iterable[Stranded]) -> list[dict[str, Any]]:
    return [
        {"space": row.space, "level": row.level, "name": _name(building, row.space), "persons": row.persons}
        for row in rows
    ]


def _name(building: Building, ident: str) -> dict[str, str]:
    named = building.titles.get(ident)
    return {lang: (named.best(lang) if named is not None else "") or ident for lang in ("ko", "en")}


def stranded_csv(building: Building, found: Criticality) -> bytes:
    """Give who is cut off, a row for each element and space; what closes at its time comes last, as element ``closing``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [
            "element",
            "kind",
            "element_name_ko",
            "element_name_en",
            "space",
            "space_name_ko",
            "space_name_en",
            "level",
            "persons",
        ]
    )
    levels = {level.id: level.short_name for level in building.levels}
    groups = [((r.element, r.kind, r.name.best("ko"), r.name.best("en")), r.stranded) for r in found.ranking]
    if found.closing is not None:
        groups.append((("closing", "closing", "", ""), found.closing.stranded))
    for begin, rows in groups:
        for row in rows:
            name = _name(building, row.space)
            writer.writerow([*begin, row.space, name["ko"], name["en"], levels.get(row.level, row.level), row.persons])
    return out.getvalue().encode()
