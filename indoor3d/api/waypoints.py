"""From the waypoints of a request to places in a building."""

from collections.abc import Sequence

from indoor3d.api.schemas import PositionWaypoint, RefWaypoint, SiteWaypoint, Waypoint
from indoor3d.errors import Indoor3dError
from indoor3d.models.building import Building
from indoor3d.routing.place import Place, find_place, place_at


def resolve(building: Building, waypoints: Sequence[Waypoint], *, member: str) -> tuple[Place, ...]:
    """Find the places; an error says which of the waypoints it is about (``pointer``).

    Raises
    ------
    UnknownElement, UnknownLevel, InvalidPosition, LevelMismatch
    """
    places = []
    for index, waypoint in enumerate(waypoints):
        try:
            places.append(_place(building, waypoint))
        except Indoor3dError as error:
            raise located(error, f"/{member}/{index}") from None
    return tuple(places)


def located(error: Indoor3dError, pointer: str) -> Indoor3dError:
    """Give the same error, with the place in the body that it is about."""
    context = {"pointer": pointer, **error.context}
    return type(error)(error.detail["en"], ko=error.detail["ko"], **context)


def _place(building: Building, waypoint: PositionWaypoint | RefWaypoint | SiteWaypoint) -> Place:
    if isinstance(waypoint, RefWaypoint):
        return find_place(building, waypoint.ref)
    level = None if waypoint.level is None else building.level(waypoint.level).id
    if isinstance(waypoint, SiteWaypoint):
        return Place(x_m=waypoint.x, y_m=waypoint.y, z_m=waypoint.z, level=level)
    return place_at(building, waypoint.lon, waypoint.lat, level=level, height_m=waypoint.height)
