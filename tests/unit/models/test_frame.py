import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indoor3d.errors import InvalidPosition
from indoor3d.models.frame import SiteFrame

places = st.tuples(st.floats(-179, 179), st.floats(-84, 84), st.floats(-100, 3000), st.floats(-360, 360))
metres = st.floats(-2000, 2000)


@given(places, st.lists(st.tuples(metres, metres, metres), min_size=1, max_size=5))
def test_site_to_lonlat_and_back_is_the_same_place(
    place: tuple[float, float, float, float], points: list[tuple[float, float, float]]
) -> None:
    lon, lat, height, heading = place
    frame = SiteFrame.at(lon, lat, height, heading_deg=heading)
    np.testing.assert_allclose(frame.from_lonlat(frame.to_lonlat(points)), points, atol=1e-6)


@given(places)
def test_the_tangent_plane_is_within_7_mm_at_300_m(place: tuple[float, float, float, float]) -> None:
    lon, lat, height, heading = place
    frame = SiteFrame.at(lon, lat, height, heading_deg=heading)
    points = np.array([[300.0, 0, 0], [0, 300, 0], [-212, 212, 5]])
    flat = points @ frame.ecef_transform()[:3, :3].T + frame.ecef_transform()[:3, 3]
    # the height of the site stretches the plane by height / radius of the Earth
    assert np.linalg.norm(flat - frame.to_ecef(points), axis=1).max() < 0.0072 + 300 * (abs(height) + 5) / 6.35e6


def test_heading_is_clockwise_from_north() -> None:
    frame = SiteFrame.at(127.0, 37.5, heading_deg=90.0)
    lon, lat, _ = frame.to_lonlat([[0.0, 100.0, 0.0]])[0]
    assert lon > 127.001
    assert lat == pytest.approx(37.5, abs=1e-6)


def test_a_site_in_a_national_grid_agrees_with_the_grid() -> None:
    frame = SiteFrame(crs="EPSG:5186", easting_m=197975.8, northing_m=551797.9, height_m=20.0, rotation_deg=30.0)
    easting, northing, _ = frame.to_projected([[10.0, 0.0, 0.0]])[0]
    assert easting == pytest.approx(197975.8 + 10 * np.cos(np.radians(30)))
    assert northing == pytest.approx(551797.9 + 10 * np.sin(np.radians(30)))
    to_lonlat = pyproj.Transformer.from_crs("EPSG:5186", "OGC:CRS84", always_xy=True)
    assert frame.to_lonlat([[10.0, 0.0, 0.0]])[0, :2] == pytest.approx(to_lonlat.transform(easting, northing))
    # the official point of City Hall station, Line 1
    assert frame.to_lonlat([[0.0, 0.0, 0.0]])[0, :2] == pytest.approx((126.977088, 37.565715), abs=2e-6)


def test_the_root_transform_is_a_rotation_with_the_projection_s_scale() -> None:
    utm = SiteFrame(crs="EPSG:32652", easting_m=500000.0, northing_m=4150000.0)
    axes = utm.ecef_transform()[:3, :3]
    assert np.linalg.norm(axes[:, 0]) == pytest.approx(1 / 0.9996, rel=1e-6)
    assert axes[:, 0] @ axes[:, 1] == pytest.approx(0, abs=1e-9)
    assert np.linalg.det(axes) > 0


def test_moving_the_origin_moves_nothing_on_earth() -> None:
    frame = SiteFrame(crs="EPSG:5186", easting_m=197975.8, northing_m=551797.9, rotation_deg=-21.0)
    moved = frame.shifted((100.0, -50.0, 3.0))
    np.testing.assert_allclose(moved.to_lonlat([[1.0, 2.0, 3.0]]), frame.to_lonlat([[101.0, -48.0, 6.0]]), atol=1e-12)


@pytest.mark.parametrize(
    "bad",
    [
        {"crs": "EPSG:4326"},
        {"crs": "nonsense"},
        {"crs": "EPSG:5186", "scale": 0.0},
        {"crs": "EPSG:5186", "height_m": float("nan")},
    ],
    ids=str,
)
def test_a_frame_that_means_nothing_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InvalidPosition):
        SiteFrame(**bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(("lon", "lat"), [(181.0, 0.0), (0.0, 91.0), (float("nan"), 0.0), (37.5, 126.9)])
def test_a_place_that_is_not_on_earth_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(InvalidPosition):
        SiteFrame.at(lon, lat)


def test_positions_of_a_wrong_shape_are_refused() -> None:
    with pytest.raises(InvalidPosition):
        SiteFrame.at(0, 0).to_lonlat([[1.0, 2.0]])
