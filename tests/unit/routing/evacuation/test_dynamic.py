"""A building as numbers: the same room in plans and in simulations, and which way one crosses a wide boundary."""

import numpy as np
import pytest

from indoor3d.models.building import Building
from indoor3d.models.flow import DynamicNetwork
from indoor3d.models.movement import CALIBRATIONS, Calibration
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation._simulate_setup import groups
from indoor3d.routing.evacuation.dynamic import Ground, dynamic, ground
from indoor3d.routing.evacuation.flownet import flow_network
from indoor3d.routing.evacuation.simulate import OUT, Crowd, Kind, World, simulate
from tests.buildings import station, two_floors


@pytest.mark.parametrize("calibration", CALIBRATIONS.values(), ids=CALIBRATIONS)
@pytest.mark.parametrize("building", [two_floors(), station()], ids=["two floors", "station"])
def test_a_space_holds_in_the_simulation_what_it_holds_in_the_plan(
    building: Building, calibration: Calibration
) -> None:
    network = flow_network(building, build_navigation(building))
    planned, simulated = dynamic(network, calibration), ground(network, calibration)
    inside = np.flatnonzero(simulated.node_zone >= 0)
    spaces = int(simulated.node_zone.max()) + 1
    stored = np.bincount(simulated.node_zone[inside], planned.storage[inside], spaces)
    assert len(simulated.room) > spaces, "stairs are zones of their own"
    assert simulated.room[:spaces] == pytest.approx(np.maximum(1, np.floor(stored + 1e-9)), abs=1)
    # as many as get along best: more on a stair would let fewer off it
    stairs = simulated.area_m2[spaces:] * calibration.flow_density_per_m2
    assert (simulated.room[spaces:] <= np.maximum(1, stairs)).all()


def test_who_waits_for_a_slow_way_leaves_room_for_who_goes_by_a_quick_one() -> None:
    """A well of 24 m² before a slow escalator and a wide stair, and people for both: what the plan counts on, that they fit, is so in the simulation."""
    calibration = CALIBRATIONS["sfpe"]
    net = DynamicNetwork.of(
        np.array([0, 0, 1, 2]),
        np.array([1, 2, 3, 3]),
        time_s=np.array([1.0, 1.0, 10.0, 10.0]),
        capacity_per_s=np.array([8.0, 8.0, 0.5, 3.0]),
        storage=np.array([np.inf, 36.0, 36.0, np.inf]),
        sinks=np.array([3]),
        passage=np.array([0, 0, -1, -1]),
    )
    persons = np.array([60, 240])
    kinds = tuple(Kind(time_s=np.where(np.arange(4) % 2 == way, net.time_s, np.inf)) for way in (0, 1))
    crowd = Crowd.at(np.zeros(300, np.int64))
    crowd.mobility[:] = np.sort(np.arange(300) % 5 > 0)  # those for the escalator come first
    done = []
    for density in (calibration.flow_density_per_m2, calibration.density_max_per_m2):
        well = Ground(
            node_zone=np.array([0, 1, 1, -1], np.int32),
            arc_zone=np.full(4, -1, np.int32),
            room=np.array([1e9, np.floor(24 * density)]),
            area_m2=np.full(2, np.inf),
            climb_m=np.zeros(4),
        )
        run = simulate(net, crowd, calibration=calibration, step_s=1.0, world=World(ground=well, kinds=kinds))
        assert (run.state == OUT).all()
        done.append(float(run.exit_time_s[crowd.mobility == 1].max()))
    alone_s = persons[1] / 3.0 + 11.0
    assert alone_s - 1.0 <= done[1] <= alone_s + 3.0
    assert done[0] > done[1]


def test_people_who_cross_a_wide_boundary_at_two_places_meet_all_the_same() -> None:
    """Two rooms that touch: those of one cross in the north, those of the other in the south."""
    north, south = (0, 2), (3, 1)
    net = DynamicNetwork.of(
        np.array([north[0], north[1], south[0], south[1]]),
        np.array([north[1], north[0], south[1], south[0]]),
        time_s=np.ones(4),
        capacity_per_s=np.full(4, 1.0),
        storage=np.full(4, 99.0),
        sinks=np.array([], np.int32),
        passage=np.zeros(4, np.int32),
    )
    rooms = np.array([0, 0, 1, 1], np.int32)
    server, side = groups(net, rooms)
    assert set(server.tolist()) == {0}
    assert side.tolist() == [1, 2, 2, 1]
    assert groups(net, np.arange(4, dtype=np.int32))[1].tolist() == [1, 2, 1, 1], "nothing says which rooms they join"
    assert groups(net, np.full(4, -1, np.int32))[1].tolist() == [1, 2, 1, 1]
