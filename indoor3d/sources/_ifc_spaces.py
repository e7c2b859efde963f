"""Spaces: from IfcSpace bodies, or rebuilt from walls where a model has none."""

from collections.abc import Sequence

import shapely
from shapely import Polygon

from indoor3d.models.building import Refuge, Space, Text
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import Access, SpaceCategory
from indoor3d.sources._ifc_attributes import hours_of, own_flag
from indoor3d.sources._ifc_levels import Storey, storey_for
from indoor3d.sources._ifc_model import OWN_PROPERTIES, Model, Product
from indoor3d.sources._ifc_plan import clean, floor_of, heights
from indoor3d.sources._ifc_words import category_of, reason_not_walkable

_OVERLAP_M2 = 0.05
_ROOM_HEIGHT_M = 2.5
_MIN_ROOM_M2 = 0.5
_MIN_ROOM_WIDTH_M = 0.5
_MOST_PEOPLE = 100_000


def spaces_of(model: Model, storeys: list[Storey]) -> list[Space]:
    """Every IfcSpace that has a floor."""
    whole = {
        model.whole[p.key] for p in model.family("IfcSpace") if model.whole.get(p.key) and model.shape(p) is not None
    }
    spaces = []
    for product in model.family("IfcSpace"):
        if product.key not in whole:
            space = _space(model, product, storeys)
            if space is not None:
                spaces.append(space)
    _report_overlaps(model, spaces)
    return spaces


def _space(model: Model, product: Product, storeys: list[Storey]) -> Space | None:
    shape = model.shape(product)
    if shape is None:
        model.issues.append(Issue(code="space.invalid", element=product.id))
        return None
    plan, floor_m = floor_of(shape)
    plan = clean(plan)
    declared = model.storey_of(product)
    storey, agrees = storey_for(storeys, declared, floor_m)
    if plan.is_empty:
        model.issues.append(Issue(code="space.invalid", element=product.id, level=storey.id))
        return None
    if not agrees:
        names = {s.key: s.name.best() or s.id for s in storeys}
        values = {"declared": names.get(declared, "?"), "geometric": storey.name.best() or storey.id}
        model.issues.append(Issue(code="space.level-differs", element=product.id, level=storey.id, values=values))
    category, reason = _use(product)
    if reason:
        model.issues.append(
            Issue(code="space.excluded", element=product.id, level=storey.id, values={"reason": reason})
        )
    return Space(
        id=product.id,
        level=storey.id,
        footprint=plan,
        floor_m=floor_m,
        ceiling_m=heights(shape)[1],
        name=product.text,
        category=category,
        access=_access(product),
        walkable=not reason,
        text=product.own_pair("Text"),
        hours=hours_of(model, product, storey.id),
        tactile=own_flag(product, "Tactile"),
    )


def refuges_of(model: Model, spaces: Sequence[Space]) -> list[Refuge]:
    """The walkable spaces that the model calls places to wait for rescue (Refuge, RefugeCapacity)."""
    found = []
    for space in spaces:
        product = model.products.get(model.key_of.get(space.id, 0))
        if product is None or product.own("Refuge") is not True or not space.walkable:
            continue
        said, capacity = product.own("RefugeCapacity"), product.own_number("RefugeCapacity")
        sound = capacity is not None and capacity.is_integer() and 0 <= capacity <= _MOST_PEOPLE
        if said is not None and not sound:
            values = {"set": OWN_PROPERTIES, "name": "RefugeCapacity", "reason": "no number of people"}
            model.issues.append(Issue(code="property.unreadable", element=space.id, level=space.level, values=values))
        whole = int(capacity) if capacity is not None and sound else None
        found.append(Refuge(id=f"refuge-{space.id}", space=space.id, capacity=whole))
    return found


def _use(product: Product) -> tuple[SpaceCategory, str]:
    """What a space is for, and why nobody walks there if so."""
    category = product.own_term("Category", SpaceCategory)
    if category is SpaceCategory.OUTDOOR:
        return category, ""  # said outright, it is ground to walk on; guessed, it may be anything
    if category is not None:
        return category, reason_not_walkable(category)
    kind = product.predefined.upper()
    if kind == "EXTERNAL":
        return SpaceCategory.OUTDOOR, reason_not_walkable(SpaceCategory.OUTDOOR)
    if kind == "GFA":
        return SpaceCategory.UNSPECIFIED, "gross area"
    names = (product.long_name, product.name, product.object_type)
    category = SpaceCategory.PARKING if kind == "PARKING" else category_of(*names)
    return category, reason_not_walkable(category, *names)


def _access(product: Product) -> Access:
    return product.own_term("Access", Access) or Access.PUBLIC


def _report_overlaps(model: Model, spaces: list[Space]) -> None:
    if not spaces:
        return
    tree = shapely.STRtree([s.footprint for s in spaces])
    left, right = tree.query([s.footprint for s in spaces], predicate="intersects")
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        a, b = spaces[i], spaces[j]
        if i >= j or not (a.walkable and b.walkable) or min(a.ceiling_m, b.ceiling_m) - max(a.floor_m, b.floor_m) < 1.0:
            continue
        area = a.footprint.intersection(b.footprint).area
        if area > _OVERLAP_M2:
            model.issues.append(
                Issue(code="space.overlap", element=a.id, level=a.level, values={"other": b.id, "area_m2": float(area)})
            )


def rebuilt(model: Model, storeys: list[Storey], walls: dict[str, list[Polygon]]) -> list[Space]:
    """Rooms of a model without spaces: what the walls and doors of a storey enclose.

    Parameters
    ----------
    walls : dict
        Plans of walls and doors by storey id.
    """
    spaces: list[Space] = []
    for index, storey in enumerate(storeys):
        plans = walls.get(storey.id, [])
        if not plans:
            continue
        solid = shapely.union_all(plans, grid_size=1e-3).buffer(0.02, join_style="mitre")
        filled = shapely.union_all([Polygon(p.exterior) for p in shapely.get_parts(solid)])
        inside = filled.difference(solid).buffer(0.02, join_style="mitre")
        above = storeys[index + 1].z if index + 1 < len(storeys) else storey.z + _ROOM_HEIGHT_M + 0.5
        rooms = [
            p
            for p in shapely.get_parts(inside)
            if p.area >= _MIN_ROOM_M2 and not p.buffer(-_MIN_ROOM_WIDTH_M / 2).is_empty
        ]
        rooms.sort(key=lambda p: tuple(round(v, 3) for v in p.bounds))
        spaces += [
            Space(
                id=f"{storey.id}-room-{number}",
                level=storey.id,
                footprint=clean(room, 1e-3),
                floor_m=storey.z,
                ceiling_m=max(above - 0.3, storey.z + _ROOM_HEIGHT_M),
                name=Text(default=f"Room {number}", ko=f"방 {number}", en=f"Room {number}"),
                category=SpaceCategory.ROOM,
            )
            for number, room in enumerate(rooms, start=1)
        ]
    model.issues.append(Issue(code="model.no-spaces", values={"count": len(spaces)}))
    return sorted(spaces, key=lambda s: s.id)
