"""A network and its people in whole steps and whole units: what the optimum and the plans count in."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork

Rounding = Literal["nearest", "up", "down"]
"""``nearest``: transit times to the nearest step but no less than one; ``up``: to the next step, never too quick; ``down``: to the
step before with capacities rounded up, never too slow."""
Units = NDArray[np.int64]
Steps = NDArray[np.int64]

NEVER = 1 << 30
"""A step that does not come."""
MOST_STEPS = 200_000
"""More steps than this are a mistake in ``step_s`` or in a capacity."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Timed:
    """A network and its people in whole steps and whole units.

    Parameters
    ----------
    step_s : float
    scale : int
        Units a person.
    rounding : str
        See :data:`Rounding`.
    tail, head : (M,) int64
    transit : (M,) int64
        Steps.
    capacity : (M,) int64
        Units that may enter in a step; :data:`NEVER` where nothing limits.
    group : (M,) int64
        Arcs of one number share ``most``; -1 where nothing limits.
    most : (G,) int64
        Largest capacity among the arcs of a group.
    first, last : (M,) int64
        Steps at which it can be entered; ``last`` is -1 for arcs that cannot be used at all.
    room : (N,) int64
        Units that can stay at a node.
    sink : (N,) bool
    node, release, units : (K,) int64
        Where and from which step on how much begins.
    """

    step_s: float
    scale: int
    rounding: Rounding
    tail: Steps
    head: Steps
    transit: Steps
    capacity: Units
    group: Steps
    most: Units
    first: Steps
    last: Steps
    room: Units
    sink: NDArray[np.bool_]
    node: Steps
    release: Steps
    units: Units

    @property
    def total(self) -> int:
        """Units of all people."""
        return int(self.units.sum())

    @cached_property
    def leaving(self) -> tuple[Steps, Steps]:
        """Arcs by their tail: starts and order."""
        return _by_node(self.tail, len(self.room))

    @cached_property
    def coming(self) -> tuple[Steps, Steps]:
        """Arcs by their head: starts and order."""
        return _by_node(self.head, len(self.room))

    def only(self, arcs: NDArray[np.bool_]) -> "Timed":
        """The same with some arcs (M,) only."""
        found = replace(self, last=np.where(arcs, self.last, -1))
        # their order is the same: it is not found anew for each of hundreds of failures
        found.__dict__.update({name: self.__dict__[name] for name in ("leaving", "coming") if name in self.__dict__})
        return found

    def earliest(self) -> Steps:
        """First step at which anybody can be at each node; :data:`NEVER` where nobody comes."""
        from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

        some = self.units > 0
        start, order = self.leaving
        found: Steps = kernels.earliest(
            start, order, self.head, self.transit, self.first, self.last, self.node[some], self.release[some], len(self.room)
        )  # fmt: skip
        return found

    def latest(self, horizon: int, *, also: Steps | None = None, always_open: bool = False) -> Steps:
        """Last step at which one can be at each node and still be out by ``horizon``; -1 where one cannot.

        ``also`` are more nodes that count as out, with the step until which; ``always_open`` leaves closings out of account.
        """
        from indoor3d.routing.evacuation import _ccrp_kernels as kernels  # noqa: PLC0415 - compiles

        by = np.where(self.sink, horizon, -1).astype(np.int64)
        if also is not None:
            by = np.maximum(by, also)
        first, last = self.first, self.last
        if always_open:
            first, last = np.zeros_like(first), np.where(last >= 0, NEVER, -1)
        start, order = self.coming
        found: Steps = kernels.latest(start, order, self.tail, self.transit, first, last, by)
        return found


def _by_node(node: Steps, nodes: int) -> tuple[Steps, Steps]:
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(node, minlength=nodes), out=start[1:])
    return start, np.argsort(node, kind="stable").astype(np.int64)


def begin(occupants: NDArray[np.integer], nodes: int) -> tuple[Steps, Steps, Units]:
    """Where, from which step on, and how many persons: from persons a node (N,), or from rows (node, step, persons) (K, 3).

    Raises
    ------
    InvalidInput
        The shape is neither, a count or a step is negative, or a node does not exist.
    """
    rows = np.asarray(occupants)
    if rows.ndim == 1 and len(rows) == nodes:
        node = np.flatnonzero(rows)
        rows = np.column_stack([node, np.zeros_like(node), rows[node]])
    if rows.ndim != 2 or rows.shape[1] != 3 or not np.issubdtype(rows.dtype, np.integer):
        raise InvalidInput(
            "occupants must be whole persons of each node, or rows of node, step and persons",
            ko="재실자는 노드마다의 사람 수(정수)이거나 (노드, 단계, 사람 수) 행이어야 합니다",
        )
    if len(rows) and (rows.min() < 0 or rows[:, 0].max() >= nodes or rows[:, 1].max() >= MOST_STEPS):
        raise InvalidInput(
            "occupants name a node that does not exist, or a count or step that cannot be",
            ko="재실자에 없는 노드나 있을 수 없는 수·단계가 있습니다",
        )
    rows = rows[rows[:, 2] > 0].astype(np.int64)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    return rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy()


def timed(
    network: DynamicNetwork,
    occupants: NDArray[np.integer],
    *,
    step_s: float,
    scale: int = 100,
    rounding: Rounding = "nearest",
    usable: NDArray[np.bool_] | None = None,
) -> Timed:
    """Put a network into whole steps.

    ``usable`` (M,) are the arcs that these people can use; all by default.

    Raises
    ------
    InvalidInput
        The length of a step or the scale is not positive, or ``occupants`` is malformed.
    """
    if not (np.isfinite(step_s) and step_s > 0 and scale >= 1):
        raise InvalidInput(
            f"a step of {step_s} s with {scale} units a person cannot be planned with",
            ko=f"{step_s}초 단계와 1인당 {scale}단위로는 계획할 수 없습니다",
        )
    node, release, persons = begin(occupants, network.nodes)
    taken = network.time_s / step_s
    if rounding == "nearest":
        taken = np.rint(taken)
    else:
        taken = np.ceil(taken - 1e-9) if rounding == "up" else np.floor(taken + 1e-9)
    transit = taken.astype(np.int64)
    if rounding == "nearest":
        transit = np.where(network.time_s > 0, np.maximum(transit, 1), transit)
    capacity = _units(network.capacity_per_s * step_s * scale, up=rounding == "down")
    sink = np.zeros(network.nodes, np.bool_)
    sink[network.sinks] = True
    first, last = _open(network, transit, step_s=step_s, exactly=rounding != "down")
    shut = (capacity == 0) | sink[network.arc_from] | (first > last) | (network.arc_from == network.arc_to)
    shut |= network.closed_from_s <= 0  # closed from the beginning, also to those whom it would take no time
    last[shut if usable is None else shut | ~usable] = -1
    group, most = _groups(network.passage, capacity)
    begins = np.bincount(node, weights=persons, minlength=network.nodes).astype(np.int64) * scale
    return Timed(
        step_s=step_s,
        scale=scale,
        rounding=rounding,
        tail=network.arc_from.astype(np.int64),
        head=network.arc_to.astype(np.int64),
        transit=transit,
        capacity=capacity,
        group=group,
        most=most,
        first=first,
        last=last,
        room=np.maximum(_units(network.storage * scale, up=rounding == "down"), begins),
        sink=sink,
        node=node,
        release=release,
        units=persons * scale,
    )


def _units(amount: NDArray[np.float64], *, up: bool) -> Units:
    rounded = np.ceil(amount - 1e-9) if up else np.floor(amount + 1e-9)
    units: Units = np.minimum(rounded, NEVER).astype(np.int64)
    return units


def _open(network: DynamicNetwork, transit: Steps, *, step_s: float, exactly: bool) -> tuple[Steps, Steps]:
    """Steps at which arcs can be entered; a passage has to end by the closing."""
    takes = np.maximum(network.time_s, transit * step_s) if exactly else np.minimum(network.time_s, transit * step_s)
    first = np.minimum(np.maximum(np.ceil(network.open_from_s / step_s - 1e-9), 0), NEVER).astype(np.int64)
    last = np.floor((network.closed_from_s - takes) / step_s + 1e-9)
    return first, np.clip(last, -1, NEVER).astype(np.int64)


def _groups(passage: NDArray[np.int32], capacity: Units) -> tuple[Steps, Units]:
    """Number the arcs that share: by passage where there is one, each alone where it has a limit of its own."""
    limited = capacity < NEVER
    shared = limited & (passage >= 0)
    group = np.full(len(capacity), -1, np.int64)
    _, group[shared] = np.unique(passage[shared], return_inverse=True)
    count = int(group.max(initial=-1)) + 1
    alone = limited & ~shared
    group[alone] = count + np.arange(int(alone.sum()))
    most = np.zeros(int(group.max(initial=-1)) + 1, np.int64)
    np.maximum.at(most, group[limited], capacity[limited])
    return group, most
