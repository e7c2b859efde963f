"""Networks that crowds flow through: what a venue offers, and what that means under one movement model.

:class:`FlowNetwork` is geometry, derived from a building: where people stand, what they pass, how wide and how long it is, and who
says so. :class:`DynamicNetwork` is the same as numbers under one calibration: seconds, persons a second, persons that fit. Everything
that plans or moves crowds works on the latter, so that it can be asked of any network, not only of a building's.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]


class NodeKind(StrEnum):
    """What a node of a flow network is."""

    CELL = "cell"
    """A part of a space where people stand when it begins."""
    MOUTH = "mouth"
    """The floor in front of an opening or a connector, on one side of it: where people queue for it."""
    EXIT = "exit"
    """Outside."""
    SAFE = "safe"
    """A declared point of safety, or the next venue."""
    REFUGE = "refuge"
    """Where people wait to be fetched."""


NODE_KINDS: tuple[NodeKind, ...] = tuple(NodeKind)
"""``node_kind`` holds indices into this."""


class Basis(StrEnum):
    """How a number is known."""

    SURVEYED = "surveyed"
    """The model of the building has it."""
    DECLARED = "declared"
    """The scenario, or somebody responsible, says so."""
    DEFAULT = "default"
    """Nobody says; a published value is taken."""


BASES: tuple[Basis, ...] = tuple(Basis)
"""``passage_basis`` holds indices into this."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowNetwork:
    """What a venue offers to a crowd.

    Arcs are directed. Both directions through one door, or on one stair, share its ``passage``: what its width lets through is
    for both together.

    Parameters
    ----------
    venue : str
    node_id : tuple of str
        Unique and stable: ``hall#3`` is the fourth cell of space ``hall``, ``door-1@hall`` the side of ``door-1`` in ``hall``; an exit's id.
    node_kind : (N,) uint8
        Index into :data:`NODE_KINDS`.
    node_space : tuple of str
        Id of the space a node is in; empty for exits.
    node_level : tuple of str
        Id of its level.
    node_position : (N, 3) float64, metres, site frame
    node_area_m2 : (N,) float64
        Floor to stand on; infinite for exits and points of safety. The areas of a space's nodes add up to the space.
    arc_from, arc_to : (M,) int32
    arc_mode : (M,) uint8
        Index into :data:`indoor3d.models.network.MODES`.
    arc_length_m, arc_climb_m : (M,) float64
        Along the slope; height gained.
    arc_passage : (M,) int32
        Index into the passages; -1 on open floor, where nothing limits.
    passage_element : tuple of str
        Ids of openings and connectors.
    passage_width_m : (P,) float64
        Clear width.
    passage_width_basis : (P,) uint8
        Index into :data:`BASES`.
    passage_riser_m, passage_tread_m : (P,) float64
        Of stairs and escalators; 0 elsewhere.
    passage_steps_basis : (P,) uint8
        How riser and tread are known.
    exit_node : (X,) int32
        Nodes of exits and points of safety, the sinks.
    refuge_node : (R,) int32
    """

    venue: str
    node_id: tuple[str, ...]
    node_kind: NDArray[np.uint8]
    node_space: tuple[str, ...]
    node_level: tuple[str, ...]
    node_position: Floats
    node_area_m2: Floats
    arc_from: Indices
    arc_to: Indices
    arc_mode: NDArray[np.uint8]
    arc_length_m: Floats
    arc_climb_m: Floats
    arc_passage: Indices
    passage_element: tuple[str, ...]
    passage_width_m: Floats
    passage_width_basis: NDArray[np.uint8]
    passage_riser_m: Floats
    passage_tread_m: Floats
    passage_steps_basis: NDArray[np.uint8]
    exit_node: Indices
    refuge_node: Indices


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicNetwork:
    """A flow network as numbers: transit times, capacities, storage.

    Parameters
    ----------
    arc_from, arc_to : (M,) int32
    time_s : (M,) float64
        Free transit time; 0 is allowed.
    capacity_per_s : (M,) float64
        Persons a second that may enter; infinite where nothing limits.
    passage : (M,) int32
        Arcs of one number share their capacity; -1 shares with nobody.
    storage : (N,) float64
        Persons that a node can hold, those in front of its doors included; infinite for sinks.
    sinks : (X,) int32
    open_from_s, closed_from_s : (M,) float64
        Nobody is on an arc before the one or after the other: a passage has to end by ``closed_from_s``. 0 and infinite by default.
    """

    arc_from: Indices
    arc_to: Indices
    time_s: Floats
    capacity_per_s: Floats
    passage: Indices
    storage: Floats
    sinks: Indices
    open_from_s: Floats
    closed_from_s: Floats

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.storage)

    @classmethod
    def of(
        cls,
        arc_from: NDArray[np.integer],
        arc_to: NDArray[np.integer],
        *,
        time_s: Floats,
        capacity_per_s: Floats,
        storage: Floats,
        sinks: NDArray[np.integer],
        passage: NDArray[np.integer] | None = None,
    ) -> "DynamicNetwork":
        """Make one whose arcs are open at all times; opposite arcs share nothing unless ``passage`` says so."""
        count = len(arc_from)
        return cls(
            arc_from=np.asarray(arc_from, np.int32),
            arc_to=np.asarray(arc_to, np.int32),
            time_s=np.asarray(time_s, np.float64),
            capacity_per_s=np.asarray(capacity_per_s, np.float64),
            passage=np.full(count, -1, np.int32) if passage is None else np.asarray(passage, np.int32),
            storage=np.asarray(storage, np.float64),
            sinks=np.asarray(sinks, np.int32),
            open_from_s=np.zeros(count),
            closed_from_s=np.full(count, np.inf),
        )
