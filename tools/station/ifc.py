"""A checked plan written as IFC4: project, storeys, spaces and zones here; the parts in :mod:`tools.station.parts`."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from tools.station import fittings, parts, shell, ways
from tools.station import geometry as geo
from tools.station.build import COMMON, Build, Spot, common_values, texts
from tools.station.layout import Layout
from tools.station.solids import upright
from tools.station.writer import Head, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shapely.geometry import Polygon

    from tools.station.model import Fact, Item, Plan, Ring, Space, Storey
    from tools.station.writer import Entity, Value

_FLOOR_M = 0.3
_WET = frozenset({"restroom", "restroom_accessible", "restroom_family", "nursing_room"})
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
    writer = Writer(
        Head(file_name=f"{venue.id}.ifc", description=venue.notice_en, organisation=venue.attribution_ko),
        namespace=venue.id,
    )
    writer.start()
    build = Build(writer=writer, layout=Layout(plan), storeys={}, spaces={})
    building = _frame(build)
    _storeys(build, building)
    _spaces(build)
    _floors(build)
    _parts(build)
    _zones(build)
    _lines(build)
    _transfers(build, building)
    return writer.finish()


def _frame(build: Build) -> Entity:
    """Write project, georeference, site and building; return the building."""
    writer, venue = build.writer, build.plan.venue
    project = writer.rooted(
        "IfcProject",
        venue.id,
        Name=venue.en,
        Description=f"{venue.notice_en} {venue.attribution_en}",
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
    for source in venue.sources:
        writer.document(project, source.id, source.what, source.licence)
    writer.properties(building, "Indoor3D_Facts", {fact.key: _json(_fact(fact)) for fact in venue.facts})
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
            "NoticeKo": ("IfcText", venue.notice_ko),
            "NoticeEn": ("IfcText", venue.notice_en),
            **texts(venue.text_ko, venue.text_en),
            "ViewBearing": venue.view_bearing_deg,
            "AttributionKo": ("IfcText", venue.attribution_ko),
            "AttributionEn": ("IfcText", venue.attribution_en),
            "AddressKo": ("IfcText", venue.address_ko),
            "AddressEn": ("IfcText", venue.address_en),
            "Licence": venue.licence,
        },
    )
    return building


def _fact(fact: Fact) -> dict[str, str]:
    values = {"unit": fact.unit, "source": fact.source, "note": fact.note}
    return {"value": fact.value, "certainty": fact.certainty} | {key: text for key, text in values.items() if text}


def _json(values: Mapping[str, str | float]) -> Value:
    return ("IfcText", json.dumps(values, ensure_ascii=False))


def _transfers(build: Build, building: Entity) -> None:
    """Write the official transfer times, each from door to door."""
    found = {
        part.id: _json(
            {
                "ko": part.ko,
                "en": part.en,
                "from": build.doors[part.origin].GlobalId,
                "to": build.doors[part.destination].GlobalId,
                "seconds": part.seconds,
                "source": part.source,
            }
        )
        for part in build.plan.transfers
    }
    build.writer.properties(building, "Indoor3D_Transfers", found)


def _lines(build: Build) -> None:
    """Write one zone a line: the platforms where its trains stop."""
    for line in build.plan.venue.lines.values():
        names = dict.fromkeys(platform.space for platform in build.plan.platforms if platform.line == line.id)
        if names:
            zone = build.writer.rooted("IfcZone", f"line/{line.id}", Name=line.en, LongName=line.ko)
            members = [build.spaces[name] for name in names]
            build.writer.rooted("IfcRelAssignsToGroup", f"line/{line.id}", RelatedObjects=members, RelatingGroup=zone)
            values: dict[str, Value | None] = {"Category": "line", "ShortName": line.id, "Colour": line.colour}
            build.writer.properties(zone, COMMON, {"NameKo": line.ko, "NameEn": line.en} | values)


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
            PredefinedType="EXTERNAL" if space.outdoor else "INTERNAL",
            ElevationWithFlooring=space.floor,
        )
        build.spaces[space.id] = entity
        members[space.level].append(entity)
        _describe_space(build, entity, space, sum(body.area for body in bodies))
    for level, entities in members.items():
        writer.aggregate(f"storey/{level}", build.storeys[level], entities)


def _describe_space(build: Build, entity: Entity, space: Space, area: float) -> None:
    writer = build.writer
    values: dict[str, Value | None] = common_values(space) | {"Category": space.category, "Access": space.access}
    values |= texts(space.text_ko, space.text_en)
    values |= {"Tactile": build.plan.tactile(space), "OpeningHours": space.hours}
    if space.refuge:
        values |= {"Refuge": True, "RefugeCapacity": space.capacity or None}
    writer.properties(entity, COMMON, values)
    writer.properties(
        entity,
        "Pset_SpaceCommon",
        {
            "Category": space.category,
            "IsExternal": space.outdoor,
            "PubliclyAccessible": space.access != "restricted",
            "HandicapAccessible": space.id in build.step_free,
        },
    )
    writer.quantities(
        entity, "Qto_SpaceBaseQuantities", ("Area", "NetFloorArea", area), ("Length", "Height", space.clear)
    )


def _floor_style(space: Space) -> str:
    if space.outdoor:
        return "floor-outdoor"
    if space.category == "roof_garden":
        return "floor-green"
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
    writers: tuple[tuple[Callable[[Build, Any], None], tuple[Item, ...]], ...] = (
        (parts.write_platform, plan.platforms),
        (ways.write_way, plan.flightways),
        (ways.write_lift, plan.lifts),
        (ways.write_moving_walk, plan.moving_walks),
        (ways.write_stair_lift, plan.stair_lifts),
        (fittings.write_column, plan.columns),
        (fittings.write_facility, plan.facilities),
        (fittings.write_sign, plan.signs),
        (fittings.write_tactile_path, plan.tactile_paths),
    )
    for write, items in writers:
        for item in items:
            write(build, item)


def _zones(build: Build) -> None:
    writer = build.writer
    for access, ko, en in _ZONES:
        members = [build.spaces[space.id] for space in build.plan.spaces if space.access == access]
        if members:
            zone = writer.rooted("IfcZone", access, Name=access, LongName=ko)
            writer.rooted("IfcRelAssignsToGroup", access, RelatedObjects=members, RelatingGroup=zone)
            writer.properties(zone, COMMON, {"NameKo": ko, "NameEn": en, "Access": access})
