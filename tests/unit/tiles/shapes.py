"""Shapes made by hand for the tests of tiles, and a reader of what was written."""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indoor3d.models.building import Building, Level, Text, Venue
from indoor3d.models.frame import SiteFrame
from indoor3d.models.mesh import Feature, Mesh
from indoor3d.models.vocabulary import MeshCategory
from indoor3d.tiles.tileset import TileFile

SEOUL = SiteFrame.at(126.9771, 37.5657, 30.0, heading_deg=20.0)

_CORNERS = np.array([(x, y, z) for z in (0, 1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))], float)
_BOX = np.array(
    [[0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7], [0, 1, 5], [0, 5, 4], [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6], [3, 0, 4], [3, 4, 7]],
    np.uint32,
)  # fmt: skip

Solid = tuple[NDArray[np.float64], NDArray[np.uint32]]


def cuboid(low: ArrayLike, high: ArrayLike) -> Solid:
    """Eight vertices and twelve triangles, seen from outside."""
    return np.asarray(low, float) + _CORNERS * np.subtract(high, low), _BOX


def tube(sides: int, *, radius_m: float = 1.0, height_m: float = 3.0) -> Solid:
    """A round wall without ends around the z axis."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = radius_m * np.column_stack([np.cos(angle), np.sin(angle)])
    positions = np.vstack([np.column_stack([ring, np.full(sides, z)]) for z in (0.0, height_m)])
    i = np.arange(sides)
    j = (i + 1) % sides
    triangles = np.vstack([np.column_stack([i, j, sides + j]), np.column_stack([i, sides + j, sides + i])])
    return positions, triangles.astype(np.uint32)


def mesh_of(
    solids: Sequence[Solid], features: Sequence[Feature], colours: Mapping[int, Sequence[int]] | None = None
) -> Mesh:
    """Join solids, one a feature; ``colours`` gives a feature its own."""
    firsts = np.cumsum([0, *(len(positions) for positions, _ in solids)])
    counts = [len(triangles) for _, triangles in solids]
    feature = np.repeat(np.arange(len(solids), dtype=np.uint32), counts)
    colour = np.zeros((len(feature), 4), np.uint8)
    for index, rgba in (colours or {}).items():
        colour[feature == index] = rgba
    return Mesh(
        positions=np.vstack([positions for positions, _ in solids]),
        triangles=np.vstack([t + f for (_, t), f in zip(solids, firsts, strict=False)]).astype(np.uint32),
        feature=feature,
        colour=colour,
        features=tuple(features),
    )


def wall(ident: str, level: str = "g", category: MeshCategory = MeshCategory.WALL, name: str = "") -> Feature:
    return Feature(id=ident, name=name, category=category, level=level)


def levels(*names: str) -> tuple[Level, ...]:
    """Levels three metres apart, with the names as ids and short names."""
    return tuple(
        Level(id=name, ordinal=i, elevation_m=3.0 * i, name=Text(default=name), short_name=name)
        for i, name in enumerate(names)
    )


def block(columns: int, rows: int, *, floors: int = 1, pitch_m: float = 2.0, frame: SiteFrame = SEOUL) -> Building:
    """A grid of one-metre boxes on every floor, each a feature ``level/column/row``."""
    names = [f"{k + 1}F" for k in range(floors)]
    solids, features = [], []
    for k, name in enumerate(names):
        for i in range(columns):
            for j in range(rows):
                low = np.array([i * pitch_m, j * pitch_m, 3.0 * k])
                solids.append(cuboid(low, low + 1.0 + 0.01 * (i + j)))
                features.append(wall(f"{name}/{i}/{j}", name, name=f"벽 {i}-{j}"))
    venue = Venue(id="block", name=Text(default="Block", ko="블록", en="Block"))
    return Building(venue=venue, frame=frame, levels=levels(*names), mesh=mesh_of(solids, features))


def moved(building: Building, offset: Sequence[float]) -> Building:
    """The same place on Earth, with the site origin elsewhere: the mesh is at ``offset`` now."""
    frame = building.frame.shifted(-np.asarray(offset, float))
    mesh = replace(building.mesh, positions=building.mesh.positions + np.asarray(offset, float))
    return replace(building, frame=frame, mesh=mesh)


def reader(files: Mapping[str, TileFile]) -> Callable[[str], bytes]:
    return lambda path: files[path].data


def same_triangles(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two lists of triangles hold the same ones, whatever their order and the corner each begins with.

    Parameters
    ----------
    one, other : (T, 3, K) float
        Triangle, corner, and whatever belongs to a corner.
    """
    if one.shape != other.shape:
        return False
    both = np.concatenate([one, other])
    _, rank = np.unique(both.reshape(-1, both.shape[2]), axis=0, return_inverse=True)
    rank, size = rank.reshape(-1, 3).astype(np.int64), rank.max() + 1
    turns = [(rank[:, k] * size + rank[:, (k + 1) % 3]) * size + rank[:, (k + 2) % 3] for k in range(3)]
    first, second = np.split(np.min(turns, axis=0), 2)
    return bool((np.sort(first) == np.sort(second)).all())


def glb_json(data: bytes) -> dict[str, Any]:
    """The JSON chunk of a GLB."""
    (length,) = struct.unpack_from("<I", data, 12)
    document: dict[str, Any] = json.loads(data[20 : 20 + length])
    return document


def glb_binary(data: bytes) -> bytes:
    """The binary chunk of a GLB."""
    (length,) = struct.unpack_from("<I", data, 12)
    return data[28 + length :]


def glb_of(document: Mapping[str, Any], binary: bytes) -> bytes:
    """A GLB of a JSON and a binary chunk, whatever is in them."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
