"""Tilesets that are not ours, and clients that only know 3D Tiles 1.0: everything that goes through py3dtiles.

py3dtiles reads b3dm, batch tables and tile trees; it has no bounding regions, so volumes are turned into boxes at the
door, and it takes no notice of transforms and strides inside a glTF, so geometry is read by trimesh.
"""

import io
import json
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyproj
import trimesh
from numpy.typing import NDArray
from py3dtiles.constants import SpecVersion
from py3dtiles.exceptions import Py3dtilesException
from py3dtiles.merger import merge
from py3dtiles.tileset.content import B3dm
from py3dtiles.tileset.content.gltf import Gltf
from py3dtiles.tileset.tileset import TileSet

from indoor3d.errors import TilesetInvalid
from indoor3d.models.building import Building
from indoor3d.models.korean import with_particle
from indoor3d.tiles.columns import Columns, to_site_axes
from indoor3d.tiles.cut import Tile, cut
from indoor3d.tiles.earth import MEAN_RADIUS_M, Floats, apply
from indoor3d.tiles.glb import write_glb
from indoor3d.tiles.metadata import copyright_of
from indoor3d.tiles.tileset import JSON_TYPE, TileFile, lay_out

MAX_DEPTH = 16
"""Tilesets may hold tilesets; one that holds itself would never end."""

_FAILURES = (
    Py3dtilesException,
    RuntimeError,  # also what py3dtiles has not built yet, and nesting without end
    AssertionError,  # trimesh and py3dtiles assert what a file has to be
    OSError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    struct.error,
)
_B3DM_HEADER = struct.Struct("<4sIIIIII")


@dataclass(frozen=True, kw_only=True, eq=False)
class ForeignMesh:
    """The triangles of one node of one foreign tile.

    Parameters
    ----------
    path : Path
        The file.
    positions : (V, 3) float64, metres
        In the frame of the whole tileset, which is ECEF for a tileset that is on Earth.
    triangles : (T, 3) int64
    batch : (V,) int64
        Row of ``attributes`` for every vertex; -1 where the tile has no batches.
    attributes : mapping
        Columns of the batch table that are JSON.
    """

    path: Path
    positions: NDArray[np.float64]
    triangles: NDArray[np.int64]
    batch: NDArray[np.int64]
    attributes: Mapping[str, Sequence[Any]]


def read_foreign(path: Path) -> tuple[ForeignMesh, ...]:
    """Read what the leaves of a tileset with b3dm or glTF contents draw, with the tilesets that it refers to.

    Raises
    ------
    TilesetInvalid
        A file is missing, damaged, outside the folder of the tileset, or no triangles (point clouds, i3dm).
    """
    try:
        return tuple(_leaves(path, path.resolve().parent, np.eye(4), 0))
    except _FAILURES as error:
        raise _invalid(path, f"{type(error).__name__}: {error}") from error


def merge_foreign(paths: Sequence[Path], target: Path) -> None:
    """Write a tileset that refers to others, ours or foreign; their files stay as they are.

    Parameters
    ----------
    paths : sequence of Path
        The ``tileset.json`` of each.
    target : Path
        The new tileset JSON; its folder must exist.

    Raises
    ------
    TilesetInvalid
        One of them cannot be read, or there are none.
    """
    if not paths:
        raise TilesetInvalid("There is no tileset to merge.", ko="합칠 타일셋이 없습니다.")
    tilesets, uris, newest = [], {}, SpecVersion.V1_0
    for path in paths:
        try:
            tileset = _open(path)
        except _FAILURES as error:
            raise _invalid(path, f"{type(error).__name__}: {error}") from error
        tileset.root_tile.content_uri = None  # it is drawn by its own tileset
        tilesets.append(tileset)
        uris[tileset] = Path(os.path.relpath(path, target.parent))
        newest = max(newest, tileset.asset.version, key=lambda version: str(version.value))
    merged = merge(tilesets, uris, spec_version=newest)
    merged.asset.extras.clear()  # py3dtiles writes the time of day here
    merged.root_tile.set_refine_mode("ADD")
    document = merged.to_dict()
    target.write_bytes(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY))


def write_b3dm(building: Building) -> dict[str, TileFile]:
    """Write a building as 3D Tiles 1.0 for old clients: b3dm contents with a batch table, no groups and no classes.

    Returns
    -------
    dict
        Path (``b3dm/tileset.json``, ``b3dm/levels/1f-0.b3dm``…) to file, sorted by path.
    """
    files: dict[str, TileFile] = {}
    credit = copyright_of(building)

    def draw(tile: Tile, columns: Columns) -> None:
        data = _wrap(columns, write_glb(columns, credit=credit, batched=True))
        files["b3dm/" + _b3dm_name(tile.path)] = TileFile(media_type="application/octet-stream", data=data)

    document = lay_out(cut(building), draw)
    old = {
        "asset": {"version": "1.0", "generator": "indoor3d"},
        "geometricError": document["geometricError"],
        "root": _without_groups(document["root"]),
    }
    files["b3dm/tileset.json"] = TileFile(media_type=JSON_TYPE, data=orjson.dumps(old))
    return dict(sorted(files.items()))


def _b3dm_name(path: str) -> str:
    return path.removesuffix(".glb") + ".b3dm"


def _without_groups(tile: Mapping[str, Any]) -> dict[str, Any]:
    """Give a tile as 3D Tiles 1.0 knows it."""
    old = dict(tile)
    if "content" in tile:
        content = {key: value for key, value in tile["content"].items() if key != "group"}
        old["content"] = {**content, "uri": _b3dm_name(content["uri"])}
    if "children" in tile:
        old["children"] = [_without_groups(child) for child in tile["children"]]
    return old


def _wrap(columns: Columns, glb: bytes) -> bytes:
    """Put a GLB into a b3dm; every part ends at a multiple of eight bytes (3D Tiles 1.0, 9.2.4)."""
    features = columns.features
    batches = {
        "id": [f.id for f in features],
        "name": [f.name for f in features],
        "category": [str(f.category) for f in features],
        "kind": [f.kind for f in features],
        "level": [f.level for f in features],
    }
    head = orjson.dumps({"BATCH_LENGTH": len(features)})
    head += b" " * (-(_B3DM_HEADER.size + len(head)) % 8)
    table = orjson.dumps(batches)
    table += b" " * (-len(table) % 8)
    size = _B3DM_HEADER.size + len(head) + len(table) + len(glb)
    return _B3DM_HEADER.pack(b"b3dm", 1, size, len(head), 0, len(table), 0) + head + table + glb


def _invalid(path: Path, reason: str) -> TilesetInvalid:
    return TilesetInvalid(
        f"{path.name} cannot be read: {reason}",
        ko=f"{with_particle(path.name, '을')} 읽을 수 없습니다: {reason}",
        reason=reason,
    )


def _open(path: Path) -> TileSet:
    """Read a tileset JSON with all volumes as boxes."""
    document = json.loads(path.read_bytes())
    document["root"] = _boxed(document["root"], np.eye(4))
    tileset = TileSet.from_dict(document)
    tileset.root_uri = path.parent
    return tileset


def _leaves(path: Path, folder: Path, above: Floats, depth: int) -> Iterator[ForeignMesh]:
    """Yield what the tiles without children draw."""
    if depth > MAX_DEPTH:
        raise _invalid(path, f"more than {MAX_DEPTH} tilesets within one another")
    stack: list[tuple[Any, Floats]] = [(_open(path).root_tile, above)]
    while stack:
        tile, above_tile = stack.pop()
        transform = above_tile @ tile.transform
        stack += [(child, transform) for child in reversed(tile.children)]
        if tile.children and tile.get_refine_mode() == "REPLACE":
            continue
        if tile.content_uri is not None:
            file = path.parent / tile.content_uri
            if not file.resolve().is_relative_to(folder):
                raise _invalid(path, f"{tile.content_uri} is outside the folder of the tileset")
            if file.suffix == ".json":
                yield from _leaves(file, folder, transform, depth + 1)
            else:
                yield from _meshes(file, tile.get_or_fetch_content(path.parent), transform)


def _meshes(path: Path, content: Any, transform: Floats) -> Iterator[ForeignMesh]:
    """Yield the triangles of a b3dm or glTF."""
    attributes: dict[str, Sequence[Any]] = {}
    centre = np.zeros(3)
    if isinstance(content, B3dm):
        gltf = content.body.gltf
        attributes = {k: v for k, v in content.body.batch_table.header.data.items() if isinstance(v, list)}
        centre = np.array(content.body.feature_table.header.data.get("RTC_CENTER", centre), np.float64)
    elif type(content) is Gltf:
        gltf = content._gltf  # noqa: SLF001 - py3dtiles 12.1 has no other door to it
    else:
        raise _invalid(path, "it holds no triangles")
    scene = trimesh.load_scene(io.BytesIO(b"".join(gltf.save_to_bytes())), file_type="glb", process=False)
    order = {name: i for i, name in enumerate(scene.geometry)}  # trimesh names nodes at random
    placed = [scene.graph[node] for node in scene.graph.nodes_geometry]
    for matrix, name in sorted(placed, key=lambda node: (order[node[1]], node[0].tolist())):
        mesh = scene.geometry[name]
        local = to_site_axes(apply(np.asarray(matrix, np.float64), np.asarray(mesh.vertices, np.float64))) + centre
        named = [mesh.vertex_attributes[key] for key in ("_BATCHID", "_FEATURE_ID_0") if key in mesh.vertex_attributes]
        batch = np.asarray(named[0]).reshape(-1).astype(np.int64) if named else np.full(len(local), -1)
        yield ForeignMesh(
            path=path,
            positions=apply(transform, local),
            triangles=np.asarray(mesh.faces, np.int64),
            batch=batch,
            attributes=attributes,
        )


def _boxed(tile: Mapping[str, Any], above: Floats) -> dict[str, Any]:
    """Give a tile whose volume, and those below, are boxes in its own frame."""
    transform = above
    if "transform" in tile:
        transform = above @ np.array(tile["transform"], np.float64).reshape(4, 4).T
    boxed = {key: value for key, value in tile.items() if key in {"geometricError", "refine", "transform", "content"}}
    boxed["boundingVolume"] = {"box": _box_of(tile["boundingVolume"], transform)}
    if tile.get("children"):
        boxed["children"] = [_boxed(child, transform) for child in tile["children"]]
    return boxed


def _box_of(volume: Mapping[str, Any], transform: Floats) -> list[float]:
    """Twelve numbers of the box around a volume: centre and three half axes."""
    if "box" in volume:
        return [float(v) for v in volume["box"]]
    if "sphere" in volume:
        x, y, z, radius = (float(v) for v in volume["sphere"])
        return [x, y, z, radius, 0, 0, 0, radius, 0, 0, 0, radius]
    west, south, east, north, low, high = (float(v) for v in volume["region"])
    east += 2 * np.pi * (east < west)
    steps = np.linspace(0, 1, 5)
    lon, lat, height = (
        axis.reshape(-1)
        for axis in np.meshgrid(west + steps * (east - west), south + steps * (north - south), [low, high])
    )
    ecef = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True).transform(
        np.degrees(lon), np.degrees(lat), height
    )
    local = apply(np.asarray(np.linalg.inv(transform), np.float64), np.column_stack(ecef))
    bend_m = float(np.linalg.norm(np.ptp(local, axis=0))) ** 2 / (8 * 16 * MEAN_RADIUS_M)
    centre = (local.min(axis=0) + local.max(axis=0)) / 2
    half = np.ptp(local, axis=0) / 2 + bend_m
    return [*centre.tolist(), *np.diag(half).reshape(-1).tolist()]
