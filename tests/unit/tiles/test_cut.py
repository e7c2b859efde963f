from dataclasses import replace

import numpy as np
import pytest

from indoor3d.models.mesh import Mesh
from indoor3d.tiles.cut import cut
from tests.buildings import two_floors
from tests.unit.tiles.shapes import block, cuboid, levels, mesh_of, tube, wall


def test_a_small_level_is_one_tile() -> None:
    tree = cut(two_floors())
    assert [tile.path for tile in tree.walk()] == ["levels/1f-0.glb", "levels/2f-0.glb"]
    assert [tile.level for tile in tree.chains] == [0, 1]
    assert [tile.error_m for tile in tree.chains] == [0.0, 0.0]
    assert sum(len(tile.triangles) for tile in tree.chains) == 60


def test_a_large_level_is_coarse_first_and_whole_in_its_leaves() -> None:
    building = block(8, 6, floors=2)
    tree = cut(building, leaf_triangles=100, coarse_triangles=60)
    assert len(tree.chains) == 2
    for chain in tree.chains:
        assert len(chain.triangles) == 60
        assert 0 < chain.error_m <= np.sqrt(3) * 1.12 + 1e-9
        assert len(chain.children) > 5
        leaves = np.concatenate([leaf.triangles for leaf in chain.children])
        assert sorted(leaves) == sorted(
            np.flatnonzero(np.isin(building.mesh.feature, _features_of(building.mesh, chain.level)))
        )
        for leaf in chain.children:
            assert len(leaf.triangles) <= 100
            assert leaf.error_m == 0
            assert leaf.level == chain.level
            assert (np.diff(leaf.triangles) > 0).all()
    assert len({tile.path for tile in tree.walk()}) == len(list(tree.walk()))


def _features_of(mesh: Mesh, level: int | None) -> list[int]:
    return [i for i, feature in enumerate(mesh.features) if feature.level == f"{(level or 0) + 1}F"]


def test_a_coarse_tile_shows_the_largest_and_its_error_is_the_largest_it_leaves_out() -> None:
    solids = [cuboid((3 * i, 0, 0), (3 * i + 1 + i / 10, 1, 1)) for i in range(10)]
    mesh = mesh_of(solids, [wall(f"w{i}") for i in range(10)])
    tree = cut(replace(two_floors(), mesh=mesh), leaf_triangles=50, coarse_triangles=36)
    (chain,) = tree.chains
    assert set(mesh.feature[chain.triangles].tolist()) == {7, 8, 9}
    assert chain.error_m == pytest.approx(np.sqrt(1.6**2 + 2))


def test_a_feature_is_never_cut() -> None:
    mesh = mesh_of([tube(400), cuboid((9, 9, 0), (10, 10, 1)), tube(300)], [wall(x) for x in "abc"])
    tree = cut(replace(two_floors(), mesh=mesh), leaf_triangles=100, coarse_triangles=20)
    (chain,) = tree.chains
    assert set(mesh.feature[chain.triangles].tolist()) == {1}
    for k in range(3):
        assert sum(k in mesh.feature[leaf.triangles] for leaf in chain.children) == 1
    only = cut(replace(two_floors(), mesh=mesh_of([tube(400)], [wall("a")])), leaf_triangles=100, coarse_triangles=20)
    assert [len(tile.triangles) for tile in only.walk()] == [800]


def test_a_level_of_nothing_but_giants_has_no_coarse_content() -> None:
    mesh = mesh_of([tube(400), tube(300)], [wall("a"), wall("b")])
    (chain,) = cut(replace(two_floors(), mesh=mesh), leaf_triangles=100, coarse_triangles=20).chains
    assert len(chain.triangles) == 0
    assert sorted(len(leaf.triangles) for leaf in chain.children) == [600, 800]


def test_what_is_on_no_level_comes_last_in_a_chain_of_its_own() -> None:
    mesh = mesh_of(
        [cuboid((i, 0, 0), (i + 0.5, 1, 1)) for i in range(3)], [wall("a", ""), wall("b", "u"), wall("c", "?")]
    )
    tree = cut(replace(two_floors(), mesh=mesh))
    assert [(tile.path, tile.level) for tile in tree.chains] == [("levels/2f-0.glb", 1), ("levels/other-0.glb", None)]
    assert len(tree.chains[1].triangles) == 24


def test_every_level_has_a_name_that_files_and_urls_take() -> None:
    names = ["지하 1층", "B1", "b1", "B1-2", "1F/../x", "other", "", "B1"]
    building = replace(
        block(1, 1),
        levels=tuple(replace(level, id=str(i)) for i, level in enumerate(levels(*names))),
        mesh=mesh_of([cuboid((i, 0, 0), (i + 0.5, 1, 1)) for i in range(9)], [wall(str(i), str(i)) for i in range(9)]),
    )
    paths = [tile.path for tile in cut(building).walk()]
    assert len(set(paths)) == 9
    assert paths[1:5] == ["levels/b1-0.glb", "levels/b1-2-0.glb", "levels/b1-2-2-0.glb", "levels/1f-x-0.glb"]
    assert all(set(path) <= set("abcdefghijklmnopqrstuvwxyz0123456789-./") and ".." not in path for path in paths)


def test_a_building_without_a_picture_has_no_tiles() -> None:
    assert cut(replace(two_floors(), mesh=Mesh.empty())).chains == ()
