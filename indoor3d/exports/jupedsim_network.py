"""Values of a coarse egress model → a scenario of jupedsim-network; and a flow network with its people → such values.

The network of a building has nodes for every door, on floor that nothing limits; :func:`rooms_of` joins them to one room a space first, as the peer has it.

The peer knows places, links with a width, and people; everything else it has no key for. What it cannot hold is refused by name
(:class:`~indoor3d.errors.InvalidInput`, ``context["cannot_hold"]``), one name for each thing: ``lift:…``, ``closed-in-time:…``, ``hazard:…``.
A caller who wants the rest lists the kinds to leave out, and gets the names of what was left out back with the values.

What the peer has no place for and what changes none of its results (positions on a plan, levels, names of spaces) is not written.
Source: as in :mod:`indoor3d.models.egress`.
"""

import json
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.exports._jupedsim_rooms import Rooms, rooms_of
from indoor3d.models.egress import (
    FORMAT_VERSION,
    NAMED,
    SECTIONS,
    SETTINGS,
    EgressScenario,
    Group,
    Key,
    Link,
    Room,
    Spread,
    Value,
)
from indoor3d.models.flow import NODE_KINDS, DynamicNetwork, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.scenario import Delay, Scenario
from indoor3d.models.vocabulary import Mode

__all__ = ["LEAVES", "Crowd", "Rooms", "Written", "egress_of", "rooms_of", "spread_of", "to_jupedsim_network", "unheld"]

LEAVES: Mapping[str, str] = MappingProxyType(
    {
        "lift": "The lift is no way.",
        "closed-in-time": "The passage stays as open as it is when it begins.",
        "open-floor": "The arc has the width that is asked for with open_width_m.",
        "shared": "Lanes of one opening each get their share of its width or capacity.",
        "refuge": "The refuge is a room like others.",
        "mode": "Gates, ramps, escalators and moving walks are links or flights like others.",
        "small": "The room holds one person.",
        "narrow": "Nobody goes through the opening.",
        "crowded": "The room is as large as its people need.",
        "cut-off": "People without a way out are not in the file.",
        "mobility": "The people go every way, whether they can or not.",
        "hazard": "It does not happen.",
        "assistance": "Nobody carries anybody.",
        "evacuation-lift": "The lift is not used.",
        "train": "Its passengers are there from the start.",
        "fatigue": "Nobody tires.",
        "delay": "Everybody sets off at once.",
    }
)
"""What the peer cannot hold, and what is in the file instead where the caller leaves it out."""
MAX_PER_M2 = 2.75
"""Persons a square metre that a place of the peer holds at most, unless ``max_density`` of its settings says otherwise: its default."""
_BOUNDARY_M = 0.15
"""What the peer takes off a clear width on each side of doors and stairs."""
_SINKS = frozenset({NODE_KINDS.index(NodeKind.EXIT), NODE_KINDS.index(NodeKind.SAFE)})
_STEPPED = frozenset({MODES.index(Mode.STAIRS), MODES.index(Mode.ESCALATOR)})
_LIFTED = frozenset({MODES.index(Mode.LIFT), MODES.index(Mode.WHEELCHAIR_LIFT)})
_PLAIN = frozenset({MODES.index(Mode.WALK), MODES.index(Mode.STAIRS)})
_TIE_M = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crowd:
    """People who move alike.

    Parameters
    ----------
    name : str
        Of their profile.
    persons : (N,) int64
        At each node.
    speed_mps : float or Spread
        Of somebody who meets nobody, on level ground.
    pre_movement_s : float or Spread
        From the start of the incident until they set off.
    usable : (M,) bool, optional
        Arcs they can go; all of them where it is left out.
    """

    name: str
    persons: NDArray[np.int64]
    speed_mps: Value
    pre_movement_s: Value = 0.0
    usable: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A scenario for the peer, and what it could not hold and was left out on request: names as in the refusal."""

    scenario: EgressScenario
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Refused:
    """Names of what cannot be held, by kind; raises unless they may all be left out."""

    allowed: frozenset[str]
    names: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, kind: str, name: str) -> None:
        self.names.setdefault(kind, {})[f"{kind}:{name}"] = None

    def found(self) -> tuple[str, ...]:
        """The names that are left out.

        Raises
        ------
        InvalidInput
        """
        refused = [name for kind in LEAVES if kind not in self.allowed for name in self.names.get(kind, ())]
        if refused:
            more = f" and {len(refused) - NAMED} more" if len(refused) > NAMED else ""
            ko = f" 외 {len(refused) - NAMED}개" if len(refused) > NAMED else ""
            kinds = sorted({name.split(":", 1)[0] for name in refused})
            raise InvalidInput(
                f"jupedsim-network cannot hold {', '.join(refused[:NAMED])}{more}. leave_out takes: {', '.join(kinds)}.",
                ko=f"jupedsim-network에 담을 수 없는 것: {', '.join(refused[:NAMED])}{ko}. leave_out에 줄 수 있는 것: {', '.join(kinds)}.",
                cannot_hold=refused,
                kinds=kinds,
            )
        return tuple(name for kind in LEAVES for name in self.names.get(kind, ()))


def to_jupedsim_network(scenario: EgressScenario) -> bytes:
    """Write a scenario file, ``format_version`` 1.

    Returns
    -------
    bytes
        JSON, UTF-8; equal input gives equal bytes. Reading it gives an equal scenario.
    """
    document: dict[str, Any] = {"format_version": FORMAT_VERSION}
    if scenario.software_version is not None:
        document["software_version"] = scenario.software_version
    if scenario.hydraulic is not None:
        document["hydraulic_parameters"] = dict(scenario.hydraulic)
    if scenario.description is not None:
        document["description"] = scenario.description
    document["nodes"] = [_written(node, SECTIONS[node.kind]) for node in scenario.nodes]
    document["connections"] = [_written(link, SECTIONS["connections"]) for link in scenario.links]
    document["populations"] = [_written(group, SECTIONS["populations"]) for group in scenario.groups]
    for name, kept in SETTINGS.items():
        given = getattr(scenario, kept)
        if given is not None and name not in document:
            document[name] = {key: list(v) if isinstance(v, tuple) else v for key, v in given.items()}
    # the standard library's: whole numbers of any size, such as seeds
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _written(value: Room | Link | Group, keys: Mapping[str, Key]) -> dict[str, Any]:
    found = {}
    for name, key in keys.items():
        given = getattr(value, key.kept or name)
        if isinstance(given, Spread):
            found[name] = {"distribution": given.kind, **given.parameters, **given.bounds}
        elif given is not None:
            found[name] = given
    return found


def egress_of(
    network: FlowNetwork,
    crowds: Sequence[Crowd],
    *,
    dynamic: DynamicNetwork | None = None,
    scenario: Scenario | None = None,
    open_width_m: float | None = None,
    leave_out: Collection[str] = (),
    simulation: Mapping[str, float | str | bool] | None = None,
) -> Written:
    """Make a scenario for the peer of a flow network and its people.

    Every node is a room of its area, every flight of stairs a node of its own with riser and tread, every passage a link of its clear width. Stairs that can be
    walked both ways become one flight for each direction: the peer has no flight that is walked both ways, and nobody's shortest way to safety uses both.

    Parameters
    ----------
    network : FlowNetwork
    crowds : sequence of Crowd
    dynamic : DynamicNetwork, optional
        The same network under a calibration. Links then carry its capacities instead of those that the peer works out from the width, and
        what closes in time is refused.
    scenario : Scenario, optional
        Names of hazards, lifts, trains and helpers in it are refused.
    open_width_m : float, optional
        Width of arcs on open floor, which nothing limits; refused without it.
    leave_out : collection of str
        Kinds of :data:`LEAVES` that may be left out.
    simulation : mapping, optional
        Settings of the peer's run; keys of its section.

    Raises
    ------
    InvalidInput
        Something cannot be held: ``context["cannot_hold"]`` has the names.
    """
    unknown = sorted(set(leave_out) - LEAVES.keys())
    if unknown or (open_width_m is not None and not 0 < open_width_m < math.inf):
        raise InvalidInput(
            f"leave_out takes {', '.join(LEAVES)}, not {', '.join(unknown)[:200]}; open_width_m is more than 0.",
            ko=f"leave_out에 줄 수 있는 것: {', '.join(LEAVES)}. open_width_m은 0보다 커야 합니다.",
            known=list(LEAVES),
        )
    # the peer has a width for every link: without one, floor that nothing limits cannot be left out
    allowed = frozenset(leave_out) - {"open-floor"} | ({"open-floor"} if open_width_m is not None else set())
    refused = _Refused(allowed)
    draft = _Draft(network, dynamic, refused, open_width_m)
    for name in () if scenario is None else unheld(scenario):
        refused.add(*name.split(":", 1))
    draft.add_nodes()
    draft.add_links()
    groups = tuple(draft.groups(crowds))
    draft.make_room(groups, per_m2=float((simulation or {}).get("max_density", MAX_PER_M2)))
    return Written(
        left_out=refused.found(),
        scenario=EgressScenario(
            nodes=tuple(draft.nodes),
            links=tuple(draft.links),
            groups=groups,
            description=f"{network.venue}: a flow network of indoor3d." if network.venue else None,
            simulation=None if simulation is None else dict(simulation),
        ),
    )


def unheld(scenario: Scenario) -> tuple[str, ...]:
    """Names of what a scenario has that the peer has no key for."""
    names = [f"hazard:{hazard.id}" for hazard in scenario.hazards]
    names += [f"assistance:{a.direction}" for a in scenario.assistance]
    names += [f"evacuation-lift:{lift.lift}" for lift in scenario.evacuation_lifts]
    names += [f"train:{train.id}" for train in scenario.trains if train.at_s > 0]
    names += ["fatigue:fatigue"] if scenario.fatigue else []
    for path, delay in (("premovement", scenario.premovement), *_delays_of(scenario)):
        if spread_of(delay, after_s=scenario.detection_s + scenario.alarm_s) is None:
            names.append(f"delay:{path}")
    return tuple(names)


def _delays_of(scenario: Scenario) -> Iterator[tuple[str, Delay]]:
    for number, part in enumerate(scenario.premovement_of):
        yield f"premovement_of[{number}]", part.delay


def spread_of(delay: Delay, *, after_s: float = 0.0) -> Spread | None:
    """A delay that begins ``after_s`` seconds into the incident, as the peer writes it; None where it has no such distribution.

    It has no gamma, and a log-normal or Weibull delay cannot begin later than the incident.

    Examples
    --------
    >>> spread_of(Delay(kind="uniform", low_s=30.0, high_s=90.0), after_s=60.0).parameters
    {'minimum': 90.0, 'maximum': 150.0}
    >>> spread_of(Delay(kind="gamma", shape=2.0, scale_s=30.0)) is None
    True
    """
    p = delay.parameters
    moved = {
        "fixed": ("Fixed", {"value": "value_s"}),
        "uniform": ("Uniform", {"minimum": "low_s", "maximum": "high_s"}),
        "triangular": ("Triangular", {"minimum": "low_s", "mode": "mode_s", "maximum": "high_s"}),
    }
    if delay.kind in moved:
        kind, names = moved[delay.kind]
        return Spread(kind=kind, parameters={ours: p[theirs] + after_s for ours, theirs in names.items()})
    if delay.kind == "normal":  # nobody sets off before the alarm, on either side
        parameters = {"mean": p["mean_s"] + after_s, "std": p["sd_s"]}
        return Spread(kind="Normal", parameters=parameters, bounds={"lower": after_s})
    if after_s == 0 and delay.kind == "lognormal":
        mean = math.exp(p["mu"] + p["sigma"] ** 2 / 2)
        return Spread(kind="LogNormal", parameters={"mean": mean, "std": mean * math.sqrt(math.expm1(p["sigma"] ** 2))})
    if after_s == 0 and delay.kind == "weibull":
        return Spread(kind="Weibull", parameters={"alpha": p["scale_s"], "beta": p["shape"]})
    return None


class _Draft:
    """The places and links of a flow network."""

    def __init__(
        self,
        network: FlowNetwork,
        dynamic: DynamicNetwork | None,
        refused: _Refused,
        open_width_m: float | None,
    ) -> None:
        self.network, self.dynamic, self.refused, self.open_width_m = network, dynamic, refused, open_width_m
        self.nodes: list[Room] = []
        self.links: list[Link] = []
        self.arcs = list(self._arcs())
        self.flights = self._flights()

    def _arcs(self) -> Iterator[int]:
        """Arcs that lead anywhere for the peer: no lifts, and none away from safety."""
        network = self.network
        for arc, mode in enumerate(network.arc_mode.tolist()):
            name = self._name(arc)
            if mode in _LIFTED:
                self.refused.add("lift", name)
                continue
            if mode not in _PLAIN:
                self.refused.add("mode", name)
            dynamic = self.dynamic
            if dynamic is not None and (dynamic.open_from_s[arc] > 0 or np.isfinite(dynamic.closed_from_s[arc])):
                self.refused.add("closed-in-time", name)
            passage = int(network.arc_passage[arc])
            theirs = passage >= 0 and (dynamic is None or np.isinf(dynamic.capacity_per_s[arc]))
            if theirs and network.passage_width_m[passage] <= 2 * _BOUNDARY_M:
                self.refused.add("narrow", name)
                continue
            shut = dynamic is not None and dynamic.capacity_per_s[arc] <= 0
            if shut or int(network.node_kind[network.arc_from[arc]]) in _SINKS:
                continue
            yield arc

    def _name(self, arc: int) -> str:
        network = self.network
        passage = int(network.arc_passage[arc])
        if passage >= 0:
            return network.passage_element[passage]
        return f"{network.node_id[network.arc_from[arc]]}>{network.node_id[network.arc_to[arc]]}"

    def _flights(self) -> dict[int, tuple[float, float]]:
        """Riser and tread of the nodes that are flights already: all that leads off them is the same stairs."""
        network = self.network
        steps: dict[int, set[tuple[float, float] | None]] = defaultdict(set)
        for arc in self.arcs:
            stepped = int(network.arc_mode[arc]) in _STEPPED
            steps[int(network.arc_from[arc])].add(self._steps(arc) if stepped else None)
        return {
            node: next(iter(found))  # type: ignore[misc]
            for node, found in steps.items()
            if len(found) == 1 and None not in found and NODE_KINDS[network.node_kind[node]] is NodeKind.CELL
        }

    def _steps(self, arc: int) -> tuple[float, float]:
        passage = int(self.network.arc_passage[arc])
        if passage < 0:
            return 0.0, 0.0
        return float(self.network.passage_riser_m[passage]), float(self.network.passage_tread_m[passage])

    def add_nodes(self) -> None:
        """A room, a flight or a safe place for every node."""
        network = self.network
        for node, name in enumerate(network.node_id):
            kind, area = NODE_KINDS[network.node_kind[node]], float(network.node_area_m2[node])
            if kind in {NodeKind.EXIT, NodeKind.SAFE}:
                self.nodes.append(Room(name=name, kind="safe"))
                continue
            if kind is NodeKind.REFUGE:
                self.refused.add("refuge", name)
            if not 0 < area < math.inf:
                raise InvalidInput(
                    f"Node {name[:64]!r} has {area:g} m² of floor; it must be more than 0: rooms_of joins the nodes of a space.",
                    ko=f"{name[:64]!r}의 바닥 면적 {area:g} m²: 0보다 커야 합니다. rooms_of가 공간의 노드를 합칩니다.",
                    element=name[:64],
                )
            riser, tread = self.flights.get(node, (0.0, 0.0))
            if node in self.flights and riser > 0 and tread > 0:
                self.nodes.append(Room(name=name, kind="stair", area_m2=area, riser_m=riser, tread_m=tread))
            else:
                self.nodes.append(Room(name=name, kind="room", area_m2=area))

    def add_links(self) -> None:
        """Links for every passage, in the order of the passages; then those on open floor."""
        network = self.network
        by_passage: dict[int, list[int]] = defaultdict(list)
        for arc in self.arcs:
            by_passage[int(network.arc_passage[arc])].append(arc)
        for passage in sorted(by_passage.keys() - {-1}):
            self._add_passage(passage, by_passage[passage])
        for pair in self._pairs(by_passage.get(-1, ())):
            name = self._name(pair[0])
            self.refused.add("open-floor", name)
            if self.open_width_m is not None:
                self._add_link(pair, width_m=self.open_width_m, kind="opening", name=name, capacity=None, lanes=1)

    def _pairs(self, arcs: Collection[int]) -> list[list[int]]:
        """Arcs that lead there and back between the same places along the same length, together; the others alone."""
        network = self.network
        found: list[list[int]] = []
        waiting: dict[tuple[int, int, float], list[int]] = defaultdict(list)
        for arc in arcs:
            tail, head = int(network.arc_from[arc]), int(network.arc_to[arc])
            length = round(float(network.arc_length_m[arc]) / _TIE_M) * _TIE_M
            alone = int(network.arc_mode[arc]) in _STEPPED and tail not in self.flights
            back = waiting.get((head, tail, length))
            if back and not alone:
                found[back.pop()].append(arc)
                continue
            if not alone:
                waiting[tail, head, length].append(len(found))
            found.append([arc])
        return found

    def _add_passage(self, passage: int, arcs: Sequence[int]) -> None:
        network = self.network
        name, width = network.passage_element[passage], float(network.passage_width_m[passage])
        pairs = self._pairs(arcs)
        ways = {frozenset((int(network.arc_from[a]), int(network.arc_to[a]))) for a in arcs}
        lanes = len(ways) if all(self._new_flight(a) for a in arcs) else len(pairs)
        if lanes > 1:
            self.refused.add("shared", name)
        if not 0 < width < math.inf:
            raise InvalidInput(
                f"{name[:64]!r} is {width:g} m wide; it must be more than 0.",
                ko=f"{name[:64]!r}의 너비 {width:g} m: 0보다 커야 합니다.",
                element=name[:64],
            )
        capacity = None if self.dynamic is None else float(self.dynamic.capacity_per_s[arcs[0]])
        for number, pair in enumerate(pairs):
            label = name if len(pairs) == 1 else f"{name}~{number}"
            if self._new_flight(pair[0]):
                self._add_flight(pair[0], width_m=width, name=label, capacity=capacity, lanes=lanes)
            else:
                kind = "stair" if any(int(network.arc_mode[a]) in _STEPPED for a in pair) else "door"
                self._add_link(pair, width_m=width, kind=kind, name=label, capacity=capacity, lanes=lanes)

    def _new_flight(self, arc: int) -> bool:
        """Whether an arc is stairs between places that are none."""
        return int(self.network.arc_mode[arc]) in _STEPPED and int(self.network.arc_from[arc]) not in self.flights

    def _add_link(
        self, pair: Sequence[int], *, width_m: float, kind: str, name: str, capacity: float | None, lanes: int
    ) -> None:
        network, arc = self.network, pair[0]
        source, target = network.node_id[network.arc_from[arc]], network.node_id[network.arc_to[arc]]
        self.links.append(
            Link(
                source=source,
                target=target,
                kind=kind,
                length_m=float(network.arc_length_m[arc]),
                bidirectional=len(pair) > 1,
                name=name,
                **self._limits(width_m, kind, capacity, lanes),
            )
        )

    @staticmethod
    def _limits(width_m: float, kind: str, capacity: float | None, lanes: int) -> dict[str, Any]:
        """Width, flow and boundary: the peer's own, or such that they make a capacity; ``lanes`` share it."""
        if capacity is None or capacity == math.inf:
            boundary = {} if lanes == 1 or kind == "opening" else {"boundary_layer_m": _BOUNDARY_M / lanes}
            return {"width_m": width_m / lanes, **boundary}
        return {"width_m": width_m / lanes, "specific_flow": capacity / width_m, "boundary_layer_m": 0.0}

    def _add_flight(self, arc: int, *, width_m: float, name: str, capacity: float | None, lanes: int) -> None:
        """A flight of stairs of its own between two places."""
        network = self.network
        riser, tread = self._steps(arc)
        source, target = network.node_id[network.arc_from[arc]], network.node_id[network.arc_to[arc]]
        length = float(network.arc_length_m[arc])
        flight = f"{name}:{source}>{target}"
        limits = self._limits(width_m, "stair", capacity, lanes)
        if riser <= 0 or tread <= 0 or length <= 0:
            raise InvalidInput(
                f"Stairs {name[:64]!r} have steps of {riser:g} and {tread:g} m over {length:g} m; all must be more than 0.",
                ko=f"계단 {name[:64]!r}: 단 높이 {riser:g} m, 단 너비 {tread:g} m, 길이 {length:g} m가 모두 0보다 커야 합니다.",
                element=name[:64],
            )
        self.nodes.append(
            Room(name=flight, kind="stair", area_m2=width_m / lanes * length, riser_m=riser, tread_m=tread)
        )
        common = {"kind": "stair", "bidirectional": False, **limits}
        self.links.append(Link(source=source, target=flight, length_m=0.0, name=f"{flight}:on", **common))
        self.links.append(Link(source=flight, target=target, length_m=length, name=f"{flight}:off", **common))

    def groups(self, crowds: Sequence[Crowd]) -> Iterator[Group]:
        """People by crowd and node; nobody who has no way out."""
        network = self.network
        reached = self._reached()
        for crowd in crowds:
            if crowd.usable is not None and crowd.persons.any() and not crowd.usable[self.arcs].all():
                self.refused.add("mobility", crowd.name)
            for node in np.flatnonzero(crowd.persons > 0).tolist():
                if int(network.node_kind[node]) in _SINKS:
                    continue
                if node not in reached:
                    self.refused.add("cut-off", network.node_id[node])
                    continue
                yield Group(
                    node=network.node_id[node],
                    count=int(crowd.persons[node]),
                    speed_mps=crowd.speed_mps,
                    pre_movement_s=crowd.pre_movement_s,
                )

    def make_room(self, groups: Sequence[Group], *, per_m2: float) -> None:
        """Name places that hold nobody, or fewer than are there; the peer takes none of them. Where that is left out, they are as large as needed."""
        there: dict[str, int] = defaultdict(int)
        for group in groups:
            there[group.node] += round(group.count) if not isinstance(group.count, Spread) else 0
        for number, room in enumerate(self.nodes):
            most = room.floor_m2 * per_m2
            kind = "small" if most < 1 else "crowded" if most < there[room.name] else ""
            if kind:
                self.refused.add(kind, room.name)
                needed = max(1, there[room.name]) / per_m2
                self.nodes[number] = replace(room, area_m2=math.ceil(needed * 1000) / 1000)

    def _reached(self) -> set[int]:
        """Nodes that a way leads from to safety."""
        before: dict[int, list[int]] = defaultdict(list)
        for arc in self.arcs:
            before[int(self.network.arc_to[arc])].append(int(self.network.arc_from[arc]))
        waiting = [n for n, kind in enumerate(self.network.node_kind.tolist()) if kind in _SINKS]
        found = set(waiting)
        while waiting:
            for node in before[waiting.pop()]:
                if node not in found:
                    found.add(node)
                    waiting.append(node)
        return found
