"""Levels as projects of JuPedSim's web editor: what is in the zip, and whether people who walk it one by one come out when our network says."""

import io
import json
import logging
import math
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import Polygon

from indoor3d.errors import InvalidInput, UnknownLevel
from indoor3d.exports._jupedsim_project import windows
from indoor3d.exports.jupedsim_web import RADIUS_M, WINDOW_S, WebLevel, to_jupedsim_web
from indoor3d.models.building import Building
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.models.outcome import Outcome
from indoor3d.models.scenario import Delay, Hazard, HazardKind, Occupants, Scenario, Share
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.plan import plan_evacuation, planned, prepare
from tests.buildings import station, two_floors
from tests.plan_trace import Trace

MODEL_DIFFERENCE = 0.10
"""How much sooner or later a quarter, a half, three quarters and nearly all are out one by one than in our plan, as a share of the plan's clearance: a plan has no
bodies and no start-up, and the runner lets people out at whole steps of 0.05 s. Measured: 0.059 at most over five seeds of each floor (jupedsim 1.4.2)."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A building, an evacuation of it as planned, and when how many are out."""

    building: Building
    scenario: Scenario
    outcome: Outcome
    curve: NDArray[np.float64]


def _case(building: Building, people: dict[str, int], *, delay: Delay) -> Case:
    graph = build_navigation(building)
    scenario = Scenario(
        id="check",
        venues=(building.venue.id,),
        movement="empirical",
        detection_s=0.0,
        alarm_s=0.0,
        premovement=delay,
        mobility=(Share(profile="walk", share=1.0),),
        occupants=tuple(Occupants(spaces=(s,), persons=n, source="test") for s, n in people.items()),
    )
    case = prepare(graph.building, graph, scenario)
    trace = Trace.of(case.flow, planned(case))
    outcome = replace(
        plan_evacuation(graph.building, graph, scenario, details=False),
        network=case.flow,
        arc_persons=trace.arc_persons,
        motion=trace.motion(),
    )
    return Case(building=graph.building, scenario=scenario, outcome=outcome, curve=trace.curve())


@pytest.fixture(scope="module")
def small() -> Case:
    """100 people on the two floors of a small building, who set off at once."""
    people = {"gallery": 40, "office": 30, "hall": 20, "store": 10}
    return _case(two_floors(), people, delay=Delay(kind="fixed", value_s=0.0))


@pytest.fixture(scope="module")
def metro() -> Case:
    """People on a platform, in a hall and in an office, who set off one after the other."""
    people = {"platform": 60, "office": 20, "hall": 10}
    return _case(station(), people, delay=Delay(kind="uniform", low_s=0.0, high_s=60.0))


def _project(case: Case, level: str, **extra: Any) -> tuple[WebLevel, dict[str, Any], Polygon]:
    (one,) = to_jupedsim_web(case.building, case.outcome, case.scenario, level=level, **extra)
    with zipfile.ZipFile(io.BytesIO(one.data)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["config.json", "geometry.wkt"]
        config = json.loads(archive.read("config.json"))
        ground = shapely.from_wkt(archive.read("geometry.wkt").decode())
    return one, config, ground


# ── what is in it ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_level_is_one_plan_with_its_walls_doors_and_obstacles(small: Case) -> None:
    _, _, ground = _project(small, "g")
    assert ground.geom_type == "Polygon"
    assert ground.is_valid
    inside = {"hall": (1, 1), "shop": (15, 8), "store": (15, 2), "door": (12.1, 7.0), "exit": (-0.2, 5.0)}
    outside = {"column": (6.0, 3.0), "wall": (12.1, 3.0), "lift": (11.0, 1.0), "stairs": (7.5, 8.0), "street": (-1, 5)}
    assert {k for k, xy in inside.items() if not ground.contains(shapely.Point(xy))} == set()
    assert {k for k, xy in outside.items() if ground.contains(shapely.Point(xy))} == set()


def test_exits_have_our_capacity_and_sources_our_people(small: Case) -> None:
    one, config, ground = _project(small, "g")
    assert set(one.exits.values()) == {"door-exit-1", "door-exit-2"}
    capacity = CALIBRATIONS["empirical"].passage_capacity(Mode.WALK, 0.9)
    for exit_ in config["exits"].values():
        assert exit_["enable_throughput_throttling"] is True
        assert exit_["max_throughput"] == pytest.approx(capacity, abs=1e-6)
        assert Polygon(exit_["coordinates"]).intersection(ground).area > 0.1
    assert (one.persons, one.arriving) == (30, 70)
    by_source: dict[str, int] = {}
    for key, value in config["distributions"].items():
        by_source[one.sources[key]] = by_source.get(one.sources[key], 0) + value["parameters"]["number"]
        assert sum(w["weight"] for w in value["journey_weights"]) == pytest.approx(100.0, abs=1e-4)
    assert by_source == {"hall": 20, "store": 10, "stairs-1": 70}
    assert config["indoor3d"]["calibration"] == "empirical"
    assert config["indoor3d"]["scenario_sha256"] == small.outcome.digest


def test_inflow_is_what_passes_the_stairs_in_our_run(small: Case) -> None:
    one, config, _ = _project(small, "g")
    network, motion = small.outcome.network, small.outcome.motion
    assert motion is not None
    passage = network.passage_element.index("stairs-1")
    arc = int(np.flatnonzero(network.arc_passage == passage)[0])
    speed = CALIBRATIONS["empirical"].speed(Mode.STAIRS, slope=-3.5 / math.hypot(5.0, 3.5))
    late = float(network.arc_length_m[arc]) / speed
    passed = np.cumsum(motion.passed[:, passage])
    came = 0
    windows = [v["parameters"] for k, v in config["distributions"].items() if one.sources[k] == "stairs-1"]
    for window in windows:
        assert window["use_flow_spawning"] is True
        (entry,) = window["flow_schedule"]
        assert entry == {
            "flow_start_time": window["flow_start_time"],
            "flow_end_time": window["flow_end_time"],
            "number": window["number"],
        }
        came += window["number"]
        until = float(np.interp(window["flow_end_time"] - late, motion.at_s, passed, left=0.0))
        assert came == pytest.approx(until, abs=0.51)
    assert came == 70


def test_stairs_that_people_leave_by_are_exits_and_slow(small: Case) -> None:
    one, config, ground = _project(small, "u")
    assert list(one.exits.values()) == ["stairs-1"]
    (exit_,) = config["exits"].values()
    assert exit_["max_throughput"] == pytest.approx(
        CALIBRATIONS["empirical"].passage_capacity(Mode.STAIRS, 1.5), abs=1e-6
    )
    (zone,) = config["zones"].values()
    assert 0.2 < zone["speed_factor"] < 0.5
    assert Polygon(zone["coordinates"]).intersection(ground).area > 1.0
    assert {v["parameters"]["desired_speed"] for v in config["distributions"].values()} == {1.34}
    assert {v["parameters"]["radius"] for v in config["distributions"].values()} == {RADIUS_M}


def test_people_appear_when_they_set_off(metro: Case) -> None:
    one, config, _ = _project(metro, "b")
    assert (one.persons, one.arriving) == (60, 0)
    starts = [v["parameters"].get("flow_start_time", 0.0) for v in config["distributions"].values()]
    assert min(starts) <= WINDOW_S
    assert 30.0 <= max(starts) <= 60.0 + WINDOW_S
    patches = {tuple(map(tuple, v["coordinates"])) for v in config["distributions"].values()}
    assert len(patches) >= 3
    assert shapely.union_all([Polygon(p) for p in patches]).bounds[2] > 15.0, "they appear all along the platform"


def test_stairs_within_a_level_are_part_of_the_plan_and_slow(metro: Case) -> None:
    """The mezzanine hangs over the hall: it is named, and where it is left out its stairs still stand in the plan."""
    with pytest.raises(InvalidInput) as caught:
        to_jupedsim_web(metro.building, metro.outcome, metro.scenario, level="g")
    assert "above:mezzanine" in caught.value.context["cannot_hold"]
    one, config, _ = _project(metro, "g", leave_out=["above"])
    assert one.left_out == ("above:mezzanine",)
    assert one.arriving == 80
    assert all(0 < z["speed_factor"] <= 1 for z in config["zones"].values())


def test_the_same_again_is_the_same_bytes(small: Case) -> None:
    one, other = (_project(small, "g")[0] for _ in range(2))
    assert one.data == other.data
    assert one.name == "two-floors-1F.zip"


@given(
    st.lists(st.tuples(st.floats(0.1, 20.0), st.floats(0.0, 9.0)), min_size=1, max_size=30),
    st.floats(0.0, 50.0),
    st.floats(1.0, 60.0),
)
def test_windows_lose_nobody(steps: list[tuple[float, float]], start: float, window_s: float) -> None:
    points = np.cumsum(np.array([(0.0, start), *steps]), axis=0)
    made = list(windows(points, window_s))
    assert sum(persons for _, _, persons in made) == round(points[-1, 1])
    assert all(persons > 0 for _, _, persons in made)
    edges = [(a, b) for a, b, _ in made]
    assert edges == sorted(edges)
    so_far = 0
    for _, end, persons in made:
        so_far += persons
        assert abs(so_far - np.interp(end, points[:, 0], points[:, 1])) <= 0.5 + 1e-6 or end >= points[-1, 0]


# ── what it cannot hold ──────────────────────────────────────────────────────────────────────────────────────────────


def test_hazards_are_refused_by_name(small: Case) -> None:
    hazard = Hazard(id="smoke-1", kind=HazardKind.SMOKE, spaces=("shop",), at_s=60.0, extinction_per_m=1.0)
    scenario = replace(small.scenario, hazards=(hazard,))
    with pytest.raises(InvalidInput) as caught:
        to_jupedsim_web(small.building, small.outcome, scenario, level="g")
    assert caught.value.context["cannot_hold"] == ["hazard:smoke-1"]
    assert "smoke-1" in caught.value.detail["ko"]
    (one,) = to_jupedsim_web(small.building, small.outcome, scenario, level="g", leave_out=["hazard"])
    assert one.left_out == ("hazard:smoke-1",)


def test_people_who_stay_are_refused_by_name(small: Case) -> None:
    more = replace(small.outcome, initial=tuple((s, n + 2 * (s == "store")) for s, n in small.outcome.initial))
    with pytest.raises(InvalidInput) as caught:
        to_jupedsim_web(small.building, more, small.scenario, level="g")
    assert caught.value.context["cannot_hold"] == ["staying:store"]


def test_what_is_asked_wrongly_is_an_error(small: Case) -> None:
    case = small
    with pytest.raises(UnknownLevel):
        to_jupedsim_web(case.building, case.outcome, case.scenario, level="roof")
    with pytest.raises(InvalidInput):
        to_jupedsim_web(case.building, case.outcome, case.scenario, level="g", leave_out=["walls"])
    with pytest.raises(InvalidInput):
        to_jupedsim_web(case.building, replace(case.outcome, motion=None), case.scenario, level="g")
    with pytest.raises(InvalidInput):
        to_jupedsim_web(case.building, case.outcome, case.scenario, level="g", window_s=0.0)


# ── walked one by one ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def scenarios_peer() -> Iterator[Any]:
    """The runner of such projects; it warns and logs a lot."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("jupedsim")
        pytest.importorskip("pedpy")
        peer = pytest.importorskip("jupedsim_scenarios")
        logging.disable(logging.CRITICAL)
        yield peer
        logging.disable(logging.NOTSET)


def _walked(peer: Any, one: WebLevel, folder: Path, *, seed: int, most_s: float = 400.0) -> NDArray[np.float64]:
    """(K, 2) seconds, and how many have come out by then."""
    path = folder / one.name
    path.write_bytes(one.data)
    scenario = peer.load_scenario(str(path))
    found = []
    with peer.runner.ScenarioRunner(scenario, seed=seed, output_path=folder / "walked.sqlite") as runner:
        begun = runner.agent_count
        while runner.elapsed_time < most_s:
            runner.step()
            came = begun + sum(runner._agent_counter_per_source)
            found.append((runner.elapsed_time, came - runner.agent_count))
            if runner.agent_count == 0 and came == one.persons + one.arriving:
                break
    return np.array(found)


def _times(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """When a quarter, a half, three quarters and 95 in 100 of all are out."""
    shares = np.array([0.25, 0.5, 0.75, 0.95]) * curve[-1, 1]
    return np.array([curve[np.searchsorted(curve[:, 1], share - 1e-6), 0] for share in shares])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("level", ["g", "u"])
@pytest.mark.parametrize("seed", [1, 2])
def test_people_walked_one_by_one_come_out_when_our_plan_says(
    small: Case, scenarios_peer: Any, tmp_path: Path, level: str, seed: int
) -> None:
    (one,) = to_jupedsim_web(small.building, small.outcome, small.scenario, level=level)
    walked = _walked(scenarios_peer, one, tmp_path, seed=seed)
    assert walked[-1, 1] == one.persons + one.arriving, "somebody is lost, or never gets out"
    if level == "g":
        ours = small.curve
    else:
        network, motion = small.outcome.network, small.outcome.motion
        assert motion is not None
        passed = np.cumsum(motion.passed[:, network.passage_element.index("stairs-1")])
        ours = np.column_stack([motion.at_s, passed])
    difference = (_times(walked) - _times(ours)) / ours[-1, 0]
    assert np.abs(difference).max() <= MODEL_DIFFERENCE, (_times(walked), _times(ours))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("level", ["b", "u"])
def test_people_of_a_station_all_come_out_one_by_one(
    metro: Case, scenarios_peer: Any, tmp_path: Path, level: str
) -> None:
    (one,) = to_jupedsim_web(metro.building, metro.outcome, metro.scenario, level=level)
    walked = _walked(scenarios_peer, one, tmp_path, seed=1)
    assert walked[-1, 1] == one.persons + one.arriving
