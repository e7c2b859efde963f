"""What a written model holds, as readable JSON: kept as a golden file, so that a change of the model is seen in review."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import ifcopenshell
import ifcopenshell.util.element

from tools.station.build import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable


def summarise(text: str) -> str:
    """Return counts of products by class and of elements by category, and the floors of every storey.

    Parameters
    ----------
    text : str
        An IFC file as text.

    Returns
    -------
    str
        JSON with sorted keys, indented, ending in a newline.
    """
    model: Any = ifcopenshell.file.from_string(text)
    products = model.by_type("IfcProduct")
    categories = (ifcopenshell.util.element.get_psets(part).get(COMMON, {}).get("Category") for part in products)
    floors: dict[str, set[float]] = {}
    for storey in model.by_type("IfcBuildingStorey"):
        spaces = [part for rel in storey.IsDecomposedBy for part in rel.RelatedObjects]
        floors[storey.Name] = {round(space.ElevationWithFlooring, 3) for space in spaces}
    found = {
        "products": _counted(part.is_a() for part in products),
        "categories": _counted(category for category in categories if category),
        "floors": {name: sorted(values) for name, values in sorted(floors.items())},
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
