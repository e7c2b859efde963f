"""A flow network as numbers under one calibration: seconds, persons a second, persons that fit, and where density slows people.

Whoever is not ``walk`` is never quicker than the crowd of the calibration, nor than themselves: the slower of the two speeds counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.flow import NODE_KINDS, DynamicNetwork, FlowNetwork, NodeKind
from indoor3d.models.movement import Calibration
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.profile import Profile, find_profile

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

_STEPPED = (Mode.STAIRS, Mode.ESCALATOR)
_NOT_WALKED = (Mode.LIFT, Mode.WHEELCHAIR_LIFT)
_SAFE = (NODE_KINDS.index(NodeKind.EXIT), NODE_KINDS.index(NodeKind.SAFE))


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Floors that people share while they walk: where density slows them, and what does not fit in.

    Parameters
    ----------
    node_zone, arc_zone : (N,), (M,) int32
        A space is a zone with all its nodes and the ways between them; stairs, ramps and escalators are zones of their own; -1 is
        none: outside, or the threshold of a door.
    room : (Z,) float64
        Persons that fit.
    area_m2 : (Z,) float64
        Infinite where density does not matter.
    climb_m : (M,) float64
        Height gained on each arc, for fatigue.
    """

    node_zone: Indices
    arc_zone: Indices
    room: Floats
    area_m2: Floats
    climb_m: Floats


def dynamic(network: FlowNetwork, calibration: Calibration, *, mobility: str = "walk") -> DynamicNetwork:
    """Make the numbers for one kind of people; density is left to :func:`ground`.

    Times are those of somebody whom nobody hinders. Who cannot pass an arc at all takes an infinite time and finds it closed from the
    beginning. Lifts are left out: they carry by trips.

    Raises
    ------
    UnknownProfile
        No such ``mobility``.
    """
    profile = find_profile(mobility)
    modes = [MODES[m] for m in network.arc_mode]
    time = np.zeros(len(modes))
    capacity = np.full(len(modes), np.inf)
    for row, mode in enumerate(modes):
        time[row] = _seconds(network, calibration, profile, row, mode)
        passage = int(network.arc_passage[row])
        if passage >= 0:
            capacity[row] = calibration.passage_capacity(
                mode,
                float(network.passage_width_m[passage]),
                riser_m=float(network.passage_riser_m[passage]),
                tread_m=float(network.passage_tread_m[passage]),
            )
    never = ~np.isfinite(time) | (capacity <= 0)
    made = DynamicNetwork.of(
        network.arc_from,
        network.arc_to,
        time_s=time,
        capacity_per_s=np.where(never, 0.0, capacity),
        storage=network.node_area_m2 * calibration.density_max_per_m2,
        sinks=network.exit_node,
        passage=network.arc_passage,
    )
    made.closed_from_s[never] = 0.0
    return made


def _seconds(network: FlowNetwork, calibration: Calibration, profile: Profile, row: int, mode: Mode) -> float:
    length, climb = float(network.arc_length_m[row]), float(network.arc_climb_m[row])
    if mode in _NOT_WALKED:
        return np.inf
    if length <= 0:
        return 0.0
    slope = float(np.clip(climb / length, -1.0, 1.0))
    passage = int(network.arc_passage[row])
    steps = (
        (float(network.passage_riser_m[passage]), float(network.passage_tread_m[passage])) if passage >= 0 else (0, 0)
    )
    speed = calibration.speed(mode, slope=slope, riser_m=steps[0], tread_m=steps[1])
    if profile.id != "walk":
        own = _own_speed(profile, mode, climb)
        if own is None:
            return np.inf
        speed = min(speed, own)
    return length / speed if speed > 0 else np.inf


def _own_speed(profile: Profile, mode: Mode, climb: float) -> float | None:
    """Of one person of a profile; None where they cannot go."""
    if mode is Mode.ESCALATOR and profile.escalator == "never":
        return None
    if mode in _STEPPED:
        return profile.stairs_down_mps if climb < 0 else profile.stairs_up_mps
    if mode is Mode.RAMP and climb:
        return profile.ramp_down_mps if climb < 0 else profile.ramp_up_mps
    return profile.level_mps


def ground(network: FlowNetwork, calibration: Calibration) -> Ground:
    """The floors of a network: spaces, and connectors by their clear width and length.

    A space takes as many as can stand in it (:attr:`Calibration.density_max_per_m2`), as the nodes of :func:`dynamic` and so the plans do: who waits
    before a stair stands closer than people walk. A stair, ramp or escalator takes as many as get along best on its area
    (:attr:`Calibration.flow_density_per_m2`): nobody steps on to it when it is full, so that it never chokes by itself. One at least, and who begins
    there is there all the same.
    """
    spaces = sorted(
        {s for s, kind in zip(network.node_space, network.node_kind, strict=True) if s and kind not in _SAFE}
    )
    number = {space: index for index, space in enumerate(spaces)}
    node_zone = np.array(
        [
            -1 if kind in _SAFE else number.get(s, -1)
            for s, kind in zip(network.node_space, network.node_kind, strict=True)
        ],
        np.int32,
    )
    area = np.zeros(len(spaces))
    inside = node_zone >= 0
    np.add.at(area, node_zone[inside], network.node_area_m2[inside])
    arc_zone = np.where(network.arc_passage < 0, node_zone[network.arc_from], -1).astype(np.int32)
    own: dict[int, int] = {}
    areas: list[float] = area.tolist()
    sloped = [MODES.index(m) for m in (Mode.STAIRS, Mode.ESCALATOR, Mode.RAMP, Mode.MOVING_WALK)]
    for row in np.flatnonzero(np.isin(network.arc_mode, sloped) & (network.arc_passage >= 0)):
        passage = int(network.arc_passage[row])
        size = float(network.arc_length_m[row] * network.passage_width_m[passage])
        if passage not in own:
            own[passage] = len(areas)
            areas.append(size)
        areas[own[passage]] = max(areas[own[passage]], size)
        arc_zone[row] = own[passage]
    sizes = np.array(areas)
    density = np.full(len(sizes), calibration.flow_density_per_m2)
    density[: len(spaces)] = calibration.density_max_per_m2
    return Ground(
        node_zone=node_zone,
        arc_zone=arc_zone,
        room=np.maximum(1.0, np.floor(sizes * density)),
        area_m2=np.where(sizes > 0, sizes, np.inf),
        climb_m=network.arc_climb_m.astype(np.float64),
    )
