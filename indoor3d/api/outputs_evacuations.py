"""Shapes of processes, jobs and incidents, for the documentation (OGC API – Processes, Part 1: 18-062r2)."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from indoor3d.api.jobs import Status
from indoor3d.api.outputs import Label, Link, Shape, Text
from indoor3d.api.outputs_closures import Closure


class ProcessSummary(Shape):
    """A process that can be asked for."""

    id: str
    title: str
    description: str
    version: str
    jobControlOptions: list[str]  # noqa: N815 - names of OGC API - Processes
    outputTransmission: list[str]  # noqa: N815
    links: list[Link]


class Processes(Shape):
    """All processes."""

    processes: list[ProcessSummary]
    links: list[Link]


class Process(ProcessSummary):
    """A process with what goes in and what comes out, as JSON Schema."""

    inputs: dict[str, Any]
    outputs: dict[str, Any]


class JobProblem(Shape):
    """Why a job failed: its stable code, and for an invalid scenario the ``path`` of what is wrong."""

    code: str
    title: str
    detail: str


class Job(Shape):
    """The state of a job. ``progress`` is 0 to 100; ``stage`` is what it does now, and ``message`` says it."""

    jobID: str  # noqa: N815
    processID: str  # noqa: N815
    type: Literal["process"]
    status: Status
    message: str
    progress: int
    stage: str
    venue: str
    version: str
    scenario: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    updated: datetime | None
    problem: JobProblem | None
    links: list[Link]


class JobList(Shape):
    """Jobs that are remembered, the newest first."""

    jobs: list[Job]
    links: list[Link]


class Plan(Shape):
    """The whole outcome of an evacuation: docs/guides/evacuation.md. Times are seconds, what does not exist is null."""

    format: str
    scenario: str
    venue: str
    version: str
    calibration: str
    persons: int
    out: int
    waiting: int
    clearance_s: float | None
    planned_s: float | None
    optimum_s: float | None
    bound_s: float
    nearest_s: float | None
    certified: bool
    gap: float | None
    verified: str
    exits: list[dict[str, Any]]
    bottlenecks: list[dict[str, Any]]
    cut_off: list[dict[str, Any]]
    sheets: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    network: dict[str, Any]


class PlanValue(Shape):
    """The plan, in place."""

    mediaType: Literal["application/json"]  # noqa: N815
    value: Plan


class Results(Shape):
    """Results of a job: the plan in place, the others as links."""

    plan: PlanValue
    summary: Link
    report: Link
    curves: Link
    flows: Link


class Scenario(Shape):
    """A worked scenario of a venue; ``scenario`` is the form that a job takes."""

    id: str
    name: Label
    note: Label
    scenario: dict[str, Any]


class Scenarios(Shape):
    """Worked scenarios of a venue."""

    venue: str
    scenarios: list[Scenario]
    links: list[Link]


class Incident(Shape):
    """Something that happens: hazards and closures that were reported together. ``conditions`` are what they do to ways."""

    id: str
    venue: str
    name: Text
    source: str
    started_at: datetime | None
    reported_at: datetime | None
    ended: bool
    conditions: list[Closure]
    links: list[Link]


class Incidents(Shape):
    """Incidents of a venue that have not ended, the newest first."""

    venue: str
    incidents: list[Incident]
    links: list[Link]


ALL: tuple[type[BaseModel], ...] = (Incident, Incidents, Job, JobList, Process, Processes, Results, Scenarios)
