"""Query parameters and services, each named once; routers declare what they need and get it checked."""

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Path, Query, Request
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from indoor3d.api.cache import VenueCache, VenueData
from indoor3d.api.envelope import language_of
from indoor3d.api.events import Listeners, VenueEvents
from indoor3d.api.jobs import Jobs
from indoor3d.api.links import Links
from indoor3d.api.live import LiveState
from indoor3d.api.moment import Moments
from indoor3d.api.schemas import NOT_A_LEVEL, check_mode
from indoor3d.api.settings import MAX_OFFSET, MAX_RADIUS_M, MAX_RESULTS, Settings
from indoor3d.api.work import WorkPool
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.routing.city import City
from indoor3d.routing.profile import PROFILES
from indoor3d.store.base import Catalog

T = TypeVar("T")

_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


# What the address guard refuses anywhere in an address: control characters.
_PLAIN = r"^[^\x00-\x1f\x7f]+$"

VenuePath = Annotated[str, Path(pattern=_PLAIN, description="Id of the venue.", examples=["city-hall"])]
LevelPath = Annotated[
    str, Path(pattern=_PLAIN, description="Level: its id, its short name or its ordinal.", examples=["B1"])
]
ElementPath = Annotated[
    str, Path(pattern=_PLAIN, description="Id of the element, percent-encoded.", examples=["exit-5"])
]
CodePath = Annotated[str, Path(pattern=_PLAIN, description="Code of the problem.", examples=["no-route"])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the routers work with; made once by ``create_app``.

    Parameters
    ----------
    quick, heavy : WorkPool
        For loading and routes; for evacuations.
    live : LiveState
    moments : Moments
        What holds in a venue at a moment.
    city : City
        Venues that touch.
    jobs : Jobs
        Evacuation plans.
    events : VenueEvents
    listeners : Listeners
        Who listens to events.
    """

    settings: Settings
    store: Catalog
    venues: VenueCache
    quick: WorkPool
    heavy: WorkPool
    links: Links
    live: LiveState
    moments: Moments
    city: City
    jobs: Jobs
    events: VenueEvents
    listeners: Listeners

    async def venue(self, venue: str) -> VenueData:
        """Give the current version of a venue, loading it in a worker thread when it is not ready.

        Raises
        ------
        UnknownVenue, StoreUnavailable, Refused
        """
        current = self.venues.current(venue)
        return current if current is not None else await self.quick.run(self.venues.load, venue)

    async def soon(self, data: VenueData, key: Hashable, function: Callable[[], T]) -> T:
        """Call what takes a millisecond or two once everything for it is made: then at once, before that in a thread.

        A thread costs more than such an answer. What is asked of a venue for the first few times makes tables and the like,
        which takes longer; a large venue always may.

        Raises
        ------
        Refused
            As :meth:`WorkPool.run`.
        """
        if data.is_light(key):
            return function()
        found = await self.quick.run(function)
        data.lighten(key)
        return found


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def services(request: Request) -> Services:
    """Services of the application."""
    return _services(request)


async def language(request: Request) -> str:
    """Language of the answer, ``ko`` or ``en``."""
    return language_of(request.scope, _services(request).settings.language)


async def venue_data(venue: VenuePath, request: Request) -> VenueData:
    """Give the venue of the path."""
    return await _services(request).venue(venue)


async def answer_format(
    f: Annotated[Literal["json"] | None, Query(description="Format of the answer; anything but json gets 406.")] = None,
) -> str | None:
    """Give the format asked for in the query, beside Accept."""
    return f


ServicesDep = Annotated[Services, Depends(services)]
LanguageDep = Annotated[str, Depends(language)]
VenueDep = Annotated[VenueData, Depends(venue_data)]


def _number(value: Any) -> float:
    """Read a plain decimal number: no NaN, no infinity, no underscores, no blanks."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise PydanticCustomError("number", "not a number")
    return float(value)


def _integer(value: Any) -> int:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        raise PydanticCustomError("integer", "not an integer")
    return int(value)


def _level(value: str) -> str:
    if value.strip().lower() in NOT_A_LEVEL:
        raise PydanticCustomError("level", "not a level")
    return value


def _categories(value: str) -> str:
    names = value.split(",")
    known = {str(category) for category in FacilityCategory}
    if not names or not set(names) <= known:
        raise PydanticCustomError("category", "not a category")
    return value


def _bbox(value: str) -> str:
    parts = value.split(",")
    if len(parts) not in {4, 6} or not all(_NUMBER.fullmatch(part) for part in parts):
        raise PydanticCustomError("bbox", "not a bounding box")
    numbers = [float(part) for part in parts]
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    sound = abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90
    if not sound or (half == 3 and numbers[2] > numbers[5]):
        raise PydanticCustomError("bbox", "not a bounding box")
    return value


_BBOX_PATTERN = r"^[+\-0-9.eE]+(,[+\-0-9.eE]+){3}((,[+\-0-9.eE]+){2})?$"
_CATEGORY_NAMES = "|".join(sorted(str(category) for category in FacilityCategory))

Lon = Annotated[
    float,
    BeforeValidator(_number),
    Query(ge=-180, le=180, description="Longitude, WGS 84 degrees.", examples=[126.97713]),
]
Lat = Annotated[
    float,
    BeforeValidator(_number),
    Query(ge=-90, le=90, description="Latitude, WGS 84 degrees.", examples=[37.56575]),
]
Height = Annotated[
    float | None,
    BeforeValidator(lambda value: None if value is None else _number(value)),
    Query(ge=-11_000, le=20_000, description="Height above the WGS 84 ellipsoid, metres."),
]
LevelKey = Annotated[
    str | None,
    AfterValidator(lambda value: None if value is None else _level(value)),
    Query(
        min_length=1,
        max_length=64,
        pattern=_PLAIN,
        description="Level: its ordinal (-1), its id or its short name (B1).",
        examples=["1F"],
        json_schema_extra={"not": {"enum": ["true", "false"]}},
    ),
]
Bbox = Annotated[
    str | None,
    AfterValidator(lambda value: None if value is None else _bbox(value)),
    Query(
        max_length=200,
        pattern=_BBOX_PATTERN,
        description="west,south,east,north or west,south,low,east,north,high (degrees, metres above the ellipsoid); "
        "west greater than east crosses the 180° meridian.",
        examples=["126.97,37.56,126.98,37.57"],
    ),
]
Categories = Annotated[
    str | None,
    AfterValidator(lambda value: None if value is None else _categories(value)),
    Query(
        max_length=400,
        pattern=rf"^({_CATEGORY_NAMES})(,({_CATEGORY_NAMES}))*$",
        description="Categories to look for, separated by commas; absent: all.",
        examples=["aed,restroom"],
    ),
]
VenueKey = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=128,
        pattern=_PLAIN,
        description="Id of the venue; absent: the one around the position.",
    ),
]
Flag = Annotated[
    Literal["true", "false"], Query(description="Only what is known to be accessible and reached without steps.")
]
By = Annotated[Literal["walk", "line"], Query(description="Distance walked through the building, or straight in plan.")]
ModeName = Annotated[
    str,
    AfterValidator(check_mode),
    Query(description="Who moves.", examples=["walk"], json_schema_extra={"enum": sorted(PROFILES)}),
]
RadiusM = Annotated[
    float,
    BeforeValidator(lambda value: value if isinstance(value, float) else _number(value)),
    Query(gt=0, le=MAX_RADIUS_M, description=f"How far, metres; at most {MAX_RADIUS_M:g}.", examples=[200]),
]
Limit = Annotated[
    int,
    BeforeValidator(_integer),
    AfterValidator(lambda value: min(value, MAX_RESULTS)),
    Query(ge=1, le=999_999_999, description=f"How many at most; more than {MAX_RESULTS} counts as {MAX_RESULTS}."),
]
Offset = Annotated[
    int, BeforeValidator(_integer), Query(ge=0, le=MAX_OFFSET, description="How many to leave out at the beginning.")
]
