"""Wheelchair platforms that ride along stairs, as ways of their own between the two ends of the stairs they stand on."""

from collections.abc import Sequence

from indoor3d.models.building import Connector
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import ConnectorCategory
from indoor3d.sources._ifc_attributes import use_of
from indoor3d.sources._ifc_connectors import is_stair_lift
from indoor3d.sources._ifc_model import Model, Product
from indoor3d.sources._ifc_plan import Plan, clean, shadow

_SUFFIX = "~lift"
"""The platform itself is a facility and has the plain id."""


def stair_lifts_of(model: Model, connectors: Sequence[Connector]) -> list[Connector]:
    """One connector for every platform whose stairs are known.

    The stairs are those that the property Stairs names by their id, else those that the platform's body lies on most.
    Staff work it unless the model says otherwise. One without stairs stays something to find, or is reported where the
    model calls it a way.
    """
    stairs = [c for c in connectors if c.category is ConnectorCategory.STAIRS]
    found = []
    for product in model.products.values():
        if is_stair_lift(product):
            shape = model.shape(product)
            plan = clean(shadow(shape), 0.005) if shape is not None else None
            on = _stairs_of(product, stairs, plan)
            if on is not None:
                found.append(_along(model, product, on, plan))
            elif product.own_term("Category", ConnectorCategory) is not None:
                values = {"category": str(ConnectorCategory.WHEELCHAIR_LIFT), "end": "two ends"}
                model.issues.append(Issue(code="connector.unattached", element=product.id, values=values))
    return found


def _stairs_of(product: Product, stairs: Sequence[Connector], plan: Plan | None) -> Connector | None:
    named = next((c for c in stairs if c.id == product.own_text("Stairs")), None)
    if named is not None or plan is None:
        return named
    shares = [(c.footprint.intersection(plan).area, c.id, c) for c in stairs if c.footprint.intersects(plan)]
    return max(shares, key=lambda row: row[:2], default=(0.0, "", None))[2] if shares else None


def _along(model: Model, product: Product, on: Connector, plan: Plan | None) -> Connector:
    use = use_of(model, product, on.stops[0].level)
    use["needs_staff"] = use["needs_staff"] is not False
    strip = clean(on.footprint.intersection(plan)) if plan is not None else on.footprint
    return Connector(
        id=f"{product.id}{_SUFFIX}",
        category=ConnectorCategory.WHEELCHAIR_LIFT,
        stops=(on.stops[0], on.stops[-1]),
        path=on.path,
        footprint=on.footprint if strip.is_empty else strip,
        clear_width_m=product.own_number("ClearWidth") or use["car_width_m"],
        name=product.text,
        **use,
    )
