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
    rank = {node: place for place, node in enumerate(order[::-1].tolist())}
    coming: dict[int, dict[int, int]] = {}
    for node, release, units in zip(net.node.tolist(), net.release.tolist(), net.units.tolist(), strict=True):
        at = coming.setdefault(release, {})
        at[node] = at.get(node, 0) + units
    waiting: dict[int, int] = {}
    out, step = None, 0
    while coming or waiting:
        for node, units in coming.pop(step, {}).items():
            if net.sink[node]:
                out = step
            elif node in rank:
                waiting[node] = waiting.get(node, 0) + units
        _one_step(net, arc, step, waiting=waiting, coming=coming, order=sorted(waiting, key=rank.__getitem__))
        step += 1
    return out


def _one_step(
    net: Timed,
    arc: Integers,
    step: int,
    *,
    waiting: dict[int, int],
    coming: dict[int, dict[int, int]],
    order: list[int],
) -> None:
    """Let as many as there is capacity for step on their arcs, in an order; who comes too late does not wait any more."""
    left: dict[int, int] = {}
    for node in order:
        a = int(arc[node])
        if step < net.first[a]:
            continue
        group, units = int(net.group[a]), waiting[node]
        if step > net.last[a]:
            units = 0
            del waiting[node]
        elif group >= 0:
            most, capacity = int(net.most[group]), int(net.capacity[a])
            spare = left.get(group, most)
            units = min(units, spare * capacity // most)
            left[group] = spare + (-units * most) // capacity
        if units:
            waiting[node] -= units
            if not waiting[node]:
                del waiting[node]
            # who needs no time comes a step later: never too soon
            then = coming.setdefault(step + max(int(net.transit[a]), 1), {})
            then[int(net.head[a])] = then.get(int(net.head[a]), 0) + units
