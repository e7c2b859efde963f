"""What an edge costs: seconds by profile, what it burdens beside them, and which edges are refused, and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building, Connector
from indoor3d.models.network import Network
from indoor3d.routing.cost.fares import find_fare
from indoor3d.routing.cost.features import Features, features, shaft_m
from indoor3d.routing.cost.rules import CODES, PASSES, REASONS, Verdict, judge
from indoor3d.routing.cost.times import Asked, Tally, lift_seconds, tally
from indoor3d.routing.profile import Options, Profile

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

OPENING_M = 2.0
"""Metres of way that a crowd or smoke at an opening slows down (D): about the depth of a queue before it clears."""
AVERSE_CROWD = 3.0
"""Burden of the time that crowds cost, times that time, to those averse to crowds (D)."""

_DEFAULT = Options()
_NOBODY: frozenset[str] = frozenset()
_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Costs:
    """What every edge of a network costs somebody.

    Parameters
    ----------
    forward_s, backward_s : (M,) float64
        Seconds of time; infinite where one cannot pass.
    forward_cost, backward_cost : (M,) float64
        Generalised seconds, time and burdens together, by which ways are chosen; infinite where one cannot pass.
    unknown : (M,) bool
        Passing needs something that nobody has said, and nothing that is known refuses it; never under the policy
        ``ignore``. Under ``strict`` these are the edges that are refused for that alone.
    """

    forward_s: Floats
    backward_s: Floats
    forward_cost: Floats
    backward_cost: Floats
    unknown: Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elements:
    """What every element means to somebody, whatever edge it is on.

    Parameters
    ----------
    burden_s : (E,) float64
        Burden of going through each opening once, as seconds; 0 for connectors.
    reason : tuple of str
        Why it is refused, a key of :data:`REASONS`; empty where it is not.
    unknown : mapping of str to tuple of str
        By id of an element, the attributes that its passing needs and that nobody has said: ``threshold``, ``kind``,
        ``intercom``, ``automatic``, ``gap``, ``car_width``, ``car_depth``, ``door_width``, ``needs_staff``,
        ``direction``, ``max_slope``.
    """

    burden_s: Floats
    reason: tuple[str, ...]
    unknown: Mapping[str, tuple[str, ...]]


def costs(
    network: Network,
    building: Building,
    profile: Profile,
    *,
    options: Options = _DEFAULT,
    emergency: bool = False,
    stopped: Collection[str] = _NOBODY,
    factor: Mapping[str, float] = _NOTHING,
    waits_s: Mapping[str, float] = _NOTHING,
) -> Costs:
    """Cost every edge for a profile and what somebody asks for on top of it.

    On open floor the cost is the length times a constant, so the cheapest way there is the shortest; openings add their
    burden where a way goes through them. Closures are not looked at here.

    Parameters
    ----------
    network : Network
    building : Building
        That the network was made from.
    profile : Profile
    options : Options
    emergency : bool
        No lifts, escalators and moving walks stand still, and only time and limits count, no burden.
    stopped : collection of str
        Ids of escalators, moving walks and lifts that stand still.
    factor : mapping of str to float
        By id of a space, an opening or a connector: how many times longer a crowd or smoke makes the way, 1 or more. Ids
        that are not in the building are another building's.
    waits_s : mapping of str to float
        By id of a lift: how many seconds it is waited for now.

    Raises
    ------
    InvalidInput
        A factor is under 1, a wait is negative, or one of them is not finite; no such fare rule.
    """
    asked, verdict = _asked(
        network, building, profile, options=options, emergency=emergency, stopped=stopped, waits_s=waits_s
    )
    found = asked.found
    made = tally(asked, _spread(found, verdict, len(network.edge_from)))
    made.burden_s += np.bincount(found.cross_edge, verdict.burden_s[found.cross_element], len(network.edge_from))
    own = np.flatnonzero(found.edge_connector >= 0)
    made.burden_s[own] += verdict.burden_s[found.edge_connector[own]]
    unknown = np.zeros(len(network.edge_from), np.bool_)
    unknown[found.pair_edge[verdict.any_unknown[found.pair_element]]] = True
    return _finished(made, asked, factor=factor, unknown=unknown)


def refusals(
    network: Network,
    building: Building,
    profile: Profile,
    *,
    options: Options = _DEFAULT,
    emergency: bool = False,
    stopped: Collection[str] = _NOBODY,
) -> NDArray[np.uint8]:
    """Why every edge is refused: (M,) indices into the keys of :data:`REASONS`, 0 where it is not.

    Of several reasons the first in that list counts, and ``unknown`` only where nothing that is known refuses. That an
    edge leads one way only is no reason here: it can be passed, forwards.

    Raises
    ------
    InvalidInput
        No such fare rule.
    """
    asked, verdict = _asked(network, building, profile, options=options, emergency=emergency, stopped=stopped)
    code = tally(asked, _spread(asked.found, verdict, len(network.edge_from))).code
    return np.where(code == PASSES, 0, code).astype(np.uint8)


def element_costs(
    network: Network,
    building: Building,
    profile: Profile,
    *,
    options: Options = _DEFAULT,
    emergency: bool = False,
    stopped: Collection[str] = _NOBODY,
) -> Elements:
    """What every element means to somebody, for ways that are no edges, and to say what is not known.

    Raises
    ------
    InvalidInput
        No such fare rule.
    """
    asked, verdict = _asked(network, building, profile, options=options, emergency=emergency, stopped=stopped)
    names = tuple(REASONS)
    unknown: dict[str, list[str]] = {}
    for attribute, mask in sorted(verdict.unknown.items()):
        for number in np.flatnonzero(mask):
            unknown.setdefault(network.elements[number], []).append(attribute)
    return Elements(
        burden_s=np.where(_opening(asked.found), verdict.burden_s, 0.0),
        reason=tuple("" if code == PASSES else names[code] for code in verdict.code.tolist()),
        unknown=MappingProxyType({name: tuple(group) for name, group in sorted(unknown.items())}),
    )


def lift_times(connector: Connector, climb_m: float, options: Options = _DEFAULT) -> tuple[float, float]:
    """Seconds that a lift is waited for, and that a ride takes with its doors.

    Parameters
    ----------
    connector : Connector
        Its speed counts where it is known, and how far its car travels in all.
    climb_m : float
        Of the ride; its length, where the lift moves sideways.
    options : Options

    Examples
    --------
    >>> from tests.buildings import two_floors
    >>> lift = next(c for c in two_floors().connectors if c.category == "lift")
    >>> [round(seconds) for seconds in lift_times(lift, 8.0)]
    [13, 30]
    """
    speed = np.nan if connector.speed_mps is None else connector.speed_mps
    wait, ride = lift_seconds(
        np.array([abs(climb_m)]), np.array([shaft_m(connector)]), np.array([speed]), options=options
    )
    return float(wait[0]), float(ride[0])


def _asked(
    network: Network,
    building: Building,
    profile: Profile,
    *,
    options: Options,
    emergency: bool,
    stopped: Collection[str],
    waits_s: Mapping[str, float] = _NOTHING,
) -> tuple[Asked, Verdict]:
    found, fare = features(network, building), find_fare(options.fare)
    still = np.zeros(len(network.elements), np.bool_)
    still[[found.index[name] for name in stopped if name in found.index]] = True
    for name, seconds in waits_s.items():
        if not 0 <= seconds < np.inf:
            raise _outside("waits_s", name, seconds, least=0)
    own = options.applied(profile)
    verdict = judge(found, own, options=options, fare=fare, emergency=emergency, stopped=still)
    asked = Asked(
        network=network,
        found=found,
        profile=own,
        options=options,
        emergency=emergency,
        stopped=still,
        waits_s=waits_s,
    )
    return asked, verdict


def _outside(parameter: str, name: str, value: float, *, least: float) -> InvalidInput:
    return InvalidInput(
        f"{parameter} of {name[:64]!r} is {value!r}; it must be finite and at least {least:g}.",
        ko=f"{parameter}, {name[:64]!r}: {value!r}. {least:g} 이상의 유한한 값이어야 합니다.",
        parameter=parameter,
        element=name[:64],
    )


def _opening(found: Features) -> Mask:
    return np.isfinite(found.width)


def _spread(found: Features, verdict: Verdict, count: int) -> NDArray[np.uint8]:
    """Refusals of elements, on the edges that need them."""
    code = np.full(count, PASSES, np.uint8)
    refused = (verdict.code != PASSES)[found.pair_element]
    np.minimum.at(code, found.pair_edge[refused], verdict.code[found.pair_element[refused]])
    return code


def _finished(made: Tally, asked: Asked, *, factor: Mapping[str, float], unknown: Mask) -> Costs:
    """Add crowds and smoke, and shut what is refused."""
    network = asked.network
    more_f, more_b = _crowded(made, asked, factor)
    burden = made.burden_s
    if asked.options.averse_to_crowds and factor and not asked.emergency:
        burden = burden + AVERSE_CROWD * np.maximum(more_f, more_b)
    shut = made.code != PASSES
    unknown &= ~shut | (made.code == CODES["unknown"])
    back = shut | network.edge_oneway
    forward = np.where(shut, np.inf, made.forward_s + more_f)
    backward = np.where(back, np.inf, made.backward_s + more_b)
    free = not burden.any()  # then costs are the times themselves, once in memory
    return Costs(
        forward_s=forward,
        backward_s=backward,
        forward_cost=forward if free else forward + burden,
        backward_cost=backward if free else backward + burden,
        unknown=unknown,
    )


def _crowded(made: Tally, asked: Asked, factor: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Seconds that crowds and smoke add to every edge, forwards and backwards."""
    found, count = asked.found, len(made.forward_s)
    times, seconds = np.zeros(count), np.zeros(count)
    for name, value in sorted(factor.items()):
        if not 1 <= value < np.inf:
            raise _outside("factor", name, value, least=1)
        if name in found.spaces:
            rows, share = found.share(name)
            times[rows] += (value - 1) * share
        elif name in found.index:
            number = found.index[name]
            through = found.cross_edge[found.cross_element == number]
            seconds[through] += (value - 1) * OPENING_M / asked.profile.level_mps
            times[found.edge_connector == number] += value - 1
    return times * made.forward_s + seconds, times * made.backward_s + seconds


def passes(network: Network, elements: Collection[str]) -> Mask:
    """(M,) bool: edges that pass any of the elements."""
    index = {name: number for number, name in enumerate(network.elements)}
    wanted = np.zeros(len(network.elements) + 1, np.bool_)
    wanted[[index[name] for name in elements if name in index]] = True
    hit = np.concatenate([[0], np.cumsum(wanted[network.edge_element])])
    found: Mask = hit[network.edge_element_start[1:]] > hit[network.edge_element_start[:-1]]
    return found
