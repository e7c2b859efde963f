"""Who moves: speeds, dimensions and limits of each movement profile, and what a person asks for on top."""

from indoor3d.routing.profile.values import (
    ENVIRONMENT,
    PROFILES,
    Options,
    Pace,
    Profile,
    Unknown,
    find_profile,
    load_profiles,
)

__all__ = ["ENVIRONMENT", "PROFILES", "Options", "Pace", "Profile", "Unknown", "find_profile", "load_profiles"]
