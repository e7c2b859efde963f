"""Open 3D indoor spatial information: building models in, 3D Tiles, routes and escape plans out.

>>> import indoor3d
>>> building, report = indoor3d.read("station.ifc")                     # doctest: +SKIP
>>> graph = indoor3d.build_navigation(building)                         # doctest: +SKIP
>>> graph.route("platform", "Exit 5", profile="wheelchair").length_m    # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from indoor3d.errors import Indoor3dError
    from indoor3d.models.building import Building
    from indoor3d.models.issue import Issue, Report
    from indoor3d.models.network import Network
    from indoor3d.pipeline import build
    from indoor3d.routing.build import build_navigation
    from indoor3d.routing.graph import NavGraph
    from indoor3d.sources.base import read
    from indoor3d.store.base import open_store

__all__ = [
    "Building",
    "Indoor3dError",
    "Issue",
    "NavGraph",
    "Network",
    "Report",
    "build",
    "build_navigation",
    "open_store",
    "read",
]

_HOMES = {
    "Building": "models.building",
    "Indoor3dError": "errors",
    "Issue": "models.issue",
    "NavGraph": "routing.graph",
    "Network": "models.network",
    "Report": "models.issue",
    "build": "pipeline",
    "build_navigation": "routing.build",
    "open_store": "store.base",
    "read": "sources.base",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that ``import indoor3d`` and ``indoor3d --help`` are quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
