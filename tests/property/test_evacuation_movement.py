"""Crowds on random networks: nobody is lost, no limit is passed, nothing closed is used, the same comes of the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.routing.evacuation.ccrp import ccrp
from indoor3d.routing.evacuation.simulate import OUT, STATES, Crowd, Phases, World, exit_times, flow, simulate

SFPE = CALIBRATIONS["sfpe"]


@st.composite
def networks(draw: st.DrawFn) -> tuple[DynamicNetwork, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    nodes = draw(st.integers(2, 7))
    arcs = draw(
        st.lists(
            st.tuples(
                st.integers(0, nodes - 1),
                st.integers(0, nodes),
                st.sampled_from([0.0, 1.0, 2.5, 7.0, 13.0]),
                st.sampled_from([0.2, 0.7, 1.0, 1.9, np.inf]),
                st.sampled_from([np.inf, np.inf, 0.0, 9.0, 30.0]),
            ).filter(lambda a: a[0] != a[1]),
            min_size=1,
            max_size=18,
        )
    )
    table = np.array(arcs, np.float64)
    people = draw(st.lists(st.integers(0, 25), min_size=nodes, max_size=nodes))
    room = draw(st.lists(st.sampled_from([3.0, 12.0, np.inf]), min_size=nodes, max_size=nodes))
    net = DynamicNetwork.of(
        table[:, 0].astype(np.int32),
        table[:, 1].astype(np.int32),
        time_s=table[:, 2],
        capacity_per_s=table[:, 3],
        storage=np.r_[room, np.inf],
        sinks=np.array([nodes]),
    )
    net.closed_from_s[:] = table[:, 4]
    return net, np.r_[people, 0].astype(np.int64)


@settings(max_examples=120, deadline=None)
@given(made=networks(), step=st.sampled_from([0.5, 1.0, 3.0]))
def test_nobody_is_lost_and_no_limit_is_passed(made: tuple[DynamicNetwork, np.ndarray], step: float) -> None:
    net, people = made
    run = simulate(net, Crowd.of(people), calibration=SFPE, step_s=step, limit_s=400, record=(step, True))
    assert run.samples is not None
    rows = len(run.samples.at_s)
    total = run.samples.present.sum(1) + run.samples.on_arc.sum(1) + run.exited_by_step[:rows]
    assert (total == people.sum()).all()
    assert sum(run.count(s) for s in STATES) == people.sum()
    assert (run.samples.present <= np.maximum(net.storage, people)).all()
    reach = exit_times(net)
    for arc, _, second in run.entries:
        assert second + net.time_s[int(arc)] <= net.closed_from_s[int(arc)] + 1e-6
    for arc in np.flatnonzero(np.isfinite(net.capacity_per_s)):
        seconds = np.sort(run.entries[run.entries[:, 0] == arc, 2])
        for size in range(1, len(seconds)):
            assert (size <= net.capacity_per_s[arc] * (seconds[size:] - seconds[:-size]) + 1e-6).all()
    assert np.isinf(reach[run.node[run.state != OUT]]).sum() <= (run.state != OUT).sum()
    assert (run.state[np.isinf(reach[Crowd.of(people).node])] != OUT).all()


@settings(max_examples=60, deadline=None)
@given(made=networks())
def test_the_same_comes_of_the_same(made: tuple[DynamicNetwork, np.ndarray]) -> None:
    net, people = made
    one, two = (simulate(net, Crowd.of(people), calibration=SFPE, step_s=1.0, limit_s=300) for _ in range(2))
    assert one.exit_time_s.tobytes() == two.exit_time_s.tobytes()
    assert one.state.tobytes() == two.state.tobytes()


@settings(max_examples=100, deadline=None)
@given(made=networks(), step=st.sampled_from([1.0, 3.0, 5.0]))
def test_following_a_plan_is_never_quicker_than_the_plan(made: tuple[DynamicNetwork, np.ndarray], step: float) -> None:
    net, people = made
    plan = ccrp(net, people, step_s=step)
    crowd = Crowd.following(plan)
    run = simulate(net, crowd, routes=plan, calibration=SFPE, step_s=step, limit_s=3000)
    led = (run.state == OUT) & (crowd.route >= 0)  # those the plan has no way for may still find one
    out = np.cumsum(np.bincount((run.exit_time_s[led] / step + 1e-9).astype(int), minlength=plan.clearance_steps + 1))
    planned = plan.out_by_step()
    assert (out[: len(planned)] <= planned).all()
    if led.sum() == plan.cohort_persons.sum():
        assert run.clearance_s >= plan.clearance_s - 1e-6


@settings(max_examples=60, deadline=None)
@given(made=networks(), dose=st.sampled_from([0.0, 0.001, 0.02, 0.5]), factor=st.sampled_from([1.0, 0.5, 0.1]))
def test_smoke_saves_nobody(made: tuple[DynamicNetwork, np.ndarray], dose: float, factor: float) -> None:
    net, people = made
    net.closed_from_s[:] = np.inf
    arcs = len(net.arc_from)
    smoke = Phases(
        from_s=np.array([4.0]),
        factor=np.full((1, arcs), factor),
        node_dose_per_s=np.full((1, net.nodes), dose),
        arc_dose_per_s=np.full((1, arcs), dose),
    )
    clear = simulate(net, Crowd.of(people), calibration=SFPE, step_s=1.0, limit_s=500)
    thick = simulate(net, Crowd.of(people), calibration=SFPE, step_s=1.0, limit_s=500, world=World(phases=smoke))
    assert sum(thick.count(s) for s in STATES) == people.sum()
    if dose == 0.5:
        assert not np.isfinite(thick.exit_time_s[thick.exit_time_s > 8]).any()
    if factor == 1.0 and dose == 0.0:
        assert thick.exit_time_s.tobytes() == clear.exit_time_s.tobytes()


@settings(max_examples=60, deadline=None)
@given(made=networks())
def test_a_fluid_keeps_its_volume(made: tuple[DynamicNetwork, np.ndarray]) -> None:
    net, people = made
    net.closed_from_s[:] = np.inf
    run = flow(net, people, step_s=1.0, limit_s=2000)
    assert (np.diff(run.exited_by_step) >= -1e-9).all()
    reach = np.isfinite(exit_times(net))
    assert run.exited_by_step[-1] <= people[reach].sum() + 1e-6
