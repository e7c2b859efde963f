"""Journeys: ways through several stops for somebody, with what they should know about them.

A stop is a place or any of several (the nearest restroom, whichever exit). The answer says what it avoided, what nobody has
said about it, how old the news about each lift is, and where an outdoor router takes over.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import Indoor3dError, NoRoute
from indoor3d.models.building import Connector
from indoor3d.models.state import Effects, Reported, Status
from indoor3d.models.vocabulary import Access, ConnectorCategory, Mode
from indoor3d.routing.alternatives import alternatives
from indoor3d.routing.conditions import Conditions
from indoor3d.routing.cost import Options
from indoor3d.routing.detour import around
from indoor3d.routing.place import Place
from indoor3d.routing.route import Route

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

Floats = NDArray[np.float64]

_MOVED = frozenset({ConnectorCategory.LIFT, ConnectorCategory.ESCALATOR, ConnectorCategory.MOVING_WALK})
"""Equipment whose status people want to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Somewhere a journey goes: one place, or the best of several.

    Parameters
    ----------
    places : tuple of Place
    name : str
        What was asked for, where it is not one place.
    accuracy_m : float or None
        How uncertain a measured position is.
    asked : Place or None
        What was measured.
    other_levels : tuple of str
        Ids of the levels that it may lie on as well, most likely first.
    """

    places: tuple[Place, ...]
    name: str = ""
    accuracy_m: float | None = None
    asked: Place | None = None
    other_levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to know about a journey.

    Parameters
    ----------
    code : str
        ``unknown`` (nobody has said), ``staff`` (needs staff), ``paid-area`` (leads through the paid area, which costs a
        fare), ``re-entry`` (leaves the paid area and comes back), ``crowded``,
        ``uncertain`` (how far, ± metres and how far the place was moved), ``other-level`` (the position is on another
        level than was said), ``which-level`` (it may be on these levels as well).
    element : str
        Id, or empty.
    values : tuple of str
        Attributes that nobody has said, and the like.
    """

    code: str
    element: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoided:
    """A closure or an obstacle that the journey goes around.

    Parameters
    ----------
    element : str
    reason : str
        ``closed`` or ``crowded``.
    conditions : tuple of str
        Ids of the reports behind it; empty where the question itself closed it, or opening hours did.
    """

    element: str
    reason: str
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Journey:
    """Ways from each stop to the next.

    Parameters
    ----------
    graph : NavGraph
        The one whose routes these are.
    conditions : Conditions
    routes : tuple of Route
        One between every two stops.
    places : tuple of Place
        The stops, as they were chosen.
    notes : tuple of Note
    avoided : tuple of Avoided
    equipment : tuple of (id, Reported or None)
        Lifts, escalators and moving walks that are taken, in order, with what is known of their status.
    freely : tuple of str
        What the ways would lead through were nothing closed or crowded, where they would be others.
    """

    graph: "NavGraph"
    conditions: Conditions
    routes: tuple[Route, ...]
    places: tuple[Place, ...]
    notes: tuple[Note, ...] = ()
    avoided: tuple[Avoided, ...] = ()
    equipment: tuple[tuple[str, Reported | None], ...] = ()
    freely: tuple[str, ...] = ()


def journey(
    graph: "NavGraph",
    stops: Sequence[Stop | Place],
    *,
    profile: str = "walk",
    closed: Collection[str] = (),
    options: Options | None = None,
    effects: Effects | None = None,
) -> Journey:
    """Find the best ways through some stops.

    Of a stop with several places the one is taken that is best to reach from the stop before (for the first: from which
    the second is best reached).

    Parameters
    ----------
    graph : NavGraph
    stops : sequence of Stop or Place
        Two or more.
    profile : str
    closed : collection of str
    options : Options, optional
    effects : Effects, optional
        The state of the venue at the moment of departure.

    Raises
    ------
    OffNetwork, UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition
    NoRoute
        ``context['leg']`` is the number of the way that does not exist.
    """
    asked = [stop if isinstance(stop, Stop) else Stop(places=(stop,)) for stop in stops]
    visited = {place.element for stop in asked for place in stop.places}
    conditions = graph.conditions(
        profile, closed, visited=visited, options=options or Options(), effects=effects or Effects()
    )
    nav, free = graph.for_body(conditions.profile), _free(graph, conditions, visited)
    routes: list[Route] = []
    places: list[Place] = []
    freely: list[str] = []
    for leg, (one, other) in enumerate(pairwise(asked)):
        starts = (places[-1],) if places else one.places
        try:
            start, goal = _best(nav, starts, other.places, conditions)
            if free is None:
                routes.append(nav.routed(start, goal, conditions))
            else:
                route, passed = around(nav, start, goal, conditions, free=free)
                routes.append(route)
                freely += passed
        except NoRoute as error:
            raise NoRoute(error.detail["en"], ko=error.detail["ko"], **{**error.context, "leg": leg}) from None
        places += [start, goal] if not places else [goal]
    found = _told(
        Journey(graph=nav, conditions=conditions, routes=tuple(routes), places=tuple(places), freely=tuple(freely))
    )
    return replace(found, notes=(*_uncertain(asked), *found.notes))


def _uncertain(stops: Sequence[Stop]) -> list[Note]:
    notes = []
    for stop in stops:
        if stop.asked is not None and stop.accuracy_m is not None:
            place, asked = stop.places[0], stop.asked
            moved = math.hypot(place.x_m - asked.x_m, place.y_m - asked.y_m)
            notes.append(Note(code="uncertain", values=(f"{stop.accuracy_m:g}", f"{moved:.1f}")))
            if asked.level not in {None, place.level}:
                notes.append(Note(code="other-level", values=(asked.level or "", place.level or "")))
            if stop.other_levels:
                notes.append(Note(code="which-level", values=(place.level or "", *stop.other_levels)))
    return notes


def others(found: Journey, *, most: int) -> tuple[Journey, ...]:
    """Ways that really differ from a journey between two stops, best first; none where it has more stops."""
    if len(found.routes) != 1 or most < 1:
        return ()
    nav, conditions = found.graph, found.conditions
    first, last = (nav.spot(place, conditions) for place in found.places)
    routes = alternatives(nav, first, last, conditions, k=most + 1)
    kept = [route for route in routes if route.positions.shape != found.routes[0].positions.shape
            or not np.allclose(route.positions, found.routes[0].positions)]  # fmt: skip
    return tuple(_told(replace(found, routes=(route,))) for route in kept[:most])


def _best(
    nav: "NavGraph", starts: Sequence[Place], goals: Sequence[Place], conditions: Conditions
) -> tuple[Place, Place]:
    """Where the best way from any of some places to any of others begins and ends."""
    if len(starts) == 1 and len(goals) == 1:
        return starts[0], goals[0]
    best: tuple[float, int, int] | None = None
    problem: Indoor3dError | None = None
    for number, start in enumerate(starts):
        try:
            found = nav.measured(start, goals, conditions)
        except Indoor3dError as error:
            problem = problem or error
            continue
        quickest = int(np.argmin(found.duration_s))
        if np.isfinite(found.duration_s[quickest]):
            best = min(best or (np.inf, 0, 0), (float(found.duration_s[quickest]), number, quickest))
    if best is None:
        if problem is not None and len(starts) == 1:
            raise problem
        return starts[0], goals[0]  # the explanation is about the first
    return starts[best[1]], goals[best[2]]


def _free(graph: "NavGraph", conditions: Conditions, visited: Collection[str]) -> Conditions | None:
    """The same conditions while nothing is closed or crowded; None where nothing is."""
    closed, effects = conditions.closed, conditions.effects
    if not (closed.asked or effects.closed or effects.factor):
        return None
    return replace(
        conditions,
        closed=graph.conditions(conditions.profile.id, (), visited=visited).closed,
        effects=replace(effects, closed=frozenset(), factor={}),
    )


def _told(found: Journey) -> Journey:
    """Add what people should know."""
    passed = [name for route in found.routes for leg in route.legs for name in leg.elements]
    return replace(found, notes=_notes(found, passed), avoided=_avoided(found), equipment=_equipment(found, passed))


def _notes(found: Journey, passed: Sequence[str]) -> tuple[Note, ...]:
    nav, conditions = found.graph, found.conditions
    unknown = nav.weights.elements(conditions).unknown if conditions.options.unknown != "ignore" else {}
    notes = [Note(code="unknown", element=name, values=unknown[name]) for name in passed if name in unknown]
    notes += [
        Note(code="staff", element=leg.elements[0])
        for route in found.routes
        for leg in route.legs
        if leg.mode is Mode.WHEELCHAIR_LIFT
    ]
    notes += _fares(found)
    factor = conditions.effects.factor
    notes += [Note(code="crowded", element=name) for name in passed if name in factor]
    return tuple(dict.fromkeys(notes))


def _fares(found: Journey) -> list[Note]:
    """Whether a way leads through the paid area though it begins and ends outside, or leaves it and comes back."""
    gates = found.graph.weights.borders
    notes = []
    for route in found.routes:
        crossed = [name for name in route.openings if name in gates]
        if len(crossed) > 1:
            paid = _begins_paid(found.graph, route)
            notes += [Note(code="re-entry" if paid else "paid-area", element=name) for name in crossed[:2]]
    return notes


def _begins_paid(graph: "NavGraph", route: Route) -> bool:
    x, y, z = route.positions[0].tolist()
    space = graph.space_at(route.legs[0].level_from, (x, y, z))
    return space is not None and space.access is Access.PAID


def _avoided(found: Journey) -> tuple[Avoided, ...]:
    """What the best way would have passed were nothing closed or crowded, in its order."""
    closed, reasons = found.conditions.closed.elements, found.conditions.effects.reasons
    taken = {name for route in found.routes for leg in route.legs for name in leg.elements}
    names = dict.fromkeys(name for name in found.freely if name in closed and name not in taken)
    return tuple(Avoided(element=name, reason="closed", conditions=reasons.get(name, ())) for name in names)


def _equipment(found: Journey, passed: Sequence[str]) -> tuple[tuple[str, Reported | None], ...]:
    status = found.conditions.effects.status
    known = found.graph.building.by_id
    ridden = [known[name] for name in dict.fromkeys(passed) if name in found.graph.connectors]
    return tuple((c.id, status.get(c.id)) for c in ridden if isinstance(c, Connector) and c.category in _MOVED)


def in_service(reported: Reported | None) -> Status:
    """What is known of equipment: nothing where there is no report."""
    return Status.UNKNOWN if reported is None else reported.status
