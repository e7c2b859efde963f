"""The process that opens IFC files and makes their shapes; :mod:`._ifc_start` begins it.

It reads one request (a line of JSON) from its input and writes frames (:mod:`._ifc_wire`) to its output. What it parsed it
shares with two makers that it forks. All may crash, hang or run out of memory on a hostile file; the parent
(:mod:`._ifc_geometry`) watches them.
"""

import array
import ctypes
import fcntl
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import ifcopenshell
import ifcopenshell.geom as _geom

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
_MAKERS = 2
_PARTS = 8
"""Batches of hosts, and of other products, at most: few, so that most shared shapes are made once; enough to share out."""
Request: TypeAlias = dict[str, Any]
Send: TypeAlias = Callable[[Frame], None]
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


def _shape_frame(shape: Any, *, cut: bool, slow: bool = False) -> Frame:
    """One shape as a frame: matrix by columns, vertices, triangles, a style for every triangle, and the styles' colours."""
    geometry = shape.geometry
    colours = array.array("d", geometry.colors_buffer)
    for index, style in enumerate(geometry.materials):
        if style.instance_id() == 0:  # the kernel's own default, not the file's
            colours[4 * index : 4 * index + 4] = array.array("d", bytes(32))
    columns = (
        memoryview(shape.transformation_buffer).cast("d"),
        memoryview(geometry.verts_buffer).cast("d"),
        memoryview(geometry.faces_buffer).cast("i"),
        memoryview(geometry.material_ids_buffer).cast("i"),
        colours,
    )
    return Frame(kind="shape", values={"id": shape.id, "cut": cut, "slow": slow}, columns=columns)


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
    """As :func:`_iterate` with the slow kernel; each product is announced, so that the one that kills the process is known."""
    cut = request["cut"]
    settings = _settings(cut=cut)
    for ident in request["only"]:
        yield Frame(kind="begin", values={"id": ident, "cut": cut})
        try:
            shape = geom.create_shape(settings, file.by_id(ident), geometry_library=request["fallback"])
        except Exception:  # noqa: BLE001, S112 - the kernel raises whatever it likes; the parent sees what is missing
            continue
        yield _shape_frame(shape, cut=cut, slow=True)


def _make(file: ifcopenshell.file, ids: list[int], request: Request, *, cut: bool) -> Iterator[Frame]:
    """Make shapes with the fast kernel, then with the slow one those that are still missing."""
    left = set(ids)
    for frame in _iterate(file, ids, request["kernel"], cut=cut):
        left.discard(frame.values["id"])
        yield frame
    yield from _one_by_one(file, {**request, "only": sorted(left), "cut": cut})


def _batches(file: ifcopenshell.file, ids: list[int], voids: list[list[int]]) -> list[list[int]]:
    """Share out products: first those with holes to cut, the costliest first, then the rest, those of one shape together."""
    holes: dict[int, list[int]] = {}
    for host, hole in voids:
        holes.setdefault(host, []).append(hole)
    cost = {i: sum(_size(file, part) for part in (i, *holes[i])) for i in ids if i in holes}
    hosts = sorted(cost, key=lambda ident: (-cost[ident], ident))
    shares = [hosts[at::_PARTS] for at in range(min(_PARTS, len(hosts)))]
    alike: dict[int, list[int]] = {}
    for ident in ids:
        if ident not in holes:
            alike.setdefault(_model_of(file, ident), []).append(ident)
    enough = (len(ids) - len(hosts)) / _PARTS
    share: list[int] = []
    for group in alike.values():
        share += group
        if len(share) >= enough:
            shares.append(share)
            share = []
    return [*shares, share] if share else shares


def _model_of(file: ifcopenshell.file, ident: int) -> int:
    """Step id of the shape that a product shares with others (IfcRepresentationMap), or of the product."""
    shape = getattr(file.by_id(ident), "Representation", None)
    for representation in shape.Representations if shape is not None else ():
        for item in representation.Items or ():
            if item.is_a("IfcMappedItem"):
                return int(item.MappingSource.id())
    return ident


def _size(file: ifcopenshell.file, ident: int) -> int:
    """Entities in the representation of a product: a guess at what cutting it costs."""
    shape = getattr(file.by_id(ident), "Representation", None)
    return len(file.traverse(shape)) if shape is not None else 0


class _Turns:
    """Numbers that forked processes take one by one, each only once: bytes in a pipe."""

    def __init__(self, count: int) -> None:
        self._pipe, filling = os.pipe()
        os.write(filling, bytes(range(count)))
        os.close(filling)

    def __iter__(self) -> Iterator[int]:
        while turn := os.read(self._pipe, 1):
            yield turn[0]


def _all(file: ifcopenshell.file, request: Request, send: Send) -> None:
    """First what navigation needs, then the picture: the parent builds the one while the other is made."""
    document = Extract(file).all()
    navigation = navigation_ids(document)
    picture = picture_ids(document, navigation) if request["mesh"] else []
    send(Frame(kind="document", values={"document": document, "wanted": navigation, "picture": picture}))
    _together(file, request, _batches(file, navigation, []), send, cut=False)
    send(Frame(kind="navigation"))
    _together(file, request, _batches(file, picture, document["voids"]), send, cut=True)


def _together(file: ifcopenshell.file, request: Request, batches: list[list[int]], send: Send, *, cut: bool) -> None:
    """Make shapes in two processes.

    Which of them takes which batch is chance; a shape is the same whoever makes it. One that is killed is replaced, and only
    what was left of its batch is lost.
    """
    turns = _Turns(len(batches))

    def work() -> None:
        for turn in turns:
            for frame in _make(file, batches[turn], request, cut=cut):
                send(frame)

    makers = {_fork(work) for _ in batches[:_MAKERS]}
    while makers:
        maker, status = os.wait()
        makers.discard(maker)
        if status:
            code = os.waitstatus_to_exitcode(status)
            send(Frame(kind="crashed", values={"reason": f"signal {-code}" if code < 0 else f"status {code}"}))
            makers.add(_fork(work))


def _fork(work: Callable[[], None]) -> int:
    """Do some work in a process of its own, which shares what is in memory; give its id."""
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        _die_with_parent(parent)
        work()
        status = 0
    finally:
        os._exit(status)  # the kernels' destructors have nothing to add


def run(request: Request, stream: int) -> None:
    """Do one request and write the frames to a file descriptor."""

    def send(frame: Frame) -> None:
        fcntl.lockf(stream, fcntl.LOCK_EX)  # the makers write to the same file
        write(stream, frame)
        fcntl.lockf(stream, fcntl.LOCK_UN)

    try:
        file = open_file(request["path"])
    except RefusedError as error:
        send(Frame(kind="refused", values={"code": error.code, "detail": error.detail, "ko": error.ko}))
        return
    if request["only"] is None:
        _all(file, request, send)
    else:
        for frame in _one_by_one(file, request):
            send(frame)
    send(Frame(kind="end"))


def main() -> None:
    """Serve one request."""
    stream = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not get between the frames
    request = json.loads(sys.stdin.buffer.readline())
    _die_with_parent(request["parent"])
    _limit_memory(request["memory_bytes"])
    run(request, stream)
    os._exit(0)
