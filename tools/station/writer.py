"""Deterministic IFC4 entities: same calls, same bytes. Names, psets, placements, bodies and relations; no station in here."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import ifcopenshell
import ifcopenshell.guid

from tools.station.geometry import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tools.station.model import Point, Ring
    from tools.station.solids import Extrusion, Vector

Entity: TypeAlias = Any
"""An IFC entity instance; the library ships no types for its attributes."""

Value: TypeAlias = "str | bool | int | float | tuple[str, str | bool | int | float]"
"""A property value; a pair names the IFC type, otherwise it follows from the Python type."""

TIME_STAMP = "2026-01-01T00:00:00"
_NAMESPACE = uuid.UUID("6f0c0c1e-5f0b-5d0e-9b4b-3a1f5b6f7c21")

STYLES: Mapping[str, tuple[str, float]] = {
    "wall": ("#D9D4C8", 0.0),
    "glass": ("#A9CBD3", 0.6),
    "floor-public": ("#E6DFCF", 0.0),
    "floor-paid": ("#D3DFEA", 0.0),
    "floor-outdoor": ("#DCD9D0", 0.0),
    "floor-green": ("#C9D8BC", 0.0),
    "floor-platform": ("#C3CAD2", 0.0),
    "floor-restricted": ("#B8B2B2", 0.0),
    "floor-wet": ("#C5E0E6", 0.0),
    "space": ("#FFFFFF", 0.85),
    "stair": ("#B08A5B", 0.0),
    "ramp": ("#8FB38A", 0.0),
    "rail": ("#8A9299", 0.2),
    "truss": ("#59606B", 0.0),
    "step": ("#2F343B", 0.0),
    "metal": ("#9AA1A8", 0.0),
    "lift": ("#2C8C99", 0.0),
    "door": ("#7D5A3C", 0.0),
    "gate": ("#D2552B", 0.0),
    "cabinet": ("#4A525C", 0.0),
    "column": ("#BDB7AB", 0.0),
    "track": ("#5C5751", 0.0),
    "tactile": ("#E7B416", 0.0),
    "sign": ("#F2B600", 0.0),
    "fire": ("#C8102E", 0.0),
    "equipment": ("#2F6DB5", 0.0),
    "furniture": ("#8C6E4A", 0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Name, description and organisation written into the file header."""

    file_name: str
    description: str
    organisation: str


class Writer:
    """Builds one IFC4 file. Entities are numbered in call order, ids derive from the namespace and the keys given."""

    def __init__(self, head: Head, *, namespace: str) -> None:
        self._namespace = uuid.uuid5(_NAMESPACE, namespace)
        self.file: Entity = ifcopenshell.file(schema="IFC4")
        header = self.file.header
        header.file_description.description = ("ViewDefinition [notYetAssigned]", head.description)
        header.file_name.name = head.file_name
        header.file_name.time_stamp = TIME_STAMP
        header.file_name.author = ("",)
        header.file_name.organization = (head.organisation,)
        header.file_name.preprocessor_version = "indoor3d station writer"
        header.file_name.originating_system = "indoor3d station writer"
        self._cache: dict[tuple[Any, ...], Entity] = {}
        self._shapes: dict[tuple[Extrusion, ...], Entity] = {}
        self._psets: dict[tuple[str, tuple[tuple[str, Value], ...]], list[Entity]] = defaultdict(list)
        self._quantities: list[tuple[Entity, str, tuple[tuple[str, str, float], ...]]] = []
        self._contained: dict[Entity, list[Entity]] = defaultdict(list)
        self._keys: set[str] = set()
        self.context: Entity = None
        self.body_context: Entity = None

    def make(self, kind: str, *arguments: Any, **named: Any) -> Entity:
        """Create an entity."""
        return self.file.create_entity(kind, *arguments, **named)

    def rooted(self, kind: str, key: str, **named: Any) -> Entity:
        """Create an entity with a GlobalId derived from the namespace, its kind and a key unique within the kind.

        Raises
        ------
        ValueError
            If the key was used before.
        """
        full = f"{kind}/{key}"
        if full in self._keys:
            message = f"the key {full!r} is used twice"
            raise ValueError(message)
        self._keys.add(full)
        return self.make(kind, GlobalId=ifcopenshell.guid.compress(uuid.uuid5(self._namespace, full).hex), **named)

    def _once(self, kind: str, *arguments: Any) -> Entity:
        """Create an entity, or return the equal one made before."""
        key = (kind, *(part.id() if hasattr(part, "id") else part for part in arguments))
        if key not in self._cache:
            self._cache[key] = self.make(kind, *arguments)
        return self._cache[key]

    def at(self, *coordinates: float) -> Entity:
        """Return a Cartesian point, rounded to a micrometre."""
        return self._once("IfcCartesianPoint", tuple(round(value, DIGITS) + 0.0 for value in coordinates))

    def direction(self, *ratios: float) -> Entity:
        """Return a direction."""
        return self._once("IfcDirection", tuple(round(value, 9) + 0.0 for value in ratios))

    def axes(self, origin: Vector, axis: Vector = (0.0, 0.0, 1.0), x_axis: Vector = (1.0, 0.0, 0.0)) -> Entity:
        """Return an axis placement."""
        return self._once("IfcAxis2Placement3D", self.at(*origin), self.direction(*axis), self.direction(*x_axis))

    def placement(self, parent: Entity | None, origin: Vector = (0.0, 0.0, 0.0), along: Point = (1.0, 0.0)) -> Entity:
        """Return a local placement whose x axis points along a plan direction."""
        return self.make("IfcLocalPlacement", parent, self.axes(origin, x_axis=(along[0], along[1], 0.0)))

    def start(self) -> None:
        """Create the units and contexts that every file needs."""
        self.context = self.make(
            "IfcGeometricRepresentationContext", None, "Model", 3, 1e-5, self.axes((0.0, 0.0, 0.0)), None
        )
        self.body_context = self.make(
            "IfcGeometricRepresentationSubContext",
            ContextIdentifier="Body",
            ContextType="Model",
            ParentContext=self.context,
            TargetView="MODEL_VIEW",
        )

    def units(self) -> Entity:
        """Return metre, square metre, cubic metre and radian."""
        kinds = (
            ("LENGTHUNIT", "METRE"),
            ("AREAUNIT", "SQUARE_METRE"),
            ("VOLUMEUNIT", "CUBIC_METRE"),
            ("PLANEANGLEUNIT", "RADIAN"),
        )
        return self.make(
            "IfcUnitAssignment", [self.make("IfcSIUnit", UnitType=kind, Name=name) for kind, name in kinds]
        )

    def _style(self, name: str) -> Entity:
        colour, transparency = STYLES.get(name, (name, 0.0))
        key = ("style", name)
        if key not in self._cache:
            red, green, blue = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
            rgb = self.make("IfcColourRgb", None, round(red, 4), round(green, 4), round(blue, 4))
            shade = self.make(
                "IfcSurfaceStyleRendering", SurfaceColour=rgb, Transparency=transparency, ReflectanceMethod="FLAT"
            )
            self._cache[key] = self.make("IfcSurfaceStyle", name, "BOTH", [shade])
        return self._cache[key]

    def polyline(self, ring: Ring, *, closed: bool) -> Entity:
        """Return a plan polyline."""
        corners = [self.at(*corner) for corner in ring]
        return self.make("IfcPolyline", [*corners, corners[0]] if closed else corners)

    def _profile(self, solid: Extrusion) -> Entity:
        outer = self.polyline(solid.outer, closed=True)
        if solid.inner:
            holes = [self.polyline(ring, closed=True) for ring in solid.inner]
            return self.make("IfcArbitraryProfileDefWithVoids", "AREA", None, outer, holes)
        return self.make("IfcArbitraryClosedProfileDef", "AREA", None, outer)

    def _items(self, solids: Iterable[Extrusion]) -> list[Entity]:
        items = []
        for solid in solids:
            item = self.make(
                "IfcExtrudedAreaSolid",
                self._profile(solid),
                self.axes(solid.origin, solid.axis, solid.x_axis),
                self.direction(0.0, 0.0, 1.0),
                solid.depth,
            )
            self.make("IfcStyledItem", item, [self._style(solid.style)], None)
            items.append(item)
        return items

    def shape(self, solids: Sequence[Extrusion], *, shared: bool = False) -> Entity:
        """Return a product shape of solids; ``shared`` reuses an equal shape through a mapped item."""
        if not shared:
            body = self.make("IfcShapeRepresentation", self.body_context, "Body", "SweptSolid", self._items(solids))
            return self.make("IfcProductDefinitionShape", None, None, [body])
        key = tuple(solids)
        if key not in self._shapes:
            body = self.make("IfcShapeRepresentation", self.body_context, "Body", "SweptSolid", self._items(solids))
            self._shapes[key] = self.make("IfcRepresentationMap", self.axes((0.0, 0.0, 0.0)), body)
        target = self._once("IfcCartesianTransformationOperator3D", None, None, self.at(0.0, 0.0, 0.0), None, None)
        item = self.make("IfcMappedItem", self._shapes[key], target)
        mapped = self.make("IfcShapeRepresentation", self.body_context, "Body", "MappedRepresentation", [item])
        return self.make("IfcProductDefinitionShape", None, None, [mapped])

    def properties(self, element: Entity, name: str, values: Mapping[str, Value | None]) -> None:
        """Give an element a property set; empty texts and ``None`` are left out, equal sets are shared."""
        kept = tuple((key, value) for key, value in values.items() if value is not None and value != "")
        if kept:
            self._psets[(name, kept)].append(element)

    def quantities(self, element: Entity, name: str, *values: tuple[str, str, float]) -> None:
        """Give an element a quantity set of (``Length`` | ``Area``, name, value)."""
        self._quantities.append((element, name, values))

    def contain(self, storey: Entity, element: Entity) -> None:
        """Put an element into a storey."""
        self._contained[storey].append(element)

    def document(self, project: Entity, key: str, title: str, description: str) -> None:
        """State a document that a project rests on."""
        information = self.make("IfcDocumentInformation", Identification=key, Name=title, Description=description)
        self.rooted("IfcRelAssociatesDocument", key, RelatedObjects=[project], RelatingDocument=information)

    def aggregate(self, key: str, whole: Entity, parts: Sequence[Entity]) -> None:
        """State that a whole is made of parts."""
        if parts:
            self.rooted("IfcRelAggregates", key, RelatingObject=whole, RelatedObjects=list(parts))

    def finish(self) -> str:
        """Write the collected relations and return the text of the file."""
        for index, (storey, elements) in enumerate(self._contained.items()):
            self.rooted(
                "IfcRelContainedInSpatialStructure",
                f"contained/{index}",
                RelatingStructure=storey,
                RelatedElements=elements,
            )
        for index, ((name, values), elements) in enumerate(self._psets.items()):
            single = [self.make("IfcPropertySingleValue", key, None, self._value(value), None) for key, value in values]
            pset = self.rooted("IfcPropertySet", f"pset/{index}", Name=name, HasProperties=single)
            self.rooted(
                "IfcRelDefinesByProperties", f"pset/{index}", RelatedObjects=elements, RelatingPropertyDefinition=pset
            )
        for index, (element, name, parts) in enumerate(self._quantities):
            made = [
                self.make(f"IfcQuantity{kind}", Name=key, **{f"{kind}Value": round(value, 4)})
                for kind, key, value in parts
            ]
            total = self.rooted("IfcElementQuantity", f"quantity/{index}", Name=name, Quantities=made)
            self.rooted(
                "IfcRelDefinesByProperties",
                f"quantity/{index}",
                RelatedObjects=[element],
                RelatingPropertyDefinition=total,
            )
        text: str = self.file.to_string()
        return text

    def _value(self, value: Value) -> Entity:
        if isinstance(value, tuple):
            return self.make(*value)
        if isinstance(value, bool):
            return self.make("IfcBoolean", value)
        if isinstance(value, int):
            return self.make("IfcInteger", value)
        if isinstance(value, float):
            return self.make("IfcReal", round(value, 4))
        return self.make("IfcLabel", value)
