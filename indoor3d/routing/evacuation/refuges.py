"""People who cannot walk the stairs: out on the level, else to a refuge, else fetched by lift or carried; who cannot be saved.

Nobody here ever walks stairs or an escalator, down or up. Only lifts that the scenario declares are used, in cycles of a
car; only carriers that it declares carry, in their direction: what is declared for descent says nothing of ascent, and
underground the way out is up. Who waits in a refuge and has neither is reported as waiting for rescuers; who reaches no
refuge with room is cut off. Ways are those of the profile's own roadmap; something that closes during the incident is to
be given as ``closed``, as if it were shut from the beginning.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.building import Building, Text
from indoor3d.models.flow import Basis
from indoor3d.models.network import MODES
from indoor3d.models.outcome import Assumption, CutOff, LiftTrip
from indoor3d.models.scenario import Assistance, EvacuationLift
from indoor3d.models.vocabulary import ConnectorCategory, Mode
from indoor3d.routing._floors import Spot
from indoor3d.routing.evacuation._flow_floor import net_floor_m2
from indoor3d.routing.evacuation._lift_cycles import (
    WHEELCHAIR_DEPTH_M,
    WHEELCHAIR_WIDTH_M,
    Cycle,
    batches,
    lift_cycle,
    wheelchairs_in,
)
from indoor3d.routing.evacuation._lift_rides import Ride, leading_out
from indoor3d.routing.evacuation.escape import at_corners, exit_field
from indoor3d.routing.path import Tree, tree
from indoor3d.routing.place import find_place
from indoor3d.routing.profile import find_profile

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

WHEELCHAIR_M2 = WHEELCHAIR_WIDTH_M * WHEELCHAIR_DEPTH_M
_WHOLE = 1e-9
__all__ = [
    "WHEELCHAIR_M2",
    "Arrival",
    "Cycle",
    "Fetched",
    "Group",
    "Room",
    "Sheltered",
    "batches",
    "fetch",
    "lift_cycle",
    "refuge_capacity",
    "rooms",
    "wheelchairs_in",
]
_STEPPED = frozenset({ConnectorCategory.STAIRS, ConnectorCategory.ESCALATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many wheelchair users a refuge holds, and how that is known."""

    refuge: str
    space: str
    capacity: int
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of one mobility in one space, who set out at ``ready_s``."""

    space: str
    persons: int
    ready_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """People who are out: from a space, at an exit, when, and how: ``walk``, ``lift`` or ``carried``.

    ``by`` is the lift, or the refuge that they were carried from; ``exit`` is empty where an exit is not told.
    """

    space: str
    persons: int
    at_s: float
    how: str
    exit: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheltered:
    """People who went to a refuge: all of them, and when the last was there."""

    refuge: str
    space: str
    persons: int
    capacity: int
    last_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What becomes of the people of one mobility. Arrivals and those who are left are all of them."""

    profile: str
    arrivals: tuple[Arrival, ...]
    sheltered: tuple[Sheltered, ...]
    trips: tuple[LiftTrip, ...]
    left: tuple[CutOff, ...]
    assumptions: tuple[Assumption, ...]

    @property
    def last_s(self) -> float | None:
        """When the last of those who get out is out; None where nobody does."""
        return max((a.at_s for a in self.arrivals), default=None)


def refuge_capacity(area_m2: float) -> int:
    """Wheelchair users that fit a floor: whole rooms of 0.9 m × 1.4 m (C10).

    Raises
    ------
    InvalidInput
        The area is no number from 0.

    Examples
    --------
    >>> refuge_capacity(10.0)
    7
    """
    if not 0 <= area_m2 < np.inf:
        raise InvalidInput(f"A floor of {area_m2!r} m².", ko=f"바닥 면적 {area_m2!r} m²은 있을 수 없습니다.")
    return int(np.floor(area_m2 / WHEELCHAIR_M2 + _WHOLE))


def rooms(building: Building, graph: "NavGraph") -> tuple[Room, ...]:
    """The refuges of a building, by id; where nobody says how many they hold, what fits their free floor."""
    floor = net_floor_m2(graph)
    found = []
    for refuge in sorted(building.refuges, key=lambda r: r.id):
        if refuge.capacity is not None:
            room = Room(refuge=refuge.id, space=refuge.space, capacity=refuge.capacity, basis=Basis.SURVEYED)
        else:
            fits = refuge_capacity(floor.get(refuge.space, 0.0))
            room = Room(refuge=refuge.id, space=refuge.space, capacity=fits, basis=Basis.DEFAULT)
        found.append(room)
    return tuple(found)


def fetch(
    building: Building,
    graph: "NavGraph",
    groups: Sequence[Group],
    *,
    profile: str = "wheelchair_manual",
    lifts: Sequence[EvacuationLift] = (),
    assistance: Sequence[Assistance] = (),
    closed: Collection[str] = frozenset(),
) -> Fetched:
    """Say what becomes of people who cannot walk stairs.

    Parameters
    ----------
    building : Building
    graph : NavGraph
    groups : sequence of Group
    profile : str
    lifts : sequence of EvacuationLift
        The only ones that are used.
    assistance : sequence of Assistance
        Who carries, and in which direction.
    closed : collection of str
        Ids of openings, connectors, exits and spaces that close at any time.

    Raises
    ------
    NoOpenExit
        No exit is open.
    UnknownElement
        A space or a declared lift is none of the building's.
    UnknownProfile, InvalidInput
    """
    return _Rescue(building, graph, profile=profile, lifts=lifts, assistance=assistance, closed=closed).run(groups)


class _Rescue:
    def __init__(
        self,
        building: Building,
        graph: "NavGraph",
        *,
        profile: str,
        lifts: Sequence[EvacuationLift],
        assistance: Sequence[Assistance],
        closed: Collection[str],
    ) -> None:
        self.building, self.slim, self.assistance = building, graph, assistance
        self.closed = frozenset({closed} if isinstance(closed, str) else closed)
        own = find_profile(profile)
        stepped = {c.id for c in building.connectors if c.category in _STEPPED}
        if own.stairs_up_mps is not None and own.stairs_down_mps is not None:
            stepped = set()  # else not even over the few steps that a device is carried over on other days
        self.conditions = graph.conditions(profile, self.closed | stepped, emergency=True)
        self.daily = graph.conditions(profile, self.closed | stepped)
        self.graph = graph.for_body(self.conditions.profile)
        self.field = exit_field(self.graph, self.conditions)
        self.turned = self.graph.arcs(self.conditions).turned()
        self.lifts = {lift.lift: lift for lift in lifts}
        self.connectors = {c.id: c for c in building.connectors if c.category is ConnectorCategory.LIFT}
        for ident in sorted(self.lifts):
            if ident not in self.connectors:
                raise UnknownElement(
                    f"Venue {building.venue.id} has no lift {ident[:64]!r}.",
                    ko=f"장소 {building.venue.id}에 엘리베이터 {ident[:64]!r}가 없습니다.",
                    element=ident[:64],
                )
        self.arrivals: list[Arrival] = []
        self.left: list[CutOff] = []
        self.level = {s.id: s.level for s in building.spaces}

    def run(self, groups: Sequence[Group]) -> Fetched:
        sheltered: dict[str, list[tuple[float, str]]] = defaultdict(list)
        known = {room.refuge: room for room in rooms(self.building, self.slim)}
        spots = {r: spot for r in known if (spot := self._spot(known[r].space)) is not None}
        waiting = self._walked(groups)
        self._to_refuges(waiting, known, spots, sheltered)
        stays = tuple(
            Sheltered(
                refuge=refuge,
                space=known[refuge].space,
                persons=len(people),
                capacity=known[refuge].capacity,
                last_s=max(ready for ready, _ in people),
            )
            for refuge, people in sorted(sheltered.items())
        )
        trips, cycles = self._ride(spots, sheltered)
        self._carry(spots, sheltered)
        for refuge, people in sorted(sheltered.items()):
            self._stay(refuge, people)
        return Fetched(
            profile=self.conditions.profile.id,
            arrivals=tuple(sorted(self.arrivals, key=lambda a: (a.at_s, a.space, a.how, a.by))),
            sheltered=stays,
            trips=trips,
            left=tuple(self.left),
            assumptions=self._assumed(known, cycles),
        )

    def _spot(self, space: str) -> Spot | None:
        return self.graph.floors.try_spot(find_place(self.building, space), shut=self.conditions.closed.elements)

    def _walked(self, groups: Sequence[Group]) -> dict[str, list[float]]:
        """Let those go who get out on the level, each from the worst corner; when the others are ready, by space."""
        worst: dict[str, float] = {}
        for space, seconds in self._from_corners(self.field.reached.cost):
            worst[space] = max(worst.get(space, 0.0), seconds)
        waiting: dict[str, list[float]] = defaultdict(list)
        for group in groups:
            if group.space not in self.level:
                raise UnknownElement(
                    f"Venue {self.building.venue.id} has no space {group.space[:64]!r}.",
                    ko=f"장소 {self.building.venue.id}에 공간 {group.space[:64]!r}이(가) 없습니다.",
                    element=group.space[:64],
                )
            if group.persons < 0 or not 0 <= group.ready_s < np.inf:
                raise InvalidInput(
                    f"{group.persons} people ready at {group.ready_s} s.",
                    ko=f"{group.persons}명이 {group.ready_s}초에 출발할 수는 없습니다.",
                    element=group.space[:64],
                )
            seconds = worst.get(group.space, np.inf)
            if np.isfinite(seconds) and group.persons:
                self.arrivals.append(
                    Arrival(space=group.space, persons=group.persons, at_s=group.ready_s + seconds, how="walk")
                )
            else:
                waiting[group.space] += [group.ready_s] * group.persons
        return waiting

    @cached_property
    def _corners(self) -> tuple[tuple[str, ...], Indices, Indices, Floats]:
        """Corners of the free floor of every space: their spaces, and straight ways from them: corners, nodes, seconds."""
        spots = at_corners(self.graph, self.field.reached.cost, self.conditions)
        by_surface: dict[int, list[int]] = defaultdict(list)
        for number, (_, spot, _) in enumerate(spots):
            by_surface[spot.surface].append(number)
        corner, node, seconds = [np.empty(0, np.intp)], [np.empty(0, np.intp)], [np.empty(0)]
        for surface, numbers in by_surface.items():
            at = np.array([[spots[n][1].x_m, spots[n][1].y_m] for n in numbers])
            row, link = self.graph.links_many(surface, at, self.conditions)
            corner.append(np.array(numbers, np.intp)[row])
            node.append(link.nodes)
            seconds.append(link.cost)
        names = tuple(space for space, _, _ in spots)
        return names, np.concatenate(corner), np.concatenate(node), np.concatenate(seconds)

    def _from_corners(self, reached: Floats) -> list[tuple[str, float]]:
        """Seconds from every corner, by space, where nodes take what is given."""
        names, corner, node, seconds = self._corners
        found = np.full(len(names), np.inf)
        np.minimum.at(found, corner, reached[node] + seconds)
        return list(zip(names, found.tolist(), strict=True))

    def _towards(self, spot: Spot) -> Tree:
        """Seconds from every node to a place, as a tree over the graph turned round."""
        link = self.graph.link(spot, self.conditions)
        return tree(self.turned, link.nodes, link.cost)

    def _to_refuges(
        self,
        waiting: Mapping[str, list[float]],
        known: Mapping[str, Room],
        spots: Mapping[str, Spot],
        sheltered: dict[str, list[tuple[float, str]]],
    ) -> None:
        """Send everybody to the nearest refuge that has room when they set out; the nearest people first."""
        offers: list[tuple[float, str, str]] = []
        for refuge, spot in spots.items():
            far: dict[str, float] = {}
            for space, seconds in self._from_corners(self._towards(spot).cost):
                if np.isfinite(seconds):
                    far[space] = max(far.get(space, 0.0), seconds)
            far[known[refuge].space] = far.get(known[refuge].space, 0.0)
            offers += [(round(seconds, 9), space, refuge) for space, seconds in far.items() if waiting.get(space)]
        left = {space: sorted(ready) for space, ready in waiting.items() if ready}
        reached = {space for _, space, _ in offers}
        for seconds, space, refuge in sorted(offers):
            room = known[refuge].capacity - len(sheltered[refuge])
            some, left[space] = left[space][: max(0, room)], left[space][max(0, room) :]
            sheltered[refuge] += [(ready + seconds, space) for ready in some]
        for refuge in [r for r, people in sheltered.items() if not people]:
            del sheltered[refuge]
        for space, ready in sorted(left.items()):
            if ready:
                self._cut_off(space, len(ready), full=space in reached)

    def _services(self) -> list[Ride]:
        """Rides of declared lifts that lead out, by one lift or one after the other."""
        network = self.graph.network
        refused = self.graph.weights.refused(self.daily)
        found = []
        for edge in np.flatnonzero(network.edge_mode == MODES.index(Mode.LIFT)).tolist():
            name = network.elements[network.edge_element[network.edge_element_start[edge]]]
            if name not in self.lifts or name in refused:
                continue
            ends = (int(network.edge_from[edge]), int(network.edge_to[edge]))
            found += [
                Ride(
                    connector=self.connectors[name],
                    board=board,
                    leave=leave,
                    rise_m=abs(float(network.edge_climb_m[edge])),
                    out_s=float(self.field.reached.cost[leave]),
                    declared=self.lifts[name],
                )
                for board, leave in (ends, ends[::-1])
            ]
        return leading_out(found, towards=lambda node: tree(self.turned, [node]).cost)

    def _ride(
        self, spots: Mapping[str, Spot], sheltered: dict[str, list[tuple[float, str]]]
    ) -> tuple[tuple[LiftTrip, ...], list[Cycle]]:
        """Fetch people by lift: each refuge by the lifts that are soonest there and out; a car serves refuges in turn.

        Who changes lifts comes to the second one behind those who take it first, also where they are there earlier: it only makes them later.
        """
        boarding: dict[str, list[tuple[list[tuple[float, str]], str, Ride]]] = defaultdict(list)
        for refuge, walk, service in self._boarded(spots, sheltered):
            people = [(ready + walk, space) for ready, space in sheltered.pop(refuge)]
            boarding[service.connector.id].append((people, refuge, service))
        free = {lift: declared.available_from_s for lift, declared in self.lifts.items()}
        trips: list[LiftTrip] = []
        cycles: list[Cycle] = []
        while boarding:
            changing: dict[str, list[tuple[list[tuple[float, str]], str, Ride]]] = defaultdict(list)
            for lift in sorted(boarding):
                # Who is ready first is fetched first: the refuge whose first person is there earliest.
                for people, refuge, service in sorted(boarding[lift], key=lambda c: (min(c[0])[0], c[1])):
                    people.sort()
                    cycles.append(service.cycle)
                    made, free[lift] = batches([ready for ready, _ in people], service.cycle, free_s=free[lift])
                    first = 0
                    further: list[tuple[float, str]] = []
                    for persons, start, end in made:
                        trips.append(LiftTrip(lift=lift, refuge=refuge, start_s=start, end_s=end, persons=persons))
                        further += [(end + service.out_s, space) for _, space in people[first : first + persons]]
                        first += persons
                    if service.then is None:
                        self.arrivals += [
                            Arrival(space=space, persons=1, at_s=out, how="lift", by=lift) for out, space in further
                        ]
                    else:
                        changing[service.then.connector.id].append((further, refuge, service.then))
            boarding = changing
        return tuple(sorted(trips, key=lambda t: (t.start_s, t.lift, t.refuge))), cycles

    def _boarded(
        self, spots: Mapping[str, Spot], sheltered: Mapping[str, list[tuple[float, str]]]
    ) -> list[tuple[str, float, Ride]]:
        """Refuges with the walk to the lift that fetches from there, and its ride."""
        services = self._services()
        to_lift = [tree(self.turned, [service.board]).cost for service in services]
        chosen = []
        for refuge in sorted(sheltered):
            link = self.graph.link(spots[refuge], self.conditions)
            offers = []
            for number, service in enumerate(services):
                walk = float(np.min(to_lift[number][link.nodes] + link.cost, initial=np.inf))
                if np.isfinite(walk):
                    offers.append((walk + service.seconds, number, walk))
            if offers:
                _, number, walk = min(offers)
                chosen.append((refuge, walk, services[number]))
        return chosen

    def _carry(self, spots: Mapping[str, Spot], sheltered: dict[str, list[tuple[float, str]]]) -> None:
        """Carry people where carriers are declared for every direction of the stairs on the way out."""
        free: dict[str, list[tuple[float, int]]] = {
            str(n): [(0.0, a.carries)] * a.teams for n, a in enumerate(self.assistance)
        }
        for refuge in sorted(sheltered, key=lambda r: (min(sheltered[r])[0], r)):
            way = self._carried_way(spots[refuge])
            if way is None:
                continue
            number, there, back = way
            teams = free[str(number)]
            stay = []
            for ready, space in sorted(sheltered[refuge]):
                able = [i for i, (_, left) in enumerate(teams) if left > 0]
                if not able:
                    stay.append((ready, space))
                    continue
                team = min(able, key=lambda i: (teams[i][0], i))
                start = max(ready, teams[team][0])
                teams[team] = (start + there + back, teams[team][1] - 1)
                self.arrivals.append(Arrival(space=space, persons=1, at_s=start + there, how="carried", by=refuge))
            sheltered[refuge] = stay
        for refuge in [r for r, people in sheltered.items() if not people]:
            del sheltered[refuge]

    def _carried_way(self, spot: Spot) -> tuple[int, float, float] | None:
        """Who carries from a refuge, and seconds out and back: the way of somebody on foot, all stairs in one direction."""
        (escape,) = self.slim.evacuate([spot.place], profile="walk", closed=self.closed).escapes
        if escape.route is None:
            return None
        stairs = [leg for leg in escape.route.legs if leg.mode in {Mode.STAIRS, Mode.ESCALATOR}]
        if any(leg.mode is Mode.ESCALATOR for leg in stairs):
            return None
        climbs = {"ascent" if leg.climb_m > 0 else "descent" for leg in stairs}
        if len(climbs) != 1:
            return None
        on_stairs = sum(leg.length_m for leg in stairs)
        for number, one in enumerate(self.assistance):
            elements = {e for leg in stairs for e in leg.elements}
            if {one.direction} == climbs and (not one.connectors or elements <= set(one.connectors)):
                level = (escape.route.length_m - on_stairs) / self.conditions.profile.level_mps
                return number, on_stairs / one.speed_mps + level, escape.route.duration_s
        return None

    def _cut_off(self, space: str, persons: int, *, full: bool) -> None:
        if full:
            reason = Text(
                ko="갈 수 있는 피난 대기 공간이 모두 찼습니다.", en="Every refuge that can be reached is full."
            )
        else:
            reason = Text(
                ko="계단 없이 갈 수 있는 출구도 피난 대기 공간도 없습니다.",
                en="Neither an exit nor a refuge can be reached without stairs.",
            )
        self.left.append(
            CutOff(
                space=space,
                level=self.level[space],
                mobility=self.conditions.profile.id,
                persons=persons,
                code="refuge-full" if full else "no-way",
                reason=reason,
            )
        )

    def _stay(self, refuge: str, people: Sequence[tuple[float, str]]) -> None:
        """Those who nobody fetches: they wait for rescuers."""
        titles = self.building.titles
        room = titles.get(refuge, Text(default=refuge))
        lifts = {
            lang: ", ".join(titles.get(lift, Text()).best(lang) or lift for lift in sorted(self.lifts))
            for lang in ("ko", "en")
        }
        reason = Text(
            ko=f"구조를 기다립니다. 대피 공간: {room.best('ko') or refuge}. 쓸 수 있는 피난용 엘리베이터도, 이 방향으로 옮길 사람도 없습니다"
            f"(지정된 엘리베이터: {lifts['ko'] or '없음'}).",
            en=f"Waiting for rescuers in a refuge ({room.best('en') or refuge}): no declared lift serves it, and nobody is declared to carry "
            f"that way (lifts declared: {lifts['en'] or 'none'}).",
        )
        spaces: dict[str, int] = defaultdict(int)
        for _, space in people:
            spaces[space] += 1
        for space, persons in sorted(spaces.items()):
            self.left.append(
                CutOff(
                    space=space,
                    level=self.level[space],
                    mobility=self.conditions.profile.id,
                    persons=persons,
                    code="no-lift",
                    reason=reason,
                    blocked_by=(refuge,),
                    waiting=True,
                )
            )

    def _assumed(self, known: Mapping[str, Room], cycles: Sequence[Cycle]) -> tuple[Assumption, ...]:
        found = [
            Assumption(
                key=f"refuge.{room.refuge}.capacity",
                value=str(room.capacity),
                unit="persons",
                basis=str(room.basis),
                text=Text(ko="피난 대기 공간의 휠체어 자리", en="Wheelchair users that a refuge holds"),
                source="" if room.basis is Basis.SURVEYED else "floor / 1.26 m² (VERIFICATION.md C10)",
            )
            for room in known.values()
        ]
        for cycle in {c.lift: c for c in cycles}.values():
            found += [
                Assumption(
                    key=f"lift.{cycle.lift}.cycle",
                    value=f"{cycle.cycle_s:.1f}",
                    unit="s",
                    basis=str(cycle.cycle_basis),
                    text=Text(ko="피난용 엘리베이터의 왕복 시간", en="Round trip of an evacuation lift"),
                    source=self.lifts[cycle.lift].source,
                ),
                Assumption(
                    key=f"lift.{cycle.lift}.capacity",
                    value=str(cycle.capacity),
                    unit="persons",
                    basis=str(cycle.capacity_basis),
                    text=Text(ko="한 번에 타는 휠체어 이용자", en="Wheelchair users in one trip"),
                    source=self.lifts[cycle.lift].source,
                ),
            ]
        return tuple(found)
