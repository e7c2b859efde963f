"""Shapes of answers about ways, for the documentation only."""

from typing import Any, Literal

from pydantic import BaseModel

from indoor3d.api.outputs import FeatureCollection, Label, LevelRef, Shape, Text


class Note(Shape):
    """Something to know about a route."""

    code: str
    element: str | None
    values: list[str]
    text: Label


class Taken(Shape):
    """A lift, escalator or moving walk that is taken. A status older than its interval is ``unknown``."""

    id: str
    name: Label
    status: Literal["unknown", "available", "not_available", "partially_available"]
    status_label: Label
    as_of: str | None
    age_s: int | None
    stale: bool


class Avoided(Shape):
    """What the route goes around."""

    element: str
    name: Label
    reason: str
    conditions: list[str]
    cause: Text | None


class Route(FeatureCollection):
    """A route in the shape of the OGC Route Exchange Model: overview, start, segments, end.

    The overview has ``exact``, ``notes``, ``equipment``, ``avoided``, ``unknowns`` and ``handover``; ``alternatives`` are routes
    of the same shape.
    """

    name: str
    bbox: list[float]
    venue: str
    version: str
    departure: str


class Matrix(Shape):
    """Rows by origin, columns by destination; null where there is no way."""

    venue: str
    version: str
    mode: str
    departure: str
    durations_s: list[list[float | None]]
    lengths_m: list[list[float | None]]


class Blocking(Shape):
    """What is in the way."""

    element: str
    kind: str
    level: str
    name: str
    reason: str


class Helping(Shape):
    """What would make a way if it alone were open."""

    element: str
    name: Label


class Relaxed(Shape):
    """The best way if limits were lifted. It cannot be taken."""

    possible: Literal[False]
    lifted: list[str]
    text: Label
    length_m: float | None
    duration_s: float | None
    elements: list[str]
    geometry: dict[str, Any]


class Part(Shape):
    """What a part of the way costs: time, and burdens beside it, in seconds."""

    mode: str
    level_from: LevelRef
    level_to: LevelRef
    length_m: float | None
    duration_s: float | None
    burden_s: float | None
    elements: list[str]


class Place(Shape):
    """Where an outdoor router takes over, and which way one faces who has just come out."""

    exit: str
    lon: float
    lat: float
    height: float
    bearing_deg: float


class Handover(Shape):
    """Of the start and the end; null where they are inside."""

    start: Place | None
    end: Place | None


class Explanation(Shape):
    """Why this way, or why none. What is told of a way is empty where there is none."""

    notes: list[Note]
    equipment: list[Taken]
    avoided: list[Avoided]
    unknowns: int
    handover: Handover

    venue: str
    version: str
    possible: bool
    text: Label
    blocked_by: list[Blocking]
    would_help: list[Helping]
    relaxed: Relaxed | None
    parts: list[Part]


class Profile(Shape):
    """Who moves."""

    id: str
    name: Text
    siri: str
    wheeled: bool
    level_mps: float
    level_p15_mps: float
    stairs: bool
    escalator: str
    min_clear_width_m: float
    max_slope: float | None
    aliases: list[str]


class Profiles(BaseModel):
    """Movement profiles, in the order to show them."""

    profiles: list[Profile]


ALL: tuple[type[BaseModel], ...] = (Route, Matrix, Explanation, Profiles)
