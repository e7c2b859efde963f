"""What is known about straight ways: restored from columns it answers the same, without the surface."""

from typing import NoReturn

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from indoor3d.models.building import Building
from indoor3d.routing._level_edges import Ways
from indoor3d.routing.walkable import walkable
from tests.bench.mall import mall_building
from tests.buildings import two_floors


def _missing() -> NoReturn:
    raise AssertionError("the surface was asked for")


def _lines(ways: Ways, *, count: int) -> NDArray[np.float64]:
    west, south, east, north = ways.surface.ground.bounds
    ends = np.random.default_rng(3).uniform((west, south), (east, north), (count, 2, 2))
    return ends.reshape(count, 4)


@pytest.mark.parametrize("building", [two_floors(), mall_building(80), mall_building(40, warp_m=0.0)])
def test_columns_answer_as_the_surface_does(building: Building) -> None:
    for surface in walkable(building, radius_m=0.2):
        ways = Ways(surface)
        again = Ways.from_columns(ways.to_columns(), surface=_missing)
        lines = _lines(ways, count=400)
        shut = ways.openings[::3]
        assert (again.openings, again.spaces, again.attachments) == (ways.openings, ways.spaces, ways.attachments)
        assert again.needs(lines) == ways.needs(lines)
        assert again.widths(lines).tolist() == ways.widths(lines).tolist()
        assert again.crossed(lines) == ways.crossed(lines)
        assert again.blocked(lines, shut).tolist() == ways.blocked(lines, shut).tolist()
        assert again.facts.space.corners.tobytes() == ways.facts.space.corners.tobytes()
        assert all(a.equals_exact(b, 0.0) for a, b in zip(again.facts.zones, surface.zones, strict=True))


@pytest.mark.parametrize("building", [two_floors(), mall_building(80)])
def test_blocked_is_what_needs_tell(building: Building) -> None:
    for surface in walkable(building, radius_m=0.2):
        ways = Ways(surface)
        lines = _lines(ways, count=400)
        for shut in (ways.openings[:1], ways.openings[::2], ways.openings):
            closed = {i for i, name in enumerate(ways.openings) if name in shut}
            told = [all(closed & set(group) for group in option) for option in ways.needs(lines)]
            assert ways.blocked(lines, shut).tolist() == told


def test_widths_are_those_of_the_gaps_and_thresholds_that_shapely_finds_crossed() -> None:
    (surface,) = walkable(mall_building(80), radius_m=0.2)
    ways = Ways(surface)
    lines = _lines(ways, count=400)
    shapes = shapely.linestrings(lines.reshape(-1, 2, 2))
    segments = np.vstack([ways.facts.gaps.ends, ways.facts.threshold])
    width = np.concatenate([ways.facts.gap_width_m, ways.facts.width_m])
    wanted = np.full(len(lines), np.inf)
    line, met = shapely.STRtree(shapely.linestrings(segments.reshape(-1, 2, 2))).query(shapes, predicate="intersects")
    np.minimum.at(wanted, line, width[met])
    assert np.isfinite(wanted).any()
    assert ways.widths(lines).tolist() == wanted.tolist()
    assert np.isfinite(ways.widths(lines, below=0.9)).tolist() == (wanted < 0.9).tolist()
