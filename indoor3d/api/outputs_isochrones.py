"""What isochrones and matches answer, for the API description."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field


class IsochroneProperties(BaseModel):
    """Of one surface within one time."""

    time_s: Annotated[float, Field(examples=[120.0])]
    level: Annotated[dict[str, Any], Field(examples=[{"id": "b1", "ordinal": -1, "short_name": "B1"}])]
    floor_m: float
    area_m2: float


class IsochroneFeature(BaseModel):
    """The floor of one surface that is reached within one time: where the middle of the body can be."""

    type: Literal["Feature"]
    geometry: dict[str, Any]
    properties: IsochroneProperties


class Isochrones(BaseModel):
    """By time, as they were asked for, then by surface. A shorter time lies within a longer one."""

    type: Literal["FeatureCollection"]
    venue: str
    version: str
    mode: str
    departure: str
    tolerance_m: Annotated[float, Field(description="A border is nowhere further off.")]
    features: list[IsochroneFeature]


class Matched(BaseModel):
    """Where somebody most likely was at a fix."""

    time: float
    lon: float
    lat: float
    height: float
    level: dict[str, Any]
    near: Annotated[float, Field(ge=0, le=1, description="How sure it is that they were here or right beside.")]
    moved_m: Annotated[float, Field(description="From the fix to here.")]


class Matches(BaseModel):
    """One for every fix."""

    venue: str
    version: str
    matches: list[Matched]
    state: Annotated[
        dict[str, Any] | None,
        Field(description="Online only: to be sent with the next fixes. It is of this version of the venue."),
    ]
