"""Bytes of a binary glTF back to columns, for checking: what a client would see, and nothing taken on trust."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import meshopt
import numpy as np
import orjson
from numpy.typing import NDArray

from indoor3d.errors import TilesetInvalid
from indoor3d.tiles.columns import to_site_axes
from indoor3d.tiles.metadata import CATEGORIES

_DTYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_OFFSETS = {"UINT8": "<u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8"}
_MESHOPT = "EXT_meshopt_compression"
_MAX_UNPACKED_BYTES = 1 << 28
"""A packed view may not claim more: it would be allocated before a single byte is checked."""

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Content:
    """What a client sees of one GLB.

    Parameters
    ----------
    positions : (V, 3) float64, metres, site frame
        With the node's translation and scale.
    normals : (V, 3) float64, site axes
    feature : (V,) int64
        Row of the table.
    triangles : (T, 3) int64
        Vertex indices.
    colours : (T, 4) float64
        Linear base colour and opacity of every triangle.
    table : mapping
        Column by name: ``id``, ``name``, ``category`` (as text), ``kind``, ``level``; all as long as ``rows``.
    rows : int
    step_m : float
        Distance between two neighbouring positions on the grid; 0 for floats.
    bounds_error_m : float
        How far the declared ``min`` and ``max`` of positions are from the true ones, at worst.
    """

    positions: NDArray[np.float64]
    normals: NDArray[np.float64]
    feature: NDArray[np.int64]
    triangles: NDArray[np.int64]
    colours: NDArray[np.float64]
    table: Mapping[str, tuple[str, ...]]
    rows: int
    step_m: float
    bounds_error_m: float


def read_glb(data: bytes) -> Content:
    """Decode a GLB that this package wrote, in either profile.

    Raises
    ------
    TilesetInvalid
        It cannot be decoded; ``context["finding"]`` says in what way.
    """
    try:
        return _read(_Document.parse(data))
    except TilesetInvalid:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error, OverflowError) as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error


def _unreadable(reason: str, finding: str = "content.unreadable") -> TilesetInvalid:
    return TilesetInvalid(
        f"The tile cannot be read: {reason}",
        ko=f"타일을 읽을 수 없습니다: {reason}",
        finding=finding,
        reason=reason,
    )


@dataclass(slots=True)
class _Document:
    """JSON and binary chunk, with every bufferView unpacked once."""

    json: dict[str, Any]
    binary: bytes
    unpacked: dict[int, bytes]

    @classmethod
    def parse(cls, data: bytes) -> "_Document":
        """Split the container (glTF 2.0, 4.4)."""
        magic, version, size = struct.unpack_from("<4sII", data)
        if magic != b"glTF" or version != 2 or size != len(data):
            raise _unreadable("not a binary glTF 2.0 file, or cut short")
        chunks: dict[bytes, bytes] = {}
        at = 12
        while at < size:
            length, kind = struct.unpack_from("<I4s", data, at)
            if at + 8 + length > size:
                raise _unreadable("a chunk runs past the end of the file")
            chunks.setdefault(kind, data[at + 8 : at + 8 + length])
            at += 8 + length
        return cls(orjson.loads(chunks[b"JSON"]), chunks.get(b"BIN\0", b""), {})

    def bytes_of(self, view_index: int) -> bytes:
        """Bytes of a bufferView, unpacked."""
        if view_index not in self.unpacked:
            view = self.json["bufferViews"][view_index]
            packed = view.get("extensions", {}).get(_MESHOPT)
            self.unpacked[view_index] = self._unpack(packed) if packed else self._slice(view)
        return self.unpacked[view_index]

    def _slice(self, view: Mapping[str, Any]) -> bytes:
        start, length = view.get("byteOffset", 0), view["byteLength"]
        if view["buffer"] != 0 or start < 0 or length < 1 or start + length > len(self.binary):
            raise _unreadable("a bufferView lies outside the binary chunk")
        return self.binary[start : start + length]

    def _unpack(self, packed: Mapping[str, Any]) -> bytes:
        source = self._slice(packed)
        count, stride = packed["count"], packed["byteStride"]
        if not 0 < count * stride <= _MAX_UNPACKED_BYTES:
            raise _unreadable(f"{count} rows of {stride} bytes", "content.packed-data")
        try:
            rows = meshopt.decode_gltf_buffer(source, count, stride, packed["mode"], packed.get("filter"))
        except ValueError as error:
            raise _unreadable(str(error), "content.packed-data") from error
        return bytes(rows.tobytes())

    def accessor(self, index: int) -> Array:
        """Values of an accessor: ``(N,)`` or ``(N, width)``, normalised integers as floats."""
        accessor = self.json["accessors"][index]
        view = self.json["bufferViews"][accessor["bufferView"]]
        data = self.bytes_of(accessor["bufferView"])
        dtype, width = np.dtype(_DTYPES[accessor["componentType"]]), _WIDTHS[accessor["type"]]
        stride, start, count = (
            view.get("byteStride") or dtype.itemsize * width,
            accessor.get("byteOffset", 0),
            accessor["count"],
        )
        if start < 0 or count < 1 or start + (count - 1) * stride + dtype.itemsize * width > len(data):
            raise _unreadable(f"accessor {index} runs past its bufferView")
        values: Array = np.ndarray((count, width), dtype, data, start, (stride, dtype.itemsize))
        if accessor.get("normalized"):
            values = np.maximum(values / np.iinfo(dtype).max, -1)
        return values[:, 0] if width == 1 else values

    def strings(self, column: Mapping[str, Any], rows: int) -> tuple[str, ...]:
        """Texts of a property table column."""
        dtype = np.dtype(_OFFSETS[column.get("stringOffsetType", "UINT32")])
        offsets = np.frombuffer(self.bytes_of(column["stringOffsets"]), dtype)[: rows + 1].astype(np.int64)
        values = self.bytes_of(column["values"])
        if len(offsets) != rows + 1 or (np.diff(offsets) < 0).any() or offsets[-1] > len(values):
            raise _unreadable("string offsets of the property table are not in order")
        return tuple(values[a:b].decode() for a, b in pairwise(offsets.tolist()))


def _read(document: _Document) -> Content:
    node = document.json["nodes"][document.json["scenes"][document.json.get("scene", 0)]["nodes"][0]]
    if len(document.json["nodes"]) != 1 or {"matrix", "rotation", "children"} & set(node):
        raise _unreadable("more than one node, or one that is turned")
    translation = np.array(node.get("translation", [0.0] * 3), np.float64)
    scale = np.array(node.get("scale", [1.0] * 3), np.float64)
    parts = [_primitive(document, primitive) for primitive in document.json["meshes"][node["mesh"]]["primitives"]]
    firsts = np.cumsum([0, *(len(part.positions) for part in parts)])
    table, rows = _table(document)
    return Content(
        positions=to_site_axes(np.concatenate([part.positions for part in parts]) * scale + translation),
        normals=to_site_axes(np.concatenate([part.normals for part in parts])),
        feature=np.concatenate([part.feature for part in parts]),
        triangles=np.concatenate([part.triangles + first for part, first in zip(parts, firsts, strict=False)]),
        colours=np.concatenate([np.tile(part.colour, (len(part.triangles), 1)) for part in parts]),
        table=table,
        rows=rows,
        step_m=float(scale.max()) if "scale" in node else 0.0,
        bounds_error_m=max(float((part.bounds_error * scale).max()) for part in parts),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Primitive:
    """One primitive in its own units, and how far its declared bounds are from the true ones."""

    positions: NDArray[np.float64]
    normals: NDArray[np.float64]
    feature: NDArray[np.int64]
    triangles: NDArray[np.int64]
    colour: NDArray[np.float64]
    bounds_error: NDArray[np.float64]


def _primitive(document: _Document, primitive: Mapping[str, Any]) -> _Primitive:
    attributes = primitive["attributes"]
    positions = document.accessor(attributes["POSITION"]).astype(np.float64)
    normals = document.accessor(attributes["NORMAL"]).astype(np.float64)
    feature = document.accessor(attributes["_FEATURE_ID_0"])
    if not len(positions) == len(normals) == len(feature) or not np.isfinite(positions).all():
        raise _unreadable("vertex columns of different lengths, or positions that are not numbers")
    corners = document.accessor(primitive["indices"]).astype(np.int64)
    if len(corners) % 3 or corners.max() >= len(positions):
        raise _unreadable("indices that are no triangles of their primitive")
    declared = document.json["accessors"][attributes["POSITION"]]
    material = document.json["materials"][primitive["material"]]
    return _Primitive(
        positions=positions,
        normals=normals,
        feature=feature.astype(np.int64),
        triangles=corners.reshape(-1, 3),
        colour=np.array(material["pbrMetallicRoughness"]["baseColorFactor"], np.float64),
        bounds_error=np.abs(
            np.array([declared["min"], declared["max"]], np.float64) - [positions.min(axis=0), positions.max(axis=0)]
        ),
    )


def _table(document: _Document) -> tuple[dict[str, tuple[str, ...]], int]:
    """Columns of the one property table; a column that was left out holds its default, the empty text."""
    table = document.json["extensions"]["EXT_structural_metadata"]["propertyTables"][0]
    rows = int(table["count"])
    category = document.bytes_of(table["properties"]["category"]["values"])
    if not 1 <= rows <= len(category):
        raise _unreadable("a property table that is empty, or longer than its columns")
    columns: dict[str, tuple[str, ...]] = {}
    for name in ("id", "name", "kind", "level"):
        column = table["properties"].get(name)
        columns[name] = document.strings(column, rows) if column else ("",) * rows
    columns["category"] = tuple(str(CATEGORIES[value]) for value in category[:rows])
    return columns, rows
