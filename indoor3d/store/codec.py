"""Values of the domain core ↔ bytes: compact, deterministic, exact, and no code in them.

Layout, little-endian::

    8 bytes   b"indoor3d"
    u32       version of the layout, 1
    u32       H, length of the header
    H bytes   header: JSON (UTF-8, keys sorted)
    ...       columns in the order of the header, each at a multiple of 8 bytes; the gaps are zeros

    header = {"columns": [["<f8", [N, 3]], ...], "geometries": 12, "kind": "Building", "value": {...}}

``value`` is the tree of the dataclass ``kind``, field by field as its type hints say. An array is the index of its
column, a mapping of arrays an object of such indices. A geometry is its index into the WKB strings (ISO flavour) that the last two columns hold where there are
geometries: their lengths, then their bytes. A float that is not finite is a string ("nan", "inf", "-inf"). A mesh is not stored: it
comes back empty.

Two equal values give the same bytes, and a value that comes back is equal to what went in.
"""

import dataclasses
import math
import struct
from collections.abc import Callable, Hashable, Mapping
from enum import StrEnum
from functools import cache
from itertools import accumulate, pairwise
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from indoor3d.errors import CorruptBlob, InvalidInput, InvalidPosition
from indoor3d.models.korean import with_particle
from indoor3d.models.mesh import Mesh

_MAGIC = b"indoor3d"
_LAYOUT = 1
_HEAD = struct.Struct("<8sII")
_ALIGN = 8
_LENGTHS, _BYTES = np.dtype("<u4"), np.dtype("|u1")
_DTYPES = {code: np.dtype(code) for code in ("<f8", "<i8", "<i4", "<u4", "|b1", "|u1")}
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Value = TypeVar("Value")


def encode(value: Any) -> bytes:
    """Turn a Building, Network, Report, or a part of one (Space, Facility, Venue) into bytes.

    Parameters
    ----------
    value : dataclass instance
        A building is encoded without its mesh.

    Raises
    ------
    InvalidInput
        The value breaks its own type hints, or holds what JSON cannot (in the free parts of a report).

    Examples
    --------
    >>> from indoor3d.models.issue import Report
    >>> decode(encode(Report(facts={"spaces": 4})), Report).facts
    {'spaces': 4}
    """
    parts = _Parts(columns=[], geometries=[])
    kind = type(value)
    try:
        tree = _form(cast("Hashable", kind)).dump(value, parts)
        columns = [*parts.columns, *_wkb_columns(parts.geometries)]
        header = orjson.dumps(
            {
                "columns": [[column.dtype.str, list(column.shape)] for column in columns],
                "geometries": len(parts.geometries),
                "kind": kind.__name__,
                "value": tree,
            },
            option=orjson.OPT_SORT_KEYS,
        )
    except (AttributeError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"The {kind.__name__} cannot be stored: {error}",
            ko=f"{with_particle(kind.__name__, '을')} 저장할 수 없습니다: {error}",
        ) from error
    chunks = [_HEAD.pack(_MAGIC, _LAYOUT, len(header)), header]
    size = _HEAD.size + len(header)
    for column in columns:
        gap = -size % _ALIGN
        chunks += [bytes(gap), column.tobytes()]
        size += gap + column.nbytes
    return b"".join(chunks)


def decode(data: bytes, kind: type[Value]) -> Value:
    """Read what :func:`encode` wrote.

    Parameters
    ----------
    data : bytes
        Arrays of the result are read-only views of it.
    kind : type
        The dataclass it must hold.

    Raises
    ------
    CorruptBlob
        The bytes are not such a value.
    """
    try:
        header, start = _header(data, kind.__name__)
        columns = _columns(data, header["columns"], start)
        parts = _Parts(columns=columns, geometries=_geometries(columns, header["geometries"]))
        value: Value = _form(cast("Hashable", kind)).load(header["value"], parts)
    except (
        AttributeError,
        IndexError,
        InvalidPosition,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
        shapely.errors.ShapelyError,
        struct.error,
    ) as error:
        raise CorruptBlob(
            f"Stored bytes are not a {kind.__name__}: {error}",
            ko=f"저장된 데이터가 {with_particle(kind.__name__, '이')} 아닙니다: {error}",
        ) from error
    return value


class _Parts(NamedTuple):
    """What a value keeps outside its tree."""

    columns: list[NDArray[Any]]
    geometries: list[BaseGeometry]


class _Form(NamedTuple):
    """How values of one type hint are written and read."""

    dump: Callable[[Any, _Parts], Any]
    load: Callable[[Any, _Parts], Any]


# ── the container ────────────────────────────────────────────────────────────────────────────────────────────────────


def _header(data: bytes, kind: str) -> tuple[dict[str, Any], int]:
    magic, layout, length = _HEAD.unpack_from(data)
    if magic != _MAGIC or layout != _LAYOUT:
        raise ValueError("unknown magic or layout")
    end = _HEAD.size + length
    if end > len(data):
        raise ValueError("truncated header")
    header = orjson.loads(data[_HEAD.size : end])
    if not isinstance(header, dict) or header["kind"] != kind:
        raise ValueError("another kind of value, or one of an older version: build the venue again")
    return header, end


def _columns(data: bytes, shapes: list[Any], offset: int) -> list[NDArray[Any]]:
    columns = []
    for code, shape in shapes:
        if any(type(n) is not int or n < 0 for n in shape):
            raise ValueError("bad shape")
        dtype = _DTYPES[code]
        offset += -offset % _ALIGN
        count = math.prod(shape)
        if offset + count * dtype.itemsize > len(data):
            raise ValueError("truncated column")
        columns.append(
            np.frombuffer(data[:0] if not count else data, dtype, count, offset if count else 0).reshape(shape)
        )
        offset += count * dtype.itemsize
    if offset != len(data):
        raise ValueError("bytes left over")
    return columns


def _wkb_columns(geometries: list[BaseGeometry]) -> list[NDArray[Any]]:
    if not geometries:
        return []
    texts = shapely.to_wkb(np.array(geometries, object), output_dimension=3, byte_order=1, flavor="iso").tolist()
    return [np.array([len(t) for t in texts], _LENGTHS), np.frombuffer(b"".join(texts), _BYTES)]


def _geometries(columns: list[NDArray[Any]], count: int) -> list[BaseGeometry]:
    """Take the last two columns off and read the geometries they hold."""
    if not count:
        return []
    lengths, content = columns.pop(-2), columns.pop().tobytes()
    ends = [*accumulate(lengths.tolist(), initial=0)]
    if lengths.dtype != _LENGTHS or lengths.shape != (count,) or ends[-1] != len(content):
        raise ValueError("geometries do not fill their column")
    return list(shapely.from_wkb([content[a:b] for a, b in pairwise(ends)]))


# ── one form for each type hint ──────────────────────────────────────────────────────────────────────────────────────


@cache
def _form(hint: Hashable) -> _Form:
    """The form of a type hint of the domain core."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is not None:
        return _generic_form(origin, args)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, BaseGeometry):
        return _geometry_form((hint,))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _Form(lambda value, _parts: str(hint(value)), lambda data, _parts: hint(data))
    return _dataclass_form(hint)


def _generic_form(origin: Any, args: tuple[Any, ...]) -> _Form:
    if origin is np.ndarray:
        return _array_form(get_args(args[1])[0])
    if origin is tuple:
        return _series_form(args[0]) if args[-1] is Ellipsis else _fixed_form(args)
    if origin is Mapping and get_origin(args[1]) is np.ndarray:
        return _Form(_dump_arrays, _load_arrays)
    if origin is not UnionType:
        return _Form(_dump_mapping, _load_mapping)
    if NoneType in args:
        return _optional_form(next(a for a in args if a is not NoneType))
    return _geometry_form(args)


def _dataclass_form(kind: Any) -> _Form:
    hints = get_type_hints(kind)
    forms = {f.name: _form(hints[f.name]) for f in dataclasses.fields(kind)}

    def dump(value: Any, parts: _Parts) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r:.80} is not a {kind.__name__}")
        return {name: form.dump(getattr(value, name), parts) for name, form in forms.items()}

    def load(data: Any, parts: _Parts) -> Any:
        return kind(**{name: forms[name].load(item, parts) for name, item in data.items()})

    return _Form(dump, load)


def _series_form(hint: Any) -> _Form:
    form = _form(hint)
    return _Form(
        lambda value, parts: [form.dump(item, parts) for item in _listed(value, tuple)],
        lambda data, parts: tuple([form.load(item, parts) for item in _listed(data, list)]),
    )


def _fixed_form(hints: tuple[Any, ...]) -> _Form:
    forms = tuple(_form(hint) for hint in hints)
    return _Form(
        lambda value, parts: [f.dump(item, parts) for f, item in zip(forms, _listed(value, tuple), strict=True)],
        lambda data, parts: tuple([f.load(item, parts) for f, item in zip(forms, _listed(data, list), strict=True)]),
    )


def _listed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.80} is not a {kind.__name__}")
    return value


def _optional_form(hint: Any) -> _Form:
    form = _form(hint)
    return _Form(
        lambda value, parts: None if value is None else form.dump(value, parts),
        lambda data, parts: None if data is None else form.load(data, parts),
    )


def _geometry_form(kinds: tuple[type[BaseGeometry], ...]) -> _Form:
    def dump(value: Any, parts: _Parts) -> int:
        if not isinstance(value, kinds):
            raise TypeError(f"{value!r:.80} is not a {kinds[0].__name__}")
        parts.geometries.append(value)
        return len(parts.geometries) - 1

    def load(data: Any, parts: _Parts) -> BaseGeometry:
        value = parts.geometries[data]
        if not isinstance(value, kinds):
            raise TypeError(f"geometry {data} is not a {kinds[0].__name__}")
        return value

    return _Form(dump, load)


def _array_form(scalar: type[np.generic]) -> _Form:
    native = np.dtype(scalar)
    stored = native.newbyteorder("<")

    def dump(value: Any, parts: _Parts) -> int:
        given = np.asarray(value)
        column = given.astype(stored, order="C")
        if not np.array_equal(column, given, equal_nan=given.dtype.kind == "f"):
            raise TypeError(f"a column of {given.dtype} does not fit {native}")
        parts.columns.append(column)
        return len(parts.columns) - 1

    def load(data: Any, parts: _Parts) -> NDArray[Any]:
        column = parts.columns[data]
        if column.dtype != stored:
            raise TypeError(f"column {data} is of {column.dtype}, not {stored}")
        native_column: NDArray[Any] = column.astype(native, copy=False)
        return native_column

    return _Form(dump, load)


def _dump_arrays(value: Any, parts: _Parts) -> dict[str, int]:
    """Arrays by name, of whatever type a column can have; in the order of their names, so that equal ones give the same."""
    made = {}
    for name in sorted(value):
        stored = value[name].dtype.newbyteorder("<")
        if stored.str not in _DTYPES:
            raise TypeError(f"a column of {stored} cannot be stored")
        made[name] = len(parts.columns)
        parts.columns.append(value[name].astype(stored, order="C", copy=False))
    return made


def _load_arrays(data: Any, parts: _Parts) -> dict[str, NDArray[Any]]:
    return {
        name: parts.columns[column].astype(parts.columns[column].dtype.newbyteorder("="), copy=False)
        for name, column in data.items()
    }


# ── scalars, and the free parts of a report ──────────────────────────────────────────────────────────────────────────


def _dump_float(value: Any, _parts: Any = None) -> float | str:
    if isinstance(value, bool) or not isinstance(value, float | int | np.floating | np.integer):
        raise TypeError(f"{value!r:.80} is not a number")
    number = float(value)
    return number if math.isfinite(number) else str(number)


def _load_float(data: Any, _parts: Any = None) -> float:
    if type(data) is float:
        return data
    return _NOT_FINITE[data]


def _exactly(kind: type) -> _Form:
    """Values of a plain type; its subclasses (numpy's too) become the plain type on the way in."""

    def dump(value: Any, _parts: _Parts) -> Any:
        plain = value.item() if isinstance(value, np.generic) else value
        if not isinstance(plain, kind) or isinstance(plain, bool) is not (kind is bool):
            raise TypeError(f"{value!r:.80} is not {kind.__name__}")
        return kind(plain)

    def load(data: Any, _parts: _Parts) -> Any:
        if type(data) is not kind:
            raise TypeError(f"{data!r:.80} is not {kind.__name__}")
        return data

    return _Form(dump, load)


_PLAIN: dict[Any, _Form] = {
    str: _exactly(str),
    bool: _exactly(bool),
    int: _exactly(int),
    float: _Form(_dump_float, _load_float),
    Mesh: _Form(lambda _value, _parts: None, lambda _data, _parts: Mesh.empty()),
}


def _dump_mapping(value: Any, _parts: _Parts) -> dict[str, Any]:
    if not all(isinstance(key, str) for key in value):
        raise TypeError("a key is not text")
    return {key: _dump_any(item) for key, item in value.items()}


def _load_mapping(data: Any, _parts: _Parts) -> dict[str, Any]:
    return {key: _load_any(item) for key, item in data.items()}


def _dump_any(value: Any) -> Any:
    """Plain data as JSON has it; what JSON lacks is a list that starts with its name, so plain lists do too."""
    plain = value.item() if isinstance(value, np.generic) else value
    if plain is None or isinstance(plain, bool | int):
        return plain
    if isinstance(plain, str):
        return str(plain)
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else ["float", str(plain)]
    if isinstance(plain, tuple | list):
        return ["tuple" if isinstance(plain, tuple) else "list", *map(_dump_any, plain)]
    if isinstance(plain, Mapping):
        return _dump_mapping(plain, _Parts([], []))
    raise TypeError(f"{value!r:.80} is not plain data")


def _load_any(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _load_any(item) for key, item in data.items()}
    if not isinstance(data, list):
        return data
    name, *items = data
    if name == "float":
        return _NOT_FINITE[items[0]]
    return {"tuple": tuple, "list": list}[name](map(_load_any, items))
