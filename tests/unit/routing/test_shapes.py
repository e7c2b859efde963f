"""Growing never loses what was there, whatever GEOS makes of noise in the last digit."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from indoor3d.routing._shapes import offset

noise = st.floats(-1e-12, 1e-12)


@given(st.lists(noise, min_size=8, max_size=8), st.sampled_from([1e-7, 1e-6, 1e-5, 0.2]))
def test_a_grown_shape_holds_the_old_one(errors: list[float], distance_m: float) -> None:
    corners = np.array([[0, 0], [2, 0], [2, 3], [0, 3]]) + np.array(errors).reshape(4, 2)
    room = Polygon(corners)
    assert offset(room, distance_m).buffer(1e-9).covers(room)
    assert offset(np.array([room, room], dtype=object), distance_m)[1].area > room.area


@pytest.mark.parametrize("several", [False, True])
def test_a_shape_that_is_lost_in_growing_is_grown_without_its_noise(
    monkeypatch: pytest.MonkeyPatch, *, several: bool
) -> None:
    noisy, calm = box(0, 0, 2 + 3e-10, 3), box(5, 0, 6, 1)
    real = shapely.buffer

    def losing(shape: Any, distance_m: float, **how: Any) -> Any:
        """As GEOS 3.14 was seen to do: nothing is left of an outline that is off the nanometre grid."""
        on_grid = shapely.equals_exact(shape, shapely.set_precision(shape, 1e-9), 0.0)
        grown = np.where(on_grid, real(shape, distance_m, **how), Polygon())
        return grown if isinstance(shape, np.ndarray) else grown.item()

    monkeypatch.setattr(shapely, "buffer", losing)
    both = np.array([noisy, calm], dtype=object)
    found = offset(both, 1e-5) if several else np.array([offset(noisy, 1e-5)], dtype=object)
    assert shapely.area(found[0]) == pytest.approx(6.0, abs=1e-3)
    if several:
        assert shapely.area(found[1]) == pytest.approx(1.0, abs=1e-3)


def test_a_room_is_not_missing_from_what_is_shrunk() -> None:
    """Two rooms of 16 m² joined by a door, turned by 45°: plain GEOS keeps one of them only."""
    ground = shapely.from_wkt(
        "POLYGON ((1.1808683245815343 4.433559518039653, 1.2232947314527276 4.475985924910845, "
        "0.0212132034355973 5.678067452927976, 2.807213921310594 8.464068170802973, 5.635641046056784 5.635641046056783, "
        "2.8496403281817866 2.849640328181786, 1.4354267658086923 4.263853890554881, 1.393000358937499 4.221427483683688, "
        "2.807213921310594 2.8072139213105936, 0 0, -2.82842712474619 2.8284271247461903, "
        "-0.0212132034355961 5.635641046056783, 1.1808683245815343 4.433559518039653))"
    )
    found = [offset(ground, -0.2), offset(np.array([ground]), -0.2)[0]]
    assert [shapely.area(one) for one in found] == pytest.approx([25.596, 25.596], abs=1e-3)


@given(st.lists(noise, min_size=8, max_size=8), st.sampled_from([1e-3, 0.2, 0.35]))
def test_a_shrunk_room_is_a_smaller_room(errors: list[float], distance_m: float) -> None:
    corners = np.array([[0, 0], [2, 0], [2, 3], [0, 3]]) + np.array(errors).reshape(4, 2)
    expected = (2 - 2 * distance_m) * (3 - 2 * distance_m)
    assert offset(Polygon(corners), -distance_m).area == pytest.approx(expected, abs=1e-6)
