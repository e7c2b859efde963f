"""Map matching: better than the nearest edge, and only ever on ways that can be gone."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from indoor3d.errors import InvalidInput
from indoor3d.routing.matching import Fix, Match, MatchingGraph, OnlineMatcher, smooth
from indoor3d.routing.matching_floors import level_ids, matching_graph
from tests.venues.made import made

Floats = NDArray[np.float64]


def _two_corridors() -> MatchingGraph:
    """Two levels with a corridor of 60 m each, 4 m above one another, and stairs at their east ends."""
    x = np.arange(0.0, 61.0, 6.0)
    n = len(x)
    position = np.vstack([np.column_stack([x, 0 * x, 0 * x + 4.0 * k]) for k in range(2)])
    a = np.concatenate([np.arange(n - 1), n + np.arange(n - 1), [n - 1]])
    b = np.concatenate([np.arange(1, n), n + np.arange(1, n), [2 * n - 1]])
    return MatchingGraph(
        position=position,
        level=np.repeat([0, 1], n).astype(np.int32),
        edge_from=a.astype(np.int32),
        edge_to=b.astype(np.int32),
        length_m=np.append(np.full(2 * n - 2, 6.0), 8.0),
    )


def _walk(count: int, *, seed: int = 0, sigma: float = 3.0, wrong: float = 0.1) -> tuple[Floats, list[Fix]]:
    rng = np.random.default_rng(seed)
    x: Floats = 2.0 + 1.2 * np.arange(count, dtype=np.float64)
    level = np.where(rng.random(count) < wrong, 1, 0)
    at = np.column_stack([x, 0 * x]) + rng.normal(0, sigma, (count, 2))
    return x, [
        Fix(time_s=float(k), x_m=at[k, 0], y_m=at[k, 1], level=int(level[k]), sigma_m=sigma) for k in range(count)
    ]


def _off(found: list[Match], x: Floats) -> Floats:
    away: Floats = np.abs(np.array([match.position[0] for match in found]) - x)
    return away


def test_a_walk_along_a_corridor() -> None:
    graph = _two_corridors()
    x, fixes = _walk(45)
    found = smooth(graph, fixes)
    assert {match.level for match in found} == {0}, "single wrong readings of the level do not count"
    assert _off(found, x).mean() < 1.5 < np.abs(np.array([f.x_m for f in fixes]) - x).mean()
    matcher = OnlineMatcher(graph)
    online = [matcher.update(fix) for fix in fixes]
    assert {match.level for match in online[5:]} == {0}
    assert _off(online, x)[5:].mean() < 2.0


def test_a_level_is_changed_by_stairs_only() -> None:
    graph = _two_corridors()
    _, fixes = _walk(48, wrong=0.0)
    back = [Fix(time_s=56.0 + k, x_m=58.0 - 1.2 * k, y_m=0.5, level=1) for k in range(40)]
    found = smooth(graph, fixes + back)
    levels = [match.level for match in found]
    change = levels.index(1)
    assert all(level == 1 for level in levels[change:])
    assert abs(found[change].position[0] - 60.0) < 6.0, "where the stairs are"


def test_standing_still() -> None:
    graph = _two_corridors()
    rng = np.random.default_rng(4)
    fixes = [Fix(time_s=float(k), x_m=27 + dx, y_m=dy, level=0) for k, (dx, dy) in enumerate(rng.normal(0, 3, (60, 2)))]
    assert _off(smooth(graph, fixes), np.full(60, 27.0))[10:50].max() < 2.5


@pytest.mark.parametrize("spans", [[0.2] * 40, [3.0] * 12, [0.5, 2.0, 1.0, 7.0] * 4, [1.0] * 10 + [25.0] + [1.0] * 5])
def test_irregular_times(spans: list[float]) -> None:
    graph = _two_corridors()
    rng = np.random.default_rng(8)
    times = np.cumsum(spans)
    x = 1.0 + 1.16 * times
    fixes = [
        Fix(time_s=t, x_m=place + rng.normal(0, 2), y_m=rng.normal(0, 2), level=0, sigma_m=2.0)
        for t, place in zip(times.tolist(), x.tolist(), strict=True)
        if place < 59
    ]
    assert _off(smooth(graph, fixes), x[: len(fixes)]).mean() < 1.8


def test_who_is_somewhere_else_at_once_is_found_again() -> None:
    graph = _two_corridors()
    fixes = [Fix(time_s=float(k), x_m=2.0 + k, y_m=0.0, level=0, sigma_m=1.0) for k in range(8)]
    fixes += [Fix(time_s=8.0 + k, x_m=57.0 - k, y_m=0.0, level=1, sigma_m=1.0) for k in range(8)]
    for found in (smooth(graph, fixes), [m for matcher in [OnlineMatcher(graph)] for m in map(matcher.update, fixes)]):
        assert found[5].level == 0
        assert found[-1].level == 1
        assert abs(found[-1].position[0] - 50.0) < 4.0


def test_a_oneway_is_not_gone_backwards() -> None:
    position = np.array([[0.0, 0, 0], [40, 0, 0], [0, 6, 0], [40, 6, 0]])
    graph = MatchingGraph(
        position=position,
        level=np.zeros(4, np.int32),
        edge_from=np.array([0, 2, 0, 1], np.int32),
        edge_to=np.array([1, 3, 2, 3], np.int32),
        length_m=np.array([40.0, 40, 6, 6]),
        oneway=np.array([True, False, False, False]),
    )
    fixes = [Fix(time_s=float(k), x_m=38 - 1.2 * k, y_m=2.4, level=0) for k in range(28)]
    assert {match.edge for match in smooth(graph, fixes)} == {1}, "the other corridor is nearer, but leads east"


def test_a_matcher_goes_on_from_its_state() -> None:
    graph = _two_corridors()
    _, fixes = _walk(30, seed=2)
    one, other = OnlineMatcher(graph), OnlineMatcher(graph)
    for fix in fixes:
        expected = one.update(fix)
        other = OnlineMatcher(graph, json.loads(json.dumps(other.state())))
        found = other.update(fix)
        assert found.edge == expected.edge
        assert found.along == pytest.approx(expected.along, abs=0.05)


def test_no_level_and_no_fixes() -> None:
    graph = _two_corridors()
    assert smooth(graph, []) == []
    found = smooth(graph, [Fix(time_s=float(k), x_m=5 + k, y_m=0.0) for k in range(9)])
    assert [round(match.position[0]) for match in found][4] in {8, 9, 10}
    assert all(0 < match.probability <= match.near <= 1 for match in found)


@pytest.mark.parametrize("bad", [{"sigma_m": 0.0}, {"x_m": math.nan}, {"level_sure": 1.0}, {"time_s": math.inf}])
def test_fixes_that_are_none(bad: dict[str, float]) -> None:
    values = {"time_s": 0.0, "x_m": 0.0, "y_m": 0.0, "sigma_m": 3.0, "level_sure": 0.9} | bad
    with pytest.raises(InvalidInput):
        Fix(**values)  # type: ignore[arg-type]


def test_times_that_go_back() -> None:
    graph, fix = _two_corridors(), Fix(time_s=1.0, x_m=0.0, y_m=0.0)
    with pytest.raises(InvalidInput):
        smooth(graph, [fix, fix])
    matcher = OnlineMatcher(graph)
    matcher.update(fix)
    with pytest.raises(InvalidInput):
        matcher.update(fix)


@pytest.mark.parametrize("state", [{"last": {}}, {"last": {"time_s": 0, "x_m": 0, "y_m": 0}, "beliefs": [{"states": [9**9], "mass": [1.0], "evidence": 0}] * 3}, {"beliefs": []}])  # fmt: skip
def test_states_that_are_none(state: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        OnlineMatcher(_two_corridors(), state)


@pytest.mark.parametrize("venue", ["city-hall"])
def test_walks_in_a_real_building(venue: str) -> None:
    graph = made(venue).graph
    lattice, rank = matching_graph(graph), {ident: k for k, ident in enumerate(level_ids(graph))}
    assert matching_graph(graph) is lattice
    floors = np.array([surface.floor_m for surface in graph.network.surfaces])
    number = np.array([rank[surface.level] for surface in graph.network.surfaces])
    rng = np.random.default_rng(5)
    ends = [e.id for e in graph.building.exits if e.everyday and e.outside][:4]
    for level in graph.building.levels:  # the largest public space of every level: the walks change levels
        spaces = [s for s in graph.building.spaces if s.walkable and s.access == "public" and s.level == level.id]
        ends += [max(spaces, key=lambda s: s.footprint.area).id] if spaces else []
    near, right, raw, raw_level = [], [], [], []
    for start, goal in pairwise(ends):
        route = graph.route(start, goal)
        path = graph.naturaliser.path(route)
        along = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1)))
        at = np.column_stack([np.interp(np.arange(0, along[-1], 1.2), along, path[:, k]) for k in range(3)])[:200]
        level = number[np.argmin(np.abs(at[:, 2:] - floors), axis=1)]
        error = rng.normal(0, 3, (len(at), 2))
        for k in range(1, len(at)):
            error[k] = 0.9 * error[k - 1] + math.sqrt(1 - 0.81) * error[k]
        told = np.where(np.arange(len(at)) % 10 == 5, level + rng.choice([-1, 1], len(at)), level)
        fixes = [
            Fix(time_s=float(k), x_m=at[k, 0] + error[k, 0], y_m=at[k, 1] + error[k, 1], level=int(told[k]))
            for k in range(len(at))
        ]
        found = smooth(lattice, fixes)
        placed = np.array([match.position for match in found])
        near += (np.hypot(*(placed - at)[:, :2].T) <= 3).tolist()
        right += (np.array([match.level for match in found]) == level).tolist()
        raw += (np.hypot(*error.T) <= 3).tolist()
        raw_level += (told == level).tolist()
    assert len(near) > 100
    assert np.mean(near) > np.mean(raw) - 0.05, "open floor says little about where on it somebody is"
    assert np.mean(right) > 0.95
    assert np.mean(right) > np.mean(raw_level)
