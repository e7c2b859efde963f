"""Floor plans for tests of the path core: regular malls, and random plans full of walls that touch and line up."""

from typing import TypeAlias

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, affinity, box

Area: TypeAlias = Polygon | MultiPolygon

SIZE = 12  # of random plans, metres: small whole numbers, so that obstacles often touch, overlap and line up
OFFSETS = [(0.0, 0.0), (200_000.123, 550_000.456), (1e6, 2e6)]  # the second: near the origin of EPSG:5186


def rectangles() -> st.SearchStrategy[list[Polygon]]:
    """Obstacles along the axes."""
    one = st.tuples(*[st.integers(0, SIZE)] * 2, *[st.integers(1, 4)] * 2)
    return st.lists(one.map(lambda r: box(r[0], r[1], r[0] + r[2], r[1] + r[3])), max_size=14)


def triangles() -> st.SearchStrategy[list[Polygon]]:
    """Slanted obstacles with whole vertices."""
    vertex = st.tuples(*[st.integers(-1, SIZE + 1)] * 2)
    return st.lists(
        st.tuples(vertex, vertex, vertex).map(Polygon).filter(lambda t: 0 < t.area <= SIZE),
        max_size=10,
    )


def whole_plans() -> st.SearchStrategy[Area]:
    """A square room with obstacles, in whole coordinates."""
    room = box(0, 0, SIZE, SIZE)
    obstacles = st.one_of(
        rectangles(), triangles(), st.tuples(rectangles(), triangles()).map(lambda two: two[0] + two[1])
    )
    plans = obstacles.map(lambda found: shapely.set_precision(room.difference(shapely.union_all(found)), 1.0))
    return plans.map(_areas).filter(lambda plan: plan.area > 0)


@st.composite
def plans(draw: st.DrawFn) -> Area:
    """A plan as it is, turned, shrunk or far from the origin."""
    plan = affinity.rotate(draw(whole_plans()), draw(st.sampled_from([0.0, 30.0, 37.3])), origin=(0, 0))
    plan = plan.buffer(-draw(st.sampled_from([0.0, 0.2])), join_style="mitre") if draw(st.booleans()) else plan
    moved = affinity.translate(plan, *draw(st.sampled_from(OFFSETS)))
    return moved if moved.area > 0 else box(0, 0, 1, 1)


def points_in(plan: Area, *, count: int, seed: int) -> NDArray[np.float64]:
    """(count, 2) positions: in the open, on vertices and along walls."""
    rng = np.random.default_rng(seed)
    west, south, east, north = plan.bounds
    spread = rng.uniform((west, south), (east, north), (50 * count, 2))
    spread = spread[shapely.contains_xy(plan, *spread.T)][:count]
    vertices = rng.permutation(shapely.get_coordinates(plan))[: count // 4]
    along = rng.uniform(0, plan.length, count // 4)
    walls = shapely.get_coordinates(shapely.line_interpolate_point(_lines(plan), along))
    return np.vstack([walls, vertices, spread])[:count]


def mall(rooms: int, *, radius_m: float = 0.2) -> Area:
    """Rooms with a counter on both sides of corridors with columns, shrunk by an agent's radius.

    The regular plan that scaling is measured on: 7 corners a room and more.
    """
    across = int(np.ceil((rooms / 2) ** 0.5))
    free, obstacles = [box(-5, 0, 0.2, 25 * np.ceil(rooms / (2 * across)))], []
    for number in range(rooms):
        row, side, x = number // (2 * across), number % 2, 8 * (number % (2 * across) // 2)
        y = 25 * row
        free += [box(0, y + 10.1, 8 * across, y + 14.9)] if number % (2 * across) == 0 else []
        free += [box(x + 0.1, y + 15 * side + 0.1, x + 7.9, y + 15 * side + 9.9)]
        free += [box(x + 3 + 2 * side, y + 9.8 + 5 * side, x + 4.2 + 2 * side, y + 10.2 + 5 * side)]
        obstacles += [box(x + 2, y + 12.2, x + 2.6, y + 12.8), box(x + 5, y + 15 * side + 4, x + 6, y + 15 * side + 6)]
    plan = shapely.union_all(free).difference(shapely.union_all(obstacles))
    return plan.buffer(-radius_m, join_style="mitre")


def _areas(geometry: shapely.Geometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"])


def _lines(plan: Area) -> shapely.Geometry:
    return shapely.multilinestrings(shapely.get_rings(shapely.get_parts(plan)))
