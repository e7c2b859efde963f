"""The process that opens IFC files and makes their shapes: ``python -m indoor3d.sources._ifc_worker``.

It reads one request (a line of JSON) from its input and writes frames (:mod:`._ifc_wire`) to its output. It may crash,
hang or run out of memory on a hostile file; the parent (:mod:`._ifc_geometry`) watches it.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import ifcopenshell
import ifcopenshell.geom as _geom
import numpy as np

from indoor3d.sources._ifc_extract import Extract, RefusedError, open_file
from indoor3d.sources._ifc_wire import Frame, write

_PR_SET_PDEATHSIG = 1
_UNSEEN = frozenset(
    {
        "IfcOpeningElement",
        "IfcAnnotation",
        "IfcGrid",
        "IfcVirtualElement",
        "IfcBuildingStorey",
        "IfcBuilding",
        "IfcSpatialElement",
        "IfcSpatialStructureElement",
    }
)
_NAVIGATION = frozenset(
    [
        "IfcSpace",
        "IfcDoor",
        "IfcWall",
        "IfcColumn",
        "IfcStairFlight",
        "IfcStair",
        "IfcRampFlight",
        "IfcRamp",
        "IfcTransportElement",
        "IfcFurnishingElement",
        "IfcPlate",
        "IfcMember",
        "IfcBuildingElementProxy",
        "IfcSanitaryTerminal",
        "IfcFireSuppressionTerminal",
        "IfcAlarm",
        "IfcCurtainWall",
        "IfcRailing",
        "IfcSite",
        "IfcOpeningElement",
    ]
)
_WHOLES = frozenset({"IfcStair", "IfcRamp", "IfcTransportElement", "IfcWall", "IfcCurtainWall"})
Request = dict[str, Any]
geom: Any = _geom  # its annotations do not hold for what it takes


def _die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends (Linux; prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _limit_memory(size_bytes: int) -> None:
    if size_bytes > 0:
        resource.setrlimit(resource.RLIMIT_AS, (size_bytes, size_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _settings(*, cut: bool) -> Any:
    settings = geom.settings()
    settings.set("disable-opening-subtractions", not cut)
    settings.set("no-normals", True)
    return settings


def navigation_ids(document: dict[str, Any]) -> list[int]:
    """Step ids of the products that navigation needs, holes included: they are made whole, without cutting."""
    products = document["products"]
    wholes = {p["id"] for p in products if p["family"] in _WHOLES}
    chosen = {part for whole, part in document["parts"] if whole in wholes}
    chosen |= {owner for owner, name, _ in document["properties"] if name == "Indoor3D_Common"}
    filling = {element for _, element in document["fills"]}
    for product in products:
        unfilled_window = product["family"] == "IfcWindow" and product["id"] not in filling
        if product["family"] in _NAVIGATION or unfilled_window:
            chosen.add(product["id"])
    return [
        p["id"]
        for p in products
        if p["solid"] and p["id"] in chosen and p["family"] not in _UNSEEN - {"IfcOpeningElement"}
    ]


def picture_ids(document: dict[str, Any], navigation: list[int]) -> list[int]:
    """Step ids of the visible products that are not made yet, or have to be made again with their holes cut."""
    whole, hosts = set(navigation), {host for host, _ in document["voids"]}
    return [
        p["id"] for p in document["products"]
        if p["solid"] and p["family"] not in _UNSEEN and (p["id"] not in whole or p["id"] in hosts)
    ]  # fmt: skip


def _shape_frame(shape: Any, *, cut: bool) -> Frame:
    """One shape as a frame: matrix, vertices, triangles, a style index for every triangle, and the styles' colours."""
    geometry = shape.geometry
    vertices = np.frombuffer(geometry.verts_buffer, np.float64).reshape(-1, 3)
    triangles = np.frombuffer(geometry.faces_buffer, np.int32).astype(np.int64).reshape(-1, 3)
    styles = np.frombuffer(geometry.material_ids_buffer, np.int32).astype(np.int64)
    matrix = np.frombuffer(shape.transformation_buffer, np.float64).reshape(4, 4, order="F")
    colours = np.frombuffer(geometry.colors_buffer, np.float64).reshape(-1, 4).copy()
    colours[[style.instance_id() == 0 for style in geometry.materials]] = (
        0.0  # the kernel's own default, not the file's
    )
    return Frame(
        kind="shape", values={"id": shape.id, "cut": cut}, columns=(matrix, vertices, triangles, styles, colours)
    )


def _iterate(file: ifcopenshell.file, ids: list[int], kernel: str, *, cut: bool) -> Iterator[Frame]:
    if not ids:
        return
    include = [file.by_id(ident) for ident in ids]
    iterator = geom.iterator(_settings(cut=cut), file, 1, include=include, geometry_library=kernel)
    if iterator.initialize():
        while True:
            yield _shape_frame(iterator.get(), cut=cut)
            if not iterator.next():
                break


def _one_by_one(file: ifcopenshell.file, request: Request) -> Iterator[Frame]:
    """As :func:`_iterate`, but each product is announced first, so that the one that kills the process is known."""
    cut = request["cut"]
    settings = _settings(cut=cut)
    for ident in request["only"]:
        yield Frame(kind="begin", values={"id": ident})
        try:
            shape = geom.create_shape(settings, file.by_id(ident), geometry_library=request["kernel"])
        except Exception:  # noqa: BLE001, S112 - the kernel raises whatever it likes; the parent sees what is missing
            continue
        yield _shape_frame(shape, cut=cut)


def _all(file: ifcopenshell.file, request: Request) -> Iterator[Frame]:
    """First what navigation needs, then the picture: the parent builds the one while the other is made."""
    document = Extract(file).all()
    navigation = navigation_ids(document)
    picture = picture_ids(document, navigation) if request["mesh"] else []
    yield Frame(kind="document", values={"document": document, "wanted": navigation, "picture": picture})
    yield from _iterate(file, navigation, request["kernel"], cut=False)
    yield Frame(kind="navigation")
    yield from _iterate(file, picture, request["kernel"], cut=True)


def run(request: Request, stream: BinaryIO) -> None:
    """Do one request and write the frames."""
    try:
        file = open_file(request["path"])
    except RefusedError as error:
        write(stream, Frame(kind="refused", values={"code": error.code, "detail": error.detail, "ko": error.ko}))
        return
    for frame in _all(file, request) if request["only"] is None else _one_by_one(file, request):
        write(stream, frame)
    write(stream, Frame(kind="end"))


def main() -> None:
    """Serve one request."""
    request = json.loads(sys.stdin.buffer.readline())
    _die_with_parent(request["parent"])
    _limit_memory(request["memory_bytes"])
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    run(request, stream)
    stream.close()
    os._exit(0)  # the kernels' destructors have nothing to add


if __name__ == "__main__":
    main()
