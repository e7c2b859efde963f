"""Georeferencing: every way a file can say where it is, and every way it can be wrong."""

import math
from typing import Any

import numpy as np
import pyproj
import pytest

from indoor3d.models.frame import FrameOrigin, SiteFrame
from indoor3d.sources._ifc_frame import degrees, frame_of, heading_deg, recentred
from indoor3d.sources._ifc_geometry import Made, Shape
from indoor3d.sources._ifc_model import Model

SEOUL: dict[str, Any] = {"latitude": [37, 33, 56, 520000], "longitude": [126, 58, 37, 560000]}
UTM: dict[str, Any] = {"kind": "IfcMapConversion", "crs": "EPSG:25832", "map_unit_m": None, "Eastings": 458657.3, "Northings": 5438232.25,
       "OrthogonalHeight": 113.7, "XAxisAbscissa": 0.270600445976, "XAxisOrdinate": 0.962691746426}  # fmt: skip


def _model(*, unit_m: float = 1.0, properties: list[Any] | None = None, **said: Any) -> Model:
    blank = {
        "latitude": None,
        "longitude": None,
        "elevation_m": None,
        "site": 0,
        "true_north": None,
        "conversion": None,
    }
    document = {"products": [], "properties": properties or [], "unit_m": unit_m, "georeference": {**blank, **said}}
    return Model.of(Made(document=document))


def _codes(model: Model) -> list[str]:
    return [issue.code for issue in model.issues]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([41, 52, 27, 840000], 41 + 52 / 60 + 27.84 / 3600),
        ([-71, -3, -24, -263305], -(71 + 3 / 60 + 24.263305 / 3600)),
        ([0, -7, -34, -450321], -(7 / 60 + 34.450321 / 3600)),
        ([52, 30, 0], 52.5),
        (None, None),
        ([], None),
        ([1, None, 3], None),
    ],
)
def test_compound_angles(parts: list[int] | None, expected: float | None) -> None:
    assert degrees(parts) == (None if expected is None else pytest.approx(expected, abs=1e-12))


def test_true_north_of_any_length_gives_the_heading() -> None:
    assert heading_deg([0.0, 1.0]) == 0.0
    assert heading_deg([7.66044443, 6.42787610]) == pytest.approx(-50.0, abs=1e-6)
    assert heading_deg([0.0, 0.0]) == heading_deg(None) == 0.0


def test_what_is_given_wins() -> None:
    at, model = SiteFrame.at(127.0, 37.5), _model(conversion=UTM, **SEOUL)
    assert frame_of(model, at) is at
    assert _codes(model) == []


@pytest.mark.parametrize("unit_m", [1.0, 0.001])
def test_a_map_conversion_is_the_formula_of_the_standard(unit_m: float) -> None:
    frame = frame_of(_model(unit_m=unit_m, conversion=UTM), None)
    x, y, z = 12.0, -7.0, 3.5
    a, o = UTM["XAxisAbscissa"], UTM["XAxisOrdinate"]
    expected = [[458657.3 + a * x - o * y, 5438232.25 + o * x + a * y, 113.7 + z]]
    assert frame.origin is FrameOrigin.MAP_CONVERSION
    np.testing.assert_allclose(frame.to_projected([[x, y, z]]), expected, atol=1e-6)


def test_millimetres_to_metres_by_the_scale_of_the_conversion() -> None:
    assert frame_of(_model(unit_m=0.001, conversion={**UTM, "Scale": 0.001}), None).scale == pytest.approx(1.0)
    assert frame_of(_model(conversion={**UTM, "Scale": 0.9996}), None).scale == pytest.approx(0.9996)


def test_eastings_in_millimetres() -> None:
    row = {**UTM, "map_unit_m": 0.001, "Eastings": 458657300.0, "Northings": 5438232250.0, "OrthogonalHeight": 113700.0}
    frame = frame_of(_model(unit_m=0.001, conversion=row), None)
    assert (frame.easting_m, frame.northing_m, frame.height_m) == pytest.approx((458657.3, 5438232.25, 113.7))


def test_a_rigid_operation() -> None:
    row = {
        "kind": "IfcRigidOperation",
        "crs": "EPSG:5186",
        "FirstCoordinate": 197904.8,
        "SecondCoordinate": 551679.5,
        "Height": 30.0,
    }
    frame = frame_of(_model(conversion=row), None)
    assert (frame.easting_m, frame.northing_m, frame.height_m, frame.rotation_deg) == (197904.8, 551679.5, 30.0, 0.0)


def test_property_sets_of_ifc2x3() -> None:
    sets = [
        [1, "ePSet_MapConversion", {k: v for k, v in UTM.items() if k[0].isupper()}],
        [1, "ePSet_ProjectedCRS", {"Name": "EPSG:25832"}],
    ]
    assert frame_of(_model(properties=sets), None) == frame_of(_model(conversion=UTM), None)


def test_a_projection_in_feet_keeps_place_and_heading() -> None:
    row = {
        "crs": "EPSG:2263",
        "map_unit_m": None,
        "Eastings": 980000.0,
        "Northings": 195000.0,
        "XAxisAbscissa": math.cos(0.3),
        "XAxisOrdinate": math.sin(0.3),
    }
    frame = frame_of(_model(conversion=row), None)
    to_world = pyproj.Transformer.from_crs("EPSG:2263", "OGC:CRS84", always_xy=True)
    foot_m = 1200 / 3937
    for x, y in ((0.0, 0.0), (100.0, 40.0)):
        east = 980000.0 + (math.cos(0.3) * x - math.sin(0.3) * y) / foot_m
        north = 195000.0 + (math.sin(0.3) * x + math.cos(0.3) * y) / foot_m
        found = frame.to_lonlat([[x, y, 0.0]])[0, :2]
        np.testing.assert_allclose(
            found, to_world.transform(east, north), atol=3e-7
        )  # 3 cm: the projection's own scale


@pytest.mark.parametrize(
    "change",
    [
        {"crs": "EPSG:4326"},
        {"crs": "EPSG:999999"},
        {"crs": ""},
        {"Eastings": 1.0e9},
        {"Scale": 25.4},
        {"Northings": -5.0e6},
    ],
)
def test_a_conversion_that_cannot_be_used_says_so_and_the_site_is_used(change: dict[str, Any]) -> None:
    model = _model(conversion={**UTM, **change}, **SEOUL)
    frame = frame_of(model, None)
    assert frame.origin is FrameOrigin.SITE_LOCATION
    assert _codes(model) == ["georef.unusable", "georef.site-location"]


def test_two_places_far_apart_contradict() -> None:
    model = _model(conversion=UTM, **SEOUL)
    assert frame_of(model, None).origin is FrameOrigin.MAP_CONVERSION
    assert _codes(model) == ["georef.contradiction"]


def test_default_cities_are_named() -> None:
    model = _model(latitude=[42, 21, 31, 181945], longitude=[-71, -3, -24, -263305])
    assert frame_of(model, None).origin is FrameOrigin.SITE_LOCATION
    assert _codes(model) == ["georef.default-location"]
    assert model.issues[0].values["city"] == "Boston"


def test_nowhere_and_null_island() -> None:
    nowhere, null = _model(), _model(latitude=[0, 0, 0], longitude=[0, 0, 0])
    assert frame_of(nowhere, None).origin is frame_of(null, None).origin is FrameOrigin.UNKNOWN
    assert _codes(nowhere) == ["georef.missing"]
    assert _codes(null) == ["georef.unusable", "georef.missing"]


def test_true_north_turns_the_site() -> None:
    frame = frame_of(_model(**SEOUL, true_north=[0.0, 1.0], elevation_m=38.0), None)
    north = frame.to_lonlat([[0.0, 100.0, 0.0]])[0]
    assert north[1] > degrees(SEOUL["latitude"])
    assert north[0] == pytest.approx(degrees(SEOUL["longitude"]), abs=1e-9)
    assert north[2] == 38.0


def test_a_model_far_from_its_origin_is_moved_and_stays_where_it_is_on_earth() -> None:
    corners = np.array([[200000.0, 550000.0, 5.0], [200010.0, 550000.0, 5.0], [200000.0, 550010.0, 5.0]])
    shape = Shape(
        vertices=corners, triangles=np.array([[0, 1, 2]]), colour=np.zeros((1, 4), np.uint8), matrix=np.eye(4)
    )
    model = _model()
    model.made.shapes[1] = shape
    frame = SiteFrame(crs="EPSG:5186", origin=FrameOrigin.GIVEN)
    before = frame.to_ecef(corners)
    moved = recentred(model, frame)
    assert np.abs(model.made.shapes[1].vertices[:, :2]).max() < 20.0
    np.testing.assert_allclose(moved.to_ecef(model.made.shapes[1].vertices), before, atol=1e-6)
    assert _codes(model) == ["frame.recentred"]
