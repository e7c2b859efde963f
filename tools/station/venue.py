"""``venue.toml`` → :class:`~tools.station.model.Venue`: what the station is called, who is to be named, where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.station.located import Table, read_tables
from tools.station.model import Georeference, PlanError, Venue

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
        The part the model writer needs; facts stay in the file for people and tests.

    Raises
    ------
    PlanError
        If a table or key is missing, or a fact names a source that is not listed.
    """
    tables = read_tables(path)
    head = _one(tables, "venue", path.name)
    place = _one(tables, "georeference", path.name)
    _check_facts(tables)
    if head.values.get("schematic") is not True:
        raise head.where("schematic").error("a station made here is schematic.", "Write schematic = true.")
    return Venue(
        id=head.text("id"),
        ko=head.text("name_ko"),
        en=head.text("name_en"),
        category=head.text("category"),
        address_ko=head.text("address_ko"),
        address_en=head.text("address_en"),
        notice=head.text("notice_en"),
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
        lines={table.text("id"): table.text("colour") for table in tables if table.name == "line"},
    )


def _one(tables: list[Table], name: str, file: str) -> Table:
    for table in tables:
        if table.name == name:
            return table
    message = f"{file}:1: the table [{name}] is missing. Add it; see another station for its keys."
    raise PlanError(message)


def _check_facts(tables: list[Table]) -> None:
    """Refuse a fact whose source letter is not in the sources table."""
    known = {table.text("id") for table in tables if table.name == "source"}
    for table in tables:
        if table.name == "fact":
            for letter in table.text("source").split():
                if letter not in known:
                    raise table.where("source").error(
                        f"source {letter!r} is not listed.", "Add a [[source]] with this id."
                    )
