"""Shapes of what operators send and what everybody reads about the state of a venue."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from indoor3d.api.outputs import Label, LevelRef, Link, Shape, Text
from indoor3d.api.schemas import Closed, Ident
from indoor3d.models.state import Effect, Remedy, Status
from indoor3d.models.vocabulary import Direction

_MOST_POINTS = 1_000

Line = Annotated[str, StringConstraints(strict=True, max_length=500)]


def _written(value: Any) -> Any:
    """Let through text only: a number could mean seconds, or milliseconds, since some year."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "not a text")
    return value


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    Field(description="RFC 3339, with its zone.", examples=["2026-11-27T18:00:00+09:00"]),
]
LonLat = Annotated[list[Annotated[float, Field(strict=True, allow_inf_nan=False)]], Field(min_length=2, max_length=2)]
Ring = Annotated[list[LonLat], Field(min_length=4, max_length=_MOST_POINTS)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Body):
    """A text in Korean, in English, or both."""

    ko: Line = ""
    en: Line = ""


class AreaBody(_Body):
    """A part of a level: rings of [longitude, latitude], closed, the outer one first, as in a GeoJSON polygon."""

    level: Annotated[str, Field(strict=True, min_length=1, max_length=64, description="Id, short name or ordinal.")]
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=10)]


class ClosureRequest(_Body):
    """What is the case: where, since when and until when, and why. Who reports it is kept and never shown to the public."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    effect: Effect = Effect.CLOSED
    elements: Closed = []
    area: AreaBody | None = None
    direction: Annotated[Direction | None, Field(description="Of one_way: up carries from the first stop on.")] = None
    status: Status | None = None
    factor: Annotated[
        float | None,
        Field(
            strict=True,
            ge=1,
            le=100,
            allow_inf_nan=False,
            description="How many times as long a way takes; null closes smoke.",
        ),
    ] = None
    start: Moment | None = None
    end: Moment | None = None
    hours: Annotated[
        Line,
        Field(description="Only in force within these opening hours (OpenStreetMap).", examples=["Mo-Fr 01:00-04:30"]),
    ] = ""
    cause: Annotated[Words, Field(examples=[{"ko": "점검", "en": "Inspection"}])]
    source: Line = ""
    reporter: Line = ""
    reported_at: Moment | None = None
    interval_s: Annotated[
        float | None,
        Field(
            strict=True, gt=0, le=366 * 86_400, allow_inf_nan=False, description="A status older than this is unknown."
        ),
    ] = None
    automatic: Annotated[bool | None, Field(strict=True)] = None
    remedy: Remedy = Remedy.UNKNOWN
    remedy_text: Words = Words()


class ClosureElement(Shape):
    """What is affected; ``known`` is false for what this version of the building has not got."""

    id: str
    name: Text
    level: LevelRef | None = None
    known: bool


class Closure(Shape):
    """A condition that has not ended. ``in_force`` and ``stale`` are of the moment of the answer, in lists only."""

    id: str
    venue: str
    revision: int
    effect: Effect
    effect_label: Label
    elements: list[ClosureElement]
    area: dict[str, Any] | None = None
    direction: Direction | None = None
    status: Status | None = None
    factor: float | None = None
    start: datetime | None = None
    end: datetime | None = None
    hours: str
    in_force: bool | None = None
    stale: bool | None = None
    cause: Text
    source: str
    reported_at: datetime | None = None
    interval_s: float | None = None
    automatic: bool | None = None
    remedy: Remedy
    remedy_text: Text
    ended: bool
    links: list[Link]


class Closures(Shape):
    """The state of a venue. ``until`` is when it changes next by itself."""

    venue: str
    version: str
    until: datetime | None = None
    closures: list[Closure]
    links: list[Link]


class Revision(Shape):
    """One change: who, when, and what it was after it."""

    revision: int
    ended: bool
    by: str
    at: datetime
    reporter: str
    closure: Closure


class ClosureHistory(Shape):
    """Every change of one condition, the oldest first. For operators."""

    id: str
    venue: str
    revisions: list[Revision]


class Equipment(Shape):
    """A feature collection of A11yJSON's EquipmentInfo and EntranceInfo."""

    type: Literal["FeatureCollection"]
    timeStamp: datetime  # noqa: N815 - the name in GeoJSON APIs of OGC
    features: list[dict[str, Any]]


ALL: tuple[type[BaseModel], ...] = (Closure, ClosureHistory, Closures, Equipment)
INPUTS: tuple[type[BaseModel], ...] = (ClosureRequest,)
