"""What an IFC file says in words and numbers, without shapes. Runs in the worker, the only place that opens IFC files."""

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import ifcopenshell
import ifcopenshell.util.unit as _unit

FAMILIES = (
    "IfcSpace", "IfcDoor", "IfcWindow", "IfcWall", "IfcColumn", "IfcStairFlight", "IfcStair", "IfcRampFlight", "IfcRamp",
    "IfcTransportElement", "IfcRailing", "IfcSlab", "IfcRoof", "IfcCovering", "IfcOpeningElement", "IfcFurnishingElement",
    "IfcPlate", "IfcMember", "IfcCurtainWall", "IfcBeam", "IfcFooting", "IfcPile", "IfcFireSuppressionTerminal", "IfcAlarm",
    "IfcSanitaryTerminal", "IfcDistributionElement", "IfcBuildingElementProxy", "IfcSite", "IfcBuildingStorey", "IfcBuilding",
    "IfcVirtualElement", "IfcAnnotation", "IfcGrid", "IfcSpatialElement", "IfcSpatialStructureElement", "IfcElement",
)  # fmt: skip
"""Classes that readers tell apart; a product belongs to the first that it is a kind of."""

PROPERTY_SETS = (
    "Indoor3D_Common", "Indoor3D_Facts", "Indoor3D_Transfers", "ePSet_MapConversion", "ePSet_ProjectedCRS",
    "Pset_DoorCommon", "Pset_SpaceCommon", "Pset_RampCommon", "Pset_StairCommon", "Pset_TransportElementElevator",
)  # fmt: skip
_SETS = {name.lower(): name for name in PROPERTY_SETS}
_BODY = frozenset({"Body", "Facetation", "Tessellation", "Body-Fallback", "Surface", "FootPrint+Body"})
_SOLID = frozenset(
    [
        "SweptSolid",
        "Brep",
        "AdvancedBrep",
        "AdvancedSweptSolid",
        "Clipping",
        "CSG",
        "SurfaceModel",
        "Tessellation",
        "SolidModel",
        "MappedRepresentation",
        "SectionedSpine",
        "BoundingBox",
    ]
)
units: Any = _unit  # untyped
Vector: TypeAlias = tuple[float, ...]
_SCHEMAS = ("IFC2X3", "IFC4", "IFC4X3")
_UNSAID = frozenset({"", "NOTDEFINED"})


class RefusedError(Exception):
    """The file cannot be used; ``code`` names the error of the reader, the arguments its texts."""

    def __init__(self, code: str, detail: str, ko: str) -> None:
        super().__init__(detail)
        self.code, self.detail, self.ko = code, detail, ko


def open_file(path: str) -> ifcopenshell.file:
    """Open a file, or say why not.

    Raises
    ------
    RefusedError
        It is no STEP file, of another schema, or its placements form a circle.
    """
    try:
        file = ifcopenshell.open(path)
    except Exception as error:  # the parser raises whatever it likes on bad bytes
        if "schema" in str(error).lower():
            raise RefusedError("unsupported", f"{error}"[:300], "지원하지 않는 IFC 스키마입니다.") from error
        raise RefusedError(
            "malformed", f"The file is not valid IFC: {error}"[:300], "올바른 IFC 파일이 아닙니다."
        ) from error
    if file.schema not in _SCHEMAS:
        raise RefusedError(
            "unsupported",
            f"The IFC schema {file.schema} is not supported.",
            f"IFC 스키마 {file.schema}은(는) 지원하지 않습니다.",
        )
    if _placements_circle(file):
        raise RefusedError(
            "malformed",
            "An IfcLocalPlacement is placed relative to itself.",
            "IfcLocalPlacement가 자기 자신을 기준으로 놓였습니다.",
        )
    if _parts_circle(file):
        raise RefusedError("malformed", "An element is a part of itself.", "요소가 자기 자신의 부분입니다.")
    return file


def _placements_circle(file: ifcopenshell.file) -> bool:
    parent = {}
    for placement in file.by_type("IfcLocalPlacement"):
        above = placement.PlacementRelTo
        if above is not None:
            parent[placement.id()] = above.id()
    return _has_circle(parent)


def _parts_circle(file: ifcopenshell.file) -> bool:
    """Whether something is its own part; geometry kernels follow such a circle for ever."""
    rows = file.by_type("IfcRelAggregates")
    return _has_circle({_id(part): _id(rel.RelatingObject) for rel in rows for part in _many(rel.RelatedObjects)})


def _has_circle(parent: dict[int, int]) -> bool:
    safe: set[int] = set()
    for start in parent:
        chain, at = set(), start
        while at in parent and at not in safe:
            if at in chain:
                return True
            chain.add(at)
            at = parent[at]
        safe |= chain
    return False


def _plain(value: Any) -> Any:
    """Unwrap a measure; keep what JSON can say."""
    value = getattr(value, "wrappedValue", value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value if isinstance(value, (str, int, float, bool)) else None


def _get(entity: Any, name: str) -> Any:
    try:
        return getattr(entity, name, None)
    except RuntimeError:  # an attribute the file left out
        return None


def _text(entity: Any, name: str) -> str:
    value = _get(entity, name)
    return value if isinstance(value, str) else ""


def length_unit(file: ifcopenshell.file) -> tuple[float, bool]:
    """Metres in one unit of the file, and whether that had to be assumed."""
    try:
        declared = any(
            _get(unit, "UnitType") == "LENGTHUNIT" for rel in file.by_type("IfcUnitAssignment") for unit in rel.Units
        )
        scale = float(units.calculate_unit_scale(file)) if declared else 1.0
    except Exception:  # noqa: BLE001 - a unit that cannot be worked out is no unit
        return 1.0, True
    usable = declared and math.isfinite(scale) and scale > 0
    return (scale if usable else 1.0), not usable


class Extract:
    """Reads the parts one by one; :meth:`all` puts them into one plain document."""

    def __init__(self, file: ifcopenshell.file) -> None:
        self.file = file
        self.unit, self.unit_assumed = length_unit(file)
        self._family: dict[str, str] = {}

    def family(self, product: Any) -> str:
        """The class of :data:`FAMILIES` that a product belongs to."""
        name = product.is_a()
        if name not in self._family:
            self._family[name] = next((f for f in FAMILIES if _is(product, f)), "IfcProduct")
        return self._family[name]

    def _of(self, kind: str) -> list[Any]:
        return list(self.file.by_type(kind))

    def products(self) -> list[dict[str, Any]]:
        """Every product, by step id."""
        rows = []
        for product in sorted(self._of("IfcProduct"), key=lambda p: int(p.id())):
            family = self.family(product)
            row = {
                "id": product.id(),
                "guid": _text(product, "GlobalId"),
                "type": product.is_a(),
                "family": family,
                "name": _text(product, "Name"),
                "object_type": _text(product, "ObjectType"),
                "solid": _has_solid(product),
            }
            rows.append(row | self._details(product, family))
        return rows

    def _details(self, product: Any, family: str) -> dict[str, Any]:
        details: dict[str, Any] = {}
        names = ("PredefinedType", "OperationType", "InteriorOrExteriorSpace", "ShapeType")
        predefined = next((text for name in names if (text := _text(product, name))), "")
        if predefined:
            details["predefined"] = predefined
        if family in {"IfcSpace", "IfcBuildingStorey", "IfcBuilding"}:
            details["long_name"] = _text(product, "LongName")
        if family == "IfcDoor":
            operation = _text(product, "OperationType")
            details["operation"] = operation if operation not in _UNSAID else _text(_type_of(product), "OperationType")
            details["width"] = self._metres(_get(product, "OverallWidth"))
            details["height"] = self._metres(_get(product, "OverallHeight"))
            if not _has_solid(product):
                details["origin"], details["along"] = self._origin(product), self._along(product)
        if family == "IfcTransportElement" and predefined in {"", "NOTDEFINED"}:
            details["predefined"] = _text(_type_of(product), "PredefinedType") or predefined
        if family in {"IfcBuildingStorey", "IfcBuilding", "IfcSite"}:
            details["origin"] = self._origin(product)
        if family == "IfcBuildingStorey":
            details["elevation"] = self._metres(_get(product, "Elevation"))
        return details

    def _angle(self) -> float:
        """Radians in one unit of plane angle of the file."""
        try:
            scale = float(units.calculate_unit_scale(self.file, unit_type="PLANEANGLEUNIT"))
        except Exception:  # noqa: BLE001 - a unit that cannot be worked out is none
            return 1.0
        return scale if math.isfinite(scale) and scale > 0 else 1.0

    def _metres(self, value: Any) -> float | None:
        number = _plain(value)
        return float(number) * self.unit if isinstance(number, (int, float)) else None

    def _origin(self, product: Any) -> list[float] | None:
        placement = _get(product, "ObjectPlacement")
        if placement is None or not placement.is_a("IfcLocalPlacement"):
            return None
        try:
            return [v * self.unit for v in _placed(placement, (0.0, 0.0, 0.0))]
        except Exception:  # noqa: BLE001 - a placement that cannot be worked out is none
            return None

    def _along(self, product: Any) -> list[float] | None:
        """Plan direction of the product's own x axis."""
        placement = _get(product, "ObjectPlacement")
        if placement is None or not placement.is_a("IfcLocalPlacement"):
            return None
        try:
            ends = (_placed(placement, (0.0, 0.0, 0.0)), _placed(placement, (1.0, 0.0, 0.0)))
        except Exception:  # noqa: BLE001 - a placement that cannot be worked out is none
            return None
        return [ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]]

    def relations(self) -> dict[str, list[Any]]:
        """Which product is whose part, in which storey, in which hole, at which space's boundary."""
        parts = [
            [_id(rel.RelatingObject), _id(o)]
            for rel in self.file.by_type("IfcRelDecomposes")
            if _is(rel, "IfcRelAggregates") or _is(rel, "IfcRelNests")
            for o in _many(rel.RelatedObjects)
        ]
        contained = [
            [_id(rel.RelatingStructure), _id(o)]
            for rel in self.file.by_type("IfcRelContainedInSpatialStructure")
            for o in _many(rel.RelatedElements)
        ]
        fills = [
            [_id(rel.RelatingOpeningElement), _id(rel.RelatedBuildingElement)]
            for rel in self.file.by_type("IfcRelFillsElement")
        ]
        voids = [
            [_id(rel.RelatingBuildingElement), _id(rel.RelatedOpeningElement)]
            for rel in self.file.by_type("IfcRelVoidsElement")
        ]
        boundaries = [
            [
                _id(rel.RelatingSpace),
                _id(rel.RelatedBuildingElement),
                _text(rel, "PhysicalOrVirtualBoundary") == "VIRTUAL",
            ]
            for rel in self.file.by_type("IfcRelSpaceBoundary")
        ]
        found = {"parts": parts, "contained": contained, "fills": fills, "voids": voids, "boundaries": boundaries}
        return {name: sorted(rows, key=str) for name, rows in found.items()}

    def properties(self) -> list[list[Any]]:
        """``[element id, set name, {property: value}]`` of the sets in :data:`PROPERTY_SETS`, also from types."""
        rows = []
        for pset in self._of("IfcPropertySet"):
            name = _SETS.get(_text(pset, "Name").lower())
            if name is None:
                continue
            values = {
                _text(p, "Name"): _plain(_get(p, "NominalValue"))
                for p in _many(pset.HasProperties)
                if p.is_a("IfcPropertySingleValue")
            }
            rows += [[owner, name, values] for owner in self._owners(pset)]
        return sorted(rows, key=lambda row: (row[0], row[1], str(row[2])))

    def _owners(self, pset: Any) -> list[int]:
        relations = _get(pset, "DefinesOccurrence") or _get(pset, "PropertyDefinitionOf") or ()
        owners = [_id(o) for rel in relations for o in _many(rel.RelatedObjects)]
        for kind in _get(pset, "DefinesType") or ():
            types = _get(kind, "Types") or _get(kind, "ObjectTypeOf") or ()
            owners += [_id(o) for rel in types for o in _many(rel.RelatedObjects)]
        return owners

    def zones(self) -> list[dict[str, Any]]:
        """Every IfcZone, by step id, with what it groups."""
        members: dict[int, set[int]] = {}
        for rel in self.file.by_type("IfcRelAssignsToGroup"):
            members.setdefault(_id(_get(rel, "RelatingGroup")), set()).update(_id(o) for o in _many(rel.RelatedObjects))
        return [
            {
                "id": zone.id(),
                "guid": _text(zone, "GlobalId"),
                "type": "IfcZone",
                "family": "IfcZone",
                "name": _text(zone, "Name"),
                "long_name": _text(zone, "LongName"),
                "object_type": _text(zone, "ObjectType"),
                "members": sorted(members.get(zone.id(), ())),
            }
            for zone in sorted(self._of("IfcZone"), key=lambda z: int(z.id()))
        ]

    def documents(self) -> list[list[str]]:
        """``[identification, name, description]`` of the documents that the project names as its sources."""
        found = {}
        for rel in self.file.by_type("IfcRelAssociatesDocument"):
            document = _get(rel, "RelatingDocument")
            if _is(document, "IfcDocumentInformation") and any(_is(o, "IfcProject") for o in _many(rel.RelatedObjects)):
                ident = _text(document, "Identification") or _text(document, "DocumentId")
                found[_id(document)] = [ident, _text(document, "Name"), _text(document, "Description")]
        return [found[key] for key in sorted(found)]

    def georeference(self) -> dict[str, Any]:
        """Everything the file says about its place on Earth, as it stands."""
        site = next(iter(sorted(self.file.by_type("IfcSite"), key=lambda s: s.id())), None)
        context = next(
            (
                c
                for c in self.file.by_type("IfcGeometricRepresentationContext", include_subtypes=False)
                if _text(c, "ContextType") != "Plan"
            ),
            None,
        )
        north = _get(context, "TrueNorth") if context is not None else None
        return {
            "latitude": _plain(_get(site, "RefLatitude")) if site else None,
            "longitude": _plain(_get(site, "RefLongitude")) if site else None,
            "elevation_m": self._metres(_get(site, "RefElevation")) if site else None,
            "site": _id(site),
            "true_north": [float(v) for v in north.DirectionRatios] if north is not None else None,
            "conversion": self._conversion(),
        }

    def _conversion(self) -> dict[str, Any] | None:
        if self.file.schema == "IFC2X3":
            return None
        operations = sorted(self._of("IfcCoordinateOperation"), key=lambda o: int(o.id()))
        if not operations:
            return None
        operation = operations[0]
        crs = _get(operation, "TargetCRS")
        row = {"kind": operation.is_a(), "crs": _text(crs, "Name"), "map_unit_m": self._map_unit(crs)}
        for name in operation.get_info(recursive=False):
            value = _plain(_get(operation, name))
            if isinstance(value, (int, float)) and name != "id":
                row[name] = float(value)
        return row

    @staticmethod
    def _map_unit(crs: Any) -> float | None:
        unit = _get(crs, "MapUnit")
        if unit is None:
            return None
        try:
            factor = units.get_prefix_multiplier(_get(unit, "Prefix")) if unit.is_a("IfcSIUnit") else None
            return float(factor if factor is not None else unit.ConversionFactor.ValueComponent.wrappedValue)
        except (AttributeError, RuntimeError, TypeError, ValueError):
            return None

    def all(self) -> dict[str, Any]:
        """The whole document."""
        project = next(iter(self.file.by_type("IfcProject")), None)
        return {
            "schema": self.file.schema,
            "unit_m": self.unit,
            "unit_assumed": self.unit_assumed,
            "angle_rad": self._angle(),
            "project": _text(project, "Name") or _text(project, "LongName"),
            "products": self.products(),
            "properties": self.properties(),
            "zones": self.zones(),
            "documents": self.documents(),
            "georeference": self.georeference(),
            **self.relations(),
        }


def _is(entity: Any, name: str) -> bool:
    try:
        return entity is not None and bool(entity.is_a(name))
    except RuntimeError:  # a class the schema does not have
        return False


def _type_of(product: Any) -> Any:
    """The type that a product is an occurrence of, or None."""
    relations = (*_many(_get(product, "IsTypedBy")), *_many(_get(product, "IsDefinedBy")))
    return next((_get(rel, "RelatingType") for rel in relations if _is(rel, "IfcRelDefinesByType")), None)


def _id(entity: Any) -> int:
    return entity.id() if entity is not None else 0


def _many(value: Any) -> Iterable[Any]:
    return value or ()


def _placed(placement: Any, point: Vector) -> Vector:
    """Take a point out of local placements, one in another, into the world (ISO 16739-1, IfcLocalPlacement)."""
    while placement is not None:
        axes = placement.RelativePlacement
        at = axes.Location.Coordinates
        up = axes.Axis.DirectionRatios if axes.is_a("IfcAxis2Placement3D") and axes.Axis else (0.0, 0.0, 1.0)
        ahead = axes.RefDirection.DirectionRatios if axes.RefDirection else (1.0, 0.0, 0.0)
        z = _unit_vector(up)
        x = _unit_vector((*ahead, 0.0)[:3])
        y = _unit_vector(_cross(z, x))
        x = _cross(y, z)
        moved = [sum(c * axis[i] for c, axis in zip(point, (x, y, z), strict=True)) for i in range(3)]
        point = tuple(m + o for m, o in zip(moved, (*at, 0.0)[:3], strict=True))
        placement = placement.PlacementRelTo
    return point


def _cross(a: Vector, b: Vector) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _unit_vector(vector: Vector) -> Vector:
    length = math.hypot(*vector)
    return tuple(part / length for part in vector)


def _has_solid(product: Any) -> bool:
    """Whether the product has a representation that should give triangles."""
    shape = _get(product, "Representation")
    if shape is None:
        return False
    return any(
        _text(r, "RepresentationIdentifier") in _BODY or _text(r, "RepresentationType") in _SOLID
        for r in _many(_get(shape, "Representations"))
    )
