"""The application: wiring and nothing else.

::

    Envelope          request id, common headers, HEAD, every failure becomes a problem
     └ AddressGuard   length, UTF-8, control characters
        └ Viewer      /
           └ Tiles    /v1/venues/{v}/tiles/…
              └ OperationGuard   documented paths, methods and query parameters only; OPTIONS
                 └ BodyGuard     media type, size, time
                    └ FastAPI    routers
"""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.types import ASGIApp

from indoor3d.api.cache import VenueCache
from indoor3d.api.deps import Services, answer_format
from indoor3d.api.envelope import Envelope
from indoor3d.api.events import Listeners, VenueEvents
from indoor3d.api.jobs import Jobs
from indoor3d.api.limits import AddressGuard, BodyGuard, OperationGuard
from indoor3d.api.links import Links
from indoor3d.api.live import LiveState
from indoor3d.api.moment import Moments
from indoor3d.api.openapi import document
from indoor3d.api.operations import Operations
from indoor3d.api.reference import page
from indoor3d.api.respond import OPENAPI, Document
from indoor3d.api.routers import (
    about,
    closures,
    evacuations,
    health,
    incidents,
    isochrones,
    landing,
    levels,
    locate,
    matching,
    nearby,
    processes,
    rescue,
    routes,
    search,
    venues,
)
from indoor3d.api.settings import Settings
from indoor3d.api.tiles import Tiles
from indoor3d.api.viewer import Viewer
from indoor3d.api.work import WorkPool
from indoor3d.routing.city import City
from indoor3d.store.base import Catalog

_READING: tuple[APIRouter, ...] = (
    landing.router,
    levels.router,
    venues.router,
    about.router,
    locate.router,
    nearby.router,
    search.router,
)
_OTHERS: tuple[APIRouter, ...] = (
    routes.router,
    evacuations.router,
    rescue.router,
    isochrones.router,
    matching.router,
    closures.router,
    incidents.router,
    processes.router,
    health.router,
)


class _Api(FastAPI):
    """FastAPI without its own error answers: they all come from the envelope."""

    def build_middleware_stack(self) -> ASGIApp:
        return AsyncExitStackMiddleware(self.router)


def create_app(
    settings: Settings,
    store: Catalog,
    *,
    venues: VenueCache | None = None,
    jobs: Jobs | None = None,
    listeners: Listeners | None = None,
) -> ASGIApp:
    """Make the application.

    Parameters
    ----------
    settings : Settings
    store : Catalog
        Stays the caller's to close, after the server has stopped.
    venues : VenueCache, optional
        Of the same store, where somebody else fills it too.
    jobs : Jobs, optional
        The caller's to close.
    listeners : Listeners, optional
        The caller's to end.
    """
    limits = settings.limits
    api = _Api(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for router in _OTHERS:  # routes are asked most: they are matched first
        api.include_router(router)
    for router in _READING:
        api.include_router(router, dependencies=[Depends(answer_format)])
    live, ready = LiveState(store), venues or VenueCache.limited(store, limits)
    links = Links(settings.public_url)
    api.state.services = Services(
        settings=settings,
        store=store,
        venues=ready,
        quick=WorkPool(workers=limits.quick_workers, waiting=limits.waiting, deadline_s=limits.quick_s),
        heavy=WorkPool(workers=limits.heavy_workers, waiting=limits.waiting, deadline_s=limits.heavy_s),
        links=links,
        live=live,
        moments=Moments(live),
        city=City(ready.graph),
        jobs=jobs or Jobs(limits.jobs, clock=settings.clock),
        events=VenueEvents(live, links),
        listeners=listeners or Listeners(limits.listeners),
    )
    described = document(api, public_url=settings.public_url)
    api.state.openapi = Document(described, media_type=OPENAPI)
    api.state.reference = Document(page(described), media_type="text/html; charset=utf-8")
    inner = OperationGuard(BodyGuard(api, limits), Operations(described), settings)
    served = Viewer(Tiles(inner, store, limits), settings.viewer, public_url=settings.public_url)
    return Envelope(AddressGuard(served, limits), settings)
