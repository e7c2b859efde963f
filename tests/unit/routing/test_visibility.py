"""FreeSpace on plans small enough to check on paper, and on the awkward ones."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from numpy.typing import ArrayLike
from shapely import LineString, MultiPolygon, Polygon, affinity, box

from indoor3d.errors import InvalidInput, InvalidPosition
from indoor3d.routing.visibility import FreeSpace
from tests.polygons import OFFSETS, Area, mall

ROOM = box(0, 0, 10, 10)
PILLAR = ROOM.difference(box(4, 4, 6, 6))  # corners: 0 (4,4), 1 (4,6), 2 (6,4), 3 (6,6)
L_SHAPE = Polygon([(0, 0), (6, 0), (6, 2), (2, 2), (2, 6), (0, 6)])


def _edges(space: FreeSpace) -> set[tuple[tuple[float, float], ...]]:
    return {tuple(map(tuple, space.corners[edge].tolist())) for edge in space.taut_edges()}


def test_a_convex_room_has_no_corners_and_no_edges() -> None:
    space = FreeSpace(Polygon([(0, 0), (5, 0), (0, 5)]))
    assert space.corners.shape == (0, 2)
    assert space.taut_edges().shape == (0, 2)
    assert space.visible_corners((1, 1)).tolist() == []
    assert space.sees((0.1, 0.1), (2.5, 2.5))


def test_a_room_around_a_corner() -> None:
    space = FreeSpace(L_SHAPE)
    assert space.corners.tolist() == [[2, 2]]
    assert space.visible_corners((1, 5)).tolist() == [0]
    assert not space.sees((1, 5), (5, 1))
    assert space.sees((0, 4), (4, 0)), "through the corner itself"
    assert space.visible_corners((1, 1)).tolist() == [], "seen, but no shortest path bends there"


def test_taut_edges_of_a_pillar_are_its_sides() -> None:
    space = FreeSpace(PILLAR)
    assert space.corners.tolist() == [[4, 4], [4, 6], [6, 4], [6, 6]]
    edges = space.taut_edges()
    assert edges.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    assert edges.dtype == np.int32
    assert space.visible_corners((1, 5)).tolist() == [0, 1]
    assert space.visible_corners((4, 1)).tolist() == [0, 1, 2], "along the wall to the far corner as well"


def test_points_on_a_corner_on_a_wall_and_along_a_wall() -> None:
    space = FreeSpace(PILLAR)
    assert space.visible_corners((4, 4)).tolist() == [0, 1, 2], "the corner it is on, and both neighbours"
    assert space.visible_corners((4, 5)).tolist() == [0, 1]
    assert space.sees((4, 0), (4, 10)), "along the pillar's side"
    assert space.sees((0, 8), (8, 0)), "touching a corner"
    assert not space.sees((4.001, 0), (4.001, 10))
    assert not space.sees((0, 8.001), (8.001, 0))
    assert space.sees((4, 5), (4, 5)), "a point sees itself"


def test_many_answers_are_those_of_one_after_the_other() -> None:
    space = FreeSpace(mall(12))
    rng = np.random.default_rng(0)
    points = space.nearest(rng.uniform((0, 0), (8, 25), (60, 2)))
    many = space.visible_corners_many(points)
    one_by_one = [(row, corner) for row, point in enumerate(points) for corner in space.visible_corners(point).tolist()]
    assert many.tolist() == [list(pair) for pair in one_by_one]
    other = points[::-1]
    assert space.sees_many(points, other).tolist() == [space.sees(a, b) for a, b in zip(points, other, strict=True)]
    assert space.sees_many(points, other).any()


def test_threads_may_share_it() -> None:
    """A server answers requests in threads; GEOS' prepared polygons crash the process when threads ask them about lines."""
    plan = mall(12)
    points = np.random.default_rng(0).uniform((0, 0), (24, 25), (200, 2))

    def answers(space: FreeSpace) -> list[object]:
        sights = space.sees_many(points, points[::-1]).tolist()
        return [sights, space.nearest(points).tolist(), space.visible_corners_many(points).tolist()]

    expected = answers(FreeSpace(plan))
    for _ in range(10):
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(answers, [FreeSpace(plan)] * 8)) == [expected] * 8


def test_no_points_give_no_answers() -> None:
    space, none = FreeSpace(PILLAR), np.empty((0, 2))
    assert space.visible_corners_many(none).shape == (0, 2)
    assert space.sees_many(none, none).shape == (0,)
    assert space.contains(none).shape == (0,)
    assert space.nearest(none).shape == (0, 2)


def test_sight_past_obstacles_that_touch_the_line_from_both_sides() -> None:
    space = FreeSpace(ROOM.difference(shapely.union_all([box(2, 5, 3, 8), box(4, 2, 5, 5), box(6, 5, 7, 8)])))
    assert space.sees((0, 5), (10, 5))
    corner = {tuple(at): row for row, at in enumerate(space.corners.tolist())}
    edges = {tuple(edge) for edge in space.taut_edges().tolist()}
    for one, other in [((2, 5), (3, 5)), ((3, 5), (4, 5)), ((4, 5), (5, 5)), ((5, 5), (6, 5)), ((6, 5), (7, 5))]:
        assert tuple(sorted((corner[one], corner[other]))) in edges, "hop by hop along the line"
    assert not space.sees((0, 5.001), (10, 5.001))
    assert not space.sees((0, 4.999), (10, 4.999))


def test_obstacles_that_touch_in_a_point_leave_a_way_through_it() -> None:
    space = FreeSpace(ROOM.difference(shapely.union_all([box(0, 5, 4, 6), box(4, 6, 10, 7), box(0, 8, 4, 9)])))
    assert [4, 6] in space.corners.tolist()
    assert space.sees((3.5, 6.5), (4.5, 5.5)), "through the point"
    assert not space.sees((3, 6.5), (4.5, 5.5))
    pinch = space.corners.tolist().index([4, 6])
    assert pinch in space.visible_corners((1, 7))
    assert pinch in space.visible_corners((9, 5))


def test_parts_that_meet_in_a_point_and_parts_that_do_not() -> None:
    meeting = FreeSpace(MultiPolygon([box(0, 0, 2, 2), box(2, 2, 4, 4)]))
    assert meeting.corners.tolist() == [[2, 2]]
    assert meeting.sees((1, 1), (3, 3))
    assert not meeting.sees((1, 1.5), (3, 3))
    apart = FreeSpace(MultiPolygon([box(0, 0, 2, 2), box(3, 0, 5, 2)]))
    assert not apart.sees((1, 1), (4, 1))
    assert len(shapely.get_parts(apart.free)) == 2


def test_parts_that_share_a_wall_become_one() -> None:
    space = FreeSpace(MultiPolygon([box(0, 0, 2, 2), box(2, 1, 4, 3)]))
    assert space.sees((1, 1.5), (3, 1.5))
    assert space.corners.tolist() == [[2, 1], [2, 2]]


def test_a_wall_that_ends_on_another_wall() -> None:
    """A T-junction: the hole touches the shell between two vertices of the shell."""
    plan = Polygon(ROOM.exterior, [[(5, 0), (6, 3), (4, 3)]])
    space = FreeSpace(plan)
    assert space.corners.tolist() == [[4, 3], [5, 0], [6, 3]]
    assert not space.sees((1, 1), (9, 1))
    assert space.sees((1, 0), (9, 0)), "along the shell, through the touching point"


def test_vertices_along_a_wall_and_vertices_twice_change_nothing() -> None:
    plain = FreeSpace(PILLAR)
    hole = [(4, 4), (4, 4), (4, 5), (4, 6), (5, 6), (6, 6), (6, 6), (6, 5.5), (6, 4), (4.5, 4)]
    busy = FreeSpace(Polygon([(0, 0), (3, 0), (3, 0), (10, 0), (10, 10), (0, 10), (0, 7)], [hole]))
    assert _edges(busy) == _edges(plain)


def test_spikes_and_slivers_without_width_are_left_out() -> None:
    spike = Polygon([(0, 0), (5, 0), (9, 0), (5, 0), (5, 5), (0, 5)])
    assert FreeSpace(spike).free.area == 25
    slit = ROOM.difference(box(5, 0, 5 + 1e-9, 8))
    assert FreeSpace(slit).sees((4, 4), (6, 4)), "a slit thinner than a cell is no wall"
    bow_tie = FreeSpace(Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))
    assert bow_tie.free.area == 2


@pytest.mark.parametrize("offset", OFFSETS)
def test_large_coordinates_change_nothing(offset: tuple[float, float]) -> None:
    here, there = FreeSpace(mall(12)), FreeSpace(affinity.translate(mall(12), *offset))
    np.testing.assert_allclose(there.corners - offset, here.corners, atol=2e-7)
    assert there.taut_edges().tolist() == here.taut_edges().tolist()


def test_rings_may_start_and_turn_anyhow() -> None:
    turned = Polygon(shapely.get_coordinates(ROOM.exterior)[::-1], [[(6, 6), (6, 4), (4, 4), (4, 6)]])
    one, other = FreeSpace(PILLAR), FreeSpace(turned)
    assert one.corners.tobytes() == other.corners.tobytes()
    assert one.taut_edges().tobytes() == other.taut_edges().tobytes()


def test_free_is_the_polygon_within_a_cell() -> None:
    plan = affinity.rotate(mall(12), 17)
    space = FreeSpace(plan)
    cell = 2.0**-23  # 61 m of extent: 2**6 / 2**29
    assert space.free.is_valid
    assert shapely.hausdorff_distance(plan, space.free) <= cell
    assert space.free.symmetric_difference(plan).area <= cell * plan.length


def test_contains_forgives_a_micrometre() -> None:
    space = FreeSpace(PILLAR)
    assert space.tolerance_m == 1e-6
    points = [(0, 0), (5, 4), (5, 4 + 9e-7), (5, 4 + 1.1e-6), (-9e-7, 5), (-1.1e-6, 5), (5, 5)]
    assert space.contains(points).tolist() == [True, True, True, False, True, False, False]
    assert FreeSpace(box(0, 0, 4000, 10)).tolerance_m == 2.0**-17, "two cells"


def test_nearest_keeps_what_is_inside_and_moves_the_rest_in() -> None:
    space = FreeSpace(affinity.rotate(PILLAR, 33, origin=(0, 0)))
    rng = np.random.default_rng(5)
    points = rng.uniform((-8, -2), (11, 16), (400, 2))
    inside, moved = space.contains(points), space.nearest(points)
    assert 100 < inside.sum() < 300
    assert np.array_equal(moved[inside], points[inside])
    assert shapely.intersects_xy(space.free, *moved[~inside].T).all(), "exactly inside"
    distance = shapely.distance(space.free, shapely.points(points))
    np.testing.assert_allclose(np.hypot(*(moved - points).T), distance, atol=4 * 2.0**-25)
    for point in moved[~inside][:50]:
        assert len(space.visible_corners(point)) > 0


def test_points_beside_a_wall_are_as_good_as_on_it() -> None:
    """Rounding puts points of a slanted wall on either side of it; what they see must not depend on that."""
    space = FreeSpace(affinity.rotate(PILLAR, 33, origin=(0, 0)))
    wall = LineString(space.corners[[0, 1]])
    points = shapely.get_coordinates(shapely.line_interpolate_point(wall, np.linspace(0.01, 1.99, 300)))
    sets = {tuple(space.visible_corners(point).tolist()) for point in points}
    assert sets == {(0, 1)}
    assert space.sees_many(points, np.broadcast_to(space.corners[0], points.shape)).all()


def test_a_cleft_narrower_than_a_cell() -> None:
    """Near the tip of a needle no place of the lattice is free but the tip."""
    space = FreeSpace(affinity.rotate(Polygon([(0, 0), (100, 0), (100, 1e-4)]), 33, origin=(0, 0)))
    ways = np.array([(np.cos(np.radians(33)), np.sin(np.radians(33)))])
    moved = space.nearest(np.vstack([0.01 * ways + (0, 1e-5), -ways, 60 * ways - (0, 1)]))
    assert moved[:2].tolist() == [[0, 0], [0, 0]]
    assert shapely.intersects_xy(space.free, *moved.T).all()
    assert space.sees_many(0.02 * ways, 99 * ways).all()


@pytest.mark.parametrize("bad", [(np.nan, 1), (1, np.inf), (1, 2, 3), 5, [[1], [2]]])
def test_positions_that_are_none_are_refused(bad: ArrayLike) -> None:
    space = FreeSpace(PILLAR)
    for ask in (space.contains, space.nearest, space.visible_corners, lambda point: space.sees(point, (1, 1))):
        with pytest.raises(InvalidPosition):
            ask(bad)


def test_positions_far_away_are_outside() -> None:
    space = FreeSpace(PILLAR)
    far = [(1e300, 5), (-1e12, 3), (5, -1e300)]
    assert not space.contains(far).any()
    assert space.nearest(far).tolist() == [[10, 5], [0, 3], [5, 0]]
    assert not space.sees(far[0], (1, 1))


def _with_a_coordinate(value: float) -> Polygon:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shapely warns while making it
        return Polygon([(0, 0), (1, 0), (1, value)])


@pytest.mark.parametrize(
    "nothing",
    [
        Polygon(),
        MultiPolygon(),
        Polygon([(0, 0), (1, 1), (2, 2)]),
        box(0, 0, 1e-9, 1e-9),
        box(0, 0, 10, 1e-9),
        LineString([(0, 0), (1, 1)]),
        _with_a_coordinate(np.inf),
        _with_a_coordinate(1e308),
    ],
)
def test_what_has_no_area_is_refused(nothing: Area) -> None:
    with pytest.raises(InvalidInput) as caught:
        FreeSpace(nothing)
    assert caught.value.detail["ko"] != caught.value.detail["en"]


def test_heights_are_ignored() -> None:
    assert not FreeSpace(Polygon([(0, 0, 3), (4, 0, 3), (0, 4, 3)])).free.has_z


def test_a_hole_along_a_wall_is_not_lost_when_rounding_moves_it_across() -> None:
    """An obstacle that meets the shell along an edge, turned by 45°: it was taken for ground."""
    shell = [
        (-2.524371208835974, 2.807213921310594),
        (0.021213203435597, 5.3527983335821645),
        (2.545584412271571, 2.82842712474619),
        (0.4242640687119285, 0.7071067811865476),
        (9.251858538542972e-17, 1.131370849898476),
        (-0.4242640687119284, 0.7071067811865476),
    ]
    hole = [
        (-0.6010407640085651, 1.3788582233137676),
        (-0.1767766952966368, 0.9545941546018393),
        (0.2474873734152916, 1.3788582233137676),
        (-0.1767766952966368, 1.803122292025696),
    ]
    space = FreeSpace(Polygon(shell, [hole]))
    assert space.free.area == pytest.approx(12.132, abs=1e-6)
    assert not space.sees((-0.73, 1.02), (0.86, 1.32))
