"""Shapes of rescuers' ways in, for the documentation."""

from typing import Any

from indoor3d.api.outputs import FeatureCollection, LevelRef, Shape, Text


class RescueTarget(Shape):
    """Where help is needed, as it was understood."""

    element: str | None
    name: Text | None
    space: str | None
    space_name: Text | None
    level: LevelRef | None
    position: list[float]


class RescueHose(Shape):
    """To the farthest corner of the target's space from the nearest hydrant, as a hose lies.

    ``source`` is null where no hydrant is in the model, or no hose gets there from any.
    """

    space: str
    source: str | None
    source_name: Text | None
    length_m: float | None
    limit_m: float
    within: bool


class RescueStaging(Shape):
    """An open exit: how many come out by it (null without a scenario), and whether an engine gets near (null: nobody has said)."""

    exit: str
    exit_number: str
    exit_name: Text
    position: list[float]
    persons: int | None
    appliance_access: bool | None = None


class Rescue(FeatureCollection):
    """One feature an open exit, quickest first: a line from it to the target, or a point with the problem.

    ``enters_closed``: the target's space, where it is closed to others. ``against``: what people come out through on the way, and how many;
    there rescuers take ``against_flow_factor`` times as long. ``against_share``: on how much of the way's length.
    """

    venue: str
    version: str
    schematic: bool
    mode: str
    target: RescueTarget
    closures_applied: list[str]
    enters_closed: str | None
    persons: int | None
    against_flow_factor: float
    hose: RescueHose | None
    staging: list[RescueStaging]
    ways_in: int


_TEXT = {"default": "5번 출구", "ko": "5번 출구", "en": "Exit 5"}
_START, _GOAL = [126.97734, 37.5657, 30.0], [126.97713, 37.56575, 24.5]
_GROUND = {"id": "lv-1", "ordinal": 0, "short_name": "1F"}

EXAMPLE: dict[str, Any] = {
    "type": "FeatureCollection",
    "venue": "city-hall",
    "version": "aa262f103d0911c0",
    "schematic": False,
    "mode": "rescuer",
    "target": {
        "element": "platform",
        "name": {"default": "승강장", "ko": "승강장", "en": "Platform"},
        "space": "platform",
        "space_name": {"default": "승강장", "ko": "승강장", "en": "Platform"},
        "level": {"id": "lv-b1", "ordinal": -1, "short_name": "B1"},
        "position": _GOAL,
    },
    "closures_applied": ["exit-4"],
    "enters_closed": "platform",
    "persons": 400,
    "against_flow_factor": 2.0,
    "hose": {
        "space": "platform",
        "source": "hydrant-2",
        "source_name": {"default": "소화전", "ko": "소화전", "en": "Fire hydrant"},
        "length_m": 41.3,
        "limit_m": 30.0,
        "within": False,
    },
    "staging": [
        {
            "exit": "exit-5",
            "exit_number": "5",
            "exit_name": _TEXT,
            "position": _START,
            "persons": 80,
            "appliance_access": None,
        }
    ],
    "ways_in": 1,
    "features": [
        {
            "type": "Feature",
            "id": 0,
            "geometry": {"type": "LineString", "coordinates": [_START, [126.97722, 37.56571, 24.5], _GOAL]},
            "properties": {
                "featureType": "way-in",
                "exit": "exit-5",
                "exit_number": "5",
                "exit_name": _TEXT,
                "level": _GROUND,
                "length_m": 58.2,
                "duration_s": 92.0,
                "climb_m": 0.0,
                "mode": "rescuer",
                "step_free": False,
                "levels": ["1F", "B1"],
                "level_ids": ["lv-1", "lv-b1"],
                "openings": ["door-5"],
                "closures_applied": ["exit-4"],
                "against": [
                    {
                        "element": "stairs-1",
                        "name": {"default": "계단 1", "ko": "계단 1", "en": "Stairs 1"},
                        "persons": 80,
                    }
                ],
                "against_share": 0.41,
            },
        }
    ],
}
"""Shortened, true of no real venue."""

ALL = (Rescue, RescueHose, RescueStaging, RescueTarget)
EXAMPLES = {"Rescue": EXAMPLE}
