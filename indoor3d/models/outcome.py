"""What became of an evacuation: who is out when, what held them up, who is not out and why, and how far it is from the best.

Pure values, the same for Python, the API, the command line and the report. Times are seconds from the start of the incident; a time that does
not exist (nobody was there, somebody never came) is None and never a number.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Text
from indoor3d.models.criticality import Criticality
from indoor3d.models.flow import FlowNetwork
from indoor3d.models.rescue import Remaining
from indoor3d.models.rules import Sheet

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """When people have left something: an exit, a platform, a level, a space.

    Parameters
    ----------
    id : str
    kind : str
        ``exit``, ``platform``, ``level`` or ``space``.
    name : Text
    persons : int
        How many came through an exit, or were there when it began.
    first_s, last_s : float or None
        When the first and the last of them was through, or had left.
    left : int
        How many never got out.
    """

    id: str
    kind: str
    name: Text
    persons: int
    first_s: float | None
    last_s: float | None
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What one change of a bottleneck would save, found by running the plan again with it.

    ``change`` is ``metre``, ``gate``, ``escalator`` or ``exit``; ``saved_s`` is how much sooner all would be out, never below 0, and
    ``tolerance_s`` by how much that may be off (:class:`Sensitivity`).
    """

    change: str
    element: str
    clearance_s: float
    saved_s: float
    tolerance_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """Where people have to wait.

    Parameters
    ----------
    element : str
        Id of an opening or connector.
    name : Text
    persons : int
        How many pass it.
    capacity_per_s : float
    queue_most : int
        The longest queue, persons.
    queue_most_s : float
        When that was.
    queue_from_s, queue_to_s : float
        When anybody waited.
    critical : bool
        In the proof of the optimum: as long as this is no wider, nobody can do better.
    relief : tuple of Relief
    """

    element: str
    name: Text
    persons: int
    capacity_per_s: float
    queue_most: int
    queue_most_s: float
    queue_from_s: float
    queue_to_s: float
    critical: bool = False
    relief: tuple[Relief, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """People who do not get out by themselves, where, and why.

    ``code`` is stable: ``no-way``, ``closed-in-time``, ``no-lift``, ``refuge-full``, ``incapacitated``, ``not-out-in-time``. ``waiting`` says that they
    are in a refuge and wait to be fetched.
    """

    space: str
    level: str
    mobility: str
    persons: int
    code: str
    reason: Text
    blocked_by: tuple[str, ...] = ()
    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftTrip:
    """One trip of a lift that fetches people who cannot use stairs."""

    lift: str
    refuge: str
    start_s: float
    end_s: float
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Available against required time, in one place.

    ``aset_s`` is None where conditions stay tenable; ``criterion`` names what ends them.
    """

    id: str
    kind: str
    aset_s: float | None
    rset_s: float | None
    margin_s: float | None
    criterion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Which way the signs of one place point in one window of time: to the place ``towards``, at ``bearing_deg`` in plan.

    ``share`` is of the people who pass there: the sign shows the way of most of them, so it may be less than 1.
    """

    place: str
    space: str
    level: str
    position: tuple[float, float, float]
    from_s: float
    to_s: float
    towards: str
    through: str
    bearing_deg: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The same evacuation with one thing changed: one escalator more or less, one gate, the load, the delays, the speeds.

    Of people who walk; times are the least that are possible, proven, not those of plans. The row ``base`` is without a change: the
    others differ from it.

    Parameters
    ----------
    key : str
        ``base``, ``escalator-1``, ``escalator+1``, ``gate-1``, ``gate+1``, ``load-20``, ``load+20``, ``premovement-50``,
        ``premovement+50``, ``calibration-`` and its id.
    change : Text
    clearance_s, difference_s : float or None
        The least time, and its difference from that of ``base``. Both are None where more people have no way out than in ``base``, the difference
        where fewer have: times of different people are not compared. A change that can only help is never told as slower, one that can
        only harm never as quicker.
    tolerance_s : float or None
        By how much the difference may be off, as it is worked out in steps. None where there is no difference.
    left : int
        How many have no way out.
    """

    key: str
    change: Text
    clearance_s: float | None
    difference_s: float | None
    tolerance_s: float | None = None
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What the people of one space breathe on their way, in the simulation of the plan.

    Doses are fractional effective doses of carbon monoxide, carbon dioxide and want of oxygen, of the concentrations that the hazards
    of the scenario declare. Where a hazard declares none, nobody can tell the dose: those people are counted in ``unknown`` and the doses
    told leave that smoke out.

    Parameters
    ----------
    space : str
        Where they are when it begins; ``level`` is its level.
    persons : int
        How many of them are in smoke at any time, or may be.
    warned, down : int or None
        How many reach a dose of 0.3, and of 1: those are down. None where no dose can be told.
    most : float or None
        The largest dose, 1 at most.
    unknown : int
        How many are in smoke whose gases nobody has declared, or are not simulated: those who are fetched or wait in a refuge.
    """

    space: str
    level: str
    persons: int
    warned: int | None
    down: int | None
    most: float | None
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """How many are out over time: ``key`` is ``simulated``, ``planned``, ``optimum`` or ``nearest``.

    ``points`` is (K, 2) float64: seconds, persons.
    """

    key: str
    points: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One thing that was taken for granted, and who says so. ``basis`` is surveyed, declared or default."""

    key: str
    value: str
    unit: str
    basis: str
    text: Text
    source: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Motion:
    """Where people are over time, for pictures and animations.

    Parameters
    ----------
    at_s : (T,) float64
    waiting : (T, N) float32
        Persons at each node of the flow network.
    passed : (T, P) float32
        Persons that went through each passage since the moment before.
    moving : (T, M) float32
        Persons on each arc.
    """

    at_s: Floats
    waiting: NDArray[np.float32]
    passed: NDArray[np.float32]
    moving: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """One evacuation, whole.

    Parameters
    ----------
    scenario : str
        Id of the scenario, ``name`` is its name; ``digest`` is the SHA-256 of its canonical form.
    venue, version : str
    calibration : str
        Which movement model: numbers of two models must not be compared.
    step_s : float
    network : FlowNetwork
    persons : int
        All; ``out`` of them get to an exit or a point of safety, ``waiting`` wait in refuges, the others are in ``cut_off``.
    clearance_s : float or None
        When the last of those who get out is out, in the simulation of the plan; None when nobody does.
    planned_s, optimum_s, bound_s, nearest_s : float or None
        The plan itself; the proven optimum (None where it was not asked for or its proof was too long); a lower bound; what comes of everybody going to the nearest exit.
    certified : bool
        The optimum is proven: nobody can do it one step sooner.
    gap : float or None
        ``planned_s / max(optimum_s, bound_s) - 1``.
    quantiles : tuple of (float, float or None)
        Of the clearance over the runs: (0.95, seconds); None where not everybody was out in that share of them.
    disabled_s : float or None
        When the last of the people with a disability who get out is out.
    guided_s, signs_s : float or None
        The same simulation where nobody knows the plan: people go as staff and signs that change part them; as signs with one arrow for all time show. None
        where not everybody gets out who does by the plan.
    curves : tuple of Curve
        How many are out over time, in the simulation and in what it is held against.
    initial : tuple of (str, int)
        Persons in each space when it begins, by id.
    arc_persons : (M,) int64
        How many go along each arc of the flow network.
    exits, platforms, levels : tuple of Cleared
    bottlenecks : tuple of Bottleneck
        Worst queue first.
    cut_off : tuple of CutOff
    mobilities : tuple of (str, Text)
        Names of the profiles that ``cut_off`` has, by id.
    trips : tuple of LiftTrip
    margins : tuple of Margin
    exposures : tuple of Exposure
        Of every space from which somebody comes into smoke; the largest dose first.
    pointers : tuple of Pointer
    sheets : tuple of Sheet
    sensitivity : tuple of Sensitivity
    assumptions : tuple of Assumption
    criticality : Criticality or None
        What it hangs on, where that was asked for.
    remaining : tuple of Remaining
        Where people still are, minute by minute: by time, most first.
    motion : Motion or None
    """

    scenario: str
    name: Text
    digest: str
    venue: str
    version: str
    calibration: str
    step_s: float
    network: FlowNetwork
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
    quantiles: tuple[tuple[float, float | None], ...] = ()
    disabled_s: float | None = None
    guided_s: float | None = None
    signs_s: float | None = None
    curves: tuple[Curve, ...] = ()
    initial: tuple[tuple[str, int], ...] = ()
    arc_persons: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    exits: tuple[Cleared, ...] = ()
    platforms: tuple[Cleared, ...] = ()
    levels: tuple[Cleared, ...] = ()
    bottlenecks: tuple[Bottleneck, ...] = ()
    cut_off: tuple[CutOff, ...] = ()
    mobilities: tuple[tuple[str, Text], ...] = ()
    trips: tuple[LiftTrip, ...] = ()
    margins: tuple[Margin, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    criticality: Criticality | None = None
    remaining: tuple[Remaining, ...] = ()
    motion: Motion | None = None
