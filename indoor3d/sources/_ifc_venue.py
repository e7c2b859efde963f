"""What the building is to the public: names, notices, lines, sources, facts and official transfer times."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indoor3d.models.building import Fact, Line, Opening, Source, Space, Text, Transfer, Venue
from indoor3d.models.issue import Issue
from indoor3d.sources._ifc_model import LONGEST_TEXT, Model, Product, tidy

FACTS, TRANSFERS = "Indoor3D_Facts", "Indoor3D_Transfers"
MOST = {FACTS: 5_000, TRANSFERS: 200, "IfcZone": 100, "IfcDocumentInformation": 200}
"""How many of each are read; what comes after is left out with an issue."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LONGEST_S = 7_200.0


def venue_of(model: Model, ident: str, *, spaces: Sequence[Space], openings: Sequence[Opening]) -> Venue:
    """The venue of a model; what it says about itself and cannot be read is left out with an issue.

    Parameters
    ----------
    ident : str
        Id of the venue.
    spaces, openings : sequence
        Of the building: lines and transfers refer to them.
    """
    building = next(iter(model.family("IfcBuilding")), None)
    project = str(model.made.document["project"])
    if building is None or not building.text.best():
        return Venue(id=ident, name=Text(default=project or ident), sources=_sources(model))
    bearing = building.own_number("ViewBearing")
    return Venue(
        id=ident,
        name=building.text,
        category=building.own_text("Category") or "building",
        address=building.own_pair("Address"),
        licence=building.own_text("Licence"),
        attribution=building.own_pair("Attribution"),
        schematic=building.own("Schematic") is True,
        text=building.own_pair("Text"),
        notice=building.own_pair("Notice"),
        view_bearing_deg=None if bearing is None else bearing % 360.0,
        sources=_sources(model),
        facts=_facts(model, building),
        lines=_lines(model, {space.id for space in spaces}),
        transfers=_transfers(model, building, {opening.id for opening in openings}),
    )


def _sources(model: Model) -> tuple[Source, ...]:
    rows: dict[str, Source] = {}
    kind = "IfcDocumentInformation"
    for said, title, licence in _at_most(model, kind, model.made.document.get("documents", [])):
        ident = tidy(said)
        if not ident or not tidy(title) or ident in rows:
            _report(model, "", kind, ident or tidy(title), "no id of its own" if tidy(title) else "no title")
            continue
        rows[ident] = Source(id=ident, title=tidy(title), licence=tidy(licence))
    return tuple(rows[ident] for ident in sorted(rows))


def _facts(model: Model, building: Product) -> tuple[Fact, ...]:
    found: dict[str, Fact] = {}
    for key, row in _objects(model, building, FACTS):
        if "value" not in row:
            _report(model, building.id, FACTS, key, "no value")
            continue
        found[key] = Fact(
            key=key,
            value=_text(row["value"]),
            unit=_text(row.get("unit")),
            source=_text(row.get("source")),
            certainty=_text(row.get("certainty")),
            note=_text(row.get("note")),
        )
    return tuple(found[key] for key in sorted(found))


def _lines(model: Model, spaces: set[str]) -> tuple[Line, ...]:
    zones = [zone for zone in model.zones if zone.product.own_text("Category").lower() == "line"]
    found = []
    for zone in _at_most(model, "IfcZone", zones):
        product = zone.product
        colour = product.own_text("Colour").lower()
        if colour and not _COLOUR.fullmatch(colour):
            _report(model, product.id, "Indoor3D_Common", "Colour", "no colour")
            colour = ""
        members = {model.products[key].id for key in zone.members if key in model.products}
        found.append(
            Line(
                id=product.id,
                name=product.text,
                short_name=product.own_text("ShortName"),
                colour=colour,
                spaces=tuple(sorted(members & spaces)),
            )
        )
    return tuple(sorted(found, key=lambda line: (line.short_name.zfill(4), line.id)))


def _transfers(model: Model, building: Product, doors: set[str]) -> tuple[Transfer, ...]:
    found: dict[str, Transfer] = {}
    for key, row in _objects(model, building, TRANSFERS):
        origin, destination, seconds = _text(row.get("from")), _text(row.get("to")), _seconds(row.get("seconds"))
        ident = _text(row.get("id")) or key
        wrong = (
            "no such door"
            if not {origin, destination} <= doors
            else "no time"
            if seconds is None
            else "no id of its own"
            if ident in found
            else ""
        )
        if wrong or seconds is None:
            _report(model, building.id, TRANSFERS, key, wrong)
            continue
        found[ident] = Transfer(
            id=ident,
            name=Text(ko=_text(row.get("ko")), en=_text(row.get("en"))),
            origin=origin,
            destination=destination,
            official_s=seconds,
            source=_text(row.get("source")),
        )
    return tuple(found[ident] for ident in sorted(found))


def _objects(model: Model, building: Product, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Properties of a set that each hold one JSON object, by name; numbers as they are written."""
    rows = sorted(building.properties.get(name, {}).items())
    for key, value in _at_most(model, name, rows):
        try:
            row = _parsed(value)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict) and tidy(key):
            yield tidy(key), row
        else:
            _report(model, building.id, name, tidy(key), "no JSON object")


def _parsed(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError("not a text, or too long")
    return json.loads(value, parse_int=str, parse_float=str, parse_constant=_no_number)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _text(value: Any) -> str:
    """Any JSON value as text for people; numbers come as they were written."""
    if value is None:
        return ""
    return tidy(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return None
    return seconds if 0.0 < seconds <= _LONGEST_S else None


def _at_most(model: Model, kind: str, rows: Sequence[Any]) -> Sequence[Any]:
    if len(rows) > MOST[kind]:
        _report(model, "", kind, f"{len(rows)}", "too many")
    return rows[: MOST[kind]]


def _report(model: Model, element: str, group: str, name: str, reason: str) -> None:
    values = {"set": group, "name": name[:128], "reason": reason}
    model.issues.append(Issue(code="property.unreadable", element=element, values=values))
