"""Routing's errors, said so that a client can act on them: in degrees, in its language, with the waypoint they are about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.errors import Flaw, Refused
from indoor3d.errors import Indoor3dError
from indoor3d.models.building import Building
from indoor3d.routing.place import Place

_ABOUT_LEVEL = ("Several levels are at this position; give level.", "이 위치에는 층이 여럿입니다. level을 주세요.")


@contextmanager
def explaining(data: VenueData, places: Sequence[Place], *, lang: str, member: str = "") -> Iterator[None]:
    """Improve the errors raised inside.

    Parameters
    ----------
    data : VenueData
    places : sequence of Place
        What the waypoints were understood as, in their order.
    lang : str
        Language of names.
    member : str
        Member of the body that holds the waypoints; empty when the position came in the query.
    """
    try:
        yield
    except Indoor3dError as error:
        raise explained(error, data, lang=lang, pointer=_pointer(error, places, member)) from None


def explained(error: Indoor3dError, data: VenueData, *, lang: str, pointer: str = "") -> Indoor3dError:
    """Give the same error with what a client needs: ``candidate`` as a waypoint, names in its language, ``pointer``."""
    if isinstance(error, Refused):
        return error
    if error.code == "invalid-position" and "levels" in error.context:
        return _level_needed(error.context["levels"], data.building, pointer)
    context = {**error.context, **({"pointer": pointer} if pointer else {})}
    for name, change in _CHANGES.items():
        if name in context:
            context |= change(context.pop(name), data, lang)
    return type(error)(error.detail["en"], ko=error.detail["ko"], **context)


def _pointer(error: Indoor3dError, places: Sequence[Place], member: str) -> str:
    """Find the waypoint an error is about: by its position, or because it lacks a level; empty when it may be any."""
    if not member:
        return ""
    at = tuple(error.context.get("position", ())[:2])
    lacks_level = "levels" in error.context
    for index, place in enumerate(places):
        if (place.x_m, place.y_m) == at or (lacks_level and place.level is None and place.z_m is None):
            return f"/{member}/{index}"
    return ""


def _level_needed(levels: Sequence[str], building: Building, pointer: str) -> Refused:
    english, korean = _ABOUT_LEVEL
    place = {"pointer": f"{pointer}/level"} if pointer else {"parameter": "level"}
    flaw = Flaw(code="missing", message={"en": english, "ko": korean}, **place)
    refs = [geojson.level_ref(building.level(level)) for level in levels]
    return Refused("level-needed", english, korean, flaws=[flaw], levels=refs)


def _candidate(nearest: Sequence[float], data: VenueData, _lang: str) -> dict[str, Any]:
    """Turn the nearest walkable place into a position on Earth; with the level it is a waypoint."""
    (lon, lat, height), *_ = geojson.positions(data.building.frame, [nearest])
    return {"candidate": {"lon": lon, "lat": lat, "height": height}}


def _blocked(entries: Sequence[Mapping[str, Any]], data: VenueData, lang: str) -> dict[str, Any]:
    names = data.building.names
    named = [
        {**entry, "name": names[entry["element"]].best(lang)} if entry.get("element") in names else dict(entry)
        for entry in entries
    ]
    return {"blocked_by": named}


def _distance(distance_m: float, _data: VenueData, _lang: str) -> dict[str, Any]:
    return {"distance_m": round(distance_m, 1)}


def _nothing(_value: Any, _data: VenueData, _lang: str) -> dict[str, Any]:
    """Leave out the position in the site frame: the client knows what it sent."""
    return {}


_CHANGES: Mapping[str, Callable[[Any, VenueData, str], dict[str, Any]]] = {
    "nearest": _candidate,
    "blocked_by": _blocked,
    "distance_m": _distance,
    "position": _nothing,
}
