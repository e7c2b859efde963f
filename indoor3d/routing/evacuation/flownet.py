"""Building → FlowNetwork: where people stand, what they pass on the way out, how long and how wide it is, and who says so.

Lifts are no arcs: they carry people in cycles (:mod:`indoor3d.routing.evacuation.refuges`). Screen doors lead on to the
track and are no way out. Escalators are walked as stairs in the direction they run in, both ways where they are said to
stand. Fare gates are open, as NFPA 130 wants them in an emergency, unless ``gates="shut"``; each is a passage of its own.
Who is in the street is out.

Arcs inside a space carry the exact length on the roadmap with the openings of the space shut; an arc through an opening
carries the length between the places before and behind it. All of them are ways that can be walked, so a way on the
network is never shorter than the shortest way in the building.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput, UnknownElement
from indoor3d.models.building import Building
from indoor3d.models.flow import NODE_KINDS, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.evacuation._flow_draft import CELL_M2, Draft
from indoor3d.routing.evacuation._flow_floor import Inside, Point
from indoor3d.routing.evacuation._flow_passages import basis_index
from indoor3d.routing.profile import Profile, find_profile
from indoor3d.routing.profile.values import LONG_CLIMB_FACTOR, LONG_CLIMB_M

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STOPPED_FACTOR = 0.8
"""A stopped escalator is walked at 0.8 of the speed on stairs: ACCESSIBILITY.md §1.2."""
_SNAP_M = 0.6
_STEPPED = tuple(MODES.index(mode) for mode in (Mode.STAIRS, Mode.ESCALATOR))


def flow_network(
    building: Building,
    graph: "NavGraph",
    *,
    profile: str = "walk",
    closed: Collection[str] = frozenset(),
    safe: Collection[str] = frozenset(),
    stopped: Collection[str] = frozenset(),
    gates: Literal["open", "shut"] = "open",
    cell_m2: float = CELL_M2,
) -> FlowNetwork:
    """Derive the flow network of a building.

    Parameters
    ----------
    building : Building
        The one that the graph was made from.
    graph : NavGraph
    profile : str
        Whose roadmap it is, and who says where in a cell it is worst to be.
    closed : collection of str
        Ids of openings, connectors, exits and spaces that nobody can pass.
    safe : collection of str
        Declared points of safety: ids of spaces, and of exits that lead into another building.
    stopped : collection of str
        Escalators and moving walks that stand, and are walked both ways.
    gates : {"open", "shut"}
        Whether fare gates are open in both directions, which NFPA 130 asks for in an emergency, or let nobody pass.
    cell_m2 : float
        About how large cells are.

    Returns
    -------
    FlowNetwork
        A space that nobody gets out of has its nodes, too. No arc leads into rooms that are a dead end.

    Raises
    ------
    NoOpenExit
        No exit is open, or none can be stood in, and there is no point of safety.
    UnknownElement, UnknownProfile, InvalidInput

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> graph = build_navigation(two_floors())
    >>> network = flow_network(graph.building, graph)
    >>> [network.node_id[node] for node in network.exit_node]
    ['exit-1', 'exit-2']
    """
    if gates not in {"open", "shut"} or not 1.0 <= cell_m2 <= 1e6:
        raise InvalidInput(
            f"gates is {str(gates)[:16]!r} and must be open or shut; cell_m2 is {cell_m2!r} and must be 1 to 1000000.",
            ko=f"gates {str(gates)[:16]!r}: open 또는 shut이어야 합니다. cell_m2 {cell_m2!r}: 1 이상 1000000 이하여야 합니다.",
        )
    _known(building, safe, among={s.id for s in building.spaces if s.walkable} | {e.id for e in building.exits})
    _known(building, stopped, among={c.id for c in building.connectors})
    conditions = graph.conditions(profile, closed, emergency=True)
    draft = Draft(
        graph.for_body(conditions.profile),
        conditions,
        safe=frozenset(safe),
        stopped=frozenset(stopped),
        gates=gates,
        cell_m2=cell_m2,
    )
    draft.build()
    return _columns(building, draft)


def _known(building: Building, asked: Collection[str], *, among: Collection[str]) -> None:
    for ident in sorted(asked):
        if ident not in among:
            raise UnknownElement(
                f"Venue {building.venue.id} has no {ident[:64]!r} that this can be said of.",
                ko=f"장소 {building.venue.id}에서 {ident[:64]!r}에는 그렇게 정할 수 없습니다.",
                element=ident[:64],
            )


def _columns(building: Building, draft: Draft) -> FlowNetwork:
    """The draft as a value: arcs by their ends."""
    nodes, passages = draft.nodes, draft.passages
    arcs = sorted(draft.arcs)
    kind = np.array([NODE_KINDS.index(n.kind) for n in nodes], np.uint8)
    sinks = {NODE_KINDS.index(NodeKind.EXIT), NODE_KINDS.index(NodeKind.SAFE)}
    column = list(zip(*arcs, strict=True)) or [()] * 6
    return FlowNetwork(
        venue=building.venue.id,
        node_id=tuple(n.id for n in nodes),
        node_kind=kind,
        node_space=tuple(n.space for n in nodes),
        node_level=tuple(n.level for n in nodes),
        node_position=np.array([(n.point.x_m, n.point.y_m, n.point.z_m) for n in nodes]).reshape(-1, 3),
        node_area_m2=np.array([n.area_m2 for n in nodes]),
        arc_from=np.array(column[0], np.int32),
        arc_to=np.array(column[1], np.int32),
        arc_passage=np.array(column[2], np.int32),
        arc_mode=np.array(column[3], np.uint8),
        arc_length_m=np.array(column[4], np.float64),
        arc_climb_m=np.array(column[5], np.float64),
        passage_element=tuple(p.element for p in passages),
        passage_width_m=np.array([p.width.width_m for p in passages], np.float64),
        passage_width_basis=basis_index([p.width.basis for p in passages]),
        passage_riser_m=np.array([p.steps.riser_m for p in passages], np.float64),
        passage_tread_m=np.array([p.steps.tread_m for p in passages], np.float64),
        passage_steps_basis=basis_index([p.steps.basis for p in passages]),
        exit_node=np.flatnonzero(np.isin(kind, list(sinks))).astype(np.int32),
        refuge_node=np.flatnonzero(kind == NODE_KINDS.index(NodeKind.REFUGE)).astype(np.int32),
    )


def populate(network: FlowNetwork, people: Mapping[str, int]) -> NDArray[np.int64]:
    """Spread the people of spaces over their cells, by area.

    Parameters
    ----------
    network : FlowNetwork
    people : mapping of str to int
        How many are in each space, by its id. Who is in the street is out, and counted at its node.

    Returns
    -------
    (N,) int64
        Adds up to all of them exactly: what is left of whole persons goes to the largest remainders.

    Raises
    ------
    UnknownElement
        A space has no floor to stand on in this network.
    InvalidInput
        A number of people is not a whole number from 0.
    """
    found = np.zeros(len(network.node_id), np.int64)
    cells: dict[str, list[int]] = {}
    standing = {NODE_KINDS.index(NodeKind.CELL)}
    for node, space in enumerate(network.node_space):
        if int(network.node_kind[node]) in standing:
            cells.setdefault(space, []).append(node)
    for node in network.exit_node.tolist():
        if network.node_space[node]:
            cells.setdefault(network.node_space[node], []).append(node)
    for space, count in sorted(people.items()):
        if not isinstance(count, int | np.integer) or isinstance(count, bool) or count < 0:
            raise InvalidInput(
                f"Space {space[:64]!r} has {str(count)[:32]} people; it must be a whole number from 0.",
                ko=f"공간 {space[:64]!r}의 인원 {str(count)[:32]}: 0 이상의 정수여야 합니다.",
                element=space[:64],
            )
        if space not in cells:
            raise UnknownElement(
                f"People cannot stand in {space[:64]!r}: it is no walkable space of this venue.",
                ko=f"{space[:64]!r}에는 사람이 있을 수 없습니다. 이 장소의 걸을 수 있는 공간이 아닙니다.",
                element=space[:64],
            )
        rows = np.array(cells[space], np.intp)
        area = network.node_area_m2[rows]
        share = np.where(np.isinf(area), 0.0, np.maximum(area, 1e-6))
        share = share / share.sum() if share.sum() > 0 else np.full(len(rows), 1 / len(rows))
        whole = np.floor(share * count).astype(np.int64)
        order = np.lexsort((rows, -np.round(share * count - whole, 9)))
        whole[order[: int(count) - int(whole.sum())]] += 1
        found[rows] += whole
    return found


def walking_s(network: FlowNetwork, profile: Profile | str = "walk") -> Floats:
    """Seconds that one person who meets nobody takes along every arc; infinite where the profile cannot go.

    Speeds are the profile's, slower on stairs beyond :data:`~indoor3d.routing.profile.values.LONG_CLIMB_M`; a stopped escalator is walked at :data:`STOPPED_FACTOR` of those on stairs. What crowds take
    is for a calibration to say.

    Returns
    -------
    (M,) float64
    """
    own = find_profile(profile) if isinstance(profile, str) else profile
    up = np.full(len(MODES), own.level_mps)
    down = up.copy()
    for mode, factor in ((Mode.STAIRS, 1.0), (Mode.ESCALATOR, STOPPED_FACTOR)):
        up[MODES.index(mode)] = 0.0 if own.stairs_up_mps is None else factor * own.stairs_up_mps
        down[MODES.index(mode)] = 0.0 if own.stairs_down_mps is None else factor * own.stairs_down_mps
    up[MODES.index(Mode.RAMP)], down[MODES.index(Mode.RAMP)] = own.ramp_up_mps, own.ramp_down_mps
    speed = np.where(network.arc_climb_m > 0, up[network.arc_mode], down[network.arc_mode])
    rise = np.maximum(np.abs(network.arc_climb_m), 1e-9)
    beyond = np.where(np.isin(network.arc_mode, _STEPPED), np.maximum(0.0, rise - LONG_CLIMB_M) / rise, 0.0)
    slower = 1 - beyond + beyond / LONG_CLIMB_FACTOR
    found = np.full(len(speed), np.inf)
    np.divide(network.arc_length_m * slower, speed, out=found, where=speed > 0)
    return found


def usable(network: FlowNetwork, building: Building, profile: str, *, graph: "NavGraph") -> Bools:
    """Which arcs a mobility can go by itself in an emergency.

    No stairs and no escalators for whoever cannot walk them; no opening narrower than body or device and margin, no step
    and no slope beyond the profile's limits; and on open floor only where the body's own roadmap has a way.

    Parameters
    ----------
    network : FlowNetwork
        Made from this graph.
    building : Building
    profile : str
    graph : NavGraph

    Returns
    -------
    (M,) bool

    Raises
    ------
    UnknownProfile
    """
    conditions = graph.conditions(profile, (), emergency=True)
    own, body = conditions.profile, graph.for_body(conditions.profile)
    refused = body.weights.refused(conditions) | _refused_connectors(body, conditions)
    barred = np.array([element in refused for element in network.passage_element], np.bool_)
    good = np.ones(len(network.arc_from), np.bool_)
    limited = network.arc_passage >= 0
    if len(barred):
        good[limited] &= ~barred[network.arc_passage[limited]]
        width = network.passage_width_m[network.arc_passage[limited]]
        good[limited] &= width >= own.min_clear_width_m - 1e-6
    good &= np.isfinite(walking_s(network, own))
    walked = network.arc_mode == MODES.index(Mode.WALK)
    good[walked & (np.abs(network.arc_climb_m) > own.max_step_m + 1e-6) & limited] = False
    if own.min_clear_width_m > graph.network.radius_m * 2 or body is not graph:
        _on_floor(network, building, body, good, least_width_m=own.min_clear_width_m)
    return good


def _refused_connectors(body: "NavGraph", conditions: object) -> frozenset[str]:
    """Connectors no edge of which a profile can go, either way: too steep, too narrow, too high a step."""
    costs = body.weights.costs(conditions)  # type: ignore[arg-type]
    network, found = body.network, set()
    shut = np.isinf(costs.forward_s) & np.isinf(costs.backward_s)
    for edge in np.flatnonzero(shut & (np.diff(network.edge_element_start) == 1)).tolist():
        name = network.elements[network.edge_element[network.edge_element_start[edge]]]
        if name in body.connectors:
            found.add(name)
    return frozenset(found)


def _on_floor(network: FlowNetwork, building: Building, body: "NavGraph", good: Bools, *, least_width_m: float) -> None:
    """Take out arcs on open floor between whose ends a wider body has no way."""
    inside = Inside(body, least_width_m=least_width_m)
    points = [_place(network, inside, node) for node in range(len(network.node_id))]
    out = np.isin(network.arc_to, network.exit_node)
    open_floor = np.flatnonzero(good & (network.arc_passage < 0) & (network.arc_length_m > 0) & ~out)
    surfaces = np.array([p.surface for p in points])
    good[open_floor[(surfaces[network.arc_from[open_floor]] < 0) | (surfaces[network.arc_to[open_floor]] < 0)]] = False
    open_floor = open_floor[good[open_floor]]
    doors_of: dict[str, set[str]] = {}
    for opening in building.openings:
        for space in opening.spaces:
            doors_of.setdefault(space, set()).add(opening.id)
    for surface in sorted(set(surfaces[network.arc_to[open_floor]].tolist())):
        arcs = open_floor[surfaces[network.arc_to[open_floor]] == surface]
        rows, local = np.unique(np.concatenate([network.arc_from[arcs], network.arc_to[arcs]]), return_inverse=True)
        tail, head = local.reshape(2, -1)
        goals, goal = np.unique(head, return_inverse=True)
        far = inside.between(goals.tolist(), [points[row] for row in rows.tolist()])
        # A much longer way round is not the way that the arc stands for.
        good[arcs] = far[goal, tail] <= 1.5 * network.arc_length_m[arcs] + 4 * _SNAP_M


def _place(network: FlowNetwork, inside: Inside, node: int) -> Point:
    """Where a node is on another roadmap: its nearest place there; without surface where that is too far."""
    x, y, z = network.node_position[node].tolist()
    kind = NODE_KINDS[network.node_kind[node]]
    nowhere = Point(surface=-1, x_m=x, y_m=y, z_m=z)
    if kind in {NodeKind.EXIT, NodeKind.SAFE}:
        return nowhere
    graph = inside.graph
    near = np.flatnonzero(np.abs(graph.network.node_position - (x, y, z)).max(axis=1) < 1e-6)
    if len(near):
        return Point(surface=int(graph.network.node_surface[near[0]]), x_m=x, y_m=y, z_m=z, node=int(near[0]))
    found = inside.nearest(network.node_space[node], x, y)
    if found is None or np.hypot(found.x_m - x, found.y_m - y) > _SNAP_M:
        return nowhere
    return found
