"""A graph goes from process to process."""

import pickle

import numpy as np
import pytest

from indoor3d.models.network import Networks
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.profile import PROFILES
from indoor3d.store.codec import decode, encode
from tests.buildings import two_floors


def _used() -> NavGraph:
    graph = build_navigation(two_floors())
    for profile in ("walk", "wheelchair_powered"):
        route = graph.route("hall", "office", profile=profile, closed=["stairs-1"])
        graph.for_body(PROFILES[profile]).naturaliser.path(route)
    graph.evacuate()
    assert graph.space_at("g", (6.0, 5.0, 0.0)) is not None
    return graph


def test_a_graph_that_was_used_is_the_same_after_a_pickle() -> None:
    graph = _used()
    again = pickle.loads(pickle.dumps(graph))  # noqa: S301 - written above
    assert [w.slim is again for w in again.wider] == [True] * len(graph.wider)
    for profile in ("walk", "wheelchair_powered", "blind_cane"):
        before, after = (one.route("hall", "office", profile=profile) for one in (graph, again))
        np.testing.assert_array_equal(before.positions, after.positions)
        assert (before.length_m, before.duration_s) == (after.length_m, after.duration_s)
    assert again.issues == graph.issues


def test_caches_are_left_behind() -> None:
    fresh, used = pickle.dumps(build_navigation(two_floors())), pickle.dumps(_used())
    assert len(used) < 1.1 * len(fresh)


@pytest.mark.parametrize("stored", [False, True])
def test_the_graph_of_a_wider_body_still_knows_the_other(*, stored: bool) -> None:
    graph = _used()
    if stored:
        graph = NavGraph(graph.building, decode(encode(graph.network), Networks))
    (wide, *_) = pickle.loads(pickle.dumps(graph.wider))  # noqa: S301 - written above
    assert wide.network.radius_m > wide.slim.network.radius_m
    assert wide in wide.slim.wider
    with_lift = wide.slim.route("hall", "office", profile="wheelchair_powered")
    assert with_lift.length_m == graph.route("hall", "office", profile="wheelchair_powered").length_m
