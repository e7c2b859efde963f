"""Lifts: from IfcTransportElement, or from lift shafts drawn as spaces; they stop where their doors are."""

import math
from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely import Polygon

from indoor3d.models.building import Connector, Opening, Position, Space, Stop
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import ConnectorCategory, Direction, OpeningCategory, SpaceCategory
from indoor3d.sources._ifc_attributes import through_of, use_of
from indoor3d.sources._ifc_connectors import Connectors, Floors
from indoor3d.sources._ifc_model import Model, Product
from indoor3d.sources._ifc_plan import Plan, clean, heights, shadow

_DOOR_M = 0.8
_IN_FRONT_M = 0.6
_SAME_FLOOR_M = 0.3
_CAR_M = 3.2
_VOID = 0.2


class Lifts:
    """Finds the lifts of a model."""

    def __init__(self, model: Model, floors: Floors, spaces: Sequence[Space], openings: Sequence[Opening]) -> None:
        self.model, self.floors = model, floors
        self.shafts = [s for s in spaces if s.category is SpaceCategory.LIFT_SHAFT]
        self.doors = [o for o in openings if o.category in {OpeningCategory.DOOR, OpeningCategory.ENTRANCE}]
        self._door_tree = shapely.STRtree([o.footprint for o in self.doors])

    def all(self) -> list[Connector]:
        """Lifts of the model, each shaft once."""
        found, taken = [], []
        for product in self.model.family("IfcTransportElement"):
            if Connectors.category(product) is not ConnectorCategory.LIFT or self._is_part(product):
                continue
            shape = Connectors.body(Connectors(self.model, self.floors), product)
            if shape is None:
                self._nowhere(product.id)
                continue
            plan = clean(shadow(shape), 0.005)
            low, high = heights(shape)
            shafts = [s for s in self.shafts if s.footprint.intersection(plan).area > 0.3 * plan.area]
            taken += shafts
            connector = self._lift(product.id, product, [plan, *(s.footprint for s in shafts)], (low, high, shafts))
            if connector is not None:
                found.append(connector)
        found += self._from_shafts([s for s in self.shafts if s not in taken])
        return found

    def _from_shafts(self, shafts: list[Space]) -> list[Connector]:
        """One lift for every stack of shaft spaces with doors."""
        found, left = [], sorted(shafts, key=lambda s: (s.floor_m, s.id))
        while left:
            first = left[0]
            stack = [s for s in left if s.footprint.intersection(first.footprint).area > 0.5 * first.footprint.area]
            left = [s for s in left if s not in stack]
            span = (first.floor_m, max(s.ceiling_m for s in stack), stack)
            connector = self._lift(f"{first.id}~lift", None, [s.footprint for s in stack], span)
            if connector is not None:
                found.append(connector)
        return found

    def _lift(
        self, ident: str, product: Product | None, plans: list[Plan], span: tuple[float, float, list[Space]]
    ) -> Connector | None:
        low, high, shafts = span
        low, high = min([low, *(s.floor_m for s in shafts)]), max([high, *(s.ceiling_m for s in shafts)])
        plan = clean(shapely.union_all(plans))
        stops = self._at_doors(plan, low - 1.5, high + 0.5)
        if len(stops) < 2 and product is not None:
            stops = (
                self._at_floors(plan, low - 1.5, high - 1.0)
                if high - low > _CAR_M
                else self._at_doors(plan, -math.inf, math.inf, over_void=True)
            )
        if not stops:
            self._nowhere(ident)
        if len(stops) == 1:
            values = {"category": str(ConnectorCategory.LIFT)}
            self.model.issues.append(Issue(code="connector.single-level", element=ident, values=values))
        if len(stops) < 2:
            return None
        own_width = product.own_number("ClearWidth") if product is not None else None
        widths = [w for w in (self._door_width(stop, plan) for stop in stops) if w is not None]
        direction = product.own_term("Direction", Direction) if product is not None else None
        names = product.text if product is not None else shafts[0].name
        served = [d for d in self._near_doors(plan) if any(_at(d, stop) for stop in stops)]
        lift = Connector(
            id=ident,
            category=ConnectorCategory.LIFT,
            stops=tuple(stops),
            path=tuple(stop.position for stop in stops),
            footprint=plan,
            direction=direction or Direction.BOTH,
            clear_width_m=own_width or min(widths, default=None),
            name=names,
            through=through_of(product, served, plan),
        )
        return lift if product is None else replace(lift, **use_of(self.model, product, stops[0].level))

    def _is_part(self, product: Product) -> bool:
        whole = self.model.products.get(self.model.whole.get(product.key, 0))
        return whole is not None and whole.family == "IfcTransportElement"

    def _nowhere(self, ident: str) -> None:
        values = {"category": str(ConnectorCategory.LIFT), "end": "two ends"}
        self.model.issues.append(Issue(code="connector.unattached", element=ident, values=values))

    def _near_doors(self, plan: Plan) -> list[Opening]:
        hits = self._door_tree.query(plan, predicate="dwithin", distance=_DOOR_M)
        return [self.doors[i] for i in sorted(hits.tolist())]

    def _at_doors(self, plan: Plan, low: float, high: float, *, over_void: bool = False) -> list[Stop]:
        """One stop a floor, in front of a door of the shaft.

        With ``over_void`` only where no floor covers the plan: a shaft goes on there above or below a car drawn alone.
        """
        stops: list[Stop] = []
        for door in sorted(self._near_doors(plan), key=lambda d: (d.floor_m, d.id)):
            if not low <= door.floor_m <= high or (over_void and self.floors.cover(plan, door.floor_m) > _VOID):
                continue
            found = self.floors.nearest(self._in_front(door, plan), shapely.union_all([plan, door.footprint]))
            if found is None:
                continue
            space, position = found
            if not any(abs(position[2] - stop.position[2]) < _SAME_FLOOR_M for stop in stops):
                stops.append(Stop(level=space.level, position=position))
        return sorted(stops, key=lambda s: s.position[2])

    @staticmethod
    def _in_front(door: Opening, plan: Plan) -> Position:
        here, shaft = door.footprint.centroid, plan.centroid
        dx, dy = here.x - shaft.x, here.y - shaft.y
        length = math.hypot(dx, dy) or 1.0
        return (here.x + _IN_FRONT_M * dx / length, here.y + _IN_FRONT_M * dy / length, door.floor_m)

    def _at_floors(self, plan: Plan, low: float, high: float) -> list[Stop]:
        """One stop on every floor that comes near the shaft, for lifts without doors."""
        stops: list[Stop] = []
        centre = plan.centroid
        for floor_m in sorted({round(s.floor_m, 3) for s in self.floors.spaces if low <= s.floor_m <= high}):
            found = self.floors.nearest((centre.x, centre.y, floor_m), plan, reach_m=3.0, dz_m=0.05)
            if found is None or found[0].footprint.distance(plan) > _DOOR_M:
                continue
            if not any(abs(found[1][2] - stop.position[2]) < _SAME_FLOOR_M for stop in stops):
                stops.append(Stop(level=found[0].level, position=found[1]))
        return stops

    def _door_width(self, stop: Stop, plan: Polygon) -> float | None:
        widths = [d.clear_width_m for d in self._near_doors(plan) if _at(d, stop)]
        return min((w for w in widths if w is not None), default=None)


def _at(door: Opening, stop: Stop) -> bool:
    """Whether a door leads to a stop's floor."""
    return abs(door.floor_m - stop.position[2]) < _SAME_FLOOR_M
