"""Rescuers' ways in: against the flow, to a space or a person, with the reach of a hose and a place to gather.

Rescuers walk; no lift is counted on, since nobody says which lifts firefighters may use. Where people come towards them they are slowed, by a factor that is named in
the answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import NoRoute, OffNetwork
from indoor3d.models.building import Building
from indoor3d.models.outcome import Outcome
from indoor3d.models.rescue import HoseReach, Staging
from indoor3d.models.state import Effects
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.routing.evacuation.escape import at_corners
from indoor3d.routing.path import Arcs, Tree, tree
from indoor3d.routing.place import Place, find_place
from indoor3d.routing.route import Route

if TYPE_CHECKING:
    from indoor3d.routing._floors import Spot
    from indoor3d.routing.conditions import Conditions
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]

PROFILE = "rescuer"
HOSE_M = 30.0
"""Two lengths of 15 m, as cabinets in Korean buildings hold: general knowledge, not read in the fire code's text. Any other length can be asked for."""
AGAINST_FLOW = 2.0
"""How many times as long a way against people takes. Counterflow leaves 0.75 to 1 of a passage's capacity (Tofilo, Navin and Wheeler, by way of jupedsim-network);
no speed against a stream of evacuees was found, so rescuers get half of theirs (ours)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WayIn:
    """From one exit to where help is needed.

    Parameters
    ----------
    exit : str
    route : Route or None
        None where no way leads in from there; ``problem`` says why.
    problem : NoRoute or None
    against : tuple of str
        Spaces and elements on the way through which people come towards the rescuers.
    """

    exit: str
    route: Route | None
    problem: NoRoute | None = None
    against: tuple[str, ...] = ()


def ways_in(
    graph: "NavGraph",
    target: Place | str,
    *,
    closed: Collection[str] = (),
    effects: Effects | None = None,
    streams: Collection[str] = (),
) -> tuple[WayIn, ...]:
    """Find the way in from every open exit, quickest first; exits without a way come last.

    Parameters
    ----------
    target : Place or str
    closed : collection of str
    effects : Effects, optional
        The state of the venue.
    streams : collection of str
        Openings, connectors and spaces through which people come out.

    Raises
    ------
    OffNetwork
        Nobody can stand at the target.
    UnknownElement, UnknownLevel, InvalidPosition
    """
    building = graph.building
    place = find_place(building, target) if isinstance(target, str) else target
    calm = effects or Effects()
    factor = {
        **dict.fromkeys(streams, AGAINST_FLOW),
        **{k: max(v, AGAINST_FLOW if k in streams else v) for k, v in calm.factor.items()},
    }
    slowed = Effects(
        closed=calm.closed,
        oneway=calm.oneway,
        factor=factor,
        status=calm.status,
        reasons=calm.reasons,
        in_force=calm.in_force,
    )
    conditions = graph.conditions(PROFILE, closed, emergency=True, effects=slowed)
    body = graph.for_body(conditions.profile)
    body.spot(place, conditions)
    found = []
    for exit_ in building.exits:
        if not exit_.outside or exit_.id in conditions.closed.exits:
            continue
        start = find_place(building, exit_.id)
        try:
            route = body.routed(start, place, conditions)
        except (NoRoute, OffNetwork) as problem:
            found.append(WayIn(exit=exit_.id, route=None, problem=problem if isinstance(problem, NoRoute) else None))
            continue
        met = [name for leg in route.legs for name in leg.elements if name in streams]
        found.append(WayIn(exit=exit_.id, route=route, against=tuple(dict.fromkeys(met))))
    return tuple(sorted(found, key=lambda w: (w.route is None, w.route.duration_s if w.route else 0.0, w.exit)))


def hose_reach(
    graph: "NavGraph",
    *,
    closed: Collection[str] = (),
    limit_m: float = HOSE_M,
    from_exits: bool = False,
) -> tuple[HoseReach, ...]:
    """Measure to the farthest corner of every space from the nearest hydrant.

    To a corner in a niche that is too narrow for a rescuer with their gear, the last bit is measured for somebody without it: a hose lies there.

    Parameters
    ----------
    limit_m : float
    from_exits : bool
        Whether a hose may also start at an exit: an engine is assumed to stand there.

    Raises
    ------
    UnknownElement
    """
    conditions = graph.conditions(PROFILE, closed, emergency=True)
    body, building = graph.for_body(conditions.profile), graph.building
    sources = _hydrants(body, conditions)
    if from_exits:
        nodes = zip(body.network.exit_id, body.network.exit_node.tolist(), strict=True)
        sources += [(ident, int(node), 0.0) for ident, node in nodes if ident not in conditions.closed.exits]
    walkable = sorted((s for s in building.spaces if s.walkable), key=lambda s: s.id)
    if not sources:
        return tuple(HoseReach(space=s.id, level=s.level, source="", length_m=None, within=False) for s in walkable)
    costs = body.arcs(conditions)
    metres = Arcs(rows=costs.rows, weight=np.where(np.isfinite(costs.weight), body.rows.weight, np.inf))
    reached = tree(metres, [node for _, node, _ in sources], [begun for _, _, begun in sources])
    names: dict[int, list[tuple[float, str]]] = {}
    for ident, node, begun in sources:
        names.setdefault(node, []).append((begun, ident))
    slim = graph.conditions("walk", closed, emergency=True)
    corners, length, niche = _lengths(body, reached, conditions, slim)
    straight, hydrant = _straight(body, [spot for _, spot, _ in corners], length, conditions)
    farthest: dict[str, int] = {}
    for number, (name, _, _) in enumerate(corners):
        if name not in farthest or straight[number] > straight[farthest[name]]:
            farthest[name] = number
    found = []
    for space in walkable:
        number = farthest.get(space.id, -1)
        metres_to = float(straight[number]) if number >= 0 else np.inf
        source = ""
        if np.isfinite(metres_to):
            of = slim if niche[number] else conditions
            source = hydrant.get(number) or _source(body, corners[number][1], reached, names, of)
        known = metres_to if source else None
        within = known is not None and known <= limit_m
        found.append(HoseReach(space=space.id, level=space.level, source=source, length_m=known, within=within))
    return tuple(found)


def _lengths(
    graph: "NavGraph", reached: Tree, conditions: "Conditions", slim: "Conditions"
) -> tuple[list[tuple[str, "Spot", float]], Floats, NDArray[np.bool_]]:
    """Corners of spaces, metres to each (K,), and which lie in a niche that only slim people fit in (K,)."""
    corners = at_corners(graph, reached.cost, conditions, measure="length_m")
    length = np.array([value for _, _, value in corners])
    calm = at_corners(graph, np.zeros_like(reached.cost), conditions, measure="length_m")
    niche = ~np.isfinite([value for _, _, value in calm])
    if niche.any():
        into = np.array([value for _, _, value in at_corners(graph, reached.cost, slim, measure="length_m")])
        length[niche] = into[niche]
    return corners, length, niche


def _straight(
    graph: "NavGraph", spots: "list[Spot]", length: Floats, conditions: "Conditions"
) -> tuple[Floats, dict[int, str]]:
    """Shorten lengths where a hydrant is in sight: (K,) metres, and the hydrants that did it by number of the spot."""
    best, by = length.copy(), dict[int, str]()
    at = np.array([[spot.x_m, spot.y_m] for spot in spots])
    surface = np.array([spot.surface for spot in spots])
    for ident, spot in _hydrant_spots(graph):
        far = np.hypot(at[:, 0] - spot.x_m, at[:, 1] - spot.y_m)
        near = np.flatnonzero((surface == spot.surface) & (far < best))
        if len(near):
            seen = graph.straight(spot, at[near], conditions).length_m
            for number, metres in zip(near.tolist(), seen.tolist(), strict=True):
                if metres < best[number]:
                    best[number], by[number] = metres, ident
    return best, by


def _source(
    graph: "NavGraph",
    spot: "Spot",
    reached: Tree,
    names: Mapping[int, list[tuple[float, str]]],
    conditions: "Conditions",
) -> str:
    """The hydrant or exit that the shortest way to a spot over nodes begins at."""
    link = graph.link(spot, conditions)
    node = int(link.nodes[np.argmin(reached.cost[link.nodes] + link.length_m)])
    return min(names[reached.source(node)])[1]


def _hydrant_spots(graph: "NavGraph") -> "list[tuple[str, Spot]]":
    found = []
    for facility in graph.building.facilities:
        if facility.category is FacilityCategory.FIRE_HYDRANT:
            x, y, z = facility.position
            place = Place(x_m=x, y_m=y, z_m=z, level=facility.level, element=facility.id)
            spot = graph.floors.try_spot(place)
            if spot is not None:
                found.append((facility.id, spot))
    return found


def _hydrants(graph: "NavGraph", conditions: "Conditions") -> list[tuple[str, int, float]]:
    """Nodes that hydrants see: id, node, metres."""
    found = []
    for ident, spot in _hydrant_spots(graph):
        link = graph.link(spot, conditions)
        found += [(ident, int(n), float(m)) for n, m in zip(link.nodes, link.length_m, strict=True)]
    return found


def staging(building: Building, outcome: Outcome) -> tuple[Staging, ...]:
    """Exits by how little those who come out need them; what nobody has said of an engine's way there stays unknown."""
    through = {cleared.id: cleared for cleared in outcome.exits}
    found = []
    for exit_ in building.exits:
        if exit_.outside:
            cleared = through.get(exit_.id)
            persons, last = (0, None) if cleared is None else (cleared.persons, cleared.last_s)
            found.append(Staging(exit=exit_.id, name=exit_.name, persons=persons, last_s=last))
    return tuple(sorted(found, key=lambda s: (s.persons, s.last_s or 0.0, s.exit)))


def streams(outcome: Outcome, *, from_s: float = 0.0, to_s: float = float("inf")) -> tuple[str, ...]:
    """Openings and connectors that people come through in a window of time."""
    motion = outcome.motion
    if motion is None:
        return tuple(sorted(b.element for b in outcome.bottlenecks))
    window = (motion.at_s > from_s) & (motion.at_s <= to_s)
    passed = motion.passed[window].sum(axis=0) > 0
    return tuple(
        sorted({name for name, some in zip(outcome.network.passage_element, passed.tolist(), strict=True) if some})
    )
