"""Columns, equipment that people look for, and boards."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from tools.station import geometry as geo
from tools.station import solids as body
from tools.station.build import COMMON, Spot, common_values, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.station.build import Build
    from tools.station.model import Column, Facility, Sign, TactilePath
    from tools.station.writer import Value

_Size = tuple[float, float, float, float]

EQUIPMENT: Mapping[str, tuple[str, str, _Size, str]] = {
    "aed": ("IfcMedicalDevice", "USERDEFINED", (0.45, 0.2, 0.9, 0.6), "fire"),
    "fire_hydrant": ("IfcFireSuppressionTerminal", "FIREHYDRANT", (0.8, 0.25, 0.4, 1.2), "fire"),
    "fire_extinguisher": ("IfcFireSuppressionTerminal", "USERDEFINED", (0.2, 0.2, 0.0, 0.6), "fire"),
    "emergency_exit": ("IfcLightFixture", "SECURITYLIGHTING", (0.6, 0.1, 2.2, 0.3), "ramp"),
    "emergency_light": ("IfcLightFixture", "SECURITYLIGHTING", (0.35, 0.15, 2.3, 0.15), "sign"),
    "emergency_phone": ("IfcCommunicationsAppliance", "USERDEFINED", (0.3, 0.2, 1.0, 0.5), "fire"),
    "wifi": ("IfcCommunicationsAppliance", "ANTENNA", (0.25, 0.25, 2.5, 0.08), "equipment"),
    "ticket_machine": ("IfcElectricAppliance", "VENDINGMACHINE", (0.9, 0.7, 0.0, 1.8), "equipment"),
    "certificate_kiosk": ("IfcElectricAppliance", "USERDEFINED", (0.7, 0.6, 0.0, 1.6), "equipment"),
    "locker": ("IfcFurniture", "USERDEFINED", (1.5, 0.6, 0.0, 1.9), "furniture"),
    "information": ("IfcFurniture", "DESK", (3.0, 1.0, 0.0, 1.05), "furniture"),
    "service_office": ("IfcFurniture", "DESK", (3.0, 1.0, 0.0, 1.05), "furniture"),
    "seating": ("IfcFurniture", "CHAIR", (2.0, 0.5, 0.0, 0.45), "furniture"),
    "drinking_water": ("IfcSanitaryTerminal", "SANITARYFOUNTAIN", (0.45, 0.35, 0.0, 1.0), "metal"),
    "reception": ("IfcFurniture", "DESK", (3.0, 1.0, 0.0, 1.05), "furniture"),
    "lost_property": ("IfcFurniture", "DESK", (2.0, 0.8, 0.0, 1.05), "furniture"),
    "cultural": ("IfcFurniture", "USERDEFINED", (0.9, 0.3, 0.0, 1.4), "sign"),
    "tactile_map": ("IfcFurniture", "USERDEFINED", (0.8, 0.5, 0.0, 1.0), "metal"),
}
"""Class, predefined type, (width, depth, height above the floor, height) in metres, and colour of each category."""

_OTHER: tuple[str, str, _Size, str] = ("IfcBuildingElementProxy", "USERDEFINED", (0.4, 0.2, 1.8, 0.4), "sign")


def write_column(build: Build, column: Column) -> None:
    """Write an eight-sided column from floor to clear height."""
    space = build.plan.space(column.space)
    ring = body.regular_ring(8, column.size / 2)
    entity = build.product(
        "IfcColumn",
        column.id,
        Spot(level=space.level, at=column.at, z=space.floor, along=column.axis),
        name=column.id,
        solids=[body.upright(ring, 0.0, space.clear, "column")],
        shared=True,
    )
    entity.PredefinedType = "COLUMN"
    build.writer.properties(entity, "Pset_ColumnCommon", {"IsExternal": False, "LoadBearing": True})


def write_facility(build: Build, facility: Facility) -> None:
    """Write a piece of equipment as a box of its usual size, its front towards ``facing``."""
    space = build.plan.space(facility.space)
    kind, predefined, (width, depth, above, height), style = EQUIPMENT.get(facility.category, _OTHER)
    along = (facility.facing[1] + 0.0, -facility.facing[0] + 0.0)
    solid = body.box((-width / 2, width / 2), (-depth / 2, depth / 2), (above, above + height), style)
    entity = build.product(
        kind,
        facility.id,
        Spot(level=space.level, at=facility.at, z=space.floor, along=along),
        name=facility.en or facility.id,
        solids=[solid],
        shared=True,
    )
    entity.PredefinedType = predefined
    entity.ObjectType = facility.category
    values: dict[str, Value | None] = {
        "Category": facility.category,
        "Access": space.access,
        **texts(facility.text_ko, facility.text_en),
        "OpeningHours": facility.hours,
        "Accessible": facility.accessible,
    }
    build.writer.properties(entity, COMMON, common_values(facility) | values)


def write_sign(build: Build, sign: Sign) -> None:
    """Write a hanging board."""
    space = build.plan.space(sign.space)
    along = (sign.facing[1] + 0.0, -sign.facing[0] + 0.0)
    solid = body.box((-sign.width / 2, sign.width / 2), (-0.04, 0.04), (0.0, 0.4), sign.colour)
    entity = build.product(
        "IfcBuildingElementProxy",
        sign.id,
        Spot(level=space.level, at=sign.at, z=sign.z, along=along),
        name=sign.en,
        solids=[solid],
        shared=True,
    )
    entity.PredefinedType, entity.ObjectType = "USERDEFINED", "sign"
    build.writer.properties(entity, COMMON, common_values(sign) | {"Text": sign.text, "Colour": sign.colour})


def write_tactile_path(build: Build, path: TactilePath) -> None:
    """Write the stretches of a guide strip as one floor covering."""
    space = build.plan.space(path.space)
    for index, (start, end) in enumerate(pairwise(path.points)):
        entity = build.product(
            "IfcCovering",
            f"{path.id}/{index}",
            Spot(level=space.level, at=start, z=space.floor, along=geo.unit(start, end)),
            name=path.en or path.id,
            solids=[body.strip_body(math.dist(start, end))],
            shared=True,
        )
        entity.PredefinedType, entity.ObjectType = "FLOORING", "tactile"
