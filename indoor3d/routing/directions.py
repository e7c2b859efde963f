"""What to say about a route: steps, then text in Korean or English.

The rules are those of DIRECTIONS.md §2 and §4: one action a sentence, turns below 20 degrees are not said, two turns
less than 5 m apart become one sentence, every level change is said once with its direction and the level's name, and
text never decides anything: a step holds all that its text was made from. Verbs fit everybody ("go", "이동").
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.building import Building, Opening, Position, Space
from indoor3d.models.vocabulary import Mode, OpeningCategory, SpaceCategory
from indoor3d.routing._phrases import Door, Phrases, Sense, phrases
from indoor3d.routing.route import Leg, Route

Floats = NDArray[np.float64]

STRAIGHT_DEG, SLIGHT_DEG, TURN_DEG, SHARP_DEG = 20.0, 60.0, 120.0, 160.0
"""Upper bounds of straight on, slight turn, turn and sharp turn; beyond is a turn back (DIRECTIONS.md §2)."""
FUSE_M = 5.0
"""Two turns closer than this are one sentence (DIRECTIONS.md §1)."""
_WIGGLE_M = 0.6
"""A bend shorter than this, about a body, is part of passing a door and not a piece of way of its own."""
_AT_GOAL_M = 1.5
"""A way that ends within this of the middle of a door ends at the door."""
_AT_WALL_M = 0.2
"""Nearer to the ground outdoors than an outer wall is thick."""
_RIDES = {str(mode) for mode in Mode} - {str(Mode.WALK)}
_SAID = {OpeningCategory.DOOR, OpeningCategory.GATE, OpeningCategory.SCREEN_DOOR, OpeningCategory.ENTRANCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do.

    Parameters
    ----------
    maneuver : str
        ``start``, ``straight``, ``slight-left``, ``left``, ``sharp-left``, the same to the right, ``turn-back``,
        ``stairs``, ``ramp``, ``escalator``, ``lift``, ``moving_walk``, ``fare_gate`` or ``arrive``.
    text : str
        What to say.
    length_m, duration_s : float
        Of the way from here to the next step.
    level_from, level_to : str
        Ids of levels.
    position : (x, y, z), metres, site frame
        Where it is done.
    elements : tuple of str
        Ids of the openings or the connector passed on the way to the next step.
    angle_deg : float
        Signed angle of a turn, to the left positive.
    """

    maneuver: str
    text: str
    length_m: float
    duration_s: float
    level_from: str
    level_to: str
    position: Position
    elements: tuple[str, ...] = ()
    angle_deg: float = 0.0


def directions(building: Building, route: Route, *, lang: str = "ko") -> tuple[Step, ...]:
    """Describe a route.

    Parameters
    ----------
    building : Building
        Where the names come from.
    route : Route
        Found in this building.
    lang : str
        ``ko`` or ``en``; anything else is taken as ``en``.

    Returns
    -------
    tuple of Step
        From ``start`` to ``arrive``. Their lengths and durations add up to the route's.

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> building = two_floors()
    >>> route = build_navigation(building).route("hall", "office")
    >>> [step.maneuver for step in directions(building, route, lang="en")][-2:]
    ['straight', 'arrive']
    """
    speak = phrases(building, lang)
    bare = [step for leg in route.legs for step in _of_leg(building, leg)]
    if not bare:
        return ()
    fused = _fused(bare)
    last = route.legs[-1]
    end = Step(
        maneuver="arrive",
        text="",
        length_m=0.0,
        duration_s=0.0,
        level_from=last.level_to,
        level_to=last.level_to,
        position=_position(route.positions[-1]),
    )
    return tuple(_said([*fused, end], building, speak))


def _of_leg(building: Building, leg: Leg) -> Iterator[Step]:
    """The steps of one leg, without text: a walk has one at its start and one at every turn."""
    if leg.mode is not Mode.WALK:
        yield Step(
            maneuver=str(leg.mode),
            text="",
            length_m=leg.length_m,
            duration_s=leg.duration_s,
            level_from=leg.level_from,
            level_to=leg.level_to,
            position=_position(leg.positions[0]),
            elements=leg.elements,
        )
        return
    corners = _corners(leg.positions)
    passed = _passed(building, leg, corners)
    ways = np.diff(corners[:, :2], axis=0)
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    share = lengths / lengths.sum() if lengths.sum() > 0 else np.full(len(lengths), 1 / max(len(lengths), 1))
    for index in range(len(ways)):
        angle = 0.0 if index == 0 else _angle(ways[index - 1], ways[index])
        yield Step(
            maneuver="start" if index == 0 else _maneuver(angle),
            text="",
            length_m=float(leg.length_m * share[index]),
            duration_s=float(leg.duration_s * share[index]),
            level_from=leg.level_from,
            level_to=leg.level_to if index == len(ways) - 1 else leg.level_from,
            position=_position(corners[index]),
            elements=tuple(passed[index]),
            angle_deg=angle,
        )


def _corners(positions: Floats) -> Floats:
    """The places where one turns: neither bends below :data:`STRAIGHT_DEG` nor those within a body's reach."""
    kept = [positions[0]]
    for index in range(1, len(positions) - 1):
        if np.hypot(*(positions[index] - kept[-1])[:2]) >= _WIGGLE_M:
            kept.append(positions[index])
    if len(kept) > 1 and np.hypot(*(positions[-1] - kept[-1])[:2]) < _WIGGLE_M:
        kept.pop()
    kept.append(positions[-1])
    index = 1
    while index < len(kept) - 1:
        if abs(_angle((kept[index] - kept[index - 1])[:2], (kept[index + 1] - kept[index])[:2])) <= STRAIGHT_DEG:
            del kept[index]
        else:
            index += 1
    return np.array(kept)


def _passed(building: Building, leg: Leg, corners: Floats) -> list[list[str]]:
    """Openings of a walk by the piece of way that passes nearest to each, in order."""
    known = {opening.id: opening for opening in building.openings}
    found: list[list[str]] = [[] for _ in range(len(corners) - 1)]
    piece = 0
    for ident in leg.elements:
        if ident in known:
            centre = np.array(known[ident].footprint.centroid.coords[0])
            away = [_distance(centre, corners[i, :2], corners[i + 1, :2]) for i in range(piece, len(corners) - 1)]
            piece += int(np.argmin(np.round(away, 3)))
            found[piece].append(ident)
    return found


def _distance(point: Floats, a: Floats, b: Floats) -> float:
    way = b - a
    along = float(np.clip((point - a) @ way / max(float(way @ way), 1e-12), 0.0, 1.0))
    return float(np.hypot(*(a + along * way - point)))


def _angle(before: Floats, after: Floats) -> float:
    """Signed angle between two ways in plan, degrees, to the left positive."""
    cross = before[0] * after[1] - before[1] * after[0]
    return math.degrees(math.atan2(float(cross), float(before @ after)))


def _maneuver(angle_deg: float) -> str:
    size, side = abs(angle_deg), "left" if angle_deg > 0 else "right"
    if size <= STRAIGHT_DEG:
        return "straight"
    if size <= SLIGHT_DEG:
        return f"slight-{side}"
    if size <= TURN_DEG:
        return side
    return f"sharp-{side}" if size <= SHARP_DEG else "turn-back"


def _fused(steps: Sequence[Step]) -> list[Step]:
    """Only the very first walk starts; later walks go on from what was left, and nothing of no length is said."""
    kept: list[Step] = []
    for step in steps:
        if kept and step.maneuver == "start":
            step = replace(step, maneuver="straight")  # noqa: PLW2901
        tiny = step.length_m < _WIGGLE_M and step.maneuver in {"start", "straight"} and not step.elements
        if tiny and kept and kept[-1].level_to == step.level_to:
            before = kept[-1]
            kept[-1] = replace(
                before, length_m=before.length_m + step.length_m, duration_s=before.duration_s + step.duration_s
            )
        else:
            kept.append(step)
    return kept


def _said(steps: Sequence[Step], building: Building, speak: Phrases) -> Iterator[Step]:
    """Give every step its text; one with a turn right behind it takes that turn into its sentence."""
    doors = _doors(steps, building)
    index = 0
    while index < len(steps):
        step = steps[index]
        following = steps[index + 1] if index + 1 < len(steps) else None
        if following is not None and following.angle_deg and step.length_m < FUSE_M and step.maneuver not in _RIDES:
            yield replace(
                step,
                text=speak.walk((step, following), (doors[index], doors[index + 1])),
                length_m=step.length_m + following.length_m,
                duration_s=step.duration_s + following.duration_s,
                level_to=following.level_to,
                elements=(*step.elements, *following.elements),
            )
            index += 2
            continue
        if step.maneuver == "arrive":
            yield replace(step, text=speak.arrive())
        elif step.maneuver in _RIDES:
            yield replace(step, text=speak.ride(step))
        else:
            yield replace(step, text=speak.walk((step,), (doors[index],)))
        index += 1


def _doors(steps: Sequence[Step], building: Building) -> list[list[Door]]:
    """The doors that are said on every step, and how an exit is passed: out to the street, in from it, or up to it."""
    openings = {opening.id: opening for opening in building.openings}
    outdoors = {space.id: space for space in building.spaces if space.category is SpaceCategory.OUTDOOR}
    exits = {one.opening for one in building.exits}
    found: list[list[Door]] = []
    for index, step in enumerate(steps):
        said = [openings[e] for e in step.elements if e in openings and openings[e].category in _SAID]
        onward = steps[min(index + 1, len(steps) - 1)]
        doors = []
        for opening in said:
            sense = Sense.THROUGH
            if opening.id in exits and outdoors.keys() & set(opening.spaces):
                sense = _sense(opening, list(outdoors.values()), step.position, onward.position)
            if sense is Sense.IN and opening is said[-1] and onward.maneuver == "arrive":
                centre = opening.footprint.centroid
                near = math.dist((centre.x, centre.y), onward.position[:2]) < _AT_GOAL_M
                sense = Sense.TO if near else sense
            doors.append(Door(opening, sense))
        found.append(doors)
    return found


def _sense(opening: Opening, outdoors: Sequence[Space], start: Position, end: Position) -> Sense:
    """Whether a straight way passes an exit to the street: by where it is half way to the door, or half way on from it."""
    centre = opening.footprint.centroid
    door = (centre.x, centre.y)
    before = math.dist(start[:2], door) >= math.dist(end[:2], door)
    x, y = start[:2] if before else end[:2]
    middle = shapely.Point((x + door[0]) / 2, (y + door[1]) / 2)
    outside = any(s.level == opening.level and s.footprint.distance(middle) < _AT_WALL_M for s in outdoors)
    return Sense.OUT if outside != before else Sense.IN


def _position(row: Floats) -> Position:
    x, y, z = row.tolist()
    return x, y, z
