"""From the document and the shapes of an IFC file to the building: every part of the work is in a module beside this one."""

from collections import defaultdict
from dataclasses import replace

import shapely
from shapely import Polygon

from indoor3d.errors import EmptyModel
from indoor3d.models.building import Building, Connector, Exit, Level, Obstacle, Opening, Space
from indoor3d.models.issue import Issue, Report
from indoor3d.models.mesh import Mesh
from indoor3d.sources._ifc_boundaries import check_boundaries, virtual_openings
from indoor3d.sources._ifc_connectors import Connectors, Floors
from indoor3d.sources._ifc_exits import Ground, exits_of
from indoor3d.sources._ifc_facilities import facilities_of
from indoor3d.sources._ifc_frame import frame_of, recentred
from indoor3d.sources._ifc_geometry import FAST_KERNEL, SLOW_KERNEL, Made
from indoor3d.sources._ifc_levels import Storey, ground_of, levels_of, storey_for, storeys_of
from indoor3d.sources._ifc_lifts import Lifts
from indoor3d.sources._ifc_mesh import mesh_of
from indoor3d.sources._ifc_model import Model
from indoor3d.sources._ifc_obstacles import Solids, obstacles_of
from indoor3d.sources._ifc_openings import Doors
from indoor3d.sources._ifc_plan import Plan, heights
from indoor3d.sources._ifc_spaces import rebuilt, refuges_of, spaces_of
from indoor3d.sources._ifc_stair_lifts import stair_lifts_of
from indoor3d.sources._ifc_venue import venue_of
from indoor3d.sources.base import Options


class Builder:
    """Builds the parts in the order in which they need one another; its place on Earth at once, without waiting for shapes."""

    def __init__(self, made: Made, options: Options) -> None:
        self.model, self.options = Model.of(made), options
        self.storeys: list[Storey] = []
        self.frame = frame_of(self.model, options.at)

    def build(self, ident: str) -> Building:
        """The building without its picture."""
        model = self.model
        if not any(s.triangles.size for s in model.made.shapes.values()):
            raise EmptyModel("The model has no shapes.", ko="모델에 형상이 없습니다.")
        frame = recentred(model, self.frame)
        storeys = storeys_of(model)
        solids = Solids(model)
        spaces = spaces_of(model, storeys) or self._rebuilt(solids, storeys)
        if not spaces:
            raise EmptyModel(
                "The model has no spaces, and its walls enclose none.",
                ko="모델에 공간이 없고 벽으로 둘러싸인 곳도 없습니다.",
            )
        obstacles = obstacles_of(solids, spaces)
        openings = self._openings(solids, spaces, storeys, obstacles)
        floors = Floors(spaces, obstacles)
        ways = Connectors(model, floors).all()
        connectors = ways + stair_lifts_of(model, ways) + Lifts(model, floors, spaces, openings).all()
        levels, exits, openings = self._levels(storeys, spaces, openings, connectors)
        facilities = facilities_of(model, spaces, storeys)
        self.storeys = storeys
        return Building(
            venue=venue_of(model, ident, spaces=spaces, openings=openings),
            frame=frame,
            levels=levels,
            spaces=tuple(sorted(spaces, key=lambda e: e.id)),
            openings=tuple(sorted(openings, key=lambda e: e.id)),
            connectors=tuple(sorted(connectors, key=lambda e: e.id)),
            exits=tuple(sorted(exits, key=lambda e: e.id)),
            facilities=tuple(sorted(facilities, key=lambda e: e.id)),
            refuges=tuple(sorted(refuges_of(model, spaces), key=lambda e: e.id)),
            obstacles=tuple(sorted(obstacles, key=lambda e: e.id)),
        )

    def draw(self, building: Building) -> tuple[Building, Report]:
        """The same with its picture, when one is wanted, and the report."""
        self._report_geometry()
        mesh = mesh_of(self.model, self.storeys, building) if self.options.mesh else Mesh.empty()
        return replace(building, mesh=mesh), self._report()

    def _report_geometry(self) -> None:
        model, made = self.model, self.model.made
        if made.document["unit_assumed"]:
            model.issues.append(Issue(code="units.assumed"))
        if made.stopped:
            values = {"kernel": FAST_KERNEL, "reason": made.stopped, "fallback": SLOW_KERNEL}
            model.issues.append(Issue(code="geometry.kernel-crashed", values=values))
        if made.by_slow_kernel:
            slow = {"count": len(made.by_slow_kernel), "kernel": SLOW_KERNEL}
            model.issues.append(Issue(code="geometry.fallback", values=slow))
        for key in made.missing:
            product = model.products[key]
            model.issues.append(Issue(code="geometry.failed", element=product.id, values={"type": product.ifc_class}))

    def _rebuilt(self, solids: Solids, storeys: list[Storey]) -> list[Space]:
        """Rooms from walls, storey by storey."""
        model = self.model
        plans: dict[str, list[Plan]] = defaultdict(list)
        for product in (*solids.walls, *model.family("IfcDoor", "IfcWindow")):
            shape = model.shape(product)
            if shape is not None:
                low, _ = heights(shape)
                storey, _ = storey_for(storeys, model.storey_of(product), low)
                plans[storey.id].append(solids.plan(product))
        parts = {
            key: [p for plan in found for p in shapely.get_parts(plan) if isinstance(p, Polygon)]
            for key, found in plans.items()
        }
        return rebuilt(model, storeys, parts)

    def _openings(
        self, solids: Solids, spaces: list[Space], storeys: list[Storey], obstacles: list[Obstacle]
    ) -> list[Opening]:
        doors = Doors(self.model, solids, spaces, storeys)
        found = doors.doors() + doors.passages()
        check_boundaries(self.model, found, spaces)
        return found + virtual_openings(self.model, spaces, obstacles, found)

    def _levels(
        self, storeys: list[Storey], spaces: list[Space], openings: list[Opening], connectors: list[Connector]
    ) -> tuple[tuple[Level, ...], list[Exit], list[Opening]]:
        ground = Ground(self.model)
        outward = [o for o in openings if o.exterior]
        on_ground = ground_of(storeys, ground.heights(outward), [o.level for o in outward])
        exits, openings = exits_of(self.model, openings, on_ground.id, ground)
        floors: dict[str, float] = {}
        for space in spaces:
            floors[space.level] = min(floors.get(space.level, space.floor_m), space.floor_m)
        for stop in (stop for c in connectors for stop in c.stops):
            floors.setdefault(stop.level, stop.position[2])
        for opening in openings:
            floors.setdefault(opening.level, opening.floor_m)
        return levels_of(storeys, on_ground, floors), exits, openings

    def _report(self) -> Report:
        made = self.model.made
        facts = {
            "format": "IFC",
            "schema": made.document["schema"],
            "products": len(self.model.products),
            "shapes": len(made.shapes | made.cut),
            "kernel": FAST_KERNEL,
            **self.model.facts,
        }
        return Report.of(self.model.issues, facts=facts)
