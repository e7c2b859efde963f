"""What rescuers ask: the ways in, how far a hose reaches, where to gather, and where people still are."""

from dataclasses import dataclass

from indoor3d.models.building import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HoseReach:
    """How far the farthest corner of a space is from the nearest place a hose can start from.

    Parameters
    ----------
    space, level : str
    source : str
        Id of a hydrant, or of an exit where an engine could stand; empty where no hose gets there.
    length_m : float or None
        Along floors and stairs, as a hose lies; None where no way leads.
    within : bool
        No longer than the limit.
    """

    space: str
    level: str
    source: str
    length_m: float | None
    within: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """How free an exit is for those who come in.

    Parameters
    ----------
    exit : str
    name : Text
    persons : int
        How many come out by it.
    last_s : float or None
        When the last of them does.
    appliance_access : bool or None
        Whether an engine can come near; None: nobody has said.
    """

    exit: str
    name: Text
    persons: int
    last_s: float | None
    appliance_access: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """People who are in a space at a moment of the simulation.

    Parameters
    ----------
    at_s : float
        Seconds from the start of the incident.
    space, level : str
    persons : int
        All of them; who is on stairs counts where they are going to.
    waiting : int
        Of them, who cannot walk out and is not fetched yet, or never is: they count where they were when it began.
    """

    at_s: float
    space: str
    level: str
    persons: int
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The quickest way in to one space, beside people who come out.

    Parameters
    ----------
    space, level : str
    refuge : bool
        People wait there to be fetched; else it is a platform.
    exit : str
        Where it begins; empty where no way leads in.
    length_m, duration_s : float or None
    exits : int
        From how many open exits a way leads in.
    hose : HoseReach or None
    """

    space: str
    level: str
    refuge: bool
    exit: str
    length_m: float | None
    duration_s: float | None
    exits: int
    hose: HoseReach | None
