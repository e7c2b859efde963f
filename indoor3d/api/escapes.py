"""Ways out as they are asked for through the API: also from a space that is closed, and while things close."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from indoor3d.api.cache import VenueData
from indoor3d.errors import NoOpenExit
from indoor3d.models.state import Condition, Effect, Effects, Status
from indoor3d.routing.evacuation.earliest import TimedEscape, escape_in_time
from indoor3d.routing.place import Place
from indoor3d.routing.route import Escape, Evacuation
from indoor3d.store.state import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The way out of one start.

    Parameters
    ----------
    escape : Escape
    leaves : str
        Id of the space that is closed and that somebody who is in it leaves; empty where the start is in none.
    timed : TimedEscape or None
        With what closes on the way, where anything closes.
    """

    escape: Escape
    leaves: str = ""
    timed: TimedEscape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Under what ways out are looked for.

    Parameters
    ----------
    profile : str
    closed : tuple of str
    effects : Effects
    closes : mapping of str to float
        What closes when, seconds from now.
    depart_s : float
        When everybody sets out, seconds from now.
    """

    profile: str
    closed: tuple[str, ...]
    effects: Effects
    closes: Mapping[str, float]
    depart_s: float = 0.0

    def without(self, space: str) -> "Asked":
        """The same for somebody who is in a space that is closed: nobody goes in, but who is there comes out."""
        effects = replace(self.effects, closed=self.effects.closed - {space})
        return replace(self, closed=tuple(ident for ident in self.closed if ident != space), effects=effects)


def find(data: VenueData, starts: Sequence[Place] | None, asked: Asked) -> tuple[Evacuation, tuple[Found, ...]]:
    """The way out of every start, or of every walkable space.

    Raises
    ------
    NoOpenExit, UnknownElement, UnknownProfile, InvalidScenario
    """
    plan = _plan(data, starts, asked)
    shut = {*asked.closed, *asked.effects.closed}
    found = []
    for number, escape in enumerate(plan.escapes):
        mine, here, leaves = asked, escape, ""
        if escape.space in shut and escape.route is None:
            mine, leaves = asked.without(escape.space), escape.space
            start = None if starts is None else [starts[number]]
            again = _plan(data, start, mine).escapes
            here = next(e for e in again if starts is not None or e.space == escape.space)
        found.append(Found(escape=here, leaves=leaves, timed=_timed(data, here, mine)))
    return plan, tuple(replace(f, escape=f.timed.escape) if f.timed is not None else f for f in found)


def _plan(data: VenueData, starts: Sequence[Place] | None, asked: Asked) -> Evacuation:
    return data.graph.evacuate(starts, profile=asked.profile, closed=asked.closed, effects=asked.effects)


def _timed(data: VenueData, escape: Escape, asked: Asked) -> TimedEscape | None:
    """The same in time; None where nothing closes, or there is no way even now."""
    if not asked.closes or escape.route is None:
        return None
    conditions = data.graph.conditions(asked.profile, asked.closed, emergency=True, effects=asked.effects)
    graph = data.graph.for_body(conditions.profile)
    try:
        return escape_in_time(graph, escape.start, conditions, closes=asked.closes, depart_s=asked.depart_s)
    except NoOpenExit as problem:
        return TimedEscape(escape=replace(escape, exit=None, route=None, problem=problem), arrive_s=None)


def closes_later(kept: Sequence[Kept], moment: datetime, known: Mapping[str, object]) -> dict[str, float]:
    """What conditions that are reported already will shut, seconds from now: an incident says that escalators stop in a minute."""
    found: dict[str, float] = {}
    for one in kept:
        condition = one.condition
        if condition.start is None or condition.start <= moment or not _shuts(condition):
            continue
        seconds = (condition.start - moment).total_seconds()
        for ident in condition.elements:
            if ident in known:
                found[ident] = min(seconds, found.get(ident, seconds))
    return found


def _shuts(condition: Condition) -> bool:
    return (
        condition.effect is Effect.CLOSED
        or (condition.effect is Effect.SMOKE and condition.factor is None)
        or (condition.effect is Effect.STATUS and condition.status is Status.NOT_AVAILABLE)
    )
