"""Shapes of processes, jobs and incidents, for the documentation (OGC API – Processes, Part 1: 18-062r2)."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, RootModel

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
    """The whole outcome of an evacuation: docs/guides/evacuation.md. Times are seconds, what does not exist is null.

    ``remaining``: where people still are, minute by minute.
    """

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
    exposures: list[dict[str, Any]]
    remaining: list[dict[str, Any]]
    sensitivity: list[dict[str, Any]]
    sheets: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    network: dict[str, Any]


class PlanValue(Shape):
    """The plan, in place."""

    mediaType: Literal["application/json"]  # noqa: N815
    value: Plan


class PlanResults(Shape):
    """Results of an evacuation plan: the plan in place, the others as links."""

    plan: PlanValue
    summary: Link
    report: Link
    curves: Link
    flows: Link


class Stranded(Shape):
    """People of one space who have no way out any more."""

    space: str
    level: str
    name: Label
    persons: int


class Critical(Shape):
    """What the failure of one element does: ``lost`` is how many do not get out without it who do with it; ``text`` says it all.

    ``known`` says how ``clearance_s`` is known: ``stands``, ``planned``, ``bound`` (at most this) or ``not-planned`` (a lift).
    """

    element: str
    kind: Literal["opening", "gate", "connector", "exit", "safe", "lift"]
    name: Label
    text: Label
    persons: int
    lost: int
    cut_off: int
    late: int
    stranded: list[Stranded]
    clearance_s: float | None
    later_s: float | None
    known: Literal["stands", "planned", "bound", "not-planned"]
    bound_s: float | None
    nearest_s: float | None
    nearest_later_s: float | None


class CutOffAt(Shape):
    """Who is cut off when elements close at given times: ``persons`` is ``out`` + ``other_way`` + ``cut_off`` + ``no_way``."""

    closings: list[dict[str, Any]]
    persons: int
    no_way: int
    out: int
    other_way: int
    cut_off: int
    stranded: list[Stranded]
    clearance_s: float | None


class Ranking(Shape):
    """What an evacuation hangs on, worst first. ``closing``: people have followed their plan until then. ``still``: nobody has moved.

    Both are null where nothing was asked to close. ``access``: rescuers' quickest way in to each refuge and platform.
    """

    format: str
    venue: str
    scenario: str
    version: str
    persons: int
    step_s: float
    ranking: list[Critical]
    closing: CutOffAt | None
    still: CutOffAt | None
    access: list[dict[str, Any]]
    verified: str


class RankingValue(Shape):
    """The ranking, in place."""

    mediaType: Literal["application/json"]  # noqa: N815
    value: Ranking


class CriticalityResults(Shape):
    """Results of a ranking: the ranking in place, who is cut off space by space as a link."""

    ranking: RankingValue
    stranded: Link


class Results(RootModel[PlanResults | CriticalityResults]):
    """Results of a job, by its process."""


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
