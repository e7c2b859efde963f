"""What an evacuation is planned for: who is there, what happens, what counts as safe, how people are taken to move.

Pure values. Their written form, TOML or JSON, is read and written by :mod:`indoor3d.models.scenario_form`; what each key means, its range and where its
default comes from stands in :mod:`indoor3d.models.scenario_keys`. Elements are named by id, by their exact name in any language, or, exits, by
their number; :func:`indoor3d.models.scenario_check.check` puts ids in the place of names.

Times are seconds from the start of the incident.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from indoor3d.models.building import Text
from indoor3d.models.distribution import Distribution
from indoor3d.models.movement import DEFAULT
from indoor3d.models.vocabulary import Direction, SpaceCategory

DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fixed": ("value_s",),
        "uniform": ("low_s", "high_s"),
        "normal": ("mean_s", "sd_s"),
        "lognormal": ("mu", "sigma"),
        "gamma": ("shape", "scale_s"),
        "weibull": ("shape", "scale_s"),
        "triangular": ("low_s", "mode_s", "high_s"),
    }
)
"""Which parameters each kind of distribution has. ``mu`` and ``sigma`` are those of the logarithm of seconds."""


class HazardKind(StrEnum):
    """What happens."""

    FIRE = "fire"
    SMOKE = "smoke"
    CLOSED = "closed"
    STOPPED = "stopped"
    REVERSED = "reversed"
    FLOODED = "flooded"


class Method(StrEnum):
    """How the people waiting on a platform follow from boardings an hour."""

    DISRUPTION = "disruption"
    """Boardings × surge factor × minutes of disrupted service: A1 · Sf · Sd / 60."""
    HEADWAY_DOUBLED = "headway_doubled"
    """Boardings × surge factor × twice the headway: one train is missed."""


class Gates(StrEnum):
    """What fare gates do in the incident."""

    OPEN = "open"
    SHUT = "shut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How long people take before they start to move, after the alarm.

    ``kind`` is one of :data:`DISTRIBUTIONS`, and exactly its parameters are given; the others are None.
    """

    kind: str
    value_s: float | None = None
    low_s: float | None = None
    mode_s: float | None = None
    high_s: float | None = None
    mean_s: float | None = None
    sd_s: float | None = None
    mu: float | None = None
    sigma: float | None = None
    shape: float | None = None
    scale_s: float | None = None
    source: str = ""

    @property
    def parameters(self) -> Mapping[str, float]:
        """The parameters of its kind, by name."""
        return {name: getattr(self, name) for name in DISTRIBUTIONS[self.kind]}

    @property
    def distribution(self) -> Distribution:
        """The same to draw from, in seconds; nobody starts before the alarm."""
        params = {name.removesuffix("_s"): value for name, value in self.parameters.items()}
        return Distribution(kind=self.kind, params=params, lower=0.0)

    def scaled(self, factor: float) -> "Delay":
        """The same with every delay times a factor above 0.

        Examples
        --------
        >>> Delay(kind="uniform", low_s=90.0, high_s=330.0).scaled(0.5).parameters["high_s"]
        165.0
        """
        if self.kind == "lognormal":
            return replace(self, mu=(self.mu or 0.0) + math.log(factor))
        seconds: dict[str, Any] = {n: value * factor for n, value in self.parameters.items() if n.endswith("_s")}
        return replace(self, **seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayOf:
    """A delay of the people in some spaces only."""

    spaces: tuple[str, ...]
    delay: Delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of the people moves as one profile."""

    profile: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupants:
    """People in spaces, by number, by density, or by what the spaces are used for.

    Spaces are those named, or those of the categories on the levels named. Entries add up; ``without`` leaves spaces out.
    Exactly one of ``persons``, ``persons_each``, ``density_per_m2``, ``area_per_person_m2`` and ``use`` is given.
    """

    spaces: tuple[str, ...] = ()
    categories: tuple[SpaceCategory, ...] = ()
    levels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    persons: int | None = None
    persons_each: int | None = None
    density_per_m2: float | None = None
    area_per_person_m2: float | None = None
    use: str | None = None
    presence: float = 1.0
    mobility: tuple[Share, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Boardings and alightings by the hour, as cities publish them: the text of the CSV, or the name of a file given beside the scenario."""

    id: str
    csv: str = ""
    file: str = ""
    station: str = ""
    date: str = ""
    days: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Those who use one side of a platform: who waits, and who got off.

    Parameters are those of rows A1 to A6 of a station sheet. Boardings are given, or looked up in ``counts`` under ``line``. The train
    itself is a :class:`Train` that names the track.
    """

    id: str
    platform: str
    line: str = ""
    counts: str = ""
    hour: int | None = None
    share: float | None = None
    boarding_per_h: float | None = None
    alighting_per_h: float | None = None
    surge_factor: float = 1.2
    disruption_min: float = 5.0
    headway_s: float | None = None
    method: Method = Method.DISRUPTION
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """A train whose passengers have to get out: ``persons`` on it, or as many as it can take.

    ``space`` is where they are when it begins; empty is the platform.
    """

    id: str
    track: str
    space: str = ""
    at_s: float = 0.0
    persons: int | None = None
    capacity: int | None = None
    cars: int | None = None
    persons_per_car: int = 160
    crowding: float = 2.0
    mobility: tuple[Share, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """Something that happens at a time, in a place; ``by`` and ``reported_at`` say who reported it and when."""

    id: str
    kind: HazardKind
    at_s: float = 0.0
    until_s: float | None = None
    spaces: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    level: str = ""
    spread: bool = False
    spread_mps: float | None = None
    extinction_per_m: float | None = None
    temperature_c: float | None = None
    co_ppm: float | None = None
    co2_pct: float | None = None
    o2_pct: float | None = None
    fed_per_min: float | None = None
    depth_m: float | None = None
    rise_m_per_min: float = 0.0
    direction: Direction | None = None
    by: str = ""
    reported_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The engineering analysis that shows a space to be a point of safety."""

    document: str
    by: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOfSafety:
    """A space that counts as safe. Without an analysis on file it is named, and does not count."""

    space: str
    analysis: Analysis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """Who carries people that cannot use stairs: in one direction, with so many carriers for one person, at a speed, over a width of the stairs."""

    direction: str
    carriers: int
    teams: int
    speed_mps: float
    width_m: float
    source: str
    carries: int = 1
    connectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvacuationLift:
    """A lift that may be used in the incident. Lifts that are not named are not used."""

    lift: str
    source: str
    capacity: int | None = None
    cycle_s: float | None = None
    available_from_s: float = 0.0


def _delay() -> Delay:
    return Delay(kind="uniform", low_s=90.0, high_s=330.0)


def _mix() -> tuple[Share, ...]:
    return (
        Share(profile="walk", share=0.79),
        Share(profile="elderly", share=0.20),
        Share(profile="wheelchair_manual", share=0.01),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One evacuation, asked for. See :mod:`indoor3d.models.scenario_keys` for what each part means and where its default comes from."""

    id: str
    venues: tuple[str, ...]
    name: Text = field(default_factory=Text)
    note: Text = field(default_factory=Text)
    seed: int = 1
    model: str = "flow"
    movement: str = DEFAULT
    rules: tuple[str, ...] = ("nfpa130", "kr-molit")
    runs: int = 1
    quantiles: tuple[float, ...] = (0.5, 0.9, 0.95)
    fatigue: bool = False
    gates: Gates = Gates.OPEN
    step_s: float = 1.0
    horizon_s: float = 7200.0
    detection_s: float = 60.0
    alarm_s: float = 60.0
    premovement: Delay = field(default_factory=_delay)
    premovement_of: tuple[DelayOf, ...] = ()
    mobility: tuple[Share, ...] = field(default_factory=_mix)
    occupants: tuple[Occupants, ...] = ()
    counts: tuple[Counts, ...] = ()
    tracks: tuple[Track, ...] = ()
    trains: tuple[Train, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    exits: tuple[str, ...] | None = None
    points_of_safety: tuple[PointOfSafety, ...] = ()
    assistance: tuple[Assistance, ...] = ()
    evacuation_lifts: tuple[EvacuationLift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a space is used for, as an occupant load factor.

    ``read`` says whether the number was read in the code's own text.
    """

    id: str
    name: Text
    area_per_person_m2: float
    source: str
    read: bool = False


_IBC = "International Building Code, table 1004"
_MICHIGAN = "Michigan Administrative Code R 408.30418, table 1004.1.2 (the International Building Code's, as amended)"
_FIRE_ACT = "소방시설 설치 및 관리에 관한 법률 시행령 별표 7"


def _feet(ident: str, names: tuple[str, str], feet2: float, *, read: bool = True) -> Use:
    return Use(
        id=ident,
        name=Text(ko=names[0], en=names[1]),
        area_per_person_m2=math.floor(feet2 * 0.09290304 * 100) / 100,  # rounded down: never fewer people
        source=f"{_MICHIGAN if read else _IBC}: {feet2:g} ft²",
        read=read,
    )


def _korean(ident: str, names: tuple[str, str], area: float) -> Use:
    return Use(
        id=ident, name=Text(ko=names[0], en=names[1]), area_per_person_m2=area, source=f"{_FIRE_ACT}: {area:g} m²"
    )


USES: Mapping[str, Use] = MappingProxyType(
    {
        use.id: use
        for use in (
            _feet("standing", ("서서 기다리는 곳", "Standing, waiting"), 5, read=False),
            _feet("assembly_dense", ("의자만 놓은 집회 공간", "Assembly, chairs only"), 7),
            _feet("assembly", ("탁자와 의자가 있는 집회 공간", "Assembly, tables and chairs"), 15),
            _feet("exhibition", ("전시실", "Exhibit gallery and museum"), 30),
            _feet("classroom", ("교실", "Classroom"), 20),
            _feet("reading_room", ("열람실", "Library reading room"), 50),
            _feet("book_stack", ("서고", "Library stack"), 100),
            _feet("shop", ("판매 공간", "Sales floor"), 30, read=False),
            _feet("office", ("사무실", "Office"), 100),
            _feet("kitchen", ("주방", "Commercial kitchen"), 200),
            _feet("parking", ("주차장", "Parking garage"), 200),
            _feet("storage", ("창고, 기계실", "Storage, mechanical equipment"), 300),
            _korean("kr_lecture", ("강의실·휴게실 등 (국내 기준)", "Lecture and rest rooms, Korean rule"), 1.9),
            _korean("kr_hall", ("강당·문화 및 집회시설 등 (국내 기준)", "Halls and assembly, Korean rule"), 4.6),
            _korean("kr_other", ("그 밖의 곳 (국내 기준)", "Other uses, Korean rule"), 3.0),
        )
    }
)
"""Occupant load factors by use. Those that were not read in the text of a code are marked, and every line that uses one says so."""
