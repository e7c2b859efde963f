"""Compiled crossings against shapely's predicates: the same pairs, touching ones among them."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indoor3d.routing._crossing import Areas, Segments
from tests.polygons import OFFSETS, SIZE, Area, plans

Floats = NDArray[np.float64]


def _lines(seed: int, *, count: int, whole: bool, offset: tuple[float, float]) -> Floats:
    """Lines between random places, or between whole ones, where many touch, line up and overlap; turned and moved."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, SIZE + 1, (count, 2, 2)) if whole else rng.uniform(0, SIZE, (count, 2, 2))
    turn = rng.choice([0.0, 0.3])
    linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    ends: Floats = (at @ linear + offset).reshape(count, 4)
    return ends[np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]) > 0]


def _shapes(ends: Floats) -> NDArray[np.object_]:
    found: NDArray[np.object_] = shapely.linestrings(ends.reshape(-1, 2, 2))
    return found


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000), whole=st.booleans(), offset=st.sampled_from(OFFSETS))
def test_lines_meet_segments_as_shapely_tells(seed: int, *, whole: bool, offset: tuple[float, float]) -> None:
    lines = _lines(seed, count=40, whole=whole, offset=offset)
    ends = _lines(seed, count=60, whole=whole, offset=offset)
    value = np.random.default_rng(seed).uniform(0, 2, len(ends))
    segments = Segments(ends)
    wanted = shapely.intersects(_shapes(lines)[:, None], _shapes(ends)[None])
    assert np.array_equal(np.stack(segments.met(lines), axis=1), np.argwhere(wanted))
    least = np.where(wanted, value, np.inf).min(axis=1)
    assert segments.least(value, lines).tolist() == least.tolist()
    assert segments.least(value, lines, below=1.0).tolist() == np.where(least < 1.0, least, np.inf).tolist()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000), plan=plans())
def test_lines_meet_areas_as_shapely_tells(seed: int, plan: Area) -> None:
    """Parts of a plan, holes and all, and lines that lie inside, touch corners or run along walls."""
    west, south, east, north = plan.bounds
    cells = [shapely.box(x, south, x + 3, north) for x in np.arange(west, east, 3.0)]
    shapes = [*shapely.get_parts(plan), *(shapely.intersection(plan, cell) for cell in cells), shapely.Polygon()]
    shapes = [shapely.MultiPolygon([p for p in shapely.get_parts(s) if p.geom_type == "Polygon"]) for s in shapes]
    rng = np.random.default_rng(seed)
    vertices = shapely.get_coordinates(plan)
    lines = np.hstack([rng.permutation(vertices)[:20], rng.permutation(vertices)[:20]])
    spread = rng.uniform((west, south), (east, north), (20, 2))
    lines = np.vstack([lines, np.hstack([spread, spread + rng.uniform(-1, 1, (20, 2))])])
    lines = lines[np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]) > 0]
    areas = Areas.of(shapes)
    wanted = shapely.intersects(_shapes(lines)[:, None], np.array(shapes, dtype=object)[None])
    found = np.zeros_like(wanted)
    found[areas.met(lines)] = True
    for line, shape in np.argwhere(found != wanted).tolist():
        # Where a line just touches a border, GEOS may say that they do not meet and that they are 0 m apart.
        drawn = _shapes(lines)[line]
        assert shapely.distance(drawn, shapes[shape]) <= 1e-9
        assert shapely.length(shapely.intersection(drawn, shapes[shape])) <= 1e-9
    wanted = found
    some = rng.permutation(len(shapes))[: len(shapes) // 2]
    assert areas.any_met(some, lines).tolist() == wanted[:, some].any(axis=1).tolist()


def test_nothing_meets_nothing() -> None:
    lines = np.array([[0.0, 0.0, 1.0, 1.0]])
    assert Segments(np.zeros((0, 4))).met(lines)[0].tolist() == []
    assert Segments(np.zeros((0, 4))).least(np.zeros(0), lines).tolist() == [np.inf]
    assert Areas.of([]).met(lines)[0].tolist() == []
    assert Segments(lines).met(np.zeros((0, 4)))[0].tolist() == []
