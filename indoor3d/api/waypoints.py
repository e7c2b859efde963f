"""From the waypoints of a request to the stops of a journey."""

from collections.abc import Sequence

from indoor3d.api.cache import VenueData
from indoor3d.api.schemas import CategoryWaypoint, RefWaypoint, SiteWaypoint, Waypoint
from indoor3d.errors import Indoor3dError
from indoor3d.routing.journey import Stop
from indoor3d.routing.place import Place, place_at
from indoor3d.routing.stops import named, of_category, plausible


def resolve(data: VenueData, waypoints: Sequence[Waypoint], *, member: str) -> tuple[Stop, ...]:
    """Find the stops; an error says which of the waypoints it is about (``pointer``).

    Raises
    ------
    UnknownElement, UnknownLevel, InvalidPosition, LevelMismatch, OffNetwork
    """
    stops = []
    for index, waypoint in enumerate(waypoints):
        try:
            stops.append(_stop(data, waypoint))
        except Indoor3dError as error:
            raise located(error, f"/{member}/{index}") from None
    return tuple(stops)


def places(data: VenueData, waypoints: Sequence[Waypoint], *, member: str) -> tuple[Place, ...]:
    """The same where each has to be one place: the first of several.

    Raises
    ------
    UnknownElement, UnknownLevel, InvalidPosition, LevelMismatch, OffNetwork
    """
    return tuple(stop.places[0] for stop in resolve(data, waypoints, member=member))


def candidates(data: VenueData, waypoint: Waypoint, *, member: str) -> tuple[Place, ...]:
    """All places that one waypoint may mean; the id of a refuge means its space.

    Raises
    ------
    UnknownElement, UnknownLevel, InvalidPosition, LevelMismatch, OffNetwork
    """
    if isinstance(waypoint, RefWaypoint):
        space = next((refuge.space for refuge in data.building.refuges if refuge.id == waypoint.ref), waypoint.ref)
        waypoint = waypoint.model_copy(update={"ref": space})
    try:
        return _stop(data, waypoint).places
    except Indoor3dError as error:
        raise located(error, f"/{member}") from None


def located(error: Indoor3dError, pointer: str) -> Indoor3dError:
    """Give the same error, with the place in the body that it is about."""
    context = {"pointer": pointer, **error.context}
    return type(error)(error.detail["en"], ko=error.detail["ko"], **context)


def _stop(data: VenueData, waypoint: Waypoint) -> Stop:
    building = data.building
    if isinstance(waypoint, RefWaypoint):
        return named(building, waypoint.ref)
    if isinstance(waypoint, CategoryWaypoint):
        return Stop(places=of_category(building, waypoint.category), name=waypoint.category)
    level = None if waypoint.level is None else building.level(waypoint.level).id
    if isinstance(waypoint, SiteWaypoint):
        place = Place(x_m=waypoint.x, y_m=waypoint.y, z_m=waypoint.z, level=level)
    else:
        place = place_at(building, waypoint.lon, waypoint.lat, level=level, height_m=waypoint.height)
    if waypoint.accuracy is None:
        return Stop(places=(place,))
    return plausible(data.graph, place, waypoint.accuracy)
