"""From a route to steps: drafts of all legs, close ones merged, goals and landmarks found (DIRECTIONS.md §1 and §2)."""

from collections.abc import Sequence
from itertools import pairwise

from indoor3d.models.building import Text
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.directions.index import Index
from indoor3d.routing.directions.marks import arrival, facing, landmark
from indoor3d.routing.directions.rides import heading_after, ride
from indoor3d.routing.directions.values import (
    ANNOUNCE_M,
    FUSE_M,
    NO_COUNT,
    NO_TEXT,
    REASSURE_BEYOND_M,
    REASSURE_EVERY_M,
    Count,
    Goal,
    Landmark,
    Step,
)
from indoor3d.routing.directions.walk import AT_GOAL_M, WIGGLE_M, Draft, Point, absorb, walk
from indoor3d.routing.profile import find_profile
from indoor3d.routing.route import Leg, Route

_UNKNOWN = object()
_ON_FOOT = {Mode.WALK, Mode.FARE_GATE} | {mode for mode in Mode if str(mode) == "exit_gate"}
_WAY_OUT = Text(default="Way out", ko="나가는 곳", en="Way out")
"""What the signs of Korean stations say that lead out of the paid area."""


def steps(index: Index, route: Route, *, goal: str = "") -> tuple[Step, ...]:
    """Say what is to be done on a route, in no language.

    Parameters
    ----------
    index : Index
    route : Route
    goal : str
        Id of what one wants to come to; without it, what the route ends at is looked up.
    """
    if not route.legs:
        return ()
    drafts = _waits(_doors_merged(_tidy(_drafts(index, route))))
    _goals(drafts)
    _marked(index, drafts)
    if index.tactile:
        _paved(index, drafts)
    made: list[Step] = []
    for draft in _fused(drafts):
        made.append(_step(index, draft, (made[-1].then or made[-1]).length_m if made else 0.0))
    made.append(_arrive(index, route, drafts, goal))
    return tuple(made)


def _drafts(index: Index, route: Route) -> list[Draft]:
    wheeled = _wheeled(route.profile)
    found: list[Draft] = []
    heading: Point | None = None
    for number, leg in enumerate(route.legs):
        if leg.mode in _ON_FOOT:
            walked = walk(index, leg, heading=heading, last=number == len(route.legs) - 1)
            found += walked
            heading = _heading(leg)
        else:
            found.append(ride(index, leg, wheeled=wheeled))
            heading = heading_after(index, leg) or heading
    if found[0].ride is None:
        found[0].type = found[0].maneuver = "start"
    return found


def _wheeled(profile: str) -> bool:
    chosen = find_profile(profile)
    return bool(getattr(chosen, "wheeled", chosen.stairs_up_mps is None))


def _heading(leg: Leg) -> Point | None:
    points = leg.positions
    way = points[-1] - points[-2]
    x, y = float(way[0]), float(way[1])
    return (x, y) if x or y else None


def _tidy(drafts: Sequence[Draft]) -> list[Draft]:
    """Nothing of no length is said: a step from the lift to the passage, the last 20 cm before the stairs."""
    kept: list[Draft] = []
    for draft in drafts:
        tiny = draft.length_m < WIGGLE_M and draft.type in {"walk", "turn"} and not draft.elements
        if tiny and kept:
            absorb(kept[-1], draft)
            if kept[-1].goal is None:
                kept[-1].goal = draft.goal
        else:
            kept.append(draft)
    if len(kept) > 1 and kept[-1].type == "turn" and kept[-1].length_m < AT_GOAL_M and kept[-2].ride is None:
        last = kept.pop()  # one does not turn to go the last metre: the arrival says on which side it is
        kept[-1].ends = last.heading
        absorb(kept[-1], last)
        kept[-1].goal = last.goal
    return kept


def _doors_merged(drafts: Sequence[Draft]) -> list[Draft]:
    """Doors one right behind the other are passed as one, with their number."""
    kept: list[Draft] = []
    for draft in drafts:
        before = kept[-1] if kept else None
        if before is not None and before.doors and draft.type == "door" and before.length_m < FUSE_M:
            absorb(before, draft)
            before.doors += draft.doors
            before.goal = draft.goal
            before.warnings = tuple(dict.fromkeys((*before.warnings, *draft.warnings)))
        else:
            kept.append(draft)
    return kept


def _waits(drafts: Sequence[Draft]) -> list[Draft]:
    """Before a door that somebody opens from afar one calls and waits."""
    kept: list[Draft] = []
    for draft in drafts:
        if "intercom" in draft.warnings and draft.type != "start":
            at = draft.position
            kept.append(
                Draft("wait", "straight", 0.0, 0.0, draft.level_from, draft.level_from, at, [at], heading=draft.heading)
            )
        kept.append(draft)
    return kept


def _goals(drafts: Sequence[Draft]) -> None:
    """What every piece of way leads to."""
    for draft, following in pairwise(drafts):
        if draft.ride is not None or draft.goal is not None:
            continue
        if following.ride is not None:
            draft.goal = Goal(id=following.ride.id, category=following.type)
        elif following.passing is not None:
            passing = following.passing
            draft.goal = Goal(id=passing.id, category=passing.category, sense=passing.sense)


def _marked(index: Index, drafts: Sequence[Draft]) -> None:
    """Landmarks of turns, and what is faced at the start; never what is spoken of anyway."""
    for number, draft in enumerate(drafts):
        starts = draft.type == "start" and draft.passing is None and draft.length_m >= WIGGLE_M
        if draft.type != "turn" and not starts:
            continue
        near = drafts[max(number - 2, 0) : number + 3]
        around = {element for one in near for element in one.elements}
        before = None
        if not starts:
            around |= {one.ride.category for one in near[:-1] if one.ride is not None}
            before = drafts[number - 1] if number and drafts[number - 1].ride is None else None
        draft.landmark = _landmark(index, draft, before, starts=starts, without=frozenset(around))


def _landmark(
    index: Index, draft: Draft, before: Draft | None, *, starts: bool, without: frozenset[str]
) -> Landmark | None:
    """Looked for once: many routes turn at the same places."""
    begun = None if before is None else before.position
    key = (draft.level_from, draft.position, draft.heading, begun, starts, without)
    known = index.landmarks.get(key, _UNKNOWN)
    if known is _UNKNOWN:
        known = facing(index, draft, without=without) if starts else landmark(index, draft, before, without=without)
        index.landmarks.keep(key, known, size=800)
    found: Landmark | None = known
    return found


def _paved(index: Index, drafts: Sequence[Draft]) -> None:
    """Where tactile paving begins and ends; what nobody has said changes nothing."""
    paved = False
    for draft in drafts:
        draft.tactile = _tactile(index, draft)
        if draft.ride is None and draft.tactile is not None:
            if draft.tactile != paved:
                draft.warnings = (*draft.warnings, "tactile" if draft.tactile else "tactile_ends")
            paved = draft.tactile


def _fused(drafts: Sequence[Draft]) -> list[Draft]:
    """Two manoeuvres close together become one; never a ride, and never three."""
    kept: list[Draft] = []
    for draft in drafts:
        before = kept[-1] if kept else None
        acts = draft.ride is None and draft.type not in {"walk", "wait"}
        if (
            before
            and acts
            and before.type != "wait"
            and before.ride is None
            and before.then is None
            and before.length_m < FUSE_M
        ):
            before.then = draft
            draft.landmark = None
        else:
            kept.append(draft)
    return kept


def _step(index: Index, draft: Draft, before_m: float) -> Step:
    then = None if draft.then is None else _step(index, draft.then, draft.length_m)
    length, duration, points = draft.length_m, draft.duration_s, draft.points
    elements, level_to, warnings = draft.elements, draft.level_to, draft.warnings
    if then is not None and draft.then is not None:
        length, duration = length + then.length_m, duration + then.duration_s
        points = [*points, *draft.then.points[1:]]
        elements, level_to = [*elements, *then.elements], then.level_to
        warnings = (*warnings, *then.warnings)
    return Step(
        type=draft.type,
        maneuver=draft.maneuver,
        angle_deg=draft.angle_deg,
        length_m=length,
        duration_s=duration,
        level_from=draft.level_from,
        level_to=level_to,
        position=draft.position,
        points=tuple(points),
        elements=tuple(elements),
        passing=draft.passing,
        ride=draft.ride,
        goal=draft.goal,
        landmark=draft.landmark,
        sign_text=_sign(index, draft),
        count=Count(doors=draft.doors, steps=draft.stairs, openings=len(elements) if draft.ride is None else 0)
        if elements
        else NO_COUNT,
        follow=draft.follow,
        tactile=draft.tactile,
        warnings=warnings,
        announce_at_m=min(ANNOUNCE_M, before_m) if draft.type != "start" else 0.0,
        reassure_at_m=_reassurances(length) if draft.ride is None else (),
        then=then,
    )


def _reassurances(length_m: float) -> tuple[float, ...]:
    if length_m <= REASSURE_BEYOND_M:
        return ()
    return tuple(REASSURE_EVERY_M * n for n in range(1, int((length_m - 1e-9) // REASSURE_EVERY_M) + 1))


def _sign(index: Index, draft: Draft) -> Text:
    """What the signs say that lead to the goal of a piece of way, or to the end of a ride."""
    goal = draft.goal
    if draft.ride is not None:
        carrier = index.carriers.get(draft.ride.id)
        return carrier.connector.sign if carrier is not None else NO_TEXT
    if goal is None:
        return NO_TEXT
    if goal.category == "exit" and goal.id in index.exits:
        return index.exits[goal.id].name
    if goal.category == "gate" and goal.sense == "out":
        return _WAY_OUT
    carrier = index.carriers.get(goal.id)
    return carrier.connector.sign if carrier is not None else NO_TEXT


def _tactile(index: Index, draft: Draft) -> bool | None:
    if draft.ride is not None:
        carrier = index.carriers.get(draft.ride.id)
        return carrier.connector.tactile if carrier is not None else None
    last = len(draft.points) // 2
    (x0, y0, z0), (x1, y1, z1) = draft.points[max(last - 1, 0)], draft.points[last]
    space = index.floor.at(draft.level_from, (x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2)
    return space.tactile if space is not None else None


def _arrive(index: Index, route: Route, drafts: Sequence[Draft], wanted: str) -> Step:
    last = route.legs[-1]
    x, y, z = (float(v) for v in route.positions[-1])
    avoided = [("closed", ident) for ident in route.closed]
    avoided += [(note.code, note.element) for note in getattr(route, "notes", ()) if note.element]
    return Step(
        type="arrive",
        maneuver="arrive",
        length_m=0.0,
        duration_s=0.0,
        level_from=last.level_to,
        level_to=last.level_to,
        position=(x, y, z),
        points=((x, y, z),),
        goal=arrival(index, drafts[-1] if drafts else None, last.level_to, (x, y, z), wanted=wanted),
        announce_at_m=min(ANNOUNCE_M, drafts[-1].length_m) if drafts else 0.0,
        avoided=tuple(dict.fromkeys(avoided)),
    )
