"""Shapes of answers about a venue as a whole: facts, quality, downloads, accessibility. For the documentation only."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from indoor3d.api.outputs import Label, LevelRef, Line, Shape, Text


class Source(Shape):
    """What facts were taken from. ``licence`` is what was seen there."""

    id: str
    title: str
    licence: str


class Fact(Shape):
    """One known thing. ``value`` is text, as the source has it; ``certainty`` is a letter of the model's author."""

    key: str
    value: str
    unit: str
    sources: list[str]
    certainty: str
    certainty_label: Label | None = None
    note: str


class Facts(Shape):
    """Facts by key, and sources by id."""

    venue: str
    version: str
    schematic: bool
    notice: Text
    sources: list[Source]
    facts: list[Fact]


class QualityIssue(Shape):
    """One finding, and what to do about it."""

    element: str | None = None
    name: str | None = None
    level: LevelRef | None = None
    coordinates: list[float] | None = None
    message: str
    hint: str


class QualityGroup(Shape):
    """Findings of one code."""

    severity: Literal["error", "warning", "info"]
    severity_label: str
    code: str
    count: int
    issues: list[QualityIssue]


class Quality(Shape):
    """The data-quality report, the worst first; ``ok``: nothing of severity error."""

    venue: str
    version: str
    ok: bool
    counts: dict[str, int]
    groups: list[QualityGroup]
    facts: dict[str, Any]


class Download(Shape):
    """Something to fetch. ``size`` is in bytes, null where it is made when asked for."""

    kind: Literal["3d-tiles", "plan", "facts", "report", "quality", "accessibility"]
    name: Label
    profile: Literal["meshopt", "plain"] | None = None
    href: str
    type: str
    size: int | None = None
    level: LevelRef | None = None


class Downloads(Shape):
    """Everything there is to fetch of a venue, and on what terms."""

    venue: str
    version: str
    licence: str
    attribution: Text
    downloads: list[Download]


class Lift(Shape):
    """A lift on a way; ``lines`` are the short names of the lines on whose platforms it stops."""

    id: str
    name: Text
    lines: list[str]


class StepFree(Shape):
    """A way without steps, or that there is none."""

    reachable: bool
    length_m: float | None = None
    duration_s: float | None = None
    lifts: list[Lift]


class StepFreeExit(StepFree):
    """The way to or from an exit."""

    exit: str
    number: str
    name: Text
    level: LevelRef


class PlatformRow(Shape):
    """From one platform to every exit to the outside; ``problem`` says why there is no way at all."""

    space: str
    name: Text
    level: LevelRef
    line: Line | None = None
    step_free: bool
    exits: list[StepFreeExit]
    problem: dict[str, Any] | None = None


class Entrance(StepFreeExit):
    """The way from an entrance to the space of a level that is reached first, and how many of its spaces are reached."""

    spaces_reached: int


class LevelRow(Shape):
    """From every entrance to one level; ``problem`` says why there is no way at all."""

    level: LevelRef
    name: Text
    step_free: bool
    spaces: int
    entrances: list[Entrance]
    problem: dict[str, Any] | None = None


class TransferEnd(Shape):
    """Where a change of lines begins or ends."""

    opening: str
    name: Text
    level: LevelRef | None = None
    line: Line | None = None


class TransferRow(Shape):
    """A change of lines: the official time beside the way in this model, walked at 1.2 m/s."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    id: str
    name: Text
    origin: Annotated[TransferEnd, Field(alias="from")]
    destination: Annotated[TransferEnd, Field(alias="to")]
    official_s: float
    sources: list[str]
    length_m: float | None = None
    walk_s: float | None = None
    difference: float | None = None
    step_free: StepFree


class AccessibilitySummary(Shape):
    """How many rows there are, and to how many there is a step-free way."""

    rows: int
    step_free: int
    exits: int
    exits_step_free: int


class Accessibility(Shape):
    """Step-free ways: from platforms in a station, from entrances in another building."""

    venue: str
    version: str
    mode: str
    schematic: bool
    kind: Literal["station", "building"]
    summary: AccessibilitySummary
    platforms: list[PlatformRow]
    levels: list[LevelRow]
    transfers: list[TransferRow]


ALL: tuple[type[BaseModel], ...] = (Accessibility, Downloads, Facts, Quality)
