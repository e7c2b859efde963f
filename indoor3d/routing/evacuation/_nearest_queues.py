"""How long it takes when all go at once, each by the quickest free way: queues on a tree, without room and without names."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import nearest_arcs
from indoor3d.routing.evacuation.timed import NEVER, Timed

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_APART_S = 1e-3
"""An arc that takes no time counts as this where the quickest way is looked for: far more than rounding, far less than a step (ours)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """Queues on the quickest ways, when all go at once: what :func:`~indoor3d.routing.evacuation.ccrp.nearest_exit` plans, in milliseconds.

    Room is left aside: nobody who waits keeps a passage from working, so for the clearance it does not matter where they stand, and the two differ by steps only.

    Parameters
    ----------
    clearance_s : float or None
        When the last of those who get out is out; None where nobody does.
    arcs : (K,) int64
        Arcs that anybody takes.
    """

    clearance_s: float | None
    arcs: Integers

    @classmethod
    def of(cls, dynamic: DynamicNetwork, net: Timed) -> "Nearest":
        """Everybody by the quickest free way over the arcs that are open at any time."""
        # between two places with no time between them, each would be on the way from the other
        apart = replace(dynamic, time_s=np.maximum(dynamic.time_s, _APART_S))
        arc = nearest_arcs(apart, usable=net.last >= 0)
        order = _upstream_first(net, arc)
        taken = arc[order]
        groups = net.group[taken]
        groups = groups[groups >= 0]
        alone = len(np.unique(groups)) == len(groups)
        always = bool((net.first[taken] == 0).all() and (net.last[taken] >= NEVER).all() and not net.release.any())
        last = _last_out(net, arc, order) if alone and always else _step_by_step(net, arc, order)
        return cls(clearance_s=None if last is None else last * net.step_s, arcs=taken)

    def uses(self, arcs: Flags) -> bool:
        """Whether any of its people goes along any of these."""
        return bool(arcs[self.arcs].any())


def _upstream_first(net: Timed, arc: Integers) -> Integers:
    """Nodes that anybody passes on the way out by ``arc``, each before the one that it leads to."""
    depth: dict[int, int] = {}
    for node in np.unique(net.node[net.units > 0]).tolist():
        path, here = list[int](), node
        while arc[here] >= 0 and here not in depth:
            path.append(here)
            here = int(net.head[arc[here]])
        if arc[here] < 0 and not net.sink[here]:
            continue
        for back in reversed(path):
            depth[back] = depth.get(int(net.head[arc[back]]), 0) + 1
    return np.array(sorted(depth, key=lambda v: (-depth[v], v)), np.int64)


def _last_out(net: Timed, arc: Integers, order: Integers) -> int | None:
    """Step of the last arrival; None where nobody is out."""
    begins = np.zeros(len(net.room), np.int64)
    np.add.at(begins, net.node, net.units)
    out = 0 if begins[net.sink].any() else None
    steps = 512
    while True:
        last = _last_by(net, arc, order, begins=begins, steps=steps)
        if last is not None:
            return out if last < 0 else last
        steps *= 2


def _last_by(net: Timed, arc: Integers, order: Integers, *, begins: Integers, steps: int) -> int | None:
    """Step of the last arrival, -1 where nobody comes, None where it is not among so many steps."""
    at = np.arange(steps)
    coming: dict[int, Integers] = {}
    last = -1
    for node in order.tolist():
        here = coming.pop(node, np.zeros(steps, np.int64)) + begins[node]
        through, most = int(arc[node]), int(net.capacity[arc[node]])
        gone = here if most >= NEVER else most * at + np.minimum.accumulate(np.minimum(here - most * at, most))
        late = int(net.transit[through])
        if late >= steps or gone[steps - 1 - late] < here[-1]:
            return None
        then = np.concatenate([np.zeros(late, np.int64), gone[: steps - late]])
        head = int(net.head[through])
        if not net.sink[head]:
            coming[head] = coming[head] + then if head in coming else then
        elif then[-1]:
            last = max(last, int(np.searchsorted(then, then[-1])))
    return last


def _step_by_step(net: Timed, arc: Integers, order: Integers) -> int | None:
    """Step of the last arrival where ways share passages, the one nearer to the exit first, or where they close; None where nobody is out."""
    from indoor3d.routing.evacuation import _criticality_kernels as kernels  # noqa: PLC0415 - compiles

    line = order[::-1].copy()
    place = np.full(len(net.room), -1, np.int64)
    place[line] = np.arange(len(line))
    begun = np.argsort(net.release, kind="stable")
    last = kernels.queues(
        line, place, arc, net.head, net.transit, net.group, net.capacity, net.most, net.first, net.last, net.sink,
        net.node[begun], net.release[begun], net.units[begun],
    )  # fmt: skip
    return None if last < 0 else int(last)
