"""The picture: shapes of all visible products as one mesh, each with the id of its element."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 - the other modules use it at runtime

from indoor3d.models.building import Building, Facility, Level, Opening, Space
from indoor3d.models.mesh import Feature, Mesh
from indoor3d.models.vocabulary import MeshCategory, OpeningCategory
from indoor3d.sources._ifc_facilities import category_of
from indoor3d.sources._ifc_geometry import Shape
from indoor3d.sources._ifc_levels import Storey, storey_for
from indoor3d.sources._ifc_model import Model, Product
from indoor3d.sources._ifc_plan import heights, normals

_M = MeshCategory
_LIFT_M = 0.01
_CATEGORIES = {
    "IfcSpace": _M.SPACE, "IfcDoor": _M.DOOR, "IfcWindow": _M.WINDOW, "IfcWall": _M.WALL, "IfcColumn": _M.COLUMN,
    "IfcStairFlight": _M.STAIRS, "IfcStair": _M.STAIRS, "IfcRampFlight": _M.RAMP, "IfcRamp": _M.RAMP, "IfcRailing": _M.RAILING,
    "IfcSlab": _M.SLAB, "IfcRoof": _M.ROOF, "IfcCovering": _M.OTHER, "IfcFurnishingElement": _M.FURNITURE, "IfcPlate": _M.WALL,
    "IfcMember": _M.WALL, "IfcCurtainWall": _M.WALL, "IfcBeam": _M.OTHER, "IfcFooting": _M.SLAB, "IfcPile": _M.COLUMN,
    "IfcFireSuppressionTerminal": _M.SAFETY, "IfcAlarm": _M.SAFETY, "IfcSanitaryTerminal": _M.EQUIPMENT,
    "IfcDistributionElement": _M.EQUIPMENT, "IfcTransportElement": _M.EQUIPMENT, "IfcSite": _M.SITE,
}  # fmt: skip
_SAFETY = frozenset(
    {"aed", "fire_hydrant", "fire_extinguisher", "emergency_exit", "emergency_light", "emergency_phone"}
)
_WHOLES = frozenset({"IfcStair", "IfcRamp", "IfcTransportElement"})
_HIDDEN = frozenset({"IfcOpeningElement", "IfcVirtualElement", "IfcAnnotation", "IfcGrid"})


class _Drawing:
    """Terms and levels of what is drawn."""

    def __init__(self, model: Model, storeys: list[Storey], levels: Sequence[Level]) -> None:
        self.model = model
        kept = {v.id for v in levels}
        self.storeys = [s for s in storeys if s.id in kept] or storeys
        self.kinds: dict[str, str] = {}
        self.levels: dict[str, str] = {}

    def know(self, elements: Sequence[Space | Opening | Facility]) -> None:
        """Take over the category and level of elements of the building."""
        for element in elements:
            self.kinds[element.id] = str(element.category)
            self.levels[element.id] = element.level

    def feature(self, product: Product, shape: Shape) -> Feature:
        """Describe a product."""
        kind = self.kinds.get(product.id, "")
        level = self.levels.get(product.id)
        if level is None:
            level = storey_for(self.storeys, self.model.storey_of(product), heights(shape)[0])[0].id
        return Feature(
            id=product.id, name=product.text.best(), category=self._category(product, kind), kind=kind, level=level
        )

    @staticmethod
    def _category(product: Product, kind: str) -> MeshCategory:
        if kind == OpeningCategory.GATE:
            return MeshCategory.GATE
        if kind in _SAFETY:
            return MeshCategory.SAFETY
        if product.family == "IfcTransportElement":
            return {"escalator": _M.ESCALATOR, "moving_walk": _M.ESCALATOR, "lift": _M.LIFT}.get(kind, _M.EQUIPMENT)
        if product.object_type.lower() == "sign" or product.ifc_class == "IfcSign":
            return MeshCategory.SIGN
        if product.family in _CATEGORIES:
            return _CATEGORIES[product.family]
        return MeshCategory.EQUIPMENT if category_of(product) is not None else MeshCategory.OTHER


def mesh_of(model: Model, storeys: list[Storey], building: Building) -> Mesh:
    """Draw everything; a stair's flights and landings are one feature under the stair's id, a space is its floor."""
    drawing = _Drawing(model, storeys, building.levels)
    drawing.know((*building.spaces, *building.openings, *building.facilities))
    for connector in building.connectors:
        drawing.kinds[connector.id] = str(connector.category)
        drawing.levels[connector.id] = connector.stops[0].level
    parts: dict[int, list[Shape]] = defaultdict(list)
    for product in model.products.values():
        shape = model.drawn(product)
        if shape is None or product.family in _HIDDEN:
            continue
        drawn = floor_face(shape) if product.family == "IfcSpace" else shape
        if len(drawn.triangles):
            parts[_owner(model, product).key].append(drawn)
    owners = sorted(parts, key=lambda key: model.products[key].id)
    return _joined(
        [drawing.feature(model.products[key], parts[key][0]) for key in owners], [parts[key] for key in owners]
    )


def _owner(model: Model, product: Product) -> Product:
    """The stair, ramp or lift that a product is part of, else the product itself; railings stay on their own."""
    whole = model.products.get(model.whole.get(product.key, 0))
    if whole is not None and whole.family in _WHOLES and product.family not in {"IfcRailing", "IfcDoor"}:
        return whole
    return product


def floor_face(shape: Shape) -> Shape:
    """The underside of a space turned up and raised by a centimetre, so that it can be seen and picked on its floor.

    Some tools write bodies inside out, so it is the place of a face that counts, not the side it is seen from.
    """
    normal, _ = normals(shape)
    corners = shape.vertices[shape.triangles]
    at_floor = (np.abs(normal[:, 2]) > 0.2) & (corners[:, :, 2].min(axis=1) < heights(shape)[0] + 0.05)
    triangles = np.where((normal[:, 2] < 0)[:, None], shape.triangles[:, ::-1], shape.triangles)[at_floor]
    raised = shape.vertices + np.array([0.0, 0.0, _LIFT_M])
    return Shape(vertices=raised, triangles=triangles, colour=shape.colour[at_floor], matrix=shape.matrix)


def _joined(features: list[Feature], groups: list[list[Shape]]) -> Mesh:
    positions: list[NDArray[np.float64]] = []
    triangles: list[NDArray[np.uint32]] = []
    colours: list[NDArray[np.uint8]] = []
    counts, offset = [], 0
    for shapes in groups:
        count = 0
        for shape in shapes:
            used, inverse = np.unique(shape.triangles, return_inverse=True)
            positions.append(shape.vertices[used])
            triangles.append((inverse.reshape(-1, 3) + offset).astype(np.uint32))
            colours.append(shape.colour)
            offset += len(used)
            count += len(shape.triangles)
        counts.append(count)
    if not features:
        return Mesh.empty()
    return Mesh(
        positions=np.concatenate(positions),
        triangles=np.concatenate(triangles),
        feature=np.repeat(np.arange(len(features), dtype=np.uint32), counts),
        colour=np.concatenate(colours),
        features=tuple(features),
    )
