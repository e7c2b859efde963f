"""What becomes of a crowd: everybody by themselves, through queues, or all of them as a fluid.

The simulation takes decisions once a step where many people are concerned (room, merging, density, closures); the times of single people are
exact in between, so that a door of capacity C lets no more than 1 + C t through in any t seconds. Who follows a plan keeps its time-table and
the whole steps of its network: nobody is out sooner than planned, so that plan ≤ simulation holds by construction and what is added is what
the plan did not know.

A person whose way closes takes the next best open one from where they stand, as soon as they stand there; who has none stays, is counted, and goes on
if something opens. Who is on an arc when it closes was let in by its time-table: nobody enters what they would not leave in time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidScenario
from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import Calibration
from indoor3d.routing.evacuation.dynamic import Ground

if TYPE_CHECKING:
    from indoor3d.routing.evacuation.ccrp import Plan

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]
Ties = Literal["share", "first"]

STATES = ("waiting", "moving", "held", "out", "refuge", "stranded", "down")
"""``Run.state`` holds indices into this: in a queue; on an arc; no room ahead; out; in a refuge; without a way; incapacitated."""
OUT, REFUGE, STRANDED, DOWN = (STATES.index(s) for s in ("out", "refuge", "stranded", "down"))
CREEP = 0.1
"""Nobody is slower in a crowd than this share of the free speed: the law of density would have all stand still for ever. Ours."""
STREAM_PER_M2 = 2.0
"""The densest crowd that people walk through at the speed of its density (the verification suite's densest, A7; SFPE ch. 67 wants no more than 1.9 in design).
Where there are more, the others stand in queues, which are simulated as queues: to slow those who move by them as well would count them twice."""
_DENSITY_STEP = 0.01
_DENSITY_MOST = 10.0
_MOST_STEPS = 2_000_000
_TIE_S = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Crowd:
    """Who there is.

    Parameters
    ----------
    node : (A,) int32
        Where they are.
    premovement_s : (A,) float64
        When they set off.
    speed_factor : (A,) float64
        Of the speed of their class.
    mobility : (A,) uint8
        Index into :attr:`World.classes`.
    route : (A,) int32
        Route of the plan; -1: guided, or to the nearest exit.
    """

    node: Indices
    premovement_s: Floats
    speed_factor: Floats
    mobility: NDArray[np.uint8]
    route: Indices

    @classmethod
    def at(
        cls, node: NDArray[np.integer], *, premovement_s: Floats | float = 0.0, speed_factor: Floats | float = 1.0
    ) -> "Crowd":
        """People of one class without a plan."""
        count = len(node)
        return cls(
            node=np.asarray(node, np.int32),
            premovement_s=np.broadcast_to(np.asarray(premovement_s, np.float64), count).copy(),
            speed_factor=np.broadcast_to(np.asarray(speed_factor, np.float64), count).copy(),
            mobility=np.zeros(count, np.uint8),
            route=np.full(count, -1, np.int32),
        )

    @classmethod
    def of(cls, occupants: NDArray[np.integer]) -> "Crowd":
        """So many at each node, (N,)."""
        return cls.at(np.repeat(np.arange(len(occupants)), occupants))

    @classmethod
    def following(cls, plan: "Plan") -> "Crowd":
        """Everybody of a plan, each with their route and no earlier than planned; those it has no way for stay where they are."""
        whole = np.repeat(np.arange(len(plan.cohort_persons)), plan.cohort_persons)
        route = plan.cohort_route[whole]
        takes = np.zeros(len(plan.path_start) - 1)
        np.add.at(takes, np.repeat(np.arange(len(takes)), np.diff(plan.path_start)), planned_times(plan)[plan.path_arc])
        starts = np.maximum(plan.cohort_arrive[whole] * plan.step_s - takes[route], 0.0)
        order = np.lexsort((route, starts))
        left = np.repeat(np.arange(len(plan.left)), plan.left)
        made = cls.at(np.concatenate([plan.route_node[route[order]], left]))
        return replace(
            made,
            premovement_s=np.concatenate([starts[order], np.zeros(len(left))]),
            route=np.concatenate([route[order], np.full(len(left), -1)]).astype(np.int32),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """One class of people: seconds each arc takes them (M,), infinite where they cannot go, and whether a refuge is a goal to them."""

    time_s: Floats
    to_refuge: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Splits:
    """Guidance: which share of those who leave a node take each arc, in windows of time.

    Parameters
    ----------
    from_s : (W,) float64
        Ascending; the first is 0.
    share : (W, M) float64
    follows : tuple of bool
        Which classes of :attr:`World.kinds` do as they are told; the others go to the nearest exit. All by default. Guidance that leads over arcs which
        a class cannot use would lead it round in circles.
    """

    from_s: Floats
    share: Floats
    follows: tuple[bool, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Phases:
    """Smoke over time.

    Parameters
    ----------
    from_s : (K,) float64
        Ascending.
    factor : (K, M) float64
        Share of their speed that people keep on each arc.
    node_dose_per_s, arc_dose_per_s : (K, N), (K, M) float64
        What they breathe: down when it adds up to 1.
    """

    from_s: Floats
    factor: Floats
    node_dose_per_s: Floats
    arc_dose_per_s: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """What else there is to a network.

    Parameters
    ----------
    ground : Ground, optional
        Without one, each node is a floor of its own, of its storage, and density slows nobody.
    phases : Phases, optional
    kinds : tuple of Kind
        Classes of people; one that takes the network's times by default.
    refuges : (R,) int32
        Nodes where those stay who have no way out.
    weight : (M,) float64, optional
        For merging; by default the capacity, so that the wider passage gets more.
    ties : str
        ``share``: equally short ways are taken in turn; ``first``: the one of the lowest number.
    fatigue : bool
        Climbing tires (:func:`indoor3d.models.movement.fatigue`).
    """

    ground: Ground | None = None
    phases: Phases | None = None
    kinds: tuple[Kind, ...] = ()
    refuges: Indices = field(default_factory=lambda: np.zeros(0, np.int32))
    weight: Floats | None = None
    ties: Ties = "share"
    fatigue: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Queues:
    """Who had to wait, by passage.

    Parameters
    ----------
    server : (M,) int32
        Which row is an arc's; arcs of one passage share a row.
    most : (S,) int64
        The longest queue, at ``most_s``; ``from_s`` to ``to_s`` somebody waited (NaN where nobody ever did).
    """

    server: Indices
    most: Floats
    most_s: Floats
    from_s: Floats
    to_s: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Where people were, at ``at_s`` (T,): in nodes (T, N), on arcs (T, M), and through arcs so far (T, M)."""

    at_s: Floats
    present: NDArray[np.int64]
    on_arc: NDArray[np.int64]
    passed: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """What became of a crowd.

    Parameters
    ----------
    step_s : float
    exit_time_s : (A,) float64
        Infinite for those who are not out; in :func:`flow` nobody has one.
    state : (A,) int8
        Index into :data:`STATES`.
    node : (A,) int32
        Where they are, or were last.
    done_s : (A,) float64
        When they were out, in the refuge or down; NaN otherwise.
    turned : (A,) int32
        How often their way was closed to them; ``blocked`` is the arc that was the last time, or -1.
    dose : (A,) float64
    exited_by_step : (T+1,) float64
        Persons out at the end of each step.
    entered : (M,) float64
        Persons through each arc.
    queues : Queues
    samples : Samples or None
    entries : (E, 3) float64
        Arc, person and second of each entry of an arc, where asked for.
    """

    step_s: float
    exit_time_s: Floats
    state: NDArray[np.int8]
    node: Indices
    done_s: Floats
    turned: Indices
    blocked: Indices
    dose: Floats
    exited_by_step: Floats
    entered: Floats
    queues: Queues
    samples: Samples | None = None
    entries: Floats = field(default_factory=lambda: np.zeros((0, 3)))

    @property
    def clearance_s(self) -> float:
        """When the last of those who got out was out; 0 where nobody did."""
        if not len(self.exit_time_s):
            return float((len(self.exited_by_step) - 1) * self.step_s)
        return float(self.exit_time_s[self.state == OUT].max(initial=0.0))

    @property
    def complete(self) -> bool:
        """Everybody is out or in a refuge."""
        return bool(np.isin(self.state, (OUT, REFUGE)).all())

    def count(self, state: str) -> int:
        """How many ended in one of :data:`STATES`."""
        return int((self.state == STATES.index(state)).sum())


def simulate(
    network: DynamicNetwork,
    crowd: Crowd,
    *,
    calibration: Calibration,
    step_s: float,
    routes: "Plan | Splits | None" = None,
    world: World | None = None,
    limit_s: float = 7200.0,
    record: tuple[float, bool] = (0.0, False),
) -> Run:
    """Let everybody go.

    Parameters
    ----------
    routes : Plan or Splits, optional
        A plan for those of the crowd who have a route of it; guidance for the others. To the nearest exit by default.
    limit_s : float
        Who is not out by then is not out.
    record : (float, bool)
        Seconds between samples, 0 for none; whether to write down every entry of an arc.

    Raises
    ------
    InvalidScenario
        A crowd, a step or a limit that cannot be.
    """
    from indoor3d.routing.evacuation import _simulate_setup as setup  # noqa: PLC0415 - compiles
    from indoor3d.routing.evacuation.ccrp import Plan  # noqa: PLC0415 - compiles

    world = world or World()
    plan = routes if isinstance(routes, Plan) else None
    _check(network, crowd, step_s=step_s, limit_s=limit_s, plan=plan)
    world = replace(world, kinds=world.kinds or (Kind(time_s=network.time_s),))
    if plan is not None:
        whole = planned_times(plan)
        kinds = tuple(
            replace(k, time_s=np.where(np.isfinite(k.time_s), np.maximum(whole, k.time_s), np.inf)) for k in world.kinds
        )
        world = replace(world, kinds=kinds)
    stage = setup.Stage.of(
        network, crowd, calibration=calibration, step_s=step_s, plan=plan, world=world, limit_s=limit_s, record=record
    )
    return setup.play(stage, splits=routes if isinstance(routes, Splits) else None)


def planned_times(plan: "Plan") -> Floats:
    """Seconds each arc takes in a plan: whole steps, (M,)."""
    from indoor3d.routing.evacuation.timed import timed  # noqa: PLC0415 - a plan is there, so it is loaded

    nobody = np.zeros(plan.network.nodes, np.int64)
    net = timed(plan.network, nobody, step_s=plan.step_s, scale=plan.scale, rounding=plan.rounding)
    return (net.transit * float(plan.step_s)).astype(np.float64)


def _check(network: DynamicNetwork, crowd: Crowd, *, step_s: float, limit_s: float, plan: "Plan | None") -> None:
    if not (0 < step_s < np.inf and 0 < limit_s < np.inf and limit_s / step_s <= _MOST_STEPS):
        raise _wrong(f"a step of {step_s} s up to {limit_s} s", f"{limit_s}초까지 {step_s}초 단계")
    count = len(crowd.node)
    if any(len(c) != count for c in (crowd.premovement_s, crowd.speed_factor, crowd.mobility, crowd.route)):
        raise _wrong("columns of different length", "길이가 다른 열")
    if count and not (crowd.node.min() >= 0 and crowd.node.max() < network.nodes):
        raise _wrong("people at nodes that are not there", "없는 노드에 있는 사람")
    if not (np.isfinite(crowd.premovement_s).all() and (crowd.premovement_s >= 0).all()):
        raise _wrong("people who set off before it begins, or never", "시작 전에 출발하거나 출발하지 않는 사람")
    if not (np.isfinite(crowd.speed_factor).all() and (crowd.speed_factor > 0).all()):
        raise _wrong("people who do not move", "움직이지 않는 사람")
    if plan is not None and abs(plan.step_s - step_s) > _TIE_S:
        raise _wrong("a plan of another step", "단계가 다른 계획")
    if plan is None and (crowd.route >= 0).any():
        raise _wrong("routes without their plan", "계획이 없는 경로")


def _wrong(en: str, ko: str) -> InvalidScenario:
    return InvalidScenario(f"This cannot be simulated: {en}.", ko=f"모의할 수 없습니다: {ko}.")


def flow(
    network: DynamicNetwork,
    occupants: NDArray[np.integer] | Floats,
    *,
    step_s: float,
    splits: Splits | None = None,
    limit_s: float = 7200.0,
    ties: Ties = "share",
) -> Run:
    """Let people go as a fluid: what it costs does not depend on how many they are.

    Every arc takes a step at least, and the last of N are out at N/C. ``splits`` of the first window; to the nearest exit by default.
    Closures in time are for :func:`simulate`: an arc that is closed at any time is left out.
    """
    from indoor3d.routing.evacuation import _simulate_setup as setup  # noqa: PLC0415 - compiles

    return setup.flow(network, np.asarray(occupants, np.float64), splits, step_s=step_s, limit_s=limit_s, ties=ties)


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """Many runs of what differs by chance.

    Parameters
    ----------
    clearance_s : (R,) float64
        Of those who got out.
    censored : (R,) bool
        Not everybody did: the clearance of these is only known to be no less.
    quantiles : tuple of (float, float or None)
        None where censored runs are among those that the quantile lies in.
    """

    clearance_s: Floats
    censored: Flags
    quantiles: tuple[tuple[float, float | None], ...]


def runs(
    draw: Callable[[np.random.Generator], Run], count: int, *, seed: int, quantiles: Sequence[float] = (0.5, 0.9, 0.95)
) -> Runs:
    """Run ``count`` times what ``draw`` makes of a generator of random numbers; run k does not depend on how many there are.

    A quantile q is the smallest clearance that at least q of the runs do not exceed; a run that is not complete is longer than all.

    Raises
    ------
    InvalidScenario
        No runs, or a quantile outside (0, 1].
    """
    if count < 1 or not all(0 < q <= 1 for q in quantiles):
        raise _wrong("no runs, or quantiles outside 0 to 1", "실행이 없거나 분위수가 0과 1 밖")
    made = [draw(np.random.default_rng(s)) for s in np.random.SeedSequence(seed).spawn(count)]
    clearance = np.array([r.clearance_s for r in made])
    censored = np.array([not r.complete for r in made])
    ordered = np.sort(np.where(censored, np.inf, clearance))
    at = [float(ordered[int(np.ceil(q * count - _TIE_S)) - 1]) for q in quantiles]
    found = tuple((float(q), value if np.isfinite(value) else None) for q, value in zip(quantiles, at, strict=True))
    return Runs(clearance_s=clearance, censored=censored, quantiles=found)


def exit_times(
    network: DynamicNetwork, *, time_s: Floats | None = None, goals: NDArray[np.integer] | None = None
) -> Floats:
    """Seconds from every node to the nearest sink when nobody is in the way and what is open stays open, (N,); infinite where there is none."""
    from indoor3d.routing.evacuation import _simulate_setup as setup  # noqa: PLC0415 - compiles

    time = network.time_s if time_s is None else time_s
    goal = np.zeros(network.nodes, np.int8)
    goal[network.sinks if goals is None else goals] = 1
    return setup.ways(network, time, setup.open_at(network, time, 0.0), goal)[0]
