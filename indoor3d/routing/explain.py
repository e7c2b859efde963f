"""Why this way, and why none: what blocks, which of it would help if it were open, and what a route goes around."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from indoor3d.errors import Indoor3dError, NoRoute
from indoor3d.models.state import Effects
from indoor3d.routing.conditions import Conditions
from indoor3d.routing.cost import Options
from indoor3d.routing.journey import Journey, Stop, journey
from indoor3d.routing.route import Leg

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

_TRIED = 20
"""Blocking elements that are opened one after the other to see whether that helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a leg of a route costs.

    Parameters
    ----------
    leg : Leg
    burden_s : float
        What its openings and the like cost beside the time, as seconds.
    """

    leg: Leg
    burden_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """Why.

    Parameters
    ----------
    found : Journey or None
        The way, where there is one.
    parts : tuple of Part
        Of the way: what each leg costs.
    problem : NoRoute or None
        Where there is none: ``context['blocked_by']`` says what is in it.
    would_help : tuple of str
        Ids of blocking elements each of which, open by itself, makes a way.
    relaxed : Journey or None
        The best way if what blocks were lifted: not a way that can be taken.
    lifted : tuple of str
        What was lifted for it: ``closures``, ``unknown`` (what nobody has said is taken), ``profile`` (for somebody on foot).
    """

    found: Journey | None = None
    parts: tuple[Part, ...] = ()
    problem: NoRoute | None = None
    would_help: tuple[str, ...] = ()
    relaxed: Journey | None = None
    lifted: tuple[str, ...] = ()


def explain(
    graph: "NavGraph",
    stops: Sequence[Stop],
    *,
    profile: str = "walk",
    closed: Collection[str] = (),
    options: Options | None = None,
    effects: Effects | None = None,
) -> Explanation:
    """Explain the best way through some stops, or why there is none.

    Raises
    ------
    OffNetwork, UnknownElement, UnknownProfile, UnknownLevel, InvalidPosition
    """
    asked: dict[str, Any] = {
        "profile": profile,
        "closed": tuple(closed),
        "options": options or Options(),
        "effects": effects or Effects(),
    }
    try:
        found = journey(graph, stops, **asked)
    except NoRoute as problem:
        return _blocked(graph, stops, problem, asked)
    return Explanation(found=found, parts=_parts(found))


def _parts(found: Journey) -> tuple[Part, ...]:
    burdens = found.graph.weights.burdens_s(found.conditions)
    rides = _ride_burdens(found.graph, found.conditions)
    return tuple(
        Part(leg=leg, burden_s=sum(burdens.get(n, 0.0) + rides.get(n, 0.0) for n in leg.elements))
        for route in found.routes
        for leg in route.legs
    )


def _ride_burdens(graph: "NavGraph", conditions: Conditions) -> dict[str, float]:
    """What taking each connector costs beside its time."""
    made, network = graph.weights.costs(conditions), graph.network
    found: dict[str, float] = {}
    for name in graph.connectors.intersection(network.elements):
        edges = graph.rows.rows.label[graph.weights.arcs_through([name])] >> 1
        extra = [
            float(cost[e] - seconds[e])
            for e in edges.tolist()
            for cost, seconds in ((made.forward_cost, made.forward_s), (made.backward_cost, made.backward_s))
            if cost[e] < float("inf")
        ]
        if extra:
            found[name] = min(extra)
    return found


def _blocked(graph: "NavGraph", stops: Sequence[Stop], problem: NoRoute, asked: dict[str, Any]) -> Explanation:
    standing = dict.fromkeys(entry["element"] for entry in problem.context.get("blocked_by", ()) if entry["element"])
    shut = {*asked["closed"], *asked["effects"].closed}
    closed = [*(name for name in standing if name in shut), *sorted(shut - set(standing))]
    helps = tuple(name for name in closed[:_TRIED] if _leads(graph, stops, _opened(asked, [name])))
    relaxed: Journey | None = None
    lifted: tuple[str, ...] = ()
    for changes, what in _relaxations(asked):
        relaxed = _leads(graph, stops, changes)
        if relaxed is not None:
            lifted = what
            break
    return Explanation(problem=problem, would_help=helps, relaxed=relaxed, lifted=lifted)


def _opened(asked: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    effects: Effects = asked["effects"]
    return {
        **asked,
        "closed": tuple(name for name in asked["closed"] if name not in names),
        "effects": replace(effects, closed=effects.closed - frozenset(names)),
    }


def _relaxations(asked: dict[str, Any]) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
    """Ever more lifted: closures, what nobody has said, the limits of the profile, and all of it."""
    opened = {**asked, "closed": (), "effects": replace(asked["effects"], closed=frozenset())}
    known = {"options": replace(asked["options"], unknown="ignore")}
    walking = {"profile": "walk", "options": Options(unknown="ignore")}
    return [
        (opened, ("closures",)),
        ({**asked, **known}, ("unknown",)),
        ({**asked, **walking}, ("profile",)),
        ({**opened, **walking}, ("closures", "profile")),
    ]


def _leads(graph: "NavGraph", stops: Sequence[Stop], asked: dict[str, Any]) -> Journey | None:
    try:
        return journey(graph, stops, **asked)
    except Indoor3dError:
        return None
