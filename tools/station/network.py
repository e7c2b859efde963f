"""The plan as a graph of spaces: who can get where, with and without steps. Used by the checks and the tests."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from shapely.geometry import Point, Polygon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.station.model import Opening, Plan, Space

OUTSIDE = "outside"
_NEAR_M = 0.35
"""An outer wall is 0.3 m thick."""
MIN_STEP_FREE_M = 0.9


def outdoor_at(plan: Plan, opening: Opening) -> Space | None:
    """Return the ground outdoors, of the same height, that an opening in an outer wall leads to."""
    if len(opening.between) != 1:
        return None
    inside = plan.space(opening.between[0])
    for space in plan.spaces:
        level = space.level == inside.level and abs(space.floor - inside.floor) <= 0.02
        if space.outdoor and level and Polygon(space.ring).distance(Point(opening.at)) <= _NEAR_M:
            return space
    return None


def _through(plan: Plan, opening: Opening) -> Iterator[tuple[str, str]]:
    """Yield what a door joins; a window joins nothing, and a door into a neighbouring venue is not the street."""
    if opening.kind == "window" or opening.exit_kind == "adjoining":
        return
    first, *rest = opening.between
    yield first, rest[0] if rest else OUTSIDE
    ground = outdoor_at(plan, opening)
    if ground is not None:
        yield first, ground.id


def links(plan: Plan, *, step_free: bool) -> Iterator[tuple[str, str]]:
    """Yield the pairs of spaces that people can move between; the street is :data:`OUTSIDE`.

    Parameters
    ----------
    plan : Plan
        A parsed plan.
    step_free : bool
        Leave out stairs, escalators and openings narrower than 0.9 m.
    """
    for edge in plan.opens:
        yield edge.between
    for row in plan.gate_rows:
        if row.wide or not step_free:
            yield row.between
    for opening in plan.openings:
        if opening.width >= MIN_STEP_FREE_M or not step_free:
            yield from _through(plan, opening)
    for way in plan.flightways:
        if way.kind == "ramp" or not step_free:
            yield way.lower, way.upper
    for lift in plan.lifts:
        for below, above in pairwise(lift.stops):
            yield below.space, above.space


def reachable(plan: Plan, start: str, *, step_free: bool = False, without: frozenset[str] = frozenset()) -> set[str]:
    """Return the spaces reachable from a space (or from :data:`OUTSIDE`), itself included.

    Parameters
    ----------
    plan : Plan
        A parsed plan.
    start : str
        A space id or :data:`OUTSIDE`.
    step_free : bool
        See :func:`links`.
    without : frozenset of str
        Spaces that may not be entered; put :data:`OUTSIDE` here to stay indoors.

    Returns
    -------
    set of str
        Space ids.
    """
    neighbours: dict[str, set[str]] = defaultdict(set)
    for first, second in links(plan, step_free=step_free):
        neighbours[first].add(second)
        neighbours[second].add(first)
    seen, queue = {start}, [start]
    while queue:
        for other in neighbours[queue.pop()] - seen - without:
            seen.add(other)
            queue.append(other)
    return seen
