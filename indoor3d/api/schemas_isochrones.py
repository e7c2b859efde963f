"""Bodies of requests for isochrones and matches."""

from typing import Annotated, Any, Literal

from pydantic import Field

from indoor3d.api.schemas import Asking, Degrees, Ident, Language, Level, Waypoint, _Body

MAX_TIMES = 6
MAX_TIME_S = 3600.0
MAX_FIXES = 500
MAX_STATE_STATES = 2000
"""Of one explanation in a state that comes back; what we give has no more than 400."""

Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=MAX_TIME_S)]


class IsochroneRequest(Asking):
    """The floor that is reached from a place within some times."""

    origin: Waypoint
    times_s: Annotated[list[Seconds], Field(min_length=1, max_length=MAX_TIMES, examples=[[60, 120, 300]])]


class FixBody(_Body):
    """A measured position."""

    time: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1e11, description="Seconds of any clock.")]
    lon: Annotated[Degrees, Field(ge=-180, le=180)]
    lat: Annotated[Degrees, Field(ge=-90, le=90)]
    level: Level | None = None
    level_confidence: Annotated[
        float, Field(strict=True, gt=0, lt=1, description="How often such a level is right.")
    ] = 0.9
    accuracy: Annotated[
        float,
        Field(
            strict=True,
            allow_inf_nan=False,
            ge=0.3,
            le=100,
            description="Metres within which the true place lies 68 times in 100.",
        ),
    ] = 4.5


class MatchRequest(_Body):
    """Fixes of one track, in the order of their times."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    fixes: Annotated[list[FixBody], Field(min_length=1, max_length=MAX_FIXES)]
    manner: Annotated[
        Literal["online", "whole"],
        Field(description="Each fix in the light of those before it, or of the whole track."),
    ] = "whole"
    state: Annotated[
        dict[str, Any] | None, Field(description="What the last answer to `online` gave; goes on with that track.")
    ] = None
    lang: Language = None
