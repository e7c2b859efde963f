"""Storeys of the file → levels of the building."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indoor3d.models.building import Level, Text
from indoor3d.models.issue import Issue
from indoor3d.sources._ifc_model import Model, Product

BELOW_M = 0.8
"""A floor belongs to the highest storey at most this far above it (design measurement: sunken and raised floors)."""
_SAME_M = 0.3
_NEAR_GROUND_M = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Storey:
    """A storey of the file: its step id, height of its floor, and the level it becomes."""

    key: int
    id: str
    z: float
    name: Text
    short_name: str = ""
    ordinal: int | None = None


def storeys_of(model: Model) -> list[Storey]:
    """Storeys from the lowest to the highest; one made from the heights when the file has none."""
    products = model.family("IfcBuildingStorey")
    base = _elevation_base(model, products) if _placements_say_nothing(products) else None
    storeys = [_storey(p, base) for p in products]
    if not storeys:
        model.issues.append(Issue(code="model.no-levels"))
        storeys = [Storey(key=0, id="level-0", z=_lowest_floor(model), name=Text(default="Level 0"))]
    return sorted(_apart(model, storeys), key=lambda s: (s.z, s.id))


def _apart(model: Model, storeys: list[Storey]) -> list[Storey]:
    """Storeys that the file puts at one height, told apart by the floors of the spaces filed under them."""
    heights = Counter(round(s.z, 2) for s in storeys)
    floors: dict[int, list[float]] = defaultdict(list)
    for space, floor_m in _space_floors(model):
        floors[model.storey_of(space)].append(floor_m)
    return [
        replace(s, z=float(np.median(floors[s.key]))) if heights[round(s.z, 2)] > 1 and floors[s.key] else s
        for s in storeys
    ]


def _space_floors(model: Model) -> list[tuple[Product, float]]:
    found = ((p, model.shape(p)) for p in model.family("IfcSpace"))
    return [(p, float(shape.vertices[:, 2].min())) for p, shape in found if shape is not None]


def _elevation_base(model: Model, products: Sequence[Product]) -> float:
    """Height of elevation 0 in the world: at the building, else where the storeys meet most floors of spaces.

    Elevations are meant to count from the building's datum; some tools count from the sea.
    """
    said = np.array([p.elevation_m for p in products if p.elevation_m is not None])
    floors = np.array([floor_m for _, floor_m in _space_floors(model)])
    datum = _building_z(model)
    if not len(floors):
        return datum
    bases = [datum, *sorted({round(float(f - e), 3) for f in floors for e in said}, key=lambda b: (abs(b - datum), b))]
    meets = [int((np.abs(floors[:, None] - base - said).min(axis=1) <= _SAME_M).sum()) for base in bases]
    return bases[int(np.argmax(meets))]


def _placements_say_nothing(products: Sequence[Product]) -> bool:
    """Some tools place all storeys at one height and tell them apart by Elevation alone."""
    placed = {round(p.origin[2], 3) for p in products if p.origin is not None}
    said = {round(p.elevation_m, 3) for p in products if p.elevation_m is not None}
    return len(placed) < len(products) and len(said) > len(placed)


def _storey(product: Product, base: float | None) -> Storey:
    z = product.origin[2] if product.origin is not None else None
    if z is None or base is not None:
        z = (product.elevation_m or 0.0) + (base or 0.0)
    ordinal = product.own_number("Ordinal")
    text = (
        product.text
        if product.name
        else Text(default=product.long_name, ko=product.own_text("NameKo"), en=product.own_text("NameEn"))
    )
    plain = Text(default=product.name.strip() or product.long_name.strip(), ko=text.ko, en=text.en)
    return Storey(
        key=product.key,
        id=product.id,
        z=float(z),
        name=plain,
        short_name=product.own_text("ShortName"),
        ordinal=int(ordinal) if ordinal is not None else None,
    )


def _building_z(model: Model) -> float:
    return next((p.origin[2] for p in model.family("IfcBuilding") if p.origin is not None), 0.0)


def _lowest_floor(model: Model) -> float:
    lows = [
        shape.vertices[:, 2].min()
        for p in model.family("IfcSpace", "IfcWall", "IfcDoor")
        if (shape := model.shape(p)) is not None
    ]
    return float(np.median(lows)) if lows else 0.0


def storey_at(storeys: Sequence[Storey], z: float) -> Storey:
    """The highest storey at most :data:`BELOW_M` above ``z``, else the lowest."""
    return next((s for s in reversed(storeys) if s.z <= z + BELOW_M), storeys[0])


def storey_for(storeys: Sequence[Storey], declared: int, z: float) -> tuple[Storey, bool]:
    """The storey of something with its floor at ``z``, and whether the file agrees.

    The file is right when the floor lies between its storey and the next one; otherwise the geometry decides.
    """
    geometric = storey_at(storeys, z)
    own = next((s for s in storeys if s.key == declared), None)
    if own is None or own is geometric:
        return geometric, True
    above = min((s.z for s in storeys if s.z > own.z + _SAME_M), default=np.inf)
    if own.z - _SAME_M <= z < above - _SAME_M:
        return own, True
    return geometric, False


def ground_of(storeys: Sequence[Storey], heights: Sequence[float], entrances: Iterable[str]) -> Storey:
    """The storey on the ground.

    Parameters
    ----------
    heights : sequence of float
        Where the ground may be, metres, the best evidence first; the first one with a storey near it counts.
    entrances : iterable of str
        Storey of every door to the outside; where no height fits, the storey with most of them is on the ground.
    """
    doors = Counter(entrances)
    for ground_m in heights:
        near = [s for s in storeys if abs(s.z - ground_m) <= _NEAR_GROUND_M]
        if near:
            near = [s for s in near if doors[s.id]] or near
            return min(near, key=lambda s: (abs(s.z - ground_m), s.z, s.id))
    return min(storeys, key=lambda s: (-doors[s.id], abs(s.z - heights[0]), s.id))


def levels_of(storeys: Sequence[Storey], ground: Storey, floors: dict[str, float]) -> tuple[Level, ...]:
    """Levels of the storeys that people use, in order.

    Parameters
    ----------
    floors : dict
        Lowest floor, metres, of every storey that holds a space or a stop; other storeys are left out.
    """
    heights = sorted({round(s.z, 3) for s in storeys})
    ranks: dict[float, int] = {}
    rank = -1
    last = -np.inf
    for z in heights:
        rank += z - last > _SAME_M
        last = z
        ranks[z] = rank
    used = {ranks[round(s.z, 3)] for s in storeys if s.id in floors} | {ranks[round(ground.z, 3)]}
    order = {rank: index for index, rank in enumerate(sorted(used))}
    zero = order[ranks[round(ground.z, 3)]]
    levels = []
    for storey in storeys:
        if storey.id not in floors:
            continue
        ordinal = storey.ordinal if storey.ordinal is not None else order[ranks[round(storey.z, 3)]] - zero
        short = storey.short_name or (f"{ordinal + 1}F" if ordinal >= 0 else f"B{-ordinal}")
        levels.append(
            Level(id=storey.id, ordinal=ordinal, elevation_m=floors[storey.id], name=storey.name, short_name=short)
        )
    return tuple(sorted(levels, key=lambda v: (v.ordinal, v.elevation_m, v.id)))
