"""What tiles say about what they draw: the classes, and the property table of one tile.

The classes are written without ``semantic``: the reference validator warns about every one it does not know.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from indoor3d.models.building import Building, Level, Venue
from indoor3d.models.mesh import Feature
from indoor3d.models.vocabulary import MeshCategory

CATEGORIES: tuple[MeshCategory, ...] = tuple(MeshCategory)
"""The enum values of tables are indices into this."""


def _property(description: str, kind: str = "STRING", **more: Any) -> dict[str, Any]:
    return {"description": description, "type": kind, **more, "required": True}


def _optional(description: str) -> dict[str, Any]:
    """A text that tables leave out where nobody has any: glTF has no bufferView without bytes."""
    return {"description": description, "type": "STRING", "default": ""}


ELEMENT_SCHEMA: Mapping[str, Any] = {
    "id": "indoor3d",
    "classes": {
        "element": {
            "properties": {
                "id": _property("Id of the element"),
                "name": _optional("Name for people"),
                "category": _property("What it is", "ENUM", enumType="MeshCategory"),
                "kind": _optional("The finer category of a space or facility"),
                "level": _optional("Id of its level"),
            },
        },
    },
    "enums": {
        "MeshCategory": {
            "valueType": "UINT8",
            "values": [{"name": str(c), "value": i} for i, c in enumerate(CATEGORIES)],
        },
    },
}
"""Schema of the property table in every GLB (EXT_structural_metadata 1.0.0)."""

TILESET_SCHEMA: Mapping[str, Any] = {
    "id": "indoor3d",
    "classes": {
        "venue": {
            "properties": {
                "id": _property("Id of the venue"),
                "name": _property("Name for people"),
                "name_ko": _property("Korean name, may be empty"),
                "name_en": _property("English name, may be empty"),
                "category": _property("What the venue is"),
                "licence": _property("Licence of the data"),
                "attribution": _property("Who is to be named"),
                "schematic": _property("The geometry is not a survey", "BOOLEAN"),
            },
        },
        "level": {
            "properties": {
                "id": _property("Id of the level"),
                "name": _property("Name for people"),
                "ordinal": _property("0 on the ground, negative below", "SCALAR", componentType="INT32"),
                "short_name": _property("Name on signs"),
                "elevation_m": _property("z of its lowest floor, site metres", "SCALAR", componentType="FLOAT64"),
            },
        },
    },
}
"""Schema of the tileset and of its groups (3D Tiles 1.1, 7.6)."""


def venue_entity(venue: Venue) -> dict[str, Any]:
    """Metadata of the tileset."""
    return {
        "class": "venue",
        "properties": {
            "id": venue.id,
            "name": venue.name.best(""),
            "name_ko": venue.name.ko,
            "name_en": venue.name.en,
            "category": venue.category,
            "licence": venue.licence,
            "attribution": venue.attribution.best(""),
            "schematic": venue.schematic,
        },
    }


def level_entity(level: Level) -> dict[str, Any]:
    """Metadata of one group."""
    return {
        "class": "level",
        "properties": {
            "id": level.id,
            "name": level.name.best(""),
            "ordinal": level.ordinal,
            "short_name": level.short_name,
            "elevation_m": level.elevation_m,
        },
    }


def copyright_of(building: Building) -> str:
    """What clients show as credit: attribution, then licence."""
    venue = building.venue
    return " · ".join(text for text in (venue.attribution.best(""), venue.licence) if text)


def table_columns(features: Sequence[Feature]) -> dict[str, tuple[bytes, bytes | None]]:
    """Columns of the property table: name to (values, string offsets or None where values are not strings).

    A column without a single byte is left out.
    """
    category = {c: i for i, c in enumerate(CATEGORIES)}
    columns = {
        "id": _strings([f.id for f in features]),
        "name": _strings([f.name for f in features]),
        "category": (bytes(category[f.category] for f in features), None),
        "kind": _strings([f.kind for f in features]),
        "level": _strings([f.level for f in features]),
    }
    return {name: column for name, column in columns.items() if column[0]}


def _strings(texts: Sequence[str]) -> tuple[bytes, bytes]:
    """UTF-8 one after another and UINT32 offsets, one more than there are texts; lone surrogates become '?'."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(texts) + 1, np.uint32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return b"".join(encoded), offsets.tobytes()
