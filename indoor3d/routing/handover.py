"""Where the inside ends: the place before an exit at which an outdoor router takes over, and which way it faces."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from indoor3d.models.building import Building, Exit, Position
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing._passage import passage

OUTSIDE_M = 1.0
"""So far beyond the door one is outside and clear of its leaf (D)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The outside of an exit.

    Parameters
    ----------
    exit : str
        Id.
    position : (x, y, z), metres, site frame
    bearing_deg : float
        Which way one faces who has just come out, clockwise from true north.
    """

    exit: str
    position: Position
    bearing_deg: float


_kept: "WeakKeyDictionary[Building, dict[str, Handover | None]]" = WeakKeyDictionary()


def handover(building: Building, ident: str) -> Handover | None:
    """The outside of an exit, by its id or that of its opening; None for anything else, and for an exit without a door.

    Parameters
    ----------
    building : Building
        What is found is kept as long as it is.
    ident : str
    """
    known = _kept.get(building)
    if known is None:
        known = _kept[building] = {}
    if ident not in known:
        one = next((e for e in building.exits if ident and ident in {e.id, e.opening} and e.outside), None)
        if one is None:
            return None
        known[ident] = _outside(building, one)
    return known[ident]


def _outside(building: Building, one: Exit) -> Handover | None:
    opening = next((o for o in building.openings if o.id == one.opening), None)
    if opening is None:
        return None
    spaces = {space.id: space for space in building.spaces}
    named = [spaces[name] for name in opening.spaces if name in spaces]
    found = passage(opening, named, radius_m=0.2)
    outward = bool(named) and named[0].category is SpaceCategory.OUTDOOR
    sign = -1.0 if outward else 1.0
    x, y = found.at(sign * (found.half_length_m + OUTSIDE_M)).tolist()
    position = (x, y, opening.floor_m)
    return Handover(exit=one.id, position=position, bearing_deg=building.frame.bearing_deg(position, sign * found.axis))
