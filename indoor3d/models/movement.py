"""How fast people walk and how many get through: three published calibrations, and the slowest of them.

The three do not agree. For one person a second and metre of clear width, and for speeds, at 18/28 cm stairs:

=====================  ======  =========  ===========
place                  sfpe    nfpa130    empirical
=====================  ======  =========  ===========
door of 0.9 m, p/s     0.78    1.23       1.71
door of 1.2 m, p/s     1.17    1.64       2.28
stair of 1.2 m, p/s    0.91    1.11       1.12
stair of 4.0 m, p/s    3.74    3.70       3.72
level, alone, m/s      1.20    0.63       1.34
stair up, alone, m/s   0.92    0.45       0.50
=====================  ======  =========  ===========

``sfpe`` is the slowest at doors and at stairs of usual width, ``nfpa130`` on the way there and on very wide stairs: none of them is the
cautious one everywhere. :data:`DEFAULT` is therefore ``conservative``, which takes at each place the slowest of the three; it is no published
method, and says so. Whoever needs the number of one code names that code.

Sources: SFPE Handbook of Fire Protection Engineering, 6th ed., ch. 67, as quoted by the documentation of jupedsim-network; NFPA 130 as used by an
open model of the platforms of Penn Station and by a practitioner's sheet (the code's own text was not at hand); RiMEA 4.1.1, test 12d; Weidmann,
"Transporttechnik der Fussgänger", 1993; Fruin, "Pedestrian Planning and Design", 1971, as used by JuPedSim's RiMEA 13.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from indoor3d.errors import InvalidScenario
from indoor3d.models.building import Text
from indoor3d.models.vocabulary import Mode

SFPE_SLOPE_M2 = 0.266
"""a in S = k(1 - aD), m² a person (SFPE Eq. 67.3)."""
SFPE_FREE_PER_M2 = 0.54
"""Below this density people do not hinder one another (SFPE ch. 67)."""
SFPE_LEVEL_MPS = 1.40
"""k on level ground and ramps, m/s (SFPE Table 67.2)."""
SFPE_STAIR_M_PER_MIN = 51.8
"""k = 51.8 √(tread/riser) m/min on stairs; within 1 % of SFPE Table 67.2."""
WEIDMANN_GAMMA_PER_M2 = 1.913
WEIDMANN_JAM_PER_M2 = 5.4
USUAL_RISER_M, USUAL_TREAD_M = 0.18, 0.28
"""Of stairs of which nobody says more (the comparison stairs of EvacuatioNZ)."""
_STEPPED = frozenset({Mode.STAIRS, Mode.ESCALATOR})
_GATES = frozenset({Mode.FARE_GATE, Mode.EXIT_GATE})
_LIFTED = frozenset({Mode.LIFT, Mode.WHEELCHAIR_LIFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One set of numbers for movement.

    Parameters
    ----------
    id : str
    name : Text
    source : str
    law : str
        How speed follows density: ``sfpe`` S = k(1 - aD), ``weidmann``, or ``constant``.
    level_mps : float
        k of the law: the speed of a person alone for ``weidmann`` and ``constant``.
    stair_up_mps, stair_down_mps : float or None
        Along the slope; None: from riser and tread (``sfpe``) or from ``vertical_mps``.
    vertical_mps : float or None
        Height gained or lost a second on stairs.
    door_flow_per_s_m, corridor_flow_per_s_m, escalator_stopped_flow_per_s_m : float
        Persons a second and metre of effective width.
    stair_flow_per_s_m : float or None
        None: k/(4a) with the k of its steps.
    gate_flow_per_s : float
        Of one fare gate.
    boundary_door_m, boundary_stair_m, boundary_open_m, boundary_corridor_m : float
        What is not used of a clear width, on each side. An open passage has no leaf and no frame.
    density_max_per_m2 : float
        No more get into a place.
    counterflow : float
        Share of a passage's capacity that is left, for both directions together, while people come from both.
    slowest_of : tuple of Calibration
        Takes the slowest of these at each place; the numbers above are then only those that are asked for by name.
    """

    id: str
    name: Text
    source: str
    law: str
    level_mps: float
    door_flow_per_s_m: float
    corridor_flow_per_s_m: float
    escalator_stopped_flow_per_s_m: float
    gate_flow_per_s: float
    stair_flow_per_s_m: float | None = None
    stair_up_mps: float | None = None
    stair_down_mps: float | None = None
    vertical_mps: float | None = None
    boundary_door_m: float = 0.0
    boundary_stair_m: float = 0.0
    boundary_open_m: float = 0.0
    boundary_corridor_m: float = 0.0
    density_max_per_m2: float = 3.0
    counterflow: float = 0.75
    slowest_of: tuple["Calibration", ...] = ()

    def stair_constant_mps(self, riser_m: float, tread_m: float) -> float:
        """``k`` of SFPE's law on steps, m/s; steps nobody has measured are 18/28 cm.

        Examples
        --------
        >>> round(CALIBRATIONS["sfpe"].stair_constant_mps(0.18, 0.28), 4)
        1.0768
        """
        if riser_m <= 0 or tread_m <= 0:
            riser_m, tread_m = USUAL_RISER_M, USUAL_TREAD_M
        return SFPE_STAIR_M_PER_MIN / 60 * math.sqrt(tread_m / riser_m)

    def passage_capacity(
        self, mode: Mode, width_m: float, *, riser_m: float = 0.0, tread_m: float = 0.0, kind: str = "door"
    ) -> float:
        """Persons a second through a clear width.

        Parameters
        ----------
        mode : Mode
        width_m : float
            Clear width; infinite where nothing limits.
        riser_m, tread_m : float
            Of stairs and escalators; 0 where nobody says.
        kind : str
            ``door``, ``open`` or ``corridor``, of a passage on foot.

        Examples
        --------
        >>> from indoor3d.models.vocabulary import Mode
        >>> round(CALIBRATIONS["sfpe"].passage_capacity(Mode.WALK, 1.2), 3)
        1.17
        >>> round(CALIBRATIONS["nfpa130"].passage_capacity(Mode.STAIRS, 1.8) * 60, 1)
        99.9
        """
        if self.slowest_of:
            return min(
                c.passage_capacity(mode, width_m, riser_m=riser_m, tread_m=tread_m, kind=kind) for c in self.slowest_of
            )
        if mode in _LIFTED:
            return 0.0
        if mode in _GATES:
            return self.gate_flow_per_s
        if mode in _STEPPED:
            return self._stair_flow(mode, riser_m, tread_m) * max(width_m - 2 * self.boundary_stair_m, 0.0)
        boundary = {
            "door": self.boundary_door_m,
            "open": self.boundary_open_m,
            "corridor": self.boundary_corridor_m,
        }[kind]
        flow = self.corridor_flow_per_s_m if kind == "corridor" or mode is Mode.RAMP else self.door_flow_per_s_m
        return flow * max(width_m - 2 * boundary, 0.0)

    def _stair_flow(self, mode: Mode, riser_m: float, tread_m: float) -> float:
        if self.stair_flow_per_s_m is not None:
            return self.escalator_stopped_flow_per_s_m if mode is Mode.ESCALATOR else self.stair_flow_per_s_m
        own = self.stair_constant_mps(riser_m, tread_m) / (4 * SFPE_SLOPE_M2)
        # steps of escalators are outside the table that the formula was fitted to: never better than the stair of the table
        return min(own, self.escalator_stopped_flow_per_s_m) if mode is Mode.ESCALATOR else own

    def speed(
        self,
        mode: Mode,
        *,
        slope: float = 0.0,
        riser_m: float = 0.0,
        tread_m: float = 0.0,
        density_per_m2: float = 0.0,
    ) -> float:
        """Metres a second along the way.

        Parameters
        ----------
        mode : Mode
        slope : float
            Height gained for each metre along the way; negative downwards. The sine of the angle.
        riser_m, tread_m : float
        density_per_m2 : float
            Persons for each square metre. 0 m/s where nobody can move any more.

        Examples
        --------
        >>> from indoor3d.models.vocabulary import Mode
        >>> [round(CALIBRATIONS["sfpe"].speed(Mode.WALK, density_per_m2=d), 4) for d in (0.0, 1.0, 2.0, 3.0, 4.0)]
        [1.1989, 1.0276, 0.6552, 0.2828, 0.0]
        """
        if self.slowest_of:
            return min(
                c.speed(mode, slope=slope, riser_m=riser_m, tread_m=tread_m, density_per_m2=density_per_m2)
                for c in self.slowest_of
            )
        alone = self._constant(mode, slope, riser_m, tread_m)
        return alone * self.hindrance(density_per_m2)

    def hindrance(self, density_per_m2: float) -> float:
        """What is left of the constant of :meth:`speed` at a density; 1 alone, except under ``sfpe``, whose k nobody reaches."""
        if (
            self.slowest_of
        ):  # the slowest at this density, of the slowest alone: who is slow already is not hindered twice
            slow = [c.speed(Mode.WALK, density_per_m2=density_per_m2) for c in self.slowest_of]
            return min(slow) / min(c.speed(Mode.WALK) for c in self.slowest_of)
        if self.law == "sfpe":
            return max(0.0, 1 - SFPE_SLOPE_M2 * max(density_per_m2, SFPE_FREE_PER_M2))
        if self.law == "weidmann" and density_per_m2 > 0:
            return max(0.0, 1 - math.exp(-WEIDMANN_GAMMA_PER_M2 * (1 / density_per_m2 - 1 / WEIDMANN_JAM_PER_M2)))
        return 1.0

    @property
    def flow_density_per_m2(self) -> float:
        """The density at which most people get along: where nobody blocks the way ahead, there are no more on a stair.

        SFPE ch. 67: densities above 1.9 a square metre must not be assumed in design.

        Examples
        --------
        >>> round(CALIBRATIONS["sfpe"].flow_density_per_m2, 2)
        1.88
        """
        densities = [n / 100 for n in range(1, round(100 * self.density_max_per_m2) + 1)]
        return max(densities, key=lambda d: d * self.hindrance(d))

    def _constant(self, mode: Mode, slope: float, riser_m: float, tread_m: float) -> float:
        if self.vertical_mps is not None and slope:
            return min(self.level_mps, self.vertical_mps / abs(slope))
        if mode not in _STEPPED:
            return self.level_mps
        if self.vertical_mps is not None:  # steps without a height: those of the usual stair
            return self.vertical_mps / math.sin(math.atan2(USUAL_RISER_M, USUAL_TREAD_M))
        if self.stair_up_mps is not None and self.stair_down_mps is not None:
            return self.stair_down_mps if slope < 0 else self.stair_up_mps
        own = self.stair_constant_mps(riser_m, tread_m)
        return min(own, self.stair_constant_mps(0.0, 0.0)) if mode is Mode.ESCALATOR else own


_SFPE = Calibration(
    id="sfpe",
    name=Text(ko="SFPE 수리 모형", en="SFPE hydraulic model"),
    source="SFPE Handbook 6th ed. ch. 67 as quoted by jupedsim-network: a 0.266 m², k 1.40 m/s, 51.8 √(T/R) m/min, 1.3 p/s/m, "
    "0.15 m each side; corridor walls 0.2 m. No gate in it: 50 p/min of NFPA 130.",
    law="sfpe",
    level_mps=SFPE_LEVEL_MPS,
    door_flow_per_s_m=1.3,
    corridor_flow_per_s_m=1.3,
    escalator_stopped_flow_per_s_m=1.01,
    gate_flow_per_s=50 / 60,
    boundary_door_m=0.15,
    boundary_stair_m=0.15,
    boundary_corridor_m=0.2,
)
_NFPA130 = Calibration(
    id="nfpa130",
    name=Text(ko="NFPA 130", en="NFPA 130"),
    source="NFPA 130 (2026) as used by an open model of Penn Station: 0.0555 p/mm-min on stairs and stopped escalators, 37.8 m/min, 14.63 m/min "
    "of height; not read in the code: 0.0819 p/mm-min at doors and corridors, 50 p/min a gate, 0.3 m at walls. The concourse is walked "
    "at 37.8 m/min as well, the slower of the two values found.",
    law="constant",
    level_mps=37.8 / 60,
    vertical_mps=14.63 / 60,
    door_flow_per_s_m=81.9 / 60,
    corridor_flow_per_s_m=81.9 / 60,
    stair_flow_per_s_m=55.5 / 60,
    escalator_stopped_flow_per_s_m=55.5 / 60,
    gate_flow_per_s=50 / 60,
    boundary_corridor_m=0.3,
)
_EMPIRICAL = Calibration(
    id="empirical",
    name=Text(ko="실험값", en="Experiments"),
    source="Doors 1.9 p/s/m (RiMEA 4.1.1 test 12d); level Weidmann 1.34 m/s; stairs Fruin 0.50 m/s up, 0.65 m/s down at 30-50 years, 17 p/min/ft "
    "(level of service E). Gates: 50 p/min of NFPA 130.",
    law="weidmann",
    level_mps=1.34,
    stair_up_mps=0.50,
    stair_down_mps=0.65,
    door_flow_per_s_m=1.9,
    corridor_flow_per_s_m=1.9,
    stair_flow_per_s_m=17 / 60 / 0.3048,
    escalator_stopped_flow_per_s_m=17 / 60 / 0.3048,
    gate_flow_per_s=50 / 60,
    density_max_per_m2=4.0,
)
_CONSERVATIVE = Calibration(
    id="conservative",
    name=Text(ko="가장 느린 값", en="The slowest of all"),
    source="Ours, of published values: at each place the slowest of sfpe, nfpa130 and empirical.",
    law="slowest",
    level_mps=37.8 / 60,
    door_flow_per_s_m=1.3,
    corridor_flow_per_s_m=1.3,
    escalator_stopped_flow_per_s_m=55.5 / 60,
    gate_flow_per_s=50 / 60,
    boundary_door_m=0.15,
    boundary_stair_m=0.15,
    boundary_corridor_m=0.3,
    slowest_of=(_SFPE, _NFPA130, _EMPIRICAL),
)
CALIBRATIONS: Mapping[str, Calibration] = MappingProxyType(
    {c.id: c for c in (_CONSERVATIVE, _SFPE, _NFPA130, _EMPIRICAL)}
)
DEFAULT = "conservative"
"""Because none of the published ones is the slowest everywhere: see the table above."""


def find_calibration(ident: str) -> Calibration:
    """The calibration of this id.

    Raises
    ------
    InvalidScenario
        There is none.
    """
    if ident not in CALIBRATIONS:
        known = ", ".join(CALIBRATIONS)
        raise InvalidScenario(
            f"There is no movement model {ident!r}; there are {known}.",
            ko=f"이동 모형 {ident!r}은(는) 없습니다. 쓸 수 있는 것: {known}.",
            path="movement",
            known=list(CALIBRATIONS),
        )
    return CALIBRATIONS[ident]


FATIGUE_PER_M = 0.01
FATIGUE_FROM_M = 10.0
FATIGUE_LEAST = 0.5


def fatigue(climbed_m: float) -> float:
    """What is left of somebody's speed upstairs after having climbed: 1 % less for each metre beyond 10 m, never under a half.

    Ours, for sensitivity only: the sources at hand ask for such a law in deep stations and give no numbers.
    """
    return max(FATIGUE_LEAST, 1 - FATIGUE_PER_M * max(0.0, climbed_m - FATIGUE_FROM_M))
