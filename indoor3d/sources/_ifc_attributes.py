"""What a model says of who can use its doors and ways: its own property set first, then the sets of the standard.

Nothing is guessed: what a model does not say is None or empty. The standard sets are those of buildingSMART's property
set library for IFC4 (Pset_DoorCommon, Pset_StairCommon, Pset_RampCommon, Pset_TransportElementElevator).
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, TypedDict

from indoor3d.models.building import Opening, Position, Text
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import ConnectorCategory, DoorKind
from indoor3d.sources._ifc_model import OWN_PROPERTIES, Model, Product, tidy
from indoor3d.sources._ifc_plan import Plan

_LONGEST_HOURS = 255
"""Characters of a value in OpenStreetMap, where the syntax of opening hours comes from."""
_LONGEST_NUMBER = 32
_CAR_M = (0.5, 10.0)
"""Sizes that the inside of a car can have: exporters write 0 where nobody said (own choice, wider than any lift)."""
_STEEPEST = 1.0
_RUN_M = 0.2
"""Shortest piece of a slope whose steepness counts: on shorter ones the noise of triangles does."""
_OPPOSITE = 0.7
"""Cosine of how far from opposite two doors of a car may lie: nearer to opposite than to a right angle."""
_OPERATIONS = (
    ("REVOLVING", DoorKind.REVOLVING),
    ("SLIDING", DoorKind.SLIDING),
    ("FOLDING", DoorKind.FOLDING),
    ("SWING", DoorKind.HINGED),
)
"""Parts of the words of IfcDoorTypeOperationEnum (IFC4) and IfcDoorStyleOperationEnum (IFC2X3)."""


class LeafOf(TypedDict):
    """What :class:`~indoor3d.models.building.Opening` takes besides its geometry."""

    number: str
    kind: DoorKind | None
    automatic: bool | None
    threshold_m: float | None
    intercom: bool | None
    gap_m: float | None
    gap_step_m: float | None
    hours: str


class UseOf(TypedDict):
    """What :class:`~indoor3d.models.building.Connector` takes besides its geometry."""

    car_width_m: float | None
    car_depth_m: float | None
    speed_mps: float | None
    needs_staff: bool | None
    handrail: bool | None
    tactile: bool | None
    accessible: bool | None
    sign: Text
    hours: str


def hours_of(model: Model, product: Product, level: str) -> str:
    """What the model says in the syntax of ``opening_hours``; the syntax itself is not checked."""
    hours = tidy(product.own_text("OpeningHours"))
    if len(hours) <= _LONGEST_HOURS and hours.isprintable():
        return hours
    values = {"set": OWN_PROPERTIES, "name": "OpeningHours", "reason": "no opening hours"}
    model.issues.append(Issue(code="property.unreadable", element=product.id, level=level, values=values))
    return ""


def own_flag(product: Product, name: str) -> bool | None:
    """A yes or no of the model's own set, or None."""
    return _flag(product.own(name))


def leaf_of(model: Model, product: Product, level: str) -> LeafOf:
    """What is known of a door's leaf; a hole that nothing fills has none."""
    common = product.properties.get("Pset_DoorCommon", {})
    bare = product.family == "IfcOpeningElement"
    kind = DoorKind.OPEN if bare else product.own_term("DoorKind", DoorKind) or kind_of(product.operation)
    automatic = own_flag(product, "Automatic")
    return {
        "number": tidy(product.own_text("Number"))[:_LONGEST_NUMBER],
        "kind": kind,
        "automatic": automatic if automatic is not None else _flag(common.get("HasDrive")),
        "threshold_m": _finite(product.own_number("Threshold")),
        "intercom": own_flag(product, "Intercom"),
        "gap_m": _finite(product.own_number("Gap")),
        "gap_step_m": _finite(product.own_number("GapStep")),
        "hours": hours_of(model, product, level),
    }


def kind_of(operation: str) -> DoorKind | None:
    """How a door opens, from its OperationType.

    Examples
    --------
    >>> str(kind_of("DOUBLE_DOOR_SLIDING")), str(kind_of("SINGLE_SWING_LEFT")), kind_of("ROLLINGUP")
    ('sliding', 'hinged', None)
    """
    return next((kind for word, kind in _OPERATIONS if word in operation.upper()), None)


def use_of(model: Model, product: Product, level: str) -> UseOf:
    """What is known of a stair, ramp, escalator, lift, moving walk or wheelchair lift; ``level`` is for an issue."""
    return {
        "car_width_m": _car(model, product, "CarWidth", ("ClearWidth", "CabinWidth")),
        "car_depth_m": _car(model, product, "CarDepth", ("ClearDepth", "CabinDepth")),
        "speed_mps": _positive(product.own_number("Speed")),
        "needs_staff": own_flag(product, "NeedsStaff"),
        "handrail": _handrail(model, product),
        "tactile": own_flag(product, "Tactile"),
        "accessible": _accessible(product),
        "sign": product.own_pair("Sign"),
        "hours": hours_of(model, product, level),
    }


def slope_of(model: Model, product: Product, *, category: ConnectorCategory, path: Iterable[Position]) -> float | None:
    """Rise over run of the steepest part of a ramp or moving walk; None for other ways.

    The model's own word first, then its geometry; where that gives nothing, the slope that the standard set requires.
    """
    if category not in {ConnectorCategory.RAMP, ConnectorCategory.MOVING_WALK}:
        return None
    own = product.own_number("MaxSlope")
    if own is not None and 0.0 <= own <= _STEEPEST:
        return own
    measured = _steepest(tuple(path))
    if measured is not None:
        return measured
    required = product.properties.get("Pset_RampCommon", {}).get("RequiredSlope")
    if not isinstance(required, (int, float)) or isinstance(required, bool):
        return None
    angle = required * float(model.made.document["angle_rad"])
    return round(math.tan(angle), 4) if 0.0 < angle < math.pi / 4 else None


def through_of(product: Product | None, doors: Iterable[Opening], plan: Plan) -> bool | None:
    """Whether a car has doors on opposite sides: what the model says, else where the doors of its shaft lie."""
    own = own_flag(product, "Through") if product is not None else None
    if own is not None:
        return own
    middle = plan.centroid
    sides = [(door.footprint.centroid.x - middle.x, door.footprint.centroid.y - middle.y) for door in doors]
    around = [(x / size, y / size) for x, y in sides if (size := math.hypot(x, y)) > 0.0]
    if len(around) < 2:
        return None
    return any(a[0] * b[0] + a[1] * b[1] < -_OPPOSITE for a in around for b in around)


def _steepest(path: Sequence[Position]) -> float | None:
    """The steepest of the shortest pieces of a way that are long enough to count; None where the way is too short."""
    runs = [0.0, *accumulate(math.dist(a[:2], b[:2]) for a, b in pairwise(path))]
    slopes = []
    for start, at in enumerate(path):
        end = bisect_left(runs, runs[start] + _RUN_M)
        if end < len(path):
            slopes.append(abs(path[end][2] - at[2]) / (runs[end] - runs[start]))
    return round(max(slopes), 4) if slopes else None


def _car(model: Model, product: Product, own: str, names: tuple[str, ...]) -> float | None:
    """A size of the inside of a car, metres: the model's own word, else the standard set in the unit of the file."""
    said = product.own_number(own)
    if said is None:
        lift = product.properties.get("Pset_TransportElementElevator", {})
        found = (lift.get(name) for name in names)
        size = next((v for v in found if isinstance(v, (int, float)) and not isinstance(v, bool)), None)
        said = None if size is None else round(size * float(model.made.document["unit_m"]), 4)
    return said if said is not None and _CAR_M[0] <= said <= _CAR_M[1] else None


def _handrail(model: Model, product: Product) -> bool | None:
    """Whether a way has a handrail: its own word, else yes where one is drawn as a part of a stair or ramp."""
    own = own_flag(product, "Handrail")
    if own is not None or product.family == "IfcTransportElement":
        return own
    parts = model.descendants(product.key)
    drawn = any(part.family == "IfcRailing" and part.predefined.upper() == "HANDRAIL" for part in parts)
    return True if drawn else None


def _accessible(product: Product) -> bool | None:
    own = own_flag(product, "Accessible")
    sets = (product.properties.get(name, {}) for name in ("Pset_StairCommon", "Pset_RampCommon"))
    said = (_flag(values.get("HandicapAccessible")) for values in sets)
    return own if own is not None else next((value for value in said if value is not None), None)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _positive(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and value > 0.0 else None
