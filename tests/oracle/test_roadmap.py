"""The taut roadmap against a full visibility graph over every vertex, made here with shapely and scipy alone."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse.csgraph import csgraph_from_dense, dijkstra
from shapely import Polygon, box

from indoor3d.routing.visibility import FreeSpace
from indoor3d.routing.walkable import walkable
from indoor3d.sources.base import Options
from indoor3d.sources.ifc import IfcSource
from tests.polygons import Area, mall, plans, points_in

Floats = NDArray[np.float64]

RELATIVE = 1e-6  # the bar: paths no longer than 1.000001 times the shortest
LOOSE_M = 1e-6  # what the oracle forgives: float64 rounding of the polygon and of the points on its walls

MODELS = {  # with the number of floors that people can walk on
    "georeference-ifc/Duplex_A_20110907_georeferenced.ifc": 2,
    "web-ifc/AC20-FZK-Haus.ifc": 2,
    "ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc": 4,
    "bim-whale/LargeBuilding.ifc": 1,
}


def _shortest(nodes: Floats, edges: NDArray[np.intp], sources: NDArray[np.intp]) -> Floats:
    """(K, N): lengths of shortest paths from sources to every node."""
    dense = np.full((len(nodes), len(nodes)), np.inf)
    lengths = np.hypot(*(nodes[edges[:, 0]] - nodes[edges[:, 1]]).T)
    np.minimum.at(dense, (edges[:, 0], edges[:, 1]), lengths)
    result: Floats = dijkstra(csgraph_from_dense(dense, null_value=np.inf), directed=False, indices=sources)
    return result


def _oracle(plan: Area, points: Floats) -> Floats:
    """(K, K): lengths between points through every vertex of the polygon, any two that see each other joined."""
    nodes = np.vstack([points, np.unique(shapely.get_coordinates(plan), axis=0)])
    loose = plan.buffer(LOOSE_M, join_style="mitre")
    shapely.prepare(loose)
    pairs = np.stack(np.triu_indices(len(nodes), 1), axis=1)
    seen = shapely.covers(loose, shapely.linestrings(nodes[pairs]))
    return _shortest(nodes, pairs[seen], np.arange(len(points)))[:, : len(points)]


def _roadmap(space: FreeSpace, points: Floats) -> tuple[Floats, Floats]:
    """(K, K) lengths between points over the taut roadmap; (M, 2, 2) every segment it may use."""
    count = len(points)
    nodes = np.vstack([points, space.corners])
    one, other = np.triu_indices(count, 1)
    sees = space.sees_many(points[one], points[other])
    links = [
        np.stack([np.full(len(c), row), c + count], axis=1) for row, c in enumerate(map(space.visible_corners, points))
    ]
    edges = np.vstack([space.taut_edges() + count, *links, np.stack([one[sees], other[sees]], axis=1)]).astype(np.intp)
    return _shortest(nodes, edges, np.arange(count))[:, :count], nodes[edges]


def _check(plan: Area, points: Floats, *, slack_m: float = 0.0) -> int:
    """Compare all pairs of points; return how many are connected."""
    space = FreeSpace(plan)
    wanted, (found, segments) = _oracle(plan, points), _roadmap(space, points)
    assert np.array_equal(np.isinf(wanted), np.isinf(found))
    np.testing.assert_allclose(found, wanted, rtol=RELATIVE, atol=slack_m)
    loose = plan.buffer(LOOSE_M, join_style="mitre")
    shapely.prepare(loose)
    assert shapely.covers(loose, shapely.linestrings(segments)).all()
    return int(np.isfinite(wanted[np.triu_indices(len(points), 1)]).sum())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans(), seed=st.integers(0, 1000))
def test_shortest_on_plans_that_touch_and_line_up(plan: Area, seed: int) -> None:
    """Touching holes, collinear walls, points on corners: the same lengths, and no segment through a wall."""
    snapped = FreeSpace(plan).free
    # where three vertices nearly line up, the oracle's looseness saves it less than its own width, twice
    _check(snapped, points_in(snapped, count=8, seed=seed), slack_m=2 * LOOSE_M)


def _random_plan(seed: int) -> Polygon:
    """A room in general position: no three vertices line up, no obstacles touch."""
    rng = np.random.default_rng(seed)
    plan = box(0, 0, 40, 30)
    for x, y in rng.uniform((3, 3), (37, 27), (25, 2)):
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 8)))
        shape = Polygon(
            np.stack([x + rng.uniform(1, 3) * np.cos(angles), y + rng.uniform(1, 3) * np.sin(angles)], axis=1)
        )
        if plan.contains(shape.buffer(0.1)):
            plan = plan.difference(shape)
    return plan


def _brute_force(plan: Polygon) -> set[frozenset[tuple[float, float]]]:
    """Taut edges by definition: every pair of reflex corners, tangent at both ends, inside the polygon."""
    corners: dict[tuple[float, float], tuple[Floats, Floats]] = {}
    for ring in shapely.get_rings(shapely.orient_polygons(plan)):
        at = shapely.get_coordinates(ring)[:-1]
        before, after = np.roll(at, 1, axis=0) - at, np.roll(at, -1, axis=0) - at
        reflex = after[:, 0] * before[:, 1] - after[:, 1] * before[:, 0] < 0
        corners |= {
            tuple(a): (b, c) for a, b, c in zip(at[reflex].tolist(), before[reflex], after[reflex], strict=True)
        }

    def tangent(corner: tuple[float, float], other: tuple[float, float]) -> bool:
        way = np.subtract(other, corner)
        one, two = (way[0] * wall[1] - way[1] * wall[0] for wall in corners[corner])
        return bool(one * two >= -1e-12)

    loose = plan.buffer(1e-9)
    shapely.prepare(loose)
    ordered = sorted(corners)
    candidates = [(a, b) for i, a in enumerate(ordered) for b in ordered[i + 1 :] if tangent(a, b) and tangent(b, a)]
    seen = shapely.covers(loose, shapely.linestrings(candidates))
    return {frozenset(pair) for pair, kept in zip(candidates, seen, strict=True) if kept}


@pytest.mark.parametrize("seed", range(12))
def test_taut_edges_are_those_of_the_definition(seed: int) -> None:
    plan = FreeSpace(_random_plan(seed)).free
    space = FreeSpace(plan)
    found = {frozenset(map(tuple, space.corners[edge].tolist())) for edge in space.taut_edges()}
    wanted = _brute_force(shapely.get_parts(plan)[0])
    assert found == wanted
    assert len(found) > 100


@pytest.mark.parametrize("seed", range(6))
def test_shortest_in_general_position(seed: int) -> None:
    plan = _random_plan(seed)
    assert _check(plan, points_in(plan, count=20, seed=seed)) == 190


def test_shortest_in_a_mall() -> None:
    plan = mall(12)
    assert _check(plan, points_in(plan, count=46, seed=1)) == 46 * 45 / 2


def test_shortest_on_an_evacuation_site(shared: Path) -> None:
    """The AKNZ site of JuPedSim, shrunk by an agent's radius: 1,035 pairs."""
    site = shapely.from_wkt((shared / "data/evac/jupedsim/aknz_evac.wkt").read_text())
    plan = shapely.get_parts(site)[0].buffer(-0.2, join_style="mitre")
    assert _check(plan, points_in(plan, count=46, seed=1)) == 46 * 45 / 2


@pytest.mark.parametrize("model", MODELS)
def test_shortest_on_floors_of_real_models(shared: Path, model: str) -> None:
    """1,035 pairs on every floor of 20 m² or more: as short as the full visibility graph, none through a wall."""
    building, _ = IfcSource(shared / "data/ifc" / model).read(Options(mesh=False))
    floors = [surface.free for surface in walkable(building, radius_m=0.2) if surface.free.area > 20]
    connected = [_check(floor, points_in(floor, count=46, seed=3)) for floor in floors]
    assert len(connected) == MODELS[model]
    assert min(connected) > 100
