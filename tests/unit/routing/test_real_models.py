"""Real buildings: every space is reached or the reason is said; closing a door is rebuilding without it."""

from pathlib import Path

import numpy as np
import pytest

from indoor3d.models.building import Building
from indoor3d.routing.build import build_navigation
from indoor3d.routing.reach import unreachable_spaces
from indoor3d.sources.base import read
from tests.property.test_routing import length_m, places, without

MODELS = {
    "bim-whale/LargeBuilding.ifc": 8,
    "georeference-ifc/Duplex_A_20110907_georeferenced.ifc": 20,
    "ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc": 70,
    "web-ifc/AC20-FZK-Haus.ifc": 7,
    "xbim/SampleHouse4.ifc": 3,
}
"""Walkable spaces that an exit reaches."""


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request: pytest.FixtureRequest, shared: Path) -> tuple[str, Building]:
    return request.param, read(shared / "data" / "ifc" / request.param)[0]


def test_every_space_is_reached_or_says_why_not(model: tuple[str, Building]) -> None:
    name, building = model
    graph = build_navigation(building)
    missed = {i.element: i.values["reason"] for i in unreachable_spaces(graph) if i.code == "space.unreachable"}
    walkable = {space.id for space in building.spaces if space.walkable}
    assert len(walkable - set(missed)) == MODELS[name], missed
    assert all(missed.values())
    escaped = {e.space for e in graph.evacuate().escapes if e.route is not None}
    assert escaped <= walkable - set(missed)


def test_closing_a_door_is_rebuilding_without_it(model: tuple[str, Building]) -> None:
    _, building = model
    graph, rng = build_navigation(building), np.random.default_rng(11)
    for opening in building.openings[:: max(1, len(building.openings) // 8)]:
        rebuilt = build_navigation(without(building, opening.id))
        some = places(building, rng, near=opening, count=6)
        for start, goal in zip(some[::2], some[1::2], strict=True):
            closed = length_m(graph, start, goal, closed=[opening.id])
            assert closed == pytest.approx(length_m(rebuilt, start, goal), abs=1e-6)
