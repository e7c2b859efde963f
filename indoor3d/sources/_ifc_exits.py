"""Which openings lead outside, to the ground."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indoor3d.models.building import Exit, Opening
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import OpeningCategory
from indoor3d.sources._ifc_model import Model

GROUND_M = 1.0
"""A threshold this near the ground counts as on it: a few steps or a ramp outside that models leave out."""
_NEVER = frozenset({OpeningCategory.SCREEN_DOOR, OpeningCategory.GATE, OpeningCategory.VIRTUAL})


class Ground:
    """The height of the ground around a building."""

    def __init__(self, model: Model) -> None:
        shapes = [s for p in model.family("IfcSite") if (s := model.shape(p)) is not None]
        self.points = (
            np.concatenate([s.vertices[np.unique(s.triangles)] for s in shapes]) if shapes else np.empty((0, 3))
        )
        self.datum_m = next((p.origin[2] for p in model.family("IfcBuilding") if p.origin is not None), 0.0)

    def near(self, x: float, y: float) -> float:
        """Height of the terrain at a place: that of its nearest vertex, or the building's datum without a terrain."""
        if not len(self.points):
            return self.datum_m
        distance = np.hypot(self.points[:, 0] - x, self.points[:, 1] - y)
        close = distance <= distance.min() + 0.5
        return float(self.points[close, 2].max())


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
        on_ground = opening.level == ground_level or abs(opening.floor_m - ground.near(centre.x, centre.y)) <= GROUND_M
        if not marked and not (opening.exterior and on_ground and opening.category not in _NEVER):
            kept.append(opening)
            continue
        product = model.products[model.key_of[opening.id]]
        exits.append(
            Exit(
                id=f"exit-{opening.id}",
                opening=opening.id,
                level=opening.level,
                position=(float(centre.x), float(centre.y), opening.floor_m),
                number=product.own_text("ExitNumber"),
                name=opening.name,
                certain=marked,
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
