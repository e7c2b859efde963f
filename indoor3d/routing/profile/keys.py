"""The keys of a profile's TOML file: what each means, its kind, its unit and its range."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["speed", "number", "slope", "count", "flag", "word", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key.

    Parameters
    ----------
    table, name : str
        Where it stands; the table is empty for the head of the file.
    member : str
        Of :class:`~indoor3d.routing.profile.Profile` that it fills. A speed fills the one for p15 too.
    kind : {"speed", "number", "slope", "count", "flag", "word", "text"}
    what : str
        What it means.
    unit : str
    least, most : float
        What is accepted.
    words : tuple of str
        What is accepted, for a word.
    required : bool
        By a file that extends nothing.
    never : bool
        Whether ``"never"`` is accepted: there is no such speed or limit.
    """

    table: str
    name: str
    member: str
    kind: Kind
    what: str
    unit: str = ""
    least: float = 0.0
    most: float = 0.0
    words: tuple[str, ...] = ()
    required: bool = False
    never: bool = False

    @property
    def path(self) -> str:
        """``table.name``."""
        return f"{self.table}.{self.name}" if self.table else self.name


def _speed(name: str, member: str, what: str, **more: Any) -> Key:
    return Key(
        table="speed", name=name, member=member, kind="speed", what=what, unit="m/s", least=0.05, most=4.0, **more
    )


def _metres(table: str, name: str, member: str, what: str, most: float) -> Key:
    return Key(table=table, name=name, member=member, kind="number", what=what, unit="m", most=most)


def _flag(table: str, name: str, member: str, what: str) -> Key:
    return Key(table=table, name=name, member=member, kind="flag", what=what)


def _word(name: str, member: str, what: str, words: tuple[str, ...]) -> Key:
    return Key(table="ways", name=name, member=member, kind="word", what=what, words=words)


def _burden(name: str, what: str, *, unit: str = "s", most: float = 3600.0) -> Key:
    return Key(table="burdens", name=name, member=name, kind="number", what=what, unit=unit, most=most)


def _slope(name: str, member: str, what: str) -> Key:
    return Key(table="limits", name=name, member=member, kind="slope", what=what, most=1.0, never=True)


def _count(name: str, member: str, what: str, *, never: bool = False) -> Key:
    return Key(table="limits", name=name, member=member, kind="count", what=what, unit="steps", most=200, never=never)


KEYS: tuple[Key, ...] = (
    Key(table="", name="id", member="id", kind="text", what="the profile's id, as in the file's name", required=True),
    Key(table="", name="siri", member="siri", kind="text", what="SIRI's names of the user need, with blanks between"),
    Key(table="", name="extends", member="", kind="text", what="id of the profile to start from"),
    Key(table="", name="alias_of", member="alias_of", kind="text", what="id of the profile this is another name of"),
    Key(table="", name="order", member="order", kind="count", what="place in lists", most=9999),
    _flag("", "wheeled", "wheeled", "a device on wheels; ways that somebody calls inaccessible are refused"),
    Key(table="name", name="ko", member="", kind="text", what="the name in Korean", required=True),
    Key(table="name", name="en", member="", kind="text", what="the name in English", required=True),
    _speed("level_mps", "level_mps", "on level ground", required=True),
    _speed("stair_up_slope_mps", "stairs_up_mps", "up stairs, along the slope", required=True, never=True),
    _speed("stair_down_slope_mps", "stairs_down_mps", "down stairs, along the slope", required=True, never=True),
    _speed("ramp_up_slope_mps", "ramp_up_mps", "up a ramp of 1:12, along the slope", required=True),
    _speed("ramp_down_slope_mps", "ramp_down_mps", "down a ramp of 1:12, along the slope", required=True),
    _speed("carry_slope_mps", "carry_mps", "on stairs with the device carried, along the slope", never=True),
    _metres("body", "width_m", "width_m", "width of the device or of the body", 2.0),
    _metres("body", "length_m", "length_m", "length of the device or of the body", 4.0),
    _metres("body", "margin_m", "margin_m", "what an opening must be wider with a straight run-up", 1.0),
    _metres("body", "turn_margin_m", "turn_margin_m", "the same where the run-up is under 1.5 m", 1.0),
    _metres("body", "turn_m", "turn_m", "room to turn round in", 5.0),
    _metres("body", "radius_m", "radius_m", "radius of the roadmap to move on", 1.0),
    _metres("body", "step_length_m", "step_length_m", "length of one pace", 1.5),
    _metres("limits", "max_step_m", "max_step_m", "highest single step outside stairs, highest threshold", 0.45),
    _metres("limits", "max_gap_m", "max_gap_m", "widest gap between platform and train", 1.0),
    _slope("max_slope", "max_slope", "steepest ramp"),
    _slope("max_slope_short", "max_slope_short", "steepest ramp that rises no more than 1 m"),
    _slope("preferred_slope", "preferred_slope", "slope from which a ramp is a burden"),
    _count("carry_up_to_steps", "carry_up_to_steps", "longest stairs that the device is carried over"),
    _count("long_flight_steps", "long_flight_steps", "steps in one go beyond which stairs are a burden", never=True),
    _flag("lift", "use", "lifts", "whether lifts are used"),
    _metres("lift", "width_m", "lift_width_m", "narrowest car; 0 for any", 4.0),
    _metres("lift", "depth_m", "lift_depth_m", "shortest car; 0 for any", 6.0),
    _metres("lift", "door_m", "lift_door_m", "narrowest door of a car; 0 for any", 4.0),
    _word("escalator", "escalator", "escalators", ("stand", "penalty", "never")),
    _flag("ways", "stopped_escalator", "stopped_escalator", "whether a stopped escalator is taken as stairs"),
    _flag("ways", "known_direction", "known_direction", "only escalators whose direction is known"),
    _word("moving_walk", "moving_walk", "moving walks", ("walk", "stand", "never")),
    _flag("ways", "wheelchair_lift", "wheelchair_lift", "whether the device fits on a wheelchair stair lift"),
    _flag("ways", "revolving", "revolving", "whether revolving doors are passed"),
    _flag("ways", "intercom", "intercom", "whether doors that open only through an intercom are passed"),
    _flag("ways", "manual_door", "manual_door", "whether doors opened by hand are passed"),
    _burden("lift_s", "a lift ride, beside its time"),
    _burden("escalator_s", "an escalator, where it says `penalty`"),
    _burden("stairs_s", "a flight of stairs"),
    _burden("stairs_s_per_m", "a metre of height on stairs", unit="s/m", most=600.0),
    _burden("long_flight_s", "stairs longer than `long_flight_steps`"),
    _burden("manual_door_s", "a door opened by hand"),
    _burden("narrow_gate_s", "a fare gate that is not a wide one"),
    _burden("opening_s", "every opening: a decision"),
    _burden("level_change_s", "every change of level: a decision"),
    _burden("steep_factor", "beyond `preferred_slope`, times the time there", unit="", most=10.0),
    _burden("unknown_s", "each thing that nobody has said, under the policy `warn`"),
)
"""Every key, in the order of the reference."""

BY_PATH: Mapping[str, Key] = MappingProxyType({key.path: key for key in KEYS})
TABLES: tuple[str, ...] = tuple(dict.fromkeys(key.table for key in KEYS if key.table))
