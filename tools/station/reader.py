"""What the readers of single tables share: frames, names, directions, references to spaces, and the elements so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from tools.station import geometry as geo
from tools.station import model as m

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.station.located import Table


class Names(TypedDict):
    """Keyword arguments that every :class:`~tools.station.model.Item` takes."""

    id: str
    ko: str
    en: str
    source: str
    certainty: str
    where: m.Where


class RideKeys(TypedDict):
    """Keyword arguments that every :class:`~tools.station.model.Ride` takes besides."""

    handrail: bool | None
    tactile: bool | None
    accessible: bool | None
    needs_staff: bool | None
    speed: float | None
    sign_ko: str
    sign_en: str
    hours: str


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

    def names(self, table: Table, key: str | None = None) -> Names:
        """Return the id, names and provenance of a table; ``key`` is the id of a kind that states none."""
        return {
            "id": table.text("id") if key is None else key,
            "ko": table.text("ko"),
            "en": table.text("en"),
            "source": table.text("source"),
            "certainty": table.text("certainty"),
            "where": table.where(),
        }

    def ride(self, table: Table) -> RideKeys:
        """Return what a table of a way says of its use."""
        return {
            "tactile": table.flag_or_none("tactile"),
            "accessible": table.flag_or_none("accessible"),
            "handrail": table.flag_or_none("handrail"),
            "needs_staff": table.flag_or_none("needs_staff"),
            "speed": table.number_or_none("speed"),
            "sign_ko": table.text("sign_ko"),
            "sign_en": table.text("sign_en"),
            "hours": table.text("hours"),
        }

    def known(self, table: Table, key: str, allowed: Collection[str]) -> str:
        """Return the id of a storey or line that was read before."""
        word = table.text(key)
        if word not in allowed:
            raise table.where(key).error(f"unknown {key} {word!r}.", f"Use one of: {', '.join(sorted(allowed))}.")
        return word

    def frame(self, table: Table) -> geo.Frame:
        """Return the drawing frame of a table: its own, or that of its file."""
        name = table.values["frame"] or self.frame_of_file.get(table.file, "site")
        if name not in self.frames:
            raise table.where("frame").error(
                f"unknown frame {name!r}.", f"Declare [[frame]] or use one of: {', '.join(self.frames)}."
            )
        return self.frames[name]

    def direction(self, table: Table, key: str) -> m.Point:
        """Return the site unit vector of a named direction of the table's frame."""
        return self.frame(table).direction(table.text(key))

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
        first, second = table.texts(key)
        return self.known_space(table, key, first).id, self.known_space(table, key, second).id
