"""IMDF → conditions: what an archive says is out of service.

An IMDF archive (Apple Indoor Mapping Data Format 1.0.0, OGC 20-094) is made for a while and has no live feed; what it says of the
moment it was made is ``outofservice`` among the ``access_control`` of a feature. ``restriction`` (``employeesonly``, ``restricted``)
says who may go where for good: it is read as a closure only when asked for, because staff and an evacuation do pass there.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from indoor3d.errors import Indoor3dError, MalformedSource, SourceTooLarge
from indoor3d.models.building import Text
from indoor3d.models.state import Condition, Effect, Status
from indoor3d.sources.siri_fm import Feed, Skipped

MOST_BYTES = 64 << 20
_OUT = "outofservice"
_RESTRICTIONS = {
    "employeesonly": Text(ko="관계자만 출입", en="Employees only"),
    "restricted": Text(ko="출입 제한", en="Restricted"),
}


def read_imdf_state(
    data: bytes,
    *,
    seen: datetime,
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
    seen : datetime
        When the archive was made; with its zone.
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
                skipped.append(Skipped(element=named[:64], reason="no such element"))
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
                skipped.append(Skipped(element=named[:64], reason=str(error)[:200]))
                continue
            conditions[condition.id] = condition
    return Feed(conditions=tuple(conditions[i] for i in sorted(conditions)), skipped=tuple(skipped))


def _features(data: bytes) -> Iterator[dict[str, Any]]:
    if len(data) > MOST_BYTES:
        raise SourceTooLarge(f"The file may have {MOST_BYTES} bytes.", ko=f"파일은 {MOST_BYTES}바이트까지입니다.")
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
