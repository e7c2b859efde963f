"""Who is cut off when something closes while people are on their way."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.models.criticality import Closing, CutOffAt
from indoor3d.models.flow import DynamicNetwork, FlowNetwork
from indoor3d.routing.evacuation._failures import closed_arcs, stranded_at, whole
from indoor3d.routing.evacuation._positions import Positions, positions, waiting
from indoor3d.routing.evacuation.ccrp import Plan, ccrp
from indoor3d.routing.evacuation.timed import Timed, begin, timed

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def cut_off_at(
    network: FlowNetwork,
    dynamic: DynamicNetwork,
    occupants: NDArray[np.integer],
    closes: Mapping[str, float],
    *,
    step_s: float,
    moving: bool = True,
    usable: Flags | None = None,
    plan: Plan | None = None,
) -> CutOffAt:
    """Say who is cut off when elements close: people follow their plan until then, and nobody knows before.

    At each closing, whoever has not passed looks for another way from where they are; who is on what closes turns back. With several closings, they
    follow their new plan until the next one. What has closed stays closed.

    Parameters
    ----------
    occupants : (N,) or (K, 3) int
        Persons at each node when it begins; or rows of node, step from which on they go, persons, as of people who wait for an alarm.
    closes : mapping of str to float
        Seconds at which openings, connectors and exits close, by id.
    moving : bool
        False: everybody is still where they began when the last of these has closed.
    usable : (M,) bool, optional
        Arcs that these people can use.
    plan : Plan, optional
        What people follow at first, as made for these occupants; the fast plan by default. :func:`~indoor3d.routing.evacuation.ccrp.nearest_exit` makes that of people whom nobody guides.

    Raises
    ------
    UnknownElement
    InvalidInput
        Nothing closes, a time is negative or no number, or the plan is one of another network, step or crowd.
    """
    _check_times(closes)
    shut_of = {element: closed_arcs(network, [element]) for element in sorted(closes)}
    open_ = np.ones(len(dynamic.arc_from), np.bool_) if usable is None else usable
    people = np.asarray(occupants) if np.ndim(occupants) == 2 else whole(occupants, dynamic.nodes)
    first = ccrp(dynamic, people, step_s=step_s, usable=open_) if plan is None else _same(plan, dynamic, people, step_s)
    net = timed(dynamic, people, step_s=step_s, scale=first.scale, rounding=first.rounding)
    watch = _Watch(network=network, dynamic=dynamic, plan=first, net=net, begun=_at_rest(net))
    by_time: dict[float, list[str]] = {}
    for element, moment in closes.items():
        by_time.setdefault(float(moment), []).append(element)
    if not moving:
        by_time = {max(by_time): sorted(closes)}
    for moment in sorted(by_time):
        names = tuple(sorted(by_time[moment]))
        for name in names:
            open_ = open_ & ~shut_of[name]
        watch.close(moment, names, open_=open_, moving=moving)
    return watch.told(persons=net.total // net.scale, no_way=int(first.left.sum()))


def _check_times(closes: Mapping[str, float]) -> None:
    wrong = [name for name, at in closes.items() if not (np.isfinite(at) and at >= 0)]
    if wrong or not closes:
        said = ", ".join(f"{name[:64]!r}: {closes[name]!r}" for name in sorted(wrong)[:5]) or "nothing"
        raise InvalidInput(
            f"closes has {said}; it must name elements with seconds from 0.",
            ko=f"closes 값 {said}: 닫히는 요소마다 0 이상의 초를 적어야 합니다.",
        )


def _same(plan: Plan, dynamic: DynamicNetwork, people: Integers, step_s: float) -> Plan:
    node, release, persons = begin(people, dynamic.nodes)
    begun, asked = plan.left.copy(), np.zeros(dynamic.nodes, np.int64)
    np.add.at(begun, plan.route_node[plan.cohort_route], plan.cohort_persons)
    np.add.at(asked, node, persons)
    alike = plan.network is dynamic or np.array_equal(plan.network.arc_from, dynamic.arc_from)
    late = not np.array_equal(plan.flow.release, release)
    if plan.step_s != step_s or not alike or not np.array_equal(begun, asked) or late:
        raise InvalidInput(
            "the plan is one of another network, step or crowd",
            ko="계획의 네트워크나 단계, 재실자가 다릅니다",
        )
    return plan


def _at_rest(net: Timed) -> Positions:
    count = len(net.node)
    return Positions(
        node=net.node,
        release=net.release,
        persons=net.units // net.scale,
        on=np.full(count, -1),
        entered=np.zeros(count),
    )


@dataclass(kw_only=True, eq=False)
class _Watch:
    """What has happened up to a closing, and the plan that people follow from it on."""

    network: FlowNetwork
    dynamic: DynamicNetwork
    plan: Plan
    net: Timed
    begun: Positions

    def __post_init__(self) -> None:
        self.closings: list[Closing] = []
        self.lost = np.zeros(self.dynamic.nodes, np.int64)
        self.out, self.last = 0, -1

    def close(self, moment: float, names: tuple[str, ...], *, open_: Flags, moving: bool) -> None:
        """Close elements, and let everybody inside look for another way."""
        shut = closed_arcs(self.network, names)
        if moving:
            found = positions(self.plan, self.net, self.begun, at_s=moment, shut=shut)
        else:
            found = waiting(self.plan, self.net, self.begun, at_s=moment)
        rows = found.inside
        plan = ccrp(
            self.dynamic, rows.occupants, step_s=self.plan.step_s, scale=self.plan.scale, rounding=self.plan.rounding, usable=open_
        )  # fmt: skip
        self.lost += plan.left
        self.out += found.out
        self.last = max(self.last, found.last_out)
        stranded = stranded_at(self.network, plan.left)
        self.closings.append(
            Closing(
                at_s=moment,
                elements=names,
                out=self.out,
                caught=found.caught,
                cut_off=int(plan.left.sum()),
                stranded=stranded,
            )
        )
        self.plan, self.begun = plan, rows

    def told(self, *, persons: int, no_way: int) -> CutOffAt:
        """Put it together."""
        still = int(self.plan.cohort_persons.sum())
        last = max(self.last, self.plan.clearance_steps if still else -1)
        lost = int(self.lost.sum())
        return CutOffAt(
            closings=tuple(self.closings),
            persons=persons,
            no_way=no_way,
            out=self.out,
            other_way=persons - no_way - self.out - lost,
            cut_off=lost,
            stranded=stranded_at(self.network, self.lost),
            clearance_s=last * self.plan.step_s if last >= 0 else None,
        )
