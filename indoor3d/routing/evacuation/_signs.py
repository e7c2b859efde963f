"""Guidance told as pointers: which way the sign of each place points, from when to when."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from indoor3d.models.outcome import Outcome, Pointer
from indoor3d.routing.evacuation.ccrp import Plan
from indoor3d.routing.evacuation.guidance import Guidance, guidance

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.plan import Case

WINDOW_S = 30.0
"""Signs are decided for so many seconds at a time (ours)."""
DWELL_S = 60.0
"""A sign shows the same for so long at least: one that changes more often is not believed (ours; no number was read)."""


def with_pointers(outcome: Outcome, case: "Case", plans: Sequence[Plan]) -> Outcome:
    """Put the directions of signs into an outcome: of the plan of most people, the others are shown the same.

    Raises
    ------
    InvalidInput
        The plan is too long for signs in windows of :data:`WINDOW_S`.
    """
    if not plans:
        return outcome
    plan = max(plans, key=lambda p: int(p.cohort_persons.sum()))
    steps = max(1, round(WINDOW_S / case.step_s))
    signs = guidance(plan, window_s=steps * case.step_s, min_dwell_s=DWELL_S)
    return replace(outcome, pointers=tuple(_pointers(case, signs)))


def _pointers(case: "Case", signs: Guidance) -> list[Pointer]:
    found = []
    for node in np.flatnonzero(signs.planned.any(axis=0) & (signs.sign >= 0).any(axis=0)).tolist():
        shown = signs.sign[:, node]
        begin = 0
        for window in range(1, signs.windows + 1):
            if window < signs.windows and shown[window] == shown[begin]:
                continue
            arc = int(shown[begin])
            if arc >= 0:
                found.append(_pointer(case, signs, node, arc, begin=begin, end=window))
            begin = window
    return sorted(found, key=lambda p: (p.level, p.space, p.place, p.from_s))


def _pointer(case: "Case", signs: Guidance, node: int, arc: int, *, begin: int, end: int) -> Pointer:
    flow = case.flow
    head, passage = int(flow.arc_to[arc]), int(flow.arc_passage[arc])
    here, there = flow.node_position[node], flow.node_position[head]
    bearing = case.building.frame.bearing_deg(here, (there - here)[:2]) if np.hypot(*(there - here)[:2]) > 0 else 0.0
    share = float(np.mean(signs.fraction[begin:end, arc]))
    return Pointer(
        place=flow.node_id[node],
        space=flow.node_space[node],
        level=flow.node_level[node],
        position=(float(here[0]), float(here[1]), float(here[2])),
        from_s=begin * signs.window_s,
        to_s=end * signs.window_s,
        towards=flow.node_space[head] or flow.node_id[head],
        through=flow.passage_element[passage] if passage >= 0 else _next_door(flow.node_id[head]),
        bearing_deg=round(math.fmod(bearing + 360, 360), 1),
        share=round(share, 3),
    )


def _next_door(node: str) -> str:
    """The opening or connector that a mouth lies in front of."""
    return node.partition("@")[0].partition("#")[0] if "@" in node else ""
