"""Natural paths in made-up buildings: in the free space, through nothing closed, from end to end."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from indoor3d.errors import RoutingError
from indoor3d.models.building import Building
from indoor3d.routing.build import build_navigation
from indoor3d.routing.natural import Naturaliser
from tests.property.test_routing import SLOW, places, plans


@given(plans(), st.data())
@SLOW
def test_natural_paths_are_valid_wherever_exact_ones_are(building: Building, data: st.DataObject) -> None:
    graph = build_navigation(building)
    natural = Naturaliser(graph.floors)
    shut = sorted(data.draw(st.sets(st.sampled_from([o.id for o in building.openings]), max_size=2)))
    some = places(building, np.random.default_rng(data.draw(st.integers(0, 99))), near=building.openings[0], count=8)
    for start, goal in zip(some[::2], some[1::2], strict=True):
        try:
            route = graph.route(start, goal, closed=shut)
        except RoutingError:
            continue
        path = natural.path(route)
        assert (path[[0, -1]] == route.positions[[0, -1]]).all()
        for leg in route.legs:
            for first, last, surface in natural._runs(leg):
                exact, shown = leg.positions[first : last + 1], natural._run(leg.positions, first, last, surface)
                free, ways = graph.floors.free(surface), graph.floors.ways[surface]
                assert free.sees_many(shown[:-1, :2], shown[1:, :2]).all()
                before, after = (shapely.linestrings(np.stack([p[:-1, :2], p[1:, :2]], axis=1)) for p in (exact, shown))
                assert not ways.blocked(after, shut).any()
                assert ways.widths(after).min() >= ways.widths(before).min() - 1e-6
