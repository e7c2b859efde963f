"""Routes as callers get them, on real models: as short as a full visibility graph's, and never through a wall."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from indoor3d.errors import NoRoute
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.place import Place
from indoor3d.sources.base import read
from tests.oracle.test_roadmap import LOOSE_M, MODELS, _oracle
from tests.polygons import points_in

POINTS = 46  # 1,035 pairs a model, over its floors


@pytest.fixture(scope="module", params=sorted(MODELS))
def graph(request: pytest.FixtureRequest, shared: Path) -> NavGraph:
    building, _ = read(shared / "data" / "ifc" / request.param, mesh=False)
    return build_navigation(building)


def test_a_route_on_one_floor_is_the_shortest_and_stays_on_it(graph: NavGraph) -> None:
    compared = 0
    for floor in graph.network.surfaces:
        count = POINTS if len(graph.network.surfaces) == 1 else POINTS // 2
        points = points_in(floor.free, count=count, seed=3)
        wanted = _oracle(floor.free, points)
        loose = floor.free.buffer(LOOSE_M, join_style="mitre")
        for i, j in zip(*np.triu_indices(len(points), 1), strict=True):
            one, other = (Place(x_m=x, y_m=y, z_m=floor.floor_m, level=floor.level) for x, y in points[[i, j]].tolist())
            try:
                route = graph.route(one, other)
            except NoRoute:
                assert np.isinf(wanted[i, j])
                continue
            compared += 1
            if (
                len(route.levels) > 1 or len(route.legs) > 1
            ):  # by stairs, because no way leads over this floor, or a longer one
                assert wanted[i, j] / 1.30 >= route.duration_s - 1e-6
                continue
            assert route.length_m == pytest.approx(wanted[i, j], rel=1e-6)
            assert loose.covers(shapely.LineString(route.positions[:, :2]))
    assert compared > 100  # Smiley is many flats: most pairs have no way on their floor
