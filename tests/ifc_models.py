"""Small IFC files made on purpose: one builder, and the two-storey house that most tests are about.

Everything is said in metres and written in the unit of the file. Ids are made from what was made before, so the same calls
give the same bytes, and the same ids in every schema and unit.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.guid

METRE_M, MILLIMETRE_M, FOOT_M = 1.0, 0.001, 0.3048
Point = tuple[float, float]
Outline = Sequence[Point]
RISER_M, GOING_M = 0.1875, 0.28


def box(x0: float, y0: float, x1: float, y1: float) -> Outline:
    """Corners of a rectangle, counter-clockwise."""
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


class Builder:
    """Writes one building. Heights are absolute; ``origin`` moves everything in the world."""

    def __init__(
        self, *, schema: str = "IFC4", unit_m: float = METRE_M, origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
        site: dict[str, Any] | None = None, north: Sequence[float] | None = None,
    ) -> None:  # fmt: skip
        names: Any = schema
        self.file: Any = ifcopenshell.file(schema=names)
        self.unit_m, self.origin, self.count = unit_m, origin, 0
        context = {"ContextType": "Model", "CoordinateSpaceDimension": 3, "Precision": 1e-6}
        if north is not None:
            context["TrueNorth"] = self.file.createIfcDirection(tuple(north))
        self.context = self.file.createIfcGeometricRepresentationContext(
            **context, WorldCoordinateSystem=self._axes((0.0, 0.0, 0.0))
        )
        units = self.file.createIfcUnitAssignment((self._unit(),))
        self.project = self.make(
            "IfcProject", Name="Project", RepresentationContexts=(self.context,), UnitsInContext=units
        )
        self.site = self.make("IfcSite", Name="Site", ObjectPlacement=self._placed(None, origin), **(site or {}))
        self.building = self.make("IfcBuilding", Name="House", ObjectPlacement=self._placed(self.site, (0.0, 0.0, 0.0)))
        self.aggregate(self.project, self.site)
        self.aggregate(self.site, self.building)

    # ── plumbing ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def guid(self) -> str:
        """The next id."""
        self.count += 1
        return str(ifcopenshell.guid.compress(hashlib.md5(str(self.count).encode()).hexdigest()))  # noqa: S324

    def make(self, kind: str, **attributes: Any) -> Any:
        """A rooted entity with the next id."""
        return self.file.create_entity(kind, GlobalId=self.guid(), **attributes)

    def length(self, metres: float) -> float:
        """A length in the unit of the file."""
        return metres / self.unit_m

    def _unit(self) -> Any:
        if self.unit_m == FOOT_M:
            metre = self.file.createIfcSIUnit(None, "LENGTHUNIT", None, "METRE")
            measure = self.file.createIfcMeasureWithUnit(self.file.createIfcLengthMeasure(FOOT_M), metre)
            size = self.file.createIfcDimensionalExponents(1, 0, 0, 0, 0, 0, 0)
            return self.file.createIfcConversionBasedUnit(size, "LENGTHUNIT", "FOOT", measure)
        prefix = "MILLI" if self.unit_m == MILLIMETRE_M else None
        return self.file.createIfcSIUnit(None, "LENGTHUNIT", prefix, "METRE")

    def point(self, *metres: float) -> Any:
        """A point, given in metres."""
        return self.file.createIfcCartesianPoint(tuple(self.length(float(v)) for v in metres))

    def _axes(self, at: Sequence[float], x: Point = (1.0, 0.0)) -> Any:
        z_axis = self.file.createIfcDirection((0.0, 0.0, 1.0))
        x_axis = self.file.createIfcDirection((float(x[0]), float(x[1]), 0.0))
        return self.file.createIfcAxis2Placement3D(self.point(*at), z_axis, x_axis)

    def _placed(self, within: Any, at: Sequence[float], x: Point = (1.0, 0.0)) -> Any:
        above = within.ObjectPlacement if within is not None else None
        return self.file.createIfcLocalPlacement(above, self._axes(at, x))

    def prism(self, outline: Outline, low: float, high: float, *, holes: Iterable[Outline] = ()) -> Any:
        """An upright body."""
        outer = self._ring(outline)
        inner = tuple(self._ring(hole) for hole in holes)
        profile = (
            self.file.createIfcArbitraryProfileDefWithVoids("AREA", None, outer, inner)
            if inner
            else self.file.createIfcArbitraryClosedProfileDef("AREA", None, outer)
        )
        up = self.file.createIfcDirection((0.0, 0.0, 1.0))
        return self.file.createIfcExtrudedAreaSolid(profile, self._axes((0.0, 0.0, low)), up, self.length(high - low))

    def _ring(self, outline: Outline) -> Any:
        points = [self.point(*p) for p in outline]
        return self.file.createIfcPolyline((*points, points[0]))

    def faces(self, polygons: Iterable[Sequence[tuple[float, float, float]]]) -> Any:
        """A faceted body from its faces."""
        faces = [
            self.file.createIfcFace(
                (self.file.createIfcFaceOuterBound(self.file.createIfcPolyLoop([self.point(*p) for p in ring]), True),)
            )
            for ring in polygons
        ]
        return self.file.createIfcFacetedBrep(self.file.createIfcClosedShell(tuple(faces)))

    def block(self, outline: Outline, low: float, high: float) -> Any:
        """The same upright body as :meth:`prism`, as faces."""
        below, above = [(*p, low) for p in outline], [(*p, high) for p in outline]
        turn = range(len(outline))
        sides = [(below[i], below[(i + 1) % len(outline)], above[(i + 1) % len(outline)], above[i]) for i in turn]
        return self.faces([below[::-1], above, *sides])

    def body(self, *solids: Any) -> Any:
        """What a product looks like; None without solids."""
        if not solids:
            return None
        kind = "Brep" if all(s.is_a("IfcFacetedBrep") for s in solids) else "SweptSolid"
        shape = self.file.createIfcShapeRepresentation(self.context, "Body", kind, solids)
        return self.file.createIfcProductDefinitionShape(None, None, (shape,))

    # ── relations ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def aggregate(self, whole: Any, *parts: Any) -> None:
        """Parts of a whole."""
        self.make("IfcRelAggregates", RelatingObject=whole, RelatedObjects=parts)

    def contain(self, storey: Any, *elements: Any) -> None:
        """Elements in a storey."""
        self.make("IfcRelContainedInSpatialStructure", RelatingStructure=storey, RelatedElements=elements)

    def boundary(self, space: Any, element: Any, *, virtual: bool = False) -> None:
        """A space boundary without geometry."""
        self.make(
            "IfcRelSpaceBoundary", RelatingSpace=space, RelatedBuildingElement=element,
            PhysicalOrVirtualBoundary="VIRTUAL" if virtual else "PHYSICAL", InternalOrExternalBoundary="INTERNAL",
        )  # fmt: skip

    def say(self, element: Any, name: str = "Indoor3D_Common", **values: Any) -> None:
        """A property set: numbers, truths and texts as they are; ``__`` in a name stands for a dot."""
        measures = {bool: "IfcBoolean", int: "IfcInteger", float: "IfcReal", str: "IfcText"}
        rows = [
            self.file.createIfcPropertySingleValue(
                key.replace("__", "."), None, self.file.create_entity(measures[type(value)], value), None
            )
            for key, value in values.items()
        ]
        made = self.make("IfcPropertySet", Name=name, HasProperties=rows)
        self.make("IfcRelDefinesByProperties", RelatedObjects=(element,), RelatingPropertyDefinition=made)

    def zone(self, *members: Any, **values: Any) -> Any:
        """A zone of spaces with its properties."""
        zone = self.make("IfcZone", Name="Zone")
        self.make("IfcRelAssignsToGroup", RelatedObjects=members, RelatingGroup=zone)
        self.say(zone, **values)
        return zone

    def document(self, ident: str, title: str, licence: str, *, of: Any = None) -> None:
        """A document that something (the project unless said otherwise) names."""
        key = "DocumentId" if self.file.schema == "IFC2X3" else "Identification"
        made = self.file.create_entity("IfcDocumentInformation", **{key: ident}, Name=title, Description=licence)
        self.make("IfcRelAssociatesDocument", RelatedObjects=(of or self.project,), RelatingDocument=made)

    def map_conversion(self, crs: str, easting: float, northing: float, **more: Any) -> None:
        """IfcMapConversion; numbers as they go into the file."""
        unit = more.pop("map_unit", None)
        target = self.file.createIfcProjectedCRS(Name=crs, MapUnit=unit)
        values = {"OrthogonalHeight": 0.0} | more
        self.file.createIfcMapConversion(
            SourceCRS=self.context, TargetCRS=target, Eastings=easting, Northings=northing, **values
        )

    # ── the building ──────────────────────────────────────────────────────────────────────────────────────────────────
    def storey(self, name: str | None, z: float, *, elevation: float | None = None, at: float | None = None) -> Any:
        """A storey: placed at ``at`` (else z), called so high by ``elevation``."""
        placement = self._placed(self.building, (0.0, 0.0, z if at is None else at))
        said = None if elevation is None else self.length(elevation)
        storey = self.make("IfcBuildingStorey", Name=name, ObjectPlacement=placement, Elevation=said)
        self.aggregate(self.building, storey)
        return storey

    def space(self, storey: Any, outline: Outline, low: float, high: float, **attributes: Any) -> Any:
        """A room; its heights are in the world, whatever its storey."""
        place = self._placed(self.building, (0.0, 0.0, 0.0))
        body = self.body(self.prism(outline, low, high))
        space = self.make("IfcSpace", ObjectPlacement=place, Representation=body, **attributes)
        self.aggregate(storey, space)
        return space

    def element(self, kind: str, storey: Any, *solids: Any, at: Any = None, **attributes: Any) -> Any:
        """Any element made of solids in building coordinates; contained in a storey unless that is None."""
        place = at or self._placed(self.building, (0.0, 0.0, 0.0))
        element = self.make(kind, ObjectPlacement=place, Representation=self.body(*solids), **attributes)
        if storey is not None:
            self.contain(storey, element)
        return element

    def wall(self, storey: Any, outline: Outline, low: float, high: float, *, holes: Iterable[Outline] = ()) -> Any:
        """A wall."""
        return self.element("IfcWall", storey, self.prism(outline, low, high, holes=holes), Name="Wall")

    def hole(self, wall: Any, outline: Outline, low: float, high: float, *, faceted: bool = False) -> Any:
        """A hole in a wall."""
        solid = self.block(outline, low, high) if faceted else self.prism(outline, low, high)
        hole = self.element("IfcOpeningElement", None, solid)
        self.make("IfcRelVoidsElement", RelatingBuildingElement=wall, RelatedOpeningElement=hole)
        return hole

    def fill(self, hole: Any, element: Any) -> None:
        """A door or window in a hole."""
        self.make("IfcRelFillsElement", RelatingOpeningElement=hole, RelatedBuildingElement=element)

    def door(self, storey: Any, centre: Point, z: float, *, along: Point = (1.0, 0.0), width: float = 0.9,
             height: float = 2.1, thick: float = 0.1, **attributes: Any) -> Any:  # fmt: skip
        """A door leaf with its own frame: x runs along the width from the left jamb."""
        ax, ay = along
        corner = (centre[0] - ax * width / 2 + ay * thick / 2, centre[1] - ay * width / 2 - ax * thick / 2, z)
        place = self._placed(self.building, corner, along)
        named = {"Name": "Door", "OverallWidth": self.length(width), "OverallHeight": self.length(height)} | attributes
        return self.element("IfcDoor", storey, self.prism(box(0, 0, width, thick), 0.0, height), at=place, **named)

    def door_in(self, storey: Any, wall: Any, gap: tuple[float, float, float, float], z: float, **more: Any) -> Any:
        """A door and its hole in a wall: ``gap`` is the box of the hole in plan."""
        x0, y0, x1, y1 = gap
        along = (1.0, 0.0) if x1 - x0 > y1 - y0 else (0.0, 1.0)
        width = x1 - x0 if along[0] else y1 - y0
        faceted = more.pop("faceted", False)
        door = self.door(storey, ((x0 + x1) / 2, (y0 + y1) / 2), z, along=along, **{"width": width, **more})
        self.fill(self.hole(wall, box(*gap), z, z + 2.1, faceted=faceted), door)
        return door

    def write(self, folder: Path, name: str = "model.ifc") -> Path:
        """Write the file."""
        path = folder / name
        self.file.write(str(path))
        return path

    def shell(self, storey: Any, z: float, *, width: float = 10.0, depth: float = 8.0) -> dict[str, Any]:
        """Four outer walls 0.3 m thick, 2.8 m high: south, north, west, east."""
        plans = {
            "south": box(0, 0, width, 0.3),
            "north": box(0, depth - 0.3, width, depth),
            "west": box(0, 0.3, 0.3, depth - 0.3),
            "east": box(width - 0.3, 0.3, width, depth - 0.3),
        }
        return {side: self.wall(storey, plan, z, z + 2.8) for side, plan in plans.items()}


def flight(start: tuple[float, float, float], heading: Point, count: int, *, width: float = 1.0,
           riser: float = RISER_M, going: float = GOING_M) -> list[tuple[Outline, float]]:  # fmt: skip
    """Outlines and heights of the treads of a straight flight, from the foot of its first riser, in the middle."""
    (x, y, z), (dx, dy) = start, heading
    half = width / 2
    rows: list[tuple[Outline, float]] = []
    for step in range(count):
        a, b = step * going, (step + 1) * going
        near, far = (x + a * dx, y + a * dy), (x + b * dx, y + b * dy)
        outline: Outline = (
            (near[0] + half * dy, near[1] - half * dx), (far[0] + half * dy, far[1] - half * dx),
            (far[0] - half * dy, far[1] + half * dx), (near[0] - half * dy, near[1] + half * dx),
        )  # fmt: skip
        rows.append((outline, z + (step + 1) * riser))
    return rows


def spiral(centre: Point, radii: tuple[float, float], count: int, *, turn_deg: float, riser: float = RISER_M,
           z: float = 0.0) -> list[tuple[Outline, float]]:  # fmt: skip
    """Treads of a spiral stair: sectors of ``turn_deg`` each."""

    def at(radius: float, angle: float) -> Point:
        return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)

    inner, outer = radii
    turn = math.radians(turn_deg)
    rows: list[tuple[Outline, float]] = [
        ((at(inner, s * turn), at(outer, s * turn), at(outer, (s + 1) * turn), at(inner, (s + 1) * turn)),
         z + (s + 1) * riser)
        for s in range(count)
    ]  # fmt: skip
    return rows


def steps(builder: Builder, treads: Iterable[tuple[Outline, float]], *, thick: float = 0.15) -> list[Any]:
    """Solids of treads."""
    return [builder.prism(outline, top - thick, top) for outline, top in treads]


def house(builder: Builder) -> Builder:
    """Two storeys of 10 by 8 m with a hall and a room each, a straight stair in the hall, a front door and a balcony door."""
    for number, z in enumerate((0.0, 3.0)):
        storey = builder.storey(("Ground", "Upper")[number], z, elevation=z)
        walls = builder.shell(storey, z)
        inner = builder.wall(storey, box(5.9, 0.3, 6.1, 7.7), z, z + 2.8)
        builder.space(storey, box(0.3, 0.3, 5.9, 7.7), z, z + 2.8, Name=f"{number}01", LongName="Hall")
        builder.space(storey, box(6.1, 0.3, 9.7, 7.7), z, z + 2.8, Name=f"{number}02", LongName="Room")
        builder.door_in(storey, inner, (5.9, 1.0, 6.1, 1.9), z, Name="inner")
        builder.door_in(storey, walls["south"], (3.0, 0.0, 4.0, 0.3), z, Name=("front", "balcony")[number])
        if not number:
            treads = steps(builder, flight((1.0, 1.5, 0.0), (0.0, 1.0), 15))
            builder.element("IfcStair", storey, *treads, Name="Stair")
    return builder


def halls(builder: Builder, heights: tuple[float, ...], *, elevations: Any = None, at: float | None = None,
           filed: tuple[int, ...] | None = None, order: tuple[int, ...] | None = None) -> list[Any]:  # fmt: skip
    """A hall a storey, 10 by 8 m, with a front door on height 0."""
    count = range(len(heights))
    said = elevations or heights
    storeys = {i: builder.storey(f"S{i}", heights[i], elevation=said[i], at=at) for i in order or count}
    for i, z in enumerate(heights):
        walls = builder.shell(storeys[i], z)
        builder.space(storeys[(filed or tuple(count))[i]], box(0.3, 0.3, 9.7, 7.7), z, z + 2.8, Name=f"H{i}")
        if z == 0.0:
            builder.door_in(storeys[i], walls["south"], (5.0, 0.0, 6.0, 0.3), 0.0, Name="front")
    return [storeys[i] for i in count]
