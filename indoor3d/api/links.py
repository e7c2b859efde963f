"""Absolute addresses, built from the configured public address only."""

from urllib.parse import quote, urlencode

from indoor3d.api.respond import GEOJSON, JSON, OPENAPI
from indoor3d.store.base import VenueRecord

Link = dict[str, str]

_TILESET = "application/json"
_ABOUT = ("report", "facts", "quality", "downloads", "accessibility")


class Links:
    """Addresses of resources.

    Parameters
    ----------
    public_url : str
        Without a slash at the end.
    """

    def __init__(self, public_url: str) -> None:
        self._base = f"{public_url}/v1"

    def to(self, *parts: str, **query: object) -> str:
        """Address of a resource: ``to("venues", "city-hall")``."""
        path = "".join("/" + quote(part, safe="") for part in parts)
        return self._base + path + (f"?{urlencode(query)}" if query else "")

    def landing(self) -> list[Link]:
        """Where to go from the landing page."""
        return [
            _link("self", self.to(), JSON),
            _link("service-desc", self.to("openapi.json"), OPENAPI),
            _link("service-doc", self.to("docs"), "text/html"),
            _link("data", self.to("venues"), JSON),
            _link("locate", self.to("locate"), JSON),
            _link("nearby", self.to("nearby"), GEOJSON),
            _link("search", self.to("search"), JSON),
            _link("categories", self.to("categories"), JSON),
            _link("profiles", self.to("profiles"), JSON),
            _link("routes", self.to("routes"), GEOJSON),
            _link("matrix", self.to("routes", "matrix"), JSON),
            _link("explain", self.to("routes", "explain"), JSON),
            _link("evacuations", self.to("evacuations"), GEOJSON),
            _link("rescue", self.to("rescue"), GEOJSON),
            _link("processes", self.to("processes"), JSON),
            _link("closures", self.to("closures"), JSON),
        ]

    def venue(self, record: VenueRecord) -> list[Link]:
        """Where to go from a venue."""
        ident = record.venue.id
        return [
            _link("self", self.to("venues", ident), JSON),
            _link("levels", self.to("venues", ident, "levels"), JSON),
            _link("3d-tiles", self.tile(record, "meshopt/tileset.json"), _TILESET),
            _link("3d-tiles-plain", self.tile(record, "plain/tileset.json"), _TILESET),
            *(_link(rel, self.to("venues", ident, rel), JSON) for rel in _ABOUT),
            _link("closures", self.to("closures", venue=ident), JSON),
            _link("incidents", self.to("venues", ident, "incidents"), JSON),
            _link("events", self.to("venues", ident, "events"), "text/event-stream"),
            _link("scenarios", self.to("venues", ident, "scenarios"), JSON),
            _link("siri-fm", self.to("venues", ident, "state.siri.xml"), "application/xml"),
            _link("a11yjson", self.to("venues", ident, "a11y.json"), GEOJSON),
            _link("collection", self.to("venues"), JSON),
        ]

    def level(self, venue: str, level: str) -> list[Link]:
        """Where to go from a level."""
        return [_link("plan", self.to("venues", venue, "levels", level, "plan.geojson"), GEOJSON)]

    def element(self, venue: str, element: str) -> list[Link]:
        """Where to go from an element."""
        return [
            _link("self", self.to("venues", venue, "elements", element), GEOJSON),
            _link("collection", self.to("venues", venue), JSON),
        ]

    def tile(self, record: VenueRecord, path: str) -> str:
        """Address of a file of a release."""
        return f"{self.to('venues', record.venue.id, 'tiles', record.version)}/{quote(path)}"


def _link(rel: str, href: str, kind: str) -> Link:
    return {"rel": rel, "href": href, "type": kind}
