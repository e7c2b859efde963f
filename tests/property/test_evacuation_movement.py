"""Crowds on random networks: nobody is lost, no limit is passed, nothing closed is used, the same comes of the same."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.routing.evacuation.ccrp import ccrp
from indoor3d.routing.evacuation.dynamic import Ground
from indoor3d.routing.evacuation.simulate import OUT, STATES, Crowd, Kind, Phases, World, exit_times, flow, simulate

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
    # those the plan has no way for may still find one, and who finds their way closed may find a quicker one
    led = (run.state == OUT) & (crowd.route >= 0) & (run.turned == 0)
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


@st.composite
def corridors(draw: st.DrawFn) -> tuple[DynamicNetwork, World, Crowd]:
    """Rooms in a row with an exit at either end, stairs between some; one half of the people can only go one way, the other half the other."""
    rooms = draw(st.integers(2, 5))
    stairs = np.array(draw(st.lists(st.booleans(), min_size=rooms - 1, max_size=rooms - 1)), np.bool_)
    right, left = np.arange(rooms), np.arange(rooms)[::-1]
    tail, head = np.r_[right, left], np.r_[right[1:], rooms, left[1:], rooms + 1]
    passage = np.r_[right, left - 1]  # the exits are the last and, negative, the one that is nobody else's
    capacity = np.array(draw(st.lists(st.sampled_from([0.3, 1.0, 4.0]), min_size=rooms + 1, max_size=rooms + 1)))
    room = np.array(draw(st.lists(st.sampled_from([1.0, 3.0, 12.0]), min_size=2 * rooms - 1, max_size=2 * rooms - 1)))
    net = DynamicNetwork.of(
        tail,
        head,
        time_s=np.full(2 * rooms, 4.0),
        capacity_per_s=capacity[passage],
        storage=np.r_[room[:rooms], np.inf, np.inf],
        sinks=np.array([rooms, rooms + 1]),
        passage=passage,
    )
    inner = (passage >= 0) & (passage < rooms - 1)
    own = np.where(inner & np.r_[stairs, False][np.where(inner, passage, -1)], rooms + passage, -1)
    ground = Ground(
        node_zone=np.r_[np.arange(rooms), -1, -1].astype(np.int32),
        arc_zone=own.astype(np.int32),
        room=room,
        area_m2=np.full(len(room), np.inf),
        climb_m=np.zeros(2 * rooms),
    )
    kinds = tuple(Kind(time_s=np.where(np.arange(2 * rooms) // rooms == side, net.time_s, np.inf)) for side in (0, 1))
    node = np.repeat(np.arange(rooms), draw(st.lists(st.integers(0, 15), min_size=rooms, max_size=rooms)))
    crowd = replace(Crowd.at(node), mobility=(np.arange(len(node)) % 2).astype(np.uint8))
    return net, World(ground=ground, kinds=kinds), crowd


@settings(max_examples=150, deadline=None)
@given(made=corridors(), step=st.sampled_from([1.0, 5.0]))
def test_who_meets_where_there_is_room_for_neither_changes_places(
    made: tuple[DynamicNetwork, World, Crowd], step: float
) -> None:
    net, world, crowd = made
    run = simulate(net, crowd, calibration=SFPE, step_s=step, world=world, limit_s=7200, record=(step, True))
    assert run.complete
    assert run.samples is not None
    assert world.ground is not None
    rooms = net.nodes - 2
    began = np.bincount(crowd.node, minlength=rooms)
    assert (run.samples.present[:, :rooms] <= np.maximum(world.ground.room[:rooms], began)).all()
    on_stairs = np.zeros((len(run.samples.at_s), len(world.ground.room)))
    own = np.flatnonzero(world.ground.arc_zone >= 0)
    np.add.at(on_stairs.T, world.ground.arc_zone[own], run.samples.on_arc[:, own].T)
    assert (on_stairs <= world.ground.room).all()
    for passage in range(rooms):  # of both directions together
        seconds = np.sort(run.entries[net.passage[run.entries[:, 0].astype(int)] == passage, 2])
        assert (np.diff(seconds) >= 1 / net.capacity_per_s[net.passage == passage][0] - 1e-6).all()
