"""Shapes of answers, for the documentation only: answers are plain dicts and are not validated on the way out."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """What all have in common: more members may come."""

    model_config = ConfigDict(extra="allow")


class Text(Shape):
    """A name: as the source has it, and in Korean and English."""

    default: str
    ko: str
    en: str


class Label(Shape):
    """A term for people."""

    ko: str
    en: str


class Link(Shape):
    """Where to go from here (RFC 8288 relation)."""

    rel: str
    href: str
    type: str | None = None


class LevelRef(Shape):
    """Which level."""

    id: str
    ordinal: int
    short_name: str


class Level(LevelRef):
    """A storey. ``ordinal`` 0 is the ground; ``elevation_m`` is in the site frame."""

    name: Text
    elevation_m: float


class Line(Shape):
    """A line that stops here. ``colour`` is ``#rrggbb`` or empty."""

    id: str
    short_name: str
    name: Text
    colour: str


class Platform(Shape):
    """A platform of a line."""

    id: str
    name: Text
    level: LevelRef


class LineDetail(Line):
    """A line with its platforms."""

    platforms: list[Platform]


class Refuge(Shape):
    """A space to wait for rescue in. ``capacity`` is null when nobody has said."""

    id: str
    space: str
    capacity: int | None
    name: Text
    level: LevelRef | None
    position: list[float] | None


class Exit(Shape):
    """A way out. ``certain``: the model says so. ``outside``: it leads to the open, not into a neighbouring building.

    ``adjoins`` is the id of that neighbour's venue, or null. ``everyday`` is false where it is for emergencies or deliveries only.
    """

    id: str
    number: str
    name: Text
    level: LevelRef
    position: list[float]
    certain: bool
    outside: bool
    adjoins: str | None
    everyday: bool
    hours: str


class Venue(Shape):
    """A published building. ``schematic``: its geometry is not a survey. ``members``: the venues it joins, if it does."""

    id: str
    name: Text
    category: str
    address: Text
    version: str
    bounds: Annotated[list[float], Field(min_length=4, max_length=4)]
    center: Annotated[list[float], Field(min_length=2, max_length=2)]
    schematic: bool
    licence: str
    attribution: Text
    text: Text
    notice: Text
    view_bearing_deg: float | None
    lines: list[Line]
    members: list[str]
    links: list[Link]


class VenueSummary(Venue):
    """A venue in a list. ``counts`` is null where it is not counted yet."""

    counts: dict[str, int] | None


class Venues(Shape):
    """All venues, by id."""

    venues: list[VenueSummary]


class Frame(Shape):
    """Where the site frame is: its origin, and site metres to ECEF metres as 16 numbers, column by column."""

    origin: list[float]
    ecef_transform: Annotated[list[float], Field(min_length=16, max_length=16)]


class Profile(Shape):
    """Who moves."""

    id: str
    name: Text


class VenueDetail(Venue):
    """A venue with its levels, exits and refuges."""

    levels: list[Level]
    exits: list[Exit]
    refuges: list[Refuge]
    lines: list[LineDetail]  # type: ignore[assignment]  # each is a Line with more
    counts: dict[str, int]
    profiles: list[Profile]
    categories: dict[str, Label]
    frame: Frame


class Levels(Shape):
    """Levels of a venue, lowest first."""

    levels: list[Level]


class Geometry(Shape):
    """GeoJSON geometry; positions are longitude, latitude, height."""

    type: Literal["Point", "LineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class Feature(Shape):
    """GeoJSON feature."""

    type: Literal["Feature"]
    id: str | int
    geometry: Geometry | None
    properties: dict[str, Any]


class FeatureCollection(Shape):
    """GeoJSON feature collection."""

    type: Literal["FeatureCollection"]
    features: list[Feature]


class Nearby(FeatureCollection):
    """What is around, nearest first."""

    venue: str
    number_matched: Annotated[int, Field(alias="numberMatched")]
    number_returned: Annotated[int, Field(alias="numberReturned")]
    links: list[Link]


class Located(Shape):
    """Candidate for where a position is."""

    level: LevelRef
    space: dict[str, Any]


class Location(Shape):
    """Where a position is. Without level and height there may be several candidates and no verdict."""

    venue: str
    level: LevelRef | None
    space: dict[str, Any] | None
    candidates: list[Located]


class Report(Shape):
    """What is wrong or doubtful in the data; ``ok``: nothing of severity error."""

    ok: bool
    issues: list[dict[str, Any]]
    facts: dict[str, Any]


class Evacuation(FeatureCollection):
    """One feature a start: a line to its exit, or a point with the problem. ``complete``: everybody has a way.

    ``closes``: what closes later and when, in seconds from now, what the live state says already included.
    """

    venue: str
    version: str
    mode: str
    closures_applied: list[str]
    closes: dict[str, float]
    depart_s: float
    exits_open: list[str]
    starts: int
    without_way: int
    complete: bool


class Landing(Shape):
    """What this service is and where to go."""

    title: str
    description: Label
    links: list[Link]


class Health(Shape):
    """State of the process or the service."""

    status: Literal["ok"]


class ProblemType(Shape):
    """What a code of a problem means."""

    code: str
    status: int
    title: Label
    hint: Label


class ProblemTypes(Shape):
    """All codes."""

    problems: list[ProblemType]


class Problem(Shape):
    """RFC 9457 problem details. ``code`` never changes; ``errors`` says which parameter or member, ``blocked_by`` what blocks."""

    type: str
    title: str
    status: int
    detail: str | None = None
    hint: str | None = None
    instance: str
    code: str
    request_id: str
    errors: list[dict[str, str]] | None = None


ALL: tuple[type[BaseModel], ...] = (
    Evacuation,
    Feature,
    FeatureCollection,
    Health,
    Landing,
    Levels,
    Location,
    Nearby,
    Problem,
    ProblemType,
    ProblemTypes,
    Report,
    VenueDetail,
    Venues,
)
