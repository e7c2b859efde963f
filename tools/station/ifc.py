"""A checked plan written as IFC4: project, storeys, spaces and zones here; the parts in :mod:`tools.station.parts`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tools.station import fittings, parts, shell, ways
from tools.station import geometry as geo
from tools.station.build import COMMON, Build, Spot, common_values
from tools.station.layout import Layout
from tools.station.solids import upright
from tools.station.writer import Head, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry import Polygon

    from tools.station.model import Plan, Ring, Space, Storey
    from tools.station.writer import Entity

_FLOOR_M = 0.3
_WET = frozenset({"restroom", "restroom_accessible", "nursing_room"})
_ZONES = (
    ("public", "무료 구역", "Outside the fare gates"),
    ("paid", "운임 구역", "Inside the fare gates"),
    ("restricted", "통제 구역", "Staff only"),
)


def write_ifc(plan: Plan) -> str:
    """Return the station as the text of an IFC4 file.

    Parameters
    ----------
    plan : Plan
        A plan without findings (see :func:`tools.station.checks.check`).

    Returns
    -------
    str
        STEP text; the same plan gives the same text.

    Raises
    ------
    PlanError
        If an opening is not on a wall.
    """
    venue = plan.venue
    writer = Writer(Head(file_name=f"{venue.id}.ifc", description=venue.notice, organisation=venue.attribution_ko))
    writer.start()
    build = Build(writer=writer, layout=Layout(plan), storeys={}, spaces={})
    building = _frame(build)
    _storeys(build, building)
    _spaces(build)
    _floors(build)
    _parts(build)
    _zones(build)
    return writer.finish()


def _frame(build: Build) -> Entity:
    """Write project, georeference, site and building; return the building."""
    writer, venue = build.writer, build.plan.venue
    project = writer.rooted(
        "IfcProject",
        venue.id,
        Name=venue.en,
        Description=f"{venue.notice} {venue.attribution_ko}",
        LongName=venue.ko,
        RepresentationContexts=[writer.context],
        UnitsInContext=writer.units(),
    )
    place = venue.georeference
    crs = writer.make(
        "IfcProjectedCRS", Name=place.crs, Description="Korea 2000 / Central Belt 2010", GeodeticDatum="Korea 2000"
    )
    angle = math.radians(-place.bearing_deg)
    writer.make(
        "IfcMapConversion",
        SourceCRS=writer.context,
        TargetCRS=crs,
        Eastings=place.easting_m,
        Northings=place.northing_m,
        OrthogonalHeight=place.height_m,
        XAxisAbscissa=round(math.cos(angle), 9),
        XAxisOrdinate=round(math.sin(angle), 9),
        Scale=1.0,
    )
    site = writer.rooted(
        "IfcSite", venue.id, Name=venue.id, ObjectPlacement=writer.placement(None), CompositionType="ELEMENT"
    )
    address = writer.make(
        "IfcPostalAddress", Description=venue.address_ko, AddressLines=[venue.address_en], Town="Seoul", Country="KR"
    )
    building = writer.rooted(
        "IfcBuilding",
        venue.id,
        Name=venue.id,
        LongName=venue.ko,
        ObjectPlacement=writer.placement(site.ObjectPlacement),
        CompositionType="ELEMENT",
        BuildingAddress=address,
    )
    writer.aggregate("project", project, [site])
    writer.aggregate("site", site, [building])
    writer.properties(
        building,
        COMMON,
        {
            "NameKo": venue.ko,
            "NameEn": venue.en,
            "Category": venue.category,
            "Schematic": True,
            "Notice": ("IfcText", venue.notice),
            "AttributionKo": ("IfcText", venue.attribution_ko),
            "AttributionEn": ("IfcText", venue.attribution_en),
            "AddressKo": ("IfcText", venue.address_ko),
            "AddressEn": ("IfcText", venue.address_en),
            "Licence": venue.licence,
        },
    )
    return building


def _storeys(build: Build, building: Entity) -> None:
    writer, plan = build.writer, build.plan
    for storey in plan.storeys:
        elevation = plan.elevation(storey.id)
        entity = writer.rooted(
            "IfcBuildingStorey",
            storey.id,
            Name=storey.id,
            LongName=storey.ko,
            ObjectPlacement=writer.placement(building.ObjectPlacement, (0.0, 0.0, elevation)),
            CompositionType="ELEMENT",
            Elevation=elevation,
        )
        build.storeys[storey.id] = entity
        writer.properties(entity, COMMON, _storey_values(storey))
    writer.aggregate("building", building, list(build.storeys.values()))


def _storey_values(storey: Storey) -> dict[str, str | int]:
    return {"NameKo": storey.ko, "NameEn": storey.en, "Ordinal": storey.ordinal, "ShortName": storey.id}


def _rings(polygon: Polygon) -> tuple[Ring, tuple[Ring, ...]]:
    """Return outline and holes of a polygon as plan rings."""
    outer = geo.counter_clockwise(geo.point(x, y) for x, y in polygon.exterior.coords)
    inner = tuple(geo.counter_clockwise(geo.point(x, y) for x, y in ring.coords) for ring in polygon.interiors)
    return outer, inner


def _spaces(build: Build) -> None:
    writer, plan = build.writer, build.plan
    members: dict[str, list[Entity]] = {storey.id: [] for storey in plan.storeys}
    for space in plan.spaces:
        elevation = plan.elevation(space.level)
        bodies = build.layout.body_of(space)
        solids = [upright(outer, 0.0, space.clear, "space", inner) for outer, inner in map(_rings, bodies)]
        parent = build.storeys[space.level].ObjectPlacement
        entity = writer.rooted(
            "IfcSpace",
            space.id,
            Name=space.id,
            LongName=space.ko or space.id,
            ObjectType=space.category,
            ObjectPlacement=writer.placement(parent, (0.0, 0.0, round(space.floor - elevation, 6))),
            Representation=writer.shape(solids),
            CompositionType="ELEMENT",
            PredefinedType="INTERNAL",
            ElevationWithFlooring=space.floor,
        )
        build.spaces[space.id] = entity
        members[space.level].append(entity)
        _describe_space(build, entity, space, sum(body.area for body in bodies))
    for level, entities in members.items():
        writer.aggregate(f"storey/{level}", build.storeys[level], entities)


def _describe_space(build: Build, entity: Entity, space: Space, area: float) -> None:
    writer = build.writer
    values = common_values(space) | {"Category": space.category, "Access": space.access}
    writer.properties(entity, COMMON, values)
    writer.properties(
        entity,
        "Pset_SpaceCommon",
        {
            "Category": space.category,
            "IsExternal": False,
            "PubliclyAccessible": space.access != "restricted",
            "HandicapAccessible": space.id in build.step_free,
        },
    )
    writer.quantities(
        entity, "Qto_SpaceBaseQuantities", ("Area", "NetFloorArea", area), ("Length", "Height", space.clear)
    )


def _floor_style(space: Space) -> str:
    if space.access == "restricted":
        return "floor-restricted"
    if space.category in _WET:
        return "floor-wet"
    if space.category == "platform":
        return "floor-platform"
    return "floor-paid" if space.access == "paid" else "floor-public"


def _floors(build: Build) -> None:
    """Write one floor slab a space, with holes where ways and lifts come up."""
    writer, plan = build.writer, build.plan
    for space in plan.spaces:
        style = _floor_style(space)
        rings: Iterator[tuple[Ring, tuple[Ring, ...]]] = map(_rings, build.layout.floor_of(space))
        solids = [upright(outer, -_FLOOR_M, 0.0, style, inner) for outer, inner in rings]
        slab = build.product(
            "IfcSlab",
            f"floor/{space.id}",
            Spot(level=space.level, z=space.floor),
            name=f"Floor of {space.id}",
            solids=solids,
        )
        slab.PredefinedType = "FLOOR"
        writer.properties(slab, "Pset_SlabCommon", {"IsExternal": False, "LoadBearing": True})


def _parts(build: Build) -> None:
    """Write everything that stands on the floors, in a fixed order."""
    plan = build.plan
    shell.write_walls(build)
    shell.write_well_railings(build)
    for index, row in enumerate(plan.gate_rows):
        parts.write_gate_row(build, row, index)
    for platform in plan.platforms:
        parts.write_platform(build, platform)
    for way in plan.flightways:
        ways.write_way(build, way)
    for lift in plan.lifts:
        ways.write_lift(build, lift)
    for column in plan.columns:
        fittings.write_column(build, column)
    for facility in plan.facilities:
        fittings.write_facility(build, facility)
    for sign in plan.signs:
        fittings.write_sign(build, sign)


def _zones(build: Build) -> None:
    writer = build.writer
    for access, ko, en in _ZONES:
        members = [build.spaces[space.id] for space in build.plan.spaces if space.access == access]
        if members:
            zone = writer.rooted("IfcZone", access, Name=access, LongName=ko)
            writer.rooted("IfcRelAssignsToGroup", access, RelatedObjects=members, RelatingGroup=zone)
            writer.properties(zone, COMMON, {"NameKo": ko, "NameEn": en, "Access": access})
