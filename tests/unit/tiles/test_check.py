"""Every finding is provoked by a tileset that was tampered with, and a sound tileset provokes none."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from indoor3d.models.building import Building
from indoor3d.models.frame import SiteFrame
from indoor3d.models.mesh import Mesh
from indoor3d.tiles.check import check_tileset
from indoor3d.tiles.cut import cut
from indoor3d.tiles.findings import MESSAGES, Finding
from indoor3d.tiles.tileset import TileFile, write_tilesets
from tests.buildings import two_floors
from tests.unit.tiles.shapes import block, glb_binary, glb_json, glb_of, moved, reader

BUILDING = block(6, 4, floors=2)
FILES = write_tilesets(BUILDING, tree=cut(BUILDING, leaf_triangles=120, coarse_triangles=60))
COARSE, LEAF = "plain/levels/1f-0.glb", "plain/levels/1f-1.glb"


@dataclass
class Tampered:
    """A tileset and what it is compared with, to be broken."""

    files: dict[str, TileFile]
    root: str
    expect: Building

    @property
    def tileset(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.files[self.root].data)
        return document

    def put(self, document: dict[str, Any]) -> None:
        self.put_bytes(self.root, json.dumps(document).encode())

    def put_bytes(self, path: str, data: bytes) -> None:
        self.files[path] = TileFile(media_type="", data=data)

    def edit_glb(self, path: str, edit: Callable[[dict[str, Any]], None]) -> None:
        document, binary = glb_json(self.files[path].data), glb_binary(self.files[path].data)
        edit(document)
        self.put_bytes(path, glb_of(document, binary))

    def findings(self) -> tuple[Finding, ...]:
        return check_tileset(reader(self.files), self.root, expect=self.expect)


Fault = Callable[[Tampered], None]
FAULTS: dict[str, list[tuple[str, Fault]]] = {}


def fault(code: str, profile: str = "plain") -> Callable[[Fault], Fault]:
    def note(function: Fault) -> Fault:
        FAULTS.setdefault(code, []).append((profile, function))
        return function

    return note


def _level(document: dict[str, Any]) -> dict[str, Any]:
    level: dict[str, Any] = document["root"]["children"][0]
    return level


@fault("tileset.unreadable")
def _(t: Tampered) -> None:
    t.put_bytes(t.root, t.files[t.root].data[:-5])


@fault("tileset.unreadable")
def _(t: Tampered) -> None:
    document = t.tileset
    del _level(document)["boundingVolume"]
    t.put(document)


@fault("tileset.unreadable")
def _(t: Tampered) -> None:
    del t.files[t.root]


@fault("content.missing")
def _(t: Tampered) -> None:
    del t.files[LEAF]


@fault("content.missing")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["children"][0]["content"]["uri"] = "../../meshopt/levels/1f-1.glb"
    t.put(document)


@fault("content.unreadable")
def _(t: Tampered) -> None:
    t.put_bytes(LEAF, t.files[LEAF].data[:-1])


@fault("content.unreadable")
def _(t: Tampered) -> None:
    t.edit_glb(LEAF, lambda d: d["accessors"][1].update(count=10**6))


@fault("content.unreadable")
def _(t: Tampered) -> None:
    t.edit_glb(LEAF, lambda d: d["nodes"][0].update(rotation=[0, 0, 1, 0]))


@fault("content.unreadable")
def _(t: Tampered) -> None:
    t.edit_glb(LEAF, lambda d: d["extensions"]["EXT_structural_metadata"]["propertyTables"][0].update(count=10**6))


@fault("content.unreadable")
def _(t: Tampered) -> None:
    t.edit_glb(LEAF, lambda d: d.pop("nodes"))


@fault("content.packed-data", "meshopt")
def _(t: Tampered) -> None:
    path = LEAF.replace("plain", "meshopt")
    document, binary = glb_json(t.files[path].data), bytearray(glb_binary(t.files[path].data))
    binary[document["bufferViews"][1]["extensions"]["EXT_meshopt_compression"]["byteOffset"]] ^= 0xFF
    t.put_bytes(path, glb_of(document, bytes(binary)))


@fault("content.packed-data", "meshopt")
def _(t: Tampered) -> None:
    def claim(document: dict[str, Any]) -> None:
        document["bufferViews"][1]["extensions"]["EXT_meshopt_compression"]["count"] = 1 << 40

    t.edit_glb(LEAF.replace("plain", "meshopt"), claim)


@fault("content.bounds")
def _(t: Tampered) -> None:
    t.edit_glb(LEAF, lambda d: d["accessors"][1]["max"].__setitem__(2, d["accessors"][1]["max"][2] + 0.01))


@fault("content.bounds", "meshopt")
def _(t: Tampered) -> None:
    t.edit_glb(LEAF.replace("plain", "meshopt"), lambda d: d["accessors"][1]["min"].__setitem__(0, -32768))


@fault("content.outside-tile")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["children"][0]["boundingVolume"]["region"][5] -= 0.01
    t.put(document)


@fault("content.outside-tile")
def _(t: Tampered) -> None:
    t.edit_glb(LEAF, lambda d: d["nodes"][0]["translation"].__setitem__(0, d["nodes"][0]["translation"][0] + 30))


@fault("content.outside-volume")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["content"]["boundingVolume"]["region"][1] += 1e-7
    t.put(document)


@fault("tile.outside-parent")
def _(t: Tampered) -> None:
    document = t.tileset
    document["root"]["boundingVolume"]["region"][0] += 1e-8
    t.put(document)


@fault("tile.outside-parent")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["children"][0]["boundingVolume"]["region"][5] += 5.0
    t.put(document)


@fault("tile.error-order")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["children"][0]["geometricError"] = _level(document)["geometricError"]
    t.put(document)


@fault("tile.error-order")
def _(t: Tampered) -> None:
    document = t.tileset
    document["geometricError"] = document["root"]["geometricError"] / 2
    t.put(document)


@fault("tile.group")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["content"]["group"] = 2
    t.put(document)


@fault("feature.row")
def _(t: Tampered) -> None:
    data = t.files[LEAF].data
    document, binary = glb_json(data), bytearray(glb_binary(data))
    view = document["bufferViews"][document["accessors"][3]["bufferView"]]
    binary[view["byteOffset"]] = 200
    t.put_bytes(LEAF, glb_of(document, bytes(binary)))


@fault("feature.duplicate")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["children"].append(_level(document)["children"][0])
    t.put(document)


@fault("feature.unknown")
def _(t: Tampered) -> None:
    features = list(t.expect.mesh.features)
    features[3] = replace(features[3], id="another")
    t.expect = replace(t.expect, mesh=replace(t.expect.mesh, features=tuple(features)))


@fault("feature.missing")
def _(t: Tampered) -> None:
    document = t.tileset
    _level(document)["children"].pop()
    t.put(document)


@fault("feature.triangles")
def _(t: Tampered) -> None:
    kept = np.flatnonzero(np.arange(len(t.expect.mesh.feature)) != 5)
    mesh = t.expect.mesh
    mesh = replace(mesh, triangles=mesh.triangles[kept], feature=mesh.feature[kept], colour=mesh.colour[kept])
    t.expect = replace(t.expect, mesh=mesh)


@fault("feature.level")
def _(t: Tampered) -> None:
    document = t.tileset
    document["groups"].reverse()
    t.put(document)


@fault("feature.level")
def _(t: Tampered) -> None:
    document = t.tileset
    del _level(document)["content"]["group"]
    t.put(document)


@fault("feature.differs")
def _(t: Tampered) -> None:
    features = [replace(feature, name=feature.name + "!") for feature in t.expect.mesh.features]
    t.expect = replace(t.expect, mesh=replace(t.expect.mesh, features=tuple(features)))


@fault("feature.place")
def _(t: Tampered) -> None:
    t.expect = replace(t.expect, frame=t.expect.frame.shifted((0.05, 0.0, 0.0)))


@fault("feature.place")
def _(t: Tampered) -> None:
    t.expect = replace(t.expect, frame=SiteFrame.at(126.9771, 37.5657, 30.0, heading_deg=21.0))


def _all_faults() -> Iterator[Any]:
    for code, variants in FAULTS.items():
        for k, (profile, function) in enumerate(variants):
            yield pytest.param(code, profile, function, id=f"{code}-{k}")


def test_there_is_a_fault_for_every_finding() -> None:
    assert set(FAULTS) == set(MESSAGES)


@pytest.mark.parametrize(("code", "profile", "break_it"), list(_all_faults()))
def test_a_fault_is_found(code: str, profile: str, break_it: Fault) -> None:
    tampered = Tampered(dict(FILES), f"{profile}/tileset.json", BUILDING)
    assert tampered.findings() == ()
    break_it(tampered)
    findings = tampered.findings()
    assert code in {finding.code for finding in findings}
    for finding in findings:
        for lang in ("en", "ko"):
            assert finding.as_dict(lang)["message"]
            assert "{" not in finding.message(lang)
        assert finding.path in FILES or ".." in finding.path


def test_a_folder_that_holds_one_profile_is_checked_by_itself() -> None:
    files = {path.removeprefix("plain/"): file for path, file in FILES.items() if path.startswith("plain/")}
    assert check_tileset(reader(files), "tileset.json") == ()


def test_a_building_from_the_store_is_compared_by_its_spaces() -> None:
    building = two_floors()
    files = write_tilesets(building)
    stored = replace(building, mesh=Mesh.empty())
    assert check_tileset(reader(files), expect=stored) == ()
    elsewhere = replace(stored, frame=SiteFrame.at(126.9771, 37.5660, 30.0, heading_deg=20.0))
    assert {f.code for f in check_tileset(reader(files), expect=elsewhere)} == {"feature.place"}
    lower = replace(stored, levels=stored.levels[:1])
    assert {f.code for f in check_tileset(reader(files), expect=lower)} == {"feature.differs"}


@pytest.mark.parametrize(
    "offset", [(0, 0, 0), (200.0, -100.0, 5.0), (700.0, -500.0, 20.0), (123_456.5, -234_567.25, 0.0)]
)
@pytest.mark.parametrize("profile", ["meshopt", "plain"])
def test_a_site_far_from_its_origin_is_drawn_where_it_is(offset: tuple[float, float, float], profile: str) -> None:
    building = moved(two_floors(), offset)
    findings = check_tileset(reader(write_tilesets(building)), f"{profile}/tileset.json", expect=building)
    assert findings == ()


@pytest.mark.parametrize(("lon", "lat"), [(180.0, 10.0), (-180.0, -60.0), (0.0, 0.0), (15.0, 84.0)])
def test_sound_tiles_are_sound_all_over_the_world(lon: float, lat: float) -> None:
    building = replace(block(10, 10), frame=SiteFrame.at(lon, lat, -20.0, heading_deg=77.0))
    tree = cut(building, leaf_triangles=300, coarse_triangles=100)
    assert check_tileset(reader(write_tilesets(building, tree=tree)), expect=building) == ()


def test_nothing_to_draw_is_a_sound_tileset() -> None:
    building = replace(two_floors(), mesh=Mesh.empty())
    files = write_tilesets(building)
    assert sorted(files) == ["meshopt/tileset.json", "plain/tileset.json"]
    assert check_tileset(reader(files), expect=building) == ()
