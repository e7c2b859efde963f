"""Rows A of the verification suite: one component at a time, against sums done by hand and published bands."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from indoor3d.models.distribution import Distribution
from indoor3d.models.flow import NodeKind
from indoor3d.models.movement import SFPE_FREE_PER_M2, SFPE_SLOPE_M2
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.evacuation.dynamic import dynamic, ground
from indoor3d.routing.evacuation.simulate import Crowd, World
from tests.oracle.verification import INF, SFPE, door, floor, go, held, network

STAIR_18_28_MPS = 0.9221
CELL, EXIT = NodeKind.CELL, NodeKind.EXIT


def corridor(length_m: float, speed_mps: float) -> float:
    net = network([(0, 1, length_m / speed_mps, INF)], nodes=2, sinks=[1])
    return go(net, [1, 0]).clearance_s


@pytest.mark.parametrize(
    ("ident", "source", "setup", "length", "speed", "low", "high"),
    [
        ("A1", "IMO 1 / ISO 2 / NIST 2.1", "1 person, corridor 40 m, 1.0 m/s", 40, 1.0, 39.5, 40.5),
        ("A2", "RiMEA 4.1.1 test 1", "1 person, corridor 40 m, 1.33 m/s", 40, 1.33, 26.0, 34.0),
        ("A3", "IMO 2, 3", "1 person, stair 10 m along the incline, 1.0 m/s prescribed", 10, 1.0, 9.5, 10.5),
        ("A3c", "NIST 2.2", "1 person, stair 100 m, 1.0 m/s", 100, 1.0, 100 / 1.05, 100 / 0.95),
    ],
    ids=lambda v: v if isinstance(v, str) and v.startswith("A") else "",
)
def test_one_person_walks(
    ident: str, source: str, setup: str, length: float, speed: float, low: float, high: float
) -> None:
    got = corridor(length, speed)
    held(
        ident, source=source, setup=setup, expected=f"{length / speed:.1f} s", got=f"{got:.2f} s",
        tolerance=f"{low:.1f} to {high:.1f} s", ok=low <= got <= high,
    )  # fmt: skip


@pytest.mark.parametrize("climb", [5.4, -5.4], ids=["up", "down"])
def test_a3b_a_stair_by_its_steps(climb: float) -> None:
    made = floor([("foot", CELL, 10), ("top", EXIT, INF)], [(0, 1, Mode.STAIRS, 10.0, climb, 0)], [(2.0, 0.18, 0.28)])
    got = go(dynamic(made, SFPE), [1, 0], step_s=0.1, world=World(ground=ground(made, SFPE))).clearance_s
    held(
        "A3b", source="EvacuatioNZ §2.1.3", setup=f"1 person, stair 10 m, 180/280 mm, {'up' if climb > 0 else 'down'}",
        expected="10.84 s", got=f"{got:.2f} s", tolerance="±0.25 s", ok=abs(got - 10 / STAIR_18_28_MPS) <= 0.25,
    )  # fmt: skip


def test_a3d_a_slower_person_on_a_stair() -> None:
    net = network([(0, 1, 10.0, INF)], nodes=2, sinks=[1])
    got = 10 / go(net, Crowd.at(np.array([0]), speed_factor=0.5)).clearance_s
    held(
        "A3d", source="ISO 3", setup="stair 10 m, 1.0 m/s, factor 0.5", expected="0.5 m/s", got=f"{got:.3f} m/s",
        tolerance="±0.05 m/s", ok=abs(got - 0.5) <= 0.05,
    )  # fmt: skip


def room_with_door(capacity: float) -> float:
    net = network([(0, 1, 0.0, capacity)], nodes=2, sinks=[1])
    return go(net, [100, 0]).clearance_s


def test_a4_a_hundred_through_a_door() -> None:
    got = room_with_door(door(1.0))
    flow = 100 / got
    held(
        "A4", source="IMO 4 / NIST 5.2 / ISO 11", setup="100 persons, room 8 x 5 m, door 1 m", expected="106.3 s, mean flow ≤ 1.33 p/s",
        got=f"{got:.1f} s, {flow:.3f} p/s", tolerance="±1 s", ok=abs(got - 106.3) <= 1 and flow <= 1.33,
    )  # fmt: skip


@pytest.mark.parametrize("step", [0.25, 0.5, 1.0])
@pytest.mark.parametrize(
    ("width", "boundary", "hundred", "ten"),
    [(1.0, 0.15, 106.3, 9.7), (2.0, 0.15, 43.8, 4.0), (3.0, 0.15, 27.6, 2.5), (1.0, 0.0, 74.4, 6.8)],
)
def test_a4b_doors_and_openings(width: float, boundary: float, hundred: float, ten: float, step: float) -> None:
    capacity = door(width, boundary_m=boundary)
    net = network([(0, 1, 0.0, capacity)], nodes=2, sinks=[1])
    got = {n: go(net, [n, 0], step_s=step).clearance_s for n in (1, 10, 100)}
    hand = {n: (n - 1) / capacity for n in got}
    assert hand[100] == pytest.approx(hundred, abs=0.06)
    assert hand[10] == pytest.approx(ten, abs=0.06)
    kind = "opening" if boundary == 0 else "door"
    held(
        "A4b", source="EvacuatioNZ §2.2", setup=f"room 8 x 5 m, {kind} {width:g} m, 1, 10, 100 persons, step {step:g} s",
        expected=", ".join(f"{t:.1f}" for t in hand.values()) + " s", got=", ".join(f"{t:.1f}" for t in got.values()) + " s",
        tolerance="hand to hand + 1 step", ok=all(hand[n] - 1e-6 <= got[n] <= hand[n] + step for n in got),
    )  # fmt: skip


def test_a4c_an_opening() -> None:
    capacity = SFPE.passage_capacity(Mode.WALK, 0.6, kind="open")
    got = go(network([(0, 1, 0.0, capacity)], nodes=2, sinks=[1]), [50, 0]).clearance_s
    held(
        "A4c", source="opening", setup="50 persons, opening 0.6 m, 1.3 p/s/m", expected="62.8 s", got=f"{got:.1f} s",
        tolerance="0.5 s", ok=abs(got - 62.8) <= 0.5,
    )  # fmt: skip


def test_a5_everybody_sets_off_when_they_do() -> None:
    delays = Distribution(kind="uniform", params={"low": 10, "high": 100}).sample(np.random.default_rng(5), 10)
    run = go(network([(0, 1, 5.0, INF)], nodes=2, sinks=[1]), Crowd.at(np.zeros(10, np.int32), premovement_s=delays))
    started = np.sort(run.exit_time_s - 5.0)
    off = float(np.abs(started - np.sort(delays)).max())
    held(
        "A5", source="IMO 5 / RiMEA 5", setup="10 persons, pre-movement uniform 10 to 100 s", expected="each at their own time",
        got=f"{started.min():.1f} to {started.max():.1f} s, off by {off:.3f} s", tolerance="1 step (0.5 s)",
        ok=off <= 0.5 and bool((started >= 10).all() and (started <= 100).all()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "law"),
    [
        (Distribution(kind="uniform", params={"low": 10, "high": 100}), stats.uniform(10, 90)),
        (Distribution(kind="gamma", params={"shape": 1.291, "scale": 103.901}), stats.gamma(1.291, scale=103.901)),
        (
            Distribution(kind="lognormal", params={"mu": 4.586, "sigma": 0.967}),
            stats.lognorm(0.967, scale=np.exp(4.586)),
        ),
        (
            Distribution(kind="weibull", params={"scale": 139.285, "shape": 1.195}),
            stats.weibull_min(1.195, scale=139.285),
        ),
    ],
    ids=["uniform", "gamma", "lognormal", "weibull"],
)
def test_a5b_distributions_of_delays(made: Distribution, law: stats.rv_continuous) -> None:
    # One draw of 10 from a right sampler misses p > 0.05 once in 20 (seed 20 does, for Weibull): a seed that passes could always be found and
    # would say nothing. So a thousand draws are made, and 95 % of them have to pass, within three standard errors.
    net, nobody = network([(0, 1, 0.0, INF)], nodes=2, sinks=[1]), np.zeros(10, np.int32)
    ten = made.sample(np.random.default_rng(20), 10)
    started = go(net, Crowd.at(nobody, premovement_s=ten)).exit_time_s
    assert np.abs(started - ten).max() < 1e-9
    once = float(stats.kstest(started, law.cdf).pvalue)
    draws = [made.sample(np.random.default_rng(seed), 10) for seed in range(1000)]
    passing = float(np.mean([stats.kstest(d, law.cdf).pvalue > 0.05 for d in draws]))
    many = made.sample(np.random.default_rng(7), 20_000)
    mean, spread = many.mean() / law.mean() - 1, many.std() / law.std() - 1
    held(
        "A5b", source="NIST 1.1", setup=f"10 persons, {made.kind}, 1000 draws (the suite asks for p > 0.05 of one draw); moments of 20,000",
        expected="KS p > 0.05 in 95 % of draws; mean and sd of the law",
        got=f"{passing:.1%} (seed 20 alone: p = {once:.3f}); mean {mean:+.1%}, sd {spread:+.1%}",
        tolerance="±2.1 points (3 standard errors); mean ±2 %, sd ±5 %",
        ok=abs(passing - 0.95) <= 0.0207 and abs(mean) <= 0.02 and abs(spread) <= 0.05,
    )  # fmt: skip
    for share in (0.1, 0.5, 0.95):
        assert made.quantile(share) == pytest.approx(law.ppf(share), rel=1e-9)


def test_a5c_a_delay_of_all_delays_all() -> None:
    net = network([(0, 1, 0.0, door(1.0))], nodes=2, sinks=[1])
    times = {d: go(net, Crowd.at(np.zeros(100, np.int32), premovement_s=d)).clearance_s for d in (0.0, 30.0, 120.0)}
    off = max(abs(times[d] - times[0.0] - d) for d in times)
    held(
        "A5c", source="EvacuatioNZ §3.2", setup="A4 with a delay of 0, 30, 120 s", expected="t(d) = t(0) + d", got=f"off by {off:.1e} s",
        tolerance="1e-9 s", ok=off <= 1e-9,
    )  # fmt: skip


AGES = (
    (20, 10, 1.60, 1.64),
    (30, 10, 1.52, 1.56),
    (40, 10, 1.46, 1.50),
    (50, 10, 1.39, 1.43),
    (60, 5, 1.27, 1.27),
    (70, 5, 1.07, 1.07),
)


def test_a6_speeds_by_age() -> None:
    rng = np.random.default_rng(3)
    speeds = np.concatenate(
        [Distribution(kind="uniform", params={"low": low, "high": high}).sample(rng, n) for _, n, low, high in AGES]
    )
    run = go(network([(0, 1, 40.0, INF)], nodes=2, sinks=[1]), Crowd.at(np.zeros(50, np.int32), speed_factor=speeds))
    walked = 40 / run.exit_time_s
    bands = np.concatenate([np.tile((low, high), (n, 1)) for _, n, low, high in AGES])
    ok = bool(((walked >= bands[:, 0] - 1e-9) & (walked <= bands[:, 1] + 1e-9)).all())
    held(
        "A6", source="IMO 7 / RiMEA 7", setup="50 adults of six ages, 40 m", expected="each inside the band of their age",
        got=f"{walked.min():.2f} to {walked.max():.2f} m/s", tolerance="all", ok=ok,
    )  # fmt: skip


def test_a6b_speeds_are_normal() -> None:
    speeds = Distribution(kind="normal", params={"mean": 1.2, "sd": 0.2}, lower=0.1).sample(
        np.random.default_rng(4), 100
    )
    run = go(network([(0, 1, 40.0, INF)], nodes=2, sinks=[1]), Crowd.at(np.zeros(100, np.int32), speed_factor=speeds))
    walked = 40 / run.exit_time_s
    p = float(stats.kstest(walked, stats.norm(1.2, 0.2).cdf).pvalue)
    ok = abs(walked.mean() - 1.2) <= 0.05 and abs(walked.std() - 0.2) <= 0.05 and p > 0.05
    held(
        "A6b", source="NIST 2.4 / ISO 5", setup="100 persons, normal (1.2, 0.2) m/s", expected="1.2, 0.2 m/s; KS p > 0.05",
        got=f"{walked.mean():.3f}, {walked.std():.3f} m/s; p = {p:.2f}", tolerance="0.05 m/s", ok=ok,
    )  # fmt: skip


def test_a7_a_dense_crowd_walks_slowly() -> None:
    made = floor(
        [("hall", CELL, 100.0), ("end", NodeKind.MOUTH, INF), ("out", EXIT, INF)],
        [(0, 1, Mode.WALK, 20.0, 0.0, -1), (1, 2, Mode.WALK, 0.0, 0.0, -1)],
    )
    got = go(dynamic(made, SFPE), [200, 0, 0], world=World(ground=ground(made, SFPE))).clearance_s
    held(
        "A7", source="SFPE Eq. 67.3", setup="200 persons at 2 p/m², 20 m", expected="30.5 s", got=f"{got:.2f} s", tolerance="0.6 s",
        ok=abs(got - 20 / (1.4 * (1 - 0.532))) <= 0.6,
    )  # fmt: skip


def test_a8_stairs_of_the_table() -> None:
    k = SFPE.stair_constant_mps(7 * 0.0254, 11 * 0.0254)
    flow = SFPE.passage_capacity(Mode.STAIRS, 1.3, riser_m=7 * 0.0254, tread_m=11 * 0.0254)
    held(
        "A8", source="SFPE Tables 67.2, 67.5", setup="stair 7/11 in", expected="k = 1.08 m/s, 1.01 p/s/m", got=f"{k:.4f} m/s, {flow:.4f} p/s/m",
        tolerance="0.01", ok=abs(k - 1.08) <= 0.01 and abs(flow - 1.01) <= 0.01,
    )  # fmt: skip


A9: dict[tuple[float, float], tuple[float, ...]] = {
    (10, 1.0): (10.84, 23.55, 150.60, 1421.07),
    (200, 1.0): (216.90, 229.60, 356.65, 1627.12),
    (200, 5.0): (216.90, 218.79, 237.71, 426.93),
}


@pytest.mark.parametrize(("length", "width"), list(A9))
def test_a9_a_room_and_a_long_stair(length: float, width: float) -> None:
    step = 0.5
    made = floor(
        [("room", CELL, 1000.0), ("out", EXIT, INF)],
        [(0, 1, Mode.STAIRS, length, length * 0.18 / np.hypot(0.18, 0.28), 0)],
        [(width, 0.18, 0.28)],
    )
    net, world = dynamic(made, SFPE), World(ground=ground(made, SFPE))
    for count, bound in zip((1, 10, 100, 1000), A9[length, width], strict=True):
        run = go(net, [count, 0], step_s=step, world=world, record=(0.0, True))
        free = count <= SFPE_FREE_PER_M2 * length * width
        ok = bound - 0.05 <= run.clearance_s and (not free or run.clearance_s <= bound + 2 * step)
        flow = ""
        if count == 1000:
            seconds = np.sort(run.entries[:, 2])
            rate = (len(seconds) - 1) / (seconds[-1] - seconds[0]) / (width - 0.3)
            ok, flow = ok and abs(rate / 1.012 - 1) <= 0.01, f", {rate:.4f} p/s/m"
        held(
            "A9", source="EvacuatioNZ §2.3", setup=f"room 200 x 5 m, stair {length:g} x {width:g} m 18/28, {count} persons",
            expected=f"{'' if free else '≥ '}{bound:.2f} s", got=f"{run.clearance_s:.2f} s{flow}",
            tolerance="+2 steps" if free else "long-run flow 1.012 p/s/m ±1 %", ok=ok,
        )  # fmt: skip


@pytest.mark.parametrize(("far_m", "expected"), [(0.0, 234.95), (60.96, 285.8)], ids=["a", "b"])
def test_a10_two_stairs(far_m: float, expected: float) -> None:
    step = 1.0
    # the Guide's flow of a 32 in door is 1.33 p/s/m on 0.513 m; its persons spread on the stair without holding each other up
    arcs = [(0, 1, far_m / 1.1989, INF), (1, 2, 0.0, 0.682), (2, 3, 15.27 / 0.9268, 1.0171 * 0.8176)]
    run = go(network(arcs, nodes=4, sinks=[3]), [150, 0, 0, 0], step_s=step)
    held(
        "A10", source="EvacuatioNZ §2.6, SFPE Guide example 1", setup=f"150 persons to one of two stairs, from {far_m:g} m",
        expected=f"{expected} s", got=f"{run.clearance_s:.2f} s", tolerance="+2 steps", ok=expected - 0.1 <= run.clearance_s <= expected + 2 * step,
    )  # fmt: skip


def test_a11_merging_by_weight() -> None:
    # two rooms feed a corridor that holds 20 and lets 1 p/s out
    arcs = [(0, 2, 0.0, 2.0), (1, 2, 0.0, 2.0), (2, 3, 0.0, 1.0)]
    net = network(arcs, nodes=4, sinks=[3], storage=[INF, INF, 20, INF])
    run = go(net, [1000, 1000, 0, 0], world=World(weight=np.array([1.0, 3.0, 1.0])), limit_s=150.0, record=(0.5, False))
    assert run.samples is not None
    passed = run.samples.passed[-1] - run.samples.passed[40]
    ratio = passed[1] / passed[0]
    held(
        "A11", source="merge", setup="two feeders to a full corridor, weights 1:3, 150 s", expected="flow ratio 3", got=f"{ratio:.2f}",
        tolerance="15 %", ok=abs(ratio / 3 - 1) <= 0.15,
    )  # fmt: skip


def test_a12_a_room_a_door_and_a_stair() -> None:
    made = floor(
        [("room", CELL, 90.0), ("door", NodeKind.MOUTH, INF), ("top", NodeKind.MOUTH, INF), ("out", EXIT, INF)],
        [(0, 1, Mode.WALK, 20.0, 0.0, -1), (1, 2, Mode.WALK, 0.0, 0.0, 0), (2, 3, Mode.STAIRS, 10.0, -5.4, 1)],
        [(1.0, 0.0, 0.0), (1.2, 0.18, 0.28)],
    )
    run = go(dynamic(made, SFPE), [90, 0, 0, 0], world=World(ground=ground(made, SFPE)))
    first = float(run.exit_time_s.min())
    held(
        "A12", source="FEDG §2.4", setup="90 persons at 1 p/m², 20 m to a 1.0 m door, stair 10 x 1.2 m", expected="first 30.0 to 31 s, last ≥ 128.2 s",
        got=f"{first:.1f} s, {run.clearance_s:.1f} s", tolerance="band; bound", ok=30.0 <= first <= 31.0 and run.clearance_s >= 128.2,
    )  # fmt: skip


def test_a13_nobody_is_lost_nothing_overfills_no_door_is_outrun() -> None:
    rng = np.random.default_rng(11)
    arcs, storage = [], [200.0] * 12 + [INF]
    for node in range(12):
        others = [int(o) for o in rng.choice(12, 3, replace=False) if o != node]
        arcs += [(node, o, float(rng.uniform(1, 12)), float(rng.uniform(0.3, 2))) for o in others]
        if node % 4 == 0:
            arcs.append((node, 12, 2.0, 0.7))
    net = network(arcs, nodes=13, sinks=[12], storage=[30.0 if n % 3 else 200.0 for n in range(12)] + storage[12:])
    count = np.r_[np.full(12, 25), 0]
    run = go(net, count, record=(0.5, True))
    assert run.samples is not None
    total = run.samples.present.sum(1) + run.samples.on_arc.sum(1) + run.exited_by_step[: len(run.samples.at_s)]
    kept = bool((total == count.sum()).all()) and run.complete
    room = bool((run.samples.present <= net.storage).all())
    worst = 0.0
    for arc in range(len(arcs)):
        seconds = np.sort(run.entries[run.entries[:, 0] == arc, 2])
        for size in range(1, len(seconds)):
            window = seconds[size:] - seconds[:-size]
            worst = max(worst, float((size - net.capacity_per_s[arc] * window).max()))
    held(
        "A13", source="conservation", setup="300 persons on a random network of 13 nodes with room for 30 or 200", expected="Σ = N at every step; "
        "room kept; ≤ 1 + C t through any arc", got=f"Σ {'kept' if kept else 'lost'}; room {'kept' if room else 'passed'}; {1 + worst:.6f} + C t",
        tolerance="exact", ok=kept and room and worst <= 1e-9,
    )  # fmt: skip


@pytest.mark.parametrize("density", [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
def test_rimea_4_the_law_of_density_itself(density: float) -> None:
    expected = max(0.0, 1.4 * (1 - SFPE_SLOPE_M2 * max(density, 0.54)))
    got = SFPE.speed(Mode.WALK, density_per_m2=density)
    held(
        "RiMEA 4", source="RiMEA 4 (a network model returns its own law)", setup=f"{density:g} p/m² on level ground", expected=f"{expected:.4f} m/s",
        got=f"{got:.4f} m/s", tolerance="1e-9", ok=abs(got - expected) <= 1e-9,
    )  # fmt: skip


def test_a_step_of_time_moves_the_answer_by_no_more_than_itself_for_each_queue() -> None:
    arcs = [(0, 2, 7.3, 0.9), (1, 2, 3.1, 1.1), (2, 3, 11.7, 0.8), (3, 4, 2.2, 0.7)]
    net = replace(network(arcs, nodes=5, sinks=[4], storage=[INF, INF, 40, 15, INF]))
    times = {step: go(net, [80, 120, 0, 0, 0], step_s=step).clearance_s for step in (0.1, 0.5, 1.0, 2.0, 5.0)}
    assert all(abs(t - times[0.1]) <= 3 * step for step, t in times.items()), times
