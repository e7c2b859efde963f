"""What people breathe on their way: doses along a simulation, and for whom nobody can tell them.

Where several hazards fill one space, the worst of each gas counts, as it does of smoke for speed: one that grows is told as several, and
they are not added up. A passage has the worse air of its two ends. Air has its gases from the step before it comes on, and for good.

Smoke of which no hazard says the carbon monoxide is not clean air: no dose can be told in it. A second simulation counts who is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Text
from indoor3d.models.flow import FlowNetwork
from indoor3d.models.outcome import Assumption, Exposure
from indoor3d.models.smoke import AIR_O2_PCT, FED_DOWN, FED_WARNING, fed_rate
from indoor3d.routing.evacuation.hazards import Air, TimedHazards
from indoor3d.routing.evacuation.simulate import Phases

if TYPE_CHECKING:
    from indoor3d.routing.evacuation._played import Played
    from indoor3d.routing.evacuation.plan import Case

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MARK = 1e-9
"""A dose a second that puts nobody down in a day, and shows who had it."""
_LAW = "Purser's terms of CO, CO2 and O2 as FDS+Evac has them (indoor3d.models.smoke)"
_LIMITS = "ISO 13571, NFPA 130 annex B (general knowledge, not read)"


@dataclass(frozen=True, kw_only=True, eq=False)
class Doses:
    """Rates over time.

    Parameters
    ----------
    from_s : (K,) float64
        Ascending; the first is 0.
    node_per_s : (K, N) float64
    arc_per_s : (K, M) float64
    node_untold : (K, N) bool
        Where there is smoke whose gases nobody declares.
    arc_untold : (K, M) bool
    """

    from_s: Floats
    node_per_s: Floats
    arc_per_s: Floats
    node_untold: Flags
    arc_untold: Flags

    @property
    def told(self) -> bool:
        """Whether there is any dose to tell."""
        return bool((self.node_per_s > 0).any())

    @property
    def untold(self) -> bool:
        """Whether there is smoke whose dose nobody can tell."""
        return bool(self.node_untold.any())

    def phases(self) -> Phases:
        """For a simulation whose arcs are slow already."""
        return self._phases(self.node_per_s, self.arc_per_s)

    def marks(self) -> Phases:
        """Likewise, to count who is in smoke that nobody declares."""
        return self._phases(np.where(self.node_untold, _MARK, 0.0), np.where(self.arc_untold, _MARK, 0.0))

    def _phases(self, node: Floats, arc: Floats) -> Phases:
        return Phases(from_s=self.from_s, factor=np.ones_like(arc), node_dose_per_s=node, arc_dose_per_s=arc)


def rate(air: Sequence[Air]) -> float:
    """Dose a second in the worst of several airs; what nobody says is as in clean air, so without carbon monoxide it is too little.

    Examples
    --------
    >>> smoke = Air(from_s=0.0, hazard="a", co_ppm=5000.0, co2_pct=2.0, o2_pct=18.0)
    >>> round(1 / rate([smoke, Air(from_s=9.0, hazard="b", co_ppm=10.0)]), 1)
    207.6
    """
    monoxide = max((a.co_ppm for a in air if a.co_ppm is not None), default=0.0)
    dioxide = max((a.co2_pct for a in air if a.co2_pct is not None), default=0.0)
    oxygen = min((a.o2_pct for a in air if a.o2_pct is not None), default=AIR_O2_PCT)
    given = max((a.fed_per_s for a in air if a.fed_per_s is not None), default=0.0)
    return max(fed_rate(monoxide, co2_pct=dioxide, o2_pct=oxygen), given)


def doses(flow: FlowNetwork, hazards: TimedHazards, *, step_s: float) -> Doses | None:
    """Rates at nodes and on arcs; None where there is neither fire nor smoke."""
    if not hazards.air:
        return None
    begins = {space: [_step_before(a.from_s, step_s) for a in found] for space, found in hazards.air.items()}
    times = sorted({0.0, *(at_s for found in begins.values() for at_s in found)})
    at = {space: np.flatnonzero([name == space for name in flow.node_space]) for space in hazards.air}
    node = np.zeros((len(times), len(flow.node_id)))
    untold = np.zeros(node.shape, np.bool_)
    for space, found in hazards.air.items():
        for from_s in sorted(set(begins[space])):
            here = [a for a, begin in zip(found, begins[space], strict=True) if begin <= from_s]
            row = times.index(from_s)
            node[row:, at[space]] = rate(here)
            untold[row:, at[space]] = not all(a.told for a in here)
    tail, head = flow.arc_from, flow.arc_to
    return Doses(
        from_s=np.array(times),
        node_per_s=node,
        arc_per_s=np.maximum(node[:, tail], node[:, head]),
        node_untold=untold,
        arc_untold=untold[:, tail] | untold[:, head],
    )


def _step_before(at_s: float, step_s: float) -> float:
    """The simulation changes at steps: rather too soon than too late."""
    return float(np.floor(at_s / step_s + 1e-9) * step_s)


# ── told ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def exposures(case: "Case", played: "Played | None") -> tuple[Exposure, ...]:
    """What the people of each space breathe; people who are fetched are not simulated, and nobody can tell of them."""
    if not case.hazards.air:
        return ()
    level = dict(zip(case.flow.node_space, case.flow.node_level, strict=True))
    fetched: dict[str, int] = {}
    for crowd in case.others.values():
        for space, persons in crowd.space.items():
            fetched[space] = fetched.get(space, 0) + persons
    names = np.array(case.flow.node_space, dtype=object)
    begin = names[:0] if played is None else names[played.crowd.node]
    dose = np.zeros(0) if played is None else played.run.dose
    untold = np.zeros(0, np.bool_) if played is None else played.untold
    found = []
    for space in sorted({*fetched, *begin.tolist()}):
        here = np.asarray(begin == space, np.bool_)
        found.append(_exposure(space, dose[here], untold[here], fetched=fetched.get(space, 0), level=level[space]))
    some = [one for one in found if one is not None]
    return tuple(sorted(some, key=lambda e: (-(e.most or 0.0), -e.unknown, e.space)))


def _exposure(space: str, dose: Floats, untold: Flags, *, fetched: int, level: str) -> Exposure | None:
    """What some people breathe who begin in one space; None where none of them is in smoke."""
    persons = int(((dose > 0) | untold).sum()) + fetched
    if not persons:
        return None
    told = bool((dose > 0).any())
    return Exposure(
        space=space,
        level=level,
        persons=persons,
        warned=int((dose >= FED_WARNING - 1e-9).sum()) if told else None,
        down=int((dose >= FED_DOWN - 1e-9).sum()) if told else None,
        most=min(float(dose.max()), FED_DOWN) if told else None,
        unknown=int(untold.sum()) + fetched,
    )


def assumptions(case: "Case", found: Sequence[Exposure]) -> list[Assumption]:
    """What was taken of doses, how many people reach which, and for how many nobody can tell."""
    air = [a for some in case.hazards.air.values() for a in some]
    if not air:
        return []
    made = []
    if any(a.told for a in air):
        made += _reached(found)
        for key, ko, en in (("co2_pct", "이산화탄소", "carbon dioxide"), ("o2_pct", "산소", "oxygen")):
            without = sorted({a.hazard for a in air if a.co_ppm is not None and getattr(a, key) is None})
            if without:
                text = Text(
                    ko=f"농도를 밝히지 않아 깨끗한 공기로 본 {ko}: 마신 양은 이보다 많을 수 있습니다.",
                    en=f"Nobody declares {en}: as in clean air, so doses may be more than this.",
                )
                made.append(_assumption(f"fed.{key}", ", ".join(without), "", text, source=_LAW))
    silent = sorted({a.hazard for a in air if not a.told})
    unknown = sum(e.unknown for e in found)
    if unknown:
        where = ", ".join(silent) or "–"
        text = Text(
            ko=f"판단할 수 없음: 마신 양을 알 수 없는 사람. 일산화탄소 농도를 밝히지 않은 연기({where})를 지나거나, 구조를 기다려 모의하지 않은 사람입니다. 0이 아닙니다.",
            en=f"CANNOT TELL: people whose dose nobody can tell. They come through smoke without declared carbon monoxide ({where}), or are fetched and not simulated. It is not 0.",
        )
        made.append(_assumption("fed.unknown", str(unknown), "p", text))
    return made


def _reached(found: Sequence[Exposure]) -> list[Assumption]:
    law = Text(
        ko="마신 양(FED): 일산화탄소·이산화탄소·산소만 셉니다. 시안화수소, 자극 가스, 열은 들어 있지 않습니다.",
        en="Doses (FED) count carbon monoxide, carbon dioxide and oxygen only: no hydrogen cyanide, irritants or heat.",
    )
    warned = Text(
        ko="마신 양(FED)이 0.3에 이르는 사람: 예민한 사람은 스스로 나오지 못할 수 있습니다.",
        en="People who reach a dose (FED) of 0.3: the more sensitive may not be able to get away.",
    )
    down = Text(
        ko="마신 양(FED)이 1에 이르러 쓰러지는 사람",
        en="People who reach a dose (FED) of 1: they are down.",
    )
    most = max((e.most for e in found if e.most is not None), default=0.0)
    return [
        _assumption("fed.law", f"{most:.2f}", "1", law, source=_LAW),
        _assumption("fed.warned", str(sum(e.warned or 0 for e in found)), "p", warned, source=_LIMITS),
        _assumption("fed.down", str(sum(e.down or 0 for e in found)), "p", down, source=_LIMITS),
    ]


def _assumption(key: str, value: str, unit: str, text: Text, *, source: str = "") -> Assumption:
    return Assumption(key=key, value=value, unit=unit, basis="default", text=text, source=source)
