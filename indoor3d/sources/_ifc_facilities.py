"""What people look for: fire equipment, alarms, sanitary fittings, and whatever the model itself gives a category."""

from collections.abc import Sequence

import shapely
from shapely import Point

from indoor3d.models.building import Facility, Space
from indoor3d.models.vocabulary import FacilityCategory
from indoor3d.sources._ifc_attributes import hours_of, own_flag
from indoor3d.sources._ifc_levels import Storey, storey_for
from indoor3d.sources._ifc_model import Model, Product

_C = FacilityCategory
_CATEGORIES: dict[tuple[str, str], FacilityCategory] = {
    ("IfcFireSuppressionTerminal", "FIREHYDRANT"): _C.FIRE_HYDRANT,
    ("IfcFireSuppressionTerminal", "HOSEREEL"): _C.FIRE_HYDRANT,
    ("IfcFireSuppressionTerminal", "BREECHINGINLET"): _C.FIRE_HYDRANT,
    ("IfcSanitaryTerminal", "SANITARYFOUNTAIN"): _C.DRINKING_WATER,
    ("IfcElectricAppliance", "VENDINGMACHINE"): _C.TICKET_MACHINE,
    ("IfcLightFixture", "SECURITYLIGHTING"): _C.EMERGENCY_LIGHT,
    ("IfcCommunicationsAppliance", "WIRELESS"): _C.WIFI,
}
_WORDS: tuple[tuple[str, FacilityCategory], ...] = (
    ("extinguisher", _C.FIRE_EXTINGUISHER),
    ("feuerlöscher", _C.FIRE_EXTINGUISHER),
    ("소화기", _C.FIRE_EXTINGUISHER),
    ("hydrant", _C.FIRE_HYDRANT),
    ("소화전", _C.FIRE_HYDRANT),
    ("defibrillator", _C.AED),
    ("자동심장충격기", _C.AED),
)
_NOT = frozenset(
    {"IfcSpace", "IfcDoor", "IfcOpeningElement", "IfcBuildingStorey", "IfcBuilding", "IfcSite", "IfcTransportElement"}
)
_REACH_M = 1.0


def category_of(product: Product) -> FacilityCategory | None:
    """The facility that a product is, if it is one."""
    own = product.own_term("Category", FacilityCategory)
    if product.family in _NOT and own is not _C.STAIR_LIFT:
        return None
    if own is not None:
        return own
    known = _CATEGORIES.get((product.ifc_class, product.predefined.upper()))
    if known is not None and known is not _C.TICKET_MACHINE:
        return known
    if product.family not in {
        "IfcFireSuppressionTerminal",
        "IfcAlarm",
        "IfcBuildingElementProxy",
        "IfcFurnishingElement",
        "IfcDistributionElement",
    }:
        return None
    names = f"{product.name} {product.object_type}".lower()
    return next((category for word, category in _WORDS if word in names), None)


def facilities_of(model: Model, spaces: Sequence[Space], storeys: list[Storey]) -> list[Facility]:
    """Every facility that has a place; it stands on the floor of the space it is in or nearest to."""
    if not spaces:
        return []
    tree = shapely.STRtree([s.footprint for s in spaces])
    found = []
    for product in model.products.values():
        category, shape = category_of(product), model.shape(product)
        if category is None or shape is None:
            continue
        low, high = shape.vertices.min(axis=0), shape.vertices.max(axis=0)
        here = Point((low[:2] + high[:2]) / 2)
        space = _space_at(tree, spaces, here, float(low[2]))
        floor_m = space.floor_m if space is not None else float(low[2])
        level = space.level if space is not None else storey_for(storeys, model.storey_of(product), floor_m)[0].id
        found.append(
            Facility(
                id=product.id,
                category=category,
                level=level,
                position=(float(here.x), float(here.y), floor_m),
                name=product.text,
                space=space.id if space is not None else "",
                accessible=own_flag(product, "Accessible"),
                text=product.own_pair("Text"),
                hours=hours_of(model, product, level),
            )
        )
    return found


def _space_at(tree: shapely.STRtree, spaces: Sequence[Space], here: Point, z: float) -> Space | None:
    near = sorted(tree.query(here, predicate="dwithin", distance=_REACH_M).tolist())
    fitting = [spaces[i] for i in near if spaces[i].floor_m - 0.5 <= z <= spaces[i].ceiling_m]
    return min(
        fitting,
        key=lambda s: (round(s.footprint.distance(here), 3), not s.walkable, abs(s.floor_m - z), s.id),
        default=None,
    )
