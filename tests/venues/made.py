"""The pilot venues, each made once in a process: plan, IFC text, building, report and navigation graph."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ifcopenshell

from indoor3d.models.building import Building
from indoor3d.models.issue import Report
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.sources.base import read
from tools.station import geometry as geo
from tools.station.ifc import write_ifc
from tools.station.layout import Layout
from tools.station.model import Flightway, Plan
from tools.station.plan import read_plan

STATIONS = Path(__file__).parents[2] / "assets" / "stations"
VENUES = sorted(path.parent.name for path in STATIONS.glob("*/plan.toml"))
KOREAN_NAME = {"city-hall": "시청", "jongno-3-ga": "종로3가", "express-bus-terminal": "고속터미널"}
"""Stations by their name in the tables of facts."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """One venue: ``keys`` gives the plan's id of everything in the model by GlobalId.

    A wheelchair platform is a facility under its id and a way under its id with ``~lift``.
    """

    plan: Plan
    layout: Layout
    text: str
    building: Building
    report: Report
    graph: NavGraph
    keys: dict[str, str]


@cache
def plan_of(venue: str) -> Plan:
    return read_plan(STATIONS / venue)


@cache
def text_of(venue: str) -> str:
    return write_ifc(plan_of(venue))


@cache
def model_of(venue: str) -> Any:
    return ifcopenshell.file.from_string(text_of(venue))


@cache
def made(venue: str) -> Made:
    plan = plan_of(venue)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{venue}.ifc"
        path.write_text(text_of(venue), encoding="utf-8")
        building, report = read(path)
    model = model_of(venue)
    keys = {
        entity.GlobalId: getattr(entity, "Tag", None) or entity.Name
        for kind in ("IfcElement", "IfcSpace", "IfcBuildingStorey")
        for entity in model.by_type(kind)
    }
    lifts = {lift.id for lift in plan.stair_lifts}
    keys |= {f"{guid}~lift": f"{key}~lift" for guid, key in keys.items() if key in lifts}
    return Made(
        plan=plan,
        layout=Layout(plan),
        text=text_of(venue),
        building=building,
        report=report,
        graph=build_navigation(building),
        keys=keys,
    )


def analytic_m(way: Flightway) -> float:
    """How long the way along a stair, ramp or escalator is, from the formulas of its kind."""
    rise = way.high - way.low
    if way.kind == "escalator":  # source D: travel length = twice the rise + 2.4 m
        return 2 * rise + 2 * geo.ESCALATOR_FLAT_M
    if way.kind == "ramp":
        return math.hypot(rise, rise * geo.RAMP_SLOPE) + (geo.ramp_runs(rise) - 1) * geo.LANDING_M
    flights = geo.flights(rise)
    riser = rise / sum(flights)
    return sum(math.hypot(n * geo.TREAD_M, n * riser) for n in flights) + (len(flights) - 1) * geo.LANDING_M
