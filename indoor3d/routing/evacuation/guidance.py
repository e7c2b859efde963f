"""What signs show: which way each node points, in which window of time, and how people part there.

A plan is for people who know their way; a sign tells all who pass the same. So what a plan does at a node is summed over a window: the
share of people on each arc, and for a sign that can only point one way the arc that most of them take. A sign that changes too often is not
believed: directions are chosen for the whole time at once, so that each lasts for a minimum dwell and as many people as possible are shown
the way of their plan.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.flow import DynamicNetwork
from indoor3d.routing.evacuation.ccrp import Plan, nearest_arcs

_WINDOWS = 2000
"""More windows than this are no guidance."""


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
        Arc that the sign of a node points along; -1 at exits and where there is no way out. It never changes before the minimum dwell.
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


def guidance(plan: Plan, *, window_s: float, min_dwell_s: float, usable: NDArray[np.bool_] | None = None) -> Guidance:
    """Derive guidance from a plan.

    Parameters
    ----------
    window_s : float
        Length of a window; a whole number of steps.
    min_dwell_s : float
        Time for which a sign shows the same at least.
    usable : (M,) bool, optional
        Arcs that a sign may point along where the plan sends nobody.

    Raises
    ------
    InvalidInput
        The window is not a whole number of steps, the dwell is negative, or there are more than 2,000 windows.
    """
    steps = round(window_s / plan.step_s) if window_s > 0 else 0
    if steps < 1 or abs(steps * plan.step_s - window_s) > 1e-6 or min_dwell_s < 0:
        raise InvalidInput(
            f"a window of {window_s} s is not a whole number of steps of {plan.step_s} s, or the dwell is negative",
            ko=f"{window_s}초 창은 {plan.step_s}초 단계의 정수배가 아니거나 최소 유지 시간이 음수입니다",
        )
    windows = plan.clearance_steps // steps + 1
    if windows > _WINDOWS:
        raise InvalidInput(f"{windows} windows are too many", ko=f"창 {windows}개는 너무 많습니다")
    network = plan.network
    through = _through(plan, steps, windows)
    fallback = nearest_arcs(network, usable=usable)
    dwell = max(1, int(np.ceil(min_dwell_s / window_s - 1e-9)))
    start = np.searchsorted(np.sort(network.arc_from, kind="stable"), np.arange(network.nodes + 1))
    order = np.argsort(network.arc_from, kind="stable")
    sign = np.full((windows, network.nodes), -1, np.int32)
    fraction = np.zeros((windows, len(network.arc_from)), np.float32)
    planned = np.zeros((windows, network.nodes), np.bool_)
    for node in range(network.nodes):
        arcs = order[start[node] : start[node + 1]]
        used = arcs[through[:, arcs].any(axis=0)]
        if len(used):
            taken = through[:, used]
            planned[:, node] = taken.any(axis=1)
            sign[:, node] = used[_directions(taken, dwell)]
            fraction[:, used] = _shares(taken)
        elif fallback[node] >= 0:
            sign[:, node] = fallback[node]
            fraction[:, fallback[node]] = 1.0
    return Guidance(
        network=network, window_s=window_s, min_dwell_s=min_dwell_s, fraction=fraction, sign=sign, planned=planned
    )


def _through(plan: Plan, steps: int, windows: int) -> NDArray[np.float64]:
    """Persons who enter each arc in each window (W, M); of two who would meet and pass in a window only the difference."""
    arc, step, units = plan.flow.entries()
    count = len(plan.network.arc_from)
    found = np.bincount((step // steps) * count + arc, weights=units / plan.scale, minlength=windows * count).astype(
        np.float64
    )
    through: NDArray[np.float64] = found.reshape(windows, count)
    tail, head = plan.network.arc_from.astype(np.int64), plan.network.arc_to.astype(np.int64)
    nodes = plan.network.nodes
    code, back = tail * nodes + head, head * nodes + tail
    order = np.argsort(code, kind="stable")
    at = np.minimum(np.searchsorted(code[order], back), max(count - 1, 0))
    twin = order[at] if count else at
    some = np.flatnonzero(code[twin] == back) if count else at
    some = some[some < twin[some]]
    both = np.minimum(through[:, some], through[:, twin[some]])
    through[:, some] -= both
    through[:, twin[some]] -= both
    return through


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
