"""What signs show: which way each node points, in which window of time, and how people part there.

A plan is for people who know their way; a sign tells all who pass the same. So what a plan does at a node is summed over a window: the
share of people on each arc, and for a sign that can only point one way the arc that most of them take. A sign that changes too often is not
believed: directions are chosen for the whole time at once, so that each lasts for a minimum dwell and as many people as possible are shown
the way of their plan. Signs never lead round in a circle.

What people do who are told so is another question, for they come when they come and not when the plan has them come:
:mod:`indoor3d.routing.evacuation.rehearsal` asks it, and betters the guidance by the answer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import Plan, nearest_arcs
from indoor3d.routing.evacuation.simulate import Splits

_WINDOWS = 2000
"""More windows than this are no guidance."""
_WHOLE_S = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Guidance:
    """Signs and splits in windows of time. After the last window the last one stays.

    Parameters
    ----------
    network : DynamicNetwork
    window_s : float
    min_dwell_s : float
    fraction : (W, M) float32
        Share of the people at the arc's tail who take it in a window. The arcs of a node sum to 1 wherever there is a way out, also where
        the plan sends nobody: there they follow the sign.
    sign : (W, N) int32
        Arc that the sign of a node points along; -1 at exits and where there is no way out. It never changes before the minimum dwell, and who
        follows the signs of one window comes to an exit.
    planned : (W, N) bool
        The plan has people leave the node in that window; elsewhere what is before, or after, or the nearest exit is shown.
    """

    network: DynamicNetwork
    window_s: float
    min_dwell_s: float
    fraction: NDArray[np.float32]
    sign: NDArray[np.int32]
    planned: NDArray[np.bool_]

    @property
    def windows(self) -> int:
        """How many windows there are."""
        return len(self.sign)

    def at(self, time_s: float) -> int:
        """Number of the window at a time."""
        return min(max(int(time_s / self.window_s), 0), self.windows - 1)

    def splits(self) -> Splits:
        """People part by the shares of each window, as where staff or signs with several arrows lead them."""
        return Splits(from_s=self._from_s(), share=self.fraction.astype(np.float64))

    def pointed(self) -> Splits:
        """All go where the sign points."""
        share = np.zeros(self.fraction.shape)
        window, node = np.nonzero(self.sign >= 0)
        share[window, self.sign[window, node]] = 1.0
        return Splits(from_s=self._from_s(), share=share)

    def _from_s(self) -> NDArray[np.float64]:
        return (np.arange(self.windows) * self.window_s).astype(np.float64)


def guidance(plan: Plan, *, window_s: float, min_dwell_s: float, usable: NDArray[np.bool_] | None = None) -> Guidance:
    """Derive guidance from a plan.

    Parameters
    ----------
    window_s : float
        Length of a window; a whole number of steps, or infinite for guidance that never changes: that has one window, of the whole plan.
    min_dwell_s : float
        Time for which a sign shows the same at least.
    usable : (M,) bool, optional
        Arcs that a sign may point along where the plan sends nobody.

    Raises
    ------
    InvalidInput
        The window is not a whole number of steps, the dwell is negative, or there are more than 2,000 windows.
    """
    steps = steps_of(plan, window_s)
    if min_dwell_s < 0:
        raise InvalidInput("the dwell of a sign is negative", ko="표지의 최소 유지 시간이 음수입니다")
    windows = 1 if np.isinf(window_s) else plan.clearance_steps // steps + 1
    if windows > _WINDOWS:
        raise InvalidInput(f"{windows} windows are too many", ko=f"창 {windows}개는 너무 많습니다")
    through = _through(plan, steps, windows)
    fallback = nearest_arcs(plan.network, usable=usable)
    return told(plan.network, through, fallback, window_s=steps * plan.step_s, min_dwell_s=min_dwell_s)


def steps_of(plan: Plan, window_s: float) -> int:
    """Steps of a window; all of the plan if it is infinite.

    Raises
    ------
    InvalidInput
        It is not a whole number of them.
    """
    if np.isinf(window_s) and window_s > 0:
        return plan.clearance_steps + 1
    steps = round(window_s / plan.step_s) if window_s > 0 else 0
    if steps < 1 or abs(steps * plan.step_s - window_s) > _WHOLE_S:
        raise InvalidInput(
            f"a window of {window_s} s is not a whole number of steps of {plan.step_s} s",
            ko=f"{window_s}초 창은 {plan.step_s}초 단계의 정수배가 아닙니다",
        )
    return steps


def told(
    network: DynamicNetwork,
    through: NDArray[np.float64],
    fallback: NDArray[np.int64],
    *,
    window_s: float,
    min_dwell_s: float,
) -> Guidance:
    """Guidance by which so many people go through each arc in each window, ``through`` (W, M); elsewhere the signs show ``fallback`` (N,)."""
    windows = len(through)
    dwell = max(1, int(np.ceil(min_dwell_s / window_s - 1e-9)))
    order = np.argsort(network.arc_from, kind="stable")
    start = np.searchsorted(network.arc_from[order], np.arange(network.nodes + 1))
    sign = np.full((windows, network.nodes), -1, np.int32)
    fraction = np.zeros((windows, len(network.arc_from)), np.float32)
    planned = np.zeros((windows, network.nodes), np.bool_)
    used = np.asarray(through.any(axis=0), np.bool_)
    for node in range(network.nodes):
        arcs = order[start[node] : start[node + 1]]
        some = arcs[used[arcs]]
        if len(some):
            taken = through[:, some]
            planned[:, node] = taken.any(axis=1)
            sign[:, node] = some[_directions(taken, dwell)]
            fraction[:, some] = _shares(taken)
        elif fallback[node] >= 0:
            sign[:, node] = fallback[node]
            fraction[:, fallback[node]] = 1.0
    found = Guidance(
        network=network, window_s=window_s, min_dwell_s=min_dwell_s, fraction=fraction, sign=sign, planned=planned
    )
    _lead_out(found, fallback)
    return found


def _lead_out(guide: Guidance, fallback: NDArray[np.int64]) -> None:
    """Where signs lead round in a circle, all on the nearest way out from there show it at all times; likewise where in the end nobody leaves one."""
    network = guide.network
    for window in range(guide.windows):
        last = window == guide.windows - 1
        while True:
            node = _in_a_circle(network, guide.sign[window])
            if node < 0 and last:
                node = _without_end(network, guide.sign[window], guide.fraction[window])
            if node < 0:
                break
            while guide.sign[0, node] >= 0:
                own = network.arc_from == node
                guide.fraction[:, own] = 0.0
                guide.sign[:, node] = fallback[node]
                if fallback[node] < 0:
                    break
                guide.fraction[:, fallback[node]] = 1.0
                node = int(network.arc_to[fallback[node]])


def _in_a_circle(network: DynamicNetwork, sign: NDArray[np.int32]) -> int:
    """A node that signs lead back to; -1 if there is none."""
    ahead = np.where(sign >= 0, network.arc_to[sign], np.arange(len(sign)))
    for _ in range(max(1, len(sign).bit_length())):
        ahead = ahead[ahead]
    lost = np.flatnonzero(sign[ahead] >= 0)
    return int(ahead[lost[0]]) if len(lost) else -1


def _without_end(network: DynamicNetwork, sign: NDArray[np.int32], fraction: NDArray[np.float32]) -> int:
    """A node from which shares lead nobody to where signs end; -1 if there is none."""
    out = sign < 0
    live = np.flatnonzero(fraction > 0)
    tail, head = network.arc_from[live], network.arc_to[live]
    while True:
        more = tail[out[head] & ~out[tail]]
        if not len(more):
            break
        out[more] = True
    lost = np.flatnonzero(~out)
    return int(lost[0]) if len(lost) else -1


def _through(plan: Plan, steps: int, windows: int) -> NDArray[np.float64]:
    """Persons who enter each arc in each window (W, M); of two who would meet and pass in a window only the difference."""
    arc, step, units = plan.flow.entries()
    count = len(plan.network.arc_from)
    found = np.bincount((step // steps) * count + arc, weights=units / plan.scale, minlength=windows * count).astype(
        np.float64
    )
    through: NDArray[np.float64] = found.reshape(windows, count)
    twin = opposite(plan.network)
    some = np.flatnonzero(twin > np.arange(count))
    both = np.minimum(through[:, some], through[:, twin[some]])
    through[:, some] -= both
    through[:, twin[some]] -= both
    return through


def opposite(network: DynamicNetwork) -> NDArray[np.int64]:
    """An arc that leads back, for each; -1 where there is none, (M,)."""
    tail, head = network.arc_from.astype(np.int64), network.arc_to.astype(np.int64)
    count, nodes = len(tail), network.nodes
    if not count:
        return np.zeros(0, np.int64)
    code, back = tail * nodes + head, head * nodes + tail
    order = np.argsort(code, kind="stable")
    at = np.minimum(np.searchsorted(code[order], back), count - 1)
    twin = order[at]
    found: NDArray[np.int64] = np.where(code[twin] == back, twin, -1)
    return found


def _directions(taken: NDArray[np.float64], dwell: int) -> NDArray[np.int64]:
    """Best direction in each window, each kept for at least ``dwell`` windows: as many people as possible are shown theirs."""
    windows, ways = taken.shape
    total = np.zeros((windows + 1, ways))
    np.cumsum(taken, axis=0, out=total[1:])
    if ways == 1 or windows < 2 * dwell:
        return np.full(windows, int(total[-1].argmax()), np.int64)
    best = np.full(windows + 1, -np.inf)
    best[0] = 0.0
    came, way = np.zeros(windows + 1, np.int64), np.zeros(windows + 1, np.int64)
    for until in range(dwell, windows + 1):
        since = np.arange(until - dwell + 1)
        gain = best[since, None] + total[until] - total[since]
        row, column = np.unravel_index(int(gain.argmax()), gain.shape)
        best[until], came[until], way[until] = gain[row, column], row, column
    found = np.empty(windows, np.int64)
    until = windows
    while until > 0:
        found[came[until] : until] = way[until]
        until = int(came[until])
    return found


def _shares(taken: NDArray[np.float64]) -> NDArray[np.float32]:
    """Shares in each window; where nobody comes those of the window before, or of the first one."""
    sums = taken.sum(axis=1)
    some = np.flatnonzero(sums > 0)
    at = np.maximum(np.searchsorted(some, np.arange(len(taken)), side="right") - 1, 0)
    rows = some[at]
    shares: NDArray[np.float32] = (taken[rows] / sums[rows, None]).astype(np.float32)
    return shares
