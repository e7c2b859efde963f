"""What rescuers ask of one place, together: the ways in, whom they meet on them, where to gather, and whether a hose reaches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indoor3d.errors import NoOpenExit, NoRoute
from indoor3d.models.building import Building, Space
from indoor3d.models.rescue import HoseReach, Staging
from indoor3d.models.state import Effects
from indoor3d.routing.evacuation.rescue import HOSE_M, PROFILE, WayIn, hose_reach, ways_in
from indoor3d.routing.place import Place, find_place
from indoor3d.routing.route import Escape

if TYPE_CHECKING:
    from indoor3d.routing.graph import NavGraph

_CALM = Effects()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """People who come out: how many pass each opening and connector, and how many leave by each exit.

    Each goes to the exit that is quickest for their space; nobody queues. It says where rescuers meet people and about how many, not when.
    """

    passing: Mapping[str, int]
    leaving: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Approach:
    """How rescuers get to one place.

    Parameters
    ----------
    place : Place
    space : Space or None
        That the place is in.
    enters : str
        Id of that space where it is closed: rescuers go in, and nobody else does; through any other that is closed they do not go, either.
    ways : tuple of WayIn
        From every open exit, quickest first; at least one leads in.
    shares : tuple of float
        For each way, the share of its length on which people come towards them, 0 to 1.
    hose : HoseReach or None
        To the farthest corner of the space; None where the place is in none.
    staging : tuple of Staging
        Open exits, those by which the fewest come out first.
    """

    place: Place
    space: Space | None
    enters: str
    ways: tuple[WayIn, ...]
    shares: tuple[float, ...]
    hose: HoseReach | None
    staging: tuple[Staging, ...]


def approach(
    graph: "NavGraph",
    place: Place,
    *,
    closed: Collection[str] = (),
    effects: Effects = _CALM,
    stream: Stream | None = None,
    hose_m: float = HOSE_M,
) -> Approach:
    """Find how rescuers get to a place.

    Parameters
    ----------
    closed : collection of str
        Ids of what nobody can pass, beside what ``effects`` close.
    stream : Stream, optional
        Who comes out; nobody by default.

    Raises
    ------
    NoOpenExit
        Nobody can come in by any exit.
    NoRoute
        No way leads in from any exit.
    OffNetwork
        Nobody can stand there.
    UnknownElement, InvalidPosition
    """
    building = graph.building
    space = space_of(graph, place)
    shut = {*closed, *effects.closed}
    enters = space.id if space is not None and space.id in shut else ""
    closed = tuple(sorted({*closed} - {enters}))
    effects = replace(effects, closed=effects.closed - {enters})
    passing = {} if stream is None else {name: count for name, count in stream.passing.items() if count}
    ways = ways_in(graph, place, closed=closed, effects=effects, streams=passing)
    if not ways:
        raise NoOpenExit(
            f"Every exit of venue {building.venue.id} is closed.",
            ko=f"장소 {building.venue.id}의 모든 출구가 닫혀 있습니다.",
        )
    if all(way.route is None for way in ways):
        raise _none(ways, place)
    reach: Sequence[HoseReach] = ()
    if space is not None:
        reach = hose_reach(graph, closed=sorted({*closed, *effects.closed} & {*building.by_id}), limit_m=hose_m)
    return Approach(
        place=place,
        space=space,
        enters=enters,
        ways=ways,
        shares=tuple(_share(way) for way in ways),
        hose=next((r for r in reach if space is not None and r.space == space.id), None),
        staging=_staging(building, [way.exit for way in ways], stream),
    )


def space_of(graph: "NavGraph", place: Place) -> Space | None:
    """The space that a place is, or is in."""
    named = graph.building.by_id.get(place.element)
    if isinstance(named, Space):
        return named
    level, z_m = place.level, place.z_m
    if level is None or z_m is None:
        spot = graph.floors.try_spot(place)
        if spot is None:
            return None
        surface = graph.network.surfaces[spot.surface]
        level, z_m = surface.level, surface.floor_m
    return graph.space_at(level, (place.x_m, place.y_m, z_m))


def quickest(graph: "NavGraph", places: Sequence[Place], *, closed: Collection[str], effects: Effects = _CALM) -> Place:
    """Of several places, the one that rescuers reach first from any open exit; the first where none is reached.

    Raises
    ------
    UnknownElement
    """
    if len(places) == 1:
        return places[0]
    conditions = graph.conditions(PROFILE, closed, emergency=True, effects=effects)
    body = graph.for_body(conditions.profile)
    best = dict.fromkeys(range(len(places)), float("inf"))
    for exit_ in graph.building.exits:
        if exit_.outside and exit_.id not in conditions.closed.exits:
            start = find_place(graph.building, exit_.id)
            if body.floors.try_spot(start, shut=conditions.closed.elements) is None:
                continue
            seconds = body.measured(start, places, conditions).duration_s.tolist()
            best = {number: min(best[number], value) for number, value in enumerate(seconds)}
    return places[min(best, key=lambda number: (best[number], number))]


def stream_of(escapes: Sequence[Escape], people: Mapping[str, int]) -> Stream:
    """Who passes what when the people of each space go by the ways out that were found; who has none passes nothing."""
    passing: dict[str, int] = {}
    leaving: dict[str, int] = {}
    for escape in escapes:
        persons = people.get(escape.space, 0)
        if escape.route is None or escape.exit is None or not persons:
            continue
        for name in {name for leg in escape.route.legs for name in leg.elements}:
            passing[name] = passing.get(name, 0) + persons
        leaving[escape.exit] = leaving.get(escape.exit, 0) + persons
    return Stream(passing=passing, leaving=leaving)


def _share(way: WayIn) -> float:
    """The share of a way's length on legs where people come towards rescuers."""
    if way.route is None or not way.against or way.route.length_m <= 0:
        return 0.0
    met = {*way.against}
    against = sum(leg.length_m for leg in way.route.legs if met.intersection(leg.elements))
    return float(min(1.0, against / way.route.length_m))


def _staging(building: Building, exits: Sequence[str], stream: Stream | None) -> tuple[Staging, ...]:
    leaving = {} if stream is None else stream.leaving
    found = [
        Staging(exit=exit_.id, name=exit_.name, persons=leaving.get(exit_.id, 0), last_s=None)
        for exit_ in building.exits
        if exit_.id in exits
    ]
    rank = {ident: number for number, ident in enumerate(exits)}
    return tuple(sorted(found, key=lambda s: (s.persons, rank[s.exit])))


def _none(ways: Sequence[WayIn], place: Place) -> NoRoute:
    """Why no way leads in: what blocks from the first exit that says it."""
    said = next((way.problem for way in ways if way.problem is not None), None)
    context = {} if said is None else dict(said.context)
    more = {"en": "", "ko": ""} if said is None else {lang: f" {said.detail[lang]}" for lang in ("en", "ko")}
    return NoRoute(
        f"No way leads in from any of {len(ways)} open exits.{more['en']}",
        ko=f"열린 출구 {len(ways)}곳 어디에서도 들어갈 길이 없습니다.{more['ko']}",
        **{**context, "target": place.element or None},
    )


__all__ = ["Approach", "Stream", "approach", "quickest", "space_of", "stream_of"]
