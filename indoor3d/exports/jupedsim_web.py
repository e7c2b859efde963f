"""One level of an evacuation → a project of JuPedSim's web editor: ``config.json`` and ``geometry.wkt`` in a zip.

Any level can so be checked person by person, with what our network says flows into it: stairs that people arrive by are sources with our
inflow in time, stairs and doors that they leave by are exits with our capacity (``max_throughput``), and every source sends people to exits in the shares of
our run. Stairs are zones of a slower speed.

What the project cannot hold is refused by name, as in :mod:`indoor3d.exports.jupedsim_network`: hazards in time, people who stay or wait to be fetched, a
connector that is used both ways, floor above floor. Everybody walks at the one free speed of the calibration; bodies are discs of 0.15 m.

The runner of jupedsim-scenarios 0.7.4 leaves ``flow_schedule`` out and reads one window (``flow_start_time``, ``flow_end_time``, ``number``) of each distribution; so
each window is a distribution of its own, and its schedule has one entry: both read the same. It has no pre-movement either: people appear where they stood when
they set off in our run. Source: behaviour of jupedsim-scenarios 0.7.4 (MIT) and exports of the editor, PLANNERS.md §5.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely import Point, Polygon

from indoor3d.errors import InvalidInput
from indoor3d.exports._jupedsim_floor import Floor, Mouth, floor_of, mouth_of, polygons
from indoor3d.exports._jupedsim_project import patch, ring, whole, windows, zipped
from indoor3d.models.building import Building
from indoor3d.models.egress import NAMED
from indoor3d.models.flow import NODE_KINDS, NodeKind
from indoor3d.models.movement import USUAL_RISER_M, USUAL_TREAD_M, Calibration, find_calibration
from indoor3d.models.network import MODES
from indoor3d.models.outcome import Motion, Outcome
from indoor3d.models.scenario import Scenario
from indoor3d.models.vocabulary import ConnectorCategory, Mode, SpaceCategory

Floats = NDArray[np.float64]

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "hazard": "It does not happen.",
        "staying": "People who do not leave their space are not in the project.",
        "both-ways": "The connector only lets people in.",
        "above": "The space above another is not in the plan.",
    }
)
"""What a project cannot hold, and what is in it instead where the caller leaves it out."""
RADIUS_M = 0.15
"""Of a body. Ours: with the editor's 0.2 m, discs wedge in a door of 0.9 m for good in one of three runs (jupedsim 1.4.2); with this in none."""
MODEL = "CollisionFreeSpeedModel"
"""The editor's default model, with its own parameters."""
WINDOW_S = 10.0
_MOST_PER_M2 = 0.5 / (math.pi * RADIUS_M**2)
"""The runner places no more people than this."""
_SINKS = frozenset({NODE_KINDS.index(NodeKind.EXIT), NODE_KINDS.index(NodeKind.SAFE)})
_CELL = NODE_KINDS.index(NodeKind.CELL)
_MOVED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLevel:
    """A project.

    Parameters
    ----------
    name : str
        A file name: venue, level, and a number where the level is in several parts.
    data : bytes
        The zip; equal input gives equal bytes.
    exits, sources : mapping of str to str
        What each exit and each distribution of the project is, by our ids.
    persons : int
        Who begin on the level and leave it; ``arriving`` come from elsewhere.
    left_out : tuple of str
        Names of what it cannot hold, left out on request.
    """

    name: str
    data: bytes
    exits: Mapping[str, str]
    sources: Mapping[str, str]
    persons: int
    arriving: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """People who appear: ``points`` (K, 2) are seconds and persons until then; ``weights`` over the nodes of the level."""

    element: str
    area: Polygon
    points: Floats
    weights: Floats
    arriving: bool


def to_jupedsim_web(
    building: Building,
    outcome: Outcome,
    scenario: Scenario,
    *,
    level: str,
    leave_out: Collection[str] = (),
    window_s: float = WINDOW_S,
    seed: int = 1,
) -> tuple[WebLevel, ...]:
    """Write a level of an evacuation, each part of its floor that people walk on as a project of its own.

    Parameters
    ----------
    building : Building
    outcome : Outcome
        With its motion.
    scenario : Scenario
        The one of the outcome, with ids.
    level : str
        Id of a level.
    leave_out : collection of str
        Kinds of :data:`LEFT_OUT` that may be left out.
    window_s : float
        Inflows are steady for so long.
    seed : int

    Raises
    ------
    UnknownLevel
    InvalidInput
        Something cannot be held (``context["cannot_hold"]`` has the names), or the outcome has no motion.
    """
    found = building.level(level)
    unknown = sorted(set(leave_out) - LEFT_OUT.keys())
    if unknown or outcome.motion is None or not 0 < window_s <= 3600:
        raise InvalidInput(
            f"A project needs an outcome with its motion, windows of 0 to 3600 s, and leave_out of {', '.join(LEFT_OUT)}.",
            ko=f"이동 기록(motion)이 있는 결과, 0초 초과 3600초 이하의 window_s, {', '.join(LEFT_OUT)} 가운데서 고른 leave_out이 필요합니다.",
            known=list(LEFT_OUT),
        )
    draft = _Level(building, outcome, scenario, level=found.id, motion=outcome.motion, window_s=window_s, seed=seed)
    left_out = _refuse(draft.unheld(), frozenset(leave_out))
    stem = f"{building.venue.id}-{found.short_name or found.id}"
    whole = [draft.project(part) for part in draft.floor.parts]
    some = [one for one in whole if one is not None]
    return tuple(
        WebLevel(
            name=f"{stem}.zip" if len(some) == 1 else f"{stem}-{number}.zip",
            left_out=left_out,
            **one,
        )
        for number, one in enumerate(some, start=1)
    )


def _refuse(names: Sequence[str], allowed: frozenset[str]) -> tuple[str, ...]:
    refused = [name for name in names if name.split(":", 1)[0] not in allowed]
    if refused:
        kinds = sorted({name.split(":", 1)[0] for name in refused})
        raise InvalidInput(
            f"A project of JuPedSim cannot hold {', '.join(refused[:NAMED])}. leave_out takes: {', '.join(kinds)}.",
            ko=f"JuPedSim 프로젝트에 담을 수 없는 것: {', '.join(refused[:NAMED])}. leave_out에 줄 수 있는 것: {', '.join(kinds)}.",
            cannot_hold=refused,
            kinds=kinds,
        )
    return tuple(names)


class _Level:
    """One level of an outcome: what leads off it, who is on it, where they go."""

    def __init__(
        self,
        building: Building,
        outcome: Outcome,
        scenario: Scenario,
        *,
        level: str,
        motion: Motion,
        window_s: float,
        seed: int,
    ) -> None:
        self.building, self.outcome, self.scenario, self.level = building, outcome, scenario, level
        self.motion, self.window_s, self.seed = motion, window_s, seed
        self.network = outcome.network
        self.calibration: Calibration = find_calibration(outcome.calibration)
        network = self.network
        outdoor = {s.id for s in building.spaces if s.category is SpaceCategory.OUTDOOR}
        sink = np.isin(network.node_kind, list(_SINKS))
        onward = ~sink[network.arc_to] | (network.arc_passage >= 0)
        leads = np.zeros(len(network.node_id), np.bool_)
        leads[network.arc_from[onward]] = True
        street = np.array([s in outdoor for s in network.node_space], np.bool_) & ~leads & (network.node_kind != _CELL)
        here = np.array([v == level for v in network.node_level], np.bool_)
        self.inside = here & ~sink & ~street
        persons = outcome.arc_persons.astype(np.float64)
        tail, head = self.inside[network.arc_from], self.inside[network.arc_to]
        self.within = np.flatnonzero(tail & head & (persons > 0))
        self.out = np.flatnonzero(tail & ~head & (persons > 0))
        self.into = np.flatnonzero(~tail & head & (persons > 0) & ~sink[network.arc_from])
        self.persons = persons

    def port(self, arc: int) -> str:
        """What an arc leads off the level by: an opening, a connector, or the sink itself."""
        passage = int(self.network.arc_passage[arc])
        if passage >= 0:
            return str(self.network.passage_element[passage])
        return str(self.network.node_id[self.network.arc_to[arc]])

    @cached_property
    def ports(self) -> dict[str, list[int]]:
        """Arcs by what they leave the level by."""
        found: dict[str, list[int]] = defaultdict(list)
        for arc in self.out.tolist():
            found[self.port(arc)].append(arc)
        return dict(sorted(found.items()))

    @cached_property
    def arrivals(self) -> dict[str, list[int]]:
        """Arcs by what they come to the level by."""
        found: dict[str, list[int]] = defaultdict(list)
        for arc in self.into.tolist():
            found[self.network.passage_element[self.network.arc_passage[arc]]].append(arc)
        return dict(sorted(found.items()))

    @cached_property
    def mouths(self) -> dict[str, Mouth]:
        """Where each of them is."""
        found = {}
        for element in sorted(self.ports.keys() | self.arrivals.keys()):
            mouth = mouth_of(self.building, element, self.level)
            found[element] = mouth if mouth is not None else self._bare(element)
        return found

    def _bare(self, element: str) -> Mouth:
        """A sink without a passage: a space that is safe, or the place of an exit that the model draws no opening for."""
        spaces = {s.id: s for s in self.building.spaces}
        node = self.network.node_id.index(element)
        if self.network.node_space[node] in spaces and NODE_KINDS[self.network.node_kind[node]] is NodeKind.SAFE:
            area = polygons(spaces[self.network.node_space[node]].footprint)[0]
        else:
            area = Point(self.network.node_position[node][:2]).buffer(0.5)
        return Mouth(element=element, strip=area, gate=area, start=area, stepped=False)

    @cached_property
    def floor(self) -> Floor:
        """The plan."""
        passable = set(self.network.passage_element)
        return floor_of(self.building, self.level, mouths=list(self.mouths.values()), open_elements=passable)

    # ── what it cannot hold ─────────────────────────────────────────────────────────────────────────────────────────

    def unheld(self) -> list[str]:
        """Names of what a project has no key for."""
        names = [f"hazard:{hazard.id}" for hazard in self.scenario.hazards]
        initial = dict(self.outcome.initial)
        for space, (_, gone) in self._setting_off.items():
            stay = initial.get(space, 0) - round(float(gone[-1].sum()))
            names += [f"staying:{space}"] if stay > 0 else []
        names += [f"both-ways:{e}" for e in sorted(self.ports.keys() & self.arrivals.keys())]
        return names + [f"above:{space}" for space in self.floor.above]

    @cached_property
    def _setting_off(self) -> dict[str, tuple[NDArray[np.intp], Floats]]:
        """By space: its cells (K,), and how many have set off from each by each moment (T, K)."""
        network, waiting = self.network, self.motion.waiting.astype(np.float64)
        cells: dict[str, list[int]] = defaultdict(list)
        for node in np.flatnonzero(self.inside & (network.node_kind == _CELL)).tolist():
            cells[network.node_space[node]].append(node)
        leave = np.zeros(len(network.node_id))
        np.add.at(leave, network.arc_from, self.persons)
        found = {}
        for space, members in sorted(cells.items()):
            nodes = np.array(members, np.intp)
            # all who ever leave a cell, less those who are still there and will: some have set off at the first moment
            ahead = np.maximum(waiting[:, nodes] - waiting[-1, nodes], 0.0)
            gone = np.maximum.accumulate(np.maximum(leave[nodes] - ahead, 0.0), axis=0)
            if leave[nodes].sum() > _MOVED or waiting[-1, nodes].sum() > _MOVED:
                found[space] = nodes, gone
        return found

    # ── who appears where, and where they go ────────────────────────────────────────────────────────────────────────

    def sources(self) -> Iterator[_Source]:
        """Spaces that people set off from, and mouths they arrive by."""
        for space, (nodes, gone) in self._setting_off.items():
            if gone[-1].sum() > _MOVED and space in self.floor.spaces:
                yield from self._from_space(space, nodes, gone)
        for element, arcs in self.arrivals.items():
            yield self._arriving(element, arcs)

    def _from_space(self, space: str, nodes: NDArray[np.intp], gone: Floats) -> Iterator[_Source]:
        """Who sets off at once is anywhere in the space; who does later appears around the middle of their cell."""
        pieces = [
            piece
            for part in self.floor.parts
            for piece in polygons(shapely.intersection(part, self.floor.spaces[space]), least_m2=1.0)
        ]
        if not pieces:
            raise InvalidInput(
                f"People begin in {space[:64]!r}, and nothing of it is wide enough to stand on.",
                ko=f"{space[:64]!r}에 사람이 있지만 설 수 있는 바닥이 없습니다.",
                element=space[:64],
            )
        total, at_once = round(float(gone[-1].sum())), round(float(gone[0].sum()))
        standing = whole(np.array([p.area for p in pieces]), at_once)
        for area, persons in zip(pieces, standing.tolist(), strict=True):
            if persons:
                weights = self._weights(nodes, gone[0])
                points = np.array([[0.0, persons]])
                yield _Source(element=space, area=area, points=points, weights=weights, arriving=False)
        later = gone - gone[0]
        for cell, persons in enumerate(whole(later[-1], total - at_once).tolist()):
            if persons:
                points = np.column_stack([self.motion.at_s, later[:, cell] * persons / later[-1, cell]])
                weights = self._weights(nodes[[cell]], np.ones(1))
                area = patch(self.network.node_position[nodes[cell]], pieces, persons)
                yield _Source(element=space, area=area, points=points, weights=weights, arriving=False)

    def _weights(self, nodes: NDArray[np.intp], persons: Floats) -> Floats:
        found = np.zeros(len(self.network.node_id))
        found[nodes] = persons
        return found

    def _arriving(self, element: str, arcs: Sequence[int]) -> _Source:
        """Who comes to the level by a passage: who entered it, less those who went the other way, later by the free time on it."""
        network = self.network
        passage = int(network.arc_passage[arcs[0]])
        everybody = self.persons[network.arc_passage == passage].sum()
        share = self.persons[arcs].sum() / everybody if everybody else 0.0
        late = max(self._seconds(arc) for arc in arcs)
        came = np.cumsum(self.motion.passed[:, passage].astype(np.float64)) * share
        weights = np.zeros(len(network.node_id))
        np.add.at(weights, network.arc_to[arcs], self.persons[arcs])
        points = np.column_stack([self.motion.at_s + late, came])
        return _Source(element=element, area=self.mouths[element].start, points=points, weights=weights, arriving=True)

    def _seconds(self, arc: int) -> float:
        length = float(self.network.arc_length_m[arc])
        if length <= 0:
            return 0.0
        passage = int(self.network.arc_passage[arc])
        speed = self.calibration.speed(
            MODES[self.network.arc_mode[arc]],
            slope=float(self.network.arc_climb_m[arc]) / length,
            riser_m=float(self.network.passage_riser_m[passage]),
            tread_m=float(self.network.passage_tread_m[passage]),
        )
        return length / speed

    @cached_property
    def _visits(self) -> tuple[NDArray[np.intp], Floats]:
        """Nodes of the level, and (K, K): how often who begins at a column's node comes by a row's."""
        nodes = np.flatnonzero(self.inside)
        row = np.full(len(self.inside), -1)
        row[nodes] = np.arange(len(nodes))
        network = self.network
        leaving = np.zeros(len(nodes))
        arcs = np.concatenate([self.within, self.out])
        np.add.at(leaving, row[network.arc_from[arcs]], self.persons[arcs])
        step = np.zeros((len(nodes), len(nodes)))
        tail, head = row[network.arc_from[self.within]], row[network.arc_to[self.within]]
        np.add.at(step, (head, tail), self.persons[self.within] / leaving[tail])
        return nodes, np.linalg.inv(np.eye(len(nodes)) - step).astype(np.float64)

    def shares(self, weights: Floats) -> dict[str, float]:
        """Which share of people who begin so leave by each port: by the flows of the run, node by node."""
        nodes, visits = self._visits
        network = self.network
        leaving = np.zeros(len(network.node_id))
        arcs = np.concatenate([self.within, self.out])
        np.add.at(leaving, network.arc_from[arcs], self.persons[arcs])
        visited = np.zeros(len(network.node_id))
        visited[nodes] = visits @ weights[nodes]
        found = {}
        for port, members in self.ports.items():
            tail = network.arc_from[members]
            found[port] = float((visited[tail] * self.persons[members] / leaving[tail]).sum())
        total = sum(found.values())
        return {port: share / total for port, share in found.items() if share > _MOVED * total} if total > 0 else {}

    # ── the project ─────────────────────────────────────────────────────────────────────────────────────────────────

    def project(self, part: Polygon) -> dict[str, Any] | None:
        """A project of one part of the plan; None where nobody walks there."""
        near = part.buffer(RADIUS_M)
        sources = [s for s in self.sources() if near.contains(s.area.representative_point())]
        if not sources:
            return None
        ports = [p for p in self.ports if p not in self.arrivals and part.intersects(self.mouths[p].gate)]
        exits = {port: f"jps-exits_{number}" for number, port in enumerate(ports)}
        distributions, meaning = self._distributions(sources, exits)
        count = [0, 0]
        for key, value in distributions.items():
            count[meaning[key][1]] += int(value["parameters"]["number"])
        document = {
            "project_version": "2.0",
            "config": {
                "simulation_settings": {
                    "simulationParams": {"model_type": MODEL, "max_simulation_time": self._limit_s(), "dt": 0.05},
                    "numberOfSimulations": 1,
                    "baseSeed": self.seed,
                },
                "ui_state": {"useShortestPaths": False},
            },
            "exits": {exits[port]: self._exit(port) for port in ports},
            "distributions": distributions,
            "checkpoints": {},
            "zones": {f"jps-zones_{n}": zone for n, zone in enumerate(self._zones(part))},
            "journeys": [],
            "journeys_v2": [
                {"id": f"to-{key}", "name": port, "color": "#1f77b4", "sequence": [key]} for port, key in exits.items()
            ],
            "transitions": [],
            "waypoint_routing": {},
            "indoor3d": self._about(exits, {key: element for key, (element, _) in meaning.items()}),
        }
        wkt = shapely.to_wkt(part, rounding_precision=3, trim=True)
        return {
            "data": zipped(
                {"config.json": orjson.dumps(document, option=orjson.OPT_INDENT_2), "geometry.wkt": wkt.encode()}
            ),
            "exits": {key: port for port, key in exits.items()},
            "sources": {key: element for key, (element, _) in meaning.items()},
            "persons": count[0],
            "arriving": count[1],
        }

    def _limit_s(self) -> float:
        """The project stops at twice our clearance, at the horizon at the latest: a run that is not done says so."""
        last = self.outcome.clearance_s or self.scenario.horizon_s
        return float(math.ceil(min(max(2 * last, 600.0), max(self.scenario.horizon_s, last))))

    def _distributions(
        self, sources: Sequence[_Source], exits: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, tuple[str, bool]]]:
        found: dict[str, Any] = {}
        meaning: dict[str, tuple[str, bool]] = {}
        for source in sources:
            shares = {exits[p]: s for p, s in self.shares(source.weights).items() if p in exits}
            if not shares:
                raise InvalidInput(
                    f"Nobody who begins in {source.element[:64]!r} leaves this part of the level in the outcome.",
                    ko=f"{source.element[:64]!r}에서 출발한 사람 가운데 이 구역을 나가는 사람이 결과에 없습니다.",
                    element=source.element[:64],
                )
            weights = [{"journey_id": f"to-{key}", "weight": round(100 * s, 6)} for key, s in shares.items()]
            for start, end, persons in windows(source.points, self.window_s):
                if start == end:
                    self._fits(source, persons)
                key = f"jps-distributions_{len(found)}"
                meaning[key] = (source.element, source.arriving)
                found[key] = {
                    "type": "polygon",
                    "coordinates": ring(source.area),
                    "parameters": self._parameters(start, end, persons),
                    "journey_weights": weights,
                }
        return found, meaning

    def _parameters(self, start: float, end: float, persons: int) -> dict[str, Any]:
        speed = round(self.calibration.speed(Mode.WALK), 4)
        common = {
            "number": persons,
            "radius": RADIUS_M,
            "v0": speed,
            "desired_speed": speed,
            "distribution_mode": "by_number",
        }
        if start == end:
            return {**common, "use_flow_spawning": False}
        window = {"flow_start_time": start, "flow_end_time": end}
        return {
            **common,
            "use_flow_spawning": True,
            **window,
            "initial_number": 0,
            "flow_schedule": [{**window, "number": persons}],
        }

    @staticmethod
    def _fits(source: _Source, persons: int) -> None:
        if persons > _MOST_PER_M2 * source.area.area:
            raise InvalidInput(
                f"{persons} people begin on {source.area.area:.1f} m² of {source.element[:64]!r}; the runner places {_MOST_PER_M2:.1f} a m² at most.",
                ko=f"{source.element[:64]!r}의 {source.area.area:.1f} m²에 {persons}명이 있습니다. 실행기는 1 m²에 {_MOST_PER_M2:.1f}명까지 놓습니다.",
                element=source.element[:64],
            )

    def _exit(self, port: str) -> dict[str, Any]:
        """An exit; what nothing limits in our network is not throttled."""
        found: dict[str, Any] = {"type": "polygon", "coordinates": ring(self.mouths[port].gate)}
        capacity = self._capacity(self.ports[port][0])
        if math.isfinite(capacity):
            return {**found, "enable_throughput_throttling": True, "max_throughput": round(capacity, 6)}
        return {**found, "enable_throughput_throttling": False, "max_throughput": 0}

    def _capacity(self, arc: int) -> float:
        network, passage = self.network, int(self.network.arc_passage[arc])
        if passage < 0:
            return math.inf
        return self.calibration.passage_capacity(
            MODES[network.arc_mode[arc]],
            float(network.passage_width_m[passage]),
            riser_m=float(network.passage_riser_m[passage]),
            tread_m=float(network.passage_tread_m[passage]),
        )

    def _zones(self, part: Polygon) -> Iterator[dict[str, Any]]:
        """Stairs and ramps of the plan, as slow as they are: speed in plan against the speed on the level.

        Not the strip that people arrive on: they have done with the stairs in our run, and come as it says.
        """
        level = self.calibration.speed(Mode.WALK)
        usual = USUAL_RISER_M / math.hypot(USUAL_RISER_M, USUAL_TREAD_M)
        sloped = [(m.start, usual, Mode.STAIRS) for e, m in self.mouths.items() if m.stepped and e not in self.arrivals]
        for flight in self.floor.flights:
            stepped = flight.connector.category in {ConnectorCategory.STAIRS, ConnectorCategory.ESCALATOR}
            sloped.append((flight.outline, flight.slope, Mode.STAIRS if stepped else Mode.RAMP))
        for outline, slope, mode in sloped:
            if part.intersects(outline):
                speed = self.calibration.speed(mode, slope=slope) * math.sqrt(1 - slope**2)
                for piece in polygons(outline):
                    factor = round(min(speed / level, 1.0), 4)
                    yield {"type": "polygon", "coordinates": ring(piece), "speed_factor": factor}

    def _about(self, exits: Mapping[str, str], sources: Mapping[str, str]) -> dict[str, Any]:
        """What the project was made from; others do not read it."""
        return {
            "venue": self.outcome.venue,
            "version": self.outcome.version,
            "level": self.level,
            "scenario": self.outcome.scenario,
            "scenario_sha256": self.outcome.digest,
            "calibration": self.outcome.calibration,
            "units": "metres in the building's site frame, seconds from the start of the incident, persons a second",
            "exits": {key: port for port, key in exits.items()},
            "sources": dict(sources),
        }
