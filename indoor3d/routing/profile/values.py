"""Who moves: speeds, dimensions and limits of each movement profile, and what a person asks for on top.

The profiles are data: ``assets/profiles/*.toml``, every number with its source. A folder of a site's own files
(``INDOOR3D_PROFILES``, or :func:`load_profiles`) adds to them or, with ``extends``, starts from one of them.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Literal

from indoor3d.errors import InvalidInput, UnknownProfile
from indoor3d.models.building import Text

Pace = Literal["mean", "p15"]
Unknown = Literal["strict", "warn", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Speeds, dimensions and limits of one kind of traveller.

    Every number's source stands in its TOML file, and in ``sources`` by the name of the member.

    Parameters
    ----------
    id : str
    name : Text
    level_mps, level_p15_mps : float
        On level ground: the mean, and what 85 of 100 are faster than ("nobody left behind").
    stairs_up_mps, stairs_down_mps, stairs_up_p15_mps, stairs_down_p15_mps : float or None
        Along the slope; None where stairs cannot be used.
    ramp_up_mps, ramp_down_mps, ramp_up_p15_mps, ramp_down_p15_mps : float
        Along the slope of a ramp of 1:12.
    carry_mps, carry_p15_mps : float or None
        Along the slope of short stairs that the device is carried over.
    siri : str
        Name of the user need in SIRI, empty where it has none.
    alias_of : str
        Id of the profile that this one is another name of.
    wheeled : bool
        Every threshold counts, and a place that somebody calls inaccessible is.
    width_m, length_m : float
        Of the device, or of the body.
    margin_m, turn_margin_m : float
        What an opening must be wider: with a straight run-up, and without one.
    turn_m : float
        Room to turn round in.
    radius_m : float
        Radius of the roadmap to move on.
    step_length_m : float
        Of one pace, for distances said in paces.
    max_step_m : float
        Highest single step outside stairs, and highest threshold.
    max_gap_m : float
        Widest gap between platform and train.
    max_slope, max_slope_short, preferred_slope : float or None
        Rise over horizontal length: the limit, the limit for a rise of up to 1 m, and beyond what it is a burden.
    carry_up_to_steps : int
        Longest stairs that the device is carried over, risers.
    long_flight_steps : int or None
        More risers in one go are a burden.
    lifts : bool
    lift_width_m, lift_depth_m, lift_door_m : float
        Smallest car and door; 0 where any will do.
    escalator : {"stand", "penalty", "never"}
    stopped_escalator : bool
        Whether a stopped one is taken as stairs.
    known_direction : bool
        Only escalators whose direction is known.
    moving_walk : {"walk", "stand", "never"}
    wheelchair_lift : bool
        Whether the device fits on a wheelchair stair lift.
    revolving, intercom, manual_door : bool
        Whether a revolving door, a door that opens only by speaking through an intercom, a door opened by hand is passed.
    lift_s, escalator_s, stairs_s, stairs_s_per_m, long_flight_s, manual_door_s, narrow_gate_s, opening_s, level_change_s : float
        Burdens beside the time, as seconds: for a lift ride, an escalator, a flight, a metre of height on stairs, a flight
        longer than ``long_flight_steps``, a door opened by hand, a gate that is not a wide one, every opening, every
        change of level.
    steep_factor : float
        Burden beyond ``preferred_slope``, times the time there.
    unknown_s : float
        Burden of each thing that nobody has said, under the policy ``warn``.
    order : int
        Place in lists.
    sources : mapping of str to str
        Source of each number by the name of the member.
    """

    id: str
    name: Text
    level_mps: float
    level_p15_mps: float
    stairs_up_mps: float | None
    stairs_down_mps: float | None
    stairs_up_p15_mps: float | None
    stairs_down_p15_mps: float | None
    ramp_up_mps: float
    ramp_down_mps: float
    ramp_up_p15_mps: float
    ramp_down_p15_mps: float
    carry_mps: float | None = None
    carry_p15_mps: float | None = None
    siri: str = ""
    alias_of: str = ""
    wheeled: bool = False
    width_m: float = 0.3
    length_m: float = 0.3
    margin_m: float = 0.0
    turn_margin_m: float = 0.0
    turn_m: float = 0.0
    radius_m: float = 0.2
    step_length_m: float = 0.6
    max_step_m: float = 0.45
    max_gap_m: float = 0.3
    max_slope: float | None = None
    max_slope_short: float | None = None
    preferred_slope: float | None = None
    carry_up_to_steps: int = 0
    long_flight_steps: int | None = None
    lifts: bool = True
    lift_width_m: float = 0.0
    lift_depth_m: float = 0.0
    lift_door_m: float = 0.0
    escalator: Literal["stand", "penalty", "never"] = "stand"
    stopped_escalator: bool = True
    known_direction: bool = False
    moving_walk: Literal["walk", "stand", "never"] = "walk"
    wheelchair_lift: bool = False
    revolving: bool = True
    intercom: bool = True
    manual_door: bool = True
    lift_s: float = 0.0
    escalator_s: float = 0.0
    stairs_s: float = 0.0
    stairs_s_per_m: float = 0.0
    long_flight_s: float = 0.0
    manual_door_s: float = 0.0
    narrow_gate_s: float = 0.0
    opening_s: float = 0.0
    level_change_s: float = 0.0
    steep_factor: float = 0.0
    unknown_s: float = 0.0
    order: int = 100
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False, compare=False)

    @property
    def min_clear_width_m(self) -> float:
        """Narrowest straight passage: the device and its margin."""
        return round(self.width_m + self.margin_m, 6)

    @property
    def careful(self) -> bool:
        """Whether a threshold of a door can be too high: anything under the least step of stairs is not climbed."""
        return self.max_step_m < LEAST_RISER_M

    def paced(self, pace: Pace) -> "Profile":
        """The same people at their mean pace, or at the pace that 85 of 100 exceed.

        Examples
        --------
        >>> find_profile("walk").paced("p15").level_mps
        1.0
        """
        if pace == "mean":
            return self
        names = ("level", "stairs_up", "stairs_down", "ramp_up", "ramp_down", "carry")
        return replace(self, **{f"{name}_mps": getattr(self, f"{name}_p15_mps") for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What one person asks for on top of a profile. Equal options are equal keys.

    Parameters
    ----------
    averse_to_lifts, averse_to_escalators, averse_to_confined_spaces, averse_to_crowds, avoid_gates : bool
        Strong preferences (SIRI's names): another way is taken if there is one, but none of them is a wall.
    no_staff_help : bool
        Nothing that needs staff or somebody at an intercom: a wall.
    staff_lifts : bool
        Offer wheelchair stair lifts, which need staff and some 20 minutes.
    unknown : {"strict", "warn", "ignore"}
        Refuse what nobody has said, take it with a burden and a note, or take it.
    pace : {"mean", "p15"}
    busy : bool
        Lifts are waited for as long as at busy hours.
    queue_cycles : float
        Rides of a lift that leave full before one gets on.
    width_m, length_m, max_step_m, max_slope, level_mps : float or None
        Of this person's device, instead of the profile's; smaller or larger lifts follow.
    carry_up_to_steps : int or None
        Instead of the profile's.
    fare : str
        Id of the fare rule of the city.

    Raises
    ------
    InvalidInput
        A value is outside what a person or a device can have.
    """

    averse_to_lifts: bool = False
    averse_to_escalators: bool = False
    averse_to_confined_spaces: bool = False
    averse_to_crowds: bool = False
    avoid_gates: bool = False
    no_staff_help: bool = False
    staff_lifts: bool = False
    unknown: Unknown = "warn"
    pace: Pace = "mean"
    busy: bool = False
    queue_cycles: float = 0.0
    width_m: float | None = None
    length_m: float | None = None
    max_step_m: float | None = None
    max_slope: float | None = None
    level_mps: float | None = None
    carry_up_to_steps: int | None = None
    fare: str = "kr-seoul"

    def __post_init__(self) -> None:
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise InvalidInput(
                    f"{name} is {value!r}; it must lie between {least:g} and {most:g}.",
                    ko=f"{name}: {value!r}. {least:g} 이상 {most:g} 이하여야 합니다.",
                    parameter=name,
                    least=least,
                    most=most,
                )
        for name, words in (("unknown", ("strict", "warn", "ignore")), ("pace", ("mean", "p15"))):
            if getattr(self, name) not in words:
                raise InvalidInput(
                    f"{name} is {getattr(self, name)!r}; it must be one of {', '.join(words)}.",
                    ko=f"{name} 값은 {', '.join(words)} 가운데 하나여야 합니다.",
                    parameter=name,
                    expected=list(words),
                )

    def applied(self, profile: Profile) -> Profile:
        """The profile at this pace and with this person's device.

        Examples
        --------
        >>> Options(width_m=0.62).applied(find_profile("wheelchair_manual")).min_clear_width_m
        0.72
        """
        found = profile.paced(self.pace)
        wider = 0.0 if self.width_m is None else self.width_m - profile.width_m
        longer = 0.0 if self.length_m is None else self.length_m - profile.length_m
        changes: dict[str, float | None] = {
            name: value
            for name in ("width_m", "length_m", "max_step_m", "level_mps", "carry_up_to_steps")
            if (value := getattr(self, name)) is not None
        }
        for name, more in (("lift_width_m", wider), ("lift_door_m", wider), ("lift_depth_m", longer)):
            if more and getattr(profile, name):
                changes[name] = round(getattr(profile, name) + more, 6)
        if self.max_slope is not None:
            changes |= {"max_slope": self.max_slope, "max_slope_short": self.max_slope}
        if self.level_mps is not None:
            changes |= _in_step(found, self.level_mps / found.level_mps)
        return replace(found, **changes) if changes else found  # type: ignore[arg-type]


def _in_step(profile: Profile, ratio: float) -> dict[str, float | None]:
    """The other speeds of somebody faster or slower on the level, in the same ratio."""
    names = ("stairs_up_mps", "stairs_down_mps", "ramp_up_mps", "ramp_down_mps", "carry_mps")
    return {name: None if (own := getattr(profile, name)) is None else own * ratio for name in names}


_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "queue_cycles": (0.0, 20.0),
        "width_m": (0.2, 1.5),
        "length_m": (0.2, 3.0),
        "max_step_m": (0.0, 0.45),
        "max_slope": (0.0, 1.0),
        "level_mps": (0.1, 4.0),
        "carry_up_to_steps": (0, 100),
    }
)
"""What a person or a device can have: from a child's body to a stretcher with its bearers, from a shuffle to a run (D)."""

LEAST_RISER_M = 0.1
"""Lowest riser of ordinary stairs (ISO 21542, 0.15 m, less some play, D): who takes it takes every threshold."""
ESCALATOR_MPS = 0.5
"""Standing on an escalator or a moving walk, along the slope: ACCESSIBILITY.md §1.1 (Bodendorf 2014; Korea ≤ 30 m/min)."""
LONG_CLIMB_M, LONG_CLIMB_FACTOR = 6.0, 0.7
"""Beyond 6 m of climb in one flight people take stairs at 0.7 of their speed: ACCESSIBILITY.md §1.2."""
LIFT_MPS = 0.75
"""Car speed where none is known: ACCESSIBILITY.md §1.3."""
LIFT_DOOR_S, LIFT_HOLD_S, LIFT_STOP_S = 3.0, 10.0, 3.0
"""Opening or closing of the doors, time they are held, and loss at a stop: ACCESSIBILITY.md §1.3."""
LIFT_WAIT_CYCLES = 0.25
"""Mean wait in cycles of the car, ½ · u with u = 0.5 (quiet): ACCESSIBILITY.md §1.3."""
LIFT_BUSY_WAIT_CYCLES = 0.5
"""The same with u = 1.0 (busy): ACCESSIBILITY.md §1.3."""

ENVIRONMENT = "INDOOR3D_PROFILES"
"""Environment variable that names folders of a site's own profiles, separated as in PATH."""


def load_profiles(*folders: Path | str) -> Mapping[str, Profile]:
    """Read the profiles that ship with the package, and then those of some folders.

    Parameters
    ----------
    folders : Path or str
        Each holds ``*.toml``; a file may extend a profile of an earlier folder, or of its own, or take its place.

    Returns
    -------
    mapping of str to Profile
        By id, in the order of lists.

    Raises
    ------
    InvalidInput
        A folder is missing, or a file does not say what a profile must: ``context`` has the file, the path of the key
        and what is expected.
    """
    from indoor3d.routing.profile.files import read_profiles, shipped  # noqa: PLC0415 - they make what is defined here

    return read_profiles([shipped("profiles"), *(Path(folder) for folder in folders)])


class _Profiles(Mapping[str, Profile]):
    """The profiles of the package and of the environment, read when first asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: Mapping[str, Profile] | None = None

    def _all(self) -> Mapping[str, Profile]:
        if self._found is None:
            with self._lock:
                if self._found is None:
                    self._found = load_profiles(*filter(None, os.environ.get(ENVIRONMENT, "").split(os.pathsep)))
        return self._found

    def __getitem__(self, key: str) -> Profile:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


PROFILES: Mapping[str, Profile] = _Profiles()
"""Every profile by id."""


def find_profile(ident: str) -> Profile:
    """Look a profile up by its id or by SIRI's name of the user need; case does not matter.

    Raises
    ------
    UnknownProfile

    Examples
    --------
    >>> find_profile("wheelchair").min_clear_width_m
    0.8
    >>> find_profile("pushchair").id
    'stroller'
    """
    if ident in PROFILES:
        return PROFILES[ident]
    wanted = ident.strip().casefold()
    if wanted in PROFILES:
        return PROFILES[wanted]
    for profile in PROFILES.values():
        if wanted in profile.siri.casefold().split():
            return profile
    known = ", ".join(PROFILES)
    raise UnknownProfile(
        f"No profile {ident[:64]!r}; there are: {known}.",
        ko=f"{ident[:64]!r} 이동 유형은 없습니다. 쓸 수 있는 유형: {known}.",
        profile=ident[:64],
        profiles=list(PROFILES),
    )
