"""Who moves: speeds and limits of each movement profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from indoor3d.errors import UnknownProfile
from indoor3d.models.building import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Speeds and limits.

    Parameters
    ----------
    id : str
    name : Text
    level_mps : float
        On level ground.
    stairs_up_mps, stairs_down_mps : float or None
        Along the slope; None where stairs cannot be used.
    ramp_up_mps, ramp_down_mps : float
        Along the slope.
    escalator : {"stand", "never"}
    lifts : bool
    max_step_m : float
        Highest single step outside stairs.
    min_clear_width_m : float
        Narrowest place that can be passed.
    """

    id: str
    name: Text
    level_mps: float
    stairs_up_mps: float | None
    stairs_down_mps: float | None
    ramp_up_mps: float
    ramp_down_mps: float
    escalator: Literal["stand", "never"]
    lifts: bool = True
    max_step_m: float = 0.45
    min_clear_width_m: float = 0.3


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

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.id: profile
        for profile in (
            # Speeds: ACCESSIBILITY.md §1.2, row "walk". Limits are ours: 0.45 m is the highest riser that stairs are
            # recognised with (INGESTION.md §4); 0.3 m is about the depth of a body going sideways.
            Profile(
                id="walk",
                name=Text(default="Walking", ko="걷기", en="Walking"),
                level_mps=1.30,
                stairs_up_mps=0.50,
                stairs_down_mps=0.65,
                ramp_up_mps=1.10,
                ramp_down_mps=1.30,
                escalator="stand",
            ),
            # Speeds: ACCESSIBILITY.md §1.2, row "wheelchair_manual". Width: the device's 0.70 m (§2.3) and 0.10 m of
            # margin (§2). Step: 2 cm (§2.1, §2.3).
            Profile(
                id="wheelchair",
                name=Text(default="Wheelchair", ko="휠체어", en="Wheelchair"),
                level_mps=0.75,
                stairs_up_mps=None,
                stairs_down_mps=None,
                ramp_up_mps=0.40,
                ramp_down_mps=0.60,
                escalator="never",
                max_step_m=0.02,
                min_clear_width_m=0.80,
            ),
        )
    }
)
"""Every profile by id."""


def find_profile(ident: str) -> Profile:
    """Look a profile up.

    Raises
    ------
    UnknownProfile

    Examples
    --------
    >>> find_profile("wheelchair").min_clear_width_m
    0.8
    """
    if ident in PROFILES:
        return PROFILES[ident]
    known = ", ".join(PROFILES)
    raise UnknownProfile(
        f"No profile {ident[:64]!r}; there are: {known}.",
        ko=f"{ident[:64]!r} 이동 유형은 없습니다. 쓸 수 있는 유형: {known}.",
        profile=ident[:64],
        profiles=list(PROFILES),
    )
