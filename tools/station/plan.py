"""Tables of a station folder → :class:`~tools.station.model.Plan`, with errors that say where and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.station import model as m
from tools.station import read_places as places
from tools.station import read_things as things
from tools.station import read_ways as ways
from tools.station.geojson import read_features
from tools.station.keys import accept
from tools.station.located import read_tables
from tools.station.reader import Reader
from tools.station.tables import PLAN
from tools.station.venue import read_venue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.station.located import Table

_KINDS: dict[str, Callable[[Reader, Table], None]] = {
    "frame": places.read_frame,
    "storey": places.read_storey,
    "space": places.read_space,
    "exit": places.read_exit,
    "stair_core": ways.read_stair_core,
    "open": places.read_open,
    "door": places.read_opening("door"),
    "passage": places.read_opening("passage"),
    "window": places.read_opening("window"),
    "entrance": places.read_opening("entrance"),
    "gate_row": places.read_gate_row,
    "platform": places.read_platform,
    "stairs": ways.read_flightway("stairs"),
    "ramp": ways.read_flightway("ramp"),
    "escalator": ways.read_flightway("escalator"),
    "escalator_pair": ways.read_escalator_pair,
    "lift": ways.read_lift,
    "moving_walk": ways.read_moving_walk,
    "stair_lift": ways.read_stair_lift,
    "column": things.read_column,
    "facility": things.read_facility,
    "sign": things.read_sign,
    "tactile_path": things.read_tactile_path,
    "transfer": things.read_transfer,
}
"""Every table a plan may have, in the order in which they are read: what is referred to comes first."""


def _tables(path: Path) -> list[Table]:
    """Return the tables of one file, each accepted."""
    found = read_features(path) if path.suffix == ".geojson" else read_tables(path)
    return [accept(table, PLAN) for table in found]


def read_plan(folder: Path) -> m.Plan:
    """Read ``venue.toml``, ``plan.toml`` and the files it names.

    Parameters
    ----------
    folder : Path
        A station folder such as ``assets/stations/city-hall``.

    Returns
    -------
    Plan
        Everything in site metres; not yet checked as a whole (see :func:`tools.station.checks.check`).

    Raises
    ------
    PlanError
        For the first table that cannot be read, with file, line and remedy.
    """
    reader = Reader(read_venue(folder / "venue.toml"))
    tables = _tables(folder / "plan.toml")
    for name in tables[0].texts("files"):
        tables.extend(_tables(folder / name))
    reader.frame_of_file = {table.file: table.text("frame") for table in tables if table.name == ""}
    for kind, read in _KINDS.items():
        for table in tables:
            if table.name == kind:
                read(reader, table)
    return m.Plan(
        venue=reader.venue,
        storeys=tuple(sorted(reader.storeys.values(), key=lambda storey: storey.ordinal)),
        spaces=tuple(sorted(reader.spaces.values(), key=lambda space: space.id)),
        opens=tuple(reader.opens),
        openings=tuple(reader.openings),
        gate_rows=tuple(reader.gate_rows),
        platforms=tuple(reader.platforms),
        flightways=tuple(reader.flightways),
        lifts=tuple(reader.lifts),
        moving_walks=tuple(reader.moving_walks),
        stair_lifts=tuple(reader.stair_lifts),
        tactile_paths=tuple(reader.tactile_paths),
        transfers=tuple(reader.transfers),
        columns=tuple(reader.columns),
        facilities=tuple(reader.facilities),
        signs=tuple(reader.signs),
        claims=tuple(reader.claims),
    )
