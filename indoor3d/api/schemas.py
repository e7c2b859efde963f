"""Bodies of requests, as pydantic models. Strict: no text for numbers, no members that nobody knows."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from indoor3d.api.settings import MAX_CLOSED, MAX_STARTS, MAX_WAYPOINTS
from indoor3d.routing.profile import PROFILES

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
Ident = Annotated[str, Field(strict=True, min_length=1, max_length=128)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PositionWaypoint(_Body):
    """A place on Earth. ``level`` says the storey; ``height`` (metres above the ellipsoid) may say it instead."""

    lon: Annotated[Degrees, Field(ge=-180, le=180, examples=[126.97713])]
    lat: Annotated[Degrees, Field(ge=-90, le=90, examples=[37.56575])]
    level: Annotated[Level | None, Field(examples=["1F"])] = None
    height: Metres | None = None


class RefWaypoint(_Body):
    """An element: its id, its exact name in Korean or English, or the number of an exit ("5")."""

    ref: Annotated[Ident, Field(examples=["매점"])]


class SiteWaypoint(_Body):
    """A place in the site frame of the venue: metres along its axes; ``level`` or ``z`` says the storey."""

    x: Metres
    y: Metres
    z: Metres | None = None
    level: Level | None = None


def _form(value: Any) -> str | None:
    names = (
        set(value) if isinstance(value, Mapping) else {field for field in ("lon", "ref", "x") if hasattr(value, field)}
    )
    for tag, members in (("by-ref", {"ref"}), ("by-site", {"x", "y"}), ("by-position", {"lon", "lat"})):
        if names & members:
            return tag
    return None


Waypoint = Annotated[
    Annotated[PositionWaypoint, Tag("by-position")]
    | Annotated[RefWaypoint, Tag("by-ref")]
    | Annotated[SiteWaypoint, Tag("by-site")],
    Discriminator(_form),
]


def check_mode(value: str) -> str:
    """Accept the id of a movement profile."""
    if value not in PROFILES:
        raise PydanticCustomError("literal_error", "unknown mode", {"expected": ", ".join(sorted(PROFILES))})
    return value


Mode = Annotated[
    str,
    Field(strict=True, description="Who moves.", json_schema_extra={"enum": sorted(PROFILES)}),
    AfterValidator(check_mode),
]
Closed = Annotated[
    list[Ident],
    Field(
        max_length=MAX_CLOSED,
        description="Ids of openings, connectors, exits or spaces that nobody can pass now.",
        examples=[["lift-1"]],
    ),
]


class RouteRequest(_Body):
    """A way through two to 25 waypoints, in their order."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    waypoints: Annotated[list[Waypoint], Field(min_length=2, max_length=MAX_WAYPOINTS)]
    mode: Mode = "walk"
    closed: Closed = []
    lang: Annotated[
        Literal["ko", "en"] | None, Field(description="Language of names and problems; wins over Accept-Language.")
    ] = None


class EvacuationRequest(_Body):
    """The way out for every start; for every walkable space of the venue when no starts are given."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    starts: Annotated[list[Waypoint] | None, Field(min_length=1, max_length=MAX_STARTS)] = None
    mode: Mode = "walk"
    closed: Closed = []
    lang: Annotated[
        Literal["ko", "en"] | None, Field(description="Language of names and problems; wins over Accept-Language.")
    ] = None
