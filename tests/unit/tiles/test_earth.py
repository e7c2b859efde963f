import math

import numpy as np
import pytest

from indoor3d.models.frame import SiteFrame
from indoor3d.tiles.earth import apply, corners_of, excess_m, join_regions, region_of, root_transform, to_geodetic
from tests.unit.tiles.shapes import SEOUL

BOX = np.array([(x, y, z) for x in (-40.0, 60.0) for y in (-20.0, 30.0) for z in (-8.0, 4.0)])


def test_a_region_is_tight() -> None:
    region = region_of(SEOUL.to_ecef(BOX))
    lonlat = SEOUL.to_lonlat(BOX)
    west, south, east, north, low, high = region
    metre = math.radians(1) / 111_000
    assert np.radians(lonlat[:, 0].min()) - west == pytest.approx(0, abs=0.003 * metre / math.cos(math.radians(37.6)))
    assert east - np.radians(lonlat[:, 0].max()) == pytest.approx(0, abs=0.003 * metre / math.cos(math.radians(37.6)))
    assert np.radians(lonlat[:, 1].min()) - south == pytest.approx(0, abs=0.003 * metre)
    assert north - np.radians(lonlat[:, 1].max()) == pytest.approx(0, abs=0.003 * metre)
    assert low == pytest.approx(22.0, abs=0.001)
    assert high == pytest.approx(34.0, abs=1e-6)


@pytest.mark.parametrize("lat", [-84.0, -37.0, 0.0, 37.5, 70.0, 84.0])
@pytest.mark.parametrize("lon", [-180.0, -179.9999, 0.0, 126.97, 179.9999, 180.0])
def test_a_region_holds_every_line_between_its_positions(lon: float, lat: float) -> None:
    ends = SiteFrame.at(lon, lat, 50.0, heading_deg=33.0).to_ecef(BOX * 5)
    region = region_of(ends)
    steps = np.linspace(0, 1, 21)[:, None]
    lines = np.concatenate([a + steps * (b - a) for a in ends for b in ends])
    assert excess_m(region, to_geodetic(lines)) <= 1e-7
    assert -math.pi <= region[0] <= math.pi
    assert -math.pi <= region[2] <= math.pi
    assert excess_m(region, to_geodetic(SiteFrame.at(lon, lat, 50.0).to_ecef([[400.0, 0, 0]]))) > 50


def test_excess_is_in_metres_in_every_direction() -> None:
    region = region_of(SEOUL.to_ecef(BOX))
    up = SiteFrame.at(126.9771, 37.5657, 30.0)
    assert excess_m(region, to_geodetic(up.to_ecef([[0, 0, 7.0]]))) == pytest.approx(3.0, abs=0.01)
    assert excess_m(region, to_geodetic(up.to_ecef([[0, 0, -10.0]]))) == pytest.approx(2.0, abs=0.01)
    assert excess_m(region, to_geodetic(up.to_ecef([[0, 0, 0]]))) < 0
    edge = max(float(p[0]) for p in up.from_lonlat(SEOUL.to_lonlat(BOX)))
    assert excess_m(region, to_geodetic(up.to_ecef([[edge + 5, 0, 0]]))) == pytest.approx(5.0, abs=0.05)


@pytest.mark.parametrize("lon", [126.97, 180.0, -180.0])
def test_a_joined_region_holds_its_parts_also_across_the_antimeridian(lon: float) -> None:
    frame = SiteFrame.at(lon, 37.0)
    parts = [region_of(frame.to_ecef(BOX + np.array([shift, 0, 0]))) for shift in (-90.0, 0.0, 90.0)]
    whole = join_regions(parts)
    assert max(excess_m(whole, corners_of(part)) for part in parts) <= 1e-8
    width_m = (whole[2] - whole[0]) % (2 * math.pi) * math.cos(math.radians(37.0)) * 6.385e6
    assert width_m == pytest.approx(280.0, abs=1.0)


def test_the_root_transform_is_the_frames_own_near_the_site_origin() -> None:
    assert (root_transform(SEOUL, np.array([200.0, -100.0, 3.0])) == SEOUL.ecef_transform()).all()


def test_a_building_far_from_the_site_origin_is_where_it_is() -> None:
    frame = SiteFrame(crs="EPSG:5186", easting_m=0.0, northing_m=0.0, rotation_deg=5.0)
    centre = frame.from_lonlat([[126.9771, 37.5657, 30.0]])[0]
    assert np.hypot(*centre[:2]) > 100_000
    site = centre + BOX
    off_m = np.linalg.norm(apply(root_transform(frame, centre), site) - frame.to_ecef(site), axis=1)
    assert off_m.max() < 0.005
    plane_m = np.linalg.norm(apply(frame.ecef_transform(), site) - frame.to_ecef(site), axis=1)
    assert plane_m.min() > 100
