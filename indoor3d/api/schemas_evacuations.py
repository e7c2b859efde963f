"""Bodies of requests about evacuation plans and incidents. Scenarios and hazards are read by the strict form that all share."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from indoor3d.api.outputs_closures import Line, Moment, Words
from indoor3d.api.schemas import Closed, Ident, Language, Waypoint
from indoor3d.api.settings import MAX_CLOSED, MAX_CLOSES_S

_MOST_HAZARDS = 100

ScenarioForm = Annotated[
    dict[str, Any] | Annotated[str, Field(strict=True)],
    Field(
        min_length=1,
        description="The JSON form (docs/reference/scenario.schema.json), or the text of a file: TOML or JSON.",
    ),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanInputs(_Body):
    """What is planned: a venue, and a scenario (docs/reference/scenario.md)."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    scenario: ScenarioForm
    criticality: Annotated[
        bool,
        Field(
            strict=True,
            description="`evacuation-plan`: also what everything hangs on, in the plan and in its report; some half a "
            "minute more for a station. `criticality` always does it.",
        ),
    ] = False
    closes: Annotated[
        dict[Ident, Annotated[float, Field(strict=True, ge=0, le=MAX_CLOSES_S, allow_inf_nan=False)]],
        Field(
            max_length=MAX_CLOSED,
            description="With criticality: who is cut off when these close? Openings, connectors and exits by id, exact name or "
            "number of an exit; seconds from the beginning of the incident.",
            examples=[{"exit-5": 180}],
        ),
    ] = {}


class PlanRequest(_Body):
    """An execution of a process; all outputs are made, always as a document, never at once."""

    inputs: PlanInputs
    response: Literal["document"] = "document"


class RescueRequest(_Body):
    """Where help is needed. What is reported closed now holds; the target itself may be closed: rescuers go in."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    target: Annotated[
        Waypoint,
        Field(
            description="A space, refuge, hydrant, AED, control room or any other place. Of a category, what is reached first."
        ),
    ]
    closed: Closed = []
    scenario: Annotated[
        ScenarioForm | None,
        Field(
            description="Who is in the building when it begins: people who come out slow rescuers where they meet them."
        ),
    ] = None
    hose_m: Annotated[
        float, Field(strict=True, ge=1, le=1_000, allow_inf_nan=False, description="Length of a hose, metres.")
    ] = 30.0
    lang: Language = None


class IncidentRequest(_Body):
    """What happens, where, since when, and who says so. Who reports it is kept and never shown to the public.

    Hazards have the form they have in scenarios; their ``at_s`` and ``until_s`` count from ``started_at``.
    """

    name: Annotated[Words, Field(examples=[{"ko": "2호선 승강장 화재", "en": "Fire at the Line 2 platform"}])]
    hazards: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=_MOST_HAZARDS,
            examples=[[{"id": "fire", "kind": "fire", "spaces": ["2호선 승강장"]}]],
        ),
    ]
    started_at: Annotated[Moment | None, Field(description="When it began; now without it.")] = None
    source: Line = ""
    reporter: Line = ""
    reported_at: Moment | None = None


INPUTS: tuple[type[BaseModel], ...] = (IncidentRequest, PlanRequest, RescueRequest)
