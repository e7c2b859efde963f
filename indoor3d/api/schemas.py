"""Bodies of requests, as pydantic models. Strict: no text for numbers, no members that nobody knows."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from indoor3d.api.settings import (
    MAX_ACCURACY_M,
    MAX_ALTERNATIVES,
    MAX_CLOSED,
    MAX_CLOSES_S,
    MAX_MATRIX,
    MAX_STARTS,
    MAX_WAYPOINTS,
)
from indoor3d.errors import UnknownProfile
from indoor3d.routing.cost import Options
from indoor3d.routing.profile import PROFILES, find_profile

_FARTHEST_M = 100_000.0
_HIGHEST_ORDINAL = 1_000
_LONGEST_LEVEL = 64
NOT_A_LEVEL = frozenset({"", "true", "false", "null", "none", "undefined", "nan"})
"""What programs write by mistake where a level is meant."""


def _level(value: Any) -> Any:
    """Let through what can name a level; ``true`` is an int to Python, and no level."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON has one kind of number: 1.0 is 1
    ordinal = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _HIGHEST_ORDINAL
    name = isinstance(value, str) and len(value) <= _LONGEST_LEVEL and value.strip().lower() not in NOT_A_LEVEL
    if not (ordinal or name):
        raise PydanticCustomError("level", "not a level")
    return value


Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Metres = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-_FARTHEST_M, le=_FARTHEST_M)]
Level = Annotated[
    Annotated[int, Field(ge=-_HIGHEST_ORDINAL, le=_HIGHEST_ORDINAL)]
    | Annotated[str, Field(min_length=1, max_length=_LONGEST_LEVEL)],
    BeforeValidator(_level),
]
Accuracy = Annotated[
    float,
    Field(
        strict=True,
        allow_inf_nan=False,
        gt=0,
        le=MAX_ACCURACY_M,
        description="Metres within which the true place lies 68 times in 100; without it the position is taken as exact.",
    ),
]
Ident = Annotated[str, Field(strict=True, min_length=1, max_length=128)]


OtherVenue = Annotated[
    Ident | None,
    Field(
        description="Venue of this waypoint, where it is another than the request's: the way goes through shared doors."
    ),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PositionWaypoint(_Body):
    """A place on Earth. ``level`` says the storey; ``height`` (metres above the ellipsoid) may say it instead."""

    lon: Annotated[Degrees, Field(ge=-180, le=180, examples=[126.97713])]
    lat: Annotated[Degrees, Field(ge=-90, le=90, examples=[37.56575])]
    level: Annotated[Level | None, Field(examples=["1F"])] = None
    height: Metres | None = None
    accuracy: Accuracy | None = None
    venue: OtherVenue = None


class RefWaypoint(_Body):
    """An element: its id, its name in Korean or English, the number of an exit ("5") or of a platform door ("7-4").

    The id of the venue itself means any of its entrances.
    """

    ref: Annotated[Ident, Field(examples=["매점"])]
    venue: OtherVenue = None


class CategoryWaypoint(_Body):
    """The nearest of a kind: a category of facilities, spaces, lifts or exits; the best to reach from the stop before."""

    category: Annotated[Ident, Field(examples=["restroom_accessible"])]
    venue: OtherVenue = None


class SiteWaypoint(_Body):
    """A place in the site frame of the venue: metres along its axes; ``level`` or ``z`` says the storey."""

    x: Metres
    y: Metres
    z: Metres | None = None
    level: Level | None = None
    accuracy: Accuracy | None = None
    venue: OtherVenue = None


def _form(value: Any) -> str | None:
    names = (
        set(value)
        if isinstance(value, Mapping)
        else {field for field in ("lon", "ref", "x", "category") if hasattr(value, field)}
    )
    for tag, members in (
        ("by-ref", {"ref"}),
        ("by-category", {"category"}),
        ("by-site", {"x", "y"}),
        ("by-position", {"lon", "lat"}),
    ):
        if names & members:
            return tag
    return None


Waypoint = Annotated[
    Annotated[PositionWaypoint, Tag("by-position")]
    | Annotated[RefWaypoint, Tag("by-ref")]
    | Annotated[CategoryWaypoint, Tag("by-category")]
    | Annotated[SiteWaypoint, Tag("by-site")],
    Discriminator(_form),
]


def check_mode(value: str) -> str:
    """Accept the id of a movement profile, or the name of its user need in SIRI; gives the id."""
    try:
        return find_profile(value).id
    except UnknownProfile:
        raise PydanticCustomError("literal_error", "unknown mode", {"expected": ", ".join(PROFILES)}) from None


def _list_profiles(schema: dict[str, Any]) -> None:
    schema["enum"] = list(PROFILES)


Mode = Annotated[
    str, Field(strict=True, description="Who moves.", json_schema_extra=_list_profiles), AfterValidator(check_mode)
]
Closed = Annotated[
    list[Ident],
    Field(
        max_length=MAX_CLOSED,
        description="Ids of openings, connectors, exits or spaces that nobody can pass now.",
        examples=[["lift-1"]],
    ),
]


Language = Annotated[
    Literal["ko", "en"] | None, Field(description="Language of names and problems; wins over Accept-Language.")
]
Moment = Annotated[
    AwareDatetime | None,
    Field(
        description="When to leave, with its time zone; now without it. Closures and opening hours are those of then.",
        examples=["2026-11-27T09:00:00+09:00"],
    ),
]


class RouteOptions(_Body):
    """What this person asks for on top of the profile (names of SIRI where it has them)."""

    averse_to_lifts: bool = False
    averse_to_escalators: bool = False
    averse_to_confined_spaces: bool = False
    averse_to_crowds: bool = False
    avoid_gates: bool = False
    no_staff_help: bool = False
    staff_lifts: Annotated[bool, Field(description="Offer wheelchair stair lifts: staff, and some 20 minutes.")] = False
    unknown: Annotated[
        Literal["strict", "warn", "ignore"],
        Field(description="What nobody has said: refuse it, take it with a burden and a note, or take it."),
    ] = "warn"
    pace: Annotated[Literal["mean", "p15"], Field(description="The mean, or what 85 of 100 are faster than.")] = "mean"
    busy: Annotated[bool, Field(description="Lifts are waited for as at busy hours.")] = False
    width_m: Annotated[float | None, Field(gt=0, le=3, description="Of this person's device.")] = None
    length_m: Annotated[float | None, Field(gt=0, le=5)] = None
    max_step_m: Annotated[float | None, Field(ge=0, le=1)] = None
    max_slope: Annotated[float | None, Field(ge=0, le=1, description="Rise over run.")] = None
    level_mps: Annotated[float | None, Field(gt=0, le=5, description="Speed on level ground.")] = None
    carry_up_to_steps: Annotated[int | None, Field(ge=0, le=100)] = None

    def asked(self) -> Options:
        """As routing takes them.

        Raises
        ------
        InvalidInput
        """
        return Options(**self.model_dump())


class Asking(_Body):
    """What every question about ways has."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    mode: Mode = "walk"
    profile: Annotated[Mode | None, Field(description="The same as ``mode``; wins over it.")] = None
    options: RouteOptions = RouteOptions()
    closed: Closed = []
    depart_at: Moment = None
    lang: Language = None

    @property
    def who(self) -> str:
        """Id of the profile."""
        return self.profile or self.mode


class RouteRequest(Asking):
    """A way through two to 25 waypoints, in their order."""

    waypoints: Annotated[list[Waypoint], Field(min_length=2, max_length=MAX_WAYPOINTS)]
    alternatives: Annotated[
        int, Field(ge=0, le=MAX_ALTERNATIVES, description="How many other ways to give that really differ.")
    ] = 0
    spoken: Annotated[
        bool, Field(description="Also what is heard: one action a text, no signs, and when to say it.")
    ] = False
    turns: Annotated[
        Literal["sides", "clock", "degrees"],
        Field(description="How turns are told; clock and degrees need ``heading_known``."),
    ] = "sides"
    heading_known: Annotated[bool, Field(description="Whoever listens has a compass.")] = False
    unit: Annotated[Literal["m", "steps"], Field(description="Lengths in metres, or in the listener's own steps.")] = (
        "m"
    )
    step_length_m: Annotated[
        float | None, Field(gt=0.1, lt=2, description="Of the listener; the profile's without.")
    ] = None


class MatrixRequest(Asking):
    """Times and lengths from every origin to every destination."""

    origins: Annotated[list[Waypoint], Field(min_length=1, max_length=MAX_MATRIX)]
    destinations: Annotated[list[Waypoint], Field(min_length=1, max_length=MAX_MATRIX)]


class EvacuationRequest(_Body):
    """The way out for every start; for every walkable space of the venue when no starts are given."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    starts: Annotated[list[Waypoint] | None, Field(min_length=1, max_length=MAX_STARTS)] = None
    mode: Mode = "walk"
    closed: Closed = []
    closes: Annotated[
        dict[Ident, Annotated[float, Field(strict=True, ge=0, le=MAX_CLOSES_S, allow_inf_nan=False)]],
        Field(
            max_length=MAX_CLOSED,
            description="What closes later: ids of openings, connectors, exits or spaces, and in how many seconds from now. No way "
            "leads through what will be shut when somebody gets there. What the live state says will close counts too.",
            examples=[{"lift-1": 60}],
        ),
    ] = {}
    depart_s: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=MAX_CLOSES_S,
            allow_inf_nan=False,
            description="In how many seconds everybody sets out.",
        ),
    ] = 0.0
    lang: Language = None
