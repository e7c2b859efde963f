"""Everything that is compiled when it is first used, used once: so that no question waits for a compiler."""

from shapely import box

from indoor3d.models.building import (
    Building,
    Connector,
    Exit,
    Facility,
    Level,
    Obstacle,
    Opening,
    Space,
    Stop,
    Text,
    Venue,
)
from indoor3d.models.frame import SiteFrame
from indoor3d.models.network import Networks
from indoor3d.models.vocabulary import ConnectorCategory, FacilityCategory, OpeningCategory
from indoor3d.routing.build import build_navigation
from indoor3d.routing.directions import guide
from indoor3d.routing.graph import NavGraph
from indoor3d.store.codec import decode, encode

_QUESTIONS = 8
"""More than the searches after which landmarks are used."""


def sample() -> Building:
    """Two rooms, a column, a floor above: a schematic building with one of everything that has to be searched."""
    levels = (
        Level(id="g", ordinal=0, elevation_m=0.0, name=Text(default="1"), short_name="1F"),
        Level(id="u", ordinal=1, elevation_m=3.0, name=Text(default="2"), short_name="2F"),
    )
    hall, room = box(0, 0, 12, 8), box(12.2, 0, 18, 8)
    stairs = Connector(
        id="stairs",
        category=ConnectorCategory.STAIRS,
        stops=(Stop(level="g", position=(2.0, 7.0, 0.0)), Stop(level="u", position=(6.0, 7.0, 3.0))),
        path=((2.0, 7.0, 0.0), (6.0, 7.0, 3.0)),
        footprint=box(2, 6.3, 6, 7.7),
        step_count=18,
    )
    return Building(
        venue=Venue(id="sample", name=Text(default="Sample"), schematic=True),
        frame=SiteFrame.at(127.0, 37.5),
        levels=levels,
        spaces=(
            Space(id="hall", level="g", footprint=hall, floor_m=0.0, ceiling_m=2.8),
            Space(id="room", level="g", footprint=room, floor_m=0.0, ceiling_m=2.8),
            Space(id="upper", level="u", footprint=hall, floor_m=3.0, ceiling_m=5.8),
        ),
        openings=(
            Opening(id="door", level="g", footprint=box(11.9, 3, 12.3, 4), floor_m=0.0, spaces=("hall", "room")),
            Opening(
                id="way-out",
                level="g",
                footprint=box(-0.3, 3, 0.1, 4.4),
                floor_m=0.0,
                spaces=("hall",),
                category=OpeningCategory.ENTRANCE,
                exterior=True,
            ),
        ),
        connectors=(stairs,),
        exits=(Exit(id="exit", opening="way-out", level="g", position=(-0.1, 3.7, 0.0), number="1"),),
        facilities=(
            Facility(id="aed", category=FacilityCategory.AED, level="g", position=(17.0, 7.0, 0.0), space="room"),
        ),
        obstacles=(
            Obstacle(id="column", level="g", footprint=box(8, 2, 9, 5), floor_m=0.0),
            Obstacle(id="wall", level="u", footprint=box(5, 0, 5.3, 5), floor_m=3.0),
        ),
    )


def warm() -> None:
    """Ask a small building every kind of question, once as it is built and once as it comes from a store."""
    building = sample()
    built = build_navigation(building)
    stored = NavGraph(building, decode(encode(built.network), Networks))
    for graph in (built, stored):
        for _ in range(_QUESTIONS):
            for profile in ("walk", "wheelchair"):
                route = graph.route("aed", "exit", profile=profile)
                graph.for_body(graph.conditions(profile, ()).profile).naturaliser.path(route)
            graph.route("room", "upper")
        graph.route("room", "exit", closed=["stairs"])
        graph.distances("room", ["hall", "upper", "exit"])
        graph.evacuate()
        guide(building).steps(graph.route("room", "upper"))


def warm_plans() -> None:
    """Plan the evacuation of a small building: what plans run on is compiled once, when the package is built."""
    # a server plans in processes of their own, and needs none of this itself
    from indoor3d.models.scenario import Hazard, HazardKind, Occupants, Scenario  # noqa: PLC0415
    from indoor3d.routing.evacuation.earliest import escape_in_time  # noqa: PLC0415
    from indoor3d.routing.evacuation.plan import plan_evacuation  # noqa: PLC0415
    from indoor3d.routing.place import find_place  # noqa: PLC0415

    building = sample()
    graph = build_navigation(building)
    scenario = Scenario(
        id="warm",
        venues=("sample",),
        occupants=(Occupants(spaces=("hall", "room", "upper"), persons_each=20, source="made up"),),
        hazards=(Hazard(id="door", kind=HazardKind.CLOSED, elements=("door",), at_s=900.0),),
    )
    plan_evacuation(building, graph, scenario)
    conditions = graph.conditions("walk", (), emergency=True)
    escape_in_time(graph, find_place(building, "room"), conditions, closes={"door": 60.0})
