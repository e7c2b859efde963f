"""Which openings lead outside, to the ground."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Exit, Opening
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import OpeningCategory
from indoor3d.sources._ifc_model import Model, tidy

GROUND_M = 1.0
"""A threshold this near the ground counts as on it: a few steps or a ramp outside that models leave out."""
_NOT_EVERYDAY = frozenset({"emergency", "fire", "service"})
"""Values of the property ExitKind; others (main, side, street, lift) are for everybody every day."""
_LONGEST_ID = 128
_NEVER = frozenset({OpeningCategory.SCREEN_DOOR, OpeningCategory.GATE, OpeningCategory.VIRTUAL})


class Ground:
    """The height of the ground around a building."""

    def __init__(self, model: Model) -> None:
        shapes = [s for p in model.family("IfcSite") if (s := model.shape(p)) is not None]
        self.triangles = np.concatenate([s.vertices[s.triangles] for s in shapes]) if shapes else np.empty((0, 3, 3))
        self.datum_m = next((p.origin[2] for p in model.family("IfcBuilding") if p.origin is not None), 0.0)
        self.reference_m = float(model.made.document["georeference"]["elevation_m"] or 0.0)

    def near(self, x: float, y: float) -> float | None:
        """Height of the terrain at a place, or None where the model has no terrain."""
        a, b, c = (self.triangles[:, i] - (x, y, 0.0) for i in range(3))
        areas = np.stack([_twice_area(b, c), _twice_area(c, a), _twice_area(a, b)])
        total = areas.sum(axis=0)
        inside = (np.abs(total) > 1e-9) & ((areas * np.sign(total) >= 0).all(axis=0))
        if not inside.any():
            return None
        z = (areas * np.stack([a[:, 2], b[:, 2], c[:, 2]])).sum(axis=0)[inside] / total[inside]
        return float(z.max())

    def heights(self, doors: Iterable[Opening]) -> list[float]:
        """Where the ground may be, the best evidence first: the terrain at the doors, the building's and the site's datum."""
        places = [(o.footprint.centroid.x, o.footprint.centroid.y) for o in doors]
        terrain = [z for x, y in places if (z := self.near(x, y)) is not None]
        return [*([float(np.median(terrain))] if terrain else []), self.datum_m, self.reference_m]


def _twice_area(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])


def is_marked(model: Model, ident: str) -> bool:
    """Whether the model itself calls an opening an exit."""
    product = model.products.get(model.key_of.get(ident, 0))
    return product is not None and bool(product.own_text("ExitNumber") or product.own_text("ExitKind"))


def exits_of(
    model: Model, openings: Sequence[Opening], ground_level: str, ground: Ground
) -> tuple[list[Exit], list[Opening]]:
    """Exits, and the openings with those that are exits called entrances."""
    exits, kept = [], []
    for opening in openings:
        marked = is_marked(model, opening.id)
        centre = opening.footprint.centroid
        terrain_m = ground.near(centre.x, centre.y)
        on_terrain = terrain_m is not None and abs(opening.floor_m - terrain_m) <= GROUND_M
        on_ground = opening.level == ground_level or on_terrain
        of_lift = (
            bool(model.products[model.key_of[opening.id]].own_text("Lift")) if opening.id in model.key_of else False
        )
        leads_out = opening.exterior and on_ground and opening.category not in _NEVER and not of_lift
        if not marked and not leads_out:
            kept.append(opening)
            continue
        product = model.products[model.key_of[opening.id]]
        kind = product.own_text("ExitKind").lower()
        exits.append(
            Exit(
                id=f"exit-{opening.id}",
                opening=opening.id,
                level=opening.level,
                position=(float(centre.x), float(centre.y), opening.floor_m),
                number=product.own_text("ExitNumber"),
                name=opening.name,
                certain=marked,
                outside=kind != "adjoining",
                adjoins=tidy(product.own_text("Adjoins"))[:_LONGEST_ID],
                everyday=kind not in _NOT_EVERYDAY,
                hours=opening.hours,
            )
        )
        own = product.own_text("Category")
        kept.append(opening if own else replace(opening, category=OpeningCategory.ENTRANCE))
    assumed = sum(not e.certain for e in exits)
    if assumed:
        model.issues.append(Issue(code="exit.assumed", values={"count": assumed}))
    if not exits:
        model.issues.append(Issue(code="exit.none"))
    return exits, kept
