"""Columns to the bytes of a binary glTF: plain, or quantized and packed with meshopt.

One mesh a file, one primitive a material, one property table. Source: glTF 2.0 (ISO/IEC 12113:2022), EXT_mesh_features,
EXT_structural_metadata, KHR_mesh_quantization and EXT_meshopt_compression as published by Khronos.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import meshopt
import numpy as np
import orjson
from numpy.typing import NDArray

from indoor3d.tiles.columns import Columns, Part, to_gltf_axes
from indoor3d.tiles.compress import Packed, pack
from indoor3d.tiles.metadata import ELEMENT_SCHEMA, table_columns
from indoor3d.tiles.palette import linear

MEDIA_TYPE = "model/gltf-binary"

_BYTE, _UNSIGNED_SHORT, _SHORT, _UNSIGNED_INT, _FLOAT = 5120, 5123, 5122, 5125, 5126
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963
_COMPONENT = {"i1": _BYTE, "u2": _UNSIGNED_SHORT, "i2": _SHORT, "u4": _UNSIGNED_INT, "f4": _FLOAT}
_ALIGNMENT = 8
"""What property tables need (EXT_structural_metadata, binary data storage); enough for everything else."""
_RESTART_INDEX = 65535
"""The highest 16-bit index is not a vertex (glTF 2.0, 3.7.2.1)."""
_MESHOPT = "EXT_meshopt_compression"
_PACKED = ("KHR_mesh_quantization", _MESHOPT)
Array = NDArray[Any]


@dataclass(slots=True)
class _Buffers:
    """The binary chunk in the making, and the bufferViews that point into it."""

    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    views: list[dict[str, Any]] = field(default_factory=list)
    unpacked_size: int = 0

    def put(self, data: bytes) -> int:
        """Append aligned bytes and return where they begin."""
        start = self.size
        padding = -len(data) % _ALIGNMENT
        self.chunks += [data, bytes(padding)]
        self.size += len(data) + padding
        return start

    def view(self, data: bytes, **more: Any) -> int:
        """Append a bufferView of plain bytes and return its index."""
        self.views.append({"buffer": 0, "byteOffset": self.put(data), "byteLength": len(data), **more})
        return len(self.views) - 1

    def packed_view(self, rows: Array, mode: str, **more: Any) -> int:
        """Append a bufferView that meshopt has packed; it unpacks into the second buffer, which has no bytes."""
        data = meshopt.encode_gltf_buffer(rows, mode)
        stride = rows.nbytes // len(rows)
        extension = {
            "buffer": 0,
            "byteOffset": self.put(data),
            "byteLength": len(data),
            "byteStride": stride,
            "count": len(rows),
            "mode": mode,
        }
        start, self.unpacked_size = self.unpacked_size, self.unpacked_size + rows.nbytes + -rows.nbytes % _ALIGNMENT
        view = {"buffer": 1, "byteOffset": start, "byteLength": rows.nbytes, **more}
        self.views.append({**view, "extensions": {_MESHOPT: extension}})
        return len(self.views) - 1


def write_glb(
    columns: Columns, *, name: str = "", credit: str = "", packed: bool = False, batched: bool = False
) -> bytes:
    """Write one tile.

    Parameters
    ----------
    columns : Columns
    name : str
        Name of the node, for people who open the file by itself.
    credit : str
        Goes to ``asset.copyright``, which map clients show.
    packed : bool
        Quantize and pack with meshopt; otherwise floats that every glTF reader understands.
    batched : bool
        For a b3dm of 3D Tiles 1.0: feature ids are ``_BATCHID``, and there is no property table.
    """
    if packed:
        small = pack(columns)
        columns = small.columns
        vertex_columns: list[Array] = [small.grid, small.normals, _feature_ids(columns)]
    else:
        small = None
        vertex_columns = [columns.positions, columns.normals, _feature_ids(columns)]
    buffers = _Buffers()
    widest = max(last - first for first, last in (part.vertices for part in columns.parts))
    index = _local_indices(columns).astype(np.uint16 if widest <= _RESTART_INDEX else np.uint32)
    views = _geometry_views(buffers, index, vertex_columns, packed=packed)
    accessors, primitives = _primitives(columns, index, vertex_columns, views)
    metadata = {} if batched else {"EXT_structural_metadata": _structural_metadata(buffers, columns)}
    document = {
        "asset": {"version": "2.0", "generator": "indoor3d", **({"copyright": credit} if credit else {})},
        "extensionsUsed": ["EXT_mesh_features", "EXT_structural_metadata", *(_PACKED if packed else ())],
        "extensionsRequired": list(_PACKED) if packed else [],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [_node(columns, small, name)],
        "meshes": [{"primitives": primitives}],
        "materials": [_material(part) for part in columns.parts],
        "accessors": accessors,
        "extensions": metadata,
        "bufferViews": buffers.views,
        "buffers": _buffer_list(buffers),
    }
    if batched:
        _rename_batches(document)
    return _container({key: value for key, value in document.items() if value or key == "scene"}, buffers.chunks)


def _geometry_views(buffers: _Buffers, index: Array, columns: Sequence[Array], *, packed: bool) -> list[int]:
    """Store indices and vertex columns; every vertex row is padded to a multiple of four bytes (glTF 2.0, 3.6.2.4)."""
    views = []
    if packed:
        views.append(buffers.packed_view(index, "TRIANGLES", target=_ELEMENT_ARRAY_BUFFER))
    else:
        views.append(buffers.view(index.tobytes(), target=_ELEMENT_ARRAY_BUFFER))
    for column in columns:
        rows = _padded(column)
        stride = rows.nbytes // len(rows)
        if packed:
            views.append(buffers.packed_view(rows, "ATTRIBUTES", byteStride=stride, target=_ARRAY_BUFFER))
        else:
            views.append(buffers.view(rows.tobytes(), byteStride=stride, target=_ARRAY_BUFFER))
    return views


def _primitives(
    columns: Columns, index: Array, vertex_columns: Sequence[Array], views: Sequence[int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give accessors and primitives: for every part its indices, positions, normals and feature ids."""
    accessors: list[dict[str, Any]] = []
    primitives = []
    for material, part in enumerate(columns.parts):
        start = len(accessors)
        first, last = part.triangles
        accessors.append(_accessor(index, views[0], rows=(3 * first, 3 * last)))
        accessors += [_accessor(c, v, rows=part.vertices) for c, v in zip(vertex_columns, views[1:], strict=True)]
        own = columns.feature[slice(*part.vertices)]
        lowest, highest = (
            vertex_columns[0][slice(*part.vertices)].min(axis=0),
            vertex_columns[0][slice(*part.vertices)].max(axis=0),
        )
        accessors[start + 1] |= {"min": lowest.tolist(), "max": highest.tolist()}
        feature_ids = {"featureCount": len(np.unique(own)), "attribute": 0, "propertyTable": 0}
        primitives.append(
            {
                "attributes": {"POSITION": start + 1, "NORMAL": start + 2, "_FEATURE_ID_0": start + 3},
                "indices": start,
                "material": material,
                "extensions": {"EXT_mesh_features": {"featureIds": [feature_ids]}},
            }
        )
    return accessors, primitives


def _accessor(column: Array, view: int, *, rows: tuple[int, int]) -> dict[str, Any]:
    """Describe some rows of a column; bytes and shorts of three components are normals and positions."""
    first, last = rows
    stride = column.itemsize if column.ndim == 1 and view == 0 else _stride(column)
    accessor: dict[str, Any] = {
        "bufferView": view,
        "byteOffset": first * stride,
        "componentType": _COMPONENT[column.dtype.str[1:]],
        "count": last - first,
        "type": "SCALAR" if column.ndim == 1 else "VEC3",
    }
    return {**accessor, "normalized": True} if column.dtype == np.int8 else accessor


def _stride(column: Array) -> int:
    row = column.nbytes // len(column)
    return row + -row % 4


def _padded(column: Array) -> Array:
    """Rows of bytes, padded with zeros to a multiple of four: ``(N, stride)`` uint8."""
    rows = np.ascontiguousarray(column).view(np.uint8).reshape(len(column), -1)
    padded = np.zeros((len(rows), _stride(column)), np.uint8)
    padded[:, : rows.shape[1]] = rows
    return padded


def _feature_ids(columns: Columns) -> Array:
    """16 bits where they suffice; more as floats, for glTF has no 32-bit integers in vertices (exact up to 2^24)."""
    return columns.feature.astype(np.uint16 if len(columns.features) <= 1 << 16 else np.float32)


def _local_indices(columns: Columns) -> NDArray[np.uint32]:
    """Vertex numbers that begin at 0 in every part."""
    firsts = np.array([part.vertices[0] for part in columns.parts], np.uint32)
    lengths = [part.triangles[1] - part.triangles[0] for part in columns.parts]
    return (columns.triangles - np.repeat(firsts, lengths)[:, None]).reshape(-1)


def _node(columns: Columns, small: Packed | None, name: str) -> dict[str, Any]:
    """Put the mesh at its place in the site: the centre, and the size of a step."""
    node: dict[str, Any] = {"mesh": 0, "translation": to_gltf_axes(columns.centre[None])[0].tolist()}
    if small is not None and small.step_m != 1.0:
        node["scale"] = [small.step_m] * 3
    return {**node, "name": name} if name else node


def _material(part: Part) -> dict[str, Any]:
    """Matt paint. What can be seen through is closed and drawn from outside only; the rest from both sides."""
    opaque = part.colour[3] == 255
    return {
        "name": "#" + "".join(f"{c:02x}" for c in part.colour),
        "pbrMetallicRoughness": {
            "baseColorFactor": linear(part.colour),
            "metallicFactor": 0,
            "roughnessFactor": 1,
        },
        **({"doubleSided": True} if opaque else {"alphaMode": "BLEND"}),
    }


def _structural_metadata(buffers: _Buffers, columns: Columns) -> dict[str, Any]:
    properties = {}
    for name, (values, offsets) in table_columns(columns.features).items():
        properties[name] = {"values": buffers.view(values)}
        if offsets is not None:
            properties[name]["stringOffsets"] = buffers.view(offsets)
    table = {"class": "element", "count": len(columns.features), "properties": properties}
    return {"schema": ELEMENT_SCHEMA, "propertyTables": [table]}


def _rename_batches(document: dict[str, Any]) -> None:
    """Say the same in the words of 3D Tiles 1.0."""
    document["extensionsUsed"] = []
    for primitive in document["meshes"][0]["primitives"]:
        primitive["attributes"]["_BATCHID"] = primitive["attributes"].pop("_FEATURE_ID_0")
        del primitive["extensions"]


def _buffer_list(buffers: _Buffers) -> list[dict[str, Any]]:
    filled = {"byteLength": buffers.size}
    if not buffers.unpacked_size:
        return [filled]
    return [filled, {"byteLength": buffers.unpacked_size, "extensions": {_MESHOPT: {"fallback": True}}}]


def _container(document: dict[str, Any], chunks: Sequence[bytes]) -> bytes:
    """Join JSON and binary chunk (glTF 2.0, 4.4); the binary data begins and the file ends at a multiple of eight."""
    text = orjson.dumps(document)
    text += b" " * (-(28 + len(text)) % _ALIGNMENT)
    size = sum(map(len, chunks))
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + size)
    return b"".join([head, struct.pack("<I4s", len(text), b"JSON"), text, struct.pack("<I4s", size, b"BIN\0"), *chunks])
