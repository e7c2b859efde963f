"""What the readers of single tables share: frames, names, directions, references to spaces, and the elements so far."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

from tools.station import geometry as geo
from tools.station import model as m

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.station.located import Table

COMMON = ("id", "ko", "en", "source", "certainty", "note", "frame")
_ID = re.compile(r"^[a-z0-9][a-z0-9-]*$")


class Names(TypedDict):
    """Keyword arguments that every :class:`~tools.station.model.Item` takes."""

    id: str
    ko: str
    en: str
    source: str
    certainty: str
    where: m.Where


class Reader:
    """Collects the elements of all files of one plan, and reads what many kinds of table have in common."""

    def __init__(self, venue: m.Venue) -> None:
        self.venue = venue
        self.frames: dict[str, geo.Frame] = {"site": geo.Frame(origin=(0.0, 0.0), x_axis=(1.0, 0.0))}
        self.frame_of_file: dict[str, str] = {}
        self.storeys: dict[str, m.Storey] = {}
        self.spaces: dict[str, m.Space] = {}
        self.opens: list[m.OpenEdge] = []
        self.openings: list[m.Opening] = []
        self.gate_rows: list[m.GateRow] = []
        self.platforms: list[m.Platform] = []
        self.flightways: list[m.Flightway] = []
        self.lifts: list[m.Lift] = []
        self.moving_walks: list[m.MovingWalk] = []
        self.stair_lifts: list[m.StairLift] = []
        self.tactile_paths: list[m.TactilePath] = []
        self.transfers: list[m.Transfer] = []
        self.columns: list[m.Column] = []
        self.facilities: list[m.Facility] = []
        self.signs: list[m.Sign] = []
        self.claims: list[m.Claim] = []

    def names(self, table: Table, allowed: Collection[str], key: str | None = None) -> Names:
        """Check the keys of a table and return its id, names and provenance."""
        table.only((*COMMON, *allowed))
        ident = table.text("id") if key is None else key
        if not _ID.match(ident):
            raise table.where("id").error(
                f"id {ident!r} has other signs than a-z, 0-9 and hyphen.", 'Write id = "l1-b1-hall".'
            )
        return {
            "id": ident,
            "ko": table.text("ko", ""),
            "en": table.text("en", ""),
            "source": table.text("source", ""),
            "certainty": self.choice(table, "certainty", m.CERTAINTIES, "assumed"),
            "where": table.where(),
        }

    def choice(self, table: Table, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return a word from a closed list."""
        word = table.text(key, default)
        if word not in allowed:
            raise table.where(key).error(f"unknown {key} {word!r}.", f"Use one of: {', '.join(sorted(allowed))}.")
        return word

    def frame(self, table: Table) -> geo.Frame:
        """Return the drawing frame of a table: its own, or that of its file."""
        name = table.text("frame", self.frame_of_file.get(table.file, "site"))
        if name not in self.frames:
            raise table.where("frame").error(
                f"unknown frame {name!r}.", f"Declare [[frame]] or use one of: {', '.join(self.frames)}."
            )
        return self.frames[name]

    def direction(self, table: Table, key: str, default: str | None = None) -> m.Point:
        """Return the site unit vector of a named direction of the table's frame."""
        name = table.text(key, default)
        found = self.frame(table).direction(name)
        if found is None:
            raise table.where(key).error(f"unknown direction {name!r}.", "Use +x, -x, +y or -y of the frame.")
        return found

    def place(self, table: Table, key: str) -> m.Point:
        """Return a point in site metres."""
        return self.frame(table).to_site(table.pair(key))

    def known_space(self, table: Table, key: str, name: str) -> m.Space:
        """Return the space a table refers to."""
        if name not in self.spaces:
            raise table.where(key).error(
                f"no space has the id {name!r}.", "Correct the id, or add that [[space]] before it is used."
            )
        return self.spaces[name]

    def two_spaces(self, table: Table, key: str = "between") -> tuple[str, str]:
        """Return two existing space ids."""
        first, second = table.texts(key, 2)
        return self.known_space(table, key, first).id, self.known_space(table, key, second).id
