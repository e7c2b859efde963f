"""The building model: what people can be in, pass through, and leave by.

All geometry is in metres in the building's :class:`~indoor3d.models.frame.SiteFrame`; footprints are valid shapely
polygons in (x, y). Ids are unique in a building and stable between two builds of the same source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shapely import MultiPolygon, Polygon

from indoor3d.errors import UnknownLevel
from indoor3d.models.frame import SiteFrame
from indoor3d.models.korean import with_particle
from indoor3d.models.mesh import Mesh
from indoor3d.models.vocabulary import (
    Access,
    ConnectorCategory,
    Direction,
    DoorKind,
    FacilityCategory,
    OpeningCategory,
    SpaceCategory,
)

Position = tuple[float, float, float]
"""(x, y, z) metres, site frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A name: as the source has it, and in Korean and English where known."""

    default: str = ""
    ko: str = ""
    en: str = ""

    def best(self, lang: str = "en") -> str:
        """The text in ``lang`` (``ko`` or ``en``), else as the source has it, else in the other language."""
        wanted = {"ko": self.ko, "en": self.en}.get(lang, "")
        return wanted or self.default or self.en or self.ko

    def matches(self, text: str) -> bool:
        """Whether ``text`` is this name in any language, ignoring case and outer blanks."""
        wanted = text.strip().casefold()
        return bool(wanted) and wanted in {t.strip().casefold() for t in (self.default, self.ko, self.en)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What something about a venue was taken from. ``licence`` is what was seen there, in its own words."""

    id: str
    title: str
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One known thing about a venue.

    Parameters
    ----------
    key : str
        What it is about, from the large to the small: ``line1.b1.floor``.
    value : str
        As the source has it; a number as it is written.
    unit : str
        Of the value; empty where it has none.
    source : str
        Ids of the sources, with blanks between.
    certainty : str
        How the model's author knows it, in the author's own letters.
    note : str
    """

    key: str
    value: str
    unit: str = ""
    source: str = ""
    certainty: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that stops in a station.

    Parameters
    ----------
    id : str
    name : Text
    short_name : str
        What signs show in the disc: "1".
    colour : str
        ``#rrggbb``, or empty.
    spaces : tuple of str
        Ids of its platforms.
    """

    id: str
    name: Text
    short_name: str = ""
    colour: str = ""
    spaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A change of lines with the time that the operator publishes for it.

    Parameters
    ----------
    id : str
    name : Text
    origin, destination : str
        Ids of the openings (platform screen doors) between which it was measured.
    official_s : float
        Published walking time, seconds.
    source : str
        Ids of the sources, with blanks between.
    """

    id: str
    name: Text
    origin: str
    destination: str
    official_s: float
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """What the building is to the public.

    ``schematic`` says that the geometry is not a survey; it is shown wherever the venue is shown.

    Parameters
    ----------
    text : Text
        About the place, two or three sentences for its page.
    notice : Text
        What everybody who uses the data has to be told.
    view_bearing_deg : float or None
        Compass direction a picture of it looks in by default.
    sources : tuple of Source
        By id.
    facts : tuple of Fact
        By key.
    lines : tuple of Line
        By short name.
    transfers : tuple of Transfer
        By id.
    members : tuple of str
        Ids of the venues that this one joins; empty for a single building.
    """

    id: str
    name: Text
    category: str = "building"
    address: Text = field(default_factory=Text)
    licence: str = ""
    attribution: Text = field(default_factory=Text)
    schematic: bool = False
    text: Text = field(default_factory=Text)
    notice: Text = field(default_factory=Text)
    view_bearing_deg: float | None = None
    sources: tuple[Source, ...] = ()
    facts: tuple[Fact, ...] = ()
    lines: tuple[Line, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A storey. ``ordinal`` counts from 0 on the ground, negative below; ``elevation_m`` is its lowest floor."""

    id: str
    ordinal: int
    elevation_m: float
    name: Text
    short_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A cell people can be in.

    Parameters
    ----------
    footprint : Polygon or MultiPolygon, metres, site frame
        Outline of the floor.
    floor_m, ceiling_m : float
        z of the floor and of the top.
    walkable : bool
        Whether people walk there: false for shafts, tracks, roofs and voids. Outdoor spaces that the model itself calls
        so are walkable: pavements, plazas.
    text : Text
        One sentence about it.
    hours : str
        When it is open, in the syntax of OpenStreetMap's ``opening_hours``; empty when nobody has said.
    tactile : bool or None
        Whether tactile paving leads through it; None when nobody has said.
    """

    id: str
    level: str
    footprint: Polygon | MultiPolygon
    floor_m: float
    ceiling_m: float
    name: Text = field(default_factory=Text)
    category: SpaceCategory = SpaceCategory.UNSPECIFIED
    access: Access = Access.PUBLIC
    walkable: bool = True
    text: Text = field(default_factory=Text)
    hours: str = ""
    tactile: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What joins two spaces, or a space and the outside.

    Parameters
    ----------
    footprint : Polygon, metres, site frame
        The clear passage: as wide as what may pass, and long enough to overlap the footprints of the spaces it
        joins by at least 5 cm. Walls and other obstacles do not hold inside it.
    floor_m : float
        z of the threshold.
    spaces : tuple of str
        Ids of the spaces it touches, none to two; one when the other side is outside, unless an outdoor space is there.
    exterior : bool
        One side is outside the building.
    clear_width_m, clear_height_m : float or None
        None when the source does not say, as everything below.
    number : str
        What the sign on it says: "7-4" is the fourth door of the seventh car, on a platform.
    kind : DoorKind or None
        How it opens.
    automatic : bool or None
        Opens by itself or at a button that needs no force.
    threshold_m : float or None
        Height of the sill one has to get over.
    intercom : bool or None
        Somebody has to be spoken to before it opens: a barrier to those who cannot hear or speak.
    gap_m, gap_step_m : float or None
        Of a platform door: the gap to the train across, and how much higher its floor is (negative: lower).
    hours : str
        When it is open, in the syntax of OpenStreetMap's ``opening_hours``; empty when nobody has said.
    """

    id: str
    level: str
    footprint: Polygon
    floor_m: float
    spaces: tuple[str, ...]
    category: OpeningCategory = OpeningCategory.DOOR
    exterior: bool = False
    clear_width_m: float | None = None
    clear_height_m: float | None = None
    name: Text = field(default_factory=Text)
    number: str = ""
    kind: DoorKind | None = None
    automatic: bool | None = None
    threshold_m: float | None = None
    intercom: bool | None = None
    gap_m: float | None = None
    gap_step_m: float | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a connector meets a level: a point on the floor to step on from, at the connector's edge."""

    level: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """What joins two heights: stairs, ramp, escalator, lift, moving walk, wheelchair lift along stairs.

    Parameters
    ----------
    stops : tuple of Stop
        From the lowest to the highest; two or more.
    path : tuple of (x, y, z), metres, site frame
        The way through it from the first to the last stop, along the slope for stairs and ramps. A lift has the
        stops only.
    footprint : Polygon or MultiPolygon
        What it covers in plan. Nobody walks there on the levels it joins but on the connector.
    direction : Direction
        Seen from the lowest stop: UP means that it only carries up.
    clear_width_m : float or None
        Of a lift: its door. None when the source does not say, as everything below.
    step_count : int or None
        Risers on the whole way, for stairs and escalators.
    car_width_m, car_depth_m : float or None
        Inside of a lift's car, across and along the way in; the platform of a wheelchair lift.
    through : bool or None
        The car has doors on two sides, so nobody has to turn or back out.
    speed_mps : float or None
        Of the car or the treads, along the way, metres per second.
    needs_staff : bool or None
        Only runs with somebody from the staff.
    handrail : bool or None
    tactile : bool or None
        Tactile paving warns of its ends.
    accessible : bool or None
        Whether its operator says that wheelchair users can use it.
    max_slope : float or None
        Steepest part of a ramp or moving walk, rise over horizontal run.
    sign : Text
        What the sign at it says, where that differs from its name.
    hours : str
        When it runs, in the syntax of OpenStreetMap's ``opening_hours``; empty when nobody has said.
    """

    id: str
    category: ConnectorCategory
    stops: tuple[Stop, ...]
    path: tuple[Position, ...]
    footprint: Polygon | MultiPolygon
    direction: Direction = Direction.BOTH
    clear_width_m: float | None = None
    step_count: int | None = None
    name: Text = field(default_factory=Text)
    car_width_m: float | None = None
    car_depth_m: float | None = None
    through: bool | None = None
    speed_mps: float | None = None
    needs_staff: bool | None = None
    handrail: bool | None = None
    tactile: bool | None = None
    accessible: bool | None = None
    max_slope: float | None = None
    sign: Text = field(default_factory=Text)
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What nobody can walk through: a wall, a column, furniture. Its outline between 0.3 m and 1.9 m above the floor."""

    id: str
    level: str
    footprint: Polygon | MultiPolygon
    floor_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """Something people look for.

    ``accessible`` is None when nobody has said. ``hours`` are in the syntax of OpenStreetMap's ``opening_hours``, empty
    when nobody has said. ``text`` is one sentence about it.
    """

    id: str
    category: FacilityCategory
    level: str
    position: Position
    name: Text = field(default_factory=Text)
    space: str = ""
    accessible: bool | None = None
    text: Text = field(default_factory=Text)
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A way out of the building. ``number`` is what the sign says ("5"); ``opening`` is what leads there.

    ``certain`` is false when the exit was found from geometry alone. ``outside`` is false when it leads into a
    neighbouring building: routes may end there, but it is no place of safety and nobody is evacuated to it.
    ``adjoins`` is the id of that neighbour's venue, empty where it is not known. ``everyday`` is false for a way out that is
    for emergencies or deliveries only: nobody is told to come in or leave by it, but to escape. ``hours`` are as a facility's.
    """

    id: str
    opening: str
    level: str
    position: Position
    number: str = ""
    name: Text = field(default_factory=Text)
    certain: bool = True
    outside: bool = True
    adjoins: str = ""
    everyday: bool = True
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """A space where people can wait for rescue."""

    id: str
    space: str
    capacity: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Building:
    """One building, whole.

    Every tuple is sorted by id, except ``levels``, which is sorted by (ordinal, elevation).
    """

    venue: Venue
    frame: SiteFrame
    levels: tuple[Level, ...]
    spaces: tuple[Space, ...] = ()
    openings: tuple[Opening, ...] = ()
    connectors: tuple[Connector, ...] = ()
    exits: tuple[Exit, ...] = ()
    facilities: tuple[Facility, ...] = ()
    refuges: tuple[Refuge, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    mesh: Mesh = field(default_factory=Mesh.empty)

    @cached_property
    def by_id(self) -> "Mapping[str, Space | Opening | Connector | Exit | Facility]":
        """Every space, opening, connector, exit and facility by id."""
        groups = (self.spaces, self.openings, self.connectors, self.exits, self.facilities)
        return {element.id: element for group in groups for element in group}

    @cached_property
    def names(self) -> Mapping[str, Text]:
        """Name of every space, opening, connector, exit and facility by id."""
        groups = (self.spaces, self.openings, self.connectors, self.exits, self.facilities)
        return {element.id: element.name for group in groups for element in group}

    @cached_property
    def titles(self) -> Mapping[str, Text]:
        """The same as people are told: an opening without a name by the spaces it joins, a refuge by its space."""
        found = dict(self.names)
        for opening in self.openings:
            ends = [found.get(name, Text()) for name in opening.spaces]
            if found[opening.id] == Text() and len(ends) == 2 and all(end != Text() for end in ends):
                one, other = (end.best("ko") for end in ends)
                found[opening.id] = Text(
                    ko=f"{with_particle(one, '과')} {other} 사이",
                    en=f"between {ends[0].best('en')} and {ends[1].best('en')}",
                )
        return {**found, **{refuge.id: found[refuge.space] for refuge in self.refuges if refuge.space in found}}

    def level(self, key: str | int) -> Level:
        """Find a level by id, short name, name or ordinal.

        Raises
        ------
        UnknownLevel
            There is no such level, or more than one answers to the name.
        """
        for level in self.levels:
            if level.id == key:
                return level
        text = str(key).strip()
        found = [v for v in self.levels if v.short_name.casefold() == text.casefold() or v.name.matches(text)]
        if not found:
            found = [v for v in self.levels if str(v.ordinal) == text]
        if len(found) == 1:
            return found[0]
        raise UnknownLevel(
            f"Venue {self.venue.id} has {'no' if not found else 'more than one'} level {text[:64]!r}.",
            ko=f"장소 {self.venue.id}에 {text[:64]!r} 층이 {'없습니다' if not found else '둘 이상입니다'}.",
            level=text[:64],
            levels=[v.short_name for v in self.levels],
        )
