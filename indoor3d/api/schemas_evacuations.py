"""Bodies of requests about evacuation plans and incidents. Scenarios and hazards are read by the strict form that all share."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from indoor3d.api.outputs_closures import Line, Moment, Words
from indoor3d.api.schemas import Ident

_MOST_HAZARDS = 100


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanInputs(_Body):
    """What is planned: a venue, and a scenario (docs/reference/scenario.md)."""

    venue: Annotated[Ident, Field(examples=["city-hall"])]
    scenario: Annotated[
        dict[str, Any] | Annotated[str, Field(strict=True)],
        Field(
            min_length=1,
            description="The JSON form (docs/reference/scenario.schema.json), or the text of a file: TOML or JSON.",
        ),
    ]


class PlanRequest(_Body):
    """An execution of a process; all outputs are made, always as a document, never at once."""

    inputs: PlanInputs
    response: Literal["document"] = "document"


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


INPUTS: tuple[type[BaseModel], ...] = (IncidentRequest, PlanRequest)
