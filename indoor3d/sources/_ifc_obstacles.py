"""What stands in the way: walls as solid bands, columns and furniture by what they cover between knee and head."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import shapely
from shapely import Polygon, box

from indoor3d.models.building import Obstacle, Space
from indoor3d.sources._ifc_geometry import Shape
from indoor3d.sources._ifc_model import Model, Product
from indoor3d.sources._ifc_plan import Plan, clean, heights, hull, polygonal, shadow, standing, union_of_triangles

KNEE_M, HEAD_M = 0.3, 1.9
"""Band above the floor in which a thing is in the way (the definition of :class:`Obstacle`)."""
WALLS = frozenset({"IfcWall", "IfcCurtainWall", "IfcPlate", "IfcMember"})
_RAIL_M = 0.15
_WAYS = frozenset({"IfcStair", "IfcRamp", "IfcTransportElement"})
_STANDING = frozenset({"IfcColumn", "IfcFurnishingElement", "IfcBuildingElementProxy", "IfcSanitaryTerminal"})
_SIMPLIFY_M = 0.005
_SAME_FLOOR_M = 0.05
_BESIDE_M = 0.1  # a wall that only touches its rooms still parts them


class Solids:
    """Everything that bounds or blocks rooms, with its plan and heights; walls keep their doors' and windows' places closed."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._plans: dict[int, Plan] = {}
        self._shadows: dict[int, Plan] = {}

    @cached_property
    def walls(self) -> list[Product]:
        """Walls and what plays their part, parts of walls included."""
        return [
            p
            for p in self._shaped
            if self._role(p) in WALLS or (p.family == "IfcWindow" and p.key not in self.model.hole_of)
        ]

    @cached_property
    def standing(self) -> list[Product]:
        """Columns, furniture, equipment."""
        return [p for p in self._shaped if self._role(p) in _STANDING]

    @cached_property
    def railings(self) -> list[Product]:
        """Railings that stand on a floor; those of stairs and ramps follow the slope and bar nobody."""
        return [p for p in self._shaped if p.family == "IfcRailing" and not self._of_a_way(p)]

    def _of_a_way(self, product: Product) -> bool:
        whole = self.model.products.get(self.model.whole.get(product.key, 0))
        return whole is not None and whole.family in _WAYS

    @cached_property
    def _shaped(self) -> list[Product]:
        return [p for p in self.model.products.values() if self.model.shape(p) is not None]

    def _role(self, product: Product) -> str:
        if product.family == "IfcElement" and product.key in self.model.whole:
            whole = self.model.products.get(self.model.whole[product.key])
            return whole.family if whole is not None else product.family
        return product.family

    def plan(self, product: Product) -> Plan:
        """The whole shadow of a wall, with the places of its holes filled."""
        if product.key not in self._plans:
            shape = self.model.shape(product)
            bare = shadow(shape) if shape is not None else Polygon()
            self._plans[product.key] = self._closed(product, bare, bare)
        return self._plans[product.key]

    def band(self, product: Product, floor_m: float) -> Plan:
        """What the product covers between knee and head above a floor."""
        shape = self.model.shape(product)
        if shape is None:
            return Polygon()
        if product.family == "IfcRailing":
            return _rail(shape)
        if self._role(product) in _STANDING:
            return standing(shape, floor_m + KNEE_M, floor_m + HEAD_M)
        plan = standing(shape, floor_m + KNEE_M, floor_m + HEAD_M, exact=True)
        return self._closed(product, plan, self.plan(product)) if not plan.is_empty else plan

    def _closed(self, product: Product, plan: Plan, around: Plan) -> Plan:
        """Fill the holes of a wall: a kernel may have cut them, and what fills them decides who passes."""
        holes = [self._shadow(key) for key in self.model.holes_in.get(product.key, ()) if key in self.model.made.shapes]
        if not holes or plan.is_empty:
            return plan
        outline = hull(shapely.get_coordinates(around))
        within = outline if outline.area < 2.0 * around.area + 0.1 else around
        return polygonal(shapely.union_all([plan, *(hole.intersection(within) for hole in holes)], grid_size=1e-4))

    def _shadow(self, key: int) -> Plan:
        if key not in self._shadows:
            self._shadows[key] = shadow(self.model.made.shapes[key])
        return self._shadows[key]


def _rail(shape: Shape) -> Plan:
    """Plan of a railing from the top faces of its rail: it has thousands of triangles in its balusters, and all lie below."""
    corners = shape.vertices[shape.triangles]
    top = corners[:, :, 2].min(axis=1) > heights(shape)[1] - _RAIL_M
    return union_of_triangles(corners[top][:, :, :2])


def obstacles_of(solids: Solids, spaces: Sequence[Space]) -> list[Obstacle]:
    """Obstacles in the walkable spaces; one that passes several floors appears on each."""
    walkable = [s for s in spaces if s.walkable]
    if not walkable:
        return []
    tree = shapely.STRtree([s.footprint for s in walkable])
    found: list[Obstacle] = []
    for product in sorted((*solids.walls, *solids.standing, *solids.railings), key=lambda p: p.id):
        shape = solids.model.shape(product)
        if shape is None:
            continue
        bottom, top = heights(shape)
        low, high = shape.vertices[:, :2].min(axis=0), shape.vertices[:, :2].max(axis=0)
        floors: dict[tuple[str, int], list[Space]] = defaultdict(list)
        for index in sorted(tree.query(box(*low, *high), predicate="dwithin", distance=_BESIDE_M).tolist()):
            space = walkable[index]
            if bottom < space.floor_m + HEAD_M and top > space.floor_m + KNEE_M:
                floors[space.level, round(space.floor_m / _SAME_FLOOR_M)].append(space)
        found += _on_floors(solids, product, floors)
    return sorted(found, key=lambda o: o.id)


def _on_floors(solids: Solids, product: Product, floors: dict[tuple[str, int], list[Space]]) -> list[Obstacle]:
    rows = []
    for (level, _), near in sorted(floors.items(), key=lambda item: item[1][0].floor_m):
        floor_m = min(s.floor_m for s in near)
        plan = clean(solids.band(product, floor_m), _SIMPLIFY_M)
        if not plan.is_empty and any(plan.distance(s.footprint) <= _BESIDE_M for s in near):
            rows.append((level, floor_m, plan))
    names = [product.id, *(f"{product.id}@{index}" for index in range(2, len(rows) + 1))]
    return [
        Obstacle(id=name, level=level, footprint=plan, floor_m=floor_m)
        for name, (level, floor_m, plan) in zip(names, rows, strict=False)
    ]
