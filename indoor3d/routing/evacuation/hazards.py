"""Hazards in time: what closes when, how much slower smoke makes people, and until when each space is tenable.

A hazard of a scenario acts on a flow network. **Fire** closes every way into its space from its time on: nobody goes in,
who is inside leaves, and the space is untenable. **Smoke** makes people slower in the spaces it fills, and may spread by a
simple law: its front goes from the thresholds of a space to those of the next at a given speed, along the network's own
lengths, up along stairs faster, and every space that it reaches takes the extinction of where it comes from, thinned by
nothing: later than that it may be, thicker it is not. It takes no lift shaft, duct or window. **Flooded** levels rise, and
close stairs and doors at the depths that people were seen to fail at. **Closed** elements close, **stopped** escalators are
walked both ways, **reversed** ones only against their direction.

What closes and opens again (``until_s``) stays closed here: nobody plans on its opening. So does what burns.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.building import Building, Text
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.models.network import MODES
from indoor3d.models.outcome import Assumption
from indoor3d.models.scenario import Hazard, HazardKind
from indoor3d.models.smoke import LUND_SLOPE, speed_factor
from indoor3d.models.vocabulary import Direction, Mode

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One number that a hazard acts by, with its source. ``read`` is false where the source's own text was not read."""

    key: str
    value: float
    unit: str
    name: Text
    source: str
    read: bool = False


def _limit(key: str, value: float, unit: str, names: tuple[str, str], source: str) -> Limit:
    return Limit(key=key, value=value, unit=unit, name=Text(ko=names[0], en=names[1]), source=source)


_FLOOD = "tests of the national institute, as PLANNERS.md A12 quotes them (flood1, flood2)"
_KFS = "소방시설 등의 성능위주설계 방법 및 기준 별표 1 (general knowledge, not read)"
_FRONT = "handbook values, 0.5 to 1 m/s level and 3 to 5 m/s up a shaft (general knowledge, not read); the quicker one is taken"

LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        limit.key: limit
        for limit in (
            _limit(
                "flood.stairs.slow", 0.17, "m", ("계단이 불편해지는 물 깊이", "Water in which stairs get slow"), _FLOOD
            ),
            _limit(
                "flood.stairs.hard", 0.35, "m", ("계단이 어려워지는 물 깊이", "Water in which stairs get hard"), _FLOOD
            ),
            _limit(
                "flood.stairs.shut",
                0.455,
                "m",
                ("계단을 지날 수 없는 물 깊이", "Water that nobody climbs stairs in"),
                _FLOOD,
            ),
            _limit(
                "flood.door.shut",
                0.40,
                "m",
                ("문을 열 수 없는 물 깊이", "Water that nobody opens a door against"),
                _FLOOD,
            ),
            _limit(
                "smoke.level", 1.0, "m/s", ("연기 앞머리의 수평 속도", "Speed of a smoke front on the level"), _FRONT
            ),
            _limit("smoke.up", 5.0, "m/s", ("연기 앞머리가 오르는 속도", "Speed of a smoke front upwards"), _FRONT),
            _limit("tenable.visibility", 10.0, "m", ("가시거리", "Visibility"), _KFS),
            _limit("tenable.temperature", 60.0, "°C", ("온도", "Temperature"), _KFS),
            _limit("tenable.co", 1400.0, "ppm", ("일산화탄소", "Carbon monoxide"), _KFS),
            _limit("tenable.co2", 5.0, "%", ("이산화탄소", "Carbon dioxide"), _KFS),
            _limit("tenable.o2", 15.0, "%", ("산소", "Oxygen"), _KFS),
            _limit(
                "smoke.visibility",
                3.0,
                "1",
                ("가시거리와 소광계수의 곱", "Visibility times extinction"),
                "V = 3 / K for signs that are not lit, EVACUATION.md section 1",
            ),
            _limit(
                "flood.slow.factor",
                0.5,
                "1",
                ("물에서 걷는 빠르기의 비", "Share of the speed in water"),
                "ours: no speed in such water was read; half between slow and hard, a quarter from there on",
            ),
        )
    }
)
"""By key. Visibility 10 m is the limit of places where many people are; 5 m elsewhere is less careful and not used."""

_CONNECTED = tuple(MODES.index(mode) for mode in (Mode.STAIRS, Mode.RAMP, Mode.ESCALATOR, Mode.MOVING_WALK))
_STEPPED = tuple(MODES.index(mode) for mode in (Mode.STAIRS, Mode.ESCALATOR))
_SMOKY = frozenset({HazardKind.FIRE, HazardKind.SMOKE})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Phase:
    """Speeds from a time on, until the next phase. ``factor`` is (M,) float64: share of the speed in clear air that is left."""

    from_s: float
    factor: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Aset:
    """Until when a space is tenable: infinite where no limit is passed. ``criterion`` is a key of :data:`LIMITS`, or ``fire``."""

    space: str
    at_s: float
    criterion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """Smoke in a space from a time on, extinction in 1/m."""

    from_s: float
    extinction_per_m: float
    hazard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """What is in the air of a space from a time on; None of what the hazard does not say. ``fed_per_s`` is a dose that it gives itself."""

    from_s: float
    hazard: str
    co_ppm: float | None = None
    co2_pct: float | None = None
    o2_pct: float | None = None
    fed_per_s: float | None = None

    @property
    def told(self) -> bool:
        """Whether a dose can be told: without carbon monoxide none can."""
        return self.co_ppm is not None or self.fed_per_s is not None


@dataclass(frozen=True, kw_only=True, eq=False)
class TimedHazards:
    """What hazards do to a flow network.

    Parameters
    ----------
    closed_from_s : (M,) float64
        Nobody is on an arc after that; infinite where nothing closes it.
    open_from_s : (M,) float64
        Nobody is on an arc before that; 0 but for arcs that only exist once an escalator stands or is reversed.
    closed_by : tuple of str
        Ids of the hazards that close something, by the arc's number in ``closed_arc``.
    closed_arc : (K,) int32
    phases : tuple of Phase
        In order; the first begins at 0.
    smoke : mapping of str to tuple of Smoke
        By space; in order of time.
    air : mapping of str to tuple of Air
        Likewise, of every space that fire or smoke comes to, whether it says what is in it or not.
    aset : mapping of str to Aset
        Of every space that some limit is passed in.
    assumptions : tuple of Assumption
    """

    closed_from_s: Floats
    open_from_s: Floats
    closed_by: tuple[str, ...]
    closed_arc: NDArray[np.int32]
    phases: tuple[Phase, ...]
    smoke: Mapping[str, tuple[Smoke, ...]]
    air: Mapping[str, tuple[Air, ...]]
    aset: Mapping[str, Aset]
    assumptions: tuple[Assumption, ...]

    def extinction(self, space: str, at_s: float) -> float:
        """Extinction coefficient in a space at a time, 1/m: that of the thickest smoke that has come by then."""
        return max((s.extinction_per_m for s in self.smoke.get(space, ()) if s.from_s <= at_s), default=0.0)

    def visibility_m(self, space: str, at_s: float) -> float:
        """How far one sees signs that are not lit."""
        thick = self.extinction(space, at_s)
        return LIMITS["smoke.visibility"].value / thick if thick > 0 else float("inf")

    @property
    def least_factor(self) -> Floats:
        """(M,) float64: the slowest that each arc ever gets, for plans whose times do not change."""
        found: Floats = np.min([phase.factor for phase in self.phases], axis=0)
        return found

    def applied(self, dynamic: DynamicNetwork) -> DynamicNetwork:
        """The same network closing and opening in time, every arc as slow from the beginning as it ever gets.

        Its arcs are those of the flow network, in order. Planning on it is careful: nobody is slower than it says.
        """
        factor = self.least_factor
        return replace(
            dynamic,
            time_s=dynamic.time_s / factor,
            open_from_s=np.maximum(dynamic.open_from_s, self.open_from_s),
            closed_from_s=np.minimum(dynamic.closed_from_s, self.closed_from_s),
        )

    def factor_at(self, at_s: float) -> Floats:
        """(M,) float64: share of the speed in clear air that is left at a time."""
        return [phase for phase in self.phases if phase.from_s <= max(at_s, 0.0)][-1].factor


def timed_hazards(network: FlowNetwork, building: Building, hazards: Sequence[Hazard]) -> TimedHazards:
    """Say what hazards do to a network.

    Parameters
    ----------
    network : FlowNetwork
        Made with every escalator that stops or is reversed in ``stopped``, so that it has both directions: before they
        stop, only the one they run in is open.
    building : Building
    hazards : sequence of Hazard
        With ids, not names.

    Raises
    ------
    UnknownElement
        A hazard names a space, element or level that the building has not got.
    InvalidInput
        A hazard has no place, or a number that means nothing.
    """
    made = _Acting(network, building)
    for hazard in sorted(hazards, key=lambda h: (h.at_s, h.id)):
        made.check(hazard)
        made.act(hazard)
    return made.finished()


class _Acting:
    def __init__(self, network: FlowNetwork, building: Building) -> None:
        self.network, self.building = network, building
        count = len(network.arc_from)
        self.closed, self.opened = np.full(count, np.inf), np.zeros(count)
        self.by: list[str] = [""] * count
        self.slow: list[tuple[float, NDArray[np.bool_], float]] = []
        self.smoke: dict[str, list[Smoke]] = {}
        self.air: dict[str, list[Air]] = {}
        self.aset: dict[str, Aset] = {}
        self.used: dict[str, tuple[float, str, str]] = {}
        self.spaces = {s.id: s for s in building.spaces}
        self.elements = {o.id for o in building.openings} | {c.id for c in building.connectors}
        self.exits = {e.id: e for e in building.exits}
        self.connectors = {c.id: c for c in building.connectors}
        self.node_space = np.array(network.node_space, dtype=object)
        names = (*network.passage_element, "")
        self.arc_element = np.array([names[p] for p in network.arc_passage.tolist()], dtype=object)

    def check(self, hazard: Hazard) -> None:
        """Refuse what means nothing here."""
        numbers = (hazard.at_s, hazard.extinction_per_m or 0.0, hazard.depth_m or 0.0, hazard.rise_m_per_min)
        if not all(0 <= value < np.inf for value in numbers) or (
            hazard.spread_mps is not None and not hazard.spread_mps > 0
        ):
            raise InvalidInput(
                f"Hazard {hazard.id}: times, depths and coefficients are finite numbers from 0, speeds above 0.",
                ko=f"위험 {hazard.id}: 시각, 깊이, 계수는 0 이상의 유한한 수, 속도는 0보다 커야 합니다.",
                hazard=hazard.id,
            )
        if not (hazard.spaces or hazard.elements or hazard.level):
            raise InvalidInput(
                f"Hazard {hazard.id} has no place.", ko=f"위험 {hazard.id}에 장소가 없습니다.", hazard=hazard.id
            )
        known = {*self.elements, *self.exits}
        levels = {level.id for level in self.building.levels}
        for ident in (*hazard.spaces, *hazard.elements, *([hazard.level] if hazard.level else [])):
            if ident not in known | self.spaces.keys() | levels:
                raise UnknownElement(
                    f"Hazard {hazard.id} names {ident[:64]!r}, which venue {self.building.venue.id} has not got.",
                    ko=f"위험 {hazard.id}의 {ident[:64]!r}은(는) 장소 {self.building.venue.id}에 없습니다.",
                    element=ident[:64],
                    hazard=hazard.id,
                )

    def act(self, hazard: Hazard) -> None:
        """Take one hazard in."""
        if hazard.kind is HazardKind.FIRE:
            self._fire(hazard)
        if hazard.kind in _SMOKY:
            self._smoke(hazard)
        elif hazard.kind is HazardKind.CLOSED:
            self._shut(self._through(hazard), hazard.at_s, hazard.id)
        elif hazard.kind is HazardKind.STOPPED:
            self._stopped(hazard)
        elif hazard.kind is HazardKind.REVERSED:
            self._reversed(hazard)
        elif hazard.kind is HazardKind.FLOODED:
            self._flooded(hazard)

    def _places(self, hazard: Hazard) -> set[str]:
        """Spaces where it is: those it names, and all of its level if it names none."""
        if hazard.spaces or not hazard.level:
            return set(hazard.spaces)
        return {s.id for s in self.building.spaces if s.level == hazard.level}

    def _touching(self, spaces: set[str]) -> NDArray[np.bool_]:
        """(M,): arcs that begin or end in some spaces."""
        inside = np.array([space in spaces for space in self.node_space], np.bool_)
        return inside[self.network.arc_from] | inside[self.network.arc_to]

    def _into(self, spaces: set[str]) -> NDArray[np.bool_]:
        """(M,): arcs that lead into some spaces from outside of them."""
        inside = np.array([space in spaces for space in self.node_space], np.bool_)
        return inside[self.network.arc_to] & ~inside[self.network.arc_from]

    def _through(self, hazard: Hazard) -> NDArray[np.bool_]:
        """(M,): arcs that pass what a hazard names: openings, connectors, exits, whole spaces."""
        return self._named(hazard) | self._touching(self._places(hazard))

    def _named(self, hazard: Hazard) -> NDArray[np.bool_]:
        """(M,): arcs that pass the openings, connectors and exits that a hazard names."""
        named = {self.exits[e].opening if e in self.exits else e for e in hazard.elements}
        found = np.array([element in named for element in self.arc_element], np.bool_) if named else self._none()
        ends = {e for e in hazard.elements if e in self.exits}
        out = np.array([ident in ends for ident in self.network.node_id], np.bool_)
        return found | out[self.network.arc_to]

    def _none(self) -> NDArray[np.bool_]:
        return np.zeros(len(self.closed), np.bool_)

    def _shut(self, arcs: NDArray[np.bool_], at_s: float, by: str) -> None:
        for arc in np.flatnonzero(arcs & (at_s < self.closed)).tolist():
            self.by[arc] = by
        self.closed[arcs] = np.minimum(self.closed[arcs], at_s)

    def _untenable(self, space: str, at_s: float, criterion: str) -> None:
        if space not in self.aset or at_s < self.aset[space].at_s:
            self.aset[space] = Aset(space=space, at_s=at_s, criterion=criterion)

    def _fire(self, hazard: Hazard) -> None:
        places = self._places(hazard)
        self._shut(self._into(places) | self._named(hazard), hazard.at_s, hazard.id)
        for space in places:
            self._untenable(space, hazard.at_s, "fire")

    def _smoke(self, hazard: Hazard) -> None:
        places = self._places(hazard)
        arrival = dict.fromkeys(sorted(places), hazard.at_s)
        if hazard.spread:
            speed = hazard.spread_mps or LIMITS["smoke.level"].value
            up = max(LIMITS["smoke.up"].value, speed)
            declared = hazard.spread_mps is not None
            self.used[f"{hazard.id}.spread"] = (speed, "m/s", "declared" if declared else LIMITS["smoke.level"].source)
            self.used[f"{hazard.id}.spread_up"] = (up, "m/s", LIMITS["smoke.up"].source)
            arrival = spread(self.network, places, at_s=hazard.at_s, level_mps=speed, up_mps=up)
        dose = None if hazard.fed_per_min is None else hazard.fed_per_min / 60
        air = Air(
            from_s=0.0,
            hazard=hazard.id,
            co_ppm=hazard.co_ppm,
            co2_pct=hazard.co2_pct,
            o2_pct=hazard.o2_pct,
            fed_per_s=dose,
        )
        for space, at_s in sorted(arrival.items()):
            self.air.setdefault(space, []).append(replace(air, from_s=at_s))
            if hazard.extinction_per_m:
                thick = hazard.extinction_per_m
                self.smoke.setdefault(space, []).append(Smoke(from_s=at_s, extinction_per_m=thick, hazard=hazard.id))
                self.slow.append((at_s, self._touching({space}), speed_factor(thick)))
            for criterion in _passed(hazard):
                self._untenable(space, at_s, criterion)

    def _escalators(self, hazard: Hazard) -> dict[str, NDArray[np.bool_]]:
        return {
            ident: np.array([element == ident for element in self.arc_element], np.bool_)
            for ident in hazard.elements
            if ident in self.connectors
        }

    def _against(self, ident: str, arcs: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Of the arcs of a connector, those against the direction it runs in."""
        direction = self.connectors[ident].direction
        if direction is Direction.BOTH:
            return self._none()
        climb = self.network.arc_climb_m
        return arcs & ((climb < 0) if direction is Direction.UP else (climb > 0))

    def _stopped(self, hazard: Hazard) -> None:
        """Escalators stand, and are walked both ways from then on; lifts are no arcs."""
        for ident, arcs in self._escalators(hazard).items():
            against = self._against(ident, arcs)
            self.opened[against] = np.maximum(self.opened[against], hazard.at_s)

    def _reversed(self, hazard: Hazard) -> None:
        for ident, arcs in self._escalators(hazard).items():
            against = self._against(ident, arcs)
            if against.any():
                self.opened[against] = np.maximum(self.opened[against], hazard.at_s)
                self._shut(arcs & ~against, hazard.at_s, hazard.id)

    def _flooded(self, hazard: Hazard) -> None:
        """Water on a level, ``depth_m`` at its time, rising; it stands in the stairs that begin or end there."""
        touched = self._touching(self._places(hazard))
        network = self.network
        stairs = touched & np.isin(network.arc_mode, _STEPPED)
        doors = touched & (network.arc_passage >= 0) & ~np.isin(network.arc_mode, _CONNECTED)
        inside = touched & ~stairs & ~doors
        for key, arcs, factor in (
            ("flood.stairs.slow", stairs, 0.5),
            ("flood.stairs.hard", stairs, 0.25),
            ("flood.stairs.slow", inside | doors, 0.5),
            ("flood.stairs.hard", inside | doors, 0.25),
        ):
            at_s = _when(hazard, LIMITS[key].value)
            if np.isfinite(at_s):
                self.slow.append((at_s, arcs, factor))
        for key, arcs in (("flood.stairs.shut", stairs), ("flood.door.shut", doors)):
            at_s = _when(hazard, LIMITS[key].value)
            if np.isfinite(at_s):
                self._shut(arcs, at_s, hazard.id)
        at_s = _when(hazard, LIMITS["flood.stairs.shut"].value)
        if np.isfinite(at_s):
            self._shut(inside, at_s, hazard.id)
            for space in self._places(hazard):
                self._untenable(space, at_s, "flood.stairs.shut")
        for key in (
            "flood.stairs.slow",
            "flood.stairs.hard",
            "flood.stairs.shut",
            "flood.door.shut",
            "flood.slow.factor",
        ):
            limit = LIMITS[key]
            self.used[key] = (limit.value, limit.unit, limit.source)

    def finished(self) -> TimedHazards:
        """All of it as one value."""
        shut = np.flatnonzero(np.isfinite(self.closed)).astype(np.int32)
        for aset in self.aset.values():
            if aset.criterion in LIMITS:
                limit = LIMITS[aset.criterion]
                self.used[limit.key] = (limit.value, limit.unit, limit.source)
        if self.smoke:
            self.used["smoke.speed"] = (
                LUND_SLOPE,
                "1",
                "1 − 0.057 K / 0.706, at least 0.1: Lund, FDS+Evac (EVACUATION.md section 1)",
            )
        return TimedHazards(
            closed_from_s=self.closed,
            open_from_s=self.opened,
            closed_by=tuple(self.by[arc] for arc in shut.tolist()),
            closed_arc=shut,
            phases=self._phases(),
            smoke=MappingProxyType(
                {
                    space: tuple(sorted(found, key=lambda s: (s.from_s, s.hazard)))
                    for space, found in sorted(self.smoke.items())
                }
            ),
            air=MappingProxyType(
                {
                    space: tuple(sorted(found, key=lambda a: (a.from_s, a.hazard)))
                    for space, found in sorted(self.air.items())
                }
            ),
            aset=MappingProxyType(dict(sorted(self.aset.items()))),
            assumptions=tuple(
                Assumption(
                    key=key,
                    value=f"{value:g}",
                    unit=unit,
                    basis="declared" if source == "declared" else "default",
                    text=LIMITS[key].name if key in LIMITS else Text(ko="연기", en="Smoke"),
                    source=source,
                )
                for key, (value, unit, source) in sorted(self.used.items())
            ),
        )

    def _phases(self) -> tuple[Phase, ...]:
        """Speeds between the times at which something gets slower; of several causes the slowest counts."""
        times = sorted({0.0, *(at_s for at_s, _, _ in self.slow)})
        found = []
        for from_s in times:
            factor = np.ones(len(self.closed))
            for at_s, arcs, share in self.slow:
                if at_s <= from_s:
                    factor[arcs] = np.minimum(factor[arcs], share)
            found.append(Phase(from_s=from_s, factor=factor))
        return tuple(found)


def _when(hazard: Hazard, depth_m: float) -> float:
    """When water is so deep; infinite if never."""
    begun = hazard.depth_m or 0.0
    if begun >= depth_m:
        return hazard.at_s
    return hazard.at_s + (depth_m - begun) / hazard.rise_m_per_min * 60 if hazard.rise_m_per_min > 0 else float("inf")


def _passed(hazard: Hazard) -> list[str]:
    """The limits of tenability that a hazard's numbers pass, where it is."""
    sight = LIMITS["tenable.visibility"].value
    thick = hazard.extinction_per_m
    found = []
    if thick and LIMITS["smoke.visibility"].value / thick < sight:
        found.append("tenable.visibility")
    for key, value in (
        ("tenable.temperature", hazard.temperature_c),
        ("tenable.co", hazard.co_ppm),
        ("tenable.co2", hazard.co2_pct),
    ):
        if value is not None and value > LIMITS[key].value:
            found.append(key)
    if hazard.o2_pct is not None and hazard.o2_pct < LIMITS["tenable.o2"].value:
        found.append("tenable.o2")
    return found


def spread(
    network: FlowNetwork, sources: set[str], *, at_s: float, level_mps: float, up_mps: float
) -> dict[str, float]:
    """When a front of smoke reaches each space.

    From the mouths of the spaces it begins in, at once, over the arcs of the network in both directions: metres over
    speed, and upwards along connectors the height over the upward speed. A space is reached when one of its mouths is.
    Doors count as open; the way between two mouths is that of people, who walk round furniture: smoke may be a little
    sooner, so the speeds are the quicker ones.

    Returns
    -------
    dict
        Seconds by space, only those that it reaches.
    """
    count = len(network.node_id)
    tail = np.concatenate([network.arc_from, network.arc_to])
    head = np.concatenate([network.arc_to, network.arc_from])
    climb = np.concatenate([network.arc_climb_m, -network.arc_climb_m])
    connected = np.tile(np.isin(network.arc_mode, _CONNECTED), 2)
    length = np.tile(network.arc_length_m, 2)
    seconds = np.where(connected & (climb > 0), np.minimum(length / level_mps, climb / up_mps), length / level_mps)
    order = np.argsort(tail, kind="stable")
    start = np.searchsorted(tail[order], np.arange(count + 1))
    when = np.full(count, np.inf)
    heap: list[tuple[float, int]] = []
    for node, space in enumerate(network.node_space):
        if space in sources:
            when[node] = at_s
            heap.append((at_s, node))
    heapq.heapify(heap)
    sinks = set(network.exit_node.tolist())
    while heap:
        now, node = heapq.heappop(heap)
        if now > when[node] or node in sinks:
            continue
        for arc in order[start[node] : start[node + 1]].tolist():
            then = now + float(seconds[arc])
            if then < when[head[arc]] - 1e-12:
                when[head[arc]] = then
                heapq.heappush(heap, (then, int(head[arc])))
    found = dict.fromkeys(sources, at_s)
    for node, space in enumerate(network.node_space):
        if space and np.isfinite(when[node]) and node not in sinks:
            found[space] = min(found.get(space, np.inf), float(when[node]))
    return found
