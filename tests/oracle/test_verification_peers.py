"""The same cases as jupedsim-network and JuPedSim have them: what they find, run here and now.

Both are only needed by these tests, and only run: nothing of theirs is in this project.
"""

from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import shapely

from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.evacuation.simulate import Crowd
from tests.conftest import IN_CI
from tests.oracle.test_verification_routing import building
from tests.oracle.verification import INF, go, held, network

try:
    import jupedsim
    import jupedsim_network
except ImportError:
    if IN_CI:
        raise
    pytest.skip("jupedsim and jupedsim-network are not installed", allow_module_level=True)

LEVEL_MPS = 1.1989


def theirs(net: DynamicNetwork, people: np.ndarray[Any, Any], *, step_s: float) -> tuple[float, float]:
    """Clearance and seconds of work of jupedsim-network, of the same graph, capacities and rule for ties."""
    made = jupedsim_network.Network()
    sinks = set(net.sinks.tolist())
    for node in range(net.nodes):
        if node in sinks:
            made.add_safe(f"n{node}")
        else:
            made.add_room(f"n{node}", area=1e5)  # nobody hinders anybody: only doors limit, as in ours here
    for arc in range(len(net.arc_from)):
        made.connect(
            f"n{net.arc_from[arc]}",
            f"n{net.arc_to[arc]}",
            width=float(net.capacity_per_s[arc] / 1.3 + 0.3),
            length=float(net.time_s[arc] * LEVEL_MPS),
            bidirectional=False,
            name=f"a{arc}",
        )
    populations = [
        jupedsim_network.Population(f"n{node}", int(count), speed=LEVEL_MPS)
        for node, count in enumerate(people)
        if count
    ]
    run = jupedsim_network.NetworkSimulation(
        made, populations, dt=step_s, t_max=7200.0, counterflow="independent", routing_policy="shortest_free_flow_time"
    )
    start = perf_counter()
    found = run.run(seed=1, record=False)
    return float(found.evacuation_time), perf_counter() - start


@pytest.mark.parametrize(("floors", "persons"), [(3, 600), (10, 3000)])
def test_jupedsim_network_on_the_same_graph(shared: Path, floors: int, persons: int) -> None:
    net, people = building(shared, 100 * floors, floors, 4, persons, 4)
    net.storage[:] = INF
    other, their_s = theirs(net, people, step_s=0.5)
    go(net, people, step_s=0.5)  # compiled, and read once
    mine_s = []
    for _ in range(3):
        start = perf_counter()
        mine = go(net, people, step_s=0.5).clearance_s
        mine_s.append(perf_counter() - start)
    off, faster = mine / other - 1, their_s / min(mine_s)
    held(
        "peer: jupedsim-network", source="jupedsim-network 0.5", setup=f"generated building of {net.nodes} nodes, {persons} persons, step 0.5 s, ties shared",
        expected=f"{other:.1f} s", got=f"{mine:.1f} s ({off:+.1%}), {faster:.0f} x as fast", tolerance="5 %", ok=abs(off) <= 0.05,
    )  # fmt: skip


DOORS = ((20.0, 0.0), (20.0, 30.0), (0.0, 15.0), (40.0, 15.0))
WIDTH, SPEED = 1.2, 1.2


def hall() -> tuple[shapely.Polygon, list[shapely.Polygon]]:
    """40 x 30 m with four passages of 1.2 m, one metre long; people are out at their ends."""
    half, ways, exits = WIDTH / 2, [], []
    for x, y in DOORS:
        if y in {0.0, 30.0}:
            outward = -1.0 if y == 0.0 else 1.0
            low, high = sorted((y, y + outward))
            ways.append(shapely.box(x - half, low, x + half, high))
            low, high = sorted((y + 0.5 * outward, y + outward))
            exits.append(shapely.box(x - half, low, x + half, high))
        else:
            outward = -1.0 if x == 0.0 else 1.0
            low, high = sorted((x, x + outward))
            ways.append(shapely.box(low, y - half, high, y + half))
            low, high = sorted((x + 0.5 * outward, x + outward))
            exits.append(shapely.box(low, y - half, high, y + half))
    return shapely.union_all([shapely.box(0, 0, 40, 30), *ways]), exits


def micro(count: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Positions, door and exit time of everybody in JuPedSim."""
    area, exits = hall()
    points = jupedsim.distribute_by_number(
        polygon=shapely.box(1, 1, 39, 29),
        number_of_agents=count,
        distance_to_agents=0.4,
        distance_to_polygon=0.3,
        seed=7,
    )
    at = np.array(points)
    door = np.argmin(np.linalg.norm(at[:, None] - np.array(DOORS)[None], axis=2), axis=1)
    sim = jupedsim.Simulation(model=jupedsim.CollisionFreeSpeedModelV2(), geometry=area, dt=0.01)
    stages = [sim.add_exit_stage(e) for e in exits]
    journeys = [sim.add_journey(jupedsim.JourneyDescription([s])) for s in stages]
    ids = {}
    for row, (point, d) in enumerate(zip(points, door, strict=True)):
        agent = jupedsim.CollisionFreeSpeedModelV2AgentParameters(
            position=point, journey_id=journeys[d], stage_id=stages[d], desired_speed=SPEED, radius=0.15
        )
        ids[sim.add_agent(agent)] = row
    out = np.full(count, INF)
    while sim.agent_count() and sim.elapsed_time() < 200:
        sim.iterate(10)
        for agent_id in sim.removed_agents():
            out[ids[agent_id]] = sim.elapsed_time()
        alive = {a.id for a in sim.agents()}
        gone = [i for i in ids if i not in alive and np.isinf(out[ids[i]])]
        for agent_id in gone:
            out[ids[agent_id]] = sim.elapsed_time()
    return at, door, out


def ours(at: np.ndarray[Any, Any], door: np.ndarray[Any, Any], capacity: float, speed: float) -> float:
    """Everybody walks straight to their door, queues, and is out half a metre behind it."""
    far = np.linalg.norm(at - np.array(DOORS)[door], axis=1)
    net = network([(d, 4 + d, 0.5 / speed, capacity) for d in range(4)], nodes=8, sinks=[4, 5, 6, 7])
    return go(net, Crowd.at(door, premovement_s=far / speed), step_s=0.1).clearance_s


def test_jupedsim_where_doors_limit() -> None:
    _, door, out = micro(300)
    # flow where all doors are busy: from the first to the last tenth, so that neither the first arrivals nor the last stragglers count
    flows = []
    for d in range(4):
        times = np.sort(out[door == d])
        low, high = len(times) // 10, len(times) - len(times) // 10 - 1
        flows.append((high - low) / (times[high] - times[low]))
    matched = float(np.mean(flows))
    at, door, out = micro(200)
    peer = float(out.max())
    mine = ours(at, door, matched, SPEED)
    sfpe = ours(
        at, door, CALIBRATIONS["sfpe"].passage_capacity(Mode.WALK, WIDTH), CALIBRATIONS["sfpe"].speed(Mode.WALK)
    )
    cautious = ours(
        at,
        door,
        CALIBRATIONS["conservative"].passage_capacity(Mode.WALK, WIDTH),
        CALIBRATIONS["conservative"].speed(Mode.WALK),
    )
    off = mine / peer - 1
    held(
        "peer: JuPedSim", source="JuPedSim 1.4, collision-free speed model v2", setup="200 persons, hall 40 x 30 m, four doors of 1.2 m; flow of 300 persons "
        f"({matched / WIDTH:.2f} p/s/m)", expected=f"{peer:.1f} s; sfpe no faster", got=f"{mine:.1f} s ({off:+.1%}); sfpe {sfpe:.1f} s, conservative {cautious:.1f} s",
        tolerance="10 %", ok=abs(off) <= 0.10 and sfpe >= peer and cautious >= peer,
    )  # fmt: skip
