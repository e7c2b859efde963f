"""Building → NavGraph: every surface's roadmap, joined by steps, connectors and exits."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Building, Exit
from indoor3d.models.issue import Issue
from indoor3d.models.network import Network, Networks, Surface
from indoor3d.models.vocabulary import Mode
from indoor3d.routing._columns import Columns, Link
from indoor3d.routing._connectors import Landing, add_connectors
from indoor3d.routing._crossings import crossings
from indoor3d.routing._level_edges import Ways, add_surface
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.reach import build_issues
from indoor3d.routing.run_up import run_ups
from indoor3d.routing.walkable import ATTACH_PLAN_M, ATTACH_Z_M, Grounds, Walkable, one_sided, outside_of

if TYPE_CHECKING:
    from indoor3d.routing._passage import Passage

Floats = NDArray[np.float64]

RADIUS_M = 0.2
"""Radius of the body the free space is made for (INGESTION.md §3)."""
WIDER_M = (0.35,)
"""Half the width of a wheelchair, a stroller, a trolley (ACCESSIBILITY.md §2.3); their margins are told by clear widths."""
_STEP_LIMIT_M = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A place to be put into a surface, and what it is for."""

    surface: int
    at: tuple[float, float]
    kind: str
    key: tuple[str, int]


def build_navigation(building: Building, *, radius_m: float = RADIUS_M, wider_m: Sequence[float] = WIDER_M) -> NavGraph:
    """Make the navigation graph of a building.

    Parameters
    ----------
    building : Building
        The order of its tuples does not matter.
    radius_m : float, metres
        Radius of a body on foot; paths keep this clearance, narrower openings are passed along their middle.
    wider_m : sequence of float, metres
        Radii of wider bodies, which get roadmaps of their own.

    Returns
    -------
    NavGraph
        With what was found on the way in ``issues``.

    Examples
    --------
    >>> from tests.buildings import two_floors
    >>> build_navigation(two_floors()).route("hall", "office").levels
    ('g', 'u')
    """
    grounds = Grounds(building)
    radii = (radius_m, *sorted(wider_m))
    with ThreadPoolExecutor(len(radii)) as pool:  # most of it is in libraries that let others run meanwhile
        (columns, ways, surfaces), *wider = pool.map(lambda radius: _roadmap(building, grounds, radius), radii)
    run_up = run_ups(surfaces)
    columns["element_run_up_m"] = np.array([run_up.get(name, np.inf) for name in columns["elements"]], np.float64)
    wide = [(Network(**made, element_run_up_m=columns["element_run_up_m"]), of) for made, of, _ in wider]
    network = Networks(**columns, wider=tuple(made for made, _ in wide))

    def graph(issues: tuple[Issue, ...] = ()) -> NavGraph:
        wider = [NavGraph(building, made, ways=of) for made, of in wide]
        return NavGraph(building, network, ways=ways, issues=issues, wider=wider)

    return graph(build_issues(graph()))


def _roadmap(
    building: Building, grounds: Grounds, radius_m: float
) -> tuple[dict[str, Any], tuple[Ways, ...], tuple[Walkable, ...]]:
    """The members of the network for one body but run-ups, what is known about its surfaces, and these."""
    surfaces = grounds.walkable(radius_m)
    ways = tuple(Ways(surface) for surface in surfaces)
    names = sorted({o.id for o in building.openings} | {c.id for c in building.connectors})
    elements = {name: index for index, name in enumerate(names)}
    entries = [*_landings(building, surfaces), *_steps(surfaces), *_exits(building, surfaces)]
    columns = Columns()
    node_of: dict[tuple[str, tuple[str, int]], int] = {}
    for index, way in enumerate(ways):
        here = [entry for entry in entries if entry.surface == index]
        places = np.array([entry.at for entry in here], dtype=np.float64).reshape(-1, 2)
        nodes = add_surface(columns, index, way, places=places, elements=elements)
        node_of |= {(entry.kind, entry.key): int(node) for entry, node in zip(here, nodes, strict=True)}
    landings = {
        entry.key: Landing(
            node=node_of["stop", entry.key], surface=entry.surface, floor_m=surfaces[entry.surface].floor_m, at=entry.at
        )
        for entry in entries
        if entry.kind == "stop"
    }
    add_connectors(columns, building, landings, elements=elements)
    _add_steps(columns, surfaces, node_of, elements=elements)
    exits = sorted(entry.key[0] for entry in entries if entry.kind == "exit")
    arrays = columns.arrays()
    crossing_start, crossing = crossings(arrays, ways, elements)
    return (
        {
            "radius_m": radius_m,
            "surfaces": tuple(
                Surface(level=s.level, floor_m=s.floor_m, free=s.free, ways=way.to_columns())
                for s, way in zip(surfaces, ways, strict=True)
            ),
            "elements": tuple(names),
            "exit_id": tuple(exits),
            "exit_node": np.array([node_of["exit", (e, 0)] for e in exits], np.int32),
            "edge_crossing_start": crossing_start,
            "edge_crossing": crossing,
            **arrays,
        },
        ways,
        surfaces,
    )


def _landings(building: Building, surfaces: Sequence[Walkable]) -> list[_Entry]:
    """Where connectors meet surfaces: each stop meets the one nearest in height."""
    found = []
    for connector in sorted(building.connectors, key=lambda c: c.id):
        for number, stop in enumerate(connector.stops):
            key = (connector.id, number)
            offers = [
                (round(abs(s.floor_m - stop.position[2]), 6), i) for i, s in enumerate(surfaces) if key in s.attachments
            ]
            if offers:
                _, index = min(offers)
                found.append(_Entry(surface=index, at=surfaces[index].attachments[key], kind="stop", key=key))
    return found


def _steps(surfaces: Sequence[Walkable]) -> list[_Entry]:
    """Both sides of every opening whose spaces have floors of different height."""
    found = []
    sides = Counter(p.id for surface in surfaces for p in surface.passages)
    for index, surface in enumerate(surfaces):
        for p in surface.passages:
            if sides[p.id] > 1:
                centre = (float(p.centre[0]), float(p.centre[1]))
                if surface.space.contains([centre])[0]:
                    found.append(_Entry(surface=index, at=centre, kind="step", key=(p.id, index)))
    return found


def _exits(building: Building, surfaces: Sequence[Walkable]) -> list[_Entry]:
    """Where one is outside, for each exit that can be stood in."""
    home = {space.id: i for i, surface in enumerate(surfaces) for space in surface.spaces}
    found = []
    first: dict[str, tuple[int, Passage]] = {}
    for i, surface in enumerate(surfaces):
        for p in surface.passages:
            first.setdefault(p.id, (i, p))
    for one in sorted(building.exits, key=lambda e: e.id):
        candidate = first.get(one.opening)
        if one.opening and candidate is None:
            continue  # its opening is missing, or opens nothing: nobody gets there
        if candidate is not None and one_sided(candidate[1], home):
            index, p = candidate
            outside = outside_of(p)
            at = (float(outside[0]), float(outside[1]))
            good = bool(surfaces[index].space.contains([at])[0])
        else:
            index, at, good = _nearest(one, surfaces)
        if good:
            found.append(_Entry(surface=index, at=at, kind="exit", key=(one.id, 0)))
    return found


def _nearest(one: Exit, surfaces: Sequence[Walkable]) -> tuple[int, tuple[float, float], bool]:
    """The free place nearest to an exit that no one-sided opening leads to, on its level."""
    best = (ATTACH_PLAN_M, -1, (0.0, 0.0))
    for index, surface in enumerate(surfaces):
        if (
            surface.level == one.level
            and abs(surface.floor_m - one.position[2]) <= ATTACH_Z_M
            and len(surface.free.geoms)
        ):
            at = surface.space.nearest([one.position[:2]])[0]
            distance = round(float(np.hypot(*(at - one.position[:2]))), 6)
            best = min(best, (distance, index, (float(at[0]), float(at[1]))))
    return best[1], best[2], best[1] >= 0


def _add_steps(
    columns: Columns,
    surfaces: Sequence[Walkable],
    node_of: dict[tuple[str, tuple[str, int]], int],
    *,
    elements: dict[str, int],
) -> None:
    """Join the two sides of openings with a step, unless nobody could take it."""
    keys = sorted(key for kind, key in node_of if kind == "step")
    for (name, low), (other, high) in pairwise(keys):
        if name != other:
            continue
        climb = surfaces[high].floor_m - surfaces[low].floor_m
        if abs(climb) <= _STEP_LIMIT_M:
            p = next(p for p in surfaces[low].passages if p.id == name)
            columns.links.append(
                Link(
                    source=node_of["step", (name, low)],
                    target=node_of["step", (name, high)],
                    mode=Mode.WALK,
                    length_m=abs(climb),
                    climb_m=climb,
                    step_m=abs(climb),
                    clear_width_m=p.width_m,
                    elements=(elements[name],),
                )
            )
