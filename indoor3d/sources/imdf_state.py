"""IMDF → conditions: what an archive says is out of service.

An IMDF archive (Apple Indoor Mapping Data Format 1.0.0, OGC 20-094) is made for a while and has no live feed; what it says of the
moment it was made is ``outofservice`` among the ``access_control`` of a feature. ``restriction`` (``employeesonly``, ``restricted``)
says who may go where for good: it is read as a closure only when asked for, because staff and an evacuation do pass there.
"""

import hashlib
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from indoor3d.errors import Indoor3dError, MalformedSource, SourceNotFound, SourceTooLarge
from indoor3d.models.building import Text
from indoor3d.models.state import Condition, Effect, Status
from indoor3d.sources.siri_fm import Feed, Skipped, no_such_element

MOST_BYTES = 64 << 20
_MANIFEST = "manifest.json"
_OUT = "outofservice"
_RESTRICTIONS = {
    "employeesonly": Text(ko="관계자만 출입", en="Employees only"),
    "restricted": Text(ko="출입 제한", en="Restricted"),
}


def read_imdf_state(
    data: bytes,
    *,
    seen: datetime | None,
    known: Collection[str] | None = None,
    aliases: Mapping[str, str] | None = None,
    source: str = "IMDF",
    restrictions: bool = False,
) -> Feed:
    """Read one feature collection of an IMDF archive (``opening.geojson``, ``unit.geojson``, ``amenity.geojson``).

    Parameters
    ----------
    data : bytes
        GeoJSON, UTF-8, at most 64 MiB.
    seen : datetime or None
        When the archive was made, with its zone; None where nobody has said.
    known : collection of str, optional
        Ids of the building; a feature that is none of them is skipped. Without it every id is taken.
    aliases : mapping, optional
        Our id by the feature's.
    source : str
    restrictions : bool
        Read restrictions as closures.

    Returns
    -------
    Feed
        A condition for each feature that is out of service, or closed to the public.

    Raises
    ------
    SourceTooLarge
    MalformedSource
        It is no feature collection.
    """
    conditions: dict[str, Condition] = {}
    skipped = []
    for feature in _features(data):
        ident = feature.get("id")
        named = ident if isinstance(ident, str) else ""
        for kind, cause in _said(feature, restrictions=restrictions):
            ours = (aliases or {}).get(named, named)
            if not ours or (known is not None and ours not in known):
                skipped.append(Skipped.because(named, no_such_element()))
                continue
            status = Status.NOT_AVAILABLE if kind == _OUT else None
            key = hashlib.sha256(f"{source}\0{kind}\0{ours}".encode()).hexdigest()[:16]
            try:
                condition = Condition(
                    id=f"imdf-{key}",
                    effect=Effect.CLOSED if status is None else Effect.STATUS,
                    elements=(ours,),
                    status=status,
                    cause=cause,
                    source=source,
                    reported_at=seen,
                )
            except Indoor3dError as error:
                skipped.append(Skipped.because(named, error))
                continue
            conditions[condition.id] = condition
    return Feed(conditions=tuple(conditions[i] for i in sorted(conditions)), skipped=tuple(skipped), source=source)


def read_imdf_archive(
    path: Path,
    *,
    known: Collection[str] | None = None,
    aliases: Mapping[str, str] | None = None,
    source: str = "IMDF",
    restrictions: bool = False,
) -> Feed:
    """Read a whole IMDF archive: a folder, a zip, or one feature collection of it.

    When it was made is ``created`` of its ``manifest.json``, where that is a moment with its zone.

    Parameters
    ----------
    path : Path
        All its files together may have 64 MiB, unpacked.
    known, aliases, source, restrictions
        As in :func:`read_imdf_state`.

    Raises
    ------
    SourceNotFound
    SourceTooLarge
    MalformedSource
        It has no feature collection, one of them is none, or the zip cannot be unpacked.
    """
    try:
        manifest, collections = _files(path)
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is no file {path}.", ko=f"파일이 없습니다: {path}.") from error
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise MalformedSource(
            f"The archive cannot be read: {error}.", ko=f"읽을 수 없는 묶음입니다: {error}."
        ) from error
    if not collections:
        raise MalformedSource("There is no .geojson file in it.", ko="안에 .geojson 파일이 없습니다.")
    seen = _created(manifest)
    feeds = [
        read_imdf_state(data, seen=seen, known=known, aliases=aliases, source=source, restrictions=restrictions)
        for data in collections
    ]
    conditions = {condition.id: condition for feed in feeds for condition in feed.conditions}
    skipped = tuple(skipped for feed in feeds for skipped in feed.skipped)
    return Feed(conditions=tuple(conditions[i] for i in sorted(conditions)), skipped=skipped, source=source)


def _files(path: Path) -> tuple[bytes, list[bytes]]:
    """The manifest, and the feature collections by name; those of a zip may lie in a folder of it."""
    if path.is_dir():
        return _read({file.name: partial(_bytes_of, file) for file in path.iterdir() if file.is_file()})
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return _read({info.filename: partial(archive.open, info) for info in archive.infolist()})
    return _read({f"{path.name}.geojson": partial(_bytes_of, path)})


def _bytes_of(path: Path) -> IO[bytes]:
    return path.open("rb")


def _read(members: Mapping[str, Callable[[], IO[bytes]]]) -> tuple[bytes, list[bytes]]:
    """Never more than ``MOST_BYTES`` in all, whatever a zip says of its sizes."""
    manifest, collections, room = b"", [], MOST_BYTES
    for name, opened in sorted(members.items()):
        folder, _, file = name.rpartition("/")
        if "/" in folder or folder == "__MACOSX" or not (file == _MANIFEST or file.endswith(".geojson")):
            continue
        with opened() as stream:
            data = stream.read(room + 1)
        room -= len(data)
        if room < 0:
            raise _too_large()
        if file == _MANIFEST:
            manifest = data
        else:
            collections.append(data)
    return manifest, collections


def _created(manifest: bytes) -> datetime | None:
    """When an archive was made, as its manifest says it; a moment without its zone is none."""
    try:
        created = json.loads(manifest.decode("utf-8-sig"))["created"]
        moment = datetime.fromisoformat(created)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def _too_large() -> SourceTooLarge:
    return SourceTooLarge(f"The file may have {MOST_BYTES} bytes.", ko=f"파일은 {MOST_BYTES}바이트까지입니다.")


def _features(data: bytes) -> Iterator[dict[str, Any]]:
    if len(data) > MOST_BYTES:
        raise _too_large()
    try:
        collection = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise MalformedSource(f"It is not JSON in UTF-8: {error}.", ko="UTF-8 JSON이 아닙니다.") from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise MalformedSource("It is no feature collection.", ko="FeatureCollection이 아닙니다.")
    yield from (feature for feature in features if isinstance(feature, dict))


def _said(feature: dict[str, Any], *, restrictions: bool) -> list[tuple[str, Text]]:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return []
    said = []
    controls = properties.get("access_control")
    if isinstance(controls, list) and _OUT in controls:
        said.append((_OUT, Text(ko="운영 중지", en="Out of service")))
    kind = properties.get("restriction")
    if restrictions and isinstance(kind, str) and kind in _RESTRICTIONS:
        said.append((kind, _RESTRICTIONS[kind]))
    return said
