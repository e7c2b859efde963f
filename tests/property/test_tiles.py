"""Tiles of any building: sound, whole, the same in both profiles; and no bytes make the check fall over."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.models.building import Building
from indoor3d.models.frame import SiteFrame
from indoor3d.models.mesh import Feature, Mesh
from indoor3d.models.vocabulary import MeshCategory
from indoor3d.tiles.check import check_tileset
from indoor3d.tiles.columns import drawable
from indoor3d.tiles.cut import cut
from indoor3d.tiles.read import read_glb
from indoor3d.tiles.tileset import write_tilesets
from tests.buildings import two_floors
from tests.unit.tiles.shapes import moved, reader

_SOUND = write_tilesets(two_floors())

features = st.builds(
    Feature,
    id=st.uuids().map(str),
    name=st.text(max_size=8),
    category=st.sampled_from(MeshCategory),
    kind=st.sampled_from(["", "corridor", "shop", "?"]),
    level=st.sampled_from(["g", "u", "", "elsewhere"]),
)
frames = st.builds(
    lambda lon, lat, height, heading: SiteFrame.at(lon, lat, height, heading_deg=heading),
    st.floats(-180, 180), st.floats(-84, 84), st.floats(-100, 1000), st.floats(-180, 180),
)  # fmt: skip
offsets = st.tuples(st.floats(-300, 300), st.floats(-300, 300), st.floats(-20, 20)) | st.tuples(
    st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(-20, 20)
)


@st.composite
def buildings(draw: st.DrawFn) -> Building:
    """Two levels, up to eight features of random triangles, anywhere."""
    chosen = draw(st.lists(features, min_size=1, max_size=8, unique_by=lambda f: f.id))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = [draw(st.integers(0, 20)) for _ in chosen]
    size_m = draw(st.sampled_from([0.01, 3.0, 80.0, 300.0]))
    total = sum(counts)
    colours = np.array([(0, 0, 0, 0), (200, 10, 10, 255), (10, 10, 200, 90)], np.uint8)
    mesh = Mesh(
        positions=rng.uniform(-size_m, size_m, (3 * total, 3)) * (1, 1, 0.1),
        triangles=np.arange(3 * total, dtype=np.uint32).reshape(-1, 3),
        feature=np.repeat(np.arange(len(chosen), dtype=np.uint32), counts),
        colour=colours[rng.integers(0, 3, total)],
        features=tuple(chosen),
    )
    building = replace(two_floors(), frame=draw(frames), mesh=mesh)
    return moved(building, draw(offsets))


@settings(max_examples=60, deadline=None)
@given(buildings(), st.integers(1, 40), st.integers(0, 20))
def test_tiles_of_any_building_are_sound_and_whole(building: Building, leaf: int, coarse: int) -> None:
    tree = cut(building, leaf_triangles=leaf, coarse_triangles=coarse)
    leaves = [tile.triangles for tile in tree.walk() if not tile.children]
    assert sorted(np.concatenate([[], *leaves]).tolist()) == drawable(building.mesh).tolist()
    files = write_tilesets(building, tree=tree)
    for profile in ("meshopt", "plain"):
        assert check_tileset(reader(files), f"{profile}/tileset.json", expect=building) == ()


@settings(max_examples=40, deadline=None)
@given(buildings())
def test_packing_moves_nothing_by_more_than_half_a_step(building: Building) -> None:
    files = write_tilesets(building)
    for path in files:
        if path.startswith("plain/levels"):
            plain, packed = (read_glb(files[p].data) for p in (path, path.replace("plain", "meshopt")))
            step_m = packed.step_m or 2**-10
            one, other = (
                np.column_stack([np.rint(c.positions / step_m), c.feature])[c.triangles].reshape(-1, 12)
                for c in (plain, packed)
            )
            assert sorted(map(_turned, one.tolist())) == sorted(map(_turned, other.tolist()))


def _turned(row: list[float]) -> tuple[float, ...]:
    """A triangle from its least corner on."""
    return min(tuple(row[k:] + row[:k]) for k in (0, 4, 8))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(_SOUND)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    st.floats(0, 1),
)
def test_no_bytes_make_the_check_fall_over(path: str, flips: list[tuple[float, int]], cut_at: float) -> None:
    damaged = bytearray(_SOUND[path].data)
    for where, value in flips:
        damaged[int(where * (len(damaged) - 1))] = value
    if cut_at < 0.2:
        damaged = damaged[: int(5 * cut_at * len(damaged))]
    files = {**_SOUND, path: replace(_SOUND[path], data=bytes(damaged))}
    root = path.partition("/")[0] + "/tileset.json"
    for finding in check_tileset(reader(files), root, expect=two_floors()):
        assert finding.message("en")
        assert finding.message("ko")
