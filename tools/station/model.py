"""A station plan as frozen values. Every coordinate is in site metres, every height in metres above the street datum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Point, ...]

SPACE_CATEGORIES = frozenset(
    {
        "room",
        "corridor",
        "concourse",
        "platform",
        "passage",
        "lobby",
        "restroom",
        "restroom_accessible",
        "nursing_room",
        "office",
        "shop",
        "technical",
        "stairwell",
        "lift_shaft",
        "parking",
        "track",
        "outdoor",
        "roof_garden",
        "exhibition",
        "auditorium",
        "reading_room",
        "restroom_family",
        "cafe",
        "storage",
        "unspecified",
    }
)
FACILITY_CATEGORIES = frozenset(
    {
        "aed",
        "fire_hydrant",
        "fire_extinguisher",
        "emergency_exit",
        "emergency_light",
        "emergency_phone",
        "restroom",
        "restroom_accessible",
        "nursing_room",
        "lift",
        "escalator",
        "ticket_machine",
        "locker",
        "information",
        "service_office",
        "certificate_kiosk",
        "wifi",
        "exit",
        "seating",
        "drinking_water",
        "tactile_map",
        "cultural",
        "restroom_family",
        "lost_property",
        "reception",
    }
)
ACCESS = frozenset({"public", "paid", "restricted"})
LEAVES = frozenset({"hinged", "sliding", "revolving", "folding", "open"})
CERTAINTIES = frozenset({"S", "D", "G", "assumed"})


_OPPOSITE = 0.9
"""Cosine of how far from opposite two sides may lie."""


class PlanError(ValueError):
    """A plan that cannot be built; the message names file, line and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Place in a plan file, for messages."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return ``file:line``."""
        return f"{self.file}:{self.line}"

    def error(self, problem: str, remedy: str) -> PlanError:
        """Return the error that names this place, the problem and the remedy."""
        return PlanError(f"{self}: {problem} {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What every element of a plan has: an id, names, and where its facts come from."""

    id: str
    ko: str = ""
    en: str = ""
    source: str = ""
    certainty: str = "assumed"
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride(Item):
    """What is known of every stair, ramp, escalator, lift and moving walk; ``None`` and "" when nobody has said.

    Attributes
    ----------
    handrail, tactile : handrails along it, tactile paving before its ends
    accessible : whether its operator says that wheelchair users can use it
    needs_staff : only runs with somebody from the staff
    speed : along the way, metres per second
    sign_ko, sign_en : what the sign at it says
    hours : when it runs, in OpenStreetMap's syntax
    """

    handrail: bool | None = None
    tactile: bool | None = None
    accessible: bool | None = None
    needs_staff: bool | None = None
    speed: float | None = None
    sign_ko: str = ""
    sign_en: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storey(Item):
    """A storey; its elevation is the lowest floor of its spaces and is not stated in the plan."""

    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Space(Item):
    """A cell people can be in.

    Attributes
    ----------
    ring : outline, counter-clockwise, site metres
    floor, clear : floor height and clear height, metres
    wall_top : height to which walls around it rise, metres; ``None`` means up to the clear height
    text_ko, text_en : a sentence about it
    refuge : whether people can wait there for rescue; ``capacity`` of how many, 0 when not stated
    hours : when it is open, in OpenStreetMap's syntax
    tactile : whether tactile paving leads through it; ``None`` when nobody has said (see :meth:`Plan.tactile`)
    """

    level: str
    ring: Ring
    floor: float
    clear: float
    category: str
    access: str
    wall_top: float | None = None
    glass: bool = False
    text_ko: str = ""
    text_en: str = ""
    refuge: bool = False
    capacity: int = 0
    hours: str = ""
    tactile: bool | None = None

    @property
    def outdoor(self) -> bool:
        """Whether it is ground under the open sky: no walls and no ceiling are drawn."""
        return self.category == "outdoor"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEdge(Item):
    """Two spaces that touch without a wall."""

    between: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Item):
    """A door, window, unfilled passage or entrance in a wall; ``between`` has one id when the other side is outside.

    Attributes
    ----------
    adjoins : id of the neighbouring venue that it leads into
    sill : height of the lower edge above the floor, metres (windows)
    leaf : how it opens, a word of :data:`LEAVES`; ``None`` when nobody has said, as below
    automatic, intercom : opens by itself; opens when somebody has been spoken to
    threshold : height of what one has to get over, metres
    hours : when it is open, in OpenStreetMap's syntax
    """

    kind: str
    between: tuple[str, ...]
    at: Point
    width: float
    height: float
    exit_number: str = ""
    exit_kind: str = ""
    fire_exit: bool = False
    adjoins: str = ""
    sill: float = 0.0
    leaf: str | None = None
    automatic: bool | None = None
    threshold: float | None = None
    intercom: bool | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow(Item):
    """Fare gates along the edge shared by an unpaid and a paid space (in this order)."""

    between: tuple[str, str]
    centre: Point
    standard: int
    wide: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform(Item):
    """The screen doors of one platform edge; ``front`` is where the first car stops, ``towards`` the next station.

    ``gap`` is the way across to the train and ``gap_step`` how much higher its floor is, metres; ``None`` when unknown.
    """

    space: str
    front: Point
    end: Point
    cars: int
    doors: int
    line: str
    towards_ko: str = ""
    towards_en: str = ""
    gap: float | None = None
    gap_step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flightway(Ride):
    """A stair, ramp or escalator: straight, from the middle of its foot line along ``heading``.

    Attributes
    ----------
    kind : ``stairs``, ``ramp`` or ``escalator``
    lower, upper : space ids
    foot : middle of the foot line, site metres
    heading : unit vector in which it climbs
    width : clear width (stairs, ramps) or step band (escalators), metres
    low, high : floor heights joined, metres
    direction : ``up``, ``down`` or ``both``
    register : the operator's table row it is: ``line/kind/unit``
    well_m : how far its well in the upper floor reaches back from the head, metres; ``None`` means to the foot
    """

    kind: str
    lower: str
    upper: str
    foot: Point
    heading: Point
    width: float
    low: float
    high: float
    direction: str = "both"
    rise_m: float | None = None
    register: str = ""
    well_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A lift stop: the space served and the outward direction of the lift door there."""

    space: str
    side: Point
    floor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift(Ride):
    """A lift; ``centre`` of the shaft, ``size`` of the square shaft outside, ``car_…`` the inside of the car, metres."""

    centre: Point
    size: float
    axis: Point
    stops: tuple[Stop, ...]
    rise_m: float | None = None
    register: str = ""
    car_width: float | None = None
    car_depth: float | None = None

    @property
    def through(self) -> bool:
        """Whether it has doors on opposite sides."""
        sides = [stop.side for stop in self.stops]
        return any(a[0] * b[0] + a[1] * b[1] < -_OPPOSITE for a in sides for b in sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingWalk(Ride):
    """A level moving walk in one space, from ``foot`` along ``heading``; ``direction`` is ``forward`` or ``both``."""

    space: str
    foot: Point
    heading: Point
    length: float
    width: float
    direction: str
    register: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StairLift(Ride):
    """A wheelchair platform that runs along the side of the stair ``on``; ``car_…`` its size, metres."""

    on: str
    register: str = ""
    car_width: float | None = None
    car_depth: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TactilePath(Item):
    """A guide strip on the floor of a space, along ``points``."""

    space: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Item):
    """An official walking time in seconds from one screen door to another (``platform id/door``)."""

    origin: str
    destination: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Item):
    """A round-cornered column drawn square, from the floor to the clear height of its space."""

    space: str
    at: Point
    size: float
    axis: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility(Item):
    """A piece of equipment that people look for; ``facing`` is the direction its front looks to.

    Attributes
    ----------
    text_ko, text_en : a sentence about it
    hours : opening hours in OpenStreetMap's syntax
    accessible : ``None`` when nobody has said
    """

    category: str
    space: str
    at: Point
    facing: Point
    text_ko: str = ""
    text_en: str = ""
    hours: str = ""
    accessible: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Item):
    """A board: exit number or line colour; ``facing`` is the direction it is read from, ``text`` what it says."""

    space: str
    at: Point
    facing: Point
    z: float
    width: float
    colour: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A stretch of outline that gets no wall, or a wall only up to ``top`` (metres)."""

    level: str
    start: Point
    end: Point
    top: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Georeference:
    """Site frame: EPSG code, origin in that CRS, bearing of the site y axis (degrees clockwise from grid north)."""

    crs: str
    easting_m: float
    northing_m: float
    height_m: float
    bearing_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the network: names and colour (``#RRGGBB``)."""

    id: str
    ko: str
    en: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where facts come from; ``licence`` as far as it was seen."""

    id: str
    what: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One known thing: value as text, unit, letters of its sources, certainty, and a note on conflicts."""

    key: str
    value: str
    unit: str
    source: str
    certainty: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """What the venue is, in words: names, address, notice, attribution, lines, sources and facts."""

    id: str
    ko: str
    en: str
    category: str
    address_ko: str
    address_en: str
    notice_ko: str
    notice_en: str
    text_ko: str
    text_en: str
    view_bearing_deg: float | None
    attribution_ko: str
    attribution_en: str
    licence: str
    georeference: Georeference
    lines: Mapping[str, Line]
    sources: tuple[Source, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole station, ready to be checked and written."""

    venue: Venue
    storeys: tuple[Storey, ...]
    spaces: tuple[Space, ...]
    opens: tuple[OpenEdge, ...]
    openings: tuple[Opening, ...]
    gate_rows: tuple[GateRow, ...]
    platforms: tuple[Platform, ...]
    flightways: tuple[Flightway, ...]
    lifts: tuple[Lift, ...]
    moving_walks: tuple[MovingWalk, ...]
    stair_lifts: tuple[StairLift, ...]
    tactile_paths: tuple[TactilePath, ...]
    transfers: tuple[Transfer, ...]
    columns: tuple[Column, ...]
    facilities: tuple[Facility, ...]
    signs: tuple[Sign, ...]
    claims: tuple[Claim, ...]

    def joined(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of spaces with an open edge or a gate row between them."""
        return (*(part.between for part in self.opens), *(row.between for row in self.gate_rows))

    def space(self, key: str) -> Space:
        """Return the space with this id.

        Raises
        ------
        KeyError
            If no space has it; a parsed plan never refers to a missing space.
        """
        for space in self.spaces:
            if space.id == key:
                return space
        raise KeyError(key)

    def tactile(self, space: Space) -> bool | None:
        """Return whether tactile paving leads through a space: what it says, else whether some is drawn there.

        Platform edges have their strip drawn by themselves.
        """
        if space.tactile is not None:
            return space.tactile
        drawn = {path.space for path in self.tactile_paths} | {platform.space for platform in self.platforms}
        return True if space.id in drawn else None

    def elevation(self, level: str) -> float:
        """Return the lowest floor of the spaces of a storey, metres."""
        return min(space.floor for space in self.spaces if space.level == level)
