"""``venue.toml`` → :class:`~tools.station.model.Venue`: what the station is called, who is to be named, where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.station.keys import accept
from tools.station.located import Table, read_tables
from tools.station.model import Fact, Georeference, Line, PlanError, Source, Venue
from tools.station.venue_tables import VENUE

if TYPE_CHECKING:
    from pathlib import Path


def read_venue(path: Path) -> Venue:
    """Read the head of a station folder.

    Parameters
    ----------
    path : Path
        ``venue.toml``; tables ``[venue]``, ``[georeference]``, ``[[line]]``, ``[[fact]]``, ``[[source]]``.

    Returns
    -------
    Venue
        Names, place, lines, sources and facts.

    Raises
    ------
    PlanError
        If a table or key is missing, or a fact names a source that is not listed.
    """
    tables = [accept(table, VENUE) for table in read_tables(path)]
    head = _one(tables, "venue", path.name)
    place = _one(tables, "georeference", path.name)
    sources = tuple(_source(table) for table in tables if table.name == "source")
    facts = tuple(_fact(table, {source.id for source in sources}) for table in tables if table.name == "fact")
    return Venue(
        id=head.text("id"),
        ko=head.text("name_ko"),
        en=head.text("name_en"),
        category=head.text("category"),
        address_ko=head.text("address_ko"),
        address_en=head.text("address_en"),
        notice_ko=head.text("notice_ko"),
        notice_en=head.text("notice_en"),
        text_ko=head.text("text_ko"),
        text_en=head.text("text_en"),
        view_bearing_deg=head.number_or_none("view_bearing_deg"),
        attribution_ko=head.text("attribution_ko"),
        attribution_en=head.text("attribution_en"),
        licence=head.text("licence"),
        georeference=Georeference(
            crs=place.text("crs"),
            easting_m=place.number("easting_m"),
            northing_m=place.number("northing_m"),
            height_m=place.number("height_m"),
            bearing_deg=place.number("y_axis_bearing_deg"),
        ),
        lines={line.id: line for line in (_line(table) for table in tables if table.name == "line")},
        sources=sources,
        facts=facts,
    )


def _one(tables: list[Table], name: str, file: str) -> Table:
    for table in tables:
        if table.name == name:
            return table
    message = f"{file}:1: the table [{name}] is missing. Add it; see another station for its keys."
    raise PlanError(message)


def _line(table: Table) -> Line:
    return Line(id=table.text("id"), ko=table.text("ko"), en=table.text("en"), colour=table.text("colour"))


def _source(table: Table) -> Source:
    return Source(id=table.text("id"), what=table.text("what"), licence=table.text("licence"))


def _fact(table: Table, known: set[str]) -> Fact:
    """Read one fact; its source letters must be listed."""
    source = table.text("source")
    for letter in source.split():
        if letter not in known:
            raise table.where("source").error(f"source {letter!r} is not listed.", "Add a [[source]] with this id.")
    return Fact(
        key=table.text("key"),
        value=_words(table.values["value"]),
        unit=table.text("unit"),
        source=source,
        certainty=table.text("certainty"),
        note=table.text("note"),
    )


def _words(value: Any) -> str:
    return ", ".join(_words(part) for part in value) if isinstance(value, list) else str(value)
