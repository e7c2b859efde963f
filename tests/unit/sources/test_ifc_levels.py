"""Storeys: which is the ground, which belongs to a floor, and what levels are called."""

import numpy as np
import pytest

from indoor3d.models.building import Text
from indoor3d.sources._ifc_exits import Ground
from indoor3d.sources._ifc_geometry import Made, Shape
from indoor3d.sources._ifc_levels import Storey, ground_of, levels_of, storey_for
from indoor3d.sources._ifc_model import Model


def _storeys(*heights: float) -> list[Storey]:
    return [Storey(key=i + 1, id=f"s{i}", z=z, name=Text(default=f"S{i}")) for i, z in enumerate(heights)]


@pytest.mark.parametrize(
    ("heights", "evidence", "entrances", "expected"),
    [
        ((-3.0, 0.0, 3.0), [0.0], [], "s1"),
        ((-3.0, 0.0, 3.0), [-2.8, 0.0], ["s0"], "s0"),  # the terrain at the doors wins over the datum
        ((-0.5, 0.8, 4.0), [0.0], ["s1"], "s1"),  # of two near the ground the one with doors
        ((42.0, 45.0, 48.0), [0.0, 45.2], [], "s1"),  # heights above the sea
        ((42.0, 45.0, 48.0), [0.0, 0.0], ["s1", "s1", "s2"], "s1"),
    ],
)
def test_the_ground(heights: tuple[float, ...], evidence: list[float], entrances: list[str], expected: str) -> None:
    assert ground_of(_storeys(*heights), evidence, entrances).id == expected


@pytest.mark.parametrize(
    ("declared", "z", "expected", "agrees"),
    [
        (2, 0.0, "s1", True),
        (2, 2.6, "s1", True),  # a high mezzanine of its own storey
        (3, 0.0, "s1", False),  # filed a storey too high
        (0, 2.5, "s2", True),  # filed nowhere
        (2, -0.5, "s1", True),  # sunken by less than a storey
        (2, -3.0, "s0", False),
    ],
)
def test_the_storey_of_a_floor(declared: int, z: float, expected: str, agrees: bool) -> None:  # noqa: FBT001
    storey, found = storey_for(_storeys(-3.0, 0.0, 3.0), declared, z)
    assert (storey.id, found) == (expected, agrees)


def test_levels_count_from_the_ground_and_skip_storeys_without_use() -> None:
    storeys = _storeys(-6.0, -3.0, 0.0, 0.1, 3.0, 6.0)
    levels = levels_of(storeys, storeys[2], {"s0": -6.0, "s1": -3.2, "s2": 0.0, "s3": 0.1, "s5": 6.0})
    assert [(v.id, v.ordinal, v.short_name) for v in levels] == [
        ("s0", -2, "B2"), ("s1", -1, "B1"), ("s2", 0, "1F"), ("s3", 0, "1F"), ("s5", 1, "2F"),
    ]  # fmt: skip
    assert levels[1].elevation_m == -3.2


def test_terrain_is_read_inside_its_triangles_only() -> None:
    slope = np.array([[0.0, 0.0, 0.0], [100.0, 0.0, 10.0], [0.0, 100.0, 0.0], [100.0, 100.0, 10.0]])
    shape = Shape(
        vertices=slope, triangles=np.array([[0, 1, 2], [1, 3, 2]]), colour=np.zeros((2, 4), np.uint8), matrix=np.eye(4)
    )
    site = {"id": 1, "guid": "site", "type": "IfcSite", "family": "IfcSite", "name": "", "object_type": ""}
    document = {"products": [site], "properties": [], "georeference": {"elevation_m": None}}
    ground = Ground(Model.of(Made(document=document, shapes={1: shape})))
    assert ground.near(50.0, 20.0) == pytest.approx(5.0)
    assert ground.near(90.0, 90.0) == pytest.approx(9.0)
    assert ground.near(-1.0, 50.0) is None
