import numpy as np
import pytest

from indoor3d.models.vocabulary import MeshCategory, SpaceCategory
from indoor3d.tiles.palette import default_colour, linear, triangle_colours
from tests.unit.tiles.shapes import wall


def test_spaces_let_what_is_in_them_be_seen_and_walls_do_not() -> None:
    for kind in SpaceCategory:
        assert 0 < default_colour(MeshCategory.SPACE, kind)[3] < 128
    for category in set(MeshCategory) - {MeshCategory.SPACE, MeshCategory.WINDOW}:
        assert default_colour(category)[3] == 255


def test_an_unknown_kind_of_space_is_an_ordinary_space() -> None:
    assert default_colour(MeshCategory.SPACE, "tax office") == default_colour(MeshCategory.SPACE, "unspecified")
    assert default_colour(MeshCategory.SPACE, "corridor") != default_colour(MeshCategory.SPACE, "shop")


def test_the_source_wins_unless_it_says_nothing() -> None:
    colour = np.array([[1, 2, 3, 255], [0, 0, 0, 0], [9, 9, 9, 0], [0, 0, 0, 255]], np.uint8)
    painted = triangle_colours(colour, np.zeros(4, np.intp), [wall("a")])
    assert painted.tolist() == [[1, 2, 3, 255], [217, 214, 207, 255], [217, 214, 207, 255], [0, 0, 0, 255]]


@pytest.mark.parametrize(("srgb", "light"), [(0, 0.0), (255, 1.0), (128, 0.215861), (10, 0.003035)])
def test_colours_become_linear_light(srgb: int, light: float) -> None:
    assert linear((srgb, srgb, srgb, 255)) == [light, light, light, 1.0]
